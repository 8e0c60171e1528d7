//! Functions of the plug-in that are called by name: by URL (`…/function/NAME`), and by the framework
//! (`spec/core.md` §6, `spec/protocol.md` §3.3).

use std::sync::Arc;

use reprise_vm_glue::runtime::restricted;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::arguments::Arguments;
use crate::builtin::{Call, Outcome};
use crate::callback::{self, DeferredFunction};
use crate::errors;
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;

/// What came of a call by name.
pub enum Called {
    Returned(PyObjectRef),
    /// There is no such function.
    Missing,
    /// It raised; the exception has been logged.
    Raised(PyBaseExceptionRef),
}

/// Calls a global function of a sandbox. Exceptions are logged and end here, except `UnauthorizedException`.
pub fn call_named(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    name: &str,
    mut arguments: Arguments,
) -> PyResult<Called> {
    let function = sandbox.globals.get_item_opt(name, vm)?;
    let Some(function) = function.filter(|function| function.is_callable()) else {
        tracing::error!(critical = true, "Function named '{name}' couldn't be found in the current environment");
        return Ok(Called::Missing);
    };
    if function.downcastable::<DeferredFunction>() {
        return Ok(Called::Returned(vm.ctx.none()));
    }
    let (inner, _) = callback::unwrap(&function);
    // Only functions and methods can be called by name: classes and other callables fail, as in the original.
    if let Err(exception) = restricted::read(&inner, "__defaults__", vm) {
        log(vm, name, &exception);
        return Ok(Called::Raised(exception));
    }
    if let Err(problem) = arguments.apply_default_types(vm, &sandbox.plugin, &inner) {
        log(vm, name, &problem.exception);
        return Ok(Called::Raised(problem.exception));
    }
    match sandbox.enter(|| inner.call(arguments.into_call(), vm)) {
        Ok(result) => Ok(Called::Returned(result)),
        Err(exception) if errors::is_instance(vm, &exception, "UnauthorizedException") => Err(exception),
        Err(exception) => {
            log(vm, name, &exception);
            Ok(Called::Raised(exception))
        }
    }
}

fn log(vm: &VirtualMachine, name: &str, exception: &PyBaseExceptionRef) {
    let trace = errors::traceback_of(vm, exception);
    let rest = trace.strip_prefix("Traceback (most recent call last):").unwrap_or(&trace);
    tracing::error!(critical = true, "Exception when calling function '{name}' (most recent call last):{rest}");
}

/// Calls a function that the framework knows by name (`Start`, `ValidatePrefs`), without arguments.
pub fn call_hook(vm: &VirtualMachine, plugin: &Arc<Plugin>, name: &str) -> PyResult<Called> {
    match plugin.main_sandbox() {
        Some(sandbox) => call_named(vm, &sandbox, name, Arguments::default()),
        None => Ok(Called::Missing),
    }
}

/// `/function/NAME[.ext]`.
pub fn answer(mut call: Call<'_>) -> PyResult<Outcome> {
    let Some(sandbox) = call.plugin.main_sandbox() else { return Outcome::not_found() };
    let name = call.text("function_name").unwrap_or_default();
    call.arguments.remove("function_name");
    let name = name.rsplit_once('.').map_or(name.as_str(), |(before, _)| before).to_owned();
    if let Err(problem) = call.arguments.apply_declared_types(call.vm, &[]) {
        return Err(problem.exception);
    }
    match call_named(call.vm, &sandbox, &name, call.arguments)? {
        Called::Returned(result) => Ok(Outcome::Value(result)),
        Called::Missing | Called::Raised(_) => Outcome::not_found(),
    }
}
