//! Numbers: the type `long`, texts of ints and floats, and the errors of divisions.
//!
//! An int of the machine has any size. What Python 2 calls `long` is either an instance of [`Long`] (made by `long()`, a
//! literal with `L`, or arithmetic with one) or a plain int beyond 64 bits: the machine's own arithmetic overflows into
//! those on its fast path. [`is_long`] knows both.

use malachite_bigint::{BigInt, Sign};
use rustpython_vm::builtins::{PyByteArray, PyBytes, PyComplex, PyFloat, PyInt, PyStr, PyTuple, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyNumber, PyNumberBinaryFunc, PyNumberMethods, PyNumberTernaryFunc};
use rustpython_vm::types::{AsNumber, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::sync::OnceLock;

/// Python 2's `long`.
#[pyclass(module = false, name = "long", base = PyInt)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Long(PyInt);

#[pyclass(flags(BASETYPE), with(AsNumber, Representable))]
impl Long {
    #[pymethod]
    fn __getnewargs__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let value: PyObjectRef = zelf.into();
        vm.ctx.new_tuple(vec![value]).into()
    }
}

impl Representable for Long {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("{}L", zelf.0.as_bigint()))
    }
}

/// The type `long`.
pub fn long_type(vm: &VirtualMachine) -> &'static Py<PyType> {
    Long::class(&vm.ctx)
}

/// A new `long`.
pub fn new_long(vm: &VirtualMachine, value: impl Into<BigInt>) -> PyObjectRef {
    Long(PyInt::from(value.into())).into_ref(&vm.ctx).into()
}

/// A result of arithmetic: Python 2 has an int where it fits into 64 bits and a long elsewhere.
pub fn new_int_or_long(vm: &VirtualMachine, value: impl Into<BigInt>) -> PyObjectRef {
    let value = value.into();
    if fits(&value) { vm.ctx.new_int(value).into() } else { new_long(vm, value) }
}

fn fits(value: &BigInt) -> bool {
    i64::try_from(value).is_ok()
}

/// A plain int of the machine that Python 2 has as a long.
pub fn is_big_int(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.downcast_ref_if_exact::<PyInt>(vm).is_some_and(|int| !fits(int.as_bigint()))
}

/// Is this a `long` to Python 2?
pub fn is_long(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.fast_isinstance(long_type(vm)) || is_big_int(object, vm)
}

/// An int or long (or bool, or an instance of a class derived from them) as a number.
pub fn integer(object: &PyObject) -> Option<&BigInt> {
    object.downcast_ref::<PyInt>().map(|int| int.as_bigint())
}

/// What a `__hash__` method returned as a hash.
pub fn hash_value(value: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    let hash = if let Some(int) = integer(value) {
        i64::try_from(int).unwrap_or_else(|_| long_hash(int))
    } else if let Some(float) = value.downcast_ref::<PyFloat>() {
        float.to_f64() as i64
    } else {
        return Err(vm.new_type_error("an integer is required"));
    };
    Ok(if hash == -1 { -2 } else { hash })
}

/// CPython 2.7's hash of a long: the value modulo 2^64 - 1, with its sign.
fn long_hash(value: &BigInt) -> i64 {
    let modulus = (BigInt::from(1) << 64_usize) - 1;
    let magnitude = if value.sign() == Sign::Minus { -value } else { value.clone() } % modulus;
    let hash = u64::try_from(&magnitude).unwrap_or(0) as i64;
    if value.sign() == Sign::Minus { hash.wrapping_neg() } else { hash }
}

// ---- arithmetic of longs ----------------------------------------------------------------------------------------

/// Turns the ints in a result into longs.
fn promote(value: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    if let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) {
        return new_long(vm, int.as_bigint().clone());
    }
    if let Some(pair) = value.downcast_ref_if_exact::<PyTuple>(vm) {
        let items = pair.as_slice().iter().map(|item| promote(item.clone(), vm)).collect();
        return vm.ctx.new_tuple(items).into();
    }
    value
}

macro_rules! long_binary {
    ($($field:ident),*) => {$(
        fn $field(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            match vm.ctx.types.int_type.slots().as_number.$field.load() {
                Some(operation) => operation(a, b, vm).map(|value| promote(value, vm)).map_err(|error| long_error(error, vm)),
                None => Ok(vm.ctx.not_implemented()),
            }
        }
    )*};
}

long_binary!(add, subtract, multiply, remainder, divmod, lshift, rshift, and, xor, or, floor_divide);

fn power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    match vm.ctx.types.int_type.slots().as_number.power.load() {
        Some(operation) => operation(a, b, modulus, vm).map(|value| promote(value, vm)),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn true_divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match vm.ctx.types.int_type.slots().as_number.true_divide.load() {
        Some(operation) => operation(a, b, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn long_error(
    error: rustpython_vm::builtins::PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    if error.class().is(vm.ctx.exceptions.zero_division_error) {
        return vm.new_zero_division_error("long division or modulo by zero");
    }
    error
}

macro_rules! long_unary {
    ($($function:ident $value:ident => $result:expr;)*) => {$(
        fn $function(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
            let $value = integer(&number).cloned().unwrap_or_default();
            Ok(new_long(vm, $result))
        }
    )*};
}

long_unary! {
    negative value => -value;
    positive value => value;
    absolute value => if value.sign() == Sign::Minus { -value } else { value };
    invert value => -value - 1;
}

/// `int(x)` of a long: a plain int (Python 2 gives a long back where it does not fit, which a big int is).
fn int(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    Ok(new_int_or_long(vm, integer(&number).cloned().unwrap_or_default()))
}

impl AsNumber for Long {
    fn as_number() -> &'static PyNumberMethods {
        static AS_NUMBER: PyNumberMethods = PyNumberMethods {
            add: Some(add),
            subtract: Some(subtract),
            multiply: Some(multiply),
            remainder: Some(remainder),
            divmod: Some(divmod),
            power: Some(power),
            negative: Some(negative),
            positive: Some(positive),
            absolute: Some(absolute),
            invert: Some(invert),
            lshift: Some(lshift),
            rshift: Some(rshift),
            and: Some(and),
            xor: Some(xor),
            or: Some(or),
            int: Some(int),
            floor_divide: Some(floor_divide),
            true_divide: Some(true_divide),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &AS_NUMBER
    }
}

/// `long(x)`, `long(text, base)`.
fn long_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let value = match args.args.first() {
        None => BigInt::default(),
        Some(value) => {
            if args.args.len() == 1
                && value.downcast_ref::<PyStr>().is_none()
                && let Some(method) = long_hook(value, vm)?
            {
                let converted = method.call((), vm)?;
                match integer(&converted) {
                    Some(value) => value.clone(),
                    None => {
                        let name = super::names::type_name_of(&converted);
                        return Err(vm.new_type_error(format!("__long__ returned non-long (type {name})")));
                    }
                }
            } else {
                let converted = int_new_as(vm.ctx.types.int_type.to_owned(), args, "long", vm)?;
                integer(&converted).cloned().unwrap_or_default()
            }
        }
    };
    if class.is(long_type(vm)) {
        return Ok(new_long(vm, value));
    }
    PyInt::from(value).into_ref_with_type(vm, class).map(Into::into)
}

fn long_hook(value: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if super::classic::is_instance(value) {
        return super::classic::lookup(value, "__long__", vm);
    }
    super::arithmetic::python_hook(value, "__long__", vm)
}

// ---- int() ------------------------------------------------------------------------------------------------------

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
static INT_NEW: OnceLock<New> = OnceLock::new();

fn int_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    int_new_as(class, args, "int", vm)
}

/// The machine's `int.__new__` on what Python 2's accepts.
fn int_new_as(class: PyTypeRef, args: FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult {
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
    if let Some(text) = args.args.first().and_then(|value| value.downcast_ref::<PyStr>()) {
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
        && !super::classic::is_instance(value)
    {
        let slots = &value.class().slots().as_number;
        if slots.int.load().is_none() {
            // Python 2 asks `__int__`, then `__trunc__`, never `__index__`.
            if let Some(method) = super::names::special(value, vm.ctx.intern_str("__trunc__"), vm)? {
                let truncated = method.call((), vm)?;
                return original(class, FuncArgs::from(vec![truncated]), vm);
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
    let text = if long_suffix { text.strip_suffix(['l', 'L']).unwrap_or(text) } else { text };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
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

// ---- texts ------------------------------------------------------------------------------------------------------

fn int_repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(value) = integer(object) else { return Err(vm.new_type_error("an integer is required")) };
    let suffix = if fits(value) { "" } else { "L" };
    Ok(vm.ctx.new_str(format!("{value}{suffix}")))
}

fn int_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
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

// ---- errors of divisions ----------------------------------------------------------------------------------------

/// The machine's own functions of ints.
static INT_BINARY: [OnceLock<PyNumberBinaryFunc>; 11] = [const { OnceLock::new() }; 11];
static INT_POWER: OnceLock<PyNumberTernaryFunc> = OnceLock::new();

/// Is an operand or a result a number that Python 2 has as a long?
fn is_wide(object: &PyObject) -> bool {
    integer(object).is_some_and(|value| !fits(value))
}

/// The result of an operation on ints: a long where an operand was one or the result does not fit.
fn int_result(value: PyObjectRef, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
    if is_wide(a) || is_wide(b) {
        return promote(value, vm);
    }
    if value.downcast_ref_if_exact::<PyInt>(vm).is_some() && is_wide(&value) {
        return promote(value, vm);
    }
    value
}

macro_rules! int_binary {
    ($($function:ident $index:literal;)*) => {$(
        fn $function(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            let message = if is_wide(a) || is_wide(b) {
                "long division or modulo by zero"
            } else {
                "integer division or modulo by zero"
            };
            let value = divide_with(INT_BINARY[$index].get(), message, a, b, vm)?;
            Ok(int_result(value, a, b, vm))
        }
    )*};
}

int_binary! {
    int_add 0;
    int_subtract 1;
    int_multiply 2;
    int_remainder 3;
    int_divmod 4;
    int_lshift 5;
    int_rshift 6;
    int_and 7;
    int_xor 8;
    int_or 9;
    int_floor_divide 10;
}

fn int_power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(original) = INT_POWER.get() else { return Ok(vm.ctx.not_implemented()) };
    let value = original(a, b, modulus, vm)?;
    if is_wide(modulus) { Ok(promote(value, vm)) } else { Ok(int_result(value, a, b, vm)) }
}

static INT_HASH: OnceLock<()> = OnceLock::new();

fn int_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    hash_value(object, vm)
}

static FLOAT_DIVISIONS: [OnceLock<PyNumberBinaryFunc>; 4] = [const { OnceLock::new() }; 4];
static COMPLEX_DIVISIONS: [OnceLock<PyNumberBinaryFunc>; 1] = [const { OnceLock::new() }; 1];

fn divide_with(
    original: Option<&PyNumberBinaryFunc>,
    message: &str,
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(original) = original else { return Ok(vm.ctx.not_implemented()) };
    original(a, b, vm).map_err(|error| {
        if error.class().is(vm.ctx.exceptions.zero_division_error) {
            vm.new_zero_division_error(message)
        } else {
            error
        }
    })
}

macro_rules! bool_binary {
    ($($function:ident $field:ident;)*) => {$(
        /// bool is as little a `long` as int is: an operand that is one decides.
        fn $function(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            if a.fast_isinstance(long_type(vm)) || b.fast_isinstance(long_type(vm)) {
                return $field(a, b, vm);
            }
            match vm.ctx.types.int_type.slots().as_number.$field.load() {
                Some(operation) => operation(a, b, vm),
                None => Ok(vm.ctx.not_implemented()),
            }
        }
    )*};
}

bool_binary! {
    bool_add add;
    bool_subtract subtract;
    bool_multiply multiply;
    bool_remainder remainder;
    bool_divmod divmod;
    bool_lshift lshift;
    bool_rshift rshift;
    bool_floor_divide floor_divide;
}

fn bool_power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if b.fast_isinstance(long_type(vm)) {
        return power(a, b, modulus, vm);
    }
    match vm.ctx.types.int_type.slots().as_number.power.load() {
        Some(operation) => operation(a, b, modulus, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

/// `&`, `|`, `^` of bools stay bools; with a long they are long.
static BOOL_BITS: [OnceLock<PyNumberBinaryFunc>; 3] = [const { OnceLock::new() }; 3];

macro_rules! bool_bits {
    ($($function:ident $field:ident $index:literal;)*) => {$(
        fn $function(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            if a.fast_isinstance(long_type(vm)) || b.fast_isinstance(long_type(vm)) {
                return $field(a, b, vm);
            }
            match BOOL_BITS[$index].get() {
                Some(operation) => operation(a, b, vm),
                None => Ok(vm.ctx.not_implemented()),
            }
        }
    )*};
}

bool_bits! {
    bool_and and 0;
    bool_or or 1;
    bool_xor xor 2;
}

static FLOAT_POWER: OnceLock<PyNumberTernaryFunc> = OnceLock::new();

/// An overflow of a power is an error of the C library in Python 2.
fn float_power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(original) = FLOAT_POWER.get() else { return Ok(vm.ctx.not_implemented()) };
    let value = original(a, b, modulus, vm)
        .map_err(|error| if error.class().is(vm.ctx.exceptions.overflow_error) { out_of_range(vm) } else { error })?;
    let finite = |object: &PyObject| match object.downcast_ref::<PyFloat>() {
        Some(float) => float.to_f64().is_finite(),
        None => true,
    };
    if !finite(&value) && finite(a) && finite(b) {
        return Err(out_of_range(vm));
    }
    Ok(value)
}

fn out_of_range(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let args = vec![vm.ctx.new_int(34).into(), vm.ctx.new_str("Numerical result out of range").into()];
    vm.new_exception(vm.ctx.exceptions.overflow_error.to_owned(), args)
}

/// Why a text is no float, in CPython 2.7's words; None if it is one (or has digits of other scripts).
fn float_problem(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    let length = float_prefix(trimmed.as_bytes());
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

macro_rules! divisions {
    ($($function:ident $table:ident $index:literal $message:literal;)*) => {$(
        fn $function(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            divide_with($table[$index].get(), $message, a, b, vm)
        }
    )*};
}

divisions! {
    float_floor_divide FLOAT_DIVISIONS 0 "float divmod()";
    float_remainder FLOAT_DIVISIONS 1 "float modulo";
    float_divmod FLOAT_DIVISIONS 2 "float divmod()";
    float_true_divide FLOAT_DIVISIONS 3 "float division by zero";
    complex_true_divide COMPLEX_DIVISIONS 0 "complex division by zero";
}

macro_rules! replace {
    ($class:expr, $($field:ident $right:ident $table:ident $index:literal $function:ident;)*) => {$(
        if let Some(original) = $class.slots().as_number.$field.load()
            && $table[$index].set(original).is_ok()
        {
            $class.slots().as_number.$field.store(Some($function));
            $class.slots().as_number.$right.store(Some($function));
        }
    )*};
}

/// Adds what this file knows to the native number types.
pub fn install(vm: &VirtualMachine) {
    super::complex::patch(vm);
    let types = &vm.ctx.types;
    if let Some(new) = types.int_type.slots().new.load()
        && INT_NEW.set(new).is_ok()
    {
        types.int_type.slots().new.store(Some(int_new));
    }
    replace! {
        types.int_type,
        add right_add INT_BINARY 0 int_add;
        subtract right_subtract INT_BINARY 1 int_subtract;
        multiply right_multiply INT_BINARY 2 int_multiply;
        remainder right_remainder INT_BINARY 3 int_remainder;
        divmod right_divmod INT_BINARY 4 int_divmod;
        lshift right_lshift INT_BINARY 5 int_lshift;
        rshift right_rshift INT_BINARY 6 int_rshift;
        and right_and INT_BINARY 7 int_and;
        xor right_xor INT_BINARY 8 int_xor;
        or right_or INT_BINARY 9 int_or;
        floor_divide right_floor_divide INT_BINARY 10 int_floor_divide;
    }
    if let Some(original) = types.int_type.slots().as_number.power.load()
        && INT_POWER.set(original).is_ok()
    {
        types.int_type.slots().as_number.power.store(Some(int_power));
        types.int_type.slots().as_number.right_power.store(Some(int_power));
    }
    if INT_HASH.set(()).is_ok() {
        types.int_type.slots().hash.store(Some(int_hash));
        types.bool_type.slots().hash.store(Some(int_hash));
        super::names::rewrap(types.int_type, &["__hash__"], vm);
    }
    replace! {
        types.float_type,
        floor_divide right_floor_divide FLOAT_DIVISIONS 0 float_floor_divide;
        remainder right_remainder FLOAT_DIVISIONS 1 float_remainder;
        divmod right_divmod FLOAT_DIVISIONS 2 float_divmod;
        true_divide right_true_divide FLOAT_DIVISIONS 3 float_true_divide;
    }
    replace! {
        types.complex_type,
        true_divide right_true_divide COMPLEX_DIVISIONS 0 complex_true_divide;
    }
    if let Some(original) = types.float_type.slots().as_number.power.load()
        && FLOAT_POWER.set(original).is_ok()
    {
        types.float_type.slots().as_number.power.store(Some(float_power));
        types.float_type.slots().as_number.right_power.store(Some(float_power));
    }
    if let Some(new) = types.float_type.slots().new.load()
        && FLOAT_NEW.set(new).is_ok()
    {
        types.float_type.slots().new.store(Some(float_new));
    }
    // bool inherited int's slots when it was made.
    let bool_number = &types.bool_type.slots().as_number;
    macro_rules! store {
        ($($field:ident $right:ident $function:ident;)*) => {$(
            bool_number.$field.store(Some($function));
            bool_number.$right.store(Some($function));
        )*};
    }
    for (index, original) in [bool_number.and.load(), bool_number.or.load(), bool_number.xor.load()].iter().enumerate()
    {
        if let Some(original) = original {
            // Set before: these are the wrappers already.
            let _ = BOOL_BITS[index].set(*original);
        }
    }
    store! {
        add right_add bool_add;
        subtract right_subtract bool_subtract;
        multiply right_multiply bool_multiply;
        remainder right_remainder bool_remainder;
        divmod right_divmod bool_divmod;
        lshift right_lshift bool_lshift;
        rshift right_rshift bool_rshift;
        floor_divide right_floor_divide bool_floor_divide;
        power right_power bool_power;
        and right_and bool_and;
        or right_or bool_or;
        xor right_xor bool_xor;
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
    super::names::rewrap(types.int_type, &["__repr__", "__floordiv__", "__rfloordiv__", "__mod__", "__rmod__"], vm);
    super::names::rewrap(
        types.float_type,
        &["__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__truediv__", "__rtruediv__", "__pow__", "__rpow__"],
        vm,
    );
    let class: PyTypeRef = Long::make_static_type();
    class.slots().new.store(Some(long_new));
    class.slots().str.store(Some(int_str));
    class.slots().hash.store(Some(int_hash));
}
