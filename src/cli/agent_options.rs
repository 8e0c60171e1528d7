//! What `reprise search` and `reprise update` have in common: the bundle, the kind of media, the files, the other agents.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use reprise_bundles::folders::System;
use reprise_bundles::{Bundle, Config, Folders};
use reprise_kits::agents::media_types::{MediaType, by_name};
use reprise_kits::startup::SYSTEM;

use super::Problem;
use super::web_options::WebOptions;
use crate::session::agents::{AgentSession, Announced};
use crate::session::bundles;
use crate::session::library::Library;

/// A kind of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Movie,
    Show,
    Artist,
    Album,
    Photo,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Movie => "Movie",
            Self::Show => "TV_Show",
            Self::Artist => "Artist",
            Self::Album => "Album",
            Self::Photo => "Photo",
        }
    }

    /// The framework's description of the kind.
    pub fn media_type(self) -> Result<&'static MediaType, Problem> {
        by_name(self.name()).ok_or_else(|| format!("there is no kind of media named {}", self.name()).into())
    }
}

#[derive(Args)]
pub struct AgentOptions {
    /// The plug-in with the agent: a folder named like `Name.bundle`.
    pub bundle: PathBuf,

    /// What is looked for.
    #[arg(long = "type", value_enum, default_value_t = Kind::Movie)]
    pub kind: Kind,

    /// The language of the metadata. [default: en, or the agent's first]
    #[arg(long, value_name = "CODE")]
    pub lang: Option<String>,

    /// A video, a song, or the folder of the item; may be given several times. Only names, sizes and the ends of files
    /// are read.
    #[arg(long = "file", value_name = "PATH")]
    pub files: Vec<PathBuf>,

    /// Folder with other bundles whose agents may contribute and whose services may be used; may be given several times.
    #[arg(long, value_name = "DIR")]
    pub bundles: Vec<PathBuf>,

    #[command(flatten)]
    pub web: WebOptions,
}

/// A session that is ready to ask.
pub struct Opened {
    pub session: AgentSession,
    pub agent: Announced,
    pub lang: String,
    pub kind: &'static MediaType,
    /// Where the data go.
    pub folders: Folders,
    /// Log file of the agent's plug-in.
    pub log: PathBuf,
    /// The environment of the processes.
    pub environment: Vec<(String, OsString)>,
    pub progress: ProgressBar,
}

impl AgentOptions {
    /// The library that the files make, or one that only has a title.
    pub fn library(&self, title: Option<&str>, year: Option<&str>) -> Result<Library, Problem> {
        let kind = self.kind.media_type()?;
        if self.files.is_empty() {
            return Ok(Library::of_title(kind, title.unwrap_or_default(), year));
        }
        let mut library = Library::of_files(kind, &self.files)?;
        if let Some(title) = title {
            title.clone_into(&mut library.item.title);
        }
        if let Some(year) = year {
            library.item.year = Some(year.to_owned());
        }
        Ok(library)
    }

    /// Starts the agent's plug-in and the others.
    pub fn open(&self, library: Library) -> Result<Opened, Problem> {
        let kind = self.kind.media_type()?;
        let bundle = Bundle::open(&self.bundle)?;
        let identifier = bundle.identifier.clone();
        let mut all = vec![bundle];
        if !self.bundles.is_empty() {
            let others = bundles::found(&self.bundles)?;
            all.extend(others.into_iter().filter(|other| {
                other.identifier != identifier && other.info.plugin_class == "Agent" && other.main_file().is_file()
            }));
        }
        let progress = spinner();
        let mut environment = Vec::new();
        let session = AgentSession::start(
            &all,
            library,
            |address| {
                environment = self.web.environment(address)?;
                Ok(environment.clone())
            },
            |what| progress.set_message(what.to_owned()),
            |problem| progress.suspend(|| anstream::eprintln!("reprise: {problem}")),
        )?;
        let of_bundle: Vec<Announced> =
            session.agents()?.into_iter().filter(|agent| agent.identifier == identifier).collect();
        let of_kind = |number: u32| of_bundle.iter().find(|agent| agent.kind == number).cloned();
        // Newer agents for artists do their albums, too.
        let artist = by_name("Artist").filter(|_| self.kind == Kind::Album);
        let agent = of_kind(kind.number).or_else(|| of_kind(artist?.number));
        let agent = agent.ok_or_else(|| no_agent(&self.bundle, self.kind, &of_bundle))?;
        let lang = match &self.lang {
            Some(lang) if agent.languages.contains(lang) => lang.clone(),
            Some(lang) => {
                let known = agent.languages.join(", ");
                return Err(format!("the agent \"{}\" has no language {lang}, only {known}", agent.name).into());
            }
            None if agent.languages.iter().any(|lang| lang == "en") => "en".to_owned(),
            None => agent.languages.first().cloned().unwrap_or_else(|| "en".to_owned()),
        };
        let folders = folders(SYSTEM, &environment);
        let log = self::folders(&identifier, &environment).log_file;
        Ok(Opened { session, agent, lang, kind, folders, log, environment, progress })
    }
}

/// The folders of a plug-in in these processes.
fn folders(identifier: &str, environment: &[(String, OsString)]) -> Folders {
    let variable = |name: &str| {
        let given = environment.iter().find(|(there, _)| there == name).map(|(_, value)| value.clone());
        given.or_else(|| std::env::var_os(name)).map(PathBuf::from)
    };
    Folders::from_environment(identifier, &Config::default(), None, System::current(), &variable)
}

/// Shows on terminals that something goes on.
fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

fn no_agent(bundle: &std::path::Path, kind: Kind, others: &[Announced]) -> Problem {
    let place = bundle.display();
    if others.is_empty() {
        return format!("{place} announces no agent; see the plug-in's log").into();
    }
    let names: Vec<&str> = others
        .iter()
        .filter_map(|agent| {
            let kinds = [Kind::Movie, Kind::Show, Kind::Artist, Kind::Album, Kind::Photo];
            let of = kinds.into_iter().find(|kind| by_name(kind.name()).is_some_and(|k| k.number == agent.kind))?;
            Some(match of {
                Kind::Movie => "movie",
                Kind::Show => "show",
                Kind::Artist => "artist",
                Kind::Album => "album",
                Kind::Photo => "photo",
            })
        })
        .collect();
    format!("{place} has no agent for {kind:?}, only for: {}", names.join(", ")).to_lowercase().into()
}

/// The last problem that an agent's log names since a place in it.
pub fn logged_problem(log: &std::path::Path, from: u64) -> Option<String> {
    let text = std::fs::read(log).ok()?;
    let new = text.get(usize::try_from(from).ok()?..).unwrap_or(&text);
    let text = String::from_utf8_lossy(new).into_owned();
    let start = text.rfind("CRITICAL (")?;
    let entry = text.get(start..)?;
    // An entry ends where the next line with a time begins.
    let mut lines = Vec::new();
    for (at, line) in entry.lines().enumerate() {
        if at > 0 && line.get(4..5) == Some("-") && line.get(..4).is_some_and(|y| y.bytes().all(|c| c.is_ascii_digit()))
        {
            break;
        }
        lines.push(line);
    }
    let text = lines.join("\n");
    Some(text.split_once(" - ").map_or(text.clone(), |(_, message)| message.to_owned()))
}

/// The length of a file, 0 where there is none.
pub fn length(file: &std::path::Path) -> u64 {
    std::fs::metadata(file).map_or(0, |metadata| metadata.len())
}

/// A value in a query.
pub fn quoted(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
