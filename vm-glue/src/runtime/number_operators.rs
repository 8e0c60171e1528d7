//! Operators of the machine's own number types: longs where a result does not fit into 64 bits, and the errors of
//! divisions and powers.

use malachite_bigint::Sign;
use rustpython_vm::builtins::{PyFloat, PyInt};
use rustpython_vm::protocol::{PyNumber, PyNumberBinaryFunc, PyNumberTernaryFunc, PyNumberUnaryFunc};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

use super::numbers::{self, fits, hash_value, integer, long_type, promote};

/// The machine's own functions of ints.
static INT_BINARY: [OnceLock<PyNumberBinaryFunc>; 11] = [const { OnceLock::new() }; 11];
static INT_POWER: OnceLock<PyNumberTernaryFunc> = OnceLock::new();

/// Is an operand or a result a number that Python 2 has as a long?
fn is_wide(object: &PyObject) -> bool {
    integer(object).is_some_and(|value| !fits(value))
}

/// An operand of a class derived from int meets a long here: the long's own operators are not asked before.
fn is_long(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.downcast_ref_if_exact::<PyInt>(vm).is_none() && object.fast_isinstance(long_type(vm))
}

/// The result of an operation on ints: a long where an operand was one or the result does not fit.
fn int_result(value: PyObjectRef, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
    if is_wide(a) || is_wide(b) || is_long(a, vm) || is_long(b, vm) {
        return promote(value, vm);
    }
    if value.downcast_ref_if_exact::<PyInt>(vm).is_some() && is_wide(&value) {
        return promote(value, vm);
    }
    value
}

/// The result of an operation on two ints of the machine's own class that fit into 64 bits, as long as the result does
/// too. Nearly all are such, and the machine's own functions work on numbers of any size.
fn small(
    a: &PyObject,
    b: &PyObject,
    operation: fn(i64, i64) -> Option<i64>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let (a, b) = (a.downcast_ref_if_exact::<PyInt>(vm)?, b.downcast_ref_if_exact::<PyInt>(vm)?);
    let (a, b) = (i64::try_from(a.as_bigint()).ok()?, i64::try_from(b.as_bigint()).ok()?);
    operation(a, b).map(|value| vm.ctx.new_int(value).into())
}

/// The remainder of a floor division: it has the sign of the divisor.
fn floor_remainder(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

fn floor_quotient(a: i64, b: i64) -> Option<i64> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    Some(if rest != 0 && (rest < 0) != (b < 0) { quotient - 1 } else { quotient })
}

macro_rules! int_binary {
    ($($function:ident $index:literal $small:expr;)*) => {$(
        fn $function(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            if let Some(value) = small(a, b, $small, vm) {
                return Ok(value);
            }
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
    int_add 0 i64::checked_add;
    int_subtract 1 i64::checked_sub;
    int_multiply 2 i64::checked_mul;
    int_remainder 3 floor_remainder;
    int_divmod 4 |_, _| None;
    int_lshift 5 |_, _| None;
    int_rshift 6 |_, _| None;
    int_and 7 |a, b| Some(a & b);
    int_xor 8 |a, b| Some(a ^ b);
    int_or 9 |a, b| Some(a | b);
    int_floor_divide 10 floor_quotient;
}

/// In Python 2 a negative number has no fractional power.
fn reject_fraction(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(exponent) = b.downcast_ref::<PyFloat>().map(|exponent| exponent.to_f64()) else { return Ok(()) };
    let base = match a.downcast_ref::<PyFloat>() {
        Some(base) => Some(base.to_f64()),
        None => integer(a).and_then(|base| i64::try_from(base).ok()).map(|base| base as f64),
    };
    if base.is_some_and(|base| base.is_finite() && base < 0.0) && exponent.is_finite() && exponent.fract() != 0.0 {
        return Err(vm.new_value_error("negative number cannot be raised to a fractional power"));
    }
    Ok(())
}

fn int_power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(original) = INT_POWER.get() else { return Ok(vm.ctx.not_implemented()) };
    reject_fraction(a, b, vm)?;
    let negative = integer(b).is_some_and(|value| value.sign() == Sign::Minus);
    if negative && integer(modulus).is_some() && integer(a).is_some() {
        return Err(vm.new_type_error("pow() 2nd argument cannot be negative when 3rd argument specified"));
    }
    let value = original(a, b, modulus, vm)?;
    if is_wide(modulus) { Ok(promote(value, vm)) } else { Ok(int_result(value, a, b, vm)) }
}

static INT_NEGATIVE: OnceLock<PyNumberUnaryFunc> = OnceLock::new();

fn int_negative(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let Some(original) = INT_NEGATIVE.get() else { return Ok(vm.ctx.not_implemented()) };
    let wide = is_wide(&number);
    let value = original(number, vm)?;
    Ok(if wide { promote(value, vm) } else { value })
}

static INT_HASH: OnceLock<()> = OnceLock::new();

pub(super) fn int_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
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
                return numbers::$field(a, b, vm);
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
        return numbers::power(a, b, modulus, vm);
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
                return numbers::$field(a, b, vm);
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
    reject_fraction(a, b, vm)?;
    if let (Some(base), Some(exponent)) = (a.downcast_ref::<PyFloat>(), b.downcast_ref::<PyFloat>())
        && base.to_f64() == 0.0
        && exponent.to_f64() >= 0.0
    {
        // The machine takes -0.0 for a negative number.
        return Ok(vm.ctx.new_float(base.to_f64().powf(exponent.to_f64())).into());
    }
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

/// Replaces the operators of the machine's number types.
pub fn install(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
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
    if let Some(original) = types.int_type.slots().as_number.negative.load()
        && INT_NEGATIVE.set(original).is_ok()
    {
        types.int_type.slots().as_number.negative.store(Some(int_negative));
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

    super::names::rewrap(types.int_type, &["__floordiv__", "__rfloordiv__", "__mod__", "__rmod__"], vm);
    super::names::rewrap(
        types.float_type,
        &["__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__truediv__", "__rtruediv__", "__pow__", "__rpow__"],
        vm,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_divisions_round_down() {
        for (a, b, quotient, rest) in [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -3, -2, 0)] {
            assert_eq!((floor_quotient(a, b), floor_remainder(a, b)), (Some(quotient), Some(rest)), "{a} {b}");
        }
        assert_eq!((floor_quotient(1, 0), floor_remainder(1, 0)), (None, None));
        assert_eq!((floor_quotient(i64::MIN, -1), floor_remainder(i64::MIN, -1)), (None, None));
    }
}
