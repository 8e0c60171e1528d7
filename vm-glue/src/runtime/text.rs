//! The two string types of Python 2 on the machine's one.
//!
//! Python 2's `str` (bytes) is the machine's own exact `str`, one char U+0000..U+00FF a byte; `unicode` is [`Unicode`], a
//! native subclass with the same payload. All other code makes and reads strings through this file. An exact str that
//! holds a char above U+00FF can only be text of the machine's own (Python 3) library: its bytes are its UTF-8.

use std::borrow::Cow;
use std::sync::RwLock;

use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyByteArray, PyBytes, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::names;
use crate::interpreter::Codec;

/// `unicode`.
#[pyclass(module = "__builtin__", name = "unicode", base = PyStr)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Unicode(PyStr);

#[pyclass(flags(BASETYPE))]
impl Unicode {
    #[pyslot]
    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        super::unicode::unicode_new(class, args, vm)
    }
}

/// The payload, for native subclasses that hold more than the text.
impl From<&str> for Unicode {
    fn from(text: &str) -> Self {
        Self(PyStr::from(text))
    }
}

/// The default codecs of the interpreters that do not use ASCII, by interpreter.
static DEFAULT_CODECS: RwLock<Vec<(i64, Codec)>> = RwLock::new(Vec::new());

/// Sets the codec by which byte strings become unicode where the program names none.
pub fn set_default_codec(vm: &VirtualMachine, codec: Codec) {
    let id = vm.state.interpreter_id;
    if let Ok(mut codecs) = DEFAULT_CODECS.write() {
        codecs.retain(|entry| entry.0 != id);
        if codec != Codec::Ascii {
            codecs.push((id, codec));
        }
    }
}

/// The codec by which byte strings become unicode where the program names none.
pub fn default_codec(vm: &VirtualMachine) -> Codec {
    let id = vm.state.interpreter_id;
    let codecs = DEFAULT_CODECS.read();
    codecs.ok().and_then(|codecs| codecs.iter().find(|entry| entry.0 == id).map(|entry| entry.1)).unwrap_or_default()
}

/// The type object of `unicode`; makes it on first use.
pub fn unicode_type(_vm: &VirtualMachine) -> &'static Py<PyType> {
    match Unicode::static_cell().get() {
        Some(class) => class,
        None => {
            let _ = Unicode::make_static_type();
            Unicode::static_type()
        }
    }
}

/// A byte string.
pub fn new_str(vm: &VirtualMachine, bytes: &[u8]) -> PyObjectRef {
    vm.ctx.new_str(widen(bytes).into_owned()).into()
}

/// A unicode string.
pub fn new_unicode(vm: &VirtualMachine, text: &str) -> PyObjectRef {
    Unicode(PyStr::from(text)).into_ref(&vm.ctx).into()
}

/// A unicode string that may hold lone surrogates.
pub fn new_unicode_wtf8(vm: &VirtualMachine, text: &Wtf8) -> PyObjectRef {
    Unicode(PyStr::from(text)).into_ref(&vm.ctx).into()
}

/// The same for text that is at hand as a buffer.
pub fn new_unicode_buf(vm: &VirtualMachine, text: Wtf8Buf) -> PyObjectRef {
    Unicode(PyStr::from(text)).into_ref(&vm.ctx).into()
}

/// A unicode string of a subclass of `unicode`.
pub fn new_unicode_of(vm: &VirtualMachine, class: PyTypeRef, text: Wtf8Buf) -> PyResult {
    Ok(Unicode(PyStr::from(text)).into_ref_with_type(vm, class)?.into())
}

/// Text of native code as Python 2 code expects it: `str` if ASCII, else `unicode`.
pub fn native(vm: &VirtualMachine, text: &str) -> PyObjectRef {
    if text.is_ascii() { vm.ctx.new_str(text).into() } else { new_unicode(vm, text) }
}

/// Whether it is a `unicode` or of a subclass.
pub fn is_unicode(object: &PyObject) -> bool {
    object.downcastable::<Unicode>()
}

/// Whether it is a byte string or of a subclass.
pub fn is_str(object: &PyObject) -> bool {
    object.downcastable::<PyStr>() && !object.downcastable::<Unicode>()
}

/// Whether it is a `str` or a `unicode`.
pub fn is_basestring(object: &PyObject) -> bool {
    object.downcastable::<PyStr>()
}

/// The bytes as the text that the machine keeps them in.
pub fn widen(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

/// The reverse of [`widen`]; borrowed for ASCII. Text above U+00FF (of the machine's library) gives its UTF-8.
pub fn narrow(text: &Wtf8) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text.as_bytes());
    }
    let bytes: Option<Vec<u8>> = text.code_points().map(|c| u8::try_from(c.to_u32()).ok()).collect();
    bytes.map_or_else(|| Cow::Borrowed(text.as_bytes()), Cow::Owned)
}

/// The bytes of a byte string (or of the machine's own `bytes` or a `bytearray`); None for all else.
pub fn bytes_of(object: &PyObject) -> Option<Vec<u8>> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        return (!is_unicode(object)).then(|| narrow(text.as_wtf8()).into_owned());
    }
    if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        return Some(bytes.as_bytes().to_vec());
    }
    object.downcast_ref::<PyByteArray>().map(|array| array.borrow_buf().to_vec())
}

/// The text of a string, a byte string decoded by the default codec; None for other types.
pub fn text_of(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<String>> {
    Ok(wtf8_of(vm, object)?.map(|text| text.to_string_lossy().into_owned()))
}

/// The same with lone surrogates kept.
pub fn wtf8_of<'a>(vm: &VirtualMachine, object: &'a PyObject) -> PyResult<Option<Cow<'a, Wtf8>>> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        if text.isascii() || is_unicode(object) {
            return Ok(Some(Cow::Borrowed(text.as_wtf8())));
        }
        return match narrow(text.as_wtf8()) {
            Cow::Owned(bytes) => decode_default(vm, &bytes).map(|text| Some(Cow::Owned(text))),
            Cow::Borrowed(_) => Ok(Some(Cow::Borrowed(text.as_wtf8()))),
        };
    }
    match bytes_of(object) {
        Some(bytes) => decode_default(vm, &bytes).map(|text| Some(Cow::Owned(text))),
        None => Ok(None),
    }
}

/// Decodes by the default codec.
pub fn decode_default(vm: &VirtualMachine, bytes: &[u8]) -> PyResult<Wtf8Buf> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && (bytes.is_ascii() || default_codec(vm) == Codec::Utf8)
    {
        return Ok(Wtf8Buf::from(text));
    }
    match default_codec(vm) {
        Codec::Ascii => {
            let start = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
            Err(decode_error(vm, "ascii", bytes, start, start + 1, "ordinal not in range(128)"))
        }
        Codec::Utf8 => Err(utf8_error(vm, bytes)),
        Codec::Named(name) => {
            let decoded = super::codecs::decode_object(vm, bytes, Some(name), None)?;
            let text = decoded.downcast_ref::<PyStr>().map(|text| text.as_wtf8().to_owned());
            text.ok_or_else(|| vm.new_type_error("decoder did not return a unicode object"))
        }
    }
}

/// Encodes by the default codec.
pub fn encode_default<'a>(vm: &VirtualMachine, text: &'a Wtf8) -> PyResult<Cow<'a, [u8]>> {
    if text.is_ascii() || default_codec(vm) == Codec::Utf8 {
        return Ok(Cow::Borrowed(text.as_bytes()));
    }
    if let Codec::Named(name) = default_codec(vm) {
        return super::codecs::encode(vm, text, name, "strict").map(Cow::Owned);
    }
    let is_wide = |c: &CodePoint| !c.is_ascii();
    let start = text.code_points().position(|c| is_wide(&c)).unwrap_or_default();
    let length = text.code_points().skip(start).take_while(is_wide).count();
    Err(encode_error(vm, "ascii", text, start, start + length, "ordinal not in range(128)"))
}

/// The bytes of Python 2's `str(x)`.
pub fn str_of(vm: &VirtualMachine, object: &PyObject) -> PyResult<Vec<u8>> {
    let text = str_object(vm, object)?;
    Ok(bytes_of(&text).unwrap_or_default())
}

/// Python 2's `str(x)`: a byte string or of a subclass.
pub fn str_object(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    let result = stringified(vm, object)?;
    encoded(vm, result)
}

/// Python 2's `_PyObject_Str`: what `__str__` gives, which may be unicode.
pub fn stringified(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    if object.class().is(vm.ctx.types.str_type) || object.class().is(unicode_type(vm)) {
        return Ok(object.to_owned());
    }
    if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        return Ok(new_str(vm, bytes.as_bytes()));
    }
    if object.class().heaptype_ext().is_none() {
        return Ok(library_text(vm, object.str(vm)?.into()));
    }
    // A method in Python: its result may be of any type.
    let result = if super::classic::is_instance(object) {
        let mut found = super::classic::lookup(object, "__str__", vm)?;
        if found.is_none() {
            found = super::classic::lookup(object, "__repr__", vm)?;
        }
        match found {
            Some(method) => method.call((), vm)?,
            None => return Ok(library_text(vm, object.str(vm)?.into())),
        }
    } else if inherits_object_str(vm, object) {
        vm.with_recursion("while getting the str of an object", || vm.call_method(object, "__repr__", ()))?
    } else {
        match names::special(object, vm.ctx.intern_str("__str__"), vm)? {
            Some(method) => method.call((), vm)?,
            None => vm.call_method(object, "__repr__", ())?,
        }
    };
    match result.downcast_ref::<PyStr>() {
        Some(_) => Ok(library_text(vm, result)),
        None => match result.downcast_ref::<PyBytes>() {
            Some(bytes) => Ok(new_str(vm, bytes.as_bytes())),
            None => {
                Err(vm.new_type_error(format!("__str__ returned non-string (type {})", names::type_name_of(&result))))
            }
        },
    }
}

fn inherits_object_str(vm: &VirtualMachine, object: &PyObject) -> bool {
    let name = vm.ctx.intern_str("__str__");
    match (object.class().get_attr(name), vm.ctx.types.object_type.get_attr(name)) {
        (Some(own), Some(inherited)) => own.is(&inherited),
        _ => false,
    }
}

/// Text of the machine's library above U+00FF is unicode to Python 2 code.
fn library_text(vm: &VirtualMachine, object: PyObjectRef) -> PyObjectRef {
    match object.downcast_ref_if_exact::<PyStr>(vm) {
        Some(text) if !text.isascii() && text.as_wtf8().code_points().any(|c| c.to_u32() > 0xff) => {
            new_unicode_wtf8(vm, text.as_wtf8())
        }
        _ => object,
    }
}

/// A string as a byte string: unicode is encoded by the default codec.
fn encoded(vm: &VirtualMachine, object: PyObjectRef) -> PyResult {
    match object.downcast_ref::<PyStr>() {
        Some(text) if is_unicode(&object) => Ok(new_str(vm, &encode_default(vm, text.as_wtf8())?)),
        _ => Ok(object),
    }
}

/// The text of Python 2's `unicode(x)`.
pub fn unicode_of(vm: &VirtualMachine, object: &PyObject) -> PyResult<String> {
    let result = unicode_object(vm, object)?;
    Ok(text_of(vm, &result)?.unwrap_or_default())
}

/// Python 2's `unicode(x)`: an exact unicode, or what `__unicode__` returned.
pub fn unicode_object(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    if object.class().is(unicode_type(vm)) {
        return Ok(object.to_owned());
    }
    let result = match unicode_method(vm, object)? {
        Some(method) => match method.call((), vm)? {
            result if is_unicode(&result) => return Ok(result),
            result => result,
        },
        None if is_unicode(object) => object.to_owned(),
        None => match stringified(vm, object) {
            Ok(text) => text,
            Err(error) => return Err(renamed_error(vm, object, error)),
        },
    };
    match wtf8_of(vm, &result)? {
        Some(_) if result.class().is(unicode_type(vm)) => Ok(result),
        Some(text) => Ok(new_unicode_wtf8(vm, &text)),
        None => Err(super::operand::no_string(vm, &result)),
    }
}

/// `__unicode__` of an object.
fn unicode_method(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<PyObjectRef>> {
    if object.class().is(vm.ctx.types.str_type) {
        return Ok(None);
    }
    if super::classic::is_instance(object) {
        return super::classic::lookup(object, "__unicode__", vm);
    }
    names::special(object, vm.ctx.intern_str("__unicode__"), vm)
}

/// Where `unicode(x)` finds a `__str__` that returns no string, it complains in its own words.
fn renamed_error(vm: &VirtualMachine, object: &PyObject, error: PyBaseExceptionRef) -> PyBaseExceptionRef {
    let _ = object;
    let text = error.args().as_slice().first().and_then(|first| text_of(vm, first).ok().flatten());
    let found = text.as_deref().and_then(|text| {
        text.strip_prefix("__str__ returned non-string (type ").and_then(|rest| rest.strip_suffix(')'))
    });
    match found {
        Some(found) => vm.new_type_error(format!("coercing to Unicode: need string or buffer, {found} found")),
        None => error,
    }
}

/// The bytes of Python 2's `repr(x)`.
pub fn repr_of(vm: &VirtualMachine, object: &PyObject) -> PyResult<Vec<u8>> {
    let text = repr_object(vm, object)?;
    Ok(bytes_of(&text).unwrap_or_default())
}

/// Python 2's `repr(x)`: a byte string.
pub fn repr_object(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    let text: PyObjectRef = object.repr(vm)?.into();
    encoded(vm, library_text(vm, text))
}

/// A UnicodeDecodeError.
pub fn decode_error(
    vm: &VirtualMachine,
    encoding: &str,
    bytes: &[u8],
    start: usize,
    end: usize,
    reason: &str,
) -> PyBaseExceptionRef {
    let object = new_str(vm, bytes);
    unicode_error(vm, vm.ctx.exceptions.unicode_decode_error, encoding, object, start, end, reason)
}

/// A UnicodeEncodeError.
pub fn encode_error(
    vm: &VirtualMachine,
    encoding: &str,
    text: &Wtf8,
    start: usize,
    end: usize,
    reason: &str,
) -> PyBaseExceptionRef {
    let object = new_unicode_wtf8(vm, text);
    unicode_error(vm, vm.ctx.exceptions.unicode_encode_error, encoding, object, start, end, reason)
}

fn unicode_error(
    vm: &VirtualMachine,
    class: &Py<PyType>,
    encoding: &str,
    object: PyObjectRef,
    start: usize,
    end: usize,
    reason: &str,
) -> PyBaseExceptionRef {
    let args = vec![
        vm.ctx.new_str(encoding).into(),
        object,
        start.to_pyobject(vm),
        end.to_pyobject(vm),
        vm.ctx.new_str(reason).into(),
    ];
    vm.invoke_exception(class, args).unwrap_or_else(|error| error)
}

/// The error of CPython 2.7's UTF-8 decoder at the first bad byte.
pub fn utf8_error(vm: &VirtualMachine, bytes: &[u8]) -> PyBaseExceptionRef {
    let (start, end, reason) = utf8_fault(bytes, 0).unwrap_or((0, 1, "invalid start byte"));
    decode_error(vm, "utf8", bytes, start, end, reason)
}

/// The first fault of UTF-8 bytes from a position on: start, end and reason in CPython 2.7's words.
pub fn utf8_fault(bytes: &[u8], from: usize) -> Option<(usize, usize, &'static str)> {
    let mut at = from;
    while at < bytes.len() {
        let (&first, rest) = bytes.get(at..)?.split_first()?;
        let (length, low, high) = match first {
            0..=0x7f => {
                at += 1;
                continue;
            }
            0xc2..=0xdf => (2, 0x80, 0xbf),
            0xe0 => (3, 0xa0, 0xbf),
            // CPython 2.7 reads surrogates, too.
            0xe1..=0xef => (3, 0x80, 0xbf),
            0xf0 => (4, 0x90, 0xbf),
            0xf1..=0xf3 => (4, 0x80, 0xbf),
            0xf4 => (4, 0x80, 0x8f),
            _ => return Some((at, at + 1, "invalid start byte")),
        };
        if bytes.len() - at < length {
            let tail = rest.iter().take_while(|byte| matches!(byte, 0x80..=0xbf)).count();
            return Some((at, at + 1 + tail, "unexpected end of data"));
        }
        let is_tail = |byte: &u8| matches!(byte, 0x80..=0xbf);
        let tail = rest.iter().take(length - 1);
        let good = tail.clone().all(is_tail) && rest.first().is_some_and(|byte| (low..=high).contains(byte));
        if !good {
            // The bytes that could belong to the char go with it, except the last.
            let tails = tail.take(length - 2).take_while(|byte| is_tail(byte)).count();
            return Some((at, at + 1 + tails, "invalid continuation byte"));
        }
        at += length;
    }
    None
}

/// A reference to the payload that both string types share.
pub fn payload(object: &PyObject) -> Option<&Py<PyStr>> {
    object.downcast_ref::<PyStr>()
}

/// The same as an owned reference.
pub fn into_payload(object: PyObjectRef) -> Option<PyRef<PyStr>> {
    object.downcast::<PyStr>().ok()
}
