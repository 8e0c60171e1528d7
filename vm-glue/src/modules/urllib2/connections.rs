//! Handlers that send requests through `httplib`, and the one that sends them by way of a proxy.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::NONE;
use crate::modules::python_function::{Body, Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::{body, raw_body};

pub static CLASSES: &[Line] = &[
    Line {
        name: "ProxyHandler",
        bases: &["BaseHandler"],
        functions: PROXY,
        values: &[("handler_order", Given::Int(100))],
        doc: Some("Sends requests to the proxies of their kinds of URLs."),
    },
    Line { name: "AbstractHTTPHandler", bases: &["BaseHandler"], functions: ABSTRACT, values: &[], doc: None },
    Line { name: "HTTPHandler", bases: &["AbstractHTTPHandler"], functions: PLAIN, values: &[], doc: None },
    Line { name: "HTTPSHandler", bases: &["AbstractHTTPHandler"], functions: SECURE, values: &[], doc: None },
];

const REQUEST: &[&str] = &["self", "req"];

// ---- proxies ----------------------------------------------------------------------------------------------------

static PROXY: &[Function] = &[
    with_defaults("__init__", &["self", "proxies"], &[NONE], body!(|x, me, proxies| do init_proxies(x, me, proxies))),
    function(
        "proxy_open",
        &["self", "req", "proxy", "type"],
        body!(|x, me, req, proxy, kind| proxy_open(x, me, req, proxy, kind)),
    ),
];

fn init_proxies(x: Scope<'_>, me: &PyObjectRef, proxies: &PyObjectRef) -> PyResult<()> {
    let proxies = if x.is_none(proxies) { x.made("getproxies", [])? } else { proxies.clone() };
    if !x.has(&proxies, "has_key")? {
        return Err(x.assertion(Some("proxies must be a mapping")));
    }
    x.set(me, "proxies", proxies.clone())?;
    for (kind, url) in x.pairs(&proxies)? {
        let open = x.get(me, "proxy_open")?;
        let name = x.vm.ctx.intern_str(x.peek(&*x.format("%s_open", [kind.clone()])?));
        let method = x.lambda(move |request: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            open.call((request, url.clone(), kind.clone()), vm)
        });
        me.set_attr(name, method, x.vm)?;
    }
    Ok(())
}

/// `_parse_proxy(proxy)`: (scheme, user, password, host and port)
pub fn parse_proxy(x: Scope<'_>, proxy: &PyObjectRef) -> PyResult {
    let (mut scheme, rest) = x.two(&*x.made("splittype", [proxy.clone()])?)?;
    let shown = x.peek(&rest);
    let authority = if !shown.starts_with('/') {
        scheme = x.none();
        proxy.clone()
    } else if !shown.starts_with("//") {
        return Err(x.error("ValueError", [x.format("proxy URL with no authority: %r", [proxy.clone()])?]));
    } else {
        // A path behind the authority does not matter.
        let end = x.number(&*x.call(&rest, "find", [x.text("/"), x.int(2)])?)?;
        let end = if end < 0 { x.length(&rest)? as i64 } else { end };
        x.call(&rest, "__getslice__", [x.int(2), x.int(end)])?
    };
    let (login, host) = x.two(&*x.made("splituser", [authority])?)?;
    let (mut user, mut password) = (x.none(), x.none());
    if !x.is_none(&login) {
        (user, password) = x.two(&*x.made("splitpasswd", [login])?)?;
    }
    Ok(x.tuple([scheme, user, password, host]))
}

fn proxy_open(x: Scope<'_>, me: &PyObject, req: &PyObjectRef, proxy: &PyObjectRef, _kind: &PyObject) -> PyResult {
    let before = x.ask(req, "get_type")?;
    let [scheme, user, password, host] = x.unpack(&*x.made("_parse_proxy", [proxy.clone()])?)?;
    let scheme = if x.is_none(&scheme) { before.clone() } else { scheme };
    let asked = x.get(req, "host")?;
    if x.yes(&asked)? && x.yes(&*x.made("proxy_bypass", [asked])?)? {
        return Ok(x.none());
    }
    if x.yes(&user)? && x.yes(&password)? {
        let login = x.format("%s:%s", [x.made("unquote", [user])?, x.made("unquote", [password])?])?;
        let login = x.of("base64", "b64encode", [login])?;
        x.call(req, "add_header", [x.text("Proxy-authorization"), x.add(&x.text("Basic "), &login)?])?;
    }
    x.call(req, "set_proxy", [x.made("unquote", [host])?, scheme.clone()])?;
    if x.equal(&before, &scheme)? || x.says(&before, "https") {
        // The next handler sends it.
        return Ok(x.none());
    }
    x.call_with(&*x.get(me, "parent")?, "open", [req.clone()], [("timeout", x.get(req, "timeout")?)])
}

// ---- sending ----------------------------------------------------------------------------------------------------

const PREPARE: Body = body!(|x, me, request| prepare(x, me, request));

static ABSTRACT: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "debuglevel"],
        &[Given::Int(0)],
        body!(|x, me, level| do x.set(me, "_debuglevel", level.clone())),
    ),
    function(
        "set_http_debuglevel",
        &["self", "level"],
        body!(|x, me, level| do x.set(me, "_debuglevel", level.clone())),
    ),
    function("do_request_", &["self", "request"], PREPARE),
    function("do_open", &["self", "http_class", "req", "**http_conn_args"], raw_body!(|x, args| do_open(x, args))),
];

static PLAIN: &[Function] = &[
    function(
        "http_open",
        REQUEST,
        body!(|x, me, req| {
            let class = x.get(&*x.global("httplib")?, "HTTPConnection")?;
            x.call(me, "do_open", [class, req.clone()])
        }),
    ),
    function("http_request", &["self", "request"], PREPARE),
];

static SECURE: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "debuglevel", "context"],
        &[Given::Int(0), NONE],
        body!(|x, me, level, context| do {
            x.inherited("AbstractHTTPHandler", "__init__", [me.clone(), level.clone()])?;
            x.set(me, "_context", context.clone())
        }),
    ),
    function(
        "https_open",
        REQUEST,
        body!(|x, me, req| {
            let class = x.get(&*x.global("httplib")?, "HTTPSConnection")?;
            x.call_with(me, "do_open", [class, req.clone()], [("context", x.get(me, "_context")?)])
        }),
    ),
    function("https_request", &["self", "request"], PREPARE),
];

/// Gives a request the headers that it needs.
fn prepare(x: Scope<'_>, me: &PyObject, request: &PyObjectRef) -> PyResult {
    let host = x.ask(request, "get_host")?;
    if !x.yes(&host)? {
        return Err(x.error("URLError", [x.text("no host given")]));
    }
    let lacks = |name: PyObjectRef| -> PyResult<bool> { Ok(!x.yes(&*x.call(request, "has_header", [name])?)?) };
    let add = |name: PyObjectRef, value: PyObjectRef| x.call(request, "add_unredirected_header", [name, value]);
    if x.yes(&*x.ask(request, "has_data")?)? {
        let data = x.ask(request, "get_data")?;
        if lacks(x.text("Content-type"))? {
            add(x.text("Content-type"), x.text("application/x-www-form-urlencoded"))?;
        }
        if lacks(x.text("Content-length"))? {
            add(x.text("Content-length"), x.text(&x.length(&data)?.to_string()))?;
        }
    }
    let mut shown = host;
    if x.yes(&*x.ask(request, "has_proxy")?)? {
        // A proxy is told the whole address.
        let (_, rest) = x.two(&*x.made("splittype", [x.ask(request, "get_selector")?])?)?;
        shown = x.nth(&*x.made("splithost", [rest])?, 0)?;
    }
    if lacks(x.text("Host"))? {
        add(x.text("Host"), shown)?;
    }
    for pair in x.each(&*x.get(&*x.get(me, "parent")?, "addheaders")?)? {
        let (name, value) = x.two(&pair)?;
        let name = x.ask(&name, "capitalize")?;
        if lacks(name.clone())? {
            add(name, value)?;
        }
    }
    Ok(request.clone())
}

/// The headers as they are sent: `{'Name-Of-It': value}`.
fn headers_of(x: Scope<'_>, req: &PyObject) -> PyResult {
    let own = x.get(req, "unredirected_hdrs")?;
    let headers = x.dict();
    for (name, value) in x.pairs(&own)? {
        x.put(&headers, &*x.ask(&name, "title")?, value)?;
    }
    for (name, value) in x.pairs(&*x.get(req, "headers")?)? {
        if !x.contains(&own, &name)? {
            x.put(&headers, &*x.ask(&name, "title")?, value)?;
        }
    }
    // One request a connection: programs read answers to their end.
    x.put(&headers, &x.text("Connection"), x.text("close"))?;
    Ok(headers)
}

fn do_open(x: Scope<'_>, mut args: FuncArgs) -> PyResult {
    let mut take = |name: &str| args.take_positional().or_else(|| args.take_keyword(name));
    let (Some(me), Some(class), Some(req)) = (take("self"), take("http_class"), take("req")) else {
        return Err(x.vm.new_type_error("do_open() takes exactly 3 arguments"));
    };
    let host = x.ask(&req, "get_host")?;
    if !x.yes(&host)? {
        return Err(x.error("URLError", [x.text("no host given")]));
    }
    let mut made = FuncArgs::from(vec![host]);
    made.kwargs.insert("timeout".into(), x.get(&req, "timeout")?);
    made.kwargs.extend(args.kwargs);
    let connection = class.call(made, x.vm)?;
    x.call(&connection, "set_debuglevel", [x.get(&me, "_debuglevel")?])?;
    let headers = headers_of(x, &req)?;
    let tunnel = x.get(&req, "_tunnel_host")?;
    if x.yes(&tunnel)? {
        let (for_proxy, name) = (x.dict(), x.text("Proxy-Authorization"));
        if x.contains(&headers, &name)? {
            x.put(&for_proxy, &name, x.item(&headers, &name)?)?;
            // Only the proxy may see it.
            x.delete(&headers, &name)?;
        }
        x.call_with(&connection, "set_tunnel", [tunnel], [("headers", for_proxy)])?;
    }
    let sent = [x.ask(&req, "get_method")?, x.ask(&req, "get_selector")?, x.get(&req, "data")?, headers];
    let failed = |error, always: bool| -> PyResult {
        let network = x.import("_netbase")?;
        let is_network = x.catches(&error, &*x.get(&network, "error")?)?;
        let is_late = !always && x.catches(&error, &*x.get(&network, "timeout")?)?;
        if !is_network || is_late {
            return Err(error);
        }
        x.ask(&connection, "close")?;
        Err(x.error("URLError", [crate::runtime::exceptions::value_of(&error, x.vm)]))
    };
    if let Err(error) = x.call(&connection, "request", sent) {
        return failed(error, true);
    }
    let answer = x.call_with(&connection, "getresponse", [], [("buffering", x.bool(true))]);
    let answer = match answer {
        Err(error) if error.fast_isinstance(x.vm.ctx.exceptions.type_error) => x.ask(&connection, "getresponse"),
        other => other,
    };
    let answer = match answer {
        Ok(answer) => answer,
        // The program's HTTP client connects as late as this.
        Err(error) => return failed(error, false),
    };
    x.set(&answer, "recv", x.get(&answer, "read")?)?;
    let file = x.get(&*x.global("socket")?, "_fileobject")?;
    let file = x.run_with(&file, [answer.clone()], [("close", x.bool(true))])?;
    let made = x.made("addinfourl", [file, x.get(&answer, "msg")?, x.ask(&req, "get_full_url")?])?;
    x.fill(&made, [("code", x.get(&answer, "status")?), ("msg", x.get(&answer, "reason")?)])?;
    Ok(made)
}
