//! Numbers and their texts: `int(x)` and `float(x)` of strings and objects, `repr` and `str` of numbers.

use malachite_bigint::BigInt;
use rustpython_vm::builtins::{PyByteArray, PyBytes, PyComplex, PyFloat, PyInt, PyStr, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

use super::numbers::{integer, long_type, new_int_or_long};

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
static INT_NEW: OnceLock<New> = OnceLock::new();

fn int_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    int_new_as(class, args, "int", vm)
}

/// The machine's `int.__new__` on what Python 2's accepts.
pub(super) fn int_new_as(class: PyTypeRef, args: FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult {
    let Some(original) = INT_NEW.get() else { return Err(vm.new_system_error("numbers are not installed")) };
    let mut args = args;
    if let Some(value) = args.take_keyword("x") {
        args.args.insert(0, value);
    }
    if let Some(base) = args.take_keyword("base") {
        args.args.push(base);
    }
    if args.args.first().is_some_and(|value| value.downcast_ref::<PyComplex>().is_some()) {
        return Err(vm.new_type_error(format!("can't convert complex to {name}")));
    }
    if args.args.len() > 2 {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("{name}() takes at most 2 arguments ({given} given)")));
    }
    // A text with an `__int__` of its own is asked for it.
    let converts = |text: &&Py<PyStr>| text.class().slots.as_number.int.load().is_some();
    if let Some(text) = args.args.first().and_then(|value| value.downcast_ref::<PyStr>()).filter(|text| !converts(text))
    {
        let base = match args.args.get(1) {
            None => 10,
            Some(base) => {
                let base = super::slices::saturated(base, vm)?;
                if base != 0 && !(2..=36).contains(&base) {
                    return Err(vm.new_value_error(format!("{name}() base must be >= 2 and <= 36, or 0")));
                }
                base as u32
            }
        };
        let shown = text.to_string();
        let Some(value) = parse_integer(&shown, base, name == "long") else {
            // The text was made a byte string before.
            let shown: Vec<u8> = shown.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            let repr = super::text::new_str(vm, &shown).repr(vm)?;
            return Err(vm.new_value_error(format!("invalid literal for {name}() with base {base}: {repr}")));
        };
        if class.is(vm.ctx.types.int_type) {
            return Ok(new_int_or_long(vm, value));
        }
        return original(class, FuncArgs::from(vec![vm.ctx.new_int(value).into()]), vm);
    }
    // The machine's library converts its own byte strings.
    let is_bytes = args.args.first().is_some_and(|value| {
        value.downcast_ref::<PyBytes>().is_some() || value.downcast_ref::<PyByteArray>().is_some()
    });
    if args.args.len() == 2 && !is_bytes {
        return Err(vm.new_type_error(format!("{name}() can't convert non-string with explicit base")));
    }
    if let Some(value) = args.args.first().filter(|_| !is_bytes)
        && class.is(vm.ctx.types.int_type)
        && value.class().heaptype_ext().is_some()
        && let Some(convert) = value.class().slots().as_number.int.load()
    {
        // `__int__` may give a long.
        let converted = convert(value.number(), vm)?;
        if converted.class().is(long_type(vm)) {
            return Ok(converted);
        }
        if converted.downcast_ref::<PyInt>().is_none() {
            let kind = super::names::type_name_of(&converted);
            return Err(vm.new_type_error(format!("__int__ returned non-int (type {kind})")));
        }
        return original(class, FuncArgs::from(vec![converted]), vm);
    }
    if let Some(value) = args.args.first().filter(|_| !is_bytes)
        && !super::classic::is_instance(value)
    {
        let slots = &value.class().slots().as_number;
        if slots.int.load().is_none() {
            // Python 2 asks `__int__`, then `__trunc__`, never `__index__`.
            if let Some(method) = super::names::special(value, vm.ctx.intern_str("__trunc__"), vm)? {
                let truncated = method.call((), vm)?;
                let integral = truncated.downcast_ref::<PyInt>().is_some()
                    || super::classic::is_instance(&truncated)
                    || truncated.class().slots().as_number.int.load().is_some();
                if !integral {
                    let kind = super::names::type_name_of(&truncated);
                    return Err(vm.new_type_error(format!("__trunc__ returned non-Integral (type {kind})")));
                }
                return original(class, FuncArgs::from(vec![truncated]), vm);
            }
            if let Some(buffer) = value.downcast_ref::<super::buffer::Buffer>() {
                let text = super::text::new_str(vm, &buffer.bytes(vm));
                return int_new_as(class, FuncArgs::from(vec![text]), name, vm);
            }
            if value.downcast_ref::<PyInt>().is_none() {
                let kind = super::names::type_name_of(value);
                return Err(vm.new_type_error(format!("{name}() argument must be a string or a number, not '{kind}'")));
            }
        }
    }
    original(class, args, vm)
}

/// Python 2's integer texts: white space around, a sign, the prefix of the base, an `L` behind for longs.
pub fn parse_integer(text: &str, base: u32, long_suffix: bool) -> Option<BigInt> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c));
    // In bases from 22 on the letter is a digit.
    let text = if long_suffix && base < 22 { text.strip_suffix(['l', 'L']).unwrap_or(text) } else { text };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    // C's `strtol` and CPython's own parser let white space stand behind the sign.
    let digits = digits.trim_start();
    let prefixed = |prefix: &str| {
        let head = digits.get(..2)?;
        head.eq_ignore_ascii_case(prefix).then(|| &digits[2..])
    };
    let (digits, base) = match base {
        0 => {
            if let Some(digits) = prefixed("0x") {
                (digits, 16)
            } else if let Some(digits) = prefixed("0o") {
                (digits, 8)
            } else if let Some(digits) = prefixed("0b") {
                (digits, 2)
            } else if digits.len() > 1 && digits.starts_with('0') {
                (&digits[1..], 8)
            } else {
                (digits, 10)
            }
        }
        16 => (prefixed("0x").unwrap_or(digits), 16),
        8 => (prefixed("0o").unwrap_or(digits), 8),
        2 => (prefixed("0b").unwrap_or(digits), 2),
        base => (digits, base),
    };
    let mut plain = String::with_capacity(digits.len());
    for c in digits.chars() {
        let digit = match c.to_digit(36) {
            Some(digit) => digit,
            None => decimal_digit(c)?,
        };
        plain.push(char::from_digit(digit, 36)?);
        if digit >= base {
            return None;
        }
    }
    if plain.is_empty() {
        return None;
    }
    let value = BigInt::parse_bytes(plain.as_bytes(), base)?;
    Some(if negative { -value } else { value })
}

/// Decimal digits of other scripts, which `int(u'…')` accepts.
fn decimal_digit(c: char) -> Option<u32> {
    if c.is_ascii()
        || unicode_general_category::get_general_category(c) != unicode_general_category::GeneralCategory::DecimalNumber
    {
        return None;
    }
    // Decimal digits come in runs of ten whose first is a multiple of the run: count back to the start of the run.
    let mut value = 0;
    let mut code = c as u32;
    while value < 9
        && let Some(before) = char::from_u32(code.checked_sub(1)?)
        && unicode_general_category::get_general_category(before)
            == unicode_general_category::GeneralCategory::DecimalNumber
    {
        code -= 1;
        value += 1;
    }
    Some(value)
}

/// Why a text is no float, in CPython 2.7's words; None if it is one (or has digits of other scripts).
fn float_problem(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    let length = float_prefix(trimmed.as_bytes());
    // The blanks in front are not shown.
    let text = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    if length == 0 {
        return Some(format!("could not convert string to float: {text}"));
    }
    (length < trimmed.len()).then(|| format!("invalid literal for float(): {text}"))
}

/// How many bytes at the start make a float.
fn float_prefix(text: &[u8]) -> usize {
    let signed = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let rest = text.get(signed..).unwrap_or_default();
    for word in [b"infinity".as_slice(), b"inf", b"nan"] {
        if rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
            return signed + word.len();
        }
    }
    let digits = |from: usize| rest.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(0);
    let mut at = whole;
    let mut fraction = 0;
    if rest.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(rest.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    signed + at
}

static FLOAT_NEW: OnceLock<New> = OnceLock::new();

/// `float(x)` does not ask `__index__`.
fn float_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = FLOAT_NEW.get() else { return Err(vm.new_system_error("numbers are not installed")) };
    let mut args = args;
    if args.args.is_empty()
        && let Some(value) = args.take_keyword("x")
    {
        args.args.push(value);
    }
    if let [value] = args.args.as_slice()
        && value.downcast_ref::<PyComplex>().is_some()
    {
        return Err(vm.new_type_error("can't convert complex to float"));
    }
    if let [value] = args.args.as_slice()
        && let Some(text) = value.downcast_ref::<PyStr>()
        && let Some(problem) = float_problem(&text.to_string())
    {
        return Err(vm.new_value_error(problem));
    }
    if let [value] = args.args.as_slice()
        && value.downcast_ref::<PyStr>().is_none()
        && value.downcast_ref::<PyInt>().is_none()
        && value.class().slots().as_number.float.load().is_none()
        && value.class().slots().as_number.index.load().is_some()
    {
        return Err(vm.new_type_error("float() argument must be a string or a number"));
    }
    original(class, args, vm)
}

fn int_repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(value) = integer(object) else { return Err(vm.new_type_error("an integer is required")) };
    Ok(vm.ctx.new_str(match i64::try_from(value) {
        Ok(value) => value.to_string(),
        Err(_) => format!("{value}L"),
    }))
}

pub(super) fn int_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    // Classes derived from int may have a repr of their own.
    let own = object.class().slots().repr.load();
    if let Some(own) = own
        && !std::ptr::fn_addr_eq(own, int_repr as fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>)
        && !object.fast_isinstance(long_type(vm))
    {
        return own(object, vm);
    }
    let Some(value) = integer(object) else { return Err(vm.new_type_error("an integer is required")) };
    Ok(vm.ctx.new_str(value.to_string()))
}

/// Python 2's `str(float)`: 12 significant digits.
pub fn float_str_text(value: f64) -> String {
    super::floats::shown(value, 12)
}

type Stringify = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;
static FLOAT_REPR: OnceLock<Stringify> = OnceLock::new();
static COMPLEX_REPR: OnceLock<Stringify> = OnceLock::new();

fn same(a: Option<Stringify>, b: Option<&Stringify>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if std::ptr::fn_addr_eq(a, *b))
}

fn float_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let own = object.class().slots().repr.load();
    if !same(own, FLOAT_REPR.get())
        && let Some(own) = own
    {
        return own(object, vm);
    }
    let Some(value) = object.downcast_ref::<PyFloat>() else { return Err(vm.new_type_error("a float is required")) };
    Ok(vm.ctx.new_str(float_str_text(value.to_f64())))
}

/// C's `%.12g`.
fn general(value: f64) -> String {
    super::floats::format(value, super::floats::Style::General, 12, false)
}

fn complex_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let own = object.class().slots().repr.load();
    if !same(own, COMPLEX_REPR.get())
        && let Some(own) = own
    {
        return own(object, vm);
    }
    let Some(value) = object.downcast_ref::<PyComplex>() else {
        return Err(vm.new_type_error("a complex is required"));
    };
    let value = value.to_complex64();
    let imaginary = general(value.im);
    if value.re == 0.0 && value.re.is_sign_positive() {
        return Ok(vm.ctx.new_str(format!("{imaginary}j")));
    }
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    Ok(vm.ctx.new_str(format!("({}{sign}{imaginary}j)", general(value.re))))
}

/// Replaces the constructors and the texts of the machine's number types.
pub fn install(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    if let Some(new) = types.int_type.slots().new.load()
        && INT_NEW.set(new).is_ok()
    {
        types.int_type.slots().new.store(Some(int_new));
    }
    if let Some(new) = types.float_type.slots().new.load()
        && FLOAT_NEW.set(new).is_ok()
    {
        types.float_type.slots().new.store(Some(float_new));
    }
    types.int_type.slots().repr.store(Some(int_repr));
    super::names::replace_str(types.int_type, int_str, vm);
    if let Some(repr) = types.float_type.slots().repr.load()
        && FLOAT_REPR.set(repr).is_ok()
    {
        super::names::replace_str(types.float_type, float_str, vm);
    }
    if let Some(repr) = types.complex_type.slots().repr.load()
        && COMPLEX_REPR.set(repr).is_ok()
    {
        super::names::replace_str(types.complex_type, complex_str, vm);
    }
    super::names::rewrap(types.int_type, &["__repr__"], vm);
}
