//! The XML of stored metadata: a small tree that is read, changed and written as the original's library did
//! (`spec/models.md` §7.2).

use std::borrow::Cow;

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub tag: Cow<'static, str>,
    pub attributes: Vec<(Cow<'static, str>, String)>,
    /// The text before the first child; None for an element that closes itself.
    pub text: Option<String>,
    pub children: Vec<Node>,
}

/// Deepest nesting that is read.
const DEPTH: usize = 200;

/// Why a document could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    #[error("{0}")]
    Malformed(String),
    #[error("the text of <{0}> holds characters that XML cannot hold")]
    NotXml(String),
}

impl Node {
    pub fn new(tag: impl Into<Cow<'static, str>>) -> Self {
        Self { tag: tag.into(), ..Self::default() }
    }

    pub fn with_text(tag: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::new(tag) }
    }

    /// Adds or replaces an attribute.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.attributes.iter_mut().find(|(there, _)| *there == name) {
            Some((_, slot)) => *slot = value,
            None => self.attributes.push((name, value)),
        }
    }

    /// The same, for building.
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    pub fn remove(&mut self, name: &str) {
        self.attributes.retain(|(there, _)| there != name);
    }

    /// The first child with this tag.
    pub fn child(&self, tag: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.tag == tag)
    }

    /// The text of the first child with this tag, if it has any.
    pub fn child_text(&self, tag: &str) -> Option<&str> {
        self.child(tag).and_then(|child| child.text.as_deref()).filter(|text| !text.is_empty())
    }

    /// Reads a document; the root element.
    pub fn parse(bytes: &[u8]) -> Result<Self, NodeError> {
        let text = std::str::from_utf8(bytes).map_err(|error| NodeError::Malformed(error.to_string()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = roxmltree::Document::parse(text).map_err(|error| NodeError::Malformed(error.to_string()))?;
        Self::of(document.root_element(), 0)
    }

    fn of(element: roxmltree::Node, depth: usize) -> Result<Self, NodeError> {
        if depth > DEPTH {
            return Err(NodeError::Malformed("the elements are nested too deeply".to_owned()));
        }
        let name = |local: &str| Cow::Owned(local.to_owned());
        let mut node = Self::new(name(element.tag_name().name()));
        for attribute in element.attributes() {
            node.attributes.push((name(attribute.name()), attribute.value().to_owned()));
        }
        for child in element.children() {
            if child.is_element() {
                node.children.push(Self::of(child, depth + 1)?);
            } else if let Some(text) = child.text().filter(|_| child.is_text() && node.children.is_empty()) {
                node.text.get_or_insert_default().push_str(text);
            }
        }
        Ok(node)
    }

    /// The document, indented by two blanks a level.
    pub fn document(&self) -> Result<Vec<u8>, NodeError> {
        let mut out = String::from("<?xml version='1.0' encoding='utf-8'?>\n");
        self.write(&mut out, 0)?;
        Ok(out.into_bytes())
    }

    fn write(&self, out: &mut String, depth: usize) -> Result<(), NodeError> {
        let not_xml = || NodeError::NotXml(self.tag.to_string());
        out.extend(std::iter::repeat_n("  ", depth));
        out.push('<');
        out.push_str(&self.tag);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, true, out).ok_or_else(not_xml)?;
            out.push('"');
        }
        // Blank text between children is layout, not content.
        let text = self.text.as_deref().filter(|text| self.children.is_empty() || !text.trim().is_empty());
        match text {
            None if self.children.is_empty() => out.push_str("/>\n"),
            None => {
                out.push_str(">\n");
                for child in &self.children {
                    child.write(out, depth + 1)?;
                }
                out.extend(std::iter::repeat_n("  ", depth));
                self.close(out);
            }
            Some(text) => {
                out.push('>');
                escape(text, false, out).ok_or_else(not_xml)?;
                for child in &self.children {
                    child.write(out, 0)?;
                }
                self.close(out);
            }
        }
        Ok(())
    }

    fn close(&self, out: &mut String) {
        out.push_str("</");
        out.push_str(&self.tag);
        out.push_str(">\n");
    }
}

/// Appends a text with what needs it escaped; None for a character that XML cannot hold.
fn escape(text: &str, in_attribute: bool, out: &mut String) -> Option<()> {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' if in_attribute => out.push_str("&#10;"),
            '\t' if in_attribute => out.push_str("&#9;"),
            '\n' | '\t' => out.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => return None,
            c => out.push(c),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_written_as_it_was_read() {
        let text = "<?xml version='1.0' encoding='utf-8'?>\n<Movie id=\"q&quot;&lt;&amp;&gt;\">\n  <title>T &amp; Co\n \
                    x</title>\n  <studio></studio>\n  <summary/>\n  <genres>\n    <item index=\"0\">Action</item>\n  \
                    </genres>\n</Movie>\n";
        let mut node = Node::parse(text.as_bytes()).unwrap();
        assert_eq!(node.get("id"), Some("q\"<&>"));
        assert_eq!(node.child_text("title"), Some("T & Co\n x"));
        // A reader cannot tell an empty element from one that closes itself.
        node.children[1].text = Some(String::new());
        assert_eq!(String::from_utf8(node.document().unwrap()).unwrap(), text);
    }

    #[test]
    fn line_ends_survive_and_control_characters_are_refused() {
        let node = Node::with_text("a", "x\r\ny\tz");
        assert_eq!(node.document().unwrap(), b"<?xml version='1.0' encoding='utf-8'?>\n<a>x&#13;\ny\tz</a>\n");
        assert_eq!(Node::with_text("a", "bell \x07").document(), Err(NodeError::NotXml("a".to_owned())));
        assert!(Node::parse(b"<a><b></a>").is_err());
        assert!(Node::parse(b"").is_err());
        let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
        assert!(Node::parse(deep.as_bytes()).is_err());
    }
}
