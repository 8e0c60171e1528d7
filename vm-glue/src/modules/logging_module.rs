//! The module `_logging`: what every call of a logger passes through.
//!
//! `install(Logger)` gives the class the methods that ask whether a level is enabled, as most calls end there; `fill` the
//! attributes of a record; `write(stream, text)` sends a line the way `StreamHandler` does with either kind of string.

use std::cmp::Ordering;
use std::path::Path;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyModule, PyStr, PyTuple, PyType, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, TryFromObject, VirtualMachine};

use crate::clock;
use crate::modules;
use crate::runtime::text;

/// Methods that log at a level.
const LEVELS: &[(&str, i64)] =
    &[("debug", 10), ("info", 20), ("warning", 30), ("warn", 30), ("error", 40), ("critical", 50), ("fatal", 50)];
/// Loggers above each other, at most: a parent that is its own child must not hang the program.
const DEEPEST: usize = 1000;

/// The level of a logger or of the next one above that has a level.
fn effective_level(logger: &PyObject, vm: &VirtualMachine) -> PyResult {
    let mut current = logger.to_owned();
    for _ in 0..DEEPEST {
        let level = current.get_attr("level", vm)?;
        if level.clone().try_to_bool(vm)? {
            return Ok(level);
        }
        let parent = current.get_attr("parent", vm)?;
        if !parent.clone().try_to_bool(vm)? {
            break;
        }
        current = parent;
    }
    Ok(vm.ctx.new_int(0).into())
}

/// How two levels compare. Programs use numbers; anything else compares by its own rules.
fn compare(first: &PyObject, second: &PyObject, vm: &VirtualMachine) -> PyResult<Ordering> {
    if let (Ok(first), Ok(second)) =
        (first.to_owned().try_to_value::<i64>(vm), second.to_owned().try_to_value::<i64>(vm))
    {
        return Ok(first.cmp(&second));
    }
    let less = first.rich_compare_bool(second, rustpython_vm::types::PyComparisonOp::Lt, vm)?;
    Ok(if less { Ordering::Less } else { Ordering::Greater })
}

fn is_enabled(logger: &PyObject, level: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let disabled = logger.get_attr("manager", vm)?.get_attr("disable", vm)?;
    if compare(&disabled, level, vm)? != Ordering::Less {
        return Ok(false);
    }
    Ok(compare(level, &*vm.call_method(logger, "getEffectiveLevel", ())?, vm)? != Ordering::Less)
}

fn instance(vm: &VirtualMachine, args: &mut FuncArgs, name: &str) -> PyResult {
    args.take_positional().ok_or_else(|| {
        vm.new_type_error(format!("unbound method {name}() must be called with Logger instance as first argument"))
    })
}

/// `logger.debug(msg, *args, **kwargs)` and the like.
fn log(name: &str, level: i64, mut args: FuncArgs, enabled: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let logger = instance(vm, &mut args, name)?;
    let Some(message) = args.take_positional().or_else(|| args.take_keyword("msg")) else {
        return Err(vm.new_type_error(format!("{name}() takes at least 2 arguments (1 given)")));
    };
    let level: PyObjectRef = vm.ctx.new_int(level).into();
    let own = logger.class().get_attr(vm.ctx.intern_str("isEnabledFor"));
    let enabled = if own.is_some_and(|own| own.is(enabled)) {
        is_enabled(&logger, &level, vm)?
    } else {
        vm.call_method(&logger, "isEnabledFor", (level.clone(),))?.try_to_bool(vm)?
    };
    if !enabled {
        return Ok(());
    }
    let values = vm.ctx.new_tuple(args.args);
    let mut passed = FuncArgs::from(vec![level, message, values.into()]);
    passed.kwargs = args.kwargs;
    logger.get_attr("_log", vm)?.call(passed, vm)?;
    Ok(())
}

/// `install(Logger)`.
fn install(class: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let class: PyTypeRef = class.downcast::<PyType>().map_err(|_| vm.new_type_error("a class is needed"))?;
    // Descriptors of native methods hold their class as long as the program runs.
    let class: &'static Py<PyType> = Box::leak(Box::new(class));
    let set = |name: &'static str, method: PyObjectRef| class.set_attr(vm.ctx.intern_str(name), method);
    set(
        "getEffectiveLevel",
        vm.new_method("getEffectiveLevel", class, |logger: PyObjectRef, vm: &VirtualMachine| {
            effective_level(&logger, vm)
        })
        .into(),
    );
    let enabled: PyObjectRef = vm
        .new_method("isEnabledFor", class, |logger: PyObjectRef, level: PyObjectRef, vm: &VirtualMachine| {
            is_enabled(&logger, &level, vm)
        })
        .into();
    set("isEnabledFor", enabled.clone());
    for &(name, level) in LEVELS {
        let enabled = enabled.clone();
        let method =
            move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> { log(name, level, args, &enabled, vm) };
        set(name, vm.new_method(name, class, method).into());
    }
    class.modified();
    Ok(())
}

/// A single mapping among the arguments of a message gives its values by name.
fn message_values(args: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(tuple) = args.downcast_ref::<PyTuple>() else { return Ok(args) };
    let [only] = tuple.as_slice() else { return Ok(args) };
    let is_mapping = only.downcast_ref::<PyDict>().is_some()
        || only.class().get_attr(vm.ctx.intern_str("keys")).is_some()
            && only.class().get_attr(vm.ctx.intern_str("__getitem__")).is_some();
    if is_mapping && only.clone().try_to_bool(vm)? { Ok(only.clone()) } else { Ok(args) }
}

/// `fill(dict, name, level, levelname, pathname, lineno, msg, args, exc_info, func, start)`.
fn fill(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Ok([dict, name, level, level_name, path, line, message, values, exc_info, function, start]) =
        <[PyObjectRef; 11]>::try_from(args.args)
    else {
        return Err(vm.new_type_error("fill() takes exactly 11 arguments"));
    };
    let Some(dict) = dict.downcast_ref::<PyDict>() else { return Err(vm.new_type_error("a dict is needed")) };
    let (file, module) = match text::bytes_of(&path) {
        Some(bytes) => {
            let shown = text::widen(&bytes).into_owned();
            let file = shown.rsplit('/').next().unwrap_or_default().to_owned();
            let stem = Path::new(&file).file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
            let narrow = |part: String| text::new_str(vm, &part.chars().map(|c| c as u8).collect::<Vec<u8>>());
            (narrow(file), narrow(stem))
        }
        None => (path.clone(), vm.ctx.new_str("Unknown module").into()),
    };
    let now = clock::seconds();
    let start = f64::try_from_object(vm, start).unwrap_or(now);
    let float = |value: f64| -> PyObjectRef { vm.ctx.new_float(value).into() };
    let attributes: [(&str, PyObjectRef); 15] = [
        ("name", name),
        ("msg", message),
        ("args", message_values(values, vm)?),
        ("levelname", level_name),
        ("levelno", level),
        ("pathname", path),
        ("filename", file),
        ("module", module),
        ("exc_info", exc_info),
        ("exc_text", vm.ctx.none()),
        ("lineno", line),
        ("funcName", function),
        ("created", float(now)),
        ("msecs", float(now.fract() * 1000.0)),
        ("relativeCreated", float((now - start) * 1000.0)),
    ];
    for (name, value) in attributes {
        dict.set_item(name, value, vm)?;
    }
    Ok(())
}

fn is_unicode_error(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    error.fast_isinstance(vm.ctx.exceptions.unicode_error)
}

/// `write(stream, text)`: the text as a line.
fn write(stream: PyObjectRef, message: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let put = |line: PyObjectRef| vm.call_method(&stream, "write", (line,)).map(|_| ());
    if !text::is_unicode(&message) {
        let mut line = text::str_of(vm, &message)?;
        line.push(b'\n');
        return put(text::new_str(vm, &line));
    }
    let Some(content) = message.downcast_ref::<PyStr>() else { return Ok(()) };
    let mut line = content.as_wtf8().to_owned();
    line.push_str("\n");
    let utf8 = line.as_bytes().to_vec();
    let line = text::new_unicode_buf(vm, line);
    let encoding = vm.get_attribute_opt(&stream, "encoding")?.filter(|encoding| !vm.is_none(encoding));
    let written = match encoding {
        Some(encoding) => match put(line.clone()) {
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.unicode_encode_error) => {
                vm.call_method(&line, "encode", (encoding,)).and_then(put)
            }
            other => other,
        },
        None => put(line),
    };
    match written {
        Err(error) if is_unicode_error(&error, vm) => put(text::new_str(vm, &utf8)),
        other => other,
    }
}

/// Makes the module `_logging`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_logging");
    modules::set_function(vm, &module, "install", install);
    modules::set_function(vm, &module, "fill", fill);
    modules::set_function(vm, &module, "write", write);
    module
}
