//! Tag soup: HTML read without any schema, as BeautifulSoup 3 does, for `String.DecodeHTMLEntities`. Nothing is ever an
//! error; a tag that is cut off at the end is dropped.

use crate::elements::html_entities;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    Text,
    Comment,
    CData,
    Instruction,
    Declaration,
}

/// One node of the soup; children by number.
#[derive(Clone, Debug)]
pub enum Node {
    Tag { name: String, attributes: Vec<(String, String)>, children: Vec<usize>, hidden: bool },
    Text(TextKind, String),
}

/// A parsed document; node 0 holds everything and is not written.
#[derive(Clone, Debug)]
pub struct Soup {
    pub nodes: Vec<Node>,
}

/// Which entities become characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entities {
    Keep,
    Html,
    /// HTML's, and `&apos;`.
    Xhtml,
    /// The five of XML.
    Xml,
}

/// What a dialect of markup knows of its tags.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Tags without an end.
    pub empty: &'static [&'static str],
    /// Tags that may stand inside one of the same name, and the tags that such a nesting starts anew from.
    nestable: &'static [(&'static str, &'static [&'static str])],
    /// Tags that end the nesting of others.
    resetting: &'static [&'static str],
    /// Tags whose content is text up to their end.
    literal: &'static [&'static str],
}

/// HTML.
pub const HTML: Rules = Rules {
    empty: &["br", "hr", "input", "img", "meta", "spacer", "link", "frame", "base", "col"],
    nestable: &[
        ("span", &[]),
        ("font", &[]),
        ("q", &[]),
        ("object", &[]),
        ("bdo", &[]),
        ("sub", &[]),
        ("sup", &[]),
        ("center", &[]),
        ("blockquote", &[]),
        ("div", &[]),
        ("fieldset", &[]),
        ("ins", &[]),
        ("del", &[]),
        ("ol", &[]),
        ("ul", &[]),
        ("li", &["ul", "ol"]),
        ("dl", &[]),
        ("dd", &["dl"]),
        ("dt", &["dl"]),
        ("table", &[]),
        ("tr", &["table", "tbody", "tfoot", "thead"]),
        ("td", &["tr"]),
        ("th", &["tr"]),
        ("thead", &["table"]),
        ("tbody", &["table"]),
        ("tfoot", &["table"]),
    ],
    resetting: &[
        "blockquote",
        "div",
        "fieldset",
        "ins",
        "del",
        "ol",
        "ul",
        "li",
        "dl",
        "dd",
        "dt",
        "table",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "address",
        "form",
        "p",
        "pre",
        "noscript",
    ],
    literal: &["script", "textarea"],
};

/// Any XML: every tag has an end, none nests in its own kind.
pub const XML: Rules = Rules { empty: &[], nestable: &[], resetting: &[], literal: &[] };

/// Deepest nesting; tags beyond it become siblings of the deepest.
const DEEPEST: usize = 400;

/// Reads a document.
pub fn parse(source: &str, rules: Rules, entities: Entities) -> Soup {
    let root = Node::Tag { name: "[document]".to_owned(), attributes: Vec::new(), children: Vec::new(), hidden: true };
    let mut parser =
        Parser { source, at: 0, rules, entities, nodes: vec![root], open: vec![0], text: String::new(), literal: None };
    parser.run();
    Soup { nodes: parser.nodes }
}

/// A text with its entities as characters and its tags tidied.
pub fn decode_entities(source: &str) -> String {
    if !source.contains(['&', '<']) {
        return source.to_owned();
    }
    let mut out = String::with_capacity(source.len());
    parse(source, HTML, Entities::Html).write(0, &mut out);
    out
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    rules: Rules,
    entities: Entities,
    nodes: Vec<Node>,
    /// The open tags, the document first.
    open: Vec<usize>,
    text: String,
    /// The tag whose content is plain text.
    literal: Option<String>,
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"-.:_".contains(b)).count()
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn run(&mut self) {
        while self.at < self.source.len() {
            let rest = self.rest();
            let plain = rest.find(['<', '&']).unwrap_or(rest.len());
            if plain > 0 {
                self.text.push_str(&rest[..plain]);
                self.at += plain;
                continue;
            }
            let done = if let Some(name) = self.literal.clone() {
                self.literal_step(&name)
            } else if rest.starts_with('<') {
                self.markup()
            } else {
                self.reference()
            };
            if !done {
                break;
            }
        }
        self.end_text(TextKind::Text);
    }

    fn literal_step(&mut self, name: &str) -> bool {
        let rest = self.rest();
        let is_end = rest.get(2..2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if rest.starts_with("</") && is_end {
            self.literal = None;
            return self.end_tag();
        }
        self.text.push_str(&rest[..1]);
        self.at += 1;
        true
    }

    /// What a `<` begins. False where it is cut off.
    fn markup(&mut self) -> bool {
        let rest = self.rest();
        let special: &[(&str, &str, TextKind)] = &[
            ("<!--", "-->", TextKind::Comment),
            ("<![CDATA[", "]]>", TextKind::CData),
            ("<!", ">", TextKind::Declaration),
            ("<?", ">", TextKind::Instruction),
        ];
        for (start, end, kind) in special {
            if let Some(body) = rest.strip_prefix(start) {
                let Some(length) = body.find(end) else { return false };
                self.end_text(TextKind::Text);
                let content = &body[..length];
                let content = if *kind == TextKind::Instruction { content.trim_end_matches('?') } else { content };
                self.text.push_str(content);
                self.end_text(*kind);
                self.at += start.len() + length + end.len();
                return true;
            }
        }
        match rest.as_bytes().get(1) {
            Some(b'/') if rest.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(),
            Some(b'/') if rest.len() == 2 => false,
            Some(byte) if byte.is_ascii_alphabetic() => self.start_tag(),
            None => false,
            Some(_) => {
                self.text.push('<');
                self.at += 1;
                true
            }
        }
    }

    fn reference(&mut self) -> bool {
        let rest = self.rest();
        let body = &rest[1..];
        if let Some(digits) = body.strip_prefix('#') {
            let length = digits.bytes().take_while(u8::is_ascii_digit).count();
            if length + 2 == rest.len() {
                return false;
            }
            if length == 0 {
                self.text.push_str("&#");
                self.at += 2;
                return true;
            }
            let number = &digits[..length];
            let semicolon = digits[length..].starts_with(';');
            match number.parse().ok().and_then(char::from_u32).filter(|_| self.entities != Entities::Keep) {
                Some(c) => self.text.push(c),
                None => self.text.push_str(&format!("&#{number};")),
            }
            self.at += 2 + length + usize::from(semicolon);
            return true;
        }
        let is_name = body.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        let length = if is_name {
            body.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"-.".contains(b)).count()
        } else {
            0
        };
        if length + 1 == rest.len() {
            return false;
        }
        if length == 0 {
            self.text.push('&');
            self.at += 1;
            return true;
        }
        let name = &body[..length];
        let semicolon = body[length..].starts_with(';');
        let character = match (self.entities, name) {
            (Entities::Keep, _) => None,
            (Entities::Xml, "amp" | "lt" | "gt" | "quot") => html_entities::lookup(name),
            (Entities::Xml | Entities::Xhtml, "apos") => Some('\''),
            (Entities::Xml, _) | (_, "apos") => None,
            (Entities::Html | Entities::Xhtml, _) => html_entities::lookup(name),
        };
        let known = matches!(name, "amp" | "lt" | "gt" | "quot" | "apos");
        match character {
            Some(c) => self.text.push(c),
            None if self.entities == Entities::Keep || known => self.text.push_str(&format!("&{name};")),
            None => self.text.push_str(&format!("&amp;{name}")),
        }
        self.at += 1 + length + usize::from(semicolon);
        true
    }

    fn start_tag(&mut self) -> bool {
        let rest = self.rest();
        // A tag ends at the next bracket, wherever that stands.
        let Some(length) = rest[1..].find(['<', '>']).map(|at| at + 1) else { return false };
        let end = if rest[length..].starts_with('>') { length + 1 } else { length };
        let inner = &rest[1..length];
        let name = inner[..name_length(inner)].to_ascii_lowercase();
        let closed = inner.ends_with('/');
        let attributes = self.attributes(&inner[name.len()..]);
        self.end_text(TextKind::Text);
        self.at += end;
        let empty = closed && self.rules.empty.is_empty() || self.rules.empty.contains(&name.as_str());
        self.pop_for(&name);
        let node = self.nodes.len();
        self.nodes.push(Node::Tag { name: name.clone(), attributes, children: Vec::new(), hidden: false });
        self.add(node);
        if !empty && self.open.len() < DEEPEST {
            self.open.push(node);
            if self.rules.literal.contains(&name.as_str()) {
                self.literal = Some(name);
            }
        }
        true
    }

    /// Names and values; an attribute without a value has its name for one.
    fn attributes(&self, source: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut rest = source;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
            rest = &rest[start..];
            let length = name_length(rest);
            let name = rest[..length].to_ascii_lowercase();
            rest = &rest[length..];
            let Some(after) = rest.trim_start().strip_prefix('=') else {
                found.push((name.clone(), name));
                continue;
            };
            let after = after.trim_start();
            let quoted = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let closing = quoted.and_then(|quote| Some((quote, after[1..].find(quote)?)));
            let value = match closing {
                Some((_, length)) => {
                    rest = &after[length + 2..];
                    &after[1..length + 1]
                }
                None => {
                    let length = after.find(|c: char| c.is_ascii_whitespace()).unwrap_or(after.len());
                    rest = &after[length..];
                    after[..length].trim_end_matches('/')
                }
            };
            found.push((name, self.attribute_value(value)));
        }
        found
    }

    fn attribute_value(&self, value: &str) -> String {
        if !value.contains('&') {
            return value.to_owned();
        }
        // A blank behind it, so that nothing counts as cut off.
        let padded = format!("{value} ");
        let mut inner = Parser {
            source: &padded,
            at: 0,
            rules: XML,
            entities: if self.entities == Entities::Keep { Entities::Xml } else { self.entities },
            nodes: Vec::new(),
            open: Vec::new(),
            text: String::new(),
            literal: None,
        };
        while inner.at < padded.len() {
            let rest = inner.rest();
            let plain = rest.find('&').unwrap_or(rest.len());
            inner.text.push_str(&rest[..plain]);
            inner.at += plain;
            if plain < rest.len() && !inner.reference() {
                break;
            }
        }
        inner.text.pop();
        inner.text
    }

    fn end_tag(&mut self) -> bool {
        let rest = self.rest();
        let Some(length) = rest[1..].find(['<', '>']).map(|at| at + 1) else { return false };
        let end = if rest[length..].starts_with('>') { length + 1 } else { length };
        let name = rest[2..length].trim().to_ascii_lowercase();
        self.end_text(TextKind::Text);
        self.at += end;
        self.pop_to(&name, true);
        true
    }

    fn name_of(&self, node: usize) -> &str {
        match self.nodes.get(node) {
            Some(Node::Tag { name, .. }) => name,
            _ => "",
        }
    }

    fn pop_to(&mut self, name: &str, inclusive: bool) {
        let found = self.open.iter().rposition(|node| *node != 0 && self.name_of(*node) == name);
        if let Some(at) = found {
            self.open.truncate(if inclusive { at } else { at + 1 });
        }
    }

    /// Closes what a new tag ends: one of its own kind that cannot hold another, or what stands inside the tag that
    /// its nesting begins at.
    fn pop_for(&mut self, name: &str) {
        let nestable = self.rules.nestable.iter().find(|(known, _)| *known == name).map(|(_, resets)| *resets);
        let resetting = self.rules.resetting.contains(&name);
        for at in (1..self.open.len()).rev() {
            let open = self.name_of(self.open[at]).to_owned();
            if open == name && nestable.is_none() {
                return self.pop_to(name, true);
            }
            let stops = match nestable {
                Some(resets) => resets.contains(&open.as_str()),
                None => resetting && self.rules.resetting.contains(&open.as_str()),
            };
            if stops {
                return self.pop_to(&open, false);
            }
        }
    }

    fn add(&mut self, node: usize) {
        let parent = self.open.last().copied().unwrap_or(0);
        if let Some(Node::Tag { children, .. }) = self.nodes.get_mut(parent) {
            children.push(node);
        }
    }

    fn end_text(&mut self, kind: TextKind) {
        if self.text.is_empty() {
            return;
        }
        let mut content = std::mem::take(&mut self.text);
        // Blank text becomes one blank, or one new line.
        if kind == TextKind::Text && content.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 12)) {
            content = if content.contains('\n') { "\n".to_owned() } else { " ".to_owned() };
        }
        let node = self.nodes.len();
        self.nodes.push(Node::Text(kind, content));
        self.add(node);
    }
}

impl Soup {
    /// Writes a node and what is in it.
    pub fn write(&self, node: usize, out: &mut String) {
        match self.nodes.get(node) {
            None => {}
            Some(Node::Text(kind, content)) => {
                let (before, after) = match kind {
                    TextKind::Text => ("", ""),
                    TextKind::Comment => ("<!--", "-->"),
                    TextKind::CData => ("<![CDATA[", "]]>"),
                    TextKind::Instruction => ("<?", "?>"),
                    TextKind::Declaration => ("<!", ">"),
                };
                out.push_str(before);
                out.push_str(content);
                out.push_str(after);
            }
            Some(Node::Tag { name, attributes, children, hidden }) => {
                if *hidden {
                    return children.iter().for_each(|child| self.write(*child, out));
                }
                out.push('<');
                out.push_str(name);
                for (key, value) in attributes {
                    out.push(' ');
                    out.push_str(key);
                    out.push('=');
                    write_value(value, out);
                }
                if HTML.empty.contains(&name.as_str()) {
                    out.push_str(" />");
                    return;
                }
                out.push('>');
                children.iter().for_each(|child| self.write(*child, out));
                out.push_str("</");
                out.push_str(name);
                out.push('>');
            }
        }
    }
}

/// An attribute's value in the quotes that suit it.
fn write_value(value: &str, out: &mut String) {
    let quote = if value.contains('"') && !value.contains('\'') { '\'' } else { '"' };
    out.push(quote);
    for c in value.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' if quote == '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities() {
        let cases = [
            ("a &amp; b", "a & b"),
            ("&eacute;&#233;&#xe9;", "\u{e9}\u{e9}&#xe9;"),
            ("&unknown; &nbsp;x", "&amp;unknown \u{a0}x"),
            ("<b>bold</b> &amp; <br>", "<b>bold</b> & <br />"),
            ("&", ""),
            ("AT&T x", "AT&amp;T x"),
            ("&copy 2010", "\u{a9} 2010"),
            ("a < b", "a < b"),
            ("&quot;q&quot; &apos;", "\"q\" &apos;"),
            ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ];
        for (source, wanted) in cases {
            assert_eq!(decode_entities(source), wanted, "{source}");
        }
    }
}
