//! Files of ours whose videos are gone (`spec/nfo.md` §6.2). Left-over files of episodes would show as episodes.

use std::fs;
use std::path::{Path, PathBuf};

use super::mark::{self, Owner};
use super::report::Outcome;
use super::writer::Writer;

/// Deepest folder below the item's that is looked into.
const DEEPEST: usize = 4;
/// Extensions of files that lie beside a video and are none.
const NO_MEDIA: &[&str] =
    &["nfo", "jpg", "jpeg", "png", "gif", "webp", "srt", "sub", "idx", "ass", "ssa", "txt", "bak", "edl"];
/// Files that belong to a folder, not to a video.
const OF_FOLDERS: &[&str] = &["tvshow", "season", "movie", "artist", "album", "index", "video_ts"];
/// What names of pictures add to the name of a video.
const MARKS: &[&str] = &["-poster", "-fanart", "-banner", "-thumb"];

impl Writer<'_, '_> {
    /// Reports the files of videos that are gone, and removes them if that is wanted.
    pub fn prune(&mut self) {
        let mut stale = Vec::new();
        documents(&self.root, 0, &mut stale);
        stale.retain(|path| fs::read(path).is_ok_and(|bytes| mark::owner(&bytes) == Owner::Ours));
        for path in self.pictures() {
            if !path.exists() {
                continue;
            }
            if video_of(&path).is_some_and(|stem| is_gone(&path, &stem)) && self.is_ours(&path) {
                stale.push(path);
            }
        }
        stale.retain(|path| !self.report.names(path));
        for path in stale {
            let outcome = if !self.options.prune {
                Outcome::Stale
            } else if self.options.dry_run {
                Outcome::Removed
            } else {
                match fs::remove_file(&path) {
                    Ok(()) => {
                        self.forget(&path);
                        Outcome::Removed
                    }
                    Err(error) => Outcome::Failed(error.to_string()),
                }
            };
            self.report.add(path, outcome);
        }
    }
}

/// NFO files of videos that are not there.
fn documents(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        if path.is_dir() && !is_link && depth < DEEPEST {
            documents(&path, depth + 1, found);
        } else if extension(&path) == "nfo" && !is_link {
            let stem = stem(&path);
            if !OF_FOLDERS.contains(&stem.to_ascii_lowercase().as_str()) && is_gone(&path, &stem) {
                found.push(path);
            }
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

/// The name of the video that a picture belongs to; None for pictures of folders.
fn video_of(picture: &Path) -> Option<String> {
    let stem = stem(picture);
    // `-fanart-2` is a fanart, too.
    let plain = match stem.rsplit_once('-') {
        Some((before, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => &stem,
    };
    let video = MARKS.iter().find_map(|mark| plain.strip_suffix(mark))?;
    let of_season =
        video == "season-specials" || video.strip_prefix("season").is_some_and(|n| n.parse::<u32>().is_ok());
    (!of_season && !video.is_empty()).then(|| video.to_owned())
}

/// Whether no media file with this name is beside a file.
fn is_gone(beside: &Path, video: &str) -> bool {
    let Some(Ok(entries)) = beside.parent().map(fs::read_dir) else { return false };
    let is_media = |path: &PathBuf| stem(path) == video && !NO_MEDIA.contains(&extension(path).as_str());
    !entries.flatten().map(|entry| entry.path()).any(|path| is_media(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn videos_of_pictures() {
        let of = |name: &str| video_of(Path::new(name));
        assert_eq!(of("/a/A - s01e02-thumb.jpg").as_deref(), Some("A - s01e02"));
        assert_eq!(of("/a/A-fanart-2.jpg").as_deref(), Some("A"));
        for folder in ["/a/poster.jpg", "/a/fanart-1.jpg", "/a/season01-poster.jpg", "/a/season-specials-poster.jpg"] {
            assert_eq!(of(folder), None, "{folder}");
        }
    }
}
