//! `reprise update`: has an agent, and those that contribute, fill the metadata of an item; prints and stores them, and
//! writes NFO files and artwork beside the media.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use reprise_bundles::Bundle;
use reprise_kits::agents::system::config;
use reprise_kits::models::item::{COMBINED, StoredItem, load};
use reprise_kits::models::relative_path;
use reprise_kits::nfo::report::{Outcome, Report};
use serde_json::{Value, json};

use super::Problem;
use super::agent_options::{AgentOptions, Kind, Opened, length, logged_problem, quoted};
use super::nfo_options::NfoOptions;
use crate::session::library::ITEM;

/// Has an agent fill the metadata of an item, prints them, and stores them as the media server does
///
///     reprise update Agent.bundle --type movie --id tt0048434
///     reprise update Agent.bundle --type show --id 121361 --file "/tv/Show" --nfo
///     reprise update Agent.bundle --id tt0048434 --bundles Plug-ins --format json
///
/// Agents of other bundles (--bundles) that offer to contribute do so, and the data become one. With --nfo, files that
/// Kodi, Jellyfin, Emby and Plex read are written beside the media, never over a file of somebody else.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    agent: AgentOptions,

    /// The agent's own id of the item, as `reprise search` prints it.
    #[arg(long)]
    id: String,

    /// The agent's own id of an album's artist, with whom newer agents keep their albums.
    #[arg(long, value_name = "ID")]
    artist_id: Option<String>,

    /// The title that the library knows. [default: what the file's name says]
    #[arg(long)]
    title: Option<String>,

    /// Agents that contribute, in their order; `none` for none. [default: all that offer it]
    #[arg(long, value_name = "IDENTIFIER", value_delimiter = ',')]
    contributors: Vec<String>,

    /// Tell the agent to fetch everything anew.
    #[arg(long)]
    force: bool,

    /// How to print the metadata.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    files: NfoOptions,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For scripts.
    Json,
    /// For people: what was set.
    Table,
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> ExitCode {
    match update(&arguments) {
        Ok(code) => code,
        Err(problem) => super::failed(&problem),
    }
}

fn update(arguments: &Arguments) -> Result<ExitCode, Problem> {
    if arguments.files.nfo && arguments.agent.kind == Kind::Photo {
        return Err("there are no NFO files for photos".into());
    }
    let library = arguments.agent.library(arguments.title.as_deref(), None)?;
    let artist_id = arguments.artist_id.as_ref().filter(|_| arguments.agent.kind == Kind::Album);
    let shown = match artist_id {
        Some(_) => {
            let identifier = Bundle::open(&arguments.agent.bundle)?.identifier;
            let lang = arguments.agent.lang.as_deref().unwrap_or("en");
            library.clone().below_artist(&format!("{identifier}://{}?lang={lang}", arguments.id))
        }
        None => library.clone(),
    };
    let opened = arguments.agent.open(shown)?;
    let identifier = opened.agent.identifier.clone();
    // Newer artists have a model of their own; what the agent is shows in what it stored.
    let classes = [opened.kind.model, opened.kind.modern_model.unwrap_or(opened.kind.model)];
    choose_contributors(arguments, &opened, classes)?;
    let guid = format!("{identifier}://{}?lang={}", arguments.id, opened.lang);
    let artist_guid = artist_id.map(|id| format!("{identifier}://{id}?lang={}", opened.lang));
    // An album comes after its artist.
    let (number, parent) = match &artist_guid {
        Some(artist) => (ITEM + 1, format!("&parentGUID={}&parentID={ITEM}", quoted(artist))),
        None => (ITEM, String::new()),
    };
    let before = length(&opened.log);
    opened.progress.set_message(format!("{} updates {}", opened.agent.name, arguments.id));
    let answer = opened.session.ask(&format!(
        "/system/agents/update?mediaType={}&guid={}&id={number}&force={}&async=0{parent}",
        opened.kind.number,
        quoted(&guid),
        u8::from(arguments.force)
    ))?;
    let succeeded = opened.session.update_succeeded();
    opened.progress.finish_and_clear();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if let Ok(document) = roxmltree::Document::parse(&text)
        && let Some(status) = document.root_element().attribute("status")
    {
        return Err(status.to_owned().into());
    }
    let problem = logged_problem(&opened.log, before);
    if succeeded != Some(true) {
        let why = problem.map(|problem| format!(": {problem}")).unwrap_or_default();
        return Err(format!("the update failed{why}\nsee {}", opened.log.display()).into());
    }
    if let Some(problem) = problem {
        anstream::eprintln!("reprise: the agent had a problem: {problem}");
    }
    let mut item = None;
    for class in classes {
        item = item.or(load(&opened.folders, class, &guid, COMBINED)?);
    }
    let mut folder = item.as_ref().and_then(|item| relative_path(&item.class, &guid));
    if let (None, Some(artist)) = (&item, &artist_guid) {
        let stored = load(&opened.folders, MODERN_ARTIST, artist, COMBINED)?;
        item = stored.and_then(|stored| album_of(&stored, &guid));
        folder = relative_path(MODERN_ARTIST, artist);
    }
    let Some(mut item) = item else {
        let hint = match (arguments.agent.kind, artist_id) {
            (Kind::Album, None) => " (agents that keep albums with their artists need --artist-id)",
            _ => "",
        };
        return Err(format!("the agent stored nothing{hint}; see {}", opened.log.display()).into());
    };
    // Combined data do not name the id.
    item.id.get_or_insert_with(|| arguments.id.clone());
    let folder = folder.map(|path| opened.folders.metadata.join(path));
    let kind = arguments.agent.kind;
    let report = arguments.files.nfo.then(|| arguments.files.write(kind, &opened, &library, &item));
    opened.progress.finish_and_clear();
    print(arguments.format, &item, folder.as_deref(), report.as_ref())?;
    let failed = report.is_some_and(|report| report.has_failed());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The model class of artists that hold their albums.
const MODERN_ARTIST: &str = "ModernArtist";

/// An album among what is stored of its artist.
fn album_of(artist: &StoredItem, guid: &str) -> Option<StoredItem> {
    let (_, entry) = artist.entry.keyed("albums").iter().find(|(key, _)| key == guid)?;
    let (source, guid) = (artist.source.clone(), guid.to_owned());
    Some(StoredItem { class: entry.class.clone(), guid, source, id: None, entry: entry.clone() })
}

/// Sets which agents contribute, as a user of the media server does in its settings.
fn choose_contributors(arguments: &Arguments, opened: &Opened, classes: [&str; 2]) -> Result<(), Problem> {
    let primary = opened.agent.identifier.as_str();
    let offered = opened.session.contributors(primary, opened.kind.number)?;
    let chosen = match arguments.contributors.as_slice() {
        [] if arguments.agent.bundles.is_empty() => return Ok(()),
        [] => offered,
        [none] if none == "none" => Vec::new(),
        named => {
            if let Some(unknown) = named.iter().find(|name| !offered.contains(name)) {
                return Err(format!("no agent {unknown} that contributes to {primary} was loaded").into());
            }
            named.to_vec()
        }
    };
    let order: Vec<&str> = std::iter::once(primary).chain(chosen.iter().map(String::as_str)).collect();
    for class in classes {
        config::write(&opened.folders, primary, opened.kind, class, &order)?;
    }
    Ok(())
}

/// Width of a table whose output is no terminal.
const WIDTH: u16 = 140;

fn print(format: Format, item: &StoredItem, folder: Option<&Path>, report: Option<&Report>) -> Result<(), Problem> {
    let mut out = anstream::stdout().lock();
    if format == Format::Json {
        let mut json = item.to_json();
        if let Some(object) = json.as_object_mut() {
            object.insert("stored_in".to_owned(), json!(folder.map(|folder| folder.to_string_lossy())));
            if let Some(report) = report {
                object.insert("files".to_owned(), report.to_json());
            }
        }
        writeln!(out, "{:#}", Value::clone(&json))?;
        out.flush()?;
        return Ok(());
    }
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(WIDTH);
    }
    let mut rows = 0;
    for (name, value) in item.entry.rows() {
        table.add_row([name, value]);
        rows += 1;
    }
    if rows == 0 {
        writeln!(out, "(nothing was set)")?;
    } else {
        writeln!(out, "{table}")?;
    }
    if let Some(folder) = folder {
        writeln!(out, "stored in {}", folder.display())?;
    }
    for file in report.iter().flat_map(|report| &report.files) {
        let reason = file.outcome.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
        if file.outcome != Outcome::Unchanged {
            writeln!(out, "{} {}{reason}", file.outcome.word(), file.path.display())?;
        }
    }
    out.flush()?;
    Ok(())
}
