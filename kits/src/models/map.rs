//! Maps: seasons, episodes, albums, tracks by key (`spec/models.md` §6.5), and what all containers with keys share.

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::fields::{Place, not_assignable};

/// Items by key. Keys that were read are what the file gave, keys that code made are unicode; both find each other.
#[derive(Clone, Debug)]
pub struct Keyed(PyDictRef);

impl Keyed {
    pub fn new(vm: &VirtualMachine) -> Self {
        Self(vm.ctx.new_dict())
    }

    pub fn get(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        self.0.get_item_opt(key, vm)
    }

    pub fn insert(&self, key: &PyObject, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.0.set_item(key, value, vm)
    }

    pub fn remove(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if self.get(key, vm)?.is_some() { self.0.del_item(key, vm) } else { Ok(()) }
    }

    pub fn keys(&self) -> Vec<PyObjectRef> {
        self.0.keys_vec()
    }

    pub fn entries(&self) -> Vec<(PyObjectRef, PyObjectRef)> {
        self.0.clone().into_iter().collect()
    }

    pub fn len(&self) -> usize {
        self.0.__len__()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes every key that is not in `valid`.
    pub fn validate(&self, valid: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        for key in self.keys() {
            if !vm._contains(valid, &key)? {
                self.remove(&key, vm)?;
            }
        }
        Ok(())
    }

    pub fn iter(&self, vm: &VirtualMachine) -> PyResult {
        let list: PyObjectRef = vm.ctx.new_list(self.keys()).into();
        Ok(list.get_iter(vm)?.into())
    }
}

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

impl AsSequence for MapObject {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, _| Ok(MapObject::sequence_downcast(sequence).items.len())),
            contains: Some(|sequence, key, vm| {
                Ok(MapObject::sequence_downcast(sequence).items.get(key, vm)?.is_some())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl AsMapping for MapObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _| Ok(MapObject::mapping_downcast(mapping).items.len())),
            subscript: Some(|mapping, key, vm| MapObject::mapping_downcast(mapping).item(key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| {
                let map = MapObject::mapping_downcast(mapping);
                match value {
                    Some(value) => map.assign(key, value, vm),
                    None => map.items.remove(key, vm),
                }
            }),
        };
        &METHODS
    }
}

impl Iterable for MapObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.items.iter(vm)
    }
}

/// The text of a key.
pub fn key_text(key: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    text::unicode_of(vm, key.as_object())
}
