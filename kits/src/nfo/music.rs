//! The documents of artists and albums (`spec/nfo.md` §5).

use crate::models::item::{Entry, StoredItem};

use super::element::{Element, plain};
use super::ids;
use super::ratings::decimal;
use super::video::{Choices, pictures};

/// The id of MusicBrainz in a guid or an id.
fn musicbrainz(texts: &[&str]) -> Option<String> {
    let paths = texts.iter().map(|text| ids::of_guid(text).map_or(*text, |(_, path)| path));
    paths.map(|path| path.trim_matches('/')).find(|path| is_uuid(path)).map(str::to_owned)
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn summary(entry: &Entry, choices: &Choices) -> Option<String> {
    entry.text("summary").map(|text| if choices.keep_markup { text.to_owned() } else { plain(text) })
}

fn sets(element: &mut Element, entry: &Entry) {
    for (set, tag) in [("genres", "genre"), ("styles", "style"), ("moods", "mood")] {
        element.texts(tag, entry.texts(set).iter().map(String::as_str));
    }
}

/// `<artist>`. Albums that the artist's data only link to are given apart.
pub fn artist(item: &StoredItem, linked: &[StoredItem], choices: &Choices, fallback: &str) -> Element {
    let entry = &item.entry;
    let id = musicbrainz(&[item.id.as_deref().unwrap_or_default(), &item.guid]);
    let mut element = Element::new("artist");
    element
        .text("name", Some(entry.text("title").unwrap_or(fallback)))
        .text("sortname", entry.text("title_sort"))
        .text("musicBrainzArtistID", id.as_deref())
        .text("musicbrainzartistid", id.as_deref());
    sets(&mut element, entry);
    element.text("biography", summary(entry, choices).as_deref());
    ids::add(&mut element, &ids::of(item, ""));
    pictures(&mut element, entry, choices);
    let own = entry.keyed("albums").iter().map(|(_, album)| album);
    for album in own.chain(linked.iter().map(|album| &album.entry)) {
        let mut child = Element::new("album");
        child.text("title", album.text("title")).text("year", year(album));
        element.element(child);
    }
    element
}

fn year(entry: &Entry) -> Option<&str> {
    entry.text("originally_available_at").and_then(|date| date.split('-').next())
}

/// An album: an item of its own, or a part of a modern artist.
#[derive(Clone, Copy, Debug)]
pub struct Album<'a> {
    pub entry: &'a Entry,
    /// What may name the album's id: its guid, or its key in the artist's data.
    pub id: &'a str,
    pub artist: Option<&'a str>,
    /// The same of the artist.
    pub artist_id: Option<&'a str>,
}

/// `<album>`.
pub fn album(album: &Album<'_>, choices: &Choices, fallback: &str) -> Element {
    let entry = album.entry;
    let mut element = Element::new("album");
    element
        .text("title", Some(entry.text("title").unwrap_or(fallback)))
        .text("musicbrainzalbumid", musicbrainz(&[album.id]).as_deref());
    if let Some(name) = album.artist {
        let mut credits = Element::new("albumArtistCredits");
        let id = album.artist_id.and_then(|id| musicbrainz(&[id]));
        credits.text("artist", Some(name)).text("musicBrainzArtistID", id.as_deref());
        element.element(credits).text("artist", Some(name));
    }
    sets(&mut element, entry);
    element
        .text("review", summary(entry, choices).as_deref())
        .text("label", entry.text("studio"))
        .text("studio", entry.text("studio"))
        .text("releasedate", entry.text("originally_available_at"))
        .text("originalreleasedate", entry.text("originally_available_at"))
        .text("year", year(entry));
    let kinds = entry.texts("album_type").iter().chain(entry.texts("album_format"));
    let kinds: Vec<&str> = kinds.map(String::as_str).collect();
    element.text("type", Some(&kinds.join(" / "))).text("releasetype", kinds.first().copied());
    if let Some(rating) = entry.float("rating").filter(|rating| *rating > 0.0) {
        element.element(Element::new("rating").attribute("max", "10").holding(&decimal(rating)));
    }
    for (key, track) in entry.keyed("tracks") {
        let index = track.integer("track_index").or_else(|| track.integer("index")).or_else(|| key.parse().ok());
        let length = track.integer("duration").map(|duration| {
            let seconds = duration / 1000;
            format!("{}:{:02}", seconds / 60, seconds % 60)
        });
        let mut child = Element::new("track");
        child
            .number("position", index)
            .text("title", track.text("title").or_else(|| track.text("name")))
            .text("duration", length.as_deref());
        element.element(child);
    }
    pictures(&mut element, entry, choices);
    element
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::item::Value;

    #[test]
    fn an_artist_with_an_album() {
        let text = |text: &str| Value::Text(text.to_owned());
        let entry = |class: &str, values: Vec<(&str, Value)>| Entry {
            class: class.to_owned(),
            values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        let track = entry("Track", vec![("title", text("T")), ("duration", Value::Integer(185_000))]);
        let record = entry(
            "ModernAlbum",
            vec![
                ("title", text("A")),
                ("originally_available_at", text("1990-01-02")),
                ("album_type", Value::Texts(vec!["Live".to_owned()])),
                ("tracks", Value::Keyed(vec![("1".to_owned(), track)])),
            ],
        );
        let uuid = "83d91898-7763-47d7-b03b-b92132375c47";
        let item = StoredItem {
            class: "ModernArtist".to_owned(),
            guid: format!("mbid://{uuid}"),
            source: "org.musicbrainz.agents.music".to_owned(),
            id: None,
            entry: entry(
                "ModernArtist",
                vec![("title", text("Artist")), ("albums", Value::Keyed(vec![("x://1".to_owned(), record.clone())]))],
            ),
        };
        let written = artist(&item, &[], &Choices::default(), "Folder").written();
        assert!(written.contains(&format!("<musicbrainzartistid>{uuid}</musicbrainzartistid>")), "{written}");
        assert!(written.contains("<title>A</title>") && written.contains("<year>1990</year>"), "{written}");
        let of_artist = Album { entry: &record, id: uuid, artist: Some("Artist"), artist_id: Some(&item.guid) };
        let written = album(&of_artist, &Choices::default(), "Folder").written();
        assert!(written.contains(&format!("<musicbrainzalbumid>{uuid}</musicbrainzalbumid>")), "{written}");
        assert!(written.contains(&format!("<musicBrainzArtistID>{uuid}</musicBrainzArtistID>")), "{written}");
        assert!(
            written.contains("<duration>3:05</duration>") && written.contains("<position>1</position>"),
            "{written}"
        );
        assert!(written.contains("<releasetype>Live</releasetype>"), "{written}");
    }
}
