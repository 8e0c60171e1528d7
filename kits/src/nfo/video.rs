//! The documents of films, shows, seasons and episodes (`spec/nfo.md` §3).

use crate::models::item::{Entry, StoredItem};

use super::element::{Element, plain};
use super::{ids, ratings};

/// What of the writing a user can choose.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Leave the markup in summaries.
    pub keep_markup: bool,
    /// Tell readers not to change the item.
    pub lock: bool,
    /// Name the addresses of pictures.
    pub image_urls: bool,
    /// Where further collections of a film go.
    pub collections: Collections,
    /// How certificates are written.
    pub certificates: Certificates,
}

/// How certificates of other countries than the USA are written; agents give them as `de/12`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificates {
    /// As the agent gave them.
    #[default]
    AsGiven,
    /// Without the country of the USA: `us/PG` becomes `PG`.
    Us,
    /// `de/12` becomes `DE-12`.
    Country,
}

/// A certificate in the form that a user chose.
fn certificate(given: &str, form: Certificates) -> String {
    let parts = given.split_once('/').filter(|(country, rest)| {
        country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic()) && !rest.is_empty()
    });
    match (form, parts) {
        (Certificates::Us, Some((country, rest))) if country.eq_ignore_ascii_case("us") => rest.to_owned(),
        (Certificates::Country, Some((country, rest))) => format!("{}-{rest}", country.to_ascii_uppercase()),
        _ => given.to_owned(),
    }
}

/// Where collections go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Collections {
    Tags,
    /// The first is a set, the others are tags.
    #[default]
    FirstSet,
    AllSets,
}

impl Default for Choices {
    fn default() -> Self {
        let (collections, certificates) = (Collections::default(), Certificates::default());
        Self { keep_markup: false, lock: false, image_urls: false, collections, certificates }
    }
}

/// The names of persons.
fn names(people: &[Entry]) -> impl Iterator<Item = &str> {
    people.iter().filter_map(|person| person.text("name"))
}

fn summary(element: &mut Element, entry: &Entry, choices: &Choices) {
    let text = entry.text("summary").map(|text| if choices.keep_markup { text.to_owned() } else { plain(text) });
    element.text("plot", text.as_deref());
}

/// Whole minutes of milliseconds, at least one.
fn minutes(entry: &Entry) -> Option<i64> {
    let duration = entry.integer("duration").filter(|duration| *duration > 0)?;
    Some(((duration + 30_000) / 60_000).max(1))
}

fn certificates(element: &mut Element, entry: &Entry, choices: &Choices) {
    let given = entry.text("content_rating");
    element.text("mpaa", given.map(|given| certificate(given, choices.certificates)).as_deref());
}

/// The date and the year; years that readers ignore are left out.
fn dates(element: &mut Element, entry: &Entry) {
    let date = entry.text("originally_available_at");
    element.text("premiered", date);
    let of_date = || date.and_then(|date| date.split('-').next()).and_then(|year| year.parse().ok());
    element.number("year", entry.integer("year").or_else(of_date).filter(|year| *year > 1850));
}

fn genres(element: &mut Element, entry: &Entry) {
    let genres: Vec<&str> = entry.texts("genres").iter().flat_map(|genre| genre.split('/')).map(str::trim).collect();
    element.texts("genre", genres);
    let countries: Vec<&str> = entry.texts("countries").iter().map(String::as_str).collect();
    element.text("country", Some(&countries.join(" / ")));
}

fn actors(element: &mut Element, entry: &Entry) {
    let kinds = [("roles", "Actor"), ("guest_stars", "GuestStar")];
    let people = kinds.iter().flat_map(|(set, kind)| entry.entries(set).iter().map(move |person| (person, *kind)));
    let named = people.filter_map(|(person, kind)| Some((person, person.text("name")?, kind)));
    for (order, (person, name, kind)) in named.enumerate() {
        let order = i64::try_from(order).ok();
        let photo = person.text("photo").filter(|photo| is_url(photo));
        let mut actor = Element::new("actor");
        actor
            .text("name", Some(name))
            .text("role", person.text("role"))
            .number("order", order)
            .number("sortorder", order)
            .text("thumb", photo)
            .text("type", Some(kind));
        element.element(actor);
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Collections and tags.
fn collections(element: &mut Element, entry: &Entry, choices: &Choices, takes_sets: bool) {
    let all = entry.texts("collections");
    let sets = match choices.collections {
        _ if !takes_sets => 0,
        Collections::Tags => 0,
        Collections::FirstSet => 1,
        Collections::AllSets => all.len(),
    };
    for name in all.iter().take(sets) {
        let mut set = Element::new("set");
        set.text("name", Some(name));
        element.element(set);
    }
    element.texts("tag", entry.texts("tags").iter().chain(all.iter().skip(sets)).map(String::as_str));
}

/// The first trailer that has an address; a video of YouTube in the form that all readers take.
fn trailer(element: &mut Element, entry: &Entry) {
    let trailers = entry.extras().iter().filter(|extra| extra.relation == "trailer");
    let url = trailers.filter_map(|extra| extra.url.as_deref()).find(|url| is_url(url));
    let url = url.map(|url| match youtube_id(url) {
        Some(id) => format!("plugin://plugin.video.youtube/play/?video_id={id}"),
        None => url.to_owned(),
    });
    element.text("trailer", url.as_deref());
}

fn youtube_id(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?.trim_start_matches("www.").trim_start_matches("m.");
    let id = match host {
        "youtu.be" => url.path().trim_matches('/').to_owned(),
        "youtube.com" => url.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned())?,
        _ => return None,
    };
    (!id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).then_some(id)
}

/// The addresses of the pictures in a container.
fn addresses<'a>(entry: &'a Entry, container: &str) -> impl Iterator<Item = &'a str> {
    entry.pictures(container).iter().filter_map(|picture| picture.url.as_deref()).filter(|url| is_url(url))
}

/// Addresses of pictures, where files beside the media are not wanted.
pub(super) fn pictures(element: &mut Element, entry: &Entry, choices: &Choices) {
    if !choices.image_urls {
        return;
    }
    for (container, aspect) in [("posters", "poster"), ("banners", "banner")] {
        for url in addresses(entry, container) {
            element.element(Element::new("thumb").attribute("aspect", aspect).holding(url));
        }
    }
    // The picture of an episode: readers take one without an aspect.
    element.texts("thumb", addresses(entry, "thumbs"));
    let mut fanart = Element::new("fanart");
    fanart.texts("thumb", addresses(entry, "art"));
    element.element(fanart);
}

/// Addresses of the seasons' pictures; behind those of the show, as one reader does not look at the season.
fn season_pictures(element: &mut Element, show: &Entry, choices: &Choices) {
    if !choices.image_urls {
        return;
    }
    for (number, season) in show.keyed("seasons") {
        for (container, aspect) in [("posters", "poster"), ("banners", "banner"), ("art", "fanart")] {
            for url in addresses(season, container) {
                let thumb = Element::new("thumb").attribute("aspect", aspect).attribute("type", "season");
                element.element(thumb.attribute("season", number).holding(url));
            }
        }
    }
}

fn lock(element: &mut Element, choices: &Choices) {
    element.text("lockdata", choices.lock.then_some("true"));
}

fn titles(element: &mut Element, entry: &Entry, fallback: &str) {
    let title = entry.text("title").unwrap_or(fallback);
    element.text("title", Some(title));
    element.text("originaltitle", entry.text("original_title").filter(|original| *original != title));
    element.text("sorttitle", entry.text("title_sort"));
}

/// What films and shows share.
fn common(element: &mut Element, item: &StoredItem, choices: &Choices, fallback: &str, is_film: bool) {
    let entry = &item.entry;
    titles(element, entry, fallback);
    ratings::add(element, entry);
    summary(element, entry, choices);
    element.text("tagline", entry.text("tagline")).number("runtime", minutes(entry));
    certificates(element, entry, choices);
    dates(element, entry);
    ids::add(element, &ids::of(item, ""));
    genres(element, entry);
    element
        .text("studio", entry.text("studio"))
        .texts("credits", names(entry.entries("writers")))
        .texts("director", names(entry.entries("directors")));
    collections(element, entry, choices, is_film);
    actors(element, entry);
    trailer(element, entry);
    pictures(element, entry, choices);
}

/// `<movie>`. The fallback is the title of a film without one: a reader ignores a film without a title.
pub fn movie(item: &StoredItem, choices: &Choices, fallback: &str) -> Element {
    let mut element = Element::new("movie");
    common(&mut element, item, choices, fallback, true);
    lock(&mut element, choices);
    element
}

/// `<tvshow>`.
pub fn show(item: &StoredItem, choices: &Choices, fallback: &str) -> Element {
    let mut element = Element::new("tvshow");
    common(&mut element, item, choices, fallback, false);
    for (number, season) in item.entry.keyed("seasons") {
        if let Some(title) = season.text("title") {
            element.element(Element::new("namedseason").attribute("number", number).holding(title));
        }
    }
    season_pictures(&mut element, &item.entry, choices);
    lock(&mut element, choices);
    element
}

/// `<season>`.
pub fn season(show: &StoredItem, number: &str, season: &Entry, choices: &Choices) -> Element {
    let mut element = Element::new("season");
    element.text("title", season.text("title"));
    summary(&mut element, season, choices);
    element.number("seasonnumber", number.parse().ok());
    let dates = season.keyed("episodes").iter().filter_map(|(_, episode)| episode.text("originally_available_at"));
    if let Some(first) = dates.min() {
        element.text("premiered", Some(first)).text("aired", Some(first));
        element.number("year", first.split('-').next().and_then(|year| year.parse().ok()).filter(|year| *year > 1850));
    }
    ids::add(&mut element, &ids::of(show, &format!("/{number}")));
    pictures(&mut element, season, choices);
    lock(&mut element, choices);
    element
}

/// `<episodedetails>`.
pub fn episode(show: &StoredItem, season: &str, number: &str, episode: &Entry, choices: &Choices) -> Element {
    let mut element = Element::new("episodedetails");
    titles(&mut element, episode, &format!("Episode {number}"));
    element
        .text("showtitle", show.entry.text("title"))
        .number("season", season.parse().ok())
        .number("episode", number.parse().ok());
    ratings::add(&mut element, episode);
    summary(&mut element, episode, choices);
    element.number("runtime", minutes(episode));
    certificates(&mut element, episode, choices);
    element.text("aired", episode.text("originally_available_at"));
    ids::add(&mut element, &ids::of(show, &format!("/{season}/{number}")));
    element.texts("credits", names(episode.entries("writers"))).texts("director", names(episode.entries("directors")));
    collections(&mut element, episode, choices, false);
    actors(&mut element, episode);
    trailer(&mut element, episode);
    pictures(&mut element, episode, choices);
    lock(&mut element, choices);
    element
}

/// The elements of the file of a video with one or several episodes, in the order of their numbers.
pub fn episodes(show: &StoredItem, season_number: &str, numbers: &[String], choices: &Choices) -> Vec<Element> {
    let seasons = show.entry.keyed("seasons");
    let Some((_, stored)) = seasons.iter().find(|(number, _)| number == season_number) else { return Vec::new() };
    let known = stored.keyed("episodes");
    let mut numbers: Vec<&String> = numbers.iter().collect();
    numbers.sort_by_key(|number| number.parse::<i64>().unwrap_or(i64::MAX));
    let entries = numbers.into_iter().filter_map(|number| known.iter().find(|(there, _)| there == number));
    entries.map(|(number, entry)| episode(show, season_number, number, entry, choices)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::item::{Extra, Value};
    use crate::models::node::Node;

    fn entry(class: &str, values: &[(&str, Value)]) -> Entry {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Entry { class: class.to_owned(), values }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn item(class: &str, values: &[(&str, Value)]) -> StoredItem {
        StoredItem {
            class: class.to_owned(),
            guid: "com.example.agents.demo://tt1727587?lang=en".to_owned(),
            source: "com.example.agents.demo".to_owned(),
            id: Some("tt1727587".to_owned()),
            entry: entry(class, values),
        }
    }

    #[test]
    fn a_film() {
        let person = |name: &str| entry("Person", &[("name", text(name)), ("role", text("Sintel"))]);
        let trailer = Extra {
            relation: "trailer".to_owned(),
            url: Some("https://www.youtube.com/watch?v=eRsGyueVLvQ".to_owned()),
            ..Extra::default()
        };
        let film = item(
            "Movie",
            &[
                ("title", text("Sintel")),
                ("original_title", text("Sintel")),
                ("rating", Value::Float(7.5)),
                ("summary", text("A girl looks for a dragon &amp; finds <i>more</i>.")),
                ("duration", Value::Integer(888_000)),
                ("originally_available_at", text("2010-09-27")),
                ("genres", Value::Texts(vec!["Animation".to_owned(), "Fantasy/Short".to_owned()])),
                ("countries", Value::Texts(vec!["Netherlands".to_owned(), "Germany".to_owned()])),
                ("collections", Value::Texts(vec!["Open".to_owned(), "Blender".to_owned()])),
                ("directors", Value::Entries(vec![person("C. L.")])),
                ("roles", Value::Entries(vec![person("H. R."), entry("Person", &[])])),
                ("extras", Value::Extras(vec![trailer])),
            ],
        );
        let expected = "<movie>
  <title>Sintel</title>
  <ratings>
    <rating name=\"default\" max=\"10\" default=\"true\">
      <value>7.5</value>
    </rating>
  </ratings>
  <plot>A girl looks for a dragon &amp; finds more.</plot>
  <runtime>15</runtime>
  <premiered>2010-09-27</premiered>
  <year>2010</year>
  <uniqueid type=\"imdb\" default=\"true\">tt1727587</uniqueid>
  <uniqueid type=\"demo\">tt1727587</uniqueid>
  <imdbid>tt1727587</imdbid>
  <genre>Animation</genre>
  <genre>Fantasy</genre>
  <genre>Short</genre>
  <country>Netherlands / Germany</country>
  <director>C. L.</director>
  <set>
    <name>Open</name>
  </set>
  <tag>Blender</tag>
  <actor>
    <name>H. R.</name>
    <role>Sintel</role>
    <order>0</order>
    <sortorder>0</sortorder>
    <type>Actor</type>
  </actor>
  <trailer>plugin://plugin.video.youtube/play/?video_id=eRsGyueVLvQ</trailer>
</movie>
";
        assert_eq!(movie(&film, &Choices::default(), "File").written(), expected);
        let empty = item("Movie", &[]);
        let title = movie(&empty, &Choices::default(), "File").node().child_text("title").map(str::to_owned);
        assert_eq!(title.as_deref(), Some("File"));
    }

    #[test]
    fn certificates_of_countries() {
        assert_eq!(certificate("de/12", Certificates::AsGiven), "de/12");
        assert_eq!(certificate("us/PG", Certificates::Us), "PG");
        assert_eq!(certificate("de/12", Certificates::Us), "de/12");
        assert_eq!(certificate("de/12", Certificates::Country), "DE-12");
        assert_eq!(certificate("N/A", Certificates::Country), "N/A");
    }

    #[test]
    fn a_show_and_its_episodes() {
        let episode = |title: &str| {
            let star = entry("Person", &[("name", text("G"))]);
            entry(
                "Episode",
                &[
                    ("title", text(title)),
                    ("originally_available_at", text("2010-05-06")),
                    ("guest_stars", Value::Entries(vec![star])),
                ],
            )
        };
        let episodes_of =
            Value::Keyed(vec![("1".to_owned(), episode("One </episodedetails>")), ("2".to_owned(), episode("Two"))]);
        let first = entry("Season", &[("title", text("The Start")), ("episodes", episodes_of)]);
        let show_item = item(
            "TV_Show",
            &[("title", text("Show")), ("seasons", Value::Keyed(vec![("1".to_owned(), first.clone())]))],
        );
        let written = show(&show_item, &Choices::default(), "Folder").written();
        assert!(written.contains("<namedseason number=\"1\">The Start</namedseason>"), "{written}");
        let both = episodes(&show_item, "1", &["2".to_owned(), "1".to_owned()], &Choices::default());
        let both: String = both.iter().map(Element::written).collect();
        assert_eq!(both.matches("</episodedetails>").count(), 2);
        for part in both.split_inclusive("</episodedetails>\n") {
            let node = Node::parse(part.as_bytes()).unwrap();
            assert_eq!(node.child_text("season"), Some("1"));
            assert_eq!(node.child("actor").and_then(|actor| actor.child_text("type")), Some("GuestStar"));
        }
        assert!(both.contains("<uniqueid type=\"demo\" default=\"true\">tt1727587/1/2</uniqueid>"), "{both}");
        let file = season(&show_item, "1", &first, &Choices::default()).written();
        assert!(file.contains("<seasonnumber>1</seasonnumber>") && file.contains("<aired>2010-05-06</aired>"));
    }
}
