//! The module `cerealizer`: packed values as plug-ins make them themselves, with instances of classes that they
//! register (`spec/messaging-services.md` §1).

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::kit_call::buffer_argument;
use crate::pack::InstanceCodec;
use crate::{libraries, pack};

/// Classes by the names that their instances are packed under.
static REGISTERED: LazyLock<Mutex<HashMap<String, PyObjectRef>>> = LazyLock::new(Mutex::default);

/// Instances of registered classes.
pub static CODEC: InstanceCodec = InstanceCodec { state_of, restore };

fn class_path(vm: &VirtualMachine, class: &PyObject) -> PyResult<String> {
    let name = text::unicode_of(vm, &*class.get_attr("__name__", vm)?)?;
    match vm.get_attribute_opt(class, "__module__")? {
        Some(module) => {
            let module = text::unicode_of(vm, &module)?;
            Ok(if module == "__builtin__" { name } else { format!("{module}.{name}") })
        }
        None => Ok(name),
    }
}

fn state_of(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<(String, PyObjectRef)>> {
    if REGISTERED.lock().is_empty() {
        return Ok(None);
    }
    let class = value.class().to_owned();
    let found = REGISTERED.lock().iter().find(|(_, known)| known.is(&class)).map(|(name, _)| name.clone());
    let Some(name) = found else { return Ok(None) };
    let state = match vm.get_attribute_opt(value, "__getstate__")? {
        Some(function) => function.call((), vm).ok(),
        None => None,
    };
    let state = match state {
        Some(state) if !vm.is_none(&state) => state,
        _ => value.get_attr("__dict__", vm)?,
    };
    Ok(Some((name, state)))
}

fn restore(vm: &VirtualMachine, name: &str, state: PyObjectRef) -> PyResult<Option<PyObjectRef>> {
    let Some(class) = REGISTERED.lock().get(name).cloned() else { return Ok(None) };
    let made = class.get_attr("__new__", vm)?.call((class.clone(),), vm)?;
    match vm.get_attribute_opt(&class, "__setstate__")? {
        Some(function) => {
            function.call((made.clone(), state), vm)?;
        }
        None => {
            let dict = made.get_attr("__dict__", vm)?;
            vm.call_method(&dict, "update", (state,))?;
        }
    }
    Ok(Some(made))
}

/// `register(class, handler=None, classname=None)`.
fn register(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(class) = args.args.first().or_else(|| args.kwargs.get("Class")).cloned() else {
        return Err(vm.new_type_error("register() takes at least 1 argument (0 given)"));
    };
    let handler = args.args.get(1).or_else(|| args.kwargs.get("handler"));
    if handler.is_some_and(|handler| !vm.is_none(handler)) {
        return Err(vm.new_not_implemented_error("cerealizer: handlers of one's own are not available"));
    }
    let name = args.args.get(2).or_else(|| args.kwargs.get("classname")).filter(|name| !vm.is_none(name));
    let name = match name {
        Some(name) => text::unicode_of(vm, name)?,
        None => class_path(vm, &class)?,
    };
    REGISTERED.lock().insert(name, class);
    Ok(())
}

/// `register_alias(class, alias)`: the class goes by another name too.
fn register_alias(class: PyObjectRef, alias: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let alias = text::unicode_of(vm, &alias)?;
    REGISTERED.lock().insert(alias, class);
    Ok(())
}

fn dumps(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(value) = args.args.first() else {
        return Err(vm.new_type_error("dumps() takes at least 1 argument (0 given)"));
    };
    Ok(text::new_str(vm, &pack::dumps(vm, value)?))
}

fn loads(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(data) = args.args.first() else {
        return Err(vm.new_type_error("loads() takes at least 1 argument (0 given)"));
    };
    pack::loads(vm, &buffer_argument(vm, "loads", data)?)
}

fn dump(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [value, file, ..] = args.args.as_slice() else {
        return Err(vm.new_type_error(format!("dump() takes at least 2 arguments ({} given)", args.args.len())));
    };
    vm.call_method(file, "write", (text::new_str(vm, &pack::dumps(vm, value)?),))
}

fn load(file: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let data = vm.call_method(&file, "read", ())?;
    pack::loads(vm, &buffer_argument(vm, "loads", data.as_object())?)
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let error = vm.ctx.new_exception_type("cerealizer", "CerealizerError", None);
    let parts: Vec<(&'static str, PyObjectRef)> = vec![
        ("CerealizerError", error.into()),
        ("dump", vm.new_function("dump", dump).into()),
        ("dumps", vm.new_function("dumps", dumps).into()),
        ("freeze_configuration", vm.new_function("freeze_configuration", || ()).into()),
        ("load", vm.new_function("load", load).into()),
        ("loads", vm.new_function("loads", loads).into()),
        ("register", vm.new_function("register", register).into()),
        ("register_alias", vm.new_function("register_alias", register_alias).into()),
    ];
    libraries::make_module(vm, "cerealizer", parts)
}
