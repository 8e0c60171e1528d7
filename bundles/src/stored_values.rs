//! The framework's own small values: a JSON object in `StoredValues` (`spec/storage.md` §3.3).

use std::io;
use std::path::PathBuf;

use parking_lot::Mutex;
use serde_json::{Map, Value};

/// `StoredValues`: read once, written on every change.
#[derive(Debug)]
pub struct StoredValues {
    path: PathBuf,
    values: Mutex<Map<String, Value>>,
}

impl StoredValues {
    /// Reads the file; an absent or unreadable one is an empty object.
    pub fn open(path: PathBuf) -> Self {
        let values = match std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(Value::Object(values)) => values,
            _ => Map::new(),
        };
        Self { path, values: Mutex::new(values) }
    }

    pub fn get(&self, name: &str) -> Option<Value> {
        self.values.lock().get(name).cloned()
    }

    /// Sets a value and writes the file if that changed anything.
    pub fn set(&self, name: &str, value: impl Into<Value>) -> io::Result<()> {
        let value = value.into();
        let mut values = self.values.lock();
        if values.get(name) == Some(&value) {
            return Ok(());
        }
        values.insert(name.to_owned(), value);
        let text = python_json(&values);
        crate::atomic::write(&self.path, text.as_bytes())
    }
}

/// A flat object as Python's `json.dumps` writes it: `{"a": 1, "b": 2}`.
fn python_json(values: &Map<String, Value>) -> String {
    let entries: Vec<String> =
        values.iter().map(|(name, value)| format!("{}: {value}", Value::String(name.clone()))).collect();
    format!("{{{}}}", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("StoredValues");
        StoredValues::open(path.clone()).set("LastVersion", "2.6.3").unwrap();
        StoredValues::open(path.clone()).set("HTTP.system.CacheVersion", 1).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            r#"{"LastVersion": "2.6.3", "HTTP.system.CacheVersion": 1}"#
        );
        std::fs::write(&path, "broken").unwrap();
        assert_eq!(StoredValues::open(path).get("LastVersion"), None);
    }
}
