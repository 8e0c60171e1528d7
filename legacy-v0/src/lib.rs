//! Frameworks 0 and 1: the `PMS` package and the dialogue on the pipe (`spec/legacy-v1.md`, `spec/legacy-v0.md`).
//!
//! A thin layer of names and differences over the kits of framework 2. Plug-ins of that time are ordinary Python 2 code:
//! they subclass the classes of `PMS.Objects`, set attributes on them, and import what they like. So the package is a
//! package of Python 2 modules, one file a module under its own name (`python/v1/HTTP.py` is `PMS.HTTP`), and what does
//! the work underneath is native: requests, cookies, element trees, packing, pickles, dates, the database.
//!
//! * [`packages`]: the tables of modules that each framework's plug-ins can import
//! * [`module_check`]: what the log says about the imports of a plug-in of framework 1
//! * [`natives`]: the module `_pms`, what those modules stand on; [`database`]: its SQLite part
//! * [`objects`]: what runs for each object of each menu
//! * [`older_plugin`]: one running plug-in: start, answers, end
//! * [`pipe`]: reading requests from the pipe; [`query`]: their paths and arguments
//!
//! May depend on `kits`, `policies`, `bundles` and `vm-glue`; nothing but the command depends on it.

#[cfg(feature = "sqlite")]
pub mod database;
pub mod module_check;
pub mod natives;
pub mod objects;
pub mod older_plugin;
pub mod packages;
pub mod pipe;
pub mod query;

pub use older_plugin::OlderPlugin;
