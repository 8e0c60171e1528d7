//! `Media` and the objects that a search gets: what the server knows of the item that is looked for
//! (`spec/agents.md` §3).

use std::sync::{Arc, OnceLock};

use rustpython_vm::builtins::{PyDictRef, PyStaticMethod, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{AtomicPyTypeFlags, Constructor, GetAttr, PyTypeFlags, PyTypeSlots};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use super::media_types::{HINTS, Initial, MEDIA_TYPES, MediaType};
use super::registry::MODULE;
use super::tree::{self, TreeRequest};
use crate::models;
use crate::objects::seams;
use crate::objects::signature::{Default as Preset, Parameter, Signature};
use crate::plugin::Plugin;
use crate::sandbox;

/// A hint object. Its attributes are in its `__dict__`; names that it lacks are looked for in its tree.
#[pyclass(module = "Framework.api.agentkit", name = "MediaObject")]
#[derive(Debug, PyPayload)]
pub struct Hints;

#[pyclass(flags(BASETYPE, HAS_DICT), with(Constructor, GetAttr))]
impl Hints {}

impl Constructor for Hints {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let kind =
            kind_of_class(vm, class.as_object()).ok_or_else(|| vm.new_type_error("media objects have a kind"))?;
        let sandbox = sandbox::current().ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
        new(vm, &sandbox.plugin, kind, args.kwargs.into_iter().map(|(name, value)| (name.to_string(), value)), false)
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("media objects have a kind"))
    }
}

impl GetAttr for Hints {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let object = zelf.as_object();
        if let Some(value) = object.generic_getattr_opt(name, None, vm)? {
            return Ok(value);
        }
        let tree = object.generic_getattr_opt(vm.ctx.intern_str("tree"), None, vm)?;
        if let Some(tree) = tree.filter(|tree| !vm.is_none(tree))
            && let Some(value) = vm.get_attribute_opt(&tree, name)?
        {
            return Ok(value);
        }
        Err(vm.new_attribute_error("type object 'object' has no attribute '__getattr__'"))
    }
}

// ---- classes ---------------------------------------------------------------------------------------------------

/// `Media` and its classes; all plug-ins of the process share them.
fn classes(vm: &VirtualMachine) -> &'static (PyTypeRef, Vec<(PyTypeRef, &'static MediaType)>) {
    static CLASSES: OnceLock<(PyTypeRef, Vec<(PyTypeRef, &'static MediaType)>)> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let slots = || {
            let mut slots = PyTypeSlots::heap_default();
            slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
            slots
        };
        let base = Hints::make_static_type();
        let media = vm.ctx.new_class(Some(MODULE), "Media", vm.ctx.types.object_type.to_owned(), slots());
        let mut made = Vec::new();
        for kind in MEDIA_TYPES {
            let class = vm.ctx.new_class(Some(MODULE), kind.name, base.clone(), slots());
            media.set_attr(vm.ctx.intern_str(kind.name), class.clone().into());
            made.push((class, kind));
        }
        let load: PyObjectRef = vm.new_function("TreeForDatabaseID", tree_for_database_id).into();
        let load = PyStaticMethod::from(load).into_ref(&vm.ctx);
        media.set_attr(vm.ctx.intern_str("TreeForDatabaseID"), load.into());
        (media, made)
    })
}

/// The object published as `Media`.
pub fn media_class(vm: &VirtualMachine) -> PyObjectRef {
    classes(vm).0.clone().into()
}

/// The hint class of a kind of media.
pub fn class(vm: &VirtualMachine, kind: &'static MediaType) -> PyTypeRef {
    let (media, made) = classes(vm);
    made.iter().find(|(_, there)| there.name == kind.name).map_or(media, |(class, _)| class).clone()
}

/// The kind of media of a hint class, or of a class made from one.
pub fn kind_of_class(vm: &VirtualMachine, class: &PyObject) -> Option<&'static MediaType> {
    let class = class.downcast_ref::<PyType>()?;
    classes(vm).1.iter().find(|(ours, _)| class.fast_issubclass(ours)).map(|(_, kind)| *kind)
}

const TREE: Signature = Signature {
    name: "TreeForDatabaseID",
    hidden: 1,
    parameters: &[
        Parameter::required("dbid"),
        Parameter { name: "level_names", default: Preset::List },
        Parameter { name: "host", default: Preset::Text("127.0.0.1") },
        Parameter::none("parent_id"),
        Parameter { name: "level_attribute_keys", default: Preset::List },
    ],
    keywords: false,
};

fn tree_for_database_id(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let bound = TREE.bind(vm, args)?;
    let sandbox = sandbox::current().ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
    let texts = |at: usize| -> PyResult<Vec<String>> {
        let items: Vec<PyObjectRef> = bound.get(at).to_owned().try_to_value(vm)?;
        items.iter().map(|item| text::unicode_of(vm, item)).collect()
    };
    let parent = bound.get(3);
    let request = TreeRequest {
        id: text::unicode_of(vm, bound.get(0))?,
        levels: texts(1)?,
        level_keys: texts(4)?,
        host: text::unicode_of(vm, bound.get(2))?,
        parent: if vm.is_none(parent) { None } else { Some(text::unicode_of(vm, parent)?) },
    };
    tree::load(vm, &sandbox.plugin, &request)
}

// ---- objects ---------------------------------------------------------------------------------------------------

/// The request for the media tree of an item of this kind.
pub fn tree_request(kind: &MediaType, id: &str, parent: Option<String>) -> TreeRequest {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    TreeRequest {
        id: id.to_owned(),
        levels: texts(kind.levels),
        level_keys: texts(kind.level_keys),
        host: "127.0.0.1".to_owned(),
        parent,
    }
}

/// A hint object of the values that the server sent. Names that the kind does not have are dropped.
pub fn new(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    kind: &'static MediaType,
    values: impl Iterator<Item = (String, PyObjectRef)>,
    modern: bool,
) -> PyResult {
    let dict = vm.ctx.new_dict();
    let mut parent_guid = vm.ctx.none();
    for name in HINTS {
        dict.set_item(*name, vm.ctx.none(), vm)?;
    }
    for (name, initial) in kind.hints {
        let value = match initial {
            Initial::None => vm.ctx.none(),
            Initial::True => vm.ctx.new_bool(true).into(),
        };
        dict.set_item(*name, value, vm)?;
    }
    for (name, value) in values {
        if name == "parentGUID" {
            parent_guid = value;
        } else if dict.get_item_opt(name.as_str(), vm)?.is_some() {
            dict.set_item(name.as_str(), value, vm)?;
        }
    }
    let id = dict.get_item("id", vm)?;
    if !vm.is_none(&id) {
        let request = tree_request(kind, &text::unicode_of(vm, &id)?, None);
        match tree::load(vm, plugin, &request) {
            Ok(tree) => dict.set_item("tree", tree, vm)?,
            Err(error) => {
                seams::log_exception(vm, &format!("Exception loading the media tree of {}", request.id), &error)
            }
        }
    }
    fill_models(vm, plugin, kind, &dict, &parent_guid, modern)?;
    Ok(PyRef::new_ref(Hints, class(vm, kind), Some(dict)).into())
}

/// The data of the primary agent, and of the item above.
fn fill_models(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    kind: &MediaType,
    dict: &PyDictRef,
    parent_guid: &PyObject,
    modern: bool,
) -> PyResult<()> {
    let text_at = |name: &str| -> PyResult<Option<String>> {
        let value = dict.get_item(name, vm)?;
        if vm.is_none(&value) { Ok(None) } else { text::unicode_of(vm, &value).map(Some) }
    };
    if let (Some(agent), Some(guid)) = (text_at("primary_agent")?, text_at("guid")?) {
        let model = kind.model_for(modern).unwrap_or(kind.model);
        dict.set_item("primary_metadata", models::open_read_only(vm, plugin, &agent, model, &guid)?, vm)?;
    }
    if let Some(model) = kind.parent_model
        && !vm.is_none(parent_guid)
    {
        let guid = text::unicode_of(vm, parent_guid)?;
        let parent = match models::open(vm, plugin, model, &guid)? {
            Some(parent) => parent,
            None => models::create(vm, plugin, model, None, &guid)?,
        };
        dict.set_item("parent_metadata", parent, vm)?;
    }
    Ok(())
}

/// The hints that came in a message, as named values.
pub fn values_of(vm: &VirtualMachine, hints: &PyObject) -> PyResult<Vec<(String, PyObjectRef)>> {
    let dict = hints.downcast_ref::<rustpython_vm::builtins::PyDict>();
    let dict = dict.ok_or_else(|| vm.new_type_error("argument after ** must be a mapping"))?;
    crate::messaging::keywords(vm, dict)
}
