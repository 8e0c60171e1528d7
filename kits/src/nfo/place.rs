//! Writing NFO files and artwork beside the media: never over a file of somebody else, nothing twice, and a file is
//! there as a whole or not at all (`spec/nfo.md` §1, §6).

use std::fs;
use std::path::{Path, PathBuf};

use crate::models::item::StoredItem;

use super::artwork::{self, Limits};
use super::mark::{self, Owner};
use super::music;
use super::report::{Outcome, Report};
use super::video::{self, Choices};
use super::writer::Writer;

/// What is written, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub choices: Choices,
    pub limits: Limits,
    pub nfo: bool,
    pub artwork: bool,
    /// Write the pictures of persons, too.
    pub actor_images: bool,
    pub movie_nfo: MovieNfo,
    /// Replace files that are not ours, or that were changed; an NFO is kept as `<name>.bak` once.
    pub overwrite: bool,
    /// Remove files of ours whose videos are gone.
    pub prune: bool,
    /// Say what would be done.
    pub dry_run: bool,
}

/// The name of a film's NFO file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MovieNfo {
    /// That of the video, which all readers take in all their settings.
    #[default]
    Video,
    /// `movie.nfo`, for a film in a folder of its own.
    Movie,
    Both,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            choices: Choices::default(),
            limits: Limits::default(),
            nfo: true,
            artwork: true,
            actor_images: false,
            movie_nfo: MovieNfo::default(),
            overwrite: false,
            prune: false,
            dry_run: false,
        }
    }
}

/// Fetches what is at an address; None where that fails.
pub type Fetch<'a> = dyn FnMut(&str) -> Option<Vec<u8>> + 'a;

/// The video of one or more episodes of a season.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpisodeVideo {
    pub path: PathBuf,
    /// Further parts of the same video.
    pub parts: Vec<PathBuf>,
    pub season: String,
    pub episodes: Vec<String>,
}

/// Where the files of a film go.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FilmPlace {
    /// The folder of the film, which is above the folders of a disc.
    folder: PathBuf,
    nfo: PathBuf,
    /// The film is a copy of a disc.
    is_disc: bool,
    /// The title of a film without one.
    name: String,
}

/// Folders of a disc, and the file that readers take there.
const DISCS: &[(&str, &str)] = &[("VIDEO_TS", "VIDEO_TS.nfo"), ("BDMV", "index.nfo")];

fn film_place(video: &Path) -> FilmPlace {
    for folder in video.ancestors().skip(1).take(2) {
        let named = |name: &str| folder.file_name().is_some_and(|there| there.eq_ignore_ascii_case(name));
        if let Some((_, file)) = DISCS.iter().find(|(name, _)| named(name))
            && let Some(above) = folder.parent()
        {
            let name = above.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return FilmPlace { folder: above.to_owned(), nfo: folder.join(file), is_disc: true, name };
        }
    }
    let name = video.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = video.parent().unwrap_or(Path::new("")).to_owned();
    FilmPlace { folder, nfo: video.with_extension("nfo"), is_disc: false, name }
}

/// The NFO file of a film's video: videos of a disc share one.
pub fn film_file(video: &Path) -> PathBuf {
    film_place(video).nfo
}

/// Writes the files of a film. `own_folder`: no other film is in the video's folder.
pub fn movie(item: &StoredItem, video: &Path, own_folder: bool, options: &Options, fetch: &mut Fetch) -> Report {
    let place = film_place(video);
    let own_folder = own_folder || place.is_disc;
    let mut writer = Writer::new(item, &place.folder, options, fetch);
    let rival = place.folder.join("movie.nfo");
    let is_foreign = |file: &Path| fs::read(file).is_ok_and(|bytes| mark::owner(&bytes) == Owner::Foreign);
    let document = || vec![video::movie(item, &options.choices, &place.name)];
    let (of_video, of_folder) = match options.movie_nfo {
        MovieNfo::Movie if own_folder && !place.is_disc => (false, true),
        MovieNfo::Both if own_folder && !place.is_disc => (true, true),
        _ => (true, false),
    };
    if of_video && rival != place.nfo && !of_folder && options.nfo && is_foreign(&rival) && !options.overwrite {
        let reason = "a movie.nfo of somebody else is in the folder, which readers prefer";
        writer.report.add(place.nfo, Outcome::Skipped(reason.to_owned()));
    } else if of_video {
        writer.nfo(place.nfo, document());
    }
    if of_folder {
        writer.nfo(rival, document());
    }
    let art_beside = if place.is_disc { place.folder.join(&place.name) } else { video.to_owned() };
    writer.artwork(&artwork::movie(&item.entry, &art_beside, own_folder, options.limits));
    writer.actors(&item.entry, &place.folder);
    if own_folder {
        writer.theme(&item.entry, &place.folder);
        writer.prune();
    }
    writer.finish()
}

/// Writes the files of a show, its seasons and the episodes that there are videos of.
pub fn show(item: &StoredItem, folder: &Path, videos: &[EpisodeVideo], options: &Options, fetch: &mut Fetch) -> Report {
    let mut writer = Writer::new(item, folder, options, fetch);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    writer.nfo(folder.join("tvshow.nfo"), vec![video::show(item, &options.choices, &name)]);
    writer.artwork(&artwork::show(&item.entry, folder, options.limits));
    writer.actors(&item.entry, folder);
    writer.theme(&item.entry, folder);
    for (number, season) in item.entry.keyed("seasons") {
        let mut of_season = videos.iter().filter(|video| video.season == *number);
        let season_folder = of_season.next().and_then(|video| video.path.parent()).filter(|there| *there != folder);
        if let Some(season_folder) = season_folder {
            let document = video::season(item, number, season, &options.choices);
            writer.nfo(season_folder.join("season.nfo"), vec![document]);
        }
    }
    for video in videos {
        // Readers look beside each part.
        for part in std::iter::once(&video.path).chain(&video.parts) {
            let elements = video::episodes(item, &video.season, &video.episodes, &options.choices);
            writer.nfo(part.with_extension("nfo"), elements);
        }
        let season = item.entry.keyed("seasons").iter().find(|(number, _)| *number == video.season);
        let first = season.and_then(|(_, season)| {
            season.keyed("episodes").iter().find(|(number, _)| video.episodes.first() == Some(number))
        });
        if let Some((_, episode)) = first {
            writer.artwork(&artwork::episode(episode, &video.path));
            writer.actors(episode, video.path.parent().unwrap_or(folder));
        }
    }
    writer.prune();
    writer.finish()
}

/// Writes the files of an artist. Albums that the artist's data only link to are given apart.
pub fn artist(item: &StoredItem, linked: &[StoredItem], folder: &Path, options: &Options, fetch: &mut Fetch) -> Report {
    let mut writer = Writer::new(item, folder, options, fetch);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    writer.nfo(folder.join("artist.nfo"), vec![music::artist(item, linked, &options.choices, &name)]);
    writer.artwork(&artwork::music(&item.entry, folder, options.limits));
    writer.finish()
}

/// Writes the files of an album: a whole item, or a part of a modern artist.
pub fn album(
    item: &StoredItem,
    album: &music::Album<'_>,
    folder: &Path,
    options: &Options,
    fetch: &mut Fetch,
) -> Report {
    let mut writer = Writer::new(item, folder, options, fetch);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    writer.nfo(folder.join("album.nfo"), vec![music::album(album, &options.choices, &name)]);
    writer.artwork(&artwork::music(album.entry, folder, options.limits));
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::item::{Entry, Picture, Value};
    use crate::models::node::Node;
    use crate::models::template::ProxyKind;

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0 preview";
    const FULL: &[u8] = b"\xff\xd8\xff\xe0 full";

    struct Setting {
        folder: tempfile::TempDir,
        item: StoredItem,
    }

    fn setting(title: &str) -> Setting {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::write(&data, JPEG).unwrap();
        fs::create_dir(folder.path().join("film")).unwrap();
        fs::write(folder.path().join("film/A.mkv"), b"").unwrap();
        let poster = Picture {
            url: Some("http://x/p.jpg".to_owned()),
            kind: ProxyKind::Preview,
            sort_order: None,
            provider: None,
            file: data,
        };
        let values = vec![
            ("title".to_owned(), Value::Text(title.to_owned())),
            ("posters".to_owned(), Value::Pictures(vec![poster])),
        ];
        let item = StoredItem {
            class: "Movie".to_owned(),
            guid: "org.example.a://1?lang=en".to_owned(),
            source: "org.example.a".to_owned(),
            id: Some("1".to_owned()),
            entry: Entry { class: "Movie".to_owned(), values },
        };
        Setting { folder, item }
    }

    impl Setting {
        fn film(&self) -> PathBuf {
            self.folder.path().join("film")
        }

        fn run(&self, options: &Options) -> Vec<(String, &'static str)> {
            let video = self.film().join("A.mkv");
            let report = movie(&self.item, &video, true, options, &mut |_| Some(FULL.to_vec()));
            let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            report.files.iter().map(|file| (name(&file.path), file.outcome.word())).collect()
        }
    }

    fn pairs(outcome: &'static str) -> Vec<(String, &'static str)> {
        vec![("A.nfo".to_owned(), outcome), ("poster.jpg".to_owned(), outcome)]
    }

    #[test]
    fn a_second_run_writes_nothing() {
        let mut setting = setting("T");
        let options = Options::default();
        assert_eq!(setting.run(&Options { dry_run: true, ..options.clone() }), pairs("created"));
        assert!(!setting.film().join("A.nfo").exists());
        assert_eq!(setting.run(&options), pairs("created"));
        assert_eq!(fs::read(setting.film().join("poster.jpg")).unwrap(), FULL);
        assert_eq!(setting.run(&options), pairs("unchanged"));
        setting.item.entry.values[0].1 = Value::Text("Other".to_owned());
        assert_eq!(setting.run(&options)[0], ("A.nfo".to_owned(), "replaced"));
    }

    #[test]
    fn files_of_others_stay() {
        let setting = setting("T");
        let options = Options::default();
        fs::write(setting.film().join("A.nfo"), "<movie><playcount>3</playcount><title>Mine</title></movie>").unwrap();
        fs::write(setting.film().join("poster.jpg"), b"mine").unwrap();
        assert_eq!(setting.run(&options), pairs("skipped"));
        assert_eq!(fs::read(setting.film().join("poster.jpg")).unwrap(), b"mine");
        let overwrite = Options { overwrite: true, ..options };
        assert_eq!(setting.run(&overwrite), pairs("replaced"));
        let text = fs::read_to_string(setting.film().join("A.nfo")).unwrap();
        assert!(text.contains("<playcount>3</playcount>") && text.contains("<title>T</title>"), "{text}");
        assert!(fs::read_to_string(setting.film().join("A.nfo.bak")).unwrap().contains("Mine"));
        assert_eq!(setting.run(&overwrite), pairs("unchanged"));
    }

    #[test]
    fn edited_and_competing_files_stay() {
        let setting = setting("T");
        let options = Options::default();
        setting.run(&options);
        let nfo = setting.film().join("A.nfo");
        let edited = fs::read_to_string(&nfo).unwrap().replace("<title>T", "<title>My T");
        fs::write(&nfo, edited).unwrap();
        fs::remove_file(setting.film().join("poster.jpg")).unwrap();
        fs::write(setting.film().join("poster.png"), b"mine").unwrap();
        assert_eq!(setting.run(&options), pairs("skipped"));
        fs::remove_file(&nfo).unwrap();
        fs::write(setting.film().join("movie.nfo"), "https://www.imdb.com/title/tt1/").unwrap();
        assert_eq!(setting.run(&options)[0], ("A.nfo".to_owned(), "skipped"));
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out() {
        let setting = setting("T");
        std::os::unix::fs::symlink(setting.folder.path().join("elsewhere"), setting.film().join("A.nfo")).unwrap();
        assert_eq!(setting.run(&Options::default())[0], ("A.nfo".to_owned(), "failed"));
        assert!(!setting.folder.path().join("elsewhere").exists());
    }

    #[test]
    fn names_of_a_films_file() {
        let setting = setting("T");
        let both = Options { movie_nfo: MovieNfo::Both, artwork: false, ..Options::default() };
        let names: Vec<String> = setting.run(&both).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A.nfo", "movie.nfo"]);
        let disc = film_place(Path::new("/m/A Film/VIDEO_TS/VTS_01_1.VOB"));
        assert_eq!((disc.nfo.to_str(), disc.name.as_str()), (Some("/m/A Film/VIDEO_TS/VIDEO_TS.nfo"), "A Film"));
        assert_eq!(film_file(Path::new("/m/A/BDMV/STREAM/0.m2ts")), Path::new("/m/A/BDMV/index.nfo"));
    }

    #[test]
    fn files_of_vanished_videos() {
        let setting = setting("T");
        let options = Options::default();
        setting.run(&options);
        fs::rename(setting.film().join("A.nfo"), setting.film().join("Gone.nfo")).unwrap();
        fs::write(setting.film().join("Foreign.nfo"), "<movie/>").unwrap();
        let named = |outcome: &'static str| ("Gone.nfo".to_owned(), outcome);
        assert!(setting.run(&options).contains(&named("stale")));
        assert!(setting.run(&Options { prune: true, dry_run: true, ..options.clone() }).contains(&named("removed")));
        assert!(setting.film().join("Gone.nfo").exists());
        assert!(setting.run(&Options { prune: true, ..options.clone() }).contains(&named("removed")));
        assert!(!setting.film().join("Gone.nfo").exists() && setting.film().join("Foreign.nfo").exists());
    }

    #[test]
    fn pictures_of_persons() {
        let mut setting = setting("T");
        let person = |name: &str, photo: &str| Entry {
            class: "Person".to_owned(),
            values: vec![
                ("name".to_owned(), Value::Text(name.to_owned())),
                ("photo".to_owned(), Value::Text(photo.to_owned())),
            ],
        };
        let people = vec![person("A. B/C", "http://x/p.jpg"), person("No Photo", "local.jpg")];
        setting.item.entry.values.push(("roles".to_owned(), Value::Entries(people)));
        let options = Options { actor_images: true, ..Options::default() };
        assert!(setting.run(&options).contains(&("A._B_C.jpg".to_owned(), "created")));
        assert!(setting.film().join(".actors/A._B_C.jpg").is_file());
        // The address is the same: nothing is fetched again.
        let mut fetched = 0;
        let fetch = &mut |_: &str| {
            fetched += 1;
            Some(FULL.to_vec())
        };
        let report = movie(&setting.item, &setting.film().join("A.mkv"), true, &options, fetch);
        assert!(report.files.iter().all(|file| file.outcome == Outcome::Unchanged), "{report:?}");
        // Only the poster, whose preview is all that is stored.
        assert_eq!(fetched, 1);
        let manifest = fs::read_to_string(setting.film().join(".reprise-nfo.json")).unwrap();
        assert!(manifest.contains("\"source\": \"http://x/p.jpg\"") && manifest.contains("\"size\""), "{manifest}");
    }

    #[test]
    fn what_users_added_stays_in_files_of_episodes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("S - s01e01-e02.mkv");
        fs::write(&path, b"").unwrap();
        let entry = |class: &str, values: Vec<(&str, Value)>| Entry {
            class: class.to_owned(),
            values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        let episode = |title: &str| entry("Episode", vec![("title", Value::Text(title.to_owned()))]);
        let keyed = |key: &str, entry: Entry| (key.to_owned(), entry);
        let episodes = Value::Keyed(vec![keyed("1", episode("One")), keyed("2", episode("Two"))]);
        let seasons = Value::Keyed(vec![keyed("1", entry("Season", vec![("episodes", episodes)]))]);
        let item = StoredItem {
            class: "TV_Show".to_owned(),
            guid: "org.example.a://1?lang=en".to_owned(),
            source: "org.example.a".to_owned(),
            id: Some("1".to_owned()),
            entry: entry("TV_Show", vec![("seasons", seasons)]),
        };
        let foreign = "<episodedetails><season>1</season><episode>2</episode><title>x</title><playcount>7</playcount>\
                       </episodedetails><episodedetails><season>1</season><episode>1</episode></episodedetails>";
        fs::write(path.with_extension("nfo"), foreign).unwrap();
        let part = folder.path().join("S - s01e01-e02 - pt2.mkv");
        let episodes = vec!["1".to_owned(), "2".to_owned()];
        let video = EpisodeVideo { path: path.clone(), parts: vec![part.clone()], season: "1".to_owned(), episodes };
        let options = Options { overwrite: true, ..Options::default() };
        show(&item, folder.path(), &[video], &options, &mut |_| None);
        let written = fs::read_to_string(path.with_extension("nfo")).unwrap();
        assert!(part.with_extension("nfo").is_file());
        let second = written.split("</episodedetails>").nth(1).unwrap();
        assert!(second.contains("<title>Two</title>") && second.contains("<playcount>7</playcount>"), "{written}");
        let content = written.split_once("-->\n").unwrap().1;
        assert!(Node::parse(format!("<x>{content}</x>").as_bytes()).is_ok());
    }
}
