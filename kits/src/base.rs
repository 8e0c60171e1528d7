//! The framework's own base class, published as `Object`: plug-ins subclass it.

use std::sync::OnceLock;

use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::PyTypeRef;
use rustpython_vm::types::{PyTypeFlags, PyTypeSlots};

/// `Framework.base.Object`.
pub fn object_class(vm: &VirtualMachine) -> PyTypeRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    CLASS.get_or_init(|| plain_class(vm, "Framework.base", "Object")).clone()
}

/// An empty class whose instances have attributes.
pub fn plain_class(vm: &VirtualMachine, module: &str, name: &str) -> PyTypeRef {
    let slots = PyTypeSlots::default();
    slots.flags.insert(PyTypeFlags::HEAP_TYPE_WITH_DICT);
    vm.ctx.new_class(Some(module), name, vm.ctx.types.object_type.to_owned(), slots)
}
