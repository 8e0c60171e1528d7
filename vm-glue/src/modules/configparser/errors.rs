//! The exceptions of `ConfigParser`.

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::modules;
use crate::modules::objects::{format, get, set};
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, with_defaults};

/// `Error.__init__`.
fn init(vm: &VirtualMachine, this: &PyObject, message: PyObjectRef) -> PyResult<()> {
    set(vm, this, "message", message.clone())?;
    set(vm, this, "args", vm.ctx.new_tuple(vec![message]))
}

/// Sets attributes and `args`: the arguments after `self`, of which the attributes are some.
fn finish(vm: &VirtualMachine, values: &[PyObjectRef], attributes: &[(&'static str, usize)]) -> PyResult {
    let Some((this, args)) = values.split_first() else { return Ok(vm.ctx.none()) };
    for (name, at) in attributes {
        if let Some(value) = args.get(*at) {
            set(vm, this, name, value.clone())?;
        }
    }
    set(vm, this, "args", vm.ctx.new_tuple(args.to_vec()))?;
    Ok(vm.ctx.none())
}

fn error(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, message] = values {
        init(vm, this, message.clone())?;
    }
    Ok(vm.ctx.none())
}

fn message(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    match values.first() {
        Some(this) => get(vm, this, "message"),
        None => Ok(vm.ctx.none()),
    }
}

fn no_section(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, section] = values {
        init(vm, this, format(vm, "No section: %r", vec![section.clone()])?)?;
    }
    finish(vm, values, &[("section", 0)])
}

fn duplicate(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, section] = values {
        init(vm, this, format(vm, "Section %r already exists", vec![section.clone()])?)?;
    }
    finish(vm, values, &[("section", 0)])
}

fn no_option(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, option, section] = values {
        init(vm, this, format(vm, "No option %r in section: %r", vec![option.clone(), section.clone()])?)?;
    }
    finish(vm, values, &[("option", 0), ("section", 1)])
}

fn interpolation(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, _, _, message] = values {
        init(vm, this, message.clone())?;
    }
    finish(vm, values, &[("option", 0), ("section", 1)])
}

const MISSING: &str = "Bad value substitution:\n\tsection: [%s]\n\toption : %s\n\tkey    : %s\n\trawval : %s\n";

fn missing_option(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, option, section, raw, reference] = values {
        let shown = vec![section.clone(), option.clone(), reference.clone(), raw.clone()];
        init(vm, this, format(vm, MISSING, shown)?)?;
    }
    finish(vm, values, &[("option", 0), ("section", 1), ("reference", 3)])
}

const TOO_DEEP: &str = "Value interpolation too deeply recursive:\n\tsection: [%s]\n\toption : %s\n\trawval : %s\n";

fn depth(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, option, section, raw] = values {
        init(vm, this, format(vm, TOO_DEEP, vec![section.clone(), option.clone(), raw.clone()])?)?;
    }
    finish(vm, values, &[("option", 0), ("section", 1)])
}

fn parsing(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, filename] = values {
        init(vm, this, format(vm, "File contains parsing errors: %s", vec![filename.clone()])?)?;
        set(vm, this, "errors", vm.ctx.new_list(Vec::new()))?;
    }
    finish(vm, values, &[("filename", 0)])
}

/// `append(self, lineno, line)`: a further line that is wrong.
fn append(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, number, line] = values else { return Ok(vm.ctx.none()) };
    let pair = vm.ctx.new_tuple(vec![number.clone(), line.clone()]);
    vm.call_method(&*get(vm, this, "errors")?, "append", (pair,))?;
    let more = format(vm, "\n\t[line %2d]: %s", vec![number.clone(), line.clone()])?;
    set(vm, this, "message", vm._iadd(&*get(vm, this, "message")?, &more)?)?;
    Ok(vm.ctx.none())
}

const NO_HEADER: &str = "File contains no section headers.\nfile: %s, line: %d\n%r";

fn no_header(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, filename, number, line] = values {
        init(vm, this, format(vm, NO_HEADER, vec![filename.clone(), number.clone(), line.clone()])?)?;
    }
    finish(vm, values, &[("filename", 0), ("lineno", 1), ("line", 2)])
}

/// Name, base, methods and description of each, bases first.
const CLASSES: &[(&str, &str, &[Function], &str)] = &[
    (
        "Error",
        "",
        &[
            with_defaults("__init__", &["self", "msg"], &[Given::Text("")], Body::Run(error)),
            function("__repr__", &["self"], Body::Run(message)),
            function("__str__", &["self"], Body::Run(message)),
        ],
        "The base of this module's exceptions.",
    ),
    (
        "NoSectionError",
        "Error",
        &[function("__init__", &["self", "section"], Body::Run(no_section))],
        "There is no such section.",
    ),
    (
        "DuplicateSectionError",
        "Error",
        &[function("__init__", &["self", "section"], Body::Run(duplicate))],
        "A section is added twice.",
    ),
    (
        "NoOptionError",
        "Error",
        &[function("__init__", &["self", "option", "section"], Body::Run(no_option))],
        "The section has no such option.",
    ),
    (
        "InterpolationError",
        "Error",
        &[function("__init__", &["self", "option", "section", "msg"], Body::Run(interpolation))],
        "The base of errors in values that refer to others.",
    ),
    (
        "InterpolationMissingOptionError",
        "InterpolationError",
        &[function("__init__", &["self", "option", "section", "rawval", "reference"], Body::Run(missing_option))],
        "A value refers to an option that does not exist.",
    ),
    ("InterpolationSyntaxError", "InterpolationError", &[], "A value with a sign % that means nothing."),
    (
        "InterpolationDepthError",
        "InterpolationError",
        &[function("__init__", &["self", "option", "section", "rawval"], Body::Run(depth))],
        "Values refer to each other too deeply.",
    ),
    (
        "ParsingError",
        "Error",
        &[
            function("__init__", &["self", "filename"], Body::Run(parsing)),
            function("append", &["self", "lineno", "line"], Body::Run(append)),
        ],
        "Lines that are no options.",
    ),
    (
        "MissingSectionHeaderError",
        "ParsingError",
        &[function("__init__", &["self", "filename", "lineno", "line"], Body::Run(no_header))],
        "An option in front of the first section.",
    ),
];

/// Puts the exceptions into the module.
pub fn fill(vm: &VirtualMachine, module: &Py<PyModule>, home: &Arc<Home>) -> PyResult<()> {
    for (name, base, functions, doc) in CLASSES {
        let base = match *base {
            "" => vm.ctx.exceptions.exception_type.as_object().to_owned(),
            base => modules::objects::global(vm, home, base)?,
        };
        let class =
            Class { name, module: "ConfigParser", bases: vec![base], functions, values: Vec::new(), doc: Some(doc) };
        modules::set(vm, module, name, class.make(home, true, vm)?);
    }
    Ok(())
}
