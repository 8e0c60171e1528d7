//! The small handlers of `urllib2`: errors, cookies, kinds of URLs that nobody knows.

use rustpython_vm::PyResult;
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{PyObject, PyObjectRef};

use super::NONE;
use crate::body;
use crate::modules::python_function::{Body, Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};

pub static CLASSES: &[Line] = &[
    Line {
        name: "HTTPErrorProcessor",
        bases: &["BaseHandler"],
        functions: ERROR_PROCESSOR,
        values: &[("handler_order", Given::Int(1000))],
        doc: Some("Gives answers that are not a success to the error handlers."),
    },
    Line { name: "HTTPDefaultErrorHandler", bases: &["BaseHandler"], functions: DEFAULT_ERROR, values: &[], doc: None },
    Line {
        name: "HTTPCookieProcessor",
        bases: &["BaseHandler"],
        functions: COOKIE_PROCESSOR,
        values: &[],
        doc: Some("Sends and keeps the cookies of a jar."),
    },
    Line { name: "UnknownHandler", bases: &["BaseHandler"], functions: UNKNOWN, values: &[], doc: None },
];

const RESPONSE: &[&str] = &["self", "request", "response"];
const PROCESS_ERROR: Body = body!(|x, me, request, response| process_error(x, me, request, response));

static ERROR_PROCESSOR: &[Function] =
    &[function("http_response", RESPONSE, PROCESS_ERROR), function("https_response", RESPONSE, PROCESS_ERROR)];

fn process_error(x: Scope<'_>, me: &PyObject, request: &PyObjectRef, response: &PyObjectRef) -> PyResult {
    let (code, message, headers) = (x.get(response, "code")?, x.get(response, "msg")?, x.ask(response, "info")?);
    let success = x.compare(&code, PyComparisonOp::Ge, &x.int(200))? && x.less(&code, &x.int(300))?;
    if success {
        return Ok(response.clone());
    }
    let parent = x.get(me, "parent")?;
    x.call(&parent, "error", [x.text("http"), request.clone(), response.clone(), code, message, headers])
}

static DEFAULT_ERROR: &[Function] = &[function(
    "http_error_default",
    &["self", "req", "fp", "code", "msg", "hdrs"],
    body!(|x, _me, request, fp, code, message, headers| {
        let args = [x.ask(request, "get_full_url")?, code.clone(), message.clone(), headers.clone(), fp.clone()];
        Err(x.error("HTTPError", args))
    }),
)];

const SEND_COOKIES: Body = body!(|x, me, request| {
    x.call(&*x.get(me, "cookiejar")?, "add_cookie_header", [request.clone()])?;
    Ok(request.clone())
});
const KEEP_COOKIES: Body = body!(|x, me, request, response| {
    x.call(&*x.get(me, "cookiejar")?, "extract_cookies", [response.clone(), request.clone()])?;
    Ok(response.clone())
});

static COOKIE_PROCESSOR: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "cookiejar"],
        &[NONE],
        body!(|x, me, jar| do {
            let jar = if x.is_none(jar) { x.of("cookielib", "CookieJar", [])? } else { jar.clone() };
            x.set(me, "cookiejar", jar)
        }),
    ),
    function("http_request", &["self", "request"], SEND_COOKIES),
    function("http_response", RESPONSE, KEEP_COOKIES),
    function("https_request", &["self", "request"], SEND_COOKIES),
    function("https_response", RESPONSE, KEEP_COOKIES),
];

static UNKNOWN: &[Function] = &[function(
    "unknown_open",
    &["self", "req"],
    body!(|x, _me, request| {
        let kind = x.ask(request, "get_type")?;
        Err(x.error("URLError", [x.format("unknown url type: %s", [kind])?]))
    }),
)];
