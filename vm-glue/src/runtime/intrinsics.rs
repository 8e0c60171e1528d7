//! Operations that the lowering calls: functions in the dialect's builtins under names that no source can spell.
//!
//! Their names are the lowering's; a part adds its own with [`add`]. A restricted builtins dict needs them too:
//! [`copy_into`].

pub use reprise_python2::lower::intrinsics::*;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::function::IntoPyNativeFn;
use rustpython_vm::{Py, PyResult, VirtualMachine};

use super::dialect;

/// Registers an intrinsic.
pub fn add<F, Kind>(vm: &VirtualMachine, name: &'static str, function: F) -> PyResult<()>
where
    F: IntoPyNativeFn<Kind>,
{
    dialect::set_function(vm, name, function)
}

/// Gives a builtins dict made for restricted code the intrinsics, which all lowered code needs.
pub fn copy_into(vm: &VirtualMachine, builtins: &Py<PyDict>) -> PyResult<()> {
    for (name, value) in &dialect::builtins(vm)? {
        let is_intrinsic = name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes().first() == Some(&b'<'));
        if is_intrinsic || name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes() == b"__build_class__") {
            builtins.set_item(&*name, value, vm)?;
        }
    }
    Ok(())
}
