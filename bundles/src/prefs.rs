//! What preferences there are: `DefaultPrefs.json` and `ServicePrefs.json` (`spec/storage.md` §9.1, §9.2).

use std::path::PathBuf;

use serde_json::Value;

/// One preference.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub id: String,
    pub kind: Kind,
    /// Localisation key.
    pub label: String,
    /// As written in the file; None where there is none.
    pub default: Option<Value>,
    /// Has no value but the client's own in requests that bring their preferences along.
    pub secure: bool,
    /// Not listed for clients.
    pub hidden: bool,
    /// From a file that took the tolerant JSON reader: the texts of an enum are unicode then.
    pub lenient: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `option`: a list separated by commas, for clients only.
    Text {
        option: String,
    },
    Bool,
    /// `values` as written: an array, or (by mistake) a text, whose characters are the values then.
    Enum {
        values: Value,
    },
}

/// A preference's value as plug-in code sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoded {
    None,
    Bool(bool),
    Text(String),
    /// An item of an enum's `values`.
    Item(Value),
}

/// Entries that the original fails on whenever preferences are used.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum DefinitionError {
    /// Python's `KeyError`.
    #[error("{}: entry {entry} has no \"{key}\"", path.display())]
    MissingKey { path: PathBuf, entry: usize, key: &'static str },
    /// Python's `TypeError: string indices must be integers, not str`.
    #[error("{}: preferences must be a list of objects", path.display())]
    NotObjects { path: PathBuf },
}

/// All preferences of one identifier, in the order of display.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    pub list: Vec<Definition>,
}

impl Definitions {
    /// Reads definition files in order; the first definition of an id wins. Absent files are skipped, files that no
    /// JSON reader understands are logged and skipped.
    pub fn read(files: &[PathBuf]) -> Result<Self, DefinitionError> {
        let mut definitions = Self::default();
        for path in files {
            let bytes = match std::fs::read(path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    tracing::error!("Cannot read {}: {error}", path.display());
                    continue;
                }
            };
            if bytes.is_empty() {
                continue;
            }
            let (value, lenient) = match crate::json::read(&bytes) {
                Ok(value) => value,
                Err(error) => {
                    tracing::error!("Cannot read {}: {error}", path.display());
                    continue;
                }
            };
            definitions.add(path, &value, lenient)?;
        }
        Ok(definitions)
    }

    fn add(&mut self, path: &std::path::Path, value: &Value, lenient: bool) -> Result<(), DefinitionError> {
        let wrong = || DefinitionError::NotObjects { path: path.to_owned() };
        let Value::Array(entries) = value else { return Err(wrong()) };
        for (index, entry) in entries.iter().enumerate() {
            let Value::Object(entry) = entry else { return Err(wrong()) };
            let missing =
                |key: &'static str| DefinitionError::MissingKey { path: path.to_owned(), entry: index + 1, key };
            let id = text(entry.get("id").ok_or_else(|| missing("id"))?);
            if self.get(&id).is_some() {
                continue;
            }
            let kind = text(entry.get("type").ok_or_else(|| missing("type"))?);
            let kind = match kind.as_str() {
                "text" => Kind::Text { option: entry.get("option").map(text).unwrap_or_default() },
                "bool" => Kind::Bool,
                "enum" => Kind::Enum { values: entry.get("values").cloned().unwrap_or(Value::Array(Vec::new())) },
                _ => continue,
            };
            let label = text(entry.get("label").ok_or_else(|| missing("label"))?);
            let flag = |key: &str| match entry.get(key) {
                Some(Value::Bool(flag)) => *flag,
                Some(Value::String(text)) => text == "true",
                _ => false,
            };
            self.list.push(Definition {
                id,
                kind,
                label,
                default: entry.get("default").filter(|v| !v.is_null()).cloned(),
                secure: flag("secure"),
                hidden: flag("hidden"),
                lenient,
            });
        }
        Ok(())
    }

    pub fn get(&self, id: &str) -> Option<&Definition> {
        self.list.iter().find(|definition| definition.id == id)
    }
}

/// A JSON value as Python's `str` shows it.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        other => other.to_string(),
    }
}

impl Definition {
    /// The encoded (stored and transmitted) form of a value; None where it has none.
    pub fn encode(&self, value: Option<&Value>) -> Option<String> {
        match &self.kind {
            Kind::Text { .. } => Some(value.map(text).unwrap_or_default()),
            Kind::Bool => Some(value.is_some_and(is_true).to_string()),
            Kind::Enum { values } => {
                let value = value?;
                match (values, value) {
                    (Value::Array(values), value) => values.iter().position(|v| v == value).map(|i| i.to_string()),
                    (Value::String(values), Value::String(value)) => {
                        let byte = values.find(value.as_str())?;
                        Some(values.get(..byte)?.chars().count().to_string())
                    }
                    _ => None,
                }
            }
        }
    }

    /// The default in encoded form.
    pub fn encoded_default(&self) -> Option<String> {
        self.encode(self.default.as_ref())
    }

    /// What code sees for an encoded value.
    pub fn decode(&self, encoded: Option<&str>) -> Decoded {
        match &self.kind {
            Kind::Text { .. } => match encoded {
                Some(text) if !text.is_empty() => Decoded::Text(text.to_owned()),
                _ => Decoded::None,
            },
            Kind::Bool => Decoded::Bool(matches!(encoded, Some("true" | "True"))),
            Kind::Enum { values } => {
                let Some(index) = encoded.and_then(|text| text.trim().parse::<i64>().ok()) else {
                    return Decoded::None;
                };
                let item = match values {
                    Value::Array(values) => wrapped(index, values.len()).and_then(|i| values.get(i)).cloned(),
                    Value::String(values) => wrapped(index, values.chars().count())
                        .and_then(|i| values.chars().nth(i))
                        .map(|c| Value::String(c.to_string())),
                    _ => None,
                };
                item.map_or(Decoded::None, Decoded::Item)
            }
        }
    }

    /// The encoded form that is stored when a client sets `sent`.
    pub fn sent(&self, sent: Option<&str>) -> Option<String> {
        match &self.kind {
            Kind::Bool => {
                let lower = sent.unwrap_or_default().to_lowercase();
                Some(matches!(lower.as_str(), "1" | "true").to_string())
            }
            _ => sent.map(str::to_owned),
        }
    }

    /// The encoded form of what code sees for `encoded`.
    pub fn normalise(&self, encoded: Option<&str>) -> Option<String> {
        match self.decode(encoded) {
            Decoded::None => self.encode(None),
            Decoded::Bool(flag) => Some(flag.to_string()),
            Decoded::Text(text) => Some(text),
            Decoded::Item(item) => self.encode(Some(&item)),
        }
    }

    /// The word in the `type` attribute.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Text { .. } => "text",
            Kind::Bool => "bool",
            Kind::Enum { .. } => "enum",
        }
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() == Some(1.0),
        Value::String(text) => text == "true" || text == "True",
        _ => false,
    }
}

/// An index as Python counts, negative ones from the end.
fn wrapped(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let index = if index < 0 { index + length } else { index };
    usize::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definitions(json: &Value) -> Result<Definitions, DefinitionError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("DefaultPrefs.json");
        std::fs::write(&path, json.to_string()).unwrap();
        Definitions::read(&[path, folder.path().join("absent")])
    }

    #[test]
    fn values_of_each_type() {
        let list = definitions(&json!([
            {"id": "t", "type": "text", "label": "T", "default": 5},
            {"id": "b", "type": "bool", "label": "B", "default": "1"},
            {"id": "e", "type": "enum", "label": "E", "values": ["x", "y"], "default": "y"},
            {"id": "bars", "type": "enum", "label": "E", "values": "one|two|three", "default": "two"},
            {"id": "skipped", "type": "number", "label": "S"},
            {"id": "t", "type": "bool", "label": "second"},
        ]))
        .unwrap();
        let ids: Vec<&str> = list.list.iter().map(|d| d.id.as_str()).collect();
        assert_eq!(ids, ["t", "b", "e", "bars"]);
        let get = |id| list.get(id).unwrap();
        assert_eq!(get("t").encoded_default().as_deref(), Some("5"));
        assert_eq!(get("b").encoded_default().as_deref(), Some("false"));
        assert_eq!(get("e").encoded_default().as_deref(), Some("1"));
        assert_eq!(get("bars").encoded_default().as_deref(), Some("4"));
        assert_eq!(get("bars").decode(Some("4")), Decoded::Item(json!("t")));
        assert_eq!(get("e").decode(Some("-1")), Decoded::Item(json!("y")));
        assert_eq!(get("e").decode(Some("7")), Decoded::None);
        assert_eq!(get("t").decode(Some("")), Decoded::None);
        assert_eq!(get("b").sent(Some("TRUE")).as_deref(), Some("true"));
        assert_eq!(get("b").sent(Some("yes")).as_deref(), Some("false"));
    }

    #[test]
    fn bad_entries() {
        assert!(matches!(definitions(&json!([{"type": "text"}])), Err(DefinitionError::MissingKey { key: "id", .. })));
        assert!(matches!(definitions(&json!({"id": 1})), Err(DefinitionError::NotObjects { .. })));
    }
}
