//! `/system/agents` and `/system/agents/contributors`: lists of agents (`spec/agents.md` §6.4).

use rustpython_vm::PyResult;

use super::table::{AgentInfo, AgentTable};
use super::{is_system, kind_by_number};
use crate::agents::media_types::MEDIA_TYPES;
use crate::builtin::{Call, Outcome};
use crate::message::Response;
use crate::objects::xml::XmlWriter;

/// Sets an attribute; a text that XML cannot hold is left out.
fn set(xml: &mut XmlWriter, name: &'static str, value: &str) {
    let _ = xml.set(name, value);
}

fn start(xml: &mut XmlWriter, agent: &AgentInfo) {
    xml.start("Agent");
    set(xml, "identifier", &agent.identifier);
    set(xml, "name", &agent.name);
    set(xml, "hasPrefs", if agent.has_prefs { "1" } else { "0" });
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
    let table = call.plugin.state::<AgentTable>();
    let mut xml = XmlWriter::new();
    xml.start("MediaContainer");
    match call.text("mediaType") {
        Some(number) => {
            let Some(kind) = kind_by_number(&number) else { return Outcome::not_found() };
            for agent in table.all().iter().filter(|agent| agent.handles(kind) && agent.primary_provider) {
                start(&mut xml, agent);
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
                for one in all.iter().filter(|one| one.identifier == agent.identifier) {
                    for kind in MEDIA_TYPES.iter().filter(|kind| one.handles(kind)) {
                        xml.start("MediaType");
                        set(&mut xml, "mediaType", &kind.number.to_string());
                        set(&mut xml, "name", &one.name);
                        set(&mut xml, "primary", if one.primary_provider { "1" } else { "0" });
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

/// `/system/agents/contributors?mediaType=&primaryAgent=`.
pub fn answer_contributors(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let kind = call.text("mediaType").and_then(|number| kind_by_number(&number));
    let (Some(kind), Some(primary)) = (kind, call.text("primaryAgent")) else { return Outcome::not_found() };
    let mut xml = XmlWriter::new();
    xml.start("MediaContainer");
    for agent in call.plugin.state::<AgentTable>().contributors(&primary, kind) {
        start(&mut xml, &agent);
        xml.end();
    }
    xml.end();
    Ok(Outcome::Ready(Response::xml(200, xml.finish())))
}
