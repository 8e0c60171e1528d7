//! The kinds of media that agents handle, and what search tells them about each (`spec/agents.md` §1, §3.1).

/// What a hint is before the server sent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    None,
    True,
}

/// One kind of media.
#[derive(Debug)]
pub struct MediaType {
    /// The name told to the system, of the hint class, and of `media_type` in messages.
    pub name: &'static str,
    /// The base class of its agents in `Agent`, if there is one.
    pub agent: Option<&'static str>,
    /// The library's number.
    pub number: u32,
    /// The model class that updates fill, and the one of agents of version 2.
    pub model: &'static str,
    pub modern_model: Option<&'static str>,
    /// Hints besides [`HINTS`].
    pub hints: &'static [(&'static str, Initial)],
    /// Names of the levels of its media tree, and the attribute by which each level is keyed.
    pub levels: &'static [&'static str],
    pub level_keys: &'static [&'static str],
    /// The model of the item above, of which `parentGUID` speaks.
    pub parent_model: Option<&'static str>,
}

/// Hints of every kind.
pub static HINTS: &[&str] = &[
    "primary_agent",
    "primary_metadata",
    "guid",
    "filename",
    "parent_metadata",
    "tree",
    "id",
    "hash",
    "originally_available_at",
];

const fn none(name: &'static str) -> (&'static str, Initial) {
    (name, Initial::None)
}

/// Every kind of media, in the order of the base classes.
pub static MEDIA_TYPES: &[MediaType] = &[
    MediaType {
        name: "Movie",
        agent: Some("Movies"),
        number: 1,
        model: "Movie",
        modern_model: None,
        hints: &[none("name"), none("openSubtitlesHash"), none("year"), none("duration")],
        levels: &[],
        level_keys: &[],
        parent_model: None,
    },
    MediaType {
        name: "TV_Show",
        agent: Some("TV_Shows"),
        number: 2,
        model: "TV_Show",
        modern_model: None,
        hints: &[
            none("show"),
            none("season"),
            none("episode"),
            none("name"),
            none("openSubtitlesHash"),
            none("year"),
            none("duration"),
            ("episodic", Initial::True),
        ],
        levels: &["seasons", "episodes"],
        level_keys: &["index", "index"],
        parent_model: None,
    },
    MediaType {
        name: "Artist",
        agent: Some("Artist"),
        number: 8,
        model: "LegacyArtist",
        modern_model: Some("ModernArtist"),
        hints: &[none("artist"), none("album"), none("track"), none("index")],
        levels: &["albums", "tracks"],
        level_keys: &["guid", "index"],
        parent_model: None,
    },
    MediaType {
        name: "Album",
        agent: Some("Album"),
        number: 9,
        model: "LegacyAlbum",
        modern_model: None,
        hints: &[none("name"), none("artist"), none("album"), none("track"), none("index")],
        levels: &["tracks"],
        level_keys: &["index"],
        parent_model: Some("LegacyArtist"),
    },
    MediaType {
        name: "Photo",
        agent: Some("Photos"),
        number: 13,
        model: "Photo",
        modern_model: None,
        hints: &[],
        levels: &[],
        level_keys: &[],
        parent_model: None,
    },
    MediaType {
        name: "PhotoAlbum",
        agent: None,
        number: 12,
        model: "PhotoAlbum",
        modern_model: None,
        hints: &[],
        levels: &["photos"],
        level_keys: &["index"],
        parent_model: None,
    },
];

/// Videos that are nobody's films. The server asks for agents of this kind; there is no base class for them, no hint
/// class and no model of their own (`spec/agents.md` §6.1).
pub static PERSONAL_MEDIA: MediaType = MediaType {
    name: "Plex_Personal_Media",
    agent: None,
    number: 20,
    model: "Movie",
    modern_model: None,
    hints: &[],
    levels: &[],
    level_keys: &[],
    parent_model: None,
};

/// The kind of media with this name.
pub fn by_name(name: &str) -> Option<&'static MediaType> {
    MEDIA_TYPES.iter().find(|kind| kind.name == name)
}

impl MediaType {
    /// The model class for agents of a version; None where there is none for newer agents.
    pub fn model_for(&self, modern: bool) -> Option<&'static str> {
        if modern { self.modern_model } else { Some(self.model) }
    }
}
