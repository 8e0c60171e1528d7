//! Hosts, paths and ports of requests, as cookies know them.

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::debug;
use crate::body;
use crate::modules::python_function::{Function, function};
use crate::modules::scope::Scope;
use crate::runtime::text;

pub const DEFAULT_PORT: &str = "80";
/// Characters of paths that are sent as they are.
pub const PATH_SAFE: &str = "%/;:@&=+$,!~*'()";

pub static FUNCTIONS: &[Function] = &[
    function("is_HDN", &["text"], body!(|x, host| Ok(x.bool(is_host_name(&x.peek(host)))))),
    function(
        "domain_match",
        &["A", "B"],
        body!(|x, host, domain| Ok(x.bool(domain_match(&lower(x, host)?, &lower(x, domain)?)))),
    ),
    function("liberal_is_HDN", &["text"], body!(|x, host| Ok(x.bool(!ends_as_address(&x.peek(host)))))),
    function(
        "user_domain_match",
        &["A", "B"],
        body!(|x, host, domain| Ok(x.bool(user_match(&lower(x, host)?, &lower(x, domain)?)))),
    ),
    function(
        "request_host",
        &["request"],
        body!(|x, request| {
            let (host, like) = host_of(x, request)?;
            Ok(x.like(&like, &host))
        }),
    ),
    function(
        "eff_request_host",
        &["request"],
        body!(|x, request| {
            let (host, effective) = hosts_of(x, request)?;
            let like = host_of(x, request)?.1;
            Ok(x.tuple([x.like(&like, &host), x.like(&like, &effective)]))
        }),
    ),
    function("request_path", &["request"], body!(|x, request| Ok(x.text(&path_of(x, request)?)))),
    function("request_port", &["request"], body!(|x, request| port_of(x, request))),
    function(
        "uppercase_escaped_char",
        &["match"],
        body!(|x, found| x.format("%%%s", [x.ask(&*x.call(found, "group", [x.int(1)])?, "upper")?])),
    ),
    function("escape_path", &["path"], body!(|x, path| Ok(x.text(&escape(x, path)?)))),
    function("reach", &["h"], body!(|x, host| Ok(x.like(host, &reach(&x.peek(host)))))),
    function("is_third_party", &["request"], body!(|x, request| Ok(x.bool(is_third_party(x, request)?)))),
];

fn lower(x: Scope<'_>, host: &PyObject) -> PyResult<String> {
    Ok(x.peek(&*x.ask(host, "lower")?))
}

/// Whether the last part is a number, as in an address.
pub fn ends_as_address(host: &str) -> bool {
    let host = host.strip_suffix('\n').unwrap_or(host);
    host.rsplit_once('.').is_some_and(|(_, last)| !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_host_name(host: &str) -> bool {
    !ends_as_address(host) && !host.is_empty() && !host.starts_with('.') && !host.ends_with('.')
}

/// RFC 2965: a host is in a domain. Both are in small letters.
pub fn domain_match(host: &str, domain: &str) -> bool {
    if host == domain {
        return true;
    }
    let within = host.rfind(domain).is_some_and(|at| at > 0);
    is_host_name(host) && within && domain.strip_prefix('.').is_some_and(is_host_name)
}

/// The lists of domains of a program.
pub fn user_match(host: &str, domain: &str) -> bool {
    if ends_as_address(host) || ends_as_address(domain) || !domain.starts_with('.') {
        return host == domain;
    }
    host.ends_with(domain)
}

/// The host of a request in small letters, and a string of its type.
fn host_of(x: Scope<'_>, request: &PyObject) -> PyResult<(String, PyObjectRef)> {
    let url = x.ask(request, "get_full_url")?;
    let mut host = x.nth(&*x.call(&*x.global("urlparse")?, "urlparse", [url])?, 1)?;
    if x.says(&host, "") {
        host = x.call(request, "get_header", [x.text("Host"), x.text("")])?;
    }
    let shown = x.peek(&*x.ask(&host, "lower")?);
    let bare = match shown.rsplit_once(':') {
        Some((head, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => head.to_owned(),
        _ => shown,
    };
    Ok((bare, host))
}

/// The host as it is, and as cookies know it: with `.local` where it has no dot.
pub fn hosts_of(x: Scope<'_>, request: &PyObject) -> PyResult<(String, String)> {
    // Programs replace the function.
    let host = x.peek(&*x.made("request_host", [request.to_owned()])?);
    let effective = if host.contains('.') { host.clone() } else { format!("{host}.local") };
    Ok((host, effective))
}

/// The path of a request, escaped.
pub fn path_of(x: Scope<'_>, request: &PyObject) -> PyResult<String> {
    let url = x.ask(request, "get_full_url")?;
    let path = x.get(&*x.call(&*x.global("urlparse")?, "urlsplit", [url])?, "path")?;
    let path = escape(x, &path)?;
    Ok(if path.starts_with('/') { path } else { format!("/{path}") })
}

/// The port of a request as a string; None for what is no number.
pub fn port_of(x: Scope<'_>, request: &PyObject) -> PyResult {
    let host = x.ask(request, "get_host")?;
    let shown = x.peek(&host);
    let Some((_, port)) = shown.split_once(':') else { return Ok(x.text(DEFAULT_PORT)) };
    let port = x.like(&host, port);
    match x.made("int", [port.clone()]) {
        Err(error) if x.is_error(&error, "ValueError") => {
            debug(x, "nonnumeric port: '%s'", || Ok(vec![port]))?;
            Ok(x.none())
        }
        other => other.map(|_| port),
    }
}

/// Quotes what a path must not have, and writes all quotes alike.
pub fn escape(x: Scope<'_>, path: &PyObject) -> PyResult<String> {
    let shown = x.peek(path);
    let bytes = if text::is_unicode(path) { shown.into_bytes() } else { text::bytes_of(path).unwrap_or_default() };
    let mut escaped = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match bytes.get(at..at + 2) {
            Some(digits) if byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit) => {
                escaped.push('%');
                escaped.extend(digits.iter().map(|digit| char::from(digit.to_ascii_uppercase())));
                at += 2;
            }
            _ if byte.is_ascii_alphanumeric() || b"_.-".contains(&byte) || PATH_SAFE.as_bytes().contains(&byte) => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(escaped)
}

/// The domain that a host's cookies can be for: `.example.com` for `www.example.com`.
fn reach(host: &str) -> String {
    match host.split_once('.') {
        Some((_, rest)) if is_host_name(host) && (rest.contains('.') || rest == "local") => format!(".{rest}"),
        _ => host.to_owned(),
    }
}

/// Whether the request goes to another domain than the one that the user asked for.
pub fn is_third_party(x: Scope<'_>, request: &PyObject) -> PyResult<bool> {
    let host = x.peek(&*x.made("request_host", [request.to_owned()])?);
    let origin = x.peek(&*x.ask(request, "get_origin_req_host")?);
    Ok(!domain_match(&host, &reach(&origin).to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_domains() {
        assert!(domain_match("x.y.com", "x.y.com"));
        assert!(domain_match("x.y.com", ".y.com"));
        assert!(!domain_match("x.y.com", "y.com"));
        assert!(!domain_match("192.168.1.1", ".1.1"));
        assert!(user_match("acme.com", "acme.com"));
        assert!(user_match("www.acme.com", ".acme.com"));
        assert!(!user_match("127.0.0.1", ".0.1"));
        assert_eq!(reach("www.acme.com"), ".acme.com");
        assert_eq!(reach("acme.com"), "acme.com");
        assert_eq!(reach("a.local"), ".local");
    }
}
