//! What is stored of one item, as plain data: the one form that tables, JSON and NFO files are made of. It is read from
//! the folder of an agent or from the combined data, without the virtual machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprise_bundles::Folders;
use serde_json::{Map, Value as Json};

use super::node::Node;
use super::template::{Attribute, Item as ItemKind, Kind, ProxyKind, Template, ValueType};
use super::{ModelError, paths, read, standard};

/// The folder of the combined data, in the place of an agent.
pub const COMBINED: &str = "_combined";

/// One item of an agent, or combined.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem {
    /// Model class: `Movie`, `TV_Show` …
    pub class: String,
    pub guid: String,
    /// The agent, or [`COMBINED`].
    pub source: String,
    /// The agent's own id; combined data have none.
    pub id: Option<String>,
    pub entry: Entry,
}

/// The values of a model or record that are set, in the order of its template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// Name of the template: `Movie`, `Season`, `Person` …
    pub class: String,
    pub values: Vec<(String, Value)>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// Texts of a set.
    Texts(Vec<String>),
    /// Records of a set.
    Entries(Vec<Entry>),
    /// Records of a map, numbers first and in their order.
    Keyed(Vec<(String, Entry)>),
    Pictures(Vec<Picture>),
    Extras(Vec<Extra>),
}

/// Proxied data: a poster, a theme, a text of a song.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub url: Option<String>,
    pub kind: ProxyKind,
    pub sort_order: Option<i64>,
    /// The agent, in combined data.
    pub provider: Option<String>,
    /// Where the data are.
    pub file: PathBuf,
}

/// A trailer or the like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra {
    /// `trailer`, `interview` …
    pub relation: String,
    pub title: Option<String>,
    pub url: Option<String>,
    pub file: Option<String>,
    pub thumb: Option<String>,
}

/// Reads what an agent stored of an item, or the combined data ([`COMBINED`]); None where there is nothing.
pub fn load(folders: &Folders, class: &str, guid: &str, source: &str) -> Result<Option<StoredItem>, ModelError> {
    let unknown = || ModelError::UnknownClass(class.to_owned());
    let template = standard::namespace().model(class).ok_or_else(unknown)?;
    let folder = paths::contents(&folders.metadata, &template, guid).join(source);
    let Some(root) = document(&folder.join("Info.xml"))? else { return Ok(None) };
    // The data of older and newer artists lie in the same place; combined ones name their class.
    if source == COMBINED && root.tag != template.name {
        return Ok(None);
    }
    let loader = Loader { hashed: template.hashed_paths };
    let entry = loader.entry(&template, &root, &folder)?;
    let id = root.get("id").map(str::to_owned);
    Ok(Some(StoredItem { class: class.to_owned(), guid: guid.to_owned(), source: source.to_owned(), id, entry }))
}

fn document(path: &Path) -> Result<Option<Node>, ModelError> {
    read::load(path).map_err(|message| ModelError::Malformed { path: path.to_owned(), message })
}

struct Loader {
    hashed: bool,
}

impl Loader {
    fn entry(&self, template: &Arc<Template>, node: &Node, folder: &Path) -> Result<Entry, ModelError> {
        let mut entry = Entry { class: template.name.to_string(), values: Vec::new() };
        for attribute in &template.attributes {
            if let Some(value) = self.value(attribute, node.child(&attribute.name), folder)? {
                entry.values.push((attribute.name.to_string(), value));
            }
        }
        Ok(entry)
    }

    fn value(&self, attribute: &Attribute, node: Option<&Node>, folder: &Path) -> Result<Option<Value>, ModelError> {
        let name = &*attribute.name;
        let below = folder.join(name);
        if let Kind::Extras(_) = attribute.kind {
            // Combined data have the file, but no element for it.
            let extras = document(&folder.join(format!("{name}.xml")))?;
            let extras: Vec<Extra> = extras.iter().flat_map(|root| &root.children).map(extra).collect();
            return Ok((!extras.is_empty()).then_some(Value::Extras(extras)));
        }
        let Some(node) = node else { return Ok(None) };
        Ok(match &attribute.kind {
            Kind::Value(kind) => node.text.as_deref().and_then(|text| scalar(*kind, text)),
            Kind::Link(_) => node.text.as_deref().and_then(|text| scalar(ValueType::String, text)),
            Kind::Set(ItemKind::Record(template)) => {
                let entries: Result<Vec<Entry>, ModelError> =
                    node.children.iter().map(|item| self.entry(template, item, &below)).collect();
                Some(entries?).filter(|entries| !entries.is_empty()).map(Value::Entries)
            }
            Kind::Set(_) => {
                let texts = node.children.iter().filter_map(|item| item.text.clone()).filter(|text| !text.is_empty());
                let texts: Vec<String> = texts.collect();
                (!texts.is_empty()).then_some(Value::Texts(texts))
            }
            Kind::Map(ItemKind::Record(template)) => {
                let mut items = Vec::new();
                for item in &node.children {
                    if let Some(keyed) = self.keyed(template, item, &below)? {
                        items.push(keyed);
                    }
                }
                items.sort_by_key(|(key, _)| (key.parse::<i64>().unwrap_or(i64::MAX), key.clone()));
                (!items.is_empty()).then_some(Value::Keyed(items))
            }
            Kind::Map(_) => None,
            Kind::Proxies(_) => {
                let pictures: Vec<Picture> = node.children.iter().filter_map(|item| picture(item, &below)).collect();
                (!pictures.is_empty()).then_some(Value::Pictures(pictures))
            }
            Kind::Record(_) | Kind::Directory | Kind::Extras(_) => None,
        })
    }

    /// An item of a map with its key, which is the number where there is one.
    fn keyed(
        &self,
        template: &Arc<Template>,
        item: &Node,
        below: &Path,
    ) -> Result<Option<(String, Entry)>, ModelError> {
        let Some(key) = item.get("guid").or_else(|| item.get("key")) else { return Ok(None) };
        let Some(part) = paths::key_part(key, self.hashed) else { return Ok(None) };
        let inside = below.join(&part);
        let entry = if item.get("external").is_some() {
            match document(&below.join(format!("{part}.xml")))? {
                Some(root) => self.entry(template, &root, &inside)?,
                None => return Ok(None),
            }
        } else {
            self.entry(template, item, &inside)?
        };
        Ok(Some((item.get("key").unwrap_or(key).to_owned(), entry)))
    }
}

fn scalar(kind: ValueType, text: &str) -> Option<Value> {
    if text.is_empty() || text == "None" {
        return None;
    }
    match kind {
        ValueType::Integer => text.trim().parse().ok().map(Value::Integer),
        ValueType::Float => text.trim().parse().ok().map(Value::Float),
        ValueType::Boolean => Some(Value::Boolean(text != "False")),
        _ => Some(Value::Text(text.to_owned())),
    }
}

fn picture(item: &Node, below: &Path) -> Option<Picture> {
    let (kind, name) = ProxyKind::ALL.iter().find_map(|kind| Some((*kind, item.get(kind.word())?)))?;
    let part = paths::key_part(name, false).filter(|part| !part.is_empty())?;
    Some(Picture {
        url: item.get("url").map(str::to_owned),
        kind,
        sort_order: item.get("sort_order").and_then(|order| order.parse().ok()),
        provider: item.get("provider").map(str::to_owned),
        file: below.join(part),
    })
}

fn extra(node: &Node) -> Extra {
    let attribute = |name: &str| node.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let part = node.child("Media").and_then(|media| media.child("Part"));
    Extra {
        relation: attribute("relationType").unwrap_or_default(),
        title: attribute("title"),
        url: attribute("url"),
        file: part.and_then(|part| part.get("file")).filter(|file| !file.is_empty()).map(str::to_owned),
        thumb: attribute("thumb"),
    }
}

impl Entry {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(there, _)| there == name).map(|(_, value)| value)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn float(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Value::Float(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    pub fn entries(&self, name: &str) -> &[Entry] {
        match self.get(name) {
            Some(Value::Entries(entries)) => entries,
            _ => &[],
        }
    }

    pub fn keyed(&self, name: &str) -> &[(String, Entry)] {
        match self.get(name) {
            Some(Value::Keyed(items)) => items,
            _ => &[],
        }
    }

    pub fn pictures(&self, name: &str) -> &[Picture] {
        match self.get(name) {
            Some(Value::Pictures(pictures)) => pictures,
            _ => &[],
        }
    }

    pub fn extras(&self) -> &[Extra] {
        match self.get("extras") {
            Some(Value::Extras(extras)) => extras,
            _ => &[],
        }
    }

    /// The values as a JSON object.
    pub fn to_json(&self) -> Json {
        Json::Object(self.values.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
    }

    /// The values as rows of a table: `seasons 1 · episodes 2 · title` and its text.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        self.add_rows("", &mut rows);
        rows
    }

    fn add_rows(&self, before: &str, rows: &mut Vec<(String, String)>) {
        for (name, value) in &self.values {
            let label = format!("{before}{name}");
            match value {
                Value::Keyed(items) => {
                    for (key, entry) in items {
                        entry.add_rows(&format!("{label} {key} · "), rows);
                    }
                }
                value => rows.push((label, value.shown())),
            }
        }
    }

    /// A record in one line: `Name (Role)`.
    fn shown(&self) -> String {
        let main = ["name", "title", "author"].iter().find_map(|name| self.text(name)).unwrap_or("?");
        match ["role", "venue", "source"].iter().find_map(|name| self.text(name)) {
            Some(more) => format!("{main} ({more})"),
            None => main.to_owned(),
        }
    }
}

impl Value {
    fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::from(text.as_str()),
            Self::Integer(number) => Json::from(*number),
            Self::Float(number) => Json::from(*number),
            Self::Boolean(value) => Json::from(*value),
            Self::Texts(texts) => Json::from(texts.clone()),
            Self::Entries(entries) => Json::Array(entries.iter().map(Entry::to_json).collect()),
            Self::Keyed(items) => {
                Json::Object(items.iter().map(|(key, entry)| (key.clone(), entry.to_json())).collect())
            }
            Self::Pictures(pictures) => Json::Array(pictures.iter().map(Picture::to_json).collect()),
            Self::Extras(extras) => Json::Array(extras.iter().map(Extra::to_json).collect()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Boolean(value) => value.to_string(),
            Self::Texts(texts) => texts.join(", "),
            Self::Entries(entries) => entries.iter().map(Entry::shown).collect::<Vec<_>>().join(", "),
            Self::Keyed(items) => items.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", "),
            Self::Pictures(pictures) => {
                let urls = pictures.iter().map(|picture| picture.url.as_deref().unwrap_or("(stored)"));
                urls.collect::<Vec<_>>().join("\n")
            }
            Self::Extras(extras) => {
                let shown = |extra: &Extra| {
                    let title = extra.title.as_deref().or(extra.url.as_deref()).unwrap_or("?");
                    format!("{}: {title}", extra.relation)
                };
                extras.iter().map(shown).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// An object of the values that are there.
fn object<const N: usize>(fields: [(&str, Option<Json>); N]) -> Json {
    let there = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(there.collect::<Map<_, _>>())
}

impl Picture {
    fn to_json(&self) -> Json {
        object([
            ("url", self.url.as_deref().map(Json::from)),
            ("kind", Some(Json::from(self.kind.word()))),
            ("sort_order", self.sort_order.map(Json::from)),
            ("provider", self.provider.as_deref().map(Json::from)),
            ("file", Some(Json::from(self.file.to_string_lossy()))),
        ])
    }
}

impl Extra {
    fn to_json(&self) -> Json {
        object([
            ("relation", Some(Json::from(self.relation.as_str()))),
            ("title", self.title.as_deref().map(Json::from)),
            ("url", self.url.as_deref().map(Json::from)),
            ("file", self.file.as_deref().map(Json::from)),
            ("thumb", self.thumb.as_deref().map(Json::from)),
        ])
    }
}

impl StoredItem {
    /// Everything as JSON, with `class`, `guid`, `id` and `source` first.
    pub fn to_json(&self) -> Json {
        let mut json = object([
            ("class", Some(Json::from(self.class.as_str()))),
            ("guid", Some(Json::from(self.guid.as_str()))),
            ("id", self.id.as_deref().map(Json::from)),
            ("source", Some(Json::from(self.source.as_str()))),
        ]);
        if let (Some(object), Json::Object(values)) = (json.as_object_mut(), self.entry.to_json()) {
            object.extend(values);
        }
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reprise_bundles::Config;

    fn stored() -> (tempfile::TempDir, StoredItem) {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.set("root_path", folder.path().to_string_lossy().into_owned());
        let folders = Folders::locate("org.example.a", &config, None);
        let guid = "org.example.a://s?lang=en";
        let show = standard::namespace().model("TV_Show").unwrap();
        let data = paths::contents(&folders.metadata, &show, guid).join("org.example.a");
        std::fs::create_dir_all(data.join("seasons/1/episodes")).unwrap();
        let write = |name: &str, text: &str| std::fs::write(data.join(name), text).unwrap();
        write(
            "Info.xml",
            "<TV_Show id='s'><title>Show</title><rating>8.0</rating><summary/><genres><item>A</item><item>B</item>\
             </genres><roles><item><name>N</name><role>R</role></item></roles><posters><item external='True' \
             url='http://p' preview='hash' sort_order='1'/></posters><seasons><item external='True' extension='xml' \
             key='1'/></seasons></TV_Show>",
        );
        write(
            "seasons/1.xml",
            "<Season><episodes><item external='True' extension='xml' key='10'/><item external='True' key='2'/>\
             </episodes></Season>",
        );
        for episode in ["2", "10"] {
            write(&format!("seasons/1/episodes/{episode}.xml"), "<Episode><title>E</title></Episode>");
        }
        write("extras.xml", "<M><Video relationType='trailer' url='http://t' title='T'/></M>");
        let item = load(&folders, "TV_Show", guid, "org.example.a").unwrap().unwrap();
        (folder, item)
    }

    #[test]
    fn an_item_is_read() {
        let (_folder, item) = stored();
        let entry = &item.entry;
        assert_eq!(
            (item.id.as_deref(), entry.text("title"), entry.float("rating")),
            (Some("s"), Some("Show"), Some(8.0))
        );
        assert_eq!(entry.texts("genres"), ["A", "B"]);
        assert_eq!(entry.get("summary"), None);
        let episodes: Vec<&str> =
            entry.keyed("seasons")[0].1.keyed("episodes").iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(episodes, ["2", "10"]);
        assert_eq!(entry.extras()[0].url.as_deref(), Some("http://t"));
        assert!(entry.pictures("posters")[0].file.ends_with("posters/hash"));
    }

    #[test]
    fn it_becomes_json_and_rows() {
        let (_folder, item) = stored();
        let json = item.to_json();
        assert_eq!(json["seasons"]["1"]["episodes"]["2"]["title"], "E");
        assert_eq!(json["roles"][0]["role"], "R");
        let rows = item.entry.rows();
        assert!(rows.contains(&("seasons 1 · episodes 10 · title".to_owned(), "E".to_owned())));
        assert!(rows.contains(&("roles".to_owned(), "N (R)".to_owned())));
    }
}
