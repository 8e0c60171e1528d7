//! `csv.DictReader` and `csv.DictWriter`: rows as dictionaries.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyList, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::reader::Reader;
use super::{dict_row, reader, row_dict, unknown, writer};
use crate::modules;
use crate::modules::objects::{call, get, set};
use crate::modules::python_function::{Body, Class, Function, Home, function, object_of};
use crate::runtime::{arguments, text};

const READER: &[Function] = &[
    Function { name: "__init__", parameters: &["self", "f"], defaults: &[], body: Body::Raw(init_reader) },
    function(
        "__iter__",
        &["self"],
        Body::Run(|_, values, vm| Ok(values.first().cloned().unwrap_or_else(|| vm.ctx.none()))),
    ),
    function("next", &["self"], Body::Run(next)),
];

static FIELD_NAMES: Function = function("fieldnames", &["self"], Body::Run(field_names));
static SET_FIELD_NAMES: Function = function(
    "fieldnames",
    &["self", "value"],
    Body::Run(|_, values, vm| {
        if let [this, value] = values {
            set(vm, this, "_fieldnames", value.clone())?;
        }
        Ok(vm.ctx.none())
    }),
);

const WRITER: &[Function] = &[
    Function {
        name: "__init__",
        parameters: &["self", "f", "fieldnames"],
        defaults: &[],
        body: Body::Raw(init_writer),
    },
    function("writeheader", &["self"], Body::Run(write_header)),
    function(
        "_dict_to_list",
        &["self", "rowdict"],
        Body::Run(|_, values, vm| match values {
            [this, row] => list_of(this, row, vm),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "writerow",
        &["self", "rowdict"],
        Body::Run(|_, values, vm| match values {
            [this, row] => {
                let row = call(vm, this, "_dict_to_list", (row.clone(),))?;
                call(vm, &*get(vm, this, "writer")?, "writerow", (row,))
            }
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "writerows",
        &["self", "rowdicts"],
        Body::Run(|_, values, vm| {
            let [this, rows] = values else { return Ok(vm.ctx.none()) };
            let rows = vm.extract_elements_with(rows, |row| call(vm, this, "_dict_to_list", (row,)))?;
            call(vm, &*get(vm, this, "writer")?, "writerows", (vm.ctx.new_list(rows),))
        }),
    ),
];

/// The named arguments of a constructor; what follows them goes to the reader or the writer.
fn split(
    vm: &VirtualMachine,
    mut args: FuncArgs,
    names: &[&str],
    needed: usize,
) -> PyResult<(Vec<Option<PyObjectRef>>, FuncArgs)> {
    let rest = args.args.split_off(args.args.len().min(names.len()));
    let mut further = FuncArgs::from(rest);
    let mut own = FuncArgs::from(args.args);
    for (name, value) in args.kwargs {
        let known = names.iter().any(|known| name.as_str().is_ok_and(|name| name == *known));
        if known {
            own.kwargs.insert(name, value)
        } else {
            further.kwargs.insert(name, value)
        };
    }
    Ok((arguments::of_python(vm, "__init__", own, names, needed)?, further))
}

fn init_reader(_home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["self", "f", "fieldnames", "restkey", "restval", "dialect"];
    let (values, mut further) = split(vm, args, &names, 2)?;
    let [Some(this), Some(file), names, key, value, dialect] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let or_none = |value: &Option<PyObjectRef>| value.clone().unwrap_or_else(|| vm.ctx.none());
    let dialect = dialect.clone().unwrap_or_else(|| vm.ctx.new_str("excel").into());
    set(vm, this, "_fieldnames", or_none(names))?;
    set(vm, this, "restkey", or_none(key))?;
    set(vm, this, "restval", or_none(value))?;
    further.args.splice(0..0, [file.clone(), dialect.clone()]);
    set(vm, this, "reader", reader::reader(further, vm)?)?;
    set(vm, this, "dialect", dialect)?;
    set(vm, this, "line_num", vm.ctx.new_int(0))?;
    Ok(vm.ctx.none())
}

/// The next row of the reader.
fn row(vm: &VirtualMachine, rows: &PyObjectRef) -> PyResult {
    if !rows.downcastable::<Reader>() {
        return call(vm, rows, "next", ());
    }
    match PyIter::new(rows.clone()).next(vm)? {
        PyIterReturn::Return(row) => Ok(row),
        PyIterReturn::StopIteration(value) => Err(vm.new_stop_iteration(value)),
    }
}

fn is_end(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    error.fast_isinstance(vm.ctx.exceptions.stop_iteration)
}

/// The names of the fields: those of the first row, if none were given.
fn field_names(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let rows = get(vm, this, "reader")?;
    if vm.is_none(&*get(vm, this, "_fieldnames")?) {
        match row(vm, &rows) {
            Ok(names) => set(vm, this, "_fieldnames", names)?,
            Err(error) if is_end(&error, vm) => {}
            Err(error) => return Err(error),
        }
    }
    set(vm, this, "line_num", get(vm, &rows, "line_num")?)?;
    get(vm, this, "_fieldnames")
}

fn next(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    if vm.bool_eq(&*get(vm, this, "line_num")?, vm.ctx.new_int(0).as_object())? {
        get(vm, this, "fieldnames")?;
    }
    let rows = get(vm, this, "reader")?;
    let mut found = row(vm, &rows)?;
    set(vm, this, "line_num", get(vm, &rows, "line_num")?)?;
    while found.downcast_ref::<PyList>().is_some_and(|row| row.borrow_vec().is_empty()) {
        found = row(vm, &rows)?;
    }
    row_dict(get(vm, this, "fieldnames")?, found, get(vm, this, "restkey")?, get(vm, this, "restval")?, vm)
}

fn init_writer(_home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let names = ["self", "f", "fieldnames", "restval", "extrasaction", "dialect"];
    let (values, mut further) = split(vm, args, &names, 3)?;
    let [Some(this), Some(file), Some(names), rest, extras, dialect] = values.as_slice() else {
        return Ok(vm.ctx.none());
    };
    let or = |value: &Option<PyObjectRef>, default: &str| -> PyObjectRef {
        value.clone().unwrap_or_else(|| vm.ctx.new_str(default).into())
    };
    set(vm, this, "fieldnames", names.clone())?;
    set(vm, this, "restval", or(rest, ""))?;
    let extras = or(extras, "raise");
    let lower = call(vm, &extras, "lower", ())?;
    if !matches!(arguments::plain(&lower), Some("raise" | "ignore")) {
        let words = "extrasaction (%s) must be 'raise' or 'ignore'";
        let message = modules::objects::format(vm, words, vec![extras])?;
        return Err(vm.new_exception(vm.ctx.exceptions.value_error.to_owned(), vec![message]));
    }
    set(vm, this, "extrasaction", extras)?;
    further.args.splice(0..0, [file.clone(), or(dialect, "excel")]);
    set(vm, this, "writer", writer::writer(further, vm)?)?;
    Ok(vm.ctx.none())
}

fn write_header(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let header = vm.ctx.new_dict();
    for name in vm.extract_elements_with(&*get(vm, this, "fieldnames")?, Ok)? {
        header.set_item(&*name, name.clone(), vm)?;
    }
    call(vm, this, "writerow", (header,))?;
    Ok(vm.ctx.none())
}

/// `_dict_to_list(self, rowdict)`
fn list_of(this: &PyObject, row: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let names = get(vm, this, "fieldnames")?;
    if arguments::plain(&*get(vm, this, "extrasaction")?) == Some("raise") {
        let wrong = unknown(row.clone(), names.clone(), vm)?;
        let wrong = vm.extract_elements_with(&wrong, |name| {
            Ok(String::from_utf8_lossy(&text::repr_of(vm, &name)?).into_owned())
        })?;
        if !wrong.is_empty() {
            return Err(vm.new_value_error(format!("dict contains fields not in fieldnames: {}", wrong.join(", "))));
        }
    }
    dict_row(row.clone(), names, get(vm, this, "restval")?, vm)
}

/// Puts the two classes into the module.
pub fn fill(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let getter = object_of(vm, &FIELD_NAMES, &home, "csv");
    let setter = object_of(vm, &SET_FIELD_NAMES, &home, "csv");
    let property = vm.ctx.types.property_type.as_object().call((getter, setter), vm)?;
    let make = |name: &'static str, functions, values, doc| -> PyResult<()> {
        let class = Class { name, module: "csv", bases: Vec::new(), functions, values, doc: Some(doc) };
        modules::set(vm, module, name, class.make(&home, false, vm)?);
        Ok(())
    };
    make("DictReader", READER, vec![("fieldnames", property)], "Rows as dictionaries.")?;
    make("DictWriter", WRITER, Vec::new(), "Writes dictionaries as rows.")
}
