//! What the end tags of a feed complete.

use super::{Builder, ITUNES, XHTML, text};
use crate::feed::{Dict, Key, Value};

impl Builder {
    pub(super) fn ended(&mut self, key: &Key, local: &str) {
        let is_content = matches!(
            key.name.as_str(),
            "title"
                | "dc_title"
                | "media_title"
                | "subtitle"
                | "tagline"
                | "itunes_subtitle"
                | "rights"
                | "copyright"
                | "dc_rights"
                | "info"
                | "feedburner_browserfriendly"
                | "description"
                | "dc_description"
                | "abstract"
                | "summary"
                | "itunes_summary"
                | "content"
                | "content_encoded"
                | "fullitem"
                | "body"
                | "xhtml_body"
        );
        let inside = self.depth > 0 && self.content.as_ref().is_some_and(|content| content.kind == XHTML);
        if inside && (!is_content || self.open_elements_in_content(key)) {
            if let Some(open) = self.open.last_mut() {
                open.text.push_str(&format!("</{local}>"));
            }
            return;
        }
        match key.name.as_str() {
            "channel" | "feed" => self.in_feed = false,
            "item" | "entry" | "product" => {
                self.pop("item");
                self.in_entry = false;
            }
            "image" => {
                self.pop("image");
                self.in_image = false;
            }
            "textinput" => {
                self.pop("textinput");
                self.in_text_input = false;
            }
            "author" | "managingeditor" | "dc_author" | "dc_creator" | "itunes_author" => {
                self.pop("author");
                self.in_author = false;
                self.sync_author("author");
            }
            "contributor" | "dc_contributor" => {
                let value = self.pop(if key.name == "contributor" { "contributor" } else { "name" });
                if key.name == "dc_contributor" {
                    self.save_contributor("name", value);
                }
                self.in_contributor = false;
            }
            "itunes_owner" | "dc_publisher" | "webmaster" => {
                self.pop("publisher");
                self.in_publisher = false;
                self.sync_author("publisher");
            }
            "name" | "itunes_name" => {
                let value = self.pop("name");
                self.save_person("name", value);
            }
            "email" | "itunes_email" => {
                let value = self.pop("email");
                self.save_person("email", value);
            }
            "url" | "uri" | "homepage" => {
                let value = self.pop("href");
                if self.in_author {
                    self.save_author("href", value, "author");
                } else if self.in_contributor {
                    self.save_contributor("href", value);
                }
            }
            "width" | "height" => {
                let value = self.pop(&key.name).and_then(|value| value.trim().parse().ok()).unwrap_or(0);
                if self.in_image {
                    self.context().set(&key.name, Value::Number(value));
                }
            }
            "title" | "dc_title" => {
                let value = self.pop_content("title");
                self.has_title |= value.is_some_and(|value| !value.is_empty());
            }
            "media_title" => {
                self.pop_content("title");
            }
            "link" | "itunes_link" => {
                self.pop("link");
            }
            "guid" | "id" => {
                let value = self.pop("id");
                if key.name == "guid" {
                    let is_link = self.guid_is_link && !self.context().has("link");
                    self.save("guidislink", Value::Bool(is_link));
                    if self.guid_is_link {
                        self.save("link", text(value.as_deref()));
                    }
                }
            }
            "subtitle" | "tagline" | "itunes_subtitle" => drop(self.pop_content("subtitle")),
            "rights" | "copyright" | "dc_rights" => drop(self.pop_content("rights")),
            "info" | "feedburner_browserfriendly" => drop(self.pop_content("info")),
            "description" | "dc_description" | "abstract" | "summary" | "itunes_summary" => {
                let name = self.open.last().map(|open| open.key.name.clone()).unwrap_or_default();
                match name.as_str() {
                    "content" => self.end_content(),
                    name => drop(self.pop_content(name)),
                }
            }
            "content" | "content_encoded" | "fullitem" | "body" | "xhtml_body" => self.end_content(),
            "published" | "issued" | "dcterms_issued" => self.end_date("published", "published_parsed"),
            "updated" | "modified" | "dcterms_modified" | "pubdate" | "dc_date" | "lastbuilddate" => {
                self.end_date("updated", "updated_parsed");
            }
            "created" | "dcterms_created" => self.end_date("created", "created_parsed"),
            "expirationdate" => self.end_date("expired", "expired_parsed"),
            "category" | "dc_subject" | "keywords" | "itunes_category" | "media_category" => self.end_category(),
            "itunes_keywords" => {
                let words = self.pop("itunes_keywords").unwrap_or_default();
                for word in words.split_whitespace() {
                    self.add_tag(Value::Text(word.to_owned()), Value::Word(ITUNES), Value::None);
                }
            }
            "itunes_explicit" => {
                let value = match self.pop("itunes_explicit").as_deref() {
                    Some("yes") => Value::Bool(true),
                    Some("clean") => Value::Bool(false),
                    _ => Value::None,
                };
                self.context().set("itunes_explicit", value);
            }
            "itunes_block" => {
                let blocked = self.pop("itunes_block").as_deref() == Some("yes");
                self.context().set("itunes_block", Value::Number(i64::from(blocked)));
            }
            "language" | "dc_language" => self.language = self.pop("language").filter(|value| !value.is_empty()),
            "generator" | "admin_generatoragent" => {
                let value = self.pop("generator");
                if let (Some(value), true) = (value, self.context().has("generator_detail")) {
                    self.context().dict("generator_detail").set("name", Value::Text(value));
                }
            }
            "source" => {
                self.in_source = false;
                let value = self.pop("source");
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    self.source.set("title", Value::Text(value));
                }
                let source = std::mem::take(&mut self.source);
                self.context().set("source", Value::Dict(source));
            }
            "cc_license" | "creativecommons_license" => {
                let value = self.pop("license");
                let mut link = Dict::default();
                link.set("rel", Value::Word("license"));
                link.set("href", text(value.as_deref()));
                let context = self.context();
                context.list("links").push(Value::Dict(link));
                context.remove("license");
            }
            "media_thumbnail" => {
                let url = self.pop("url").filter(|url| !url.trim().is_empty());
                if let (Some(url), Some(Value::Attributes(last))) =
                    (url, self.context().list("media_thumbnail").last_mut())
                    && !last.iter().any(|(key, _)| key == "url")
                {
                    last.push(("url".to_owned(), Value::Text(url)));
                }
            }
            "media_player" => {
                let content = self.pop("media_player");
                if let Some(Value::Attributes(player)) = self.context().get_mut("media_player") {
                    player.push(("content".to_owned(), text(content.as_deref())));
                }
            }
            "itunes_image" => {
                self.pop("itunes_image");
            }
            _ => {
                self.pop(&key.name);
            }
        }
    }

    /// Whether an element of a name that texts have is one of the markup inside XHTML content.
    fn open_elements_in_content(&self, key: &Key) -> bool {
        let open = self.open.last().map(|open| open.key.name.as_str());
        let text = match key.name.as_str() {
            "description" | "dc_description" | "abstract" => &["description", "content"][..],
            "summary" | "itunes_summary" => &["summary", "content"],
            "content" | "content_encoded" | "fullitem" | "body" | "xhtml_body" => &["content"],
            "title" | "dc_title" | "media_title" => &["title"],
            "rights" | "copyright" | "dc_rights" => &["rights"],
            "info" | "feedburner_browserfriendly" => &["info"],
            _ => &["subtitle"],
        };
        !open.is_some_and(|open| text.contains(&open))
    }
}
