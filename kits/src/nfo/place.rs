//! Writing NFO files and artwork beside the media: never over a file of somebody else, nothing twice, and a file is
//! there as a whole or not at all (`spec/nfo.md` §1, §6).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use reprise_bundles::atomic;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::models::item::{COMBINED, Entry, StoredItem};
use crate::models::node::Node;

use super::artwork::{self, Artwork, Limits};
use super::element::Element;
use super::mark::{self, Owner};
use super::video::{self, Choices};
use super::{ids, music};

/// What is written, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub choices: Choices,
    pub limits: Limits,
    pub nfo: bool,
    pub artwork: bool,
    /// Replace files that are not ours, or that were changed; an NFO is kept as `<name>.bak` once.
    pub overwrite: bool,
    /// Say what would be done.
    pub dry_run: bool,
}

impl Default for Options {
    fn default() -> Self {
        let (choices, limits) = (Choices::default(), Limits::default());
        Self { choices, limits, nfo: true, artwork: true, overwrite: false, dry_run: false }
    }
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Replaced,
    Unchanged,
    /// Not written, for this reason.
    Skipped(String),
    Failed(String),
}

impl Outcome {
    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Replaced => "replaced",
            Self::Unchanged => "unchanged",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it was skipped or failed.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Skipped(reason) | Self::Failed(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Every file that was looked at, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub files: Vec<(PathBuf, Outcome)>,
}

impl Report {
    /// Whether a file could not be written.
    pub fn has_failed(&self) -> bool {
        self.files.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)))
    }

    pub fn to_json(&self) -> Json {
        let file = |(path, outcome): &(PathBuf, Outcome)| {
            let mut json = json!({ "file": path.to_string_lossy(), "action": outcome.word() });
            if let (Some(object), Some(reason)) = (json.as_object_mut(), outcome.reason()) {
                object.insert("reason".to_owned(), reason.into());
            }
            json
        };
        Json::Array(self.files.iter().map(file).collect())
    }
}

/// Fetches what is at an address; None where that fails.
pub type Fetch<'a> = dyn FnMut(&str) -> Option<Vec<u8>> + 'a;

/// The video of one or more episodes of a season.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpisodeVideo {
    pub path: PathBuf,
    pub season: String,
    pub episodes: Vec<String>,
}

/// Writes the files of a film. `own_folder`: no other film is in the video's folder.
pub fn movie(item: &StoredItem, video: &Path, own_folder: bool, options: &Options, fetch: &mut Fetch) -> Report {
    let folder = video.parent().unwrap_or(Path::new(""));
    let mut place = Place::new(item, folder, options, fetch);
    let stem = video.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let file = video.with_extension("nfo");
    let rival = folder.join("movie.nfo");
    let is_foreign = |file: &Path| fs::read(file).is_ok_and(|bytes| mark::owner(&bytes) == Owner::Foreign);
    if options.nfo && rival != file && !options.overwrite && is_foreign(&rival) {
        let reason = "a movie.nfo of somebody else is in the folder, which readers prefer";
        place.report.files.push((file, Outcome::Skipped(reason.to_owned())));
    } else {
        place.nfo(file, video::movie(item, &options.choices, &stem));
    }
    place.artwork(&artwork::movie(&item.entry, video, own_folder, options.limits));
    if own_folder {
        place.theme(&item.entry, folder);
    }
    place.finish()
}

/// Writes the files of a show, its seasons and the episodes that there are videos of.
pub fn show(item: &StoredItem, folder: &Path, videos: &[EpisodeVideo], options: &Options, fetch: &mut Fetch) -> Report {
    let mut place = Place::new(item, folder, options, fetch);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    place.nfo(folder.join("tvshow.nfo"), video::show(item, &options.choices, &name));
    place.artwork(&artwork::show(&item.entry, folder, options.limits));
    place.theme(&item.entry, folder);
    for (number, season) in item.entry.keyed("seasons") {
        let mut of_season = videos.iter().filter(|video| video.season == *number);
        let season_folder = of_season.next().and_then(|video| video.path.parent()).filter(|there| *there != folder);
        if let Some(season_folder) = season_folder {
            place.nfo(season_folder.join("season.nfo"), video::season(item, number, season, &options.choices));
        }
    }
    for video in videos {
        let content = video::episodes(item, &video.season, &video.episodes, &options.choices);
        if content.is_empty() {
            continue;
        }
        place.content(video.path.with_extension("nfo"), &content);
        let season = item.entry.keyed("seasons").iter().find(|(number, _)| *number == video.season);
        let first = season.and_then(|(_, season)| {
            season.keyed("episodes").iter().find(|(number, _)| video.episodes.first() == Some(number))
        });
        if let Some((_, episode)) = first {
            place.artwork(&artwork::episode(episode, &video.path));
        }
    }
    place.finish()
}

/// Writes the files of an artist.
pub fn artist(item: &StoredItem, folder: &Path, options: &Options, fetch: &mut Fetch) -> Report {
    let mut place = Place::new(item, folder, options, fetch);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    place.nfo(folder.join("artist.nfo"), music::artist(item, &options.choices, &name));
    place.artwork(&artwork::music(&item.entry, folder, options.limits));
    place.finish()
}

/// Writes the files of an album: a whole item, or a part of a modern artist.
pub fn album(
    item: &StoredItem,
    album: &Entry,
    artist: Option<&str>,
    folder: &Path,
    options: &Options,
    fetch: &mut Fetch,
) -> Report {
    let mut place = Place::new(item, folder, options, fetch);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    place.nfo(folder.join("album.nfo"), music::album(album, artist, &options.choices, &name));
    place.artwork(&artwork::music(album, folder, options.limits));
    place.finish()
}

/// The list of pictures that we wrote, in the folder of an item.
const MANIFEST: &str = ".reprise-nfo.json";
/// Elements that we never write; what an older file has of these, and of others that we do not know, is kept.
const WRITTEN: &[&str] = &[
    "title",
    "originaltitle",
    "sorttitle",
    "ratings",
    "plot",
    "tagline",
    "runtime",
    "mpaa",
    "premiered",
    "aired",
    "year",
    "uniqueid",
    "imdbid",
    "tmdbid",
    "tvdbid",
    "genre",
    "country",
    "studio",
    "credits",
    "director",
    "set",
    "tag",
    "actor",
    "trailer",
    "namedseason",
    "season",
    "episode",
    "showtitle",
    "seasonnumber",
    "thumb",
    "fanart",
    "name",
    "sortname",
    "musicBrainzArtistID",
    "musicbrainzartistid",
    "style",
    "mood",
    "biography",
    "album",
    "review",
    "label",
    "releasedate",
    "originalreleasedate",
    "type",
    "releasetype",
    "rating",
    "track",
    "albumArtistCredits",
    "artist",
];

struct Place<'a, 'f> {
    item: &'a StoredItem,
    root: PathBuf,
    options: &'a Options,
    fetch: &'a mut Fetch<'f>,
    /// SHA-256 of the pictures that we wrote, by path below the root.
    manifest: BTreeMap<String, String>,
    changed: bool,
    report: Report,
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl<'a, 'f> Place<'a, 'f> {
    fn new(item: &'a StoredItem, root: &Path, options: &'a Options, fetch: &'a mut Fetch<'f>) -> Self {
        let read = fs::read(root.join(MANIFEST)).ok().and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok());
        let files = read.as_ref().and_then(|json| json.get("files")).and_then(Json::as_object);
        let entry = |(path, file): (&String, &Json)| Some((path.clone(), file.get("sha256")?.as_str()?.to_owned()));
        let manifest = files.into_iter().flatten().filter_map(entry).collect();
        Self { item, root: root.to_owned(), options, fetch, manifest, changed: false, report: Report::default() }
    }

    /// The report, after the list of pictures was written.
    fn finish(mut self) -> Report {
        if self.changed && !self.options.dry_run {
            let files: serde_json::Map<String, Json> =
                self.manifest.iter().map(|(path, hash)| (path.clone(), json!({ "sha256": hash }))).collect();
            let text = serde_json::to_vec_pretty(&json!({ "version": 1, "files": files })).unwrap_or_default();
            let path = self.root.join(MANIFEST);
            if let Err(error) = atomic::write(&path, &text) {
                self.report.files.push((path, Outcome::Failed(error.to_string())));
            }
        }
        self.report
    }

    /// A file of one element; what readers and users put into an older one is kept.
    fn nfo(&mut self, path: PathBuf, mut element: Element) {
        if let Some(old) = fs::read(&path).ok().and_then(|bytes| Node::parse(&bytes).ok())
            && old.tag == element.node().tag
        {
            element.keep(kept(&old, element.node()));
        }
        self.content(path, &element.written());
    }

    fn content(&mut self, path: PathBuf, content: &str) {
        if !self.options.nfo {
            return;
        }
        let (scheme, id) = ids::of_guid(&self.item.guid).unwrap_or((&self.item.source, &self.item.guid));
        let agent = if self.item.source == COMBINED { scheme } else { &self.item.source };
        let lang = self.item.guid.split_once("lang=").map(|(_, rest)| rest).unwrap_or_default();
        let lang = lang.split('&').next().unwrap_or_default();
        let bytes = mark::marked(agent, self.item.id.as_deref().unwrap_or(id), lang, content);
        let outcome = match fs::read(&path) {
            Ok(old) if old == bytes => Outcome::Unchanged,
            Ok(old) => match mark::owner(&old) {
                Owner::Ours => self.write(&path, &bytes, Outcome::Replaced),
                _ if self.options.overwrite => {
                    let mut name = path.as_os_str().to_owned();
                    name.push(".bak");
                    let backup = PathBuf::from(name);
                    let kept = backup.exists() || self.options.dry_run || atomic::write(&backup, &old).is_ok();
                    if kept {
                        self.write(&path, &bytes, Outcome::Replaced)
                    } else {
                        Outcome::Failed("the old file cannot be kept".to_owned())
                    }
                }
                Owner::Edited => Outcome::Skipped("it was changed since it was written".to_owned()),
                Owner::Foreign => Outcome::Skipped("somebody else wrote it".to_owned()),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.write(&path, &bytes, Outcome::Created),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        self.report.files.push((path, outcome));
    }

    /// Writes a file, which must lie below the root even where links lead elsewhere.
    fn write(&self, path: &Path, bytes: &[u8], done: Outcome) -> Outcome {
        let real = path.parent().and_then(|folder| folder.canonicalize().ok());
        let root = self.root.canonicalize().ok();
        let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        match (real, root) {
            (Some(real), Some(root)) if real.starts_with(&root) && !is_link => {}
            (None, _) | (_, None) => return Outcome::Failed("the folder does not exist".to_owned()),
            _ => return Outcome::Failed("it leads out of the folder".to_owned()),
        }
        if self.options.dry_run {
            return done;
        }
        match atomic::write(path, bytes) {
            Ok(()) => done,
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    fn artwork(&mut self, files: &[Artwork]) {
        if !self.options.artwork {
            return;
        }
        for file in files {
            let Some(bytes) = artwork::data(file.picture, self.fetch) else {
                let reason = Outcome::Skipped("the picture cannot be read".to_owned());
                self.report.files.push((file.stem.clone(), reason));
                continue;
            };
            match artwork::extension(&bytes) {
                Some(extension) => self.media(&file.stem, extension, &["jpg", "jpeg", "png", "gif", "webp"], &bytes),
                None => {
                    let reason = Outcome::Skipped("the data are no picture".to_owned());
                    self.report.files.push((file.stem.clone(), reason));
                }
            }
        }
    }

    fn theme(&mut self, entry: &Entry, folder: &Path) {
        let Some(theme) = entry.pictures("themes").first().filter(|_| self.options.artwork) else { return };
        let Some(bytes) = artwork::data(theme, self.fetch) else { return };
        if let Some(extension) = artwork::theme_extension(&bytes) {
            self.media(&folder.join("theme"), extension, &["mp3", "flac", "ogg", "m4a"], &bytes);
        }
    }

    /// Writes a picture or a theme; `rivals` are the extensions of files that would compete with it.
    fn media(&mut self, stem: &Path, extension: &str, rivals: &[&str], bytes: &[u8]) {
        let named = |extension: &str| {
            let mut name = stem.as_os_str().to_owned();
            name.push(".");
            name.push(extension);
            PathBuf::from(name)
        };
        let path = named(extension);
        for other in rivals.iter().filter(|other| **other != extension).map(|other| named(other)) {
            if !other.exists() {
                continue;
            }
            if !self.is_ours(&other) {
                let name = other.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.report.files.push((path, Outcome::Skipped(format!("{name} is there already"))));
                return;
            }
            // Ours in another format: it makes room.
            if !self.options.dry_run && fs::remove_file(&other).is_ok() {
                self.manifest.remove(&self.key(&other));
                self.changed = true;
            }
        }
        let outcome = match fs::read(&path) {
            Ok(old) if old == bytes => Outcome::Unchanged,
            Ok(_) if self.options.overwrite || self.is_ours(&path) => self.write(&path, bytes, Outcome::Replaced),
            Ok(_) => Outcome::Skipped("somebody else wrote it, or changed it".to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.write(&path, bytes, Outcome::Created),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        if matches!(outcome, Outcome::Created | Outcome::Replaced) {
            self.manifest.insert(self.key(&path), sha256(bytes));
            self.changed = true;
        }
        self.report.files.push((path, outcome));
    }

    fn key(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned()
    }

    /// Whether we wrote a file and nobody changed it.
    fn is_ours(&self, path: &Path) -> bool {
        let known = self.manifest.get(&self.key(path));
        known.is_some_and(|hash| fs::read(path).is_ok_and(|bytes| sha256(&bytes) == *hash))
    }
}

/// The elements of an older file that are kept: those that we never write, and ids of databases that we do not name.
fn kept(old: &Node, new: &Node) -> Vec<Node> {
    let kind = |node: &Node| node.get("type").unwrap_or_default().to_lowercase();
    let known: Vec<String> = new.children.iter().filter(|child| child.tag == "uniqueid").map(kind).collect();
    let foreign_id = |child: &Node| child.tag == "uniqueid" && !known.contains(&kind(child));
    let is_new = |child: &Node| new.children.contains(child);
    let keeps = |child: &&Node| !is_new(child) && (foreign_id(child) || !WRITTEN.contains(&&*child.tag));
    let without_default = |child: &Node| {
        let mut child = child.clone();
        if child.tag == "uniqueid" {
            child.remove("default");
        }
        child
    };
    old.children.iter().filter(keeps).map(without_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::item::{Picture, Value};
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
            report.files.iter().map(|(path, outcome)| (name(path), outcome.word())).collect()
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
}
