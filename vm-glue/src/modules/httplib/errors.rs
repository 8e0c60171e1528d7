//! The exceptions of `httplib`.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::MAX_LINE;
use crate::modules::headers::lines::{This, bytes};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::text;

const LINE: &[&str] = &["self", "line"];

static UNKNOWN_PROTOCOL: &[Function] =
    &[function("__init__", &["self", "version"], Body::Run(|_, values, vm| kept(values, vm, "version")))];
static INCOMPLETE_READ: &[Function] = &[
    with_defaults("__init__", &["self", "partial", "expected"], &[Given::None], Body::Run(incomplete_init)),
    function("__repr__", &["self"], Body::Run(incomplete_text)),
    function("__str__", &["self"], Body::Run(incomplete_text)),
];
static BAD_STATUS_LINE: &[Function] = &[function("__init__", LINE, Body::Run(bad_status_line_init))];
static LINE_TOO_LONG: &[Function] = &[function("__init__", &["self", "line_type"], Body::Run(line_too_long_init))];

/// Name, base (`""` for `Exception`), methods. In an order in which each base comes before what derives from it.
pub const CLASSES: &[(&str, &str, &[Function])] = &[
    ("HTTPException", "", &[]),
    ("NotConnected", "HTTPException", &[]),
    ("InvalidURL", "HTTPException", &[]),
    ("UnknownProtocol", "HTTPException", UNKNOWN_PROTOCOL),
    ("UnknownTransferEncoding", "HTTPException", &[]),
    ("UnimplementedFileMode", "HTTPException", &[]),
    ("IncompleteRead", "HTTPException", INCOMPLETE_READ),
    ("ImproperConnectionState", "HTTPException", &[]),
    ("CannotSendRequest", "ImproperConnectionState", &[]),
    ("CannotSendHeader", "ImproperConnectionState", &[]),
    ("ResponseNotReady", "ImproperConnectionState", &[]),
    ("BadStatusLine", "HTTPException", BAD_STATUS_LINE),
    ("LineTooLong", "HTTPException", LINE_TOO_LONG),
];

/// The only argument, also under a name.
fn kept(values: &[PyObjectRef], vm: &VirtualMachine, name: &'static str) -> PyResult {
    let [object, value] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    this.set("args", vm.ctx.new_tuple(vec![value.clone()]))?;
    this.set(name, value.clone())?;
    Ok(vm.ctx.none())
}

fn incomplete_init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, partial, expected] = values else { return Ok(vm.ctx.none()) };
    kept(&[object.clone(), partial.clone()], vm, "partial")?;
    This { object, vm }.set("expected", expected.clone())?;
    Ok(vm.ctx.none())
}

fn incomplete_text(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let count = this.get("partial")?.length(vm)?;
    let expected = this.get("expected")?;
    let more = if vm.is_none(&expected) { String::new() } else { format!(", {} more expected", expected.str(vm)?) };
    Ok(vm.ctx.new_str(format!("IncompleteRead({count} bytes read{more})")).into())
}

fn bad_status_line_init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, line] = values else { return Ok(vm.ctx.none()) };
    let line = if line.clone().try_to_bool(vm)? { line.clone() } else { line.repr(vm)?.into() };
    kept(&[object.clone(), line], vm, "line")
}

fn line_too_long_init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, kind] = values else { return Ok(vm.ctx.none()) };
    let kind = bytes(vm, kind)?;
    let message = [format!("got more than {MAX_LINE} bytes when reading ").as_bytes(), kind.as_slice()].concat();
    let base = home.globals.get_item("HTTPException", vm)?;
    base.get_attr("__init__", vm)?.call((object.clone(), text::new_str(vm, &message)), vm)
}

/// An exception of a class that stands in the module now.
pub fn error(home: &Home, class: &str, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let made = home.globals.get_item(class, vm).and_then(|class| class.call(FuncArgs::from(args), vm));
    match made {
        Ok(made) => made.downcast().unwrap_or_else(|_| vm.new_type_error("exceptions must derive from BaseException")),
        Err(failed) => failed,
    }
}

/// The same with one text.
pub fn error_saying(home: &Home, class: &str, message: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    error(home, class, vec![text::native(vm, message)], vm)
}
