//! The part of the media server's own plug-in that brings agents together (`spec/agents.md` §6): it knows all agents,
//! has the right one search, lets others contribute, and combines what they stored. Like the part for services it is
//! answered by the host of a bundle without code, under the identifier of that plug-in.
//!
//! * [`table`]: which agents there are; [`lookup`]: searches; [`update`]: updates with all contributions
//! * [`combine_subtitles`]: the subtitles of all agents in one place; [`lists`]: lists of agents for clients;
//!   [`config`]: the order that a user chose; [`media`]: pictures in full size; [`attribution`]: where data come from;
//!   [`unfinished`]: updates that a kill cut off

pub mod attribution;
pub mod combine_subtitles;
pub mod config;
pub mod guid;
pub mod lists;
pub mod lookup;
pub mod media;
pub mod table;
pub mod unfinished;
pub mod update;

use crate::builtin::Call;
use crate::message::Response;
use crate::objects::xml::XmlWriter;
use crate::startup::SYSTEM;

use super::media_types::{MEDIA_TYPES, MediaType, PERSONAL_MEDIA};

/// Why agents cannot be asked: the codes of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    MediaType = 1,
    NoAgent = 2,
    NotHandled = 3,
    Language = 4,
    Exception = 5,
}

impl Refusal {
    fn words(self) -> &'static str {
        match self {
            Self::MediaType => "Invalid media type",
            Self::NoAgent => "Agent not found",
            Self::NotHandled => "Agent does not handle the given media type",
            Self::Language => "Agent does not handle the given language",
            Self::Exception => "Unhandled exception",
        }
    }

    /// The answer that says why.
    fn answer(self, element: &'static str, details: Option<&str>) -> Response {
        let mut xml = XmlWriter::new();
        xml.start(element);
        xml.set_number("code", self as usize);
        // Fixed texts always can be written; a traceback that cannot is left out.
        let _ = xml.set("status", self.words());
        if let Some(details) = details {
            let _ = xml.set("details", details);
        }
        xml.end();
        Response::xml(200, xml.finish())
    }
}

/// Whether this process plays the server's own plug-in.
fn is_system(call: &Call<'_>) -> bool {
    call.plugin.bundle.identifier == SYSTEM
}

/// The kind of media with a number, as far as agents can be asked for it.
fn kind_by_number(number: &str) -> Option<&'static MediaType> {
    let number: u32 = number.trim().parse().ok()?;
    let with_agents = MEDIA_TYPES.iter().filter(|kind| kind.agent.is_some());
    with_agents.chain([&PERSONAL_MEDIA]).find(|kind| kind.number == number)
}

/// A flag of a query.
fn flag(call: &Call<'_>, name: &str) -> bool {
    call.text(name).as_deref() == Some("1")
}
