//! `CookieJar`: cookies by domain, path and name, and what of them is sent. How it takes cookies is in [`super::taking`].

use std::cmp::Reverse;

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::{NONE, debug, taking};
use crate::body;
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::runtime::text;

/// Expressions of the class, in the order of its attributes.
pub const EXPRESSIONS: &[(&str, u32)] = &[(r"\W", 0), (r#"([\"\\])"#, 0), (r"\.?[^.]*", 0), ("[^.]*", 0), (r"^\.+", 0)];

pub static CLASSES: &[Line] = &[Line {
    name: "CookieJar",
    bases: &[],
    functions: JAR,
    values: &[
        ("non_word_re", Given::Kept(0)),
        ("quote_re", Given::Kept(1)),
        ("strict_domain_re", Given::Kept(2)),
        ("domain_re", Given::Kept(3)),
        ("dots_re", Given::Kept(4)),
        ("magic_re", Given::Text(r"^\#LWP-Cookies-(\d+\.\d+)")),
    ],
    doc: Some("Cookies by domain, path and name."),
}];

pub static FUNCTIONS: &[Function] = &[
    function("vals_sorted_by_key", &["adict"], body!(|x, mapping| Ok(x.list(sorted_values(x, mapping)?)))),
    function(
        "deepvalues",
        &["mapping"],
        body!(|x, mapping| {
            let mut values = Vec::new();
            deep_values(x, mapping, &mut values)?;
            x.made("iter", [x.list(values)])
        }),
    ),
];

const SELF: &[&str] = &["self"];
const COOKIE_REQUEST: &[&str] = &["self", "cookie", "request"];

static JAR: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "policy"],
        &[NONE],
        body!(|x, me, policy| do {
            let policy = if x.is_none(policy) { x.made("DefaultCookiePolicy", [])? } else { policy.clone() };
            let lock = x.ask(&*x.global("_threading")?, "RLock")?;
            x.fill(me, [("_policy", policy), ("_cookies_lock", lock), ("_cookies", x.dict())])
        }),
    ),
    function("set_policy", &["self", "policy"], body!(|x, me, policy| do x.set(me, "_policy", policy.clone()))),
    function(
        "_cookies_for_domain",
        &["self", "domain", "request"],
        body!(|x, me, domain, request| for_domain(x, me, domain, request)),
    ),
    function(
        "_cookies_for_request",
        &["self", "request"],
        body!(|x, me, request| {
            let mut found = Vec::new();
            for domain in x.each(&*x.ask(&*x.get(me, "_cookies")?, "keys")?)? {
                found.extend(x.each(&*x.call(me, "_cookies_for_domain", [domain, request.clone()])?)?);
            }
            Ok(x.list(found))
        }),
    ),
    function("_cookie_attrs", &["self", "cookies"], body!(|x, me, cookies| words(x, me, cookies))),
    function("add_cookie_header", &["self", "request"], body!(|x, me, request| do send(x, me, request))),
    function(
        "_normalized_cookie_tuples",
        &["self", "attrs_set"],
        body!(|x, me, lists| taking::normalized(x, me, lists)),
    ),
    function(
        "_cookie_from_cookie_tuple",
        &["self", "tup", "request"],
        body!(|x, me, parts, request| taking::cookie(x, me, parts, request)),
    ),
    function(
        "_cookies_from_attrs_set",
        &["self", "attrs_set", "request"],
        body!(|x, me, lists, request| {
            let mut cookies = Vec::new();
            for parts in x.each(&*x.call(me, "_normalized_cookie_tuples", [lists.clone()])?)? {
                let cookie = x.call(me, "_cookie_from_cookie_tuple", [parts, request.clone()])?;
                if x.yes(&cookie)? {
                    cookies.push(cookie);
                }
            }
            Ok(x.list(cookies))
        }),
    ),
    function(
        "_process_rfc2109_cookies",
        &["self", "cookies"],
        body!(|x, me, cookies| do {
            taking::mark_old(x, me, cookies)
        }),
    ),
    function(
        "make_cookies",
        &["self", "response", "request"],
        body!(|x, me, response, request| taking::make(x, me, response, request)),
    ),
    function(
        "set_cookie_if_ok",
        COOKIE_REQUEST,
        body!(|x, me, cookie, request| do locked(x, me, || {
            let policy = now(x, me)?;
            if x.yes(&*x.call(&policy, "set_ok", [cookie.clone(), request.clone()])?)? {
                x.call(me, "set_cookie", [cookie.clone()])?;
            }
            Ok(())
        })),
    ),
    function("set_cookie", &["self", "cookie"], body!(|x, me, cookie| do set(x, me, cookie))),
    function(
        "extract_cookies",
        &["self", "response", "request"],
        body!(|x, me, response, request| do {
            debug(x, "extract_cookies: %s", || Ok(vec![x.ask(response, "info")?]))?;
            locked(x, me, || {
                let policy = now(x, me)?;
                for cookie in x.each(&*x.call(me, "make_cookies", [response.clone(), request.clone()])?)? {
                    if x.yes(&*x.call(&policy, "set_ok", [cookie.clone(), request.clone()])?)? {
                        debug(x, " setting cookie: %s", || Ok(vec![cookie.clone()]))?;
                        x.call(me, "set_cookie", [cookie])?;
                    }
                }
                Ok(())
            })
        }),
    ),
    with_defaults(
        "clear",
        &["self", "domain", "path", "name"],
        &[NONE, NONE, NONE],
        body!(|x, me, domain, path, name| do {
            clear(x, me, domain, path, name)
        }),
    ),
    function("clear_session_cookies", SELF, body!(|x, me| do clear_those(x, me, |cookie| x.flag(cookie, "discard")))),
    function(
        "clear_expired_cookies",
        SELF,
        body!(|x, me| do {
            let now = x.ask(&*x.global("time")?, "time")?;
            clear_those(x, me, |cookie| x.yes(&*x.call(cookie, "is_expired", [now.clone()])?))
        }),
    ),
    function("__iter__", SELF, body!(|x, me| x.made("deepvalues", [x.get(me, "_cookies")?]))),
    function("__len__", SELF, body!(|x, me| Ok(x.int(x.each(me)?.len() as i64)))),
    function("__repr__", SELF, body!(|x, me| shown(x, me, text::repr_object))),
    function("__str__", SELF, body!(|x, me| shown(x, me, text::str_object))),
];

fn sorted_values(x: Scope<'_>, mapping: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    let keys = x.made("sorted", [x.list(x.each(&*x.ask(mapping, "keys")?)?)])?;
    x.each(&keys)?.iter().map(|key| x.item(mapping, key)).collect()
}

/// The values of mappings within mappings, in the order of their keys.
fn deep_values(x: Scope<'_>, mapping: &PyObject, found: &mut Vec<PyObjectRef>) -> PyResult<()> {
    for value in sorted_values(x, mapping)? {
        if x.has(&value, "items")? {
            x.vm.with_recursion("", || deep_values(x, &value, found))?;
        } else {
            found.push(value);
        }
    }
    Ok(())
}

/// Works with the jar's lock.
fn locked<T>(x: Scope<'_>, me: &PyObject, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let lock = x.get(me, "_cookies_lock")?;
    x.ask(&lock, "acquire")?;
    let done = work();
    x.ask(&lock, "release")?;
    done
}

/// Tells the jar and its policy what time it is: the policy.
fn now(x: Scope<'_>, me: &PyObject) -> PyResult {
    let now = x.made("int", [x.ask(&*x.global("time")?, "time")?])?;
    let policy = x.get(me, "_policy")?;
    x.set(me, "_now", now.clone())?;
    x.set(&policy, "_now", now)?;
    Ok(policy)
}

fn for_domain(x: Scope<'_>, me: &PyObject, domain: &PyObjectRef, request: &PyObjectRef) -> PyResult {
    let policy = x.get(me, "_policy")?;
    if !x.yes(&*x.call(&policy, "domain_return_ok", [domain.clone(), request.clone()])?)? {
        return Ok(x.list([]));
    }
    debug(x, "Checking %s for cookies to return", || Ok(vec![domain.clone()]))?;
    let mut found = Vec::new();
    for (path, cookies) in x.pairs(&*x.item(&*x.get(me, "_cookies")?, domain)?)? {
        if !x.yes(&*x.call(&policy, "path_return_ok", [path, request.clone()])?)? {
            continue;
        }
        for cookie in x.each(&*x.ask(&cookies, "values")?)? {
            if x.yes(&*x.call(&policy, "return_ok", [cookie.clone(), request.clone()])?)? {
                found.push(cookie);
            } else {
                debug(x, "   not returning cookie", || Ok(Vec::new()))?;
            }
        }
    }
    Ok(x.list(found))
}

/// The words of the header that sends cookies; the list is sorted, long paths first.
fn words(x: Scope<'_>, me: &PyObject, list: &PyObject) -> PyResult {
    let mut cookies = Vec::new();
    for cookie in x.each(list)? {
        cookies.push((x.length(&*x.get(&cookie, "path")?)?, cookie));
    }
    cookies.sort_by_key(|(length, _)| Reverse(*length));
    let cookies = cookies.into_iter().map(|(_, cookie)| cookie).collect::<Vec<_>>();
    let end = x.int(i64::from(i32::MAX));
    x.call(list, "__setslice__", [x.int(0), end, x.list(cookies.as_slice())])?;
    let mut words = Vec::new();
    for (number, cookie) in cookies.iter().enumerate() {
        let version = x.get(cookie, "version")?;
        let newer = x.above(&version, 0)?;
        if number == 0 && newer {
            words.push(x.format("$Version=%s", [version])?);
        }
        let (name, mut value) = (x.get(cookie, "name")?, x.get(cookie, "value")?);
        if newer && !x.is_none(&value) && x.yes(&*x.call(&*x.get(me, "non_word_re")?, "search", [value.clone()])?)? {
            value = x.call(&*x.get(me, "quote_re")?, "sub", [x.text(r"\\\1"), value])?;
        }
        words.push(if x.is_none(&value) { name } else { x.format("%s=%s", [name, value])? });
        if !newer {
            continue;
        }
        if x.flag(cookie, "path_specified")? {
            words.push(x.format("$Path=\"%s\"", [x.get(cookie, "path")?])?);
        }
        let domain = x.get(cookie, "domain")?;
        if let Some(bare) = x.peek(&domain).strip_prefix('.') {
            let domain = if x.flag(cookie, "domain_initial_dot")? { domain } else { x.like(&domain, bare) };
            words.push(x.format("$Domain=\"%s\"", [domain])?);
        }
        let port = x.get(cookie, "port")?;
        if !x.is_none(&port) {
            let specified = x.flag(cookie, "port_specified")?;
            words.push(if specified { x.format("$Port=\"%s\"", [port])? } else { x.text("$Port") });
        }
    }
    Ok(x.list(words))
}

/// `add_cookie_header(request)`
fn send(x: Scope<'_>, me: &PyObject, request: &PyObjectRef) -> PyResult<()> {
    debug(x, "add_cookie_header", || Ok(Vec::new()))?;
    locked(x, me, || {
        let policy = now(x, me)?;
        let cookies = x.call(me, "_cookies_for_request", [request.clone()])?;
        let words = x.call(me, "_cookie_attrs", [cookies.clone()])?;
        let lacks = |name: &str| -> PyResult<bool> { Ok(!x.yes(&*x.call(request, "has_header", [x.text(name)])?)?) };
        let add = |name: &str, value| x.call(request, "add_unredirected_header", [x.text(name), value]);
        if x.yes(&words)? && lacks("Cookie")? {
            add("Cookie", x.call(&x.text("; "), "join", [words])?)?;
        }
        // A server of the newer kind is told that its cookies are understood.
        if x.flag(&policy, "rfc2965")? && !x.flag(&policy, "hide_cookie2")? && lacks("Cookie2")? {
            for cookie in x.each(&cookies)? {
                if !x.equal(&*x.get(&cookie, "version")?, &x.int(1))? {
                    add("Cookie2", x.text("$Version=\"1\""))?;
                    break;
                }
            }
        }
        Ok(())
    })?;
    x.ask(me, "clear_expired_cookies").map(drop)
}

/// `set_cookie(cookie)`
fn set(x: Scope<'_>, me: &PyObject, cookie: &PyObjectRef) -> PyResult<()> {
    locked(x, me, || {
        let below = |mapping: &PyObject, name| -> PyResult {
            let key = x.get(cookie, name)?;
            if !x.contains(mapping, &key)? {
                x.put(mapping, &key, x.dict())?;
            }
            x.item(mapping, &key)
        };
        let paths = below(&*x.get(me, "_cookies")?, "domain")?;
        let names = below(&paths, "path")?;
        x.put(&names, &*x.get(cookie, "name")?, cookie.clone())
    })
}

fn clear(x: Scope<'_>, me: &PyObject, domain: &PyObject, path: &PyObject, name: &PyObject) -> PyResult<()> {
    let cookies = x.get(me, "_cookies")?;
    let [no_domain, no_path] = [x.is_none(domain), x.is_none(path)];
    if !x.is_none(name) {
        if no_domain || no_path {
            return Err(x.vm.new_value_error("domain and path must be given to remove a cookie by name"));
        }
        x.delete(&*x.item(&*x.item(&cookies, domain)?, path)?, name)
    } else if !no_path {
        if no_domain {
            return Err(x.vm.new_value_error("domain must be given to remove cookies by path"));
        }
        x.delete(&*x.item(&cookies, domain)?, path)
    } else if !no_domain {
        x.delete(&cookies, domain)
    } else {
        x.set(me, "_cookies", x.dict())
    }
}

/// Removes those cookies that a test is true for.
fn clear_those(x: Scope<'_>, me: &PyObject, test: impl Fn(&PyObject) -> PyResult<bool>) -> PyResult<()> {
    locked(x, me, || {
        for cookie in x.each(me)? {
            if test(&cookie)? {
                let place = [x.get(&cookie, "domain")?, x.get(&cookie, "path")?, x.get(&cookie, "name")?];
                x.call(me, "clear", place)?;
            }
        }
        Ok(())
    })
}

fn shown(x: Scope<'_>, me: &PyObject, show: fn(&rustpython_vm::VirtualMachine, &PyObject) -> PyResult) -> PyResult {
    let cookies = x.each(me)?.iter().map(|cookie| show(x.vm, cookie)).collect::<PyResult<Vec<_>>>()?;
    let class = x.get(&*x.get(me, "__class__")?, "__name__")?;
    x.format("<%s[%s]>", [class, x.join(", ", cookies)?])
}
