//! Python 2 scripts: `reprise python NAME.py` must print exactly `NAME.out` (`cases/python2/README.md`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{Outcome, executable, plugin_process};

/// All scripts: (`python2/AREA/NAME`, file), sorted.
pub fn find(folder: &Path) -> Vec<(String, PathBuf)> {
    let pattern = folder.join("*/*.out");
    let mut found: Vec<(String, PathBuf)> = glob::glob(&pattern.to_string_lossy())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|out| {
            let name = out.with_extension("").strip_prefix(folder).ok()?.to_string_lossy().replace('\\', "/");
            Some((format!("python2/{name}"), out.with_extension("py")))
        })
        .collect();
    found.sort();
    found
}

/// Runs one script and compares its standard output with the recording, byte for byte.
pub fn run(script: &Path) -> Outcome {
    let mut outcome = Outcome::default();
    let want = std::fs::read(script.with_extension("out")).unwrap_or_default();
    let child = Command::new(executable())
        .arg("python")
        .arg(script.file_name().unwrap_or_default())
        .current_dir(script.parent().unwrap_or(Path::new(".")))
        .env("TZ", "UTC")
        .env("PYTHONIOENCODING", "utf-8")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    match child.map(|child| plugin_process::finish(child, Duration::from_secs(90))) {
        Err(error) => outcome.fail(format!("cannot start: {error}")),
        Ok(None) => outcome.fail("no end in 90 s".to_owned()),
        Ok(Some((status, stdout, stderr))) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            outcome.check("standard output", &text(&want), &text(&stdout));
            if want != stdout && outcome.first_difference.is_none() {
                outcome.fail("standard output differs in bytes that are not UTF-8".to_owned());
            }
            if !status.success() {
                outcome.fail(format!("{status}\n{}", text(&stderr)));
            }
        }
    }
    outcome
}
