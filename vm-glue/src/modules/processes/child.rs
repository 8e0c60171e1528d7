//! The start of a process: `Popen._execute_child`.

use std::io::{PipeReader, PipeWriter, Read};
use std::os::fd::AsRawFd;

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::popen::names;
use super::{ECHILD, number_of, retried};
use crate::import::{self, machine_module};
use crate::modules::receiver::Receiver;
use crate::runtime::{dialect, files, text};

/// A word as the system takes it.
fn word(value: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let bytes = if text::is_unicode(value) {
        Some(text::unicode_of(vm, value)?.into_bytes())
    } else {
        text::is_str(value).then(|| text::bytes_of(value)).flatten()
    };
    match bytes {
        Some(bytes) if !bytes.contains(&0) => Ok(bytes),
        _ => Err(vm.new_type_error("execv() arg 2 must contain only strings")),
    }
}

fn object_of(vm: &VirtualMachine, bytes: Vec<u8>) -> PyObjectRef {
    vm.ctx.new_bytes(bytes).into()
}

/// The command's words.
fn words(args: &PyObjectRef, shell: bool, executable: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let mut words = if text::is_basestring(args) { vec![args.clone()] } else { vm.extract_elements_with(args, Ok)? };
    if shell {
        let first = match executable.to_owned().try_to_bool(vm)? {
            true => executable.to_owned(),
            false => vm.ctx.new_str("/bin/sh").into(),
        };
        words.splice(..0, [first, vm.ctx.new_str("-c").into()]);
    }
    Ok(words)
}

/// The variables as `name=value`; None if the child has ours.
fn variables(env: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Vec<PyObjectRef>>> {
    if vm.is_none(env) {
        return Ok(None);
    }
    let mut variables = Vec::new();
    for name in vm.extract_elements_with(&*vm.call_method(env, "keys", ())?, Ok)? {
        let value = env.get_item(&*name, vm)?;
        if !text::is_basestring(&value) {
            return Err(vm.new_type_error("execve() arg 3 contains a non-string value"));
        }
        let mut variable = word(&name, vm)?;
        if variable.contains(&b'=') {
            return Err(vm.new_value_error("illegal environment variable name"));
        }
        variable.push(b'=');
        variable.extend(word(&value, vm)?);
        variables.push(object_of(vm, variable));
    }
    Ok(Some(variables))
}

/// The files that the program may be.
fn candidates(this: &Receiver<'_>, executable: &[u8], env: &PyObjectRef) -> PyResult<Vec<PyObjectRef>> {
    let vm = this.vm;
    if executable.contains(&b'/') {
        return Ok(vec![object_of(vm, executable.to_vec())]);
    }
    let os = this.global("os")?;
    let env = if vm.is_none(env) { os.get_attr("environ", vm)? } else { env.clone() };
    let path = vm.call_method(&env, "get", ("PATH", os.get_attr("defpath", vm)?))?;
    let path = word(&path, vm)?;
    let joined = path.split(|byte| *byte == b':').map(|folder| {
        let mut file = folder.to_vec();
        if !folder.is_empty() && !folder.ends_with(b"/") {
            file.push(b'/');
        }
        file.extend(executable);
        object_of(vm, file)
    });
    Ok(joined.collect())
}

/// A pipe for the child's report. Its number must not be one that becomes a standard stream of the child.
fn report_pipe(vm: &VirtualMachine) -> PyResult<(PipeReader, PipeWriter)> {
    let fault = |error: std::io::Error| files::io_error(&error, None, vm);
    let (reader, mut writer) = std::io::pipe().map_err(fault)?;
    let mut low = Vec::new();
    while writer.as_raw_fd() < 3 {
        let next = writer.try_clone().map_err(fault)?;
        low.push(std::mem::replace(&mut writer, next));
    }
    Ok((reader, writer))
}

/// `_execute_child(args, executable, preexec_fn, close_fds, cwd, env, universal_newlines, startupinfo, creationflags,
/// shell, to_close, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)`.
pub fn execute(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let [args, executable, preexec, close_fds, cwd, env, _, _, _, shell, _, ends @ ..] = values else {
        return Ok(vm.ctx.none());
    };
    let args = words(args, shell.clone().try_to_bool(vm)?, executable, vm)?;
    let executable = match args.first() {
        _ if !vm.is_none(executable) => executable.clone(),
        Some(first) => first.clone(),
        None => return Err(vm.new_index_error("list index out of range")),
    };
    if text::bytes_of(&executable).is_some_and(|executable| executable.contains(&0)) {
        let message = "execv() argument 1 must be encoded string without null bytes, not str";
        return Err(vm.new_type_error(message));
    }
    let words = args.iter().map(|arg| Ok(object_of(vm, word(arg, vm)?))).collect::<PyResult<Vec<_>>>()?;
    let variables = variables(env, vm)?;
    let candidates = candidates(this, &word(&executable, vm)?, env)?;
    let (mut reader, writer) = report_pipe(vm)?;
    let list = |items: Vec<PyObjectRef>| -> PyObjectRef { vm.ctx.new_list(items).into() };
    let none = || vm.ctx.none();
    let number = |number: i32| -> PyObjectRef { vm.ctx.new_int(number).into() };
    let mut call: Vec<PyObjectRef> = vec![
        list(words),
        list(candidates),
        vm.ctx.new_bool(close_fds.clone().try_to_bool(vm)?).into(),
        vm.ctx.empty_tuple.clone().into(),
        if vm.is_none(cwd) { none() } else { object_of(vm, word(cwd, vm)?) },
        variables.map_or_else(none, list),
    ];
    call.extend(ends.iter().map(|end| if vm.is_none(end) { number(-1) } else { end.clone() }));
    call.extend([number(reader.as_raw_fd()), number(writer.as_raw_fd())]);
    let no: PyObjectRef = vm.ctx.new_bool(false).into();
    call.extend([no.clone(), no, number(-1), none(), none(), none(), number(-1)]);
    call.push(if vm.is_none(preexec) { none() } else { reporting(preexec.clone(), writer.as_raw_fd(), vm) });
    let pid = vm.call_method(&*machine_module(vm, "_posixsubprocess")?, "fork_exec", call)?;
    drop(writer);
    this.set(names.pid, pid)?;
    this.set(names.child_created, vm.ctx.new_bool(true))?;
    let mut report = Vec::new();
    vm.allow_threads(|| reader.read_to_end(&mut report)).map_err(|error| files::io_error(&error, None, vm))?;
    if report.is_empty() {
        return Ok(vm.ctx.none());
    }
    reap(this)?;
    this.set(names.child_created, vm.ctx.new_bool(false))?;
    Err(failure(&report, cwd, vm)?)
}

/// Waits for a child that has not become the program.
fn reap(this: &Receiver<'_>) -> PyResult<()> {
    let vm = this.vm;
    let pid = this.get(names(vm).pid)?;
    let os = this.global("os")?;
    match retried(vm, || vm.call_method(&os, "waitpid", (pid.clone(), 0))) {
        Err(error) if number_of(&error, vm) == Some(ECHILD) => Ok(()),
        other => other.map(drop),
    }
}

// ---- reports -------------------------------------------------------------------------------------------------------

/// `preexec_fn` as the child runs it: its exception goes to the parent.
fn reporting(function: PyObjectRef, fd: i32, vm: &VirtualMachine) -> PyObjectRef {
    let run = move |vm: &VirtualMachine| -> PyResult<()> {
        let Err(error) = function.call((), vm) else { return Ok(()) };
        let told = (|| -> PyResult<()> {
            let class: PyObjectRef = error.class().to_owned().into();
            let trace = error.__traceback__().map_or_else(|| vm.ctx.none(), Into::into);
            let traceback = import::module(vm, "traceback")?;
            let lines = vm.call_method(&traceback, "format_exception", (class, error.clone(), trace))?;
            let lines = vm.call_method(vm.ctx.new_str("").as_object(), "join", (lines,))?;
            error.as_object().set_attr("child_traceback", lines, vm)?;
            let pickled = vm.call_method(&*import::module(vm, "pickle")?, "dumps", (error.clone(),))?;
            let mut report = b"pickle:".to_vec();
            report.extend(text::str_of(vm, &pickled)?);
            let posix = machine_module(vm, "posix")?;
            vm.call_method(&posix, "write", (fd, vm.ctx.new_bytes(report))).map(drop)
        })();
        // Nobody else can be told: the child is not the program yet.
        drop(told);
        vm.call_method(&*machine_module(vm, "posix")?, "_exit", (255,)).map(drop)
    };
    vm.new_function("preexec_fn", run).into()
}

fn exception(made: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    made.downcast().map_err(|_| vm.new_runtime_error("the child reports something that is no exception"))
}

/// The exception that the child's report tells of.
fn failure(report: &[u8], cwd: &PyObjectRef, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    if let Some(pickled) = report.strip_prefix(b"pickle:") {
        let pickle = import::module(vm, "pickle")?;
        return exception(vm.call_method(&pickle, "loads", (text::new_str(vm, pickled),))?, vm);
    }
    let report = String::from_utf8_lossy(report).into_owned();
    let mut parts = report.splitn(3, ':');
    let (kind, number, told) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    let number = number.and_then(|number| i32::from_str_radix(number, 16).ok()).filter(|_| kind == Some("OSError"));
    let made = match number {
        Some(number) => {
            let message = vm.call_method(&*import::module(vm, "os")?, "strerror", (number,))?;
            let class = dialect::builtins(vm)?.get_item("OSError", vm)?;
            // The folder's name stands in the error, that of the program does not.
            let made = match told.contains("chdir") {
                true => class.call((number, message, cwd.clone()), vm)?,
                false => class.call((number, message), vm)?,
            };
            exception(made, vm)?
        }
        None => vm.new_runtime_error(if told.is_empty() { report.clone() } else { told.to_owned() }),
    };
    let step = if told.contains("chdir") { "os.chdir(cwd)" } else { "os.execvpe(executable, args, env)" };
    let shown = text::str_of(vm, made.as_object())?;
    let kind = made.class().name().to_string();
    let trace = format!("Traceback (most recent call last):\n    {step}\n{kind}: {}\n", text::widen(&shown));
    made.as_object().set_attr("child_traceback", vm.ctx.new_str(trace), vm)?;
    Ok(made)
}
