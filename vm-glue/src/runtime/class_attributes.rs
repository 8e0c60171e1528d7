//! Attributes of classes: unbound methods, the order of bases, what classic classes show, and changes of special methods.

use super::class_methods::adapt;
use super::classes::{classobj, dialect_type, is_dialect, root_bases};
use super::{classic, functions, restricted};
use rustpython_vm::builtins::{PyFunction, PyStr, PyStrInterned, PyTuple, PyType, PyTypeRef};
use rustpython_vm::function::PySetterValue;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

pub(super) fn class_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    object.to_owned().downcast::<PyType>().map_err(|_| vm.new_type_error("descriptor of 'type' needs a class"))
}

fn machine_getattr(class: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    match vm.ctx.types.type_type.slots().getattro.load() {
        Some(getattro) => getattro(class, name, vm),
        None => class.generic_getattr(name, vm),
    }
}

pub(super) fn machine_setattr(
    class: &Py<PyType>,
    name: &Py<PyStr>,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match vm.ctx.types.type_type.slots().setattro.load() {
        Some(setattro) => setattro(class.as_object(), name, value, vm),
        None => class.as_object().generic_setattr(name, value, vm),
    }
}

/// Attributes of a class: functions come out as unbound methods.
pub(super) fn getattro(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    let Some(class) = object.downcast_ref::<PyType>() else { return object.generic_getattr(name, vm) };
    let Some(interned) = vm.ctx.interned_str(name) else { return Err(no_attribute(class, name, vm)) };
    if classic::is_classic(class) {
        return classic_getattr(class, interned, vm);
    }
    if let Some(found) = class.get_attr(interned)
        && found.downcast_ref_if_exact::<PyFunction>(vm).is_some()
        && class.class().get_attr(interned).is_none_or(|meta| meta.class().slots().descr_set.load().is_none())
    {
        return Ok(functions::UnboundMethod::of(found, class, vm));
    }
    match interned.as_str() {
        "__mro__" => return Ok(vm.ctx.new_tuple(shown_order(class, vm)).into()),
        "__bases__" if super::exceptions::is_builtin(class) => {
            let parent = shown_order(class, vm).into_iter().nth(1);
            return Ok(vm.ctx.new_tuple(parent.into_iter().collect()).into());
        }
        _ => {}
    }
    machine_getattr(object, name, vm)
}

/// The order of bases without the machine's own roots. Classic bases do not derive from `object`, so that may stand
/// before them.
fn shown_order(class: &Py<PyType>, vm: &VirtualMachine) -> Vec<PyObjectRef> {
    let mut order: Vec<PyTypeRef> = class.mro_collect();
    if order.iter().any(|base| classic::is_classic(base)) {
        order = with_classic_bases(class).unwrap_or(order);
    }
    order
        .into_iter()
        .filter(|base| {
            !classic::instance_type().is_some_and(|root| root.is(base)) && !base.is(vm.ctx.exceptions.os_error)
        })
        .map(Into::into)
        .collect()
}

/// CPython 2.7's order for a class that has classic ones among its bases: each base's own order, merged.
fn with_classic_bases(class: &Py<PyType>) -> Option<Vec<PyTypeRef>> {
    let bases: Vec<PyTypeRef> = class.bases.read().as_slice().to_vec();
    let mut lists = Vec::with_capacity(bases.len() + 1);
    for base in &bases {
        lists.push(if classic::is_classic(base) {
            // Depth first, which is the order that classic classes have here; their roots stand last.
            base.mro_collect().into_iter().filter(|base| classic::is_classic(base)).collect()
        } else if base.mro_collect().iter().any(|known| classic::is_classic(known)) {
            with_classic_bases(base)?
        } else {
            base.mro_collect()
        });
    }
    lists.push(bases);
    let mut order = vec![class.to_owned()];
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Some(order);
        }
        let in_tail = |wanted: &PyTypeRef| lists.iter().any(|list| list.iter().skip(1).any(|other| other.is(wanted)));
        let next = lists.iter().filter_map(|list| list.first()).find(|first| !in_tail(first))?.clone();
        lists.iter_mut().for_each(|list| list.retain(|known| !known.is(&next)));
        order.push(next);
    }
}

fn no_attribute(
    class: &Py<PyType>,
    name: &Py<PyStr>,
    vm: &VirtualMachine,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let kind = if classic::is_classic(class) { "class" } else { "type object" };
    let quote = if classic::is_classic(class) { "" } else { "'" };
    vm.new_attribute_error(format!("{kind} {quote}{}{quote} has no attribute '{}'", class.name(), name))
}

fn classic_getattr(class: &Py<PyType>, name: &'static PyStrInterned, vm: &VirtualMachine) -> PyResult {
    match name.as_str() {
        "__bases__" => {
            let bases = class.bases.read();
            let shown: Vec<PyObjectRef> = bases
                .as_slice()
                .iter()
                .filter(|base| !classic::instance_type().is_some_and(|root| root.is(*base)))
                .map(|base| base.clone().into())
                .collect();
            return Ok(vm.ctx.new_tuple(shown).into());
        }
        "__dict__" => {
            restricted::refuse("class.__dict__ not accessible in restricted mode", vm)?;
            let dict = vm.ctx.new_dict();
            for (name, value) in class.attributes().entries() {
                dict.set_item(&*name, value, vm)?;
            }
            return Ok(dict.into());
        }
        "__name__" => return machine_getattr(class.as_object(), name, vm),
        // The machine's library asks every object for its class.
        "__class__" if super::methods::called_from_library(vm) => return Ok(classobj(vm).to_owned().into()),
        _ => {}
    }
    let Some(found) = classic::class_attribute(class, name) else { return Err(no_attribute(class, name, vm)) };
    if found.downcast_ref_if_exact::<PyFunction>(vm).is_some() {
        return Ok(functions::UnboundMethod::of(found, class, vm));
    }
    match vm.call_get_descriptor_specific(&found, None, Some(class.as_object())) {
        Some(bound) => bound,
        None => Ok(found),
    }
}

pub(super) fn setattro(object: &PyObject, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let Some(class) = object.downcast_ref::<PyType>() else { return object.generic_setattr(name, value, vm) };
    // A metaclass of the program's has a plain `__doc__` of its own, which hides the read-only one of `type`.
    let metaclass = object.class();
    let plain = metaclass.is(dialect_type(vm)) || metaclass.is(vm.ctx.types.type_type);
    if name.as_bytes() == b"__doc__" && !classic::is_classic(class) && plain {
        return Err(vm.new_attribute_error("attribute '__doc__' of 'type' objects is not writable"));
    }
    let is_classic = classic::is_classic(class);
    if is_classic {
        restricted::refuse("classes are read-only in restricted mode", vm)?;
    }
    let value = match value {
        PySetterValue::Assign(bases) if is_classic && name.as_bytes() == b"__bases__" => {
            let empty = bases.downcast_ref::<PyTuple>().is_some_and(|bases| bases.as_slice().is_empty());
            PySetterValue::Assign(if empty { root_bases(vm)?.into() } else { bases })
        }
        other => other,
    };
    if !value.is_assign() && is_classic && class.attributes().get(vm.ctx.intern_str(name.as_wtf8())).is_none() {
        return Err(no_attribute(class, name, vm));
    }
    machine_setattr(class, name, value, vm)?;
    if is_classic && name.as_bytes() == b"__bases__" {
        classic::order_bases(class);
    }
    if name.as_bytes().starts_with(b"__") || name.as_bytes() == b"next" {
        readapt(class, vm);
    }
    Ok(())
}

/// After a special method or the bases changed: this class and those derived from it.
fn readapt(class: &Py<PyType>, vm: &VirtualMachine) {
    if classic::is_classic(class) {
        classic::adopt(class);
    } else if is_dialect(class) {
        adapt(class, vm);
    }
    let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|weak| weak.upgrade()).collect();
    for subclass in subclasses {
        if let Some(subclass) = subclass.downcast_ref::<PyType>() {
            readapt(subclass, vm);
        }
    }
}
