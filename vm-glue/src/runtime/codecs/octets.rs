//! Codecs from bytes to bytes: hex, base64, zlib and the like.

use super::super::{quote, text};
use super::tables::library;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustpython_common::wtf8::CodePoint;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyResult, VirtualMachine};
use std::io::{Read, Write};

/// A codec from bytes to bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Octets {
    StringEscape,
    Hex,
    Base64,
    Zlib,
    Bz2,
    QuotedPrintable,
    Uu,
}

/// Encodes.
pub fn encode(vm: &VirtualMachine, octets: Octets, bytes: &[u8]) -> PyResult<Vec<u8>> {
    Ok(match octets {
        Octets::StringEscape => string_escape(bytes),
        Octets::Hex => bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
        Octets::Base64 => encode_base64(bytes),
        Octets::Zlib => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            // Writing into a vector cannot fail.
            let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
            written.map_err(|error| vm.new_value_error(error.to_string()))?
        }
        Octets::QuotedPrintable => {
            // Blanks and tabs are quoted, too.
            let function = library(vm, "binascii")?.get_attr("b2a_qp", vm)?;
            let result = function.call((vm.ctx.new_bytes(bytes.to_vec()), true), vm)?;
            text::bytes_of(&result).unwrap_or_default()
        }
        Octets::Bz2 => by_module(vm, "bz2", "compress", bytes)?,
        Octets::Uu => encode_uu(bytes),
    })
}

/// Decodes.
pub fn decode(vm: &VirtualMachine, octets: Octets, bytes: &[u8]) -> PyResult<Vec<u8>> {
    match octets {
        Octets::StringEscape => string_unescape(vm, bytes),
        Octets::Hex => decode_hex(vm, bytes),
        Octets::Base64 => decode_base64(bytes).ok_or_else(|| binascii_error(vm, "Incorrect padding")),
        Octets::Zlib => {
            let mut out = Vec::new();
            flate2::read::ZlibDecoder::new(bytes).read_to_end(&mut out).map_err(|_| {
                let class = library(vm, "zlib").and_then(|module| module.get_attr("error", vm));
                match class
                    .and_then(|class| class.call(("Error -3 while decompressing data: incorrect header check",), vm))
                {
                    Ok(error) => error.downcast().unwrap_or_else(|_| vm.new_value_error("bad data")),
                    Err(error) => error,
                }
            })?;
            Ok(out)
        }
        Octets::QuotedPrintable => by_module(vm, "binascii", "a2b_qp", bytes),
        Octets::Bz2 => by_module(vm, "bz2", "decompress", bytes),
        Octets::Uu => decode_uu(vm, bytes),
    }
}

/// Calls a function of the machine's library.
fn by_module(vm: &VirtualMachine, module: &'static str, function: &'static str, bytes: &[u8]) -> PyResult<Vec<u8>> {
    let function = library(vm, module)?.get_attr(function, vm)?;
    let result = function.call((vm.ctx.new_bytes(bytes.to_vec()),), vm)?;
    Ok(text::bytes_of(&result).unwrap_or_default())
}

fn binascii_error(vm: &VirtualMachine, message: &'static str) -> PyBaseExceptionRef {
    let class = library(vm, "binascii").and_then(|module| module.get_attr("Error", vm));
    match class.and_then(|class| class.call((message,), vm)) {
        Ok(error) => error.downcast().unwrap_or_else(|_| vm.new_value_error(message)),
        Err(error) => error,
    }
}

/// A letter moved by half of the alphabet.
pub fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + 13) % 26 + b'A',
        other => other,
    }
}

fn string_escape(bytes: &[u8]) -> Vec<u8> {
    let mut result = String::with_capacity(bytes.len());
    for byte in bytes {
        quote::push_escaped(&mut result, CodePoint::from_char(char::from(*byte)), Some('\''));
    }
    result.into_bytes()
}

fn string_unescape(vm: &VirtualMachine, bytes: &[u8]) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(letter) = rest.next() else { return Err(vm.new_value_error("Trailing \\ in string")) };
        match letter {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(letter),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let mut value = u32::from(letter - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|byte| matches!(byte, b'0'..=b'7')) else { break };
                    value = value << 3 | u32::from(digit - b'0');
                }
                out.push((value & 0xff) as u8);
            }
            b'x' => {
                let mut digit = || rest.next_if(u8::is_ascii_hexdigit).and_then(|byte| char::from(byte).to_digit(16));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => out.push((high << 4 | low) as u8),
                    _ => return Err(vm.new_value_error("invalid \\x escape")),
                }
            }
            other => out.extend([b'\\', other]),
        }
    }
    Ok(out)
}

fn decode_hex(vm: &VirtualMachine, bytes: &[u8]) -> PyResult<Vec<u8>> {
    if !bytes.len().is_multiple_of(2) {
        return Err(vm.new_type_error("Odd-length string"));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    bytes
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()
        .ok_or_else(|| vm.new_type_error("Non-hexadecimal digit found"))
}

/// Base64 in lines of 76 chars.
fn encode_base64(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(57).flat_map(|line| (STANDARD.encode(line) + "\n").into_bytes()).collect()
}

/// Base64 with anything else skipped; None where the padding is missing.
fn decode_base64(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0, 0);
    for byte in bytes {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                if count >= 2 && count + padding >= 4 {
                    (bits, count, padding) = (0, 0, 0);
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        bits = bits << 6 | u32::from(value);
        count += 1;
        match count {
            2 => out.push((bits >> 4 & 0xff) as u8),
            3 => out.push((bits >> 2 & 0xff) as u8),
            4 => {
                out.push((bits & 0xff) as u8);
                (bits, count) = (0, 0);
            }
            _ => {}
        }
    }
    (count == 0).then_some(out)
}

fn encode_uu(bytes: &[u8]) -> Vec<u8> {
    let mut out = b"begin 666 <data>\n".to_vec();
    let letter = |value: u32| if value == 0 { b' ' } else { (value & 0x3f) as u8 + 32 };
    for line in bytes.chunks(45) {
        out.push(letter(u32::try_from(line.len()).unwrap_or(0)));
        for three in line.chunks(3) {
            let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
            let value = at(0) << 16 | at(1) << 8 | at(2);
            out.extend([18, 12, 6, 0].map(|shift| letter(value >> shift & 0x3f)));
        }
        out.push(b'\n');
    }
    out.extend(b" \nend\n");
    out
}

fn decode_uu(vm: &VirtualMachine, bytes: &[u8]) -> PyResult<Vec<u8>> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    if !lines.any(|line| line.starts_with(b"begin")) {
        return Err(vm.new_value_error("Missing \"begin\" line in input data"));
    }
    let mut out = Vec::new();
    for line in lines {
        if line.starts_with(b"end") {
            return Ok(out);
        }
        let value = |byte: u8| u32::from(byte.wrapping_sub(32) & 0x3f);
        let Some((first, rest)) = line.split_first() else { continue };
        let mut decoded = Vec::new();
        for four in rest.chunks(4) {
            let bits = (0..4).fold(0, |bits, index| bits << 6 | value(four.get(index).copied().unwrap_or(b' ')));
            decoded.extend([(bits >> 16 & 0xff) as u8, (bits >> 8 & 0xff) as u8, (bits & 0xff) as u8]);
        }
        decoded.truncate(value(*first) as usize);
        out.extend(decoded);
    }
    Err(vm.new_value_error("Truncated input data"))
}
