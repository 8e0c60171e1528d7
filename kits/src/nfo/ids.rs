//! `uniqueid`: the agent's own id and those of databases that readers know (`spec/nfo.md` §3.3).

use crate::models::item::StoredItem;

use super::element::Element;

/// Agents whose ids are those of a database.
static AGENTS: &[(&str, &str)] = &[
    ("com.plexapp.agents.imdb", "imdb"),
    ("com.plexapp.agents.themoviedb", "tmdb"),
    ("com.plexapp.agents.thetvdb", "tvdb"),
];
/// Ids that say which database they are of: `tvdb-81797`.
static PREFIXES: &[(&str, &str)] = &[
    ("imdb-", "imdb"),
    ("tmdb-", "tmdb"),
    ("tsdb-", "tmdb"),
    ("tvdb-", "tvdb"),
    ("tvdb2-", "tvdb"),
    ("anidb-", "anidb"),
];
/// The element that Jellyfin and Emby read besides.
static PLAIN_TAGS: &[(&str, &str)] = &[("imdb", "imdbid"), ("tmdb", "tmdbid"), ("tvdb", "tvdbid")];

/// An id with the name of its database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueId {
    pub kind: String,
    pub value: String,
}

/// The agent and the id that a guid names.
pub fn of_guid(guid: &str) -> Option<(&str, &str)> {
    let (agent, rest) = guid.split_once("://")?;
    Some((agent, rest.split('?').next().unwrap_or(rest)))
}

/// The short name of an agent: the last part of its identifier.
fn slug(agent: &str) -> String {
    let last = agent.rsplit('.').next().unwrap_or(agent);
    last.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_imdb(id: &str) -> bool {
    id.strip_prefix("tt").is_some_and(|digits| digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The ids of an item, the default first. `below` is the part of an episode or season: `/1/2`.
pub fn of(item: &StoredItem, below: &str) -> Vec<UniqueId> {
    let (scheme, path) = of_guid(&item.guid).unwrap_or((item.source.as_str(), item.guid.as_str()));
    let own = item.id.as_deref().unwrap_or(path);
    let mut ids = Vec::new();
    if below.is_empty() {
        let known = AGENTS.iter().find(|(agent, _)| *agent == scheme).map(|(_, kind)| (*kind, path));
        let prefixed = PREFIXES.iter().find_map(|(prefix, kind)| Some((*kind, path.strip_prefix(prefix)?)));
        let imdb = [own, path].into_iter().find(|id| is_imdb(id)).map(|id| ("imdb", id));
        let number = |value: &str| value.split(['-', '/']).next().unwrap_or_default().to_owned();
        for (kind, value) in [imdb, prefixed, known].into_iter().flatten() {
            let value = number(value);
            if !ids.iter().any(|id: &UniqueId| id.kind == kind) {
                ids.push(UniqueId { kind: kind.to_owned(), value });
            }
        }
    }
    let kind = slug(scheme);
    if !kind.is_empty() && !ids.iter().any(|id| id.kind == kind) {
        ids.push(UniqueId { kind, value: format!("{own}{below}") });
    }
    ids.retain(|id| !id.value.trim().is_empty() && id.value != "0");
    ids
}

/// Adds the ids; the first is the default.
pub fn add(element: &mut Element, ids: &[UniqueId]) {
    for (at, id) in ids.iter().enumerate() {
        let mut child = Element::new("uniqueid").attribute("type", &id.kind);
        if at == 0 {
            child = child.attribute("default", "true");
        }
        element.element(child.holding(&id.value));
    }
    for (kind, tag) in PLAIN_TAGS {
        element.text(tag, ids.iter().find(|id| id.kind == *kind).map(|id| id.value.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(guid: &str, id: &str, below: &str) -> Vec<(String, String)> {
        let item = StoredItem {
            class: "Movie".to_owned(),
            guid: guid.to_owned(),
            source: "x".to_owned(),
            id: Some(id.to_owned()),
            entry: Default::default(),
        };
        of(&item, below).into_iter().map(|id| (id.kind, id.value)).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn known_databases_come_first() {
        assert_eq!(
            ids("com.example.agents.demo://tt1727587?lang=en", "tt1727587", ""),
            pairs(&[("imdb", "tt1727587"), ("demo", "tt1727587")])
        );
        assert_eq!(
            ids("com.plexapp.agents.thetvdb://81797?lang=en", "81797", ""),
            pairs(&[("tvdb", "81797"), ("thetvdb", "81797")])
        );
        assert_eq!(
            ids("com.plexapp.agents.hama://anidb-69?lang=en", "anidb-69", ""),
            pairs(&[("anidb", "69"), ("hama", "anidb-69")])
        );
        assert_eq!(ids("org.x.y://7?lang=en", "7", "/1/2"), pairs(&[("y", "7/1/2")]));
        assert_eq!(ids("org.x.y://0?lang=en", "0", ""), pairs(&[]));
    }
}
