//! The form of NFO files: elements of one line each, texts without what readers choke on (`spec/nfo.md` §2).

use std::borrow::Cow;

use crate::models::node::Node;

/// The first line of every file.
pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// An element that is being built. Values that are missing or blank leave no element.
pub struct Element(Node);

impl Element {
    pub fn new(tag: &'static str) -> Self {
        Self(Node::new(tag))
    }

    /// Adds an element with a text.
    pub fn text(&mut self, tag: &'static str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text.map(clean).filter(|text| !text.is_empty()) {
            self.0.children.push(Node::with_text(tag, text));
        }
        self
    }

    /// Adds an element for each text; no text twice.
    pub fn texts<'a>(&mut self, tag: &'static str, texts: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let mut seen: Vec<String> = Vec::new();
        for text in texts {
            let text = clean(text);
            if !text.is_empty() && !seen.contains(&text) {
                self.0.children.push(Node::with_text(tag, text.clone()));
                seen.push(text);
            }
        }
        self
    }

    pub fn number(&mut self, tag: &'static str, number: Option<i64>) -> &mut Self {
        if let Some(number) = number {
            self.0.children.push(Node::with_text(tag, number.to_string()));
        }
        self
    }

    /// Adds an element if it has content.
    pub fn element(&mut self, element: Element) -> &mut Self {
        if !element.0.children.is_empty() || element.0.text.is_some() {
            self.0.children.push(element.0);
        }
        self
    }

    pub fn attribute(mut self, name: &'static str, value: &str) -> Self {
        self.0.set(name, clean(value));
        self
    }

    /// The element's own text.
    pub fn holding(mut self, text: &str) -> Self {
        self.0.text = Some(clean(text));
        self
    }

    pub fn node(&self) -> &Node {
        &self.0
    }

    /// Takes over elements of an older file.
    pub fn keep(&mut self, nodes: impl IntoIterator<Item = Node>) {
        self.0.children.extend(nodes);
    }

    /// The element with everything in it, and a line end.
    pub fn written(&self) -> String {
        // Texts were cleaned when they were added: nothing is left that XML cannot hold.
        let document = self.0.document().unwrap_or_default();
        let text = String::from_utf8(document).unwrap_or_default();
        text.split_once('\n').map(|(_, element)| element.to_owned()).unwrap_or_default()
    }
}

/// A text as readers want it: no control characters, LF alone as line end, no blanks around it.
pub fn clean(text: &str) -> String {
    let keeps = |c: &char| {
        !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\r' | '\x0e'..='\x1f' | '\x7f'..='\u{9f}')
            && !matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    let text: Cow<str> =
        if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() };
    text.chars().filter(keeps).collect::<String>().trim().to_owned()
}

/// A summary without markup: tags go, `<br>` becomes a line end, entities become characters.
pub fn plain(text: &str) -> String {
    let is_markup = |rest: &str| {
        let inner = rest.trim_start_matches('/');
        inner.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains('>')
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let inside = tag.strip_prefix('<').unwrap_or_default();
        match inside.split_once('>').filter(|_| is_markup(inside)) {
            Some((name, after)) => {
                let name = name.trim_start_matches('/').to_ascii_lowercase();
                if name.starts_with("br") || name == "p" {
                    out.push('\n');
                }
                rest = after;
            }
            None => {
                out.push('<');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    entities(&out)
}

/// Entities decoded once: those of XML, `&nbsp;`, and characters by number.
fn entities(text: &str) -> String {
    const NAMED: &[(&str, &str)] =
        &[("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'"), ("nbsp", " ")];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        let inside = entity.strip_prefix('&').unwrap_or_default();
        let decoded = inside.split_once(';').filter(|(name, _)| name.len() <= 8).and_then(|(name, after)| {
            let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
            let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => number.parse().ok(),
            });
            Some((named.or_else(|| number.and_then(char::from_u32).map(String::from))?, after))
        });
        match decoded {
            Some((text, after)) => {
                out.push_str(&text);
                rest = after;
            }
            None => {
                out.push('&');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_stay_well_formed() {
        let mut element = Element::new("movie");
        element
            .text("title", Some("a ]]> -- \u{1}\u{feff}\u{85} <b> & \u{1f3ac} \u{202e}x"))
            .text("plot", Some(" \r\n "));
        element.texts("genre", ["A", "A", "", "B"]);
        let text = element.written();
        let read = Node::parse(text.as_bytes()).unwrap();
        assert_eq!(read.child_text("title"), Some("a ]]> --  <b> & \u{1f3ac} \u{202e}x"));
        assert!(read.child("plot").is_none());
        assert_eq!(text.matches("<genre>").count(), 2);
    }

    #[test]
    fn summaries_lose_their_markup() {
        assert_eq!(
            plain("A <b>b</b><br/>c &amp;amp; &#233; &unknown; 1 < 2 > 0"),
            "A b\nc &amp; é &unknown; 1 < 2 > 0"
        );
        assert_eq!(plain("<p>One</p><p>Two</p>").trim(), "One\n\nTwo");
    }
}
