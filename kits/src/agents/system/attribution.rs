//! `/system/agents/attribution`: where the data of an agent come from, as its bundle says (`spec/agents.md` §6.4).

use std::fs;

use reprise_bundles::bundle::read_plist;
use reprise_bundles::{Bundle, Folders};
use rustpython_vm::PyResult;

use super::is_system;
use crate::builtin::{Call, Outcome};
use crate::message::Response;
use crate::services::registry::bundles_in;

const KEY: &str = "PlexAgentAttributionText";

/// The installed bundle with an identifier: those that came with the server before those of the user.
fn bundle(folders: &Folders, identifier: &str) -> Option<Bundle> {
    let of_user = folders.root.join("Plug-ins");
    let mut bundles = bundles_in(&folders.bundles);
    if of_user != folders.bundles {
        bundles.extend(bundles_in(&of_user));
    }
    bundles.into_iter().find(|bundle| bundle.identifier == identifier)
}

/// What an installed bundle says of its sources; None where it says nothing.
pub fn text_of(folders: &Folders, identifier: &str) -> Option<String> {
    let info = read_plist(&fs::read(bundle(folders, identifier)?.info_file()).ok()?).ok()?;
    Some(info.get(KEY)?.as_string()?.to_owned())
}

/// `/system/agents/attribution?identifier=`.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let found = call.text("identifier").and_then(|identifier| text_of(&call.plugin.folders, &identifier));
    found.map_or_else(Outcome::not_found, |text| Ok(Outcome::Ready(Response::text(text))))
}

/// `/system/agents/attribution/image?identifier=`.
pub fn answer_image(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let bundle = call.text("identifier").and_then(|identifier| bundle(&call.plugin.folders, &identifier));
    let image = bundle.and_then(|bundle| fs::read(bundle.resources().join("attribution.png")).ok());
    match image {
        Some(bytes) => Ok(Outcome::Ready(Response::with_type(200, "Content-Type", "image/png", bytes))),
        None => Outcome::not_found(),
    }
}
