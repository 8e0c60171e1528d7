//! The framework's exceptions, published as `Ex` (`spec/core.md` §9, `spec/environment.md` §8).

use std::collections::HashMap;
use std::sync::OnceLock;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::types::GetAttr;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::{restricted, text, traceback};

/// What an exception's constructor takes and sets.
#[derive(Clone, Copy)]
enum Constructor {
    /// Anything, as plain exceptions.
    Plain,
    /// `(code, headers)`; sets `location` too.
    Redirect,
    /// `(code, status, traceback=None)`.
    CodeAndStatus,
    /// `(status)`.
    Status(i32),
    /// Nothing.
    Fixed(i32, &'static str),
}

struct Class {
    name: &'static str,
    base: &'static str,
    constructor: Constructor,
}

const fn class(name: &'static str, base: &'static str, constructor: Constructor) -> Class {
    Class { name, base, constructor }
}

/// Every class, bases before the classes made from them.
static CLASSES: &[Class] = &[
    class("FrameworkException", "Exception", Constructor::Plain),
    class("UnauthorizedException", "Exception", Constructor::Plain),
    class("BadRequestException", "Exception", Constructor::Plain),
    class("AttributeException", "Exception", Constructor::Plain),
    class("RedirectError", "Exception", Constructor::Redirect),
    class("PlexError", "Exception", Constructor::CodeAndStatus),
    class("PlexNonCriticalError", "PlexError", Constructor::CodeAndStatus),
    class(
        "MediaNotAvailable",
        "PlexNonCriticalError",
        Constructor::Fixed(2001, "This media is not currently available."),
    ),
    class("MediaExpired", "PlexNonCriticalError", Constructor::Fixed(2002, "This media has expired.")),
    class(
        "LiveMediaNotStarted",
        "PlexNonCriticalError",
        Constructor::Fixed(2003, "This live media has not yet started."),
    ),
    class(
        "MediaNotAuthorized",
        "PlexNonCriticalError",
        Constructor::Fixed(2004, "You are not authorized to access this media."),
    ),
    class(
        "MediaGeoblocked",
        "PlexNonCriticalError",
        Constructor::Fixed(2005, "This media is geoblocked and can't be accessed from your current location."),
    ),
    class(
        "StreamLimitExceeded",
        "PlexNonCriticalError",
        Constructor::Fixed(
            2006,
            "You have reached the limit of streams from this service. Please close one and try again.",
        ),
    ),
    class("AttributeTypeMismatch", "PlexError", Constructor::Status(2101)),
    class("ContextException", "PlexError", Constructor::Status(2102)),
    class("APIException", "PlexError", Constructor::Status(2103)),
    class("NonCriticalArgumentException", "PlexNonCriticalError", Constructor::Status(2104)),
];

/// Classes of the standard library that `Ex` re-exports: name, module, name there.
static REEXPORTS: &[(&str, &str, &str)] = &[
    ("IncompleteRead", "httplib", "IncompleteRead"),
    ("SocketTimeout", "socket", "timeout"),
    ("SocketError", "socket", "error"),
    ("URLError", "urllib2", "URLError"),
    ("HTTPError", "urllib2", "HTTPError"),
];

/// Module path of the classes, as `repr` and tracebacks show it.
const MODULE: &str = "Framework.exceptions";

fn classes(vm: &VirtualMachine) -> &'static HashMap<&'static str, &'static Py<PyType>> {
    static MADE: OnceLock<HashMap<&'static str, &'static Py<PyType>>> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut made: HashMap<&'static str, &'static Py<PyType>> = HashMap::new();
        for entry in CLASSES {
            let base = match made.get(entry.base) {
                Some(base) => (*base).to_owned(),
                None => vm.ctx.exceptions.exception_type.to_owned(),
            };
            let class = vm.ctx.new_exception_type(MODULE, entry.name, Some(vec![base]));
            // Classes of the program live as long as it does.
            let class: &'static PyTypeRef = Box::leak(Box::new(class));
            install_constructor(vm, class, entry.constructor);
            made.insert(entry.name, class);
        }
        made
    })
}

fn install_constructor(vm: &VirtualMachine, class: &'static Py<PyType>, constructor: Constructor) {
    let init: PyObjectRef = match constructor {
        Constructor::Plain => return,
        Constructor::Redirect => vm.new_method("__init__", class, redirect).into(),
        Constructor::CodeAndStatus => {
            let init = |zelf: PyObjectRef, args: CodeAndStatus, vm: &VirtualMachine| {
                fill(vm, &zelf, args.code, args.status, args.traceback)
            };
            vm.new_method("__init__", class, init).into()
        }
        Constructor::Status(code) => {
            let init = move |zelf: PyObjectRef, status: PyObjectRef, vm: &VirtualMachine| {
                fill(vm, &zelf, vm.ctx.new_int(code).into(), status, None)
            };
            vm.new_method("__init__", class, init).into()
        }
        Constructor::Fixed(code, status) => {
            let init = move |zelf: PyObjectRef, vm: &VirtualMachine| {
                fill(vm, &zelf, vm.ctx.new_int(code).into(), text::new_str(vm, status.as_bytes()), None)
            };
            vm.new_method("__init__", class, init).into()
        }
    };
    // Setting an attribute of a fresh heap class cannot fail; if it did, instances would lack their `code` only.
    let _ = class.as_object().set_attr("__init__", init, vm);
}

#[derive(rustpython_vm::FromArgs)]
struct CodeAndStatus {
    #[pyarg(any)]
    code: PyObjectRef,
    #[pyarg(any)]
    status: PyObjectRef,
    #[pyarg(any, optional)]
    traceback: Option<PyObjectRef>,
}

fn fill(
    vm: &VirtualMachine,
    zelf: &PyObject,
    code: PyObjectRef,
    status: PyObjectRef,
    traceback: Option<PyObjectRef>,
) -> PyResult<()> {
    zelf.set_attr("args", vm.ctx.new_tuple(vec![code.clone(), status.clone()]), vm)?;
    zelf.set_attr("code", code, vm)?;
    zelf.set_attr("status", status, vm)?;
    zelf.set_attr("traceback", vm.unwrap_or_none(traceback), vm)
}

fn redirect(zelf: PyObjectRef, code: PyObjectRef, headers: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    zelf.set_attr("code", code, vm)?;
    let location = headers.get_item("location", vm).unwrap_or_else(|_| vm.ctx.none());
    zelf.set_attr("headers", headers, vm)?;
    zelf.set_attr("location", location, vm)
}

/// The class of that name, one of those that the framework itself defines.
///
/// Unknown names give `FrameworkException`.
pub fn class_named(vm: &VirtualMachine, name: &str) -> &'static Py<PyType> {
    let classes = classes(vm);
    classes.get(name).or_else(|| classes.get("FrameworkException")).copied().unwrap_or(vm.ctx.exceptions.exception_type)
}

/// An instance of one of the framework's plain exceptions, or of those that take a status.
pub fn new(vm: &VirtualMachine, name: &str, message: &str) -> PyBaseExceptionRef {
    let class = class_named(vm, name);
    vm.invoke_exception(class, vec![text::native(vm, message)]).unwrap_or_else(|error| error)
}

/// `FrameworkException(message)`.
pub fn framework_exception(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    new(vm, "FrameworkException", message)
}

/// What reading a member raises that the policy keeps for others; the word `func` is the original's.
pub fn not_permitted(vm: &VirtualMachine, kit_class: &str) -> PyBaseExceptionRef {
    new(
        vm,
        "APIException",
        &format!("Accessing {kit_class}'s 'func' attribute is not permitted by the current policy."),
    )
}

/// Whether an exception is an instance of the framework's class of that name.
pub fn is_instance(vm: &VirtualMachine, exception: &PyBaseExceptionRef, name: &str) -> bool {
    exception.as_object().fast_isinstance(class_named(vm, name))
}

/// A class of the standard library under the name that `Ex` gives it.
pub fn reexported(vm: &VirtualMachine, name: &str) -> Option<PyResult> {
    let (_, module, attribute) = REEXPORTS.iter().find(|(published, _, _)| *published == name)?;
    Some(import::module(vm, module).and_then(|module| module.get_attr(*attribute, vm)))
}

/// The object published as `Ex`. Classes of network modules are looked up when they are used, so that a plug-in
/// that never names them does not load those modules.
#[pyclass(module = false, name = "module")]
#[derive(Debug, PyPayload)]
pub struct ExceptionsModule;

#[pyclass(with(GetAttr))]
impl ExceptionsModule {
    #[pymethod]
    fn __dir__(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let names = CLASSES.iter().map(|class| class.name).chain(REEXPORTS.iter().map(|(name, _, _)| *name));
        vm.ctx.new_list(names.map(|name| text::native(vm, name)).collect()).into()
    }
}

impl GetAttr for ExceptionsModule {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let wanted = name.as_wtf8().to_string();
        if let Some(class) = classes(vm).get(wanted.as_str()) {
            return Ok((*class).to_owned().into());
        }
        if wanted == "__name__" {
            return Ok(text::native(vm, MODULE));
        }
        match reexported(vm, &wanted) {
            Some(class) => class,
            None => zelf.as_object().generic_getattr(name, vm),
        }
    }
}

/// The object to publish as `Ex`.
pub fn module(vm: &VirtualMachine) -> PyObjectRef {
    let _ = ExceptionsModule::make_static_type();
    ExceptionsModule.into_pyobject(vm)
}

/// What an exception says (its `message`), as the error answers show it: empty where it was made from several
/// arguments or none.
pub fn message_of(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> String {
    let arguments = exception.args();
    let value = match exception.as_object().get_attr("message", vm) {
        Ok(message) => message,
        Err(_) => match arguments.as_slice() {
            [only] => only.clone(),
            _ => return String::new(),
        },
    };
    text_or_bytes(vm, &value)
}

/// A value as text for an answer: bytes that are not UTF-8 become replacement characters.
pub fn text_or_bytes(vm: &VirtualMachine, value: &PyObject) -> String {
    if let Some(bytes) = text::bytes_of(value) {
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    match text::unicode_of(vm, value) {
        Ok(text) => text,
        Err(_) => match text::repr_of(vm, value) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => String::new(),
        },
    }
}

/// `code` and `status` (and the traceback it carries, if any) of a `PlexError`.
pub fn code_and_status(
    vm: &VirtualMachine,
    exception: &PyBaseExceptionRef,
) -> Option<(String, String, Option<String>)> {
    if !is_instance(vm, exception, "PlexError") {
        return None;
    }
    let read = |name: &str| exception.as_object().get_attr(&*vm.ctx.new_str(name), vm).ok().filter(|v| !vm.is_none(v));
    let as_text = |value: PyObjectRef| text_or_bytes(vm, &value);
    Some((
        read("code").map(as_text).unwrap_or_default(),
        read("status").map(as_text).unwrap_or_default(),
        read("traceback").map(as_text),
    ))
}

/// The traceback of an exception as text: `Traceback (most recent call last):` and so on.
pub fn traceback_of(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> String {
    traceback::format_exc(vm, &restricted::shown(exception.clone(), vm))
}

/// A class as an object.
pub fn class_object(vm: &VirtualMachine, name: &str) -> PyRef<PyType> {
    class_named(vm, name).to_owned()
}
