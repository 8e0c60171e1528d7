//! `_cgi`, on which `cgi` stands: what is called for each header and each piece of text.

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

use super::markup::Source;
use crate::modules;
use crate::runtime::arguments;

/// `escape(s, quote=None)`: `&`, `<` and `>`, and `"` if it is asked for.
fn escape(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut values = arguments::of_python(vm, "escape", args, &["s", "quote"], 1)?;
    let quote = match values.pop().flatten() {
        Some(quote) => quote.try_to_bool(vm)?,
        None => false,
    };
    let object = values.pop().flatten().unwrap_or_else(|| vm.ctx.none());
    let Some(source) = Source::of(object.clone()) else {
        // Other objects may have a `replace` of their own.
        let mut text = object;
        for (from, to) in [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")] {
            if from != "\"" || quote {
                text = vm.call_method(&text, "replace", (vm.ctx.new_str(from), vm.ctx.new_str(to)))?;
            }
        }
        return Ok(text);
    };
    let data = source.data();
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>') || quote && byte == b'"';
    if !data.iter().any(|byte| special(*byte)) && object.downcast_ref_if_exact::<PyStr>(vm).is_some() {
        return Ok(object);
    }
    let mut escaped = Wtf8Buf::with_capacity(data.len() + 16);
    let mut last = 0;
    for (at, byte) in data.iter().enumerate().filter(|(_, byte)| special(**byte)) {
        escaped.push_wtf8(source.part(last, at));
        escaped.push_str(match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        last = at + 1;
    }
    escaped.push_wtf8(source.part(last, data.len()));
    Ok(source.like(vm, escaped))
}

/// Where a parameter of a header ends: a semicolon in quotes does not count.
fn parameter_end(data: &[u8], from: usize) -> usize {
    let mut quotes = 0_usize;
    let mut previous = 0;
    for (at, &byte) in data.iter().enumerate().skip(from) {
        match byte {
            b'"' if previous == b'\\' && at > from => {}
            b'"' => quotes += 1,
            b';' if quotes.is_multiple_of(2) || at == from => return at,
            _ => {}
        }
        previous = byte;
    }
    data.len()
}

/// `parse_header(line)`: `text/html; charset="utf-8"` is `('text/html', {'charset': 'utf-8'})`.
fn parse_header(line: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(source) = Source::of(line.clone()) else {
        let text = vm._add(vm.ctx.new_str(";").as_object(), &line)?;
        return Ok(text);
    };
    let data = source.data();
    let values = vm.ctx.new_dict();
    let mut end = parameter_end(data, 0);
    let key = source.like(vm, source.stripped(0, end).to_owned());
    while end < data.len() {
        let start = end + 1;
        end = parameter_end(data, start);
        let Some(equals) = data.get(start..end).and_then(|part| part.iter().position(|byte| *byte == b'=')) else {
            continue;
        };
        let name = source.stripped(start, start + equals).to_ascii_lowercase();
        let value = source.stripped(start + equals + 1, end);
        values.set_item(&*source.like(vm, name), source.like(vm, unquoted(value)), vm)?;
    }
    Ok(vm.ctx.new_tuple(vec![key, values.into()]).into())
}

fn unquoted(value: &Wtf8) -> Wtf8Buf {
    match value.as_bytes() {
        [b'"', .., b'"'] => {
            let inner = value.get(1..value.len() - 1).unwrap_or_else(|| Wtf8::new(""));
            inner.replace(Wtf8::new("\\\\"), Wtf8::new("\\")).replace(Wtf8::new("\\\""), Wtf8::new("\""))
        }
        _ => value.to_owned(),
    }
}

/// `valid_boundary(s)`: printable ASCII, no blank at its end.
fn valid_boundary(s: PyObjectRef, _pattern: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<bool> {
    let Some(text) = s.downcast_ref::<PyStr>() else { return Err(vm.new_type_error("expected string or buffer")) };
    let data = text.as_bytes();
    // Like `$`, a new line at the end is let pass.
    let data = data.strip_suffix(b"\n").unwrap_or(data);
    let printable = data.iter().all(|byte| (b' '..=b'~').contains(byte));
    Ok((1..=201).contains(&data.len()) && printable && data.last() != Some(&b' '))
}

/// Makes the module `_cgi`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_cgi");
    modules::set_function(vm, &module, "escape", escape);
    modules::set_function(vm, &module, "parse_header", parse_header);
    modules::set_function(vm, &module, "valid_boundary", valid_boundary);
    module
}
