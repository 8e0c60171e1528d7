//! Names and reprs of classes as Python 2 shows them.

use super::class_attributes::class_of;
use super::classes::is_own;
use super::classic;
use rustpython_vm::builtins::{PyStr, PyType};
use rustpython_vm::{AsObject, Py, PyObject, PyRef, PyResult, VirtualMachine};

/// `module.name` of a class as Python 2 shows it, without `__builtin__`.
pub fn qualified_name(class: &Py<PyType>, vm: &VirtualMachine) -> String {
    let name = super::names::shown_name(class);
    match module_name(class, vm) {
        Some(module) if module != "__builtin__" => format!("{module}.{name}"),
        _ => name.into_owned(),
    }
}

/// `__module__` of a class in Python 2's terms.
pub fn module_name(class: &Py<PyType>, vm: &VirtualMachine) -> Option<String> {
    if class.heaptype_ext().is_none() {
        if class.fast_issubclass(vm.ctx.exceptions.base_exception_type) {
            return Some("exceptions".to_owned());
        }
    } else if super::exceptions::is_builtin(class) {
        return Some("exceptions".to_owned());
    }
    let module = class.get_direct_attr(vm.ctx.intern_str("__module__"));
    match module.and_then(|module| module.downcast::<PyStr>().ok()) {
        Some(module) if module.as_bytes() == b"builtins" => Some("__builtin__".to_owned()),
        Some(module) => Some(module.to_string()),
        None => {
            // Native types carry the module in their name.
            let full = class.slot_name().to_string();
            match full.rsplit_once('.') {
                Some((module, _)) if module != "builtins" => Some(module.to_owned()),
                _ => Some("__builtin__".to_owned()),
            }
        }
    }
}

/// The attribute that makes a native class look like one of Python code.
pub const SHOWN_AS_CLASS: &str = "<class>";

fn repr_text(class: &Py<PyType>, vm: &VirtualMachine) -> String {
    if classic::is_classic(class) {
        let module = module_name(class, vm).unwrap_or_else(|| "?".to_owned());
        return format!("<class {module}.{} at {:#x}>", class.name(), class.get_id());
    }
    let native = class.heaptype_ext().is_none() && class.get_direct_attr(vm.ctx.intern_str(SHOWN_AS_CLASS)).is_none();
    let builtin =
        native || qualified_name(class, vm) == "basestring" || super::exceptions::is_builtin(class) || is_own(class);
    let kind = if builtin { "type" } else { "class" };
    format!("<{kind} '{}'>", qualified_name(class, vm))
}

pub(super) fn repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    Ok(vm.ctx.new_str({
        let class = class_of(object, vm)?;
        repr_text(&class, vm)
    }))
}

pub(super) fn str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let class = class_of(object, vm)?;
    if classic::is_classic(&class) {
        let module = module_name(&class, vm).unwrap_or_else(|| "?".to_owned());
        return Ok(vm.ctx.new_str(format!("{module}.{}", class.name())));
    }
    object.repr(vm)
}
