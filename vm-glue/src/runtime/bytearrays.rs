//! `bytearray` and `memoryview` as Python 2 has them: single bytes go in as strings, too, and come out of a
//! `memoryview` as strings.

use super::{arguments, buffer, codecs, operand, text};
use rustpython_vm::builtins::{PyByteArray, PyInt, PyMemoryView, PyStr, PyTuple, PyType};
use rustpython_vm::function::{Either, FuncArgs, ItemDoc, PyComparisonValue, PyMethodFlags};
use rustpython_vm::protocol::{PyMapping, PySequence};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;
type Compare =
    fn(&PyObject, &PyObject, PyComparisonOp, &VirtualMachine) -> PyResult<Either<PyObjectRef, PyComparisonValue>>;
type Subscript = fn(PyMapping<'_>, &PyObject, &VirtualMachine) -> PyResult;
type AssignSubscript = fn(PyMapping<'_>, &PyObject, Option<PyObjectRef>, &VirtualMachine) -> PyResult<()>;
type Concat = fn(PySequence<'_>, &PyObject, &VirtualMachine) -> PyResult;
type Contains = fn(PySequence<'_>, &PyObject, &VirtualMachine) -> PyResult<bool>;
type Item = fn(PySequence<'_>, isize, &VirtualMachine) -> PyResult;
type Iter = fn(PyObjectRef, &VirtualMachine) -> PyResult;
type New = fn(rustpython_vm::builtins::PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

/// The machine's own functions.
static INIT: OnceLock<Init> = OnceLock::new();
static COMPARE: OnceLock<Compare> = OnceLock::new();
static CONCAT: OnceLock<Concat> = OnceLock::new();
static CONCAT_IN_PLACE: OnceLock<Concat> = OnceLock::new();
static CONTAINS: OnceLock<Contains> = OnceLock::new();
static ASSIGN: OnceLock<AssignSubscript> = OnceLock::new();
static VIEW_NEW: OnceLock<New> = OnceLock::new();
static VIEW_SUBSCRIPT: OnceLock<Subscript> = OnceLock::new();
static VIEW_ASSIGN: OnceLock<AssignSubscript> = OnceLock::new();
static VIEW_ITEM: OnceLock<Item> = OnceLock::new();
static VIEW_HASH: OnceLock<fn(&PyObject, &VirtualMachine) -> PyResult<i64>> = OnceLock::new();
static VIEW_ITER: OnceLock<Iter> = OnceLock::new();

/// Puts a function into a slot; keeps the machine's.
macro_rules! replace {
    ($slot:expr, $original:ident, $function:expr) => {
        if let Some(own) = $slot.load() {
            let _ = $original.set(own);
        }
        $slot.store(Some($function));
    };
}

/// Replaces the slots and methods.
pub fn patch(vm: &VirtualMachine) {
    let class = vm.ctx.types.bytearray_type;
    let slots = class.slots();
    replace!(slots.init, INIT, init);
    replace!(slots.richcompare, COMPARE, compare);
    replace!(slots.as_mapping.ass_subscript, ASSIGN, assign);
    replace!(slots.as_sequence.concat, CONCAT, concat);
    replace!(slots.as_sequence.inplace_concat, CONCAT_IN_PLACE, concat_in_place);
    replace!(slots.as_sequence.contains, CONTAINS, contains);
    slots.str.store(Some(str));
    let add = |name: &'static str, method: fn(PyObjectRef, FuncArgs, &VirtualMachine) -> PyResult| {
        let flags = PyMethodFlags::METHOD | PyMethodFlags::FASTCALL | PyMethodFlags::KEYWORDS;
        let definition = vm.ctx.new_method_def(name, method, flags, ItemDoc::NONE);
        class.set_attr(vm.ctx.intern_str(name), definition.build_method(class, vm).into());
    };
    add("decode", decode);
    add("append", append);
    add("insert", insert);
    add("__str__", |zelf, _args, vm| str(&zelf, vm).map(Into::into));
    for name in ["center", "ljust", "rjust"] {
        let interned = vm.ctx.intern_str(name);
        let Some(original) = class.get_attr(interned) else { continue };
        let padded = move |array: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            // What to fill with is a string.
            if let Some(fill) = args.args.get_mut(1)
                && text::is_str(fill)
                && let Some(bytes) = text::bytes_of(fill)
            {
                *fill = vm.ctx.new_bytes(bytes).into();
            }
            args.prepend_arg(array);
            original.call(args, vm)
        };
        class.set_attr(interned, vm.new_method(name, class, padded).into());
    }
    super::names::rewrap(class, &["__add__", "__iadd__", "__contains__"], vm);
    class.modified();
    let view = vm.ctx.types.memoryview_type.slots();
    replace!(view.new, VIEW_NEW, view_new);
    replace!(view.as_mapping.subscript, VIEW_SUBSCRIPT, view_subscript);
    replace!(view.as_mapping.ass_subscript, VIEW_ASSIGN, view_assign);
    replace!(view.as_sequence.item, VIEW_ITEM, view_item);
    replace!(view.iter, VIEW_ITER, view_iter);
    replace!(view.hash, VIEW_HASH, view_hash);
    let view_type = vm.ctx.types.memoryview_type;
    if let Some(original) = view_type.get_attr(vm.ctx.intern_str("tobytes")) {
        let tobytes = move |view: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let bytes = original.call((view,), vm)?;
            Ok(match bytes.downcast_ref::<rustpython_vm::builtins::PyBytes>() {
                Some(bytes) if !super::methods::called_from_library(vm) => text::new_str(vm, bytes.as_bytes()),
                _ => bytes,
            })
        };
        view_type.set_attr(vm.ctx.intern_str("tobytes"), vm.new_method("tobytes", view_type, tobytes).into());
    }
    show_longs(vm.ctx.types.memoryview_type, &["shape", "strides", "suboffsets"], vm);
}

/// Lets attributes of a class that are tuples of sizes give longs, or None without any.
fn show_longs(class: &'static Py<PyType>, names: &[&'static str], vm: &VirtualMachine) {
    for name in names {
        let interned = vm.ctx.intern_str(*name);
        let Some(original) = class.get_attr(interned) else { continue };
        let getter = move |view: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let value = match vm.call_get_descriptor_specific(&original, Some(&view), Some(view.class().as_object())) {
                Some(value) => value?,
                None => original.clone(),
            };
            let Some(sizes) = value.downcast_ref::<PyTuple>() else { return Ok(value) };
            if super::methods::called_from_library(vm) {
                return Ok(value);
            }
            if sizes.as_slice().is_empty() {
                return Ok(vm.ctx.none());
            }
            let sizes = sizes.as_slice().iter().map(|size| super::numbers::promote(size.clone(), vm)).collect();
            Ok(vm.ctx.new_tuple(sizes).into())
        };
        class.set_attr(interned, vm.ctx.new_readonly_getset(name, class, getter).into());
    }
}

fn missing(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_system_error("the string types are not installed")
}

// ---- bytearray --------------------------------------------------------------------------------------------------

/// The arguments with strings of one byte among the items of an iterable as their numbers.
fn with_codes(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<FuncArgs> {
    let Some(source) = args.args.first() else { return Ok(args) };
    let is_plain = source.downcast_ref::<PyInt>().is_some()
        || text::bytes_of(source).is_some()
        || source.class().slots().as_buffer.load().is_some()
        || vm.get_attribute_opt(source, "__iter__")?.is_none();
    if is_plain {
        return Ok(args);
    }
    let items = vm.extract_elements_with(source, |item| match text::bytes_of(&item).as_deref() {
        Some([byte]) if text::is_str(&item) => Ok(vm.ctx.new_int(*byte).into()),
        _ => Ok(item),
    })?;
    if let Some(source) = args.args.first_mut() {
        *source = vm.ctx.new_list(items).into();
    }
    Ok(args)
}

/// `bytearray(source, encoding, errors)`.
fn init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(original) = INIT.get() else { return Err(missing(vm)) };
    let source = args.args.first().cloned().or_else(|| args.kwargs.get("source").cloned());
    let Some(string) = source.as_ref().and_then(|source| source.downcast_ref::<PyStr>()) else {
        return original(zelf, with_codes(args, vm)?, vm);
    };
    let values = arguments::named(vm, "bytearray", args.clone(), &["source", "encoding", "errors"], 0)?;
    let name = |index: usize| -> PyResult<Option<String>> {
        codecs::name_argument(vm, "bytearray", index + 1, values.get(index).and_then(|value| value.as_deref()))
    };
    let (encoding, errors) = (name(1)?, name(2)?);
    let bytes = match (text::is_unicode(string.as_object()), encoding) {
        (true, None) => return Err(vm.new_type_error("unicode argument without an encoding")),
        (true, Some(encoding)) => {
            codecs::encode(vm, string.as_wtf8(), &encoding, errors.as_deref().unwrap_or("strict"))?
        }
        (false, _) => text::narrow(string.as_wtf8()).into_owned(),
    };
    original(zelf, FuncArgs::from(vec![vm.ctx.new_bytes(bytes).into()]), vm)
}

/// Only what has bytes can be appended: no unicode.
fn appendable(array: &PyObject, other: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if !text::is_unicode(other) && (text::is_str(other) || other.class().slots().as_buffer.load().is_some()) {
        return Ok(());
    }
    let (array, other) = (super::names::type_name_of(array), super::names::type_name_of(other));
    Err(vm.new_type_error(format!("can't concat {array} to {other}")))
}

fn concat(array: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    appendable(array.obj, other, vm)?;
    CONCAT.get().ok_or_else(|| missing(vm))?(array, other, vm)
}

fn concat_in_place(array: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    appendable(array.obj, other, vm)?;
    CONCAT_IN_PLACE.get().ok_or_else(|| missing(vm))?(array, other, vm)
}

fn contains(array: PySequence<'_>, item: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let is_number = item.downcastable::<PyInt>() || item.class().slots().as_number.index.load().is_some();
    let has_bytes = text::is_str(item) || item.class().slots().as_buffer.load().is_some();
    if !is_number && (text::is_unicode(item) || !has_bytes) {
        let kind = super::names::type_name_of(item);
        return Err(vm.new_type_error(format!("Type {kind} doesn't support the buffer API")));
    }
    CONTAINS.get().ok_or_else(|| missing(vm))?(array, item, vm)
}

/// A unicode never equals a bytearray.
fn compare(
    a: &PyObject,
    b: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    match COMPARE.get() {
        Some(original) if !text::is_unicode(b) => original(a, b, op, vm),
        _ => Ok(Either::B(PyComparisonValue::NotImplemented)),
    }
}

fn str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let bytes = object.downcast_ref::<PyByteArray>().map(|array| array.borrow_buf().to_vec()).unwrap_or_default();
    Ok(vm.ctx.new_str(text::widen(&bytes).into_owned()))
}

/// A byte as a number: a number, or a string of one char.
fn byte(value: &PyObject, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    if let Some(string) = value.downcast_ref::<PyStr>().filter(|_| text::is_str(value)) {
        return match &*text::narrow(string.as_wtf8()) {
            [only] => Ok(vm.ctx.new_int(*only).into()),
            _ => Err(vm.new_value_error("string must be of size 1")),
        };
    }
    if !value.downcastable::<PyInt>() && value.class().slots().as_number.index.load().is_none() {
        return Err(vm.new_type_error("an integer or string of size 1 is required"));
    }
    Ok(value.to_owned())
}

fn assign(mapping: PyMapping<'_>, key: &PyObject, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(original) = ASSIGN.get() else { return Err(missing(vm)) };
    let value = match value {
        Some(value) if key.downcastable::<PyInt>() => Some(byte(&value, vm)?),
        Some(value) if text::is_str(&value) => {
            Some(vm.ctx.new_bytes(text::bytes_of(&value).unwrap_or_default()).into())
        }
        other => other,
    };
    original(mapping, key, value, vm)
}

fn decode(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = arguments::named(vm, "decode", args, &["encoding", "errors"], 0)?;
    let encoding = codecs::name_argument(vm, "decode", 1, values.first().and_then(|value| value.as_deref()))?;
    let errors = codecs::name_argument(vm, "decode", 2, values.get(1).and_then(|value| value.as_deref()))?;
    let bytes = operand::char_buffer(vm, &zelf).unwrap_or_default();
    codecs::decode_object(vm, &bytes, encoding.as_deref(), errors.as_deref())
}

fn append(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let value = byte(arguments::one(vm, "append", &args)?, vm)?;
    vm.call_method(&zelf, "extend", (vm.ctx.new_list(vec![value]),))
}

fn insert(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "insert", &args, 2, 2)?;
    let index = arguments::integer(vm, &args.args[0])?;
    let value = byte(&args.args[1], vm)?;
    let Some(array) = zelf.downcast_ref::<PyByteArray>() else { return Ok(vm.ctx.none()) };
    let length = array.borrow_buf().len();
    let at = arguments::adjust(index, isize::MAX, length).0.min(length);
    let slice = rustpython_vm::builtins::PySlice {
        start: Some(vm.ctx.new_int(at).into()),
        stop: vm.ctx.new_int(at).into(),
        step: None,
    };
    let slice: PyObjectRef = rustpython_vm::PyPayload::into_ref(slice, &vm.ctx).into();
    zelf.set_item(&*slice, vm.ctx.new_list(vec![value]).into(), vm)?;
    Ok(vm.ctx.none())
}

// ---- memoryview -------------------------------------------------------------------------------------------------

fn view_new(class: rustpython_vm::builtins::PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = VIEW_NEW.get() else { return Err(missing(vm)) };
    let object = args.args.first().or_else(|| args.kwargs.get("object"));
    let lacks = |object: &PyObject| text::is_unicode(object) || object.class().slots().as_buffer.load().is_none();
    if object.is_some_and(|object| lacks(object)) {
        return Err(vm.new_type_error("cannot make memory view because object does not have the buffer interface"));
    }
    original(class, args, vm)
}

/// Views of bytes: the ones whose items are strings in Python 2.
fn is_of_bytes(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.downcastable::<PyMemoryView>()
        && !super::methods::called_from_library(vm)
        && object
            .get_attr("format", vm)
            .is_ok_and(|format| format.downcast_ref::<PyStr>().is_some_and(|format| format.as_bytes() == b"B"))
}

fn as_item(view: &PyObject, value: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    match value.downcast_ref::<PyInt>().and_then(|int| u8::try_from(int.as_bigint()).ok()) {
        Some(byte) if is_of_bytes(view, vm) => text::new_str(vm, &[byte]),
        _ => value,
    }
}

fn view_subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(original) = VIEW_SUBSCRIPT.get() else { return Err(missing(vm)) };
    let view = mapping.obj;
    let value = original(mapping, key, vm)?;
    Ok(as_item(view, value, vm))
}

/// Iterates by index, as the items are not the machine's.
fn view_iter(view: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match VIEW_ITER.get() {
        Some(original) if !is_of_bytes(&view, vm) => original(view, vm),
        _ => Ok(super::iterators::ItemIterator::of(view, vm)),
    }
}

fn view_hash(view: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    match VIEW_HASH.get() {
        Some(original) if super::methods::called_from_library(vm) => original(view, vm),
        _ => Err(vm.new_type_error("unhashable type: 'memoryview'")),
    }
}

fn view_item(sequence: PySequence<'_>, index: isize, vm: &VirtualMachine) -> PyResult {
    let Some(original) = VIEW_ITEM.get() else { return Err(missing(vm)) };
    let view = sequence.obj;
    let value = original(sequence, index, vm)?;
    Ok(as_item(view, value, vm))
}

fn view_assign(
    mapping: PyMapping<'_>,
    key: &PyObject,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Some(original) = VIEW_ASSIGN.get() else { return Err(missing(vm)) };
    let view = mapping.obj;
    let read_only = view.get_attr("readonly", vm)?.try_to_bool(vm)?;
    if read_only && is_of_bytes(view, vm) {
        return Err(vm.new_type_error("cannot modify read-only memory"));
    }
    let value = match value {
        Some(value) if is_of_bytes(view, vm) => value,
        other => return original(mapping, key, other, vm),
    };
    let Some(bytes) = operand::char_buffer(vm, &value) else { return Err(buffer::lacks_buffer(vm, &value)) };
    if key.downcastable::<PyInt>() {
        return match bytes.as_slice() {
            [only] => original(mapping, key, Some(vm.ctx.new_int(*only).into()), vm),
            _ => Err(vm.new_value_error("cannot modify size of memoryview object")),
        };
    }
    let part = view.get_item(key, vm)?;
    if part.length(vm)? != bytes.len() {
        return Err(vm.new_value_error("cannot modify size of memoryview object"));
    }
    original(mapping, key, Some(vm.ctx.new_bytes(bytes).into()), vm)
}
