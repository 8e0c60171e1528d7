//! Compiled code kept on disk, so that a source file is parsed and compiled once and not at every start.
//!
//! One file a source, named after the source's path; inside stand the hash of everything that the code depends on (the
//! program itself, path, text, rules), the hash of what follows, notes of whoever compiled it (what else the source
//! says, so that it need not be parsed again for that), and the code. A file that is stale, torn, or not readable counts
//! as absent. Without a folder ([`set_folder`]) nothing is kept.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use parking_lot::RwLock;
use sha2::{Digest, Sha256};

use crate::lower::Compiled;

/// The start of each file: what it is, and the layout's version.
const MAGIC: &[u8; 8] = b"RPRSCO\x00\x02";
/// Hashes are SHA-256.
const HASH: usize = 32;

static FOLDER: RwLock<Option<PathBuf>> = RwLock::new(None);

/// Keeps compiled code in this folder from now on; it is made when the first file is written. The folder must be one
/// that untrusted code cannot write to: what stands in it is run.
pub fn set_folder(folder: Option<PathBuf>) {
    *FOLDER.write() = folder;
}

/// The place of one source's code.
#[derive(Clone, Debug)]
pub struct Entry {
    file: PathBuf,
    key: [u8; HASH],
}

/// The place for the code of a source; None while nothing is kept. `rules` names all else that decides what the code
/// is, such as the policy it is compiled for.
pub fn entry(name: &str, bytes: &[u8], rules: &str) -> Option<Entry> {
    let folder = FOLDER.read().clone()?;
    let mut path = Sha256::new();
    path.update(rules);
    path.update([0]);
    path.update(name);
    let mut key = path.clone();
    key.update([0]);
    key.update(program());
    key.update(bytes);
    let file: String = path.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Some(Entry { file: folder.join(file), key: key.finalize().into() })
}

/// What tells this build of the program from another one: code of one must not run in the other.
fn program() -> &'static str {
    static PROGRAM: OnceLock<String> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let about = std::env::current_exe().and_then(fs::metadata);
        let about = about.and_then(|about| Ok((about.len(), about.modified()?)));
        let (length, modified) = about.map_or((0, UNIX_EPOCH), |about| about);
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        format!("{} {length} {modified}", env!("CARGO_PKG_VERSION"))
    })
}

impl Entry {
    /// What stands in the file behind the hashes, if it is there and fits: the notes and the code.
    fn contents<T>(&self, read: impl FnOnce(&[u8], &[u8]) -> Option<T>) -> Option<T> {
        let bytes = fs::read(&self.file).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (key, rest) = rest.split_at_checked(HASH)?;
        let (sum, rest) = rest.split_at_checked(HASH)?;
        if key != self.key || sum != Sha256::digest(rest).as_slice() {
            return None;
        }
        let (length, rest) = rest.split_first_chunk()?;
        let (notes, code) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        read(notes, code)
    }

    /// The code, if it is there and fits.
    pub fn read(&self) -> Option<Compiled> {
        self.contents(|_, code| Compiled::from_bytes(code))
    }

    /// The notes kept with the code.
    pub fn notes(&self) -> Option<Vec<u8>> {
        self.contents(|notes, _| Some(notes.to_vec()))
    }

    /// Keeps the code, and notes. A folder that cannot be written to costs nothing but time at the next start.
    pub fn write(&self, compiled: &Compiled, notes: &[u8]) {
        let Ok(length) = u32::try_from(notes.len()) else { return };
        let code = compiled.to_bytes();
        let contents = [&length.to_le_bytes(), notes, &code].concat();
        let mut bytes = Vec::with_capacity(MAGIC.len() + 2 * HASH + contents.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.key);
        bytes.extend_from_slice(&Sha256::digest(&contents));
        bytes.extend_from_slice(&contents);
        if let Err(error) = replace(&self.file, &bytes) {
            tracing::debug!("Cannot keep compiled code in {}: {error}", self.file.display());
        }
    }
}

/// Writes a file beside its place and renames it, so that no reader sees half of it.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix("._").tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::{CompileOptions, compile_unloaded};
    use crate::syntax::{self, FutureFlags, Mode, ParseOptions, SourceRules, SourceText};

    fn compiled(source: &str) -> Compiled {
        let text = SourceText::decode("a.py", source.as_bytes(), SourceRules::CPython).unwrap();
        let module = syntax::parse(&text, ParseOptions { mode: Mode::Exec, flags: FutureFlags::default() }).unwrap();
        compile_unloaded(&text, &module, &CompileOptions::default()).unwrap()
    }

    #[test]
    fn code_comes_back_as_it_was_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let entry = Entry { file: folder.path().join("deep/a"), key: [7; HASH] };
        assert!(entry.read().is_none());
        let code = compiled(concat!(
            "# coding: utf-8\n'''doc'''\nclass A(object):\n    u'''kurz \u{e9}'''\n    def f(self, a, (b, c)=(1, 2L), *d, **e):\n",
            "        def g(): return self, u'\\ud800', 1e100, 3j, 10**30, 'x' in ('a', 'b')\n        yield g\n        return\n"
        ));
        entry.write(&code, b"notes");
        assert_eq!(entry.notes().as_deref(), Some(&b"notes"[..]));
        let read = entry.read().unwrap();
        assert_eq!(read.to_bytes(), code.to_bytes());
        assert_eq!(format!("{read:?}"), format!("{code:?}"));
        assert!(Entry { key: [8; HASH], ..entry.clone() }.read().is_none());
        let bytes = fs::read(&entry.file).unwrap();
        for damaged in [&bytes[..bytes.len() - 1], &bytes[..20], &[]] {
            fs::write(&entry.file, damaged).unwrap();
            assert!(entry.read().is_none());
        }
        let mut flipped = bytes.clone();
        *flipped.last_mut().unwrap() ^= 1;
        fs::write(&entry.file, flipped).unwrap();
        assert!(entry.read().is_none());
    }
}
