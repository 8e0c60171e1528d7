//! From source text to code objects: decode, parse, lower; syntax errors become Python's exceptions.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyCode, PyType};
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::text;
use crate::code;
use crate::code_cache;
use crate::lower::{self, CompileOptions, Compiled, Warning};
use crate::syntax::ast::Mod;
use crate::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxError, SyntaxErrorKind};

/// Python's exception for a syntax error.
pub fn exception(vm: &VirtualMachine, error: &SyntaxError) -> PyBaseExceptionRef {
    let exceptions = &vm.ctx.exceptions;
    let class = match error.kind {
        SyntaxErrorKind::SyntaxError => exceptions.syntax_error,
        SyntaxErrorKind::IndentationError => exceptions.indentation_error,
        SyntaxErrorKind::TabError => exceptions.tab_error,
        SyntaxErrorKind::ValueError => return vm.new_value_error(error.message.clone()),
        SyntaxErrorKind::MemoryError => return vm.new_memory_error(error.message.clone()),
    };
    let none = || vm.ctx.none();
    let line = match &error.source_line {
        Some(line) => Some(text::new_str(vm, line.as_bytes())),
        None => source_line(&error.file, error.line as usize).map(|line| text::new_str(vm, &line)),
    };
    let details = vec![
        vm.ctx.new_str(error.file.as_str()).into(),
        vm.ctx.new_int(error.line).into(),
        error.offset.map_or_else(none, |offset| vm.ctx.new_int(offset).into()),
        line.unwrap_or_else(none),
    ];
    let message: PyObjectRef = vm.ctx.new_str(error.message.as_str()).into();
    let made = match error.message_only {
        true => message_only(class, message, details, vm),
        false => class.as_object().call((message, vm.ctx.new_tuple(details)), vm),
    };
    match made {
        Ok(made) => made.downcast().unwrap_or_else(|_| vm.new_syntax_error_text(&error.message)),
        Err(failed) => failed,
    }
}

/// An exception whose `args` are the message alone; the place stands in attributes.
fn message_only(class: &Py<PyType>, message: PyObjectRef, details: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let made = class.as_object().call((message,), vm)?;
    for (name, value) in ["filename", "lineno", "offset", "text"].into_iter().zip(details) {
        made.set_attr(name, value, vm)?;
    }
    Ok(made)
}

trait PlainSyntaxError {
    fn new_syntax_error_text(&self, message: &str) -> PyBaseExceptionRef;
}

impl PlainSyntaxError for VirtualMachine {
    fn new_syntax_error_text(&self, message: &str) -> PyBaseExceptionRef {
        self.new_exception_msg(self.ctx.exceptions.syntax_error.to_owned(), message.into())
    }
}

/// A line of a file, with its line end; from 1.
pub fn source_line(file: &str, line: usize) -> Option<Vec<u8>> {
    if file.starts_with('<') {
        return None;
    }
    let bytes = std::fs::read(file).ok()?;
    bytes.split_inclusive(|byte| *byte == b'\n').nth(line.checked_sub(1)?).map(<[u8]>::to_vec)
}

/// The features that code was compiled with, for code compiled inside of it.
pub fn features_of(code: &PyCode) -> FutureFlags {
    let has = |flag| code.flags.contains(flag);
    FutureFlags {
        division: has(CodeFlags::FUTURE_DIVISION),
        absolute_import: has(CodeFlags::FUTURE_ABSOLUTE_IMPORT),
        print_function: has(CodeFlags::FUTURE_PRINT_FUNCTION),
        unicode_literals: has(CodeFlags::FUTURE_UNICODE_LITERALS),
    }
}

/// Compiles the bytes of a file, or takes the code from the [cache](code_cache).
pub fn compile_file(vm: &VirtualMachine, name: &str, bytes: &[u8], rules: SourceRules) -> PyResult<PyRef<PyCode>> {
    let entry = code_cache::entry(name, bytes, rules_name(rules));
    if let Some(compiled) = vm.allow_threads(|| entry.as_ref()?.read()) {
        return Ok(code::load(vm, compiled));
    }
    let compiled = vm.allow_threads(|| {
        let compiled = compile_text(&SourceText::decode(name, bytes, rules)?, Mode::Exec, FutureFlags::default())?;
        if let Some(entry) = &entry {
            entry.write(&compiled, &[]);
        }
        Ok(compiled)
    });
    loaded(vm, compiled)
}

/// Parses and compiles without an interpreter.
fn compile_text(text: &SourceText, mode: Mode, flags: FutureFlags) -> Result<Compiled, SyntaxError> {
    let module = syntax::parse(text, ParseOptions { mode, flags })?;
    compile_module(text, &module, flags)
}

/// Compiles without an interpreter what was parsed.
fn compile_module(text: &SourceText, module: &Mod, flags: FutureFlags) -> Result<Compiled, SyntaxError> {
    let flags = syntax::future_flags(text, module, flags)?;
    lower::compile_unloaded(text, module, &CompileOptions { flags })
}

fn loaded(vm: &VirtualMachine, compiled: Result<Compiled, SyntaxError>) -> PyResult<PyRef<PyCode>> {
    match compiled {
        Ok(compiled) => {
            compiled.warnings().iter().try_for_each(|warning| warn(vm, warning))?;
            Ok(code::load(vm, compiled))
        }
        Err(error) => Err(exception(vm, &error)),
    }
}

/// Issues a SyntaxWarning. Where a filter makes an error of it, that is a SyntaxError.
fn warn(vm: &VirtualMachine, warning: &lower::Warning) -> PyResult<()> {
    let Warning { file, line, message, of_symbols } = warning;
    let function = crate::import::module(vm, "warnings")?.get_attr("warn_explicit", vm)?;
    let class = vm.ctx.exceptions.syntax_warning;
    let outcome = function.call((message.as_str(), class.to_owned(), file.as_str(), *line), vm);
    outcome.map(drop).map_err(|error| match *of_symbols && error.fast_isinstance(class) {
        true => exception(
            vm,
            &SyntaxError {
                kind: SyntaxErrorKind::SyntaxError,
                message: message.clone(),
                file: file.clone(),
                line: *line,
                offset: None,
                source_line: None,
                message_only: true,
            },
        ),
        false => error,
    })
}

/// The rules' name in keys of the cache.
fn rules_name(rules: SourceRules) -> &'static str {
    match rules {
        SourceRules::CPython => "file",
        SourceRules::CPythonString => "string",
        SourceRules::Framework => "framework",
    }
}

/// Parses and compiles.
pub fn compile_source(
    vm: &VirtualMachine,
    text: &SourceText,
    mode: Mode,
    flags: FutureFlags,
) -> PyResult<PyRef<PyCode>> {
    // Other threads of Python run on in the meantime.
    loaded(vm, vm.allow_threads(|| compile_text(text, mode, flags)))
}

/// Compiles a tree; `text` is what its spans refer to.
pub fn compile_tree(
    vm: &VirtualMachine,
    text: &SourceText,
    module: &Mod,
    flags: FutureFlags,
) -> PyResult<PyRef<PyCode>> {
    loaded(vm, vm.allow_threads(|| compile_module(text, module, flags)))
}

/// Parses only: the tree, for `ast.parse`.
pub fn parse(vm: &VirtualMachine, text: &SourceText, mode: Mode, flags: FutureFlags) -> PyResult<Mod> {
    vm.allow_threads(|| syntax::parse(text, ParseOptions { mode, flags })).map_err(|error| exception(vm, &error))
}
