//! `OrderedDict`: a dict (which remembers the order of its keys here) with the methods of Python 2.7's class.
//!
//! Python 2.7's is written in Python on top of `self[key]`: methods that a derived class overrides are called where they
//! were called there. Where none is, the dict underneath is used directly.

use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyDict, PyTupleRef, PyType};
use rustpython_vm::function::{Either, FuncArgs, PyComparisonValue};
use rustpython_vm::protocol::{PyIterReturn, PyMappingMethods};
use rustpython_vm::recursion::ReprGuard;
use rustpython_vm::types::{
    AsMapping, Comparable, Constructor, Initializer, IterNext, Iterable, PyComparisonOp, Representable, SelfIter,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass,
};

use crate::runtime::text;

/// Dictionary that remembers insertion order
#[pyclass(module = false, name = "OrderedDict", base = PyDict, unhashable = true, traverse)]
#[derive(Debug, Default)]
#[repr(C)]
pub struct OrderedDict {
    dict: PyDict,
    /// No key is before this place among the dict's entries, if there still are so many.
    #[pytraverse(skip)]
    front: AtomicUsize,
    #[pytraverse(skip)]
    entries: AtomicUsize,
}

/// Is a method the dict's own?
fn is_native(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> bool {
    let name = vm.ctx.intern_str(name);
    let found = object.class().get_attr(name);
    let native = <OrderedDict as rustpython_vm::class::StaticType>::static_type().get_attr(name);
    found.zip(native).is_some_and(|(found, native)| found.is(&native))
}

fn is_exact(object: &PyObject) -> bool {
    object.class().is(<OrderedDict as rustpython_vm::class::StaticType>::static_type())
}

/// None of the methods is overridden.
fn all_native(object: &PyObject, names: &[&'static str], vm: &VirtualMachine) -> bool {
    is_exact(object) || names.iter().all(|name| is_native(object, name, vm))
}

/// Enters key and value as `self[key] = value` does.
fn enter(
    object: &PyObject,
    direct: Option<&Py<OrderedDict>>,
    key: &PyObject,
    value: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match direct {
        Some(ordered) => ordered.dict.inner_setitem(key, value, vm),
        None => object.set_item(key, value, vm),
    }
}

/// `update(object, other, **keywords)`, as `MutableMapping.update` does it.
fn update(object: &PyObject, other: Option<PyObjectRef>, keywords: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let direct = object.downcast_ref::<OrderedDict>().filter(|_| all_native(object, &["__setitem__"], vm));
    if let Some(other) = other {
        let plain = other.downcast_ref::<PyDict>();
        let plain = plain.filter(|_| other.class().is(vm.ctx.types.dict_type) || is_exact(&other));
        if let Some(dict) = plain {
            for (key, value) in dict.items_vec() {
                enter(object, direct, &key, value, vm)?;
            }
        } else if vm.get_attribute_opt(&other, "keys")?.is_some() {
            let keys = if other.downcastable::<PyDict>() { other.clone() } else { vm.call_method(&other, "keys", ())? };
            for key in vm.extract_elements_with(&keys, Ok)? {
                let value = other.get_item(&*key, vm)?;
                enter(object, direct, &key, value, vm)?;
            }
        } else {
            let pairs = other.get_iter(vm)?;
            while let PyIterReturn::Return(pair) = pairs.next(vm)? {
                let parts = pair_of(&pair, vm)?;
                enter(object, direct, &parts.0, parts.1, vm)?;
            }
        }
    }
    for (name, value) in keywords.kwargs {
        enter(object, direct, vm.ctx.new_str(name.to_string()).as_object(), value, vm)?;
    }
    Ok(())
}

/// `key, value = pair`.
fn pair_of(pair: &PyObject, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let mut parts = vm.extract_elements_with(pair, Ok)?;
    match parts.len() {
        2 => {
            let value = parts.pop().unwrap_or_else(|| vm.ctx.none());
            let key = parts.pop().unwrap_or_else(|| vm.ctx.none());
            Ok((key, value))
        }
        0 | 1 => {
            let plural = if parts.len() == 1 { "" } else { "s" };
            Err(vm.new_value_error(format!("need more than {} value{plural} to unpack", parts.len())))
        }
        _ => Err(vm.new_value_error("too many values to unpack")),
    }
}

/// The one positional argument of `__init__` and `update`.
fn at_most_one(mut args: FuncArgs, problem: &str, vm: &VirtualMachine) -> PyResult<(Option<PyObjectRef>, FuncArgs)> {
    if args.args.len() > 1 {
        return Err(vm.new_type_error(problem.replace("{}", &args.args.len().to_string())));
    }
    Ok((args.args.pop(), args))
}

impl OrderedDict {
    /// The first key.
    fn first(&self) -> Option<PyObjectRef> {
        let entries = self.dict.size().entries_size;
        let start = if self.entries.swap(entries, Ordering::Relaxed) <= entries {
            self.front.load(Ordering::Relaxed)
        } else {
            0
        };
        let found = self.dict.next_entry(start).or_else(|| self.dict.next_entry(0));
        let (next, key, _) = found?;
        self.front.store(next.saturating_sub(1), Ordering::Relaxed);
        Some(key)
    }

    /// Key and value pairs as `self[key]` gives them.
    fn pairs(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
        let object = zelf.as_object();
        if all_native(object, &["__iter__", "__getitem__"], vm) {
            return Ok(zelf.dict.items_vec());
        }
        let keys = vm.extract_elements_with(object, Ok)?;
        keys.into_iter().map(|key| object.get_item(&*key, vm).map(|value| (key, value))).collect()
    }

    fn view(zelf: &Py<Self>, class: &'static str, vm: &VirtualMachine) -> PyResult {
        let abstracts = crate::import::module(vm, "_abcoll")?;
        vm.call_method(&abstracts, class, (zelf.to_owned(),))
    }

    /// An iterator over the dict, or over what was collected from a derived class's methods.
    fn iterator(zelf: &Py<Self>, what: What, vm: &VirtualMachine) -> PyResult {
        if all_native(zelf.as_object(), &["__iter__", "__getitem__"], vm) {
            return Ok(OrderedIter::new(zelf, what).into_pyobject(vm));
        }
        let parts = Self::pairs(zelf, vm)?.into_iter().map(|(key, value)| what.of(key, value, vm)).collect();
        let list: PyObjectRef = vm.ctx.new_list(parts).into();
        Ok(list.get_iter(vm)?.into())
    }
}

#[pyclass(
    flags(BASETYPE, MAPPING, HAS_DICT, HAS_WEAKREF),
    with(AsMapping, Comparable, Constructor, Initializer, Iterable, Representable)
)]
impl OrderedDict {
    /// Takes over the items of another mapping or of pairs.
    #[pymethod]
    fn update(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let (other, keywords) = at_most_one(args, "update expected at most 1 arguments, got {}", vm)?;
        update(zelf.as_object(), other, keywords, vm)
    }

    /// od.keys() -> list of keys in od
    #[pymethod]
    fn keys(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        if all_native(zelf.as_object(), &["__iter__"], vm) {
            return Ok(vm.ctx.new_list(zelf.dict.keys_vec()).into());
        }
        Ok(vm.ctx.new_list(vm.extract_elements_with(zelf.as_object(), Ok)?).into())
    }

    /// od.values() -> list of values in od
    #[pymethod]
    fn values(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let values = Self::pairs(zelf, vm)?.into_iter().map(|(_, value)| value).collect();
        Ok(vm.ctx.new_list(values).into())
    }

    /// od.items() -> list of (key, value) pairs in od
    #[pymethod]
    fn items(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let pairs = Self::pairs(zelf, vm)?.into_iter();
        let pairs = pairs.map(|(key, value)| vm.ctx.new_tuple(vec![key, value]).into()).collect();
        Ok(vm.ctx.new_list(pairs).into())
    }

    /// od.iterkeys() -> an iterator over the keys in od
    #[pymethod]
    fn iterkeys(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.get_iter(vm)?.into())
    }

    /// od.itervalues -> an iterator over the values in od
    #[pymethod]
    fn itervalues(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::iterator(zelf, What::Values, vm)
    }

    /// od.iteritems -> an iterator over the (key, value) pairs in od
    #[pymethod]
    fn iteritems(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::iterator(zelf, What::Items, vm)
    }

    #[pymethod]
    fn __reversed__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let mut keys = zelf.dict.keys_vec();
        keys.reverse();
        let list: PyObjectRef = vm.ctx.new_list(keys).into();
        Ok(list.get_iter(vm)?.into())
    }

    /// od.pop(k[,d]) -> v, remove specified key and return the corresponding value.
    #[pymethod]
    fn pop(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [key, default] = crate::runtime::arguments::bind(vm, "pop", ["key", "default"], 1, args)?;
        let key = key.unwrap_or_else(|| vm.ctx.none());
        let object = zelf.as_object();
        if all_native(object, &["__contains__", "__getitem__", "__delitem__"], vm) {
            if let Some(value) = zelf.dict.inner_getitem_opt(&*key, vm)? {
                remove(object, &key, vm)?;
                return Ok(value);
            }
        } else if vm._contains(object, &key)? {
            let value = object.get_item(&*key, vm)?;
            object.del_item(&*key, vm)?;
            return Ok(value);
        }
        default.ok_or_else(|| vm.new_key_error(key))
    }

    /// od.setdefault(k[,d]) -> od.get(k,d), also set od[k]=d if k not in od
    #[pymethod]
    fn setdefault(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [key, default] = crate::runtime::arguments::bind(vm, "setdefault", ["key", "default"], 1, args)?;
        let (key, default) = (key.unwrap_or_else(|| vm.ctx.none()), default.unwrap_or_else(|| vm.ctx.none()));
        let object = zelf.as_object();
        if all_native(object, &["__contains__", "__getitem__", "__setitem__"], vm) {
            if let Some(value) = zelf.dict.inner_getitem_opt(&*key, vm)? {
                return Ok(value);
            }
            zelf.dict.inner_setitem(&*key, default.clone(), vm)?;
        } else if vm._contains(object, &key)? {
            return object.get_item(&*key, vm);
        } else {
            object.set_item(&*key, default.clone(), vm)?;
        }
        Ok(default)
    }

    /// od.popitem() -> (k, v), return and remove a (key, value) pair.
    #[pymethod]
    fn popitem(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [last] = crate::runtime::arguments::bind(vm, "popitem", ["last"], 0, args)?;
        let last = last.map_or(Ok(true), |last| last.try_to_bool(vm))?;
        let object = zelf.as_object();
        if zelf.dict.is_empty() {
            return Err(vm.new_key_error(vm.ctx.new_str("dictionary is empty").into()));
        }
        let native = all_native(object, &["pop", "__contains__", "__getitem__", "__delitem__"], vm);
        if last
            && native
            && let Some(method) = vm.ctx.types.dict_type.get_attr(vm.ctx.intern_str("popitem"))
        {
            return method.call((zelf.to_owned(),), vm);
        }
        let key = if last { zelf.dict.keys_vec().pop() } else { zelf.first() };
        let key = key.ok_or_else(|| vm.new_key_error(vm.ctx.new_str("dictionary is empty").into()))?;
        let value = if native {
            Self::pop(zelf, FuncArgs::from(vec![key.clone()]), vm)?
        } else {
            vm.call_method(object, "pop", (key.clone(),))?
        };
        Ok(vm.ctx.new_tuple(vec![key, value]).into())
    }

    /// od.copy() -> a shallow copy of od
    #[pymethod]
    fn copy(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        if is_exact(zelf.as_object()) {
            return Ok(Self { dict: zelf.dict.copy(), ..Self::default() }.into_pyobject(vm));
        }
        zelf.class().as_object().call((zelf.to_owned(),), vm)
    }

    /// OD.fromkeys(S[, v]) -> New ordered dictionary with keys from S.
    #[pyclassmethod]
    fn fromkeys(class: PyRef<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [keys, value] = crate::runtime::arguments::bind(vm, "fromkeys", ["iterable", "value"], 1, args)?;
        let (keys, value) = (keys.unwrap_or_else(|| vm.ctx.none()), value.unwrap_or_else(|| vm.ctx.none()));
        let made = class.as_object().call((), vm)?;
        let keys = keys.get_iter(vm)?;
        while let PyIterReturn::Return(key) = keys.next(vm)? {
            made.set_item(&*key, value.clone(), vm)?;
        }
        Ok(made)
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyTupleRef> {
        let items = Self::pairs(zelf, vm)?.into_iter();
        let items = items.map(|(key, value)| vm.ctx.new_list(vec![key, value]).into()).collect();
        let args = vm.ctx.new_tuple(vec![vm.ctx.new_list(items).into()]);
        let mut parts: Vec<PyObjectRef> = vec![zelf.class().to_owned().into(), args.into()];
        if let Some(attributes) = zelf.as_object().dict().filter(|dict| !dict.is_empty()) {
            parts.push(attributes.copy().into_ref(&vm.ctx).into());
        }
        Ok(vm.ctx.new_tuple(parts))
    }

    /// od.viewkeys() -> a set-like object providing a view on od's keys
    #[pymethod]
    fn viewkeys(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::view(zelf, "KeysView", vm)
    }

    /// od.viewvalues() -> an object providing a view on od's values
    #[pymethod]
    fn viewvalues(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::view(zelf, "ValuesView", vm)
    }

    /// od.viewitems() -> a set-like object providing a view on od's items
    #[pymethod]
    fn viewitems(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::view(zelf, "ItemsView", vm)
    }
}

/// `dict.__delitem__(object, key)`.
fn remove(object: &PyObject, key: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    match PyDict::as_mapping().ass_subscript {
        Some(assign) => assign(object.mapping_unchecked(), key, None, vm),
        None => Ok(()),
    }
}

impl AsMapping for OrderedDict {
    fn as_mapping() -> &'static PyMappingMethods {
        PyDict::as_mapping()
    }
}

impl Constructor for OrderedDict {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::default())
    }
}

impl Initializer for OrderedDict {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let (other, keywords) = at_most_one(args, "expected at most 1 arguments, got {}", vm)?;
        update(zelf.as_object(), other, keywords, vm)
    }
}

impl Comparable for OrderedDict {
    fn slot_richcompare(
        zelf: &PyObject,
        other: &PyObject,
        op: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
        if let (Some(ordered), PyComparisonOp::Eq | PyComparisonOp::Ne) = (zelf.downcast_ref::<Self>(), op) {
            return Self::cmp(ordered, other, op, vm).map(Either::B);
        }
        // In order as dicts are.
        match vm.ctx.types.dict_type.slots().richcompare.load() {
            Some(compare) => compare(zelf, other, op, vm),
            None => Ok(Either::B(PyComparisonValue::NotImplemented)),
        }
    }

    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        let wanted = match op {
            PyComparisonOp::Eq => true,
            PyComparisonOp::Ne => false,
            _ => return Ok(PyComparisonValue::NotImplemented),
        };
        let Some(dict) = other.downcast_ref::<PyDict>() else { return Ok(PyComparisonValue::NotImplemented) };
        let mut equal = zelf.dict.__len__() == dict_length(dict);
        if equal {
            for (key, value) in zelf.dict.items_vec() {
                equal = match dict.inner_getitem_opt(&*key, vm)? {
                    Some(other) => vm.identical_or_equal(&value, &other)?,
                    None => false,
                };
                if !equal {
                    break;
                }
            }
        }
        if equal && other.downcastable::<Self>() {
            for (a, b) in zelf.dict.keys_vec().iter().zip(dict.keys_vec()) {
                if !vm.identical_or_equal(a, &b)? {
                    equal = false;
                    break;
                }
            }
        }
        Ok(PyComparisonValue::Implemented(equal == wanted))
    }
}

fn dict_length(dict: &Py<PyDict>) -> usize {
    dict.__len__()
}

impl Iterable for OrderedDict {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(OrderedIter::new(&zelf, What::Keys).into_pyobject(vm))
    }
}

impl Representable for OrderedDict {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let object = zelf.as_object();
        let Some(_guard) = ReprGuard::enter(vm, object) else { return Ok("...".to_owned()) };
        let class = zelf.class().name().to_string();
        if object.length(vm)? == 0 {
            return Ok(format!("{class}()"));
        }
        let items = if all_native(object, &["items"], vm) {
            Self::items(zelf, vm)?
        } else {
            vm.call_method(object, "items", ())?
        };
        let items = text::repr_of(vm, &items)?;
        Ok(format!("{class}({})", text::widen(&items)))
    }
}

// ---- iterators -----------------------------------------------------------------------------------------------------

/// What an iterator gives.
#[derive(Clone, Copy, Debug)]
enum What {
    Keys,
    Values,
    Items,
}

impl What {
    fn of(self, key: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        match self {
            Self::Keys => key,
            Self::Values => value,
            Self::Items => vm.ctx.new_tuple(vec![key, value]).into(),
        }
    }
}

/// Where an iterator is.
#[derive(Debug)]
struct Place {
    next: usize,
    /// Entries of the dict when it was there; fewer mean that they have moved.
    entries: usize,
    last: Option<PyObjectRef>,
}

/// An iterator that goes on while keys are removed and added.
#[pyclass(module = false, name = "generator")]
#[derive(Debug, PyPayload)]
pub struct OrderedIter {
    what: What,
    /// None when it has ended.
    place: Mutex<Option<(PyRef<OrderedDict>, Place)>>,
}

impl OrderedIter {
    fn new(ordered: &Py<OrderedDict>, what: What) -> Self {
        let entries = ordered.dict.size().entries_size;
        Self { what, place: Mutex::new(Some((ordered.to_owned(), Place { next: 0, entries, last: None }))) }
    }
}

#[pyclass(with(IterNext), flags(DISALLOW_INSTANTIATION))]
impl OrderedIter {}

impl SelfIter for OrderedIter {}

impl IterNext for OrderedIter {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let mut kept = zelf.place.lock();
        let Some((ordered, place)) = kept.as_mut() else { return Ok(PyIterReturn::StopIteration(None)) };
        let dict = &ordered.dict;
        let entries = dict.size().entries_size;
        if entries < place.entries
            && let Some(last) = &place.last
        {
            let at = dict.keys_vec().iter().position(|key| key.is(last));
            place.next = at.map_or(place.next.min(entries), |at| at + 1);
        }
        place.entries = entries;
        match dict.next_entry(place.next) {
            Some((next, key, value)) => {
                place.next = next;
                place.last = Some(key.clone());
                Ok(PyIterReturn::Return(zelf.what.of(key, value, vm)))
            }
            None => {
                let ended = kept.take();
                // The dict may go now, and whoever waits for that may ask the iterator.
                drop(kept);
                drop(ended);
                Ok(PyIterReturn::StopIteration(None))
            }
        }
    }
}
