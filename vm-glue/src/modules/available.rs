//! Which modules Python 2 code can import here, for tools that look at code without running it.

use std::collections::HashSet;
use std::sync::LazyLock;

use rustpython_vm::Context;

use super::{find_everywhere, is_missing};
use crate::library;

/// The modules of CPython 2.7's own library, one a line, sorted.
static PYTHON_27: &str = include_str!("python27.txt");

/// Whether CPython 2.7's library has exactly this module: `logging.handlers`, but not `importlib.resources`.
pub fn is_python_27(name: &str) -> bool {
    PYTHON_27.lines().any(|line| line == name)
}

/// Whether the module is a part of this program that its embedded Python alone imports: `_bridge`.
pub fn is_internal(name: &str) -> bool {
    name.starts_with('_') && find_everywhere(name).is_some() && !is_python_27(name)
}

/// Whether CPython 2.7 has a module of this name; only the first part of a dotted name counts.
pub fn in_python_27(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    is_python_27(first)
}

/// The machine's own modules: those written in Rust, and its frozen library.
static MACHINE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let context = Context::genesis();
    let builtin = rustpython_vm::stdlib::builtin_module_defs(context);
    let native = rustpython_stdlib::stdlib_module_defs(context);
    let names = builtin.iter().chain(&native).map(|module| module.name.as_str());
    names.chain(library::names()).collect()
});

/// Whether `import NAME` finds a module that this program brings along.
pub fn is_available(name: &str) -> bool {
    if find_everywhere(name).is_some() {
        return !is_internal(name);
    }
    if !is_python_27(name) || is_missing(name) {
        return false;
    }
    // What is made with the interpreter, and a module that is an attribute of another one.
    MACHINE.contains(name) || matches!(name, "sys" | "__builtin__" | "os.path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_modules() {
        for name in ["re", "os", "os.path", "sys", "urllib2", "json", "math", "logging", "xml.dom.minidom"] {
            assert!(is_available(name), "{name}");
        }
        for name in ["http.client", "asyncio", "nothing", "queue", "importlib.resources"] {
            assert!(!is_available(name), "{name}");
        }
        assert!(in_python_27("bsddb.db") && !in_python_27("requests"));
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(PYTHON_27.lines().is_sorted());
    }
}
