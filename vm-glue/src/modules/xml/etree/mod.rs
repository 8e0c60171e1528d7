//! The module `_elementtree`, which `xml.etree.ElementTree` and `cElementTree` stand on.

mod builder;
mod element;
mod path;
mod writer;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyRef, VirtualMachine};

use crate::modules;

/// Makes the module `_elementtree`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_elementtree");
    element::install(vm, &module);
    builder::install(vm, &module);
    modules::set_function(vm, &module, "serialize", writer::serialize);
    modules::set_function(vm, &module, "serialize_joined", writer::serialize_joined);
    module
}
