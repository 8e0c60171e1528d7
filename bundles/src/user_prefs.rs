//! The user's values of the preferences: `Plug-in Support/Preferences/<identifier>.xml` (`spec/storage.md` §9.3).

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use quick_xml::escape::escape;

use crate::dict_order;
use crate::prefs::{Decoded, Definition, Definitions};

/// The user's values, in encoded form. Kept in step with the file, which the server or the user may edit.
#[derive(Debug)]
pub struct UserPrefs {
    path: PathBuf,
    identifier: String,
    values: HashMap<String, Option<String>>,
    /// Modification time of what was read last; None before the first read.
    read: Option<Option<SystemTime>>,
}

impl UserPrefs {
    pub fn new(path: PathBuf, identifier: &str) -> Self {
        Self { path, identifier: identifier.to_owned(), values: HashMap::new(), read: None }
    }

    /// Reads the file if it was not read yet or has changed; writes one with the defaults if there is none.
    pub fn refresh(&mut self, definitions: &Definitions) -> io::Result<()> {
        let modified = std::fs::metadata(&self.path).and_then(|data| data.modified()).ok();
        match self.read {
            Some(known) if known == modified && modified.is_some() => return Ok(()),
            _ => {}
        }
        let again = self.read.is_some();
        if modified.is_none() {
            if !again {
                tracing::info!("No user preferences file exists");
            }
            self.take(definitions, &HashMap::new());
            self.read = Some(None);
            return self.save(definitions);
        }
        let stored = match std::fs::read(&self.path) {
            Ok(bytes) => read_file(&bytes),
            Err(error) => Err(error.to_string()),
        };
        match stored {
            Ok(stored) => {
                self.take(definitions, &stored);
                let word = if again { "Reloaded" } else { "Loaded" };
                tracing::debug!("{word} the user preferences for {}", self.identifier);
            }
            Err(reason) => {
                tracing::error!("Cannot read the user preferences {}: {reason}", self.path.display());
                self.take(definitions, &HashMap::new());
            }
        }
        self.read = Some(modified);
        Ok(())
    }

    fn take(&mut self, definitions: &Definitions, stored: &HashMap<String, String>) {
        self.values.clear();
        for definition in &definitions.list {
            let value = stored.get(&definition.id).filter(|text| !text.is_empty()).cloned();
            self.values.insert(definition.id.clone(), value.or_else(|| written_default(definition)));
        }
    }

    /// What code sees for a preference: the user's value, else the default.
    pub fn decoded(&self, definition: &Definition) -> Decoded {
        match self.values.get(&definition.id).and_then(Option::as_deref).filter(|text| !text.is_empty()) {
            Some(value) => definition.decode(Some(value)),
            None => definition.decode(definition.encoded_default().as_deref()),
        }
    }

    /// The value in the list for clients: the user's, else the default.
    pub fn listed(&self, definition: &Definition) -> Option<String> {
        match self.values.get(&definition.id).and_then(Option::as_deref).filter(|text| !text.is_empty()) {
            Some(value) => definition.normalise(Some(value)).or_else(|| definition.encoded_default()),
            None => definition.encoded_default(),
        }
    }

    /// Sets the values that a client sent (unknown names are ignored) and writes the file.
    pub fn set(&mut self, definitions: &Definitions, sent: &[(String, Option<String>)]) -> io::Result<()> {
        self.refresh(definitions)?;
        for (id, value) in sent {
            if let Some(definition) = definitions.get(id) {
                self.values.insert(id.clone(), definition.sent(value.as_deref()));
            }
        }
        self.save(definitions)
    }

    fn save(&mut self, definitions: &Definitions) -> io::Result<()> {
        let ids: Vec<&str> = definitions.list.iter().map(|definition| definition.id.as_str()).collect();
        let mut text = String::from("<?xml version='1.0' encoding='utf-8'?>\n");
        if ids.is_empty() {
            text.push_str("<PluginPreferences/>\n");
        } else {
            text.push_str("<PluginPreferences>\n");
            for index in dict_order::iteration_order(&ids) {
                let Some(id) = ids.get(index) else { continue };
                match self.values.get(*id).and_then(Option::as_deref) {
                    Some(value) if !value.is_empty() => {
                        text.push_str(&format!("  <{id}>{}</{id}>\n", escape(writable(value))));
                    }
                    _ => text.push_str(&format!("  <{id}/>\n")),
                }
            }
            text.push_str("</PluginPreferences>\n");
        }
        crate::atomic::write(&self.path, text.as_bytes())?;
        self.read = Some(std::fs::metadata(&self.path).and_then(|data| data.modified()).ok());
        tracing::debug!("Saved the user preferences");
        Ok(())
    }
}

/// Enum defaults are not written: readers take an empty element for the default.
fn written_default(definition: &Definition) -> Option<String> {
    match definition.kind {
        crate::prefs::Kind::Enum { .. } => None,
        _ => definition.encoded_default(),
    }
}

/// Without the characters that XML cannot hold.
fn writable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\t' | '\n' | '\r') || *c >= ' ').collect()
}

fn read_file(bytes: &[u8]) -> Result<HashMap<String, String>, String> {
    let text = String::from_utf8_lossy(bytes);
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}').trim_start())
        .map_err(|error| error.to_string())?;
    let elements = document.root_element().children().filter(roxmltree::Node::is_element);
    Ok(elements.map(|e| (e.tag_name().name().to_owned(), e.text().unwrap_or_default().to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn setup(prefs: &serde_json::Value) -> (tempfile::TempDir, Definitions, UserPrefs) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("DefaultPrefs.json");
        std::fs::write(&path, prefs.to_string()).unwrap();
        let definitions = Definitions::read(&[path]).unwrap();
        let prefs = UserPrefs::new(folder.path().join("Preferences/x.xml"), "x");
        (folder, definitions, prefs)
    }

    #[test]
    fn the_file_appears_with_the_defaults() {
        let (_folder, definitions, mut prefs) = setup(&json!([
            {"id": "quality", "type": "enum", "label": "Q", "values": ["a", "b", "c"], "default": "c"},
            {"id": "name", "type": "text", "label": "N", "default": "<é>"},
        ]));
        prefs.refresh(&definitions).unwrap();
        let text = std::fs::read_to_string(&prefs.path).unwrap();
        assert!(text.contains("  <name>&lt;é&gt;</name>\n") && text.contains("  <quality/>\n"), "{text}");
        let quality = definitions.get("quality").unwrap();
        assert_eq!(prefs.decoded(quality), Decoded::Item(json!("c")));
        prefs.set(&definitions, &[("quality".into(), Some("0".into())), ("other".into(), None)]).unwrap();
        assert_eq!(prefs.listed(quality).as_deref(), Some("0"));
        let mut again = UserPrefs::new(prefs.path.clone(), "x");
        again.refresh(&definitions).unwrap();
        assert_eq!(again.decoded(quality), Decoded::Item(json!("a")));
    }

    #[test]
    fn odd_stored_values() {
        let (_folder, definitions, mut prefs) = setup(&json!([
            {"id": "yes", "type": "bool", "label": "3", "default": "false"},
            {"id": "odd", "type": "bool", "label": "5", "default": "true"},
            {"id": "level", "type": "enum", "label": "6", "values": ["a", "b"], "default": "b"},
            {"id": "empty", "type": "text", "label": "2", "default": "d2"},
        ]));
        crate::atomic::write(
            &prefs.path,
            b"<PluginPreferences><yes>True</yes><odd>maybe</odd><level>7</level><empty/><x>1</x></PluginPreferences>",
        )
        .unwrap();
        prefs.refresh(&definitions).unwrap();
        let get = |id: &str| prefs.decoded(definitions.get(id).unwrap());
        assert_eq!(get("yes"), Decoded::Bool(true));
        assert_eq!(get("odd"), Decoded::Bool(false));
        assert_eq!(get("level"), Decoded::None);
        assert_eq!(get("empty"), Decoded::Text("d2".to_owned()));
        assert_eq!(prefs.listed(definitions.get("level").unwrap()).as_deref(), Some("1"));
        crate::atomic::write(&prefs.path, b"this is <not xml").unwrap();
        prefs.read = Some(None);
        prefs.refresh(&definitions).unwrap();
        assert_eq!(prefs.decoded(definitions.get("yes").unwrap()), Decoded::Bool(false));
    }
}
