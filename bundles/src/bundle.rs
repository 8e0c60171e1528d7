//! A bundle's folder: `Contents`, `Info.plist`, and which framework its code was written for.

use std::path::{Path, PathBuf};

use plist::{Dictionary, Value};

/// A bundle on disk.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The folder `Name.bundle`, absolute.
    pub path: PathBuf,
    /// `CFBundleIdentifier`.
    pub identifier: String,
    pub framework: FrameworkVersion,
    pub info: Info,
}

/// The framework that a bundle's code was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FrameworkVersion {
    V0,
    V1,
    V2,
}

impl FrameworkVersion {
    pub fn number(self) -> u8 {
        match self {
            Self::V0 => 0,
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}

/// How much is logged, from least to most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Critical,
    Error,
    Warning,
    Info,
    #[default]
    Debug,
}

impl LogLevel {
    /// The names of `PlexPluginLogLevel`; everything else is `Debug`.
    pub fn by_name(name: &str) -> Self {
        match name {
            "Critical" => Self::Critical,
            "Error" => Self::Error,
            "Warning" => Self::Warning,
            "Info" => Self::Info,
            _ => Self::Debug,
        }
    }

    /// As log lines name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
        }
    }
}

/// What the framework reads in `Info.plist` (`spec/core.md` §5).
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// `PlexPluginClass`, default `Content`.
    pub plugin_class: String,
    /// `PlexPluginCodePolicy`, default `Standard`.
    pub code_policy: String,
    /// `PlexPluginModuleWhitelist`.
    pub module_whitelist: Vec<String>,
    /// `PlexPluginAPIExclusions`.
    pub api_exclusions: Vec<String>,
    /// `PlexPluginConsoleLogging` is `1`.
    pub console_logging: bool,
    /// `PlexPluginLogLevel`; None where the configuration decides.
    pub log_level: Option<LogLevel>,
    /// `PlexAudioCodec`, lower case, without dots.
    pub audio_codecs: Vec<String>,
    /// `PlexVideoCodec`, lower case, without dots.
    pub video_codecs: Vec<String>,
    /// `PlexMediaContainer`, lower case, without dots.
    pub containers: Vec<String>,
    /// `PlexMinimumServerVersion`.
    pub minimum_server_version: Option<String>,
    /// `PlexFrameworkFlags`.
    pub flags: Vec<String>,
    /// `PlexPluginTitle`.
    pub title: Option<String>,
    /// `PlexPluginIconResourceName`.
    pub icon: String,
    /// `PlexPluginArtResourceName`.
    pub art: String,
    /// `PlexPluginTitleBarResourceName`.
    pub title_bar: String,
    /// `PlexPluginLegacyPrefix`.
    pub legacy_prefix: Option<String>,
    /// `PlexClientPlatformExclusions`, split at commas but not trimmed (the original does not).
    pub platform_exclusions: Vec<String>,
    /// Every key, for `PlexURLServices` and the like.
    pub values: Dictionary,
}

/// A bundle that cannot be used. Each text names the file and the cause.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("{} is not a bundle: there is no such folder", path.display())]
    NoFolder { path: PathBuf },
    #[error("{} is missing: a bundle needs it", path.display())]
    NoInfo { path: PathBuf },
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{} has no CFBundleIdentifier", path.display())]
    NoIdentifier { path: PathBuf },
    #[error("{}: CFBundleIdentifier \"{identifier}\" cannot be used as a file name", path.display())]
    BadIdentifier { path: PathBuf, identifier: String },
    #[error("{}: PlexFrameworkVersion is {value}, but there are only the frameworks 0, 1 and 2", path.display())]
    FrameworkVersion { path: PathBuf, value: String },
}

impl Bundle {
    /// Opens a bundle's folder and reads its `Info.plist`.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if !path.is_dir() {
            return Err(BundleError::NoFolder { path });
        }
        let file = path.join("Contents/Info.plist");
        let bytes = match std::fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(BundleError::NoInfo { path: file });
            }
            Err(error) => return Err(BundleError::Unreadable { path: file, reason: error.to_string() }),
        };
        let values = read_plist(&bytes).map_err(|reason| BundleError::Unreadable { path: file.clone(), reason })?;
        let identifier = match values.get("CFBundleIdentifier").and_then(Value::as_string) {
            Some(identifier) if !identifier.trim().is_empty() => identifier.to_owned(),
            _ => return Err(BundleError::NoIdentifier { path: file }),
        };
        if identifier.contains(['/', '\\', '\0']) || identifier.starts_with("..") {
            return Err(BundleError::BadIdentifier { path: file, identifier });
        }
        let framework = framework_version(values.get("PlexFrameworkVersion"))
            .map_err(|value| BundleError::FrameworkVersion { path: file, value })?;
        Ok(Self { path, identifier, framework, info: Info::new(values) })
    }

    /// `Contents`.
    pub fn contents(&self) -> PathBuf {
        self.path.join("Contents")
    }

    /// `Contents/Code`.
    pub fn code(&self) -> PathBuf {
        self.path.join("Contents/Code")
    }

    /// `Contents/Code/__init__.py`, which may be absent.
    pub fn main_file(&self) -> PathBuf {
        self.path.join("Contents/Code/__init__.py")
    }

    /// `Contents/Info.plist`.
    pub fn info_file(&self) -> PathBuf {
        self.path.join("Contents/Info.plist")
    }

    /// `Contents/Resources`.
    pub fn resources(&self) -> PathBuf {
        self.path.join("Contents/Resources")
    }

    /// `Contents/Libraries`.
    pub fn libraries(&self) -> PathBuf {
        self.path.join("Contents/Libraries")
    }

    /// `Contents/Strings`.
    pub fn strings(&self) -> PathBuf {
        self.path.join("Contents/Strings")
    }

    /// `Contents/DefaultPrefs.json`.
    pub fn default_prefs(&self) -> PathBuf {
        self.path.join("Contents/DefaultPrefs.json")
    }

    /// `Contents/DefaultDict.json`.
    pub fn default_dict(&self) -> PathBuf {
        self.path.join("Contents/DefaultDict.json")
    }

    /// The folder's name without `.bundle`.
    pub fn name(&self) -> String {
        self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// Reads a property list whose root is a dictionary. Text before the XML declaration (blank lines, a byte order mark) is skipped.
pub fn read_plist(bytes: &[u8]) -> Result<Dictionary, String> {
    let skipped = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if skipped.is_empty() {
        return Err("the file is empty".to_owned());
    }
    match Value::from_reader(std::io::Cursor::new(skipped)) {
        Ok(Value::Dictionary(values)) => Ok(values),
        Ok(_) => Err("it is a property list, but not a dictionary".to_owned()),
        Err(error) => Err(format!("it is not a property list ({error})")),
    }
}

/// The framework for a `PlexFrameworkVersion`: a text or a number; absent means 0, as for the servers of that time.
fn framework_version(value: Option<&Value>) -> Result<FrameworkVersion, String> {
    let Some(value) = value else { return Ok(FrameworkVersion::V0) };
    let text = as_text(value).unwrap_or_default();
    match text.trim().parse::<f64>() {
        Ok(number) if (0.0..1.0).contains(&number) => Ok(FrameworkVersion::V0),
        Ok(number) if (1.0..2.0).contains(&number) => Ok(FrameworkVersion::V1),
        Ok(number) if (2.0..3.0).contains(&number) => Ok(FrameworkVersion::V2),
        _ => Err(format!("\"{text}\"")),
    }
}

/// A string, number or boolean as text.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(u8::from(*flag).to_string()),
        _ => None,
    }
}

impl Info {
    fn new(values: Dictionary) -> Self {
        let text = |key: &str| values.get(key).and_then(as_text);
        let list = |key: &str| -> Vec<String> {
            values
                .get(key)
                .and_then(Value::as_array)
                .map(|v| v.iter().filter_map(as_text).collect())
                .unwrap_or_default()
        };
        let formats = |key: &str| list(key).iter().map(|s| s.to_lowercase().replace('.', "")).collect();
        Self {
            plugin_class: text("PlexPluginClass").unwrap_or_else(|| "Content".to_owned()),
            code_policy: text("PlexPluginCodePolicy").unwrap_or_else(|| "Standard".to_owned()),
            module_whitelist: list("PlexPluginModuleWhitelist"),
            api_exclusions: list("PlexPluginAPIExclusions"),
            console_logging: text("PlexPluginConsoleLogging").is_some_and(|v| v == "1"),
            log_level: text("PlexPluginLogLevel").map(|name| LogLevel::by_name(&name)),
            audio_codecs: formats("PlexAudioCodec"),
            video_codecs: formats("PlexVideoCodec"),
            containers: formats("PlexMediaContainer"),
            minimum_server_version: text("PlexMinimumServerVersion"),
            flags: list("PlexFrameworkFlags"),
            title: text("PlexPluginTitle"),
            icon: text("PlexPluginIconResourceName").unwrap_or_else(|| "icon-default.png".to_owned()),
            art: text("PlexPluginArtResourceName").unwrap_or_else(|| "art-default.jpg".to_owned()),
            title_bar: text("PlexPluginTitleBarResourceName").unwrap_or_else(|| "titlebar-default.png".to_owned()),
            legacy_prefix: text("PlexPluginLegacyPrefix"),
            platform_exclusions: match values.get("PlexClientPlatformExclusions") {
                Some(Value::String(text)) => text.split(',').map(str::to_owned).collect(),
                _ => list("PlexClientPlatformExclusions"),
            },
            values,
        }
    }

    /// True if `PlexFrameworkFlags`, added to `inherited` ones, holds `flag`; a leading `-` takes an inherited one away.
    pub fn has_flag(&self, inherited: &[String], flag: &str) -> bool {
        let removed = self.flags.iter().any(|f| f.strip_prefix('-') == Some(flag));
        self.flags.iter().any(|f| f == flag) || (!removed && inherited.iter().any(|f| f == flag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(info: Option<&str>) -> (tempfile::TempDir, Result<Bundle, BundleError>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Test.bundle");
        std::fs::create_dir_all(path.join("Contents")).unwrap();
        if let Some(info) = info {
            std::fs::write(path.join("Contents/Info.plist"), info).unwrap();
        }
        let result = Bundle::open(&path);
        (folder, result)
    }

    fn plist(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>\
             <key>CFBundleIdentifier</key><string>org.example.test</string>{body}</dict></plist>"
        )
    }

    fn open(body: &str) -> Bundle {
        bundle(Some(&plist(body))).1.unwrap()
    }

    #[test]
    fn defaults() {
        let bundle = open("");
        assert_eq!(bundle.identifier, "org.example.test");
        assert_eq!(bundle.name(), "Test");
        assert_eq!(bundle.framework, FrameworkVersion::V0);
        assert_eq!(bundle.info.code_policy, "Standard");
        assert_eq!(bundle.info.plugin_class, "Content");
        assert_eq!(bundle.info.icon, "icon-default.png");
        assert!(bundle.info.api_exclusions.is_empty() && !bundle.info.console_logging);
    }

    #[test]
    fn framework_versions() {
        let version = |text: &str| bundle(Some(&plist(&format!("<key>PlexFrameworkVersion</key>{text}")))).1;
        assert_eq!(version("<string>2</string>").unwrap().framework, FrameworkVersion::V2);
        assert_eq!(version("<integer>2</integer>").unwrap().framework, FrameworkVersion::V2);
        assert_eq!(version("<string>1</string>").unwrap().framework, FrameworkVersion::V1);
        assert_eq!(version("<integer>0</integer>").unwrap().framework, FrameworkVersion::V0);
        let error = version("<string>7</string>").unwrap_err().to_string();
        assert!(error.contains("Info.plist") && error.contains("\"7\""), "{error}");
    }

    #[test]
    fn all_keys() {
        let bundle = open(
            "<key>PlexPluginCodePolicy</key><string>Elevated</string>\
             <key>PlexPluginConsoleLogging</key><string>1</string>\
             <key>PlexPluginLogLevel</key><string>Warning</string>\
             <key>PlexAudioCodec</key><array><string>.MP3</string></array>\
             <key>PlexFrameworkFlags</key><array><string>A</string><string>-B</string></array>\
             <key>PlexClientPlatformExclusions</key><string>Roku, Android</string>",
        );
        assert_eq!(bundle.info.code_policy, "Elevated");
        assert!(bundle.info.console_logging);
        assert_eq!(bundle.info.log_level, Some(LogLevel::Warning));
        assert_eq!(bundle.info.audio_codecs, ["mp3"]);
        assert_eq!(bundle.info.platform_exclusions, ["Roku", " Android"]);
        let inherited = ["B".to_owned(), "C".to_owned()];
        assert!(bundle.info.has_flag(&inherited, "A") && bundle.info.has_flag(&inherited, "C"));
        assert!(!bundle.info.has_flag(&inherited, "B"));
    }

    #[test]
    fn errors_name_file_and_cause() {
        let text = |info: Option<&str>| bundle(info).1.unwrap_err().to_string();
        assert!(text(None).ends_with("Contents/Info.plist is missing: a bundle needs it"));
        assert!(text(Some("")).ends_with("Info.plist cannot be read: the file is empty"));
        assert!(text(Some("<plist><dict>")).contains("Info.plist cannot be read: it is not a property list"));
        assert!(text(Some("<plist version=\"1.0\"><array/></plist>")).contains("not a dictionary"));
        assert!(text(Some("<plist version=\"1.0\"><dict/></plist>")).ends_with("has no CFBundleIdentifier"));
        let missing = Bundle::open(Path::new("/nowhere/X.bundle")).unwrap_err().to_string();
        assert_eq!(missing, "/nowhere/X.bundle is not a bundle: there is no such folder");
    }
}
