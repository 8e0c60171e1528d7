//! The module `subprocess` of Python 2.7: processes, and pipes to them.

mod child;
mod exchange;
mod popen;

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Body, Class, Function, Given, Home, function, publish, with_defaults};
use super::receiver::global;
use crate::import;
use crate::modules;
use crate::runtime::{dialect, text};

const NAMES: &[&str] = &["Popen", "PIPE", "STDOUT", "call", "check_call", "check_output", "CalledProcessError"];

/// `PIPE` and `STDOUT`.
const PIPE: i32 = -1;
const STDOUT: i32 = -2;

/// Fields of `sys.flags` with the options that set them.
const FLAGS: &[(&str, &str)] = &[
    ("debug", "d"),
    ("dont_write_bytecode", "B"),
    ("no_user_site", "s"),
    ("no_site", "S"),
    ("ignore_environment", "E"),
    ("verbose", "v"),
    ("bytes_warning", "b"),
    ("py3k_warning", "3"),
];

const ANY: &[&str] = &["*popenargs", "**kwargs"];

static FUNCTIONS: &[Function] = &[
    function(
        "call",
        ANY,
        Body::Raw(|home, args, vm| {
            let process = global(home, "Popen", vm)?.call(args, vm)?;
            vm.call_method(&process, "wait", ())
        }),
    ),
    function("check_call", ANY, Body::Raw(check_call)),
    function("check_output", ANY, Body::Raw(check_output)),
    function("list2cmdline", &["seq"], Body::Run(list_to_command_line)),
    function("_cleanup", &[], Body::Run(clean_up)),
    function(
        "_eintr_retry_call",
        &["func", "*args"],
        Body::Raw(|_, mut args, vm| {
            let Some(called) = args.take_positional() else {
                return Err(vm.new_type_error("_eintr_retry_call() takes at least 1 argument (0 given)"));
            };
            retried(vm, || called.call(args.clone(), vm))
        }),
    ),
    function(
        "_args_from_interpreter_flags",
        &[],
        Body::Run(|_, _, vm| {
            let flags = import::sys(vm)?.get_attr("flags", vm)?;
            let mut words = Vec::new();
            for (name, letter) in FLAGS {
                let count = flags.get_attr(*name, vm).and_then(|count| count.try_to_value::<usize>(vm)).unwrap_or(0);
                if count > 0 {
                    words.push(vm.ctx.new_str(format!("-{}", letter.repeat(count))).into());
                }
            }
            Ok(vm.ctx.new_list(words).into())
        }),
    ),
];

static CALLED_PROCESS_ERROR: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "returncode", "cmd", "output"],
        &[Given::None],
        Body::Run(|_, values, vm| {
            let Some((this, parts)) = values.split_first() else { return Ok(vm.ctx.none()) };
            for (name, value) in ["returncode", "cmd", "output"].into_iter().zip(parts) {
                this.set_attr(name, value.clone(), vm)?;
            }
            // The constructor of exceptions is not called.
            this.set_attr("args", vm.ctx.empty_tuple.clone(), vm)?;
            Ok(vm.ctx.none())
        }),
    ),
    function(
        "__str__",
        &["self"],
        Body::Run(|_, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let parts = vec![this.get_attr("cmd", vm)?, this.get_attr("returncode", vm)?];
            let format = vm.ctx.new_str("Command '%s' returned non-zero exit status %d");
            vm._mod(format.as_object(), vm.ctx.new_tuple(parts).as_object())
        }),
    ),
];

// ---- errors --------------------------------------------------------------------------------------------------------

/// The number of an error of the system; None for other exceptions.
fn number_of(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<i32> {
    let class = dialect::builtins(vm).and_then(|names| names.get_item("EnvironmentError", vm)).ok()?;
    if !error.as_object().is_instance(&class, vm).unwrap_or(false) {
        return None;
    }
    error.as_object().get_attr("errno", vm).ok()?.try_to_value(vm).ok()
}

/// `EINTR`, `ECHILD`, `EPIPE` and `EINVAL`.
const EINTR: i32 = 4;
const ECHILD: i32 = 10;
const EPIPE: i32 = 32;
const EINVAL: i32 = 22;

/// Calls again as long as a signal comes in between.
fn retried(vm: &VirtualMachine, call: impl Fn() -> PyResult) -> PyResult {
    loop {
        match call() {
            Err(error) if number_of(&error, vm) == Some(EINTR) => {}
            other => return other,
        }
    }
}

// ---- functions -----------------------------------------------------------------------------------------------------

/// Waits for all processes whose objects have gone.
fn clean_up(home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let active = global(home, "_active", vm)?;
    for process in vm.extract_elements_with(&active, Ok)? {
        let mut arguments = FuncArgs::default();
        arguments.kwargs.insert("_deadstate".into(), vm.ctx.new_int(i64::MAX).into());
        let ended = process.get_attr("_internal_poll", vm)?.call(arguments, vm)?;
        if !vm.is_none(&ended)
            && let Err(error) = vm.call_method(&active, "remove", (process,))
            && !error.fast_isinstance(vm.ctx.exceptions.value_error)
        {
            return Err(error);
        }
    }
    Ok(vm.ctx.none())
}

/// The command of a call, for the error.
fn command_of(args: &FuncArgs, vm: &VirtualMachine) -> PyObjectRef {
    args.kwargs.get("args").or_else(|| args.args.first()).cloned().unwrap_or_else(|| vm.ctx.none())
}

/// A `CalledProcessError`.
fn failed(home: &Home, parts: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let made = global(home, "CalledProcessError", vm).and_then(|class| class.call(parts, vm));
    match made.map(|error| error.downcast::<rustpython_vm::builtins::PyBaseException>()) {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_type_error("exceptions must be old-style classes or derived from BaseException"),
        Err(error) => error,
    }
}

fn check_call(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let command = command_of(&args, vm);
    let status = global(home, "call", vm)?.call(args, vm)?;
    if status.clone().try_to_bool(vm)? {
        return Err(failed(home, vec![status, command], vm));
    }
    Ok(vm.ctx.new_int(0).into())
}

fn check_output(home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.kwargs.contains_key("stdout") {
        return Err(vm.new_value_error("stdout argument not allowed, it will be overridden."));
    }
    let command = command_of(&args, vm);
    args.kwargs.insert("stdout".into(), global(home, "PIPE", vm)?);
    let process = global(home, "Popen", vm)?.call(args, vm)?;
    let output = vm.call_method(&process, "communicate", ())?.get_item(vm.ctx.new_int(0).as_object(), vm)?;
    let status = vm.call_method(&process, "poll", ())?;
    if status.clone().try_to_bool(vm)? {
        return Err(failed(home, vec![status, command, output], vm));
    }
    Ok(output)
}

/// `list2cmdline(seq)`: one command line by the rules of Microsoft's C library.
fn list_to_command_line(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(words) = values.first() else { return Ok(vm.ctx.none()) };
    let mut line: Vec<u8> = Vec::new();
    let mut is_unicode = false;
    for (at, word) in vm.extract_elements_with(words, Ok)?.into_iter().enumerate() {
        is_unicode |= text::is_unicode(&word);
        let word = match text::is_unicode(&word) {
            true => text::unicode_of(vm, &word)?.into_bytes(),
            false => text::str_of(vm, &word)?,
        };
        if at > 0 {
            line.push(b' ');
        }
        let quoted = word.is_empty() || word.contains(&b' ') || word.contains(&b'\t');
        if quoted {
            line.push(b'"');
        }
        let mut slashes = 0;
        for byte in word {
            match byte {
                b'\\' => slashes += 1,
                b'"' => {
                    line.extend(std::iter::repeat_n(b'\\', slashes * 2 + 1));
                    line.push(b'"');
                    slashes = 0;
                }
                other => {
                    line.extend(std::iter::repeat_n(b'\\', slashes));
                    line.push(other);
                    slashes = 0;
                }
            }
        }
        line.extend(std::iter::repeat_n(b'\\', if quoted { slashes * 2 } else { slashes }));
        if quoted {
            line.push(b'"');
        }
    }
    Ok(match is_unicode {
        true => text::new_unicode(vm, &String::from_utf8_lossy(&line)),
        false => text::new_str(vm, &line),
    })
}

// ---- the module ----------------------------------------------------------------------------------------------------

fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let set = |name: &'static str, value: PyObjectRef| modules::set(vm, module, name, value);
    set("__doc__", vm.ctx.new_str("Processes, and pipes to them.").into());
    set("__all__", vm.ctx.new_list(NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect()).into());
    for name in ["os", "sys", "errno", "select", "signal", "types", "gc"] {
        set(name, import::module(vm, name)?);
    }
    for (name, value) in [("PIPE", PIPE), ("STDOUT", STDOUT), ("MAXFD", 256), ("_PIPE_BUF", 512)] {
        set(name, vm.ctx.new_int(value).into());
    }
    set("mswindows", vm.ctx.new_bool(false).into());
    set("_has_poll", vm.ctx.new_bool(true).into());
    set("_active", vm.ctx.new_list(Vec::new()).into());
    publish(vm, module, &home, FUNCTIONS, "subprocess");
    let error = Class {
        name: "CalledProcessError",
        module: "subprocess",
        bases: vec![vm.ctx.exceptions.exception_type.to_owned().into()],
        functions: CALLED_PROCESS_ERROR,
        values: Vec::new(),
        doc: Some("A process ended with another status than zero."),
    };
    set("CalledProcessError", error.make(&home, true, vm)?);
    set("Popen", popen::class(&home, vm)?);
    Ok(())
}

/// Makes the module `subprocess`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "subprocess");
    if let Err(error) = fill(&module, vm) {
        vm.print_exception(&error);
    }
    module
}
