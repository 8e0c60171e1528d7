//! Writes XML straight into a byte buffer, with the bytes that the original's library produced: a declaration in single
//! quotes, two blanks a level, self-closed empty elements, raw UTF-8, `&#10;` and `&#9;` inside values
//! (`spec/objects.md` §2).

use std::borrow::Cow;

/// The first line of every answer.
pub const DECLARATION: &[u8] = b"<?xml version='1.0' encoding='utf-8'?>\n";

/// A value that XML cannot hold: a control character, NUL, or one of the two non-characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text holds characters that XML cannot hold")]
pub struct NotXml;

/// An element being written. Attributes may be set until its first child starts; setting one twice replaces the value
/// and keeps the place, as in an element tree.
struct Pending {
    name: Cow<'static, str>,
    /// Where the escaped value is in `values`.
    start: usize,
    end: usize,
}

/// The writer. Open elements with [`XmlWriter::start`], close each with [`XmlWriter::end`].
pub struct XmlWriter {
    out: Vec<u8>,
    pending: Vec<Pending>,
    values: Vec<u8>,
    tags: Vec<Cow<'static, str>>,
    /// The start tag of the innermost element is not written yet.
    open: bool,
}

impl Default for XmlWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl XmlWriter {
    /// A writer whose buffer holds the declaration.
    pub fn new() -> Self {
        let mut out = Vec::with_capacity(4096);
        out.extend_from_slice(DECLARATION);
        XmlWriter {
            out,
            pending: Vec::with_capacity(32),
            values: Vec::with_capacity(1024),
            tags: Vec::new(),
            open: false,
        }
    }

    /// Starts an element below the current one.
    pub fn start(&mut self, tag: impl Into<Cow<'static, str>>) {
        if self.open {
            self.write_start_tag(b">\n");
        }
        self.tags.push(tag.into());
        self.open = true;
    }

    /// Sets an attribute of the element that was started last. Nothing changes when the value cannot be written.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: &str) -> Result<(), NotXml> {
        let start = self.values.len();
        if let Err(error) = escape(value.as_bytes(), &mut self.values) {
            self.values.truncate(start);
            return Err(error);
        }
        let (name, end) = (name.into(), self.values.len());
        match self.pending.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => (attribute.start, attribute.end) = (start, end),
            None => self.pending.push(Pending { name, start, end }),
        }
        Ok(())
    }

    /// Sets an attribute to a whole number.
    pub fn set_number(&mut self, name: impl Into<Cow<'static, str>>, value: usize) {
        // Digits always can be written.
        let _ = self.set(name, &value.to_string());
    }

    /// Whether the element that was started last has this attribute.
    pub fn has(&self, name: &str) -> bool {
        self.pending.iter().any(|attribute| attribute.name == name)
    }

    /// Closes the element that was started last and is still open.
    pub fn end(&mut self) {
        if self.open {
            self.write_start_tag(b"/>\n");
            self.tags.pop();
        } else if let Some(tag) = self.tags.pop() {
            indent(&mut self.out, self.tags.len());
            self.out.extend_from_slice(b"</");
            self.out.extend_from_slice(tag.as_bytes());
            self.out.extend_from_slice(b">\n");
        }
        self.open = false;
    }

    /// The whole document; elements that are still open are closed.
    pub fn finish(mut self) -> Vec<u8> {
        while !self.tags.is_empty() {
            self.end();
        }
        self.out
    }

    fn write_start_tag(&mut self, close: &[u8]) {
        let Some(tag) = self.tags.last() else { return };
        indent(&mut self.out, self.tags.len() - 1);
        self.out.push(b'<');
        self.out.extend_from_slice(tag.as_bytes());
        for attribute in self.pending.drain(..) {
            self.out.push(b' ');
            self.out.extend_from_slice(attribute.name.as_bytes());
            self.out.extend_from_slice(b"=\"");
            self.out.extend_from_slice(self.values.get(attribute.start..attribute.end).unwrap_or_default());
            self.out.push(b'"');
        }
        self.values.clear();
        self.out.extend_from_slice(close);
        self.open = false;
    }
}

fn indent(out: &mut Vec<u8>, depth: usize) {
    out.resize(out.len() + 2 * depth, b' ');
}

/// Bytes that [`escape`] has to look at.
static SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    special[b'&' as usize] = true;
    special[b'<' as usize] = true;
    special[b'>' as usize] = true;
    special[b'"' as usize] = true;
    special[0xef] = true;
    special
};

/// Appends an attribute value with everything that needs it escaped.
fn escape(value: &[u8], out: &mut Vec<u8>) -> Result<(), NotXml> {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|&byte| SPECIAL[usize::from(byte)]) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let replacement: &[u8] = match special {
            [b'&', ..] => b"&amp;",
            [b'<', ..] => b"&lt;",
            [b'>', ..] => b"&gt;",
            [b'"', ..] => b"&quot;",
            [b'\n', ..] => b"&#10;",
            [b'\t', ..] => b"&#9;",
            [b'\r', ..] => b"&#13;",
            // U+FFFE and U+FFFF
            [0..=0x1f, ..] | [0xef, 0xbf, 0xbe | 0xbf, ..] => return Err(NotXml),
            [other, ..] => std::slice::from_ref(other),
            [] => break,
        };
        out.extend_from_slice(replacement);
        rest = special.get(1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Ok(())
}

/// Whether a text can name an attribute or an element.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let starts = |c: char| c == '_' || c.is_alphabetic();
    chars.next().is_some_and(starts) && chars.all(|c| starts(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{b7}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(writer: XmlWriter) -> String {
        String::from_utf8(writer.finish()).unwrap_or_default()
    }

    #[test]
    fn nested_elements_are_indented_and_empty_ones_closed() {
        let mut xml = XmlWriter::new();
        xml.start("A");
        xml.set("x", "1").unwrap();
        xml.start("B");
        xml.end();
        xml.start("C");
        xml.set("y", "é").unwrap();
        xml.start("D");
        xml.end();
        xml.end();
        xml.end();
        assert_eq!(
            text(xml),
            "<?xml version='1.0' encoding='utf-8'?>\n<A x=\"1\">\n  <B/>\n  <C y=\"é\">\n    <D/>\n  </C>\n</A>\n"
        );
    }

    #[test]
    fn values_are_escaped_and_replaced_in_place() {
        let mut xml = XmlWriter::new();
        xml.start("A");
        xml.set("x", "old").unwrap();
        xml.set("y", "a & <b> \"c\" 'd'\n\t\r").unwrap();
        xml.set("x", "new").unwrap();
        assert_eq!(xml.set("z", "a\u{1}"), Err(NotXml));
        assert_eq!(xml.set("z", "\u{ffff}"), Err(NotXml));
        assert!(xml.has("x") && !xml.has("z"));
        xml.end();
        assert_eq!(
            text(xml),
            "<?xml version='1.0' encoding='utf-8'?>\n<A x=\"new\" y=\"a &amp; &lt;b&gt; &quot;c&quot; 'd'&#10;&#9;&#13;\"/>\n"
        );
    }

    #[test]
    fn names() {
        assert!(is_name("viewGroup") && is_name("_a-b.c1") && is_name("é"));
        assert!(!is_name("") && !is_name("1a") && !is_name("a b"));
    }
}
