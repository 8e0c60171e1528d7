//! The bytes of a source file become text: byte order mark, coding cookie (PEP 263), line ends.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::encoding::{Codec, latin1};
use super::lexer::end_of_string_literal;
use super::{LineIndex, SourceRules, SyntaxError, SyntaxErrorKind};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Spans have 32 bits, and a byte of the source can become three of the text.
const LARGEST_SOURCE: usize = 1 << 30;

/// What a character of a [`SourceText`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// A byte of the file, U+0000 to U+00FF: nothing declared, ISO 8859-1, or declared UTF-8 that is none.
    Bytes,
    /// A character; CPython has it as UTF-8 internally, so its columns count those bytes.
    Chars,
}

/// A decoded source file.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// File name for messages and code objects.
    pub name: String,
    /// The text that spans refer to: line ends normalised to `\n`, no BOM. With [`TextForm::Bytes`] one char is a byte.
    pub text: String,
    /// The declared encoding as CPython normalises it (`utf-8`, `iso-8859-1`, else as written), or None.
    pub encoding: Option<String>,
    pub form: TextForm,
    pub rules: SourceRules,
    lines: OnceLock<LineIndex>,
    /// Where characters of several bytes go on; lets columns be computed without a walk along the line.
    continuations: OnceLock<Vec<u32>>,
}

impl SourceText {
    /// Decodes the bytes of a source file (or of a byte string given to `compile`).
    pub fn decode(name: &str, bytes: &[u8], rules: SourceRules) -> Result<Self, SyntaxError> {
        if bytes.len() > LARGEST_SOURCE {
            return Err(error(name, "source code is too large".to_owned(), 0));
        }
        if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
            return Err(error(name, "source code cannot contain null bytes".to_owned(), line_of(bytes, at)));
        }
        let (has_mark, bytes) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let bytes = normalise_line_ends(bytes);
        let declared = coding_cookie(&bytes);
        let from_file = rules == SourceRules::CPython;
        let encoding = match (&declared, has_mark) {
            (Some((encoding, line)), true) if encoding != "utf-8" => {
                let message = format!("encoding problem: {encoding} with BOM");
                return Err(error(name, message, if from_file { *line } else { 0 }));
            }
            (_, true) => Some("utf-8".to_owned()),
            (Some((encoding, _)), false) => Some(encoding.clone()),
            (None, false) => None,
        };
        let (text, form) = match encoding.as_deref() {
            None => {
                if let Some(at) = bytes.iter().position(|byte| !byte.is_ascii()).filter(|_| from_file) {
                    let line = line_of(&bytes, at);
                    let message = format!(
                        "Non-ASCII character '\\x{:02x}' in file {name} on line {line}, but no encoding declared; \
                         see http://python.org/dev/peps/pep-0263/ for details",
                        bytes[at]
                    );
                    return Err(error(name, message, line));
                }
                (latin1(&bytes), TextForm::Bytes)
            }
            Some("iso-8859-1") => (latin1(&bytes), TextForm::Bytes),
            // CPython takes the bytes of a file declared as UTF-8 as they are; only `u''` literals have to be valid.
            Some("utf-8") => match String::from_utf8(bytes.into_owned()) {
                Ok(text) => (text, TextForm::Chars),
                Err(error) => (latin1(error.as_bytes()), TextForm::Bytes),
            },
            Some(encoding) => {
                let line = declared.as_ref().map_or(0, |(_, line)| *line);
                let Some(codec) = Codec::find(encoding) else {
                    return Err(match from_file {
                        true => error(name, format!("encoding problem: {encoding}"), line),
                        false => error(name, format!("unknown encoding: {encoding}"), 0),
                    });
                };
                match codec.decode(encoding, &bytes) {
                    Ok(text) => (text, TextForm::Chars),
                    Err(bad) => {
                        let line = if from_file { line_of(&bytes, bad.position) } else { 0 };
                        return Err(error(name, bad.message, line));
                    }
                }
            }
        };
        Ok(Self::new(name, text, encoding, form, rules))
    }

    /// The source of a `unicode` object given to `compile`, `exec` or `eval`: byte string literals are UTF-8, and no
    /// encoding may be declared.
    pub fn from_unicode(name: &str, text: &str, rules: SourceRules) -> Result<Self, SyntaxError> {
        let text = match normalise_line_ends(text.as_bytes()) {
            Cow::Borrowed(_) => text.to_owned(),
            Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        };
        if text.len() > LARGEST_SOURCE {
            return Err(error(name, "source code is too large".to_owned(), 0));
        }
        if text.contains('\0') {
            return Err(error(name, "source code cannot contain null bytes".to_owned(), 0));
        }
        if coding_cookie(text.as_bytes()).is_some() {
            return Err(error(name, "encoding declaration in Unicode string".to_owned(), 0));
        }
        Ok(Self::new(name, text, Some("utf-8".to_owned()), TextForm::Chars, rules))
    }

    fn new(name: &str, text: String, encoding: Option<String>, form: TextForm, rules: SourceRules) -> Self {
        let (lines, continuations) = (OnceLock::new(), OnceLock::new());
        Self { name: name.to_owned(), text, encoding, form, rules, lines, continuations }
    }

    /// The lines of the text.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The line, from 1, of a byte offset into the text (a span's start).
    pub fn line(&self, offset: u32) -> u32 {
        self.lines().line(offset)
    }

    /// The line, from 1, and the column, from 0, of a byte offset, in bytes of the source as CPython counts.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.lines().line(offset);
        let start = self.lines().start(line);
        let mut column = offset.saturating_sub(start);
        if self.form == TextForm::Bytes {
            let continuations = self.continuations.get_or_init(|| {
                let bytes = self.text.bytes().enumerate();
                bytes.filter(|(_, byte)| byte & 0xc0 == 0x80).map(|(at, _)| at as u32).collect()
            });
            let before = |offset| continuations.partition_point(|&at| at < offset);
            column = column.saturating_sub((before(offset) - before(start)) as u32);
        }
        (line, column)
    }

    /// `lineno` and `col_offset` that CPython 2.7 gives a node which begins at `offset`. A node that begins with a
    /// string literal over several lines has the *last* of these lines and the column -1.
    pub fn node_position(&self, offset: u32) -> (u32, i64) {
        match self.last_line_of_string(offset) {
            Some(last) => (last, -1),
            None => {
                let (line, column) = self.position(offset);
                (line, i64::from(column))
            }
        }
    }

    /// The last line of the string literal that begins at `offset`, if one does and goes on over the end of the line.
    fn last_line_of_string(&self, offset: u32) -> Option<u32> {
        let end = end_of_string_literal(&self.text, offset as usize)?;
        let last = self.lines().line(end.saturating_sub(1) as u32);
        (last > self.lines().line(offset)).then_some(last)
    }

    /// The line that CPython 2.7 gives a node which begins at `offset` (see [`node_position`](Self::node_position)).
    pub fn node_line(&self, offset: u32) -> u32 {
        self.last_line_of_string(offset).unwrap_or_else(|| self.line(offset))
    }

    /// A line's text without its newline; lines count from 1.
    pub fn line_text(&self, line: u32) -> &str {
        let start = self.lines().start(line) as usize;
        let rest = self.text.get(start..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    /// Length in bytes of the source, as CPython holds it, of a piece of the text.
    pub(super) fn source_bytes(&self, piece: &[u8]) -> u32 {
        match self.form {
            TextForm::Chars => piece.len() as u32,
            TextForm::Bytes => piece.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u32,
        }
    }

    /// The bytes of the source file that a piece of the text stands for, such as
    /// [`SyntaxError::source_line`](super::SyntaxError::source_line), which CPython turns back into the file's encoding.
    pub fn encode(&self, piece: &str) -> Vec<u8> {
        match self.literal_codec() {
            None => piece.chars().map(|c| c as u8).collect(),
            Some(codec) => codec.encode(piece).unwrap_or_else(|| piece.as_bytes().to_vec()),
        }
    }

    /// Length in bytes of a piece of the text as an error's offset counts it.
    pub(super) fn error_offset(&self, piece: &[u8]) -> u32 {
        match std::str::from_utf8(piece) {
            Ok(text) if self.form == TextForm::Chars && !text.is_ascii() => self.encode(text).len() as u32,
            _ => self.source_bytes(piece),
        }
    }

    /// The codec whose bytes byte string literals hold; None where the text already has them (see [`TextForm`]).
    pub(super) fn literal_codec(&self) -> Option<Codec> {
        match self.form {
            TextForm::Bytes => None,
            TextForm::Chars => Some(self.encoding.as_deref().and_then(Codec::find).unwrap_or(Codec::Utf8)),
        }
    }
}

fn error(name: &str, message: String, line: u32) -> SyntaxError {
    SyntaxError {
        kind: SyntaxErrorKind::SyntaxError,
        message,
        file: name.to_owned(),
        line,
        offset: Some(0),
        source_line: None,
        message_only: false,
    }
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    1 + bytes.get(..at).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count() as u32
}

fn normalise_line_ends(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    let mut result = Vec::with_capacity(bytes.len());
    let mut previous = 0;
    for &byte in bytes {
        match byte {
            b'\r' => result.push(b'\n'),
            b'\n' if previous == b'\r' => {}
            _ => result.push(byte),
        }
        previous = byte;
    }
    Cow::Owned(result)
}

/// The encoding that one of the first two lines declares, and that line's number.
fn coding_cookie(text: &[u8]) -> Option<(String, u32)> {
    let mut lines = text.split(|&byte| byte == b'\n');
    let first = lines.next()?;
    if let Some(name) = cookie_in_line(first) {
        return Some((name, 1));
    }
    // A first line of code ends the search: the second may be its continuation.
    let code = first.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
    if code.is_some_and(|&byte| byte != b'#') {
        return None;
    }
    cookie_in_line(lines.next()?).map(|name| (name, 2))
}

fn cookie_in_line(line: &[u8]) -> Option<String> {
    let hash = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'))?;
    if line[hash] != b'#' {
        return None;
    }
    let mut rest = &line[hash..];
    while let Some(at) = rest.windows(6).position(|window| window == b"coding") {
        rest = &rest[at + 6..];
        if !matches!(rest.first(), Some(b':' | b'=')) {
            continue;
        }
        let value: &[u8] = &rest[1..];
        let blanks = value.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name: Vec<u8> = value[blanks..]
            .iter()
            .copied()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .collect();
        if !name.is_empty() {
            return Some(normal_name(&String::from_utf8_lossy(&name)));
        }
    }
    None
}

/// The two encodings that CPython's tokenizer handles itself get their usual name.
fn normal_name(name: &str) -> String {
    let normal: String = name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    if normal == "utf-8" || normal.starts_with("utf-8-") {
        return "utf-8".to_owned();
    }
    for latin in ["latin-1", "iso-8859-1", "iso-latin-1"] {
        if normal.strip_prefix(latin).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
            return "iso-8859-1".to_owned();
        }
    }
    name.to_owned()
}
