//! Compiling the Python 2 sources that a crate embeds, from its build script.
//!
//! Each source becomes the code that an import at run time would otherwise have to make; a source is found again by its
//! [hash](hash_of), so whoever registers a module names nothing but its text. What is compiled is kept in the build's own
//! folder: of a folder where one file has changed, one file is compiled.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use std::{env, fs, io};

use rustpython_compiler_core::frozen::FrozenCodeObject;

use crate::lower::{CompileOptions, compile_unloaded};
use crate::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText, SyntaxError};

/// The file that embedded code comes from, until it is loaded as that of a module.
pub const FILE: &str = "<embedded>";

/// What went wrong in a build script.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("{}:{}: {}", path.display(), error.line, error.message)]
    Syntax { path: PathBuf, error: SyntaxError },
    #[error("{0} is not set: not run by cargo")]
    NotInBuild(&'static str),
    #[error("{} and {} have the same hash", .0.display(), .1.display())]
    SameHash(PathBuf, PathBuf),
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> EmbedError {
    let path = path.to_path_buf();
    |error| EmbedError::Io { path, error }
}

/// What the code of a source is found by (FNV-1a over its words of eight bytes; the sources are our own).
pub const fn hash_of(source: &str) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    let mut hash = 0xCBF2_9CE4_8422_2325;
    let mut rest = source.as_bytes();
    while let Some((word, after)) = rest.split_first_chunk() {
        hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME);
        // The upper half of a product knows of all bytes, the lower one of the lower bytes only.
        hash ^= hash >> 32;
        rest = after;
    }
    while let Some((byte, after)) = rest.split_first() {
        hash = (hash ^ *byte as u64).wrapping_mul(PRIME);
        rest = after;
    }
    hash ^ source.len() as u64
}

/// Compiles the sources below a folder of the crate. The crate includes the result:
/// `include!(concat!(env!("OUT_DIR"), "/embedded.rs"))` is a table of (hash, start, end) sorted by hash, and
/// `embedded.bin` holds the code (`FrozenCodeObject`) that it points into.
pub fn folder(folder: &str) -> Result<(), EmbedError> {
    println!("cargo::rerun-if-changed={folder}");
    let cache = Cache::new("embedded")?;
    let mut files = Vec::new();
    sources(Path::new(folder), &mut files)?;
    files.sort();
    let mut code = Vec::new();
    let mut rows: Vec<(u64, usize, usize, PathBuf)> = Vec::with_capacity(files.len());
    for path in files {
        let source = fs::read_to_string(&path).map_err(io_error(&path))?;
        let start = code.len();
        let hash = hash_of(&source);
        code.extend(cache.get(&path.to_string_lossy(), &source, || compile(&path, &source))?);
        rows.push((hash, start, code.len(), path));
    }
    rows.sort_by_key(|(hash, ..)| *hash);
    let mut table = String::from("&[\n");
    let mut last: Option<(u64, &PathBuf)> = None;
    for (hash, start, end, path) in &rows {
        if let Some((_, first)) = last.replace((*hash, path)).filter(|(last, _)| last == hash) {
            // Two modules may have the same text.
            if fs::read(first).map_err(io_error(first))? != fs::read(path).map_err(io_error(path))? {
                return Err(EmbedError::SameHash(first.clone(), path.clone()));
            }
            continue;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(table, "    ({hash:#x}, {start}, {end}),");
    }
    table.push_str("]\n");
    let out = out_dir()?;
    for (name, contents) in [("embedded.rs", table.as_bytes()), ("embedded.bin", &code)] {
        let path = out.join(name);
        fs::write(&path, contents).map_err(io_error(&path))?;
    }
    Ok(())
}

fn out_dir() -> Result<PathBuf, EmbedError> {
    env::var_os("OUT_DIR").map(PathBuf::from).ok_or(EmbedError::NotInBuild("OUT_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), EmbedError> {
    for entry in fs::read_dir(folder).map_err(io_error(folder))? {
        let path = entry.map_err(io_error(folder))?.path();
        if path.is_dir() {
            sources(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
    Ok(())
}

fn compile(path: &Path, source: &str) -> Result<Vec<u8>, EmbedError> {
    let failed = |error| EmbedError::Syntax { path: path.to_path_buf(), error };
    let text = SourceText::decode(FILE, source.as_bytes(), SourceRules::CPython).map_err(failed)?;
    let flags = FutureFlags::default();
    let module = syntax::parse(&text, ParseOptions { mode: Mode::Exec, flags }).map_err(failed)?;
    let flags = syntax::future_flags(&text, &module, flags).map_err(failed)?;
    let compiled = compile_unloaded(&text, &module, &CompileOptions { flags }).map_err(failed)?;
    Ok(FrozenCodeObject::encode(&compiled.into_code()).bytes)
}

/// What a build script has made before, kept beside its results: by name, and good while neither the source nor the
/// script itself has changed.
pub struct Cache {
    folder: PathBuf,
    program: String,
}

impl Cache {
    /// A cache of the crate that is being built.
    pub fn new(name: &str) -> Result<Self, EmbedError> {
        let folder = out_dir()?.join(name);
        fs::create_dir_all(&folder).map_err(io_error(&folder))?;
        let program = env::current_exe().and_then(fs::metadata).map_err(io_error(Path::new("the build script")))?;
        let changed = program.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Ok(Self { folder, program: format!("{} {}", program.len(), changed.as_nanos()) })
    }

    /// What was made of this source under this name, or is made now.
    pub fn get<E: From<EmbedError>>(
        &self,
        name: &str,
        source: &str,
        make: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, E> {
        let path = self.folder.join(name.replace(['/', '\\'], "+"));
        let key = format!("{} {}\n{source}\n", self.program, source.len());
        if let Ok(mut kept) = fs::read(&path)
            && kept.starts_with(key.as_bytes())
        {
            return Ok(kept.split_off(key.len()));
        }
        let made = make()?;
        fs::write(&path, [key.as_bytes(), &made].concat()).map_err(io_error(&path))?;
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_know_of_every_byte() {
        let texts = ["", "\0", "a", "b", "abcdefgh", "abcdefgH", "Abcdefgh", "abcdefghi", "abcdefgh\0", "hgfedcba"];
        for (at, text) in texts.iter().enumerate() {
            for other in &texts[at + 1..] {
                assert_ne!(hash_of(text), hash_of(other), "{text:?} {other:?}");
            }
        }
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = compile(Path::new("src/a.py"), "x = 1\nif x\n    pass\n").unwrap_err();
        assert_eq!(error.to_string(), "src/a.py:2: invalid syntax");
    }
}
