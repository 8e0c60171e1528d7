//! `RawConfigParser._read`: a file of sections with options.

use rustpython_vm::builtins::{PyDict, PyList, PyStr};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules::objects::{self, error as raise};
use crate::modules::python_function::{Home, PythonFunction};
use crate::runtime::{files, text};

/// Whitespace of a byte string, or of a unicode string.
fn is_space(c: char, unicode: bool) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
        || unicode && (c.is_whitespace() || matches!(c, '\x1c'..='\x1f'))
}

/// A line: its characters, one a byte for byte strings.
struct Line {
    object: PyObjectRef,
    text: String,
    unicode: bool,
}

impl Line {
    fn strip<'a>(&self, part: &'a str) -> &'a str {
        part.trim_matches(|c| is_space(c, self.unicode))
    }

    /// A part as a string of the line's type.
    fn object(&self, vm: &VirtualMachine, part: &str) -> PyObjectRef {
        if self.unicode { text::new_unicode(vm, part) } else { vm.ctx.new_str(part).into() }
    }

    /// Empty, or a comment.
    fn is_blank(&self) -> bool {
        let text = self.strip(&self.text);
        if text.is_empty() || self.text.starts_with(['#', ';']) {
            return true;
        }
        let word = text.split(|c| is_space(c, self.unicode)).next().unwrap_or_default();
        word.eq_ignore_ascii_case("rem") && self.text.starts_with(['r', 'R'])
    }
}

/// Where the lines come from.
enum Lines {
    File(PyRef<files::File>),
    Method(PyObjectRef),
}

impl Lines {
    fn next(&self, vm: &VirtualMachine) -> PyResult<Option<Line>> {
        let object = match self {
            Self::File(file) => text::new_str(vm, &file.read_bytes(None, true, vm)?),
            Self::Method(readline) => readline.call((), vm)?,
        };
        let Some(string) = object.downcast_ref::<PyStr>() else {
            return match object.clone().try_to_bool(vm)? {
                false => Ok(None),
                true => Err(vm.new_type_error("expected a string")),
            };
        };
        let content = string.as_wtf8().to_string_lossy().into_owned();
        if content.is_empty() {
            return Ok(None);
        }
        let unicode = text::is_unicode(&object);
        Ok(Some(Line { object, text: content, unicode }))
    }
}

/// What an option line says: name, sign and value.
type Option3 = (String, Option<char>, Option<String>);

/// The header of a section, as the usual pattern finds it.
fn header_of(line: &str) -> Option<&str> {
    let (header, _) = line.strip_prefix('[')?.split_once(']')?;
    (!header.is_empty()).then_some(header)
}

/// An option, as the usual patterns find it.
fn option_of(line: &str, value_needed: bool) -> Option<Option3> {
    let first = line.chars().next()?;
    if matches!(first, ':' | '=') || is_space(first, false) {
        return None;
    }
    let Some(at) = line.find([':', '=']) else {
        return (!value_needed).then(|| (line.to_owned(), None, None));
    };
    let (name, rest) = line.split_at(at);
    let mut rest = rest.chars();
    let sign = rest.next()?;
    let value = rest.as_str().trim_start_matches(|c| is_space(c, false));
    let value = value.strip_suffix('\n').unwrap_or(value);
    if value.contains('\n') {
        return None;
    }
    Some((name.to_owned(), Some(sign), Some(value.to_owned())))
}

/// A group of a match of the parser's own pattern.
fn group(vm: &VirtualMachine, found: &PyObject, name: &str) -> PyResult<Option<String>> {
    let value = vm.call_method(found, "group", (vm.ctx.new_str(name),))?;
    Ok(value.downcast_ref::<PyStr>().map(|value| value.as_wtf8().to_string_lossy().into_owned()))
}

/// Patterns that a parser has: the usual ones, or its own.
struct Patterns {
    section: Option<PyObjectRef>,
    option: Option<PyObjectRef>,
    value_needed: bool,
}

impl Patterns {
    fn of(home: &Home, vm: &VirtualMachine, parser: &PyObject) -> PyResult<Self> {
        let section = parser.get_attr("SECTCRE", vm)?;
        let option = parser.get_attr("_optcre", vm)?;
        let usual = &home.defaults;
        let is = |pattern: &PyObjectRef, at: usize| usual.get(at).is_some_and(|usual| usual.is(pattern));
        let value_needed = is(&option, 1);
        Ok(Self {
            section: (!is(&section, 0)).then_some(section),
            option: (!value_needed && !is(&option, 2)).then_some(option),
            value_needed,
        })
    }

    fn header(&self, vm: &VirtualMachine, line: &Line) -> PyResult<Option<String>> {
        let Some(pattern) = &self.section else { return Ok(header_of(&line.text).map(str::to_owned)) };
        let found = vm.call_method(pattern, "match", (line.object.clone(),))?;
        if vm.is_none(&found) { Ok(None) } else { group(vm, &found, "header") }
    }

    fn option(&self, vm: &VirtualMachine, line: &Line) -> PyResult<Option<Option3>> {
        let Some(pattern) = &self.option else { return Ok(option_of(&line.text, self.value_needed)) };
        let found = vm.call_method(pattern, "match", (line.object.clone(),))?;
        if vm.is_none(&found) {
            return Ok(None);
        }
        let name = group(vm, &found, "option")?.unwrap_or_default();
        let sign = group(vm, &found, "vi")?.and_then(|sign| sign.chars().next());
        Ok(Some((name, sign, group(vm, &found, "value")?)))
    }
}

/// The value without a comment behind it.
fn without_comment<'a>(line: &Line, sign: Option<char>, value: &'a str) -> &'a str {
    let comment = value.find(';').filter(|_| matches!(sign, Some('=' | ':')));
    let cut = match comment {
        Some(at)
            if value.get(..at).and_then(|before| before.chars().last()).is_some_and(|c| is_space(c, line.unicode)) =>
        {
            value.get(..at).unwrap_or(value)
        }
        _ => value,
    };
    let value = line.strip(cut);
    if value == "\"\"" { "" } else { value }
}

/// Whether the names of options are made in the usual way: that needs no calls.
fn has_usual_names(home: &Home, parser: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let method = parser.get_attr("optionxform", vm)?;
    let function = objects::get(vm, &method, "im_func").ok();
    let own = objects::global(vm, home, "RawConfigParser")?.get_attr("optionxform", vm)?;
    let known = objects::get(vm, &own, "im_func").ok();
    Ok(matches!((function, known), (Some(a), Some(b)) if a.is(&b) && a.downcastable::<PythonFunction>()))
}

/// `_read(self, fp, fpname)`: reads a file into the sections.
pub fn read(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [parser, file, name] = values else { return Ok(vm.ctx.none()) };
    let lines = match file.clone().downcast::<files::File>() {
        Ok(file) => Lines::File(file),
        Err(file) => Lines::Method(file.get_attr("readline", vm)?),
    };
    let patterns = Patterns::of(home, vm, parser)?;
    let own_names = !has_usual_names(home, parser, vm)?;
    let (sections, defaults) = (parser.get_attr("_sections", vm)?, parser.get_attr("_defaults", vm)?);
    let make = parser.get_attr("_dict", vm)?;
    let mut current: Option<PyObjectRef> = None;
    // The name of the last option, and its lines.
    let mut option: Option<(PyObjectRef, PyObjectRef)> = None;
    let mut fault: Option<PyObjectRef> = None;
    // Options whose values are still lists of lines.
    let mut number = 0;
    while let Some(line) = lines.next(vm)? {
        number += 1;
        if line.is_blank() {
            continue;
        }
        let goes_on = line.text.chars().next().is_some_and(|c| is_space(c, line.unicode));
        if goes_on && let (Some(_), Some((_, parts))) = (&current, &option) {
            let part = line.strip(&line.text);
            if !part.is_empty()
                && let Some(list) = parts.downcast_ref::<PyList>()
            {
                list.borrow_vec_mut().push(line.object(vm, part));
            }
            continue;
        }
        if let Some(header) = patterns.header(vm, &line)? {
            let header_object = line.object(vm, &header);
            current = Some(if vm._contains(&sections, &header_object)? {
                sections.get_item(&*header_object, vm)?
            } else if header == "DEFAULT" {
                defaults.clone()
            } else {
                let made = make.call((), vm)?;
                made.set_item("__name__", header_object.clone(), vm)?;
                sections.set_item(&*header_object, made.clone(), vm)?;
                made
            });
            option = None;
            continue;
        }
        let Some(target) = &current else {
            let args = vec![name.clone(), vm.ctx.new_int(number).into(), line.object];
            return Err(raise(vm, home, "MissingSectionHeaderError", args));
        };
        let Some((key, sign, value)) = patterns.option(vm, &line)? else {
            let error = match &fault {
                Some(error) => error.clone(),
                None => {
                    let class = objects::global(vm, home, "ParsingError")?;
                    fault.insert(class.call((name.clone(),), vm)?).clone()
                }
            };
            let shown = text::repr_object(vm, &line.object)?;
            vm.call_method(&error, "append", (vm.ctx.new_int(number), shown))?;
            continue;
        };
        let key = key.trim_end_matches(|c| is_space(c, line.unicode));
        let key = match own_names {
            true => vm.call_method(parser, "optionxform", (line.object(vm, key),))?,
            false if line.unicode => text::new_unicode(vm, &key.to_lowercase()),
            false => vm.ctx.new_str(key.to_ascii_lowercase()).into(),
        };
        option = match value {
            Some(value) => {
                let value = line.object(vm, without_comment(&line, sign, &value));
                let parts: PyObjectRef = vm.ctx.new_list(vec![value]).into();
                target.set_item(&*key, parts.clone(), vm)?;
                Some((key, parts))
            }
            None => {
                target.set_item(&*key, vm.ctx.none(), vm)?;
                None
            }
        };
    }
    if let Some(error) = fault {
        return Err(objects::raised(vm, error));
    }
    let mut all = vec![defaults];
    let more = vm.call_method(&sections, "values", ())?;
    all.extend(vm.extract_elements_with(&more, Ok)?);
    for options in all {
        join_lines(vm, &options)?;
    }
    Ok(vm.ctx.none())
}

/// Joins the lines of the values.
fn join_lines(vm: &VirtualMachine, options: &PyObject) -> PyResult<()> {
    let pairs: Vec<(PyObjectRef, PyObjectRef)> = match options.downcast_ref_if_exact::<PyDict>(vm) {
        Some(plain) => plain.items_vec(),
        None => {
            let items = vm.call_method(options, "items", ())?;
            vm.extract_elements_with(&items, |pair| match pair.try_to_value::<Vec<PyObjectRef>>(vm)?.as_slice() {
                [key, value] => Ok((key.clone(), value.clone())),
                _ => Err(vm.new_value_error("too many values to unpack")),
            })?
        }
    };
    for (key, value) in pairs {
        let Some(lines) = value.downcast_ref::<PyList>().map(|lines| lines.borrow_vec().to_vec()) else { continue };
        let joined = match lines.as_slice() {
            [only] => only.clone(),
            _ => vm.call_method(vm.ctx.new_str("\n").as_object(), "join", (value.clone(),))?,
        };
        options.set_item(&*key, joined, vm)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        assert_eq!(option_of("a b : c=d \n", true), Some(("a b ".to_owned(), Some(':'), Some("c=d ".to_owned()))));
        assert_eq!(option_of("a=\n", true), Some(("a".to_owned(), Some('='), Some(String::new()))));
        assert_eq!(option_of("alone\n", true), None);
        assert_eq!(option_of("alone\n", false), Some(("alone\n".to_owned(), None, None)));
        assert_eq!(option_of(" a=1\n", true), None);
        assert_eq!(header_of("[a b] ; c\n"), Some("a b"));
        assert_eq!(header_of("[]\n"), None);
    }
}
