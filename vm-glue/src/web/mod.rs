//! The one HTTP client of the program, used by the HTTP kit, `urllib2`, `httplib` and the framework's own requests.
//!
//! It sends exactly the headers it is given (plus `Host` and `Content-Length`), follows no redirects, keeps no cookies
//! and decodes nothing: that is each caller's business. A process can be set to *replay* (answers come from files,
//! nothing leaves the machine) or to *record* (answers are saved as such files); see [`Settings`].
//!
//! ```no_run
//! use reprise_vm_glue::web::{Client, Request};
//! let mut answer = Client::shared().send(Request::get("http://www.example.com/").header("Accept", "text/html"))?;
//! let body = answer.read_all(5_000_000)?;
//! # Ok::<(), reprise_vm_glue::web::WebError>(())
//! ```

mod answer_head;
#[cfg(test)]
mod broken_answers;
mod chunks;
mod client;
mod files;
mod location;
mod record;
mod replay;
mod replay_log;
mod tls;
mod wire;

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use client::{Client, proxy_of_environment};
pub use location::Location;
pub use replay_log::REPLAY_LOG_VARIABLE;
pub use tls::install_tls_provider;

/// Environment variable that names the folder to answer from.
pub const REPLAY_VARIABLE: &str = "REPRISE_REPLAY";
/// Environment variable that names the folder to save answers in.
pub const RECORD_VARIABLE: &str = "REPRISE_RECORD";
/// Environment variable with the `host:port` of the media server, in place of `127.0.0.1:32400`.
pub const MEDIA_SERVER_VARIABLE: &str = "REPRISE_MEDIA_SERVER";

/// Where answers come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    #[default]
    Network,
    /// From files below this folder; what is not there is a 404.
    Replay(PathBuf),
    /// From the network, saved below this folder.
    Record(PathBuf),
}

/// Process-wide settings of the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub source: Source,
    /// `host:port` that stands for `127.0.0.1:32400`.
    pub media_server: Option<String>,
}

impl Settings {
    /// The settings that the environment asks for.
    pub fn from_env() -> Settings {
        let path = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let source = match (path(REPLAY_VARIABLE), path(RECORD_VARIABLE)) {
            (Some(folder), _) => Source::Replay(folder),
            (None, Some(folder)) => Source::Record(folder),
            (None, None) => Source::Network,
        };
        let media_server = std::env::var(MEDIA_SERVER_VARIABLE).ok().filter(|v| !v.is_empty());
        Settings { source, media_server }
    }

    /// The environment variables that hand these settings on to a child process.
    pub fn to_env(&self) -> Vec<(&'static str, std::ffi::OsString)> {
        let mut variables = Vec::new();
        match &self.source {
            Source::Network => {}
            Source::Replay(folder) => variables.push((REPLAY_VARIABLE, folder.clone().into_os_string())),
            Source::Record(folder) => variables.push((RECORD_VARIABLE, folder.clone().into_os_string())),
        }
        if let Some(address) = &self.media_server {
            variables.push((MEDIA_SERVER_VARIABLE, address.into()));
        }
        variables
    }
}

/// Fixes the settings of [`Client::shared`]; call it before the first request. False if that has been made already.
pub fn configure(settings: Settings) -> bool {
    client::configure(settings)
}

/// One request. Build it with [`Request::get`] or [`Request::new`].
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub url: String,
    /// Sent as they are, in this order as far as the library allows.
    pub headers: Vec<(String, Vec<u8>)>,
    /// `Some(empty)` sends `Content-Length: 0`.
    pub body: Option<Vec<u8>>,
    /// Limit of each single wait (connect, write, read); None waits for ever.
    pub timeout: Option<Duration>,
    /// Whether the server's certificate must be valid. Programs turn this off for hosts with certificates of their own.
    pub verify: bool,
    /// Whom to trust instead of the system's authorities; None for those.
    pub roots: Option<Arc<Roots>>,
    /// Past the proxies of the environment, for what runs on this machine.
    pub direct: bool,
    /// A proxy that the program itself has connected to; the environment's do not count then.
    pub proxy: Option<String>,
}

/// Certificate authorities that a program brings along.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Roots {
    /// Certificates in PEM, one after the other; what is not a certificate does not count.
    pub pem: Vec<u8>,
    /// Whether the system's authorities are trusted, too.
    pub and_system: bool,
}

impl Request {
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Request {
        Request {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            timeout: None,
            verify: true,
            roots: None,
            direct: false,
            proxy: None,
        }
    }

    pub fn get(url: impl Into<String>) -> Request {
        Request::new("GET", url)
    }

    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = Some(body.into());
        self
    }

    pub fn direct(mut self) -> Request {
        self.direct = true;
        self
    }

    pub fn verify(mut self, verify: bool) -> Request {
        self.verify = verify;
        self
    }

    pub fn roots(mut self, roots: Option<Roots>) -> Request {
        self.roots = roots.map(Arc::new);
        self
    }

    pub fn timeout(mut self, timeout: Option<Duration>) -> Request {
        self.timeout = timeout;
        self
    }
}

/// An answer of any status. The body arrives as it is read.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// The server's phrase.
    pub reason: String,
    /// Of HTTP: 9, 10 or 11.
    pub version: u8,
    /// In the order of arrival and as they were written, repeated ones as often as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    body: Body,
}

enum Body {
    Whole(io::Cursor<Vec<u8>>),
    Stream(Box<dyn Read + Send + Sync>),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Body::Whole(data) => write!(f, "{} bytes", data.get_ref().len()),
            Body::Stream(_) => f.write_str("stream"),
        }
    }
}

impl Response {
    /// An answer whose body is at hand.
    pub fn whole(status: u16, headers: Vec<(String, Vec<u8>)>, body: Vec<u8>) -> Response {
        Response {
            status,
            reason: reason(status).to_owned(),
            version: 11,
            headers,
            body: Body::Whole(io::Cursor::new(body)),
        }
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_slice())
    }

    /// All headers of that name.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_slice())
    }

    /// The length that the headers promise, where it is the length that counts.
    pub fn promised_length(&self) -> Option<u64> {
        if self.header("Transfer-Encoding").is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked")) {
            return None;
        }
        self.header("Content-Length").and_then(|v| std::str::from_utf8(v).ok()?.trim().parse().ok())
    }

    /// Reads the rest of the body; more than `limit` bytes are an error.
    pub fn read_all(&mut self, limit: u64) -> Result<Vec<u8>, WebError> {
        let expected = self.promised_length();
        let mut data = Vec::new();
        match (&mut *self).take(limit.saturating_add(1)).read_to_end(&mut data) {
            Ok(_) if data.len() as u64 > limit => Err(WebError::TooLarge { limit }),
            Ok(_) => Ok(data),
            Err(error) => Err(WebError::while_reading(error, data, expected)),
        }
    }
}

impl Read for Response {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.body {
            Body::Whole(data) => data.read(buffer),
            Body::Stream(stream) => stream.read(buffer),
        }
    }
}

/// The part of a request during which time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Connect,
    Send,
    /// Waiting for the status line and headers.
    Answer,
    Body,
}

/// Why there is no (whole) answer.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    #[error("not a URL that can be requested: {url}: {why}")]
    InvalidUrl { url: String, why: String },
    #[error("a header or method cannot be sent: {0}")]
    InvalidRequest(String),
    #[error("unknown host: {0}")]
    UnknownHost(String),
    #[error("cannot connect to {host}: {source}")]
    Connect { host: String, source: io::Error },
    #[error("timed out")]
    Timeout(Stage),
    #[error("TLS: {0}")]
    Tls(String),
    #[error("the connection ended before an answer came")]
    NoAnswer,
    #[error("not a status line: {}", .0.trim_end())]
    StatusLine(String),
    #[error("unknown version of HTTP: {0}")]
    Version(String),
    #[error("got more than 65536 bytes when reading header line")]
    LongLine,
    #[error("got more than 100 headers")]
    ManyHeaders,
    #[error("not an HTTP answer: {0}")]
    Protocol(String),
    #[error("the body ended after {} bytes", received.len())]
    Incomplete { received: Vec<u8>, expected: Option<u64> },
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("{0}")]
    Io(io::Error),
    #[error("replay: {0}")]
    Replay(String),
}

impl WebError {
    /// What went wrong while a body was read, of which something had come already.
    pub fn while_reading(error: io::Error, received: Vec<u8>, expected: Option<u64>) -> WebError {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
        if matches!(inner, Some(ureq::Error::Timeout(_))) {
            return WebError::Timeout(Stage::Body);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => WebError::Incomplete { received, expected },
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => WebError::Timeout(Stage::Body),
            _ => WebError::Io(error),
        }
    }
}

/// The standard phrase of a status, as Python 2's `httplib` lists them.
pub fn reason(status: u16) -> &'static str {
    match status {
        302 => "Found",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Long",
        416 => "Requested Range Not Satisfiable",
        _ => ureq::http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or(""),
    }
}
