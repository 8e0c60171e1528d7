//! `/system/agents`, `/system/agents/contributors` and `/system/agents/{identifier}/config/{media_type}`: lists of agents
//! (`spec/agents.md` §6.4).

use std::io;

use rustpython_vm::PyResult;

use super::table::{AgentInfo, AgentTable};
use super::{config, is_system, kind_by_number};
use crate::agents::media_types::MEDIA_TYPES;
use crate::builtin::{Call, Outcome};
use crate::context;
use crate::message::Response;
use crate::models;
use crate::objects::xml::XmlWriter;

/// Sets an attribute; a text that XML cannot hold is left out.
fn set(xml: &mut XmlWriter, name: &'static str, value: &str) {
    let _ = xml.set(name, value);
}

fn start(xml: &mut XmlWriter, agent: &AgentInfo) {
    xml.start("Agent");
    set(xml, "identifier", &agent.identifier);
    set(xml, "name", &agent.name);
    set(xml, "hasPrefs", flag(agent.has_prefs));
}

fn flag(truth: bool) -> &'static str {
    if truth { "1" } else { "0" }
}

fn languages(xml: &mut XmlWriter, agent: &AgentInfo) {
    for code in &agent.languages {
        xml.start("Language");
        set(xml, "code", code);
        xml.end();
    }
}

/// `/system/agents?mediaType=`: with a kind its agents, without one all agents with their kinds.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let table = AgentTable::of(call.vm, call.plugin);
    let mut xml = XmlWriter::new();
    xml.start("MediaContainer");
    match call.text("mediaType") {
        Some(number) => {
            let Some(kind) = kind_by_number(&number) else { return Outcome::not_found() };
            for agent in table.all().iter().filter(|agent| agent.handles(kind) && agent.primary_provider) {
                start(&mut xml, agent);
                set(&mut xml, "primary", flag(agent.primary_provider));
                set(&mut xml, "hasAttribution", flag(agent.has_attribution));
                languages(&mut xml, agent);
                xml.end();
            }
        }
        None => {
            let all = table.all();
            let mut seen: Vec<&str> = Vec::new();
            for agent in &all {
                if seen.contains(&agent.identifier.as_str()) {
                    continue;
                }
                seen.push(&agent.identifier);
                start(&mut xml, agent);
                set(&mut xml, "primary", flag(agent.primary_provider));
                set(&mut xml, "hasAttribution", flag(agent.has_attribution));
                for one in all.iter().filter(|one| one.identifier == agent.identifier) {
                    for kind in MEDIA_TYPES.iter().filter(|kind| one.handles(kind)) {
                        xml.start("MediaType");
                        set(&mut xml, "mediaType", &kind.number.to_string());
                        set(&mut xml, "name", &one.name);
                        set(&mut xml, "primary", flag(one.primary_provider));
                        languages(&mut xml, one);
                        xml.end();
                    }
                }
                xml.end();
            }
        }
    }
    xml.end();
    Ok(Outcome::Ready(Response::xml(200, xml.finish())))
}

/// `/system/agents/{identifier}/config/{media_type}`: the agents of a user's order, then those that could contribute,
/// too. `PUT` with `order`, identifiers between commas, stores the order.
pub fn answer_config(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let kind = call.text("media_type").and_then(|number| kind_by_number(&number));
    let (Some(kind), Some(primary)) = (kind, call.text("identifier")) else { return Outcome::not_found() };
    let table = AgentTable::of(call.vm, call.plugin);
    let Some(agent) = table.find(&primary, kind) else { return Outcome::not_found() };
    let folders = &call.plugin.folders;
    let class = kind.model_for(agent.version > 0).unwrap_or(kind.model);
    if context::with(|context| context.method == "PUT") {
        let order = call.text("order").unwrap_or_default();
        let order: Vec<&str> = order.split(',').map(str::trim).filter(|identifier| !identifier.is_empty()).collect();
        if let Err(error) = config::write(folders, &primary, kind, class, &order) {
            tracing::error!("The order of agents cannot be stored: {error}");
            return Ok(Outcome::Ready(Response::empty(match error.kind() {
                io::ErrorKind::InvalidInput => 400,
                _ => 500,
            })));
        }
    }
    let mut order = models::configured_agents(folders, &primary, class);
    if order.is_empty() {
        order.push(primary.clone());
    }
    let chosen: Vec<AgentInfo> = order.iter().filter_map(|identifier| table.find(identifier, kind)).collect();
    let offered = table.contributors(&primary, kind).into_iter().chain([agent]);
    let others: Vec<AgentInfo> = offered.filter(|agent| !order.contains(&agent.identifier)).collect();
    let mut xml = XmlWriter::new();
    xml.start("MediaContainer");
    for (agent, enabled) in chosen.iter().map(|agent| (agent, true)).chain(others.iter().map(|agent| (agent, false))) {
        start(&mut xml, agent);
        set(&mut xml, "enabled", flag(enabled));
        xml.end();
    }
    xml.end();
    Ok(Outcome::Ready(Response::xml(200, xml.finish())))
}

/// `/system/agents/contributors?mediaType=&primaryAgent=`.
pub fn answer_contributors(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let kind = call.text("mediaType").and_then(|number| kind_by_number(&number));
    let (Some(kind), Some(primary)) = (kind, call.text("primaryAgent")) else { return Outcome::not_found() };
    let mut xml = XmlWriter::new();
    xml.start("MediaContainer");
    for agent in AgentTable::of(call.vm, call.plugin).contributors(&primary, kind) {
        start(&mut xml, &agent);
        xml.end();
    }
    xml.end();
    Ok(Outcome::Ready(Response::xml(200, xml.finish())))
}
