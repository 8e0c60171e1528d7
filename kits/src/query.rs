//! Splitting and decoding of request URIs (`spec/protocol.md` §2 steps 2-6 and §2.2).

use percent_encoding::percent_decode_str;

/// A value of a query: its bytes, or None where it was empty.
pub type QueryValue = Option<Vec<u8>>;

/// A request URI taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The path as sent, without the query and what follows a `;` in a segment.
    pub raw_path: String,
    /// The path with each segment decoded and one trailing slash removed; None where a segment is not UTF-8.
    pub path: Option<String>,
    /// Arguments in the order of the query; of several with one name the first.
    pub query: Vec<(Vec<u8>, QueryValue)>,
}

impl Target {
    pub fn parse(uri: &str) -> Self {
        let uri = uri.split_once('#').map_or(uri, |(before, _)| before);
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        Self { raw_path: path.to_owned(), path: decode_path(path), query: parse_query(query) }
    }
}

/// Decodes a path segment by segment. A `;` cuts its segment off, `+` is a blank, one trailing slash goes.
fn decode_path(path: &str) -> Option<String> {
    let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
    let segments: Option<Vec<String>> = path
        .split('/')
        .map(|segment| {
            let segment = segment.split_once(';').map_or(segment, |(before, _)| before).replace('+', " ");
            percent_decode_str(&segment).decode_utf8().ok().map(|text| text.into_owned())
        })
        .collect();
    segments.map(|segments| segments.join("/"))
}

/// Reads `a=1&b=2`: `;` separates too, the first value of a name wins, an empty value is None, an argument
/// without `=` is dropped.
pub fn parse_query(query: &str) -> Vec<(Vec<u8>, QueryValue)> {
    let mut found: Vec<(Vec<u8>, QueryValue)> = Vec::new();
    for pair in query.split(['&', ';']) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let name = decode_form(name);
        if found.iter().any(|(n, _)| *n == name) {
            continue;
        }
        let value = decode_form(value);
        found.push((name, (!value.is_empty()).then_some(value)));
    }
    found
}

/// Decodes form encoding: `+` is a blank, `%XX` a byte; what is no escape stays.
pub fn decode_form(text: &str) -> Vec<u8> {
    percent_decode_str(&text.replace('+', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded() {
        assert_eq!(Target::parse("/a%20b/c+d/?x=1").path.as_deref(), Some("/a b/c d"));
        assert_eq!(Target::parse("/").path.as_deref(), Some("/"));
        assert_eq!(Target::parse("/a;b/c").path.as_deref(), Some("/a/c"));
        assert_eq!(Target::parse("/a%2Fb").path.as_deref(), Some("/a/b"));
        assert_eq!(Target::parse("/caf%E9").path, None);
    }

    #[test]
    fn queries_are_decoded() {
        let value = |text: &str| Some(text.as_bytes().to_vec());
        let query = parse_query("a=1&a=2&b=&c&d=x+y%2Fz;e=abc=&=v");
        assert_eq!(
            query,
            [
                (b"a".to_vec(), value("1")),
                (b"b".to_vec(), None),
                (b"d".to_vec(), value("x y/z")),
                (b"e".to_vec(), value("abc=")),
                (Vec::new(), value("v")),
            ]
        );
    }
}
