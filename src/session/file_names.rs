//! What the names of media files say: title and year of a film, show, season and episodes, date, part
//! (`spec/scanners.md`).

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// What a name says of a film.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilmName {
    pub title: String,
    pub year: Option<String>,
}

/// What a name says of an episode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpisodeName {
    /// The show, if the file's name has it.
    pub show: Option<String>,
    pub year: Option<String>,
    pub season: u32,
    /// Numbers of all episodes in the file; empty where only a date is known.
    pub episodes: Vec<u32>,
    /// `2011-11-15`.
    pub date: Option<String>,
    /// What comes after the numbers.
    pub title: Option<String>,
}

/// Extensions of videos.
const VIDEOS: &[&str] = &[
    "3gp", "asf", "avi", "divx", "dvr-ms", "evo", "flv", "iso", "m2ts", "m2v", "m4v", "mk3d", "mkv", "mov", "mp4",
    "mpeg", "mpg", "mts", "nsv", "ogm", "ogv", "rm", "rmvb", "tp", "ts", "vob", "webm", "wmv", "wtv", "xvid",
];
/// Extensions of music.
const MUSIC: &[&str] =
    &["aac", "aif", "aiff", "alac", "ape", "dsf", "flac", "m4a", "m4b", "mp3", "ogg", "opus", "wav", "wma", "wv"];
/// Extensions of photos.
const PHOTOS: &[&str] = &["bmp", "gif", "heic", "jpeg", "jpg", "png", "tif", "tiff", "webp"];

fn has_extension(path: &Path, known: &[&str]) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|extension| known.contains(&extension.as_str()))
}

pub fn is_video(path: &Path) -> bool {
    has_extension(path, VIDEOS)
}

pub fn is_music(path: &Path) -> bool {
    has_extension(path, MUSIC)
}

pub fn is_photo(path: &Path) -> bool {
    has_extension(path, PHOTOS)
}

/// A regular expression of this file; the tests compile each.
fn regex(source: &str) -> Regex {
    Regex::new(source).expect("a fixed regular expression")
}

macro_rules! expression {
    ($name:ident, $source:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| regex($source));
    };
}

expression!(YEAR_IN_BRACKETS, r"[\(\[]((?:18|19|20)\d\d)[\)\]]");
expression!(BARE_YEAR, r"[ ._-]((?:19|20)\d\d)(?:[ ._-]|$)");
expression!(
    NOISE,
    r"(?i)[ ._\-\[\(](?:480[ip]|576[ip]|720[ip]|1080[ip]|2160p|4k|uhd|hdr|bluray|blu-ray|bdrip|brrip|dvdrip|dvd|hdtv|web-?dl|webrip|web|x264|x265|h\.?264|h\.?265|hevc|xvid|divx|ac3|aac|dts|remux|proper|repack|extended|unrated|limited|internal)(?:[ ._\-\]\)]|$)"
);
expression!(PART, r"(?i)[ ._\-]*[\(\[]?(?:cd|dvd|disc|disk|part|pt)[ ._-]?([0-9]|[a-d])[\)\]]?$");
expression!(
    SEASON_EPISODE,
    r"(?i)(?:^|[ ._\-\[\(])s(\d{1,4})[ ._-]?((?:e|ep)\d{1,4}(?:[ ._]?-?[ ._]?(?:e|ep)\d{1,4}|-\d{1,3})*)"
);
expression!(CROSS, r"(?i)(?:^|[ ._\-\[\(])(\d{1,2})x(\d{1,3})(?:-(?:\d{1,2}x)?(\d{1,3}))?(?:[ ._\-\]\)]|$)");
expression!(NUMBERS, r"\d+");
expression!(DATE, r"(?:^|[ ._\-\[\(])((?:19|20)\d\d)[ ._-](\d\d)[ ._-](\d\d)(?:[ ._\-\]\)]|$)");
expression!(ALONE, r"(?i)^(?:e|ep|episode)?[ ._-]?(\d{1,3})(?:[ ._-]+(.*))?$");
expression!(SEASON_FOLDER, r"(?i)^(?:season|series|staffel|saison|temporada|stagione|s)[ ._-]?(\d{1,4})$");
expression!(SPECIALS_FOLDER, r"(?i)^specials?$");

/// The name without dots and lines in place of blanks, and without what is no title.
fn clean(name: &str) -> String {
    let name = match NOISE.find(name) {
        Some(noise) if noise.start() > 0 => name.get(..noise.start()).unwrap_or(name),
        _ => name,
    };
    let spaced = if name.contains(' ') { name.replace('_', " ") } else { name.replace(['.', '_'], " ") };
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").trim_matches([' ', '-', '[', ']', '(', ')', ',']).to_owned()
}

/// Title and year of a name without its extension.
pub fn film(stem: &str) -> FilmName {
    let stem = part(stem).0;
    let found = YEAR_IN_BRACKETS.captures(stem).or_else(|| BARE_YEAR.captures_iter(stem).last());
    if let Some(found) = found
        && let (Some(all), Some(year)) = (found.get(0), found.get(1))
        && all.start() > 0
    {
        let title = clean(stem.get(..all.start()).unwrap_or_default());
        return FilmName { title, year: Some(year.as_str().to_owned()) };
    }
    FilmName { title: clean(stem), year: None }
}

/// The name without the number of its part, and that number: `Film - cd2`.
pub fn part(stem: &str) -> (&str, Option<u32>) {
    let Some(found) = PART.captures(stem) else { return (stem, None) };
    let (Some(all), Some(digit)) = (found.get(0), found.get(1)) else { return (stem, None) };
    let before = stem.get(..all.start()).unwrap_or_default();
    if before.is_empty() {
        return (stem, None);
    }
    let digit = digit.as_str().to_ascii_lowercase();
    let number = digit.parse().ok().or_else(|| digit.bytes().next().map(|letter| u32::from(letter - b'a') + 1));
    (before, number)
}

/// What the folder says of the season: `Season 2`, `Specials`.
pub fn season_of_folder(name: &str) -> Option<u32> {
    if SPECIALS_FOLDER.is_match(name) {
        return Some(0);
    }
    SEASON_FOLDER.captures(name)?.get(1)?.as_str().parse().ok()
}

/// Season and episodes of a name without its extension; None where it has none.
pub fn episode(stem: &str, season: Option<u32>) -> Option<EpisodeName> {
    let stem = part(stem).0;
    if let Some(found) = SEASON_EPISODE.captures(stem) {
        let (all, numbers) = (found.get(0)?, found.get(2)?);
        let mut episodes: Vec<u32> =
            NUMBERS.find_iter(numbers.as_str()).filter_map(|number| number.as_str().parse().ok()).collect();
        fill(&mut episodes);
        return Some(named(stem, all.start(), all.end(), found.get(1)?.as_str().parse().ok()?, episodes, None));
    }
    if let Some(found) = DATE.captures(stem) {
        let all = found.get(0)?;
        let date = format!("{}-{}-{}", found.get(1)?.as_str(), found.get(2)?.as_str(), found.get(3)?.as_str());
        let year = found.get(1)?.as_str().parse().ok()?;
        return Some(named(stem, all.start(), all.end(), season.unwrap_or(year), Vec::new(), Some(date)));
    }
    if let Some(found) = CROSS.captures(stem) {
        let all = found.get(0)?;
        let mut episodes: Vec<u32> = vec![found.get(2)?.as_str().parse().ok()?];
        episodes.extend(found.get(3).and_then(|last| last.as_str().parse::<u32>().ok()));
        fill(&mut episodes);
        return Some(named(stem, all.start(), all.end(), found.get(1)?.as_str().parse().ok()?, episodes, None));
    }
    // In the folder of a season a number is enough.
    let season = season?;
    let found = ALONE.captures(stem)?;
    let title = found.get(2).map(|title| clean(title.as_str())).filter(|title| !title.is_empty());
    Some(EpisodeName { season, episodes: vec![found.get(1)?.as_str().parse().ok()?], title, ..EpisodeName::default() })
}

/// `e01-e03` has the second episode, too.
fn fill(episodes: &mut Vec<u32>) {
    if let [first, last] = episodes.as_slice()
        && last > first
        && last - first < 50
    {
        *episodes = (*first..=*last).collect();
    }
    episodes.dedup();
}

fn named(stem: &str, start: usize, end: usize, season: u32, episodes: Vec<u32>, date: Option<String>) -> EpisodeName {
    let show = film(stem.get(..start).unwrap_or_default().trim_end_matches([' ', '-', '.', '_']));
    let title = clean(stem.get(end..).unwrap_or_default().trim_start_matches([' ', '-', '.', '_']));
    EpisodeName {
        show: (!show.title.is_empty()).then_some(show.title),
        year: show.year,
        season,
        episodes,
        date,
        title: (!title.is_empty()).then_some(title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films() {
        for (name, title, year) in [
            ("A Film (1999)", "A Film", Some("1999")),
            ("A.Film.1999.1080p.BluRay.x264", "A Film", Some("1999")),
            ("A Film (1999) - cd1", "A Film", Some("1999")),
            ("2001 A Space Odyssey (1968)", "2001 A Space Odyssey", Some("1968")),
            ("2012", "2012", None),
            ("Some_Film_720p", "Some Film", None),
            ("Blade Runner 2049 (2017) [4k]", "Blade Runner 2049", Some("2017")),
            ("Ä [2003]", "Ä", Some("2003")),
        ] {
            let found = film(name);
            assert_eq!((found.title.as_str(), found.year.as_deref()), (title, year), "{name}");
        }
    }

    #[test]
    fn parts() {
        assert_eq!(part("Film - cd2"), ("Film", Some(2)));
        assert_eq!(part("Film.part1"), ("Film", Some(1)));
        assert_eq!(part("Film (disc B)"), ("Film", Some(2)));
        assert_eq!(part("Film"), ("Film", None));
        assert_eq!(part("cd2"), ("cd2", None));
    }

    #[test]
    fn episodes() {
        let of = |name: &str, season| {
            let found = episode(name, season).unwrap_or_default();
            (found.show.unwrap_or_default(), found.season, found.episodes, found.title.unwrap_or_default())
        };
        let wanted = |show: &str, season, episodes: &[u32], title: &str| {
            (show.to_owned(), season, episodes.to_vec(), title.to_owned())
        };
        assert_eq!(of("Show - s01e02", None), wanted("Show", 1, &[2], ""));
        assert_eq!(of("Show.Name.S02E10.The.Title.720p", None), wanted("Show Name", 2, &[10], "The Title"));
        assert_eq!(of("Show - s01e02-e04 - T", None), wanted("Show", 1, &[2, 3, 4], "T"));
        assert_eq!(of("Show S01E02E03", None), wanted("Show", 1, &[2, 3], ""));
        assert_eq!(of("Show 1x05", None), wanted("Show", 1, &[5], ""));
        assert_eq!(of("03 - Name", Some(2)), wanted("", 2, &[3], "Name"));
        assert_eq!(of("s00e01", None), wanted("", 0, &[1], ""));
        let dated = episode("Show - 2011-11-15 - Guest", None).unwrap();
        assert_eq!(
            (dated.date.as_deref(), dated.season, dated.title.as_deref()),
            (Some("2011-11-15"), 2011, Some("Guest"))
        );
        assert_eq!(episode("A Film (1999)", None), None);
        let year = episode("Show (2005) - s01e01", None).unwrap();
        assert_eq!((year.show.as_deref(), year.year.as_deref()), (Some("Show"), Some("2005")));
    }

    #[test]
    fn folders() {
        assert_eq!(season_of_folder("Season 01"), Some(1));
        assert_eq!(season_of_folder("Specials"), Some(0));
        assert_eq!(season_of_folder("S2"), Some(2));
        assert_eq!(season_of_folder("Show"), None);
    }
}
