//! The folder format that replay reads and record writes: `DIR/<host>/<path>[?query]` are bodies, `FILE.meta.json`
//! beside one holds `{"status", "headers"}` (headers: an object or a list of pairs), and `DIR/_map.json` holds rules
//! `[{"url": regex, "method", "status", "headers", "file" | "body"}]` that are tried first.

use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::Location;

/// Name of the file with the rules.
pub(super) const RULES: &str = "_map.json";

/// Headers as they stand in a rule or a `.meta.json`.
pub(super) fn headers_of(value: Option<&Value>) -> Option<Vec<(String, Vec<u8>)>> {
    let text = |v: &Value| match v {
        Value::String(s) => s.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    };
    match value? {
        Value::Object(map) if !map.is_empty() => Some(map.iter().map(|(k, v)| (k.clone(), text(v))).collect()),
        Value::Array(pairs) if !pairs.is_empty() => Some(
            pairs.iter().filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), text(pair.get(1)?)))).collect(),
        ),
        _ => None,
    }
}

/// The name of the file beside a body.
pub(super) fn meta_path(body: &Path) -> PathBuf {
    let mut name = body.as_os_str().to_owned();
    name.push(".meta.json");
    PathBuf::from(name)
}

/// The path below the host's folder that a URL's body is looked for first: path and query as written.
pub(super) fn primary_name(location: &Location) -> String {
    let path = location.path.trim_start_matches('/');
    match &location.query {
        Some(query) if !query.is_empty() => format!("{path}?{}", query.replace('/', "%2F")),
        _ => path.to_owned(),
    }
}

/// All names that may hold a URL's body, best first.
pub(super) fn candidates(location: &Location) -> Vec<String> {
    let path = location.path.trim_start_matches('/');
    let folder = path.trim_end_matches('/');
    let mut names = Vec::with_capacity(4);
    if location.query.as_deref().is_some_and(|q| !q.is_empty()) {
        names.push(primary_name(location));
    }
    names.push(path.to_owned());
    names.push(format!("{folder}/index"));
    names.push(format!("{folder}/index.html"));
    names
}

/// Joins a name from a URL to a folder; None if it would lead out of it.
pub(super) fn inside(base: &Path, name: &str) -> Option<PathBuf> {
    let name = Path::new(name.trim_start_matches('/'));
    let safe = name.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    (safe && !name.as_os_str().is_empty()).then(|| base.join(name))
}

/// The content type of a file that has no `.meta.json`.
pub(super) fn content_type(path: &str) -> &'static str {
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, e)| e);
    match extension {
        "json" => "application/json",
        "xml" => "text/xml",
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "js" => "application/javascript",
        _ => "text/html; charset=utf-8",
    }
}
