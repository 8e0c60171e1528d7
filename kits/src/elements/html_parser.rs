//! The HTML parser: builds a tree from any text and never fails. It repairs what it meets the way the original's parser
//! did (no implied `tbody`, paragraphs only around loose text at the top, start tags that close open elements), because
//! the XPath expressions of plug-ins were written against those trees.

use std::borrow::Cow;
use std::collections::HashSet;

use super::html_entities;
use super::html_rules::{belongs_in_head, closes, end_rank, is_boolean_attribute, is_raw_text, is_void};
use super::tree::{EMPTY, Flavour, Kind, NIL, Name, NodeId, ROOT, Tree};

/// Deepest nesting; what comes below it is cut off.
const DEEPEST: usize = 256;
/// Longest name of a tag or attribute that is read as one.
const LONGEST_NAME: usize = 100;

/// What a page without a document type counts as.
const USUAL_DOCTYPE: (&str, &str) =
    ("-//W3C//DTD HTML 4.0 Transitional//EN", "http://www.w3.org/TR/REC-html40/loose.dtd");

/// Parses a whole document. The tree has no element if the text has no content at all.
pub fn parse_html(text: &str) -> Tree {
    let mut parser = Parser {
        bytes: text.as_bytes(),
        text,
        has_nul: text.contains('\0'),
        at: 0,
        line: 1,
        line_counted_to: 0,
        tree: Tree::new(Flavour::Html),
        open: Vec::new(),
        node: NIL,
        ignored_ends: 0,
        head_seen: false,
        body_seen: false,
        stopped: false,
    };
    parser.document();
    parser.tree
}

struct Parser<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    line: u32,
    line_counted_to: usize,
    tree: Tree,
    /// Open elements with their names.
    open: Vec<(NodeId, String)>,
    /// The node that receives content; [`NIL`] outside the top element.
    node: NodeId,
    /// Misplaced `html`, `head` and `body` start tags whose end tags are to be skipped.
    ignored_ends: u32,
    head_seen: bool,
    body_seen: bool,
    /// The text holds the character U+0000, which ends it unless it stands within words.
    has_nul: bool,
    /// Nested too deep, or U+0000: the rest is left out.
    stopped: bool,
}

impl<'a> Parser<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.at >= self.bytes.len() || self.stopped
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.peek(0)) && !self.at_end() {
            self.at += 1;
        }
    }

    fn skip_past(&mut self, byte: u8) {
        while !self.at_end() && self.peek(0) != byte {
            self.at += 1;
        }
        self.at = (self.at + 1).min(self.bytes.len());
    }

    fn looking_at(&self, what: &str) -> bool {
        self.bytes.get(self.at..self.at + what.len()).is_some_and(|found| found.eq_ignore_ascii_case(what.as_bytes()))
    }

    fn current(&self) -> Option<&str> {
        self.open.last().map(|(_, name)| name.as_str())
    }

    fn count_lines(&mut self) -> u32 {
        let passed = self.bytes.get(self.line_counted_to..self.at).unwrap_or(&[]);
        self.line += passed.iter().filter(|&&b| b == b'\n').count() as u32;
        self.line_counted_to = self.at;
        self.line
    }

    fn document(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = 3;
        }
        self.skip_blanks();
        self.prolog();
        if self.looking_at("<!DOCTYPE") {
            self.doctype();
            self.skip_blanks();
        }
        self.prolog();
        while !self.at_end() {
            self.content();
        }
        self.open.clear();
        if self.tree.doctype.is_none() {
            let (public, system) = USUAL_DOCTYPE;
            self.tree.doctype = Some(("html".to_owned(), Some(public.to_owned()), Some(system.to_owned())));
        }
    }

    /// Comments and instructions before the first element.
    fn prolog(&mut self) {
        while !self.at_end() && (self.looking_at("<!--") || self.looking_at("<?")) {
            if self.looking_at("<!--") {
                self.comment();
            } else {
                self.instruction();
            }
            self.skip_blanks();
        }
    }

    fn content(&mut self) {
        // An end tag right after the start tag counts, whosever it is; further on only the element's own does.
        if self.current().is_some_and(is_raw_text) && !(self.peek(0) == b'<' && self.peek(1) == b'/') {
            return self.raw_text();
        }
        match (self.peek(0), self.peek(1)) {
            (0, _) if self.has_nul => self.stopped = true,
            (b'<', b'/') => self.before_nul(Self::end_tag),
            (b'<', b'!') if self.looking_at("<!DOCTYPE") => self.before_nul(Self::doctype),
            (b'<', b'!') if self.looking_at("<!--") => self.before_nul(Self::comment),
            (b'<', b'!') => self.before_nul(|parser| parser.skip_past(b'>')),
            (b'<', b'?') => self.before_nul(Self::instruction),
            (b'<', c) if c.is_ascii_alphabetic() => self.before_nul(Self::element),
            (b'<', _) => {
                self.at += 1;
                self.characters("<");
            }
            (b'&', _) => self.reference(),
            _ => self.character_data(),
        }
    }

    /// Reads markup, for which the text ends at the next U+0000.
    fn before_nul(&mut self, read: impl FnOnce(&mut Self)) {
        if !self.has_nul {
            return read(self);
        }
        let (bytes, text) = (self.bytes, self.text);
        let nul = bytes.get(self.at..).and_then(|rest| rest.iter().position(|byte| *byte == 0));
        if let Some(end) = nul.map(|length| self.at + length) {
            self.bytes = bytes.get(..end).unwrap_or_default();
            self.text = text.get(..end).unwrap_or_default();
        }
        read(self);
        self.stopped |= nul.is_some() && self.at >= self.bytes.len();
        (self.bytes, self.text) = (bytes, text);
    }

    // ---- tags ----------------------------------------------------------------------------------------------------

    /// A tag or attribute name in lower case; empty if there is none here.
    fn name(&mut self) -> String {
        let first = self.peek(0);
        if !(first.is_ascii_alphabetic() || matches!(first, b'_' | b':' | b'.')) {
            return String::new();
        }
        let start = self.at;
        while self.at - start < LONGEST_NAME {
            let c = self.peek(0);
            if !(c.is_ascii_alphanumeric() || matches!(c, b':' | b'-' | b'_' | b'.')) {
                break;
            }
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or("").to_ascii_lowercase()
    }

    fn element(&mut self) {
        self.at += 1;
        let name = self.name();
        self.close_for(&name);
        self.imply_for(&name);
        let misplaced = match name.as_str() {
            "html" => !self.open.is_empty(),
            "head" => self.open.len() != 1,
            "body" => self.open.iter().any(|(_, open)| open == "body"),
            _ => false,
        };
        let attributes = self.attributes();
        if misplaced {
            self.ignored_ends += 1;
            // What is left out here is the start only: a tag that ends itself ends the element that is open.
            match (self.peek(0), self.peek(1)) {
                (b'/', b'>') => {
                    self.at += 2;
                    self.pop();
                }
                (b'>', _) => self.at += 1,
                _ => self.pop(),
            }
            return;
        }
        let line = self.count_lines();
        let node = self.push(&name, line);
        for (name, value) in &attributes {
            self.add_attribute(node, name, value.as_deref());
        }
        if self.peek(0) == b'/' && self.peek(1) == b'>' {
            self.at += 2;
            return self.pop();
        }
        if self.peek(0) != b'>' || self.at_end() {
            // The text ended inside the tag.
            return self.pop();
        }
        self.at += 1;
        if is_void(&name) {
            self.pop();
        }
    }

    fn attributes(&mut self) -> Vec<(String, Option<String>)> {
        let mut found: Vec<(String, Option<String>)> = Vec::new();
        let mut names = HashSet::new();
        self.skip_blanks();
        while !self.at_end() && self.peek(0) != b'>' && (self.peek(0) != b'/' || self.peek(1) != b'>') {
            let name = self.name();
            if name.is_empty() {
                self.at += 1;
                while !self.at_end()
                    && !is_blank(self.peek(0))
                    && self.peek(0) != b'>'
                    && (self.peek(0) != b'/' || self.peek(1) != b'>')
                {
                    self.at += 1;
                }
            } else {
                self.skip_blanks();
                let value = (self.peek(0) == b'=').then(|| {
                    self.at += 1;
                    self.skip_blanks();
                    self.attribute_value()
                });
                if names.insert(name.clone()) {
                    found.push((name, value));
                }
            }
            self.skip_blanks();
        }
        found
    }

    fn attribute_value(&mut self) -> String {
        let quote = match self.peek(0) {
            c @ (b'"' | b'\'') => c,
            _ => 0,
        };
        if quote != 0 {
            self.at += 1;
        }
        let mut value = String::new();
        let mut cut = None;
        let mut start = self.at;
        while !self.at_end() {
            let c = self.peek(0);
            if c == quote && quote != 0 || quote == 0 && (c == b'>' || is_blank(c)) {
                break;
            }
            if c == b'&' {
                value.push_str(self.text.get(start..self.at).unwrap_or(""));
                let number = self.peek(1) == b'#';
                let before = value.len();
                self.decode_reference(&mut value);
                // A number that stands for no character ends the value, as a zero byte would; it is read on all the same.
                if number && value.len() == before && cut.is_none() {
                    cut = Some(before);
                }
                start = self.at;
            } else {
                self.at += 1;
            }
        }
        value.push_str(self.text.get(start..self.at).unwrap_or(""));
        if quote != 0 && !self.at_end() {
            self.at += 1;
        }
        value.truncate(cut.unwrap_or(value.len()));
        without_controls(&value).into_owned()
    }

    fn add_attribute(&mut self, node: NodeId, name: &str, value: Option<&str>) {
        let local = self.tree.atom(name);
        let name_parts = Name { uri: EMPTY, prefix: EMPTY, local };
        let value = match value {
            None if is_boolean_attribute(name) => Some(name),
            other => other,
        };
        self.tree.add_attr(node, name_parts, value);
    }

    fn end_tag(&mut self) {
        self.at += 2;
        let name = self.name();
        if name.is_empty() {
            // "</" and no name: what follows is text.
            return;
        }
        self.skip_blanks();
        self.skip_past(b'>');
        if self.ignored_ends > 0 && matches!(name.as_str(), "html" | "body" | "head") {
            self.ignored_ends -= 1;
            return;
        }
        let rank = end_rank(&name);
        let mut depth = self.open.len();
        loop {
            let Some((_, open)) = depth.checked_sub(1).and_then(|at| self.open.get(at)) else { return };
            if *open == name {
                break;
            }
            if end_rank(open) > rank {
                return;
            }
            depth -= 1;
        }
        while self.open.len() >= depth {
            self.pop();
        }
    }

    /// Opens an element.
    fn push(&mut self, name: &str, line: u32) -> NodeId {
        match name {
            "head" => self.head_seen = true,
            "body" => {
                self.head_seen = true;
                self.body_seen = true;
            }
            _ => {}
        }
        let local = self.tree.atom(name);
        let node = self.tree.create_element(Name { uri: EMPTY, prefix: EMPTY, local }, line);
        let parent = if self.node == NIL { ROOT } else { self.node };
        self.tree.link_last(parent, node);
        self.open.push((node, name.to_owned()));
        self.node = node;
        self.stopped |= self.open.len() > DEEPEST;
        node
    }

    /// Closes the innermost open element.
    fn pop(&mut self) {
        self.open.pop();
        self.node = self.open.last().map_or(NIL, |(node, _)| *node);
    }

    /// Closes the open elements that a start tag ends.
    fn close_for(&mut self, name: &str) {
        while self.current().is_some_and(|open| closes(name, open)) {
            self.pop();
        }
    }

    /// Opens `html`, `head` or `body` where a start tag needs them.
    fn imply_for(&mut self, name: &str) {
        if name == "html" {
            return;
        }
        let line = self.line;
        if self.open.is_empty() {
            self.push("html", line);
        }
        if matches!(name, "body" | "head") {
            return;
        }
        if self.open.len() <= 1 && belongs_in_head(name) {
            if !self.head_seen {
                self.push("head", line);
            }
        } else if !matches!(name, "noframes" | "frame" | "frameset") {
            let inside = self.open.iter().any(|(_, open)| open == "body" || open == "head");
            if !self.body_seen && !inside {
                self.push("body", line);
            }
        }
    }

    // ---- text ----------------------------------------------------------------------------------------------------

    /// Opens a paragraph where text stands outside the body.
    fn check_paragraph(&mut self) {
        if matches!(self.current(), None | Some("html" | "head")) {
            self.close_for("p");
            self.imply_for("p");
            let line = self.count_lines();
            self.push("p", line);
        }
    }

    fn characters(&mut self, text: &str) {
        if self.node != NIL {
            self.tree.append_text(self.node, &without_controls(text));
        }
    }

    fn character_data(&mut self) {
        let start = self.at;
        while !self.at_end() && !matches!(self.peek(0), b'<' | b'&') {
            self.at += 1;
        }
        let words = self.words(start);
        let text = without_controls(&words);
        if text.is_empty() {
            return;
        }
        if !self.is_insignificant(&text) {
            self.check_paragraph();
        }
        if self.node != NIL {
            self.tree.append_text(self.node, &text);
        }
    }

    /// Blank text that must not open a paragraph.
    fn is_insignificant(&self, text: &str) -> bool {
        if !text.bytes().all(is_blank) {
            return false;
        }
        self.at_end() || self.peek(0) == b'<' && matches!(self.current(), None | Some("html" | "head"))
    }

    fn reference(&mut self) {
        let mut text = String::new();
        self.decode_reference(&mut text);
        if !text.is_empty() {
            self.check_paragraph();
            self.characters(&text);
        }
    }

    /// Reads a reference and appends what it stands for, or else its own text.
    fn decode_reference(&mut self, out: &mut String) {
        self.at += 1;
        if self.peek(0) == b'#' {
            self.at += 1;
            let radix = if matches!(self.peek(0), b'x' | b'X') { 16 } else { 10 };
            if radix == 16 {
                self.at += 1;
            }
            let mut value: u32 = 0;
            while let Some(digit) = char::from(self.peek(0)).to_digit(radix) {
                value = value.saturating_mul(radix).saturating_add(digit);
                self.at += 1;
            }
            if self.peek(0) == b';' {
                self.at += 1;
            }
            let valid = value >= 0x20 || matches!(value, 9 | 10 | 13);
            if let Some(c) = char::from_u32(value).filter(|c| valid && !matches!(*c, '\u{fffe}' | '\u{ffff}')) {
                out.push(c);
            }
            return;
        }
        let start = self.at;
        let first = self.peek(0);
        if first.is_ascii_alphabetic() || matches!(first, b'_' | b':') || first >= 0x80 {
            while !self.at_end() {
                let c = self.peek(0);
                if !(c.is_ascii_alphanumeric() || matches!(c, b'_' | b':' | b'-' | b'.') || c >= 0x80) {
                    break;
                }
                self.at += 1;
            }
        }
        let name = self.text.get(start..self.at).unwrap_or("");
        match html_entities::lookup(name) {
            Some(c) if self.peek(0) == b';' => {
                self.at += 1;
                out.push(c);
            }
            _ => {
                out.push('&');
                out.push_str(name);
            }
        }
    }

    fn ends_raw_text(&self, name: &str) -> bool {
        self.bytes
            .get(self.at + 2..self.at + 2 + name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// The text of a script or style sheet, up to its own end tag.
    fn raw_text(&mut self) {
        let name = self.current().unwrap_or("").to_owned();
        let start = self.at;
        while !self.at_end() && (self.peek(0) != b'<' || self.peek(1) != b'/' || !self.ends_raw_text(&name)) {
            self.at += 1;
        }
        let text = self.words(start);
        self.characters(&text);
    }

    /// The text since a place, in which U+0000 counts as a blank.
    fn words(&self, start: usize) -> Cow<'a, str> {
        let text = self.text.get(start..self.at).unwrap_or("");
        if self.has_nul { Cow::Owned(text.replace('\0', " ")) } else { Cow::Borrowed(text) }
    }

    // ---- the rest ------------------------------------------------------------------------------------------------

    fn place(&mut self, node: NodeId) {
        let parent = if self.node == NIL { ROOT } else { self.node };
        self.tree.link_last(parent, node);
    }

    fn comment(&mut self) {
        let line = self.count_lines();
        self.at += 4;
        let rest = self.text.get(self.at..).unwrap_or("");
        if let Some(short) = [">", "->"].iter().find(|short| rest.starts_with(**short)) {
            self.at += short.len();
            let node = self.tree.create_text(Kind::Comment, "");
            self.tree.set_line(node, line);
            return self.place(node);
        }
        let end = [("-->", 3), ("--!>", 4)].iter().filter_map(|(mark, len)| Some((rest.find(mark)?, *len))).min();
        let Some((length, mark)) = end else {
            // A comment without an end takes the rest of the text with it.
            self.at = self.bytes.len();
            return;
        };
        let node = self.tree.create_text(Kind::Comment, &without_controls(rest.get(..length).unwrap_or("")));
        self.tree.set_line(node, line);
        self.place(node);
        self.at += length + mark;
    }

    fn instruction(&mut self) {
        let line = self.count_lines();
        self.at += 2;
        let start = self.at;
        let first = self.peek(0);
        if first.is_ascii_alphabetic() || matches!(first, b'_' | b':') {
            while self.peek(0).is_ascii_alphanumeric() || matches!(self.peek(0), b'_' | b':' | b'-' | b'.') {
                self.at += 1;
            }
        }
        let target = self.text.get(start..self.at).unwrap_or("").to_owned();
        if target.is_empty() {
            return;
        }
        self.skip_blanks();
        let begin = self.at;
        self.skip_past(b'>');
        let data = self.text.get(begin..self.at).unwrap_or("");
        // One that the text ends in is lost.
        let Some(data) = data.strip_suffix('>') else { return };
        let node = self.tree.create_text(Kind::Instruction, data);
        self.tree.set_line(node, line);
        let local = self.tree.atom(&target);
        self.tree.set_name(node, Name { uri: EMPTY, prefix: EMPTY, local });
        self.place(node);
    }

    fn doctype(&mut self) {
        self.at += "<!DOCTYPE".len();
        let start = self.at;
        self.skip_past(b'>');
        let text = self.text.get(start..self.at).unwrap_or("");
        let text = text.strip_suffix('>').unwrap_or(text).trim();
        if self.tree.doctype.is_some() || !self.open.is_empty() {
            return;
        }
        let (name, rest) = text.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((text, ""));
        let mut quoted = rest.split(['"', '\'']).skip(1).step_by(2).map(str::to_owned);
        let is = |word: &str| rest.trim_start().get(..6).is_some_and(|found| found.eq_ignore_ascii_case(word));
        let public = if is("PUBLIC") { quoted.next() } else { None };
        let system = if is("PUBLIC") || is("SYSTEM") { quoted.next() } else { None };
        self.tree.doctype = Some((name.to_owned(), public, system));
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The text without characters that no document has.
fn without_controls(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(is_bad_control) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !(c.is_ascii() && is_bad_control(*c as u8))).collect())
}

fn is_bad_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree as nested names and texts.
    fn outline(source: &str) -> String {
        fn write(tree: &Tree, id: NodeId, out: &mut String) {
            match tree.kind(id) {
                Kind::Element => {
                    out.push_str(tree.local_name(id));
                    if tree.node(id).first != NIL {
                        out.push('(');
                        for child in tree.children(id) {
                            write(tree, child, out);
                            out.push(' ');
                        }
                        out.pop();
                        out.push(')');
                    }
                }
                Kind::Text => out.push_str(&format!("{:?}", tree.text(id))),
                Kind::Comment => out.push_str(&format!("<!{}>", tree.text(id))),
                Kind::Instruction => out.push_str(&format!("<?{} {}>", tree.local_name(id), tree.text(id))),
                Kind::Root => {
                    for child in tree.children(id) {
                        write(tree, child, out);
                        out.push(' ');
                    }
                }
            }
        }
        let mut out = String::new();
        write(&parse_html(source), ROOT, &mut out);
        out.trim_end().to_owned()
    }

    #[test]
    fn implied_elements() {
        assert_eq!(outline("<p>x"), r#"html(body(p("x")))"#);
        assert_eq!(outline("x<b>y"), r#"html(body(p("x" b("y"))))"#);
        assert_eq!(outline("<title>t</title><p>x"), r#"html(head(title("t")) body(p("x")))"#);
        assert_eq!(outline(""), "");
        assert_eq!(outline(" <!-- c --> "), "<! c >");
    }

    #[test]
    fn start_tags_close_others() {
        assert_eq!(outline("<ul><li>a<li>b</ul>"), r#"html(body(ul(li("a") li("b"))))"#);
        assert_eq!(
            outline("<table><tr><td>1<td>2<tr><td>3</table>"),
            r#"html(body(table(tr(td("1") td("2")) tr(td("3")))))"#
        );
        assert_eq!(outline("<h1>a<h2>b</h1></h2>"), r#"html(body(h1("a" h2("b"))))"#);
        assert_eq!(outline("<b>x<i>y</b>z</i>"), r#"html(body(b("x" i("y")) "z"))"#);
    }

    #[test]
    fn references() {
        assert_eq!(outline("<p>&eacute;&amp;&#65;&#x42;&copy &x;"), r#"html(body(p("é&AB&copy &x;")))"#);
    }

    /// The tree of a hostile page is no larger than the page, and no deeper than the limit.
    #[test]
    fn hostile_pages_are_bounded() {
        for (piece, most) in [
            ("<div>", 260),
            ("<b>", 260),
            ("<table><tr><td>", 260),
            ("<p><b>", 40_010),
            ("</div></p>", 10),
            ("<!--", 10),
            ("<a href=\"", 10),
            ("<script>", 10),
            ("<", 10),
            ("&", 10),
        ] {
            let tree = parse_html(&piece.repeat(20_000));
            assert!(tree.descendants_or_self(ROOT).count() <= most, "{piece}");
        }
    }

    #[test]
    fn odd_input_ends() {
        for source in [
            "<",
            "</",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "<!",
            "<!--",
            "<?",
            "<?x",
            "&",
            "&#",
            "&#x",
            "<script>",
            "</a",
            "<!DOCTYPE",
            "<_",
            "<:",
        ] {
            outline(source);
            outline(&format!("<p>{source}"));
        }
        outline(&"<div>".repeat(10000));
        outline("é<é é='é'>&é;<!é><?é>");
    }
}

#[cfg(test)]
mod page_tests {
    use super::super::writer::{Method, Options, write};
    use super::*;

    /// Pages of our own with every kind of mess, and the trees that libxml2's parser makes of them (recorded through
    /// lxml, written as XML).
    #[test]
    fn messy_pages() {
        let pages: Vec<(String, Option<String>)> = serde_json::from_str(include_str!("messy_pages.json")).unwrap();
        assert!(pages.len() >= 30);
        for (page, wanted) in pages {
            let tree = parse_html(&page);
            let options = Options { method: Method::Xml, pretty: false, tail: false };
            let written = tree.top_element(ROOT).map(|top| write(&tree, top, options));
            assert_eq!(written, wanted, "{page}");
        }
    }
}
