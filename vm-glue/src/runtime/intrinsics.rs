//! Operations that the lowering calls: functions in the dialect's builtins under names that no source can spell.
//!
//! A part adds its intrinsics with [`add`]; the lowering refers to the constants here. A restricted builtins dict needs
//! them too: [`copy_into`].

use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::function::IntoPyNativeFn;
use rustpython_vm::{Py, PyResult, VirtualMachine};

use super::dialect;

/// `<attr>(object, name)`: an attribute read whose name differs between the versions; see
/// [`special_names`](super::special_names).
pub const ATTRIBUTE: &str = "<attr>";
/// `<print>(dest, newline, *values)`: gives back `dest`.
pub const PRINT: &str = "<print>";
/// `<display>(value)`: the value of an expression statement at a prompt.
pub const DISPLAY: &str = "<display>";
/// `<repr>(x)`: backticks.
pub const REPR: &str = "<repr>";
/// `<long>(n)`: a `long` that would fit into an int.
pub const LONG: &str = "<long>";
/// `<same>(x)`: `x`, hidden from the compiler's constant folding.
pub const SAME: &str = "<same>";
/// `<call>(function, positional, keywords, star[, mapping])`: see [`calls`](super::calls).
pub const CALL: &str = "<call>";
/// `<keywords>(dict)`: gives the dict of a function's `**` parameter unicode keys where the caller's mapping had them;
/// true.
pub const KEYWORDS: &str = "<keywords>";
/// `<namespace>(locals)`: `locals()` as a place for `exec` to run in.
pub const NAMESPACE: &str = "<namespace>";
/// `<exec>(code[, globals[, locals]])`.
pub const EXEC: &str = "<exec>";
/// `<ended>(error)`: what a generator that a StopIteration leaves ends with.
pub const ENDED: &str = "<ended>";
/// `<manager>(x)`: `x`, which must be fit for `with`.
pub const MANAGER: &str = "<manager>";
/// `<parts>(codes)`: runs the [parts](crate::lower::parts) of a large module.
pub const PARTS: &str = "<parts>";
/// `<name>(name)`: a name looked up in the frame's namespace, the globals, the builtins.
pub const LOAD_NAME: &str = "<name>";
/// `<store>(name, value)`: stores in the frame's namespace; true.
pub const STORE_NAME: &str = "<store>";
/// `<raise>(type[, value[, traceback]])`: the exception to raise.
pub const RAISE: &str = "<raise>";
/// `<reraise>()`: the exception that a bare `raise` raises.
pub const RERAISE: &str = "<reraise>";
/// `<catch>(classes)`: what the machine has to match the current exception with.
pub const CATCH: &str = "<catch>";
/// `<caught>()`: the exception being handled, noted for `sys.exc_info()`.
pub const CAUGHT: &str = "<caught>";
/// `<import>(name, fromlist, level)`.
pub const IMPORT: &str = "<import>";
/// `<import from>(name, names, level)`: a tuple of the values.
pub const IMPORT_FROM: &str = "<import from>";
/// `<import *>(name, level)`.
pub const IMPORT_STAR: &str = "<import *>";

/// Registers an intrinsic.
pub fn add<F, Kind>(vm: &VirtualMachine, name: &'static str, function: F) -> PyResult<()>
where
    F: IntoPyNativeFn<Kind>,
{
    dialect::set_function(vm, name, function)
}

/// Gives a builtins dict made for restricted code the intrinsics, which all lowered code needs.
pub fn copy_into(vm: &VirtualMachine, builtins: &Py<PyDict>) -> PyResult<()> {
    for (name, value) in &dialect::builtins(vm)? {
        let is_intrinsic = name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes().first() == Some(&b'<'));
        if is_intrinsic || name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes() == b"__build_class__") {
            builtins.set_item(&*name, value, vm)?;
        }
    }
    Ok(())
}
