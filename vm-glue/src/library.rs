//! The Python 3 library modules that the program brings along, compiled by this crate's build script (which says what is
//! left out).

use rustpython_vm::frozen::{FrozenCodeObject, FrozenModule};

/// Name, whether it is a package, and where its code stands in [`CODE`]. Apart from the code, so that listing the names
/// touches a few pages only.
static TABLE: &[(&str, bool, usize, usize)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

static CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.bin"));

/// All modules, as the machine takes them.
pub fn modules() -> impl Iterator<Item = (&'static str, FrozenModule)> {
    TABLE.iter().filter_map(|&(name, package, start, end)| {
        let bytes = CODE.get(start..end)?;
        Some((name, FrozenModule { code: FrozenCodeObject { bytes }, package }))
    })
}

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|&(name, ..)| name)
}

#[cfg(test)]
mod tests {
    use rustpython_vm::compiler::Mode;

    use super::*;
    use crate::import;
    use crate::interpreter::{Interpreter, Settings};
    use crate::modules::{REGISTRY, Source};
    use crate::threads;

    #[test]
    fn what_python_2_code_can_import_is_there() {
        for name in ["xml.sax.handler", "email.mime.text", "logging.handlers", "decimal", "encodings.cp1252", "pdb"] {
            assert!(names().any(|known| known == name), "{name}");
        }
        for name in ["tkinter", "idlelib.pyshell", "ensurepip", "pydoc_data.topics"] {
            assert!(names().all(|known| known != name), "{name}");
        }
    }

    /// A program has one interpreter: while one imports the whole library, none is made beside it.
    static ALONE: parking_lot::Mutex<()> = parking_lot::Mutex::new(());

    /// Library modules that take long to import and that nothing of Python 2's needs.
    const LARGE: &[&str] = &["ast", "dataclasses", "enum", "inspect", "re", "ssl", "tokenize", "typing"];

    /// Modules, and all below them, that bring large ones along, with the reason.
    const MAY_BRING_LARGE: &[(&str, &str)] = &[
        ("BaseHTTPServer", "headers are read by mimetools"),
        ("CGIHTTPServer", "headers are read by mimetools"),
        ("SimpleHTTPServer", "headers are read by mimetools"),
        ("SimpleXMLRPCServer", "headers are read by mimetools"),
        ("calendar", "dates come from the machine's datetime"),
        ("decimal", "arithmetic is the machine's"),
        ("doctest", "for tests: examples are found and compared by the machine's"),
        ("email", "addresses and dates are read by the machine's email.utils"),
        ("encodings.idna", "the tables are the machine's"),
        ("fractions", "stands on decimal and numbers"),
        ("mimetools", "addresses and dates are read by email.utils"),
        ("multiprocessing", "the machine's whole package"),
        ("pickletools", "for people who look into pickles"),
        ("pstats", "for people who look into profiles"),
        ("rfc822", "addresses and dates are read by email.utils"),
        ("tarfile", "the machine's, with what Python 2 has different"),
    ];

    #[test]
    fn no_module_brings_large_ones_along() {
        let _alone = ALONE.lock();
        let listed = |name: &str| {
            MAY_BRING_LARGE.iter().any(|(allowed, _)| {
                name.strip_prefix(allowed).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let brought = threads::on_big_stack("test", move || {
            let interpreter = Interpreter::new(Settings::default());
            interpreter.enter(|vm| {
                let mut brought: Vec<(&str, &str)> = Vec::new();
                for entry in REGISTRY.iter().filter(|entry| !entry.name.starts_with('_') && !listed(entry.name)) {
                    // Modules of other systems say so; what they brought along counts all the same.
                    let _ = import::import_level(vm, entry.name, None, None, 0);
                    let Ok(modules) = vm.sys_module.get_attr("modules", vm) else { continue };
                    for large in LARGE.iter().filter(|large| modules.get_item(**large, vm).is_ok()) {
                        // The first that brought it is the one to blame.
                        if brought.iter().all(|(_, known)| known != large) {
                            brought.push((entry.name, large));
                        }
                    }
                }
                brought
            })
        });
        assert_eq!(brought.ok(), Some(Vec::new()));
    }

    /// A library module that a registered one stands on must import with what was selected.
    #[test]
    fn every_registered_library_module_imports() {
        let _alone = ALONE.lock();
        let failed = threads::on_big_stack("test", || {
            let interpreter = Interpreter::new(Settings::default());
            interpreter.enter(|vm| {
                let mut failed = Vec::new();
                for entry in REGISTRY {
                    let Source::Over { library: name, .. } = entry.source else { continue };
                    let scope = vm.new_scope_with_builtins();
                    let source = format!("import {name}");
                    let code = vm.compile(&source, Mode::Exec, "<test>".to_owned());
                    let result = code.map_err(|error| error.to_string()).and_then(|code| {
                        vm.run_code_obj(code, scope).map_err(|error| format!("{:?}", error.args().as_slice()))
                    });
                    if let Err(error) = result {
                        failed.push(format!("{name}: {error}"));
                    }
                }
                failed
            })
        });
        assert_eq!(failed.ok(), Some(Vec::new()));
    }
}
