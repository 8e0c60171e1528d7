//! `Session`, `User` and `CloudObject`: what a plug-in keeps for one user (`spec/core.md` §11).

use std::sync::{Arc, LazyLock};

use reprise_vm_glue::runtime::{names, text};
use rustpython_vm::builtins::{PyDict, PyDictRef, PyFloat, PyInt, PyList, PyType};
use rustpython_vm::function::OptionalArg;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, atomic_func, pyclass};

use crate::base;
use crate::context;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::plugin::Plugin;
use crate::sandbox::{self, Sandbox};
use crate::user_state;

/// Module path of the classes here.
const MODULE: &str = "Framework.api.cloudkit";

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Cloud",
    entries: &[
        entry("User", "The user of the request; it has no members.", |vm, _| {
            native_class::<UserKit>(vm, MODULE);
            Ok(UserKit.into_pyobject(vm))
        }),
        entry(
            "Session",
            "What the plug-in keeps for the user of the request: numbers, texts, lists, dicts, CloudObjects.",
            |vm, sandbox| {
                native_class::<SessionKit>(vm, MODULE);
                Ok(SessionKit { plugin: Arc::clone(&sandbox.plugin) }.into_pyobject(vm))
            },
        ),
        entry("CloudObject", "A bag of attributes that can be kept in Session.", |vm, _| base::cloud_object_class(vm)),
    ],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::CloudOrElevated, doc, status: Status::Implemented, make }
}

#[pyclass(module = false, name = "UserKit")]
#[derive(Debug, PyPayload)]
struct UserKit;

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl UserKit {}

/// `Session`.
#[pyclass(module = false, name = "SessionKit")]
#[derive(PyPayload)]
pub struct SessionKit {
    plugin: Arc<Plugin>,
}

impl std::fmt::Debug for SessionKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKit")
    }
}

/// The session of the running request. Where there is none the original means to say so and fails while it does.
fn current(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    context::with(|context| context.session.clone())
        .ok_or_else(|| vm.new_attribute_error("'SessionKit' object has no attribute '_class__'"))
}

fn is_storable(vm: &VirtualMachine, value: &PyObject) -> bool {
    if let Some(list) = value.downcast_ref::<PyList>() {
        let items = list.borrow_vec().to_vec();
        return items.iter().all(|item| is_storable(vm, item));
    }
    if let Some(dict) = value.downcast_ref::<PyDict>() {
        return dict.to_owned().into_iter().all(|(key, value)| is_storable(vm, &key) && is_storable(vm, &value));
    }
    text::is_basestring(value)
        || value.downcastable::<PyInt>()
        || value.downcastable::<PyFloat>()
        || is_cloud_object(vm, value)
}

/// What cannot be stored is a TypeError; one that holds such a thing is shown.
fn check(vm: &VirtualMachine, value: &PyObject) -> PyResult<()> {
    if is_storable(vm, value) {
        return Ok(());
    }
    let holds = value.downcastable::<PyList>() || value.downcastable::<PyDict>();
    let shown =
        if holds { format!(" ({})", String::from_utf8_lossy(&text::repr_of(vm, value)?)) } else { String::new() };
    let class = names::type_name_of(value);
    Err(vm.new_type_error(format!("Objects of type '{class}'{shown} can't be added to session data.")))
}

fn store(vm: &VirtualMachine, key: &PyObject, value: PyObjectRef) -> PyResult<()> {
    let session = current(vm)?;
    check(vm, &value)?;
    session.set_item(key, value, vm)
}

#[pyclass(with(AsMapping, AsSequence), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl SessionKit {
    #[pymethod]
    fn get(_zelf: &Py<Self>, key: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let found = current(vm)?.get_item_opt(&*key, vm)?;
        Ok(found.or(default.into_option()).unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod]
    fn setdefault(_zelf: &Py<Self>, key: PyObjectRef, default: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if let Some(found) = current(vm)?.get_item_opt(&*key, vm)? {
            return Ok(found);
        }
        store(vm, &key, default.clone())?;
        Ok(default)
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        current(vm)?.clear();
        user_state::begin_session(vm, &zelf.plugin)
    }
}

impl AsMapping for SessionKit {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: atomic_func!(|_mapping, vm| Ok(current(vm)?.__len__())),
            subscript: atomic_func!(|_mapping, key, vm| current(vm)?.get_item(key, vm)),
            ass_subscript: atomic_func!(|_mapping, key, value, vm| match value {
                Some(value) => store(vm, key, value),
                None => current(vm)?.del_item(key, vm),
            }),
        };
        &METHODS
    }
}

impl AsSequence for SessionKit {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            // The original forgets to return what it finds out.
            contains: atomic_func!(|_sequence, _key, vm| current(vm).map(|_| false)),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

// ---- CloudObject -----------------------------------------------------------------------------------------------

fn is_cloud_object(vm: &VirtualMachine, object: &PyObject) -> bool {
    let class = base::known_cloud_object_class(vm);
    class.is_some_and(|class| object.class().fast_issubclass(&class))
}

/// Class path and attributes of a CloudObject, for packing.
pub fn packed_state(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<(String, PyObjectRef)>> {
    if !is_cloud_object(vm, object) {
        return Ok(None);
    }
    let name = object.class().name().to_string();
    let module = if name == "CloudObject" { MODULE } else { "__code__" };
    let state = vm.ctx.new_dict();
    for (key, value) in object.dict().into_iter().flatten() {
        if text::text_of(vm, &key)?.is_some_and(|key| !key.starts_with('_')) {
            state.set_item(&*key, value, vm)?;
        }
    }
    Ok(Some((format!("{module}.{name}"), state.into())))
}

/// The CloudObject that a packed class path and attributes stand for; None for other class paths.
pub fn unpacked(vm: &VirtualMachine, path: &str, state: PyObjectRef) -> PyResult<Option<PyObjectRef>> {
    let cloud_object = base::cloud_object_class(vm)?;
    let class = match path.rsplit_once('.') {
        Some((MODULE, "CloudObject")) => Some(cloud_object.clone()),
        // Only classes of the plug-in that say that they may be packed.
        Some(("__code__", name)) => match sandbox::current() {
            Some(sandbox) => sandbox.globals.get_item_opt(name, vm)?,
            None => None,
        },
        _ => None,
    };
    let Some(class) = class else { return Ok(None) };
    let (Some(own), Some(root)) = (class.downcast_ref::<PyType>(), cloud_object.downcast_ref::<PyType>()) else {
        return Ok(None);
    };
    let Some(state) = state.downcast_ref::<PyDict>().filter(|_| own.fast_issubclass(root)) else { return Ok(None) };
    // As the original: no constructor is called.
    let object = vm.ctx.new_base_object(own.to_owned(), Some(state.copy().into_ref(&vm.ctx)));
    Ok(Some(object))
}
