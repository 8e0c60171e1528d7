//! Operators and number functions that Python 3 lost or changed: `/`, `coerce`, `divmod`, `round`, `hex`, `oct`.

use super::{classes, classic, classic_operators, names, numbers};
use malachite_bigint::{BigInt, Sign};
use rustpython_vm::builtins::{PyBool, PyComplex, PyFloat, PyFunction, PyInt, PyStr};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

// ---- division ---------------------------------------------------------------------------------------------------

/// Is this int, long or bool itself, not a class derived from them that may divide otherwise?
fn is_plain_integer(object: &PyObject, vm: &VirtualMachine) -> bool {
    let class = object.class();
    class.is(vm.ctx.types.int_type) || class.is(numbers::long_type(vm)) || class.is(vm.ctx.types.bool_type)
}

/// Gives every type the operator by which the lowering writes Python 2's `/`: the machine's `@`, which Python 2 does not
/// have. Types that are made later inherit it.
pub fn patch(vm: &VirtualMachine) {
    super::exceptions::walk(vm.ctx.types.object_type, &mut |class| {
        let slots = &class.slots().as_number;
        if slots.matrix_multiply.load().is_none() {
            slots.matrix_multiply.store(Some(divide));
            slots.inplace_matrix_multiply.store(Some(divide_in_place));
        }
    });
}

/// The operator `/` of code without `from __future__ import division`.
pub fn divide(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let (Some(x), Some(y)) = (a.downcast_ref_if_exact::<PyFloat>(vm), b.downcast_ref_if_exact::<PyFloat>(vm))
        && y.to_f64() != 0.0
    {
        return Ok(vm.ctx.new_float(x.to_f64() / y.to_f64()).into());
    }
    if let (Some(x), Some(y)) = (a.downcast_ref_if_exact::<PyInt>(vm), b.downcast_ref_if_exact::<PyInt>(vm))
        && let (Ok(x), Ok(y)) = (i64::try_from(x.as_bigint()), i64::try_from(y.as_bigint()))
        && y != 0
        && let Some(quotient) = x.checked_div_euclid(y)
    {
        // Euclidean and floor division differ for negative divisors only.
        let quotient = if y < 0 && x.rem_euclid(y) != 0 { quotient - 1 } else { quotient };
        return Ok(vm.ctx.new_int(quotient).into());
    }
    if is_plain_integer(a, vm) && is_plain_integer(b, vm) {
        return vm._floordiv(a, b);
    }
    let value = old_division(a, b, "__div__", "__rdiv__", vm)?;
    if !value.is(&vm.ctx.not_implemented) {
        return Ok(value);
    }
    if classic::is_instance(a) || classic::is_instance(b) {
        return Err(classic_operators::unsupported("/", a, b, vm));
    }
    if numbers::integer(a).is_some() && numbers::integer(b).is_some() {
        return vm._floordiv(a, b);
    }
    // The machine's library has only the new division; classes of Python 2 code have both.
    if divides_anew(a, "__truediv__", vm) || divides_anew(b, "__rtruediv__", vm) {
        return Err(classic_operators::unsupported("/", a, b, vm));
    }
    vm._truediv(a, b)
}

/// The operator `/=` of such code.
pub fn divide_in_place(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let divide_to = || divide(a, b, vm).map_err(|error| retitle(error, "/:", "/=:", vm));
    if is_plain_integer(a, vm) {
        return divide_to();
    }
    if classic::is_instance(a) {
        let value = classic_operators::half(a, b, "__idiv__", |vm, a, b| divide_in_place(a, b, vm), false, vm)?;
        if !value.is(&vm.ctx.not_implemented) {
            return Ok(value);
        }
    } else if a.class().heaptype_ext().is_some()
        && let Some(method) = names::special(a, vm.ctx.intern_str("__idiv__"), vm)?
    {
        let value = method.call((b.to_owned(),), vm)?;
        if !value.is(&vm.ctx.not_implemented) {
            return Ok(value);
        }
    }
    divide_to()
}

fn retitle(
    error: rustpython_vm::builtins::PyBaseExceptionRef,
    from: &str,
    to: &str,
    vm: &VirtualMachine,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    if error.class().is(vm.ctx.exceptions.type_error)
        && let Some(message) = error.get_arg(0).and_then(|message| message.downcast::<PyStr>().ok())
        && let Some(rest) = message.to_string().strip_prefix(&format!("unsupported operand type(s) for {from}"))
    {
        return vm.new_type_error(format!("unsupported operand type(s) for {to}{rest}"));
    }
    error
}

/// `__div__` of the left operand, `__rdiv__` of the right one, in Python's order.
fn old_division(a: &PyObject, b: &PyObject, name: &str, reflected: &str, vm: &VirtualMachine) -> PyResult {
    let left = || match classic::is_instance(a) {
        true => classic_operators::half(a, b, name, |vm, a, b| divide(a, b, vm), false, vm),
        false => call_hook(a, b, name, vm),
    };
    let right = || match classic::is_instance(b) {
        true => classic_operators::half(b, a, reflected, |vm, a, b| divide(a, b, vm), true, vm),
        false => call_hook(b, a, reflected, vm),
    };
    // A derived class goes first if it has a method of its own for that.
    let derived = !a.class().is(b.class()) && b.class().fast_issubclass(a.class()) && {
        let method = vm.ctx.intern_str(reflected);
        match (a.class().get_attr(method), b.class().get_attr(method)) {
            (Some(inherited), Some(own)) => !own.is(&inherited),
            (None, Some(_)) => true,
            _ => false,
        }
    };
    if derived {
        let value = right()?;
        if !value.is(&vm.ctx.not_implemented) {
            return Ok(value);
        }
    }
    let value = left()?;
    let both_asked = derived || a.class().is(b.class()) && !classic::is_instance(a);
    if !value.is(&vm.ctx.not_implemented) || both_asked {
        return Ok(value);
    }
    right()
}

fn call_hook(object: &PyObject, other: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult {
    match python_hook(object, name, vm)? {
        Some(method) => method.call((other.to_owned(),), vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}

/// Has Python 2 code defined this method of new division for the object?
fn divides_anew(object: &PyObject, name: &str, vm: &VirtualMachine) -> bool {
    classes::is_dialect(object.class())
        && object.class().get_attr(vm.ctx.intern_str(name)).is_some_and(|method| {
            method.downcast_ref::<PyFunction>().is_some() && !classes::is_library_function(&method, vm)
        })
}

/// A special method that a class made in Python defines; natives have the same names for explicit calls only.
pub fn python_hook(object: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let class = object.class();
    if class.heaptype_ext().is_none() {
        return Ok(None);
    }
    let name = vm.ctx.intern_str(name);
    match class.get_attr(name) {
        Some(found) if !found.class().is(vm.ctx.types.method_descriptor_type) => names::special(object, name, vm),
        _ => Ok(None),
    }
}

// ---- coerce -----------------------------------------------------------------------------------------------------

/// Python 2's `coerce(a, b)`: both operands in the wider type.
pub fn coerce(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PyObjectRef)> {
    if let Some(pair) = coerce_hooks(a, b, vm)? {
        return Ok(pair);
    }
    let failed = || vm.new_type_error("number coercion failed");
    if classic::is_instance(a) || classic::is_instance(b) {
        return Err(failed());
    }
    let text = |object: &PyObject| object.downcast_ref::<PyStr>().is_some();
    if a.class().is(b.class()) {
        // Strings have a number protocol (`%`) in Python 2 but no coercion; other equal types need none.
        return if text(a) { Err(failed()) } else { Ok((a.to_owned(), b.to_owned())) };
    }
    let (Some(left), Some(right)) = (rank(a, vm), rank(b, vm)) else { return Err(failed()) };
    let widest = left.max(right);
    Ok((widen(a, left, widest, vm)?, widen(b, right, widest, vm)?))
}

fn rank(object: &PyObject, vm: &VirtualMachine) -> Option<u8> {
    if object.downcast_ref::<PyComplex>().is_some() {
        Some(3)
    } else if object.downcast_ref::<PyFloat>().is_some() {
        Some(2)
    } else if object.downcast_ref::<PyInt>().is_some() {
        Some(u8::from(numbers::is_long(object, vm)))
    } else {
        None
    }
}

fn widen(object: &PyObject, from: u8, to: u8, vm: &VirtualMachine) -> PyResult {
    if from == to {
        return Ok(object.to_owned());
    }
    match to {
        1 => Ok(numbers::new_long(vm, numbers::integer(object).cloned().unwrap_or_default())),
        2 => vm.ctx.types.float_type.as_object().call((object.to_owned(),), vm),
        _ => vm.ctx.types.complex_type.as_object().call((object.to_owned(),), vm),
    }
}

/// `__coerce__` of either operand.
pub fn coerce_hooks(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, PyObjectRef)>> {
    if let Some(pair) = coerce_hook(a, b, vm)? {
        return Ok(Some(pair));
    }
    Ok(coerce_hook(b, a, vm)?.map(|(b, a)| (a, b)))
}

fn coerce_hook(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, PyObjectRef)>> {
    if classic::is_instance(a) {
        return classic::coerced(a, b, vm);
    }
    let Some(method) = python_hook(a, "__coerce__", vm)? else { return Ok(None) };
    let result = method.call((b.to_owned(),), vm)?;
    if vm.is_none(&result) || result.is(&vm.ctx.not_implemented) {
        return Ok(None);
    }
    match result.downcast_ref::<rustpython_vm::builtins::PyTuple>().map(|tuple| tuple.as_slice()) {
        Some([a, b]) => Ok(Some((a.clone(), b.clone()))),
        _ => Err(vm.new_type_error("__coerce__ didn't return a 2-tuple")),
    }
}

// ---- round ------------------------------------------------------------------------------------------------------

/// Python 2's `round`: half away from zero, on the exact value of the float.
pub fn round(value: f64, digits: i64) -> f64 {
    if !value.is_finite() || value == 0.0 || digits > 323 {
        return value;
    }
    if digits < -308 {
        return 0.0_f64.copysign(value);
    }
    // value = mantissa * 2^exponent, exactly.
    let bits = value.to_bits();
    let raw_exponent = ((bits >> 52) & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) =
        if raw_exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), raw_exponent - 1075) };
    let mut numerator = BigInt::from(mantissa);
    let mut denominator = BigInt::from(1);
    if exponent >= 0 {
        numerator <<= exponent as usize;
    } else {
        denominator <<= (-exponent) as usize;
    }
    let ten = BigInt::from(10).pow(digits.unsigned_abs() as u32);
    if digits >= 0 {
        numerator *= &ten;
    } else {
        denominator *= &ten;
    }
    // floor(x + 1/2) on the magnitude.
    let rounded = (numerator * 2 + &denominator) / (denominator * 2);
    let text = format!("{rounded}e{}", -digits);
    let magnitude: f64 = text.parse().unwrap_or(f64::INFINITY);
    magnitude.copysign(value)
}

// ---- hex, oct ---------------------------------------------------------------------------------------------------

/// Python 2's `hex(x)` and `oct(x)`.
pub fn radix_text(object: &PyObject, base: u32, vm: &VirtualMachine) -> PyResult {
    let (hook, name) = if base == 16 { ("__hex__", "hex") } else { ("__oct__", "oct") };
    let method = if classic::is_instance(object) {
        match classic::lookup(object, hook, vm)? {
            Some(method) => Some(method),
            None => {
                let class = object.class().name().to_string();
                return Err(vm.new_attribute_error(format!("{class} instance has no attribute '{hook}'")));
            }
        }
    } else {
        python_hook(object, hook, vm)?
    };
    if let Some(method) = method {
        let text = method.call((), vm)?;
        if text.downcast_ref::<PyStr>().is_none() {
            let kind = names::type_name_of(&text);
            return Err(vm.new_type_error(format!("{hook} returned non-string (type {kind})")));
        }
        return Ok(text);
    }
    let Some(value) = numbers::integer(object) else {
        return Err(vm.new_type_error(format!("{name}() argument can't be converted to {name}")));
    };
    let suffix = if numbers::is_long(object, vm) { "L" } else { "" };
    let sign = if value.sign() == Sign::Minus { "-" } else { "" };
    let digits = value.magnitude().to_str_radix(base);
    let prefix = match base {
        16 => "0x",
        _ if value.sign() == Sign::NoSign => "",
        _ => "0",
    };
    Ok(vm.ctx.new_str(format!("{sign}{prefix}{digits}{suffix}")).into())
}

/// Is this `True` or `False`?
pub fn is_bool(object: &PyObject) -> bool {
    object.downcast_ref::<PyBool>().is_some()
}

/// Methods that Python 2's numbers have beyond the machine's: `__div__`, `__nonzero__`, `__cmp__`, `__coerce__` ….
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let types = &vm.ctx.types;
    for class in [types.int_type, types.float_type, types.complex_type, numbers::long_type(vm)] {
        let add =
            |name: &'static str,
             method: rustpython_vm::PyRef<rustpython_vm::builtins::descriptor::PyMethodDescriptor>| {
                class.set_attr(vm.ctx.intern_str(name), method.into());
            };
        add(
            "__div__",
            vm.new_method("__div__", class, |a: PyObjectRef, b: PyObjectRef, vm: &VirtualMachine| {
                number_division(&a, &b, vm)
            }),
        );
        add(
            "__rdiv__",
            vm.new_method("__rdiv__", class, |a: PyObjectRef, b: PyObjectRef, vm: &VirtualMachine| {
                number_division(&b, &a, vm)
            }),
        );
        add(
            "__nonzero__",
            vm.new_method("__nonzero__", class, |a: PyObjectRef, vm: &VirtualMachine| a.try_to_bool(vm)),
        );
        add(
            "__coerce__",
            vm.new_method("__coerce__", class, |a: PyObjectRef, b: PyObjectRef, vm: &VirtualMachine| {
                if rank(&b, vm).is_none() {
                    return Ok(vm.ctx.not_implemented());
                }
                PyResult::Ok(coerce(&a, &b, vm).map(|(a, b)| vm.ctx.new_tuple(vec![a, b]))?.into())
            }),
        );
        if class.is(types.complex_type) {
            continue;
        }
        add(
            "__long__",
            vm.new_method("__long__", class, |a: PyObjectRef, vm: &VirtualMachine| {
                numbers::long_type(vm).as_object().call((a,), vm)
            }),
        );
        if class.is(types.float_type) {
            continue;
        }
        add("__hex__", vm.new_method("__hex__", class, |a: PyObjectRef, vm: &VirtualMachine| radix_text(&a, 16, vm)));
        add("__oct__", vm.new_method("__oct__", class, |a: PyObjectRef, vm: &VirtualMachine| radix_text(&a, 8, vm)));
        add(
            "__cmp__",
            vm.new_method("__cmp__", class, |a: PyObjectRef, b: PyObjectRef, vm: &VirtualMachine| {
                PyResult::Ok(match super::compare::three_way(&a, &b, vm)? {
                    std::cmp::Ordering::Less => -1,
                    std::cmp::Ordering::Equal => 0,
                    std::cmp::Ordering::Greater => 1,
                })
            }),
        );
    }
    Ok(())
}

/// `number.__div__(other)`: NotImplemented for anything that is no number.
fn number_division(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if rank(a, vm).is_none() || rank(b, vm).is_none() {
        return Ok(vm.ctx.not_implemented());
    }
    if numbers::integer(a).is_some() && numbers::integer(b).is_some() {
        return vm._floordiv(a, b);
    }
    vm._truediv(a, b)
}
