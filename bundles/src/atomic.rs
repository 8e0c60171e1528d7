//! Writing files so that a crash leaves the old one or the new one, never half of it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Writes `bytes` to `path`: a temporary file `._<name>…` in the same folder, then a rename over the target.
/// Missing folders on the way are made.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    place(path, &mut &bytes[..], false)
}

/// The same for what a reader gives.
pub fn write_from(path: &Path, source: &mut impl io::Read) -> io::Result<()> {
    place(path, source, false)
}

/// The same for files of people, not of programs: the bytes are on the disk before the old file goes, and a file that
/// was there keeps its mode and its owner.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    place(path, &mut &bytes[..], true)
}

/// Gives a new file the mode and the owner of the one that it replaces, as far as this user may.
fn resemble(file: &fs::File, old: &Path) -> io::Result<()> {
    let Ok(metadata) = fs::metadata(old) else { return Ok(()) };
    file.set_permissions(metadata.permissions())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        // Only the administrator can give files away; the file is as good without.
        let _ = std::os::unix::fs::fchown(file, Some(metadata.uid()), Some(metadata.gid()));
    }
    Ok(())
}

fn place(path: &Path, source: &mut impl io::Read, careful: bool) -> io::Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, format!("{} names no file", path.display())))?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder)?;
    }
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!("._{}.{}.{number}", name.to_string_lossy(), std::process::id()));
    let result = fs::File::create(&temporary)
        .and_then(|mut file| {
            io::copy(source, &mut file)?;
            file.flush()?;
            if careful {
                resemble(&file, path)?;
                file.sync_all()?;
            }
            Ok(())
        })
        .and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // The error that counts is the first one.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// How old a temporary file must be to belong to nobody any more.
const ABANDONED: Duration = Duration::from_secs(600);

/// Removes the temporary files that killed processes left in a folder, and in those below it down to a depth.
pub fn sweep(folder: &Path, depth: usize) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 {
            sweep(&entry.path(), depth - 1);
        } else if kind.is_file() && is_temporary(&entry.file_name().to_string_lossy()) {
            let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age > ABANDONED) {
                // Somebody else may have been faster.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// `._<name>.<process>.<number>`, as [`write`] makes them.
fn is_temporary(name: &str) -> bool {
    let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u64>().is_ok());
    let mut parts = name.rsplit('.');
    name.starts_with("._") && is_number(parts.next()) && is_number(parts.next()) && parts.count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.txt");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_mode() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nfo");
        replace(&path, b"one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn what_killed_processes_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::now() - ABANDONED * 2;
        for (name, time) in
            [("._a.12.3", old), ("._a", old), ("a.12.3", old), ("._b.12.4", std::time::SystemTime::now())]
        {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(time).unwrap();
        }
        sweep(folder.path(), 1);
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["._a", "._b.12.4", "a.12.3"]);
    }

    #[test]
    fn leaves_nothing_behind_on_error() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("folder");
        fs::create_dir_all(target.join("inside")).unwrap();
        assert!(write(&target, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
