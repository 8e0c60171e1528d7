//! The class `subprocess.Popen`. Its methods call each other through the object: programs override some.

use std::sync::Arc;

use rustpython_vm::builtins::{PyInt, PySet};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::{ECHILD, EINVAL, EPIPE, PIPE, STDOUT, exchange, number_of, retried};
use crate::import::{self, machine_module};
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, with_defaults};
use crate::modules::receiver::{Receiver, global};
use crate::runtime::{arguments, text};

crate::interned_names! {
    stdin = "stdin",
    stdout = "stdout",
    stderr = "stderr",
    pid = "pid",
    returncode = "returncode",
    universal_newlines = "universal_newlines",
    child_created = "_child_created",
    get_handles = "_get_handles",
    pipe_cloexec = "pipe_cloexec",
    execute_child = "_execute_child",
    handle_status = "_handle_exitstatus",
    internal_poll = "_internal_poll",
    communicate = "_communicate",
    translate_newlines = "_translate_newlines",
    wait = "wait",
    send_signal = "send_signal",
}

const SELF: &[&str] = &["self"];

/// A method that works on its object.
macro_rules! run {
    ($work:expr) => {
        Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(&Receiver<'_>, &[PyObjectRef]) -> PyResult = $work;
            work(&Receiver::new(home, this, vm), values.get(1..).unwrap_or_default())
        })
    };
}

const PARAMETERS: &[&str] = &[
    "self",
    "args",
    "bufsize",
    "executable",
    "stdin",
    "stdout",
    "stderr",
    "preexec_fn",
    "close_fds",
    "shell",
    "cwd",
    "env",
    "universal_newlines",
    "startupinfo",
    "creationflags",
];
const DEFAULTS: &[Given] = &[
    Given::Int(0),
    Given::None,
    Given::None,
    Given::None,
    Given::None,
    Given::None,
    Given::Bool(false),
    Given::Bool(false),
    Given::None,
    Given::None,
    Given::Bool(false),
    Given::None,
    Given::Int(0),
];

const CHILD: &[&str] = &[
    "self",
    "args",
    "executable",
    "preexec_fn",
    "close_fds",
    "cwd",
    "env",
    "universal_newlines",
    "startupinfo",
    "creationflags",
    "shell",
    "to_close",
    "p2cread",
    "p2cwrite",
    "c2pread",
    "c2pwrite",
    "errread",
    "errwrite",
];

static POPEN: &[Function] = &[
    with_defaults("__init__", PARAMETERS, DEFAULTS, run!(init)),
    function(
        "_translate_newlines",
        &["self", "data"],
        run!(|this, values| {
            let data = values.first().cloned().unwrap_or_else(|| this.vm.ctx.none());
            let data = this.vm.call_method(&data, "replace", ("\r\n", "\n"))?;
            this.vm.call_method(&data, "replace", ("\r", "\n"))
        }),
    ),
    with_defaults("communicate", &["self", "input"], &[Given::None], run!(communicate)),
    function("__del__", &["self", "_active"], Body::Raw(del)),
    function("poll", SELF, run!(|this, _| this.call(names(this.vm).internal_poll, Vec::new()))),
    function("_get_handles", &["self", "stdin", "stdout", "stderr"], run!(get_handles)),
    function(
        "pipe_cloexec",
        SELF,
        run!(|this, _| {
            let pipe = machine_module(this.vm, "posix")?;
            this.vm.call_method(&pipe, "pipe", ())
        }),
    ),
    function("_execute_child", CHILD, run!(super::child::execute)),
    function("_handle_exitstatus", &["self", "sts"], run!(handle_status)),
    with_defaults("_internal_poll", &["self", "_deadstate"], &[Given::None], run!(internal_poll)),
    function("wait", SELF, run!(wait)),
    function("_communicate", &["self", "input"], run!(communicate_with_all)),
    function(
        "send_signal",
        &["self", "sig"],
        run!(|this, values| {
            let signal = values.first().cloned().unwrap_or_else(|| this.vm.ctx.none());
            let pid = this.get(names(this.vm).pid)?;
            this.vm.call_method(&*this.global("os")?, "kill", (pid, signal))
        }),
    ),
    function(
        "terminate",
        SELF,
        run!(|this, _| { this.call(names(this.vm).send_signal, vec![this.vm.ctx.new_int(15).into()]) }),
    ),
    function(
        "kill",
        SELF,
        run!(|this, _| { this.call(names(this.vm).send_signal, vec![this.vm.ctx.new_int(9).into()]) }),
    ),
];

// ---- the start -----------------------------------------------------------------------------------------------------

/// The numbers of a set of descriptors.
fn members(set: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    vm.extract_elements_with(set, Ok)
}

fn close_descriptor(home: &Home, fd: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    vm.call_method(&*global(home, "os", vm)?, "close", (fd.clone(),)).map(drop)
}

fn init(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let [
        args,
        bufsize,
        executable,
        stdin,
        stdout,
        stderr,
        preexec,
        close_fds,
        shell,
        cwd,
        env,
        universal,
        startup,
        flags,
    ] = values
    else {
        return Ok(vm.ctx.none());
    };
    this.global("_cleanup")?.call((), vm)?;
    if bufsize.downcast_ref::<PyInt>().is_none() {
        return Err(vm.new_type_error("bufsize must be an integer"));
    }
    if !vm.is_none(startup) {
        return Err(vm.new_value_error("startupinfo is only supported on Windows platforms"));
    }
    if flags.clone().try_to_bool(vm)? {
        return Err(vm.new_value_error("creationflags is only supported on Windows platforms"));
    }
    for name in [names.stdin, names.stdout, names.stderr, names.pid, names.returncode] {
        this.set(name, vm.ctx.none())?;
    }
    this.set(names.universal_newlines, universal.clone())?;
    // Descriptors of the child's ends, of ours, and those to close when all has been started.
    let handles = this.call(names.get_handles, vec![stdin.clone(), stdout.clone(), stderr.clone()])?;
    let handles = vm.extract_elements_with(&handles, Ok)?;
    let [ends, to_close] = handles.as_slice() else {
        return Err(vm.new_value_error("_get_handles() returns two values"));
    };
    let ends = vm.extract_elements_with(ends, Ok)?;
    let mut given = vec![
        args.clone(),
        executable.clone(),
        preexec.clone(),
        close_fds.clone(),
        cwd.clone(),
        env.clone(),
        universal.clone(),
        startup.clone(),
        flags.clone(),
        shell.clone(),
        to_close.clone(),
    ];
    given.extend(ends.iter().cloned());
    if let Err(error) = this.call(names.execute_child, given) {
        for fd in members(to_close, vm)? {
            match close_descriptor(this.home, &fd, vm) {
                Err(error) if number_of(&error, vm).is_some() => {}
                other => other?,
            }
        }
        return Err(error);
    }
    let [_, to_stdin, from_stdout, _, from_stderr, _] = ends.as_slice() else {
        return Err(vm.new_value_error("_get_handles() returns six descriptors"));
    };
    for fd in members(to_close, vm)? {
        let mut kept = false;
        for end in [to_stdin, from_stdout, from_stderr] {
            kept |= vm.bool_eq(end, &fd)?;
        }
        if !kept {
            close_descriptor(this.home, &fd, vm)?;
        }
    }
    let reading = if universal.clone().try_to_bool(vm)? { "rU" } else { "rb" };
    for (name, fd, mode) in
        [(names.stdin, to_stdin, "wb"), (names.stdout, from_stdout, reading), (names.stderr, from_stderr, reading)]
    {
        if !vm.is_none(fd) {
            let files = import::module(vm, "_processes")?;
            let file = vm.call_method(&files, "end", (fd.clone(), mode, bufsize.clone()))?;
            this.set(name, file)?;
        }
    }
    Ok(vm.ctx.none())
}

/// The child's end of a stream, and ours.
fn ends_of(this: &Receiver<'_>, stream: &PyObjectRef, reads: bool, to_close: &PySet) -> PyResult<[PyObjectRef; 2]> {
    let vm = this.vm;
    let none = vm.ctx.none();
    if vm.is_none(stream) {
        return Ok([none.clone(), none]);
    }
    if vm.bool_eq(stream, vm.ctx.new_int(PIPE).as_object())? {
        let pair = vm.extract_elements_with(&*this.call(names(vm).pipe_cloexec, Vec::new())?, Ok)?;
        let Ok([reader, writer]) = <[PyObjectRef; 2]>::try_from(pair) else {
            return Err(vm.new_value_error("a pipe has two ends"));
        };
        to_close.add(reader.clone(), vm)?;
        to_close.add(writer.clone(), vm)?;
        return Ok(if reads { [reader, writer] } else { [writer, reader] });
    }
    if stream.downcast_ref::<PyInt>().is_some() {
        return Ok([stream.clone(), none]);
    }
    if !reads && let Some(flush) = vm.get_attribute_opt(stream, "flush")? {
        // What was written before comes before what the child writes; a file that is closed is told of below.
        match flush.call((), vm) {
            Err(error) if number_of(&error, vm).is_some() || error.fast_isinstance(vm.ctx.exceptions.value_error) => {}
            other => drop(other?),
        }
    }
    Ok([vm.call_method(stream, "fileno", ())?, none])
}

fn get_handles(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    let [stdin, stdout, stderr] = values else { return Ok(vm.ctx.none()) };
    let to_close = PySet::default().into_ref(&vm.ctx);
    let [in_read, in_write] = ends_of(this, stdin, true, &to_close)?;
    let [out_write, out_read] = ends_of(this, stdout, false, &to_close)?;
    let [err_write, err_read] = if vm.bool_eq(stderr, vm.ctx.new_int(STDOUT).as_object())? {
        let same = if vm.is_none(&out_write) {
            let stdout = import::sys(vm)?.get_attr("__stdout__", vm)?;
            vm.call_method(&stdout, "fileno", ())?
        } else {
            out_write.clone()
        };
        [same, vm.ctx.none()]
    } else {
        ends_of(this, stderr, false, &to_close)?
    };
    let ends = vm.ctx.new_tuple(vec![in_read, in_write, out_read, out_write, err_read, err_write]);
    Ok(vm.ctx.new_tuple(vec![ends.into(), to_close.into()]).into())
}

// ---- the end -------------------------------------------------------------------------------------------------------

/// `__del__(self, _active=subprocess._active)`: a process that still runs is waited for later.
fn del(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(this) = args.args.first() else { return Ok(vm.ctx.none()) };
    let own = Receiver::new(home, this, vm);
    let names = names(vm);
    if !own.is_true(names.child_created)? {
        return Ok(vm.ctx.none());
    }
    own.call(names.internal_poll, Vec::new())?;
    let active = global(home, "_active", vm)?;
    if vm.is_none(&*own.get(names.returncode)?) && !vm.is_none(&active) {
        vm.call_method(&active, "append", (this.clone(),))?;
    }
    Ok(vm.ctx.none())
}

/// `_handle_exitstatus(sts)`: what `waitpid` says as a return code.
fn handle_status(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    let Some(status) = values.first() else { return Ok(vm.ctx.none()) };
    let status = arguments::c_long(vm, status)?;
    let (signal, code) = (status & 0x7f, (status >> 8) & 0xff);
    let code = match signal {
        0 => code,
        0x7f => return Err(vm.new_runtime_error("Unknown child exit status!")),
        signal => -signal,
    };
    this.set(names(vm).returncode, vm.ctx.new_int(code))?;
    Ok(vm.ctx.none())
}

/// `os.waitpid(self.pid, options)`: the status if it is this process's.
fn wait_pid(this: &Receiver<'_>, options: i32) -> PyResult<Option<PyObjectRef>> {
    let vm = this.vm;
    let pid = this.get(names(vm).pid)?;
    let found = vm.call_method(&*this.global("os")?, "waitpid", (pid.clone(), options))?;
    let found = vm.extract_elements_with(&found, Ok)?;
    match found.as_slice() {
        [other, status] if vm.bool_eq(other, &pid)? => Ok(Some(status.clone())),
        _ => Ok(None),
    }
}

fn internal_poll(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    const WNOHANG: i32 = 1;
    let (vm, names) = (this.vm, names(this.vm));
    if vm.is_none(&*this.get(names.returncode)?) {
        match wait_pid(this, WNOHANG) {
            Ok(Some(status)) => drop(this.call(names.handle_status, vec![status])?),
            Ok(None) => {}
            Err(error) => {
                let Some(number) = number_of(&error, vm) else { return Err(error) };
                if let Some(dead) = values.first().filter(|dead| !vm.is_none(dead)) {
                    this.set(names.returncode, dead.clone())?;
                }
                if number == ECHILD {
                    // Signals of children are ignored: nobody will ever know.
                    this.set(names.returncode, vm.ctx.new_int(0))?;
                }
            }
        }
    }
    this.get(names.returncode)
}

fn wait(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    while vm.is_none(&*this.get(names.returncode)?) {
        let status = retried(vm, || Ok(wait_pid(this, 0)?.unwrap_or_else(|| vm.ctx.none())));
        let status = match status {
            // Somebody else has waited for it, or signals of children are ignored.
            Err(error) if number_of(&error, vm) == Some(ECHILD) => vm.ctx.new_int(0).into(),
            other => other?,
        };
        if !vm.is_none(&status) {
            this.call(names.handle_status, vec![status])?;
        }
    }
    this.get(names.returncode)
}

// ---- talking -------------------------------------------------------------------------------------------------------

fn none_if(stream: PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    Ok(if stream.clone().try_to_bool(vm)? { Some(stream) } else { None })
}

/// Closes the stream; a child that does not listen any more is no error.
fn close(stream: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    match vm.call_method(stream, "close", ()) {
        Err(error) if number_of(&error, vm) == Some(EPIPE) => Ok(()),
        other => other.map(drop),
    }
}

fn communicate(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let input = values.first().cloned().unwrap_or_else(|| vm.ctx.none());
    let stdin = this.get(names.stdin)?;
    if stdin.clone().try_to_bool(vm)?
        && let Some(closed) = vm.get_attribute_opt(&stdin, "closed")?
        && closed.try_to_bool(vm)?
    {
        this.set(names.stdin, vm.ctx.none())?;
    }
    let streams = [names.stdin, names.stdout, names.stderr].map(|name| this.get(name));
    let [stdin, stdout, stderr] = streams;
    let (stdin, stdout, stderr) = (stdin?, stdout?, stderr?);
    if [&stdin, &stdout, &stderr].iter().filter(|stream| vm.is_none(stream)).count() < 2 {
        return this.call(names.communicate, vec![input]);
    }
    let mut read = [vm.ctx.none(), vm.ctx.none()];
    if let Some(stdin) = none_if(stdin, vm)? {
        if input.clone().try_to_bool(vm)? {
            match vm.call_method(&stdin, "write", (input,)) {
                Err(error) if matches!(number_of(&error, vm), Some(EPIPE | EINVAL)) => {}
                other => drop(other?),
            }
        }
        close(&stdin, vm)?;
    } else {
        for (slot, stream) in read.iter_mut().zip([stdout, stderr]) {
            if let Some(stream) = none_if(stream, vm)? {
                *slot = retried(vm, || vm.call_method(&stream, "read", ()))?;
                vm.call_method(&stream, "close", ())?;
                break;
            }
        }
    }
    this.call(names.wait, Vec::new())?;
    Ok(vm.ctx.new_tuple(read.to_vec()).into())
}

fn communicate_with_all(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let input = match values.first() {
        Some(input) if input.clone().try_to_bool(vm)? => match text::is_unicode(input) {
            true => Some(text::str_of(vm, input)?),
            false => match text::bytes_of(input) {
                Some(bytes) => Some(bytes),
                None => return Err(vm.new_type_error("must be string or buffer")),
            },
        },
        _ => None,
    };
    let stdin = none_if(this.get(names.stdin)?, vm)?;
    if let Some(stdin) = &stdin {
        vm.call_method(stdin, "flush", ())?;
        if input.is_none() {
            close(stdin, vm)?;
        }
    }
    let mut outputs = Vec::new();
    for name in [names.stdout, names.stderr] {
        outputs.push(none_if(this.get(name)?, vm)?);
    }
    let number = |stream: &PyObjectRef| -> PyResult<i32> { vm.call_method(stream, "fileno", ())?.try_to_value(vm) };
    let writing = match (&stdin, &input) {
        (Some(stdin), Some(input)) => Some((number(stdin)?, input.as_slice())),
        _ => None,
    };
    let reading = outputs.iter().flatten().map(number).collect::<PyResult<Vec<_>>>()?;
    let close_input = || stdin.as_ref().map_or(Ok(()), |stdin| close(stdin, vm));
    let mut texts = exchange::exchange(vm, writing, &reading, close_input)?.into_iter();
    let universal = this.is_true(names.universal_newlines)?;
    let mut read = Vec::new();
    for stream in outputs {
        let Some(stream) = stream else {
            read.push(vm.ctx.none());
            continue;
        };
        let mut content = text::new_str(vm, &texts.next().unwrap_or_default());
        if universal {
            content = this.call(names.translate_newlines, vec![content])?;
        }
        vm.call_method(&stream, "close", ())?;
        read.push(content);
    }
    this.call(names.wait, Vec::new())?;
    Ok(vm.ctx.new_tuple(read).into())
}

/// Makes the class.
pub fn class(home: &Arc<Home>, vm: &VirtualMachine) -> PyResult {
    let values = vec![("_child_created", vm.ctx.new_bool(false).into())];
    let bases = vec![vm.ctx.types.object_type.to_owned().into()];
    let doc = Some("A process, and the pipes to it.");
    Class { name: "Popen", module: "subprocess", bases, functions: POPEN, values, doc }.make(home, true, vm)
}
