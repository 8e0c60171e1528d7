//! Source files of restricted code: reading, checking, rewriting, compiling, running (`spec/sandbox.md` §1 to §3).

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use reprise_policies::{compiler, extended, rewrite, rules};
use reprise_vm_glue::runtime::{exec, source};
use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};
use reprise_vm_glue::{code, code_cache, lower};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyDictRef};
use rustpython_vm::{PyRef, PyResult, VirtualMachine};

use crate::guards;
use crate::names_in_code::{self, NamesInCode};
use crate::sandbox::Sandbox;

/// Compiles a source file for a sandbox. `is_module`: an imported module, which under Elevated may use more special
/// names than the main file.
pub fn compile(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, file: &Path, is_module: bool) -> PyResult<PyRef<PyCode>> {
    let name = file.to_string_lossy().into_owned();
    let bytes = std::fs::read(file).map_err(|error| {
        let code = error.raw_os_error().unwrap_or(0);
        reprise_vm_glue::runtime::exceptions::new_io_error(vm, code, &error.to_string(), None)
    })?;
    let bytes =
        if !is_module && sandbox.plugin.has_flag("UseExtendedPython") { extended::expand(&bytes) } else { bytes };
    let main_or_module = if is_module { "module" } else { "main" };
    let entry = code_cache::entry(&name, &bytes, &format!("{} {main_or_module}", sandbox.policy.name));
    if let Some((entry, compiled)) = vm.allow_threads(|| entry.as_ref().and_then(|entry| Some((entry, entry.read()?))))
    {
        sandbox.plugin.state::<NamesInCode>().record_later(&name, entry.clone());
        return Ok(code::load(vm, compiled));
    }
    let failed = |error: syntax::SyntaxError| source::exception(vm, &error);
    let text = SourceText::decode(&name, &bytes, SourceRules::Framework).map_err(failed)?;
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let mut module = syntax::parse(&text, options).map_err(failed)?;
    check(vm, sandbox, &text, &module, is_module)?;
    if let Some(misplaced) = compiler::misplaced(&text, &module) {
        return Err(plain_syntax_error(vm, misplaced));
    }
    sandbox.plugin.state::<NamesInCode>().record(&name, &text.text, &module);
    let notes = if entry.is_some() { names_in_code::notes(&text.text, &module) } else { Vec::new() };
    rewrite::restrict(&mut module);
    let flags = syntax::future_flags(&text, &module, FutureFlags::default()).map_err(failed)?;
    let options = lower::CompileOptions { flags };
    let compiled = vm.allow_threads(|| lower::compile_unloaded(&text, &module, &options)).map_err(failed)?;
    if let Some(entry) = entry {
        vm.allow_threads(|| entry.write(&compiled, &notes));
    }
    Ok(code::load(vm, compiled))
}

fn check(
    vm: &VirtualMachine,
    sandbox: &Sandbox,
    text: &SourceText,
    module: &syntax::ast::Mod,
    is_module: bool,
) -> PyResult<()> {
    let violations = rules::check(text, module, sandbox.policy, is_module);
    if let Some(crash) = violations.iter().find(|violation| violation.crash) {
        return Err(vm.new_attribute_error(crash.to_string()));
    }
    for _ in &violations {
        let _ = std::io::stderr().write_all(b"SECURITY ERROR\n\n");
    }
    match violations.first() {
        None => Ok(()),
        Some(first) => Err(plain_syntax_error(vm, first.to_string())),
    }
}

/// A SyntaxError that holds nothing but its text.
fn plain_syntax_error(vm: &VirtualMachine, text: String) -> PyBaseExceptionRef {
    let text = vm.ctx.new_str(text);
    vm.new_exception(vm.ctx.exceptions.syntax_error.to_owned(), vec![text.into()])
}

/// Runs a module's code in its globals. A `return` on the top level ends it.
pub fn execute(vm: &VirtualMachine, code: PyRef<PyCode>, globals: &PyDictRef) -> PyResult<()> {
    match exec::run(code, globals.clone(), globals.clone().into(), vm) {
        Ok(_) => Ok(()),
        Err(exception) if guards::is_leave(vm, &exception) => Ok(()),
        Err(exception) => Err(exception),
    }
}
