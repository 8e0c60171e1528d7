//! `Resource`, `R` and `S` (`spec/storage.md` §10): paths under which clients get the bundle's pictures and files, and
//! the requests for them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use parking_lot::RwLock;
use reprise_bundles::resources::{self, Resource};
use reprise_bundles::services as declared;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyList, PyStr, PyStrRef, PyTuple};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::builtin::{Call, Outcome};
use crate::call_arguments::Parameters;
use crate::context::{self, ResourcePath};
use crate::dispatch::{self, Response};
use crate::http_request::{Network, Plan, USER_AGENT};
use crate::kit::{Entry, Kit, Status, Visibility, permit};
use crate::kit_call::library_type_error;
use crate::objects::quote::{quote, quote_plus, url_bytes};
use crate::plugin::Plugin;
use crate::sandbox::{Role, Sandbox};
use crate::startup::ResourceHashes;
use crate::{http_options, platform, services};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Resource",
    entries: &[
        Entry {
            name: "Resource",
            visible: Visibility::Code,
            doc: "Files of the bundle's Resources folder.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                let _ = ResourceKit::make_static_type();
                Ok(ResourceKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
            },
        },
        Entry {
            name: "R",
            visible: Visibility::Code,
            doc: "The path of a resource for clients; None if there is no such file.",
            status: Status::Implemented,
            make: |vm, sandbox| Ok(path_function(vm, sandbox, "ExternalPath", false)),
        },
        Entry {
            name: "S",
            visible: Visibility::Code,
            doc: "Deprecated form of R.",
            status: Status::Implemented,
            make: |vm, sandbox| Ok(path_function(vm, sandbox, "SharedExternalPath", true)),
        },
    ],
};

/// What the plug-in added to the table of content types.
#[derive(Default)]
struct MimeTypes {
    by_extension: RwLock<HashMap<String, String>>,
}

/// Paths of resources that a request keeps.
const REMEMBERED: usize = 64;

/// The path under which clients get a resource; None when there is no such file.
///
/// Listings name the same picture a thousand times, so a request looks at each file once.
pub fn resource_path(sandbox: &Sandbox, name: &str) -> Option<String> {
    let of = std::ptr::from_ref(sandbox).addr();
    let known = context::with(|context| {
        let found = context.resource_paths.iter().find(|known| known.sandbox == of && known.name == name);
        found.map(|known| known.path.clone())
    });
    if known.is_some() {
        return known;
    }
    let path = look_up(sandbox, name)?;
    context::with(|context| {
        if context.in_request && context.resource_paths.len() < REMEMBERED {
            let known = ResourcePath { sandbox: of, name: name.to_owned(), path: path.clone() };
            context.resource_paths.push(known);
        }
    });
    Some(path)
}

fn look_up(sandbox: &Sandbox, name: &str) -> Option<String> {
    let modified = match find(sandbox, name) {
        Some(resource) => resource.modified(),
        None => elsewhere_in_bundle(sandbox, name)?.modified(),
    };
    let plugin = &sandbox.plugin.bundle.identifier;
    let mut path = format!("/:/plugins/{plugin}/resources/{name}?t={modified}");
    if sandbox.identifier != *plugin {
        path.push_str(&format!("&identifier={}", sandbox.identifier));
    }
    Some(path)
}

/// A resource that the code of a sandbox can use: of its own folders, else of any service with its identifier.
pub fn find(sandbox: &Sandbox, name: &str) -> Option<Resource> {
    let plugin = &sandbox.plugin;
    if sandbox.role == Role::Main {
        // Known without asking the server for other bundles' services; they are searched first.
        let own = plugin.state::<OwnServices>();
        let folders = own.folders.get_or_init(|| own_service_folders(plugin));
        if let Some(found) = in_folders(folders, name) {
            return Some(found);
        }
    }
    sandbox.resources.find(name).or_else(|| of_services(plugin, &sandbox.identifier, name))
}

/// Folders with resources of the services in the plug-in's own bundle that belong to the plug-in itself.
#[derive(Default)]
struct OwnServices {
    folders: OnceLock<Vec<PathBuf>>,
}

fn own_service_folders(plugin: &Plugin) -> Vec<PathBuf> {
    let (entry, _) = declared::entry(&plugin.bundle);
    let (found, _) = declared::declarations(&plugin.bundle.identifier, &entry);
    let mut folders: Vec<PathBuf> = Vec::new();
    for declaration in found.iter().filter(|found| found.identifier == plugin.bundle.identifier) {
        let folder = declaration.root(&plugin.bundle.path).join("Resources");
        if !folders.contains(&folder) && folder.is_dir() {
            folders.push(folder);
        }
    }
    folders
}

/// A resource of the services with an identifier.
fn of_services(plugin: &Plugin, identifier: &str, name: &str) -> Option<Resource> {
    in_folders(&services::registry::of(plugin).resource_folders(identifier), name)
}

fn in_folders(folders: &[PathBuf], name: &str) -> Option<Resource> {
    let relative = resources::safe_relative(name)?;
    folders.iter().map(|folder| folder.join(&relative)).find(|file| file.is_file()).map(Resource::File)
}

/// A file of the bundle outside its resources (`../Info.plist`): it has a path as in the original, but requests for it
/// are not answered.
fn elsewhere_in_bundle(sandbox: &Sandbox, name: &str) -> Option<Resource> {
    if !name.contains("..") {
        return None;
    }
    let bundle = &sandbox.plugin.bundle;
    let file = bundle.resources().join(name).canonicalize().ok()?;
    let inside = file.starts_with(bundle.path.canonicalize().ok()?);
    (inside && file.is_file()).then_some(Resource::File(file))
}

/// The address of a hosted picture.
pub fn hosted_url(plugin: &Plugin, kind: &str, group: &str, identifier: &str, extension: &str) -> String {
    let file = format!("{identifier}.{extension}");
    let hash = plugin.state::<ResourceHashes>().get(kind, group, &file);
    format!("http://resources-cdn.plexapp.com/{kind}/{group}/{file}?h={}", hash.as_deref().unwrap_or("None"))
}

/// The address of the plug-in's own hosted picture; None where its hash is not known.
pub fn known_hosted_url(plugin: &Plugin, kind: &str, group: &str) -> Option<String> {
    let file = format!("{}.jpg", plugin.bundle.identifier);
    let hash = plugin.state::<ResourceHashes>().get_if_begun(kind, group, &file)?;
    Some(format!("http://resources-cdn.plexapp.com/{kind}/{group}/{file}?h={hash}"))
}

fn path_function(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &'static str, deprecated: bool) -> PyObjectRef {
    let sandbox = Arc::downgrade(sandbox);
    let parameters: &'static Parameters = if deprecated { &SHARED_PATH } else { &PATH };
    let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let values = parameters.bind(vm, args)?;
        match sandbox.upgrade() {
            Some(sandbox) => path_object(vm, &sandbox, values.first().and_then(Option::as_ref), deprecated),
            None => Ok(vm.ctx.none()),
        }
    };
    vm.new_function(name, function).into()
}

fn path_object(vm: &VirtualMachine, sandbox: &Sandbox, name: Option<&PyObjectRef>, deprecated: bool) -> PyResult {
    if deprecated {
        tracing::warn!("Shared resources are deprecated: use R instead of S");
    }
    let name = match name {
        Some(name) if !vm.is_none(name) => text::unicode_of(vm, name)?,
        _ => return Ok(vm.ctx.none()),
    };
    Ok(match resource_path(sandbox, &name) {
        Some(path) => text::native(vm, &path),
        None => vm.ctx.none(),
    })
}

static PATH: Parameters = Parameters { function: "ExternalPath", names: &["itemname"], required: 1 };
static SHARED_PATH: Parameters = Parameters { function: "SharedExternalPath", names: &["itemname"], required: 1 };
static LOAD: Parameters = Parameters { function: "Load", names: &["itemname", "binary"], required: 1 };
static LOAD_SHARED: Parameters = Parameters { function: "LoadShared", names: &["itemname", "binary"], required: 1 };
static GUESS: Parameters = Parameters { function: "GuessMimeType", names: &["path"], required: 1 };
static ADD: Parameters = Parameters { function: "AddMimeType", names: &["mimetype", "extension"], required: 2 };
static FALLBACK: Parameters =
    Parameters { function: "ContentsOfURLWithFallback", names: &["url", "fallback", "hosted_fallback"], required: 1 };

static HOSTED: Parameters =
    Parameters { function: "Hosted", names: &["type", "group", "identifier", "ext"], required: 2 };

/// A picture or page on the framework's own web server, whose address is put together when it is asked for.
#[pyclass(module = "Framework.components.runtime", name = "HostedResource")]
#[derive(PyPayload)]
pub struct HostedResource {
    plugin: Arc<Plugin>,
    kind: String,
    group: String,
    identifier: String,
    extension: String,
}

impl std::fmt::Debug for HostedResource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HostedResource({}/{}/{})", self.kind, self.group, self.identifier)
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl HostedResource {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let Some(hosted) = zelf.downcast_ref::<HostedResource>() else { return zelf.repr(vm) };
        let address = hosted_url(&hosted.plugin, &hosted.kind, &hosted.group, &hosted.identifier, &hosted.extension);
        let value = text::native(vm, &address);
        value.downcast::<PyStr>().map_err(|_| vm.new_type_error("__str__ returned non-string"))
    }
}

/// `Resource`.
#[pyclass(module = false, name = "ResourceKit")]
#[derive(PyPayload)]
pub struct ResourceKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for ResourceKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResourceKit")
    }
}

/// The value of a parameter that must be given.
fn given(values: &[Option<PyObjectRef>], index: usize, vm: &VirtualMachine) -> PyObjectRef {
    values.get(index).cloned().flatten().unwrap_or_else(|| vm.ctx.none())
}

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl ResourceKit {
    #[pymethod(name = "ExternalPath")]
    fn external_path(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = PATH.bind(vm, args)?;
        path_object(vm, &zelf.sandbox, values.first().and_then(Option::as_ref), false)
    }

    #[pymethod(name = "SharedExternalPath")]
    fn shared_external_path(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = SHARED_PATH.bind(vm, args)?;
        path_object(vm, &zelf.sandbox, values.first().and_then(Option::as_ref), true)
    }

    #[pymethod(name = "Load")]
    fn load(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = LOAD.bind(vm, args)?;
        load(vm, &zelf.sandbox, &given(&values, 0, vm))
    }

    #[pymethod(name = "LoadShared")]
    fn load_shared(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = LOAD_SHARED.bind(vm, args)?;
        tracing::warn!("Shared resources are deprecated: use Resource.Load instead of Resource.LoadShared");
        load(vm, &zelf.sandbox, &given(&values, 0, vm))
    }

    #[pymethod(name = "GuessMimeType")]
    fn guess_mime_type(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = GUESS.bind(vm, args)?;
        match text::text_of(vm, &given(&values, 0, vm))? {
            Some(path) => Ok(text::native(vm, &mime_type(&zelf.sandbox.plugin, &path))),
            None => Err(vm.new_type_error("expected string or buffer")),
        }
    }

    #[pymethod(name = "AddMimeType")]
    fn add_mime_type(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, zelf.sandbox.policy, Visibility::BundleNotModern, "ResourceKit")?;
        let values = ADD.bind(vm, args)?;
        let mime = text::unicode_of(vm, &given(&values, 0, vm))?;
        let extension = text::unicode_of(vm, &given(&values, 1, vm))?;
        let extension = if extension.starts_with('.') { extension } else { format!(".{extension}") };
        zelf.sandbox.plugin.state::<MimeTypes>().by_extension.write().insert(extension, mime);
        Ok(())
    }

    #[pymethod(name = "Hosted")]
    fn hosted(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = HOSTED.bind(vm, args)?;
        let part = |index: usize| -> PyResult<Option<String>> {
            let value = values.get(index).cloned().flatten().filter(|value| !vm.is_none(value));
            value.map(|value| text::unicode_of(vm, &value)).transpose()
        };
        let kind = part(0)?.unwrap_or_default();
        let extension = part(3)?.unwrap_or_else(|| if kind == "html" { "html" } else { "jpg" }.to_owned());
        let hosted = HostedResource {
            plugin: Arc::clone(&zelf.sandbox.plugin),
            group: part(1)?.unwrap_or_default(),
            identifier: part(2)?.unwrap_or_else(|| zelf.sandbox.identifier.clone()),
            extension,
            kind,
        };
        let _ = HostedResource::make_static_type();
        Ok(hosted.into_pyobject(vm))
    }

    #[pymethod(name = "ContentsOfURLWithFallback")]
    fn contents_of_url_with_fallback(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = FALLBACK.bind(vm, args)?;
        let optional = |index: usize| values.get(index).cloned().flatten().filter(|value| !vm.is_none(value));
        let urls = urls_argument(vm, &given(&values, 0, vm))?;
        let sandbox = &zelf.sandbox;
        let plugin = &sandbox.plugin.bundle.identifier;
        let mut path = format!("/:/plugins/{plugin}/resources/contentWithFallback?urls={urls}");
        let mut add =
            |name: &str, value: &str| path.push_str(&format!("&{name}={}", quote_plus(value.as_bytes(), b"")));
        if let Some(fallback) = optional(1) {
            add("fallback", &text::unicode_of(vm, &fallback)?);
        }
        if sandbox.identifier != *plugin {
            add("identifier", &sandbox.identifier);
        }
        if let Some(hosted) = optional(2) {
            let Some(parts) = hosted.downcast_ref::<PyTuple>() else {
                let class = hosted.class().name().to_string();
                return Err(library_type_error(vm, format!("'{class}' object does not support indexing")));
            };
            if parts.len() < 2 {
                return Err(vm.new_index_error("tuple index out of range"));
            }
            for (name, part) in ["hosted_type", "hosted_group", "hosted_identifier"].iter().zip(parts.as_slice()) {
                if !vm.is_none(part) {
                    add(name, &text::unicode_of(vm, part)?);
                }
            }
        }
        Ok(text::new_unicode(vm, &path))
    }
}

/// The `urls` of a fallback path: each quoted, joined with commas, quoted again.
fn urls_argument(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    let list: Vec<PyObjectRef> = if text::is_basestring(value) {
        vec![value.to_owned()]
    } else if let Some(list) = value.downcast_ref::<PyList>() {
        list.borrow_vec().to_vec()
    } else {
        return Ok("__NONE__".to_owned());
    };
    let quoted = list.iter().map(|url| Ok(quote(&url_bytes(vm, url)?, b"/"))).collect::<PyResult<Vec<String>>>()?;
    Ok(quote_plus(quoted.join(",").as_bytes(), b""))
}

/// The content type for a file name, with what the plug-in added.
pub fn mime_type(plugin: &Plugin, name: &str) -> String {
    // What a file is packed with does not count.
    let packed = [".gz", ".bz2", ".Z"].iter().find_map(|suffix| name.strip_suffix(suffix));
    let name = packed.filter(|inner| inner.contains('.')).unwrap_or(name);
    let extension = resources::extension(name);
    let added = plugin.state::<MimeTypes>().by_extension.read().get(&extension).cloned();
    added.unwrap_or_else(|| resources::mime_type(name).to_owned())
}

fn load(vm: &VirtualMachine, sandbox: &Sandbox, name: &PyObject) -> PyResult {
    let name = text::unicode_of(vm, name)?;
    let found = find(sandbox, &name).map(|resource: Resource| resource.load());
    Ok(match found {
        Some(Ok(bytes)) => text::new_str(vm, &bytes),
        Some(Err(error)) => {
            tracing::error!(critical = true, "Exception reading the resource {name}: {error}");
            vm.ctx.none()
        }
        None => vm.ctx.none(),
    })
}

/// `/resources/NAME`.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    let Some(sandbox) = call.plugin.main_sandbox() else { return Outcome::not_found() };
    let name = call.text("itemname").unwrap_or_default();
    // An identifier names a service; the plug-in's own is none.
    let found = match call.text("identifier") {
        Some(identifier) => {
            let set = services::registry::of(call.plugin);
            let known = set.declared().iter().any(|service| service.declaration.identifier == identifier);
            let found = || of_services(call.plugin, &identifier, &name).or_else(|| resources::built_in(&name));
            if known { found() } else { None }
        }
        None => find(&sandbox, &name),
    };
    Ok(Outcome::Ready(file(call.plugin, &name, found)))
}

/// A resource as an answer; an empty or absent file is 404.
fn file(plugin: &Plugin, name: &str, found: Option<Resource>) -> Response {
    match found.map(|resource| resource.load()) {
        Some(Ok(bytes)) if !bytes.is_empty() => {
            Response::with_type(200, "Content-Type", &mime_type(plugin, name), bytes)
        }
        _ => Response::empty(404),
    }
}

/// `/resources/contentWithFallback`: redirects to the first URL that works, else to the fallback.
pub fn answer_with_fallback(call: Call<'_>) -> PyResult<Outcome> {
    let Some(sandbox) = call.plugin.main_sandbox() else { return Outcome::not_found() };
    let urls = call.text("urls").filter(|urls| urls != "__NONE__").unwrap_or_default();
    for url in urls.split(',').filter(|url| !url.is_empty()) {
        let bytes: Vec<u8> = percent_encoding::percent_decode_str(url).collect();
        let latin1 = |error: std::string::FromUtf8Error| error.as_bytes().iter().copied().map(char::from).collect();
        let url = String::from_utf8(bytes).unwrap_or_else(latin1);
        if works(call.vm, call.plugin, &url) {
            return Ok(redirect(call.plugin, &url));
        }
    }
    if let Some(fallback) = call.text("fallback") {
        return match resource_path(&sandbox, &fallback) {
            Some(path) => Ok(redirect(call.plugin, &path)),
            None => Outcome::not_found(),
        };
    }
    let (kind, group) = match (call.text("hosted_type"), call.text("hosted_group")) {
        (Some(kind), Some(group)) => (kind, group),
        _ => ("image".to_owned(), "source".to_owned()),
    };
    let identifier = call.text("hosted_identifier").unwrap_or_else(|| sandbox.identifier.clone());
    let extension = if kind == "html" { "html" } else { "jpg" };
    Ok(redirect(call.plugin, &hosted_url(call.plugin, &kind, &group, &identifier, extension)))
}

/// A redirect, which old servers only understand as a permanent one.
fn redirect(plugin: &Plugin, location: &str) -> Outcome {
    let version = platform::known_server_attribute(plugin, "version");
    let old = version.is_some_and(|version| !platform::version_at_least(&version, &[0, 9, 6, 6]));
    Outcome::Ready(dispatch::redirect(location, if old { 301 } else { 302 }))
}

/// Whether a URL answers: HEAD, else GET. A redirect of either is followed with GET.
fn works(vm: &VirtualMachine, plugin: &Plugin, url: &str) -> bool {
    let network = plugin.state::<Network>();
    let headers = vec![
        ("User-Agent".to_owned(), USER_AGENT.into()),
        ("Connection".to_owned(), b"close".to_vec()),
        ("Accept-Encoding".to_owned(), b"gzip".to_vec()),
    ];
    ["HEAD", "GET"].iter().any(|method| {
        let plan = Plan {
            method: (*method).to_owned(),
            url: url.to_owned(),
            headers: headers.clone(),
            body: None,
            timeout: http_options::default_timeout(&network),
            follow_redirects: true,
            cache_time: None,
            sleep: 0.0,
        };
        vm.allow_threads(|| network.fetch(&plan)).is_ok()
    })
}

/// `/resourceHashes`: the hashes as the media server gave them.
pub fn answer_hashes(call: Call<'_>) -> PyResult<Outcome> {
    match call.plugin.state::<ResourceHashes>().all() {
        Some(hashes) => Ok(Outcome::Ready(Response::text(hashes))),
        None => Outcome::not_found(),
    }
}
