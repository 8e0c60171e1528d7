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
    ("XPathFunctionError", &["XPathError"]),
    ("XPathResultError", &["XPathError"]),
    ("LxmlRegistryError", &["LxmlError"]),
    ("NamespaceRegistryError", &["LxmlRegistryError"]),
    ("XMLSyntaxAssertionError", &["XMLSyntaxError"]),
    ("XSLTError", &["LxmlError"]),
    ("XSLTParseError", &["XSLTError"]),
    ("XSLTApplyError", &["XSLTError"]),
    ("XSLTSaveError", &["XSLTError", "SerialisationError"]),
    ("XSLTExtensionError", &["XSLTError"]),
    ("XMLSchemaError", &["LxmlError"]),
    ("XMLSchemaParseError", &["XMLSchemaError"]),
    ("XMLSchemaValidateError", &["XMLSchemaError"]),
    ("RelaxNGError", &["LxmlError"]),
    ("RelaxNGParseError", &["RelaxNGError"]),
    ("RelaxNGValidateError", &["RelaxNGError"]),
    ("DTDError", &["LxmlError"]),
    ("DTDParseError", &["DTDError"]),
    ("DTDValidateError", &["DTDError"]),
    ("SchematronError", &["LxmlError"]),
    ("SchematronParseError", &["SchematronError"]),
    ("SchematronValidateError", &["SchematronError"]),
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
            for (name, value) in [
                ("lineno", number(error.line)),
                ("offset", number(error.column.saturating_sub(1))),
                ("position", position.into()),
                ("code", number(code_of(&error.message))),
                ("_message", text::new_unicode(vm, &error.message)),
            ] {
                // Only attributes for who asks: the exception stands without them.
                let _ = object.set_attr(name, value, vm);
            }
            exception
        }
        Err(error) => error,
    }
}

/// The numbers that libxml2 gives its errors, by how the text of one begins.
const CODES: &[(&str, u32)] = &[
    ("Document is empty", 4),
    ("Start tag expected", 4),
    ("Extra content at the end", 5),
    ("CharRef: invalid hex", 6),
    ("CharRef: invalid dec", 7),
    ("xmlParseCharRef", 9),
    ("PCDATA invalid", 9),
    ("Char 0x0", 9),
    ("invalid character in attribute", 9),
    ("EntityRef: expecting", 23),
    ("Entity '", 26),
    ("Maximum entity", 90),
    ("Detected an entity", 89),
    ("Unescaped '<'", 38),
    ("AttValue: \" or", 39),
    ("AttValue: '", 40),
    ("Specification mandates", 41),
    ("Attribute ", 42),
    ("Comment not terminated", 45),
    ("ParsePI: PI", 47),
    ("XML declaration allowed", 64),
    ("Sequence ']]>'", 62),
    ("CData section", 63),
    ("attributes construct", 65),
    ("xmlParseEntityRef: no name", 68),
    ("StartTag: invalid", 68),
    ("error parsing attribute name", 68),
    ("expected '>'", 73),
    ("Couldn't find end of Start Tag", 73),
    ("Opening and ending tag mismatch", 76),
    ("Premature end of data", 77),
    ("Double hyphen", 80),
    ("Input is not proper UTF-8", 81),
    ("Namespace prefix", 201),
];

/// The number of an error; 1 (an internal error) where it has none here.
pub fn code_of(message: &str) -> u32 {
    CODES.iter().find(|(begin, _)| message.starts_with(begin)).map_or(1, |(_, code)| *code)
}
