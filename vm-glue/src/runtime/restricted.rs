//! CPython 2's restricted mode: code whose frames have builtins of their own may not look into functions, methods and
//! classic objects, change classic classes, or open files with `open`. An embedder marks such builtins with [`mark`].
//!
//! Native functions ask [`is_active`], which judges the Python code that called them: libraries that such code calls are
//! not restricted. The question is only asked by rare operations, so that all others cost nothing.

use std::cell::Cell;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyDictRef, PyStr, PyType};
use rustpython_vm::frame::FrameObjectRef;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::vm::thread;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::names;

/// The key that marks builtins; no source can spell it.
const MARK: &str = "<restricted>";
/// The key of the strict form of the mode, which closes frames too.
const STRICT: &str = "<strict>";
/// Where the replacement of an exception is kept: in its dict.
const SHOWN: &str = "<shown>";

/// Makes code restricted that has this dict for its `__builtins__`.
pub fn mark(builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
    builtins.set_item(MARK, vm.ctx.true_value.clone().into(), vm)
}

/// Closes frames as well to the code of marked builtins.
pub fn mark_strict(builtins: &PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
    builtins.set_item(STRICT, vm.ctx.true_value.clone().into(), vm)
}

fn is_restricted(frame: &FrameObjectRef, vm: &VirtualMachine) -> bool {
    has_mark(frame, MARK, vm)
}

/// Whether the builtins that a frame's code sees have a name.
pub fn has_mark(frame: &FrameObjectRef, mark: &'static str, vm: &VirtualMachine) -> bool {
    let builtins = frame.f_builtins();
    builtins.downcast_ref::<PyDict>().is_some_and(|dict| dict.get_item_opt(mark, vm).ok().flatten().is_some())
}

thread_local! {
    /// True while native code reads for itself.
    static NATIVE: Cell<bool> = const { Cell::new(false) };
    /// The frame, by its address, whose code called a native function that stands for one of a library; 0 for none.
    static LIBRARY: Cell<usize> = const { Cell::new(0) };
}

fn running_frame() -> usize {
    thread::get_current_frame() as usize
}

/// Runs native code that takes the place of a library written in Python: like that library's own frames it is not
/// restricted, whoever calls it. What it calls back runs in a frame of its own and is judged by that.
pub fn as_library<R>(work: impl FnOnce() -> R) -> R {
    struct Before(usize);
    impl Drop for Before {
        fn drop(&mut self) {
            LIBRARY.set(self.0);
        }
    }
    let _before = Before(LIBRARY.replace(running_frame()));
    work()
}

/// Is the Python code that called the running native function restricted?
pub fn is_active(vm: &VirtualMachine) -> bool {
    let library = LIBRARY.get();
    !NATIVE.get()
        && (library == 0 || library != running_frame())
        && vm.current_frame().is_some_and(|frame| is_restricted(&frame, vm))
}

/// Reads an attribute of a function or a method for native code, which is never restricted.
pub fn read(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> PyResult {
    let before = NATIVE.replace(true);
    let result = object.get_attr(name, vm);
    NATIVE.set(before);
    result
}

/// The RuntimeError that restricted code gets.
pub fn refuse(what: &str, vm: &VirtualMachine) -> PyResult<()> {
    if is_active(vm) { Err(vm.new_runtime_error(what.to_owned())) } else { Ok(()) }
}

/// The same for what only the strict form closes.
fn refuse_strictly(what: &str, vm: &VirtualMachine) -> PyResult<()> {
    if !NATIVE.get() && vm.current_frame().is_some_and(|frame| has_mark(&frame, STRICT, vm)) {
        return Err(vm.new_runtime_error(what.to_owned()));
    }
    Ok(())
}

/// Attributes that restricted code cannot reach: name, and what the RuntimeError says.
type Closed = &'static [(&'static str, &'static str)];

/// The text for most of them.
pub const ATTRIBUTE: &str = "restricted attribute";
const FUNCTION: &str = "function attributes not accessible in restricted mode";

const FUNCTIONS: Closed = &[
    ("__globals__", ATTRIBUTE),
    ("__closure__", ATTRIBUTE),
    ("__builtins__", ATTRIBUTE),
    ("__code__", FUNCTION),
    ("__defaults__", FUNCTION),
    ("__dict__", FUNCTION),
];
const METHODS: Closed = &[("__func__", ATTRIBUTE), ("__self__", ATTRIBUTE), ("im_class", ATTRIBUTE)];
const BUILTINS: Closed = &[("__self__", "method.__self__ not accessible in restricted mode")];

const FRAMES: Closed = &[
    ("f_back", STRICTLY),
    ("f_builtins", STRICTLY),
    ("f_code", STRICTLY),
    ("f_globals", STRICTLY),
    ("f_locals", STRICTLY),
];
const GENERATORS: Closed = &[("gi_frame", STRICTLY), ("gi_code", STRICTLY)];
const TRACEBACKS: Closed = &[("tb_frame", STRICTLY)];
const STRICTLY: &str = "frames are not accessible at the strict policy level";

/// The check before an attribute.
type Check = fn(&str, &VirtualMachine) -> PyResult<()>;

/// Puts a check before the attribute of a native type.
fn close(class: &'static Py<PyType>, name: &'static str, text: &'static str, refuse: Check, vm: &VirtualMachine) {
    let interned = vm.ctx.intern_str(name);
    let Some(open) = class.get_attr(interned) else { return };
    let (Some(get), set) = (open.class().slots().descr_get.load(), open.class().slots().descr_set.load()) else {
        return;
    };
    let owner = open.clone();
    let getter = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        refuse(text, vm)?;
        get(&owner, Some(&object), Some(object.class().as_object()), vm)
    };
    let setter = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| -> PyResult<()> {
        refuse(text, vm)?;
        match set {
            Some(set) => set(&open, object, value, vm),
            None => Err(vm.new_attribute_error("readonly attribute")),
        }
    };
    class.set_attr(interned, vm.ctx.new_static_getset(name, class, getter, setter).into());
}

/// Closes the attributes of functions and methods.
pub fn install(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    let tables: [(_, Closed, Check); 6] = [
        (types.function_type, FUNCTIONS, refuse),
        (types.bound_method_type, METHODS, refuse),
        (types.builtin_function_or_method_type, BUILTINS, refuse),
        (types.frame_type, FRAMES, refuse_strictly),
        (types.generator_type, GENERATORS, refuse_strictly),
        (types.traceback_type, TRACEBACKS, refuse_strictly),
    ];
    for (class, closed, check) in tables {
        for (name, text) in closed {
            close(class, name, text, check, vm);
        }
    }
}

/// What Python 2 code sees of a raised exception. In restricted code subscripts are calls of `__getitem__`, so that a
/// missing one is an AttributeError there; the machine's TypeError is replaced when somebody looks at it.
pub fn shown(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if !error.class().is(vm.ctx.exceptions.type_error) {
        return error;
    }
    missing_getitem(&error, vm).unwrap_or(error)
}

fn missing_getitem(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let first = error.get_arg(0)?;
    let text = first.downcast_ref::<PyStr>()?.to_str()?;
    // In the machine's words and in Python 2's.
    let endings = [" is not subscriptable", " does not support indexing", " has no attribute '__getitem__'"];
    let subject = endings.iter().find_map(|ending| text.strip_suffix(ending))?;
    let dict = error.as_object().dict();
    if let Some(known) = dict.as_ref().and_then(|dict| dict.get_item_opt(SHOWN, vm).ok().flatten()) {
        return known.downcast().ok();
    }
    let mut innermost = error.__traceback__()?;
    while let Some(next) = { innermost.next.lock().clone() } {
        innermost = next;
    }
    if !is_restricted(&innermost.frame, vm) {
        return None;
    }
    let name = subject.strip_prefix('\'').and_then(|rest| rest.strip_suffix("' object"));
    let shown = name.map(|name| format!("'{}' object", names::renamed(name).unwrap_or(name)));
    let text = format!("{} has no attribute '__getitem__'", shown.as_deref().unwrap_or(subject));
    let class = vm.ctx.exceptions.attribute_error.to_owned();
    let new = vm.new_exception(class, vec![vm.ctx.new_str(text).into()]);
    new.set_traceback(error.__traceback__());
    if let Some(dict) = dict {
        // An exception that is replaced twice is two exceptions to the code: no harm beyond that.
        let _ = dict.set_item(SHOWN, new.clone().into(), vm);
    }
    Some(new)
}
