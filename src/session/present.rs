//! Answers of plug-ins for people (a table) and for scripts (JSON).

use comfy_table::{ContentArrangement, Table, presets};
use roxmltree::{Document, Node};
use serde_json::{Map, Value};

/// Width of a table whose output is no terminal.
const WIDTH: u16 = 140;
/// Keys up to this length stand in the table; with a longer one they follow below it, whole lines that can be copied.
const LONGEST_KEY: usize = 60;

/// Reads an XML answer; None for other content.
pub fn parse(text: &str) -> Option<Document<'_>> {
    Document::parse(text).ok()
}

/// A container as a title, notices and a table of its items: title, kind, key, summary. `path` is that of the request:
/// relative keys lead on from there.
pub fn table(document: &Document<'_>, path: &str) -> String {
    let root = document.root_element();
    let mut out = String::new();
    let titles: Vec<&str> = ["title1", "title2"].iter().filter_map(|name| root.attribute(*name)).collect();
    if !titles.is_empty() {
        out.push_str(&titles.join(" / "));
        out.push('\n');
    }
    let notices: Vec<&str> = ["header", "message"].iter().filter_map(|name| root.attribute(*name)).collect();
    if !notices.is_empty() {
        out.push_str(&notices.join(": "));
        out.push('\n');
    }
    let items: Vec<Node<'_, '_>> = if root.has_tag_name("MediaContainer") {
        root.children().filter(Node::is_element).collect()
    } else {
        vec![root]
    };
    if items.is_empty() {
        out.push_str("(no items)\n");
        return out;
    }
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(WIDTH);
    }
    let keys: Vec<String> = items.iter().map(|item| key_of(*item, path)).collect();
    if keys.iter().all(|key| key.chars().count() <= LONGEST_KEY) {
        table.set_header(["title", "kind", "key", "summary"]);
        for (item, key) in items.into_iter().zip(keys) {
            table.add_row([title_of(item), kind_of(item), key, summary_of(item)]);
        }
        return out + &table.to_string() + "\n";
    }
    table.set_header(["", "title", "kind", "summary"]);
    for (at, item) in items.into_iter().enumerate() {
        table.add_row([(at + 1).to_string(), title_of(item), kind_of(item), summary_of(item)]);
    }
    out.push_str(&format!("{table}\nkeys:\n"));
    for (at, key) in keys.iter().enumerate() {
        out.push_str(&format!("{:>4}  {key}\n", at + 1));
    }
    out
}

fn title_of(item: Node<'_, '_>) -> String {
    ["title", "name", "tag", "label", "status", "id"]
        .iter()
        .find_map(|name| item.attribute(*name))
        .unwrap_or("")
        .to_owned()
}

fn kind_of(item: Node<'_, '_>) -> String {
    let tag = item.tag_name().name();
    if item.attribute("search") == Some("1") {
        return "search".to_owned();
    }
    if item.attribute("settings") == Some("1") {
        return "preferences".to_owned();
    }
    if item.attribute("popup") == Some("1") {
        return "popup".to_owned();
    }
    match (tag, item.attribute("type")) {
        ("Directory", None) => "menu".to_owned(),
        (_, Some(kind)) => kind.to_owned(),
        (tag, None) => tag.to_ascii_lowercase(),
    }
}

/// The key, or what is played where an item has none.
fn key_of(item: Node<'_, '_>, path: &str) -> String {
    let part = || item.descendants().find(|node| node.has_tag_name("Part")).and_then(|part| part.attribute("key"));
    let key = item.attribute("key").or_else(part).unwrap_or("");
    if key.is_empty() || key.starts_with('/') || key.contains("://") {
        return key.to_owned();
    }
    let folder = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    format!("{folder}/{key}")
}

fn summary_of(item: Node<'_, '_>) -> String {
    let text = ["summary", "tagline", "desc", "prompt"].iter().find_map(|name| item.attribute(*name)).unwrap_or("");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An XML answer as JSON: attributes as strings, children as lists under their element's name.
pub fn json(document: &Document<'_>) -> Value {
    let root = document.root_element();
    let mut outer = Map::new();
    outer.insert(root.tag_name().name().to_owned(), object(root));
    Value::Object(outer)
}

fn object(node: Node<'_, '_>) -> Value {
    let mut map = Map::new();
    for attribute in node.attributes() {
        map.insert(attribute.name().to_owned(), Value::String(attribute.value().to_owned()));
    }
    for child in node.children().filter(Node::is_element) {
        let list = map.entry(child.tag_name().name()).or_insert_with(|| Value::Array(Vec::new()));
        match list {
            Value::Array(items) => items.push(object(child)),
            // An attribute of the same name: the element wins.
            other => *other = Value::Array(vec![object(child)]),
        }
    }
    let text = node.text().unwrap_or_default().trim();
    if !text.is_empty() {
        map.insert("text".to_owned(), Value::String(text.to_owned()));
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: &str = "<MediaContainer title1=\"A\"><Directory key=\"/x\" title=\"One\" summary=\"s  t\"/>\
                        <Directory key=\"/y\" title=\"Find\" search=\"1\" prompt=\"p\"/>\
                        <Video title=\"Film\" type=\"clip\"><Media><Part key=\"http://e/f\"/></Media></Video></MediaContainer>";

    #[test]
    fn tables_show_items() {
        let text = table(&Document::parse(MENU).unwrap(), "/z");
        for wanted in ["A\n", "One", "menu", "s t", "search", "clip", "http://e/f"] {
            assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
        }
    }

    #[test]
    fn long_keys_stay_whole() {
        let key = format!("/video/x/:/function/F?function_args={}", "A".repeat(300));
        let menu =
            format!("<MediaContainer><Directory key=\"{key}\" name=\"One\"/><Directory key=\"k\"/></MediaContainer>");
        let text = table(&Document::parse(&menu).unwrap(), "/video/x");
        assert!(text.contains(&format!("\n   1  {key}\n   2  /video/x/k\n")), "{text}");
    }

    #[test]
    fn relative_keys_lead_on() {
        let menu = "<MediaContainer><Directory key=\"a/b\" title=\"One\"/></MediaContainer>";
        let text = table(&Document::parse(menu).unwrap(), "/video/x/?query=q");
        assert!(text.contains(" /video/x/a/b "), "{text}");
    }

    #[test]
    fn json_keeps_everything() {
        let value = json(&Document::parse(MENU).unwrap());
        assert_eq!(value["MediaContainer"]["Directory"][1]["search"], "1");
        assert_eq!(value["MediaContainer"]["Video"][0]["Media"][0]["Part"][0]["key"], "http://e/f");
    }
}
