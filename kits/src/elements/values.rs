//! Conversions between Python values and the texts and names of trees, with lxml's rules and messages.

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use super::tree::{EMPTY, Flavour, Name, NodeId, Tree, XML_NAMESPACE};
use super::xml_parser::{is_char, is_plain_name};

/// A ValueError whose text is unicode, as lxml makes them.
pub fn value_error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    unicode_error(vm, vm.ctx.exceptions.value_error.to_owned(), message)
}

/// A TypeError whose text is unicode.
pub fn type_error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    unicode_error(vm, vm.ctx.exceptions.type_error.to_owned(), message)
}

fn unicode_error(vm: &VirtualMachine, class: rustpython_vm::builtins::PyTypeRef, message: &str) -> PyBaseExceptionRef {
    vm.invoke_exception(&class, vec![text::new_unicode(vm, message)]).unwrap_or_else(|error| error)
}

/// The name of a value's class, as messages have it.
pub fn class_name(vm: &VirtualMachine, value: &PyObject) -> String {
    if vm.is_none(value) { "NoneType".to_owned() } else { value.class().name().to_string() }
}

/// A text for a tree: ASCII byte strings and unicode without control characters.
pub fn xml_text(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    let incompatible = || {
        vm.new_value_error(
            "All strings must be XML compatible: Unicode or ASCII, no NULL bytes or control characters".to_owned(),
        )
    };
    if text::is_unicode(value) {
        let text = text::wtf8_of(vm, value)?.map(std::borrow::Cow::into_owned).unwrap_or_default();
        let text = text.into_string().map_err(|_| incompatible())?;
        return if text.chars().all(is_char) { Ok(text) } else { Err(incompatible()) };
    }
    match text::bytes_of(value) {
        Some(bytes) if bytes.is_ascii() => {
            let text = String::from_utf8(bytes).map_err(|_| incompatible())?;
            if text.chars().all(is_char) { Ok(text) } else { Err(incompatible()) }
        }
        Some(_) => Err(incompatible()),
        None => {
            let class = class_name(vm, value);
            Err(vm.new_type_error(format!("Argument must be bytes or unicode, got '{class}'")))
        }
    }
}

/// An optional argument; None counts as left out.
pub fn given(vm: &VirtualMachine, value: Option<PyObjectRef>) -> Option<PyObjectRef> {
    value.filter(|value| !vm.is_none(value))
}

/// Splits `{uri}local`.
pub fn split_tag(tag: &str) -> (&str, &str) {
    tag.strip_prefix('{').and_then(|rest| rest.split_once('}')).unwrap_or(("", tag))
}

/// Checks a tag name as lxml does.
pub fn check_tag(vm: &VirtualMachine, tag: &str, flavour: Flavour) -> PyResult<()> {
    let (_, local) = split_tag(tag);
    if local.is_empty() {
        return Err(value_error(vm, "Empty tag name"));
    }
    let repr = || {
        let repr = text::repr_of(vm, &text::new_unicode(vm, local)).unwrap_or_default();
        String::from_utf8_lossy(&repr).into_owned()
    };
    let valid_html = !local.contains(|c: char| c.is_whitespace() || matches!(c, '&' | '<' | '>' | '/' | '"' | '\''));
    match flavour {
        Flavour::Html if !valid_html => Err(value_error(vm, &format!("Invalid HTML tag name {}", repr()))),
        Flavour::Xml if !is_plain_name(local) => Err(value_error(vm, &format!("Invalid tag name {}", repr()))),
        _ => Ok(()),
    }
}

/// Checks an attribute's name.
pub fn check_attribute(vm: &VirtualMachine, name: &str, flavour: Flavour) -> PyResult<()> {
    let (_, local) = split_tag(name);
    let valid = match flavour {
        Flavour::Xml => is_plain_name(local),
        Flavour::Html => {
            !local.is_empty()
                && !local.contains(|c: char| c.is_whitespace() || matches!(c, '&' | '<' | '>' | '/' | '"' | '\'' | '='))
        }
    };
    if valid {
        return Ok(());
    }
    let repr = text::repr_of(vm, &text::new_unicode(vm, local)).unwrap_or_default();
    Err(value_error(vm, &format!("Invalid attribute name {}", String::from_utf8_lossy(&repr))))
}

/// The name for a `{uri}local` text at a node; an unknown namespace gets a prefix and a declaration there.
pub fn resolve_name(tree: &mut Tree, node: NodeId, tag: &str, attribute: bool) -> Name {
    let (uri, local) = split_tag(tag);
    let local = tree.atom(local);
    if uri.is_empty() {
        return Name { uri: EMPTY, prefix: EMPTY, local };
    }
    let uri_atom = tree.atom(uri);
    if uri == XML_NAMESPACE {
        let prefix = tree.atom("xml");
        return Name { uri: uri_atom, prefix, local };
    }
    let known = tree.namespaces_in_scope(node).into_iter().find(|(p, u)| *u == uri_atom && !(attribute && *p == EMPTY));
    if let Some((prefix, _)) = known {
        return Name { uri: uri_atom, prefix, local };
    }
    let taken = tree.namespaces_in_scope(node);
    let mut number = 0;
    let prefix = loop {
        let candidate = tree.atom(&format!("ns{number}"));
        if !taken.iter().any(|(p, _)| *p == candidate) {
            break candidate;
        }
        number += 1;
    };
    tree.declare(node, prefix, uri_atom);
    Name { uri: uri_atom, prefix, local }
}

/// Pairs out of a dictionary or a sequence of pairs.
pub fn pairs(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    if let Some(dict) = value.downcast_ref::<PyDict>() {
        return Ok(dict.into_iter().collect());
    }
    if let Ok(items) = vm.call_method(value, "items", ()) {
        return sequence_pairs(vm, items);
    }
    sequence_pairs(vm, value.to_owned())
}

fn sequence_pairs(vm: &VirtualMachine, value: PyObjectRef) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    Vec::<PyObjectRef>::try_from_object(vm, value)?
        .into_iter()
        .map(|pair| {
            if text::is_basestring(&pair) {
                return Err(vm.new_value_error("need more than 1 value to unpack".to_owned()));
            }
            match Vec::<PyObjectRef>::try_from_object(vm, pair)?.as_slice() {
                [first, second] => Ok((first.clone(), second.clone())),
                [] | [_] => Err(vm.new_value_error("need more than 1 value to unpack".to_owned())),
                _ => Err(vm.new_value_error("too many values to unpack".to_owned())),
            }
        })
        .collect()
}

/// The text of an `lxml.etree.CDATA`; None for every other value.
pub fn cdata_text(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<String>> {
    if text::is_basestring(value) || &*value.class().name() != "CDATA" {
        return Ok(None);
    }
    xml_text(vm, &*value.get_attr("_data", vm)?).map(Some)
}
