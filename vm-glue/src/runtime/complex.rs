//! Complex numbers: floor division, remainders and powers of CPython 2.7.

use super::numbers::integer;
use rustpython_vm::builtins::{PyComplex, PyFloat};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// An operand of complex arithmetic.
fn complex_operand(object: &PyObject) -> Option<(f64, f64)> {
    if let Some(value) = object.downcast_ref::<PyComplex>() {
        let value = value.to_complex64();
        return Some((value.re, value.im));
    }
    if let Some(value) = object.downcast_ref::<PyFloat>() {
        return Some((value.to_f64(), 0.0));
    }
    integer(object).and_then(|value| value.to_string().parse().ok()).map(|value| (value, 0.0))
}

/// Floor quotient and remainder of complex numbers: the quotient's real part rounded down, its imaginary part dropped.
fn complex_parts(
    a: &PyObject,
    b: &PyObject,
    message: &str,
    vm: &VirtualMachine,
) -> PyResult<Option<(PyObjectRef, PyObjectRef)>> {
    let (Some(x), Some(y)) = (complex_operand(a), complex_operand(b)) else { return Ok(None) };
    if y == (0.0, 0.0) {
        return Err(vm.new_zero_division_error(message));
    }
    let left = vm.ctx.types.complex_type.as_object().call((x.0, x.1), vm)?;
    let right = vm.ctx.types.complex_type.as_object().call((y.0, y.1), vm)?;
    let exact = vm._truediv(&left, &right)?;
    let real = complex_operand(&exact).map_or(0.0, |quotient| quotient.0.floor());
    let quotient = vm.ctx.types.complex_type.as_object().call((real, 0.0), vm)?;
    let product = vm._mul(&right, &quotient)?;
    let remainder = vm._sub(&left, &product)?;
    Ok(Some((quotient, remainder)))
}

fn complex_floor_divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let parts = complex_parts(a, b, "complex divmod()", vm)?;
    Ok(parts.map_or_else(|| vm.ctx.not_implemented(), |(quotient, _)| quotient))
}

fn complex_remainder(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let parts = complex_parts(a, b, "complex remainder", vm)?;
    Ok(parts.map_or_else(|| vm.ctx.not_implemented(), |(_, remainder)| remainder))
}

fn complex_divmod(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    Ok(match complex_parts(a, b, "complex divmod()", vm)? {
        Some((quotient, remainder)) => vm.ctx.new_tuple(vec![quotient, remainder]).into(),
        None => vm.ctx.not_implemented(),
    })
}

/// `a ** b` of complex numbers in CPython 2.7's steps, so that the last digits agree.
fn complex_power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !vm.is_none(modulus) {
        return match (complex_operand(a), complex_operand(b)) {
            (Some(_), Some(_)) => Err(vm.new_value_error("complex modulo")),
            _ => Ok(vm.ctx.not_implemented()),
        };
    }
    let (Some(x), Some(y)) = (complex_operand(a), complex_operand(b)) else { return Ok(vm.ctx.not_implemented()) };
    let (real, imaginary) = if y == (0.0, 0.0) {
        (1.0, 0.0)
    } else if x == (0.0, 0.0) {
        if y.1 != 0.0 || y.0 < 0.0 {
            return Err(vm.new_zero_division_error("0.0 to a negative or complex power"));
        }
        (0.0, 0.0)
    } else if y.1 == 0.0 && y.0.fract() == 0.0 && y.0.abs() <= 100.0 {
        integer_power(x, y.0 as i32)
    } else {
        let length = x.0.hypot(x.1);
        let angle = x.1.atan2(x.0);
        let mut size = length.powf(y.0);
        let mut phase = angle * y.0;
        if y.1 != 0.0 {
            size /= (angle * y.1).exp();
            phase += y.1 * length.ln();
        }
        (size * phase.cos(), size * phase.sin())
    };
    if (real.is_infinite() || imaginary.is_infinite()) && x.0.is_finite() && x.1.is_finite() {
        return Err(vm.new_overflow_error("complex exponentiation"));
    }
    vm.ctx.types.complex_type.as_object().call((real, imaginary), vm)
}

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn integer_power(base: (f64, f64), exponent: i32) -> (f64, f64) {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result = times(result, square);
        }
        square = times(square, square);
        left >>= 1;
    }
    if exponent >= 0 {
        return result;
    }
    // 1 / result, scaled by the larger part.
    if result.0.abs() >= result.1.abs() {
        let ratio = result.1 / result.0;
        let denominator = result.0 + result.1 * ratio;
        (1.0 / denominator, -ratio / denominator)
    } else {
        let ratio = result.0 / result.1;
        let denominator = result.0 * ratio + result.1;
        (ratio / denominator, -1.0 / denominator)
    }
}

/// CPython 2.7's hash: that of the real part, and of the imaginary part a thousand thousand times.
fn complex_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<rustpython_vm::common::hash::PyHash> {
    let (real, imaginary) = complex_operand(object).unwrap_or_default();
    let real = vm.ctx.new_float(real).as_object().hash(vm)?;
    let imaginary = vm.ctx.new_float(imaginary).as_object().hash(vm)?;
    let hash = real.wrapping_add(imaginary.wrapping_mul(1_000_003));
    Ok(if hash == -1 { -2 } else { hash })
}

/// Replaces the slots of the native type.
pub fn patch(vm: &VirtualMachine) {
    vm.ctx.types.complex_type.slots().hash.store(Some(complex_hash));
    let complex = &vm.ctx.types.complex_type.slots().as_number;
    complex.floor_divide.store(Some(complex_floor_divide));
    complex.right_floor_divide.store(Some(complex_floor_divide));
    complex.remainder.store(Some(complex_remainder));
    complex.right_remainder.store(Some(complex_remainder));
    complex.power.store(Some(complex_power));
    complex.right_power.store(Some(complex_power));
    complex.divmod.store(Some(complex_divmod));
    complex.right_divmod.store(Some(complex_divmod));
    super::names::rewrap(
        vm.ctx.types.complex_type,
        &["__hash__", "__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__divmod__", "__rdivmod__"],
        vm,
    );
}
