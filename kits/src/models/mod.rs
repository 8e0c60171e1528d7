//! Metadata models: what agents fill, how it lies on disk, how the data of several agents become one
//! (`spec/models.md`). Everything that other parts of the program need is in this file.
//!
//! The way of an update (`spec/agents.md` §5.3):
//!
//! ```text
//! let _turn = models::exclusive(vm, plugin, class, guid);            // two updates of one item take turns
//! let model = match models::open(vm, plugin, class, guid)? {      // what this plug-in stored before
//!     Some(model) if id is None or models::id(&model) == id => model,
//!     Some(_) | None => models::create(vm, plugin, class, id, guid)?,
//! };
//! … agent.update(model, …) …
//! models::save(vm, &model)?;                                      // all files, or none
//! models::combine(&plugin.folders, &CombineRequest { … })?;       // only the system's part does this
//! ```

use std::path::PathBuf;
use std::sync::Arc;

use reprise_bundles::Folders;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::plugin::Plugin;

/// Reads this plug-in's instance of a model class (`"Movie"`, `"TV_Show"`, `"LegacyArtist"`, `"ModernArtist"`,
/// `"LegacyAlbum"`, `"Photo"` …) by guid; None where it stored nothing yet. A file that cannot be read is logged, and the
/// instance has what was read before the error. An unknown class is a `KeyError`.
pub fn open(vm: &VirtualMachine, _plugin: &Arc<Plugin>, _class: &str, _guid: &str) -> PyResult<Option<PyObjectRef>> {
    Err(missing(vm))
}

/// The instance that another plug-in stored, which cannot be changed (`primary_metadata` of hints). Blank where nothing
/// is stored.
pub fn open_read_only(
    vm: &VirtualMachine,
    _plugin: &Arc<Plugin>,
    _identifier: &str,
    _class: &str,
    _guid: &str,
) -> PyResult<PyObjectRef> {
    Err(missing(vm))
}

/// A new, empty instance of this plug-in.
pub fn create(
    vm: &VirtualMachine,
    _plugin: &Arc<Plugin>,
    _class: &str,
    _id: Option<&str>,
    _guid: &str,
) -> PyResult<PyObjectRef> {
    Err(missing(vm))
}

/// The id of an instance; None where it has none.
pub fn id(_model: &PyObject, _vm: &VirtualMachine) -> Option<String> {
    None
}

/// Sets the id of an instance.
pub fn set_id(_model: &PyObject, _id: &str, vm: &VirtualMachine) -> PyResult<()> {
    Err(missing(vm))
}

/// Writes an instance: all its files or, on any error, none. The caller logs the error (`spec/models.md` §7.2).
pub fn save(vm: &VirtualMachine, _model: &PyObject) -> PyResult<()> {
    Err(missing(vm))
}

/// Removes what this plug-in stored under a guid; nothing happens where there is nothing.
pub fn erase(_plugin: &Plugin, _class: &str, _guid: &str) -> std::io::Result<()> {
    Ok(())
}

/// Whether a plug-in stored data under this guid.
pub fn is_stored(_folders: &Folders, _identifier: &str, _class: &str, _guid: &str) -> bool {
    false
}

/// `Movies/2/e18….bundle`: where the data of a guid lie below the metadata folder, as the server is told. None for an
/// unknown class.
pub fn relative_path(_class: &str, _guid: &str) -> Option<String> {
    None
}

/// Waits until no other update of this item runs in this process; the item is free again when the guard is dropped.
pub fn exclusive(_vm: &VirtualMachine, _plugin: &Plugin, _class: &str, _guid: &str) -> Turn {
    Turn(())
}

/// See [`exclusive`].
pub struct Turn(());

/// What is to be combined (`spec/models.md` §9).
#[derive(Clone, Debug, Default)]
pub struct CombineRequest<'a> {
    /// Model class: `"Movie"`, `"TV_Show"`, `"LegacyArtist"` …
    pub class: &'a str,
    /// The library's agent, else the primary agent: whose order of agents counts.
    pub config_identifier: &'a str,
    pub guid: &'a str,
    /// Agents whose stored pictures do not outlive their source (`persist_stored_files = False`).
    pub not_persisting: &'a [String],
    /// Local media's data come first.
    pub respect_tags: bool,
}

/// What a combination made.
#[derive(Clone, Debug, Default)]
pub struct Combined {
    /// `Contents/_combined`.
    pub folder: PathBuf,
    /// The XML that is posted to the server: full combinations of legacy artists and albums only.
    pub posted: Option<Vec<u8>>,
}

/// Why data could not be combined or stored.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("there is no model class named '{0}'")]
    UnknownClass(String),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: {message}", path.display())]
    Malformed { path: PathBuf, message: String },
    #[error("{0}")]
    Rule(String),
}

/// Combines the data of the agents of one item into `_combined`.
pub fn combine(_folders: &Folders, _request: &CombineRequest) -> Result<Combined, ModelError> {
    Err(ModelError::Rule("metadata cannot be combined yet".to_owned()))
}

/// The agents that the combination file of an agent names for a model class, in order (`spec/models.md` §9.2); empty
/// without a file.
pub fn configured_agents(_folders: &Folders, _config_identifier: &str, _class: &str) -> Vec<String> {
    Vec::new()
}

fn missing(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_not_implemented_error("metadata models are not built in yet")
}
