//! The dialect run time: what Python 2 code finds where the virtual machine alone would be Python 3.
//!
//! Every topic is one file with an install function, listed in the two tables here. [`patch_types`] changes native types
//! before the machine makes its first class (slots are copied when a class is made); [`install`] fills the dialect's
//! builtins and needs a running machine.

pub mod arithmetic;
pub mod arity;
pub mod attributes;
pub mod builtins;
pub mod classes;
pub mod classic;
pub mod compare;
pub mod containers;
pub mod dialect;
pub mod exceptions;
pub mod functions;
pub mod intrinsics;
pub mod iterators;
pub mod messages;
pub mod names;
pub mod numbers;
pub mod sequences;
pub mod slices;
pub mod text;

use rustpython_vm::{PyResult, VirtualMachine};

use crate::interpreter::Settings;

/// Changes of native types, in order. They run before any Python class exists and before anything can be imported.
static TYPE_PATCHES: &[fn(&VirtualMachine)] = &[
    text::patch,
    iterators::install,
    numbers::install,
    functions::install,
    containers::patch,
    sequences::patch,
];

/// Parts that need a running machine, in order: they fill the dialect's builtins with [`dialect::set`] and add
/// intrinsics with [`intrinsics::add`].
static PARTS: &[fn(&VirtualMachine) -> PyResult<()>] = &[
    dialect::install,
    classes::install,
    classic::install,
    exceptions::install,
    compare::install,
    attributes::install,
    builtins::install,
    sequences::install,
];

/// Runs [`TYPE_PATCHES`].
pub fn patch_types(vm: &VirtualMachine) {
    for patch in TYPE_PATCHES {
        patch(vm);
    }
}

/// Runs [`PARTS`].
pub fn install(vm: &VirtualMachine, settings: &Settings) -> PyResult<()> {
    dialect::create(vm, settings)?;
    text::set_default_codec(vm, settings.default_codec);
    for part in PARTS {
        part(vm)?;
    }
    Ok(())
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use super::testing::run;

    #[test]
    fn unlike_types_have_an_order() {
        assert_eq!(
            run("result = [None < 0, 1 < 'a', 'a' < (), [] < 'a', {} < [], (1, 'a') < ('a', 1), [None] < [0]]"),
            "[True, True, True, True, True, True, True]"
        );
    }
}
