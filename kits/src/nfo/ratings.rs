//! `ratings`: so written that all readers show the same picture (`spec/nfo.md` §3.2).

use crate::models::item::Entry;

use super::element::Element;

/// One rating.
#[derive(Clone, Debug, PartialEq)]
struct Rating {
    name: &'static str,
    max: u32,
    value: f64,
    votes: Option<i64>,
}

/// What an image says about a rating: its name and the scale that readers expect.
fn named(image: &str) -> (&'static str, u32) {
    let is_audience = image.contains("upright") || image.contains("spilled");
    if image.starts_with("imdb://") {
        ("imdb", 10)
    } else if image.starts_with("themoviedb://") {
        ("themoviedb", 10)
    } else if image.starts_with("rottentomatoes://") && is_audience {
        ("tomatometerallaudience", 100)
    } else if image.starts_with("rottentomatoes://") {
        ("tomatometerallcritics", 100)
    } else {
        ("default", 10)
    }
}

fn rating(value: Option<f64>, image: Option<&str>, votes: Option<i64>) -> Option<Rating> {
    let value = value.filter(|value| *value > 0.0 && *value <= 10.0)?;
    let (name, max) = named(image.unwrap_or_default());
    Some(Rating { name, max, value: value * f64::from(max) / 10.0, votes })
}

/// Audience first, critics, others, the default last: one reader takes the last, another the default.
fn order(rating: &Rating) -> u8 {
    match rating.name {
        "tomatometerallaudience" => 0,
        "tomatometerallcritics" => 1,
        "default" => 3,
        _ => 2,
    }
}

/// Adds the ratings of an entry.
pub fn add(element: &mut Element, entry: &Entry) {
    let main = rating(entry.float("rating"), entry.text("rating_image"), entry.integer("rating_count"));
    let audience = rating(entry.float("audience_rating"), entry.text("audience_rating_image"), None);
    let mut ratings: Vec<Rating> = main.into_iter().chain(audience).collect();
    ratings.sort_by_key(order);
    ratings.dedup_by(|one, other| one.name == other.name);
    // A percentage of the audience would be read as points where nothing of ten points follows it.
    if !ratings.iter().any(|rating| rating.max == 10) {
        ratings.retain(|rating| rating.name != "tomatometerallaudience");
    }
    let mut list = Element::new("ratings");
    let last = ratings.len().saturating_sub(1);
    for (at, rating) in ratings.iter().enumerate() {
        let mut child = Element::new("rating").attribute("name", rating.name).attribute("max", &rating.max.to_string());
        if at == last {
            child = child.attribute("default", "true");
        }
        child.text("value", Some(&decimal(rating.value))).number("votes", rating.votes.filter(|votes| *votes > 0));
        list.element(child);
    }
    element.element(list);
}

/// At most two decimals.
pub fn decimal(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::item::Value;

    fn written(values: &[(&str, Value)]) -> String {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let mut element = Element::new("movie");
        add(&mut element, &Entry { class: "Movie".to_owned(), values });
        element.written()
    }

    #[test]
    fn critics_come_before_the_default() {
        let text = written(&[
            ("rating", Value::Float(9.0)),
            ("rating_image", Value::Text("rottentomatoes://image.rating.ripe".to_owned())),
            ("rating_count", Value::Integer(12)),
            ("audience_rating", Value::Float(7.55)),
            ("audience_rating_image", Value::Text("imdb://image.rating".to_owned())),
        ]);
        let critics = text.find("name=\"tomatometerallcritics\" max=\"100\"").unwrap();
        let imdb = text.find("name=\"imdb\" max=\"10\" default=\"true\"").unwrap();
        assert!(critics < imdb && text.contains("<value>90</value>") && text.contains("<value>7.55</value>"), "{text}");
    }

    #[test]
    fn an_audience_alone_is_left_out() {
        let image = Value::Text("rottentomatoes://image.rating.upright".to_owned());
        let text = written(&[("audience_rating", Value::Float(8.0)), ("audience_rating_image", image)]);
        assert!(!text.contains("rating"), "{text}");
        assert_eq!(written(&[("rating", Value::Float(0.0))]), "<movie/>\n");
    }
}
