//! Operands of string methods: what kind of string they are, and how two kinds meet.

use super::{names, text};
use rustpython_common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyByteArray, PyStr};
use rustpython_vm::protocol::{BufferFlags, PyBuffer};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::ops::Deref;

/// Which of the two string types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `str`, a char a byte.
    Bytes,
    /// `unicode`.
    Unicode,
}

impl Kind {
    /// The kind of a string object.
    pub fn of(object: &PyObject) -> Self {
        if text::is_unicode(object) { Self::Unicode } else { Self::Bytes }
    }

    /// A string object of this kind.
    pub fn make(self, vm: &VirtualMachine, text: Wtf8Buf) -> PyObjectRef {
        match self {
            Self::Bytes => vm.ctx.new_str(text).into(),
            Self::Unicode => text::new_unicode_buf(vm, text),
        }
    }

    /// The same from borrowed text.
    pub fn make_ref(self, vm: &VirtualMachine, text: &Wtf8) -> PyObjectRef {
        match self {
            Self::Bytes => vm.ctx.new_str(text).into(),
            Self::Unicode => text::new_unicode_wtf8(vm, text),
        }
    }
}

/// A string as an operand: borrowed from an object, or converted.
pub enum Operand<'a> {
    Borrowed(&'a PyStr),
    Owned(Box<PyStr>),
}

impl Operand<'_> {
    /// From converted text.
    pub fn owned(text: Wtf8Buf) -> Self {
        Self::Owned(Box::new(PyStr::from(text)))
    }

    /// The part between two char positions.
    pub fn between(&self, start: usize, end: usize) -> &Wtf8 {
        if start >= end {
            return Wtf8::new("");
        }
        let (start, end) = (self.char_index_to_byte(start), self.char_index_to_byte(end));
        self.as_wtf8().get(start..end).unwrap_or(Wtf8::new(""))
    }
}

impl Deref for Operand<'_> {
    type Target = PyStr;

    fn deref(&self) -> &PyStr {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

/// The bytes of an object with the buffer interface that is no string.
pub fn char_buffer(vm: &VirtualMachine, object: &PyObject) -> Option<Vec<u8>> {
    if let Some(bytes) = text::bytes_of(object) {
        return Some(bytes);
    }
    object.class().slots().as_buffer.load()?;
    let buffer = PyBuffer::from_object(vm, object, BufferFlags::SIMPLE).ok()?;
    Some(buffer.contiguous_or_collect(<[u8]>::to_vec))
}

/// The string itself as an operand of the given kind: a byte string becomes unicode by the default codec.
pub fn receiver<'a>(vm: &VirtualMachine, zelf: &'a Py<PyStr>, kind: Kind) -> PyResult<Operand<'a>> {
    if kind == Kind::Bytes || zelf.isascii() || text::is_unicode(zelf.as_object()) {
        return Ok(Operand::Borrowed(zelf));
    }
    match text::wtf8_of(vm, zelf.as_object())? {
        Some(text) => Ok(Operand::owned(text.into_owned())),
        None => Ok(Operand::Borrowed(zelf)),
    }
}

/// An argument next to a string of a kind. A unicode argument of a byte string's method stays unicode: the caller goes
/// on with unicode.
pub fn argument<'a>(vm: &VirtualMachine, kind: Kind, object: &'a PyObject) -> PyResult<(Operand<'a>, Kind)> {
    if let Some(string) = object.downcast_ref::<PyStr>() {
        let own = Kind::of(object);
        return match (kind, own) {
            (Kind::Unicode, Kind::Bytes) => Ok((receiver(vm, string, Kind::Unicode)?, Kind::Unicode)),
            _ => Ok((Operand::Borrowed(string), own)),
        };
    }
    if kind == Kind::Unicode && object.downcastable::<PyByteArray>() {
        return Err(vm.new_type_error("decoding bytearray is not supported"));
    }
    match (char_buffer(vm, object), kind) {
        (Some(bytes), Kind::Bytes) => Ok((Operand::owned(Wtf8Buf::from(&*text::widen(&bytes))), kind)),
        (Some(bytes), Kind::Unicode) => Ok((Operand::owned(text::decode_default(vm, &bytes)?), kind)),
        (None, Kind::Bytes) => Err(vm.new_type_error("expected a string or other character buffer object")),
        (None, Kind::Unicode) => Err(no_string(vm, object)),
    }
}

/// The error of `unicode(x)` where `x` has no text.
pub fn no_string(vm: &VirtualMachine, object: &PyObject) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let name = names::type_name_of(object);
    vm.new_type_error(format!("coercing to Unicode: need string or buffer, {name} found"))
}

/// Two operands of one kind, for a method with one string argument.
pub fn pair<'a>(
    vm: &VirtualMachine,
    zelf: &'a Py<PyStr>,
    object: &'a PyObject,
) -> PyResult<(Operand<'a>, Operand<'a>, Kind)> {
    let (argument, kind) = argument(vm, Kind::of(zelf.as_object()), object)?;
    Ok((receiver(vm, zelf, kind)?, argument, kind))
}
