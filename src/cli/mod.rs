//! The command line: one file a subcommand, listed here.

mod agent_options;
mod api;
mod check;
mod check_syntax;
mod declared_agents;
mod host;
mod info;
mod nfo_options;
mod python;
mod resolve;
mod run;
mod search;
mod update;
mod web_options;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs unmodified legacy plug-in bundles of the Plex Plug-in Framework.
#[derive(Parser)]
#[command(
    name = "reprise",
    version,
    about,
    arg_required_else_help = true,
    after_help = "In place of the original framework the media server calls `reprise …/bootstrap.py [OPTIONS] X.bundle`, \
                  which is `reprise host [OPTIONS] X.bundle`."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Arguments),
    Info(info::Arguments),
    Check(check::Arguments),
    Search(search::Arguments),
    Update(update::Arguments),
    Resolve(resolve::Arguments),
    Api(api::Arguments),
    Host(host::Arguments),
    Python(python::Arguments),
}

/// What went wrong, in words.
type Problem = Box<dyn std::error::Error>;

/// Says what went wrong. Output that nobody reads any more (`reprise api | head`) is no failure.
fn failed(problem: &Problem) -> ExitCode {
    let error = problem.downcast_ref::<std::io::Error>();
    if error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    anstream::eprintln!("reprise: {problem}");
    ExitCode::FAILURE
}

/// Reads the command line and runs what it asks for.
pub fn run() -> ExitCode {
    reprise_vm_glue::clock::start();
    let arguments = Arguments::parse_from(as_started_by_the_server(std::env::args_os().collect()));
    match arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Api(arguments) => api::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Search(arguments) => search::run(arguments),
        Command::Update(arguments) => update::run(arguments),
        Command::Resolve(arguments) => resolve::run(arguments),
        Command::Info(arguments) => info::run(arguments),
        Command::Host(arguments) => host::run(arguments),
        Command::Python(arguments) => python::run(arguments),
    }
}

/// The media server names the original's start script first: `…/bootstrap.py …` is `host …`. Programs start
/// `sys.executable` as they would start Python: `-c CODE`, `FILE.py`, … is `python -c CODE`.
fn as_started_by_the_server(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if let Some(first) = arguments.get_mut(1)
        && first.to_string_lossy().ends_with("bootstrap.py")
    {
        *first = OsString::from("host");
    } else if arguments.get(1).is_some_and(|first| python::is_meant(&first.to_string_lossy())) {
        arguments.insert(1, OsString::from("python"));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_servers_own_form() {
        let line = as_started_by_the_server(words("x /a/Python/bootstrap.py --server-version 1.2.3-abc /b/X.bundle"));
        assert_eq!(line, words("x host --server-version 1.2.3-abc /b/X.bundle"));
        assert!(Arguments::try_parse_from(line).is_ok());
        assert_eq!(as_started_by_the_server(words("x info y")), words("x info y"));
        assert_eq!(as_started_by_the_server(words("x -c y")), words("x python -c y"));
    }
}
