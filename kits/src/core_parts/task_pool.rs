//! `Core.runtime.taskpool`: functions that a fixed number of threads works off (`spec/core.md` §2, §7). Threads start when
//! the first task comes; some of them take nothing but important tasks.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};
use reprise_vm_glue::threads;
use rustpython_vm::builtins::{PyDict, PyList, PyTuple};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::context::{self, Context};
use crate::messaging;
use crate::objects::signature::{Default as Preset, Parameter, Signature};
use crate::sandbox::Sandbox;
use crate::threadkit::{log_exception, name_of};

/// A task: the function and its arguments.
type Task = (PyObjectRef, FuncArgs);

#[derive(Default)]
struct Waiting {
    important: VecDeque<Task>,
    others: VecDeque<Task>,
    running: usize,
    started: bool,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

/// A pool of threads.
#[pyclass(module = "Framework.components.runtime", name = "TaskPool")]
#[derive(PyPayload)]
pub struct TaskPool {
    sandbox: Arc<Sandbox>,
    threads: usize,
    important: usize,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for TaskPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TaskPool({})", self.threads)
    }
}

/// A pool of so many threads, of which some take only important tasks.
pub fn new(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, threads: usize, important: usize) -> PyObjectRef {
    let _ = TaskPool::make_static_type();
    let threads = threads.clamp(1, 64);
    let important = important.min(threads - 1);
    TaskPool { sandbox: Arc::clone(sandbox), threads, important, shared: Arc::default() }.into_pyobject(vm)
}

const ADD_TASK: Signature = Signature {
    name: "add_task",
    hidden: 1,
    parameters: &[
        Parameter::required("f"),
        Parameter { name: "args", default: Preset::List },
        Parameter { name: "kwargs", default: Preset::Dict },
        Parameter { name: "important", default: Preset::False },
    ],
    keywords: false,
};

fn items(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    if let Some(list) = value.downcast_ref::<PyList>() {
        return Ok(list.borrow_vec().to_vec());
    }
    if let Some(tuple) = value.downcast_ref::<PyTuple>() {
        return Ok(tuple.as_slice().to_vec());
    }
    vm.extract_elements_with(value, Ok)
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl TaskPool {
    /// Has a function called by one of the threads.
    #[pymethod]
    fn add_task(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let bound = ADD_TASK.bind(vm, args)?;
        let keywords = match bound.get(2).downcast_ref::<PyDict>() {
            Some(dict) => messaging::keywords(vm, dict)?,
            None => Vec::new(),
        };
        let arguments = FuncArgs::new(items(vm, bound.get(1))?, keywords.into_iter().collect::<KwArgs>());
        let important = bound.get(3).to_owned().try_to_bool(vm)?;
        let task = (bound.get(0).to_owned(), arguments);
        let start = {
            let mut waiting = zelf.shared.waiting.lock();
            if important {
                waiting.important.push_back(task)
            } else {
                waiting.others.push_back(task)
            }
            !std::mem::replace(&mut waiting.started, true)
        };
        if start {
            zelf.start(vm)?;
        }
        zelf.shared.changed.notify_all();
        Ok(())
    }

    /// Waits until nothing is left to do.
    #[pymethod]
    fn wait(zelf: &Py<Self>, vm: &VirtualMachine) {
        vm.allow_threads(|| {
            let mut waiting = zelf.shared.waiting.lock();
            while waiting.running > 0 || !waiting.important.is_empty() || !waiting.others.is_empty() {
                zelf.shared.changed.wait(&mut waiting);
            }
        });
    }

    /// Has the threads end once nothing is left to do.
    #[pymethod]
    fn shutdown(zelf: &Py<Self>) {
        zelf.shared.waiting.lock().closed = true;
        zelf.shared.changed.notify_all();
    }

    fn start(&self, vm: &VirtualMachine) -> PyResult<()> {
        for number in 0..self.threads {
            let only_important = number < self.important;
            let (machine, sandbox, shared) = (vm.new_thread(), Arc::clone(&self.sandbox), Arc::clone(&self.shared));
            let work = move || machine.run(|vm| work_off(vm, &sandbox, &shared, only_important));
            let started = threads::spawn("taskpool", work);
            started.map_err(|error| vm.new_runtime_error(format!("can't start new thread: {error}")))?;
        }
        Ok(())
    }
}

fn work_off(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, shared: &Shared, only_important: bool) {
    while let Some((function, arguments)) = vm.allow_threads(|| next(shared, only_important)) {
        let name = name_of(vm, &function);
        context::bind(Context::default(), || {
            if let Err(exception) = sandbox.enter(|| function.call(arguments, vm)) {
                log_exception(vm, &format!("Exception in task '{name}'"), &exception);
            }
        });
        drop(function);
        shared.waiting.lock().running -= 1;
        shared.changed.notify_all();
    }
}

/// The next task; None once the pool is closed and empty.
fn next(shared: &Shared, only_important: bool) -> Option<Task> {
    let mut waiting = shared.waiting.lock();
    loop {
        let task = waiting.important.pop_front();
        let task = if only_important { task } else { task.or_else(|| waiting.others.pop_front()) };
        if task.is_some() {
            waiting.running += 1;
            return task;
        }
        if waiting.closed {
            return None;
        }
        shared.changed.wait(&mut waiting);
    }
}
