//! Errors that nobody can catch (in `__del__`, in callbacks of weak references, while a generator is closed): one line on
//! `sys.stderr` in Python 2's words.

use rustpython_vm::builtins::{PyBaseException, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::{exceptions, names};

/// `Exception RuntimeError: RuntimeError('x',) in <function f at 0x…> ignored`
fn hook(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(report) = args.args.first() else { return Ok(()) };
    let Some(fields) = report.downcast_ref::<PyTuple>() else { return Ok(()) };
    let [_, value, _, _, object, ..] = fields.as_slice() else { return Ok(()) };
    let value: PyObjectRef = match value.downcast_ref::<PyBaseException>() {
        Some(error) => exceptions::value_of(error, vm),
        None => value.clone(),
    };
    let shown = |object: &PyObjectRef| match object.repr(vm) {
        Ok(text) => text.to_string(),
        Err(_) => "<unrepresentable object>".to_owned(),
    };
    let name = names::shown_name(value.class()).into_owned();
    let line = format!("Exception {name}: {} in {} ignored\n", shown(&value), shown(object));
    let stderr = crate::import::sys(vm)?.get_attr("stderr", vm)?;
    if !vm.is_none(&stderr) {
        vm.call_method(&stderr, "write", (vm.ctx.new_str(line),))?;
    }
    Ok(())
}

/// Replaces the machine's hook.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let hook = |args: FuncArgs, vm: &VirtualMachine| {
        // Not even the report can fail: there is nobody to tell.
        if let Err(error) = hook(args, vm) {
            tracing::debug!("An ignored exception could not be reported: {}", error.class().name());
        }
    };
    vm.sys_module.set_attr("unraisablehook", vm.new_function("unraisablehook", hook), vm)
}
