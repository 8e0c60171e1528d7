//! Codecs by tables: the single-byte ones from the machine's library, the East Asian ones from `encoding_rs`.

use super::differences::{self, Meaning};
use super::errors::Fault;
use encoding_rs::{DecoderResult, EncoderResult, Encoding};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyResult, VirtualMachine};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// A single-byte encoding.
pub struct Charmap {
    decoding: Vec<Option<CodePoint>>,
    encoding: HashMap<u32, u8>,
}

static CHARMAPS: Mutex<Vec<(String, Arc<Charmap>)>> = Mutex::new(Vec::new());

/// The single-byte encoding of a normalized name, if the library has one.
pub fn charmap(vm: &VirtualMachine, name: &str) -> Option<Arc<Charmap>> {
    let mut known = CHARMAPS.lock().ok()?;
    if let Some((_, table)) = known.iter().find(|(other, _)| other == name) {
        return Some(table.clone());
    }
    let module = library_module(vm, name)?;
    let table = module.get_attr("decoding_table", vm).ok()?;
    let table = table.downcast_ref::<PyStr>()?;
    let undefined = 0xfffe;
    let decoding: Vec<_> = table.as_wtf8().code_points().map(|c| (c.to_u32() != undefined).then_some(c)).collect();
    let mut encoding = HashMap::new();
    for (byte, c) in decoding.iter().enumerate() {
        if let (Some(c), Ok(byte)) = (c, u8::try_from(byte)) {
            encoding.entry(c.to_u32()).or_insert(byte);
        }
    }
    let table = Arc::new(Charmap { decoding, encoding });
    known.push((name.to_owned(), table.clone()));
    Some(table)
}

/// A module of the library's `encodings`.
pub fn library_module(vm: &VirtualMachine, name: &str) -> Option<rustpython_vm::PyObjectRef> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    library(vm, &format!("encodings.{}", real_name(vm, name))).ok()
}

/// The name that a normalized name is another one for.
pub fn real_name(vm: &VirtualMachine, name: &str) -> String {
    let real = library(vm, "encodings.aliases")
        .and_then(|aliases| aliases.get_attr("aliases", vm))
        .and_then(|aliases| aliases.get_item(name, vm))
        .ok()
        .and_then(|real| real.downcast::<PyStr>().ok());
    real.map_or_else(|| name.to_owned(), |real| real.to_string())
}

/// A module of the machine's own library, by its name there.
pub fn library(vm: &VirtualMachine, name: &str) -> PyResult {
    vm.import_func.call((vm.ctx.new_str(name),), vm)?;
    vm.sys_module.get_attr("modules", vm)?.get_item(name, vm)
}

impl Charmap {
    /// Decodes.
    pub fn decode(&self, bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
        for (at, byte) in bytes.iter().enumerate().skip(from) {
            match self.decoding.get(usize::from(*byte)).copied().flatten() {
                Some(c) => out.push(c),
                None => return Err(Fault::new(at, at + 1, UNDEFINED)),
            }
        }
        Ok(())
    }

    /// Encodes one char.
    pub fn encode(&self, c: CodePoint, out: &mut Vec<u8>) -> bool {
        let byte = self.encoding.get(&c.to_u32());
        out.extend(byte);
        byte.is_some()
    }
}

/// Why a table has no code for a char or a byte.
pub const UNDEFINED: &str = "character maps to <undefined>";
/// Why an East Asian encoding has none.
pub const ILLEGAL: &str = "illegal multibyte sequence";

/// East Asian encodings: the normalized names, the one in messages, and the implementation's.
const MULTIBYTE: &[(&[&str], &str, &str)] = &[
    (&["gbk", "936", "cp936", "ms936"], "gbk", "gbk"),
    (
        &[
            "gb2312",
            "chinese",
            "csiso58gb231280",
            "euc_cn",
            "euccn",
            "eucgb2312_cn",
            "gb2312_1980",
            "gb2312_80",
            "iso_ir_58",
        ],
        "gb2312",
        "gbk",
    ),
    (&["gb18030", "gb18030_2000"], "gb18030", "gb18030"),
    (&["big5", "big5_tw", "csbig5"], "big5", "big5"),
    (&["big5hkscs", "big5_hkscs", "hkscs"], "big5hkscs", "big5"),
    (&["cp950", "950", "ms950"], "cp950", "big5"),
    (&["shift_jis", "csshiftjis", "shiftjis", "sjis", "s_jis"], "shift_jis", "shift_jis"),
    (&["cp932", "932", "ms932", "mskanji", "ms_kanji"], "cp932", "shift_jis"),
    (&["euc_jp", "eucjp", "ujis", "u_jis"], "euc_jp", "euc-jp"),
    (
        &["euc_kr", "euckr", "korean", "ksc5601", "ks_c_5601", "ks_c_5601_1987", "ksx1001", "ks_x_1001"],
        "euc_kr",
        "euc-kr",
    ),
    (&["cp949", "949", "ms949", "uhc"], "cp949", "euc-kr"),
    (&["iso2022_jp", "csiso2022jp", "iso2022jp", "iso_2022_jp"], "iso2022_jp", "iso-2022-jp"),
];

/// An East Asian encoding and its name in messages.
#[derive(Clone, Copy)]
pub struct Multibyte {
    pub name: &'static str,
    encoding: &'static Encoding,
}

/// The East Asian encoding of a normalized name.
pub fn multibyte(name: &str) -> Option<Multibyte> {
    let (_, shown, label) = MULTIBYTE.iter().find(|(names, ..)| names.contains(&name))?;
    Some(Multibyte { name: shown, encoding: Encoding::for_label(label.as_bytes())? })
}

impl Multibyte {
    /// Decodes.
    pub fn decode(&self, bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
        if self.name == "cp932" {
            return self.decode_cp932(bytes, from, out);
        }
        let Some(differences) = differences::of(self.name) else { return self.decode_as_web(bytes, from, out) };
        let mut at = from;
        while let Some(special) = differences.next(bytes, at) {
            self.decode_as_web(bytes.get(..special).unwrap_or_default(), at, out)?;
            match bytes.get(special..special + 2) {
                Some(&[lead, trail]) => match differences.meaning(lead, trail) {
                    Meaning::Other(c) => out.push_char(c),
                    _ => match differences::hangul_of(bytes.get(special..).unwrap_or_default()) {
                        Some(syllable) if self.name == "euc_kr" => {
                            out.push_char(syllable);
                            at = special + 8;
                            continue;
                        }
                        // A syllable by its letters, cut off.
                        _ if self.name == "euc_kr" && (lead, trail) == (0xa4, 0xd4) && bytes.len() < special + 8 => {
                            return Err(Fault::new(special, bytes.len(), "incomplete multibyte sequence"));
                        }
                        _ => return Err(Fault::new(special, special + 2, ILLEGAL)),
                    },
                },
                _ if self.name == "shift_jis" => return Err(Fault::new(special, special + 2, ILLEGAL)),
                _ => return Err(Fault::new(special, bytes.len(), "incomplete multibyte sequence")),
            }
            at = special + 2;
        }
        self.decode_as_web(bytes, at, out)
    }

    /// Decodes with the single bytes for private use.
    fn decode_cp932(&self, bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
        let mut start = from;
        let mut at = from;
        while let Some(byte) = bytes.get(at) {
            if let Some((_, c)) = differences::CP932_SINGLE.iter().find(|(single, _)| single == byte) {
                self.decode_as_web(bytes.get(..at).unwrap_or_default(), start, out)?;
                out.push_char(*c);
                start = at + 1;
                at = start;
            } else {
                at += if matches!(byte, 0x81..=0x9f | 0xe0..=0xfc) { 2 } else { 1 };
            }
        }
        self.decode_as_web(bytes, start, out)
    }

    fn decode_as_web(&self, bytes: &[u8], from: usize, out: &mut Wtf8Buf) -> Result<(), Fault> {
        let input = bytes.get(from..).unwrap_or_default();
        if input.is_empty() {
            return Ok(());
        }
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length(input.len()).unwrap_or(input.len() * 4 + 16);
        let mut text = String::with_capacity(room);
        let (result, read) = decoder.decode_to_string_without_replacement(input, &mut text, true);
        if self.name == "iso2022_jp" {
            let plain = |c| differences::CP932_WIDE.iter().find(|(_, wide)| *wide == c).map_or(c, |(plain, _)| *plain);
            text.chars().map(plain).for_each(|c| out.push_char(c));
        } else {
            out.push_str(&text);
        }
        match result {
            DecoderResult::Malformed(length, consumed) => {
                let end = from + read - usize::from(consumed);
                let start = end - usize::from(length);
                let lead = bytes.get(start).is_some_and(|byte| *byte >= 0x80) && self.name != "iso2022_jp";
                let never = self.name == "shift_jis" && matches!(bytes.get(start), Some(0xa0 | 0xfd..));
                if lead && !never && (start + 1 == bytes.len() || self.is_begun(bytes.get(start..).unwrap_or_default()))
                {
                    return Err(Fault::new(start, bytes.len(), "incomplete multibyte sequence"));
                }
                if self.name == "gb18030"
                    && let Some([0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe, 0x30..=0x39]) = bytes.get(start..start + 4)
                {
                    return Err(Fault::new(start, start + 4, ILLEGAL));
                }
                // CPython names both bytes of a pair that means nothing.
                Err(Fault::new(start, if lead { start + 2 } else { start + 1 }, ILLEGAL))
            }
            _ => Ok(()),
        }
    }

    /// Is it the beginning of a code of more than two bytes?
    fn is_begun(&self, rest: &[u8]) -> bool {
        match self.name {
            "gb18030" => matches!(rest, [0x81..=0xfe, 0x30..=0x39] | [0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe]),
            "euc_jp" => matches!(rest, [0x8f, 0xa1..=0xfe]),
            _ => false,
        }
    }

    /// Encodes a whole text, where the encoding has states.
    pub fn encode_all(&self, string: &Wtf8) -> Option<Vec<u8>> {
        if self.name != "iso2022_jp" {
            return None;
        }
        let wide = |c| differences::CP932_WIDE.iter().find(|(plain, _)| *plain == c).map_or(c, |(_, wide)| *wide);
        let text: String = string.as_str().ok()?.chars().map(wide).collect();
        let text = text.as_str();
        let mut encoder = self.encoding.new_encoder();
        let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
        let mut bytes = vec![0; room + 16];
        let (result, _, written) = encoder.encode_from_utf8_without_replacement(text, &mut bytes, true);
        bytes.truncate(written);
        (result == EncoderResult::InputEmpty).then_some(bytes)
    }

    /// Encodes one char. Encodings with states are not stateful here beyond one char.
    pub fn encode(&self, c: CodePoint, out: &mut Vec<u8>) -> bool {
        let Some(c) = c.to_char() else { return false };
        match self.code(c) {
            Some(code) => {
                out.extend(code);
                true
            }
            None => false,
        }
    }

    fn code(&self, c: char) -> Option<Vec<u8>> {
        if self.name == "cp932" {
            return self.cp932_code(c);
        }
        let Some(differences) = differences::of(self.name) else { return self.web_code(c) };
        if let Some(code) = differences::written(self.name, c) {
            return Some(code.to_vec());
        }
        if let Some(code) = differences.code(c) {
            return Some(code.to_vec());
        }
        let fits = |code: &Vec<u8>| match code.as_slice() {
            [lead, trail] => matches!(differences.meaning(*lead, *trail), Meaning::Same),
            [byte] => *byte != 0x80,
            _ => true,
        };
        let more = || differences::encode_more(self.name, c);
        let letters = || differences::hangul(c).filter(|_| self.name == "euc_kr").map(|code| code.to_vec());
        self.web_code(c).filter(fits).or_else(more).or_else(letters)
    }

    fn cp932_code(&self, c: char) -> Option<Vec<u8>> {
        if matches!(c, '\u{a5}' | '\u{203e}') {
            return None;
        }
        if let Some((byte, _)) = differences::CP932_SINGLE.iter().find(|(_, single)| *single == c) {
            return Some(vec![*byte]);
        }
        // Characters of private use: ten rows of 188.
        if let '\u{e000}'..='\u{e757}' = c {
            let (row, at) = ((u32::from(c) - 0xe000) / 188, (u32::from(c) - 0xe000) % 188);
            let trail = at + if at < 63 { 0x40 } else { 0x41 };
            return Some(vec![u8::try_from(0xf0 + row).ok()?, u8::try_from(trail).ok()?]);
        }
        let wide = differences::CP932_WIDE.iter().find(|(plain, _)| *plain == c).map_or(c, |(_, wide)| *wide);
        let code = self.web_code(wide)?;
        Some(match <[u8; 2]>::try_from(code.as_slice()) {
            Ok(pair) => differences::nec_code(pair).to_vec(),
            Err(_) => code,
        })
    }

    fn web_code(&self, c: char) -> Option<Vec<u8>> {
        if c == '\u{20ac}' && matches!(self.name, "gbk" | "gb2312" | "big5") {
            // The web's tables have it, CPython's do not.
            return None;
        }
        let mut buffer = [0; 8];
        let mut encoder = self.encoding.new_encoder();
        let mut bytes = [0; 32];
        let (result, _, written) =
            encoder.encode_from_utf8_without_replacement(c.encode_utf8(&mut buffer), &mut bytes, true);
        (result == EncoderResult::InputEmpty).then(|| bytes.get(..written).unwrap_or_default().to_vec())
    }
}
