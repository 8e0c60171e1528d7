//! The type of elements. `cElementTree`'s are of this type; those of `ElementTree` of a class on it that programs may
//! derive from.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustpython_vm::builtins::{PyDict, PyDictRef, PyList, PyModule, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::function::{FuncArgs, OptionalArg, PySetterValue};
use rustpython_vm::protocol::{PyIterReturn, PyMappingMethods, PyNumberMethods, PySequenceMethods};
use rustpython_vm::types::{
    AsMapping, AsNumber, AsSequence, Constructor, Initializer, IterNext, Iterable, Representable, SelfIter,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass,
};

use super::path;
use crate::modules;
use crate::runtime::{names, text};

/// The children: a plain vector until somebody wants the list itself.
#[derive(Debug, Traverse)]
struct Children {
    own: Vec<PyObjectRef>,
    shared: Option<PyRef<PyList>>,
}

#[derive(Debug, Traverse)]
struct Parts {
    tag: PyObjectRef,
    attrib: Option<PyObjectRef>,
    text: Option<PyObjectRef>,
    tail: Option<PyObjectRef>,
    children: Children,
}

/// An element: its tag, attributes, text, children, and the text behind it.
#[pyclass(module = false, name = "Element", traverse)]
#[derive(Debug, PyPayload)]
pub struct Element {
    parts: PyRwLock<Parts>,
}

impl Children {
    fn with<R>(&self, work: impl FnOnce(&[PyObjectRef]) -> R) -> R {
        match &self.shared {
            Some(list) => work(&list.borrow_vec()),
            None => work(&self.own),
        }
    }

    fn with_mut<R>(&mut self, work: impl FnOnce(&mut Vec<PyObjectRef>) -> R) -> R {
        match &self.shared {
            Some(list) => work(&mut list.borrow_vec_mut()),
            None => work(&mut self.own),
        }
    }
}

impl Element {
    pub fn new(tag: PyObjectRef, attrib: Option<PyObjectRef>) -> Self {
        let children = Children { own: Vec::new(), shared: None };
        Element { parts: PyRwLock::new(Parts { tag, attrib, text: None, tail: None, children }) }
    }

    /// An element of a class: that of cElementTree or one that was derived from it.
    pub fn make(vm: &VirtualMachine, class: &PyTypeRef, tag: PyObjectRef, attrib: Option<PyObjectRef>) -> PyResult {
        Ok(Self::new(tag, attrib).into_ref_with_type_lazy_dict(vm, class.clone())?.into())
    }

    pub fn tag(&self) -> PyObjectRef {
        self.parts.read().tag.clone()
    }

    pub fn text(&self) -> Option<PyObjectRef> {
        self.parts.read().text.clone()
    }

    pub fn tail(&self) -> Option<PyObjectRef> {
        self.parts.read().tail.clone()
    }

    pub fn set_text(&self, value: PyObjectRef) {
        let old = self.parts.write().text.replace(value);
        drop(old);
    }

    pub fn set_tail(&self, value: PyObjectRef) {
        let old = self.parts.write().tail.replace(value);
        drop(old);
    }

    /// The attributes, if there are any.
    pub fn known_attributes(&self) -> Option<PyObjectRef> {
        self.parts.read().attrib.clone()
    }

    fn attributes(&self, vm: &VirtualMachine) -> PyObjectRef {
        self.parts.write().attrib.get_or_insert_with(|| vm.ctx.new_dict().into()).clone()
    }

    /// The attributes as the dictionary that they should be.
    fn dict(&self, vm: &VirtualMachine) -> Option<PyDictRef> {
        self.attributes(vm).downcast::<PyDict>().ok()
    }

    pub fn child(&self, index: usize) -> Option<PyObjectRef> {
        self.parts.read().children.with(|children| children.get(index).cloned())
    }

    pub fn children(&self) -> Vec<PyObjectRef> {
        self.parts.read().children.with(<[PyObjectRef]>::to_vec)
    }

    pub fn count(&self) -> usize {
        self.parts.read().children.with(<[PyObjectRef]>::len)
    }

    pub fn push(&self, child: PyObjectRef) {
        self.parts.write().children.with_mut(|children| children.push(child));
    }

    /// The list of the children itself: it stays the one that the element uses.
    fn shared(&self, vm: &VirtualMachine) -> PyRef<PyList> {
        let children = &mut self.parts.write().children;
        let own = std::mem::take(&mut children.own);
        children.shared.get_or_insert_with(|| vm.ctx.new_list(own)).clone()
    }

    /// Elements of cElementTree may only hold elements.
    fn is_strict(zelf: &Py<Self>) -> bool {
        is_exact(zelf)
    }

    fn accept(zelf: &Py<Self>, function: &str, place: usize, child: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if !Self::is_strict(zelf) || child.downcastable::<Element>() {
            return Ok(());
        }
        let kind = if vm.is_none(child) { "None".into() } else { names::type_name_of(child) };
        Err(vm.new_type_error(format!("{function}() argument {place} must be Element, not {kind}")))
    }
}

/// Whether it is one of cElementTree's.
fn is_exact(zelf: &Py<Element>) -> bool {
    zelf.class().is(Element::static_type())
}

/// `tag, attrib={}, **extra`, with the attributes in a dictionary of their own.
fn tag_and_attributes(
    vm: &VirtualMachine,
    args: FuncArgs,
    skipped: usize,
    function: &str,
) -> PyResult<(PyObjectRef, Option<PyObjectRef>)> {
    let native = function != "__init__";
    let mut positional = args.args.into_iter().skip(skipped);
    let mut extra = args.kwargs;
    let tag = match positional.next().or_else(|| extra.swap_remove("tag")) {
        Some(tag) => tag,
        None if native => {
            let (least, plural) = (skipped + 1, if skipped == 0 { "" } else { "s" });
            let message = format!("{function}() takes at least {least} argument{plural} ({skipped} given)");
            return Err(vm.new_type_error(message));
        }
        None => return Err(vm.new_type_error("__init__() takes at least 2 arguments (1 given)")),
    };
    let given = positional.next().or_else(|| extra.swap_remove("attrib"));
    if given.is_none() && extra.is_empty() {
        return Ok((tag, None));
    }
    let attributes = match given {
        Some(given) => match given.downcast_ref::<PyDict>().filter(|_| given.class().is(vm.ctx.types.dict_type)) {
            Some(dict) => dict.copy().into_ref(&vm.ctx).into(),
            None if native => {
                let kind = if vm.is_none(&given) { "None".into() } else { names::type_name_of(&given) };
                let place = skipped + 2;
                return Err(vm.new_type_error(format!("{function}() argument {place} must be dict, not {kind}")));
            }
            None => vm.call_method(&given, "copy", ())?,
        },
        None => vm.ctx.new_dict().into(),
    };
    for (name, value) in extra {
        attributes.set_item(&*vm.ctx.new_str(name), value, vm)?;
    }
    Ok((tag, Some(attributes)))
}

impl Constructor for Element {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Ok(Self::new(vm.ctx.none(), None).into_ref_with_type(vm, class)?.into())
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::new(vm.ctx.none(), None))
    }
}

impl Initializer for Element {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let (tag, attributes) = tag_and_attributes(vm, args, 0, "__init__")?;
        let children = Children { own: Vec::new(), shared: None };
        let fresh = Parts { tag, attrib: attributes, text: None, tail: None, children };
        let old = std::mem::replace(&mut *zelf.parts.write(), fresh);
        drop(old);
        Ok(())
    }
}

#[pyclass(flags(BASETYPE), with(Constructor, Initializer, AsSequence, AsMapping, AsNumber, Iterable, Representable))]
impl Element {
    #[pygetset(name = "tag")]
    fn get_tag(zelf: &Py<Self>) -> PyObjectRef {
        zelf.tag()
    }

    #[pygetset(name = "tag", setter)]
    fn set_tag(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let value = assigned(zelf, value, vm)?;
        let old = std::mem::replace(&mut zelf.parts.write().tag, value);
        drop(old);
        Ok(())
    }

    #[pygetset(name = "attrib")]
    fn get_attrib(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.attributes(vm)
    }

    #[pygetset(name = "attrib", setter)]
    fn set_attrib(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let value = assigned(zelf, value, vm)?;
        let old = zelf.parts.write().attrib.replace(value);
        drop(old);
        Ok(())
    }

    #[pygetset(name = "text")]
    fn get_text(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.text().unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset(name = "text", setter)]
    fn set_text_(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_text(assigned(zelf, value, vm)?);
        Ok(())
    }

    #[pygetset(name = "tail")]
    fn get_tail(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.tail().unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset(name = "tail", setter)]
    fn set_tail_(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.set_tail(assigned(zelf, value, vm)?);
        Ok(())
    }

    #[pygetset(name = "_children")]
    fn get_children(zelf: &Py<Self>, vm: &VirtualMachine) -> PyRef<PyList> {
        zelf.shared(vm)
    }

    #[pygetset(name = "_children", setter)]
    fn set_children(zelf: &Py<Self>, value: PyRef<PyList>) {
        let old = zelf.parts.write().children.shared.replace(value);
        drop(old);
    }

    /// A new element of the same kind.
    #[pymethod]
    fn makeelement(zelf: &Py<Self>, tag: PyObjectRef, attrib: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if is_exact(zelf) {
            let attrib = attrib.downcast_ref::<PyDict>().map(|dict| dict.copy().into_ref(&vm.ctx).into());
            return Element::make(vm, &zelf.class().to_owned(), tag, attrib);
        }
        zelf.class().as_object().call((tag, attrib), vm)
    }

    #[pymethod]
    fn __copy__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let made = Element::make(vm, &zelf.class().to_owned(), zelf.tag(), zelf.known_attributes())?;
        if let Some(copy) = made.downcast_ref::<Element>() {
            let (text, tail, children) = (zelf.text(), zelf.tail(), zelf.children());
            let mut parts = copy.parts.write();
            (parts.text, parts.tail) = (text, tail);
            parts.children.own = children;
        }
        copy_dict(zelf.as_object(), &made, None, vm)?;
        Ok(made)
    }

    #[pymethod]
    fn __deepcopy__(zelf: &Py<Self>, memo: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let deep = Deep { copy: crate::import::module(vm, "copy")?.get_attr("deepcopy", vm)?, memo };
        deep.element(zelf, 0, vm)
    }

    /// The state as `pickle` keeps it: that of a class written in Python.
    #[pymethod]
    fn __reduce_ex__(zelf: &Py<Self>, _protocol: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let registry = crate::import::module(vm, "copy_reg")?;
        let class: PyObjectRef = zelf.class().to_owned().into();
        if is_exact(zelf) {
            let kind = names::type_name_of(zelf.as_object());
            return Err(vm.new_type_error(format!("can't pickle {kind} objects")));
        }
        let state = vm.ctx.new_dict();
        state.set_item("tag", zelf.tag(), vm)?;
        state.set_item("attrib", zelf.attributes(vm), vm)?;
        state.set_item("_children", zelf.shared(vm).into(), vm)?;
        for (name, value) in [("text", zelf.text()), ("tail", zelf.tail())] {
            if let Some(value) = value {
                state.set_item(name, value, vm)?;
            }
        }
        if let Some(own) = zelf.as_object().dict() {
            for (name, value) in own {
                state.set_item(&*name, value, vm)?;
            }
        }
        let make = registry.get_attr("__newobj__", vm)?;
        Ok(vm.ctx.new_tuple(vec![make, vm.ctx.new_tuple(vec![class]).into(), state.into()]).into())
    }

    #[pymethod]
    fn __setstate__(zelf: &Py<Self>, state: PyDictRef, vm: &VirtualMachine) -> PyResult<()> {
        for (name, value) in state {
            zelf.as_object().set_attr(
                &*name.downcast::<PyStr>().map_err(|_| vm.new_type_error("bad state"))?,
                value,
                vm,
            )?;
        }
        Ok(())
    }

    #[pymethod]
    fn append(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Self::accept(zelf, "append", 1, &element, vm)?;
        zelf.push(element);
        Ok(())
    }

    #[pymethod]
    fn extend(zelf: &Py<Self>, elements: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let items = items_of(&elements, vm)?;
        zelf.parts.write().children.with_mut(|children| children.extend(items));
        Ok(())
    }

    #[pymethod]
    fn insert(zelf: &Py<Self>, index: PyObjectRef, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let index = crate::runtime::arguments::c_long(vm, &index)?;
        Self::accept(zelf, "insert", 2, &element, vm)?;
        zelf.parts.write().children.with_mut(|children| {
            let length = children.len();
            let at =
                if index < 0 { length.saturating_sub(index.unsigned_abs()) } else { index.unsigned_abs().min(length) };
            children.insert(at, element);
        });
        Ok(())
    }

    #[pymethod]
    fn remove(zelf: &Py<Self>, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let children = zelf.children();
        for (index, child) in children.iter().enumerate() {
            if child.is(&element) || vm.bool_eq(child, &element)? {
                let removed = zelf
                    .parts
                    .write()
                    .children
                    .with_mut(|children| if index < children.len() { Some(children.remove(index)) } else { None });
                drop(removed);
                return Ok(());
            }
        }
        Err(vm.new_value_error("list.remove(x): x not in list"))
    }

    #[pymethod]
    fn getchildren(zelf: &Py<Self>, vm: &VirtualMachine) -> PyRef<PyList> {
        if is_exact(zelf) { vm.ctx.new_list(zelf.children()) } else { zelf.shared(vm) }
    }

    #[pymethod]
    fn find(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let (path, namespaces) = path_and_namespaces("find", args, vm)?;
        let found = path::select(zelf, &path, namespaces, Some(1), vm)?;
        Ok(found.into_iter().next().unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod]
    fn findtext(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let names = ["path", "default", "namespaces"];
        let mut args = crate::runtime::arguments::of_python(vm, "findtext", args, &names, 1)?.into_iter();
        let path = args.next().flatten().unwrap_or_else(|| vm.ctx.none());
        let default = args.next().flatten().unwrap_or_else(|| vm.ctx.none());
        let found = path::select(zelf, &path, args.next().flatten(), Some(1), vm)?;
        let Some(found) = found.into_iter().next() else { return Ok(default) };
        let said = match found.downcast_ref::<Element>() {
            Some(element) => element.text().unwrap_or_else(|| vm.ctx.none()),
            None => found.get_attr("text", vm)?,
        };
        if said.clone().try_to_bool(vm)? { Ok(said) } else { Ok(vm.ctx.new_str("").into()) }
    }

    #[pymethod]
    fn findall(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let (path, namespaces) = path_and_namespaces("findall", args, vm)?;
        let found = path::select(zelf, &path, namespaces, None, vm)?;
        Ok(vm.ctx.new_list(found).into())
    }

    #[pymethod]
    fn iterfind(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let (path, namespaces) = path_and_namespaces("iterfind", args, vm)?;
        let found = path::select(zelf, &path, namespaces, None, vm)?;
        Ok(vm.ctx.new_list(found).as_object().get_iter(vm)?.into())
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if !is_exact(zelf)
            && let Some(attributes) = zelf.known_attributes()
        {
            vm.call_method(&attributes, "clear", ())?;
        }
        let mut parts = zelf.parts.write();
        let old = (parts.text.take(), parts.tail.take(), std::mem::take(&mut parts.children.own));
        let shared = parts.children.shared.take();
        let attributes = if is_exact(zelf) { parts.attrib.take() } else { None };
        drop(parts);
        drop((old, shared, attributes));
        Ok(())
    }

    #[pymethod]
    fn get(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let mut args = crate::runtime::arguments::of_python(vm, "get", args, &["key", "default"], 1)?.into_iter();
        let key = args.next().flatten().unwrap_or_else(|| vm.ctx.none());
        let default = args.next().flatten().unwrap_or_else(|| vm.ctx.none());
        let Some(attributes) = zelf.known_attributes() else { return Ok(default) };
        match attributes.downcast_ref::<PyDict>() {
            Some(dict) => Ok(dict.get_item_opt(&*key, vm)?.unwrap_or(default)),
            None => vm.call_method(&attributes, "get", (key, default)),
        }
    }

    #[pymethod]
    fn set(zelf: &Py<Self>, key: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        match zelf.dict(vm) {
            Some(dict) => dict.set_item(&*key, value, vm),
            None => zelf.attributes(vm).set_item(&*key, value, vm),
        }
    }

    #[pymethod]
    fn keys(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        listed(zelf, "keys", vm)
    }

    #[pymethod]
    fn items(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        listed(zelf, "items", vm)
    }

    #[pymethod]
    fn iter(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Descent>> {
        let tag = tag_argument("iter", args, vm)?;
        Ok(Descent::of(zelf.into(), tag, vm))
    }

    #[pymethod]
    fn getiterator(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let exact = is_exact(&zelf);
        let tag = tag_argument("getiterator", args, vm)?;
        let descent = Descent::of(zelf.into(), tag, vm);
        if exact {
            return Ok(descent.into());
        }
        let mut all = Vec::new();
        while let Some(next) = descent.next_element(vm)? {
            all.push(next);
        }
        Ok(vm.ctx.new_list(all).into())
    }

    #[pymethod]
    fn itertext(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let mut texts = Vec::new();
        collect_texts(zelf.as_object(), &mut texts, 0, vm)?;
        Ok(vm.ctx.new_list(texts).as_object().get_iter(vm)?.into())
    }
}

/// The argument of `iter` and `getiterator`.
fn tag_argument(function: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    Ok(crate::runtime::arguments::of_python(vm, function, args, &["tag"], 0)?.into_iter().next().flatten())
}

/// The arguments of `find` and its kin.
fn path_and_namespaces(
    function: &str,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, Option<PyObjectRef>)> {
    let mut args = crate::runtime::arguments::of_python(vm, function, args, &["path", "namespaces"], 1)?.into_iter();
    let path = args.next().flatten().unwrap_or_else(|| vm.ctx.none());
    Ok((path, args.next().flatten()))
}

/// What an attribute is set to; those of cElementTree's cannot be deleted.
fn assigned(zelf: &Py<Element>, value: PySetterValue, vm: &VirtualMachine) -> PyResult {
    match value {
        PySetterValue::Assign(value) => Ok(value),
        PySetterValue::Delete if is_exact(zelf) => Err(vm.new_attribute_error("can't delete element attributes")),
        PySetterValue::Delete => Ok(vm.ctx.none()),
    }
}

/// Keys or items of the attributes as a list.
fn listed(zelf: &Py<Element>, what: &str, vm: &VirtualMachine) -> PyResult {
    let Some(attributes) = zelf.known_attributes() else { return Ok(vm.ctx.new_list(Vec::new()).into()) };
    let Some(dict) = attributes.downcast_ref::<PyDict>() else { return vm.call_method(&attributes, what, ()) };
    let pairs: Vec<(PyObjectRef, PyObjectRef)> = dict.to_owned().into_iter().collect();
    let list = pairs.into_iter().map(
        |(key, value)| {
            if what == "keys" { key } else { vm.ctx.new_tuple(vec![key, value]).into() }
        },
    );
    Ok(vm.ctx.new_list(list.collect()).into())
}

fn items_of(elements: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    match elements.downcast_ref::<Element>() {
        Some(element) => Ok(element.children()),
        None => elements.to_owned().try_to_value::<Vec<PyObjectRef>>(vm),
    }
}

/// Copies the attributes that a program gave an element.
fn copy_dict(from: &PyObject, to: &PyObject, deep: Option<&Deep>, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(dict) = from.dict() {
        for (name, value) in dict {
            let value = match deep {
                Some(deep) => deep.value(&value, vm)?,
                None => value,
            };
            if let Some(own) = to.dict() {
                own.set_item(&*name, value, vm)?;
            }
        }
    }
    Ok(())
}

/// A deep copy under way.
struct Deep {
    copy: PyObjectRef,
    memo: PyObjectRef,
}

impl Deep {
    /// The copy of something in an element. Strings are their own copies.
    fn value(&self, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if vm.is_none(value) || value.downcastable::<PyStr>() {
            return Ok(value.clone());
        }
        self.copy.call((value.clone(), self.memo.clone()), vm)
    }

    fn element(&self, from: &Py<Element>, depth: usize, vm: &VirtualMachine) -> PyResult {
        let tag = self.value(&from.tag(), vm)?;
        let attrib = match from.known_attributes() {
            None => None,
            Some(attributes) => match attributes.downcast_ref::<PyDict>() {
                Some(dict) => {
                    let copied = vm.ctx.new_dict();
                    for (name, value) in dict.to_owned() {
                        copied.set_item(&*name, self.value(&value, vm)?, vm)?;
                    }
                    Some(copied.into())
                }
                None => Some(self.value(&attributes, vm)?),
            },
        };
        let made = Element::make(vm, &from.class().to_owned(), tag, attrib)?;
        let key = vm.ctx.new_int(from.as_object().get_id());
        self.memo.set_item(key.as_object(), made.clone(), vm)?;
        if let Some(copy) = made.downcast_ref::<Element>() {
            if let Some(said) = from.text() {
                copy.set_text(self.value(&said, vm)?);
            }
            if let Some(said) = from.tail() {
                copy.set_tail(self.value(&said, vm)?);
            }
            for child in from.children() {
                let child = match child.downcast_ref::<Element>() {
                    Some(child) if depth < MAX_RECURSION => self.element(child, depth + 1, vm)?,
                    Some(_) => return Err(too_deep(vm)),
                    None => self.value(&child, vm)?,
                };
                copy.push(child);
            }
        }
        copy_dict(from.as_object(), &made, Some(self), vm)?;
        Ok(made)
    }
}

/// Trees deeper than this are refused by what works recursively.
pub const MAX_RECURSION: usize = 5000;

pub fn too_deep(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_exception_msg(vm.ctx.exceptions.runtime_error.to_owned(), "maximum recursion depth exceeded".into())
}

/// All texts below an element, in order.
pub fn collect_texts(
    object: &PyObject,
    texts: &mut Vec<PyObjectRef>,
    depth: usize,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if depth > MAX_RECURSION {
        return Err(too_deep(vm));
    }
    let Some(element) = object.downcast_ref::<Element>() else {
        let below = vm.call_method(object, "itertext", ())?;
        texts.extend(below.try_to_value::<Vec<PyObjectRef>>(vm)?);
        return Ok(());
    };
    let tag = element.tag();
    if !vm.is_none(&tag) && !text::is_basestring(&tag) {
        return Ok(());
    }
    let push = |texts: &mut Vec<PyObjectRef>, said: Option<PyObjectRef>| -> PyResult<()> {
        if let Some(said) = said
            && said.clone().try_to_bool(vm)?
        {
            texts.push(said);
        }
        Ok(())
    };
    push(texts, element.text())?;
    let mut index = 0;
    while let Some(child) = element.child(index) {
        index += 1;
        collect_texts(&child, texts, depth + 1, vm)?;
        let tail = match child.downcast_ref::<Element>() {
            Some(child) => child.tail(),
            None => Some(child.get_attr("tail", vm)?),
        };
        push(texts, tail)?;
    }
    Ok(())
}

impl Representable for Element {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let tag = text::repr_of(vm, &zelf.tag())?;
        Ok(format!("<Element {} at {:#x}>", text::widen(&tag), zelf.get_id()))
    }
}

impl AsSequence for Element {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, _| Ok(Element::sequence_downcast(sequence).count())),
            item: Some(|sequence, index, vm| item(Element::sequence_downcast(sequence), index, vm)),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

fn out_of_range(zelf: &Py<Element>, verb: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_index_error(if is_exact(zelf) {
        format!("child {verb}index out of range")
    } else {
        format!("list {verb}index out of range")
    })
}

fn item(zelf: &Py<Element>, index: isize, vm: &VirtualMachine) -> PyResult {
    let at = if index < 0 { zelf.count().checked_sub(index.unsigned_abs()) } else { Some(index.unsigned_abs()) };
    at.and_then(|at| zelf.child(at)).ok_or_else(|| out_of_range(zelf, "", vm))
}

impl AsMapping for Element {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _| Ok(Element::mapping_downcast(mapping).count())),
            subscript: Some(|mapping, key, vm| {
                let zelf = Element::mapping_downcast(mapping);
                if let Some(index) = key.downcast_ref::<rustpython_vm::builtins::PyInt>() {
                    return item(zelf, index.try_to_primitive::<isize>(vm)?, vm);
                }
                vm.ctx.new_list(zelf.children()).as_object().get_item(key, vm)
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let zelf = Element::mapping_downcast(mapping);
                let list = vm.ctx.new_list(zelf.children());
                let assigned = match value {
                    Some(value) => {
                        let value = match value.downcast_ref::<Element>() {
                            Some(element) if key.downcastable::<rustpython_vm::builtins::PySlice>() => {
                                vm.ctx.new_list(element.children()).into()
                            }
                            _ => value,
                        };
                        list.as_object().set_item(key, value, vm)
                    }
                    None => list.as_object().del_item(key, vm),
                };
                if let Err(error) = assigned {
                    let index = error.fast_isinstance(vm.ctx.exceptions.index_error);
                    return Err(if index { out_of_range(zelf, "assignment ", vm) } else { error });
                }
                let items = list.borrow_vec().to_vec();
                let old = zelf.parts.write().children.with_mut(|children| std::mem::replace(children, items));
                drop(old);
                Ok(())
            }),
        };
        &METHODS
    }
}

impl AsNumber for Element {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, _| {
                Ok(number.obj.downcast_ref::<Element>().is_some_and(|element| element.count() > 0))
            }),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for Element {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let _: PyTypeRef = ChildIterator::make_static_type();
        Ok(ChildIterator { element: zelf.into(), next: AtomicUsize::new(0) }.into_ref(&vm.ctx).into())
    }
}

/// The children one after the other, as they are when their turn comes.
#[pyclass(module = false, name = "iterator", traverse)]
#[derive(Debug, PyPayload)]
struct ChildIterator {
    element: PyObjectRef,
    #[pytraverse(skip)]
    next: AtomicUsize,
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext))]
impl ChildIterator {}

impl SelfIter for ChildIterator {}

impl IterNext for ChildIterator {
    fn next(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let index = zelf.next.fetch_add(1, Ordering::Relaxed);
        let child = zelf.element.downcast_ref::<Element>().and_then(|element| element.child(index));
        Ok(child.map_or(PyIterReturn::StopIteration(None), PyIterReturn::Return))
    }
}

/// An element whose children follow.
#[derive(Debug, Traverse)]
struct Waiting {
    element: PyObjectRef,
    #[pytraverse(skip)]
    next: usize,
}

/// An element and all below it.
#[pyclass(module = false, name = "generator", traverse)]
#[derive(Debug, PyPayload)]
pub struct Descent {
    tag: Option<PyObjectRef>,
    /// Elements and the next of their children; the first is not given yet if its place is zero and it is alone.
    waiting: PyRwLock<Vec<Waiting>>,
    first: PyRwLock<Option<PyObjectRef>>,
}

impl Descent {
    pub fn of(root: PyObjectRef, tag: Option<PyObjectRef>, vm: &VirtualMachine) -> PyRef<Self> {
        let _: PyTypeRef = Self::make_static_type();
        let tag = tag.filter(|tag| !vm.is_none(tag) && crate::runtime::arguments::plain(tag) != Some("*"));
        Descent { tag, waiting: PyRwLock::default(), first: PyRwLock::new(Some(root)) }.into_ref(&vm.ctx)
    }

    pub fn next_element(&self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        loop {
            let Some(next) = self.advance(vm)? else { return Ok(None) };
            let Some(tag) = &self.tag else { return Ok(Some(next)) };
            if path::has_tag(&next, tag, vm)? {
                return Ok(Some(next));
            }
        }
    }

    fn advance(&self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Some(root) = self.first.write().take() {
            self.waiting.write().push(Waiting { element: root.clone(), next: 0 });
            return Ok(Some(root));
        }
        let mut waiting = self.waiting.write();
        while let Some(Waiting { element, next }) = waiting.last_mut() {
            let child = match element.downcast_ref::<Element>() {
                Some(element) => element.child(*next),
                None => element.get_item(next, vm).ok(),
            };
            match child {
                Some(child) => {
                    *next += 1;
                    waiting.push(Waiting { element: child.clone(), next: 0 });
                    return Ok(Some(child));
                }
                None => {
                    waiting.pop();
                }
            }
        }
        Ok(None)
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext))]
impl Descent {}

impl SelfIter for Descent {}

impl IterNext for Descent {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        Ok(zelf.next_element(vm)?.map_or(PyIterReturn::StopIteration(None), PyIterReturn::Return))
    }
}

/// `Element(tag, attrib={}, **extra)` of cElementTree.
fn element(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (tag, attributes) = tag_and_attributes(vm, args, 0, "Element")?;
    Ok(Element::new(tag, attributes).into_ref(&vm.ctx).into())
}

/// `SubElement(parent, tag, attrib={}, **extra)` of both modules: `native` for cElementTree.
fn sub_element(args: FuncArgs, native: bool, vm: &VirtualMachine) -> PyResult {
    let Some(parent) = args.args.first().cloned() else {
        return Err(vm.new_type_error("SubElement() takes at least 2 arguments (0 given)"));
    };
    let Some(element) = parent.downcast_ref::<Element>() else {
        if native {
            let kind = if vm.is_none(&parent) { "None".into() } else { names::type_name_of(&parent) };
            return Err(vm.new_type_error(format!("SubElement() argument 1 must be Element, not {kind}")));
        }
        let (tag, attributes) = tag_and_attributes(vm, args, 1, "SubElement")?;
        let attributes = attributes.unwrap_or_else(|| vm.ctx.new_dict().into());
        let made = vm.call_method(&parent, "makeelement", (tag, attributes))?;
        vm.call_method(&parent, "append", (made.clone(),))?;
        return Ok(made);
    };
    let (tag, attributes) = tag_and_attributes(vm, args, 1, "SubElement")?;
    let class = element.class().to_owned();
    let derived = !native
        && class
            .as_object()
            .get_attr("__module__", vm)
            .is_ok_and(|module| crate::runtime::arguments::plain(&module) != Some("xml.etree.ElementTree"));
    if derived {
        let attributes = attributes.unwrap_or_else(|| vm.ctx.new_dict().into());
        let made = vm.call_method(&parent, "makeelement", (tag, attributes))?;
        vm.call_method(&parent, "append", (made.clone(),))?;
        return Ok(made);
    }
    let made = Element::make(vm, &class, tag, attributes)?;
    element.push(made.clone());
    Ok(made)
}

/// Puts the type and the functions into a module.
pub fn install(vm: &VirtualMachine, module: &Py<PyModule>) {
    let class = Element::make_static_type();
    modules::set(vm, module, "ElementType", class);
    modules::set_function(vm, module, "Element", element);
    modules::set_function(vm, module, "SubElement", |args: FuncArgs, vm: &VirtualMachine| sub_element(args, true, vm));
    let any = vm.new_function("SubElement", |args: FuncArgs, vm: &VirtualMachine| sub_element(args, false, vm));
    modules::set(vm, module, "AnySubElement", any);
}
