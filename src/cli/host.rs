//! `reprise host`: hosts one plug-in for a media server.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::host::daemon::{self, Action};
use crate::host::{self, Options};

/// Hosts one plug-in for a media server: speaks its protocol on standard input and output and on a loopback HTTP port.
///
/// Takes the options of the original framework's start script. The process ends when its standard input does.
#[derive(Args)]
pub struct Arguments {
    /// The plug-in: a folder named like `Name.bundle`.
    bundle: PathBuf,

    /// Speak on standard input and output only (`pipe`), or on an HTTP port too (`socket`).
    #[arg(short, long, default_value = "socket", value_name = "pipe|socket")]
    interface: String,

    /// Keep the log off standard error, where plug-ins of frameworks 0 and 1 write it otherwise.
    #[arg(short, long)]
    quiet: bool,

    /// The HTTP port; 0 lets the system choose one.
    #[arg(short = 'p', long, default_value_t = 0, value_name = "PORT")]
    socket_interface_port: u16,

    /// Version of the media server.
    #[arg(short, long, value_name = "VERSION")]
    server_version: Option<String>,

    /// Run in the background; needs `root_path` in the configuration file.
    #[arg(short, long, value_name = "start|restart|stop")]
    daemon: Option<Daemon>,

    /// File that holds the process number in the background; may contain `%(identifier)s` and `%(port)d`.
    #[arg(short = 'P', long, value_name = "FILE")]
    pid_file: Option<PathBuf>,

    /// The log file; may contain `%(identifier)s` and `%(port)d`.
    #[arg(short, long, value_name = "FILE")]
    log_file: Option<PathBuf>,

    /// A JSON object whose entries replace configuration values.
    #[arg(short, long, value_name = "FILE")]
    config_file: Option<PathBuf>,

    /// How much of the plug-in's code policy is enforced. [default: the configuration's, else compatible]
    #[arg(long, value_enum, value_name = "LEVEL")]
    policy: Option<PolicyLevel>,
}

/// The variable by which `reprise run` hands its `--policy` on.
pub const POLICY_VARIABLE: &str = "REPRISE_POLICY";

/// How much of a plug-in's code policy is enforced.
#[derive(Clone, Copy, ValueEnum)]
pub enum PolicyLevel {
    /// What the original framework enforced.
    Compatible,
    /// The documented import whitelist too; files in the plug-in's own folders only, and no other programs.
    Strict,
}

impl PolicyLevel {
    /// The value of `policy_level` in the configuration.
    pub fn name(self) -> String {
        match self {
            Self::Compatible => "compatible",
            Self::Strict => "strict",
        }
        .to_owned()
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Daemon {
    Start,
    Restart,
    Stop,
}

impl From<Daemon> for Action {
    fn from(daemon: Daemon) -> Self {
        match daemon {
            Daemon::Start => Self::Start,
            Daemon::Restart => Self::Restart,
            Daemon::Stop => Self::Stop,
        }
    }
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    let socket = match arguments.interface.as_str() {
        "socket" => true,
        "pipe" => false,
        _ => {
            anstream::eprintln!("No matching interface found.");
            return ExitCode::from(1);
        }
    };
    let options = Options {
        bundle: arguments.bundle,
        quiet: arguments.quiet,
        socket,
        port: arguments.socket_interface_port,
        server_version: arguments.server_version,
        log_file: arguments.log_file,
        config_file: arguments.config_file,
        policy_level: arguments.policy.map(PolicyLevel::name).or_else(|| std::env::var(POLICY_VARIABLE).ok()),
    };
    match arguments.daemon.map(Action::from) {
        Some(action) if daemon::pid_file_of_this_process().is_none() => {
            daemon::run(action, arguments.pid_file.as_deref(), &options)
        }
        _ => host::run(options),
    }
}
