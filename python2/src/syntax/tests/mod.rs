//! Tests of the front end. What CPython 2.7.18 answers was recorded with it.

mod decoding;
mod errors;
mod limits;
mod literals;
mod trees;

use super::ast::Mod;
use super::{FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxError, parse};

/// A source as `compile` gets it.
fn source(text: &str) -> SourceText {
    SourceText::decode("name.py", text.as_bytes(), SourceRules::CPythonString).expect("the source can be decoded")
}

fn parse_as(text: &str, mode: Mode) -> Result<Mod, SyntaxError> {
    SourceText::decode("name.py", text.as_bytes(), SourceRules::CPythonString)
        .and_then(|source| parse(&source, ParseOptions { mode, flags: FutureFlags::default() }))
}

/// The tree of a source in the notation of `ast.dump`.
fn dumped(text: &str) -> String {
    let source = source(text);
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let module = parse(&source, options).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    super::dump(&source, &module)
}
