//! Loggers and the tree of their names: `Logger`, `RootLogger`, `Manager`, `PlaceHolder`, `LoggerAdapter`.
//!
//! Most calls of a logger end at the question whether its level is enabled: that part makes no call of Python code as
//! long as nobody has overridden the methods.

use std::cmp::Ordering;
use std::sync::Arc;

use rustpython_vm::builtins::{PyDict, PyInt, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{locked, names, run};
use crate::import;
use crate::modules::python_function::{Body, Class, Function, Given, Home, PythonFunction, function, with_defaults};
use crate::modules::receiver::{Receiver, global};
use crate::runtime::{frames, handling, text};

/// Loggers above each other, at most: a parent that is its own child must not hang the program.
const DEEPEST: usize = 1000;

const SELF: &[&str] = &["self"];
const MESSAGE: &[&str] = &["self", "msg", "*args", "**kwargs"];

/// A method that logs at a level.
macro_rules! at_level {
    ($name:literal, $level:literal) => {
        function($name, MESSAGE, Body::Raw(|home, args, vm| log_at($name, $level, home, args, vm)))
    };
}

/// A method of an adapter that passes an event on.
macro_rules! adapted {
    ($name:literal) => {
        function($name, MESSAGE, Body::Raw(|home, args, vm| adapt($name, $name, false, home, args, vm)))
    };
}

static LOGGER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "name", "level"],
        &[Given::Int(0)],
        run!(|this, values| {
            let [name, level] = values else { return Ok(this.vm.ctx.none()) };
            init(this, name.clone(), level.clone())
        }),
    ),
    function("setLevel", &["self", "level"], run!(set_level)),
    at_level!("debug", 10),
    at_level!("info", 20),
    at_level!("warning", 30),
    at_level!("warn", 30),
    at_level!("error", 40),
    at_level!("critical", 50),
    at_level!("fatal", 50),
    function("exception", MESSAGE, Body::Raw(exception)),
    function("log", &["self", "level", "msg", "*args", "**kwargs"], Body::Raw(log)),
    function(
        "findCaller",
        SELF,
        run!(|this, _| {
            // The function that asks is the program's own: the one that called it is wanted.
            let asking = frames::current(this.vm).ok().and_then(|frame| frame.f_back(this.vm));
            Ok(this.vm.ctx.new_tuple(caller(asking, this.vm)?.to_vec()).into())
        }),
    ),
    with_defaults(
        "makeRecord",
        &["self", "name", "level", "fn", "lno", "msg", "args", "exc_info", "func", "extra"],
        &[Given::None, Given::None],
        run!(make_record),
    ),
    with_defaults(
        "_log",
        &["self", "level", "msg", "args", "exc_info", "extra"],
        &[Given::None, Given::None],
        run!(make_event),
    ),
    function("handle", &["self", "record"], run!(handle)),
    function("addHandler", &["self", "hdlr"], run!(|this, values| change_handlers(this, values, true))),
    function("removeHandler", &["self", "hdlr"], run!(|this, values| change_handlers(this, values, false))),
    function("callHandlers", &["self", "record"], run!(call_handlers)),
    function("getEffectiveLevel", SELF, run!(|this, _| effective_level(this.object, this.vm))),
    function(
        "isEnabledFor",
        &["self", "level"],
        run!(|this, values| {
            let Some(level) = values.first() else { return Ok(this.vm.ctx.none()) };
            Ok(this.vm.ctx.new_bool(is_enabled(this, level)?).into())
        }),
    ),
    function("getChild", &["self", "suffix"], run!(child)),
];

static ROOT_LOGGER: &[Function] = &[function(
    "__init__",
    &["self", "level"],
    run!(|this, values| {
        let level = values.first().cloned().unwrap_or_else(|| this.vm.ctx.none());
        init(this, this.vm.ctx.new_str("root").into(), level)
    }),
)];

static PLACE_HOLDER: &[Function] = &[
    function(
        "__init__",
        &["self", "alogger"],
        run!(|this, values| {
            let map = this.vm.ctx.new_dict();
            if let Some(logger) = values.first() {
                map.set_item(&**logger, this.vm.ctx.none(), this.vm)?;
            }
            this.set(names(this.vm).logger_map, map)?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function(
        "append",
        &["self", "alogger"],
        run!(|this, values| {
            let map = this.get(names(this.vm).logger_map)?;
            if let Some(logger) = values.first() {
                this.vm.call_method(&map, "setdefault", (logger.clone(),))?;
            }
            Ok(this.vm.ctx.none())
        }),
    ),
];

static MANAGER: &[Function] = &[
    function(
        "__init__",
        &["self", "rootnode"],
        run!(|this, values| {
            let (vm, names) = (this.vm, names(this.vm));
            this.set(names.root, values.first().cloned().unwrap_or_else(|| vm.ctx.none()))?;
            this.set(names.disable, vm.ctx.new_int(0))?;
            this.set(names.warned, vm.ctx.new_int(0))?;
            this.set(names.logger_dict, vm.ctx.new_dict())?;
            this.set(names.logger_class, vm.ctx.none())?;
            Ok(vm.ctx.none())
        }),
    ),
    function("getLogger", &["self", "name"], run!(get_logger)),
    function(
        "setLoggerClass",
        &["self", "klass"],
        run!(|this, values| {
            let Some(class) = values.first() else { return Ok(this.vm.ctx.none()) };
            check_class(this.home, class, this.vm)?;
            this.set(names(this.vm).logger_class, class.clone())?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("_fixupParents", &["self", "alogger"], run!(fix_parents)),
    function("_fixupChildren", &["self", "ph", "alogger"], run!(fix_children)),
];

static ADAPTER: &[Function] = &[
    function(
        "__init__",
        &["self", "logger", "extra"],
        run!(|this, values| {
            let [logger, extra] = values else { return Ok(this.vm.ctx.none()) };
            this.set(names(this.vm).logger, logger.clone())?;
            this.set(names(this.vm).extra, extra.clone())?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function(
        "process",
        &["self", "msg", "kwargs"],
        run!(|this, values| {
            let [message, keywords] = values else { return Ok(this.vm.ctx.none()) };
            keywords.set_item("extra", this.get(names(this.vm).extra)?, this.vm)?;
            Ok(this.vm.ctx.new_tuple(vec![message.clone(), keywords.clone()]).into())
        }),
    ),
    adapted!("debug"),
    adapted!("info"),
    adapted!("warning"),
    adapted!("error"),
    adapted!("critical"),
    function("exception", MESSAGE, Body::Raw(|home, args, vm| adapt("exception", "error", true, home, args, vm))),
    function(
        "log",
        &["self", "level", "msg", "*args", "**kwargs"],
        Body::Raw(|home, mut args, vm| {
            if args.args.len() < 2 {
                return Err(too_few(vm, "log", 3, args.args.len()));
            }
            let level = args.args.remove(1);
            adapt_with(Some(level), "log", "log", false, home, args, vm)
        }),
    ),
    function(
        "isEnabledFor",
        &["self", "level"],
        run!(|this, values| {
            let logger = this.get(names(this.vm).logger)?;
            this.vm.call_method(&logger, "isEnabledFor", values.to_vec())
        }),
    ),
];

// ---- levels --------------------------------------------------------------------------------------------------------

/// The level of a logger or of the next one above that has a level.
fn effective_level(logger: &PyObject, vm: &VirtualMachine) -> PyResult {
    let names = names(vm);
    let mut current = logger.to_owned();
    for _ in 0..DEEPEST {
        let level = current.get_attr(names.level, vm)?;
        if level.clone().try_to_bool(vm)? {
            return Ok(level);
        }
        let parent = current.get_attr(names.parent, vm)?;
        if !parent.clone().try_to_bool(vm)? {
            break;
        }
        current = parent;
    }
    Ok(vm.ctx.new_int(0).into())
}

/// How two levels compare. Programs use numbers; anything else compares by its own rules.
fn compare(first: &PyObject, second: &PyObject, vm: &VirtualMachine) -> PyResult<Ordering> {
    if let (Some(one), Some(other)) = (first.downcast_ref::<PyInt>(), second.downcast_ref::<PyInt>()) {
        return Ok(one.as_bigint().cmp(other.as_bigint()));
    }
    let less = first.rich_compare_bool(second, PyComparisonOp::Lt, vm)?;
    Ok(if less { Ordering::Less } else { Ordering::Greater })
}

fn is_enabled(this: &Receiver<'_>, level: &PyObject) -> PyResult<bool> {
    let (vm, names) = (this.vm, names(this.vm));
    let disabled = this.get(names.manager)?.get_attr(names.disable, vm)?;
    if compare(&disabled, level, vm)? != Ordering::Less {
        return Ok(false);
    }
    let effective = match is_own(this, names.get_effective_level) {
        true => effective_level(this.object, vm)?,
        false => this.call(names.get_effective_level, Vec::new())?,
    };
    Ok(compare(level, &effective, vm)? != Ordering::Less)
}

/// Whether a method is still the one of this file.
fn is_own(this: &Receiver<'_>, name: &'static rustpython_vm::builtins::PyStrInterned) -> bool {
    let class = this.object.class();
    let own = class.get_attr(name).is_some_and(|found| found.downcast_ref::<PythonFunction>().is_some());
    own && !this.object.dict().is_some_and(|dict| dict.contains_key(name, this.vm))
}

/// `setLevel` of loggers and handlers.
pub fn set_level(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let level = this.global("_checkLevel")?.call(values.to_vec(), this.vm)?;
    this.set(names(this.vm).level, level)?;
    Ok(this.vm.ctx.none())
}

// ---- events --------------------------------------------------------------------------------------------------------

fn too_few(vm: &VirtualMachine, name: &str, least: usize, given: usize) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_type_error(format!("{name}() takes at least {least} arguments ({given} given)"))
}

/// `self` and `msg` of a method's arguments; the rest stays.
fn self_and_message(name: &str, args: &mut FuncArgs, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let given = args.args.len() + args.kwargs.len();
    let this = args.take_positional().ok_or_else(|| too_few(vm, name, 2, given))?;
    let message = args.take_positional().or_else(|| args.take_keyword("msg"));
    Ok((this, message.ok_or_else(|| too_few(vm, name, 2, given))?))
}

/// `self._log(level, msg, args, **kwargs)`.
fn pass_on(this: &Receiver<'_>, level: PyObjectRef, message: PyObjectRef, args: FuncArgs) -> PyResult {
    let values: PyObjectRef = this.vm.ctx.new_tuple(args.args).into();
    let event = vec![level, message, values];
    if args.kwargs.is_empty() {
        return this.call(names(this.vm).log, event);
    }
    let mut passed = FuncArgs::from(event);
    passed.kwargs = args.kwargs;
    this.call_with(names(this.vm).log, passed)
}

/// `logger.debug(msg, *args, **kwargs)` and the like.
fn log_at(name: &str, level: i32, home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (object, message) = self_and_message(name, &mut args, vm)?;
    let this = Receiver::new(home, &object, vm);
    let level: PyObjectRef = vm.ctx.new_int(level).into();
    if enabled(&this, &level)? {
        pass_on(&this, level, message, args)?;
    }
    Ok(vm.ctx.none())
}

/// `self.isEnabledFor(level)`.
fn enabled(this: &Receiver<'_>, level: &PyObjectRef) -> PyResult<bool> {
    let names = names(this.vm);
    if is_own(this, names.is_enabled_for) {
        return is_enabled(this, level);
    }
    this.call(names.is_enabled_for, vec![level.clone()])?.try_to_bool(this.vm)
}

fn exception(home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (object, message) = self_and_message("exception", &mut args, vm)?;
    args.kwargs.insert("exc_info".into(), vm.ctx.new_int(1).into());
    args.args.insert(0, message);
    Receiver::new(home, &object, vm).call_with(names(vm).error, args)
}

/// `logger.log(level, msg, *args, **kwargs)`.
fn log(home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len() + args.kwargs.len();
    let object = args.take_positional().ok_or_else(|| too_few(vm, "log", 3, given))?;
    let level = args.take_positional().or_else(|| args.take_keyword("level"));
    let message = args.take_positional().or_else(|| args.take_keyword("msg"));
    let (Some(level), Some(message)) = (level, message) else { return Err(too_few(vm, "log", 3, given)) };
    let this = Receiver::new(home, &object, vm);
    if level.downcast_ref::<PyInt>().is_none() {
        return match global(home, "raiseExceptions", vm)?.try_to_bool(vm)? {
            true => Err(vm.new_type_error("level must be an integer")),
            false => Ok(vm.ctx.none()),
        };
    }
    if enabled(&this, &level)? {
        pass_on(&this, level, message, args)?;
    }
    Ok(vm.ctx.none())
}

/// File, line and function of the first frame that is not of a module of this package.
fn caller(mut frame: Option<rustpython_vm::frame::FrameObjectRef>, vm: &VirtualMachine) -> PyResult<[PyObjectRef; 3]> {
    while let Some(this) = frame {
        let code = this.as_object().get_attr("f_code", vm)?;
        let file = code.get_attr("co_filename", vm)?;
        let is_ours = text::bytes_of(&file)
            .is_some_and(|file| file.starts_with(b"<logging") || file.starts_with(b"<_netlogging"));
        if !is_ours {
            return Ok([file, this.as_object().get_attr("f_lineno", vm)?, code.get_attr("co_name", vm)?]);
        }
        frame = this.f_back(vm);
    }
    Ok(unknown_caller(vm))
}

fn unknown_caller(vm: &VirtualMachine) -> [PyObjectRef; 3] {
    let text = |text: &str| -> PyObjectRef { vm.ctx.new_str(text).into() };
    [text("(unknown file)"), vm.ctx.new_int(0).into(), text("(unknown function)")]
}

/// What `findCaller` says.
fn found_caller(this: &Receiver<'_>) -> PyResult<[PyObjectRef; 3]> {
    let (vm, names) = (this.vm, names(this.vm));
    if !this.global("_srcfile")?.try_to_bool(vm)? {
        return Ok(unknown_caller(vm));
    }
    if is_own(this, names.find_caller) {
        return caller(frames::current(vm).ok(), vm);
    }
    match this.call(names.find_caller, Vec::new()) {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.value_error) => Ok(unknown_caller(vm)),
        Err(error) => Err(error),
        Ok(found) => <[PyObjectRef; 3]>::try_from(vm.extract_elements_with(&found, Ok)?)
            .map_err(|_| vm.new_value_error("too many values to unpack")),
    }
}

fn make_event(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let [level, message, args, exc_info, extra] = values else { return Ok(vm.ctx.none()) };
    let [file, line, function] = found_caller(this)?;
    let exc_info = if exc_info.clone().try_to_bool(vm)? && exc_info.downcast_ref::<PyTuple>().is_none() {
        let (class, value, trace) = handling::exc_info(vm);
        vm.ctx.new_tuple(vec![class, value, trace]).into()
    } else {
        exc_info.clone()
    };
    let name = this.get(names.name)?;
    let parts = vec![name, level.clone(), file, line, message.clone(), args.clone(), exc_info, function, extra.clone()];
    let record = this.call(names.make_record, parts)?;
    this.call(names.handle, vec![record])?;
    Ok(vm.ctx.none())
}

fn make_record(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    let Some((extra, parts)) = values.split_last() else { return Ok(vm.ctx.none()) };
    let record = this.global("LogRecord")?.call(parts.to_vec(), vm)?;
    if vm.is_none(extra) {
        return Ok(record);
    }
    let dict = record.get_attr("__dict__", vm)?;
    for key in vm.extract_elements_with(extra, Ok)? {
        let reserved = matches!(text::bytes_of(&key).as_deref(), Some(b"message" | b"asctime"));
        let known = reserved || dict.downcast_ref::<PyDict>().is_some_and(|dict| dict.contains_key(&*key, vm));
        if known {
            let message = super::records::percent(vm, "Attempt to overwrite %r in LogRecord", vec![key])?;
            return Err(vm.new_key_error(message));
        }
        dict.set_item(&*key, extra.get_item(&*key, vm)?, vm)?;
    }
    Ok(record)
}

fn handle(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    if !this.is_true(names.disabled)? && this.call(names.filter, values.to_vec())?.try_to_bool(vm)? {
        this.call(names.call_handlers, values.to_vec())?;
    }
    Ok(vm.ctx.none())
}

fn call_handlers(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some(record) = values.first() else { return Ok(vm.ctx.none()) };
    let mut found = 0;
    let mut logger = this.object.to_owned();
    for _ in 0..DEEPEST {
        for handler in super::items(&*logger.get_attr(names.handlers, vm)?, vm)? {
            found += 1;
            let level = record.get_attr(names.levelno, vm)?;
            if compare(&level, &*handler.get_attr(names.level, vm)?, vm)? != Ordering::Less {
                Receiver::new(this.home, &handler, vm).call(names.handle, vec![record.clone()])?;
            }
        }
        if !logger.get_attr(names.propagate, vm)?.try_to_bool(vm)? {
            break;
        }
        let parent = logger.get_attr(names.parent, vm)?;
        if !parent.clone().try_to_bool(vm)? {
            break;
        }
        logger = parent;
    }
    let manager = this.get(names.manager)?;
    if found == 0
        && this.global("raiseExceptions")?.try_to_bool(vm)?
        && !manager.get_attr(names.warned, vm)?.try_to_bool(vm)?
    {
        let told =
            super::records::percent(vm, "No handlers could be found for logger \"%s\"\n", vec![this.get(names.name)?])?;
        let stderr = import::sys(vm)?.get_attr("stderr", vm)?;
        vm.call_method(&stderr, "write", (told,))?;
        manager.set_attr(names.warned, vm.ctx.new_int(1), vm)?;
    }
    Ok(vm.ctx.none())
}

// ---- loggers -------------------------------------------------------------------------------------------------------

fn init(this: &Receiver<'_>, name: PyObjectRef, level: PyObjectRef) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    this.set(names.filters, vm.ctx.new_list(Vec::new()))?;
    this.set(names.name, name)?;
    this.set(names.level, this.global("_checkLevel")?.call((level,), vm)?)?;
    this.set(names.parent, vm.ctx.none())?;
    this.set(names.propagate, vm.ctx.new_int(1))?;
    this.set(names.handlers, vm.ctx.new_list(Vec::new()))?;
    this.set(names.disabled, vm.ctx.new_int(0))?;
    Ok(vm.ctx.none())
}

fn change_handlers(this: &Receiver<'_>, values: &[PyObjectRef], add: bool) -> PyResult {
    let handlers = this.get(names(this.vm).handlers)?;
    locked(this.home, this.vm, || super::change_list(&handlers, values, add, this.vm))
}

fn child(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some(suffix) = values.first() else { return Ok(vm.ctx.none()) };
    let name = if this.get(names.root)?.is(this.object) {
        suffix.clone()
    } else {
        super::records::percent(vm, "%s.%s", vec![this.get(names.name)?, suffix.clone()])?
    };
    vm.call_method(&*this.get(names.manager)?, "getLogger", (name,))
}

/// Refuses what is no class of loggers.
pub fn check_class(home: &Home, class: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let logger = global(home, "Logger", vm)?;
    if class.is(&logger) || class.is_subclass(&logger, vm)? {
        return Ok(());
    }
    let name = text::str_of(vm, &*class.get_attr("__name__", vm)?)?;
    Err(vm.new_type_error(format!("logger not derived from logging.Logger: {}", text::widen(&name))))
}

// ---- the tree ------------------------------------------------------------------------------------------------------

fn get_logger(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some(name) = values.first().filter(|name| text::is_basestring(name)) else {
        return Err(vm.new_type_error("A logger name must be string or Unicode"));
    };
    let name = if text::is_unicode(name) { vm.call_method(name, "encode", ("utf-8",))? } else { name.clone() };
    let holder = this.global("PlaceHolder")?;
    locked(this.home, vm, || {
        let dict = this.get(names.logger_dict)?;
        let known = vm.call_method(&dict, "get", (name.clone(),))?;
        let is_holder = known.is_instance(&holder, vm)?;
        if !vm.is_none(&known) && !is_holder {
            return Ok(known);
        }
        let mut class = this.get(names.logger_class)?;
        if !class.clone().try_to_bool(vm)? {
            class = this.global("_loggerClass")?;
        }
        let made = class.call((name.clone(),), vm)?;
        made.set_attr(names.manager, this.object.to_owned(), vm)?;
        dict.set_item(&*name, made.clone(), vm)?;
        if is_holder {
            this.call(names.fixup_children, vec![known, made.clone()])?;
        }
        this.call(names.fixup_parents, vec![made.clone()])?;
        Ok(made)
    })
}

fn fix_parents(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some(logger) = values.first() else { return Ok(vm.ctx.none()) };
    let name = text::str_of(vm, &*logger.get_attr(names.name, vm)?)?;
    let dict = this.get(names.logger_dict)?;
    let class = this.global("Logger")?;
    let mut end = name.len();
    while let Some(dot) =
        name.get(..end).and_then(|name| name.iter().rposition(|byte| *byte == b'.')).filter(|dot| *dot > 0)
    {
        let above = text::new_str(vm, name.get(..dot).unwrap_or_default());
        let known = vm.call_method(&dict, "get", (above.clone(),))?;
        if vm.is_none(&known) {
            let holder = this.global("PlaceHolder")?.call((logger.clone(),), vm)?;
            dict.set_item(&*above, holder, vm)?;
        } else if known.is_instance(&class, vm)? {
            logger.set_attr(names.parent, known, vm)?;
            return Ok(vm.ctx.none());
        } else {
            vm.call_method(&known, "append", (logger.clone(),))?;
        }
        end = dot;
    }
    logger.set_attr(names.parent, this.get(names.root)?, vm)?;
    Ok(vm.ctx.none())
}

fn fix_children(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let [holder, logger] = values else { return Ok(vm.ctx.none()) };
    let name = text::str_of(vm, &*logger.get_attr(names.name, vm)?)?;
    for child in vm.extract_elements_with(&*holder.get_attr(names.logger_map, vm)?, Ok)? {
        let parent = child.get_attr(names.parent, vm)?;
        let above = text::str_of(vm, &*parent.get_attr(names.name, vm)?)?;
        if !above.starts_with(&name) {
            logger.set_attr(names.parent, parent, vm)?;
            child.set_attr(names.parent, logger.clone(), vm)?;
        }
    }
    Ok(vm.ctx.none())
}

// ---- adapters ------------------------------------------------------------------------------------------------------

fn adapt(name: &str, target: &'static str, raised: bool, home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    adapt_with(None, name, target, raised, home, args, vm)
}

/// `self.logger.NAME(msg, *args, **kwargs)` with what `process` makes of message and keywords.
fn adapt_with(
    level: Option<PyObjectRef>,
    name: &str,
    target: &'static str,
    raised: bool,
    home: &Home,
    mut args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    let (object, message) = self_and_message(name, &mut args, vm)?;
    let this = Receiver::new(home, &object, vm);
    let keywords = vm.ctx.new_dict();
    for (name, value) in std::mem::take(&mut args.kwargs) {
        keywords.set_item(&*vm.ctx.new_str(name), value, vm)?;
    }
    let processed = this.call(names(vm).process, vec![message, keywords.into()])?;
    let Ok([message, keywords]) = <[PyObjectRef; 2]>::try_from(vm.extract_elements_with(&processed, Ok)?) else {
        return Err(vm.new_value_error("too many values to unpack"));
    };
    if raised {
        keywords.set_item("exc_info", vm.ctx.new_int(1).into(), vm)?;
    }
    let mut passed = FuncArgs::from(level.into_iter().chain([message]).chain(args.args).collect::<Vec<_>>());
    if let Ok(keywords) = keywords.downcast::<PyDict>() {
        for (name, value) in keywords {
            let Some(name) = name.downcast_ref::<rustpython_vm::builtins::PyStr>() else {
                return Err(vm.new_type_error("keywords must be strings"));
            };
            passed.kwargs.insert(name.as_wtf8().to_owned(), value);
        }
    }
    this.get(names(vm).logger)?.get_attr(target, vm)?.call(passed, vm)?;
    Ok(vm.ctx.none())
}

// ---- the classes ---------------------------------------------------------------------------------------------------

/// Makes the classes and hands each over with its name.
pub fn classes(home: &Arc<Home>, vm: &VirtualMachine, put: impl Fn(&'static str, PyObjectRef)) -> PyResult<()> {
    let classes: [(_, Option<&'static str>, &'static [Function], _); 5] = [
        (
            "PlaceHolder",
            None,
            PLACE_HOLDER,
            "Stands in the tree for a name without a logger that has loggers below it.",
        ),
        ("Manager", None, MANAGER, "Knows all loggers."),
        ("Logger", Some("Filterer"), LOGGER, "One name that events are logged under."),
        ("RootLogger", Some("Logger"), ROOT_LOGGER, "The one above all."),
        ("LoggerAdapter", None, ADAPTER, "A logger with something to add to each event."),
    ];
    for (name, base, functions, doc) in classes {
        let base = match base {
            Some(base) => global(home, base, vm)?,
            None => vm.ctx.types.object_type.to_owned().into(),
        };
        let class = Class { name, module: "logging", bases: vec![base], functions, values: Vec::new(), doc: Some(doc) };
        put(name, class.make(home, true, vm)?);
    }
    Ok(())
}
