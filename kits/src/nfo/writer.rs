//! One run of writing beside the media of an item: whose files are there, what of them is kept, what was done
//! (`spec/nfo.md` §2, §6).

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use reprise_bundles::atomic;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::models::item::{COMBINED, Entry, StoredItem};
use crate::models::node::Node;

use super::artwork::{self, Artwork};
use super::element::Element;
use super::ids;
use super::mark::{self, Owner};
use super::place::{Fetch, Options};
use super::report::{Outcome, Report};

/// The list of pictures that we wrote, in the folder of an item.
const MANIFEST: &str = ".reprise-nfo.json";
/// Extensions of pictures, and of themes: files of one name compete.
const PICTURES: &[&str] = &["jpg", "jpeg", "png", "gif", "webp"];
const THEMES: &[&str] = &["mp3", "flac", "ogg", "m4a"];
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
    "musicbrainzalbumid",
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

/// A picture that we wrote.
#[derive(Clone, Debug)]
struct Known {
    sha256: String,
    size: u64,
    agent: String,
    id: String,
    /// The address that it is from, where nothing but the address tells whether it is new.
    source: Option<String>,
}

impl Known {
    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        Some(Self {
            sha256: text("sha256")?,
            size: json.get("size").and_then(Json::as_u64).unwrap_or_default(),
            agent: text("agent").unwrap_or_default(),
            id: text("id").unwrap_or_default(),
            source: text("source"),
        })
    }

    fn to_json(&self) -> Json {
        let mut json = json!({ "sha256": self.sha256, "size": self.size, "agent": self.agent, "id": self.id });
        if let (Some(object), Some(source)) = (json.as_object_mut(), &self.source) {
            object.insert("source".to_owned(), source.as_str().into());
        }
        json
    }
}

/// Writes below one folder, for one item.
pub(super) struct Writer<'a, 'f> {
    item: &'a StoredItem,
    pub root: PathBuf,
    pub options: &'a Options,
    fetch: &'a mut Fetch<'f>,
    /// The pictures that we wrote, by path below the root.
    manifest: BTreeMap<String, Known>,
    changed: bool,
    pub report: Report,
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl<'a, 'f> Writer<'a, 'f> {
    pub fn new(item: &'a StoredItem, root: &Path, options: &'a Options, fetch: &'a mut Fetch<'f>) -> Self {
        let read = fs::read(root.join(MANIFEST)).ok().and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok());
        let files = read.as_ref().and_then(|json| json.get("files")).and_then(Json::as_object);
        let entry = |(path, file): (&String, &Json)| Some((path.clone(), Known::read(file)?));
        let manifest = files.into_iter().flatten().filter_map(entry).collect();
        Self { item, root: root.to_owned(), options, fetch, manifest, changed: false, report: Report::default() }
    }

    /// The report, after the list of pictures was written.
    pub fn finish(mut self) -> Report {
        if self.changed && !self.options.dry_run {
            let files: serde_json::Map<String, Json> =
                self.manifest.iter().map(|(path, known)| (path.clone(), known.to_json())).collect();
            let text = serde_json::to_vec_pretty(&json!({ "version": 1, "files": files })).unwrap_or_default();
            let path = self.root.join(MANIFEST);
            let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
            let written = if is_link { Err(ErrorKind::PermissionDenied.into()) } else { atomic::replace(&path, &text) };
            if let Err(error) = written {
                self.report.add(path, Outcome::Failed(error.to_string()));
            }
        }
        self.report
    }

    /// The agent and its id, as files name them.
    fn origin(&self) -> (String, String) {
        let (scheme, id) = ids::of_guid(&self.item.guid).unwrap_or((&self.item.source, &self.item.guid));
        let agent = if self.item.source == COMBINED { scheme } else { &self.item.source };
        (agent.to_owned(), self.item.id.as_deref().unwrap_or(id).to_owned())
    }

    /// A file of one element, or of several where a video has several episodes. What readers and users put into an
    /// older file is kept.
    pub fn nfo(&mut self, path: PathBuf, mut elements: Vec<Element>) {
        if !self.options.nfo || elements.is_empty() {
            return;
        }
        let old = fs::read(&path);
        if let Ok(old) = &old {
            let old = roots(old);
            for element in &mut elements {
                if let Some(old) = counterpart(&old, element.node()) {
                    element.keep(kept(old, element.node()));
                }
            }
        }
        let content: String = elements.iter().map(Element::written).collect();
        let (agent, id) = self.origin();
        let lang = self.item.guid.split_once("lang=").map(|(_, rest)| rest).unwrap_or_default();
        let lang = lang.split('&').next().unwrap_or_default();
        let bytes = mark::marked(&agent, &id, lang, &content);
        let outcome = match old {
            Ok(old) if old == bytes => Outcome::Unchanged,
            Ok(old) => match mark::owner(&old) {
                Owner::Ours => self.write(&path, &bytes, Outcome::Replaced),
                _ if self.options.overwrite => {
                    let mut name = path.as_os_str().to_owned();
                    name.push(".bak");
                    let backup = PathBuf::from(name);
                    let kept =
                        backup.exists() || matches!(self.write(&backup, &old, Outcome::Created), Outcome::Created);
                    if kept {
                        self.write(&path, &bytes, Outcome::Replaced)
                    } else {
                        Outcome::Failed("the old file cannot be kept".to_owned())
                    }
                }
                Owner::Edited => Outcome::Skipped("it was changed since it was written".to_owned()),
                Owner::Foreign => Outcome::Skipped("somebody else wrote it".to_owned()),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => self.write(&path, &bytes, Outcome::Created),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        self.report.add_with(path, outcome, Some(sha256(&bytes)));
    }

    /// Writes a file, which must lie below the root even where links lead elsewhere.
    fn write(&self, path: &Path, bytes: &[u8], done: Outcome) -> Outcome {
        // The folder may be one that is yet to be made.
        let there = path.ancestors().skip(1).find(|folder| folder.exists());
        let real = there.and_then(|folder| folder.canonicalize().ok());
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
        match atomic::replace(path, bytes) {
            Ok(()) => done,
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    pub fn artwork(&mut self, files: &[Artwork]) {
        if !self.options.artwork {
            return;
        }
        for file in files {
            let Some(bytes) = artwork::data(file.picture, self.fetch) else {
                self.report.add(file.stem.clone(), Outcome::Skipped("the picture cannot be read".to_owned()));
                continue;
            };
            self.picture(&file.stem, &bytes, None);
        }
    }

    fn picture(&mut self, stem: &Path, bytes: &[u8], source: Option<&str>) {
        match artwork::extension(bytes) {
            Some(extension) => self.media(stem, extension, PICTURES, bytes, source),
            None => self.report.add(stem.to_owned(), Outcome::Skipped("the data are no picture".to_owned())),
        }
    }

    /// The pictures of persons, which one reader takes from a folder beside the media.
    pub fn actors(&mut self, entry: &Entry, folder: &Path) {
        if !self.options.actor_images {
            return;
        }
        for (name, url) in artwork::people(entry) {
            let stem = folder.join(".actors").join(&name);
            let written = PICTURES.iter().map(|extension| named(&stem, extension)).find(|path| {
                let known = self.manifest.get(&self.key(path));
                known.is_some_and(|known| known.source.as_deref() == Some(url)) && self.is_ours(path)
            });
            if let Some(path) = written {
                self.report.add(path, Outcome::Unchanged);
                continue;
            }
            match (self.fetch)(url) {
                Some(bytes) => self.picture(&stem, &bytes, Some(url)),
                None => self.report.add(stem, Outcome::Skipped("the picture cannot be read".to_owned())),
            }
        }
    }

    pub fn theme(&mut self, entry: &Entry, folder: &Path) {
        let Some(theme) = entry.pictures("themes").first().filter(|_| self.options.artwork) else { return };
        let Some(bytes) = artwork::data(theme, self.fetch) else { return };
        if let Some(extension) = artwork::theme_extension(&bytes) {
            self.media(&folder.join("theme"), extension, THEMES, &bytes, None);
        }
    }

    /// Writes a picture or a theme; `rivals` are the extensions of files that would compete with it.
    fn media(&mut self, stem: &Path, extension: &str, rivals: &[&str], bytes: &[u8], source: Option<&str>) {
        let path = named(stem, extension);
        for other in rivals.iter().filter(|other| **other != extension).map(|other| named(stem, other)) {
            if !other.exists() {
                continue;
            }
            if !self.is_ours(&other) {
                let name = other.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.report.add(path, Outcome::Skipped(format!("{name} is there already")));
                return;
            }
            // Ours in another format: it makes room.
            if !self.options.dry_run && fs::remove_file(&other).is_ok() {
                self.forget(&other);
            }
        }
        let outcome = match fs::read(&path) {
            Ok(old) if old == bytes => Outcome::Unchanged,
            Ok(_) if self.options.overwrite || self.is_ours(&path) => self.write(&path, bytes, Outcome::Replaced),
            Ok(_) => Outcome::Skipped("somebody else wrote it, or changed it".to_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => self.write(&path, bytes, Outcome::Created),
            Err(error) => Outcome::Failed(error.to_string()),
        };
        if matches!(outcome, Outcome::Created | Outcome::Replaced) {
            let (agent, id) = self.origin();
            let (sha256, size, source) = (sha256(bytes), bytes.len() as u64, source.map(str::to_owned));
            self.manifest.insert(self.key(&path), Known { sha256, size, agent, id, source });
            self.changed = true;
        }
        self.report.add_with(path, outcome, Some(sha256(bytes)));
    }

    fn key(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned()
    }

    /// Whether we wrote a picture and nobody changed it.
    pub fn is_ours(&self, path: &Path) -> bool {
        let known = self.manifest.get(&self.key(path));
        known.is_some_and(|known| fs::read(path).is_ok_and(|bytes| sha256(&bytes) == known.sha256))
    }

    /// The pictures that we wrote at some time.
    pub fn pictures(&self) -> Vec<PathBuf> {
        self.manifest.keys().map(|key| self.root.join(key)).collect()
    }

    /// Takes a picture that is gone off the list.
    pub fn forget(&mut self, path: &Path) {
        self.changed |= self.manifest.remove(&self.key(path)).is_some();
    }
}

/// A file name: a stem, which may hold dots, and an extension.
fn named(stem: &Path, extension: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

/// The root elements of a file; none of what cannot be read.
fn roots(file: &[u8]) -> Vec<Node> {
    let Ok(text) = std::str::from_utf8(file) else { return Vec::new() };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let content = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(rest, |(_, content)| content),
        None => text,
    };
    // A file of several episodes is not one document.
    Node::parse(format!("<files>{content}</files>").as_bytes()).map(|node| node.children).unwrap_or_default()
}

/// The older element of the same item.
fn counterpart<'n>(old: &'n [Node], new: &Node) -> Option<&'n Node> {
    let numbers = |node: &Node| ["season", "episode"].map(|tag| node.child_text(tag).map(str::to_owned));
    let mut same = old.iter().filter(|node| node.tag == new.tag);
    if new.tag == "episodedetails" {
        return same.find(|node| numbers(node) == numbers(new));
    }
    same.next()
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

    #[test]
    fn files_of_several_elements() {
        let file = b"<?xml version=\"1.0\"?>\n<!-- x -->\n<episodedetails><season>1</season><episode>1</episode>\
                     </episodedetails>\n<episodedetails><season>1</season><episode>2</episode><playcount>3</playcount>\
                     </episodedetails>\n";
        let old = roots(file);
        assert_eq!(old.len(), 2);
        let new = Node::parse(b"<episodedetails><season>1</season><episode>2</episode></episodedetails>").unwrap();
        let found = counterpart(&old, &new).unwrap();
        assert_eq!(kept(found, &new).len(), 1);
        assert!(roots(b"https://www.imdb.com/title/tt1/").is_empty());
        assert!(roots(b"<!DOCTYPE x><movie/>").is_empty());
    }
}
