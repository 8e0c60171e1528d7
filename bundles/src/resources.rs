//! Pictures and other files for clients: look-up without leaving the folders, and types by extension
//! (`spec/storage.md` §10).

use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use parking_lot::Mutex;

/// A picture's name and its bytes.
macro_rules! picture {
    ($name:literal) => {
        (concat!($name, ".png"), include_bytes!(concat!("pictures/", $name, ".png")))
    };
}

/// Pictures that every plug-in can name though its bundle does not hold them. They are drawn by `tests/pictures/draw.py`.
pub static BUILT_IN: &[(&str, &[u8])] = &[
    picture!("Gamepad"),
    picture!("FlagGreen"),
    picture!("Network"),
    picture!("FlagRed"),
    picture!("Book2"),
    picture!("Prefs"),
    picture!("World"),
    picture!("Bundle"),
    picture!("Book1"),
    picture!("Gear"),
    picture!("Favorite"),
    picture!("TV"),
    picture!("History"),
    picture!("CD"),
    picture!("NewStuff"),
    picture!("Search"),
    picture!("Recent"),
    picture!("More"),
    picture!("Popular"),
    picture!("Camera"),
    picture!("NextPage"),
];

/// A resource that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    File(PathBuf),
    BuiltIn(&'static [u8]),
}

/// The folders that are searched, first one first, then the built-in pictures.
#[derive(Debug)]
pub struct Resources {
    folders: Mutex<Vec<PathBuf>>,
}

impl Resources {
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders: Mutex::new(folders) }
    }

    /// Puts a folder in front.
    pub fn add_first(&self, folder: PathBuf) {
        self.folders.lock().insert(0, folder);
    }

    /// The folders in the order of the search.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.folders.lock().clone()
    }

    /// The resource of that name. Names that leave the folder (`../x`, absolute ones) are not found.
    pub fn find(&self, name: &str) -> Option<Resource> {
        let relative = safe_relative(name)?;
        let folders = self.folders.lock();
        if let Some(file) = folders.iter().map(|folder| folder.join(&relative)).find(|file| file.is_file()) {
            return Some(Resource::File(file));
        }
        built_in(name)
    }
}

/// The built-in picture of that name.
pub fn built_in(name: &str) -> Option<Resource> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, bytes)| Resource::BuiltIn(bytes))
}

impl Resource {
    pub fn load(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::File(path) => std::fs::read(path),
            Self::BuiltIn(bytes) => Ok(bytes.to_vec()),
        }
    }

    /// The file, where the resource is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::BuiltIn(_) => None,
        }
    }

    /// Whole seconds of the modification time.
    pub fn modified(&self) -> u64 {
        match self {
            Self::File(path) => std::fs::metadata(path)
                .and_then(|data| data.modified())
                .ok()
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                .map_or(0, |age| age.as_secs()),
            Self::BuiltIn(_) => 0,
        }
    }
}

/// A relative path that stays inside its folder; None for `..`, absolute paths, empty names and NUL.
pub fn safe_relative(name: &str) -> Option<PathBuf> {
    if name.is_empty() || name.contains('\0') {
        return None;
    }
    let path = Path::new(name);
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => clean.push(part),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!clean.as_os_str().is_empty()).then_some(clean)
}

/// Types by extension, lower case. What is not here is `application/octet-stream`.
static TYPES: &[(&str, &str)] = &[
    ("aac", "audio/aac"),
    ("asf", "video/x-ms-asf"),
    ("avi", "video/x-msvideo"),
    ("bmp", "image/x-ms-bmp"),
    ("css", "text/css"),
    ("flac", "audio/flac"),
    ("flv", "video/x-flv"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "application/x-javascript"),
    ("json", "application/json"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpeg"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("pls", "audio/x-scpls"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("swf", "application/x-shockwave-flash"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain"),
    ("wav", "audio/x-wav"),
    ("wma", "audio/x-ms-wma"),
    ("wmv", "video/x-ms-wmv"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
];

/// The extension of a name with its dot, lower case; empty if there is none.
pub fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rfind('.') {
        Some(dot) if dot > 0 => file.get(dot..).unwrap_or_default().to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// The content type for a file name.
pub fn mime_type(name: &str) -> &'static str {
    let extension = extension(name);
    let bare = extension.strip_prefix('.').unwrap_or_default();
    TYPES.iter().find(|(known, _)| *known == bare).map_or("application/octet-stream", |(_, mime)| mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_up_stays_inside() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("Resources");
        std::fs::create_dir_all(inside.join("sub")).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::fs::write(inside.join("a.png"), "a").unwrap();
        std::fs::write(inside.join("sub/b.png"), "b").unwrap();
        let resources = Resources::new(vec![inside.clone()]);
        assert_eq!(resources.find("a.png").unwrap().load().unwrap(), b"a");
        assert!(resources.find("sub/b.png").is_some());
        for name in ["../secret", "", "sub", "/etc/passwd", "sub/../../secret", "b.png", "a.png\0"] {
            assert_eq!(resources.find(name), None, "{name}");
        }
        assert!(matches!(resources.find("Prefs.png"), Some(Resource::BuiltIn(_))));
        assert!(resources.find("Prefs.png").unwrap().load().unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn types() {
        assert_eq!(mime_type("a/b.JPG"), "image/jpeg");
        assert_eq!(mime_type("noextension"), "application/octet-stream");
        assert_eq!(mime_type(".hidden"), "application/octet-stream");
    }
}
