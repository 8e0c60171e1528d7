//! `case.json`: what to run (`cases/FORMAT.md`). Unknown keys are refused, so that no case is half understood.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // `about` and `differs` are for people; they are read so that unknown keys can be refused
pub struct Case {
    pub about: String,
    pub framework: u8,
    pub bundles: Vec<String>,
    pub steps: Vec<Step>,
    /// The clock at the start, in seconds.
    pub time: Option<f64>,
    /// The system plug-in's part is expected beside the bundles.
    #[serde(default)]
    pub system: bool,
    #[serde(default)]
    pub files: Vec<String>,
    pub differs: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Address another bundle from now on.
    pub to: Option<String>,
    /// Seconds to wait.
    pub sleep: Option<f64>,
    pub get: Option<String>,
    pub post: Option<String>,
    pub put: Option<String>,
    pub delete: Option<String>,
    pub head: Option<String>,
    pub options: Option<String>,
    pub message: Option<serde_json::Value>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
}

impl Step {
    /// Does the step send a request?
    pub fn sends(&self) -> bool {
        let verbs = [&self.get, &self.post, &self.put, &self.delete, &self.head, &self.options];
        self.message.is_some() || verbs.iter().any(|verb| verb.is_some())
    }
}

/// Reads the case in a folder.
pub fn read(folder: &Path) -> Result<Case, String> {
    let file = folder.join("case.json");
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))
}

/// All framework cases below a folder: (`AREA/CASE`, folder), sorted.
pub fn find(cases: &Path) -> Vec<(String, PathBuf)> {
    let pattern = cases.join("*/*/case.json");
    let mut found: Vec<(String, PathBuf)> = glob::glob(&pattern.to_string_lossy())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|file| {
            let folder = file.parent()?.to_path_buf();
            let name = folder.strip_prefix(cases).ok()?.to_string_lossy().replace('\\', "/");
            Some((name, folder))
        })
        .collect();
    found.sort();
    found
}
