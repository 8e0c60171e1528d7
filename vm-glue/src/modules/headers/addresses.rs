//! Addresses of mail as RFC 822 writes them: `Name <user@host>`, `user@host (Name)`, groups, routes, comments.

const SPECIALS: &[u8] = b"()<>@,:;.\"[]";
const BLANKS: &[u8] = b" \t";
const LINE_ENDS: &[u8] = b"\r\n";

/// A name and an address.
pub type Address = (Vec<u8>, Vec<u8>);

/// What is read from, and how far it has been read.
#[derive(Debug, Default)]
pub struct Reader {
    pub field: Vec<u8>,
    pub at: usize,
    /// Comments since the beginning of the address.
    pub comments: Vec<Vec<u8>>,
}

fn ends_atom(byte: u8) -> bool {
    SPECIALS.contains(&byte) || BLANKS.contains(&byte) || LINE_ENDS.contains(&byte)
}

/// Dots are allowed in phrases, as they are in old messages.
fn ends_phrase(byte: u8) -> bool {
    byte != b'.' && ends_atom(byte)
}

impl Reader {
    pub fn new(field: Vec<u8>) -> Self {
        Self { field, ..Self::default() }
    }

    fn byte(&self) -> Option<u8> {
        self.field.get(self.at).copied()
    }

    /// To the next word, past blanks and comments.
    pub fn go_on(&mut self) {
        while let Some(byte) = self.byte() {
            if BLANKS.contains(&byte) || LINE_ENDS.contains(&byte) {
                self.at += 1;
            } else if byte == b'(' {
                let comment = self.comment();
                self.comments.push(comment);
            } else {
                break;
            }
        }
    }

    /// All addresses.
    pub fn all(&mut self) -> Vec<Address> {
        let mut found = Vec::new();
        loop {
            let next = self.address();
            if next.is_empty() {
                return found;
            }
            found.extend(next);
        }
    }

    /// The next address; those of a group together.
    pub fn address(&mut self) -> Vec<Address> {
        self.comments.clear();
        self.go_on();
        let (start, comments) = (self.at, self.comments.clone());
        let phrase = self.phrase();
        self.go_on();
        let mut found = Vec::new();
        let bare = |reader: &Self| {
            phrase.first().map(|first| (reader.comments.join(&b' '), first.clone())).into_iter().collect()
        };
        match self.byte() {
            None => found = bare(self),
            Some(b'.' | b'@') => {
                self.at = start;
                self.comments = comments;
                let address = self.spec();
                found.push((self.comments.join(&b' '), address));
            }
            Some(b':') => {
                self.at += 1;
                while self.at < self.field.len() {
                    self.go_on();
                    if self.byte() == Some(b';') {
                        self.at += 1;
                        break;
                    }
                    found.extend(self.address());
                }
            }
            Some(b'<') => {
                let route = self.route();
                let mut name = phrase.join(&b' ');
                if !self.comments.is_empty() {
                    name = [name.as_slice(), b" (", &self.comments.join(&b' '), b")"].concat();
                }
                found.push((name, route));
            }
            Some(_) if !phrase.is_empty() => found = bare(self),
            Some(byte) => self.at += usize::from(SPECIALS.contains(&byte)),
        }
        self.go_on();
        if self.byte() == Some(b',') {
            self.at += 1;
        }
        found
    }

    /// `<@route:user@host>`; the route is skipped.
    pub fn route(&mut self) -> Vec<u8> {
        let mut in_route = false;
        if self.byte() != Some(b'<') {
            return Vec::new();
        }
        self.at += 1;
        self.go_on();
        while let Some(byte) = self.byte() {
            if in_route {
                self.domain();
                in_route = false;
            } else {
                match byte {
                    b'>' => {
                        self.at += 1;
                        break;
                    }
                    b'@' => {
                        self.at += 1;
                        in_route = true;
                    }
                    b':' => self.at += 1,
                    _ => {
                        let address = self.spec();
                        self.at += 1;
                        return address;
                    }
                }
            }
            self.go_on();
        }
        Vec::new()
    }

    /// `user@host`
    pub fn spec(&mut self) -> Vec<u8> {
        let mut parts = Vec::new();
        self.go_on();
        while let Some(byte) = self.byte() {
            match byte {
                b'.' => {
                    parts.push(b'.');
                    self.at += 1;
                }
                b'"' => {
                    let quoted = self.quoted();
                    parts.extend([b"\"", quoted.as_slice(), b"\""].concat());
                }
                _ if ends_atom(byte) => break,
                _ => parts.extend(self.atom(ends_atom)),
            }
            self.go_on();
        }
        if self.byte() != Some(b'@') {
            return parts;
        }
        parts.push(b'@');
        self.at += 1;
        self.go_on();
        parts.extend(self.domain());
        parts
    }

    pub fn domain(&mut self) -> Vec<u8> {
        let mut parts = Vec::new();
        while let Some(byte) = self.byte() {
            match byte {
                _ if BLANKS.contains(&byte) => self.at += 1,
                b'(' => {
                    let comment = self.comment();
                    self.comments.push(comment);
                }
                b'[' => parts.extend(self.domain_literal()),
                b'.' => {
                    self.at += 1;
                    parts.push(b'.');
                }
                _ if ends_atom(byte) => break,
                _ => parts.extend(self.atom(ends_atom)),
            }
        }
        parts
    }

    /// What stands between a byte and one of the ends; a backslash takes the next byte as it is.
    pub fn delimited(&mut self, begin: u8, ends: &[u8], with_comments: bool) -> Vec<u8> {
        // Comments within comments: as deep as they are, without a call for each.
        let mut open: Vec<Vec<u8>> = Vec::new();
        let mut found = Vec::new();
        let mut escaped = false;
        if self.byte() != Some(begin) {
            return found;
        }
        self.at += 1;
        while let Some(byte) = self.byte() {
            let ends: &[u8] = if open.is_empty() { ends } else { b")\r" };
            if escaped {
                found.push(byte);
                escaped = false;
            } else if ends.contains(&byte) {
                self.at += 1;
                match open.pop() {
                    Some(mut outer) => {
                        outer.append(&mut found);
                        found = outer;
                        continue;
                    }
                    None => return found,
                }
            } else if with_comments && byte == b'(' {
                open.push(std::mem::take(&mut found));
            } else if byte == b'\\' {
                escaped = true;
            } else {
                found.push(byte);
            }
            self.at += 1;
        }
        while let Some(mut outer) = open.pop() {
            outer.append(&mut found);
            found = outer;
        }
        found
    }

    pub fn quoted(&mut self) -> Vec<u8> {
        self.delimited(b'"', b"\"\r", false)
    }

    pub fn comment(&mut self) -> Vec<u8> {
        self.delimited(b'(', b")\r", true)
    }

    pub fn domain_literal(&mut self) -> Vec<u8> {
        let inner = self.delimited(b'[', b"]\r", false);
        [b"[", inner.as_slice(), b"]"].concat()
    }

    /// Up to a byte that cannot be in a word.
    pub fn atom(&mut self, ends: impl Fn(u8) -> bool) -> Vec<u8> {
        let rest = self.field.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
        let atom = rest.get(..end).unwrap_or_default().to_vec();
        self.at += end;
        atom
    }

    /// The words of a phrase.
    pub fn phrase(&mut self) -> Vec<Vec<u8>> {
        let mut words = Vec::new();
        while let Some(byte) = self.byte() {
            match byte {
                _ if BLANKS.contains(&byte) || LINE_ENDS.contains(&byte) => self.at += 1,
                b'"' => words.push(self.quoted()),
                b'(' => {
                    let comment = self.comment();
                    self.comments.push(comment);
                }
                _ if ends_phrase(byte) => break,
                _ => words.push(self.atom(ends_phrase)),
            }
        }
        words
    }
}

/// `atomends` and `phraseends` of Python's class.
pub fn ends() -> (Vec<u8>, Vec<u8>) {
    let atom = [SPECIALS, BLANKS, b"\r\n"].concat();
    let phrase = atom.iter().copied().filter(|byte| *byte != b'.').collect();
    (atom, phrase)
}

/// With backslashes before backslashes and quotes.
pub fn quote(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len());
    for byte in text {
        if matches!(byte, b'\\' | b'"') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted
}

fn replaced(text: &[u8], old: &[u8; 2], new: u8) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, more)) = rest.split_first() {
        match rest.strip_prefix(old) {
            Some(after) => {
                result.push(new);
                rest = after;
            }
            None => {
                result.push(*first);
                rest = more;
            }
        }
    }
    result
}

/// Without the quotes or angle brackets around it.
pub fn unquote(text: &[u8]) -> Vec<u8> {
    match text {
        [b'"', inner @ .., b'"'] => replaced(&replaced(inner, b"\\\\", b'\\'), b"\\\"", b'"'),
        [b'<', inner @ .., b'>'] => inner.to_vec(),
        _ => text.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_header() {
        let all = |field: &str| {
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            let found = Reader::new(field.as_bytes().to_vec()).all();
            found.into_iter().map(|(name, address)| (text(name), text(address))).collect::<Vec<_>>()
        };
        let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(all("A (B) C <a@b.c>, d@e (F)"), [pair("A C (B)", "a@b.c"), pair("F", "d@e")]);
        assert_eq!(all("group: a@b, <@x,@y:c@d>;"), [pair("", "a@b"), pair("", ""), pair("", "@y"), pair("", "c@d")]);
        assert_eq!(all("\"Q. \\\"R\\\"\" <q@[1.2.3.4]>"), [pair("Q. \"R\"", "q@[1.2.3.4]")]);
        assert_eq!(all(""), []);
    }
}
