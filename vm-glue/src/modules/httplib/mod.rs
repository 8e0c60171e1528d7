//! `httplib`: connections, requests and answers of HTTP.
//!
//! The classes are the classic ones of CPython's library: their methods call each other through the instance, so that
//! programs and libraries can replace any of them. What goes over the wire goes through the program's HTTP client
//! ([`opening`], [`managed`]) wherever a program does not bring a socket.

mod connection;
mod errors;
mod failures;
mod managed;
mod message;
mod old;
mod opening;
mod outgoing;
mod response;
mod statuses;
mod trust;

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PySet};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use crate::modules::headers::lines;
use crate::modules::python_function::{self, Body, Class, Function, Home, function};
use crate::runtime::text;
use crate::{import, modules};

/// Lines longer than this are refused.
const MAX_LINE: usize = 65536;
/// More headers than these are refused.
const MAX_HEADERS: usize = 100;

const ALL: &[&str] = &[
    "HTTP",
    "HTTPResponse",
    "HTTPConnection",
    "HTTPException",
    "NotConnected",
    "UnknownProtocol",
    "UnknownTransferEncoding",
    "UnimplementedFileMode",
    "IncompleteRead",
    "InvalidURL",
    "ImproperConnectionState",
    "CannotSendRequest",
    "CannotSendHeader",
    "ResponseNotReady",
    "BadStatusLine",
    "error",
    "responses",
    "HTTPSConnection",
];
const NUMBERS: &[(&str, i64)] = &[
    ("HTTP_PORT", 80),
    ("HTTPS_PORT", 443),
    ("MAXAMOUNT", response::MAX_AMOUNT),
    ("_MAXLINE", MAX_LINE as i64),
    ("_MAXHEADERS", MAX_HEADERS as i64),
];
const TEXTS: &[(&str, &str)] = &[
    ("_UNKNOWN", "UNKNOWN"),
    ("_CS_IDLE", "Idle"),
    ("_CS_REQ_STARTED", "Request-started"),
    ("_CS_REQ_SENT", "Request-sent"),
];

static FUNCTIONS: &[Function] = &[function(
    "FakeSocket",
    &["sock", "sslobj"],
    Body::Run(|_, values, vm| Ok(values.get(1).cloned().unwrap_or_else(|| vm.ctx.none()))),
)];

/// A limit that stands in the module, where programs change it.
fn limit(home: &Home, name: &'static str, usual: usize, vm: &VirtualMachine) -> PyResult<usize> {
    match home.globals.get_item_opt(name, vm)? {
        Some(limit) => limit.try_to_value(vm),
        None => Ok(usual),
    }
}

/// `print`, for the levels of debugging.
fn say(vm: &VirtualMachine, text: &[u8]) -> PyResult<()> {
    say_continued(vm, &[text, b"\n"].concat())
}

/// The same for a text that ends a line itself.
fn say_continued(vm: &VirtualMachine, text: &[u8]) -> PyResult<()> {
    let stdout = import::sys(vm)?.get_attr("stdout", vm)?;
    vm.call_method(&stdout, "write", (text::new_str(vm, text),)).map(drop)
}

/// A class to make: name, base (`""` for none), methods, further names, documentation.
type Line = (&'static str, &'static str, &'static [Function], Vec<(&'static str, PyObjectRef)>, &'static str);

fn classes(vm: &VirtualMachine) -> Vec<Line> {
    let int = |value: i64| -> PyObjectRef { vm.ctx.new_int(value).into() };
    let text = |value: &str| -> PyObjectRef { vm.ctx.new_str(value).into() };
    vec![
        ("HTTPMessage", "mimetools", message::HTTP_MESSAGE, vec![], "The headers of an answer, looked up in any case."),
        ("HTTPResponse", "", response::HTTP_RESPONSE, vec![], "An answer, read from the file of a socket."),
        (
            "LineAndFileWrapper",
            "",
            response::LINE_AND_FILE_WRAPPER,
            vec![],
            "A line that was read, and the file that it came from.",
        ),
        (
            "HTTPConnection",
            "",
            connection::HTTP_CONNECTION,
            vec![
                ("_http_vsn", int(11)),
                ("_http_vsn_str", text("HTTP/1.1")),
                ("default_port", int(80)),
                ("auto_open", int(1)),
                ("debuglevel", int(0)),
                ("strict", int(0)),
            ],
            "A connection to a host; one request at a time.",
        ),
        (
            "HTTPSConnection",
            "HTTPConnection",
            old::HTTPS_CONNECTION,
            vec![("default_port", int(443))],
            "A connection over TLS.",
        ),
        (
            "HTTP",
            "",
            old::HTTP,
            vec![("_http_vsn", int(10)), ("_http_vsn_str", text("HTTP/1.0")), ("debuglevel", int(0))],
            "The interface of before Python 2.0.",
        ),
        ("HTTPS", "HTTP", old::HTTPS, vec![], "The same over TLS."),
    ]
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let text = |text: &str| -> PyObjectRef { vm.ctx.new_str(text).into() };
    modules::set(vm, module, "__all__", lines::list(vm, ALL.iter().map(|name| text(name))));
    for (name, number) in NUMBERS {
        modules::set(vm, module, name, vm.ctx.new_int(*number));
    }
    for (name, value) in TEXTS {
        modules::set(vm, module, name, text(value));
    }
    let responses = vm.ctx.new_dict();
    for (name, status, phrase) in statuses::STATUSES {
        if !name.is_empty() {
            modules::set(vm, module, name, vm.ctx.new_int(*status));
        }
        if !phrase.is_empty() {
            responses.set_item(vm.ctx.new_int(*status).as_object(), text(phrase), vm)?;
        }
    }
    modules::set(vm, module, "responses", responses);
    let methods = PySet::default().into_ref(&vm.ctx);
    for method in ["PATCH", "POST", "PUT"] {
        methods.add(text(method), vm)?;
    }
    modules::set(vm, module, "_METHODS_EXPECTING_BODY", methods);
    let (_answer, _managed) = (managed::Answer::make_static_type(), managed::Managed::make_static_type());
    let create: PyObjectRef = vm.new_function("create_connection", opening::create_connection).into();
    let home = Arc::new(Home { globals: module.dict(), defaults: vec![create] });
    python_function::publish(vm, module, &home, FUNCTIONS, "httplib");
    for (name, base, functions) in errors::CLASSES {
        let base = match *base {
            "" => vm.ctx.exceptions.exception_type.to_owned().into(),
            base => module.dict().get_item(base, vm)?,
        };
        let class = Class { name, module: "httplib", bases: vec![base], functions, values: Vec::new(), doc: None };
        modules::set(vm, module, name, class.make(&home, true, vm)?);
    }
    modules::set(vm, module, "error", module.dict().get_item("HTTPException", vm)?);
    let mimetools = import::module(vm, "mimetools")?;
    for (name, base, functions, values, doc) in classes(vm) {
        let bases = match base {
            "" => Vec::new(),
            "mimetools" => vec![mimetools.get_attr("Message", vm)?],
            base => vec![module.dict().get_item(base, vm)?],
        };
        let class = Class { name, module: "httplib", bases, functions, values, doc: Some(doc) };
        modules::set(vm, module, name, class.make(&home, false, vm)?);
    }
    for (class, name, other) in [
        ("HTTPConnection", "response_class", "HTTPResponse"),
        ("HTTP", "_connection_class", "HTTPConnection"),
        ("HTTPS", "_connection_class", "HTTPSConnection"),
    ] {
        let other = module.dict().get_item(other, vm)?;
        module.dict().get_item(class, vm)?.set_attr(name, other, vm)?;
    }
    modules::set(vm, module, "mimetools", mimetools);
    modules::set(vm, module, "socket", import::module(vm, "socket")?);
    modules::set(vm, module, "urlsplit", import::module(vm, "urlparse")?.get_attr("urlsplit", vm)?);
    Ok(())
}

/// Makes the module `httplib`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "httplib");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
