//! `String.Clean`: decoding by trial, normal forms, and which characters are left out (`spec/kits.md` §9).

use encoding_rs::{EUC_KR, UTF_16BE, UTF_16LE};
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Code points that have characters by now, but had none in Unicode 5.2, the one of Python 2.7.
#[rustfmt::skip]
const LATER: &[(u32, u32)] = &[
    (0x37f, 0x383), (0x526, 0x530), (0x560, 0x560), (0x588, 0x588), (0x58b, 0x590), (0x5eb, 0x5ef), (0x604, 0x605),
    (0x61c, 0x61d), (0x620, 0x620), (0x65f, 0x65f), (0x7fb, 0x7ff), (0x83f, 0x8ff), (0x93a, 0x93b), (0x94f, 0x94f),
    (0x956, 0x957), (0x973, 0x978), (0x980, 0x980), (0x9fc, 0xa00), (0xa76, 0xa80), (0xaf0, 0xaf0), (0xaf2, 0xb00),
    (0xb4e, 0xb55), (0xb72, 0xb81), (0xbfb, 0xc00), (0xc04, 0xc04), (0xc34, 0xc34), (0xc3a, 0xc3c), (0xc5a, 0xc5f),
    (0xc70, 0xc77), (0xc80, 0xc81), (0xc84, 0xc84), (0xcd7, 0xcdd), (0xcf3, 0xd01), (0xd04, 0xd04), (0xd29, 0xd29),
    (0xd3a, 0xd3c), (0xd4e, 0xd56), (0xd58, 0xd5f), (0xd76, 0xd78), (0xd80, 0xd81), (0xde0, 0xdf1), (0xe85, 0xe86),
    (0xe89, 0xe89), (0xe8b, 0xe8c), (0xe8e, 0xe93), (0xe98, 0xe98), (0xea0, 0xea0), (0xea8, 0xea9), (0xeac, 0xeac),
    (0xeba, 0xeba), (0xede, 0xeff), (0xf8c, 0xf8f), (0xfd9, 0xfff), (0x10c6, 0x10cf), (0x10fd, 0x10ff),
    (0x135b, 0x135e), (0x13f5, 0x13ff), (0x16f1, 0x16ff), (0x170d, 0x170d), (0x1715, 0x171f), (0x180f, 0x180f),
    (0x1878, 0x187f), (0x191d, 0x191f), (0x1aae, 0x1aff), (0x1b4c, 0x1b4f), (0x1b7d, 0x1b7f), (0x1bab, 0x1bad),
    (0x1bba, 0x1bff), (0x1c80, 0x1ccf), (0x1cf3, 0x1cff), (0x1de7, 0x1dfc), (0x2065, 0x2069), (0x2095, 0x209f),
    (0x20b9, 0x20cf), (0x218a, 0x218f), (0x23e9, 0x23ff), (0x26ce, 0x26ce), (0x26e2, 0x26e2), (0x26e4, 0x26e7),
    (0x2700, 0x2700), (0x2705, 0x2705), (0x270a, 0x270b), (0x2728, 0x2728), (0x274c, 0x274c), (0x274e, 0x274e),
    (0x2753, 0x2755), (0x275f, 0x2760), (0x2795, 0x2797), (0x27b0, 0x27b0), (0x27bf, 0x27bf), (0x27cb, 0x27cb),
    (0x27cd, 0x27cf), (0x2b4d, 0x2b4f), (0x2b5a, 0x2bff), (0x2c2f, 0x2c2f), (0x2c5f, 0x2c5f), (0x2cf2, 0x2cf8),
    (0x2d26, 0x2d2f), (0x2d66, 0x2d6e), (0x2d70, 0x2d7f), (0x2e32, 0x2e7f), (0x312e, 0x3130), (0x31b8, 0x31bf),
    (0x32ff, 0x32ff), (0x4db6, 0x4dbf), (0x9fcc, 0x9fff), (0xa660, 0xa661), (0xa674, 0xa67b), (0xa698, 0xa69f),
    (0xa78d, 0xa7fa), (0xa82c, 0xa82f), (0xa8c5, 0xa8cd), (0xa8fc, 0xa8ff), (0xa9e0, 0xa9ff), (0xaa7c, 0xaa7f),
    (0xaae0, 0xabbf), (0xfa2e, 0xfa2f), (0xfbb2, 0xfbd2), (0xfd40, 0xfd4f), (0xfdc8, 0xfdef), (0xfdfe, 0xfdff),
    (0xfe27, 0xfe2f), (0x1018b, 0x1018f), (0x1019c, 0x101cf), (0x102d1, 0x102ff), (0x1031f, 0x1031f),
    (0x10324, 0x1032f), (0x1034b, 0x1037f), (0x104aa, 0x107ff), (0x10860, 0x108ff), (0x10940, 0x109ff),
    (0x10a34, 0x10a37), (0x10a48, 0x10a4f), (0x10a80, 0x10aff), (0x10b80, 0x10bff), (0x10c49, 0x10e5f),
    (0x10e7f, 0x1107f), (0x110c2, 0x11fff), (0x1236f, 0x123ff), (0x12463, 0x1246f), (0x12474, 0x12fff),
    (0x1342f, 0x1cfff), (0x1d1de, 0x1d1ff), (0x1d246, 0x1d2ff), (0x1d372, 0x1d3ff), (0x1d800, 0x1efff),
    (0x1f094, 0x1f0ff), (0x1f10b, 0x1f10f), (0x1f12f, 0x1f130), (0x1f132, 0x1f13c), (0x1f13e, 0x1f13e),
    (0x1f140, 0x1f141), (0x1f143, 0x1f145), (0x1f147, 0x1f149), (0x1f14f, 0x1f156), (0x1f158, 0x1f15e),
    (0x1f160, 0x1f178), (0x1f17a, 0x1f17a), (0x1f17d, 0x1f17e), (0x1f180, 0x1f189), (0x1f18e, 0x1f18f),
    (0x1f191, 0x1f1ff), (0x1f201, 0x1f20f), (0x1f232, 0x1f23f), (0x1f249, 0x1ffff), (0x2a6d7, 0x2a6ff),
    (0x2b735, 0x2f7ff), (0x2fa1e, 0xe0000),
];

fn is_later(c: char) -> bool {
    let code = u32::from(c);
    let at = LATER.partition_point(|(_, end)| *end < code);
    LATER.get(at).is_some_and(|(start, _)| *start <= code)
}

/// Text of bytes whose encoding is not known: UTF-8, UTF-16, and what is left for the language.
pub fn decode(bytes: &[u8], language: Option<&str>) -> String {
    if text::utf8_fault(bytes, 0).is_none() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let (encoding, rest) = match bytes {
        [0xfe, 0xff, rest @ ..] => (UTF_16BE, rest),
        [0xff, 0xfe, rest @ ..] => (UTF_16LE, rest),
        _ => (UTF_16LE, bytes),
    };
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(rest) {
        return text.into_owned();
    }
    if language == Some("ko")
        && let Some(text) = EUC_KR.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return text.into_owned();
    }
    bytes.iter().copied().map(char::from).collect()
}

/// What is left out of a text besides control characters and their like.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    pub diacritics: bool,
    pub punctuation: bool,
}

/// A normalised text; an unknown form is an error.
pub fn normalize(vm: &VirtualMachine, form: PyObjectRef, source: &str) -> PyResult<String> {
    let module = import::module(vm, "unicodedata")?;
    let made = vm.call_method(&module, "normalize", (form, text::new_unicode(vm, source)))?;
    text::unicode_of(vm, &made)
}

/// Leaves out what the categories say.
pub fn strip(vm: &VirtualMachine, source: &str, strip: Strip) -> PyResult<String> {
    let mut functions = None;
    let mut out = String::with_capacity(source.len());
    for c in source.chars() {
        if c.is_ascii() {
            if !(c.is_ascii_control() || strip.punctuation && is_ascii_punctuation(c)) {
                out.push(c);
            }
            continue;
        }
        if is_later(c) {
            continue;
        }
        if functions.is_none() {
            let module = import::module(vm, "unicodedata")?;
            functions = Some((module.get_attr("category", vm)?, module.get_attr("combining", vm)?));
        }
        let Some((category, combining)) = &functions else { continue };
        let object = text::new_unicode(vm, c.encode_utf8(&mut [0; 4]));
        let category = text::unicode_of(vm, &*category.call((object.clone(),), vm)?)?;
        if category.starts_with('C') || strip.punctuation && category.starts_with('P') {
            continue;
        }
        if strip.diacritics && combining.call((object,), vm)?.try_to_bool(vm)? {
            continue;
        }
        out.push(c);
    }
    Ok(out)
}

/// The ASCII characters of categories P*; the others of them (`$+<=>^`|~`) are symbols.
fn is_ascii_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding() {
        assert_eq!(decode(b"caf\xc3\xa9", None), "caf\u{e9}");
        assert_eq!(decode(b"\xe9a", None), "\u{61e9}");
        assert_eq!(decode(b"\xe9ab", None), "\u{e9}ab");
        assert_eq!(decode(b"\xc7\xd1a", Some("ko")), "\u{d55c}a");
    }

    #[test]
    fn unicode_of_python_2() {
        assert!(is_later('\u{1f600}') && !is_later('\u{e9}') && !is_later('\u{4e2d}'));
        assert!(LATER.is_sorted(), "is_later() searches by halving");
    }
}
