//! From bytes to text: which encoding a document is in (`spec/kits.md` §4.2), and encodings by their Python names.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// Bytes of a document that are looked at for a declaration.
const LOOKED_AT: usize = 65536;

/// The characters that the bytes 0x80 to 0x9F mean in windows-1252.
const TYPOGRAPHIC: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];

/// Decodes a document by detection. `html`: look for a `<meta>` declaration too.
pub fn decode_document(bytes: &[u8], html: bool) -> String {
    if let Some((text, _)) = by_byte_order(bytes) {
        return text;
    }
    let declared = declared_encoding(bytes, html);
    if let Some(name) = declared
        && let Some(text) = decode_strictly(&name, bytes)
    {
        return text;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| single(*b)).collect(),
    }
}

fn single(byte: u8) -> char {
    match byte {
        0x80..=0x9f => TYPOGRAPHIC[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Text by its byte order mark, or by the zero bytes around its first characters; with the encoding's name.
fn by_byte_order(bytes: &[u8]) -> Option<(String, &'static str)> {
    let utf32 = |bytes: &[u8], big: bool| {
        let text: Option<String> = bytes
            .chunks(4)
            .map(|c| {
                let c: [u8; 4] = c.try_into().ok()?;
                char::from_u32(if big { u32::from_be_bytes(c) } else { u32::from_le_bytes(c) })
            })
            .collect();
        text
    };
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => utf32(rest, false).map(|t| (t, "utf-32le")),
        [0, 0, 0xfe, 0xff, rest @ ..] => utf32(rest, true).map(|t| (t, "utf-32be")),
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(|t| (t.to_owned(), "utf-8")),
        [0xff, 0xfe, rest @ ..] => utf16(rest, false).map(|t| (t, "utf-16le")),
        [0xfe, 0xff, rest @ ..] => utf16(rest, true).map(|t| (t, "utf-16be")),
        [b'<', 0, b'?', 0, ..] => utf16(bytes, false).map(|t| (t, "utf-16le")),
        [0, b'<', 0, b'?', ..] => utf16(bytes, true).map(|t| (t, "utf-16be")),
        _ => None,
    }
}

fn utf16(bytes: &[u8], big: bool) -> Option<String> {
    let units: Option<Vec<u16>> = bytes
        .chunks(2)
        .map(|c| {
            let c: [u8; 2] = c.try_into().ok()?;
            Some(if big { u16::from_be_bytes(c) } else { u16::from_le_bytes(c) })
        })
        .collect();
    String::from_utf16(&units?).ok()
}

/// The encoding that a `<meta>` of HTML names, as libxml2 sees it: in `charset`, or in the `content` that goes with
/// `http-equiv="Content-Type"`.
pub fn html_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(LOOKED_AT))?;
    let mut rest: &str = &String::from_utf8_lossy(start).to_ascii_lowercase();
    loop {
        rest = rest.get(rest.find('<')?..)?;
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->")?.1;
            continue;
        }
        let Some(tag) = rest.strip_prefix("<meta").filter(|tag| tag.starts_with([' ', '\t', '\r', '\n', '/'])) else {
            rest = rest.get(1..)?;
            continue;
        };
        let attributes = attributes(tag.split('>').next().unwrap_or(tag));
        let value = |wanted: &str| attributes.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        let named = value("charset").or_else(|| {
            let content = value("content").filter(|_| value("http-equiv") == Some("content-type"))?;
            content.split_once("charset")?.1.trim_start().strip_prefix('=')
        });
        let end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';');
        if let Some(encoding) = named.and_then(|name| encoding_for(name.trim_start().split(end).next()?)) {
            return Some(encoding);
        }
        rest = tag;
    }
}

/// Names and values of the attributes in a tag.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value.get(1..).and_then(|value| value.split_once(quote)).unwrap_or((value, "")),
            None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        found.push((name, value));
        rest = after.trim_start();
    }
    found
}

/// The encoding that an XML declaration or, in HTML, an unquoted `charset=` of a `<meta>` names.
fn declared_encoding(bytes: &[u8], html: bool) -> Option<String> {
    let head = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or(bytes);
    // Byte for byte, so that places stay the same.
    let text: String = head.iter().map(|b| char::from(*b).to_ascii_lowercase()).collect();
    let start = text.trim_start();
    if start.starts_with("<?xml")
        && let Some(end) = start.find("?>")
        && let Some(at) = start.find("encoding").filter(|at| *at < end)
    {
        let after = start.get(at + "encoding".len()..end)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        return after.get(1..)?.split(quote).next().map(str::to_owned);
    }
    if !html {
        return None;
    }
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find("<meta") {
        let begin = from + at + "<meta".len();
        let tag = text.get(begin..)?.split('>').next()?;
        if let Some(at) = tag.find("charset=") {
            let value = tag.get(at + "charset=".len()..)?.trim_start();
            let name: String =
                value.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')).collect();
            if !name.is_empty() {
                return Some(name);
            }
        }
        from = begin;
    }
    None
}

/// Decodes bytes that must all be valid; None if they are not, or if the encoding is unknown.
fn decode_strictly(name: &str, bytes: &[u8]) -> Option<String> {
    let plain: String = name.to_ascii_lowercase().replace('_', "-");
    match plain.as_str() {
        "utf-16" | "ucs-2" | "utf-16le" | "utf-16be" => None,
        "iso-8859-1" | "latin-1" | "latin1" | "windows-1252" | "cp1252" => {
            Some(bytes.iter().map(|b| single(*b)).collect())
        }
        "ascii" | "us-ascii" => std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii()).map(str::to_owned),
        "iso-8859-2" => {
            let encoding = encoding_for(name)?;
            Some(
                bytes
                    .iter()
                    .map(|b| match b {
                        0x80..=0x9f => single(*b),
                        _ => encoding.decode_without_bom_handling(&[*b]).0.chars().next().unwrap_or('\u{fffd}'),
                    })
                    .collect(),
            )
        }
        _ => {
            let encoding = encoding_for(name)?;
            encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
        }
    }
}

/// An encoding by one of its names, Python's included. (Latin-1 is windows-1252 here, as on the web.)
pub fn encoding_for(name: &str) -> Option<&'static Encoding> {
    let name = name.trim().to_ascii_lowercase();
    let dashed = name.replace('_', "-");
    let alias = match dashed.as_str() {
        "utf8" | "u8" => "utf-8",
        "latin-1" | "latin1" | "l1" | "iso8859-1" => "iso-8859-1",
        "cp1250" => "windows-1250",
        "cp1251" => "windows-1251",
        "cp1252" => "windows-1252",
        "cp1253" => "windows-1253",
        "cp1254" => "windows-1254",
        "cp1255" => "windows-1255",
        "cp1256" => "windows-1256",
        "sjis" | "shiftjis" | "cp932" | "ms932" => "shift_jis",
        "cp936" | "gb2312" => "gbk",
        "cp949" => "euc-kr",
        "cp950" => "big5",
        "koi8r" => "koi8-r",
        other => other,
    };
    Encoding::for_label(alias.as_bytes()).or_else(|| Encoding::for_label(name.as_bytes()))
}

/// Encodes text for a document; what the encoding lacks becomes a decimal reference. None: unknown encoding.
pub fn encode_with_references(text: &str, name: &str) -> Option<Vec<u8>> {
    let lower = name.trim().to_ascii_lowercase();
    let by_limit = |limit: u32| {
        let mut out = Vec::with_capacity(text.len());
        for c in text.chars() {
            if u32::from(c) < limit {
                out.push(u32::from(c) as u8);
            } else {
                out.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes());
            }
        }
        out
    };
    match lower.as_str() {
        "utf-8" | "utf8" => Some(text.as_bytes().to_vec()),
        "ascii" | "us-ascii" => Some(by_limit(0x80)),
        "iso-8859-1" | "iso8859-1" | "iso-latin-1" | "latin1" => Some(by_limit(0x100)),
        "utf-16" | "utf-16le" | "utf-16be" => {
            let big = lower == "utf-16be";
            let mut out = if lower == "utf-16" { vec![0xff, 0xfe] } else { Vec::new() };
            for unit in text.encode_utf16() {
                out.extend_from_slice(&if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
            }
            Some(out)
        }
        // Python spells these with an underscore or without the dash; libxml2 does not know them so.
        "latin-1" | "utf_8" => None,
        _ => {
            let encoding = Encoding::for_label(lower.as_bytes())?;
            Some(encoding.encode(text).0.into_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detection() {
        let t = |bytes: &[u8]| decode_document(bytes, true);
        assert_eq!(t(b"<p>caf\xc3\xa9"), "<p>café");
        assert_eq!(t(b"<p>caf\xe9 \x93x\x94"), "<p>café \u{201c}x\u{201d}");
        assert!(t(b"<meta charset=windows-1251>\xcf\xf0\xe8").ends_with("При"));
        assert!(t(b"<meta charset=\"windows-1251\">\xcf\xf0").ends_with("Ïð"));
        assert!(t(b"<meta http-equiv=a content=\"text/html; charset=shift_jis\">\x93\xfa\x96\x7b").ends_with("日本"));
        assert!(t(b"<meta charset=no-such>caf\xc3\xa9").ends_with("café"));
        assert_eq!(t(b"\xff\xfe<\0p\0"), "<p");
        assert!(t(b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9").ends_with('é'));
    }

    #[test]
    fn charset_of_a_page() {
        let name = |page: &str| html_charset(page.as_bytes()).map(Encoding::name);
        assert_eq!(name("<!-- <meta charset=koi8-r> --><meta charset='utf-8'>"), Some("UTF-8"));
        assert_eq!(name("<META content=\"text/html; charset = big5\" http-equiv=Content-Type />"), Some("Big5"));
        assert_eq!(name("<meta name=x content='text/html; charset=utf-8'><meta charset=no-such>"), None);
        assert_eq!(name("<meta charset="), None);
    }

    #[test]
    fn references() {
        assert_eq!(encode_with_references("é中", "iso-8859-1").unwrap(), b"\xe9&#20013;");
        assert_eq!(encode_with_references("é", "ascii").unwrap(), b"&#233;");
        assert_eq!(encode_with_references("é", "no-such"), None);
    }
}
