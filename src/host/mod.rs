//! The process that hosts one plug-in: start order, interfaces, end (`spec/protocol.md` §1).

mod end;
pub mod pipe;
pub mod server;
mod standard_output;
pub mod workers;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use reprise_bundles::{Bundle, Config, Folders};
use reprise_kits::dispatch::{self, Request, Response};
use reprise_kits::plugin::Plugin;
use reprise_vm_glue::interpreter::{Codec, Interpreter, Settings};

use server::{Handle, Server};
use workers::Workers;

/// Requests that run at the same time; more wait.
const WORKERS: usize = 256;

/// How to host a plug-in.
#[derive(Clone, Debug)]
pub struct Options {
    pub bundle: PathBuf,
    /// Serve HTTP beside the pipe.
    pub socket: bool,
    /// 0 lets the system choose.
    pub port: u16,
    pub server_version: Option<String>,
    pub log_file: Option<PathBuf>,
    pub config_file: Option<PathBuf>,
}

/// Why a plug-in cannot be hosted.
#[derive(Debug, thiserror::Error)]
enum HostError {
    #[error("{0}")]
    Bundle(#[from] reprise_bundles::BundleError),
    #[error("{0}")]
    Config(#[from] reprise_bundles::config::ConfigError),
    #[error("the folder for the plug-in's data cannot be used: {0}")]
    Folders(io::Error),
    #[error("{what}: {error}")]
    System { what: &'static str, error: io::Error },
    /// The code could not be read or compiled.
    #[error("Error loading bundle code.")]
    Load,
    /// Module-level code raised.
    #[error("Error starting framework core for {0}.")]
    Start(PathBuf),
}

impl HostError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Load => 2,
            Self::Start(_) => 3,
            _ => 1,
        }
    }
}

/// Hosts a plug-in until standard input ends or a signal asks for the end.
pub fn run(options: Options) -> ExitCode {
    match host(&options) {
        Ok(never) => match never {},
        Err(error) => {
            anstream::eprintln!("{error}");
            end::now(error.exit_code())
        }
    }
}

enum Never {}

fn host(options: &Options) -> Result<Never, HostError> {
    let system = |what| move |error| HostError::System { what, error };
    let mut output = standard_output::reserve().map_err(system("standard output cannot be reserved"))?;
    let workers = Workers::new(WORKERS);
    let (plugin, interpreter) = started(options, &workers)?;
    end::on_signals(&plugin, &interpreter, &workers).map_err(system("signals cannot be received"))?;
    let handler = Arc::new(Dispatcher {
        plugin: Arc::clone(&plugin),
        interpreter: Arc::clone(&interpreter),
        workers: workers.clone(),
    });
    let port = if options.socket {
        let server = Server::bind(options.port).map_err(system("the port cannot be opened"))?;
        let port = server.port();
        server.start(Arc::clone(&handler) as Arc<dyn Handle>).map_err(system("the server cannot be started"))?;
        Some(port)
    } else {
        None
    };
    let mut input = io::stdin().lock();
    loop {
        match pipe::read(&mut input, port) {
            Ok(Some(request)) => {
                let response = handler.answer(request);
                if let Err(error) = pipe::write(&mut output, &response) {
                    tracing::error!("Exception in pipe interface: {error}");
                }
            }
            Ok(None) => break,
            Err(error) => {
                tracing::error!("Exception in pipe interface: {error}");
                break;
            }
        }
    }
    end::stop(&plugin, &interpreter, &workers)
}

/// Builds the interpreter, loads the plug-in's code and runs it up to the end of `Start()`.
fn started(options: &Options, workers: &Workers) -> Result<(Arc<Plugin>, Arc<Interpreter>), HostError> {
    let bundle = Bundle::open(&options.bundle)?;
    let mut config = Config::default();
    if let Some(file) = &options.config_file {
        config.merge_file(file)?;
    }
    if let Some(version) = &options.server_version {
        config.set("server_version", version.as_str());
    }
    let folders = Folders::locate(&bundle.identifier, &config, options.log_file.as_deref());
    folders.create().map_err(HostError::Folders)?;
    // Relative paths of plug-ins lead into their data folder.
    let path = std::path::absolute(&bundle.path).unwrap_or_else(|_| bundle.path.clone());
    std::env::set_current_dir(&folders.data).map_err(HostError::Folders)?;
    let work = move || start(bundle, &path, folders, config);
    workers.run(work).unwrap_or(Err(HostError::Load))
}

fn start(
    mut bundle: Bundle,
    path: &Path,
    folders: Folders,
    config: Config,
) -> Result<(Arc<Plugin>, Arc<Interpreter>), HostError> {
    path.clone_into(&mut bundle.path);
    let settings = Settings { default_codec: Codec::Utf8, ..Settings::default() };
    let interpreter = Arc::new(Interpreter::new(settings));
    let result = interpreter.enter(|vm| {
        let plugin = Plugin::new(bundle, folders, config);
        reprise_kits::startup::begin(&plugin);
        plugin.load(vm).map_err(|_| HostError::Load)?;
        plugin.start(vm).map_err(|_| HostError::Start(path.to_owned()))?;
        Ok(plugin)
    });
    result.map(|plugin| (plugin, interpreter))
}

/// Answers requests with the plug-in's code, on threads for Python.
struct Dispatcher {
    plugin: Arc<Plugin>,
    interpreter: Arc<Interpreter>,
    workers: Workers,
}

impl Dispatcher {
    /// Answers a request of the pipe and waits for it.
    fn answer(&self, request: Request) -> Response {
        let (plugin, interpreter) = (Arc::clone(&self.plugin), Arc::clone(&self.interpreter));
        let work = move || interpreter.enter(|vm| dispatch::handle(&plugin, vm, request));
        self.workers.run(work).unwrap_or_else(|| Response::empty(500))
    }
}

impl Handle for Dispatcher {
    fn handle(&self, request: Request, done: Box<dyn FnOnce(Response) + Send>) {
        let (plugin, interpreter) = (Arc::clone(&self.plugin), Arc::clone(&self.interpreter));
        let work = move || done(interpreter.enter(|vm| dispatch::handle(&plugin, vm, request)));
        if let Err(error) = self.workers.submit(work) {
            tracing::error!("No thread for a request: {error}");
        }
    }
}
