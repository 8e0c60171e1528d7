//! `Cache`: caches of the plug-in's own, with items of several parts and attributes (`spec/kits.md` §19,
//! `spec/storage.md` §4).

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use reprise_bundles::atomic;
use reprise_vm_glue::clock;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::PySetterValue;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, GetAttr, SetAttr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, atomic_func, pyclass};
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::{buffer_argument, optional};
use crate::objects::signature::{Default, Parameter};
use crate::sandbox::Sandbox;
use crate::{errors, json_text, kit_call};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Data",
    entries: &[Entry {
        name: "Cache",
        visible: Visibility::BundleNotCloud,
        doc: "Caches on disk, by name: Cache[name][key][part].",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<CacheKit>(vm, "Framework.api.datakit");
            let _ = (CacheManager::make_static_type(), CacheItem::make_static_type());
            Ok(CacheKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

const TRIM: &[Parameter] = &[Parameter::required("max_size"), optional("max_items", Default::None)];

/// The caches of a plug-in that were used.
#[derive(Default)]
struct Caches {
    by_name: Mutex<HashMap<String, PyObjectRef>>,
}

/// One cache on disk.
struct Store {
    folder: PathBuf,
    /// By key: time of the last access and size of all parts.
    index: Mutex<HashMap<String, (i64, u64)>>,
}

fn now() -> i64 {
    clock::seconds() as i64
}

/// A name that becomes part of a file's name.
fn checked_name<'a>(vm: &VirtualMachine, name: &'a str) -> PyResult<&'a str> {
    let bad = name.is_empty() || name.contains(['/', '\\', '\0']) || name.starts_with('.');
    if bad {
        Err(errors::framework_exception(vm, &format!("'{name}' is no name for a cache or a part")))
    } else {
        Ok(name)
    }
}

impl Store {
    fn open(folder: PathBuf) -> Store {
        let text = std::fs::read(folder.join("CacheInfo")).ok();
        let known = text.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        let entries = known.as_ref().and_then(Value::as_object).into_iter().flatten();
        let index = entries
            .filter_map(|(key, entry)| {
                Some((key.clone(), (entry.get(0)?.as_f64()? as i64, entry.get(1)?.as_f64()? as u64)))
            })
            .collect();
        Store { folder, index: Mutex::new(index) }
    }

    /// The start of the names of an item's files.
    fn stem(&self, key: &str) -> (PathBuf, String) {
        let hash: String = Sha1::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let (folder, name) = hash.split_at(2);
        (self.folder.join(folder), name.to_owned())
    }

    fn part_path(&self, key: &str, part: &str) -> PathBuf {
        let (folder, name) = self.stem(key);
        folder.join(format!("{name}.{part}"))
    }

    fn attributes_path(&self, key: &str) -> PathBuf {
        let (folder, name) = self.stem(key);
        folder.join(format!("{name}_attributes"))
    }

    /// What is said of an item; empty for a new one.
    fn attributes(&self, key: &str) -> Map<String, Value> {
        let text = std::fs::read(self.attributes_path(key)).ok();
        match text.and_then(|text| serde_json::from_slice(&text).ok()) {
            Some(Value::Object(map)) => map,
            _ => {
                let made = json!({"accessed_at": now(), "modified_at": now(), "expiry_interval": 0,
                                  "attributes": {}, "item_sizes": {}});
                made.as_object().cloned().unwrap_or_default()
            }
        }
    }

    fn save(&self, key: &str, attributes: Map<String, Value>) -> std::io::Result<()> {
        let sizes = attributes.get("item_sizes").and_then(Value::as_object);
        let size = sizes.map_or(0, |sizes| sizes.values().filter_map(Value::as_u64).sum());
        atomic::write(&self.attributes_path(key), Value::Object(attributes).to_string().as_bytes())?;
        self.index.lock().insert(key.to_owned(), (now(), size));
        self.save_index()
    }

    fn save_index(&self) -> std::io::Result<()> {
        let index = self.index.lock();
        let map: Map<String, Value> =
            index.iter().map(|(key, (accessed, size))| (key.clone(), json!([accessed, size]))).collect();
        drop(index);
        atomic::write(&self.folder.join("CacheInfo"), Value::Object(map).to_string().as_bytes())
    }

    fn remove(&self, key: &str) -> bool {
        let known = self.index.lock().remove(key).is_some();
        let sizes = self.attributes(key);
        let parts = sizes.get("item_sizes").and_then(Value::as_object);
        for part in parts.into_iter().flat_map(Map::keys) {
            // What is not there need not be removed.
            let _ = std::fs::remove_file(self.part_path(key, part));
        }
        let _ = std::fs::remove_file(self.attributes_path(key));
        known
    }
}

fn io_error(vm: &VirtualMachine, error: &std::io::Error) -> PyBaseExceptionRef {
    vm.new_os_error(error.to_string())
}

fn key_of(vm: &VirtualMachine, key: &PyObject) -> PyResult<String> {
    text::unicode_of(vm, key)
}

/// `Cache`.
#[pyclass(module = false, name = "CacheKit")]
#[derive(PyPayload)]
pub struct CacheKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for CacheKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CacheKit")
    }
}

#[pyclass(with(AsMapping))]
impl CacheKit {
    fn manager(&self, name: &PyObject, vm: &VirtualMachine) -> PyResult {
        let name = key_of(vm, name)?;
        let plugin = &self.sandbox.plugin;
        let folder = plugin.folders.user_cache(checked_name(vm, &name)?);
        let caches = plugin.state::<Caches>();
        let mut by_name = caches.by_name.lock();
        let made = by_name
            .entry(name)
            .or_insert_with(|| CacheManager { store: Arc::new(Store::open(folder)) }.into_pyobject(vm));
        Ok(made.clone())
    }
}

impl AsMapping for CacheKit {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            subscript: atomic_func!(|mapping, name, vm| CacheKit::mapping_downcast(mapping).manager(name, vm)),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

/// One cache: items by key.
#[pyclass(module = "Framework.components.caching", name = "CacheManager")]
#[derive(PyPayload)]
pub struct CacheManager {
    store: Arc<Store>,
}

impl std::fmt::Debug for CacheManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CacheManager")
    }
}

#[pyclass(with(AsMapping), flags(DISALLOW_INSTANTIATION))]
impl CacheManager {
    /// How many items there are.
    #[pygetset]
    fn item_count(zelf: &Py<Self>) -> usize {
        zelf.store.index.lock().len()
    }

    /// Drops all items.
    #[pymethod]
    fn clear(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.store.index.lock().clear();
        match std::fs::remove_dir_all(&zelf.store.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(vm, &error)),
            _ => zelf.store.save_index().map_err(|error| io_error(vm, &error)),
        }
    }

    /// Drops the items that were not used for longest, until a size in bytes and a number are kept.
    #[pymethod]
    fn trim(zelf: &Py<Self>, args: rustpython_vm::function::FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let bound = kit_call::method("trim", TRIM).bind(vm, args)?;
        let limit = |at: usize| match bound.get(at) {
            none if vm.is_none(none) => Ok(u64::MAX),
            given => given.to_owned().try_into_value::<u64>(vm),
        };
        let (most_bytes, most_items) = (limit(0)?, limit(1)?);
        let mut items: Vec<(i64, u64, String)> =
            zelf.store.index.lock().iter().map(|(key, (accessed, size))| (*accessed, *size, key.clone())).collect();
        items.sort();
        let (mut bytes, mut count) = (items.iter().map(|(_, size, _)| size).sum::<u64>(), items.len() as u64);
        for (_, size, key) in items {
            if bytes <= most_bytes && count <= most_items {
                break;
            }
            zelf.store.remove(&key);
            bytes = bytes.saturating_sub(size);
            count -= 1;
        }
        zelf.store.save_index().map_err(|error| io_error(vm, &error))
    }
}

impl AsMapping for CacheManager {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            subscript: atomic_func!(|mapping, key, vm| {
                let store = Arc::clone(&CacheManager::mapping_downcast(mapping).store);
                Ok(CacheItem { store, key: key_of(vm, key)? }.into_pyobject(vm))
            }),
            ass_subscript: atomic_func!(|mapping, key, value, vm| {
                let store = &CacheManager::mapping_downcast(mapping).store;
                if value.is_some() {
                    return Err(errors::framework_exception(vm, "Cache manager items can't be set directly."));
                }
                store.remove(&key_of(vm, key)?);
                store.save_index().map_err(|error| io_error(vm, &error))
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

/// One item: parts by name, and attributes that can be anything that JSON has.
#[pyclass(module = "Framework.components.caching", name = "CacheItem")]
#[derive(PyPayload)]
pub struct CacheItem {
    store: Arc<Store>,
    key: String,
}

impl std::fmt::Debug for CacheItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CacheItem({:?})", self.key)
    }
}

#[pyclass(with(AsMapping, GetAttr, SetAttr), flags(DISALLOW_INSTANTIATION))]
impl CacheItem {
    fn number(&self, name: &str) -> i64 {
        self.store.attributes(&self.key).get(name).and_then(Value::as_f64).unwrap_or(0.0) as i64
    }

    /// When a part was last set, in seconds.
    #[pygetset]
    fn modified_at(zelf: &Py<Self>) -> i64 {
        zelf.number("modified_at")
    }

    /// When a part was last read, in seconds.
    #[pygetset]
    fn accessed_at(zelf: &Py<Self>) -> i64 {
        zelf.number("accessed_at")
    }

    /// Whether the time that was set has passed.
    #[pygetset]
    fn expired(zelf: &Py<Self>) -> bool {
        let interval = zelf.number("expiry_interval");
        interval == 0 || zelf.number("modified_at") + interval < now()
    }

    /// Sets for how many seconds the item is good; 0 for none.
    #[pymethod]
    fn set_expiry_interval(zelf: &Py<Self>, seconds: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let seconds = seconds.try_float(vm)?.to_f64();
        let mut attributes = zelf.store.attributes(&zelf.key);
        attributes.insert("expiry_interval".to_owned(), json!(seconds as i64));
        zelf.store.save(&zelf.key, attributes).map_err(|error| io_error(vm, &error))
    }

    fn part(&self, name: &PyObject, vm: &VirtualMachine) -> PyResult {
        let name = key_of(vm, name)?;
        let path = self.store.part_path(&self.key, checked_name(vm, &name)?);
        let Ok(bytes) = std::fs::read(path) else { return Ok(vm.ctx.none()) };
        let mut attributes = self.store.attributes(&self.key);
        attributes.insert("accessed_at".to_owned(), json!(now()));
        self.store.save(&self.key, attributes).map_err(|error| io_error(vm, &error))?;
        Ok(text::new_str(vm, &bytes))
    }

    fn set_part(&self, name: &PyObject, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let name = key_of(vm, name)?;
        let path = self.store.part_path(&self.key, checked_name(vm, &name)?);
        let mut attributes = self.store.attributes(&self.key);
        let sizes = attributes.entry("item_sizes").or_insert_with(|| json!({}));
        match value {
            Some(value) => {
                value.length(vm)?;
                let bytes = buffer_argument(vm, "save", &value)?;
                atomic::write(&path, &bytes).map_err(|error| io_error(vm, &error))?;
                if let Some(sizes) = sizes.as_object_mut() {
                    sizes.insert(name, json!(bytes.len()));
                }
                attributes.insert("modified_at".to_owned(), json!(now()));
            }
            None => {
                std::fs::remove_file(path).map_err(|_| vm.new_key_error(text::native(vm, &name)))?;
                if let Some(sizes) = sizes.as_object_mut() {
                    sizes.remove(&name);
                }
            }
        }
        self.store.save(&self.key, attributes).map_err(|error| io_error(vm, &error))
    }
}

impl AsMapping for CacheItem {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            subscript: atomic_func!(|mapping, name, vm| CacheItem::mapping_downcast(mapping).part(name, vm)),
            ass_subscript: atomic_func!(|mapping, name, value, vm| {
                CacheItem::mapping_downcast(mapping).set_part(name, value, vm)
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl GetAttr for CacheItem {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        const OWN: [&str; 4] = ["modified_at", "accessed_at", "expired", "set_expiry_interval"];
        if name.as_bytes().starts_with(b"__") || OWN.iter().any(|own| own.as_bytes() == name.as_bytes()) {
            return zelf.as_object().generic_getattr(name, vm);
        }
        let attributes = zelf.store.attributes(&zelf.key);
        let value = attributes.get("attributes").and_then(|values| values.get(name.to_string_lossy().as_ref()));
        value.map_or_else(|| Ok(vm.ctx.none()), |value| json_text::loads(vm, &value.to_string()))
    }
}

impl SetAttr for CacheItem {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let mut attributes = zelf.store.attributes(&zelf.key);
        let values = attributes.entry("attributes").or_insert_with(|| json!({}));
        let Some(values) = values.as_object_mut() else { return Ok(()) };
        let name = name.to_string_lossy().into_owned();
        match value {
            PySetterValue::Assign(value) => {
                let written = json_text::dumps(vm, &value)?;
                values.insert(name, serde_json::from_str(&written).unwrap_or(Value::Null));
            }
            PySetterValue::Delete => {
                values.remove(&name);
            }
        }
        zelf.store.save(&zelf.key, attributes).map_err(|error| io_error(vm, &error))
    }
}
