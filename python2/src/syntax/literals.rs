//! Number and string literals: from their spelling to their value.

use std::borrow::Cow;

use malachite_bigint::BigInt;
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use super::ast::{Number, Str};
use super::encoding::{Codec, utf8_error};
use super::source::{SourceText, TextForm};

/// Why a literal has no value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LiteralError {
    /// CPython raises a plain ValueError.
    Value(String),
    /// A syntax error of the AST stage.
    Syntax(String),
}

/// The value of a number token. `negative` says that a minus sign belongs to it, as in `-9223372036854775808`.
pub(super) fn number(text: &str, negative: bool) -> Number {
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', b'b', ..] => (&lower[2..], 2),
        _ => {
            let float = |text: &str| {
                let value: f64 = text.parse().unwrap_or(f64::NAN);
                if negative { -value } else { value }
            };
            if let Some(imaginary) = lower.strip_suffix('j') {
                return Number::Complex(float(imaginary));
            }
            if lower.contains(['.', 'e']) {
                return Number::Float(float(&lower));
            }
            (&lower[..], if lower.starts_with('0') { 8 } else { 10 })
        }
    };
    let (digits, long) = match digits.strip_suffix('l') {
        Some(digits) => (digits, true),
        None => (digits, false),
    };
    if !long {
        let limit = i64::MAX as u64 + u64::from(negative);
        if let Some(value) = u64::from_str_radix(digits, radix).ok().filter(|&value| value <= limit) {
            let value = i128::from(value);
            return Number::Int((if negative { -value } else { value }) as i64);
        }
    }
    let value = BigInt::parse_bytes(digits.as_bytes(), radix).unwrap_or_default();
    Number::Long(if negative { -value } else { value })
}

/// The value of one string token, prefix and quotes included.
pub(super) fn string(source: &SourceText, token: &str, unicode_literals: bool) -> Result<Str, LiteralError> {
    let quote_at = token.find(['\'', '"']).unwrap_or(0);
    let (prefix, quoted) = token.split_at(quote_at);
    let quotes =
        if quoted.len() >= 6 && matches!(quoted.as_bytes(), [a, b, c, ..] if a == b && b == c) { 3 } else { 1 };
    let content = quoted.get(quotes..quoted.len().saturating_sub(quotes)).unwrap_or_default();
    let has = |letter: u8| prefix.bytes().any(|byte| byte.eq_ignore_ascii_case(&letter));
    let raw = has(b'r');
    if has(b'u') || (unicode_literals && !has(b'b')) {
        unicode(source, content, raw).map(Str::Unicode)
    } else {
        byte_string(source.literal_codec(), content, raw).map(Str::Bytes)
    }
}

/// Joins adjacent literals; one `u''` makes the whole unicode. Byte parts are then read as UTF-8 where they are that
/// and as Latin-1 otherwise (CPython decodes them with the process's default codec).
pub(super) fn join(left: Str, right: Str) -> Str {
    match (left, right) {
        (Str::Bytes(mut left), Str::Bytes(right)) => {
            left.extend_from_slice(&right);
            Str::Bytes(left)
        }
        (left, right) => {
            let mut joined = into_unicode(left);
            joined.push_wtf8(&into_unicode(right));
            Str::Unicode(joined)
        }
    }
}

fn into_unicode(part: Str) -> Wtf8Buf {
    match part {
        Str::Unicode(text) => text,
        Str::Bytes(bytes) => Wtf8Buf::from_string(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => error.as_bytes().iter().map(|&byte| char::from(byte)).collect(),
        }),
    }
}

fn byte_string(codec: Option<Codec>, content: &str, raw: bool) -> Result<Vec<u8>, LiteralError> {
    let mut bytes = Vec::with_capacity(content.len());
    if raw || !content.contains('\\') {
        push_encoded(codec, content, &mut bytes)?;
        return Ok(bytes);
    }
    let mut rest = content;
    while let Some(at) = rest.find('\\') {
        push_encoded(codec, &rest[..at], &mut bytes)?;
        let escape = &rest[at + 1..];
        let Some(letter) = escape.chars().next() else {
            bytes.push(b'\\');
            return Ok(bytes);
        };
        rest = &escape[letter.len_utf8()..];
        match letter {
            '0'..='7' => {
                let digits = escape.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                let value = escape.bytes().take(digits).fold(0u32, |value, digit| value * 8 + u32::from(digit - b'0'));
                bytes.push(value as u8);
                rest = &escape[digits..];
            }
            'x' => {
                let value = rest.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let Some(value) = value.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
                    return Err(LiteralError::Value("invalid \\x escape".to_owned()));
                };
                bytes.push(value);
                rest = &rest[2..];
            }
            _ => match simple_escape(letter) {
                Some(replacement) => bytes.extend(replacement.map(|c| c as u8)),
                None => {
                    bytes.push(b'\\');
                    push_encoded(codec, &escape[..letter.len_utf8()], &mut bytes)?;
                }
            },
        }
    }
    push_encoded(codec, rest, &mut bytes)?;
    Ok(bytes)
}

/// The escapes that mean the same in both kinds of strings: `Some(None)` stands for nothing (an escaped line end).
fn simple_escape(letter: char) -> Option<Option<char>> {
    Some(Some(match letter {
        '\n' => return Some(None),
        '\\' | '\'' | '"' => letter,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        _ => return None,
    }))
}

fn push_encoded(codec: Option<Codec>, text: &str, bytes: &mut Vec<u8>) -> Result<(), LiteralError> {
    if text.is_ascii() && !matches!(codec, Some(Codec::Rot13)) || codec == Some(Codec::Utf8) {
        bytes.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    match codec {
        None => bytes.extend(text.chars().map(|c| c as u8)),
        Some(codec) => match codec.encode(text) {
            Some(encoded) => bytes.extend(encoded),
            None => {
                let message = "(unicode error) a character has no bytes in the declared encoding";
                return Err(LiteralError::Syntax(message.to_owned()));
            }
        },
    }
    Ok(())
}

/// The escapes of a unicode literal are decoded as CPython does: over a buffer in which every non-ASCII character of a
/// file with a declared encoding takes ten bytes. The positions in messages count in that buffer.
struct UnicodeEscapes<'a> {
    content: &'a str,
    expanded: bool,
    codec_name: &'static str,
}

impl UnicodeEscapes<'_> {
    fn error(&self, start: usize, end: usize, reason: &str) -> LiteralError {
        let name = self.codec_name;
        let (first, after) = (self.position(start), self.position(end));
        LiteralError::Syntax(if after <= first + 1 {
            format!("(unicode error) '{name}' codec can't decode byte 0x5c in position {first}: {reason}")
        } else {
            format!("(unicode error) '{name}' codec can't decode bytes in position {first}-{}: {reason}", after - 1)
        })
    }

    fn position(&self, offset: usize) -> usize {
        let before = self.content.get(..offset).unwrap_or(self.content);
        if self.expanded {
            before.chars().map(|c| if c.is_ascii() { 1 } else { 10 }).sum()
        } else {
            before.chars().count()
        }
    }

    /// Reads up to `digits` hexadecimal digits at `at`: their value and where they end.
    fn hex(&self, start: usize, at: usize, digits: usize, reason: &str) -> Result<(u32, usize), LiteralError> {
        let bytes = self.content.as_bytes().get(at..).unwrap_or_default();
        let found = bytes.iter().take(digits).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if found < digits {
            return Err(self.error(start, at + found, reason));
        }
        let value = self.content.get(at..at + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        Ok((value.unwrap_or(u32::MAX), at + digits))
    }
}

fn unicode(source: &SourceText, content: &str, raw: bool) -> Result<Wtf8Buf, LiteralError> {
    let content = match (source.form, source.encoding.as_deref()) {
        (TextForm::Bytes, Some("utf-8")) => Cow::Owned(utf8_runs(content)?),
        _ => Cow::Borrowed(content),
    };
    let content = content.as_ref();
    if !content.contains('\\') {
        return Ok(Wtf8Buf::from(content));
    }
    let escapes = UnicodeEscapes {
        content,
        expanded: source.encoding.as_deref().is_some_and(|encoding| encoding != "iso-8859-1"),
        codec_name: if raw { "rawunicodeescape" } else { "unicodeescape" },
    };
    if raw { raw_unicode(&escapes) } else { escaped_unicode(&escapes) }
}

/// In a file declared as UTF-8 that is none, the bytes of a unicode literal still have to be.
fn utf8_runs(content: &str) -> Result<String, LiteralError> {
    let bytes: Vec<u8> = content.chars().map(|c| c as u8).collect();
    for run in bytes.split(u8::is_ascii).filter(|run| !run.is_empty()) {
        if let Some((_, message)) = utf8_error(run) {
            return Err(LiteralError::Syntax(format!("(unicode error) {message}")));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn escaped_unicode(escapes: &UnicodeEscapes<'_>) -> Result<Wtf8Buf, LiteralError> {
    let content = escapes.content;
    let mut text = Wtf8Buf::with_capacity(content.len());
    let mut at = 0;
    while let Some(found) = content[at..].find('\\') {
        text.push_str(&content[at..at + found]);
        let start = at + found;
        let Some(letter) = content[start + 1..].chars().next() else {
            text.push_char('\\');
            return Ok(text);
        };
        at = start + 1 + letter.len_utf8();
        let digits = match letter {
            'x' => Some((2, "truncated \\xXX escape")),
            'u' => Some((4, "truncated \\uXXXX escape")),
            'U' => Some((8, "truncated \\UXXXXXXXX escape")),
            _ => None,
        };
        if let Some((digits, reason)) = digits {
            let (value, end) = escapes.hex(start, at, digits, reason)?;
            let Some(point) = CodePoint::from_u32(value) else {
                return Err(escapes.error(start, end, "illegal Unicode character"));
            };
            text.push(point);
            at = end;
            continue;
        }
        match letter {
            '0'..='7' => {
                let digits = content[start + 1..].bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
                let (count, value) =
                    digits.fold((0, 0u32), |(count, value), digit| (count + 1, value * 8 + u32::from(digit - b'0')));
                text.extend(CodePoint::from_u32(value));
                at = start + 1 + count;
            }
            'N' => {
                let (c, end) = named_character(escapes, start, at)?;
                text.push_char(c);
                at = end;
            }
            _ => match simple_escape(letter) {
                Some(replacement) => text.extend(replacement),
                None => {
                    text.push_char('\\');
                    text.push_char(letter);
                }
            },
        }
    }
    text.push_str(&content[at..]);
    Ok(text)
}

/// `\N{NAME}`; `at` is behind the `N`.
fn named_character(escapes: &UnicodeEscapes<'_>, start: usize, at: usize) -> Result<(char, usize), LiteralError> {
    let content = escapes.content;
    if content.as_bytes().get(at) != Some(&b'{') {
        return Err(escapes.error(start, at, "malformed \\N character escape"));
    }
    let Some(length) = content[at + 1..].find('}') else {
        return Err(escapes.error(start, content.len(), "malformed \\N character escape"));
    };
    let name = &content[at + 1..at + 1 + length];
    if name.is_empty() {
        return Err(escapes.error(start, at + 1, "malformed \\N character escape"));
    }
    let end = at + length + 2;
    // The crate ignores spaces and hyphens; Python does not.
    let found = name.is_ascii().then(|| unicode_names2::character(name)).flatten();
    match found.filter(|&c| unicode_names2::name(c).is_some_and(|full| full.to_string().eq_ignore_ascii_case(name))) {
        Some(c) => Ok((c, end)),
        None => Err(escapes.error(start, end, "unknown Unicode character name")),
    }
}

/// `ur''`: `\u` and `\U` behind an odd number of backslashes are escapes, nothing else is.
fn raw_unicode(escapes: &UnicodeEscapes<'_>) -> Result<Wtf8Buf, LiteralError> {
    let content = escapes.content;
    let mut text = Wtf8Buf::with_capacity(content.len());
    let mut at = 0;
    while let Some(found) = content[at..].find('\\') {
        text.push_str(&content[at..at + found]);
        let first = at + found;
        let backslashes = content[first..].bytes().take_while(|&byte| byte == b'\\').count();
        at = first + backslashes;
        let digits = match content.as_bytes().get(at) {
            Some(b'u') if backslashes % 2 == 1 => 4,
            Some(b'U') if backslashes % 2 == 1 => 8,
            _ => {
                text.push_str(&content[first..at]);
                continue;
            }
        };
        text.push_str(&content[first..at - 1]);
        let (value, end) = escapes.hex(at - 1, at + 1, digits, "truncated \\uXXXX")?;
        let Some(point) = CodePoint::from_u32(value) else {
            return Err(escapes.error(at - 1, end, "\\Uxxxxxxxx out of range"));
        };
        text.push(point);
        at = end;
    }
    text.push_str(&content[at..]);
    Ok(text)
}
