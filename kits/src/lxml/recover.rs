//! XML that is not well-formed, made a tree of as far as it goes: lxml's parsers with `recover=True`.

use crate::elements::html_entities;
use crate::elements::tree::{EMPTY, Flavour, Kind, Name, NodeId, ROOT, Tree};
use crate::elements::xml_parser::is_char;

/// Deepest nesting; tags beyond it become siblings of the deepest.
const DEEPEST: usize = 256;

struct Recovery<'a> {
    source: &'a str,
    tree: Tree,
    open: Vec<(NodeId, &'a str)>,
    has_top: bool,
}

/// Parses what can be made out. The tree has no element if there is none in the text.
pub fn parse(source: &str) -> Tree {
    let mut recovery = Recovery { source, tree: Tree::new(Flavour::Xml), open: Vec::new(), has_top: false };
    recovery.run();
    recovery.tree
}

impl<'a> Recovery<'a> {
    fn node(&self) -> NodeId {
        self.open.last().map_or(ROOT, |(node, _)| *node)
    }

    fn text(&mut self, text: &str) {
        let node = self.node();
        if node != ROOT {
            let clean: String = text.chars().filter(|c| is_char(*c)).collect();
            self.tree.append_text(node, &clean);
        }
    }

    fn run(&mut self) {
        let mut rest = self.source;
        while !rest.is_empty() {
            let plain = rest.find('<').unwrap_or(rest.len());
            if plain > 0 {
                self.text(&references(&rest[..plain]));
                rest = &rest[plain..];
                continue;
            }
            if let Some(data) = rest.strip_prefix("<![CDATA[") {
                let end = data.find("]]>").unwrap_or(data.len());
                self.text(&data[..end]);
                rest = data.get(end + 3..).unwrap_or("");
            } else if let Some(comment) = rest.strip_prefix("<!--") {
                let end = comment.find("-->").unwrap_or(comment.len());
                let node = self.tree.create_text(Kind::Comment, &comment[..end]);
                self.tree.link_last(self.node(), node);
                rest = comment.get(end + 3..).unwrap_or("");
            } else if rest.starts_with("<?") || rest.starts_with("<!") {
                rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
            } else if let Some(body) = rest.strip_prefix("</") {
                let end = body.find(['>', '<']).unwrap_or(body.len());
                let name = body[..end].trim();
                if let Some(at) = self.open.iter().rposition(|(_, open)| *open == name) {
                    self.open.truncate(at);
                }
                rest = body[end..].strip_prefix('>').unwrap_or(&body[end..]);
            } else {
                rest = self.start_tag(rest);
            }
            if self.has_top && self.open.is_empty() {
                return;
            }
        }
    }

    fn start_tag(&mut self, source: &'a str) -> &'a str {
        let body = &source[1..];
        if !body.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.text("<");
            return body;
        }
        let length = body.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<')).unwrap_or(body.len());
        let written = &body[..length];
        let mut rest = &body[length..];
        let mut attributes: Vec<(&str, String)> = Vec::new();
        let mut empty = false;
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("/>") {
                (empty, rest) = (true, after);
                break;
            }
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break;
            }
            if rest.is_empty() || rest.starts_with('<') {
                break;
            }
            let length =
                rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<')).unwrap_or(rest.len());
            if length == 0 {
                rest = &rest[rest.chars().next().map_or(1, char::len_utf8)..];
                continue;
            }
            let name = &rest[..length];
            rest = rest[length..].trim_start();
            let Some(after) = rest.strip_prefix('=') else { continue };
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, next) = match quote.and_then(|quote| after[1..].find(quote)) {
                Some(length) => (&after[1..=length], &after[length + 2..]),
                None => after.split_at(after.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(after.len())),
            };
            if !attributes.iter().any(|(known, _)| *known == name) {
                attributes.push((name, references(value)));
            }
            rest = next;
        }
        let node = self.tree.create_element(Name::default(), 0);
        self.tree.link_last(self.node(), node);
        self.has_top = true;
        for (name, uri) in &attributes {
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(prefix) => prefix.trim_start_matches(':'),
                None => continue,
            };
            let (prefix, uri) = (self.tree.atom(prefix), self.tree.atom(uri));
            self.tree.declare(node, prefix, uri);
        }
        let name = self.name(node, written, false);
        self.tree.set_name(node, name);
        for (key, value) in attributes {
            if !key.starts_with("xmlns") {
                let name = self.name(node, key, true);
                self.tree.add_attr(node, name, Some(&value));
            }
        }
        if !empty && self.open.len() < DEEPEST {
            self.open.push((node, written));
        }
        rest
    }

    fn name(&mut self, node: NodeId, written: &str, attribute: bool) -> Name {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        if prefix.is_empty() && attribute {
            return Name { local: self.tree.atom(local), ..Name::default() };
        }
        match self.tree.lookup_prefix(node, prefix) {
            Some(uri) if uri != EMPTY => {
                let (prefix, local) = (self.tree.atom(prefix), self.tree.atom(local));
                Name { uri, prefix, local }
            }
            // Not declared: the colon is part of the name.
            _ => Name { local: self.tree.atom(written), ..Name::default() },
        }
    }
}

/// Text with its references as characters; unknown ones are left out.
fn references(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '#')).unwrap_or(rest.len());
        let name = &rest[..length];
        let found = match name.strip_prefix('#') {
            Some(number) => {
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => number.parse().ok(),
                };
                code.and_then(char::from_u32)
            }
            None if matches!(name, "amp" | "lt" | "gt" | "quot") => html_entities::lookup(name),
            None if name == "apos" => Some('\''),
            None => None,
        };
        out.extend(found);
        rest = rest[length..].strip_prefix(';').unwrap_or(&rest[length..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elements::writer::{Method, Options, write};

    #[test]
    fn broken_documents() {
        let cases = [
            ("<a><b></a>", "<a><b/></a>"),
            ("<a x=1 y>t & u<c></b></c></a>z", "<a x=\"1\">t  u<c/></a>"),
            ("<a><p:b xmlns:p='u'/>&nbsp;&#233;", "<a><p:b xmlns:p=\"u\"/>\u{e9}</a>"),
        ];
        for (source, wanted) in cases {
            let tree = parse(source);
            let top = tree.top_element(ROOT).unwrap();
            assert_eq!(write(&tree, top, Options { method: Method::Xml, pretty: false, tail: false }), wanted);
        }
        assert!(parse("no tags").top_element(ROOT).is_none());
    }
}
