//! Python 2's syntax tree to code objects of the machine.
//!
//! [`scopes`] finds what the names of a module mean and the errors of that stage; the lowering (`stmt`, `expr`,
//! `function`, `comprehension`, `import`) turns the tree into the compiler's own, with calls of
//! [intrinsics] where Python 3 has nothing alike; and the compiler makes bytecode of it. In that bytecode a bytes constant
//! stands for a `unicode` (its UTF-8), a string constant for a `str` or a [`docstring`]: whoever makes a code object of it
//! for an interpreter turns the constants into Python 2's.

mod build;
mod comprehension;
mod data;
pub mod docstring;
mod expr;
mod far;
mod function;
mod import;
pub mod intrinsics;
pub mod parts;
mod scopes;
pub mod special_names;
mod stmt;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ruff_python_ast as out;
use ruff_source_file::{SourceFile, SourceFileBuilder};
use rustpython_codegen::compile::{CompileOpts, compile_top};
use rustpython_compiler_core::Mode as CompilerMode;
use rustpython_compiler_core::bytecode::{BasicBag, CodeFlags, CodeObject, ConstantData};
use rustpython_compiler_core::marshal;

use crate::syntax::ast::{Mod, Span};
use crate::syntax::{self, FutureFlags, SourceText, SyntaxError, SyntaxErrorKind};

use scopes::Scopes;

/// How a module is compiled.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompileOptions {
    /// Features in force, from outside and from the module's own `__future__` imports.
    pub flags: FutureFlags,
}

/// Code that does not belong to an interpreter yet: what a cache keeps.
#[derive(Clone, Debug)]
pub struct Compiled {
    code: CodeObject,
    warnings: Vec<Warning>,
}

/// A SyntaxWarning.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The name of the source.
    pub file: String,
    pub line: u32,
    pub message: String,
    /// Found while the symbol table is made: a filter that makes an error of it makes it a SyntaxError.
    pub of_symbols: bool,
}

impl Compiled {
    /// The code as bytes, for [`from_bytes`](Self::from_bytes) of the same build of the program.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        marshal::serialize_code(&mut bytes, &self.code);
        bytes
    }

    /// None for bytes that hold no code.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        // The reader is not ours either: what it does not expect must not take the process down.
        catch_unwind(AssertUnwindSafe(|| marshal::deserialize_code(&mut bytes, BasicBag)))
            .ok()?
            .ok()
            .map(|code| Self { code, warnings: Vec::new() })
    }

    /// The compiler's code object.
    pub fn into_code(self) -> CodeObject {
        self.code
    }

    /// What is to be warned of; nothing where the code comes from a cache, as with CPython's.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// Calls and operators may nest this deep in the compiler; deeper source is an error.
const RECURSION_LIMIT: usize = 4000;

/// Expressions and statements nested deeper than this are an error here. No less than what the parser lets through.
const MAX_DEPTH: usize = 3200;

/// A comprehension takes as much of the compiler's stack as this many plain expressions.
const COMPREHENSION_LEVELS: usize = 16;

/// A source text this short cannot nest so deep that compiling it needs a stack of its own.
const SHALLOW: usize = 500;

/// Stack for compiling: the tree is walked several times, a level in a build without optimisation takes 10 kB.
const COMPILER_STACK: usize = if cfg!(target_pointer_width = "64") { 256 << 20 } else { 48 << 20 };

/// The message of the SyntaxError where the compiler met an input that it did not expect.
pub const COMPILER_FAILED: &str = "the source could not be compiled";

/// What went wrong, before the line is known.
pub struct Failure {
    kind: SyntaxErrorKind,
    span: Span,
    message: String,
    /// See [`SyntaxError::message_only`].
    of_symbols: bool,
}

impl Failure {
    fn at(span: Span, message: String) -> Self {
        Self { kind: SyntaxErrorKind::SyntaxError, span, message, of_symbols: false }
    }

    /// An error that CPython finds while it makes the symbol table.
    fn of_symbols(span: Span, message: String) -> Self {
        Self { of_symbols: true, ..Self::at(span, message) }
    }

    fn into_error(self, source: &SourceText) -> SyntaxError {
        let error = syntax::deferred_error(source, self.kind, self.message, self.span.start);
        SyntaxError { message_only: self.of_symbols, ..error }
    }
}

/// Compiles a module to code without an interpreter. May be called with a small stack.
pub fn compile_unloaded(source: &SourceText, module: &Mod, options: &CompileOptions) -> Result<Compiled, SyntaxError> {
    if source.text.len() <= SHALLOW {
        return compile_here(source, module, options);
    }
    let compiled = std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("compiler".to_owned()).stack_size(COMPILER_STACK);
        let handle = builder.spawn_scoped(scope, || compile_here(source, module, options)).ok()?;
        handle.join().ok()
    });
    compiled.unwrap_or_else(|| compile_here(source, module, options))
}

fn compile_here(source: &SourceText, module: &Mod, options: &CompileOptions) -> Result<Compiled, SyntaxError> {
    let lowered = lower(source, module, options).map_err(|failure| failure.into_error(source))?;
    let mode = match module {
        Mod::Module { .. } => CompilerMode::Exec,
        Mod::Interactive { .. } => CompilerMode::Single,
        Mod::Expression { .. } => CompilerMode::Eval,
    };
    let file = SourceFileBuilder::new(source.name.as_str(), source.text.as_str()).finish();
    let mut code = match lowered.tree {
        out::Mod::Module(module) => {
            let end = module.range.end().to_u32();
            let compile = |body| code_of(build::module(body, end), &file, mode, options);
            match parts::split(module.body.into_iter().collect()) {
                Err(whole) => compile(whole)?,
                Ok(bodies) => {
                    let codes = bodies.into_iter().map(compile).collect::<Result<_, _>>()?;
                    parts::join(compile(parts::frame())?, codes)
                }
            }
        }
        expression => code_of(expression, &file, mode, options)?,
    };
    far::resolve(&mut code, &lowered.far);
    Ok(Compiled { code, warnings: lowered.warnings })
}

/// Has the compiler make code of its tree.
fn code_of(
    tree: out::Mod,
    file: &SourceFile,
    mode: CompilerMode,
    options: &CompileOptions,
) -> Result<CodeObject, SyntaxError> {
    let opts = CompileOpts {
        debug_ranges: false,
        recursion_limit: RECURSION_LIMIT,
        future_features: code_flags(options.flags),
        ..CompileOpts::default()
    };
    let internal = |message: String| SyntaxError {
        kind: SyntaxErrorKind::SyntaxError,
        message,
        file: file.name().to_owned(),
        line: 1,
        offset: None,
        source_line: None,
        message_only: false,
    };
    // The compiler is not ours: an input that it did not expect must not take the process down.
    match catch_unwind(AssertUnwindSafe(|| compile_top(tree, file.clone(), mode, opts))) {
        Ok(Ok(code)) => Ok(code),
        Ok(Err(error)) => {
            let line = error.location.map_or(1, |location| location.line.get());
            let message = error.error.to_string();
            Err(SyntaxError { line: u32::try_from(line).unwrap_or(1), ..internal(message) })
        }
        Err(_) => Err(internal(COMPILER_FAILED.to_owned())),
    }
}

/// The bits of code flags for features, as the compiler keeps them in code objects.
pub fn code_flags(features: FutureFlags) -> CodeFlags {
    let mut flags = CodeFlags::empty();
    flags.set(CodeFlags::FUTURE_DIVISION, features.division);
    flags.set(CodeFlags::FUTURE_ABSOLUTE_IMPORT, features.absolute_import);
    flags.set(CodeFlags::FUTURE_PRINT_FUNCTION, features.print_function);
    flags.set(CodeFlags::FUTURE_UNICODE_LITERALS, features.unicode_literals);
    flags
}

/// What the lowering makes of a module.
struct LoweredModule {
    tree: out::Mod,
    warnings: Vec<Warning>,
    far: Vec<ConstantData>,
}

fn lower(source: &SourceText, module: &Mod, options: &CompileOptions) -> Result<LoweredModule, Failure> {
    let mut scopes = Scopes::of(module)?;
    let warning = |(span, message): (Span, String), of_symbols| Warning {
        file: source.name.clone(),
        line: source.line(span.start),
        message,
        of_symbols,
    };
    let (first, later) = (std::mem::take(&mut scopes.warnings), std::mem::take(&mut scopes.later_warnings));
    let first = first.into_iter().map(|found| warning(found, true));
    let warnings = first.chain(later.into_iter().map(|found| warning(found, false))).collect();
    let end = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
    let mut lowerer = Lowerer {
        flags: options.flags,
        scopes,
        scope: 0,
        pos: 0,
        blocks: Vec::new(),
        handlers: Vec::new(),
        comprehensions: Vec::new(),
        inlined: 0,
        in_iterable: false,
        before: Vec::new(),
        depth: 0,
        temporaries: 0,
        interactive: matches!(module, Mod::Interactive { .. }),
        constants: 0,
        far_constants: Vec::new(),
    };
    let tree = match module {
        Mod::Module { body } => build::module(lowerer.module_body(body)?, end),
        Mod::Interactive { body } => {
            let mut lowered = lowerer.declarations(0);
            lowered.extend(lowerer.body(body)?);
            build::module(lowered, end)
        }
        Mod::Expression { body } => build::expression(lowerer.expr(body)?, end),
    };
    Ok(LoweredModule { tree, warnings, far: lowerer.far_constants })
}

/// What surrounds a statement, for `break` and `continue`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Loop,
    Except,
    FinallyTry,
    FinallyEnd,
}

/// A list comprehension being lowered in a module or class scope.
struct Open<'a> {
    scope: usize,
    targets: Vec<&'a str>,
}

struct Lowerer<'a> {
    flags: FutureFlags,
    scopes: Scopes<'a>,
    /// The scope that is being lowered.
    scope: usize,
    /// The line that Python 2 would attribute the next instruction to: the furthest one that the statement has reached.
    pos: build::Pos,
    blocks: Vec<Block>,
    /// For each `except` clause around in this function: has another exception been handled inside it already?
    handlers: Vec<bool>,
    comprehensions: Vec<Open<'a>>,
    /// Comprehensions around that the compiler would inline.
    inlined: usize,
    /// Inside the iterable of a comprehension, where the compiler allows no assignment expressions.
    in_iterable: bool,
    /// Statements that have to run before the one that is being lowered.
    before: Vec<out::Stmt>,
    depth: usize,
    temporaries: u32,
    interactive: bool,
    /// Constants written so far in this function.
    constants: usize,
    /// Those that [`far`] takes care of.
    far_constants: Vec<ConstantData>,
}

impl<'a> Lowerer<'a> {
    fn scope(&self) -> &scopes::Scope<'a> {
        &self.scopes.scopes[self.scope]
    }

    /// Takes note of a node's position and returns the one its instructions get.
    fn reach(&mut self, span: Span) -> build::Pos {
        self.pos = self.pos.max(span.start);
        self.pos
    }

    /// A name for a value that no source can spell.
    fn temporary(&mut self) -> String {
        self.temporaries += 1;
        format!("<{}>", self.temporaries)
    }

    /// A private name of the class around, as code inside of it knows it.
    fn mangled<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
            return Cow::Borrowed(name);
        }
        let mut at = Some(self.scope);
        while let Some(scope) = at.map(|at| &self.scopes.scopes[at]) {
            if scope.kind == scopes::ScopeKind::Class {
                let class = scope.name.trim_start_matches('_');
                return if class.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("_{class}{name}")) };
            }
            at = scope.parent;
        }
        Cow::Borrowed(name)
    }

    /// Runs with a node that counts as so many levels around.
    fn deeper<T>(
        &mut self,
        levels: usize,
        span: Span,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.depth + levels > MAX_DEPTH {
            return Err(Failure::at(span, "too deeply nested".to_owned()));
        }
        self.depth += levels;
        let result = work(self);
        self.depth -= levels;
        result
    }
}

#[cfg(test)]
mod limits;
