//! `reprise`: runs unmodified legacy plug-in bundles of the Plex Plug-in Framework.

mod cli;
mod host;
mod memory;
mod session;

use std::process::ExitCode;

fn main() -> ExitCode {
    memory::share_one_heap();
    cli::run()
}
