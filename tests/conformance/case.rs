//! `case.json`: what to run (`cases/FORMAT.md`). Unknown keys are refused, so that no case is half understood.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// A case: what to run, and what to compare.
#[derive(Debug)]
pub struct Case {
    pub framework: u8,
    pub bundles: Vec<String>,
    pub steps: Vec<Step>,
    /// The clock at the start, in seconds.
    pub time: Option<f64>,
    /// The system plug-in runs beside the bundles.
    pub system: bool,
    /// Patterns of files to compare.
    pub files: Vec<String>,
}

/// The keys of a case. `about` and `differs` are for people; `system` cases need the system plug-in's part.
const CASE_KEYS: [&str; 8] = ["about", "framework", "bundles", "steps", "time", "system", "files", "differs"];

/// One step.
#[derive(Debug)]
pub struct Step {
    /// Address another bundle from now on.
    pub to: Option<String>,
    /// Seconds to wait.
    pub sleep: Option<f64>,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
    sends: bool,
}

/// Keys of a step that make it send a request.
const VERBS: [&str; 7] = ["get", "post", "put", "delete", "head", "options", "message"];
const STEP_KEYS: [&str; 4] = ["to", "sleep", "headers", "body"];

impl Step {
    /// Does the step send a request?
    pub fn sends(&self) -> bool {
        self.sends
    }

    fn read(value: &Value) -> Result<Self, String> {
        let map = value.as_object().ok_or("a step is an object")?;
        known(map, &[&VERBS[..], &STEP_KEYS[..]].concat())?;
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let headers = map.get("headers").and_then(Value::as_object).into_iter().flatten();
        Ok(Self {
            to: text("to"),
            sleep: map.get("sleep").and_then(Value::as_f64),
            headers: headers.map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect(),
            body: text("body"),
            sends: VERBS.iter().any(|verb| map.contains_key(*verb)),
        })
    }
}

/// Refuses keys that are not known.
fn known(map: &Map<String, Value>, keys: &[&str]) -> Result<(), String> {
    match map.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key {key:?}")),
        None => Ok(()),
    }
}

/// Reads the case in a folder.
pub fn read(folder: &Path) -> Result<Case, String> {
    let file = folder.join("case.json");
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let value: Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?;
    parse(&value).map_err(|e| format!("{}: {e}", file.display()))
}

fn parse(value: &Value) -> Result<Case, String> {
    let map = value.as_object().ok_or("a case is an object")?;
    known(map, &CASE_KEYS)?;
    let list = |key: &str| map.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let texts = |key: &str| list(key).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Case {
        framework: map
            .get("framework")
            .and_then(Value::as_u64)
            .and_then(|n| u8::try_from(n).ok())
            .ok_or("no framework")?,
        bundles: texts("bundles"),
        steps: list("steps").iter().map(Step::read).collect::<Result<_, _>>()?,
        time: map.get("time").and_then(Value::as_f64),
        system: map.get("system").and_then(Value::as_bool).unwrap_or(false),
        files: texts("files"),
    })
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
