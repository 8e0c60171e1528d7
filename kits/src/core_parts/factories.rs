//! `Factory` and `FactoryClass`: what lies behind the names of the old object classes (`spec/environment.md` §1, §4).

use std::sync::Arc;

use rustpython_vm::builtins::{PyDictRef, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::types::{Callable, GetAttr, SetAttr};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::objects::legacy::{self, ObjectFactory};
use crate::objects::legacy_tables;
use crate::sandbox::Sandbox;

/// `Factory(cls)`: a factory for one of the framework's classes, or for a class that the plug-in made from one.
pub fn factory(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, class: PyObjectRef) -> PyResult {
    if class.downcastable::<ObjectFactory>() || class.downcastable::<ClassFactory>() {
        return Ok(class);
    }
    let class = class.downcast::<PyType>().map_err(|_| vm.new_type_error("Factory() needs a class"))?;
    let known = legacy_tables::legacy_class(&class.name());
    if let Some(known) = known
        && legacy::python_class(vm, sandbox, known)?.is(&class)
    {
        return legacy::factory(vm, sandbox, known.name);
    }
    let _ = ClassFactory::make_static_type();
    Ok(ClassFactory { class, defaults: vm.ctx.new_dict() }.into_pyobject(vm))
}

/// `FactoryClass(factory)`: the class behind a factory.
pub fn class_of(vm: &VirtualMachine, factory: &PyObjectRef) -> PyResult {
    if let Some(factory) = factory.downcast_ref::<ObjectFactory>() {
        return Ok(factory.python_class(vm)?.into());
    }
    if let Some(factory) = factory.downcast_ref::<ClassFactory>() {
        return Ok(factory.class.clone().into());
    }
    Err(vm.new_type_error("FactoryClass() needs a factory"))
}

/// A factory for a class that the plug-in made: attributes that are assigned to it are defaults of keywords.
#[pyclass(module = "Framework.core", name = "ObjectFactory")]
#[derive(Debug, PyPayload)]
pub struct ClassFactory {
    class: PyTypeRef,
    defaults: PyDictRef,
}

impl Callable for ClassFactory {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        for (name, value) in zelf.defaults.clone() {
            let name = reprise_vm_glue::runtime::text::unicode_of(vm, &name)?;
            let is_open = args.kwargs.get(name.as_str()).is_none_or(|given| vm.is_none(given));
            if is_open {
                args.kwargs.insert(name.into(), value);
            }
        }
        zelf.class.as_object().call(args, vm)
    }
}

impl GetAttr for ClassFactory {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match zelf.defaults.get_item_opt(name, vm)? {
            Some(value) => Ok(value),
            None => zelf.as_object().generic_getattr(name, vm),
        }
    }
}

impl SetAttr for ClassFactory {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        if name.as_bytes().starts_with(b"_") {
            return zelf.as_object().generic_setattr(name, value, vm);
        }
        match value {
            PySetterValue::Assign(value) => zelf.defaults.set_item(name, value, vm),
            PySetterValue::Delete => zelf.defaults.del_item(name, vm),
        }
    }
}

#[pyclass(with(Callable, GetAttr, SetAttr), flags(DISALLOW_INSTANTIATION))]
impl ClassFactory {
    /// Whether an object was made by this factory.
    #[pymethod]
    fn is_instance(zelf: &Py<Self>, object: PyObjectRef) -> bool {
        object.class().fast_issubclass(&zelf.class)
    }
}
