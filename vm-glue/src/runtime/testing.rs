//! For unit tests of the run time: runs Python 3 text with the dialect's builtins, so that natives can be tried without
//! the parser ([`run`]), or Python 2 text ([`run_python_2`]).

use crate::interpreter::{Interpreter, Settings};
use rustpython_vm::builtins::PyCode;
use rustpython_vm::compiler::Mode;
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, PyRef, PyResult, VirtualMachine};

use crate::syntax::SourceRules;

/// Runs the text and returns the `repr` of its variable `result`, or the error.
pub fn run(source: &str) -> String {
    run_by(source, |vm, source| {
        vm.compile(source, Mode::Exec, "<test>".to_owned()).map_err(|error| vm.new_value_error(error.to_string()))
    })
}

/// The same for Python 2 text.
pub fn run_python_2(source: &str) -> String {
    run_by(source, |vm, source| {
        super::source::compile_file(vm, "<test>", source.as_bytes(), SourceRules::CPythonString)
    })
}

type Compile = fn(&VirtualMachine, &str) -> PyResult<PyRef<PyCode>>;

fn run_by(source: &str, compile: Compile) -> String {
    let source = source.to_owned();
    crate::threads::on_big_stack("test", move || {
        let interpreter = Interpreter::new(Settings::default());
        interpreter.enter(|vm| match evaluate(vm, &source, compile) {
            Ok(text) => text,
            Err(error) => {
                let text = error.as_object().str(vm).map(|text| text.to_string());
                format!("{}: {}", error.class().name(), text.unwrap_or_default())
            }
        })
    })
    .unwrap_or_else(|error| error.to_string())
}

fn evaluate(vm: &VirtualMachine, source: &str, compile: Compile) -> PyResult<String> {
    let code = compile(vm, source)?;
    let globals = vm.ctx.new_dict();
    globals.set_item("__builtins__", super::dialect::builtins(vm)?.into(), vm)?;
    globals.set_item("__name__", vm.ctx.new_str("__main__").into(), vm)?;
    let scope = Scope::with_builtins(None, globals.clone(), vm);
    vm.run_code_obj(code, scope)?;
    Ok(globals.get_item("result", vm)?.repr(vm)?.to_string())
}
