//! What the native functions of the small kits share: signatures, and refusals in Python 2's words.

use std::sync::OnceLock;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

use crate::elements::values::class_name;
use crate::objects::signature::{Default, Parameter, Signature};

/// The signature of a kit's method; `self` counts in the texts of errors.
pub const fn method(name: &'static str, parameters: &'static [Parameter]) -> Signature<'static> {
    Signature { name, hidden: 1, parameters, keywords: false }
}

pub const fn optional(name: &'static str, default: Default) -> Parameter {
    Parameter { name, default }
}

/// The bytes of a string argument, unicode as UTF-8; other types are refused in the name of the library's function.
pub fn buffer_argument(vm: &VirtualMachine, function: &str, value: &PyObject) -> PyResult<Vec<u8>> {
    if text::is_basestring(value) {
        return text::str_of(vm, value);
    }
    if let Some(bytes) = text::bytes_of(value) {
        return Ok(bytes);
    }
    let shown = if vm.is_none(value) { "None".to_owned() } else { class_name(vm, value) };
    Err(vm.new_type_error(format!("{function}() argument 1 must be string or buffer, not {shown}")))
}

/// A TypeError out of a library of the original. Where restricted code lacks an `__getitem__`, it sees an
/// AttributeError in place of the machine's TypeError; this one stays what it is.
pub fn library_type_error(vm: &VirtualMachine, message: String) -> PyBaseExceptionRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    let class = CLASS.get_or_init(|| {
        let base = vm.ctx.exceptions.type_error.to_owned();
        vm.ctx.new_exception_type("exceptions", "TypeError", Some(vec![base]))
    });
    vm.new_exception_msg(class.clone(), message.into())
}

/// `'X' object has no attribute 'name'`.
pub fn no_attribute(vm: &VirtualMachine, value: &PyObject, name: &str) -> PyBaseExceptionRef {
    vm.new_attribute_error(format!("'{}' object has no attribute '{name}'", class_name(vm, value)))
}

/// A string of either type. What is done to it is done to its bytes or its text, and the result is of the same type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Bytes(Vec<u8>),
    Unicode(String),
}

impl Value {
    /// None for what is no string.
    pub fn of(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<Value>> {
        if text::is_unicode(object) {
            return Ok(text::text_of(vm, object)?.map(Value::Unicode));
        }
        Ok(text::bytes_of(object).map(Value::Bytes))
    }

    /// The string that a regular expression is to work on.
    pub fn searched(vm: &VirtualMachine, object: &PyObject) -> PyResult<Value> {
        Value::of(vm, object)?.ok_or_else(|| vm.new_type_error("expected string or buffer"))
    }

    /// The bytes, those of a text as UTF-8.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Value::Bytes(bytes) => bytes,
            Value::Unicode(text) => text.as_bytes(),
        }
    }

    /// Bytes made from those of this value, as a string of the same type.
    pub fn like(&self, vm: &VirtualMachine, bytes: &[u8]) -> rustpython_vm::PyObjectRef {
        match self {
            Value::Bytes(_) => text::new_str(vm, bytes),
            Value::Unicode(_) => text::new_unicode(vm, &String::from_utf8_lossy(bytes)),
        }
    }
}
