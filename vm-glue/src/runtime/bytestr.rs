//! Python 2's `str` on the machine's `str` type, and what both string types do the same way: their slots.

use super::operand::{self, Kind};
use super::{compare_strings, methods, names, percent, quote, text, unicode};
use rustpython_common::wtf8::Wtf8Buf;
use rustpython_vm::builtins::{PyStr, PyType, PyTypeRef};
use rustpython_vm::class::{PyClassDef, add_operators};
use rustpython_vm::function::{FuncArgs, PyMethodFlags, PySetterValue};
use rustpython_vm::protocol::{BufferFlags, PyBuffer, PyMapping, PySequence};
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
type SetAttr = fn(&PyObject, &Py<PyStr>, PySetterValue, &VirtualMachine) -> PyResult<()>;
type Repeat = fn(PySequence<'_>, isize, &VirtualMachine) -> PyResult;
type Subscript = fn(PyMapping<'_>, &PyObject, &VirtualMachine) -> PyResult;

/// The machine's own functions, which the replacements go on with.
static STR_NEW: OnceLock<New> = OnceLock::new();
static TYPE_SETATTR: OnceLock<SetAttr> = OnceLock::new();
static REPEAT: OnceLock<Repeat> = OnceLock::new();
static SUBSCRIPT: OnceLock<Subscript> = OnceLock::new();

/// Operators that the machine's type has as methods made from its own slots.
const OPERATORS: &[&str] = &[
    "__add__",
    "__contains__",
    "__eq__",
    "__ge__",
    "__getitem__",
    "__gt__",
    "__iter__",
    "__le__",
    "__lt__",
    "__mod__",
    "__mul__",
    "__ne__",
    "__repr__",
    "__rmod__",
    "__rmul__",
];

/// Gives both string types Python 2's behaviour. Runs before any class exists.
pub fn patch(vm: &VirtualMachine) {
    let bytes = vm.ctx.types.str_type;
    let _ = STR_NEW.set(bytes.slots().new.load().unwrap_or(str_new));
    if let Some(repeat) = bytes.slots().as_sequence.repeat.load() {
        let _ = REPEAT.set(repeat);
    }
    if let Some(subscript) = bytes.slots().as_mapping.subscript.load() {
        let _ = SUBSCRIPT.set(subscript);
    }
    let unicode = text::unicode_type(vm);
    for class in [bytes, unicode] {
        let slots = class.slots();
        slots.repr.store(Some(quote::repr));
        slots.richcompare.store(Some(compare_strings::richcompare));
        slots.as_number.remainder.store(Some(remainder));
        slots.as_sequence.concat.store(Some(concat));
        slots.as_sequence.contains.store(Some(contains));
        slots.as_buffer.store(Some(as_buffer));
        methods::install(vm, class);
    }
    bytes.slots().new.store(Some(str_new));
    methods::add(vm, bytes, "translate", PyMethodFlags::FASTCALL, methods::translate);
    unicode::patch(vm, unicode);
    for class in [bytes, unicode] {
        for name in OPERATORS {
            class.attributes().remove(vm.ctx.intern_str(*name));
        }
        add_operators(class, &vm.ctx, <PyStr as PyClassDef>::ATTR_DOCS);
        // Python 2's strings are iterated by index: programs tell them from lists by the missing method.
        class.attributes().remove(vm.ctx.intern_str("__iter__"));
        class.modified();
    }
    // The machine calls `str(x)` in a way of its own as long as the type counts as immutable: it would give back
    // unicode where `__str__` returns it.
    bytes.slots().flags.remove_masked(PyTypeFlags::from_element(PyTypeFlags::IMMUTABLETYPE));
    if let Some(setattr) = vm.ctx.types.type_type.slots().setattro.load() {
        let _ = TYPE_SETATTR.set(setattr);
        let metaclass = vm.ctx.types.type_type;
        metaclass.slots().setattro.store(Some(type_setattr));
        // `type.__setattr__` must wrap the slot that is there, or the machine takes it for a trick.
        super::names::rewrap(metaclass, &["__setattr__", "__delattr__"], vm);
    }
}

fn type_setattr(class: &PyObject, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    if class.is(vm.ctx.types.str_type) || class.is(text::unicode_type(vm)) {
        let class = class.downcast_ref::<PyType>().map(|class| class.name().to_string()).unwrap_or_default();
        return Err(vm.new_type_error(format!("can't set attributes of built-in/extension type '{class}'")));
    }
    match TYPE_SETATTR.get() {
        Some(original) => original(class, name, value, vm),
        None => Err(vm.new_system_error("the string types are not installed")),
    }
}

/// `str(x)`, and the machine's own `str(bytes, encoding)`.
fn str_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.args.len() > 1 && !methods::called_from_library(vm) {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("str() takes at most 1 argument ({given} given)")));
    }
    let object = match (args.args.as_slice(), args.kwargs.is_empty()) {
        ([], true) => vm.ctx.new_str("").into(),
        ([object], true) => match text::str_object(vm, object) {
            Ok(string) => string,
            // To the machine's own library every unicode is a `str` already.
            Err(_) if text::is_unicode(object) && methods::called_from_library(vm) => object.clone(),
            Err(error) => return Err(error),
        },
        _ => {
            return match STR_NEW.get() {
                Some(original) => original(class, args, vm),
                None => Err(vm.new_system_error("the string types are not installed")),
            };
        }
    };
    if class.is(vm.ctx.types.str_type) {
        return Ok(object);
    }
    let text = object.downcast_ref::<PyStr>().map(|text| text.as_wtf8().to_owned()).unwrap_or_default();
    Ok(PyStr::from(text).into_ref_with_type(vm, class)?.into())
}

fn remainder(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match a.downcast_ref::<PyStr>() {
        Some(format) => percent::percent(vm, format, b),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn concat(sequence: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(zelf) = sequence.obj.downcast_ref::<PyStr>() else { return Ok(vm.ctx.not_implemented()) };
    let kind = Kind::of(sequence.obj);
    if !other.downcastable::<PyStr>() {
        if kind == Kind::Bytes && other.downcastable::<rustpython_vm::builtins::PyByteArray>() {
            return bytearray_concat(zelf, other, vm);
        }
        if operand::char_buffer(vm, other).is_none() || kind == Kind::Bytes && !is_machine_bytes(other) {
            return Err(match kind {
                Kind::Bytes => {
                    let found = names::type_name_of(other);
                    vm.new_type_error(format!("cannot concatenate 'str' and '{found}' objects"))
                }
                Kind::Unicode => operand::no_string(vm, other),
            });
        }
    }
    let (left, right, kind) = operand::pair(vm, zelf, other)?;
    let mut result = Wtf8Buf::with_capacity(left.byte_len() + right.byte_len());
    result.push_wtf8(left.as_wtf8());
    result.push_wtf8(right.as_wtf8());
    Ok(kind.make(vm, result))
}

fn is_machine_bytes(object: &PyObject) -> bool {
    object.downcastable::<rustpython_vm::builtins::PyBytes>()
}

/// `'a' + bytearray('b')` is a bytearray.
fn bytearray_concat(zelf: &Py<PyStr>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    let mut bytes = text::narrow(zelf.as_wtf8()).into_owned();
    bytes.extend(text::bytes_of(other).unwrap_or_default());
    Ok(vm.ctx.new_bytearray(bytes).into())
}

/// `needle in string`.
fn contains(sequence: PySequence<'_>, needle: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let Some(zelf) = sequence.obj.downcast_ref::<PyStr>() else { return Ok(false) };
    let is_bytes = is_machine_bytes(needle);
    if !needle.downcastable::<PyStr>() && !is_bytes {
        return Err(match Kind::of(sequence.obj) {
            Kind::Bytes => {
                let found = names::type_name_of(needle);
                vm.new_type_error(format!("'in <string>' requires string as left operand, not {found}"))
            }
            Kind::Unicode => operand::no_string(vm, needle),
        });
    }
    let (hay, needle, _) = operand::pair(vm, zelf, needle)?;
    Ok(hay.as_wtf8().contains(needle.as_wtf8()))
}

/// The buffer interface: the bytes of a str, the default codec's bytes of a unicode.
fn as_buffer(object: &PyObject, flags: BufferFlags, vm: &VirtualMachine) -> PyResult<PyBuffer> {
    flags.fill_info_check(true, vm)?;
    let bytes = match object.downcast_ref::<PyStr>() {
        Some(string) if text::is_unicode(object) => text::encode_default(vm, string.as_wtf8())?.into_owned(),
        Some(string) => text::narrow(string.as_wtf8()).into_owned(),
        None => Vec::new(),
    };
    let bytes: PyObjectRef = vm.ctx.new_bytes(bytes).into();
    PyBuffer::from_object(vm, &bytes, flags)
}

/// What the machine's own repetition gives, as unicode.
pub fn repeat_unicode(sequence: PySequence<'_>, count: isize, vm: &VirtualMachine) -> PyResult {
    match REPEAT.get() {
        Some(repeat) => repeat(sequence, count, vm).map(|result| rewrapped(result, vm)),
        None => Ok(vm.ctx.not_implemented()),
    }
}

/// What the machine's own subscript gives, as unicode.
pub fn subscript_unicode(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    match SUBSCRIPT.get() {
        Some(subscript) => subscript(mapping, key, vm).map(|result| rewrapped(result, vm)),
        None => Ok(vm.ctx.not_implemented()),
    }
}

fn rewrapped(result: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    match result.downcast::<PyStr>() {
        Ok(text) if !text::is_unicode(text.as_object()) => text::new_unicode_wtf8(vm, text.as_wtf8()),
        Ok(text) => exact_unicode(text, vm),
        Err(other) => other,
    }
}

fn exact_unicode(text: PyRef<PyStr>, vm: &VirtualMachine) -> PyObjectRef {
    if text.class().is(text::unicode_type(vm)) { text.into() } else { text::new_unicode_wtf8(vm, text.as_wtf8()) }
}
