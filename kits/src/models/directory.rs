//! Directory attributes: bytes by file name (`spec/models.md` §6.7).

use reprise_vm_glue::runtime::text;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::fields::{Place, not_assignable};
use super::map::Keyed;

/// Files by name.
#[pyclass(module = false, name = "DirectoryObject")]
#[derive(Debug, PyPayload)]
pub struct DirectoryObject {
    pub place: Place,
    /// Items are byte strings.
    pub items: Keyed,
}

impl DirectoryObject {
    pub fn new(place: Place, vm: &VirtualMachine) -> Self {
        Self { place, items: Keyed::new(vm) }
    }

    fn assign(&self, key: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        self.place.owner.check_writable(vm)?;
        let bytes = text::new_str(vm, &text::str_of(vm, value)?);
        self.items.insert(&*text::unicode_object(vm, key)?, bytes, vm)
    }
}

#[pyclass(with(AsSequence, AsMapping, Iterable), flags(DISALLOW_INSTANTIATION))]
impl DirectoryObject {
    #[pymethod]
    fn keys(zelf: &Py<Self>) -> Vec<PyObjectRef> {
        zelf.items.keys()
    }

    /// Removes the files whose names are not among those given.
    #[pymethod]
    fn validate_keys(zelf: &Py<Self>, valid: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.items.validate(&valid, vm)
    }

    #[pymethod]
    fn setcontent(_zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Err(not_assignable(vm))
    }
}

impl AsSequence for DirectoryObject {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, _| Ok(DirectoryObject::sequence_downcast(sequence).items.len())),
            contains: Some(|sequence, key, vm| {
                Ok(DirectoryObject::sequence_downcast(sequence).items.get(key, vm)?.is_some())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl AsMapping for DirectoryObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _| Ok(DirectoryObject::mapping_downcast(mapping).items.len())),
            subscript: Some(|mapping, key, vm| {
                let key = text::unicode_object(vm, key)?;
                let found = DirectoryObject::mapping_downcast(mapping).items.get(&key, vm)?;
                Ok(found.unwrap_or_else(|| vm.ctx.none()))
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let directory = DirectoryObject::mapping_downcast(mapping);
                match value {
                    Some(value) => directory.assign(key, &value, vm),
                    None => directory.items.remove(key, vm),
                }
            }),
        };
        &METHODS
    }
}

impl Iterable for DirectoryObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.items.iter(vm)
    }
}
