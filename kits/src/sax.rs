//! A reader of XML that reports what it meets, with the errors of expat: property lists, XML-RPC and feeds are read with
//! it, and plug-ins see its messages.

use std::collections::HashMap;

use crate::elements::encoding::encoding_for;

/// Most text that entities may expand to.
const LARGEST_EXPANSION: usize = 1_000_000;
/// Deepest nesting of entities in entities.
const DEEPEST_ENTITY: u32 = 16;

/// Why a document is refused, and where: line from 1, column from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}: line {line}, column {column}")]
pub struct SaxError {
    pub message: &'static str,
    pub line: usize,
    pub column: usize,
}

const NO_ELEMENT: &str = "no element found";
const SYNTAX: &str = "syntax error";
const INVALID: &str = "not well-formed (invalid token)";
const UNCLOSED: &str = "unclosed token";
const UNCLOSED_CDATA: &str = "unclosed CDATA section";
const MISMATCHED: &str = "mismatched tag";
const DUPLICATE: &str = "duplicate attribute";
const JUNK: &str = "junk after document element";
const ENTITY: &str = "undefined entity";
const RECURSIVE: &str = "recursive entity reference";
const AMPLIFIED: &str = "limit on input amplification factor (from DTD and entities) breached";
const REFERENCE: &str = "reference to invalid character number";
const UNBOUND: &str = "unbound prefix";
const DECLARATION: &str = "XML or text declaration not at start of entity";
const UNKNOWN_ENCODING: &str = "unknown encoding";

/// A name as it is written, and its namespace where namespaces are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    pub prefix: String,
    pub local: String,
    pub uri: Option<String>,
}

impl Name {
    /// With its prefix.
    pub fn written(&self) -> String {
        if self.prefix.is_empty() { self.local.clone() } else { format!("{}:{}", self.prefix, self.local) }
    }
}

/// What is told of a document. The first error ends the reading.
pub trait Handler {
    type Error: From<SaxError>;

    /// A prefix (empty for none) gets a namespace; before the element that says so.
    fn namespace(&mut self, _prefix: &str, _uri: &str) {}
    fn start(&mut self, name: &Name, attributes: Vec<(Name, String)>) -> Result<(), Self::Error>;
    fn end(&mut self, name: &Name) -> Result<(), Self::Error>;
    /// Text, in as many pieces as it comes.
    fn text(&mut self, text: &str) -> Result<(), Self::Error>;
}

/// The document's bytes as text: by byte order mark, declaration, or as UTF-8. What comes before a fault is kept, with
/// a character that is none of XML at its place.
pub fn decoded(bytes: &[u8]) -> Result<String, SaxError> {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0.into_owned());
    }
    if let Some(name) = declared_encoding(bytes) {
        match encoding_for(&name) {
            Some(encoding) if encoding != encoding_rs::UTF_8 => {
                return Ok(encoding.decode_without_bom_handling(bytes).0.into_owned());
            }
            Some(_) => {}
            None => return Err(SaxError { message: UNKNOWN_ENCODING, line: 1, column: 30 }),
        }
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            format!("{}\u{0}", String::from_utf8_lossy(good))
        }
    })
}

/// The encoding in an XML declaration.
pub fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let end = rest.windows(2).position(|pair| pair == b"?>")?;
    let declaration = String::from_utf8_lossy(rest.get(..end)?).into_owned();
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split(quote).next().map(str::to_owned)
}

/// Reads a document.
pub fn parse<H: Handler>(text: &str, namespaces: bool, handler: &mut H) -> Result<(), H::Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let normal;
    let text = if text.contains('\r') {
        normal = text.replace("\r\n", "\n").replace('\r', "\n");
        &normal
    } else {
        text
    };
    Reader {
        text,
        at: 0,
        place: None,
        namespaces,
        handler,
        open: Vec::new(),
        scopes: vec![("xml".to_owned(), "http://www.w3.org/XML/1998/namespace".to_owned())],
        entities: HashMap::new(),
        expanded: 0,
        depth: 0,
    }
    .document()
}

struct Open {
    name: Name,
    /// Number of namespaces in scope before it.
    scope: usize,
}

struct Reader<'a, H> {
    text: &'a str,
    at: usize,
    /// Where the entity that is being read stands.
    place: Option<(usize, usize)>,
    namespaces: bool,
    handler: &'a mut H,
    open: Vec<Open>,
    scopes: Vec<(String, String)>,
    entities: HashMap<String, String>,
    expanded: usize,
    depth: u32,
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_char(c: char) -> bool {
    crate::elements::xml_parser::is_char(c)
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | ':')
}

fn is_name_char(c: char) -> bool {
    is_name_start(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{b7}')
}

impl<'a, H: Handler> Reader<'a, H> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn fault<T>(&self, message: &'static str, at: usize) -> Result<T, H::Error> {
        let (line, column) = self.place.unwrap_or_else(|| {
            let before = self.text.get(..at).unwrap_or(self.text);
            let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            (line, before.get(start..).unwrap_or("").chars().count())
        });
        Err(SaxError { message, line, column }.into())
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.peek()) {
            self.at += 1;
        }
    }

    fn document(mut self) -> Result<(), H::Error> {
        if self.rest().starts_with("<?xml") && self.rest().as_bytes().get(5).is_some_and(|b| is_blank(*b)) {
            match self.rest().find("?>") {
                Some(end) => self.at += end + 2,
                None => return self.fault(UNCLOSED, 0),
            }
        }
        let mut had_root = false;
        loop {
            self.skip_blanks();
            let start = self.at;
            let rest = self.rest();
            if rest.is_empty() {
                return if had_root { Ok(()) } else { self.fault(NO_ELEMENT, start) };
            }
            if rest.starts_with("<!--") || rest.starts_with("<?") {
                self.aside()?;
            } else if rest.starts_with("<!DOCTYPE") && !had_root {
                self.doctype()?;
            } else if had_root {
                let message = if rest.starts_with('<') || is_name_start(rest.chars().next().unwrap_or(' ')) {
                    JUNK
                } else {
                    INVALID
                };
                return self.fault(message, start);
            } else if rest.starts_with('<') {
                self.element()?;
                self.content()?;
                had_root = true;
            } else {
                // A word is a token, if one out of place.
                let word = rest.chars().next().is_some_and(is_name_char);
                return self.fault(if word { SYNTAX } else { INVALID }, start);
            }
        }
    }

    /// A comment or an instruction.
    fn aside(&mut self) -> Result<(), H::Error> {
        let start = self.at;
        if self.take("<!--") {
            let Some(end) = self.rest().find("--") else { return self.fault(UNCLOSED, start) };
            if !self.rest().get(end..).unwrap_or("").starts_with("-->") {
                return self.fault(INVALID, self.at + end + 2);
            }
            self.at += end + 3;
            return Ok(());
        }
        let Some(end) = self.rest().find("?>") else { return self.fault(UNCLOSED, start) };
        let target = self.rest().get(2..end).unwrap_or("");
        if target.get(..3).is_some_and(|t| t.eq_ignore_ascii_case("xml"))
            && !target.get(3..4).is_some_and(|c| c.chars().all(is_name_char))
        {
            return self.fault(DECLARATION, start);
        }
        self.at += end + 2;
        Ok(())
    }

    fn doctype(&mut self) -> Result<(), H::Error> {
        let start = self.at;
        self.at += "<!DOCTYPE".len();
        loop {
            match self.peek() {
                0 => return self.fault(UNCLOSED, start),
                b'>' => {
                    self.at += 1;
                    return Ok(());
                }
                quote @ (b'"' | b'\'') => {
                    let rest = self.rest().get(1..).unwrap_or("");
                    let Some(end) = rest.find(char::from(quote)) else { return self.fault(UNCLOSED, start) };
                    self.at += end + 2;
                }
                b'[' => {
                    self.at += 1;
                    self.internal_subset(start)?;
                }
                _ => self.at += self.rest().chars().next().map_or(1, char::len_utf8),
            }
        }
    }

    /// Entity declarations; all others are passed over.
    fn internal_subset(&mut self, start: usize) -> Result<(), H::Error> {
        loop {
            self.skip_blanks();
            let rest = self.rest();
            if rest.is_empty() {
                return self.fault(UNCLOSED, start);
            }
            if self.take("]") {
                return Ok(());
            }
            if rest.starts_with("<!--") || rest.starts_with("<?") {
                self.aside()?;
                continue;
            }
            let mut quote = None;
            let end = rest.char_indices().find(|(_, c)| {
                match (quote, *c) {
                    (None, '"' | '\'') => quote = Some(*c),
                    (Some(open), c) if open == c => quote = None,
                    _ => {}
                }
                quote.is_none() && *c == '>'
            });
            let Some((end, _)) = end else { return self.fault(UNCLOSED, self.at) };
            if let Some(declaration) = rest.get(..end).and_then(|d| d.strip_prefix("<!ENTITY")) {
                let mut words = declaration.trim_start().splitn(2, |c: char| c.is_ascii_whitespace());
                let (name, value) = (words.next().unwrap_or(""), words.next().unwrap_or("").trim());
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                if let Some(value) = quote.and_then(|quote| value.get(1..)?.strip_suffix(quote)) {
                    self.entities.entry(name.to_owned()).or_insert_with(|| value.to_owned());
                }
            }
            self.at += end + 1;
        }
    }

    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        if !rest.chars().next().is_some_and(is_name_start) {
            return None;
        }
        let length = rest.find(|c| !is_name_char(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length)
    }

    fn split(written: &str) -> Name {
        match written.split_once(':') {
            Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => {
                Name { prefix: prefix.to_owned(), local: local.to_owned(), uri: None }
            }
            _ => Name { local: written.to_owned(), ..Name::default() },
        }
    }

    fn bind(&self, name: &mut Name, attribute: bool, at: usize) -> Result<(), H::Error> {
        if !self.namespaces || attribute && name.prefix.is_empty() {
            return Ok(());
        }
        let found = self.scopes.iter().rev().find(|(prefix, _)| *prefix == name.prefix);
        match found {
            Some((_, uri)) => name.uri = Some(uri.clone()).filter(|uri| !uri.is_empty()),
            None if name.prefix.is_empty() => {}
            None => return self.fault(UNBOUND, at),
        }
        Ok(())
    }

    /// A start tag; an empty element is ended at once.
    fn element(&mut self) -> Result<(), H::Error> {
        let start = self.at;
        self.at += 1;
        let Some(written) = self.name() else {
            return if self.rest().is_empty() { self.fault(UNCLOSED, start) } else { self.fault(INVALID, self.at) };
        };
        let mut name = Self::split(written);
        let mut attributes: Vec<(Name, String)> = Vec::new();
        let scope = self.scopes.len();
        let empty = loop {
            let before = self.at;
            self.skip_blanks();
            if self.rest().is_empty() {
                return self.fault(UNCLOSED, start);
            }
            if self.take(">") {
                break false;
            }
            if self.take("/>") {
                break true;
            }
            let at = self.at;
            let attribute = if at > before { self.name() } else { None };
            let Some(attribute) = attribute else { return self.fault(INVALID, self.at) };
            self.skip_blanks();
            if !self.take("=") {
                return self.fault(INVALID, self.at);
            }
            self.skip_blanks();
            let quote = self.peek();
            if !matches!(quote, b'"' | b'\'') {
                return self.fault(INVALID, self.at);
            }
            self.at += 1;
            let Some(length) = self.rest().find(char::from(quote)) else { return self.fault(UNCLOSED, start) };
            let raw = self.rest().get(..length).unwrap_or("");
            if let Some(bad) = raw.find(|c| c == '<' || !is_char(c)) {
                return self.fault(INVALID, self.at + bad);
            }
            let value = self.attribute_value(raw, self.at)?;
            self.at += length + 1;
            let parts = Self::split(attribute);
            if attributes.iter().any(|(known, _)| known.prefix == parts.prefix && known.local == parts.local) {
                return self.fault(DUPLICATE, at);
            }
            if self.namespaces && (attribute == "xmlns" || parts.prefix == "xmlns") {
                let prefix = if attribute == "xmlns" { String::new() } else { parts.local };
                self.handler.namespace(&prefix, &value);
                self.scopes.push((prefix, value));
                continue;
            }
            attributes.push((parts, value));
        };
        self.bind(&mut name, false, start + 1)?;
        for (attribute, _) in &mut attributes {
            self.bind(attribute, true, start + 1)?;
        }
        self.handler.start(&name, attributes)?;
        if empty {
            self.scopes.truncate(scope);
            return self.handler.end(&name);
        }
        self.open.push(Open { name, scope });
        Ok(())
    }

    fn attribute_value(&mut self, raw: &str, at: usize) -> Result<String, H::Error> {
        let plain: String = raw.chars().map(|c| if matches!(c, '\t' | '\n') { ' ' } else { c }).collect();
        if !plain.contains('&') {
            return Ok(plain);
        }
        let mut out = String::new();
        let mut rest = plain.as_str();
        while let Some(found) = rest.find('&') {
            out.push_str(rest.get(..found).unwrap_or(""));
            let place = at + (plain.len() - rest.len()) + found;
            rest = rest.get(found..).unwrap_or("");
            let (value, length) = self.reference(rest, place)?;
            out.push_str(&value);
            rest = rest.get(length..).unwrap_or("");
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The text of the reference at the start of `rest`, and its length.
    fn reference(&mut self, rest: &str, at: usize) -> Result<(String, usize), H::Error> {
        let body = rest.get(1..).unwrap_or("");
        if let Some(number) = body.strip_prefix('#') {
            let (digits, radix, skip) = match number.strip_prefix('x') {
                Some(hex) => (hex, 16, 3),
                None => (number, 10, 2),
            };
            let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
            if length == 0 || !digits.get(length..).unwrap_or("").starts_with(';') {
                return self.fault(INVALID, at + skip + length);
            }
            let code = u32::from_str_radix(digits.get(..length).unwrap_or(""), radix).ok();
            return match code.and_then(char::from_u32).filter(|c| is_char(*c)) {
                Some(c) => Ok((c.to_string(), skip + length + 1)),
                None => self.fault(REFERENCE, at),
            };
        }
        let length = match body.chars().next() {
            Some(c) if is_name_start(c) => body.find(|c| !is_name_char(c)).unwrap_or(body.len()),
            _ => return self.fault(INVALID, at + 1),
        };
        if !body.get(length..).unwrap_or("").starts_with(';') {
            return self.fault(INVALID, at + 1 + length);
        }
        let name = body.get(..length).unwrap_or("");
        let value = match name {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            _ => {
                let Some(value) = self.entities.get(name).cloned() else { return self.fault(ENTITY, at) };
                if self.depth >= DEEPEST_ENTITY {
                    return self.fault(RECURSIVE, at);
                }
                self.expanded += value.len();
                if self.expanded > LARGEST_EXPANSION {
                    return self.fault(AMPLIFIED, at);
                }
                self.depth += 1;
                let expanded = self.attribute_value(&value, at);
                self.depth -= 1;
                return Ok((expanded?, length + 2));
            }
        };
        Ok((value.to_owned(), length + 2))
    }

    /// What stands between the tags of the open element, down to its end.
    fn content(&mut self) -> Result<(), H::Error> {
        let outer = self.open.len().saturating_sub(1);
        while self.open.len() > outer {
            let start = self.at;
            let rest = self.rest();
            if rest.is_empty() {
                return self.fault(NO_ELEMENT, start);
            }
            let plain = rest.find(['<', '&']).unwrap_or(rest.len());
            if plain > 0 {
                let text = rest.get(..plain).unwrap_or("");
                if let Some(bad) = text.find(|c| !is_char(c)) {
                    return self.fault(INVALID, start + bad);
                }
                if let Some(bad) = text.find("]]>") {
                    return self.fault(INVALID, start + bad + 2);
                }
                self.at += plain;
                self.handler.text(text)?;
            } else if rest.starts_with('&') {
                let (value, length) = self.reference(rest, start)?;
                self.at += length;
                self.handler.text(&value)?;
            } else if rest.starts_with("</") {
                self.end_tag()?;
            } else if rest.starts_with("<!--") || rest.starts_with("<?") {
                self.aside()?;
            } else if let Some(data) = rest.strip_prefix("<![CDATA[") {
                let Some(end) = data.find("]]>") else { return self.fault(UNCLOSED_CDATA, self.text.len()) };
                let text = data.get(..end).unwrap_or("");
                if let Some(bad) = text.find(|c| !is_char(c)) {
                    return self.fault(INVALID, start + 9 + bad);
                }
                self.handler.text(text)?;
                self.at += 9 + end + 3;
            } else if rest.starts_with("<!") {
                return self.fault(INVALID, start + 2);
            } else {
                self.element()?;
            }
        }
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), H::Error> {
        let start = self.at;
        self.at += 2;
        let Some(written) = self.name() else {
            return if self.rest().is_empty() { self.fault(UNCLOSED, start) } else { self.fault(INVALID, self.at) };
        };
        self.skip_blanks();
        if self.rest().is_empty() {
            return self.fault(UNCLOSED, start);
        }
        if !self.take(">") {
            return self.fault(INVALID, self.at);
        }
        match self.open.pop() {
            Some(open) if open.name.written() == written => {
                self.scopes.truncate(open.scope);
                self.handler.end(&open.name)
            }
            _ => self.fault(MISMATCHED, start + 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Log(String);

    impl Handler for Log {
        type Error = SaxError;

        fn start(&mut self, name: &Name, attributes: Vec<(Name, String)>) -> Result<(), SaxError> {
            self.0.push_str(&format!("<{}", name.written()));
            for (name, value) in attributes {
                self.0.push_str(&format!(" {}={value:?}", name.written()));
            }
            self.0.push('>');
            Ok(())
        }

        fn end(&mut self, name: &Name) -> Result<(), SaxError> {
            self.0.push_str(&format!("</{}>", name.written()));
            Ok(())
        }

        fn text(&mut self, text: &str) -> Result<(), SaxError> {
            self.0.push_str(text);
            Ok(())
        }
    }

    fn read(source: &str) -> Result<String, String> {
        let mut log = Log::default();
        match parse(source, true, &mut log) {
            Ok(()) => Ok(log.0),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn documents() {
        let source =
            "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'x'>]><a b='1 &lt;'>t&e;<![CDATA[<]]><!-- c --><c/></a>";
        assert_eq!(read(source).unwrap(), "<a b=\"1 <\">tx<<c></c></a>");
    }

    #[test]
    fn errors() {
        let cases = [
            ("", "no element found: line 1, column 0"),
            ("<plist><dict>", "no element found: line 1, column 13"),
            ("bplist00", "syntax error: line 1, column 0"),
            ("{ a = b; }", "not well-formed (invalid token): line 1, column 0"),
            ("<p><s>&nbsp;</s></p>", "undefined entity: line 1, column 6"),
            ("<a>\n</b>", "mismatched tag: line 2, column 2"),
            ("<a/><b/>", "junk after document element: line 1, column 4"),
            ("<a>x & y</a>", "not well-formed (invalid token): line 1, column 6"),
            ("<a b='1' b='2'/>", "duplicate attribute: line 1, column 9"),
            ("<x:a/>", "unbound prefix: line 1, column 1"),
            ("<a", "unclosed token: line 1, column 0"),
        ];
        for (source, wanted) in cases {
            assert_eq!(read(source).unwrap_err(), wanted, "{source}");
        }
    }

    #[test]
    fn laughs_end() {
        let mut source = "<!DOCTYPE a [<!ENTITY e0 'ha'>".to_owned();
        for n in 1..30 {
            source.push_str(&format!("<!ENTITY e{n} '&e{};&e{};&e{};&e{};'>", n - 1, n - 1, n - 1, n - 1));
        }
        source.push_str("]><a>&e12;</a>");
        assert!(read(&source).unwrap_err().starts_with("limit on input"));
    }
}
