//! `__getslice__`, `__setslice__`, `__delslice__`: simple slices of objects whose classes define the old methods.

use super::names;
use rustpython_vm::builtins::{PyFunction, PyInt, PySlice, PyType};
use rustpython_vm::protocol::PyMapping;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// The slice, if it is one that Python 2 hands to the old methods: no step, bounds that are integers or left out.
pub fn simple<'a>(key: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<PySlice>> {
    let slice = key.downcast_ref::<PySlice>()?;
    let bound = |value: &PyObject| vm.is_none(value) || value.class().slots().as_number.index.load().is_some();
    let step_given = slice.step.as_ref().is_some_and(|step| !vm.is_none(step));
    let start = slice.start.as_ref().is_none_or(|start| bound(start));
    (!step_given && start && bound(&slice.stop)).then_some(slice)
}

/// The two numbers that the old methods get: left-out bounds are 0 and `sys.maxint`, negative ones count from the end.
pub fn bounds(
    slice: &Py<PySlice>,
    length: impl Fn() -> PyResult<usize>,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let bound = |value: Option<&PyObject>, default: i64| -> PyResult {
        let Some(value) = value.filter(|value| !vm.is_none(value)) else {
            return Ok(vm.ctx.new_int(default).into());
        };
        let index = value.try_index(vm)?;
        let index = index.as_bigint();
        let clamped = i64::try_from(index).unwrap_or(if index.sign() == malachite_bigint::Sign::Minus {
            i64::MIN
        } else {
            i64::MAX
        });
        if clamped < 0 {
            let length = i64::try_from(length()?).unwrap_or(i64::MAX);
            return Ok(vm.ctx.new_int(clamped.saturating_add(length)).into());
        }
        Ok(vm.ctx.new_int(clamped).into())
    };
    Ok((bound(slice.start.as_deref(), 0)?, bound(Some(&slice.stop), i64::MAX)?))
}

/// The old method of an object's class, if Python code defined it.
fn method(object: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    names::special(object, vm.ctx.intern_str(name), vm)
}

/// `__len__` is only asked for negative bounds; without it they stay as they are.
fn length(object: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    match object.length_opt(vm) {
        Some(length) => length,
        None => Ok(0),
    }
}

fn subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    let object = mapping.obj;
    if let Some(slice) = simple(key, vm)
        && let Some(method) = method(object, "__getslice__", vm)?
    {
        let (start, stop) = bounds(slice, || length(object, vm), vm)?;
        return method.call((start, stop), vm);
    }
    match method(object, "__getitem__", vm)? {
        Some(method) => method.call((key.to_owned(),), vm),
        None => {
            Err(vm.new_type_error(format!("'{}' object has no attribute '__getitem__'", names::type_name_of(object))))
        }
    }
}

fn ass_subscript(
    mapping: PyMapping<'_>,
    key: &PyObject,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let object = mapping.obj;
    let (old, new) = match value {
        Some(_) => ("__setslice__", "__setitem__"),
        None => ("__delslice__", "__delitem__"),
    };
    if let Some(slice) = simple(key, vm)
        && let Some(method) = method(object, old, vm)?
    {
        let (start, stop) = bounds(slice, || length(object, vm), vm)?;
        return match value {
            Some(value) => method.call((start, stop, value), vm),
            None => method.call((start, stop), vm),
        }
        .map(drop);
    }
    let Some(method) = method(object, new, vm)? else {
        let what = if value.is_some() { "assignment" } else { "deletion" };
        let name = names::type_name_of(object);
        return Err(vm.new_type_error(format!("'{name}' object does not support item {what}")));
    };
    match value {
        Some(value) => method.call((key.to_owned(), value), vm),
        None => method.call((key.to_owned(),), vm),
    }
    .map(drop)
}

/// Lets the class take simple slices through the old methods, where it or a base has them. A class derived from a native
/// sequence whose items it redefines still has the native slices.
pub fn adopt(class: &Py<PyType>, vm: &VirtualMachine) {
    let found = |name: &str| class.get_attr(vm.ctx.intern_str(name));
    let is_native = |found: &PyObject| found.class().is(vm.ctx.types.method_descriptor_type);
    let defines = |name: &str| found(name).is_some_and(|found| !is_native(&found));
    let redefines = |old: &str, new: &str| {
        found(old).is_some() && found(new).is_some_and(|found| found.downcast_ref::<PyFunction>().is_some())
    };
    if defines("__getslice__") || redefines("__getslice__", "__getitem__") {
        class.slots().as_mapping.subscript.store(Some(subscript));
    }
    if defines("__setslice__")
        || defines("__delslice__")
        || redefines("__setslice__", "__setitem__")
        || redefines("__delslice__", "__delitem__")
    {
        class.slots().as_mapping.ass_subscript.store(Some(ass_subscript));
    }
}

/// An index argument of `__getslice__` as a machine number.
pub fn saturated(value: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    let index = value.try_index(vm)?;
    let index: &Py<PyInt> = &index;
    let big = index.as_bigint();
    let limit = if big.sign() == malachite_bigint::Sign::Minus { i64::MIN } else { i64::MAX };
    Ok(i64::try_from(big).unwrap_or(limit))
}
