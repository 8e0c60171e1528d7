//! The module `thread` of Python 2.7: locks and the start of threads.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyModule, PyStr, PyTuple, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::import::machine_module;
use crate::modules;
use crate::runtime::{arguments, handling, text};

// ---- waiting -------------------------------------------------------------------------------------------------------

/// A value that threads wait for: the parts of all locks.
#[derive(Debug, Default)]
pub struct Waited<T> {
    value: Mutex<T>,
    changed: Condvar,
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    Forever,
    Until(Instant),
    /// Not at all.
    None,
}

impl Patience {
    /// At most so many seconds; more than anybody waits means for ever.
    pub fn seconds(seconds: f64) -> Self {
        if seconds.is_nan() || seconds <= 0.0 {
            return Self::None;
        }
        let duration = Duration::try_from_secs_f64(seconds).ok();
        duration.and_then(|duration| Instant::now().checked_add(duration)).map_or(Self::Forever, Self::Until)
    }
}

impl<T> Waited<T> {
    pub const fn new(value: T) -> Self {
        Self { value: Mutex::new(value), changed: Condvar::new() }
    }

    /// Reads or changes the value.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.value.lock())
    }

    /// Changes the value and wakes those who wait: all, or one.
    pub fn change<R>(&self, all: bool, work: impl FnOnce(&mut T) -> R) -> R {
        let result = self.with(work);
        if all {
            self.changed.notify_all();
        } else {
            self.changed.notify_one();
        }
        result
    }

    /// Tries until it succeeds; None when the time is over. The machine goes on meanwhile.
    pub fn wait<R>(
        &self,
        vm: &VirtualMachine,
        patience: Patience,
        mut attempt: impl FnMut(&mut T) -> Option<R>,
    ) -> Option<R> {
        if let Some(result) = self.with(&mut attempt) {
            return Some(result);
        }
        if matches!(patience, Patience::None) {
            return None;
        }
        vm.allow_threads(|| {
            let mut value = self.value.lock();
            loop {
                if let Some(result) = attempt(&mut value) {
                    return Some(result);
                }
                match patience {
                    Patience::Until(end) => {
                        if self.changed.wait_until(&mut value, end).timed_out() {
                            return attempt(&mut value);
                        }
                    }
                    _ => self.changed.wait(&mut value),
                }
            }
        })
    }
}

// ---- locks ---------------------------------------------------------------------------------------------------------

/// A lock that any thread can release.
#[pyclass(module = "thread", name = "lock")]
#[derive(Debug, Default, PyPayload)]
pub struct Lock {
    held: Waited<bool>,
}

impl Lock {
    /// Takes the lock if it becomes free in time.
    pub fn take(&self, vm: &VirtualMachine, patience: Patience) -> bool {
        self.held.wait(vm, patience, |held| (!*held).then(|| *held = true)).is_some()
    }

    /// Frees the lock; false if it was free.
    pub fn free(&self) -> bool {
        self.held.change(false, |held| std::mem::replace(held, false))
    }

    /// Is it taken?
    pub fn is_held(&self) -> bool {
        self.held.with(|held| *held)
    }
}

/// `acquire(blocking=1)` in C's words.
fn blocking(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Patience> {
    arguments::count(vm, "acquire", args, 0, 1)?;
    match args.args.first() {
        Some(flag) if arguments::c_long(vm, flag)? == 0 => Ok(Patience::None),
        _ => Ok(Patience::Forever),
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION, HAS_WEAKREF))]
impl Lock {
    /// Lock the lock.  Without argument, this blocks if the lock is already locked.
    #[pymethod]
    #[pymethod(name = "acquire_lock")]
    pub fn acquire(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let patience =
            if args.args.is_empty() && args.kwargs.is_empty() { Patience::Forever } else { blocking(&args, vm)? };
        Ok(zelf.take(vm, patience))
    }

    /// Release the lock, allowing another thread that is blocked waiting for the lock to acquire the lock.
    #[pymethod]
    #[pymethod(name = "release_lock")]
    pub fn release(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.free() { Ok(()) } else { Err(error(vm, "release unlocked lock")) }
    }

    /// Return whether the lock is in the locked state.
    #[pymethod]
    #[pymethod(name = "locked_lock")]
    fn locked(zelf: &Py<Self>) -> bool {
        zelf.is_held()
    }

    #[pymethod]
    fn __enter__(zelf: &Py<Self>, vm: &VirtualMachine) -> bool {
        zelf.take(vm, Patience::Forever)
    }

    #[pymethod]
    fn __exit__(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Self::release(zelf, vm)
    }
}

/// A new lock.
pub fn new_lock(vm: &VirtualMachine) -> PyRef<Lock> {
    // Locks are made before anybody imports `thread`, by `Queue` for one.
    let _ = Lock::make_static_type();
    Lock::default().into_ref(&vm.ctx)
}

/// The class `thread.error`.
fn error_class(vm: &VirtualMachine) -> &'static PyTypeRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    CLASS.get_or_init(|| {
        let base = vm.ctx.exceptions.exception_type.to_owned();
        vm.ctx.new_exception_type("thread", "error", Some(vec![base]))
    })
}

/// A `thread.error`.
pub fn error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    vm.new_exception(error_class(vm).clone(), vec![vm.ctx.new_str(message).into()])
}

/// The number of the running thread, as `thread.get_ident()` gives it.
pub fn ident() -> u64 {
    rustpython_vm::stdlib::_thread::get_ident()
}

// ---- threads -------------------------------------------------------------------------------------------------------

/// Threads of `start_new_thread` that run.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// What `stack_size` was set to.
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);

/// What an unhandled exception prints.
fn report(function: &PyObject, error: &PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<()> {
    let traceback = crate::import::module(vm, "traceback")?;
    let class: PyObjectRef = error.class().to_owned().into();
    let trace = error.__traceback__().map_or_else(|| vm.ctx.none(), Into::into);
    let lines = vm.call_method(&traceback, "format_exception", (class, error.clone(), trace))?;
    let mut report = b"Unhandled exception in thread started by ".to_vec();
    report.extend(text::repr_of(vm, function)?);
    report.push(b'\n');
    for line in vm.extract_elements_with(&lines, Ok)? {
        report.extend(text::str_of(vm, &line)?);
    }
    let stderr = crate::import::module(vm, "sys")?.get_attr("stderr", vm)?;
    vm.call_method(&stderr, "write", (text::new_str(vm, &report),)).map(drop)
}

fn run(function: &PyObjectRef, args: FuncArgs, vm: &VirtualMachine) {
    RUNNING.fetch_add(1, Ordering::Relaxed);
    if let Err(error) = function.call(args, vm)
        && !error.fast_isinstance(vm.ctx.exceptions.system_exit)
    {
        let _ = report(function, &error, vm);
    }
    // What the thread handled goes while it still runs.
    handling::clear(vm);
    RUNNING.fetch_sub(1, Ordering::Relaxed);
}

fn start_new_thread(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::unpack(vm, "start_new_thread", &args, 2, 3)?;
    let (Some(function), Some(passed)) = (args.args.first(), args.args.get(1)) else { return Ok(vm.ctx.none()) };
    if !function.is_callable() {
        return Err(vm.new_type_error("first arg must be callable"));
    }
    let Some(passed) = passed.downcast_ref::<PyTuple>() else {
        return Err(vm.new_type_error("2nd arg must be a tuple"));
    };
    let mut call = FuncArgs::from(passed.to_vec());
    if let Some(keywords) = args.args.get(2) {
        let Ok(keywords) = keywords.clone().downcast::<PyDict>() else {
            return Err(vm.new_type_error("optional 3rd arg must be a dictionary"));
        };
        for (name, value) in keywords {
            let Some(name) = name.downcast_ref::<PyStr>() else {
                return Err(vm.new_type_error("keywords must be strings"));
            };
            call.kwargs.insert(name.as_wtf8().to_owned(), value);
        }
    }
    let work = Mutex::new(Some((function.clone(), call)));
    let start = vm.new_function("start", move |vm: &VirtualMachine| {
        let work = work.lock().take();
        if let Some((function, call)) = work {
            run(&function, call, vm);
        }
    });
    let machine = machine_module(vm, "_thread")?;
    let empty: PyObjectRef = vm.ctx.empty_tuple.clone().into();
    vm.call_method(&machine, "start_new_thread", (start, empty))
}

/// `stack_size([size])`: the size before. All threads have stacks of [`crate::threads::STACK_SIZE`], whatever is wished.
fn stack_size(args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
    arguments::count(vm, "stack_size", &args, 0, 1)?;
    let Some(wanted) = args.args.first() else { return Ok(STACK_SIZE.load(Ordering::Relaxed)) };
    let wanted = usize::try_from(arguments::c_long(vm, wanted)?);
    let wanted = wanted.map_err(|_| vm.new_value_error("size must be 0 or a positive value"))?;
    if wanted != 0 && wanted < 32_768 {
        return Err(vm.new_value_error(format!("size not valid: {wanted} bytes")));
    }
    Ok(STACK_SIZE.swap(wanted, Ordering::Relaxed))
}

fn exit(_args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Err(vm.new_exception_empty(vm.ctx.exceptions.system_exit.to_owned()))
}

/// Makes the module `thread`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "thread");
    modules::set(vm, &module, "LockType", Lock::make_static_type());
    modules::set(vm, &module, "error", error_class(vm).clone());
    for name in ["allocate_lock", "allocate"] {
        modules::set_function(vm, &module, name, |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            arguments::none(vm, "allocate_lock", &args)?;
            Ok(new_lock(vm).into())
        });
    }
    for name in ["start_new_thread", "start_new"] {
        modules::set_function(vm, &module, name, start_new_thread);
    }
    for name in ["exit", "exit_thread"] {
        modules::set_function(vm, &module, name, exit);
    }
    modules::set_function(vm, &module, "get_ident", ident);
    modules::set_function(vm, &module, "_count", || RUNNING.load(Ordering::Relaxed));
    modules::set_function(vm, &module, "stack_size", stack_size);
    if let Ok(machine) = machine_module(vm, "_thread") {
        for (name, theirs) in [("_local", "_local"), ("interrupt_main", "interrupt_main")] {
            if let Ok(value) = machine.get_attr(theirs, vm) {
                modules::set(vm, &module, name, value);
            }
        }
    }
    module
}
