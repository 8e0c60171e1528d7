//! The requests that the framework itself makes to the media server (`spec/protocol.md` §7).

use std::time::Duration;

use reprise_vm_glue::web::{Client, Request, WebError};

/// Where the media server is; the client of `vm-glue` may be told another address.
pub const BASE: &str = "http://127.0.0.1:32400";

/// Largest answer that is read.
const LIMIT: u64 = 64 * 1024 * 1024;
/// `default_network_timeout`.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Why the media server gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum MediaServerError {
    #[error("{0}")]
    Web(#[from] WebError),
    #[error("the media server answered {0}")]
    Status(u16),
}

/// Requests a URL of the media server; the body of a good answer.
pub fn get(url: &str, timeout: Option<Duration>) -> Result<Vec<u8>, MediaServerError> {
    send(Request::get(url), timeout)
}

/// Posts an XML document to a URL of the media server.
pub fn post(url: &str, body: Vec<u8>) -> Result<(), MediaServerError> {
    let request = Request::new("POST", url).header("Content-Type", "application/xml").body(body);
    send(request, None).map(|_| ())
}

fn send(request: Request, timeout: Option<Duration>) -> Result<Vec<u8>, MediaServerError> {
    let mut request = request
        .header("Connection", "close")
        .header("Accept-Encoding", "gzip")
        .timeout(Some(timeout.unwrap_or(TIMEOUT)));
    if let Some(token) = std::env::var("PLEXTOKEN").ok().filter(|token| !token.is_empty()) {
        request = request.header("X-Plex-Token", token);
    }
    let mut answer = Client::shared().send(request)?;
    let body = answer.read_all(LIMIT)?;
    if answer.status >= 400 {
        return Err(MediaServerError::Status(answer.status));
    }
    let zipped = answer.header("Content-Encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case(b"gzip"));
    if !zipped {
        return Ok(body);
    }
    let mut plain = Vec::new();
    let mut decoder = std::io::Read::take(flate2::read::GzDecoder::new(body.as_slice()), LIMIT);
    match std::io::Read::read_to_end(&mut decoder, &mut plain) {
        Ok(_) => Ok(plain),
        Err(error) => Err(WebError::Io(error).into()),
    }
}
