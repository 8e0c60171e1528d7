//! Iterators of Python 2's own: over `__getitem__`.

use rustpython_vm::builtins::{PyStr, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, Iterable, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::sync::atomic::{AtomicI64, Ordering};

/// The old iteration protocol: `x[0]`, `x[1]` … until IndexError or StopIteration.
#[pyclass(module = false, name = "iterator")]
#[derive(Debug, PyPayload)]
pub struct ItemIterator {
    object: PyObjectRef,
    position: AtomicI64,
}

impl ItemIterator {
    /// An iterator over anything with `__getitem__`.
    pub fn of(object: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        Self { object, position: AtomicI64::new(0) }.into_ref(&vm.ctx).into()
    }
}

#[pyclass(with(IterNext, Iterable))]
impl ItemIterator {}

impl SelfIter for ItemIterator {}

impl IterNext for ItemIterator {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let position = zelf.position.load(Ordering::Relaxed);
        if position < 0 {
            return Ok(PyIterReturn::StopIteration(None));
        }
        zelf.position.store(position + 1, Ordering::Relaxed);
        let key = vm.ctx.new_int(position);
        let result = PyIterReturn::from_getitem_result(zelf.object.get_item(key.as_object(), vm), vm)?;
        if matches!(result, PyIterReturn::StopIteration(_)) {
            zelf.position.store(-1, Ordering::Relaxed);
        }
        Ok(result)
    }
}

/// `<listiterator object at 0x…>`: the machine's iterators under their names of Python 2.
fn repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let name = super::names::shown_name(object.class());
    Ok(vm.ctx.new_str(format!("<{name} object at {:#x}>", object.get_id())))
}

/// Makes the types of this file.
pub fn install(vm: &VirtualMachine) {
    let _: PyRef<PyType> = ItemIterator::make_static_type();
    let types = &vm.ctx.types;
    for class in [
        types.list_iterator_type,
        types.list_reverseiterator_type,
        types.tuple_iterator_type,
        types.str_iterator_type,
        types.set_iterator_type,
        types.range_iterator_type,
        types.long_range_iterator_type,
        types.callable_iterator,
        types.dict_keyiterator_type,
        types.dict_valueiterator_type,
        types.dict_itemiterator_type,
    ] {
        class.slots().repr.store(Some(repr));
    }
}
