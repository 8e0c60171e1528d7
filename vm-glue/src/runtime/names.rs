//! The names that Python 2 gives to the types of the virtual machine, for messages, `__name__` and the order of unlike types.

use rustpython_vm::builtins::{PyInt, PyStr, PyStrInterned, PyType};
use rustpython_vm::vm::thread;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::borrow::Cow;

/// Native types that Python 2 calls otherwise: `(name in the machine, Python 2's name)`.
pub const TYPE_NAMES: &[(&str, &str)] = &[
    ("method", "instancemethod"),
    ("mappingproxy", "dictproxy"),
    ("list_iterator", "listiterator"),
    ("list_reverseiterator", "listreverseiterator"),
    ("tuple_iterator", "tupleiterator"),
    ("str_iterator", "iterator"),
    ("str_ascii_iterator", "iterator"),
    ("set_iterator", "setiterator"),
    ("range_iterator", "rangeiterator"),
    ("longrange_iterator", "rangeiterator"),
    ("callable_iterator", "callable-iterator"),
    ("dict_keyiterator", "dictionary-keyiterator"),
    ("dict_valueiterator", "dictionary-valueiterator"),
    ("dict_itemiterator", "dictionary-itemiterator"),
    ("bytearray_iterator", "bytearray_iterator"),
    ("bytes", "str"),
    ("range", "xrange"),
    ("OSError", "OSError"),
    ("ModuleNotFoundError", "ImportError"),
    ("RecursionError", "RuntimeError"),
    ("FileNotFoundError", "OSError"),
    ("FileExistsError", "OSError"),
    ("PermissionError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("InterruptedError", "OSError"),
    ("BlockingIOError", "error"),
    ("BrokenPipeError", "error"),
    ("ConnectionError", "error"),
    ("ConnectionAbortedError", "error"),
    ("ConnectionRefusedError", "error"),
    ("ConnectionResetError", "error"),
    ("TimeoutError", "timeout"),
];

/// Python 2's name of a native type, if it has another one there.
pub fn renamed(name: &str) -> Option<&'static str> {
    TYPE_NAMES.iter().find(|(own, _)| *own == name).map(|(_, other)| *other)
}

/// The name of a class as Python 2's messages show it (`%.100s` of `tp_name`).
pub fn type_name(class: &Py<PyType>) -> Cow<'static, str> {
    if super::classic::is_classic(class) {
        return Cow::Borrowed("instance");
    }
    let name = class.name().to_string();
    if class.heaptype_ext().is_none()
        && let Some(other) = renamed(&name)
    {
        return Cow::Borrowed(other);
    }
    // The one module whose native types name it.
    if class.heaptype_ext().is_none() && DATES.contains(&name.as_str()) {
        return Cow::Owned(format!("datetime.{name}"));
    }
    Cow::Owned(name)
}

/// The classes of `datetime`.
const DATES: &[&str] = &["date", "datetime", "time", "timedelta", "tzinfo"];

/// [`type_name`] of an object's class; classic classes themselves are `classobj`.
pub fn type_name_of(object: &PyObject) -> Cow<'static, str> {
    if let Some(class) = object.downcast_ref::<PyType>()
        && super::classic::is_classic(class)
    {
        return Cow::Borrowed("classobj");
    }
    if let Some(int) = object.downcast_ref::<PyInt>()
        && i64::try_from(int.as_bigint()).is_err()
        && object.class().heaptype_ext().is_none()
    {
        return Cow::Borrowed("long");
    }
    type_name(object.class())
}

/// Makes the methods of a native type anew from its slots, after slots were replaced: `__repr__` for the `repr` slot.
pub fn rewrap(class: &'static Py<PyType>, methods: &[&str], vm: &VirtualMachine) {
    for name in methods {
        class.attributes().remove(vm.ctx.intern_str(*name));
    }
    let known = class.attributes().interned_names(&vm.ctx);
    class.modified();
    rustpython_vm::class::add_operators(class, &vm.ctx, &[]);
    // That also makes methods of the slots that the type inherited: those stay with the base.
    for name in class.attributes().interned_names(&vm.ctx) {
        if !methods.contains(&name.as_str()) && !known.iter().any(|known| known.is(name)) {
            class.attributes().remove(name);
        }
    }
    class.modified();
}

/// A global variable of the running Python code; None where none runs.
pub fn running_global(name: &'static str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if thread::get_current_frame().is_null() && vm.current_frame().is_none() {
        return Ok(None);
    }
    vm.current_globals().get_item_opt(name, vm)
}

/// Replaces `str(x)` of a native type: the slot, and the method that the machine calls.
pub fn replace_str(
    class: &'static Py<PyType>,
    function: fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>,
    vm: &VirtualMachine,
) {
    class.slots().str.store(Some(function));
    rewrap(class, &["__str__"], vm);
}

/// Looks a special method up on the type, bound to the object (Python's `_PyObject_LookupSpecial`).
pub fn special(object: &PyObject, name: &'static PyStrInterned, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let class = object.class();
    let Some(found) = class.get_attr(name) else { return Ok(None) };
    match vm.call_get_descriptor_specific(&found, Some(object), Some(class.as_object())) {
        Some(bound) => bound.map(Some),
        None => Ok(Some(found)),
    }
}

/// The name of a class as `__name__` shows it.
pub fn shown_name(class: &Py<PyType>) -> Cow<'static, str> {
    let name = class.name().to_string();
    if class.heaptype_ext().is_none()
        && let Some(other) = renamed(&name)
    {
        return Cow::Borrowed(other);
    }
    Cow::Owned(name)
}

/// The method as it is; a place to note that natives show `__next__` where Python 2 shows `next`.
pub fn renamed_method(method: PyObjectRef, _vm: &VirtualMachine) -> PyObjectRef {
    method
}
