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
