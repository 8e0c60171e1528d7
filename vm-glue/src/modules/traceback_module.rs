//! The module `traceback` of Python 2.7: stack traces as text.
//!
//! The functions take whatever looks like a traceback, a frame or an exception, as those written in Python do.

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PyStr, PyTuple, PyType};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Body, Function, Given, Home, function, publish, with_defaults};
use super::receiver::global;
use crate::import;
use crate::modules;
use crate::runtime::{arguments, classic, frames, handling, text};

const NAMES: &[&str] = &[
    "extract_stack",
    "extract_tb",
    "format_exception",
    "format_exception_only",
    "format_list",
    "format_stack",
    "format_tb",
    "print_exc",
    "format_exc",
    "print_exception",
    "print_last",
    "print_stack",
    "print_tb",
    "tb_lineno",
];

const FRAME_LIMIT: &[&str] = &["f", "limit"];
const TWO: &[Given] = &[Given::None, Given::None];
const THREE: &[Given] = &[Given::None, Given::None, Given::None];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "_print",
        &["file", "str", "terminator"],
        &[Given::Text("\n")],
        Body::Run(|_, values, vm| {
            let [file, line, end] = values else { return Ok(vm.ctx.none()) };
            vm.call_method(file, "write", (vm._add(line, end)?,))
        }),
    ),
    with_defaults("print_list", &["extracted_list", "file"], &[Given::None], Body::Run(print_list)),
    function("format_list", &["extracted_list"], Body::Run(format_list)),
    with_defaults(
        "print_tb",
        &["tb", "limit", "file"],
        TWO,
        Body::Run(|home, values, vm| {
            let [tb, limit, file] = values else { return Ok(vm.ctx.none()) };
            let entries = of_traceback(home, tb, limit, vm)?;
            print_entries(&entries, file, vm)
        }),
    ),
    with_defaults(
        "format_tb",
        &["tb", "limit"],
        &[Given::None],
        Body::Run(|home, values, vm| {
            let [tb, limit] = values else { return Ok(vm.ctx.none()) };
            formatted(&of_traceback(home, tb, limit, vm)?, vm)
        }),
    ),
    with_defaults(
        "extract_tb",
        &["tb", "limit"],
        &[Given::None],
        Body::Run(|home, values, vm| {
            let [tb, limit] = values else { return Ok(vm.ctx.none()) };
            extracted(of_traceback(home, tb, limit, vm)?, vm)
        }),
    ),
    with_defaults(
        "print_exception",
        &["etype", "value", "tb", "limit", "file"],
        TWO,
        Body::Run(|home, values, vm| {
            let [class, value, tb, limit, file] = values else { return Ok(vm.ctx.none()) };
            print_exception(home, [class, value, tb], limit, file, vm)
        }),
    ),
    with_defaults(
        "format_exception",
        &["etype", "value", "tb", "limit"],
        &[Given::None],
        Body::Run(|home, values, vm| {
            let [class, value, tb, limit] = values else { return Ok(vm.ctx.none()) };
            Ok(vm.ctx.new_list(whole(home, [class, value, tb], limit, vm)?).into())
        }),
    ),
    function(
        "format_exception_only",
        &["etype", "value"],
        Body::Run(|_, values, vm| {
            let [class, value] = values else { return Ok(vm.ctx.none()) };
            Ok(vm.ctx.new_list(last_lines(class, value, vm)?).into())
        }),
    ),
    function(
        "_format_final_exc_line",
        &["etype", "value"],
        Body::Run(|_, values, vm| {
            let [class, value] = values else { return Ok(vm.ctx.none()) };
            final_line(class, value, vm)
        }),
    ),
    function(
        "_some_str",
        &["value"],
        Body::Run(|_, values, vm| {
            let Some(value) = values.first() else { return Ok(vm.ctx.none()) };
            some_text(value, vm)
        }),
    ),
    with_defaults(
        "print_exc",
        &["limit", "file"],
        TWO,
        Body::Run(|home, values, vm| {
            let [limit, file] = values else { return Ok(vm.ctx.none()) };
            let (class, value, tb) = handling::exc_info(vm);
            print_exception(home, [&class, &value, &tb], limit, file, vm)
        }),
    ),
    with_defaults(
        "format_exc",
        &["limit"],
        &[Given::None],
        Body::Run(|home, values, vm| {
            let (class, value, tb) = handling::exc_info(vm);
            let none = vm.ctx.none();
            let lines = whole(home, [&class, &value, &tb], values.first().unwrap_or(&none), vm)?;
            joined(lines, vm)
        }),
    ),
    with_defaults("print_last", &["limit", "file"], TWO, Body::Run(print_last)),
    with_defaults(
        "print_stack",
        &["f", "limit", "file"],
        THREE,
        Body::Run(|home, values, vm| {
            let [frame, limit, file] = values else { return Ok(vm.ctx.none()) };
            print_entries(&of_stack(home, frame, limit, vm)?, file, vm)
        }),
    ),
    with_defaults(
        "format_stack",
        FRAME_LIMIT,
        TWO,
        Body::Run(|home, values, vm| {
            let [frame, limit] = values else { return Ok(vm.ctx.none()) };
            formatted(&of_stack(home, frame, limit, vm)?, vm)
        }),
    ),
    with_defaults(
        "extract_stack",
        FRAME_LIMIT,
        TWO,
        Body::Run(|home, values, vm| {
            let [frame, limit] = values else { return Ok(vm.ctx.none()) };
            extracted(of_stack(home, frame, limit, vm)?, vm)
        }),
    ),
    function(
        "tb_lineno",
        &["tb"],
        Body::Run(|_, values, vm| values.first().map_or_else(|| Ok(vm.ctx.none()), |tb| tb.get_attr("tb_lineno", vm))),
    ),
];

// ---- entries -------------------------------------------------------------------------------------------------------

/// One level: file, line, function, source (None where it is not known).
type Level = [PyObjectRef; 4];

fn percent(vm: &VirtualMachine, format: &str, values: Vec<PyObjectRef>) -> PyResult {
    vm._mod(vm.ctx.new_str(format).as_object(), vm.ctx.new_tuple(values).as_object())
}

/// How many levels are wanted at most: the argument, or `sys.tracebacklimit`.
fn limit_of(limit: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    let limit = if vm.is_none(limit) {
        vm.get_attribute_opt(&*import::sys(vm)?, "tracebacklimit")?.filter(|limit| !vm.is_none(limit))
    } else {
        Some(limit.to_owned())
    };
    match limit {
        Some(limit) => Ok(usize::try_from(arguments::c_long(vm, &limit)?).unwrap_or(0)),
        None => Ok(usize::MAX),
    }
}

fn level(home: &Home, frame: &PyObject, line: PyObjectRef, vm: &VirtualMachine) -> PyResult<Level> {
    let code = frame.get_attr("f_code", vm)?;
    let file = code.get_attr("co_filename", vm)?;
    let linecache = global(home, "linecache", vm)?;
    vm.call_method(&linecache, "checkcache", (file.clone(),))?;
    let globals = frame.get_attr("f_globals", vm)?;
    let source = vm.call_method(&linecache, "getline", (file.clone(), line.clone(), globals))?;
    let source = if source.clone().try_to_bool(vm)? { vm.call_method(&source, "strip", ())? } else { vm.ctx.none() };
    Ok([file, line, code.get_attr("co_name", vm)?, source])
}

/// The levels of a traceback, outermost first.
fn of_traceback(home: &Home, tb: &PyObject, limit: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Level>> {
    let limit = limit_of(limit, vm)?;
    let mut levels = Vec::new();
    let mut next = tb.to_owned();
    while !vm.is_none(&next) && levels.len() < limit {
        let frame = next.get_attr("tb_frame", vm)?;
        levels.push(level(home, &frame, next.get_attr("tb_lineno", vm)?, vm)?);
        next = next.get_attr("tb_next", vm)?;
    }
    Ok(levels)
}

/// The levels of a frame and of those that called it; the frame last.
fn of_stack(home: &Home, frame: &PyObject, limit: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Level>> {
    let limit = limit_of(limit, vm)?;
    let mut next = if vm.is_none(frame) { frames::current(vm)?.into() } else { frame.to_owned() };
    let mut levels = Vec::new();
    while !vm.is_none(&next) && levels.len() < limit {
        levels.push(level(home, &next, next.get_attr("f_lineno", vm)?, vm)?);
        next = next.get_attr("f_back", vm)?;
    }
    levels.reverse();
    Ok(levels)
}

fn extracted(levels: Vec<Level>, vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.new_list(levels.into_iter().map(|level| vm.ctx.new_tuple(level.to_vec()).into()).collect()).into())
}

/// The first line of a level, and the one with the source.
fn lines_of(level: &Level, vm: &VirtualMachine) -> PyResult<(PyObjectRef, Option<PyObjectRef>)> {
    let [file, line, function, source] = level;
    let place = vec![file.clone(), line.clone(), function.clone()];
    let first = percent(vm, "  File \"%s\", line %d, in %s", place)?;
    if !source.clone().try_to_bool(vm)? {
        return Ok((first, None));
    }
    let source = vm.call_method(source, "strip", ())?;
    Ok((first, Some(percent(vm, "    %s", vec![source])?)))
}

/// The two lines of each level as one text.
fn texts(levels: &[Level], vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let end: PyObjectRef = vm.ctx.new_str("\n").into();
    let mut texts = Vec::with_capacity(levels.len());
    for level in levels {
        let (first, second) = lines_of(level, vm)?;
        let mut text = vm._add(&first, &end)?;
        if let Some(second) = second {
            text = vm._add(&text, &*vm._add(&second, &end)?)?;
        }
        texts.push(text);
    }
    Ok(texts)
}

fn formatted(levels: &[Level], vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.new_list(texts(levels, vm)?).into())
}

fn joined(texts: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    vm.call_method(vm.ctx.new_str("").as_object(), "join", (vm.ctx.new_list(texts),))
}

/// Entries that a program has: tuples of four.
fn given(list: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Level>> {
    let mut levels = Vec::new();
    for entry in vm.extract_elements_with(list, Ok)? {
        let parts = vm.extract_elements_with(&entry, Ok)?;
        let count = parts.len();
        let level = Level::try_from(parts).map_err(|_| match count {
            0..4 => vm.new_value_error(format!(
                "need more than {count} value{} to unpack",
                if count == 1 { "" } else { "s" }
            )),
            _ => vm.new_value_error("too many values to unpack"),
        })?;
        levels.push(level);
    }
    Ok(levels)
}

fn format_list(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(list) = values.first() else { return Ok(vm.ctx.none()) };
    formatted(&given(list, vm)?, vm)
}

// ---- printing ------------------------------------------------------------------------------------------------------

fn file_or_stderr(file: &PyObject, vm: &VirtualMachine) -> PyResult {
    if vm.is_none(file) { import::sys(vm)?.get_attr("stderr", vm) } else { Ok(file.to_owned()) }
}

fn put(file: &PyObject, text: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    vm.call_method(file, "write", (text,)).map(drop)
}

fn print_entries(levels: &[Level], file: &PyObject, vm: &VirtualMachine) -> PyResult {
    let file = file_or_stderr(file, vm)?;
    let end: PyObjectRef = vm.ctx.new_str("\n").into();
    for level in levels {
        let (first, second) = lines_of(level, vm)?;
        put(&file, vm._add(&first, &end)?, vm)?;
        if let Some(second) = second {
            put(&file, vm._add(&second, &end)?, vm)?;
        }
    }
    Ok(vm.ctx.none())
}

fn print_list(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [list, file] = values else { return Ok(vm.ctx.none()) };
    print_entries(&given(list, vm)?, file, vm)
}

fn print_exception(
    home: &Home,
    [class, value, tb]: [&PyObjectRef; 3],
    limit: &PyObject,
    file: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    let file = file_or_stderr(file, vm)?;
    if tb.clone().try_to_bool(vm)? {
        put(&file, vm.ctx.new_str("Traceback (most recent call last):\n").into(), vm)?;
        print_entries(&of_traceback(home, tb, limit, vm)?, &file, vm)?;
    }
    for line in last_lines(class, value, vm)? {
        put(&file, line, vm)?;
    }
    Ok(vm.ctx.none())
}

fn print_last(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [limit, file] = values else { return Ok(vm.ctx.none()) };
    let sys = import::sys(vm)?;
    let Some(class) = vm.get_attribute_opt(&sys, "last_type")? else {
        return Err(vm.new_value_error("no last exception"));
    };
    let (value, tb) = (sys.get_attr("last_value", vm)?, sys.get_attr("last_traceback", vm)?);
    print_exception(home, [&class, &value, &tb], limit, file, vm)
}

/// All lines of `format_exception`.
fn whole(
    home: &Home,
    [class, value, tb]: [&PyObjectRef; 3],
    limit: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Vec<PyObjectRef>> {
    let mut lines = Vec::new();
    if tb.clone().try_to_bool(vm)? {
        lines.push(vm.ctx.new_str("Traceback (most recent call last):\n").into());
        lines.extend(texts(&of_traceback(home, tb, limit, vm)?, vm)?);
    }
    lines.extend(last_lines(class, value, vm)?);
    Ok(lines)
}

// ---- the exception -------------------------------------------------------------------------------------------------

/// `str(value)`, or what is shown where that fails.
fn some_text(value: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let Ok(shown) = text::str_object(vm, value) {
        return Ok(shown);
    }
    let escaped = text::unicode_object(vm, value)
        .and_then(|shown| vm.call_method(&shown, "encode", ("ascii", "backslashreplace")));
    match escaped {
        Ok(shown) => Ok(shown),
        Err(_) => {
            let kind: PyObjectRef = crate::runtime::classes::type_of(value, vm);
            percent(vm, "<unprintable %s object>", vec![kind.get_attr("__name__", vm)?])
        }
    }
}

fn final_line(class: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult {
    let shown = some_text(value, vm)?;
    if vm.is_none(value) || !shown.clone().try_to_bool(vm)? {
        return percent(vm, "%s\n", vec![class.to_owned()]);
    }
    percent(vm, "%s: %s\n", vec![class.to_owned(), shown])
}

/// The lines that tell what was raised: one, or several for a SyntaxError.
fn last_lines(class: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let zoo = &vm.ctx.exceptions;
    if class.fast_isinstance(zoo.base_exception_type)
        || classic::is_instance(class)
        || vm.is_none(class)
        || class.downcast_ref_if_exact::<PyStr>(vm).is_some()
    {
        return Ok(vec![final_line(class, value, vm)?]);
    }
    let name = class.get_attr("__name__", vm)?;
    let Some(type_) = class.downcast_ref::<PyType>() else {
        return Err(vm.new_type_error("issubclass() arg 1 must be a class"));
    };
    if !type_.fast_issubclass(zoo.syntax_error) {
        return Ok(vec![final_line(&name, value, vm)?]);
    }
    let mut lines = Vec::new();
    let Some((message, place)) = syntax_error_place(value, vm) else { return Ok(vec![final_line(&name, value, vm)?]) };
    let [file, line, offset, source] = &place;
    let file = if file.clone().try_to_bool(vm)? { file.clone() } else { vm.ctx.new_str("<string>").into() };
    lines.push(percent(vm, "  File \"%s\", line %d\n", vec![file, line.clone()])?);
    if !vm.is_none(source) {
        lines.push(percent(vm, "    %s\n", vec![vm.call_method(source, "strip", ())?])?);
        if let (Some(source), false) = (source.downcast_ref::<PyStr>(), vm.is_none(offset)) {
            let content: Vec<char> = source.as_wtf8().to_string_lossy().trim_end_matches('\n').chars().collect();
            let end = arguments::c_long(vm, offset)?.min(isize::try_from(content.len()).unwrap_or(isize::MAX)) - 1;
            let end = usize::try_from(end).unwrap_or_else(|_| content.len().saturating_sub(end.unsigned_abs()));
            let before = content.get(..end).unwrap_or_default().iter().skip_while(|c| c.is_whitespace());
            let blanks: String = before.map(|c| if c.is_whitespace() { *c } else { ' ' }).collect();
            lines.push(vm.ctx.new_str(format!("    {blanks}^\n")).into());
        }
    }
    lines.push(final_line(&name, &message, vm)?);
    Ok(lines)
}

/// `msg, (filename, lineno, offset, badline) = value.args`.
fn syntax_error_place(value: &PyObject, vm: &VirtualMachine) -> Option<(PyObjectRef, Level)> {
    let args = value.get_attr("args", vm).ok()?;
    let args = args.downcast_ref::<PyTuple>()?;
    let [message, place] = args.as_slice() else { return None };
    let place = vm.extract_elements_with(place, Ok).ok()?;
    Some((message.clone(), Level::try_from(place).ok()?))
}

// ---- the module ----------------------------------------------------------------------------------------------------

fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    modules::set(vm, module, "__doc__", vm.ctx.new_str("Stack traces as text."));
    let names = NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    modules::set(vm, module, "__all__", vm.ctx.new_list(names));
    for name in ["linecache", "sys", "types"] {
        modules::set(vm, module, name, import::module(vm, name)?);
    }
    publish(vm, module, &home, FUNCTIONS, "traceback");
    Ok(())
}

/// Makes the module `traceback`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "traceback");
    if let Err(error) = fill(&module, vm) {
        vm.print_exception(&error);
    }
    module
}
