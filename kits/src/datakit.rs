//! `Data` and `Dict` (`spec/storage.md` §1 and §2): what plug-ins keep on disk.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use parking_lot::Mutex;
use reprise_bundles::{atomic, resources};
use reprise_vm_glue::runtime::{text, traceback};
use reprise_vm_glue::threads;
use rustpython_vm::builtins::{PyDict, PyDictRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func, pyclass,
};

use crate::kit::{Entry, Kit, Status, Visibility};
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;
use crate::{errors, json_text, pickle};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Data",
    entries: &[
        Entry {
            name: "Data",
            visible: Visibility::BundleNotCloud,
            doc: "Files of the plug-in's own.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                let _ = DataKit::make_static_type();
                Ok(DataKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
            },
        },
        Entry {
            name: "Dict",
            visible: Visibility::BundleNotCloud,
            doc: "A dictionary that is kept on disk.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                let _ = DictKit::make_static_type();
                Ok(DictKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
            },
        },
    ],
};

// ---- Data --------------------------------------------------------------------------------------------------------

/// `Data`.
#[pyclass(module = false, name = "DataKit")]
#[derive(PyPayload)]
pub struct DataKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for DataKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKit")
    }
}

impl DataKit {
    /// The file of an item. A name that leaves the folder is an error.
    fn path(&self, vm: &VirtualMachine, item: &PyObject) -> PyResult<PathBuf> {
        let name = text::unicode_of(vm, item)?;
        match resources::safe_relative(&name) {
            Some(relative) => Ok(self.sandbox.plugin.folders.data_items.join(relative)),
            None => {
                let message = format!("The data item '{name}' is outside the plug-in's data folder");
                Err(errors::framework_exception(vm, &message))
            }
        }
    }

    fn write(&self, vm: &VirtualMachine, path: &std::path::Path, bytes: &[u8]) -> PyResult<()> {
        // Folders on the way are not made: an item below a folder that is not there is an error.
        if path.parent().is_some_and(|folder| !folder.is_dir()) {
            let text = format!("[Errno 2] No such file or directory: '{}'", path.display());
            return Err(reprise_vm_glue::runtime::exceptions::new_io_error_text(vm, &text));
        }
        atomic::write(path, bytes).map_err(|error| {
            tracing::error!(critical = true, "Exception writing to {}: {error}", path.display());
            reprise_vm_glue::runtime::exceptions::new_io_error(
                vm,
                error.raw_os_error().unwrap_or(0),
                &error.to_string(),
                None,
            )
        })
    }
}

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl DataKit {
    #[pymethod(name = "Load")]
    fn load(zelf: &Py<Self>, item: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let path = zelf.path(vm, &item)?;
        Ok(match std::fs::read(&path) {
            Ok(bytes) => text::new_str(vm, &bytes),
            Err(error) => {
                if error.kind() != std::io::ErrorKind::NotFound {
                    tracing::error!(critical = true, "Exception reading file {}: {error}", path.display());
                }
                vm.ctx.none()
            }
        })
    }

    #[pymethod(name = "Save")]
    fn save(zelf: &Py<Self>, item: PyObjectRef, data: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let path = zelf.path(vm, &item)?;
        if vm.is_none(&data) {
            tracing::error!("Cannot write None to {}", path.display());
            return Ok(());
        }
        let bytes = text::str_of(vm, &data)?;
        zelf.write(vm, &path, &bytes)
    }

    #[pymethod(name = "LoadObject")]
    fn load_object(zelf: &Py<Self>, item: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let path = zelf.path(vm, &item)?;
        match std::fs::read(&path) {
            Ok(bytes) => pickle::load(vm, &zelf.sandbox, &bytes),
            Err(_) => Ok(vm.ctx.none()),
        }
    }

    #[pymethod(name = "SaveObject")]
    fn save_object(zelf: &Py<Self>, item: PyObjectRef, object: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let path = zelf.path(vm, &item)?;
        let bytes = pickle::dump(vm, &object)?;
        zelf.write(vm, &path, &bytes)
    }

    #[pymethod(name = "Exists")]
    fn exists(zelf: &Py<Self>, item: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(zelf.path(vm, &item)?.exists())
    }

    #[pymethod(name = "Remove")]
    fn remove(zelf: &Py<Self>, item: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let path = zelf.path(vm, &item)?;
        if !path.exists() {
            return Ok(vm.ctx.new_bool(false).into());
        }
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(|error| vm.new_os_error(error.to_string()))?;
        Ok(vm.ctx.none())
    }
}

// ---- Dict --------------------------------------------------------------------------------------------------------

/// How long changes wait for the file to be written.
const SAVE_DELAY: Duration = Duration::from_secs(5);

/// The plug-in's dictionary.
#[derive(Default)]
struct Stored {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// None before the first use.
    values: Option<PyDictRef>,
    /// Counts scheduled saves; 0 while none is.
    scheduled: u64,
    last_scheduled: u64,
}

/// `Dict`.
#[pyclass(module = false, name = "DictKit")]
#[derive(PyPayload)]
pub struct DictKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for DictKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DictKit")
    }
}

/// The dictionary, loaded at first use.
fn values(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyDictRef {
    let stored = sandbox.plugin.state::<Stored>();
    if let Some(values) = stored.inner.lock().values.clone() {
        return values;
    }
    // Python may run while the file is read: the lock is not held, and whoever comes first wins.
    let loaded = load(vm, sandbox);
    let mut inner = stored.inner.lock();
    inner.values.get_or_insert(loaded).clone()
}

fn load(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyDictRef {
    let path = sandbox.plugin.folders.dict_file();
    if let Ok(bytes) = std::fs::read(&path) {
        match pickle::load(vm, sandbox, &bytes).map(|value| value.downcast::<PyDict>()) {
            Ok(Ok(values)) => {
                tracing::info!("Loaded the dictionary file");
                return values;
            }
            Ok(Err(_)) => tracing::error!("The dictionary file is corrupt and couldn't be loaded"),
            Err(error) => {
                let text = traceback::format_exc(vm, &error);
                tracing::error!("The dictionary file is corrupt and couldn't be loaded\n{text}");
            }
        }
    }
    defaults(vm, sandbox)
}

/// The contents of `DefaultDict.json`, else nothing.
fn defaults(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyDictRef {
    let path = sandbox.plugin.bundle.default_dict();
    let Ok(bytes) = std::fs::read(&path) else {
        tracing::info!("No default dictionary file");
        return vm.ctx.new_dict();
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let parsed = match json_text::loads(vm, text.trim_start_matches('\u{feff}')) {
        Ok(value) => Ok(value),
        Err(_) => reprise_bundles::json::from_bytes(&bytes).map(|value| lenient_object(vm, &value)),
    };
    match parsed {
        Ok(value) => match value.downcast::<PyDict>() {
            Ok(values) => {
                tracing::info!("Loaded the default dictionary");
                values
            }
            Err(_) => {
                tracing::error!("{} must hold a JSON object", path.display());
                vm.ctx.new_dict()
            }
        },
        Err(error) => {
            tracing::error!("Cannot read {}: {error}", path.display());
            vm.ctx.new_dict()
        }
    }
}

/// What the original's tolerant reader makes of JSON: its texts are always unicode.
fn lenient_object(vm: &VirtualMachine, value: &serde_json::Value) -> PyObjectRef {
    use serde_json::Value;
    match value {
        Value::Null => vm.ctx.none(),
        Value::Bool(flag) => vm.ctx.new_bool(*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => vm.ctx.new_int(whole).into(),
            None => vm.ctx.new_float(number.as_f64().unwrap_or_default()).into(),
        },
        Value::String(value) => text::new_unicode(vm, value),
        Value::Array(items) => vm.ctx.new_list(items.iter().map(|item| lenient_object(vm, item)).collect()).into(),
        Value::Object(entries) => {
            let dict = vm.ctx.new_dict();
            for (key, value) in entries {
                let key = text::new_unicode(vm, key);
                // A key that is a string always hashes.
                let _ = dict.set_item(&*key, lenient_object(vm, value), vm);
            }
            dict.into()
        }
    }
}

/// Writes the dictionary if it was used.
fn save(vm: &VirtualMachine, plugin: &Plugin) -> PyResult<()> {
    let stored = plugin.state::<Stored>();
    let values = {
        let mut inner = stored.inner.lock();
        inner.scheduled = 0;
        inner.values.clone()
    };
    let Some(values) = values else { return Ok(()) };
    let bytes = pickle::dump(vm, values.as_object())?;
    let path = plugin.folders.dict_file();
    atomic::write(&path, &bytes).map_err(|error| {
        tracing::error!(critical = true, "Exception writing to {}: {error}", path.display());
        vm.new_os_error(error.to_string())
    })?;
    tracing::info!("Saved the dictionary file");
    Ok(())
}

/// Writes what is scheduled; for the end of the process.
pub fn flush(plugin: &Plugin, vm: &VirtualMachine) {
    if plugin.state::<Stored>().inner.lock().scheduled != 0
        && let Err(error) = save(vm, plugin)
    {
        let text = traceback::format_exc(vm, &error);
        tracing::error!(critical = true, "Cannot save the dictionary (most recent call last):\n{text}");
    }
}

/// A value that the framework's own parts keep in the plug-in's dictionary.
pub fn kept(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, key: &str) -> PyResult<Option<PyObjectRef>> {
    values(vm, sandbox).get_item_opt(key, vm)
}

/// Keeps a value of the framework's own parts in the plug-in's dictionary, and writes it at once.
pub fn keep(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, key: &'static str, value: PyObjectRef) -> PyResult<()> {
    values(vm, sandbox).set_item(key, value, vm)?;
    save(vm, &sandbox.plugin)
}

/// Has the file written in a while, unless that is already so.
fn schedule(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) {
    let stored = sandbox.plugin.state::<Stored>();
    let number = {
        let mut inner = stored.inner.lock();
        if inner.scheduled != 0 {
            return;
        }
        inner.last_scheduled += 1;
        inner.scheduled = inner.last_scheduled;
        inner.scheduled
    };
    let (machine, sandbox) = (vm.new_thread(), Arc::clone(sandbox));
    let work = move || {
        std::thread::sleep(SAVE_DELAY);
        if sandbox.plugin.state::<Stored>().inner.lock().scheduled != number {
            return;
        }
        machine.run(|vm| {
            sandbox.enter(|| {
                if let Err(error) = save(vm, &sandbox.plugin) {
                    let text = traceback::format_exc(vm, &error);
                    tracing::error!(
                        critical = true,
                        "Exception in thread named 'save' (most recent call last):\n{text}"
                    );
                }
            });
        });
    };
    if let Err(error) = threads::spawn("save", work) {
        tracing::error!("Cannot start the thread that saves the dictionary: {error}");
    }
}

#[pyclass(with(AsMapping, AsSequence, Iterable), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl DictKit {
    #[pymethod(name = "Save")]
    fn save(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        values(vm, &zelf.sandbox);
        save(vm, &zelf.sandbox.plugin)
    }

    /// Deletes the file and goes back to the defaults.
    #[pymethod(name = "Reset")]
    fn reset(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let path = zelf.sandbox.plugin.folders.dict_file();
        if path.exists() {
            std::fs::remove_file(&path).map_err(|error| vm.new_os_error(error.to_string()))?;
        }
        let fresh = defaults(vm, &zelf.sandbox);
        let stored = zelf.sandbox.plugin.state::<Stored>();
        let mut inner = stored.inner.lock();
        inner.scheduled = 0;
        inner.values = Some(fresh);
        Ok(())
    }

    fn item(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        Ok(values(vm, &self.sandbox).get_item_opt(key, vm)?.unwrap_or_else(|| vm.ctx.none()))
    }

    fn set(&self, key: &PyObject, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let values = values(vm, &self.sandbox);
        match value {
            Some(value) => values.set_item(key, value, vm)?,
            None => values.del_item(key, vm)?,
        }
        schedule(vm, &self.sandbox);
        Ok(())
    }
}

impl AsMapping for DictKit {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: atomic_func!(|mapping, vm| Ok(values(vm, &DictKit::mapping_downcast(mapping).sandbox).__len__())),
            subscript: atomic_func!(|mapping, key, vm| DictKit::mapping_downcast(mapping).item(key, vm)),
            ass_subscript: atomic_func!(|mapping, key, value, vm| {
                DictKit::mapping_downcast(mapping).set(key, value, vm)
            }),
        });
        &METHODS
    }
}

impl AsSequence for DictKit {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            contains: atomic_func!(|sequence, key, vm| {
                let values = values(vm, &DictKit::sequence_downcast(sequence).sandbox);
                Ok(values.get_item_opt(key, vm)?.is_some())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl Iterable for DictKit {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        // A copy of the keys: other threads may change the dictionary meanwhile.
        let keys: Vec<PyObjectRef> = values(vm, &zelf.sandbox).into_iter().map(|(key, _)| key).collect();
        let list: PyObjectRef = vm.ctx.new_list(keys).into();
        Ok(list.get_iter(vm)?.into())
    }
}
