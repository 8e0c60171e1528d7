//! East Asian encodings as CPython 2.7 has them, where `encoding_rs` (which has those of the web) has them otherwise.

use std::collections::HashMap;
use std::sync::OnceLock;

use encoding_rs::{DecoderResult, Encoding};

/// How CPython's table of an encoding differs.
pub struct Differences {
    name: &'static str,
    /// Second bytes below this one mean nothing.
    first_trail: u8,
    /// Codes of two bytes that mean nothing: from, to.
    refused: &'static [(u16, u16)],
    /// Codes that mean another character: code, character, how many follow in both.
    other: &'static [(u16, u16, u16)],
}

/// What CPython has for a code.
pub enum Meaning {
    /// The same.
    Same,
    /// Nothing.
    Nothing,
    /// Another character.
    Other(char),
}

static DIFFERENCES: &[Differences] = &[
    Differences {
        name: "gbk",
        first_trail: 0x00,
        refused: &[
            (0x8000, 0x80ff),
            (0xa140, 0xa1a0),
            (0xa240, 0xa2a0),
            (0xa2ab, 0xa2b0),
            (0xa2e3, 0xa2e4),
            (0xa2ef, 0xa2f0),
            (0xa2fd, 0xa3a0),
            (0xa440, 0xa4a0),
            (0xa4f4, 0xa5a0),
            (0xa5f7, 0xa6a0),
            (0xa6b9, 0xa6c0),
            (0xa6d9, 0xa6df),
            (0xa6ec, 0xa6ed),
            (0xa6f3, 0xa6f3),
            (0xa6f6, 0xa7a0),
            (0xa7c2, 0xa7d0),
            (0xa7f2, 0xa7fe),
            (0xa896, 0xa8a0),
            (0xa8bc, 0xa8bc),
            (0xa8bf, 0xa8bf),
            (0xa8c1, 0xa8c4),
            (0xa8ea, 0xa8fe),
            (0xa958, 0xa958),
            (0xa95b, 0xa95b),
            (0xa95d, 0xa95f),
            (0xa989, 0xa995),
            (0xa997, 0xa9a3),
            (0xa9f0, 0xa9fe),
            (0xaaa1, 0xaafe),
            (0xaba1, 0xabfe),
            (0xaca1, 0xacfe),
            (0xada1, 0xadfe),
            (0xaea1, 0xaefe),
            (0xafa1, 0xaffe),
            (0xd7fa, 0xd7fe),
            (0xf8a1, 0xf8fe),
            (0xf9a1, 0xf9fe),
            (0xfaa1, 0xfafe),
            (0xfba1, 0xfbfe),
            (0xfca1, 0xfcfe),
            (0xfda1, 0xfdfe),
            (0xfe50, 0xfefe),
        ],
        other: &[],
    },
    Differences {
        name: "gb2312",
        first_trail: 0xa1,
        refused: &[
            (0x8000, 0x80ff),
            (0x81a1, 0xa0fe),
            (0xa2a1, 0xa2b0),
            (0xa2e3, 0xa2e4),
            (0xa2ef, 0xa2f0),
            (0xa2fd, 0xa2fe),
            (0xa4f4, 0xa4fe),
            (0xa5f7, 0xa5fe),
            (0xa6b9, 0xa6c0),
            (0xa6d9, 0xa6fe),
            (0xa7c2, 0xa7d0),
            (0xa7f2, 0xa7fe),
            (0xa8bb, 0xa8c4),
            (0xa8ea, 0xa9a3),
            (0xa9f0, 0xaffe),
            (0xd7fa, 0xd7fe),
            (0xf8a1, 0xfefe),
        ],
        other: &[(0xa1a4, 0x30fb, 1), (0xa1aa, 0x2015, 1)],
    },
    Differences {
        name: "gb18030",
        first_trail: 0x00,
        refused: &[(0x8000, 0x80ff)],
        other: &[
            (0xa3a0, 0xe5e5, 1),
            (0xa6d9, 0xe78d, 7),
            (0xa6ec, 0xe794, 2),
            (0xa6f3, 0xe796, 1),
            (0xa8bc, 0xe7c7, 1),
            (0xfe59, 0xe81e, 1),
            (0xfe61, 0xe826, 1),
            (0xfe66, 0xe82b, 2),
            (0xfe6d, 0xe832, 1),
            (0xfe7e, 0xe843, 1),
            (0xfe90, 0xe854, 1),
            (0xfea0, 0xe864, 1),
        ],
    },
    Differences {
        name: "big5",
        first_trail: 0x00,
        refused: &[(0x8740, 0xa0fe), (0xa3c0, 0xa3e1), (0xc7fd, 0xc8fe), (0xf9d6, 0xfefe)],
        other: &[
            (0xa145, 0x2022, 1),
            (0xa14e, 0xff64, 1),
            (0xa1c2, 0x203e, 1),
            (0xa1e3, 0x223c, 1),
            (0xa1f2, 0x2641, 1),
            (0xa1f3, 0x2609, 1),
            (0xa241, 0xff0f, 1),
            (0xa242, 0xff3c, 1),
            (0xa244, 0x00a5, 1),
            (0xa246, 0x00a2, 2),
            (0xc6a1, 0x30fe, 1),
            (0xc6a2, 0x309d, 2),
            (0xc6a4, 0x3005, 1),
            (0xc6a5, 0x3041, 83),
            (0xc6f8, 0x30a1, 7),
            (0xc740, 0x30a8, 63),
            (0xc7a1, 0x30e7, 16),
            (0xc7b1, 0x0414, 2),
            (0xc7b3, 0x0401, 1),
            (0xc7b4, 0x0416, 7),
            (0xc7bb, 0x0423, 19),
            (0xc7ce, 0x0451, 1),
            (0xc7cf, 0x0436, 26),
            (0xc7e9, 0x2460, 10),
            (0xc7f3, 0x2474, 10),
        ],
    },
    Differences {
        name: "big5hkscs",
        first_trail: 0x00,
        refused: &[
            (0x877a, 0x87df),
            (0x8e69, 0x8e69),
            (0x8e6f, 0x8e6f),
            (0x8e7e, 0x8e7e),
            (0x8eab, 0x8eab),
            (0x8eb4, 0x8eb4),
            (0x8ecd, 0x8ecd),
            (0x8ed0, 0x8ed0),
            (0x8f57, 0x8f57),
            (0x8f69, 0x8f69),
            (0x8f6e, 0x8f6e),
            (0x8fcb, 0x8fcc),
            (0x8ffe, 0x8ffe),
            (0x906d, 0x906d),
            (0x907a, 0x907a),
            (0x90dc, 0x90dc),
            (0x90f1, 0x90f1),
            (0x91bf, 0x91bf),
            (0x9244, 0x9244),
            (0x92af, 0x92b2),
            (0x92c8, 0x92c8),
            (0x92d1, 0x92d1),
            (0x9447, 0x9447),
            (0x94ca, 0x94ca),
            (0x95d9, 0x95d9),
            (0x9644, 0x9644),
            (0x96ed, 0x96ed),
            (0x96fc, 0x96fc),
            (0x9b76, 0x9b76),
            (0x9b78, 0x9b78),
            (0x9b7b, 0x9b7b),
            (0x9bc6, 0x9bc6),
            (0x9bde, 0x9bde),
            (0x9bec, 0x9bec),
            (0x9bf6, 0x9bf6),
            (0x9c42, 0x9c42),
            (0x9c53, 0x9c53),
            (0x9c62, 0x9c62),
            (0x9c68, 0x9c68),
            (0x9c6b, 0x9c6b),
            (0x9c77, 0x9c77),
            (0x9cbc, 0x9cbd),
            (0x9cd0, 0x9cd0),
            (0x9d57, 0x9d57),
            (0x9d5a, 0x9d5a),
            (0x9dc4, 0x9dc4),
            (0x9ea9, 0x9ea9),
            (0x9eef, 0x9eef),
            (0x9efd, 0x9efd),
            (0x9f60, 0x9f60),
            (0x9f66, 0x9f66),
            (0x9fcb, 0x9fcb),
            (0x9fd8, 0x9fd8),
            (0xa063, 0xa063),
            (0xa077, 0xa077),
            (0xa0d5, 0xa0d5),
            (0xa0df, 0xa0df),
            (0xa0e4, 0xa0e4),
            (0xa3c0, 0xa3e1),
            (0xc6cf, 0xc6cf),
            (0xc6d3, 0xc6d3),
            (0xc6d5, 0xc6d5),
            (0xc6d7, 0xc6d7),
            (0xc6de, 0xc6df),
            (0xfa5f, 0xfa5f),
            (0xfa66, 0xfa66),
            (0xfabd, 0xfabd),
            (0xfac5, 0xfac5),
            (0xfad5, 0xfad5),
            (0xfb48, 0xfb48),
            (0xfbb8, 0xfbb8),
            (0xfbf3, 0xfbf3),
            (0xfbf9, 0xfbf9),
            (0xfc4f, 0xfc4f),
            (0xfc6c, 0xfc6c),
            (0xfcb9, 0xfcb9),
            (0xfce2, 0xfce2),
            (0xfcf1, 0xfcf1),
            (0xfdb7, 0xfdb8),
            (0xfdbb, 0xfdbb),
            (0xfdf1, 0xfdf1),
            (0xfe52, 0xfe52),
            (0xfe6f, 0xfe6f),
            (0xfeaa, 0xfeaa),
            (0xfedd, 0xfedd),
        ],
        other: &[
            (0xa145, 0x2022, 1),
            (0xa14e, 0xff64, 1),
            (0xa1c2, 0x203e, 1),
            (0xa1e3, 0x223c, 1),
            (0xa1f2, 0x2641, 1),
            (0xa1f3, 0x2609, 1),
            (0xa241, 0xff0f, 1),
            (0xa242, 0xff3c, 1),
            (0xa244, 0x00a5, 1),
            (0xa246, 0x00a2, 2),
        ],
    },
    Differences {
        name: "cp950",
        first_trail: 0x00,
        refused: &[(0x8740, 0xa0fe), (0xa3c0, 0xa3e0), (0xc7fd, 0xc8fe), (0xfa40, 0xfefe)],
        other: &[
            (0xc6a1, 0x30fe, 1),
            (0xc6a2, 0x309d, 2),
            (0xc6a4, 0x3005, 1),
            (0xc6a5, 0x3041, 83),
            (0xc6f8, 0x30a1, 7),
            (0xc740, 0x30a8, 63),
            (0xc7a1, 0x30e7, 16),
            (0xc7b1, 0x0414, 2),
            (0xc7b3, 0x0401, 1),
            (0xc7b4, 0x0416, 7),
            (0xc7bb, 0x0423, 19),
            (0xc7ce, 0x0451, 1),
            (0xc7cf, 0x0436, 26),
            (0xc7e9, 0x2460, 10),
            (0xc7f3, 0x2474, 10),
            (0xf9fe, 0x2593, 1),
        ],
    },
    Differences {
        name: "shift_jis",
        first_trail: 0x00,
        refused: &[(0x8000, 0x80ff), (0x8740, 0x879c), (0xed40, 0xfc4b)],
        other: &[
            (0x8160, 0x301c, 1),
            (0x8161, 0x2016, 1),
            (0x817c, 0x2212, 1),
            (0x8191, 0x00a2, 2),
            (0x81ca, 0x00ac, 1),
        ],
    },
    Differences {
        name: "euc_jp",
        first_trail: 0x00,
        refused: &[(0xada1, 0xadfc), (0xf9a1, 0xfcfe)],
        other: &[
            (0xa1c1, 0x301c, 1),
            (0xa1c2, 0x2016, 1),
            (0xa1dd, 0x2212, 1),
            (0xa1f1, 0x00a2, 2),
            (0xa2cc, 0x00ac, 1),
        ],
    },
    Differences { name: "euc_kr", first_trail: 0xa1, refused: &[(0x81a1, 0xa0fe), (0xa4d4, 0xa4d4)], other: &[] },
];

/// The differences of an encoding, by CPython's name of it.
pub fn of(name: &str) -> Option<&'static Differences> {
    DIFFERENCES.iter().find(|differences| differences.name == name)
}

impl Differences {
    /// What a code of two bytes means.
    pub fn meaning(&self, lead: u8, trail: u8) -> Meaning {
        let code = u16::from_be_bytes([lead, trail]);
        if trail < self.first_trail {
            return Meaning::Nothing;
        }
        let at = self.refused.partition_point(|(from, _)| *from <= code);
        if let Some((_, to)) = at.checked_sub(1).and_then(|at| self.refused.get(at))
            && code <= *to
        {
            return Meaning::Nothing;
        }
        let at = self.other.partition_point(|(from, ..)| *from <= code);
        match at.checked_sub(1).and_then(|at| self.other.get(at)) {
            Some((from, first, count)) if code - from < *count => {
                let other = char::from_u32(u32::from(*first) + u32::from(code - from));
                other.map_or(Meaning::Nothing, Meaning::Other)
            }
            _ => Meaning::Same,
        }
    }

    /// The code of a character that has another one here.
    pub fn code(&self, c: char) -> Option<[u8; 2]> {
        let c = u16::try_from(u32::from(c)).ok()?;
        let run = |(_, first, count): &&(u16, u16, u16)| c.checked_sub(*first).is_some_and(|at| at < *count);
        self.other.iter().find(run).map(|(code, first, _)| (code + (c - first)).to_be_bytes())
    }

    /// The first two-byte code from a position on that means something else here: where it is.
    pub fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(rest) = bytes.get(at..) {
            let [lead, trail, ..] = rest else {
                // The web has a character for this byte.
                return matches!(rest, [0x80]).then_some(at);
            };
            let length = self.length(*lead, *trail);
            if length == 2 && !matches!(self.meaning(*lead, *trail), Meaning::Same) {
                return Some(at);
            }
            at += length;
        }
        None
    }

    fn length(&self, lead: u8, trail: u8) -> usize {
        match (self.name, lead, trail) {
            (_, ..0x80, _) | ("shift_jis", 0xa0..=0xdf, _) => 1,
            // Not a code of two bytes: the decoder says what is wrong.
            ("euc_jp", 0x80..=0x8d, _) => 1,
            ("euc_jp", 0x8f, _) => 3,
            ("gb18030", _, 0x30..=0x39) => 4,
            _ => 2,
        }
    }
}

/// Bytes of characters that `encoding_rs` decodes, but does not encode: codes of this encoding that begin with one of
/// these bytes.
type Reverse = HashMap<char, Vec<u8>>;

fn reverse(
    differences: Option<&Differences>,
    label: &str,
    prefix: &[u8],
    leads: std::ops::RangeInclusive<u8>,
    first_trail: u8,
) -> Reverse {
    let same = |lead, trail| differences.is_none_or(|known| matches!(known.meaning(lead, trail), Meaning::Same));
    let mut codes = Reverse::new();
    let Some(encoding) = Encoding::for_label(label.as_bytes()) else { return codes };
    for lead in leads {
        for trail in (first_trail..=0xfe).filter(|trail| same(lead, *trail)) {
            let code = [prefix, &[lead, trail]].concat();
            let mut text = String::with_capacity(16);
            let mut decoder = encoding.new_decoder_without_bom_handling();
            let (result, _) = decoder.decode_to_string_without_replacement(&code, &mut text, true);
            let mut chars = text.chars();
            if matches!(result, DecoderResult::InputEmpty)
                && let (Some(c), None) = (chars.next(), chars.next())
            {
                codes.entry(c).or_insert(code);
            }
        }
    }
    codes
}

/// Characters that CPython writes otherwise than it reads them, or in four bytes where the web has two.
const WRITTEN: &[(&str, char, &[u8])] = &[
    ("cp950", '\u{a2}', &[0xa2, 0x46]),
    ("cp950", '\u{a3}', &[0xa2, 0x47]),
    ("cp950", '\u{a5}', &[0xa2, 0x44]),
    ("cp950", '\u{2022}', &[0xa1, 0x45]),
    ("cp950", '\u{203e}', &[0xa1, 0xc2]),
    ("cp950", '\u{223c}', &[0xa1, 0xe3]),
    ("cp950", '\u{2550}', &[0xa2, 0xa4]),
    ("cp950", '\u{255e}', &[0xa2, 0xa5]),
    ("cp950", '\u{2561}', &[0xa2, 0xa7]),
    ("cp950", '\u{256a}', &[0xa2, 0xa6]),
    ("cp950", '\u{2609}', &[0xa1, 0xf3]),
    ("cp950", '\u{2641}', &[0xa1, 0xf2]),
    ("cp950", '\u{4edd}', &[0xc9, 0x69]),
    ("cp950", '\u{ff64}', &[0xa1, 0x4e]),
    ("gb18030", '\u{1e3f}', &[0x81, 0x35, 0xf4, 0x37]),
    ("gb18030", '\u{9fb4}', &[0x82, 0x35, 0x90, 0x37]),
    ("gb18030", '\u{9fb5}', &[0x82, 0x35, 0x90, 0x38]),
    ("gb18030", '\u{9fb6}', &[0x82, 0x35, 0x90, 0x39]),
    ("gb18030", '\u{9fb7}', &[0x82, 0x35, 0x91, 0x30]),
    ("gb18030", '\u{9fb8}', &[0x82, 0x35, 0x91, 0x31]),
    ("gb18030", '\u{9fb9}', &[0x82, 0x35, 0x91, 0x32]),
    ("gb18030", '\u{9fba}', &[0x82, 0x35, 0x91, 0x33]),
    ("gb18030", '\u{9fbb}', &[0x82, 0x35, 0x91, 0x34]),
    ("gb18030", '\u{fe10}', &[0x84, 0x31, 0x82, 0x36]),
    ("gb18030", '\u{fe11}', &[0x84, 0x31, 0x82, 0x37]),
    ("gb18030", '\u{fe12}', &[0x84, 0x31, 0x82, 0x38]),
    ("gb18030", '\u{fe13}', &[0x84, 0x31, 0x82, 0x39]),
    ("gb18030", '\u{fe14}', &[0x84, 0x31, 0x83, 0x30]),
    ("gb18030", '\u{fe15}', &[0x84, 0x31, 0x83, 0x31]),
    ("gb18030", '\u{fe16}', &[0x84, 0x31, 0x83, 0x32]),
    ("gb18030", '\u{fe17}', &[0x84, 0x31, 0x83, 0x33]),
    ("gb18030", '\u{fe18}', &[0x84, 0x31, 0x83, 0x34]),
    ("gb18030", '\u{fe19}', &[0x84, 0x31, 0x83, 0x35]),
];

/// The code of a character that is written otherwise than on the web.
pub fn written(name: &str, c: char) -> Option<&'static [u8]> {
    WRITTEN.iter().find(|(encoding, known, _)| *known == c && *encoding == name).map(|(.., code)| *code)
}

/// The code of a character that `encoding_rs` has none for.
pub fn encode_more(name: &str, c: char) -> Option<Vec<u8>> {
    static EUC_JP: OnceLock<Reverse> = OnceLock::new();
    static HKSCS: OnceLock<Reverse> = OnceLock::new();
    static BIG5: OnceLock<Reverse> = OnceLock::new();
    let codes = match name {
        "euc_jp" if c != '\u{ff5e}' => EUC_JP.get_or_init(|| reverse(None, "euc-jp", &[0x8f], 0xa1..=0xfe, 0xa1)),
        "big5hkscs" => HKSCS.get_or_init(|| reverse(of(name), "big5", &[], 0x87..=0xfe, 0x40)),
        "big5" => BIG5.get_or_init(|| reverse(of(name), "big5", &[], 0xa1..=0xf9, 0x40)),
        "euc_kr" if c == '\u{3164}' => return Some(vec![0xa4, 0xd4]),
        _ => return None,
    };
    codes.get(&c).cloned()
}

/// Codes of IBM's characters in Code Page 932 that were NEC's first: CPython writes NEC's.
pub fn nec_code(code: [u8; 2]) -> [u8; 2] {
    static CODES: OnceLock<HashMap<[u8; 2], [u8; 2]>> = OnceLock::new();
    let codes = CODES.get_or_init(|| {
        let nec = reverse(None, "shift_jis", &[], 0xed..=0xee, 0x40);
        let ibm = reverse(None, "shift_jis", &[], 0xfa..=0xfc, 0x40);
        let pair = |code: &[u8]| <[u8; 2]>::try_from(code).ok();
        ibm.iter().filter_map(|(c, code)| Some((pair(code)?, pair(nec.get(c)?)?))).collect()
    });
    codes.get(&code).copied().unwrap_or(code)
}

/// Characters with a code in CPython's Code Page 932 whose wide form has it on the web.
pub const CP932_WIDE: &[(char, char)] = &[
    ('\u{a2}', '\u{ffe0}'),
    ('\u{a3}', '\u{ffe1}'),
    ('\u{ac}', '\u{ffe2}'),
    ('\u{2016}', '\u{2225}'),
    ('\u{2212}', '\u{ff0d}'),
    ('\u{301c}', '\u{ff5e}'),
];

/// Single bytes of Code Page 932 for private use.
pub const CP932_SINGLE: &[(u8, char)] =
    &[(0xa0, '\u{f8f0}'), (0xfd, '\u{f8f1}'), (0xfe, '\u{f8f2}'), (0xff, '\u{f8f3}')];

/// The initial consonants of Hangul syllables, as second bytes of KS X 1001's letters.
const INITIALS: &[u8] = b"\xa1\xa2\xa4\xa7\xa8\xa9\xb1\xb2\xb3\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe";
/// The final ones; the first stands for none.
const FINALS: &[u8] =
    b"\xd4\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb4\xb5\xb6\xb7\xb8\xba\xbb\xbc\xbd\xbe";

/// A Hangul syllable without a code in KS X 1001: written by its letters, behind a filler.
pub fn hangul(c: char) -> Option<[u8; 8]> {
    let syllable = u32::from(c).checked_sub(0xac00).filter(|syllable| *syllable < 11172)? as usize;
    let initial = INITIALS.get(syllable / 588)?;
    let vowel = u8::try_from(0xbf + syllable / 28 % 21).ok()?;
    let last = FINALS.get(syllable % 28)?;
    Some([0xa4, 0xd4, 0xa4, *initial, 0xa4, vowel, 0xa4, *last])
}

/// The Hangul syllable that is written by its letters.
pub fn hangul_of(code: &[u8]) -> Option<char> {
    let [0xa4, 0xd4, 0xa4, initial, 0xa4, vowel, 0xa4, last] = code.first_chunk::<8>()? else { return None };
    let initial = INITIALS.iter().position(|known| known == initial)?;
    let vowel = usize::from(vowel.checked_sub(0xbf).filter(|vowel| *vowel < 21)?);
    let last = FINALS.iter().position(|known| known == last)?;
    char::from_u32(u32::try_from(0xac00 + (initial * 21 + vowel) * 28 + last).ok()?)
}
