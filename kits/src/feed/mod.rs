//! RSS and Atom in the shape of Universal Feed Parser (`spec/kits.md` §5), without Python.
//!
//! [`parse`] reads a document strictly, and where that fails once more as tag soup; both tell [`builder`] what they
//! meet. [`dates`] and [`markup`] are its tools.

mod builder;
mod dates;
mod loose;
mod markup;
mod namespaces;

use crate::sax::{self, SaxError};

use builder::Builder;

/// A value of a feed.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Number(i64),
    /// Text of the document: always unicode.
    Text(String),
    /// A word of ours: a byte string.
    Word(&'static str),
    /// A time tuple.
    Time([i64; 9]),
    List(Vec<Value>),
    Dict(Dict),
    /// The attributes of an element, as a plain dictionary.
    Attributes(Vec<(String, Value)>),
}

/// A dictionary whose keys have aliases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dict {
    pub items: Vec<(Key, Value)>,
}

/// A name. Those that come from the document, with a prefix that is not known, are unicode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub foreign: bool,
}

/// Names that stand for others.
const ALIASES: &[(&str, &str)] = &[
    ("channel", "feed"),
    ("items", "entries"),
    ("guid", "id"),
    ("date", "updated"),
    ("date_parsed", "updated_parsed"),
    ("description", "summary"),
    ("url", "href"),
    ("modified", "updated"),
    ("modified_parsed", "updated_parsed"),
    ("issued", "published"),
    ("issued_parsed", "published_parsed"),
    ("copyright", "rights"),
    ("copyright_detail", "rights_detail"),
    ("tagline", "subtitle"),
    ("tagline_detail", "subtitle_detail"),
];

impl Dict {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.items.iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.items.iter_mut().find(|(key, _)| key.name == name).map(|(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a value, under the name that an alias stands for.
    pub fn set(&mut self, name: &str, value: Value) {
        self.set_key(Key { name: name.to_owned(), foreign: false }, value);
    }

    pub fn set_key(&mut self, mut key: Key, value: Value) {
        if let Some((_, name)) = ALIASES.iter().find(|(alias, _)| *alias == key.name) {
            key.name = (*name).to_owned();
        }
        match self.get_mut(&key.name) {
            Some(place) => *place = value,
            None => self.items.push((key, value)),
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.items.retain(|(key, _)| key.name != name);
    }

    /// The list under a name, made if it is not there.
    pub fn list(&mut self, name: &str) -> &mut Vec<Value> {
        self.nested(name, Value::List(Vec::new()));
        match self.get_mut(name) {
            Some(Value::List(list)) => list,
            // Just made so.
            _ => unreachable!("the value was made a list"),
        }
    }

    /// The dictionary under a name, made if it is not there.
    pub fn dict(&mut self, name: &str) -> &mut Dict {
        self.nested(name, Value::Dict(Dict::default()));
        match self.get_mut(name) {
            Some(Value::Dict(dict)) => dict,
            _ => unreachable!("the value was made a dictionary"),
        }
    }

    /// Makes sure that a value of the same kind stands under a name.
    fn nested(&mut self, name: &str, made: Value) {
        let same = self.get(name).is_some_and(|found| std::mem::discriminant(found) == std::mem::discriminant(&made));
        if !same {
            self.set(name, made);
        }
    }
}

/// A parsed feed.
#[derive(Debug)]
pub struct Feed {
    pub feed: Dict,
    pub entries: Vec<Dict>,
    pub version: &'static str,
    pub namespaces: Vec<(String, String)>,
    /// Why it was not read strictly.
    pub error: Option<SaxError>,
}

/// Reads a feed; whatever is wrong with it, something comes out.
pub fn parse(source: &str) -> Feed {
    let source = source.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let mut strict = Builder::new();
    match sax::parse(source, true, &mut strict) {
        Ok(()) => strict.finish(None),
        Err(error) => {
            let mut soup = Builder::loose();
            loose::parse(source, &mut soup);
            // The original puts a declaration on a line of its own before the document.
            let line = if source.starts_with("<?xml") { error.line } else { error.line + 1 };
            soup.finish(Some(SaxError { line, ..error }))
        }
    }
}

#[cfg(test)]
mod tests;
