//! Whole documents as objects: `getroottree` and what it gives.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::document::Document;
use super::element::{Element, Place};
use super::tree::{Kind, NodeId, ROOT};
use super::values::value_error;
use super::xpath_call;
use crate::libraries;

/// A whole document, as `getroottree` gives it.
#[pyclass(module = "lxml.etree", name = "_ElementTree")]
#[derive(Debug, PyPayload)]
pub struct ElementTree {
    pub top: Place,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl ElementTree {
    #[pymethod]
    fn getroot(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.top.document.object(vm, zelf.top.node)
    }

    /// The path of an element: names, with numbers where several siblings have one name.
    #[pymethod]
    fn getpath(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let place = Element::argument(vm, &element, "element")?;
        if !Arc::ptr_eq(&place.document, &zelf.top.document) {
            return Err(value_error(vm, "Element is not in this tree."));
        }
        let path = place.document.read(|tree| {
            let mut path = String::new();
            let mut at = Some(place.node);
            while let Some(node) = at.filter(|node| tree.kind(*node) != Kind::Root) {
                let name = match tree.kind(node) {
                    Kind::Comment => "comment()".to_owned(),
                    Kind::Instruction => format!("processing-instruction('{}')", tree.local_name(node)),
                    _ => tree.written_name(tree.node(node).name),
                };
                let same: Vec<NodeId> = match tree.parent(node) {
                    Some(parent) => tree
                        .children(parent)
                        .filter(|c| tree.kind(*c) == tree.kind(node) && tree.node(*c).name == tree.node(node).name)
                        .collect(),
                    None => vec![node],
                };
                let number = match same.iter().position(|c| *c == node) {
                    Some(index) if same.len() > 1 => format!("[{}]", index + 1),
                    _ => String::new(),
                };
                path = format!("/{name}{number}{path}");
                at = tree.parent(node);
            }
            path
        });
        Ok(text::native(vm, &path))
    }

    #[pymethod]
    fn xpath(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        xpath_call::xpath(vm, zelf.top.clone(), args)
    }

    #[pymethod]
    fn find(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&Self::getroot(zelf, vm), "find", args)
    }

    #[pymethod]
    fn findall(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&Self::getroot(zelf, vm), "findall", args)
    }

    #[pymethod]
    fn iter(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&Self::getroot(zelf, vm), "iter", args)
    }

    #[pymethod]
    fn iterfind(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&Self::getroot(zelf, vm), "iterfind", args)
    }

    #[pymethod]
    fn findtext(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&Self::getroot(zelf, vm), "findtext", args)
    }

    #[pymethod]
    fn getiterator(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&Self::getroot(zelf, vm), "iter", args)
    }

    /// `write(file, encoding=None, …)`: the document as text into a file.
    #[pymethod]
    fn write(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        args.prepend_arg(zelf.to_owned().into());
        libraries::module(vm, "lxml.etree")?.get_attr("_write", vm)?.call(args, vm)
    }

    /// `write_c14n(file, exclusive=False, with_comments=True, compression=0, inclusive_ns_prefixes=None)`.
    #[pymethod]
    fn write_c14n(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        args.prepend_arg(zelf.to_owned().into());
        libraries::module(vm, "lxml.etree")?.get_attr("_write_c14n", vm)?.call(args, vm)
    }

    /// The path of an element as `find` takes it: names with their namespaces, from the top element.
    #[pymethod]
    fn getelementpath(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let place = Element::argument(vm, &element, "element")?;
        if !Arc::ptr_eq(&place.document, &zelf.top.document) {
            return Err(value_error(vm, "Element is not in this tree."));
        }
        let path = place.document.read(|tree| {
            let mut parts = Vec::new();
            let mut at = place.node;
            while at != zelf.top.node {
                let parent = tree.parent(at)?;
                let name = tree.node(at).name;
                let same = |node: &NodeId| {
                    tree.is_element(*node) && {
                        let other = tree.node(*node).name;
                        (other.uri, other.local) == (name.uri, name.local)
                    }
                };
                let alike: Vec<NodeId> = tree.children(parent).filter(same).collect();
                let number = alike.iter().position(|node| *node == at).filter(|_| alike.len() > 1);
                let number = number.map_or_else(String::new, |number| format!("[{}]", number + 1));
                parts.push(format!("{}{number}", tree.expanded_name(name)));
                at = parent;
            }
            parts.reverse();
            Some(parts.join("/"))
        });
        match path {
            Some(path) if path.is_empty() => Ok(text::native(vm, ".")),
            Some(path) => Ok(text::native(vm, &path)),
            None => Err(value_error(vm, "Element is not in this tree.")),
        }
    }

    /// XSLT is not there: says so.
    #[pymethod]
    fn xslt(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_not_implemented_error("lxml.etree.XSLT is not available"))
    }

    /// XInclude reads files and addresses that a document names: it is not there.
    #[pymethod]
    fn xinclude(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_not_implemented_error("lxml.etree.XInclude is not available"))
    }

    #[pygetset]
    fn docinfo(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let _ = DocumentInfo::make_static_type();
        DocumentInfo { document: Arc::clone(&zelf.top.document) }.into_pyobject(vm)
    }
}

fn optional(vm: &VirtualMachine, value: Option<String>) -> PyObjectRef {
    value.map_or_else(|| vm.ctx.none(), |value| text::native(vm, &value))
}

/// What a document says of itself.
#[pyclass(module = "lxml.etree", name = "DocInfo")]
#[derive(Debug, PyPayload)]
pub struct DocumentInfo {
    document: Arc<Document>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl DocumentInfo {
    #[pygetset]
    fn encoding(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let encoding = zelf.document.read(|tree| tree.encoding.clone());
        text::native(vm, encoding.as_deref().unwrap_or("UTF-8"))
    }

    #[pygetset]
    fn xml_version(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, "1.0")
    }

    #[pygetset]
    fn standalone(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pygetset(name = "URL")]
    fn url(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        optional(vm, zelf.document.read(|tree| tree.base_url.clone()))
    }

    #[pygetset]
    fn public_id(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        optional(vm, zelf.document.read(|tree| tree.doctype.as_ref().and_then(|doctype| doctype.1.clone())))
    }

    #[pygetset]
    fn system_url(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        optional(vm, zelf.document.read(|tree| tree.doctype.as_ref().and_then(|doctype| doctype.2.clone())))
    }

    #[pygetset]
    fn root_name(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let name = zelf
            .document
            .read(|tree| tree.top_element(ROOT).map(|top| tree.local_name(top).to_owned()).unwrap_or_default());
        text::native(vm, &name)
    }

    #[pygetset]
    fn doctype(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let doctype = zelf.document.read(|tree| tree.doctype_text().unwrap_or_default());
        text::native(vm, &doctype)
    }
}
