//! What the regular expressions of `HTMLParser`, `sgmllib` and `markupbase` find, found without a matching engine.
//!
//! All functions work on the bytes of a string as the machine keeps it; positions are byte positions. What the
//! expressions leave out of a set (`[^>\s]`) are ASCII characters only, so longer characters need no care.

use std::ops::Range;

/// `\s` of an expression without `re.UNICODE`.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12)
}

fn at(data: &[u8], position: usize) -> Option<u8> {
    data.get(position).copied()
}

/// Where a run of bytes that a test likes ends.
pub fn run(data: &[u8], from: usize, likes: impl Fn(u8) -> bool) -> usize {
    let rest = data.get(from..).unwrap_or_default();
    rest.iter().position(|byte| !likes(*byte)).map_or(from + rest.len(), |length| from + length)
}

/// The first place of a byte from a position on.
pub fn find(data: &[u8], from: usize, wanted: u8) -> Option<usize> {
    let rest = data.get(from..)?;
    rest.iter().position(|byte| *byte == wanted).map(|length| from + length)
}

/// The first place of one of two bytes.
pub fn find_either(data: &[u8], from: usize, one: u8, other: u8) -> Option<usize> {
    let rest = data.get(from..)?;
    rest.iter().position(|byte| *byte == one || *byte == other).map(|length| from + length)
}

/// Whether the text goes on like this at a position.
pub fn starts(data: &[u8], position: usize, with: &[u8]) -> bool {
    data.get(position..).is_some_and(|rest| rest.starts_with(with))
}

/// Whether there is an ASCII letter.
pub fn is_letter(data: &[u8], position: usize) -> bool {
    at(data, position).is_some_and(|byte| byte.is_ascii_alphabetic())
}

/// The position behind the character at a position.
fn behind(data: &[u8], position: usize) -> usize {
    run(data, position + 1, |byte| byte & 0xc0 == 0x80)
}

/// `(?:\s|/(?!>))*`
fn between_attributes(data: &[u8], from: usize) -> usize {
    let mut position = from;
    while let Some(byte) = at(data, position) {
        if !(is_blank(byte) || byte == b'/' && at(data, position + 1) != Some(b'>')) {
            break;
        }
        position += 1;
    }
    position
}

/// `[a-zA-Z][^\t\n\r\f />\x00]*`
fn html_name(data: &[u8], from: usize) -> Option<usize> {
    is_letter(data, from)
        .then(|| run(data, from, |byte| !matches!(byte, b'\t' | b'\n' | b'\r' | 12 | b' ' | b'/' | b'>' | 0)))
}

/// `HTMLParser.tagfind`: the end of the name, and of the match.
pub fn html_tag(data: &[u8], from: usize) -> Option<(usize, usize)> {
    html_name(data, from).map(|name| (name, between_attributes(data, name)))
}

/// A quoted string: the position behind it.
fn quoted(data: &[u8], from: usize) -> Option<usize> {
    let quote = at(data, from).filter(|byte| matches!(byte, b'\'' | b'"'))?;
    find(data, from + 1, quote).map(|end| end + 1)
}

/// `\s*=+\s*('[^']*'|"[^"]*"|(?!['"])[^>\s]*)`: the value.
fn html_value(data: &[u8], from: usize) -> Option<Range<usize>> {
    let equals = run(data, from, is_blank);
    let blanks = run(data, equals, |byte| byte == b'=');
    if equals == blanks {
        return None;
    }
    let start = run(data, blanks, is_blank);
    if let Some(end) = quoted(data, start) {
        return Some(start..end);
    }
    let is_bare = |byte: u8| byte != b'>' && !is_blank(byte);
    if !matches!(at(data, start), Some(b'\'' | b'"')) {
        return Some(start..run(data, start, is_bare));
    }
    // A quote that does not end cannot begin a value: the expression gives one blank back, or one equals sign.
    if start > blanks {
        return Some(start - 1..start - 1);
    }
    (blanks > equals + 1).then(|| blanks - 1..run(data, blanks - 1, is_bare))
}

/// `[^\s/>][^\s/=>]*` behind a blank, a slash or a quote: the end of the name.
fn html_attribute_name(data: &[u8], from: usize) -> Option<usize> {
    let before = at(data, from.checked_sub(1)?)?;
    if !(is_blank(before) || matches!(before, b'\'' | b'"' | b'/')) {
        return None;
    }
    let first = at(data, from)?;
    if is_blank(first) || matches!(first, b'/' | b'>') {
        return None;
    }
    Some(run(data, from + 1, |byte| !(is_blank(byte) || matches!(byte, b'/' | b'=' | b'>'))))
}

/// An attribute: its name, its value with quotes if there is one, and the end of the match.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    pub name: Range<usize>,
    pub value: Option<Range<usize>>,
    pub end: usize,
}

/// `HTMLParser.attrfind`
pub fn html_attribute(data: &[u8], from: usize) -> Option<Attribute> {
    let name = html_attribute_name(data, from)?;
    let value = html_value(data, name);
    let end = between_attributes(data, value.as_ref().map_or(name, |value| value.end));
    Some(Attribute { name: from..name, value, end })
}

/// `HTMLParser.locatestarttagend`
pub fn html_start_tag(data: &[u8], from: usize) -> Option<usize> {
    let name = html_name(data, from + 1).filter(|_| at(data, from) == Some(b'<'))?;
    let mut position = run(data, name, |byte| is_blank(byte) || byte == b'/');
    while let Some(attribute) = html_attribute(data, position) {
        position = attribute.end;
    }
    Some(run(data, position, is_blank))
}

/// `HTMLParser.endtagfind`: the name and the end.
pub fn html_end_tag(data: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
    if !starts(data, from, b"</") {
        return None;
    }
    let start = run(data, from + 2, is_blank);
    if !is_letter(data, start) {
        return None;
    }
    let end = run(data, start, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'_'));
    let close = run(data, end, is_blank);
    (at(data, close) == Some(b'>')).then_some((start..end, close + 1))
}

/// What a reference ends before, or with: a semicolon belongs to it.
fn reference_end(data: &[u8], end: usize) -> usize {
    if at(data, end) == Some(b';') { end + 1 } else { end }
}

/// `HTMLParser.charref` (`hex` allowed) or `sgmllib.charref`: the number, and where the reference ends.
pub fn character_reference(data: &[u8], from: usize, hex: bool) -> Option<(Range<usize>, usize)> {
    if !starts(data, from, b"&#") {
        return None;
    }
    let start = from + 2;
    let digits = run(data, start, |byte| byte.is_ascii_digit());
    let end = match at(data, start) {
        Some(b'x' | b'X') if hex => run(data, start + 1, |byte| byte.is_ascii_hexdigit()),
        _ => digits,
    };
    let empty = if end == digits { end == start } else { end == start + 1 };
    let stops = at(data, end).is_some_and(|byte| !hex || !byte.is_ascii_hexdigit());
    (!empty && stops).then(|| (start..end, reference_end(data, end)))
}

/// `entityref`: the name, and where the reference ends.
pub fn entity_reference(data: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
    if at(data, from) != Some(b'&') || !is_letter(data, from + 1) {
        return None;
    }
    let end = run(data, from + 1, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    if end < data.len() {
        return Some((from + 1..end, reference_end(data, end)));
    }
    // The end of the text is no end of a name: one of the characters of the name has to be it.
    let name = data.get(from + 2..end)?;
    let last = name.iter().rposition(|byte| matches!(byte, b'-' | b'.'))?;
    Some((from + 1..from + 2 + last, from + 2 + last))
}

/// `sgmllib.incomplete`: the end.
pub fn sgml_incomplete(data: &[u8], from: usize) -> Option<usize> {
    let next = from + 1;
    let in_tag = |byte: u8| !matches!(byte, b'<' | b'>');
    match (at(data, from)?, at(data, next)) {
        (b'&', Some(byte)) if byte.is_ascii_alphabetic() => Some(run(data, next, |byte| byte.is_ascii_alphanumeric())),
        (b'&', Some(b'#')) => Some(run(data, next + 1, |byte| byte.is_ascii_digit())),
        (b'<', Some(byte)) if byte.is_ascii_alphabetic() => Some(run(data, next, in_tag)),
        (b'<', Some(b'!')) => Some(run(data, next + 1, in_tag)),
        (b'<', Some(b'/')) if is_letter(data, next + 1) => Some(run(data, next + 1, in_tag)),
        (b'<', Some(b'/')) => Some(next + 1),
        (b'&' | b'<', _) => Some(next),
        _ => None,
    }
}

/// `sgmllib.tagfind`
pub fn sgml_name(data: &[u8], from: usize) -> Option<usize> {
    is_letter(data, from)
        .then(|| run(data, from, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')))
}

/// The name of a tag that ends with a slash, `sgmllib.shorttagopen`: its end.
pub fn sgml_short_tag(data: &[u8], from: usize) -> Option<usize> {
    if at(data, from) != Some(b'<') || !is_letter(data, from + 1) {
        return None;
    }
    let end = run(data, from + 1, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    (at(data, end) == Some(b'/')).then_some(end)
}

/// `sgmllib.attrfind`
pub fn sgml_attribute(data: &[u8], from: usize) -> Option<Attribute> {
    let start = run(data, from, is_blank);
    if !(is_letter(data, start) || at(data, start) == Some(b'_')) {
        return None;
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'.' | b'_');
    let end = run(data, start, is_name);
    let equals = run(data, end, is_blank);
    if at(data, equals) != Some(b'=') {
        return Some(Attribute { name: start..end, value: None, end });
    }
    let value = run(data, equals + 1, is_blank);
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"][-./,:;+*%?!&$()_#=~'\"@".contains(&byte);
    let close = quoted(data, value).unwrap_or_else(|| run(data, value, is_bare));
    Some(Attribute { name: start..end, value: Some(value..close), end: close })
}

/// A reference in an attribute's value, `sgmllib.SGMLParser.entity_or_charref`.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    pub whole: Range<usize>,
    /// The name of an entity, or the digits of a number.
    pub name: Range<usize>,
    pub is_number: bool,
    pub semicolon: bool,
}

/// The next reference from a position on.
pub fn sgml_reference(data: &[u8], from: usize) -> Option<Reference> {
    let mut position = from;
    loop {
        let start = find(data, position, b'&')?;
        let is_number = at(data, start + 1) == Some(b'#');
        let name = if is_number { start + 2 } else { start + 1 };
        let end = match is_number {
            true => run(data, name, |byte| byte.is_ascii_digit()),
            false if !is_letter(data, name) => name,
            false => run(data, name, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')),
        };
        if end > name {
            let close = reference_end(data, end);
            return Some(Reference { whole: start..close, name: name..end, is_number, semicolon: close > end });
        }
        position = start + 1;
    }
}

/// `markupbase._declname_match`: the end of the name, and of the blanks behind it.
pub fn declared_name(data: &[u8], from: usize) -> Option<(usize, usize)> {
    sgml_name(data, from).map(|end| (end, run(data, end, is_blank)))
}

/// `markupbase._declstringlit_match`
pub fn declared_string(data: &[u8], from: usize) -> Option<usize> {
    quoted(data, from).map(|end| run(data, end, is_blank))
}

/// The end of something that ends with these bytes, blanks between them allowed (`]\s*]\s*>`).
pub fn closing(data: &[u8], from: usize, marks: &[u8]) -> Option<Range<usize>> {
    let (first, others) = marks.split_first()?;
    let mut start = find(data, from, *first)?;
    loop {
        let mut end = start + 1;
        let mut whole = true;
        for mark in others {
            end = run(data, end, is_blank);
            if at(data, end) != Some(*mark) {
                whole = false;
                break;
            }
            end += 1;
        }
        if whole {
            return Some(start..end);
        }
        start = find(data, start + 1, *first)?;
    }
}

/// `--\s*>`
pub fn comment_close(data: &[u8], from: usize) -> Option<Range<usize>> {
    let mut start = from;
    loop {
        start = find(data, start, b'-')?;
        if at(data, start + 1) == Some(b'-') {
            let end = run(data, start + 2, is_blank);
            if at(data, end) == Some(b'>') {
                return Some(start..end + 1);
            }
        }
        start += 1;
    }
}

/// A reference in a value, as `HTMLParser.unescape` knows them (`&(#?[xX]?(?:[0-9a-fA-F]+|\w{1,8}));`): from the
/// ampersand to behind the semicolon.
pub fn html_value_reference(data: &[u8], from: usize) -> Option<Range<usize>> {
    let mut position = from;
    loop {
        let start = find(data, position, b'&')?;
        let number = if at(data, start + 1) == Some(b'#') { start + 2 } else { start + 1 };
        let end = run(data, number, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let body = data.get(number..end).unwrap_or_default();
        let is_hex = |body: &[u8]| !body.is_empty() && body.iter().all(u8::is_ascii_hexdigit);
        let rest = body.strip_prefix(b"x").or_else(|| body.strip_prefix(b"X"));
        let fits = |body: &[u8]| is_hex(body) || (1..=8).contains(&body.len());
        if at(data, end) == Some(b';') && (fits(body) || rest.is_some_and(fits)) {
            return Some(start..end + 1);
        }
        position = start + 1;
    }
}

/// How long the character at a position is: what is handed on is never half a character.
pub fn character(data: &[u8], position: usize) -> Range<usize> {
    position..behind(data, position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_do_not_end_give_back_what_the_expression_gives_back() {
        let value = |text: &str| html_attribute(text.as_bytes(), 1).map(|found| (found.value, found.end));
        assert_eq!(value(" a=b c"), Some((Some(3..4), 5)));
        assert_eq!(value(" a='b' c"), Some((Some(3..6), 7)));
        assert_eq!(value(" a= 'b"), Some((Some(3..3), 4)));
        assert_eq!(value(" a=='b"), Some((Some(3..6), 6)));
        assert_eq!(value(" a='b"), Some((None, 2)));
    }

    #[test]
    fn a_name_at_the_end_of_the_text_needs_an_end_of_its_own() {
        assert_eq!(entity_reference(b"&amp", 0), None);
        assert_eq!(entity_reference(b"&amp.x", 0), Some((1..4, 4)));
        assert_eq!(entity_reference(b"&amp; ", 0), Some((1..4, 5)));
        assert_eq!(character_reference(b"&#38;", 0, true), Some((2..4, 5)));
        assert_eq!(character_reference(b"&#38a", 0, true), None);
        assert_eq!(character_reference(b"&#38a", 0, false), Some((2..4, 4)));
    }

    #[test]
    fn closings_may_hold_blanks() {
        assert_eq!(comment_close(b"a--b-- >", 0), Some(4..8));
        assert_eq!(closing(b"x]] ] >", 0, b"]]>"), Some(2..7));
    }
}
