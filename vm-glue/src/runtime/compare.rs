//! Comparing: Python 2's order of unlike types, `cmp`, `__cmp__` and `__coerce__` in comparisons.
//!
//! Each native type's `richcompare` slot is replaced by one that asks the original first and falls back to Python 2's
//! rules where the machine would raise TypeError. The fast paths of the machine (ints, floats, strings) never come here.

use super::{classic, names};
use rustpython_vm::builtins::{PyComplex, PyDict, PyFloat, PyInt, PyNone, PyType};
use rustpython_vm::function::{Either, PyComparisonValue};
use rustpython_vm::protocol::PyNumber;
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cmp::Ordering;
use std::sync::OnceLock;

type Compared = Either<PyObjectRef, PyComparisonValue>;
type RichCompare = fn(&PyObject, &PyObject, PyComparisonOp, &VirtualMachine) -> PyResult<Compared>;

/// How many different native `richcompare` functions can be wrapped.
const WRAPPERS: usize = 48;

/// The machine's own functions, in the order in which they were met.
static ORIGINALS: [OnceLock<RichCompare>; WRAPPERS] = [const { OnceLock::new() }; WRAPPERS];

/// One wrapper for each original: slots hold plain functions, so the index has to be part of the type.
static WRAPPED: [RichCompare; WRAPPERS] = wrappers();

const fn wrappers() -> [RichCompare; WRAPPERS] {
    macro_rules! table {
        ($($tens:literal)*) => {[$(
            wrapper::<$tens>, wrapper::<{ $tens + 1 }>, wrapper::<{ $tens + 2 }>, wrapper::<{ $tens + 3 }>,
            wrapper::<{ $tens + 4 }>, wrapper::<{ $tens + 5 }>, wrapper::<{ $tens + 6 }>, wrapper::<{ $tens + 7 }>,
        )*]};
    }
    table!(0 8 16 24 32 40)
}

fn not_implemented() -> Compared {
    Either::B(PyComparisonValue::NotImplemented)
}

fn is_implemented(value: &Compared, vm: &VirtualMachine) -> bool {
    match value {
        Either::A(object) => !object.is(&vm.ctx.not_implemented),
        Either::B(value) => !matches!(value, PyComparisonValue::NotImplemented),
    }
}

fn wrapper<const INDEX: usize>(
    a: &PyObject,
    b: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Compared> {
    if let Some(original) = ORIGINALS[INDEX].get() {
        let value = original(a, b, op, vm)?;
        if is_implemented(&value, vm) {
            return Ok(value);
        }
    }
    fallback(a, b, op, vm)
}

/// The slot of classes made by Python 2 code that define comparison methods themselves.
pub fn class_compare(a: &PyObject, b: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<Compared> {
    let value = own_methods(a, b, op, vm)?;
    if is_implemented(&value, vm) {
        return Ok(value);
    }
    fallback(a, b, op, vm)
}

/// `a.__lt__(b)` and the like, where a class other than `object` defines it.
fn own_methods(a: &PyObject, b: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<Compared> {
    let name = op.method_name(&vm.ctx);
    let class = a.class();
    let Some(method) = class.get_attr(name) else { return Ok(not_implemented()) };
    if vm.ctx.types.object_type.get_attr(name).is_some_and(|own| own.is(&method)) {
        // Python 2's `object` compares nothing; identity is what is left when nobody else answers.
        return Ok(not_implemented());
    }
    let bound = match vm.call_get_descriptor_specific(&method, Some(a), Some(class.as_object())) {
        Some(bound) => bound?,
        None => method,
    };
    Ok(Either::A(bound.call((b.to_owned(),), vm)?))
}

/// The comparison of `a`'s own type without Python 2's fallback.
fn raw(a: &PyObject, b: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<Compared> {
    let Some(slot) = a.class().slots().richcompare.load() else { return Ok(not_implemented()) };
    if std::ptr::fn_addr_eq(slot, class_compare as RichCompare) {
        return own_methods(a, b, op, vm);
    }
    if std::ptr::fn_addr_eq(slot, classic::compare as RichCompare) {
        return classic::own_methods(a, b, op, vm);
    }
    match WRAPPED.iter().position(|wrapped| std::ptr::fn_addr_eq(*wrapped, slot)) {
        Some(index) => match ORIGINALS[index].get() {
            Some(original) => original(a, b, op, vm),
            None => Ok(not_implemented()),
        },
        None => slot(a, b, op, vm),
    }
}

/// What is left of Python 2's `PyObject_RichCompare` once `a`'s own methods have not answered.
pub fn fallback(a: &PyObject, b: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<Compared> {
    let same_class = a.class().is(b.class());
    if !same_class {
        let value = raw(b, a, op.swapped(), vm)?;
        if is_implemented(&value, vm) {
            return Ok(value);
        }
    }
    if let Some(order) = hooks(a, b, vm)? {
        return Ok(Either::B(PyComparisonValue::Implemented(op.eval_ord(order))));
    }
    if matches!(op, PyComparisonOp::Eq | PyComparisonOp::Ne) {
        return Ok(not_implemented());
    }
    if refuses_order(a) || refuses_order(b) {
        return Ok(not_implemented());
    }
    reject_complex(a, b, vm)?;
    Ok(Either::B(PyComparisonValue::Implemented(op.eval_ord(default_order(a, b, vm)?))))
}

/// Types of the machine's library whose comparison with strangers is an error in Python 2 too.
fn refuses_order(object: &PyObject) -> bool {
    object.class().iter_base_chain().any(|class| {
        matches!(&*class.name(), "date" | "time" | "timedelta")
            && !super::classes::is_dialect(class)
            && (class.heaptype_ext().is_some() || class.slot_name().starts_with("datetime."))
    })
}

fn reject_complex(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let complex = |object: &PyObject| object.downcast_ref::<PyComplex>().is_some();
    let number = |object: &PyObject| {
        complex(object) || object.downcast_ref::<PyInt>().is_some() || object.downcast_ref::<PyFloat>().is_some()
    };
    if (complex(a) || complex(b)) && number(a) && number(b) {
        return Err(vm.new_type_error("no ordering relation is defined for complex numbers"));
    }
    Ok(())
}

/// `__cmp__` of either side, and `__coerce__` of classic instances (Python 2's `try_3way_compare`).
fn hooks(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Ordering>> {
    if classic::is_instance(a) || classic::is_instance(b) {
        return classic::three_way(a, b, vm);
    }
    if let Some(order) = call_cmp(a, b, vm)? {
        return Ok(Some(order));
    }
    if !a.class().is(b.class())
        && let Some(order) = call_cmp(b, a, vm)?
    {
        return Ok(Some(order.reverse()));
    }
    // Coercion is for classes without a `__cmp__` of their own.
    let compares = |object: &PyObject| super::arithmetic::python_hook(object, "__cmp__", vm);
    if compares(a)?.is_none()
        && compares(b)?.is_none()
        && let Some((a, b)) = super::arithmetic::coerce_hooks(a, b, vm)?
    {
        return three_way(&a, &b, vm).map(Some);
    }
    Ok(None)
}

fn call_cmp(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Ordering>> {
    let Some(method) = super::arithmetic::python_hook(a, "__cmp__", vm)? else { return Ok(None) };
    let result = method.call((b.to_owned(),), vm)?;
    if result.is(&vm.ctx.not_implemented) {
        return Ok(None);
    }
    sign(&result, vm).map(Some)
}

/// The sign of what a comparison function returned.
pub fn sign(result: &PyObject, vm: &VirtualMachine) -> PyResult<Ordering> {
    if let Some(int) = result.downcast_ref::<PyInt>() {
        return Ok(match int.as_bigint().sign() {
            malachite_bigint::Sign::Minus => Ordering::Less,
            malachite_bigint::Sign::NoSign => Ordering::Equal,
            malachite_bigint::Sign::Plus => Ordering::Greater,
        });
    }
    if let Some(float) = result.downcast_ref::<PyFloat>() {
        return Ok((float.to_f64().trunc()).partial_cmp(&0.0).unwrap_or(Ordering::Equal));
    }
    Err(vm.new_type_error("an integer is required"))
}

/// Python 2's `default_3way_compare`: None, then numbers, then everything by the name of its type, then by address.
fn default_order(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Ordering> {
    if a.class().is(b.class()) {
        if let (Some(a), Some(b)) = (a.downcast_ref::<PyDict>(), b.downcast_ref::<PyDict>()) {
            return dict_order(a, b, vm);
        }
        return Ok(a.get_id().cmp(&b.get_id()));
    }
    if let (Some(first), Some(second)) = (a.downcast_ref::<PyDict>(), b.downcast_ref::<PyDict>()) {
        return dict_order(first, second, vm);
    }
    let none = |object: &PyObject| object.downcast_ref::<PyNone>().is_some();
    match (none(a), none(b)) {
        (true, false) => return Ok(Ordering::Less),
        (false, true) => return Ok(Ordering::Greater),
        _ => {}
    }
    let a_name = order_name(a);
    let b_name = order_name(b);
    // Between a classic instance and a number, both without a name, the address of the type decides in CPython.
    let numbers = a_name.cmp(&b_name).then_with(|| classic::is_instance(b).cmp(&classic::is_instance(a)));
    Ok(numbers.then_with(|| a.class().get_id().cmp(&b.class().get_id())))
}

/// Numbers come before everything else: their name is empty.
fn order_name(object: &PyObject) -> std::borrow::Cow<'static, str> {
    if PyNumber::check(object) && object.downcast_ref::<PyType>().is_none() {
        return "".into();
    }
    names::type_name_of(object)
}

/// Python 2's order of dicts: the shorter is smaller; else by the smallest key with different values.
fn dict_order(a: &Py<PyDict>, b: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<Ordering> {
    match a.__len__().cmp(&b.__len__()) {
        Ordering::Equal => {}
        other => return Ok(other),
    }
    let Some((a_key, a_value)) = characterize(a, b, vm)? else { return Ok(Ordering::Equal) };
    let Some((b_key, b_value)) = characterize(b, a, vm)? else { return Ok(Ordering::Equal) };
    match three_way(&a_key, &b_key, vm)? {
        Ordering::Equal => three_way(&a_value, &b_value, vm),
        other => Ok(other),
    }
}

/// The smallest key of `a` that `b` does not have with the same value.
fn characterize(a: &Py<PyDict>, b: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, PyObjectRef)>> {
    let mut smallest: Option<(PyObjectRef, PyObjectRef)> = None;
    for (key, value) in a.items_vec() {
        if let Some((known, _)) = &smallest
            && three_way(known, &key, vm)? != Ordering::Greater
        {
            continue;
        }
        let same = match b.get_item_opt(&*key, vm)? {
            Some(other) => value.rich_compare_bool(&other, PyComparisonOp::Eq, vm)?,
            None => false,
        };
        if !same {
            smallest = Some((key, value));
        }
    }
    Ok(smallest)
}

/// Python 2's `cmp(a, b)`.
pub fn three_way(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Ordering> {
    if a.is(b) {
        return Ok(Ordering::Equal);
    }
    vm.with_recursion("in cmp", || three_way_inner(a, b, vm))
}

fn three_way_inner(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult<Ordering> {
    if let (Some(a), Some(b)) = (a.downcast_ref_if_exact::<PyInt>(vm), b.downcast_ref_if_exact::<PyInt>(vm)) {
        return Ok(a.as_bigint().cmp(b.as_bigint()));
    }
    let set = |object: &PyObject| {
        object.fast_isinstance(vm.ctx.types.set_type) || object.fast_isinstance(vm.ctx.types.frozenset_type)
    };
    if (set(a) || set(b)) && (set(a) && set(b) || a.class().is(b.class())) {
        return Err(vm.new_type_error("cannot compare sets using cmp()"));
    }
    let same_class = a.class().is(b.class());
    if same_class
        && !classic::is_instance(a)
        && let Some(order) = call_cmp(a, b, vm)?
    {
        return Ok(order);
    }
    let tries = [
        (PyComparisonOp::Eq, Ordering::Equal),
        (PyComparisonOp::Lt, Ordering::Less),
        (PyComparisonOp::Gt, Ordering::Greater),
    ];
    for (op, order) in tries {
        if rich_tries(a, b, op, vm)? == Some(true) {
            return Ok(order);
        }
    }
    if let Some(order) = hooks(a, b, vm)? {
        return Ok(order);
    }
    if refuses_order(a) || refuses_order(b) {
        return Err(vm.new_type_error(format!(
            "can't compare {} to {}",
            names::type_name_of(a),
            names::type_name_of(b)
        )));
    }
    reject_complex(a, b, vm)?;
    default_order(a, b, vm)
}

/// Rich comparison by the methods of both sides, without any fallback. None: neither side answers.
fn rich_tries(a: &PyObject, b: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<Option<bool>> {
    let truth = |value: Compared| match value {
        Either::A(object) => object.try_to_bool(vm),
        Either::B(value) => Ok(matches!(value, PyComparisonValue::Implemented(true))),
    };
    let b_first = !a.class().is(b.class()) && b.class().fast_issubclass(a.class());
    if b_first {
        let value = raw(b, a, op.swapped(), vm)?;
        if is_implemented(&value, vm) {
            return truth(value).map(Some);
        }
    }
    let value = raw(a, b, op, vm)?;
    if is_implemented(&value, vm) {
        return truth(value).map(Some);
    }
    if !b_first && !a.class().is(b.class()) {
        let value = raw(b, a, op.swapped(), vm)?;
        if is_implemented(&value, vm) {
            return truth(value).map(Some);
        }
    }
    Ok(None)
}

/// Replaces the slots of every type that exists. Types made later inherit the new slots.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut seen = Vec::new();
    patch(vm.ctx.types.object_type, &mut seen);
    Ok(())
}

fn patch(class: &Py<PyType>, seen: &mut Vec<usize>) {
    if seen.contains(&class.get_id()) {
        return;
    }
    seen.push(class.get_id());
    if let Some(slot) = class.slots().richcompare.load()
        && !WRAPPED.iter().any(|wrapped| std::ptr::fn_addr_eq(*wrapped, slot))
        && !is_python_defined(class)
        && let Some(index) = index_of(slot)
    {
        class.slots().richcompare.store(Some(WRAPPED[index]));
    }
    let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|weak| weak.upgrade()).collect();
    for subclass in subclasses {
        if let Some(subclass) = subclass.downcast_ref::<PyType>() {
            patch(subclass, seen);
        }
    }
}

/// Classes of the machine's Python library with methods of their own keep them.
fn is_python_defined(class: &Py<PyType>) -> bool {
    class.heaptype_ext().is_some()
        && class.slots().richcompare.load().is_some_and(|slot| {
            class
                .iter_base_chain()
                .skip(1)
                .all(|base| base.slots().richcompare.load().is_none_or(|other| !std::ptr::fn_addr_eq(other, slot)))
                && !ORIGINALS.iter().any(|known| known.get().is_some_and(|known| std::ptr::fn_addr_eq(*known, slot)))
        })
}

fn index_of(slot: RichCompare) -> Option<usize> {
    for (index, original) in ORIGINALS.iter().enumerate() {
        if std::ptr::fn_addr_eq(*original.get_or_init(|| slot), slot) {
            return Some(index);
        }
    }
    None
}

/// Gives a class made by Python 2 code the slot that knows Python 2's fallbacks.
pub fn adopt(class: &Py<PyType>) {
    let Some(slot) = class.slots().richcompare.load() else { return };
    let known = WRAPPED.iter().any(|wrapped| std::ptr::fn_addr_eq(*wrapped, slot))
        || std::ptr::fn_addr_eq(slot, classic::compare as RichCompare);
    if !known {
        class.slots().richcompare.store(Some(class_compare));
    }
}
