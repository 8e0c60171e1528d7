//! Records of `logging`, their formatters and filters.

use std::sync::Arc;

use rustpython_vm::builtins::{PyDict, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use super::{names, run};
use crate::clock;
use crate::import;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, with_defaults};
use crate::modules::receiver::{Receiver, global};
use crate::modules::thread_module::ident;
use crate::runtime::text;

const RECORD: &[&str] = &["self", "name", "level", "pathname", "lineno", "msg", "args", "exc_info", "func"];

static LOG_RECORD: &[Function] = &[
    with_defaults("__init__", RECORD, &[Given::None], Body::Run(init_record)),
    function(
        "__str__",
        &["self"],
        run!(|this, _| {
            let shown =
                ["name", "levelno", "pathname", "lineno", "msg"].map(|name| this.object.get_attr(name, this.vm));
            let shown = shown.into_iter().collect::<PyResult<Vec<_>>>()?;
            percent(this.vm, "<LogRecord: %s, %s, %s, %s, \"%s\">", shown)
        }),
    ),
    function("getMessage", &["self"], run!(message)),
];

static FORMATTER: &[Function] = &[
    with_defaults("__init__", &["self", "fmt", "datefmt"], &[Given::None, Given::None], run!(init_formatter)),
    with_defaults("formatTime", &["self", "record", "datefmt"], &[Given::None], run!(format_time)),
    function("formatException", &["self", "ei"], run!(format_exception)),
    function(
        "usesTime",
        &["self"],
        run!(|this, _| {
            let at = this.vm.call_method(&*this.get(names(this.vm).format_text)?, "find", ("%(asctime)",))?;
            Ok(this.vm.ctx.new_bool(at.try_to_value::<i64>(this.vm)? >= 0).into())
        }),
    ),
    function("format", &["self", "record"], run!(format)),
];

static BUFFERING_FORMATTER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "linefmt"],
        &[Given::None],
        run!(|this, values| {
            let format = match values.first() {
                Some(format) if format.clone().try_to_bool(this.vm)? => format.clone(),
                _ => this.global("_defaultFormatter")?,
            };
            this.set(names(this.vm).linefmt, format)?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("formatHeader", &["self", "records"], run!(|this, _| Ok(this.vm.ctx.new_str("").into()))),
    function("formatFooter", &["self", "records"], run!(|this, _| Ok(this.vm.ctx.new_str("").into()))),
    function("format", &["self", "records"], run!(format_all)),
];

static FILTER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "name"],
        &[Given::Text("")],
        run!(|this, values| {
            let Some(name) = values.first() else { return Ok(this.vm.ctx.none()) };
            this.set(names(this.vm).name, name.clone())?;
            this.set(names(this.vm).nlen, this.vm.ctx.new_int(name.length(this.vm)?))?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("filter", &["self", "record"], run!(passes)),
];

static FILTERER: &[Function] = &[
    function(
        "__init__",
        &["self"],
        run!(|this, _| {
            this.set(names(this.vm).filters, this.vm.ctx.new_list(Vec::new()))?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function(
        "addFilter",
        &["self", "filter"],
        run!(|this, values| { super::change_list(&*this.get(names(this.vm).filters)?, values, true, this.vm) }),
    ),
    function(
        "removeFilter",
        &["self", "filter"],
        run!(|this, values| { super::change_list(&*this.get(names(this.vm).filters)?, values, false, this.vm) }),
    ),
    function(
        "filter",
        &["self", "record"],
        run!(|this, values| {
            let Some(record) = values.first() else { return Ok(this.vm.ctx.none()) };
            let passed = filter(this, record)?;
            Ok(this.vm.ctx.new_int(i32::from(passed)).into())
        }),
    ),
];

/// `format % values`.
pub fn percent(vm: &VirtualMachine, format: &str, values: Vec<PyObjectRef>) -> PyResult {
    vm._mod(vm.ctx.new_str(format).as_object(), vm.ctx.new_tuple(values).as_object())
}

/// Whether all filters let the record pass.
fn filter(this: &Receiver<'_>, record: &PyObjectRef) -> PyResult<bool> {
    let filters = this.get(names(this.vm).filters)?;
    for each in super::items(&filters, this.vm)? {
        if !this.vm.call_method(&each, "filter", (record.clone(),))?.try_to_bool(this.vm)? {
            return Ok(false);
        }
    }
    Ok(true)
}

// ---- records -------------------------------------------------------------------------------------------------------

/// A single mapping among the arguments of a message gives its values by name.
fn message_values(args: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(tuple) = args.downcast_ref::<PyTuple>() else { return Ok(args) };
    let [only] = tuple.as_slice() else { return Ok(args) };
    let is_mapping = only.downcast_ref::<PyDict>().is_some()
        || only.class().get_attr(vm.ctx.intern_str("keys")).is_some()
            && only.class().get_attr(vm.ctx.intern_str("__getitem__")).is_some();
    if is_mapping && only.clone().try_to_bool(vm)? { Ok(only.clone()) } else { Ok(args) }
}

/// The file's name and the module's of a path.
fn file_and_module(path: &PyObjectRef, vm: &VirtualMachine) -> (PyObjectRef, PyObjectRef) {
    let Some(bytes) = text::bytes_of(path) else {
        return (path.clone(), vm.ctx.new_str("Unknown module").into());
    };
    let file = bytes.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    // Dots at the start belong to the name.
    let leading = file.iter().take_while(|byte| **byte == b'.').count();
    let stem = match file.iter().rposition(|byte| *byte == b'.') {
        Some(dot) if dot > leading => file.get(..dot).unwrap_or_default(),
        _ => file,
    };
    (text::new_str(vm, file), text::new_str(vm, stem))
}

fn is_on(home: &Home, name: &'static str, vm: &VirtualMachine) -> PyResult<bool> {
    global(home, name, vm)?.try_to_bool(vm)
}

fn process_name(home: &Home, vm: &VirtualMachine) -> PyResult {
    if !is_on(home, "logMultiprocessing", vm)? {
        return Ok(vm.ctx.none());
    }
    if let Some(module) = import::modules(vm)?.get_item_opt("multiprocessing", vm)?
        && let Ok(name) = vm.call_method(&module, "current_process", ()).and_then(|own| own.get_attr("name", vm))
    {
        return Ok(name);
    }
    Ok(vm.ctx.new_str("MainProcess").into())
}

fn init_record(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, name, level, path, line, message, args, exc_info, function] = values else {
        return Ok(vm.ctx.none());
    };
    let now = clock::seconds();
    let start = f64::try_from_object(vm, global(home, "_startTime", vm)?).unwrap_or(now);
    let float = |value: f64| -> PyObjectRef { vm.ctx.new_float(value).into() };
    let (file, module) = file_and_module(path, vm);
    let (thread, thread_name) = if is_on(home, "logThreads", vm)? {
        let current = vm.call_method(&*global(home, "threading", vm)?, "current_thread", ())?;
        (vm.ctx.new_int(ident()).into(), current.get_attr("name", vm)?)
    } else {
        (vm.ctx.none(), vm.ctx.none())
    };
    let process =
        if is_on(home, "logProcesses", vm)? { vm.ctx.new_int(std::process::id()).into() } else { vm.ctx.none() };
    let level_name = global(home, "getLevelName", vm)?.call((level.clone(),), vm)?;
    let own = names(vm);
    let attributes: [(_, PyObjectRef); 19] = [
        (own.name, name.clone()),
        (own.msg, message.clone()),
        (own.args, message_values(args.clone(), vm)?),
        (own.levelname, level_name),
        (own.levelno, level.clone()),
        (own.pathname, path.clone()),
        (own.filename, file),
        (own.module, module),
        (own.exc_info, exc_info.clone()),
        (own.exc_text, vm.ctx.none()),
        (own.lineno, line.clone()),
        (own.func_name, function.clone()),
        (own.created, float(now)),
        (own.msecs, float(now.fract() * 1000.0)),
        (own.relative_created, float((now - start) * 1000.0)),
        (own.thread, thread),
        (own.thread_name, thread_name),
        (own.process_name, process_name(home, vm)?),
        (own.process, process),
    ];
    match this.dict() {
        Some(dict) => {
            for (name, value) in attributes {
                dict.set_item(name, value, vm)?;
            }
        }
        None => {
            for (name, value) in attributes {
                this.set_attr(name, value, vm)?;
            }
        }
    }
    Ok(vm.ctx.none())
}

fn message(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let mut message = this.get(names.msg)?;
    if !text::is_basestring(&message) {
        message = match text::stringified(vm, &message) {
            // As it is, then.
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.unicode_error) => message,
            other => other?,
        };
    }
    let args = this.get(names.args)?;
    if args.clone().try_to_bool(vm)? { vm._mod(&message, &args) } else { Ok(message) }
}

/// `makeLogRecord(dict)`.
pub fn make_log_record(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(dict) = values.first() else { return Ok(vm.ctx.none()) };
    let (none, empty): (_, PyObjectRef) = (vm.ctx.none(), vm.ctx.new_str("").into());
    let nothing = vm.ctx.empty_tuple.clone().into();
    let zero = vm.ctx.new_int(0).into();
    let values: Vec<PyObjectRef> =
        vec![none.clone(), none.clone(), empty.clone(), zero, empty, nothing, none.clone(), none];
    let record = global(home, "LogRecord", vm)?.call(values, vm)?;
    vm.call_method(&*record.get_attr("__dict__", vm)?, "update", (dict.clone(),))?;
    Ok(record)
}

// ---- formatters ----------------------------------------------------------------------------------------------------

fn init_formatter(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let [format, date] = values else { return Ok(vm.ctx.none()) };
    let format = if format.clone().try_to_bool(vm)? { format.clone() } else { vm.ctx.new_str("%(message)s").into() };
    this.set(names.format_text, format)?;
    this.set(names.datefmt, date.clone())?;
    Ok(vm.ctx.none())
}

/// The broken-down time of a record, by the formatter's `converter`.
fn broken_down(this: &Receiver<'_>, created: PyObjectRef) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let converter = this.get(names.converter)?;
    // The functions of `time` are no methods, whichever of them a program puts there.
    if let Some(function) = vm.get_attribute_opt(&converter, "im_func")? {
        let time = this.global("time")?;
        for name in ["localtime", "gmtime"] {
            if time.get_attr(name, vm)?.is(&function) {
                return function.call((created,), vm);
            }
        }
    }
    converter.call((created,), vm)
}

fn format_time(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let [record, date] = values else { return Ok(vm.ctx.none()) };
    let moment = broken_down(this, record.get_attr(names.created, vm)?)?;
    if date.clone().try_to_bool(vm)? {
        return vm.call_method(&*this.global("time")?, "strftime", (date.clone(), moment));
    }
    let mut fields = vm.extract_elements_with(&moment, Ok)?;
    fields.truncate(6);
    fields.push(record.get_attr(names.msecs, vm)?);
    percent(vm, "%04d-%02d-%02d %02d:%02d:%02d,%03d", fields)
}

fn format_exception(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    let Some(info) = values.first() else { return Ok(vm.ctx.none()) };
    let mut parts = Vec::new();
    for at in 0..3 {
        parts.push(info.get_item(vm.ctx.new_int(at).as_object(), vm)?);
    }
    let lines = vm.call_method(&*this.global("traceback")?, "format_exception", parts)?;
    let joined = vm.call_method(vm.ctx.new_str("").as_object(), "join", (lines,))?;
    match text::bytes_of(&joined) {
        Some(bytes) if bytes.ends_with(b"\n") => {
            Ok(text::new_str(vm, bytes.get(..bytes.len() - 1).unwrap_or_default()))
        }
        _ => Ok(joined),
    }
}

/// `format % record.__dict__`, also where the name is a byte string among unicode.
fn filled(this: &Receiver<'_>, record: &PyObject) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let dict = record.get_attr("__dict__", vm)?;
    let fill = || vm._mod(&*this.get(names.format_text)?, &dict);
    match fill() {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.unicode_decode_error) => {
            let name = record.get_attr(names.name, vm)?;
            let again = vm.call_method(&name, "decode", ("utf-8",)).and_then(|name| {
                record.set_attr(names.name, name, vm)?;
                fill()
            });
            match again {
                Err(other) if other.fast_isinstance(vm.ctx.exceptions.unicode_decode_error) => Err(error),
                other => other,
            }
        }
        other => other,
    }
}

fn format(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some(record) = values.first() else { return Ok(vm.ctx.none()) };
    let own = Receiver::new(this.home, record, vm);
    own.set(names.message, own.call(names.get_message, Vec::new())?)?;
    if this.call(names.uses_time, Vec::new())?.try_to_bool(vm)? {
        let shown = this.call(names.format_time, vec![record.clone(), this.get(names.datefmt)?])?;
        own.set(names.asctime, shown)?;
    }
    let mut out = filled(this, record)?;
    if own.is_true(names.exc_info)? && !own.is_true(names.exc_text)? {
        let shown = this.call(names.format_exception, vec![own.get(names.exc_info)?])?;
        own.set(names.exc_text, shown)?;
    }
    if own.is_true(names.exc_text)? {
        let ends = out.downcast_ref::<PyStr>().is_some_and(|out| out.as_bytes().ends_with(b"\n"));
        if !ends {
            out = vm._add(&out, vm.ctx.new_str("\n").as_object())?;
        }
        let shown = own.get(names.exc_text)?;
        out = match vm._add(&out, &shown) {
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.unicode_error) => {
                let encoding = vm.call_method(&*import::sys(vm)?, "getfilesystemencoding", ())?;
                vm._add(&out, &*vm.call_method(&shown, "decode", (encoding, "replace"))?)?
            }
            other => other?,
        };
    }
    Ok(out)
}

fn format_all(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some(records) = values.first() else { return Ok(vm.ctx.none()) };
    let mut out: PyObjectRef = vm.ctx.new_str("").into();
    if records.length(vm)? == 0 {
        return Ok(out);
    }
    out = vm._add(&out, &*this.call(names.format_header, vec![records.clone()])?)?;
    let format = this.get(names.linefmt)?;
    for record in vm.extract_elements_with(records, Ok)? {
        out = vm._add(&out, &*vm.call_method(&format, "format", (record,))?)?;
    }
    vm._add(&out, &*this.call(names.format_footer, vec![records.clone()])?)
}

/// `Filter.filter`: records of the logger of that name, and of those below it.
fn passes(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some(record) = values.first() else { return Ok(vm.ctx.none()) };
    let length = this.get(names.nlen)?;
    let zero: PyObjectRef = vm.ctx.new_int(0).into();
    let name = this.get(names.name)?;
    let its = record.get_attr(names.name, vm)?;
    if vm.bool_eq(&length, &zero)? || vm.bool_eq(&name, &its)? {
        return Ok(vm.ctx.new_int(1).into());
    }
    let at = vm.call_method(&its, "find", (name, zero.clone(), length.clone()))?;
    if !vm.bool_eq(&at, &zero)? {
        return Ok(zero);
    }
    let next = its.get_item(&*length, vm)?;
    let is_dot = next.rich_compare_bool(vm.ctx.new_str(".").as_object(), PyComparisonOp::Eq, vm)?;
    Ok(vm.ctx.new_bool(is_dot).into())
}

// ---- the classes ---------------------------------------------------------------------------------------------------

/// Makes the classes and hands each over with its name.
pub fn classes(home: &Arc<Home>, vm: &VirtualMachine, put: impl Fn(&'static str, PyObjectRef)) -> PyResult<()> {
    let localtime = import::module(vm, "time")?.get_attr("localtime", vm)?;
    let classes: [(_, &'static [Function], _, _); 5] = [
        ("LogRecord", LOG_RECORD, Vec::new(), "One event."),
        ("Formatter", FORMATTER, vec![("converter", localtime)], "Makes text of records."),
        ("BufferingFormatter", BUFFERING_FORMATTER, Vec::new(), "Makes text of several records."),
        ("Filter", FILTER, Vec::new(), "Lets the records of a logger and of those below it pass."),
        ("Filterer", FILTERER, Vec::new(), "What has filters."),
    ];
    for (name, functions, values, doc) in classes {
        let bases = vec![vm.ctx.types.object_type.to_owned().into()];
        put(name, Class { name, module: "logging", bases, functions, values, doc: Some(doc) }.make(home, true, vm)?);
    }
    put("_defaultFormatter", global(home, "Formatter", vm)?.call(FuncArgs::default(), vm)?);
    Ok(())
}
