//! What stands in XML beside tags: the declaration at the start, comments, instructions, CDATA sections.

use super::tree::{EMPTY, Kind, Name};
use super::xml_parser::{Parsed, Parser, is_char};

/// Most characters of a document that a message repeats.
const NEAR: usize = 50;

/// The start of some text, as messages repeat it; nothing is cut inside a character.
fn near(text: &str) -> &str {
    let mut end = text.len().min(NEAR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// Text without its last two characters.
fn all_but_two(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next_back();
    characters.next_back();
    characters.as_str()
}

impl Parser<'_> {
    /// `=` and the opening quotation mark of a value in the declaration.
    fn declared_value(&mut self) -> Parsed<u8> {
        self.skip_blanks();
        if !self.take("=") {
            return self.error("expected '='");
        }
        self.skip_blanks();
        let quote = self.peek();
        if quote != b'"' && quote != b'\'' {
            return self.error("String not started expecting ' or \"");
        }
        self.at += 1;
        Ok(quote)
    }

    fn close_value(&mut self, quote: u8) -> Parsed<()> {
        if self.peek() != quote {
            return self.error("String not closed expecting \" or '");
        }
        self.at += 1;
        Ok(())
    }

    /// Takes as much as fits.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    /// `<?xml version="1.0" encoding="…" standalone="…"?>`, in this order.
    pub(super) fn declaration(&mut self) -> Parsed<()> {
        self.at += "<?xml".len();
        self.skip_blanks();
        if !self.take("version") {
            return self.error("Malformed declaration expecting version");
        }
        let quote = self.declared_value()?;
        let begin = self.at;
        if !self.take_while(|c| c.is_ascii_digit()).is_empty() && self.take(".") {
            self.take_while(|c| c.is_ascii_digit());
        }
        let version = self.since(begin).to_owned();
        self.close_value(quote)?;
        if !version.starts_with("1.") {
            return self.error(format!("Unsupported version '{version}'"));
        }
        if self.take("?>") {
            return Ok(());
        }
        if !self.skip_blanks() {
            return self.error("Blank needed here");
        }
        if self.take("encoding") {
            let quote = self.declared_value()?;
            if !self.peek().is_ascii_alphabetic() {
                return self.error("Invalid XML encoding name");
            }
            let name = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')).to_owned();
            self.close_value(quote)?;
            self.tree.encoding = Some(name);
            if self.take("?>") {
                return Ok(());
            }
            if !self.skip_blanks() {
                return self.error("Blank needed here");
            }
        }
        if self.take("standalone") {
            let quote = self.declared_value()?;
            if !self.take("yes") && !self.take("no") {
                return self.error("standalone accepts only 'yes' or 'no'");
            }
            self.close_value(quote)?;
            self.skip_blanks();
        }
        if self.take("?>") { Ok(()) } else { self.error("parsing XML declaration: '?>' expected") }
    }

    pub(super) fn cdata(&mut self) -> Parsed<()> {
        let begin = self.at + "<![CDATA[".len();
        let body = self.from(begin);
        let end = body.find("]]>");
        let text = body.get(..end.unwrap_or(body.len())).unwrap_or("");
        let bad = text.char_indices().find(|(_, c)| !is_char(*c)).map(|(at, _)| at);
        if end.is_none() || bad.is_some() {
            let good = text.get(..bad.unwrap_or(text.len())).unwrap_or("");
            self.at = begin + good.len();
            if good.chars().nth(1).is_none() {
                return self.error("Unregistered error message");
            }
            return self.error(format!("CData section not finished\n{}", near(all_but_two(good))));
        }
        let parent = self.parent();
        if self.options.keep_cdata {
            let node = self.tree.create_text(Kind::Text, text);
            self.tree.mark_cdata(node);
            self.tree.link_last(parent, node);
        } else {
            self.tree.append_text(parent, text);
        }
        self.at = begin + text.len() + 3;
        Ok(())
    }

    pub(super) fn comment(&mut self) -> Parsed<()> {
        let line = self.line();
        let begin = self.at + "<!--".len();
        let body = self.from(begin);
        let end = body.find("--");
        let text = body.get(..end.unwrap_or(body.len())).unwrap_or("");
        if let Some((at, bad)) = text.char_indices().find(|(_, c)| !is_char(*c)) {
            self.at = begin + at;
            return self.error(format!("xmlParseComment: invalid xmlChar value {}", u32::from(bad)));
        }
        self.at = begin + text.len();
        let Some(end) = end else {
            if text.is_ascii() {
                return self.error("Comment not terminated");
            }
            return self.error(format!("Comment not terminated \n<!--{}", near(all_but_two(text))));
        };
        if !body.get(end + 2..).unwrap_or("").starts_with('>') {
            return self.error(format!("Double hyphen within comment: <!--{}", near(text)));
        }
        if !self.options.remove_comments {
            let node = self.tree.create_text(Kind::Comment, text);
            self.tree.set_line(node, line);
            let parent = self.parent();
            self.tree.link_last(parent, node);
        }
        self.at += 3;
        Ok(())
    }

    pub(super) fn instruction(&mut self) -> Parsed<()> {
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
        if !self.skip_blanks() && !self.rest().starts_with("?>") {
            return self.error(format!("ParsePI: PI {target} space expected"));
        }
        let begin = self.at;
        let body = self.rest();
        let end = body.find("?>");
        let text = body.get(..end.unwrap_or(body.len())).unwrap_or("");
        let bad = text.char_indices().find(|(_, c)| !is_char(*c)).map(|(at, _)| at);
        if end.is_none() || bad.is_some() {
            self.at = begin + bad.unwrap_or(text.len());
            return self.error(format!("ParsePI: PI {target} never end ..."));
        }
        if !self.options.remove_instructions {
            let node = self.tree.create_text(Kind::Instruction, text);
            let local = self.tree.atom(&target);
            self.tree.set_name(node, Name { uri: EMPTY, prefix: EMPTY, local });
            self.tree.set_line(node, line);
            let parent = self.parent();
            self.tree.link_last(parent, node);
        }
        self.at = begin + text.len() + 2;
        Ok(())
    }
}
