//! Which stored pictures go into which files beside the media (`spec/nfo.md` §4).

use std::path::{Path, PathBuf};

use crate::models::item::{Entry, Picture};
use crate::models::template::ProxyKind;

/// A picture and the name of its file, without the extension.
#[derive(Clone, Debug, PartialEq)]
pub struct Artwork<'a> {
    pub picture: &'a Picture,
    pub stem: PathBuf,
}

/// How many pictures of a kind are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub posters: usize,
    pub fanart: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { posters: 1, fanart: 3 }
    }
}

/// The pictures of a container in the order of their places; those without one come last.
fn sorted(pictures: &[Picture]) -> Vec<&Picture> {
    let mut sorted: Vec<&Picture> = pictures.iter().collect();
    sorted.sort_by_key(|picture| picture.sort_order.filter(|order| *order != 0).unwrap_or(i64::MAX));
    sorted
}

/// Files named `poster`, `poster-1`, `poster-2` …
fn numbered<'a>(pictures: &'a [Picture], folder: &Path, name: &str, limit: usize) -> Vec<Artwork<'a>> {
    let named = sorted(pictures).into_iter().take(limit).enumerate();
    let stem = |at: usize| if at == 0 { name.to_owned() } else { format!("{name}-{at}") };
    named.map(|(at, picture)| Artwork { picture, stem: folder.join(stem(at)) }).collect()
}

/// The pictures of a film. In a folder of its own they have short names, else they start with the video's.
pub fn movie<'a>(entry: &'a Entry, video: &Path, own_folder: bool, limits: Limits) -> Vec<Artwork<'a>> {
    let folder = video.parent().unwrap_or(Path::new(""));
    let stem = video.file_stem().unwrap_or_default().to_string_lossy();
    let name = |name: &str| if own_folder { name.to_owned() } else { format!("{stem}-{name}") };
    let mut files = numbered(entry.pictures("posters"), folder, &name("poster"), limits.posters);
    files.extend(numbered(entry.pictures("art"), folder, &name("fanart"), limits.fanart));
    files.extend(numbered(entry.pictures("banners"), folder, &name("banner"), 1));
    files
}

/// The pictures of a show and its seasons.
pub fn show<'a>(entry: &'a Entry, folder: &Path, limits: Limits) -> Vec<Artwork<'a>> {
    let mut files = numbered(entry.pictures("posters"), folder, "poster", limits.posters);
    files.extend(numbered(entry.pictures("art"), folder, "fanart", limits.fanart));
    files.extend(numbered(entry.pictures("banners"), folder, "banner", 1));
    for (number, season) in entry.keyed("seasons") {
        let Ok(number) = number.parse::<u32>() else { continue };
        let name = if number == 0 { "season-specials".to_owned() } else { format!("season{number:02}") };
        for (container, kind) in [("posters", "poster"), ("art", "fanart"), ("banners", "banner")] {
            files.extend(numbered(season.pictures(container), folder, &format!("{name}-{kind}"), 1));
        }
    }
    files
}

/// The picture of an episode.
pub fn episode<'a>(entry: &'a Entry, video: &Path) -> Vec<Artwork<'a>> {
    let folder = video.parent().unwrap_or(Path::new(""));
    let stem = video.file_stem().unwrap_or_default().to_string_lossy();
    numbered(entry.pictures("thumbs"), folder, &format!("{stem}-thumb"), 1)
}

/// The pictures of an artist or an album.
pub fn music<'a>(entry: &'a Entry, folder: &Path, limits: Limits) -> Vec<Artwork<'a>> {
    let mut files = numbered(entry.pictures("posters"), folder, "folder", 1);
    files.extend(numbered(entry.pictures("art"), folder, "fanart", limits.fanart));
    files
}

/// The persons of a film, show or episode who have a picture: the name of its file, without the extension, and its
/// address.
pub fn people(entry: &Entry) -> Vec<(String, &str)> {
    let people = ["roles", "guest_stars"].iter().flat_map(|set| entry.entries(set));
    let mut found: Vec<(String, &str)> = Vec::new();
    for person in people {
        let (Some(name), Some(url)) = (person.text("name"), person.text("photo")) else { continue };
        let file: String = name
            .trim()
            .chars()
            .map(|c| if c.is_whitespace() || c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c })
            .collect();
        if url.starts_with("http") && !file.is_empty() && !found.iter().any(|(there, _)| *there == file) {
            found.push((file, url));
        }
    }
    found
}

/// The bytes of a picture in full size: a preview is fetched from its address, and used itself where that fails.
pub fn data(picture: &Picture, fetch: &mut dyn FnMut(&str) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let stored = || std::fs::read(&picture.file).ok();
    match (picture.kind, picture.url.as_deref()) {
        (ProxyKind::Preview, Some(url)) if url.starts_with("http") => fetch(url).or_else(stored),
        (ProxyKind::Preview | ProxyKind::Media, _) => stored(),
        (ProxyKind::LocalFile | ProxyKind::Remote, _) => None,
    }
}

/// The extension of a picture, by what it is; None for what is no picture.
pub fn extension(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}

/// The extension of a theme.
pub fn theme_extension(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => Some("mp3"),
        [b'f', b'L', b'a', b'C', ..] => Some("flac"),
        [b'O', b'g', b'g', b'S', ..] => Some("ogg"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("m4a"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::item::Value;

    fn pictures(orders: &[Option<i64>]) -> Value {
        let picture = |(at, order): (usize, &Option<i64>)| Picture {
            url: Some(format!("http://x/{at}")),
            kind: ProxyKind::Media,
            sort_order: *order,
            provider: None,
            file: PathBuf::from(format!("/data/{at}")),
        };
        Value::Pictures(orders.iter().enumerate().map(picture).collect())
    }

    fn stems(files: &[Artwork]) -> Vec<String> {
        files.iter().map(|file| file.stem.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn files_of_a_film() {
        let values = vec![
            ("posters".to_owned(), pictures(&[None, Some(2), Some(1)])),
            ("art".to_owned(), pictures(&[None, None])),
        ];
        let entry = Entry { class: "Movie".to_owned(), values };
        let files = movie(&entry, Path::new("/m/A Film.mkv"), false, Limits::default());
        assert_eq!(stems(&files), ["/m/A Film-poster", "/m/A Film-fanart", "/m/A Film-fanart-1"]);
        assert_eq!(files[0].picture.file, Path::new("/data/2"));
        assert_eq!(
            stems(&movie(&entry, Path::new("/m/a.mkv"), true, Limits { posters: 1, fanart: 1 })),
            ["/m/poster", "/m/fanart"]
        );
    }

    #[test]
    fn files_of_seasons() {
        let season = |n: &str| {
            (
                n.to_owned(),
                Entry { class: "Season".to_owned(), values: vec![("posters".to_owned(), pictures(&[None]))] },
            )
        };
        let values = vec![("seasons".to_owned(), Value::Keyed(vec![season("0"), season("3")]))];
        let entry = Entry { class: "TV_Show".to_owned(), values };
        let files = show(&entry, Path::new("/tv"), Limits::default());
        assert_eq!(stems(&files), ["/tv/season-specials-poster", "/tv/season03-poster"]);
    }

    #[test]
    fn what_a_picture_is() {
        assert_eq!(extension(b"\xff\xd8\xff\xe0"), Some("jpg"));
        assert_eq!(extension(b"RIFF1234WEBPVP8"), Some("webp"));
        assert_eq!(extension(b"<html>"), None);
        assert_eq!(theme_extension(b"ID3\x03"), Some("mp3"));
    }
}
