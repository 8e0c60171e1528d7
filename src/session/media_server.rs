//! The media server's part of the conversation, as far as one plug-in needs it (`spec/protocol.md` §7,
//! `spec/messaging-services.md` §11).

use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use reprise_bundles::Bundle;
use reprise_kits::cereal::{self, Graph, Ref};
use reprise_kits::dispatch::{Interface, Request, Response};
use reprise_kits::services::exchange;

use crate::host::server::Handle;
use crate::session::events::Events;
use crate::session::library::Library;
use crate::session::library_file::{self, LibraryFile};
use crate::session::plugin_process::Address;

/// The version that the stand-in says it has.
pub const VERSION: &str = "1.32.8.7639";
/// Its number.
const MACHINE: &str = "0000000000000000000000000000000000000000";

/// Answers a plug-in's requests to the media server.
#[derive(Default)]
pub struct MediaServer {
    /// The plug-in itself, once it runs: paths below its prefixes lead back to it.
    pub plugin: OnceLock<Address>,
    /// What `_BundleService:AllServices` answers, packed; unset where only the plug-in's own services are known.
    services: OnceLock<String>,
    /// Further plug-ins, found by their identifiers.
    others: RwLock<Vec<Address>>,
    /// The process that plays the server's own plug-in, in sessions with agents.
    system: OnceLock<Address>,
    library: OnceLock<Library>,
    events: Events,
    /// The sections and items that plug-ins see; none where the user gave no file.
    sections: OnceLock<LibraryFile>,
    /// How the last update ended.
    success: Mutex<Option<bool>>,
}

/// Plays a server for the plug-ins' requests.
pub struct Handler(pub Arc<MediaServer>);

impl Handle for Handler {
    fn handle(&self, request: Request) -> Response {
        self.0.answer(&request)
    }
}

impl MediaServer {
    /// Makes a plug-in reachable for the others.
    pub fn know(&self, plugin: Address) {
        self.others.write().push(plugin);
    }

    /// The running plug-in with an identifier.
    pub fn running(&self, identifier: &str) -> Option<Address> {
        let others = self.others.read();
        self.plugin.get().into_iter().chain(others.iter()).find(|plugin| plugin.identifier() == identifier).cloned()
    }

    /// Brings an event to the plug-ins that want it; nobody waits for them.
    fn deliver(&self, rest: &str) {
        for delivery in self.events.take(rest) {
            let Some(plugin) = self.running(&delivery.target) else { continue };
            let request = Request {
                interface: Interface::Pipe { port: None },
                method: "GET".to_owned(),
                uri: delivery.path,
                headers: Vec::new(),
                body: Vec::new(),
            };
            // An event that cannot be delivered is lost, as with the media server.
            let work = move || drop(plugin.request(&request));
            let _ = std::thread::Builder::new().name("event".to_owned()).spawn(work);
        }
    }

    /// Hands what is asked of the server's own plug-in to a process. The first call counts.
    pub fn play_system(&self, system: Address) {
        let _ = self.system.set(system);
    }

    /// The process that plays the server's own plug-in.
    pub fn system(&self) -> Option<&Address> {
        self.system.get()
    }

    /// The library that agents see. The first call counts.
    pub fn show_library(&self, library: Library) {
        let _ = self.library.set(library);
    }

    /// The sections and items that plug-ins see. The first call counts.
    pub fn show_sections(&self, sections: LibraryFile) {
        let _ = self.sections.set(sections);
    }

    /// How the last update ended; None before one has.
    pub fn update_succeeded(&self) -> Option<bool> {
        *self.success.lock()
    }

    /// What the server answers about its library and of updates.
    fn library(&self, uri: &str) -> Option<Response> {
        let path = uri.split('?').next().unwrap_or_default();
        if path.starts_with("/:/metadata/") {
            if path == "/:/metadata/notify" {
                *self.success.lock() = Some(uri.contains("&success=1"));
            }
            return Some(Response::text(""));
        }
        if path != "/library" && !path.starts_with("/library/") {
            return None;
        }
        let found = match path.strip_prefix("/library/metadata/").and_then(|rest| rest.strip_suffix("/tree")) {
            Some(number) => {
                let shown = self.library.get().and_then(|library| library.tree(number));
                shown.or_else(|| self.sections().answer(uri))
            }
            None => self.sections().answer(uri),
        };
        Some(match found {
            Some(done) if done.is_empty() => Response::text(""),
            Some(xml) => Response::xml(200, xml),
            None => Response::empty(404),
        })
    }

    fn sections(&self) -> &LibraryFile {
        self.sections.get_or_init(LibraryFile::default)
    }

    /// What the server says of itself: who it is, its plug-ins, its preferences.
    fn about(&self, path: &str) -> Option<Response> {
        let xml = match path {
            "/" => self.root(),
            "/identity" => format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaContainer size=\"0\" claimed=\"0\" \
                 machineIdentifier=\"{MACHINE}\" version=\"{VERSION}\"/>\n"
            ),
            "/:/prefs" => self.sections().preferences(),
            "/:/plugins" => {
                let others = self.others.read();
                library_file::plugins(self.plugin.get().into_iter().chain(others.iter()).map(Address::identifier))
            }
            _ => return None,
        };
        Some(Response::xml(200, xml))
    }

    /// Passes a request on to a plug-in.
    fn pass_on(plugin: &Address, request: &Request) -> Response {
        plugin
            .request(&Request { uri: plugin.local(&request.uri), ..request.clone() })
            .unwrap_or_else(|_| Response::empty(503))
    }

    /// Lets the plug-in use the services of these bundles. The first call counts.
    pub fn offer_services<'a>(&self, bundles: impl IntoIterator<Item = &'a Bundle>) {
        self.services.get_or_init(|| exchange::write(&exchange::all_services(bundles)));
    }

    fn answer(&self, request: &Request) -> Response {
        let path = request.uri.split('?').next().unwrap_or_default();
        if let Some(answer) = self.about(path) {
            return answer;
        }
        if let Some(rest) = path.strip_prefix("/system/messaging/") {
            self.deliver(rest);
            return Response::text("");
        }
        if path.starts_with("/system/agents")
            && let Some(system) = self.system.get()
        {
            return Self::pass_on(system, request);
        }
        if let Some(answer) = self.library(&request.uri) {
            return answer;
        }
        if let Some(rest) = path.strip_prefix("/:/plugins/com.plexapp.system/") {
            return self.of_system(rest, request);
        }
        if let Some(plugin) = self.plugin.get().filter(|plugin| plugin.serves(path)) {
            return Self::pass_on(plugin, request);
        }
        let other = self.others.read().iter().find(|plugin| plugin.serves(path)).cloned();
        other.map_or_else(|| Response::empty(404), |plugin| Self::pass_on(&plugin, request))
    }
}

impl MediaServer {
    fn root(&self) -> String {
        let name = self.sections().preference("FriendlyName").unwrap_or("Reprise");
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaContainer size=\"0\" friendlyName=\"{}\" \
             machineIdentifier=\"{MACHINE}\" platform=\"{}\" platformVersion=\"\" version=\"{VERSION}\"/>\n",
            quick_xml::escape::escape(name),
            std::env::consts::OS
        )
    }

    /// What the server's own plug-in answers.
    fn of_system(&self, path: &str, request: &Request) -> Response {
        if path == "resourceHashes" {
            return Response::text("{}");
        }
        let function = path.strip_prefix("messaging/function/").and_then(|rest| rest.split('/').next());
        let name = function.and_then(|name| cereal::safe_decode(name.as_bytes()).ok()).unwrap_or_default();
        // Without a process for it the list of agents is of no use, but a plug-in must be able to register in it.
        if name.starts_with(b"_AgentService:")
            && let Some(system) = self.system.get()
        {
            return Self::pass_on(system, request);
        }
        if name == b"_AgentService:UpdateInfo" {
            return Response::text(cereal::pack(&Graph { nodes: Vec::new(), root: Ref::None }));
        }
        match self.services.get() {
            Some(services) if name == b"_BundleService:AllServices" => Response::text(services.clone()),
            _ => Response::empty(404),
        }
    }
}
