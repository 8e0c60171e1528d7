//! Models of two readers of NFO files, Kodi (K) and Jellyfin (J), written from the tables of `spec/nfo.md`, and tests that
//! read our files back with both: what the agent stored must arrive.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::models::item::{Entry, Extra, Picture, StoredItem, Value};
use crate::models::node::Node;
use crate::models::template::ProxyKind;

use super::music::Album;
use super::place::{self, EpisodeVideo, Options};

/// What a reader understood: values by field.
type Fields = BTreeMap<String, Vec<String>>;

/// How a reader takes the elements of one name.
#[derive(Clone, Copy)]
enum Rule {
    /// The first one.
    First,
    /// The last one.
    Last,
    /// All, each split at this text.
    All(&'static str),
    /// The last one, split at this text.
    LastSplit(&'static str),
    /// A number above another one.
    Above(i64),
    /// The text before the first blank.
    Word,
}

/// Rows: the element, the field, the rule. Rows of one field count in the order of the file.
type Rows = &'static [(&'static str, &'static str, Rule)];

static KODI_VIDEO: Rows = &[
    ("title", "title", Rule::First),
    ("originaltitle", "original title", Rule::First),
    ("sorttitle", "sort title", Rule::First),
    ("showtitle", "show", Rule::First),
    ("season", "season", Rule::First),
    ("episode", "episode", Rule::First),
    ("plot", "plot", Rule::First),
    ("tagline", "tagline", Rule::First),
    ("runtime", "runtime", Rule::First),
    ("mpaa", "certificate", Rule::First),
    ("premiered", "date", Rule::First),
    ("aired", "date", Rule::First),
    ("genre", "genre", Rule::All(" / ")),
    ("country", "country", Rule::All(" / ")),
    ("studio", "studio", Rule::All(" / ")),
    ("credits", "writer", Rule::All(" / ")),
    ("director", "director", Rule::All(" / ")),
    ("tag", "tag", Rule::All(" / ")),
    ("trailer", "trailer", Rule::First),
];

static JELLYFIN_VIDEO: Rows = &[
    ("title", "title", Rule::Last),
    ("originaltitle", "original title", Rule::Last),
    ("sorttitle", "sort title", Rule::Last),
    ("showtitle", "show", Rule::Last),
    ("season", "season", Rule::Last),
    ("seasonnumber", "season", Rule::Last),
    ("episode", "episode", Rule::Last),
    ("plot", "plot", Rule::Last),
    ("biography", "plot", Rule::Last),
    ("review", "plot", Rule::Last),
    ("tagline", "tagline", Rule::Last),
    ("runtime", "runtime", Rule::Word),
    ("mpaa", "certificate", Rule::Last),
    ("premiered", "date", Rule::Last),
    ("aired", "date", Rule::Last),
    ("releasedate", "date", Rule::Last),
    ("year", "year", Rule::Above(1850)),
    ("genre", "genre", Rule::All("/")),
    ("country", "country", Rule::LastSplit("/")),
    ("studio", "studio", Rule::All("\n")),
    ("credits", "writer", Rule::All("/")),
    ("director", "director", Rule::All(",")),
    ("tag", "tag", Rule::All("\n")),
    ("style", "tag", Rule::All("\n")),
    ("lockdata", "locked", Rule::Last),
    ("imdbid", "imdb", Rule::Last),
    ("name", "title", Rule::Last),
    ("sortname", "sort title", Rule::Last),
    ("musicbrainzartistid", "musicbrainz artist", Rule::Last),
    ("musicbrainzalbumid", "musicbrainz album", Rule::Last),
    ("rating", "community rating", Rule::Last),
];

static KODI_MUSIC: Rows = &[
    ("name", "title", Rule::First),
    ("title", "title", Rule::First),
    ("sortname", "sort title", Rule::First),
    ("musicBrainzArtistID", "musicbrainz artist", Rule::First),
    ("genre", "genre", Rule::All(" / ")),
    ("style", "style", Rule::All(" / ")),
    ("mood", "mood", Rule::All(" / ")),
    ("biography", "plot", Rule::First),
    ("review", "plot", Rule::First),
    ("label", "label", Rule::First),
    ("releasedate", "date", Rule::First),
    ("originalreleasedate", "original date", Rule::First),
    ("type", "type", Rule::First),
    ("releasetype", "release type", Rule::First),
];

fn add(fields: &mut Fields, field: &str, value: impl Into<String>) {
    let value = value.into();
    if !value.is_empty() {
        fields.entry(field.to_owned()).or_default().push(value);
    }
}

fn by_rows(root: &Node, rows: Rows) -> Fields {
    let mut fields = Fields::new();
    for child in &root.children {
        let text = child.text.as_deref().unwrap_or_default().trim();
        for (_, field, rule) in rows.iter().filter(|(tag, _, _)| *tag == child.tag) {
            let split = |at: &str| text.split(at).map(str::trim).map(str::to_owned).collect::<Vec<_>>();
            match rule {
                Rule::First if fields.contains_key(*field) => {}
                Rule::First => add(&mut fields, field, text),
                Rule::Last => {
                    fields.remove(*field);
                    add(&mut fields, field, text);
                }
                Rule::All(at) => split(at).into_iter().for_each(|value| add(&mut fields, field, value)),
                Rule::LastSplit(at) => {
                    fields.remove(*field);
                    split(at).into_iter().for_each(|value| add(&mut fields, field, value));
                }
                Rule::Above(limit) => {
                    if text.parse::<i64>().is_ok_and(|number| number > *limit) {
                        add(&mut fields, field, text);
                    }
                }
                Rule::Word => add(&mut fields, field, text.split(' ').next().unwrap_or_default()),
            }
        }
    }
    fields
}

fn children<'n>(root: &'n Node, tag: &str) -> Vec<&'n Node> {
    root.children.iter().filter(|child| child.tag == tag).collect()
}

fn text(node: &Node) -> &str {
    node.text.as_deref().unwrap_or_default().trim()
}

fn kodi(root: &Node) -> Fields {
    let is_music = root.tag == "artist" || root.tag == "album";
    let mut fields = by_rows(root, if is_music { KODI_MUSIC } else { KODI_VIDEO });
    if !fields.contains_key("date") {
        children(root, "year").first().iter().for_each(|year| add(&mut fields, "year", text(year)));
    }
    if let Some(set) = root.child("set") {
        add(&mut fields, "set", set.child_text("name").unwrap_or(text(set)));
    }
    for actor in children(root, "actor") {
        let part = |name| actor.child_text(name).unwrap_or_default();
        add(&mut fields, "actor", format!("{}={}@{}", part("name"), part("role"), part("thumb")));
    }
    for rating in root.child("ratings").iter().flat_map(|ratings| &ratings.children) {
        let max: f64 = rating.get("max").and_then(|max| max.parse().ok()).unwrap_or(10.0);
        let value = rating.child_text("value").and_then(|value| value.parse::<f64>().ok()).unwrap_or_default();
        let value = value / max * 10.0;
        if value > 0.0 && value <= 10.0 {
            let name = rating.get("name").unwrap_or("default");
            add(&mut fields, &format!("rating {name}"), format!("{value:.1}"));
            if rating.get("default") == Some("true") {
                add(&mut fields, "shown rating", format!("{value:.1}"));
            }
        }
    }
    for id in children(root, "uniqueid") {
        let kind = id.get("type").unwrap_or("unknown");
        add(&mut fields, &format!("id {kind}"), text(id));
        if id.get("default") == Some("true") && !fields.contains_key("default id") {
            add(&mut fields, "default id", kind);
        }
    }
    for thumb in children(root, "thumb") {
        let aspect = thumb.get("aspect").unwrap_or("thumb");
        match thumb.get("season") {
            Some(season) => add(&mut fields, &format!("season {season} {aspect}"), text(thumb)),
            None => add(&mut fields, &format!("art {aspect}"), text(thumb)),
        }
    }
    let fanart = root.child("fanart");
    fanart.iter().flat_map(|art| &art.children).for_each(|thumb| add(&mut fields, "art fanart", text(thumb)));
    for season in children(root, "namedseason") {
        add(&mut fields, &format!("season {}", season.get("number").unwrap_or_default()), text(season));
    }
    for album in children(root, "album") {
        let part = |name| album.child_text(name).unwrap_or_default();
        add(&mut fields, "album", format!("{} ({})", part("title"), part("year")));
    }
    for credit in children(root, "albumArtistCredits") {
        add(&mut fields, "artist", credit.child_text("artist").unwrap_or_default());
    }
    if is_music && let Some(rating) = root.child("rating") {
        let max: f64 = rating.get("max").and_then(|max| max.parse().ok()).unwrap_or(10.0);
        let value: f64 = text(rating).parse().unwrap_or_default();
        add(&mut fields, "shown rating", format!("{:.1}", value / max * 10.0));
    }
    for track in children(root, "track") {
        let part = |name| track.child_text(name).unwrap_or_default();
        add(&mut fields, "track", format!("{} {} {}", part("position"), part("title"), part("duration")));
    }
    fields
}

const YOUTUBE: &str = "plugin://plugin.video.youtube/play/?video_id=";
const ASPECTS: &[&str] = &["banner", "clearlogo", "discart", "landscape", "clearart", "fanart"];

fn jellyfin(root: &Node) -> Fields {
    let mut fields = by_rows(root, JELLYFIN_VIDEO);
    if root.tag != "episodedetails" {
        fields.remove("show");
    }
    fields.remove("trailer");
    if let Some(id) = root.child_text("trailer").and_then(|url| url.strip_prefix(YOUTUBE)) {
        add(&mut fields, "trailer", id);
    }
    for set in children(root, "set") {
        fields.remove("set");
        add(&mut fields, "set", set.child_text("name").unwrap_or(text(set)));
    }
    for actor in children(root, "actor") {
        let part = |name| actor.child_text(name).unwrap_or_default();
        add(&mut fields, "actor", format!("{}={}@{}", part("name"), part("role"), part("thumb")));
        add(&mut fields, "kind of actor", part("type"));
    }
    for rating in root.child("ratings").iter().flat_map(|ratings| &ratings.children) {
        let name = rating.get("name").unwrap_or_default();
        let is_critic = name.contains("tomato") && !name.contains("audience") && !name.contains("avg");
        let field = if is_critic { "critic rating" } else { "community rating" };
        fields.remove(field);
        add(&mut fields, field, rating.child_text("value").unwrap_or_default());
    }
    for id in children(root, "uniqueid") {
        add(&mut fields, &format!("id {}", id.get("type").unwrap_or_default().to_lowercase()), text(id));
    }
    let mut thumbs = children(root, "thumb");
    thumbs.extend(root.child("fanart").iter().flat_map(|fanart| fanart.children.first()));
    for thumb in thumbs {
        let in_fanart = !children(root, "thumb").contains(&thumb);
        let aspect = if in_fanart { "fanart" } else { thumb.get("aspect").unwrap_or_default() };
        let aspect = if ASPECTS.contains(&aspect) { aspect } else { "poster" };
        let field = format!("art {aspect}");
        if !fields.contains_key(&field) && text(thumb).starts_with("http") {
            add(&mut fields, &field, text(thumb));
        }
    }
    for season in children(root, "namedseason") {
        add(&mut fields, &format!("season {}", season.get("number").unwrap_or_default()), text(season));
    }
    fields
}

/// The elements of a file, checked as all readers want them.
fn roots(path: &Path) -> Vec<Node> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = String::from_utf8(bytes).unwrap();
    let (declaration, rest) = text.split_once('\n').unwrap();
    assert_eq!(declaration, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
    assert!(!text.contains("<!DOCTYPE") && !text.contains('\r') && text.ends_with(">\n"), "{text}");
    assert!(rest.starts_with("<!-- reprise nfo=1 "), "{text}");
    Node::parse(format!("<files>{rest}</files>").as_bytes()).unwrap().children
}

/// Kodi picks the element by its numbers.
fn kodi_episode(path: &Path, season: &str, episode: &str) -> Fields {
    let all = roots(path);
    let fits = |node: &&Node| node.child_text("season") == Some(season) && node.child_text("episode") == Some(episode);
    kodi(all.iter().find(fits).unwrap())
}

/// Jellyfin takes the first element; of the others the titles and plots, and the highest number.
fn jellyfin_episode(path: &Path) -> Fields {
    let all = roots(path);
    let mut fields = jellyfin(&all[0]);
    for more in &all[1..] {
        let more = jellyfin(more);
        for name in ["title", "plot"] {
            if let (Some(first), Some(next)) = (fields.get_mut(name), more.get(name)) {
                first[0] = format!("{} / {}", first[0], next[0]);
            }
        }
        fields.insert("last episode".to_owned(), more["episode"].clone());
    }
    fields
}

fn expect(reader: &str, fields: &Fields, wanted: &[(&str, &[&str])]) {
    for (field, values) in wanted {
        let empty = Vec::new();
        let found = fields.get(*field).unwrap_or(&empty);
        assert_eq!(found, values, "{reader} reads {field} otherwise: {fields:#?}");
    }
}

// ---- items -----------------------------------------------------------------------------------------------------

fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list(texts: &[&str]) -> Value {
    Value::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
}

fn entry(class: &str, values: Vec<(&str, Value)>) -> Entry {
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entry { class: class.to_owned(), values }
}

fn people(people: &[(&str, &str, &str)]) -> Value {
    let person = |(name, role, photo): &(&str, &str, &str)| {
        let all = [("name", *name), ("role", *role), ("photo", *photo)];
        let given = all.into_iter().filter(|(_, text)| !text.is_empty());
        entry("Person", given.map(|(name, text)| (name, words(text))).collect())
    };
    Value::Entries(people.iter().map(person).collect())
}

fn pictures(urls: &[&str]) -> Value {
    let picture = |url: &&str| Picture {
        url: Some((*url).to_owned()),
        kind: ProxyKind::Preview,
        sort_order: None,
        provider: None,
        file: PathBuf::from("/nowhere"),
    };
    Value::Pictures(urls.iter().map(picture).collect())
}

fn keyed(items: Vec<(&str, Entry)>) -> Value {
    Value::Keyed(items.into_iter().map(|(key, entry)| (key.to_owned(), entry)).collect())
}

fn item(guid: &str, id: &str, entry: Entry) -> StoredItem {
    StoredItem {
        class: entry.class.clone(),
        guid: guid.to_owned(),
        source: "_combined".to_owned(),
        id: Some(id.to_owned()),
        entry,
    }
}

fn film() -> StoredItem {
    let trailer = Extra {
        relation: "trailer".to_owned(),
        url: Some("http://youtu.be/abc-DEF_123".to_owned()),
        ..Extra::default()
    };
    let values = vec![
        ("title", words("Night & <Fog>")),
        ("title_sort", words("Fog, Night &")),
        ("original_title", words("Nuit \u{1f32b}")),
        ("year", Value::Integer(1956)),
        ("originally_available_at", words("1956-05-22")),
        ("studio", words("Argos")),
        ("tagline", words("Remember")),
        ("summary", words("One<br>Two &amp; three")),
        ("content_rating", words("fr/12")),
        ("duration", Value::Integer(32 * 60_000 + 40_000)),
        ("rating", Value::Float(10.0)),
        ("rating_image", words("rottentomatoes://image.rating.ripe")),
        ("rating_count", Value::Integer(20)),
        ("audience_rating", Value::Float(8.6)),
        ("audience_rating_image", words("imdb://image.rating")),
        ("genres", list(&["Documentary", "Short/War"])),
        ("tags", list(&["archive"])),
        ("collections", list(&["Resnais", "Shorts"])),
        ("countries", list(&["France", "Poland"])),
        ("writers", people(&[("Jean C.", "", "")])),
        ("directors", people(&[("Alain R.", "", ""), ("Second D.", "", "")])),
        ("roles", people(&[("Michel B.", "Narrator", "http://x/mb.jpg"), ("", "Nobody", "")])),
        ("posters", pictures(&["http://x/p1.jpg", "http://x/p2.jpg"])),
        ("art", pictures(&["http://x/a1.jpg", "http://x/a2.jpg"])),
        ("extras", Value::Extras(vec![trailer])),
    ];
    item("com.example.agents.demo://tt0048434?lang=en", "tt0048434", entry("Movie", values))
}

fn options() -> Options {
    let mut options = Options { artwork: false, ..Options::default() };
    options.choices.image_urls = true;
    options.choices.lock = true;
    options
}

fn beside(names: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
    for path in &paths {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
    (folder, paths)
}

#[test]
fn a_film_as_both_read_it() {
    let (_folder, paths) = beside(&["Night.mkv"]);
    place::movie(&film(), &paths[0], true, &options(), &mut |_| None);
    let root = &roots(&paths[0].with_extension("nfo"))[0];
    let both: &[(&str, &[&str])] = &[
        ("title", &["Night & <Fog>"]),
        ("sort title", &["Fog, Night &"]),
        ("original title", &["Nuit \u{1f32b}"]),
        ("plot", &["One\nTwo & three"]),
        ("tagline", &["Remember"]),
        ("runtime", &["33"]),
        ("certificate", &["fr/12"]),
        ("date", &["1956-05-22"]),
        ("genre", &["Documentary", "Short", "War"]),
        ("country", &["France", "Poland"]),
        ("studio", &["Argos"]),
        ("writer", &["Jean C."]),
        ("director", &["Alain R.", "Second D."]),
        ("set", &["Resnais"]),
        ("tag", &["archive", "Shorts"]),
        ("actor", &["Michel B.=Narrator@http://x/mb.jpg"]),
        ("id imdb", &["tt0048434"]),
        ("id demo", &["tt0048434"]),
    ];
    let (k, j) = (kodi(root), jellyfin(root));
    expect("K", &k, both);
    expect("J", &j, both);
    expect(
        "K",
        &k,
        &[
            ("rating tomatometerallcritics", &["10.0"]),
            ("rating imdb", &["8.6"]),
            ("shown rating", &["8.6"]),
            ("default id", &["imdb"]),
            ("trailer", &["plugin://plugin.video.youtube/play/?video_id=abc-DEF_123"]),
            ("art poster", &["http://x/p1.jpg", "http://x/p2.jpg"]),
            ("art fanart", &["http://x/a1.jpg", "http://x/a2.jpg"]),
        ],
    );
    expect(
        "J",
        &j,
        &[
            ("critic rating", &["100"]),
            ("community rating", &["8.6"]),
            ("imdb", &["tt0048434"]),
            ("year", &["1956"]),
            ("trailer", &["abc-DEF_123"]),
            ("art poster", &["http://x/p1.jpg"]),
            ("art fanart", &["http://x/a1.jpg"]),
            ("kind of actor", &["Actor"]),
            ("locked", &["true"]),
        ],
    );
}

fn series() -> StoredItem {
    let episode = |number: &str, title: &str| {
        entry(
            "Episode",
            vec![
                ("title", words(title)),
                ("summary", words(&format!("Plot {number}"))),
                ("originally_available_at", words(&format!("2001-02-0{number}"))),
                ("rating", Value::Float(7.0)),
                ("duration", Value::Integer(10_000)),
                ("writers", people(&[("W.", "", "")])),
                ("directors", people(&[("D.", "", "")])),
                ("guest_stars", people(&[("Guest", "Self", "")])),
                ("thumbs", pictures(&["http://x/t.jpg"])),
            ],
        )
    };
    let season = entry(
        "Season",
        vec![
            ("title", words("The Start")),
            ("summary", words("Season plot")),
            ("posters", pictures(&["http://x/s1.jpg"])),
            ("episodes", keyed(vec![("1", episode("1", "One")), ("2", episode("2", "Two"))])),
        ],
    );
    let values = vec![
        ("title", words("A Show")),
        ("summary", words("Show plot")),
        ("originally_available_at", words("2001-02-01")),
        ("content_rating", words("TV-14")),
        ("studio", words("Net")),
        ("rating", Value::Float(6.25)),
        ("genres", list(&["Drama"])),
        ("collections", list(&["C"])),
        ("roles", people(&[("Star", "Hero", "")])),
        ("posters", pictures(&["http://x/show.jpg"])),
        ("banners", pictures(&["http://x/banner.jpg"])),
        ("seasons", keyed(vec![("1", season)])),
    ];
    item("com.plexapp.agents.thetvdb://81797?lang=en", "81797", entry("TV_Show", values))
}

#[test]
fn a_show_as_both_read_it() {
    let (folder, paths) = beside(&["Season 1/S - s01e01-e02.mkv"]);
    let episodes = vec!["1".to_owned(), "2".to_owned()];
    let video = EpisodeVideo { path: paths[0].clone(), parts: Vec::new(), season: "1".to_owned(), episodes };
    place::show(&series(), folder.path(), &[video], &options(), &mut |_| None);

    let root = &roots(&folder.path().join("tvshow.nfo"))[0];
    let (k, j) = (kodi(root), jellyfin(root));
    let both: &[(&str, &[&str])] = &[
        ("title", &["A Show"]),
        ("plot", &["Show plot"]),
        ("date", &["2001-02-01"]),
        ("certificate", &["TV-14"]),
        ("studio", &["Net"]),
        ("genre", &["Drama"]),
        ("tag", &["C"]),
        ("actor", &["Star=Hero@"]),
        ("id tvdb", &["81797"]),
        ("season 1", &["The Start"]),
        ("art poster", &["http://x/show.jpg"]),
        ("art banner", &["http://x/banner.jpg"]),
    ];
    expect("K", &k, both);
    expect("J", &j, both);
    let more: &[(&str, &[&str])] =
        &[("shown rating", &["6.2"]), ("default id", &["tvdb"]), ("season 1 poster", &["http://x/s1.jpg"])];
    expect("K", &k, more);
    expect("J", &j, &[("community rating", &["6.25"]), ("year", &["2001"])]);

    let season = &roots(&folder.path().join("Season 1/season.nfo"))[0];
    let wanted: &[(&str, &[&str])] = &[
        ("title", &["The Start"]),
        ("plot", &["Season plot"]),
        ("season", &["1"]),
        ("date", &["2001-02-01"]),
        ("id thetvdb", &["81797/1"]),
        ("art poster", &["http://x/s1.jpg"]),
    ];
    expect("J", &jellyfin(season), wanted);

    let file = folder.path().join("Season 1/S - s01e01-e02.nfo");
    for (number, title) in [("1", "One"), ("2", "Two")] {
        let (plot, date) = (format!("Plot {number}"), format!("2001-02-0{number}"));
        let id = format!("81797/1/{number}");
        let wanted: &[(&str, &[&str])] = &[
            ("title", &[title]),
            ("show", &["A Show"]),
            ("plot", &[&plot]),
            ("date", &[&date]),
            ("runtime", &["1"]),
            ("shown rating", &["7.0"]),
            ("writer", &["W."]),
            ("director", &["D."]),
            ("actor", &["Guest=Self@"]),
            ("id thetvdb", &[&id]),
            ("art thumb", &["http://x/t.jpg"]),
        ];
        expect("K", &kodi_episode(&file, "1", number), wanted);
    }
    let wanted: &[(&str, &[&str])] = &[
        ("title", &["One / Two"]),
        ("plot", &["Plot 1 / Plot 2"]),
        ("season", &["1"]),
        ("episode", &["1"]),
        ("last episode", &["2"]),
        ("kind of actor", &["GuestStar"]),
        ("art poster", &["http://x/t.jpg"]),
    ];
    expect("J", &jellyfin_episode(&file), wanted);
}

#[test]
fn music_as_both_read_it() {
    let (folder, _) = beside(&["Album/01 One.mp3"]);
    let (artist_id, album_id) = ("83d91898-7763-47d7-b03b-b92132375c47", "1dc4c347-a1db-32aa-b14f-bc9cc507b843");
    let track = entry("Track", vec![("title", words("One")), ("duration", Value::Integer(61_000))]);
    let album = entry(
        "ModernAlbum",
        vec![
            ("title", words("An Album")),
            ("summary", words("Album plot")),
            ("studio", words("Label")),
            ("originally_available_at", words("1999-12-31")),
            ("genres", list(&["Rock"])),
            ("styles", list(&["Art Rock"])),
            ("moods", list(&["Calm"])),
            ("album_type", list(&["Live"])),
            ("rating", Value::Float(8.0)),
            ("posters", pictures(&["http://x/album.jpg"])),
            ("tracks", keyed(vec![("1", track)])),
        ],
    );
    let key = format!("mbid://{album_id}");
    let values = vec![
        ("title", words("An Artist")),
        ("title_sort", words("Artist, An")),
        ("summary", words("Artist plot")),
        ("genres", list(&["Rock"])),
        ("styles", list(&["Art Rock"])),
        ("moods", list(&["Calm"])),
        ("posters", pictures(&["http://x/artist.jpg"])),
        ("art", pictures(&["http://x/art.jpg"])),
        ("albums", keyed(vec![(key.as_str(), album.clone())])),
    ];
    let artist = item(&format!("mbid://{artist_id}?lang=en"), artist_id, entry("ModernArtist", values));
    place::artist(&artist, &[], folder.path(), &options(), &mut |_| None);
    let of = Album { entry: &album, id: &key, artist: Some("An Artist"), artist_id: Some(&artist.guid) };
    place::album(&artist, &of, &folder.path().join("Album"), &options(), &mut |_| None);

    let root = &roots(&folder.path().join("artist.nfo"))[0];
    let both: &[(&str, &[&str])] = &[
        ("title", &["An Artist"]),
        ("sort title", &["Artist, An"]),
        ("plot", &["Artist plot"]),
        ("musicbrainz artist", &[artist_id]),
        ("art fanart", &["http://x/art.jpg"]),
        ("art poster", &["http://x/artist.jpg"]),
    ];
    expect("K", &kodi(root), both);
    expect("J", &jellyfin(root), both);
    let more: &[(&str, &[&str])] =
        &[("style", &["Art Rock"]), ("mood", &["Calm"]), ("genre", &["Rock"]), ("album", &["An Album (1999)"])];
    expect("K", &kodi(root), more);

    let root = &roots(&folder.path().join("Album/album.nfo"))[0];
    let both: &[(&str, &[&str])] =
        &[("title", &["An Album"]), ("plot", &["Album plot"]), ("date", &["1999-12-31"]), ("genre", &["Rock"])];
    expect("K", &kodi(root), both);
    expect("J", &jellyfin(root), both);
    let more: &[(&str, &[&str])] = &[
        ("artist", &["An Artist"]),
        ("label", &["Label"]),
        ("original date", &["1999-12-31"]),
        ("type", &["Live"]),
        ("release type", &["Live"]),
        ("shown rating", &["8.0"]),
        ("track", &["1 One 1:01"]),
    ];
    expect("K", &kodi(root), more);
    let more: &[(&str, &[&str])] = &[
        ("musicbrainz album", &[album_id]),
        ("studio", &["Label"]),
        ("tag", &["Art Rock"]),
        ("community rating", &["8"]),
    ];
    expect("J", &jellyfin(root), more);
}
