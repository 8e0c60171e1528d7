//! `Core.log`: the plug-in's log as a logger of the `logging` module's kind, with the handler that writes the file.

use std::sync::Arc;

use parking_lot::Mutex;
use reprise_bundles::LogLevel;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::{handling, text, traceback};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::component::{Member, Table, component, function, open, path_text, setting, value};
use crate::logkit::format_line;
use crate::objects::signature::Parameter;
use crate::sandbox::Sandbox;
use crate::thread_stacks;

/// `Core.log`.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &LOGGER))
}

/// What lines give for the place they come from.
const MODULE: &str = "core";

static LOGGER: Table = Table { path: "logging.Logger", members: LOGGER_MEMBERS };

const HANDLER: &[Parameter] = &[Parameter::required("hdlr")];
const LEVEL: &[Parameter] = &[Parameter::required("level")];

static LOGGER_MEMBERS: &[Member] = &[
    value("name", |vm, sandbox| Ok(text::native(vm, &sandbox.plugin.bundle.identifier))),
    open("debug", |vm, sandbox, args| line(vm, sandbox, LogLevel::Debug, "debug", args)),
    open("info", |vm, sandbox, args| line(vm, sandbox, LogLevel::Info, "info", args)),
    open("warn", |vm, sandbox, args| line(vm, sandbox, LogLevel::Warning, "warn", args)),
    open("warning", |vm, sandbox, args| line(vm, sandbox, LogLevel::Warning, "warning", args)),
    open("error", |vm, sandbox, args| line(vm, sandbox, LogLevel::Error, "error", args)),
    open("critical", |vm, sandbox, args| line(vm, sandbox, LogLevel::Critical, "critical", args)),
    open("fatal", |vm, sandbox, args| line(vm, sandbox, LogLevel::Critical, "fatal", args)),
    open("exception", |vm, sandbox, args| {
        let message = formatted(vm, "exception", &args)?;
        write(vm, sandbox, LogLevel::Error, &format!("{message}\n{}", whole_traceback(vm)))
    }),
    open("log", |vm, sandbox, mut args| {
        let Some(level) = args.take_positional_keyword("level") else { return Err(too_few("log", vm)) };
        line(vm, sandbox, level_of(vm, &level)?, "log", args)
    }),
    setting(
        "level",
        |vm, sandbox| Ok(vm.ctx.new_int(number(sandbox.plugin.log.level())).into()),
        |vm, sandbox, level| {
            sandbox.plugin.log.set_level(level_of(vm, &level)?);
            Ok(())
        },
    ),
    function("setLevel", LEVEL, |vm, sandbox, bound| {
        sandbox.plugin.log.set_level(level_of(vm, bound.get(0))?);
        Ok(vm.ctx.none())
    }),
    function("getEffectiveLevel", &[], |vm, sandbox, _| Ok(vm.ctx.new_int(number(sandbox.plugin.log.level())).into())),
    function("isEnabledFor", LEVEL, |vm, sandbox, bound| {
        let enabled = level_of(vm, bound.get(0))? <= sandbox.plugin.log.level();
        Ok(vm.ctx.new_bool(enabled).into())
    }),
    value("handlers", |vm, sandbox| {
        let mut all = vec![component(vm, sandbox, &FILE_HANDLER)];
        all.extend(sandbox.plugin.state::<Handlers>().added.lock().iter().cloned());
        Ok(vm.ctx.new_list(all).into())
    }),
    function("addHandler", HANDLER, |vm, sandbox, bound| {
        let state = sandbox.plugin.state::<Handlers>();
        let mut added = state.added.lock();
        if !added.iter().any(|known| known.is(bound.get(0))) {
            added.push(bound.get(0).to_owned());
        }
        Ok(vm.ctx.none())
    }),
    function("removeHandler", HANDLER, |vm, sandbox, bound| {
        sandbox.plugin.state::<Handlers>().added.lock().retain(|known| !known.is(bound.get(0)));
        Ok(vm.ctx.none())
    }),
];

/// The handlers that the plug-in added; they get the lines that are written through `Core.log`.
#[derive(Default)]
struct Handlers {
    added: Mutex<Vec<PyObjectRef>>,
}

/// The handler of the log file: loggers of libraries can be given it.
static FILE_HANDLER: Table = Table { path: "logging.handlers.RotatingFileHandler", members: FILE_HANDLER_MEMBERS };

static FILE_HANDLER_MEMBERS: &[Member] = &[
    value("baseFilename", |vm, sandbox| Ok(path_text(vm, sandbox.plugin.log.path()))),
    value("level", |vm, _| Ok(vm.ctx.new_int(0).into())),
    value("formatter", |vm, _| Ok(vm.ctx.none())),
    value("filters", |vm, _| Ok(vm.ctx.new_list(Vec::new()).into())),
    function("handle", RECORD, handle),
    function("emit", RECORD, handle),
    function("setLevel", LEVEL, |vm, _, _| Ok(vm.ctx.none())),
    function("setFormatter", &[Parameter::required("fmt")], |vm, _, _| Ok(vm.ctx.none())),
    function("addFilter", &[Parameter::required("filter")], |vm, _, _| Ok(vm.ctx.none())),
    function("acquire", &[], |vm, _, _| Ok(vm.ctx.none())),
    function("release", &[], |vm, _, _| Ok(vm.ctx.none())),
    function("flush", &[], |vm, _, _| Ok(vm.ctx.none())),
    function("close", &[], |vm, _, _| Ok(vm.ctx.none())),
];

const RECORD: &[Parameter] = &[Parameter::required("record")];

/// Writes a record of the `logging` module.
fn handle(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &crate::objects::signature::Bound) -> PyResult {
    let record = bound.get(0);
    let message = vm.call_method(record, "getMessage", ())?;
    let level = level_of(vm, &*record.get_attr("levelno", vm)?)?;
    let module = record.get_attr("module", vm).and_then(|name| text::unicode_of(vm, &name)).unwrap_or_default();
    let place = record.get_attr("lineno", vm).and_then(|line| line.try_into_value::<u32>(vm)).unwrap_or(0);
    sandbox.plugin.log.write(level, &module, place, &text::unicode_of(vm, &message)?);
    Ok(vm.ctx.none())
}

/// The numbers of `logging`.
fn number(level: LogLevel) -> i32 {
    match level {
        LogLevel::Debug => 10,
        LogLevel::Info => 20,
        LogLevel::Warning => 30,
        LogLevel::Error => 40,
        LogLevel::Critical => 50,
    }
}

/// A level by its number or its name.
fn level_of(vm: &VirtualMachine, level: &PyObject) -> PyResult<LogLevel> {
    if let Some(name) = text::text_of(vm, level)? {
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        return Ok(LogLevel::by_name(
            &first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect::<String>(),
        ));
    }
    let wanted: i32 = level.to_owned().try_into_value(vm)?;
    let all = [LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error];
    Ok(all.into_iter().find(|level| wanted <= number(*level)).unwrap_or(LogLevel::Critical))
}

fn too_few(function: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(format!("{function}() takes at least 2 arguments (1 given)"))
}

fn formatted(vm: &VirtualMachine, function: &str, args: &FuncArgs) -> PyResult<String> {
    match args.args.split_first() {
        Some((format, rest)) => format_line(vm, format, rest),
        None => Err(too_few(function, vm)),
    }
}

fn line(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, level: LogLevel, function: &str, args: FuncArgs) -> PyResult {
    let mut message = formatted(vm, function, &args)?;
    if let Some(wanted) = args.kwargs.get("exc_info")
        && wanted.clone().try_to_bool(vm)?
    {
        message.push('\n');
        message.push_str(&whole_traceback(vm));
    }
    write(vm, sandbox, level, &message)
}

fn write(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, level: LogLevel, message: &str) -> PyResult {
    sandbox.plugin.log.write(level, MODULE, 0, message);
    let added = sandbox.plugin.state::<Handlers>().added.lock().clone();
    if !added.is_empty() {
        let record = vm.ctx.new_dict();
        record.set_item("name", text::native(vm, &sandbox.plugin.bundle.identifier), vm)?;
        record.set_item("levelno", vm.ctx.new_int(number(level)).into(), vm)?;
        record.set_item("levelname", text::native(vm, &format!("{level:?}").to_uppercase()), vm)?;
        record.set_item("msg", text::native(vm, message), vm)?;
        record.set_item("args", vm.ctx.none(), vm)?;
        let made = import::module(vm, "logging")?.get_attr("makeLogRecord", vm)?.call((record,), vm)?;
        for handler in added {
            vm.call_method(&handler, "handle", (made.clone(),))?;
        }
    }
    Ok(vm.ctx.none())
}

fn whole_traceback(vm: &VirtualMachine) -> String {
    match handling::current(vm) {
        Some(exception) => traceback::format_exc(vm, &exception).trim_end().to_owned(),
        None => "None".to_owned(),
    }
}

/// `message (most recent call last):` and the traceback of the exception at hand.
pub fn traceback_text(vm: &VirtualMachine, message: &PyObject) -> PyResult<String> {
    let trace = whole_traceback(vm);
    let trace = trace.strip_prefix("Traceback (most recent call last):\n").unwrap_or(&trace);
    Ok(format!("{} (most recent call last):\n{trace}", text::unicode_of(vm, message)?))
}

/// `Core.traceback(msg)`.
pub fn core_traceback(
    vm: &VirtualMachine,
    _sandbox: &Arc<Sandbox>,
    bound: &crate::objects::signature::Bound,
) -> PyResult {
    Ok(text::native(vm, &traceback_text(vm, bound.get(0))?))
}

/// `Core.log_exception(fmt, *args)`: a critical line with the traceback of the exception at hand.
pub fn log_exception(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    let Some((format, rest)) = args.args.split_first() else { return Err(too_few("log_exception", vm)) };
    let message = if rest.is_empty() {
        format.clone()
    } else {
        match rest {
            [mapping] if mapping.downcast_ref::<PyDict>().is_some() => vm._mod(format, mapping)?,
            rest => vm._mod(format, vm.ctx.new_tuple(rest.to_vec()).as_object())?,
        }
    };
    let text = traceback_text(vm, &message)?;
    sandbox.plugin.log.write(LogLevel::Critical, MODULE, 0, &text);
    Ok(vm.ctx.none())
}

/// `Core.log_except(txn_id, fmt, *args)`: the same with a transaction in front.
pub fn log_except(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, mut args: FuncArgs) -> PyResult {
    if args.args.len() < 2 {
        return Err(too_few("log_except", vm));
    }
    let transaction = args.args.remove(0);
    if !vm.is_none(&transaction)
        && let Some(format) = args.args.first_mut()
    {
        let shown = format!("[T:{}] {}", text::unicode_of(vm, &transaction)?, text::unicode_of(vm, format)?);
        *format = text::native(vm, &shown);
    }
    log_exception(vm, sandbox, args)
}

/// `Core.log_stack()`: where the calling code is.
pub fn log_stack(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, _bound: &crate::objects::signature::Bound) -> PyResult {
    let text = format!("Current stack:\n{}", thread_stacks::current(vm));
    sandbox.plugin.log.write(LogLevel::Debug, MODULE, 0, text.trim_end());
    Ok(vm.ctx.none())
}
