//! `hash()` of Python 2.7 for strings, numbers and tuples.
//!
//! The machine's own hashes (which dicts and sets use) differ from run to run; programs keep the numbers that `hash`
//! returns, so they have to be Python 2's. A class whose `__hash__` returns the hash of a string means its objects to be
//! found in dicts under that string: what `hash` returns inside a method `__hash__` is noted, and [`for_machine`] turns
//! it into the machine's hash of the same thing.

use super::buffer::Buffer;
use super::{arguments, dialect};
use malachite_bigint::{BigInt, Sign};
use parking_lot::RwLock;
use rustpython_common::hash::PyHash;
use rustpython_common::wtf8::Wtf8;
use rustpython_vm::builtins::{PyCode, PyFloat, PyInt, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The hash of a code object. (The machine's own goes over the constants, among which are slices.)
fn of_code(object: &PyObject, _vm: &VirtualMachine) -> PyResult<PyHash> {
    let Some(code) = object.downcast_ref::<PyCode>() else { return Ok(0) };
    let line = code.first_line_number.map_or(0, |line| line.get() as i64);
    Ok(finished(of_text(code.obj_name.as_wtf8()) ^ line))
}

/// Sets the builtin.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    vm.ctx.types.code_type.slots().hash.store(Some(of_code));
    dialect::set_function(vm, "hash", |args: FuncArgs, vm: &VirtualMachine| -> PyResult<i64> {
        hash(vm, arguments::one(vm, "hash", &args)?)
    })?;
    dialect::set_function(vm, METHOD, |object: PyObjectRef, vm: &VirtualMachine| hash(vm, &object))
}

/// The function that a read of `__hash__` is bound to.
pub const METHOD: &str = "<hash>";

/// The machine's hashes of what Python 2's hashes were asked for in a method `__hash__`.
static NOTED: LazyLock<RwLock<HashMap<i64, i64>>> = LazyLock::new(RwLock::default);

/// Hashes noted at most; later ones are not found under equal strings.
const MAX_NOTED: usize = 1 << 20;

/// Python 2's hash of something whose hash in the machine is another one.
fn noted(own: i64, object: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    let asked_by_method = vm.current_frame().is_some_and(|frame| frame.f_code().obj_name.as_bytes() == b"__hash__");
    if asked_by_method && NOTED.read().get(&own).is_none() {
        let machine = object.hash(vm)?;
        let mut noted = NOTED.write();
        if noted.len() < MAX_NOTED {
            noted.insert(own, machine);
        }
    }
    Ok(own)
}

/// What a method `__hash__` returned, as the machine's dicts need it.
pub fn for_machine(hash: i64) -> i64 {
    NOTED.read().get(&hash).copied().unwrap_or(hash)
}

/// `hash(object)`.
pub fn hash(vm: &VirtualMachine, object: &PyObject) -> PyResult<i64> {
    if is_own(vm, object) {
        if let Some(string) = object.downcast_ref::<PyStr>() {
            return noted(of_text(string.as_wtf8()), object, vm);
        }
        if let Some(int) = object.downcast_ref::<PyInt>() {
            return Ok(of_integer(int.as_bigint()));
        }
        if let Some(float) = object.downcast_ref::<PyFloat>() {
            return Ok(of_float(float.to_f64()));
        }
        if let Some(buffer) = object.downcast_ref::<Buffer>() {
            return Ok(of_text(Wtf8::new(&*super::text::widen(&buffer.bytes(vm)))));
        }
        if let Some(tuple) = object.downcast_ref::<PyTuple>() {
            let own = vm.with_recursion("in hash", || of_tuple(vm, tuple.as_slice()))?;
            return noted(own, object, vm);
        }
    }
    if super::classic::is_instance(object) {
        return super::classic::own_hash(object, vm);
    }
    match object.class().slots().hash.load() {
        Some(slot) if std::ptr::fn_addr_eq(slot, super::class_methods::hash as Slot) => {
            super::class_methods::own_hash(object, vm)
        }
        _ => object.hash(vm),
    }
}

type Slot = fn(&PyObject, &VirtualMachine) -> PyResult<i64>;

/// Whether the object's class has the hash of the built-in type.
pub fn is_own(vm: &VirtualMachine, object: &PyObject) -> bool {
    let class = object.class();
    if class.heaptype_ext().is_none() {
        return true;
    }
    let types = &vm.ctx.types;
    let name = vm.ctx.intern_str("__hash__");
    let own = class.get_attr(name);
    [types.str_type, super::text::unicode_type(vm), types.int_type, types.float_type, types.tuple_type]
        .into_iter()
        .filter(|base| class.fast_issubclass(*base))
        .any(|base| matches!((&own, base.get_attr(name)), (Some(own), Some(native)) if own.is(&native)))
}

fn finished(value: i64) -> i64 {
    if value == -1 { -2 } else { value }
}

fn of_text(text: &Wtf8) -> i64 {
    let mut chars = text.code_points().map(|c| i64::from(c.to_u32())).peekable();
    let Some(first) = chars.peek() else { return 0 };
    let mut value = first << 7;
    let mut length = 0;
    for c in chars {
        value = value.wrapping_mul(1_000_003) ^ c;
        length += 1;
    }
    finished(value ^ length)
}

/// A long: its digits of 30 bits, added with a rotation.
fn of_integer(value: &BigInt) -> i64 {
    if let Ok(small) = i64::try_from(value) {
        return finished(small);
    }
    let digits = value.magnitude().to_u32_digits();
    let bit = |index: usize| digits.get(index / 32).is_some_and(|digit| digit >> (index % 32) & 1 == 1);
    let bits = digits.len() * 32;
    let mut hash: u64 = 0;
    for digit in (0..bits.div_ceil(30)).rev() {
        let value = (0..30).fold(0_u64, |value, index| value | u64::from(bit(digit * 30 + index)) << index);
        hash = hash.rotate_left(30);
        let (sum, carried) = hash.overflowing_add(value);
        hash = sum.wrapping_add(u64::from(carried));
    }
    let hash = hash as i64;
    finished(if value.sign() == Sign::Minus { hash.wrapping_neg() } else { hash })
}

fn of_float(value: f64) -> i64 {
    if value.is_infinite() {
        return if value < 0.0 { -271_828 } else { 314_159 };
    }
    if value.is_nan() {
        return 0;
    }
    if value.trunc() == value {
        let text = format!("{value:.0}");
        return text.parse::<BigInt>().map_or(0, |whole| of_integer(&whole));
    }
    // `frexp`: the fraction lies between a half and one.
    let mut exponent = 0_i64;
    let mut fraction = value;
    while fraction.abs() >= 1.0 {
        fraction /= 2.0;
        exponent += 1;
    }
    while fraction.abs() < 0.5 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let fraction = fraction * 2_147_483_648.0;
    let high = fraction as i64;
    let rest = (fraction - high as f64) * 2_147_483_648.0;
    finished(high.wrapping_add(rest as i64).wrapping_add(exponent << 15))
}

fn of_tuple(vm: &VirtualMachine, items: &[PyObjectRef]) -> PyResult<i64> {
    let mut value: i64 = 0x34_5678;
    let mut factor: i64 = 1_000_003;
    for (index, item) in items.iter().enumerate() {
        let left = (items.len() - index - 1) as i64;
        value = (value ^ hash(vm, item)?).wrapping_mul(factor);
        factor = factor.wrapping_add(82_520 + left + left);
    }
    Ok(finished(value.wrapping_add(97_531)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_cpython() {
        assert_eq!(of_text(Wtf8::new("a")), 12_416_037_344);
        assert_eq!(of_text(Wtf8::new("The quick")), -6_056_202_788_392_440_911);
        assert_eq!(of_text(Wtf8::new("")), 0);
        assert_eq!(of_integer(&(BigInt::from(1) << 70)), 64);
        assert_eq!(of_integer(&BigInt::from(3).pow(90)), -1_074_571_063_157_295_592);
        assert_eq!(of_float(1.5), 1_610_645_504);
        assert_eq!(of_float(-2.75), -1_476_329_472);
        assert_eq!(of_float(1e-5), 2_595_010_595);
        assert_eq!(of_float(1e300), 8_474_648_701_417_850_880);
    }
}
