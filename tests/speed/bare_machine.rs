//! Runs a Python 3 script on the machine as it comes, without the dialect, to compare speeds (`loops.py`).
//!
//!     cargo run --release --ignore-rust-version -p reprise-vm-glue --features compare --example bare_machine -- tests/speed/loops.py

use std::process::ExitCode;

use rustpython_vm::compiler::Mode;
use rustpython_vm::{Interpreter, Settings};

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("bare_machine: name a Python 3 script");
        return ExitCode::from(2);
    };
    let source = match std::fs::read_to_string(&path) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("bare_machine: {path}: {error}");
            return ExitCode::from(2);
        }
    };
    let run = move || {
        let mut settings = Settings::default();
        settings.import_site = false;
        let builder = Interpreter::builder(settings);
        let modules = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
        let library = reprise_vm_glue::library::modules();
        let interpreter = builder.add_native_modules(&modules).add_frozen_modules(library).build();
        interpreter.run(|vm| {
            let scope = vm.new_scope_with_builtins();
            let code = vm.compile(&source, Mode::Exec, path).map_err(|error| vm.new_value_error(error.to_string()))?;
            vm.run_code_obj(code, scope).map(drop)
        })
    };
    match reprise_vm_glue::threads::on_big_stack("main", run) {
        Ok(0) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
