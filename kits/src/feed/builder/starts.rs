//! What the start tags of a feed begin.

use super::{Attributes, Builder, HTML, ITUNES, PLAIN, XHTML, attribute, plain_dict, text};
use crate::feed::{Dict, Key, Value};

impl Builder {
    pub(super) fn started(&mut self, key: Key, attributes: Attributes) {
        let get = |name: &str| attribute(&attributes, name);
        let here = self.in_feed || self.in_entry || self.in_source;
        match key.name.as_str() {
            "rss" => {
                if !self.version.starts_with("rss") {
                    let version = get("version").unwrap_or("");
                    self.version = match version {
                        "0.91" => "rss091u",
                        "0.92" => "rss092",
                        "0.93" => "rss093",
                        "0.94" => "rss094",
                        version if version.starts_with("2.") => "rss20",
                        _ => "rss",
                    };
                }
            }
            "rdf_rdf" => {}
            "channel" => self.in_feed = true,
            "feed" => {
                self.in_feed = true;
                if self.version.is_empty() {
                    self.version = match get("version") {
                        Some("0.1") => "atom01",
                        Some("0.2") => "atom02",
                        Some("0.3") => "atom03",
                        _ => "atom",
                    };
                }
            }
            "item" | "entry" | "product" => {
                self.entries.push(Dict::default());
                self.push("item", false);
                self.in_entry = true;
                self.guid_is_link = false;
                self.has_title = false;
                if let (Some(about), Some(entry)) = (get("rdf:about"), self.entries.last_mut()) {
                    entry.set("id", Value::Text(about.to_owned()));
                }
            }
            "image" => {
                if !self.in_entry {
                    self.feed.dict("image");
                }
                self.in_image = true;
                self.has_title = false;
                self.push("image", false);
            }
            "textinput" | "textInput" => {
                self.feed.dict("textinput");
                self.in_text_input = true;
                self.has_title = false;
                self.push("textinput", false);
            }
            "author" | "managingeditor" | "dc_author" | "dc_creator" | "itunes_author" => {
                self.in_author = true;
                self.push("author", true);
                self.context().list("authors").push(Value::Dict(Dict::default()));
            }
            "contributor" | "dc_contributor" => {
                self.in_contributor = true;
                self.context().list("contributors").push(Value::Dict(Dict::default()));
                self.push(if key.name == "contributor" { "contributor" } else { "name" }, false);
            }
            "itunes_owner" => {
                self.in_publisher = true;
                self.push("publisher", false);
            }
            "dc_publisher" | "webmaster" => self.push("publisher", true),
            "name" | "itunes_name" => self.push("name", false),
            "email" | "itunes_email" => self.push("email", false),
            "url" | "uri" | "homepage" => self.push("href", true),
            "width" => self.push("width", false),
            "height" => self.push("height", false),
            "title" | "dc_title" | "media_title" => {
                if self.depth == 0 {
                    self.push_content("title", &attributes, PLAIN, here);
                } else {
                    self.push("title", false);
                }
            }
            "link" | "itunes_link" => self.start_link(attributes),
            "guid" | "id" => {
                self.guid_is_link = key.name == "guid" && get("ispermalink").unwrap_or("true") == "true";
                self.push("id", true);
            }
            "subtitle" | "tagline" | "itunes_subtitle" => self.push_content("subtitle", &attributes, PLAIN, true),
            "rights" | "copyright" | "dc_rights" => self.push_content("rights", &attributes, PLAIN, true),
            "info" | "feedburner_browserfriendly" => self.push_content("info", &attributes, PLAIN, true),
            "description" | "dc_description" => {
                if self.context().has("summary") {
                    self.start_content(&attributes, PLAIN);
                } else {
                    self.push_content("description", &attributes, HTML, here);
                }
            }
            "abstract" => self.push_content("description", &attributes, PLAIN, here),
            "summary" | "itunes_summary" => {
                if self.context().has("summary") {
                    self.start_content(&attributes, PLAIN);
                } else {
                    self.push_content("summary", &attributes, PLAIN, true);
                }
            }
            "content" => self.start_content(&attributes, PLAIN),
            "content_encoded" | "fullitem" => self.start_content(&attributes, HTML),
            "body" | "xhtml_body" => self.start_content(&attributes, XHTML),
            "published" | "issued" | "dcterms_issued" => self.push("published", true),
            "updated" | "modified" | "dcterms_modified" | "pubdate" | "dc_date" | "lastbuilddate" => {
                self.push("updated", true);
            }
            "created" | "dcterms_created" => self.push("created", true),
            "expirationdate" => self.push("expired", true),
            "category" | "dc_subject" | "keywords" => {
                let scheme = get("scheme").or_else(|| get("domain"));
                self.add_tag(text(get("term")), text(scheme), text(get("label")));
                self.push("category", true);
            }
            "media_category" => {
                let scheme = get("scheme").unwrap_or("http://search.yahoo.com/mrss/category_schema");
                self.add_tag(Value::None, text(Some(scheme)), text(get("label")));
                self.push("category", true);
            }
            "itunes_category" => {
                self.add_tag(text(get("text")), Value::Word(ITUNES), Value::None);
                self.push("category", true);
            }
            "itunes_keywords" => self.push("itunes_keywords", true),
            "itunes_image" => {
                self.push("itunes_image", false);
                if let Some(href) = get("href").or_else(|| get("url")) {
                    let mut image = Dict::default();
                    image.set("href", Value::Text(href.to_owned()));
                    self.context().set("image", Value::Dict(image));
                }
            }
            "itunes_explicit" => self.push("itunes_explicit", true),
            "itunes_block" => self.push("itunes_block", true),
            "language" | "dc_language" => self.push("language", true),
            "generator" | "admin_generatoragent" => {
                let mut detail = self.link_attributes(attributes);
                if key.name == "admin_generatoragent" {
                    let address = detail.get("rdf:resource").cloned();
                    if let Some(address) = address {
                        detail = Dict::default();
                        detail.set("href", address.clone());
                        self.context().set("generator", address);
                    }
                }
                self.context().set("generator_detail", Value::Dict(detail));
                self.push("generator", true);
            }
            "enclosure" => {
                let mut link = Dict::default();
                link.set("rel", Value::Word("enclosure"));
                // Its address is taken as it is.
                for (name, value) in attributes.into_iter().filter(|(name, _)| name != "rel") {
                    let name = if matches!(name.as_str(), "url" | "uri") { "href" } else { name.as_str() };
                    link.set(name, Value::Text(value));
                }
                self.context().list("links").push(Value::Dict(link));
            }
            "source" => {
                if let Some(url) = get("url") {
                    self.source.set("href", Value::Text(url.to_owned()));
                }
                self.push("source", true);
                self.in_source = true;
                self.has_title = false;
            }
            "cc_license" | "creativecommons_license" => {
                let address = get("rdf:resource").map(str::to_owned);
                self.push("license", true);
                if let (Some(address), Some(open)) = (address, self.open.last_mut()) {
                    open.text.push_str(&address);
                }
            }
            "media_content" => self.append_attributes("media_content", attributes),
            "media_thumbnail" => {
                self.push("url", true);
                self.append_attributes("media_thumbnail", attributes);
            }
            "media_player" => {
                self.push("media_player", false);
                self.context().set("media_player", plain_dict(attributes));
            }
            _ if attributes.is_empty() => self.push_key(key, true),
            // An element that nothing is known of: its attributes.
            _ => self.context().set_key(key, plain_dict(attributes)),
        }
    }
}
