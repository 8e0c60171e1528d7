//! The run-time guards of restricted code (`spec/sandbox.md` §4): functions in the globals under names that plug-in code
//! cannot spell, called by what `policies::rewrite` puts into the code.

use std::sync::{Arc, OnceLock};

use reprise_policies::rewrite::guards as names;
use reprise_vm_glue::runtime::{attributes, dialect, restricted, text};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyType, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::errors;
use crate::sandbox::Sandbox;

/// The exception by which a `return` on the top level leaves a module.
fn leave_class(vm: &VirtualMachine) -> &'static Py<PyType> {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    CLASS.get_or_init(|| {
        let bases = vec![vm.ctx.exceptions.base_exception_type.to_owned()];
        vm.ctx.new_exception_type("Framework.code.sandbox", "ModuleReturn", Some(bases))
    })
}

/// Whether an exception is a `return` on the top level of a module.
pub fn is_leave(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> bool {
    exception.class().is(leave_class(vm))
}

/// Puts the guards into a sandbox's globals.
pub fn publish(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    let globals = &sandbox.globals;
    let set = |name: &'static str, value: PyObjectRef| globals.set_item(name, value, vm);
    set(names::ITERATE, vm.new_function(names::ITERATE, iterate).into())?;
    set(names::APPLY, vm.new_function("_apply", apply).into())?;
    set(names::IN_PLACE, vm.new_function(names::IN_PLACE, in_place).into())?;
    set(names::ATTRIBUTE, vm.new_function(names::ATTRIBUTE, late_attribute).into())?;
    set(names::PRINTED, vm.new_function(names::PRINTED, printed).into())?;
    set(names::LEAVE, leave_class(vm).to_owned().into())?;
    set("FrameworkException", errors::class_object(vm, "FrameworkException").into())?;
    set("Object", crate::base::object_class(vm)?)?;
    set("hexlify", vm.new_function("b2a_hex", crate::hashkit::hexlify).into())?;
    set("unhexlify", vm.new_function("a2b_hex", crate::hashkit::unhexlify).into())?;
    Ok(())
}

/// Puts `setattr` and `delattr` into a sandbox's builtins: they refuse nearly everything.
pub fn publish_writers(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    let builtins = &sandbox.builtins;
    restricted::mark(builtins, vm)?;
    builtins.set_item("setattr", vm.new_function("guarded_setattr", guarded_setattr).into(), vm)?;
    builtins.set_item("delattr", vm.new_function("guarded_delattr", guarded_delattr).into(), vm)
}

/// `_getiter_(x)`: restricted code iterates over what has an `__iter__`; strings have none.
fn iterate(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if text::is_basestring(&object) {
        let class = if text::is_unicode(&object) { "unicode" } else { "str" };
        return Err(vm.new_attribute_error(format!("'{class}' object has no attribute '__iter__'")));
    }
    if object.class().slots.iter.load().is_some() && object.class().get_attr(vm.ctx.intern_str("__iter__")).is_some() {
        return Ok(object);
    }
    object.get_attr("__iter__", vm)?.call((), vm)
}

/// `_apply_(f, …)`.
fn apply(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.kwargs.contains_key("f") {
        return Err(vm.new_type_error("_apply() got multiple values for keyword argument 'f'"));
    }
    match args.take_positional() {
        Some(function) => function.call(args, vm),
        None => Err(vm.new_type_error("_apply() takes at least 1 argument (0 given)")),
    }
}

/// `_inplacevar_(operator, n, x)`: only `+=` is supported, and that is compiled to `+`.
fn in_place(operator: PyObjectRef, _old: PyObjectRef, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let operator = text::text_of(vm, &operator)?.unwrap_or_default();
    Err(errors::framework_exception(vm, &format!("Operator '{operator}' is not supported")))
}

/// `_getattr_(x, name)`: reads of attributes that not all objects have that the machine gives them to.
fn late_attribute(object: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = text::text_of(vm, &name)?.unwrap_or_default();
    attributes::read(&object, vm.ctx.intern_str(name), vm)
}

/// `printed`, which has a print handler for its value that cannot be called.
fn printed(vm: &VirtualMachine) -> PyResult {
    Err(vm.new_attribute_error("PrintHandler instance has no __call__ method"))
}

fn is_writable(object: &PyObject, marker: &'static str, vm: &VirtualMachine) -> bool {
    let types = &vm.ctx.types;
    object.class().is(types.dict_type)
        || object.class().is(types.list_type)
        || object.get_attr("_guarded_writes", vm).is_ok()
        || object.class().as_object().get_attr(marker, vm).is_ok()
}

const REFUSED: &str = "attribute-less object (assign or del)";

fn guarded_setattr(object: PyObjectRef, name: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if !is_writable(&object, "__guarded_setattr__", vm) {
        return Err(vm.new_type_error(REFUSED));
    }
    dialect::get(vm, "setattr")?.call((object, name, value), vm)
}

fn guarded_delattr(object: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if !is_writable(&object, "__guarded_delattr__", vm) {
        return Err(vm.new_type_error(REFUSED));
    }
    dialect::get(vm, "delattr")?.call((object, name), vm)
}
