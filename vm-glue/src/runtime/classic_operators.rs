//! Operators with two operands on classic instances: Python 2's coercion, the instance's method, the reflected one of the
//! other side, and the errors where nobody answers.

use rustpython_vm::protocol::PyNumberBinaryFunc;
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine};

use super::classic::{coerced, is_instance, lookup, not_implemented};

/// What an operator does with the two operands once they are coerced.
pub type Perform = fn(&VirtualMachine, &PyObject, &PyObject) -> PyResult;

/// One side of an operator (Python 2's `half_binop`): `v` is the instance whose method is called.
pub fn half(v: &PyObject, w: &PyObject, name: &str, perform: Perform, swapped: bool, vm: &VirtualMachine) -> PyResult {
    if !is_instance(v) {
        return Ok(not_implemented(vm));
    }
    let method_of = |v: &PyObject, w: &PyObject| match lookup(v, name, vm)? {
        Some(method) => method.call((w.to_owned(),), vm),
        None => Ok(not_implemented(vm)),
    };
    match coerced(v, w, vm)? {
        None => method_of(v, w),
        Some((v1, w1)) if is_instance(&v1) => method_of(&v1, &w1),
        Some((v1, w1)) if swapped => perform(vm, &w1, &v1),
        Some((v1, w1)) => perform(vm, &v1, &w1),
    }
}

/// What is left when the instance's method gave nothing: the other operand's, then Python 2's error.
fn finish_left(
    a: &PyObject,
    b: &PyObject,
    symbol: &str,
    other: Option<PyNumberBinaryFunc>,
    vm: &VirtualMachine,
) -> PyResult {
    if !a.class().is(b.class())
        && let Some(other) = other
    {
        let value = other(a, b, vm)?;
        if !value.is(&vm.ctx.not_implemented) {
            return Ok(value);
        }
    }
    // A sequence on the left would have been asked first: here only `o * sequence` is left.
    if symbol == "*" {
        return finish_right(b, a, symbol, (a, b), vm);
    }
    Err(unsupported(symbol, a, b, vm))
}

/// `other` is the operand that is no instance, or the right one.
fn finish_right(
    other: &PyObject,
    _instance: &PyObject,
    symbol: &str,
    operands: (&PyObject, &PyObject),
    vm: &VirtualMachine,
) -> PyResult {
    let sequence = &other.class().slots().as_sequence;
    let sequence_may = match symbol {
        "+" => sequence.concat.load().is_some(),
        "*" => sequence.repeat.load().is_some(),
        _ => false,
    };
    if sequence_may {
        return Ok(not_implemented(vm));
    }
    Err(unsupported(symbol, operands.0, operands.1, vm))
}

/// Python 2's TypeError of an operator.
pub fn unsupported(
    symbol: &str,
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_type_error(format!(
        "unsupported operand type(s) for {symbol}: '{}' and '{}'",
        super::names::type_name_of(a),
        super::names::type_name_of(b)
    ))
}

macro_rules! operators {
    ($($left:ident $right:ident $inplace:ident $slot:ident $name:literal $symbol:literal $perform:expr, $inplace_perform:expr;)*) => {$(
        pub(super) fn $left(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            let value = half(a, b, concat!("__", $name, "__"), $perform, false, vm)?;
            if !value.is(&vm.ctx.not_implemented) {
                return Ok(value);
            }
            // The machine asks one side only where both have the same class.
            if a.class().is(b.class()) {
                let value = half(b, a, concat!("__r", $name, "__"), $perform, true, vm)?;
                if !value.is(&vm.ctx.not_implemented) {
                    return Ok(value);
                }
            }
            finish_left(a, b, $symbol, b.class().slots().as_number.$slot.load(), vm)
        }
        pub(super) fn $right(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            let value = half(b, a, concat!("__r", $name, "__"), $perform, true, vm)?;
            if !value.is(&vm.ctx.not_implemented) || is_instance(a) {
                return Ok(value);
            }
            finish_right(a, b, $symbol, (a, b), vm)
        }
        pub(super) fn $inplace(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            half(a, b, concat!("__i", $name, "__"), $inplace_perform, false, vm)
        }
    )*};
}

operators! {
    add radd iadd right_add "add" "+" |vm, a, b| vm._add(a, b), |vm, a, b| vm._iadd(a, b);
    sub rsub isub right_subtract "sub" "-" |vm, a, b| vm._sub(a, b), |vm, a, b| vm._isub(a, b);
    mul rmul imul right_multiply "mul" "*" |vm, a, b| vm._mul(a, b), |vm, a, b| vm._imul(a, b);
    rem rrem irem right_remainder "mod" "%" |vm, a, b| vm._mod(a, b), |vm, a, b| vm._imod(a, b);
    lshift rlshift ilshift right_lshift "lshift" "<<" |vm, a, b| vm._lshift(a, b), |vm, a, b| vm._ilshift(a, b);
    rshift rrshift irshift right_rshift "rshift" ">>" |vm, a, b| vm._rshift(a, b), |vm, a, b| vm._irshift(a, b);
    and rand iand right_and "and" "&" |vm, a, b| vm._and(a, b), |vm, a, b| vm._iand(a, b);
    xor rxor ixor right_xor "xor" "^" |vm, a, b| vm._xor(a, b), |vm, a, b| vm._ixor(a, b);
    or ror ior right_or "or" "|" |vm, a, b| vm._or(a, b), |vm, a, b| vm._ior(a, b);
    floordiv rfloordiv ifloordiv right_floor_divide "floordiv" "//" |vm, a, b| vm._floordiv(a, b), |vm, a, b| vm._ifloordiv(a, b);
    truediv rtruediv itruediv right_true_divide "truediv" "/" |vm, a, b| vm._truediv(a, b), |vm, a, b| vm._itruediv(a, b);
}

pub(super) fn divmod(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let value = half(a, b, "__divmod__", |vm, a, b| vm._divmod(a, b), false, vm)?;
    if !value.is(&vm.ctx.not_implemented) {
        return Ok(value);
    }
    if a.class().is(b.class()) {
        let value = half(b, a, "__rdivmod__", |vm, a, b| vm._divmod(a, b), true, vm)?;
        if !value.is(&vm.ctx.not_implemented) {
            return Ok(value);
        }
    }
    finish_left(a, b, "divmod()", b.class().slots().as_number.right_divmod.load(), vm)
}

pub(super) fn rdivmod(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    half(b, a, "__rdivmod__", |vm, a, b| vm._divmod(a, b), true, vm)
}

fn power_of(vm: &VirtualMachine, a: &PyObject, b: &PyObject) -> PyResult {
    vm._pow(a, b, vm.ctx.none.as_object())
}

pub(super) fn pow(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(modulus) {
        return match lookup(a, "__pow__", vm)? {
            Some(method) => method.call((b.to_owned(), modulus.to_owned()), vm),
            None => Ok(not_implemented(vm)),
        };
    }
    let value = half(a, b, "__pow__", power_of, false, vm)?;
    if value.is(&vm.ctx.not_implemented) && a.class().is(b.class()) {
        return half(b, a, "__rpow__", power_of, true, vm);
    }
    if value.is(&vm.ctx.not_implemented) && !is_instance(b) {
        return Err(unsupported("** or pow()", a, b, vm));
    }
    Ok(value)
}

pub(super) fn rpow(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(modulus) {
        return Ok(not_implemented(vm));
    }
    half(b, a, "__rpow__", power_of, true, vm)
}

pub(super) fn ipow(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(modulus) {
        return Ok(not_implemented(vm));
    }
    half(a, b, "__ipow__", power_of, false, vm)
}
