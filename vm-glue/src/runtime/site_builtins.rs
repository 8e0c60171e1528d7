//! What CPython's `site` adds to the builtins: `exit`, `quit`, `copyright`, `credits`, `license`.

use rustpython_vm::builtins::PyTypeRef;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, Representable};
use rustpython_vm::{Py, PyPayload, PyResult, VirtualMachine, pyclass};

use super::dialect;

/// `exit` or `quit`: called, it ends the program; shown, it says so.
#[pyclass(module = "site", name = "Quitter")]
#[derive(Debug, PyPayload)]
struct Quitter {
    name: &'static str,
}

#[pyclass(with(Callable, Representable))]
impl Quitter {
    #[pygetset]
    fn name(zelf: &Py<Self>) -> &'static str {
        zelf.name
    }
}

impl Callable for Quitter {
    type Args = FuncArgs;

    fn call(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let status = args.args.into_iter().next().unwrap_or_else(|| vm.ctx.none());
        let class = vm.ctx.exceptions.system_exit.to_owned();
        Err(vm.invoke_exception(&class, vec![status]).unwrap_or_else(|error| error))
    }
}

impl Representable for Quitter {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("Use {}() or Ctrl-D (i.e. EOF) to exit", zelf.name))
    }
}

/// A text that is shown when its name is typed.
#[pyclass(module = "site", name = "_Printer")]
#[derive(Debug, PyPayload)]
struct Printer {
    text: &'static str,
}

#[pyclass(with(Callable, Representable))]
impl Printer {}

impl Callable for Printer {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let stdout = crate::import::sys(vm)?.get_attr("stdout", vm)?;
        vm.call_method(&stdout, "write", (vm.ctx.new_str(format!("{}\n", zelf.text)),))
    }
}

impl Representable for Printer {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(zelf.text.to_owned())
    }
}

/// The texts by their names.
const TEXTS: [(&str, &str); 3] = [
    ("copyright", "Copyright (c) 2001-2020 Python Software Foundation.\nAll Rights Reserved."),
    ("credits", "Python 2 runs here on RustPython."),
    ("license", "The licences are in the file LICENSE beside the program."),
];

/// Sets the builtins.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let _types: [PyTypeRef; 2] = [Quitter::make_static_type(), Printer::make_static_type()];
    for name in ["exit", "quit"] {
        dialect::set(vm, name, Quitter { name }.into_ref(&vm.ctx))?;
    }
    for (name, text) in TEXTS {
        dialect::set(vm, name, Printer { text }.into_ref(&vm.ctx))?;
    }
    Ok(())
}
