//! A library that a user wrote down in a JSON file, shown to plug-ins that ask the media server for its sections and
//! items (`spec/protocol.md` §7): `reprise run --library FILE`.
//!
//! The file holds `sections`; a section has `title`, `type`, `agent`, `scanner`, `language`, `locations` and `items`; an
//! item has `ratingKey`, `title`, `year`, `guid`, `summary`, `media` with `parts`, and `children`. Further plain values
//! become attributes of the same name.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use quick_xml::escape::escape;
use serde_json::{Map, Value};

/// Why a library cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryFileError {
    #[error("the library {} cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the library {} is no JSON: {source}", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("the library {} cannot be used: {message}", path.display())]
    Content { path: PathBuf, message: String },
}

/// A kind of item.
#[derive(Debug)]
struct Kind {
    name: &'static str,
    /// As `type=` of a request names it.
    number: u32,
    element: &'static str,
    /// What is below it.
    child: Option<&'static str>,
}

const fn kind(name: &'static str, number: u32, element: &'static str, child: Option<&'static str>) -> Kind {
    Kind { name, number, element, child }
}

static KINDS: &[Kind] = &[
    kind("movie", 1, "Video", None),
    kind("show", 2, "Directory", Some("season")),
    kind("season", 3, "Directory", Some("episode")),
    kind("episode", 4, "Video", None),
    kind("artist", 8, "Directory", Some("album")),
    kind("album", 9, "Directory", Some("track")),
    kind("track", 10, "Track", None),
    kind("clip", 12, "Video", None),
    kind("photo", 13, "Photo", None),
];

/// Kinds of sections; their items are of the same kind unless they say otherwise.
static SECTION_KINDS: &[&str] = &["movie", "show", "artist", "photo"];

/// Lists of texts in an item, and the elements that they become.
static TAGS: &[(&str, &str)] = &[
    ("genres", "Genre"),
    ("directors", "Director"),
    ("writers", "Writer"),
    ("roles", "Role"),
    ("countries", "Country"),
    ("collections", "Collection"),
    ("labels", "Label"),
];

/// Lists of objects below an item, and the elements that they become, each inside the one before.
static VERSIONS: &[(&str, &str)] = &[("media", "Media"), ("parts", "Part"), ("streams", "Stream")];

/// What a tree tells of an item.
static TREE_ATTRIBUTES: &[&str] = &["index", "title", "year", "guid", "originallyAvailableAt", "parentTitle", "hash"];

type Attributes = Vec<(String, String)>;

/// An element.
#[derive(Clone, Debug)]
struct Element {
    name: &'static str,
    attributes: Attributes,
    children: Vec<Element>,
}

#[derive(Debug)]
struct Item {
    key: String,
    kind: &'static Kind,
    attributes: Attributes,
    /// Versions and tags.
    inner: Vec<Element>,
    children: Vec<Item>,
}

#[derive(Debug)]
struct Section {
    key: String,
    title: String,
    kind: &'static Kind,
    attributes: Attributes,
    locations: Vec<String>,
    items: Vec<Item>,
}

/// The library. The default one has no sections.
#[derive(Debug, Default)]
pub struct LibraryFile {
    sections: Vec<Section>,
    preferences: Attributes,
}

impl LibraryFile {
    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, LibraryFileError> {
        let bytes = std::fs::read(path).map_err(|source| LibraryFileError::Read { path: path.to_owned(), source })?;
        // Windows editors put a mark in front.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let value =
            serde_json::from_slice(bytes).map_err(|source| LibraryFileError::Json { path: path.to_owned(), source })?;
        Self::read(&value).map_err(|message| LibraryFileError::Content { path: path.to_owned(), message })
    }

    fn read(value: &Value) -> Result<Self, String> {
        let root = object(value, "the file")?;
        let mut reader = Reader::default();
        reader.reserve(value);
        let mut library = Self::default();
        if let Some(preferences) = root.get("preferences") {
            library.preferences = attributes(object(preferences, "preferences")?, &[], "preferences")?;
        }
        if !root.contains_key("sections") {
            return Err("it has no \"sections\"".to_owned());
        }
        for (number, value) in list(root, "sections", "the file")?.iter().enumerate() {
            let section = reader.section(value, number, &format!("sections[{number}]"))?;
            if library.sections.iter().any(|other| other.key == section.key) {
                return Err(format!("two sections have the key {}", section.key));
            }
            library.sections.push(section);
        }
        Ok(library)
    }

    /// The value of a preference of the server's.
    pub fn preference(&self, name: &str) -> Option<&str> {
        self.preferences.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    /// `/:/prefs`: the server's preferences.
    pub fn preferences(&self) -> String {
        let setting = |(name, value): &(String, String)| Element {
            name: "Setting",
            attributes: pairs(&[
                ("id", name.as_str()),
                ("label", ""),
                ("default", ""),
                ("type", "text"),
                ("value", value),
                ("hidden", "0"),
            ]),
            children: Vec::new(),
        };
        container(Vec::new(), self.preferences.iter().map(setting).collect())
    }

    /// What is at a path below `/library`; None where there is nothing.
    pub fn answer(&self, uri: &str) -> Option<String> {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["library"] => Some(container(own("Plex Library"), vec![directory("sections", "Library Sections")])),
            ["library", "sections"] => {
                Some(container(own("Plex Library"), self.sections.iter().map(Section::element).collect()))
            }
            ["library", "sections", "all"] => {
                let all = self.sections.iter().flat_map(|section| section.all(query));
                Some(page(own("All"), all.collect(), query))
            }
            ["library", "sections", key] => Some(self.section(key)?.menu()),
            ["library", "sections", key, "refresh"] => self.section(key).map(|_| String::new()),
            ["library", "sections", key, "all"] => {
                let section = self.section(key)?;
                Some(page(section.head(), section.all(query), query))
            }
            ["library", "metadata", keys] => {
                let found: Vec<Element> = keys.split(',').filter_map(|key| self.details(key)).collect();
                (!found.is_empty()).then(|| container(own(""), found))
            }
            ["library", "metadata", key, "refresh"] => self.find(key).map(|_| String::new()),
            ["library", "metadata", key, "children"] => {
                let (section, above) = self.find(key)?;
                let item = above.last()?;
                let children = item.children.iter().map(|child| child.element(section, &above, false)).collect();
                Some(page(item.head(section), children, query))
            }
            ["library", "metadata", key, "tree"] => {
                let (_, above) = self.find(key)?;
                Some(container(Vec::new(), vec![above.last()?.tree()]))
            }
            ["library", "metadata", key, "allLeaves"] => {
                let (section, above) = self.find(key)?;
                let item = above.last()?;
                let mut leaves = Vec::new();
                let before = above.get(..above.len() - 1).unwrap_or_default();
                item.gather(section, before, &|item| item.kind.child.is_none(), &mut leaves);
                Some(page(item.head(section), leaves, query))
            }
            _ => None,
        }
    }

    fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// An item, after those that hold it.
    fn find(&self, key: &str) -> Option<(&Section, Vec<&Item>)> {
        self.sections.iter().find_map(|section| {
            let mut above = Vec::new();
            section.items.iter().any(|item| item.find(key, &mut above)).then_some((section, above))
        })
    }

    fn details(&self, key: &str) -> Option<Element> {
        let (section, above) = self.find(key)?;
        let (item, before) = above.split_last()?;
        Some(item.element(section, before, true))
    }
}

impl Section {
    fn element(&self) -> Element {
        let mut all = pairs(&[("key", &self.key), ("type", self.kind.name), ("title", &self.title)]);
        all.extend(self.attributes.iter().cloned());
        let locations = self.locations.iter().enumerate().map(|(at, path)| Element {
            name: "Location",
            attributes: pairs(&[("id", &(at + 1).to_string()), ("path", path)]),
            children: Vec::new(),
        });
        Element { name: "Directory", attributes: all, children: locations.collect() }
    }

    fn head(&self) -> Attributes {
        let mut head = own(&self.title);
        head.extend(pairs(&[
            ("librarySectionID", &self.key),
            ("librarySectionTitle", &self.title),
            ("viewGroup", self.kind.name),
        ]));
        head
    }

    fn menu(&self) -> String {
        container(self.head(), vec![directory("all", &format!("All {}", self.title))])
    }

    /// The items of the section's own kind, or of the kind that the request names.
    fn all(&self, query: &str) -> Vec<Element> {
        let wanted = parameter(query, "type").unwrap_or(self.kind.number as usize);
        let mut found = Vec::new();
        for item in &self.items {
            item.gather(self, &[], &|item| item.kind.number as usize == wanted, &mut found);
        }
        found
    }
}

impl Item {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    fn find<'a>(&'a self, key: &str, above: &mut Vec<&'a Item>) -> bool {
        above.push(self);
        if self.key == key || self.children.iter().any(|child| child.find(key, above)) {
            return true;
        }
        above.pop();
        false
    }

    /// The items that are wanted among this one and those below it.
    fn gather(&self, section: &Section, above: &[&Item], wanted: &dyn Fn(&Item) -> bool, found: &mut Vec<Element>) {
        if wanted(self) {
            found.push(self.element(section, above, false));
        }
        let above: Vec<&Item> = above.iter().copied().chain([self]).collect();
        for child in &self.children {
            child.gather(section, &above, wanted, found);
        }
    }

    fn path(&self) -> String {
        let below = if self.kind.child.is_some() { "/children" } else { "" };
        format!("/library/metadata/{}{below}", self.key)
    }

    /// The item below those that hold it. `alone`: with what only the answer about this one item says.
    fn element(&self, section: &Section, above: &[&Item], alone: bool) -> Element {
        let mut all = pairs(&[("ratingKey", &self.key), ("key", &self.path()), ("type", self.kind.name)]);
        for (prefix, holder) in ["parent", "grandparent"].iter().zip(above.iter().rev()) {
            all.push((format!("{prefix}RatingKey"), holder.key.clone()));
            all.push((format!("{prefix}Key"), format!("/library/metadata/{}", holder.key)));
            for (name, end) in [("title", "Title"), ("index", "Index"), ("thumb", "Thumb")] {
                // The numbering of shows and artists says nothing.
                if let Some(value) = holder.get(name).filter(|_| *prefix == "parent" || name != "index") {
                    all.push((format!("{prefix}{end}"), value.to_owned()));
                }
            }
        }
        if self.kind.child.is_some() {
            all.push(("childCount".to_owned(), self.children.len().to_string()));
            all.push(("leafCount".to_owned(), self.leaves().to_string()));
        }
        if alone {
            all.push(("librarySectionID".to_owned(), section.key.clone()));
            all.push(("librarySectionTitle".to_owned(), section.title.clone()));
        }
        // What the file says wins.
        all.retain(|(name, _)| self.get(name).is_none());
        all.extend(self.attributes.iter().cloned());
        Element { name: self.kind.element, attributes: all, children: self.inner.clone() }
    }

    /// The item with its files and what is below it, as agents are shown it (`spec/agents.md` §4).
    fn tree(&self) -> Element {
        let mut all = pairs(&[("id", &self.key), ("type", &self.kind.number.to_string())]);
        for name in TREE_ATTRIBUTES {
            all.extend(self.get(name).map(|value| ((*name).to_owned(), value.to_owned())));
        }
        let versions = self.inner.iter().filter(|element| element.name == "Media").map(|media| Element {
            name: "MediaItem",
            attributes: media.attributes.clone(),
            children: media.children.iter().map(|part| Element { name: "MediaPart", ..part.clone() }).collect(),
        });
        let children = versions.chain(self.children.iter().map(Item::tree)).collect();
        Element { name: "MetadataItem", attributes: all, children }
    }

    fn leaves(&self) -> usize {
        self.children.iter().map(|child| if child.kind.child.is_none() { 1 } else { child.leaves() }).sum()
    }

    /// The attributes of the page of what is below the item.
    fn head(&self, section: &Section) -> Attributes {
        let mut head = own(&section.title);
        head.extend(pairs(&[
            ("title2", self.get("title").unwrap_or_default()),
            ("key", &self.key),
            ("parentTitle", self.get("title").unwrap_or_default()),
            ("librarySectionID", &section.key),
            ("librarySectionTitle", &section.title),
            ("viewGroup", self.kind.child.unwrap_or(self.kind.name)),
        ]));
        head
    }
}

/// Reads the parts of a file; gives numbers to what has none.
#[derive(Default)]
struct Reader {
    taken: HashSet<String>,
    seen: HashSet<String>,
    next: u32,
    next_version: u32,
}

impl Reader {
    /// Notes all keys of items that the file gives, so that none of them is made up.
    fn reserve(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                self.taken.extend(map.get("ratingKey").and_then(plain));
                map.values().for_each(|value| self.reserve(value));
            }
            Value::Array(values) => values.iter().for_each(|value| self.reserve(value)),
            _ => {}
        }
    }

    fn section(&mut self, value: &Value, number: usize, place: &str) -> Result<Section, String> {
        let map = object(value, place)?;
        let title = required(map, "title", place)?;
        let name = required(map, "type", place)?;
        let kind = SECTION_KINDS.iter().find(|known| **known == name).and_then(|name| kind_of(name));
        let kind = kind.ok_or_else(|| {
            format!("{place}: \"{name}\" is no type of a section; there are {}", SECTION_KINDS.join(", "))
        })?;
        let mut items = Vec::new();
        for (at, value) in list(map, "items", place)?.iter().enumerate() {
            items.push(self.item(value, kind.name, &format!("{place}.items[{at}]"))?);
        }
        Ok(Section {
            key: map.get("key").and_then(plain).unwrap_or_else(|| (number + 1).to_string()),
            title,
            kind,
            attributes: attributes(map, &["key", "title", "type", "locations", "items"], place)?,
            locations: texts(map, "locations", place)?,
            items,
        })
    }

    fn item(&mut self, value: &Value, usual: &str, place: &str) -> Result<Item, String> {
        let map = object(value, place)?;
        required(map, "title", place)?;
        let name = map.get("type").and_then(plain).unwrap_or_else(|| usual.to_owned());
        let kind = kind_of(&name).ok_or_else(|| {
            let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            format!("{place}: \"{name}\" is no type of an item; there are {}", known.join(", "))
        })?;
        let key = match map.get("ratingKey") {
            Some(_) => required(map, "ratingKey", place)?,
            None => loop {
                self.next += 1;
                let key = self.next.to_string();
                if !self.taken.contains(&key) {
                    break key;
                }
            },
        };
        if key.is_empty() || key.contains(['/', ',', '?', '#', '%']) {
            return Err(format!("{place}: \"{key}\" cannot be a ratingKey"));
        }
        if !self.seen.insert(key.clone()) {
            return Err(format!("{place}: another item has the ratingKey {key}"));
        }
        let mut inner = self.versions(map, VERSIONS, place)?;
        for (list, name) in TAGS {
            for tag in texts(map, list, place)? {
                inner.push(Element { name, attributes: pairs(&[("tag", &tag)]), children: Vec::new() });
            }
        }
        let mut children = Vec::new();
        for (at, value) in list(map, "children", place)?.iter().enumerate() {
            let Some(below) = kind.child else {
                return Err(format!("{place}: items of the type {} have no children", kind.name));
            };
            children.push(self.item(value, below, &format!("{place}.children[{at}]"))?);
        }
        let mut known = vec!["ratingKey", "type", "key", "media", "children"];
        known.extend(TAGS.iter().map(|(list, _)| *list));
        Ok(Item { key, kind, attributes: attributes(map, &known, place)?, inner, children })
    }

    /// Versions of an item, parts of a version, streams of a part.
    fn versions(
        &mut self,
        map: &Map<String, Value>,
        lists: &[(&'static str, &'static str)],
        place: &str,
    ) -> Result<Vec<Element>, String> {
        let Some(((name, element), below)) = lists.split_first() else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (at, value) in list(map, name, place)?.iter().enumerate() {
            let place = format!("{place}.{name}[{at}]");
            let map = object(value, &place)?;
            self.next_version += 1;
            let id = self.next_version.to_string();
            let mut all = pairs(&[("id", &id)]);
            if *element == "Part" {
                let file = required(map, "file", &place)?;
                let ending = Path::new(&file).extension().unwrap_or_default().to_string_lossy().into_owned();
                all.push(("key".to_owned(), format!("/library/parts/{id}/file.{ending}")));
            }
            let inner: Vec<&str> = below.first().map(|(name, _)| *name).into_iter().collect();
            let given = attributes(map, &inner, &place)?;
            all.retain(|(name, _)| given.iter().all(|(there, _)| there != name));
            all.extend(given);
            found.push(Element { name: element, attributes: all, children: self.versions(map, below, &place)? });
        }
        Ok(found)
    }
}

fn kind_of(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{place} must be an object"))
}

/// The list of a name; an empty one where there is none.
fn list<'a>(map: &'a Map<String, Value>, name: &str, place: &str) -> Result<&'a [Value], String> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(format!("{place}: \"{name}\" must be a list")),
    }
}

fn texts(map: &Map<String, Value>, name: &str, place: &str) -> Result<Vec<String>, String> {
    let text = |value: &Value| {
        value.as_str().map(str::to_owned).ok_or_else(|| format!("{place}: \"{name}\" must be a list of texts"))
    };
    list(map, name, place)?.iter().map(text).collect()
}

/// A plain value as the text of an attribute.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(if *truth { "1" } else { "0" }.to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn required(map: &Map<String, Value>, name: &str, place: &str) -> Result<String, String> {
    let value = map.get(name).ok_or_else(|| format!("{place}: \"{name}\" is missing"))?;
    plain(value).ok_or_else(|| format!("{place}: \"{name}\" must be a text or a number"))
}

/// The plain values of an object, without those that are `known` to be something else.
fn attributes(map: &Map<String, Value>, known: &[&str], place: &str) -> Result<Attributes, String> {
    let mut found = Vec::new();
    for (name, value) in map.iter().filter(|(name, value)| !known.contains(&name.as_str()) && !value.is_null()) {
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !is_name {
            return Err(format!("{place}: \"{name}\" cannot be the name of an attribute"));
        }
        let value = plain(value).ok_or_else(|| format!("{place}: \"{name}\" is not known as a list or an object"))?;
        found.push((name.clone(), value));
    }
    Ok(found)
}

fn pairs(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The attributes of every page of the library.
fn own(title: &str) -> Attributes {
    let mut head = pairs(&[("allowSync", "0"), ("identifier", "com.plexapp.plugins.library")]);
    if !title.is_empty() {
        head.push(("title1".to_owned(), title.to_owned()));
    }
    head
}

fn directory(key: &str, title: &str) -> Element {
    Element { name: "Directory", attributes: pairs(&[("key", key), ("title", title)]), children: Vec::new() }
}

/// A number of a query.
fn parameter(query: &str, name: &str) -> Option<usize> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    value.parse().ok()
}

/// The part of a list that the request names.
fn page(mut head: Attributes, all: Vec<Element>, query: &str) -> String {
    let total = all.len();
    let first = parameter(query, "X-Plex-Container-Start");
    let most = parameter(query, "X-Plex-Container-Size");
    if first.is_some() || most.is_some() {
        head.push(("totalSize".to_owned(), total.to_string()));
        head.push(("offset".to_owned(), first.unwrap_or(0).to_string()));
    }
    container(head, all.into_iter().skip(first.unwrap_or(0)).take(most.unwrap_or(total)).collect())
}

fn container(head: Attributes, children: Vec<Element>) -> String {
    let mut all = pairs(&[("size", &children.len().to_string())]);
    all.extend(head);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    Element { name: "MediaContainer", attributes: all, children }.write(&mut xml);
    xml
}

impl Element {
    fn write(&self, xml: &mut String) {
        xml.push('<');
        xml.push_str(self.name);
        for (name, value) in &self.attributes {
            // XML has no way to write the others.
            let value: String = value.chars().filter(|c| *c >= ' ' || matches!(c, '\n' | '\r' | '\t')).collect();
            let value = escape(value.as_str()).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;");
            xml.push_str(&format!(" {name}=\"{value}\""));
        }
        if self.children.is_empty() {
            xml.push_str("/>\n");
            return;
        }
        xml.push_str(">\n");
        self.children.iter().for_each(|child| child.write(xml));
        xml.push_str(&format!("</{}>\n", self.name));
    }
}

/// A page of plug-ins: identifiers.
pub fn plugins<'a>(identifiers: impl IntoIterator<Item = &'a str>) -> String {
    let plugin =
        |identifier| Element { name: "Plugin", attributes: pairs(&[("identifier", identifier)]), children: Vec::new() };
    container(Vec::new(), identifiers.into_iter().map(plugin).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn library() -> LibraryFile {
        let file = json!({"preferences": {"FriendlyName": "Attic"}, "sections": [
        {"title": "Films & more", "type": "movie", "language": "en", "locations": ["/films"], "items": [
            {"title": "One\n\"1\"", "year": 1999, "genres": ["Drama"], "media": [{"parts": [{"file": "/films/a.mkv"}]}]},
            {"title": "Two", "ratingKey": 1}]},
        {"title": "Shows", "type": "show", "items": [{"title": "S", "ratingKey": "30", "children": [
            {"title": "Season 1", "index": 1, "children": [{"title": "E1", "index": 1}, {"title": "E2", "index": 2}]}
        ]}]}]});
        LibraryFile::read(&file).unwrap_or_else(|message| panic!("{message}"))
    }

    #[test]
    fn pages() {
        let library = library();
        for (uri, wanted) in [
            ("/library/sections", "<Location id=\"1\" path=\"/films\"/>"),
            ("/library/sections", "title=\"Films &amp; more\""),
            ("/library/sections/1/all", "title=\"One&#10;&quot;1&quot;\" year=\"1999\""),
            (
                "/library/sections/1/all?X-Plex-Container-Start=1&X-Plex-Container-Size=1",
                "totalSize=\"2\" offset=\"1\"",
            ),
            ("/library/metadata/2", "key=\"/library/parts/2/file.mkv\" file=\"/films/a.mkv\""),
            ("/library/metadata/2", "<Genre tag=\"Drama\"/>"),
            ("/library/metadata/1,2", "<MediaContainer size=\"2\""),
            ("/library/sections/2/all", "childCount=\"1\" leafCount=\"2\""),
            ("/library/sections/2/all?type=4", "<MediaContainer size=\"2\""),
            ("/library/metadata/30/allLeaves", "grandparentTitle=\"S\""),
            ("/library/metadata/30/children", "key=\"/library/metadata/3/children\" type=\"season\""),
            ("/library/metadata/3/children", "parentIndex=\"1\""),
            ("/library/metadata/30/tree", "<MetadataItem id=\"3\" type=\"3\" index=\"1\" title=\"Season 1\""),
            ("/library/metadata/2/tree", "<MediaPart id=\"2\" key=\"/library/parts/2/file.mkv\" file=\"/films/a.mkv\""),
        ] {
            let xml = library.answer(uri).unwrap_or_default();
            assert!(xml.contains(wanted), "{uri}: {wanted} is missing in\n{xml}");
        }
        for uri in ["/library/sections/3/all", "/library/metadata/99", "/library/nothing", "/elsewhere"] {
            assert!(library.answer(uri).is_none(), "{uri}");
        }
        assert_eq!(library.preference("FriendlyName"), Some("Attic"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (file, wanted) in [
            (json!([]), "the file must be an object"),
            (json!({}), "\"sections\""),
            (json!({"sections": {}}), "\"sections\" must be a list"),
            (json!({"sections": [{"type": "movie"}]}), "sections[0]: \"title\" is missing"),
            (json!({"sections": [{"title": "a", "type": "film"}]}), "\"film\" is no type"),
            (
                json!({"sections": [{"title": "a", "type": "movie", "items": [{"title": "x", "media": [{"parts": [{}]}]}]}]}),
                "sections[0].items[0].media[0].parts[0]: \"file\" is missing",
            ),
            (
                json!({"sections": [{"title": "a", "type": "movie", "items": [
                {"title": "x", "ratingKey": 1}, {"title": "y", "ratingKey": "1"}]}]}),
                "another item has the ratingKey 1",
            ),
            (json!({"sections": [{"title": "a", "type": "movie", "items": [{"title": "x", "a b": 1}]}]}), "\"a b\""),
        ] {
            let message = LibraryFile::read(&file).err().unwrap_or_default();
            assert!(message.contains(wanted), "{wanted}: {message}");
        }
    }
}
