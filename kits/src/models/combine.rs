//! Combining the data of several agents into one view, which the server reads (`spec/models.md` §9). The order of the
//! agents and the rules are in [`super::sources`], what was stored on demand in [`super::stored`].

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprise_bundles::{Folders, atomic};

use super::commit::{self, Content, Files};
use super::node::Node;
use super::sources::{self, Action, Order};
use super::stored;
use super::template::{Attribute, Item, Kind, Template};
use super::{ModelError, paths, read, standard};

pub use super::sources::configured_agents;

/// What is to be combined (`spec/models.md` §9).
#[derive(Clone, Debug, Default)]
pub struct CombineRequest<'a> {
    /// Model class: `"Movie"`, `"TV_Show"`, `"LegacyArtist"` …
    pub class: &'a str,
    /// The library's agent, else the primary agent: whose order of agents counts.
    pub config_identifier: &'a str,
    pub guid: &'a str,
    /// Agents whose stored pictures do not outlive their source (`persist_stored_files = False`).
    pub not_persisting: &'a [String],
    /// Local media's data come first.
    pub respect_tags: bool,
}

/// What a combination made.
#[derive(Clone, Debug, Default)]
pub struct Combined {
    /// `Contents/_combined`.
    pub folder: PathBuf,
    /// The XML that is posted to the server: full combinations of legacy artists and albums only.
    pub posted: Option<Vec<u8>>,
}

/// Model classes whose combined data the server wants at once.
const POSTED: &[&str] = &["LegacyArtist", "LegacyAlbum"];
/// Schemes whose guids have no parts below the item.
const WHOLE: &[&str] =
    &["mbid", "plex", "com.plexapp.agents.lastfm", "com.plexapp.agents.allmusic", "com.plexapp.agents.plexmusic"];
/// The levels of guids that name a season, or a season and an episode, by number alone. The original knows this of two
/// agents; the data of all others would stay uncombined.
const NUMBERED: &[&str] = &["seasons", "episodes"];
/// Attributes that come from the agent that gives the rating.
const WITH_RATING: &[&str] = &["rating_image", "audience_rating", "audience_rating_image"];
/// A text that stands for none, and wins over the other agents'.
const EMPTY: &str = "\u{7f}";

/// The item that a guid names, and the parts below it that are to be combined alone (`spec/models.md` §9.1).
pub fn locate(guid: &str, template: &Template) -> (String, Vec<String>) {
    let whole = || (guid.to_owned(), Vec::new());
    let Some((scheme, rest)) = guid.split_once("://") else { return whole() };
    if template.hashed_paths || WHOLE.contains(&scheme) {
        return whole();
    }
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let mut parts = path.split('/');
    let id = parts.next().unwrap_or_default();
    let mut parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if parts.len() <= NUMBERED.len() && parts.iter().all(|part| part.parse::<i64>().is_ok()) {
        parts = NUMBERED.iter().zip(parts).flat_map(|(name, number)| [(*name).to_owned(), number]).collect();
    }
    let is_map = |name: &String| {
        let attribute = template.find(name).and_then(|at| template.attributes.get(at));
        attribute.is_some_and(|attribute| matches!(attribute.kind, Kind::Map(Item::Record(_))))
    };
    // An agent's own id may hold slashes.
    if !parts.len().is_multiple_of(2) || !parts.first().is_none_or(is_map) {
        return whole();
    }
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    (format!("{scheme}://{id}{query}"), parts)
}

/// Combines the data of the agents of one item into `_combined`.
pub fn combine(folders: &Folders, request: &CombineRequest) -> Result<Combined, ModelError> {
    let unknown = || ModelError::UnknownClass(request.class.to_owned());
    let template = standard::namespace().model(request.class).ok_or_else(unknown)?;
    let (guid, parts) = locate(request.guid, &template);
    let contents = paths::contents(&folders.metadata, &template, &guid);
    let folder = contents.join("_combined");
    let rules = sources::rules(folders, request.config_identifier, &template)?;
    let data = sources::available(&contents, request.config_identifier)?;
    let order = Order::start(request.config_identifier, &data).next(rules.as_ref())?;
    let order = if request.respect_tags { order.local_media_first() } else { order };
    let mut combiner = Combiner {
        contents: &contents,
        hashed: template.hashed_paths,
        not_persisting: request.not_persisting,
        links: std::env::var_os("DISABLESYMLINKS").is_none_or(|value| value.is_empty()),
        files: Files::default(),
    };
    let roots = data.iter().map(|(source, root)| (source.clone(), root)).collect();
    if !parts.is_empty() {
        combiner.part(&template, &order, rules.as_ref(), roots, &parts)?;
        write_over(&folder, &combiner.files)?;
        return Ok(Combined { folder, posted: None });
    }
    let mut root = Node::new(template.name.clone());
    combiner.object(&template, &order, rules.as_ref(), &roots, &mut root, Path::new(""))?;
    combiner.document(PathBuf::from("Info.xml"), &root)?;
    commit::replace(&folder, &combiner.files).map_err(|source| ModelError::Io { path: folder.clone(), source })?;
    stored::clean(&contents, request.not_persisting);
    let posted = POSTED.contains(&request.class).then(|| root.document().unwrap_or_default());
    Ok(Combined { folder, posted })
}

/// Writes single files into a folder that stays.
fn write_over(folder: &Path, files: &Files) -> Result<(), ModelError> {
    for (path, content) in files.iter() {
        let file = folder.join(path);
        let written = match content {
            Content::Bytes(bytes) => atomic::write(&file, bytes),
            Content::Shared(bytes) => atomic::write(&file, bytes),
            Content::Same(old) => std::fs::copy(old, &file).map(|_| ()),
            Content::Link(to) => commit::relink(to, &file),
        };
        written.map_err(|source| ModelError::Io { path: file.clone(), source })?;
    }
    Ok(())
}

/// The elements of one object, by source.
type Elements<'a> = HashMap<String, &'a Node>;

struct Combiner<'a> {
    contents: &'a Path,
    hashed: bool,
    not_persisting: &'a [String],
    links: bool,
    files: Files,
}

impl Combiner<'_> {
    fn document(&mut self, path: PathBuf, node: &Node) -> Result<(), ModelError> {
        let bytes = node
            .document()
            .map_err(|error| ModelError::Malformed { path: path.clone(), message: error.to_string() })?;
        self.files.add(path, Content::Bytes(bytes));
        Ok(())
    }

    /// Combines all attributes of a model or record. `path` is where its data are, in the folder of each source.
    fn object(
        &mut self,
        template: &Arc<Template>,
        order: &Order,
        rules: Option<&Node>,
        elements: &Elements,
        out: &mut Node,
        path: &Path,
    ) -> Result<(), ModelError> {
        let mut attributes: Vec<&Attribute> =
            template.attributes.iter().filter(|attribute| !attribute.synthetic).collect();
        attributes.sort_by(|one, other| one.name.cmp(&other.name));
        for attribute in attributes {
            let rule = sources::rule(rules, &attribute.name);
            let order = order.next(rule)?;
            self.attribute(template, attribute, &order, rule, elements, out, path)?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "all of one attribute's surroundings")]
    fn attribute(
        &mut self,
        template: &Arc<Template>,
        attribute: &Attribute,
        order: &Order,
        rule: Option<&Node>,
        elements: &Elements,
        out: &mut Node,
        path: &Path,
    ) -> Result<(), ModelError> {
        let name = &*attribute.name;
        let below = path.join(name);
        let action = sources::action(rule)?;
        let children: Vec<(&str, &Node)> =
            order.sources().filter_map(|source| Some((source, elements.get(source)?.child(name)?))).collect();
        match &attribute.kind {
            Kind::Value(_) => {
                action.only(Action::Override, name)?;
                if !WITH_RATING.contains(&name) {
                    value(template, name, order, elements, out);
                }
            }
            Kind::Link(_) => {
                action.only(Action::Override, name)?;
                value(template, name, order, elements, out);
            }
            Kind::Set(_) => {
                let mut node = Node::new(attribute.name.clone());
                let mut filled = children.iter().map(|(_, child)| *child).filter(|child| !child.children.is_empty());
                let chosen: Vec<&Node> = match action.or(Action::Override) {
                    Action::Override => filled.next().into_iter().collect(),
                    Action::Merge => filled.collect(),
                };
                for (index, item) in chosen.into_iter().flat_map(|child| &child.children).enumerate() {
                    let mut item = item.clone();
                    item.set("index", index.to_string());
                    node.children.push(item);
                }
                out.children.push(node);
            }
            Kind::Map(item) => {
                let children = match action.or(Action::Merge) {
                    Action::Override => children.into_iter().take(1).collect(),
                    Action::Merge => children,
                };
                let node = self.map(attribute, item, order, rule, &children, &below)?;
                out.children.push(node);
            }
            Kind::Proxies(_) => {
                let node = self.proxies(attribute, order, action.or(Action::Merge), &children, &below);
                out.children.push(node);
            }
            Kind::Directory => {
                for source in order.sources() {
                    if self.directory(source, &below) && action.is(Action::Override) {
                        break;
                    }
                }
                out.children.push(Node::new(attribute.name.clone()));
            }
            Kind::Extras(_) => {
                action.only(Action::Merge, name)?;
                self.extras(order, name, path)?;
            }
            Kind::Record(_) => {}
        }
        Ok(())
    }

    fn map(
        &mut self,
        attribute: &Attribute,
        item: &Item,
        order: &Order,
        rule: Option<&Node>,
        children: &[(&str, &Node)],
        below: &Path,
    ) -> Result<Node, ModelError> {
        let mut keys: Vec<(String, Option<String>)> = Vec::new();
        for child in children.iter().flat_map(|(_, child)| &child.children) {
            let Some((key, number)) = key_of(child) else { continue };
            match keys.iter_mut().find(|(there, _)| *there == key) {
                Some((_, known)) => *known = known.take().or(number),
                None => keys.push((key, number)),
            }
        }
        let mut node = Node::new(attribute.name.clone());
        for (key, number) in keys {
            let Some(part) = paths::key_part(&key, self.hashed) else { continue };
            let inside = below.join(&part);
            let items = self.items(&key, &part, children, below)?;
            let mut stub = Node::new("item");
            if attribute.items_external {
                stub.set("external", "True");
            }
            match number {
                Some(number) => stub = stub.with("key", number).with("guid", key),
                None if key.contains("://") => stub.set("guid", key),
                None => stub.set("key", key),
            }
            if self.hashed {
                stub.set("path", inside.to_string_lossy());
            }
            match item {
                Item::Record(template) => {
                    let order = order.next(rule.and_then(|rule| rule.child("item")))?;
                    let elements = items.iter().map(|(source, node)| (source.clone(), node)).collect();
                    let mut record = Node::new(template.name.clone());
                    self.object(template, &order, rule, &elements, &mut record, &inside)?;
                    if attribute.items_external {
                        if record.tag == "Episode"
                            && let Some(date) = record.child_text("originally_available_at")
                        {
                            stub.set("originally_available_at", date);
                        }
                        self.document(below.join(format!("{part}.xml")), &record)?;
                    } else {
                        stub.children = record.children;
                    }
                }
                Item::Value(_) | Item::Link(_) => stub.text = items.into_iter().find_map(|(_, item)| item.text),
            }
            node.children.push(stub);
        }
        Ok(node)
    }

    /// The items of one key, each from its own file where it has one.
    fn items(
        &self,
        key: &str,
        part: &str,
        children: &[(&str, &Node)],
        below: &Path,
    ) -> Result<Vec<(String, Node)>, ModelError> {
        let mut items = Vec::new();
        for (source, child) in children {
            let item = child.children.iter().find(|item| key_of(item).is_some_and(|(there, _)| there == key));
            let Some(item) = item else { continue };
            let node = if item.get("external").is_some() {
                let file = self.contents.join(source).join(below).join(format!("{part}.xml"));
                load(&file)?
            } else {
                Some(item.clone())
            };
            if let Some(node) = node {
                items.push(((*source).to_owned(), node));
            }
        }
        Ok(items)
    }

    /// Combines only what is named by pairs of an attribute and a key.
    fn part(
        &mut self,
        template: &Arc<Template>,
        order: &Order,
        rules: Option<&Node>,
        elements: Elements,
        parts: &[String],
    ) -> Result<(), ModelError> {
        let mut template = Arc::clone(template);
        let mut order = order.clone();
        let mut rule = rules;
        let mut path = PathBuf::new();
        let mut owned: Vec<(String, Node)> =
            elements.into_iter().map(|(source, node)| (source, node.clone())).collect();
        let mut external = false;
        for pair in parts.chunks(2) {
            let [name, key] = pair else { break };
            let attribute = template.find(name).and_then(|at| template.attributes.get(at));
            let Some((Item::Record(below), files)) = attribute.and_then(|attribute| match &attribute.kind {
                Kind::Map(item) => Some((item.clone(), attribute.items_external)),
                _ => None,
            }) else {
                return Err(ModelError::Rule(format!("{} has no items named {name}", template.name)));
            };
            let Some(part) = paths::key_part(key, self.hashed) else {
                return Err(ModelError::Rule(format!("'{key}' cannot be a key")));
            };
            rule = sources::rule(rule, name);
            order = order.next(rule)?;
            let children: Vec<(&str, &Node)> =
                owned.iter().filter_map(|(source, node)| Some((source.as_str(), node.child(name)?))).collect();
            let items = self.items(key, &part, &children, &path.join(name))?;
            owned = items;
            path = path.join(name).join(part);
            template = below;
            external = files;
        }
        let elements = owned.iter().map(|(source, node)| (source.clone(), node)).collect();
        let mut record = Node::new(template.name.clone());
        self.object(&template, &order, rule, &elements, &mut record, &path)?;
        if external {
            let mut file = path.into_os_string();
            file.push(".xml");
            self.document(PathBuf::from(file), &record)?;
        }
        Ok(())
    }

    fn proxies(
        &mut self,
        attribute: &Attribute,
        order: &Order,
        action: Action,
        children: &[(&str, &Node)],
        below: &Path,
    ) -> Node {
        let mut node = Node::new(attribute.name.clone());
        let mut stored = stored::files(self.contents, below, self.not_persisting);
        let mut orphans = Vec::new();
        for source in order.sources() {
            let folder = self.contents.join(source).join(below);
            let child = children.iter().find(|(there, _)| *there == source).filter(|_| folder.is_dir());
            let items: Vec<&Node> = child.map(|(_, child)| child.children.iter().collect()).unwrap_or_default();
            let mut here = Vec::new();
            for item in items {
                if let Some(combined) = self.proxied(source, item, &mut stored, below) {
                    here.push(combined);
                }
            }
            // What was stored of this source and is not offered any more comes before the rest.
            for file in stored.of_source(source) {
                node.children.push(self.orphan(&file, below));
            }
            let found = !here.is_empty();
            node.children.extend(here);
            if found && action == Action::Override {
                return node;
            }
        }
        for file in stored.rest() {
            orphans.push(self.orphan(&file, below));
        }
        node.children.extend(orphans);
        node
    }

    /// An item of a source with its link.
    fn proxied(&mut self, source: &str, item: &Node, stored: &mut stored::StoredFiles, below: &Path) -> Option<Node> {
        let mut item = item.clone();
        let at = item.attributes.iter().position(|(name, _)| name != "url" && name != "external")?;
        let hash = item.attributes.get(at).map(|(_, value)| value.clone()).filter(|hash| is_plain(hash))?;
        let name = format!("{source}_{hash}");
        let target = if stored.take(&name) {
            if let Some((kind, _)) = item.attributes.get_mut(at)
                && kind == "preview"
            {
                *kind = "media".into();
            }
            Path::new("_stored").join(below).join(&name)
        } else {
            Path::new(source).join(below).join(&hash)
        };
        if let Some((_, value)) = item.attributes.get_mut(at) {
            name.clone_into(value);
        }
        item.set("provider", source);
        self.link(below, &name, &target);
        Some(item)
    }

    /// An item that only exists because somebody looked at it once.
    fn orphan(&mut self, file: &str, below: &Path) -> Node {
        self.link(below, file, &Path::new("_stored").join(below).join(file));
        Node::new("item").with("external", "True").with("media", file)
    }

    /// Links a file of the combined folder to its data, which are at `target` in `Contents`.
    fn link(&mut self, below: &Path, name: &str, target: &Path) {
        if !self.links {
            return;
        }
        let up: PathBuf = std::iter::repeat_n("..", below.components().count() + 1).collect();
        self.files.add(below.join(name), Content::Link(up.join(target)));
    }

    /// Links the files of a source's directory attribute; whether there are any.
    fn directory(&mut self, source: &str, below: &Path) -> bool {
        let Ok(entries) = std::fs::read_dir(self.contents.join(source).join(below)) else { return false };
        let mut any = false;
        for entry in entries.flatten() {
            if let Ok(name) = entry.file_name().into_string() {
                self.link(below, &format!("{source}_{name}"), &Path::new(source).join(below).join(name));
                any = true;
            }
        }
        any
    }

    /// The extras of all sources in one file.
    fn extras(&mut self, order: &Order, name: &str, path: &Path) -> Result<(), ModelError> {
        let file = path.join(format!("{name}.xml"));
        let mut all = Vec::new();
        for source in order.sources() {
            if let Some(container) = load(&self.contents.join(source).join(&file))? {
                all.extend(container.children);
            }
        }
        if !all.is_empty() {
            let mut container = Node::new("MediaContainer").with("size", all.len().to_string());
            container.children = all;
            self.document(file, &container)?;
        }
        Ok(())
    }
}

/// The first value that a source has; a rating brings what belongs to it.
fn value(template: &Template, name: &str, order: &Order, elements: &Elements, out: &mut Node) {
    for source in order.sources() {
        let Some(element) = elements.get(source) else { continue };
        let Some(text) = element.child_text(name) else { continue };
        let mut node = Node::new(name.to_owned());
        node.text = (text != EMPTY).then(|| text.to_owned());
        out.children.push(node);
        if name == "rating" {
            for with in WITH_RATING.iter().filter(|with| template.find(with).is_some()) {
                let mut node = Node::new(*with);
                node.text = element.child_text(with).map(str::to_owned);
                out.children.push(node);
            }
        }
        return;
    }
}

/// The key of a map's item, and its number where the key is a guid beside it.
fn key_of(item: &Node) -> Option<(String, Option<String>)> {
    match (item.get("guid"), item.get("key")) {
        (Some(guid), number) => Some((guid.to_owned(), number.map(str::to_owned))),
        (None, key) => Some((key?.to_owned(), None)),
    }
}

/// Whether a name from a file may be part of a path.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && paths::key_part(name, false).is_some()
}

fn load(file: &Path) -> Result<Option<Node>, ModelError> {
    read::load(file).map_err(|message| ModelError::Malformed { path: file.to_owned(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_name_items_and_parts() {
        let show = standard::namespace().model("TV_Show").unwrap();
        let parts = |guid: &str| locate(guid, &show);
        assert_eq!(parts("com.x://7?lang=en"), ("com.x://7?lang=en".to_owned(), vec![]));
        assert_eq!(
            parts("com.x://7/seasons/1?lang=en"),
            ("com.x://7?lang=en".to_owned(), vec!["seasons".to_owned(), "1".to_owned()])
        );
        assert_eq!(
            parts("com.plexapp.agents.thetvdb://7/1/2?lang=en"),
            (
                "com.plexapp.agents.thetvdb://7?lang=en".to_owned(),
                ["seasons", "1", "episodes", "2"].map(str::to_owned).to_vec()
            )
        );
        assert_eq!(parts("mbid://a/b"), ("mbid://a/b".to_owned(), vec![]));
        assert_eq!(parts("plain"), ("plain".to_owned(), vec![]));
        assert_eq!(parts("org.x://7/1?lang=en").1, ["seasons", "1"]);
        for whole in ["org.x://a/b?lang=en", "org.x://7/1/2/3", "org.x://7/posters/1"] {
            assert_eq!(parts(whole), (whole.to_owned(), vec![]));
        }
        let album = standard::namespace().model("LegacyAlbum").unwrap();
        assert_eq!(locate("x://a/1", &album), ("x://a/1".to_owned(), vec![]));
    }

    const GUID: &str = "org.a://7?lang=en";

    /// A library with the data of agents and an order of them.
    struct Library {
        folder: tempfile::TempDir,
        folders: Folders,
    }

    impl Library {
        fn new(agents: &[(&str, &[(&str, &str)])], config: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let mut settings = reprise_bundles::Config::default();
            settings.set("root_path", folder.path().to_string_lossy().into_owned());
            let folders = Folders::locate("org.a", &settings, None);
            let library = Self { folder, folders };
            for (agent, files) in agents {
                for (name, text) in *files {
                    library.write(&format!("{agent}/{name}"), text);
                }
            }
            if !config.is_empty() {
                let path = library.folders.support.join("Metadata Combination/org.a/TV Shows.xml");
                atomic::write(&path, config.as_bytes()).unwrap();
            }
            library
        }

        fn contents(&self) -> PathBuf {
            let show = standard::namespace().model("TV_Show").unwrap();
            paths::contents(&self.folders.metadata, &show, GUID)
        }

        fn write(&self, name: &str, text: &str) {
            atomic::write(&self.contents().join(name), text.as_bytes()).unwrap();
        }

        fn combine(&self, guid: &str, not_persisting: &[String]) -> Result<Combined, ModelError> {
            assert!(self.folder.path().is_dir());
            let request = CombineRequest {
                class: "TV_Show",
                config_identifier: "org.a",
                guid,
                not_persisting,
                respect_tags: false,
            };
            combine(&self.folders, &request)
        }

        fn combined(&self, name: &str) -> Node {
            load(&self.contents().join("_combined").join(name)).unwrap().unwrap_or_default()
        }
    }

    fn texts(node: &Node, set: &str) -> Vec<String> {
        node.child(set).unwrap().children.iter().map(|item| item.text.clone().unwrap_or_default()).collect()
    }

    const A: &[(&str, &str)] = &[(
        "Info.xml",
        "<TV_Show id='7'><title>A</title><studio>A</studio><summary>A</summary><genres><item>1</item></genres>\
         <tags><item>1</item></tags></TV_Show>",
    )];
    const B: &[(&str, &str)] = &[(
        "Info.xml",
        "<TV_Show id='b'><title>B</title><studio>B</studio><summary>\x7f</summary><genres><item>1</item>\
         <item>2</item></genres><tags><item>2</item></tags></TV_Show>",
    )];

    #[test]
    fn rules_decide() {
        let config = "<combine><sources><agent>org.b</agent><agent>org.a</agent></sources><rules><attribute \
                      name='genres' action='merge'/><attribute name='studio'><sources><agent>org.a</agent></sources>\
                      </attribute></rules></combine>";
        let library = Library::new(&[("org.a", A), ("org.b", B), ("org.unlisted", A)], config);
        library.combine(GUID, &[]).unwrap();
        let root = library.combined("Info.xml");
        assert_eq!(root.get("id"), None);
        assert_eq!((root.child_text("title"), root.child_text("studio")), (Some("B"), Some("A")));
        // A text of one DEL wins and is nothing.
        assert_eq!(root.child("summary").unwrap().text, None);
        assert_eq!(texts(&root, "genres"), ["1", "2", "1"]);
        assert_eq!(texts(&root, "tags"), ["2"]);
        let indices: Vec<_> = root.child("genres").unwrap().children.iter().map(|item| item.get("index")).collect();
        assert_eq!(indices, [Some("0"), Some("1"), Some("2")]);
    }

    #[test]
    fn impossible_rules_are_errors() {
        for rule in ["name='title' action='merge'", "name='extras' action='override'", "name='title' action='x'"] {
            let config = format!("<combine><rules><attribute {rule}/></rules></combine>");
            let library = Library::new(&[("org.a", A)], &config);
            assert!(library.combine(GUID, &[]).is_err(), "{rule}");
            assert!(!library.contents().join("_combined").exists());
        }
        assert!(Library::new(&[("org.a", A)], "<combine").combine(GUID, &[]).is_err());
    }

    #[test]
    fn the_users_own_changes_come_first_unless_the_order_is_set() {
        let custom: &[(&str, &str)] = &[("Info.xml", "<TV_Show><title>Mine</title></TV_Show>")];
        let agents: &[(&str, &[(&str, &str)])] = &[("org.a", A), ("_custom", custom)];
        let library = Library::new(agents, "");
        library.combine(GUID, &[]).unwrap();
        assert_eq!(library.combined("Info.xml").child_text("title"), Some("Mine"));
        let library = Library::new(agents, "<combine><sources><agent>org.a</agent></sources></combine>");
        library.combine(GUID, &[]).unwrap();
        assert_eq!(library.combined("Info.xml").child_text("title"), Some("A"));
    }

    #[test]
    fn a_part_is_combined_alone() {
        let files: &[(&str, &str)] = &[
            (
                "Info.xml",
                "<TV_Show id='7'><title>A</title><seasons><item external='True' extension='xml' key='1'/></seasons>\
                 </TV_Show>",
            ),
            (
                "seasons/1.xml",
                "<Season><summary>S</summary><episodes><item external='True' extension='xml' key='2'/></episodes>\
                 </Season>",
            ),
            ("seasons/1/episodes/2.xml", "<Episode><title>E</title></Episode>"),
        ];
        let library = Library::new(&[("org.a", files)], "");
        library.combine(GUID, &[]).unwrap();
        library.write("org.a/seasons/1/episodes/2.xml", "<Episode><title>New</title></Episode>");
        library.write("org.a/Info.xml", &files[0].1.replace("<title>A", "<title>Changed"));
        library.combine("org.a://7/seasons/1/episodes/2?lang=en", &[]).unwrap();
        assert_eq!(library.combined("seasons/1/episodes/2.xml").child_text("title"), Some("New"));
        assert_eq!(library.combined("Info.xml").child_text("title"), Some("A"));
    }

    #[test]
    fn stored_pictures_are_used_and_kept() {
        let files: &[(&str, &str)] = &[
            (
                "Info.xml",
                "<TV_Show id='7'><posters><item external='True' url='u' preview='1' sort_order='1'/></posters></TV_Show>",
            ),
            ("posters/1", "small"),
        ];
        let library = Library::new(&[("org.a", files)], "");
        for name in ["org.a_1", "org.a_9", "org.gone_5"] {
            library.write(&format!("_stored/posters/{name}"), name);
        }
        library.combine(GUID, &["org.gone".to_owned()]).unwrap();
        let posters = library.combined("Info.xml").child("posters").cloned().unwrap();
        let media: Vec<_> = posters.children.iter().map(|item| item.get("media").unwrap_or_default()).collect();
        assert_eq!(media, ["org.a_9", "org.a_1"]);
        assert_eq!(posters.children[1].get("preview"), None);
        let link = std::fs::read(library.contents().join("_combined/posters/org.a_1"));
        assert!(link.is_err() || link.unwrap() == b"org.a_1");
        assert!(!library.contents().join("_stored/posters/org.gone_5").exists());
    }
}
