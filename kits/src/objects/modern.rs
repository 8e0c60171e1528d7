//! Objects of the modern classes: attributes in one slot each, checked against the class's table
//! (`spec/objects.md` §1).

use std::sync::Arc;

use rustpython_vm::builtins::{PyDictRef, PyList, PyStr, PyType, PyTypeRef};
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::{PyNumberMethods, PySequenceMethods};
use rustpython_vm::types::{AsNumber, AsSequence, Constructor, GetAttr, Initializer, SetAttr};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass,
};

use super::class::{ClassData, class_data, modern};
use super::tables::{Initial, Special, Type};
use super::write::Writer;
use super::{errors, metadata};
use parking_lot::Mutex;
use reprise_bundles::dict_order::iteration_order;
use reprise_vm_glue::runtime::text;

/// An object of a modern class that holds no children.
#[pyclass(module = "Framework.modelling.objects", name = "Object", traverse)]
#[derive(Debug, PyPayload)]
pub struct ModernObject {
    #[pytraverse(skip)]
    pub class: Arc<ClassData>,
    /// One value for each attribute of the layout.
    values: PyLock<Vec<Option<PyObjectRef>>>,
    /// Places in the order in which they were set, for the classes whose order of attributes is seen.
    #[pytraverse(skip)]
    order: Mutex<Vec<u16>>,
    /// The list of children, once something asked for it.
    children: PyLock<Option<PyObjectRef>>,
    /// Headers of the answer, once something asked for them.
    headers: PyLock<Option<PyDictRef>>,
}

use rustpython_vm::common::lock::PyRwLock as PyLock;

/// An object of a modern class that holds children.
#[pyclass(module = "Framework.modelling.objects", name = "Container", base = ModernObject)]
#[derive(Debug)]
#[repr(transparent)]
pub struct ModernContainer(ModernObject);

impl ModernObject {
    fn empty(class: Arc<ClassData>) -> Self {
        let mut values = Vec::new();
        values.resize_with(class.layout.attributes.len(), || None);
        let (values, order) = (PyLock::new(values), Mutex::default());
        ModernObject { class, values, order, children: PyLock::new(None), headers: PyLock::new(None) }
    }

    /// Makes an object of a class of ours from the arguments of a call.
    pub fn create(
        class: &Py<PyType>,
        data: Arc<ClassData>,
        args: Vec<PyObjectRef>,
        positional: usize,
        keywords: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult {
        let object = PyRef::new_ref(Self::empty(data), class.to_owned(), None);
        if positional > 0 && object.class.layout.class.special != Special::Search {
            return Err(errors::positional_arguments(vm, positional, keywords.len()));
        }
        let mut given = Vec::with_capacity(keywords.len());
        let mut args = args.into_iter();
        let unnamed: Vec<_> = args.by_ref().take(positional).collect();
        for (name, value) in keywords.iter().zip(args) {
            let name = name.downcast_ref::<PyStr>().ok_or_else(|| vm.new_type_error("keywords must be strings"))?;
            given.push((name.to_string_lossy(), value));
        }
        Self::fill(&object, unnamed, given, vm)?;
        Ok(object.into())
    }

    /// The value of an attribute as it was set; None when it was not, or was set to None.
    pub fn get(&self, name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let at = self.class.layout.find(name)?;
        self.at(at).filter(|value| !vm.is_none(value))
    }

    /// The value in one slot.
    pub fn at(&self, at: usize) -> Option<PyObjectRef> {
        self.values.read().get(at).cloned().flatten()
    }

    /// Every attribute that is set, by its place, in the order of the layout.
    pub fn set_values(&self) -> Vec<(usize, PyObjectRef)> {
        let values = self.values.read();
        values.iter().enumerate().filter_map(|(at, value)| Some((at, value.clone()?))).collect()
    }

    /// Every attribute that is set, by its place, in the order in which the original writes it: that of a Python 2
    /// dictionary where answers carry the XML as a text, else that of the layout.
    pub fn values_in_order(&self) -> Vec<(usize, PyObjectRef)> {
        if !self.class.layout.class.is_answer() {
            return self.set_values();
        }
        let order = self.order.lock().clone();
        let attributes = &self.class.layout.attributes;
        let names: Vec<&str> =
            order.iter().map(|at| attributes.get(usize::from(*at)).map_or("", |attribute| attribute.name)).collect();
        let places = iteration_order(&names).into_iter().filter_map(|at| order.get(at).map(|at| usize::from(*at)));
        places.filter_map(|at| Some((at, self.at(at)?))).collect()
    }

    /// Stores a value without a check.
    pub fn put(&self, at: usize, value: PyObjectRef) {
        if self.class.layout.class.is_answer()
            && let Ok(place) = u16::try_from(at)
        {
            let mut order = self.order.lock();
            if !order.contains(&place) {
                order.push(place);
            }
        }
        // The old value may run code when it goes: drop it outside the lock.
        let old = self.values.write().get_mut(at).map(|slot| slot.replace(value));
        drop(old);
    }

    /// The children as they are now.
    pub fn children(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let children = self.children.read().clone();
        match children {
            None => Ok(Vec::new()),
            Some(children) => match children.downcast_ref::<PyList>() {
                Some(list) => Ok(list.borrow_vec().to_vec()),
                None => children.try_to_value(vm),
            },
        }
    }

    /// The list that plug-in code sees as `objects`, `items` …
    pub fn child_list(&self, vm: &VirtualMachine) -> PyObjectRef {
        let list = self.children.read().clone();
        list.unwrap_or_else(|| {
            let new = vm.ctx.new_list(Vec::new()).into();
            self.children.write().get_or_insert(new).clone()
        })
    }

    pub fn replace_children(&self, list: PyObjectRef) {
        let old = self.children.write().replace(list);
        drop(old);
    }

    /// The headers that plug-in code sees as `headers`.
    pub fn response_headers(&self, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        if let Some(headers) = self.headers.read().clone() {
            return Ok(headers);
        }
        let headers = vm.ctx.new_dict();
        headers.set_item("Content-Type", text::native(vm, "application/xml"), vm)?;
        Ok(self.headers.write().get_or_insert(headers).clone())
    }

    /// The headers, if plug-in code ever touched them.
    pub fn own_headers(&self) -> Option<PyDictRef> {
        self.headers.read().clone()
    }
}

impl ModernObject {
    /// What the constructor does with its arguments.
    fn fill(
        zelf: &Py<Self>,
        unnamed: Vec<PyObjectRef>,
        mut named: Vec<(impl AsRef<str>, PyObjectRef)>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let class = zelf.class.layout.class;
        for (at, value) in &zelf.class.media_defaults {
            if !crate::context::with(|context| context.indirect) {
                zelf.put(*at, text::native(vm, value));
            }
        }
        if class.special == Special::Search {
            super::container::prepare_search(zelf, unnamed, &mut named, vm)?;
        }
        for (name, initial) in class.initial {
            if !named.iter().any(|(given, _)| given.as_ref() == *name)
                && let Some(at) = zelf.class.layout.find(name)
                && let Some(value) = zelf.initial(initial, vm)?
            {
                zelf.put(at, value);
            }
        }
        if class.is_answer() {
            named = as_passed_on(named);
        }
        // The children's keyword counts before all others.
        if let Some(children) = &class.children
            && let Some(at) = named.iter().position(|(name, _)| name.as_ref() == children.name)
        {
            let (_, list) = named.remove(at);
            super::container::extend(zelf, &list, vm)?;
        }
        for (name, value) in named {
            let name = name.as_ref();
            if class.refused.contains(&name) {
                return Err(vm.new_type_error(format!("__init__() got multiple values for keyword argument '{name}'")));
            }
            match zelf.class.layout.find(name) {
                Some(at) => zelf.write(at, value, vm)?,
                // What a subclass or the object itself knows besides: `headers`, a property …
                None => zelf.as_object().set_attr(vm.ctx.intern_str(name), value, vm)?,
            }
        }
        Ok(())
    }

    fn initial(&self, initial: &Initial, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        Ok(match initial {
            Initial::Text(value) => Some(text::native(vm, value)),
            Initial::Integer(value) => Some(vm.ctx.new_int(*value).into()),
            Initial::List => Some(vm.ctx.new_list(Vec::new()).into()),
            Initial::Resource(name) => match self.class.sandbox() {
                Some(sandbox) => super::seams::resource_path(vm, &sandbox, name)?.map(|path| text::native(vm, &path)),
                None => None,
            },
        })
    }

    /// Assigns to an attribute with the checks of its type.
    pub fn write(&self, at: usize, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let layout = self.class.layout;
        let attribute = layout.attributes[at];
        if attribute.agents_only && !super::seams::is_agent(&self.class) {
            return Err(errors::inaccessible(vm, attribute.name));
        }
        match attribute.kind {
            Type::Plain | Type::Hidden => self.put(at, value),
            _ => metadata::assign(self, at, value, vm)?,
        }
        Ok(())
    }

    /// Reads an attribute of the layout as plug-in code sees it.
    fn read(&self, at: usize, vm: &VirtualMachine) -> PyResult {
        let attribute = self.class.layout.attributes[at];
        if attribute.agents_only && !super::seams::is_agent(&self.class) {
            return Err(errors::inaccessible(vm, attribute.name));
        }
        match self.at(at) {
            Some(value) => Ok(value),
            None => match metadata::initial_content(attribute, vm) {
                None => Ok(vm.ctx.none()),
                Some(content) => {
                    self.put(at, content.clone());
                    Ok(content)
                }
            },
        }
    }

    /// A member that a subclass written in plug-in code defines.
    fn overridden(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> bool {
        !zelf.class.native
            && vm.ctx.interned_str(name).and_then(|name| zelf.as_object().class().get_attr(name)).is_some()
    }
}

/// Keywords in the order in which the original sets them: a call puts them into a dictionary from the last to the first,
/// which two more calls copy.
fn as_passed_on<N: AsRef<str>>(named: Vec<(N, PyObjectRef)>) -> Vec<(N, PyObjectRef)> {
    let mut named: Vec<Option<(N, PyObjectRef)>> = named.into_iter().rev().map(Some).collect();
    for _ in 0..3 {
        let names: Vec<&str> = named.iter().flatten().map(|(name, _)| name.as_ref()).collect();
        let order = iteration_order(&names);
        named = order.into_iter().map(|at| named.get_mut(at).and_then(Option::take)).collect();
    }
    named.into_iter().flatten().collect()
}

impl Constructor for ModernObject {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let data = class_data(&class)
            .ok_or_else(|| vm.new_type_error(format!("cannot create '{}' instances", class.name())))?;
        Self::empty(data).into_ref_with_type(vm, class).map(Into::into)
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("cannot create 'Object' instances"))
    }
}

impl Initializer for ModernObject {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        if !args.args.is_empty() && zelf.class.layout.class.special != Special::Search {
            return Err(errors::positional_arguments(vm, args.args.len(), args.kwargs.len()));
        }
        let named = args.kwargs.iter().map(|(name, value)| (name.to_string_lossy(), value.clone())).collect();
        Self::fill(zelf, args.args, named, vm)
    }
}

impl GetAttr for ModernObject {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let layout = zelf.class.layout;
        let wanted = name.to_str().unwrap_or_default();
        if !Self::overridden(zelf, name, vm) {
            if let Some(at) = layout.find(wanted) {
                return zelf.read(at, vm);
            }
            if layout.class.children.is_some_and(|children| children.name == wanted) {
                return Ok(zelf.child_list(vm));
            }
            if wanted == "headers" {
                return zelf.response_headers(vm).map(Into::into);
            }
        }
        match zelf.as_object().generic_getattr_opt(name, None, vm)? {
            Some(value) => Ok(value),
            None if layout.is_metadata() && !wanted.starts_with('_') => Err(errors::inaccessible(vm, wanted)),
            None => Err(vm.new_no_attribute_error(zelf.to_owned().into(), name.to_owned())),
        }
    }
}

impl SetAttr for ModernObject {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let layout = zelf.class.layout;
        let wanted = name.to_str().unwrap_or_default();
        if Self::overridden(zelf, name, vm) || wanted.starts_with('_') {
            return zelf.as_object().generic_setattr(name, value, vm);
        }
        // Deleting an attribute leaves it unset.
        let value = match value {
            PySetterValue::Assign(value) => value,
            PySetterValue::Delete => vm.ctx.none(),
        };
        if let Some(at) = layout.find(wanted) {
            return zelf.write(at, value, vm);
        }
        if layout.class.children.is_some_and(|children| children.name == wanted) {
            zelf.replace_children(value);
            return Ok(());
        }
        if wanted == "headers" {
            let headers = value.downcast().map_err(|_| vm.new_type_error("headers must be a dictionary"))?;
            let old = zelf.headers.write().replace(headers);
            drop(old);
            return Ok(());
        }
        let class = zelf.as_object().class();
        if vm.ctx.interned_str(name).and_then(|name| class.get_attr(name)).is_some() {
            return zelf.as_object().generic_setattr(name, PySetterValue::Assign(value), vm);
        }
        Err(errors::no_attribute(vm, zelf, wanted))
    }
}

#[pyclass(flags(BASETYPE), with(Constructor, Initializer, GetAttr, SetAttr))]
impl ModernObject {}

/// The payload of `self` in a method of a container.
fn container<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<ModernObject>> {
    modern(object).ok_or_else(|| vm.new_type_error("a framework object is needed"))
}

#[pyclass(flags(BASETYPE), with(AsSequence, AsNumber))]
impl ModernContainer {
    #[pymethod]
    fn add(zelf: PyObjectRef, object: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        super::container::add(container(&zelf, vm)?, object, vm)
    }

    #[pymethod]
    fn extend(zelf: PyObjectRef, objects: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        super::container::extend(container(&zelf, vm)?, &objects, vm)
    }

    /// The element of a media object; the other classes write themselves only as part of an answer.
    #[pymethod]
    fn to_xml(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if container(&zelf, vm)?.class.layout.class.special != Special::Media {
            let name = zelf.class().name().to_string();
            return Err(vm.new_attribute_error(format!("'{name}' object has no attribute 'to_xml'")));
        }
        let mut writer = Writer::new(vm);
        writer.object(&zelf)?;
        let document = text::new_str(vm, &writer.xml.finish());
        crate::parsekit::xml_element(vm, &document, None, None)
    }
}

impl AsSequence for ModernContainer {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, vm| Ok(container(sequence.obj, vm)?.children(vm)?.len())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl AsNumber for ModernContainer {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            // True even when empty.
            boolean: Some(|_, _| Ok(true)),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}
