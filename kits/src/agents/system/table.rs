//! The agents that plug-ins have announced, and those that are there without a plug-in (`spec/agents.md` §1.2, §6.3,
//! §6.4).

use std::sync::Arc;

use parking_lot::RwLock;
use rustpython_vm::builtins::PyDict;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use super::attribution;
use crate::agents::media_types::MediaType;
use crate::datakit;
use crate::errors;
use crate::objects::signature::{Parameter, Signature};
use crate::plugin::Plugin;

/// What is known of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentInfo {
    /// Identifier of its plug-in.
    pub identifier: String,
    pub name: String,
    pub languages: Vec<String>,
    /// Names of the kinds of media, as in [`MediaType::name`].
    pub media_types: Vec<String>,
    pub contributes_to: Option<Vec<String>>,
    pub accepts_from: Option<Vec<String>>,
    pub primary_provider: bool,
    pub fallback_agent: Option<String>,
    pub persist_stored_files: bool,
    pub has_prefs: bool,
    /// Its bundle names where its data come from.
    pub has_attribution: bool,
    pub version: i64,
}

/// The agent of items that nobody looks up: home videos.
pub const NONE: &str = "com.plexapp.agents.none";
/// Its names by kinds of media.
const NONE_NAMES: &[(&str, &str)] = &[("Movie", "Home Movies"), ("TV_Show", "Home Movie Series")];
/// Its language: none.
const NO_LANGUAGE: &str = "xn";
/// Where the table is kept in the dictionary of the server's own plug-in.
const KEPT: &str = "_AgentService:AgentInfo";

impl AgentInfo {
    pub fn handles(&self, kind: &MediaType) -> bool {
        self.media_types.iter().any(|name| name == kind.name)
    }
}

/// All announced agents.
#[derive(Debug, Default)]
pub struct AgentTable(RwLock<Entries>);

#[derive(Debug, Default)]
struct Entries {
    /// Whether what an earlier process kept has been read.
    read: bool,
    agents: Vec<AgentInfo>,
}

impl AgentTable {
    /// The table of the server's own plug-in, with what was announced before this process started.
    pub fn of(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> Arc<Self> {
        let table = plugin.state::<Self>();
        if !table.0.read().read {
            // Python may run while the file is read: the lock is not held.
            let kept = read_kept(vm, plugin).unwrap_or_else(|exception| {
                tracing::error!("The list of agents cannot be read: {}", errors::message_of(vm, &exception));
                Vec::new()
            });
            let mut entries = table.0.write();
            if !std::mem::replace(&mut entries.read, true) {
                let new: Vec<AgentInfo> = kept
                    .into_iter()
                    .filter(|kept| !entries.agents.iter().any(|agent| agent.identifier == kept.identifier))
                    .collect();
                entries.agents.extend(new);
            }
        }
        table
    }

    /// Replaces what is known of a plug-in's agents.
    pub fn announce(&self, identifier: &str, agents: Vec<AgentInfo>) {
        let table = &mut self.0.write().agents;
        table.retain(|agent| agent.identifier != identifier);
        table.extend(agents);
    }

    /// All agents; the one for home videos is always among them.
    pub fn all(&self) -> Vec<AgentInfo> {
        let mut all = self.0.read().agents.clone();
        for (kind, name) in NONE_NAMES {
            if !all.iter().any(|agent| agent.identifier == NONE && agent.media_types.iter().any(|there| there == kind))
            {
                all.push(AgentInfo {
                    identifier: NONE.to_owned(),
                    name: (*name).to_owned(),
                    languages: vec![NO_LANGUAGE.to_owned()],
                    media_types: vec![(*kind).to_owned()],
                    primary_provider: true,
                    persist_stored_files: true,
                    ..AgentInfo::default()
                });
            }
        }
        all
    }

    /// Whether an agent has no plug-in that could be asked.
    pub fn is_pseudo(&self, identifier: &str) -> bool {
        identifier == NONE && !self.0.read().agents.iter().any(|agent| agent.identifier == NONE)
    }

    pub fn knows(&self, identifier: &str) -> bool {
        self.all().iter().any(|agent| agent.identifier == identifier)
    }

    /// The plug-in's first agent for a kind of media.
    pub fn find(&self, identifier: &str, kind: &MediaType) -> Option<AgentInfo> {
        self.all().into_iter().find(|agent| agent.identifier == identifier && agent.handles(kind))
    }

    /// The agents that may contribute to another one's items of a kind.
    pub fn contributors(&self, primary: &str, kind: &MediaType) -> Vec<AgentInfo> {
        let table = self.all();
        let accepted = table
            .iter()
            .find(|agent| agent.identifier == primary && agent.handles(kind))
            .and_then(|agent| agent.accepts_from.clone())
            .unwrap_or_default();
        let mut found: Vec<AgentInfo> = Vec::new();
        for agent in table.iter().filter(|agent| agent.handles(kind) && agent.identifier != primary) {
            let offers = match &agent.contributes_to {
                None => !agent.primary_provider,
                Some(targets) => targets.iter().any(|target| target == primary),
            };
            let is_new = !found.iter().any(|there| there.identifier == agent.identifier);
            if is_new && (offers || accepted.contains(&agent.identifier)) {
                found.push(agent.clone());
            }
        }
        found
    }

    /// Agents whose stored pictures do not outlive their source.
    pub fn not_persisting(&self, kind: &MediaType) -> Vec<String> {
        let table = self.0.read();
        let fickle = table.agents.iter().filter(|agent| agent.handles(kind) && !agent.persist_stored_files);
        fickle.map(|agent| agent.identifier.clone()).collect()
    }
}

/// What earlier processes kept: lists of infos by identifier.
fn read_kept(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<Vec<AgentInfo>> {
    let Some(sandbox) = plugin.main_sandbox() else { return Ok(Vec::new()) };
    let Some(kept) = datakit::kept(vm, &sandbox, KEPT)? else { return Ok(Vec::new()) };
    let Some(kept) = kept.downcast_ref::<PyDict>() else { return Ok(Vec::new()) };
    let mut agents = Vec::new();
    for (identifier, infos) in kept.to_owned() {
        let identifier = text::unicode_of(vm, &identifier)?;
        let infos: Vec<PyObjectRef> = infos.try_to_value(vm)?;
        for info in &infos {
            agents.push(agent_info(vm, &identifier, info)?);
        }
    }
    Ok(agents)
}

/// Keeps the infos of a plug-in for later processes.
fn keep(vm: &VirtualMachine, plugin: &Arc<Plugin>, identifier: &str, infos: Vec<PyObjectRef>) -> PyResult<()> {
    let Some(sandbox) = plugin.main_sandbox() else { return Ok(()) };
    let all = datakit::kept(vm, &sandbox, KEPT)?.and_then(|kept| kept.downcast::<PyDict>().ok());
    let all = all.unwrap_or_else(|| vm.ctx.new_dict());
    all.set_item(&*text::native(vm, identifier), vm.ctx.new_list(infos).into(), vm)?;
    datakit::keep(vm, &sandbox, KEPT, all.into())
}

const UPDATE_INFO: Signature = Signature {
    name: "update_info",
    hidden: 1,
    parameters: &[Parameter::required("identifier"), Parameter::required("agent_info")],
    keywords: false,
};

/// `_AgentService:UpdateInfo`: a plug-in announces its agents.
pub fn answer_update_info(vm: &VirtualMachine, plugin: &Arc<Plugin>, args: FuncArgs) -> PyResult {
    let bound = UPDATE_INFO.bind(vm, args)?;
    let identifier = text::unicode_of(vm, bound.get(0))?;
    let infos: Vec<PyObjectRef> = bound.get(1).to_owned().try_to_value(vm)?;
    let has_attribution = vm.allow_threads(|| attribution::text_of(&plugin.folders, &identifier)).is_some();
    for info in &infos {
        info.set_item("has_attribution", vm.ctx.new_bool(has_attribution).into(), vm)?;
    }
    let agents: PyResult<Vec<AgentInfo>> = infos.iter().map(|info| agent_info(vm, &identifier, info)).collect();
    AgentTable::of(vm, plugin).announce(&identifier, agents?);
    // An agent works without being remembered.
    if let Err(exception) = keep(vm, plugin, &identifier, infos) {
        tracing::error!("The list of agents cannot be kept: {}", errors::message_of(vm, &exception));
    }
    Ok(vm.ctx.none())
}

fn agent_info(vm: &VirtualMachine, identifier: &str, info: &PyObject) -> PyResult<AgentInfo> {
    let get = |name: &'static str| -> PyResult<Option<PyObjectRef>> {
        let value = vm.call_method(info, "get", (vm.ctx.new_str(name),))?;
        Ok((!vm.is_none(&value)).then_some(value))
    };
    let words = |name: &'static str| -> PyResult<Option<String>> {
        // Plug-ins say False where they have none.
        Ok(get(name)?.map(|value| text::text_of(vm, &value)).transpose()?.flatten())
    };
    let list = |name: &'static str| -> PyResult<Option<Vec<String>>> {
        let Some(value) = get(name)? else { return Ok(None) };
        // A text in the place of a list of one.
        if let Some(one) = text::text_of(vm, &value)? {
            return Ok(Some(vec![one]));
        }
        let items: Vec<PyObjectRef> = value.try_to_value(vm)?;
        items.iter().map(|item| text::unicode_of(vm, item)).collect::<PyResult<_>>().map(Some)
    };
    let truth = |name: &'static str, default: bool| -> PyResult<bool> {
        get(name)?.map_or(Ok(default), |value| value.try_to_bool(vm))
    };
    let version = get("version")?.and_then(|version| version.try_into_value(vm).ok()).unwrap_or(0);
    Ok(AgentInfo {
        identifier: identifier.to_owned(),
        name: words("name")?.unwrap_or_default(),
        languages: list("languages")?.unwrap_or_default(),
        media_types: list("media_types")?.unwrap_or_default(),
        contributes_to: list("contributes_to")?,
        accepts_from: list("accepts_from")?,
        primary_provider: truth("primary_provider", true)?,
        fallback_agent: words("fallback_agent")?,
        persist_stored_files: truth("persist_stored_files", true)?,
        has_prefs: truth("prefs", false)?,
        has_attribution: truth("has_attribution", false)?,
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::media_types::by_name;

    fn agent(identifier: &str) -> AgentInfo {
        AgentInfo {
            identifier: identifier.to_owned(),
            media_types: vec!["Movie".to_owned()],
            primary_provider: true,
            persist_stored_files: true,
            ..AgentInfo::default()
        }
    }

    #[test]
    fn contributors_are_offered_by_either_side() {
        let table = AgentTable::default();
        table.announce("a", vec![AgentInfo { accepts_from: Some(vec!["d".to_owned()]), ..agent("a") }]);
        table.announce("b", vec![AgentInfo { primary_provider: false, ..agent("b") }]);
        table.announce("c", vec![AgentInfo { contributes_to: Some(vec!["a".to_owned()]), ..agent("c") }]);
        table.announce("d", vec![agent("d")]);
        table.announce("e", vec![agent("e")]);
        let kind = by_name("Movie").unwrap();
        let found: Vec<String> = table.contributors("a", kind).into_iter().map(|agent| agent.identifier).collect();
        assert_eq!(found, ["b", "c", "d"]);
        assert!(table.contributors("a", by_name("Album").unwrap()).is_empty());
    }

    #[test]
    fn the_last_announcement_counts() {
        let table = AgentTable::default();
        table.announce("a", vec![agent("a"), agent("a")]);
        table.announce("a", vec![agent("a")]);
        assert_eq!(table.all().iter().filter(|agent| agent.identifier == "a").count(), 1);
        assert!(table.knows("a") && !table.knows("b"));
    }

    #[test]
    fn home_videos_need_no_plug_in() {
        let table = AgentTable::default();
        let kind = by_name("TV_Show").unwrap();
        assert_eq!(table.find(NONE, kind).unwrap().name, "Home Movie Series");
        assert!(table.is_pseudo(NONE) && !table.is_pseudo("a"));
        table.announce(NONE, vec![AgentInfo { name: "Own".to_owned(), ..agent(NONE) }]);
        let names: Vec<String> = table.all().into_iter().map(|agent| agent.name).collect();
        assert_eq!(names, ["Own", "Home Movie Series"]);
        assert!(!table.is_pseudo(NONE));
    }
}
