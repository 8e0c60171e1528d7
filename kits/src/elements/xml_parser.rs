//! The XML parser: well-formed documents only, with the original's messages and places for those that are not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::tree::{EMPTY, Flavour, Name, NodeId, ROOT, Tree, XML_NAMESPACE};

/// What the prefix `xmlns` stands for.
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
/// Deepest nesting of elements.
const DEEPEST: usize = 256;

/// Why a document is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}, line {line}, column {column}")]
pub struct XmlError {
    pub message: String,
    pub line: u32,
    pub column: u32,
}

/// How to parse.
#[derive(Clone, Copy, Debug, Default)]
pub struct XmlOptions {
    /// Leave out text that is nothing but blanks between elements.
    pub remove_blank_text: bool,
    /// Leave comments out.
    pub remove_comments: bool,
    /// Leave instructions out.
    pub remove_instructions: bool,
    /// Remember what was a CDATA section.
    pub keep_cdata: bool,
}

/// Parses a document; an encoding that it declares is only remembered, for the text is decoded already.
pub fn parse_xml(text: &str, options: XmlOptions) -> Result<Tree, XmlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let normal;
    let text = if text.contains('\r') {
        normal = text.replace("\r\n", "\n").replace('\r', "\n");
        &normal
    } else {
        text
    };
    let mut parser = Parser {
        text,
        at: 0,
        tree: Tree::new(Flavour::Xml),
        options,
        open: Vec::new(),
        scopes: Vec::new(),
        entities: Arc::default(),
        expanded: 0,
        entity_depth: 0,
        inside_entity: false,
        place: None,
        lines: 0,
        lines_counted_to: 0,
    };
    let xml = parser.tree.atom("xml");
    let uri = parser.tree.atom(XML_NAMESPACE);
    parser.scopes.push((xml, uri, 0));
    parser.document()?;
    Ok(parser.tree)
}

pub(super) type Parsed<T> = Result<T, XmlError>;

pub(super) struct Open {
    node: NodeId,
    pub(super) name: String,
    pub(super) line: u32,
    /// Number of declarations in scope before this element's own.
    scope: usize,
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) tree: Tree,
    pub(super) options: XmlOptions,
    pub(super) open: Vec<Open>,
    /// Prefixes in scope: prefix, address, depth.
    pub(super) scopes: Vec<(u32, u32, usize)>,
    pub(super) entities: Arc<HashMap<String, String>>,
    pub(super) expanded: usize,
    pub(super) entity_depth: u32,
    pub(super) inside_entity: bool,
    /// The line of the document in which the entity stands that is being read; errors tell places in the entity.
    pub(super) place: Option<u32>,
    /// New lines up to `lines_counted_to`.
    pub(super) lines: u32,
    pub(super) lines_counted_to: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    pub(super) fn skip_blanks(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.at > start
    }

    /// The text from a place on.
    pub(super) fn from(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or("")
    }

    /// The text from a place to here.
    pub(super) fn since(&self, begin: usize) -> &'a str {
        self.text.get(begin..self.at).unwrap_or("")
    }

    /// The present line and column, both from 1.
    fn here(&self) -> (u32, u32) {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() as u32 + 1;
        (line, column)
    }

    /// The present line in the document; counts on from the last time.
    pub(super) fn line(&mut self) -> u32 {
        if let Some(line) = self.place {
            return line;
        }
        let more = self.text.as_bytes().get(self.lines_counted_to..self.at).unwrap_or_default();
        self.lines += more.iter().filter(|b| **b == b'\n').count() as u32;
        self.lines_counted_to = self.at.max(self.lines_counted_to);
        self.lines + 1
    }

    pub(super) fn error<T>(&self, message: impl Into<String>) -> Parsed<T> {
        let (line, column) = self.here();
        let message = if self.peek() == 0 && !self.at_end() {
            // Before anything else, this character is refused.
            "Char 0x0 out of allowed range".to_owned()
        } else {
            message.into()
        };
        Err(XmlError { message, line, column })
    }

    fn document(&mut self) -> Parsed<()> {
        if self.text.is_empty() {
            return self.error("Document is empty");
        }
        if self.rest().starts_with("<?xml") && self.rest().as_bytes().get(5).is_some_and(u8::is_ascii_whitespace) {
            self.declaration()?;
        }
        self.miscellaneous()?;
        if self.rest().starts_with("<!DOCTYPE") {
            self.doctype()?;
            self.miscellaneous()?;
        }
        if self.peek() != b'<' {
            return self.error("Start tag expected, '<' not found");
        }
        self.start_tag()?;
        self.content(0)?;
        self.miscellaneous()?;
        if self.at_end() { Ok(()) } else { self.error("Extra content at the end of the document") }
    }

    /// Comments, instructions and blanks outside the top element.
    fn miscellaneous(&mut self) -> Parsed<()> {
        loop {
            self.skip_blanks();
            if self.rest().starts_with("<!--") {
                self.comment()?;
            } else if self.rest().starts_with("<?") {
                self.instruction()?;
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn parent(&self) -> NodeId {
        self.open.last().map_or(ROOT, |open| open.node)
    }

    // ---- content -------------------------------------------------------------------------------------------------

    /// Everything up to the end tag of the element at `depth`.
    fn content(&mut self, depth: usize) -> Parsed<()> {
        while self.open.len() > depth {
            if self.at_end() {
                if self.inside_entity {
                    return Ok(());
                }
                let (name, line) = self.open.last().map_or((String::new(), 0), |o| (o.name.clone(), o.line));
                return self.error(format!("Premature end of data in tag {name} line {line}"));
            }
            self.piece()?;
        }
        Ok(())
    }

    pub(super) fn piece(&mut self) -> Parsed<()> {
        match self.peek() {
            b'<' => {
                let rest = self.rest();
                if rest.starts_with("</") {
                    self.end_tag()
                } else if rest.starts_with("<!--") {
                    self.comment()
                } else if rest.starts_with("<![CDATA[") {
                    self.cdata()
                } else if rest.starts_with("<?") {
                    self.instruction()
                } else {
                    self.start_tag()
                }
            }
            b'&' => self.reference(),
            _ => self.characters(),
        }
    }

    fn characters(&mut self) -> Parsed<()> {
        let rest = self.rest();
        let end = rest.find(['<', '&']).unwrap_or(rest.len());
        let run = rest.get(..end).unwrap_or("");
        if let Some((at, bad)) = run.char_indices().find(|(_, c)| !is_char(*c)) {
            self.at += at;
            return self.error(format!("PCDATA invalid Char value {}", u32::from(bad)));
        }
        if let Some(at) = run.find("]]>") {
            self.at += at;
            return self.error("Sequence ']]>' not allowed in content");
        }
        let blank = self.options.remove_blank_text && run.bytes().all(|b| b.is_ascii_whitespace());
        if !blank || !rest.get(end..).unwrap_or("").starts_with('<') {
            let parent = self.parent();
            self.tree.append_text(parent, run);
        }
        self.at += end;
        Ok(())
    }

    // ---- tags ----------------------------------------------------------------------------------------------------

    /// A name, with its colons.
    pub(super) fn name(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut end = 0;
        for (at, c) in rest.char_indices() {
            let good = if at == 0 { is_name_start(c) } else { is_name_char(c) };
            if !good {
                break;
            }
            end = at + c.len_utf8();
        }
        self.at += end;
        (end > 0).then(|| rest.get(..end).unwrap_or("").to_owned())
    }

    /// A name with one colon at most, which stands inside it.
    fn qualified_name(&mut self) -> Parsed<Option<String>> {
        let name = self.name();
        if let Some(name) = &name
            && name.contains(':')
            && (name.starts_with(':') || name.ends_with(':') || name.matches(':').count() > 1)
        {
            return self.error(format!("Failed to parse QName '{name}'"));
        }
        Ok(name)
    }

    fn start_tag(&mut self) -> Parsed<()> {
        if self.open.len() > DEEPEST {
            return self.error(format!("Excessive depth in document: {DEEPEST} use XML_PARSE_HUGE option"));
        }
        let line = self.line();
        self.at += 1;
        let Some(name) = self.qualified_name()? else { return self.error("StartTag: invalid element name") };
        let mut attributes: Vec<(String, String)> = Vec::new();
        let mut names = HashSet::new();
        let mut repeated = None;
        self.skip_blanks();
        let mut after_blank = true;
        while self.peek() != b'>' && !self.rest().starts_with("/>") && self.rest().starts_with(is_char) {
            if !after_blank {
                return self.error("attributes construct error");
            }
            let Some(attribute) = self.qualified_name()? else { return self.error("error parsing attribute name") };
            self.skip_blanks();
            if !self.take("=") {
                let local = split_name(&attribute).1;
                return self.error(format!("Specification mandates value for attribute {local}"));
            }
            self.skip_blanks();
            let value = self.attribute_value()?;
            self.check_declaration(&attribute, &value)?;
            if !names.insert(attribute.clone()) && repeated.is_none() {
                repeated = Some(attribute.clone());
            }
            attributes.push((attribute, value));
            after_blank = self.skip_blanks();
            if !after_blank && self.at_end() {
                return self.error("attributes construct error");
            }
        }
        if let Some(attribute) = repeated {
            return self.error(format!("Attribute {attribute} redefined"));
        }
        let empty = self.rest().starts_with("/>");
        if !empty && self.peek() != b'>' {
            return self.error(format!("Couldn't find end of Start Tag {name} line {line}"));
        }
        let scope = self.scopes.len();
        let node = self.element(&name, attributes, scope)?;
        self.at += if empty { 2 } else { 1 };
        if empty {
            self.scopes.truncate(scope);
        } else {
            self.open.push(Open { node, name, line, scope });
        }
        Ok(())
    }

    /// Refuses declarations of namespaces that may not be.
    fn check_declaration(&self, attribute: &str, value: &str) -> Parsed<()> {
        match attribute.strip_prefix("xmlns:") {
            Some("xml") if value != XML_NAMESPACE => self.error("xml namespace prefix mapped to wrong URI"),
            Some("xmlns") => self.error("redefinition of the xmlns prefix is forbidden"),
            None if attribute == "xmlns" && value == XMLNS_NAMESPACE => {
                self.error("reuse of the xmlns namespace name is forbidden")
            }
            Some(prefix) if value.is_empty() => {
                self.error(format!("xmlns:{prefix}: Empty XML namespace is not allowed"))
            }
            _ => Ok(()),
        }
    }

    /// Makes an element with its namespaces and attributes.
    fn element(&mut self, name: &str, attributes: Vec<(String, String)>, scope: usize) -> Parsed<NodeId> {
        for (attribute, value) in &attributes {
            let prefix = match attribute.as_str() {
                "xmlns" => "",
                other => match other.strip_prefix("xmlns:") {
                    Some(prefix) => prefix,
                    None => continue,
                },
            };
            if prefix == "xml" {
                continue;
            }
            let (prefix, uri) = (self.tree.atom(prefix), self.tree.atom(value));
            self.scopes.push((prefix, uri, self.open.len()));
        }
        let (prefix, local) = split_name(name);
        let own_name = self
            .qualify(prefix, local, true)
            .ok_or(())
            .or_else(|()| self.error(format!("Namespace prefix {prefix} on {local} is not defined")))?;
        let line = self.line();
        let node = self.tree.create_element(own_name, line);
        let own: Vec<_> = self.scopes.get(scope..).unwrap_or(&[]).to_vec();
        for (prefix, uri, _) in own {
            self.tree.declare(node, prefix, uri);
        }
        let mut qualified = HashSet::new();
        for (attribute, value) in &attributes {
            if attribute == "xmlns" || attribute.starts_with("xmlns:") {
                continue;
            }
            let (prefix, local_part) = split_name(attribute);
            let name = self.qualify(prefix, local_part, false).ok_or(()).or_else(|()| {
                self.error(format!("Namespace prefix {prefix} for {local_part} on {local} is not defined"))
            })?;
            // Without prefixes, the names as written have been compared.
            if !prefix.is_empty() && !qualified.insert((name.uri, name.local)) {
                return self.error(format!(
                    "Namespaced Attribute {local_part} in '{}' redefined",
                    self.tree.atom_text(name.uri)
                ));
            }
            self.tree.add_attr(node, name, Some(value));
        }
        let parent = self.parent();
        self.tree.link_last(parent, node);
        Ok(node)
    }

    fn qualify(&mut self, prefix: &str, local: &str, element: bool) -> Option<Name> {
        let local = self.tree.atom(local);
        let prefix_atom = self.tree.atom(prefix);
        if prefix.is_empty() && !element {
            return Some(Name { uri: EMPTY, prefix: EMPTY, local });
        }
        let found = self.scopes.iter().rev().find(|(p, ..)| *p == prefix_atom).map(|(_, uri, _)| *uri);
        match found {
            Some(uri) => Some(Name { uri, prefix: prefix_atom, local }),
            None if prefix.is_empty() => Some(Name { uri: EMPTY, prefix: EMPTY, local }),
            None => None,
        }
    }

    fn end_tag(&mut self) -> Parsed<()> {
        self.at += 2;
        let name = self.name().unwrap_or_else(|| "unparsable".to_owned());
        self.skip_blanks();
        if !self.take(">") {
            return self.error("expected '>'");
        }
        let Some(open) = self.open.last() else { return self.error("Extra content at the end of the document") };
        if open.name != name {
            let (opened, line) = (open.name.clone(), open.line);
            return self.error(format!("Opening and ending tag mismatch: {opened} line {line} and {name}"));
        }
        let scope = open.scope;
        self.scopes.truncate(scope);
        self.open.pop();
        Ok(())
    }

    fn attribute_value(&mut self) -> Parsed<String> {
        let quote = self.peek();
        if quote != b'"' && quote != b'\'' {
            return self.error("AttValue: \" or ' expected");
        }
        self.at += 1;
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find(['<', '&', '"', '\'', '\n', '\t']).unwrap_or(rest.len());
            let run = rest.get(..end).unwrap_or("");
            if let Some((at, _)) = run.char_indices().find(|(_, c)| !is_char(*c)) {
                self.at += at;
                return self.error("invalid character in attribute value");
            }
            value.push_str(run);
            self.at += end;
            match self.peek() {
                _ if self.at_end() => return self.error("AttValue: ' expected"),
                b'<' => return self.error("Unescaped '<' not allowed in attributes values"),
                b'&' => self.attribute_reference(&mut value)?,
                c @ (b'"' | b'\'') => {
                    self.at += 1;
                    if c == quote {
                        return Ok(value);
                    }
                    value.push(char::from(c));
                }
                _ => {
                    self.at += 1;
                    value.push(' ');
                }
            }
        }
    }
}

fn split_name(name: &str) -> (&str, &str) {
    match name.split_once(':') {
        Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => (prefix, local),
        _ => ("", name),
    }
}

/// Characters that XML allows.
pub fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | ':') || u32::from(c) >= 0xc0 && c != '×' && c != '÷' && is_char(c)
}

fn is_name_char(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit() || matches!(c, '-' | '.' | '\u{b7}')
}

/// True for a name without a colon.
pub fn is_plain_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| is_name_start(c) && c != ':') && chars.all(|c| is_name_char(c) && c != ':')
}

#[cfg(test)]
mod tests {
    use super::super::writer::{Method, Options, write};
    use super::*;

    fn again(source: &str) -> String {
        match parse_xml(source, XmlOptions::default()) {
            Ok(tree) => {
                let top = tree.top_element(ROOT).unwrap();
                write(&tree, top, Options { method: Method::Xml, pretty: false, tail: false })
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn documents() {
        for (source, expected) in [
            ("<a>t</a>", "<a>t</a>"),
            (" <a b = '1'\tc=\"x\ny\"/>", "<a b=\"1\" c=\"x y\"/>"),
            ("<!DOCTYPE a [<!ENTITY e \"ent\"><!ENTITY m '<b>&e;</b>'>]><a>&e;&m;</a>", "<a>ent<b>ent</b></a>"),
            ("<a><![CDATA[<x> & ]]]]><![CDATA[>]]></a>", "<a>&lt;x&gt; &amp; ]]&gt;</a>"),
            ("<a>\r\nline\rend</a>", "<a>\nline\nend</a>"),
            ("<n:a xmlns:n='u' n:b='1'/>", "<n:a xmlns:n=\"u\" n:b=\"1\"/>"),
            ("<a xml:lang='de'/>", "<a xml:lang=\"de\"/>"),
            ("<a>x &amp; &lt; &#233; &#x4e2d; &quot;</a>", "<a>x &amp; &lt; é 中 \"</a>"),
        ] {
            assert_eq!(again(source), expected);
        }
    }

    #[test]
    fn errors() {
        for (source, expected) in [
            ("", "Document is empty, line 1, column 1"),
            ("   ", "Start tag expected, '<' not found, line 1, column 4"),
            ("<a>", "Premature end of data in tag a line 1, line 1, column 4"),
            ("<a></b>", "Opening and ending tag mismatch: a line 1 and b, line 1, column 8"),
            ("<a b=\"1\" b=\"2\"/>", "Attribute b redefined, line 1, column 15"),
            ("<a b=1/>", "AttValue: \" or ' expected, line 1, column 6"),
            ("<a b/>", "Specification mandates value for attribute b, line 1, column 5"),
            ("<a>&nbsp;</a>", "Entity 'nbsp' not defined, line 1, column 10"),
            ("<a>&bad</a>", "EntityRef: expecting ';', line 1, column 8"),
            ("<a>x & y</a>", "xmlParseEntityRef: no name, line 1, column 7"),
            ("<ns:a/>", "Namespace prefix ns on a is not defined, line 1, column 6"),
            ("<a>\u{1}</a>", "PCDATA invalid Char value 1, line 1, column 4"),
            ("<a>&#0;</a>", "xmlParseCharRef: invalid xmlChar value 0, line 1, column 8"),
            (
                "\n<?xml version='1.0'?><a/>",
                "XML declaration allowed only at the start of the document, line 2, column 6",
            ),
            ("<a é='1' b/>", "Specification mandates value for attribute b, line 1, column 11"),
            ("<a 1b='2'/>", "error parsing attribute name, line 1, column 4"),
            ("<a xmlns:xml='x'/>", "xml namespace prefix mapped to wrong URI, line 1, column 17"),
            ("<a><?bc<d/></a>", "ParsePI: PI bc space expected, line 1, column 8"),
            ("<?xml encoding='utf-8'?><a/>", "Malformed declaration expecting version, line 1, column 7"),
            ("<a b=\"1\"c=\"2\"/>", "attributes construct error, line 1, column 9"),
            ("<a</a>", "error parsing attribute name, line 1, column 3"),
            ("<a></>", "Opening and ending tag mismatch: a line 1 and unparsable, line 1, column 7"),
            ("<p:/>", "Failed to parse QName 'p:', line 1, column 4"),
            ("<a><!--x--y--></a>", "Double hyphen within comment: <!--x, line 1, column 9"),
            ("<a><![CDATA[abc", "CData section not finished\na, line 1, column 16"),
            ("<a>&#x110000;</a>", "xmlParseCharRef: character reference out of bounds, line 1, column 14"),
            ("<a>&#x4</a>", "CharRef: invalid hexadecimal value, line 1, column 8"),
            ("<a \0b='1'/>", "Char 0x0 out of allowed range, line 1, column 4"),
            ("<?xml version='1.0'encoding='utf-8'?><a/>", "Blank needed here, line 1, column 20"),
            ("<?xml version=1.0?><a/>", "String not started expecting ' or \", line 1, column 15"),
            (
                "<!DOCTYPE a [<!ELEMENT a X>]><a/>",
                "xmlParseElementDecl: 'EMPTY', 'ANY' or '(' expected, line 1, column 26",
            ),
            (
                "<!DOCTYPE a [<!ENTITY e '<b>'>]><a b='&e;'/>",
                "'<' in entity 'e' is not allowed in attributes values, line 1, column 42",
            ),
            ("<a/>trailing", "Extra content at the end of the document, line 1, column 5"),
        ] {
            assert_eq!(again(source), expected, "{source}");
        }
        assert_eq!(
            again(&"<a>".repeat(300)),
            "Excessive depth in document: 256 use XML_PARSE_HUGE option, line 1, column 772"
        );
    }

    #[test]
    fn entities_cannot_explode() {
        let mut source = "<!DOCTYPE a [<!ENTITY e0 'xxxxxxxxxx'>".to_owned();
        for n in 1..12 {
            source.push_str(&format!("<!ENTITY e{n} '{}'>", format!("&e{};", n - 1).repeat(10)));
        }
        source.push_str("]><a>&e11;</a>");
        assert!(again(&source).contains("amplification"));
        assert!(again("<!DOCTYPE a [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><a>&a;</a>").contains("loop"));
    }
}
