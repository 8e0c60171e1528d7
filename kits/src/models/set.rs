//! Sets: ordered lists of values, records or links (`spec/models.md` §6.4).

use rustpython_vm::builtins::{PyInt, PyList};
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::fields::{Place, not_assignable};
use super::template::Item;
use crate::errors::framework_exception;

/// A set. It keeps its order and does not remove duplicates.
#[pyclass(module = false, name = "SetObject")]
#[derive(Debug, PyPayload)]
pub struct SetObject {
    pub place: Place,
    /// Values and records as they are, links as guids.
    items: PyRwLock<Vec<PyObjectRef>>,
}

impl SetObject {
    pub fn new(place: Place) -> Self {
        Self { place, items: PyRwLock::default() }
    }

    /// What is in it now, links as guids.
    pub fn items(&self) -> Vec<PyObjectRef> {
        self.items.read().clone()
    }

    /// Appends what was read from disk.
    pub fn push(&self, item: PyObjectRef) {
        self.items.write().push(item);
    }

    /// Replaces the content by that of a list.
    pub fn assign(&self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let Some(list) = value.downcast_ref::<PyList>() else { return Err(not_assignable(vm)) };
        let values = list.borrow_vec().to_vec();
        self.empty();
        values.into_iter().try_for_each(|value| self.append(value, vm))
    }

    fn empty(&self) {
        let old = std::mem::take(&mut *self.items.write());
        drop(old);
    }

    fn append(&self, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        // A set of records takes an empty one, whatever is given.
        let item = match self.place.new_record(vm) {
            Some(record) => record,
            None => self.place.item_value(value, vm)?,
        };
        self.push(item);
        Ok(())
    }

    fn contents(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        self.items().into_iter().map(|item| self.place.item_content(item, vm)).collect()
    }
}

fn place_of(index: &PyObject) -> Option<usize> {
    index.downcast_ref::<PyInt>().and_then(|index| usize::try_from(index.as_bigint()).ok())
}

#[pyclass(with(AsSequence, AsMapping, Iterable), flags(DISALLOW_INSTANTIATION))]
impl SetObject {
    /// Appends a value; a set of records gets an empty record whatever is given.
    #[pymethod]
    fn add(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.place.owner.check_writable(vm)?;
        zelf.append(value, vm)
    }

    /// Appends an empty record and gives it back.
    #[pymethod(name = "new")]
    fn new_item(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let Some(record) = zelf.place.new_record(vm) else {
            return Err(framework_exception(vm, "Only sets of records can create new items."));
        };
        zelf.push(record.clone());
        Ok(record)
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        zelf.empty();
    }

    /// Replaces the content by that of a list, as assigning to the attribute does.
    #[pymethod]
    fn setcontent(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.place.owner.check_writable(vm)?;
        zelf.assign(&value, vm)
    }

    /// The first item whose attributes equal all the keywords.
    #[pymethod]
    fn find(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        for item in zelf.contents(vm)? {
            let mut all = true;
            for (name, wanted) in &args.kwargs {
                let name = name.to_string_lossy().into_owned();
                all &= match item.get_attr(vm.ctx.intern_str(name), vm) {
                    Ok(value) => vm.bool_eq(&value, wanted)?,
                    Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => false,
                    Err(error) => return Err(error),
                };
            }
            if all {
                return Ok(item);
            }
        }
        Ok(vm.ctx.none())
    }
}

impl AsSequence for SetObject {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, _| Ok(SetObject::sequence_downcast(sequence).items.read().len())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl AsMapping for SetObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _| Ok(SetObject::mapping_downcast(mapping).items.read().len())),
            // A place that does not exist, and a slice, give None.
            subscript: Some(|mapping, index, vm| {
                let set = SetObject::mapping_downcast(mapping);
                let item = place_of(index).and_then(|at| set.items.read().get(at).cloned());
                item.map_or_else(|| Ok(vm.ctx.none()), |item| set.place.item_content(item, vm))
            }),
            ass_subscript: Some(|mapping, index, value, vm| {
                let set = SetObject::mapping_downcast(mapping);
                let Some(value) = value else {
                    return Err(vm.new_type_error("'SetObject' object doesn't support item deletion"));
                };
                let Some(at) = place_of(index) else { return Ok(()) };
                set.place.owner.check_writable(vm)?;
                if matches!(set.place.item(), Some(Item::Record(_))) || at >= set.items.read().len() {
                    return Ok(());
                }
                let value = set.place.item_value(value, vm)?;
                let old = set.items.write().get_mut(at).map(|slot| std::mem::replace(slot, value));
                drop(old);
                Ok(())
            }),
        };
        &METHODS
    }
}

impl Iterable for SetObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let list: PyObjectRef = vm.ctx.new_list(zelf.contents(vm)?).into();
        Ok(list.get_iter(vm)?.into())
    }
}
