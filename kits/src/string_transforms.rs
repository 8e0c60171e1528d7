//! Texts in, texts out, without Python: what the `String` and `Util` kits do (`spec/kits.md` §9).

/// Removes `<[^<>]+>`.
pub fn strip_tags(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        if byte == b'<' {
            let rest = source.get(at + 1..).unwrap_or_default();
            let length = rest.iter().position(|b| matches!(b, b'<' | b'>'));
            if let Some(length) = length.filter(|length| *length > 0 && rest.get(*length) == Some(&b'>')) {
                at += length + 2;
                continue;
            }
        }
        out.push(byte);
        at += 1;
    }
    out
}

/// Endings of English words and what they become; the first that fits wins.
const PLURALS: &[(&str, usize, &str)] = &[
    ("mouse", 4, "ice"),
    ("louse", 4, "ice"),
    ("child", 0, "ren"),
    ("booth", 0, "s"),
    ("foot", 3, "eet"),
    ("ooth", 4, "eeth"),
    ("leaf", 1, "ves"),
    ("loaf", 1, "ves"),
    ("sis", 3, "ses"),
    ("man", 2, "en"),
    ("ife", 2, "ves"),
    ("eau", 0, "x"),
    ("lf", 1, "ves"),
    ("s", 0, "es"),
    ("x", 0, "es"),
    ("z", 0, "es"),
];

/// The plural of an English word.
pub fn pluralize(word: &[u8]) -> Vec<u8> {
    let ending = |cut: usize, more: &str| {
        let mut out = word.get(..word.len().saturating_sub(cut)).unwrap_or_default().to_vec();
        out.extend_from_slice(more.as_bytes());
        out
    };
    if let Some((_, cut, more)) = PLURALS.iter().find(|(end, ..)| word.ends_with(end.as_bytes())) {
        return ending(*cut, more);
    }
    match word {
        [.., before, b'h'] if !b"aeioudgkprt".contains(before) => ending(0, "es"),
        [.., b'q', b'u', b'y'] => ending(1, "ies"),
        [.., before, b'y'] if !b"aeiou".contains(before) => ending(1, "ies"),
        _ => ending(0, "s"),
    }
}

/// The form in which texts are compared: `and` for `&`, no punctuation, small letters, no article, single blanks.
pub fn cleaned(source: &str) -> String {
    let text = source.replace('&', "and");
    let text: String = text.chars().filter(|c| !c.is_ascii_punctuation()).flat_map(char::to_lowercase).collect();
    let text = text.strip_prefix("the ").or_else(|| text.strip_prefix("a ")).unwrap_or(&text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !(c == ' ' && out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// The number of single-letter changes between two texts.
pub fn distance(first: &str, second: &str) -> usize {
    let (first, second): (Vec<char>, Vec<char>) = (first.chars().collect(), second.chars().collect());
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (i, a) in first.iter().enumerate() {
        let mut left = i + 1;
        let mut diagonal = i;
        for (b, above) in second.iter().zip(row.iter_mut().skip(1)) {
            let new = (*above + 1).min(left + 1).min(diagonal + usize::from(a != b));
            diagonal = std::mem::replace(above, new);
            left = new;
        }
        if let Some(start) = row.first_mut() {
            *start = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The longest text that is in both; the first one where several are.
pub fn common_substring(first: &str, second: &str) -> String {
    let (first, second): (Vec<char>, Vec<char>) = (first.chars().collect(), second.chars().collect());
    let (mut best, mut end) = (0, 0);
    let mut lengths = vec![0_usize; second.len()];
    for (i, a) in first.iter().enumerate() {
        let mut diagonal = 0;
        for (b, length) in second.iter().zip(lengths.iter_mut()) {
            let new = if a == b { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(length, new);
            if new > best {
                (best, end) = (new, i + 1);
            }
        }
    }
    first.get(end - best..end).unwrap_or_default().iter().collect()
}

/// Decodes `%XX`; what is none stays.
pub fn unquote(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digit = |offset: usize| bytes.get(at + offset).and_then(|c| char::from(*c).to_digit(16));
        match (byte, digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Base64 as `binascii.a2b_base64` reads it: what is not of the alphabet is passed over. None where padding is missing.
pub fn base64_decode(source: &[u8]) -> Option<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut out = Vec::with_capacity(source.len() / 4 * 3);
    let (mut bits, mut left, mut place) = (0_u32, 0_u32, 0_u32);
    for (at, &byte) in source.iter().enumerate() {
        if byte == b'=' {
            let mut rest = source.iter().skip(at + 1).filter(|b| **b == b'=' || value(**b).is_some());
            if place == 3 || (place == 2 && rest.next() == Some(&b'=')) {
                left = 0;
                break;
            }
            continue;
        }
        let Some(digit) = value(byte) else { continue };
        place = (place + 1) % 4;
        bits = (bits << 6) | digit;
        left += 6;
        if left >= 8 {
            left -= 8;
            out.push((bits >> left) as u8);
            bits &= (1 << left) - 1;
        }
    }
    (left == 0).then_some(out)
}

/// A char in upper case, where that is one char.
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Each word with a capital first letter and small others, joined by single blanks.
pub fn capitalize_words(source: &str) -> String {
    let words = source.split(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)).filter(|w| !w.is_empty());
    let words = words.map(|word| {
        let mut chars = word.chars();
        let first = chars.next().map(upper);
        first.into_iter().chain(chars.flat_map(char::to_lowercase)).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The same for bytes, of which only those of ASCII are letters.
pub fn capitalize_bytes(source: &[u8]) -> Vec<u8> {
    let blank = |b: &u8| matches!(b, b'\t'..=b'\r' | b' ');
    let words = source.split(blank).filter(|word| !word.is_empty()).map(|word| {
        let mut word = word.to_ascii_lowercase();
        word.iter_mut().take(1).for_each(|b| b.make_ascii_uppercase());
        word
    });
    words.collect::<Vec<_>>().join(&b' ')
}

/// Where the extension of a path begins.
pub fn extension_at(path: &[u8]) -> usize {
    let name = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    // Dots at the start of a name belong to it.
    let start = path.iter().skip(name).take_while(|b| **b == b'.').count() + name;
    path.iter().rposition(|b| *b == b'.').filter(|dot| *dot >= start).unwrap_or(path.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        assert_eq!(strip_tags(b"a < b > c <>x <p\nq=1>y<z"), b"a  c <>x y<z");
        assert_eq!(strip_tags(b"<a title=\">\">x</a>"), b"\">x");
    }

    #[test]
    fn plurals() {
        for (one, many) in
            [("tooth", "teeth"), ("quay", "quays"), ("soliloquy", "soliloquies"), ("month", "months"), ("h", "hs")]
        {
            assert_eq!(pluralize(one.as_bytes()), many.as_bytes());
        }
    }

    #[test]
    fn comparing() {
        assert_eq!(cleaned("The  Good & Bad!"), "good and bad");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(common_substring("xabcy", "zabcw"), "abc");
        assert_eq!(common_substring("a", "b"), "");
    }

    #[test]
    fn encodings() {
        assert_eq!(unquote(b"%C3%a9%zz%4"), b"\xc3\xa9%zz%4");
        assert_eq!(base64_decode(b"aGVs\nbG8="), Some(b"hello".to_vec()));
        assert_eq!(base64_decode(b"aGVsbG8"), None);
        assert_eq!(base64_decode(b"!!!!"), Some(Vec::new()));
    }

    #[test]
    fn extensions() {
        for (path, dot) in [("/a/b.tar.gz", 8), ("noext", 5), (".hidden", 7), ("a.b/c", 5), ("trail.", 5), ("..a.b", 3)]
        {
            assert_eq!(extension_at(path.as_bytes()), dot, "{path}");
        }
    }
}
