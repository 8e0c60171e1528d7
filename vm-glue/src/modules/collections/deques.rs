//! `deque` and `defaultdict`: the machine's classes, pickled and described as in Python 2.7.

use std::sync::Once;

use rustpython_vm::builtins::PyType;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use crate::import::machine_module;
use crate::modules::bridge_types;

const DEQUE: &str = "deque([iterable[, maxlen]]) --> deque object\n\nBuild an ordered collection with optimized access \
    from its endpoints.";
const DEFAULTDICT: &str = "defaultdict(default_factory[, ...]) --> dict with default factory\n\nThe default factory is \
    called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict \
    compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed \
    to the dict constructor, including keyword arguments.\n";

/// `deque.__reduce__`: the items as a list, the limit, the attributes of a derived class's object.
fn reduce(deque: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let items = vm.extract_elements_with(&deque, Ok)?;
    let items: PyObjectRef = vm.ctx.new_list(items).into();
    let limit = deque.get_attr("maxlen", vm)?;
    let class: PyObjectRef = deque.class().to_owned().into();
    let attributes = deque.dict().filter(|_| deque.class().heaptype_ext().is_some());
    let args = if vm.is_none(&limit) && attributes.is_none() { vec![items] } else { vec![items, limit] };
    let mut parts = vec![class, vm.ctx.new_tuple(args).into()];
    if let Some(attributes) = attributes {
        parts.push(attributes.into());
    }
    Ok(vm.ctx.new_tuple(parts).into())
}

fn class(name: &'static str, vm: &VirtualMachine) -> PyResult {
    machine_module(vm, "_collections")?.get_attr(name, vm)
}

/// The class `deque`.
pub fn deque(vm: &VirtualMachine) -> PyResult {
    static CHANGED: Once = Once::new();
    let class = bridge_types::deque(class("deque", vm)?, vm)?;
    if let Ok(class) = class.clone().downcast::<PyType>() {
        CHANGED.call_once(|| {
            // Native classes live as long as the program.
            let class: &'static rustpython_vm::PyRef<PyType> = Box::leak(Box::new(class));
            class.set_attr(vm.ctx.intern_str("__reduce__"), vm.new_method("__reduce__", class, reduce).into());
            class.set_attr(vm.ctx.intern_str("__doc__"), vm.ctx.new_str(DEQUE).into());
            class.attributes().remove(vm.ctx.intern_str("__imul__"));
            class.modified();
        });
    }
    Ok(class)
}

/// The class `defaultdict`.
pub fn defaultdict(vm: &VirtualMachine) -> PyResult {
    static CHANGED: Once = Once::new();
    let class = class("defaultdict", vm)?;
    if let Ok(class) = class.clone().downcast::<PyType>() {
        CHANGED.call_once(|| {
            class.set_attr(vm.ctx.intern_str("__doc__"), vm.ctx.new_str(DEFAULTDICT).into());
            class.modified();
        });
    }
    Ok(class)
}
