//! The framework's configuration values (`spec/core.md` §2) and the JSON file that replaces some of them.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// The values without a configuration file.
const DEFAULTS: &str = r#"{
    "default_locale": "en-us",
    "default_network_timeout": 20.0,
    "module_whitelist": ["re", "string", "datetime", "time"],
    "policy_level": "compatible",
    "default_interface": "socket",
    "log_level": "Debug",
    "console_logging": false,
    "root_path": null,
    "plugin_support_dir_name": null,
    "bundles_dir_name": null,
    "pid_files_dir": "pid",
    "log_files_dir": "log",
    "plugin_support_files_dir": "support",
    "bundle_files_dir": "bundle",
    "pid_file": null,
    "log_file": null,
    "log_internal_component_usage": false,
    "show_internal_traceback_frames": true,
    "system_bundle_name": "System",
    "system_bundle_identifier": "com.plexapp.system",
    "services_bundle_name": "Services",
    "services_bundle_identifier": "com.plexapp.system.services",
    "framework_bundle_name": "Framework",
    "framework_bundle_identifier": "com.plexapp.framework",
    "do_chdir": true,
    "messaging_keepalive_interval": 20,
    "messaging_timeout": 60,
    "taskpool_maximum_threads": 8,
    "taskpool_priority_threads": 2,
    "threadkit_parallel_limit": 4,
    "agentservice_update_limit": 3,
    "socket_interface_port": 0,
    "http_cache_max_items": 1024,
    "http_cache_max_items_grace": 100,
    "http_cache_max_size": 52428800,
    "flags": [],
    "services_bundle_path": null,
    "use_node_for_url_lookups": false,
    "server_version": null,
    "daemonized": null,
    "ab_api_key": null,
    "cf_token": null,
    "cf_domain": null,
    "cf_rooms": null
}"#;

/// Configuration values by name.
#[derive(Clone, Debug)]
pub struct Config {
    values: Map<String, Value>,
}

/// A configuration file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration file {} is not JSON: {reason}", path.display())]
    Json { path: PathBuf, reason: String },
    #[error("the configuration file {} must hold a JSON object", path.display())]
    NoObject { path: PathBuf },
}

impl Default for Config {
    fn default() -> Self {
        let values = serde_json::from_str(DEFAULTS).unwrap_or_default();
        Self { values }
    }
}

impl Config {
    /// Reads a JSON object; each of its entries replaces the value of that name.
    pub fn merge_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let bytes = std::fs::read(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let value = crate::json::from_bytes(&bytes)
            .map_err(|error| ConfigError::Json { path: path.to_owned(), reason: error.to_string() })?;
        let Value::Object(entries) = value else {
            return Err(ConfigError::NoObject { path: path.to_owned() });
        };
        self.values.extend(entries);
        Ok(())
    }

    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// Sets the names of folders that nobody has configured to those in use: plug-ins build paths with them.
    pub fn name_folders(&mut self) {
        let rooted = self.text("root_path").is_some();
        for (name, below_root, usual) in [
            ("plugin_support_dir_name", "plugin_support_files_dir", "Plug-in Support"),
            ("bundles_dir_name", "bundle_files_dir", "Plug-ins"),
        ] {
            if self.text(name).is_none() {
                let folder = if rooted { self.get(below_root).clone() } else { Value::from(usual) };
                self.set(name, folder);
            }
        }
    }

    pub fn get(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&Value::Null)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// A text; None if unset or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).as_str().filter(|text| !text.is_empty())
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64()
    }

    pub fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Value::Bool(flag) => *flag,
            Value::Number(number) => number.as_f64().is_some_and(|n| n != 0.0),
            Value::String(text) => !text.is_empty(),
            _ => false,
        }
    }

    pub fn list(&self, name: &str) -> Vec<String> {
        self.get(name)
            .as_array()
            .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_names() {
        let mut config = Config::default();
        config.name_folders();
        assert_eq!(config.text("bundles_dir_name"), Some("Plug-ins"));
        let mut config = Config::default();
        config.set("root_path", "/srv");
        config.set("plugin_support_dir_name", "own");
        config.name_folders();
        assert_eq!(
            (config.text("plugin_support_dir_name"), config.text("bundles_dir_name")),
            (Some("own"), Some("bundle"))
        );
    }

    #[test]
    fn a_file_replaces_values() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, r#"{"default_network_timeout": 5, "own": "x"}"#).unwrap();
        let mut config = Config::default();
        config.merge_file(&path).unwrap();
        assert_eq!(config.number("default_network_timeout"), Some(5.0));
        assert_eq!(config.text("own"), Some("x"));
        assert_eq!(config.text("default_locale"), Some("en-us"));
        std::fs::write(&path, "[]").unwrap();
        assert!(config.merge_file(&path).unwrap_err().to_string().ends_with("must hold a JSON object"));
    }
}
