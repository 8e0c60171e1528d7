//! The base classes in `Agent`, and the registration of a plug-in's agents (`spec/agents.md` §1).
//!
//! A class that plug-in code makes from a base class registers at once: an instance is made, and what is known of all
//! agents of the plug-in is told to the system.

use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use rustpython_vm::builtins::{PyClassMethod, PyList, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{AtomicPyTypeFlags, PyTypeFlags, PyTypeSlots};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use super::media_types::{MEDIA_TYPES, MediaType};
use crate::locale_tables::LANGUAGES;
use crate::messaging;
use crate::objects::signature::{Parameter, Signature};
use crate::plugin::Plugin;
use crate::sandbox;

/// The module that the classes say they are from.
pub const MODULE: &str = "Framework.api.agentkit";

/// Where an instance keeps the hint classes that it handles.
const MEDIA_TYPES_ATTRIBUTE: &str = "_media_types";

/// The function of the system that learns of agents.
const UPDATE_INFO: &str = "_AgentService:UpdateInfo";

/// An agent of the plug-in.
#[derive(Clone, Debug)]
pub struct Agent {
    pub object: PyObjectRef,
}

/// The plug-in's agents in the order of registration.
#[derive(Debug, Default)]
pub struct Agents {
    list: RwLock<Vec<Agent>>,
    /// Announcements take turns.
    announcing: Mutex<()>,
}

impl Agents {
    /// All agents as they are now.
    pub fn all(&self) -> Vec<Agent> {
        self.list.read().clone()
    }
}

impl Agent {
    fn attribute(&self, vm: &VirtualMachine, name: &str) -> PyResult {
        self.object.get_attr(vm.ctx.intern_str(name), vm)
    }

    /// The display name, for logs.
    pub fn name(&self, vm: &VirtualMachine) -> String {
        let name = self.attribute(vm, "name").and_then(|name| text::unicode_of(vm, &name));
        name.unwrap_or_else(|_| "Unnamed Agent".to_owned())
    }

    /// Whether it handles a kind of media.
    pub fn handles(&self, vm: &VirtualMachine, kind: &MediaType) -> bool {
        self.media_types(vm).is_ok_and(|kinds| kinds.iter().any(|there| there.name == kind.name))
    }

    /// Whether its generation is the one that the system asks for.
    pub fn has_version(&self, vm: &VirtualMachine, version: &PyObject) -> bool {
        self.attribute(vm, "version").and_then(|own| vm.bool_eq(&own, version)).unwrap_or(false)
    }

    fn media_types(&self, vm: &VirtualMachine) -> PyResult<Vec<&'static MediaType>> {
        let classes: Vec<PyObjectRef> = self.attribute(vm, MEDIA_TYPES_ATTRIBUTE)?.try_to_value(vm)?;
        Ok(classes.iter().filter_map(|class| super::hints::kind_of_class(vm, class)).collect())
    }

    /// What the system is told, or None (and a line in the log) if it announces a language that there is not.
    fn info(&self, vm: &VirtualMachine, plugin: &Plugin) -> PyResult<Option<PyObjectRef>> {
        let languages = self.attribute(vm, "languages")?;
        for language in languages.try_to_value::<Vec<PyObjectRef>>(vm)? {
            let code = text::text_of(vm, &language)?;
            if !code.as_ref().is_some_and(|code| is_language(code)) {
                let shown = String::from_utf8_lossy(&text::repr_of(vm, &language)?).into_owned();
                tracing::error!("The agent named '{}' has an invalid language code: {shown}", self.name(vm));
                return Ok(None);
            }
        }
        let kinds = self.media_types(vm)?.iter().map(|kind| text::native(vm, kind.name)).collect();
        let info = vm.ctx.new_dict();
        info.set_item("name", self.attribute(vm, "name")?, vm)?;
        info.set_item("languages", languages, vm)?;
        info.set_item("media_types", vm.ctx.new_list(kinds).into(), vm)?;
        for name in
            ["contributes_to", "accepts_from", "primary_provider", "fallback_agent", "persist_stored_files", "version"]
        {
            info.set_item(name, self.attribute(vm, name)?, vm)?;
        }
        let has_prefs = plugin.bundle.contents().join("DefaultPrefs.json").is_file();
        info.set_item("prefs", vm.ctx.new_bool(has_prefs).into(), vm)?;
        Ok(Some(info.into()))
    }
}

/// Whether a text is one of `Locale.Language`'s codes.
pub fn is_language(code: &str) -> bool {
    LANGUAGES.iter().any(|(_, there)| *there == code)
}

// ---- base classes ----------------------------------------------------------------------------------------------

/// A base class and the kind of media that its agents handle.
type Base = (PyTypeRef, &'static MediaType);

/// The base class that has what the others share, and those that plug-ins see; all plug-ins of the process share them.
fn classes(vm: &VirtualMachine) -> &'static (PyTypeRef, Vec<Base>) {
    static CLASSES: OnceLock<(PyTypeRef, Vec<Base>)> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let slots = || {
            let mut slots = PyTypeSlots::heap_default();
            slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
            slots
        };
        let object = vm.ctx.types.object_type.to_owned();
        let root = vm.ctx.new_class(Some(MODULE), "AgentObject", object, slots());
        let defaults: [(&'static str, PyObjectRef); 8] = [
            ("name", vm.ctx.new_str("Unnamed Agent").into()),
            ("languages", vm.ctx.new_list(Vec::new()).into()),
            ("primary_provider", vm.ctx.new_bool(true).into()),
            ("contributes_to", vm.ctx.none()),
            ("accepts_from", vm.ctx.none()),
            ("fallback_agent", vm.ctx.none()),
            ("persist_stored_files", vm.ctx.new_bool(true).into()),
            ("version", vm.ctx.new_int(0).into()),
        ];
        for (name, value) in defaults {
            root.set_attr(vm.ctx.intern_str(name), value);
        }
        let registers = vm.new_function("__init_subclass__", subclassed);
        let registers = PyClassMethod::from(PyObjectRef::from(registers)).into_ref(&vm.ctx);
        root.set_attr(vm.ctx.intern_str("__init_subclass__"), registers.into());
        let mut bases = Vec::new();
        for kind in MEDIA_TYPES {
            let Some(name) = kind.agent else { continue };
            let class = vm.ctx.new_class(Some(MODULE), name, root.clone(), slots());
            add_methods(vm, &class, kind);
            bases.push((class, kind));
        }
        (root, bases)
    })
}

/// The parameters of the methods that do nothing: they never fit a real call, so an agent without its own method fails
/// with a `TypeError` that the log shows.
const SEARCH: Signature = Signature {
    name: "search",
    hidden: 1,
    parameters: &[Parameter::required("media"), Parameter::required("lang")],
    keywords: false,
};
const UPDATE: Signature = Signature {
    name: "update",
    hidden: 1,
    parameters: &[Parameter::required("metadata"), Parameter::required("media"), Parameter::required("lang")],
    keywords: false,
};
const INIT: Signature = Signature { name: "__init__", hidden: 1, parameters: &[], keywords: false };

fn add_methods(vm: &VirtualMachine, class: &PyTypeRef, kind: &'static MediaType) {
    // Methods of a class of the program live as long as it does.
    let owner: &'static PyTypeRef = Box::leak(Box::new(class.clone()));
    let init = move |zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> {
        INIT.bind(vm, args)?;
        let class = super::hints::class(vm, kind);
        zelf.set_attr(MEDIA_TYPES_ATTRIBUTE, vm.ctx.new_list(vec![class.into()]), vm)
    };
    let search =
        |_zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> { SEARCH.bind(vm, args).map(|_| ()) };
    let update =
        |_zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> { UPDATE.bind(vm, args).map(|_| ()) };
    let methods: [(&'static str, PyObjectRef); 3] = [
        ("__init__", vm.new_method("__init__", owner, init).into()),
        ("search", vm.new_method("search", owner, search).into()),
        ("update", vm.new_method("update", owner, update).into()),
    ];
    for (name, method) in methods {
        // Through the type's own assignment: it brings the slots up to date. Fresh classes take any attribute.
        let _ = class.as_object().set_attr(name, method, vm);
    }
}

/// The base classes with their names in `Agent`.
pub fn base_classes(vm: &VirtualMachine) -> impl Iterator<Item = (&'static str, PyObjectRef)> {
    classes(vm).1.iter().filter_map(|(class, kind)| Some((kind.agent?, class.clone().into())))
}

/// Runs when a class has been made from one of ours.
fn subclassed(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let (root, _) = classes(vm);
    let passes = class.bases.read().iter().any(|base| base.is(root) || base.is(vm.ctx.types.object_type));
    if passes {
        return Ok(());
    }
    let Some(sandbox) = sandbox::current() else { return Ok(()) };
    let object = class.as_object().to_owned().call((), vm)?;
    let agents = sandbox.plugin.state::<Agents>();
    agents.list.write().push(Agent { object });
    announce(vm, &sandbox.plugin, &agents)
}

/// Tells the system of all agents of the plug-in.
fn announce(vm: &VirtualMachine, plugin: &Arc<Plugin>, agents: &Agents) -> PyResult<()> {
    let _turn = agents.announcing.lock();
    let mut infos = Vec::new();
    for agent in agents.all() {
        infos.extend(agent.info(vm, plugin)?);
    }
    if infos.is_empty() {
        return Ok(());
    }
    let keywords = vm.ctx.new_dict();
    keywords.set_item("identifier", text::native(vm, &plugin.bundle.identifier), vm)?;
    keywords.set_item("agent_info", PyList::from(infos).into_ref(&vm.ctx).into(), vm)?;
    let none: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
    messaging::call(vm, plugin, crate::startup::SYSTEM, UPDATE_INFO, &none, keywords.as_ref())?;
    Ok(())
}
