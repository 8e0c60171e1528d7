//! `/system/agents/search`: has an agent search, and turns its ids into guids (`spec/agents.md` §6.1).

use std::sync::Arc;

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use super::table::{AgentInfo, AgentTable};
use super::{Refusal, flag, is_system, kind_by_number};
use crate::agents::media_types::{MediaType, by_name};
use crate::builtin::{Call, Outcome};
use crate::errors;
use crate::messaging;
use crate::objects::legacy::legacy;
use crate::objects::signature::{Parameter, Signature};
use crate::plugin::Plugin;

/// The function of agents' plug-ins.
pub const SEARCH: &str = "_AgentKit:Search";
/// A result that is worse than this has the fallback agent search, too.
const GOOD: i64 = 85;
/// Arguments of the request that are no hints.
const NOT_HINTS: &[&str] = &["identifier", "mediaType", "lang", "manual"];
/// Fallbacks that are followed; a circle must end.
const FALLBACKS: usize = 4;

/// What a plug-in is asked.
pub struct Question<'a> {
    pub agent: &'a AgentInfo,
    pub kind: &'static MediaType,
    pub lang: &'a str,
    pub manual: bool,
    pub primary: bool,
    pub version: i64,
    pub hints: Vec<(String, PyObjectRef)>,
}

/// Asks an agent's plug-in.
pub fn ask(vm: &VirtualMachine, plugin: &Plugin, question: Question<'_>) -> PyResult {
    let hints = vm.ctx.new_dict();
    for (name, value) in question.hints {
        hints.set_item(&*text::native(vm, &name), value, vm)?;
    }
    let kwargs = vm.ctx.new_dict();
    kwargs.set_item("media_type", text::native(vm, question.kind.name), vm)?;
    kwargs.set_item("lang", text::native(vm, question.lang), vm)?;
    kwargs.set_item("manual", vm.ctx.new_bool(question.manual).into(), vm)?;
    kwargs.set_item("kwargs", hints.into(), vm)?;
    kwargs.set_item("version", vm.ctx.new_int(question.version).into(), vm)?;
    kwargs.set_item("primary", vm.ctx.new_bool(question.primary).into(), vm)?;
    let none: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
    messaging::call(vm, plugin, &question.agent.identifier, SEARCH, &none, kwargs.as_ref())
}

/// The generation of agents that is asked: albums go with artists.
pub fn version_of(table: &AgentTable, identifier: &str, kind: &'static MediaType) -> (i64, &'static MediaType) {
    let artist = by_name("Artist").filter(|_| kind.name == "Album");
    let version = table.find(identifier, artist.unwrap_or(kind)).map_or(0, |agent| agent.version);
    (version, artist.filter(|_| version > 0).unwrap_or(kind))
}

/// The agent that is to be asked, if it can be.
pub fn checked(table: &AgentTable, identifier: &str, kind: &MediaType, lang: &str) -> Result<AgentInfo, Refusal> {
    if !table.knows(identifier) {
        return Err(Refusal::NoAgent);
    }
    let agent = table.find(identifier, kind).ok_or(Refusal::NotHandled)?;
    if agent.languages.iter().any(|known| known == lang) { Ok(agent) } else { Err(Refusal::Language) }
}

/// `/system/agents/search?identifier=&mediaType=&lang=&manual=…`.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let identifier = call.text("identifier").unwrap_or_default();
    let lang = call.text("lang").unwrap_or_default();
    let Some(kind) = call.text("mediaType").and_then(|number| kind_by_number(&number)) else {
        return Ok(Outcome::Ready(Refusal::MediaType.answer("SearchResponse", None)));
    };
    let manual = flag(&call, "manual");
    let hints: Vec<(String, PyObjectRef)> = call
        .arguments
        .iter()
        .filter(|(name, _)| !NOT_HINTS.contains(name))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    let request = Request { kind, lang: &lang, manual, hints };
    match search(call.vm, call.plugin, &identifier, &request, FALLBACKS) {
        Ok(Ok(Some(result))) => Ok(Outcome::Value(result)),
        Ok(Ok(None)) => Outcome::not_found(),
        Ok(Err(refusal)) => Ok(Outcome::Ready(refusal.answer("SearchResponse", None))),
        Err(exception) => {
            let details = errors::traceback_of(call.vm, &exception);
            Ok(Outcome::Ready(Refusal::Exception.answer("SearchResponse", Some(&details))))
        }
    }
}

struct Request<'a> {
    kind: &'static MediaType,
    lang: &'a str,
    manual: bool,
    hints: Vec<(String, PyObjectRef)>,
}

type Found = Result<Option<PyObjectRef>, Refusal>;

fn search(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    identifier: &str,
    request: &Request<'_>,
    fallbacks: usize,
) -> PyResult<Found> {
    let table = AgentTable::of(vm, plugin);
    let (version, kind) = version_of(&table, identifier, request.kind);
    if version > 0 && !request.manual {
        return Ok(Ok(None));
    }
    let agent = match checked(&table, identifier, kind, request.lang) {
        Ok(agent) => agent,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if table.is_pseudo(identifier) {
        return Ok(Ok(None));
    }
    let question = Question {
        agent: &agent,
        kind,
        lang: request.lang,
        manual: request.manual,
        primary: true,
        version,
        hints: request.hints.clone(),
    };
    let result = ask(vm, plugin, question)?;
    if vm.is_none(&result) {
        return Ok(Ok(None));
    }
    let Some(container) = legacy(&result) else { return Ok(Ok(Some(result))) };
    let items = container.items.read().clone();
    let best = items.first().and_then(|item| legacy(item)?.get("score", vm)?.try_into_value::<f64>(vm).ok());
    if best.is_none_or(|score| score < GOOD as f64)
        && let Some(fallback) = &agent.fallback_agent
        // A fallback that is not installed must not lose what was found.
        && table.knows(fallback)
        && fallbacks > 0
    {
        return search(vm, plugin, fallback, request, fallbacks - 1);
    }
    for item in &items {
        let Some(item) = legacy(item) else { continue };
        if item.get("guid", vm).is_none() {
            let part = |name: &str| -> PyResult<String> {
                let value = item.get(name, vm);
                let words = value.as_ref().map(|value| text::text_of(vm, value)).transpose()?.flatten();
                words.ok_or_else(|| vm.new_type_error(format!("the {name} of a search result must be a text")))
            };
            let guid = format!("{identifier}://{}?lang={}", part("id")?, part("lang")?);
            item.put("guid", text::native(vm, &guid), vm)?;
            item.put("id", vm.ctx.none(), vm)?;
        }
    }
    Ok(Ok(Some(result)))
}

const SERVICE_SEARCH: Signature = Signature {
    name: "search",
    hidden: 1,
    parameters: &[Parameter::required("identifier"), Parameter::required("mediaType"), Parameter::required("lang")],
    keywords: true,
};

/// `_AgentService:Search`: a plug-in has another one search (`Metadata.Movie.search`).
pub fn answer_service(vm: &VirtualMachine, plugin: &Arc<Plugin>, args: FuncArgs) -> PyResult {
    let bound = SERVICE_SEARCH.bind(vm, args)?;
    let (identifier, lang) = (text::unicode_of(vm, bound.get(0))?, text::unicode_of(vm, bound.get(2))?);
    let number = String::from_utf8_lossy(&text::str_of(vm, bound.get(1))?).into_owned();
    let Some(kind) = kind_by_number(&number) else { return Ok(vm.ctx.none()) };
    let mut hints = bound.keywords.clone();
    hints.retain(|(name, _)| name != "manual");
    let manual = bound.keywords.iter().find(|(name, _)| name == "manual").map(|(_, value)| value.clone());
    let manual = manual.map_or(Ok(false), |value| value.try_to_bool(vm))?;
    let request = Request { kind, lang: &lang, manual, hints };
    let found = search(vm, plugin, &identifier, &request, FALLBACKS)?;
    Ok(found.ok().flatten().unwrap_or_else(|| vm.ctx.none()))
}
