//! The documents of artists and albums (`spec/nfo.md` §5).

use crate::models::item::{Entry, StoredItem};

use super::element::{Element, plain};
use super::ids;
use super::ratings::decimal;
use super::video::Choices;

/// The id of an item if it is one of MusicBrainz.
fn musicbrainz(item: &StoredItem) -> Option<String> {
    let (_, path) = ids::of_guid(&item.guid)?;
    [item.id.as_deref().unwrap_or_default(), path].into_iter().find(|id| is_uuid(id)).map(str::to_owned)
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

/// `<artist>`.
pub fn artist(item: &StoredItem, choices: &Choices, fallback: &str) -> Element {
    let entry = &item.entry;
    let id = musicbrainz(item);
    let mut element = Element::new("artist");
    element
        .text("name", Some(entry.text("title").unwrap_or(fallback)))
        .text("sortname", entry.text("title_sort"))
        .text("musicBrainzArtistID", id.as_deref())
        .text("musicbrainzartistid", id.as_deref());
    sets(&mut element, entry);
    element.text("biography", summary(entry, choices).as_deref());
    ids::add(&mut element, &ids::of(item, ""));
    for (_, album) in entry.keyed("albums") {
        let mut child = Element::new("album");
        child.text("title", album.text("title")).text("year", year(album));
        element.element(child);
    }
    element
}

fn year(entry: &Entry) -> Option<&str> {
    entry.text("originally_available_at").and_then(|date| date.split('-').next())
}

/// `<album>`. An album of a modern artist is part of the artist's item.
pub fn album(entry: &Entry, artist: Option<&str>, choices: &Choices, fallback: &str) -> Element {
    let mut element = Element::new("album");
    element.text("title", Some(entry.text("title").unwrap_or(fallback)));
    if let Some(name) = artist {
        let mut credits = Element::new("albumArtistCredits");
        credits.text("artist", Some(name));
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
        let written = artist(&item, &Choices::default(), "Folder").written();
        assert!(written.contains(&format!("<musicbrainzartistid>{uuid}</musicbrainzartistid>")), "{written}");
        assert!(written.contains("<title>A</title>") && written.contains("<year>1990</year>"), "{written}");
        let written = album(&record, Some("Artist"), &Choices::default(), "Folder").written();
        assert!(
            written.contains("<duration>3:05</duration>") && written.contains("<position>1</position>"),
            "{written}"
        );
        assert!(written.contains("<releasetype>Live</releasetype>"), "{written}");
    }
}
