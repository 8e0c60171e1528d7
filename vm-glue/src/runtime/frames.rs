//! The running frame: names that are looked up at run time, `locals()`, `globals()`.

use rustpython_vm::builtins::{PyDict, PyDictRef, PyIntRef, PyModule, PyStr, PyStrRef};
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::frame::FrameObjectRef;
use rustpython_vm::function::ArgMapping;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::namespaces::Namespace;
use super::{dialect, intrinsics, numbers};

/// The frame of the Python code that called the native function.
pub fn current(vm: &VirtualMachine) -> PyResult<FrameObjectRef> {
    vm.current_frame().ok_or_else(|| vm.new_system_error("no Python frame"))
}

/// The frame's builtins as a dict; for a frame of the machine's own library those of Python 2.
pub fn builtins_of(frame: &FrameObjectRef, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let builtins = frame.f_builtins();
    let own = match builtins.downcast::<PyDict>() {
        Ok(dict) => Some(dict),
        Err(other) => other.downcast::<PyModule>().ok().map(|module| module.dict()),
    };
    match own {
        Some(own) if own.contains_key(intrinsics::EXEC, vm) => Ok(own),
        _ => dialect::builtins(vm),
    }
}

/// Is it the frame of a function, whose variables are no mapping?
pub fn is_function(frame: &FrameObjectRef) -> bool {
    frame.f_code().flags.contains(CodeFlags::OPTIMIZED)
}

/// The frame's variables as something that code can run in: changes of a function's variables take effect.
pub fn namespace(frame: &FrameObjectRef, vm: &VirtualMachine) -> PyResult {
    if is_function(frame) {
        return frame.f_locals(vm);
    }
    // Not `f_locals`: during a comprehension that would be a stand-in with the comprehension's own variables.
    Ok(Namespace::inside(frame.iframe().locals.clone_mapping(vm).into()))
}

/// Is this what [`namespace`] gives for a function?
pub fn is_namespace(object: &PyObject) -> bool {
    object.downcast_ref::<PyDict>().is_none()
        && object.class().slot_name().rsplit('.').next() == Some("FrameLocalsProxy")
}

/// `locals()` where `exec` is to run in it: `function` is what that name means.
fn namespace_for_exec(function: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let builtin = dialect::builtins(vm)?.get_item_opt("locals", vm)?;
    if builtin.is_some_and(|builtin| builtin.is(&function)) {
        namespace(&current(vm)?, vm)
    } else {
        function.call((), vm)
    }
}

/// `locals()`: the namespace itself, or a copy of a function's variables.
pub fn locals(frame: &FrameObjectRef, vm: &VirtualMachine) -> PyResult {
    let locals = Namespace::inside(frame.locals(vm)?.into());
    if !is_function(frame) {
        return Ok(locals);
    }
    let Some(dict) = locals.downcast_ref::<PyDict>() else { return Ok(locals) };
    let hidden: Vec<PyObjectRef> = dict
        .keys_vec()
        .into_iter()
        .filter(|name| name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes().first() == Some(&b'<')))
        .collect();
    for name in hidden {
        dict.del_item(&*name, vm)?;
    }
    Ok(locals)
}

fn lookup(mapping: &PyObjectRef, name: &PyStrRef, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if let Some(dict) = mapping.downcast_ref_if_exact::<PyDict>(vm) {
        return dict.get_item_opt(&**name, vm);
    }
    match mapping.get_item(&**name, vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A name as `LOAD_NAME` finds it.
fn load_name(name: PyStrRef, vm: &VirtualMachine) -> PyResult {
    let frame = current(vm)?;
    if let Some(value) = lookup(&namespace(&frame, vm)?, &name, vm)? {
        return Ok(value);
    }
    if let Some(value) = frame.f_globals().get_item_opt(&*name, vm)? {
        return Ok(value);
    }
    if let Some(value) = builtins_of(&frame, vm)?.get_item_opt(&*name, vm)? {
        return Ok(value);
    }
    Err(vm.new_name_error(format!("name '{name}' is not defined"), name))
}

/// Stores a name in the frame's namespace.
fn store_name(name: PyStrRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let frame = current(vm)?;
    namespace(&frame, vm)?.set_item(&*name, value, vm)?;
    Ok(true)
}

/// A mapping for code to run in.
pub fn mapping(object: PyObjectRef) -> ArgMapping {
    ArgMapping::new(object)
}

/// Registers the intrinsics and the builtins.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(vm, intrinsics::LOAD_NAME, load_name)?;
    intrinsics::add(vm, intrinsics::STORE_NAME, store_name)?;
    intrinsics::add(vm, intrinsics::NAMESPACE, namespace_for_exec)?;
    intrinsics::add(vm, intrinsics::SAME, |value: PyObjectRef| value)?;
    intrinsics::add(vm, intrinsics::LONG, |value: PyIntRef, vm: &VirtualMachine| {
        numbers::new_long(vm, value.as_bigint().clone())
    })?;
    let frame = vm.ctx.types.frame_type;
    for name in ["f_exc_type", "f_exc_value", "f_exc_traceback"] {
        let getter = vm.ctx.new_readonly_getset(name, frame, |_: PyObjectRef, vm: &VirtualMachine| vm.ctx.none());
        frame.set_attr(vm.ctx.intern_str(name), getter.into());
    }
    let restricted = vm.ctx.new_readonly_getset("f_restricted", frame, |_: PyObjectRef| false);
    frame.set_attr(vm.ctx.intern_str("f_restricted"), restricted.into());
    dialect::set_function(vm, "locals", |vm: &VirtualMachine| locals(&current(vm)?, vm))?;
    dialect::set_function(vm, "globals", |vm: &VirtualMachine| -> PyResult { Ok(current(vm)?.f_globals().into()) })
}
