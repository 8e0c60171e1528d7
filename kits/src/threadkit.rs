//! The kit for threads: `Thread`, `thread`, `spawn`, `lock`, `locks`, `parallelize`, `parallel`, `task`
//! (`spec/core.md` §7).

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, GetAttr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;
use reprise_vm_glue::{import, threads};

use crate::context::{self, Context};
use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::objects::signature::{Default as Preset, Parameter, Signature};
use crate::sandbox::Sandbox;
use crate::thread_objects::{Event, Lock, Semaphore, Signal, ThreadObject, release_error};

/// Module path of the classes here, as `repr` shows it.
const MODULE: &str = "Framework.api.threadkit";

pub static KIT: Kit = Kit {
    name: "Thread",
    entries: &[
        entry("Thread", "Threads, timers, locks, events.", |vm, sandbox| {
            native_class::<ThreadKit>(vm, MODULE);
            Ok(ThreadKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        }),
        entry("thread", "Decorator: calls of the function run in a thread of their own.", |vm, sandbox| {
            decorator(vm, sandbox, "thread", |vm, sandbox, function| wrap(vm, sandbox, function, Wrapped::Thread))
        }),
        entry("spawn", "Decorator: runs the function in a thread at once.", |vm, sandbox| {
            decorator(vm, sandbox, "spawn", |vm, sandbox, function| {
                start(vm, sandbox, function, FuncArgs::default(), true)?;
                Ok(vm.ctx.none())
            })
        }),
        entry("lock", "Decorator: runs the function at once while holding the named locks.", make_lock),
        entry("locks", "Decorator: each call of the function holds the named locks.", make_locks),
        entry("parallelize", "Decorator: runs the function at once, then its tasks side by side.", |vm, sandbox| {
            decorator(vm, sandbox, "parallelize", |vm, sandbox, function| {
                run_tasks(vm, sandbox, &function, FuncArgs::default())?;
                Ok(vm.ctx.none())
            })
        }),
        entry("parallel", "Decorator: each call runs the function, then its tasks side by side.", |vm, sandbox| {
            decorator(vm, sandbox, "parallel", |vm, sandbox, function| wrap(vm, sandbox, function, Wrapped::Parallel))
        }),
        entry("task", "Decorator: a task of the surrounding parallel function.", |vm, sandbox| {
            decorator(vm, sandbox, "task", |vm, _, function| {
                if !collect(function) {
                    tracing::debug!("A task was defined outside a parallel function; it is not run");
                }
                Ok(vm.ctx.none())
            })
        }),
    ],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::BundleNotCloud, doc, status: Status::Implemented, make }
}

/// Threads that run the tasks of one parallel function (`threadkit_parallel_limit`).
const PARALLEL: usize = 4;

type Decorate = fn(&VirtualMachine, &Arc<Sandbox>, PyObjectRef) -> PyResult;

/// A decorator that takes just the function.
fn decorator(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &'static str, decorate: Decorate) -> PyResult {
    let sandbox = Arc::clone(sandbox);
    let call = move |function: PyObjectRef, vm: &VirtualMachine| decorate(vm, &sandbox, function);
    Ok(vm.new_function(name, call).into())
}

// ---- decorated functions ---------------------------------------------------------------------------------------

#[derive(Debug)]
enum Wrapped {
    Thread,
    Parallel,
    Locks(Vec<PyObjectRef>),
}

/// A function that a decorator changed. Reads of its attributes go to the function itself.
#[pyclass(module = false, name = "function")]
#[derive(PyPayload)]
struct WrappedFunction {
    function: PyObjectRef,
    sandbox: Arc<Sandbox>,
    how: Wrapped,
}

impl std::fmt::Debug for WrappedFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.how)
    }
}

#[pyclass(with(Callable, GetAttr))]
impl WrappedFunction {}

impl Callable for WrappedFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        match &zelf.how {
            Wrapped::Thread => {
                start(vm, &zelf.sandbox, zelf.function.clone(), args, true)?;
                Ok(vm.ctx.none())
            }
            Wrapped::Parallel => run_tasks(vm, &zelf.sandbox, &zelf.function, args),
            Wrapped::Locks(keys) => with_locks(vm, &zelf.sandbox, keys, || zelf.function.call(args, vm)),
        }
    }
}

impl GetAttr for WrappedFunction {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        zelf.function.get_attr(name, vm)
    }
}

fn wrap(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, function: PyObjectRef, how: Wrapped) -> PyResult {
    let _ = WrappedFunction::make_static_type();
    Ok(WrappedFunction { function, sandbox: Arc::clone(sandbox), how }.into_pyobject(vm))
}

fn make_lock(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<PyObjectRef> {
    let sandbox = Arc::clone(sandbox);
    let lock = move |args: FuncArgs, vm: &VirtualMachine| -> PyObjectRef {
        let (keys, sandbox) = (args.args, Arc::clone(&sandbox));
        let run =
            move |function: PyObjectRef, vm: &VirtualMachine| with_locks(vm, &sandbox, &keys, || function.call((), vm));
        vm.new_function("decorator", run).into()
    };
    Ok(vm.new_function("lock", lock).into())
}

fn make_locks(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<PyObjectRef> {
    let sandbox = Arc::clone(sandbox);
    let locks = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        // Without keys the function itself is the key.
        if let [function] = args.args.as_slice()
            && function.is_callable()
        {
            return wrap(vm, &sandbox, function.clone(), Wrapped::Locks(vec![function.clone()]));
        }
        let (keys, sandbox) = (args.args, Arc::clone(&sandbox));
        let decorate = move |function: PyObjectRef, vm: &VirtualMachine| {
            wrap(vm, &sandbox, function, Wrapped::Locks(keys.clone()))
        };
        Ok(vm.new_function("decorator", decorate).into())
    };
    Ok(vm.new_function("locks", locks).into())
}

// ---- threads ---------------------------------------------------------------------------------------------------

/// The name of a function for logs.
pub fn name_of(vm: &VirtualMachine, function: &PyObject) -> String {
    function
        .get_attr("__name__", vm)
        .ok()
        .and_then(|name| text::text_of(vm, &name).ok().flatten())
        .unwrap_or_else(|| function.class().name().to_string())
}

/// Starts a thread that calls a function.
fn start(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    function: PyObjectRef,
    args: FuncArgs,
    globalize: bool,
) -> PyResult {
    launch(vm, sandbox, function, args, globalize, None)
}

/// Starts a thread that calls a function, after a delay for timers.
fn launch(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    function: PyObjectRef,
    args: FuncArgs,
    globalize: bool,
    delay: Option<Duration>,
) -> PyResult {
    let _ = ThreadObject::make_static_type();
    let name = name_of(vm, &function);
    let context = if globalize { context::with(|context| inherited(context)) } else { Context::default() };
    let (ended, cancelled) = (Arc::new(Signal::default()), Arc::new(Signal::default()));
    let object = ThreadObject { name: name.clone(), ended: Arc::clone(&ended), cancelled: Arc::clone(&cancelled) };
    if !name.starts_with('_') {
        match delay {
            None => tracing::debug!("Created a thread named '{name}'"),
            Some(_) => tracing::debug!("Scheduled a timed thread named '{name}'"),
        }
    }
    let (machine, sandbox, label) = (vm.new_thread(), Arc::clone(sandbox), name.clone());
    let run = move || {
        if let Some(delay) = delay {
            if cancelled.wait(Some(delay)) {
                return ended.set();
            }
            tracing::debug!("Starting timed thread named '{label}'");
        }
        machine.run(move |vm| {
            context::bind(context, || {
                if let Err(exception) = sandbox.enter(|| function.call(args, vm)) {
                    log_exception(vm, &format!("Exception in thread named '{label}'"), &exception);
                }
                drop(function);
            });
        });
        ended.set();
    };
    threads::spawn(&name, run).map_err(|error| vm.new_runtime_error(format!("can't start new thread: {error}")))?;
    Ok(object.into_pyobject(vm))
}

/// What a new thread gets of the context of the one that starts it.
fn inherited(context: &Context) -> Context {
    Context {
        headers: context.headers.clone(),
        method: context.method.clone(),
        uri: context.uri.clone(),
        body: context.body.clone(),
        prefix: context.prefix.clone(),
        locale: context.locale.clone(),
        transaction: context.transaction.clone(),
        indirect: context.indirect,
        syncable: context.syncable,
        cache_time: context.cache_time,
        in_request: context.in_request,
        ..Context::default()
    }
}

pub fn log_exception(vm: &VirtualMachine, what: &str, exception: &rustpython_vm::builtins::PyBaseExceptionRef) {
    let trace = errors::traceback_of(vm, exception);
    let rest = trace.strip_prefix("Traceback (most recent call last):").unwrap_or(&trace);
    tracing::error!(critical = true, "{what} (most recent call last):{rest}");
}

// ---- tasks -----------------------------------------------------------------------------------------------------

thread_local! {
    /// The tasks that the parallel functions running on this thread have defined so far, innermost last.
    static COLLECTING: RefCell<Vec<Vec<PyObjectRef>>> = const { RefCell::new(Vec::new()) };
}

/// Adds a task to the innermost parallel function; false if there is none.
fn collect(task: PyObjectRef) -> bool {
    COLLECTING.with_borrow_mut(|stack| match stack.last_mut() {
        Some(tasks) => {
            tasks.push(task);
            true
        }
        None => false,
    })
}

/// Runs a parallel function, then the tasks that it defined, and waits for all of them.
fn run_tasks(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, function: &PyObject, args: FuncArgs) -> PyResult {
    COLLECTING.with_borrow_mut(|stack| stack.push(Vec::new()));
    let result = function.call(args, vm);
    let tasks = COLLECTING.with_borrow_mut(|stack| stack.pop()).unwrap_or_default();
    result?;
    let count = PARALLEL.min(tasks.len());
    let queue = Arc::new(Mutex::new(tasks.into_iter().collect::<std::collections::VecDeque<_>>()));
    let mut running = Vec::new();
    for _ in 0..count {
        let (machine, sandbox, queue) = (vm.new_thread(), Arc::clone(sandbox), Arc::clone(&queue));
        let work = move || machine.run(|vm| work_off(vm, &sandbox, &queue));
        let started = threads::lend(work);
        running.push(started.map_err(|error| vm.new_runtime_error(format!("can't start new thread: {error}")))?);
    }
    vm.allow_threads(|| {
        for thread in running {
            // A panic of a task has been reported by its thread; the others go on.
            let _ = thread.recv();
        }
    });
    Ok(vm.ctx.none())
}

/// Runs tasks until there are none left.
fn work_off(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, queue: &Mutex<std::collections::VecDeque<PyObjectRef>>) {
    loop {
        let Some(task) = queue.lock().pop_front() else { return };
        context::bind(Context::default(), || {
            if let Err(exception) = sandbox.enter(|| task.call((), vm)) {
                log_exception(vm, "Exception in task thread", &exception);
            }
        });
    }
}

// ---- named locks, events, semaphores ---------------------------------------------------------------------------

/// The named things of a plug-in.
#[derive(Debug, Default)]
pub struct Named {
    locks: Mutex<HashMap<String, PyObjectRef>>,
    events: Mutex<HashMap<String, PyObjectRef>>,
    semaphores: Mutex<HashMap<String, PyObjectRef>>,
}

/// The name of a key: strings as they are, other objects by identity; None for None.
fn key_name(vm: &VirtualMachine, key: &PyObject) -> PyResult<Option<String>> {
    if vm.is_none(key) {
        return Ok(None);
    }
    Ok(Some(match text::text_of(vm, key)? {
        Some(text) => format!("ThreadKit:{text}"),
        None => format!("#{}", key.get_id()),
    }))
}

fn named(
    vm: &VirtualMachine,
    table: &Mutex<HashMap<String, PyObjectRef>>,
    key: &PyObject,
    make: impl FnOnce() -> PyObjectRef,
) -> PyResult {
    match key_name(vm, key)? {
        None => Ok(make()),
        Some(name) => Ok(table.lock().entry(name).or_insert_with(make).clone()),
    }
}

fn lock_for(vm: &VirtualMachine, sandbox: &Sandbox, key: &PyObject) -> PyResult {
    let _ = Lock::make_static_type();
    named(vm, &sandbox.plugin.state::<Named>().locks, key, || Lock::default().into_pyobject(vm))
}

fn event_for(vm: &VirtualMachine, sandbox: &Sandbox, key: &PyObject) -> PyResult {
    let _ = Event::make_static_type();
    named(vm, &sandbox.plugin.state::<Named>().events, key, || Event::default().into_pyobject(vm))
}

/// Runs `work` while holding locks, taken in order and released in reverse.
fn with_locks(
    vm: &VirtualMachine,
    sandbox: &Sandbox,
    keys: &[PyObjectRef],
    work: impl FnOnce() -> PyResult,
) -> PyResult {
    let mut held = Vec::new();
    for key in keys {
        let lock = lock_for(vm, sandbox, key)?;
        if let Some(lock) = lock.downcast_ref::<Lock>() {
            lock.lock(vm, None);
        }
        held.push(lock);
    }
    let result = work();
    for lock in held.iter().rev() {
        if let Some(lock) = lock.downcast_ref::<Lock>() {
            lock.unlock();
        }
    }
    result
}

// ---- the kit ---------------------------------------------------------------------------------------------------

#[pyclass(module = false, name = "ThreadKit")]
#[derive(PyPayload)]
struct ThreadKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for ThreadKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ThreadKit")
    }
}

const KEY: &[Parameter] = &[Parameter::none("key")];
const REQUIRED_KEY: &[Parameter] = &[Parameter::required("key")];

const fn key(name: &'static str) -> Signature<'static> {
    Signature { name, hidden: 1, parameters: KEY, keywords: false }
}

const fn required_key(name: &'static str) -> Signature<'static> {
    Signature { name, hidden: 1, parameters: REQUIRED_KEY, keywords: false }
}

/// Seconds as a duration; None for None.
pub fn seconds(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<Duration>> {
    if vm.is_none(value) {
        return Ok(None);
    }
    let float = vm.ctx.types.float_type.as_object().call((value.to_owned(),), vm)?;
    let seconds: f64 = float.try_into_value(vm)?;
    // Longer than any process lives: no limit.
    Ok(Some(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::from_secs(u64::from(u32::MAX)))))
}

/// Takes `globalize` from the arguments of `Create` and `CreateTimer`; what is left is the function's.
fn take_globalize(vm: &VirtualMachine, args: &mut FuncArgs) -> PyResult<bool> {
    match args.take_positional_keyword("globalize") {
        Some(globalize) => globalize.try_to_bool(vm),
        None => Ok(true),
    }
}

#[pyclass(flags(HAS_DICT))]
impl ThreadKit {
    #[pymethod(name = "Create")]
    fn create(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Some(function) = args.take_positional_keyword("f") else {
            return Err(vm.new_type_error("Create() takes at least 2 arguments (1 given)"));
        };
        let globalize = take_globalize(vm, &mut args)?;
        start(vm, &zelf.sandbox, function, args, globalize)
    }

    #[pymethod(name = "CreateTimer")]
    fn create_timer(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let given = args.args.len();
        let missing = || vm.new_type_error(format!("CreateTimer() takes at least 3 arguments ({} given)", given + 1));
        let interval = args.take_positional_keyword("interval").ok_or_else(missing)?;
        let function = args.take_positional_keyword("f").ok_or_else(missing)?;
        let globalize = take_globalize(vm, &mut args)?;
        let delay = seconds(vm, &interval)?.unwrap_or_default();
        launch(vm, &zelf.sandbox, function, args, globalize, Some(delay))
    }

    #[pymethod(name = "Sleep")]
    fn sleep(_zelf: &Py<Self>, interval: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let duration = seconds(vm, &interval)?.unwrap_or_default();
        vm.allow_threads(|| std::thread::sleep(duration));
        Ok(())
    }

    #[pymethod(name = "Lock")]
    fn lock(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        lock_for(vm, &zelf.sandbox, key("Lock").bind(vm, args)?.get(0))
    }

    #[pymethod(name = "AcquireLock")]
    fn acquire_lock(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let bound = required_key("AcquireLock").bind(vm, args)?;
        if vm.is_none(bound.get(0)) {
            return Err(errors::framework_exception(vm, "Cannot lock the None object"));
        }
        if let Some(lock) = lock_for(vm, &zelf.sandbox, bound.get(0))?.downcast_ref::<Lock>() {
            lock.lock(vm, None);
        }
        Ok(true)
    }

    #[pymethod(name = "ReleaseLock")]
    fn release_lock(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let bound = required_key("ReleaseLock").bind(vm, args)?;
        let Some(name) = key_name(vm, bound.get(0))? else {
            return Err(errors::framework_exception(vm, "A lock without a key cannot be released by key"));
        };
        let lock = zelf.sandbox.plugin.state::<Named>().locks.lock().get(&name).cloned();
        match lock.as_deref().and_then(|lock| lock.downcast_ref::<Lock>()) {
            Some(lock) if lock.unlock() => Ok(true),
            Some(_) => Err(release_error(vm)),
            None => {
                tracing::error!("There is no lock named '{name}'");
                Ok(false)
            }
        }
    }

    #[pymethod(name = "Event")]
    fn event(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        event_for(vm, &zelf.sandbox, key("Event").bind(vm, args)?.get(0))
    }

    #[pymethod(name = "Block")]
    fn block(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let event = event_for(vm, &zelf.sandbox, required_key("Block").bind(vm, args)?.get(0))?;
        if let Some(event) = event.downcast_ref::<Event>() {
            event.signal.clear();
        }
        Ok(())
    }

    #[pymethod(name = "Unblock")]
    fn unblock(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let event = event_for(vm, &zelf.sandbox, required_key("Unblock").bind(vm, args)?.get(0))?;
        if let Some(event) = event.downcast_ref::<Event>() {
            event.signal.set();
        }
        Ok(())
    }

    #[pymethod(name = "Wait")]
    fn wait(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        const WAIT: Signature = Signature {
            name: "Wait",
            hidden: 1,
            parameters: &[Parameter::required("key"), Parameter::none("timeout")],
            keywords: false,
        };
        let bound = WAIT.bind(vm, args)?;
        let timeout = seconds(vm, bound.get(1))?;
        let event = event_for(vm, &zelf.sandbox, bound.get(0))?;
        Ok(event.downcast_ref::<Event>().is_some_and(|event| vm.allow_threads(|| event.signal.wait(timeout))))
    }

    #[pymethod(name = "Semaphore")]
    fn semaphore(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        const SEMAPHORE: Signature = Signature {
            name: "Semaphore",
            hidden: 1,
            parameters: &[Parameter::none("key"), Parameter { name: "limit", default: Preset::None }],
            keywords: false,
        };
        let bound = SEMAPHORE.bind(vm, args)?;
        let limit = if vm.is_none(bound.get(1)) { 1 } else { bound.get(1).to_owned().try_into_value::<i64>(vm)? };
        let limit = usize::try_from(limit)
            .map_err(|_| vm.new_value_error("semaphore initial value must be >= 0".to_owned()))?;
        let _ = Semaphore::make_static_type();
        let table = zelf.sandbox.plugin.state::<Named>();
        named(vm, &table.semaphores, bound.get(0), || Semaphore::new(limit).into_pyobject(vm))
    }

    #[pygetset(name = "Queue")]
    fn queue(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        import::module(vm, "Queue")?.get_attr("Queue", vm)
    }
}
