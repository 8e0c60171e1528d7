//! Docstrings on their way through the compiler: it would clean their indentation, so they travel as strings of
//! private-use characters, which it keeps its hands off.

use crate::syntax::ast::Str;

/// The first character of a docstring that is a byte string.
const BYTES_MARK: char = '\u{F8FE}';
/// The first character of a docstring that is a unicode string.
const UNICODE_MARK: char = '\u{F8FF}';
/// Bytes travel as characters from here on.
const BYTE_BASE: u32 = 0xE000;

/// A docstring out of a code object's constants.
#[derive(Debug, PartialEq, Eq)]
pub enum Docstring {
    Bytes(Vec<u8>),
    /// UTF-8, in which surrogates may stand.
    Unicode(Vec<u8>),
}

/// A docstring as the compiler gets it.
pub fn carry(value: &Str) -> String {
    let (mark, bytes) = match value {
        Str::Bytes(bytes) => (BYTES_MARK, bytes.as_slice()),
        Str::Unicode(text) => (UNICODE_MARK, text.as_bytes()),
    };
    let carried = bytes.iter().filter_map(|byte| char::from_u32(BYTE_BASE + u32::from(*byte)));
    std::iter::once(mark).chain(carried).collect()
}

/// The docstring that a string constant of compiled code stands for, if it does.
pub fn of(constant: &str) -> Option<Docstring> {
    let mut chars = constant.chars();
    let mark = chars.next()?;
    if !matches!(mark, BYTES_MARK | UNICODE_MARK) {
        return None;
    }
    let bytes = chars.filter_map(|char| u8::try_from(u32::from(char).wrapping_sub(BYTE_BASE)).ok()).collect();
    Some(if mark == BYTES_MARK { Docstring::Bytes(bytes) } else { Docstring::Unicode(bytes) })
}
