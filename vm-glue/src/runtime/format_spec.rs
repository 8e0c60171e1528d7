//! Format specifications (`>10,.2f`) of the built-in types, as in Python 2.7.

use super::floats::{self, Style};
use super::names;
use malachite_bigint::{BigInt, Sign};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

/// A parsed specification.
pub struct Spec {
    fill: CodePoint,
    align: char,
    alternate: bool,
    sign: Option<char>,
    width: usize,
    comma: bool,
    precision: Option<usize>,
    code: Option<CodePoint>,
}

fn ascii(c: Option<&CodePoint>) -> Option<char> {
    c.and_then(|c| c.to_char()).filter(char::is_ascii)
}

impl Spec {
    /// Parses; `code` and `align` are what the type has where the text names none.
    pub fn parse(vm: &VirtualMachine, text: &Wtf8, code: Option<char>, align: char) -> PyResult<Self> {
        let chars: Vec<CodePoint> = text.code_points().collect();
        let is_align = |c: Option<&CodePoint>| matches!(ascii(c), Some('<' | '>' | '=' | '^'));
        let mut spec = Self {
            fill: CodePoint::from_char(' '),
            align,
            alternate: false,
            sign: None,
            width: 0,
            comma: false,
            precision: None,
            code: code.map(CodePoint::from_char),
        };
        let mut at = 0;
        let mut aligned = false;
        let mut filled = false;
        if is_align(chars.get(1)) {
            spec.align = ascii(chars.get(1)).unwrap_or(align);
            spec.fill = chars.first().copied().unwrap_or(spec.fill);
            (aligned, filled) = (true, true);
            at = 2;
        } else if is_align(chars.first()) {
            spec.align = ascii(chars.first()).unwrap_or(align);
            aligned = true;
            at = 1;
        }
        if let Some(sign @ ('+' | '-' | ' ')) = ascii(chars.get(at)) {
            spec.sign = Some(sign);
            at += 1;
        }
        if ascii(chars.get(at)) == Some('#') {
            spec.alternate = true;
            at += 1;
        }
        if !filled && ascii(chars.get(at)) == Some('0') {
            spec.fill = CodePoint::from_char('0');
            if !aligned {
                spec.align = '=';
            }
            at += 1;
        }
        spec.width = digits(vm, &chars, &mut at)?.unwrap_or(0);
        if ascii(chars.get(at)) == Some(',') {
            spec.comma = true;
            at += 1;
        }
        if ascii(chars.get(at)) == Some('.') {
            at += 1;
            let precision = digits(vm, &chars, &mut at)?;
            spec.precision = Some(precision.ok_or_else(|| vm.new_value_error("Format specifier missing precision"))?);
        }
        match chars.len().saturating_sub(at) {
            0 => {}
            1 => spec.code = chars.get(at).copied(),
            _ => return Err(vm.new_value_error("Invalid conversion specification")),
        }
        let takes_comma = matches!(spec.letter(), None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F'));
        if spec.comma && (!takes_comma || spec.code.is_some_and(|code| code.to_char().is_none_or(|c| !c.is_ascii()))) {
            let code = shown(spec.code);
            return Err(vm.new_value_error(format!("Cannot specify ',' with '{code}'.")));
        }
        Ok(spec)
    }

    fn letter(&self) -> Option<char> {
        self.code.and_then(|code| code.to_char())
    }

    fn unknown(&self, vm: &VirtualMachine, object: &PyObject) -> PyBaseExceptionRef {
        let code = shown(self.code);
        let name = names::type_name_of(object);
        vm.new_value_error(format!("Unknown format code '{code}' for object of type '{name}'"))
    }

    /// Puts text into the width.
    fn padded(&self, vm: &VirtualMachine, text: &Wtf8, length: usize, align: char) -> PyResult<Wtf8Buf> {
        let missing = self.width.saturating_sub(length);
        let (left, right) = match align {
            '<' => (0, missing),
            '^' => (missing / 2, missing - missing / 2),
            _ => (missing, 0),
        };
        let mut result = Wtf8Buf::new();
        let room = missing.saturating_mul(self.fill.len_wtf8()).saturating_add(text.len());
        if missing > MAX_WIDTH || result.try_reserve(room).is_err() {
            return Err(vm.new_memory_error(""));
        }
        (0..left).for_each(|_| result.push(self.fill));
        result.push_wtf8(text);
        (0..right).for_each(|_| result.push(self.fill));
        Ok(result)
    }

    fn is_zero_filled(&self) -> bool {
        self.align == '=' && self.fill.to_char() == Some('0')
    }
}

/// Wider texts are out of memory at once.
const MAX_WIDTH: usize = 1 << 31;

fn shown(code: Option<CodePoint>) -> String {
    match code {
        Some(code) if (33..128).contains(&code.to_u32()) => code.to_char_lossy().to_string(),
        Some(code) => format!("\\x{:x}", code.to_u32()),
        None => String::new(),
    }
}

fn digits(vm: &VirtualMachine, chars: &[CodePoint], at: &mut usize) -> PyResult<Option<usize>> {
    let mut value: Option<isize> = None;
    while let Some(digit) = ascii(chars.get(*at)).and_then(|c| c.to_digit(10)) {
        *at += 1;
        let next = value.unwrap_or(0).checked_mul(10).and_then(|value| value.checked_add(digit as isize));
        value = Some(next.ok_or_else(|| vm.new_value_error("Too many decimal digits in format string"))?);
    }
    Ok(value.map(isize::unsigned_abs))
}

// ---- strings ----------------------------------------------------------------------------------------------------

/// A string.
pub fn string(vm: &VirtualMachine, object: &PyObject, text: &Wtf8, spec: &Wtf8) -> PyResult<Wtf8Buf> {
    let spec = Spec::parse(vm, spec, Some('s'), '<')?;
    if spec.letter() != Some('s') {
        return Err(spec.unknown(vm, object));
    }
    if spec.sign.is_some() {
        return Err(vm.new_value_error("Sign not allowed in string format specifier"));
    }
    if spec.alternate {
        return Err(vm.new_value_error("Alternate form (#) not allowed in string format specifier"));
    }
    if spec.align == '=' {
        return Err(vm.new_value_error("'=' alignment not allowed in string format specifier"));
    }
    let mut length = text.code_points().count();
    let mut text = text;
    if let Some(precision) = spec.precision.filter(|precision| *precision < length) {
        let end = text.code_point_indices().nth(precision).map_or(text.len(), |(at, _)| at);
        text = text.get(..end).unwrap_or(text);
        length = precision;
    }
    spec.padded(vm, text, length, spec.align)
}

// ---- numbers ----------------------------------------------------------------------------------------------------

/// The parts of a number's text.
struct Number {
    negative: bool,
    prefix: &'static str,
    /// The digits that commas go between.
    whole: String,
    /// From the decimal point on.
    rest: String,
}

fn lay_out(vm: &VirtualMachine, spec: &Spec, number: &Number) -> PyResult<Wtf8Buf> {
    let sign = match (number.negative, spec.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    let head = format!("{sign}{}", number.prefix);
    let room = spec.width.saturating_sub(head.len() + number.rest.len());
    if room > MAX_WIDTH {
        return Err(vm.new_memory_error(""));
    }
    let minimum = if spec.is_zero_filled() { room } else { 0 };
    let whole = if spec.comma && !number.whole.is_empty() {
        grouped(&number.whole, minimum)
    } else {
        let missing = minimum.saturating_sub(number.whole.len());
        "0".repeat(missing) + &number.whole
    };
    if spec.align == '=' {
        let body = format!("{whole}{}", number.rest);
        let missing = spec.width.saturating_sub(head.len() + body.len());
        let mut result = Wtf8Buf::from(head);
        (0..missing).for_each(|_| result.push(spec.fill));
        result.push_str(&body);
        return Ok(result);
    }
    let text = format!("{head}{whole}{}", number.rest);
    spec.padded(vm, Wtf8::new(text.as_str()), text.len(), spec.align)
}

/// Digits with commas, filled with zeros up to a width.
fn grouped(digits: &str, minimum: usize) -> String {
    let mut reversed: Vec<u8> = Vec::with_capacity(digits.len() * 4 / 3 + minimum);
    let mut count = 0;
    let mut rest = digits.bytes().rev();
    loop {
        let next = match rest.next() {
            Some(digit) => digit,
            None if reversed.len() < minimum || count == 0 => b'0',
            None => break,
        };
        if count > 0 && count % 3 == 0 {
            reversed.push(b',');
        }
        reversed.push(next);
        count += 1;
    }
    reversed.reverse();
    String::from_utf8(reversed).unwrap_or_default()
}

/// An integer.
pub fn integer(vm: &VirtualMachine, object: &PyObject, value: &BigInt, spec: &Wtf8) -> PyResult<Wtf8Buf> {
    let spec = Spec::parse(vm, spec, Some('d'), '>')?;
    match spec.letter() {
        Some('b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n') => {}
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            let float = value.to_string().parse::<f64>().ok().filter(|float| float.is_finite());
            return match float {
                Some(float) => float_by(vm, object, float, &spec),
                None => Err(vm.new_overflow_error("long int too large to convert to float")),
            };
        }
        _ => return Err(spec.unknown(vm, object)),
    }
    if spec.precision.is_some() {
        return Err(vm.new_value_error("Precision not allowed in integer format specifier"));
    }
    let magnitude = value.magnitude();
    let (prefix, whole) = match spec.letter() {
        Some('c') => {
            if spec.sign.is_some() {
                return Err(vm.new_value_error("Sign not allowed with integer format specifier 'c'"));
            }
            if i64::try_from(value).is_err() {
                return Err(vm.new_overflow_error("Python int too large to convert to C long"));
            }
            let Ok(byte) = u8::try_from(value) else {
                return Err(vm.new_overflow_error("%c arg not in range(0x100)"));
            };
            let text = char::from(byte).to_string();
            return spec.padded(vm, Wtf8::new(text.as_str()), 1, if spec.align == '=' { '>' } else { spec.align });
        }
        Some('b') => ("0b", magnitude.to_str_radix(2)),
        Some('o') => ("0o", magnitude.to_str_radix(8)),
        Some('x') => ("0x", magnitude.to_str_radix(16)),
        Some('X') => ("0X", magnitude.to_str_radix(16).to_uppercase()),
        _ => ("", magnitude.to_str_radix(10)),
    };
    let prefix = if spec.alternate { prefix } else { "" };
    lay_out(vm, &spec, &Number { negative: value.sign() == Sign::Minus, prefix, whole, rest: String::new() })
}

/// A float.
pub fn float(vm: &VirtualMachine, object: &PyObject, value: f64, spec: &Wtf8) -> PyResult<Wtf8Buf> {
    let spec = Spec::parse(vm, spec, None, '>')?;
    float_by(vm, object, value, &spec)
}

fn float_by(vm: &VirtualMachine, object: &PyObject, value: f64, spec: &Spec) -> PyResult<Wtf8Buf> {
    if !matches!(spec.letter(), None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%')) {
        return Err(spec.unknown(vm, object));
    }
    if spec.alternate {
        return Err(vm.new_value_error("Alternate form (#) not allowed in float format specifier"));
    }
    let text = float_text(vm, object, value, spec)?;
    lay_out(vm, spec, &split_float(&text))
}

fn split_float(text: &str) -> Number {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let whole = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = unsigned.split_at(whole);
    Number { negative, prefix: "", whole: whole.to_owned(), rest: rest.to_owned() }
}

/// The text of a float without its width.
fn float_text(vm: &VirtualMachine, object: &PyObject, value: f64, spec: &Spec) -> PyResult<String> {
    let precision = spec.precision.unwrap_or(6);
    if precision > MAX_WIDTH {
        return Err(vm.new_value_error("precision too big"));
    }
    let text = match spec.letter() {
        None => floats::shown(value, spec.precision.unwrap_or(12)),
        Some('e' | 'E') => floats::format(value, Style::Exponent, precision, false),
        Some('f' | 'F') => floats::format(value, Style::Fixed, precision, false),
        Some('g' | 'G' | 'n') => floats::format(value, Style::General, precision, false),
        Some('%') => floats::format(value * 100.0, Style::Fixed, precision, false) + "%",
        _ => return Err(spec.unknown(vm, object)),
    };
    let upper = matches!(spec.letter(), Some('E' | 'F' | 'G'));
    Ok(if upper { text.to_uppercase() } else { text })
}

/// A complex number.
pub fn complex(vm: &VirtualMachine, object: &PyObject, (re, im): (f64, f64), spec: &Wtf8) -> PyResult<Wtf8Buf> {
    let spec = Spec::parse(vm, spec, None, '>')?;
    if !matches!(spec.letter(), None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n')) {
        return Err(spec.unknown(vm, object));
    }
    if spec.alternate {
        return Err(vm.new_value_error("Alternate form (#) not allowed in complex format specifier"));
    }
    if spec.fill.to_char() == Some('0') {
        return Err(vm.new_value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == '=' {
        return Err(vm.new_value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    let part = |value: f64, sign: Option<char>| -> PyResult<String> {
        let inner = Spec { width: 0, sign, align: '>', fill: spec.fill, ..Spec::parse(vm, Wtf8::new(""), None, '>')? };
        let text = match spec.letter() {
            None => {
                let text = floats::format(value, Style::General, spec.precision.unwrap_or(12), false);
                split_float(&text)
            }
            Some(_) => split_float(&float_text(vm, object, value, &spec)?),
        };
        let inner = Spec { comma: spec.comma, ..inner };
        Ok(lay_out(vm, &inner, &text)?.to_string_lossy().into_owned())
    };
    let plain = spec.letter().is_none();
    let skip = plain && re == 0.0 && re.is_sign_positive();
    let text = if skip {
        part(im, spec.sign)? + "j"
    } else {
        let body = part(re, spec.sign)? + &part(im, Some('+'))? + "j";
        if plain { format!("({body})") } else { body }
    };
    spec.padded(vm, Wtf8::new(text.as_str()), text.len(), spec.align)
}
