//! The lexer: decoded text to tokens, with indentation.
//!
//! It reads exactly as far as CPython 2.7's tokenizer does for each token, since the line, the offset and sometimes the
//! kind of a syntax error depend on it.

use super::token::{Token, TokenKind};

/// CPython's limit of nested indentation.
const MAX_INDENT: usize = 100;

/// What the lexer can stumble over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LexError {
    /// A malformed number.
    InvalidToken,
    EndOfLineInString,
    EndOfFileInString,
    /// Something follows a backslash.
    AfterContinuation,
    /// An indentation that no outer block has.
    Dedent,
    TooDeep,
}

pub(super) struct Lexer<'a> {
    text: &'a [u8],
    pos: usize,
    at_line_start: bool,
    /// Nesting of brackets; newlines and indentation count only at 0.
    level: i32,
    indents: Vec<u32>,
    /// Indents (positive) or dedents (negative) still to be given out.
    pending: i32,
    tab_size: u32,
    /// Whether a token has been given out since the last end marker: an end of file is first given as a newline.
    started: bool,
    /// `print` is a name.
    pub print_function: bool,
    /// Whether the end of the text has been looked at.
    pub saw_end: bool,
    /// Start of the line that was begun last; the lexer's line number is that line's.
    pub line_start: usize,
    /// Start of the text shown with an error: the same, or the line on which a string over several lines begins.
    pub shown_from: usize,
    pub error: Option<LexError>,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            pos: 0,
            at_line_start: true,
            level: 0,
            indents: vec![0],
            pending: 0,
            tab_size: 8,
            started: false,
            print_function: false,
            saw_end: false,
            line_start: 0,
            shown_from: 0,
            error: None,
        }
    }

    /// How far the text has been read.
    pub fn position(&self) -> usize {
        self.pos
    }

    /// End of the line that was begun last, its newline included.
    pub fn line_end(&self) -> usize {
        end_of_line(self.text, self.line_start)
    }

    /// The next byte without taking it; 0 at the end.
    #[inline]
    fn peek(&mut self) -> u8 {
        match self.text.get(self.pos) {
            Some(&byte) => byte,
            None => {
                self.saw_end = true;
                0
            }
        }
    }

    #[inline]
    fn peek_at(&self, ahead: usize) -> u8 {
        self.text.get(self.pos + ahead).copied().unwrap_or(0)
    }

    #[inline]
    fn at_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    #[inline]
    fn skip_while(&mut self, accept: impl Fn(u8) -> bool) {
        while let Some(&byte) = self.text.get(self.pos) {
            if !accept(byte) {
                return;
            }
            self.pos += 1;
        }
        self.saw_end = true;
    }

    /// Notes that a new line is being read, if there is one.
    #[inline]
    fn begin_line(&mut self, in_string: bool) {
        if self.at_end() {
            self.saw_end = true;
            return;
        }
        self.line_start = self.pos;
        if !in_string {
            self.shown_from = self.pos;
        }
    }

    #[inline]
    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, start: start as u32, end: self.pos as u32 }
    }

    #[cold]
    fn fail(&mut self, error: LexError, start: usize) -> Token {
        if matches!(
            error,
            LexError::EndOfFileInString | LexError::AfterContinuation | LexError::Dedent | LexError::TooDeep
        ) {
            self.pos = self.line_end();
        }
        self.error = Some(error);
        self.token(TokenKind::Error, start.min(self.pos))
    }

    /// The next token. After [`TokenKind::Error`] the result is meaningless.
    pub fn next_token(&mut self) -> Token {
        let token = self.scan();
        if token.kind == TokenKind::EndMarker && self.started {
            self.started = false;
            if self.indents.len() > 1 {
                self.pending = -(self.indents.len() as i32 - 1);
                self.indents.truncate(1);
            }
            return Token { kind: TokenKind::Newline, ..token };
        }
        self.started = true;
        token
    }

    fn scan(&mut self) -> Token {
        loop {
            let mut blank = false;
            if self.at_line_start {
                self.at_line_start = false;
                self.begin_line(false);
                let column = self.indentation();
                blank = matches!(self.peek(), b'#' | b'\n');
                if !blank
                    && self.level == 0
                    && let Err(error) = self.note_indentation(column)
                {
                    return self.fail(error, self.pos);
                }
            }
            if self.pending != 0 {
                let kind = if self.pending < 0 { TokenKind::Dedent } else { TokenKind::Indent };
                self.pending -= self.pending.signum();
                return self.token(kind, self.pos);
            }
            if let Some(token) = self.scan_in_line(blank) {
                return token;
            }
        }
    }

    /// Reads the white space that a line begins with; its width.
    fn indentation(&mut self) -> u32 {
        let mut column = 0u32;
        loop {
            match self.peek() {
                b' ' => column = column.saturating_add(1),
                b'\t' => column = (column / self.tab_size + 1).saturating_mul(self.tab_size),
                b'\x0c' => column = 0,
                _ => return column,
            }
            self.pos += 1;
        }
    }

    fn note_indentation(&mut self, column: u32) -> Result<(), LexError> {
        let current = self.indents.last().copied().unwrap_or(0);
        if column > current {
            if self.indents.len() >= MAX_INDENT {
                return Err(LexError::TooDeep);
            }
            self.indents.push(column);
            self.pending += 1;
        } else if column < current {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|&indent| column < indent) {
                self.indents.pop();
                self.pending -= 1;
            }
            if self.indents.last().is_some_and(|&indent| column != indent) {
                return Err(LexError::Dedent);
            }
        }
        Ok(())
    }

    /// A token of the current line; None where the line ends without one.
    fn scan_in_line(&mut self, blank: bool) -> Option<Token> {
        loop {
            self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'));
            if self.peek() == b'#' {
                self.comment();
            }
            let start = self.pos;
            let Some(&first) = self.text.get(start) else {
                self.saw_end = true;
                return Some(self.token(TokenKind::EndMarker, start));
            };
            self.pos += 1;
            return match first {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => Some(self.name_or_string(first, start)),
                b'\n' => {
                    self.at_line_start = true;
                    if blank || self.level > 0 {
                        return None;
                    }
                    Some(self.token(TokenKind::Newline, start))
                }
                b'.' => {
                    if self.peek().is_ascii_digit() {
                        Some(self.fraction(start))
                    } else {
                        Some(self.token(TokenKind::Dot, start))
                    }
                }
                b'0'..=b'9' => Some(self.number(first, start)),
                b'\'' | b'"' => Some(self.string(first, start)),
                b'\\' => {
                    if self.peek() != b'\n' {
                        return Some(self.fail(LexError::AfterContinuation, start));
                    }
                    self.pos += 1;
                    self.begin_line(false);
                    continue;
                }
                _ => Some(self.operator(first, start)),
            };
        }
    }

    /// Skips a comment, which may set the width of a tab for editors' sake, as it does in CPython 2.7.
    fn comment(&mut self) {
        let start = self.pos + 1;
        self.skip_while(|byte| byte != b'\n');
        let comment = self.text.get(start..self.pos).unwrap_or_default();
        let comment = &comment[..comment.len().min(78)];
        if !comment.contains(&b't') {
            return;
        }
        for form in [&b"tab-width:"[..], b":tabstop=", b":ts=", b"set tabsize="] {
            if let Some(at) = comment.windows(form.len()).position(|window| window == form) {
                let digits: Vec<u8> = comment[at + form.len()..]
                    .iter()
                    .copied()
                    .skip_while(|byte| byte.is_ascii_whitespace())
                    .take_while(u8::is_ascii_digit)
                    .take(4)
                    .collect();
                let size = digits.iter().fold(0u32, |size, digit| size * 10 + u32::from(digit - b'0'));
                if (1..=40).contains(&size) {
                    self.tab_size = size;
                }
            }
        }
    }

    fn name_or_string(&mut self, first: u8, start: usize) -> Token {
        match first | 0x20 {
            b'b' | b'u' => {
                let mut next = self.peek();
                if matches!(next, b'r' | b'R') {
                    next = self.peek_at(1);
                    if matches!(next, b'\'' | b'"') {
                        self.pos += 1;
                    }
                }
                if matches!(next, b'\'' | b'"') {
                    self.pos += 1;
                    return self.string(next, start);
                }
            }
            b'r' => {
                let next = self.peek();
                if matches!(next, b'\'' | b'"') {
                    self.pos += 1;
                    return self.string(next, start);
                }
            }
            _ => {}
        }
        self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let kind = match TokenKind::keyword(&self.text[start..self.pos]) {
            Some(TokenKind::Print) if self.print_function => TokenKind::Name,
            Some(keyword) => keyword,
            None => TokenKind::Name,
        };
        self.token(kind, start)
    }

    fn number(&mut self, first: u8, start: usize) -> Token {
        if first != b'0' {
            self.skip_while(|byte| byte.is_ascii_digit());
            return match self.peek() {
                b'l' | b'L' => self.long_suffix(start),
                b'.' => {
                    self.pos += 1;
                    self.fraction(start)
                }
                _ => self.exponent(start),
            };
        }
        match self.peek() {
            b'x' | b'X' => self.radix(|byte| byte.is_ascii_hexdigit(), start),
            b'o' | b'O' => self.radix(|byte| matches!(byte, b'0'..=b'7'), start),
            b'b' | b'B' => self.radix(|byte| matches!(byte, b'0' | b'1'), start),
            _ => {
                self.skip_while(|byte| matches!(byte, b'0'..=b'7'));
                let octal_end = self.pos;
                self.skip_while(|byte| byte.is_ascii_digit());
                match self.peek() {
                    b'.' => {
                        self.pos += 1;
                        self.fraction(start)
                    }
                    b'e' | b'E' | b'j' | b'J' => self.exponent(start),
                    _ if self.pos > octal_end => self.fail(LexError::InvalidToken, start),
                    _ => self.long_suffix(start),
                }
            }
        }
    }

    /// The digits after `0x`, `0o` or `0b`.
    fn radix(&mut self, accept: impl Fn(u8) -> bool, start: usize) -> Token {
        self.pos += 1;
        if !accept(self.peek()) {
            return self.fail(LexError::InvalidToken, start);
        }
        self.skip_while(accept);
        self.long_suffix(start)
    }

    fn long_suffix(&mut self, start: usize) -> Token {
        if matches!(self.peek(), b'l' | b'L') {
            self.pos += 1;
            self.peek();
        }
        self.token(TokenKind::Number, start)
    }

    fn fraction(&mut self, start: usize) -> Token {
        self.skip_while(|byte| byte.is_ascii_digit());
        self.exponent(start)
    }

    fn exponent(&mut self, start: usize) -> Token {
        if matches!(self.peek(), b'e' | b'E') {
            match self.peek_at(1) {
                b'+' | b'-' => {
                    self.pos += 2;
                    if !self.peek().is_ascii_digit() {
                        return self.fail(LexError::InvalidToken, start);
                    }
                }
                b'0'..=b'9' => self.pos += 1,
                // `1else`: the letter belongs to the next token.
                _ => return self.token(TokenKind::Number, start),
            }
            self.skip_while(|byte| byte.is_ascii_digit());
        }
        if matches!(self.peek(), b'j' | b'J') {
            self.pos += 1;
            self.peek();
        }
        self.token(TokenKind::Number, start)
    }

    /// The rest of a string literal whose opening quote has just been taken.
    fn string(&mut self, quote: u8, start: usize) -> Token {
        if self.peek() == quote {
            self.pos += 1;
            if self.peek() != quote {
                return self.token(TokenKind::String, start);
            }
            self.pos += 1;
            return self.triple_quoted(quote, start);
        }
        loop {
            match self.text.get(self.pos) {
                Some(&byte) if byte == quote => {
                    self.pos += 1;
                    return self.token(TokenKind::String, start);
                }
                Some(b'\\') => {
                    self.pos += 1;
                    let escaped = self.text.get(self.pos);
                    if escaped.is_some() {
                        self.pos += 1;
                    }
                    if escaped == Some(&b'\n') {
                        self.begin_line(true);
                    }
                }
                Some(b'\n') => return self.fail(LexError::EndOfLineInString, start),
                Some(_) => self.pos += 1,
                None => {
                    self.saw_end = true;
                    return self.fail(LexError::EndOfLineInString, start);
                }
            }
        }
    }

    fn triple_quoted(&mut self, quote: u8, start: usize) -> Token {
        loop {
            match self.text.get(self.pos) {
                Some(&byte) if byte == quote => {
                    self.pos += 1;
                    if self.peek_at(0) == quote && self.peek_at(1) == quote {
                        self.pos += 2;
                        return self.token(TokenKind::String, start);
                    }
                }
                Some(b'\\') => {
                    self.pos += 1;
                    match self.text.get(self.pos) {
                        Some(b'\n') => {
                            self.pos += 1;
                            self.begin_line(true);
                        }
                        Some(_) => self.pos += 1,
                        None => {
                            self.saw_end = true;
                            return self.fail(LexError::EndOfLineInString, start);
                        }
                    }
                }
                Some(b'\n') => {
                    self.pos += 1;
                    self.begin_line(true);
                }
                Some(_) => self.pos += 1,
                None => {
                    self.saw_end = true;
                    return self.fail(LexError::EndOfFileInString, start);
                }
            }
        }
    }

    fn operator(&mut self, first: u8, start: usize) -> Token {
        use TokenKind::*;
        let second = self.peek();
        let (kind, length) = match (first, second) {
            (b'=', b'=') => (EqualEqual, 2),
            (b'!', b'=') | (b'<', b'>') => (NotEqual, 2),
            (b'<', b'=') => (LessEqual, 2),
            (b'>', b'=') => (GreaterEqual, 2),
            (b'+', b'=') => (PlusEqual, 2),
            (b'-', b'=') => (MinusEqual, 2),
            (b'%', b'=') => (PercentEqual, 2),
            (b'&', b'=') => (AmpersandEqual, 2),
            (b'|', b'=') => (BarEqual, 2),
            (b'^', b'=') => (CaretEqual, 2),
            (b'*', b'=') => (StarEqual, 2),
            (b'/', b'=') => (SlashEqual, 2),
            (b'<', b'<') => self.with_equal(LeftShift, LeftShiftEqual),
            (b'>', b'>') => self.with_equal(RightShift, RightShiftEqual),
            (b'*', b'*') => self.with_equal(DoubleStar, DoubleStarEqual),
            (b'/', b'/') => self.with_equal(DoubleSlash, DoubleSlashEqual),
            (b'(', _) => (LeftParen, 1),
            (b')', _) => (RightParen, 1),
            (b'[', _) => (LeftBracket, 1),
            (b']', _) => (RightBracket, 1),
            (b'{', _) => (LeftBrace, 1),
            (b'}', _) => (RightBrace, 1),
            (b':', _) => (Colon, 1),
            (b',', _) => (Comma, 1),
            (b';', _) => (Semicolon, 1),
            (b'`', _) => (Backquote, 1),
            (b'@', _) => (At, 1),
            (b'=', _) => (Equal, 1),
            (b'+', _) => (Plus, 1),
            (b'-', _) => (Minus, 1),
            (b'*', _) => (Star, 1),
            (b'/', _) => (Slash, 1),
            (b'%', _) => (Percent, 1),
            (b'&', _) => (Ampersand, 1),
            (b'|', _) => (Bar, 1),
            (b'^', _) => (Caret, 1),
            (b'~', _) => (Tilde, 1),
            (b'<', _) => (Less, 1),
            (b'>', _) => (Greater, 1),
            _ => (Unknown, 1),
        };
        self.pos = start + length;
        match kind {
            LeftParen | LeftBracket | LeftBrace => self.level += 1,
            RightParen | RightBracket | RightBrace => self.level -= 1,
            _ => {}
        }
        self.token(kind, start)
    }

    /// An operator of two characters that an `=` may follow.
    fn with_equal(&mut self, plain: TokenKind, augmented: TokenKind) -> (TokenKind, usize) {
        match self.peek_at(1) {
            b'=' => (augmented, 3),
            _ => {
                self.saw_end |= self.pos + 1 >= self.text.len();
                (plain, 2)
            }
        }
    }
}

/// The end of the line that holds `from`, its newline included.
pub(super) fn end_of_line(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| from + at + 1)
}

/// The end of the string literal that begins at `start` (prefix included), if one does and is complete.
pub(super) fn end_of_string_literal(text: &str, start: usize) -> Option<usize> {
    let first = *text.as_bytes().get(start)?;
    if !matches!(first, b'\'' | b'"' | b'u' | b'U' | b'b' | b'B' | b'r' | b'R') {
        return None;
    }
    let mut lexer = Lexer::new(text);
    lexer.at_line_start = false;
    lexer.pos = start;
    let token = lexer.scan_in_line(false)?;
    (token.kind == TokenKind::String).then_some(token.end as usize)
}
