//! How `reprise update` writes NFO files and artwork beside the media: its options, and what of the library goes where.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use reprise_kits::models::item::{COMBINED, StoredItem, load};
use reprise_kits::nfo::artwork::Limits;
use reprise_kits::nfo::music::Album;
use reprise_kits::nfo::place::{self, EpisodeVideo, Fetch, MovieNfo, Options};
use reprise_kits::nfo::report::Report;
use reprise_kits::nfo::video::{Certificates, Choices, Collections};
use reprise_vm_glue::web::{Client, REPLAY_VARIABLE, Request, Settings, Source};

use super::agent_options::{Kind, Opened};
use crate::session::file_names::{is_video, season_of_folder};
use crate::session::library::Library;

const LARGEST_PICTURE: u64 = 64 * 1024 * 1024;

#[derive(Args)]
#[command(next_help_heading = "Files beside the media")]
pub struct NfoOptions {
    /// Write NFO files and artwork beside the media of --file.
    #[arg(long, requires = "files")]
    pub nfo: bool,

    /// Write over files of somebody else, too; an NFO file is kept as NAME.nfo.bak.
    #[arg(long, requires = "nfo")]
    overwrite: bool,

    /// Say which files --nfo would write.
    #[arg(long, requires = "nfo")]
    dry_run: bool,

    /// Remove files that --nfo wrote earlier for videos that are gone.
    #[arg(long, requires = "nfo")]
    prune: bool,

    /// Name of a film's NFO file. All readers know that of the video; movie.nfo is for films in folders of their own.
    #[arg(long, requires = "nfo", value_enum, default_value_t = NameOfFilms::Video)]
    movie_nfo: NameOfFilms,

    /// What collections of films become; those of shows are tags.
    #[arg(long, requires = "nfo", value_enum, default_value_t = CollectionForm::FirstSet)]
    collections: CollectionForm,

    /// Certificates: as the agent gave them, US without the country, or DE-12 for de/12.
    #[arg(long, requires = "nfo", value_enum, default_value_t = Mpaa::AsGiven)]
    mpaa: Mpaa,

    /// Name the addresses of pictures in NFO files instead of writing the pictures.
    #[arg(long, requires = "nfo")]
    image_urls: bool,

    /// Write the pictures of actors into `.actors`, where Kodi finds them.
    #[arg(long, requires = "nfo")]
    actor_images: bool,

    /// Posters of an item that are written.
    #[arg(long, requires = "nfo", value_name = "N", default_value_t = 1)]
    max_posters: usize,

    /// Background pictures of an item that are written.
    #[arg(long, requires = "nfo", value_name = "N", default_value_t = 3)]
    max_fanart: usize,

    /// Tell Jellyfin and Emby not to change the item.
    #[arg(long, requires = "nfo")]
    lock: bool,

    /// Leave the markup in summaries.
    #[arg(long, requires = "nfo")]
    keep_markup: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NameOfFilms {
    Video,
    Movie,
    Both,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CollectionForm {
    Tags,
    FirstSet,
    AllSets,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mpaa {
    AsGiven,
    Us,
    Country,
}

impl NfoOptions {
    fn options(&self) -> Options {
        Options {
            choices: Choices {
                keep_markup: self.keep_markup,
                lock: self.lock,
                image_urls: self.image_urls,
                collections: match self.collections {
                    CollectionForm::Tags => Collections::Tags,
                    CollectionForm::FirstSet => Collections::FirstSet,
                    CollectionForm::AllSets => Collections::AllSets,
                },
                certificates: match self.mpaa {
                    Mpaa::AsGiven => Certificates::AsGiven,
                    Mpaa::Us => Certificates::Us,
                    Mpaa::Country => Certificates::Country,
                },
            },
            limits: Limits { posters: self.max_posters, fanart: self.max_fanart },
            nfo: true,
            artwork: !self.image_urls,
            actor_images: self.actor_images,
            movie_nfo: match self.movie_nfo {
                NameOfFilms::Video => MovieNfo::Video,
                NameOfFilms::Movie => MovieNfo::Movie,
                NameOfFilms::Both => MovieNfo::Both,
            },
            overwrite: self.overwrite,
            prune: self.prune,
            dry_run: self.dry_run,
        }
    }

    /// Writes NFO files and artwork beside the media of a library.
    pub fn write(&self, kind: Kind, opened: &Opened, library: &Library, item: &StoredItem) -> Report {
        let options = self.options();
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
        match kind {
            Kind::Show => {
                let folder = show_folder(library).unwrap_or(folder);
                place::show(item, &folder, &episode_videos(library), &options, &mut fetch)
            }
            Kind::Artist => artist(opened, library, item, &folder, &options, &mut fetch),
            Kind::Album => {
                let album =
                    Album { entry: &item.entry, id: &item.guid, artist: library.artist.as_deref(), artist_id: None };
                place::album(item, &album, &folder, &options, &mut fetch)
            }
            Kind::Movie => {
                let mut report = Report::default();
                // The parts of a version have one NFO file, named after the first; so have all videos of a disc.
                for first in library.item.versions.iter().filter_map(|version| version.first()) {
                    let own = is_alone(&first.file, library);
                    if !report.names(&place::film_file(&first.file)) {
                        report.files.extend(place::movie(item, &first.file, own, &options, &mut fetch).files);
                    }
                }
                report
            }
            Kind::Photo => Report::default(),
        }
    }
}

/// The files of an artist and of the albums that are on disk.
fn artist(
    opened: &Opened,
    library: &Library,
    item: &StoredItem,
    folder: &Path,
    options: &Options,
    fetch: &mut Fetch,
) -> Report {
    // Artists of older agents link to albums that are items of their own.
    let guids = item.entry.texts("albums").iter();
    let linked: Vec<StoredItem> =
        guids.filter_map(|guid| load(&opened.folders, "LegacyAlbum", guid, COMBINED).ok().flatten()).collect();
    let mut report = place::artist(item, &linked, folder, options, fetch);
    let name = item.entry.text("title").or(library.artist.as_deref());
    for on_disk in &library.item.children {
        let title = on_disk.title.to_lowercase();
        let is_it = |(key, entry): &&(String, reprise_kits::models::item::Entry)| {
            on_disk.guid.as_ref() == Some(key) || entry.text("title").is_some_and(|there| there.to_lowercase() == title)
        };
        let Some((key, entry)) = item.entry.keyed("albums").iter().find(is_it) else { continue };
        let Some(folder) = on_disk.first().and_then(|part| part.file.parent()) else { continue };
        let album = Album { entry, id: key, artist: name, artist_id: Some(&item.guid) };
        report.files.extend(place::album(item, &album, folder, options, fetch).files);
    }
    report
}

/// Whether no other film is in the folder of a video.
fn is_alone(video: &Path, library: &Library) -> bool {
    let Some(entries) = video.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else { return false };
    let ours: Vec<&Path> = library.item.versions.iter().flatten().map(|part| part.file.as_path()).collect();
    entries.flatten().map(|entry| entry.path()).filter(|path| is_video(path)).all(|path| ours.contains(&path.as_path()))
}

/// The folder of a show: above that of a season.
fn show_folder(library: &Library) -> Option<PathBuf> {
    let folder = library.folder.clone()?;
    let name = folder.file_name()?.to_string_lossy().into_owned();
    if season_of_folder(&name).is_some() { folder.parent().map(Path::to_owned) } else { Some(folder) }
}

/// The videos of a show with the episodes in each.
fn episode_videos(library: &Library) -> Vec<EpisodeVideo> {
    let mut videos: Vec<EpisodeVideo> = Vec::new();
    for season in &library.item.children {
        for episode in &season.children {
            let (Some(season), Some(number)) = (&season.index, &episode.index) else { continue };
            for version in &episode.versions {
                let Some((first, more)) = version.split_first() else { continue };
                match videos.iter_mut().find(|video| video.path == first.file) {
                    Some(video) => video.episodes.push(number.clone()),
                    None => videos.push(EpisodeVideo {
                        path: first.file.clone(),
                        parts: more.iter().map(|part| part.file.clone()).collect(),
                        season: season.clone(),
                        episodes: vec![number.clone()],
                    }),
                }
            }
        }
    }
    videos
}
