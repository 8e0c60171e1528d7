//! Python 2's `unicode`: its constructor, slots and the methods that only it has.

use super::operand::{self, Kind};
use super::{arguments, bytestr, codecs, methods, methods_case, text};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyInt, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::protocol::{PyIterReturn, PySequence};
use rustpython_vm::types::{IterNext, Iterable, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Fills the type.
pub fn patch(vm: &VirtualMachine, class: &'static Py<PyType>) {
    let _ = UnicodeIterator::make_static_type();
    let slots = class.slots();
    slots.iter.store(Some(iter));
    slots.as_sequence.repeat.store(Some(bytestr::repeat_unicode));
    slots.as_sequence.item.store(Some(item));
    slots.as_mapping.subscript.store(Some(bytestr::subscript_unicode));
    let plain = PyMethodFlags::NOARGS;
    methods::add(vm, class, "isdecimal", plain, methods_case::isdecimal);
    methods::add(vm, class, "isnumeric", plain, methods_case::isnumeric);
    methods::add(vm, class, "translate", PyMethodFlags::O, translate);
    methods::add(vm, class, "__str__", plain, dunder_str);
    methods::add(vm, class, "__getnewargs__", plain, getnewargs);
    class.set_attr(
        vm.ctx.intern_str("__doc__"),
        vm.ctx
            .new_str("unicode(object='') -> unicode object\nunicode(string[, encoding[, errors]]) -> unicode object")
            .into(),
    );
}

/// `unicode(object='', encoding=None, errors=None)`.
pub fn unicode_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut values = arguments::named(vm, "unicode", args, &["string", "encoding", "errors"], 0)?;
    let errors = values.pop().flatten();
    let encoding = values.pop().flatten();
    let object = match values.pop().flatten() {
        None => text::new_unicode(vm, ""),
        Some(object) if encoding.is_none() && errors.is_none() => text::unicode_object(vm, &object)?,
        Some(object) => {
            let encoding = codecs::name_argument(vm, "unicode", 2, encoding.as_deref())?;
            let errors = codecs::name_argument(vm, "unicode", 3, errors.as_deref())?;
            if text::is_unicode(&object) {
                return Err(vm.new_type_error("decoding Unicode is not supported"));
            }
            let Some(bytes) = operand::char_buffer(vm, &object) else {
                return Err(operand::no_string(vm, &object));
            };
            let decoded = codecs::decode_object(vm, &bytes, encoding.as_deref(), errors.as_deref())?;
            if !text::is_unicode(&decoded) {
                let found = super::names::type_name_of(&decoded);
                return Err(vm.new_type_error(format!("decoder did not return an unicode object (type={found})")));
            }
            decoded
        }
    };
    if class.is(text::unicode_type(vm)) {
        return Ok(object);
    }
    let text = object.downcast_ref::<PyStr>().map(|text| text.as_wtf8().to_owned()).unwrap_or_default();
    text::new_unicode_of(vm, class, text)
}

fn dunder_str(zelf: methods::Zelf, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match text::encode_default(vm, zelf.as_wtf8()) {
        Ok(bytes) => Ok(text::new_str(vm, &bytes)),
        // To the machine's own library every unicode is a `str` already.
        Err(_) if methods::called_from_library(vm) => Ok(zelf.into()),
        Err(error) => Err(error),
    }
}

fn getnewargs(zelf: methods::Zelf, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let copy = text::new_unicode_wtf8(vm, zelf.as_wtf8());
    Ok(vm.ctx.new_tuple(vec![copy]).into())
}

fn item(sequence: PySequence<'_>, index: isize, vm: &VirtualMachine) -> PyResult {
    let Some(zelf) = sequence.obj.downcast_ref::<PyStr>() else { return Ok(vm.ctx.not_implemented()) };
    let length = isize::try_from(zelf.char_len()).unwrap_or(isize::MAX);
    let position = if index < 0 { index + length } else { index };
    let found = usize::try_from(position).ok().filter(|_| position < length).and_then(|position| {
        let start = zelf.char_index_to_byte(position);
        zelf.as_wtf8().get(start..).and_then(|rest| rest.code_points().next())
    });
    match found {
        Some(c) => Ok(one(vm, c)),
        None => Err(vm.new_index_error("string index out of range")),
    }
}

/// A unicode of one char.
pub fn one(vm: &VirtualMachine, c: CodePoint) -> PyObjectRef {
    let mut text = Wtf8Buf::new();
    text.push(c);
    text::new_unicode_buf(vm, text)
}

// ---- iteration --------------------------------------------------------------------------------------------------

fn iter(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match object.downcast::<PyStr>() {
        Ok(string) => Ok(UnicodeIterator { string, position: AtomicUsize::new(0) }.into_ref(&vm.ctx).into()),
        Err(_) => Err(vm.new_type_error("a unicode is required")),
    }
}

/// Goes through the chars of a unicode.
#[pyclass(module = false, name = "iterator")]
#[derive(Debug, PyPayload)]
pub struct UnicodeIterator {
    string: PyRef<PyStr>,
    /// In bytes of the machine's own form.
    position: AtomicUsize,
}

#[pyclass(with(IterNext, Iterable))]
impl UnicodeIterator {}

impl SelfIter for UnicodeIterator {}

impl IterNext for UnicodeIterator {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let position = zelf.position.load(Ordering::Relaxed);
        let rest = zelf.string.as_wtf8().get(position..).unwrap_or(Wtf8::new(""));
        match rest.code_points().next() {
            Some(c) => {
                zelf.position.store(position + c.len_wtf8(), Ordering::Relaxed);
                Ok(PyIterReturn::Return(one(vm, c)))
            }
            None => Ok(PyIterReturn::StopIteration(None)),
        }
    }
}

// ---- translate --------------------------------------------------------------------------------------------------

fn translate(zelf: methods::Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let table = arguments::one(vm, "translate", &args)?;
    translate_text(vm, zelf.as_wtf8(), table)
}

/// `unicode.translate` with a mapping from numbers to numbers, unicode or None.
pub fn translate_text(vm: &VirtualMachine, text: &Wtf8, table: &PyObject) -> PyResult {
    Ok(Kind::Unicode.make(vm, translated(vm, text, table, text::is_unicode)?))
}

/// Python 3's `str.translate` for the machine's own library.
pub fn translate_library(vm: &VirtualMachine, text: &Wtf8, table: &PyObject) -> PyResult {
    Ok(Kind::Bytes.make(vm, translated(vm, text, table, text::is_basestring)?))
}

fn translated(vm: &VirtualMachine, text: &Wtf8, table: &PyObject, is_text: fn(&PyObject) -> bool) -> PyResult<Wtf8Buf> {
    let mut result = Wtf8Buf::with_capacity(text.len());
    for c in text.code_points() {
        let key = vm.ctx.new_int(c.to_u32());
        let value = match table.get_item(key.as_object(), vm) {
            Ok(value) => value,
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.lookup_error) => {
                result.push(c);
                continue;
            }
            Err(error) => return Err(error),
        };
        if vm.is_none(&value) {
            continue;
        }
        if let Some(int) = value.downcast_ref::<PyInt>() {
            match u32::try_from(int.as_bigint()).ok().and_then(CodePoint::from_u32) {
                Some(mapped) => result.push(mapped),
                // The original forgets to fill its format in.
                None => return Err(vm.new_type_error("character mapping must be in range(0x%lx)")),
            }
        } else if is_text(&value)
            && let Some(mapped) = value.downcast_ref::<PyStr>()
        {
            result.push_wtf8(mapped.as_wtf8());
        } else {
            return Err(vm.new_type_error("character mapping must return integer, None or unicode"));
        }
    }
    Ok(result)
}
