//! The strict JSON reader of the `JSON` kit: result types as simplejson gives them on Python 2 (ASCII texts of a byte
//! string stay byte strings), built directly as Python objects.

use std::collections::HashMap;

use malachite_bigint::BigInt;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Deepest nesting of lists and objects.
const DEEPEST: usize = 900;

/// Why a text is not read.
#[derive(Debug)]
pub enum Refused {
    /// It is not JSON: the lenient reader may try.
    Syntax,
    /// Reading it raised an exception that has to leave.
    Raised(PyBaseExceptionRef),
}

impl From<PyBaseExceptionRef> for Refused {
    fn from(error: PyBaseExceptionRef) -> Refused {
        Refused::Raised(error)
    }
}

type Read<T> = Result<T, Refused>;

/// Reads a document. `is_unicode`: the bytes are the UTF-8 of a unicode string, and all texts come out as unicode.
pub fn read(vm: &VirtualMachine, bytes: &[u8], is_unicode: bool, encoding: Option<&PyObject>) -> Read<PyObjectRef> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = Reader { vm, bytes, at: 0, is_unicode, encoding, keys: HashMap::new() };
    reader.skip_blanks();
    let value = reader.value(0)?;
    reader.skip_blanks();
    if reader.at < bytes.len() { Err(Refused::Syntax) } else { Ok(value) }
}

struct Reader<'a> {
    vm: &'a VirtualMachine,
    bytes: &'a [u8],
    at: usize,
    is_unicode: bool,
    encoding: Option<&'a PyObject>,
    /// Keys that were met already: most objects of a document have the same ones.
    keys: HashMap<&'a [u8], PyObjectRef>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &[u8]) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Read<PyObjectRef> {
        let vm = self.vm;
        if depth > DEEPEST {
            return Err(vm.new_recursion_error("maximum recursion depth exceeded").into());
        }
        match self.peek() {
            b'"' => {
                self.at += 1;
                self.string().map(|(value, _)| value)
            }
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b't' if self.take(b"true") => Ok(vm.ctx.new_bool(true).into()),
            b'f' if self.take(b"false") => Ok(vm.ctx.new_bool(false).into()),
            b'n' if self.take(b"null") => Ok(vm.ctx.none()),
            b'N' if self.take(b"NaN") => Ok(vm.ctx.new_float(f64::NAN).into()),
            b'I' if self.take(b"Infinity") => Ok(vm.ctx.new_float(f64::INFINITY).into()),
            b'-' if self.take(b"-Infinity") => Ok(vm.ctx.new_float(f64::NEG_INFINITY).into()),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(Refused::Syntax),
        }
    }

    fn number(&mut self) -> Read<PyObjectRef> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        match self.peek() {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return Err(Refused::Syntax),
        }
        let mut is_float = false;
        let after = |ahead: usize| self.bytes.get(self.at + ahead).copied().unwrap_or(0);
        if self.peek() == b'.' && after(1).is_ascii_digit() {
            is_float = true;
            self.at += 1;
            self.digits();
        }
        let after = |ahead: usize| self.bytes.get(self.at + ahead).copied().unwrap_or(0);
        if matches!(self.peek(), b'e' | b'E') {
            let sign = usize::from(matches!(after(1), b'+' | b'-'));
            if after(1 + sign).is_ascii_digit() {
                is_float = true;
                self.at += 1 + sign;
                self.digits();
            }
        }
        let literal = self.bytes.get(start..self.at).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("0");
        if is_float {
            return Ok(self.vm.ctx.new_float(literal.parse().unwrap_or(f64::NAN)).into());
        }
        match literal.parse::<i64>() {
            Ok(number) => Ok(self.vm.ctx.new_int(number).into()),
            Err(_) => Ok(self.vm.ctx.new_int(literal.parse::<BigInt>().unwrap_or_default()).into()),
        }
    }

    fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
    }

    fn array(&mut self, depth: usize) -> Read<PyObjectRef> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(b"]") {
            return Ok(self.vm.ctx.new_list(items).into());
        }
        loop {
            self.skip_blanks();
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.take(b"]") {
                return Ok(self.vm.ctx.new_list(items).into());
            }
            if !self.take(b",") {
                return Err(Refused::Syntax);
            }
        }
    }

    fn object(&mut self, depth: usize) -> Read<PyObjectRef> {
        self.at += 1;
        let dict = self.vm.ctx.new_dict();
        self.skip_blanks();
        if self.take(b"}") {
            return Ok(dict.into());
        }
        loop {
            self.skip_blanks();
            let key = self.key()?;
            self.skip_blanks();
            if !self.take(b":") {
                return Err(Refused::Syntax);
            }
            self.skip_blanks();
            let value = self.value(depth + 1)?;
            dict.set_item(&*key, value, self.vm)?;
            self.skip_blanks();
            if self.take(b"}") {
                return Ok(dict.into());
            }
            if !self.take(b",") {
                return Err(Refused::Syntax);
            }
        }
    }

    fn key(&mut self) -> Read<PyObjectRef> {
        if !self.take(b"\"") {
            return Err(Refused::Syntax);
        }
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        if let Some(length) = rest.iter().position(|b| matches!(b, b'"' | b'\\'))
            && rest.get(length) == Some(&b'"')
            && let Some(known) = rest.get(..length).and_then(|raw| self.keys.get(raw))
        {
            self.at += length + 1;
            return Ok(known.clone());
        }
        let (key, raw) = self.string()?;
        if let Some(raw) = raw {
            self.keys.insert(raw, key.clone());
        }
        Ok(key)
    }

    /// A text after its quotation mark; with its bytes if there is no escape in it.
    fn string(&mut self) -> Read<(PyObjectRef, Option<&'a [u8]>)> {
        let start = self.at;
        let mut ascii = true;
        loop {
            match self.bytes.get(self.at) {
                None | Some(0..=0x1f) => return Err(Refused::Syntax),
                Some(b'"') => {
                    let raw = self.bytes.get(start..self.at).unwrap_or(&[]);
                    self.at += 1;
                    return Ok((self.finish(raw, ascii)?, Some(raw)));
                }
                Some(b'\\') => break,
                Some(byte) => {
                    ascii &= byte.is_ascii();
                    self.at += 1;
                }
            }
        }
        self.escaped_string(start).map(|value| (value, None))
    }

    /// Text without escapes.
    fn finish(&self, raw: &[u8], ascii: bool) -> Read<PyObjectRef> {
        if ascii && !self.is_unicode {
            return Ok(text::new_str(self.vm, raw));
        }
        Ok(text::new_unicode_wtf8(self.vm, &self.decode(raw)?))
    }

    /// The bytes of a text as characters.
    fn decode(&self, raw: &[u8]) -> PyResult<rustpython_vm::common::wtf8::Wtf8Buf> {
        use rustpython_vm::common::wtf8::Wtf8Buf;
        let vm = self.vm;
        if raw.is_ascii() || self.encoding.is_none() || self.is_unicode {
            return match std::str::from_utf8(raw) {
                Ok(text) => Ok(Wtf8Buf::from(text)),
                Err(_) if self.is_unicode => {
                    // A lone surrogate of a unicode string: kept as it is.
                    Ok(Wtf8Buf::from_bytes(raw.to_vec())
                        .unwrap_or_else(|b| Wtf8Buf::from(String::from_utf8_lossy(&b).into_owned())))
                }
                Err(_) => Err(text::utf8_error(vm, raw)),
            };
        }
        let encoding = self.encoding.map(PyObject::to_owned).unwrap_or_else(|| text::native(vm, "utf-8"));
        let decoded = vm.call_method(&text::new_str(vm, raw), "decode", (encoding,))?;
        Ok(text::wtf8_of(vm, &decoded)?.map(std::borrow::Cow::into_owned).unwrap_or_default())
    }

    fn escaped_string(&mut self, start: usize) -> Read<PyObjectRef> {
        use rustpython_vm::common::wtf8::{CodePoint, Wtf8Buf};
        let mut out = Wtf8Buf::new();
        let mut from = start;
        loop {
            let byte = self.bytes.get(self.at).copied();
            match byte {
                None | Some(0..=0x1f) => return Err(Refused::Syntax),
                Some(b'"' | b'\\') => {
                    let raw = self.bytes.get(from..self.at).unwrap_or(&[]);
                    if raw.is_ascii() {
                        out.push_str(std::str::from_utf8(raw).unwrap_or(""));
                    } else {
                        out.push_wtf8(&self.decode(raw)?);
                    }
                    self.at += 1;
                    if byte == Some(b'"') {
                        break;
                    }
                    let escape = self.peek();
                    self.at += 1;
                    match escape {
                        b'"' | b'\\' | b'/' => out.push_char(char::from(escape)),
                        b'b' => out.push_char('\u{8}'),
                        b'f' => out.push_char('\u{c}'),
                        b'n' => out.push_char('\n'),
                        b'r' => out.push_char('\r'),
                        b't' => out.push_char('\t'),
                        b'u' => {
                            let mut unit = self.hexadecimal()?;
                            if (0xd800..0xdc00).contains(&unit) && self.bytes.get(self.at..self.at + 2) == Some(b"\\u")
                            {
                                let before = self.at;
                                self.at += 2;
                                let low = self.hexadecimal()?;
                                if (0xdc00..0xe000).contains(&low) {
                                    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                                } else {
                                    self.at = before;
                                }
                            }
                            if let Some(point) = CodePoint::from_u32(unit) {
                                out.push(point);
                            }
                        }
                        _ => return Err(Refused::Syntax),
                    }
                    from = self.at;
                }
                Some(_) => self.at += 1,
            }
        }
        if !self.is_unicode && out.is_ascii() {
            return Ok(text::new_str(self.vm, out.as_bytes()));
        }
        Ok(text::new_unicode_buf(self.vm, out))
    }

    fn hexadecimal(&mut self) -> Read<u32> {
        let digits = self.bytes.get(self.at..self.at + 4).and_then(|d| std::str::from_utf8(d).ok());
        let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits.and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or(Refused::Syntax)?;
        self.at += 4;
        Ok(value)
    }
}
