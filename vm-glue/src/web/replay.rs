//! Answers from files instead of the network; the format is described in `files.rs`.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use regex::Regex;
use serde_json::Value;

use super::files::{RULES, candidates, content_type, headers_of, inside, meta_path};
use super::{Location, Request, Response, WebError};

/// One line of `_map.json`.
struct Rule {
    url: Regex,
    method: Option<String>,
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: RuleBody,
}

enum RuleBody {
    File(String),
    Text(String),
}

/// Serves requests from a folder.
pub(super) struct Replayer {
    folder: PathBuf,
    rules: Result<Vec<Rule>, String>,
}

impl Replayer {
    pub(super) fn new(folder: &Path) -> Replayer {
        Replayer { folder: folder.to_owned(), rules: read_rules(&folder.join(RULES)) }
    }

    /// The answer for a request; 404 if no file stands for it.
    pub(super) fn answer(&self, request: &Request, location: &Location) -> Result<Response, WebError> {
        let url = location.url();
        let rules = self.rules.as_ref().map_err(|why| WebError::Replay(why.clone()))?;
        let rule = rules
            .iter()
            .find(|rule| rule.url.is_match(&url) && rule.method.as_ref().is_none_or(|m| *m == request.method));
        let (status, headers, body) = match rule {
            Some(rule) => (rule.status, rule.headers.clone(), self.rule_body(rule)?),
            None => match self.file(location)? {
                Some(found) => found,
                None => {
                    let headers = vec![("Content-Type".to_owned(), b"text/html".to_vec())];
                    (404, headers, format!("not found: {url}").into_bytes())
                }
            },
        };
        Ok(framed(request, status, headers, body))
    }

    fn rule_body(&self, rule: &Rule) -> Result<Vec<u8>, WebError> {
        match &rule.body {
            RuleBody::Text(text) => Ok(text.clone().into_bytes()),
            RuleBody::File(name) => {
                let path = inside(&self.folder, name)
                    .ok_or_else(|| WebError::Replay(format!("{RULES}: {name} leads out of the folder")))?;
                std::fs::read(&path).map_err(|e| WebError::Replay(format!("{}: {e}", path.display())))
            }
        }
    }

    #[expect(clippy::type_complexity, reason = "status, headers and body of one answer")]
    fn file(&self, location: &Location) -> Result<Option<(u16, Vec<(String, Vec<u8>)>, Vec<u8>)>, WebError> {
        let Some(base) = inside(&self.folder, &location.host) else { return Ok(None) };
        for name in candidates(location) {
            let decoded = percent_decode_str(&name).decode_utf8_lossy().into_owned();
            for name in [name, decoded] {
                let Some(path) = inside(&base, &name).filter(|path| path.is_file()) else { continue };
                let broken = |path: &Path, why: String| WebError::Replay(format!("{}: {why}", path.display()));
                let body = std::fs::read(&path).map_err(|e| broken(&path, e.to_string()))?;
                let meta_file = meta_path(&path);
                let meta: Value = match std::fs::read(&meta_file) {
                    Ok(text) => serde_json::from_slice(&text).map_err(|e| broken(&meta_file, e.to_string()))?,
                    Err(_) => Value::Null,
                };
                let headers = headers_of(meta.get("headers")).unwrap_or_else(|| {
                    vec![("Content-Type".to_owned(), content_type(&location.path).as_bytes().to_vec())]
                });
                return Ok(Some((status_of(&meta), headers, body)));
            }
        }
        Ok(None)
    }
}

fn status_of(value: &Value) -> u16 {
    value.get("status").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok()).unwrap_or(200)
}

/// Adds what a server would say about the connection, and leaves the body out where HTTP does.
fn framed(request: &Request, status: u16, mut headers: Vec<(String, Vec<u8>)>, body: Vec<u8>) -> Response {
    const OWN: [&str; 3] = ["content-length", "connection", "transfer-encoding"];
    headers.retain(|(name, _)| !OWN.iter().any(|own| name.eq_ignore_ascii_case(own)));
    headers.push(("Content-Length".to_owned(), body.len().to_string().into_bytes()));
    headers.push(("Connection".to_owned(), b"close".to_vec()));
    let body = if request.method == "HEAD" { Vec::new() } else { body };
    Response::whole(status, headers, body)
}

fn read_rules(path: &Path) -> Result<Vec<Rule>, String> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let broken = |why: String| format!("{}: {why}", path.display());
    let list: Vec<Value> = serde_json::from_slice(&text).map_err(|e| broken(e.to_string()))?;
    list.iter()
        .enumerate()
        .map(|(number, rule)| read_rule(rule).map_err(|why| broken(format!("rule {}: {why}", number + 1))))
        .collect()
}

fn read_rule(rule: &Value) -> Result<Rule, String> {
    let text = |name: &str| rule.get(name).and_then(Value::as_str).map(str::to_owned);
    let pattern = text("url").ok_or("it has no \"url\"")?;
    let url = Regex::new(&format!("^(?:{pattern})$")).map_err(|e| e.to_string())?;
    let body = match text("file") {
        Some(file) => RuleBody::File(file),
        None => RuleBody::Text(text("body").unwrap_or_default()),
    };
    let headers = headers_of(rule.get("headers")).unwrap_or_default();
    Ok(Rule { url, method: text("method"), status: status_of(rule), headers, body })
}
