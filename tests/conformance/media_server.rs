//! A stand-in for the media server on a loopback port: it answers what plug-ins and the framework ask of it, notes
//! every request, and passes requests between the plug-ins of a case. A case's `pms/` folder wins over its own answers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use percent_encoding::percent_decode_str;
use reprise_kits::services::exchange;
use reprise_kits::services::registry::bundles_in;

use crate::wire::{self, Headers, Received};

/// The server's own plug-in.
pub const SYSTEM: &str = "com.plexapp.system";
pub const SERVER_VERSION: &str = "1.32.8.7639";
const NOT_FOUND: &[u8] = b"<html><head><title>Not Found</title></head><body><h1>404 Not Found</h1></body></html>";

/// A plug-in that the server knows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub port: Option<u16>,
    pub prefixes: Vec<String>,
}

/// A request as it was noted: method, path, body, status.
#[derive(Clone, Debug)]
pub struct Noted {
    pub method: String,
    pub path: String,
}

pub struct MediaServer {
    pub port: u16,
    fixtures: PathBuf,
    plugins: Mutex<BTreeMap<String, Known>>,
    log: Mutex<Vec<Noted>>,
    /// Event name to the identifiers that listen.
    listeners: Mutex<BTreeMap<String, BTreeSet<String>>>,
    /// What `_BundleService:AllServices` answers, where the system plug-in is there.
    services: OnceLock<String>,
}

impl MediaServer {
    /// Starts a server that looks for answers in `fixtures` first.
    pub fn start(fixtures: PathBuf) -> std::io::Result<Arc<Self>> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let server = Arc::new(Self {
            port: listener.local_addr()?.port(),
            fixtures,
            plugins: Mutex::default(),
            log: Mutex::default(),
            listeners: Mutex::default(),
            services: OnceLock::new(),
        });
        let weak = Arc::downgrade(&server);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(server) = weak.upgrade() else { break };
                std::thread::spawn(move || server.serve(&stream));
            }
        });
        Ok(server)
    }

    pub fn know(&self, identifier: &str, known: Known) {
        self.plugins.lock().unwrap().insert(identifier.to_owned(), known);
    }

    /// Lets plug-ins use the services of the bundles in a folder.
    pub fn offer_services(&self, folder: &Path) {
        let bundles = bundles_in(folder);
        self.services.get_or_init(|| exchange::write(&exchange::all_services(&bundles)));
    }

    pub fn log(&self) -> Vec<Noted> {
        self.log.lock().unwrap().clone()
    }

    fn serve(self: &Arc<Self>, stream: &TcpStream) {
        let Ok(request) = wire::receive(stream) else { return };
        let (status, headers, body) = self.respond(&request);
        let noted = Noted { method: request.method.clone(), path: request.path.clone() };
        self.log.lock().unwrap().push(noted);
        // The other side may have gone away; that is its business.
        let _ = wire::answer(stream, &request.method, status, &headers, &body);
    }

    fn respond(self: &Arc<Self>, request: &Received) -> (u16, Headers, Vec<u8>) {
        let xml = vec![
            ("Content-Type".to_owned(), "text/xml;charset=utf-8".to_owned()),
            ("X-Plex-Protocol".to_owned(), "1.0".to_owned()),
        ];
        let plain = |kind: &str| vec![("Content-Type".to_owned(), kind.to_owned())];
        let raw = request.path.split('?').next().unwrap_or_default();
        let path = percent_decode_str(raw).decode_utf8_lossy().into_owned();
        let relative = match path.trim_matches('/') {
            "" => "index",
            relative => relative,
        };
        for candidate in [relative.to_owned(), format!("{relative}.xml"), format!("{relative}.json")] {
            if let Ok(bytes) = std::fs::read(self.fixtures.join(candidate)) {
                return (200, xml, bytes);
            }
        }
        if path == "/" {
            let text = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaContainer size=\"0\" friendlyName=\"oracle\" \
                 machineIdentifier=\"0123456789abcdef0123456789abcdef01234567\" myPlex=\"0\" platform=\"Linux\" \
                 platformVersion=\"5\" updatedAt=\"1500000000\" version=\"{SERVER_VERSION}\">\n</MediaContainer>\n"
            );
            return (200, xml, text.into_bytes());
        }
        if path == "/:/plugins" {
            let plugins = self.plugins.lock().unwrap();
            let mut identifiers = vec![SYSTEM];
            identifiers.extend(plugins.keys().map(String::as_str).filter(|id| *id != SYSTEM));
            let rows: String = identifiers.iter().map(|id| format!("<Plugin identifier=\"{id}\" />\n")).collect();
            let count = identifiers.len();
            let text = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaContainer size=\"{count}\">\n{rows}</MediaContainer>\n"
            );
            return (200, xml, text.into_bytes());
        }
        if let Some(rest) = raw.strip_prefix("/system/messaging/") {
            let parts: Vec<&str> = rest.split('/').collect();
            if let [kind @ ("clear_events" | "register_for_event" | "broadcast_event"), identifier, arguments @ ..] =
                parts.as_slice()
            {
                self.event(kind, identifier, arguments);
                return (200, plain("text/plain"), Vec::new());
            }
        }
        let addressed = raw.strip_prefix("/:/plugins/").filter(|rest| !rest.is_empty());
        if addressed.is_some() || raw.starts_with("/system/") {
            return self.plugin_request(request, raw, addressed);
        }
        let owner = self
            .plugins
            .lock()
            .unwrap()
            .iter()
            .find(|(_, known)| {
                known
                    .prefixes
                    .iter()
                    .any(|p| raw.strip_prefix(p.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/')))
            })
            .map(|(id, _)| id.clone());
        if let Some(owner) = owner {
            return self.forward(&owner, request);
        }
        if path.starts_with("/:/metadata/") {
            return (200, Vec::new(), Vec::new());
        }
        if path == "/servers/resolve" {
            return (
                200,
                xml,
                b"<MediaContainer size=\"1\"><Address address=\"127.0.0.2\"/></MediaContainer>".to_vec(),
            );
        }
        (404, plain("text/html"), NOT_FOUND.to_vec())
    }

    /// `/:/plugins/ID/…` and `/system/…`.
    fn plugin_request(
        self: &Arc<Self>,
        request: &Received,
        raw: &str,
        addressed: Option<&str>,
    ) -> (u16, Headers, Vec<u8>) {
        let text = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
        let (identifier, rest) = match addressed {
            Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
            None => (SYSTEM, ""),
        };
        if identifier == SYSTEM && raw.ends_with("/resourceHashes") {
            return (200, text, b"{}".to_vec());
        }
        // What every host of the system plug-in must answer; the rest goes to the one of the case, if there is one.
        let function = raw.split_once("/messaging/function/").and_then(|(_, name)| name.split('/').next());
        let function = function.filter(|_| identifier == SYSTEM).and_then(decode).unwrap_or_default();
        let has_system = self.plugins.lock().unwrap().contains_key(SYSTEM);
        let services = match function.as_slice() {
            // The system plug-in is the last that is started; a plug-in may ask sooner.
            b"_BundleService:AllServices" if has_system => Some(self.services.wait()),
            _ => self.services.get(),
        };
        match (function.as_slice(), services) {
            (b"_AgentService:UpdateInfo", _) if !has_system => return (200, text, b"Y2VyZWFsMQowCm4_".to_vec()),
            (b"_BundleService:AllServices", Some(services)) => return (200, text, services.clone().into_bytes()),
            _ => {}
        }
        if self.plugins.lock().unwrap().contains_key(identifier) {
            if addressed.is_some() && rest.is_empty() {
                return (200, Vec::new(), Vec::new());
            }
            return self.forward(identifier, request);
        }
        (404, vec![("Content-Type".to_owned(), "text/html".to_owned())], NOT_FOUND.to_vec())
    }

    fn event(self: &Arc<Self>, kind: &str, identifier: &str, arguments: &[&str]) {
        let name = percent_decode_str(arguments.first().copied().unwrap_or_default()).decode_utf8_lossy().into_owned();
        let mut listeners = self.listeners.lock().unwrap();
        match kind {
            "register_for_event" => {
                listeners.entry(name).or_default().insert(identifier.to_owned());
            }
            "broadcast_event" => {
                for listener in listeners.get(&name).into_iter().flatten().cloned() {
                    let server = Arc::clone(self);
                    let path = format!("/:/plugins/{listener}/messaging/event/{}", arguments.join("/"));
                    std::thread::spawn(move || {
                        let request =
                            Received { method: "GET".to_owned(), path, headers: Vec::new(), body: Vec::new() };
                        server.forward(&listener, &request)
                    });
                }
            }
            _ => {}
        }
    }

    /// Passes a request on to a plug-in, once it has a port.
    fn forward(&self, identifier: &str, request: &Received) -> (u16, Headers, Vec<u8>) {
        for _ in 0..200 {
            let known = self.plugins.lock().unwrap().get(identifier).cloned().unwrap_or_default();
            let Some(port) = known.port else {
                std::thread::sleep(Duration::from_millis(50));
                continue;
            };
            let dropped = ["connection", "content-length", "accept-encoding"];
            let headers = request
                .headers
                .iter()
                .filter(|(key, _)| !dropped.contains(&key.to_ascii_lowercase().as_str()))
                .cloned()
                .collect();
            let body = (!request.body.is_empty()).then_some(request.body.as_slice());
            return match wire::request(port, &request.method, &request.path, &headers, body) {
                Ok(answer) => {
                    let status = answer.status.split(' ').next().and_then(|s| s.parse().ok()).unwrap_or(503);
                    (status, answer.headers, answer.body)
                }
                Err(_) => (503, Vec::new(), Vec::new()),
            };
        }
        (503, Vec::new(), Vec::new())
    }
}

/// Decodes a packed message name.
fn decode(packed: &str) -> Option<Vec<u8>> {
    let mut plain = packed.replace('@', "/").replace('*', "+").replace('_', "=");
    plain.truncate(plain.trim_end_matches('=').len());
    base64::engine::general_purpose::STANDARD_NO_PAD.decode(plain).ok()
}
