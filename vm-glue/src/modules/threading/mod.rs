//! The module `threading` of Python 2.7, and `Queue`, which stands on it.

mod locks;
mod queue;
mod thread;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Body, Class, Function, Given, Home, function, publish, with_defaults};
use super::receiver::global;
use super::thread_module::ident;
use crate::clock;
use crate::import::{self, machine_module};
use crate::modules;
use crate::runtime::arguments;

pub use locks::{alone, holding};
pub use queue::module as queue;

const NAMES: &[&str] = &[
    "activeCount",
    "active_count",
    "Condition",
    "currentThread",
    "current_thread",
    "enumerate",
    "Event",
    "Lock",
    "RLock",
    "Semaphore",
    "BoundedSemaphore",
    "Thread",
    "Timer",
    "setprofile",
    "settrace",
    "local",
    "stack_size",
];

/// A function that makes an object of a class of the module, which is looked up at each call.
macro_rules! factory {
    ($name:literal, $class:literal) => {
        function($name, &["*args", "**kwargs"], Body::Raw(|home, args, vm| global(home, $class, vm)?.call(args, vm)))
    };
}

static FUNCTIONS: &[Function] = &[
    factory!("RLock", "_RLock"),
    factory!("Condition", "_Condition"),
    factory!("Semaphore", "_Semaphore"),
    factory!("BoundedSemaphore", "_BoundedSemaphore"),
    factory!("Event", "_Event"),
    factory!("Timer", "_Timer"),
    function("setprofile", &["func"], Body::Run(|home, values, vm| set_hook(home, "_profile_hook", values, vm))),
    function("settrace", &["func"], Body::Run(|home, values, vm| set_hook(home, "_trace_hook", values, vm))),
    with_defaults("_newname", &["template"], &[Given::Text("Thread-%d")], Body::Run(new_name)),
    function("currentThread", &[], Body::Run(|home, _, vm| current(home, vm))),
    function("current_thread", &[], Body::Run(|home, _, vm| current(home, vm))),
    function("activeCount", &[], Body::Run(|home, _, vm| count(home, vm))),
    function("active_count", &[], Body::Run(|home, _, vm| count(home, vm))),
    function("_enumerate", &[], Body::Run(|home, _, vm| Ok(vm.ctx.new_list(thread::all(home, vm)?).into()))),
    function(
        "enumerate",
        &[],
        Body::Run(|home, _, vm| {
            let threads = thread::with_tables(home, vm, || thread::all(home, vm))?;
            Ok(vm.ctx.new_list(threads).into())
        }),
    ),
    function("_after_fork", &[], Body::Run(|home, _, vm| thread::after_fork(home, vm).map(|()| vm.ctx.none()))),
];

static BOUNDED: &[Function] = &[function("__init__", &["self", "value", "verbose"], Body::Raw(init_bounded))];

fn set_hook(home: &Home, name: &'static str, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    home.globals.set_item(name, values.first().cloned().unwrap_or_else(|| vm.ctx.none()), vm)?;
    Ok(vm.ctx.none())
}

fn new_name(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let number = global(home, "_counter", vm)?.call((), vm)?;
    match values.first() {
        Some(template) => vm._mod(template, &number),
        None => Ok(number),
    }
}

fn current(home: &Home, vm: &VirtualMachine) -> PyResult {
    let number: PyObjectRef = vm.ctx.new_int(ident()).into();
    match global(home, "_active", vm)?.get_item(&*number, vm) {
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => {
            global(home, "_DummyThread", vm)?.call((), vm)
        }
        found => found,
    }
}

fn count(home: &Home, vm: &VirtualMachine) -> PyResult {
    let threads = thread::with_tables(home, vm, || thread::all(home, vm))?;
    Ok(vm.ctx.new_int(threads.len()).into())
}

/// `_BoundedSemaphore.__init__(self, value=1, verbose=None)`.
fn init_bounded(home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(this) = args.args.first().cloned() else {
        return Err(vm.new_type_error("__init__() takes at least 1 argument (0 given)"));
    };
    args.args.remove(0);
    let [value, verbose] = arguments::bind(vm, "__init__", ["value", "verbose"], 0, args)?;
    let value = value.unwrap_or_else(|| vm.ctx.new_int(1).into());
    let verbose = verbose.unwrap_or_else(|| vm.ctx.none());
    global(home, "_Semaphore", vm)?.get_attr("__init__", vm)?.call((this.clone(), value, verbose), vm)?;
    if let Ok(semaphore) = this.downcast() {
        locks::bound(semaphore);
    }
    Ok(vm.ctx.none())
}

fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let set = |name: &'static str, value: PyObjectRef| modules::set(vm, module, name, value);
    set("__doc__", vm.ctx.new_str("Threads of control, and what they wait for.").into());
    set("__all__", vm.ctx.new_list(NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect()).into());
    set("_sys", import::sys(vm)?);
    let machine = import::module(vm, "thread")?;
    for (name, theirs) in [
        ("thread", None),
        ("Lock", Some("allocate_lock")),
        ("_allocate_lock", Some("allocate_lock")),
        ("_start_new_thread", Some("start_new_thread")),
        ("_get_ident", Some("get_ident")),
        ("ThreadError", Some("error")),
        ("stack_size", Some("stack_size")),
        ("local", Some("_local")),
    ] {
        set(name, theirs.map_or_else(|| Ok(machine.clone()), |theirs| machine.get_attr(theirs, vm))?);
    }
    set("_sleep", machine_module(vm, "time")?.get_attr("sleep", vm)?);
    set("_time", vm.new_function("time", clock::seconds).into());
    set(
        "_format_exc",
        vm.new_function("format_exc", |vm: &VirtualMachine| -> PyResult {
            vm.call_method(&*import::module(vm, "traceback")?, "format_exc", ())
        })
        .into(),
    );
    set("_VERBOSE", vm.ctx.new_bool(false).into());
    for name in ["_profile_hook", "_trace_hook"] {
        set(name, vm.ctx.none());
    }
    set("_active_limbo_lock", super::thread_module::new_lock(vm).into());
    set("_active", vm.ctx.new_dict().into());
    set("_limbo", vm.ctx.new_dict().into());
    let threads = AtomicUsize::new(1);
    set("_counter", vm.new_function("next", move || threads.fetch_add(1, Ordering::Relaxed)).into());
    for (name, class) in locks::classes() {
        modules::set_class(vm, module, name, class, "threading");
    }
    publish(vm, module, &home, FUNCTIONS, "threading");
    let bounded = Class {
        name: "_BoundedSemaphore",
        module: "threading",
        bases: vec![global(&home, "_Semaphore", vm)?],
        functions: BOUNDED,
        values: Vec::new(),
        doc: Some("A semaphore that is never released more often than it was acquired."),
    };
    set("_BoundedSemaphore", bounded.make(&home, true, vm)?);
    thread::classes(&home, vm, set)?;
    let main = global(&home, "_MainThread", vm)?.call((), vm)?;
    set("_shutdown", main.get_attr("_exitfunc", vm)?);
    set("_main_thread", main);
    // A child process has the running thread only.
    let after_fork = global(&home, "_after_fork", vm)?;
    let mut hooks = FuncArgs::default();
    hooks.kwargs.insert("after_in_child".into(), after_fork);
    machine_module(vm, "posix")?.get_attr("register_at_fork", vm)?.call(hooks, vm)?;
    Ok(())
}

/// Makes the module `threading`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "threading");
    if let Err(error) = fill(&module, vm) {
        vm.print_exception(&error);
    }
    module
}

/// The end of a program: waits for the threads that are no daemons. The machine's own module of this name is kept from
/// being loaded just to do the same.
pub fn shut_down(vm: &VirtualMachine) {
    let known = import::modules(vm).and_then(|modules| modules.get_item_opt("threading", vm));
    if let Ok(Some(threading)) = known
        && let Ok(shutdown) = threading.get_attr("_shutdown", vm)
        && let Err(error) = shutdown.call((), vm)
    {
        vm.run_unraisable(error, None, threading);
    }
    let name: PyRef<PyStr> = vm.ctx.new_str("threading");
    if let Ok(machine) = vm.sys_module.get_attr("modules", vm)
        && machine.get_item(name.as_object(), vm).is_err()
    {
        let nothing = vm.new_module("threading", vm.ctx.new_dict(), None);
        // Without it the machine imports its own, which costs time and changes nothing.
        let _ = machine.set_item(name.as_object(), nothing.into(), vm);
    }
}
