//! What became of the files beside the media (`spec/nfo.md` §6.2).

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Replaced,
    Unchanged,
    /// Of a video that is gone; it could be removed.
    Stale,
    Removed,
    /// Not written, for this reason.
    Skipped(String),
    Failed(String),
}

impl Outcome {
    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Replaced => "replaced",
            Self::Unchanged => "unchanged",
            Self::Stale => "stale",
            Self::Removed => "removed",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it was skipped or failed, or what can be done.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Skipped(reason) | Self::Failed(reason) => Some(reason),
            Self::Stale => Some("its video is gone; --prune removes it"),
            _ => None,
        }
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    pub path: PathBuf,
    pub outcome: Outcome,
    /// SHA-256 of what was or would be written.
    pub sha256: Option<String>,
}

/// Every file that was looked at, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub files: Vec<FileReport>,
}

impl Report {
    pub(super) fn add(&mut self, path: PathBuf, outcome: Outcome) {
        self.add_with(path, outcome, None);
    }

    pub(super) fn add_with(&mut self, path: PathBuf, outcome: Outcome, sha256: Option<String>) {
        self.files.push(FileReport { path, outcome, sha256 });
    }

    /// Whether a file was looked at.
    pub fn names(&self, path: &Path) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    /// Whether a file could not be written.
    pub fn has_failed(&self) -> bool {
        self.files.iter().any(|file| matches!(file.outcome, Outcome::Failed(_)))
    }

    pub fn to_json(&self) -> Json {
        let file = |file: &FileReport| {
            let mut json = json!({ "file": file.path.to_string_lossy(), "action": file.outcome.word() });
            let more = [("reason", file.outcome.reason()), ("sha256", file.sha256.as_deref())];
            for (name, value) in more {
                if let (Some(object), Some(value)) = (json.as_object_mut(), value) {
                    object.insert(name.to_owned(), value.into());
                }
            }
            json
        };
        Json::Array(self.files.iter().map(file).collect())
    }
}
