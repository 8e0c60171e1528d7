//! Makes the Python classes of [`super::tables`] for one sandbox, and the class of these classes: assigning to an
//! attribute of the class stores a default for every object of it (`spec/objects.md` §1.1).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock, Weak};

use parking_lot::RwLock;
use rustpython_vm::builtins::{PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PyComparisonValue, PySetterValue};
use rustpython_vm::protocol::PyMapping;
use rustpython_vm::types::{
    AtomicPyTypeFlags, Callable, Comparable, GetAttr, Hashable, PyComparisonOp, PyTypeFlags, PyTypeSlots, SetAttr,
};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine, pyclass};

use super::modern::{ModernContainer, ModernObject};
use super::tables::{Attribute, CLASSES, Class, Special};
use crate::sandbox::Sandbox;

/// The module that the classes say they are from.
pub const MODULE: &str = "Framework.modelling.objects";

/// A class of the table, prepared for look-ups by name.
#[derive(Debug)]
pub struct Layout {
    pub class: &'static Class,
    /// All attributes, in the order in which they are written.
    pub attributes: Vec<&'static Attribute>,
    /// XML name of each attribute.
    pub xml: Vec<&'static str>,
    /// Names and places, by length and name: looked up dozens of times for each object.
    index: Vec<(&'static str, u16)>,
}

impl Layout {
    fn new(class: &'static Class) -> Self {
        let attributes: Vec<_> = class.attributes.iter().copied().flatten().collect();
        let xml = attributes
            .iter()
            // Built once for the life of the program.
            .map(|attribute| attribute.xml.unwrap_or_else(|| Box::leak(camel_case(attribute.name).into_boxed_str())))
            .collect();
        let mut index: Vec<(&'static str, u16)> =
            attributes.iter().enumerate().map(|(at, attribute)| (attribute.name, at as u16)).collect();
        index.sort_unstable_by_key(|(name, _)| (name.len(), *name));
        Layout { class, attributes, xml, index }
    }

    /// The place of an attribute.
    pub fn find(&self, name: &str) -> Option<usize> {
        let wanted = (name.len(), name);
        let found = self.index.binary_search_by(|(known, _)| (known.len(), *known).cmp(&wanted)).ok()?;
        self.index.get(found).map(|(_, at)| usize::from(*at))
    }

    pub fn is_metadata(&self) -> bool {
        self.class.special == Special::Metadata
    }
}

/// All layouts, in the order of the table.
static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| CLASSES.iter().map(Layout::new).collect());

/// The layout of the class with this published name.
pub fn layout(name: &str) -> Option<&'static Layout> {
    LAYOUTS.iter().find(|layout| layout.class.name == name)
}

/// `view_group` becomes `viewGroup`; a name without a line below stays.
pub fn camel_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                text.extend(c.to_uppercase());
                upper = false;
            }
            c => text.push(c),
        }
    }
    text
}

/// What one Python class knows: its layout, its sandbox, and the defaults that plug-in code stored on it.
#[derive(Debug)]
pub struct ClassData {
    pub layout: &'static Layout,
    pub sandbox: Weak<Sandbox>,
    /// Made here, not a subclass that plug-in code wrote.
    pub native: bool,
    /// Where a subclass takes further defaults from.
    pub parent: Option<Arc<ClassData>>,
    /// Stored defaults by place of the attribute.
    pub defaults: RwLock<Vec<(usize, PyObjectRef)>>,
    /// The plug-in's hosted picture, which objects without one of their own show; looked up when one is first written.
    hosted: OnceLock<Option<(usize, PyObjectRef)>>,
    /// Codecs and container that every new media object has (`PlexAudioCodec` … in Info.plist).
    pub media_defaults: Vec<(usize, String)>,
}

impl ClassData {
    /// The defaults in force, the subclass's own first.
    pub fn each_default(&self, mut f: impl FnMut(usize, &PyObject)) {
        let mut seen: Vec<usize> = Vec::new();
        let mut class = Some(self);
        while let Some(data) = class {
            for (at, value) in data.defaults.read().iter() {
                if !seen.contains(at) {
                    seen.push(*at);
                    f(*at, value);
                }
            }
            class = data.parent.as_deref();
        }
    }

    /// Thumb (containers: art) where the plug-in has a hosted picture (`spec/objects.md` §4). With no known hash there is none.
    pub fn hosted_picture(&self, vm: &VirtualMachine) -> Option<(usize, PyObjectRef)> {
        let find = || {
            let (name, group) = match self.layout.class.name {
                "ObjectContainer" => ("art", "art"),
                "MetadataItem" | "SearchResult" => return None,
                _ => ("thumb", "source"),
            };
            let place = self.layout.find(name)?;
            let sandbox = self.sandbox()?;
            let picture = crate::resourcekit::known_hosted_url(&sandbox.plugin, "image", group)?;
            Some((place, reprise_vm_glue::runtime::text::native(vm, &picture)))
        };
        self.hosted.get_or_init(find).clone()
    }

    /// The sandbox that the class was made for, or the one that runs now.
    pub fn sandbox(&self) -> Option<Arc<Sandbox>> {
        self.sandbox.upgrade().or_else(crate::sandbox::current)
    }

    fn default_at(&self, at: usize) -> Option<PyObjectRef> {
        let own = self.defaults.read().iter().find(|(place, _)| *place == at).map(|(_, value)| value.clone());
        own.or_else(|| self.parent.as_ref().and_then(|parent| parent.default_at(at)))
    }
}

/// The class of the modern classes.
#[pyclass(module = "Framework.modelling.objects", name = "ObjectMetaclass", base = PyType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct ObjectMetaclass(PyType);

#[pyclass(flags(BASETYPE), with(GetAttr, SetAttr, Comparable, Hashable))]
impl ObjectMetaclass {}

fn as_type(object: &PyObject) -> Option<&Py<PyType>> {
    object.downcast_ref::<PyType>()
}

impl GetAttr for ObjectMetaclass {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let object = zelf.as_object();
        let class = as_type(object).ok_or_else(|| vm.new_type_error("a class is needed"))?;
        if let Some(text) = name.to_str()
            && !text.starts_with('_')
            && let Some(data) = class_data(class)
            && let Some(at) = data.layout.find(text)
            && vm.ctx.interned_str(name).and_then(|name| class.get_attr(name)).is_none()
        {
            return data.default_at(at).ok_or_else(|| vm.new_key_error(name.to_owned().into()));
        }
        <PyType as GetAttr>::getattro(class, name, vm)
    }
}

impl SetAttr for ObjectMetaclass {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let object = zelf.as_object();
        let class = as_type(object).ok_or_else(|| vm.new_type_error("a class is needed"))?;
        let text = name.to_str().unwrap_or_default();
        let data = class_data(class);
        let ordinary =
            text.starts_with('_') || vm.ctx.interned_str(name).and_then(|name| class.get_attr(name)).is_some();
        let Some(data) = data.filter(|_| !ordinary) else {
            return <PyType as SetAttr>::setattro(class, name, value, vm);
        };
        let place = data.layout.find(text).filter(|&at| {
            !data.layout.is_metadata()
                || !matches!(data.layout.attributes[at].name, "url" | "user_agent" | "source_icon")
        });
        let Some(at) = place else {
            return Err(super::errors::no_class_attribute(vm, class, &data, text));
        };
        let mut defaults = data.defaults.write();
        defaults.retain(|(there, _)| *there != at);
        if let PySetterValue::Assign(value) = value {
            defaults.push((at, value));
        }
        Ok(())
    }
}

impl Comparable for ObjectMetaclass {
    /// Classes of different sandboxes are equal when their names are.
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, _vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        op.eq_only(|| {
            let equal = match (as_type(zelf.as_object()), as_type(other)) {
                (Some(class), Some(other)) => {
                    class.is(other) || (class_data(other).is_some() && *class.name() == *other.name())
                }
                _ => false,
            };
            Ok(PyComparisonValue::Implemented(equal))
        })
    }
}

impl Hashable for ObjectMetaclass {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<rustpython_vm::common::hash::PyHash> {
        let name = as_type(zelf.as_object()).map(|class| class.name().to_string()).unwrap_or_default();
        vm.ctx.intern_str(name).as_object().hash(vm)
    }
}

/// What a class of ours, or a subclass that plug-in code made of it, knows. None for any other class.
pub fn class_data(class: &Py<PyType>) -> Option<Arc<ClassData>> {
    if let Some(data) = class.get_type_data::<Arc<ClassData>>() {
        return Some(Arc::clone(&data));
    }
    let bases: Vec<PyTypeRef> = class.mro_collect();
    let parent = bases.iter().find_map(|base| base.get_type_data::<Arc<ClassData>>().map(|data| Arc::clone(&data)))?;
    let data = Arc::new(ClassData {
        layout: parent.layout,
        sandbox: Weak::clone(&parent.sandbox),
        native: false,
        defaults: RwLock::default(),
        hosted: OnceLock::new(),
        media_defaults: parent.media_defaults.clone(),
        parent: Some(parent),
    });
    // Another thread may have been faster: its data counts.
    let _ = class.init_type_data(Arc::clone(&data));
    class.get_type_data::<Arc<ClassData>>().map(|data| Arc::clone(&data)).or(Some(data))
}

/// Makes the class with the given published name for a sandbox.
pub fn make(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &str) -> PyResult<PyObjectRef> {
    let layout = layout(name).ok_or_else(|| vm.new_system_error(format!("no object class is called {name}")))?;
    super::sets::prepare();
    let plain = ModernObject::make_static_type();
    let base = if layout.class.children.is_some() { ModernContainer::make_static_type() } else { plain };
    let metaclass = ObjectMetaclass::make_static_type();
    metaclass.slots.vectorcall.store(Some(call_class));
    let mut slots = PyTypeSlots::heap_default();
    slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE);
    let name = layout.class.python_name;
    let class = PyType::new_heap(name, vec![base], Default::default(), slots, metaclass, &vm.ctx)
        .map_err(|message| vm.new_system_error(message))?;
    class.set_attr(vm.ctx.intern_str("__module__"), vm.ctx.intern_str(MODULE).to_object());
    class.slots.as_mapping.subscript.store(Some(no_items));
    let data = ClassData {
        layout,
        sandbox: Arc::downgrade(sandbox),
        native: true,
        parent: None,
        defaults: RwLock::default(),
        hosted: OnceLock::new(),
        media_defaults: super::media::plist_defaults(sandbox, layout),
    };
    class.init_type_data(Arc::new(data)).map_err(|message| vm.new_system_error(message))?;
    sandbox.plugin.state::<SandboxClasses>().remember(sandbox, layout.class.name, &class);
    Ok(class.into())
}

/// Restricted code looks up the method of what it indexes, so it gets another exception than the machine's.
fn no_items(mapping: PyMapping<'_>, _index: &PyObject, vm: &VirtualMachine) -> PyResult {
    let name = mapping.obj.class().name().to_string();
    Err(vm.new_attribute_error(format!("'{name}' object has no attribute '__getitem__'")))
}

/// Calls one of the classes: its own objects are made without an argument dictionary, as menus make thousands.
fn call_class(
    callable: &PyObject,
    args: Vec<PyObjectRef>,
    positional: usize,
    keywords: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let class = as_type(callable).ok_or_else(|| vm.new_type_error("a class is needed"))?;
    let data = class.get_type_data::<Arc<ClassData>>().map(|data| Arc::clone(&data));
    if let Some(data) = data.filter(|data| data.native) {
        return ModernObject::create(class, data, args, positional, keywords.unwrap_or_default(), vm);
    }
    PyType::call(class, FuncArgs::from_vectorcall_owned(args, positional, keywords), vm)
}

/// The classes that were made for each sandbox, for the functions that build objects themselves.
#[derive(Default)]
pub struct SandboxClasses(RwLock<HashMap<(usize, &'static str), PyTypeRef>>);

impl SandboxClasses {
    fn remember(&self, sandbox: &Arc<Sandbox>, name: &'static str, class: &PyTypeRef) {
        self.0.write().insert((Arc::as_ptr(sandbox) as usize, name), class.clone());
    }
}

/// The class with the given published name in this sandbox; it is made if the sandbox's policy hides it.
pub fn of_sandbox(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &'static str) -> PyResult<PyTypeRef> {
    let known = sandbox.plugin.state::<SandboxClasses>();
    let key = (Arc::as_ptr(sandbox) as usize, name);
    if let Some(class) = known.0.read().get(&key) {
        return Ok(class.clone());
    }
    make(vm, sandbox, name)?.downcast::<PyType>().map_err(|_| vm.new_type_error("a class is needed"))
}

/// The payload of an object of a modern class.
pub fn modern(object: &PyObject) -> Option<&Py<ModernObject>> {
    object.downcast_ref::<ModernObject>()
}

/// A new object of a modern class of this sandbox, with these attributes.
pub fn new_object(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    name: &'static str,
    attributes: &[(&str, PyObjectRef)],
) -> PyResult<PyRef<ModernObject>> {
    let class = of_sandbox(vm, sandbox, name)?;
    let mut args = FuncArgs::default();
    for (name, value) in attributes {
        args.kwargs.insert((*name).into(), value.clone());
    }
    let object = class.as_object().to_owned().call_with_args(args, vm)?;
    object.downcast::<ModernObject>().map_err(|_| vm.new_type_error("a framework object is needed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_camel_case() {
        for (name, xml) in
            [("view_group", "viewGroup"), ("parentName", "parentName"), ("machine_identifier", "machineIdentifier")]
        {
            assert_eq!(camel_case(name), xml);
        }
    }

    #[test]
    fn no_class_has_an_attribute_twice() {
        for class in CLASSES {
            let layout = layout(class.name).expect("every class of the table has a layout");
            for (at, attribute) in layout.attributes.iter().enumerate() {
                assert_eq!(layout.find(attribute.name), Some(at), "{} {}", class.name, attribute.name);
            }
            for (name, _) in class.initial {
                assert!(layout.find(name).is_some(), "{} {name}", class.name);
            }
        }
    }
}
