//! `/system/agents/update`: the primary agent fills an item's metadata, others contribute, and all becomes one
//! (`spec/agents.md` §6.2).

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};
use percent_encoding::percent_encode;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;
use reprise_vm_glue::threads;

use super::guid::{self, Guid};
use super::lookup::{self, Question};
use super::table::{AgentInfo, AgentTable};
use super::unfinished::Mark;
use super::{Refusal, combine_subtitles, flag, is_system, kind_by_number};
use crate::agents::media_types::MediaType;
use crate::builtin::{Call, Outcome};
use crate::context::{self, Context};
use crate::media_server::{self, BASE};
use crate::message::Response;
use crate::models::{self, CombineRequest};
use crate::objects::legacy::legacy;
use crate::objects::seams;
use crate::objects::xml::XmlWriter;
use crate::plugin::Plugin;
use crate::{messaging, routes};

const UPDATE: &str = "_AgentKit:UpdateMetadata";
const ERASE: &str = "_AgentKit:EraseMetadata";
const ANSWER: &str = "InitiateUpdateResponse";
/// The agent to which all others contribute where the user made no choice.
const LOCAL_MEDIA: &str = "com.plexapp.agents.localmedia";
/// Updates that run at the same time (`agentservice_update_limit`).
const LIMIT: usize = 3;
/// A contributor's result of the newer kind must be better than this.
const GOOD: i64 = 75;

/// One update.
#[derive(Clone, Debug)]
struct Task {
    kind: &'static MediaType,
    version: i64,
    guid: Guid,
    /// The guid as it was requested: of a season, an episode, an album.
    requested: String,
    /// Number of the item in the library.
    number: Option<String>,
    parent_guid: Option<String>,
    parent_number: Option<String>,
    /// The agent that is asked first, if it is not the guid's.
    agent: Option<String>,
    library_agent: Option<String>,
    force: bool,
    periodic: bool,
    respect_tags: bool,
    asynchronous: bool,
}

/// Updates that wait or run.
#[derive(Debug, Default)]
pub struct Updates {
    pending: Mutex<HashSet<String>>,
    running: Mutex<usize>,
    ended: Condvar,
}

impl Updates {
    fn turn(&self) {
        let mut running = self.running.lock();
        while *running >= LIMIT {
            self.ended.wait(&mut running);
        }
        *running += 1;
    }

    fn leave(&self, number: Option<&str>) {
        *self.running.lock() -= 1;
        self.ended.notify_one();
        if let Some(number) = number {
            self.pending.lock().remove(number);
        }
    }
}

/// `/system/agents/update?mediaType=&guid=&id=…`.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let (vm, plugin) = (call.vm, call.plugin);
    let refused = |refusal: Refusal| Ok(Outcome::Ready(refusal.answer(ANSWER, None)));
    let task = match task(&call) {
        Ok(task) => task,
        Err(refusal) => return refused(refusal),
    };
    let updates = plugin.state::<Updates>();
    let is_new = task.number.as_ref().is_none_or(|number| updates.pending.lock().insert(number.clone()));
    let path = task.path();
    if is_new && task.asynchronous {
        if let Err(error) = start(vm, plugin, task.clone()) {
            return Err(vm.new_runtime_error(format!("can't start new thread: {error}")));
        }
    } else if is_new {
        updates.turn();
        run(vm, plugin, &task);
        updates.leave(task.number.as_deref());
        context::with(|context| context.cache_time = Some(0));
        return Ok(Outcome::Ready(Response::text(format!("path={}", path.unwrap_or_default()))));
    }
    let mut xml = XmlWriter::new();
    xml.start(ANSWER);
    let force = if task.force { "1" } else { "0" };
    for (name, value) in
        [("code", "0"), ("status", "OK"), ("path", path.as_deref().unwrap_or_default()), ("force", force)]
    {
        // A path is made of digits and names; an odd guid leaves it out.
        let _ = xml.set(name, value);
    }
    xml.end();
    Ok(Outcome::Ready(Response::xml(200, xml.finish())))
}

/// What a request asks for.
fn task(call: &Call<'_>) -> Result<Task, Refusal> {
    let (number, below) = match call.text("mediaType").and_then(|number| number.trim().parse().ok()) {
        Some(number) => guid::whole(number),
        None => return Err(Refusal::MediaType),
    };
    let kind = kind_by_number(&number.to_string()).ok_or(Refusal::MediaType)?;
    let requested = call.text("guid").unwrap_or_default();
    let guid = guid::parse(&requested, below).ok_or(Refusal::NoAgent)?;
    let given = |name: &str| call.text(name).filter(|value| !value.is_empty());
    let library_agent = given("libraryAgent");
    let table = AgentTable::of(call.vm, call.plugin);
    let primary = given("agent").unwrap_or_else(|| guid.agent.clone());
    let (version, kind) = lookup::version_of(&table, library_agent.as_deref().unwrap_or(&guid.agent), kind);
    lookup::checked(&table, &primary, kind, &guid.lang)?;
    Ok(Task {
        kind,
        version,
        guid,
        requested,
        number: given("id"),
        parent_guid: given("parentGUID"),
        parent_number: given("parentID"),
        agent: given("agent"),
        library_agent,
        force: flag(call, "force"),
        periodic: flag(call, "periodic"),
        respect_tags: flag(call, "respectTags"),
        asynchronous: flag(call, "async"),
    })
}

fn start(vm: &VirtualMachine, plugin: &Arc<Plugin>, task: Task) -> std::io::Result<()> {
    let (machine, plugin) = (vm.new_thread(), Arc::clone(plugin));
    let work = move || {
        machine.run(move |vm| {
            let updates = plugin.state::<Updates>();
            vm.allow_threads(|| updates.turn());
            context::bind(Context::default(), || match plugin.main_sandbox() {
                Some(sandbox) => sandbox.enter(|| run(vm, &plugin, &task)),
                None => run(vm, &plugin, &task),
            });
            updates.leave(task.number.as_deref());
        });
    };
    threads::spawn("update", work).map(|_| ())
}

impl Task {
    fn modern(&self) -> bool {
        self.version > 0
    }

    /// The model class of the item.
    fn class(&self) -> &'static str {
        self.kind.model_for(self.modern()).unwrap_or(self.kind.model)
    }

    /// The guid under which the item's data lie: an album's of a newer artist are the artist's.
    fn bundle_guid(&self) -> &str {
        match &self.parent_guid {
            Some(parent) if self.modern() => parent,
            _ => &self.guid.base,
        }
    }

    fn path(&self) -> Option<String> {
        models::relative_path(self.class(), self.bundle_guid())
    }
}

/// Does the whole update, and tells the server how it went.
fn run(vm: &VirtualMachine, plugin: &Arc<Plugin>, task: &Task) {
    let number = task.number.as_deref().unwrap_or_default();
    messaging::send(format!("{BASE}/:/metadata/processing?id={number}"));
    let result = update(vm, plugin, task);
    let (success, body) = match result {
        Ok(body) => (true, body),
        Err(exception) => {
            seams::log_exception(vm, &format!("Exception updating '{}'", task.requested), &exception);
            (false, None)
        }
    };
    let guid = if success { task.bundle_guid() } else { &task.requested };
    let quoted = |words: &str| routes::quote_query(words.as_bytes());
    let mut url = format!("{BASE}/:/metadata/notify?guid={}", quoted(guid));
    if let Some(path) = task.path() {
        url.push_str(&format!("&path={}", quoted(&path)));
    }
    let waiting = plugin.state::<Updates>().pending.lock().len().saturating_sub(1);
    let flags = |truth: bool| u8::from(truth);
    url.push_str(&format!(
        "&force={}&queueSize={waiting}&id={}&success={}&async={}",
        flags(task.force),
        percent_encode(number.as_bytes(), percent_encoding::NON_ALPHANUMERIC),
        flags(success),
        flags(task.asynchronous)
    ));
    let sent = vm.allow_threads(|| match body {
        Some(body) => media_server::post(&url, body),
        None => media_server::get(&url, None).map(|_| ()),
    });
    if let Err(error) = sent {
        tracing::error!("Unable to tell the server of the update: {error}");
    }
}

/// The primary agent, the contributors, the combination; what is posted to the server.
fn update(vm: &VirtualMachine, plugin: &Arc<Plugin>, task: &Task) -> PyResult<Option<Vec<u8>>> {
    let primary = task.agent.as_deref().unwrap_or(&task.guid.agent);
    let _turn = models::exclusive(vm, plugin, task.class(), task.bundle_guid());
    let table = AgentTable::of(vm, plugin);
    let not_persisting = table.not_persisting(task.kind);
    let config = task.library_agent.as_deref().unwrap_or(&task.guid.agent);
    let guid = if task.modern() { task.bundle_guid() } else { &task.requested };
    let request = CombineRequest {
        class: task.class(),
        config_identifier: config,
        guid,
        not_persisting: &not_persisting,
        respect_tags: task.respect_tags,
    };
    let mark = vm.allow_threads(|| Mark::set(&plugin.folders, &request, task.bundle_guid()));
    if let Err(error) = &mark {
        tracing::warn!("An update that is cut off will not be noticed: {error}");
    }
    if !table.is_pseudo(primary) {
        send_update(vm, plugin, task, primary, Some(&task.guid.id))?;
    }
    for contributor in contributors(plugin, &table, task) {
        if let Err(exception) = contribute(vm, plugin, task, &contributor) {
            let what = format!("Exception having '{}' contribute", contributor.identifier);
            seams::log_exception(vm, &what, &exception);
        }
    }
    let combined = vm.allow_threads(|| models::combine(&plugin.folders, &request));
    let combined = combined.map_err(|error| vm.new_runtime_error(error.to_string()))?;
    if let Ok(mark) = mark {
        mark.done();
    }
    if matches!(task.kind.number, 1 | 2)
        && let Some(number) = &task.number
    {
        let agents = models::configured_agents(&plugin.folders, config, task.class());
        if !agents.is_empty()
            && let Err(exception) = combine_subtitles::combine(vm, plugin, task.kind, number, &agents)
        {
            seams::log_exception(vm, "Exception combining subtitles", &exception);
        }
    }
    Ok(combined.posted)
}

/// The agents that contribute, in the user's order.
fn contributors(plugin: &Plugin, table: &AgentTable, task: &Task) -> Vec<AgentInfo> {
    let primary = task.library_agent.as_deref().unwrap_or(&task.guid.agent);
    let configured = models::configured_agents(&plugin.folders, primary, task.class());
    if configured.is_empty() && primary == LOCAL_MEDIA {
        return table.contributors(primary, task.kind);
    }
    let others = configured.iter().filter(|agent| **agent != task.guid.agent);
    others.filter_map(|agent| table.find(agent, task.kind)).collect()
}

/// Has one agent add its data to the item.
fn contribute(vm: &VirtualMachine, plugin: &Arc<Plugin>, task: &Task, agent: &AgentInfo) -> PyResult<()> {
    let identifier = agent.identifier.as_str();
    let class = task.class();
    let fits = agent.version == task.version;
    if !task.force && models::is_stored(&plugin.folders, identifier, class, task.bundle_guid()) {
        return if fits { send_update(vm, plugin, task, identifier, None) } else { Ok(()) };
    }
    let words = |value: &Option<String>| value.as_ref().map_or_else(|| vm.ctx.none(), |value| text::native(vm, value));
    let hints = vec![
        ("primary_agent".to_owned(), text::native(vm, &task.guid.agent)),
        ("guid".to_owned(), text::native(vm, &task.guid.base)),
        ("force".to_owned(), vm.ctx.new_bool(task.force).into()),
        ("id".to_owned(), words(&task.number)),
        ("parentID".to_owned(), words(&task.parent_number)),
    ];
    let question = Question {
        agent,
        kind: task.kind,
        lang: &task.guid.lang,
        manual: false,
        primary: false,
        version: task.version,
        hints,
    };
    let result = lookup::ask(vm, plugin, question)?;
    match found_id(vm, &result)? {
        Some(id) if fits => send_update(vm, plugin, task, identifier, Some(&id)),
        Some(_) => Ok(()),
        None => {
            let kwargs = vm.ctx.new_dict();
            kwargs.set_item("media_type", text::native(vm, task.kind.name), vm)?;
            kwargs.set_item("guid", text::native(vm, &task.guid.base), vm)?;
            let none: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
            messaging::call(vm, plugin, identifier, ERASE, &none, kwargs.as_ref()).map(|_| ())
        }
    }
}

/// The id of a contributor's first result, of the newer kind the first that is good enough.
fn found_id(vm: &VirtualMachine, result: &PyObjectRef) -> PyResult<Option<String>> {
    if let Some(container) = legacy(result) {
        let first = container.items.read().first().cloned();
        let id = first.and_then(|item| legacy(&item)?.get("id", vm));
        return id.map(|id| text::unicode_of(vm, &id)).transpose();
    }
    let Some(xml) = text::text_of(vm, result)? else { return Ok(None) };
    let Ok(document) = roxmltree::Document::parse(&xml) else { return Ok(None) };
    let is_good = |node: &roxmltree::Node<'_, '_>| {
        let score: Option<i64> = node.attribute("score").and_then(|score| score.parse().ok());
        node.has_tag_name("SearchResult") && score.is_some_and(|score| score > GOOD)
    };
    let good = document.root_element().children().find(is_good);
    Ok(good.and_then(|node| node.attribute("id")).map(str::to_owned))
}

/// Has a plug-in update the item, and waits for it.
fn send_update(vm: &VirtualMachine, plugin: &Plugin, task: &Task, identifier: &str, id: Option<&str>) -> PyResult<()> {
    let words = |value: Option<&str>| value.map_or_else(|| vm.ctx.none(), |value| text::native(vm, value));
    let kwargs = vm.ctx.new_dict();
    for (name, value) in [
        ("media_type", words(Some(task.kind.name))),
        ("guid", words(Some(&task.guid.base))),
        ("id", words(id)),
        ("lang", words(Some(&task.guid.lang))),
        ("dbid", words(task.number.as_deref())),
        ("parentGUID", words(task.parent_guid.as_deref())),
        ("force", vm.ctx.new_bool(task.force).into()),
        ("version", vm.ctx.new_int(task.version).into()),
        ("parentID", words(task.parent_number.as_deref())),
        ("periodic", vm.ctx.new_bool(task.periodic).into()),
    ] {
        kwargs.set_item(name, value, vm)?;
    }
    let none: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
    messaging::call(vm, plugin, identifier, UPDATE, &none, kwargs.as_ref()).map(|_| ())
}
