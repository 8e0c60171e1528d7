//! The exception classes of lxml, by name.

use std::collections::HashMap;
use std::sync::OnceLock;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::{AsObject, PyObjectRef, VirtualMachine};

use crate::elements::xml_parser::XmlError;

/// Name and bases; bases before what is made of them. `Exception` and `SyntaxError` are Python's.
const CLASSES: &[(&str, &[&str])] = &[
    ("LxmlError", &["Exception"]),
    ("LxmlSyntaxError", &["SyntaxError", "LxmlError"]),
    ("ParseError", &["LxmlSyntaxError"]),
    ("XMLSyntaxError", &["ParseError"]),
    ("ParserError", &["LxmlError"]),
    ("SerialisationError", &["LxmlError"]),
    ("XPathError", &["LxmlError"]),
    ("XPathEvalError", &["XPathError"]),
    ("XPathSyntaxError", &["LxmlSyntaxError", "XPathError"]),
    ("DocumentInvalid", &["LxmlError"]),
    ("XIncludeError", &["LxmlError"]),
    ("C14NError", &["LxmlError"]),
];

fn classes(vm: &VirtualMachine) -> &'static HashMap<&'static str, PyTypeRef> {
    static MADE: OnceLock<HashMap<&'static str, PyTypeRef>> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut made: HashMap<&'static str, PyTypeRef> = HashMap::new();
        for (name, bases) in CLASSES {
            let exceptions = &vm.ctx.exceptions;
            let base = |base: &&str| match *base {
                "SyntaxError" => exceptions.syntax_error.to_owned(),
                base => made.get(base).cloned().unwrap_or_else(|| exceptions.exception_type.to_owned()),
            };
            let bases = bases.iter().map(base).collect();
            let class = vm.ctx.new_exception_type("lxml.etree", name, Some(bases));
            made.insert(name, class);
        }
        made
    })
}

/// A class by its name.
pub fn class(vm: &VirtualMachine, name: &str) -> PyTypeRef {
    classes(vm).get(name).cloned().unwrap_or_else(|| vm.ctx.exceptions.exception_type.to_owned())
}

/// All classes.
pub fn all(vm: &VirtualMachine) -> Vec<(&'static str, PyObjectRef)> {
    classes(vm).iter().map(|(name, class)| (*name, class.clone().into())).collect()
}

/// An `XMLSyntaxError` with its place.
pub fn syntax_error(vm: &VirtualMachine, error: &XmlError) -> PyBaseExceptionRef {
    let arguments = vec![text::new_unicode(vm, &error.to_string())];
    match vm.invoke_exception(&class(vm, "XMLSyntaxError"), arguments) {
        Ok(exception) => {
            let object = exception.as_object();
            let number = |value: u32| -> PyObjectRef { vm.ctx.new_int(value).into() };
            let position = vm.ctx.new_tuple(vec![number(error.line), number(error.column)]);
            for (name, value) in
                [("lineno", number(error.line)), ("offset", number(error.column)), ("position", position.into())]
            {
                // Only attributes for who asks: the exception stands without them.
                let _ = object.set_attr(name, value, vm);
            }
            exception
        }
        Err(error) => error,
    }
}
