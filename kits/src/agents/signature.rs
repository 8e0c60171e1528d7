//! What parameters a plug-in's method declares: optional arguments are passed only to those that name them
//! (`spec/agents.md` §2).

use rustpython_vm::builtins::{PyFunction, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, VirtualMachine};

use reprise_vm_glue::runtime::text;

/// Python's flag of functions that take further keywords (`**kwargs`).
const TAKES_KEYWORDS: u32 = 0x08;

/// The code of a function or of a bound method; None for other callables, which count as accepting nothing.
fn code(vm: &VirtualMachine, callable: &PyObject) -> Option<PyObjectRef> {
    let inner =
        if callable.class().is(vm.ctx.types.bound_method_type) { callable.get_attr("__func__", vm).ok() } else { None };
    let function = inner.as_deref().unwrap_or(callable);
    function.downcast_ref::<PyFunction>()?;
    function.get_attr("__code__", vm).ok()
}

fn number(vm: &VirtualMachine, code: &PyObject, name: &'static str) -> Option<u32> {
    code.get_attr(name, vm).ok()?.try_into_value(vm).ok()
}

/// Whether a function or method has a parameter of that name that can be given by position.
pub fn has_parameter(vm: &VirtualMachine, callable: &PyObject, name: &str) -> bool {
    let find = || {
        let code = code(vm, callable)?;
        let count = usize::try_from(number(vm, &code, "co_argcount")?).ok()?;
        let names = code.get_attr("co_varnames", vm).ok()?;
        let names = names.downcast_ref::<PyTuple>()?;
        let is_it = |there: &PyObjectRef| text::text_of(vm, there).ok().flatten().as_deref() == Some(name);
        Some(names.as_slice().iter().take(count).any(is_it))
    };
    find().unwrap_or(false)
}

/// Whether a function or method takes any keyword.
pub fn takes_any_keyword(vm: &VirtualMachine, callable: &PyObject) -> bool {
    let flags = code(vm, callable).and_then(|code| number(vm, &code, "co_flags"));
    flags.is_some_and(|flags| flags & TAKES_KEYWORDS != 0)
}
