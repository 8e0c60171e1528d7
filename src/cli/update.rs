//! `reprise update`: has an agent, and those that contribute, fill the metadata of an item; prints and stores them, and
//! writes NFO files and artwork beside the media.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use reprise_kits::agents::system::config;
use reprise_kits::models::item::{COMBINED, StoredItem, load};
use reprise_kits::models::relative_path;
use reprise_kits::nfo::place::{self, EpisodeVideo, Options, Outcome, Report};
use reprise_vm_glue::web::{Client, REPLAY_VARIABLE, Request, Settings, Source};
use serde_json::{Value, json};

use super::Problem;
use super::agent_options::{AgentOptions, Kind, Opened, length, logged_problem, quoted};
use crate::session::file_names::is_video;
use crate::session::library::{ITEM, Library};

/// Has an agent fill the metadata of an item, prints them, and stores them as the media server does.
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

    /// The title that the library knows. [default: what the file's name says]
    #[arg(long)]
    title: Option<String>,

    /// Agents that contribute, in their order; `none` for none. [default: all that offer it]
    #[arg(long, value_name = "IDENTIFIER", value_delimiter = ',')]
    contributors: Vec<String>,

    /// Tell the agent to fetch everything anew.
    #[arg(long)]
    force: bool,

    /// Write NFO files and artwork beside the media of --file.
    #[arg(long, requires = "files")]
    nfo: bool,

    /// Write over files of somebody else, too.
    #[arg(long, requires = "nfo")]
    overwrite: bool,

    /// Say which files --nfo would write.
    #[arg(long, requires = "nfo")]
    dry_run: bool,

    /// How to print the metadata.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
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
        Err(problem) => {
            anstream::eprintln!("reprise: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn update(arguments: &Arguments) -> Result<ExitCode, Problem> {
    let library = arguments.agent.library(arguments.title.as_deref(), None)?;
    let opened = arguments.agent.open(library.clone())?;
    let identifier = opened.agent.identifier.clone();
    // Newer artists have a model of their own; what the agent is shows in what it stored.
    let classes = [opened.kind.model, opened.kind.modern_model.unwrap_or(opened.kind.model)];
    choose_contributors(arguments, &opened, classes)?;
    let guid = format!("{identifier}://{}?lang={}", arguments.id, opened.lang);
    let before = length(&opened.log);
    opened.progress.set_message(format!("{} updates {}", opened.agent.name, arguments.id));
    let answer = opened.session.ask(&format!(
        "/system/agents/update?mediaType={}&guid={}&id={ITEM}&force={}&async=0",
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
    let Some(mut item) = item else {
        return Err(format!("the agent stored nothing; see {}", opened.log.display()).into());
    };
    // Combined data do not name the id.
    item.id.get_or_insert_with(|| arguments.id.clone());
    let folder = relative_path(&item.class, &guid).map(|path| opened.folders.metadata.join(path));
    let report = if arguments.nfo { Some(write_nfo(arguments, &opened, &library, &item)) } else { None };
    print(arguments.format, &item, folder.as_deref(), report.as_ref())?;
    let failed = report.is_some_and(|report| report.has_failed());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
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

/// Writes NFO files and artwork beside the media.
fn write_nfo(arguments: &Arguments, opened: &Opened, library: &Library, item: &StoredItem) -> Report {
    let options = Options { overwrite: arguments.overwrite, dry_run: arguments.dry_run, ..Options::default() };
    let replay = opened.environment.iter().find(|(name, _)| name == REPLAY_VARIABLE);
    let source = replay.map_or(Source::Network, |(_, folder)| Source::Replay(folder.into()));
    let client = Client::new(Settings { source, ..Settings::default() });
    let progress = &opened.progress;
    let mut fetch = |url: &str| {
        progress.set_message(format!("fetching {url}"));
        let mut answer = client.send(Request::get(url)).ok()?;
        let body = answer.read_all(LARGEST_PICTURE).ok()?;
        (answer.status < 400).then_some(body)
    };
    let folder = library.folder.clone().unwrap_or_default();
    match arguments.agent.kind {
        Kind::Show => {
            let folder = show_folder(library).unwrap_or(folder);
            place::show(item, &folder, &episode_videos(library), &options, &mut fetch)
        }
        Kind::Artist => place::artist(item, &folder, &options, &mut fetch),
        Kind::Album => {
            let artist = library.artist.as_deref();
            place::album(item, &item.entry, artist, &folder, &options, &mut fetch)
        }
        Kind::Movie | Kind::Photo => {
            let mut report = Report::default();
            // The parts of a version have one NFO file, named after the first.
            for first in library.item.versions.iter().filter_map(|version| version.first()) {
                let own = is_alone(&first.file, library);
                report.files.extend(place::movie(item, &first.file, own, &options, &mut fetch).files);
            }
            report
        }
    }
}

const LARGEST_PICTURE: u64 = 64 * 1024 * 1024;

/// Whether no other film is in the folder of a video.
fn is_alone(video: &Path, library: &Library) -> bool {
    let Some(entries) = video.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else { return false };
    let ours: Vec<&Path> = library.item.versions.iter().flatten().map(|part| part.file.as_path()).collect();
    entries.flatten().map(|entry| entry.path()).filter(|path| is_video(path)).all(|path| ours.contains(&path.as_path()))
}

/// The folder of a show: above that of a season.
fn show_folder(library: &Library) -> Option<std::path::PathBuf> {
    let folder = library.folder.clone()?;
    let name = folder.file_name()?.to_string_lossy().into_owned();
    let is_season = crate::session::file_names::season_of_folder(&name).is_some();
    if is_season { folder.parent().map(Path::to_owned) } else { Some(folder) }
}

/// The videos of a show with the episodes in each.
fn episode_videos(library: &Library) -> Vec<EpisodeVideo> {
    let mut videos: Vec<EpisodeVideo> = Vec::new();
    for season in &library.item.children {
        for episode in &season.children {
            let (Some(season), Some(number)) = (&season.index, &episode.index) else { continue };
            for first in episode.versions.iter().filter_map(|version| version.first()) {
                match videos.iter_mut().find(|video| video.path == first.file) {
                    Some(video) => video.episodes.push(number.clone()),
                    None => videos.push(EpisodeVideo {
                        path: first.file.clone(),
                        season: season.clone(),
                        episodes: vec![number.clone()],
                    }),
                }
            }
        }
    }
    videos
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
    for (path, outcome) in report.iter().flat_map(|report| &report.files) {
        let reason = outcome.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
        if *outcome != Outcome::Unchanged {
            writeln!(out, "{} {}{reason}", outcome.word(), path.display())?;
        }
    }
    out.flush()?;
    Ok(())
}
