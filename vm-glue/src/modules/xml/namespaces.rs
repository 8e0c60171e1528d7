//! Attributes of start tags and namespaces: values with their references replaced, defaults from the document type,
//! prefixes bound to namespaces, names with their namespace.

use std::collections::HashSet;
use std::sync::Arc;

use super::failures::Failure;
use super::scanner::{MAX_ENTITY_DEPTH, Scanner, char_of, predefined};
use super::tokens::{Attribute, Scan, Token, Tokens};

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
/// More attributes than this are compared by hash.
const FEW: usize = 12;

/// The namespaces in force.
#[derive(Clone, Debug)]
pub struct Scope {
    separator: Option<String>,
    /// Prefix and URI, the innermost last; the URI is empty where the default namespace is taken away.
    bindings: Vec<(Option<String>, String)>,
}

impl Scope {
    pub fn new(separator: Option<String>) -> Self {
        Scope { separator, bindings: Vec::new() }
    }

    pub fn is_on(&self) -> bool {
        self.separator.is_some()
    }

    pub fn inherited(&self) -> Self {
        self.clone()
    }

    /// What an external entity is told of where it stands.
    pub fn context(&self, entity: &str) -> String {
        let mut parts = Vec::new();
        if self.is_on() {
            parts.push(format!("xml={XML_NAMESPACE}"));
        }
        for (prefix, uri) in &self.bindings {
            parts.push(format!("{}={uri}", prefix.as_deref().unwrap_or_default()));
        }
        parts.push(entity.to_owned());
        parts.join("\u{c}")
    }

    fn find(&self, prefix: Option<&str>) -> Option<&str> {
        if prefix == Some("xml") {
            return Some(XML_NAMESPACE);
        }
        let found = self.bindings.iter().rev().find(|(known, _)| known.as_deref() == prefix);
        found.map(|(_, uri)| uri.as_str()).filter(|uri| !uri.is_empty())
    }

    fn bind(&mut self, prefix: Option<&str>, uri: &str) -> Result<(), Failure> {
        match prefix {
            Some(_) if uri.is_empty() => return Err(Failure::UNDECLARED_PREFIX),
            Some("xmlns") => return Err(Failure::RESERVED_XMLNS),
            Some("xml") if uri != XML_NAMESPACE => return Err(Failure::RESERVED_XML),
            Some("xml") => {}
            _ if uri == XML_NAMESPACE || uri == XMLNS_NAMESPACE => return Err(Failure::RESERVED_NAMESPACE),
            _ => {}
        }
        self.bindings.push((prefix.map(str::to_owned), uri.to_owned()));
        Ok(())
    }

    /// The newest bindings, the oldest of them first. No URI where the default namespace is taken away.
    pub fn newest(&self, count: usize) -> impl Iterator<Item = (&Option<String>, Option<String>)> {
        let start = self.bindings.len().saturating_sub(count);
        let bindings = self.bindings.get(start..).unwrap_or_default();
        bindings.iter().map(|(prefix, uri)| (prefix, Some(uri.clone()).filter(|uri| !uri.is_empty())))
    }

    /// Takes the newest bindings back, the newest first.
    pub fn leave(&mut self, count: usize) -> Vec<Option<String>> {
        let start = self.bindings.len().saturating_sub(count);
        let mut left: Vec<_> = self.bindings.drain(start..).map(|(prefix, _)| prefix).collect();
        left.reverse();
        left
    }

    /// Puts the full name of an element into a buffer.
    pub fn element_name(&self, raw: &str, triplets: bool, name: &mut String) -> Result<(), Failure> {
        name.clear();
        let Some(separator) = &self.separator else {
            name.push_str(raw);
            return Ok(());
        };
        let (prefix, local) = match raw.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, raw),
        };
        match self.find(prefix) {
            Some(uri) => {
                name.push_str(uri);
                name.push_str(separator);
                name.push_str(local);
                if let Some(prefix) = prefix.filter(|_| triplets && !separator.is_empty()) {
                    name.push_str(separator);
                    name.push_str(prefix);
                }
            }
            None if prefix.is_some() => return Err(Failure::UNBOUND_PREFIX),
            None => name.push_str(local),
        }
        Ok(())
    }
}

impl Scanner {
    /// Reads the attributes of a tag, and adds the defaults of its element.
    pub fn read_attributes(
        &mut self,
        text: &str,
        element: &str,
        attributes: &[Attribute],
        inner: bool,
    ) -> Result<(), Failure> {
        self.found.count = 0;
        let dtd = Arc::clone(&self.dtd);
        let defaults = {
            let dtd = dtd.lock();
            if dtd.attlists.is_empty() { None } else { dtd.attlists.get(element).cloned() }
        };
        let mut seen: HashSet<&str> = HashSet::new();
        for (index, attribute) in attributes.iter().enumerate() {
            let name = text.get(attribute.name.0..attribute.name.1).unwrap_or_default();
            let twice = if attributes.len() <= FEW {
                let before = attributes.get(..index).unwrap_or_default();
                before.iter().any(|known| text.get(known.name.0..known.name.1) == Some(name))
            } else {
                !seen.insert(name)
            };
            if twice {
                return Err(self.fault_at(inner, attribute.name.0, Failure::DUPLICATE_ATTRIBUTE));
            }
            let value = text.get(attribute.value.0..attribute.value.1).unwrap_or_default();
            let mut buffer = match self.found.add_attribute() {
                Some(pair) => {
                    pair.0.push_str(name);
                    std::mem::take(&mut pair.1)
                }
                None => String::new(),
            };
            if attribute.plain {
                buffer.push_str(value);
            } else {
                let mut place = None;
                let made = self.append_value(value, &mut buffer, 0, &mut place);
                if let Err(failure) = made {
                    if let Some(place) = place {
                        self.fault_at(inner, attribute.value.0 + place, failure);
                    }
                    return Err(failure);
                }
            }
            let defined = defaults.as_ref().and_then(|all| all.iter().find(|known| known.name == name));
            if defined.is_some_and(|known| known.tokenized) {
                buffer = tokenized(&buffer);
            }
            if let Some(pair) = self.found.attributes.get_mut(index) {
                pair.1 = buffer;
            }
        }
        self.found.specified = self.found.count;
        for default in defaults.iter().flatten() {
            let Some(value) = &default.value else { continue };
            if self.found.attributes().iter().any(|(name, _)| *name == default.name) {
                continue;
            }
            if let Some(pair) = self.found.add_attribute() {
                pair.0.push_str(&default.name);
                pair.1.push_str(value);
            }
        }
        Ok(())
    }

    /// Adds the text that an attribute's value stands for. `place` is where a fault is, if that is known.
    pub fn append_value(
        &mut self,
        value: &str,
        buffer: &mut String,
        depth: usize,
        place: &mut Option<usize>,
    ) -> Result<(), Failure> {
        let mut rest = value;
        while let Some(c) = rest.chars().next() {
            match c {
                '\r' | '\n' | '\t' | ' ' => {
                    buffer.push(' ');
                    let length = if rest.starts_with("\r\n") && depth == 0 { 2 } else { 1 };
                    rest = rest.get(length..).unwrap_or_default();
                }
                '&' => {
                    let here = value.len() - rest.len();
                    let tokens = Tokens { text: rest, namespaces: self.scope.is_on() };
                    let (token, end) = match tokens.reference(0) {
                        Scan::Found(token, end) => (token, end),
                        _ => return Err(Failure::INVALID_TOKEN),
                    };
                    let reference = rest.get(..end).unwrap_or_default();
                    rest = rest.get(end..).unwrap_or_default();
                    *place = if depth == 0 { Some(here) } else { *place };
                    if token == Token::Char {
                        buffer.push(char_of(reference).ok_or(Failure::BAD_CHAR_REF)?);
                        continue;
                    }
                    let name = reference.get(1..end - 1).unwrap_or_default();
                    match predefined(name) {
                        Some(c) => buffer.push(c),
                        None => self.append_entity(name, buffer, depth, place)?,
                    }
                }
                '<' => return Err(Failure::INVALID_TOKEN),
                _ => {
                    let end = rest.find(['\r', '\n', '\t', ' ', '&', '<']).unwrap_or(rest.len());
                    buffer.push_str(rest.get(..end).unwrap_or_default());
                    rest = rest.get(end..).unwrap_or_default();
                }
            }
        }
        Ok(())
    }

    fn append_entity(
        &mut self,
        name: &str,
        buffer: &mut String,
        depth: usize,
        place: &mut Option<usize>,
    ) -> Result<(), Failure> {
        let dtd = Arc::clone(&self.dtd);
        let text = {
            let mut dtd = dtd.lock();
            let lenient = dtd.outer && !dtd.standalone;
            let Some(entity) = dtd.entities.get_mut(name) else {
                *place = if depth == 0 { None } else { *place };
                return if lenient { Ok(()) } else { Err(Failure::UNDEFINED_ENTITY) };
            };
            if !lenient && entity.outside {
                return Err(Failure::DECLARED_IN_PE);
            }
            if entity.open {
                return Err(Failure::RECURSIVE_ENTITY);
            }
            if entity.notation.is_some() {
                return Err(Failure::BINARY_ENTITY);
            }
            let Some(text) = entity.text.clone() else { return Err(Failure::EXTERNAL_IN_ATTRIBUTE) };
            entity.open = true;
            text
        };
        self.count_expansion(text.len())?;
        if depth >= MAX_ENTITY_DEPTH {
            return Err(Failure::AMPLIFICATION);
        }
        let made = self.append_value(&text, buffer, depth + 1, place);
        dtd.lock().close(name, false);
        made
    }

    /// Puts the namespaces that a tag declares in force, and counts them.
    pub fn bind_namespaces(&mut self, bound: &mut usize) -> Result<(), Failure> {
        for (name, value) in self.found.attributes.iter().take(self.found.count) {
            let prefix = match name.strip_prefix("xmlns:") {
                Some(prefix) => Some(prefix),
                None if name == "xmlns" => None,
                None => continue,
            };
            self.scope.bind(prefix, value)?;
            *bound += 1;
        }
        Ok(())
    }

    /// Takes the declarations of namespaces out of the attributes, and gives the others their full names.
    pub fn qualify_attributes(&mut self, bound: usize) -> Result<(), Failure> {
        let found = &mut self.found;
        let count = found.count;
        let mut kept = 0;
        let mut specified = 0;
        let mut qualified = 0;
        for index in 0..count {
            let Some((name, _)) = found.attributes.get_mut(index) else { break };
            if bound > 0 && (name == "xmlns" || name.starts_with("xmlns:")) {
                continue;
            }
            if let Some((prefix, local)) = name.split_once(':') {
                let uri = self.scope.find(Some(prefix)).ok_or(Failure::UNBOUND_PREFIX)?;
                let separator = self.scope.separator.as_deref().unwrap_or_default();
                let mut full = format!("{uri}{separator}{local}");
                if self.options.triplets && !separator.is_empty() {
                    full.push_str(separator);
                    full.push_str(prefix);
                }
                *name = full;
                qualified += 1;
            }
            found.attributes.swap(kept, index);
            kept += 1;
            specified += usize::from(index < found.specified);
        }
        found.count = kept;
        found.specified = specified;
        if qualified > 1 {
            self.refuse_twice()?;
        }
        Ok(())
    }

    /// Two prefixes may mean the same namespace.
    fn refuse_twice(&self) -> Result<(), Failure> {
        let separator = self.scope.separator.as_deref().unwrap_or_default();
        let mut seen = HashSet::new();
        for (name, _) in self.found.attributes() {
            let mut name = name.as_str();
            if self.options.triplets && name.matches(separator).count() > 1 && !separator.is_empty() {
                name = name.rsplit_once(separator).map_or(name, |(name, _)| name);
            }
            if !seen.insert(name) {
                return Err(Failure::DUPLICATE_ATTRIBUTE);
            }
        }
        Ok(())
    }
}

/// The value of an attribute that is a name or a list of names.
pub fn tokenized(value: &str) -> String {
    value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
