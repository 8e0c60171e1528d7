//! The lists of cases that do not pass yet: `known_failures/AREA.txt`, one `CASE: reason` a line, `#` for comments.

use std::collections::HashMap;
use std::path::Path;

/// Reads all lists: case name (`AREA/CASE`) to reason. A line without a reason is an error of the list.
pub fn read(folder: &Path) -> HashMap<String, String> {
    let mut known = HashMap::new();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "txt")) {
        let area = path.file_stem().unwrap_or_default().to_string_lossy().replace("--", "/");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once(':') {
                Some((case, reason)) if !reason.trim().is_empty() => {
                    known.insert(format!("{area}/{}", case.trim()), reason.trim().to_owned());
                }
                _ => panic!("{}: a known failure needs a reason: {line}", path.display()),
            }
        }
    }
    known
}
