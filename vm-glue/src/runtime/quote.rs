//! `repr` of both string types.

use super::text;
use rustpython_common::wtf8::{CodePoint, Wtf8};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyObject, PyRef, PyResult, VirtualMachine};
use std::fmt::Write;

/// The slot of both types.
pub fn repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(string) = object.downcast_ref::<PyStr>() else { return Err(vm.new_type_error("a string is required")) };
    Ok(vm.ctx.new_str(quoted(string.as_wtf8(), text::is_unicode(object))))
}

/// The literal of a string.
pub fn quoted(text: &Wtf8, unicode: bool) -> String {
    let bytes = text.as_bytes();
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut result = String::with_capacity(text.len() + 3);
    if unicode || text.code_points().any(|c| c.to_u32() > 0xff) {
        result.push('u');
    }
    result.push(quote);
    for c in text.code_points() {
        push_escaped(&mut result, c, Some(quote));
    }
    result.push(quote);
    result
}

/// Appends a char as it stands in a literal.
pub fn push_escaped(result: &mut String, c: CodePoint, quote: Option<char>) {
    let code = c.to_u32();
    // Writing into a string cannot fail.
    let _ = match c.to_char() {
        Some('\\') => result.write_str("\\\\"),
        Some('\t') => result.write_str("\\t"),
        Some('\n') => result.write_str("\\n"),
        Some('\r') => result.write_str("\\r"),
        Some(c) if Some(c) == quote => write!(result, "\\{c}"),
        Some(c @ ' '..='~') => result.write_char(c),
        _ if code <= 0xff => write!(result, "\\x{code:02x}"),
        _ if code <= 0xffff => write!(result, "\\u{code:04x}"),
        _ => write!(result, "\\U{code:08x}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_ascii() {
        assert_eq!(quoted(Wtf8::new("it's\n\u{e9}"), false), "\"it's\\n\\xe9\"");
        assert_eq!(quoted(Wtf8::new("'\"\u{20ac}\u{1f600}"), true), "u'\\'\"\\u20ac\\U0001f600'");
    }
}
