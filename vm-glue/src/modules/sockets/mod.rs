//! The module `_sockets`, on which `socket` stands: the machine's sockets with byte strings and Python 2's exceptions.
//!
//! [`called`] calls a function of the machine's `_socket`, raises `socket.error` and its kin and gives strings as Python 2
//! has them; [`Socket`] is what `socket.socket` objects hold as `_sock`; [`file`] is `socket._fileobject`.

mod base;
mod file;
mod objects;

pub use base::module as netbase;
pub use objects::module as socket;

use std::sync::atomic::{AtomicUsize, Ordering};

use rustpython_vm::builtins::{PyBaseExceptionRef, PyBytes, PyModule, PyTuple};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Representable;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::import::{self, machine_module};
use crate::modules::{self, bridge};
use crate::runtime::text;

/// `socket.error` or one of the classes derived from it.
fn class(vm: &VirtualMachine, name: &'static str) -> PyResult {
    import::module(vm, "_netbase")?.get_attr(name, vm)
}

/// An exception of one of those classes.
fn raised(vm: &VirtualMachine, name: &'static str, args: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    let made = class(vm, name).and_then(|class| class.call(FuncArgs::from(args), vm));
    match made {
        Ok(made) => made.downcast().unwrap_or_else(|_| vm.new_system_error("socket.error is no exception")),
        Err(failed) => failed,
    }
}

/// The exception of Python 2 for one of the machine's; all others as they are.
fn translated(vm: &VirtualMachine, error: PyBaseExceptionRef) -> PyBaseExceptionRef {
    if !error.fast_isinstance(vm.ctx.exceptions.os_error) {
        return error;
    }
    if class(vm, "error").is_ok_and(|class| error.as_object().is_instance(&class, vm).unwrap_or(false)) {
        return error;
    }
    let number = error.as_object().get_attr("errno", vm).ok().filter(|number| !vm.is_none(number));
    let args = || error.args().as_slice().to_vec();
    let kind = error.class().name().to_string();
    match (kind.as_str(), number) {
        ("gaierror", _) => raised(vm, "gaierror", args()),
        ("herror", _) => raised(vm, "herror", args()),
        ("TimeoutError" | "timeout", None) => raised(vm, "timeout", vec![vm.ctx.new_str("timed out").into()]),
        (_, Some(number)) => {
            let said = i32::try_from_object(vm, &number).map_or_else(
                || error.as_object().get_attr("strerror", vm).unwrap_or_else(|_| vm.ctx.none()),
                |number| text::native(vm, &reason(number)),
            );
            raised(vm, "error", vec![number, said])
        }
        _ => raised(vm, "error", args()),
    }
}

/// What the system says about an error number.
fn reason(number: i32) -> String {
    let said = std::io::Error::from_raw_os_error(number).to_string();
    said.split(" (os error").next().unwrap_or_default().to_owned()
}

/// A number out of an object, where it is one.
trait SmallNumber: Sized {
    fn try_from_object(vm: &VirtualMachine, object: &PyObject) -> Option<Self>;
}

impl SmallNumber for i32 {
    fn try_from_object(vm: &VirtualMachine, object: &PyObject) -> Option<Self> {
        object.to_owned().try_to_value(vm).ok()
    }
}

/// Calls a function of the machine; strings in the result and exceptions become Python 2's.
fn called(vm: &VirtualMachine, function: &PyObject, args: FuncArgs) -> PyResult {
    match function.call(args, vm) {
        Ok(result) => match result.downcast_ref::<PyBytes>() {
            Some(bytes) => Ok(text::new_str(vm, bytes.as_bytes())),
            None => bridge::native(vm, result, 0),
        },
        Err(error) => Err(translated(vm, error)),
    }
}

/// A unicode argument as the byte string that it stands for.
fn plain_strings(vm: &VirtualMachine, mut args: FuncArgs) -> PyResult<FuncArgs> {
    for value in &mut args.args {
        if text::is_unicode(value) {
            *value = text::new_str(vm, &text::str_of(vm, value)?);
        }
    }
    Ok(args)
}

/// `getaddrinfo(…)` with plain numbers, and an empty string where there is no canonical name.
fn getaddrinfo(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let function = machine_module(vm, "_socket")?.get_attr("getaddrinfo", vm)?;
    let found = called(vm, &function, args)?;
    let found = vm.extract_elements_with(&found, |entry| {
        let Some(entry) = entry.downcast_ref::<PyTuple>() else { return Ok(entry) };
        let mut parts = entry.as_slice().to_vec();
        if let Some(name) = parts.get_mut(3)
            && vm.is_none(name)
        {
            *name = text::new_str(vm, b"");
        }
        Ok(vm.ctx.new_tuple(parts).into())
    })?;
    Ok(vm.ctx.new_list(found).into())
}

/// An open socket: several `socket.socket` objects and files can share it, the last one closes it.
#[pyclass(module = "_socket", name = "socket")]
#[derive(Debug, PyPayload)]
struct Socket {
    inner: PyObjectRef,
    holders: AtomicUsize,
}

impl Socket {
    fn of(inner: PyObjectRef) -> Self {
        Self { inner, holders: AtomicUsize::new(0) }
    }

    fn hold(&self) {
        self.holders.fetch_add(1, Ordering::Relaxed);
    }

    fn release(&self, vm: &VirtualMachine) -> PyResult<()> {
        if self.holders.fetch_sub(1, Ordering::Relaxed) <= 1 {
            self.run("close", FuncArgs::default(), vm)?;
        }
        Ok(())
    }

    fn run(&self, method: &'static str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let function = self.inner.get_attr(method, vm)?;
        called(vm, &function, args)
    }

    fn number(&self, name: &'static str, vm: &VirtualMachine) -> PyResult {
        let number = self.inner.get_attr(name, vm)?.try_int(vm)?;
        Ok(vm.ctx.new_bigint(number.as_bigint()).into())
    }
}

/// Methods that pass their arguments on.
const PASSED_ON: &[&str] = &[
    "bind",
    "close",
    "connect",
    "connect_ex",
    "detach",
    "fileno",
    "getpeername",
    "getsockname",
    "getsockopt",
    "gettimeout",
    "listen",
    "recv",
    "recv_into",
    "recvfrom",
    "recvfrom_into",
    "setblocking",
    "settimeout",
    "shutdown",
];
/// The same, with data among the arguments, which may be unicode.
const WITH_DATA: &[&str] = &["send", "sendall", "sendto", "setsockopt"];

#[pyclass(flags(DISALLOW_INSTANTIATION), with(Representable))]
impl Socket {
    /// The machine's socket.
    #[pygetset]
    fn _inner(zelf: &Py<Self>) -> PyObjectRef {
        zelf.inner.clone()
    }

    #[pygetset]
    fn family(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.number("family", vm)
    }

    #[pygetset(name = "type")]
    fn kind(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.number("type", vm)
    }

    #[pygetset]
    fn proto(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.number("proto", vm)
    }

    /// One more object uses it.
    #[pymethod]
    fn _hold(zelf: &Py<Self>) {
        zelf.hold();
    }

    /// One object less uses it; the last one closes it.
    #[pymethod]
    fn _release(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.release(vm)
    }

    /// The next connection, and where it comes from.
    #[pymethod]
    fn accept(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let accepted = zelf.run("_accept", FuncArgs::default(), vm)?;
        let parts = vm.extract_elements_with(&accepted, Ok)?;
        let [descriptor, address] = parts.as_slice() else { return Err(vm.new_system_error("accept gives a pair")) };
        let family = zelf.inner.get_attr("family", vm)?;
        let kind = zelf.inner.get_attr("type", vm)?;
        let proto = zelf.inner.get_attr("proto", vm)?;
        let class = machine_module(vm, "_socket")?.get_attr("socket", vm)?;
        let made = called(vm, &class, FuncArgs::from(vec![family, kind, proto, descriptor.clone()]))?;
        let default = import::module(vm, "_netbase")?.get_attr("getdefaulttimeout", vm)?.call((), vm)?;
        made.get_attr("settimeout", vm)?.call((default,), vm)?;
        let made = Self::of(made).into_ref(&vm.ctx).into();
        Ok(vm.ctx.new_tuple(vec![made, address.clone()]).into())
    }
}

impl Representable for Socket {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let number = |value: PyResult| Ok::<_, PyBaseExceptionRef>(value?.str(vm)?.to_string());
        Ok(format!(
            "<socket object, fd={}, family={}, type={}, protocol={}>",
            number(zelf.run("fileno", FuncArgs::default(), vm))?,
            number(zelf.number("family", vm))?,
            number(zelf.number("type", vm))?,
            number(zelf.number("proto", vm))?,
        ))
    }
}

/// `new(family, type, proto)`: a socket with the time limit of new sockets.
fn new(args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Socket>> {
    let class = machine_module(vm, "_socket")?.get_attr("socket", vm)?;
    let made = called(vm, &class, args)?;
    let default = import::module(vm, "_netbase")?.get_attr("getdefaulttimeout", vm)?.call((), vm)?;
    if !vm.is_none(&default) {
        made.get_attr("settimeout", vm)?.call((default,), vm)?;
    }
    Ok(Socket::of(made).into_ref(&vm.ctx))
}

/// `adopt(socket)`: one that the machine has made.
fn adopt(inner: PyObjectRef, vm: &VirtualMachine) -> PyRef<Socket> {
    Socket::of(inner).into_ref(&vm.ctx)
}

/// `fromfd(descriptor, family, type, proto)`: a socket of its own for a descriptor that stays open.
fn fromfd(args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Socket>> {
    let mut args = args.args;
    if args.is_empty() {
        return Err(vm.new_type_error("Required argument 'fd' (pos 1) not found"));
    }
    let socket = machine_module(vm, "_socket")?;
    let descriptor = called(vm, &*socket.get_attr("dup", vm)?, FuncArgs::from(vec![args.remove(0)]))?;
    args.resize(3, vm.ctx.new_int(0).into());
    args.push(descriptor);
    new(FuncArgs::from(args), vm)
}

/// Makes the module `_sockets`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _ = Socket::make_static_type();
    let class = Socket::static_type();
    for &name in PASSED_ON {
        let method = move |zelf: PyRef<Socket>, args: FuncArgs, vm: &VirtualMachine| zelf.run(name, args, vm);
        class.set_attr(vm.ctx.intern_str(name), vm.new_method(name, class, method).into());
    }
    for &name in WITH_DATA {
        let method = move |zelf: PyRef<Socket>, args: FuncArgs, vm: &VirtualMachine| {
            zelf.run(name, plain_strings(vm, args)?, vm)
        };
        class.set_attr(vm.ctx.intern_str(name), vm.new_method(name, class, method).into());
    }
    let module = modules::new(vm, "_sockets");
    modules::set(vm, &module, "Socket", class.to_owned());
    let file = file::File::make_static_type();
    file.set_attr(vm.ctx.intern_str("default_bufsize"), vm.ctx.new_int(file::DEFAULT_SIZE).into());
    file.set_attr(vm.ctx.intern_str("name"), vm.ctx.new_str("<socket>").into());
    modules::set(vm, &module, "_fileobject", file);
    modules::set_function(vm, &module, "adopt", adopt);
    modules::set_function(vm, &module, "translated", |error: PyBaseExceptionRef, vm: &VirtualMachine| {
        translated(vm, error)
    });
    module
}
