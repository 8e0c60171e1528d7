//! Runs one framework case: starts the bundles as the media server starts them, sends the steps and compares the
//! answers, the files on disk, the log and the requests that went out.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use reprise_kits::services::system;
use serde_json::Value;

use crate::case::{self, Case};
use crate::media_server::{Known, MediaServer, SERVER_VERSION, SYSTEM};
use crate::wire::{self, Answer, Headers};
use crate::{Outcome, canonical, executable};

/// Waits for a process at most so long; then kills it. Status, standard output, standard error.
pub fn finish(mut child: Child, limit: Duration) -> Option<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let collect = |stream: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                let _ = stream.read_to_end(&mut bytes);
            }
            bytes
        })
    };
    let stdout = collect(child.stdout.take().map(|s| Box::new(s) as Box<dyn Read + Send>));
    let stderr = collect(child.stderr.take().map(|s| Box::new(s) as Box<dyn Read + Send>));
    let status = wait(&mut child, limit);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
    status.map(|status| (status, stdout, stderr))
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(10)),
            _ => return None,
        }
    }
}

/// One plug-in under test.
struct Plugin {
    framework: u8,
    identifier: String,
    port: Option<u16>,
    prefixes: Vec<String>,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<u8>,
}

impl Plugin {
    fn launch(case: &Case, bundle: &Path, place: &Place, media_server: &MediaServer) -> Result<Self, String> {
        let framework = case.framework;
        let name = bundle.file_name().unwrap_or_default();
        let identifier = std::fs::read_to_string(bundle.join("Contents/Info.plist"))
            .ok()
            .and_then(|plist| {
                let rest = plist.split_once("<key>CFBundleIdentifier</key>")?.1;
                Some(rest.split_once("<string>")?.1.split_once("</string>")?.0.to_owned())
            })
            .unwrap_or_else(|| name.to_string_lossy().into_owned());
        let root = place.root(framework);
        let plugins = root.join("Plug-ins");
        std::fs::create_dir_all(&plugins).map_err(|e| e.to_string())?;
        let path = plugins.join(name);
        copy(bundle, &path).map_err(|e| format!("{}: {e}", path.display()))?;
        let bootstrap =
            plugins.join(format!("Framework.bundle/Contents/Resources/Versions/{framework}/Python/bootstrap.py"));
        let mut command = Command::new(executable());
        command.arg(bootstrap);
        if framework == 2 {
            command.args(["--server-version", SERVER_VERSION]);
            command.env("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", &place.support);
            command.env("PLEX_MEDIA_SERVER_LOG_DIR", root.join("Logs"));
            command.env("PLEXBUNDLEDEXTS", "1");
        }
        command.arg(&path);
        for (key, _) in std::env::vars_os().filter(|(key, _)| key.to_string_lossy().to_lowercase().ends_with("_proxy"))
        {
            command.env_remove(key);
        }
        command
            .env("HOME", &place.support)
            .env("LANG", "en_US.UTF-8")
            .env("TZ", "UTC")
            .env("REPRISE_REPLAY", &place.web)
            .env("REPRISE_REPLAY_LOG", &place.web_log)
            .env("REPRISE_MEDIA_SERVER", format!("127.0.0.1:{}", media_server.port));
        if let Some(time) = case.time {
            command.env("REPRISE_CLOCK", time.to_string());
        }
        let errors = std::fs::File::create(place.support.join(format!("{identifier}.stderr")));
        let mut child = command
            .current_dir(&place.support)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors.map_or_else(|_| Stdio::null(), Stdio::from))
            .spawn()
            .map_err(|e| format!("cannot start {}: {e}", executable().display()))?;
        let (sender, stdout) = channel();
        let mut stream = child.stdout.take().ok_or("no standard output")?;
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut buffer) {
                if buffer[..n].iter().any(|byte| sender.send(*byte).is_err()) {
                    break;
                }
            }
        });
        let stdin = child.stdin.take();
        Ok(Self { framework, identifier, port: None, prefixes: Vec::new(), child, stdin, stdout })
    }

    /// Asks for the prefixes over the pipe, as the media server does.
    fn start(&mut self) {
        let Some((answer, _)) = self.pipe("/:/prefixes", &Vec::new(), Duration::from_secs(30)) else { return };
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let attribute =
            |source: &str, name: &str| Some(source.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned());
        self.port = attribute(&text, "port").and_then(|port| port.parse().ok());
        self.prefixes = text.split("<Prefix").skip(1).filter_map(|prefix| attribute(prefix, "key")).collect();
    }

    /// One request over the pipe: the answer, and the bytes as they came.
    fn pipe(&mut self, path: &str, headers: &Headers, limit: Duration) -> Option<(Answer, Vec<u8>)> {
        let mut request = format!("GET {path}\r\n");
        if self.framework > 0 {
            headers.iter().for_each(|(key, value)| request.push_str(&format!("{key}: {value}\r\n")));
            request.push_str("\r\n");
        }
        let stdin = self.stdin.as_mut()?;
        stdin.write_all(request.as_bytes()).and_then(|()| stdin.flush()).ok()?;
        let end = Instant::now() + limit;
        let mut raw = Vec::new();
        let mut body_at = None;
        loop {
            if body_at.is_none() && raw.ends_with(b"\r\n\r\n") {
                body_at = Some(raw.len());
            }
            let expected = body_at.map(|at| at + length(&raw[..at]));
            // After the last expected byte only stragglers are waited for.
            let pause = match expected {
                Some(n) if raw.len() >= n => Duration::from_millis(50),
                _ => end.saturating_duration_since(Instant::now()),
            };
            match self.stdout.recv_timeout(pause) {
                Ok(byte) => raw.push(byte),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let at = body_at.unwrap_or(raw.len());
        let head = String::from_utf8_lossy(&raw[..at]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap_or_default().to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(':').map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned())))
            .collect();
        let body = raw[at..].iter().copied().take(length(&raw[..at])).collect();
        Some((Answer { status, headers, body }, raw))
    }

    fn http(&self, method: &str, path: &str, headers: &Headers, body: Option<&[u8]>) -> Answer {
        let failed = |status: String| Answer { status, ..Answer::default() };
        let Some(port) = self.port else { return failed("no port".to_owned()) };
        wire::request(port, method, path, headers, body).unwrap_or_else(|e| failed(format!("no-answer {e}")))
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        drop(self.stdin.take());
        if wait(&mut self.child, Duration::from_secs(2)).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn length(head: &[u8]) -> usize {
    String::from_utf8_lossy(head)
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?
        } else {
            std::fs::copy(entry.path(), target).map(drop)?
        }
    }
    Ok(())
}

/// Where a case runs: everything below one temporary folder.
struct Place {
    case: PathBuf,
    support: PathBuf,
    web: PathBuf,
    web_log: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new(case: &Path) -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("reprise-case.").tempdir()?;
        let at = folder.path().canonicalize()?;
        let support = at.join("support");
        std::fs::create_dir_all(&support)?;
        // A case without a web folder sees an internet in which every address is 404.
        let web = match case.join("web") {
            web if web.is_dir() => web,
            _ => at.join("no-web"),
        };
        std::fs::create_dir_all(at.join("no-web"))?;
        Ok(Self { case: case.to_path_buf(), support, web, web_log: at.join("web.jsonl"), _folder: folder })
    }

    fn root(&self, framework: u8) -> PathBuf {
        let inner = if framework == 2 { "Plex Media Server" } else { "Library/Application Support/Plex Media Server" };
        self.support.join(inner)
    }

    /// Paths as the recording writes them.
    fn clean(&self, bytes: &[u8]) -> Vec<u8> {
        let support = replace(bytes, self.support.to_string_lossy().as_bytes(), b"@SUPPORT@");
        replace(&support, self.case.to_string_lossy().as_bytes(), b"@CASE@")
    }
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// A recorded step: `expected/NN.txt` and `NN.body`.
struct Recorded {
    method: String,
    path: String,
    status: String,
    headers: Headers,
    body: Vec<u8>,
    raw: Option<Vec<u8>>,
}

impl Recorded {
    /// This project's own expectation stands in `expected-ours/` where it deliberately differs.
    fn read(case: &Path, step: usize) -> Result<Self, String> {
        let number = format!("{step:02}");
        let ours = case.join("expected-ours");
        let folder = if ours.join(format!("{number}.txt")).is_file() { ours } else { case.join("expected") };
        let file = folder.join(format!("{number}.txt"));
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let mut lines = text.lines().skip_while(|line| line.starts_with("MESSAGE"));
        let (method, path) = lines.next().and_then(|l| l.split_once(' ')).ok_or("no request line")?;
        let mut lines = lines.skip_while(|line| line.starts_with("> "));
        let status = lines.next().unwrap_or_default().split(' ').next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|l| l.split_once(": ")).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        let body = std::fs::read(folder.join(format!("{number}.body"))).unwrap_or_default();
        let raw = std::fs::read(folder.join(format!("{number}.raw"))).ok();
        Ok(Self { method: method.to_owned(), path: path.to_owned(), status, headers, body, raw })
    }
}

/// Runs the case in a folder.
pub fn run_case(folder: &Path) -> Outcome {
    let mut outcome = Outcome::default();
    if let Err(message) = try_case(folder, &mut outcome) {
        outcome.fail(message);
    }
    outcome
}

fn try_case(folder: &Path, outcome: &mut Outcome) -> Result<(), String> {
    let case = case::read(folder)?;
    let place = Place::new(folder).map_err(|e| e.to_string())?;
    let server = MediaServer::start(folder.join("pms")).map_err(|e| e.to_string())?;
    let mut plugins = Vec::new();
    if case.system {
        // Known before anything runs, so that what the others announce to it waits until it listens.
        server.know(SYSTEM, Known::default());
    }
    for bundle in &case.bundles {
        let plugin = Plugin::launch(&case, &folder.join(bundle), &place, &server)?;
        server.know(&plugin.identifier, Known::default());
        plugins.push(plugin);
    }
    if case.system {
        let bundle = system::write_bundle(&place.support).map_err(|e| e.to_string())?;
        server.offer_services(&place.root(case.framework).join("Plug-ins"));
        plugins.push(Plugin::launch(&case, &bundle, &place, &server)?);
    }
    // The server's own plug-in is there before the others announce their agents to it.
    let count = plugins.len();
    plugins.rotate_right(usize::from(case.system));
    for plugin in &mut plugins {
        plugin.start();
        server.know(&plugin.identifier, Known { port: plugin.port, prefixes: plugin.prefixes.clone() });
    }
    plugins.rotate_left(usize::from(case.system) % count.max(1));
    if case.steps.is_empty() {
        match folder.join("expected-ours/01.txt").is_file() {
            true => must_start(folder, &place, &plugins[0], outcome)?,
            false => must_not_start(folder, &mut plugins[0], outcome),
        }
    }
    steps(folder, &case, &place, &mut plugins, outcome)?;
    std::thread::sleep(Duration::from_millis(300));
    files(folder, &case, &place, outcome);
    log(folder, &case, &place, &plugins[0].identifier, outcome);
    requests(folder, &server, &place, outcome);
    Ok(())
}

/// A case without steps: the bundle must fail to load.
fn must_not_start(folder: &Path, plugin: &mut Plugin, outcome: &mut Outcome) {
    let log = std::fs::read(folder.join("expected/log.txt")).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let want = match () {
        () if log.contains("Exception while loading code") => Some(2),
        () if log.contains("Exception starting plug-in") => Some(3),
        () => None,
    };
    let code = wait(&mut plugin.child, Duration::from_secs(5)).and_then(|status| status.code());
    match want {
        Some(want) => outcome.check("a bundle that must not start: exit code", &Some(want), &code),
        None => outcome.check("a bundle that must not start ends with an error", &true, &code.is_some_and(|c| c != 0)),
    }
}

/// A case without steps whose bundle starts here nevertheless: it answers its one own expectation.
fn must_start(folder: &Path, place: &Place, plugin: &Plugin, outcome: &mut Outcome) -> Result<(), String> {
    let want = Recorded::read(folder, 1)?;
    let answer = plugin.http(&want.method, &want.path, &Headers::new(), None);
    let status = answer.status.split(' ').next().unwrap_or_default().to_owned();
    outcome.check("a bundle that starts here: status", &want.status, &status);
    let got = canonical::body(&place.clean(&answer.body), "");
    outcome.check("a bundle that starts here: body", &canonical::body(&want.body, ""), &got);
    Ok(())
}

fn steps(
    folder: &Path,
    case: &Case,
    place: &Place,
    plugins: &mut [Plugin],
    outcome: &mut Outcome,
) -> Result<(), String> {
    let (mut target, mut number) = (0, 0);
    for step in &case.steps {
        if let Some(seconds) = step.sleep {
            std::thread::sleep(Duration::from_secs_f64(seconds));
            continue;
        }
        if let Some(to) = &step.to {
            target = plugins.iter().position(|p| p.identifier == *to).unwrap_or(target);
        }
        if !step.sends() {
            continue;
        }
        number += 1;
        let want = Recorded::read(folder, number)?;
        let headers = step.headers.clone();
        let plugin = &mut plugins[target];
        let (answer, raw) = if case.framework == 2 {
            (plugin.http(&want.method, &want.path, &headers, step.body.as_deref().map(str::as_bytes)), Vec::new())
        } else {
            plugin.pipe(&want.path, &headers, Duration::from_secs(30)).unwrap_or_default()
        };
        let label = format!("step {number} {}", want.path.chars().take(80).collect::<String>());
        let status = answer.status.split(' ').next().unwrap_or_default().to_owned();
        outcome.check(&format!("{label}: status"), &want.status, &status);
        let got = canonical::body(&place.clean(&answer.body), "");
        outcome.check(&format!("{label}: body"), &canonical::body(&want.body, ""), &got);
        let (expected, got) = (canonical::headers(&want.headers), canonical::headers(&answer.headers));
        outcome.check(&format!("{label}: headers"), &expected, &got);
        if let Some(recorded) = &want.raw {
            let (expected, got) = (canonical::frame(recorded, &want.body), canonical::frame(&raw, &answer.body));
            outcome.check(&format!("{label}: bytes around the body"), &expected, &got);
        }
    }
    Ok(())
}

/// Files below the data folder.
fn files(folder: &Path, case: &Case, place: &Place, outcome: &mut Outcome) {
    if case.files.is_empty() {
        return;
    }
    let expected = folder.join("expected/files");
    let ours = folder.join("expected-ours/files");
    // Files that the original wrote and this project deliberately does not, one a line.
    let gone = std::fs::read_to_string(folder.join("expected-ours/gone.txt")).unwrap_or_default();
    let gone: Vec<String> = gone.lines().map(str::to_owned).collect();
    for file in glob::glob(&expected.join("**/*").to_string_lossy()).into_iter().flatten().flatten() {
        let Ok(relative) = file.strip_prefix(&expected) else { continue };
        let got = place.root(case.framework).join(relative);
        let name = relative.to_string_lossy().into_owned();
        if name.starts_with("Plug-in Support/Caches") {
            continue;
        }
        let label = format!("file {name}");
        if let Ok(link) = std::fs::read_link(&file) {
            outcome.check(&label, &Some(link), &std::fs::read_link(&got).ok());
        } else if file.is_file() {
            let source = if ours.join(relative).is_file() { ours.join(relative) } else { file.clone() };
            let want = canonical::body(&std::fs::read(&source).unwrap_or_default(), &name);
            // A link is recorded as a file with its target.
            let target = std::fs::read_link(&got).map(|target| target.into_os_string().into_encoded_bytes());
            let bytes = target.or_else(|_| std::fs::read(&got)).ok();
            let found = bytes.map(|bytes| canonical::body(&place.clean(&bytes), &name));
            outcome.check(&label, &Some(want).filter(|_| !gone.contains(&name)), &found);
        }
    }
}

/// The plug-in's own log lines.
fn log(folder: &Path, case: &Case, place: &Place, identifier: &str, outcome: &mut Outcome) {
    let Ok(recorded) = std::fs::read(folder.join("expected/log.txt")) else { return };
    let want = canonical::plugin_log(&String::from_utf8_lossy(&recorded));
    if case.framework != 2 || want.is_empty() {
        return;
    }
    let file = place.root(2).join(format!("Logs/PMS Plugin Logs/{identifier}.log"));
    let got = std::fs::read(file).ok().map(|log| canonical::plugin_log(&String::from_utf8_lossy(&log)));
    outcome.check("the plug-in's own log lines", &Some(want), &got);
}

fn rows(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn field(row: &Value, name: &str) -> String {
    row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A file of the recording, or this project's own in its place.
fn recording(folder: &Path, name: &str) -> PathBuf {
    let ours = folder.join("expected-ours").join(name);
    if ours.is_file() { ours } else { folder.join("expected").join(name) }
}

/// The address with another host, if one is given.
fn at_host(url: &str, host: Option<String>) -> String {
    match (host, url.split_once("://")) {
        (Some(host), Some((scheme, rest))) => {
            let path = rest.find('/').map_or("", |at| &rest[at..]);
            format!("{scheme}://{host}{path}")
        }
        _ => url.to_owned(),
    }
}

/// The requests to the media server and to the web.
fn requests(folder: &Path, server: &Arc<MediaServer>, place: &Place, outcome: &mut Outcome) {
    let address = |address: &str| canonical::text(&canonical::query(address));
    let want: BTreeSet<(String, String)> = rows(&recording(folder, "media-server.jsonl"))
        .iter()
        .map(|row| (field(row, "method"), address(&field(row, "path"))))
        .collect();
    let got = server.log().iter().map(|noted| (noted.method.clone(), address(&noted.path))).collect();
    outcome.check("requests to the media server", &want, &got);
    let sent = |file: &Path| {
        let mut requests: Vec<_> = rows(file)
            .iter()
            .map(|row| {
                let ignored = ["connection", "accept-encoding", "accept", "host", "content-length"];
                let pairs = row.get("headers").and_then(Value::as_array).cloned().unwrap_or_default();
                let text = |pair: &Value, at| pair.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
                let mut headers: Vec<(String, String)> = pairs
                    .iter()
                    .map(|pair| (text(pair, 0).to_ascii_lowercase(), text(pair, 1)))
                    .filter(|(key, _)| !ignored.contains(&key.as_str()))
                    .collect();
                headers.sort();
                // The recordings' web server took the host from the header, which plug-ins may set.
                let host = pairs.iter().find(|pair| text(pair, 0).eq_ignore_ascii_case("host"));
                let url = at_host(&field(row, "url"), host.map(|pair| text(pair, 1)));
                (field(row, "method"), address(&url), field(row, "body"), headers)
            })
            .collect();
        requests.sort();
        requests
    };
    let want = recording(folder, "web.jsonl");
    outcome.check("requests to the web", &sent(&want), &sent(&place.web_log));
}
