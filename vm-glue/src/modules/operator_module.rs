//! The module `operator`: the operators of Python 2.7 as functions.
//!
//! The tables say how each function counts its arguments: CPython's messages show which of its macros made the function.

use rustpython_vm::builtins::{PyComplex, PyDict, PyInt, PyModule, PySlice, PyStr, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{BufferFlags, PyBuffer, PyIter, PyIterReturn};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, TryFromObject, VirtualMachine};

use super::operator_getters::{AttrGetter, ItemGetter, MethodCaller};
use crate::modules;
use crate::runtime::{arguments, arithmetic, classic, names, text};

type Unary = fn(&PyObject, &VirtualMachine) -> PyResult;
type Binary = fn(&PyObject, &PyObject, &VirtualMachine) -> PyResult;

fn truth(value: bool, vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.new_bool(value).into())
}

/// Functions of one argument.
const UNARY: &[(&str, Unary)] = &[
    ("abs", |a, vm| vm._abs(a)),
    ("index", index),
    ("inv", |a, vm| vm._invert(a)),
    ("invert", |a, vm| vm._invert(a)),
    ("isCallable", |a, vm| truth(is_callable(a, vm), vm)),
    ("isMappingType", |a, vm| truth(is_mapping(a, vm), vm)),
    ("isNumberType", |a, vm| truth(is_number(a), vm)),
    ("isSequenceType", |a, vm| truth(is_sequence(a, vm), vm)),
    ("neg", |a, vm| vm._neg(a)),
    ("not_", |a, vm| truth(!a.to_owned().try_to_bool(vm)?, vm)),
    ("pos", |a, vm| vm._pos(a)),
    ("truth", |a, vm| truth(a.to_owned().try_to_bool(vm)?, vm)),
];

/// Functions of two arguments: the name, the name in messages, the work.
const BINARY: &[(&str, &str, Binary)] = &[
    ("add", "op_add", |a, b, vm| vm._add(a, b)),
    ("and_", "op_and_", |a, b, vm| vm._and(a, b)),
    ("concat", "op_concat", concat),
    ("contains", "op_contains", |a, b, vm| truth(vm._contains(a, b)?, vm)),
    ("countOf", "countOf", count_of),
    ("delitem", "op_delitem", delete_item),
    ("div", "op_div", arithmetic::divide),
    ("eq", "op_eq", |a, b, vm| a.rich_compare(b, PyComparisonOp::Eq, vm)),
    ("floordiv", "op_floordiv", |a, b, vm| vm._floordiv(a, b)),
    ("ge", "op_ge", |a, b, vm| a.rich_compare(b, PyComparisonOp::Ge, vm)),
    ("getitem", "op_getitem", |a, b, vm| a.get_item(b, vm)),
    ("gt", "op_gt", |a, b, vm| a.rich_compare(b, PyComparisonOp::Gt, vm)),
    ("iadd", "op_iadd", |a, b, vm| vm._iadd(a, b)),
    ("iand", "op_iand", |a, b, vm| vm._iand(a, b)),
    ("iconcat", "op_iconcat", concat_in_place),
    ("idiv", "op_idiv", arithmetic::divide_in_place),
    ("ifloordiv", "op_ifloordiv", |a, b, vm| vm._ifloordiv(a, b)),
    ("ilshift", "op_ilshift", |a, b, vm| vm._ilshift(a, b)),
    ("imod", "op_imod", |a, b, vm| vm._imod(a, b)),
    ("imul", "op_imul", |a, b, vm| vm._imul(a, b)),
    ("indexOf", "indexOf", index_of),
    ("ior", "op_ior", |a, b, vm| vm._ior(a, b)),
    ("ipow", "ipow", power_in_place),
    ("irshift", "op_irshift", |a, b, vm| vm._irshift(a, b)),
    ("is_", "is_", |a, b, vm| truth(a.is(b), vm)),
    ("is_not", "is_not", |a, b, vm| truth(!a.is(b), vm)),
    ("isub", "op_isub", |a, b, vm| vm._isub(a, b)),
    ("itruediv", "op_itruediv", |a, b, vm| vm._itruediv(a, b)),
    ("ixor", "op_ixor", |a, b, vm| vm._ixor(a, b)),
    ("le", "op_le", |a, b, vm| a.rich_compare(b, PyComparisonOp::Le, vm)),
    ("lshift", "op_lshift", |a, b, vm| vm._lshift(a, b)),
    ("lt", "op_lt", |a, b, vm| a.rich_compare(b, PyComparisonOp::Lt, vm)),
    ("mod", "op_mod", |a, b, vm| vm._mod(a, b)),
    ("mul", "op_mul", |a, b, vm| vm._mul(a, b)),
    ("ne", "op_ne", |a, b, vm| a.rich_compare(b, PyComparisonOp::Ne, vm)),
    ("or_", "op_or_", |a, b, vm| vm._or(a, b)),
    ("pow", "pow", |a, b, vm| vm._pow(a, b, vm.ctx.none.as_object())),
    ("rshift", "op_rshift", |a, b, vm| vm._rshift(a, b)),
    ("sequenceIncludes", "sequenceIncludes", |a, b, vm| truth(vm._contains(a, b)?, vm)),
    ("sub", "op_sub", |a, b, vm| vm._sub(a, b)),
    ("truediv", "op_truediv", |a, b, vm| vm._truediv(a, b)),
    ("xor", "op_xor", |a, b, vm| vm._xor(a, b)),
];

/// The functions that are there under the operator's method name, too: all whose name makes one.
const METHODS: &str = "abs add and_ concat contains delitem delslice div eq floordiv ge getitem getslice gt iadd iand iconcat \
    idiv ifloordiv ilshift imod imul index inv invert ior ipow irepeat irshift isub itruediv ixor le lshift lt mod mul ne \
    neg not_ or_ pos pow repeat rshift setitem setslice sub truediv xor";

// ---- what things are ---------------------------------------------------------------------------------------------

/// Names of native types that can be sliced by the old protocol.
const SLICED: &[&str] = &["str", "unicode", "list", "tuple", "buffer", "array", "BaseException", "struct_time"];

fn has_sliced_base(object: &PyObject) -> bool {
    object.class().mro.read().iter().any(|base| {
        let name = base.name();
        base.heaptype_ext().is_none() && SLICED.contains(&&*name)
    })
}

/// Classic instances are callable if they have a method for it.
fn is_callable(object: &PyObject, vm: &VirtualMachine) -> bool {
    if classic::is_instance(object) {
        return classic::lookup(object, "__call__", vm).ok().flatten().is_some();
    }
    object.is_callable()
}

/// `PySequence_Check`: items can be had by number.
pub fn is_sequence(object: &PyObject, vm: &VirtualMachine) -> bool {
    if classic::is_instance(object) {
        return classic::lookup(object, "__getitem__", vm).ok().flatten().is_some();
    }
    if object.downcastable::<PyDict>() || object.downcastable::<PyType>() {
        return false;
    }
    let class = object.class();
    class.slots().as_sequence.has_item()
        || class.heaptype_ext().is_some() && class.get_attr(vm.ctx.intern_str("__getitem__")).is_some()
}

/// `PyMapping_Check`: items can be had by key, and there is no slicing by the old protocol.
fn is_mapping(object: &PyObject, vm: &VirtualMachine) -> bool {
    if classic::is_instance(object) {
        return classic::lookup(object, "__getitem__", vm).ok().flatten().is_some();
    }
    if object.downcastable::<PyType>() || has_sliced_base(object) {
        return false;
    }
    let class = object.class();
    if class.heaptype_ext().is_some() {
        let has = |name: &str| class.get_attr(vm.ctx.intern_str(name)).is_some();
        return has("__getitem__") && !has("__getslice__");
    }
    // These have items by number only.
    !matches!(&*class.name(), "xrange" | "range" | "deque" | "mappingproxy") && class.slots().as_mapping.has_subscript()
        || &*class.name() == "mappingproxy"
}

/// `PyNumber_Check`: there is a way to an int or a float.
fn is_number(object: &PyObject) -> bool {
    if classic::is_instance(object) || object.downcastable::<PyInt>() || object.downcastable::<PyComplex>() {
        return true;
    }
    let slots = &object.class().slots().as_number;
    !object.downcastable::<PyStr>() && (slots.int.load().is_some() || slots.float.load().is_some())
}

fn index(object: &PyObject, vm: &VirtualMachine) -> PyResult {
    if object.downcastable::<PyInt>() {
        return Ok(object.to_owned());
    }
    if object.class().slots().as_number.index.load().is_none() && !classic::is_instance(object) {
        let kind = names::type_name_of(object);
        return Err(vm.new_type_error(format!("'{kind}' object cannot be interpreted as an index")));
    }
    object.try_index(vm).map(Into::into)
}

// ---- sequences ---------------------------------------------------------------------------------------------------

fn concat(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !is_sequence(a, vm) || classic::is_instance(a) && !is_sequence(b, vm) {
        let kind = names::type_name_of(a);
        return Err(vm.new_type_error(format!("'{kind}' object can't be concatenated")));
    }
    vm._add(a, b)
}

fn concat_in_place(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    if !is_sequence(a, vm) || classic::is_instance(a) && !is_sequence(b, vm) {
        let kind = names::type_name_of(a);
        return Err(vm.new_type_error(format!("'{kind}' object can't be concatenated")));
    }
    vm._iadd(a, b)
}

fn items_of(sequence: &PyObject, vm: &VirtualMachine) -> PyResult<PyIter> {
    PyIter::try_from_object(vm, sequence.to_owned()).map_err(|error| {
        if error.fast_isinstance(vm.ctx.exceptions.type_error) {
            let kind = names::type_name_of(sequence);
            return vm.new_type_error(format!("argument of type '{kind}' is not iterable"));
        }
        error
    })
}

fn count_of(sequence: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult {
    let items = items_of(sequence, vm)?;
    let mut count = 0_usize;
    while let PyIterReturn::Return(item) = items.next(vm)? {
        count += usize::from(vm.identical_or_equal(&item, value)?);
    }
    Ok(vm.ctx.new_int(count).into())
}

fn index_of(sequence: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult {
    let items = items_of(sequence, vm)?;
    let mut at = 0_usize;
    while let PyIterReturn::Return(item) = items.next(vm)? {
        if vm.identical_or_equal(&item, value)? {
            return Ok(vm.ctx.new_int(at).into());
        }
        at += 1;
    }
    Err(vm.new_value_error("sequence.index(x): x not in sequence"))
}

fn delete_item(object: &PyObject, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    if object.class().slots().as_mapping.ass_subscript.load().is_none() && !classic::is_instance(object) {
        let kind = names::type_name_of(object);
        let numbered = is_sequence(object, vm) && key.class().slots().as_number.index.load().is_some();
        let refusal = if numbered { "doesn't" } else { "does not" };
        return Err(vm.new_type_error(format!("'{kind}' object {refusal} support item deletion")));
    }
    object.del_item(key, vm).map(|()| vm.ctx.none())
}

/// `a **= b`, whose message is that of `**`.
fn power_in_place(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let none = vm.ctx.none.as_object();
    if a.class().slots().as_number.inplace_power.load().is_none() && !classic::is_instance(a) {
        return vm._pow(a, b, none);
    }
    vm._ipow(a, b, none)
}

/// `repeat(a, n)` and `irepeat(a, n)`.
fn repeat(name: &'static str, args: FuncArgs, in_place: bool, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, name, &args, 2, 2)?;
    let [sequence, count] = args.args.as_slice() else { return Ok(vm.ctx.none()) };
    let times = arguments::integer(vm, count)?;
    if !is_sequence(sequence, vm) {
        let kind = names::type_name_of(sequence);
        return Err(vm.new_type_error(format!("'{kind}' object can't be repeated")));
    }
    let times = vm.ctx.new_int(times);
    if in_place { vm._imul(sequence, times.as_object()) } else { vm._mul(sequence, times.as_object()) }
}

/// The slice that the two bounds make, as the old protocol counts.
fn slice_of(args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let [_, start, stop, ..] = args else { return Ok(vm.ctx.none()) };
    let (start, stop) = (arguments::integer(vm, start)?, arguments::integer(vm, stop)?);
    let slice = PySlice { start: Some(vm.ctx.new_int(start).into()), stop: vm.ctx.new_int(stop).into(), step: None };
    Ok(slice.into_ref(&vm.ctx).into())
}

/// `getslice(a, b, c)`, `setslice(a, b, c, v)` and `delslice(a, b, c)`.
fn slicing(name: &'static str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let wanted = if name == "setslice" { 4 } else { 3 };
    arguments::count(vm, name, &args, wanted, wanted)?;
    let slice = slice_of(&args.args, vm)?;
    let Some(sequence) = args.args.first() else { return Ok(vm.ctx.none()) };
    if !is_sequence(sequence, vm) {
        let kind = names::type_name_of(sequence);
        let what = match name {
            "getslice" => "is unsliceable",
            "setslice" => "doesn't support slice assignment",
            _ => "doesn't support slice deletion",
        };
        return Err(vm.new_type_error(format!("'{kind}' object {what}")));
    }
    match (name, args.args.get(3)) {
        ("getslice", _) => sequence.get_item(&*slice, vm),
        (_, Some(value)) => sequence.set_item(&*slice, value.clone(), vm).map(|()| vm.ctx.none()),
        _ => sequence.del_item(&*slice, vm).map(|()| vm.ctx.none()),
    }
}

// ---- the rest ----------------------------------------------------------------------------------------------------

/// The bytes of a `str` or a buffer.
fn bytes_in(object: &PyObject, vm: &VirtualMachine) -> Option<Vec<u8>> {
    if text::is_unicode(object) {
        return None;
    }
    let buffer = || PyBuffer::from_object(vm, object, BufferFlags::SIMPLE).ok();
    text::bytes_of(object).or_else(|| buffer().map(|buffer| buffer.contiguous_or_collect(<[u8]>::to_vec)))
}

/// `_compare_digest(a, b)`: equality that takes the same time wherever the difference is.
fn compare_digest(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "compare_digest", &args, 2, 2)?;
    let [a, b] = args.args.as_slice() else { return Ok(vm.ctx.none()) };
    let bytes = match (text::is_unicode(a), text::is_unicode(b)) {
        (true, true) => Some((text::unicode_of(vm, a)?.into_bytes(), text::unicode_of(vm, b)?.into_bytes())),
        _ => match (bytes_in(a, vm), bytes_in(b, vm)) {
            (Some(a), Some(b)) => Some((a, b)),
            (None, None) => None,
            (first, _) => {
                let kind = names::type_name_of(if first.is_some() { b } else { a });
                return Err(vm.new_type_error(format!("'{kind}' does not have the buffer interface")));
            }
        },
    };
    let Some((a_bytes, b_bytes)) = bytes else {
        let (a, b) = (names::type_name_of(a), names::type_name_of(b));
        return Err(vm.new_type_error(format!("unsupported operand types(s) or combination of types: '{a}' and '{b}'")));
    };
    let difference =
        a_bytes.iter().zip(&b_bytes).fold(a_bytes.len() ^ b_bytes.len(), |all, (a, b)| all | usize::from(a ^ b));
    truth(difference == 0, vm)
}

fn setitem(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "op_setitem", args, 3, 3)?;
    if let [object, key, value] = args.as_slice() {
        object.set_item(&**key, value.clone(), vm)?;
    }
    Ok(vm.ctx.none())
}

/// Makes the module `operator`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "operator");
    for (name, work) in UNARY {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            work(arguments::one(vm, name, &args)?, vm)
        });
    }
    for (name, shown, work) in BINARY {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            if let [a, b] = args.args.as_slice()
                && args.kwargs.is_empty()
            {
                return work(a, b, vm);
            }
            arguments::no_keywords(vm, name, &args)?;
            arguments::unpack(vm, shown, &args, 2, 2).map(|()| vm.ctx.none())
        });
    }
    for name in ["getslice", "setslice", "delslice"] {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| slicing(name, args, vm));
    }
    for (name, shown, in_place) in [("repeat", "op_repeat", false), ("irepeat", "op_irepeat", true)] {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            repeat(shown, args, in_place, vm)
        });
    }
    modules::set_function(vm, &module, "setitem", setitem);
    modules::set_function(vm, &module, "_compare_digest", compare_digest);
    for name in METHODS.split_whitespace() {
        if let Ok(Some(function)) = module.dict().get_item_opt(name, vm) {
            // `not_` is `__not__`.
            let method = format!("__{}__", name.trim_end_matches('_'));
            let _ = module.dict().set_item(method.as_str(), function, vm);
        }
    }
    modules::set(vm, &module, "attrgetter", AttrGetter::make_static_type());
    modules::set(vm, &module, "itemgetter", ItemGetter::make_static_type());
    modules::set(vm, &module, "methodcaller", MethodCaller::make_static_type());
    module
}
