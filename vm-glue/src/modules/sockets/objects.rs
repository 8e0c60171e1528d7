//! The module `socket`: the classes that programs know, over [`super::Socket`], and the functions of the system.

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::class::StaticType;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use super::{Socket, called, fromfd, getaddrinfo, new, raised};
use crate::import::{self, machine_module};
use crate::modules::headers::lines::{This, bytes, list};
use crate::modules::python_function::{self, Body, Class, Function, Given, Home, function, with_defaults};
use crate::modules::{self, names};
use crate::runtime::{arguments, text};

const SELF: &[&str] = &["self"];
/// Bad file descriptor.
const EBADF: i32 = 9;

/// Methods that pass all their arguments on to the open socket.
macro_rules! passed_on {
    ($($name:literal),*) => { &[$(function($name, SELF, Body::Raw(|_, args, vm| pass_on($name, args, vm)))),*] };
}

static PASSED_ON: &[Function] = passed_on!(
    "bind",
    "connect",
    "connect_ex",
    "fileno",
    "listen",
    "getpeername",
    "getsockname",
    "getsockopt",
    "setsockopt",
    "sendall",
    "setblocking",
    "settimeout",
    "gettimeout",
    "shutdown",
    "recv",
    "recvfrom",
    "recv_into",
    "recvfrom_into",
    "send",
    "sendto"
);
/// How many of them stand in `_socketmethods`; the others are in `_delegate_methods`.
const SOCKET_METHODS: usize = 14;

static OWN: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "family", "type", "proto", "_sock"],
        // AF_INET, SOCK_STREAM
        &[Given::Int(2), Given::Int(1), Given::Int(0), Given::None],
        Body::Run(init),
    ),
    function("accept", SELF, Body::Run(accept)),
    with_defaults("close", &["self", "_closedsocket"], &[Given::None], Body::Run(close)),
    function("dup", SELF, Body::Run(|home, values, vm| around(home, This::of(values, vm)?.get("_sock")?, vm))),
    with_defaults("makefile", &["self", "mode", "bufsize"], &[Given::Text("r"), Given::Int(-1)], Body::Run(makefile)),
];

static CLOSED: &[Function] = &[
    function("_dummy", SELF, Body::Raw(closed)),
    function("send", SELF, Body::Raw(closed)),
    function("recv", SELF, Body::Raw(closed)),
    function("recv_into", SELF, Body::Raw(closed)),
    function("sendto", SELF, Body::Raw(closed)),
    function("recvfrom", SELF, Body::Raw(closed)),
    function("recvfrom_into", SELF, Body::Raw(closed)),
    function("__getattr__", SELF, Body::Raw(closed)),
];

fn closed(_home: &Home, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    Err(raised(vm, "error", vec![vm.ctx.new_int(EBADF).into(), text::native(vm, "Bad file descriptor")]))
}

fn pass_on(name: &'static str, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(this) = args.take_positional() else {
        return Err(vm.new_type_error(format!("{name}() takes at least 1 argument (0 given)")));
    };
    This { object: &this, vm }.get("_sock")?.get_attr(name, vm)?.call(args, vm)
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, family, kind, proto, sock] = values else { return Ok(vm.ctx.none()) };
    let sock: PyObjectRef = if vm.is_none(sock) {
        new(FuncArgs::from(vec![family.clone(), kind.clone(), proto.clone()]), vm)?.into()
    } else {
        sock.clone()
    };
    if let Some(open) = sock.downcast_ref::<Socket>() {
        open.hold();
    }
    This { object, vm }.set("_sock", sock)?;
    Ok(vm.ctx.none())
}

/// A socket object around an open socket.
fn around(home: &Home, sock: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let keywords = [("_sock".to_owned(), sock)].into_iter().collect::<rustpython_vm::function::KwArgs>();
    home.globals.get_item("_socketobject", vm)?.call(FuncArgs::new(Vec::new(), keywords), vm)
}

fn accept(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let sock = This::of(values, vm)?.get("_sock")?;
    let accepted = vm.extract_elements_with(&*vm.call_method(&sock, "accept", ())?, Ok)?;
    let [sock, address] = accepted.as_slice() else { return Err(vm.new_value_error("accept() gives a pair")) };
    Ok(vm.ctx.new_tuple(vec![around(home, sock.clone(), vm)?, address.clone()]).into())
}

fn close(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, class] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let class = if vm.is_none(class) { home.globals.get_item("_closedsocket", vm)? } else { class.clone() };
    let sock = this.get("_sock")?;
    this.set("_sock", class.call((), vm)?)?;
    if let Some(open) = sock.downcast_ref::<Socket>() {
        open.release(vm)?;
    }
    Ok(vm.ctx.none())
}

fn makefile(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, mode, size] = values else { return Ok(vm.ctx.none()) };
    let sock = This { object, vm }.get("_sock")?;
    home.globals.get_item("_fileobject", vm)?.call((sock, mode.clone(), size.clone()), vm)
}

// ---- functions --------------------------------------------------------------------------------------------------

/// Functions of the machine under their own names.
const OF_THE_MACHINE: &[&str] = &[
    "gethostbyname",
    "gethostbyname_ex",
    "gethostbyaddr",
    "gethostname",
    "getservbyname",
    "getservbyport",
    "getprotobyname",
    "getnameinfo",
    "inet_pton",
    "inet_ntop",
    "inet_ntoa",
    "htonl",
    "htons",
    "ntohl",
    "ntohs",
];

static FUNCTIONS: &[Function] = &[
    with_defaults("getfqdn", &["name"], &[Given::Text("")], Body::Run(getfqdn)),
    function("create_connection", &["address"], Body::Raw(create_connection)),
    with_defaults("ssl", &["sock", "keyfile", "certfile"], &[Given::None, Given::None], Body::Run(secured)),
];

fn is_error(home: &Home, error: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    error.is_instance(&*home.globals.get_item("error", vm)?, vm)
}

/// The first name with a dot that the system knows a host by.
fn getfqdn(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [name] = values else { return Ok(vm.ctx.none()) };
    let mut name = vm.call_method(name, "strip", ())?;
    let content = bytes(vm, &name)?;
    if content.is_empty() || content == b"0.0.0.0" {
        name = home.globals.get_item("gethostname", vm)?.call((), vm)?;
    }
    let found = match home.globals.get_item("gethostbyaddr", vm)?.call((name.clone(),), vm) {
        Ok(found) => vm.extract_elements_with(&found, Ok)?,
        Err(failed) if is_error(home, failed.as_object(), vm)? => return Ok(name),
        Err(failed) => return Err(failed),
    };
    let [host, aliases, _] = found.as_slice() else { return Ok(name) };
    let mut candidates = vec![host.clone()];
    candidates.extend(vm.extract_elements_with(aliases, Ok)?);
    for candidate in candidates {
        if bytes(vm, &candidate)?.contains(&b'.') {
            return Ok(candidate);
        }
    }
    Ok(host.clone())
}

/// `create_connection(address, timeout=…, source_address=None)`: to the first of a host's addresses that answers.
fn create_connection(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let parameters = ["address", "timeout", "source_address"];
    let values = arguments::of_python(vm, "create_connection", args, &parameters, 1)?;
    let Ok([Some(address), timeout, source]) = <[Option<PyObjectRef>; 3]>::try_from(values) else {
        return Ok(vm.ctx.none());
    };
    let global = |name: &'static str| home.globals.get_item(name, vm);
    let unset = global("_GLOBAL_DEFAULT_TIMEOUT")?;
    let timeout = timeout.filter(|timeout| !timeout.is(&unset));
    let parts = vm.extract_elements_with(&address, Ok)?;
    let [host, port] = parts.as_slice() else {
        let (kind, count) = if parts.len() < 2 { ("need more than", parts.len()) } else { ("too many values", 0) };
        let message = if count == 0 && kind.starts_with("too") {
            "too many values to unpack".to_owned()
        } else {
            format!("{kind} {count} value{} to unpack", if count == 1 { "" } else { "s" })
        };
        return Err(vm.new_value_error(message));
    };
    let stream = global("SOCK_STREAM")?;
    let found = global("getaddrinfo")?.call((host.clone(), port.clone(), 0, stream), vm)?;
    let mut failure = None;
    for place in vm.extract_elements_with(&found, |place| vm.extract_elements_with(&place, Ok))? {
        let [family, kind, protocol, _, place] = place.as_slice() else { continue };
        let made = global("socket")?.call((family.clone(), kind.clone(), protocol.clone()), vm);
        let connected = made.and_then(|sock| {
            let connect = || -> PyResult<()> {
                if let Some(timeout) = &timeout {
                    vm.call_method(&sock, "settimeout", (timeout.clone(),))?;
                }
                if let Some(source) = &source
                    && source.clone().try_to_bool(vm)?
                {
                    vm.call_method(&sock, "bind", (source.clone(),))?;
                }
                vm.call_method(&sock, "connect", (place.clone(),)).map(drop)
            };
            match connect() {
                Ok(()) => Ok(sock),
                Err(failed) => {
                    if is_error(home, failed.as_object(), vm)? {
                        vm.call_method(&sock, "close", ())?;
                    }
                    Err(failed)
                }
            }
        });
        match connected {
            Ok(sock) => return Ok(sock),
            Err(failed) if is_error(home, failed.as_object(), vm)? => failure = Some(failed),
            Err(failed) => return Err(failed),
        }
    }
    Err(failure.unwrap_or_else(|| raised(vm, "error", vec![text::native(vm, "getaddrinfo returns an empty list")])))
}

/// `ssl(sock, keyfile=None, certfile=None)`: kept for old programs.
fn secured(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [sock, key, certificate] = values else { return Ok(vm.ctx.none()) };
    let open = vm.get_attribute_opt(sock, vm.ctx.intern_str("_sock"))?.unwrap_or_else(|| sock.clone());
    let wrap = import::module(vm, "ssl")?.get_attr("wrap_socket", vm)?;
    wrap.call((open, key.clone(), certificate.clone()), vm)
}

fn inet_aton(address: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let function = machine_module(vm, "_socket")?.get_attr("inet_aton", vm)?;
    let refused = "illegal IP address string passed to inet_aton";
    called(vm, &function, FuncArgs::from(vec![address])).map_err(|failed| {
        if failed.fast_isinstance(vm.ctx.exceptions.os_error) {
            return raised(vm, "error", vec![text::native(vm, refused)]);
        }
        failed
    })
}

/// The functions that make sockets of others.
fn set_makers(vm: &VirtualMachine, module: &PyRef<PyModule>, home: &Arc<Home>) {
    let known = home.clone();
    modules::set_function(vm, module, "fromfd", move |args: FuncArgs, vm: &VirtualMachine| {
        around(&known, fromfd(args, vm)?.into(), vm)
    });
    let known = home.clone();
    modules::set_function(vm, module, "socketpair", move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        /// AF_UNIX, SOCK_STREAM
        const UNIX_STREAM: [i32; 2] = [1, 1];
        for (at, name) in ["family", "type", "proto"].into_iter().enumerate() {
            if args.args.len() <= at {
                let usual = UNIX_STREAM.get(at).copied().unwrap_or_default();
                let value = args.take_keyword(name).unwrap_or_else(|| vm.ctx.new_int(usual).into());
                args.args.push(value);
            }
        }
        let function = machine_module(vm, "_socket")?.get_attr("socketpair", vm)?;
        let pair = called(vm, &function, args)?;
        let pair =
            vm.extract_elements_with(&pair, |made| around(&known, Socket::of(made).into_ref(&vm.ctx).into(), vm))?;
        Ok(vm.ctx.new_tuple(pair).into())
    });
}

/// Numbers that the machine does not have.
const NUMBERS: &[(&str, i32)] = &[
    ("AF_ROSE", 11),
    ("EAI_ADDRFAMILY", -9),
    ("EBADF", EBADF),
    ("EINTR", 4),
    ("IPV6_JOIN_GROUP", 20),
    ("IPV6_LEAVE_GROUP", 21),
    ("IPV6_RTHDR_TYPE_0", 0),
    ("IP_DEFAULT_MULTICAST_TTL", 1),
    ("IP_MAX_MEMBERSHIPS", 20),
    ("IP_RECVRETOPTS", 7),
    ("NI_MAXSERV", 32),
    ("PACKET_BROADCAST", 1),
    ("PACKET_FASTROUTE", 6),
    ("PACKET_HOST", 0),
    ("PACKET_LOOPBACK", 5),
    ("PACKET_MULTICAST", 2),
    ("PACKET_OTHERHOST", 3),
    ("PACKET_OUTGOING", 4),
    ("SSL_ERROR_EOF", 8),
    ("SSL_ERROR_INVALID_ERROR_CODE", 10),
    ("SSL_ERROR_SSL", 1),
    ("SSL_ERROR_SYSCALL", 5),
    ("SSL_ERROR_WANT_CONNECT", 7),
    ("SSL_ERROR_WANT_READ", 2),
    ("SSL_ERROR_WANT_WRITE", 3),
    ("SSL_ERROR_WANT_X509_LOOKUP", 4),
    ("SSL_ERROR_ZERO_RETURN", 6),
];

/// The numbers of the machine's module that Python 2 knows.
fn set_numbers(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    for (name, number) in NUMBERS {
        modules::set(vm, module, name, vm.ctx.new_int(*number));
    }
    let known = names::of("socket").unwrap_or_default();
    let Some(machine) = machine_module(vm, "_socket")?.dict() else { return Ok(()) };
    for (key, value) in machine {
        let is_number = value.class().is(vm.ctx.types.int_type);
        let name = key.downcast_ref::<PyStr>().and_then(|name| name.to_str());
        if is_number && name.is_some_and(|name| known.contains(name)) {
            module.dict().set_item(&*key, value, vm)?;
        }
    }
    Ok(())
}

fn property(vm: &VirtualMachine, name: &'static str) -> PyResult {
    let get = vm.new_function(name, move |object: PyObjectRef, vm: &VirtualMachine| {
        This { object: &object, vm }.get("_sock")?.get_attr(name, vm)
    });
    vm.ctx.types.property_type.as_object().call((get,), vm)
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let text = |text: &str| -> PyObjectRef { vm.ctx.new_str(text).into() };
    set_numbers(vm, module)?;
    let base = import::module(vm, "_netbase")?;
    for name in
        ["_GLOBAL_DEFAULT_TIMEOUT", "error", "gaierror", "herror", "timeout", "getdefaulttimeout", "setdefaulttimeout"]
    {
        modules::set(vm, module, name, base.get_attr(name, vm)?);
    }
    modules::set(vm, module, "sslerror", base.get_attr("error", vm)?);
    modules::set(vm, module, "has_ipv6", vm.ctx.new_bool(true));
    let natives = import::module(vm, "_sockets")?;
    modules::set(vm, module, "_fileobject", natives.get_attr("_fileobject", vm)?);
    modules::set(vm, module, "_realsocket", Socket::static_type().to_owned());
    let machine = machine_module(vm, "_socket")?;
    for name in OF_THE_MACHINE {
        let function = machine.get_attr(*name, vm)?;
        let call = move |args: FuncArgs, vm: &VirtualMachine| called(vm, &function, args);
        modules::set_function(vm, module, name, call);
    }
    modules::set_function(vm, module, "getaddrinfo", getaddrinfo);
    modules::set_function(vm, module, "inet_aton", inet_aton);
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    python_function::publish(vm, module, &home, FUNCTIONS, "socket");
    set_makers(vm, module, &home);
    let object: PyObjectRef = vm.ctx.types.object_type.to_owned().into();
    let no_slots = || -> PyObjectRef { vm.ctx.new_list(Vec::new()).into() };
    let closed = Class {
        name: "_closedsocket",
        module: "socket",
        bases: vec![object.clone()],
        functions: CLOSED,
        values: vec![("__slots__", no_slots())],
        doc: None,
    };
    modules::set(vm, module, "_closedsocket", closed.make(&home, true, vm)?);
    let mut values = vec![("__slots__", list(vm, ["_sock", "__weakref__", "__dict__"].map(text)))];
    for name in ["family", "type", "proto"] {
        values.push((name, property(vm, name)?));
    }
    for function in PASSED_ON {
        values.push((function.name, python_function::object_of(vm, function, &home, "socket")));
    }
    let class = Class {
        name: "_socketobject",
        module: "socket",
        bases: vec![object],
        functions: OWN,
        values,
        doc: Some("A socket."),
    };
    let class = class.make(&home, true, vm)?;
    for name in ["_socketobject", "socket", "SocketType"] {
        modules::set(vm, module, name, class.clone());
    }
    let methods = |part: &[Function]| vm.ctx.new_tuple(part.iter().map(|method| text(method.name)).collect());
    let (own, delegated) = PASSED_ON.split_at_checked(SOCKET_METHODS).unwrap_or_default();
    modules::set(vm, module, "_socketmethods", methods(own));
    modules::set(vm, module, "_delegate_methods", methods(delegated));
    let all = names::of("socket").unwrap_or_default();
    let mut all: Vec<&str> = all.into_iter().filter(|name| !name.starts_with('_')).collect();
    all.retain(|name| module.dict().get_item_opt(*name, vm).is_ok_and(|value| value.is_some()));
    all.sort_unstable();
    modules::set(vm, module, "__all__", list(vm, all.into_iter().map(text)));
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "socket");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
