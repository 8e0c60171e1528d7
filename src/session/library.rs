//! The library of a session: one item with what is below it, made from files and folders that a user names, and shown
//! to agents as the media server shows its own (`spec/agents.md` §4).

use std::io;
use std::path::{Path, PathBuf};

use quick_xml::escape::escape;
use reprise_kits::agents::media_types::MediaType;

use super::file_names::{self, is_music, is_photo, is_video};
use super::open_subtitles::{self, Marks};

/// The number of the item in the library.
pub const ITEM: u32 = 1;

/// Files that are looked at in one folder; more are left out.
const MOST_FILES: usize = 20_000;
/// Folders inside each other.
const DEEPEST: usize = 8;

/// What cannot be made an item.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} has no files of that kind", .0.display())]
    Empty(PathBuf),
}

/// A file.
#[derive(Clone, Debug)]
pub struct Part {
    pub file: PathBuf,
    marks: Marks,
}

impl Part {
    /// The mark of the file's media bundle.
    pub fn hash(&self) -> &str {
        &self.marks.hash
    }

    /// The hash of OpenSubtitles.org.
    pub fn open_subtitles(&self) -> Option<&str> {
        self.marks.open_subtitles.as_deref()
    }
}

/// An item: a film, a show, a season, an episode …
#[derive(Clone, Debug, Default)]
pub struct Item {
    number: u32,
    kind: u32,
    pub index: Option<String>,
    pub title: String,
    pub year: Option<String>,
    pub date: Option<String>,
    pub guid: Option<String>,
    /// Parts of each version.
    pub versions: Vec<Vec<Part>>,
    pub children: Vec<Item>,
}

/// The library's number of artists.
const ARTIST: u32 = 8;

/// What was found, and what names say of it.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub item: Item,
    /// Of the first file, for agents that search by it.
    pub season: Option<u32>,
    pub episode: Option<u32>,
    pub artist: Option<String>,
    /// The folder of the item.
    pub folder: Option<PathBuf>,
}

impl Library {
    /// An item of which only the title is known.
    pub fn of_title(kind: &MediaType, title: &str, year: Option<&str>) -> Self {
        let item =
            Item { kind: kind.number, title: title.to_owned(), year: year.map(str::to_owned), ..Item::default() };
        Self { item, ..Self::default() }.numbered()
    }

    /// The item that files and folders make.
    pub fn of_files(kind: &MediaType, paths: &[PathBuf]) -> Result<Self, LibraryError> {
        let wanted = match kind.name {
            "Artist" | "Album" => is_music,
            "Photo" | "PhotoAlbum" => is_photo,
            _ => is_video,
        };
        let mut files = Vec::new();
        for path in paths {
            let path = std::path::absolute(path).map_err(|source| LibraryError::Read { path: path.clone(), source })?;
            let before = files.len();
            if path.is_dir() {
                collect(&path, wanted, &mut files, 0)?;
            } else {
                files.push(path.clone());
            }
            if files.len() == before {
                return Err(LibraryError::Empty(path));
            }
        }
        files.sort();
        let mut parts = Vec::new();
        for file in files {
            let marks = open_subtitles::marks(&file);
            let marks = marks.map_err(|source| LibraryError::Read { path: file.clone(), source })?;
            parts.push(Part { file, marks });
        }
        let given = paths.first().and_then(|path| std::path::absolute(path).ok()).filter(|path| path.is_dir());
        let mut library = match kind.name {
            "TV_Show" => show(parts, given.as_deref()),
            "Artist" => artist(parts, given.as_deref()),
            "Album" => album(parts, given.as_deref()),
            _ => film(parts, given.as_deref()),
        };
        library.item.kind = kind.number;
        library.folder = given.or_else(|| library.first().and_then(|part| part.file.parent().map(Path::to_owned)));
        Ok(library.numbered())
    }

    /// The same album as part of its artist, as newer agents look at it: the artist is the item then.
    pub fn below_artist(mut self, guid: &str) -> Self {
        let mut album = std::mem::take(&mut self.item);
        album.guid = Some(guid.to_owned());
        let title = self.artist.clone().unwrap_or_default();
        self.item = Item { kind: ARTIST, title, children: vec![album], ..Item::default() };
        self.numbered()
    }

    /// The first file of all.
    pub fn first(&self) -> Option<&Part> {
        self.item.first()
    }

    /// Gives every item, version, part and stream a number.
    fn numbered(mut self) -> Self {
        self.item.give_numbers(&mut ITEM.clone());
        self
    }

    /// The answer to `/library/metadata/<n>/tree`; None for other numbers.
    pub fn tree(&self, number: &str) -> Option<String> {
        let number: u32 = number.parse().ok()?;
        let item = self.item.find(number)?;
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaContainer size=\"1\">\n");
        let mut next = 1_000_000;
        item.write(&mut xml, &mut next);
        xml.push_str("</MediaContainer>\n");
        Some(xml)
    }
}

fn collect(
    folder: &Path,
    wanted: fn(&Path) -> bool,
    files: &mut Vec<PathBuf>,
    depth: usize,
) -> Result<(), LibraryError> {
    let failed = |source| LibraryError::Read { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(['.', '@']) || files.len() >= MOST_FILES {
            continue;
        }
        if path.is_dir() {
            if depth < DEEPEST {
                collect(&path, wanted, files, depth + 1)?;
            }
        } else if wanted(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Puts parts of one version together, which differ in their number only.
fn versions(parts: Vec<Part>) -> Vec<Vec<Part>> {
    let mut versions: Vec<(String, Vec<Part>)> = Vec::new();
    for part in parts {
        let stem = stem(&part.file);
        let (before, number) = file_names::part(&stem);
        let known = versions.iter_mut().find(|(there, _)| number.is_some() && there == before);
        match known {
            Some((_, parts)) => parts.push(part),
            None => versions.push((before.to_owned(), vec![part])),
        }
    }
    versions.into_iter().map(|(_, parts)| parts).collect()
}

fn film(parts: Vec<Part>, folder: Option<&Path>) -> Library {
    let from_file = parts.first().map(|part| file_names::film(&stem(&part.file))).unwrap_or_default();
    let from_folder = folder.map(|folder| file_names::film(&name(folder)));
    // A folder with a year is named with more care than the file in it.
    let named = match from_folder {
        Some(folder) if folder.year.is_some() || from_file.title.is_empty() => folder,
        _ => from_file,
    };
    let item = Item { title: named.title, year: named.year, versions: versions(parts), ..Item::default() };
    Library { item, ..Library::default() }
}

fn show(parts: Vec<Part>, folder: Option<&Path>) -> Library {
    let mut library = Library::default();
    let mut named = folder.map(|folder| file_names::film(&name(folder)));
    for part in parts {
        let parent = part.file.parent().map(name).unwrap_or_default();
        let found = file_names::episode(&stem(&part.file), file_names::season_of_folder(&parent));
        let found = found.unwrap_or_else(|| file_names::EpisodeName { season: 1, ..Default::default() });
        if named.is_none() {
            let show = found.show.clone().map(|title| file_names::FilmName { title, year: found.year.clone() });
            let above = || {
                let folder = part.file.parent()?;
                let is_season = file_names::season_of_folder(&name(folder)).is_some();
                Some(file_names::film(&name(if is_season { folder.parent()? } else { folder })))
            };
            named = show.or_else(above);
        }
        library.season.get_or_insert(found.season);
        if let Some(first) = found.episodes.first() {
            library.episode.get_or_insert(*first);
        }
        let season = child(&mut library.item, &found.season.to_string(), 3, &format!("Season {}", found.season));
        let indexes: Vec<String> = match &found.date {
            Some(date) if found.episodes.is_empty() => vec![date.clone()],
            _ => found.episodes.iter().map(u32::to_string).collect(),
        };
        for index in indexes {
            let episode = child(season, &index, 4, found.title.as_deref().unwrap_or_default());
            episode.date = found.date.clone();
            let stem = stem(&part.file);
            let (before, number) = file_names::part(&stem);
            let same = episode.versions.iter_mut().find(|version| {
                let first = version.first().map(|part| self::stem(&part.file)).unwrap_or_default();
                number.is_some() && file_names::part(&first).0 == before
            });
            match same {
                Some(version) => version.push(part.clone()),
                None => episode.versions.push(vec![part.clone()]),
            }
        }
    }
    let named = named.unwrap_or_default();
    library.item.title = named.title;
    library.item.year = named.year;
    library
}

/// The child with an index, made if there is none.
fn child<'a>(item: &'a mut Item, index: &str, kind: u32, title: &str) -> &'a mut Item {
    let at = item.children.iter().position(|child| child.index.as_deref() == Some(index));
    let at = at.unwrap_or_else(|| {
        let (index, title) = (Some(index.to_owned()), title.to_owned());
        item.children.push(Item { index, title, kind, ..Item::default() });
        item.children.len() - 1
    });
    &mut item.children[at]
}

/// The tracks of an album: a number in front of the name, else their order.
fn tracks(parts: Vec<Part>) -> Vec<Item> {
    let mut tracks: Vec<Item> = Vec::new();
    for part in parts {
        let stem = stem(&part.file);
        let digits: String = stem.chars().take_while(char::is_ascii_digit).collect();
        let rest = stem.get(digits.len()..).unwrap_or_default().trim_start_matches([' ', '-', '.', '_']);
        let index = digits.parse::<u32>().unwrap_or(tracks.len() as u32 + 1);
        tracks.push(Item {
            kind: 10,
            index: Some(index.to_string()),
            title: if rest.is_empty() { stem.clone() } else { rest.to_owned() },
            versions: vec![vec![part]],
            ..Item::default()
        });
    }
    tracks
}

fn album(parts: Vec<Part>, folder: Option<&Path>) -> Library {
    let folder = folder.map(Path::to_owned).or_else(|| parts.first()?.file.parent().map(Path::to_owned));
    let named = folder.as_deref().map(|folder| file_names::film(&name(folder))).unwrap_or_default();
    let artist = folder.as_deref().and_then(Path::parent).map(name);
    let item = Item { title: named.title, year: named.year, children: tracks(parts), ..Item::default() };
    Library { item, artist, ..Library::default() }
}

fn artist(parts: Vec<Part>, folder: Option<&Path>) -> Library {
    let mut albums: Vec<(PathBuf, Vec<Part>)> = Vec::new();
    for part in parts {
        let parent = part.file.parent().unwrap_or(Path::new("")).to_owned();
        match albums.iter_mut().find(|(there, _)| *there == parent) {
            Some((_, parts)) => parts.push(part),
            None => albums.push((parent, vec![part])),
        }
    }
    let above = || albums.first().and_then(|(album, _)| album.parent()).map(Path::to_owned);
    let title = folder.map(Path::to_owned).or_else(above).map(|folder| name(&folder)).unwrap_or_default();
    let children = albums.into_iter().enumerate().map(|(at, (folder, parts))| {
        let named = file_names::film(&name(&folder));
        Item {
            kind: 9,
            index: Some((at + 1).to_string()),
            guid: Some(format!("local://{}", at + 2)),
            title: named.title,
            year: named.year,
            children: tracks(parts),
            ..Item::default()
        }
    });
    let item = Item { title: title.clone(), children: children.collect(), ..Item::default() };
    Library { item, artist: Some(title), ..Library::default() }
}

impl Item {
    /// The first file of the item or of what is in it.
    pub fn first(&self) -> Option<&Part> {
        let own = self.versions.first().and_then(|parts| parts.first());
        own.or_else(|| self.children.iter().find_map(Item::first))
    }

    fn give_numbers(&mut self, next: &mut u32) {
        self.number = *next;
        *next += 1;
        for child in &mut self.children {
            child.give_numbers(next);
        }
    }

    fn find(&self, number: u32) -> Option<&Item> {
        if self.number == number {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(number))
    }

    fn write(&self, xml: &mut String, next: &mut u32) {
        let mut number = || {
            *next += 1;
            next.to_string()
        };
        let (own, kind) = (self.number.to_string(), self.kind.to_string());
        let attributes = [
            ("id", Some(own.as_str())),
            ("type", Some(kind.as_str())),
            ("index", self.index.as_deref()),
            ("title", Some(self.title.as_str())),
            ("year", self.year.as_deref()),
            ("guid", self.guid.as_deref()),
            ("originallyAvailableAt", self.date.as_deref()),
        ];
        start(xml, "MetadataItem", &attributes);
        for version in &self.versions {
            start(xml, "MediaItem", &[("id", Some(&number()))]);
            for part in version {
                let (file, size) = (part.file.to_string_lossy(), part.marks.size.to_string());
                let attributes = [
                    ("id", Some(number())),
                    ("file", Some(file.into_owned())),
                    ("size", Some(size)),
                    ("hash", Some(part.marks.hash.clone())),
                    ("openSubtitlesHash", part.marks.open_subtitles.clone()),
                    ("openSubtitleHash", part.marks.open_subtitles.clone()),
                    ("container", part.file.extension().map(|e| e.to_string_lossy().to_ascii_lowercase())),
                    ("metadataType", (self.kind == 10).then(|| "10".to_owned())),
                ];
                let attributes = attributes.each_ref().map(|(name, value)| (*name, value.as_deref()));
                start(xml, "MediaPart", &attributes);
                xml.push_str("</MediaPart>\n");
            }
            xml.push_str("</MediaItem>\n");
        }
        for child in &self.children {
            child.write(xml, next);
        }
        xml.push_str("</MetadataItem>\n");
    }
}

fn start(xml: &mut String, tag: &str, attributes: &[(&str, Option<&str>)]) {
    xml.push('<');
    xml.push_str(tag);
    for (name, value) in attributes {
        if let Some(value) = value {
            xml.push_str(&format!(" {name}=\"{}\"", escape(*value)));
        }
    }
    xml.push_str(">\n");
}

#[cfg(test)]
mod tests {
    use reprise_kits::agents::media_types::by_name;

    use super::*;

    fn files(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        folder
    }

    fn tree(kind: &str, folder: &Path) -> (Library, String) {
        let library = Library::of_files(by_name(kind).unwrap(), &[folder.to_owned()]).unwrap();
        let tree = library.tree("1").unwrap();
        assert!(roxmltree::Document::parse(&tree).is_ok(), "{tree}");
        (library, tree)
    }

    #[test]
    fn a_film_in_parts() {
        let folder = files(&["A & B (1999)/A & B (1999) - cd1.avi", "A & B (1999)/A & B (1999) - cd2.avi"]);
        let (library, tree) = tree("Movie", &folder.path().join("A & B (1999)"));
        assert_eq!((library.item.title.as_str(), library.item.year.as_deref()), ("A & B", Some("1999")));
        assert_eq!(tree.matches("<MediaItem").count(), 1);
        assert_eq!(tree.matches("<MediaPart").count(), 2);
    }

    #[test]
    fn a_show_with_seasons() {
        let folder = files(&[
            "Show/Season 1/Show - s01e01-e02.mkv",
            "Show/Season 1/Show - s01e03 - Name.mkv",
            "Show/Specials/01 - Extra.mkv",
            "Show/notes.txt",
        ]);
        let (library, tree) = tree("TV_Show", &folder.path().join("Show"));
        assert_eq!(library.item.title, "Show");
        let indexes: Vec<_> = library.item.children.iter().map(|season| season.index.clone().unwrap()).collect();
        assert_eq!(indexes, ["1", "0"]);
        assert_eq!(library.item.children[0].children.len(), 3);
        assert!(tree.contains("title=\"Name\""), "{tree}");
        assert_eq!((library.season, library.episode), (Some(1), Some(1)));
    }

    #[test]
    fn an_artist_with_albums() {
        let folder =
            files(&["Artist/First (1990)/01 One.mp3", "Artist/First (1990)/02 Two.mp3", "Artist/Second/1.mp3"]);
        let (library, tree) = tree("Artist", &folder.path().join("Artist"));
        assert_eq!(library.item.title, "Artist");
        assert_eq!(library.item.children[0].title, "First");
        assert_eq!(library.item.children[0].children[1].title, "Two");
        assert!(tree.contains("guid=\"local://2\"") && tree.contains("metadataType=\"10\""), "{tree}");
    }

    #[test]
    fn a_folder_without_media_is_an_error() {
        let folder = files(&["x/notes.txt"]);
        let error = Library::of_files(by_name("Movie").unwrap(), &[folder.path().to_owned()]).unwrap_err();
        assert!(matches!(error, LibraryError::Empty(_)), "{error}");
    }
}
