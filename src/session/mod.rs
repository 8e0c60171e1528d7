//! A session with one plug-in in which this program plays the media server: it starts the plug-in as a process of its
//! own over the media server's protocol, answers what the plug-in asks of the server, and requests pages.

pub mod agents;
pub mod bundles;
pub mod events;
pub mod file_names;
pub mod library;
pub mod library_file;
pub mod media_server;
pub mod open_subtitles;
pub mod plugin_process;
pub mod present;

use std::path::PathBuf;

/// Where data goes when nobody says otherwise: a folder for each user, apart from a real media server's.
pub fn user_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows)
        && let Some(local) = variable("LOCALAPPDATA")
    {
        return local.join("Reprise");
    }
    let home = variable("HOME").unwrap_or_else(std::env::temp_dir);
    if cfg!(target_os = "macos") {
        return home.join("Library/Application Support/Reprise");
    }
    variable("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share")).join("reprise")
}
