//! The HTTP cache on disk, in the original's places and format (`spec/storage.md` §4).

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use reprise_bundles::atomic;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::http_body::Body;

/// Entries and bytes that trimming leaves, and the entries that may be there before it trims.
const KEPT_ENTRIES: usize = 1024;
const KEPT_BYTES: u64 = 50 * 1024 * 1024;
const SLACK: usize = 100;
/// What an agent's cache keeps: content types that contain one of these.
const AGENT_TYPES: [&str; 4] = ["html", "xml", "json", "javascript"];

/// Name and value of the headers of an answer, names in lower case.
pub type Headers = Vec<(String, String)>;

/// The cache of one plug-in.
#[derive(Debug)]
pub struct HttpCache {
    folder: PathBuf,
    /// Agents keep only text that can be parsed.
    text_only: bool,
    /// By address: time of the last access and size.
    index: HashMap<String, (i64, u64)>,
}

impl HttpCache {
    /// Opens the cache in a folder; one without a readable index is dropped.
    pub fn open(folder: &Path, text_only: bool) -> HttpCache {
        let mut cache = HttpCache { folder: folder.to_owned(), text_only, index: HashMap::new() };
        match std::fs::read(cache.index_path()).ok().and_then(|text| parse_index(&text)) {
            Some(index) => cache.index = index,
            None => {
                let used = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
                if used && let Err(error) = cache.clear() {
                    tracing::error!(target: "caching", "Error clearing the HTTP cache: {error}");
                }
            }
        }
        cache
    }

    fn index_path(&self) -> PathBuf {
        self.folder.join("CacheInfo")
    }

    /// The files of an entry: body and attributes.
    fn paths(&self, url: &str) -> (PathBuf, PathBuf) {
        let hash: String = Sha1::digest(url.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        let (folder, name) = hash.split_at(2);
        let folder = self.folder.join(folder);
        (folder.join(format!("{name}.content")), folder.join(format!("{name}_attributes")))
    }

    fn save_index(&self) -> io::Result<()> {
        let map: serde_json::Map<String, Value> =
            self.index.iter().map(|(url, (accessed, size))| (url.clone(), json!([accessed, size]))).collect();
        atomic::write(&self.index_path(), Value::Object(map).to_string().as_bytes())
    }

    /// The stored body and headers, if they are not older than `cache_time` seconds.
    pub fn get(&mut self, url: &str, cache_time: f64, now: f64) -> Option<(Body, Headers)> {
        if !self.index.contains_key(url) {
            return None;
        }
        let (body_path, attributes_path) = self.paths(url);
        let mut attributes: Value = serde_json::from_slice(&std::fs::read(&attributes_path).ok()?).ok()?;
        let modified = attributes.get("modified_at").and_then(Value::as_f64)?;
        if modified + cache_time < now {
            return None;
        }
        let body = Body::open(&body_path).ok().filter(|body| !body.is_empty())?;
        let headers: Headers = attributes
            .pointer("/attributes/headers")
            .and_then(Value::as_object)
            .map(|map| map.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect())
            .unwrap_or_default();
        if self.text_only && !is_text(&headers) {
            self.remove(url);
            return None;
        }
        if let Some(map) = attributes.as_object_mut() {
            map.insert("accessed_at".to_owned(), json!(now as i64));
        }
        self.index.insert(url.to_owned(), (now as i64, body.len()));
        let saved = atomic::write(&attributes_path, attributes.to_string().as_bytes()).and_then(|()| self.save_index());
        if let Err(error) = saved {
            tracing::warn!(target: "caching", "Error updating the HTTP cache: {error}");
        }
        Some((body, headers))
    }

    /// Stores an answer.
    pub fn put(&mut self, url: &str, body: &Body, headers: &Headers, cache_time: f64, now: f64) -> io::Result<()> {
        if self.text_only && !is_text(headers) {
            return Ok(());
        }
        let (body_path, attributes_path) = self.paths(url);
        let map: serde_json::Map<String, Value> =
            headers.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect();
        let attributes = json!({
            "accessed_at": now as i64, "modified_at": now as i64, "expiry_interval": cache_time,
            "attributes": {"headers": map}, "item_sizes": {"content": body.len()},
        });
        match body {
            Body::Memory(bytes) => atomic::write(&body_path, bytes)?,
            Body::File(_) => atomic::write_from(&body_path, &mut body.reader())?,
        }
        atomic::write(&attributes_path, attributes.to_string().as_bytes())?;
        self.index.insert(url.to_owned(), (now as i64, body.len()));
        self.save_index()
    }

    /// Drops the entry of an address, if there is one.
    pub fn remove(&mut self, url: &str) {
        if self.index.remove(url).is_none() {
            return;
        }
        let (body, attributes) = self.paths(url);
        for path in [body, attributes] {
            // What is not there need not be removed.
            let _ = std::fs::remove_file(path);
        }
        if let Err(error) = self.save_index() {
            tracing::warn!(target: "caching", "Error updating the HTTP cache: {error}");
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) -> io::Result<()> {
        self.index.clear();
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::create_dir_all(&self.folder)?;
        self.save_index()
    }

    /// Drops the entries that were not used for longest, once there are too many.
    pub fn trim(&mut self) {
        if self.index.len() <= KEPT_ENTRIES + SLACK {
            return;
        }
        let mut entries: Vec<(i64, u64, String)> =
            self.index.iter().map(|(url, (accessed, size))| (*accessed, *size, url.clone())).collect();
        entries.sort();
        let mut bytes: u64 = entries.iter().map(|(_, size, _)| size).sum();
        let mut count = entries.len();
        for (_, size, url) in entries {
            if count <= KEPT_ENTRIES && bytes <= KEPT_BYTES {
                break;
            }
            let (body, attributes) = self.paths(&url);
            self.index.remove(&url);
            for path in [body, attributes] {
                let _ = std::fs::remove_file(path);
            }
            count -= 1;
            bytes = bytes.saturating_sub(size);
        }
        if let Err(error) = self.save_index() {
            tracing::warn!(target: "caching", "Error trimming cache: {error}");
        }
    }
}

fn is_text(headers: &Headers) -> bool {
    headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && AGENT_TYPES.iter().any(|t| value.to_ascii_lowercase().contains(t))
    })
}

fn parse_index(text: &[u8]) -> Option<HashMap<String, (i64, u64)>> {
    let value: Value = serde_json::from_slice(text).ok()?;
    let index = value
        .as_object()?
        .iter()
        .filter_map(|(url, entry)| {
            Some((url.clone(), (entry.get(0)?.as_f64()? as i64, entry.get(1)?.as_f64()? as u64)))
        })
        .collect();
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_and_expires() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("HTTP.system");
        let url = "http://a/b";
        let headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
        let mut cache = HttpCache::open(&path, false);
        cache.put(url, &b"body".to_vec().into(), &headers, 60.0, 1000.0).unwrap();
        let (body, found) = cache.get(url, 10.0, 1005.0).unwrap();
        assert_eq!((body.into_bytes().unwrap(), found), (b"body".to_vec(), headers.clone()));
        assert!(cache.get(url, 10.0, 1011.0).is_none());
        let mut again = HttpCache::open(&path, false);
        assert!(again.get(url, 100.0, 1011.0).is_some());
        again.remove(url);
        assert!(again.get(url, 100.0, 1011.0).is_none());
        std::fs::remove_file(path.join("CacheInfo")).unwrap();
        cache.put(url, &b"body".to_vec().into(), &headers, 60.0, 1000.0).unwrap();
        std::fs::remove_file(path.join("CacheInfo")).unwrap();
        assert!(HttpCache::open(&path, false).get(url, 100.0, 1011.0).is_none());
    }

    #[test]
    fn agents_keep_text_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut cache = HttpCache::open(folder.path(), true);
        cache
            .put("u", &b"x".to_vec().into(), &vec![("content-type".to_owned(), "image/png".to_owned())], 60.0, 0.0)
            .unwrap();
        assert!(cache.get("u", 60.0, 0.0).is_none());
        cache
            .put("u", &b"x".to_vec().into(), &vec![("content-type".to_owned(), "text/html".to_owned())], 60.0, 0.0)
            .unwrap();
        assert!(cache.get("u", 60.0, 0.0).is_some());
    }

    #[test]
    fn trimming() {
        let folder = tempfile::tempdir().unwrap();
        let mut cache = HttpCache::open(folder.path(), false);
        for n in 0..1130 {
            cache.index.insert(format!("u{n}"), (n, 1));
        }
        cache.trim();
        assert_eq!(cache.index.len(), 1024);
        assert!(!cache.index.contains_key("u0") && cache.index.contains_key("u1129"));
    }
}
