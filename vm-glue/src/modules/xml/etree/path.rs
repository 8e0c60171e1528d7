//! The paths of `find`, `findall` and their kin: the part of XPath that ElementTree 1.3 knows.

use std::collections::HashMap;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::element::{Descent, Element, collect_texts};
use crate::runtime::{names, text};

/// A piece of a path: an operator or literal, or a name.
struct Token {
    sign: String,
    name: String,
}

enum Step {
    Child(PyObjectRef),
    AllChildren,
    Same,
    Parent,
    /// None for all.
    Below(Option<PyObjectRef>),
    HasAttribute(PyObjectRef),
    AttributeIs(PyObjectRef, PyObjectRef),
    HasChild(PyObjectRef),
    ChildTextIs(PyObjectRef, PyObjectRef),
    Index(isize),
}

/// Whether an element has a tag.
pub fn has_tag(element: &PyObject, tag: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    match element.downcast_ref::<Element>() {
        Some(element) => same(&element.tag(), tag, vm),
        None => same(&*element.get_attr("tag", vm)?, tag, vm),
    }
}

fn same(own: &PyObject, wanted: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if own.is(wanted) {
        return Ok(true);
    }
    if let (Some(own), Some(wanted)) = (own.downcast_ref::<PyStr>(), wanted.downcast_ref::<PyStr>())
        && own.isascii()
        && wanted.isascii()
    {
        return Ok(own.as_bytes() == wanted.as_bytes());
    }
    vm.bool_eq(own, wanted)
}

/// A name in a path that is no more than the name of a child.
fn is_plain(path: &str, strict: bool) -> bool {
    let mut outside = true;
    for c in path.chars() {
        match c {
            '{' => outside = false,
            '}' => outside = true,
            '/' | '*' | '[' | '@' | '.' if outside => return false,
            _ if strict && outside && (":()='\"]".contains(c) || c.is_whitespace()) => return false,
            _ => {}
        }
    }
    !path.is_empty()
}

/// The elements that a path leads to; no more than so many.
pub fn select(
    root: &Py<Element>,
    path: &PyObject,
    namespaces: Option<PyObjectRef>,
    limit: Option<usize>,
    vm: &VirtualMachine,
) -> PyResult<Vec<PyObjectRef>> {
    let Some(written) = path.downcast_ref::<PyStr>() else {
        let kind = names::type_name_of(path);
        return Err(vm.new_type_error(format!("'{kind}' object has no attribute '__getitem__'")));
    };
    let own = root.class().is(<Element as rustpython_vm::class::StaticType>::static_type());
    let mut found = Vec::new();
    let namespaces = namespaces.filter(|namespaces| !vm.is_none(namespaces));
    if is_plain(&written.to_string_lossy(), !own || namespaces.is_some()) {
        let mut index = 0;
        while let Some(child) = root.child(index) {
            index += 1;
            if has_tag(&child, path, vm)? {
                found.push(child);
                if limit == Some(found.len()) {
                    break;
                }
            }
        }
        return Ok(found);
    }
    let mut written = text::text_of(vm, path)?.unwrap_or_default();
    if written.ends_with('/') {
        written.push('*');
    }
    if written.starts_with('/') {
        return Err(syntax_error(vm, "cannot use absolute path on element"));
    }
    if written.is_empty() {
        // Nothing is found; who wants a list of it is told in a strange way.
        return if limit.is_some() { Ok(found) } else { Err(vm.new_stop_iteration(None)) };
    }
    let tokens = tokens(&written, namespaces.as_ref(), vm)?;
    let steps = compile(tokens, vm)?;
    let mut walk = Walk { root: root.to_owned().into(), parents: None, vm };
    walk.run(&steps, limit, &mut found)?;
    Ok(found)
}

fn syntax_error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    vm.new_exception_msg(vm.ctx.exceptions.syntax_error.to_owned(), message.into())
}

fn tokens(path: &str, namespaces: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let quoted = |quote: char| rest.get(1..).and_then(|inside| inside.find(quote)).map(|end| end + 2);
        let sign = match first {
            '\'' | '"' => quoted(first),
            _ if ["::", "//", "..", "()"].iter().any(|pair| rest.starts_with(pair)) => Some(2),
            '/' | '.' | '*' | ':' | '[' | ']' | '(' | ')' | '@' | '=' => Some(1),
            _ => None,
        };
        if let Some(length) = sign {
            let (sign, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            tokens.push(Token { sign: sign.to_owned(), name: String::new() });
            rest = behind;
            continue;
        }
        let space = rest.len() - rest.trim_start().len();
        if space > 0 {
            tokens.push(Token { sign: String::new(), name: String::new() });
            rest = rest.get(space..).unwrap_or_default();
            continue;
        }
        let braced = if first == '{' { rest.find('}').filter(|end| *end > 1).map_or(0, |end| end + 1) } else { 0 };
        let tail = rest.get(braced..).unwrap_or_default();
        let end = tail.find(|c: char| "/[]()@=".contains(c) || c.is_whitespace()).unwrap_or(tail.len());
        let length = if end == 0 { 1 } else { braced + end };
        let (name, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = behind;
        let name = match name.split_once(':').filter(|_| !name.starts_with('{')) {
            None => name.to_owned(),
            Some((prefix, local)) => {
                let key = text::native(vm, prefix);
                let uri = match namespaces {
                    Some(namespaces) => namespaces.get_item(&*key, vm).ok(),
                    None => None,
                };
                let Some(uri) = uri else {
                    return Err(syntax_error(vm, &format!("prefix '{prefix}' not found in prefix map")));
                };
                format!("{{{}}}{local}", text::text_of(vm, &uri)?.unwrap_or_default())
            }
        };
        tokens.push(Token { sign: String::new(), name });
    }
    Ok(tokens)
}

fn compile(tokens: Vec<Token>, vm: &VirtualMachine) -> PyResult<Vec<Step>> {
    let mut steps = Vec::new();
    let mut tokens = tokens.into_iter();
    let name_of = |name: String| text::native(vm, &name);
    let Some(mut token) = tokens.next() else { return Ok(steps) };
    loop {
        let incomplete = || syntax_error(vm, "invalid path");
        steps.push(match token.sign.as_str() {
            "" => Step::Child(name_of(token.name)),
            "*" => Step::AllChildren,
            "." => Step::Same,
            ".." => Step::Parent,
            "//" => {
                let next = tokens.next().ok_or_else(incomplete)?;
                match next.sign.as_str() {
                    "*" => Step::Below(None),
                    "" => Step::Below(Some(name_of(next.name))),
                    _ => return Err(syntax_error(vm, "invalid descendant")),
                }
            }
            "[" => {
                let mut signature = String::new();
                let mut values = Vec::new();
                loop {
                    let next = tokens.next().ok_or_else(incomplete)?;
                    match next.sign.chars().next() {
                        Some(']') => break,
                        Some('\'' | '"') => {
                            signature.push('\'');
                            let end = next.sign.len() - 1;
                            values.push(next.sign.get(1..end).unwrap_or_default().to_owned());
                        }
                        Some(_) => {
                            signature.push_str(&next.sign);
                            values.push(next.name);
                        }
                        None => {
                            signature.push('-');
                            values.push(next.name);
                        }
                    }
                }
                predicate(&signature, &values, vm)?
            }
            other => return Err(vm.new_key_error(vm.ctx.new_str(other).into())),
        });
        let Some(next) = tokens.next() else { return Ok(steps) };
        token = if next.sign == "/" {
            match tokens.next() {
                Some(next) => next,
                None => return Ok(steps),
            }
        } else {
            next
        };
    }
}

fn predicate(signature: &str, values: &[String], vm: &VirtualMachine) -> PyResult<Step> {
    let value = |index: usize| text::native(vm, values.get(index).map_or("", String::as_str));
    let first = values.first().map_or("", String::as_str);
    let number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    Ok(match signature {
        "@-" => Step::HasAttribute(value(1)),
        "@-='" => Step::AttributeIs(value(1), value(3)),
        "-" if !number => Step::HasChild(value(0)),
        "-='" if !number => Step::ChildTextIs(value(0), value(2)),
        "-" => Step::Index(first.parse::<isize>().unwrap_or(isize::MAX) - 1),
        "-()" | "-()-" if first != "last" => return Err(syntax_error(vm, "unsupported function")),
        "-()" => Step::Index(-1),
        "-()-" => match values.get(2).and_then(|value| value.trim().parse::<isize>().ok()) {
            Some(number) => Step::Index(number - 1),
            None => return Err(syntax_error(vm, "unsupported expression")),
        },
        _ => return Err(syntax_error(vm, "invalid predicate")),
    })
}

struct Walk<'a> {
    root: PyObjectRef,
    /// The parents of all elements, by their children's identities.
    parents: Option<HashMap<usize, PyObjectRef>>,
    vm: &'a VirtualMachine,
}

impl Walk<'_> {
    fn run(&mut self, steps: &[Step], limit: Option<usize>, found: &mut Vec<PyObjectRef>) -> PyResult<()> {
        let mut seen = vec![Vec::new(); steps.len()];
        let root = self.root.clone();
        self.from(&root, steps, &mut seen, limit, found).map(drop)
    }

    /// Goes on from an element; whether that is enough.
    fn from(
        &mut self,
        element: &PyObjectRef,
        steps: &[Step],
        seen: &mut [Vec<usize>],
        limit: Option<usize>,
        found: &mut Vec<PyObjectRef>,
    ) -> PyResult<bool> {
        let (Some((step, steps)), Some((own, seen))) = (steps.split_first(), seen.split_first_mut()) else {
            found.push(element.clone());
            return Ok(limit == Some(found.len()));
        };
        let vm = self.vm;
        match step {
            Step::Same => self.from(element, steps, seen, limit, found),
            Step::Child(_) | Step::AllChildren => {
                let mut index = 0;
                while let Some(child) = child_of(element, index, vm) {
                    index += 1;
                    let wanted = match step {
                        Step::Child(tag) => has_tag(&child, tag, vm)?,
                        _ => true,
                    };
                    if wanted && self.from(&child, steps, seen, limit, found)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Step::Below(tag) => {
                let descent = Descent::of(element.clone(), tag.clone(), vm);
                while let Some(below) = descent.next_element(vm)? {
                    if !below.is(element) && self.from(&below, steps, seen, limit, found)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Step::Parent => match self.parent(element)? {
                Some(parent) if !own.contains(&parent.get_id()) => {
                    own.push(parent.get_id());
                    self.from(&parent, steps, seen, limit, found)
                }
                _ => Ok(false),
            },
            _ => {
                if self.holds(element, step)? {
                    self.from(element, steps, seen, limit, found)
                } else {
                    Ok(false)
                }
            }
        }
    }

    fn holds(&mut self, element: &PyObjectRef, step: &Step) -> PyResult<bool> {
        let vm = self.vm;
        let children = |tag: &PyObjectRef| -> PyResult<Vec<PyObjectRef>> {
            match element.downcast_ref::<Element>() {
                Some(element) => select(element, tag, None, None, vm),
                None => vm.call_method(element, "findall", (tag.clone(),))?.try_to_value(vm),
            }
        };
        match step {
            Step::HasAttribute(name) => {
                let own = vm.call_method(element, "get", (name.clone(),))?;
                Ok(!vm.is_none(&own))
            }
            Step::AttributeIs(name, value) => {
                let own = vm.call_method(element, "get", (name.clone(),))?;
                vm.bool_eq(&own, value)
            }
            Step::HasChild(tag) => Ok(!children(tag)?.is_empty()),
            Step::ChildTextIs(tag, value) => {
                for child in children(tag)? {
                    let mut texts = Vec::new();
                    collect_texts(&child, &mut texts, 0, vm)?;
                    let mut joined = String::new();
                    for said in texts {
                        joined.push_str(&text::text_of(vm, &said)?.unwrap_or_default());
                    }
                    if text::text_of(vm, value)?.as_deref() == Some(joined.as_str()) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Step::Index(index) => {
                let Some(parent) = self.parent(element)? else { return Ok(false) };
                let tag = element.get_attr("tag", vm)?;
                let mut same = Vec::new();
                let mut place = 0;
                while let Some(child) = child_of(&parent, place, vm) {
                    place += 1;
                    if has_tag(&child, &tag, vm)? {
                        same.push(child);
                    }
                }
                let at =
                    if *index < 0 { same.len().checked_sub(index.unsigned_abs()) } else { Some(index.unsigned_abs()) };
                Ok(at.and_then(|at| same.get(at)).is_some_and(|found| found.is(element)))
            }
            _ => Ok(true),
        }
    }

    fn parent(&mut self, element: &PyObject) -> PyResult<Option<PyObjectRef>> {
        if self.parents.is_none() {
            let mut parents = HashMap::new();
            let all = Descent::of(self.root.clone(), None, self.vm);
            while let Some(parent) = all.next_element(self.vm)? {
                let mut index = 0;
                while let Some(child) = child_of(&parent, index, self.vm) {
                    index += 1;
                    parents.insert(child.get_id(), parent.clone());
                }
            }
            self.parents = Some(parents);
        }
        Ok(self.parents.as_ref().and_then(|parents| parents.get(&element.get_id())).cloned())
    }
}

/// A child of an element, or of something that behaves like one.
fn child_of(element: &PyObject, index: usize, vm: &VirtualMachine) -> Option<PyObjectRef> {
    match element.downcast_ref::<Element>() {
        Some(element) => element.child(index),
        None => element.get_item(&index, vm).ok(),
    }
}
