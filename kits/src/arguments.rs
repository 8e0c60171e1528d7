//! The keyword arguments of a call that a request makes, and their conversion (`spec/protocol.md` §2.3,
//! `spec/objects.md` §7.5).

use rustpython_vm::builtins::{PyBaseExceptionRef, PyTuple, PyType};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::{restricted, text};

use crate::json_text;
use crate::names_in_code::NamesInCode;
use crate::plugin::Plugin;

/// The text that stands for None in generated URLs.
pub const NONE: &str = "__NONE__";

/// Why arguments could not be converted; a request then counts as not found.
#[derive(Debug)]
pub struct Unconvertible {
    pub argument: String,
    pub exception: PyBaseExceptionRef,
}

/// Keyword arguments in order.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    entries: Vec<(String, PyObjectRef)>,
}

impl Arguments {
    pub fn get(&self, name: &str) -> Option<&PyObjectRef> {
        self.entries.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// Adds or replaces an argument.
    pub fn set(&mut self, name: impl Into<String>, value: PyObjectRef) {
        let name = name.into();
        match self.entries.iter_mut().find(|(n, _)| *n == name) {
            Some((_, slot)) => *slot = value,
            None => self.entries.push((name, value)),
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<PyObjectRef> {
        let index = self.entries.iter().position(|(n, _)| n == name)?;
        Some(self.entries.remove(index).1)
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &PyObjectRef)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// An argument as text; None where it is missing, None or no string.
    pub fn text(&self, vm: &VirtualMachine, name: &str) -> Option<String> {
        let value = self.get(name).filter(|value| !vm.is_none(value))?;
        text::text_of(vm, value).ok().flatten()
    }

    /// As the arguments of a Python call.
    pub fn into_call(self) -> FuncArgs {
        let keywords: KwArgs = self.entries.into_iter().collect();
        FuncArgs::new(Vec::new(), keywords)
    }

    /// Turns `__NONE__` into None and applies the types that the route declares.
    pub fn apply_declared_types(
        &mut self,
        vm: &VirtualMachine,
        types: &[(String, PyObjectRef)],
    ) -> Result<(), Unconvertible> {
        let mut stand_for_none = Vec::new();
        for (name, value) in &mut self.entries {
            if text::text_of(vm, value).ok().flatten().as_deref() == Some(NONE) {
                *value = vm.ctx.none();
                stand_for_none.push(name.clone());
            }
        }
        for (name, value) in &mut self.entries {
            let Some((_, declared)) = types.iter().find(|(n, _)| n == name) else { continue };
            if stand_for_none.contains(name) {
                continue;
            }
            match apply_type(vm, value, declared) {
                Ok(converted) => *value = converted,
                Err(exception) => return Err(Unconvertible { argument: name.clone(), exception }),
            }
        }
        Ok(())
    }

    /// Converts arguments by the types of the function's defaults.
    pub fn apply_default_types(
        &mut self,
        vm: &VirtualMachine,
        plugin: &Plugin,
        function: &PyObject,
    ) -> Result<(), Unconvertible> {
        let Some((names, defaults)) = names_and_defaults(vm, plugin, function) else { return Ok(()) };
        let tail = names.len().saturating_sub(defaults.len());
        for (name, default) in
            names.iter().skip(tail).zip(defaults.iter().skip(defaults.len().saturating_sub(names.len())))
        {
            let Some((_, value)) = self.entries.iter_mut().find(|(n, _)| n == name) else { continue };
            match like_default(vm, value, default) {
                Ok(converted) => *value = converted,
                Err(exception) => return Err(Unconvertible { argument: name.clone(), exception }),
            }
        }
        Ok(())
    }
}

/// Applies a declared type to a value of a request.
fn apply_type(vm: &VirtualMachine, value: &PyObject, declared: &PyObject) -> PyResult {
    let types = &vm.ctx.types;
    if declared.is(types.bool_type) {
        let truth = text::text_of(vm, value)?.as_deref() == Some("1");
        return Ok(vm.ctx.new_bool(truth).into());
    }
    if [types.list_type, types.tuple_type, types.dict_type].iter().any(|t| declared.is(*t)) {
        let Some(text) = text::text_of(vm, value)? else {
            return Err(vm.new_type_error("expected string or buffer"));
        };
        return declared.call((json_text::loads(vm, &text)?,), vm);
    }
    declared.call((value.to_owned(),), vm)
}

/// Converts a value to the type of the default that the original takes for its parameter's.
fn like_default(vm: &VirtualMachine, value: &PyObject, default: &PyObject) -> PyResult {
    let types = &vm.ctx.types;
    let exact = |class: &rustpython_vm::Py<PyType>| default.class().is(class);
    if exact(types.bool_type) {
        let truth = match text::text_of(vm, value)? {
            Some(text) => text == "1" || text.eq_ignore_ascii_case("true"),
            None => value.is(&vm.ctx.true_value),
        };
        return Ok(vm.ctx.new_bool(truth).into());
    }
    if exact(types.int_type) {
        return types.int_type.as_object().call((value.to_owned(),), vm);
    }
    if exact(types.float_type) {
        // The original converts and drops the result; what it cannot convert still fails.
        types.float_type.as_object().call((value.to_owned(),), vm)?;
    }
    Ok(value.to_owned())
}

/// The names that the original pairs with a function's defaults, and the defaults.
fn names_and_defaults(
    vm: &VirtualMachine,
    plugin: &Plugin,
    function: &PyObject,
) -> Option<(Vec<String>, Vec<PyObjectRef>)> {
    // A method's function is behind it.
    let inner = restricted::read(function, "__func__", vm).ok();
    let function = inner.as_deref().unwrap_or(function);
    let defaults = restricted::read(function, "__defaults__", vm).ok()?;
    let defaults = defaults.downcast_ref::<PyTuple>()?.as_slice().to_vec();
    let code = restricted::read(function, "__code__", vm).ok()?;
    let read = |name: &'static str| text::text_of(vm, &*code.get_attr(name, vm).ok()?).ok().flatten();
    let line: u32 = code.get_attr("co_firstlineno", vm).ok()?.try_into_value(vm).ok()?;
    let recorded = plugin.state::<NamesInCode>().get(&read("co_name")?, &read("co_filename")?, line);
    let mut names = match recorded {
        Some(names) => names,
        None => {
            let names = code.get_attr("co_varnames", vm).ok()?;
            let names = names.downcast_ref::<PyTuple>()?.as_slice().to_vec();
            names.iter().filter_map(|name| text::text_of(vm, name).ok().flatten()).collect()
        }
    };
    while names.last().is_some_and(|name| name.starts_with('_')) {
        names.pop();
    }
    Some((names, defaults))
}
