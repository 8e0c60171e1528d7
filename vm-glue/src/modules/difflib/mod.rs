//! The module `difflib`: how sequences differ. `HtmlDiff` alone is the machine's.

mod matching;
mod output;
mod sequences;

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{self, Class, Home};
use crate::import;
use crate::modules;

const MODULE: &str = "difflib";
const EXPORTED: &[&str] = &[
    "get_close_matches",
    "ndiff",
    "restore",
    "SequenceMatcher",
    "Differ",
    "IS_CHARACTER_JUNK",
    "IS_LINE_JUNK",
    "context_diff",
    "unified_diff",
    "HtmlDiff",
    "Match",
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    python_function::publish(vm, module, &home, output::FUNCTIONS, MODULE);
    let fields = vm.ctx.new_str("a b size");
    let tuple = import::module(vm, "collections")?.get_attr("namedtuple", vm)?;
    let block = tuple.call((vm.ctx.new_str("Match"), fields), vm)?;
    block.set_attr("__module__", vm.ctx.new_str(MODULE), vm)?;
    modules::set(vm, module, "Match", block);
    let classes = [
        ("SequenceMatcher", sequences::FUNCTIONS, "Compares two sequences."),
        ("Differ", output::DIFFER, "Compares texts, line by line and letter by letter."),
        ("HtmlDiff", output::HTML, "Shows differences as tables of HTML, side by side."),
    ];
    for (name, functions, doc) in classes {
        let class = Class { name, module: MODULE, bases: Vec::new(), functions, values: Vec::new(), doc: Some(doc) };
        modules::set(vm, module, name, class.make(&home, false, vm)?);
    }
    let names: Vec<PyObjectRef> = EXPORTED.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    modules::set(vm, module, "__all__", vm.ctx.new_list(names));
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, MODULE);
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
