//! Saves the answers of the network as files that [replay](super::replay) serves later.

use std::io;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::files::{RULES, content_type, inside, meta_path, primary_name};
use super::{Body, Location, Request, Response, WebError};

/// Larger bodies are passed on but refused to be saved whole.
const LARGEST_BODY: u64 = 256 * 1024 * 1024;
/// Longest name of a file that every file system takes, with room for `.meta.json`.
const LONGEST_NAME: usize = 200;
/// Folder of the bodies that a rule of `_map.json` points to.
const RULE_FOLDER: &str = "_recorded";

/// Saves answers below a folder.
pub(super) struct Recorder {
    folder: PathBuf,
    /// Held while files are written: two answers must not change `_map.json` or a folder at a time.
    writing: Mutex<()>,
}

impl Recorder {
    pub(super) fn new(folder: &Path) -> Recorder {
        Recorder { folder: folder.to_owned(), writing: Mutex::new(()) }
    }

    /// Saves an answer and gives it on with its body in memory.
    pub(super) fn save(
        &self,
        request: &Request,
        location: &Location,
        mut answer: Response,
    ) -> Result<Response, WebError> {
        let body = answer.read_all(LARGEST_BODY)?;
        // The answer to a HEAD request has no body of its own: the GET for the same URL is what replay needs.
        if request.method != "HEAD" {
            let _guard = self.writing.lock();
            self.write(request, location, &answer, &body).map_err(|e| {
                WebError::Replay(format!("{}: cannot save {}: {e}", self.folder.display(), location.url()))
            })?;
        }
        Ok(Response { body: Body::Whole(io::Cursor::new(body)), ..answer })
    }

    fn write(&self, request: &Request, location: &Location, answer: &Response, body: &[u8]) -> io::Result<()> {
        match self.plain_path(request, location) {
            Some(path) => {
                let path = make_room(&self.folder, path)?;
                write_atomically(&path, body)?;
                let meta = json!({"status": answer.status, "headers": saved_headers(answer)});
                let usual = json!({"status": 200, "headers": [["content-type", content_type(&location.path)]]});
                let meta_file = meta_path(&path);
                if meta == usual {
                    if meta_file.exists() { std::fs::remove_file(meta_file) } else { Ok(()) }
                } else {
                    write_atomically(&meta_file, &pretty(&meta))
                }
            }
            None => self.write_rule(request, location, answer, body),
        }
    }

    /// The file for an answer, if its URL makes a good file name.
    fn plain_path(&self, request: &Request, location: &Location) -> Option<PathBuf> {
        if request.method != "GET" || location.port.is_some() {
            return None;
        }
        let mut name = primary_name(location);
        if location.path.ends_with('/') && location.query.as_deref().unwrap_or("").is_empty() {
            name.push_str("index");
        }
        let awkward = |c: char| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '\\' | '|' | '*');
        let plain = name.split('/').all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.len() <= LONGEST_NAME
                && !part.ends_with(".meta.json")
        });
        if !plain || name.contains(awkward) || name.contains('%') {
            return None;
        }
        inside(&inside(&self.folder, &location.host)?, &name)
    }

    /// Saves an answer under a hashed name with a rule that leads to it.
    fn write_rule(&self, request: &Request, location: &Location, answer: &Response, body: &[u8]) -> io::Result<()> {
        let url = location.url();
        let mut hash = Sha1::new();
        hash.update(format!("{} {url}", request.method));
        let digest = hash.finalize().iter().map(|b| format!("{b:02x}")).collect::<String>();
        let file = format!("{RULE_FOLDER}/{digest}");
        let path = self.folder.join(&file);
        std::fs::create_dir_all(self.folder.join(RULE_FOLDER))?;
        write_atomically(&path, body)?;
        let map_file = self.folder.join(RULES);
        let mut rules: Vec<Value> = match std::fs::read(&map_file) {
            Ok(text) => serde_json::from_slice(&text).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        rules.retain(|rule| rule.get("file").and_then(Value::as_str) != Some(&file));
        rules.push(json!({
            "url": regex::escape(&url), "method": request.method, "status": answer.status,
            "headers": saved_headers(answer), "file": file,
        }));
        write_atomically(&map_file, &pretty(&Value::Array(rules)))
    }
}

fn saved_headers(answer: &Response) -> Vec<[String; 2]> {
    const LEFT_OUT: [&str; 4] = ["content-length", "connection", "transfer-encoding", "date"];
    answer
        .headers
        .iter()
        .filter(|(name, _)| !LEFT_OUT.iter().any(|left| name.eq_ignore_ascii_case(left)))
        .map(|(name, value)| [name.clone(), String::from_utf8_lossy(value).into_owned()])
        .collect()
}

/// Makes the folders of a file. Where `a/b` is to be saved and a file `a` exists, that becomes `a/index`; a file that
/// is to be saved where a folder is becomes the `index` in it.
fn make_room(root: &Path, path: PathBuf) -> io::Result<PathBuf> {
    let mut folders: Vec<&Path> = path.ancestors().skip(1).take_while(|p| *p != root).collect();
    folders.reverse();
    std::fs::create_dir_all(root)?;
    for folder in folders {
        if folder.is_file() {
            let aside = folder.with_extension("moving");
            std::fs::rename(folder, &aside)?;
            std::fs::create_dir(folder)?;
            std::fs::rename(&aside, folder.join("index"))?;
            if meta_path(folder).is_file() {
                std::fs::rename(meta_path(folder), meta_path(&folder.join("index")))?;
            }
        } else if !folder.is_dir() {
            std::fs::create_dir(folder)?;
        }
    }
    Ok(if path.is_dir() { path.join("index") } else { path })
}

fn write_atomically(path: &Path, data: &[u8]) -> io::Result<()> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = path.with_file_name(format!("._{name}"));
    std::fs::write(&temporary, data)?;
    std::fs::rename(&temporary, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}
