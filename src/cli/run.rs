//! `reprise run`: starts a plug-in, plays its media server, and prints what it answers.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use reprise_bundles::{Bundle, FrameworkVersion};
use reprise_kits::dispatch::{Interface, Request, Response};

use crate::host::server::Server;
use crate::session::library_file::LibraryFile;
use crate::session::media_server::{Handler, MediaServer};
use crate::session::plugin_process::{PluginProcess, ProcessError};
use crate::session::{bundles, present};

use super::Problem;
use super::web_options::WebOptions;

/// Starts a plug-in, acts as its media server, and prints what it answers
///
/// Without PATH it is the plug-in's first menu. Keys that a menu shows are the paths of further pages:
///
///     reprise run X.bundle
///     reprise run X.bundle /video/x/page/2 --format xml
///
/// The plug-in's data (preferences, Dict, caches, logs) goes to a folder of the user's, not to
/// that of a media server; see --support.
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

    /// Folder with other bundles whose services the plug-in may use; may be given several times.
    #[arg(long, value_name = "DIR")]
    bundles: Vec<PathBuf>,

    /// A JSON file with the library that the plug-in sees when it asks the media server: {"sections": [{"title", "type",
    /// "agent", "language", "locations": [...], "items": [{"ratingKey", "title", "year", "guid", "summary", "media":
    /// [{"parts": [{"file"}]}], "children": [...]}]}], "preferences": {...}}. Types of sections: movie, show, artist, photo.
    /// Only plug-ins with the policy Elevated may ask. [default: no sections]
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,

    #[command(flatten)]
    web: WebOptions,
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
    match answer(&arguments).and_then(|answer| print(&arguments, &answer)) {
        Ok(code) => code,
        Err(problem) => super::failed(&problem),
    }
}

/// An answer and what was asked.
struct Answer {
    response: Response,
    uri: String,
    framework: FrameworkVersion,
}

fn answer(arguments: &Arguments) -> Result<Answer, Problem> {
    // A broken bundle gets its message here, before anything is started.
    let bundle = Bundle::open(&arguments.bundle)?;
    let media_server = Arc::new(MediaServer::default());
    if let Some(file) = &arguments.library {
        media_server.show_sections(LibraryFile::open(file)?);
    }
    if !arguments.bundles.is_empty() {
        let others = bundles::found(&arguments.bundles)?;
        media_server.offer_services(std::iter::once(&bundle).chain(&others));
    }
    let server = Server::bind(0)?;
    let address = format!("127.0.0.1:{}", server.port());
    server.start(Arc::new(Handler(Arc::clone(&media_server))))?;
    let environment = arguments.web.environment(&address)?;
    let mut process = PluginProcess::start(&bundle.path, bundle.framework, &environment)?;
    let address = process.connect().map_err(|problem| explained(problem, &bundle))?;
    // Nobody else has set it.
    let _ = media_server.plugin.set(address.clone());
    let uri = match (&arguments.path, address.prefixes.first()) {
        (Some(path), _) => path.clone(),
        (None, Some(prefix)) => prefix.clone(),
        (None, None) => return Err("the plug-in has no prefix of its own: name a path".into()),
    };
    let uri = if uri.starts_with('/') { uri } else { format!("/{uri}") };
    let request = Request {
        interface: Interface::Pipe { port: None },
        method: "GET".to_owned(),
        uri: address.local(&uri),
        headers: arguments.header.clone(),
        body: Vec::new(),
    };
    let response = process.request(&address, &request)?;
    Ok(Answer { response, uri, framework: bundle.framework })
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

/// Prints an answer; what is no success goes to standard error and fails.
fn print(arguments: &Arguments, answer: &Answer) -> Result<ExitCode, Problem> {
    let response = &answer.response;
    let text = String::from_utf8_lossy(&response.body);
    if let (300..400, Some(location)) = (response.status, response.header("Location")) {
        // What a play function answers: the film is there.
        let mut out = anstream::stdout().lock();
        match arguments.format {
            Format::Json => {
                writeln!(out, "{:#}", serde_json::json!({"status": response.status, "location": location}))?
            }
            Format::Table => writeln!(out, "go to {location}")?,
            Format::Xml => writeln!(out, "{location}")?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !(200..300).contains(&response.status) {
        let hint = match answer.framework {
            // These frameworks say nothing about errors in their answers.
            FrameworkVersion::V0 | FrameworkVersion::V1 => "; the plug-in's log says more",
            _ => "",
        };
        anstream::eprintln!("reprise: the plug-in answered {}{}{hint}", response.status, explanation(response, &text));
        return Ok(ExitCode::FAILURE);
    }
    let document = present::parse(&text);
    let mut out = anstream::stdout().lock();
    match (&document, arguments.format) {
        (Some(document), Format::Table) => out.write_all(present::table(document, &answer.uri).as_bytes())?,
        (Some(document), Format::Json) => writeln!(out, "{:#}", present::json(document))?,
        // Text, JSON or a picture of the plug-in's own: there is nothing to lay out.
        _ => out.write_all(&response.body)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// What an answer that is no success says about itself.
pub fn explanation(response: &Response, text: &str) -> String {
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
