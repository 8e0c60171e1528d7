//! Raising and handling by Python 2's rules: what `except` matches, `sys.exc_info()` that lasts until the function
//! returns, bare `raise`.

use std::cell::RefCell;

use rustpython_compiler_core::OneIndexed;
use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyTraceback, PyTuple, PyType};
use rustpython_vm::frame::{FrameObject, FrameObjectRef};
use rustpython_vm::function::OptionalArg;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use super::{exceptions, intrinsics, restricted};

/// An exception that a frame handled (None: it cleared it).
struct Handled {
    frame: FrameObjectRef,
    error: Option<PyBaseExceptionRef>,
}

/// Notes kept before those of frames that have returned are dropped.
const MAX_NOTES: usize = 6;

/// Newest last.
struct Notes(Vec<Handled>);

impl Drop for Notes {
    /// A thread that is ending cannot take the machine's objects apart any more.
    fn drop(&mut self) {
        std::mem::forget(std::mem::take(&mut self.0));
    }
}

thread_local! {
    static HANDLED: RefCell<Notes> = const { RefCell::new(Notes(Vec::new())) };
}

fn is_same(a: &Py<FrameObject>, b: &Py<FrameObject>) -> bool {
    a.as_object().is(b.as_object())
}

/// Drops the notes of frames that are not running any more.
fn prune(vm: &VirtualMachine) {
    let mut running = Vec::new();
    let mut frame = vm.current_frame();
    while let Some(this) = frame {
        frame = this.f_back(vm);
        running.push(this);
    }
    let dead = HANDLED.with_borrow_mut(|Notes(handled)| {
        let (alive, dead): (Vec<_>, Vec<_>) = std::mem::take(handled)
            .into_iter()
            .partition(|note| running.iter().any(|frame| is_same(frame, &note.frame)));
        *handled = alive;
        dead
    });
    // Dropped here: destructors may handle exceptions themselves.
    drop(dead);
}

fn note(frame: FrameObjectRef, error: Option<PyBaseExceptionRef>, vm: &VirtualMachine) {
    let (old, full) = HANDLED.with_borrow_mut(|Notes(handled)| {
        let old = handled.iter().position(|note| is_same(&note.frame, &frame)).map(|at| handled.remove(at));
        handled.push(Handled { frame, error });
        (old, handled.len() > MAX_NOTES)
    });
    drop(old);
    if full {
        prune(vm);
    }
}

/// The exception that `sys.exc_info()` shows.
pub fn current(vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    prune(vm);
    let noted = HANDLED.with_borrow(|Notes(handled)| handled.last().map(|note| note.error.clone()));
    match noted {
        Some(error) => error,
        None => vm.current_exception().map(|error| restricted::shown(error, vm)),
    }
}

/// `sys.exc_clear()`.
pub fn clear(vm: &VirtualMachine) {
    if let Some(frame) = vm.current_frame() {
        note(frame, None, vm);
    }
}

/// Works while an exception is being handled in the running function, as in an `except` of it. An exception that comes
/// from native code has the running function in its traceback then.
pub fn during<R>(error: &PyBaseExceptionRef, vm: &VirtualMachine, work: impl FnOnce() -> R) -> R {
    let Some(frame) = vm.current_frame() else { return work() };
    if error.__traceback__().is_none() {
        let line = frame.as_object().get_attr("f_lineno", vm).and_then(|line| line.try_to_value::<usize>(vm));
        if let Some(line) = line.ok().and_then(OneIndexed::new) {
            error.set_traceback(Some(PyTraceback::new(None, frame.clone(), 0, line).into_ref(&vm.ctx)));
        }
    }
    let find = |notes: &Notes| notes.0.iter().position(|note| is_same(&note.frame, &frame));
    let before = HANDLED.with_borrow(|notes| find(notes).and_then(|at| notes.0.get(at)).map(|note| note.error.clone()));
    note(frame.clone(), Some(restricted::shown(error.clone(), vm)), vm);
    let result = work();
    let dropped = match before {
        Some(error) => {
            note(frame, error, vm);
            None
        }
        None => HANDLED.with_borrow_mut(|notes| find(notes).map(|at| notes.0.remove(at))),
    };
    drop(dropped);
    result
}

/// `sys.exc_info()`: type, value, traceback.
pub fn exc_info(vm: &VirtualMachine) -> (PyObjectRef, PyObjectRef, PyObjectRef) {
    match current(vm) {
        None => (vm.ctx.none(), vm.ctx.none(), vm.ctx.none()),
        Some(error) => {
            let traceback = error.__traceback__().map_or_else(|| vm.ctx.none(), Into::into);
            let value = exceptions::value_of(&error, vm);
            (value.class().to_owned().into(), value, traceback)
        }
    }
}

/// `raise type, value, traceback` makes an entry for the frame that raises; Python 2 goes on with the traceback as it is,
/// which has an entry for that frame already.
pub fn drop_repeated_entries(error: &Py<PyBaseException>) {
    let mut before: Option<PyRef<PyTraceback>> = None;
    let mut entry = error.__traceback__();
    while let Some(this) = entry {
        let next = this.next.lock().clone();
        let repeated = next.as_ref().is_some_and(|next| is_same(&this.frame, &next.frame));
        if repeated {
            match &before {
                Some(before) => *before.next.lock() = next.clone(),
                None => error.set_traceback(next.clone()),
            }
        } else {
            before = Some(this);
        }
        entry = next;
    }
}

/// `<caught>()`.
fn caught(vm: &VirtualMachine) -> PyObjectRef {
    let Some(error) = vm.current_exception() else { return vm.ctx.none() };
    let error = restricted::shown(error, vm);
    drop_repeated_entries(&error);
    // The outermost frame of the traceback is the one that handles.
    if let Some(traceback) = error.__traceback__() {
        note(traceback.frame.clone(), Some(error.clone()), vm);
    }
    exceptions::value_of(&error, vm)
}

/// Classes that the machine matches as Python 2 does.
fn is_plain(wanted: &PyObject, error: &Py<PyBaseException>) -> bool {
    if let Some(tuple) = wanted.downcast_ref::<PyTuple>() {
        return tuple.as_slice().iter().all(|wanted| is_plain(wanted, error));
    }
    wanted.downcast_ref::<PyType>().is_some_and(|class| error.class().fast_issubclass(class))
}

/// `<catch>(classes)`: the classes, or what makes the machine match (or not) where its own rules differ.
fn catch(wanted: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(raised) = vm.current_exception() else { return Ok(wanted) };
    let error = restricted::shown(raised.clone(), vm);
    if error.is(&raised) && wanted.downcast_ref::<PyType>().is_some() && is_plain(&wanted, &error) {
        return Ok(wanted);
    }
    Ok(if exceptions::matches(&error, &wanted, vm)? {
        vm.ctx.exceptions.base_exception_type.to_owned().into()
    } else {
        vm.ctx.empty_tuple.clone().into()
    })
}

fn raise(
    kind: PyObjectRef,
    value: OptionalArg<PyObjectRef>,
    traceback: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    Ok(exceptions::to_raise(kind, value.into_option(), traceback.into_option(), vm)?.into())
}

fn reraise(vm: &VirtualMachine) -> PyResult {
    match current(vm) {
        Some(error) => Ok(error.into()),
        None => {
            Err(vm.new_type_error("exceptions must be old-style classes or derived from BaseException, not NoneType"))
        }
    }
}

/// The value of a StopIteration that leaves a generator: its argument.
fn ended(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyObjectRef {
    error.args().as_slice().first().cloned().unwrap_or_else(|| vm.ctx.none())
}

/// Registers the intrinsics.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(vm, intrinsics::CAUGHT, caught)?;
    intrinsics::add(vm, intrinsics::ENDED, ended)?;
    intrinsics::add(vm, intrinsics::CATCH, catch)?;
    intrinsics::add(vm, intrinsics::RAISE, raise)?;
    intrinsics::add(vm, intrinsics::RERAISE, reraise)
}
