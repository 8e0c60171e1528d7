//! `element.attrib`: the attributes as a dictionary.

use std::sync::LazyLock;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::function::{OptionalArg, PyComparisonValue};
use rustpython_vm::protocol::{PyMappingMethods, PyNumberMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsNumber, AsSequence, Comparable, Iterable, PyComparisonOp, Representable};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func, pyclass,
};

use super::element::Element;
use super::iterators::NodeIterator;
use super::values::{pairs, xml_text};

/// The attributes of an element; changes reach the element.
#[pyclass(module = "lxml.etree", name = "_Attrib")]
#[derive(Debug, PyPayload)]
pub struct Attributes {
    element: PyRef<Element>,
}

impl Attributes {
    pub fn new(element: PyRef<Element>) -> Attributes {
        Attributes { element }
    }

    fn as_dict(&self, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let dict = vm.ctx.new_dict();
        for (name, value) in self.element.attributes(vm) {
            dict.set_item(&*name, value, vm)?;
        }
        Ok(dict)
    }

    fn value(&self, vm: &VirtualMachine, key: &PyObject) -> PyResult<Option<PyObjectRef>> {
        let dict = self.as_dict(vm)?;
        dict.get_item_opt(key, vm)
    }

    fn names(&self, vm: &VirtualMachine) -> Vec<PyObjectRef> {
        self.element.attributes(vm).into_iter().map(|(name, _)| name).collect()
    }

    fn set_item(&self, vm: &VirtualMachine, key: &PyObject, value: Option<PyObjectRef>) -> PyResult<()> {
        match value {
            Some(value) => Element::set(&self.element, key.to_owned(), value, vm),
            None => match self.element.take_attribute(&xml_text(vm, key)?) {
                Some(_) => Ok(()),
                None => Err(vm.new_key_error(key.to_owned())),
            },
        }
    }
}

#[pyclass(with(AsMapping, AsSequence, AsNumber, Iterable, Representable, Comparable), flags(DISALLOW_INSTANTIATION))]
impl Attributes {
    #[pymethod]
    fn get(zelf: &Py<Self>, key: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let found = zelf.value(vm, &key)?;
        Ok(found.or(default.into_option()).unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod]
    fn has_key(zelf: &Py<Self>, key: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(zelf.value(vm, &key)?.is_some())
    }

    #[pymethod]
    fn keys(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(zelf.names(vm)).into()
    }

    #[pymethod]
    fn values(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let values = zelf.element.attributes(vm).into_iter().map(|(_, value)| value).collect();
        vm.ctx.new_list(values).into()
    }

    #[pymethod]
    fn items(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let items = zelf.element.attributes(vm);
        let items = items.into_iter().map(|(name, value)| vm.ctx.new_tuple(vec![name, value]).into()).collect();
        vm.ctx.new_list(items).into()
    }

    #[pymethod]
    fn iterkeys(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        NodeIterator::over_objects(zelf.names(vm)).into_pyobject(vm)
    }

    #[pymethod]
    fn itervalues(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let values = zelf.element.attributes(vm).into_iter().map(|(_, value)| value).collect();
        NodeIterator::over_objects(values).into_pyobject(vm)
    }

    #[pymethod]
    fn iteritems(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let items = zelf.element.attributes(vm);
        let items = items.into_iter().map(|(name, value)| vm.ctx.new_tuple(vec![name, value]).into()).collect();
        NodeIterator::over_objects(items).into_pyobject(vm)
    }

    #[pymethod]
    fn pop(zelf: &Py<Self>, key: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        match (zelf.element.take_attribute(&xml_text(vm, &key)?), default) {
            (Some(value), _) => Ok(text::native(vm, &value)),
            (None, OptionalArg::Present(default)) => Ok(default),
            (None, OptionalArg::Missing) => Err(vm.new_key_error(key)),
        }
    }

    #[pymethod]
    fn update(zelf: &Py<Self>, other: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        for (key, value) in pairs(vm, &other)? {
            Element::set(&zelf.element, key, value, vm)?;
        }
        Ok(())
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        let place = zelf.element.place();
        place.document.write(|tree| tree.clear_attrs(place.node));
    }
}

impl AsMapping for Attributes {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|mapping, vm| {
                Ok(Attributes::mapping_downcast(mapping).element.attributes(vm).len())
            }),
            subscript: atomic_func!(|mapping, key, vm| {
                match Attributes::mapping_downcast(mapping).value(vm, key)? {
                    Some(value) => Ok(value),
                    None => Err(vm.new_key_error(key.to_owned())),
                }
            }),
            ass_subscript: atomic_func!(|mapping, key, value, vm| {
                Attributes::mapping_downcast(mapping).set_item(vm, key, value)
            }),
        });
        &METHODS
    }
}

impl AsSequence for Attributes {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            contains: atomic_func!(|sequence, key, vm| {
                Ok(Attributes::sequence_downcast(sequence).value(vm, key)?.is_some())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl AsNumber for Attributes {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, vm| Ok(!Attributes::number_downcast(number).names(vm).is_empty())),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for Attributes {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(NodeIterator::over_objects(zelf.names(vm)).into_pyobject(vm))
    }
}

impl Comparable for Attributes {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        let own: PyObjectRef = zelf.as_dict(vm)?.into();
        let other = match other.downcast_ref::<Attributes>() {
            Some(other) => other.as_dict(vm)?.into(),
            None => other.to_owned(),
        };
        own.as_object().rich_compare_bool(&other, op, vm).map(PyComparisonValue::Implemented)
    }
}

impl Representable for Attributes {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let dict: PyObjectRef = zelf.as_dict(vm)?.into();
        Ok(String::from_utf8_lossy(&text::repr_of(vm, &dict)?).into_owned())
    }
}
