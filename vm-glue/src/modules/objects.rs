//! Objects used from Rust as Python 2 code uses them: attributes, method calls, `%` and exceptions in one line each.

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef};
use rustpython_vm::function::{FuncArgs, IntoFuncArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::python_function::Home;
use crate::runtime::attributes;

/// `object.name`, as Python 2 reads it (`keys` of a dictionary gives a list).
pub fn get(vm: &VirtualMachine, object: &PyObject, name: &'static str) -> PyResult {
    attributes::read(object, vm.ctx.intern_str(name), vm)
}

/// `object.name = value`.
pub fn set(vm: &VirtualMachine, object: &PyObject, name: &'static str, value: impl Into<PyObjectRef>) -> PyResult<()> {
    object.set_attr(vm.ctx.intern_str(name), value.into(), vm)
}

/// `object.name(…)`.
pub fn call(vm: &VirtualMachine, object: &PyObject, name: &'static str, args: impl IntoFuncArgs) -> PyResult {
    get(vm, object, name)?.call(args, vm)
}

/// `format % values`.
pub fn format(vm: &VirtualMachine, format: &str, values: Vec<PyObjectRef>) -> PyResult {
    vm._mod(vm.ctx.new_str(format).as_object(), vm.ctx.new_tuple(values).as_object())
}

/// What `raise object` raises.
pub fn raised(vm: &VirtualMachine, object: PyObjectRef) -> PyBaseExceptionRef {
    match object.downcast::<PyBaseException>() {
        Ok(error) => error,
        Err(_) => vm.new_type_error("exceptions must be old-style classes or derived from BaseException"),
    }
}

/// The exception that a class of the module makes, by its name there: `raise Name(…)`.
pub fn error(vm: &VirtualMachine, home: &Home, class: &str, args: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    let made = global(vm, home, class).and_then(|class| class.call(FuncArgs::from(args), vm));
    match made {
        Ok(object) => raised(vm, object),
        Err(error) => error,
    }
}

/// A name of the module.
pub fn global(vm: &VirtualMachine, home: &Home, name: &str) -> PyResult {
    match home.globals.get_item_opt(name, vm)? {
        Some(value) => Ok(value),
        None => Err(vm.new_name_error(format!("global name '{name}' is not defined"), vm.ctx.new_str(name))),
    }
}

/// Whether `key in container`.
pub fn contains(vm: &VirtualMachine, container: &PyObject, key: &PyObject) -> PyResult<bool> {
    vm._contains(container, key)
}

/// `mapping[key]`, or nothing where that raises KeyError.
pub fn item_opt(vm: &VirtualMachine, mapping: &PyObject, key: &PyObject) -> PyResult<Option<PyObjectRef>> {
    match mapping.get_item(key, vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The pairs that `mapping.items()` gives.
pub fn items(vm: &VirtualMachine, mapping: &PyObject) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    let items = call(vm, mapping, "items", ())?;
    vm.extract_elements_with(&items, |pair| match pair.try_to_value::<Vec<PyObjectRef>>(vm)?.as_slice() {
        [key, value] => Ok((key.clone(), value.clone())),
        pair if pair.len() > 2 => Err(vm.new_value_error("too many values to unpack")),
        pair => Err(vm.new_value_error(format!(
            "need more than {} value{} to unpack",
            pair.len(),
            if pair.len() == 1 { "" } else { "s" }
        ))),
    })
}
