//! The document type declaration: general entities of the internal subset; everything else in it is skipped.

use std::sync::Arc;

use super::xml_parser::{Parsed, Parser, is_char};

impl Parser<'_> {
    pub(super) fn doctype(&mut self) -> Parsed<()> {
        self.at += "<!DOCTYPE".len();
        self.skip_blanks();
        let Some(name) = self.name() else { return self.error("xmlParseDocTypeDecl : no DOCTYPE name !") };
        self.skip_blanks();
        let (mut public, mut system) = (None, None);
        if self.take("PUBLIC") {
            self.skip_blanks();
            public = Some(self.quoted()?);
            self.skip_blanks();
            if matches!(self.peek(), b'"' | b'\'') {
                system = Some(self.quoted()?);
            }
        } else if self.take("SYSTEM") {
            self.skip_blanks();
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

    fn quoted(&mut self) -> Parsed<String> {
        let quote = self.peek();
        if quote != b'"' && quote != b'\'' {
            return self.error("SystemLiteral \" or ' expected");
        }
        let body = self.rest().get(1..).unwrap_or("");
        let Some(end) = body.find(char::from(quote)) else {
            return self.error("Unfinished System or Public ID \" or ' expected");
        };
        self.at += end + 2;
        Ok(body.get(..end).unwrap_or("").to_owned())
    }

    /// Reads the declarations between `[` and `]`; only those of general entities matter.
    fn internal_subset(&mut self) -> Parsed<()> {
        loop {
            self.skip_blanks();
            if self.take("]") {
                return Ok(());
            }
            if self.at_end() {
                return self.error("xmlParseInternalSubset: error detected in Markup declaration");
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
            } else if rest.starts_with("<!") {
                self.skip_declaration();
            } else if rest.starts_with('%') {
                let end = rest.find(';').unwrap_or(rest.len().saturating_sub(1));
                self.at += end + 1;
            } else {
                return self.error("xmlParseInternalSubset: error detected in Markup declaration");
            }
        }
    }

    fn entity_declaration(&mut self) -> Parsed<()> {
        self.skip_blanks();
        let parameter = self.take("%");
        self.skip_blanks();
        let Some(name) = self.name() else { return self.error("xmlParseEntityDecl: no name") };
        self.skip_blanks();
        if matches!(self.peek(), b'"' | b'\'') {
            let value = self.quoted()?;
            if !parameter {
                let value = decode_character_references(&value);
                Arc::make_mut(&mut self.entities).entry(name).or_insert(value);
            }
        } else if !parameter {
            // External entities are never fetched: they are empty.
            Arc::make_mut(&mut self.entities).entry(name).or_default();
        }
        self.skip_declaration();
        Ok(())
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
