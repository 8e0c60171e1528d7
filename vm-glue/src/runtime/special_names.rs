//! Attribute names whose meaning differs between the versions for objects of the machine's own types too, so that the
//! lowering sends their reads and calls through intrinsics.

use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{attributes, containers, intrinsics, later_names};

/// How a call of such a method is made.
type Call = fn(PyObjectRef, FuncArgs, &VirtualMachine) -> PyResult;

/// A name: the intrinsic for `object.name(...)` and its function. Reads without a call go through `<attr>`.
struct Special {
    name: &'static str,
    intrinsic: &'static str,
    call: Call,
}

static SPECIAL: &[Special] = &[
    Special { name: "keys", intrinsic: "<.keys>", call: |object, args, vm| view_call(object, "keys", args, vm) },
    Special { name: "values", intrinsic: "<.values>", call: |object, args, vm| view_call(object, "values", args, vm) },
    Special { name: "items", intrinsic: "<.items>", call: |object, args, vm| view_call(object, "items", args, vm) },
    Special { name: "next", intrinsic: "<.next>", call: |object, args, vm| plain_call(object, "next", args, vm) },
    Special { name: "encode", intrinsic: "<.encode>", call: |object, args, vm| plain_call(object, "encode", args, vm) },
    Special { name: "decode", intrinsic: "<.decode>", call: |object, args, vm| plain_call(object, "decode", args, vm) },
    Special {
        name: "__hash__",
        intrinsic: "<.__hash__>",
        call: |object, args, vm| plain_call(object, "__hash__", args, vm),
    },
    Special {
        name: "__module__",
        intrinsic: "<.__module__>",
        call: |object, args, vm| plain_call(object, "__module__", args, vm),
    },
];

/// Does a call of the method have an intrinsic of its own?
pub fn is_special(name: &str) -> bool {
    SPECIAL.iter().any(|special| special.name == name)
}

/// Does a read of the attribute need the intrinsic?
pub fn is_read_specially(name: &str) -> bool {
    is_special(name) || later_names::UNMISTAKABLE.binary_search(&name).is_ok()
}

/// The intrinsic for a call of the method.
pub fn call_name(name: &str) -> &'static str {
    SPECIAL.iter().find(|special| special.name == name).map_or(intrinsics::ATTRIBUTE, |special| special.intrinsic)
}

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
    for special in SPECIAL {
        intrinsics::add(vm, special.intrinsic, move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let Some(object) = args.take_positional() else {
                return Err(vm.new_type_error("no object"));
            };
            (special.call)(object, args, vm)
        })?;
    }
    Ok(())
}
