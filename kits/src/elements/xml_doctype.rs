//! The document type declaration: general entities of the internal subset; everything else in it is skipped.

use std::sync::Arc;

use super::xml_parser::{Parsed, Parser, is_char, is_plain_name};

impl Parser<'_> {
    pub(super) fn doctype(&mut self) -> Parsed<()> {
        self.at += "<!DOCTYPE".len();
        self.skip_blanks();
        let Some(name) = self.name() else { return self.error("xmlParseDocTypeDecl : no DOCTYPE name !") };
        self.skip_blanks();
        let (mut public, mut system) = (None, None);
        if self.take("PUBLIC") {
            self.blanks_after("'PUBLIC'")?;
            public = Some(self.quoted()?);
            self.blanks_after("the Public Identifier")?;
            system = Some(self.quoted()?);
        } else if self.take("SYSTEM") {
            self.blanks_after("'SYSTEM'")?;
            system = Some(self.quoted()?);
        }
        self.skip_blanks();
        if self.take("[") {
            self.internal_subset()?;
            self.skip_blanks();
        }
        if !self.take(">") {
            return self.error("DOCTYPE improperly terminated");
        }
        self.tree.doctype = Some((name, public, system));
        Ok(())
    }

    /// Blanks that may not be missing.
    fn blanks_after(&mut self, what: &str) -> Parsed<()> {
        if self.skip_blanks() { Ok(()) } else { self.error(format!("Space required after {what}")) }
    }

    fn quoted(&mut self) -> Parsed<String> {
        let quote = self.peek();
        if quote != b'"' && quote != b'\'' {
            return self.error("SystemLiteral \" or ' expected");
        }
        let body = self.rest().get(1..).unwrap_or("");
        let Some(end) = body.find(char::from(quote)) else {
            self.at += 1 + body.len();
            return self.error("Unfinished System or Public ID \" or ' expected");
        };
        self.at += end + 2;
        Ok(body.get(..end).unwrap_or("").to_owned())
    }

    fn markup_error<T>(&self) -> Parsed<T> {
        self.error("internal error: xmlParseInternalSubset: error detected in Markup declaration\n")
    }

    /// Reads the declarations between `[` and `]`; only those of general entities matter.
    fn internal_subset(&mut self) -> Parsed<()> {
        loop {
            self.skip_blanks();
            if self.take("]") {
                return Ok(());
            }
            if self.at_end() {
                return self.markup_error();
            }
            let rest = self.rest();
            if rest.starts_with("<!--") {
                let end = rest.find("-->").unwrap_or(rest.len().saturating_sub(3));
                self.at += end + 3;
            } else if rest.starts_with("<?") {
                let end = rest.find("?>").unwrap_or(rest.len().saturating_sub(2));
                self.at += end + 2;
            } else if self.take("<!ENTITY") {
                self.entity_declaration()?;
            } else if self.take("<!ELEMENT") {
                self.element_declaration()?;
            } else if self.take("<!ATTLIST") {
                self.attribute_declaration()?;
            } else if self.take("<!NOTATION") {
                self.skip_declaration();
            } else if self.take("<!") {
                return self.markup_error();
            } else if rest.starts_with('%') {
                let end = rest.find(';').unwrap_or(rest.len().saturating_sub(1));
                self.at += end + 1;
            } else {
                return self.markup_error();
            }
        }
    }

    /// The kinds of content are looked at no further than their first word.
    fn element_declaration(&mut self) -> Parsed<()> {
        self.blanks_after("'ELEMENT'")?;
        let Some(_) = self.name() else { return self.error("xmlParseElementDecl: no name for Element") };
        self.blanks_after("the element name")?;
        if self.peek() != b'(' && !self.take("EMPTY") && !self.take("ANY") {
            return self.error("xmlParseElementDecl: 'EMPTY', 'ANY' or '(' expected");
        }
        self.skip_declaration();
        Ok(())
    }

    /// Values that attributes have where a document gives none are not used.
    fn attribute_declaration(&mut self) -> Parsed<()> {
        const TYPES: &[&str] =
            &["CDATA", "IDREFS", "IDREF", "ID", "ENTITIES", "ENTITY", "NMTOKENS", "NMTOKEN", "NOTATION"];
        self.blanks_after("'<!ATTLIST'")?;
        let Some(_) = self.name() else { return self.error("ATTLIST: no name for Element") };
        self.skip_blanks();
        if self.take(">") {
            return Ok(());
        }
        let Some(_) = self.name() else { return self.error("ATTLIST: no name for Attribute") };
        self.blanks_after("the attribute name")?;
        let known = TYPES.iter().any(|name| self.take(name));
        if !known && self.peek() != b'(' {
            return self.error("'(' required to start ATTLIST enumeration");
        }
        if known {
            self.blanks_after("the attribute type")?;
        }
        self.skip_declaration();
        Ok(())
    }

    fn entity_declaration(&mut self) -> Parsed<()> {
        self.blanks_after("'<!ENTITY'")?;
        let parameter = self.take("%");
        self.skip_blanks();
        let Some(name) = self.name() else { return self.error("xmlParseEntityDecl: no name") };
        self.blanks_after("the entity name")?;
        if matches!(self.peek(), b'"' | b'\'') {
            let value = self.entity_value()?;
            if !parameter {
                let value = decode_character_references(&value);
                Arc::make_mut(&mut self.entities).entry(name.clone()).or_insert(value);
            }
        } else if self.take("SYSTEM") || self.take("PUBLIC") {
            if !parameter {
                // External entities are never fetched: they are empty.
                Arc::make_mut(&mut self.entities).entry(name).or_default();
            }
            self.skip_declaration();
            return Ok(());
        }
        self.skip_blanks();
        if self.take(">") { Ok(()) } else { self.error(format!("xmlParseEntityDecl: entity {name} not terminated")) }
    }

    /// The text of an entity; `&` and `%` only begin references in it.
    fn entity_value(&mut self) -> Parsed<String> {
        let quote = char::from(self.peek());
        let body = self.rest().get(1..).unwrap_or("");
        let Some(end) = body.find(quote) else {
            self.at += 1 + body.len();
            return self.error("EntityValue: \" or ' expected");
        };
        let value = body.get(..end).unwrap_or("");
        self.at += end + 2;
        for (at, c) in value.char_indices().filter(|(_, c)| matches!(c, '&' | '%')) {
            let after = value.get(at + 1..).unwrap_or("");
            let number = c == '&' && after.starts_with('#');
            let name = after.split_once(';').is_some_and(|(name, _)| !name.is_empty() && is_entity_name(name));
            if !number && !name {
                return self.error(format!("EntityValue: '{c}' forbidden except for entities references"));
            }
        }
        Ok(value.to_owned())
    }

    /// Skips to the end of a declaration, over quoted text.
    fn skip_declaration(&mut self) {
        let mut quote = 0;
        while !self.at_end() {
            let c = self.peek();
            self.at += 1;
            if quote != 0 {
                if c == quote {
                    quote = 0;
                }
            } else if c == b'"' || c == b'\'' {
                quote = c;
            } else if c == b'>' {
                return;
            }
        }
    }
}

fn is_entity_name(name: &str) -> bool {
    name.split(':').all(is_plain_name)
}

/// Character references in an entity's declaration count at once, all others when it is used.
fn decode_character_references(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("&#") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let Some((digits, tail)) = after.get(2..).and_then(|a| a.split_once(';')) else { break };
        let value = match digits.strip_prefix('x') {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
            None => digits.parse(),
        };
        // An escaped "&" or "<" stays escaped, or it would be read as markup.
        match value.ok().and_then(char::from_u32).filter(|c| is_char(*c)) {
            Some(c) => out.push(c),
            None => return text.to_owned(),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}
