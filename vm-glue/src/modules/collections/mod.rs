//! The native parts of `collections`: OrderedDict, namedtuple, the counting of Counter; deque and defaultdict are the
//! machine's own with Python 2.7's pickles and texts.

mod counts;
mod deques;
mod named;
mod ordered;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::{PyRef, VirtualMachine};

use crate::modules;

/// Makes the module `_collections`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_collections");
    if let Ok(deque) = deques::deque(vm) {
        modules::set(vm, &module, "deque", deque);
    }
    if let Ok(defaultdict) = deques::defaultdict(vm) {
        modules::set(vm, &module, "defaultdict", defaultdict);
    }
    modules::set_class(vm, &module, "OrderedDict", ordered::OrderedDict::make_static_type(), "collections");
    let _ = ordered::OrderedIter::make_static_type();
    modules::set_function(vm, &module, "namedtuple", named::namedtuple);
    modules::set_function(vm, &module, "count_elements", counts::count_elements);
    modules::set_function(vm, &module, "combined", counts::combined);
    module
}
