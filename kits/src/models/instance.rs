//! Model instances: one film, show, artist … of one agent (`spec/models.md` §6.2).

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDictRef, PyStr};
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::types::{GetAttr, SetAttr};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::attribute_classes;
use super::fields::Fields;
use super::owner::{Access, Owner};
use super::read;
use super::template::{Kind, Template};

/// A model instance.
#[pyclass(module = false, name = "Model")]
#[derive(Debug, PyPayload)]
pub struct ModelObject {
    pub fields: Fields,
    id: PyRwLock<Option<PyObjectRef>>,
}

impl ModelObject {
    /// A blank instance.
    pub fn new(access: &Arc<Access>, template: Arc<Template>, guid: Option<&str>) -> Self {
        let guid = guid.map(str::to_owned);
        let owner = Arc::new(Owner { access: Arc::clone(access), model: Arc::clone(&template), guid });
        Self { fields: Fields::new(owner, template), id: PyRwLock::default() }
    }

    /// An instance with what is stored under its guid. What cannot be read is logged and stays blank.
    pub fn read(access: &Arc<Access>, template: Arc<Template>, guid: Option<&str>, vm: &VirtualMachine) -> PyObjectRef {
        let model = Self::new(access, template, guid).into_ref(&vm.ctx);
        read::read(&model, vm);
        model.into()
    }

    pub fn id(&self) -> Option<PyObjectRef> {
        self.id.read().clone()
    }

    pub fn set_id(&self, id: Option<PyObjectRef>) {
        let old = std::mem::replace(&mut *self.id.write(), id);
        drop(old);
    }

    fn owner(&self) -> &Arc<Owner> {
        &self.fields.owner
    }

    /// The names of the folders under `Contents`; none on any error.
    fn contributors(&self) -> Vec<String> {
        let owner = self.owner();
        let Some(guid) = &owner.guid else { return Vec::new() };
        let Ok(entries) = std::fs::read_dir(owner.access.contents(&owner.model, guid)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// What the instance has besides the attributes of its template.
    fn own(zelf: &Py<Self>, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let owner = zelf.owner();
        Ok(Some(match name {
            "id" => vm.unwrap_or_none(zelf.id()),
            "guid" => owner.guid.as_ref().map_or_else(|| vm.ctx.none(), |guid| text::native(vm, guid)),
            "provider" => text::native(vm, &owner.access.identifier),
            "contributors" => {
                let names = zelf.contributors().iter().map(|name| text::native(vm, name)).collect();
                vm.ctx.new_list(names).into()
            }
            "attrs" => Self::attributes(zelf, vm)?.into(),
            _ => return Ok(None),
        }))
    }

    /// `attrs`: an object for each attribute, by name.
    fn attributes(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let attributes = vm.ctx.new_dict();
        for (at, attribute) in zelf.fields.template.attributes.iter().enumerate() {
            let object = match attribute.kind {
                Kind::Value(_) | Kind::Link(_) => {
                    let class = attribute_classes::of_value(vm, &attribute.kind);
                    ValueAttribute { model: zelf.to_owned(), at }.into_ref_with_type(vm, class)?.into()
                }
                _ => zelf.fields.content(at, vm)?,
            };
            attributes.set_item(&*text::native(vm, &attribute.name), object, vm)?;
        }
        Ok(attributes)
    }
}

#[pyclass(with(GetAttr, SetAttr), flags(DISALLOW_INSTANTIATION))]
impl ModelObject {
    /// The same item as another agent stored it; it cannot be changed.
    #[pymethod]
    fn contribution(zelf: &Py<Self>, identifier: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let identifier = text::unicode_of(vm, &identifier)?;
        let owner = zelf.owner();
        let access = owner.access.of_other(&identifier);
        Ok(Self::read(&access, Arc::clone(&owner.model), owner.guid.as_deref(), vm))
    }
}

impl GetAttr for ModelObject {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let wanted = name.to_str().unwrap_or_default();
        if let Some(at) = zelf.fields.template.find(wanted) {
            return zelf.fields.read(at, vm);
        }
        if let Some(own) = Self::own(zelf, wanted, vm)? {
            return Ok(own);
        }
        match zelf.as_object().generic_getattr_opt(name, None, vm)? {
            Some(found) => Ok(found),
            None => {
                let class = &zelf.fields.template.name;
                Err(vm.new_attribute_error(format!("'{class}' object has no attribute '{wanted}'")))
            }
        }
    }
}

impl SetAttr for ModelObject {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let wanted = name.to_str().unwrap_or_default();
        let value = match value {
            PySetterValue::Assign(value) => value,
            PySetterValue::Delete => vm.ctx.none(),
        };
        if let Some(at) = zelf.fields.template.find(wanted) {
            return zelf.fields.assign(at, value, vm);
        }
        if wanted == "id" {
            zelf.owner().check_writable(vm)?;
            zelf.set_id(Some(value).filter(|value| !vm.is_none(value)));
            return Ok(());
        }
        let class = &zelf.fields.template.name;
        Err(vm.new_attribute_error(format!("'{class}' object has no attribute named '{wanted}'")))
    }
}

/// A value attribute of an instance, as `attrs` gives it.
#[pyclass(module = false, name = "AttributeObject")]
#[derive(Debug, PyPayload)]
pub struct ValueAttribute {
    model: PyRef<ModelObject>,
    at: usize,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl ValueAttribute {
    /// Sets the value, as assigning to the attribute does.
    #[pymethod]
    fn setcontent(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.model.fields.assign(zelf.at, value, vm)
    }

    #[pygetset]
    fn content(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.model.fields.read(zelf.at, vm)
    }
}
