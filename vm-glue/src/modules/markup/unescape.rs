//! `HTMLParser.unescape`: the references in an attribute's value.

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::parser::{Parser, Source};
use super::scan;
use crate::import;
use crate::runtime::text;

/// What a numeric reference stands for, `body` being what follows `#`; None where it stands for itself.
fn numbered(vm: &VirtualMachine, body: &str) -> PyResult<Option<char>> {
    let (digits, radix) = match body.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (body, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Ok(None);
    }
    match i64::from_str_radix(digits, radix) {
        Err(_) => Err(vm.new_overflow_error("Python int too large to convert to C long")),
        Ok(number) if number > i64::from(i32::MAX) => {
            Err(vm.new_overflow_error("signed integer is greater than maximum"))
        }
        Ok(number) => Ok(u32::try_from(number).ok().and_then(char::from_u32)),
    }
}

/// The table of the class, which is made when it is needed first.
fn entities(parser: &Parser<'_>) -> PyResult {
    let vm = parser.vm;
    let class = parser.home.globals.get_item_opt("HTMLParser", vm)?.unwrap_or_else(|| vm.ctx.none());
    if vm.is_none(&*class.get_attr("entitydefs", vm)?) {
        let points = import::module(vm, "htmlentitydefs")?.get_attr("name2codepoint", vm)?;
        let table = vm.ctx.new_dict();
        table.set_item("apos", text::new_unicode(vm, "'"), vm)?;
        for name in vm.extract_elements_with(&points, Ok)? {
            let point: u32 = points.get_item(&*name, vm)?.try_to_value(vm)?;
            let character = char::from_u32(point).map(String::from).unwrap_or_default();
            table.set_item(&*name, text::new_unicode(vm, &character), vm)?;
        }
        class.set_attr("entitydefs", table, vm)?;
    }
    parser.get(parser.names.entitydefs)
}

/// What a reference stands for: a unicode string, or None where it stands for itself.
fn replacement(parser: &Parser<'_>, source: &Source, name: std::ops::Range<usize>) -> PyResult<Option<PyObjectRef>> {
    let vm = parser.vm;
    let body = source.part(name.start, name.end).to_string_lossy().into_owned();
    if let Some(number) = body.strip_prefix('#') {
        // A surrogate is a character of its own to Python.
        return Ok(match numbered(vm, number)? {
            Some(character) => Some(text::new_unicode(vm, character.encode_utf8(&mut [0; 4]))),
            None => surrogate(vm, number),
        });
    }
    let table = entities(parser)?;
    let key = source.piece(vm, name.start, name.end);
    match table.get_item(&*key, vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn surrogate(vm: &VirtualMachine, number: &str) -> Option<PyObjectRef> {
    let point = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let point = rustpython_wtf8::CodePoint::from_u32(point.ok().filter(|point| (0xd800..0xe000).contains(point))?)?;
    let mut text = rustpython_wtf8::Wtf8Buf::new();
    text.push(point);
    Some(text::new_unicode_buf(vm, text))
}

/// The string without its references; it is unicode where one was replaced.
pub fn unescape(parser: &Parser<'_>, value: PyObjectRef) -> PyResult {
    let vm = parser.vm;
    let Some(source) = Source::of(value.clone()) else {
        // What Python says to `'&' not in s`.
        return match vm._contains(&value, vm.ctx.new_str("&").as_object())? {
            false => Ok(value),
            true => Err(vm.new_type_error("expected string or buffer")),
        };
    };
    let data = source.data();
    if scan::find(data, 0, b'&').is_none() {
        return Ok(value);
    }
    let mut pieces: Vec<PyObjectRef> = Vec::new();
    let mut last = 0;
    let mut from = 0;
    while let Some(found) = scan::html_value_reference(data, from) {
        from = found.end;
        if let Some(replacement) = replacement(parser, &source, found.start + 1..found.end - 1)? {
            if last < found.start {
                pieces.push(source.piece(vm, last, found.start));
            }
            pieces.push(replacement);
            last = found.end;
        }
    }
    if pieces.is_empty() {
        return Ok(value);
    }
    if last < data.len() {
        pieces.push(source.piece(vm, last, data.len()));
    }
    join(vm, &source, pieces)
}

/// All pieces as one string, as `''.join` does it.
pub fn join(vm: &VirtualMachine, source: &Source, pieces: Vec<PyObjectRef>) -> PyResult {
    let empty = source.piece(vm, 0, 0);
    let pieces: PyObjectRef = vm.ctx.new_list(pieces).into();
    let empty: &PyObject = &empty;
    vm.call_method(empty, "join", (pieces,))
}
