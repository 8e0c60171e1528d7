//! Syntax errors for people: file, line, the line of the source and a caret below the place.

use std::fmt::{self, Display};

use super::{SourceText, SyntaxError, SyntaxErrorKind};

impl SyntaxErrorKind {
    /// The name of the Python exception.
    pub fn name(self) -> &'static str {
        match self {
            Self::SyntaxError => "SyntaxError",
            Self::IndentationError => "IndentationError",
            Self::TabError => "TabError",
            Self::ValueError => "ValueError",
            Self::MemoryError => "MemoryError",
        }
    }
}

/// A syntax error with an excerpt of the source, in the manner of CPython's tracebacks.
pub struct Rendered<'a> {
    error: &'a SyntaxError,
    source: Option<&'a SourceText>,
}

impl SyntaxError {
    /// The error as text of several lines. With the source given, errors that carry no line of their own show it too.
    pub fn render<'a>(&'a self, source: Option<&'a SourceText>) -> Rendered<'a> {
        Rendered { error: self, source }
    }
}

impl Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.error;
        writeln!(f, "  File \"{}\", line {}", error.file, error.line)?;
        if let Some((line, column)) = self.excerpt() {
            let shown = line.trim_start();
            let shown = shown.trim_end();
            writeln!(f, "    {shown}")?;
            if let Some(column) = column {
                let indent = line.chars().count() - line.trim_start().chars().count();
                writeln!(f, "    {:>1$}", "^", (column.saturating_sub(indent)).clamp(1, shown.chars().count() + 1))?;
            }
        }
        write!(f, "{}: {}", error.kind.name(), error.message)
    }
}

impl Rendered<'_> {
    /// The line to show and the column of the caret, from 1 and in characters.
    fn excerpt(&self) -> Option<(String, Option<usize>)> {
        let error = self.error;
        let Some(text) = &error.source_line else {
            let line = self.source.filter(|_| error.line > 0)?.line_text(error.line);
            return (!line.trim().is_empty()).then(|| (line.to_owned(), None));
        };
        // The text of an error behind a string over several lines begins where the string does: show the last line.
        let mut start = 0;
        let mut rest = error.offset.map(|offset| offset as usize);
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            match rest {
                Some(offset) if offset > line.len() && end < text.len() => rest = Some(offset - line.len()),
                Some(offset) => {
                    let column = line.char_indices().take_while(|(at, _)| *at < offset).count();
                    return Some((line.to_owned(), Some(column.max(1))));
                }
                None => return Some((line.to_owned(), None)),
            }
            start = end;
        }
        None
    }
}
