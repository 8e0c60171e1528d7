//! What `with` asks of an object, in Python 2's order and words.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, identifier};

use super::{classic, intrinsics};

/// The object, if it has the methods of a context manager.
fn manager(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let names = [identifier!(vm, __exit__), identifier!(vm, __enter__)];
    if classic::is_instance(&object) {
        for name in names {
            object.get_attr(name, vm)?;
        }
        return Ok(object);
    }
    for name in names {
        if object.class().get_attr(name).is_none() {
            return Err(vm.new_attribute_error(name.to_string()));
        }
    }
    Ok(object)
}

/// Registers the intrinsic.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(vm, intrinsics::MANAGER, manager)
}
