//! Every modern class with its attributes, children and XML names (`spec/objects.md` §4.4, §5). Everything else in this
//! folder is driven by this table: a new class is one entry here and one line in `objectkit.rs`.
//!
//! The order of the sets of a metadata class is the order of their elements in the answer, which clients see.

/// What an attribute holds.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Any value, converted when it is written.
    Plain,
    /// Any value, never written by itself.
    Hidden,
    Text,
    Integer,
    Float,
    Date,
    /// Texts, each written as `<Tag tag="…"/>`.
    Tags(&'static str),
    /// Records, each written as an element with the record's attributes.
    Records(&'static str, &'static Record),
    /// Extras of a film or an artist; never written here.
    Extras,
    /// A part of a stored model that metadata objects do not fill.
    Map,
}

/// One attribute of a class.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub name: &'static str,
    pub kind: Type,
    /// XML name, where it is not the name in camel case.
    pub xml: Option<&'static str>,
    /// Written as `None` when unset.
    pub allows_null: bool,
    /// Only plug-ins of the class Agent have it.
    pub agents_only: bool,
}

impl Attribute {
    const fn new(name: &'static str, kind: Type) -> Self {
        Attribute { name, kind, xml: None, allows_null: false, agents_only: false }
    }

    const fn written(mut self, xml: &'static str) -> Self {
        self.xml = Some(xml);
        self
    }
}

const fn plain(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Plain)
}

const fn hidden(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Hidden)
}

const fn text(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Text)
}

const fn integer(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Integer)
}

const fn float(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Float)
}

const fn date(name: &'static str) -> Attribute {
    Attribute::new(name, Type::Date)
}

const fn tags(name: &'static str, tag: &'static str) -> Attribute {
    Attribute::new(name, Type::Tags(tag))
}

const fn people(name: &'static str, tag: &'static str) -> Attribute {
    Attribute::new(name, Type::Records(tag, &PERSON))
}

/// A record of a set: a person, a review …
#[derive(Debug)]
pub struct Record {
    pub name: &'static str,
    /// In the order in which they are written.
    pub attributes: &'static [Attribute],
}

pub static PERSON: Record = Record { name: "Person", attributes: &[text("photo"), text("role"), text("name")] };
pub static REVIEW: Record =
    Record { name: "Review", attributes: &[text("text"), text("source"), text("image"), text("link"), text("author")] };
pub static CHAPTER: Record = Record {
    name: "Chapter",
    attributes: &[
        text("title"),
        integer("end_time_offset").written("endTimeOffset"),
        integer("start_time_offset").written("startTimeOffset"),
    ],
};
pub static CONCERT: Record = Record {
    name: "Concert",
    attributes: &[text("city"), text("title"), text("url"), text("country"), text("venue"), text("date")],
};

/// What a class counts as when it is added to a container.
pub mod counts_as {
    pub const METADATA: u32 = 1;
    pub const PROVIDER: u32 = 1 << 1;
    pub const DIRECTORY: u32 = 1 << 2;
    pub const PREFS: u32 = 1 << 3;
    pub const METADATA_ITEM: u32 = 1 << 4;
    pub const SEARCH_RESULT: u32 = 1 << 5;
    pub const MEDIA: u32 = 1 << 6;
    pub const PART: u32 = 1 << 7;
    pub const STREAM: u32 = 1 << 8;
    pub const EXTRA: u32 = 1 << 9;
    pub const CONTAINER: u32 = 1 << 10;
}
use counts_as::*;

/// The children of a container class.
#[derive(Clone, Copy, Debug)]
pub struct Children {
    /// Name of the list.
    pub name: &'static str,
    /// What may be added, a sum of [`counts_as`].
    pub allowed: u32,
}

/// How a class is built and written, where the table alone does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    None,
    Container,
    /// Writes the attributes for HTTP headers and posted data.
    Directory,
    /// A directory whose key is made from a search service.
    Search,
    /// A directory whose key is the plug-in's preferences.
    Prefs,
    Metadata,
    Media,
    Part,
    Stream,
}

/// A value that every new object of the class has unless its maker gives another.
#[derive(Clone, Copy, Debug)]
pub enum Initial {
    Text(&'static str),
    Integer(i32),
    List,
    /// A resource of the framework.
    Resource(&'static str),
}

/// One class.
#[derive(Debug)]
pub struct Class {
    /// The published name.
    pub name: &'static str,
    /// The class's own name, as plug-ins see it in texts of errors.
    pub python_name: &'static str,
    pub element: &'static str,
    /// Attributes that every element has.
    pub fixed: &'static [(&'static str, &'static str)],
    pub attributes: &'static [&'static [Attribute]],
    pub children: Option<Children>,
    pub counts_as: u32,
    /// A container takes only one.
    pub unique: bool,
    pub special: Special,
    pub initial: &'static [(&'static str, Initial)],
    /// Refused in the constructor: the class sets it.
    pub refused: &'static [&'static str],
    /// `url`, or `key` and `rating_key`, must be set; the source's icon is written.
    pub needs_key: bool,
}

impl Class {
    /// Whether agents answer with objects of this class: their XML travels as a text, so that the order of the
    /// attributes is seen.
    pub fn is_answer(&self) -> bool {
        self.counts_as & (METADATA_ITEM | SEARCH_RESULT) != 0
    }
}

const CLASS: Class = Class {
    name: "",
    python_name: "",
    element: "Directory",
    fixed: &[],
    attributes: &[],
    children: None,
    counts_as: DIRECTORY,
    unique: false,
    special: Special::Directory,
    initial: &[],
    refused: &[],
    needs_key: false,
};

const METADATA_CLASS: Class = Class { counts_as: METADATA, special: Special::Metadata, needs_key: true, ..CLASS };

// -- plain classes

const DIRECTORY_COMMON: &[Attribute] =
    &[plain("art"), plain("tagline"), plain("thumb"), plain("title"), plain("summary"), plain("key")];
const DURATION: &[Attribute] = &[plain("duration")];
const HEADERS: &[Attribute] = &[hidden("http_headers")];

const CONTAINER_ATTRIBUTES: &[Attribute] = &[
    plain("replace_parent"),
    plain("no_history"),
    plain("source_title"),
    plain("mixed_parents"),
    plain("header"),
    plain("shuffle_key"),
    plain("content").written("viewGroup"),
    plain("title1"),
    plain("title2"),
    plain("user_agent"),
    plain("no_cache"),
    plain("http_cookies"),
    plain("art"),
    plain("message"),
    plain("identifier"),
    plain("title_bar"),
    hidden("view_group"),
    hidden("http_headers"),
    hidden("post_headers"),
];

const MEDIA_ATTRIBUTES: &[Attribute] = &[
    plain("audio_channels"),
    plain("protocol"),
    plain("optimized_for_streaming"),
    plain("video_frame_rate"),
    plain("duration"),
    plain("height"),
    plain("width"),
    plain("container"),
    plain("audio_codec"),
    plain("aspect_ratio"),
    plain("video_codec"),
    plain("video_resolution"),
    plain("bitrate"),
    hidden("platforms"),
    hidden("protocols"),
];

const PART_ATTRIBUTES: &[Attribute] = &[
    plain("duration"),
    plain("container"),
    plain("key"),
    plain("file"),
    plain("optimized_for_streaming"),
    plain("protocol"),
    hidden("http_headers"),
];

const STREAM_COMMON: &[Attribute] =
    &[plain("index"), plain("selected"), plain("stream_type"), plain("bitrate"), plain("codec"), plain("duration")];

// -- metadata classes

/// What every metadata object has besides its model's attributes.
const MEDIA_OWN: &[Attribute] = &[
    plain("http_cookies"),
    plain("source_icon"),
    plain("user_agent"),
    plain("url"),
    plain("deferred"),
    Attribute { agents_only: true, ..hidden("file") },
];
const FOLDER_OWN: &[Attribute] = &[
    plain("http_cookies"),
    plain("source_icon"),
    plain("user_agent"),
    plain("url"),
    hidden("http_headers"),
    Attribute { agents_only: true, ..hidden("file") },
];

const COMMON: &[Attribute] = &[
    float("rating"),
    integer("duration"),
    text("title"),
    integer("rating_count"),
    text("audience_rating_image"),
    text("rating_image"),
    float("audience_rating"),
    text("title_sort"),
    text("original_title"),
    text("summary"),
];
const COMMON_SYNTHETIC: &[Attribute] =
    &[text("source_title"), text("art"), text("key"), text("rating_key"), text("thumb")];

const VIDEO: &[Attribute] = &[integer("year"), text("tagline"), text("studio"), date("originally_available_at")];
const FILM: &[Attribute] = &[text("content_rating"), text("quotes"), integer("content_rating_age"), text("trivia")];
const FILM_SETS: &[Attribute] = &[
    Attribute::new("chapters", Type::Records("Container", &CHAPTER)),
    tags("genres", "Genre"),
    people("writers", "Writer"),
    tags("collections", "Container"),
    tags("tags", "Tag"),
    people("producers", "Producer"),
    tags("countries", "Country"),
    people("roles", "Role"),
    Attribute::new("reviews", Type::Records("Container", &REVIEW)),
    people("directors", "Director"),
    tags("similar", "Container"),
    Attribute::new("extras", Type::Extras),
];
/// The sets of photos and extras: a film's without chapters, similar films and extras.
const VIDEO_SETS: &[Attribute] = &[
    tags("genres", "Genre"),
    people("writers", "Writer"),
    tags("collections", "Container"),
    tags("tags", "Tag"),
    people("producers", "Producer"),
    tags("countries", "Country"),
    people("roles", "Role"),
    Attribute::new("reviews", Type::Records("Container", &REVIEW)),
    people("directors", "Director"),
];

const EPISODE: &[Attribute] = &[
    float("rating"),
    text("content_rating"),
    date("originally_available_at"),
    integer("content_rating_age"),
    text("summary"),
    integer("absolute_index"),
    text("title"),
    people("producers", "Producer"),
    people("guest_stars", "Role"),
    people("directors", "Director"),
    people("writers", "Writer"),
    tags("tags", "Tag"),
    Attribute::new("extras", Type::Extras),
];
const EPISODE_SYNTHETIC: &[Attribute] = &[
    integer("index"),
    text("art"),
    text("thumb"),
    text("show").written("grandparentTitle"),
    integer("season").written("parentIndex"),
    text("key"),
    integer("duration"),
    text("source_title"),
    text("rating_key"),
];
const SEASON: &[Attribute] = &[
    text("summary"),
    Attribute::new("episodes", Type::Map),
    Attribute::new("extras", Type::Extras),
    integer("index"),
    text("source_title"),
    text("thumb"),
    text("title"),
    text("show").written("parentTitle"),
    integer("episode_count").written("leafCount"),
    text("art"),
    text("key"),
    text("rating_key"),
];
const SHOW: &[Attribute] = &[
    text("studio"),
    date("originally_available_at"),
    text("content_rating"),
    tags("genres", "Genre"),
    tags("collections", "Container"),
    tags("tags", "Tag"),
    people("roles", "Container"),
    tags("countries", "Country"),
    Attribute::new("reviews", Type::Records("Container", &REVIEW)),
    tags("similar", "Container"),
    Attribute::new("seasons", Type::Map),
    Attribute::new("extras", Type::Extras),
];
const SHOW_SYNTHETIC: &[Attribute] = &[
    text("source_title"),
    text("thumb"),
    integer("episode_count").written("leafCount"),
    text("art"),
    text("key"),
    text("rating_key"),
    Attribute { allows_null: true, ..integer("viewed_episode_count").written("viewedLeafCount") },
];
const ARTIST: &[Attribute] = &[
    tags("genres", "Genre"),
    tags("collections", "Container"),
    tags("styles", "Style"),
    tags("tags", "Tag"),
    tags("moods", "Mood"),
    tags("countries", "Container"),
    Attribute::new("reviews", Type::Records("Container", &REVIEW)),
    tags("similar", "Container"),
    Attribute::new("concerts", Type::Records("Container", &CONCERT)),
    Attribute::new("albums", Type::Map),
    Attribute::new("extras", Type::Extras),
];
const ARTIST_SYNTHETIC: &[Attribute] = &[
    text("source_title"),
    text("thumb"),
    integer("track_count").written("leafCount"),
    text("art"),
    text("key"),
    text("rating_key"),
];
const ALBUM: &[Attribute] = &[
    date("available_at"),
    text("studio"),
    date("originally_available_at"),
    tags("album_type", "Container"),
    tags("genres", "Genre"),
    tags("collections", "Container"),
    tags("countries", "Country"),
    tags("styles", "Style"),
    tags("tags", "Tag"),
    people("producers", "Producer"),
    tags("moods", "Mood"),
    Attribute::new("reviews", Type::Records("Container", &REVIEW)),
    tags("album_format", "Container"),
    Attribute::new("tracks", Type::Map),
];
const ALBUM_SYNTHETIC: &[Attribute] = &[
    text("source_title"),
    text("thumb"),
    integer("track_count").written("leafCount"),
    text("artist").written("parentTitle"),
    text("art"),
    text("key"),
    text("rating_key"),
];
const TRACK: &[Attribute] = &[
    integer("index"),
    float("rating"),
    text("title"),
    integer("tempo"),
    text("title_sort"),
    text("original_title"),
    integer("rating_count"),
    integer("track_index"),
    integer("disc_index"),
    tags("moods", "Mood"),
    tags("tags", "Tag"),
    Attribute::new("extras", Type::Extras),
];
const TRACK_SYNTHETIC: &[Attribute] = &[
    text("album").written("parentTitle"),
    tags("genres", "Genre"),
    text("source_title"),
    text("thumb"),
    date("originally_available_at"),
    text("artist").written("grandparentTitle"),
    text("summary"),
    text("art"),
    text("key"),
    integer("duration"),
    text("rating_key"),
];
const INDEX: &[Attribute] = &[integer("index")];
const EXTRA_ALBUM: &[Attribute] = &[text("album").written("parentTitle")];

const ITEMS: Option<Children> = Some(Children { name: "items", allowed: MEDIA });
/// Metadata classes without media still have the list, and take nothing.
const NO_ITEMS: Option<Children> = Some(Children { name: "items", allowed: 0 });

const EXTRA_GROUPS: &[&[Attribute]] = &[MEDIA_OWN, COMMON, VIDEO, INDEX, VIDEO_SETS, COMMON_SYNTHETIC];
const MUSIC_EXTRA_GROUPS: &[&[Attribute]] =
    &[MEDIA_OWN, COMMON, VIDEO, INDEX, VIDEO_SETS, EXTRA_ALBUM, COMMON_SYNTHETIC];

/// One of the extras: a clip that says how it relates to the film or song.
const fn extra(
    name: &'static str,
    fixed: &'static [(&'static str, &'static str)],
    attributes: &'static [&'static [Attribute]],
) -> Class {
    Class {
        name,
        python_name: name,
        element: "Video",
        fixed,
        attributes,
        children: ITEMS,
        counts_as: METADATA | EXTRA,
        needs_key: false,
        ..METADATA_CLASS
    }
}

macro_rules! relation {
    ($relation:literal) => {
        &[("type", "clip"), ("relationType", $relation)]
    };
}

/// All modern classes.
pub static CLASSES: &[Class] = &[
    Class {
        name: "ObjectContainer",
        python_name: "MediaContainer",
        element: "MediaContainer",
        attributes: &[CONTAINER_ATTRIBUTES],
        children: Some(Children {
            name: "objects",
            allowed: METADATA | PROVIDER | DIRECTORY | PREFS | METADATA_ITEM | SEARCH_RESULT,
        }),
        counts_as: CONTAINER,
        special: Special::Container,
        ..CLASS
    },
    Class {
        name: "DirectoryObject",
        python_name: "DirectoryObject",
        attributes: &[DIRECTORY_COMMON, DURATION, HEADERS],
        ..CLASS
    },
    Class {
        name: "PopupDirectoryObject",
        python_name: "PopupDirectoryObject",
        attributes: &[DIRECTORY_COMMON, DURATION],
        fixed: &[("popup", "1")],
        ..CLASS
    },
    Class {
        name: "NextPageObject",
        python_name: "NextPageObject",
        attributes: &[DIRECTORY_COMMON, DURATION, HEADERS],
        fixed: &[("paging", "1")],
        unique: true,
        initial: &[("thumb", Initial::Resource("NextPage.png")), ("title", Initial::Text("More..."))],
        ..CLASS
    },
    Class {
        name: "PlaylistObject",
        python_name: "PlaylistObject",
        attributes: &[DIRECTORY_COMMON, DURATION, HEADERS, &[plain("radio")]],
        fixed: &[("type", "playlist")],
        ..CLASS
    },
    Class {
        name: "InputDirectoryObject",
        python_name: "InputDirectoryObject",
        attributes: &[DIRECTORY_COMMON, &[plain("prompt")], HEADERS],
        fixed: &[("search", "1")],
        special: Special::None,
        ..CLASS
    },
    Class {
        name: "SearchDirectoryObject",
        python_name: "SearchDirectoryObject",
        attributes: &[DIRECTORY_COMMON, &[plain("prompt"), plain("term")], HEADERS],
        fixed: &[("search", "1")],
        special: Special::Search,
        initial: &[("thumb", Initial::Resource("Search.png"))],
        ..CLASS
    },
    Class {
        name: "PrefsObject",
        python_name: "PrefsObject",
        attributes: &[&[plain("title"), plain("tagline"), plain("summary"), plain("thumb"), plain("art")]],
        counts_as: PREFS,
        unique: true,
        special: Special::Prefs,
        initial: &[("thumb", Initial::Resource("Prefs.png"))],
        ..CLASS
    },
    Class {
        name: "ProviderObject",
        python_name: "ProviderObject",
        element: "Provider",
        attributes: &[&[
            plain("key"),
            plain("title"),
            plain("type"),
            plain("machine_identifier"),
            plain("source_icon"),
        ]],
        counts_as: PROVIDER,
        special: Special::None,
        ..CLASS
    },
    Class {
        name: "MetadataItem",
        python_name: "MetadataItem",
        element: "MetadataItem",
        attributes: &[&[
            plain("index"),
            plain("thumb"),
            plain("title"),
            plain("originally_available_at"),
            plain("score"),
            plain("guid"),
            plain("type"),
            plain("id"),
            plain("matched"),
        ]],
        children: Some(Children { name: "objects", allowed: METADATA_ITEM }),
        counts_as: METADATA_ITEM,
        special: Special::None,
        ..CLASS
    },
    Class {
        name: "SearchResult",
        python_name: "SearchResult",
        element: "SearchResult",
        attributes: &[&[
            plain("index"),
            plain("thumb"),
            plain("parentID"),
            plain("parentName"),
            plain("parentIndex"),
            plain("score"),
            plain("parentGUID"),
            plain("year"),
            plain("matched"),
            plain("guid"),
            plain("type"),
            plain("id"),
            plain("name"),
        ]],
        children: Some(Children { name: "objects", allowed: SEARCH_RESULT }),
        counts_as: SEARCH_RESULT,
        special: Special::None,
        ..CLASS
    },
    Class {
        name: "MediaObject",
        python_name: "MediaObject",
        element: "Media",
        attributes: &[MEDIA_ATTRIBUTES],
        children: Some(Children { name: "parts", allowed: PART }),
        counts_as: MEDIA,
        special: Special::Media,
        initial: &[("platforms", Initial::List), ("protocols", Initial::List)],
        ..CLASS
    },
    Class {
        name: "PartObject",
        python_name: "PartObject",
        element: "Part",
        attributes: &[PART_ATTRIBUTES],
        children: Some(Children { name: "streams", allowed: STREAM }),
        counts_as: PART,
        special: Special::Part,
        initial: &[("file", Initial::Text(""))],
        ..CLASS
    },
    Class {
        name: "VideoStreamObject",
        python_name: "VideoStreamObject",
        element: "Stream",
        attributes: &[
            &[plain("profile"), plain("level")],
            STREAM_COMMON,
            &[plain("height"), plain("width"), plain("frame_rate"), plain("id")],
        ],
        counts_as: STREAM,
        special: Special::Stream,
        initial: &[("id", Initial::Text("1")), ("index", Initial::Text("0")), ("stream_type", Initial::Integer(1))],
        refused: &["stream_type"],
        ..CLASS
    },
    Class {
        name: "AudioStreamObject",
        python_name: "AudioStreamObject",
        element: "Stream",
        attributes: &[STREAM_COMMON, &[plain("channels"), plain("language_code"), plain("sampling_rate"), plain("id")]],
        counts_as: STREAM,
        special: Special::Stream,
        initial: &[("id", Initial::Text("2")), ("index", Initial::Text("1")), ("stream_type", Initial::Integer(2))],
        refused: &["stream_type"],
        ..CLASS
    },
    Class {
        name: "MovieObject",
        python_name: "MovieObject",
        element: "Video",
        fixed: &[("type", "movie")],
        attributes: &[MEDIA_OWN, COMMON, VIDEO, FILM, FILM_SETS, COMMON_SYNTHETIC],
        children: ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "VideoClipObject",
        python_name: "VideoClipObject",
        element: "Video",
        fixed: &[("type", "clip")],
        attributes: &[MEDIA_OWN, COMMON, VIDEO, FILM, FILM_SETS, COMMON_SYNTHETIC],
        children: ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "EpisodeObject",
        python_name: "EpisodeObject",
        element: "Video",
        fixed: &[("type", "episode")],
        attributes: &[MEDIA_OWN, EPISODE, EPISODE_SYNTHETIC],
        children: ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "SeasonObject",
        python_name: "SeasonObject",
        fixed: &[("type", "season")],
        attributes: &[FOLDER_OWN, SEASON],
        children: NO_ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "TVShowObject",
        python_name: "TVShowObject",
        fixed: &[("type", "show")],
        attributes: &[FOLDER_OWN, COMMON, SHOW, SHOW_SYNTHETIC],
        children: NO_ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "ArtistObject",
        python_name: "ArtistObject",
        fixed: &[("type", "artist")],
        attributes: &[FOLDER_OWN, COMMON, ARTIST, ARTIST_SYNTHETIC],
        children: NO_ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "AlbumObject",
        python_name: "AlbumObject",
        // Not a Directory: what the original writes, which clients of its time know.
        element: "Object",
        attributes: &[FOLDER_OWN, COMMON, ALBUM, ALBUM_SYNTHETIC],
        children: NO_ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "TrackObject",
        python_name: "TrackObject",
        element: "Track",
        fixed: &[("type", "track")],
        attributes: &[MEDIA_OWN, TRACK, TRACK_SYNTHETIC],
        children: ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "PhotoObject",
        python_name: "PhotoObject",
        element: "Photo",
        fixed: &[("type", "photo")],
        attributes: &[MEDIA_OWN, COMMON, VIDEO, FILM, VIDEO_SETS, COMMON_SYNTHETIC],
        children: ITEMS,
        ..METADATA_CLASS
    },
    Class {
        name: "PhotoAlbumObject",
        python_name: "PhotoAlbumObject",
        fixed: &[("type", "photoalbum")],
        attributes: &[FOLDER_OWN, COMMON, VIDEO, FILM, VIDEO_SETS, COMMON_SYNTHETIC],
        children: NO_ITEMS,
        ..METADATA_CLASS
    },
    extra("TrailerObject", relation!("trailer"), EXTRA_GROUPS),
    extra("DeletedSceneObject", relation!("deletedScene"), EXTRA_GROUPS),
    extra("BehindTheScenesObject", relation!("behindTheScenes"), EXTRA_GROUPS),
    extra("InterviewObject", relation!("interview"), EXTRA_GROUPS),
    extra("SceneOrSampleObject", relation!("sceneOrSample"), EXTRA_GROUPS),
    extra("FeaturetteObject", relation!("featurette"), EXTRA_GROUPS),
    extra("ShortObject", relation!("short"), EXTRA_GROUPS),
    extra("OtherObject", relation!("other"), EXTRA_GROUPS),
    extra("MusicVideoObject", relation!("musicVideo"), MUSIC_EXTRA_GROUPS),
    extra("LiveMusicVideoObject", relation!("liveMusicVideo"), MUSIC_EXTRA_GROUPS),
    extra("LyricMusicVideoObject", relation!("lyricMusicVideo"), MUSIC_EXTRA_GROUPS),
    extra("ConcertVideoObject", relation!("concert"), MUSIC_EXTRA_GROUPS),
];
