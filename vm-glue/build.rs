//! Compiles the Python 2 sources that the crate embeds, and the Python 3 library modules that the program brings along.
//!
//! `rustpython-pylib` can freeze its whole `Lib` into one block; this freezes a selection, puts the table of names apart
//! from the code (so that starting the machine reads the names and leaves the code of modules that nobody imports on
//! disk), and leaves the columns out, which no Python 2 traceback shows.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use reprise_python2::embed;
use rustpython_compiler::{CompileOpts, Mode, compile};
use rustpython_compiler_core::frozen::FrozenCodeObject;

/// What stays out: nothing that Python 2 code can name imports it.
const LEFT_OUT: &[&str] = &[
    // Jokes and test data.
    "__hello__",
    "__phello__",
    "antigravity",
    "this",
    // Programs, not modules.
    "ensurepip",
    "idlelib",
    "turtledemo",
    "venv",
    "zipapp",
    // Need Tk, which the machine does not have.
    "tkinter",
    "turtle",
    // The help texts of the Python 3 language.
    "pydoc_data",
    // New in Python 3, and of use to new code only.
    "graphlib",
    "tomllib",
    "zoneinfo",
    // Stand-ins for what the machine has natively.
    "_dummy_os",
    "_pyio",
];

/// Our own text instead of a module's.
const REPLACED: &[(&str, &str)] = &[("_colorize", include_str!("src/library/_colorize.py"))];

/// Imports that a module does for one rare use: they wait for that use, as starting a program that imports `logging` or
/// `cookielib` took several times as long with them. Module, text, and what stands there instead.
const CHANGED: &[(&str, &str, &str)] = &[
    ("http.cookiejar", "import urllib.parse, urllib.request\n", "import urllib.parse\n"),
    ("http.cookiejar", "import http.client  # only for the default HTTP port\n", ""),
    ("http.cookiejar", "str(http.client.HTTP_PORT)", "'80'"),
    // Python 2 has plain numbers here; classes of a thousand constants are the larger part of the module's start.
    ("socket", "from enum import IntEnum, IntFlag\n", "AddressFamily = SocketKind = MsgFlag = AddressInfo = int\n"),
    (
        "socket",
        "IntEnum._convert_(\n        'AddressFamily',\n        __name__,\n        lambda C: C.isupper() and C.startswith('AF_'))\n",
        "",
    ),
    (
        "socket",
        "IntEnum._convert_(\n        'SocketKind',\n        __name__,\n        lambda C: C.isupper() and C.startswith('SOCK_'))\n",
        "",
    ),
    (
        "socket",
        "IntFlag._convert_(\n        'MsgFlag',\n        __name__,\n        lambda C: C.isupper() and C.startswith('MSG_'))\n",
        "",
    ),
    (
        "socket",
        "IntFlag._convert_(\n        'AddressInfo',\n        __name__,\n        lambda C: C.isupper() and C.startswith('AI_'))\n",
        "",
    ),
    ("traceback", "import codeop\n", ""),
    ("traceback", " codeop.compile_command(", " __import__('codeop').compile_command("),
    ("traceback", "flags=codeop.PyCF_ONLY_AST", "flags=__import__('codeop').PyCF_ONLY_AST"),
    ("traceback", "import tokenize\n", ""),
    ("traceback", "        tokens = tokenize.", "        import tokenize\n        tokens = tokenize."),
];

/// The text of a module, with our changes.
fn source(name: &str, path: &Path) -> Result<String, Box<dyn Error>> {
    if let Some((_, text)) = REPLACED.iter().find(|(module, _)| *module == name) {
        return Ok((*text).to_owned());
    }
    let mut text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    for (_, there, instead) in CHANGED.iter().filter(|(module, ..)| *module == name) {
        if text.matches(there).count() != 1 {
            return Err(format!("{}: {there:?} should stand there once", path.display()).into());
        }
        text = text.replace(there, instead);
    }
    Ok(text)
}

/// The library's source files by the dotted names of their modules, with whether it is a package.
fn modules(folder: &Path, parent: &str, found: &mut BTreeMap<String, (PathBuf, bool)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let name = if parent.is_empty() { stem.to_owned() } else { format!("{parent}.{stem}") };
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            modules(&path, &name, found)?;
        } else if path.extension().is_some_and(|extension| extension == "py") {
            if stem == "__init__" {
                found.insert(parent.to_owned(), (path, true));
            } else {
                found.insert(name, (path, false));
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/library");
    embed::folder("src/modules/python")?;
    let cache = embed::Cache::new("library")?;
    let library = Path::new(rustpython_pylib::LIB_PATH);
    let mut found = BTreeMap::new();
    modules(library, "", &mut found)?;
    let mut table = String::from("&[\n");
    let mut code = Vec::new();
    for (name, (path, package)) in found {
        let source = source(&name, &path)?;
        let make = || -> Result<Vec<u8>, Box<dyn Error>> {
            let options = CompileOpts { debug_ranges: false, ..CompileOpts::default() };
            let module = compile(&source, Mode::Exec, &name, options);
            let module = module.map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(FrozenCodeObject::encode(&module).bytes)
        };
        let start = code.len();
        code.extend(cache.get(&name, &source, make)?);
        writeln!(table, "    ({name:?}, {package}, {start}, {}),", code.len())?;
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("library.rs"), table)?;
    fs::write(out.join("library.bin"), code)?;
    Ok(())
}
