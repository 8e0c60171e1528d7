//! The module `unicodedata`: the machine's own, whose texts are unicode where Python 2's are.

use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::runtime::{arguments, names, text};

/// What a function takes and gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A char; a number or plain text.
    Char,
    /// The name of a char; the char.
    Lookup,
    /// A form and a text; the text.
    Normalize,
}

const FUNCTIONS: &[(&str, Shape)] = &[
    ("bidirectional", Shape::Char),
    ("category", Shape::Char),
    ("combining", Shape::Char),
    ("decimal", Shape::Char),
    ("decomposition", Shape::Char),
    ("digit", Shape::Char),
    ("east_asian_width", Shape::Char),
    ("lookup", Shape::Lookup),
    ("mirrored", Shape::Char),
    ("name", Shape::Char),
    ("normalize", Shape::Normalize),
    ("numeric", Shape::Char),
];

/// Makes the module.
pub fn make(vm: &VirtualMachine) -> PyRef<PyModule> {
    let dict = vm.ctx.new_dict();
    let module = vm.new_module("unicodedata", dict.clone(), None);
    for (name, shape) in FUNCTIONS {
        let function = move |args: FuncArgs, vm: &VirtualMachine| call(name, *shape, args, vm);
        let function: PyObjectRef = vm.new_function(name, function).into();
        // A fresh dict of plain names cannot refuse them.
        let _ = dict.set_item(*name, function, vm);
    }
    let _ = dict.set_item("unidata_version", vm.ctx.new_str("5.2.0").into(), vm);
    let _ = dict.set_item("ucd_3_2_0", module.clone().into(), vm);
    module
}

fn call(name: &'static str, shape: Shape, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut args = args;
    match shape {
        Shape::Char => {
            let most = if matches!(name, "decimal" | "digit" | "name" | "numeric") { 2 } else { 1 };
            arguments::count(vm, name, &args, 1, most)?;
            unicode_argument(name, &args.args[0], 1, vm)?;
            if text::wtf8_of(vm, &args.args[0])?.is_none_or(|text| text.code_points().count() != 1) {
                return Err(vm.new_type_error("need a single Unicode character as parameter"));
            }
        }
        Shape::Lookup => arguments::count(vm, name, &args, 1, 1)?,
        Shape::Normalize => {
            arguments::count(vm, name, &args, 2, 2)?;
            unicode_argument(name, &args.args[1], 2, vm)?;
        }
    }
    // The machine's functions take its own strings.
    for argument in args.args.iter_mut().take(2) {
        if let Some(string) = text::payload(argument).filter(|_| text::is_unicode(argument)) {
            *argument = vm.ctx.new_str(string.as_wtf8()).into();
        }
    }
    let library = vm.import_func.call((vm.ctx.new_str("unicodedata"),), vm)?;
    let result = library.get_attr(name, vm)?.call(args, vm)?;
    match (shape, text::payload(&result)) {
        (Shape::Lookup | Shape::Normalize, Some(string)) => Ok(text::new_unicode_wtf8(vm, string.as_wtf8())),
        _ => Ok(result),
    }
}

fn unicode_argument(name: &str, object: &PyObject, position: usize, vm: &VirtualMachine) -> PyResult<()> {
    if text::is_unicode(object) {
        return Ok(());
    }
    let found = names::type_name_of(object);
    Err(vm.new_type_error(format!("{name}() argument {position} must be unicode, not {found}")))
}
