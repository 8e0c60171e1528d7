//! A bundle on disk and the folders that belong to it.
//!
//! * [`bundle`]: `Contents` and `Info.plist` of a bundle, choice of the framework version
//! * [`config`]: the configuration values and the file that replaces some of them
//! * [`folders`]: where data, preferences, caches and logs are
//! * [`prefs`], [`user_prefs`]: what preferences there are, and the user's values
//! * [`services`]: the services that a bundle declares
//! * [`strings`]: localised texts
//! * [`resources`]: pictures and other files for clients
//! * [`stored_values`]: the framework's own small values
//! * [`json`]: the tolerant JSON reader that all of these use
//! * [`atomic`]: writing files so that a crash leaves the old one or the new one
//!
//! May depend on `vm-glue`; knows nothing of Python, kits and sockets.

pub mod atomic;
pub mod bundle;
pub mod config;
pub mod dict_order;
pub mod folders;
pub mod json;
pub mod prefs;
pub mod resources;
pub mod services;
pub mod stored_values;
pub mod strings;
pub mod user_prefs;

pub use bundle::{Bundle, BundleError, FrameworkVersion, Info, LogLevel};
pub use config::Config;
pub use folders::Folders;
