//! Error handlers of codecs: the five of Python 2.7 natively, all others through the registry.

use super::super::text;
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyStr, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::fmt::Write;

/// What a codec cannot handle: a part of its input and why.
pub struct Fault {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

impl Fault {
    /// A fault.
    pub fn new(start: usize, end: usize, reason: &'static str) -> Self {
        Self { start, end, reason }
    }
}

/// The error handler of one call.
pub enum Handler {
    Strict,
    Ignore,
    Replace,
    XmlCharRef,
    Backslash,
    Other(PyObjectRef),
}

/// The handler of a name; looked up when the first error happens.
pub fn handler(vm: &VirtualMachine, name: &str) -> PyResult<Handler> {
    Ok(match name {
        "strict" => Handler::Strict,
        "ignore" => Handler::Ignore,
        "replace" => Handler::Replace,
        "xmlcharrefreplace" => Handler::XmlCharRef,
        "backslashreplace" => Handler::Backslash,
        other => Handler::Other(vm.state.codec_registry.lookup_error(other, vm)?),
    })
}

/// What `decode` puts in place of bad bytes, and where it goes on.
pub fn on_decode(
    vm: &VirtualMachine,
    handler: &Handler,
    encoding: &str,
    bytes: &[u8],
    fault: &Fault,
) -> PyResult<(Wtf8Buf, usize)> {
    let error = || text::decode_error(vm, encoding, bytes, fault.start, fault.end, fault.reason);
    match handler {
        Handler::Strict => Err(error()),
        Handler::Ignore => Ok((Wtf8Buf::new(), fault.end)),
        Handler::Replace => Ok((Wtf8Buf::from("\u{fffd}"), fault.end)),
        Handler::XmlCharRef | Handler::Backslash => {
            Err(vm.new_type_error("don't know how to handle UnicodeDecodeError in error callback"))
        }
        Handler::Other(function) => call(vm, function, error(), "decoding", bytes.len()),
    }
}

/// What `encode` encodes in place of chars that it cannot encode, and where it goes on.
pub fn on_encode(
    vm: &VirtualMachine,
    handler: &Handler,
    encoding: &str,
    text: &Wtf8,
    length: usize,
    fault: &Fault,
) -> PyResult<(Wtf8Buf, usize)> {
    let error = || text::encode_error(vm, encoding, text, fault.start, fault.end, fault.reason);
    let chars = || text.code_points().skip(fault.start).take(fault.end - fault.start);
    let replacement = match handler {
        Handler::Strict => return Err(error()),
        Handler::Other(function) => return call(vm, function, error(), "encoding", length),
        Handler::Ignore => String::new(),
        Handler::Replace => "?".repeat(fault.end - fault.start),
        Handler::XmlCharRef => chars().map(|c| format!("&#{};", c.to_u32())).collect(),
        Handler::Backslash => chars().fold(String::new(), |mut result, c| {
            push_backslashed(&mut result, c);
            result
        }),
    };
    Ok((Wtf8Buf::from(replacement), fault.end))
}

fn push_backslashed(result: &mut String, c: CodePoint) {
    // Writing into a string cannot fail.
    let _ = match c.to_u32() {
        code @ 0..=0xff => write!(result, "\\x{code:02x}"),
        code @ 0x100..=0xffff => write!(result, "\\u{code:04x}"),
        code => write!(result, "\\U{code:08x}"),
    };
}

/// Calls a registered handler.
fn call(
    vm: &VirtualMachine,
    function: &PyObject,
    error: PyBaseExceptionRef,
    direction: &str,
    length: usize,
) -> PyResult<(Wtf8Buf, usize)> {
    let result = function.call((error,), vm)?;
    let wrong = || vm.new_type_error(format!("{direction} error handler must return (unicode, int) tuple"));
    let Some(tuple) = result.downcast_ref::<PyTuple>() else { return Err(wrong()) };
    let [replacement, position] = tuple.as_slice() else { return Err(wrong()) };
    let Some(position) = position.downcast_ref::<PyInt>() else { return Err(wrong()) };
    // The machine's own handlers return its plain text.
    let native = function.class().is(vm.ctx.types.builtin_function_or_method_type);
    let replacement = match replacement.downcast_ref::<PyStr>() {
        Some(text) if native || text::is_unicode(replacement) => text.as_wtf8().to_owned(),
        _ => return Err(wrong()),
    };
    let length = isize::try_from(length).unwrap_or(isize::MAX);
    let given = isize::try_from(position.as_bigint()).unwrap_or(isize::MAX);
    let position = if given < 0 { given + length } else { given };
    match usize::try_from(position) {
        Ok(position) if position <= length.unsigned_abs() => Ok((replacement, position)),
        _ => Err(vm.new_index_error(format!("position {given} from error handler out of bounds"))),
    }
}
