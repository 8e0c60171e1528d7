//! `reprise`: runs unmodified legacy plug-in bundles of the Plex Plug-in Framework.

mod cli;
mod host;
mod session;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
