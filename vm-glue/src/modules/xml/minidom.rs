//! The module `_minidom`: what `xml.dom.minidom` does to whole trees. Its nodes are instances of classic classes, which
//! programs derive from and give attributes; they are made, linked, searched and written here.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustpython_vm::builtins::{
    PyBaseObject, PyDict, PyDictRef, PyInt, PyList, PyModule, PyStr, PyStrInterned, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};
use rustpython_wtf8::Wtf8Buf;

use super::expat::{Parser, Sink};
use super::names::Names;
use super::scanner::{Kind, Scanner};
use crate::modules;
use crate::runtime::{arguments, text};

const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
/// Deeper trees are refused by what works recursively.
const MAX_RECURSION: usize = 5000;

macro_rules! keys {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// The names of attributes of nodes.
        struct Keys { $($name: &'static PyStrInterned),* }

        fn keys(vm: &VirtualMachine) -> &'static Keys {
            static KEYS: OnceLock<Keys> = OnceLock::new();
            KEYS.get_or_init(|| Keys { $($name: vm.ctx.intern_str($text)),* })
        }
    };
}

keys! {
    attrs = "_attrs",
    child_nodes = "childNodes",
    data = "data",
    encoding = "encoding",
    internal_subset = "internalSubset",
    local_name = "localName",
    name = "name",
    namespace = "namespaceURI",
    next = "nextSibling",
    node_name = "nodeName",
    node_type = "nodeType",
    node_value = "nodeValue",
    owner_document = "ownerDocument",
    owner_element = "ownerElement",
    parent = "parentNode",
    prefix = "prefix",
    previous = "previousSibling",
    public = "publicId",
    standalone = "standalone",
    system = "systemId",
    tag_name = "tagName",
    target = "target",
    value = "value",
    version = "version",
    writexml = "writexml",
}

/// An attribute of a node: its own, or that of its class.
fn field(node: &PyObject, name: &'static PyStrInterned, vm: &VirtualMachine) -> PyResult {
    if let Some(dict) = node.dict()
        && let Some(value) = dict.get_item_opt(name, vm)?
    {
        return Ok(value);
    }
    node.get_attr(name, vm)
}

fn put(node: &PyObject, name: &'static PyStrInterned, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    match node.dict() {
        Some(dict) => dict.set_item(name, value, vm),
        None => node.set_attr(name, value, vm),
    }
}

fn kind_of(node: &PyObject, vm: &VirtualMachine) -> PyResult<u32> {
    let kind = field(node, keys(vm).node_type, vm)?;
    Ok(kind.downcast_ref::<PyInt>().and_then(|kind| u32::try_from(kind.as_bigint()).ok()).unwrap_or(0))
}

const ELEMENT: u32 = 1;
const TEXT: u32 = 3;

/// The children of a node; None for one that cannot have any.
fn list_of(node: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyRef<PyList>>> {
    Ok(field(node, keys(vm).child_nodes, vm)?.downcast::<PyList>().ok())
}

fn too_deep(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_exception_msg(vm.ctx.exceptions.runtime_error.to_owned(), "maximum recursion depth exceeded".into())
}

// ---- reading --------------------------------------------------------------------------------------------------------

/// The classes of the nodes that are made.
#[derive(Debug)]
struct Classes {
    document: PyTypeRef,
    element: PyTypeRef,
    attribute: PyTypeRef,
    text: PyTypeRef,
    cdata: PyTypeRef,
    comment: PyTypeRef,
    instruction: PyTypeRef,
    doctype: PyTypeRef,
    list: PyTypeRef,
    entity: PyTypeRef,
    notation: PyTypeRef,
}

/// A node that is open.
#[derive(Debug)]
struct Open {
    node: PyObjectRef,
    children: PyRef<PyList>,
    /// The last child and its attributes.
    last: Option<(PyObjectRef, PyDictRef)>,
}

#[derive(Debug)]
struct Tree {
    document: PyObjectRef,
    open: Vec<Open>,
    names: Names,
    /// The text node that takes more text: its attributes.
    text: Option<PyDictRef>,
    said: String,
    in_cdata: bool,
    /// The namespaces that the next element declares.
    namespaces: Vec<(Option<String>, Option<String>)>,
    doctype: Option<(PyDictRef, Option<String>)>,
}

#[derive(Debug)]
struct Builder {
    classes: Classes,
    tree: Mutex<Tree>,
}

/// An instance of a classic class with these attributes.
fn instance(class: &PyTypeRef, dict: PyDictRef) -> PyObjectRef {
    PyRef::new_ref(PyBaseObject, class.clone(), Some(dict)).into()
}

fn new_list(classes: &Classes, vm: &VirtualMachine) -> PyResult<PyRef<PyList>> {
    PyList::from(Vec::new()).into_ref_with_type(vm, classes.list.clone())
}

impl Builder {
    fn new(classes: Classes, vm: &VirtualMachine) -> PyResult<Self> {
        let document = classes.document.as_object().call((), vm)?;
        let Some(children) = list_of(&document, vm)? else {
            return Err(vm.new_type_error("childNodes must be a list"));
        };
        let open = vec![Open { node: document.clone(), children, last: None }];
        let tree = Tree {
            document,
            open,
            names: Names::new(false),
            text: None,
            said: String::new(),
            in_cdata: false,
            namespaces: Vec::new(),
            doctype: None,
        };
        Ok(Builder { classes, tree: Mutex::new(tree) })
    }
}

impl Tree {
    /// The text that was gathered goes into its node.
    fn flush(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let Some(dict) = self.text.take() else { return Ok(()) };
        let said = text::new_unicode(vm, &std::mem::take(&mut self.said));
        dict.set_item(keys(vm).data, said.clone(), vm)?;
        dict.set_item(keys(vm).node_value, said, vm)
    }

    /// Adds a node to the one that is open.
    fn add(&mut self, class: &PyTypeRef, dict: PyDictRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let keys = keys(vm);
        let Some(parent) = self.open.last_mut() else { return Err(vm.new_runtime_error("no open node")) };
        dict.set_item(keys.parent, parent.node.clone(), vm)?;
        dict.set_item(keys.owner_document, self.document.clone(), vm)?;
        let node = instance(class, dict.clone());
        if let Some((last, last_dict)) = parent.last.take() {
            last_dict.set_item(keys.next, node.clone(), vm)?;
            dict.set_item(keys.previous, last, vm)?;
        }
        parent.children.borrow_vec_mut().push(node.clone());
        parent.last = Some((node.clone(), dict));
        Ok(node)
    }

    fn name(&mut self, name: &str, vm: &VirtualMachine) -> PyObjectRef {
        self.names.get(vm, name)
    }

    /// Sets the names of an element or attribute: `uri local prefix`, `uri local` or `name`. Gives the name as written.
    fn set_names(&mut self, dict: &PyDictRef, full: &str, vm: &VirtualMachine) -> PyResult {
        let keys = keys(vm);
        let mut parts = full.split(' ');
        let (uri, local, prefix) = match (parts.next(), parts.next(), parts.next()) {
            (Some(uri), Some(local), prefix) => (Some(uri), local, prefix),
            _ => (None, full, None),
        };
        let written = match prefix {
            Some(prefix) => self.name(&format!("{prefix}:{local}"), vm),
            None => self.name(local, vm),
        };
        let uri = uri.map_or_else(|| vm.ctx.none(), |uri| self.name(uri, vm));
        let prefix_object = prefix.map_or_else(|| vm.ctx.none(), |prefix| self.name(prefix, vm));
        dict.set_item(keys.namespace, uri, vm)?;
        dict.set_item(keys.prefix, prefix_object, vm)?;
        dict.set_item(keys.node_name, written.clone(), vm)?;
        if prefix.is_some() {
            let local = self.name(local, vm);
            dict.set_item(keys.local_name, local, vm)?;
        }
        Ok(written)
    }

    fn attribute(
        &mut self,
        classes: &Classes,
        owner: &PyObjectRef,
        full: &str,
        value: &str,
        attributes: &PyDictRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let keys = keys(vm);
        let dict = vm.ctx.new_dict();
        let written = self.set_names(&dict, full, vm)?;
        let value = text::new_unicode(vm, value);
        dict.set_item(keys.name, written.clone(), vm)?;
        dict.set_item(keys.value, value.clone(), vm)?;
        dict.set_item(keys.node_value, value, vm)?;
        dict.set_item(keys.owner_document, self.document.clone(), vm)?;
        dict.set_item(keys.owner_element, owner.clone(), vm)?;
        attributes.set_item(&*written, instance(&classes.attribute, dict), vm)
    }

    fn start(&mut self, classes: &Classes, scanner: &Scanner, vm: &VirtualMachine) -> PyResult<()> {
        let keys = keys(vm);
        let dict = vm.ctx.new_dict();
        let written = self.set_names(&dict, &scanner.found.name, vm)?;
        dict.set_item(keys.tag_name, written, vm)?;
        let children = new_list(classes, vm)?;
        dict.set_item(keys.child_nodes, children.clone().into(), vm)?;
        let attributes = vm.ctx.new_dict();
        dict.set_item(keys.attrs, attributes.clone().into(), vm)?;
        let node = self.add(&classes.element, dict, vm)?;
        for (prefix, uri) in std::mem::take(&mut self.namespaces) {
            let full = match prefix {
                Some(prefix) => format!("{XMLNS_NAMESPACE} {prefix} xmlns"),
                None => format!("{XMLNS_NAMESPACE} xmlns"),
            };
            self.attribute(classes, &node, &full, uri.as_deref().unwrap_or_default(), &attributes, vm)?;
        }
        for (name, value) in scanner.found.attributes() {
            self.attribute(classes, &node, name, value, &attributes, vm)?;
        }
        self.open.push(Open { node, children, last: None });
        Ok(())
    }

    fn characters(&mut self, classes: &Classes, said: &str, vm: &VirtualMachine) -> PyResult<()> {
        if self.text.is_none() && !self.in_cdata {
            let dict = vm.ctx.new_dict();
            self.add(&classes.text, dict.clone(), vm)?;
            self.text = Some(dict);
        }
        self.said.push_str(said);
        Ok(())
    }

    /// Entities and notations are nodes of the document type.
    fn declared(&self, classes: &Classes, kind: &Kind, vm: &VirtualMachine) -> PyResult<()> {
        let Some((doctype, _)) = &self.doctype else { return Ok(()) };
        let some =
            |value: &Option<String>| value.as_ref().map_or_else(|| vm.ctx.none(), |value| text::new_unicode(vm, value));
        let (map, node) = match kind {
            Kind::Entity(declared) if !declared.parameter => {
                let name = text::new_unicode(vm, &declared.name);
                let args = (name, some(&declared.public), some(&declared.system), some(&declared.notation));
                let node = classes.entity.as_object().call(args, vm)?;
                put(&node, keys(vm).owner_document, self.document.clone(), vm)?;
                if declared.value.is_some() {
                    let child = classes.text.as_object().call((), vm)?;
                    put(&child, keys(vm).owner_document, self.document.clone(), vm)?;
                    put(&child, keys(vm).data, some(&declared.value), vm)?;
                    put(&child, keys(vm).node_value, some(&declared.value), vm)?;
                    if let Some(children) = list_of(&node, vm)? {
                        children.borrow_vec_mut().push(child);
                    }
                }
                ("entities", node)
            }
            Kind::Notation { name, system, public, .. } => {
                let name = text::new_unicode(vm, name);
                let node = classes.notation.as_object().call((name, some(public), some(system)), vm)?;
                put(&node, keys(vm).owner_document, self.document.clone(), vm)?;
                ("notations", node)
            }
            _ => return Ok(()),
        };
        let Some(map) = doctype.get_item_opt(map, vm)? else { return Ok(()) };
        vm.call_method(&*map.get_attr("_seq", vm)?, "append", (node,)).map(drop)
    }

    /// A document type's own text is kept as it is written.
    fn subset(&mut self, classes: &Classes, kind: &Kind, scanner: &Scanner, vm: &VirtualMachine) -> PyResult<bool> {
        self.declared(classes, kind, vm)?;
        let Some((dict, subset)) = &mut self.doctype else { return Ok(false) };
        if *kind == Kind::EndDoctype {
            self.doctype = None;
            return Ok(true);
        }
        let Some(written) = subset else { return Ok(true) };
        if scanner.raw() == "]" && *kind == Kind::Other {
            let written = text::new_unicode(vm, written);
            dict.set_item(keys(vm).internal_subset, written, vm)?;
            *subset = None;
        } else {
            written.push_str(scanner.raw());
        }
        Ok(true)
    }
}

impl Sink for Builder {
    fn found(&self, kind: &Kind, scanner: &mut Scanner, vm: &VirtualMachine) -> PyResult<()> {
        let mut tree = self.tree.lock();
        let tree = &mut *tree;
        let classes = &self.classes;
        let keys = keys(vm);
        if tree.doctype.is_some() && tree.subset(classes, kind, scanner, vm)? {
            return Ok(());
        }
        let keeps_text = match kind {
            Kind::Text => true,
            Kind::EndCdata | Kind::Skipped { .. } | Kind::Other => !tree.in_cdata,
            _ => false,
        };
        if !keeps_text {
            tree.flush(vm)?;
        }
        match kind {
            Kind::Start => tree.start(classes, scanner, vm),
            Kind::End => {
                tree.open.pop();
                Ok(())
            }
            Kind::Text => tree.characters(classes, &scanner.found.text, vm),
            Kind::StartCdata => {
                let dict = vm.ctx.new_dict();
                let empty = text::new_unicode(vm, "");
                dict.set_item(keys.data, empty.clone(), vm)?;
                dict.set_item(keys.node_value, empty, vm)?;
                tree.add(&classes.cdata, dict.clone(), vm)?;
                tree.text = Some(dict);
                tree.in_cdata = true;
                Ok(())
            }
            Kind::EndCdata => {
                tree.in_cdata = false;
                Ok(())
            }
            Kind::Comment => {
                let said = text::new_unicode(vm, &scanner.found.text);
                let dict = vm.ctx.new_dict();
                dict.set_item(keys.data, said.clone(), vm)?;
                dict.set_item(keys.node_value, said, vm)?;
                tree.add(&classes.comment, dict, vm).map(drop)
            }
            Kind::Instruction => {
                let target = text::new_unicode(vm, &scanner.found.name);
                let said = text::new_unicode(vm, &scanner.found.text);
                let dict = vm.ctx.new_dict();
                for (key, value) in
                    [(keys.target, &target), (keys.node_name, &target), (keys.data, &said), (keys.node_value, &said)]
                {
                    dict.set_item(key, value.clone(), vm)?;
                }
                tree.add(&classes.instruction, dict, vm).map(drop)
            }
            Kind::StartNamespace { prefix, uri } => {
                tree.namespaces.push((prefix.clone(), uri.clone()));
                Ok(())
            }
            Kind::Declaration { version, encoding, standalone } => {
                let some = |value: &Option<String>| {
                    value.as_ref().map_or_else(|| vm.ctx.none(), |value| text::new_unicode(vm, value))
                };
                put(&tree.document, keys.version, some(version), vm)?;
                put(&tree.document, keys.encoding, some(encoding), vm)?;
                if *standalone >= 0 {
                    put(&tree.document, keys.standalone, vm.ctx.new_bool(*standalone == 1).into(), vm)?;
                }
                Ok(())
            }
            Kind::StartDoctype { name, system, public, internal } => {
                let some = |value: &Option<String>| {
                    value.as_ref().map_or_else(|| vm.ctx.none(), |value| text::new_unicode(vm, value))
                };
                let name = text::new_unicode(vm, name);
                let node = classes.doctype.as_object().call((name,), vm)?;
                let Some(dict) = node.dict() else { return Ok(()) };
                dict.set_item(keys.system, some(system), vm)?;
                dict.set_item(keys.public, some(public), vm)?;
                let added = tree.add(&classes.doctype, dict.clone(), vm)?;
                put(&tree.document, vm.ctx.intern_str("doctype"), added, vm)?;
                tree.doctype = Some((dict, internal.then(String::new)));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// `read(file, classes)`: the document in a file.
fn read(file: PyObjectRef, classes: PyRef<PyTuple>, vm: &VirtualMachine) -> PyResult {
    let (parser, builder) = reader(&classes, vm)?;
    parser.parse_file(&file, vm)?;
    let document = builder.tree.lock().document.clone();
    Ok(document)
}

/// `read_string(string, classes)`: the document in a string.
fn read_string(string: PyObjectRef, classes: PyRef<PyTuple>, vm: &VirtualMachine) -> PyResult {
    let (parser, builder) = reader(&classes, vm)?;
    parser.parse(&super::expat::parse_argument(&string, "Parse", vm)?, true, vm)?;
    let document = builder.tree.lock().document.clone();
    Ok(document)
}

/// A parser that makes a document of nodes of these classes.
fn reader(classes: &Py<PyTuple>, vm: &VirtualMachine) -> PyResult<(PyRef<Parser>, Arc<Builder>)> {
    let mut types = classes.as_slice().iter().filter_map(|class| class.clone().downcast::<PyType>().ok());
    let mut next = || types.next().ok_or_else(|| vm.new_type_error("a class is needed"));
    let classes = Classes {
        document: next()?,
        element: next()?,
        attribute: next()?,
        text: next()?,
        cdata: next()?,
        comment: next()?,
        instruction: next()?,
        doctype: next()?,
        list: next()?,
        entity: next()?,
        notation: next()?,
    };
    let builder = Arc::new(Builder::new(classes, vm)?);
    let parser = Parser::create(vm, None, Some(" ".to_owned()), None);
    parser.as_object().set_attr("namespace_prefixes", vm.ctx.new_bool(true), vm)?;
    parser.set_sink(Arc::clone(&builder) as Arc<dyn Sink>);
    Ok((parser, builder))
}

// ---- linking --------------------------------------------------------------------------------------------------------

/// `link(parent, node, index)`: puts a node that has no parent among the children; None is the end.
fn link(parent: PyObjectRef, node: PyObjectRef, index: Option<usize>, vm: &VirtualMachine) -> PyResult<()> {
    let keys = keys(vm);
    let Some(children) = list_of(&parent, vm)? else { return Err(vm.new_type_error("childNodes must be a list")) };
    let (before, after) = {
        let mut list = children.borrow_vec_mut();
        let index = index.unwrap_or(list.len()).min(list.len());
        let before = index.checked_sub(1).and_then(|before| list.get(before).cloned());
        let after = list.get(index).cloned();
        list.insert(index, node.clone());
        (before, after)
    };
    if let Some(before) = &before {
        put(before, keys.next, node.clone(), vm)?;
    }
    if let Some(after) = &after {
        put(after, keys.previous, node.clone(), vm)?;
    }
    put(&node, keys.previous, before.unwrap_or_else(|| vm.ctx.none()), vm)?;
    put(&node, keys.next, after.unwrap_or_else(|| vm.ctx.none()), vm)?;
    put(&node, keys.parent, parent, vm)
}

/// The place of a node among the children of another.
fn place_of(parent: &PyObject, node: &PyObject, vm: &VirtualMachine) -> PyResult<Option<usize>> {
    let Some(children) = list_of(parent, vm)? else { return Ok(None) };
    let list = children.borrow_vec();
    // The last child is looked for most.
    if list.last().is_some_and(|last| last.is(node)) {
        return Ok(Some(list.len() - 1));
    }
    Ok(list.iter().position(|child| child.is(node)))
}

/// `index(parent, node)`
fn index(parent: PyObjectRef, node: PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<usize>> {
    place_of(&parent, &node, vm)
}

/// `unlink_child(parent, node)`: whether it was one.
fn unlink_child(parent: PyObjectRef, node: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let keys = keys(vm);
    let (Some(place), Some(children)) = (place_of(&parent, &node, vm)?, list_of(&parent, vm)?) else {
        return Ok(false);
    };
    let removed = children.borrow_vec_mut().remove(place);
    let (next, previous) = (field(&node, keys.next, vm)?, field(&node, keys.previous, vm)?);
    if !vm.is_none(&next) {
        put(&next, keys.previous, previous.clone(), vm)?;
    }
    if !vm.is_none(&previous) {
        put(&previous, keys.next, next, vm)?;
    }
    for key in [keys.next, keys.previous, keys.parent] {
        put(&removed, key, vm.ctx.none(), vm)?;
    }
    Ok(true)
}

/// `normalize(node)`: joins neighbouring texts and drops empty ones, in the whole tree.
fn normalize(node: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    normalize_at(&node, 0, vm)
}

fn normalize_at(node: &PyObject, depth: usize, vm: &VirtualMachine) -> PyResult<()> {
    if depth > MAX_RECURSION {
        return Err(too_deep(vm));
    }
    let keys = keys(vm);
    let Some(children) = list_of(node, vm)? else { return Ok(()) };
    let all = children.borrow_vec().to_vec();
    let mut kept: Vec<PyObjectRef> = Vec::with_capacity(all.len());
    for child in &all {
        let kind = kind_of(child, vm)?;
        if kind == TEXT {
            let said = field(child, keys.data, vm)?;
            let empty = !said.clone().try_to_bool(vm)?;
            let before = match kept.last() {
                Some(last) if kind_of(last, vm)? == TEXT => Some(last.clone()),
                _ => None,
            };
            if empty || before.is_some() {
                if let Some(before) = before.filter(|_| !empty) {
                    let own = field(&before, keys.data, vm)?;
                    let joined = vm._add(&own, &said)?;
                    put(&before, keys.data, joined.clone(), vm)?;
                    put(&before, keys.node_value, joined, vm)?;
                }
                for key in [keys.next, keys.previous, keys.parent, keys.owner_document] {
                    put(child, key, vm.ctx.none(), vm)?;
                }
                continue;
            }
        } else if kind == ELEMENT {
            normalize_at(child, depth + 1, vm)?;
        }
        kept.push(child.clone());
    }
    if kept.len() == all.len() {
        return Ok(());
    }
    for (index, child) in kept.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| kept.get(before).cloned());
        put(child, keys.previous, before.unwrap_or_else(|| vm.ctx.none()), vm)?;
        put(child, keys.next, kept.get(index + 1).cloned().unwrap_or_else(|| vm.ctx.none()), vm)?;
    }
    *children.borrow_vec_mut() = kept;
    Ok(())
}

// ---- searching ------------------------------------------------------------------------------------------------------

fn equal(value: &PyObject, wanted: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if value.is(wanted) { Ok(true) } else { vm.bool_eq(value, wanted) }
}

fn is_star(wanted: &PyObject) -> bool {
    arguments::plain(wanted) == Some("*")
}

/// `by_name(node, name, found)`: adds the elements of a name below a node.
fn by_name(node: PyObjectRef, name: PyObjectRef, found: PyRef<PyList>, vm: &VirtualMachine) -> PyResult {
    let all = is_star(&name);
    let mut matches = |node: &PyObject| Ok(all || equal(&*field(node, keys(vm).tag_name, vm)?, &name, vm)?);
    search(&node, &mut matches, &found, 0, vm)?;
    Ok(found.into())
}

/// `by_name_ns(node, namespace, name, found)`
fn by_name_ns(
    node: PyObjectRef,
    namespace: PyObjectRef,
    name: PyObjectRef,
    found: PyRef<PyList>,
    vm: &VirtualMachine,
) -> PyResult {
    let (any_namespace, any_name) = (is_star(&namespace), is_star(&name));
    let mut matches = |node: &PyObject| {
        let keys = keys(vm);
        Ok((any_name || equal(&*field(node, keys.local_name, vm)?, &name, vm)?)
            && (any_namespace || equal(&*field(node, keys.namespace, vm)?, &namespace, vm)?))
    };
    search(&node, &mut matches, &found, 0, vm)?;
    Ok(found.into())
}

fn search(
    node: &PyObject,
    matches: &mut dyn FnMut(&PyObject) -> PyResult<bool>,
    found: &Py<PyList>,
    depth: usize,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if depth > MAX_RECURSION {
        return Err(too_deep(vm));
    }
    let Some(children) = list_of(node, vm)? else { return Ok(()) };
    let mut index = 0;
    loop {
        let Some(child) = children.borrow_vec().get(index).cloned() else { return Ok(()) };
        index += 1;
        if kind_of(&child, vm)? == ELEMENT && matches(&child)? {
            found.borrow_vec_mut().push(child.clone());
        }
        search(&child, matches, found, depth + 1, vm)?;
    }
}

// ---- writing --------------------------------------------------------------------------------------------------------

/// Text that is gathered from strings of both types.
#[derive(Default)]
struct Text {
    runs: Vec<(Run, Wtf8Buf)>,
}

/// A piece of text of one kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    /// ASCII of byte strings.
    Plain,
    Unicode,
    /// A byte string with others, as the machine keeps it.
    Bytes,
}

impl Text {
    fn plain(&mut self, said: &str) {
        self.run(false, true).push_str(said);
    }

    fn run(&mut self, unicode: bool, ascii: bool) -> &mut Wtf8Buf {
        let wanted = match (unicode, ascii) {
            (true, _) => Run::Unicode,
            (false, true) => Run::Plain,
            (false, false) => Run::Bytes,
        };
        // ASCII of a byte string goes into unicode too; bytes with others are decoded each by themselves.
        let fits = self.runs.last().is_some_and(|(kind, _)| match wanted {
            Run::Plain => *kind != Run::Bytes,
            Run::Unicode => *kind == Run::Unicode,
            Run::Bytes => false,
        });
        if !fits {
            self.runs.push((wanted, Wtf8Buf::new()));
        }
        let last = self.runs.len() - 1;
        &mut self.runs[last].1
    }

    fn add(&mut self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let converted;
        let string = match value.downcast_ref::<PyStr>() {
            Some(string) => string,
            None => {
                converted = text::str_object(vm, value)?;
                match converted.downcast_ref::<PyStr>() {
                    Some(string) => string,
                    None => return Ok(()),
                }
            }
        };
        self.run(text::is_unicode(string.as_object()), string.isascii()).push_wtf8(string.as_wtf8());
        Ok(())
    }

    /// Text with its special characters as entities.
    fn escaped(&mut self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let Some(string) = value.downcast_ref::<PyStr>() else {
            if !value.to_owned().try_to_bool(vm)? {
                return Ok(());
            }
            let kind = crate::runtime::names::type_name_of(value);
            return Err(vm.new_attribute_error(format!("'{kind}' object has no attribute 'replace'")));
        };
        let said = string.as_wtf8();
        let run = self.run(text::is_unicode(value), string.isascii());
        if !said.as_bytes().iter().any(|byte| matches!(byte, b'&' | b'<' | b'"' | b'>')) {
            run.push_wtf8(said);
            return Ok(());
        }
        for c in said.code_points() {
            match c.to_char() {
                Some('&') => run.push_str("&amp;"),
                Some('<') => run.push_str("&lt;"),
                Some('"') => run.push_str("&quot;"),
                Some('>') => run.push_str("&gt;"),
                _ => run.push(c),
            }
        }
        Ok(())
    }

    fn object(self, vm: &VirtualMachine) -> PyResult {
        if !self.runs.iter().any(|(kind, _)| *kind == Run::Unicode) {
            let mut all = Wtf8Buf::new();
            for (_, run) in &self.runs {
                all.push_wtf8(run);
            }
            return Ok(vm.ctx.new_str(all).into());
        }
        let mut all = Wtf8Buf::new();
        for (kind, run) in &self.runs {
            if *kind != Run::Bytes {
                all.push_wtf8(run);
            } else {
                all.push_wtf8(&text::decode_default(vm, &text::narrow(run))?);
            }
        }
        Ok(text::new_unicode_buf(vm, all))
    }
}

struct Writer<'a> {
    vm: &'a VirtualMachine,
    out: Text,
    /// Whoever wants the text; None while it is only gathered.
    writer: Option<PyObjectRef>,
    addindent: PyObjectRef,
    newl: PyObjectRef,
    /// Classes whose way to be written is their own.
    own: HashMap<usize, bool>,
}

impl Writer<'_> {
    fn flush(&mut self) -> PyResult<()> {
        if let Some(writer) = &self.writer {
            let said = std::mem::take(&mut self.out).object(self.vm)?;
            if said.length(self.vm)? > 0 {
                self.vm.call_method(writer, "write", (said,))?;
            }
        }
        Ok(())
    }

    /// Whether a program gave a node another way to be written.
    fn is_own(&mut self, node: &PyObject) -> bool {
        let vm = self.vm;
        let key = keys(vm).writexml;
        if node.dict().is_some_and(|dict| dict.get_item_opt(key, vm).is_ok_and(|found| found.is_some())) {
            return true;
        }
        let class = node.class();
        *self.own.entry(class.get_id()).or_insert_with(|| {
            let mro = class.mro_collect();
            let module = mro.iter().find(|base| base.attributes().contains(key)).and_then(|base| {
                base.attributes()
                    .get(vm.ctx.intern_str("__module__"))
                    .and_then(|module| arguments::plain(&module).map(str::to_owned))
            });
            module.as_deref() != Some("xml.dom.minidom")
        })
    }

    fn node(&mut self, node: &PyObject, indent: &PyObjectRef, depth: usize, first: bool) -> PyResult<()> {
        let vm = self.vm;
        if depth > MAX_RECURSION {
            return Err(too_deep(vm));
        }
        if !first && self.is_own(node) {
            let args = (indent.clone(), self.addindent.clone(), self.newl.clone());
            return self.foreign(node, args);
        }
        let keys = keys(vm);
        let newl = self.newl.clone();
        match kind_of(node, vm)? {
            ELEMENT => self.element(node, indent, depth),
            TEXT => {
                let said = field(node, keys.data, vm)?;
                self.out.escaped(indent, vm)?;
                self.data(&said)?;
                self.out.escaped(&newl, vm)
            }
            4 => {
                let said = field(node, keys.data, vm)?;
                self.refuse(&said, "]]>", "']]>' not allowed in a CDATA section")?;
                self.out.plain("<![CDATA[");
                self.out.add(&said, vm)?;
                self.out.plain("]]>");
                Ok(())
            }
            7 => {
                self.out.add(indent, vm)?;
                self.out.plain("<?");
                self.out.add(&*field(node, keys.target, vm)?, vm)?;
                self.out.plain(" ");
                self.out.add(&*field(node, keys.data, vm)?, vm)?;
                self.out.plain("?>");
                self.out.add(&newl, vm)
            }
            8 => {
                let said = field(node, keys.data, vm)?;
                self.refuse(&said, "--", "'--' is not allowed in a comment node")?;
                self.out.add(indent, vm)?;
                self.out.plain("<!--");
                self.out.add(&said, vm)?;
                self.out.plain("-->");
                self.out.add(&newl, vm)
            }
            9 | 11 => self.children(node, indent, depth),
            10 => self.doctype(node),
            _ => {
                let args = (indent.clone(), self.addindent.clone(), self.newl.clone());
                self.foreign(node, args)
            }
        }
    }

    /// The text of a text node: only strings have one.
    fn data(&mut self, said: &PyObject) -> PyResult<()> {
        if said.downcastable::<PyStr>() {
            return self.out.escaped(said, self.vm);
        }
        let said = text::str_object(self.vm, said)?;
        self.out.escaped(&said, self.vm)
    }

    fn refuse(&self, said: &PyObject, what: &str, message: &str) -> PyResult<()> {
        match text::text_of(self.vm, said)? {
            Some(said) if said.contains(what) => Err(self.vm.new_value_error(message.to_owned())),
            _ => Ok(()),
        }
    }

    /// A node that writes itself.
    fn foreign(&mut self, node: &PyObject, args: (PyObjectRef, PyObjectRef, PyObjectRef)) -> PyResult<()> {
        let vm = self.vm;
        if self.writer.is_some() {
            self.flush()?;
            let writer = self.writer.clone().unwrap_or_else(|| vm.ctx.none());
            return vm.call_method(node, "writexml", (writer, args.0, args.1, args.2)).map(drop);
        }
        let file = crate::import::module(vm, "StringIO")?.get_attr("StringIO", vm)?.call((), vm)?;
        vm.call_method(node, "writexml", (file.clone(), args.0, args.1, args.2))?;
        let said = vm.call_method(&file, "getvalue", ())?;
        self.out.add(&said, vm)
    }

    fn children(&mut self, node: &PyObject, indent: &PyObjectRef, depth: usize) -> PyResult<()> {
        let Some(children) = list_of(node, self.vm)? else { return Ok(()) };
        let mut index = 0;
        loop {
            let Some(child) = children.borrow_vec().get(index).cloned() else { return Ok(()) };
            index += 1;
            self.node(&child, indent, depth + 1, false)?;
        }
    }

    fn element(&mut self, node: &PyObject, indent: &PyObjectRef, depth: usize) -> PyResult<()> {
        let vm = self.vm;
        let keys = keys(vm);
        let name = field(node, keys.tag_name, vm)?;
        self.out.add(indent, vm)?;
        self.out.plain("<");
        self.out.add(&name, vm)?;
        let attributes = field(node, keys.attrs, vm)?;
        if let Some(dict) = attributes.downcast_ref::<PyDict>() {
            let mut items: Vec<(Wtf8Buf, PyObjectRef, PyObjectRef)> = Vec::with_capacity(dict.__len__());
            for (key, value) in dict.to_owned() {
                let sort = key.downcast_ref::<PyStr>().map(|key| key.as_wtf8().to_owned()).unwrap_or_default();
                items.push((sort, key, value));
            }
            items.sort_by(|one, other| one.0.code_points().cmp(other.0.code_points()));
            for (_, key, attribute) in items {
                self.out.plain(" ");
                self.out.add(&key, vm)?;
                self.out.plain("=\"");
                let value = field(&attribute, keys.value, vm)?;
                self.out.escaped(&value, vm)?;
                self.out.plain("\"");
            }
        }
        let newl = self.newl.clone();
        let children = list_of(node, vm)?.map(|list| list.borrow_vec().to_vec()).unwrap_or_default();
        if children.is_empty() {
            self.out.plain("/>");
            return self.out.add(&newl, vm);
        }
        self.out.plain(">");
        match children.as_slice() {
            [only] if kind_of(only, vm)? == TEXT => {
                if self.is_own(only) {
                    let empty: PyObjectRef = vm.ctx.new_str("").into();
                    self.foreign(only, (empty.clone(), empty.clone(), empty))?;
                } else {
                    let said = field(only, keys.data, vm)?;
                    self.data(&said)?;
                }
            }
            _ => {
                self.out.add(&newl, vm)?;
                let deeper =
                    if self.addindent.length(vm)? == 0 { indent.clone() } else { vm._add(indent, &self.addindent)? };
                self.children(node, &deeper, depth)?;
                self.out.add(indent, vm)?;
            }
        }
        self.out.plain("</");
        self.out.add(&name, vm)?;
        self.out.plain(">");
        self.out.add(&newl, vm)
    }

    fn doctype(&mut self, node: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        let keys = keys(vm);
        let newl = self.newl.clone();
        self.out.plain("<!DOCTYPE ");
        self.out.add(&*field(node, keys.name, vm)?, vm)?;
        let (public, system) = (field(node, keys.public, vm)?, field(node, keys.system, vm)?);
        let quoted = |out: &mut Text, value: &PyObject| -> PyResult<()> {
            out.plain("'");
            out.add(value, vm)?;
            out.plain("'");
            Ok(())
        };
        if public.clone().try_to_bool(vm)? {
            self.out.add(&newl, vm)?;
            self.out.plain("  PUBLIC ");
            quoted(&mut self.out, &public)?;
            self.out.add(&newl, vm)?;
            self.out.plain("  ");
            quoted(&mut self.out, &system)?;
        } else if system.clone().try_to_bool(vm)? {
            self.out.add(&newl, vm)?;
            self.out.plain("  SYSTEM ");
            quoted(&mut self.out, &system)?;
        }
        let subset = field(node, keys.internal_subset, vm)?;
        if !vm.is_none(&subset) {
            self.out.plain(" [");
            self.out.add(&subset, vm)?;
            self.out.plain("]");
        }
        self.out.plain(">");
        self.out.add(&newl, vm)
    }
}

/// `write(node, writer, indent, addindent, newl)`: writes a tree; without a writer, gives its text.
fn write(
    node: PyObjectRef,
    writer: PyObjectRef,
    indent: PyObjectRef,
    addindent: PyObjectRef,
    newl: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    let writer = Some(writer).filter(|writer| !vm.is_none(writer));
    let mut work = Writer { vm, out: Text::default(), writer, addindent, newl, own: HashMap::new() };
    work.node(&node, &indent, 0, true)?;
    if work.writer.is_some() {
        work.flush()?;
        return Ok(vm.ctx.none());
    }
    work.out.object(vm)
}

/// `write_data(writer, data)`: text with its special characters as entities.
fn write_data(writer: PyObjectRef, data: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let mut out = Text::default();
    out.escaped(&data, vm)?;
    let said = out.object(vm)?;
    if said.length(vm)? > 0 {
        vm.call_method(&writer, "write", (said,))?;
    }
    Ok(())
}

/// Pairs of attributes that are always equal.
fn twin(name: &str) -> &'static [&'static str] {
    match name {
        "data" | "value" => &["nodeValue"],
        "target" => &["nodeName"],
        _ => &[],
    }
}

/// `set_attribute(node, name, value, main)`: `__setattr__` of nodes with a value: `nodeValue` is the same as `main`.
fn set_attribute(
    node: PyObjectRef,
    name: PyRef<PyStr>,
    value: PyObjectRef,
    main: PyRef<PyStr>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Some(dict) = node.dict() else { return Ok(()) };
    let written = name.to_string_lossy().into_owned();
    if written == "nodeValue" {
        dict.set_item(&*main, value.clone(), vm)?;
    } else if written == "nodeName" && dict.contains_key("target", vm) {
        dict.set_item("target", value.clone(), vm)?;
    }
    for other in twin(&written) {
        dict.set_item(*other, value.clone(), vm)?;
    }
    dict.set_item(&*name, value, vm)
}

/// Makes the module `_minidom`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_minidom");
    modules::set_function(vm, &module, "read", read);
    modules::set_function(vm, &module, "read_string", read_string);
    modules::set_function(vm, &module, "link", link);
    modules::set_function(vm, &module, "index", index);
    modules::set_function(vm, &module, "unlink_child", unlink_child);
    modules::set_function(vm, &module, "normalize", normalize);
    modules::set_function(vm, &module, "by_name", by_name);
    modules::set_function(vm, &module, "by_name_ns", by_name_ns);
    modules::set_function(vm, &module, "write", write);
    modules::set_function(vm, &module, "write_data", write_data);
    modules::set_function(vm, &module, "set_attribute", set_attribute);
    module
}
