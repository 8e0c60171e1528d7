//! The element objects: lxml's API as plug-ins use it (`spec/kits.md` §4.3).

use std::sync::Arc;

use parking_lot::Mutex;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PySlice, PyTypeRef};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::sliceable::{SaturatedSlice, SaturatedSliceIter};
use rustpython_vm::types::{AsMapping, AsNumber, AsSequence, Iterable, Representable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, TryFromObject, VirtualMachine, pyclass};

use super::attributes::Attributes;
use super::document::Document;
use super::element_path::{ElementPath, PathError, attribute};
use super::element_tree::ElementTree;
use super::iterators::NodeIterator;
use super::smart::{SmartStr, SmartUnicode};
use super::tree::{EMPTY, Flavour, Kind, Name, NodeId, ROOT, Tree};
use super::values::{
    cdata_text, check_attribute, check_tag, class_name, given, pairs, resolve_name, split_tag, value_error, xml_text,
};
use super::walking::{name_tests, next_sibling, texts_of};
use super::xpath_call;
use crate::call_arguments::Parameters;

/// Where an element stands.
#[derive(Clone, Debug)]
pub struct Place {
    pub document: Arc<Document>,
    pub node: NodeId,
}

/// An element of an XML document.
#[pyclass(module = "lxml.etree", name = "_Element")]
#[derive(Debug, PyPayload)]
pub struct Element {
    place: Mutex<Place>,
}

/// An element of an HTML document.
#[pyclass(module = "lxml.html", name = "HtmlElement", base = Element)]
#[derive(Debug)]
#[repr(transparent)]
pub struct HtmlElement(pub Element);

/// A comment.
#[pyclass(module = "lxml.etree", name = "_Comment", base = Element)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Comment(pub Element);

/// A processing instruction.
#[pyclass(module = "lxml.etree", name = "_ProcessingInstruction", base = Element)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Instruction(pub Element);

/// Makes the types; before any element is.
pub fn prepare_types(vm: &VirtualMachine) {
    let _ = (Element::make_static_type(), HtmlElement::make_static_type());
    let _ = (Comment::make_static_type(), Instruction::make_static_type());
    let _ = (Attributes::make_static_type(), NodeIterator::make_static_type(), ElementTree::make_static_type());
    let _ = (SmartStr::make_static_type(), SmartUnicode::make_static_type());
    super::forms::install(vm);
}

/// A new element in a document of its own.
pub fn new_element(vm: &VirtualMachine, flavour: Flavour, tag: &str) -> PyResult<Place> {
    check_tag(vm, tag, flavour)?;
    let mut tree = Tree::new(flavour);
    let node = tree.create_element(Name::default(), 0);
    tree.link_last(ROOT, node);
    let name = resolve_name(&mut tree, node, tag, false);
    tree.set_name(node, name);
    Ok(Place { document: Document::new(tree), node })
}

impl Element {
    pub fn at(place: Place) -> Element {
        Element { place: Mutex::new(place) }
    }

    /// The element of an object, if it is one.
    pub fn of(object: &PyObject) -> Option<&Element> {
        let element: &Py<Element> = object.downcast_ref::<Element>()?;
        Some(element)
    }

    pub fn place(&self) -> Place {
        self.place.lock().clone()
    }

    /// Follows a node that was moved.
    pub fn move_to(&self, place: Place) {
        *self.place.lock() = place;
    }

    pub(super) fn read<R>(&self, f: impl FnOnce(&Tree, NodeId) -> R) -> R {
        let place = self.place();
        place.document.read(|tree| f(tree, place.node))
    }

    fn write<R>(&self, f: impl FnOnce(&mut Tree, NodeId) -> R) -> R {
        let place = self.place();
        place.document.write(|tree| f(tree, place.node))
    }

    /// The object of another node of the same document.
    fn other(&self, vm: &VirtualMachine, node: Option<NodeId>) -> PyObjectRef {
        match node {
            Some(node) => self.place().document.object(vm, node),
            None => vm.ctx.none(),
        }
    }

    pub(super) fn child_ids(&self) -> Vec<NodeId> {
        self.read(|tree, node| tree.element_children(node).collect())
    }

    fn objects(&self, vm: &VirtualMachine, ids: Vec<NodeId>) -> Vec<PyObjectRef> {
        let document = self.place().document;
        ids.into_iter().map(|id| document.object(vm, id)).collect()
    }

    /// The place of an argument that must be an element.
    pub fn argument(vm: &VirtualMachine, value: &PyObject, name: &str) -> PyResult<Place> {
        match Element::of(value) {
            Some(element) => Ok(element.place()),
            None => {
                let class = class_name(vm, value);
                Err(vm.new_type_error(format!(
                    "Argument '{name}' has incorrect type (expected lxml.etree._Element, got {class})"
                )))
            }
        }
    }

    /// Hangs an element (with its tail) below a node of this document.
    fn place_child(&self, vm: &VirtualMachine, child: &Place, parent: NodeId, before: Option<NodeId>) -> PyResult<()> {
        let own = self.place();
        let loops = Arc::ptr_eq(&own.document, &child.document)
            && own.document.read(|tree| {
                let mut at = Some(parent);
                while let Some(node) = at {
                    if node == child.node {
                        return true;
                    }
                    at = tree.parent(node);
                }
                false
            });
        if loops {
            return Err(vm.new_value_error("cannot append parent to itself".to_owned()));
        }
        // A node that goes before itself stays where it is.
        let before = match before {
            Some(node) if node == child.node && Arc::ptr_eq(&own.document, &child.document) => {
                own.document.read(|tree| tree.tail_nodes(node).last().map_or(tree.next(node), |t| tree.next(*t)))
            }
            other => other,
        };
        let loose = own.document.adopt(child);
        own.document.write(|tree| loose.into_iter().for_each(|node| tree.link_before(parent, node, before)));
        Ok(())
    }

    /// Compiles a path of `find` and its relatives.
    fn element_path(vm: &VirtualMachine, path: &PyObject, namespaces: Option<PyObjectRef>) -> PyResult<ElementPath> {
        let Some(path_text) = text::text_of(vm, path)? else {
            let class = class_name(vm, path);
            return Err(vm.new_type_error(format!("'{class}' object is unsliceable")));
        };
        let mut known = Vec::new();
        if let Some(namespaces) = given(vm, namespaces) {
            for (prefix, uri) in pairs(vm, &namespaces)? {
                let prefix = text::text_of(vm, &prefix)?.unwrap_or_default();
                known.push((prefix, text::text_of(vm, &uri)?.unwrap_or_default()));
            }
        }
        let lookup = |prefix: &str| known.iter().find(|(p, _)| p == prefix).map(|(_, uri)| uri.clone());
        ElementPath::new(&path_text, &lookup).map_err(|error: PathError| {
            let class = vm.ctx.exceptions.syntax_error.to_owned();
            vm.invoke_exception(&class, vec![text::native(vm, &error.to_string())]).unwrap_or_else(|error| error)
        })
    }

    /// What `find`, `findall` or `iterfind` finds.
    fn found(&self, vm: &VirtualMachine, function: &'static str, args: FuncArgs) -> PyResult<Vec<NodeId>> {
        let parameters = Parameters { function, names: &["path", "namespaces"], required: 1 };
        let mut values = parameters.bind(vm, args)?.into_iter();
        let path = values.next().flatten().unwrap_or_else(|| vm.ctx.none());
        self.find_ids(vm, &path, values.next().flatten())
    }

    fn find_ids(&self, vm: &VirtualMachine, path: &PyObject, namespaces: Option<PyObjectRef>) -> PyResult<Vec<NodeId>> {
        let compiled = Element::element_path(vm, path, namespaces)?;
        Ok(self.read(|tree, node| compiled.find_all(tree, node)))
    }

    pub(super) fn iterator(&self, vm: &VirtualMachine, nodes: Vec<NodeId>) -> PyObjectRef {
        NodeIterator::over_nodes(self.place().document, nodes).into_pyobject(vm)
    }

    /// Nodes that pass the tests, as an iterator.
    fn selected(
        &self,
        vm: &VirtualMachine,
        tags: &[PyObjectRef],
        nodes: impl FnOnce(&Tree, NodeId) -> Vec<NodeId>,
    ) -> PyResult {
        let tests = name_tests(vm, tags)?;
        let nodes = self.read(|tree, node| {
            let mut nodes = nodes(tree, node);
            nodes.retain(|id| {
                tree.is_elementish(*id) && tests.as_ref().is_none_or(|tests| tests.iter().any(|t| t.passes(tree, *id)))
            });
            nodes
        });
        Ok(self.iterator(vm, nodes))
    }

    /// Children by index or slice.
    pub(super) fn subscript(&self, index: &PyObject, vm: &VirtualMachine) -> PyResult {
        let children = self.child_ids();
        if let Some(slice) = index.downcast_ref::<PySlice>() {
            let picked = slice_positions(vm, slice, children.len())?;
            let ids = picked.into_iter().filter_map(|at| children.get(at).copied()).collect();
            return Ok(vm.ctx.new_list(self.objects(vm, ids)).into());
        }
        let at = position(vm, index, children.len())?;
        let id = at.and_then(|at| children.get(at).copied());
        match id {
            Some(id) => Ok(self.other(vm, Some(id))),
            None => Err(index_error(vm)),
        }
    }

    pub(super) fn set_subscript(
        &self,
        index: &PyObject,
        value: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let children = self.child_ids();
        if let Some(slice) = index.downcast_ref::<PySlice>() {
            let mut picked = slice_positions(vm, slice, children.len())?;
            picked.sort_unstable();
            let start = slice_start(vm, slice, children.len())?;
            let new = match value {
                Some(value) => Vec::<PyObjectRef>::try_from_object(vm, value)?,
                None => Vec::new(),
            };
            let places: Vec<Place> =
                new.iter().map(|value| Element::argument(vm, value, "element")).collect::<PyResult<_>>()?;
            let after = picked.last().map_or(start, |last| last + 1);
            let before = children.get(after).copied();
            self.write(|tree, _| {
                picked.iter().filter_map(|at| children.get(*at)).for_each(|id| tree.detach(*id));
            });
            let node = self.place().node;
            return places.iter().try_for_each(|place| self.place_child(vm, place, node, before));
        }
        let at = position(vm, index, children.len())?;
        let Some(id) = at.and_then(|at| children.get(at).copied()) else { return Err(index_error(vm)) };
        if let Some(value) = value {
            let place = Element::argument(vm, &value, "element")?;
            let node = self.place().node;
            self.place_child(vm, &place, node, Some(id))?;
        }
        self.write(|tree, _| tree.detach(id));
        Ok(())
    }
}

fn index_error(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let class = vm.ctx.exceptions.index_error.to_owned();
    vm.invoke_exception(&class, vec![text::new_unicode(vm, "list index out of range")]).unwrap_or_else(|error| error)
}

/// A position from an index that may count from the end; None if it is outside.
fn position(vm: &VirtualMachine, index: &PyObject, length: usize) -> PyResult<Option<usize>> {
    let index = i64::try_from_object(vm, index.try_index(vm)?.into())?;
    let at = if index < 0 { index + length as i64 } else { index };
    Ok(usize::try_from(at).ok().filter(|at| *at < length))
}

/// The positions that a slice takes, in its order.
fn slice_positions(vm: &VirtualMachine, slice: &Py<PySlice>, length: usize) -> PyResult<Vec<usize>> {
    let slice = SaturatedSlice::with_slice(slice, vm)?;
    Ok(SaturatedSliceIter::new(&slice, length).collect())
}

/// Where a slice begins.
fn slice_start(vm: &VirtualMachine, slice: &Py<PySlice>, length: usize) -> PyResult<usize> {
    let slice = SaturatedSlice::with_slice(slice, vm)?;
    Ok(slice.adjust_indices(length).0.start.min(length))
}

#[pyclass(
    with(AsMapping, AsSequence, AsNumber, Iterable, Representable),
    flags(BASETYPE, HAS_WEAKREF, DISALLOW_INSTANTIATION)
)]
impl Element {
    // ---- what it says ------------------------------------------------------------------------------------------

    #[pygetset]
    fn tag(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let place = zelf.place();
        let (kind, name) = place.document.read(|tree| {
            let node = tree.node(place.node);
            (node.kind, tree.expanded_name(node.name))
        });
        match kind {
            Kind::Comment => Comment::static_type().to_owned().into(),
            Kind::Instruction => Instruction::static_type().to_owned().into(),
            _ => text::native(vm, &name),
        }
    }

    #[pygetset(setter)]
    fn set_tag(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let PySetterValue::Assign(value) = value else { return Err(vm.new_attribute_error("can't delete tag")) };
        let tag = xml_text(vm, &value)?;
        let flavour = zelf.read(|tree, _| tree.flavour);
        check_tag(vm, &tag, flavour)?;
        zelf.write(|tree, node| {
            let name = resolve_name(tree, node, &tag, false);
            tree.set_name(node, name);
        });
        Ok(())
    }

    #[pygetset]
    fn text(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let found = zelf.read(|tree, node| match tree.kind(node) {
            Kind::Comment | Kind::Instruction => Some(tree.text(node).to_owned()),
            _ => tree.leading_text(node),
        });
        found.map_or_else(|| vm.ctx.none(), |text| text::native(vm, &text))
    }

    #[pygetset(setter)]
    fn set_text(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        // The old text is gone even if the new one is refused.
        if zelf.read(|tree, node| tree.is_element(node)) {
            zelf.write(|tree, node| tree.set_leading_text(node, None));
        }
        let value = match value {
            PySetterValue::Assign(value) if !vm.is_none(&value) => {
                if let Some(text) = cdata_text(vm, &value)? {
                    zelf.write(|tree, node| tree.set_cdata(node, &text, false));
                    return Ok(());
                }
                Some(xml_text(vm, &value)?)
            }
            _ => None,
        };
        zelf.write(|tree, node| match tree.kind(node) {
            Kind::Element => tree.set_leading_text(node, value.as_deref()),
            _ => tree.set_text(node, value.as_deref().unwrap_or("")),
        });
        Ok(())
    }

    #[pygetset]
    fn tail(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let found = zelf.read(|tree, node| tree.tail(node));
        found.map_or_else(|| vm.ctx.none(), |text| text::native(vm, &text))
    }

    #[pygetset(setter)]
    fn set_tail(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.write(|tree, node| tree.set_tail(node, None));
        let value = match value {
            PySetterValue::Assign(value) if !vm.is_none(&value) => {
                if let Some(text) = cdata_text(vm, &value)? {
                    zelf.write(|tree, node| tree.set_cdata(node, &text, true));
                    return Ok(());
                }
                Some(xml_text(vm, &value)?)
            }
            _ => None,
        };
        zelf.write(|tree, node| tree.set_tail(node, value.as_deref()));
        Ok(())
    }

    #[pygetset]
    fn attrib(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Attributes::new(zelf.to_owned()).into_pyobject(vm)
    }

    #[pygetset(setter)]
    fn set_attrib(_zelf: &Py<Self>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_attribute_error("attribute 'attrib' of 'lxml.etree._Element' objects is not writable"))
    }

    #[pygetset]
    fn prefix(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let prefix = zelf.read(|tree, node| tree.atom_text(tree.node(node).name.prefix).to_owned());
        if prefix.is_empty() { vm.ctx.none() } else { text::native(vm, &prefix) }
    }

    #[pygetset]
    fn nsmap(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let scope: Vec<(String, String)> = zelf.read(|tree, node| {
            let all = tree.namespaces_in_scope(node);
            all.into_iter().map(|(p, u)| (tree.atom_text(p).to_owned(), tree.atom_text(u).to_owned())).collect()
        });
        let dict = vm.ctx.new_dict();
        for (prefix, uri) in scope {
            let key = if prefix.is_empty() { vm.ctx.none() } else { text::native(vm, &prefix) };
            dict.set_item(&*key, text::native(vm, &uri), vm)?;
        }
        Ok(dict.into())
    }

    #[pygetset]
    fn base(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.read(|tree, _| tree.base_url.clone()).map_or_else(|| vm.ctx.none(), |url| text::native(vm, &url))
    }

    #[pygetset]
    fn sourceline(zelf: &Py<Self>) -> Option<u32> {
        zelf.read(|tree, node| Some(tree.node(node).line).filter(|line| *line > 0))
    }

    /// Of an instruction: its target.
    #[pygetset]
    fn target(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let target =
            zelf.read(|tree, node| (tree.kind(node) == Kind::Instruction).then(|| tree.local_name(node).to_owned()));
        match target {
            Some(target) => Ok(text::native(vm, &target)),
            None => Err(vm.new_attribute_error("'lxml.etree._Element' object has no attribute 'target'")),
        }
    }

    #[pymethod]
    fn get(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let parameters = Parameters { function: "get", names: &["key", "default"], required: 1 };
        let mut values = parameters.bind(vm, args)?.into_iter();
        let key = xml_text(vm, &values.next().flatten().unwrap_or_else(|| vm.ctx.none()))?;
        let found = zelf.read(|tree, node| attribute(tree, node, &key).map(|value| text::native(vm, value)));
        Ok(found.or_else(|| values.next().flatten()).unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod]
    pub fn set(zelf: &Py<Self>, key: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let key = xml_text(vm, &key)?;
        let flavour = zelf.read(|tree, _| tree.flavour);
        check_attribute(vm, &key, flavour)?;
        let value = xml_text(vm, &value)?;
        zelf.write(|tree, node| {
            let name = resolve_name(tree, node, &key, true);
            tree.set_attr(node, name, &value);
        });
        Ok(())
    }

    #[pymethod]
    fn keys(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let names = zelf.attributes(vm).into_iter().map(|(name, _)| name).collect();
        vm.ctx.new_list(names).into()
    }

    #[pymethod]
    fn values(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let values = zelf.attributes(vm).into_iter().map(|(_, value)| value).collect();
        vm.ctx.new_list(values).into()
    }

    #[pymethod]
    fn items(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let items = zelf.attributes(vm);
        let items = items.into_iter().map(|(name, value)| vm.ctx.new_tuple(vec![name, value]).into()).collect();
        vm.ctx.new_list(items).into()
    }

    // ---- relatives ---------------------------------------------------------------------------------------------

    #[pymethod]
    fn getparent(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let parent = zelf.read(|tree, node| tree.parent_element(node));
        zelf.other(vm, parent)
    }

    #[pymethod]
    fn getnext(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let next = zelf.read(|tree, node| next_sibling(tree, node, true));
        zelf.other(vm, next)
    }

    #[pymethod]
    fn getprevious(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let previous = zelf.read(|tree, node| next_sibling(tree, node, false));
        zelf.other(vm, previous)
    }

    #[pymethod]
    fn getchildren(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(zelf.objects(vm, zelf.child_ids())).into()
    }

    #[pymethod]
    fn getroottree(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let place = zelf.place();
        let top = place.document.read(|tree| tree.top_element(tree.root_of(place.node))).unwrap_or(place.node);
        ElementTree { top: Place { document: place.document, node: top } }.into_pyobject(vm)
    }

    #[pymethod]
    fn iter(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let tags = tag_arguments(args);
        zelf.selected(vm, &tags, |tree, node| tree.descendants_or_self(node).collect())
    }

    #[pymethod]
    fn getiterator(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Self::iter(zelf, args, vm)
    }

    #[pymethod]
    fn iterdescendants(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let tags = tag_arguments(args);
        zelf.selected(vm, &tags, |tree, node| tree.descendants_or_self(node).skip(1).collect())
    }

    #[pymethod]
    fn iterchildren(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let reversed = flag(&args, "reversed", vm)?;
        let tags = tag_arguments(args);
        zelf.selected(vm, &tags, |tree, node| {
            if reversed { tree.children_reversed(node).collect() } else { tree.children(node).collect() }
        })
    }

    #[pymethod]
    fn iterancestors(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let tags = tag_arguments(args);
        zelf.selected(vm, &tags, |tree, node| {
            std::iter::successors(tree.parent(node), |node| tree.parent(*node)).collect()
        })
    }

    #[pymethod]
    fn itersiblings(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let preceding = flag(&args, "preceding", vm)?;
        let tags = tag_arguments(args);
        zelf.selected(vm, &tags, |tree, node| {
            std::iter::successors(next_sibling(tree, node, !preceding), |n| next_sibling(tree, *n, !preceding))
                .collect()
        })
    }

    #[pymethod]
    fn itertext(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let with_tail = match args.kwargs.get("with_tail") {
            Some(value) => value.clone().try_to_bool(vm)?,
            None => true,
        };
        let tests = name_tests(vm, &tag_arguments(args))?;
        let texts: Vec<String> = zelf.read(|tree, node| texts_of(tree, node, tests.as_deref(), with_tail));
        let texts = texts.into_iter().map(|text| text::native(vm, &text)).collect();
        Ok(NodeIterator::over_objects(texts).into_pyobject(vm))
    }

    #[pymethod]
    fn index(zelf: &Py<Self>, child: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        let child = Element::argument(vm, &child, "child")?;
        let own = zelf.place();
        let found = Arc::ptr_eq(&own.document, &child.document)
            .then(|| zelf.child_ids().iter().position(|id| *id == child.node))
            .flatten();
        found.ok_or_else(|| value_error(vm, "Element is not a child of this node."))
    }

    // ---- finding -----------------------------------------------------------------------------------------------

    #[pymethod]
    fn find(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let found = zelf.found(vm, "find", args)?;
        Ok(zelf.other(vm, found.first().copied()))
    }

    #[pymethod]
    fn findall(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let found = zelf.found(vm, "findall", args)?;
        Ok(vm.ctx.new_list(zelf.objects(vm, found)).into())
    }

    #[pymethod]
    fn iterfind(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let found = zelf.found(vm, "iterfind", args)?;
        Ok(zelf.iterator(vm, found))
    }

    #[pymethod]
    fn findtext(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let parameters = Parameters { function: "findtext", names: &["path", "default", "namespaces"], required: 1 };
        let mut values = parameters.bind(vm, args)?.into_iter();
        let path = values.next().flatten().unwrap_or_else(|| vm.ctx.none());
        let default = values.next().flatten();
        let found = zelf.find_ids(vm, &path, values.next().flatten())?;
        Ok(match found.first() {
            Some(id) => {
                let found = zelf.read(|tree, _| tree.leading_text(*id)).unwrap_or_default();
                text::native(vm, &found)
            }
            None => default.unwrap_or_else(|| vm.ctx.none()),
        })
    }

    #[pymethod]
    fn xpath(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        xpath_call::xpath(vm, zelf.place(), args)
    }

    #[pymethod]
    fn cssselect(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        xpath_call::cssselect(vm, zelf.place(), args)
    }

    // ---- changing ----------------------------------------------------------------------------------------------

    #[pymethod]
    fn makeelement(zelf: &Py<Self>, tag: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let tag = xml_text(vm, &tag)?;
        let flavour = zelf.read(|tree, _| tree.flavour);
        let place = new_element(vm, flavour, &tag)?;
        let element = place.document.object(vm, place.node);
        if let Some(element) = element.downcast_ref::<Element>() {
            for attributes in args.args {
                for (key, value) in pairs(vm, &attributes)? {
                    Element::set(element, key, value, vm)?;
                }
            }
            for (key, value) in args.kwargs {
                let key = key.to_string();
                if key != "attrib" && key != "nsmap" {
                    Element::set(element, text::native(vm, &key), value, vm)?;
                }
            }
        }
        Ok(element)
    }

    #[pymethod]
    fn append(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let child = Element::argument(vm, &element, "element")?;
        zelf.place_child(vm, &child, zelf.place().node, None)
    }

    #[pymethod]
    fn extend(zelf: &Py<Self>, elements: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        for element in vm.extract_elements_with(&elements, Ok)? {
            Self::append(zelf, element, vm)?;
        }
        Ok(())
    }

    #[pymethod]
    fn insert(zelf: &Py<Self>, index: i64, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let child = Element::argument(vm, &element, "element")?;
        let children = zelf.child_ids();
        let at = if index < 0 { (index + children.len() as i64).max(0) } else { index };
        let before = usize::try_from(at).ok().and_then(|at| children.get(at).copied());
        zelf.place_child(vm, &child, zelf.place().node, before)
    }

    #[pymethod]
    fn remove(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let child = Element::argument(vm, &element, "element")?;
        let own = zelf.place();
        let is_child = Arc::ptr_eq(&own.document, &child.document)
            && own.document.read(|tree| tree.parent(child.node) == Some(own.node));
        if !is_child {
            return Err(value_error(vm, "Element is not a child of this node."));
        }
        own.document.write(|tree| tree.detach(child.node));
        Ok(())
    }

    #[pymethod]
    fn replace(zelf: &Py<Self>, old: PyObjectRef, new: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let old_place = Element::argument(vm, &old, "old_element")?;
        let new_place = Element::argument(vm, &new, "new_element")?;
        let own = zelf.place();
        let is_child = Arc::ptr_eq(&own.document, &old_place.document)
            && own.document.read(|tree| tree.parent(old_place.node) == Some(own.node));
        if !is_child {
            return Err(value_error(vm, "Element is not a child of this node."));
        }
        zelf.place_child(vm, &new_place, own.node, Some(old_place.node))?;
        own.document.write(|tree| tree.detach(old_place.node));
        Ok(())
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let keep_tail = flag(&args, "keep_tail", vm)?;
        zelf.write(|tree, node| {
            let children: Vec<NodeId> = tree.children(node).collect();
            for child in children {
                if tree.is_elementish(child) {
                    tree.detach(child);
                }
            }
            tree.set_leading_text(node, None);
            tree.clear_attrs(node);
            if !keep_tail {
                tree.set_tail(node, None);
            }
        });
        Ok(())
    }

    #[pymethod]
    fn addnext(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let sibling = Element::argument(vm, &element, "element")?;
        let (parent, next) = zelf.read(|tree, node| (tree.parent(node), tree.next(node)));
        match parent {
            Some(parent) => zelf.place_child(vm, &sibling, parent, next),
            None => Err(root_sibling(vm)),
        }
    }

    #[pymethod]
    fn addprevious(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let sibling = Element::argument(vm, &element, "element")?;
        let (parent, node) = zelf.read(|tree, node| (tree.parent(node), node));
        match parent {
            Some(parent) => zelf.place_child(vm, &sibling, parent, Some(node)),
            None => Err(root_sibling(vm)),
        }
    }

    #[pymethod]
    fn __copy__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.copied(vm)
    }

    #[pymethod]
    fn __deepcopy__(zelf: &Py<Self>, _memo: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        zelf.copied(vm)
    }
}

impl Element {
    /// Names and values of the attributes.
    pub fn attributes(&self, vm: &VirtualMachine) -> Vec<(PyObjectRef, PyObjectRef)> {
        self.read(|tree, node| {
            tree.attrs(node)
                .map(|(_, attr)| {
                    (text::native(vm, &tree.expanded_name(attr.name)), text::native(vm, tree.attr_value(attr)))
                })
                .collect()
        })
    }

    /// Removes an attribute by its `{uri}local` name; gives its value back.
    pub fn take_attribute(&self, key: &str) -> Option<String> {
        self.write(|tree, node| {
            let value = attribute(tree, node, key)?.to_owned();
            let (uri, local) = split_tag(key);
            let (uri, local) = (tree.known_atom(uri).unwrap_or(EMPTY), tree.known_atom(local)?);
            tree.remove_attr(node, uri, local).then_some(value)
        })
    }

    fn copied(&self, vm: &VirtualMachine) -> PyObjectRef {
        let (copy, node) = self.read(|tree, node| {
            let mut copy = Tree::new(tree.flavour);
            let new = copy.import(tree, node).first().map(|(_, new)| *new).unwrap_or_default();
            copy.link_last(ROOT, new);
            for tail in tree.tail_nodes(node) {
                let tail = copy.import(tree, tail).first().map(|(_, new)| *new).unwrap_or_default();
                copy.link_last(ROOT, tail);
            }
            (copy, new)
        });
        Document::new(copy).object(vm, node)
    }
}

fn root_sibling(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_type_error("Only processing instructions and comments can be siblings of the root element")
}

fn tag_arguments(args: FuncArgs) -> Vec<PyObjectRef> {
    let keyword = args.kwargs.get("tag").cloned();
    args.args.into_iter().chain(keyword).collect()
}

fn flag(args: &FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    match args.kwargs.get(name) {
        Some(value) => value.clone().try_to_bool(vm),
        None => Ok(false),
    }
}

/// A comment or an instruction in a document of its own.
fn new_loose(vm: &VirtualMachine, kind: Kind, target: &str, content: &str) -> PyObjectRef {
    let mut tree = Tree::new(Flavour::Xml);
    let node = tree.create_text(kind, content);
    let local = tree.atom(target);
    tree.set_name(node, Name { local, ..Name::default() });
    tree.link_last(ROOT, node);
    Document::new(tree).object(vm, node)
}

fn optional_xml_text(vm: &VirtualMachine, value: Option<&PyObjectRef>) -> PyResult<String> {
    value.filter(|value| !vm.is_none(value)).map_or(Ok(String::new()), |value| xml_text(vm, value))
}

#[pyclass(flags(BASETYPE, HAS_WEAKREF))]
impl Comment {
    #[pyslot]
    fn slot_new(_class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let content = optional_xml_text(vm, args.args.first().or_else(|| args.kwargs.get("text")))?;
        if content.contains("--") || content.ends_with('-') {
            return Err(value_error(vm, "Comment may not contain '--' or end with '-'"));
        }
        Ok(new_loose(vm, Kind::Comment, "", &content))
    }
}

#[pyclass(flags(BASETYPE, HAS_WEAKREF))]
impl Instruction {
    #[pyslot]
    fn slot_new(_class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let target = optional_xml_text(vm, args.args.first().or_else(|| args.kwargs.get("target")))?;
        let content = optional_xml_text(vm, args.args.get(1).or_else(|| args.kwargs.get("text")))?;
        if target.eq_ignore_ascii_case("xml") || content.contains("?>") {
            return Err(value_error(vm, "Invalid PI name or content"));
        }
        Ok(new_loose(vm, Kind::Instruction, &target, &content))
    }
}
