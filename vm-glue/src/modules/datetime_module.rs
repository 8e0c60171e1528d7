//! The module `datetime` of Python 2.7: the machine's own classes, whose repr, error texts, formatting and reading of
//! dates are Python 2's, and which take "now" from the program's clock.

use std::sync::{Once, OnceLock};

use rustpython_vm::builtins::{PyClassMethod, PyFloat, PyInt, PyModule, PyStr, PyType, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use super::datetime_rules::{Classes, in_old_words, install, with_ints};
use crate::runtime::{names, text};
use crate::{clock, modules};

/// The slot that makes an object of a class.
type NewFunc = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

/// The names that the module shows.
const NAMES: &[&str] = &["MAXYEAR", "MINYEAR", "date", "datetime", "time", "timedelta", "tzinfo"];

/// A class of the machine's module; the classes live as long as the program.
fn class_of(machine: &PyObject, name: &'static str, vm: &VirtualMachine) -> Option<&'static Py<PyType>> {
    let class = machine.get_attr(name, vm).ok()?.downcast::<PyType>().ok()?;
    let kept: &'static PyTypeRef = Box::leak(Box::new(class));
    Some(kept)
}

/// Sets an attribute of a native class.
fn set(class: &Py<PyType>, name: &'static str, value: impl Into<PyObjectRef>, vm: &VirtualMachine) {
    class.set_attr(vm.ctx.intern_str(name), value.into());
    class.modified();
}

fn class_method(class: &Py<PyType>, name: &'static str, function: PyObjectRef, vm: &VirtualMachine) {
    set(class, name, PyClassMethod::from(function).into_ref(&vm.ctx), vm);
}

// ---- construction ------------------------------------------------------------------------------------------------

/// The constructors of the machine, by the order of [`constructors`].
static ORIGINAL: OnceLock<[Option<NewFunc>; 3]> = OnceLock::new();

fn construct(at: usize, class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let original = ORIGINAL.get().and_then(|original| original.get(at).copied().flatten());
    let Some(original) = original else { return Err(vm.new_system_error("datetime is not installed")) };
    // A pickled state: Python 2's own bytes are the machine's `bytes`.
    let mut args = args;
    if let Some(first) = args.args.first_mut()
        && let Some(state) = text::bytes_of(first).filter(|state| matches!(state.len(), 4 | 6 | 10))
    {
        *first = vm.ctx.new_bytes(state).into();
    }
    if args.args.iter().take(7).any(|arg| arg.downcastable::<PyFloat>()) {
        return Err(vm.new_type_error("integer argument expected, got float"));
    }
    original(class, with_ints(args, vm)?, vm).map_err(|error| in_old_words(error, vm))
}

static NEW_DELTA: OnceLock<Option<NewFunc>> = OnceLock::new();

fn new_delta(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let original = NEW_DELTA.get().copied().flatten();
    let Some(original) = original else { return Err(vm.new_system_error("datetime is not installed")) };
    original(class, args, vm).map_err(|error| in_old_words(error, vm))
}

fn constructors() -> [NewFunc; 3] {
    [
        |class, args, vm| construct(0, class, args, vm),
        |class, args, vm| construct(1, class, args, vm),
        |class, args, vm| construct(2, class, args, vm),
    ]
}

// ---- the time now ------------------------------------------------------------------------------------------------

fn now(class: PyObjectRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let zone = args.take_positional().or_else(|| args.take_keyword("tz"));
    let seconds = vm.ctx.new_float(clock::seconds());
    match zone.filter(|zone| !vm.is_none(zone)) {
        Some(zone) => vm.call_method(&class, "fromtimestamp", (seconds, zone)),
        None => vm.call_method(&class, "fromtimestamp", (seconds,)),
    }
}

fn utcnow(class: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    vm.call_method(&class, "utcfromtimestamp", (vm.ctx.new_float(clock::seconds()),))
}

fn today(class: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    vm.call_method(&class, "fromtimestamp", (vm.ctx.new_float(clock::seconds()),))
}

/// `fromtimestamp` and the like complain in Python 2's words.
fn check_timestamps(class: &'static Py<PyType>, name: &'static str, vm: &VirtualMachine) {
    let Some(original) = class.get_attr(vm.ctx.intern_str(name)) else { return };
    let function = move |class: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        if let Some(first) = args.args.first() {
            let is_number = first.downcast_ref::<PyFloat>().is_some() || first.downcast_ref::<PyInt>().is_some();
            if !is_number && names::special(first, vm.ctx.intern_str("__float__"), vm)?.is_none() {
                return Err(vm.new_type_error("a float is required"));
            }
        }
        let bound = match vm.call_get_descriptor_specific(&original, None, Some(&class)) {
            Some(bound) => bound?,
            None => original.clone(),
        };
        bound.call(args, vm).map_err(|error| in_old_words(error, vm))
    };
    class_method(class, name, vm.new_function(name, function).into(), vm);
}

/// `datetime.utcfromtimestamp(t)`. The machine's own warns that it is going to be removed.
fn utc_from_timestamp(class: PyObjectRef, utc: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [seconds] = args.args.as_slice() else {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("utcfromtimestamp() takes exactly 1 argument ({given} given)")));
    };
    let aware = vm.call_method(&class, "fromtimestamp", (seconds.clone(), utc.to_owned()))?;
    let mut naive = FuncArgs::default();
    naive.kwargs.insert("tzinfo".into(), vm.ctx.none());
    aware.get_attr("replace", vm)?.call(naive, vm)
}

// ---- texts -------------------------------------------------------------------------------------------------------

/// `datetime.timedelta(1, 2, 3)`: days, then seconds and microseconds if there are any.
fn delta_repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let part = |name: &'static str| -> PyResult<i64> { object.get_attr(name, vm)?.try_to_value(vm) };
    let (days, seconds, micros) = (part("days")?, part("seconds")?, part("microseconds")?);
    let values = match (seconds, micros) {
        (0, 0) => format!("{days}"),
        (_, 0) => format!("{days}, {seconds}"),
        _ => format!("{days}, {seconds}, {micros}"),
    };
    let class = object.class();
    let shown = if class.heaptype_ext().is_none() { "datetime.timedelta".into() } else { class.name().to_string() };
    Ok(vm.ctx.new_str(format!("{shown}({values})")))
}

/// `strftime` of years before 1900 is refused; byte strings are formatted as bytes.
fn wrap_strftime(class: &'static Py<PyType>, has_year: bool, vm: &VirtualMachine) {
    let Some(original) = class.get_attr(vm.ctx.intern_str("strftime")) else { return };
    let function = move |object: PyObjectRef, format: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        if !text::is_basestring(&format) {
            let kind = names::type_name_of(&format);
            return Err(
                vm.new_type_error(format!("strftime() argument 1 must be string or read-only buffer, not {kind}"))
            );
        }
        if has_year {
            let year: i64 = object.get_attr("year", vm)?.try_to_value(vm)?;
            if year < 1900 {
                return Err(vm.new_value_error(format!(
                    "year={year} is before 1900; the datetime strftime() methods require year >= 1900"
                )));
            }
        }
        let percents = |text: &[u8]| text.iter().rev().take_while(|byte| **byte == b'%').count();
        if text::bytes_of(&format).is_some_and(|text| percents(&text) % 2 == 1) {
            return Err(vm.new_value_error("strftime format ends with raw %"));
        }
        // The result is always bytes, whatever the format was.
        let format = vm.ctx.new_str(text::widen(&text::str_of(vm, &format)?).into_owned());
        let result = original.call((object, format), vm)?;
        Ok(text::bytes_of(&result).map_or(result, |bytes| text::new_str(vm, &bytes)))
    };
    set(class, "strftime", vm.new_method("strftime", class, function), vm);
}

/// `datetime.strptime(text, format)`.
fn strptime(class: PyObjectRef, date: PyObjectRef, format: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    for (value, position) in [(&date, 1), (&format, 2)] {
        if !text::is_basestring(value) {
            let kind = names::type_name_of(value);
            return Err(vm.new_type_error(format!("strptime() argument {position} must be string, not {kind}")));
        }
    }
    let module = crate::import::module(vm, "_strptime")?;
    let parsed = vm.call_method(&module, "_strptime", (date, format))?;
    let parsed: Vec<PyObjectRef> = parsed.try_to_value(vm)?;
    let [fields, fraction] = parsed.as_slice() else { return Err(vm.new_value_error("no date")) };
    let mut fields: Vec<PyObjectRef> = fields.try_to_value(vm)?;
    fields.truncate(6);
    fields.push(fraction.clone());
    class.call(fields, vm)
}

/// Changes the machine's classes.
fn patch(machine: &PyObject, vm: &VirtualMachine) {
    let [Some(date), Some(datetime), Some(time), Some(delta)] =
        ["date", "datetime", "time", "timedelta"].map(|name| class_of(machine, name, vm))
    else {
        return;
    };
    let classes = [date, datetime, time];
    let _ = ORIGINAL.set(classes.map(|class| class.slots().new.load()));
    for (class, function) in classes.into_iter().zip(constructors()) {
        class.slots().new.store(Some(function));
    }
    install(Classes { date, datetime, time, delta }, vm);
    let _ = NEW_DELTA.set(delta.slots().new.load());
    delta.slots().new.store(Some(new_delta));
    delta.slots().repr.store(Some(delta_repr));
    names::rewrap(delta, &["__repr__"], vm);
    class_method(datetime, "now", vm.new_function("now", now).into(), vm);
    class_method(datetime, "utcnow", vm.new_function("utcnow", utcnow).into(), vm);
    class_method(datetime, "strptime", vm.new_function("strptime", strptime).into(), vm);
    for class in [date, datetime] {
        check_timestamps(class, "fromtimestamp", vm);
        class_method(class, "today", vm.new_function("today", today).into(), vm);
    }
    if let Ok(utc) = machine.get_attr("timezone", vm).and_then(|timezone| timezone.get_attr("utc", vm)) {
        let function =
            move |class: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| utc_from_timestamp(class, &utc, args, vm);
        class_method(datetime, "utcfromtimestamp", vm.new_function("utcfromtimestamp", function).into(), vm);
    }
    for (class, has_year) in [(date, true), (datetime, true), (time, false)] {
        wrap_strftime(class, has_year, vm);
    }
}

/// Makes the module `datetime`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    static PATCHED: Once = Once::new();
    let module = modules::new(vm, "datetime");
    let Ok(machine) = crate::import::machine_module(vm, "datetime") else { return module };
    PATCHED.call_once(|| patch(&machine, vm));
    for name in NAMES {
        if let Ok(value) = machine.get_attr(*name, vm) {
            modules::set(vm, &module, name, value);
        }
    }
    module
}
