//! References in XML: characters by number, the five known entities, and those of the document type, whose expansion is
//! bounded.

use std::sync::Arc;

use super::tree::{Flavour, Tree};
use super::xml_parser::{Parsed, Parser, is_char};

/// Deepest nesting of entities in entities.
const DEEPEST_ENTITY: u32 = 20;
/// Most text that entities may expand to, beside what the document itself holds.
const LARGEST_EXPANSION: usize = 1_000_000;

enum Entity {
    Character(char),
    Text(String),
}

impl Parser<'_> {
    pub(super) fn attribute_reference(&mut self, value: &mut String) -> Parsed<()> {
        if self.rest().starts_with("&#") {
            value.push(self.character_reference()?);
            return Ok(());
        }
        let begin = self.at;
        match self.entity_text()? {
            Entity::Character(c) => value.push(c),
            Entity::Text(text) => {
                if text.contains('<') {
                    let name = self.since(begin).trim_matches(['&', ';']);
                    return self.error(format!("'<' in entity '{name}' is not allowed in attributes values"));
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
            place: Some(self.line()),
            lines: 0,
            lines_counted_to: 0,
        })
    }

    pub(super) fn reference(&mut self) -> Parsed<()> {
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
                inner.at = 0;
                result = inner.error("chunk is not well balanced");
            }
        }
        if result.is_ok() && inner.open.len() != depth {
            let (name, line) = inner.open.last().map_or((String::new(), 0), |o| (o.name.clone(), o.line));
            result = inner.error(format!("Premature end of data in tag {name} line {line}"));
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
                return self.error(format!("CharRef: invalid {kind} value"));
            };
            value = value.saturating_mul(radix).saturating_add(digit);
            self.at += 1;
        }
        self.at += 1;
        if value > 0x10_ffff {
            return self.error("xmlParseCharRef: character reference out of bounds");
        }
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
