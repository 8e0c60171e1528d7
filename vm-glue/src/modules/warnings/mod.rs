//! The module `warnings` of Python 2.7: what is shown, ignored or raised.
//!
//! `warn` and `warn_explicit` look at the names that the module has at that time (`filters`, `defaultaction`,
//! `onceregistry`, `showwarning`): programs replace them.

mod filters;
mod recorded;

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyDictRef, PyList, PyModule, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Body, Function, Given, Home, PythonFunction, publish, with_defaults};
use super::receiver::global;
use crate::import;
use crate::modules;
use crate::runtime::{arguments, frames, text};

const NAMES: &[&str] =
    &["warn", "showwarning", "formatwarning", "filterwarnings", "simplefilter", "resetwarnings", "catch_warnings"];

const SHOWN: &[&str] = &["message", "category", "filename", "lineno", "file", "line"];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "formatwarning",
        &["message", "category", "filename", "lineno", "line"],
        &[Given::None],
        Body::Run(format),
    ),
    with_defaults("_show_warning", SHOWN, &[Given::None, Given::None], Body::Run(show)),
    with_defaults(
        "warnpy3k",
        &["message", "category", "stacklevel"],
        &[Given::None, Given::Int(1)],
        Body::Run(warn_py3k),
    ),
];

// ---- helpers -------------------------------------------------------------------------------------------------------

/// `format % values`.
fn percent(vm: &VirtualMachine, format: &str, values: Vec<PyObjectRef>) -> PyResult {
    vm._mod(vm.ctx.new_str(format).as_object(), vm.ctx.new_tuple(values).as_object())
}

fn warning_class(vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.exceptions.warning.to_owned().into()
}

/// A name of the module, as it is now; None if somebody took it away.
fn current(vm: &VirtualMachine, name: &'static str) -> PyResult<Option<PyObjectRef>> {
    match import::modules(vm)?.get_item_opt("warnings", vm)? {
        Some(module) => vm.get_attribute_opt(&module, name),
        None => Ok(None),
    }
}

// ---- what is done with a warning -----------------------------------------------------------------------------------

/// Whether an expression of a filter fits; None fits all.
fn fits(expression: &PyObject, text: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    if vm.is_none(expression) {
        return Ok(true);
    }
    vm.call_method(expression, "match", (text.clone(),))?.try_to_bool(vm)
}

/// A warning with its place.
struct Place {
    category: PyObjectRef,
    text: PyObjectRef,
    module: PyObjectRef,
    line: PyObjectRef,
}

/// What the filters say: the action, and the filter that said it.
fn action_for(place: &Place, home: &Home, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let filters = match current(vm, "filters")? {
        Some(filters) => filters,
        // The list that the module was made with.
        None => home.defaults.first().cloned().unwrap_or_else(|| vm.ctx.new_list(Vec::new()).into()),
    };
    let Some(filters) = filters.downcast_ref::<PyList>() else {
        return Err(vm.new_value_error("_warnings.filters must be a list"));
    };
    let line: i64 = place.line.clone().try_to_value(vm)?;
    let mut at = 0;
    loop {
        let item = filters.borrow_vec().get(at).cloned();
        let Some(item) = item else { break };
        let parts = item.downcast_ref::<PyTuple>().map(|item| item.as_slice().to_vec());
        let Some([action, message, category, module, number]) = parts.as_deref() else {
            return Err(vm.new_value_error(format!("_warnings.filters item {at} isn't a 5-tuple")));
        };
        let good_message = fits(message, &place.text, vm)?;
        let good_module = fits(module, &place.module, vm)?;
        let good_category = place.category.is_subclass(category, vm)?;
        let number: i64 = number.clone().try_to_value(vm)?;
        if good_category && good_message && good_module && (number == 0 || number == line) {
            return Ok((action.clone(), item));
        }
        at += 1;
    }
    match current(vm, "defaultaction")?.or_else(|| home.defaults.get(1).cloned()) {
        Some(action) => Ok((action, vm.ctx.none())),
        None => Err(vm.new_value_error("warnings.defaultaction not found")),
    }
}

/// Whether a registry has the key; it has it from now on, if that is wanted.
fn noted(registry: &Py<PyDict>, key: Vec<PyObjectRef>, note: bool, vm: &VirtualMachine) -> PyResult<bool> {
    let key = vm.ctx.new_tuple(key);
    if let Some(known) = registry.get_item_opt(key.as_object(), vm)?
        && known.try_to_bool(vm)?
    {
        return Ok(true);
    }
    if note {
        registry.set_item(key.as_object(), vm.ctx.new_bool(true).into(), vm)?;
    }
    Ok(false)
}

/// `stem` of a file's name: what a module is called when nothing else is known.
fn module_of(file: &PyObject, vm: &VirtualMachine) -> PyResult {
    let name = text::str_of(vm, file)?;
    Ok(match name.strip_suffix(b".py") {
        _ if name.is_empty() => vm.ctx.new_str("<unknown>").into(),
        Some(stem) => text::new_str(vm, stem),
        None => file.to_owned(),
    })
}

/// Where a warning is given, and what was given there before.
struct Origin {
    file: PyObjectRef,
    line: PyObjectRef,
    module: Option<PyObjectRef>,
    registry: Option<PyDictRef>,
}

fn warn_at(
    message: PyObjectRef,
    category: PyObjectRef,
    origin: Origin,
    home: &Home,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Origin { file, line, module, registry } = origin;
    let module = module.map_or_else(|| module_of(&file, vm), Ok)?;
    let (text, category, message) = if message.is_instance(&warning_class(vm), vm)? {
        (text::stringified(vm, &message)?, message.class().to_owned().into(), message)
    } else {
        (message.clone(), category.clone(), category.call((message,), vm)?)
    };
    let key = |extra: Option<PyObjectRef>| [text.clone(), category.clone()].into_iter().chain(extra).collect();
    if let Some(registry) = &registry
        && noted(registry, key(Some(line.clone())), false, vm)?
    {
        return Ok(());
    }
    let place = Place { category: category.clone(), text: text.clone(), module, line: line.clone() };
    let (action, item) = action_for(&place, home, vm)?;
    let action = text::str_of(vm, &action)?;
    if action == b"error" {
        return Err(message
            .downcast::<rustpython_vm::builtins::PyBaseException>()
            .map_err(|_| vm.new_type_error("exceptions must be old-style classes or derived from BaseException"))?);
    }
    if action != b"always" {
        if let Some(registry) = &registry {
            noted(registry, key(Some(line.clone())), true, vm)?;
        }
        let known = match action.as_slice() {
            b"ignore" => return Ok(()),
            b"default" => false,
            b"once" => {
                let registry = match registry {
                    Some(registry) => Some(registry),
                    None => {
                        let registry = current(vm, "onceregistry")?.or_else(|| home.defaults.get(2).cloned());
                        let registry = registry.map(|registry| registry.downcast::<PyDict>()).transpose();
                        registry.map_err(|_| vm.new_type_error("warnings.onceregistry must be a dict"))?
                    }
                };
                registry.map_or(Ok(false), |registry| noted(&registry, key(None), true, vm))?
            }
            b"module" => registry.map_or(Ok(false), |registry| noted(&registry, key(None), true, vm))?,
            other => {
                let shown = text::str_of(vm, &item)?;
                let message = format!(
                    "Unrecognized action ({}) in warnings.filters:\n {}",
                    text::widen(other),
                    text::widen(&shown)
                );
                return Err(vm.new_runtime_error(message));
            }
        };
        if known {
            return Ok(());
        }
    }
    let Some(function) = current(vm, "showwarning")? else {
        return show_plainly(&[message, category, file, line], home, vm);
    };
    if !is_function(&function, vm) {
        return Err(vm.new_type_error("warnings.showwarning() must be set to a function or method"));
    }
    function.call((message, category, file, line), vm).map(drop)
}

/// Functions and methods, whoever made them.
fn is_function(object: &PyObject, vm: &VirtualMachine) -> bool {
    let class = object.class();
    let types = &vm.ctx.types;
    class.is(types.function_type)
        || class.is(types.bound_method_type)
        || class.is(types.builtin_function_or_method_type)
        || object.downcast_ref::<PythonFunction>().is_some()
}

/// Where the module has lost its `showwarning`.
fn show_plainly(values: &[PyObjectRef], home: &Home, vm: &VirtualMachine) -> PyResult<()> {
    let mut all = values.to_vec();
    all.extend([vm.ctx.none(), vm.ctx.none()]);
    show(home, &all, vm).map(drop)
}

/// The class that a warning has: its own, or the one given.
fn category_of(message: &PyObject, given: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let category = if message.is_instance(&warning_class(vm), vm)? {
        message.class().to_owned().into()
    } else {
        let none = given.filter(|category| !vm.is_none(category));
        none.unwrap_or_else(|| vm.ctx.exceptions.user_warning.to_owned().into())
    };
    if category.downcast_ref::<rustpython_vm::builtins::PyType>().is_none() {
        return Err(vm.new_type_error("issubclass() arg 1 must be a class"));
    }
    match category.is_subclass(&warning_class(vm), vm)? {
        true => Ok(category),
        false => Err(vm.new_value_error("category is not a subclass of Warning")),
    }
}

/// `warn(message, category=None, stacklevel=1)`: at the line of the caller, or of a caller further out.
fn warn(args: FuncArgs, home: &Home, vm: &VirtualMachine) -> PyResult<()> {
    let found = arguments::named(vm, "warn", args, &["message", "category", "stacklevel"], 1)?;
    let Ok([Some(message), category, level]) = <[Option<PyObjectRef>; 3]>::try_from(found) else { return Ok(()) };
    let level = level.map_or(Ok(1), |level| arguments::c_long(vm, &level))?;
    let category = category_of(&message, category, vm)?;
    warn_from(message, category, level, home, vm)
}

fn warn_from(
    message: PyObjectRef,
    category: PyObjectRef,
    level: isize,
    home: &Home,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let mut frame = frames::current(vm).ok();
    for _ in 1..level {
        frame = match frame {
            Some(frame) => frame.as_object().get_attr("f_back", vm)?.downcast().ok(),
            None => None,
        };
    }
    let (globals, line): (PyDictRef, PyObjectRef) = match &frame {
        Some(frame) => (frame.f_globals().to_owned(), frame.as_object().get_attr("f_lineno", vm)?),
        None => {
            let dict = import::sys(vm)?.dict().unwrap_or_else(|| vm.ctx.new_dict());
            (dict, vm.ctx.new_int(1).into())
        }
    };
    let registry = match globals.get_item_opt("__warningregistry__", vm)? {
        Some(known) => known.downcast::<PyDict>().ok(),
        None => {
            let made = vm.ctx.new_dict();
            globals.set_item("__warningregistry__", made.clone().into(), vm)?;
            Some(made)
        }
    };
    let module = globals.get_item_opt("__name__", vm)?.unwrap_or_else(|| vm.ctx.new_str("<string>").into());
    let file = file_of(&globals, &module, vm)?;
    let origin = Origin { file, line, module: Some(module), registry };
    warn_at(message, category, origin, home, vm)
}

/// The file of a module's source.
fn file_of(globals: &Py<PyDict>, module: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if let Some(file) = globals.get_item_opt("__file__", vm)?
        && let Some(name) = file.downcast_ref::<PyStr>()
    {
        let bytes = text::narrow(name.as_wtf8()).into_owned();
        let lower = bytes.to_ascii_lowercase();
        return Ok(match bytes.split_last() {
            Some((_, rest)) if lower.ends_with(b".pyc") || lower.ends_with(b".pyo") => text::new_str(vm, rest),
            _ => file.clone(),
        });
    }
    if text::bytes_of(module).as_deref() != Some(b"__main__") {
        return Ok(module.clone());
    }
    let argv = vm.get_attribute_opt(&*import::sys(vm)?, "argv")?;
    let first = argv.and_then(|argv| argv.downcast_ref::<PyList>().and_then(|argv| argv.borrow_vec().first().cloned()));
    match first {
        Some(first) if first.clone().try_to_bool(vm)? => Ok(first),
        _ => Ok(vm.ctx.new_str("__main__").into()),
    }
}

const EXPLICIT: &[&str] = &["message", "category", "filename", "lineno", "module", "registry", "module_globals"];

/// `warn_explicit(…)`: with the place given.
fn warn_explicit(args: FuncArgs, home: &Home, vm: &VirtualMachine) -> PyResult<()> {
    let found = arguments::named(vm, "warn_explicit", args, EXPLICIT, 4)?;
    let Ok([Some(message), Some(category), Some(file), Some(line), module, registry, _]) =
        <[Option<PyObjectRef>; 7]>::try_from(found)
    else {
        return Ok(());
    };
    if !text::is_basestring(&file) {
        let kind = crate::runtime::names::type_name_of(&file).into_owned();
        return Err(vm.new_type_error(format!("expected string or Unicode object, {kind} found")));
    }
    let line = vm.ctx.new_int(arguments::c_long(vm, &line)?).into();
    let registry = match registry.filter(|registry| !vm.is_none(registry)) {
        Some(registry) => {
            Some(registry.downcast::<PyDict>().map_err(|_| vm.new_type_error("'registry' must be a dict"))?)
        }
        None => None,
    };
    let module = module.filter(|module| !vm.is_none(module));
    warn_at(message, category, Origin { file, line, module, registry }, home, vm)
}

fn warn_py3k(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let asked = vm.get_attribute_opt(&*import::sys(vm)?, "py3kwarning")?;
    let [message, category, level] = values else { return Ok(vm.ctx.none()) };
    if asked.map_or(Ok(false), |asked| asked.try_to_bool(vm))? {
        let category = if vm.is_none(category) {
            vm.ctx.exceptions.deprecation_warning.to_owned().into()
        } else {
            category.clone()
        };
        warn_from(message.clone(), category, arguments::c_long(vm, level)?, home, vm)?;
    }
    Ok(vm.ctx.none())
}

// ---- texts ---------------------------------------------------------------------------------------------------------

/// `formatwarning(message, category, filename, lineno, line=None)`: the text, with the line of the source.
fn format(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [message, category, file, number, line] = values else { return Ok(vm.ctx.none()) };
    let message = match text::str_object(vm, message) {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.unicode_encode_error) => message.clone(),
        other => other?,
    };
    let mut shown = percent(vm, "%s: %s: %s\n", vec![number.clone(), category.get_attr("__name__", vm)?, message])?;
    let line = if vm.is_none(line) {
        let linecache = global(home, "linecache", vm)?;
        vm.call_method(&linecache, "getline", (file.clone(), number.clone()))?
    } else {
        line.clone()
    };
    if line.clone().try_to_bool(vm)? {
        let mut line = vm.call_method(&line, "strip", ())?;
        if text::is_unicode(&shown) && text::is_str(&line) {
            line = vm.call_method(&line, "decode", ("latin1",))?;
        }
        shown = vm._add(&shown, &*percent(vm, "  %s\n", vec![line])?)?;
    }
    let mut file = file.clone();
    if text::is_unicode(&shown) && text::is_str(&file) {
        let encoding = vm.call_method(&*import::sys(vm)?, "getfilesystemencoding", ())?;
        if encoding.clone().try_to_bool(vm)? {
            match vm.call_method(&file, "decode", (encoding,)) {
                Ok(decoded) => file = decoded,
                Err(error) if error.fast_isinstance(vm.ctx.exceptions.unicode_decode_error) => {}
                Err(error) => return Err(error),
            }
        }
    }
    percent(vm, "%s:%s", vec![file, shown])
}

/// Writes a warning to a file, sys.stderr unless another is given.
fn show(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [message, category, name, number, file, line] = values else { return Ok(vm.ctx.none()) };
    let file = if vm.is_none(file) { import::sys(vm)?.get_attr("stderr", vm)? } else { file.clone() };
    if vm.is_none(&file) {
        return Ok(vm.ctx.none());
    }
    let written = (|| {
        let function = match home.globals.get_item_opt("formatwarning", vm)? {
            Some(function) => function,
            None => return Ok(vm.ctx.none()),
        };
        let given = vec![message.clone(), category.clone(), name.clone(), number.clone(), line.clone()];
        let text = function.call(given, vm)?;
        vm.call_method(&file, "write", (text,))
    })();
    match written {
        // The file is no place to write to.
        Err(error) if is_of_file(&error, vm) => Ok(vm.ctx.none()),
        other => other.map(|_| vm.ctx.none()),
    }
}

fn is_of_file(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    let io = crate::runtime::dialect::builtins(vm).and_then(|names| names.get_item("IOError", vm));
    error.fast_isinstance(vm.ctx.exceptions.unicode_error)
        || io.is_ok_and(|io| error.as_object().is_instance(&io, vm).unwrap_or(false))
}

// ---- the module ----------------------------------------------------------------------------------------------------

fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let set = |name: &'static str, value: PyObjectRef| modules::set(vm, module, name, value);
    let zoo = &vm.ctx.exceptions;
    let ignored = [zoo.deprecation_warning, zoo.pending_deprecation_warning, zoo.import_warning, zoo.bytes_warning];
    let filter = |category: PyObjectRef| -> PyObjectRef {
        let (none, line) = (vm.ctx.none(), vm.ctx.new_int(0).into());
        vm.ctx.new_tuple(vec![vm.ctx.new_str("ignore").into(), none.clone(), category, none, line]).into()
    };
    let list = vm.ctx.new_list(ignored.into_iter().map(|category| filter(category.to_owned().into())).collect());
    let defaults: Vec<PyObjectRef> = vec![list.into(), vm.ctx.new_str("default").into(), vm.ctx.new_dict().into()];
    for (names, value) in [&["filters"][..], &["default_action", "defaultaction"], &["once_registry", "onceregistry"]]
        .iter()
        .zip(&defaults)
    {
        for name in *names {
            set(name, value.clone());
        }
    }
    let home = Arc::new(Home { globals: module.dict(), defaults });
    set("__doc__", vm.ctx.new_str("What is shown, ignored or raised of warnings.").into());
    set("__all__", vm.ctx.new_list(NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect()).into());
    for name in ["linecache", "types", "sys"] {
        set(name, import::module(vm, name)?);
    }
    let own = home.clone();
    set("warn", vm.new_function("warn", move |args: FuncArgs, vm: &VirtualMachine| warn(args, &own, vm)).into());
    let own = home.clone();
    let explicit = move |args: FuncArgs, vm: &VirtualMachine| warn_explicit(args, &own, vm);
    set("warn_explicit", vm.new_function("warn_explicit", explicit).into());
    publish(vm, module, &home, FUNCTIONS, "warnings");
    set("showwarning", global(&home, "_show_warning", vm)?);
    filters::fill(module, &home, vm)?;
    recorded::fill(module, &home, vm)?;
    let options = import::sys(vm)?.get_attr("warnoptions", vm)?;
    if options.length(vm)? > 0 {
        global(&home, "_processoptions", vm)?.call((options,), vm)?;
    }
    Ok(())
}

/// Makes the module `warnings`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "warnings");
    if let Err(error) = fill(&module, vm) {
        vm.print_exception(&error);
    }
    module
}
