//! `Request`, and the two exceptions of `urllib2`.

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::{HEADERS, NONE};
use crate::body;
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};

const SELF: &[&str] = &["self"];

// ---- exceptions -------------------------------------------------------------------------------------------------

pub static URL_ERROR: &[Function] = &[
    function(
        "__init__",
        &["self", "reason"],
        body!(|x, me, reason| do x.fill(me, [("args", x.tuple([reason.clone()])), ("reason", reason.clone())])),
    ),
    function("__str__", SELF, body!(|x, me| x.format("<urlopen error %s>", [x.get(me, "reason")?]))),
];

pub static HTTP_ERROR: &[Function] = &[
    function(
        "__init__",
        &["self", "url", "code", "msg", "hdrs", "fp"],
        body!(|x, me, url, code, msg, hdrs, fp| do http_error(x, me, [url, code, msg, hdrs, fp])),
    ),
    function("__str__", SELF, body!(|x, me| x.format("HTTP Error %s: %s", [x.get(me, "code")?, x.get(me, "msg")?]))),
    function("info", SELF, body!(|x, me| x.get(me, "hdrs"))),
];

/// The property `HTTPError.reason`.
pub static REASON: Function = function("reason", SELF, body!(|x, me| x.get(me, "msg")));

fn http_error(x: Scope<'_>, me: &PyObjectRef, [url, code, msg, hdrs, fp]: [&PyObjectRef; 5]) -> PyResult<()> {
    x.fill(me, [("code", code.clone()), ("msg", msg.clone()), ("hdrs", hdrs.clone()), ("fp", fp.clone())])?;
    x.set(me, "filename", url.clone())?;
    if !x.is_none(fp) {
        // Without a file there is nothing to read.
        x.inherited("addinfourl", "__init__", [me.clone(), fp.clone(), hdrs.clone(), url.clone(), code.clone()])?;
    }
    Ok(())
}

// ---- requests ---------------------------------------------------------------------------------------------------

pub static CLASSES: &[Line] = &[Line {
    name: "Request",
    bases: &[],
    functions: REQUEST,
    values: &[],
    doc: Some("A request: URL, data, headers."),
}];

static REQUEST: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "url", "data", "headers", "origin_req_host", "unverifiable"],
        &[NONE, Given::Kept(HEADERS), NONE, Given::Bool(false)],
        body!(|x, me, url, data, headers, origin, unverifiable| do init(x, me, url, [data, headers, origin, unverifiable])),
    ),
    function("__getattr__", &["self", "attr"], body!(|x, me, attr| missing(x, me, attr))),
    function(
        "get_method",
        SELF,
        body!(|x, me| Ok(x.text(if x.yes(&*x.ask(me, "has_data")?)? { "POST" } else { "GET" }))),
    ),
    function("add_data", &["self", "data"], body!(|x, me, data| do x.set(me, "data", data.clone()))),
    function("has_data", SELF, body!(|x, me| Ok(x.bool(!x.is_none(&*x.get(me, "data")?))))),
    function("get_data", SELF, body!(|x, me| x.get(me, "data"))),
    function("get_full_url", SELF, body!(|x, me| full_url(x, me))),
    function("get_type", SELF, body!(|x, me| get_type(x, me))),
    function("get_host", SELF, body!(|x, me| get_host(x, me))),
    function("get_selector", SELF, body!(|x, me| x.get(me, "_Request__r_host"))),
    function("set_proxy", &["self", "host", "type"], body!(|x, me, host, kind| do set_proxy(x, me, host, kind))),
    function(
        "has_proxy",
        SELF,
        body!(|x, me| Ok(x.bool(x.equal(&*x.get(me, "_Request__r_host")?, &*x.get(me, "_Request__original")?)?))),
    ),
    function("get_origin_req_host", SELF, body!(|x, me| x.get(me, "origin_req_host"))),
    function("is_unverifiable", SELF, body!(|x, me| x.get(me, "unverifiable"))),
    function("add_header", &["self", "key", "val"], body!(|x, me, key, value| do add(x, me, "headers", key, value))),
    function(
        "add_unredirected_header",
        &["self", "key", "val"],
        body!(|x, me, key, value| do add(x, me, "unredirected_hdrs", key, value)),
    ),
    function(
        "has_header",
        &["self", "header_name"],
        body!(|x, me, name| {
            let found =
                x.contains(&*x.get(me, "headers")?, name)? || x.contains(&*x.get(me, "unredirected_hdrs")?, name)?;
            Ok(x.bool(found))
        }),
    ),
    with_defaults(
        "get_header",
        &["self", "header_name", "default"],
        &[NONE],
        body!(|x, me, name, default| {
            let other = x.call(&*x.get(me, "unredirected_hdrs")?, "get", [name.clone(), default.clone()])?;
            x.call(&*x.get(me, "headers")?, "get", [name.clone(), other])
        }),
    ),
    function(
        "header_items",
        SELF,
        body!(|x, me| {
            let headers = x.ask(&*x.get(me, "unredirected_hdrs")?, "copy")?;
            x.call(&headers, "update", [x.get(me, "headers")?])?;
            Ok(x.list(x.each(&*x.ask(&headers, "items")?)?))
        }),
    ),
];

fn init(
    x: Scope<'_>,
    me: &PyObjectRef,
    url: &PyObjectRef,
    [data, headers, origin, unverifiable]: [&PyObjectRef; 4],
) -> PyResult<()> {
    let (original, fragment) = x.two(&*x.made("splittag", [x.made("unwrap", [url.clone()])?])?)?;
    x.fill(me, [("_Request__original", original), ("_Request__fragment", fragment)])?;
    x.fill(me, ["type", "host", "port", "_tunnel_host"].map(|name| (name, x.none())))?;
    x.fill(me, [("data", data.clone()), ("headers", x.dict())])?;
    for (name, value) in x.pairs(headers)? {
        x.call(me, "add_header", [name, value])?;
    }
    x.set(me, "unredirected_hdrs", x.dict())?;
    let origin = if x.is_none(origin) { x.made("request_host", [me.clone()])? } else { origin.clone() };
    x.fill(me, [("origin_req_host", origin), ("unverifiable", unverifiable.clone())])
}

/// The parts that are found when they are asked for, in whatever order that is.
fn missing(x: Scope<'_>, me: &PyObject, attr: &PyObject) -> PyResult {
    let (name, getter) = match x.peek(attr).as_str() {
        "_Request__r_type" => ("_Request__r_type", "get_type"),
        "_Request__r_host" => ("_Request__r_host", "get_host"),
        _ => {
            let args = vec![attr.to_owned()];
            return Err(x.vm.new_exception(x.vm.ctx.exceptions.attribute_error.to_owned(), args));
        }
    };
    x.ask(me, getter)?;
    x.named(&*x.get(me, "__dict__")?, name)
}

fn full_url(x: Scope<'_>, me: &PyObject) -> PyResult {
    let (original, fragment) = (x.get(me, "_Request__original")?, x.get(me, "_Request__fragment")?);
    if x.yes(&fragment)? { x.format("%s#%s", [original, fragment]) } else { Ok(original) }
}

fn get_type(x: Scope<'_>, me: &PyObject) -> PyResult {
    if x.is_none(&*x.get(me, "type")?) {
        let original = x.get(me, "_Request__original")?;
        let (kind, rest) = x.two(&*x.made("splittype", [original.clone()])?)?;
        x.fill(me, [("type", kind.clone()), ("_Request__r_type", rest)])?;
        if x.is_none(&kind) {
            return Err(x.error("ValueError", [x.format("unknown url type: %s", [original])?]));
        }
    }
    x.get(me, "type")
}

fn get_host(x: Scope<'_>, me: &PyObject) -> PyResult {
    if x.is_none(&*x.get(me, "host")?) {
        let (host, rest) = x.two(&*x.made("splithost", [x.get(me, "_Request__r_type")?])?)?;
        x.fill(me, [("host", host.clone()), ("_Request__r_host", rest)])?;
        if x.yes(&host)? {
            x.set(me, "host", x.made("unquote", [host])?)?;
        }
    }
    x.get(me, "host")
}

fn set_proxy(x: Scope<'_>, me: &PyObject, host: &PyObjectRef, kind: &PyObjectRef) -> PyResult<()> {
    if x.says(&*x.get(me, "type")?, "https") && !x.flag(me, "_tunnel_host")? {
        x.set(me, "_tunnel_host", x.get(me, "host")?)?;
    } else {
        x.fill(me, [("type", kind.clone()), ("_Request__r_host", x.get(me, "_Request__original")?)])?;
    }
    x.set(me, "host", host.clone())
}

fn add(x: Scope<'_>, me: &PyObject, headers: &'static str, key: &PyObject, value: &PyObjectRef) -> PyResult<()> {
    x.put(&*x.get(me, headers)?, &*x.ask(key, "capitalize")?, value.clone())
}

/// `request_host(request)`: the host as cookies know it.
pub fn request_host(x: Scope<'_>, request: &PyObject) -> PyResult {
    let url = x.ask(request, "get_full_url")?;
    let mut host = x.nth(&*x.of("urlparse", "urlparse", [url])?, 1)?;
    if x.says(&host, "") {
        host = x.call(request, "get_header", [x.text("Host"), x.text("")])?;
    }
    let host = x.call(&*x.global("_cut_port_re")?, "sub", [x.text(""), host, x.int(1)])?;
    x.ask(&host, "lower")
}
