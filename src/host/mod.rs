//! The process that hosts one plug-in: start order, interfaces, end (`spec/protocol.md` §1).

pub mod pipe;
pub mod server;
pub mod workers;

use std::path::PathBuf;
use std::process::ExitCode;

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

/// Hosts a plug-in until standard input ends or a signal asks for the end.
pub fn run(options: Options) -> ExitCode {
    anstream::eprintln!("Error loading bundle code.");
    tracing::error!("Cannot host {} yet", options.bundle.display());
    ExitCode::from(2)
}
