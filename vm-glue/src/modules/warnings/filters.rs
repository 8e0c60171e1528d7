//! Filters of warnings: functions that add them, and the options that say the same.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyList, PyModule, PyType};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{percent, warning_class};
use crate::import;
use crate::modules;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, publish, with_defaults};
use crate::modules::receiver::global;
use crate::runtime::{dialect, text};

const ACTIONS: &[&str] = &["error", "ignore", "always", "default", "module", "once"];
/// What an option may abbreviate, in the order in which it is looked for.
const ABBREVIATED: &[&str] = &["default", "always", "ignore", "module", "once", "error"];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "filterwarnings",
        &["action", "message", "category", "module", "lineno", "append"],
        &[Given::Text(""), Given::None, Given::Text(""), Given::Int(0), Given::Int(0)],
        Body::Run(filter_warnings),
    ),
    with_defaults(
        "simplefilter",
        &["action", "category", "lineno", "append"],
        &[Given::None, Given::Int(0), Given::Int(0)],
        Body::Run(simple_filter),
    ),
    function(
        "resetwarnings",
        &[],
        Body::Run(|home, _, vm| {
            list(home, vm)?.borrow_vec_mut().clear();
            Ok(vm.ctx.none())
        }),
    ),
    function("_processoptions", &["args"], Body::Run(process_options)),
    function("_setoption", &["arg"], Body::Run(set_option)),
    function("_getaction", &["action"], Body::Run(get_action)),
    function("_getcategory", &["category"], Body::Run(get_category)),
];

fn list(home: &Home, vm: &VirtualMachine) -> PyResult<rustpython_vm::PyRef<PyList>> {
    global(home, "filters", vm)?.downcast().map_err(|_| vm.new_type_error("warnings.filters must be a list"))
}

fn asserted(vm: &VirtualMachine, truth: bool, message: impl FnOnce() -> String) -> PyResult<()> {
    if truth {
        return Ok(());
    }
    Err(vm.new_exception_msg(vm.ctx.exceptions.assertion_error.to_owned(), message().into()))
}

fn check_action(action: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let known = text::bytes_of(action).is_some_and(|action| ACTIONS.iter().any(|known| known.as_bytes() == action));
    let shown = text::repr_of(vm, action)?;
    asserted(vm, known, || format!("invalid action: {}", text::widen(&shown)))
}

fn check_line(line: &PyObject, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let number =
        line.downcast_ref::<PyInt>().filter(|number| number.as_bigint().sign() != malachite_bigint::Sign::Minus);
    asserted(vm, number.is_some(), || "lineno must be an int >= 0".to_owned())?;
    Ok(line.to_owned())
}

fn add(home: &Home, item: Vec<PyObjectRef>, append: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let append = append.clone().try_to_bool(vm)?;
    let item: PyObjectRef = vm.ctx.new_tuple(item).into();
    let filters = list(home, vm)?;
    let mut filters = filters.borrow_vec_mut();
    if append {
        filters.push(item);
    } else {
        filters.insert(0, item);
    }
    Ok(vm.ctx.none())
}

/// The category; left out, it is `Warning`.
fn category_or_all(given: &PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    if vm.is_none(given) { warning_class(vm) } else { given.clone() }
}

/// `filterwarnings(action, message="", category=Warning, module="", lineno=0, append=0)`.
fn filter_warnings(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [action, message, category, module, line, append] = values else { return Ok(vm.ctx.none()) };
    let category = category_or_all(category, vm);
    check_action(action, vm)?;
    asserted(vm, text::is_basestring(message), || "message must be a string".to_owned())?;
    asserted(vm, category.downcast_ref::<PyType>().is_some(), || "category must be a class".to_owned())?;
    let is_warning = category.is_subclass(&warning_class(vm), vm)?;
    asserted(vm, is_warning, || "category must be a Warning subclass".to_owned())?;
    asserted(vm, text::is_basestring(module), || "module must be a string".to_owned())?;
    let line = check_line(line, vm)?;
    let re = import::module(vm, "re")?;
    let message = vm.call_method(&re, "compile", (message.clone(), re.get_attr("I", vm)?))?;
    let module = vm.call_method(&re, "compile", (module.clone(),))?;
    add(home, vec![action.clone(), message, category, module, line], append, vm)
}

/// `simplefilter(action, category=Warning, lineno=0, append=0)`.
fn simple_filter(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [action, category, line, append] = values else { return Ok(vm.ctx.none()) };
    check_action(action, vm)?;
    let line = check_line(line, vm)?;
    let item = vec![action.clone(), vm.ctx.none(), category_or_all(category, vm), vm.ctx.none(), line];
    add(home, item, append, vm)
}

// ---- options -------------------------------------------------------------------------------------------------------

/// An `_OptionError`.
fn refused(home: &Home, format: &str, values: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let made = percent(vm, format, values)
        .and_then(|message| global(home, "_OptionError", vm)?.call((message,), vm))
        .map(|error| error.downcast::<rustpython_vm::builtins::PyBaseException>());
    match made {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_type_error("_OptionError is no exception"),
        Err(error) => error,
    }
}

fn process_options(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(options) = values.first() else { return Ok(vm.ctx.none()) };
    for option in vm.extract_elements_with(options, Ok)? {
        let Err(error) = global(home, "_setoption", vm)?.call((option,), vm) else { continue };
        if !error.as_object().is_instance(&*global(home, "_OptionError", vm)?, vm)? {
            return Err(error);
        }
        let mut line = b"Invalid -W option ignored: ".to_vec();
        line.extend(text::str_of(vm, error.as_object())?);
        line.push(b'\n');
        let stderr = import::sys(vm)?.get_attr("stderr", vm)?;
        vm.call_method(&stderr, "write", (text::new_str(vm, &line),))?;
    }
    Ok(vm.ctx.none())
}

/// `_setoption("action:message:category:module:line")`.
fn set_option(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(option) = values.first() else { return Ok(vm.ctx.none()) };
    let text = text::str_of(vm, option)?;
    let mut parts: Vec<Vec<u8>> = text.split(|byte| *byte == b':').map(|part| part.trim_ascii().to_vec()).collect();
    if parts.len() > 5 {
        return Err(refused(home, "too many fields (max 5): %r", vec![option.clone()], vm));
    }
    parts.resize(5, Vec::new());
    let objects: Vec<PyObjectRef> = parts.iter().map(|part| text::new_str(vm, part)).collect();
    let [action, message, category, module, line] = objects.as_slice() else { return Ok(vm.ctx.none()) };
    let action = global(home, "_getaction", vm)?.call((action.clone(),), vm)?;
    let re = import::module(vm, "re")?;
    let message = vm.call_method(&re, "escape", (message.clone(),))?;
    let category = global(home, "_getcategory", vm)?.call((category.clone(),), vm)?;
    let mut module = vm.call_method(&re, "escape", (module.clone(),))?;
    if module.clone().try_to_bool(vm)? {
        module = vm._add(&module, vm.ctx.new_str("$").as_object())?;
    }
    let number: u32 = match parts.last().map(|part| String::from_utf8_lossy(part).into_owned()) {
        Some(number) if !number.is_empty() => match number.parse() {
            Ok(number) => number,
            Err(_) => return Err(refused(home, "invalid lineno %r", vec![line.clone()], vm)),
        },
        _ => 0,
    };
    let number = vm.ctx.new_int(number);
    global(home, "filterwarnings", vm)?.call((action, message, category, module, number), vm)
}

fn get_action(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(action) = values.first() else { return Ok(vm.ctx.none()) };
    let wanted = text::str_of(vm, action)?;
    let found = match wanted.as_slice() {
        b"" => Some("default"),
        b"all" => Some("always"),
        start => ABBREVIATED.iter().copied().find(|known| known.as_bytes().starts_with(start)),
    };
    match found {
        Some(found) => Ok(vm.ctx.new_str(found).into()),
        None => Err(refused(home, "invalid action: %r", vec![action.clone()], vm)),
    }
}

fn get_category(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(given) = values.first() else { return Ok(vm.ctx.none()) };
    let name = text::widen(&text::str_of(vm, given)?).into_owned();
    if name.is_empty() {
        return Ok(warning_class(vm));
    }
    let unknown = |_| refused(home, "unknown warning category: %r", vec![given.clone()], vm);
    let found = match name.rsplit_once('.') {
        None => dialect::builtins(vm)?.as_object().get_item(vm.ctx.new_str(name).as_object(), vm).map_err(unknown)?,
        Some((module, class)) => {
            let class = vm.ctx.new_str(class);
            let wanted: PyObjectRef = vm.ctx.new_list(vec![class.clone().into()]).into();
            match import::import_level(vm, module, None, Some(wanted), 0) {
                Ok(module) => module.get_attr(&class, vm).map_err(unknown)?,
                Err(error) if error.fast_isinstance(vm.ctx.exceptions.import_error) => {
                    return Err(refused(home, "invalid module name: %r", vec![vm.ctx.new_str(module).into()], vm));
                }
                Err(error) => return Err(error),
            }
        }
    };
    if found.is_subclass(&warning_class(vm), vm)? {
        Ok(found)
    } else {
        Err(refused(home, "invalid warning category: %r", vec![given.clone()], vm))
    }
}

/// Puts the functions into the module.
pub fn fill(module: &Py<PyModule>, home: &Arc<Home>, vm: &VirtualMachine) -> PyResult<()> {
    let error = Class {
        name: "_OptionError",
        module: "warnings",
        bases: vec![vm.ctx.exceptions.exception_type.to_owned().into()],
        functions: &[],
        values: Vec::new(),
        doc: Some("A filter given as an option that says nothing."),
    };
    modules::set(vm, module, "_OptionError", error.make(home, true, vm)?);
    publish(vm, module, home, FUNCTIONS, "warnings");
    Ok(())
}
