//! Warnings that natives issue: through the module `warnings`, so that its filters and `showwarning` decide.

use rustpython_vm::builtins::{PyDict, PyType};
use rustpython_vm::{AsObject, Py, PyResult, VirtualMachine};

use crate::import;

/// Warns at the line of the running Python code.
pub fn warn(vm: &VirtualMachine, category: &'static Py<PyType>, message: &str) -> PyResult<()> {
    if was_shown(vm, category, message)? {
        return Ok(());
    }
    let function = import::module(vm, "warnings")?.get_attr("warn", vm)?;
    function.call((message, category.to_owned(), 1), vm).map(drop)
}

/// Does the registry of the running module say that this line has warned already? (The module would look there first;
/// a comparison in a loop need not call it each time.)
fn was_shown(vm: &VirtualMachine, category: &'static Py<PyType>, message: &str) -> PyResult<bool> {
    let Some(frame) = vm.current_frame() else { return Ok(false) };
    let Some(registry) = frame.f_globals().get_item_opt("__warningregistry__", vm)? else { return Ok(false) };
    let Some(registry) = registry.downcast_ref::<PyDict>() else { return Ok(false) };
    let line = frame.as_object().get_attr("f_lineno", vm)?;
    let key = vm.ctx.new_tuple(vec![vm.ctx.new_str(message).into(), category.to_owned().into(), line]);
    match registry.get_item_opt(key.as_object(), vm)? {
        Some(shown) => shown.try_to_bool(vm),
        None => Ok(false),
    }
}
