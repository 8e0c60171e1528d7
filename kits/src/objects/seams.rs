//! What the object classes need from the other kits, in one place.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::class::ClassData;
use super::urls;
use crate::errors;
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;

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
    urls::callback_of(object, vm)
}

/// Whether an object is a callback that must be resolved before it plays.
pub fn is_indirect(vm: &VirtualMachine, object: &PyObject) -> bool {
    callback(vm, object).is_some_and(|callback| callback.indirect)
}

/// Whether an object is a localised string or the like, whose text is looked up when it is asked for.
pub fn is_lazy_text(_vm: &VirtualMachine, object: &PyObject) -> bool {
    const TYPES: &[&str] = &["LocalString", "LocalStringPair", "LocalStringFormatter", "Formatter", "HostedResource"];
    TYPES.contains(&&*object.class().name())
}

/// The path under which clients get a resource; None when there is no such file.
pub fn resource_path(_vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &str) -> PyResult<Option<String>> {
    Ok(crate::resourcekit::resource_path(sandbox, name))
}

/// The address of a hosted picture of the sandbox's own identifier.
pub fn hosted_image(_vm: &VirtualMachine, sandbox: &Arc<Sandbox>, kind: &str, group: &str) -> PyResult<String> {
    Ok(format!("http://resources-cdn.plexapp.com/{kind}/{group}/{}.jpg?h=None", sandbox.identifier))
}

/// Whether the plug-in is an agent, whose metadata objects may name a file.
pub fn is_agent(_class: &ClassData) -> bool {
    false
}

/// `CFBundleIdentifier`.
pub fn plugin_identifier(plugin: &Plugin) -> String {
    plugin.bundle.identifier.clone()
}

/// The texts of a list in Info.plist; empty when it is not there.
pub fn plist_texts(_plugin: &Plugin, _key: &str) -> Vec<String> {
    Vec::new()
}

/// The name of the first registered prefix handler, in the request's language.
pub fn first_handler_name(_vm: &VirtualMachine, _plugin: &Plugin) -> PyResult<Option<String>> {
    Ok(None)
}

/// Whether the plug-in, or a service with its identifier, has preferences.
pub fn prefs_exist(plugin: &Plugin) -> bool {
    crate::prefskit::exist(plugin) || super::services::has_prefs(plugin, &plugin_identifier(plugin))
}

/// The time of the media flags' table, in seconds, if the server has one.
pub fn media_tag_version(_plugin: &Plugin) -> Option<u64> {
    None
}

/// The attributes that a view group gives a container; None when the plug-in registered no group with this name.
pub fn view_group(
    _vm: &VirtualMachine,
    _plugin: &Plugin,
    _name: &str,
) -> PyResult<Option<Vec<(&'static str, String)>>> {
    Ok(None)
}

/// The number of a view mode.
pub fn view_mode(_name: &str) -> Option<i64> {
    None
}

/// The prefix of the running request, else the plug-in's first.
pub fn current_prefix(_plugin: &Plugin) -> String {
    crate::context::with(|context| context.prefix.clone()).unwrap_or_default()
}

/// The address of a function by its name, with packed arguments.
pub fn function_url(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    function: &PyObject,
    extension: Option<&str>,
    _arguments: &Py<PyDict>,
) -> PyResult<String> {
    let name = reprise_vm_glue::runtime::text::unicode_of(vm, &*function.get_attr("__name__", vm)?)?;
    let extension = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
    Ok(format!("{}/:/function/{name}{extension}?function_args=", current_prefix(&sandbox.plugin)))
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
    let mut traceback = String::new();
    // Writing to a String cannot fail.
    let _ = vm.write_exception(&mut traceback, error);
    tracing::error!("{message}: {traceback}");
}
