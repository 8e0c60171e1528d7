//! What the object classes need from the other kits, in one place.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use super::class::ClassData;
use super::urls;
use crate::callback::{self, CallbackString};
use crate::errors;
use crate::localekit::LocalString;
use crate::plugin::Plugin;
use crate::prefixes::{self, Prefixes};
use crate::resourcekit::HostedResource;
use crate::runtimekit::{VIEW_MODES, ViewGroups};
use crate::sandbox::Sandbox;
use crate::{prefskit, resourcekit};

/// The protocol that a typed URL stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    WebKit,
    Hls,
    Rtmp,
    Embed,
}

/// What a callback string knows besides its text.
#[derive(Clone, Debug, Default)]
pub struct Callback {
    pub indirect: bool,
    pub post_url: Option<PyObjectRef>,
    pub post_headers: Option<PyObjectRef>,
}

/// What an object that is a callback string, or a typed URL made from one, knows; None for other objects.
pub fn callback(vm: &VirtualMachine, object: &PyObject) -> Option<Callback> {
    if let Some(known) = callback::callback_of(vm, object) {
        let CallbackString { indirect, post_url, post_headers } = known;
        return Some(Callback { indirect, post_url: Some(post_url), post_headers: Some(post_headers) });
    }
    urls::callback_of(object, vm)
}

/// Whether an object is a callback that must be resolved before it plays.
pub fn is_indirect(vm: &VirtualMachine, object: &PyObject) -> bool {
    callback(vm, object).is_some_and(|callback| callback.indirect)
}

/// The address of a callback as clients can use it. The text of an indirect callback without arguments has its mark
/// behind a `&` though there is no query, and would not find its function.
pub fn resolvable<'a>(vm: &VirtualMachine, object: &PyObject, address: Cow<'a, str>) -> Cow<'a, str> {
    const MARK: &str = "&indirect=1";
    if address.contains(MARK) && !address.contains('?') && is_indirect(vm, object) {
        return Cow::Owned(address.replacen(MARK, "?indirect=1", 1));
    }
    address
}

/// Whether an object is a localised string or the like, whose text is looked up when it is asked for.
pub fn is_lazy_text(object: &PyObject) -> bool {
    object.downcastable::<LocalString>() || object.downcastable::<HostedResource>()
}

/// The text of such an object; None for others.
pub fn lazy_text(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<String>> {
    match object.downcast_ref::<LocalString>() {
        // What its `__unicode__` gives, without looking that up.
        Some(local) => local.text(vm).map(Some),
        None if is_lazy_text(object) => text::unicode_of(vm, object).map(Some),
        None => Ok(None),
    }
}

/// The path under which clients get a resource; None when there is no such file.
pub fn resource_path(_vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &str) -> PyResult<Option<String>> {
    Ok(resourcekit::resource_path(sandbox, name))
}

/// The address of a hosted picture of the sandbox's own identifier.
pub fn hosted_image(_vm: &VirtualMachine, sandbox: &Arc<Sandbox>, kind: &str, group: &str) -> PyResult<String> {
    Ok(resourcekit::hosted_url(&sandbox.plugin, kind, group, &sandbox.identifier, "jpg"))
}

/// Whether the plug-in is an agent, whose metadata objects may name a file.
pub fn is_agent(class: &ClassData) -> bool {
    class.sandbox().is_some_and(|sandbox| sandbox.plugin.bundle.info.plugin_class == "Agent")
}

/// `CFBundleIdentifier`.
pub fn plugin_identifier(plugin: &Plugin) -> &str {
    &plugin.bundle.identifier
}

/// The name of the first registered prefix handler, in the request's language.
pub fn first_handler_name(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<Option<String>> {
    let first = plugin.state::<Prefixes>().handlers.read().first().cloned();
    first.map(|handler| prefixes::name_of(vm, plugin, &handler)).transpose()
}

/// Whether the plug-in, or a service with its identifier, has preferences.
pub fn prefs_exist(plugin: &Plugin) -> bool {
    prefskit::exist(plugin)
}

/// The time of the media flags' table, in seconds, if the server has one.
pub fn media_tag_version(plugin: &Plugin) -> Option<u64> {
    let file = plugin.folders.root.join("Plug-ins/Media-Flags.bundle/Contents/Resources/substitutions.xml");
    let modified = file.metadata().and_then(|metadata| metadata.modified()).ok()?;
    modified.duration_since(UNIX_EPOCH).ok().map(|age| age.as_secs())
}

/// The attributes that a view group gives a container; None when the plug-in registered no group with this name.
pub fn view_group(vm: &VirtualMachine, plugin: &Plugin, name: &str) -> PyResult<Option<Vec<(&'static str, String)>>> {
    plugin.state::<ViewGroups>().attributes(vm, name)
}

/// The number of a view mode.
pub fn view_mode(name: &str) -> Option<i64> {
    VIEW_MODES.iter().find(|(there, _)| *there == name).map(|(_, number)| *number)
}

/// The prefix of the running request, else the plug-in's first.
pub fn current_prefix(plugin: &Plugin) -> String {
    prefixes::current(plugin)
}

/// The address of a function by its name, with packed arguments.
pub fn function_url(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    function: &PyObject,
    extension: Option<&str>,
    arguments: &Py<PyDict>,
) -> PyResult<String> {
    let arguments = callback::keywords_from_dict(vm, arguments)?;
    callback::function_path(vm, &sandbox.plugin, function, extension, arguments)
}

/// A header of the running request.
pub fn request_header(name: &str) -> Option<String> {
    crate::context::with(|context| {
        context.headers.iter().find(|(there, _)| there.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    })
}

/// The host that the request names; None for requests over the pipe.
pub fn request_host() -> Option<String> {
    request_header("Host")
}

/// `FrameworkException` with several arguments.
pub fn framework_exception_with(vm: &VirtualMachine, arguments: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    vm.new_exception(errors::class_named(vm, "FrameworkException").to_owned(), arguments)
}

/// A line in the plug-in's log.
pub fn log_error(message: &str) {
    tracing::error!("{message}");
}

pub fn log_warning(message: &str) {
    tracing::warn!("{message}");
}

/// An exception in the plug-in's log, with its traceback.
pub fn log_exception(vm: &VirtualMachine, message: &str, error: &PyBaseExceptionRef) {
    let trace = errors::traceback_of(vm, error);
    let rest = trace.strip_prefix("Traceback (most recent call last):\n").unwrap_or(&trace);
    tracing::error!(critical = true, "{message} (most recent call last):\n{rest}");
}
