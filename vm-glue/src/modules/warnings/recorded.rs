//! `catch_warnings`, and the warnings that it records.

use std::sync::Arc;

use rustpython_vm::builtins::{PyList, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::percent;
use crate::import;
use crate::modules;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, with_defaults};
use crate::modules::receiver::{Receiver, global};
use crate::runtime::text;

crate::interned_names! {
    record = "_record",
    module = "_module",
    entered = "_entered",
    filters = "_filters",
    showwarning = "_showwarning",
}

const DETAILS: &[&str] = &["message", "category", "filename", "lineno", "file", "line"];

static WARNING_MESSAGE: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "message", "category", "filename", "lineno", "file", "line"],
        &[Given::None, Given::None],
        Body::Run(init_message),
    ),
    function("__str__", &["self"], Body::Run(message_text)),
];

static CATCH_WARNINGS: &[Function] = &[
    with_defaults("__init__", &["self", "record", "module"], &[Given::Bool(false), Given::None], Body::Run(init)),
    function("__repr__", &["self"], Body::Run(repr)),
    function("__enter__", &["self"], Body::Run(enter)),
    function("__exit__", &["self", "*exc_info"], Body::Raw(exit)),
];

fn init_message(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some((this, details)) = values.split_first() else { return Ok(vm.ctx.none()) };
    for (name, value) in DETAILS.iter().zip(details) {
        this.set_attr(vm.ctx.intern_str(*name), value.clone(), vm)?;
    }
    let category = match details.get(1) {
        Some(category) if category.clone().try_to_bool(vm)? => category.get_attr("__name__", vm)?,
        _ => vm.ctx.none(),
    };
    this.set_attr("_category_name", category, vm)?;
    Ok(vm.ctx.none())
}

fn message_text(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let shown = ["message", "_category_name", "filename", "lineno", "line"].map(|name| this.get_attr(name, vm));
    let shown = shown.into_iter().collect::<PyResult<Vec<_>>>()?;
    percent(vm, "{message : %r, category : %r, filename : %r, lineno : %s, line : %r}", shown)
}

// ---- catch_warnings ------------------------------------------------------------------------------------------------

fn warnings(vm: &VirtualMachine) -> PyResult {
    let name: PyObjectRef = vm.ctx.new_str("warnings").into();
    match import::modules(vm)?.get_item_opt(&*name, vm)? {
        Some(module) => Ok(module),
        None => Err(vm.new_key_error(name)),
    }
}

fn init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, record, module] = values else { return Ok(vm.ctx.none()) };
    let this = Receiver::new(home, this, vm);
    let names = names(vm);
    this.set(names.record, record.clone())?;
    this.set(names.module, if vm.is_none(module) { warnings(vm)? } else { module.clone() })?;
    this.set(names.entered, vm.ctx.new_bool(false))?;
    Ok(vm.ctx.none())
}

fn shown(this: &PyObject, home: &Home, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let own = Receiver::new(home, this, vm);
    let mut parts = Vec::new();
    if own.is_true(names(vm).record)? {
        parts.push(b"record=True".to_vec());
    }
    let module = own.get(names(vm).module)?;
    if !module.is(&warnings(vm)?) {
        let mut part = b"module=".to_vec();
        part.extend(text::repr_of(vm, &module)?);
        parts.push(part);
    }
    let class: PyObjectRef = this.class().to_owned().into();
    let mut out = text::str_of(vm, &*class.get_attr("__name__", vm)?)?;
    out.push(b'(');
    out.extend(parts.join(&b", "[..]));
    out.push(b')');
    Ok(out)
}

fn repr(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    Ok(text::new_str(vm, &shown(this, home, vm)?))
}

fn enter(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let own = Receiver::new(home, this, vm);
    let names = names(vm);
    if own.is_true(names.entered)? {
        let own = text::str_of(vm, &*repr(home, values, vm)?)?;
        return Err(vm.new_runtime_error(format!("Cannot enter {} twice", text::widen(&own))));
    }
    own.set(names.entered, vm.ctx.new_bool(true))?;
    let module = own.get(names.module)?;
    let filters = module.get_attr("filters", vm)?;
    own.set(names.filters, filters.clone())?;
    module.set_attr("filters", vm.ctx.new_list(vm.extract_elements_with(&filters, Ok)?), vm)?;
    own.set(names.showwarning, module.get_attr("showwarning", vm)?)?;
    if !own.is_true(names.record)? {
        return Ok(vm.ctx.none());
    }
    let log = vm.ctx.new_list(Vec::new());
    let class = global(home, "WarningMessage", vm)?;
    let kept = log.clone();
    let record = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> {
        let message = class.call(args, vm)?;
        let log: &Py<PyList> = &kept;
        log.borrow_vec_mut().push(message);
        Ok(())
    };
    module.set_attr("showwarning", vm.new_function("showwarning", record), vm)?;
    Ok(log.into())
}

fn exit(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(this) = args.args.first() else {
        return Err(vm.new_type_error("__exit__() takes at least 1 argument (0 given)"));
    };
    let own = Receiver::new(home, this, vm);
    let names = names(vm);
    if !own.is_true(names.entered)? {
        let shown = shown(this, home, vm)?;
        return Err(vm.new_runtime_error(format!("Cannot exit {} without entering first", text::widen(&shown))));
    }
    let module = own.get(names.module)?;
    module.set_attr("filters", own.get(names.filters)?, vm)?;
    module.set_attr("showwarning", own.get(names.showwarning)?, vm)?;
    Ok(vm.ctx.none())
}

/// Puts the classes into the module.
pub fn fill(module: &Py<PyModule>, home: &Arc<Home>, vm: &VirtualMachine) -> PyResult<()> {
    let details = DETAILS.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    let object: PyObjectRef = vm.ctx.types.object_type.to_owned().into();
    let message = Class {
        name: "WarningMessage",
        module: "warnings",
        bases: vec![object.clone()],
        functions: WARNING_MESSAGE,
        values: vec![("_WARNING_DETAILS", vm.ctx.new_tuple(details).into())],
        doc: Some("A warning that was recorded instead of shown."),
    };
    modules::set(vm, module, "WarningMessage", message.make(home, true, vm)?);
    let catch = Class {
        name: "catch_warnings",
        module: "warnings",
        bases: vec![object],
        functions: CATCH_WARNINGS,
        values: Vec::new(),
        doc: Some(
            "Inside of the `with`, filters and showwarning can be changed; with `record`, warnings go to a list.",
        ),
    };
    modules::set(vm, module, "catch_warnings", catch.make(home, true, vm)?);
    Ok(())
}
