//! `reprise run`: starts a plug-in, plays its media server, and prints what it answers.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use reprise_bundles::Bundle;
use reprise_kits::dispatch::{Interface, Request, Response};
use reprise_vm_glue::web::{MEDIA_SERVER_VARIABLE, RECORD_VARIABLE, REPLAY_VARIABLE};

use crate::host::server::Server;
use crate::session::media_server::{Handler, MediaServer};
use crate::session::plugin_process::{PluginProcess, ProcessError};
use crate::session::{present, user_folder};

/// The variable that says where a media server's data is.
const SUPPORT_VARIABLE: &str = "PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR";
const LOG_VARIABLE: &str = "PLEX_MEDIA_SERVER_LOG_DIR";

/// Starts a plug-in, acts as its media server, and prints what it answers.
///
/// Without PATH it is the plug-in's first menu. Keys that a menu shows are the paths of further pages:
///
///     reprise run X.bundle
///     reprise run X.bundle /video/x/page/2 --format xml
///
/// The plug-in's data (preferences, Dict, caches, logs) goes to a folder of the user's, not to that of a media server;
/// see --support.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The plug-in: a folder named like `Name.bundle`.
    bundle: PathBuf,

    /// What to ask for, as a client would: path and query. [default: the plug-in's first prefix]
    path: Option<String>,

    /// A header of the request; may be given several times.
    #[arg(long, value_name = "NAME:VALUE", value_parser = parse_header)]
    header: Vec<(String, String)>,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Answer all outgoing requests from files below this folder: DIR/<host>/<path>[?query]; nothing leaves the machine.
    #[arg(long, value_name = "DIR", conflicts_with = "record")]
    replay: Option<PathBuf>,

    /// Save all answers from the web below this folder, for --replay.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,

    /// Folder for the plug-in's data. [default: the environment's, else a folder of the user's]
    #[arg(long, value_name = "DIR")]
    support: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// The answer as it came.
    Xml,
    /// For scripts.
    Json,
    /// For people: title, kind, key, summary.
    Table,
}

fn parse_header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("a header is written NAME:VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    match answer(&arguments).and_then(|response| print(&arguments, &response)) {
        Ok(code) => code,
        Err(problem) => {
            anstream::eprintln!("reprise: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// What went wrong, in words.
type Problem = Box<dyn std::error::Error>;

fn answer(arguments: &Arguments) -> Result<Response, Problem> {
    // A broken bundle gets its message here, before anything is started.
    let bundle = Bundle::open(&arguments.bundle)?;
    let media_server = Arc::new(MediaServer::default());
    let server = Server::bind(0)?;
    let address = format!("127.0.0.1:{}", server.port());
    server.start(Arc::new(Handler(Arc::clone(&media_server))))?;
    let environment = environment(arguments, &address)?;
    let mut process = PluginProcess::start(&bundle.path, &environment)?;
    let address = process.connect().map_err(|problem| explained(problem, &bundle))?;
    // Nobody else has set it.
    let _ = media_server.plugin.set(address.clone());
    let uri = match (&arguments.path, address.prefixes.first()) {
        (Some(path), _) => path.clone(),
        (None, Some(prefix)) => prefix.clone(),
        (None, None) => return Err("the plug-in has no prefix of its own: name a path".into()),
    };
    let request = Request {
        interface: Interface::Pipe { port: None },
        method: "GET".to_owned(),
        uri: if uri.starts_with('/') { uri } else { format!("/{uri}") },
        headers: arguments.header.clone(),
        body: Vec::new(),
    };
    Ok(address.request(&request)?)
}

/// Says where to look when a plug-in does not start.
fn explained(problem: ProcessError, bundle: &Bundle) -> Problem {
    match problem {
        ProcessError::Ended { code: Some(2) } => format!(
            "the code of {} cannot be loaded; see the messages above and the plug-in's log",
            bundle.path.display()
        )
        .into(),
        ProcessError::Ended { code: Some(3) } => {
            format!("the code of {} failed while it started; see the plug-in's log", bundle.path.display()).into()
        }
        problem => problem.into(),
    }
}

/// The environment of the plug-in's process.
fn environment(arguments: &Arguments, media_server: &str) -> Result<Vec<(String, OsString)>, Problem> {
    let mut variables = vec![(MEDIA_SERVER_VARIABLE.to_owned(), OsString::from(media_server))];
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let support = arguments.support.clone().or_else(|| (!set(SUPPORT_VARIABLE)).then(user_folder));
    if let Some(support) = support {
        let support = std::path::absolute(support)?;
        let logs = support.join("Plex Media Server/Logs");
        variables.push((LOG_VARIABLE.to_owned(), logs.into_os_string()));
        variables.push((SUPPORT_VARIABLE.to_owned(), support.into_os_string()));
    }
    for (variable, folder) in [(REPLAY_VARIABLE, &arguments.replay), (RECORD_VARIABLE, &arguments.record)] {
        if let Some(folder) = folder {
            variables.push((variable.to_owned(), std::path::absolute(folder)?.into_os_string()));
        }
    }
    if let Some(replay) = &arguments.replay
        && !Path::new(replay).is_dir()
    {
        return Err(format!("{} is not a folder", replay.display()).into());
    }
    Ok(variables)
}

/// Prints an answer; what is no success goes to standard error and fails.
fn print(arguments: &Arguments, response: &Response) -> Result<ExitCode, Problem> {
    let text = String::from_utf8_lossy(&response.body);
    if !(200..300).contains(&response.status) {
        anstream::eprintln!("reprise: the plug-in answered {}{}", response.status, explanation(response, &text));
        return Ok(ExitCode::FAILURE);
    }
    let document = present::parse(&text);
    let mut out = anstream::stdout().lock();
    match (&document, arguments.format) {
        (Some(document), Format::Table) => out.write_all(present::table(document).as_bytes())?,
        (Some(document), Format::Json) => writeln!(out, "{:#}", present::json(document))?,
        // Text, JSON or a picture of the plug-in's own: there is nothing to lay out.
        _ => out.write_all(&response.body)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// What an answer that is no success says about itself.
fn explanation(response: &Response, text: &str) -> String {
    if let Some(location) = response.header("Location") {
        return format!(": go to {location}");
    }
    let Some(document) = present::parse(text) else { return String::new() };
    let root = document.root_element();
    let status = root.attribute("status").unwrap_or_default();
    let trace = root.descendants().find(|node| node.has_tag_name("Traceback")).and_then(|node| node.text());
    match trace {
        Some(trace) => format!(": {status}\n{}", trace.trim_end()),
        None => format!(": {status}"),
    }
}
