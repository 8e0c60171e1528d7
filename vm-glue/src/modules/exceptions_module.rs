//! `exceptions`: the built-in exception classes.

use rustpython_vm::builtins::{PyModule, PyStr, PyType};
use rustpython_vm::{PyRef, VirtualMachine};

use crate::runtime::dialect;

/// Makes the module from the exceptions among the builtins.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let dict = vm.ctx.new_dict();
    if let Ok(builtins) = dialect::builtins(vm) {
        for (name, value) in builtins.items_vec() {
            let is_exception = value
                .downcast_ref::<PyType>()
                .is_some_and(|class| class.fast_issubclass(vm.ctx.exceptions.base_exception_type));
            if is_exception && name.downcast_ref::<PyStr>().is_some() {
                // A string key of a plain dict: setting it runs no code that could fail.
                let _ = dict.set_item(&*name, value, vm);
            }
        }
    }
    vm.new_module("exceptions", dict, None)
}
