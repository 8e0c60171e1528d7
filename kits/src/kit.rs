//! Tables that publish names into sandboxes. A kit file holds one `pub static KIT: Kit` at its top; the same table
//! drives the run time, `reprise check` and the generated API reference.

use std::sync::Arc;

use reprise_policies::Policy;
use reprise_vm_glue::runtime::class_names::SHOWN_AS_CLASS;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::function::PySetterValue;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::errors;
use crate::sandbox::{self, Sandbox};

/// One API kit: a group of names that are published together (`spec/core.md` §8).
pub struct Kit {
    /// The kit's name in `PlexPluginAPIExclusions`.
    pub name: &'static str,
    pub entries: &'static [Entry],
}

/// One published root name.
pub struct Entry {
    pub name: &'static str,
    /// Which policies see it.
    pub visible: Visibility,
    /// Text for `reprise api`.
    pub doc: &'static str,
    /// How complete it is, for `reprise check` and the coverage table.
    pub status: Status,
    /// Makes the object for one sandbox.
    pub make: fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Implemented,
    /// Works in part; the text says what is missing.
    Partial(&'static str),
    /// Known to the original, not here: raises an error that names it.
    Missing,
}

/// The policies that see a name: the columns of `spec/core.md` §8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Every policy, Model included.
    All,
    /// Bundle policies and services.
    Code,
    /// Code, but neither Cloud nor services.
    CodeNotModern,
    /// Code, but not Cloud.
    CodeNotCloud,
    /// Bundle policies (Standard, Elevated, Cloud).
    Bundle,
    BundleNotModern,
    BundleNotCloud,
    /// Bundle policies and services, but not Cloud.
    BundleOrServiceNotCloud,
    Elevated,
    Cloud,
    CloudOrElevated,
    Model,
}

/// Refuses a member that the kit keeps for other policies (`spec/environment.md` §1).
pub fn permit(vm: &VirtualMachine, policy: &Policy, visible: Visibility, class: &str) -> PyResult<()> {
    if sandbox::sees(policy, visible) { Ok(()) } else { Err(errors::not_permitted(vm, class)) }
}

/// The class of a native kit object. Messages name it without its module, as they name classes of Python code; its
/// `repr` has the module.
pub fn native_class<T: PyClassImpl + StaticType>(vm: &VirtualMachine, module: &'static str) {
    let class = T::make_static_type();
    let name = vm.ctx.intern_str("__module__");
    class.set_attr(name, vm.ctx.new_str(module).into());
    class.set_attr(vm.ctx.intern_str(SHOWN_AS_CLASS), vm.ctx.true_value.clone().into());
    class.slots().setattro.store(Some(set_attribute));
}

/// Assigning to a kit's member that cannot be assigned fails in the words of a Python property, as kits once were Python.
fn set_attribute(object: &PyObject, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let what = if value.is_assign() { "set" } else { "delete" };
    object.generic_setattr(name, value, vm).map_err(|error| {
        let text = error.get_arg(0).and_then(|first| first.downcast::<PyStr>().ok());
        match text.is_some_and(|text| text.as_bytes().ends_with(b" is not writable")) {
            true => vm.new_attribute_error(format!("can't {what} attribute")),
            false => error,
        }
    })
}
