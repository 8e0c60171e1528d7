//! The package `logging` of Python 2.7: loggers in a tree of names, handlers, formatters.
//!
//! Everything that an event passes through is made here. `logging.handlers` and `logging.config` are Python over it.

mod handlers;
mod loggers;
mod records;

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyList, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Body, Function, Given, Home, function, publish, with_defaults};
use super::receiver::global;
use super::threading::holding;
use crate::clock;
use crate::import;
use crate::modules;
use crate::runtime::{dialect, frames, text};

crate::interned_names! {
    name = "name",
    own_name = "_name",
    level = "level",
    parent = "parent",
    propagate = "propagate",
    handlers = "handlers",
    disabled = "disabled",
    filters = "filters",
    filter = "filter",
    manager = "manager",
    disable = "disable",
    warned = "emittedNoHandlerWarning",
    logger_dict = "loggerDict",
    logger_class = "loggerClass",
    logger_map = "loggerMap",
    logger = "logger",
    extra = "extra",
    root = "root",
    process = "process",
    error = "error",
    log = "_log",
    handle = "handle",
    find_caller = "findCaller",
    make_record = "makeRecord",
    call_handlers = "callHandlers",
    get_effective_level = "getEffectiveLevel",
    is_enabled_for = "isEnabledFor",
    fixup_children = "_fixupChildren",
    fixup_parents = "_fixupParents",
    formatter = "formatter",
    lock = "lock",
    create_lock = "createLock",
    acquire = "acquire",
    release = "release",
    emit = "emit",
    flush = "flush",
    open = "_open",
    handle_error = "handleError",
    stream = "stream",
    base_filename = "baseFilename",
    mode = "mode",
    encoding = "encoding",
    delay = "delay",
    format = "format",
    format_text = "_fmt",
    datefmt = "datefmt",
    converter = "converter",
    format_time = "formatTime",
    format_exception = "formatException",
    format_header = "formatHeader",
    format_footer = "formatFooter",
    uses_time = "usesTime",
    linefmt = "linefmt",
    nlen = "nlen",
    get_message = "getMessage",
    message = "message",
    asctime = "asctime",
    msg = "msg",
    args = "args",
    levelname = "levelname",
    levelno = "levelno",
    pathname = "pathname",
    filename = "filename",
    module = "module",
    exc_info = "exc_info",
    exc_text = "exc_text",
    lineno = "lineno",
    func_name = "funcName",
    created = "created",
    msecs = "msecs",
    relative_created = "relativeCreated",
    thread = "thread",
    thread_name = "threadName",
    process_name = "processName",
}

/// A method that works on its object.
macro_rules! run {
    ($work:expr) => {
        $crate::modules::python_function::Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(
                &$crate::modules::receiver::Receiver<'_>,
                &[rustpython_vm::PyObjectRef],
            ) -> rustpython_vm::PyResult = $work;
            work(&$crate::modules::receiver::Receiver::new(home, this, vm), values.get(1..).unwrap_or_default())
        })
    };
}
use run;

/// A function that logs to the root.
macro_rules! to_root {
    ($name:literal, $method:literal) => {
        function(
            $name,
            &["msg", "*args", "**kwargs"],
            Body::Raw(|home, args, vm| to_root($name, $method, 1, home, args, vm)),
        )
    };
}

const NAMES: &[&str] = &[
    "BASIC_FORMAT",
    "BufferingFormatter",
    "CRITICAL",
    "DEBUG",
    "ERROR",
    "FATAL",
    "FileHandler",
    "Filter",
    "Formatter",
    "Handler",
    "INFO",
    "LogRecord",
    "Logger",
    "LoggerAdapter",
    "NOTSET",
    "NullHandler",
    "StreamHandler",
    "WARN",
    "WARNING",
    "addLevelName",
    "basicConfig",
    "captureWarnings",
    "critical",
    "debug",
    "disable",
    "error",
    "exception",
    "fatal",
    "getLevelName",
    "getLogger",
    "getLoggerClass",
    "info",
    "log",
    "makeLogRecord",
    "setLoggerClass",
    "warn",
    "warning",
];

/// Levels; those of one number are two names of one level, and the last is the name of the number.
const LEVELS: &[(&str, i32)] = &[
    ("FATAL", 50),
    ("CRITICAL", 50),
    ("ERROR", 40),
    ("WARN", 30),
    ("WARNING", 30),
    ("INFO", 20),
    ("DEBUG", 10),
    ("NOTSET", 0),
];

const WARNING_PARAMETERS: &[&str] = &["message", "category", "filename", "lineno", "file", "line"];

static FUNCTIONS: &[Function] = &[
    to_root!("critical", "critical"),
    to_root!("fatal", "critical"),
    to_root!("error", "error"),
    to_root!("warning", "warning"),
    to_root!("warn", "warning"),
    to_root!("info", "info"),
    to_root!("debug", "debug"),
    function(
        "exception",
        &["msg", "*args", "**kwargs"],
        Body::Raw(|home, mut args, vm| {
            args.kwargs.insert("exc_info".into(), vm.ctx.new_int(1).into());
            global(home, "error", vm)?.call(args, vm)
        }),
    ),
    function(
        "log",
        &["level", "msg", "*args", "**kwargs"],
        Body::Raw(|home, args, vm| to_root("log", "log", 2, home, args, vm)),
    ),
    function(
        "disable",
        &["level"],
        Body::Run(|home, values, vm| {
            let manager = global(home, "root", vm)?.get_attr(names(vm).manager, vm)?;
            manager.set_attr(names(vm).disable, values.first().cloned().unwrap_or_else(|| vm.ctx.none()), vm)?;
            Ok(vm.ctx.none())
        }),
    ),
    with_defaults(
        "getLogger",
        &["name"],
        &[Given::None],
        Body::Run(|home, values, vm| match values.first() {
            Some(name) if name.clone().try_to_bool(vm)? => {
                let manager = global(home, "Logger", vm)?.get_attr(names(vm).manager, vm)?;
                vm.call_method(&manager, "getLogger", (name.clone(),))
            }
            _ => global(home, "root", vm),
        }),
    ),
    function("getLoggerClass", &[], Body::Run(|home, _, vm| global(home, "_loggerClass", vm))),
    function(
        "setLoggerClass",
        &["klass"],
        Body::Run(|home, values, vm| {
            let Some(class) = values.first() else { return Ok(vm.ctx.none()) };
            loggers::check_class(home, class, vm)?;
            home.globals.set_item("_loggerClass", class.clone(), vm)?;
            Ok(vm.ctx.none())
        }),
    ),
    function("basicConfig", &["**kwargs"], Body::Raw(basic_config)),
    function("shutdown", &["handlerList"], Body::Raw(shutdown)),
    function("makeLogRecord", &["dict"], Body::Run(records::make_log_record)),
    function("getLevelName", &["level"], Body::Run(level_name)),
    function("addLevelName", &["level", "levelName"], Body::Run(add_level_name)),
    function("_checkLevel", &["level"], Body::Run(check_level)),
    function("_acquireLock", &[], Body::Run(|home, _, vm| on_lock(home, "acquire", vm))),
    function("_releaseLock", &[], Body::Run(|home, _, vm| on_lock(home, "release", vm))),
    function("_addHandlerRef", &["handler"], Body::Run(handlers::add_reference)),
    function("_removeHandlerRef", &["wr"], Body::Run(handlers::remove_reference)),
    function("currentframe", &[], Body::Run(|_, _, vm| frames::current(vm).map(Into::into))),
    function("captureWarnings", &["capture"], Body::Run(capture_warnings)),
    with_defaults("_showwarning", WARNING_PARAMETERS, &[Given::None, Given::None], Body::Run(show_warning)),
];

// ---- helpers -------------------------------------------------------------------------------------------------------

fn on_lock(home: &Home, method: &str, vm: &VirtualMachine) -> PyResult {
    let lock = global(home, "_lock", vm)?;
    if lock.clone().try_to_bool(vm)? {
        vm.call_method(&lock, method, ())?;
    }
    Ok(vm.ctx.none())
}

/// Works while the module's lock is held.
fn locked<R>(home: &Home, vm: &VirtualMachine, work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let lock = global(home, "_lock", vm)?;
    if vm.is_none(&lock) { work() } else { holding(&lock, vm, work) }
}

/// The items of a list as they are now.
fn items(list: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    match list.downcast_ref::<PyList>() {
        Some(list) => Ok(list.borrow_vec().to_vec()),
        None => vm.extract_elements_with(list, Ok),
    }
}

/// Adds the value to a list that does not have it, or takes it out of one that has it.
fn change_list(list: &PyObject, values: &[PyObjectRef], add: bool, vm: &VirtualMachine) -> PyResult {
    let Some(value) = values.first() else { return Ok(vm.ctx.none()) };
    let known = vm.call_method(list, "__contains__", (value.clone(),))?.try_to_bool(vm)?;
    if known != add {
        vm.call_method(list, if add { "append" } else { "remove" }, (value.clone(),))?;
    }
    Ok(vm.ctx.none())
}

fn is_io_error(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    let class = dialect::builtins(vm).and_then(|names| names.get_item("IOError", vm));
    class.is_ok_and(|class| error.as_object().is_instance(&class, vm).unwrap_or(false))
}

// ---- levels --------------------------------------------------------------------------------------------------------

fn level_name(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(level) = values.first() else { return Ok(vm.ctx.none()) };
    match global(home, "_levelNames", vm)?.get_item(&**level, vm) {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => {
            records::percent(vm, "Level %s", vec![level.clone()])
        }
        found => found,
    }
}

fn add_level_name(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [level, name] = values else { return Ok(vm.ctx.none()) };
    locked(home, vm, || {
        let levels = global(home, "_levelNames", vm)?;
        levels.set_item(&**level, name.clone(), vm)?;
        levels.set_item(&**name, level.clone(), vm)?;
        Ok(vm.ctx.none())
    })
}

fn check_level(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(level) = values.first() else { return Ok(vm.ctx.none()) };
    if level.downcast_ref::<PyInt>().is_some() {
        return Ok(level.clone());
    }
    let complaint = |format| -> PyResult<String> {
        let message = text::str_of(vm, &*records::percent(vm, format, vec![level.clone()])?)?;
        Ok(text::widen(&message).into_owned())
    };
    let shown = text::str_object(vm, level)?;
    if !vm.bool_eq(&shown, level)? {
        return Err(vm.new_type_error(complaint("Level not an integer or a valid string: %r")?));
    }
    match global(home, "_levelNames", vm)?.get_item(&**level, vm) {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => {
            Err(vm.new_value_error(complaint("Unknown level: %r")?))
        }
        found => found,
    }
}

// ---- the root ------------------------------------------------------------------------------------------------------

fn to_root(
    name: &str,
    method: &'static str,
    least: usize,
    home: &Home,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    let given = args.args.len() + args.kwargs.len();
    if given < least {
        let plural = if least == 1 { "" } else { "s" };
        return Err(vm.new_type_error(format!("{name}() takes at least {least} argument{plural} ({given} given)")));
    }
    let root = global(home, "root", vm)?;
    if root.get_attr(names(vm).handlers, vm)?.length(vm)? == 0 {
        global(home, "basicConfig", vm)?.call((), vm)?;
    }
    root.get_attr(method, vm)?.call(args, vm)?;
    Ok(vm.ctx.none())
}

fn basic_config(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if !args.args.is_empty() {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("basicConfig() takes exactly 0 arguments ({given} given)")));
    }
    let given = |name: &str| args.kwargs.get(name).cloned();
    locked(home, vm, || {
        let root = global(home, "root", vm)?;
        if root.get_attr(names(vm).handlers, vm)?.length(vm)? > 0 {
            return Ok(vm.ctx.none());
        }
        let handler = match given("filename") {
            Some(file) if file.clone().try_to_bool(vm)? => {
                let mode = given("filemode").unwrap_or_else(|| vm.ctx.new_str("a").into());
                global(home, "FileHandler", vm)?.call((file, mode), vm)?
            }
            _ => {
                let stream = given("stream").unwrap_or_else(|| vm.ctx.none());
                global(home, "StreamHandler", vm)?.call((stream,), vm)?
            }
        };
        let format = given("format").map_or_else(|| global(home, "BASIC_FORMAT", vm), Ok)?;
        let date = given("datefmt").unwrap_or_else(|| vm.ctx.none());
        let formatter = global(home, "Formatter", vm)?.call((format, date), vm)?;
        vm.call_method(&handler, "setFormatter", (formatter,))?;
        vm.call_method(&root, "addHandler", (handler,))?;
        if let Some(level) = given("level").filter(|level| !vm.is_none(level)) {
            vm.call_method(&root, "setLevel", (level,))?;
        }
        Ok(vm.ctx.none())
    })
}

/// `shutdown(handlerList=_handlerList)`: flushes and closes all handlers, the last made first.
fn shutdown(home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let list = args.take_positional().or_else(|| args.take_keyword("handlerList"));
    let list = list.or_else(|| home.defaults.first().cloned()).map_or_else(|| global(home, "_handlerList", vm), Ok)?;
    for reference in items(&list, vm)?.into_iter().rev() {
        let closed = (|| {
            let handler = reference.call((), vm)?;
            if !handler.clone().try_to_bool(vm)? {
                return Ok(());
            }
            let work =
                ["acquire", "flush", "close"].iter().try_for_each(|step| vm.call_method(&handler, step, ()).map(drop));
            let released = vm.call_method(&handler, "release", ());
            match work {
                // Files and streams may be closed already.
                Err(error) if is_io_error(&error, vm) || error.fast_isinstance(vm.ctx.exceptions.value_error) => {}
                other => other?,
            }
            released.map(drop)
        })();
        if closed.is_err() && global(home, "raiseExceptions", vm)?.try_to_bool(vm)? {
            closed?;
        }
    }
    Ok(vm.ctx.none())
}

// ---- warnings ------------------------------------------------------------------------------------------------------

fn capture_warnings(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let capture = values.first().map_or(Ok(false), |capture| capture.clone().try_to_bool(vm))?;
    let warnings = import::module(vm, "warnings")?;
    let kept = global(home, "_warnings_showwarning", vm)?;
    if capture && vm.is_none(&kept) {
        home.globals.set_item("_warnings_showwarning", warnings.get_attr("showwarning", vm)?, vm)?;
        warnings.set_attr("showwarning", global(home, "_showwarning", vm)?, vm)?;
    } else if !capture && !vm.is_none(&kept) {
        warnings.set_attr("showwarning", kept, vm)?;
        home.globals.set_item("_warnings_showwarning", vm.ctx.none(), vm)?;
    }
    Ok(vm.ctx.none())
}

fn show_warning(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [message, category, file_name, line_number, file, line] = values else { return Ok(vm.ctx.none()) };
    if !vm.is_none(file) {
        let kept = global(home, "_warnings_showwarning", vm)?;
        if !vm.is_none(&kept) {
            kept.call(values.to_vec(), vm)?;
        }
        return Ok(vm.ctx.none());
    }
    let parts = vec![message.clone(), category.clone(), file_name.clone(), line_number.clone(), line.clone()];
    let shown = vm.call_method(&*import::module(vm, "warnings")?, "formatwarning", parts)?;
    let logger = global(home, "getLogger", vm)?.call(("py.warnings",), vm)?;
    if logger.get_attr(names(vm).handlers, vm)?.length(vm)? == 0 {
        let handler = global(home, "NullHandler", vm)?.call((), vm)?;
        vm.call_method(&logger, "addHandler", (handler,))?;
    }
    vm.call_method(&logger, "warning", ("%s", shown))
}

// ---- the module ----------------------------------------------------------------------------------------------------

fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let set = |name: &'static str, value: PyObjectRef| modules::set(vm, module, name, value);
    let handler_list: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
    let home = Arc::new(Home { globals: module.dict(), defaults: vec![handler_list.clone()] });
    set("__doc__", vm.ctx.new_str("Events, told to whom it concerns.").into());
    set("__path__", vm.ctx.new_list(Vec::new()).into());
    set("__all__", vm.ctx.new_list(NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect()).into());
    for name in ["os", "sys", "time", "traceback", "warnings", "weakref", "threading", "thread"] {
        set(name, import::module(vm, name)?);
    }
    let levels = vm.ctx.new_dict();
    for (name, number) in LEVELS {
        let number: PyObjectRef = vm.ctx.new_int(*number).into();
        set(name, number.clone());
        levels.set_item(&*number, vm.ctx.new_str(*name).into(), vm)?;
        if *name != "FATAL" {
            levels.set_item(*name, number, vm)?;
        }
    }
    set("_levelNames", levels.into());
    set("BASIC_FORMAT", vm.ctx.new_str("%(levelname)s:%(name)s:%(message)s").into());
    set("_unicode", vm.ctx.new_bool(true).into());
    for name in ["raiseExceptions", "logThreads", "logMultiprocessing", "logProcesses"] {
        set(name, vm.ctx.new_int(1).into());
    }
    set("_startTime", vm.ctx.new_float(clock::seconds()).into());
    // Frames of these files are the module's own.
    set("_srcfile", vm.ctx.new_str("<logging>").into());
    set("_lock", vm.call_method(&*global(&home, "threading", vm)?, "RLock", ())?);
    set("_handlers", vm.call_method(&*global(&home, "weakref", vm)?, "WeakValueDictionary", ())?);
    set("_handlerList", handler_list);
    set("_warnings_showwarning", vm.ctx.none());
    publish(vm, module, &home, FUNCTIONS, "logging");
    records::classes(&home, vm, set)?;
    handlers::classes(&home, vm, set)?;
    loggers::classes(&home, vm, set)?;
    let logger = global(&home, "Logger", vm)?;
    set("_loggerClass", logger.clone());
    let root = global(&home, "RootLogger", vm)?.call((30,), vm)?;
    set("root", root.clone());
    logger.set_attr("manager", global(&home, "Manager", vm)?.call((root.clone(),), vm)?, vm)?;
    logger.set_attr("root", root, vm)?;
    vm.call_method(&*import::module(vm, "atexit")?, "register", (global(&home, "shutdown", vm)?,))?;
    Ok(())
}

/// Makes the package `logging`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "logging");
    if let Err(error) = fill(&module, vm) {
        vm.print_exception(&error);
    }
    module
}
