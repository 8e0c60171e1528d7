//! The counting of `Counter`.

use rustpython_vm::builtins::PyDict;
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

/// `count_elements(mapping, iterable)`: one more for every item.
pub fn count_elements(mapping: PyObjectRef, iterable: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let items = PyIter::try_from_object(vm, iterable)?;
    let one = vm.ctx.new_int(1);
    let same = |name: &'static str| {
        let name = vm.ctx.intern_str(name);
        let (own, dict) = (mapping.class().get_attr(name), vm.ctx.types.dict_type.get_attr(name));
        own.zip(dict).is_some_and(|(own, dict)| own.is(&dict))
    };
    let dict = mapping.downcast_ref::<PyDict>().filter(|_| same("get") && same("__setitem__"));
    let Some(dict) = dict else {
        let get = mapping.get_attr("get", vm)?;
        let zero: PyObjectRef = vm.ctx.new_int(0).into();
        while let PyIterReturn::Return(item) = items.next(vm)? {
            let count = get.call((item.clone(), zero.clone()), vm)?;
            mapping.set_item(&*item, vm._add(&count, one.as_object())?, vm)?;
        }
        return Ok(());
    };
    while let PyIterReturn::Return(item) = items.next(vm)? {
        let count = match dict.inner_getitem_opt(&*item, vm)? {
            Some(count) => vm._add(&count, one.as_object())?,
            None => one.clone().into(),
        };
        dict.inner_setitem(&*item, count, vm)?;
    }
    Ok(())
}

/// The items of a mapping, as its own methods give them where it is no plain dict.
fn items_of(mapping: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    match mapping.downcast_ref::<PyDict>() {
        Some(dict) => Ok(dict.items_vec()),
        None => Err(vm.new_type_error("a Counter is required")),
    }
}

/// Which of two counts, or what becomes of both.
fn joined(operator: &str, a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match operator {
        "+" => vm._add(a, b),
        "-" => vm._sub(a, b),
        _ => {
            let less = a.rich_compare_bool(b, PyComparisonOp::Lt, vm)?;
            Ok(if less == (operator == "|") { b.to_owned() } else { a.to_owned() })
        }
    }
}

/// `combined(operator, a, b, result)`: enters the positive counts into the result.
pub fn combined(
    operator: PyObjectRef,
    a: PyObjectRef,
    b: PyObjectRef,
    result: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    let operator = crate::runtime::text::text_of(vm, &operator)?.unwrap_or_default();
    let zero = vm.ctx.new_int(0);
    let own = |dict: &PyObject| -> PyResult<bool> { Ok(dict.downcastable::<PyDict>()) };
    if !own(&a)? || !own(&b)? {
        return Err(vm.new_type_error("a Counter is required"));
    }
    let count_in = |mapping: &PyObject, key: &PyObject| -> PyResult {
        match mapping.downcast_ref::<PyDict>().map(|dict: &Py<PyDict>| dict.inner_getitem_opt(key, vm)).transpose()? {
            Some(Some(count)) => Ok(count),
            _ => mapping.get_item(key, vm),
        }
    };
    for (key, count) in items_of(&a, vm)? {
        let count = joined(&operator, &count, &*count_in(&b, &key)?, vm)?;
        if count.rich_compare_bool(zero.as_object(), PyComparisonOp::Gt, vm)? {
            result.set_item(&*key, count, vm)?;
        }
    }
    if operator == "&" {
        return Ok(result);
    }
    for (key, count) in items_of(&b, vm)? {
        if vm._contains(&a, &key)? {
            continue;
        }
        if operator == "-" {
            if count.rich_compare_bool(zero.as_object(), PyComparisonOp::Lt, vm)? {
                result.set_item(&*key, vm._sub(zero.as_object(), &count)?, vm)?;
            }
        } else if count.rich_compare_bool(zero.as_object(), PyComparisonOp::Gt, vm)? {
            result.set_item(&*key, count, vm)?;
        }
    }
    Ok(result)
}
