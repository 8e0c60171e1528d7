//! Strings of headers as bytes, and objects that are asked for attributes and methods by name.

use rustpython_vm::builtins::{PyDict, PyDictRef, PyList, PyListRef};
use rustpython_vm::function::IntoFuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::runtime::text;

/// An instance whose attributes and methods are used by name, so that what a program replaced is respected.
#[derive(Clone, Copy)]
pub struct This<'a> {
    pub object: &'a PyObject,
    pub vm: &'a VirtualMachine,
}

impl<'a> This<'a> {
    /// The first of a method's arguments.
    pub fn of(values: &'a [PyObjectRef], vm: &'a VirtualMachine) -> PyResult<Self> {
        match values.first() {
            Some(object) => Ok(Self { object, vm }),
            None => Err(vm.new_type_error("a method needs its instance")),
        }
    }

    pub fn get(self, name: &'static str) -> PyResult {
        self.object.get_attr(self.vm.ctx.intern_str(name), self.vm)
    }

    /// The attribute, or None where there is no such.
    pub fn find(self, name: &'static str) -> PyResult<Option<PyObjectRef>> {
        self.vm.get_attribute_opt(self.object, self.vm.ctx.intern_str(name))
    }

    pub fn set(self, name: &'static str, value: impl Into<PyObjectRef>) -> PyResult<()> {
        self.object.set_attr(self.vm.ctx.intern_str(name), value, self.vm)
    }

    pub fn set_none(self, name: &'static str) -> PyResult<()> {
        self.set(name, self.vm.ctx.none())
    }

    pub fn set_int(self, name: &'static str, value: i64) -> PyResult<()> {
        self.set(name, self.vm.ctx.new_int(value))
    }

    pub fn set_text(self, name: &'static str, value: &str) -> PyResult<()> {
        self.set(name, self.vm.ctx.new_str(value))
    }

    pub fn call(self, method: &'static str, arguments: impl IntoFuncArgs) -> PyResult {
        self.get(method)?.call(arguments, self.vm)
    }

    pub fn is_true(self, name: &'static str) -> PyResult<bool> {
        self.get(name)?.try_to_bool(self.vm)
    }

    pub fn is_none(self, name: &'static str) -> PyResult<bool> {
        Ok(self.vm.is_none(&*self.get(name)?))
    }

    /// The attribute `dict`, which has to be one.
    pub fn dict(self) -> PyResult<PyDictRef> {
        let dict = self.get("dict")?;
        dict.downcast::<PyDict>().map_err(|_| self.vm.new_type_error("the values of a message are kept in a dict"))
    }

    /// The attribute `headers`, which has to be a list.
    pub fn header_list(self) -> PyResult<PyListRef> {
        let list = self.get("headers")?;
        list.downcast::<PyList>().map_err(|_| self.vm.new_type_error("the lines of a message are kept in a list"))
    }
}

/// The bytes of a string; of anything else those of its `str()`.
pub fn bytes(vm: &VirtualMachine, object: &PyObject) -> PyResult<Vec<u8>> {
    match text::bytes_of(object) {
        Some(bytes) => Ok(bytes),
        None => text::str_of(vm, object),
    }
}

/// `name.lower()`, and the error of something that has no such method.
pub fn lowered(vm: &VirtualMachine, name: &PyObject) -> PyResult {
    if text::is_str(name)
        && let Some(bytes) = text::bytes_of(name)
    {
        return Ok(text::new_str(vm, &bytes.to_ascii_lowercase()));
    }
    vm.call_method(name, "lower", ())
}

/// Whether Python 2 counts a byte as white space.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Without the white space at both ends.
pub fn strip(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|byte| !is_blank(*byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_blank(*byte)).map_or(start, |at| at + 1);
    line.get(start..end).unwrap_or_default()
}

/// A header line's name with its colon, compared in any case.
pub fn begins_with(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// A list of strings.
pub fn list(vm: &VirtualMachine, parts: impl IntoIterator<Item = PyObjectRef>) -> PyObjectRef {
    vm.ctx.new_list(parts.into_iter().collect()).into()
}

/// The strings of a list as bytes beside the objects.
pub fn contents(vm: &VirtualMachine, lines: &PyRef<PyList>) -> PyResult<Vec<(PyObjectRef, Vec<u8>)>> {
    let lines = lines.borrow_vec().to_vec();
    lines.into_iter().map(|line| bytes(vm, line.as_object()).map(|bytes| (line, bytes))).collect()
}
