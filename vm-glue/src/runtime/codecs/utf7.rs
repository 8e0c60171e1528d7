//! UTF-7.

use super::errors::Fault;
use super::transform::{Order, encode_utf16};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn value(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|other| *other == byte).and_then(|value| u32::try_from(value).ok())
}

/// Chars that stand for themselves.
fn is_direct(c: CodePoint) -> bool {
    c.to_char().is_some_and(|c| {
        c.is_ascii_alphanumeric()
            || matches!(c, ' ' | '\t' | '\n' | '\r')
            || "'(),-./:?!\"#$%&*;<=>@[]^_`{|}".contains(c)
    })
}

/// Encodes.
pub fn encode(text: &Wtf8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut shifted: Vec<u8> = Vec::new();
    let mut chars = text.code_points().peekable();
    while let Some(c) = chars.next() {
        if is_direct(c) {
            out.extend(u8::try_from(c.to_u32()));
            continue;
        }
        if c.to_char() == Some('+') {
            out.extend(b"+-");
            continue;
        }
        shifted.clear();
        encode_utf16(c, &mut shifted, Order::Big);
        while let Some(next) = chars.next_if(|c| !is_direct(*c)) {
            encode_utf16(next, &mut shifted, Order::Big);
        }
        out.push(b'+');
        push_base64(&mut out, &shifted);
        // The end shows itself unless the next char could belong to the sequence.
        let next = chars.peek().and_then(|c| u8::try_from(c.to_u32()).ok());
        if next.is_none_or(|next| value(next).is_some() || next == b'-') {
            out.push(b'-');
        }
    }
    out
}

fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for index in 0..=three.len() {
            let letter = usize::try_from(bits >> (18 - 6 * index) & 0x3f).unwrap_or(0);
            out.extend(ALPHABET.get(letter));
        }
    }
}

/// Decodes.
pub fn decode(bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
    let mut at = from;
    while let Some(byte) = bytes.get(at).copied() {
        if byte != b'+' {
            if !byte.is_ascii() {
                return Err(Fault::new(at, at + 1, "unexpected special character"));
            }
            out.push_char(char::from(byte));
            at += 1;
            continue;
        }
        if bytes.get(at + 1) == Some(&b'-') {
            out.push_char('+');
            at += 2;
            continue;
        }
        at = decode_shifted(bytes, at, out)?;
    }
    Ok(())
}

/// One sequence in base 64, from its `+` on.
fn decode_shifted(bytes: &[u8], start: usize, out: &mut Wtf8Buf) -> Result<usize, Fault> {
    let mut at = start + 1;
    let (mut bits, mut count) = (0_u32, 0);
    let mut high: Option<u32> = None;
    loop {
        let Some(byte) = bytes.get(at).copied() else {
            // The end of the text ends the sequence, if it is at the end of a character.
            if high.is_some() || count >= 6 || bits != 0 {
                return Err(Fault::new(start, bytes.len(), "unterminated shift sequence"));
            }
            return Ok(at);
        };
        let Some(value) = value(byte) else { break };
        at += 1;
        bits = bits << 6 | value;
        count += 6;
        if count < 16 {
            continue;
        }
        count -= 16;
        let unit = bits >> count & 0xffff;
        bits &= (1 << count) - 1;
        match (high.take(), unit) {
            (Some(first), 0xdc00..=0xdfff) => {
                out.extend(CodePoint::from_u32(0x10000 + ((first & 0x3ff) << 10 | unit & 0x3ff)));
                continue;
            }
            (Some(first), _) => out.extend(CodePoint::from_u32(first)),
            (None, _) => {}
        }
        match unit {
            0xd800..=0xdbff => high = Some(unit),
            unit => out.extend(CodePoint::from_u32(unit)),
        }
    }
    out.extend(high.and_then(CodePoint::from_u32));
    if count >= 6 {
        return Err(Fault::new(start, at + 1, "partial character in base64 sequence"));
    }
    if count > 0 && bits != 0 {
        return Err(Fault::new(start, at + 1, "non-zero padding bits in base64 sequence"));
    }
    Ok(if bytes.get(at) == Some(&b'-') { at + 1 } else { at })
}

/// How many bytes come before a shifted part that may go on.
pub fn complete(bytes: &[u8]) -> usize {
    let mut shift = None;
    for (at, byte) in bytes.iter().enumerate() {
        shift = match (shift, byte) {
            (None, b'+') => Some(at),
            (Some(start), b'+' | b'/' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') => Some(start),
            _ => None,
        };
    }
    shift.unwrap_or(bytes.len())
}
