//! Iterators of Python 2's own: over `__getitem__`.

use rustpython_vm::builtins::PyType;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, Iterable, SelfIter};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
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

/// Makes the types of this file.
pub fn install(_vm: &VirtualMachine) {
    let _: rustpython_vm::PyRef<PyType> = ItemIterator::make_static_type();
}
