//! Lexer, parser and AST of Python 2.7. Does not know the virtual machine (only its number and string types).
//!
//! [`SourceText::decode`] turns the bytes of a file into text (coding cookie, BOM, none), [`parse`] turns text into
//! [`ast::Mod`]. Errors are [`SyntaxError`]: file, line, column, the source line and CPython 2.7's message.

pub mod ast;
mod codepages;
mod dump;
mod encoding;
mod future;
mod lexer;
mod literals;
mod parser;
mod position;
mod render;
mod source;
#[cfg(test)]
mod tests;
mod token;

pub use dump::{dump, number_repr, string_repr};
pub use future::future_flags;
pub(crate) use parser::deferred_error;
pub use parser::{MAX_DEPTH, parse};
pub use position::LineIndex;
pub use render::Rendered;
pub use source::{SourceText, TextForm};

/// How the bytes of a source file are read where they declare no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceRules {
    /// A file as CPython 2.7 reads it: non-ASCII bytes without a coding cookie are a SyntaxError.
    CPython,
    /// A byte string given to CPython 2.7's `compile`, `exec` or `eval`: non-ASCII bytes are no error; in `'…'` they
    /// stay the raw bytes, in `u'…'` they are Latin-1.
    CPythonString,
    /// The plug-in framework (`spec/sandbox.md` §1): as [`CPythonString`](Self::CPythonString), and names such as
    /// `None` can be assigned to.
    Framework,
}

/// What to parse, and the compiler flags in force from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    pub mode: Mode,
    pub flags: FutureFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Exec,
    Eval,
    Single,
}

/// `from __future__` features that change parsing or compilation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FutureFlags {
    pub division: bool,
    pub absolute_import: bool,
    pub print_function: bool,
    pub unicode_literals: bool,
}

/// A syntax error with CPython 2.7's text (`invalid syntax`, `unexpected indent`, …).
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message} ({file}, line {line})")]
pub struct SyntaxError {
    pub kind: SyntaxErrorKind,
    pub message: String,
    pub file: String,
    /// From 1.
    pub line: u32,
    /// CPython's `offset`: column from 1, in bytes of the source line; None where CPython gives None.
    pub offset: Option<u32>,
    /// The source line, as CPython's `text` (with its line end), if known.
    pub source_line: Option<String>,
    /// An error of CPython's symbol table or of `__future__`: its `args` are the message alone.
    pub message_only: bool,
}

/// The exception class that the error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// CPython raises a plain ValueError for `'\\x4'`.
    ValueError,
    /// Nested too deeply (CPython: `s_push: parser stack overflow` and a MemoryError).
    MemoryError,
}
