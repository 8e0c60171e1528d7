//! Percent encoding as `urllib` of Python 2 does it.

use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

/// `urllib.quote(text, safe)`.
pub fn quote(bytes: &[u8], safe: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"_.-".contains(&byte) || safe.contains(&byte) {
            out.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    out
}

/// `urllib.quote_plus(text)`.
pub fn quote_plus(bytes: &[u8], safe: &[u8]) -> String {
    let safe = [safe, b" "].concat();
    quote(bytes, &safe).replace(' ', "+")
}

/// The bytes of a text argument of an URL: UTF-8 of a unicode, the bytes of a byte string, `str()` of anything else.
pub fn bytes_of(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    if let Some(string) = value.downcast_ref::<PyStr>() {
        if text::is_unicode(value) {
            return Ok(string.as_wtf8().as_bytes().to_vec());
        }
        if let Some(bytes) = text::bytes_of(value) {
            return Ok(bytes);
        }
    }
    text::str_of(vm, value)
}

/// The bytes of an address for quoting: those of a byte string; of a unicode what the framework's own `urllib.quote`
/// makes of it, one byte a character of Latin-1, the others as `\\uXXXX`.
pub fn url_bytes(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    if !text::is_unicode(value) {
        return bytes_of(vm, value);
    }
    Ok(raw_unicode_escape(&text::unicode_of(vm, value)?))
}

/// The codec `raw-unicode-escape`.
pub fn raw_unicode_escape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            latin @ ..=0xff => bytes.push(latin as u8),
            small @ ..=0xffff => bytes.extend(format!("\\u{small:04x}").into_bytes()),
            large => bytes.extend(format!("\\U{large:08x}").into_bytes()),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_unicode_addresses() {
        assert_eq!(raw_unicode_escape("a\u{e9}"), b"a\xe9");
        assert_eq!(raw_unicode_escape("\u{20ac}"), b"\\u20ac");
    }

    #[test]
    fn quotes_as_urllib() {
        assert_eq!(quote("a b/é&c".as_bytes(), b"/"), "a%20b/%C3%A9%26c");
        assert_eq!(quote(b"http://a/", b""), "http%3A%2F%2Fa%2F");
        assert_eq!(quote_plus(b"a b/c+d", b""), "a+b%2Fc%2Bd");
    }
}
