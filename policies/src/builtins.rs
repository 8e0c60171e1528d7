//! The names of Python that a policy's code sees (`spec/environment.md` §3). A name that is in neither table is a
//! NameError; the kits' names are in the kits' own tables.

use crate::policy::Policy;

/// Where the value of a name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The builtin of the same name.
    Builtin,
    /// An exception class of the same name.
    Exception,
    /// A function of the sandbox: `__import__`, the guarded `setattr` and `delattr`, the wrapped `super`.
    Sandbox,
}

/// The dictionary that plug-in code has for its builtins: the names of Python.
pub static BUILTINS: &[&str] = &[
    "False",
    "None",
    "True",
    "abs",
    "basestring",
    "bool",
    "callable",
    "chr",
    "cmp",
    "complex",
    "divmod",
    "float",
    "hash",
    "hex",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "len",
    "long",
    "oct",
    "ord",
    "pow",
    "range",
    "repr",
    "round",
    "str",
    "tuple",
    "unichr",
    "unicode",
    "xrange",
    "zip",
];

/// All exceptions of Python 2.7.
pub static EXCEPTIONS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BufferError",
    "BytesWarning",
    "DeprecationWarning",
    "EOFError",
    "EnvironmentError",
    "Exception",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "ReferenceError",
    "RuntimeError",
    "RuntimeWarning",
    "StandardError",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
];

/// In the builtins too, but made by the sandbox.
pub static GUARDED: &[&str] = &["__import__", "setattr", "delattr"];

/// What else the globals of every sandbox hold from Python. (`FrameworkException`, `Object`, `hexlify` and `unhexlify`
/// are the sandbox's own.)
pub static GLOBALS: &[&str] = &[
    "object",
    "set",
    "str",
    "unicode",
    "min",
    "max",
    "xrange",
    "list",
    "dict",
    "staticmethod",
    "classmethod",
    "property",
    "sorted",
    "reversed",
    "reduce",
    "filter",
    "map",
    "enumerate",
];

/// The globals that Elevated code has besides.
pub static ELEVATED_GLOBALS: &[&str] = &["hasattr", "getattr", "setattr", "dir", "super", "type"];

/// The names of Python in the globals of a policy's code.
pub fn globals(policy: &Policy) -> impl Iterator<Item = &'static str> {
    let more: &[&str] = if policy.elevated { ELEVATED_GLOBALS } else { &[] };
    GLOBALS.iter().chain(more).copied()
}

/// Whether a policy's code can use a name of Python.
pub fn sees(policy: &Policy, name: &str) -> bool {
    BUILTINS.contains(&name)
        || EXCEPTIONS.contains(&name)
        || GUARDED.contains(&name)
        || globals(policy).any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{ELEVATED, STANDARD};

    #[test]
    fn hidden_names() {
        for name in ["any", "open", "eval", "bytearray", "getattr", "super"] {
            assert!(!sees(&STANDARD, name), "{name}");
        }
        assert!(sees(&ELEVATED, "getattr") && sees(&ELEVATED, "super") && !sees(&ELEVATED, "open"));
        assert!(sees(&STANDARD, "reduce") && sees(&STANDARD, "IOError"));
    }
}
