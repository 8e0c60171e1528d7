//! Packing of the objects of framework 1, which are instances of Python classes: the module `PMS.Objects` of the crate
//! `reprise-legacy-v0` defines them (`spec/legacy-v1.md` §3, `spec/objects.md` §7.7).

use rustpython_vm::builtins::{PyDict, PyType};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;

/// The module that defines the classes.
const MODULE: &str = "PMS.Objects";

/// Whether a class is one of that module.
fn is_ours(vm: &VirtualMachine, class: &PyObject) -> bool {
    let module = class.get_attr("__module__", vm).ok();
    module.and_then(|module| text::text_of(vm, &module).ok().flatten()).is_some_and(|module| module == MODULE)
}

/// Class path and attributes of an instance, for packing.
pub fn packed_state(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<(String, PyObjectRef)>> {
    let class = object.class();
    if object.downcastable::<PyType>() || !is_ours(vm, class.as_object()) {
        return Ok(None);
    }
    Ok(object.dict().map(|state| (format!("{MODULE}.{}", class.name()), state.into())))
}

/// The instance that a packed class path and attributes stand for; None for other class paths. No code of the class
/// runs: the text may come from anywhere.
pub fn unpacked(vm: &VirtualMachine, path: &str, state: PyObjectRef) -> PyResult<Option<PyObjectRef>> {
    let Some(name) = path.strip_prefix(MODULE).and_then(|rest| rest.strip_prefix('.')) else { return Ok(None) };
    let Ok(state) = state.downcast::<PyDict>() else { return Ok(None) };
    let Some(module) = import::modules(vm)?.get_item_opt(MODULE, vm)? else { return Ok(None) };
    let Some(class) = vm.get_attribute_opt(&module, &vm.ctx.new_str(name))? else { return Ok(None) };
    if !class.downcastable::<PyType>() || !is_ours(vm, &class) {
        return Ok(None);
    }
    let object = vm.ctx.types.object_type.as_object().get_attr("__new__", vm)?.call((class,), vm)?;
    if let Some(attributes) = object.dict() {
        for (name, value) in state {
            attributes.set_item(&*name, value, vm)?;
        }
    }
    Ok(Some(object))
}
