//! The command line: one file a subcommand, listed here.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs unmodified legacy plug-in bundles of the Plex Plug-in Framework.
#[derive(Parser)]
#[command(name = "reprise", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {}

/// Reads the command line and runs what it asks for.
pub fn run() -> ExitCode {
    reprise_vm_glue::clock::start();
    match Arguments::parse().command {}
}
