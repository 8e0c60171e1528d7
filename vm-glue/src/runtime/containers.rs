//! Dicts, lists and tuples: Python 2's methods and reprs; hashes of numbers and containers.

use super::{arguments, compare, names, slices};
use rustpython_vm::builtins::{PyDict, PyFrozenSet, PyInt, PyList, PySlice, PyStr, PyTuple, PyType};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyMapping;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::cmp::Ordering;
use std::sync::OnceLock;

// ---- dict -------------------------------------------------------------------------------------------------------

/// Methods that Python 2's dict has under another name: `(name, how to get it, what becomes of the result)`.
const DICT_VIEWS: &[(&str, &str)] = &[("viewkeys", "keys"), ("viewvalues", "values"), ("viewitems", "items")];
const DICT_ITERATORS: &[(&str, &str)] = &[("iterkeys", "keys"), ("itervalues", "values"), ("iteritems", "items")];

fn install_dict(vm: &VirtualMachine) {
    let dict = vm.ctx.types.dict_type;
    for (name, own) in DICT_VIEWS {
        let method = vm.new_method(name, dict, move |object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
            arguments::none(vm, name, &args)?;
            native_view(&object, own, vm)
        });
        dict.set_attr(vm.ctx.intern_str(*name), method.into());
    }
    for (name, own) in DICT_ITERATORS {
        let method = vm.new_method(name, dict, move |object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
            arguments::none(vm, name, &args)?;
            if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm)
                && super::order::dict_entries(dict, vm).is_some()
            {
                return dict_list(dict, own, vm).get_iter(vm).map(PyObjectRef::from);
            }
            let view = native_view(&object, own, vm)?;
            view.get_iter(vm).map(PyObjectRef::from)
        });
        dict.set_attr(vm.ctx.intern_str(*name), method.into());
    }
    let has_key = vm.new_method("has_key", dict, |dict: PyRef<PyDict>, args: FuncArgs, vm: &VirtualMachine| {
        let key = arguments::only(vm, "has_key", args)?;
        // Not what `__missing__` of a derived class gives.
        dict.inner_getitem_opt(&*key, vm).map(|found| found.is_some())
    });
    dict.set_attr(vm.ctx.intern_str("has_key"), has_key.into());
    let cmp = vm.new_method("__cmp__", dict, |dict: PyRef<PyDict>, other: PyObjectRef, vm: &VirtualMachine| {
        let order = compare::three_way(dict.as_object(), &other, vm)?;
        PyResult::Ok(match order {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })
    });
    dict.set_attr(vm.ctx.intern_str("__cmp__"), cmp.into());
}

/// `C.__dict__`: the old names, and `dict_proxy({…})`.
fn install_dictproxy(vm: &VirtualMachine) {
    let proxy = vm.ctx.types.mappingproxy_type;
    for (name, own) in DICT_ITERATORS {
        let method = vm.new_method(name, proxy, move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            vm.call_method(&object, own, ())?.get_iter(vm).map(PyObjectRef::from)
        });
        proxy.set_attr(vm.ctx.intern_str(*name), method.into());
    }
    let has_key =
        vm.new_method("has_key", proxy, |object: PyObjectRef, key: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            vm.call_method(&object, "__contains__", (key,))
        });
    proxy.set_attr(vm.ctx.intern_str("has_key"), has_key.into());
    proxy.slots().repr.store(Some(|object, vm| {
        let copy = vm.call_method(object, "copy", ())?.repr(vm)?;
        Ok(vm.ctx.new_str(format!("dict_proxy({copy})")))
    }));
    names::rewrap(proxy, &["__repr__"], vm);
}

/// What `keys()`, `values()` or `items()` of a plain dict returns.
pub fn dict_list(dict: &Py<PyDict>, name: &str, vm: &VirtualMachine) -> PyObjectRef {
    let pair = |(key, value): (PyObjectRef, PyObjectRef)| -> PyObjectRef { vm.ctx.new_tuple(vec![key, value]).into() };
    let items: Vec<PyObjectRef> = match (name, super::order::dict_entries(dict, vm)) {
        ("keys", None) => dict.keys_vec(),
        ("values", None) => dict.values_vec(),
        (_, None) => dict.items_vec().into_iter().map(pair).collect(),
        ("keys", Some(entries)) => entries.into_iter().map(|(key, _)| key).collect(),
        ("values", Some(entries)) => entries.into_iter().map(|(_, value)| value).collect(),
        (_, Some(entries)) => entries.into_iter().map(pair).collect(),
    };
    vm.ctx.new_list(items).into()
}

type Iter = fn(PyObjectRef, &VirtualMachine) -> PyResult;
static DICT_ITER: OnceLock<Iter> = OnceLock::new();
static SET_ITER: OnceLock<Iter> = OnceLock::new();
static FROZENSET_ITER: OnceLock<Iter> = OnceLock::new();
type Stringify = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;
static DICT_REPR: OnceLock<Stringify> = OnceLock::new();

fn dict_iter(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm)
        && let Some(entries) = super::order::dict_entries(dict, vm)
    {
        let keys: PyObjectRef = vm.ctx.new_list(entries.into_iter().map(|(key, _)| key).collect()).into();
        return keys.get_iter(vm).map(PyObjectRef::from);
    }
    match DICT_ITER.get() {
        Some(original) => original(object, vm),
        None => Err(vm.new_system_error("dicts are not installed")),
    }
}

fn set_iter(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if let Some(elements) = super::order::set_elements(&object, vm) {
        let elements: PyObjectRef = vm.ctx.new_list(elements).into();
        return elements.get_iter(vm).map(PyObjectRef::from);
    }
    let original = if object.downcast_ref::<PyFrozenSet>().is_some() { &FROZENSET_ITER } else { &SET_ITER };
    match original.get() {
        Some(original) => original(object, vm),
        None => Err(vm.new_system_error("sets are not installed")),
    }
}

fn dict_repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    if let Some(dict) = object.downcast_ref::<PyDict>()
        && let Some(entries) = super::order::dict_entries(dict, vm)
        && let Some(_guard) = rustpython_vm::recursion::ReprGuard::enter(vm, object)
    {
        let mut shown = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            shown.push(format!("{}: {}", key.repr(vm)?, value.repr(vm)?));
        }
        return Ok(vm.ctx.new_str(format!("{{{}}}", shown.join(", "))));
    }
    match DICT_REPR.get() {
        Some(original) => original(object, vm),
        None => Err(vm.new_system_error("dicts are not installed")),
    }
}

/// Dicts and sets show small integer keys in the order of CPython 2.7's table.
fn install_order(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    if let (Some(iter), Some(repr)) = (types.dict_type.slots().iter.load(), types.dict_type.slots().repr.load())
        && DICT_ITER.set(iter).is_ok()
    {
        let _ = DICT_REPR.set(repr);
        types.dict_type.slots().iter.store(Some(dict_iter));
        types.dict_type.slots().repr.store(Some(dict_repr));
        names::rewrap(types.dict_type, &["__iter__", "__repr__"], vm);
    }
    if let (Some(iter), Some(frozen)) = (types.set_type.slots().iter.load(), types.frozenset_type.slots().iter.load())
        && SET_ITER.set(iter).is_ok()
    {
        let _ = FROZENSET_ITER.set(frozen);
        for class in [types.set_type, types.frozenset_type] {
            class.slots().iter.store(Some(set_iter));
            names::rewrap(class, &["__iter__"], vm);
        }
    }
}

/// `keys()` and the like of the most derived native class: OrderedDict has its own, Python code's overrides do not count.
fn native_view(object: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult {
    let interned = vm.ctx.intern_str(name);
    for class in object.class().mro_collect() {
        if class.heaptype_ext().is_some() {
            continue;
        }
        if let Some(method) = class.attributes().get(interned) {
            return method.call((object.to_owned(),), vm);
        }
    }
    vm.call_method(object, name, ())
}

// ---- old slice methods ------------------------------------------------------------------------------------------

fn install_slices(vm: &VirtualMachine) {
    let readers: &[&'static Py<PyType>] = &[vm.ctx.types.list_type, vm.ctx.types.tuple_type, vm.ctx.types.str_type];
    for class in readers {
        let method = vm.new_method(
            "__getslice__",
            class,
            |object: PyObjectRef, start: PyObjectRef, stop: PyObjectRef, vm: &VirtualMachine| {
                native_slice(&object, &*slice(&start, &stop, vm)?, vm)
            },
        );
        class.set_attr(vm.ctx.intern_str("__getslice__"), method.into());
    }
    let list = vm.ctx.types.list_type;
    let set = vm.new_method(
        "__setslice__",
        list,
        |list: PyRef<PyList>, start: PyObjectRef, stop: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine| {
            native_assign(list.as_object(), &*slice(&start, &stop, vm)?, Some(value), vm)
        },
    );
    list.set_attr(vm.ctx.intern_str("__setslice__"), set.into());
    let del = vm.new_method(
        "__delslice__",
        list,
        |list: PyRef<PyList>, start: PyObjectRef, stop: PyObjectRef, vm: &VirtualMachine| {
            native_assign(list.as_object(), &*slice(&start, &stop, vm)?, None, vm)
        },
    );
    list.set_attr(vm.ctx.intern_str("__delslice__"), del.into());
}

/// The slice of the native sequence that an object is: what its class made of items does not matter.
fn native_slice(object: &PyObject, slice: &PyObject, vm: &VirtualMachine) -> PyResult {
    let types = &vm.ctx.types;
    let unicode = super::text::unicode_type(vm);
    let native = [types.list_type, types.tuple_type, unicode, types.str_type]
        .into_iter()
        .find(|class| object.fast_isinstance(class));
    match native.and_then(|class| class.slots().as_mapping.subscript.load()) {
        Some(subscript) => subscript(object.mapping_unchecked(), slice, vm),
        None => Err(vm.new_type_error("a sequence is required")),
    }
}

fn native_assign(list: &PyObject, slice: &PyObject, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
    match vm.ctx.types.list_type.slots().as_mapping.ass_subscript.load() {
        Some(assign) => assign(list.mapping_unchecked(), slice, value, vm),
        None => Err(vm.new_type_error("a list is required")),
    }
}

/// The old methods get bounds from which the length was already added: negative ones mean the start.
fn slice(start: &PyObject, stop: &PyObject, vm: &VirtualMachine) -> PyResult {
    let bound = |value: &PyObject| -> PyResult { Ok(vm.ctx.new_int(slices::saturated(value, vm)?.max(0)).into()) };
    vm.ctx.types.slice_type.as_object().call((bound(start)?, bound(stop)?), vm)
}

// ---- hashes -----------------------------------------------------------------------------------------------------

type Hash = fn(&PyObject, &VirtualMachine) -> PyResult<PyHash>;
static FLOAT_HASH: OnceLock<Hash> = OnceLock::new();

/// CPython 2.7's hash of a float; integral values hash as the int does.
fn float_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let value = object.downcast_ref::<rustpython_vm::builtins::PyFloat>().map_or(0.0, |float| float.to_f64());
    if value.is_nan() {
        return Ok(0);
    }
    if value.is_infinite() {
        return Ok(if value > 0.0 { 314159 } else { -271828 });
    }
    if value.fract() == 0.0 {
        // As the int does.
        let integer = rustpython_vm::builtins::try_f64_to_bigint(value, vm)?;
        return super::numbers::hash_value(vm.ctx.new_int(integer).as_object(), vm);
    }
    let (mantissa, exponent) = frexp(value);
    let scaled = mantissa * 2147483648.0;
    let high = scaled as i64;
    let low = ((scaled - high as f64) * 2147483648.0) as i64;
    let hash = high.wrapping_add(low).wrapping_add(exponent << 15);
    Ok(if hash == -1 { -2 } else { hash })
}

/// C's `frexp` for finite values that are not zero.
fn frexp(value: f64) -> (f64, i64) {
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i64;
    if exponent == 0 {
        let (mantissa, exponent) = frexp(value * 18014398509481984.0);
        return (mantissa, exponent - 54);
    }
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent - 1022)
}

/// CPython 2.7's hash of a tuple.
fn tuple_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let Some(tuple) = object.downcast_ref::<PyTuple>() else {
        return Err(vm.new_type_error("a tuple is required"));
    };
    let mut hash: i64 = 0x345678;
    let mut factor: i64 = 1000003;
    let mut left = tuple.as_slice().len() as i64;
    for item in tuple.as_slice() {
        left -= 1;
        hash = (hash ^ item.hash(vm)?).wrapping_mul(factor);
        factor = factor.wrapping_add(82520 + left + left);
    }
    hash = hash.wrapping_add(97531);
    Ok(if hash == -1 { -2 } else { hash })
}

/// CPython 2.7's hash of a frozenset.
fn frozenset_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let items = object.downcast_ref::<PyFrozenSet>().map(|set| set.elements()).unwrap_or_default();
    let mut hash: i64 = 1927868237_i64.wrapping_mul(items.len() as i64 + 1);
    for item in items {
        let item = item.hash(vm)?;
        hash ^= (item ^ (item << 16) ^ 89869747).wrapping_mul(3644798167);
    }
    hash = hash.wrapping_mul(69069).wrapping_add(907133923);
    Ok(if hash == -1 { 590923713 } else { hash })
}

static LIST_INDEX: OnceLock<PyObjectRef> = OnceLock::new();

/// `list.index` names the value by its repr.
fn install_list(vm: &VirtualMachine) {
    let list = vm.ctx.types.list_type;
    let name = vm.ctx.intern_str("index");
    if LIST_INDEX.get().is_some() {
        return;
    }
    let Some(original) = list.get_attr(name) else { return };
    let _ = LIST_INDEX.set(original);
    let method = vm.new_method("index", list, |list: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let Some(original) = LIST_INDEX.get() else { return Err(vm.new_system_error("no list.index")) };
        let mut args = args;
        arguments::count_only(vm, "index", args.args.len(), 1, 3)?;
        let value = args.args[0].clone();
        args.prepend_arg(list);
        original.call(args, vm).map_err(|error| {
            if !error.class().is(vm.ctx.exceptions.value_error) {
                return error;
            }
            match value.repr(vm) {
                Ok(shown) => vm.new_value_error(format!("{shown} is not in list")),
                Err(error) => error,
            }
        })
    });
    list.set_attr(name, method.into());
    let name = vm.ctx.intern_str("remove");
    let Some(original) = list.get_attr(name) else { return };
    let method =
        vm.new_method("remove", list, move |list: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let value = arguments::only(vm, "remove", args)?;
            original.call((list, value), vm).map_err(|error| {
                if error.class().is(vm.ctx.exceptions.value_error) {
                    vm.new_value_error("list.remove(x): x not in list")
                } else {
                    error
                }
            })
        });
    list.set_attr(name, method.into());
    let name = vm.ctx.intern_str("insert");
    let Some(original) = list.get_attr(name) else { return };
    let insert = move |list: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        arguments::count(vm, "insert", &args, 2, 2)?;
        if let Some(index) = args.args.first_mut()
            && index.downcast_ref_if_exact::<PyInt>(vm).is_none()
        {
            *index = vm.ctx.new_int(arguments::integer(vm, index)?).into();
        }
        args.prepend_arg(list);
        original.call(args, vm)
    };
    list.set_attr(name, vm.new_method("insert", list, insert).into());
}

type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;
static BYTEARRAY_INIT: OnceLock<Init> = OnceLock::new();

/// `bytearray('text')` takes the bytes of a byte string.
fn bytearray_init(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(original) = BYTEARRAY_INIT.get() else { return Err(vm.new_system_error("bytearray is not installed")) };
    let mut args = args;
    if let [source] = args.args.as_slice()
        && source.downcast_ref::<PyStr>().is_some()
        && args.kwargs.is_empty()
    {
        let Some(bytes) = super::text::bytes_of(source) else {
            return Err(vm.new_type_error("unicode argument without an encoding"));
        };
        args.args = vec![vm.ctx.new_bytes(bytes).into()];
    }
    original(object, args, vm)
}

fn bytearray_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let bytes = super::text::bytes_of(object).unwrap_or_default();
    super::text::new_str(vm, &bytes).downcast().map_err(|_| vm.new_type_error("a byte string is required"))
}

fn install_bytearray(vm: &VirtualMachine) {
    let class = vm.ctx.types.bytearray_type;
    if let Some(init) = class.slots().init.load()
        && BYTEARRAY_INIT.set(init).is_ok()
    {
        class.slots().init.store(Some(bytearray_init));
        names::rewrap(class, &["__init__"], vm);
        names::replace_str(class, bytearray_str, vm);
    }
}

fn slice_hash(_object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    Err(vm.new_type_error("unhashable type"))
}

type Subscript = fn(PyMapping<'_>, &PyObject, &VirtualMachine) -> PyResult;
static TUPLE_SUBSCRIPT: OnceLock<Subscript> = OnceLock::new();

/// `t[:]` is the tuple itself.
fn tuple_subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let Some(slice) = key.downcast_ref::<PySlice>()
        && mapping.obj.class().is(vm.ctx.types.tuple_type)
        && vm.is_none(&slice.stop)
        && [&slice.start, &slice.step].into_iter().all(|bound| bound.as_ref().is_none_or(|bound| vm.is_none(bound)))
    {
        return Ok(mapping.obj.to_owned());
    }
    match TUPLE_SUBSCRIPT.get() {
        Some(original) => original(mapping, key, vm),
        None => Err(vm.new_system_error("tuples are not installed")),
    }
}

type Or = rustpython_vm::protocol::PyNumberBinaryFunc;
static DICT_OR: std::sync::OnceLock<Or> = std::sync::OnceLock::new();
static TYPE_OR: std::sync::OnceLock<Or> = std::sync::OnceLock::new();

fn library_or(original: Option<&Or>, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match original {
        Some(original) if super::methods::called_from_library(vm) => original(a, b, vm),
        _ => Ok(vm.ctx.not_implemented()),
    }
}

/// `dict | dict` and `type | type` are for the machine's own library only.
fn hide_unions(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    let classes: [(_, _, Or); 2] = [
        (types.dict_type, &DICT_OR, |a, b, vm| library_or(DICT_OR.get(), a, b, vm)),
        (types.type_type, &TYPE_OR, |a, b, vm| library_or(TYPE_OR.get(), a, b, vm)),
    ];
    for (class, kept, replacement) in classes {
        let slots = &class.slots().as_number;
        if let Some(original) = slots.or.load()
            && kept.set(original).is_ok()
        {
            slots.or.store(Some(replacement));
            slots.right_or.store(Some(replacement));
        }
    }
}

/// Adds what this file knows to the native types.
pub fn patch(vm: &VirtualMachine) {
    install_dict(vm);
    install_dictproxy(vm);
    install_list(vm);
    install_bytearray(vm);
    install_order(vm);
    super::sets::patch(vm);
    install_slices(vm);
    let types = &vm.ctx.types;
    if FLOAT_HASH.get().is_none()
        && let Some(original) = types.float_type.slots().hash.load()
    {
        let _ = FLOAT_HASH.set(original);
        types.float_type.slots().hash.store(Some(float_hash));
        types.tuple_type.slots().hash.store(Some(tuple_hash));
        types.frozenset_type.slots().hash.store(Some(frozenset_hash));
    }
    types.slice_type.slots().hash.store(Some(slice_hash));
    if TUPLE_SUBSCRIPT.get().is_none()
        && let Some(original) = types.tuple_type.slots().as_mapping.subscript.load()
    {
        let _ = TUPLE_SUBSCRIPT.set(original);
        types.tuple_type.slots().as_mapping.subscript.store(Some(tuple_subscript));
    }
    hide_unions(vm);
    names::rewrap(types.frozenset_type, &["__hash__"], vm);
    names::rewrap(types.tuple_type, &["__hash__"], vm);
    names::rewrap(types.float_type, &["__hash__"], vm);
}
