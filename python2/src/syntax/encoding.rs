//! The encodings that a source file can declare, under the names Python 2.7 knows them by.

use encoding_rs::{DecoderResult, Encoding};

use super::codepages::CODE_PAGES;

/// How bytes become text and, for byte string literals, text becomes bytes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Utf8,
    Latin1,
    Ascii,
    Rot13,
    /// The characters of the bytes 0x80 to 0xff.
    CodePage(&'static str),
    /// One of Python's codecs from bytes to bytes, which cannot decode a source file.
    NoText,
    Other(&'static Encoding),
}

/// Python's names (lower case, `_` for every separator) of the encodings whose `encoding_rs` name differs.
/// Names such as `cp1251`, `iso8859_5` and `koi8_r` are recognised by their form.
const ALIASES: &[(&str, &str)] = &[
    ("866", "ibm866"),
    ("932", "shift_jis"),
    ("936", "gbk"),
    ("949", "euc-kr"),
    ("950", "big5"),
    ("big5_hkscs", "big5"),
    ("big5_tw", "big5"),
    ("big5hkscs", "big5"),
    ("chinese", "gbk"),
    ("cp866", "ibm866"),
    ("cp874", "windows-874"),
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("csbig5", "big5"),
    ("csisolatin2", "iso-8859-2"),
    ("csisolatincyrillic", "iso-8859-5"),
    ("cskoi8r", "koi8-r"),
    ("csshiftjis", "shift_jis"),
    ("cyrillic", "iso-8859-5"),
    ("euc_cn", "gbk"),
    ("euc_jp", "euc-jp"),
    ("euc_kr", "euc-kr"),
    ("euccn", "gbk"),
    ("eucgb2312_cn", "gbk"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("gb18030", "gb18030"),
    ("gb18030_2000", "gb18030"),
    ("gb2312", "gbk"),
    ("gb2312_1980", "gbk"),
    ("gb2312_80", "gbk"),
    ("gbk", "gbk"),
    ("greek", "iso-8859-7"),
    ("greek8", "iso-8859-7"),
    ("hebrew", "iso-8859-8"),
    ("ibm866", "ibm866"),
    ("iso2022_jp", "iso-2022-jp"),
    ("iso2022jp", "iso-2022-jp"),
    ("iso_2022_jp", "iso-2022-jp"),
    ("iso_celtic", "iso-8859-14"),
    ("koi8_r", "koi8-r"),
    ("koi8_u", "koi8-u"),
    ("korean", "euc-kr"),
    ("ks_c_5601", "euc-kr"),
    ("ks_c_5601_1987", "euc-kr"),
    ("ks_x_1001", "euc-kr"),
    ("ksc5601", "euc-kr"),
    ("ksx1001", "euc-kr"),
    ("l2", "iso-8859-2"),
    ("l3", "iso-8859-3"),
    ("l4", "iso-8859-4"),
    ("l5", "windows-1254"),
    ("l6", "iso-8859-10"),
    ("l7", "iso-8859-13"),
    ("l8", "iso-8859-14"),
    ("l9", "iso-8859-15"),
    ("latin2", "iso-8859-2"),
    ("latin3", "iso-8859-3"),
    ("latin4", "iso-8859-4"),
    ("latin5", "windows-1254"),
    ("latin6", "iso-8859-10"),
    ("latin7", "iso-8859-13"),
    ("latin8", "iso-8859-14"),
    ("latin9", "iso-8859-15"),
    ("latin10", "iso-8859-16"),
    ("mac_cyrillic", "x-mac-cyrillic"),
    ("mac_roman", "macintosh"),
    ("maccyrillic", "x-mac-cyrillic"),
    ("macintosh", "macintosh"),
    ("macroman", "macintosh"),
    ("ms932", "shift_jis"),
    ("ms936", "gbk"),
    ("ms949", "euc-kr"),
    ("ms950", "big5"),
    ("ms_kanji", "shift_jis"),
    ("mskanji", "shift_jis"),
    ("s_jis", "shift_jis"),
    ("shift_jis", "shift_jis"),
    ("shiftjis", "shift_jis"),
    ("sjis", "shift_jis"),
    ("tis260", "windows-874"),
    ("tis620", "windows-874"),
    ("tis_620", "windows-874"),
    ("u_jis", "euc-jp"),
    ("uhc", "euc-kr"),
    ("ujis", "euc-jp"),
    ("big5", "big5"),
];

/// What is wrong with the bytes of a file: Python's text, and the offset of the first bad byte.
pub(super) struct DecodeError {
    pub message: String,
    pub position: usize,
}

impl Codec {
    /// The encoding that Python 2.7 finds under `name`.
    pub fn find(name: &str) -> Option<Self> {
        let name: String = name
            .chars()
            .map(|c| match c {
                '-' | ' ' | '.' => '_',
                _ => c.to_ascii_lowercase(),
            })
            .collect();
        match name.as_str() {
            "utf_8" | "utf8" | "utf" | "u8" | "utf_8_sig" | "utf8_ucs2" | "utf8_ucs4" => {
                return Some(Self::Utf8);
            }
            "latin_1" | "latin1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1" | "iso8859" | "8859" | "cp819"
            | "iso_ir_100" | "csisolatin1" | "ibm819" | "iso_8859_1_1987" => return Some(Self::Latin1),
            "ascii" | "us_ascii" | "us" | "646" | "ansi_x3_4_1968" | "ansi_x3_4_1986" | "ansi_x3_4" | "cp367"
            | "csascii" | "ibm367" | "iso646_us" | "iso_646_irv_1991" | "iso_ir_6" => return Some(Self::Ascii),
            "rot13" | "rot_13" => return Some(Self::Rot13),
            "string_escape" | "quopri" | "quoted_printable" => return Some(Self::NoText),
            _ => {}
        }
        if let Some(page) = code_page(&name) {
            return Some(Self::CodePage(page));
        }
        let label = match ALIASES.iter().find(|(alias, _)| *alias == name) {
            Some((_, label)) => (*label).to_owned(),
            None => numbered(&name)?,
        };
        Encoding::for_label(label.as_bytes()).map(Self::Other)
    }

    /// The text that the bytes stand for.
    pub fn decode(self, name: &str, bytes: &[u8]) -> Result<String, DecodeError> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| match utf8_error(bytes) {
                Some((start, message)) => DecodeError { message, position: start },
                None => DecodeError { message: "invalid UTF-8".to_owned(), position: 0 },
            }),
            Self::Latin1 => Ok(latin1(bytes)),
            Self::Ascii | Self::Rot13 => match bytes.iter().position(|byte| !byte.is_ascii()) {
                Some(position) => Err(DecodeError {
                    message: format!(
                        "'ascii' codec can't decode byte {:#04x} in position {position}: ordinal not in range(128)",
                        bytes[position]
                    ),
                    position,
                }),
                None if self == Self::Ascii => Ok(latin1(bytes)),
                None => Ok(bytes.iter().map(|&byte| char::from(rot13(byte))).collect()),
            },
            Self::CodePage(page) => decode_page(page, bytes),
            Self::NoText => Err(DecodeError {
                message: "decoder did not return an unicode object (type=str)".to_owned(),
                position: 0,
            }),
            Self::Other(encoding) => decode_other(encoding, name, bytes),
        }
    }

    /// The bytes of a piece of decoded text; None where a character has none.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
            Self::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Self::Rot13 => text.is_ascii().then(|| text.bytes().map(rot13).collect()),
            Self::CodePage(page) => text
                .chars()
                .map(|c| match c.is_ascii() {
                    true => u8::try_from(c).ok(),
                    false => page.chars().position(|known| known == c).and_then(|at| u8::try_from(at + 0x80).ok()),
                })
                .collect(),
            Self::NoText => None,
            Self::Other(encoding) => {
                let (bytes, _, unmappable) = encoding.encode(text);
                (!unmappable).then(|| bytes.into_owned())
            }
        }
    }
}

/// `cp1252`, `windows_1252`, `1252`, `iso8859_2`, `iso_8859_2`, `iso8859_2_1987` … as an `encoding_rs` label.
fn numbered(name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("iso8859_").or_else(|| name.strip_prefix("iso_8859_")) {
        let part: u32 = rest.split('_').next()?.parse().ok()?;
        return match part {
            9 => Some("windows-1254".to_owned()),
            11 => Some("windows-874".to_owned()),
            2..=16 => Some(format!("iso-8859-{part}")),
            _ => None,
        };
    }
    let digits = name.strip_prefix("cp").or_else(|| name.strip_prefix("windows_")).unwrap_or(name);
    let page: u32 = digits.parse().ok()?;
    (1250..=1258).contains(&page).then(|| format!("windows-{page}"))
}

/// The table of `cp437`, `ibm437`, `437`, `mac_greek` …
fn code_page(name: &str) -> Option<&'static str> {
    let number = name.strip_prefix("cp").or_else(|| name.strip_prefix("ibm")).unwrap_or(name);
    let entry = CODE_PAGES.iter().find(|(page, _)| *page == name || page.strip_prefix("cp") == Some(number))?;
    Some(entry.1)
}

fn decode_page(page: &str, bytes: &[u8]) -> Result<String, DecodeError> {
    let upper: Vec<char> = page.chars().collect();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for (position, &byte) in bytes.iter().enumerate() {
        if byte.is_ascii() {
            text.push(char::from(byte));
            continue;
        }
        match upper.get(usize::from(byte) - 0x80) {
            Some(&c) if c != char::REPLACEMENT_CHARACTER => text.push(c),
            _ => {
                let message = format!(
                    "'charmap' codec can't decode byte {byte:#04x} in position {position}: character maps to <undefined>"
                );
                return Err(DecodeError { message, position });
            }
        }
    }
    Ok(text)
}

fn decode_other(encoding: &'static Encoding, name: &str, bytes: &[u8]) -> Result<String, DecodeError> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let capacity = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len() * 3 + 16);
    let mut text = String::with_capacity(capacity);
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::Malformed(length, after) => {
            let start = read.saturating_sub(usize::from(length) + usize::from(after));
            let message = if encoding.is_single_byte() {
                let byte = bytes.get(start).copied().unwrap_or(0);
                format!(
                    "'charmap' codec can't decode byte {byte:#04x} in position {start}: character maps to <undefined>"
                )
            } else if length > 1 {
                let end = start + usize::from(length) - 1;
                format!("'{name}' codec can't decode bytes in position {start}-{end}: illegal multibyte sequence")
            } else {
                let byte = bytes.get(start).copied().unwrap_or(0);
                format!("'{name}' codec can't decode byte {byte:#04x} in position {start}: illegal multibyte sequence")
            };
            Err(DecodeError { message, position: start })
        }
        DecoderResult::InputEmpty | DecoderResult::OutputFull => Ok(text),
    }
}

fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte + 13,
        b'n'..=b'z' | b'N'..=b'Z' => byte - 13,
        _ => byte,
    }
}

/// One character a byte.
pub(super) fn latin1(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => text.to_owned(),
        _ => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Where and how bytes are no UTF-8, in the words of Python's `utf8` codec.
pub(super) fn utf8_error(bytes: &[u8]) -> Option<(usize, String)> {
    let error = std::str::from_utf8(bytes).err()?;
    let start = error.valid_up_to();
    let lead = *bytes.get(start)?;
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => {
            return Some((
                start,
                format!("'utf8' codec can't decode byte {lead:#04x} in position {start}: invalid start byte"),
            ));
        }
    };
    let good = match error.error_len() {
        None => bytes.len() - start,
        Some(good) => good,
    };
    let reason = if error.error_len().is_none() && bytes.len() - start < length {
        "unexpected end of data"
    } else {
        "invalid continuation byte"
    };
    let message = if good <= 1 {
        format!("'utf8' codec can't decode byte {lead:#04x} in position {start}: {reason}")
    } else {
        format!("'utf8' codec can't decode bytes in position {start}-{}: {reason}", start + good - 1)
    };
    Some((start, message))
}
