//! The lenient JSON reader, tried where the strict one fails: JavaScript literals with comments, single quotes, unquoted
//! keys, trailing commas (`spec/kits.md` §3). All texts come out as unicode.

use malachite_bigint::BigInt;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::types::Representable;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// Deepest nesting of lists and objects.
const DEEPEST: usize = 400;

/// The value `undefined`.
#[pyclass(module = "demjson", name = "_undefined_class")]
#[derive(Debug, PyPayload)]
pub struct Undefined;

#[pyclass(with(Representable), flags(DISALLOW_INSTANTIATION))]
impl Undefined {}

impl Representable for Undefined {
    fn repr_str(_zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok("demjson.undefined".to_owned())
    }
}

fn undefined(vm: &VirtualMachine) -> PyObjectRef {
    let _ = Undefined::make_static_type();
    Undefined.into_pyobject(vm)
}

/// `JSONDecodeError`, a ValueError.
fn error_class(vm: &VirtualMachine) -> PyTypeRef {
    static CLASS: std::sync::OnceLock<PyTypeRef> = std::sync::OnceLock::new();
    CLASS
        .get_or_init(|| {
            let value_error = vm.ctx.exceptions.value_error.to_owned();
            let base = vm.ctx.new_exception_type("demjson", "JSONError", Some(vec![value_error]));
            vm.ctx.new_exception_type("demjson", "JSONDecodeError", Some(vec![base]))
        })
        .clone()
}

/// Whole numbers with larger exponents are read as floats.
const LARGEST_EXPONENT: usize = 400;

/// Reads a document.
pub fn read(vm: &VirtualMachine, source: &str) -> PyResult {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut reader = Reader { vm, source, at: 0 };
    reader.skip()?;
    if reader.rest().is_empty() {
        return Err(reader.error("Unexpected end of input", None));
    }
    let value = reader.value(0)?;
    reader.skip()?;
    match reader.rest() {
        "" => Ok(value),
        rest => Err(reader.error("unexpected or extra text", Some(rest))),
    }
}

struct Reader<'a> {
    vm: &'a VirtualMachine,
    source: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn error(&self, message: &str, near: Option<&str>) -> PyBaseExceptionRef {
        let mut arguments = vec![text::native(self.vm, message)];
        arguments.extend(near.map(|near| text::new_unicode(self.vm, near)));
        self.vm.invoke_exception(&error_class(self.vm), arguments).unwrap_or_else(|error| error)
    }

    fn fail<T>(&self, message: &str, near: &str) -> PyResult<T> {
        Err(self.error(message, Some(near)))
    }

    /// Skips blanks and comments.
    fn skip(&mut self) -> PyResult<()> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at += rest.len() - trimmed.len();
            if let Some(comment) = trimmed.strip_prefix("//") {
                self.at += 2 + comment.find(['\n', '\r']).unwrap_or(comment.len());
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                match comment.find("*/") {
                    Some(end) => self.at += end + 4,
                    None => return self.fail("unterminated /* comment", trimmed),
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
            Some('{') => self.object(depth),
            Some('[') => self.array(depth),
            Some('"' | '\'') => self.string(),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number(),
            Some(c) if c.is_alphabetic() || matches!(c, '_' | '$') => self.word(),
            _ => self.fail("can not decode value", self.rest()),
        }
    }

    fn identifier(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn word(&mut self) -> PyResult {
        let vm = self.vm;
        match self.identifier() {
            "true" => Ok(vm.ctx.new_bool(true).into()),
            "false" => Ok(vm.ctx.new_bool(false).into()),
            "null" => Ok(vm.ctx.none()),
            "undefined" => Ok(undefined(vm)),
            "NaN" => Ok(vm.ctx.new_float(f64::NAN).into()),
            "Infinity" => Ok(vm.ctx.new_float(f64::INFINITY).into()),
            other => self.fail("unknown keyword or identifier", other),
        }
    }

    /// A number. The original reads `1e3` as a whole number.
    fn number(&mut self) -> PyResult {
        let vm = self.vm;
        let whole = self.rest();
        let negative = whole.starts_with('-');
        if whole.starts_with(['+', '-']) {
            self.at += 1;
            self.skip()?;
        }
        let rest = self.rest();
        if rest.starts_with(|c: char| c.is_alphabetic()) {
            let sign = if negative { -1.0 } else { 1.0 };
            return match self.identifier() {
                "Infinity" => Ok(vm.ctx.new_float(sign * f64::INFINITY).into()),
                "NaN" => Ok(vm.ctx.new_float(f64::NAN).into()),
                other => self.fail("unknown keyword or identifier", other),
            };
        }
        let integer = |digits: &str, radix: u32| -> PyObjectRef {
            let value = BigInt::parse_bytes(digits.as_bytes(), radix).unwrap_or_default();
            vm.ctx.new_int(if negative { -value } else { value }).into()
        };
        if let Some(hexadecimal) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
            let end = hexadecimal.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hexadecimal.len());
            if end == 0 {
                return self.fail("not a hexadecimal number", whole);
            }
            self.at += end + 2;
            return Ok(integer(hexadecimal.get(..end).unwrap_or("0"), 16));
        }
        let digits = |from: usize| {
            let tail = rest.get(from..).unwrap_or("");
            from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
        };
        let whole_end = digits(0);
        let mut end = whole_end;
        if whole_end > 1 && rest.starts_with('0') {
            return self.fail(
                "initial zero digit must not be followed by other digits (octal numbers are not permitted)",
                whole,
            );
        }
        let mut is_float = false;
        if rest.get(end..).is_some_and(|r| r.starts_with('.')) {
            let fraction_end = digits(end + 1);
            if fraction_end == end + 1 {
                return self.fail("decimal point must be followed by at least one digit", whole);
            }
            end = fraction_end;
            is_float = true;
        }
        if rest.get(end..).is_some_and(|r| r.starts_with(['e', 'E'])) {
            let sign = usize::from(rest.get(end + 1..).is_some_and(|r| r.starts_with(['+', '-'])));
            let exponent_end = digits(end + 1 + sign);
            if exponent_end == end + 1 + sign {
                return self.fail("number has an incomplete exponent", whole);
            }
            let exponent = rest.get(end + 1 + sign..exponent_end).and_then(|digits| digits.parse::<usize>().ok());
            let up = !rest.get(end + 1..).is_some_and(|r| r.starts_with('-'));
            if let Some(exponent) = exponent.filter(|exponent| up && !is_float && *exponent <= LARGEST_EXPONENT) {
                // A whole number with a whole exponent stays one.
                let written = format!("{}{}", rest.get(..end).unwrap_or("0"), "0".repeat(exponent));
                self.at += exponent_end;
                return Ok(integer(&written, 10));
            }
            end = exponent_end;
            is_float = true;
        }
        if end == 0 {
            return self.fail("can not decode value", whole);
        }
        self.at += end;
        let literal = rest.get(..end).unwrap_or("0");
        if is_float {
            let value: f64 = literal.parse().unwrap_or(f64::NAN);
            return Ok(vm.ctx.new_float(if negative { -value } else { value }).into());
        }
        Ok(integer(literal, 10))
    }

    fn string(&mut self) -> PyResult {
        let Some(quote) = self.peek() else { return self.fail("can not decode value", "") };
        self.at += 1;
        let mut units: Vec<u16> = Vec::new();
        let mut buffer = [0; 2];
        loop {
            let Some(c) = self.peek() else {
                return self.fail("string literal is not terminated with a quotation mark", self.source);
            };
            if matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}') {
                return self.fail("line terminator characters must be escaped inside string literals", self.rest());
            }
            self.at += c.len_utf8();
            if c == quote {
                break;
            }
            if c != '\\' {
                units.extend_from_slice(c.encode_utf16(&mut buffer));
                continue;
            }
            let Some(escape) = self.peek() else {
                return self.fail("escape in string literal is incomplete", self.source);
            };
            self.at += escape.len_utf8();
            let plain = match escape {
                'b' => '\u{8}',
                't' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                '0' => '\0',
                '\n' => continue,
                'x' | 'u' => {
                    let length = if escape == 'x' { 2 } else { 4 };
                    let digits: String = self.rest().chars().take(length).collect();
                    let good = digits.len() == length && digits.bytes().all(|b| b.is_ascii_hexdigit());
                    let Some(unit) = good.then(|| u16::from_str_radix(&digits, 16).ok()).flatten() else {
                        return self.fail("not a hexadecimal number", &digits);
                    };
                    self.at += length;
                    units.push(unit);
                    continue;
                }
                other => other,
            };
            units.extend_from_slice(plain.encode_utf16(&mut buffer));
        }
        Ok(text::new_unicode_buf(self.vm, rustpython_vm::common::wtf8::Wtf8Buf::from_wide(&units)))
    }

    fn array(&mut self, depth: usize) -> PyResult {
        let begin = self.at;
        self.at += 1;
        let mut items = Vec::new();
        let mut after_comma = true;
        loop {
            self.skip()?;
            match self.peek() {
                None => {
                    let near = self.source.get(begin..).unwrap_or("");
                    return self.fail("array literal (list) is not terminated", near);
                }
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
                Some(c) if !after_comma => {
                    return self.fail("values must be separated by a comma", c.encode_utf8(&mut [0; 4]));
                }
                Some(_) => {
                    items.push(self.value(depth + 1)?);
                    after_comma = false;
                }
            }
        }
    }

    fn object(&mut self, depth: usize) -> PyResult {
        let begin = self.at;
        self.at += 1;
        let dict = self.vm.ctx.new_dict();
        let whole = |reader: &Reader<'a>| reader.source.get(begin..).unwrap_or("");
        let mut after_comma = true;
        loop {
            self.skip()?;
            match self.peek() {
                None => return self.fail("object literal (dictionary) is not terminated", whole(self)),
                Some('}') => {
                    self.at += 1;
                    return Ok(dict.into());
                }
                Some(',') if after_comma => {
                    return self.fail("can not omit elements of an object literal", self.rest());
                }
                Some(',') => {
                    self.at += 1;
                    after_comma = true;
                }
                Some(c) if !after_comma => {
                    return self.fail("values must be separated by a comma", c.encode_utf8(&mut [0; 4]));
                }
                Some(c) => {
                    let key = match c {
                        '"' | '\'' => self.string()?,
                        c if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number()?,
                        c if c.is_alphabetic() || matches!(c, '_' | '$') => {
                            text::new_unicode(self.vm, self.identifier())
                        }
                        _ => return self.fail("expected object property name", self.rest()),
                    };
                    self.skip()?;
                    if self.peek() != Some(':') {
                        let message = "object property (dictionary key) has no value, expected \":\"";
                        return self.fail(message, whole(self));
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
