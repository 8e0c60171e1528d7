//! Elements as sequences: length, items, iteration, truth, and their text form.

use std::sync::{Arc, LazyLock};

use rustpython_vm::protocol::{PyMappingMethods, PyNumberMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsNumber, AsSequence, Iterable, Representable};
use rustpython_vm::{AsObject, Py, PyRef, PyResult, VirtualMachine, atomic_func};

use super::element::Element;
use super::tree::Kind;

impl AsMapping for Element {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|mapping, _vm| Ok(Element::mapping_downcast(mapping).child_ids().len())),
            subscript: atomic_func!(|mapping, index, vm| Element::mapping_downcast(mapping).subscript(index, vm)),
            ass_subscript: atomic_func!(|mapping, index, value, vm| {
                Element::mapping_downcast(mapping).set_subscript(index, value, vm)
            }),
        });
        &METHODS
    }
}

impl AsSequence for Element {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            contains: atomic_func!(|sequence, value, _vm| {
                let own = Element::sequence_downcast(sequence).place();
                Ok(Element::of(value).is_some_and(|element| {
                    let other = element.place();
                    Arc::ptr_eq(&own.document, &other.document)
                        && own.document.read(|tree| tree.parent(other.node) == Some(own.node))
                }))
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl AsNumber for Element {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, _vm| Ok(!Element::number_downcast(number).child_ids().is_empty())),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for Element {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let children = zelf.child_ids();
        Ok(zelf.iterator(vm, children))
    }
}

impl Representable for Element {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let address = zelf.as_object().get_id();
        Ok(zelf.read(|tree, node| match tree.kind(node) {
            Kind::Comment => format!("<!--{}-->", tree.text(node)),
            Kind::Instruction if tree.text(node).is_empty() => format!("<?{}?>", tree.local_name(node)),
            Kind::Instruction => format!("<?{} {}?>", tree.local_name(node), tree.text(node)),
            _ => format!("<Element {} at 0x{address:x}>", tree.expanded_name(tree.node(node).name)),
        }))
    }
}
