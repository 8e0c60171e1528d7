//! The machine that the plug-in runs on, and what the media server says about itself (`spec/core.md` §11, Platform).

use std::collections::HashMap;

use parking_lot::Mutex;
use rustpython_vm::VirtualMachine;

use crate::media_server;
use crate::plugin::Plugin;

/// The system's name as the framework writes it.
pub const OS: &str = if cfg!(target_os = "macos") {
    "MacOSX"
} else if cfg!(windows) {
    "Windows"
} else if cfg!(target_os = "freebsd") {
    "FreeBSD"
} else if cfg!(target_os = "solaris") {
    "SunOS"
} else {
    "Linux"
};

/// The processor's name as the framework writes it: 64-bit Intel is `i386` too.
pub const CPU: &str = if cfg!(windows) || cfg!(any(target_arch = "x86", target_arch = "x86_64")) {
    "i386"
} else if cfg!(target_arch = "aarch64") {
    "aarch64"
} else if cfg!(target_arch = "arm") {
    "armv5tel"
} else if cfg!(target_arch = "mips") {
    "MIPS"
} else if cfg!(target_arch = "mips64") {
    "mips64"
} else if cfg!(target_arch = "powerpc") {
    "ppc"
} else {
    std::env::consts::ARCH
};

/// Attributes of the media server's root container that are known.
#[derive(Debug, Default)]
pub struct ServerAttributes {
    known: Mutex<HashMap<String, String>>,
}

/// Fetches the root container and keeps its attributes. Failure is logged.
pub fn fetch_server_attributes(plugin: &Plugin) {
    let body = match media_server::get("http://127.0.0.1:32400", None) {
        Ok(body) => {
            crate::startup::keep_cookies(plugin);
            body
        }
        Err(error) => {
            tracing::warn!("Unable to get the media server's information: {error}");
            return;
        }
    };
    let text = String::from_utf8_lossy(&body);
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    match roxmltree::Document::parse_with_options(&text, options) {
        Ok(document) => {
            let found = document.root_element().attributes().map(|a| (a.name().to_owned(), a.value().to_owned()));
            plugin.state::<ServerAttributes>().known.lock().extend(found);
        }
        Err(error) => tracing::warn!("The media server's information is not XML: {error}"),
    }
}

/// An attribute of the media server's root container. One that is not known is asked for again each time.
pub fn server_attribute(vm: &VirtualMachine, plugin: &Plugin, name: &str) -> Option<String> {
    let state = plugin.state::<ServerAttributes>();
    let known = state.known.lock().get(name).cloned();
    known.or_else(|| {
        vm.allow_threads(|| fetch_server_attributes(plugin));
        state.known.lock().get(name).cloned()
    })
}

/// An attribute if it has been fetched already.
pub fn known_server_attribute(plugin: &Plugin, name: &str) -> Option<String> {
    plugin.state::<ServerAttributes>().known.lock().get(name).cloned()
}

/// All attributes that have been fetched.
pub fn known_server_attributes(plugin: &Plugin) -> Vec<(String, String)> {
    let state = plugin.state::<ServerAttributes>();
    let known = state.known.lock();
    known.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether a version is at least another: text before `-`, split at dots, what is no number counts as 0.
pub fn version_at_least(version: &str, wanted: &[u64]) -> bool {
    let numbers: Vec<u64> =
        version.split('-').next().unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0)).collect();
    numbers.as_slice() >= wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared() {
        assert!(version_at_least("1.32.8-abc", &[1, 32]));
        assert!(version_at_least("1.32", &[1, 32]));
        assert!(!version_at_least("1.x.9", &[1, 1]));
    }
}
