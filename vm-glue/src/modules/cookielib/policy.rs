//! `CookiePolicy` and `DefaultCookiePolicy`: which cookies are taken and sent.

use rustpython_vm::builtins::PyInt;
use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::hosts::{domain_match, ends_as_address, hosts_of, is_third_party, path_of, user_match};
use super::{NONE, debug};
use crate::body;
use crate::modules::python_function::{Body, Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};

/// No dots before the domain; cookies without a domain only for their own host; RFC 2965's matching.
const STRICT_NO_DOTS: i32 = 1;
const STRICT_NON_DOMAIN: i32 = 2;
const RFC2965_MATCH: i32 = 4;

pub static CLASSES: &[Line] = &[
    Line {
        name: "CookiePolicy",
        bases: &[],
        functions: ABSTRACT,
        values: &[],
        doc: Some("What a policy answers: to be overridden."),
    },
    Line {
        name: "DefaultCookiePolicy",
        bases: &["CookiePolicy"],
        functions: USUAL,
        values: &[
            ("DomainStrictNoDots", Given::Int(STRICT_NO_DOTS)),
            ("DomainStrictNonDomain", Given::Int(STRICT_NON_DOMAIN)),
            ("DomainRFC2965Match", Given::Int(RFC2965_MATCH)),
            ("DomainLiberal", Given::Int(0)),
            ("DomainStrict", Given::Int(STRICT_NO_DOTS | STRICT_NON_DOMAIN)),
        ],
        doc: Some("The usual rules."),
    },
];

const COOKIE: &[&str] = &["self", "cookie", "request"];
const DOMAIN: &[&str] = &["self", "domain", "request"];
const PATH: &[&str] = &["self", "path", "request"];

static ABSTRACT: &[Function] = &[
    function("set_ok", COOKIE, body!(|x, _me, _cookie, _request| Err(x.error("NotImplementedError", [])))),
    function("return_ok", COOKIE, body!(|x, _me, _cookie, _request| Err(x.error("NotImplementedError", [])))),
    function("domain_return_ok", DOMAIN, body!(|x, _me, _domain, _request| Ok(x.bool(true)))),
    function("path_return_ok", PATH, body!(|x, _me, _path, _request| Ok(x.bool(true)))),
];

/// Switches in the order of the arguments behind the two lists of domains.
const SWITCHES: [&str; 10] = [
    "netscape",
    "rfc2965",
    "rfc2109_as_netscape",
    "hide_cookie2",
    "strict_domain",
    "strict_rfc2965_unverifiable",
    "strict_ns_unverifiable",
    "strict_ns_domain",
    "strict_ns_set_initial_dollar",
    "strict_ns_set_path",
];

static USUAL: &[Function] = &[
    with_defaults(
        "__init__",
        &[
            "self",
            "blocked_domains",
            "allowed_domains",
            "netscape",
            "rfc2965",
            "rfc2109_as_netscape",
            "hide_cookie2",
            "strict_domain",
            "strict_rfc2965_unverifiable",
            "strict_ns_unverifiable",
            "strict_ns_domain",
            "strict_ns_set_initial_dollar",
            "strict_ns_set_path",
        ],
        &[
            NONE,
            NONE,
            Given::Bool(true),
            Given::Bool(false),
            NONE,
            Given::Bool(false),
            Given::Bool(false),
            Given::Bool(true),
            Given::Bool(false),
            Given::Int(0),
            Given::Bool(false),
            Given::Bool(false),
        ],
        Body::Run(|home, values, vm| {
            let x = Scope { home, vm };
            init(x, values)?;
            Ok(x.none())
        }),
    ),
    function("blocked_domains", &["self"], body!(|x, me| x.get(me, "_blocked_domains"))),
    function(
        "set_blocked_domains",
        &["self", "blocked_domains"],
        body!(|x, me, domains| do {
            x.set(me, "_blocked_domains", x.tuple(x.each(domains)?))
        }),
    ),
    function(
        "is_blocked",
        &["self", "domain"],
        body!(|x, me, domain| Ok(x.bool(listed(x, domain, &*x.get(me, "_blocked_domains")?)?))),
    ),
    function("allowed_domains", &["self"], body!(|x, me| x.get(me, "_allowed_domains"))),
    function(
        "set_allowed_domains",
        &["self", "allowed_domains"],
        body!(|x, me, domains| do {
            let domains = if x.is_none(domains) { x.none() } else { x.tuple(x.each(domains)?) };
            x.set(me, "_allowed_domains", domains)
        }),
    ),
    function(
        "is_not_allowed",
        &["self", "domain"],
        body!(|x, me, domain| {
            let allowed = x.get(me, "_allowed_domains")?;
            Ok(x.bool(!x.is_none(&allowed) && !listed(x, domain, &allowed)?))
        }),
    ),
    function(
        "set_ok",
        COOKIE,
        body!(|x, me, cookie, request| {
            all(x, me, "set_ok_", &["version", "verifiability", "name", "path", "domain", "port"], cookie, request)
        }),
    ),
    function(
        "set_ok_version",
        COOKIE,
        body!(|x, me, cookie, _request| {
            if x.is_none(&*x.get(cookie, "version")?) {
                debug(x, "   Set-Cookie2 without version attribute (%s=%s)", || named(x, cookie))?;
                return Ok(x.bool(false));
            }
            Ok(x.bool(version_ok(x, me, cookie)?))
        }),
    ),
    function("set_ok_verifiability", COOKIE, body!(|x, me, cookie, request| verifiable(x, me, cookie, request))),
    function(
        "set_ok_name",
        COOKIE,
        body!(|x, me, cookie, _request| {
            let dollar = || -> PyResult<bool> { Ok(x.peek(&*x.get(cookie, "name")?).starts_with('$')) };
            if is_netscape(x, cookie)? && x.flag(me, "strict_ns_set_initial_dollar")? && dollar()? {
                debug(x, "   illegal name (starts with '$'): '%s'", || Ok(vec![x.get(cookie, "name")?]))?;
                return Ok(x.bool(false));
            }
            Ok(x.bool(true))
        }),
    ),
    function("set_ok_path", COOKIE, body!(|x, me, cookie, request| Ok(x.bool(set_path(x, me, cookie, request)?)))),
    function("set_ok_domain", COOKIE, body!(|x, me, cookie, request| Ok(x.bool(set_domain(x, me, cookie, request)?)))),
    function("set_ok_port", COOKIE, body!(|x, _me, cookie, request| Ok(x.bool(set_port(x, cookie, request)?)))),
    function(
        "return_ok",
        COOKIE,
        body!(|x, me, cookie, request| {
            all(
                x,
                me,
                "return_ok_",
                &["version", "verifiability", "secure", "expires", "port", "domain"],
                cookie,
                request,
            )
        }),
    ),
    function("return_ok_version", COOKIE, body!(|x, me, cookie, _request| Ok(x.bool(version_ok(x, me, cookie)?)))),
    function("return_ok_verifiability", COOKIE, body!(|x, me, cookie, request| verifiable(x, me, cookie, request))),
    function(
        "return_ok_secure",
        COOKIE,
        body!(|x, _me, cookie, request| {
            if x.flag(cookie, "secure")? && !x.says(&*x.ask(request, "get_type")?, "https") {
                debug(x, "   secure cookie with non-secure request", || Ok(Vec::new()))?;
                return Ok(x.bool(false));
            }
            Ok(x.bool(true))
        }),
    ),
    function(
        "return_ok_expires",
        COOKIE,
        body!(|x, me, cookie, _request| {
            if x.yes(&*x.call(cookie, "is_expired", [x.get(me, "_now")?])?)? {
                debug(x, "   cookie expired", || Ok(Vec::new()))?;
                return Ok(x.bool(false));
            }
            Ok(x.bool(true))
        }),
    ),
    function("return_ok_port", COOKIE, body!(|x, _me, cookie, request| Ok(x.bool(return_port(x, cookie, request)?)))),
    function(
        "return_ok_domain",
        COOKIE,
        body!(|x, me, cookie, request| Ok(x.bool(return_domain(x, me, cookie, request)?))),
    ),
    function(
        "domain_return_ok",
        DOMAIN,
        body!(|x, me, domain, request| Ok(x.bool(any_domain(x, me, domain, request)?))),
    ),
    function(
        "path_return_ok",
        PATH,
        body!(|x, _me, path, request| {
            debug(x, "- checking cookie path=%s", || Ok(vec![path.clone()]))?;
            let asked = path_of(x, request)?;
            let fits = path_fits(&x.peek(path), &asked);
            if !fits {
                debug(x, "  %s does not path-match %s", || Ok(vec![x.text(&asked), path.clone()]))?;
            }
            Ok(x.bool(fits))
        }),
    ),
];

fn init(x: Scope<'_>, values: &[PyObjectRef]) -> PyResult<()> {
    let [me, blocked, allowed, switches @ ..] = values else { return Ok(()) };
    for (name, value) in SWITCHES.into_iter().zip(switches) {
        x.set(me, name, value.clone())?;
    }
    let blocked = if x.is_none(blocked) { x.tuple([]) } else { x.tuple(x.each(blocked)?) };
    let allowed = if x.is_none(allowed) { x.none() } else { x.tuple(x.each(allowed)?) };
    x.fill(me, [("_blocked_domains", blocked), ("_allowed_domains", allowed)])
}

/// Whether a list has a domain, or one above it.
fn listed(x: Scope<'_>, domain: &PyObject, list: &PyObject) -> PyResult<bool> {
    let domain = x.peek(domain).to_lowercase();
    Ok(x.each(list)?.iter().any(|known| user_match(&domain, &x.peek(known).to_lowercase())))
}

fn named(x: Scope<'_>, cookie: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    Ok(vec![x.get(cookie, "name")?, x.get(cookie, "value")?])
}

/// Asks the methods for all parts of a cookie.
fn all(
    x: Scope<'_>,
    me: &PyObject,
    prefix: &str,
    parts: &[&str],
    cookie: &PyObjectRef,
    request: &PyObjectRef,
) -> PyResult {
    debug(x, " - checking cookie %s=%s", || named(x, cookie))?;
    if prefix == "set_ok_" && x.is_none(&*x.get(cookie, "name")?) {
        return Err(x.assertion(None));
    }
    for part in parts {
        if !x.yes(&*x.call(me, &format!("{prefix}{part}"), [cookie.clone(), request.clone()])?)? {
            return Ok(x.bool(false));
        }
    }
    Ok(x.bool(true))
}

/// Whether the version is greater than 0.
fn is_newer(x: Scope<'_>, cookie: &PyObject) -> PyResult<bool> {
    x.above(&*x.get(cookie, "version")?, 0)
}

fn is_netscape(x: Scope<'_>, cookie: &PyObject) -> PyResult<bool> {
    x.equal(&*x.get(cookie, "version")?, &x.int(0))
}

/// A bit of `strict_ns_domain`.
fn strictness(x: Scope<'_>, me: &PyObject, bit: i32) -> PyResult<bool> {
    let level = x.get(me, "strict_ns_domain")?;
    let level = level.downcast_ref::<PyInt>().and_then(|level| i32::try_from(level.as_bigint()).ok());
    Ok(level.unwrap_or_default() & bit != 0)
}

fn version_ok(x: Scope<'_>, me: &PyObject, cookie: &PyObject) -> PyResult<bool> {
    if is_newer(x, cookie)? && !x.flag(me, "rfc2965")? {
        debug(x, "   RFC 2965 cookies are switched off", || Ok(Vec::new()))?;
        return Ok(false);
    }
    if is_netscape(x, cookie)? && !x.flag(me, "netscape")? {
        debug(x, "   Netscape cookies are switched off", || Ok(Vec::new()))?;
        return Ok(false);
    }
    Ok(true)
}

fn verifiable(x: Scope<'_>, me: &PyObject, cookie: &PyObject, request: &PyObject) -> PyResult {
    if x.yes(&*x.ask(request, "is_unverifiable")?)? && is_third_party(x, request)? {
        if is_newer(x, cookie)? && x.flag(me, "strict_rfc2965_unverifiable")? {
            debug(x, "   third-party RFC 2965 cookie during unverifiable transaction", || Ok(Vec::new()))?;
            return Ok(x.bool(false));
        }
        if is_netscape(x, cookie)? && x.flag(me, "strict_ns_unverifiable")? {
            debug(x, "   third-party Netscape cookie during unverifiable transaction", || Ok(Vec::new()))?;
            return Ok(x.bool(false));
        }
    }
    Ok(x.bool(true))
}

/// Whether a path is that of a cookie, or below it.
fn path_fits(path: &str, asked: &str) -> bool {
    asked.strip_prefix(path).is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/'))
}

fn set_path(x: Scope<'_>, me: &PyObject, cookie: &PyObject, request: &PyObject) -> PyResult<bool> {
    if !x.flag(cookie, "path_specified")? {
        return Ok(true);
    }
    let strict = is_newer(x, cookie)? || is_netscape(x, cookie)? && x.flag(me, "strict_ns_set_path")?;
    let asked = path_of(x, request)?;
    if strict && !path_fits(&x.peek(&*x.get(cookie, "path")?), &asked) {
        debug(x, "   path attribute %s is not a prefix of request path %s", || {
            Ok(vec![x.get(cookie, "path")?, x.text(&asked)])
        })?;
        return Ok(false);
    }
    Ok(true)
}

/// Second levels of countries under which there are domains of many owners.
const SHARED_LEVELS: &[&str] = &[
    "co", "ac", "com", "edu", "org", "net", "gov", "mil", "int", "aero", "biz", "cat", "coop", "info", "jobs", "mobi",
    "museum", "name", "pro", "travel", "eu",
];

/// Whether a domain such as `.co.uk` is nobody's.
fn is_shared(domain: &str) -> bool {
    let Some((first, top)) = domain.rsplit_once('.') else { return false };
    let Some(second) = first.strip_prefix('.').filter(|second| !second.contains('.')) else { return false };
    top.len() == 2 && SHARED_LEVELS.contains(&second.to_lowercase().as_str())
}

/// Whether a list of the policy keeps a domain out.
fn kept_out(x: Scope<'_>, me: &PyObject, domain: &PyObjectRef) -> PyResult<bool> {
    if x.yes(&*x.call(me, "is_blocked", [domain.clone()])?)? {
        debug(x, "   domain %s is in user block-list", || Ok(vec![domain.clone()]))?;
        return Ok(true);
    }
    if x.yes(&*x.call(me, "is_not_allowed", [domain.clone()])?)? {
        debug(x, "   domain %s is not in user allow-list", || Ok(vec![domain.clone()]))?;
        return Ok(true);
    }
    Ok(false)
}

fn set_domain(x: Scope<'_>, me: &PyObject, cookie: &PyObject, request: &PyObject) -> PyResult<bool> {
    let given = x.get(cookie, "domain")?;
    if kept_out(x, me, &given)? {
        return Ok(false);
    }
    if !x.flag(cookie, "domain_specified")? {
        return Ok(true);
    }
    let (host, effective) = hosts_of(x, request)?;
    let domain = x.peek(&given);
    if x.flag(me, "strict_domain")? && is_shared(&domain) {
        debug(x, "   country-code second level domain %s", || Ok(vec![given]))?;
        return Ok(false);
    }
    let bare = domain.strip_prefix('.').unwrap_or(&domain);
    if !bare.contains('.') && domain != ".local" {
        debug(x, "   non-local domain %s contains no embedded dot", || Ok(vec![given]))?;
        return Ok(false);
    }
    let hosts = || Ok(vec![x.text(&effective), given.clone()]);
    let (newer, netscape) = (is_newer(x, cookie)?, is_netscape(x, cookie)?);
    let within = effective.ends_with(&domain) || format!(".{effective}").ends_with(&domain);
    if netscape && !within && !effective.starts_with('.') {
        let message = "   effective request-host %s (even with added initial dot) does not end with %s";
        debug(x, message, hosts)?;
        return Ok(false);
    }
    if (newer || strictness(x, me, RFC2965_MATCH)?) && !domain_match(&effective.to_lowercase(), &domain.to_lowercase())
    {
        debug(x, "   effective request-host %s does not domain-match %s", hosts)?;
        return Ok(false);
    }
    if newer || strictness(x, me, STRICT_NO_DOTS)? {
        let prefix = host.get(..host.len().saturating_sub(domain.len())).unwrap_or_default();
        if prefix.contains('.') && !ends_as_address(&host) {
            debug(x, "   host prefix %s for domain %s contains a dot", || Ok(vec![x.text(prefix), given.clone()]))?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// The port of a request as a text.
fn asked_port(x: Scope<'_>, request: &PyObject) -> PyResult<String> {
    let port = x.made("request_port", [request.to_owned()])?;
    Ok(if x.is_none(&port) { super::hosts::DEFAULT_PORT.to_owned() } else { x.peek(&port) })
}

fn set_port(x: Scope<'_>, cookie: &PyObject, request: &PyObject) -> PyResult<bool> {
    if !x.flag(cookie, "port_specified")? {
        return Ok(true);
    }
    let asked = asked_port(x, request)?;
    let ports = x.get(cookie, "port")?;
    for port in x.peek(&ports).split(',') {
        match x.made("int", [x.text(port)]) {
            Err(error) if x.is_error(&error, "ValueError") => {
                debug(x, "   bad port %s (not numeric)", || Ok(vec![x.text(port)]))?;
                return Ok(false);
            }
            other => drop(other?),
        }
        if port == asked {
            return Ok(true);
        }
    }
    debug(x, "   request port (%s) not found in %s", || Ok(vec![x.text(&asked), ports.clone()]))?;
    Ok(false)
}

fn return_port(x: Scope<'_>, cookie: &PyObject, request: &PyObject) -> PyResult<bool> {
    let ports = x.get(cookie, "port")?;
    if !x.yes(&ports)? {
        return Ok(true);
    }
    let asked = asked_port(x, request)?;
    let found = x.peek(&ports).split(',').any(|port| port == asked);
    if !found {
        debug(x, "   request port %s does not match cookie port %s", || Ok(vec![x.text(&asked), ports.clone()]))?;
    }
    Ok(found)
}

/// A domain with a dot before it.
fn dotted(domain: &str) -> String {
    if domain.is_empty() || domain.starts_with('.') { domain.to_owned() } else { format!(".{domain}") }
}

fn return_domain(x: Scope<'_>, me: &PyObject, cookie: &PyObject, request: &PyObject) -> PyResult<bool> {
    let (host, effective) = hosts_of(x, request)?;
    let given = x.get(cookie, "domain")?;
    let domain = x.peek(&given);
    let netscape = is_netscape(x, cookie)?;
    if netscape && strictness(x, me, STRICT_NON_DOMAIN)? && !x.flag(cookie, "domain_specified")? && domain != effective
    {
        let message = "   cookie with unspecified domain does not string-compare equal to request domain";
        debug(x, message, || Ok(Vec::new()))?;
        return Ok(false);
    }
    if is_newer(x, cookie)? && !domain_match(&effective.to_lowercase(), &domain.to_lowercase()) {
        let message = "   effective request-host name %s does not domain-match RFC 2965 cookie domain %s";
        debug(x, message, || Ok(vec![x.text(&effective), given]))?;
        return Ok(false);
    }
    if netscape && !format!(".{effective}").ends_with(&dotted(&domain)) {
        debug(x, "   request-host %s does not match Netscape cookie domain %s", || Ok(vec![x.text(&host), given]))?;
        return Ok(false);
    }
    Ok(true)
}

fn any_domain(x: Scope<'_>, me: &PyObject, domain: &PyObjectRef, request: &PyObject) -> PyResult<bool> {
    let (host, effective) = hosts_of(x, request)?;
    let wanted = dotted(&x.peek(domain));
    // An empty host has no domain, but everything ends with an empty one.
    let ends = |host: &str| {
        if host.starts_with('.') { host.ends_with(&wanted) } else { format!(".{host}").ends_with(&wanted) }
    };
    if !ends(&host) && !ends(&effective) {
        return Ok(false);
    }
    Ok(!kept_out(x, me, domain)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_many_owners_are_known() {
        assert!(is_shared(".co.uk"));
        assert!(!is_shared(".example.co.uk"));
        assert!(!is_shared(".bbc.uk"));
        assert!(path_fits("/a", "/a/b"));
        assert!(path_fits("/a/", "/a/b"));
        assert!(!path_fits("/a", "/ab"));
    }
}
