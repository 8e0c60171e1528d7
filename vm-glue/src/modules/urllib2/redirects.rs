//! `HTTPRedirectHandler`.

use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use crate::body;
use crate::modules::python_function::{Body, Function, Given, function};
use crate::modules::scope::{Line, Scope};

pub static CLASSES: &[Line] = &[Line {
    name: "HTTPRedirectHandler",
    bases: &["BaseHandler"],
    functions: FUNCTIONS,
    values: &[
        ("max_repeats", Given::Int(4)),
        ("max_redirections", Given::Int(10)),
        (
            "inf_msg",
            Given::Text(
                "The HTTP server returned a redirect error that would lead to an infinite loop.\n\
                 The last 30x error message was:\n",
            ),
        ),
    ],
    doc: None,
}];

const ANSWER: &[&str] = &["self", "req", "fp", "code", "msg", "headers"];
const FOLLOW: Body = body!(|x, me, req, fp, code, msg, headers| follow(x, me, [req, fp, code, msg, headers]));

static FUNCTIONS: &[Function] = &[
    function(
        "redirect_request",
        &["self", "req", "fp", "code", "msg", "headers", "newurl"],
        body!(|x, _me, req, fp, code, msg, headers, url| redirect(x, [req, fp, code, msg, headers], url)),
    ),
    function("http_error_302", ANSWER, FOLLOW),
    function("http_error_301", ANSWER, FOLLOW),
    function("http_error_303", ANSWER, FOLLOW),
    function("http_error_307", ANSWER, FOLLOW),
];

type Answer<'a> = [&'a PyObjectRef; 5];

/// The request that follows a redirect, or the error for one that must not be followed.
fn redirect(x: Scope<'_>, [req, fp, code, msg, headers]: Answer<'_>, url: &PyObject) -> PyResult {
    let method = x.peek(&*x.ask(req, "get_method")?);
    let allowed = match x.number(code) {
        Ok(301..=303) => matches!(method.as_str(), "GET" | "HEAD" | "POST"),
        Ok(307) => matches!(method.as_str(), "GET" | "HEAD"),
        _ => false,
    };
    if !allowed {
        let url = x.ask(req, "get_full_url")?;
        return Err(x.error("HTTPError", [url, code.clone(), msg.clone(), headers.clone(), fp.clone()]));
    }
    let url = x.call(url, "replace", [x.text(" "), x.text("%20")])?;
    // The body is not sent again.
    let kept = x.dict();
    for (name, value) in x.pairs(&*x.get(req, "headers")?)? {
        if !matches!(x.peek(&*x.ask(&name, "lower")?).as_str(), "content-length" | "content-type") {
            x.put(&kept, &name, value)?;
        }
    }
    let named =
        [("headers", kept), ("origin_req_host", x.ask(req, "get_origin_req_host")?), ("unverifiable", x.bool(true))];
    x.run_with(&*x.global("Request")?, [url], named)
}

fn follow(x: Scope<'_>, me: &PyObject, answer: Answer<'_>) -> PyResult {
    let [req, fp, code, msg, headers] = answer;
    let Some(name) = ["location", "uri"].into_iter().find(|name| x.holds(headers, name).unwrap_or(false)) else {
        return Ok(x.none());
    };
    let mut url = x.nth(&*x.call(headers, "getheaders", [x.text(name)])?, 0)?;
    let urlparse = x.global("urlparse")?;
    // The address of a server without a path means its root.
    let mut parts = x.call(&urlparse, "urlparse", [url])?;
    if !x.flag(&parts, "path")? && x.flag(&parts, "netloc")? {
        parts = x.list(x.each(&parts)?);
        x.put(&parts, &x.int(2), x.text("/"))?;
    }
    url = x.call(&urlparse, "urlunparse", [parts])?;
    url = x.call(&urlparse, "urljoin", [x.ask(req, "get_full_url")?, url])?;
    let lower = x.peek(&*x.ask(&url, "lower")?);
    if !["http://", "https://", "ftp://"].iter().any(|scheme| lower.starts_with(scheme)) {
        let why = x.format(" - Redirection to url '%s' is not allowed", [url.clone()])?;
        let args = [url, code.clone(), x.add(msg, &why)?, headers.clone(), fp.clone()];
        return Err(x.error("HTTPError", args));
    }
    let mut args = answer.map(Clone::clone).to_vec();
    args.push(url.clone());
    let new = x.call(me, "redirect_request", args)?;
    if x.is_none(&new) {
        return Ok(new);
    }
    let times = |visited: &PyObject| x.call(visited, "get", [url.clone(), x.int(0)]);
    let visited = match x.find(req, "redirect_dict")? {
        Some(visited) => {
            x.set(&new, "redirect_dict", visited.clone())?;
            let often = x.compare(&*times(&visited)?, PyComparisonOp::Ge, &*x.get(me, "max_repeats")?)?;
            let many = x.int(x.length(&visited)? as i64);
            if often || x.compare(&many, PyComparisonOp::Ge, &*x.get(me, "max_redirections")?)? {
                let message = x.add(&*x.get(me, "inf_msg")?, msg)?;
                let args = [x.ask(req, "get_full_url")?, code.clone(), message, headers.clone(), fp.clone()];
                return Err(x.error("HTTPError", args));
            }
            visited
        }
        None => {
            let visited = x.dict();
            x.set(&new, "redirect_dict", visited.clone())?;
            x.set(req, "redirect_dict", visited.clone())?;
            visited
        }
    };
    let count = x.add(&*times(&visited)?, &x.int(1))?;
    x.put(&visited, &url, count)?;
    // What is left of the answer is read, so that the connection could be used again.
    x.ask(fp, "read")?;
    x.ask(fp, "close")?;
    x.call_with(&*x.get(me, "parent")?, "open", [new], [("timeout", x.get(req, "timeout")?)])
}
