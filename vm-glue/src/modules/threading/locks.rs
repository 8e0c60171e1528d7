//! RLock, Condition, Semaphore and Event of `threading`.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyTuple, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Constructor, Initializer, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::modules;
use crate::modules::random_module::float_of;
use crate::modules::thread_module::{Lock, Patience, Waited, ident, new_lock};
use crate::runtime::{arguments, text};

/// The argument `timeout=None`.
fn timeout(value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Patience> {
    match value.filter(|value| !vm.is_none(value)) {
        Some(value) => Ok(Patience::seconds(float_of(&value, vm)?)),
        None => Ok(Patience::Forever),
    }
}

/// The argument `blocking=1`.
fn blocking(args: FuncArgs, vm: &VirtualMachine) -> PyResult<Patience> {
    if args.args.is_empty() && args.kwargs.is_empty() {
        return Ok(Patience::Forever);
    }
    let [flag] = arguments::bind(vm, "acquire", ["blocking"], 0, args)?;
    match flag {
        Some(flag) if !flag.clone().try_to_bool(vm)? => Ok(Patience::None),
        _ => Ok(Patience::Forever),
    }
}

// ---- RLock ---------------------------------------------------------------------------------------------------------

/// Who holds a lock, and how many times.
#[derive(Clone, Copy, Debug, Default)]
struct Holder {
    owner: u64,
    count: usize,
}

/// A lock that its owner can take again.
#[pyclass(module = false, name = "_RLock")]
#[derive(Debug, Default, PyPayload)]
pub struct RLock {
    holder: Waited<Holder>,
}

impl RLock {
    /// Takes the lock; how many times it is held then, 0 if it is another thread's.
    fn take(&self, vm: &VirtualMachine, patience: Patience, count: usize) -> usize {
        let me = ident();
        let taken = self.holder.wait(vm, patience, |holder| {
            if holder.count == 0 {
                *holder = Holder { owner: me, count };
            } else if holder.owner == me {
                holder.count += 1;
            } else {
                return None;
            }
            Some(holder.count)
        });
        taken.unwrap_or(0)
    }

    fn free(&self, vm: &VirtualMachine) -> PyResult<()> {
        let me = ident();
        let freed = self.holder.change(false, |holder| {
            let mine = holder.count > 0 && holder.owner == me;
            holder.count -= usize::from(mine);
            mine
        });
        if freed { Ok(()) } else { Err(vm.new_runtime_error("cannot release un-acquired lock")) }
    }

    fn is_mine(&self) -> bool {
        self.holder.with(|holder| holder.count > 0 && holder.owner == ident())
    }
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Representable))]
impl RLock {
    #[pymethod]
    fn acquire(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Ok(match zelf.take(vm, blocking(args, vm)?, 1) {
            0 => vm.ctx.new_bool(false).into(),
            1 => vm.ctx.new_bool(true).into(),
            // Taken again: a number.
            _ => vm.ctx.new_int(1).into(),
        })
    }

    #[pymethod]
    fn __enter__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::acquire(zelf, FuncArgs::default(), vm)
    }

    #[pymethod]
    fn release(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.free(vm)
    }

    #[pymethod]
    fn __exit__(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.free(vm)
    }

    #[pymethod]
    fn _is_owned(zelf: &Py<Self>) -> bool {
        zelf.is_mine()
    }

    #[pymethod]
    fn _release_save(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let saved = zelf.holder.change(false, std::mem::take);
        vm.ctx.new_tuple(vec![vm.ctx.new_int(saved.count).into(), vm.ctx.new_int(saved.owner).into()]).into()
    }

    #[pymethod]
    fn _acquire_restore(zelf: &Py<Self>, state: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let count = state.downcast_ref::<PyTuple>().and_then(|state| state.first().cloned());
        let count: usize = count.map_or(Ok(1), |count| count.try_to_value(vm))?;
        zelf.take(vm, Patience::Forever, count.max(1));
        Ok(())
    }
}

impl Constructor for RLock {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::default())
    }
}

impl Representable for RLock {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let holder = zelf.holder.with(|holder| *holder);
        let owner = if holder.count == 0 {
            "None".to_owned()
        } else {
            let threading = crate::import::module(vm, "threading")?;
            let known = threading.get_attr("_active", vm)?.get_item(vm.ctx.new_int(holder.owner).as_object(), vm);
            match known.and_then(|thread| thread.get_attr("name", vm)) {
                Ok(name) => String::from_utf8_lossy(&text::repr_of(vm, &name)?).into_owned(),
                Err(_) => holder.owner.to_string(),
            }
        };
        Ok(format!("<{} owner={owner} count={}>", zelf.class().name(), holder.count))
    }
}

// ---- Condition -----------------------------------------------------------------------------------------------------

/// A condition that threads wait for.
#[pyclass(module = false, name = "_Condition")]
#[derive(Debug, Default, PyPayload)]
pub struct Condition {
    lock: Mutex<Option<PyObjectRef>>,
    waiters: Mutex<VecDeque<Arc<Waited<bool>>>>,
}

/// Whether the program has put something of its own into an object.
fn is_changed(object: &PyObject) -> bool {
    object.dict().is_some_and(|own| !own.is_empty())
}

impl Condition {
    fn own_or_locks(zelf: &Py<Self>, name: &'static str, vm: &VirtualMachine) -> PyResult {
        match zelf.as_object().dict().map(|own| own.get_item_opt(name, vm)).transpose()?.flatten() {
            Some(own) => Ok(own),
            None => zelf.lock(vm)?.get_attr(name, vm),
        }
    }

    fn replace(zelf: &Py<Self>, name: &'static str, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.as_object().dict().map_or(Ok(()), |own| own.set_item(name, value, vm))
    }

    fn lock(&self, vm: &VirtualMachine) -> PyResult {
        self.lock
            .lock()
            .clone()
            .ok_or_else(|| vm.new_attribute_error("'_Condition' object has no attribute '_Condition__lock'"))
    }

    /// Whether the running thread has the lock.
    fn owned(&self, vm: &VirtualMachine) -> PyResult<bool> {
        let lock = self.lock(vm)?;
        if let Some(lock) = lock.downcast_ref::<Lock>() {
            return Ok(lock.is_held());
        }
        if let Some(lock) = lock.downcast_ref_if_exact::<RLock>(vm) {
            return Ok(lock.is_mine());
        }
        if let Some(method) = vm.get_attribute_opt(&lock, "_is_owned")? {
            return method.call((), vm)?.try_to_bool(vm);
        }
        let free = vm.call_method(&lock, "acquire", (0,))?.try_to_bool(vm)?;
        if free {
            vm.call_method(&lock, "release", ())?;
        }
        Ok(!free)
    }

    /// Frees the lock however often it is held; what [`Condition::restore`] needs.
    fn save(&self, lock: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Some(lock) = lock.downcast_ref::<Lock>() {
            return Lock::release(lock, vm).map(|()| None);
        }
        match vm.get_attribute_opt(lock, "_release_save")? {
            Some(method) => method.call((), vm).map(Some),
            None => vm.call_method(lock, "release", ()).map(|_| None),
        }
    }

    fn restore(&self, lock: &PyObject, saved: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        if let Some(lock) = lock.downcast_ref::<Lock>() {
            lock.take(vm, Patience::Forever);
            return Ok(());
        }
        match (saved, vm.get_attribute_opt(lock, "_acquire_restore")?) {
            (Some(saved), Some(method)) => method.call((saved,), vm).map(drop),
            _ => vm.call_method(lock, "acquire", ()).map(drop),
        }
    }

    /// Waits until somebody notifies, or the time is over.
    fn wait_for(zelf: &Py<Self>, patience: Patience, vm: &VirtualMachine) -> PyResult<()> {
        if !zelf.owned(vm)? {
            return Err(vm.new_runtime_error("cannot wait on un-acquired lock"));
        }
        let lock = zelf.lock(vm)?;
        let waiter = Arc::new(Waited::new(false));
        zelf.waiters.lock().push_back(Arc::clone(&waiter));
        let changed = is_changed(zelf.as_object());
        let saved = match changed {
            true => Some(vm.call_method(zelf.as_object(), "_release_save", ())?),
            false => zelf.save(&lock, vm)?,
        };
        let woken = waiter.wait(vm, patience, |woken| woken.then_some(())).is_some();
        if !woken {
            zelf.waiters.lock().retain(|other| !Arc::ptr_eq(other, &waiter));
        }
        match saved {
            Some(saved) if changed => vm.call_method(zelf.as_object(), "_acquire_restore", (saved,)).map(drop),
            saved => zelf.restore(&lock, saved, vm),
        }
    }

    fn wake_if_owned(&self, count: usize, vm: &VirtualMachine) -> PyResult<()> {
        if !self.owned(vm)? {
            return Err(vm.new_runtime_error("cannot notify on un-acquired lock"));
        }
        self.wake(count);
        Ok(())
    }

    fn wake(&self, count: usize) {
        let mut waiters = self.waiters.lock();
        let count = count.min(waiters.len());
        for waiter in waiters.drain(..count) {
            waiter.change(true, |woken| *woken = true);
        }
    }
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Initializer, Representable))]
impl Condition {
    /// The lock's own method, or what the program put in its place.
    #[pygetset]
    fn acquire(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::own_or_locks(zelf, "acquire", vm)
    }

    #[pygetset(setter)]
    fn set_acquire(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Self::replace(zelf, "acquire", value, vm)
    }

    /// The lock's own method, or what the program put in its place.
    #[pygetset]
    fn release(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::own_or_locks(zelf, "release", vm)
    }

    #[pygetset(setter)]
    fn set_release(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Self::replace(zelf, "release", value, vm)
    }

    /// Frees the lock; what `_acquire_restore` needs to take it as often again.
    #[pymethod]
    fn _release_save(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.save(&*zelf.lock(vm)?, vm)?.unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod]
    fn _acquire_restore(zelf: &Py<Self>, saved: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.restore(&*zelf.lock(vm)?, Some(saved).filter(|saved| !vm.is_none(saved)), vm)
    }

    /// The lock.
    #[pygetset(name = "_Condition__lock")]
    fn private_lock(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.lock(vm)
    }

    /// A lock for each thread that waits.
    #[pygetset(name = "_Condition__waiters")]
    fn private_waiters(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let waiting = zelf.waiters.lock().len();
        vm.ctx.new_list((0..waiting).map(|_| new_lock(vm).into()).collect()).into()
    }

    #[pymethod]
    fn __enter__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let lock = zelf.lock(vm)?;
        if let Some(lock) = lock.downcast_ref::<Lock>() {
            return Ok(vm.ctx.new_bool(lock.take(vm, Patience::Forever)).into());
        }
        vm.call_method(&lock, "__enter__", ())
    }

    #[pymethod]
    fn __exit__(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let lock = zelf.lock(vm)?;
        if let Some(lock) = lock.downcast_ref::<Lock>() {
            return Lock::release(lock, vm).map(|()| vm.ctx.none());
        }
        vm.call_method(&lock, "__exit__", args)
    }

    #[pymethod]
    fn _is_owned(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        zelf.owned(vm)
    }

    #[pymethod]
    fn wait(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [limit, _balancing] = arguments::bind(vm, "wait", ["timeout", "balancing"], 0, args)?;
        let patience = timeout(limit, vm)?;
        Self::wait_for(zelf, patience, vm)
    }

    #[pymethod]
    fn notify(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [count] = arguments::bind(vm, "notify", ["n"], 0, args)?;
        let count = count.map_or(Ok(1), |count| arguments::integer(vm, &count))?;
        zelf.wake_if_owned(usize::try_from(count).unwrap_or(0), vm)
    }

    #[pymethod]
    #[pymethod(name = "notify_all")]
    #[allow(non_snake_case)]
    fn notifyAll(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.wake_if_owned(usize::MAX, vm)
    }
}

impl Constructor for Condition {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::default())
    }
}

impl Initializer for Condition {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [lock, _verbose] = arguments::bind(vm, "__init__", ["lock", "verbose"], 0, args)?;
        let lock = lock.filter(|lock| !vm.is_none(lock)).unwrap_or_else(|| RLock::default().into_pyobject(vm));
        lock.get_attr("acquire", vm)?;
        *zelf.lock.lock() = Some(lock);
        Ok(())
    }
}

impl Representable for Condition {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let lock = zelf.lock(vm)?;
        let lock = text::str_of(vm, &lock)?;
        let waiting = zelf.waiters.lock().len();
        Ok(format!("<Condition({}, {waiting})>", String::from_utf8_lossy(&lock)))
    }
}

// ---- Semaphore -----------------------------------------------------------------------------------------------------

/// A counter of free places.
#[pyclass(module = false, name = "_Semaphore")]
#[derive(Debug, Default, PyPayload)]
pub struct Semaphore {
    value: Waited<isize>,
    /// The most that there can be, of a bounded one.
    bound: Mutex<Option<isize>>,
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Initializer, Representable))]
impl Semaphore {
    /// The free places.
    #[pygetset(name = "_Semaphore__value")]
    fn value(zelf: &Py<Self>) -> isize {
        zelf.value.with(|value| *value)
    }

    #[pymethod]
    fn acquire(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let patience = blocking(args, vm)?;
        Ok(zelf.value.wait(vm, patience, |value| (*value > 0).then(|| *value -= 1)).is_some())
    }

    #[pymethod]
    fn __enter__(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        Self::acquire(zelf, args, vm)
    }

    #[pymethod]
    fn release(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let bound = *zelf.bound.lock();
        let freed = zelf.value.change(false, |value| {
            let room = bound.is_none_or(|bound| *value < bound);
            *value += isize::from(room);
            room
        });
        if freed { Ok(()) } else { Err(vm.new_value_error("Semaphore released too many times")) }
    }

    #[pymethod]
    fn __exit__(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        vm.call_method(zelf.as_object(), "release", ())
    }
}

impl Representable for Semaphore {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(modules::plain_repr(zelf.as_object(), vm))
    }
}

impl Constructor for Semaphore {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { value: Waited::new(1), bound: Mutex::default() })
    }
}

impl Initializer for Semaphore {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let [value, _verbose] = arguments::bind(vm, "__init__", ["value", "verbose"], 0, args)?;
        let value = value.map_or(Ok(1), |value| arguments::integer(vm, &value))?;
        if value < 0 {
            return Err(vm.new_value_error("semaphore initial value must be >= 0"));
        }
        zelf.value.with(|own| *own = value);
        Ok(())
    }
}

/// From now on it never has more free places than now.
pub fn bound(semaphore: PyRef<Semaphore>) {
    *semaphore.bound.lock() = Some(Semaphore::value(&semaphore));
}

// ---- Event ---------------------------------------------------------------------------------------------------------

/// A flag that threads wait for.
#[pyclass(module = false, name = "_Event")]
#[derive(Debug, Default, PyPayload)]
pub struct Event {
    flag: Waited<bool>,
    /// What programs find as `_Event__cond`.
    condition: Mutex<Option<PyObjectRef>>,
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Representable))]
impl Event {
    #[pymethod]
    #[pymethod(name = "is_set")]
    #[allow(non_snake_case)]
    fn isSet(zelf: &Py<Self>) -> bool {
        zelf.flag.with(|flag| *flag)
    }

    #[pygetset(name = "_Event__flag")]
    fn private_flag(zelf: &Py<Self>) -> bool {
        Self::isSet(zelf)
    }

    #[pygetset(name = "_Event__cond")]
    fn private_condition(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.condition.lock().get_or_insert_with(|| condition_of(new_lock(vm).into(), vm)).clone()
    }

    /// After a fork: nobody waits here.
    #[pymethod]
    fn _reset_internal_locks(zelf: &Py<Self>) {
        *zelf.condition.lock() = None;
    }

    #[pymethod]
    fn set(zelf: &Py<Self>) {
        zelf.flag.change(true, |flag| *flag = true);
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        zelf.flag.with(|flag| *flag = false);
    }

    #[pymethod]
    fn wait(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let [limit] = arguments::bind(vm, "wait", ["timeout"], 0, args)?;
        let patience = timeout(limit, vm)?;
        Ok(zelf.flag.wait(vm, patience, |flag| flag.then_some(())).is_some())
    }
}

impl Representable for Event {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(modules::plain_repr(zelf.as_object(), vm))
    }
}

impl Constructor for Event {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::default())
    }
}

// ---- for other natives -----------------------------------------------------------------------------------------------

/// A condition of this lock.
pub fn condition_of(lock: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let condition = Condition { lock: Mutex::new(Some(lock)), waiters: Mutex::default() };
    let _ = Condition::make_static_type();
    condition.into_ref(&vm.ctx).into()
}

/// A fresh flag.
pub fn new_event(vm: &VirtualMachine) -> PyObjectRef {
    let _ = Event::make_static_type();
    Event::default().into_ref(&vm.ctx).into()
}

/// The lock that is taken for a lock or condition, where nobody has changed what taking it means.
fn plain_lock(object: &PyObject, vm: &VirtualMachine) -> Option<PyRef<Lock>> {
    if let Some(lock) = object.downcast_ref::<Lock>() {
        return Some(lock.to_owned());
    }
    let lock = object.downcast_ref_if_exact::<Condition>(vm)?.lock.lock().clone()?;
    if is_changed(object) {
        return None;
    }
    lock.downcast::<Lock>().ok()
}

/// `with object: work()` for a lock or a condition, of whatever class.
pub fn holding<R>(object: &PyObject, vm: &VirtualMachine, work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    if let Some(lock) = plain_lock(object, vm) {
        lock.take(vm, Patience::Forever);
        let result = work();
        lock.free();
        return result;
    }
    if let Some(lock) = object.downcast_ref_if_exact::<RLock>(vm) {
        lock.take(vm, Patience::Forever, 1);
        let result = work();
        lock.free(vm)?;
        return result;
    }
    vm.call_method(object, "acquire", ())?;
    let result = work();
    let freed = vm.call_method(object, "release", ());
    let result = result?;
    freed?;
    Ok(result)
}

/// `condition.wait(seconds)`.
pub fn wait(condition: &PyObject, seconds: Option<f64>, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(condition) = condition.downcast_ref_if_exact::<Condition>(vm)
        && !is_changed(condition.as_object())
    {
        return Condition::wait_for(condition, seconds.map_or(Patience::Forever, Patience::seconds), vm);
    }
    let arguments = seconds.map(|seconds| vm.ctx.new_float(seconds).into()).into_iter().collect::<Vec<PyObjectRef>>();
    vm.call_method(condition, "wait", arguments).map(drop)
}

/// `condition.notify()`, or `notify_all()`.
pub fn notify(condition: &PyObject, all: bool, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(condition) = condition.downcast_ref_if_exact::<Condition>(vm)
        && !is_changed(condition.as_object())
    {
        return condition.wake_if_owned(if all { usize::MAX } else { 1 }, vm);
    }
    vm.call_method(condition, if all { "notify_all" } else { "notify" }, ()).map(drop)
}

/// Works while no other thread does work of this kind; work may be begun inside of it.
pub fn alone<R>(vm: &VirtualMachine, work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    static ALONE: LazyLock<RLock> = LazyLock::new(RLock::default);
    ALONE.take(vm, Patience::Forever, 1);
    let result = work();
    ALONE.free(vm)?;
    result
}

/// The native classes, by their names in `threading`.
pub fn classes() -> [(&'static str, PyTypeRef); 4] {
    [
        ("_RLock", RLock::make_static_type()),
        ("_Condition", Condition::make_static_type()),
        ("_Semaphore", Semaphore::make_static_type()),
        ("_Event", Event::make_static_type()),
    ]
}
