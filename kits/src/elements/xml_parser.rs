//! The XML parser: well-formed documents only, with the original's messages and places for those that are not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::tree::{EMPTY, Flavour, Kind, Name, NodeId, ROOT, Tree, XML_NAMESPACE};

/// Deepest nesting of elements.
const DEEPEST: usize = 256;
/// Deepest nesting of entities in entities.
const DEEPEST_ENTITY: u32 = 20;
/// Most text that entities may expand to, beside what the document itself holds.
const LARGEST_EXPANSION: usize = 1_000_000;

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
        line_start: 0,
    };
    let xml = parser.tree.atom("xml");
    let uri = parser.tree.atom(XML_NAMESPACE);
    parser.scopes.push((xml, uri, 0));
    parser.document()?;
    Ok(parser.tree)
}

pub(super) type Parsed<T> = Result<T, XmlError>;

struct Open {
    node: NodeId,
    name: String,
    line: u32,
    /// Number of declarations in scope before this element's own.
    scope: usize,
}

pub(super) struct Parser<'a> {
    text: &'a str,
    pub(super) at: usize,
    pub(super) tree: Tree,
    options: XmlOptions,
    open: Vec<Open>,
    /// Prefixes in scope: prefix, address, depth.
    scopes: Vec<(u32, u32, usize)>,
    pub(super) entities: Arc<HashMap<String, String>>,
    expanded: usize,
    entity_depth: u32,
    inside_entity: bool,
    /// Where the entity that is being read stands in the document.
    place: Option<(u32, u32)>,
    /// New lines up to `lines_counted_to`.
    lines: u32,
    lines_counted_to: usize,
    /// Where the line that holds that place begins.
    line_start: usize,
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

    /// The present line and column, both from 1.
    fn here(&self) -> (u32, u32) {
        if let Some(place) = self.place {
            return place;
        }
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() as u32 + 1;
        (line, column)
    }

    /// The present line; counts on from the last time.
    fn line(&mut self) -> u32 {
        if let Some((line, _)) = self.place {
            return line;
        }
        let more = self.text.as_bytes().get(self.lines_counted_to..self.at).unwrap_or_default();
        self.lines += more.iter().filter(|b| **b == b'\n').count() as u32;
        if let Some(last) = more.iter().rposition(|b| *b == b'\n') {
            self.line_start = self.lines_counted_to + last + 1;
        }
        self.lines_counted_to = self.at.max(self.lines_counted_to);
        self.lines + 1
    }

    /// The same as [`here`](Self::here), by counting on.
    fn here_onward(&mut self) -> (u32, u32) {
        match self.place {
            Some(place) => place,
            None => {
                let line = self.line();
                let before = self.text.get(self.line_start..self.at).unwrap_or_default();
                (line, before.chars().count() as u32 + 1)
            }
        }
    }

    pub(super) fn error<T>(&self, message: impl Into<String>) -> Parsed<T> {
        let (line, column) = self.here();
        Err(XmlError { message: message.into(), line, column })
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

    fn declaration(&mut self) -> Parsed<()> {
        let Some(end) = self.rest().find("?>") else {
            return self.error("parsing XML declaration: '?>' expected");
        };
        let body = self.rest().get(5..end).unwrap_or("");
        if !body.trim_start().starts_with("version") {
            self.at += 5 + body.len() - body.trim_start().len();
            return self.error("Malformed declaration expecting version");
        }
        if let Some(at) = body.find("encoding") {
            let value = body.get(at + 8..).unwrap_or("").trim_start().trim_start_matches('=').trim_start();
            let quote = value.chars().next().unwrap_or('"');
            self.tree.encoding = value.get(1..).and_then(|v| v.split(quote).next()).map(str::to_owned);
        }
        self.at += end + 2;
        Ok(())
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

    fn parent(&self) -> NodeId {
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

    fn piece(&mut self) -> Parsed<()> {
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
            return if bad == '\0' {
                self.error("Char 0x0 out of allowed range")
            } else {
                self.error(format!("PCDATA invalid Char value {}", u32::from(bad)))
            };
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

    fn cdata(&mut self) -> Parsed<()> {
        let body = self.rest().get("<![CDATA[".len()..).unwrap_or("");
        let Some(end) = body.find("]]>") else {
            self.at = self.text.len();
            return self.error("CData section not finished");
        };
        let text = body.get(..end).unwrap_or("");
        if let Some(at) = text.char_indices().find(|(_, c)| !is_char(*c)).map(|(at, _)| at) {
            self.at += "<![CDATA[".len() + at;
            return self.error("CData section not finished");
        }
        let parent = self.parent();
        self.tree.append_text(parent, text);
        self.at += "<![CDATA[".len() + end + 3;
        Ok(())
    }

    fn comment(&mut self) -> Parsed<()> {
        let line = self.line();
        let body = self.rest().get(4..).unwrap_or("");
        let Some(end) = body.find("--") else {
            self.at = self.text.len();
            return self.error("Comment not terminated");
        };
        if !body.get(end + 2..).unwrap_or("").starts_with('>') {
            self.at += 4 + end;
            return self.error("Double hyphen within comment");
        }
        if !self.options.remove_comments {
            let node = self.tree.create_text(Kind::Comment, body.get(..end).unwrap_or(""));
            self.tree.set_line(node, line);
            let parent = self.parent();
            self.tree.link_last(parent, node);
        }
        self.at += 4 + end + 3;
        Ok(())
    }

    fn instruction(&mut self) -> Parsed<()> {
        let line = self.line();
        self.at += 2;
        let Some(target) = self.name() else { return self.error("xmlParsePI : no target name") };
        if target.eq_ignore_ascii_case("xml") {
            return if target == "xml" {
                self.error("XML declaration allowed only at the start of the document")
            } else {
                self.error("Invalid PI name")
            };
        }
        if !self.skip_blanks() && !self.rest().starts_with("?>") && !self.at_end() {
            return self.error(format!("ParsePI: PI {target} space expected"));
        }
        let Some(end) = self.rest().find("?>") else {
            self.at = self.text.len();
            return self.error(format!("ParsePI: PI {target} never end ..."));
        };
        let node = self.tree.create_text(Kind::Instruction, self.text.get(self.at..self.at + end).unwrap_or(""));
        let local = self.tree.atom(&target);
        self.tree.set_name(node, Name { uri: EMPTY, prefix: EMPTY, local });
        self.tree.set_line(node, line);
        let parent = self.parent();
        self.tree.link_last(parent, node);
        self.at += end + 2;
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

    fn start_tag(&mut self) -> Parsed<()> {
        if self.open.len() > DEEPEST {
            return self.error(format!("Excessive depth in document: {DEEPEST} use XML_PARSE_HUGE option"));
        }
        let line = self.line();
        self.at += 1;
        let Some(name) = self.name() else { return self.error("StartTag: invalid element name") };
        let mut attributes: Vec<(String, String)> = Vec::new();
        let mut names = HashSet::new();
        let mut repeated = None;
        let mut after_blank = self.skip_blanks();
        while !self.at_end() && self.peek() != b'>' && !self.rest().starts_with("/>") {
            if !after_blank {
                return self.error("attributes construct error");
            }
            let Some(attribute) = self.name() else { return self.error("error parsing attribute name") };
            self.skip_blanks();
            if !self.take("=") {
                return self.error(format!("Specification mandates value for attribute {attribute}"));
            }
            self.skip_blanks();
            let value = self.attribute_value()?;
            self.check_declaration(&attribute, &value)?;
            if !names.insert(attribute.clone()) && repeated.is_none() {
                repeated = Some(attribute.clone());
            }
            attributes.push((attribute, value));
            after_blank = self.skip_blanks();
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
        let name = self.name().unwrap_or_default();
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
            if let Some((at, bad)) = run.char_indices().find(|(_, c)| !is_char(*c)) {
                self.at += at;
                return self.error(format!("invalid character in attribute value: {}", u32::from(bad)));
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

    fn attribute_reference(&mut self, value: &mut String) -> Parsed<()> {
        if self.rest().starts_with("&#") {
            value.push(self.character_reference()?);
            return Ok(());
        }
        let text = self.entity_text()?;
        match text {
            Entity::Character(c) => value.push(c),
            Entity::Text(text) => {
                if text.contains('<') {
                    return self.error("'<' in entity is not allowed in attributes values");
                }
                let inner = self.inner_text(&text)?;
                value.push_str(&inner.replace(['\n', '\t'], " "));
            }
        }
        Ok(())
    }

    /// The text of an entity with the references in it resolved; there is no markup in it.
    fn inner_text(&mut self, text: &str) -> Parsed<String> {
        let mut inner = self.sub_parser(text)?;
        let mut out = String::new();
        while !inner.at_end() {
            let rest = inner.rest();
            let end = rest.find('&').unwrap_or(rest.len());
            out.push_str(rest.get(..end).unwrap_or(""));
            inner.at += end;
            if !inner.at_end() {
                inner.attribute_reference(&mut out)?;
            }
        }
        let expanded = inner.expanded;
        drop(inner);
        self.expanded = expanded;
        Ok(out)
    }

    /// A parser over the text of an entity, without a tree.
    fn sub_parser<'t>(&mut self, text: &'t str) -> Parsed<Parser<'t>> {
        // A reference to an empty entity has its price too.
        self.expanded += text.len() + 20;
        if self.expanded > LARGEST_EXPANSION {
            return self.error("Maximum entity amplification factor exceeded");
        }
        if self.entity_depth >= DEEPEST_ENTITY {
            return self.error("Detected an entity reference loop");
        }
        Ok(Parser {
            text,
            at: 0,
            tree: Tree::new(Flavour::Xml),
            options: self.options,
            open: Vec::new(),
            scopes: Vec::new(),
            entities: Arc::clone(&self.entities),
            expanded: self.expanded,
            entity_depth: self.entity_depth + 1,
            inside_entity: true,
            place: Some(self.here_onward()),
            lines: 0,
            lines_counted_to: 0,
            line_start: 0,
        })
    }

    // ---- references ----------------------------------------------------------------------------------------------

    fn reference(&mut self) -> Parsed<()> {
        let parent = self.parent();
        if self.rest().starts_with("&#") {
            let c = self.character_reference()?;
            self.tree.append_text(parent, c.encode_utf8(&mut [0; 4]));
            return Ok(());
        }
        match self.entity_text()? {
            Entity::Character(c) => self.tree.append_text(parent, c.encode_utf8(&mut [0; 4])),
            Entity::Text(text) if !text.contains('<') => {
                let text = self.inner_text(&text)?;
                self.tree.append_text(parent, &text);
            }
            Entity::Text(text) => self.entity_markup(&text)?,
        }
        Ok(())
    }

    /// Reads the markup of an entity into the present element.
    fn entity_markup(&mut self, text: &str) -> Parsed<()> {
        let mut inner = self.sub_parser(text)?;
        let depth = self.open.len();
        std::mem::swap(&mut inner.tree, &mut self.tree);
        std::mem::swap(&mut inner.open, &mut self.open);
        std::mem::swap(&mut inner.scopes, &mut self.scopes);
        let mut result = Ok(());
        while result.is_ok() && !inner.at_end() {
            result = inner.piece();
            if inner.open.len() < depth {
                result = inner.error("Opening and ending tag mismatch");
            }
        }
        if result.is_ok() && inner.open.len() != depth {
            result = inner.error("Premature end of data in entity");
        }
        std::mem::swap(&mut inner.tree, &mut self.tree);
        std::mem::swap(&mut inner.open, &mut self.open);
        std::mem::swap(&mut inner.scopes, &mut self.scopes);
        let expanded = inner.expanded;
        drop(inner);
        self.expanded = expanded;
        result
    }

    fn character_reference(&mut self) -> Parsed<char> {
        let hexadecimal = self.rest().starts_with("&#x");
        self.at += if hexadecimal { 3 } else { 2 };
        let radix = if hexadecimal { 16 } else { 10 };
        let mut value: u32 = 0;
        while self.peek() != b';' {
            let Some(digit) = char::from(self.peek()).to_digit(radix) else {
                let kind = if hexadecimal { "hexadecimal" } else { "decimal" };
                return self.error(format!("xmlParseCharRef: invalid {kind} value"));
            };
            value = value.saturating_mul(radix).saturating_add(digit);
            self.at += 1;
        }
        self.at += 1;
        match char::from_u32(value).filter(|c| is_char(*c)) {
            Some(c) => Ok(c),
            None => self.error(format!("xmlParseCharRef: invalid xmlChar value {value}")),
        }
    }

    fn entity_text(&mut self) -> Parsed<Entity> {
        self.at += 1;
        let Some(name) = self.name() else { return self.error("xmlParseEntityRef: no name") };
        if !self.take(";") {
            return self.error("EntityRef: expecting ';'");
        }
        let predefined = match name.as_str() {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        };
        if let Some(c) = predefined {
            return Ok(Entity::Character(c));
        }
        match self.entities.get(&name) {
            Some(text) => Ok(Entity::Text(text.clone())),
            None => self.error(format!("Entity '{name}' not defined")),
        }
    }
}

enum Entity {
    Character(char),
    Text(String),
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
