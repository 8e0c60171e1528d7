//! The lenient JSON reader, tried where the strict one fails: JavaScript literals with comments, single quotes, unquoted
//! keys, trailing commas (`spec/kits.md` §3). Plain text comes out as unicode; what only escapes below U+0080 make is str.

use std::sync::OnceLock;

use malachite_bigint::BigInt;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::wtf8::{CodePoint, Wtf8Buf};
use rustpython_vm::protocol::PyNumberMethods;
use rustpython_vm::types::{AsNumber, Representable};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// Deepest nesting of lists and objects.
const DEEPEST: usize = 400;

/// The value `undefined`: the one object of its class, false.
#[pyclass(module = "demjson", name = "_undefined_class")]
#[derive(Debug, PyPayload)]
pub struct Undefined;

#[pyclass(with(Representable, AsNumber), flags(DISALLOW_INSTANTIATION))]
impl Undefined {
    #[pymethod]
    fn __str__(_zelf: &Py<Self>) -> &'static str {
        "undefined"
    }
}

impl Representable for Undefined {
    fn repr_str(_zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok("demjson.undefined".to_owned())
    }
}

impl AsNumber for Undefined {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods =
            PyNumberMethods { boolean: Some(|_, _| Ok(false)), ..PyNumberMethods::NOT_IMPLEMENTED };
        &METHODS
    }
}

/// `demjson.undefined`.
pub fn undefined(vm: &VirtualMachine) -> PyObjectRef {
    static VALUE: OnceLock<PyObjectRef> = OnceLock::new();
    VALUE
        .get_or_init(|| {
            let _ = Undefined::make_static_type();
            Undefined.into_pyobject(vm)
        })
        .clone()
}

/// The exception classes of the module `demjson`, ValueErrors.
pub struct Classes {
    pub json: PyTypeRef,
    pub decode: PyTypeRef,
    pub encode: PyTypeRef,
}

/// The exception classes, made once.
pub fn classes(vm: &VirtualMachine) -> &'static Classes {
    static CLASSES: OnceLock<Classes> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let class = |name, base: &PyTypeRef| vm.ctx.new_exception_type("demjson", name, Some(vec![base.clone()]));
        let json = class("JSONError", &vm.ctx.exceptions.value_error.to_owned());
        Classes { decode: class("JSONDecodeError", &json), encode: class("JSONEncodeError", &json), json }
    })
}

/// Whole numbers with larger exponents are read as floats.
const LARGEST_EXPONENT: usize = 400;
/// Numbers with a point of so many digits, or with so large an exponent, are Decimals: a float would lose some.
const DECIMAL_DIGITS: usize = 15;
const DECIMAL_EXPONENT: usize = 308;

/// Characters that say how text is laid out (category Cf) count for nothing, wherever they stand.
fn is_format_character(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x600..=0x603 | 0x6dd | 0x70f | 0x17b4 | 0x17b5 | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x2064 | 0x206a..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0x110bd | 0x1d173..=0x1d17a | 0xe0001
        | 0xe0020..=0xe007f)
}

/// Blanks between tokens.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

fn begins_name(c: char) -> bool {
    (c.is_alphabetic() && !c.is_numeric()) || matches!(c, '_' | '$')
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// Whether the start of decoded bytes cannot be JSON in any encoding.
fn is_gibberish(source: &str) -> bool {
    let mut characters = source.chars();
    let (Some(first), Some(second), Some(_)) = (characters.next(), characters.next(), characters.next()) else {
        return false;
    };
    let blank = |c: char| is_blank(c) || matches!(c, '\u{1c}'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let is_odd = |c: char| !c.is_ascii() || (c < ' ' && !matches!(c, '\t'..='\r'));
    if matches!(first, '"' | '\'') || (blank(first) && !matches!(first, '\u{1c}'..='\u{1f}' | '\u{2028}')) {
        return false;
    }
    is_odd(first) || (is_odd(second) && !blank(second)) || matches!(second, '\u{1c}'..='\u{1f}' | '\u{2028}')
}

/// Reads a document; `decoded` says that it came as bytes.
pub fn read(vm: &VirtualMachine, source: &str, decoded: bool) -> PyResult {
    let cleaned: String;
    let mut text = source;
    if !source.is_ascii() && source.contains(is_format_character) {
        cleaned = source.chars().filter(|c| !is_format_character(*c)).collect();
        text = &cleaned;
    }
    let mut reader = Reader { vm, source: text, at: 0 };
    if decoded && is_gibberish(source) {
        let message = text::native(vm, "the decoded string is gibberish, is the encoding correct?");
        return Err(reader.raise(vec![message, vm.ctx.none()]));
    }
    reader.skip()?;
    let value = reader.value(0)?;
    reader.skip()?;
    match reader.rest() {
        "" => Ok(value),
        rest => reader.fail("unexpected or extra text", rest),
    }
}

struct Reader<'a> {
    vm: &'a VirtualMachine,
    source: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.from(self.at)
    }

    fn from(&self, at: usize) -> &'a str {
        self.source.get(at..).unwrap_or("")
    }

    fn at_end(&self) -> bool {
        self.at >= self.source.len()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn raise(&self, arguments: Vec<PyObjectRef>) -> PyBaseExceptionRef {
        self.vm.invoke_exception(&classes(self.vm).decode, arguments).unwrap_or_else(|error| error)
    }

    fn fail<T>(&self, message: &str, near: &str) -> PyResult<T> {
        Err(self.raise(vec![text::native(self.vm, message), text::new_unicode(self.vm, near)]))
    }

    /// An error that does not say where.
    fn fail_anywhere<T>(&self, message: &str) -> PyResult<T> {
        Err(self.raise(vec![text::native(self.vm, message)]))
    }

    /// Skips blanks and comments.
    fn skip(&mut self) -> PyResult<()> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_blank);
            self.at += rest.len() - trimmed.len();
            if let Some(comment) = trimmed.strip_prefix("//") {
                self.at += 2 + comment.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(comment.len());
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                match comment.find("*/") {
                    Some(end) => {
                        if let Some(inner) = comment.get(..end).and_then(|body| body.find("/*")) {
                            let near = trimmed.get(..inner + 3).unwrap_or(trimmed);
                            return self.fail("multiline /* */ comments may not nest", near);
                        }
                        self.at += end + 4;
                    }
                    None => return self.fail("comment was never terminated", trimmed),
                }
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self, depth: usize) -> PyResult {
        if depth > DEEPEST {
            return Err(self.vm.new_recursion_error("maximum recursion depth exceeded"));
        }
        match self.peek() {
            None => self.fail_anywhere("Unexpected end of input"),
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some('"' | '\'') => self.string(),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number(),
            Some(c) if begins_name(c) => self.word(),
            Some(_) => self.fail("can not decode value", self.rest()),
        }
    }

    fn identifier(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !continues_name(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn word(&mut self) -> PyResult {
        let name = self.identifier();
        self.keyword(name).map_or_else(|| self.fail("unknown keyword or identifier", name), Ok)
    }

    fn keyword(&self, name: &str) -> Option<PyObjectRef> {
        let vm = self.vm;
        Some(match name {
            "true" => vm.ctx.new_bool(true).into(),
            "false" => vm.ctx.new_bool(false).into(),
            "null" => vm.ctx.none(),
            "undefined" => undefined(vm),
            "NaN" => vm.ctx.new_float(f64::NAN).into(),
            "Infinity" => vm.ctx.new_float(f64::INFINITY).into(),
            _ => return None,
        })
    }

    /// A number. The original reads `1e3` as a whole number, and takes any number of signs.
    fn number(&mut self) -> PyResult {
        let vm = self.vm;
        let whole = self.rest();
        let rest = whole.trim_start_matches(['+', '-']);
        let signs = whole.len() - rest.len();
        let negative = whole.bytes().take(signs).filter(|sign| *sign == b'-').count() % 2 == 1;
        self.at += signs;
        for (name, value) in [("Infinity", f64::INFINITY), ("NaN", f64::NAN)] {
            if rest.starts_with(name) {
                self.at += name.len();
                return Ok(vm.ctx.new_float(if negative { -value } else { value }).into());
            }
        }
        if !rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return Err(vm.new_index_error("string index out of range"));
        }
        let integer = |digits: &str, radix: u32| -> PyObjectRef {
            let value = BigInt::parse_bytes(digits.as_bytes(), radix).unwrap_or_default();
            vm.ctx.new_int(if negative { -value } else { value }).into()
        };
        if let Some(hexadecimal) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
            // No digits at all are zero.
            let end = hexadecimal.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hexadecimal.len());
            self.at += end + 2;
            return Ok(integer(hexadecimal.get(..end).unwrap_or("0"), 16));
        }
        let digits = |from: usize| {
            let tail = rest.get(from..).unwrap_or("");
            from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
        };
        let mut end = digits(0);
        let mut count = end;
        if end > 1 && rest.starts_with('0') {
            return self.fail(
                "initial zero digit must not be followed by other digits (octal numbers are not permitted)",
                whole,
            );
        }
        let mut is_whole = true;
        if rest.get(end..).is_some_and(|r| r.starts_with('.')) {
            let fraction_end = digits(end + 1);
            if fraction_end == end + 1 {
                return self.fail("decimal point must be followed by at least one digit", whole);
            }
            count += fraction_end - end - 1;
            end = fraction_end;
            is_whole = false;
        }
        let mut exponent = 0;
        if rest.get(end..).is_some_and(|r| r.starts_with(['e', 'E'])) {
            let after = rest.get(end + 1..).unwrap_or("");
            let sign = usize::from(after.starts_with(['+', '-']));
            let exponent_end = digits(end + 1 + sign);
            if exponent_end == end + 1 + sign {
                let message =
                    if sign == 0 { "exponent in number is truncated" } else { "not a valid exponent in number" };
                return self.fail(message, whole);
            }
            let written = rest.get(end + 1 + sign..exponent_end).unwrap_or("0");
            exponent = written.parse::<usize>().unwrap_or(usize::MAX);
            if is_whole && !after.starts_with('-') && exponent <= LARGEST_EXPONENT {
                // A whole number with a whole exponent stays one.
                let written = format!("{}{}", rest.get(..end).unwrap_or("0"), "0".repeat(exponent));
                self.at += exponent_end;
                return Ok(integer(&written, 10));
            }
            end = exponent_end;
            is_whole = false;
        }
        self.at += end;
        let literal = rest.get(..end).unwrap_or("0");
        if !is_whole && (count >= DECIMAL_DIGITS || exponent >= DECIMAL_EXPONENT) {
            let written = format!("{}{literal}", if negative { "-" } else { "" });
            let class = import::module(vm, "decimal")?.get_attr("Decimal", vm)?;
            let exact = class.call((text::native(vm, &written),), vm)?;
            return vm.call_method(&exact, "normalize", ());
        }
        if !is_whole || (negative && literal == "0") {
            let value: f64 = literal.parse().unwrap_or(f64::NAN);
            return Ok(vm.ctx.new_float(if negative { -value } else { value }).into());
        }
        Ok(integer(literal, 10))
    }

    /// The unit of `\xHH` or `\uHHHH`, whose letter stands here.
    fn unit(&mut self, length: usize) -> PyResult<u16> {
        let from = self.rest();
        let after: Vec<char> = from.chars().skip(1).take(length + 1).collect();
        // The closing quotation mark has to stand behind it.
        if after.len() <= length {
            return self.fail("numeric character escape sequence is truncated", from);
        }
        let digits: String = after.iter().take(length).collect();
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return self.fail("not a hexadecimal number", &digits);
        }
        self.at += 1 + length;
        Ok(u16::from_str_radix(&digits, 16).unwrap_or_default())
    }

    /// What an escape stands for, and whether that is text of its own. `self.at` is behind the backslash.
    fn escape(&mut self, out: &mut Wtf8Buf) -> PyResult<bool> {
        let begin = self.at - 1;
        let Some(letter) = self.peek() else {
            return self.fail("escape in string literal is incomplete", self.from(begin));
        };
        let plain = match letter {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0' => '\0',
            'x' | 'u' => {
                let unit = self.unit(if letter == 'x' { 2 } else { 4 })?;
                if (0xdc00..0xe000).contains(&unit) {
                    let message = "Low unicode surrogate must be proceeded by a high surrogate";
                    return self.fail(message, self.from(begin));
                }
                if !(0xd800..0xdc00).contains(&unit) {
                    out.push(CodePoint::from_u32(u32::from(unit)).unwrap_or_else(|| CodePoint::from('?')));
                    return Ok(unit >= 0x80);
                }
                if !self.rest().starts_with("\\u") {
                    let message = "High unicode surrogate must be followed by a low surrogate";
                    return self.fail(message, self.from(begin));
                }
                self.at += 1;
                let low = self.unit(4)?;
                match char::decode_utf16([unit, low]).next() {
                    Some(Ok(c)) if (0xdc00..0xe000).contains(&low) => out.push_char(c),
                    _ => {
                        let one = |unit| text::new_unicode_buf(self.vm, Wtf8Buf::from_wide(&[unit]));
                        let pair = self.vm.ctx.new_tuple(vec![one(unit), one(low)]);
                        let message = text::native(self.vm, "illegal Unicode surrogate pair");
                        return Err(self.raise(vec![message, pair.into()]));
                    }
                }
                return Ok(true);
            }
            other => other,
        };
        self.at += letter.len_utf8();
        out.push_char(plain);
        Ok(!matches!(letter, 'b' | 't' | 'n' | 'v' | 'f' | 'r' | '0' | '"' | '\'' | '\\' | '/'))
    }

    fn string(&mut self) -> PyResult {
        let whole = self.rest();
        let Some(quote) = self.peek() else { return self.fail_anywhere("Unexpected end of input") };
        self.at += 1;
        if self.at == self.source.len() {
            return self.fail("string literal must be properly quoted", whole);
        }
        let mut made = Wtf8Buf::new();
        let mut is_text = false;
        loop {
            let rest = self.rest();
            let plain = rest.find([quote, '\\', '\n', '\r']).unwrap_or(rest.len());
            if plain > 0 {
                is_text = true;
                made.push_str(rest.get(..plain).unwrap_or(""));
                self.at += plain;
            }
            match self.peek() {
                None => return self.fail("string literal is not terminated with a quotation mark", self.source),
                Some('\n' | '\r') => {
                    let message = "line terminator characters must be escaped inside string literals";
                    return self.fail(message, self.rest());
                }
                Some('\\') => {
                    self.at += 1;
                    is_text |= self.escape(&mut made)?;
                }
                Some(_) => {
                    self.at += 1;
                    break;
                }
            }
        }
        if is_text {
            return Ok(text::new_unicode_buf(self.vm, made));
        }
        Ok(text::new_str(self.vm, made.as_bytes()))
    }

    /// Complains about what was read since `begin`, where a comma is missing before it.
    fn missing_comma<T>(&self, begin: usize) -> PyResult<T> {
        self.fail("values must be separated by a comma", self.source.get(begin..self.at).unwrap_or(""))
    }

    fn array(&mut self, depth: usize) -> PyResult {
        let begin = self.at;
        self.at += 1;
        let mut items = Vec::new();
        let mut after_comma = true;
        loop {
            let before = self.at;
            self.skip()?;
            if self.at_end() && self.at > before && after_comma && !items.is_empty() {
                return self.fail_anywhere("Unexpected end of input");
            }
            match self.peek() {
                None => return self.fail("array literal (list) is not terminated", self.from(begin)),
                Some(']') => {
                    self.at += 1;
                    return Ok(self.vm.ctx.new_list(items).into());
                }
                Some(',') => {
                    if after_comma {
                        items.push(undefined(self.vm));
                    }
                    self.at += 1;
                    after_comma = true;
                }
                Some(_) => {
                    let item_begin = self.at;
                    items.push(self.value(depth + 1)?);
                    if !after_comma {
                        return self.missing_comma(item_begin);
                    }
                    after_comma = false;
                }
            }
        }
    }

    /// A key, or none where a value stands that cannot be one.
    fn key(&mut self, depth: usize) -> PyResult<Option<PyObjectRef>> {
        match self.peek() {
            Some('"' | '\'') => self.string().map(Some),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number().map(Some),
            Some(c) if begins_name(c) => Ok(match self.identifier() {
                "true" | "false" | "null" | "undefined" => None,
                name => Some(self.keyword(name).unwrap_or_else(|| text::new_unicode(self.vm, name))),
            }),
            _ => self.value(depth + 1).map(|_| None),
        }
    }

    fn object(&mut self, depth: usize) -> PyResult {
        let begin = self.at;
        self.at += 1;
        let dict = self.vm.ctx.new_dict();
        let mut after_comma = true;
        loop {
            self.skip()?;
            match self.peek() {
                None => return self.fail("object literal (dictionary) is not terminated", self.from(begin)),
                Some('}') => {
                    self.at += 1;
                    return Ok(dict.into());
                }
                Some(',') if after_comma => {
                    return self.fail_anywhere("can not omit elements of an object (dictionary)");
                }
                Some(',') => {
                    self.at += 1;
                    after_comma = true;
                }
                Some(_) => {
                    let key_begin = self.at;
                    let key = self.key(depth)?;
                    if !after_comma {
                        return self.missing_comma(key_begin);
                    }
                    let Some(key) = key else {
                        let message = "object properties (dictionary keys) must be either string literals or numbers";
                        return self.fail(message, self.from(begin));
                    };
                    self.skip()?;
                    if self.peek() != Some(':') {
                        let message = "object property (dictionary key) has no value, expected \":\"";
                        return self.fail(message, self.from(begin));
                    }
                    self.at += 1;
                    self.skip()?;
                    let value = self.value(depth + 1)?;
                    dict.set_item(&*key, value, self.vm)?;
                    after_comma = false;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::plugin::testing::result_of;

    const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

    /// Texts, and what demjson 1.6 makes of them.
    const READ: &[(&str, &str)] = &[
        (r#"'["a" "b"]'"#, r#"('values must be separated by a comma', u'"b"')"#),
        ("'[1 -2]'", "('values must be separated by a comma', u'-2')"),
        (
            "'{true: 1}'",
            "('object properties (dictionary keys) must be either string literals or numbers', u'{true: 1}')",
        ),
        ("'[1e]'", "('exponent in number is truncated', u'1e]')"),
        ("'[1e+]'", "('not a valid exponent in number', u'1e+]')"),
        ("'[- 5]'", "string index out of range"),
        ("'[--5, +Infinity, 0x, -0]+'", "('unexpected or extra text', u'+')"),
        ("'[--5, +Infinity, 0x, -0.0]'", "[5, inf, 0, -0.0]"),
        ("'{a:1,,b:2}'", "can not omit elements of an object (dictionary)"),
        ("'/* x'", "('comment was never terminated', u'/* x')"),
        (r#"'"x'"#, r#"('string literal is not terminated with a quotation mark', u'"x')"#),
        (r#"'["\\x4'"#, "('numeric character escape sequence is truncated', u'x4')"),
        (r#""['\\x41\\n', 'a', '']""#, "['A\\n', u'a', '']"),
        (r#""['\\ud83d']""#, r#"('High unicode surrogate must be followed by a low surrogate', u"\\ud83d']")"#),
        (r#"'\xef\xbb\xbf{a: 1}'"#, "('the decoded string is gibberish, is the encoding correct?', None)"),
        ("'[,0.1234567890123]'", "[demjson.undefined, 0.1234567890123]"),
        ("'[,0.12345678901234]'", "[demjson.undefined, Decimal('0.12345678901234')]"),
    ];

    #[test]
    fn texts() {
        let mut code =
            "found = []\ndef read(text):\n    try:\n        found.append(repr(JSON.ObjectFromString(text)))\n    \
                        except Exception, e:\n        found.append(str(e))\n"
                .to_owned();
        for (source, _) in READ {
            code.push_str(&format!("read({source})\n"));
        }
        code.push_str("result = '\\x1e'.join(found)\n");
        let found = result_of(ELEVATED, &code, "compatible").unwrap();
        let found: Vec<&str> = found.split('\u{1e}').collect();
        let wanted: Vec<&str> = READ.iter().map(|(_, wanted)| *wanted).collect();
        assert_eq!(found, wanted);
    }
}
