//! `Prefs` (`spec/storage.md` §9): the plug-in's preferences in code, and the requests that list and set them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use reprise_bundles::prefs::{Decoded, Definition, DefinitionError, Definitions, Kind};
use reprise_bundles::user_prefs::UserPrefs;
use reprise_vm_glue::runtime::text;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, atomic_func, pyclass};
use serde_json::Value;

use crate::builtin::{Call, Outcome};
use crate::dispatch::Response;
use crate::functions::{self, Called};
use crate::kit::{Entry, Kit, Status, Visibility};
use crate::objects::xml::XmlWriter;
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;
use crate::{context, errors, localekit, services};

/// The kit's published name.
pub static KIT: Kit = Kit {
    name: "Prefs",
    entries: &[Entry {
        name: "Prefs",
        visible: Visibility::BundleOrServiceNotCloud,
        doc: "The user's preferences: Prefs['id'].",
        status: Status::Implemented,
        make: |vm, sandbox| {
            let _ = PrefsKit::make_static_type();
            Ok(PrefsKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

/// The preferences of each identifier that the process serves.
#[derive(Default)]
struct AllPrefs {
    /// By identifier, and whether services are meant.
    by_owner: Mutex<HashMap<(String, bool), Arc<Preferences>>>,
}

/// The preferences of one identifier.
pub struct Preferences {
    definitions: Result<Definitions, DefinitionError>,
    user: Mutex<UserPrefs>,
    /// In the background nobody's own values are kept.
    defaults_only: bool,
}

/// Why preferences cannot be used.
enum Trouble {
    Definitions(DefinitionError),
    File(std::io::Error),
}

impl Trouble {
    fn into_exception(self, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
        match self {
            Self::Definitions(DefinitionError::MissingKey { key, .. }) => vm.new_key_error(vm.ctx.new_str(key).into()),
            Self::Definitions(DefinitionError::NotObjects { .. }) => {
                vm.new_type_error("string indices must be integers, not str")
            }
            Self::File(error) => vm.new_os_error(error.to_string()),
        }
    }
}

/// The preferences of the plug-in's own code: those of the bundle, then those of its services.
pub fn of_plugin(plugin: &Plugin) -> Arc<Preferences> {
    let identifier = &plugin.bundle.identifier;
    preferences(plugin, identifier, false, || {
        let services = services::registry::of(plugin).prefs_files(identifier);
        std::iter::once(plugin.bundle.default_prefs()).chain(services).collect()
    })
}

/// The preferences that the code of a sandbox sees; services see only their own.
fn of_sandbox(sandbox: &Sandbox) -> Arc<Preferences> {
    let plugin = &sandbox.plugin;
    if !sandbox.policy.is_service() {
        return of_plugin(plugin);
    }
    let identifier = &sandbox.identifier;
    preferences(plugin, identifier, true, || services::registry::of(plugin).prefs_files(identifier))
}

/// The preferences of an identifier, defined in the given files.
fn preferences(
    plugin: &Plugin,
    identifier: &str,
    services: bool,
    files: impl FnOnce() -> Vec<PathBuf>,
) -> Arc<Preferences> {
    let all = plugin.state::<AllPrefs>();
    let owner = (identifier.to_owned(), services);
    if let Some(known) = all.by_owner.lock().get(&owner) {
        return Arc::clone(known);
    }
    // Not under the lock: the files of services may have to be waited for.
    let files = files();
    let mut known = all.by_owner.lock();
    let entry = known.entry(owner).or_insert_with(|| {
        let path = plugin.folders.preferences_file(identifier);
        let definitions = Definitions::read(&files);
        if let Err(error) = &definitions {
            tracing::error!("{error}");
        }
        Arc::new(Preferences {
            definitions,
            user: Mutex::new(UserPrefs::new(path, identifier)),
            defaults_only: plugin.is_daemon(),
        })
    });
    Arc::clone(entry)
}

/// Whether the plug-in, or a service with its identifier, has a file of preferences.
pub fn exist(plugin: &Plugin) -> bool {
    plugin.bundle.default_prefs().is_file()
        || !services::registry::of(plugin).prefs_files(&plugin.bundle.identifier).is_empty()
}

/// The same for an identifier, the plug-in's own or a service's.
pub fn exist_for(plugin: &Plugin, identifier: &str) -> bool {
    if identifier == plugin.bundle.identifier {
        return exist(plugin);
    }
    !services::registry::of(plugin).prefs_files(identifier).is_empty()
}

/// The preferences of a request's own header, `name=value&name=value`; None where there is none. A faulty header is
/// an error for the whole request.
pub fn header_values(vm: &VirtualMachine) -> PyResult<Option<Vec<(String, String)>>> {
    let header = context::with(|context| {
        let headers = &context.headers;
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("X-Plex-Preferences")).map(|(_, value)| value.clone())
    });
    let Some(header) = header.filter(|header| !header.is_empty()) else { return Ok(None) };
    let mut values = Vec::new();
    for piece in header.split('&').filter(|piece| piece.contains('=')) {
        let mut parts = piece.split('=');
        let (Some(name), Some(value), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(vm.new_value_error("too many values to unpack"));
        };
        let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        values.push((name.to_owned(), value));
    }
    Ok(Some(values))
}

impl Preferences {
    fn definitions(&self) -> Result<&Definitions, Trouble> {
        self.definitions.as_ref().map_err(|error| Trouble::Definitions(error.clone()))
    }

    /// What code sees for a preference; None if there is no such preference.
    fn value(&self, vm: &VirtualMachine, id: &str) -> PyResult<Option<Decoded>> {
        let definitions = self.definitions().map_err(|trouble| trouble.into_exception(vm))?;
        let from_request = header_values(vm)?;
        let Some(definition) = definitions.get(id) else { return Ok(None) };
        if let Some(values) = from_request {
            return request_value(vm, definition, &values).map(Some);
        }
        if self.defaults_only {
            return Ok(Some(definition.decode(definition.encoded_default().as_deref())));
        }
        let mut user = self.user.lock();
        user.refresh(definitions).map_err(|error| Trouble::File(error).into_exception(vm))?;
        Ok(Some(user.decoded(definition)))
    }

    /// The value in the list for clients.
    fn listed(&self, vm: &VirtualMachine, definition: &Definition) -> PyResult<Option<String>> {
        if let Some(values) = header_values(vm)? {
            let value = request_value(vm, definition, &values)?;
            return Ok(encode(definition, &value));
        }
        if self.defaults_only {
            return Ok(definition.encoded_default());
        }
        Ok(self.user.lock().listed(definition))
    }

    /// Sets values as a client sent them.
    fn set(&self, sent: &[(String, Option<String>)]) -> Result<(), Trouble> {
        let definitions = self.definitions()?;
        if self.defaults_only {
            return Ok(());
        }
        self.user.lock().set(definitions, sent).map_err(Trouble::File)
    }
}

/// The value that the request brought along, else the default; unlisted secure ones are nobody's.
fn request_value(vm: &VirtualMachine, definition: &Definition, values: &[(String, String)]) -> PyResult<Decoded> {
    match values.iter().find(|(name, _)| *name == definition.id) {
        Some((_, value)) => Ok(definition.decode(Some(value))),
        None if definition.secure => Err(errors::new(vm, "UnauthorizedException", "")),
        None => Ok(definition.decode(definition.encoded_default().as_deref())),
    }
}

fn encode(definition: &Definition, value: &Decoded) -> Option<String> {
    match value {
        Decoded::None => definition.encode(None),
        Decoded::Bool(flag) => Some(flag.to_string()),
        Decoded::Text(text) => Some(text.clone()),
        Decoded::Item(item) => definition.encode(Some(item)),
    }
}

/// A JSON value as a Python object, texts as the original's JSON reader gives them.
fn json_object(vm: &VirtualMachine, value: &Value) -> PyResult {
    Ok(match value {
        Value::String(value) => text::native(vm, value),
        other => crate::json_text::loads(vm, &other.to_string())?,
    })
}

/// `Prefs`.
#[pyclass(module = false, name = "PrefsKit")]
#[derive(PyPayload)]
pub struct PrefsKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for PrefsKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrefsKit")
    }
}

#[pyclass(with(AsMapping, AsSequence), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl PrefsKit {
    fn get(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let id = text::unicode_of(vm, key)?;
        let preferences = of_sandbox(&self.sandbox);
        let lenient = preferences.definitions.as_ref().is_ok_and(|d| d.get(&id).is_some_and(|d| d.lenient));
        match preferences.value(vm, &id)? {
            Some(Decoded::None) => Ok(vm.ctx.none()),
            Some(Decoded::Bool(flag)) => Ok(vm.ctx.new_bool(flag).into()),
            // Texts are always byte strings.
            Some(Decoded::Text(value)) => Ok(text::new_str(vm, value.as_bytes())),
            Some(Decoded::Item(Value::String(value))) if lenient => Ok(text::new_unicode(vm, &value)),
            Some(Decoded::Item(item)) => json_object(vm, &item),
            None => {
                let message = format!("No preference named '{id}' found.");
                Err(vm.new_key_error(text::native(vm, &message)))
            }
        }
    }
}

impl AsSequence for PrefsKit {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            // `in` asks for the preference named `0`, as Python's protocol of old sequences does.
            contains: atomic_func!(|sequence, _key, vm| {
                let zero: PyObjectRef = vm.ctx.new_int(0).into();
                PrefsKit::sequence_downcast(sequence).get(&zero, vm).map(|_| false)
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl AsMapping for PrefsKit {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            subscript: atomic_func!(|mapping, key, vm| PrefsKit::mapping_downcast(mapping).get(key, vm)),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

/// `/prefs` and `/prefs/list`.
pub fn answer_list(call: Call<'_>) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    let preferences = of_plugin(plugin);
    let definitions = preferences.definitions().map_err(|trouble| trouble.into_exception(vm))?;
    if header_values(vm)?.is_none() {
        let refreshed = preferences.user.lock().refresh(definitions);
        refreshed.map_err(|error| Trouble::File(error).into_exception(vm))?;
    }
    let shown: Vec<&Definition> = definitions.list.iter().filter(|definition| !definition.hidden).collect();
    let mut xml = XmlWriter::new();
    xml.start("MediaContainer");
    set(&mut xml, "noHistory", "0");
    set(&mut xml, "replaceParent", "0");
    set(&mut xml, "size", &shown.len().to_string());
    set(&mut xml, "identifier", &plugin.bundle.identifier);
    for definition in shown {
        let value = preferences.listed(vm, definition)?;
        xml.start("Setting");
        set(&mut xml, "id", &definition.id);
        set(&mut xml, "type", definition.type_name());
        set(&mut xml, "label", &localekit::localise(vm, plugin, &definition.label)?);
        set(&mut xml, "secure", if definition.secure { "true" } else { "false" });
        if let Some(value) = value {
            set(&mut xml, "value", &value);
        }
        if let Some(default) = definition.encoded_default() {
            set(&mut xml, "default", &default);
        }
        match &definition.kind {
            Kind::Text { option } => set(&mut xml, "option", option),
            Kind::Bool => {}
            Kind::Enum { values } => set(&mut xml, "values", &labels(vm, plugin, values)?),
        }
        xml.end();
    }
    xml.end();
    Ok(Outcome::Ready(Response::xml(200, xml.finish())))
}

/// Sets an attribute; text that XML cannot hold is left out.
fn set(xml: &mut XmlWriter, name: &'static str, value: &str) {
    if xml.set(name, value).is_err() {
        tracing::warn!("The {name} of a preference holds characters that XML cannot hold");
    }
}

/// The localised labels of an enum, joined with bars.
fn labels(vm: &VirtualMachine, plugin: &Arc<Plugin>, values: &Value) -> PyResult<String> {
    let mut labels = Vec::new();
    match values {
        Value::String(text) => {
            for character in text.chars() {
                labels.push(localekit::localise(vm, plugin, &character.to_string())?);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                match value {
                    Value::String(text) => labels.push(localekit::localise(vm, plugin, text)?),
                    other => {
                        let class = json_object(vm, other)?.class().name().to_string();
                        let message = format!("sequence item {index}: expected string, {class} found");
                        return Err(vm.new_type_error(message));
                    }
                }
            }
        }
        _ => {}
    }
    Ok(labels.join("|"))
}

/// `/prefs/set`: stores the values and calls `ValidatePrefs`, whose result is the answer.
pub fn answer_set(call: Call<'_>) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    let mut sent = Vec::new();
    for (name, value) in call.arguments.iter() {
        let value = if vm.is_none(value) { None } else { Some(text::unicode_of(vm, value)?) };
        sent.push((name.to_owned(), value));
    }
    of_plugin(plugin).set(&sent).map_err(|trouble| trouble.into_exception(vm))?;
    match functions::call_hook(vm, plugin, "ValidatePrefs")? {
        Called::Returned(result) if !vm.is_none(&result) => Ok(Outcome::Value(result)),
        _ => Ok(Outcome::Ready(Response::text(""))),
    }
}
