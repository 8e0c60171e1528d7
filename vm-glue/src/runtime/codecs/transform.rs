//! The codecs between bytes and unicode: each decodes or encodes until it meets a fault.

use super::errors::Fault;
use rustpython_common::wtf8::{CodePoint, Wtf8Buf};
use std::fmt::Write;

/// Byte order of UTF-16 and UTF-32.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
}

/// UTF-8; surrogates pass, as they do in CPython 2.7.
pub fn decode_utf8(bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
    let fault = super::super::text::utf8_fault(bytes, from);
    let end = fault.map_or(bytes.len(), |(start, ..)| start);
    let part = bytes.get(from..end).unwrap_or_default();
    match std::str::from_utf8(part) {
        Ok(text) => out.push_str(text),
        // Encoded surrogates, one by one.
        Err(_) => {
            let mut rest = part;
            while let Some((c, length)) = next_utf8(rest) {
                out.push(c);
                rest = rest.get(length..).unwrap_or_default();
            }
        }
    }
    match fault {
        Some((start, end, reason)) => Err(Fault::new(start, end, reason)),
        None => Ok(()),
    }
}

fn next_utf8(bytes: &[u8]) -> Option<(CodePoint, usize)> {
    let first = *bytes.first()?;
    let (length, bits) = match first {
        0..=0x7f => (1, u32::from(first)),
        0xc0..=0xdf => (2, u32::from(first & 0x1f)),
        0xe0..=0xef => (3, u32::from(first & 0x0f)),
        _ => (4, u32::from(first & 0x07)),
    };
    let value = bytes.get(1..length)?.iter().fold(bits, |value, byte| value << 6 | u32::from(byte & 0x3f));
    Some((CodePoint::from_u32(value)?, length))
}

/// ASCII.
pub fn decode_ascii(bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
    let rest = bytes.get(from..).unwrap_or_default();
    let good = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
    rest.iter().take(good).for_each(|byte| out.push_char(char::from(*byte)));
    if good < rest.len() {
        return Err(Fault::new(from + good, from + good + 1, "ordinal not in range(128)"));
    }
    Ok(())
}

/// Latin-1.
pub fn decode_latin1(bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
    bytes.iter().skip(from).for_each(|byte| out.push_char(char::from(*byte)));
    Ok(())
}

fn unit16(bytes: &[u8], at: usize, order: Order) -> Option<u16> {
    let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
    Some(match order {
        Order::Little => u16::from_le_bytes(pair),
        Order::Big => u16::from_be_bytes(pair),
    })
}

/// UTF-16 in a byte order.
pub fn decode_utf16(bytes: &[u8], from: usize, out: &mut Wtf8Buf, order: Order) -> Result<(), Fault> {
    let mut at = from;
    while at < bytes.len() {
        let Some(unit) = unit16(bytes, at, order) else {
            return Err(Fault::new(at, bytes.len(), "truncated data"));
        };
        match unit {
            0xd800..=0xdbff => match unit16(bytes, at + 2, order) {
                None => return Err(Fault::new(at, bytes.len(), "unexpected end of data")),
                Some(low @ 0xdc00..=0xdfff) => {
                    let value = 0x10000 + ((u32::from(unit) & 0x3ff) << 10 | u32::from(low) & 0x3ff);
                    out.extend(CodePoint::from_u32(value));
                    at += 4;
                }
                Some(_) => return Err(Fault::new(at, at + 2, "illegal UTF-16 surrogate")),
            },
            0xdc00..=0xdfff => return Err(Fault::new(at, at + 2, "illegal encoding")),
            unit => {
                out.extend(CodePoint::from_u32(u32::from(unit)));
                at += 2;
            }
        }
    }
    Ok(())
}

/// UTF-32 in a byte order.
pub fn decode_utf32(bytes: &[u8], from: usize, out: &mut Wtf8Buf, order: Order) -> Result<(), Fault> {
    let mut at = from;
    while at < bytes.len() {
        let Some(four) = bytes.get(at..at + 4).and_then(|four| <[u8; 4]>::try_from(four).ok()) else {
            return Err(Fault::new(at, bytes.len(), "truncated data"));
        };
        let value = match order {
            Order::Little => u32::from_le_bytes(four),
            Order::Big => u32::from_be_bytes(four),
        };
        match CodePoint::from_u32(value) {
            Some(c) => out.push(c),
            None => return Err(Fault::new(at, at + 4, "code point not in range(0x110000)")),
        }
        at += 4;
    }
    Ok(())
}

/// Encodes one char; false where it has no code.
pub type EncodeChar<'a> = &'a dyn Fn(CodePoint, &mut Vec<u8>) -> bool;

/// Encodes chars until one has no code; `runs` takes neighbours without a code together.
pub fn encode_chars(
    chars: &[CodePoint],
    from: usize,
    out: &mut Vec<u8>,
    encode: EncodeChar<'_>,
    reason: &'static str,
    runs: bool,
) -> Result<(), Fault> {
    for (offset, c) in chars.iter().skip(from).enumerate() {
        if !encode(*c, out) {
            let start = from + offset;
            let mut end = start + 1;
            let mut scratch = Vec::new();
            while runs && chars.get(end).is_some_and(|c| !encode(*c, &mut scratch)) {
                end += 1;
            }
            return Err(Fault::new(start, end, reason));
        }
    }
    Ok(())
}

/// A char below a bound as a byte.
pub fn encode_below(bound: u32) -> impl Fn(CodePoint, &mut Vec<u8>) -> bool {
    move |c, out| {
        let code = c.to_u32();
        if code < bound {
            out.extend(u8::try_from(code));
        }
        code < bound
    }
}

/// A char as UTF-16.
pub fn encode_utf16(c: CodePoint, out: &mut Vec<u8>, order: Order) {
    let mut push = |unit: u32| {
        let unit = (unit & 0xffff) as u16;
        out.extend(match order {
            Order::Little => unit.to_le_bytes(),
            Order::Big => unit.to_be_bytes(),
        });
    };
    match c.to_u32() {
        code @ 0..=0xffff => push(code),
        code => {
            let code = code - 0x10000;
            push(0xd800 | code >> 10);
            push(0xdc00 | code & 0x3ff);
        }
    }
}

/// A char as UTF-32.
pub fn encode_utf32(c: CodePoint, out: &mut Vec<u8>, order: Order) {
    out.extend(match order {
        Order::Little => c.to_u32().to_le_bytes(),
        Order::Big => c.to_u32().to_be_bytes(),
    });
}

/// `unicode_escape` of a char.
pub fn encode_escape(c: CodePoint, out: &mut Vec<u8>) {
    let mut text = String::new();
    super::super::quote::push_escaped(&mut text, c, None);
    out.extend(text.into_bytes());
}

/// `raw_unicode_escape` of a char.
pub fn encode_raw_escape(c: CodePoint, out: &mut Vec<u8>) {
    let code = c.to_u32();
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = match code {
        0..=0xff => return out.extend(u8::try_from(code)),
        0x100..=0xffff => write!(text, "\\u{code:04x}"),
        _ => write!(text, "\\U{code:08x}"),
    };
    out.extend(text.into_bytes());
}

fn hex_run(bytes: &[u8], at: usize, wanted: usize) -> (usize, u32) {
    let digits = bytes.iter().skip(at).take(wanted).map_while(|byte| char::from(*byte).to_digit(16));
    digits.fold((0, 0), |(count, value), digit| (count + 1, value << 4 | digit))
}

/// `unicode_escape`: the escapes of a unicode literal.
pub fn decode_escape(bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
    let mut at = from;
    while let Some(byte) = bytes.get(at).copied() {
        if byte != b'\\' {
            out.push_char(char::from(byte));
            at += 1;
            continue;
        }
        let start = at;
        let Some(letter) = bytes.get(at + 1).copied() else {
            return Err(Fault::new(start, bytes.len(), "\\ at end of string"));
        };
        at += 2;
        match letter {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push_char(char::from(letter)),
            b'a' => out.push_char('\u{7}'),
            b'b' => out.push_char('\u{8}'),
            b'f' => out.push_char('\u{c}'),
            b'n' => out.push_char('\n'),
            b'r' => out.push_char('\r'),
            b't' => out.push_char('\t'),
            b'v' => out.push_char('\u{b}'),
            b'0'..=b'7' => {
                let digits = bytes.iter().skip(at - 1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
                let (count, value) = digits.fold((0, 0), |(n, v), byte| (n + 1, v << 3 | u32::from(byte - b'0')));
                out.extend(CodePoint::from_u32(value));
                at += count - 1;
            }
            b'x' | b'u' | b'U' => {
                let (wanted, reason) = match letter {
                    b'x' => (2, "truncated \\xXX escape"),
                    b'u' => (4, "truncated \\uXXXX escape"),
                    _ => (8, "truncated \\UXXXXXXXX escape"),
                };
                let (count, value) = hex_run(bytes, at, wanted);
                at += count;
                if count < wanted {
                    return Err(Fault::new(start, at, reason));
                }
                match CodePoint::from_u32(value) {
                    Some(c) => out.push(c),
                    None => return Err(Fault::new(start, at, "illegal Unicode character")),
                }
            }
            b'N' => at = decode_named(bytes, start, at, out)?,
            other => {
                out.push_char('\\');
                out.push_char(char::from(other));
            }
        }
    }
    Ok(())
}

/// `\N{NAME}`.
fn decode_named(bytes: &[u8], start: usize, at: usize, out: &mut Wtf8Buf) -> Result<usize, Fault> {
    let malformed = |end| Fault::new(start, end, "malformed \\N character escape");
    if bytes.get(at) != Some(&b'{') {
        return Err(malformed(at));
    }
    let rest = bytes.get(at + 1..).unwrap_or_default();
    let Some(length) = rest.iter().position(|byte| *byte == b'}') else { return Err(malformed(bytes.len())) };
    let end = at + 1 + length + 1;
    let name = std::str::from_utf8(rest.get(..length).unwrap_or_default()).unwrap_or_default();
    match rustpython_unicode::data::lookup_character(name) {
        Some(c) if !name.is_empty() => {
            out.push_char(c);
            Ok(end)
        }
        _ => Err(Fault::new(start, end, "unknown Unicode character name")),
    }
}

/// `raw_unicode_escape`: only `\uXXXX` and `\UXXXXXXXX` after an odd number of backslashes.
pub fn decode_raw_escape(bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
    let mut at = from;
    let mut backslashes = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let escape = backslashes % 2 == 1 && matches!(byte, b'u' | b'U');
        if !escape {
            backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
            out.push_char(char::from(byte));
            at += 1;
            continue;
        }
        backslashes = 0;
        out.pop();
        let (wanted, reason) = if byte == b'u' { (4, "truncated \\uXXXX") } else { (8, "truncated \\UXXXXXXXX") };
        let start = at - 1;
        let (count, value) = hex_run(bytes, at + 1, wanted);
        at += 1 + count;
        if count < wanted {
            return Err(Fault::new(start, at, reason));
        }
        match CodePoint::from_u32(value) {
            Some(c) => out.push(c),
            None => return Err(Fault::new(start, at, "\\Uxxxxxxxx out of range")),
        }
    }
    Ok(())
}
