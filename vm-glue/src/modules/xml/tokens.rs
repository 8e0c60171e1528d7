//! The tokens of XML text as expat cuts it: what comes next at a place, how far it goes, and where it is wrong.

/// A piece of text that is cut.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<'a> {
    pub text: &'a str,
    /// A colon separates a prefix from a name, and only once.
    pub namespaces: bool,
}

/// An attribute of a start tag: where its name and its value (without quotes) are.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub name: (usize, usize),
    pub value: (usize, usize),
    /// The value means what is written.
    pub plain: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// Text without line ends.
    Data,
    LineEnd,
    /// The name ends here.
    Start {
        name_end: usize,
    },
    Empty {
        name_end: usize,
    },
    End {
        name: (usize, usize),
    },
    /// `&name;`
    Entity,
    /// `&#…;`
    Char,
    Instruction {
        target_end: usize,
    },
    /// `<?xml …?>`
    Declaration,
    Comment,
    CdataOpen,
    CdataClose,
    // What only a document type has.
    Space,
    /// `<![`
    Conditional,
    /// `<!NAME`
    DeclarationOpen,
    /// `<` before the first element.
    Instance,
    Literal,
    Percent,
    /// `%name;`
    Parameter,
    Comma,
    BracketOpen,
    BracketClose,
    ParenOpen,
    /// With what follows: `*`, `?`, `+` or nothing (0).
    ParenClose(u8),
    Or,
    DeclarationClose,
    /// `#NAME`
    Pound,
    /// With what follows.
    Name(u8),
    Nmtoken,
}

/// What was found at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    Found(Token, usize),
    /// The text ends behind a token that more text could make longer.
    AtEnd(Token, usize),
    /// Nothing more there.
    Nothing,
    /// The text ends within a token.
    Partial,
    /// This character cannot be there.
    Invalid(usize),
}

const SPACE: u8 = 1;
const NAME_START: u8 = 2;
const NAME: u8 = 4;
const CONTROL: u8 = 8;
/// Ends a run of data.
const STOP: u8 = 16;
/// May begin one of the two characters that are none.
const SUSPECT: u8 = 32;

const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        kinds[at] = match byte {
            b'\n' | b'\r' => SPACE | STOP,
            b'\t' | b' ' => SPACE,
            0..=31 => CONTROL | STOP,
            b'<' | b'&' | b']' => STOP,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => NAME_START | NAME,
            b'0'..=b'9' | b'-' | b'.' => NAME,
            0xef => SUSPECT | STOP,
            _ => 0,
        };
        at += 1;
    }
    kinds
};

fn kind(byte: u8) -> u8 {
    KINDS.get(usize::from(byte)).copied().unwrap_or(0)
}

pub fn is_space(byte: u8) -> bool {
    kind(byte) & SPACE != 0
}

fn is_wide_name_start(c: char) -> bool {
    !c.is_ascii() && u32::from(c) < 0x1_0000 && c.is_alphabetic()
}

fn is_wide_name_char(c: char) -> bool {
    !c.is_ascii()
        && u32::from(c) < 0x1_0000
        && (c.is_alphanumeric() || c == '\u{b7}' || matches!(c, '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}'))
}

/// Whether XML allows the character.
pub fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

impl<'a> Tokens<'a> {
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn char(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }

    fn is_name_start(&self, at: usize) -> bool {
        match self.byte(at) {
            Some(b':') => !self.namespaces,
            Some(byte) if byte < 128 => kind(byte) & NAME_START != 0,
            Some(_) => self.char(at).is_some_and(is_wide_name_start),
            None => false,
        }
    }

    /// Where a run of characters of names ends.
    fn name_end(&self, mut at: usize) -> usize {
        while let Some(byte) = self.byte(at) {
            if byte < 128 {
                if kind(byte) & NAME == 0 && (byte != b':' || self.namespaces) {
                    break;
                }
                at += 1;
            } else {
                match self.char(at) {
                    Some(c) if is_wide_name_char(c) => at += c.len_utf8(),
                    _ => break,
                }
            }
        }
        at
    }

    fn skip_space(&self, mut at: usize) -> usize {
        while self.byte(at).is_some_and(is_space) {
            at += 1;
        }
        at
    }

    /// The length of the character at a place, if XML allows it.
    fn allowed(&self, at: usize) -> Option<usize> {
        let byte = self.byte(at)?;
        if byte < 128 {
            return (kind(byte) & CONTROL == 0).then_some(1);
        }
        self.char(at).filter(|c| is_char(*c)).map(char::len_utf8)
    }

    /// A name that may have one prefix; `Err` holds what is wrong with it.
    fn qualified(&self, at: usize) -> Result<usize, Scan> {
        if self.byte(at).is_none() {
            return Err(Scan::Partial);
        }
        if !self.is_name_start(at) {
            return Err(Scan::Invalid(at));
        }
        let end = self.name_end(at);
        if !self.namespaces || self.byte(end) != Some(b':') {
            return Ok(end);
        }
        if self.byte(end + 1).is_none() {
            return Err(Scan::Partial);
        }
        if !self.is_name_start(end + 1) {
            return Err(Scan::Invalid(end + 1));
        }
        let end = self.name_end(end + 1);
        if self.byte(end) == Some(b':') { Err(Scan::Invalid(end)) } else { Ok(end) }
    }

    /// What comes next between tags. The attributes of a start tag are put into the list.
    pub fn content(&self, at: usize, attributes: &mut Vec<Attribute>) -> Scan {
        match self.byte(at) {
            None => Scan::Nothing,
            Some(b'<') => self.markup(at, attributes),
            Some(b'&') => self.reference(at),
            Some(b'\n') => Scan::Found(Token::LineEnd, at + 1),
            Some(b'\r') => self.carriage_return(at),
            Some(_) => self.data(at),
        }
    }

    fn carriage_return(&self, at: usize) -> Scan {
        match self.byte(at + 1) {
            None => Scan::AtEnd(Token::LineEnd, at + 1),
            Some(b'\n') => Scan::Found(Token::LineEnd, at + 2),
            Some(_) => Scan::Found(Token::LineEnd, at + 1),
        }
    }

    fn data(&self, at: usize) -> Scan {
        let mut end = at;
        while let Some(byte) = self.byte(end) {
            let kind = kind(byte);
            if kind & STOP == 0 {
                end += 1;
                continue;
            }
            if kind & SUSPECT != 0 {
                match self.allowed(end) {
                    Some(length) => end += length,
                    None => break,
                }
                continue;
            }
            if byte != b']' {
                break;
            }
            match (self.byte(end + 1), self.byte(end + 2)) {
                (Some(b']'), Some(b'>')) => return Scan::Invalid(end + 2),
                (Some(b']'), None) | (None, _) if end == at => {
                    return Scan::AtEnd(Token::Data, self.text.len());
                }
                (Some(b']'), None) | (None, _) => break,
                _ => end += 1,
            }
        }
        if end == at { Scan::Invalid(at) } else { Scan::Found(Token::Data, end) }
    }

    /// What comes next in a CDATA section.
    pub fn cdata(&self, at: usize) -> Scan {
        match self.byte(at) {
            None => return Scan::Nothing,
            Some(b'\n') => return Scan::Found(Token::LineEnd, at + 1),
            Some(b'\r') => {
                return match self.carriage_return(at) {
                    Scan::AtEnd(..) => Scan::Partial,
                    found => found,
                };
            }
            Some(_) => {}
        }
        let mut end = at;
        while let Some(byte) = self.byte(end) {
            match byte {
                b'\n' | b'\r' => break,
                b']' if end > at => break,
                b']' => match (self.byte(end + 1), self.byte(end + 2)) {
                    (None, _) | (Some(b']'), None) => return Scan::Partial,
                    (Some(b']'), Some(b'>')) => return Scan::Found(Token::CdataClose, end + 3),
                    _ => end += 1,
                },
                _ if kind(byte) & STOP == 0 => end += 1,
                _ => match self.allowed(end) {
                    Some(length) => end += length,
                    None => break,
                },
            }
        }
        if end == at { Scan::Invalid(at) } else { Scan::Found(Token::Data, end) }
    }

    /// `&…;`
    pub fn reference(&self, at: usize) -> Scan {
        let start = at + 1;
        let (end, token) = match (self.byte(start), self.byte(start + 1)) {
            (None, _) | (Some(b'#'), None) => return Scan::Partial,
            (Some(b'#'), Some(b'x')) => (self.digits(start + 2, 16), Token::Char),
            (Some(b'#'), Some(_)) => (self.digits(start + 1, 10), Token::Char),
            _ if self.is_name_start(start) => (Ok(self.name_end(start)), Token::Entity),
            _ => return Scan::Invalid(start),
        };
        let end = match end {
            Ok(end) => end,
            Err(scan) => return scan,
        };
        match self.byte(end) {
            Some(b';') => Scan::Found(token, end + 1),
            Some(_) => Scan::Invalid(end),
            None => Scan::Partial,
        }
    }

    fn digits(&self, start: usize, radix: u32) -> Result<usize, Scan> {
        let mut end = start;
        while self.byte(end).is_some_and(|byte| char::from(byte).is_digit(radix)) {
            end += 1;
        }
        match self.byte(end) {
            None => Err(Scan::Partial),
            Some(_) if end == start => Err(Scan::Invalid(end)),
            Some(_) => Ok(end),
        }
    }

    fn markup(&self, at: usize, attributes: &mut Vec<Attribute>) -> Scan {
        match self.byte(at + 1) {
            None => Scan::Partial,
            Some(b'!') => match self.byte(at + 2) {
                None => Scan::Partial,
                Some(b'-') => self.comment(at),
                Some(b'[') => self.cdata_open(at),
                Some(_) => Scan::Invalid(at + 2),
            },
            Some(b'?') => self.instruction(at),
            Some(b'/') => self.end_tag(at),
            Some(_) => self.start_tag(at, attributes),
        }
    }

    fn cdata_open(&self, at: usize) -> Scan {
        for (offset, wanted) in b"CDATA[".iter().enumerate() {
            match self.byte(at + 3 + offset) {
                None => return Scan::Partial,
                Some(byte) if byte == *wanted => {}
                Some(_) => return Scan::Invalid(at + 3 + offset),
            }
        }
        Scan::Found(Token::CdataOpen, at + 9)
    }

    fn comment(&self, at: usize) -> Scan {
        match self.byte(at + 3) {
            None => return Scan::Partial,
            Some(b'-') => {}
            Some(_) => return Scan::Invalid(at + 3),
        }
        let mut end = at + 4;
        while let Some(byte) = self.byte(end) {
            if byte == b'-' && self.byte(end + 1) == Some(b'-') {
                return match self.byte(end + 2) {
                    None => Scan::Partial,
                    Some(b'>') => Scan::Found(Token::Comment, end + 3),
                    Some(_) => Scan::Invalid(end + 2),
                };
            }
            match self.allowed(end) {
                Some(length) => end += length,
                None => return Scan::Invalid(end),
            }
        }
        Scan::Partial
    }

    fn instruction(&self, at: usize) -> Scan {
        let start = at + 2;
        if self.byte(start).is_none() {
            return Scan::Partial;
        }
        if !self.is_name_start(start) {
            return Scan::Invalid(start);
        }
        let target_end = self.name_end(start);
        let target = self.text.get(start..target_end).unwrap_or_default();
        let token = if target == "xml" {
            Token::Declaration
        } else if target.eq_ignore_ascii_case("xml") {
            return if self.byte(target_end).is_none() { Scan::Partial } else { Scan::Invalid(target_end) };
        } else {
            Token::Instruction { target_end }
        };
        match self.byte(target_end) {
            None => return Scan::Partial,
            Some(b'?') => {
                return match self.byte(target_end + 1) {
                    None => Scan::Partial,
                    Some(b'>') => Scan::Found(token, target_end + 2),
                    Some(_) => Scan::Invalid(target_end + 1),
                };
            }
            Some(byte) if is_space(byte) => {}
            Some(_) => return Scan::Invalid(target_end),
        }
        let mut end = target_end + 1;
        while let Some(byte) = self.byte(end) {
            if byte == b'?' {
                match self.byte(end + 1) {
                    None => return Scan::Partial,
                    Some(b'>') => return Scan::Found(token, end + 2),
                    Some(_) => {}
                }
            }
            match self.allowed(end) {
                Some(length) => end += length,
                None => return Scan::Invalid(end),
            }
        }
        Scan::Partial
    }

    fn end_tag(&self, at: usize) -> Scan {
        let start = at + 2;
        if self.byte(start).is_none() {
            return Scan::Partial;
        }
        if !self.is_name_start(start) {
            return Scan::Invalid(start);
        }
        let mut name_end = self.name_end(start);
        while self.namespaces && self.byte(name_end) == Some(b':') {
            name_end = self.name_end(name_end + 1);
        }
        let end = self.skip_space(name_end);
        match self.byte(end) {
            None => Scan::Partial,
            Some(b'>') => Scan::Found(Token::End { name: (start, name_end) }, end + 1),
            Some(_) => Scan::Invalid(end),
        }
    }

    fn start_tag(&self, at: usize, attributes: &mut Vec<Attribute>) -> Scan {
        attributes.clear();
        let name_end = match self.qualified(at + 1) {
            Ok(end) => end,
            Err(scan) => return scan,
        };
        let mut here = name_end;
        loop {
            let after = self.skip_space(here);
            match self.byte(after) {
                None => return Scan::Partial,
                Some(b'>') => return Scan::Found(Token::Start { name_end }, after + 1),
                Some(b'/') => {
                    return match self.byte(after + 1) {
                        None => Scan::Partial,
                        Some(b'>') => Scan::Found(Token::Empty { name_end }, after + 2),
                        Some(_) => Scan::Invalid(after + 1),
                    };
                }
                Some(_) if after == here => return Scan::Invalid(after),
                Some(_) => match self.attribute(after) {
                    Ok(attribute) => {
                        attributes.push(attribute);
                        here = attribute.value.1 + 1;
                    }
                    Err(scan) => return scan,
                },
            }
        }
    }

    fn attribute(&self, at: usize) -> Result<Attribute, Scan> {
        let name_end = self.qualified(at)?;
        let equals = self.skip_space(name_end);
        match self.byte(equals) {
            None => return Err(Scan::Partial),
            Some(b'=') => {}
            Some(_) => return Err(Scan::Invalid(equals)),
        }
        let open = self.skip_space(equals + 1);
        let quote = match self.byte(open) {
            None => return Err(Scan::Partial),
            Some(quote @ (b'"' | b'\'')) => quote,
            Some(_) => return Err(Scan::Invalid(open)),
        };
        let mut plain = true;
        let mut end = open + 1;
        loop {
            let Some(byte) = self.byte(end) else { return Err(Scan::Partial) };
            match byte {
                _ if byte == quote => break,
                b'&' => match self.reference(end) {
                    Scan::Found(_, after) => {
                        plain = false;
                        end = after;
                    }
                    scan => return Err(scan),
                },
                b'<' => return Err(Scan::Invalid(end)),
                b'\t' | b'\n' | b'\r' => {
                    plain = false;
                    end += 1;
                }
                _ => match self.allowed(end) {
                    Some(length) => end += length,
                    None => return Err(Scan::Invalid(end)),
                },
            }
        }
        Ok(Attribute { name: (at, name_end), value: (open + 1, end), plain })
    }

    /// What comes next before the first element, in a document type too.
    pub fn prolog(&self, at: usize) -> Scan {
        let Some(byte) = self.byte(at) else { return Scan::Nothing };
        let single = |token| Scan::Found(token, at + 1);
        match byte {
            b'"' | b'\'' => self.literal(at, byte),
            b'<' => match self.byte(at + 1) {
                None => Scan::Partial,
                Some(b'!') => self.declaration_open(at),
                Some(b'?') => self.instruction(at),
                Some(_) if self.is_name_start(at + 1) => Scan::Found(Token::Instance, at),
                Some(_) => Scan::Invalid(at + 1),
            },
            _ if is_space(byte) => {
                let end = self.skip_space(at);
                let at_end = self.byte(end).is_none() && self.byte(end - 1) == Some(b'\r');
                if at_end { Scan::AtEnd(Token::Space, end) } else { Scan::Found(Token::Space, end) }
            }
            b'%' => self.percent(at),
            b',' => single(Token::Comma),
            b'[' => single(Token::BracketOpen),
            b']' => match self.byte(at + 1) {
                None => Scan::AtEnd(Token::BracketClose, at + 1),
                Some(_) => single(Token::BracketClose),
            },
            b'(' => single(Token::ParenOpen),
            b')' => match self.byte(at + 1) {
                None => Scan::AtEnd(Token::ParenClose(0), at + 1),
                Some(suffix @ (b'*' | b'?' | b'+')) => Scan::Found(Token::ParenClose(suffix), at + 2),
                Some(b',' | b'|' | b')' | b'>') => single(Token::ParenClose(0)),
                Some(byte) if is_space(byte) => single(Token::ParenClose(0)),
                Some(_) => Scan::Invalid(at + 1),
            },
            b'|' => single(Token::Or),
            b'>' => single(Token::DeclarationClose),
            b'#' => self.pound(at),
            _ => self.prolog_name(at),
        }
    }

    fn literal(&self, at: usize, quote: u8) -> Scan {
        let mut end = at + 1;
        loop {
            match self.byte(end) {
                None => return Scan::Partial,
                Some(byte) if byte == quote => break,
                Some(_) => match self.allowed(end) {
                    Some(length) => end += length,
                    None => return Scan::Invalid(end),
                },
            }
        }
        end += 1;
        match self.byte(end) {
            None => Scan::AtEnd(Token::Literal, end),
            Some(b'>' | b'%' | b'[') => Scan::Found(Token::Literal, end),
            Some(byte) if is_space(byte) => Scan::Found(Token::Literal, end),
            Some(_) => Scan::Invalid(end),
        }
    }

    fn declaration_open(&self, at: usize) -> Scan {
        match self.byte(at + 2) {
            None => return Scan::Partial,
            Some(b'-') => return self.comment(at),
            Some(b'[') => return Scan::Found(Token::Conditional, at + 3),
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {}
            Some(_) => return Scan::Invalid(at + 2),
        }
        let mut end = at + 3;
        loop {
            match self.byte(end) {
                None => return Scan::Partial,
                Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => end += 1,
                Some(byte) if is_space(byte) || byte == b'%' => return Scan::Found(Token::DeclarationOpen, end),
                Some(_) => return Scan::Invalid(end),
            }
        }
    }

    fn percent(&self, at: usize) -> Scan {
        match self.byte(at + 1) {
            None => Scan::Partial,
            Some(byte) if is_space(byte) || byte == b'%' => Scan::Found(Token::Percent, at + 1),
            Some(_) if self.is_name_start(at + 1) => {
                let end = self.name_end(at + 1);
                match self.byte(end) {
                    None => Scan::Partial,
                    Some(b';') => Scan::Found(Token::Parameter, end + 1),
                    Some(_) => Scan::Invalid(end),
                }
            }
            Some(_) => Scan::Invalid(at + 1),
        }
    }

    fn pound(&self, at: usize) -> Scan {
        if self.byte(at + 1).is_none() {
            return Scan::Partial;
        }
        if !self.is_name_start(at + 1) {
            return Scan::Invalid(at + 1);
        }
        let end = self.name_end(at + 1);
        match self.byte(end) {
            None => Scan::AtEnd(Token::Pound, end),
            Some(b')' | b'>' | b'%' | b'|') => Scan::Found(Token::Pound, end),
            Some(byte) if is_space(byte) => Scan::Found(Token::Pound, end),
            Some(_) => Scan::Invalid(end),
        }
    }

    fn prolog_name(&self, at: usize) -> Scan {
        let is_name = self.is_name_start(at);
        let mut end = self.name_end(at);
        if end == at && self.byte(at) != Some(b':') {
            return Scan::Invalid(at);
        }
        while self.namespaces && self.byte(end) == Some(b':') {
            end = self.name_end(end + 1);
        }
        let token = if is_name { Token::Name(0) } else { Token::Nmtoken };
        match self.byte(end) {
            None => Scan::AtEnd(token, end),
            Some(b'>' | b')' | b',' | b'|' | b'[' | b'%') => Scan::Found(token, end),
            Some(byte) if is_space(byte) => Scan::Found(token, end),
            Some(suffix @ (b'*' | b'?' | b'+')) if is_name => Scan::Found(Token::Name(suffix), end + 1),
            Some(_) => Scan::Invalid(end),
        }
    }
}
