//! The attributes of a model or record: one slot each, checked against the template (`spec/models.md` §6.2, §6.3).

use std::sync::Arc;

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyFloat, PyInt};
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::directory::DirectoryObject;
use super::instance::ModelObject;
use super::map::MapObject;
use super::owner::Owner;
use super::proxies::ProxyContainer;
use super::record::StoredRecord;
use super::set::SetObject;
use super::template::{Attribute, Item, Kind, Template, ValueType};
use crate::errors::{framework_exception, new};
use crate::objects::class::new_object;

/// Where a container is: an attribute of a template, in an instance.
#[derive(Clone, Debug)]
pub struct Place {
    pub owner: Arc<Owner>,
    template: Arc<Template>,
    at: usize,
}

impl Place {
    pub fn attribute(&self) -> &Attribute {
        // Places are made by `Fields`, which knows its template.
        &self.template.attributes[self.at]
    }

    /// What the items of this container are; None for containers without a choice.
    pub fn item(&self) -> Option<&Item> {
        match &self.attribute().kind {
            Kind::Set(item) | Kind::Map(item) => Some(item),
            _ => None,
        }
    }

    /// The template of the items, if they are records.
    pub fn record(&self) -> Option<&Arc<Template>> {
        match self.item() {
            Some(Item::Record(template)) => Some(template),
            _ => None,
        }
    }

    /// A new, empty record as an item.
    pub fn new_record(&self, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let template = self.record()?;
        Some(StoredRecord::new(Arc::clone(&self.owner), Arc::clone(template)).into_pyobject(vm))
    }

    /// A value as an item keeps it.
    pub fn item_value(&self, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        match self.item() {
            Some(Item::Value(kind)) => convert(*kind, value, vm),
            Some(Item::Link(name)) => linked_guid(&self.owner, name, &value, vm),
            _ => Ok(value),
        }
    }

    /// An item as plug-in code sees it.
    pub fn item_content(&self, stored: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        match self.item() {
            Some(Item::Link(name)) => linked_model(&self.owner, name, &stored, vm),
            _ => Ok(stored),
        }
    }
}

/// The slots of one model or record.
#[derive(Debug)]
pub struct Fields {
    pub owner: Arc<Owner>,
    pub template: Arc<Template>,
    slots: PyRwLock<Vec<Option<PyObjectRef>>>,
}

impl Fields {
    pub fn new(owner: Arc<Owner>, template: Arc<Template>) -> Self {
        let mut slots = Vec::new();
        slots.resize_with(template.attributes.len(), || None);
        Self { owner, template, slots: PyRwLock::new(slots) }
    }

    /// What a slot holds, without making a container that nobody asked for.
    pub fn stored(&self, at: usize) -> Option<PyObjectRef> {
        self.slots.read().get(at).cloned().flatten()
    }

    pub fn put(&self, at: usize, value: PyObjectRef) {
        let old = self.slots.write().get_mut(at).and_then(|slot| slot.replace(value));
        drop(old);
    }

    fn place(&self, at: usize) -> Place {
        Place { owner: Arc::clone(&self.owner), template: Arc::clone(&self.template), at }
    }

    /// What the slot holds; containers and records are made on first use.
    pub fn content(&self, at: usize, vm: &VirtualMachine) -> PyResult {
        if let Some(known) = self.stored(at) {
            return Ok(known);
        }
        let Some(made) = self.make(at, vm)? else { return Ok(vm.ctx.none()) };
        let mut slots = self.slots.write();
        match slots.get_mut(at) {
            // Another thread may have been faster.
            Some(slot) => Ok(slot.get_or_insert(made).clone()),
            None => Ok(made),
        }
    }

    fn make(&self, at: usize, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let Some(attribute) = self.template.attributes.get(at) else { return Ok(None) };
        Ok(Some(match &attribute.kind {
            Kind::Value(_) | Kind::Link(_) => return Ok(None),
            Kind::Set(_) => SetObject::new(self.place(at)).into_pyobject(vm),
            Kind::Map(_) => MapObject::new(self.place(at), vm).into_pyobject(vm),
            Kind::Proxies(_) => ProxyContainer::new(self.place(at), vm).into_pyobject(vm),
            Kind::Directory => DirectoryObject::new(self.place(at), vm).into_pyobject(vm),
            Kind::Record(template) => {
                StoredRecord::new(Arc::clone(&self.owner), Arc::clone(template)).into_pyobject(vm)
            }
            Kind::Extras(_) => {
                let sandbox = crate::sandbox::current().or_else(|| self.owner.access.plugin.main_sandbox());
                let sandbox = sandbox.ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
                new_object(vm, &sandbox, "ObjectContainer", &[])?.into()
            }
        }))
    }

    /// Reads an attribute as plug-in code sees it.
    pub fn read(&self, at: usize, vm: &VirtualMachine) -> PyResult {
        let content = self.content(at, vm)?;
        match self.template.attributes.get(at).map(|attribute| &attribute.kind) {
            Some(Kind::Link(name)) => linked_model(&self.owner, name, &content, vm),
            _ => Ok(content),
        }
    }

    /// Assigns to an attribute.
    pub fn assign(&self, at: usize, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.owner.check_writable(vm)?;
        let Some(attribute) = self.template.attributes.get(at) else { return Ok(()) };
        match &attribute.kind {
            Kind::Value(kind) => self.put(at, convert(*kind, value, vm)?),
            Kind::Link(name) => self.put(at, linked_guid(&self.owner, name, &value, vm)?),
            Kind::Set(_) => {
                let content = self.content(at, vm)?;
                if let Some(set) = content.downcast_ref::<SetObject>() {
                    set.assign(&value, vm)?;
                }
            }
            Kind::Record(_) => {}
            Kind::Map(_) | Kind::Proxies(_) | Kind::Directory | Kind::Extras(_) => return Err(not_assignable(vm)),
        }
        Ok(())
    }
}

/// What assigning to a container raises.
pub fn not_assignable(vm: &VirtualMachine) -> PyBaseExceptionRef {
    framework_exception(vm, "Container-type attributes can't be assigned directly.")
}

fn mismatch(vm: &VirtualMachine, value: &PyObject, wanted: ValueType) -> PyBaseExceptionRef {
    let given = value.class().name().to_string();
    let wanted = wanted.python_name();
    let message = format!("Provided content of type '{given}' is not of the required type '{wanted}'.");
    new(vm, "AttributeTypeMismatch", &message)
}

/// A class of the module `datetime`.
fn datetime_class(vm: &VirtualMachine, name: &'static str) -> PyResult {
    import::module(vm, "datetime")?.get_attr(name, vm)
}

/// A value as an attribute of this type stores it.
pub fn convert(kind: ValueType, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if vm.is_none(&value) {
        return Ok(value);
    }
    let is_a = |name: &'static str| value.is_instance(&*datetime_class(vm, name)?, vm);
    let fits = match kind {
        ValueType::String => return text::unicode_object(vm, &value),
        ValueType::Data => return Ok(text::new_str(vm, &text::str_of(vm, &value)?)),
        // The original takes no `long`.
        ValueType::Integer => value.downcast_ref::<PyInt>().is_some() && &*value.class().name() != "long",
        ValueType::Float => value.downcast_ref::<PyFloat>().is_some(),
        ValueType::Boolean => value.class().is(vm.ctx.types.bool_type),
        ValueType::Date if is_a("datetime")? => return vm.call_method(&value, "date", ()),
        ValueType::Date => is_a("date")?,
        ValueType::Time => is_a("time")?,
        ValueType::Datetime => is_a("datetime")?,
    };
    if fits { Ok(value) } else { Err(mismatch(vm, &value, kind)) }
}

/// A value from the text of a file; None for an empty text and for `None` (`spec/models.md` §6.12).
pub fn from_text(kind: ValueType, stored: &str, vm: &VirtualMachine) -> PyResult {
    if stored.is_empty() || stored == "None" {
        return Ok(vm.ctx.none());
    }
    let call = |class: &'static rustpython_vm::Py<rustpython_vm::builtins::PyType>| {
        class.as_object().call((text::native(vm, stored),), vm)
    };
    match kind {
        ValueType::String => Ok(text::new_unicode(vm, stored)),
        ValueType::Data => Ok(text::new_str(vm, stored.as_bytes())),
        ValueType::Integer => call(vm.ctx.types.int_type),
        ValueType::Float => call(vm.ctx.types.float_type),
        ValueType::Boolean => Ok(vm.ctx.true_value.clone().into()),
        ValueType::Date => moment("date", stored, stored.split('-'), 3..=3, vm),
        ValueType::Time => moment("time", stored, stored.split([':', '.']), 3..=4, vm),
        ValueType::Datetime => moment("datetime", stored, stored.split(['-', ' ', 'T', ':', '.']), 6..=7, vm),
    }
}

/// A date or time from its parts.
fn moment<'a>(
    class: &'static str,
    stored: &str,
    parts: impl Iterator<Item = &'a str>,
    wanted: std::ops::RangeInclusive<usize>,
    vm: &VirtualMachine,
) -> PyResult {
    let numbers: Option<Vec<u32>> = parts.map(|part| part.trim().parse().ok()).collect();
    match numbers.filter(|numbers| wanted.contains(&numbers.len())) {
        Some(numbers) => {
            let numbers: Vec<PyObjectRef> = numbers.into_iter().map(|number| vm.ctx.new_int(number).into()).collect();
            datetime_class(vm, class)?.call(numbers, vm)
        }
        None => Err(vm.new_value_error(format!("'{stored}' is no {class}"))),
    }
}

/// The guid of a model that is assigned to a link. The model is written at once (`spec/models.md` §6.9).
fn linked_guid(owner: &Arc<Owner>, name: &str, value: &PyObject, vm: &VirtualMachine) -> PyResult {
    let fits = |model: &&rustpython_vm::Py<ModelObject>| {
        let theirs = &model.fields.owner.access;
        model.fields.template.name == name && theirs.identifier == owner.access.identifier
    };
    let Some(model) = value.downcast_ref::<ModelObject>().filter(fits) else {
        return Err(framework_exception(vm, &format!("Attribute must be set to a {name} object")));
    };
    super::save(vm, value)?;
    Ok(match &model.fields.owner.guid {
        Some(guid) => text::native(vm, guid),
        None => vm.ctx.none(),
    })
}

/// The model that a link leads to, read from disk.
fn linked_model(owner: &Arc<Owner>, name: &str, guid: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(guid) = text::text_of(vm, guid)? else { return Ok(vm.ctx.none()) };
    match owner.access.namespace.model(name) {
        Some(template) => Ok(ModelObject::read(&owner.access, template, Some(&guid), vm)),
        None => Err(framework_exception(vm, &format!("There is no model named {name}"))),
    }
}
