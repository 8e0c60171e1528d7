//! `reprise search`: has an agent look for an item, and prints what it found, the best first.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use roxmltree::{Document, Node};
use serde_json::{Map, Value, json};

use super::Problem;
use super::agent_options::{AgentOptions, Kind, length, logged_problem, quoted};
use super::run::explanation;
use crate::session::library::{ITEM, Library};

/// Has an agent look for a film, a show, an artist, an album or a photo, and prints what it found
///
///     reprise search Agent.bundle --type movie --name "Night and Fog" --year 1956
///     reprise search Agent.bundle --type show --file "/tv/Show/Season 1/Show - s01e02.mkv" --format json
///
/// The id of a result is what `reprise update --id` takes.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    agent: AgentOptions,

    /// Title of the film or show, name of the artist or album. [default: what the file's name says]
    #[arg(long)]
    name: Option<String>,

    /// Year of the film or show.
    #[arg(long)]
    year: Option<String>,

    /// Number of a season of the show.
    #[arg(long)]
    season: Option<String>,

    /// Number of an episode of the season.
    #[arg(long)]
    episode: Option<String>,

    /// Artist of the album.
    #[arg(long)]
    artist: Option<String>,

    /// The agent's own id of the album's artist.
    #[arg(long, value_name = "ID")]
    artist_id: Option<String>,

    /// Album of the artist.
    #[arg(long)]
    album: Option<String>,

    /// Search as the server does by itself for new items, not as for a user who looks for a match.
    #[arg(long)]
    automatic: bool,

    /// How to print the results.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// The answer as the server gets it.
    Xml,
    /// For scripts.
    Json,
    /// For people.
    Table,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    match search(&arguments) {
        Ok(code) => code,
        Err(problem) => super::failed(&problem),
    }
}

fn search(arguments: &Arguments) -> Result<ExitCode, Problem> {
    let library = arguments.agent.library(arguments.name.as_deref(), arguments.year.as_deref())?;
    let hints = hints(arguments, &library)?;
    let opened = arguments.agent.open(library)?;
    let before = length(&opened.log);
    let mut uri = format!(
        "/system/agents/search?identifier={}&mediaType={}&lang={}&manual={}",
        quoted(&opened.agent.identifier),
        opened.kind.number,
        quoted(&opened.lang),
        u8::from(!arguments.automatic)
    );
    for (name, value) in &hints {
        uri.push_str(&format!("&{name}={}", quoted(value)));
    }
    if arguments.agent.kind == Kind::Album {
        // The library knows the artist of every album; without an id it is one that no agent has matched.
        let guid = match &arguments.artist_id {
            Some(id) => format!("{}://{id}?lang={}", opened.agent.identifier, opened.lang),
            None => "local://0".to_owned(),
        };
        uri.push_str(&format!("&parentGUID={}", quoted(&guid)));
    }
    opened.progress.set_message(format!("{} searches", opened.agent.name));
    let answer = opened.session.ask(&uri)?;
    opened.progress.finish_and_clear();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if answer.status == 404 {
        let why = logged_problem(&opened.log, before).unwrap_or_else(|| "it gave no answer".to_owned());
        return Err(format!("the agent \"{}\" found nothing: {why}", opened.agent.name).into());
    }
    if !(200..300).contains(&answer.status) {
        return Err(format!("the search ended with {}{}", answer.status, explanation(&answer, &text)).into());
    }
    let document = Document::parse(&text).map_err(|error| format!("the results are no XML: {error}"))?;
    let root = document.root_element();
    if root.has_tag_name("SearchResponse") {
        let status = root.attribute("status").unwrap_or("the search failed");
        let details = root.attribute("details").map(|details| format!("\n{details}")).unwrap_or_default();
        return Err(format!("{status}{details}").into());
    }
    let results = results(root, 0);
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Xml => out.write_all(&answer.body)?,
        Format::Json => writeln!(out, "{:#}", Value::Array(results.iter().map(Found::to_json).collect()))?,
        Format::Table if results.is_empty() => writeln!(out, "(no results)")?,
        Format::Table => out.write_all(table(&results).as_bytes())?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// What the server would tell the agent.
fn hints(arguments: &Arguments, library: &Library) -> Result<Vec<(&'static str, String)>, Problem> {
    let title = library.item.title.clone();
    if title.is_empty() && arguments.agent.files.is_empty() {
        return Err("say what to look for: --name, or --file".into());
    }
    let mut hints = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| hints.extend(value.map(|value| (name, value)));
    let number = |given: &Option<String>, found: Option<u32>| given.clone().or(found.map(|number| number.to_string()));
    match arguments.agent.kind {
        Kind::Movie => add("name", Some(title)),
        Kind::Show => {
            add("show", Some(title));
            add("season", number(&arguments.season, library.season));
            add("episode", number(&arguments.episode, library.episode));
        }
        Kind::Artist => {
            add("artist", Some(title));
            add("album", arguments.album.clone());
        }
        Kind::Album => {
            add("name", Some(title.clone()));
            add("album", Some(title));
            add("artist", arguments.artist.clone().or_else(|| library.artist.clone()));
        }
        Kind::Photo => add("name", Some(title)),
    }
    add("year", library.item.year.clone());
    if let Some(part) = library.first() {
        add("filename", Some(quoted(&part.file.to_string_lossy())));
        add("openSubtitlesHash", part.open_subtitles().map(str::to_owned));
        add("hash", Some(part.hash().to_owned()));
    }
    add("id", Some(ITEM.to_string()));
    Ok(hints)
}

/// One result.
struct Found {
    depth: usize,
    /// All attributes as they came.
    attributes: Vec<(String, String)>,
    children: Vec<Found>,
}

fn results(parent: Node<'_, '_>, depth: usize) -> Vec<Found> {
    let children = parent.children().filter(|node| node.has_tag_name("SearchResult"));
    children
        .map(|node| Found {
            depth,
            attributes: node.attributes().map(|a| (a.name().to_owned(), a.value().to_owned())).collect(),
            children: results(node, depth + 1),
        })
        .collect()
}

impl Found {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    /// The agent's own id: results of older agents have it in their guid.
    fn id(&self) -> Option<String> {
        let of_guid = || Some(self.get("guid")?.split_once("://")?.1.split('?').next()?.to_owned());
        self.get("id").map(str::to_owned).or_else(of_guid)
    }

    fn to_json(&self) -> Value {
        let mut object = Map::new();
        if let Some(id) = self.id() {
            object.insert("id".to_owned(), json!(id));
        }
        for (name, value) in &self.attributes {
            let number =
                matches!(name.as_str(), "score" | "year" | "index").then(|| value.parse::<i64>().ok()).flatten();
            object.insert(name.clone(), number.map_or_else(|| json!(value), |number| json!(number)));
        }
        if !self.children.is_empty() {
            object.insert("children".to_owned(), self.children.iter().map(Found::to_json).collect());
        }
        Value::Object(object)
    }
}

/// Width of a table whose output is no terminal.
const WIDTH: u16 = 140;

fn table(results: &[Found]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(WIDTH);
    }
    table.set_header(["score", "name", "year", "language", "id"]);
    add_rows(&mut table, results);
    format!("{table}\n")
}

fn add_rows(table: &mut Table, results: &[Found]) {
    for result in results {
        let words = |name: &str| result.get(name).unwrap_or_default().to_owned();
        let name = format!("{}{}", "  ".repeat(result.depth), words("name"));
        table.add_row([words("score"), name, words("year"), words("lang"), result.id().unwrap_or_default()]);
        add_rows(table, &result.children);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_both_generations() {
        let xml = "<MediaContainer><SearchResult guid='a.b://tt1?lang=en' name='N' score='90' year='1999'/>\
                   <SearchResult id='x' name='A' score='5'><SearchResult id='y' name='B'/></SearchResult></MediaContainer>";
        let document = Document::parse(xml).unwrap();
        let found = results(document.root_element(), 0);
        assert_eq!(found[0].id().as_deref(), Some("tt1"));
        assert_eq!(found[0].to_json()["score"], 90);
        assert_eq!(found[1].to_json()["children"][0]["id"], "y");
        let shown = table(&found);
        assert!(shown.contains("tt1") && shown.contains("  B"), "{shown}");
    }
}
