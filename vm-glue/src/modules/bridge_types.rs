//! Small changes of the machine's own classes that embedded modules ask for through `_bridge`.

use std::sync::{Once, OnceLock};

use rustpython_vm::builtins::{PyBaseExceptionRef, PyType, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyMapping;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::runtime::{names, text};

/// The slot that makes an object of a class.
type NewFunc = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

fn class_of(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    value.clone().downcast::<PyType>().map_err(|_| vm.new_type_error("a class is needed"))
}

fn message_of(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<String> {
    error.args().as_slice().first().and_then(|first| text::text_of(vm, first).ok().flatten())
}

/// `adopt(class, base)`: objects of the machine's class are caught as objects of the base.
pub fn adopt(class: PyObjectRef, base: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let (class, base) = (class_of(&class, vm)?, class_of(&base, vm)?);
    {
        let mut order = class.mro.write();
        if !order.iter().any(|known| known.is(&base)) {
            let at = 1.min(order.len());
            order.insert(at, base);
        }
    }
    class.modified();
    Ok(())
}

static STRUCT_TIME_NEW: OnceLock<Option<NewFunc>> = OnceLock::new();

fn new_struct_time(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = STRUCT_TIME_NEW.get().copied().flatten() else {
        return Err(vm.new_system_error("struct_time is not installed"));
    };
    original(class, args, vm).map_err(|error| {
        let length = message_of(&error, vm).and_then(|message| {
            let (_, after) = message.split_once("-sequence (")?;
            after.split_once("-sequence given)").map(|(length, _)| length.to_owned())
        });
        match length {
            Some(length) => {
                vm.new_type_error(format!("time.struct_time() takes a 9-sequence ({length}-sequence given)"))
            }
            None => error,
        }
    })
}

/// `struct_time(class)`: the fields that Python 2 does not know go, errors are in its words.
pub fn struct_time(class: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let class = class_of(&class, vm)?;
    let _ = STRUCT_TIME_NEW.set(class.slots().new.load());
    class.slots().new.store(Some(new_struct_time));
    // The short cut around it.
    class.slots().vectorcall.store(None);
    for name in ["tm_zone", "tm_gmtoff"] {
        class.attributes().remove(vm.ctx.intern_str(name));
    }
    class.modified();
    Ok(())
}

/// `deque[index]`; slices are nothing that Python 2's has.
fn deque_item(deque: PyMapping<'_>, index: &PyObject, vm: &VirtualMachine) -> PyResult {
    match index.try_index_opt(vm) {
        Some(index) => {
            let index = index?.try_to_primitive::<isize>(vm)?;
            deque.obj.try_sequence(vm)?.get_item(index, vm)
        }
        None => {
            let kind = names::type_name_of(index);
            Err(vm.new_type_error(format!("sequence index must be integer, not '{kind}'")))
        }
    }
}

/// The slot that gives a new object its contents.
type InitFunc = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;

static DEQUE_INIT: OnceLock<Option<InitFunc>> = OnceLock::new();

/// The messages of Python 2 end without a full stop.
fn init_deque(deque: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(original) = DEQUE_INIT.get().copied().flatten() else {
        return Err(vm.new_system_error("deque is not installed"));
    };
    original(deque, args, vm).map_err(|error| match message_of(&error, vm) {
        Some(message) if message.ends_with('.') => {
            let class = error.class().to_owned();
            vm.new_exception(class, vec![text::native(vm, message.trim_end_matches('.'))])
        }
        _ => error,
    })
}

/// `deque(class)`: without what Python 3 added to it; gives the class back.
pub fn deque(class: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    static CHANGED: Once = Once::new();
    let changed = class_of(&class, vm)?;
    CHANGED.call_once(|| {
        let slots = changed.slots();
        let _ = DEQUE_INIT.set(slots.init.load());
        slots.init.store(Some(init_deque));
        slots.vectorcall.store(None);
        slots.as_sequence.concat.store(None);
        slots.as_mapping.subscript.store(Some(deque_item));
        slots.as_sequence.repeat.store(None);
        for name in ["__add__", "__mul__", "__rmul__", "copy", "index", "insert"] {
            changed.attributes().remove(vm.ctx.intern_str(name));
        }
        changed.modified();
    });
    Ok(class)
}
