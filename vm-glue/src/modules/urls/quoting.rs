//! `quote` and `unquote`.

use std::collections::HashSet;

use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

use super::{Text, is_true, parameters};
use crate::modules::python_function::{Body, Function, Given, function, with_defaults};
use crate::runtime::text;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The characters that are never quoted.
fn is_always_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// The characters that stay as they are, beside the ones that always do.
struct Safe {
    ascii: [bool; 128],
    wide: HashSet<u32>,
    unicode: bool,
}

impl Safe {
    fn of(safe: &Wtf8, unicode: bool) -> Self {
        let mut kept = Self { ascii: [false; 128], wide: HashSet::new(), unicode };
        for c in safe.code_points() {
            match kept.ascii.get_mut(c.to_u32() as usize) {
                Some(flag) => *flag = true,
                None => {
                    kept.wide.insert(c.to_u32());
                }
            }
        }
        kept
    }

    fn holds(&self, c: CodePoint) -> bool {
        let code = c.to_u32();
        match u8::try_from(code).ok().filter(u8::is_ascii) {
            Some(byte) => is_always_safe(byte) || self.ascii.get(usize::from(byte)).is_some_and(|safe| *safe),
            None => self.wide.contains(&code),
        }
    }
}

/// `s` with the characters outside of `safe` quoted; the same object if there are none.
fn quoted(vm: &VirtualMachine, s: Text<'_>, safe: &Safe) -> PyResult {
    if s.content.code_points().all(|c| safe.holds(c)) {
        return Ok(s.whole());
    }
    let mut out = Wtf8Buf::with_capacity(s.content.len() * 2);
    // Python 2 looks each character up in a table of byte strings, to which the safe ones are added as they came.
    let mut unicode = false;
    for c in s.content.code_points() {
        let code = c.to_u32();
        if safe.holds(c) {
            unicode |= safe.unicode && !u8::try_from(code).is_ok_and(is_always_safe);
            out.push(c);
        } else if let Some(byte) = u8::try_from(code).ok().filter(|byte| !s.unicode || byte.is_ascii()) {
            let digit = |half: u8| char::from(HEX.get(usize::from(half)).copied().unwrap_or(b'0'));
            out.push_char('%');
            out.push_char(digit(byte >> 4));
            out.push_char(digit(byte & 15));
        } else {
            let mut key = Wtf8Buf::new();
            key.push(c);
            return Err(vm.new_key_error(text::new_unicode_buf(vm, key)));
        }
    }
    if unicode && !s.unicode && !out.is_ascii() {
        let bytes = text::narrow(&out).into_owned();
        return Ok(text::new_unicode_buf(vm, text::decode_default(vm, &bytes)?));
    }
    Ok(if unicode || (s.unicode && !out.is_ascii()) {
        text::new_unicode_buf(vm, out)
    } else {
        vm.ctx.new_str(out).into()
    })
}

/// The safe characters of an argument; `more` are added.
fn safe_of(vm: &VirtualMachine, safe: Option<&PyObject>, default: &str, more: &str) -> PyResult<Safe> {
    let Some(safe) = safe else { return Ok(Safe::of(Wtf8::new(format!("{default}{more}").as_str()), false)) };
    let Some(string) = safe.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error(format!(
            "cannot concatenate 'str' and '{}' objects",
            crate::runtime::names::type_name_of(safe)
        )));
    };
    let mut content = string.as_wtf8().to_owned();
    content.push_str(more);
    Ok(Safe::of(&content, text::is_unicode(safe)))
}

/// `quote(s, safe='/')`.
pub fn quote(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [s, safe] = parameters(vm, "quote", args, ["s", "safe"], 1)?;
    let s = s.unwrap_or_else(|| vm.ctx.none());
    if !is_true(vm, &s)? {
        return if vm.is_none(&s) { Err(vm.new_type_error("None object cannot be quoted")) } else { Ok(s) };
    }
    let safe = safe_of(vm, safe.as_deref(), "/", "")?;
    quoted(vm, Text::of(vm, &s, "rstrip")?, &safe)
}

/// `quote_plus(s)` of the values of forms.
pub fn quote_plus_of(vm: &VirtualMachine, s: &PyObject) -> PyResult {
    quote_plus_with(vm, s, None)
}

fn quote_plus_with(vm: &VirtualMachine, s: &PyObject, safe: Option<&PyObject>) -> PyResult {
    let Some(string) = s.downcast_ref::<PyStr>() else {
        let kind = crate::runtime::names::type_name_of(s);
        return Err(vm.new_type_error(format!("argument of type '{kind}' is not iterable")));
    };
    let text = Text::from_string(s, string);
    if text.bytes().is_empty() {
        return Ok(text.whole());
    }
    if !text.bytes().contains(&b' ') {
        return quoted(vm, text, &safe_of(vm, safe, "", "")?);
    }
    let quoted = quoted(vm, text, &safe_of(vm, safe, "", " ")?)?;
    Ok(with_replaced(vm, &quoted, b' ', b'+'))
}

/// `quote_plus(s, safe='')`.
fn quote_plus(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [s, safe] = parameters(vm, "quote_plus", args, ["s", "safe"], 1)?;
    quote_plus_with(vm, &s.unwrap_or_else(|| vm.ctx.none()), safe.as_deref())
}

/// A string with an ASCII character replaced by another.
fn with_replaced(vm: &VirtualMachine, object: &PyObjectRef, from: u8, to: u8) -> PyObjectRef {
    let Some(string) = object.downcast_ref::<PyStr>() else { return object.clone() };
    let text = Text::from_string(object, string);
    match replaced(text.content, from, to) {
        Some(content) => text.same_type(vm, &content),
        None => object.clone(),
    }
}

/// The text with an ASCII character replaced; None if it is not there.
fn replaced(content: &Wtf8, from: u8, to: u8) -> Option<Wtf8Buf> {
    if !content.as_bytes().contains(&from) {
        return None;
    }
    let bytes = content.as_bytes().iter().map(|byte| if *byte == from { to } else { *byte }).collect();
    Wtf8Buf::from_bytes(bytes).ok()
}

fn hex_value(byte: Option<&u8>) -> Option<u32> {
    byte.and_then(|byte| char::from(*byte).to_digit(16))
}

/// The text with `%xx` made characters; None if there are none.
fn unquoted(content: &Wtf8) -> Option<Wtf8Buf> {
    let bytes = content.as_bytes();
    if !bytes.contains(&b'%') {
        return None;
    }
    let mut out = Wtf8Buf::with_capacity(bytes.len());
    let mut start = 0;
    let mut at = 0;
    while at < bytes.len() {
        let code = match bytes.get(at) {
            Some(b'%') => hex_value(bytes.get(at + 1)).zip(hex_value(bytes.get(at + 2))),
            _ => None,
        };
        match code.and_then(|(high, low)| CodePoint::from_u32(high * 16 + low)) {
            Some(c) => {
                out.push_wtf8(content.get(start..at).unwrap_or_default());
                out.push(c);
                at += 3;
                start = at;
            }
            None => at += 1,
        }
    }
    out.push_wtf8(content.get(start..).unwrap_or_default());
    Some(out)
}

/// A piece of a query: `+` is a blank, `%xx` a character.
pub(super) fn unquoted_piece(vm: &VirtualMachine, text: Text<'_>, start: usize, end: usize) -> PyObjectRef {
    let piece = text.content.get(start..end).unwrap_or_default();
    let blanks = replaced(piece, b'+', b' ');
    let piece = blanks.as_deref().unwrap_or(piece);
    match unquoted(piece) {
        Some(content) => text.same_type(vm, &content),
        None => text.same_type(vm, piece),
    }
}

fn unquote(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [s] = parameters(vm, "unquote", args, ["s"], 1)?;
    let s = s.unwrap_or_else(|| vm.ctx.none());
    let text = Text::of(vm, &s, "split")?;
    Ok(unquoted(text.content).map_or_else(|| text.whole(), |content| text.same_type(vm, &content)))
}

fn unquote_plus(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [s] = parameters(vm, "unquote_plus", args, ["s"], 1)?;
    let s = s.unwrap_or_else(|| vm.ctx.none());
    let text = Text::of(vm, &s, "replace")?;
    Ok(unquoted_piece(vm, text, 0, text.content.len()))
}

/// Functions of the module `urllib`; `unquote` is `urlparse`'s as well.
pub static FUNCTIONS: &[Function] = &[
    with_defaults("quote", &["s", "safe"], &[Given::Text("/")], Body::Raw(|_, args, vm| quote(args, vm))),
    with_defaults("quote_plus", &["s", "safe"], &[Given::Text("")], Body::Raw(|_, args, vm| quote_plus(args, vm))),
    UNQUOTE,
    function("unquote_plus", &["s"], Body::Raw(|_, args, vm| unquote_plus(args, vm))),
];

/// `unquote(s)`
pub const UNQUOTE: Function = function("unquote", &["s"], Body::Raw(|_, args, vm| unquote(args, vm)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unquoting() {
        let of = |text: &str| unquoted(Wtf8::new(text)).map(|found| found.to_string());
        assert_eq!(of("abc"), None);
        assert_eq!(of("%41%zz%4%e9"), Some("A%zz%4\u{e9}".to_owned()));
    }

    #[test]
    fn safe_characters() {
        let safe = Safe::of(Wtf8::new("/\u{e9}"), false);
        assert!(['a', '/', '-', '\u{e9}'].iter().all(|c| safe.holds(CodePoint::from_char(*c))));
        assert!(!safe.holds(CodePoint::from_char('~')));
    }
}
