//! Python 2's special methods of new-style classes and metaclasses: the slots that the machine does not give them.

use super::class_attributes::{getattro, machine_setattr, setattro};
use super::class_names::{repr, str};
use super::classes::{dialect_type, init, type_new};
use super::{classic, compare, slices};
use rustpython_vm::builtins::{PyDict, PyFunction, PyInt, PyType};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::protocol::{PyIterReturn, PyNumber};
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};

/// Gives a new class the slots that Python 2's special methods need.
pub(super) fn finish(class: &Py<PyType>, namespace: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    if class.mro_collect().iter().any(|base| classic::instance_type().is_some_and(|root| root.is(base))) {
        classic::drop_inherited(class, vm);
    }
    keep_hash(class, namespace, vm)?;
    adapt(class, vm);
    if class.fast_issubclass(dialect_type(vm)) {
        adapt_metaclass(class, vm);
    }
    Ok(())
}

/// In Python 2 a class with `__eq__` keeps its hash.
pub(super) fn keep_hash(class: &Py<PyType>, namespace: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    if namespace.get_item_opt("__eq__", vm)?.is_some() && namespace.get_item_opt("__hash__", vm)?.is_none() {
        machine_setattr(class, vm.ctx.intern_str("__hash__"), PySetterValue::Delete, vm)?;
    }
    Ok(())
}

/// `__hash__` written in Python, as the machine's dicts need it.
pub(super) fn hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    own_hash(object, vm).map(super::hashes::for_machine)
}

/// What `__hash__` written in Python returns: any number will do.
pub(super) fn own_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let Some(method) = super::names::special(object, vm.ctx.intern_str("__hash__"), vm)? else {
        return Err(vm.new_type_error(format!("unhashable type: '{}'", object.class().name())));
    };
    let value = method.call((), vm)?;
    super::numbers::hash_value(&value, vm)
}

/// `__len__` written in Python: any number will do.
fn length(object: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    let Some(method) = super::names::special(object, vm.ctx.intern_str("__len__"), vm)? else {
        return Err(vm.new_type_error(format!("object of type '{}' has no len()", object.class().name())));
    };
    let value = method.call((), vm)?;
    super::builtins::length_value(&value, vm)
}

/// (Re)computes the slots that the machine does not know.
pub(super) fn adapt(class: &Py<PyType>, vm: &VirtualMachine) {
    let defined = |name: &str| class.get_attr(vm.ctx.intern_str(name)).is_some();
    let slots = class.slots();
    if defined("next") && class.attributes().get(vm.ctx.intern_str("__next__")).is_none() {
        slots.iternext.store(Some(iternext));
    }
    let truth = class.get_attr(vm.ctx.intern_str("__nonzero__"));
    if truth.is_some_and(|method| !method.class().is(vm.ctx.types.method_descriptor_type)) {
        slots.as_number.boolean.store(Some(nonzero));
    }
    if class.get_attr(vm.ctx.intern_str("__hash__")).is_some_and(|method| method.downcast_ref::<PyFunction>().is_some())
    {
        slots.hash.store(Some(hash));
    }
    if class.get_attr(vm.ctx.intern_str("__len__")).is_some_and(|method| method.downcast_ref::<PyFunction>().is_some())
    {
        slots.as_sequence.length.store(Some(|sequence, vm| length(sequence.obj, vm)));
        slots.as_mapping.length.store(Some(|mapping, vm| length(mapping.obj, vm)));
    }
    compare::adopt(class);
    slices::adopt(class, vm);
    super::exceptions::adopt(class, vm);
}

/// Metaclasses written in Python keep the dialect's attribute access and reprs where they define none.
pub(super) fn adapt_metaclass(class: &Py<PyType>, vm: &VirtualMachine) {
    let own = |name: &str| {
        let name = vm.ctx.intern_str(name);
        match (class.get_attr(name), dialect_type(vm).get_attr(name)) {
            (Some(found), Some(base)) => !found.is(&base),
            (Some(_), None) => true,
            _ => false,
        }
    };
    let slots = class.slots();
    if !own("__getattr__") && !own("__getattribute__") {
        slots.getattro.store(Some(getattro));
    }
    if !own("__setattr__") && !own("__delattr__") {
        slots.setattro.store(Some(setattro));
    }
    if !own("__repr__") {
        slots.repr.store(Some(repr));
    }
    if !own("__str__") && !own("__repr__") {
        slots.str.store(Some(str));
    }
    if !own("__new__") {
        slots.new.store(Some(type_new));
    }
    if !own("__init__") {
        slots.init.store(Some(init));
    }
}

fn iternext(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    match super::names::special(object, vm.ctx.intern_str("next"), vm)? {
        Some(method) => PyIterReturn::from_pyresult(method.call((), vm), vm),
        None => Err(vm.new_type_error(format!("{} object is not an iterator", object.class().name()))),
    }
}

fn nonzero(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<bool> {
    let object: &PyObject = &number;
    let Some(method) = super::names::special(object, vm.ctx.intern_str("__nonzero__"), vm)? else { return Ok(true) };
    let value = method.call((), vm)?;
    match value.downcast_ref::<PyInt>() {
        Some(int) => Ok(int.as_bigint().sign() != malachite_bigint::Sign::NoSign),
        None => Err(vm.new_type_error(format!(
            "__nonzero__ should return bool or int, returned {}",
            super::names::type_name_of(&value)
        ))),
    }
}
