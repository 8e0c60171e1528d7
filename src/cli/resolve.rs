//! `reprise resolve`: finds the URL service for a page in a folder of bundles, and prints what it knows about the page.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use reprise_bundles::FrameworkVersion;
use reprise_kits::dispatch::{Interface, Request, Response};
use reprise_kits::services::system;
use roxmltree::{Document, Node};
use serde_json::{Value, json};

use super::Problem;
use super::run::explanation;
use super::web_options::WebOptions;
use crate::host::server::Server;
use crate::session::media_server::{Handler, MediaServer};
use crate::session::plugin_process::{Address, PluginProcess};
use crate::session::{bundles, present};

/// Finds the URL service for a page, and prints metadata and media of the page
///
///     reprise resolve http://www.example.com/film/1 --bundles Plug-ins
///     reprise resolve http://www.example.com/film/1 --bundles Services.bundle --play --format json
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    /// The address of the page.
    url: String,

    /// Folder with bundles, or a bundle; may be given several times.
    #[arg(long, value_name = "DIR", required = true)]
    bundles: Vec<PathBuf>,

    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Ask for the places of media that are only found out when they are played, too.
    #[arg(long)]
    play: bool,

    #[command(flatten)]
    web: WebOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// The answer as clients get it.
    Xml,
    /// For scripts.
    Json,
    /// For people.
    Table,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    match resolve(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => super::failed(&problem),
    }
}

fn resolve(arguments: &Arguments) -> Result<(), Problem> {
    let found = bundles::found(&arguments.bundles)?;
    let media_server = Arc::new(MediaServer::default());
    media_server.offer_services(&found);
    let server = Server::bind(0)?;
    let environment = arguments.web.environment(&format!("127.0.0.1:{}", server.port()))?;
    server.start(Arc::new(Handler(Arc::clone(&media_server))))?;
    // The services run where the media server runs them: in the system plug-in, in a process of its own.
    let folder = tempfile::tempdir()?;
    let bundle = system::write_bundle(folder.path())?;
    let mut process = PluginProcess::start(&bundle, FrameworkVersion::V2, &environment)?;
    let address = process.connect()?;
    // Nobody else has set it.
    let _ = media_server.plugin.set(address.clone());
    let answer = ask(&address, &format!("/system/services/url/lookup?url={}", quoted(&arguments.url)))?;
    let text = String::from_utf8_lossy(&answer.body);
    match answer.status {
        200 => {}
        404 => return Err(not_found(&arguments.url, found.len()).into()),
        status => return Err(format!("the service answered {status}{}", explanation(&answer, &text)).into()),
    }
    let document = Document::parse(&text).map_err(|error| format!("the service's answer is no XML: {error}"))?;
    let places = if arguments.play { places(&address, &document) } else { Vec::new() };
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Xml => out.write_all(&answer.body)?,
        Format::Json => writeln!(out, "{:#}", as_json(&document, &places))?,
        Format::Table => out.write_all(as_table(&document, &places).as_bytes())?,
    }
    out.flush()?;
    Ok(())
}

fn not_found(url: &str, count: usize) -> String {
    let bundles = if count == 1 { "the bundle has" } else { "the bundles have" };
    format!("{bundles} no URL service that knows {url}")
}

fn quoted(url: &str) -> String {
    percent_encoding::utf8_percent_encode(url, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn ask(address: &Address, uri: &str) -> Result<Response, Problem> {
    let request = Request {
        interface: Interface::Pipe { port: None },
        method: "GET".to_owned(),
        uri: uri.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    Ok(address.request(&request)?)
}

/// The place of a part that is found out when it is played.
struct Place {
    key: String,
    /// The place, or why there is none.
    found: Result<String, String>,
}

/// Asks for the places of all indirect parts.
fn places(address: &Address, document: &Document<'_>) -> Vec<Place> {
    let parts = document.descendants().filter(|node| node.has_tag_name("Part"));
    let keys = parts.filter_map(|part| part.attribute("key")).filter(|key| key.contains("indirect=1"));
    keys.map(|key| Place { key: key.to_owned(), found: place(address, key).map_err(|problem| problem.to_string()) })
        .collect()
}

fn place(address: &Address, key: &str) -> Result<String, Problem> {
    let answer = ask(address, key)?;
    let text = String::from_utf8_lossy(&answer.body);
    if let Some(location) = answer.header("Location") {
        return Ok(location.to_owned());
    }
    if answer.status != 200 {
        return Err(format!("{}{}", answer.status, explanation(&answer, &text)).into());
    }
    let document = present::parse(&text).ok_or("the answer is no XML")?;
    let part = document.descendants().find(|node| node.has_tag_name("Part"));
    let key = part.and_then(|part| part.attribute("key")).ok_or("the answer has no part")?;
    Ok(key.to_owned())
}

fn as_json(document: &Document<'_>, places: &[Place]) -> Value {
    let mut value = present::json(document);
    if !places.is_empty()
        && let Some(root) = value.as_object_mut()
    {
        let list = places.iter().map(|place| match &place.found {
            Ok(found) => json!({"key": place.key, "place": found}),
            Err(problem) => json!({"key": place.key, "error": problem}),
        });
        root.insert("places".to_owned(), list.collect());
    }
    value
}

/// What the table of an object shows besides its title, by attribute.
const SHOWN: &[(&str, &str)] = &[
    ("type", "kind"),
    ("sourceTitle", "source"),
    ("url", "page"),
    ("grandparentTitle", "of"),
    ("parentTitle", "in"),
    ("parentIndex", "season"),
    ("index", "number"),
    ("year", "year"),
    ("originallyAvailableAt", "date"),
    ("contentRating", "rated"),
    ("rating", "rating"),
    ("studio", "studio"),
    ("thumb", "picture"),
    ("summary", "summary"),
];

fn as_table(document: &Document<'_>, places: &[Place]) -> String {
    let root = document.root_element();
    let mut out = String::new();
    for object in root.children().filter(Node::is_element) {
        out.push_str(object.attribute("title").unwrap_or("(no title)"));
        out.push('\n');
        for (attribute, label) in SHOWN {
            if let Some(value) = object.attribute(*attribute).filter(|value| !value.is_empty()) {
                let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
                out.push_str(&format!("  {label:<8} {value}\n"));
            }
        }
        if let Some(duration) = object.attribute("duration").and_then(|text| text.parse::<u64>().ok()) {
            out.push_str(&format!("  {:<8} {}\n", "length", length(duration)));
        }
        for (tag, names) in tags(object) {
            out.push_str(&format!("  {:<8} {names}\n", tag.to_lowercase()));
        }
        let media: Vec<Node<'_, '_>> = object.children().filter(|node| node.has_tag_name("Media")).collect();
        if media.is_empty() {
            out.push_str("  (no media)\n");
            continue;
        }
        out.push_str(&media_table(&media, places));
        out.push('\n');
    }
    if out.is_empty() {
        out.push_str("(nothing found)\n");
    }
    out
}

/// Genres, people and the like: the names of each kind of child.
fn tags(object: Node<'_, '_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for child in object.children().filter(|node| node.is_element() && !node.has_tag_name("Media")) {
        let Some(name) = child.attribute("tag").or_else(|| child.attribute("name")) else { continue };
        let tag = child.tag_name().name();
        match found.iter_mut().find(|(there, _)| there == tag) {
            Some((_, names)) => {
                names.push_str(", ");
                names.push_str(name);
            }
            None => found.push((tag.to_owned(), name.to_owned())),
        }
    }
    found
}

fn media_table(media: &[Node<'_, '_>], places: &[Place]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        // Places are to be copied: they stay whole.
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(["container", "size", "video", "audio", "kbit/s", "protocol", "place"]);
    for version in media {
        let get = |name: &str| version.attribute(name).unwrap_or("").to_owned();
        let size = match (version.attribute("width"), version.attribute("height")) {
            (Some(width), Some(height)) => format!("{width}x{height}"),
            _ => get("videoResolution"),
        };
        for (at, part) in version.children().filter(|node| node.has_tag_name("Part")).enumerate() {
            let key = part.attribute("key").unwrap_or("");
            let place = match places.iter().find(|place| place.key == key).map(|place| &place.found) {
                Some(Ok(found)) => found.clone(),
                Some(Err(problem)) => format!("cannot be found: {}", problem.lines().next().unwrap_or_default()),
                None if key.contains("indirect=1") => "(found out when it is played; see --play)".to_owned(),
                None => key.to_owned(),
            };
            // Further parts are lines with a place only.
            let of_first = |text: String| if at == 0 { text } else { String::new() };
            let [container, video, audio, bitrate, protocol] =
                ["container", "videoCodec", "audioCodec", "bitrate", "protocol"].map(|name| of_first(get(name)));
            table.add_row([container, of_first(size.clone()), video, audio, bitrate, protocol, place]);
        }
    }
    table.to_string()
}

/// Milliseconds as people write them.
fn length(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: &str = "<MediaContainer><Video title=\"T\" type=\"clip\" duration=\"3723000\" url=\"http://p/\">\
        <Media container=\"mp4\" width=\"640\" height=\"360\"><Part key=\"http://m/1\"/><Part key=\"http://m/2\"/></Media>\
        <Media><Part key=\"/x?indirect=1\"/></Media><Genre tag=\"a\"/><Genre tag=\"b\"/></Video></MediaContainer>";

    #[test]
    fn tables_show_media_and_tags() {
        let document = Document::parse(FOUND).unwrap();
        let text = as_table(&document, &[]);
        for wanted in ["T\n", "1:02:03", "640x360", "http://m/1", "http://m/2", "see --play", "a, b"] {
            assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
        }
        let places = [Place { key: "/x?indirect=1".to_owned(), found: Ok("http://m/3".to_owned()) }];
        assert!(as_table(&document, &places).contains("http://m/3"));
        assert_eq!(as_json(&document, &places)["places"][0]["place"], "http://m/3");
    }
}
