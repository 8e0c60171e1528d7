//! The module `math` of Python 2.7 over the machine's: its arguments are made floats first, `floor` and `ceil` give
//! floats, and every error has the one text that C's library led to.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyComplex, PyFloat, PyInt, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::names;

/// Functions of floats: name and number of arguments.
const FLOAT_FUNCTIONS: &[(&str, usize)] = &[
    ("acos", 1),
    ("acosh", 1),
    ("asin", 1),
    ("asinh", 1),
    ("atan", 1),
    ("atan2", 2),
    ("atanh", 1),
    ("ceil", 1),
    ("copysign", 2),
    ("cos", 1),
    ("cosh", 1),
    ("degrees", 1),
    ("erf", 1),
    ("erfc", 1),
    ("exp", 1),
    ("expm1", 1),
    ("fabs", 1),
    ("floor", 1),
    ("fmod", 2),
    ("frexp", 1),
    ("gamma", 1),
    ("hypot", 2),
    ("isinf", 1),
    ("isnan", 1),
    ("lgamma", 1),
    ("log1p", 1),
    ("modf", 1),
    ("pow", 2),
    ("radians", 1),
    ("sin", 1),
    ("sinh", 1),
    ("sqrt", 1),
    ("tan", 1),
    ("tanh", 1),
];

/// The float that an argument means.
fn float_of(value: &PyObject, vm: &VirtualMachine) -> PyResult<f64> {
    if let Some(float) = value.downcast_ref::<PyFloat>() {
        return Ok(float.to_f64());
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        let float = rustpython_vm::builtins::try_bigint_to_f64(int.as_bigint(), vm);
        return float.map_err(|_| vm.new_overflow_error("long int too large to convert to float"));
    }
    let method = match names::special(value, vm.ctx.intern_str("__float__"), vm)? {
        Some(method) => method,
        None if value.downcast_ref::<PyComplex>().is_some() => {
            return Err(vm.new_type_error("can't convert complex to float"));
        }
        None => return Err(vm.new_type_error("a float is required")),
    };
    match method.call((), vm)?.downcast_ref::<PyFloat>() {
        Some(float) => Ok(float.to_f64()),
        None => Err(vm.new_type_error("nb_float should return float object")),
    }
}

/// The machine explains what it refuses; Python 2 has one text for each kind.
fn plain_error(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if error.fast_isinstance(vm.ctx.exceptions.value_error) {
        vm.new_value_error("math domain error")
    } else if error.fast_isinstance(vm.ctx.exceptions.overflow_error) {
        vm.new_overflow_error("math range error")
    } else {
        error
    }
}

fn count_error(name: &str, wanted: usize, given: usize, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(if wanted == 1 {
        format!("{name}() takes exactly one argument ({given} given)")
    } else {
        format!("{name} expected {wanted} arguments, got {given}")
    })
}

fn call(name: &str, wanted: usize, original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.len() != wanted || !args.kwargs.is_empty() {
        return Err(count_error(name, wanted, args.args.len(), vm));
    }
    let floats = args.args.iter().map(|value| float_of(value, vm)).collect::<PyResult<Vec<_>>>()?;
    match (name, floats.as_slice()) {
        ("floor", &[x]) => return Ok(vm.ctx.new_float(x.floor()).into()),
        ("ceil", &[x]) => return Ok(vm.ctx.new_float(x.ceil()).into()),
        _ => {}
    }
    let floats: Vec<PyObjectRef> = floats.into_iter().map(|x| vm.ctx.new_float(x).into()).collect();
    original.call(floats, vm).map_err(|error| plain_error(error, vm))
}

/// `log` and `log10` take longs of any size.
fn logarithm(original: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<f64> {
    let value: PyObjectRef = match value.downcast_ref::<PyInt>() {
        Some(_) => value.to_owned(),
        None => vm.ctx.new_float(float_of(value, vm)?).into(),
    };
    let result = original.call((value,), vm).map_err(|error| plain_error(error, vm))?;
    float_of(&result, vm)
}

/// Makes the module `math`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "math");
    let Ok(machine) = crate::import::machine_module(vm, "math") else { return module };
    for name in ["pi", "e"] {
        if let Ok(value) = machine.get_attr(name, vm) {
            modules::set(vm, &module, name, value);
        }
    }
    for &(name, wanted) in FLOAT_FUNCTIONS {
        let Ok(original) = machine.get_attr(name, vm) else { continue };
        let function =
            move |args: FuncArgs, vm: &VirtualMachine| -> PyResult { call(name, wanted, &original, args, vm) };
        modules::set_function(vm, &module, name, function);
    }
    if let (Ok(log), Ok(log10)) = (machine.get_attr("log", vm), machine.get_attr("log10", vm)) {
        let log_function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<f64> {
            match args.args.as_slice() {
                [value] => logarithm(&log, value, vm),
                [value, base] => {
                    let (value, base) = (logarithm(&log, value, vm)?, logarithm(&log, base, vm)?);
                    if base == 0.0 {
                        return Err(vm.new_zero_division_error("float division by zero"));
                    }
                    Ok(value / base)
                }
                [] => Err(vm.new_type_error("log expected at least 1 arguments, got 0")),
                more => Err(vm.new_type_error(format!("log expected at most 2 arguments, got {}", more.len()))),
            }
        };
        modules::set_function(vm, &module, "log", log_function);
        let log10_function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<f64> {
            match args.args.as_slice() {
                [value] => logarithm(&log10, value, vm),
                more => Err(count_error("log10", 1, more.len(), vm)),
            }
        };
        modules::set_function(vm, &module, "log10", log10_function);
    }
    if let Ok(original) = machine.get_attr("ldexp", vm) {
        let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let [value, exponent] = args.args.as_slice() else {
                let given = args.args.len();
                return Err(vm.new_type_error(format!("ldexp() takes exactly 2 arguments ({given} given)")));
            };
            if exponent.downcast_ref::<PyInt>().is_none() {
                return Err(vm.new_type_error("Expected an int or long as second argument to ldexp."));
            }
            let value = vm.ctx.new_float(float_of(value, vm)?);
            original.call((value, exponent.clone()), vm).map_err(|error| plain_error(error, vm))
        };
        modules::set_function(vm, &module, "ldexp", function);
    }
    if let Ok(original) = machine.get_attr("fsum", vm) {
        let function = move |values: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let floats = vm.extract_elements_with(&values, |value| {
                float_of(&value, vm).map(|float| PyObjectRef::from(vm.ctx.new_float(float)))
            })?;
            original.call((vm.ctx.new_list(floats),), vm)
        };
        modules::set_function(vm, &module, "fsum", function);
    }
    if let Ok(original) = machine.get_attr("factorial", vm) {
        let function = move |value: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let int = match value.downcast_ref::<PyFloat>() {
                Some(float) if float.to_f64().fract() != 0.0 || !float.to_f64().is_finite() => {
                    return Err(vm.new_value_error("factorial() only accepts integral values"));
                }
                Some(_) => PyObjectRef::from(vm.ctx.types.int_type.to_owned()).call((value,), vm)?,
                None => match value.downcast_ref::<PyInt>() {
                    Some(_) => value,
                    None => return Err(vm.new_type_error("an integer is required")),
                },
            };
            let result = original.call((int,), vm);
            result.map_err(|_| vm.new_value_error("factorial() not defined for negative values"))
        };
        modules::set_function(vm, &module, "factorial", function);
    }
    let trunc = |value: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        match names::special(&value, vm.ctx.intern_str("__trunc__"), vm)? {
            Some(method) => method.call((), vm),
            None => {
                let kind = names::type_name_of(&value);
                Err(vm.new_attribute_error(format!("'{kind}' object has no attribute '__trunc__'")))
            }
        }
    };
    modules::set_function(vm, &module, "trunc", trunc);
    module
}
