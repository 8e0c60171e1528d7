//! Calls of `os`, `os.path` and `open` from native modules that stand on them: what a program has replaced there is
//! called.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::import;
use crate::runtime::exceptions;

/// Calls a function of `os`, or of `os.path` (`"path.join"`).
pub fn os(vm: &VirtualMachine, name: &'static str, args: Vec<PyObjectRef>) -> PyResult {
    function(vm, name)?.call(args, vm)
}

/// A function of `os`, or of `os.path`.
pub fn function(vm: &VirtualMachine, name: &'static str) -> PyResult {
    let os = import::module(vm, "os")?;
    match name.strip_prefix("path.") {
        Some(name) => os.get_attr("path", vm)?.get_attr(vm.ctx.intern_str(name), vm),
        None => os.get_attr(name, vm),
    }
}

/// The truth of [`os`].
pub fn is(vm: &VirtualMachine, name: &'static str, path: &PyObjectRef) -> PyResult<bool> {
    os(vm, name, vec![path.clone()])?.try_to_bool(vm)
}

/// `os.path.join` of two parts.
pub fn join(vm: &VirtualMachine, first: &PyObjectRef, second: &PyObjectRef) -> PyResult {
    os(vm, "path.join", vec![first.clone(), second.clone()])
}

/// Opens a file as Python code would.
pub fn open(vm: &VirtualMachine, name: PyObjectRef, mode: &str) -> PyResult {
    import::module(vm, "__builtin__")?.get_attr("open", vm)?.call((name, vm.ctx.new_str(mode)), vm)
}

/// Closes a file, after some work with it that may have failed.
pub fn closing<R>(vm: &VirtualMachine, file: &PyObject, result: PyResult<R>) -> PyResult<R> {
    let closed = vm.call_method(file, "close", ());
    let result = result?;
    closed?;
    Ok(result)
}

/// Copies what a file object gives to another one.
pub fn copy(vm: &VirtualMachine, source: &PyObject, target: &PyObject, piece: PyObjectRef) -> PyResult<()> {
    loop {
        let data = vm.call_method(source, "read", (piece.clone(),))?;
        if !data.clone().try_to_bool(vm)? {
            return Ok(());
        }
        vm.call_method(target, "write", (data,))?;
    }
}

/// Is it an error of the operating system, of `os` or of files?
pub fn is_environment_error(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> bool {
    exceptions::zoo(vm).is_ok_and(|zoo| error.fast_isinstance(&zoo.environment_error))
}

/// Is it an error of `os`?
pub fn is_os_error(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> bool {
    error.fast_isinstance(vm.ctx.exceptions.os_error) || is_environment_error(vm, error) && !is_io_error(vm, error)
}

/// Is it an error of files?
pub fn is_io_error(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> bool {
    exceptions::zoo(vm).is_ok_and(|zoo| error.fast_isinstance(&zoo.io_error))
}

/// The first argument of an error of the system.
pub fn number_of(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> Option<i32> {
    error.as_object().get_attr("errno", vm).ok()?.try_to_value(vm).ok()
}
