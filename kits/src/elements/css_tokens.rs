//! CSS selectors cut into tokens, which show themselves as the library's do in texts of errors.

use super::css::CssError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ident,
    Hash,
    String,
    Number,
    Blank,
    Delimiter,
    End,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub at: usize,
}

impl Token {
    pub fn is(&self, delimiter: char) -> bool {
        self.kind == Kind::Delimiter && self.text.starts_with(delimiter)
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.kind {
            Kind::End => return write!(f, "<EOF at {}>", self.at),
            Kind::Ident => "IDENT",
            Kind::Hash => "HASH",
            Kind::String => "STRING",
            Kind::Number => "NUMBER",
            Kind::Blank => "S",
            Kind::Delimiter => "DELIM",
        };
        write!(f, "<{name} '{}' at {}>", self.text, self.at)
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii()
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\x0c')
}

struct Source {
    chars: Vec<char>,
    at: usize,
}

impl Source {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// The character that a backslash here stands for: a number in hexadecimal digits, or the next one itself.
    fn escaped(&mut self) -> Option<char> {
        self.at += 1;
        let digits: String = (0..6).map_while(|n| self.peek(n).filter(char::is_ascii_hexdigit)).collect();
        if digits.is_empty() {
            let c = self.peek(0);
            self.at += 1;
            return c;
        }
        self.at += digits.len();
        if self.peek(0) == Some('\r') && self.peek(1) == Some('\n') {
            self.at += 2;
        } else if self.peek(0).is_some_and(is_blank) {
            self.at += 1;
        }
        Some(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'))
    }

    fn begins_escape(&self, ahead: usize) -> bool {
        self.peek(ahead) == Some('\\') && self.peek(ahead + 1).is_some_and(|c| !matches!(c, '\r' | '\n' | '\x0c'))
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        loop {
            if self.begins_escape(0) {
                name.extend(self.escaped());
            } else if let Some(c) = self.peek(0).filter(|c| is_name(*c)) {
                name.push(c);
                self.at += 1;
            } else {
                return name;
            }
        }
    }

    /// Whether a name begins here that is no number.
    fn begins_ident(&self) -> bool {
        let ahead = usize::from(self.peek(0) == Some('-'));
        self.begins_escape(ahead) || self.peek(ahead).is_some_and(|c| is_name(c) && !c.is_ascii_digit() && c != '-')
    }

    /// The length of a number: a sign, digits, a point and digits.
    fn number(&self) -> Option<usize> {
        let digits = |from: usize| (from..).take_while(|n| self.peek(*n).is_some_and(|c| c.is_ascii_digit())).count();
        let sign = usize::from(matches!(self.peek(0), Some('+' | '-')));
        let whole = digits(sign);
        let after = sign + whole;
        let decimals = if self.peek(after) == Some('.') { digits(after + 1) } else { 0 };
        match (whole, decimals) {
            (0, 0) => None,
            (_, 0) => Some(after),
            (_, decimals) => Some(after + 1 + decimals),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, CssError> {
        let start = self.at;
        let mut text = String::new();
        self.at += 1;
        loop {
            match self.peek(0) {
                None => return Err(CssError::Syntax(format!("Unclosed string at {start}"))),
                Some(c) if c == quote => break,
                Some('\r' | '\n' | '\x0c') => return Err(CssError::Syntax(format!("Invalid string at {start}"))),
                Some('\\') if matches!(self.peek(1), Some('\r' | '\n' | '\x0c')) => {
                    self.at += if self.peek(1) == Some('\r') && self.peek(2) == Some('\n') { 3 } else { 2 };
                }
                Some('\\') => text.extend(self.escaped()),
                Some(c) => {
                    text.push(c);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Ok(text)
    }
}

pub fn tokens(source: &str) -> Result<Vec<Token>, CssError> {
    let mut source = Source { chars: source.chars().collect(), at: 0 };
    let mut found = Vec::new();
    while let Some(c) = source.peek(0) {
        let at = source.at;
        let (kind, text) = if is_blank(c) {
            while source.peek(0).is_some_and(is_blank) {
                source.at += 1;
            }
            (Kind::Blank, " ".to_owned())
        } else if c == '/' && source.peek(1) == Some('*') {
            source.at += 2;
            while source.peek(0).is_some() && !(source.peek(0) == Some('*') && source.peek(1) == Some('/')) {
                source.at += 1;
            }
            source.at = (source.at + 2).min(source.chars.len());
            continue;
        } else if c == '"' || c == '\'' {
            (Kind::String, source.string(c)?)
        } else if c == '#' && (source.begins_escape(1) || source.peek(1).is_some_and(is_name)) {
            source.at += 1;
            (Kind::Hash, source.name())
        } else if source.begins_ident() {
            (Kind::Ident, source.name())
        } else if let Some(length) = source.number() {
            source.at += length;
            (Kind::Number, source.chars.get(at..at + length).unwrap_or_default().iter().collect())
        } else {
            source.at += 1;
            (Kind::Delimiter, c.to_string())
        };
        found.push(Token { kind, text, at });
    }
    found.push(Token { kind: Kind::End, text: String::new(), at: source.chars.len() });
    Ok(found)
}
