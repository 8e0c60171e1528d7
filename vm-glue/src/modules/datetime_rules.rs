//! Where the classes of `datetime` behave otherwise in Python 2.7 than in the machine: what is false, what can be
//! compared, which operators there are, and in which words they complain.

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyFloat, PyInt, PyStr, PyType};
use rustpython_vm::function::{Either, FuncArgs, PyComparisonValue};
use rustpython_vm::protocol::{PyNumber, PyNumberBinaryFunc};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::bridge;
use crate::runtime::{names, text};

/// The slot that compares.
type Compare =
    fn(&PyObject, &PyObject, PyComparisonOp, &VirtualMachine) -> PyResult<Either<PyObjectRef, PyComparisonValue>>;

/// The classes that this file changes.
#[derive(Clone, Copy)]
pub struct Classes {
    pub date: &'static Py<PyType>,
    pub datetime: &'static Py<PyType>,
    pub time: &'static Py<PyType>,
    pub delta: &'static Py<PyType>,
}

static DELTA: OnceLock<&'static Py<PyType>> = OnceLock::new();

/// An integer among the attributes.
fn part(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> PyResult<i64> {
    object.get_attr(name, vm)?.try_to_value(vm)
}

// ---- errors ------------------------------------------------------------------------------------------------------

/// An error of a constructor, of `replace` or of a time stamp in Python 2's words.
pub fn in_old_words(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if error.fast_isinstance(vm.ctx.exceptions.os_error) {
        return vm.new_value_error("timestamp out of range for platform localtime()/gmtime() function");
    }
    let message = error.args().as_slice().first().and_then(|first| text::text_of(vm, first).ok().flatten());
    let Some(message) = message else { return error };
    if error.fast_isinstance(vm.ctx.exceptions.type_error) {
        if let Some((_, rest)) = message.split_once("missing required argument '")
            && let Some((name, rest)) = rest.split_once('\'')
        {
            return vm.new_type_error(format!("Required argument '{name}'{rest} not found"));
        }
        if let Some((head, given)) = message.split_once(" arguments, got ")
            && let Some((_, most)) = head.split_once("expected ")
            && let Some(most) =
                most.rsplit(' ').next().filter(|most| given.parse::<usize>().ok() > most.parse::<usize>().ok())
        {
            return vm.new_type_error(format!("function takes at most {most} arguments ({given} given)"));
        }
        if let Some((_, name)) = message.split_once(" got an unexpected keyword argument ") {
            return vm.new_type_error(format!("{name} is an invalid keyword argument for this function"));
        }
        return error;
    }
    if error.fast_isinstance(vm.ctx.exceptions.overflow_error) && message.contains("timestamp out of range") {
        return vm.new_value_error(message);
    }
    if !error.fast_isinstance(vm.ctx.exceptions.value_error) {
        return error;
    }
    if message.starts_with("day ") && message.contains("must be in range") {
        return vm.new_value_error("day is out of range for month");
    }
    match message.split_once(", not ") {
        // Python 2 does not say which value was out of range.
        Some((start, _)) if message.contains("must be in ") => match start.strip_prefix("year must be in ") {
            Some(_) => vm.new_value_error("year is out of range"),
            None => vm.new_value_error(start.to_owned()),
        },
        _ => error,
    }
}

// ---- methods -----------------------------------------------------------------------------------------------------

fn set(class: &Py<PyType>, name: &'static str, value: impl Into<PyObjectRef>, vm: &VirtualMachine) {
    class.set_attr(vm.ctx.intern_str(name), value.into());
    class.modified();
}

/// Wraps a method; `change` has its result.
fn wrap(
    class: &'static Py<PyType>,
    name: &'static str,
    vm: &VirtualMachine,
    change: fn(PyResult, &VirtualMachine) -> PyResult,
) {
    let Some(original) = class.get_attr(vm.ctx.intern_str(name)) else { return };
    let function = move |args: FuncArgs, vm: &VirtualMachine| change(original.call(args, vm), vm);
    set(class, name, vm.new_method(name, class, function), vm);
}

/// Arguments with numbers of other kinds than floats (a `Decimal`) as ints: what `PyArg_Parse("i")` takes.
pub fn with_ints(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<FuncArgs> {
    let whole = |value: &mut PyObjectRef| -> PyResult<()> {
        let is_known = value.downcast_ref::<PyInt>().is_some()
            || value.downcast_ref::<PyFloat>().is_some()
            || value.downcast_ref::<PyStr>().is_some();
        if !is_known && value.class().slots().as_number.int.load().is_some() {
            *value = value.try_int(vm)?.into();
        }
        Ok(())
    };
    args.args.iter_mut().try_for_each(whole)?;
    args.kwargs.values_mut().try_for_each(whole)?;
    Ok(args)
}

fn wrap_replace(class: &'static Py<PyType>, vm: &VirtualMachine) {
    let Some(original) = class.get_attr(vm.ctx.intern_str("replace")) else { return };
    let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        original.call(with_ints(args, vm)?, vm).map_err(|error| in_old_words(error, vm))
    };
    set(class, "replace", vm.new_method("replace", class, function), vm);
}

fn is_naive(object: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if vm.is_none(&*object.get_attr("tzinfo", vm)?) {
        return Ok(true);
    }
    Ok(vm.is_none(&*vm.call_method(object, "utcoffset", ())?))
}

fn wrap_astimezone(class: &'static Py<PyType>, vm: &VirtualMachine) {
    let Some(original) = class.get_attr(vm.ctx.intern_str("astimezone")) else { return };
    let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        if args.args.len() == 1 && args.kwargs.is_empty() {
            return Err(vm.new_type_error("Required argument 'tz' (pos 1) not found"));
        }
        if let [object, zone] = args.args.as_slice() {
            if vm.is_none(zone) {
                return Err(vm.new_type_error("astimezone() argument 1 must be datetime.tzinfo, not None"));
            }
            let known = object.get_attr("tzinfo", vm)?;
            if known.is(zone) {
                return original.call(args, vm);
            }
            if is_naive(object, vm)? {
                return Err(vm.new_value_error("astimezone() cannot be applied to a naive datetime"));
            }
        }
        original.call(args, vm)
    };
    set(class, "astimezone", vm.new_method("astimezone", class, function), vm);
}

// ---- truth -------------------------------------------------------------------------------------------------------

/// Midnight (in UTC, if the time knows its zone) is false.
fn time_is_true(time: PyNumber<'_>, vm: &VirtualMachine) -> PyResult<bool> {
    let time = time.obj;
    if part(time, "second", vm)? != 0 || part(time, "microsecond", vm)? != 0 {
        return Ok(true);
    }
    let mut minutes = part(time, "hour", vm)? * 60 + part(time, "minute", vm)?;
    if !vm.is_none(&*time.get_attr("tzinfo", vm)?) {
        let offset = vm.call_method(time, "utcoffset", ())?;
        if !vm.is_none(&offset) {
            minutes -= part(&offset, "days", vm)? * 24 * 60 + part(&offset, "seconds", vm)? / 60;
        }
    }
    Ok(minutes != 0)
}

// ---- comparison --------------------------------------------------------------------------------------------------

static COMPARE: OnceLock<[(Option<Compare>, &'static Py<PyType>, &'static str); 2]> = OnceLock::new();

/// One with a zone and one without cannot even be equal.
fn compare_at(
    at: usize,
    a: &PyObject,
    b: &PyObject,
    operation: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    let known = COMPARE.get().and_then(|known| known.get(at));
    let Some((Some(original), class, kind)) = known else {
        return Ok(Either::B(PyComparisonValue::NotImplemented));
    };
    if matches!(operation, PyComparisonOp::Eq | PyComparisonOp::Ne)
        && a.fast_isinstance(class)
        && b.fast_isinstance(class)
        && !a.get_attr("tzinfo", vm)?.is(&b.get_attr("tzinfo", vm)?)
        && is_naive(a, vm)? != is_naive(b, vm)?
    {
        return Err(vm.new_type_error(format!("can't compare offset-naive and offset-aware {kind}")));
    }
    original(a, b, operation, vm)
}

// ---- arithmetic --------------------------------------------------------------------------------------------------

/// Multiplication, division and division without a rest, as the machine does them: from the left, then from the right.
static ARITHMETIC: OnceLock<[Option<PyNumberBinaryFunc>; 6]> = OnceLock::new();

fn is_delta(object: &PyObject) -> bool {
    DELTA.get().is_some_and(|delta| object.fast_isinstance(delta))
}

/// Python 2's time differences meet whole numbers only.
fn arithmetic(at: usize, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let original = ARITHMETIC.get().and_then(|known| known.get(at).copied().flatten());
    let is_float = a.downcastable::<PyFloat>() || b.downcastable::<PyFloat>();
    match original {
        Some(original) if !(is_float || is_delta(a) && is_delta(b)) => original(a, b, vm),
        _ => Ok(vm.ctx.not_implemented()),
    }
}

/// Sums and differences of dates: from the left and from the right, first of `date`, then of `datetime`.
static SUMS: OnceLock<[Option<PyNumberBinaryFunc>; 6]> = OnceLock::new();
static DATES: OnceLock<[&'static Py<PyType>; 2]> = OnceLock::new();

/// In Python 2 a date of a derived class and a difference give a plain date.
fn sum(at: usize, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(original) = SUMS.get().and_then(|known| known.get(at).copied().flatten()) else {
        return Ok(vm.ctx.not_implemented());
    };
    let value = original(a, b, vm)?;
    let Some([date, datetime]) = DATES.get() else { return Ok(value) };
    if value.class().heaptype_ext().is_none() || !value.fast_isinstance(date) {
        return Ok(value);
    }
    let (class, names): (_, &[&'static str]) = match value.fast_isinstance(datetime) {
        true => (datetime, &["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"]),
        false => (date, &["year", "month", "day"]),
    };
    let parts = names.iter().map(|name| value.get_attr(*name, vm)).collect::<PyResult<Vec<_>>>()?;
    class.as_object().call(parts, vm)
}

// ---- installation ------------------------------------------------------------------------------------------------

/// Changes the classes, once.
pub fn install(classes: Classes, vm: &VirtualMachine) {
    let Classes { date, datetime, time, delta } = classes;
    let _ = DELTA.set(delta);

    time.slots().as_number.boolean.store(Some(time_is_true));

    let _ = COMPARE.set([
        (datetime.slots().richcompare.load(), datetime, "datetimes"),
        (time.slots().richcompare.load(), time, "times"),
    ]);
    datetime.slots().richcompare.store(Some(|a, b, operation, vm| compare_at(0, a, b, operation, vm)));
    time.slots().richcompare.store(Some(|a, b, operation, vm| compare_at(1, a, b, operation, vm)));

    let numbers = &delta.slots().as_number;
    let slots = [
        &numbers.multiply,
        &numbers.true_divide,
        &numbers.floor_divide,
        &numbers.right_multiply,
        &numbers.right_true_divide,
        &numbers.right_floor_divide,
    ];
    let _ = ARITHMETIC.set(slots.map(|slot| slot.load()));
    let functions: [PyNumberBinaryFunc; 6] = [
        |a, b, vm| arithmetic(0, a, b, vm),
        |a, b, vm| arithmetic(1, a, b, vm),
        |a, b, vm| arithmetic(2, a, b, vm),
        |a, b, vm| arithmetic(3, a, b, vm),
        |a, b, vm| arithmetic(4, a, b, vm),
        |a, b, vm| arithmetic(5, a, b, vm),
    ];
    for (slot, function) in slots.into_iter().zip(functions) {
        slot.store(Some(function));
    }
    for slot in [&numbers.remainder, &numbers.right_remainder, &numbers.divmod, &numbers.right_divmod] {
        slot.store(None);
    }
    for name in ["__divmod__", "__rdivmod__", "__mod__", "__rmod__"] {
        delta.attributes().remove(vm.ctx.intern_str(name));
    }
    delta.modified();

    let [dates, datetimes] = [date, datetime].map(|class| &class.slots().as_number);
    let slots =
        [&dates.add, &dates.right_add, &dates.subtract, &datetimes.add, &datetimes.right_add, &datetimes.subtract];
    let _ = DATES.set([date, datetime]);
    let _ = SUMS.set(slots.map(|slot| slot.load()));
    let functions: [PyNumberBinaryFunc; 6] = [
        |a, b, vm| sum(0, a, b, vm),
        |a, b, vm| sum(1, a, b, vm),
        |a, b, vm| sum(2, a, b, vm),
        |a, b, vm| sum(3, a, b, vm),
        |a, b, vm| sum(4, a, b, vm),
        |a, b, vm| sum(5, a, b, vm),
    ];
    for (slot, function) in slots.into_iter().zip(functions) {
        if slot.load().is_some() {
            slot.store(Some(function));
        }
    }
    // Derived classes take their operators from the methods.
    for class in [date, datetime] {
        names::rewrap(class, &["__add__", "__radd__", "__sub__", "__rsub__"], vm);
    }

    let plain_tuple: fn(PyResult, &VirtualMachine) -> PyResult = |result, vm| {
        let parts: Vec<PyObjectRef> = vm.extract_elements_with(&*result?, Ok)?;
        Ok(vm.ctx.new_tuple(parts).into())
    };
    // The state is in the machine's own kind of bytes.
    let with_strings: fn(PyResult, &VirtualMachine) -> PyResult = |result, vm| {
        let reduced = result?;
        let parts: Vec<PyObjectRef> = vm.extract_elements_with(&reduced, Ok)?;
        let converted = parts.into_iter().map(|part| bridge::native(vm, part, 0)).collect::<PyResult<Vec<_>>>()?;
        Ok(vm.ctx.new_tuple(converted).into())
    };
    for class in [date, datetime, time] {
        wrap_replace(class, vm);
        wrap(class, "__reduce__", vm, with_strings);
    }
    for class in [date, datetime] {
        wrap(class, "isocalendar", vm, plain_tuple);
    }
    wrap_astimezone(datetime, vm);
}
