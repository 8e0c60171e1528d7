//! The process that hosts one plug-in: start order, interfaces, end (`spec/protocol.md` §1).

pub mod daemon;
mod end;
mod older;
pub mod pipe;
pub mod server;
mod standard_output;
pub mod workers;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use reprise_bundles::{Bundle, Config, FrameworkVersion};
use reprise_kits::dispatch::{self, Request, Response};
use reprise_kits::plugin::{self, Plugin, StartError};
use reprise_vm_glue::interpreter::{Codec, Interpreter, Settings};

use server::{Handle, Server};
use workers::Workers;

/// Threads for the start and for requests of the pipe, which come one at a time.
const WORKERS: usize = 8;

/// How to host a plug-in.
#[derive(Clone, Debug)]
pub struct Options {
    pub bundle: PathBuf,
    /// Keep the log of older frameworks off standard error.
    pub quiet: bool,
    /// Serve HTTP beside the pipe.
    pub socket: bool,
    /// 0 lets the system choose.
    pub port: u16,
    pub server_version: Option<String>,
    pub log_file: Option<PathBuf>,
    pub config_file: Option<PathBuf>,
    /// `policy_level` of the configuration, where the command line gives one.
    pub policy_level: Option<String>,
}

/// Why a plug-in cannot be hosted.
#[derive(Debug, thiserror::Error)]
enum HostError {
    #[error("{0}")]
    Bundle(#[from] reprise_bundles::BundleError),
    #[error("{0}")]
    Config(#[from] reprise_bundles::config::ConfigError),
    #[error("port {port} of this machine cannot be opened: {error}")]
    Port { port: u16, error: io::Error },
    #[error("{what}: {error}")]
    System { what: &'static str, error: io::Error },
    #[error("{line}\n{error}")]
    Start { line: String, error: StartError },
    #[error("the plug-in's code made this program fail")]
    Panic,
}

impl HostError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Start { error, .. } => error.exit_code(),
            _ => 1,
        }
    }
}

/// Hosts a plug-in until standard input ends or a signal asks for the end.
pub fn run(options: Options) -> ExitCode {
    match host(&options) {
        Ok(never) => match never {},
        Err(error) => {
            anstream::eprintln!("{}", error.to_string().trim_end());
            end::now(error.exit_code())
        }
    }
}

enum Never {}

fn host(options: &Options) -> Result<Never, HostError> {
    let system = |what| move |error| HostError::System { what, error };
    let mut output = standard_output::reserve().map_err(system("standard output cannot be reserved"))?;
    let workers = Workers::new(WORKERS);
    // The process changes its folder to that of the plug-in's data.
    let path = std::path::absolute(&options.bundle).unwrap_or_else(|_| options.bundle.clone());
    let bundle = Bundle::open(&path)?;
    let mut config = Config::default();
    if let Some(file) = &options.config_file {
        config.merge_file(file)?;
    }
    if let Some(level) = &options.policy_level {
        config.set("policy_level", level.clone());
    }
    let pid_file = daemon::pid_file_of_this_process();
    if pid_file.is_some() {
        config.set("daemonized", true);
    }
    if bundle.framework < FrameworkVersion::V2 {
        return older::host(bundle, config, options.quiet, &workers, &mut output);
    }
    let log_file = log_file(options, &bundle, &config, pid_file.is_some());
    let (plugin, interpreter) = started(bundle, config, options, log_file, &workers)?;
    end::on_signals(&plugin, &interpreter, &workers).map_err(system("signals cannot be received"))?;
    let handler = Arc::new(Dispatcher {
        plugin: Arc::clone(&plugin),
        interpreter: Arc::clone(&interpreter),
        workers: workers.clone(),
    });
    let port = if options.socket {
        let server = Server::bind(options.port).map_err(|error| HostError::Port { port: options.port, error })?;
        let port = server.port();
        server.start(Arc::clone(&handler) as Arc<dyn Handle>).map_err(system("the server cannot be started"))?;
        Some(port)
    } else {
        None
    };
    crate::memory::forget_the_start();
    if let Some(pid_file) = pid_file {
        reprise_bundles::atomic::write(&pid_file, std::process::id().to_string().as_bytes())
            .map_err(system("the pid file cannot be written"))?;
        plugin.on_stop(move |_| {
            if let Err(error) = std::fs::remove_file(&pid_file) {
                tracing::error!("Cannot remove {}: {error}", pid_file.display());
            }
        });
        // Signals end the process.
        loop {
            std::thread::park();
        }
    }
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

/// The log file that the command line or the configuration names; in the background each port has one.
fn log_file(options: &Options, bundle: &Bundle, config: &Config, background: bool) -> Option<PathBuf> {
    let configured = || config.text("log_file").map(PathBuf::from);
    let of_port = || {
        let root = config.text("root_path").filter(|_| background)?;
        let folder = config.text("log_files_dir").unwrap_or("log");
        Some(PathBuf::from(root).join(folder).join("%(identifier)s.%(port)d.log"))
    };
    let named = options.log_file.clone().or_else(configured).or_else(of_port)?;
    Some(daemon::filled(&named, &bundle.identifier, options.port))
}

/// Builds the interpreter, loads the plug-in's code and runs it up to the end of `Start()`.
fn started(
    bundle: Bundle,
    config: Config,
    options: &Options,
    log_file: Option<PathBuf>,
    workers: &Workers,
) -> Result<(Arc<Plugin>, Arc<Interpreter>), HostError> {
    let options = plugin::Options { config, log_file, server_version: options.server_version.clone() };
    workers.run(move || start(bundle, options)).unwrap_or(Err(HostError::Panic))
}

fn start(bundle: Bundle, options: plugin::Options) -> Result<(Arc<Plugin>, Arc<Interpreter>), HostError> {
    let broken = bundle.clone();
    let failed = |error: StartError| HostError::Start { line: error.stderr_line(&broken), error };
    let plugin = Plugin::open(bundle, options).map_err(failed)?;
    reprise_kits::startup::begin(&plugin);
    // Libraries take the name of the program from it.
    let argv = vec!["bootstrap.py".to_owned(), plugin.bundle.path.to_string_lossy().into_owned()];
    let interpreter = Interpreter::new(Settings { default_codec: Codec::Utf8, argv, ..Settings::default() });
    interpreter.enter(|vm| {
        let loaded = plugin.load(vm).map_err(failed)?;
        plugin.start(vm, loaded).map_err(failed)
    })?;
    Ok((plugin, Arc::new(interpreter)))
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
    fn handle(&self, request: Request) -> Response {
        self.interpreter.enter(|vm| dispatch::handle(&self.plugin, vm, request))
    }
}
