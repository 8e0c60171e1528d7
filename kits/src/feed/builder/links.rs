//! Links, tags and people of a feed.

use super::{Attributes, Builder, HTML, attribute, find_email, is_html, mime_type, text};
use crate::feed::markup::join;
use crate::feed::{Dict, Value};

impl Builder {
    /// Attributes with `href` for every name of an address, resolved.
    pub(super) fn link_attributes(&self, attributes: Attributes) -> Dict {
        let mut made = Dict::default();
        let href = ["href", "url", "uri"].iter().find_map(|name| attribute(&attributes, name)).map(str::to_owned);
        for (name, value) in attributes {
            if !matches!(name.as_str(), "href" | "url" | "uri") {
                made.set(&name, Value::Text(value));
            }
        }
        if let Some(href) = href {
            made.set("href", Value::Text(join(&self.base, &href)));
        }
        made
    }

    pub(super) fn start_link(&mut self, attributes: Attributes) {
        let mut link = Dict::default();
        let rel = attribute(&attributes, "rel").map(str::to_owned);
        let kind = attribute(&attributes, "type").map(str::to_owned);
        for (key, value) in self.link_attributes(attributes).items {
            link.set_key(key, value);
        }
        if rel.is_none() {
            link.set("rel", Value::Word("alternate"));
        }
        if kind.is_none() {
            let atom = rel.as_deref() == Some("self");
            link.set("type", Value::Word(if atom { "application/atom+xml" } else { HTML }));
        }
        let href = match link.get("href") {
            Some(Value::Text(href)) => Some(href.clone()),
            _ => None,
        };
        let alternate = rel.as_deref().is_none_or(|rel| rel == "alternate");
        let is_page = kind.as_deref().is_none_or(|kind| is_html(&mime_type(kind)));
        let expected = self.in_feed || self.in_entry || self.in_source;
        let in_picture = self.in_entry && self.in_image;
        let links = self.context().list("links");
        if !in_picture {
            links.push(Value::Dict(link));
        }
        match href {
            Some(href) => {
                if alternate && is_page {
                    self.context().set("link", Value::Text(href));
                }
            }
            None => self.push("link", expected),
        }
    }

    pub(super) fn add_tag(&mut self, term: Value, scheme: Value, label: Value) {
        let empty = |value: &Value| matches!(value, Value::None) || *value == Value::Text(String::new());
        let tags = self.context().list("tags");
        if empty(&term) && empty(&scheme) && empty(&label) {
            return;
        }
        let mut tag = Dict::default();
        tag.set("term", term);
        tag.set("scheme", scheme);
        tag.set("label", label);
        let tag = Value::Dict(tag);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }

    pub(super) fn end_category(&mut self) {
        let Some(value) = self.pop("category").filter(|value| !value.is_empty()) else { return };
        let value = Value::Text(value);
        if let Some(Value::Dict(last)) = self.context().list("tags").last_mut()
            && matches!(last.get("term"), None | Some(Value::None))
        {
            last.set("term", value);
            return;
        }
        self.add_tag(value, Value::None, Value::None);
    }

    pub(super) fn save_person(&mut self, name: &'static str, value: Option<String>) {
        if self.in_publisher {
            self.save_author(name, value, "publisher");
        } else if self.in_author {
            self.save_author(name, value, "author");
        } else if self.in_contributor {
            self.save_contributor(name, value);
        } else if self.in_text_input && name == "name" {
            self.context().set("name", text(value.as_deref()));
        }
    }

    pub(super) fn save_contributor(&mut self, name: &'static str, value: Option<String>) {
        let list = self.context().list("contributors");
        if list.is_empty() {
            list.push(Value::Dict(Dict::default()));
        }
        if let Some(Value::Dict(last)) = list.last_mut() {
            last.set(name, text(value.as_deref()));
        }
    }

    pub(super) fn save_author(&mut self, name: &'static str, value: Option<String>, who: &'static str) {
        self.context().dict(&format!("{who}_detail")).set(name, text(value.as_deref()));
        self.sync_author(who);
        let authors = self.context().list("authors");
        if authors.is_empty() {
            authors.push(Value::Dict(Dict::default()));
        }
        if let Some(Value::Dict(last)) = authors.last_mut() {
            last.set(name, text(value.as_deref()));
        }
    }

    /// Makes the author's text of its parts, or its parts of the text.
    pub(super) fn sync_author(&mut self, who: &'static str) {
        let context = self.context();
        let detail_name = format!("{who}_detail");
        let string = |value: Option<&Value>| match value {
            Some(Value::Text(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        if let Some(Value::Dict(detail)) =
            context.get(&detail_name).filter(|v| !matches!(v, Value::Dict(d) if d.items.is_empty()))
        {
            let (name, email) = (string(detail.get("name")), string(detail.get("email")));
            let shown = match (name, email) {
                (Some(name), Some(email)) => format!("{name} ({email})"),
                (Some(name), None) => name,
                (None, Some(email)) => email,
                (None, None) => return,
            };
            context.set(who, Value::Text(shown));
            return;
        }
        let Some(author) = string(context.get(who)) else { return };
        let email = find_email(&author);
        let mut name = author.clone();
        if let Some(email) = &email {
            name = name.replace(email, "").replace("()", "").replace("<>", "").replace("&lt;&gt;", "");
            name = name.trim().to_owned();
            name = name.strip_prefix('(').unwrap_or(&name).to_owned();
            name = name.strip_suffix(')').unwrap_or(&name).trim().to_owned();
        }
        let detail = context.dict(&detail_name);
        if !name.is_empty() {
            detail.set("name", Value::Text(name));
        }
        if let Some(email) = email {
            detail.set("email", Value::Text(email));
        }
    }
}
