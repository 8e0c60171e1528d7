//! Objects of the framework's first generation and the factories that plug-in code sees in place of their classes
//! (`spec/objects.md` §6, `spec/environment.md` §1).

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::RwLock;
use rustpython_vm::builtins::{PyDict, PyDictRef, PyFunction, PyStr, PyStrRef, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::types::{AtomicPyTypeFlags, Callable, GetAttr, PyTypeFlags, PyTypeSlots, Representable, SetAttr};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass,
};

use super::legacy_container::LegacyContainer;
use super::legacy_tables::{Kind, LegacyClass, legacy_class};
use super::signature::{Bound, Parameter, Signature};
use super::{legacy_write, quote, seams, urls};
use crate::sandbox::Sandbox;
use reprise_bundles::dict_order::iteration_order;
use reprise_vm_glue::runtime::text;

/// The module that the classes say they are from.
pub const MODULE: &str = "Framework.objects";

/// An object of an old class. Its attributes are in its `__dict__`.
#[pyclass(module = "Framework.objects", name = "Object", traverse)]
#[derive(Debug, PyPayload)]
pub struct LegacyObject {
    #[pytraverse(skip)]
    pub class: &'static LegacyClass,
    #[pytraverse(skip)]
    sandbox: Weak<Sandbox>,
    /// Children of a container.
    pub items: PyRwLock<Vec<PyObjectRef>>,
    /// What a function item, a redirect or a data object was made from.
    content: PyRwLock<Vec<PyObjectRef>>,
    #[pytraverse(skip)]
    headers: RwLock<Vec<(String, String)>>,
    /// The object's `__dict__`.
    attributes: PyDictRef,
}

/// The payload of an object of an old class.
pub fn legacy(object: &PyObject) -> Option<&Py<LegacyObject>> {
    object.downcast_ref::<LegacyObject>()
}

impl LegacyObject {
    /// The sandbox that the object was made in.
    pub fn sandbox(&self, vm: &VirtualMachine) -> PyResult<Arc<Sandbox>> {
        self.sandbox
            .upgrade()
            .or_else(crate::sandbox::current)
            .ok_or_else(|| vm.new_runtime_error("no plug-in is running"))
    }

    /// One of the things that the object was made from.
    pub fn content(&self, at: usize) -> Option<PyObjectRef> {
        self.content.read().get(at).cloned()
    }

    pub fn is_function(&self) -> bool {
        matches!(self.class.kind, Kind::Function { .. })
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let headers = self.headers.read();
        headers.iter().find(|(there, _)| there.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }

    pub fn set_header(&self, name: &str, value: &str) {
        let mut headers = self.headers.write();
        match headers.iter_mut().find(|(there, _)| there == name) {
            Some((_, there)) => *there = value.to_owned(),
            None => headers.push((name.to_owned(), value.to_owned())),
        }
    }

    pub fn all_headers(&self) -> Vec<(String, String)> {
        self.headers.read().clone()
    }

    /// The dictionary of the object's attributes.
    pub fn attributes(&self) -> PyDictRef {
        self.attributes.clone()
    }

    /// An attribute; None when it is not there or None.
    pub fn get(&self, name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let value = self.attributes.get_item_opt(vm.ctx.intern_str(name), vm).ok().flatten()?;
        (!vm.is_none(&value)).then_some(value)
    }

    pub fn put(&self, name: &str, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.attributes.set_item(vm.ctx.intern_str(name), value, vm)
    }

    /// A copy with the same attributes and other children.
    pub fn copy_with(&self, items: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let sandbox = self.sandbox(vm)?;
        let copy = empty(vm, &sandbox, self.class)?;
        for (name, value) in self.attributes() {
            copy.attributes().set_item(&*name, value, vm)?;
        }
        *copy.items.write() = items;
        Ok(copy.into())
    }

    /// A function item's own name and arguments as an address, with more arguments if there are.
    pub fn function_url(&self, sender: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<String> {
        let target = self.content(0).unwrap_or_else(|| vm.ctx.none());
        self.function_url_for(&target, sender.map(|sender| ("sender", sender)), vm)
    }

    /// The address of a function with this item's extension, its arguments and `more` of them.
    pub fn function_url_for(
        &self,
        function: &PyObject,
        more: impl IntoIterator<Item = (&'static str, PyObjectRef)>,
        vm: &VirtualMachine,
    ) -> PyResult<String> {
        let sandbox = self.sandbox(vm)?;
        let extension = match self.content(1).filter(|extension| !vm.is_none(extension)) {
            Some(extension) => Some(text::unicode_of(vm, &extension)?),
            None => None,
        };
        let arguments = vm.ctx.new_dict();
        if let Some(given) = self.content(2).and_then(|given| given.downcast::<PyDict>().ok()) {
            for (name, value) in given {
                arguments.set_item(&*name, value, vm)?;
            }
        }
        for (name, value) in more {
            arguments.set_item(name, value, vm)?;
        }
        let mut url = seams::function_url(vm, &sandbox, function, extension.as_deref(), &arguments)?;
        if self.class.kind == (Kind::Function { indirect: true }) {
            url.push_str("&indirect=1");
        }
        Ok(url)
    }

    /// `Name(attribute=value, …)`, in the order of a Python 2 dictionary.
    fn text(&self, vm: &VirtualMachine) -> PyResult<String> {
        let shown = |value: &PyObject| -> PyResult<String> {
            if let Some(function) = value.downcast_ref::<PyFunction>() {
                let name = function.as_object().get_attr("__name__", vm)?;
                return text::unicode_of(vm, &name);
            }
            Ok(String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned())
        };
        let mut parts = Vec::new();
        for content in self.content.read().clone().into_iter().take(if self.is_function() { 1 } else { 2 }) {
            parts.push(shown(&content)?);
        }
        if self.class.kind == Kind::Redirect {
            parts.truncate(1);
        }
        let attributes = match self.content(2).and_then(|given| given.downcast::<PyDict>().ok()) {
            Some(given) => given,
            None => self.attributes(),
        };
        let mut names = Vec::new();
        for (name, _) in attributes.clone() {
            names.push(text::unicode_of(vm, &name)?);
        }
        // Two attributes that are not shown came first in the original's dictionary.
        let mut inserted = vec!["tagName".to_owned(), "_headers".to_owned()];
        inserted.extend(if self.class.kind == Kind::MediaContainer { names } else { in_order(&names) });
        for name in in_order(&inserted) {
            if name != "tagName"
                && !name.starts_with('_')
                && let Some(value) = attributes.get_item_opt(vm.ctx.intern_str(name.as_str()), vm)?
            {
                parts.push(format!("{name}={}", shown(&value)?));
            }
        }
        Ok(format!("{}({})", self.class.name, parts.join(", ")))
    }
}

/// Names in the order of a Python 2 dictionary.
fn in_order(names: &[String]) -> Vec<String> {
    iteration_order(names).into_iter().filter_map(|at| names.get(at).cloned()).collect()
}

impl Representable for LegacyObject {
    fn repr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let text = zelf.text(vm)?;
        text::new_str(vm, text.as_bytes()).downcast().map_err(|_| vm.new_type_error("a string is needed"))
    }
}

impl SetAttr for LegacyObject {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        if let PySetterValue::Assign(group) = &value
            && zelf.class.kind == Kind::MediaContainer
            && name.to_str() == Some("viewGroup")
        {
            return set_view_group(zelf, group, vm);
        }
        zelf.as_object().generic_setattr(name, value, vm)
    }
}

/// A view group is only taken when the plug-in registered it.
fn set_view_group(object: &Py<LegacyObject>, group: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(name) = text::text_of(vm, group)? else { return Ok(()) };
    let sandbox = object.sandbox(vm)?;
    if seams::view_group(vm, &sandbox.plugin, &name)?.is_none() {
        seams::log_error(&format!("Couldn't assign view group '{name}' - group doesn't exist."));
        return Ok(());
    }
    object.put("viewGroup", group.to_owned(), vm)
}

#[pyclass(flags(BASETYPE, HAS_DICT), with(Representable, SetAttr))]
impl LegacyObject {
    /// The key of the object where it has one, else its description.
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let Some(object) = legacy(zelf) else { return zelf.repr(vm) };
        let result = match (object.is_function(), object.content(0)) {
            (true, Some(target)) if legacy(&target).is_none() => {
                text::new_str(vm, object.function_url(None, vm)?.as_bytes())
            }
            _ => match object.get("key", vm) {
                Some(key) if key.downcast_ref::<PyStr>().is_some() || legacy(&key).is_some() => {
                    text::new_str(vm, &text::str_of(vm, &key)?)
                }
                _ => return zelf.repr(vm),
            },
        };
        result.downcast().map_err(|_| vm.new_type_error("a string is needed"))
    }

    /// The body of the answer.
    #[pymethod(name = "Content")]
    fn content_text(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let object = legacy(&zelf).ok_or_else(|| vm.new_type_error("a framework object is needed"))?;
        Ok(text::new_str(vm, &legacy_write::content(object, vm)?))
    }

    #[pymethod(name = "Status")]
    fn status(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<u16> {
        let object = legacy(&zelf).ok_or_else(|| vm.new_type_error("a framework object is needed"))?;
        legacy_write::status(object, vm)
    }

    #[pymethod(name = "Headers")]
    fn header_dict(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let object = legacy(&zelf).ok_or_else(|| vm.new_type_error("a framework object is needed"))?;
        let dict = vm.ctx.new_dict();
        for (name, value) in legacy_write::headers(object, vm)? {
            dict.set_item(vm.ctx.intern_str(name), text::native(vm, &value), vm)?;
        }
        Ok(dict)
    }

    #[pymethod(name = "SetHeader")]
    fn set_header_text(zelf: PyObjectRef, name: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let object = legacy(&zelf).ok_or_else(|| vm.new_type_error("a framework object is needed"))?;
        object.set_header(&text::unicode_of(vm, &name)?, &text::unicode_of(vm, &value)?);
        Ok(())
    }

    #[pymethod(name = "SetTagName")]
    fn set_tag_name(zelf: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let object = legacy(&zelf).ok_or_else(|| vm.new_type_error("a framework object is needed"))?;
        object.put("tagName", name, vm)
    }
}

/// The Python classes of the old objects, made once a sandbox.
#[derive(Default)]
pub struct LegacyTypes(RwLock<HashMap<(usize, &'static str), PyTypeRef>>);

/// The Python class of an old class in a sandbox.
pub fn python_class(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, class: &'static LegacyClass) -> PyResult<PyTypeRef> {
    let known = sandbox.plugin.state::<LegacyTypes>();
    let key = (Arc::as_ptr(sandbox) as usize, class.name);
    if let Some(there) = known.0.read().get(&key) {
        return Ok(there.clone());
    }
    let plain = LegacyObject::make_static_type();
    let base = match class.kind {
        Kind::Container | Kind::MediaContainer => LegacyContainer::make_static_type(),
        _ => plain,
    };
    let mut slots = PyTypeSlots::heap_default();
    slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
    let made = vm.ctx.new_class(Some(MODULE), class.name, base, slots);
    Ok(known.0.write().entry(key).or_insert(made).clone())
}

/// An object without attributes.
pub fn empty(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    class: &'static LegacyClass,
) -> PyResult<PyRef<LegacyObject>> {
    let attributes = vm.ctx.new_dict();
    let object = LegacyObject {
        class,
        attributes: attributes.clone(),
        sandbox: Arc::downgrade(sandbox),
        items: PyRwLock::default(),
        content: PyRwLock::default(),
        headers: RwLock::default(),
    };
    let python = python_class(vm, sandbox, class)?;
    Ok(PyRef::new_ref(object, python, Some(attributes)))
}

/// Class path and attributes of an old object, for packing.
pub fn packed_state(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<(String, PyObjectRef)>> {
    let Some(object) = legacy(object) else { return Ok(None) };
    let state = vm.ctx.new_dict();
    for (name, value) in object.attributes() {
        state.set_item(&*name, value, vm)?;
    }
    if matches!(object.class.kind, Kind::Record) {
        // No element, so nothing but its attributes.
        return Ok(Some((format!("{MODULE}.{}", object.class.name), state.into())));
    }
    if state.get_item_opt(TAG_NAME, vm)?.is_none() {
        state.set_item(TAG_NAME, vm.ctx.new_str(object.class.element).into(), vm)?;
    }
    if matches!(object.class.kind, Kind::Container | Kind::MediaContainer) {
        state.set_item(ITEMS, vm.ctx.new_list(object.items.read().clone()).into(), vm)?;
    }
    let headers = vm.ctx.new_dict();
    headers.set_item("Content-Type", vm.ctx.new_str("application/xml").into(), vm)?;
    for (name, value) in object.all_headers() {
        headers.set_item(&*text::native(vm, &name), text::native(vm, &value), vm)?;
    }
    state.set_item(HEADERS, headers.into(), vm)?;
    state.set_item(CORE, vm.ctx.none(), vm)?;
    Ok(Some((format!("{MODULE}.{}", object.class.name), state.into())))
}

/// What a packed object has besides its attributes: its element's name, the children of a container, its headers, and
/// the framework's core, which never travels.
const TAG_NAME: &str = "tagName";
const ITEMS: &str = "__items__";
const HEADERS: &str = "_Object__headers";
const CORE: &str = "_core";

/// The old object that a packed class path and attributes stand for; None for other class paths.
pub fn unpacked(vm: &VirtualMachine, path: &str, state: PyObjectRef) -> PyResult<Option<PyObjectRef>> {
    let name = path.strip_prefix(MODULE).and_then(|rest| rest.strip_prefix('.'));
    let (Some(class), Ok(state)) = (name.and_then(legacy_class), state.downcast::<PyDict>()) else { return Ok(None) };
    let sandbox = crate::sandbox::current().ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
    let object = empty(vm, &sandbox, class)?;
    for (name, value) in state {
        match text::text_of(vm, &name)?.as_deref() {
            Some(CORE) => {}
            Some(TAG_NAME) if text::text_of(vm, &value)?.as_deref() == Some(class.element) => {}
            Some(ITEMS) => *object.items.write() = value.try_to_value(vm)?,
            Some(HEADERS) => {
                if let Ok(headers) = value.downcast::<PyDict>() {
                    for (name, value) in headers {
                        object.set_header(&text::unicode_of(vm, &name)?, &text::unicode_of(vm, &value)?);
                    }
                }
            }
            _ => object.attributes().set_item(&*name, value, vm)?,
        }
    }
    Ok(Some(object.into()))
}

/// What a caller of a factory gets: defaults are filled in, parameters become attributes.
fn construct(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    class: &'static LegacyClass,
    defaults: &PyDictRef,
    args: FuncArgs,
) -> PyResult {
    let mut named: Vec<(String, PyObjectRef)> =
        args.kwargs.iter().map(|(name, value)| (name.to_string_lossy().into_owned(), value.clone())).collect();
    for (name, value) in defaults.clone() {
        let name = text::unicode_of(vm, &name)?;
        let place = class.parameters.iter().position(|there| there.parameter.name == name);
        let unnamed = place.and_then(|at| args.args.get(at));
        match named.iter_mut().find(|(there, _)| *there == name) {
            Some((_, there)) if vm.is_none(there) => *there = value,
            Some(_) => {}
            // An argument without a name is the caller's choice, too.
            None if unnamed.is_some() => {}
            None => named.push((name, value)),
        }
    }
    if class.deprecated {
        seams::log_warning(&format!("{} is deprecated.", class.name));
    }
    let parameters: Vec<Parameter> = class.parameters.iter().map(|there| there.parameter).collect();
    // The original's constructors take the object and the framework before what the caller gives.
    let signature = Signature { name: "__init__", hidden: 2, parameters: &parameters, keywords: class.keywords };
    let bound = signature.bind_pairs(vm, args.args, named)?;
    let object = empty(vm, sandbox, class)?;
    fill(vm, sandbox, &object, bound)?;
    Ok(object.into())
}

/// Sets what the constructor's arguments say.
fn fill(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, object: &Py<LegacyObject>, bound: Bound) -> PyResult<()> {
    let class = object.class;
    let wrapped = |target: &PyObject| target.downcast_ref::<PyStr>().is_none();
    match class.kind {
        Kind::Function { .. } => {
            let keywords = vm.ctx.new_dict();
            for (name, value) in &bound.keywords {
                keywords.set_item(vm.ctx.intern_str(name.as_str()), value.clone(), vm)?;
            }
            *object.content.write() = vec![bound.get(0).to_owned(), bound.get(1).to_owned(), keywords.into()];
            return Ok(());
        }
        Kind::Redirect | Kind::Data => {
            *object.content.write() = bound.into_values();
            return Ok(());
        }
        Kind::WebVideo => {
            let url = bound.get(0);
            let key = if wrapped(url) {
                url.to_owned()
            } else {
                let page = String::from_utf8_lossy(&quote::bytes_of(vm, url)?).into_owned();
                text::native(vm, &urls::webkit_address(sandbox, &page))
            };
            object.put("key", key, vm)?;
        }
        Kind::RtmpVideo => {
            let page = rtmp_page(vm, &bound)?;
            object.put("key", text::native(vm, &urls::webkit_address(sandbox, &page)), vm)?;
        }
        Kind::WindowsMediaVideo => {
            let page = urls::silverlight_page(
                &quote::bytes_of(vm, bound.get(0))?,
                urls::optional_text(vm, bound.get(1))?,
                urls::optional_text(vm, bound.get(2))?,
            );
            object.put("key", text::native(vm, &urls::webkit_address(sandbox, &page)), vm)?;
        }
        Kind::Prefs => {
            let key = format!("{}/:/prefs", seams::current_prefix(&sandbox.plugin));
            object.put("key", text::native(vm, &key), vm)?;
        }
        _ => {}
    }
    for (at, parameter) in class.parameters.iter().enumerate() {
        for name in parameter.attributes {
            object.put(name, bound.get(at).to_owned(), vm)?;
        }
        match parameter.parameter.name {
            "viewGroup" if !vm.is_none(bound.get(at)) => set_view_group(object, bound.get(at), vm)?,
            "disabledViewModes" if !vm.is_none(bound.get(at)) => {
                let mut numbers = Vec::new();
                for mode in bound.get(at).to_owned().try_to_value::<Vec<PyObjectRef>>(vm)? {
                    if let Some(number) = seams::view_mode(&text::unicode_of(vm, &mode)?) {
                        numbers.push(number.to_string());
                    }
                }
                object.put("disabledViewModes", text::native(vm, &numbers.join(",")), vm)?;
            }
            "items" => {
                *object.items.write() = bound.get(at).to_owned().try_to_value::<Vec<PyObjectRef>>(vm)?;
            }
            _ => {}
        }
    }
    for name in class.fixed {
        object.put(name, vm.ctx.true_value.clone().into(), vm)?;
    }
    for (name, value) in bound.keywords {
        object.put(&name, value, vm)?;
    }
    Ok(())
}

/// The page that plays RTMP in a browser.
fn rtmp_page(vm: &VirtualMachine, bound: &Bound) -> PyResult<String> {
    let mut page = format!(
        "http://www.plexapp.com/player/player.php?url={}",
        quote::quote(&quote::bytes_of(vm, bound.get(0))?, b"/")
    );
    let live = bound.get(5).to_owned().try_to_bool(vm)?;
    page.push_str(if live { "&live=true" } else { "&live=false" });
    if let Some(clip) = urls::optional_text(vm, bound.get(1))? {
        page.push_str(&format!("&clip={clip}"));
    }
    for clip in urls::items_of(bound.get(2)) {
        page.push_str(&format!("&clip[]={}", text::unicode_of(vm, &clip)?));
    }
    urls::append_size(&mut page, urls::optional_text(vm, bound.get(3))?, urls::optional_text(vm, bound.get(4))?);
    Ok(page)
}

/// What plug-in code sees as `DirectoryItem`, `MediaContainer` …: it can be called, and assigning to its attributes
/// stores defaults.
#[pyclass(module = "Framework.core", name = "ObjectFactory", traverse)]
#[derive(Debug, PyPayload)]
pub struct ObjectFactory {
    #[pytraverse(skip)]
    class: &'static LegacyClass,
    #[pytraverse(skip)]
    sandbox: Weak<Sandbox>,
    defaults: PyDictRef,
}

/// Makes the factory with this name for a sandbox.
pub fn factory(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &str) -> PyResult<PyObjectRef> {
    let class = legacy_class(name).ok_or_else(|| vm.new_system_error(format!("no object class is called {name}")))?;
    let python = ObjectFactory::make_static_type();
    let factory = ObjectFactory { class, sandbox: Arc::downgrade(sandbox), defaults: vm.ctx.new_dict() };
    Ok(PyRef::new_ref(factory, python, None).into())
}

impl Callable for ObjectFactory {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let sandbox = zelf
            .sandbox
            .upgrade()
            .or_else(crate::sandbox::current)
            .ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
        construct(vm, &sandbox, zelf.class, &zelf.defaults, args)
    }
}

impl GetAttr for ObjectFactory {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if let Some(value) = zelf.defaults.get_item_opt(name, vm)? {
            return Ok(value);
        }
        // Plug-ins reach for the class to make classes of their own from its base.
        if name.to_str() == Some("_object_class") {
            return zelf.python_class(vm).map(Into::into);
        }
        match zelf.as_object().generic_getattr_opt(name, None, vm)? {
            Some(value) => Ok(value),
            None => Err(vm.new_attribute_error(format!("'ObjectFactory' object has no attribute '{name}'"))),
        }
    }
}

impl SetAttr for ObjectFactory {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        if name.as_wtf8().starts_with("_") {
            return zelf.as_object().generic_setattr(name, value, vm);
        }
        match value {
            PySetterValue::Assign(value) => zelf.defaults.set_item(name, value, vm),
            PySetterValue::Delete => zelf.defaults.del_item(name, vm),
        }
    }
}

#[pyclass(with(Callable, GetAttr, SetAttr))]
impl ObjectFactory {
    /// Whether an object was made by this factory.
    #[pymethod]
    fn is_instance(zelf: &Py<Self>, object: PyObjectRef) -> bool {
        legacy(&object).is_some_and(|object| object.class.name == zelf.class.name)
    }
}

impl ObjectFactory {
    /// The Python class behind the factory.
    pub fn python_class(&self, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
        let sandbox = self
            .sandbox
            .upgrade()
            .or_else(crate::sandbox::current)
            .ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
        python_class(vm, &sandbox, self.class)
    }
}
