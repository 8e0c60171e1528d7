//! Every class of the framework's first generation with its constructor and its XML (`spec/objects.md` §6.2).

use super::signature::{Default, Parameter};

/// A parameter of a constructor and the attributes that it sets.
#[derive(Clone, Copy, Debug)]
pub struct LegacyParameter {
    pub parameter: Parameter,
    pub attributes: &'static [&'static str],
}

const fn sets(name: &'static str, attributes: &'static [&'static str]) -> LegacyParameter {
    LegacyParameter { parameter: Parameter::none(name), attributes }
}

const fn needs(name: &'static str, attributes: &'static [&'static str]) -> LegacyParameter {
    LegacyParameter { parameter: Parameter::required(name), attributes }
}

const fn with(name: &'static str, default: Default, attributes: &'static [&'static str]) -> LegacyParameter {
    LegacyParameter { parameter: Parameter { name, default }, attributes }
}

/// What a class does besides holding attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Item,
    /// Holds children.
    Container,
    MediaContainer,
    /// A container's head without one.
    Message,
    /// The key is a page for clients with a browser.
    WebVideo,
    RtmpVideo,
    WindowsMediaVideo,
    Prefs,
    /// A function as key, or around an item.
    Function {
        indirect: bool,
    },
    Redirect,
    Data,
    /// Attributes only: never written.
    Record,
}

/// One class.
#[derive(Debug)]
pub struct LegacyClass {
    pub name: &'static str,
    pub element: &'static str,
    pub parameters: &'static [LegacyParameter],
    /// Further keywords become attributes.
    pub keywords: bool,
    /// Attributes that every object has.
    pub fixed: &'static [&'static str],
    pub kind: Kind,
    /// Written to the log when such an object is made.
    pub deprecated: bool,
}

const CLASS: LegacyClass = LegacyClass {
    name: "",
    element: "Directory",
    parameters: &[],
    keywords: true,
    fixed: &[],
    kind: Kind::Item,
    deprecated: false,
};

const INPUT: &[LegacyParameter] = &[
    needs("key", &["key"]),
    needs("title", &["name"]),
    needs("prompt", &["prompt"]),
    sets("subtitle", &["subtitle"]),
    sets("summary", &["summary"]),
    sets("thumb", &["thumb"]),
    sets("art", &["art"]),
];

pub static LEGACY_CLASSES: &[LegacyClass] = &[
    LegacyClass { name: "XMLObject", element: "XMLObject", ..CLASS },
    LegacyClass { name: "XMLContainer", element: "XMLContainer", kind: Kind::Container, ..CLASS },
    LegacyClass {
        name: "MediaContainer",
        element: "MediaContainer",
        parameters: &[
            sets("art", &["art"]),
            sets("viewGroup", &[]),
            sets("title1", &["title1"]),
            sets("title2", &["title2"]),
            with("noHistory", Default::False, &["noHistory"]),
            with("replaceParent", Default::False, &["replaceParent"]),
            sets("disabledViewModes", &[]),
        ],
        kind: Kind::MediaContainer,
        ..CLASS
    },
    LegacyClass {
        name: "MessageContainer",
        element: "MediaContainer",
        parameters: &[
            needs("header", &["header"]),
            needs("message", &["message"]),
            sets("title1", &["title1"]),
            sets("title2", &["title2"]),
        ],
        fixed: &["noCache"],
        kind: Kind::Message,
        ..CLASS
    },
    LegacyClass {
        name: "DirectoryItem",
        parameters: &[
            needs("key", &["key"]),
            needs("title", &["title", "name"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
        ],
        ..CLASS
    },
    LegacyClass {
        name: "PopupDirectoryItem",
        parameters: &[
            needs("key", &["key"]),
            needs("title", &["name"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
        ],
        fixed: &["popup"],
        ..CLASS
    },
    LegacyClass { name: "InputDirectoryItem", parameters: INPUT, fixed: &["search"], ..CLASS },
    LegacyClass { name: "SearchDirectoryItem", parameters: INPUT, fixed: &["search"], deprecated: true, ..CLASS },
    LegacyClass {
        name: "VideoItem",
        element: "Video",
        parameters: &[
            sets("key", &["key"]),
            sets("title", &["title"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("duration", &["duration"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
            with("type", Default::Text("clip"), &["type"]),
            with("items", Default::List, &[]),
        ],
        kind: Kind::Container,
        ..CLASS
    },
    LegacyClass {
        name: "WebVideoItem",
        element: "Video",
        parameters: &[
            sets("url", &[]),
            sets("title", &["title"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("duration", &["duration"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
        ],
        kind: Kind::WebVideo,
        ..CLASS
    },
    LegacyClass {
        name: "RTMPVideoItem",
        element: "Video",
        parameters: &[
            needs("url", &[]),
            sets("clip", &[]),
            sets("clips", &[]),
            sets("width", &[]),
            sets("height", &[]),
            with("live", Default::False, &[]),
            sets("title", &["title"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("duration", &["duration"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
        ],
        kind: Kind::RtmpVideo,
        ..CLASS
    },
    LegacyClass {
        name: "WindowsMediaVideoItem",
        element: "Video",
        parameters: &[
            needs("url", &[]),
            sets("width", &[]),
            sets("height", &[]),
            sets("title", &["title"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("duration", &["duration"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
        ],
        kind: Kind::WindowsMediaVideo,
        ..CLASS
    },
    LegacyClass {
        name: "PhotoItem",
        element: "Photo",
        parameters: &[
            needs("key", &["key"]),
            needs("title", &["title"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
        ],
        ..CLASS
    },
    LegacyClass {
        name: "TrackItem",
        element: "Track",
        parameters: &[
            needs("key", &["key"]),
            needs("title", &["track"]),
            sets("artist", &["artist"]),
            sets("album", &["album"]),
            sets("index", &["index"]),
            sets("rating", &["rating"]),
            sets("duration", &["totalTime"]),
            sets("size", &["size"]),
            sets("thumb", &["thumb"]),
            sets("art", &["art"]),
        ],
        ..CLASS
    },
    LegacyClass {
        name: "PrefsItem",
        parameters: &[
            sets("title", &["title", "name"]),
            sets("subtitle", &["subtitle"]),
            sets("summary", &["summary"]),
            sets("thumb", &["thumb"]),
        ],
        fixed: &["settings"],
        kind: Kind::Prefs,
        ..CLASS
    },
    LegacyClass {
        name: "Function",
        parameters: &[needs("obj", &[]), sets("ext", &[])],
        kind: Kind::Function { indirect: false },
        ..CLASS
    },
    LegacyClass {
        name: "IndirectFunction",
        parameters: &[needs("obj", &[]), sets("ext", &[])],
        kind: Kind::Function { indirect: true },
        ..CLASS
    },
    LegacyClass { name: "ContextMenu", element: "ContextMenu", kind: Kind::Container, ..CLASS },
    LegacyClass {
        name: "MetadataSearchResult",
        element: "SearchResult",
        parameters: &[
            needs("id", &["id"]),
            sets("name", &["name"]),
            sets("year", &["year"]),
            with("score", Default::Zero, &["score"]),
            sets("lang", &["lang"]),
            sets("thumb", &["thumb"]),
        ],
        ..CLASS
    },
    LegacyClass {
        name: "Redirect",
        parameters: &[needs("url", &[]), with("temporary", Default::True, &[])],
        keywords: false,
        kind: Kind::Redirect,
        ..CLASS
    },
    LegacyClass {
        name: "DataObject",
        parameters: &[needs("data", &[]), needs("contentType", &[])],
        keywords: false,
        kind: Kind::Data,
        ..CLASS
    },
    LegacyClass { name: "ItemInfoRecord", kind: Kind::Record, ..CLASS },
];

/// The names of a constructor's parameters.
pub fn parameters(name: &str) -> Option<Vec<&'static str>> {
    legacy_class(name).map(|class| class.parameters.iter().map(|parameter| parameter.parameter.name).collect())
}

/// The names of all of them.
pub fn names() -> impl Iterator<Item = &'static str> {
    LEGACY_CLASSES.iter().map(|class| class.name)
}

/// The class with this name.
pub fn legacy_class(name: &str) -> Option<&'static LegacyClass> {
    LEGACY_CLASSES.iter().find(|class| class.name == name)
}
