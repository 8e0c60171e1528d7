//! Options that every subcommand has which runs a plug-in: where its data goes, and where the web comes from.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use reprise_vm_glue::web::{MEDIA_SERVER_VARIABLE, RECORD_VARIABLE, REPLAY_VARIABLE};

use super::Problem;
use super::host::{POLICY_VARIABLE, PolicyLevel};
use crate::session::user_folder;

/// The variable that says where a media server's data is.
const SUPPORT_VARIABLE: &str = "PLEX_MEDIA_SERVER_APPLICATION_SUPPORT_DIR";
const LOG_VARIABLE: &str = "PLEX_MEDIA_SERVER_LOG_DIR";

#[derive(Args)]
pub struct WebOptions {
    /// Answer all outgoing requests from files below this folder: DIR/<host>/<path>[?query]; nothing leaves the machine.
    #[arg(long, value_name = "DIR", conflicts_with = "record")]
    replay: Option<PathBuf>,

    /// Save all answers from the web below this folder, for --replay.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,

    /// Folder for the plug-in's data. [default: the environment's, else a folder of the user's]
    #[arg(long, value_name = "DIR")]
    support: Option<PathBuf>,

    /// How much of the plug-in's code policy is enforced.
    #[arg(long, value_enum, value_name = "LEVEL")]
    policy: Option<PolicyLevel>,
}

impl WebOptions {
    /// The environment of the plug-in's process, which finds its media server at an address.
    pub fn environment(&self, media_server: &str) -> Result<Vec<(String, OsString)>, Problem> {
        let mut variables = vec![(MEDIA_SERVER_VARIABLE.to_owned(), OsString::from(media_server))];
        if let Some(level) = self.policy {
            variables.push((POLICY_VARIABLE.to_owned(), OsString::from(level.name())));
        }
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let support = self.support.clone().or_else(|| (!set(SUPPORT_VARIABLE)).then(user_folder));
        if let Some(support) = support {
            let support = std::path::absolute(support)?;
            let logs = support.join("Plex Media Server/Logs");
            variables.push((LOG_VARIABLE.to_owned(), logs.into_os_string()));
            variables.push((SUPPORT_VARIABLE.to_owned(), support.into_os_string()));
        }
        for (variable, folder) in [(REPLAY_VARIABLE, &self.replay), (RECORD_VARIABLE, &self.record)] {
            if let Some(folder) = folder {
                variables.push((variable.to_owned(), std::path::absolute(folder)?.into_os_string()));
            }
        }
        if let Some(replay) = &self.replay
            && !Path::new(replay).is_dir()
        {
            return Err(format!("{} is not a folder", replay.display()).into());
        }
        Ok(variables)
    }
}
