//! The type `long`, and what an int, a long and a number is.
//!
//! An int of the machine has any size. What Python 2 calls `long` is either an instance of [`Long`] (made by `long()`, a
//! literal with `L`, or arithmetic with one) or a plain int beyond 64 bits: the machine's own arithmetic overflows into
//! those on its fast path. [`is_long`] knows both.

use malachite_bigint::{BigInt, Sign};
use rustpython_vm::builtins::{PyFloat, PyInt, PyStr, PyTuple, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyNumber, PyNumberMethods};
use rustpython_vm::types::{AsNumber, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

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

    /// The number itself, as a plain long.
    fn plain(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        if zelf.class().is(long_type(vm)) { zelf.to_owned().into() } else { new_long(vm, zelf.0.as_bigint().clone()) }
    }

    #[pygetset]
    fn numerator(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::plain(zelf, vm)
    }

    #[pygetset]
    fn denominator(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        new_long(vm, 1)
    }

    #[pygetset]
    fn real(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::plain(zelf, vm)
    }

    #[pygetset]
    fn imag(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        new_long(vm, 0)
    }

    #[pymethod]
    fn conjugate(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::plain(zelf, vm)
    }

    #[pymethod]
    fn __trunc__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::plain(zelf, vm)
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

/// Does Python 2 have this number as an int?
pub(super) fn fits(value: &BigInt) -> bool {
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
pub(super) fn promote(value: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
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
        pub(super) fn $field(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
            match vm.ctx.types.int_type.slots().as_number.$field.load() {
                Some(operation) => operation(a, b, vm).map(|value| promote(value, vm)).map_err(|error| long_error(error, vm)),
                None => Ok(vm.ctx.not_implemented()),
            }
        }
    )*};
}

long_binary!(add, subtract, multiply, remainder, divmod, lshift, rshift, and, xor, or, floor_divide);

pub(super) fn power(a: &PyObject, b: &PyObject, modulus: &PyObject, vm: &VirtualMachine) -> PyResult {
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
fn long_new(class: PyTypeRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.is_empty()
        && let Some(value) = args.take_keyword("x")
    {
        args.args.push(value);
    }
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
                let converted = super::number_texts::int_new_as(vm.ctx.types.int_type.to_owned(), args, "long", vm)?;
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
/// Installs what is known of numbers.
pub fn install(vm: &VirtualMachine) {
    super::complex::patch(vm);
    super::number_operators::install(vm);
    super::number_texts::install(vm);
    let class: PyTypeRef = Long::make_static_type();
    class.slots().new.store(Some(long_new));
    class.slots().str.store(Some(super::number_texts::int_str));
    class.slots().hash.store(Some(super::number_operators::int_hash));
}
