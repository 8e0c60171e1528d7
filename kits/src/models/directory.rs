//! Directory attributes: bytes by file name (`spec/models.md` §6.7).

use reprise_vm_glue::runtime::text;
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::fields::{Place, not_assignable};
use super::keyed::{Keyed, keyed_protocol};

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

    fn item(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let found = self.items.get(&*text::unicode_object(vm, key)?, vm)?;
        Ok(found.unwrap_or_else(|| vm.ctx.none()))
    }

    fn assign(&self, key: &PyObject, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.place.owner.check_writable(vm)?;
        let bytes = text::new_str(vm, &text::str_of(vm, &value)?);
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

keyed_protocol!(DirectoryObject);
