//! Writing files so that a crash leaves the old one or the new one, never half of it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes `bytes` to `path`: a temporary file `._<name>…` in the same folder, then a rename over the target.
/// Missing folders on the way are made.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    place(path, bytes, false)
}

/// The same for files of people, not of programs: the bytes are on the disk before the old file goes, and a file that
/// was there keeps its mode and its owner.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    place(path, bytes, true)
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

fn place(path: &Path, bytes: &[u8], careful: bool) -> io::Result<()> {
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
            file.write_all(bytes)?;
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
    fn leaves_nothing_behind_on_error() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("folder");
        fs::create_dir_all(target.join("inside")).unwrap();
        assert!(write(&target, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
