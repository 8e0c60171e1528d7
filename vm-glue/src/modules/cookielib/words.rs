//! The words of headers: names, values, and lists of them.

use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use crate::body;
use crate::modules::python_function::{Function, function};
use crate::modules::scope::Scope;

pub static FUNCTIONS: &[Function] = &[
    function(
        "unmatched",
        &["match"],
        body!(|x, found| {
            let (start, end) = x.two(&*x.call(found, "span", [x.int(0)])?)?;
            let text = x.get(found, "string")?;
            let before = x.call(&text, "__getslice__", [x.int(0), start])?;
            x.add(&before, &*x.call(&text, "__getslice__", [end, x.int(i64::from(i32::MAX))])?)
        }),
    ),
    function("split_header_words", &["header_values"], body!(|x, headers| split(x, headers))),
    function("join_header_words", &["lists"], body!(|x, lists| join(x, lists))),
    function(
        "_strip_quotes",
        &["text"],
        body!(|x, text| {
            let shown = x.peek(text);
            Ok(x.like(text, strip_quotes(&shown)))
        }),
    ),
    function("parse_ns_headers", &["ns_headers"], body!(|x, headers| parse_netscape(x, headers))),
];

/// White space of expressions.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn strip_quotes(text: &str) -> &str {
    let text = text.strip_prefix('"').unwrap_or(text);
    text.strip_suffix('"').unwrap_or(text)
}

/// A name at the start, and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(is_blank);
    let end = text.find(|c| is_blank(c) || matches!(c, '=' | ';' | ',')).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `="…"` at the start: the value without its backslashes, and what follows.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let rest = text.trim_start_matches(is_blank).strip_prefix('=')?;
    let rest = rest.trim_start_matches(is_blank).strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, rest.get(at + 1..)?)),
            '\\' => match chars.next()? {
                (_, '\n') => return None,
                (_, c) => value.push(c),
            },
            c => value.push(c),
        }
    }
    None
}

/// `=…` at the start, and what follows.
fn plain_value(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start_matches(is_blank).strip_prefix('=')?.trim_start_matches(is_blank);
    let end = rest.find(|c| is_blank(c) || matches!(c, ';' | ',')).unwrap_or(rest.len());
    Some(rest.split_at(end))
}

/// The pairs of a header, in lists between commas.
fn pairs_of(header: &str) -> Vec<Vec<(String, Option<String>)>> {
    let mut lists = Vec::new();
    let mut pairs = Vec::new();
    let mut text = header;
    while !text.is_empty() {
        if let Some((name, rest)) = token(text) {
            let (value, rest) = match (quoted_value(rest), plain_value(rest)) {
                (Some((value, rest)), _) => (Some(value), rest),
                (None, Some((value, rest))) => (Some(value.trim_end().to_owned()), rest),
                (None, None) => (None, rest),
            };
            pairs.push((name.to_owned(), value));
            text = rest;
        } else if let Some(rest) = text.trim_start().strip_prefix(',') {
            text = rest;
            if !pairs.is_empty() {
                lists.push(std::mem::take(&mut pairs));
            }
        } else {
            let rest = text.trim_start_matches(|c| is_blank(c) || matches!(c, '=' | ';'));
            // What is neither a name nor a separator cannot be: all else is a name.
            text = if rest.len() < text.len() { rest } else { "" };
        }
    }
    if !pairs.is_empty() {
        lists.push(pairs);
    }
    lists
}

fn split(x: Scope<'_>, headers: &PyObject) -> PyResult {
    if x.is_text(headers) {
        return Err(x.assertion(None));
    }
    let mut lists = Vec::new();
    for header in x.each(headers)? {
        for pairs in pairs_of(&x.peek(&header)) {
            let pair = |(name, value): (String, Option<String>)| {
                let value = value.map_or_else(|| x.none(), |value| x.like(&header, &value));
                x.tuple([x.like(&header, &name), value])
            };
            lists.push(x.list(pairs.into_iter().map(pair).collect::<Vec<_>>()));
        }
    }
    Ok(x.list(lists))
}

/// Whether a value may stand without quotes.
fn is_word(value: &str) -> bool {
    let value = value.strip_suffix('\n').unwrap_or(value);
    !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn join(x: Scope<'_>, lists: &PyObject) -> PyResult {
    let mut headers = Vec::new();
    for pairs in x.each(lists)? {
        let mut words = Vec::new();
        for pair in x.each(&pairs)? {
            let (name, value) = x.two(&pair)?;
            if x.is_none(&value) {
                words.push(name);
                continue;
            }
            let shown = x.peek(&value);
            let value = if is_word(&shown) {
                value
            } else {
                let escaped = shown.replace('\\', "\\\\").replace('"', "\\\"");
                x.like(&value, &format!("\"{escaped}\""))
            };
            words.push(x.format("%s=%s", [name, value])?);
        }
        if !words.is_empty() {
            headers.push(x.join("; ", words)?);
        }
    }
    x.join(", ", headers)
}

/// Attributes that are known whatever case they are in.
const NETSCAPE: &[&str] = &["expires", "domain", "path", "secure", "version", "port", "max-age"];

/// Headers in Netscape's form, where a date may hold a comma.
fn parse_netscape(x: Scope<'_>, headers: &PyObject) -> PyResult {
    let mut lists = Vec::new();
    for header in x.each(headers)? {
        let mut pairs = Vec::new();
        let mut versioned = false;
        for (number, part) in x.peek(&header).split(';').enumerate() {
            let (name, value) = match part.trim().split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim())),
                None => (part.trim(), None),
            };
            if name.is_empty() {
                if number == 0 {
                    break;
                }
                continue;
            }
            let mut name = name.to_owned();
            let mut made = None;
            if number > 0 {
                let lower = name.to_lowercase();
                if NETSCAPE.contains(&lower.as_str()) {
                    name = lower;
                }
                match (name.as_str(), value) {
                    ("version", value) => {
                        versioned = true;
                        made = value.map(|value| x.like(&header, strip_quotes(value)));
                    }
                    ("expires", Some(value)) => {
                        made = Some(x.made("http2time", [x.like(&header, strip_quotes(value))])?);
                    }
                    _ => {}
                }
            }
            let value = made.or_else(|| value.map(|value| x.like(&header, value))).unwrap_or_else(|| x.none());
            pairs.push(x.tuple([x.like(&header, &name), value]));
        }
        if !pairs.is_empty() {
            if !versioned {
                pairs.push(x.tuple([x.text("version"), x.text("0")]));
            }
            lists.push(x.list(pairs));
        }
    }
    Ok(x.list(lists))
}

/// A pair's parts, where a name is compared.
pub fn name_and_value(x: Scope<'_>, pair: &PyObject) -> PyResult<(PyObjectRef, String, PyObjectRef)> {
    let (name, value) = x.two(pair)?;
    let shown = x.peek(&name);
    Ok((name, shown, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_in_lists() {
        let lists = pairs_of(r#"foo; bar="a \"b\""; baz, x=1 "#);
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(
            lists,
            [vec![pair("foo", None), pair("bar", Some("a \"b\"")), pair("baz", None)], vec![pair("x", Some("1"))]]
        );
        assert!(pairs_of(" ;=, ").is_empty());
    }
}
