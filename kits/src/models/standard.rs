//! The framework's own models and records (`spec/models.md` §3, §5): one table a class.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::template::{Attribute, Item, Kind, Namespace, ProxyKind, Template, ValueType};

/// The type of an attribute, as the tables name it.
#[derive(Clone, Copy, Debug)]
enum Type {
    Value(ValueType),
    Texts,
    Records(&'static str),
    Links(&'static str),
    Link(&'static str),
    /// A map of records inside the model's file.
    Map(&'static str),
    /// A map of records in files of their own.
    Files(&'static str),
    Proxies(&'static [ProxyKind]),
    Extras(&'static [&'static str]),
}

#[derive(Clone, Copy, Debug)]
struct Row {
    name: &'static str,
    kind: Type,
    synthetic: bool,
    allows_null: bool,
}

const fn row(name: &'static str, kind: Type) -> Row {
    Row { name, kind, synthetic: false, allows_null: false }
}

const fn text(name: &'static str) -> Row {
    row(name, Type::Value(ValueType::String))
}

const fn integer(name: &'static str) -> Row {
    row(name, Type::Value(ValueType::Integer))
}

const fn float(name: &'static str) -> Row {
    row(name, Type::Value(ValueType::Float))
}

const fn date(name: &'static str) -> Row {
    row(name, Type::Value(ValueType::Date))
}

const fn texts(name: &'static str) -> Row {
    row(name, Type::Texts)
}

const fn records(name: &'static str, record: &'static str) -> Row {
    row(name, Type::Records(record))
}

const fn people(name: &'static str) -> Row {
    records(name, "Person")
}

const fn pictures(name: &'static str) -> Row {
    row(name, Type::Proxies(&[ProxyKind::Media, ProxyKind::Preview]))
}

const fn extras(allowed: &'static [&'static str]) -> Row {
    row("extras", Type::Extras(allowed))
}

/// An attribute that only interface objects and records have.
const fn synthetic(row: Row) -> Row {
    Row { synthetic: true, ..row }
}

const fn synthetic_text(name: &'static str) -> Row {
    synthetic(text(name))
}

/// One class.
struct Class {
    name: &'static str,
    model_name: Option<&'static str>,
    is_model: bool,
    hashed_paths: bool,
    rows: &'static [&'static [Row]],
}

const MODEL: Class = Class { name: "", model_name: None, is_model: true, hashed_paths: false, rows: &[] };
const RECORD: Class = Class { is_model: false, ..MODEL };

/// What all models have, albums of modern artists excepted.
const COMMON: &[Row] = &[
    texts("genres"),
    texts("tags"),
    texts("collections"),
    records("reviews", "Review"),
    integer("duration"),
    float("rating"),
    float("audience_rating"),
    text("rating_image"),
    text("audience_rating_image"),
    text("original_title"),
    text("title_sort"),
    integer("rating_count"),
    synthetic_text("key"),
    synthetic_text("rating_key"),
    synthetic_text("source_title"),
];

const VIDEO_EXTRAS: &[&str] =
    &["Trailer", "DeletedScene", "BehindTheScenes", "Interview", "SceneOrSample", "Featurette", "Short", "Other"];
const ARTIST_EXTRAS: &[&str] =
    &["MusicVideo", "LiveMusicVideo", "LyricMusicVideo", "Interview", "BehindTheScenes", "ConcertVideo"];
const TRACK_EXTRAS: &[&str] = &["MusicVideo", "LyricMusicVideo"];

/// Films, clips and photos.
const PICTURE: &[Row] = &[
    text("title"),
    integer("year"),
    date("originally_available_at"),
    text("studio"),
    text("tagline"),
    text("summary"),
    text("trivia"),
    text("quotes"),
    text("content_rating"),
    integer("content_rating_age"),
    people("writers"),
    people("directors"),
    people("producers"),
    people("roles"),
    texts("countries"),
    synthetic_text("thumb"),
    synthetic_text("art_url"),
];
const FILM: &[Row] = &[
    pictures("posters"),
    pictures("art"),
    pictures("banners"),
    pictures("themes"),
    records("chapters", "Chapter"),
    texts("similar"),
    extras(VIDEO_EXTRAS),
];
const SHOW: &[Row] = &[
    text("title"),
    text("summary"),
    date("originally_available_at"),
    text("content_rating"),
    text("studio"),
    pictures("posters"),
    pictures("banners"),
    pictures("art"),
    pictures("themes"),
    row("seasons", Type::Files("Season")),
    people("roles"),
    texts("countries"),
    extras(VIDEO_EXTRAS),
    texts("similar"),
    synthetic_text("thumb"),
    synthetic_text("art_url"),
    synthetic(integer("episode_count")),
    Row { allows_null: true, ..synthetic(integer("viewed_episode_count")) },
];
const SEASON: &[Row] = &[
    text("summary"),
    pictures("posters"),
    pictures("banners"),
    pictures("art"),
    row("episodes", Type::Files("Episode")),
    extras(VIDEO_EXTRAS),
    synthetic_text("key"),
    synthetic(integer("index")),
    synthetic_text("title"),
    synthetic_text("show"),
    synthetic(integer("episode_count")),
    synthetic_text("source_title"),
    synthetic_text("thumb"),
    synthetic_text("art_url"),
    synthetic_text("rating_key"),
];
const EPISODE: &[Row] = &[
    text("title"),
    text("summary"),
    date("originally_available_at"),
    float("rating"),
    text("content_rating"),
    integer("content_rating_age"),
    people("writers"),
    people("directors"),
    people("producers"),
    people("guest_stars"),
    pictures("thumbs"),
    integer("absolute_index"),
    extras(VIDEO_EXTRAS),
    texts("tags"),
    synthetic_text("key"),
    synthetic(integer("index")),
    synthetic_text("show"),
    synthetic(integer("season")),
    synthetic_text("thumb"),
    synthetic_text("art"),
    synthetic_text("source_title"),
    synthetic_text("rating_key"),
    synthetic(integer("duration")),
];
const ARTIST: &[Row] = &[
    text("title"),
    text("title_sort"),
    text("summary"),
    texts("countries"),
    pictures("posters"),
    pictures("art"),
    pictures("themes"),
    extras(ARTIST_EXTRAS),
    texts("similar"),
    records("concerts", "Concert"),
    texts("genres"),
    texts("moods"),
    texts("styles"),
    synthetic_text("thumb"),
    synthetic_text("art_url"),
    synthetic(integer("track_count")),
];
const ALBUM: &[Row] = &[
    text("title"),
    text("title_sort"),
    text("summary"),
    text("studio"),
    date("originally_available_at"),
    date("available_at"),
    people("producers"),
    texts("countries"),
    pictures("posters"),
    pictures("art"),
    row("tracks", Type::Map("Track")),
    texts("genres"),
    texts("styles"),
    texts("moods"),
    texts("album_format"),
    texts("album_type"),
    synthetic_text("artist_name"),
    synthetic(integer("track_count")),
    synthetic_text("thumb"),
    synthetic_text("art_url"),
];
const TRACK: &[Row] = &[
    text("name"),
    text("title"),
    text("title_sort"),
    integer("index"),
    integer("disc_index"),
    integer("track_index"),
    texts("tags"),
    integer("tempo"),
    texts("moods"),
    float("rating"),
    integer("rating_count"),
    text("original_title"),
    extras(TRACK_EXTRAS),
    row("lyrics", Type::Proxies(&[ProxyKind::Media, ProxyKind::Remote, ProxyKind::LocalFile])),
    synthetic_text("key"),
    synthetic_text("rating_key"),
    synthetic_text("artist"),
    synthetic_text("album"),
    synthetic(texts("genres")),
    synthetic(integer("duration")),
    synthetic_text("thumb"),
    synthetic_text("summary"),
    synthetic_text("art_url"),
    synthetic(date("originally_available_at")),
    synthetic_text("source_title"),
];
const EXTRA: &[Row] = &[
    text("title"),
    integer("year"),
    date("originally_available_at"),
    text("studio"),
    text("tagline"),
    text("summary"),
    people("writers"),
    people("directors"),
    people("producers"),
    people("roles"),
    texts("countries"),
    integer("index"),
    synthetic_text("thumb"),
    synthetic_text("art_url"),
];
const EXTRA_ALBUM: &[Row] = &[text("album")];

const fn extra(name: &'static str) -> Class {
    Class { name, rows: &[COMMON, EXTRA], ..MODEL }
}

const fn music_extra(name: &'static str) -> Class {
    Class { name, rows: &[COMMON, EXTRA, EXTRA_ALBUM], ..MODEL }
}

/// Every class, records before what is made of them.
static CLASSES: &[Class] = &[
    Class { name: "Person", rows: &[&[text("role"), text("name"), text("photo")]], ..RECORD },
    Class {
        name: "Review",
        rows: &[&[text("author"), text("source"), text("image"), text("link"), text("text")]],
        ..RECORD
    },
    Class {
        name: "Chapter",
        rows: &[&[text("title"), integer("start_time_offset"), integer("end_time_offset")]],
        ..RECORD
    },
    Class {
        name: "Concert",
        rows: &[&[text("title"), text("venue"), text("city"), text("country"), text("date"), text("url")]],
        ..RECORD
    },
    Class { name: "Episode", rows: &[EPISODE], ..RECORD },
    Class { name: "Season", rows: &[SEASON], ..RECORD },
    Class { name: "Track", rows: &[TRACK], ..RECORD },
    Class { name: "ModernAlbum", rows: &[ALBUM], ..RECORD },
    Class { name: "Movie", rows: &[COMMON, PICTURE, FILM], ..MODEL },
    Class { name: "VideoClip", rows: &[COMMON, PICTURE, FILM], ..MODEL },
    Class { name: "TV_Show", rows: &[COMMON, SHOW], ..MODEL },
    Class { name: "Artist", rows: &[COMMON, ARTIST], ..MODEL },
    Class {
        name: "LegacyArtist",
        model_name: Some("Artist"),
        rows: &[COMMON, ARTIST, &[row("albums", Type::Links("LegacyAlbum"))]],
        ..MODEL
    },
    Class {
        name: "ModernArtist",
        model_name: Some("Artist"),
        hashed_paths: true,
        rows: &[COMMON, ARTIST, &[row("albums", Type::Files("ModernAlbum"))]],
        ..MODEL
    },
    Class {
        name: "LegacyAlbum",
        model_name: Some("Album"),
        hashed_paths: true,
        rows: &[COMMON, ALBUM, &[row("artist", Type::Link("Artist"))]],
        ..MODEL
    },
    Class { name: "Photo", rows: &[COMMON, PICTURE], ..MODEL },
    Class { name: "PhotoAlbum", rows: &[COMMON, PICTURE], ..MODEL },
    extra("Trailer"),
    extra("DeletedScene"),
    extra("BehindTheScenes"),
    extra("Interview"),
    extra("SceneOrSample"),
    extra("Featurette"),
    extra("Short"),
    extra("Other"),
    music_extra("MusicVideo"),
    music_extra("LiveMusicVideo"),
    music_extra("LyricMusicVideo"),
    music_extra("ConcertVideo"),
];

static NAMESPACE: LazyLock<Arc<Namespace>> = LazyLock::new(|| {
    let namespace = Namespace::new(None);
    let mut made: HashMap<&'static str, Arc<Template>> = HashMap::new();
    for class in CLASSES {
        let rows = class.rows.iter().copied().flatten();
        let attributes = rows.filter_map(|row| attribute(row, &made)).collect();
        let mut template = Template::new(class.name, class.is_model, attributes);
        if let Some(model_name) = class.model_name {
            template.model_name = model_name.into();
        }
        template.hashed_paths = class.hashed_paths;
        template.guid_args = vec!["lang".into()];
        let template = Arc::new(template);
        made.insert(class.name, Arc::clone(&template));
        namespace.add(template);
    }
    Arc::new(namespace)
});

/// An attribute as the templates hold it. A record that is not in the table above it leaves the attribute out, which a
/// test excludes.
fn attribute(row: &Row, made: &HashMap<&'static str, Arc<Template>>) -> Option<Attribute> {
    let record = |name: &str| made.get(name).cloned();
    let (kind, items_external) = match row.kind {
        Type::Value(value) => (Kind::Value(value), false),
        Type::Texts => (Kind::Set(Item::Value(ValueType::String)), false),
        Type::Records(name) => (Kind::Set(Item::Record(record(name)?)), false),
        Type::Links(name) => (Kind::Set(Item::Link(name.into())), false),
        Type::Link(name) => (Kind::Link(name.into()), false),
        Type::Map(name) => (Kind::Map(Item::Record(record(name)?)), false),
        Type::Files(name) => (Kind::Map(Item::Record(record(name)?)), true),
        Type::Proxies(kinds) => (Kind::Proxies(kinds.to_vec()), false),
        Type::Extras(names) => (Kind::Extras(names.iter().map(|name| (*name).into()).collect()), false),
    };
    let mut attribute = Attribute::new(row.name, kind);
    attribute.items_external = items_external;
    attribute.synthetic = row.synthetic;
    attribute.allows_null = row.allows_null;
    Some(attribute)
}

/// The framework's own models.
pub fn namespace() -> &'static Arc<Namespace> {
    &NAMESPACE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_known_where_it_is_used() {
        for class in CLASSES {
            let mut names: Vec<&str> = class
                .rows
                .iter()
                .copied()
                .flatten()
                .filter(|row| !(class.is_model && row.synthetic))
                .map(|row| row.name)
                .collect();
            names.sort_unstable();
            names.dedup();
            if class.is_model {
                let template = namespace().model(class.name).expect("a model of the table");
                let mut there: Vec<&str> = template.attributes.iter().map(|attribute| &*attribute.name).collect();
                there.sort_unstable();
                assert_eq!(there, names, "{}", class.name);
            }
        }
    }

    #[test]
    fn models_lack_what_only_interface_objects_have() {
        let show = namespace().model("TV_Show").expect("a show");
        for name in ["year", "thumb", "key", "directors"] {
            assert_eq!(show.find(name), None, "{name}");
        }
        let Kind::Map(Item::Record(season)) = &show.attributes[show.find("seasons").expect("seasons")].kind else {
            panic!("seasons are a map of records");
        };
        assert!(season.find("title").is_some() && season.find("art_url").is_some());
        assert!(namespace().model("Season").is_none());
    }
}
