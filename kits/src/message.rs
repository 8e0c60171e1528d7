//! Requests and answers, whichever way they come.

/// Which way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// Standard input; `port` is that of the HTTP server beside it, if there is one.
    Pipe { port: Option<u16> },
    /// The HTTP server on the loopback interface.
    Socket { port: u16 },
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    pub interface: Interface,
    pub method: String,
    /// Path and query as sent.
    pub uri: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A finished answer. `Content-Length` is not among the headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// An answer with one header and a body.
    pub fn with_type(status: u16, header: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![(header.to_owned(), content_type.to_owned())], body: body.into() }
    }

    /// Plain text, with the spelling of the header that the original gives text and JSON.
    pub fn text(body: impl Into<Vec<u8>>) -> Self {
        Self::with_type(200, "Content-type", "text/plain", body)
    }

    /// An XML document.
    pub fn xml(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::with_type(status, "Content-Type", "application/xml", body)
    }

    /// Sets a header, replacing one of exactly that name.
    pub fn set_header(&mut self, name: &str, value: String) {
        match self.headers.iter_mut().find(|(n, _)| n == name) {
            Some((_, slot)) => *slot = value,
            None => self.headers.push((name.to_owned(), value)),
        }
    }

    /// A header in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// Where bytes that are not UTF-8 are kept in the text of a header: the last private plane of Unicode.
const RAW: u32 = 0x10_ff00;

/// A header as text. Bytes that are not UTF-8 come back from [`header_bytes`] as they were.
pub fn header_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(RAW + u32::from(*byte))));
    }
    text
}

/// The bytes of a header.
pub fn header_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c).checked_sub(RAW).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_their_bytes() {
        for bytes in [&b"caf\xe9"[..], "café".as_bytes(), b"", b"\xff\xfe a"] {
            assert_eq!(header_bytes(&header_text(bytes)), bytes);
        }
        assert_eq!(header_text("café".as_bytes()), "café");
    }
}
