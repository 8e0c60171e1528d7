//! Maps: seasons, episodes, albums, tracks by key (`spec/models.md` §6.5).

use reprise_vm_glue::runtime::text;
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::fields::{Place, not_assignable};
use super::keyed::{Keyed, keyed_protocol};

/// A map.
#[pyclass(module = false, name = "MapObject")]
#[derive(Debug, PyPayload)]
pub struct MapObject {
    pub place: Place,
    /// Values and records as they are, links as guids.
    pub items: Keyed,
}

impl MapObject {
    pub fn new(place: Place, vm: &VirtualMachine) -> Self {
        Self { place, items: Keyed::new(vm) }
    }

    /// The item under a key; a missing record is made.
    fn item(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let key = text::unicode_object(vm, key)?;
        if let Some(item) = self.items.get(&key, vm)? {
            return self.place.item_content(item, vm);
        }
        match self.place.new_record(vm) {
            Some(record) => {
                self.items.insert(&key, record.clone(), vm)?;
                Ok(record)
            }
            None => Ok(vm.ctx.none()),
        }
    }

    fn assign(&self, key: &PyObject, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.place.owner.check_writable(vm)?;
        if self.place.record().is_some() {
            return self.item(key, vm).map(|_| ());
        }
        let value = self.place.item_value(value, vm)?;
        self.items.insert(&*text::unicode_object(vm, key)?, value, vm)
    }
}

#[pyclass(with(AsSequence, AsMapping, Iterable), flags(DISALLOW_INSTANTIATION))]
impl MapObject {
    #[pymethod]
    fn keys(zelf: &Py<Self>) -> Vec<PyObjectRef> {
        zelf.items.keys()
    }

    /// Removes the items whose keys are not among those given.
    #[pymethod]
    fn validate_keys(zelf: &Py<Self>, valid: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.items.validate(&valid, vm)
    }

    #[pymethod]
    fn setcontent(_zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Err(not_assignable(vm))
    }
}

keyed_protocol!(MapObject);
