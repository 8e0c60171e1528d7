//! What opens a connection: the program's HTTP client, or a socket of its own.
//!
//! The client makes the connections that open by themselves, so that its proxies, certificates and recordings apply. A
//! program that calls `connect()`, brings a function or a class that connects, or asks for what only a socket can do
//! (an address to connect from, a certificate of its own), gets a socket; but not while answers are replayed or recorded.

use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::connection::host_bytes;
use super::managed::{self, Managed};
use super::trust;
use crate::import;
use crate::modules::headers::lines::{This, bytes};
use crate::modules::python_function::{Home, PythonFunction};
use crate::web::{Client, Source, proxy_of_environment};

const HTTPS_PORT: i64 = 443;
/// Attributes of the classes of `urllib3`, whose connections the client makes: it knows their options.
const LIBRARY_MARKS: [&str; 2] = ["cert_reqs", "default_socket_options"];

/// `_create_connection` as a connection has it at first.
pub fn create_connection_of(home: &Home, vm: &VirtualMachine) -> PyObjectRef {
    home.defaults.first().cloned().unwrap_or_else(|| vm.ctx.none())
}

/// Whether that is a socket which is there before anyone connects.
pub fn is_stand_in(sock: &PyObject) -> bool {
    managed::of(sock).is_some_and(|managed| managed.stands_in)
}

fn is_library(this: This<'_>) -> bool {
    LIBRARY_MARKS.iter().any(|mark| this.object.class().get_attr(this.vm.ctx.intern_str(*mark)).is_some())
}

/// Whether the method `connect` is one of ours.
fn connects_itself(home: &Home, this: This<'_>) -> PyResult<bool> {
    let method = this.get("connect")?;
    let function = This { object: &method, vm: this.vm }.find("__func__")?;
    let own = function.as_ref().and_then(|function| function.downcast_ref::<PythonFunction>());
    Ok(own.is_some_and(|own| own.home.globals.is(&home.globals)))
}

/// Whether nothing may go around the client.
fn must_use_client(this: This<'_>) -> PyResult<bool> {
    let settings = Client::shared().settings();
    if settings.source != Source::Network {
        return Ok(true);
    }
    if settings.media_server.is_none() {
        return Ok(false);
    }
    let host = bytes(this.vm, &*this.get("host")?)?;
    let port = bytes(this.vm, &*this.get("port")?)?;
    Ok(port == b"32400" && matches!(host.as_slice(), b"127.0.0.1" | b"localhost"))
}

/// Whether a program has put something else in the place of `socket.socket`: a proxy, as a rule.
fn sockets_are_replaced(vm: &VirtualMachine) -> PyResult<bool> {
    let Some(socket) = import::modules(vm)?.get_item_opt("socket", vm)? else { return Ok(false) };
    let (current, own) = (socket.get_attr("socket", vm)?, socket.get_attr("_socketobject", vm)?);
    if !current.is(&own) {
        return Ok(true);
    }
    let home = socket.get_attr("create_connection", vm)?.get_attr("__module__", vm)?;
    Ok(bytes(vm, &home)? != b"socket")
}

fn is_replaced(home: &Home, this: This<'_>) -> PyResult<bool> {
    let function = this.get("_create_connection")?;
    Ok(!function.is(&create_connection_of(home, this.vm)))
}

/// Gives connections that would make a socket themselves one of the client's.
pub fn stand_in_for_libraries(home: &Home, this: This<'_>) -> PyResult<()> {
    let library = is_library(this);
    if library {
        // They ask for it; the client verifies unless it is told not to.
        this.set("is_verified", this.vm.ctx.new_bool(true))?;
    }
    if library || must_use_client(this)? && !connects_itself(home, this)? {
        this.set("sock", Managed::object(this.object, true, this.vm)?)?;
    }
    Ok(())
}

fn use_client(this: This<'_>) -> PyResult<()> {
    this.set("sock", Managed::object(this.object, false, this.vm)?)
}

/// Opens the connection for the first bytes that go out.
pub fn open(home: &Home, this: This<'_>) -> PyResult<()> {
    let replaced = is_replaced(home, this)?;
    if !connects_itself(home, this)? || replaced {
        return this.call("connect", ()).map(drop);
    }
    let plain_tunnel = this.is_true("_tunnel_host")? && !is_secure(this)?;
    let wants_socket = plain_tunnel
        || !this.is_none("source_address")?
        || trust::needs_a_socket(this)?
        || sockets_are_replaced(this.vm)?;
    if !wants_socket || must_use_client(this)? {
        return use_client(this);
    }
    make_socket(this)?;
    if is_secure(this)? { wrap(this) } else { Ok(()) }
}

/// A socket of the connection's own.
fn make_socket(this: This<'_>) -> PyResult<()> {
    let vm = this.vm;
    let address = vm.ctx.new_tuple(vec![this.get("host")?, this.get("port")?]);
    let made = this.call("_create_connection", (address, this.get("timeout")?, this.get("source_address")?))?;
    this.set("sock", made)?;
    if this.is_true("_tunnel_host")? {
        this.call("_tunnel", ())?;
    }
    Ok(())
}

/// Puts TLS over the socket.
fn wrap(this: This<'_>) -> PyResult<()> {
    let vm = this.vm;
    let mut context = this.get("_context")?;
    if vm.is_none(&context) {
        context = import::module(vm, "ssl")?.get_attr("_create_default_https_context", vm)?.call((), vm)?;
        this.set("_context", context.clone())?;
    }
    let (key, certificate) = (this.get("key_file")?, this.get("cert_file")?);
    if key.clone().try_to_bool(vm)? || certificate.clone().try_to_bool(vm)? {
        vm.call_method(&context, "load_cert_chain", (certificate, key))?;
    }
    let tunnel = this.get("_tunnel_host")?;
    let host = if tunnel.clone().try_to_bool(vm)? { tunnel } else { this.get("host")? };
    let function = context.get_attr("wrap_socket", vm)?;
    let keywords: KwArgs = [("server_hostname".to_owned(), host)].into_iter().collect();
    let wrapped = function.call(FuncArgs::new(vec![this.get("sock")?], keywords), vm)?;
    this.set("sock", wrapped)
}

/// Whether the environment names a proxy for the connection.
fn is_proxied(this: This<'_>) -> PyResult<bool> {
    let (url, _) = target(this, "/")?;
    Ok(proxy_of_environment(&url).is_some())
}

/// `HTTPConnection.connect()`, called by a program.
pub fn connect(home: &Home, this: This<'_>) -> PyResult<()> {
    if !is_replaced(home, this)? && (must_use_client(this)? || is_proxied(this)?) {
        return use_client(this);
    }
    make_socket(this)
}

/// `HTTPSConnection.connect()`.
pub fn connect_secure(home: &Home, this: This<'_>) -> PyResult<()> {
    connect(home, this)?;
    if managed::of(&*this.get("sock")?).is_some() {
        return Ok(());
    }
    wrap(this)
}

/// Libraries derive their own TLS connections from the plain one: the port tells.
fn is_secure(this: This<'_>) -> PyResult<bool> {
    Ok(this.get("default_port")?.try_to_value::<i64>(this.vm).is_ok_and(|port| port == HTTPS_PORT))
}

/// `host:port`, with brackets around an address of IPv6, and without the usual port.
fn authority(host: &PyObject, port: &PyObject, usual: i64, vm: &VirtualMachine) -> PyResult<String> {
    let mut host = String::from_utf8_lossy(&host_bytes(host, vm)?).into_owned();
    if host.contains(':') {
        host = format!("[{host}]");
    }
    let port: i64 = if vm.is_none(port) { usual } else { port.to_owned().try_to_value(vm)? };
    Ok(if port == usual { host } else { format!("{host}:{port}") })
}

/// The URL that a connection asks for with a path or with a whole URL, and the proxy that it is connected to.
pub fn target(this: This<'_>, path: &str) -> PyResult<(String, Option<String>)> {
    let vm = this.vm;
    let (host, port) = (this.get("host")?, this.get("port")?);
    let usual = if is_secure(this)? { HTTPS_PORT } else { 80 };
    let own = authority(&host, &port, usual, vm)?;
    let start = path.get(..8).unwrap_or(path).to_ascii_lowercase();
    if start.starts_with("http://") || start.starts_with("https://") {
        let place = path.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
        let proxy = (place.rsplit('@').next() != Some(own.as_str())).then(|| proxy_url(&own, usual, None));
        return Ok((path.to_owned(), proxy));
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    let scheme = if usual == HTTPS_PORT { "https" } else { "http" };
    let tunnel = this.get("_tunnel_host")?;
    if !tunnel.clone().try_to_bool(vm)? {
        return Ok((format!("{scheme}://{own}{slash}{path}"), None));
    }
    let place = authority(&tunnel, &*this.get("_tunnel_port")?, usual, vm)?;
    let headers = vm.call_method(&*this.get("_tunnel_headers")?, "items", ())?;
    let mut user = None;
    for pair in vm.extract_elements_with(&headers, Ok)? {
        let pair = vm.extract_elements_with(&pair, |part| bytes(vm, &part))?;
        if let [name, value] = pair.as_slice()
            && name.eq_ignore_ascii_case(b"proxy-authorization")
        {
            user = user_of(value);
        }
    }
    Ok((format!("{scheme}://{place}{slash}{path}"), Some(proxy_url(&own, usual, user.as_deref()))))
}

fn proxy_url(authority: &str, usual: i64, user: Option<&str>) -> String {
    let port = if usual == HTTPS_PORT && !authority.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(':') {
        ":443"
    } else {
        ""
    };
    match user {
        Some(user) => format!("http://{user}@{authority}{port}"),
        None => format!("http://{authority}{port}"),
    }
}

/// Name and password of `Basic …`, written as in a URL.
fn user_of(header: &[u8]) -> Option<String> {
    use base64::Engine as _;
    let text = std::str::from_utf8(header).ok()?;
    let (_, encoded) = text.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("basic"))?;
    let user = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let (name, password) = user.split_at_checked(user.iter().position(|byte| *byte == b':')?)?;
    let escaped = |part: &[u8]| percent_encoding::percent_encode(part, percent_encoding::NON_ALPHANUMERIC).to_string();
    Some(format!("{}:{}", escaped(name), escaped(password.get(1..).unwrap_or_default())))
}

/// Makes `_create_connection` for the module.
pub fn create_connection(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    import::module(vm, "socket")?.get_attr("create_connection", vm)?.call(args, vm)
}
