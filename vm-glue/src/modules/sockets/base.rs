//! `_netbase`: what `socket` and `httplib` share, the exceptions and the time limit of new sockets.

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::modules::python_function::{self, Body, Class, Function, Home, function};
use crate::runtime::dialect;

/// Where the time limit is kept.
const LIMIT: &str = "_default";

static FUNCTIONS: &[Function] = &[
    function(
        "getdefaulttimeout",
        &[],
        Body::Run(|home, _, vm| Ok(home.globals.get_item_opt(LIMIT, vm)?.unwrap_or_else(|| vm.ctx.none()))),
    ),
    function("setdefaulttimeout", &["timeout"], Body::Run(setdefaulttimeout)),
];

fn setdefaulttimeout(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [timeout] = values else { return Ok(vm.ctx.none()) };
    let mut limit = vm.ctx.none();
    if !vm.is_none(timeout) {
        let seconds = timeout.try_float(vm)?.to_f64();
        if seconds < 0.0 {
            return Err(vm.new_value_error("Timeout value out of range"));
        }
        limit = vm.ctx.new_float(seconds).into();
    }
    home.globals.set_item(LIMIT, limit, vm)?;
    Ok(vm.ctx.none())
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    python_function::publish(vm, module, &home, FUNCTIONS, "socket");
    let class = |name: &'static str, base: PyObjectRef| {
        let class = Class { name, module: "socket", bases: vec![base], functions: &[], values: Vec::new(), doc: None };
        class.make(&home, true, vm)
    };
    let error = class("error", dialect::get(vm, "IOError")?)?;
    for name in ["herror", "gaierror", "timeout"] {
        modules::set(vm, module, name, class(name, error.clone())?);
    }
    modules::set(vm, module, "error", error);
    modules::set(vm, module, LIMIT, vm.ctx.none());
    modules::set(vm, module, "_GLOBAL_DEFAULT_TIMEOUT", dialect::get(vm, "object")?.call((), vm)?);
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_netbase");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
