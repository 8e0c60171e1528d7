//! How objects are made: `object.__new__` with Python 2's idea of superfluous arguments, `type(x)`, `super()` and
//! `types.InstanceType(class)`.

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::classes;

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;
type Call = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult;
type VectorCall = fn(&PyObject, Vec<PyObjectRef>, usize, Option<&[PyObjectRef]>, &VirtualMachine) -> PyResult;

static NEW: OnceLock<New> = OnceLock::new();
static SUPER_INIT: OnceLock<Init> = OnceLock::new();
static CALL: OnceLock<Call> = OnceLock::new();
static VECTOR_CALL: OnceLock<VectorCall> = OnceLock::new();

/// Arguments are an error only where the class has no `__init__` for them; in all other cases CPython 2.7 at most warns.
fn object_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = NEW.get() else { return Err(vm.new_system_error("object is not installed")) };
    let own = class.slots().init.load();
    let inherited = vm.ctx.types.object_type.slots().init.load();
    let has_init = match (own, inherited) {
        (Some(own), Some(inherited)) => !std::ptr::fn_addr_eq(own, inherited),
        (own, _) => own.is_some(),
    };
    original(class, if has_init { FuncArgs::default() } else { args }, vm)
}

/// `type(x)`, if the call is one.
fn type_of(class: &PyObject, positional: usize, keywords: usize, vm: &VirtualMachine) -> bool {
    positional == 1 && keywords == 0 && class.is(classes::dialect_type(vm))
}

/// Is it `types.InstanceType`, whose calls make instances of other classes?
fn is_instance_type(class: &PyObject) -> bool {
    super::classic::instance_type().is_some_and(|root| class.is(root))
}

fn type_call(class: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if type_of(class, args.args.len(), args.kwargs.len(), vm) {
        return Ok(classes::type_of(&args.args[0], vm));
    }
    if is_instance_type(class) {
        return super::classic::make_instance(&args.args, vm);
    }
    match CALL.get() {
        Some(original) => original(class, args, vm),
        None => Err(vm.new_system_error("type is not installed")),
    }
}

fn type_vectorcall(
    class: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    keywords: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if type_of(class, nargs, keywords.map_or(0, <[_]>::len), vm)
        && let Some(object) = args.first()
    {
        return Ok(classes::type_of(object, vm));
    }
    if is_instance_type(class) {
        return super::classic::make_instance(args.get(..nargs).unwrap_or_default(), vm);
    }
    match VECTOR_CALL.get() {
        Some(original) => original(class, args, nargs, keywords, vm),
        None => Err(vm.new_system_error("type is not installed")),
    }
}

/// `super()` without arguments is for the machine's own library.
fn super_init(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    if args.is_empty() && !super::methods::called_from_library(vm) {
        return Err(vm.new_type_error("super() takes at least 1 argument (0 given)"));
    }
    match SUPER_INIT.get() {
        Some(original) => original(object, args, vm),
        None => Err(vm.new_system_error("super is not installed")),
    }
}

/// Replaces the slots of `object`, `type` and `super`.
pub fn patch(vm: &VirtualMachine) {
    let slots = vm.ctx.types.super_type.slots();
    if let Some(init) = slots.init.load()
        && SUPER_INIT.set(init).is_ok()
    {
        slots.init.store(Some(super_init));
    }
    let object: &Py<PyType> = vm.ctx.types.object_type;
    if let Some(new) = object.slots().new.load()
        && NEW.set(new).is_ok()
    {
        // Native types have copies of the slots that they inherited.
        super::exceptions::walk(object, &mut |class| {
            let slots = class.slots();
            if slots.new.load().is_some_and(|own| std::ptr::fn_addr_eq(own, new)) {
                slots.new.store(Some(object_new));
            }
        });
    }
    let metaclass: &Py<PyType> = vm.ctx.types.type_type;
    if let Some(call) = metaclass.slots().call.load()
        && CALL.set(call).is_ok()
    {
        metaclass.slots().call.store(Some(type_call));
    }
    if let Some(call) = metaclass.slots().vectorcall.load()
        && VECTOR_CALL.set(call).is_ok()
    {
        metaclass.slots().vectorcall.store(Some(type_vectorcall));
    }
}

#[cfg(test)]
mod tests {
    use crate::runtime::testing::run;

    #[test]
    fn singletons_pass_their_arguments_on() {
        let class = "class S(object):\n  def __new__(cls, *a): return object.__new__(cls, *a)\n  def __init__(self, a): self.a = a\n";
        assert_eq!(run(&format!("{class}result = S(5).a")), "5");
        assert_eq!(run("result = object(1)"), "TypeError: object() takes no parameters");
    }

    #[test]
    fn the_type_of_a_class_is_not_initialised_again() {
        let class = "class T(type):\n  n = 0\n  def __init__(self, *a): T.n += 1\nclass C: __metaclass__ = T\n";
        assert_eq!(run(&format!("{class}result = type(C()) is C, T.n")), "(True, 1)");
    }
}
