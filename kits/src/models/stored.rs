//! Artwork that was downloaded when somebody looked at it, or that is kept though its agent no longer offers it:
//! `_stored` (`spec/models.md` §9.6).

use std::fs;
use std::path::{Path, PathBuf};

use reprise_bundles::{Folders, atomic};

use super::combine::{self, CombineRequest};
use super::{ModelError, read};

/// The stored files of one attribute, of which none was used yet.
#[derive(Debug, Default)]
pub struct StoredFiles(Vec<String>);

/// The stored files of an attribute, without those of agents that do not keep theirs.
pub fn files(contents: &Path, below: &Path, not_persisting: &[String]) -> StoredFiles {
    let Ok(entries) = fs::read_dir(contents.join("_stored").join(below)) else { return StoredFiles::default() };
    let names = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    // A file whose source is still there is wanted whatever its agent says.
    names.retain(|name| !is_gone(contents, below, name) || !not_persisting.iter().any(|agent| agent == agent_of(name)));
    StoredFiles(names)
}

impl StoredFiles {
    /// Takes a file out, if it is there.
    pub fn take(&mut self, name: &str) -> bool {
        let at = self.0.iter().position(|there| there == name);
        at.map(|at| self.0.remove(at)).is_some()
    }

    /// Takes out the files of a source.
    pub fn of_source(&mut self, source: &str) -> Vec<String> {
        let (these, rest) = self.0.drain(..).partition(|name| name.split('_').next() == Some(source));
        self.0 = rest;
        these
    }

    /// Those of sources that are not in the order.
    pub fn rest(self) -> Vec<String> {
        self.0
    }
}

/// The agent of a file `<agent>_<hash>`.
fn agent_of(name: &str) -> &str {
    name.rsplit_once('_').map_or(name, |(agent, _)| agent)
}

/// Whether the agent's own file is gone.
fn is_gone(contents: &Path, below: &Path, name: &str) -> bool {
    match name.rsplit_once('_') {
        Some((agent, hash)) => !contents.join(agent).join(below).join(hash).exists(),
        None => true,
    }
}

/// Deletes the stored files of agents that do not keep theirs, where the agent's own file is gone. Errors are logged.
pub fn clean(contents: &Path, not_persisting: &[String]) {
    if !not_persisting.is_empty() {
        clean_folder(contents, Path::new(""), not_persisting);
    }
}

fn clean_folder(contents: &Path, below: &Path, not_persisting: &[String]) {
    let Ok(entries) = fs::read_dir(contents.join("_stored").join(below)) else { return };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            clean_folder(contents, &below.join(&name), not_persisting);
        } else if not_persisting.iter().any(|agent| agent == agent_of(&name)) && is_gone(contents, below, &name) {
            let combined: PathBuf = contents.join("_combined").join(below).join(&name);
            let _ = fs::remove_file(combined);
            if let Err(error) = fs::remove_file(entry.path()) {
                tracing::error!("Cannot remove {}: {error}", entry.path().display());
            }
        }
    }
}

/// Why a picture cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ArtworkError {
    #[error("'{0}' is no address of stored artwork")]
    Address(String),
    #[error("there is no picture at '{0}'")]
    Missing(String),
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// The folder and the file that `metadata://posters/<file>` names.
fn parts(url: &str) -> Option<(PathBuf, &str)> {
    let path = url.strip_prefix("metadata://")?;
    let parts: Vec<&str> = path.split('/').collect();
    let is_plain = |part: &&str| !part.is_empty() && super::paths::key_part(part, false).is_some();
    let (file, folders) = parts.split_last()?;
    (parts.len().is_multiple_of(2) && parts.iter().all(is_plain)).then(|| (folders.iter().collect(), *file))
}

/// The bytes of a picture of the combined data in full size. A preview's is fetched, stored, and combined anew.
/// Albums of modern artists are asked for with the artist's guid (`spec/models.md` §9.6).
pub fn artwork(
    folders: &Folders,
    request: &CombineRequest,
    url: &str,
    fetch: &mut dyn FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, ArtworkError> {
    let (below, file) = parts(url).ok_or_else(|| ArtworkError::Address(url.to_owned()))?;
    let missing = || ArtworkError::Missing(url.to_owned());
    let unknown = || ModelError::UnknownClass(request.class.to_owned());
    let template = super::standard::namespace().model(request.class).ok_or_else(unknown)?;
    let (guid, _) = combine::locate(request.guid, &template);
    let contents = super::paths::contents(&folders.metadata, &template, &guid);
    let stored = contents.join("_stored").join(&below).join(file);
    if let Ok(bytes) = fs::read(&stored) {
        return Ok(bytes);
    }
    // The picture is listed in the document of the item that has it.
    let combined = contents.join("_combined");
    let document = match below.parent().filter(|parent| *parent != Path::new("")) {
        Some(parent) => {
            let mut file = combined.join(parent).into_os_string();
            file.push(".xml");
            PathBuf::from(file)
        }
        None => combined.join("Info.xml"),
    };
    let root = read::load(&document).map_err(|message| ModelError::Malformed { path: document, message })?;
    let attribute = below.file_name().unwrap_or_default().to_string_lossy();
    let root = root.ok_or_else(missing)?;
    let items = root.child(&attribute).map(|node| node.children.as_slice()).unwrap_or_default();
    let named = |kind: &str| items.iter().find(|item| item.get(kind) == Some(file));
    if let Some(item) = named("preview") {
        let bytes = item.get("url").and_then(fetch).ok_or_else(missing)?;
        atomic::write(&stored, &bytes).map_err(|source| ModelError::Io { path: stored.clone(), source })?;
        combine::combine(folders, request)?;
        return Ok(bytes);
    }
    let source = || {
        // Where no links are made, the name says where the data are.
        let (agent, hash) = file.rsplit_once('_')?;
        fs::read(contents.join(agent).join(&below).join(hash)).ok()
    };
    named("media").and_then(|_| fs::read(combined.join(&below).join(file)).ok().or_else(source)).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_files_by_source() {
        let folder = tempfile::tempdir().unwrap();
        let stored = folder.path().join("_stored/posters");
        fs::create_dir_all(&stored).unwrap();
        for name in ["org.a_1", "org.a_2", "org.b_3", "org.c_4"] {
            fs::write(stored.join(name), b"x").unwrap();
        }
        let gone = ["org.c".to_owned()];
        let mut files = files(folder.path(), Path::new("posters"), &gone);
        assert!(files.take("org.a_1"));
        assert_eq!(files.of_source("org.a"), ["org.a_2"]);
        assert_eq!(files.rest(), ["org.b_3"]);
        clean(folder.path(), &gone);
        assert!(!stored.join("org.c_4").exists() && stored.join("org.b_3").exists());
    }

    #[test]
    fn addresses_of_artwork() {
        assert_eq!(parts("metadata://posters/a_1"), Some((PathBuf::from("posters"), "a_1")));
        assert_eq!(parts("metadata://seasons/1/posters/a_1"), Some((PathBuf::from("seasons/1/posters"), "a_1")));
        for url in
            ["http://posters/a", "metadata://posters", "metadata://../x", "metadata://a//b/c", "metadata://a/b/c"]
        {
            assert_eq!(parts(url), None, "{url}");
        }
    }

    #[test]
    fn a_preview_is_fetched_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = reprise_bundles::Config::default();
        settings.set("root_path", folder.path().to_string_lossy().into_owned());
        let folders = Folders::locate("org.a", &settings, None);
        let guid = "org.a://7?lang=en";
        let film = super::super::standard::namespace().model("Movie").unwrap();
        let contents = super::super::paths::contents(&folders.metadata, &film, guid);
        let info = "<Movie id='7'><posters><item external='True' url='http://u' preview='1'/></posters></Movie>";
        atomic::write(&contents.join("org.a/Info.xml"), info.as_bytes()).unwrap();
        atomic::write(&contents.join("org.a/posters/1"), b"small").unwrap();
        let request = CombineRequest { class: "Movie", config_identifier: "org.a", guid, ..CombineRequest::default() };
        combine::combine(&folders, &request).unwrap();
        let mut fetched = 0;
        for _ in 0..2 {
            let mut fetch = |url: &str| {
                fetched += 1;
                (url == "http://u").then(|| b"large".to_vec())
            };
            let bytes = artwork(&folders, &request, "metadata://posters/org.a_1", &mut fetch).unwrap();
            assert_eq!(bytes, b"large");
        }
        assert_eq!(fetched, 1);
        let root = read::load(&contents.join("_combined/Info.xml")).unwrap().unwrap();
        assert_eq!(root.child("posters").unwrap().children[0].get("media"), Some("org.a_1"));
    }
}
