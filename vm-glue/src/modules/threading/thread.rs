//! The class `threading.Thread` and those derived from it.
//!
//! The state stands in the instance's attributes under Python 2.7's private names (`_Thread__target` …), and the methods
//! call each other through the instance: programs read and replace both.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyDictRef, PyTuple};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::locks;
use crate::clock;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, object_of, with_defaults};
use crate::modules::random_module::float_of;
use crate::modules::receiver::{Receiver, global};
use crate::modules::thread_module::{ident, new_lock};
use crate::runtime::{arguments, handling, text, traceback};

crate::interned_names! {
    target = "_Thread__target",
    name = "_Thread__name",
    args = "_Thread__args",
    kwargs = "_Thread__kwargs",
    daemonic = "_Thread__daemonic",
    ident_name = "_Thread__ident",
    started = "_Thread__started",
    stopped = "_Thread__stopped",
    block = "_Thread__block",
    initialized = "_Thread__initialized",
    stderr = "_Thread__stderr",
    verbose = "_Verbose__verbose",
    bootstrap = "_Thread__bootstrap",
    bootstrap_inner = "_Thread__bootstrap_inner",
    stop = "_Thread__stop",
    delete = "_Thread__delete",
    set_daemon = "_set_daemon",
    set_ident = "_set_ident",
    reset_locks = "_reset_internal_locks",
    run = "run",
    join = "join",
    daemon = "daemon",
    public_name = "name",
    is_alive = "is_alive",
    interval = "interval",
    function = "function",
    plain_args = "args",
    plain_kwargs = "kwargs",
    finished = "finished",
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

static VERBOSE: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "verbose"],
        &[Given::None],
        run!(|this, values| {
            let verbose = values.first().cloned().unwrap_or_else(|| this.vm.ctx.none());
            set_verbose(this, verbose)?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("_note", &["self", "format", "*args"], Body::Raw(note)),
];

static THREAD: &[Function] = &[
    with_defaults("__init__", PARAMETERS, NONES, Body::Raw(init)),
    function("_reset_internal_locks", SELF, run!(reset_internal_locks)),
    function("_set_daemon", SELF, run!(|this, _| current(this.home, this.vm)?.get_attr("daemon", this.vm))),
    function("__repr__", SELF, run!(repr)),
    function("start", SELF, run!(start)),
    function("run", SELF, run!(run)),
    function("_Thread__bootstrap", SELF, run!(bootstrap)),
    function(
        "_set_ident",
        SELF,
        run!(|this, _| {
            this.set(names(this.vm).ident_name, this.vm.ctx.new_int(ident()))?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("_Thread__bootstrap_inner", SELF, run!(bootstrap_inner)),
    function("_Thread__stop", SELF, run!(stop)),
    function("_Thread__delete", SELF, run!(delete)),
    with_defaults("join", &["self", "timeout"], &[Given::None], run!(join)),
    function("isAlive", SELF, run!(is_alive)),
    function("is_alive", SELF, run!(is_alive)),
    function("isDaemon", SELF, run!(|this, _| this.get(names(this.vm).daemon))),
    function(
        "setDaemon",
        &["self", "daemonic"],
        run!(|this, values| {
            this.set(names(this.vm).daemon, values.first().cloned().unwrap_or_else(|| this.vm.ctx.none()))?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("getName", SELF, run!(|this, _| this.get(names(this.vm).public_name))),
    function(
        "setName",
        &["self", "name"],
        run!(|this, values| {
            this.set(names(this.vm).public_name, values.first().cloned().unwrap_or_else(|| this.vm.ctx.none()))?;
            Ok(this.vm.ctx.none())
        }),
    ),
];

/// Properties: name, reader, writer.
static PROPERTIES: &[(&str, Function, Option<Function>)] = &[
    ("_block", function("_block", SELF, run!(|this, _| this.get(names(this.vm).block))), None),
    (
        "name",
        function(
            "name",
            SELF,
            run!(|this, _| {
                asserted(this)?;
                this.get(names(this.vm).name)
            }),
        ),
        Some(function(
            "name",
            &["self", "name"],
            run!(|this, values| {
                asserted(this)?;
                let name = values.first().map_or(Ok(this.vm.ctx.none()), |name| text::str_object(this.vm, name))?;
                this.set(names(this.vm).name, name)?;
                Ok(this.vm.ctx.none())
            }),
        )),
    ),
    (
        "ident",
        function(
            "ident",
            SELF,
            run!(|this, _| {
                asserted(this)?;
                this.get(names(this.vm).ident_name)
            }),
        ),
        None,
    ),
    (
        "daemon",
        function(
            "daemon",
            SELF,
            run!(|this, _| {
                asserted(this)?;
                this.get(names(this.vm).daemonic)
            }),
        ),
        Some(function("daemon", &["self", "daemonic"], run!(set_daemonic))),
    ),
];

static TIMER: &[Function] = &[
    function("__init__", &["self", "interval", "function"], Body::Raw(init_timer)),
    function(
        "cancel",
        SELF,
        run!(|this, _| {
            let finished = this.get(names(this.vm).finished)?;
            this.vm.call_method(&finished, "set", ())
        }),
    ),
    function("run", SELF, run!(run_timer)),
];

static MAIN_THREAD: &[Function] = &[
    function(
        "__init__",
        SELF,
        run!(|this, _| {
            init_named(this, this.vm.ctx.new_str("MainThread").into())?;
            register_running(this)
        }),
    ),
    function("_set_daemon", SELF, run!(|this, _| Ok(this.vm.ctx.new_bool(false).into()))),
    function("_exitfunc", SELF, run!(exit)),
];

static DUMMY_THREAD: &[Function] = &[
    function(
        "__init__",
        SELF,
        run!(|this, _| {
            let template = this.vm.ctx.new_str("Dummy-%d").into();
            let name = global(this.home, "_newname", this.vm)?.call(vec![template], this.vm)?;
            init_named(this, name)?;
            // Nobody ever joins it: its condition would only take room.
            this.object.del_attr(names(this.vm).block, this.vm)?;
            register_running(this)
        }),
    ),
    function("_set_daemon", SELF, run!(|this, _| Ok(this.vm.ctx.new_bool(true).into()))),
    with_defaults(
        "join",
        &["self", "timeout"],
        &[Given::None],
        run!(|this, _| { Err(assertion(this.vm, "cannot join a dummy thread")) }),
    ),
];

// ---- helpers -------------------------------------------------------------------------------------------------------

fn assertion(vm: &VirtualMachine, message: &'static str) -> PyBaseExceptionRef {
    vm.new_exception_msg(vm.ctx.exceptions.assertion_error.to_owned(), message.into())
}

fn is_initialized(this: &Receiver<'_>) -> PyResult<bool> {
    this.is_true(names(this.vm).initialized)
}

fn asserted(this: &Receiver<'_>) -> PyResult<()> {
    if is_initialized(this)? { Ok(()) } else { Err(assertion(this.vm, "Thread.__init__() not called")) }
}

/// `current_thread()`, as the module has it now.
fn current(home: &Home, vm: &VirtualMachine) -> PyResult {
    global(home, "current_thread", vm)?.call((), vm)
}

fn dict_of(home: &Home, name: &'static str, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    global(home, name, vm)?.downcast::<PyDict>().map_err(|_| vm.new_type_error("a dict is needed"))
}

/// Works while nobody else changes the tables of threads.
pub fn with_tables<R>(home: &Home, vm: &VirtualMachine, work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let lock = global(home, "_active_limbo_lock", vm)?;
    locks::holding(&lock, vm, work)
}

/// The threads in both tables.
pub fn all(home: &Home, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let mut threads = Vec::new();
    for table in ["_active", "_limbo"] {
        threads.extend(dict_of(home, table, vm)?.values_vec());
    }
    Ok(threads)
}

/// Whether the flag of an event is set.
fn is_set(event: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    vm.call_method(event, "is_set", ())?.try_to_bool(vm)
}

// ---- threads -------------------------------------------------------------------------------------------------------

fn set_verbose(this: &Receiver<'_>, verbose: PyObjectRef) -> PyResult<()> {
    let verbose = if this.vm.is_none(&verbose) { global(this.home, "_VERBOSE", this.vm)? } else { verbose };
    this.set(names(this.vm).verbose, verbose)
}

/// `_note(self, format, *args)`: a line on sys.stderr, of verbose objects only.
fn note(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some((this, rest)) = args.args.split_first() else { return Ok(vm.ctx.none()) };
    let this = Receiver::new(home, this, vm);
    if !this.is_true(names(vm).verbose)? {
        return Ok(vm.ctx.none());
    }
    let Some((format, values)) = rest.split_first() else { return Ok(vm.ctx.none()) };
    let line = vm._mod(format, vm.ctx.new_tuple(values.to_vec()).as_object())?;
    let name = current(home, vm)?.get_attr("name", vm)?;
    let mut out = text::str_of(vm, &name)?;
    out.extend(b": ");
    out.extend(text::str_of(vm, &line)?);
    out.push(b'\n');
    let stderr = crate::import::sys(vm)?.get_attr("stderr", vm)?;
    vm.call_method(&stderr, "write", (text::new_str(vm, &out),))
}

const NONES: &[Given] = &[Given::None, Given::None, Given::None, Given::None, Given::None, Given::None];
const PARAMETERS: &[&str] = &["self", "group", "target", "name", "args", "kwargs", "verbose"];

fn init(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let found = arguments::of_python(vm, "__init__", args, PARAMETERS, 1)?;
    let Ok([Some(this), group, target, name, args, kwargs, verbose]) = <[Option<PyObjectRef>; 7]>::try_from(found)
    else {
        return Ok(vm.ctx.none());
    };
    if group.is_some_and(|group| !vm.is_none(&group)) {
        return Err(assertion(vm, "group argument must be None for now"));
    }
    let this = Receiver::new(home, &this, vm);
    set_verbose(&this, verbose.unwrap_or_else(|| vm.ctx.none()))?;
    let name = match name {
        Some(name) if name.clone().try_to_bool(vm)? => name,
        _ => global(home, "_newname", vm)?.call((), vm)?,
    };
    set_up(
        &this,
        target.unwrap_or_else(|| vm.ctx.none()),
        text::str_object(vm, &name)?,
        args.unwrap_or_else(|| vm.ctx.empty_tuple.clone().into()),
        kwargs.filter(|kwargs| !vm.is_none(kwargs)).unwrap_or_else(|| vm.ctx.new_dict().into()),
    )?;
    Ok(vm.ctx.none())
}

fn set_up(
    this: &Receiver<'_>,
    target: PyObjectRef,
    name: PyObjectRef,
    args: PyObjectRef,
    kwargs: PyObjectRef,
) -> PyResult<()> {
    let (vm, names) = (this.vm, names(this.vm));
    this.set(names.target, target)?;
    this.set(names.name, name)?;
    this.set(names.args, args)?;
    this.set(names.kwargs, kwargs)?;
    this.set(names.daemonic, this.call(names.set_daemon, Vec::new())?)?;
    this.set(names.ident_name, vm.ctx.none())?;
    this.set(names.started, locks::new_event(vm))?;
    this.set(names.stopped, vm.ctx.new_bool(false))?;
    this.set(names.block, locks::condition_of(new_lock(vm).into(), vm))?;
    this.set(names.initialized, vm.ctx.new_bool(true))?;
    // For errors of threads that run while the interpreter ends.
    this.set(names.stderr, crate::import::sys(vm)?.get_attr("stderr", vm)?)
}

fn init_named(this: &Receiver<'_>, name: PyObjectRef) -> PyResult<()> {
    let vm = this.vm;
    set_verbose(this, vm.ctx.none())?;
    set_up(this, vm.ctx.none(), name, vm.ctx.empty_tuple.clone().into(), vm.ctx.new_dict().into())
}

/// Enters a thread that runs already into the table.
fn register_running(this: &Receiver<'_>) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let started = this.get(names.started)?;
    vm.call_method(&started, "set", ())?;
    this.call(names.set_ident, Vec::new())?;
    with_tables(this.home, vm, || {
        let number: PyObjectRef = vm.ctx.new_int(ident()).into();
        dict_of(this.home, "_active", vm)?.set_item(&*number, this.object.to_owned(), vm)
    })?;
    Ok(vm.ctx.none())
}

fn reset_internal_locks(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    if this.find(names.block)?.is_some() {
        this.set(names.block, locks::condition_of(new_lock(vm).into(), vm))?;
    }
    let started = this.get(names.started)?;
    vm.call_method(&started, "_reset_internal_locks", ())
}

fn repr(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    if !is_initialized(this)? {
        return Err(assertion(vm, "Thread.__init__() was not called"));
    }
    let mut out = b"<".to_vec();
    let class: PyObjectRef = this.object.class().to_owned().into();
    out.extend(text::str_of(vm, &*class.get_attr("__name__", vm)?)?);
    out.push(b'(');
    out.extend(text::str_of(vm, &*this.get(names.name)?)?);
    out.extend(b", ");
    out.extend(if this.is_true(names.stopped)? {
        &b"stopped"[..]
    } else if is_set(&*this.get(names.started)?, vm)? {
        b"started"
    } else {
        b"initial"
    });
    if this.is_true(names.daemonic)? {
        out.extend(b" daemon");
    }
    let number = this.get(names.ident_name)?;
    if !vm.is_none(&number) {
        out.push(b' ');
        out.extend(text::str_of(vm, &number)?);
    }
    out.extend(b")>");
    Ok(text::new_str(vm, &out))
}

fn start(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    if !is_initialized(this)? {
        return Err(vm.new_runtime_error("thread.__init__() not called"));
    }
    let started = this.get(names.started)?;
    if is_set(&started, vm)? {
        return Err(vm.new_runtime_error("threads can only be started once"));
    }
    with_tables(this.home, vm, || dict_of(this.home, "_limbo", vm)?.set_item(this.object, this.object.to_owned(), vm))?;
    let bootstrap = this.get(names.bootstrap)?;
    let begin = global(this.home, "_start_new_thread", vm)?;
    if let Err(error) = begin.call((bootstrap, vm.ctx.empty_tuple.clone()), vm) {
        with_tables(this.home, vm, || dict_of(this.home, "_limbo", vm)?.del_item(this.object, vm))?;
        return Err(error);
    }
    vm.call_method(&started, "wait", ())?;
    Ok(vm.ctx.none())
}

fn call_with(target: &PyObject, args: PyObjectRef, kwargs: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let args = match args.downcast_ref::<PyTuple>() {
        Some(args) => args.to_vec(),
        None => vm.extract_elements_with(&args, Ok).map_err(|error| {
            match error.fast_isinstance(vm.ctx.exceptions.type_error) {
                true => {
                    let kind = args.class().name().to_string();
                    vm.new_type_error(format!("argument after * must be an iterable, not {kind}"))
                }
                false => error,
            }
        })?,
    };
    let mut named = KwArgs::default();
    if let Ok(kwargs) = kwargs.clone().downcast::<PyDict>() {
        for (name, value) in kwargs {
            let Some(name) = name.downcast_ref::<rustpython_vm::builtins::PyStr>() else {
                return Err(vm.new_type_error("keywords must be strings"));
            };
            named = named.into_iter().chain([(name.as_wtf8().to_owned(), value)]).collect();
        }
    } else {
        for name in vm.extract_elements_with(&*vm.call_method(&kwargs, "keys", ())?, Ok)? {
            let value = kwargs.get_item(&*name, vm)?;
            let Some(name) = name.downcast_ref::<rustpython_vm::builtins::PyStr>() else {
                return Err(vm.new_type_error("keywords must be strings"));
            };
            named = named.into_iter().chain([(name.as_wtf8().to_owned(), value)]).collect();
        }
    }
    target.call(FuncArgs::new(args, named), vm)
}

fn run(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let result = (|| {
        let target = this.get(names.target)?;
        if target.clone().try_to_bool(vm)? {
            call_with(&target, this.get(names.args)?, this.get(names.kwargs)?, vm)?;
        }
        Ok(vm.ctx.none())
    })();
    // They may refer to the thread.
    for name in [names.target, names.args, names.kwargs] {
        this.object.del_attr(name, vm)?;
    }
    result
}

fn bootstrap(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let names = names(this.vm);
    match this.call(names.bootstrap_inner, Vec::new()) {
        // A thread that outlives the interpreter says nothing.
        Err(_) if this.is_true(names.daemonic)? && this.vm.is_none(&*global(this.home, "_sys", this.vm)?) => {
            Ok(this.vm.ctx.none())
        }
        other => other,
    }
}

/// What an exception that nobody caught prints.
fn report(this: &Receiver<'_>, error: &PyBaseExceptionRef) -> PyResult<()> {
    let (vm, names) = (this.vm, names(this.vm));
    let stderr = match vm.get_attribute_opt(&*global(this.home, "_sys", vm)?, "stderr")? {
        Some(stderr) if !vm.is_none(&stderr) => stderr,
        _ => this.get(names.stderr)?,
    };
    if vm.is_none(&stderr) {
        return Ok(());
    }
    let name = text::str_of(vm, &*this.get(names.public_name)?)?;
    let mut out = b"Exception in thread ".to_vec();
    out.extend(name);
    out.extend(b":\n");
    out.extend(traceback::format_exc(vm, error).into_bytes());
    vm.call_method(&stderr, "write", (text::new_str(vm, &out),))?;
    vm.call_method(&stderr, "write", (text::new_str(vm, b"\n"),)).map(drop)
}

fn work(this: &Receiver<'_>) -> PyResult<()> {
    let (vm, names) = (this.vm, names(this.vm));
    this.call(names.set_ident, Vec::new())?;
    // Entered before the starter goes on: it must find the thread.
    with_tables(this.home, vm, || {
        let number: PyObjectRef = vm.ctx.new_int(ident()).into();
        dict_of(this.home, "_active", vm)?.set_item(&*number, this.object.to_owned(), vm)?;
        dict_of(this.home, "_limbo", vm)?.pop_item(this.object, vm).map(drop)
    })?;
    let started = this.get(names.started)?;
    vm.call_method(&started, "set", ())?;
    for (hook, setter) in [("_trace_hook", "settrace"), ("_profile_hook", "setprofile")] {
        let hook = global(this.home, hook, vm)?;
        if hook.clone().try_to_bool(vm)? {
            let sys = crate::import::sys(vm)?;
            vm.call_method(&sys, setter, (hook,))?;
        }
    }
    if let Err(error) = this.call(names.run, Vec::new())
        && !error.fast_isinstance(vm.ctx.exceptions.system_exit)
    {
        report(this, &error)?;
    }
    Ok(())
}

fn bootstrap_inner(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let result = work(this);
    // What the thread handled goes while it still runs.
    handling::clear(vm);
    with_tables(this.home, vm, || {
        this.call(names.stop, Vec::new())?;
        let number: PyObjectRef = vm.ctx.new_int(ident()).into();
        dict_of(this.home, "_active", vm)?.pop_item(&*number, vm).map(drop)
    })?;
    result.map(|()| vm.ctx.none())
}

fn stop(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    // Dummy threads have no condition.
    let Some(block) = this.find(names.block)? else { return Ok(vm.ctx.none()) };
    locks::holding(&block, vm, || {
        this.set(names.stopped, vm.ctx.new_bool(true))?;
        locks::notify(&block, true, vm)?;
        Ok(vm.ctx.none())
    })
}

fn delete(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    with_tables(this.home, vm, || {
        let number: PyObjectRef = vm.ctx.new_int(ident()).into();
        dict_of(this.home, "_active", vm)?.pop_item(&*number, vm).map(drop)
    })?;
    Ok(vm.ctx.none())
}

fn join(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    if !is_initialized(this)? {
        return Err(vm.new_runtime_error("Thread.__init__() not called"));
    }
    if !is_set(&*this.get(names.started)?, vm)? {
        return Err(vm.new_runtime_error("cannot join thread before it is started"));
    }
    if current(this.home, vm)?.is(this.object) {
        return Err(vm.new_runtime_error("cannot join current thread"));
    }
    let block = this.get(names.block)?;
    let timeout = values.first().filter(|timeout| !vm.is_none(timeout));
    locks::holding(&block, vm, || {
        let end = timeout.map(|timeout| float_of(timeout, vm)).transpose()?.map(|seconds| clock::seconds() + seconds);
        while !this.is_true(names.stopped)? {
            match end.map(|end| end - clock::seconds()) {
                Some(left) if left <= 0.0 => break,
                left => locks::wait(&block, left, vm)?,
            }
        }
        Ok(vm.ctx.none())
    })
}

fn is_alive(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    asserted(this)?;
    let (vm, names) = (this.vm, names(this.vm));
    let alive = is_set(&*this.get(names.started)?, vm)? && !this.is_true(names.stopped)?;
    Ok(vm.ctx.new_bool(alive).into())
}

fn set_daemonic(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    if !is_initialized(this)? {
        return Err(vm.new_runtime_error("Thread.__init__() not called"));
    }
    if is_set(&*this.get(names.started)?, vm)? {
        return Err(vm.new_runtime_error("cannot set daemon status of active thread"));
    }
    this.set(names.daemonic, values.first().cloned().unwrap_or_else(|| vm.ctx.none()))?;
    Ok(vm.ctx.none())
}

// ---- timers --------------------------------------------------------------------------------------------------------

fn init_timer(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    const PARAMETERS: &[&str] = &["self", "interval", "function", "args", "kwargs"];
    let found = arguments::of_python(vm, "__init__", args, PARAMETERS, 3)?;
    let Ok([Some(this), Some(interval), Some(function), args, kwargs]) = <[Option<PyObjectRef>; 5]>::try_from(found)
    else {
        return Ok(vm.ctx.none());
    };
    let this = Receiver::new(home, &this, vm);
    let name = global(home, "_newname", vm)?.call((), vm)?;
    init_named(&this, name)?;
    let names = names(vm);
    this.set(names.interval, interval)?;
    this.set(names.function, function)?;
    this.set(names.plain_args, args.unwrap_or_else(|| vm.ctx.new_list(Vec::new()).into()))?;
    this.set(names.plain_kwargs, kwargs.unwrap_or_else(|| vm.ctx.new_dict().into()))?;
    this.set(names.finished, locks::new_event(vm))?;
    Ok(vm.ctx.none())
}

fn run_timer(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let finished = this.get(names.finished)?;
    vm.call_method(&finished, "wait", (this.get(names.interval)?,))?;
    if !is_set(&finished, vm)? {
        let function = this.get(names.function)?;
        call_with(&function, this.get(names.plain_args)?, this.get(names.plain_kwargs)?, vm)?;
    }
    vm.call_method(&finished, "set", ())
}

// ---- the end -------------------------------------------------------------------------------------------------------

/// A thread that the program waits for before it ends.
fn unfinished(home: &Home, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let threads = with_tables(home, vm, || all(home, vm))?;
    for thread in threads {
        let this = Receiver::new(home, &thread, vm);
        let names = names(vm);
        if !this.is_true(names.daemon)? && this.call(names.is_alive, Vec::new())?.try_to_bool(vm)? {
            return Ok(Some(thread));
        }
    }
    Ok(None)
}

/// `_MainThread._exitfunc()`: waits for all threads that are no daemons.
fn exit(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    this.call(names.stop, Vec::new())?;
    while let Some(thread) = unfinished(this.home, vm)? {
        Receiver::new(this.home, &thread, vm).call(names.join, Vec::new())?;
    }
    this.call(names.delete, Vec::new())
}

/// After a fork only the running thread is left: its tables and locks are set up anew.
pub fn after_fork(home: &Home, vm: &VirtualMachine) -> PyResult<()> {
    home.globals.set_item("_active_limbo_lock", new_lock(vm).into(), vm)?;
    let running = current(home, vm)?;
    let number: PyObjectRef = vm.ctx.new_int(ident()).into();
    for thread in all(home, vm)? {
        let this = Receiver::new(home, &thread, vm);
        if this.find(names(vm).reset_locks)?.is_some() {
            this.call(names(vm).reset_locks, Vec::new())?;
        }
        if thread.is(&running) {
            this.set(names(vm).ident_name, number.clone())?;
        } else {
            this.call(names(vm).stop, Vec::new())?;
        }
    }
    dict_of(home, "_limbo", vm)?.clear();
    let active = dict_of(home, "_active", vm)?;
    active.clear();
    active.set_item(&*number, running, vm)
}

// ---- the classes ---------------------------------------------------------------------------------------------------

/// Makes the classes and hands each over with its name, the first ones first.
pub fn classes(home: &Arc<Home>, vm: &VirtualMachine, put: impl Fn(&'static str, PyObjectRef)) -> PyResult<()> {
    let make = |name, base: Option<PyObjectRef>, functions, values, doc| {
        let bases = vec![base.unwrap_or_else(|| vm.ctx.types.object_type.to_owned().into())];
        Class { name, module: "threading", bases, functions, values, doc: Some(doc) }.make(home, true, vm)
    };
    let verbose = make("_Verbose", None, VERBOSE, Vec::new(), "What can tell of its work.")?;
    put("_Verbose", verbose.clone());
    let mut values = vec![("_Thread__initialized", vm.ctx.new_bool(false).into())];
    for (name, reader, writer) in PROPERTIES {
        let reader = object_of(vm, reader, home, "threading");
        let writer = writer.as_ref().map_or_else(|| vm.ctx.none(), |writer| object_of(vm, writer, home, "threading"));
        values.push((*name, vm.ctx.types.property_type.as_object().call((reader, writer), vm)?));
    }
    let thread = make("Thread", Some(verbose), THREAD, values, "A thread of control.")?;
    put("Thread", thread.clone());
    let derived: [(_, &'static [Function], _); 3] = [
        ("_Timer", TIMER, "Calls a function after a number of seconds, if it is not cancelled before."),
        ("_MainThread", MAIN_THREAD, "The thread that the program began with."),
        ("_DummyThread", DUMMY_THREAD, "A thread that was not started by this module."),
    ];
    for (name, functions, doc) in derived {
        put(name, make(name, Some(thread.clone()), functions, Vec::new(), doc)?);
    }
    Ok(())
}
