//! Metadata models: what agents fill, how it lies on disk, how the data of several agents become one
//! (`spec/models.md`). Everything that other parts of the program need is in this file.
//!
//! The way of an update (`spec/agents.md` §5.3):
//!
//! ```text
//! let _turn = models::exclusive(vm, plugin, class, guid);         // two updates of one item take turns
//! let model = match models::open(vm, plugin, class, guid)? {      // what this plug-in stored before
//!     Some(model) if id is None or models::id(&model) == id => model,
//!     Some(_) | None => models::create(vm, plugin, class, id, guid)?,
//! };
//! … agent.update(model, …) …
//! models::save(vm, &model)?;                                      // all files, or none
//! models::combine(&plugin.folders, &CombineRequest { … })?;       // only the system's part does this
//! ```
//!
//! * [`template`], [`standard`], [`user`] over [`template_classes`]: which attributes there are; [`paths`]: where data lie
//! * [`classes`], [`instance`], [`record`], [`set`], [`map`], [`proxies`], [`directory`]: what plug-in code handles, over
//!   [`fields`], [`keyed`] and [`owner`]; [`proxy`]: the `Proxy` object; [`attribute_classes`]: their types by name
//! * [`read`], [`write`], [`commit`], [`node`]: from and to disk
//! * [`item`]: stored data as tables, JSON and NFO files take them
//! * [`combine`](mod@combine), [`sources`], [`stored`]: one view of the data of several agents

pub mod attribute_classes;
pub mod classes;
pub mod combine;
pub mod commit;
pub mod directory;
pub mod fields;
pub mod instance;
pub mod item;
pub mod keyed;
pub mod map;
pub mod node;
pub mod owner;
pub mod paths;
pub mod proxies;
pub mod proxy;
pub mod read;
pub mod record;
pub mod set;
pub mod sources;
pub mod standard;
pub mod stored;
pub mod template;
pub mod template_classes;
#[cfg(test)]
mod tests;
pub mod user;
pub mod write;

use std::path::PathBuf;
use std::sync::Arc;

use reprise_bundles::Folders;
use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use self::commit::Turn;
use self::instance::ModelObject;
use self::owner::Access;
use self::template::Template;
use crate::plugin::Plugin;

pub use self::combine::{CombineRequest, Combined, combine, configured_agents};
pub use self::paths::sha1_of;
pub use self::stored::{ArtworkError, artwork};

/// The template of one of the framework's model classes.
fn template(class: &str, vm: &VirtualMachine) -> PyResult<Arc<Template>> {
    standard::namespace().model(class).ok_or_else(|| vm.new_key_error(text::native(vm, class)))
}

/// Reads this plug-in's instance of a model class (`"Movie"`, `"TV_Show"`, `"LegacyArtist"`, `"ModernArtist"`,
/// `"LegacyAlbum"`, `"Photo"` …) by guid; None where it stored nothing yet. A file that cannot be read is logged, and the
/// instance has what was read before the error. An unknown class is a `KeyError`.
pub fn open(vm: &VirtualMachine, plugin: &Arc<Plugin>, class: &str, guid: &str) -> PyResult<Option<PyObjectRef>> {
    let template = template(class, vm)?;
    if !is_stored(&plugin.folders, &plugin.bundle.identifier, class, guid) {
        return Ok(None);
    }
    classes::prepare(vm);
    Ok(Some(ModelObject::read(&Access::own(plugin), template, Some(guid), vm)))
}

/// The instance that another plug-in stored, which cannot be changed (`primary_metadata` of hints). Blank where nothing
/// is stored.
pub fn open_read_only(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    identifier: &str,
    class: &str,
    guid: &str,
) -> PyResult<PyObjectRef> {
    let template = template(class, vm)?;
    classes::prepare(vm);
    Ok(ModelObject::read(&Access::own(plugin).of_other(identifier), template, Some(guid), vm))
}

/// A new, empty instance of this plug-in.
pub fn create(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    class: &str,
    id: Option<&str>,
    guid: &str,
) -> PyResult<PyObjectRef> {
    let template = template(class, vm)?;
    classes::prepare(vm);
    let model = ModelObject::new(&Access::own(plugin), template, Some(guid));
    model.set_id(id.map(|id| text::native(vm, id)));
    Ok(model.into_pyobject(vm))
}

/// The id of an instance; None where it has none.
pub fn id(model: &PyObject, vm: &VirtualMachine) -> Option<String> {
    let id = model.downcast_ref::<ModelObject>()?.id()?;
    text::unicode_of(vm, &id).ok()
}

/// Sets the id of an instance.
pub fn set_id(model: &PyObject, id: &str, vm: &VirtualMachine) -> PyResult<()> {
    match model.downcast_ref::<ModelObject>() {
        Some(model) => {
            model.set_id(Some(text::native(vm, id)));
            Ok(())
        }
        None => Err(vm.new_type_error("only a model has an id")),
    }
}

/// Writes an instance: all its files or, on any error, none. The caller logs the error (`spec/models.md` §7.2).
pub fn save(vm: &VirtualMachine, model: &PyObject) -> PyResult<()> {
    match model.downcast_ref::<ModelObject>() {
        Some(model) => write::write(model, vm),
        None => Err(vm.new_type_error("only a model can be written")),
    }
}

/// `Contents` of the bundle of an item; None for an unknown class.
fn contents(folders: &Folders, class: &str, guid: &str) -> Option<PathBuf> {
    let template = standard::namespace().model(class)?;
    Some(paths::contents(&folders.metadata, &template, guid))
}

/// Removes what this plug-in stored under a guid; nothing happens where there is nothing.
pub fn erase(plugin: &Plugin, class: &str, guid: &str) -> std::io::Result<()> {
    match contents(&plugin.folders, class, guid) {
        Some(contents) => commit::remove(&contents.join(&plugin.bundle.identifier)),
        None => Ok(()),
    }
}

/// Whether a plug-in stored data under this guid.
pub fn is_stored(folders: &Folders, identifier: &str, class: &str, guid: &str) -> bool {
    let folder = contents(folders, class, guid).map(|contents| contents.join(identifier));
    folder.is_some_and(|folder| {
        commit::recover(&folder);
        folder.is_dir()
    })
}

/// `Movies/2/e18….bundle`: where the data of a guid lie below the metadata folder, as the server is told. None for an
/// unknown class.
pub fn relative_path(class: &str, guid: &str) -> Option<String> {
    Some(paths::relative(&*standard::namespace().model(class)?, guid))
}

/// Waits until no other update of this item runs in this process; the item is free again when the turn is dropped.
pub fn exclusive(vm: &VirtualMachine, plugin: &Plugin, class: &str, guid: &str) -> Turn {
    vm.allow_threads(|| turn(&plugin.folders, class, guid))
}

/// The same for threads that run no Python.
pub fn turn(folders: &Folders, class: &str, guid: &str) -> Turn {
    commit::turn(&contents(folders, class, guid).unwrap_or_default())
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
