//! A plug-in in a process of its own, driven over the media server's protocol.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use reprise_bundles::FrameworkVersion;
use reprise_kits::dispatch::{Request, Response};
use reprise_vm_glue::web::{self, Client, Settings, WebError};

/// How long a page may take. Plug-ins collect their pages from the web; some take minutes.
const PATIENCE: Duration = Duration::from_secs(600);
/// Largest page that is read.
const LIMIT: u64 = 512 * 1024 * 1024;
/// How long the process may take to end when its input has ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// Why a plug-in could not be started or asked.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("the plug-in's process cannot be started: {0}")]
    Start(io::Error),
    #[error("the plug-in ended while it started{}", code.map(|code| format!(" (exit status {code})")).unwrap_or_default())]
    Ended { code: Option<i32> },
    #[error("the plug-in's first answer cannot be understood: {0}")]
    Handshake(String),
    #[error("the plug-in does not answer: {0}")]
    Request(#[from] WebError),
    #[error("the plug-in's answer cannot be read: {0}")]
    Pipe(io::Error),
    #[error("plug-ins of the older frameworks cannot be asked while they ask the media server")]
    NoPort,
}

/// Where a running plug-in is reached, and what it answers to.
#[derive(Clone, Debug)]
pub struct Address {
    /// None for the plug-ins of the older frameworks, which are reached through the pipe only.
    port: Option<u16>,
    identifier: String,
    /// The prefixes, in the order of registration.
    pub prefixes: Vec<String>,
}

impl Address {
    /// The identifier of the plug-in.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// Whether a path of the media server leads to the plug-in.
    pub fn serves(&self, path: &str) -> bool {
        let below = |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below("/system/services")
            || below(&format!("/:/plugins/{}", self.identifier))
            || self.prefixes.iter().any(|prefix| below(prefix))
    }

    /// A path of the media server's own plug-in that this plug-in answers just as well: look-ups in services.
    pub fn local(&self, uri: &str) -> String {
        match uri.strip_prefix("/system/services/") {
            Some(rest) => format!("/:/plugins/{}/services/{rest}", self.identifier),
            None => uri.to_owned(),
        }
    }

    /// Sends a request over HTTP and reads the answer.
    pub fn request(&self, request: &Request) -> Result<Response, ProcessError> {
        let port = self.port.ok_or(ProcessError::NoPort)?;
        // Not the program's shared client: this one neither records nor replays.
        let client = Client::new(Settings::default());
        let url = format!("http://127.0.0.1:{port}{}", request.uri);
        let mut outgoing = web::Request::new(request.method.as_str(), url).timeout(Some(PATIENCE)).direct();
        for (name, value) in &request.headers {
            if !["host", "connection", "content-length"].contains(&name.to_ascii_lowercase().as_str()) {
                outgoing = outgoing.header(name.as_str(), value.as_bytes());
            }
        }
        if !request.body.is_empty() {
            outgoing = outgoing.body(request.body.clone());
        }
        let mut answer = client.send(outgoing)?;
        let body = answer.read_all(LIMIT)?;
        let headers = answer.headers.iter();
        let headers =
            headers.map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned())).collect();
        Ok(Response { status: answer.status, headers, body })
    }
}

/// A running plug-in. Its process ends with this value.
pub struct PluginProcess {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    framework: FrameworkVersion,
}

impl PluginProcess {
    /// Starts this very program as the host of a bundle.
    pub fn start(
        bundle: &Path,
        framework: FrameworkVersion,
        environment: &[(String, OsString)],
    ) -> Result<Self, ProcessError> {
        let program = std::env::current_exe().map_err(ProcessError::Start)?;
        let mut child = Command::new(program)
            .args(["host", "--quiet"])
            .args(["--server-version", super::media_server::VERSION])
            .arg(bundle)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(ProcessError::Start)?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or_else(|| ProcessError::Start(io::ErrorKind::BrokenPipe.into()))?;
        Ok(Self { child, input, output: BufReader::new(output), framework })
    }

    /// Waits until the plug-in has started and asks where it is reached.
    pub fn connect(&mut self) -> Result<Address, ProcessError> {
        let answer = match self.ask("/:/prefixes", &[]) {
            Ok(answer) => answer,
            Err(_) => {
                let status = self.child.wait().ok();
                return Err(ProcessError::Ended { code: status.and_then(|status| status.code()) });
            }
        };
        let older = self.framework < FrameworkVersion::V2;
        if older && answer.status != 200 {
            // The list of prefixes cannot be had from every plug-in of framework 1.
            return Ok(Address { port: None, identifier: String::new(), prefixes: Vec::new() });
        }
        let text = String::from_utf8_lossy(&answer.body);
        let problem = |problem: &dyn std::fmt::Display| ProcessError::Handshake(problem.to_string());
        let document = roxmltree::Document::parse(&text).map_err(|error| problem(&error))?;
        let root = document.root_element();
        let port = root.attribute("port").and_then(|port| port.parse().ok());
        let prefixes = root.children().filter_map(|node| node.attribute("key")).map(str::to_owned).collect();
        Ok(Address {
            port: if older { None } else { Some(port.ok_or_else(|| problem(&"it names no port"))?) },
            identifier: root.attribute("identifier").unwrap_or_default().to_owned(),
            prefixes,
        })
    }

    /// Sends a request the way that the plug-in's framework is asked, and reads the answer.
    pub fn request(&mut self, address: &Address, request: &Request) -> Result<Response, ProcessError> {
        if address.port.is_some() {
            return address.request(request);
        }
        self.ask(&request.uri, &request.headers).map_err(ProcessError::Pipe)
    }

    /// Asks through the pipe. Framework 0 reads one line a request and no headers.
    fn ask(&mut self, uri: &str, headers: &[(String, String)]) -> io::Result<Response> {
        let clean = |text: &str| text.replace(['\r', '\n'], " ");
        let mut text = format!("GET {}\r\n", clean(uri));
        if self.framework != FrameworkVersion::V0 {
            for (name, value) in headers {
                text.push_str(&format!("{}: {}\r\n", clean(name), clean(value)));
            }
            text.push_str("\r\n");
        }
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(text.as_bytes())?;
        input.flush()?;
        // A line end may stand behind the body of the answer before.
        let mut status = String::new();
        while status.is_empty() {
            status = self.line()?;
        }
        let code = status.split(' ').next().and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let mut answer = Response { status: code, ..Response::default() };
        let mut length = 0;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
            }
            answer.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        self.output.by_ref().take(length).read_to_end(&mut answer.body)?;
        Ok(answer)
    }

    /// The next line of the plug-in's output, without its end.
    fn line(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        if self.output.read_until(b'\n', &mut bytes)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }
}

impl Drop for PluginProcess {
    /// Ends the process as the media server does: its input ends, and it gets a moment to store its data.
    fn drop(&mut self) {
        drop(self.input.take());
        let step = Duration::from_millis(5);
        for _ in 0..(FAREWELL.as_millis() / step.as_millis()) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(step);
        }
        // It has ended by itself in the meantime, or cannot be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
