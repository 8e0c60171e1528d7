//! Reads a whole XML document into events. Strict: the first fault ends it, with the code and the place that expat
//! would report. Internal entities are expanded; nothing is ever fetched from outside.

use std::collections::HashMap;

use super::events::{Event, Failure, Kind, Position};

/// Text that entities may grow to in all, beside the document's own length.
const MAX_EXPANSION: usize = 8 << 20;
/// Entities inside entities.
const MAX_ENTITY_DEPTH: usize = 20;
/// Elements inside elements: whoever builds a tree of them recurses.
const MAX_DEPTH: usize = 100_000;

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

type Fault = (Failure, Position);

/// Where the reader is in one text: the document, or an entity's replacement.
struct Input<'a> {
    text: &'a str,
    at: usize,
    position: Position,
    /// The bytes behind the text are no UTF-8.
    broken_end: bool,
}

impl<'a> Input<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn starts_with(&self, start: &str) -> bool {
        self.rest().starts_with(start)
    }

    /// Moves over so many bytes.
    fn skip(&mut self, length: usize) {
        let end = (self.at + length).min(self.text.len());
        for c in self.text.get(self.at..end).unwrap_or_default().chars() {
            if c == '\n' {
                self.position.line += 1;
                self.position.column = 0;
            } else {
                self.position.column += 1;
            }
        }
        self.at = end;
    }

    fn skip_space(&mut self) -> bool {
        let length = self.rest().len() - self.rest().trim_start_matches(is_space).len();
        self.skip(length);
        length > 0
    }

    /// A name, if there is one here.
    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        if !chars.next().is_some_and(|(_, c)| is_name_start(c)) {
            return None;
        }
        let end = chars.find(|(_, c)| !is_name_char(*c)).map_or(rest.len(), |(at, _)| at);
        let name = rest.get(..end)?;
        self.skip(end);
        Some(name)
    }

    /// A fault at this place: at the end of the text, an open token or bad bytes are the reason.
    fn fault(&self, failure: Failure) -> Fault {
        (failure, self.position)
    }

    fn invalid(&self) -> Fault {
        self.fault(Failure::InvalidToken)
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | ':') || (!c.is_ascii() && (c.is_alphabetic() || c > '\u{2fff}'))
}

fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || c.is_ascii_digit()
        || matches!(c, '-' | '.' | '\u{b7}')
        || (!c.is_ascii() && c.is_alphanumeric())
}

fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// Line ends as XML sees them.
fn with_line_ends(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// An element that is open.
struct Open {
    /// As it was written.
    raw: String,
    name: String,
    /// The namespaces that it declared.
    prefixes: Vec<Option<String>>,
}

/// Reads one document.
pub struct Reader<'a> {
    separator: Option<&'a str>,
    /// A name is followed by the separator and its prefix.
    keep_prefixes: bool,
    events: Vec<Event>,
    open: Vec<Open>,
    /// Namespaces in force: prefix and URI, the innermost last.
    namespaces: Vec<(Option<String>, String)>,
    entities: HashMap<String, String>,
    /// The document has an outer document type: entities may be defined there.
    outer_definitions: bool,
    expanded: usize,
}

impl<'a> Reader<'a> {
    /// The events of a document, and the fault that ended it. `separator` is what joins a namespace and a name; without
    /// one, namespaces are left alone.
    pub fn read(bytes: &[u8], separator: Option<&'a str>, keep_prefixes: bool) -> (Vec<Event>, Option<Fault>) {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let (text, broken_end) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(error) => {
                let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
                (std::str::from_utf8(good).unwrap_or_default(), true)
            }
        };
        let mut reader = Reader {
            separator,
            keep_prefixes,
            events: Vec::new(),
            open: Vec::new(),
            namespaces: Vec::new(),
            entities: HashMap::new(),
            outer_definitions: false,
            expanded: 0,
        };
        let mut input = Input { text, at: 0, position: Position { line: 1, column: 0 }, broken_end };
        let fault = reader.document(&mut input).err();
        (reader.events, fault)
    }

    fn push(&mut self, kind: Kind, position: Position) {
        self.events.push(Event { kind, position });
    }

    fn document(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        if input.starts_with("<?xml") && input.rest().chars().nth(5).is_some_and(is_space) {
            self.declaration(input)?;
        }
        self.outside(input, true)?;
        if input.rest().is_empty() {
            return Err(input.fault(if input.broken_end { Failure::InvalidToken } else { Failure::NoElements }));
        }
        self.start_tag(input)?;
        if !self.open.is_empty() {
            self.content(input, 0, 0)?;
        }
        self.outside(input, false)
    }

    /// What may stand before and after the element of the document.
    fn outside(&mut self, input: &mut Input<'_>, before: bool) -> Result<(), Fault> {
        loop {
            input.skip_space();
            let rest = input.rest();
            if rest.is_empty() {
                if input.broken_end {
                    return Err(input.invalid());
                }
                return Ok(());
            }
            if rest.starts_with("<!--") {
                self.comment(input)?;
            } else if rest.starts_with("<?") {
                self.instruction(input)?;
            } else if before && rest.starts_with("<!DOCTYPE") {
                self.doctype(input)?;
            } else if before && rest.starts_with('<') {
                if rest.len() == 1 {
                    return Err(input.fault(Failure::UnclosedToken));
                }
                if rest.starts_with("<!") {
                    return Err(input.fault(Failure::Syntax));
                }
                return Ok(());
            } else if !before {
                let known = rest.starts_with('<') || rest.chars().next().is_some_and(is_char);
                return Err(input.fault(if known { Failure::JunkAfterDocument } else { Failure::InvalidToken }));
            } else {
                let known = rest.chars().next().is_some_and(|c| is_name_char(c) || matches!(c, '%' | '|' | '(' | ')'));
                return Err(input.fault(if known { Failure::Syntax } else { Failure::InvalidToken }));
            }
        }
    }

    fn declaration(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        let Some(end) = input.rest().find("?>") else { return Err(input.fault(Failure::UnclosedToken)) };
        let inside = input.rest().get(5..end).unwrap_or_default();
        let value = |name: &str| -> Option<String> {
            let after = inside.split_once(name)?.1.trim_start().strip_prefix('=')?.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            after.get(1..)?.split_once(quote).map(|(value, _)| value.to_owned())
        };
        let Some(version) = value("version") else { return Err((Failure::Syntax, start)) };
        let standalone = value("standalone").map_or(-1, |value| i32::from(value == "yes"));
        let kind = Kind::Declaration { version, encoding: value("encoding"), standalone };
        self.push(kind, start);
        input.skip(end + 2);
        Ok(())
    }

    fn comment(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        let inside = input.rest().get(4..).unwrap_or_default();
        let Some(end) = inside.find("--") else { return Err(input.fault(Failure::UnclosedToken)) };
        let content = inside.get(..end).unwrap_or_default();
        if !inside.get(end + 2..).unwrap_or_default().starts_with('>') {
            input.skip(4 + end + 2);
            return Err(input.invalid());
        }
        self.check_chars(input, content, 4)?;
        self.push(Kind::Comment(with_line_ends(content)), start);
        input.skip(4 + end + 3);
        Ok(())
    }

    /// Chars that XML does not have are faults.
    fn check_chars(&self, input: &mut Input<'_>, content: &str, offset: usize) -> Result<(), Fault> {
        match content.char_indices().find(|(_, c)| !is_char(*c)) {
            Some((at, _)) => {
                input.skip(offset + at);
                Err(input.invalid())
            }
            None => Ok(()),
        }
    }

    fn instruction(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        let Some(end) = input.rest().find("?>") else { return Err(input.fault(Failure::UnclosedToken)) };
        let inside = input.rest().get(2..end).unwrap_or_default();
        let target: String = inside.chars().take_while(|c| is_name_char(*c)).collect();
        let data = inside.get(target.len()..).unwrap_or_default();
        if target.is_empty() || !target.starts_with(is_name_start) || !(data.is_empty() || data.starts_with(is_space)) {
            input.skip(2);
            return Err(input.invalid());
        }
        if target == "xml" {
            return Err((Failure::MisplacedDeclaration, start));
        }
        let data = with_line_ends(data.trim_start_matches(is_space));
        self.push(Kind::Instruction { target, data }, start);
        input.skip(end + 2);
        Ok(())
    }

    // ---- the document type ---------------------------------------------------------------------------------------

    fn doctype(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        input.skip("<!DOCTYPE".len());
        input.skip_space();
        let Some(name) = input.name().map(str::to_owned) else { return Err(input.invalid()) };
        input.skip_space();
        let (mut system, mut public) = (None, None);
        if input.starts_with("SYSTEM") {
            input.skip(6);
            system = Some(self.quoted(input)?);
        } else if input.starts_with("PUBLIC") {
            input.skip(6);
            public = Some(self.quoted(input)?);
            system = Some(self.quoted(input)?);
        }
        self.outer_definitions = system.is_some();
        input.skip_space();
        let internal = input.starts_with("[");
        self.push(Kind::Doctype { name, system, public, internal }, start);
        if internal {
            input.skip(1);
            self.subset(input)?;
            input.skip_space();
        }
        if !input.starts_with(">") {
            let open = input.rest().is_empty();
            return Err(input.fault(if open { Failure::UnclosedToken } else { Failure::Syntax }));
        }
        let end = input.position;
        input.skip(1);
        self.push(Kind::EndDoctype, end);
        Ok(())
    }

    fn quoted(&self, input: &mut Input<'_>) -> Result<String, Fault> {
        input.skip_space();
        let Some(quote) = input.peek().filter(|c| matches!(c, '"' | '\'')) else {
            return Err(input.fault(Failure::Syntax));
        };
        let inside = input.rest().get(1..).unwrap_or_default();
        let Some((value, _)) = inside.split_once(quote) else { return Err(input.fault(Failure::UnclosedToken)) };
        input.skip(value.len() + 2);
        Ok(value.to_owned())
    }

    /// The declarations between `[` and `]`: entities are kept, all else is passed over.
    fn subset(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        loop {
            input.skip_space();
            let rest = input.rest();
            if rest.starts_with(']') {
                input.skip(1);
                return Ok(());
            } else if rest.starts_with("<!--") {
                self.comment(input)?;
            } else if rest.starts_with("<?") {
                self.instruction(input)?;
            } else if rest.starts_with("<!ENTITY") {
                self.entity(input)?;
            } else if rest.starts_with("<!") {
                self.pass_over(input)?;
            } else if rest.starts_with('%') {
                let Some(end) = rest.find(';') else { return Err(input.invalid()) };
                input.skip(end + 1);
                self.outer_definitions = true;
            } else if rest.is_empty() {
                return Err(input.fault(Failure::UnclosedToken));
            } else {
                return Err(input.fault(Failure::Syntax));
            }
        }
    }

    fn entity(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        input.skip("<!ENTITY".len());
        input.skip_space();
        let parameter = input.starts_with("%");
        if parameter {
            input.skip(1);
            input.skip_space();
        }
        let Some(name) = input.name().map(str::to_owned) else { return Err(input.invalid()) };
        input.skip_space();
        if matches!(input.peek(), Some('"' | '\'')) {
            let value = self.quoted(input)?;
            if !parameter {
                // The first declaration counts.
                self.entities.entry(name).or_insert(value);
            }
        }
        self.pass_over(input)
    }

    /// Moves behind the `>` of a declaration, over quoted values.
    fn pass_over(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let mut quote = None;
        for (at, c) in input.rest().char_indices() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '>') => {
                    input.skip(at + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(input.fault(Failure::UnclosedToken))
    }

    // ---- elements ------------------------------------------------------------------------------------------------

    fn start_tag(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        let unclosed = (Failure::UnclosedToken, start);
        input.skip(1);
        let Some(raw) = input.name().map(str::to_owned) else {
            return Err(if input.rest().is_empty() && !input.broken_end { unclosed } else { input.invalid() });
        };
        let mut attributes: Vec<(String, String)> = Vec::new();
        let mut duplicate = None;
        let empty = loop {
            let spaced = input.skip_space();
            let rest = input.rest();
            if rest.starts_with('>') {
                input.skip(1);
                break false;
            }
            if rest.starts_with("/>") {
                input.skip(2);
                break true;
            }
            if (rest.is_empty() || rest == "/") && !input.broken_end {
                return Err(unclosed);
            }
            let place = input.position;
            let name = if spaced { input.name().map(str::to_owned) } else { None };
            let Some(name) = name else {
                if rest.starts_with('/') {
                    input.skip(1);
                }
                return Err(input.invalid());
            };
            input.skip_space();
            if !input.starts_with("=") {
                return Err(if input.rest().is_empty() { unclosed } else { input.invalid() });
            }
            input.skip(1);
            input.skip_space();
            let value = self.attribute_value(input, unclosed)?;
            if duplicate.is_none() && attributes.iter().any(|(known, _)| *known == name) {
                duplicate = Some(place);
            }
            attributes.push((name, value));
        };
        if let Some(place) = duplicate {
            return Err((Failure::DuplicateAttribute, place));
        }
        self.open_element(raw, attributes, start)?;
        if empty {
            self.close_element(start);
        }
        Ok(())
    }

    fn attribute_value(&mut self, input: &mut Input<'_>, unclosed: Fault) -> Result<String, Fault> {
        let Some(quote) = input.peek().filter(|c| matches!(c, '"' | '\'')) else {
            return Err(if input.rest().is_empty() { unclosed } else { input.invalid() });
        };
        input.skip(1);
        let mut value = String::new();
        loop {
            let rest = input.rest();
            let stop = |c: char| c == quote || matches!(c, '<' | '&') || !is_char(c);
            let end = rest.find(stop).unwrap_or(rest.len());
            let plain = with_line_ends(rest.get(..end).unwrap_or_default());
            value.extend(plain.chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }));
            input.skip(end);
            match input.peek() {
                Some(c) if c == quote => {
                    input.skip(1);
                    return Ok(value);
                }
                Some('&') => {
                    let place = input.position;
                    match self.reference(input)? {
                        Reference::Char(c) => value.push(c),
                        Reference::Entity(name) => self.expand_in_attribute(&name, &mut value, place, 0)?,
                    }
                }
                Some(_) => return Err(input.invalid()),
                None if input.broken_end => return Err(input.invalid()),
                None => return Err(unclosed),
            }
        }
    }

    fn expand_in_attribute(
        &mut self,
        name: &str,
        value: &mut String,
        place: Position,
        depth: usize,
    ) -> Result<(), Fault> {
        let Some(replacement) = self.entities.get(name).cloned() else {
            return if self.outer_definitions { Ok(()) } else { Err((Failure::UndefinedEntity, place)) };
        };
        self.count_expansion(&replacement, place, depth)?;
        let mut input = Input { text: &replacement, at: 0, position: place, broken_end: false };
        while let Some(c) = input.peek() {
            if c != '&' {
                input.skip(c.len_utf8());
                value.push(if is_space(c) { ' ' } else { c });
                continue;
            }
            match self.reference(&mut input).map_err(|(failure, _)| (failure, place))? {
                Reference::Char(c) => value.push(c),
                Reference::Entity(inner) => self.expand_in_attribute(&inner, value, place, depth + 1)?,
            }
        }
        Ok(())
    }

    fn count_expansion(&mut self, replacement: &str, place: Position, depth: usize) -> Result<(), Fault> {
        self.expanded += replacement.len();
        if depth >= MAX_ENTITY_DEPTH {
            return Err((Failure::RecursiveEntity, place));
        }
        if self.expanded > MAX_EXPANSION {
            return Err((Failure::Amplification, place));
        }
        Ok(())
    }

    /// `&…;` at this place.
    fn reference(&self, input: &mut Input<'_>) -> Result<Reference, Fault> {
        let place = input.position;
        let rest = input.rest().get(1..).unwrap_or_default();
        if let Some(digits) = rest.strip_prefix('#') {
            let (digits, radix, offset) = match digits.strip_prefix('x') {
                Some(hex) => (hex, 16, 3),
                None => (digits, 10, 2),
            };
            let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
            if end == 0 || !digits.get(end..).unwrap_or_default().starts_with(';') {
                input.skip(offset + end);
                let open = input.rest().is_empty() && !input.broken_end;
                return Err(if open { (Failure::UnclosedToken, place) } else { input.invalid() });
            }
            let number = u32::from_str_radix(digits.get(..end).unwrap_or_default(), radix).ok();
            let Some(c) = number.and_then(char::from_u32).filter(|c| is_char(*c)) else {
                return Err((Failure::BadCharacter, place));
            };
            input.skip(offset + end + 1);
            return Ok(Reference::Char(c));
        }
        input.skip(1);
        let name = input.name().map(str::to_owned);
        let Some(name) = name.filter(|_| input.starts_with(";")) else {
            let open = input.rest().is_empty() && !input.broken_end;
            return Err(if open { (Failure::UnclosedToken, place) } else { input.invalid() });
        };
        input.skip(1);
        Ok(match name.as_str() {
            "lt" => Reference::Char('<'),
            "gt" => Reference::Char('>'),
            "amp" => Reference::Char('&'),
            "quot" => Reference::Char('"'),
            "apos" => Reference::Char('\''),
            _ => Reference::Entity(name),
        })
    }

    fn namespace(&self, prefix: Option<&str>) -> Option<&str> {
        if prefix == Some("xml") {
            return Some(XML_NAMESPACE);
        }
        let found = self.namespaces.iter().rev().find(|(known, _)| known.as_deref() == prefix);
        found.map(|(_, uri)| uri.as_str())
    }

    /// A name with its namespace in place of its prefix.
    fn qualified(&self, raw: &str, attribute: bool, place: Position) -> Result<String, Fault> {
        let Some(separator) = self.separator else { return Ok(raw.to_owned()) };
        let (prefix, local) = match raw.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None if attribute => return Ok(raw.to_owned()),
            None => (None, raw),
        };
        match self.namespace(prefix) {
            Some("") if prefix.is_none() => Ok(local.to_owned()),
            Some(uri) => Ok(match prefix {
                Some(prefix) if self.keep_prefixes => format!("{uri}{separator}{local}{separator}{prefix}"),
                _ => format!("{uri}{separator}{local}"),
            }),
            None if prefix.is_none() => Ok(local.to_owned()),
            None => Err((Failure::UnboundPrefix, place)),
        }
    }

    fn open_element(&mut self, raw: String, attributes: Vec<(String, String)>, place: Position) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err((Failure::Amplification, place));
        }
        let mut prefixes = Vec::new();
        let mut own = attributes;
        if self.separator.is_some() {
            let mut others = Vec::with_capacity(own.len());
            for (name, value) in own {
                let prefix = match name.strip_prefix("xmlns:") {
                    Some(prefix) => Some(prefix.to_owned()),
                    None if name == "xmlns" => None,
                    None => {
                        others.push((name, value));
                        continue;
                    }
                };
                let uri = Some(value.clone()).filter(|uri| !uri.is_empty());
                self.push(Kind::StartNamespace { prefix: prefix.clone(), uri }, place);
                self.namespaces.push((prefix.clone(), value));
                prefixes.push(prefix);
            }
            own = others;
        }
        let name = self.qualified(&raw, false, place)?;
        let mut named: Vec<(String, String)> = Vec::with_capacity(own.len());
        for (name, value) in own {
            let name = self.qualified(&name, true, place)?;
            if named.iter().any(|(known, _)| *known == name) {
                return Err((Failure::DuplicateAttribute, place));
            }
            named.push((name, value));
        }
        self.push(Kind::Start { name: name.clone(), attributes: named }, place);
        self.open.push(Open { raw, name, prefixes });
        Ok(())
    }

    fn close_element(&mut self, place: Position) {
        let Some(closed) = self.open.pop() else { return };
        self.push(Kind::End { name: closed.name }, place);
        for prefix in closed.prefixes.into_iter().rev() {
            self.namespaces.pop();
            self.push(Kind::EndNamespace { prefix }, place);
        }
    }

    fn end_tag(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        let unclosed = (Failure::UnclosedToken, start);
        input.skip(2);
        let place = input.position;
        let Some(raw) = input.name().map(str::to_owned) else {
            return Err(if input.rest().is_empty() { unclosed } else { input.invalid() });
        };
        input.skip_space();
        if !input.starts_with(">") {
            return Err(if input.rest().is_empty() { unclosed } else { input.invalid() });
        }
        if self.open.last().is_none_or(|open| open.raw != raw) {
            return Err((Failure::TagMismatch, place));
        }
        input.skip(1);
        self.close_element(start);
        Ok(())
    }

    /// What is inside elements, until no more than `floor` are open. An entity's text must leave open what was open.
    fn content(&mut self, input: &mut Input<'_>, floor: usize, depth: usize) -> Result<(), Fault> {
        let entity = depth > 0;
        let bottom = self.open.len();
        loop {
            let rest = input.rest();
            let start = input.position;
            if rest.is_empty() {
                return match (input.broken_end, entity) {
                    (true, _) => Err(input.invalid()),
                    (false, true) if self.open.len() == bottom => Ok(()),
                    (false, true) => Err(input.fault(Failure::TagMismatch)),
                    (false, false) => Err(input.fault(Failure::NoElements)),
                };
            }
            if rest.starts_with("</") {
                if entity && self.open.len() <= bottom {
                    return Err(input.fault(Failure::TagMismatch));
                }
                self.end_tag(input)?;
                if !entity && self.open.len() <= floor {
                    return Ok(());
                }
            } else if rest.starts_with("<!--") {
                self.comment(input)?;
            } else if rest.starts_with("<![CDATA[") {
                self.cdata(input)?;
            } else if rest.starts_with("<?") {
                self.instruction(input)?;
            } else if rest.starts_with("<!") {
                input.skip(2);
                let open = input.rest().is_empty();
                return Err(if open { (Failure::UnclosedToken, start) } else { input.invalid() });
            } else if rest.starts_with('<') {
                self.start_tag(input)?;
            } else if rest.starts_with('&') {
                match self.reference(input)? {
                    Reference::Char(c) => self.push(Kind::Text(c.to_string()), start),
                    Reference::Entity(name) => self.expand(&name, start, depth)?,
                }
            } else {
                self.text(input)?;
            }
        }
    }

    fn text(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        let rest = input.rest();
        let mut end = rest.find(|c: char| matches!(c, '<' | '&') || !is_char(c)).unwrap_or(rest.len());
        if let Some(at) = rest.get(..end).and_then(|text| text.find("]]>")) {
            input.skip(at);
            return Err(input.invalid());
        }
        if end == 0 {
            return Err(input.invalid());
        }
        let content = rest.get(..end).unwrap_or_default();
        end = content.len();
        self.push(Kind::Text(with_line_ends(content)), start);
        input.skip(end);
        Ok(())
    }

    fn cdata(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let start = input.position;
        let inside = input.rest().get(9..).unwrap_or_default();
        let Some(end) = inside.find("]]>") else {
            let length = input.rest().len();
            input.skip(length);
            return Err(input.fault(if input.broken_end { Failure::InvalidToken } else { Failure::UnclosedCdata }));
        };
        let content = inside.get(..end).unwrap_or_default();
        self.check_chars(input, content, 9)?;
        self.push(Kind::StartCdata, start);
        if !content.is_empty() {
            self.push(Kind::Text(with_line_ends(content)), start);
        }
        self.push(Kind::EndCdata, start);
        input.skip(9 + end + 3);
        Ok(())
    }

    fn expand(&mut self, name: &str, place: Position, depth: usize) -> Result<(), Fault> {
        let Some(replacement) = self.entities.get(name).cloned() else {
            if self.outer_definitions {
                self.push(Kind::Undefined { name: name.to_owned() }, place);
                return Ok(());
            }
            return Err((Failure::UndefinedEntity, place));
        };
        self.count_expansion(&replacement, place, depth)?;
        let mut input = Input { text: &replacement, at: 0, position: place, broken_end: false };
        let floor = self.open.len();
        self.content(&mut input, floor, depth + 1).map_err(|(failure, _)| (failure, place))
    }
}

/// What `&…;` stands for.
enum Reference {
    Char(char),
    Entity(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(document: &str) -> Option<(&'static str, usize, usize)> {
        let (_, fault) = Reader::read(document.as_bytes(), Some("}"), false);
        fault.map(|(failure, position)| (failure.text(), position.line, position.column))
    }

    #[test]
    fn faults_are_where_expat_finds_them() {
        for (document, text, line, column) in [
            ("", "no element found", 1, 0),
            ("<a>", "no element found", 1, 3),
            ("<a></b>", "mismatched tag", 1, 5),
            ("<a b=c/>", "not well-formed (invalid token)", 1, 5),
            ("<a>&nope;</a>", "undefined entity", 1, 3),
            ("<a/><b/>", "junk after document element", 1, 4),
            ("text", "syntax error", 1, 0),
            ("<a b='1' b='2'/>", "duplicate attribute", 1, 9),
            ("<a xmlns:x='u'><y:z/></a>", "unbound prefix", 1, 15),
            ("\n<?xml version='1.0'?><a/>", "XML or text declaration not at start of entity", 2, 0),
            ("<a", "unclosed token", 1, 0),
        ] {
            assert_eq!(fault(document), Some((text, line, column)), "{document}");
        }
        assert_eq!(fault("<a>\n<b/></a>"), None);
    }

    #[test]
    fn entities_do_not_explode() {
        let mut document = "<!DOCTYPE a [<!ENTITY e0 'xxxxxxxxxx'>".to_owned();
        for number in 1..12 {
            let before = format!("&e{};", number - 1).repeat(10);
            document += &format!("<!ENTITY e{number} '{before}'>");
        }
        document += "]><a>&e11;</a>";
        assert!(fault(&document).is_some_and(|(text, ..)| text.starts_with("limit on input")));
        assert_eq!(fault("<!DOCTYPE a [<!ENTITY e '<b>&amp;</b>'>]><a c='&e;'>&e;</a>"), None);
        assert!(fault("<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>").is_some());
    }
}
