//! Artwork that was downloaded when somebody looked at it, or that is kept though its agent no longer offers it:
//! `_stored` (`spec/models.md` §9.6).

use std::fs;
use std::path::{Path, PathBuf};

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
}
