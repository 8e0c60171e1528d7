//! The module `Queue` of Python 2.7: queues between threads.
//!
//! The classes are classic ones whose methods call each other through the object: programs override `_init`, `_qsize`,
//! `_put` and `_get`, and reach for `queue`, `mutex`, `not_empty`, `not_full`, `all_tasks_done` and `unfinished_tasks`.

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::locks;
use crate::clock;
use crate::import;
use crate::modules;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, with_defaults};
use crate::modules::random_module::float_of;
use crate::modules::receiver::{Receiver, global};
use crate::modules::thread_module::new_lock;
use crate::runtime::arguments;

crate::interned_names! {
    maxsize = "maxsize",
    mutex = "mutex",
    not_empty = "not_empty",
    not_full = "not_full",
    all_tasks_done = "all_tasks_done",
    unfinished_tasks = "unfinished_tasks",
    queue = "queue",
    init = "_init",
    size = "_qsize",
    put_item = "_put",
    get_item = "_get",
    put = "put",
    get = "get",
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

static QUEUE: &[Function] = &[
    with_defaults("__init__", &["self", "maxsize"], &[Given::Int(0)], run!(init)),
    function("task_done", SELF, run!(task_done)),
    function("join", SELF, run!(join)),
    function("qsize", SELF, run!(|this, _| held(this, |_, size| Ok(size)))),
    function(
        "empty",
        SELF,
        run!(|this, _| held(this, |this, size| { Ok(this.vm.ctx.new_bool(!size.try_to_bool(this.vm)?).into()) })),
    ),
    function("full", SELF, run!(full)),
    with_defaults("put", &["self", "item", "block", "timeout"], &[Given::Bool(true), Given::None], run!(put)),
    function(
        "put_nowait",
        &["self", "item"],
        run!(|this, values| {
            let item = values.first().cloned().unwrap_or_else(|| this.vm.ctx.none());
            this.call(names(this.vm).put, vec![item, this.vm.ctx.new_bool(false).into()])
        }),
    ),
    with_defaults("get", &["self", "block", "timeout"], &[Given::Bool(true), Given::None], run!(get)),
    function(
        "get_nowait",
        SELF,
        run!(|this, _| { this.call(names(this.vm).get, vec![this.vm.ctx.new_bool(false).into()]) }),
    ),
    function(
        "_init",
        &["self", "maxsize"],
        run!(|this, _| {
            let deque = deque(this.vm)?.call((), this.vm)?;
            this.set(names(this.vm).queue, deque)?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("_qsize", &["self", "len"], Body::Raw(size_of)),
    function("_put", &["self", "item"], run!(|this, values| on_items(this, "append", values))),
    function("_get", SELF, run!(|this, values| on_items(this, "popleft", values))),
];

static PRIORITY_QUEUE: &[Function] = &[
    function("_init", &["self", "maxsize"], run!(|this, _| list_of(this))),
    function("_qsize", &["self", "len"], Body::Raw(size_of)),
    function("_put", &["self", "item", "heappush"], Body::Raw(|home, args, vm| on_heap("_put", 0, home, args, vm))),
    function("_get", &["self", "heappop"], Body::Raw(|home, args, vm| on_heap("_get", 1, home, args, vm))),
];

static LIFO_QUEUE: &[Function] = &[
    function("_init", &["self", "maxsize"], run!(|this, _| list_of(this))),
    function("_qsize", &["self", "len"], Body::Raw(size_of)),
    function("_put", &["self", "item"], run!(|this, values| on_items(this, "append", values))),
    function("_get", SELF, run!(|this, values| on_items(this, "pop", values))),
];

// ---- the items -----------------------------------------------------------------------------------------------------

/// The class `collections.deque`.
fn deque(vm: &VirtualMachine) -> PyResult {
    import::module(vm, "_collections")?.get_attr("deque", vm)
}

fn list_of(this: &Receiver<'_>) -> PyResult {
    this.set(names(this.vm).queue, this.vm.ctx.new_list(Vec::new()))?;
    Ok(this.vm.ctx.none())
}

fn on_items(this: &Receiver<'_>, method: &str, values: &[PyObjectRef]) -> PyResult {
    let items = this.get(names(this.vm).queue)?;
    this.vm.call_method(&items, method, values.to_vec())
}

/// `_qsize(self, len=len)`.
fn size_of(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let found = arguments::of_python(vm, "_qsize", args, &["self", "len"], 1)?;
    let Ok([Some(this), len]) = <[Option<PyObjectRef>; 2]>::try_from(found) else { return Ok(vm.ctx.none()) };
    let items = Receiver::new(home, &this, vm).get(names(vm).queue)?;
    match len {
        Some(len) => len.call((items,), vm),
        None => Ok(vm.ctx.new_int(items.length(vm)?).into()),
    }
}

/// `_put(self, item, heappush=heapq.heappush)` and `_get(self, heappop=heapq.heappop)` of a PriorityQueue.
fn on_heap(name: &str, default: usize, home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let parameters: &[&str] = if default == 0 { &["self", "item", "heappush"] } else { &["self", "heappop"] };
    let mut found = arguments::of_python(vm, name, args, parameters, parameters.len() - 1)?.into_iter();
    let Some(Some(this)) = found.next() else { return Ok(vm.ctx.none()) };
    let mut call = vec![Receiver::new(home, &this, vm).get(names(vm).queue)?];
    if default == 0 {
        call.extend(found.next().flatten());
    }
    match found.next().flatten().or_else(|| home.defaults.get(default).cloned()) {
        Some(function) => function.call(call, vm),
        None => Ok(vm.ctx.none()),
    }
}

// ---- the methods ---------------------------------------------------------------------------------------------------

fn init(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let maxsize = values.first().cloned().unwrap_or_else(|| vm.ctx.new_int(0).into());
    this.set(names.maxsize, maxsize.clone())?;
    this.call(names.init, vec![maxsize])?;
    let mutex: PyObjectRef = new_lock(vm).into();
    this.set(names.mutex, mutex.clone())?;
    for name in [names.not_empty, names.not_full, names.all_tasks_done] {
        this.set(name, locks::condition_of(mutex.clone(), vm))?;
    }
    this.set(names.unfinished_tasks, vm.ctx.new_int(0))?;
    Ok(vm.ctx.none())
}

fn less(one: &PyObject, other: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    one.rich_compare_bool(other, PyComparisonOp::Lt, vm)
}

fn size(this: &Receiver<'_>) -> PyResult {
    this.call(names(this.vm).size, Vec::new())
}

/// Works with the size while the mutex is held.
fn held(this: &Receiver<'_>, work: fn(&Receiver<'_>, PyObjectRef) -> PyResult) -> PyResult {
    let mutex = this.get(names(this.vm).mutex)?;
    locks::holding(&mutex, this.vm, || work(this, size(this)?))
}

fn full(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    held(this, |this, size| {
        let vm = this.vm;
        let most = this.get(names(vm).maxsize)?;
        let bounded = less(vm.ctx.new_int(0).as_object(), &most, vm)?;
        Ok(vm.ctx.new_bool(bounded && vm.bool_eq(&most, &size)?).into())
    })
}

fn task_done(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let done = this.get(names.all_tasks_done)?;
    locks::holding(&done, vm, || {
        let left = vm._sub(&*this.get(names.unfinished_tasks)?, vm.ctx.new_int(1).as_object())?;
        if let Ok(number) = left.clone().try_to_value::<i64>(vm)
            && number <= 0
        {
            if number < 0 {
                return Err(vm.new_value_error("task_done() called too many times"));
            }
            locks::notify(&done, true, vm)?;
        }
        this.set(names.unfinished_tasks, left)?;
        Ok(vm.ctx.none())
    })
}

fn join(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let done = this.get(names.all_tasks_done)?;
    locks::holding(&done, vm, || {
        while this.is_true(names.unfinished_tasks)? {
            locks::wait(&done, None, vm)?;
        }
        Ok(vm.ctx.none())
    })
}

/// Waits on a condition as long as the queue is blocked; raises the module's error where that may not be.
fn wait(
    this: &Receiver<'_>,
    condition: &PyObject,
    values: &[PyObjectRef],
    error: &'static str,
    blocked: impl Fn() -> PyResult<bool>,
) -> PyResult<()> {
    let vm = this.vm;
    let raise = || -> PyResult<()> {
        let class = global(this.home, error, vm)?;
        let raised = class.call((), vm)?;
        Err(raised.downcast().map_err(|_| vm.new_type_error("exceptions must derive from BaseException"))?)
    };
    if let Some(block) = values.first()
        && !block.clone().try_to_bool(vm)?
    {
        return if blocked()? { raise() } else { Ok(()) };
    }
    let Some(timeout) = values.get(1).filter(|timeout| !vm.is_none(timeout)) else {
        while blocked()? {
            locks::wait(condition, None, vm)?;
        }
        return Ok(());
    };
    if less(timeout, vm.ctx.new_int(0).as_object(), vm)? {
        return Err(vm.new_value_error("'timeout' must be a non-negative number"));
    }
    let end = clock::seconds() + float_of(timeout, vm)?;
    while blocked()? {
        let left = end - clock::seconds();
        if left <= 0.0 {
            return raise();
        }
        locks::wait(condition, Some(left), vm)?;
    }
    Ok(())
}

fn put(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let Some((item, how)) = values.split_first() else { return Ok(vm.ctx.none()) };
    let not_full = this.get(names.not_full)?;
    locks::holding(&not_full, vm, || {
        let most = this.get(names.maxsize)?;
        if less(vm.ctx.new_int(0).as_object(), &most, vm)? {
            wait(this, &not_full, how, "Full", || vm.bool_eq(&*size(this)?, &*this.get(names.maxsize)?))?;
        }
        this.call(names.put_item, vec![item.clone()])?;
        let unfinished = vm._add(&*this.get(names.unfinished_tasks)?, vm.ctx.new_int(1).as_object())?;
        this.set(names.unfinished_tasks, unfinished)?;
        locks::notify(&*this.get(names.not_empty)?, false, vm)?;
        Ok(vm.ctx.none())
    })
}

fn get(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let not_empty = this.get(names.not_empty)?;
    locks::holding(&not_empty, vm, || {
        wait(this, &not_empty, values, "Empty", || Ok(!size(this)?.try_to_bool(vm)?))?;
        let item = this.call(names.get_item, Vec::new())?;
        locks::notify(&*this.get(names.not_full)?, false, vm)?;
        Ok(item)
    })
}

// ---- the module ----------------------------------------------------------------------------------------------------

/// Errors: name and documentation.
const ERRORS: &[(&str, &str)] =
    &[("Empty", "Nothing to get, and no time to wait."), ("Full", "No room to put something, and no time to wait.")];

const NAMES: &[&str] = &["Empty", "Full", "Queue", "PriorityQueue", "LifoQueue"];

fn fill(module: &PyRef<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let heap = import::module(vm, "_heapq")?;
    let of_heap = |name: &'static str| heap.get_attr(name, vm);
    let defaults = vec![of_heap("heappush")?, of_heap("heappop")?];
    let home = Arc::new(Home { globals: module.dict(), defaults });
    modules::set(vm, module, "__doc__", vm.ctx.new_str("A multi-producer, multi-consumer queue."));
    modules::set(
        vm,
        module,
        "__all__",
        vm.ctx.new_list(NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect()),
    );
    modules::set(vm, module, "deque", deque(vm)?);
    modules::set(vm, module, "_time", vm.new_function("time", clock::seconds));
    let class = |name, bases, functions, doc| {
        let values = Vec::new();
        Class { name, module: "Queue", bases, functions, values, doc: Some(doc) }
    };
    for (name, doc) in ERRORS {
        let bases = vec![vm.ctx.exceptions.exception_type.to_owned().into()];
        modules::set(vm, module, name, class(*name, bases, &[], *doc).make(&home, true, vm)?);
    }
    let queue = class("Queue", Vec::new(), QUEUE, "First in, first out.").make(&home, false, vm)?;
    modules::set(vm, module, "Queue", queue.clone());
    for (name, functions, doc) in
        [("PriorityQueue", PRIORITY_QUEUE, "The lowest first."), ("LifoQueue", LIFO_QUEUE, "Last in, first out.")]
    {
        modules::set(vm, module, name, class(name, vec![queue.clone()], functions, doc).make(&home, false, vm)?);
    }
    Ok(())
}

/// Makes the module `Queue`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "Queue");
    if let Err(error) = fill(&module, vm) {
        vm.print_exception(&error);
    }
    module
}
