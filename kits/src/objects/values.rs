//! What a Python value becomes in an XML attribute (`spec/objects.md` §2, §6.1).

use std::borrow::Cow;

use rustpython_vm::builtins::{PyDict, PyInt, PyStr};
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine};

use super::seams;
use reprise_vm_glue::runtime::text;

/// What becomes of a value.
pub enum Written<'a> {
    Text(Cow<'a, str>),
    /// Not written, as the original does.
    Omitted,
    /// Not written because its type has no text; worth a line in the log.
    Refused,
}

/// The text of a value of a plain attribute. A byte string that is not UTF-8 is an error.
pub fn plain<'a>(vm: &VirtualMachine, value: &'a PyObject) -> PyResult<Written<'a>> {
    if let Some(string) = value.downcast_ref::<PyStr>() {
        return string_text(vm, string).map(Written::Text);
    }
    if vm.is_none(value) || value.downcast_ref::<PyDict>().is_some() {
        return Ok(Written::Omitted);
    }
    if value.class().is(vm.ctx.types.bool_type) {
        return Ok(Written::Text(Cow::Borrowed(if value.is(&vm.ctx.true_value) { "1" } else { "0" })));
    }
    if let Some(number) = value.downcast_ref::<PyInt>() {
        return Ok(Written::Text(Cow::Owned(number.as_bigint().to_string())));
    }
    match seams::lazy_text(vm, value)? {
        Some(text) => Ok(Written::Text(Cow::Owned(text))),
        None => Ok(Written::Refused),
    }
}

/// The text of a string of either type; byte strings are UTF-8.
pub fn string_text<'a>(vm: &VirtualMachine, string: &'a rustpython_vm::Py<PyStr>) -> PyResult<Cow<'a, str>> {
    match string.to_str() {
        Some(plain) if plain.is_ascii() || text::is_unicode(string.as_object()) => Ok(Cow::Borrowed(plain)),
        _ => text::unicode_of(vm, string.as_object()).map(Cow::Owned),
    }
}

/// `unicode(value)`, for values that were converted when they were set.
pub fn converted<'a>(vm: &VirtualMachine, value: &'a PyObject) -> PyResult<Cow<'a, str>> {
    if let Some(string) = value.downcast_ref::<PyStr>() {
        return string_text(vm, string);
    }
    if let Some(number) = value.downcast_ref::<PyInt>()
        && !value.class().is(vm.ctx.types.bool_type)
    {
        return Ok(Cow::Owned(number.as_bigint().to_string()));
    }
    text::unicode_of(vm, value).map(Cow::Owned)
}
