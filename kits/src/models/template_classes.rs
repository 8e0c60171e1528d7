//! `Template`: the classes that the templates of a plug-in's own models are made of (`spec/models.md` §2), and what a
//! template class says of its attributes.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDict, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{AtomicPyTypeFlags, Constructor, GetAttr, Initializer, PyTypeFlags, PyTypeSlots};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::template::{Attribute, Item, Kind, Name, ProxyKind, Template, ValueType};
use crate::errors::framework_exception;

const MODULE: &str = "Framework.modelling.templates";
/// Deepest nesting of records in records.
const DEEPEST: usize = 16;

/// What an attribute class makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Value(ValueType),
    Record,
    Set,
    Map,
    Directory,
    Proxies,
    Link,
    Objects,
}

/// The attribute classes.
static CLASSES: &[(&str, Made)] = &[
    ("Record", Made::Record),
    ("String", Made::Value(ValueType::String)),
    ("Integer", Made::Value(ValueType::Integer)),
    ("Float", Made::Value(ValueType::Float)),
    ("Boolean", Made::Value(ValueType::Boolean)),
    ("Date", Made::Value(ValueType::Date)),
    ("Time", Made::Value(ValueType::Time)),
    ("Datetime", Made::Value(ValueType::Datetime)),
    ("Data", Made::Value(ValueType::Data)),
    ("Set", Made::Set),
    ("Map", Made::Map),
    ("Directory", Made::Directory),
    ("ProxyContainer", Made::Proxies),
    ("Link", Made::Link),
    ("ObjectContainer", Made::Objects),
];

/// Settings that are made by reading them: `title.save_externally`.
static SETTINGS: &[&str] =
    &["save_externally", "save_items_externally", "is_synthetic", "allows_null", "exclude_from_interface"];
const EXTERNAL: usize = 0;
const ITEMS_EXTERNAL: usize = 1;
const SYNTHETIC: usize = 2;
const ALLOWS_NULL: usize = 3;

/// An attribute of a template: `Template.String()`.
#[pyclass(module = "Framework.modelling.templates", name = "Attribute")]
#[derive(Debug, PyPayload)]
pub struct TemplateAttribute {
    /// What the class was called with: the items of a set, the model of a link …
    arguments: Vec<PyObjectRef>,
    /// One bit for each of [`SETTINGS`].
    settings: AtomicU8,
    /// Attributes count in the order in which they were made.
    place: u64,
}

impl TemplateAttribute {
    fn is_set(&self, setting: usize) -> bool {
        self.settings.load(Ordering::Relaxed) & (1 << setting) != 0
    }
}

#[pyclass(flags(BASETYPE, HAS_DICT), with(Constructor, Initializer, GetAttr))]
impl TemplateAttribute {}

impl Constructor for TemplateAttribute {
    type Args = FuncArgs;

    fn py_new(class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let classes = classes(vm);
        let made = classes.made(class);
        let wrong = |wanted: &str| Err(framework_exception(vm, wanted));
        let counts = |least: usize, most: usize| {
            let given = args.args.len();
            if (least..=most).contains(&given) && args.kwargs.is_empty() {
                return Ok(());
            }
            Err(vm.new_type_error(format!("{}() takes {least} arguments ({given} given)", class.name())))
        };
        match made {
            Some(Made::Set | Made::Map) => {
                counts(1, 1)?;
                if args.args.iter().any(|item| item_attribute(vm, item).is_none()) {
                    return wrong("The items of a container must be template attributes");
                }
            }
            Some(Made::Link) => {
                counts(1, 1)?;
                if !args.args.iter().all(|model| classes.is_model(model)) {
                    return wrong("A link must lead to a model");
                }
            }
            Some(Made::Proxies) => {
                if !args.args.iter().all(|kind| kind.downcast_ref::<TemplateProxy>().is_some()) {
                    return wrong("A proxy container takes kinds of proxies only");
                }
            }
            Some(Made::Objects) => {}
            Some(_) => counts(0, 0)?,
            None => return Err(vm.new_type_error("template attributes have a kind")),
        }
        let (settings, place) = (AtomicU8::new(0), COUNT.fetch_add(1, Ordering::Relaxed));
        Ok(Self { arguments: args.args, settings, place })
    }
}

impl Initializer for TemplateAttribute {
    type Args = FuncArgs;

    fn init(_zelf: &Py<Self>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<()> {
        Ok(())
    }
}

impl GetAttr for TemplateAttribute {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match SETTINGS.iter().position(|setting| name.as_bytes() == setting.as_bytes()) {
            Some(setting) => {
                zelf.settings.fetch_or(1 << setting, Ordering::Relaxed);
                Ok(vm.ctx.none())
            }
            None => zelf.as_object().generic_getattr(name, vm),
        }
    }
}

/// `Template.Proxy.Preview` and the like.
#[pyclass(module = "Framework.modelling.templates", name = "ProxyTemplate")]
#[derive(Debug, PyPayload)]
pub struct TemplateProxy {
    kind: ProxyKind,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl TemplateProxy {}

/// The classes of `Template`; all plug-ins of the process share them.
struct Classes {
    kit: PyTypeRef,
    abstract_class: PyTypeRef,
    model: PyTypeRef,
    record: PyTypeRef,
    attributes: Vec<(PyTypeRef, Made)>,
}

impl Classes {
    /// What instances of a class stand for.
    fn made(&self, class: &Py<PyType>) -> Option<Made> {
        self.attributes.iter().find(|(ours, _)| class.fast_issubclass(ours)).map(|(_, made)| *made)
    }

    fn is_model(&self, object: &PyObject) -> bool {
        object.downcast_ref::<PyType>().is_some_and(|class| class.fast_issubclass(&self.model))
    }
}

fn classes(vm: &VirtualMachine) -> &'static Classes {
    static KIT: OnceLock<Classes> = OnceLock::new();
    KIT.get_or_init(|| {
        let slots = || {
            let mut slots = PyTypeSlots::heap_default();
            slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
            slots
        };
        let make = |name: &'static str, base: PyTypeRef| vm.ctx.new_class(Some(MODULE), name, base, slots());
        let object = || vm.ctx.types.object_type.to_owned();
        let attribute = TemplateAttribute::make_static_type();
        let _ = TemplateProxy::make_static_type();
        let none = || vm.ctx.none();
        for name in ["xml_attr_name", "xml_tag", "synthetic_name"] {
            attribute.set_attr(vm.ctx.intern_str(name), none());
        }
        let model = make("Model", object());
        let settings: [(&'static str, PyObjectRef); 9] = [
            ("xml_tag", vm.ctx.new_str("Object").into()),
            ("xml_attributes", vm.ctx.new_dict().into()),
            ("http_response_status", vm.ctx.new_int(200).into()),
            ("http_response_headers", vm.ctx.new_dict().into()),
            ("guid_args", vm.ctx.new_list(Vec::new()).into()),
            ("model_name", none()),
            ("use_hashed_map_paths", vm.ctx.new_bool(false).into()),
            ("require_key_and_rating_key", vm.ctx.new_bool(false).into()),
            ("suppress_source_icon", vm.ctx.new_bool(false).into()),
        ];
        for (name, value) in settings {
            model.set_attr(vm.ctx.intern_str(name), value);
        }
        let kit = make("TemplateKit", object());
        let attributes: Vec<(PyTypeRef, Made)> =
            CLASSES.iter().map(|(name, made)| (make(name, attribute.clone()), *made)).collect();
        for ((name, _), (class, _)) in CLASSES.iter().zip(&attributes) {
            kit.set_attr(vm.ctx.intern_str(*name), class.clone().into());
        }
        let record = attributes.first().map_or_else(|| attribute.clone(), |(class, _)| class.clone());
        record.set_attr(vm.ctx.intern_str("model_name"), none());
        let proxy = make("Proxy", object());
        for kind in ProxyKind::ALL {
            proxy.set_attr(vm.ctx.intern_str(kind.name()), TemplateProxy { kind }.into_pyobject(vm));
        }
        let abstract_class = make("Abstract", object());
        kit.set_attr(vm.ctx.intern_str("Abstract"), abstract_class.clone().into());
        kit.set_attr(vm.ctx.intern_str("Model"), model.clone().into());
        kit.set_attr(vm.ctx.intern_str("Proxy"), proxy.into());
        Classes { kit, abstract_class, model, record, attributes }
    })
}

/// The object published as `Template`.
pub fn kit(vm: &VirtualMachine) -> PyObjectRef {
    classes(vm).kit.clone().into()
}

/// The templates that a namespace defines; what is abstract is left out.
pub fn defined(vm: &VirtualMachine, names: &Py<PyDict>) -> PyResult<Vec<Template>> {
    let classes = classes(vm);
    let mut found = Vec::new();
    for (_, value) in names.to_owned() {
        let Some(class) = value.downcast_ref::<PyType>() else { continue };
        let is_template = class.fast_issubclass(&classes.model) || class.fast_issubclass(&classes.record);
        let is_ours = class.is(&classes.model) || class.is(&classes.record);
        let is_abstract = class.bases.read().iter().any(|base| base.is(&classes.abstract_class));
        if is_template && !is_ours && !is_abstract {
            found.push(template(vm, class, 0)?);
        }
    }
    Ok(found)
}

/// What a class says of its attributes.
fn template(vm: &VirtualMachine, class: &Py<PyType>, depth: usize) -> PyResult<Template> {
    if depth > DEEPEST {
        return Err(framework_exception(vm, &format!("The template {} holds itself", class.name())));
    }
    let mut named: Vec<(u64, String, PyObjectRef)> = Vec::new();
    // What a class has of its bases, too; its own come last.
    for (name, value) in class.get_attributes(&vm.ctx) {
        let name = name.as_str();
        if let Some(attribute) = value.downcast_ref::<TemplateAttribute>()
            && !name.starts_with('_')
        {
            named.push((attribute.place, name.to_owned(), value.clone()));
        }
    }
    named.sort_by_key(|(place, ..)| *place);
    let mut attributes = Vec::new();
    for (_, name, value) in named {
        let kind = kind(vm, &value, depth)?;
        if let (Some(kind), Some(of)) = (kind, value.downcast_ref::<TemplateAttribute>()) {
            let mut attribute = Attribute::new(Name::Owned(name), kind);
            attribute.external = of.is_set(EXTERNAL);
            attribute.items_external = of.is_set(ITEMS_EXTERNAL);
            attribute.synthetic = of.is_set(SYNTHETIC);
            attribute.allows_null = of.is_set(ALLOWS_NULL);
            attributes.push(attribute);
        }
    }
    let name = class.name().to_string();
    let is_model = class.fast_issubclass(&classes(vm).model);
    let mut template = Template::new(Name::Owned(name), is_model, attributes);
    let setting = |name: &'static str| vm.get_attribute_opt(class.as_object(), name);
    if let Some(given) = setting("model_name")?.filter(|given| !vm.is_none(given)) {
        template.model_name = Name::Owned(text::unicode_of(vm, &given)?);
    }
    template.hashed_paths = match setting("use_hashed_map_paths")? {
        Some(flag) => flag.try_to_bool(vm)?,
        None => false,
    };
    if let Some(names) = setting("guid_args")? {
        let names: Vec<PyObjectRef> = names.try_to_value(vm)?;
        let names: PyResult<Vec<Name>> = names.iter().map(|name| text::unicode_of(vm, name).map(Name::Owned)).collect();
        template.guid_args = names?;
    }
    Ok(template)
}

/// The attribute of a container's items, which may be given as a class, too.
fn item_attribute(vm: &VirtualMachine, item: &PyObjectRef) -> Option<PyObjectRef> {
    if item.downcast_ref::<TemplateAttribute>().is_some() {
        return Some(item.clone());
    }
    let class = item.downcast_ref::<PyType>().filter(|class| classes(vm).made(class).is_some())?;
    class.as_object().call((), vm).ok()
}

/// The type of an attribute; None for one that only a container can be.
fn kind(vm: &VirtualMachine, value: &PyObject, depth: usize) -> PyResult<Option<Kind>> {
    let classes = classes(vm);
    let Some(attribute) = value.downcast_ref::<TemplateAttribute>() else { return Ok(None) };
    let Some(made) = classes.made(value.class()) else { return Ok(None) };
    let first = attribute.arguments.first();
    let name_of = |model: &PyObject| model.downcast_ref::<PyType>().map(|class| Name::Owned(class.name().to_string()));
    Ok(Some(match made {
        Made::Value(kind) => Kind::Value(kind),
        Made::Record => Kind::Record(Arc::new(template(vm, value.class(), depth + 1)?)),
        Made::Directory => Kind::Directory,
        Made::Link => match first.and_then(|model| name_of(model)) {
            Some(name) => Kind::Link(name),
            None => return Ok(None),
        },
        Made::Proxies => Kind::Proxies(
            attribute
                .arguments
                .iter()
                .filter_map(|kind| kind.downcast_ref::<TemplateProxy>().map(|proxy| proxy.kind))
                .collect(),
        ),
        Made::Objects => Kind::Extras(attribute.arguments.iter().filter_map(|model| name_of(model)).collect()),
        Made::Set | Made::Map => {
            let item = first.and_then(|item| item_attribute(vm, item));
            let item = item.map(|item| kind_of_item(vm, &item, depth)).transpose()?.flatten();
            let item = item
                .ok_or_else(|| framework_exception(vm, "The items of a container must be values, records or links"))?;
            if made == Made::Set { Kind::Set(item) } else { Kind::Map(item) }
        }
    }))
}

fn kind_of_item(vm: &VirtualMachine, item: &PyObject, depth: usize) -> PyResult<Option<Item>> {
    Ok(match kind(vm, item, depth)? {
        Some(Kind::Value(kind)) => Some(Item::Value(kind)),
        Some(Kind::Record(template)) => Some(Item::Record(template)),
        Some(Kind::Link(name)) => Some(Item::Link(name)),
        _ => None,
    })
}
