//! The module `_csv`, on which `csv` stands: rows of fields in text files.

mod dialect;
mod reader;
mod rows;
mod writer;

use std::sync::atomic::Ordering;

use rustpython_vm::builtins::{PyDict, PyInt, PyList, PyModule, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::arguments;

/// `field_size_limit([limit])`
fn field_size_limit(args: FuncArgs, vm: &VirtualMachine) -> PyResult<i64> {
    arguments::unpack(vm, "field_size_limit", &args, 0, 1)?;
    let before = reader::FIELD_LIMIT.load(Ordering::Relaxed);
    if let Some(limit) = args.args.first() {
        if !limit.downcastable::<PyInt>() {
            return Err(vm.new_type_error("limit must be an integer"));
        }
        reader::FIELD_LIMIT.store(arguments::c_long(vm, limit)? as i64, Ordering::Relaxed);
    }
    Ok(before)
}

/// `row_dict(names, row, restkey, restval)`: the row of a DictReader.
fn row_dict(
    names: PyObjectRef,
    row: PyObjectRef,
    rest_key: PyObjectRef,
    rest_value: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    let names = vm.extract_elements_with(&names, Ok)?;
    let row = vm.extract_elements_with(&row, Ok)?;
    let dict = vm.ctx.new_dict();
    for (name, value) in names.iter().zip(&row) {
        dict.set_item(&**name, value.clone(), vm)?;
    }
    if let Some(rest) = row.get(names.len()..).filter(|rest| !rest.is_empty()) {
        dict.set_item(&*rest_key, vm.ctx.new_list(rest.to_vec()).into(), vm)?;
    }
    for name in names.iter().skip(row.len()) {
        dict.set_item(&**name, rest_value.clone(), vm)?;
    }
    Ok(dict.into())
}

/// `dict_row(dict, names, restval)`: the row of a DictWriter, and the keys that have no place in it.
fn dict_row(dict: PyObjectRef, names: PyObjectRef, rest: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let names = vm.extract_elements_with(&names, Ok)?;
    let mut row = Vec::with_capacity(names.len());
    let Some(plain) = dict.downcast_ref_if_exact::<PyDict>(vm) else {
        for name in names {
            row.push(vm.call_method(&dict, "get", (name, rest.clone()))?);
        }
        return Ok(vm.ctx.new_list(row).into());
    };
    for name in names {
        row.push(plain.to_owned().get_item_opt(&*name, vm)?.unwrap_or_else(|| rest.clone()));
    }
    Ok(vm.ctx.new_list(row).into())
}

/// `unknown(dict, names)`: the keys that are not among the names.
fn unknown(dict: PyObjectRef, names: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let mut found = Vec::new();
    if let Some(list) = names.downcast_ref_if_exact::<PyList>(vm)
        && let Some(plain) = dict.downcast_ref_if_exact::<PyDict>(vm)
        && plain.__len__() <= list.borrow_vec().len()
    {
        let known = list.borrow_vec().to_vec();
        let mut count = 0;
        for name in &known {
            count += usize::from(plain.to_owned().get_item_opt(&**name, vm)?.is_some());
        }
        if count >= plain.__len__() {
            return Ok(vm.ctx.new_list(found).into());
        }
    }
    for key in vm.extract_elements_with(&dict, Ok)? {
        if !vm._contains(&names, &key)? {
            found.push(key);
        }
    }
    Ok(vm.ctx.new_list(found).into())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _: (PyTypeRef, PyTypeRef) = (reader::Reader::make_static_type(), writer::Writer::make_static_type());
    let module = modules::new(vm, "_csv");
    modules::set(vm, &module, "__version__", vm.ctx.new_str("1.0"));
    modules::set(vm, &module, "Dialect", dialect::Dialect::make_static_type());
    modules::set(vm, &module, "Error", dialect::error_type(vm));
    for (name, quoting) in dialect::Quoting::ALL {
        modules::set(vm, &module, name, vm.ctx.new_int(quoting as usize));
    }
    modules::set_function(vm, &module, "reader", reader::reader);
    modules::set_function(vm, &module, "writer", writer::writer);
    modules::set_function(vm, &module, "register_dialect", dialect::register);
    modules::set_function(vm, &module, "unregister_dialect", dialect::unregister);
    let get = |name: PyObjectRef, vm: &VirtualMachine| dialect::registered(vm, &name);
    modules::set_function(vm, &module, "get_dialect", get);
    modules::set_function(vm, &module, "list_dialects", dialect::list);
    modules::set_function(vm, &module, "field_size_limit", field_size_limit);
    if let Err(error) = rows::fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
