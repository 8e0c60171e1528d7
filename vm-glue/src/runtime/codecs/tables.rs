//! Codecs by tables: the single-byte ones from the machine's library, the East Asian ones from `encoding_rs`.

use super::errors::Fault;
use encoding_rs::{DecoderResult, EncoderResult, Encoding};
use rustpython_common::wtf8::{CodePoint, Wtf8Buf};
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
    let aliases = library(vm, "encodings.aliases").ok()?;
    let real = aliases.get_attr("aliases", vm).ok()?.get_item(name, vm).ok();
    let real = real.and_then(|real| real.downcast::<PyStr>().ok()).map_or(name.to_owned(), |real| real.to_string());
    library(vm, &format!("encodings.{real}")).ok()
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
        let input = bytes.get(from..).unwrap_or_default();
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length(input.len()).unwrap_or(input.len() * 4 + 16);
        let mut text = String::with_capacity(room);
        let (result, read) = decoder.decode_to_string_without_replacement(input, &mut text, true);
        out.push_str(&text);
        match result {
            DecoderResult::Malformed(length, consumed) => {
                let end = from + read - usize::from(consumed);
                let start = end - usize::from(length);
                let lead = bytes.get(start).is_some_and(|byte| *byte >= 0x80);
                if lead && start + 1 == bytes.len() {
                    return Err(Fault::new(start, end, "incomplete multibyte sequence"));
                }
                // CPython names both bytes of a pair that means nothing.
                Err(Fault::new(start, if lead { start + 2 } else { start + 1 }, ILLEGAL))
            }
            _ => Ok(()),
        }
    }

    /// Encodes one char. Encodings with states are not stateful here beyond one char.
    pub fn encode(&self, c: CodePoint, out: &mut Vec<u8>) -> bool {
        let Some(c) = c.to_char() else { return false };
        if c == '\u{20ac}' && matches!(self.name, "gbk" | "gb2312" | "big5") {
            // The web's tables have it, CPython's do not.
            return false;
        }
        let mut buffer = [0; 8];
        let mut encoder = self.encoding.new_encoder();
        let mut bytes = [0; 32];
        let (result, _, written) =
            encoder.encode_from_utf8_without_replacement(c.encode_utf8(&mut buffer), &mut bytes, true);
        if result != EncoderResult::InputEmpty {
            return false;
        }
        let code = bytes.get(..written).unwrap_or_default();
        // GB 2312 is the part of GBK whose bytes both have the high bit.
        let outside = |code: &[u8]| matches!(code, [lead, trail] if !(0xa1..=0xf7).contains(lead) || *trail < 0xa1);
        if self.name == "gb2312" && outside(code) {
            return false;
        }
        out.extend(code);
        true
    }
}
