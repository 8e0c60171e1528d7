//! The bytes of a document as text, piece by piece: byte order marks, UTF-8, UTF-16, Latin-1, ASCII, and encodings that
//! a table of 256 characters describes.

/// How bytes become text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Utf16 {
        little: bool,
    },
    Latin1,
    Ascii,
    /// A character a byte; `None` where there is none.
    Table(Box<[Option<char>]>),
}

impl Charset {
    /// The encodings that are known without asking; UTF-16 is big-endian unless the bytes say otherwise.
    pub fn by_name(name: &str) -> Option<Self> {
        const NAMES: &[(&str, Charset)] = &[
            ("utf-8", Charset::Utf8),
            ("utf-16", Charset::Utf16 { little: false }),
            ("utf-16be", Charset::Utf16 { little: false }),
            ("utf-16le", Charset::Utf16 { little: true }),
            ("iso-8859-1", Charset::Latin1),
            ("us-ascii", Charset::Ascii),
        ];
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, charset)| charset.clone())
    }

    pub fn is_wide(&self) -> bool {
        matches!(self, Self::Utf16 { .. })
    }

    /// How many bytes a character takes in the document.
    pub fn width(&self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 { .. } => c.len_utf16() * 2,
            _ => 1,
        }
    }
}

/// What stands behind the text that could be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    Clean,
    /// The first bytes of a character.
    Incomplete,
    /// Bytes that are none.
    Invalid,
}

#[derive(Debug)]
pub struct Decoder {
    /// Known once the first bytes are there.
    charset: Option<Charset>,
    /// What somebody outside the document said.
    given: Option<Charset>,
    /// The XML declaration may still name another.
    declaring: bool,
    raw: Vec<u8>,
    invalid: bool,
}

const DECLARATION: &[u8] = b"<?xml";

impl Decoder {
    pub fn new(given: Option<Charset>) -> Self {
        Decoder { charset: None, given, declaring: false, raw: Vec::new(), invalid: false }
    }

    pub fn charset(&self) -> &Charset {
        self.charset.as_ref().unwrap_or(&Charset::Utf8)
    }

    pub fn tail(&self) -> Tail {
        match (self.invalid, self.raw.is_empty()) {
            (true, _) => Tail::Invalid,
            (false, true) => Tail::Clean,
            (false, false) => Tail::Incomplete,
        }
    }

    /// Takes more bytes and adds the text in them.
    pub fn feed(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        if self.raw.is_empty() && self.charset == Some(Charset::Utf8) && !self.declaring && !self.invalid {
            // The usual case: no copy of the bytes is needed.
            match std::str::from_utf8(bytes) {
                Ok(good) => text.push_str(good),
                Err(_) => {
                    self.raw.extend_from_slice(bytes);
                    self.decode(text);
                }
            }
            return;
        }
        self.raw.extend_from_slice(bytes);
        if self.charset.is_none() && !self.detect(last, text) {
            return;
        }
        if self.declaring {
            self.decode_declaration(last, text);
        } else {
            self.decode(text);
        }
    }

    /// The encoding that the declaration names, or none: what follows is decoded now.
    pub fn settle(&mut self, charset: Option<Charset>, text: &mut String) {
        if let Some(charset) = charset {
            self.charset = Some(charset);
        }
        if std::mem::take(&mut self.declaring) || !self.raw.is_empty() {
            self.decode(text);
        }
    }

    fn detect(&mut self, last: bool, text: &mut String) -> bool {
        let raw = self.raw.as_slice();
        // A mark of UTF-8 takes three bytes, all else shows in two.
        if !last && (raw.len() < 2 || raw.len() == 2 && raw == [0xef, 0xbb]) {
            return false;
        }
        let (found, mark) = match (&self.given, raw) {
            (_, [0xef, 0xbb, 0xbf, ..]) if !self.given.as_ref().is_some_and(|given| *given != Charset::Utf8) => {
                (Charset::Utf8, 3)
            }
            (Some(Charset::Utf16 { .. }) | None, [0xfe, 0xff, ..]) => (Charset::Utf16 { little: false }, 2),
            (Some(Charset::Utf16 { .. }) | None, [0xff, 0xfe, ..]) => (Charset::Utf16 { little: true }, 2),
            (Some(given), _) => (given.clone(), 0),
            // No document begins with a zero but in two bytes a character.
            (None, [0, ..]) => (Charset::Utf16 { little: false }, 0),
            (None, [_, 0, ..]) => (Charset::Utf16 { little: true }, 0),
            (None, _) => (Charset::Utf8, 0),
        };
        self.raw.drain(..mark);
        if mark > 0 {
            // The mark is a character of the document: columns and byte indexes count it.
            text.push('\u{feff}');
        }
        self.declaring = self.given.is_none() && found == Charset::Utf8;
        self.charset = Some(found);
        true
    }

    /// Decodes no more than the declaration, if there is one.
    fn decode_declaration(&mut self, last: bool, text: &mut String) {
        let raw = self.raw.as_slice();
        let compared = raw.len().min(DECLARATION.len());
        let begins = raw.get(..compared) == DECLARATION.get(..compared);
        let spaced = raw.get(DECLARATION.len()).is_none_or(u8::is_ascii_whitespace);
        if !begins || !spaced {
            self.declaring = false;
            return self.decode(text);
        }
        match raw.windows(2).position(|pair| pair == b"?>") {
            Some(at) => {
                let declaration: Vec<u8> = self.raw.drain(..at + 2).collect();
                match String::from_utf8(declaration) {
                    Ok(declaration) => text.push_str(&declaration),
                    Err(error) => {
                        let mut declaration = error.into_bytes();
                        declaration.append(&mut self.raw);
                        self.raw = declaration;
                        self.declaring = false;
                        self.decode(text);
                    }
                }
            }
            None if last => {
                self.declaring = false;
                self.decode(text);
            }
            None => {}
        }
    }

    fn decode(&mut self, text: &mut String) {
        if self.invalid {
            return;
        }
        let raw = std::mem::take(&mut self.raw);
        match self.charset() {
            Charset::Utf8 => self.decode_utf8(&raw, text),
            Charset::Utf16 { little } => {
                let little = *little;
                self.decode_utf16(&raw, little, text);
            }
            Charset::Latin1 => text.extend(raw.iter().copied().map(char::from)),
            Charset::Ascii => self.decode_bytes(&raw, text, |byte| byte.is_ascii().then_some(char::from(byte))),
            Charset::Table(table) => {
                let table = table.clone();
                self.decode_bytes(&raw, text, |byte| table.get(usize::from(byte)).copied().flatten());
            }
        }
    }

    fn decode_bytes(&mut self, raw: &[u8], text: &mut String, of: impl Fn(u8) -> Option<char>) {
        for byte in raw {
            match of(*byte) {
                Some(c) => text.push(c),
                None => {
                    self.invalid = true;
                    return;
                }
            }
        }
    }

    fn decode_utf8(&mut self, raw: &[u8], text: &mut String) {
        match std::str::from_utf8(raw) {
            Ok(good) => text.push_str(good),
            Err(error) => {
                let (good, rest) = raw.split_at_checked(error.valid_up_to()).unwrap_or((raw, &[]));
                text.push_str(std::str::from_utf8(good).unwrap_or_default());
                self.invalid = error.error_len().is_some();
                self.raw = rest.to_vec();
            }
        }
    }

    fn decode_utf16(&mut self, raw: &[u8], little: bool, text: &mut String) {
        let mut units = raw
            .chunks_exact(2)
            .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
            .map(|pair| if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) });
        let mut used = 0;
        while let Some(unit) = units.next() {
            if let Some(c) = char::from_u32(u32::from(unit)) {
                text.push(c);
                used += 2;
                continue;
            }
            let mut pair = [unit, 0];
            let Some(second) = units.next().filter(|_| unit < 0xdc00) else {
                self.invalid = unit >= 0xdc00;
                break;
            };
            pair[1] = second;
            match char::decode_utf16(pair).next() {
                Some(Ok(c)) => text.push(c),
                _ => {
                    self.invalid = true;
                    break;
                }
            }
            used += 4;
        }
        self.raw = raw.get(used..).unwrap_or_default().to_vec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(given: Option<Charset>, pieces: &[&[u8]]) -> (String, Tail) {
        let mut decoder = Decoder::new(given);
        let mut text = String::new();
        for (number, piece) in pieces.iter().enumerate() {
            decoder.feed(piece, number + 1 == pieces.len(), &mut text);
        }
        (text, decoder.tail())
    }

    #[test]
    fn characters_may_come_in_pieces() {
        assert_eq!(decoded(None, &[b"<a>\xc3", b"\xa9"]), ("<a>\u{e9}".to_owned(), Tail::Clean));
        assert_eq!(decoded(None, &[b"<a>\xc3"]), ("<a>".to_owned(), Tail::Incomplete));
        assert_eq!(decoded(None, &[b"<a>\xff", b"x"]), ("<a>".to_owned(), Tail::Invalid));
        assert_eq!(decoded(None, &[b"\xff\xfe<\0a", b"\0>\0"]), ("\u{feff}<a>".to_owned(), Tail::Clean));
        assert_eq!(decoded(None, &[b"<\0a\0>\0=\xd8\0"]), ("<a>".to_owned(), Tail::Incomplete));
        assert_eq!(decoded(Some(Charset::Latin1), &[b"<a>\xe9"]), ("<a>\u{e9}".to_owned(), Tail::Clean));
        assert_eq!(decoded(Some(Charset::Ascii), &[b"<a>\xe9"]), ("<a>".to_owned(), Tail::Invalid));
    }
}
