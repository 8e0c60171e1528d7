//! The guid of an item of a library: which agent found it, the agent's id, the language (`spec/agents.md` §6.2).

/// A guid in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guid {
    pub agent: String,
    pub id: String,
    pub lang: String,
    /// The guid of the whole item: a season's or an episode's without its numbers.
    pub base: String,
}

/// Schemes that are no agents' identifiers: scheme, agent, language.
const SCHEMES: &[(&str, &str, Option<&str>)] = &[
    ("local", "com.plexapp.agents.localmedia", Some("xn")),
    ("plex", "tv.plex.agents.music", None),
    ("mbid", "org.musicbrainz.agents.music", None),
];

/// The language of guids that name none.
const NO_LANGUAGE: &str = "xx";

/// What an item's kind says of its guid: the number of the whole item's kind, and how many parts of the guid's path are
/// the item's place in it.
pub fn whole(kind: u32) -> (u32, usize) {
    match kind {
        3 => (2, 1),
        4 => (2, 2),
        10 => (9, 1),
        other => (other, 0),
    }
}

/// Takes a guid apart; None for what is none.
pub fn parse(guid: &str, parts_below: usize) -> Option<Guid> {
    let (scheme, rest) = guid.split_once("://")?;
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let mut id = path;
    for _ in 0..parts_below {
        id = id.rsplit_once('/').map_or(id, |(before, _)| before);
    }
    let known = SCHEMES.iter().find(|(known, _, _)| *known == scheme);
    let lang = known.and_then(|(_, _, lang)| *lang).map(str::to_owned).or_else(|| {
        let pairs = url::form_urlencoded::parse(query?.as_bytes());
        pairs.into_iter().find(|(name, _)| name == "lang").map(|(_, lang)| lang.into_owned())
    });
    Some(Guid {
        agent: known.map_or(scheme, |(_, agent, _)| agent).to_owned(),
        id: id.to_owned(),
        lang: lang.unwrap_or_else(|| NO_LANGUAGE.to_owned()),
        base: format!("{scheme}://{id}{}", query.map(|query| format!("?{query}")).unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_taken_apart() {
        let guid = parse("com.example.agent://7/1/2?lang=en", 2).unwrap();
        assert_eq!((guid.agent.as_str(), guid.id.as_str(), guid.lang.as_str()), ("com.example.agent", "7", "en"));
        assert_eq!(guid.base, "com.example.agent://7?lang=en");
        assert_eq!(parse("local://5", 0).unwrap().lang, "xn");
        assert_eq!(parse("mbid://x", 0).unwrap().agent, "org.musicbrainz.agents.music");
        assert_eq!(parse("a://tt1", 0).unwrap().lang, "xx");
        assert_eq!(parse("nothing", 0), None);
        assert_eq!(whole(4), (2, 2));
    }
}
