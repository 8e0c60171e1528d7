//! Arguments of native functions, checked in CPython 2.7's words (`PyArg_ParseTuple` and its kin).

use std::borrow::Cow;

use super::{names, text};
use rustpython_vm::builtins::{PyFloat, PyInt, PyStr, PyUtf8Str};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{BufferFlags, PyBuffer};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Refuses keyword arguments.
pub fn no_keywords(vm: &VirtualMachine, name: &str, args: &FuncArgs) -> PyResult<()> {
    if args.kwargs.is_empty() {
        return Ok(());
    }
    Err(vm.new_type_error(format!("{name}() takes no keyword arguments")))
}

/// `PyArg_ParseTuple`: between `min` and `max` positional arguments.
pub fn count(vm: &VirtualMachine, name: &str, args: &FuncArgs, min: usize, max: usize) -> PyResult<()> {
    no_keywords(vm, name, args)?;
    count_only(vm, name, args.args.len(), min, max)
}

/// [`count`] where keywords were dealt with before.
pub fn count_only(vm: &VirtualMachine, name: &str, given: usize, min: usize, max: usize) -> PyResult<()> {
    if (min..=max).contains(&given) {
        return Ok(());
    }
    if max == 0 {
        return Err(vm.new_type_error(format!("{name}() takes no arguments ({given} given)")));
    }
    let (bound, wanted) = match (min == max, given < min) {
        (true, _) => ("exactly", min),
        (false, true) => ("at least", min),
        (false, false) => ("at most", max),
    };
    let plural = if wanted == 1 { "" } else { "s" };
    Err(vm.new_type_error(format!("{name}() takes {bound} {wanted} argument{plural} ({given} given)")))
}

/// `METH_NOARGS`.
pub fn none(vm: &VirtualMachine, name: &str, args: &FuncArgs) -> PyResult<()> {
    count(vm, name, args, 0, 0)
}

/// `METH_O`.
pub fn one<'a>(vm: &VirtualMachine, name: &str, args: &'a FuncArgs) -> PyResult<&'a PyObject> {
    no_keywords(vm, name, args)?;
    match args.args.as_slice() {
        [only] => Ok(only),
        other => Err(vm.new_type_error(format!("{name}() takes exactly one argument ({} given)", other.len()))),
    }
}

/// `PyArg_UnpackTuple`: between `min` and `max` positional arguments, in other words than [`count`]'s.
pub fn unpack(vm: &VirtualMachine, name: &str, args: &FuncArgs, min: usize, max: usize) -> PyResult<()> {
    no_keywords(vm, name, args)?;
    let given = args.args.len();
    if (min..=max).contains(&given) {
        return Ok(());
    }
    let (bound, wanted) = match (min == max, given < min) {
        (true, _) => ("", min),
        (false, true) => ("at least ", min),
        (false, false) => ("at most ", max),
    };
    Err(vm.new_type_error(format!("{name} expected {bound}{wanted} arguments, got {given}")))
}

/// The arguments of [`unpack`].
pub fn unpacked(vm: &VirtualMachine, name: &str, args: FuncArgs, min: usize, max: usize) -> PyResult<Vec<PyObjectRef>> {
    unpack(vm, name, &args, min, max)?;
    Ok(args.args)
}

/// The argument of [`one`].
pub fn only(vm: &VirtualMachine, name: &str, mut args: FuncArgs) -> PyResult {
    one(vm, name, &args)?;
    Ok(args.args.swap_remove(0))
}

/// An argument with the code `n` or `i`.
pub fn integer(vm: &VirtualMachine, object: &PyObject) -> PyResult<isize> {
    if object.downcastable::<PyFloat>() {
        return Err(vm.new_type_error("integer argument expected, got float"));
    }
    let Some(int) = object.downcast_ref::<PyInt>().map(|int| int.to_owned()).or_else(|| object.try_index(vm).ok())
    else {
        return Err(vm.new_type_error("an integer is required"));
    };
    isize::try_from(int.as_bigint()).map_err(|_| vm.new_overflow_error("Python int too large to convert to C long"))
}

/// An argument with the code `l` or `i`: `__int__` will do, `__index__` will not.
pub fn c_long(vm: &VirtualMachine, object: &PyObject) -> PyResult<isize> {
    let converted;
    let int = match object.downcast_ref::<PyInt>() {
        Some(int) => int,
        None if object.downcastable::<PyFloat>() => {
            return Err(vm.new_type_error("integer argument expected, got float"));
        }
        None => {
            let Some(convert) = object.class().slots().as_number.int.load() else {
                return Err(vm.new_type_error("an integer is required"));
            };
            converted = convert(object.number(), vm)?;
            converted.downcast_ref::<PyInt>().ok_or_else(|| vm.new_type_error("nb_int should return int object"))?
        }
    };
    isize::try_from(int.as_bigint()).map_err(|_| vm.new_overflow_error("Python int too large to convert to C long"))
}

/// A bound of `find` and its kin: an integer or None; too large ones saturate.
pub fn bound(vm: &VirtualMachine, object: Option<&PyObjectRef>, default: isize) -> PyResult<isize> {
    let Some(object) = object.filter(|object| !vm.is_none(object)) else { return Ok(default) };
    let index = match object.downcast_ref::<PyInt>() {
        Some(int) => int.to_owned(),
        None if object.class().slots().as_number.index.load().is_some() => object.try_index(vm)?,
        None => {
            return Err(vm.new_type_error("slice indices must be integers or None or have an __index__ method"));
        }
    };
    let big = index.as_bigint();
    let limit = if big.sign() == malachite_bigint::Sign::Minus { isize::MIN } else { isize::MAX };
    Ok(isize::try_from(big).unwrap_or(limit))
}

/// The bounds of a search in a sequence of a length (`ADJUST_INDICES`).
pub fn adjust(start: isize, end: isize, length: usize) -> (usize, usize) {
    let length = isize::try_from(length).unwrap_or(isize::MAX);
    let wrap = |index: isize| if index < 0 { index.saturating_add(length).max(0) } else { index };
    (wrap(start).unsigned_abs(), wrap(end.min(length)).unsigned_abs())
}

/// An argument with the code `s`: a name of a codec or the like, without NULs.
pub fn name(vm: &VirtualMachine, function: &str, position: usize, object: &PyObject) -> PyResult<String> {
    match super::text::wtf8_of(vm, object)? {
        Some(text) => Ok(text.to_string_lossy().into_owned()),
        None => Err(vm.new_type_error(format!(
            "{function}() argument {position} must be string, not {}",
            names::type_name_of(object)
        ))),
    }
}

/// An argument with the code `s*`: the bytes of a string or a buffer, unicode by the default codec. `place` begins the
/// message about other types (`"crc32() argument 1 must be"`).
pub fn octets<'a>(vm: &VirtualMachine, place: &str, object: &'a PyObject) -> PyResult<Cow<'a, [u8]>> {
    if let Some(string) = object.downcast_ref::<PyStr>() {
        return if text::is_unicode(object) {
            text::encode_default(vm, string.as_wtf8())
        } else {
            Ok(text::narrow(string.as_wtf8()))
        };
    }
    if let Some(bytes) = text::bytes_of(object) {
        return Ok(Cow::Owned(bytes));
    }
    if let Ok(buffer) = PyBuffer::from_object(vm, object, BufferFlags::SIMPLE) {
        return Ok(Cow::Owned(buffer.contiguous_or_collect(<[u8]>::to_vec)));
    }
    let kind = if vm.is_none(object) { "None".into() } else { names::type_name_of(object) };
    Err(vm.new_type_error(format!("{place} string or buffer, not {kind}")))
}

/// Keyword and positional arguments of a function with named parameters (`PyArg_ParseTupleAndKeywords`).
pub fn named(
    vm: &VirtualMachine,
    function: &str,
    args: FuncArgs,
    parameters: &[&str],
    required: usize,
) -> PyResult<Vec<Option<PyObjectRef>>> {
    let given = args.args.len() + args.kwargs.len();
    let wrong = |bound: &str, wanted: usize| {
        let plural = if wanted == 1 { "" } else { "s" };
        vm.new_type_error(format!("{function}() takes {bound} {wanted} argument{plural} ({given} given)"))
    };
    if given > parameters.len() {
        let bound = if required == parameters.len() { "exactly" } else { "at most" };
        return Err(wrong(bound, parameters.len()));
    }
    let mut values: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
    values.resize(parameters.len(), None);
    for (key, value) in args.kwargs {
        let key = key.to_string();
        match parameters.iter().position(|parameter| *parameter == key) {
            Some(index) if values[index].is_some() => {
                return Err(vm.new_type_error(format!("Argument given by name ('{key}') and position ({})", index + 1)));
            }
            Some(index) => values[index] = Some(value),
            None => {
                return Err(vm.new_type_error(format!("'{key}' is an invalid keyword argument for this function")));
            }
        }
    }
    if let Some(missing) = values.iter().take(required).position(Option::is_none) {
        if given < required {
            let bound = if required == parameters.len() { "exactly" } else { "at least" };
            return Err(wrong(bound, required));
        }
        return Err(vm.new_type_error(format!(
            "Required argument '{}' (pos {}) not found",
            parameters[missing],
            missing + 1
        )));
    }
    Ok(values)
}

/// Arguments of a function that CPython's library has in Python, with the messages that such a function gives.
pub fn of_python(
    vm: &VirtualMachine,
    function: &str,
    args: FuncArgs,
    parameters: &[&str],
    required: usize,
) -> PyResult<Vec<Option<PyObjectRef>>> {
    let count = parameters.len();
    let given = args.args.len() + args.kwargs.len();
    let wrong = || {
        let (bound, wanted) = match (required == count, given > count) {
            (true, _) => ("exactly", count),
            (false, true) => ("at most", count),
            (false, false) => ("at least", required),
        };
        let plural = if wanted == 1 { "" } else { "s" };
        vm.new_type_error(format!("{function}() takes {bound} {wanted} argument{plural} ({given} given)"))
    };
    if args.args.len() > count {
        return Err(wrong());
    }
    let mut values: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
    values.resize(count, None);
    for (key, value) in args.kwargs {
        let key = key.to_string();
        match parameters.iter().position(|name| *name == key).and_then(|index| values.get_mut(index)) {
            Some(slot) if slot.is_none() => *slot = Some(value),
            Some(_) => {
                let message = format!("{function}() got multiple values for keyword argument '{key}'");
                return Err(vm.new_type_error(message));
            }
            None => {
                let message = format!("{function}() got an unexpected keyword argument '{key}'");
                return Err(vm.new_type_error(message));
            }
        }
    }
    if values.iter().take(required).any(Option::is_none) {
        return Err(wrong());
    }
    Ok(values)
}

/// The string as native text, where only ASCII makes sense.
pub fn plain(object: &PyObject) -> Option<&str> {
    object.downcast_ref::<PyUtf8Str>().map(|text| text.as_str())
}

/// Binds the arguments of a method that stands in for one written in Python: the messages are those of a Python
/// function with these parameters after `self`, of which the first `required` have no default.
pub fn bind<const N: usize>(
    vm: &VirtualMachine,
    name: &str,
    parameters: [&str; N],
    required: usize,
    args: FuncArgs,
) -> PyResult<[Option<PyObjectRef>; N]> {
    let given = args.args.len() + args.kwargs.len() + 1;
    let complaint = |bound: &str, wanted: usize, given: usize| {
        let plural = if wanted == 1 { "" } else { "s" };
        vm.new_type_error(format!("{name}() takes {bound} {wanted} argument{plural} ({given} given)"))
    };
    if args.args.len() > N {
        return Err(complaint(if required < N { "at most" } else { "exactly" }, N + 1, given));
    }
    let mut bound = [const { None }; N];
    for (slot, value) in bound.iter_mut().zip(args.args) {
        *slot = Some(value);
    }
    for (keyword, value) in args.kwargs {
        let keyword = keyword.to_string();
        let Some(slot) = parameters.iter().zip(bound.iter_mut()).find(|(known, _)| **known == keyword) else {
            return Err(vm.new_type_error(format!("{name}() got an unexpected keyword argument '{keyword}'")));
        };
        if slot.1.replace(value).is_some() {
            return Err(vm.new_type_error(format!("{name}() got multiple values for keyword argument '{keyword}'")));
        }
    }
    if bound.iter().take(required).any(Option::is_none) {
        let filled = bound.iter().filter(|value| value.is_some()).count();
        return Err(complaint(if required < N { "at least" } else { "exactly" }, required + 1, filled + 1));
    }
    Ok(bound)
}
