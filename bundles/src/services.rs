//! The services that a bundle declares (`spec/messaging-services.md` §5.1): `Contents/Services/ServiceInfo.plist`,
//! `Contents/Service Sets/<identifier>/ServiceInfo.plist`, and the old style in `Info.plist`.
//!
//! A bundle's declarations travel between plug-ins as one JSON-like value (`spec/messaging-services.md` §5, "exchange
//! dictionary"): [`entry`] makes it from the files, [`declarations`] reads it, whoever made it.

use std::path::{Component, Path, PathBuf};

use plist::Dictionary;
use serde_json::{Map, Value, json};

use crate::bundle::{Bundle, read_plist};
use crate::dict_order::iteration_order;

/// What a service is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceKind {
    /// Finds metadata and media of a page.
    Url,
    /// Searches a site.
    Search,
    /// Finds what belongs to an object.
    RelatedContent,
}

/// Names of a kind of services, by place.
struct Names {
    /// In `ServiceInfo.plist`.
    key: &'static str,
    /// Folder beside `ServiceInfo.plist`.
    folder: &'static str,
    /// In `Info.plist`.
    old_key: &'static str,
    /// Folder in `Contents` for the old style.
    old_folder: &'static str,
    /// In addresses.
    word: &'static str,
    /// The list of tests in a declaration.
    tests: &'static str,
}

impl ServiceKind {
    /// All kinds, in the order in which their preferences are merged.
    pub const ALL: [Self; 3] = [Self::Url, Self::Search, Self::RelatedContent];

    fn names(self) -> &'static Names {
        match self {
            Self::Url => &Names {
                key: "URL",
                folder: "URL",
                old_key: "PlexURLServices",
                old_folder: "URL Services",
                word: "url",
                tests: "TestURLs",
            },
            Self::Search => &Names {
                key: "Search",
                folder: "Search",
                old_key: "PlexSearchServices",
                old_folder: "Search Services",
                word: "search",
                tests: "TestQueries",
            },
            Self::RelatedContent => &Names {
                key: "RelatedContent",
                folder: "Related Content",
                old_key: "PlexRelatedContentServices",
                old_folder: "Related Content Services",
                word: "related_content",
                tests: "Tests",
            },
        }
    }

    /// The key in `ServiceInfo.plist`; also how people call the kind.
    pub fn key(self) -> &'static str {
        self.names().key
    }

    /// The kind's name in addresses.
    pub fn word(self) -> &'static str {
        self.names().word
    }

    /// The kind with a name in addresses.
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.names().word == word)
    }
}

/// Where a service is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// `Contents/Services`.
    New,
    /// `Contents/Service Sets/<identifier>`.
    Set(String),
    /// `Info.plist`.
    Old,
}

/// One declared service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub kind: ServiceKind,
    pub group: Group,
    /// What the service belongs to; not always the bundle.
    pub identifier: String,
    pub name: String,
    /// Regular expressions for the start of addresses.
    pub patterns: Vec<String>,
    /// Also asked about addresses that no pattern matches.
    pub fallback: bool,
    /// Fallbacks with smaller numbers are asked first.
    pub priority: i64,
    /// `source_title` of what it finds.
    pub source_title: Option<String>,
    /// Addresses or queries to test it with.
    pub tests: Vec<String>,
}

impl Declaration {
    /// The folder with `ServiceCode.pys`.
    pub fn folder(&self, bundle: &Path) -> PathBuf {
        let names = self.kind.names();
        let kind = if self.group == Group::Old { names.old_folder } else { names.folder };
        self.root(bundle).join(kind).join(&self.name)
    }

    /// The folder with `Shared Code` and `Resources`.
    pub fn root(&self, bundle: &Path) -> PathBuf {
        let contents = bundle.join("Contents");
        match &self.group {
            Group::New => contents.join("Services"),
            Group::Set(identifier) => contents.join("Service Sets").join(identifier),
            Group::Old => contents,
        }
    }
}

/// A declaration that cannot be used, in words.
pub type Problem = String;

/// What a bundle's files declare, in the form of the exchange dictionary, and what in them cannot be read.
pub fn entry(bundle: &Bundle) -> (Value, Vec<Problem>) {
    let mut problems = Vec::new();
    let contents = bundle.contents();
    let (services, flags) = read_info(&contents.join("Services/ServiceInfo.plist"), &mut problems);
    let mut all_flags = Map::new();
    if !flags.is_empty() {
        all_flags.insert(bundle.identifier.clone(), json!(flags));
    }
    let mut sets = Map::new();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(contents.join("Service Sets"))
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
        .unwrap_or_default();
    folders.sort();
    for folder in folders {
        let identifier = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (set, flags) = read_info(&folder.join("ServiceInfo.plist"), &mut problems);
        if !flags.is_empty() {
            all_flags.insert(identifier.clone(), json!(flags));
        }
        sets.insert(identifier, set);
    }
    let mut old = Map::new();
    for kind in ServiceKind::ALL {
        if let Some(group) = bundle.info.values.get(kind.names().old_key) {
            old.insert(kind.key().to_owned(), json_of(group));
        }
    }
    let entry = json!({
        "Path": bundle.path.to_string_lossy(),
        "OldServices": old,
        "Services": services,
        "ServiceSets": sets,
        "ServiceFlags": all_flags,
    });
    (entry, problems)
}

/// The groups and flags of a `ServiceInfo.plist`; empty where there is none.
fn read_info(file: &Path, problems: &mut Vec<Problem>) -> (Value, Vec<String>) {
    let Ok(bytes) = std::fs::read(file) else { return (json!({}), Vec::new()) };
    let values: Dictionary = match read_plist(&bytes) {
        Ok(values) => values,
        Err(reason) => {
            problems.push(format!("{} cannot be read: {reason}", file.display()));
            return (json!({}), Vec::new());
        }
    };
    let mut groups = Map::new();
    for kind in ServiceKind::ALL {
        if let Some(group) = values.get(kind.key()) {
            groups.insert(kind.key().to_owned(), json_of(group));
        }
    }
    let flags = values.get("PlexFrameworkFlags").map(json_of);
    let flags = flags.as_ref().map(texts).unwrap_or_default();
    (Value::Object(groups), flags)
}

fn json_of(value: &plist::Value) -> Value {
    match value {
        plist::Value::Dictionary(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), json_of(value))).collect())
        }
        plist::Value::Array(items) => Value::Array(items.iter().map(json_of).collect()),
        plist::Value::Boolean(flag) => Value::Bool(*flag),
        plist::Value::Integer(number) => number.as_signed().map_or(Value::Null, Value::from),
        plist::Value::Real(number) => json!(number),
        plist::Value::String(text) => Value::String(text.clone()),
        _ => Value::Null,
    }
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether an entry of the exchange dictionary declares any service.
pub fn is_empty(entry: &Value) -> bool {
    let filled = |groups: &Value| {
        let groups = groups.as_object().into_iter().flatten();
        groups.into_iter().any(|(_, group)| group.as_object().is_some_and(|group| !group.is_empty()))
    };
    let sets = entry.get("ServiceSets").and_then(Value::as_object).into_iter().flatten();
    !(entry.get("Services").is_some_and(filled)
        || entry.get("OldServices").is_some_and(filled)
        || sets.into_iter().any(|(_, set)| filled(set)))
}

/// The services of one entry of the exchange dictionary: those of the bundle, of its sets, of the old style, in that
/// order. Declarations that cannot be used are left out.
pub fn declarations(bundle: &str, entry: &Value) -> (Vec<Declaration>, Vec<Problem>) {
    let mut read = Reader { bundle, found: Vec::new(), problems: Vec::new() };
    if let Some(services) = entry.get("Services") {
        read.groups(services, &Group::New);
    }
    if let Some(sets) = entry.get("ServiceSets").and_then(Value::as_object) {
        for (identifier, set) in ordered(sets) {
            if is_name(identifier) {
                read.groups(set, &Group::Set(identifier.clone()));
            } else {
                read.problem(format!("the service set \"{identifier}\" has no usable name"));
            }
        }
    }
    if let Some(old) = entry.get("OldServices") {
        read.groups(old, &Group::Old);
    }
    (read.found, read.problems)
}

/// The entries of a dictionary in the order in which Python 2 iterates over them.
fn ordered(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let entries: Vec<(&String, &Value)> = map.iter().collect();
    let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
    iteration_order(&keys).into_iter().filter_map(|at| entries.get(at).copied()).collect()
}

/// Whether a name is that of one folder.
fn is_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    matches!((components.next(), components.next()), (Some(Component::Normal(only)), None) if only == name)
        && !name.contains(['\0', '\\'])
}

struct Reader<'a> {
    bundle: &'a str,
    found: Vec<Declaration>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, text: String) {
        self.problems.push(format!("{}: {text}", self.bundle));
    }

    fn groups(&mut self, groups: &Value, group: &Group) {
        for kind in ServiceKind::ALL {
            let Some(services) = groups.get(kind.key()) else { continue };
            let Some(services) = services.as_object() else {
                self.problem(format!("the {} services are no dictionary", kind.key()));
                continue;
            };
            for (name, info) in ordered(services) {
                match self.declaration(kind, group, name, info) {
                    Ok(declaration) => self.found.push(declaration),
                    Err(reason) => self.problem(format!("the {} service \"{name}\" {reason}", kind.key())),
                }
            }
        }
    }

    fn declaration(
        &self,
        kind: ServiceKind,
        group: &Group,
        name: &str,
        info: &Value,
    ) -> Result<Declaration, &'static str> {
        if !is_name(name) {
            return Err("has no usable name");
        }
        let text = |key: &str| info.get(key).and_then(Value::as_str).map(str::to_owned);
        let identifier = match group {
            Group::New => self.bundle.to_owned(),
            Group::Set(identifier) => identifier.clone(),
            // A search service of the oldest bundles is just the text of its identifier.
            Group::Old => match info.as_str() {
                Some(identifier) => identifier.to_owned(),
                None => text("Identifier").or_else(|| text("LinkedPlugin")).ok_or("has no Identifier")?,
            },
        };
        let mut patterns = info.get("URLPatterns").map(texts).unwrap_or_default();
        if *group == Group::Old {
            patterns.extend(text("URLPattern"));
        }
        let fallback = match info.get("Fallback") {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            _ => false,
        };
        Ok(Declaration {
            kind,
            group: group.clone(),
            identifier,
            name: name.to_owned(),
            patterns,
            fallback,
            priority: info.get("Priority").and_then(Value::as_i64).unwrap_or(50),
            source_title: text("SourceTitle").filter(|title| !title.is_empty()),
            tests: info.get(kind.names().tests).map(texts).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_styles() {
        let entry = json!({
            "Path": "/b/X.bundle",
            "Services": {"URL": {"A b": {"URLPatterns": ["http://a/"], "Priority": 3, "Fallback": true}}},
            "ServiceSets": {"org.set": {"Search": {"S": {"SourceTitle": "T", "TestQueries": ["q"]}}}},
            "OldServices": {
                "URL": {"Old": {"LinkedPlugin": "org.old", "URLPattern": "http://o/"}, "None": {}},
                "Search": {"Find": "org.find"},
            },
        });
        let (found, problems) = declarations("org.x", &entry);
        assert_eq!(problems, ["org.x: the URL service \"None\" has no Identifier"]);
        let shown: Vec<_> = found.iter().map(|d| (d.identifier.as_str(), d.name.as_str(), d.kind.word())).collect();
        assert_eq!(
            shown,
            [
                ("org.x", "A b", "url"),
                ("org.set", "S", "search"),
                ("org.old", "Old", "url"),
                ("org.find", "Find", "search")
            ]
        );
        assert!(found[0].fallback && found[0].priority == 3 && found[1].priority == 50);
        assert_eq!(found[2].patterns, ["http://o/"]);
        let bundle = Path::new("/b/X.bundle");
        assert_eq!(found[0].folder(bundle), Path::new("/b/X.bundle/Contents/Services/URL/A b"));
        assert_eq!(found[1].folder(bundle), Path::new("/b/X.bundle/Contents/Service Sets/org.set/Search/S"));
        assert_eq!(found[2].folder(bundle), Path::new("/b/X.bundle/Contents/URL Services/Old"));
        assert!(!is_empty(&entry) && is_empty(&json!({"Services": {"URL": {}}})));
    }

    #[test]
    fn names_stay_in_their_folder() {
        let entry = json!({
            "Services": {"URL": {"../../x": {}, "/etc": {}, "a/b": {}, "": {}, "..": {}}},
            "ServiceSets": {"..": {"URL": {"A": {}}}},
        });
        let (found, problems) = declarations("org.x", &entry);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(problems.len(), 6);
    }
}
