//! A record inside a model: a person, a season, an episode, a track (`spec/models.md` §6.8).

use std::sync::Arc;

use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::types::{GetAttr, SetAttr};
use rustpython_vm::{AsObject, Py, PyPayload, PyResult, VirtualMachine, pyclass};

use super::fields::Fields;
use super::owner::Owner;
use super::template::Template;

/// A record.
#[pyclass(module = false, name = "RecordObject")]
#[derive(Debug, PyPayload)]
pub struct StoredRecord {
    pub fields: Fields,
}

impl StoredRecord {
    pub fn new(owner: Arc<Owner>, template: Arc<Template>) -> Self {
        Self { fields: Fields::new(owner, template) }
    }
}

#[pyclass(with(GetAttr, SetAttr), flags(DISALLOW_INSTANTIATION))]
impl StoredRecord {}

impl GetAttr for StoredRecord {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let wanted = name.to_str().unwrap_or_default();
        match zelf.fields.template.find(wanted) {
            Some(at) => zelf.fields.read(at, vm),
            None => match zelf.as_object().generic_getattr_opt(name, None, vm)? {
                Some(found) => Ok(found),
                None => Err(vm.new_attribute_error(format!("'RecordObject' object has no attribute '{wanted}'"))),
            },
        }
    }
}

impl SetAttr for StoredRecord {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let wanted = name.to_str().unwrap_or_default();
        let Some(at) = zelf.fields.template.find(wanted) else {
            return Err(vm.new_attribute_error(format!("'RecordObject' object has no attribute named '{wanted}'")));
        };
        let value = match value {
            PySetterValue::Assign(value) => value,
            PySetterValue::Delete => vm.ctx.none(),
        };
        zelf.fields.assign(at, value, vm)
    }
}
