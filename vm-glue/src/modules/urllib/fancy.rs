//! `FancyURLopener`, the opener of `urlopen()`: it follows redirects, asks for passwords, and takes error pages for
//! answers.

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::NONE;
use super::opener::io_error;
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::{body, raw_body};

pub static CLASSES: &[Line] = &[Line {
    name: "FancyURLopener",
    bases: &["URLopener"],
    functions: FUNCTIONS,
    values: &[],
    doc: Some("The opener of urlopen(): error pages are answers."),
}];

const ANSWER: &[&str] = &["self", "url", "fp", "errcode", "errmsg", "headers", "data"];
const RETRY: &[&str] = &["self", "url", "realm", "data"];
type Answer<'a> = [&'a PyObjectRef; 5];

static FUNCTIONS: &[Function] = &[
    function(
        "__init__",
        &["self", "*args", "**kwargs"],
        raw_body!(|x, args| {
            let Some(me) = args.args.first().cloned() else {
                return Err(x.vm.new_type_error("__init__() takes at least 1 argument (0 given)"));
            };
            x.get(&*x.global("URLopener")?, "__init__")?.call(args, x.vm)?;
            x.fill(&me, [("auth_cache", x.dict()), ("tries", x.int(0)), ("maxtries", x.int(10))])?;
            Ok(x.none())
        }),
    ),
    function(
        "http_error_default",
        &["self", "url", "fp", "errcode", "errmsg", "headers"],
        body!(|x, _me, url, fp, code, _message, headers| {
            let whole = x.add(&x.text("http:"), url)?;
            x.made("addinfourl", [fp.clone(), headers.clone(), whole, code.clone()])
        }),
    ),
    with_defaults(
        "http_error_302",
        ANSWER,
        &[NONE],
        body!(|x, me, url, fp, code, message, headers, data| redirected(
            x,
            me,
            [url, fp, code, message, headers],
            data
        )),
    ),
    function(
        "redirect_internal",
        ANSWER,
        body!(|x, me, url, fp, code, message, headers, _data| follow(x, me, [url, fp, code, message, headers])),
    ),
    with_defaults(
        "http_error_301",
        ANSWER,
        &[NONE],
        body!(|x, me, url, fp, code, message, headers, data| {
            x.call(me, "http_error_302", [url, fp, code, message, headers, data].map(Clone::clone))
        }),
    ),
    with_defaults(
        "http_error_303",
        ANSWER,
        &[NONE],
        body!(|x, me, url, fp, code, message, headers, data| {
            x.call(me, "http_error_302", [url, fp, code, message, headers, data].map(Clone::clone))
        }),
    ),
    with_defaults(
        "http_error_307",
        ANSWER,
        &[NONE],
        body!(|x, me, url, fp, code, message, headers, data| {
            if x.is_none(data) {
                return x.call(me, "http_error_302", [url, fp, code, message, headers, data].map(Clone::clone));
            }
            x.call(me, "http_error_default", [url, fp, code, message, headers].map(Clone::clone))
        }),
    ),
    with_defaults(
        "http_error_401",
        ANSWER,
        &[NONE],
        body!(|x, me, url, fp, code, message, headers, data| {
            challenged(x, me, [url, fp, code, message, headers], data, "www-authenticate", "retry_")
        }),
    ),
    with_defaults(
        "http_error_407",
        ANSWER,
        &[NONE],
        body!(|x, me, url, fp, code, message, headers, data| {
            challenged(x, me, [url, fp, code, message, headers], data, "proxy-authenticate", "retry_proxy_")
        }),
    ),
    with_defaults(
        "retry_http_basic_auth",
        RETRY,
        &[NONE],
        body!(|x, me, url, realm, data| retry(x, me, url, realm, data, "http")),
    ),
    with_defaults(
        "retry_https_basic_auth",
        RETRY,
        &[NONE],
        body!(|x, me, url, realm, data| retry(x, me, url, realm, data, "https")),
    ),
    with_defaults(
        "retry_proxy_http_basic_auth",
        RETRY,
        &[NONE],
        body!(|x, me, url, realm, data| retry_proxy(x, me, url, realm, data, "http")),
    ),
    with_defaults(
        "retry_proxy_https_basic_auth",
        RETRY,
        &[NONE],
        body!(|x, me, url, realm, data| retry_proxy(x, me, url, realm, data, "https")),
    ),
    with_defaults(
        "get_user_passwd",
        &["self", "host", "realm", "clear_cache"],
        &[Given::Int(0)],
        body!(|x, me, host, realm, clear| user_password(x, me, host, realm, clear)),
    ),
    function("prompt_user_passwd", &["self", "host", "realm"], body!(|x, _me, host, realm| prompt(x, host, realm))),
];

fn redirected(x: Scope<'_>, me: &PyObject, answer: Answer<'_>, data: &PyObjectRef) -> PyResult {
    let [url, fp, _, _, headers] = answer;
    let tries = x.add(&*x.get(me, "tries")?, &x.int(1))?;
    x.set(me, "tries", tries.clone())?;
    let most = x.get(me, "maxtries")?;
    let result = (|| -> PyResult {
        if x.yes(&most)? && !x.less(&tries, &most)? {
            let name = if x.has(me, "http_error_500")? { "http_error_500" } else { "http_error_default" };
            let message = x.text("Internal Server Error: Redirect Recursion");
            return x.call(me, name, [url.clone(), fp.clone(), x.int(500), message, headers.clone()]);
        }
        let mut args = answer.map(Clone::clone).to_vec();
        args.push(data.clone());
        x.call(me, "redirect_internal", args)
    })();
    x.set(me, "tries", x.int(0))?;
    result
}

fn follow(x: Scope<'_>, me: &PyObject, [url, fp, code, message, headers]: Answer<'_>) -> PyResult {
    let new = if x.holds(headers, "location")? {
        x.named(headers, "location")?
    } else if x.holds(headers, "uri")? {
        x.named(headers, "uri")?
    } else {
        return Ok(x.none());
    };
    x.ask(fp, "close")?;
    let base = x.sum(&[&*x.get(me, "type")?, &*x.text(":"), url])?;
    let new = x.made("basejoin", [base, new])?;
    let lower = x.peek(&*x.ask(&new, "lower")?);
    if !["http://", "https://", "ftp://"].iter().any(|scheme| lower.starts_with(scheme)) {
        let why = x.format(" - Redirection to url '%s' is not allowed", [new])?;
        let args = [x.text("redirect error"), code.clone(), x.add(message, &why)?, headers.clone()];
        return Err(io_error(x, args));
    }
    x.call(me, "open", [new])
}

/// Opens a URL again, with the data if there are any.
fn again(x: Scope<'_>, me: &PyObject, url: PyObjectRef, data: &PyObjectRef) -> PyResult {
    let mut args = vec![url];
    args.extend((!x.is_none(data)).then(|| data.clone()));
    x.call(me, "open", args)
}

/// A server or a proxy wants a password.
fn challenged(
    x: Scope<'_>,
    me: &PyObjectRef,
    answer: Answer<'_>,
    data: &PyObjectRef,
    header: &str,
    prefix: &str,
) -> PyResult {
    let [url, _, _, _, headers] = answer;
    let refuse = || {
        let mut args = vec![me.clone()];
        args.extend(answer.map(Clone::clone));
        // It raises, unless a program has replaced it.
        x.inherited("URLopener", "http_error_default", args)
    };
    if !x.holds(headers, header)? {
        refuse()?;
    }
    let challenge = x.named(headers, header)?;
    let found = x.call(&*x.pattern("[ \t]*([^ \t]+)[ \t]+realm=\"([^\"]*)\"", 0)?, "match", [challenge])?;
    if !x.yes(&found)? {
        refuse()?;
    }
    let (scheme, realm) = x.two(&*x.ask(&found, "groups")?)?;
    if x.peek(&*x.ask(&scheme, "lower")?) != "basic" {
        refuse()?;
    }
    let name = format!("{prefix}{}_basic_auth", x.peek(&*x.get(me, "type")?));
    let mut args = vec![url.clone(), realm];
    args.extend((!x.is_none(data)).then(|| data.clone()));
    x.call(me, &name, args)
}

/// `user:password@host` for a host that may have one already, or None where the user gives up.
fn with_login(x: Scope<'_>, me: &PyObject, host: &PyObject, realm: &PyObjectRef) -> PyResult<Option<PyObjectRef>> {
    let at = x.number(&*x.call(host, "find", [x.text("@")])?)? + 1;
    let host = x.call(host, "__getslice__", [x.int(at), x.int(i64::from(i32::MAX))])?;
    let answer = x.call(me, "get_user_passwd", [host.clone(), realm.clone(), x.int(at)])?;
    let (user, password) = x.two(&answer)?;
    if !x.yes(&user)? && !x.yes(&password)? {
        return Ok(None);
    }
    let quoted = |part: PyObjectRef| x.run_with(&*x.global("quote")?, [part], [("safe", x.text(""))]);
    x.sum(&[&*quoted(user)?, &*x.text(":"), &*quoted(password)?, &*x.text("@"), &host]).map(Some)
}

fn retry(
    x: Scope<'_>,
    me: &PyObject,
    url: &PyObjectRef,
    realm: &PyObjectRef,
    data: &PyObjectRef,
    scheme: &str,
) -> PyResult {
    let (host, selector) = x.two(&*x.made("splithost", [url.clone()])?)?;
    let Some(host) = with_login(x, me, &host, realm)? else { return Ok(x.none()) };
    let new = x.sum(&[&*x.text(&format!("{scheme}://")), &host, &selector])?;
    again(x, me, new, data)
}

fn retry_proxy(
    x: Scope<'_>,
    me: &PyObject,
    url: &PyObjectRef,
    realm: &PyObjectRef,
    data: &PyObjectRef,
    scheme: &str,
) -> PyResult {
    let start = x.text(&format!("{scheme}://"));
    let (host, selector) = x.two(&*x.made("splithost", [url.clone()])?)?;
    let new = x.sum(&[&start, &host, &selector])?;
    let proxies = x.get(me, "proxies")?;
    let (_, rest) = x.two(&*x.made("splittype", [x.named(&proxies, scheme)?])?)?;
    let (proxy_host, proxy_selector) = x.two(&*x.made("splithost", [rest])?)?;
    let Some(proxy_host) = with_login(x, me, &proxy_host, realm)? else { return Ok(x.none()) };
    x.put(&proxies, &x.text(scheme), x.sum(&[&start, &proxy_host, &proxy_selector])?)?;
    again(x, me, new, data)
}

fn user_password(x: Scope<'_>, me: &PyObject, host: &PyObjectRef, realm: &PyObjectRef, clear: &PyObject) -> PyResult {
    let key = x.sum(&[realm, &*x.text("@"), &*x.ask(host, "lower")?])?;
    let known = x.get(me, "auth_cache")?;
    if x.contains(&known, &key)? {
        if !x.yes(clear)? {
            return x.item(&known, &key);
        }
        x.delete(&known, &key)?;
    }
    let (user, password) = x.two(&*x.call(me, "prompt_user_passwd", [host.clone(), realm.clone()])?)?;
    let answer = x.tuple([user.clone(), password.clone()]);
    if x.yes(&user)? || x.yes(&password)? {
        x.put(&known, &key, answer.clone())?;
    }
    Ok(answer)
}

fn prompt(x: Scope<'_>, host: &PyObjectRef, realm: &PyObjectRef) -> PyResult {
    let getpass = x.import("getpass")?;
    let asked = (|| -> PyResult {
        let question = x.format("Enter username for %s at %s: ", [realm.clone(), host.clone()])?;
        let user = x.made("raw_input", [question])?;
        let question = x.format("Enter password for %s in %s at %s: ", [user.clone(), realm.clone(), host.clone()])?;
        Ok(x.tuple([user, x.call(&getpass, "getpass", [question])?]))
    })();
    match asked {
        Err(error) if x.is_error(&error, "KeyboardInterrupt") => {
            x.call(&*x.get(&*x.import("sys")?, "stdout")?, "write", [x.text("\n")])?;
            Ok(x.tuple([x.none(), x.none()]))
        }
        other => other,
    }
}
