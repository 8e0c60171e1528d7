//! `_AgentKit:UpdateMetadata` and `_AgentKit:EraseMetadata`: agents fill the metadata of an item
//! (`spec/agents.md` §5.3).

use std::sync::Arc;

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use super::media_types::{self, MediaType};
use super::registry::{Agent, Agents};
use super::search::is_modern;
use super::{hints, signature, stand_in, tree};
use crate::models;
use crate::objects::seams;
use crate::objects::signature::{Default as Preset, Parameter, Signature};
use crate::plugin::Plugin;

const UPDATE: Signature = Signature {
    name: "update",
    hidden: 1,
    parameters: &[
        Parameter::required("media_type"),
        Parameter::required("guid"),
        Parameter::required("id"),
        Parameter::required("lang"),
        Parameter::none("dbid"),
        Parameter::none("parentGUID"),
        Parameter { name: "force", default: Preset::False },
        Parameter { name: "version", default: Preset::Zero },
        Parameter::none("parentID"),
        Parameter { name: "periodic", default: Preset::False },
    ],
    keywords: false,
};

const ERASE: Signature = Signature {
    name: "erase",
    hidden: 1,
    parameters: &[Parameter::required("media_type"), Parameter::required("guid")],
    keywords: false,
};

/// What agents are told of a music library, unless the library says otherwise.
const LIBRARY_PREFS: &[&str] = &["artistBios", "albumReviews", "popularTracks", "concerts", "genres", "albumPosters"];

/// What the server asks for. Values that are None are absent.
struct Order {
    kind: &'static MediaType,
    guid: String,
    id: Option<String>,
    lang: PyObjectRef,
    /// Number of the item in the library.
    number: Option<String>,
    /// Guid and id of the album, where an album of a newer artist is to be updated.
    child: Option<(PyObjectRef, PyObjectRef)>,
    /// Number of the artist then.
    parent_number: Option<String>,
    force: PyObjectRef,
    periodic: PyObjectRef,
    modern: bool,
}

/// Has every agent of that kind and version fill the item's metadata and stores them. Always None.
pub fn answer(vm: &VirtualMachine, plugin: &Arc<Plugin>, args: FuncArgs) -> PyResult {
    let bound = UPDATE.bind(vm, args)?;
    let kind = text::text_of(vm, bound.get(0))?.and_then(|name| media_types::by_name(&name));
    let Some(kind) = kind else { return Ok(vm.ctx.none()) };
    let version = bound.get(7);
    for agent in plugin.state::<Agents>().all() {
        if !agent.handles(vm, kind) || !agent.has_version(vm, version) {
            continue;
        }
        let result = order(vm, kind, &bound).and_then(|order| update(vm, plugin, &agent, &order));
        if let Err(exception) = result {
            let what = format!("Exception updating metadata with the agent named '{}'", agent.name(vm));
            seams::log_exception(vm, &what, &exception);
        }
    }
    Ok(vm.ctx.none())
}

fn order(vm: &VirtualMachine, kind: &'static MediaType, bound: &crate::objects::signature::Bound) -> PyResult<Order> {
    let optional = |at: usize| -> PyResult<Option<String>> {
        let value = bound.get(at);
        if vm.is_none(value) { Ok(None) } else { text::unicode_of(vm, value).map(Some) }
    };
    let modern = is_modern(vm, bound.get(7));
    let mut order = Order {
        kind,
        guid: optional(1)?.unwrap_or_default(),
        id: optional(2)?,
        lang: bound.get(3).to_owned(),
        number: optional(4)?,
        child: None,
        parent_number: None,
        force: bound.get(6).to_owned(),
        periodic: bound.get(9).to_owned(),
        modern,
    };
    if modern && let Some(parent_guid) = optional(5)? {
        let Some(parent) = optional(8)? else {
            return Err(vm.new_exception_empty(vm.ctx.exceptions.assertion_error.to_owned()));
        };
        order.child = Some((bound.get(1).to_owned(), bound.get(2).to_owned()));
        order.guid = parent_guid;
        order.id = Some(parent.clone());
        order.parent_number = Some(parent);
    }
    Ok(order)
}

fn update(vm: &VirtualMachine, plugin: &Arc<Plugin>, agent: &Agent, order: &Order) -> PyResult<()> {
    let Some(class) = order.kind.model_for(order.modern) else {
        return Err(vm.new_key_error(vm.ctx.new_str(order.kind.name).into()));
    };
    let _turn = models::exclusive(vm, plugin, class, &order.guid);
    let model = instance(vm, plugin, class, order)?;
    let media = match &order.number {
        None => {
            tracing::error!("There is no media to update '{}' with", order.guid);
            stand_in::new(vm)
        }
        Some(number) => {
            let request = hints::tree_request(order.kind, number, order.parent_number.clone());
            match tree::load(vm, plugin, &request) {
                Ok(tree) => tree,
                Err(exception) => {
                    seams::log_exception(vm, &format!("Exception loading the media tree of {number}"), &exception);
                    vm.ctx.none()
                }
            }
        }
    };
    if let Err(exception) = call(vm, agent, order, &model, media) {
        let what = format!(
            "Exception in the update function of agent named '{}', called with guid '{}'",
            agent.name(vm),
            order.guid
        );
        seams::log_exception(vm, &what, &exception);
    }
    if let Err(exception) = models::save(vm, &model) {
        seams::log_exception(vm, &format!("Exception writing the metadata of '{}'", order.guid), &exception);
    }
    Ok(())
}

/// The stored instance, or a blank one where another id is asked for.
fn instance(vm: &VirtualMachine, plugin: &Arc<Plugin>, class: &str, order: &Order) -> PyResult {
    let Some(stored) = models::open(vm, plugin, class, &order.guid)? else {
        tracing::error!("Cannot read model from '{}'", order.guid);
        return models::create(vm, plugin, class, order.id.as_deref(), &order.guid);
    };
    let Some(id) = &order.id else { return Ok(stored) };
    match models::id(&stored, vm) {
        None => models::set_id(&stored, id, vm)?,
        Some(there) if there == *id => {}
        Some(there) => {
            tracing::debug!("The stored metadata of '{}' have the id '{there}', not '{id}'", order.guid);
            return models::create(vm, plugin, class, Some(id), &order.guid);
        }
    }
    Ok(stored)
}

fn call(vm: &VirtualMachine, agent: &Agent, order: &Order, model: &PyObject, media: PyObjectRef) -> PyResult {
    let method = agent.object.get_attr("update", vm)?;
    let takes = |name: &str| signature::has_parameter(vm, &method, name);
    let (child_guid, child_id) = match &order.child {
        Some((guid, id)) => (guid.clone(), id.clone()),
        None => (vm.ctx.none(), vm.ctx.none()),
    };
    let mut named = Vec::new();
    for (name, value) in [
        ("force", order.force.clone()),
        ("child_guid", child_guid),
        ("child_id", child_id),
        ("periodic", order.periodic.clone()),
    ] {
        if takes(name) {
            named.push((name.to_owned(), value));
        }
    }
    if takes("prefs") {
        named.push(("prefs".to_owned(), prefs(vm, order, &media)?.into()));
    }
    let positional = vec![model.to_owned(), media, order.lang.clone()];
    method.call(FuncArgs::new(positional, named.into_iter().collect::<KwArgs>()), vm)
}

/// What the library wants of music agents: 1 for each, then what the tree says.
fn prefs(vm: &VirtualMachine, order: &Order, media: &PyObject) -> PyResult<PyDictRef> {
    let prefs = vm.ctx.new_dict();
    if order.number.is_none() {
        return Ok(prefs);
    }
    for name in LIBRARY_PREFS {
        prefs.set_item(*name, vm.ctx.new_int(1).into(), vm)?;
    }
    let said = tree::attribute(vm, media, "librarySectionPrefs").unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(said.as_bytes()) {
        if let Ok(value) = value.trim().parse::<i64>() {
            prefs.set_item(&*text::native(vm, &name), vm.ctx.new_int(value).into(), vm)?;
        }
    }
    Ok(prefs)
}

/// Removes what this plug-in stored of an item, for each of its agents of that kind. Always None.
pub fn answer_erase(vm: &VirtualMachine, plugin: &Arc<Plugin>, args: FuncArgs) -> PyResult {
    let bound = ERASE.bind(vm, args)?;
    let kind = text::text_of(vm, bound.get(0))?.and_then(|name| media_types::by_name(&name));
    let Some(kind) = kind else { return Ok(vm.ctx.none()) };
    let guid = text::unicode_of(vm, bound.get(1))?;
    if plugin.state::<Agents>().all().iter().any(|agent| agent.handles(vm, kind)) {
        models::erase(plugin, kind.model, &guid).map_err(|error| vm.new_os_error(error.to_string()))?;
    }
    Ok(vm.ctx.none())
}
