//! Whose data are combined, in which order and by which rules (`spec/models.md` §9.2, §9.3).

use std::path::Path;

use reprise_bundles::Folders;

use super::node::Node;
use super::template::Template;
use super::{ModelError, commit, paths, read, standard};

const LOCAL_MEDIA: &str = "com.plexapp.agents.localmedia";
/// The user's own changes.
const CUSTOM: &str = "_custom";

/// How the values of several sources become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The first source that has something.
    Override,
    /// All sources.
    Merge,
}

/// The action of a rule, if it names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen(Option<Action>);

impl Chosen {
    pub fn or(self, default: Action) -> Action {
        self.0.unwrap_or(default)
    }

    /// An error where an attribute cannot be combined in another way.
    pub fn only(self, allowed: Action, attribute: &str) -> Result<(), ModelError> {
        match self.0 {
            Some(action) if action != allowed => {
                Err(ModelError::Rule(format!("the attribute {attribute} cannot be combined by {action:?}")))
            }
            _ => Ok(()),
        }
    }

    pub fn is(self, action: Action) -> bool {
        self.0 == Some(action)
    }
}

/// The action that a rule names.
pub fn action(rule: Option<&Node>) -> Result<Chosen, ModelError> {
    Ok(Chosen(match rule.and_then(|rule| rule.get("action")) {
        None => None,
        Some("override") => Some(Action::Override),
        Some("merge") => Some(Action::Merge),
        Some(other) => return Err(ModelError::Rule(format!("there is no action named '{other}'"))),
    }))
}

/// The rule for an attribute.
pub fn rule<'a>(rules: Option<&'a Node>, attribute: &str) -> Option<&'a Node> {
    let rules = rules?.child("rules")?;
    rules.children.iter().find(|rule| rule.tag == "attribute" && rule.get("name") == Some(attribute))
}

/// The document with the order and the rules for a model class; None where there is none.
pub fn rules(folders: &Folders, config_identifier: &str, template: &Template) -> Result<Option<Node>, ModelError> {
    let Some(part) = paths::key_part(config_identifier, false) else { return Ok(None) };
    let folder = folders.support.join("Metadata Combination").join(part);
    let path = folder.join(format!("{}.xml", paths::directory(template)));
    read::load(&path).map_err(|message| ModelError::Malformed { path, message })
}

/// The agents that the combination file of an agent names for a model class, in order (`spec/models.md` §9.2); empty
/// without a file.
pub fn configured_agents(folders: &Folders, config_identifier: &str, class: &str) -> Vec<String> {
    let mut agents = Vec::new();
    let Some(template) = standard::namespace().model(class) else { return agents };
    match rules(folders, config_identifier, &template) {
        Ok(Some(rules)) => collect_agents(&rules, &mut agents),
        Ok(None) => {}
        Err(error) => tracing::error!("Cannot read the order of agents: {error}"),
    }
    agents
}

fn collect_agents(node: &Node, agents: &mut Vec<String>) {
    for child in &node.children {
        match child.text.as_deref().map(str::trim) {
            Some(agent) if child.tag == "agent" && !agent.is_empty() && !agents.iter().any(|there| there == agent) => {
                agents.push(agent.to_owned());
            }
            _ => collect_agents(child, agents),
        }
    }
}

/// The sources that have data, with their documents.
pub fn available(contents: &Path, config_identifier: &str) -> Result<Vec<(String, Node)>, ModelError> {
    let mut names = vec![CUSTOM.to_owned()];
    if paths::key_part(config_identifier, false).is_some_and(|part| !part.is_empty()) {
        names.push(config_identifier.to_owned());
    }
    if let Ok(entries) = std::fs::read_dir(contents) {
        let mut others: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        others.sort();
        names.extend(others.into_iter().filter(|name| !name.starts_with(['_', '.']) && name != config_identifier));
    }
    let mut data = Vec::new();
    for name in names {
        let folder = contents.join(&name);
        commit::recover(&folder);
        let path = folder.join("Info.xml");
        let document = read::load(&path).map_err(|message| ModelError::Malformed { path, message })?;
        if let Some(document) = document {
            data.push((name, document));
        }
    }
    Ok(data)
}

/// An order of sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    sources: Vec<String>,
    config_identifier: String,
    /// Sources with data, for the agent that takes them all.
    others: Vec<String>,
}

impl Order {
    /// The order before any rule.
    pub fn start(config_identifier: &str, data: &[(String, Node)]) -> Self {
        let others = data.iter().map(|(name, _)| name.clone()).filter(|name| name != CUSTOM).collect();
        Self { sources: vec![CUSTOM.to_owned()], config_identifier: config_identifier.to_owned(), others }
    }

    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(String::as_str)
    }

    /// The order one level below, by the sources that a rule names there.
    pub fn next(&self, rule: Option<&Node>) -> Result<Self, ModelError> {
        let mut order = self.clone();
        let named = rule.and_then(|rule| rule.child("sources"));
        if let Some(named) = named {
            match named.get("action") {
                None | Some("override") => order.sources.clear(),
                Some("append") => {}
                Some(other) => return Err(ModelError::Rule(format!("there is no action named '{other}'"))),
            }
            let agents = named.children.iter().filter(|child| child.tag == "agent");
            for agent in agents.filter_map(|agent| agent.text.as_deref()) {
                order.add(agent.trim());
            }
        }
        order.add(&self.config_identifier);
        if named.is_none() && self.config_identifier == LOCAL_MEDIA {
            for other in &self.others {
                order.add(other);
            }
        }
        Ok(order)
    }

    fn add(&mut self, source: &str) {
        if !source.is_empty() && !self.sources.iter().any(|there| there == source) {
            self.sources.push(source.to_owned());
        }
    }

    /// The same with local media's data first, if they count at all.
    pub fn local_media_first(mut self) -> Self {
        if let Some(at) = self.sources.iter().position(|source| source == LOCAL_MEDIA) {
            let local = self.sources.remove(at);
            self.sources.insert(0, local);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(config: &str, rules: &str, data: &[&str]) -> Vec<String> {
        let data: Vec<(String, Node)> = data.iter().map(|name| ((*name).to_owned(), Node::default())).collect();
        let rules = Node::parse(rules.as_bytes()).unwrap();
        Order::start(config, &data).next(Some(&rules)).unwrap().sources
    }

    #[test]
    fn orders() {
        assert_eq!(order("a", "<combine/>", &["a", "b"]), ["_custom", "a"]);
        let named = "<combine><sources><agent>b</agent><agent>a</agent></sources></combine>";
        assert_eq!(order("a", named, &["a", "b"]), ["b", "a"]);
        let more = "<combine><sources action='append'><agent>b</agent></sources></combine>";
        assert_eq!(order("a", more, &[]), ["_custom", "b", "a"]);
        assert_eq!(order(LOCAL_MEDIA, "<combine/>", &["_custom", "b"]), ["_custom", LOCAL_MEDIA, "b"]);
        let wrong = Node::parse(b"<combine><sources action='x'/></combine>").unwrap();
        assert!(Order::start("a", &[]).next(Some(&wrong)).is_err());
    }

    #[test]
    fn local_media_can_come_first() {
        let named = format!("<c><sources><agent>b</agent><agent>{LOCAL_MEDIA}</agent></sources></c>");
        let node = Node::parse(named.as_bytes()).unwrap();
        let order = Order::start("a", &[]).next(Some(&node)).unwrap().local_media_first();
        assert_eq!(order.sources, [LOCAL_MEDIA, "b", "a"]);
    }
}
