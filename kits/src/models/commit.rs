//! Putting stored data in place: a folder is built beside the old one and then exchanged with it, so that a reader, or a
//! process that was killed, finds either the old data or the new ones.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// What a file of a folder holds.
#[derive(Clone, Debug)]
pub enum Content {
    Bytes(Vec<u8>),
    /// The same, still in use elsewhere.
    Shared(Arc<[u8]>),
    /// The same as a file that is there already.
    Same(PathBuf),
    /// A link with this text as its target.
    Link(PathBuf),
}

/// The files of a folder that is to be written, by their paths in it.
#[derive(Clone, Debug, Default)]
pub struct Files(Vec<(PathBuf, Content)>);

impl Files {
    pub fn add(&mut self, path: impl Into<PathBuf>, content: Content) {
        self.0.push((path.into(), content));
    }

    /// What was added under a path.
    pub fn get(&self, path: &Path) -> Option<&Content> {
        self.0.iter().rev().find(|(there, _)| there == path).map(|(_, content)| content)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Path, &Content)> {
        self.0.iter().map(|(path, content)| (path.as_path(), content))
    }
}

/// Where the old data wait while the new ones take their place, on systems that cannot exchange two folders.
fn waiting_place(target: &Path) -> Option<PathBuf> {
    let bundle = target.parent()?.parent()?;
    Some(bundle.join(format!("._old.{}", target.file_name()?.to_string_lossy())))
}

/// How old a folder of an interrupted run must be before it is removed.
const ABANDONED: Duration = Duration::from_secs(600);

/// Replaces the folder `target` (`…/Contents/<name>`) by one with these files.
pub fn replace(target: &Path, files: &Files) -> io::Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, format!("{} is no folder of data", target.display()));
    let contents = target.parent().ok_or_else(wrong)?;
    let bundle = contents.parent().ok_or_else(wrong)?;
    let name = target.file_name().ok_or_else(wrong)?.to_string_lossy();
    recover(target);
    fs::create_dir_all(contents)?;
    remove_abandoned(bundle);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let staging = bundle.join(format!("._{name}.{}.{number}", std::process::id()));
    let result = fill(&staging, files).and_then(|()| {
        let _turn = turn(target);
        exchange(&staging, target)
    });
    // What is there now is the old data, or what an error left.
    if let Err(error) = remove(&staging)
        && result.is_ok()
    {
        tracing::warn!("Cannot remove {}: {error}", staging.display());
    }
    result
}

fn fill(folder: &Path, files: &Files) -> io::Result<()> {
    fs::create_dir(folder)?;
    let mut made: HashSet<PathBuf> = HashSet::new();
    for (path, content) in files.iter() {
        let file = folder.join(path);
        if let Some(parent) = file.parent()
            && made.insert(parent.to_owned())
        {
            fs::create_dir_all(parent)?;
        }
        match content {
            Content::Bytes(bytes) => fs::write(&file, bytes)?,
            Content::Shared(bytes) => fs::write(&file, bytes)?,
            Content::Same(old) => {
                if fs::hard_link(old, &file).is_err() {
                    fs::copy(old, &file)?;
                }
            }
            Content::Link(to) => link(to, &file)?,
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, file: &Path) -> io::Result<()> {
    match std::os::unix::fs::symlink(to, file) {
        // Two items may share their data.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// Makes a link, in the place of another if there is one.
pub fn relink(to: &Path, file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    link(to, file)
}

#[cfg(not(unix))]
fn link(to: &Path, file: &Path) -> io::Result<()> {
    let _ = (to, file);
    // The reader finds the data by the name of the link.
    Ok(())
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Exchanges a new folder with the one in place, or puts it there if there is none.
fn exchange(new: &Path, target: &Path) -> io::Result<()> {
    if !target.exists() {
        return fs::rename(new, target);
    }
    if swap(new, target).is_ok() {
        return Ok(());
    }
    let Some(old) = waiting_place(target) else { return Err(io::ErrorKind::InvalidInput.into()) };
    remove(&old)?;
    fs::rename(target, &old)?;
    // From here until the next line is done, `recover` finds the old data.
    let result = fs::rename(new, target);
    match &result {
        Ok(()) => remove(&old)?,
        Err(_) => fs::rename(&old, target)?,
    }
    result
}

/// Puts the old data back if a process was killed while it exchanged them.
pub fn recover(target: &Path) {
    let Some(old) = waiting_place(target) else { return };
    if !old.is_dir() {
        return;
    }
    let _turn = turn(target);
    if !target.exists()
        && let Err(error) = fs::rename(&old, target)
    {
        tracing::error!("Cannot restore {}: {error}", target.display());
    }
}

/// Removes a folder with everything in it; nothing happens where there is none.
pub fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes what a killed process left in a bundle.
fn remove_abandoned(bundle: &Path) {
    let Ok(entries) = fs::read_dir(bundle) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_old = || {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            modified.ok().and_then(|time| time.elapsed().ok()).is_some_and(|age| age > ABANDONED)
        };
        if name.starts_with("._") && !name.starts_with("._old.") && is_old() {
            let _ = remove(&entry.path());
        }
    }
}

/// What is being worked on.
static BUSY: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
static FREED: Condvar = Condvar::new();

/// Somebody's turn at a path.
#[derive(Debug)]
pub struct Turn(PathBuf);

/// Waits until nobody else in this process works on a path.
pub fn turn(path: &Path) -> Turn {
    let mut busy = BUSY.lock();
    while busy.contains(path) {
        FREED.wait(&mut busy);
    }
    busy.insert(path.to_owned());
    Turn(path.to_owned())
}

impl Drop for Turn {
    fn drop(&mut self) {
        BUSY.lock().remove(&self.0);
        FREED.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Files {
        let mut files = Files::default();
        files.add("Info.xml", Content::Bytes(text.as_bytes().to_vec()));
        files.add("posters/a", Content::Bytes(text.as_bytes().to_vec()));
        files
    }

    #[test]
    fn a_folder_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x.bundle/Contents/org.example.a");
        replace(&target, &files("one")).unwrap();
        let mut second = files("two");
        second.add("kept", Content::Same(target.join("posters/a")));
        replace(&target, &second).unwrap();
        assert_eq!(fs::read(target.join("Info.xml")).unwrap(), b"two");
        assert_eq!(fs::read(target.join("kept")).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path().join("x.bundle")).unwrap().count(), 1);
    }

    #[test]
    fn an_error_leaves_the_old_data() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x.bundle/Contents/org.example.a");
        replace(&target, &files("one")).unwrap();
        let mut broken = files("two");
        broken.add("lost", Content::Same(folder.path().join("nowhere")));
        assert!(replace(&target, &broken).is_err());
        assert_eq!(fs::read(target.join("Info.xml")).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path().join("x.bundle")).unwrap().count(), 1);
    }

    #[test]
    fn old_data_come_back_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x.bundle/Contents/org.example.a");
        replace(&target, &files("one")).unwrap();
        fs::rename(&target, waiting_place(&target).unwrap()).unwrap();
        recover(&target);
        assert_eq!(fs::read(target.join("Info.xml")).unwrap(), b"one");
    }

    /// Many files that all say which generation they are of.
    fn generation(number: u32) -> Files {
        let mut files = Files::default();
        for name in ["Info.xml", "posters/a", "posters/b", "seasons/1.xml", "seasons/1/episodes/2.xml"] {
            files.add(name, Content::Bytes(number.to_string().repeat(2000).into_bytes()));
        }
        files
    }

    /// The test starts itself as another process, which writes until it is killed.
    #[test]
    fn a_kill_leaves_the_old_or_the_new_data() {
        const FOLDER: &str = "REPRISE_TEST_COMMIT";
        let place = |folder: &Path| folder.join("x.bundle/Contents/org.example.a");
        if let Some(folder) = std::env::var_os(FOLDER) {
            for number in 1.. {
                replace(&place(Path::new(&folder)), &generation(number % 9)).unwrap();
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let target = place(folder.path());
        replace(&target, &generation(0)).unwrap();
        for round in 0..12 {
            let mut writer = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "models::commit::tests::a_kill_leaves_the_old_or_the_new_data"])
                .env(FOLDER, folder.path())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(30 + 7 * round));
            writer.kill().unwrap();
            writer.wait().unwrap();
            recover(&target);
            let first = fs::read(target.join("Info.xml")).unwrap();
            assert_eq!(first.len(), 2000);
            for (path, _) in generation(0).iter() {
                assert_eq!(fs::read(target.join(path)).unwrap(), first, "{}", path.display());
            }
        }
    }

    #[test]
    fn turns_follow_each_other() {
        let path = Path::new("/turns");
        let first = turn(path);
        let other = std::thread::spawn(|| drop(turn(Path::new("/turns"))));
        drop(first);
        other.join().unwrap();
    }
}
