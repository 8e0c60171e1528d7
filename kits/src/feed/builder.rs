//! Builds the dictionaries of a feed out of what a reader meets. Elements are looked at by name, with the prefix that
//! goes with their namespace: `itunes_duration`.

use super::markup::{join, looks_like_html, resolve, sanitize};
use super::namespaces::prefix_of;
use super::{Dict, Feed, Key, Value, dates};
use crate::sax::{Handler, Name, SaxError};

/// Texts that are addresses.
const ADDRESSES: &[&str] =
    &["link", "id", "wfw_comment", "wfw_commentrss", "docs", "url", "href", "comments", "icon", "logo"];
/// Texts that may hold markup.
const WITH_MARKUP: &[&str] =
    &["content", "title", "summary", "info", "tagline", "subtitle", "copyright", "rights", "description"];
/// Deepest nesting that is kept track of.
const DEEPEST: usize = 2000;

const HTML: &str = "text/html";
const XHTML: &str = "application/xhtml+xml";
const PLAIN: &str = "text/plain";
const ITUNES: &str = "http://www.itunes.com/";

/// An element that is open.
struct Open {
    key: Key,
    expected: bool,
    text: String,
}

/// What is known of the text construct that is being read.
#[derive(Clone, Default)]
struct Content {
    kind: String,
    /// The type was not in the document: a word of ours.
    own_kind: Option<&'static str>,
    language: Option<String>,
    base: String,
    source: Option<String>,
    base64: bool,
}

#[derive(Default)]
pub struct Builder {
    feed: Dict,
    entries: Vec<Dict>,
    version: &'static str,
    namespaces: Vec<(String, String)>,
    open: Vec<Open>,
    content: Option<Content>,
    /// How many text constructs are open.
    depth: usize,
    /// Base address and language of each open element.
    scopes: Vec<(String, Option<String>)>,
    base: String,
    language: Option<String>,
    in_feed: bool,
    in_entry: bool,
    in_image: bool,
    in_text_input: bool,
    in_source: bool,
    in_author: bool,
    in_contributor: bool,
    in_publisher: bool,
    has_title: bool,
    guid_is_link: bool,
    source: Dict,
}

type Attributes = Vec<(String, String)>;

fn attribute<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn text(value: Option<&str>) -> Value {
    value.map_or(Value::None, |value| Value::Text(value.to_owned()))
}

/// A type by its short name.
fn mime_type(kind: &str) -> String {
    let kind = kind.to_lowercase();
    match kind.as_str() {
        "text" | "plain" => PLAIN.to_owned(),
        "html" => HTML.to_owned(),
        "xhtml" => XHTML.to_owned(),
        _ => kind,
    }
}

fn is_html(kind: &str) -> bool {
    kind == HTML || kind == XHTML
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An element's name without a prefix, or with one joined to it; and whether the prefix is a foreign one.
fn key_of(prefix: &str, local: &str, foreign: bool) -> Key {
    let name = if prefix.is_empty() { local.to_owned() } else { format!("{prefix}_{local}") };
    Key { name, foreign: foreign && !prefix.is_empty() }
}

impl Handler for Builder {
    type Error = SaxError;

    fn namespace(&mut self, prefix: &str, uri: &str) {
        self.track_namespace(prefix, uri);
    }

    fn start(&mut self, name: &Name, attributes: Vec<(Name, String)>) -> Result<(), SaxError> {
        let attributes = attributes
            .into_iter()
            .map(|(name, value)| {
                let prefix = name.uri.as_deref().and_then(prefix_of).unwrap_or("");
                let local = name.local.to_lowercase();
                (if prefix.is_empty() { local } else { format!("{prefix}:{local}") }, value)
            })
            .collect();
        let (prefix, foreign) = Self::prefix(name);
        self.element(&prefix, &name.local.to_lowercase(), foreign, attributes, &name.written());
        Ok(())
    }

    fn end(&mut self, name: &Name) -> Result<(), SaxError> {
        let (prefix, foreign) = Self::prefix(name);
        self.element_end(&key_of(&prefix, &name.local.to_lowercase(), foreign), &name.local);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), SaxError> {
        Builder::text(self, text);
        Ok(())
    }
}

impl Builder {
    pub fn new() -> Builder {
        Builder::default()
    }

    fn prefix(name: &Name) -> (String, bool) {
        match name.uri.as_deref().and_then(prefix_of) {
            Some(known) => (known.to_owned(), false),
            None => (name.prefix.to_lowercase(), true),
        }
    }

    pub fn track_namespace(&mut self, prefix: &str, uri: &str) {
        let lower = uri.to_ascii_lowercase();
        if self.version.is_empty() {
            self.version = match lower.as_str() {
                "http://my.netscape.com/rdf/simple/0.9/" if prefix.is_empty() => "rss090",
                "http://purl.org/rss/1.0/" => "rss10",
                "http://www.w3.org/2005/atom" => "atom10",
                _ => "",
            };
        }
        let name = prefix_of(&lower).unwrap_or(prefix).to_owned();
        match self.namespaces.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => *place = uri.to_owned(),
            None => self.namespaces.push((name, uri.to_owned())),
        }
    }

    /// A start tag of tag soup.
    pub fn start_tag(&mut self, name: &str, attributes: Attributes) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let foreign = !prefix.is_empty() && !self.namespaces.iter().any(|(known, _)| known == prefix);
        self.element(prefix, local, foreign, attributes, name);
    }

    /// An end tag of tag soup.
    pub fn end_tag(&mut self, name: &str) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        self.element_end(&key_of(prefix, local, false), local);
    }

    pub fn text(&mut self, text: &str) {
        let is_xhtml = self.content.as_ref().is_some_and(|content| content.kind == XHTML);
        if let Some(open) = self.open.last_mut() {
            if is_xhtml { open.text.push_str(&escape(text)) } else { open.text.push_str(text) }
        }
    }

    pub fn finish(self, error: Option<SaxError>) -> Feed {
        let Builder { feed, entries, version, namespaces, .. } = self;
        Feed { feed, entries, version, namespaces, error }
    }

    // ---- elements ----------------------------------------------------------------------------------------------

    fn element(&mut self, prefix: &str, local: &str, foreign: bool, mut attributes: Attributes, written: &str) {
        for (name, value) in &mut attributes {
            if matches!(name.as_str(), "rel" | "type") {
                *value = value.to_lowercase();
            }
        }
        if self.scopes.len() < DEEPEST {
            self.scopes.push((self.base.clone(), self.language.clone()));
        }
        let base = attribute(&attributes, "xml:base").or_else(|| attribute(&attributes, "base"));
        if let Some(base) = base {
            self.base = join(&self.base, base);
        }
        let language = attribute(&attributes, "xml:lang").or_else(|| attribute(&attributes, "lang"));
        if let Some(language) = language {
            self.language = Some(language.to_owned()).filter(|language| !language.is_empty());
        }
        let is_root = matches!(local, "feed" | "rss" | "rdf");
        if is_root && let Some(language) = self.language.clone() {
            self.feed.set("language", Value::Text(language.replace('_', "-")));
        }
        // Inside XHTML content, elements are text.
        if self.depth > 0
            && let Some(content) = &mut self.content
        {
            if !content.kind.ends_with("xml") {
                if local == "div" && matches!(prefix, "" | "xhtml") {
                    return;
                }
                // Markup that is not escaped.
                content.kind = XHTML.to_owned();
                content.own_kind = Some(XHTML);
            }
            if content.kind == XHTML {
                let name = if prefix == "xhtml" { local } else { written };
                let mut tag = format!("<{name}");
                for (key, value) in &attributes {
                    tag.push_str(&format!(" {key}=\"{}\"", escape(value).replace('"', "&quot;")));
                }
                tag.push('>');
                if let Some(open) = self.open.last_mut() {
                    open.text.push_str(&tag);
                }
                return;
            }
        }
        if prefix.is_empty() {
            // An image or text input that was never closed ends here.
            self.in_text_input &= matches!(local, "title" | "link" | "description" | "name");
            self.in_image &= matches!(local, "title" | "link" | "description" | "url" | "href" | "width" | "height");
        }
        let key = key_of(prefix, local, foreign);
        self.started(key, attributes);
    }

    fn started(&mut self, key: Key, attributes: Attributes) {
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
            "cc_license" | "creativecommons_license" => self.push("license", true),
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

    fn element_end(&mut self, key: &Key, local: &str) {
        let scope = self.scopes.pop();
        self.ended(key, local);
        if let Some((base, language)) = scope {
            self.base = base;
            // The feed's own language stays for what follows.
            if !matches!(key.name.as_str(), "language" | "dc_language") {
                self.language = language;
            }
        }
    }

    fn ended(&mut self, key: &Key, local: &str) {
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
                self.context().list("links").push(Value::Dict(link));
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

    // ---- places ------------------------------------------------------------------------------------------------

    /// The dictionary that values belong to at present.
    fn context(&mut self) -> &mut Dict {
        if self.in_source {
            return &mut self.source;
        }
        if self.in_image && self.feed.has("image") {
            return self.feed.dict("image");
        }
        if self.in_text_input {
            return self.feed.dict("textinput");
        }
        match self.entries.last_mut() {
            Some(entry) if self.in_entry => entry,
            _ => &mut self.feed,
        }
    }

    /// Sets a value unless there is one.
    fn save(&mut self, name: &str, value: Value) {
        if !self.context().has(name) {
            self.context().set(name, value);
        }
    }

    fn append_attributes(&mut self, name: &str, attributes: Attributes) {
        self.context().list(name).push(plain_dict(attributes));
    }

    fn push(&mut self, name: &str, expected: bool) {
        self.push_key(Key { name: name.to_owned(), foreign: false }, expected);
    }

    fn push_key(&mut self, key: Key, expected: bool) {
        if self.open.len() < DEEPEST {
            self.open.push(Open { key, expected, text: String::new() });
        }
    }

    fn push_content(&mut self, name: &str, attributes: &Attributes, default: &'static str, expected: bool) {
        self.depth += 1;
        let given = attribute(attributes, "type");
        let kind = mime_type(given.unwrap_or(default));
        let own_kind = [PLAIN, HTML, XHTML].into_iter().find(|known| *known == kind && given != Some(known));
        let binary = !kind.starts_with("text/") && !kind.ends_with("+xml") && !kind.ends_with("/xml");
        let base64 =
            attribute(attributes, "mode") == Some("base64") || binary && attribute(attributes, "src").is_none();
        self.content = Some(Content {
            kind,
            own_kind,
            language: self.language.clone(),
            base: self.base.clone(),
            source: attribute(attributes, "src").map(str::to_owned),
            base64,
        });
        self.push(name, expected);
    }

    fn start_content(&mut self, attributes: &Attributes, default: &'static str) {
        self.push_content("content", attributes, default, true);
    }

    fn pop_content(&mut self, name: &str) -> Option<String> {
        let value = self.pop(name);
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            self.content = None;
        }
        value
    }

    fn end_content(&mut self) {
        let copied = self.content.as_ref().is_some_and(|content| content.kind == PLAIN || is_html(&content.kind));
        let value = self.pop_content("content");
        if copied {
            self.save("summary", text(value.as_deref()));
        }
    }

    fn end_date(&mut self, name: &'static str, parsed: &'static str) {
        let value = self.pop(name);
        let moment = value.as_deref().and_then(dates::parse);
        let moment = moment.map_or(Value::None, |moment| {
            let [a, b, c, d, e, f] = moment.parts;
            Value::Time([a, b, c, d, e, f, moment.weekday, moment.yearday, 0])
        });
        self.context().set(parsed, moment);
    }

    /// Ends the text of an element and puts it where it belongs.
    fn pop(&mut self, name: &str) -> Option<String> {
        if self.open.last().is_none_or(|open| open.key.name != name) {
            return None;
        }
        let Open { key, expected, text: gathered } = self.open.pop()?;
        let mut output = gathered;
        if self.version == "atom10"
            && let Some(content) = &self.content
            && (content.kind == XHTML || content.kind == "text")
        {
            output = without_div(&output);
        }
        // A no-break space is text.
        output = output.trim_matches(|c: char| c.is_ascii_whitespace()).to_owned();
        if !expected {
            return Some(output);
        }
        let content = self.content.clone();
        if let Some(content) = &content
            && content.base64
            && let Some(bytes) = crate::string_transforms::base64_decode(output.as_bytes())
        {
            output = String::from_utf8_lossy(&bytes).into_owned();
        }
        if ADDRESSES.contains(&name) && !output.is_empty() {
            output = join(&self.base, &output);
        }
        let mut kind = content.as_ref().map(|content| content.kind.clone()).unwrap_or_default();
        if !self.version.starts_with("atom") && kind == PLAIN && looks_like_html(&output) {
            kind = HTML.to_owned();
            if let Some(content) = &mut self.content {
                content.kind = HTML.to_owned();
                content.own_kind = Some(HTML);
            }
        }
        if is_html(&kind) && WITH_MARKUP.contains(&name) {
            output = sanitize(&resolve(&output, &self.base));
        }
        output = typographic(&output);
        if name == "category" || name == "title" && self.has_title {
            return Some(output);
        }
        self.store(key, &output);
        Some(output)
    }

    fn store(&mut self, key: Key, output: &str) {
        let detail = self.content.clone().filter(|_| self.depth > 0).map(|content| detail(&content, output));
        let name = key.name.clone();
        let value = Value::Text(output.to_owned());
        if self.in_entry && !self.in_source {
            let in_image = self.in_image;
            let Some(entry) = self.entries.last_mut() else { return };
            match name.as_str() {
                "content" => entry.list("content").extend(detail.map(Value::Dict)),
                "link" => {
                    if !in_image {
                        entry.set("link", value.clone());
                        if let (Some(Value::Dict(link)), false) = (entry.list("links").last_mut(), output.is_empty()) {
                            link.set("href", value);
                        }
                    }
                }
                _ => {
                    let key = if name == "description" { Key { name: "summary".to_owned(), ..key } } else { key };
                    let detail_name = format!("{}_detail", key.name);
                    entry.set_key(key, value);
                    if let Some(detail) = detail {
                        entry.set(&detail_name, Value::Dict(detail));
                    }
                }
            }
        } else if self.in_feed || self.in_source {
            let context = self.context();
            let key = if name == "description" { Key { name: "subtitle".to_owned(), ..key } } else { key };
            let detail_name = format!("{}_detail", key.name);
            context.set_key(key, value.clone());
            if name == "link" {
                if let Some(Value::Dict(link)) = context.list("links").last_mut() {
                    link.set("href", value);
                }
            } else if let Some(detail) = detail {
                context.set(&detail_name, Value::Dict(detail));
            }
        }
    }

    // ---- links, tags, people -------------------------------------------------------------------------------------

    /// Attributes with `href` for every name of an address, resolved.
    fn link_attributes(&self, attributes: Attributes) -> Dict {
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

    fn start_link(&mut self, attributes: Attributes) {
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
        if !(self.in_entry && self.in_image) {
            self.context().list("links").push(Value::Dict(link));
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

    fn add_tag(&mut self, term: Value, scheme: Value, label: Value) {
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

    fn end_category(&mut self) {
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

    fn save_person(&mut self, name: &'static str, value: Option<String>) {
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

    fn save_contributor(&mut self, name: &'static str, value: Option<String>) {
        let list = self.context().list("contributors");
        if list.is_empty() {
            list.push(Value::Dict(Dict::default()));
        }
        if let Some(Value::Dict(last)) = list.last_mut() {
            last.set(name, text(value.as_deref()));
        }
    }

    fn save_author(&mut self, name: &'static str, value: Option<String>, who: &'static str) {
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
    fn sync_author(&mut self, who: &'static str) {
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

fn plain_dict(attributes: Attributes) -> Value {
    Value::Attributes(attributes.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
}

/// What is said of a text beside the text.
fn detail(content: &Content, value: &str) -> Dict {
    let mut made = Dict::default();
    let kind = content.own_kind.map_or_else(|| Value::Text(content.kind.clone()), Value::Word);
    made.set("type", kind);
    made.set("language", text(content.language.as_deref()));
    made.set("base", Value::Text(content.base.clone()));
    if let Some(source) = &content.source {
        made.set("src", Value::Text(source.clone()));
    }
    made.set("value", Value::Text(value.to_owned()));
    made
}

/// The text without the one `div` that holds all of it.
fn without_div(text: &str) -> String {
    let trimmed = text.trim();
    let inner = trimmed
        .strip_prefix("<div")
        .and_then(|rest| rest.split_once('>'))
        .and_then(|(_, rest)| rest.strip_suffix("</div>"));
    inner.unwrap_or(text).to_owned()
}

/// The characters that Windows has where ISO 8859-1 has controls.
fn typographic(text: &str) -> String {
    if !text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)) {
        return text.to_owned();
    }
    let map = |c: char| match u8::try_from(u32::from(c)) {
        Ok(byte @ 0x80..=0x9f) => {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or(c)
        }
        _ => c,
    };
    text.chars().map(map).collect()
}

/// An address of electronic mail in a text.
fn find_email(text: &str) -> Option<String> {
    let at = text.match_indices('@').map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back().is_some_and(is_mail_char);
        before && text[at + 1..].contains('.')
    })?;
    let start = text[..at].rfind(|c| !is_mail_char(c)).map_or(0, |start| start + 1);
    let rest = &text[at + 1..];
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))).unwrap_or(rest.len());
    let domain = rest[..end].trim_end_matches('.');
    domain.contains('.').then(|| format!("{}@{domain}", &text[start..at]))
}

fn is_mail_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.+".contains(c)
}
