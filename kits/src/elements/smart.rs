//! Results of XPath that are texts: strings that know where they come from.

use std::sync::Arc;

use reprise_vm_glue::runtime::text::{self, Unicode};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{Py, PyObjectRef, PyPayload, VirtualMachine, pyclass};

use super::document::Document;
use super::tree::NodeId;

/// Where a text stands in its tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The element that has the text, the tail or the attribute.
    pub node: Option<NodeId>,
    pub is_text: bool,
    pub is_tail: bool,
    pub attribute: Option<String>,
}

impl Origin {
    pub fn text(node: NodeId) -> Origin {
        Origin { node: Some(node), is_text: true, ..Origin::default() }
    }

    pub fn tail(node: NodeId) -> Origin {
        Origin { node: Some(node), is_tail: true, ..Origin::default() }
    }

    pub fn attribute(node: NodeId, name: String) -> Origin {
        Origin { node: Some(node), attribute: Some(name), ..Origin::default() }
    }
}

/// A byte string (ASCII) with its origin.
#[pyclass(module = false, name = "_ElementStringResult", base = PyStr)]
#[derive(Debug)]
#[repr(C)]
pub struct SmartStr {
    base: PyStr,
    document: Arc<Document>,
    origin: Origin,
}

/// A unicode string with its origin.
#[pyclass(module = false, name = "_ElementUnicodeResult", base = Unicode)]
#[derive(Debug)]
#[repr(C)]
pub struct SmartUnicode {
    base: Unicode,
    document: Arc<Document>,
    origin: Origin,
}

fn parent(vm: &VirtualMachine, document: &Arc<Document>, origin: &Origin) -> PyObjectRef {
    origin.node.map_or_else(|| vm.ctx.none(), |node| document.object(vm, node))
}

fn attribute_name(vm: &VirtualMachine, origin: &Origin) -> PyObjectRef {
    origin.attribute.as_ref().map_or_else(|| vm.ctx.none(), |name| text::native(vm, name))
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl SmartStr {
    #[pymethod]
    fn getparent(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        parent(vm, &zelf.document, &zelf.origin)
    }

    #[pygetset]
    fn is_text(zelf: &Py<Self>) -> bool {
        zelf.origin.is_text
    }

    #[pygetset]
    fn is_tail(zelf: &Py<Self>) -> bool {
        zelf.origin.is_tail
    }

    #[pygetset]
    fn is_attribute(zelf: &Py<Self>) -> bool {
        zelf.origin.attribute.is_some()
    }

    #[pygetset]
    fn attrname(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        attribute_name(vm, &zelf.origin)
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl SmartUnicode {
    #[pymethod]
    fn getparent(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        parent(vm, &zelf.document, &zelf.origin)
    }

    #[pygetset]
    fn is_text(zelf: &Py<Self>) -> bool {
        zelf.origin.is_text
    }

    #[pygetset]
    fn is_tail(zelf: &Py<Self>) -> bool {
        zelf.origin.is_tail
    }

    #[pygetset]
    fn is_attribute(zelf: &Py<Self>) -> bool {
        zelf.origin.attribute.is_some()
    }

    #[pygetset]
    fn attrname(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        attribute_name(vm, &zelf.origin)
    }
}

/// A string with its origin.
pub fn string(vm: &VirtualMachine, content: &str, document: &Arc<Document>, origin: Origin) -> PyObjectRef {
    let document = Arc::clone(document);
    if content.is_ascii() {
        SmartStr { base: PyStr::from(content), document, origin }.into_pyobject(vm)
    } else {
        SmartUnicode { base: Unicode::from(content), document, origin }.into_pyobject(vm)
    }
}
