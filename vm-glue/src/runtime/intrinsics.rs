//! Operations that the lowering calls: functions in the dialect's builtins under names that no source can spell.
//!
//! A part adds its intrinsics with [`add`] under a constant name made by the macro-free convention `"<what it does>"`.
//! The lowering refers to the same constants.

use rustpython_vm::function::IntoPyNativeFn;
use rustpython_vm::{PyResult, VirtualMachine};

use super::dialect;

/// `<attr>(object, name)`: an attribute read whose name differs between the versions; see [`ATTRIBUTES`].
pub const ATTRIBUTE: &str = "<attr>";
/// `<div>(a, b)`: `/` without `from __future__ import division`.
pub const DIVIDE: &str = "<div>";
/// `<idiv>(a, b)`: `/=` likewise.
pub const DIVIDE_IN_PLACE: &str = "<idiv>";
/// `<mod>(a, b)`: `%` with a string literal on the left (the compiler would make it an f-string).
pub const MODULO: &str = "<mod>";
/// `<print>(dest, newline, *values)`.
pub const PRINT: &str = "<print>";
/// `<repr>(x)`: backticks.
pub const REPR: &str = "<repr>";
/// `<exec>(code, globals, locals)`.
pub const EXEC: &str = "<exec>";

/// Registers an intrinsic.
pub fn add<F, Kind>(vm: &VirtualMachine, name: &'static str, function: F) -> PyResult<()>
where
    F: IntoPyNativeFn<Kind>,
{
    dialect::set_function(vm, name, function)
}
