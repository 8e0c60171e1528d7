//! Classic instances: objects of classes without `object` among their bases.
//!
//! A classic class is a type of the machine whose root is the hidden type `instance`; a flag of the type tells it apart.
//! All slots of such a class are the functions here, which look special methods up on the *instance* as Python 2 does
//! (its dict, its class, then `__getattr__`), in Python 2's order.

use super::{classic_operators as operators, compare, restricted};
use rustpython_vm::builtins::{
    PyBaseObject, PyDictRef, PyInt, PyNone, PySlice, PyStr, PyStrInterned, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::{Either, FuncArgs, PyComparisonValue, PySetterValue};
use rustpython_vm::protocol::{PyIterIter, PyIterReturn, PyMapping, PyNumber, PySequence};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::cmp::Ordering;
use std::sync::OnceLock;

/// The type flag (a bit that the machine leaves unused) of classic classes.
const CLASSIC: u8 = 50;

static INSTANCE: OnceLock<PyTypeRef> = OnceLock::new();

/// The root of all classic classes, which is also `types.InstanceType`.
pub fn instance_type() -> Option<&'static PyTypeRef> {
    INSTANCE.get()
}

/// Is this class a classic one?
#[inline]
pub fn is_classic(class: &Py<PyType>) -> bool {
    class.slots().flags.has_feature(CLASSIC)
}

/// Is this object an instance of a classic class?
#[inline]
pub fn is_instance(object: &PyObject) -> bool {
    is_classic(object.class())
}

/// Marks a freshly made class as classic and gives it the slots of this file.
pub fn adopt(class: &Py<PyType>) {
    class.slots().flags.insert(CLASSIC);
    store_slots(class);
}

/// Puts the bases of a classic class into Python 2's order: depth first, from left to right.
pub fn order_bases(class: &Py<PyType>) {
    let Some(root) = instance_type() else { return };
    let bases: Vec<PyTypeRef> = class.bases.read().as_slice().to_vec();
    if bases.len() < 2 {
        return;
    }
    let mut order: Vec<PyTypeRef> = vec![class.to_owned()];
    for base in bases {
        for known in base.mro_collect() {
            let is_root = known.is(root) || !is_classic(&known);
            if !is_root && !order.iter().any(|other| other.is(&known)) {
                order.push(known);
            }
        }
    }
    let mut mro = class.mro.write();
    let roots: Vec<PyTypeRef> = mro
        .iter()
        .filter(|known| !order.iter().any(|other| other.is(*known)) && (known.is(root) || !is_classic(known)))
        .cloned()
        .collect();
    order.extend(roots);
    *mro = order;
    drop(mro);
    class.modified();
}

/// Gives a class bases in an order that the machine refuses; [`order_bases`] follows.
pub fn set_bases(class: &Py<PyType>, bases: &Py<PyTuple>, vm: &VirtualMachine) {
    let typed: Vec<PyTypeRef> =
        bases.as_slice().iter().filter_map(|base| base.clone().downcast::<PyType>().ok()).collect();
    *class.bases.write() = PyTuple::new_ref_typed(typed, &vm.ctx);
}

/// The attribute of a classic class, its bases included, but nothing of the machine's own roots.
pub fn class_attribute(class: &Py<PyType>, name: &'static PyStrInterned) -> Option<PyObjectRef> {
    let found = class.get_attr(name)?;
    let root = instance_type()?;
    if !root.get_attr(name).is_some_and(|own| own.is(&found)) {
        return Some(found);
    }
    // The root has the same object: is it a coincidence (None as `__doc__`), or did it come from there? Only objects
    // that everybody shares can be in both by chance.
    let shared = found.downcastable::<PyNone>()
        || found.downcastable::<PyInt>()
        || found.downcastable::<PyStr>()
        || found.downcastable::<PyTuple>();
    if !shared {
        return None;
    }
    let order = class.mro.read();
    let own = order.iter().take_while(|base| !base.is(root)).any(|base| base.attributes().contains(name));
    own.then_some(found)
}

fn bind(found: PyObjectRef, object: &PyObject, vm: &VirtualMachine) -> PyResult {
    match vm.call_get_descriptor_specific(&found, Some(object), Some(object.class().as_object())) {
        Some(bound) => bound,
        None => Ok(found),
    }
}

/// An attribute of the instance or its class, without `__getattr__`.
fn plain(object: &PyObject, name: &'static PyStrInterned, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if let Some(dict) = object.dict()
        && let Some(value) = dict.get_item_opt(name, vm)?
    {
        return Ok(Some(value));
    }
    match class_attribute(object.class(), name) {
        Some(found) => bind(found, object, vm).map(Some),
        None => Ok(None),
    }
}

/// An attribute with everything that Python 2's `instance_getattr` tries; None where it raises AttributeError.
pub fn lookup(object: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let name = vm.ctx.intern_str(name);
    match plain(object, name, vm) {
        Ok(Some(value)) => return Ok(Some(value)),
        Ok(None) => {}
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => {}
        Err(error) => return Err(error),
    }
    let Some(hook) = class_attribute(object.class(), rustpython_vm::identifier!(vm, __getattr__)) else {
        return Ok(None);
    };
    match bind(hook, object, vm)?.call((name.to_owned(),), vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Like [`lookup`], but a missing attribute is the AttributeError that `__getattr__` or Python 2 itself raises.
fn require(object: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult {
    require_interned(object, vm.ctx.intern_str(name), vm)
}

fn require_interned(object: &PyObject, interned: &'static PyStrInterned, vm: &VirtualMachine) -> PyResult {
    let failed = match plain(object, interned, vm) {
        Ok(Some(value)) => return Ok(value),
        Ok(None) => None,
        // A property that raises AttributeError is as good as missing.
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => Some(error),
        Err(error) => return Err(error),
    };
    match class_attribute(object.class(), rustpython_vm::identifier!(vm, __getattr__)) {
        Some(hook) => bind(hook, object, vm)?.call((interned.to_owned(),), vm),
        None => Err(failed.unwrap_or_else(|| missing(object, interned.as_str(), vm))),
    }
}

fn missing(object: &PyObject, name: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_attribute_error(format!("{} instance has no attribute '{name}'", object.class().name()))
}

pub(super) fn not_implemented(vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.not_implemented()
}

// ---- attributes -------------------------------------------------------------------------------------------------

/// The name as the machine keeps those of attributes; names in code are interned already.
#[inline]
fn interned(name: &Py<PyStr>, vm: &VirtualMachine) -> &'static PyStrInterned {
    match vm.ctx.interned_str(name) {
        Some(interned) => interned,
        None => vm.ctx.intern_str(name.as_wtf8()),
    }
}

fn getattro(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    let interned = interned(name, vm);
    if !interned.as_bytes().starts_with(b"__") {
        return require_interned(object, interned, vm);
    }
    match interned.as_str() {
        "__class__" => return Ok(object.class().to_owned().into()),
        "__dict__" => {
            restricted::refuse("instance.__dict__ not accessible in restricted mode", vm)?;
            return rustpython_vm::builtins::object_get_dict(object.to_owned(), vm).map(Into::into);
        }
        _ => {}
    }
    require_interned(object, interned, vm)
}

fn setattro(object: &PyObject, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let interned = interned(name, vm);
    match interned.as_str() {
        "__class__" | "__dict__" => {
            let shown = if interned.as_str() == "__class__" { "" } else { "instance." };
            restricted::refuse(&format!("{shown}{interned} not accessible in restricted mode"), vm)?;
            // The machine's own setters check what is assigned.
            return object.generic_setattr(name, value, vm);
        }
        _ => {}
    }
    let hook = if value.is_assign() {
        rustpython_vm::identifier!(vm, __setattr__)
    } else {
        rustpython_vm::identifier!(vm, __delattr__)
    };
    if let Some(hook) = class_attribute(object.class(), hook) {
        let hook = bind(hook, object, vm)?;
        return match value {
            PySetterValue::Assign(value) => hook.call((interned.to_owned(), value), vm),
            PySetterValue::Delete => hook.call((interned.to_owned(),), vm),
        }
        .map(drop);
    }
    let dict: PyDictRef = rustpython_vm::builtins::object_get_dict(object.to_owned(), vm)?;
    match value {
        PySetterValue::Assign(value) => dict.set_item(interned, value, vm),
        PySetterValue::Delete => match dict.pop_item(interned, vm)? {
            Some(_) => Ok(()),
            None => Err(missing(object, interned.as_str(), vm)),
        },
    }
}

// ---- making and calling -----------------------------------------------------------------------------------------

fn new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let object_new = vm.ctx.types.object_type.slots().new.load();
    match object_new {
        Some(object_new) => object_new(class, FuncArgs::default(), vm),
        None => Ok(PyRef::new_ref(PyBaseObject, class, Some(vm.ctx.new_dict())).into()),
    }
}

/// `types.InstanceType(class[, dict])`: an instance, without a call of `__init__`.
pub fn make_instance(args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let (class, dict) = match args {
        [class] => (class, None),
        [class, dict] => (class, Some(dict).filter(|dict| !vm.is_none(dict))),
        _ => {
            let given = args.len();
            return Err(vm.new_type_error(format!("instance() takes at most 2 arguments ({given} given)")));
        }
    };
    let Some(class) = class.downcast_ref::<PyType>().filter(|class| is_classic(class)) else {
        let got = super::names::type_name_of(class);
        return Err(vm.new_type_error(format!("instance() argument 1 must be classobj, not {got}")));
    };
    let object = new(class.to_owned(), FuncArgs::default(), vm)?;
    if let Some(dict) = dict {
        if dict.downcast_ref::<rustpython_vm::builtins::PyDict>().is_none() {
            return Err(vm.new_type_error("instance() second arg must be dictionary"));
        }
        object.generic_setattr(vm.ctx.intern_str("__dict__"), PySetterValue::Assign(dict.clone()), vm)?;
    }
    Ok(object)
}

fn init(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    match class_attribute(object.class(), rustpython_vm::identifier!(vm, __init__)) {
        Some(method) => {
            let result = bind(method, object, vm)?.call(args, vm)?;
            if vm.is_none(&result) { Ok(()) } else { Err(vm.new_type_error("__init__() should return None")) }
        }
        None if args.is_empty() => Ok(()),
        None => Err(vm.new_type_error("this constructor takes no arguments")),
    }
}

fn call(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match lookup(object, "__call__", vm)? {
        Some(method) => vm.with_recursion("in __call__", || method.call(args, vm)),
        None => Err(vm.new_attribute_error(format!("{} instance has no __call__ method", object.class().name()))),
    }
}

// ---- text, truth, hash ------------------------------------------------------------------------------------------

fn repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    if let Some(method) = lookup(object, "__repr__", vm)? {
        let text = method.call((), vm)?;
        return text.downcast::<PyStr>().map_err(|other| {
            vm.new_type_error(format!("__repr__ returned non-string (type {})", super::names::type_name_of(&other)))
        });
    }
    let class = object.class();
    let module = match class_attribute(class, vm.ctx.intern_str("__module__")) {
        Some(module) => module.str(vm)?.to_string(),
        None => "?".to_owned(),
    };
    Ok(vm.ctx.new_str(format!("<{module}.{} instance at {:#x}>", class.name(), object.get_id())))
}

fn str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(method) = lookup(object, "__str__", vm)? else { return repr(object, vm) };
    let text = method.call((), vm)?;
    text.downcast::<PyStr>().map_err(|other| {
        vm.new_type_error(format!("__str__ returned non-string (type {})", super::names::type_name_of(&other)))
    })
}

fn hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    own_hash(object, vm).map(super::hashes::for_machine)
}

/// What `hash(instance)` gives.
pub fn own_hash(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let Some(method) = lookup(object, "__hash__", vm)? else {
        if lookup(object, "__eq__", vm)?.is_some() || lookup(object, "__cmp__", vm)?.is_some() {
            return Err(vm.new_type_error("unhashable instance"));
        }
        return Ok(object.get_id() as PyHash >> 4);
    };
    let value = method.call((), vm)?;
    if value.downcast_ref::<PyInt>().is_none() {
        return Err(vm.new_type_error("__hash__() should return an int"));
    }
    super::numbers::hash_value(&value, vm)
}

fn boolean(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<bool> {
    let object: &PyObject = &number;
    let (name, method) = match lookup(object, "__nonzero__", vm)? {
        Some(method) => ("__nonzero__", method),
        None => match lookup(object, "__len__", vm)? {
            Some(method) => ("__len__", method),
            None => return Ok(true),
        },
    };
    let value = method.call((), vm)?;
    truth_of(&value, name, vm)
}

/// The truth of what `__nonzero__` or `__len__` returned.
pub fn truth_of(value: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    let Some(int) = value.downcast_ref::<PyInt>() else {
        return Err(vm.new_type_error(format!("{name} should return an int")));
    };
    if int.as_bigint().sign() == malachite_bigint::Sign::Minus {
        return Err(vm.new_value_error(format!("{name} should return >= 0")));
    }
    Ok(int.as_bigint().sign() != malachite_bigint::Sign::NoSign)
}

// ---- comparing --------------------------------------------------------------------------------------------------

type Compared = Either<PyObjectRef, PyComparisonValue>;

/// `__lt__` and the like of an instance, nothing else.
pub fn own_methods(a: &PyObject, b: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<Compared> {
    match lookup(a, op.method_name(&vm.ctx).as_str(), vm)? {
        Some(method) => method.call((b.to_owned(),), vm).map(Either::A),
        None => Ok(Either::B(PyComparisonValue::NotImplemented)),
    }
}

/// The slot: rich methods of both sides, then coercion and `__cmp__`, then the default order.
pub fn compare(a: &PyObject, b: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<Compared> {
    match own_methods(a, b, op, vm)? {
        Either::A(value) if value.is(&vm.ctx.not_implemented) => {}
        Either::A(value) => return Ok(Either::A(value)),
        Either::B(_) => {}
    }
    if a.class().is(b.class()) {
        match own_methods(b, a, op.swapped(), vm)? {
            Either::A(value) if !value.is(&vm.ctx.not_implemented) => return Ok(Either::A(value)),
            _ => {}
        }
    }
    compare::fallback(a, b, op, vm)
}

/// Python 2's `instance_compare`: coerce, then `__cmp__` of either side. None: no order is defined.
pub fn three_way(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Ordering>> {
    let mut pair = None;
    if is_instance(a) {
        pair = coerced(a, b, vm)?;
    }
    if pair.is_none() && is_instance(b) {
        pair = coerced(b, a, vm)?.map(|(b, a)| (a, b));
    }
    let (a, b) = pair.unwrap_or_else(|| (a.to_owned(), b.to_owned()));
    if !is_instance(&a) && !is_instance(&b) {
        return compare::three_way(&a, &b, vm).map(Some);
    }
    if is_instance(&a)
        && let Some(order) = half_cmp(&a, &b, vm)?
    {
        return Ok(Some(order));
    }
    if is_instance(&b)
        && let Some(order) = half_cmp(&b, &a, vm)?
    {
        return Ok(Some(order.reverse()));
    }
    Ok(None)
}

fn half_cmp(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Ordering>> {
    let Some(method) = lookup(a, "__cmp__", vm)? else { return Ok(None) };
    let result = method.call((b.to_owned(),), vm)?;
    if result.is(&vm.ctx.not_implemented) {
        return Ok(None);
    }
    if let Some(int) = result.downcast_ref::<PyInt>() {
        return Ok(Some(int.as_bigint().sign().cmp(&malachite_bigint::Sign::NoSign)));
    }
    // A `__getattr__` that answers everything ends here too; Python 2 takes the error of the conversion for "no order".
    match compare::sign(&result, vm) {
        Ok(order) => Ok(Some(order)),
        Err(_) => Err(vm.new_type_error("comparison did not return an int")),
    }
}

/// `a.__coerce__(b)` as a pair; None where there is none or it declines.
pub fn coerced(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, PyObjectRef)>> {
    let Some(method) = lookup(a, "__coerce__", vm)? else { return Ok(None) };
    let result = method.call((b.to_owned(),), vm)?;
    if vm.is_none(&result) || result.is(&vm.ctx.not_implemented) {
        return Ok(None);
    }
    match result.downcast_ref::<PyTuple>().map(|tuple| tuple.as_slice()) {
        Some([a, b]) => Ok(Some((a.clone(), b.clone()))),
        _ => Err(vm.new_type_error("coercion should return None or 2-tuple")),
    }
}

// ---- unary operators and conversions ----------------------------------------------------------------------------

macro_rules! unary {
    ($($function:ident $name:literal;)*) => {$(
        fn $function(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
            require(&number, $name, vm)?.call((), vm)
        }
    )*};
}

unary! {
    negative "__neg__";
    positive "__pos__";
    absolute "__abs__";
    invert "__invert__";
}

fn int(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let object: &PyObject = &number;
    let (method, name) = match lookup(object, "__int__", vm)? {
        Some(method) => (method, "__int__"),
        None => (require(object, "__trunc__", vm)?, "__trunc__"),
    };
    let value = method.call((), vm)?;
    if value.downcast_ref::<PyInt>().is_none() {
        let kind = if name == "__int__" { "non-int" } else { "non-Integral" };
        return Err(vm.new_type_error(format!("{name} returned {kind} (type {})", super::names::type_name_of(&value))));
    }
    Ok(value)
}

fn float(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    let value = require(&number, "__float__", vm)?.call((), vm)?;
    if !value.fast_isinstance(vm.ctx.types.float_type) {
        let name = super::names::type_name_of(&value);
        return Err(vm.new_type_error(format!("__float__ returned non-float (type {name})")));
    }
    Ok(value)
}

fn index(number: PyNumber<'_>, vm: &VirtualMachine) -> PyResult {
    match lookup(&number, "__index__", vm)? {
        Some(method) => method.call((), vm),
        None => Err(vm.new_type_error("object cannot be interpreted as an index")),
    }
}

// ---- containers -------------------------------------------------------------------------------------------------

/// `len(x)` of an instance.
pub fn length_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    let value = require(object, "__len__", vm)?.call((), vm)?;
    let Some(int) = value.downcast_ref::<PyInt>() else {
        return Err(vm.new_type_error("__len__() should return an int"));
    };
    if int.as_bigint().sign() == malachite_bigint::Sign::Minus {
        return Err(vm.new_value_error("__len__() should return >= 0"));
    }
    int.try_to_primitive::<usize>(vm)
}

/// The AttributeError of an instance without `__len__`, which is a TypeError too: the machine takes that for "no length
/// known" where it only wants a hint, any other error for a failure.
fn no_length(vm: &VirtualMachine) -> &'static PyTypeRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    CLASS.get_or_init(|| {
        let zoo = &vm.ctx.exceptions;
        let bases = vec![zoo.attribute_error.to_owned(), zoo.type_error.to_owned()];
        vm.ctx.new_exception_type("exceptions", "AttributeError", Some(bases))
    })
}

fn length(object: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    length_of(object, vm).map_err(|error| {
        if error.class().is(vm.ctx.exceptions.attribute_error) {
            let message = format!("{} instance has no attribute '__len__'", object.class().name());
            match vm.invoke_exception(no_length(vm), vec![vm.ctx.new_str(message).into()]) {
                Ok(error) | Err(error) => error,
            }
        } else {
            error
        }
    })
}

fn sequence_length(sequence: PySequence<'_>, vm: &VirtualMachine) -> PyResult<usize> {
    length(sequence.obj, vm)
}

fn mapping_length(mapping: PyMapping<'_>, vm: &VirtualMachine) -> PyResult<usize> {
    length(mapping.obj, vm)
}

fn contains(sequence: PySequence<'_>, needle: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let object = sequence.obj;
    if let Some(method) = lookup(object, "__contains__", vm)? {
        return method.call((needle.to_owned(),), vm)?.try_to_bool(vm);
    }
    let iterator = match iterator_of(object, vm)? {
        Some(iterator) => iterator,
        None => return Err(vm.new_type_error("argument of type 'instance' is not iterable")),
    };
    for item in PyIterIter::<PyObjectRef>::new(vm, iterator, None) {
        if item?.rich_compare_bool(needle, PyComparisonOp::Eq, vm)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    let object = mapping.obj;
    if let Some(slice) = simple_slice(key, vm)
        && let Some(method) = lookup(object, "__getslice__", vm)?
    {
        let (start, stop) = super::slices::bounds(slice, || length_of(object, vm), vm)?;
        return method.call((start, stop), vm);
    }
    require(object, "__getitem__", vm)?.call((key.to_owned(),), vm)
}

fn ass_subscript(
    mapping: PyMapping<'_>,
    key: &PyObject,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let object = mapping.obj;
    if let Some(slice) = simple_slice(key, vm) {
        let name = if value.is_some() { "__setslice__" } else { "__delslice__" };
        if let Some(method) = lookup(object, name, vm)? {
            let (start, stop) = super::slices::bounds(slice, || length_of(object, vm), vm)?;
            return match value {
                Some(value) => method.call((start, stop, value), vm),
                None => method.call((start, stop), vm),
            }
            .map(drop);
        }
    }
    match value {
        Some(value) => require(object, "__setitem__", vm)?.call((key.to_owned(), value), vm),
        None => require(object, "__delitem__", vm)?.call((key.to_owned(),), vm),
    }
    .map(drop)
}

fn simple_slice<'a>(key: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<PySlice>> {
    super::slices::simple(key, vm)
}

/// The iterator of an instance: what `__iter__` returns, or the old protocol over `__getitem__`.
fn iterator_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if let Some(method) = lookup(object, "__iter__", vm)? {
        let iterator = method.call((), vm)?;
        if iterator.class().slots().iternext.load().is_none() {
            return Err(vm.new_type_error(format!(
                "__iter__ returned non-iterator of type '{}'",
                super::names::type_name_of(&iterator)
            )));
        }
        return Ok(Some(iterator));
    }
    let items = lookup(object, "__getitem__", vm)?;
    Ok(items.map(|_| super::iterators::ItemIterator::of(object.to_owned(), vm)))
}

fn iter(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match iterator_of(&object, vm)? {
        Some(iterator) => Ok(iterator),
        None => Err(vm.new_type_error("iteration over non-sequence")),
    }
}

fn iternext(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    match lookup(object, "next", vm)? {
        Some(method) => PyIterReturn::from_pyresult(method.call((), vm), vm),
        None => Err(vm.new_type_error("instance has no next() method")),
    }
}

// ---- slots ------------------------------------------------------------------------------------------------------

macro_rules! slot_table {
    ($($($path:ident).+ = $function:expr;)*) => {
        /// Gives a class all slots of this file.
        fn store_slots(class: &Py<PyType>) {
            let slots = class.slots();
            $(slots.$($path).+.store(Some($function));)*
        }

        /// Takes the slots of this file away where a class of both kinds inherited them and defines nothing there.
        pub fn drop_inherited(class: &Py<PyType>, vm: &VirtualMachine) {
            let slots = class.slots();
            let root = vm.ctx.types.object_type.slots();
            let Some(instance) = instance_type() else { return };
            let instance = instance.slots();
            $(
                if let (Some(own), Some(inherited)) = (slots.$($path).+.load(), instance.$($path).+.load())
                    && own as usize == inherited as usize
                {
                    slots.$($path).+.store(root.$($path).+.load());
                }
            )*
        }
    };
}

slot_table! {
    getattro = getattro;
    setattro = setattro;
    new = new;
    init = init;
    call = call;
    repr = repr;
    str = str;
    hash = hash;
    richcompare = compare;
    iter = iter;
    iternext = iternext;
    as_number.add = operators::add;
    as_number.right_add = operators::radd;
    as_number.inplace_add = operators::iadd;
    as_number.subtract = operators::sub;
    as_number.right_subtract = operators::rsub;
    as_number.inplace_subtract = operators::isub;
    as_number.multiply = operators::mul;
    as_number.right_multiply = operators::rmul;
    as_number.inplace_multiply = operators::imul;
    as_number.remainder = operators::rem;
    as_number.right_remainder = operators::rrem;
    as_number.inplace_remainder = operators::irem;
    as_number.lshift = operators::lshift;
    as_number.right_lshift = operators::rlshift;
    as_number.inplace_lshift = operators::ilshift;
    as_number.rshift = operators::rshift;
    as_number.right_rshift = operators::rrshift;
    as_number.inplace_rshift = operators::irshift;
    as_number.and = operators::and;
    as_number.right_and = operators::rand;
    as_number.inplace_and = operators::iand;
    as_number.xor = operators::xor;
    as_number.right_xor = operators::rxor;
    as_number.inplace_xor = operators::ixor;
    as_number.or = operators::or;
    as_number.right_or = operators::ror;
    as_number.inplace_or = operators::ior;
    as_number.floor_divide = operators::floordiv;
    as_number.right_floor_divide = operators::rfloordiv;
    as_number.inplace_floor_divide = operators::ifloordiv;
    as_number.true_divide = operators::truediv;
    as_number.right_true_divide = operators::rtruediv;
    as_number.inplace_true_divide = operators::itruediv;
    as_number.divmod = operators::divmod;
    as_number.right_divmod = operators::rdivmod;
    as_number.power = operators::pow;
    as_number.right_power = operators::rpow;
    as_number.inplace_power = operators::ipow;
    as_number.negative = negative;
    as_number.positive = positive;
    as_number.absolute = absolute;
    as_number.invert = invert;
    as_number.boolean = boolean;
    as_number.int = int;
    as_number.float = float;
    as_number.index = index;
    as_sequence.length = sequence_length;
    as_sequence.contains = contains;
    as_mapping.length = mapping_length;
    as_mapping.subscript = subscript;
    as_mapping.ass_subscript = ass_subscript;
}

/// Makes the root type.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    if INSTANCE.get().is_some() {
        return Ok(());
    }
    let dict = vm.ctx.new_dict();
    dict.set_item("__module__", vm.ctx.new_str("__builtin__").into(), vm)?;
    let bases = vm.ctx.new_tuple(vec![vm.ctx.types.object_type.to_owned().into()]);
    let made = vm.ctx.types.type_type.as_object().call((vm.ctx.new_str("instance"), bases, dict), vm)?;
    let class =
        made.downcast::<PyType>().map_err(|_| vm.new_system_error("the root of the classic classes is no type"))?;
    let class: &'static PyTypeRef = INSTANCE.get_or_init(|| class);
    // `with` looks these two up on the type only.
    let enter = vm.new_method("__enter__", class, |object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
        require(&object, "__enter__", vm)?.call(args, vm)
    });
    class.set_attr(vm.ctx.intern_str("__enter__"), enter.into());
    let exit = vm.new_method("__exit__", class, |object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
        require(&object, "__exit__", vm)?.call(args, vm)
    });
    class.set_attr(vm.ctx.intern_str("__exit__"), exit.into());
    // The machine reads `str(x)` through the method.
    super::names::replace_str(class, str, vm);
    store_slots(class);
    Ok(())
}

/// Attribute names of an instance as `dir()` lists them.
pub fn names_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let mut names: Vec<PyObjectRef> = Vec::new();
    if let Some(dict) = object.dict() {
        names.extend(dict.keys_vec());
    }
    names.extend(class_names(object.class(), vm));
    Ok(names)
}

/// Attribute names of a classic class and its bases.
pub fn class_names(class: &Py<PyType>, vm: &VirtualMachine) -> Vec<PyObjectRef> {
    let mut names: Vec<PyObjectRef> = Vec::new();
    for base in class.mro_collect() {
        if instance_type().is_some_and(|root| root.is(&base)) || base.is(vm.ctx.types.object_type) {
            continue;
        }
        for (name, _) in base.attributes().entries() {
            names.push(name.to_pyobject(vm));
        }
    }
    names
}
