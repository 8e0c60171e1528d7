//! A session with agents: their processes, the media server's own plug-in that brings them together, and a library of
//! one item.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use reprise_bundles::{Bundle, FrameworkVersion};
use reprise_kits::dispatch::{Interface, Request, Response};
use reprise_kits::services::system;

use crate::host::server::Server;
use crate::session::library::Library;
use crate::session::media_server::{Handler, MediaServer};
use crate::session::plugin_process::{PluginProcess, ProcessError};

/// Why agents could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("the session cannot be prepared: {0}")]
    Io(#[from] std::io::Error),
    #[error("{bundle}: {source}{hint}")]
    Plugin { bundle: String, source: ProcessError, hint: &'static str },
    #[error("the agents cannot be asked: {0}")]
    Ask(ProcessError),
    #[error("the list of agents cannot be read")]
    List,
}

/// An agent that a plug-in has announced, for one kind of media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    pub identifier: String,
    pub name: String,
    /// Number of the kind of media.
    pub kind: u32,
    pub languages: Vec<String>,
    pub primary: bool,
}

/// A running session. Its processes end with this value.
pub struct AgentSession {
    server: Arc<MediaServer>,
    /// The agents' plug-ins, and the server's own last, so that it ends last.
    _plugins: Vec<PluginProcess>,
    _system: PluginProcess,
    /// Bundles that are made for the session.
    _folder: tempfile::TempDir,
}

impl AgentSession {
    /// Starts the plug-ins of these bundles, the first of which must start; others that fail are named by `warn`.
    /// `environment` gives the processes' variables for the address of the media server.
    pub fn start(
        bundles: &[Bundle],
        library: Library,
        environment: impl FnOnce(&str) -> Result<Vec<(String, OsString)>, Box<dyn std::error::Error>>,
        mut progress: impl FnMut(&str),
        mut warn: impl FnMut(&SessionError),
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let server = Arc::new(MediaServer::default());
        server.offer_services(bundles);
        server.show_library(library);
        let listener = Server::bind(0)?;
        let environment = environment(&format!("127.0.0.1:{}", listener.port()))?;
        listener.start(Arc::new(Handler(Arc::clone(&server))))?;
        let folder = tempfile::tempdir()?;
        let bundle = system::write_bundle(folder.path())?;
        let failed = |bundle: String, source: ProcessError| {
            let hint = match source {
                ProcessError::Ended { .. } => "; see the messages above and the plug-in's log",
                _ => "",
            };
            SessionError::Plugin { bundle, source, hint }
        };
        let mut own = PluginProcess::start(&bundle, FrameworkVersion::V2, &environment)
            .map_err(|e| failed("the system part".into(), e))?;
        server.play_system(own.connect().map_err(|e| failed("the system part".into(), e))?);
        let mut plugins = Vec::new();
        for (at, bundle) in bundles.iter().enumerate() {
            progress(&format!("starting {}", bundle.name()));
            let name = bundle.path.display().to_string();
            let started = PluginProcess::start(&bundle.path, bundle.framework, &environment)
                .and_then(|mut process| Ok((process.connect()?, process)))
                .map_err(|error| failed(name, error));
            match started {
                Ok((address, process)) => {
                    server.know(address);
                    plugins.push(process);
                }
                Err(error) if at == 0 => return Err(error.into()),
                Err(error) => warn(&error),
            }
        }
        Ok(Self { server, _plugins: plugins, _system: own, _folder: folder })
    }

    /// Asks the server's own plug-in.
    pub fn ask(&self, uri: &str) -> Result<Response, SessionError> {
        let request = Request {
            interface: Interface::Pipe { port: None },
            method: "GET".to_owned(),
            uri: uri.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        match self.server.system() {
            Some(system) => system.request(&request).map_err(SessionError::Ask),
            None => Err(SessionError::List),
        }
    }

    /// All agents that the plug-ins of this session have announced; the list knows those of earlier sessions, too.
    pub fn agents(&self) -> Result<Vec<Announced>, SessionError> {
        let answer = self.ask("/system/agents")?;
        let text = String::from_utf8_lossy(&answer.body);
        let document = roxmltree::Document::parse(&text).map_err(|_| SessionError::List)?;
        let mut agents = Vec::new();
        let running = |node: &roxmltree::Node<'_, '_>| {
            node.attribute("identifier").is_some_and(|identifier| self.server.running(identifier).is_some())
        };
        for agent in document.root_element().children().filter(running) {
            for kind in agent.children().filter(|node| node.has_tag_name("MediaType")) {
                let languages = kind.children().filter_map(|language| language.attribute("code"));
                agents.push(Announced {
                    identifier: agent.attribute("identifier").unwrap_or_default().to_owned(),
                    name: kind.attribute("name").unwrap_or_default().to_owned(),
                    kind: kind.attribute("mediaType").and_then(|number| number.parse().ok()).unwrap_or_default(),
                    languages: languages.map(str::to_owned).collect(),
                    primary: kind.attribute("primary") == Some("1"),
                });
            }
        }
        Ok(agents)
    }

    /// The identifiers of the agents that may contribute to another one's items.
    pub fn contributors(&self, primary: &str, kind: u32) -> Result<Vec<String>, SessionError> {
        let answer = self.ask(&format!("/system/agents/contributors?mediaType={kind}&primaryAgent={primary}"))?;
        let text = String::from_utf8_lossy(&answer.body);
        let Ok(document) = roxmltree::Document::parse(&text) else { return Ok(Vec::new()) };
        let agents = document.root_element().children().filter_map(|agent| agent.attribute("identifier"));
        Ok(agents.filter(|identifier| self.server.running(identifier).is_some()).map(str::to_owned).collect())
    }

    /// Whether the last update succeeded, as the server was told; None before it was.
    pub fn update_succeeded(&self) -> Option<bool> {
        // The word is on its way when the update's answer comes.
        for _ in 0..100 {
            if let Some(success) = self.server.update_succeeded() {
                return Some(success);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}
