//! Operations that lowered code calls: functions that the interpreter's builtins have under names that no source can
//! spell.

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
/// `<call>(function, positional, keywords, star[, mapping])`: see `runtime/calls.rs`.
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
/// `<parts>(codes)`: runs the [parts](super::parts) of a large module.
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
