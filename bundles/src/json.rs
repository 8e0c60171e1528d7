//! JSON as the framework reads its own files: strict first, then a tolerant reader in the manner of JavaScript
//! (comments, trailing commas, single quotes, names without quotes, hexadecimal numbers; `spec/storage.md` §3.4).

use serde_json::{Map, Number, Value};

/// Text that no reader understands.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{message} (line {line}, column {column})")]
pub struct JsonError {
    pub message: String,
    pub line: usize,
    pub column: usize,
}

/// Nesting that is surely no file written by people.
const DEPTH_LIMIT: usize = 200;

/// Reads JSON from the bytes of a file: UTF-8 (a byte order mark is skipped), else Latin-1.
pub fn from_bytes(bytes: &[u8]) -> Result<Value, JsonError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => from_text(text),
        Err(_) => from_text(&bytes.iter().map(|&b| char::from(b)).collect::<String>()),
    }
}

/// As [`from_bytes`], and whether it took the tolerant reader (whose texts are always unicode in the original).
pub fn read(bytes: &[u8]) -> Result<(Value, bool), JsonError> {
    let strict = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice(strict) {
        Ok(value) => Ok((value, false)),
        Err(_) => from_bytes(bytes).map(|value| (value, true)),
    }
}

/// Reads JSON text: strict, then tolerant.
pub fn from_text(text: &str) -> Result<Value, JsonError> {
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) => lenient(text),
    }
}

/// Reads JSON text with the tolerant reader.
pub fn lenient(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, depth: 0 };
    reader.blank()?;
    let value = reader.value()?;
    reader.blank()?;
    match reader.peek() {
        None => Ok(value),
        Some(c) => Err(reader.error(&format!("unexpected \"{c}\" behind the end"))),
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn peek_second(&self) -> Option<char> {
        self.chars.get(self.at + 1).copied()
    }

    fn error(&self, message: &str) -> JsonError {
        let before = self.chars.get(..self.at.min(self.chars.len())).unwrap_or_default();
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
        JsonError { message: message.to_owned(), line, column }
    }

    /// Skips white space and comments.
    fn blank(&mut self) -> Result<(), JsonError> {
        loop {
            match (self.peek(), self.peek_second()) {
                (Some(c), _) if c.is_whitespace() || c == '\u{feff}' => self.at += 1,
                (Some('/'), Some('/')) => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                (Some('/'), Some('*')) => {
                    let start = self.at;
                    self.at += 2;
                    loop {
                        match (self.peek(), self.peek_second()) {
                            (Some('*'), Some('/')) => break self.at += 2,
                            (Some(_), _) => self.at += 1,
                            (None, _) => {
                                self.at = start;
                                return Err(self.error("the comment has no end"));
                            }
                        }
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        match self.peek() {
            None => Err(self.error("a value is missing")),
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some(quote @ ('"' | '\'')) => Ok(Value::String(self.string(quote)?)),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            Some(c) if is_name(c) => {
                let start = self.at;
                let name = self.name();
                match name.as_str() {
                    "true" | "True" => Ok(Value::Bool(true)),
                    "false" | "False" => Ok(Value::Bool(false)),
                    "null" | "None" | "undefined" | "NaN" | "Infinity" => Ok(Value::Null),
                    _ => {
                        self.at = start;
                        Err(self.error(&format!("unknown word \"{name}\"")))
                    }
                }
            }
            Some(c) => Err(self.error(&format!("unexpected \"{c}\""))),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, JsonError>) -> Result<Value, JsonError> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(self.error("nested too deeply"));
        }
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        loop {
            self.blank()?;
            match self.peek() {
                Some(']') => {
                    self.at += 1;
                    return Ok(Value::Array(items));
                }
                // An omitted element is undefined in JavaScript.
                Some(',') => {
                    self.at += 1;
                    items.push(Value::Null);
                    continue;
                }
                _ => items.push(self.value()?),
            }
            self.blank()?;
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => {}
                _ => return Err(self.error("a comma or \"]\" is missing")),
            }
        }
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut entries = Map::new();
        loop {
            self.blank()?;
            let name = match self.peek() {
                Some('}') => {
                    self.at += 1;
                    return Ok(Value::Object(entries));
                }
                Some(quote @ ('"' | '\'')) => self.string(quote)?,
                Some(c) if is_name(c) || c.is_ascii_digit() => self.name(),
                _ => return Err(self.error("a name or \"}\" is missing")),
            };
            self.blank()?;
            if self.peek() != Some(':') {
                return Err(self.error(&format!("a colon is missing behind \"{name}\"")));
            }
            self.at += 1;
            self.blank()?;
            let value = self.value()?;
            entries.insert(name, value);
            self.blank()?;
            match self.peek() {
                Some(',') => self.at += 1,
                Some('}') => {}
                _ => return Err(self.error("a comma or \"}\" is missing")),
            }
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| is_name(*c) || c.is_ascii_digit()) {
            name.push(c);
            self.at += 1;
        }
        name
    }

    fn string(&mut self, quote: char) -> Result<String, JsonError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                self.at = start;
                return Err(self.error("the text has no end"));
            };
            self.at += 1;
            if c == quote {
                return Ok(text);
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            let Some(escaped) = self.peek() else { continue };
            self.at += 1;
            match escaped {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                'b' => text.push('\u{8}'),
                'f' => text.push('\u{c}'),
                'v' => text.push('\u{b}'),
                '0' => text.push('\0'),
                '\n' => {}
                'x' => match self.hexadecimal(2).and_then(char::from_u32) {
                    Some(c) => text.push(c),
                    None => text.push_str("\\x"),
                },
                'u' => match self.unicode() {
                    Some(c) => text.push(c),
                    None => text.push_str("\\u"),
                },
                other => text.push(other),
            }
        }
    }

    /// The digits behind `\u`, joining a surrogate pair.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hexadecimal(4)?;
        if (0xD800..0xDC00).contains(&first) && self.peek() == Some('\\') && self.peek_second() == Some('u') {
            let back = self.at;
            self.at += 2;
            if let Some(second) = self.hexadecimal(4).filter(|s| (0xDC00..0xE000).contains(s)) {
                return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            }
            self.at = back;
        }
        Some(char::from_u32(first).unwrap_or('\u{fffd}'))
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.chars.get(self.at..self.at + digits)?.iter().collect();
        let number = u32::from_str_radix(&text, 16).ok()?;
        self.at += digits;
        Some(number)
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')) {
            text.push(c);
            self.at += 1;
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        let lower = digits.to_ascii_lowercase();
        let hexadecimal = lower.strip_prefix("0x").and_then(|h| i64::from_str_radix(h, 16).ok());
        let whole = hexadecimal.or_else(|| digits.parse::<i64>().ok()).map(|n| if negative { -n } else { n });
        let number = match whole {
            Some(number) => Some(Number::from(number)),
            None => digits.parse::<f64>().ok().map(|n| if negative { -n } else { n }).and_then(Number::from_f64),
        };
        match number {
            Some(number) => Ok(Value::Number(number)),
            None => {
                self.at = start;
                Err(self.error(&format!("\"{text}\" is not a number")))
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tolerant_forms() {
        let text =
            "\u{feff}// settings\n[{ \"id\": \"a\", 'b': 'it\\'s', c: [\"x\",], /* old:\n { */ hex: 0x10, n: -1.5, },]";
        assert_eq!(
            from_bytes(text.as_bytes()).unwrap(),
            json!([{"id": "a", "b": "it's", "c": ["x"], "hex": 16, "n": -1.5}])
        );
        assert_eq!(lenient("'\\u00e9\\ud83d\\ude00\\x41\\q'").unwrap(), json!("é😀Aq"));
        assert_eq!(lenient("\"http://a//b\"").unwrap(), json!("http://a//b"));
    }

    #[test]
    fn errors_say_where() {
        let error = from_text("[\n {\"a\": 1 \"b\": 2}]").unwrap_err();
        assert_eq!(error.to_string(), "a comma or \"}\" is missing (line 2, column 10)");
        assert!(from_text("").is_err() && from_text("[1, /* x").is_err() && from_text("'x").is_err());
        assert!(from_text(&"[".repeat(10_000)).is_err());
    }
}
