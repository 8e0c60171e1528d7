//! From the headers of an answer to cookies.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult};

use super::hosts::{escape, hosts_of, path_of};
use super::words::name_and_value;
use super::{debug, warn};
use crate::modules::scope::Scope;

const VALUES: &[&str] = &["version", "expires", "domain", "path", "port", "comment", "commenturl"];
const FLAGS: &[&str] = &["discard", "secure"];
/// Attributes that may stand without a value.
const OPTIONAL: &[&str] = &["port", "comment", "commenturl"];

/// For each cookie its name, its value, the attributes that are known, and the others.
pub fn normalized(x: Scope<'_>, me: &PyObject, lists: &PyObject) -> PyResult {
    let mut found = Vec::new();
    for list in x.each(lists)? {
        let pairs = x.each(&list)?;
        let Some((first, pairs)) = pairs.split_first() else {
            return Err(x.vm.new_index_error("list index out of range"));
        };
        let (name, value) = x.two(first)?;
        if let Some((standard, rest)) = attributes(x, me, pairs)? {
            found.push(x.tuple([name, value, standard, rest]));
        }
    }
    Ok(x.list(found))
}

/// The attributes of a cookie; None if one of them spoils it.
fn attributes(x: Scope<'_>, me: &PyObject, pairs: &[PyObjectRef]) -> PyResult<Option<(PyObjectRef, PyObjectRef)>> {
    let (standard, rest) = (x.dict(), x.dict());
    let mut lasting = false;
    for pair in pairs {
        let (mut key, mut name, mut value) = name_and_value(x, pair)?;
        let lower = name.to_lowercase();
        if VALUES.contains(&lower.as_str()) || FLAGS.contains(&lower.as_str()) {
            name = lower;
            key = x.like(&key, &name);
        }
        if FLAGS.contains(&name.as_str()) && x.is_none(&value) {
            value = x.bool(true);
        }
        if x.contains(&standard, &key)? {
            // Only the first one counts.
            continue;
        }
        match name.as_str() {
            "domain" => {
                if x.is_none(&value) {
                    debug(x, "   missing value for domain attribute", || Ok(Vec::new()))?;
                    return Ok(None);
                }
                value = x.ask(&value, "lower")?;
            }
            // What max-age said counts.
            "expires" if lasting => continue,
            "expires" if x.is_none(&value) => {
                let message = "   missing or invalid value for expires attribute: treating as session cookie";
                debug(x, message, || Ok(Vec::new()))?;
                continue;
            }
            "max-age" => {
                lasting = true;
                let seconds = match x.made("int", [value.clone()]) {
                    Err(error) if x.is_error(&error, "ValueError") => {
                        let message = "   missing or invalid (non-numeric) value for max-age attribute";
                        debug(x, message, || Ok(Vec::new()))?;
                        return Ok(None);
                    }
                    other => other?,
                };
                // A moment is kept, not a span.
                name = "expires".to_owned();
                key = x.text("expires");
                value = x.add(&*x.get(me, "_now")?, &seconds)?;
            }
            _ => {}
        }
        if VALUES.contains(&name.as_str()) || FLAGS.contains(&name.as_str()) {
            if x.is_none(&value) && !OPTIONAL.contains(&name.as_str()) {
                debug(x, "   missing value for %s attribute", || Ok(vec![key]))?;
                return Ok(None);
            }
            x.put(&standard, &key, value)?;
        } else {
            x.put(&rest, &key, value)?;
        }
    }
    Ok(Some((standard, rest)))
}

/// The cookie of such a tuple; None if it is none, or only deletes one.
pub fn cookie(x: Scope<'_>, me: &PyObject, parts: &PyObject, request: &PyObjectRef) -> PyResult {
    let [name, value, standard, rest] = x.unpack(parts)?;
    let attribute = |name: &str| -> PyResult<Option<PyObjectRef>> {
        let key = x.text(name);
        if x.contains(&standard, &key)? { x.item(&standard, &key).map(Some) } else { Ok(None) }
    };
    let or_none = |value: Option<PyObjectRef>| value.unwrap_or_else(|| x.none());
    let version = match attribute("version")?.filter(|version| !x.is_none(version)) {
        Some(version) => match x.made("int", [version]) {
            // A version that is no number: no cookie.
            Err(error) if x.is_error(&error, "ValueError") => return Ok(x.none()),
            other => other?,
        },
        None => x.none(),
    };
    let given = attribute("path")?.filter(|path| !x.says(path, ""));
    let path_specified = given.is_some();
    let path = match given {
        Some(path) => escape(x, &path)?,
        None => {
            let asked = path_of(x, request)?;
            let netscape = x.equal(&version, &x.int(0))?;
            let folder = asked.rfind('/').and_then(|at| asked.get(..if netscape { at } else { at + 1 }));
            let folder = folder.unwrap_or(&asked);
            if folder.is_empty() { "/".to_owned() } else { folder.to_owned() }
        }
    };
    let path = x.text(&path);
    let given = attribute("domain")?;
    let domain_specified = given.is_some();
    let mut initial_dot = false;
    let domain = match given {
        Some(domain) => {
            let shown = x.peek(&domain);
            initial_dot = shown.starts_with('.');
            if initial_dot { domain } else { x.like(&domain, &format!(".{shown}")) }
        }
        None => x.text(&hosts_of(x, request)?.1),
    };
    let mut port_specified = false;
    let port = match attribute("port")? {
        None => x.none(),
        // Without a value it means the port of the request.
        Some(port) if x.is_none(&port) => x.made("request_port", [request.clone()])?,
        Some(port) => {
            port_specified = true;
            let bare = x.peek(&port).chars().filter(|c| !c.is_ascii_whitespace() && *c != '\x0b').collect::<String>();
            x.like(&port, &bare)
        }
    };
    let mut discard = attribute("discard")?.unwrap_or_else(|| x.bool(false));
    let expires = attribute("expires")?;
    match &expires {
        None => discard = x.bool(true),
        Some(expires) => {
            if !x.less(&*x.get(me, "_now")?, expires)? {
                // It deletes the one that is there.
                match x.call(me, "clear", [domain.clone(), path.clone(), name.clone()]) {
                    Err(error) if x.is_error(&error, "KeyError") => {}
                    other => drop(other?),
                }
                debug(x, "Expiring cookie, domain='%s', path='%s', name='%s'", || Ok(vec![domain, path, name]))?;
                return Ok(x.none());
            }
        }
    }
    let secure = attribute("secure")?.unwrap_or_else(|| x.bool(false));
    let (comment, comment_url) = (or_none(attribute("comment")?), or_none(attribute("commenturl")?));
    let values = [
        version,
        name,
        value,
        port,
        x.bool(port_specified),
        domain,
        x.bool(domain_specified),
        x.bool(initial_dot),
        path,
        x.bool(path_specified),
        secure,
        or_none(expires),
        discard,
        comment,
        comment_url,
        rest,
    ];
    x.made("Cookie", values)
}

/// Cookies in the form of RFC 2109, which came in a header of the older kind.
pub fn mark_old(x: Scope<'_>, me: &PyObject, cookies: &PyObject) -> PyResult<()> {
    let policy = x.get(me, "_policy")?;
    let as_netscape = match x.find(&policy, "rfc2109_as_netscape")?.filter(|given| !x.is_none(given)) {
        Some(given) => x.yes(&given)?,
        None => !x.flag(&policy, "rfc2965")?,
    };
    for cookie in x.each(cookies)? {
        if x.equal(&*x.get(&cookie, "version")?, &x.int(1))? {
            x.set(&cookie, "rfc2109", x.bool(true))?;
            if as_netscape {
                x.set(&cookie, "version", x.int(0))?;
            }
        }
    }
    Ok(())
}

/// What a header gives. Whatever goes wrong in it is not the program's fault.
fn parsed(x: Scope<'_>, cookies: PyResult) -> PyResult<Option<PyObjectRef>> {
    let is_exception = |error: &PyBaseExceptionRef| error.as_object().is_instance(&*x.global("Exception")?, x.vm);
    match cookies {
        Err(error) if is_exception(&error)? => {
            warn(x, &error)?;
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// `make_cookies(response, request)`
pub fn make(x: Scope<'_>, me: &PyObject, response: &PyObject, request: &PyObjectRef) -> PyResult {
    let headers = x.ask(response, "info")?;
    let newer = x.call(&headers, "getheaders", [x.text("Set-Cookie2")])?;
    let older = x.call(&headers, "getheaders", [x.text("Set-Cookie")])?;
    let policy = x.get(me, "_policy")?;
    let (use_newer, use_older) = (x.flag(&policy, "rfc2965")?, x.flag(&policy, "netscape")?);
    let (has_newer, has_older) = (x.yes(&newer)?, x.yes(&older)?);
    let wanted = has_older && use_older || has_newer && use_newer;
    if !wanted {
        return Ok(x.list([]));
    }
    let from = |function: &str, lines: PyObjectRef| {
        x.made(function, [lines]).and_then(|lists| x.call(me, "_cookies_from_attrs_set", [lists, request.clone()]))
    };
    let cookies = parsed(x, from("split_header_words", newer))?.unwrap_or_else(|| x.list([]));
    if !has_older || !use_older {
        return Ok(cookies);
    }
    let found = parsed(x, from("parse_ns_headers", older))?.unwrap_or_else(|| x.list([]));
    x.call(me, "_process_rfc2109_cookies", [found.clone()])?;
    // Where both kinds of headers set a cookie, the newer one counts.
    let key = |cookie: &PyObject| -> PyResult {
        Ok(x.tuple([x.get(cookie, "domain")?, x.get(cookie, "path")?, x.get(cookie, "name")?]))
    };
    let known = x.dict();
    if use_newer {
        for cookie in x.each(&cookies)? {
            x.put(&known, &*key(&cookie)?, x.none())?;
        }
    }
    for cookie in x.each(&found)? {
        if !x.contains(&known, &*key(&cookie)?)? {
            x.call(&cookies, "append", [cookie])?;
        }
    }
    Ok(cookies)
}
