//! Where data, preferences, caches and logs of a plug-in are (`spec/core.md` §4, `spec/protocol.md` §1.3).

use std::io;
use std::path::{Path, PathBuf};

use crate::config::Config;

/// The folders of one plug-in. Nothing is created until [`Folders::create`].
#[derive(Clone, Debug)]
pub struct Folders {
    /// The media server's folder, `…/Plex Media Server`.
    pub root: PathBuf,
    /// `Plug-in Support`.
    pub support: PathBuf,
    /// `Plug-in Support/Data/ID`: the process's current folder.
    pub data: PathBuf,
    /// `Plug-in Support/Data/ID/DataItems`.
    pub data_items: PathBuf,
    /// `Plug-in Support/Preferences`.
    pub preferences: PathBuf,
    /// `Plug-in Support/Caches/ID`.
    pub caches: PathBuf,
    /// `Plug-ins`, where the other bundles are.
    pub bundles: PathBuf,
    /// `Metadata`.
    pub metadata: PathBuf,
    /// `Media/localhost`.
    pub media: PathBuf,
    /// The log file.
    pub log_file: PathBuf,
}

/// The server's platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    MacOs,
    Windows,
    /// Linux and its relatives.
    Unix,
}

impl System {
    pub fn current() -> Self {
        if cfg!(target_os = "macos") {
            Self::MacOs
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Unix
        }
    }
}

const SERVER: &str = "Plex Media Server";

impl Folders {
    /// The folders for the process's environment. `log_file` is that of the command line.
    pub fn locate(identifier: &str, config: &Config, log_file: Option<&Path>) -> Self {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        Self::from_environment(identifier, config, log_file, System::current(), &variable)
    }

    /// The folders for given environment variables.
    pub fn from_environment(
        identifier: &str,
        config: &Config,
        log_file: Option<&Path>,
        system: System,
        variable: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.as_os_str().is_empty());
        let home = || variable("HOME").or_else(|| variable("USERPROFILE")).unwrap_or_else(|| PathBuf::from("."));
        let local = || match system {
            System::Unix => variable("PLEXLOCALAPPDATA"),
            System::Windows => variable("PLEXLOCALAPPDATA").or_else(|| variable("LOCALAPPDATA")),
            System::MacOs => None,
        };
        let configured_root = config.text("root_path").map(PathBuf::from);
        let root = match (&configured_root, variable("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR"), local()) {
            (Some(root), _, _) => root.clone(),
            (None, Some(folder), _) | (None, None, Some(folder)) => folder.join(SERVER),
            (None, None, None) => home().join("Library/Application Support").join(SERVER),
        };
        let support = match (config.text("plugin_support_dir_name"), &configured_root) {
            (Some(name), _) => root.join(name),
            (None, Some(_)) => root.join(config.text("plugin_support_files_dir").unwrap_or("support")),
            (None, None) => root.join("Plug-in Support"),
        };
        let bundles = match (config.text("bundles_dir_name"), &configured_root) {
            (Some(name), _) => root.join(name),
            (None, Some(_)) => root.join(config.text("bundle_files_dir").unwrap_or("bundle")),
            (None, None) => variable("PLEXBUNDLEDPLUGINSPATH").unwrap_or_else(|| root.join("Plug-ins")),
        };
        let named = log_file.map(Path::to_owned).or_else(|| config.text("log_file").map(PathBuf::from));
        let log_file = match named {
            Some(file) => {
                let text = file.to_string_lossy().replace("%(identifier)s", identifier);
                std::path::absolute(&text).unwrap_or_else(|_| PathBuf::from(text))
            }
            None => {
                let folder = match (&configured_root, variable("PLEX_MEDIA_SERVER_LOG_DIR"), local()) {
                    (Some(root), _, _) => root.join(config.text("log_files_dir").unwrap_or("log")),
                    (None, Some(folder), _) => folder.join("PMS Plugin Logs"),
                    (None, None, Some(folder)) => folder.join(SERVER).join("Logs/PMS Plugin Logs"),
                    (None, None, None) => home().join("Library/Logs").join(SERVER).join("PMS Plugin Logs"),
                };
                folder.join(format!("{identifier}.log"))
            }
        };
        let data = support.join("Data").join(identifier);
        Self {
            data_items: data.join("DataItems"),
            preferences: support.join("Preferences"),
            caches: support.join("Caches").join(identifier),
            metadata: root.join("Metadata"),
            media: root.join("Media/localhost"),
            data,
            support,
            bundles,
            log_file,
            root,
        }
    }

    /// Makes the folders that exist from the start.
    pub fn create(&self) -> io::Result<()> {
        let http = self.http_cache();
        for folder in [&self.data_items, &http] {
            std::fs::create_dir_all(folder)?;
        }
        Ok(())
    }

    /// `Caches/ID/HTTP.system`.
    pub fn http_cache(&self) -> PathBuf {
        self.caches.join("HTTP.system")
    }

    /// `Caches/ID/Code.system`: the plug-in's code as compiled.
    pub fn compiled_code(&self) -> PathBuf {
        self.caches.join("Code.system")
    }

    /// `Caches/ID/<name>.user`, for `Cache[name]`.
    pub fn user_cache(&self, name: &str) -> PathBuf {
        self.caches.join(format!("{name}.user"))
    }

    /// The pickled `Dict`.
    pub fn dict_file(&self) -> PathBuf {
        self.data.join("Dict")
    }

    /// The cookie jar.
    pub fn cookies_file(&self) -> PathBuf {
        self.data.join("HTTPCookies")
    }

    /// The framework's own values.
    pub fn stored_values_file(&self) -> PathBuf {
        self.data.join("StoredValues")
    }

    /// The user's preferences of the plug-in or of a service.
    pub fn preferences_file(&self, identifier: &str) -> PathBuf {
        self.preferences.join(format!("{identifier}.xml"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(variables: &[(&str, &str)], config: &Config) -> Folders {
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| PathBuf::from(v));
        Folders::from_environment("org.example.a", config, None, System::Unix, &variable)
    }

    #[test]
    fn the_first_variable_wins() {
        let config = Config::default();
        let all = [
            ("PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR", "/s"),
            ("PLEXLOCALAPPDATA", "/l"),
            ("HOME", "/h"),
            ("PLEX_MEDIA_SERVER_LOG_DIR", "/logs"),
        ];
        let first = folders(&all, &config);
        assert_eq!(first.root, Path::new("/s/Plex Media Server"));
        assert_eq!(first.data, Path::new("/s/Plex Media Server/Plug-in Support/Data/org.example.a"));
        assert_eq!(first.log_file, Path::new("/logs/PMS Plugin Logs/org.example.a.log"));
        let second = folders(&all[1..3], &config);
        assert_eq!(second.root, Path::new("/l/Plex Media Server"));
        assert_eq!(second.log_file, Path::new("/l/Plex Media Server/Logs/PMS Plugin Logs/org.example.a.log"));
        let third = folders(&all[2..3], &config);
        assert_eq!(third.root, Path::new("/h/Library/Application Support/Plex Media Server"));
        assert_eq!(third.log_file, Path::new("/h/Library/Logs/Plex Media Server/PMS Plugin Logs/org.example.a.log"));
    }

    #[test]
    fn configuration_wins() {
        let mut config = Config::default();
        config.set("root_path", "/r");
        let folders = folders(&[("HOME", "/h")], &config);
        assert_eq!(folders.data, Path::new("/r/support/Data/org.example.a"));
        assert_eq!(folders.log_file, Path::new("/r/log/org.example.a.log"));
        assert_eq!(folders.bundles, Path::new("/r/bundle"));
    }
}
