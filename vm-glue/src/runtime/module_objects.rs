//! Modules that programs make with `types.ModuleType`: they hold `__name__` and `__doc__`, and nothing of Python 3.

use std::sync::OnceLock;

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;

static MACHINE: OnceLock<Init> = OnceLock::new();

fn init(module: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(machine) = MACHINE.get() {
        machine(module, args, vm)?;
    }
    if let Some(names) = module.dict() {
        for name in ["__loader__", "__spec__", "__package__"] {
            if names.get_item_opt(name, vm)?.is_some_and(|value| vm.is_none(&value)) {
                names.del_item(name, vm)?;
            }
        }
    }
    Ok(())
}

/// Changes the native type.
pub fn install(vm: &VirtualMachine) {
    let slot = &vm.ctx.types.module_type.slots().init;
    if MACHINE.get().is_none()
        && let Some(machine) = slot.load()
        && MACHINE.set(machine).is_ok()
    {
        slot.store(Some(init));
    }
}
