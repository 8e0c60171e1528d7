//! `httplib.HTTPConnection`: puts requests together and sends them, one at a time.
//!
//! What opens the connection is decided when the first bytes go out ([`super::opening`]).

use rustpython_vm::builtins::{PyBaseExceptionRef, PyList, PyStr};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::errors::error;
use super::response::{is_chatty, line_of};
use super::{opening, say};
use crate::modules::headers::lines::{This, bytes, lowered};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{arguments, text};
use crate::{import, modules};

const SELF: &[&str] = &["self"];
const RESPONSE: &str = "_HTTPConnection__response";
const STATE: &str = "_HTTPConnection__state";
const IDLE: &str = "Idle";
const STARTED: &str = "Request-started";
const SENT: &str = "Request-sent";

pub static HTTP_CONNECTION: &[Function] = &[
    function("__init__", &["self", "host"], Body::Raw(init)),
    with_defaults(
        "set_tunnel",
        &["self", "host", "port", "headers"],
        &[Given::None, Given::None],
        Body::Run(set_tunnel),
    ),
    function("_get_hostport", &["self", "host", "port"], Body::Run(get_hostport)),
    function(
        "set_debuglevel",
        &["self", "level"],
        Body::Run(|_, values, vm| {
            This::of(values, vm)?.set("debuglevel", values.get(1).cloned().unwrap_or_else(|| vm.ctx.none()))?;
            Ok(vm.ctx.none())
        }),
    ),
    function("_tunnel", SELF, Body::Run(tunnel)),
    function(
        "connect",
        SELF,
        Body::Run(|home, values, vm| {
            opening::connect(home, This::of(values, vm)?)?;
            Ok(vm.ctx.none())
        }),
    ),
    function("close", SELF, Body::Run(close)),
    function("send", &["self", "data"], Body::Run(send)),
    function("_output", &["self", "s"], Body::Run(output)),
    with_defaults("_send_output", &["self", "message_body"], &[Given::None], Body::Run(send_output)),
    with_defaults(
        "putrequest",
        &["self", "method", "url", "skip_host", "skip_accept_encoding"],
        &[Given::Int(0), Given::Int(0)],
        Body::Run(putrequest),
    ),
    function(
        "_encode_request",
        &["self", "request"],
        Body::Run(|_, values, vm| Ok(values.get(1).cloned().unwrap_or_else(|| vm.ctx.none()))),
    ),
    function("_validate_path", &["self", "url"], Body::Run(validate)),
    function("_validate_host", &["self", "host"], Body::Run(validate)),
    function("putheader", &["self", "header"], Body::Raw(putheader)),
    with_defaults("endheaders", &["self", "message_body"], &[Given::None], Body::Run(endheaders)),
    with_defaults(
        "request",
        &["self", "method", "url", "body", "headers"],
        &[Given::None, Given::Dict],
        Body::Run(|_, values, vm| {
            This::of(values, vm)?.call("_send_request", values.get(1..).unwrap_or_default().to_vec())
        }),
    ),
    function("_set_content_length", &["self", "body", "method"], Body::Run(set_content_length)),
    function("_send_request", &["self", "method", "url", "body", "headers"], Body::Run(send_request)),
    with_defaults("getresponse", &["self", "buffering"], &[Given::Bool(false)], Body::Run(getresponse)),
];

/// The parameters of `__init__`.
const PARAMETERS: &[&str] = &["self", "host", "port", "strict", "timeout", "source_address"];

fn init(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = arguments::of_python(vm, "__init__", args, PARAMETERS, 2)?;
    let Ok([object, host, port, strict, timeout, source]) = <[Option<PyObjectRef>; 6]>::try_from(values) else {
        return Ok(vm.ctx.none());
    };
    let Some(object) = object else { return Ok(vm.ctx.none()) };
    let this = This { object: &object, vm };
    let or_none = |value: Option<PyObjectRef>| value.unwrap_or_else(|| vm.ctx.none());
    let timeout = match timeout {
        Some(timeout) => timeout,
        None => import::module(vm, "_netbase")?.get_attr("_GLOBAL_DEFAULT_TIMEOUT", vm)?,
    };
    this.set("timeout", timeout)?;
    this.set("source_address", or_none(source))?;
    this.set_none("sock")?;
    this.set("_buffer", vm.ctx.new_list(Vec::new()))?;
    this.set_none(RESPONSE)?;
    this.set_text(STATE, IDLE)?;
    this.set_none("_method")?;
    this.set_none("_tunnel_host")?;
    this.set_none("_tunnel_port")?;
    this.set("_tunnel_headers", vm.ctx.new_dict())?;
    if let Some(strict) = strict.filter(|strict| !vm.is_none(strict)) {
        this.set("strict", strict)?;
    }
    set_host_and_port(this, or_none(host), or_none(port), "host", "port")?;
    this.call("_validate_host", (this.get("host")?,))?;
    // Programs put a function of their own here.
    this.set("_create_connection", opening::create_connection_of(home, vm))?;
    opening::stand_in_for_libraries(home, this)?;
    Ok(vm.ctx.none())
}

/// Sets two attributes to what `_get_hostport` makes of a host and a port.
pub fn set_host_and_port(
    this: This<'_>,
    host: PyObjectRef,
    port: PyObjectRef,
    host_name: &'static str,
    port_name: &'static str,
) -> PyResult<()> {
    let found = this.call("_get_hostport", (host, port))?;
    let Ok([host, port]) = <[PyObjectRef; 2]>::try_from(this.vm.extract_elements_with(&found, Ok)?) else {
        return Err(this.vm.new_value_error("_get_hostport() gives a host and a port"));
    };
    this.set(host_name, host)?;
    this.set(port_name, port)
}

fn set_tunnel(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, host, port, headers] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let sock = this.get("sock")?;
    if sock.clone().try_to_bool(vm)? && !opening::is_stand_in(&sock) {
        return Err(vm.new_runtime_error("Can't setup tunnel for established connection."));
    }
    set_host_and_port(this, host.clone(), port.clone(), "_tunnel_host", "_tunnel_port")?;
    if headers.clone().try_to_bool(vm)? {
        this.set("_tunnel_headers", headers.clone())?;
    } else {
        vm.call_method(&*this.get("_tunnel_headers")?, "clear", ())?;
    }
    Ok(vm.ctx.none())
}

fn get_hostport(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, host, port] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let (mut host, mut port) = (host.clone(), port.clone());
    if vm.is_none(&port) {
        let (is_unicode, whole) = (text::is_unicode(&host), bytes(vm, &host)?);
        let place = |wanted: u8| whole.iter().rposition(|byte| *byte == wanted);
        port = match (place(b':'), place(b']')) {
            (Some(colon), bracket) if bracket.is_none_or(|bracket| colon > bracket) => {
                let digits = whole.get(colon + 1..).unwrap_or_default();
                let start = whole.get(..colon).unwrap_or_default();
                host = if is_unicode {
                    text::new_unicode(vm, &String::from_utf8_lossy(start))
                } else {
                    text::new_str(vm, start)
                };
                let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.trim().parse::<i64>().ok());
                match number {
                    Some(number) => vm.ctx.new_int(number).into(),
                    None if digits.is_empty() => this.get("default_port")?,
                    None => {
                        let message = [b"nonnumeric port: '", digits, b"'"].concat();
                        return Err(error(home, "InvalidURL", vec![text::new_str(vm, &message)], vm));
                    }
                }
            }
            _ => this.get("default_port")?,
        };
    }
    if let Some(whole) =
        text::bytes_of(&host).or_else(|| text::text_of(vm, &host).ok().flatten().map(String::into_bytes))
        && let [b'[', inner @ .., b']'] = whole.as_slice()
    {
        host = text::new_str(vm, inner);
    }
    Ok(vm.ctx.new_tuple(vec![host, port]).into())
}

/// An error of the connection.
fn socket_error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    super::failures::socket_error(vm, "error", vec![text::native(vm, message)])
}

fn tunnel(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let host = bytes(vm, &*this.get("_tunnel_host")?)?;
    let port = bytes(vm, &*this.get("_tunnel_port")?)?;
    let request = [b"CONNECT ", host.as_slice(), b":", &port, b" HTTP/1.0\r\n"].concat();
    this.call("send", (text::new_str(vm, &request),))?;
    let headers = vm.call_method(&*this.get("_tunnel_headers")?, "items", ())?;
    for pair in vm.extract_elements_with(&headers, Ok)? {
        let pair = vm.extract_elements_with(&pair, |part| bytes(vm, &part))?;
        if let [name, value] = pair.as_slice() {
            let line = [name.as_slice(), b": ", value, b"\r\n"].concat();
            this.call("send", (text::new_str(vm, &line),))?;
        }
    }
    this.call("send", (vm.ctx.new_str("\r\n"),))?;
    let keywords: KwArgs = [("strict", this.get("strict")?), ("method", this.get("_method")?)]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect();
    let response = this.call("response_class", FuncArgs::new(vec![this.get("sock")?], keywords))?;
    let status = vm.extract_elements_with(&*vm.call_method(&response, "_read_status", ())?, Ok)?;
    let [version, code, message] = status.as_slice() else { return Ok(vm.ctx.none()) };
    if bytes(vm, version)? == b"HTTP/0.9" {
        this.call("close", ())?;
        return Err(socket_error(vm, "Invalid response from tunnel request"));
    }
    if code.clone().try_to_value::<i64>(vm)? != 200 {
        this.call("close", ())?;
        let message = vm.call_method(message, "strip", ())?;
        return Err(socket_error(vm, &format!("Tunnel connection failed: {} {}", code.str(vm)?, message.str(vm)?)));
    }
    loop {
        let line = line_of(home, &*response.get_attr("fp", vm)?, "header line", vm)?;
        if line.is_empty() || line == b"\r\n" {
            return Ok(vm.ctx.none());
        }
    }
}

fn close(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    this.set_text(STATE, IDLE)?;
    let sock = this.get("sock")?;
    let mut closed = Ok(vm.ctx.none());
    if sock.clone().try_to_bool(vm)? {
        this.set_none("sock")?;
        closed = vm.call_method(&sock, "close", ());
    }
    opening::stand_in_for_libraries(home, this)?;
    let response = this.get(RESPONSE)?;
    if response.clone().try_to_bool(vm)? {
        this.set_none(RESPONSE)?;
        vm.call_method(&response, "close", ())?;
    }
    closed.map(|_| vm.ctx.none())
}

// ---- sending ----------------------------------------------------------------------------------------------------

fn send(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    /// What is read of a file at once.
    const BLOCK: usize = 8192;
    let [object, data] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    if this.is_none("sock")? {
        if !this.is_true("auto_open")? {
            return Err(error(home, "NotConnected", Vec::new(), vm));
        }
        opening::open(home, this)?;
    }
    let chatty = is_chatty(this)?;
    if chatty {
        say(vm, &[b"send: ", text::repr_of(vm, data)?.as_slice()].concat())?;
    }
    let is_text = text::is_basestring(data) || data.class().name().to_string() == "array";
    let read = if is_text { None } else { vm.get_attribute_opt(data, vm.ctx.intern_str("read"))? };
    let sock = this.get("sock")?;
    let Some(read) = read else {
        return vm.call_method(&sock, "sendall", (data.clone(),)).map(|_| vm.ctx.none());
    };
    if chatty {
        say(vm, b"sendIng a read()able")?;
    }
    loop {
        let block = read.call((BLOCK,), vm)?;
        if !block.clone().try_to_bool(vm)? {
            return Ok(vm.ctx.none());
        }
        vm.call_method(&*this.get("sock")?, "sendall", (block,))?;
    }
}

fn output(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, line] = values else { return Ok(vm.ctx.none()) };
    let buffer = This { object, vm }.get("_buffer")?;
    match buffer.downcast_ref_if_exact::<PyList>(vm) {
        Some(list) => list.borrow_vec_mut().push(line.clone()),
        None => drop(vm.call_method(&buffer, "append", (line.clone(),))?),
    }
    Ok(vm.ctx.none())
}

fn send_output(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, body] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let buffer = this.get("_buffer")?;
    let mut parts = vm.extract_elements_with(&buffer, Ok)?;
    if let Some(list) = buffer.downcast_ref::<PyList>() {
        list.borrow_vec_mut().clear();
    }
    parts.extend([vm.ctx.new_str("").into(), vm.ctx.new_str("").into()]);
    let between: PyObjectRef = vm.ctx.new_str("\r\n").into();
    let mut message = vm.call_method(&between, "join", (vm.ctx.new_list(parts),))?;
    let mut rest = body.clone();
    if text::is_str(body) {
        message = vm._add(&message, body)?;
        rest = vm.ctx.none();
    }
    this.call("send", (message,))?;
    if !vm.is_none(&rest) {
        this.call("send", (rest,))?;
    }
    Ok(vm.ctx.none())
}

/// Forgets the answer before, if it has been read.
fn forget_answer(this: This<'_>) -> PyResult<()> {
    let before = this.get(RESPONSE)?;
    if before.clone().try_to_bool(this.vm)? && this.vm.call_method(&before, "isclosed", ())?.try_to_bool(this.vm)? {
        this.set_none(RESPONSE)?;
    }
    Ok(())
}

fn state_is(this: This<'_>, wanted: &str) -> PyResult<bool> {
    let state = this.get(STATE)?;
    Ok(state.downcast_ref::<PyStr>().is_some_and(|state| state.as_wtf8() == wanted))
}

/// A host name as bytes; what is not ASCII as IDNA has it.
pub fn host_bytes(host: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    if text::is_unicode(host) {
        let content = text::unicode_of(vm, host)?;
        if !content.is_ascii() {
            return bytes(vm, &*vm.call_method(host, "encode", ("idna",))?);
        }
    }
    bytes(vm, host)
}

fn putrequest(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, method, url, skip_host, skip_encoding] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    forget_answer(this)?;
    if !state_is(this, IDLE)? {
        return Err(error(home, "CannotSendRequest", Vec::new(), vm));
    }
    this.set_text(STATE, STARTED)?;
    this.set("_method", method.clone())?;
    let url = if url.clone().try_to_bool(vm)? { url.clone() } else { vm.ctx.new_str("/").into() };
    this.call("_validate_path", (url.clone(),))?;
    let parts = vm.ctx.new_list(vec![text_object(vm, method)?, text_object(vm, &url)?, this.get("_http_vsn_str")?]);
    let blank: PyObjectRef = vm.ctx.new_str(" ").into();
    let request = vm.call_method(&blank, "join", (parts,))?;
    let request = this.call("_encode_request", (request,))?;
    this.call("_output", (request,))?;
    if this.get("_http_vsn")?.try_to_value::<i64>(vm)? != 11 {
        return Ok(vm.ctx.none());
    }
    if !skip_host.clone().try_to_bool(vm)? {
        let value = host_header(this, &url)?;
        this.call("putheader", (vm.ctx.new_str("Host"), text::new_str(vm, &value)))?;
    }
    if !skip_encoding.clone().try_to_bool(vm)? {
        this.call("putheader", (vm.ctx.new_str("Accept-Encoding"), vm.ctx.new_str("identity")))?;
    }
    Ok(vm.ctx.none())
}

/// `'%s' % value`
fn text_object(vm: &VirtualMachine, value: &PyObject) -> PyResult {
    if text::is_basestring(value) { Ok(value.to_owned()) } else { text::str_object(vm, value) }
}

/// The header `Host`: of the whole URL that is asked for, of the end of the tunnel, or of the connection.
fn host_header(this: This<'_>, url: &PyObject) -> PyResult<Vec<u8>> {
    let vm = this.vm;
    if bytes(vm, url)?.starts_with(b"http") {
        let parts = import::module(vm, "urlparse")?.get_attr("urlsplit", vm)?.call((url.to_owned(),), vm)?;
        let place = parts.get_item(vm.ctx.new_int(1).as_object(), vm)?;
        if place.clone().try_to_bool(vm)? {
            return host_bytes(&place, vm);
        }
    }
    let tunnel = this.get("_tunnel_host")?;
    let (host, port) = if tunnel.clone().try_to_bool(vm)? {
        (tunnel, this.get("_tunnel_port")?)
    } else {
        (this.get("host")?, this.get("port")?)
    };
    let mut host = host_bytes(&host, vm)?;
    if host.contains(&b':') {
        host = [b"[", host.as_slice(), b"]"].concat();
    }
    if !vm.bool_eq(&port, &*this.get("default_port")?)? {
        host.push(b':');
        host.extend(bytes(vm, &port)?);
    }
    Ok(host)
}

/// No control characters and blanks in hosts and paths.
fn validate(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [_, value] = values else { return Ok(vm.ctx.none()) };
    let content = bytes(vm, value)?;
    match content.iter().find(|byte| **byte <= b' ' || **byte == 0x7f) {
        None => Ok(vm.ctx.none()),
        Some(bad) => {
            let bad = text::repr_of(vm, &text::new_str(vm, &[*bad]))?;
            let shown = text::repr_of(vm, value)?;
            let message =
                [b"URL can't contain control characters. ", shown.as_slice(), b" (found at least ", &bad, b")"]
                    .concat();
            Err(error(home, "InvalidURL", vec![text::new_str(vm, &message)], vm))
        }
    }
}

fn is_legal_name(name: &[u8]) -> bool {
    let starts_well = name.first().is_some_and(|byte| *byte != b':' && !modules::headers::lines::is_blank(*byte));
    starts_well && !name.iter().any(|byte| matches!(byte, b':' | b'\r' | b'\n'))
}

fn is_illegal_value(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(at, byte)| match (byte, value.get(at + 1)) {
        (b'\n', next) => !matches!(next, Some(b' ' | b'\t')),
        (b'\r', next) => !matches!(next, Some(b' ' | b'\t' | b'\n')),
        _ => false,
    })
}

fn putheader(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [object, name, values @ ..] = args.args.as_slice() else {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("putheader() takes at least 2 arguments ({given} given)")));
    };
    let this = This { object, vm };
    if !state_is(this, STARTED)? {
        return Err(error(home, "CannotSendHeader", Vec::new(), vm));
    }
    let name = text_object(vm, name)?;
    if !is_legal_name(&bytes(vm, &name)?) {
        return Err(invalid(vm, "Invalid header name ", &name));
    }
    let mut contents = Vec::with_capacity(values.len());
    for value in values {
        let value = text::str_object(vm, value)?;
        let content = bytes(vm, &value)?;
        if is_illegal_value(&content) {
            return Err(invalid(vm, "Invalid header value ", &value));
        }
        contents.push(content);
    }
    let value = [b": ", contents.join(&b"\r\n\t"[..]).as_slice()].concat();
    let line = vm._add(&name, &text::new_str(vm, &value))?;
    this.call("_output", (line,))?;
    Ok(vm.ctx.none())
}

fn invalid(vm: &VirtualMachine, what: &str, value: &PyObject) -> PyBaseExceptionRef {
    match text::repr_of(vm, value) {
        Ok(shown) => vm.new_value_error(format!("{what}{}", String::from_utf8_lossy(&shown))),
        Err(failed) => failed,
    }
}

fn endheaders(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, body] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    if !state_is(this, STARTED)? {
        return Err(error(home, "CannotSendHeader", Vec::new(), vm));
    }
    this.set_text(STATE, SENT)?;
    this.call("_send_output", (body.clone(),))?;
    Ok(vm.ctx.none())
}

fn set_content_length(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, body, method] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let length: PyObjectRef = if vm.is_none(body) {
        let method = vm.call_method(method, "upper", ())?;
        if !vm._contains(&*home.globals.get_item("_METHODS_EXPECTING_BODY", vm)?, &method)? {
            return Ok(vm.ctx.none());
        }
        vm.ctx.new_str("0").into()
    } else {
        match length_of(body, vm) {
            Ok(length) => length,
            Err(failed)
                if failed.fast_isinstance(vm.ctx.exceptions.attribute_error)
                    || failed.fast_isinstance(vm.ctx.exceptions.os_error) =>
            {
                if is_chatty(this)? {
                    say(vm, b"Cannot stat!!")?;
                }
                return Ok(vm.ctx.none());
            }
            Err(failed) => return Err(failed),
        }
    };
    this.call("putheader", (vm.ctx.new_str("Content-Length"), length))
}

/// The length of a body as text: of something with a length, or of a file of the system.
fn length_of(body: &PyObject, vm: &VirtualMachine) -> PyResult {
    let length = match body.length(vm) {
        Ok(length) => vm.ctx.new_int(length).into(),
        Err(failed)
            if failed.fast_isinstance(vm.ctx.exceptions.type_error)
                || failed.fast_isinstance(vm.ctx.exceptions.attribute_error) =>
        {
            let number = vm.call_method(body, "fileno", ())?;
            import::module(vm, "os")?.get_attr("fstat", vm)?.call((number,), vm)?.get_attr("st_size", vm)?
        }
        Err(failed) => return Err(failed),
    };
    text::str_object(vm, &length)
}

fn send_request(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, method, url, body, headers] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let names = vm.extract_elements_with(headers, |name| bytes(vm, &*lowered(vm, &name)?))?;
    let has = |wanted: &[u8]| names.iter().any(|name| name == wanted);
    let skips: KwArgs = [("skip_host", &b"host"[..]), ("skip_accept_encoding", b"accept-encoding")]
        .into_iter()
        .filter(|(_, header)| has(header))
        .map(|(name, _)| (name.to_owned(), vm.ctx.new_int(1).into()))
        .collect();
    this.call("putrequest", FuncArgs::new(vec![method.clone(), url.clone()], skips))?;
    if !has(b"content-length") {
        this.call("_set_content_length", (body.clone(), method.clone()))?;
    }
    let pairs = vm.call_method(headers, "iteritems", ())?;
    for pair in vm.extract_elements_with(&pairs, Ok)? {
        this.call("putheader", vm.extract_elements_with(&pair, Ok)?)?;
    }
    this.call("endheaders", (body.clone(),))?;
    Ok(vm.ctx.none())
}

fn getresponse(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, buffering] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    forget_answer(this)?;
    if !state_is(this, SENT)? || this.is_true(RESPONSE)? {
        return Err(error(home, "ResponseNotReady", Vec::new(), vm));
    }
    let mut positional = vec![this.get("sock")?];
    if is_chatty(this)? {
        positional.push(this.get("debuglevel")?);
    }
    let mut keywords = vec![("strict", this.get("strict")?), ("method", this.get("_method")?)];
    if buffering.clone().try_to_bool(vm)? {
        keywords.push(("buffering", vm.ctx.new_bool(true).into()));
    }
    let keywords: KwArgs = keywords.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let response = this.call("response_class", FuncArgs::new(positional, keywords))?;
    let begun = begin(this, &response);
    if let Err(failed) = begun {
        vm.call_method(&response, "close", ())?;
        return Err(failed);
    }
    Ok(response)
}

fn begin(this: This<'_>, response: &PyObject) -> PyResult<()> {
    let vm = this.vm;
    vm.call_method(response, "begin", ())?;
    this.set_text(STATE, IDLE)?;
    if response.get_attr("will_close", vm)?.try_to_bool(vm)? {
        this.call("close", ())?;
    } else {
        this.set(RESPONSE, response.to_owned())?;
    }
    Ok(())
}
