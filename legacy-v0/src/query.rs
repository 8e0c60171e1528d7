//! Paths and queries of requests, as Python 2's `urllib` reads them (`spec/legacy-v1.md` §3): bytes, and escapes that are
//! none stay as they are.

/// A text without its escapes; with `plus` a plus sign is a blank.
pub fn unquote(text: &[u8], plus: bool) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) if plus => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    out
}

/// The arguments of a query: of several with one name the first, none that are empty.
pub fn arguments(query: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for pair in query.split(|byte| matches!(byte, b'&' | b';')) {
        let Some(at) = pair.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = pair.split_at(at);
        let value = value.get(1..).unwrap_or_default();
        let name = unquote(name, true);
        if !value.is_empty() && !found.iter().any(|(there, _)| *there == name) {
            found.push((name, unquote(value, true)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(unquote(b"a%20b+c%C3%A9%zz%4", false), b"a b+c\xc3\xa9%zz%4");
        assert_eq!(unquote(b"a+b%2B", true), b"a b+");
    }

    #[test]
    fn first_arguments_count() {
        let found = arguments(b"a=1&b=&a=2;c+d=e%26=f&g");
        let pair = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        assert_eq!(found, [pair("a", "1"), pair("c d", "e&=f")]);
    }
}
