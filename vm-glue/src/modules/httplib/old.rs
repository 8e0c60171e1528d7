//! `httplib.HTTP` and `HTTPS`: the interface of before Python 2.0; and `HTTPSConnection`'s beginning.

use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::connection::set_host_and_port;
use crate::modules::headers::lines::This;
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::arguments;

const SELF: &[&str] = &["self"];

pub static HTTPS_CONNECTION: &[Function] = &[
    function("__init__", &["self", "host"], Body::Raw(secure_init)),
    function(
        "connect",
        SELF,
        Body::Run(|home, values, vm| {
            super::opening::connect_secure(home, This::of(values, vm)?)?;
            Ok(vm.ctx.none())
        }),
    ),
];

/// The parameters of `HTTPSConnection.__init__`.
const SECURE: &[&str] =
    &["self", "host", "port", "key_file", "cert_file", "strict", "timeout", "source_address", "context"];

fn secure_init(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = arguments::of_python(vm, "__init__", args, SECURE, 2)?;
    let Ok([object, host, port, key, certificate, strict, timeout, source, context]) =
        <[Option<PyObjectRef>; 9]>::try_from(values)
    else {
        return Ok(vm.ctx.none());
    };
    let Some(object) = object else { return Ok(vm.ctx.none()) };
    let or_none = |value: Option<PyObjectRef>| value.unwrap_or_else(|| vm.ctx.none());
    let this = This { object: &object, vm };
    // Set before the rest, which asks what the connection is.
    this.set("key_file", or_none(key))?;
    this.set("cert_file", or_none(certificate))?;
    this.set("_context", or_none(context))?;
    let mut given = vec![object.clone(), or_none(host), or_none(port), or_none(strict)];
    let keywords: KwArgs = [("source_address".to_owned(), or_none(source))].into_iter().collect();
    given.extend(timeout);
    let base = home.globals.get_item("HTTPConnection", vm)?;
    base.get_attr("__init__", vm)?.call(FuncArgs::new(given, keywords), vm)
}

pub static HTTP: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "host", "port", "strict"],
        &[Given::Text(""), Given::None, Given::None],
        Body::Run(init),
    ),
    function("_setup", &["self", "conn"], Body::Run(setup)),
    with_defaults("connect", &["self", "host", "port"], &[Given::None, Given::None], Body::Run(connect)),
    function("getfile", SELF, Body::Run(|_, values, vm| This::of(values, vm)?.get("file"))),
    with_defaults("getreply", &["self", "buffering"], &[Given::Bool(false)], Body::Run(getreply)),
    function("close", SELF, Body::Run(close)),
];

pub static HTTPS: &[Function] = &[with_defaults(
    "__init__",
    &["self", "host", "port", "key_file", "cert_file", "strict", "context"],
    &[Given::Text(""), Given::None, Given::None, Given::None, Given::None, Given::None],
    Body::Run(secure_old_init),
)];

/// The port, where 0 stands for none.
fn port_of(port: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    Ok(if vm.bool_eq(port, vm.ctx.new_int(0).as_object())? { vm.ctx.none() } else { port.clone() })
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, host, port, strict] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let connection = this.call("_connection_class", (host.clone(), port_of(port, vm)?, strict.clone()))?;
    this.call("_setup", (connection,))
}

fn secure_old_init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, host, port, key, certificate, strict, context] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let given = vec![host.clone(), port_of(port, vm)?, key.clone(), certificate.clone(), strict.clone()];
    let keywords: KwArgs = [("context".to_owned(), context.clone())].into_iter().collect();
    let connection = this.call("_connection_class", FuncArgs::new(given, keywords))?;
    this.call("_setup", (connection,))?;
    this.set("key_file", key.clone())?;
    this.set("cert_file", certificate.clone())?;
    Ok(vm.ctx.none())
}

fn setup(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, connection] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    this.set("_conn", connection.clone())?;
    for name in ["send", "putrequest", "putheader", "endheaders", "set_debuglevel"] {
        this.set(name, connection.get_attr(name, vm)?)?;
    }
    for name in ["_http_vsn", "_http_vsn_str"] {
        connection.set_attr(name, this.get(name)?, vm)?;
    }
    this.set_none("file")?;
    Ok(vm.ctx.none())
}

fn connect(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, host, port] = values else { return Ok(vm.ctx.none()) };
    let connection = This { object, vm }.get("_conn")?;
    if !vm.is_none(host) {
        set_host_and_port(This { object: &connection, vm }, host.clone(), port.clone(), "host", "port")?;
    }
    vm.call_method(&connection, "connect", ())?;
    Ok(vm.ctx.none())
}

fn getreply(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, buffering] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let connection = this.get("_conn")?;
    let answer = if buffering.clone().try_to_bool(vm)? {
        vm.call_method(&connection, "getresponse", (buffering.clone(),))
    } else {
        vm.call_method(&connection, "getresponse", ())
    };
    let answer = match answer {
        Err(failed) if failed.as_object().is_instance(&*home.globals.get_item("BadStatusLine", vm)?, vm)? => {
            let sock = connection.get_attr("sock", vm)?;
            this.set("file", vm.call_method(&sock, "makefile", ("rb", 0))?)?;
            let file = this.get("file")?;
            this.call("close", ())?;
            this.set("file", file)?;
            this.set_none("headers")?;
            let line = failed.as_object().get_attr("line", vm)?;
            return Ok(vm.ctx.new_tuple(vec![vm.ctx.new_int(-1).into(), line, vm.ctx.none()]).into());
        }
        other => other?,
    };
    let message = answer.get_attr("msg", vm)?;
    this.set("headers", message.clone())?;
    this.set("file", answer.get_attr("fp", vm)?)?;
    let (status, reason) = (answer.get_attr("status", vm)?, answer.get_attr("reason", vm)?);
    Ok(vm.ctx.new_tuple(vec![status, reason, message]).into())
}

fn close(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    vm.call_method(&*this.get("_conn")?, "close", ())?;
    this.set_none("file")?;
    Ok(vm.ctx.none())
}
