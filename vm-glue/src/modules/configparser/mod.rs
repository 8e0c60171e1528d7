//! The module `ConfigParser`: files of sections with options.

mod errors;
mod interpolation;
mod options;
mod reader;

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Class, Home};
use crate::import;
use crate::modules::{self, objects};

const ALL: &[&str] = &[
    "NoSectionError",
    "DuplicateSectionError",
    "NoOptionError",
    "InterpolationError",
    "InterpolationDepthError",
    "InterpolationSyntaxError",
    "ParsingError",
    "MissingSectionHeaderError",
    "ConfigParser",
    "SafeConfigParser",
    "RawConfigParser",
    "DEFAULTSECT",
    "MAX_INTERPOLATION_DEPTH",
];

/// What `getboolean` understands.
const STATES: &[(&str, bool)] = &[
    ("1", true),
    ("yes", true),
    ("true", true),
    ("on", true),
    ("0", false),
    ("no", false),
    ("false", false),
    ("off", false),
];

/// The header of a section, an option, and an option that may go without a value.
const SECTION: &str = r"\[(?P<header>[^]]+)\]";
const OPTION: &str = r"(?P<option>[^:=\s][^:=]*)\s*(?P<vi>[:=])\s*(?P<value>.*)$";
const OPTION_OR_NAME: &str = r"(?P<option>[^:=\s][^:=]*)\s*(?:(?P<vi>[:=])\s*(?P<value>.*))?$";

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let pattern = |expression: &str| modules::re::compile(vm, expression, 0);
    let usual = [pattern(SECTION)?, pattern(OPTION)?, pattern(OPTION_OR_NAME)?];
    let home = Arc::new(Home { globals: module.dict(), defaults: usual.to_vec() });
    let put = |name: &'static str, value: PyObjectRef| modules::set(vm, module, name, value);
    put("__all__", vm.ctx.new_list(ALL.iter().map(|name| vm.ctx.new_str(*name).into()).collect()).into());
    put("DEFAULTSECT", vm.ctx.new_str(options::DEFAULT).into());
    put("MAX_INTERPOLATION_DEPTH", vm.ctx.new_int(10).into());
    put("re", import::module(vm, "re")?);
    put("_default_dict", import::module(vm, "collections")?.get_attr("OrderedDict", vm)?);
    errors::fill(vm, module, &home)?;
    let make = |name: &'static str, base: Option<&str>, functions, values, doc| -> PyResult<()> {
        let bases = base.map(|base| objects::global(vm, &home, base)).transpose()?.into_iter().collect();
        let class = Class { name, module: "ConfigParser", bases, functions, values, doc: Some(doc) };
        modules::set(vm, module, name, class.make(&home, false, vm)?);
        Ok(())
    };
    let states = vm.ctx.new_dict();
    for (name, state) in STATES {
        states.set_item(*name, vm.ctx.new_bool(*state).into(), vm)?;
    }
    let [section, option, option_or_name] = usual;
    let patterns: Vec<(&'static str, PyObjectRef)> = vec![
        ("_boolean_states", states.into()),
        ("SECTCRE", section),
        ("OPTCRE", option),
        ("OPTCRE_NV", option_or_name),
    ];
    make("RawConfigParser", None, options::RAW, patterns, "Options by section; values as they are.")?;
    modules::set(vm, module, "_UserDict", import::module(vm, "UserDict")?);
    let mixin = import::module(vm, "UserDict")?.get_attr("DictMixin", vm)?;
    let chain = Class {
        name: "_Chainmap",
        module: "ConfigParser",
        bases: vec![mixin],
        functions: interpolation::CHAIN,
        values: Vec::new(),
        doc: Some("Looks a name up in one mapping after the other."),
    };
    modules::set(vm, module, "_Chainmap", chain.make(&home, false, vm)?);
    let values = vec![("_KEYCRE", pattern(r"%\(([^)]*)\)s|.")?)];
    let doc = "Values in which %(name)s stands for another option.";
    make("ConfigParser", Some("RawConfigParser"), interpolation::PLAIN, values, doc)?;
    let values = vec![("_interpvar_re", pattern(r"%\(([^)]+)\)s")?)];
    make("SafeConfigParser", Some("ConfigParser"), interpolation::SAFE, values, "The same with strict rules for %.")
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "ConfigParser");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
