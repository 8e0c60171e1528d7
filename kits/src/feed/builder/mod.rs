//! Builds the dictionaries of a feed out of what a reader meets. Elements are looked at by name, with the prefix that
//! goes with their namespace: `itunes_duration`.

mod ends;
mod links;
mod starts;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

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
    /// What is read is no XML: texts come with their `&lt;` and the like, which only texts with a type lose.
    loose: bool,
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

/// The opposite of [`escape`], quotes included.
fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    text.replace("&quot;", "\"").replace("&apos;", "'")
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

    /// For tag soup.
    pub fn loose() -> Builder {
        Builder { loose: true, ..Builder::new() }
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
        // The one prefix that is listed with a capital.
        let name = match prefix_of(&lower) {
            Some("creativecommons") => "creativeCommons".to_owned(),
            known => known.unwrap_or(prefix).to_owned(),
        };
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
            // Tag soup comes with its references already.
            let text = if is_xhtml && !self.loose { Cow::Owned(escape(text)) } else { Cow::Borrowed(text) };
            open.text.push_str(&text);
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

    fn element_end(&mut self, key: &Key, local: &str) {
        let scope = self.scopes.pop();
        self.ended(key, local);
        if let Some((base, language)) = scope {
            self.base = base;
            self.language = language;
        }
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
        if self.loose && content.as_ref().is_some_and(|content| !content.base64 && !content.kind.ends_with("xml")) {
            output = unescape(&output);
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

/// An address of electronic mail in a text: its last part has two to four letters, or is a number.
fn find_email(text: &str) -> Option<String> {
    static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"[a-zA-Z0-9_.+-]+@(?:\[(?:[0-9]{1,3}\.){3}|(?:[a-zA-Z0-9-]+\.)+)(?:[a-zA-Z]{2,4}|[0-9]{1,3})\]?")
            .ok()
    });
    ADDRESS.as_ref()?.find(text).map(|found| found.as_str().to_owned())
}
