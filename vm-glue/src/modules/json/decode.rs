//! Reading JSON as Python 2.7's `json.decoder` does: the same values, the same messages, the same positions.

use malachite_bigint::BigInt;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

use crate::runtime::text;

/// Deeper nested documents are refused, as CPython's recursion limit does.
const MAX_DEPTH: usize = 990;

/// What the caller wants done with the parts of a document.
pub struct Options {
    /// Refuse control characters in strings.
    pub strict: bool,
    /// Encoding of a `str` document.
    pub encoding: String,
    pub object_hook: Option<PyObjectRef>,
    pub object_pairs_hook: Option<PyObjectRef>,
    pub parse_float: Option<PyObjectRef>,
    pub parse_int: Option<PyObjectRef>,
    pub parse_constant: Option<PyObjectRef>,
}

/// Why a document cannot be read.
pub enum Failure {
    /// There is no value where one must be.
    NoValue,
    /// A message and the position that it is about.
    At(&'static str, usize),
    Raised(PyBaseExceptionRef),
}

impl From<PyBaseExceptionRef> for Failure {
    fn from(raised: PyBaseExceptionRef) -> Self {
        Self::Raised(raised)
    }
}

type Result<T> = std::result::Result<T, Failure>;

/// A document: bytes, and whether they are the WTF-8 of a unicode string.
pub struct Reader<'a> {
    pub vm: &'a VirtualMachine,
    pub data: &'a [u8],
    pub unicode: bool,
    pub options: &'a Options,
}

impl Reader<'_> {
    fn peek(&self, at: usize) -> Option<u8> {
        self.data.get(at).copied()
    }

    /// The position behind blanks.
    pub fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.peek(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        at
    }

    /// The position in the unit of the document's type: bytes, or characters.
    pub fn position(&self, at: usize) -> usize {
        if !self.unicode {
            return at;
        }
        let head = self.data.get(..at).unwrap_or(self.data);
        // Every byte that does not continue a character begins one.
        head.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
    }

    /// Reads the value that begins at a position: the value, and the position behind it.
    pub fn value(&self, at: usize, depth: usize) -> Result<(PyObjectRef, usize)> {
        let vm = self.vm;
        if depth > MAX_DEPTH {
            return Err(vm.new_runtime_error("maximum recursion depth exceeded while decoding a JSON object").into());
        }
        let rest = self.data.get(at..).unwrap_or_default();
        let constant = |name: &str, value: PyObjectRef| Ok((value, at + name.len()));
        match self.peek(at) {
            Some(b'"') => self.string(at + 1),
            Some(b'{') => self.object(at + 1, depth),
            Some(b'[') => self.array(at + 1, depth),
            Some(b'n') if rest.starts_with(b"null") => constant("null", vm.ctx.none()),
            Some(b't') if rest.starts_with(b"true") => constant("true", vm.ctx.new_bool(true).into()),
            Some(b'f') if rest.starts_with(b"false") => constant("false", vm.ctx.new_bool(false).into()),
            Some(b'N') if rest.starts_with(b"NaN") => constant("NaN", self.special("NaN", f64::NAN)?),
            Some(b'I') if rest.starts_with(b"Infinity") => {
                constant("Infinity", self.special("Infinity", f64::INFINITY)?)
            }
            Some(b'-') if rest.starts_with(b"-Infinity") => {
                constant("-Infinity", self.special("-Infinity", f64::NEG_INFINITY)?)
            }
            Some(b'-' | b'0'..=b'9') => self.number(at),
            _ => Err(Failure::NoValue),
        }
    }

    fn special(&self, name: &str, value: f64) -> PyResult {
        match &self.options.parse_constant {
            Some(hook) => hook.call((text::native(self.vm, name),), self.vm),
            None => Ok(self.vm.ctx.new_float(value).into()),
        }
    }

    fn number(&self, at: usize) -> Result<(PyObjectRef, usize)> {
        let digits = |mut from: usize| {
            while matches!(self.peek(from), Some(b'0'..=b'9')) {
                from += 1;
            }
            from
        };
        let start = at + usize::from(self.peek(at) == Some(b'-'));
        let mut end = match self.peek(start) {
            Some(b'0') => start + 1,
            Some(b'1'..=b'9') => digits(start),
            _ => return Err(Failure::NoValue),
        };
        let mut float = false;
        if self.peek(end) == Some(b'.') && matches!(self.peek(end + 1), Some(b'0'..=b'9')) {
            end = digits(end + 1);
            float = true;
        }
        if matches!(self.peek(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.peek(end + 1), Some(b'+' | b'-')));
            if matches!(self.peek(end + 1 + sign), Some(b'0'..=b'9')) {
                end = digits(end + 1 + sign);
                float = true;
            }
        }
        let literal = std::str::from_utf8(self.data.get(at..end).unwrap_or_default()).unwrap_or_default();
        let hook = if float { &self.options.parse_float } else { &self.options.parse_int };
        let value = match hook {
            Some(hook) => hook.call((text::native(self.vm, literal),), self.vm)?,
            None if float => self.vm.ctx.new_float(literal.parse().unwrap_or(f64::NAN)).into(),
            None => match literal.parse::<i64>() {
                Ok(number) => self.vm.ctx.new_int(number).into(),
                Err(_) => self.vm.ctx.new_int(literal.parse::<BigInt>().unwrap_or_default()).into(),
            },
        };
        Ok((value, end))
    }

    /// A string, from behind its quotation mark.
    fn string(&self, start: usize) -> Result<(PyObjectRef, usize)> {
        let (value, end) = self.string_text(start)?;
        Ok((text::new_unicode_buf(self.vm, value), end))
    }

    fn string_text(&self, start: usize) -> Result<(Wtf8Buf, usize)> {
        let mut out = Wtf8Buf::new();
        let mut at = start;
        loop {
            let from = at;
            while self.peek(at).is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
                at += 1;
            }
            self.plain(&mut out, self.data.get(from..at).unwrap_or_default())?;
            match self.peek(at) {
                None => return Err(Failure::At("Unterminated string starting at", start - 1)),
                Some(b'"') => return Ok((out, at + 1)),
                Some(b'\\') => at = self.escape(&mut out, start, at + 1)?,
                Some(control) if self.options.strict => {
                    return Err(Failure::At("Invalid control character at", at + usize::from(control > 0x1f)));
                }
                Some(control) => {
                    out.push_char(char::from(control));
                    at += 1;
                }
            }
        }
    }

    /// A run of characters without escapes.
    fn plain(&self, out: &mut Wtf8Buf, run: &[u8]) -> Result<()> {
        if run.is_empty() {
            return Ok(());
        }
        if let Ok(run) = std::str::from_utf8(run)
            && (self.unicode || run.is_ascii() || self.options.encoding == "utf-8")
        {
            out.push_str(run);
            return Ok(());
        }
        if self.unicode {
            // WTF-8 that is not UTF-8: lone surrogates.
            if let Some(run) = Wtf8::from_bytes(run) {
                out.push_wtf8(run);
            }
            return Ok(());
        }
        if self.options.encoding == "utf-8" {
            return Err(text::utf8_error(self.vm, run).into());
        }
        let encoding = text::native(self.vm, &self.options.encoding);
        let decoded = self.vm.call_method(&text::new_str(self.vm, run), "decode", (encoding,))?;
        if let Some(decoded) = text::wtf8_of(self.vm, &decoded)? {
            out.push_wtf8(&decoded);
        }
        Ok(())
    }

    /// An escape, from behind its backslash; the position behind it.
    fn escape(&self, out: &mut Wtf8Buf, start: usize, at: usize) -> Result<usize> {
        let plain = match self.peek(at) {
            None => return Err(Failure::At("Unterminated string starting at", start - 1)),
            Some(b'u') => return self.code_unit(out, at),
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(_) => return Err(Failure::At("Invalid \\escape", at - 1)),
        };
        out.push_char(plain);
        Ok(at + 1)
    }

    /// `uXXXX`, and the low half of a pair behind it; `at` is the `u`.
    fn code_unit(&self, out: &mut Wtf8Buf, at: usize) -> Result<usize> {
        let unit = |at: usize| {
            let digits = self.data.get(at..at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        let Some(first) = unit(at + 1) else { return Err(Failure::At("Invalid \\uXXXX escape", at)) };
        if (0xd800..0xdc00).contains(&first)
            && self.data.get(at + 5..at + 7) == Some(b"\\u")
            && let Some(second) = unit(at + 7).filter(|second| (0xdc00..0xe000).contains(second))
        {
            out.extend(CodePoint::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
            return Ok(at + 11);
        }
        out.extend(CodePoint::from_u32(first));
        Ok(at + 5)
    }

    /// The document ends inside an object or a list: its last character is what CPython's scanner names.
    fn cut_off(&self) -> Failure {
        Failure::At("Expecting object", self.data.len().saturating_sub(1))
    }

    fn object(&self, at: usize, depth: usize) -> Result<(PyObjectRef, usize)> {
        let vm = self.vm;
        let mut pairs: Vec<(PyObjectRef, PyObjectRef)> = Vec::new();
        let mut at = self.skip_blanks(at);
        if self.peek(at) == Some(b'}') {
            at += 1;
        } else {
            loop {
                if at >= self.data.len() {
                    return Err(self.cut_off());
                }
                if self.peek(at) != Some(b'"') {
                    return Err(Failure::At("Expecting property name", at));
                }
                let (key, behind) = self.string(at + 1)?;
                at = self.skip_blanks(behind);
                if self.peek(at) != Some(b':') {
                    return Err(Failure::At("Expecting : delimiter", at));
                }
                let begin = self.skip_blanks(at + 1);
                let (value, behind) = self.value(begin, depth + 1)?;
                pairs.push((key, value));
                at = self.skip_blanks(behind);
                match self.peek(at) {
                    Some(b',') => {}
                    Some(b'}') => break,
                    _ if at >= self.data.len() => return Err(self.cut_off()),
                    _ => return Err(Failure::At("Expecting , delimiter", at)),
                }
                at = self.skip_blanks(at + 1);
                if self.peek(at) == Some(b'}') {
                    return Err(Failure::At("Expecting property name", at));
                }
            }
            at += 1;
        }
        if let Some(hook) = &self.options.object_pairs_hook {
            let pairs = pairs.into_iter().map(|(key, value)| vm.ctx.new_tuple(vec![key, value]).into()).collect();
            return Ok((hook.call((vm.ctx.new_list(pairs),), vm)?, at));
        }
        let dict = vm.ctx.new_dict();
        for (key, value) in pairs {
            dict.set_item(&*key, value, vm)?;
        }
        match &self.options.object_hook {
            Some(hook) => Ok((hook.call((dict,), vm)?, at)),
            None => Ok((dict.into(), at)),
        }
    }

    fn array(&self, at: usize, depth: usize) -> Result<(PyObjectRef, usize)> {
        let mut items = Vec::new();
        let mut at = self.skip_blanks(at);
        if self.peek(at) != Some(b']') {
            loop {
                if at >= self.data.len() {
                    return Err(self.cut_off());
                }
                let (value, behind) = self.value(at, depth + 1)?;
                items.push(value);
                at = self.skip_blanks(behind);
                match self.peek(at) {
                    Some(b',') => at = self.skip_blanks(at + 1),
                    Some(b']') => break,
                    None => return Err(self.cut_off()),
                    Some(_) => return Err(Failure::At("Expecting , delimiter", at)),
                }
            }
        }
        Ok((self.vm.ctx.new_list(items).into(), at + 1))
    }
}

/// The bytes of a document and whether it is unicode; None for what is no string.
pub fn document(object: &PyObject) -> Option<(Vec<u8>, bool)> {
    if text::is_unicode(object) {
        let payload = text::payload(object)?;
        return Some((payload.as_wtf8().as_bytes().to_vec(), true));
    }
    text::bytes_of(object).map(|bytes| (bytes, false))
}
