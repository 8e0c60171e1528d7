//! Localised texts: `Contents/Strings/<locale>.json` (`spec/storage.md` §11.1).

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

/// The texts of one locale.
type Table = Arc<HashMap<String, Localised>>;

/// One text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localised {
    pub text: String,
    /// The file took the tolerant reader, whose texts are always unicode.
    pub is_unicode: bool,
}

/// The texts of a bundle. Each file is read once, when it is first asked for.
#[derive(Debug)]
pub struct Strings {
    folder: PathBuf,
    tables: Mutex<HashMap<String, Option<Table>>>,
    default_locale: Mutex<String>,
}

impl Strings {
    pub fn new(folder: PathBuf, default_locale: &str) -> Self {
        Self { folder, tables: Mutex::default(), default_locale: Mutex::new(default_locale.to_owned()) }
    }

    pub fn default_locale(&self) -> String {
        self.default_locale.lock().clone()
    }

    pub fn set_default_locale(&self, locale: &str) {
        tracing::info!("Setting the default locale to {locale}");
        *self.default_locale.lock() = locale.to_owned();
        for code in fallbacks(locale) {
            self.table(code);
        }
    }

    /// The text for a key: that of the locale, of its language, of the default locale, of its language, else None.
    /// Empty texts count as missing.
    pub fn lookup(&self, key: &str, locale: Option<&str>) -> Option<Localised> {
        let default = self.default_locale();
        let own = locale.map(fallbacks).unwrap_or_default();
        let codes = own.into_iter().chain(fallbacks(&default));
        codes
            .filter_map(|code| self.table(code))
            .find_map(|table| table.get(key).filter(|t| !t.text.is_empty()).cloned())
    }

    /// As [`lookup`](Self::lookup), with the key itself where there is no text.
    pub fn localise(&self, key: &str, locale: Option<&str>) -> String {
        self.lookup(key, locale).map_or_else(|| key.to_owned(), |found| found.text)
    }

    /// The texts of exactly this code. A file that cannot be read is tried again next time.
    fn table(&self, code: &str) -> Option<Table> {
        // The code comes from a request header and becomes a file name.
        if code.is_empty() || !code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return None;
        }
        let mut tables = self.tables.lock();
        if let Some(table) = tables.get(code) {
            return table.clone();
        }
        let path = self.folder.join(format!("{code}.json"));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                tables.insert(code.to_owned(), None);
                return None;
            }
            Err(error) => {
                tracing::error!("Error loading {code} strings: {} ({error})", path.display());
                return None;
            }
        };
        match crate::json::read(&bytes) {
            Ok((Value::Object(entries), is_unicode)) => {
                let localised = |value| Some(Localised { text: text(value)?, is_unicode });
                let table = entries.iter().filter_map(|(key, value)| Some((key.clone(), localised(value)?))).collect();
                let table = Arc::new(table);
                tables.insert(code.to_owned(), Some(Arc::clone(&table)));
                tracing::debug!("Loaded {code} strings");
                Some(table)
            }
            Ok(_) => {
                tracing::error!("Error loading {code} strings: {} is not a JSON object", path.display());
                None
            }
            Err(error) => {
                tracing::error!("Error loading {code} strings: {}: {error}", path.display());
                None
            }
        }
    }
}

/// `fr-ca` → `fr-ca`, `fr`.
fn fallbacks(locale: &str) -> Vec<&str> {
    match locale.split_once('-') {
        Some((language, _)) => vec![locale, language],
        None => vec![locale],
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_locales() {
        let folder = tempfile::tempdir().unwrap();
        for (name, body) in [
            ("fr-ca", r#"{"a": "quebec", "e": ""}"#),
            ("fr", r#"{"a": "fr a", "b": "fr b"}"#),
            ("en-us", r#"{"a": "us", "c": "us c"}"#),
            ("en", r#"{"d": "en d", "e": "en e"}"#),
            ("xx", "broken"),
        ] {
            std::fs::write(folder.path().join(format!("{name}.json")), body).unwrap();
        }
        let strings = Strings::new(folder.path().to_owned(), "en-us");
        let texts: Vec<String> = "abcdef".chars().map(|k| strings.localise(&k.to_string(), Some("fr-ca"))).collect();
        assert_eq!(texts, ["quebec", "fr b", "us c", "en d", "en e", "f"]);
        assert_eq!(strings.localise("a", None), "us");
        assert_eq!(strings.localise("a", Some("xx")), "us");
        assert_eq!(strings.localise("a", Some("../fr")), "us");
        std::fs::write(folder.path().join("nl.json"), "{'a': 'nl', // note\n}").unwrap();
        let is_unicode = |locale| strings.lookup("a", Some(locale)).map(|found| found.is_unicode);
        assert_eq!((is_unicode("nl"), is_unicode("fr")), (Some(true), Some(false)));
        strings.set_default_locale("fr");
        assert_eq!(strings.localise("b", None), "fr b");
    }
}
