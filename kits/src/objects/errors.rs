//! The exceptions of the object classes, with the original's texts (`spec/objects.md` §1, §4).

use rustpython_vm::builtins::{PyBaseExceptionRef, PyType};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, VirtualMachine};

use super::class::ClassData;
use super::modern::ModernObject;
use crate::errors::{framework_exception, new};
use reprise_vm_glue::runtime::text;

/// `repr()` of a class as Python 2 writes it.
pub fn class_text(vm: &VirtualMachine, class: &Py<PyType>) -> String {
    match text::repr_of(vm, class.as_object()) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => format!("<class '{}'>", class.name()),
    }
}

/// An attribute that the object's class does not have.
pub fn no_attribute(vm: &VirtualMachine, object: &Py<ModernObject>, name: &str) -> PyBaseExceptionRef {
    if object.class.layout.is_metadata() {
        return inaccessible(vm, name);
    }
    let class = class_text(vm, object.as_object().class());
    framework_exception(vm, &format!("Object of type '{class}' has no attribute named '{name}'"))
}

/// An attribute that cannot have a default on the class.
pub fn no_class_attribute(vm: &VirtualMachine, class: &Py<PyType>, data: &ClassData, name: &str) -> PyBaseExceptionRef {
    let message = if data.layout.is_metadata() {
        format!("Class '{}' has no attribute named {name}", class.name())
    } else {
        format!("Object of type '{}' has no attribute named '{name}'", class_text(vm, class))
    };
    framework_exception(vm, &message)
}

/// An attribute that a metadata object does not have.
pub fn inaccessible(vm: &VirtualMachine, name: &str) -> PyBaseExceptionRef {
    framework_exception(vm, &format!("The '{name}' attribute is inaccessible from model interfaces."))
}

/// Something that a container does not take.
pub fn cannot_be_added(vm: &VirtualMachine, object: &PyObject) -> PyBaseExceptionRef {
    let class = class_text(vm, object.class());
    framework_exception(vm, &format!("Object of type '{class}' cannot be added to this container."))
}

/// A second object of a class of which a container takes one.
pub fn only_one(vm: &VirtualMachine, class: &str) -> PyBaseExceptionRef {
    framework_exception(vm, &format!("Only one object of type '{class}' can be added to a container."))
}

/// A value of the wrong type for an attribute of a metadata object.
pub fn type_mismatch(vm: &VirtualMachine, name: &str, value: &PyObject, wanted: &str) -> PyBaseExceptionRef {
    let given = value.class().name().to_string();
    let message = format!(
        "Error setting attribute '{name}': Provided content of type '{given}' is not of the required type '{wanted}'."
    );
    new(vm, "AttributeTypeMismatch", &message)
}

/// A set that was given something else than a list.
pub fn not_assignable(vm: &VirtualMachine) -> PyBaseExceptionRef {
    framework_exception(vm, "Container-type attributes can't be assigned directly.")
}

/// A metadata object that names neither its page nor its keys.
pub fn keys_missing(vm: &VirtualMachine) -> PyBaseExceptionRef {
    new(vm, "AttributeException", "If no URL is provided, the key and rating_key attributes must be set.")
}

/// Unnamed arguments for a class that takes named ones only.
pub fn positional_arguments(vm: &VirtualMachine, unnamed: usize, named: usize) -> PyBaseExceptionRef {
    vm.new_type_error(format!("__init__() takes exactly 1 argument ({} given)", 1 + unnamed + named))
}

/// A `TypeError` or the like with several arguments, as plug-ins print them.
pub fn with_arguments(vm: &VirtualMachine, class: &Py<PyType>, arguments: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    vm.new_exception(class.to_owned(), arguments)
}
