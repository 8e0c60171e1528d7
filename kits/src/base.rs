//! Classes of the framework's own that are not a kit's: the base class `Object`, and plain classes for instances
//! that are made here.

use std::sync::OnceLock;

use reprise_vm_glue::runtime::{dialect, exec, source};
use reprise_vm_glue::syntax::SourceRules;
use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::types::{PyTypeFlags, PyTypeSlots};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// `Framework.base.Object`, which plug-ins subclass.
const OBJECT: &str = "class Object(object):\n    __module__ = 'Framework.base'\n";

/// The base class `Object` as a class of Python 2 code.
pub fn object_class(vm: &VirtualMachine) -> PyResult {
    run(vm, OBJECT)?.get_item("Object", vm)
}

/// `Framework.api.cloudkit.CloudObject`, which plug-ins subclass.
const CLOUD_OBJECT: &str = "class CloudObject(object):\n    __module__ = 'Framework.api.cloudkit'\n";

static CLOUD_OBJECT_CLASS: OnceLock<PyTypeRef> = OnceLock::new();

/// The class `CloudObject`.
pub fn cloud_object_class(vm: &VirtualMachine) -> PyResult {
    if let Some(class) = CLOUD_OBJECT_CLASS.get() {
        return Ok(class.clone().into());
    }
    let class = run(vm, CLOUD_OBJECT)?.get_item("CloudObject", vm)?;
    if let Some(class) = class.downcast_ref::<PyType>() {
        let _ = CLOUD_OBJECT_CLASS.set(class.to_owned());
    }
    Ok(class)
}

/// The class `CloudObject`, if anything has asked for it.
pub fn known_cloud_object_class(_vm: &VirtualMachine) -> Option<PyTypeRef> {
    CLOUD_OBJECT_CLASS.get().cloned()
}

/// Runs Python 2 code of the framework's own; gives its namespace.
fn run(vm: &VirtualMachine, text: &str) -> PyResult<rustpython_vm::builtins::PyDictRef> {
    let globals = vm.ctx.new_dict();
    globals.set_item("__builtins__", dialect::builtins(vm)?.into(), vm)?;
    globals.set_item("__name__", vm.ctx.new_str("Framework.base").into(), vm)?;
    let code = source::compile_file(vm, "<framework>", text.as_bytes(), SourceRules::Framework)?;
    let locals: PyObjectRef = globals.clone().into();
    exec::run(code, globals.clone(), locals, vm)?;
    Ok(globals)
}

/// `RestrictedModule`, the class of the bundle's modules.
pub fn module_class(vm: &VirtualMachine) -> PyTypeRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    let make = || {
        let flags = PyTypeFlags::HEAP_TYPE_WITH_DICT;
        let slots = PyTypeSlots::new("RestrictedModule", flags);
        let object = vm.ctx.types.object_type.to_owned();
        vm.ctx.new_class(Some("Framework.code.sandbox"), "RestrictedModule", object, slots)
    };
    CLASS.get_or_init(make).clone()
}
