//! `%` formatting of both string types.
//!
//! A byte string that meets a unicode argument goes on as unicode from that place: what it has so far is decoded by the
//! default codec, and so is the rest of the format.

use super::floats::{self, Style};
use super::operand::Kind;
use super::{names, text};
use malachite_bigint::{BigInt, Sign};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyFloat, PyInt, PyStr, PyTuple};
use rustpython_vm::protocol::PyNumber;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// One conversion: what stands between `%` and its letter.
#[derive(Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// The arguments: a tuple one after the other, one value, or a mapping.
struct Arguments<'a> {
    /// The right operand.
    original: &'a PyObject,
    /// The mapping for `%(key)s`.
    mapping: Option<&'a PyObject>,
    /// What `%(key)` found, instead of the next argument.
    keyed: Option<PyObjectRef>,
    next: usize,
}

impl<'a> Arguments<'a> {
    fn of(original: &'a PyObject) -> Self {
        let is_mapping = original.class().slots().as_mapping.subscript.load().is_some()
            && !original.downcastable::<PyTuple>()
            && !original.downcastable::<PyStr>();
        Self { original, mapping: is_mapping.then_some(original), keyed: None, next: 0 }
    }

    /// The next argument and, for a tuple, its place.
    fn take(&mut self, vm: &VirtualMachine) -> PyResult {
        let next = self.next;
        let found = match (&self.keyed, self.original.downcast_ref::<PyTuple>()) {
            (Some(keyed), _) if next == 0 => Some(keyed.clone()),
            (Some(_), _) => None,
            (None, Some(tuple)) => tuple.as_slice().get(next).cloned(),
            (None, None) => (next == 0).then(|| self.original.to_owned()),
        };
        self.next += 1;
        found.ok_or_else(|| vm.new_type_error("not enough arguments for format string"))
    }

    fn look_up(&mut self, key: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(mapping) = self.mapping else { return Err(vm.new_type_error("format requires a mapping")) };
        self.keyed = Some(mapping.get_item(&*key, vm)?);
        self.next = 0;
        Ok(())
    }

    fn all_used(&self) -> bool {
        if self.mapping.is_some() || self.keyed.is_some() {
            return true;
        }
        match self.original.downcast_ref::<PyTuple>() {
            Some(tuple) => self.next >= tuple.as_slice().len(),
            None => self.next > 0,
        }
    }

    /// The arguments from a place on, for the rest of a format that goes on as unicode.
    fn rest(&self, from: usize, vm: &VirtualMachine) -> PyObjectRef {
        match self.original.downcast_ref::<PyTuple>() {
            Some(tuple) if from > 0 => {
                vm.ctx.new_tuple(tuple.as_slice().get(from..).unwrap_or_default().to_vec()).into()
            }
            _ => self.original.to_owned(),
        }
    }
}

/// What one conversion gives.
enum Piece {
    Text(Wtf8Buf),
    /// A number: sign, prefix and digits, which zeros can go between.
    Number(String),
    /// The argument is unicode and the format is not.
    GoOnAsUnicode,
}

/// `format % arguments`.
pub fn percent(vm: &VirtualMachine, format: &Py<PyStr>, arguments: &PyObject) -> PyResult {
    let kind = Kind::of(format.as_object());
    run(vm, format.as_wtf8(), kind, arguments)
}

fn run(vm: &VirtualMachine, format: &Wtf8, kind: Kind, object: &PyObject) -> PyResult {
    let mut arguments = Arguments::of(object);
    let mut result = Wtf8Buf::with_capacity(format.len() + 32);
    let bytes = format.as_bytes();
    let mut at = 0;
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'%')) {
        let start = at + offset;
        result.push_wtf8(part(format, at, start));
        let first = arguments.next;
        let mut scanner = Scanner { format, at: start + 1, kind };
        let spec = scanner.spec(&mut arguments, vm)?;
        let is_bare = scanner.at == start + 1;
        let code = scanner.code(vm)?;
        let piece = if code == '%' {
            Piece::Text(Wtf8Buf::from("%"))
        } else {
            let value = arguments.take(vm)?;
            if is_bare && push_bare(vm, &mut result, kind, code, &value) {
                at = scanner.at;
                continue;
            }
            match convert(vm, kind, code, &spec, &value)? {
                Some(piece) => piece,
                None => return Err(scanner.unsupported(code, vm)),
            }
        };
        match piece {
            Piece::GoOnAsUnicode => {
                let rest_arguments = arguments.rest(first, vm);
                let rest = decoded(vm, part(format, start, format.len()))?;
                let rest = run(vm, &rest, Kind::Unicode, &rest_arguments)?;
                let mut whole = decoded(vm, &result)?;
                if let Some(rest) = text::payload(&rest) {
                    whole.push_wtf8(rest.as_wtf8());
                }
                return Ok(Kind::Unicode.make(vm, whole));
            }
            Piece::Text(piece) => push_padded(vm, &mut result, &spec, &piece, false)?,
            Piece::Number(piece) => push_padded(vm, &mut result, &spec, Wtf8::new(piece.as_str()), true)?,
        }
        at = scanner.at;
    }
    result.push_wtf8(part(format, at, format.len()));
    if !arguments.all_used() {
        return Err(vm.new_type_error("not all arguments converted during string formatting"));
    }
    Ok(kind.make(vm, result))
}

/// The usual conversions, without flags or widths: numbers and strings of the types themselves. False for all others.
fn push_bare(vm: &VirtualMachine, result: &mut Wtf8Buf, kind: Kind, code: char, value: &PyObject) -> bool {
    if matches!(code, 's' | 'd' | 'i')
        && let Some(number) = value.downcast_ref_if_exact::<PyInt>(vm)
        && let Ok(number) = i64::try_from(number.as_bigint())
    {
        result.push_str(&number.to_string());
        return true;
    }
    if code == 's'
        && kind == Kind::Bytes
        && let Some(text) = value.downcast_ref_if_exact::<PyStr>(vm)
    {
        result.push_wtf8(text.as_wtf8());
        return true;
    }
    false
}

fn part(format: &Wtf8, start: usize, end: usize) -> &Wtf8 {
    format.get(start..end).unwrap_or(Wtf8::new(""))
}

/// The unicode of a byte string's text.
fn decoded(vm: &VirtualMachine, text: &Wtf8) -> PyResult<Wtf8Buf> {
    if text.is_ascii() {
        return Ok(text.to_owned());
    }
    match text::narrow(text) {
        std::borrow::Cow::Owned(bytes) => text::decode_default(vm, &bytes),
        std::borrow::Cow::Borrowed(_) => Ok(text.to_owned()),
    }
}

/// Reads one conversion.
struct Scanner<'a> {
    format: &'a Wtf8,
    at: usize,
    kind: Kind,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn spec(&mut self, arguments: &mut Arguments<'_>, vm: &VirtualMachine) -> PyResult<Spec> {
        let mut spec = Spec::default();
        if self.accept(b'(') {
            if arguments.mapping.is_none() {
                return Err(vm.new_type_error("format requires a mapping"));
            }
            let kind = self.kind;
            let key = kind.make_ref(vm, self.key(vm)?);
            arguments.look_up(key, vm)?;
        }
        while let Some(flag) = self.peek() {
            match flag {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        if self.accept(b'*') {
            let width = star(arguments, vm)?;
            spec.left |= width < 0;
            spec.width = width.unsigned_abs();
        } else {
            spec.width = self.digits("width too big", vm)?.unwrap_or(0);
        }
        if self.accept(b'.') {
            spec.precision = Some(if self.accept(b'*') {
                usize::try_from(star(arguments, vm)?).unwrap_or(0)
            } else {
                self.digits("prec too big", vm)?.unwrap_or(0)
            });
        }
        if matches!(self.peek(), Some(b'h' | b'l' | b'L')) {
            self.at += 1;
        }
        Ok(spec)
    }

    /// The key up to the parenthesis that closes it.
    fn key(&mut self, vm: &VirtualMachine) -> PyResult<&Wtf8> {
        let start = self.at;
        let mut depth = 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(part(self.format, start, self.at - 1));
            }
        }
        Err(vm.new_value_error("incomplete format key"))
    }

    fn digits(&mut self, too_big: &'static str, vm: &VirtualMachine) -> PyResult<Option<usize>> {
        let limit = if too_big.starts_with("prec") { i32::MAX as usize } else { isize::MAX.unsigned_abs() };
        let mut value: Option<usize> = None;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            self.at += 1;
            let next = value
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|value| value.checked_add(usize::from(digit - b'0')))
                .filter(|value| *value <= limit);
            value = Some(next.ok_or_else(|| vm.new_value_error(too_big))?);
        }
        Ok(value)
    }

    fn code(&mut self, vm: &VirtualMachine) -> PyResult<char> {
        let rest = part(self.format, self.at, self.format.len());
        let Some(code) = rest.code_points().next() else { return Err(vm.new_value_error("incomplete format")) };
        self.at += code.len_wtf8();
        Ok(code.to_char_lossy())
    }

    fn unsupported(&self, code: char, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let index = part(self.format, 0, self.at).code_points().count().saturating_sub(1);
        let value = u32::from(code);
        let (shown, value) = match self.kind {
            // A C char has a sign.
            Kind::Bytes => (code, if (0x80..=0xff).contains(&value) { value | 0xffff_ff00 } else { value }),
            Kind::Unicode => (if (31..=126).contains(&value) { code } else { '?' }, value),
        };
        vm.new_value_error(format!("unsupported format character '{shown}' (0x{value:x}) at index {index}"))
    }
}

/// A width or precision that is an argument.
fn star(arguments: &mut Arguments<'_>, vm: &VirtualMachine) -> PyResult<isize> {
    let value = arguments.take(vm)?;
    let is_long = value.fast_isinstance(super::numbers::long_type(vm));
    let Some(int) = value.downcast_ref::<PyInt>().filter(|_| !is_long) else {
        return Err(vm.new_type_error("* wants int"));
    };
    isize::try_from(int.as_bigint()).map_err(|_| vm.new_overflow_error("Python int too large to convert to C long"))
}

/// Converts one argument; None for a letter that means nothing.
fn convert(vm: &VirtualMachine, kind: Kind, code: char, spec: &Spec, value: &PyObject) -> PyResult<Option<Piece>> {
    let piece = match code {
        's' | 'r' => match string(vm, kind, code, value)? {
            Some(text) => Piece::Text(truncated(text, spec.precision)),
            None => Piece::GoOnAsUnicode,
        },
        'c' => match character(vm, kind, value)? {
            Some(text) => Piece::Text(text),
            None => Piece::GoOnAsUnicode,
        },
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let code = if code == 'i' { 'd' } else { code };
            Piece::Number(integer(vm, code, spec, value)?)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => Piece::Number(float(vm, kind, code, spec, value)?),
        _ => return Ok(None),
    };
    Ok(Some(piece))
}

/// `%s` and `%r`; None where a byte format has to go on as unicode.
fn string(vm: &VirtualMachine, kind: Kind, code: char, value: &PyObject) -> PyResult<Option<Wtf8Buf>> {
    let object = match (kind, code) {
        (_, 'r') => {
            let shown = text::repr_object(vm, value)?;
            match kind {
                Kind::Bytes => shown,
                Kind::Unicode => text::unicode_object(vm, &shown)?,
            }
        }
        (Kind::Unicode, _) => text::unicode_object(vm, value)?,
        (Kind::Bytes, _) if text::is_unicode(value) => return Ok(None),
        (Kind::Bytes, _) => {
            let shown = text::stringified(vm, value)?;
            if text::is_unicode(&shown) {
                return Ok(None);
            }
            shown
        }
    };
    Ok(text::payload(&object).map(|text| text.as_wtf8().to_owned()).or(Some(Wtf8Buf::new())))
}

fn truncated(text: Wtf8Buf, precision: Option<usize>) -> Wtf8Buf {
    let Some(precision) = precision else { return text };
    match text.code_point_indices().nth(precision) {
        Some((end, _)) => part(&text, 0, end).to_owned(),
        None => text,
    }
}

/// `%c`; None where a byte format has to go on as unicode.
fn character(vm: &VirtualMachine, kind: Kind, value: &PyObject) -> PyResult<Option<Wtf8Buf>> {
    if let Some(text) = value.downcast_ref::<PyStr>() {
        if kind == Kind::Bytes && text::is_unicode(value) {
            return Ok(None);
        }
        let text = match kind {
            Kind::Bytes => text.as_wtf8().to_owned(),
            Kind::Unicode => text::wtf8_of(vm, value)?.map(std::borrow::Cow::into_owned).unwrap_or_default(),
        };
        if text.code_points().count() != 1 {
            return Err(vm.new_type_error("%c requires int or char"));
        }
        return Ok(Some(text));
    }
    if kind == Kind::Bytes && value.downcastable::<PyFloat>() {
        return Err(vm.new_type_error("integer argument expected, got float"));
    }
    let Some(number) = int_of(vm, value) else {
        return Err(match kind {
            Kind::Bytes => vm.new_type_error("an integer is required"),
            Kind::Unicode => vm.new_type_error("%c requires int or char"),
        });
    };
    if i64::try_from(&number).is_err() {
        if kind == Kind::Unicode {
            return Err(vm.new_type_error("%c requires int or char"));
        }
        return Err(vm.new_overflow_error("Python int too large to convert to C long"));
    }
    let mut result = Wtf8Buf::new();
    match kind {
        Kind::Bytes => match u8::try_from(&number) {
            Ok(byte) => result.push_char(char::from(byte)),
            Err(_) => {
                let bound = if number.sign() == Sign::Minus { "less than minimum" } else { "greater than maximum" };
                return Err(vm.new_overflow_error(format!("unsigned byte integer is {bound}")));
            }
        },
        Kind::Unicode => match u32::try_from(&number).ok().and_then(CodePoint::from_u32) {
            Some(c) => result.push(c),
            None => return Err(vm.new_overflow_error("%c arg not in range(0x110000) (wide Python build)")),
        },
    }
    Ok(Some(result))
}

/// The integer of a number (`PyNumber_Int`).
fn int_of(vm: &VirtualMachine, value: &PyObject) -> Option<BigInt> {
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return Some(int.as_bigint().clone());
    }
    if value.downcastable::<PyStr>() || !PyNumber::check(value) {
        return None;
    }
    value.class().slots().as_number.int.load()?;
    let converted = value.try_int(vm).ok()?;
    Some(converted.as_bigint().clone())
}

fn integer(vm: &VirtualMachine, code: char, spec: &Spec, value: &PyObject) -> PyResult<String> {
    let Some(number) = int_of(vm, value) else {
        let got = names::type_name_of(value);
        return Err(vm.new_type_error(format!("%{code} format: a number is required, not {got}")));
    };
    let digits = match code {
        'o' => number.magnitude().to_str_radix(8),
        'x' => number.magnitude().to_str_radix(16),
        'X' => number.magnitude().to_str_radix(16).to_uppercase(),
        _ => number.magnitude().to_str_radix(10),
    };
    // C writes nothing for no digits of nothing.
    let nothing = spec.precision == Some(0) && digits == "0" && !super::numbers::is_long(value, vm);
    let digits = if nothing { String::new() } else { digits };
    let missing = spec.precision.unwrap_or(0).saturating_sub(digits.len());
    if missing > MAX_LENGTH {
        return Err(vm.new_memory_error(""));
    }
    let mut result = String::with_capacity(digits.len() + missing + 3);
    if number.sign() == Sign::Minus {
        result.push('-');
    } else if spec.plus {
        result.push('+');
    } else if spec.space {
        result.push(' ');
    }
    match code {
        'x' if spec.alternate => result.push_str("0x"),
        'X' if spec.alternate => result.push_str("0X"),
        'o' if spec.alternate && missing == 0 && digits != "0" => result.push('0'),
        _ => {}
    }
    result.extend(std::iter::repeat_n('0', missing));
    result.push_str(&digits);
    Ok(result)
}

fn float(vm: &VirtualMachine, kind: Kind, code: char, spec: &Spec, value: &PyObject) -> PyResult<String> {
    let Some(number) = float_of(vm, value)? else {
        if kind == Kind::Unicode {
            let complex = value.downcastable::<rustpython_vm::builtins::PyComplex>();
            return Err(vm.new_type_error(if complex {
                "can't convert complex to float"
            } else {
                "a float is required"
            }));
        }
        let got = names::type_name_of(value);
        return Err(vm.new_type_error(format!("float argument required, not {got}")));
    };
    let style = match code.to_ascii_lowercase() {
        'e' => Style::Exponent,
        'f' => Style::Fixed,
        _ => Style::General,
    };
    let precision = spec.precision.unwrap_or(6);
    if precision > MAX_LENGTH {
        return Err(vm.new_overflow_error("formatted float is too long (precision too large?)"));
    }
    let mut text = floats::format(number, style, precision, spec.alternate);
    if code.is_ascii_uppercase() {
        text.make_ascii_uppercase();
    }
    if !text.starts_with('-') {
        if spec.plus {
            text.insert(0, '+');
        } else if spec.space {
            text.insert(0, ' ');
        }
    }
    Ok(text)
}

/// The float of a number (`PyFloat_AsDouble`); None for what is none.
fn float_of(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<f64>> {
    if let Some(float) = value.downcast_ref::<PyFloat>() {
        return Ok(Some(float.to_f64()));
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return int
            .as_bigint()
            .to_string()
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
            .map(Some)
            .ok_or_else(|| vm.new_overflow_error("long int too large to convert to float"));
    }
    if value.downcastable::<PyStr>() || value.class().slots().as_number.float.load().is_none() {
        return Ok(None);
    }
    Ok(value.try_float(vm).ok().map(|float| float.to_f64()))
}

/// The longest text that a conversion is asked to make; beyond it is no memory.
const MAX_LENGTH: usize = 1 << 31;

/// Appends a piece, filled up to the width.
fn push_padded(vm: &VirtualMachine, result: &mut Wtf8Buf, spec: &Spec, piece: &Wtf8, number: bool) -> PyResult<()> {
    let length = if piece.is_ascii() { piece.len() } else { piece.code_points().count() };
    let missing = spec.width.saturating_sub(length);
    if missing == 0 {
        result.push_wtf8(piece);
        return Ok(());
    }
    if missing > MAX_LENGTH || result.try_reserve(missing + piece.len()).is_err() {
        return Err(vm.new_memory_error(""));
    }
    if spec.left {
        // Zeros are left out where the text stands on the left.
        result.push_wtf8(piece);
        (0..missing).for_each(|_| result.push_char(' '));
    } else if number && spec.zero {
        let head = number_head(piece.as_bytes());
        result.push_wtf8(part(piece, 0, head));
        (0..missing).for_each(|_| result.push_char('0'));
        result.push_wtf8(part(piece, head, piece.len()));
    } else {
        (0..missing).for_each(|_| result.push_char(' '));
        result.push_wtf8(piece);
    }
    Ok(())
}

/// The length of the sign and the prefix of base 16.
fn number_head(text: &[u8]) -> usize {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-' | b' ')));
    let prefix = matches!(text.get(sign..sign + 2), Some(b"0x" | b"0X"));
    sign + if prefix { 2 } else { 0 }
}
