//! Calls with `**mapping`, and calls whose arguments Python 3 would evaluate in another order (`f(k=a(), *b())`).
//!
//! The lowering sends them through an intrinsic: the machine's own instructions for them make the text of a possible error
//! at every call, and know Python 3's rules only.

use rustpython_vm::builtins::{PyBoundMethod, PyDict, PyFunction, PyStr, PyTuple, PyType};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cell::RefCell;

use super::{attributes, classic, functions, intrinsics, names, text};

/// How CPython 2.7's messages name what is called (`PyEval_GetFuncName`, `PyEval_GetFuncDesc`).
fn shown(function: &PyObject, vm: &VirtualMachine) -> String {
    if let Some(class) = function.downcast_ref::<PyType>()
        && classic::is_classic(class)
    {
        return format!("{} constructor", class.name());
    }
    if classic::is_instance(function) {
        return format!("{} instance", function.class().name());
    }
    let types = &vm.ctx.types;
    let is_function = function.downcast_ref::<PyFunction>().is_some()
        || function.downcast_ref::<PyBoundMethod>().is_some()
        || function.downcast_ref::<functions::UnboundMethod>().is_some()
        || function.class().is(types.builtin_function_or_method_type);
    if is_function {
        return format!("{}()", functions::function_name(function, vm));
    }
    format!("{} object", names::type_name_of(function))
}

/// Who complains of keywords that are no strings: the Python function that runs in the end.
fn keywords_error(function: &PyObject, vm: &VirtualMachine) -> String {
    let name = if function.downcast_ref::<PyType>().is_some() {
        "__init__() ".to_owned()
    } else if function.class().is(vm.ctx.types.builtin_function_or_method_type) {
        String::new()
    } else {
        format!("{}() ", functions::function_name(function, vm))
    };
    format!("{name}keywords must be strings")
}

/// The items of what stands behind `**`.
fn mapping_items(
    function: &PyObject,
    mapping: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    if let Some(dict) = mapping.downcast_ref::<PyDict>() {
        return Ok(dict.items_vec());
    }
    let keys = match attributes::read(mapping, vm.ctx.intern_str("keys"), vm) {
        Ok(keys) => keys.call((), vm)?,
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => {
            let (function, got) = (shown(function, vm), names::type_name_of(mapping));
            return Err(vm.new_type_error(format!("{function} argument after ** must be a mapping, not {got}")));
        }
        Err(error) => return Err(error),
    };
    let keys = vm.extract_elements_with(&keys, Ok)?;
    keys.into_iter()
        .map(|key| {
            let value = mapping.get_item(&*key, vm)?;
            Ok((key, value))
        })
        .collect()
}

/// The items of what stands behind `*`.
fn sequence_items(function: &PyObject, sequence: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    if let Some(tuple) = sequence.downcast_ref::<PyTuple>() {
        return Ok(tuple.as_slice().to_vec());
    }
    vm.extract_elements_with(sequence, Ok).map_err(|error| {
        let slots = sequence.class().slots();
        let iterable = slots.iter.load().is_some()
            || slots.as_sequence.item.load().is_some()
            || slots.as_mapping.subscript.load().is_some();
        if iterable || !error.fast_isinstance(vm.ctx.exceptions.type_error) {
            return error;
        }
        let (function, got) = (shown(function, vm), names::type_name_of(sequence));
        vm.new_type_error(format!("{function} argument after * must be an iterable, not {got}"))
    })
}

/// `<call>(function, positional, keywords, star[, mapping])`: two tuples, the second of names and values in turn.
fn call(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [function, positional, keywords, star, mapping @ ..] = args.args.as_slice() else {
        return Err(vm.new_type_error("no function"));
    };
    let tuple =
        |object: &PyObject| object.downcast_ref::<PyTuple>().map(|items| items.as_slice().to_vec()).unwrap_or_default();
    let mut kwargs = KwArgs::default();
    let mut unicode_keys = Vec::new();
    if let Some(mapping) = mapping.first() {
        for (key, value) in mapping_items(function, mapping, vm)? {
            let Some(name) = key.downcast_ref::<PyStr>() else {
                return Err(vm.new_type_error(keywords_error(function, vm)));
            };
            if text::is_unicode(&key) {
                unicode_keys.push((key.clone(), value.clone()));
            }
            kwargs.insert(name.as_wtf8().to_owned(), value);
        }
    }
    let mut all = tuple(positional);
    all.extend(sequence_items(function, star, vm)?);
    for pair in tuple(keywords).chunks_exact(2) {
        let Some(name) = pair[0].downcast_ref::<PyStr>() else { continue };
        if kwargs.insert(name.as_wtf8().to_owned(), pair[1].clone()).is_some() {
            let function = shown(function, vm);
            return Err(vm.new_type_error(format!("{function} got multiple values for keyword argument '{name}'")));
        }
    }
    if unicode_keys.is_empty() {
        return function.call(FuncArgs::new(all, kwargs), vm);
    }
    let _passed = Passed::new(unicode_keys);
    let result = function.call(FuncArgs::new(all, kwargs), vm)?;
    if function.is(vm.ctx.types.dict_type)
        && let Some(dict) = result.downcast_ref::<PyDict>()
    {
        restore_unicode_keys(dict, vm)?;
    }
    Ok(result)
}

// ---- keys that are unicode --------------------------------------------------------------------------------------

/// Unicode keys and their values that a call passes.
type Keys = Vec<(PyObjectRef, PyObjectRef)>;

thread_local! {
    /// Those of the running calls, innermost last: the machine knows names of arguments only, but Python 2 hands the
    /// keys of a mapping over as they are.
    static PASSED: RefCell<Vec<Keys>> = const { RefCell::new(Vec::new()) };
}

/// Holds an entry of [`PASSED`] during a call.
struct Passed;

impl Passed {
    fn new(keys: Keys) -> Self {
        PASSED.with_borrow_mut(|passed| passed.push(keys));
        Self
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        // Outside of the borrow: a value may run code when it goes.
        drop(PASSED.with_borrow_mut(Vec::pop));
    }
}

/// Gives a dict that the machine made of keyword arguments the keys that the caller had.
fn restore_unicode_keys(dict: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(keys) = PASSED.with_borrow(|passed| passed.last().cloned()) else { return Ok(()) };
    let passed = |name: &PyStr, value: &PyObject| {
        keys.iter().find_map(|(key, passed)| {
            let same =
                passed.is(value) && key.downcast_ref::<PyStr>().is_some_and(|key| key.as_wtf8() == name.as_wtf8());
            same.then(|| key.clone())
        })
    };
    let mut items = dict.items_vec();
    let mut changed = false;
    for (key, value) in &mut items {
        if let Some(own) = key.downcast_ref::<PyStr>().and_then(|name| passed(name, value)) {
            *key = own;
            changed = true;
        }
    }
    if changed {
        vm.call_method(dict.as_object(), "clear", ())?;
        for (key, value) in items {
            dict.set_item(&*key, value, vm)?;
        }
    }
    Ok(())
}

/// `<keywords>(dict)`
fn keywords(dict: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    if PASSED.with_borrow(|passed| !passed.is_empty())
        && let Some(dict) = dict.downcast_ref::<PyDict>()
    {
        restore_unicode_keys(dict, vm)?;
    }
    Ok(true)
}

/// Registers the intrinsic.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(vm, intrinsics::KEYWORDS, keywords)?;
    intrinsics::add(vm, intrinsics::CALL, call)
}

#[cfg(test)]
mod tests {
    use crate::runtime::testing::run_python_2 as run;

    #[test]
    fn arguments_come_together() {
        let f = "def f(*a, **k): return a, sorted(k.items())\n";
        assert_eq!(run(&format!("{f}result = f(1, *[2], **{{'x': 3}})")), "((1, 2), [('x', 3)])");
        assert_eq!(run(&format!("{f}result = f(y=4, *(5,), **{{'x': 3}})")), "((5,), [('x', 3), ('y', 4)])");
    }

    #[test]
    fn keys_stay_unicode() {
        let f = "def f(**k): return sorted(k.items()), g(**k)\ndef g(a=0, **k): return k\n";
        assert_eq!(run(&format!("{f}result = f(b=1, **{{u'a': 2}})")), "([(u'a', 2), ('b', 1)], {'b': 1})");
        assert_eq!(run("result = (lambda **k: k)(**{u'k': 1}), dict(**{u'k': 1})"), "({u'k': 1}, {u'k': 1})");
    }

    #[test]
    fn keywords_are_evaluated_before_the_star() {
        let code = "seen = []\ndef note(x):\n  seen.append(x)\n  return [x]\n\
                    (lambda *a, **k: 0)(k=note(1), *note(2))\nresult = seen";
        assert_eq!(run(code), "[1, 2]");
    }

    #[test]
    fn errors_name_the_function() {
        let f = "def f(a=1): pass\n";
        let shown = |call: &str| run(&format!("{f}result = {call}"));
        assert_eq!(shown("f(**{1: 2})"), "TypeError: f() keywords must be strings");
        assert_eq!(shown("f(**5)"), "TypeError: f() argument after ** must be a mapping, not int");
        assert_eq!(shown("f(*5, **{})"), "TypeError: f() argument after * must be an iterable, not int");
        assert_eq!(shown("f(a=1, **{'a': 2})"), "TypeError: f() got multiple values for keyword argument 'a'");
    }
}
