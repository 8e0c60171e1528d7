//! Writes trees as XML, HTML or plain text.

use super::html_rules::{is_boolean_attribute, is_raw_text, is_void};
use super::tree::{Attr, EMPTY, Flavour, Kind, NIL, Name, NodeId, Tree};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Xml,
    Html,
    Text,
}

/// Levels that are indented; what lies deeper stands under them, as libxml2 writes it.
const DEEPEST_INDENT: usize = 30;

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub method: Method,
    /// New lines and two blanks an element, where no text stands beside elements.
    pub pretty: bool,
    /// Write the text after the element too.
    pub tail: bool,
}

/// Writes a node and what is below it.
pub fn write(tree: &Tree, id: NodeId, options: Options) -> String {
    let mut out = String::new();
    match options.method {
        Method::Text => {
            for node in tree.descendants_or_self(id) {
                if tree.kind(node) == Kind::Text {
                    out.push_str(tree.text(node));
                }
            }
        }
        method => {
            let mut writer = Writer { tree, out: &mut out, html: method == Method::Html, top: id };
            writer.node(id, options.pretty);
        }
    }
    if options.tail {
        for text in tree.tail_nodes(id) {
            if options.method == Method::Text {
                out.push_str(tree.text(text));
            } else if options.method == Method::Xml && tree.is_cdata(text) {
                escape_cdata(tree.text(text), &mut out);
            } else {
                escape_text(tree.text(text), tree.flavour == Flavour::Html, &mut out);
            }
        }
    }
    if options.pretty && options.method != Method::Text {
        out.push('\n');
    }
    out
}

struct Writer<'a> {
    tree: &'a Tree,
    out: &'a mut String,
    html: bool,
    top: NodeId,
}

/// What is left to do for an element whose start tag is written.
struct Open {
    id: NodeId,
    /// The next child.
    next: NodeId,
    pretty: bool,
}

impl Writer<'_> {
    /// Writes a subtree without recursion: trees can be deeper than a stack.
    fn node(&mut self, top: NodeId, pretty: bool) {
        let mut open: Vec<Open> = Vec::new();
        let mut current = Some((top, pretty));
        loop {
            if let Some((id, pretty)) = current.take()
                && let Some(opened) = self.start(id, pretty)
            {
                open.push(opened);
            }
            let depth = open.len();
            let Some(last) = open.last_mut() else { return };
            if last.next == NIL {
                if last.pretty {
                    self.out.push('\n');
                    self.out.push_str(&"  ".repeat((depth - 1).min(DEEPEST_INDENT)));
                }
                let id = last.id;
                self.end_tag(id);
                open.pop();
                continue;
            }
            let child = last.next;
            last.next = self.tree.node(child).next;
            let pretty = last.pretty;
            if pretty {
                self.out.push('\n');
                self.out.push_str(&"  ".repeat(depth.min(DEEPEST_INDENT)));
            }
            current = Some((child, pretty));
        }
    }

    /// Writes a whole node without children, or a start tag.
    fn start(&mut self, id: NodeId, pretty: bool) -> Option<Open> {
        let tree = self.tree;
        match tree.kind(id) {
            Kind::Root => return Some(Open { id, next: tree.node(id).first, pretty: false }),
            Kind::Text => {
                let parent = tree.node(id).parent;
                if !self.html && tree.is_cdata(id) {
                    escape_cdata(tree.text(id), self.out);
                } else if self.html && parent != NIL && is_raw_text(&tree.local_name(parent).to_ascii_lowercase()) {
                    self.out.push_str(tree.text(id));
                } else {
                    escape_text(tree.text(id), tree.flavour == Flavour::Html, self.out);
                }
            }
            Kind::Comment => {
                self.out.push_str("<!--");
                self.out.push_str(tree.text(id));
                self.out.push_str("-->");
            }
            Kind::Instruction => {
                self.out.push_str("<?");
                self.out.push_str(tree.local_name(id));
                if !tree.text(id).is_empty() {
                    self.out.push(' ');
                    self.out.push_str(tree.text(id));
                }
                self.out.push_str(if self.html { ">" } else { "?>" });
            }
            Kind::Element => {
                self.start_tag(id);
                let first = tree.node(id).first;
                if first == NIL {
                    if !self.html {
                        self.out.push_str("/>");
                    } else if tree.node(id).name.prefix == EMPTY && {
                        let name = tree.local_name(id).to_ascii_lowercase();
                        is_void(&name) || name == "li"
                    } {
                        self.out.push('>');
                    } else {
                        self.out.push('>');
                        self.end_tag(id);
                    }
                    return None;
                }
                self.out.push('>');
                let mixed = tree.children(id).any(|child| tree.kind(child) == Kind::Text);
                return Some(Open { id, next: first, pretty: pretty && !mixed && !self.html });
            }
        }
        None
    }

    fn start_tag(&mut self, id: NodeId) {
        let tree = self.tree;
        self.out.push('<');
        self.name(tree.node(id).name);
        let mut declared = tree.declarations(id);
        if id == self.top {
            // What outer elements declare has to be said again.
            for (prefix, uri) in tree.namespaces_in_scope(id) {
                if !declared.iter().any(|(p, _)| *p == prefix) && uri != EMPTY {
                    declared.push((prefix, uri));
                }
            }
        }
        for (prefix, uri) in declared {
            self.out.push_str(" xmlns");
            if prefix != EMPTY {
                self.out.push(':');
                self.out.push_str(tree.atom_text(prefix));
            }
            self.out.push_str("=\"");
            escape_attribute(tree.atom_text(uri), self.out);
            self.out.push('"');
        }
        for (_, attr) in tree.attrs(id) {
            self.out.push(' ');
            self.name(attr.name);
            if self.html {
                self.html_value(id, attr);
            } else {
                self.out.push_str("=\"");
                escape_attribute(tree.attr_value(attr), self.out);
                self.out.push('"');
            }
        }
    }

    fn end_tag(&mut self, id: NodeId) {
        if self.tree.kind(id) == Kind::Element {
            self.out.push_str("</");
            self.name(self.tree.node(id).name);
            self.out.push('>');
        }
    }

    fn name(&mut self, name: Name) {
        if name.prefix != EMPTY {
            self.out.push_str(self.tree.atom_text(name.prefix));
            self.out.push(':');
        }
        self.out.push_str(self.tree.atom_text(name.local));
    }

    fn html_value(&mut self, id: NodeId, attr: &Attr) {
        let tree = self.tree;
        let name = tree.atom_text(attr.name.local);
        if !attr.has_value || is_boolean_attribute(name) {
            return;
        }
        let mut value = escape_html_value(tree.attr_value(attr), tree.flavour == Flavour::Html);
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        let holds_address =
            is("href") || is("action") || is("src") || is("name") && tree.local_name(id).eq_ignore_ascii_case("a");
        if holds_address && attr.name.uri == EMPTY && tree.node(id).name.uri == EMPTY {
            value = escape_address(value.trim_start_matches([' ', '\t', '\n', '\r']));
        }
        self.out.push('=');
        match (value.contains('"'), value.contains('\'')) {
            (false, _) => self.out.push_str(&format!("\"{value}\"")),
            (true, false) => self.out.push_str(&format!("'{value}'")),
            (true, true) => self.out.push_str(&format!("\"{}\"", value.replace('"', "&quot;"))),
        }
    }
}

/// An attribute's value as HTML has it. In the trees of HTML pages, what servers and scripts put into values stays as it is:
/// comments, and `&{…}`.
fn escape_html_value(text: &str, page: bool) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let raw = match c {
            '<' if page && rest.starts_with("<!--") => rest.find("-->").map(|at| at + 3),
            '&' if page && rest.starts_with("&{") => rest.find('}').map(|at| at + 1),
            _ => None,
        };
        if let Some(raw) = raw {
            value.push_str(&rest[..raw]);
            rest = &rest[raw..];
            continue;
        }
        match c {
            '<' => value.push_str("&lt;"),
            '>' => value.push_str("&gt;"),
            '&' => value.push_str("&amp;"),
            '\r' if !page => value.push_str("&#13;"),
            c => value.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    value
}

/// Percent-encodes what may not stand in an address; printable ASCII stays.
fn escape_address(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Characters of text. In the trees of HTML pages a carriage return stays as it is.
fn escape_text(text: &str, page: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\r' if !page => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}

/// A CDATA section; where its end stands in the text, another one begins.
fn escape_cdata(text: &str, out: &mut String) {
    out.push_str("<![CDATA[");
    out.push_str(&text.replace("]]>", "]]]]><![CDATA[>"));
    out.push_str("]]>");
}

fn escape_attribute(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::html_parser::parse_html;
    use super::super::tree::ROOT;
    use super::*;

    fn html(source: &str) -> String {
        write(&parse_html(source), ROOT, Options { method: Method::Html, pretty: false, tail: false })
    }

    /// Pages put together at random, and what lxml 5.0 over libxml2 2.12 makes of them.
    #[test]
    fn random_pages() {
        let pages: Vec<(String, String)> = serde_json::from_str(include_str!("random_pages.json")).unwrap();
        for (source, expected) in pages {
            let tree = parse_html(&source);
            let top = tree.top_element(ROOT).unwrap();
            let made = write(&tree, top, Options { method: Method::Html, pretty: false, tail: false });
            assert_eq!(made, expected, "{source:?}");
        }
    }

    #[test]
    fn html_forms() {
        let source = "<div class=a title='x &amp; \"y\"'>t &lt;<br><img src='a b'><script>if (a < b && c) {}</script><!-- c --><input checked></div>";
        let expected = "<html><body><div class=\"a\" title='x &amp; \"y\"'>t &lt;<br><img src=\"a%20b\"><script>if (a < b && c) {}</script><!-- c --><input checked></div></body></html>";
        assert_eq!(html(source), expected);
        assert_eq!(
            html("<a href=\"x>text</a> more \"quote"),
            "<html><body><a href=\"x&gt;text&lt;/a&gt;%20more%20\" quote></a></body></html>"
        );
    }
}
