//! What the log says about the modules that a plug-in of framework 1 imports (`spec/legacy-v1.md` §1): advice only, all of
//! them can be imported.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprise_bundles::LogLevel;
use reprise_kits::check::names::Names;
use reprise_kits::plugin::Plugin;
use reprise_policies::level::is_listed;
use reprise_vm_glue::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};
use reprise_vm_glue::threads;

/// Modules that plug-ins were asked to leave to the framework.
static DISCOURAGED: &[&str] = &[
    "cookielib",
    "demjson",
    "email",
    "feedparser",
    "hashlib",
    "lxml",
    "os",
    "pickle",
    "socket",
    "sqlite3",
    "sys",
    "thread",
    "threading",
    "traceback",
    "urllib",
    "urllib2",
    "yaml",
];

/// Looks at the plug-in's code beside its start, and writes what it finds to the log.
pub fn begin(plugin: &Arc<Plugin>) {
    let plugin = Arc::clone(plugin);
    let look = move || {
        let known = plugin.module_whitelist();
        for line in advice(&plugin.bundle.code(), &known) {
            plugin.log.write(LogLevel::Warning, "", 0, &line);
        }
    };
    if let Err(error) = threads::spawn("module check", look) {
        tracing::warn!("The plug-in's imports cannot be looked at: {error}");
    }
}

/// The lines about all files of the folder with the plug-in's code. `known`: modules that need no line.
fn advice(code: &Path, known: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut imports: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in files(code) {
        let shown = path.strip_prefix(code).unwrap_or(&path).to_owned();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("py") => {
                for name in imported(&path) {
                    imports.entry(name).or_insert_with(|| shown.clone());
                }
            }
            Some("pyc" | "pyo") => {}
            _ => lines.push(format!("WARNING: {} is no code and should not be in Contents/Code", shown.display())),
        }
    }
    for (name, file) in imports {
        let top = name.split('.').next().unwrap_or(&name);
        if DISCOURAGED.contains(&top) {
            lines.push(format!("WARNING: {} imports {name}, which plug-ins should not use", file.display()));
        } else if !["PMS", "Code", "__future__"].contains(&top) && !is_own(code, top) && !is_listed(known, &name) {
            lines.push(format!("NOTICE: {} imports {name}, which is not on the module whitelist", file.display()));
        }
    }
    lines
}

/// Whether a module is one of the plug-in's own.
fn is_own(code: &Path, name: &str) -> bool {
    let libraries = code.with_file_name("Libraries");
    [code, &libraries].iter().any(|folder| folder.join(format!("{name}.py")).is_file() || folder.join(name).is_dir())
}

/// All files below a folder, in order. Links to folders are not followed.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                Ok(_) => found.push(entry.path()),
                Err(_) => {}
            }
        }
    }
    found.sort();
    found
}

/// The modules that a file imports; none if it cannot be read (its import says why).
fn imported(path: &Path) -> Vec<String> {
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    let Ok(text) = SourceText::decode(&path.to_string_lossy(), &bytes, SourceRules::CPython) else {
        return Vec::new();
    };
    let options = ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() };
    let Ok(module) = syntax::parse(&text, options) else { return Vec::new() };
    let imports = Names::of(&module).imports.into_iter();
    imports.filter(|import| import.level == 0).map(|import| import.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let code = folder.path().join("Code");
        std::fs::create_dir_all(code.join("pages")).unwrap();
        let write = |name: &str, text: &str| std::fs::write(code.join(name), text).unwrap();
        write("__init__.py", "from PMS import *\nimport re, os.path, calendar\nfrom pages import html\nimport page\n");
        write("page.py", "import lxml.html, calendar\n");
        write("pages/__init__.py", "");
        write("pages/html.py", "def f(:");
        write("notes.txt", "");
        write("page.pyc", "");
        let lines = advice(&code, &["re".to_owned()]);
        let expected = [
            "WARNING: notes.txt is no code and should not be in Contents/Code",
            "NOTICE: __init__.py imports calendar, which is not on the module whitelist",
            "WARNING: page.py imports lxml.html, which plug-ins should not use",
            "WARNING: __init__.py imports os.path, which plug-ins should not use",
        ];
        assert_eq!(lines, expected);
    }
}
