//! The containers inside metadata objects: sets of texts (`genres`), sets of records (`roles`) and extras
//! (`spec/models.md` §6.4).

use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, GetAttr, Iterable, SetAttr};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass,
};

use super::class::modern;
use super::errors;
use super::metadata::{convert, record_of};
use super::tables::{Attribute, Record, Type, counts_as};

/// A set of texts or records. It keeps its order and does not remove duplicates.
#[pyclass(module = "Framework.modelling.attributes", name = "SetObject", traverse)]
#[derive(Debug, PyPayload)]
pub struct MetadataSet {
    #[pytraverse(skip)]
    attribute: &'static Attribute,
    items: PyRwLock<Vec<PyObjectRef>>,
}

impl MetadataSet {
    pub fn new(attribute: &'static Attribute) -> Self {
        MetadataSet { attribute, items: PyRwLock::default() }
    }

    /// What is in it now.
    pub fn items(&self) -> Vec<PyObjectRef> {
        self.items.read().clone()
    }

    fn record(&self) -> Option<&'static Record> {
        match self.attribute.kind {
            Type::Records(_, record) => Some(record),
            _ => None,
        }
    }

    fn text(&self, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        convert(&Attribute { kind: Type::Text, ..*self.attribute }, value, vm)
    }

    /// Replaces the content by that of a list; records are described by dictionaries.
    pub fn assign(&self, values: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        self.empty();
        for value in values {
            match self.record() {
                Some(kind) => {
                    let record = RecordObject::new(kind);
                    record_of(&record, &value, vm)?;
                    self.items.write().push(record.into_pyobject(vm));
                }
                None => {
                    let value = self.text(value, vm)?;
                    self.items.write().push(value);
                }
            }
        }
        Ok(())
    }

    fn empty(&self) {
        let old = std::mem::take(&mut *self.items.write());
        drop(old);
    }

    fn item(&self, index: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
        let index = index.downcast_ref::<rustpython_vm::builtins::PyInt>();
        index
            .and_then(|index| usize::try_from(index.as_bigint()).ok())
            .and_then(|index| self.items.read().get(index).cloned())
            .unwrap_or_else(|| vm.ctx.none())
    }
}

#[pyclass(with(AsSequence, AsMapping, Iterable))]
impl MetadataSet {
    /// Appends a text; a set of records gets an empty record whatever is given.
    #[pymethod]
    fn add(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let item = match zelf.record() {
            Some(record) => RecordObject::new(record).into_pyobject(vm),
            None => zelf.text(value, vm)?,
        };
        zelf.items.write().push(item);
        Ok(())
    }

    /// Appends an empty record and gives it back.
    #[pymethod(name = "new")]
    fn new_record(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let Some(kind) = zelf.record() else {
            return Err(crate::errors::framework_exception(vm, "Only sets of records can create new items."));
        };
        let record = RecordObject::new(kind).into_pyobject(vm);
        zelf.items.write().push(record.clone());
        Ok(record)
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        zelf.empty();
    }

    /// The first record whose attributes equal all the keywords.
    #[pymethod]
    fn find(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        for item in zelf.items() {
            let mut all = true;
            for (name, wanted) in &args.kwargs {
                let value = item.get_attr(vm.ctx.intern_str(&**name), vm)?;
                all &= vm.bool_eq(&value, wanted)?;
            }
            if all {
                return Ok(item);
            }
        }
        Ok(vm.ctx.none())
    }
}

impl AsSequence for MetadataSet {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, _| Ok(MetadataSet::sequence_downcast(sequence).items.read().len())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl AsMapping for MetadataSet {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _| Ok(MetadataSet::mapping_downcast(mapping).items.read().len())),
            subscript: Some(|mapping, index, vm| Ok(MetadataSet::mapping_downcast(mapping).item(index, vm))),
            ass_subscript: Some(|mapping, index, value, vm| {
                let set = MetadataSet::mapping_downcast(mapping);
                let index = index.downcast_ref::<rustpython_vm::builtins::PyInt>();
                let place = index.and_then(|index| usize::try_from(index.as_bigint()).ok());
                let (Some(value), Some(place)) = (value, place) else { return Ok(()) };
                let value = if set.record().is_none() { set.text(value, vm)? } else { value };
                // A place that does not exist is ignored.
                let old = set.items.write().get_mut(place).map(|slot| std::mem::replace(slot, value));
                drop(old);
                Ok(())
            }),
        };
        &METHODS
    }
}

impl Iterable for MetadataSet {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let list: PyObjectRef = vm.ctx.new_list(zelf.items()).into();
        Ok(list.get_iter(vm)?.into())
    }
}

/// A record: a person with `name`, `role` and `photo`, a review …
#[pyclass(module = "Framework.modelling.records", name = "Record", traverse)]
#[derive(Debug, PyPayload)]
pub struct RecordObject {
    #[pytraverse(skip)]
    pub kind: &'static Record,
    values: PyRwLock<Vec<Option<PyObjectRef>>>,
}

impl RecordObject {
    pub fn new(kind: &'static Record) -> Self {
        let mut values = Vec::new();
        values.resize_with(kind.attributes.len(), || None);
        RecordObject { kind, values: PyRwLock::new(values) }
    }

    pub fn at(&self, at: usize) -> Option<PyObjectRef> {
        self.values.read().get(at).cloned().flatten()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.kind.attributes.iter().position(|attribute| attribute.name == name)
    }

    /// Assigns to one attribute; a name that the record does not have is an error.
    pub fn set(&self, name: &str, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(at) = self.place(name) else {
            let record = self.kind.name;
            return Err(vm.new_attribute_error(format!("'{record}' object has no attribute '{name}'")));
        };
        let value = convert(&self.kind.attributes[at], value, vm)?;
        let old = self.values.write().get_mut(at).map(|slot| slot.replace(value));
        drop(old);
        Ok(())
    }
}

impl GetAttr for RecordObject {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match zelf.place(name.to_str().unwrap_or_default()) {
            Some(at) => Ok(zelf.at(at).unwrap_or_else(|| vm.ctx.none())),
            None => zelf.as_object().generic_getattr(name, vm),
        }
    }
}

impl SetAttr for RecordObject {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let value = match value {
            PySetterValue::Assign(value) => value,
            PySetterValue::Delete => vm.ctx.none(),
        };
        zelf.set(name.to_str().unwrap_or_default(), value, vm)
    }
}

#[pyclass(with(GetAttr, SetAttr))]
impl RecordObject {}

/// The extras of a film, a show or an artist. They are never part of a channel's answer.
#[pyclass(module = "Framework.modelling.attributes", name = "ObjectContainerObject", traverse)]
#[derive(Debug, PyPayload, Default)]
pub struct ExtrasList {
    items: PyRwLock<Vec<PyObjectRef>>,
}

#[pyclass(with(AsSequence, Iterable))]
impl ExtrasList {
    #[pymethod]
    fn add(zelf: &Py<Self>, object: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let is_extra =
            modern(&object).is_some_and(|object| object.class.layout.class.counts_as & counts_as::EXTRA != 0);
        if !is_extra {
            return Err(errors::cannot_be_added(vm, &object));
        }
        zelf.items.write().push(object);
        Ok(())
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        let old = std::mem::take(&mut *zelf.items.write());
        drop(old);
    }
}

impl AsSequence for ExtrasList {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, _| Ok(ExtrasList::sequence_downcast(sequence).items.read().len())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for ExtrasList {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let items = zelf.items.read().clone();
        let list: PyObjectRef = vm.ctx.new_list(items).into();
        Ok(list.get_iter(vm)?.into())
    }
}

/// Makes the types of this file known to the machine.
pub fn prepare() {
    let _types = [MetadataSet::make_static_type(), RecordObject::make_static_type(), ExtrasList::make_static_type()];
}
