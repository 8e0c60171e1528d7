//! `/system/agents/media/get`: a picture of an item in full size, for the media server (`spec/models.md` §9.6).

use std::time::Duration;

use reprise_vm_glue::web::{Client, Request};
use rustpython_vm::PyResult;
use url::Url;

use super::table::AgentTable;
use super::{Refusal, guid, is_system, kind_by_number, lookup};
use crate::builtin::{Call, Outcome};
use crate::message::Response;
use crate::models::{self, ArtworkError, CombineRequest};
use crate::nfo::artwork;

const ANSWER: &str = "MediaContainer";
/// Largest picture that is fetched.
const LIMIT: u64 = 64 * 1024 * 1024;
/// `default_network_timeout`.
const TIMEOUT: Duration = Duration::from_secs(20);

/// `/system/agents/media/get?mediaType=&guid=&url=metadata://…&parentGUID=`.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    if !is_system(&call) {
        return Outcome::not_found();
    }
    let refused = |refusal: Refusal| Ok(Outcome::Ready(refusal.answer(ANSWER, None)));
    let (vm, plugin) = (call.vm, call.plugin);
    let Some(number) = call.text("mediaType").and_then(|number| number.trim().parse().ok()) else {
        return refused(Refusal::MediaType);
    };
    let (number, below) = guid::whole(number);
    let Some(kind) = kind_by_number(&number.to_string()) else { return refused(Refusal::MediaType) };
    let requested = call.text("guid").unwrap_or_default();
    let Some(item) = guid::parse(&requested, below) else { return refused(Refusal::NoAgent) };
    let table = AgentTable::of(vm, plugin);
    let (version, kind) = lookup::version_of(&table, &item.agent, kind);
    let class = kind.model_for(version > 0).unwrap_or(kind.model);
    let mut url = call.text("url").unwrap_or_default();
    let parent = call.text("parentGUID").filter(|parent| !parent.is_empty() && version > 0);
    // The pictures of a newer artist's album lie in the artist's bundle.
    let guid = match parent {
        Some(parent) => {
            if let Some(rest) = url.strip_prefix("metadata://") {
                url = format!("metadata://albums/{}/{rest}", models::sha1_of(&requested));
            }
            parent
        }
        None => requested,
    };
    let not_persisting = table.not_persisting(kind);
    let request = CombineRequest {
        class,
        config_identifier: &item.agent,
        guid: &guid,
        not_persisting: &not_persisting,
        respect_tags: false,
    };
    let _turn = models::exclusive(vm, plugin, class, if version > 0 { &guid } else { &item.base });
    let found = vm.allow_threads(|| models::artwork(&plugin.folders, &request, &url, &mut fetch));
    Ok(Outcome::Ready(match found {
        Ok(bytes) => {
            let kind = match artwork::extension(&bytes) {
                Some("jpg") => "image/jpeg".to_owned(),
                Some(other) => format!("image/{other}"),
                None => "application/octet-stream".to_owned(),
            };
            Response::with_type(200, "Content-Type", &kind, bytes)
        }
        Err(error @ (ArtworkError::Address(_) | ArtworkError::Missing(_))) => {
            tracing::debug!("No artwork: {error}");
            Response::empty(404)
        }
        Err(ArtworkError::Model(error)) => return Err(vm.new_runtime_error(error.to_string())),
    }))
}

/// Redirects that are followed.
const MOST_REDIRECTS: usize = 5;

fn fetch(url: &str) -> Option<Vec<u8>> {
    let mut url = url.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let got = Client::shared().send(Request::get(url.as_str()).timeout(Some(TIMEOUT)));
        let mut answer = got.inspect_err(|error| tracing::warn!("{url}: {error}")).ok()?;
        if matches!(answer.status, 301 | 302 | 303 | 307 | 308)
            && let Some(location) = answer.header("Location")
        {
            let next = Url::parse(&url).and_then(|base| base.join(&String::from_utf8_lossy(location)));
            url = next.inspect_err(|error| tracing::warn!("{url} leads nowhere: {error}")).ok()?.into();
            continue;
        }
        if !(200..300).contains(&answer.status) {
            tracing::warn!("{url} answered {}", answer.status);
            return None;
        }
        return answer.read_all(LIMIT).inspect_err(|error| tracing::warn!("{url}: {error}")).ok();
    }
    tracing::warn!("{url}: too many redirects");
    None
}
