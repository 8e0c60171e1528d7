//! Makes answers comparable: everything that `cases/FORMAT.md` calls not significant is made equal.

use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};
use serde_json::Value;

use crate::packing;
use crate::wire::Headers;

/// A comparable answer.
#[derive(Debug, PartialEq)]
pub enum Canonical {
    Xml(Element),
    Json(Value),
    Pickle(String),
    Text(String),
}

/// An element with sorted attributes.
#[derive(Debug, PartialEq)]
pub struct Element {
    tag: String,
    attributes: Vec<(String, String)>,
    text: String,
    tail: String,
    children: Vec<Element>,
}

static PACKED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"Y2VyZWFsMQo[A-Za-z0-9@*_%]*").unwrap());
static TIMES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"((?:[?&;]|%3F|%26)t(?:=|%3D))\d+").unwrap());
static HASHES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"([?&]h=)(?:[0-9a-fA-F]+|None)").unwrap());
static LOOPBACK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"127\.0\.0\.1:(\d+)").unwrap());
static PORTS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(port=")\d+"#).unwrap());
/// Where an object is in memory.
static PLACES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"( at 0x)[0-9a-fA-F]+").unwrap());

/// Text with packed arguments, times, hashes, ports and addresses of objects made equal.
pub fn text(value: &str) -> String {
    let value = PACKED.replace_all(value, |found: &Captures| {
        let plain = percent_decode_str(&found[0]).decode_utf8_lossy().into_owned();
        packing::canonical(&plain, &text).map_or_else(|| found[0].to_owned(), |shown| format!("PACKED({shown})"))
    });
    let value = TIMES.replace_all(&value, "${1}T");
    let value = HASHES.replace_all(&value, "${1}H");
    let value = LOOPBACK.replace_all(&value, |found: &Captures| {
        if &found[1] == "32400" { found[0].to_owned() } else { "127.0.0.1:PORT".to_owned() }
    });
    let value = PLACES.replace_all(&value, "${1}PLACE");
    PORTS.replace_all(&value, "${1}PORT").into_owned()
}

/// An address with its query parameters sorted, and JSON among them made canonical.
pub fn query(value: &str) -> String {
    let Some((path, query)) = value.split_once('?') else { return value.to_owned() };
    if path.contains(' ') {
        return value.to_owned();
    }
    let mut parts: Vec<String> = query
        .split('&')
        .map(|part| {
            let Some((key, content)) = part.split_once('=') else { return part.to_owned() };
            let plain = percent_decode_str(content).decode_utf8_lossy();
            match serde_json::from_str::<Value>(&plain) {
                Ok(json) if plain.starts_with(['{', '[']) => format!("{key}={}", sorted(&json)),
                _ => part.to_owned(),
            }
        })
        .collect();
    parts.sort();
    format!("{path}?{}", parts.join("&"))
}

/// JSON with sorted keys.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn element(node: roxmltree::Node, unordered: bool) -> Element {
    let name = node.tag_name();
    let tag = name.namespace().map_or_else(|| name.name().to_owned(), |ns| format!("{{{ns}}}{}", name.name()));
    let empty = |tag| Element { tag, attributes: vec![], text: String::new(), tail: String::new(), children: vec![] };
    if tag == "Traceback" {
        return empty(tag);
    }
    let mut attributes: Vec<(String, String)> = node
        .attributes()
        .map(|a| {
            let key = a.namespace().map_or_else(|| a.name().to_owned(), |ns| format!("{{{ns}}}{}", a.name()));
            let value = if a.name() == "port" { "PORT".to_owned() } else { text(&query(a.value())) };
            (key, value)
        })
        .collect();
    attributes.sort();
    let mut result = Element { attributes, ..empty(tag) };
    for child in node.children() {
        if child.is_element() {
            result.children.push(element(child, unordered));
        } else if let Some(found) = child.text().filter(|_| child.is_text()) {
            match result.children.last_mut() {
                Some(last) => last.tail.push_str(found),
                None => result.text.push_str(found),
            }
        }
    }
    result.text = text(result.text.trim());
    for child in &mut result.children {
        child.tail = text(child.tail.trim());
    }
    if unordered {
        result.children.sort_by_cached_key(|child| format!("{child:?}"));
    }
    result
}

/// A body, or a file named `name` below the data folder.
pub fn body(bytes: &[u8], name: &str) -> Canonical {
    let trimmed = bytes.trim_ascii();
    if trimmed.starts_with(b"<")
        && let Ok(source) = std::str::from_utf8(trimmed)
    {
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        if let Ok(document) = roxmltree::Document::parse_with_options(source, options) {
            // The children of the files below Metadata come in the order of a Python 2 dictionary.
            let unordered = name.ends_with(".xml") && name.starts_with("Metadata");
            return Canonical::Xml(element(document.root_element(), unordered));
        }
    }
    if (trimmed.starts_with(b"{") || trimmed.starts_with(b"["))
        && let Ok(json) = serde_json::from_slice::<Value>(trimmed)
    {
        return Canonical::Json(sorted(&json));
    }
    let pickled = bytes.first().is_some_and(|first| b"\x80(cdlSVIF".contains(first)) && trimmed.ends_with(b".");
    if !name.is_empty() && pickled {
        let options = serde_pickle::DeOptions::new().replace_unresolved_globals().decode_strings();
        if let Ok(value) = serde_pickle::value_from_slice(bytes, options) {
            return Canonical::Pickle(value.to_string());
        }
    }
    Canonical::Text(text(&String::from_utf8_lossy(bytes)))
}

const KEPT: [&str; 8] = [
    "content-type",
    "cache-control",
    "location",
    "set-cookie",
    "content-encoding",
    "expires",
    "x-plex-",
    "access-control",
];

/// The headers that count, sorted.
pub fn headers(headers: &Headers) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = headers
        .iter()
        .map(|(key, value)| (key.to_ascii_lowercase(), text(value)))
        .filter(|(key, _)| KEPT.iter().any(|kept| key.starts_with(kept)))
        .collect();
    kept.sort();
    kept
}

/// The bytes around a body on the pipe: status and header lines, and what follows the body.
pub fn frame(raw: &[u8], body: &[u8]) -> Vec<String> {
    let at = raw.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(raw.len());
    let rest = raw.get(at + 4..).unwrap_or_default();
    let rest = if body.is_empty() { rest } else { rest.strip_prefix(body).unwrap_or(rest) };
    let mut lines: Vec<String> = String::from_utf8_lossy(&raw[..at])
        .split("\r\n")
        .map(|line| if line.starts_with("Content-Length: ") { "Content-Length: N".to_owned() } else { text(line) })
        .collect();
    lines.push(String::from_utf8_lossy(rest).into_owned());
    lines
}

/// What the plug-in itself logged: level and message of the lines that come from the Log kit.
pub fn plugin_log(log: &str) -> Vec<(String, String)> {
    static LINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^\S+ \S+ \([^)]*\) :\s+(\w+) \(logkit:\d+\) - (.*)$").unwrap());
    LINE.captures_iter(log).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}
