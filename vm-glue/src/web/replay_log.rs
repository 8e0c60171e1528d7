//! A list of the requests that replay answered: one JSON object a line, so that what a plug-in asked the web for can
//! be looked at, and compared, afterwards.

use std::fs::File;
use std::io::Write;

use parking_lot::Mutex;
use serde_json::json;

use super::{Location, Request};

/// Environment variable that names the file.
pub const REPLAY_LOG_VARIABLE: &str = "REPRISE_REPLAY_LOG";

/// Appends to the file that the environment names, if it names one.
pub(super) struct ReplayLog {
    file: Option<Mutex<File>>,
}

impl ReplayLog {
    pub(super) fn from_env() -> ReplayLog {
        let path = std::env::var_os(REPLAY_LOG_VARIABLE).filter(|path| !path.is_empty());
        let file = path.and_then(|path| match File::options().create(true).append(true).open(&path) {
            Ok(file) => Some(Mutex::new(file)),
            Err(error) => {
                tracing::warn!("{}: {error}", path.display());
                None
            }
        });
        ReplayLog { file }
    }

    /// Notes one request with the status of its answer.
    pub(super) fn note(&self, request: &Request, location: &Location, status: u16) {
        let Some(file) = &self.file else { return };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        // Headers are bytes; Latin-1 shows each of them.
        let header = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect::<String>();
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| json!([name, header(value)])).collect();
        let row = json!({
            "method": request.method,
            "url": location.url(),
            "headers": headers,
            "body": text(request.body.as_deref().unwrap_or_default()),
            "status": status,
        });
        if let Err(error) = writeln!(file.lock(), "{row}") {
            tracing::warn!("cannot write the list of replayed requests: {error}");
        }
    }
}
