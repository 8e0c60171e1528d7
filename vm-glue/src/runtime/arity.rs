//! Counting arguments of native functions with CPython 2.7's texts.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// `PyArg_UnpackTuple`: between `min` and `max` positional arguments, no keywords.
pub fn unpack(args: FuncArgs, name: &str, min: usize, max: usize, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    no_keywords(&args, name, vm)?;
    let got = args.args.len();
    if got >= min && got <= max {
        return Ok(args.args);
    }
    let (bound, count) = if min == max {
        ("", min)
    } else if got < min {
        ("at least ", min)
    } else {
        ("at most ", max)
    };
    Err(vm.new_type_error(format!("{name} expected {bound}{count} arguments, got {got}")))
}

/// `METH_O`: exactly one argument.
pub fn one(args: FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult {
    no_keywords(&args, name, vm)?;
    let got = args.args.len();
    match <[PyObjectRef; 1]>::try_from(args.args) {
        Ok([only]) => Ok(only),
        Err(_) => Err(vm.new_type_error(format!("{name}() takes exactly one argument ({got} given)"))),
    }
}

/// `PyArg_ParseTuple`: the texts of functions that parse their arguments by a format.
pub fn parsed(args: FuncArgs, name: &str, min: usize, max: usize, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    no_keywords(&args, name, vm)?;
    counted(args.args, name, min, max, vm)
}

/// The count part of [`parsed`].
pub fn counted(
    args: Vec<PyObjectRef>,
    name: &str,
    min: usize,
    max: usize,
    vm: &VirtualMachine,
) -> PyResult<Vec<PyObjectRef>> {
    let got = args.len();
    if got >= min && got <= max {
        return Ok(args);
    }
    Err(wrong_count(name, min, max, got, vm))
}

fn wrong_count(name: &str, min: usize, max: usize, got: usize, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if max == 0 {
        return vm.new_type_error(format!("{name}() takes no arguments ({got} given)"));
    }
    let (bound, count) = if min == max {
        ("exactly", min)
    } else if got < min {
        ("at least", min)
    } else {
        ("at most", max)
    };
    let plural = if count == 1 { "" } else { "s" };
    vm.new_type_error(format!("{name}() takes {bound} {count} argument{plural} ({got} given)"))
}

/// `METH_NOARGS`.
pub fn none(args: &FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult<()> {
    no_keywords(args, name, vm)?;
    if args.args.is_empty() { Ok(()) } else { Err(wrong_count(name, 0, 0, args.args.len(), vm)) }
}

/// Refuses keyword arguments.
pub fn no_keywords(args: &FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult<()> {
    if args.kwargs.is_empty() {
        return Ok(());
    }
    Err(vm.new_type_error(format!("{name}() takes no keyword arguments")))
}
