//! Feeds that are not well-formed, read as tag soup: nothing has to be closed, declared or escaped.

use super::builder::Builder;
use crate::elements::html_entities;

/// Characters that stay references in texts.
const ESCAPED: [(char, &str); 5] = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&apos;")];

/// Tells the builder what a document holds.
pub fn parse(source: &str, builder: &mut Builder) {
    let mut rest = source;
    while !rest.is_empty() {
        let plain = rest.find('<').unwrap_or(rest.len());
        if plain > 0 {
            builder.text(&characters(&rest[..plain], true));
            rest = &rest[plain..];
            continue;
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            builder.text(&data[..end].replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
            rest = data.get(end + 3..).unwrap_or("");
        } else if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        } else {
            rest = tag(rest, builder);
        }
    }
}

/// Reads a tag; the rest behind it.
fn tag<'a>(source: &'a str, builder: &mut Builder) -> &'a str {
    let body = &source[1..];
    let is_end = body.starts_with('/');
    let body = &body[usize::from(is_end)..];
    if !body.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        builder.text("<");
        return &source[1..];
    }
    let length = body.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<')).unwrap_or(body.len());
    let name = body[..length].to_lowercase();
    let mut rest = &body[length..];
    let mut attributes = Vec::new();
    let mut empty = false;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            empty = true;
            rest = after;
            break;
        }
        if let Some(after) = rest.strip_prefix('>') {
            rest = after;
            break;
        }
        if rest.is_empty() || rest.starts_with('<') {
            break;
        }
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<')).unwrap_or(rest.len());
        if length == 0 {
            let skip = rest.chars().next().map_or(1, char::len_utf8);
            rest = &rest[skip..];
            continue;
        }
        let key = rest[..length].to_lowercase();
        rest = rest[length..].trim_start();
        let Some(after) = rest.strip_prefix('=') else { continue };
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, next) = match quote.and_then(|quote| after[1..].find(quote)) {
            Some(length) => (&after[1..=length], &after[length + 2..]),
            None => {
                let length = after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len());
                after.split_at(length)
            }
        };
        attributes.push((key, characters(value, false)));
        rest = next;
    }
    if is_end {
        builder.end_tag(&name);
    } else {
        for (key, value) in &attributes {
            match key.strip_prefix("xmlns") {
                Some("") => builder.track_namespace("", value),
                Some(prefix) => builder.track_namespace(prefix.trim_start_matches(':'), value),
                None => {}
            }
        }
        attributes.retain(|(key, _)| !key.starts_with("xmlns"));
        builder.start_tag(&name, attributes);
        if empty {
            builder.end_tag(&name);
        }
    }
    rest
}

/// Text with its references as characters; what is no reference stays. `markup`: characters that have a meaning in markup
/// stay references.
fn characters(source: &str, markup: bool) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 34);
        let found = end.and_then(|end| {
            let name = &rest[1..end];
            match name.strip_prefix('#') {
                Some(number) => {
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok(),
                        None => number.parse().ok(),
                    };
                    code.and_then(char::from_u32)
                }
                None if name == "apos" => Some('\''),
                None => html_entities::lookup(name),
            }
        });
        match (found, end) {
            (Some(c), Some(end)) => {
                match ESCAPED.iter().find(|(escaped, _)| markup && *escaped == c) {
                    Some((_, reference)) => out.push_str(reference),
                    None => out.push(c),
                }
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
