//! Attribute names whose meaning differs between the versions for objects of the machine's own types too, so that the
//! lowering sends their reads and calls through intrinsics.

use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_python2::lower::special_names::SPECIAL;

use super::{attributes, containers, intrinsics};

/// How a call of such a method is made.
type Call = fn(PyObjectRef, &'static str, FuncArgs, &VirtualMachine) -> PyResult;

/// Reads an attribute as Python 2 code means it.
pub fn read_attribute(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> PyResult {
    read(object, vm.ctx.intern_str(name), vm)
}

fn read(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    attributes::read(object, name, vm)
}

fn plain_call(object: PyObjectRef, name: &'static str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    read(&object, vm.ctx.intern_str(name), vm)?.call(args, vm)
}

/// `d.items()` and the like: a list at once for a plain dict.
fn view_call(object: PyObjectRef, name: &'static str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.is_empty()
        && args.kwargs.is_empty()
        && let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm)
    {
        return Ok(containers::dict_list(dict, name, vm));
    }
    plain_call(object, name, args, vm)
}

/// Registers the intrinsics.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(
        vm,
        intrinsics::ATTRIBUTE,
        |object: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine| match name.downcast_ref::<PyStr>() {
            Some(name) => read(&object, name, vm),
            None => Err(vm.new_type_error("attribute name must be string")),
        },
    )?;
    for &(name, intrinsic) in SPECIAL {
        let call: Call = if matches!(name, "keys" | "values" | "items") { view_call } else { plain_call };
        intrinsics::add(vm, intrinsic, move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let Some(object) = args.take_positional() else {
                return Err(vm.new_type_error("no object"));
            };
            call(object, name, args, vm)
        })?;
    }
    Ok(())
}
