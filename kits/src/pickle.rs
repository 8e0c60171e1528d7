//! Pickles of the plug-in's stored values (`spec/storage.md` §3.1): protocol 0 is written, 0 to 2 are read. Only data
//! types and classes of the plug-in itself can be read; a pickle that names anything else is refused.

use std::sync::Arc;

use reprise_vm_glue::modules::pickle;
use reprise_vm_glue::runtime::dialect;
use rustpython_vm::builtins::PyType;
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

use crate::sandbox::Sandbox;

/// Classes by module and name that a pickle may hold, besides those of the plug-in.
static CLASSES: &[(&str, &[&str])] = &[
    (
        "__builtin__",
        &[
            "set",
            "frozenset",
            "complex",
            "object",
            "str",
            "unicode",
            "int",
            "long",
            "float",
            "bool",
            "list",
            "dict",
            "tuple",
            "bytearray",
            "xrange",
        ],
    ),
    ("copy_reg", &["_reconstructor"]),
    ("datetime", &["datetime", "date", "time", "timedelta"]),
    ("collections", &["OrderedDict", "defaultdict", "deque"]),
    ("decimal", &["Decimal"]),
];

/// A value as a pickle of protocol 0.
pub fn dump(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    pickle::dump(vm, value, 0, None)
}

/// The value of a pickle. Classes of the plug-in are looked up in the sandbox's globals.
pub fn load(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bytes: &[u8]) -> PyResult {
    let sandbox = sandbox.clone();
    let find: pickle::Find =
        Arc::new(move |vm: &VirtualMachine, module: &str, name: &str| class(vm, &sandbox, module, name));
    pickle::load(vm, bytes, Some(find))
}

/// As [`load`], with everything that can be imported: for files of plug-ins that are not confined.
pub fn load_any(vm: &VirtualMachine, bytes: &[u8]) -> PyResult {
    pickle::load(vm, bytes, None)
}

/// A class that may be named: data types, and the plug-in's own.
fn class(vm: &VirtualMachine, sandbox: &Sandbox, module: &str, name: &str) -> PyResult {
    if let Some((_, names)) = CLASSES.iter().find(|(known, _)| *known == module) {
        let names: &[&str] = names;
        if module == "__builtin__" {
            return match names.contains(&name) {
                true => dialect::builtins(vm)?.get_item(name, vm),
                false => Err(vm.new_attribute_error(format!("'module' object has no attribute '{name}'"))),
            };
        }
        if names.contains(&name) {
            let import = dialect::get(vm, "__import__")?;
            return import.call((vm.ctx.new_str(module),), vm)?.get_attr(&*vm.ctx.new_str(name), vm);
        }
    }
    if module == sandbox.policy.module_name
        && let Some(class) = sandbox.globals.get_item_opt(name, vm)?
        && class.downcastable::<PyType>()
    {
        return Ok(class);
    }
    let message = format!("No module named {module}");
    Err(vm.new_import_error(message, vm.ctx.new_str(module)))
}
