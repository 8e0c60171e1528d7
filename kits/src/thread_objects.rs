//! Locks, events, semaphores and threads as Python objects, with the methods that `threading` gives them.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use crate::threadkit::seconds;

/// A flag that can be waited for.
#[derive(Debug, Default)]
pub struct Signal {
    on: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    pub fn set(&self) {
        *self.on.lock() = true;
        self.changed.notify_all();
    }

    pub fn clear(&self) {
        *self.on.lock() = false;
    }

    pub fn is_set(&self) -> bool {
        *self.on.lock()
    }

    /// Waits until the flag is set, or for the given time; whether it is set.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut on = self.on.lock();
        while !*on {
            match deadline {
                None => self.changed.wait(&mut on),
                Some(deadline) => {
                    if self.changed.wait_until(&mut on, deadline).timed_out() {
                        return *on;
                    }
                }
            }
        }
        true
    }
}

/// A counter of free places: one place is a lock.
#[derive(Debug)]
struct Places {
    free: Mutex<usize>,
    changed: Condvar,
}

impl Places {
    fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), changed: Condvar::new() }
    }

    /// Takes a place, waiting up to the given time (None: for ever).
    fn take(&self, timeout: Option<Duration>) -> bool {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut free = self.free.lock();
        while *free == 0 {
            match deadline {
                None => self.changed.wait(&mut free),
                Some(deadline) => {
                    if self.changed.wait_until(&mut free, deadline).timed_out() && *free == 0 {
                        return false;
                    }
                }
            }
        }
        *free -= 1;
        true
    }

    fn give(&self) {
        *self.free.lock() += 1;
        self.changed.notify_one();
    }
}

/// How long `acquire(blocking=True)` waits: for ever, or not at all.
fn patience(vm: &VirtualMachine, mut args: FuncArgs) -> PyResult<Option<Duration>> {
    match args.take_positional_keyword("blocking") {
        Some(blocking) if !blocking.clone().try_to_bool(vm)? => Ok(Some(Duration::ZERO)),
        _ => Ok(None),
    }
}

/// A lock that one thread at a time holds; not reentrant.
#[pyclass(module = "thread", name = "lock")]
#[derive(Debug, PyPayload)]
pub struct Lock {
    places: Places,
}

impl Default for Lock {
    fn default() -> Self {
        Self { places: Places::new(1) }
    }
}

impl Lock {
    /// Takes the lock; false if the time ran out.
    pub fn lock(&self, vm: &VirtualMachine, timeout: Option<Duration>) -> bool {
        self.places.take(Some(Duration::ZERO)) || vm.allow_threads(|| self.places.take(timeout))
    }

    /// Releases the lock; false if nobody held it.
    pub fn unlock(&self) -> bool {
        let mut free = self.places.free.lock();
        if *free > 0 {
            return false;
        }
        *free = 1;
        drop(free);
        self.places.changed.notify_one();
        true
    }
}

/// `thread.error` of a lock that nobody holds; code that catches the machine's own `thread.error` gets it too.
pub fn release_error(vm: &VirtualMachine) -> PyBaseExceptionRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    let class = CLASS.get_or_init(|| {
        let base = vm.ctx.exceptions.runtime_error.to_owned();
        vm.ctx.new_exception_type("thread", "error", Some(vec![base]))
    });
    vm.new_exception_msg(class.clone(), "release unlocked lock".into())
}

#[pyclass]
impl Lock {
    #[pymethod]
    fn acquire(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let timeout = patience(vm, args)?;
        Ok(zelf.lock(vm, timeout))
    }

    #[pymethod]
    fn release(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.unlock() {
            return Ok(());
        }
        Err(release_error(vm))
    }

    #[pymethod]
    fn locked(zelf: &Py<Self>) -> bool {
        *zelf.places.free.lock() == 0
    }

    #[pymethod]
    fn __enter__(zelf: PyRef<Self>, vm: &VirtualMachine) -> bool {
        zelf.lock(vm, None)
    }

    #[pymethod]
    fn __exit__(zelf: &Py<Self>, _args: FuncArgs) {
        zelf.unlock();
    }
}

/// A flag that threads wait for.
#[pyclass(module = "threading", name = "_Event")]
#[derive(Debug, Default, PyPayload)]
pub struct Event {
    pub signal: Signal,
}

#[pyclass]
impl Event {
    #[pymethod]
    fn set(zelf: &Py<Self>) {
        zelf.signal.set();
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        zelf.signal.clear();
    }

    #[pymethod(name = "isSet")]
    fn is_set_old(zelf: &Py<Self>) -> bool {
        zelf.signal.is_set()
    }

    #[pymethod]
    fn is_set(zelf: &Py<Self>) -> bool {
        zelf.signal.is_set()
    }

    #[pymethod]
    fn wait(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let timeout = match args.take_positional_keyword("timeout") {
            Some(timeout) => seconds(vm, &timeout)?,
            None => None,
        };
        Ok(vm.allow_threads(|| zelf.signal.wait(timeout)))
    }
}

/// A counter of threads that may be inside at one time.
#[pyclass(module = "threading", name = "_Semaphore")]
#[derive(Debug, PyPayload)]
pub struct Semaphore {
    places: Places,
}

impl Semaphore {
    pub fn new(limit: usize) -> Self {
        Self { places: Places::new(limit) }
    }
}

#[pyclass]
impl Semaphore {
    #[pymethod]
    fn acquire(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let timeout = patience(vm, args)?;
        Ok(vm.allow_threads(|| zelf.places.take(timeout)))
    }

    #[pymethod]
    fn release(zelf: &Py<Self>) {
        zelf.places.give();
    }

    #[pymethod]
    fn __enter__(zelf: PyRef<Self>, vm: &VirtualMachine) -> bool {
        vm.allow_threads(|| zelf.places.take(None))
    }

    #[pymethod]
    fn __exit__(zelf: &Py<Self>, _args: FuncArgs) {
        zelf.places.give();
    }
}

/// A thread, or a timer that has not gone off yet.
#[pyclass(module = "threading", name = "Thread")]
#[derive(Debug, PyPayload)]
pub struct ThreadObject {
    pub name: String,
    pub ended: Arc<Signal>,
    /// Set by `cancel()`; only timers look at it.
    pub cancelled: Arc<Signal>,
}

#[pyclass]
impl ThreadObject {
    #[pygetset]
    fn name(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, &zelf.name)
    }

    #[pymethod(name = "getName")]
    fn get_name(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, &zelf.name)
    }

    #[pymethod(name = "isAlive")]
    fn is_alive_old(zelf: &Py<Self>) -> bool {
        !zelf.ended.is_set()
    }

    #[pymethod]
    fn is_alive(zelf: &Py<Self>) -> bool {
        !zelf.ended.is_set()
    }

    #[pymethod]
    fn join(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let timeout = match args.take_positional_keyword("timeout") {
            Some(timeout) => seconds(vm, &timeout)?,
            None => None,
        };
        vm.allow_threads(|| zelf.ended.wait(timeout));
        Ok(())
    }

    #[pymethod]
    fn cancel(zelf: &Py<Self>) {
        zelf.cancelled.set();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_and_places() {
        let signal = Arc::new(Signal::default());
        assert!(!signal.wait(Some(Duration::from_millis(1))));
        let other = Arc::clone(&signal);
        let waiting = std::thread::spawn(move || other.wait(None));
        signal.set();
        assert!(waiting.join().is_ok_and(|set| set));
        let places = Places::new(1);
        assert!(places.take(None) && !places.take(Some(Duration::ZERO)));
        places.give();
        assert!(places.take(Some(Duration::ZERO)));
    }
}
