//! What happens around the call of a prefix handler (`spec/protocol.md` §6.3).

use std::sync::Arc;

use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use crate::arguments::Arguments;
use crate::platform;
use crate::plugin::Plugin;
use crate::prefixes::{self, Prefixes};
use crate::requestkit::request_header;

/// The plug-in of the server itself, which is never told that its client is unsupported.
const SYSTEM: &str = "com.plexapp.system";

/// Calls a prefix handler with the arguments of the query, unconverted.
pub fn call(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    number: usize,
    function: &PyObjectRef,
    arguments: Arguments,
) -> PyResult {
    if let Some(wanted) = &plugin.bundle.info.minimum_server_version
        && let Some(version) = platform::server_attribute(vm, plugin, "version")
    {
        let numbers: Vec<u64> = wanted.split('.').map(|part| part.parse().unwrap_or(0)).collect();
        if !platform::version_at_least(&version, &numbers) {
            let message =
                prefixes::localise(vm, plugin, "This channel requires Plex Media Server version %s or greater.")?;
            return notice(
                vm,
                plugin,
                &prefixes::localise(vm, plugin, "Update required")?,
                &message.replacen("%s", wanted, 1),
            );
        }
    }
    let result = function.call(arguments.into_call(), vm)?;
    let exclusions = &plugin.bundle.info.platform_exclusions;
    let platform = request_header("X-Plex-Platform").or_else(|| request_header("X-Plex-Client-Platform"));
    let unsupported = platform.is_some_and(|platform| exclusions.contains(&platform));
    if unsupported
        && !plugin.is_daemon()
        && plugin.bundle.identifier != SYSTEM
        && &*result.class().name() == "MediaContainer"
    {
        let handler = plugin.state::<Prefixes>().handlers.read().get(number).cloned();
        let name = match handler {
            Some(handler) => prefixes::name_of(vm, plugin, &handler)?,
            None => String::new(),
        };
        let message = format!("You can still access {name}, but you may encounter unexpected problems.");
        result.set_attr("header", text::native(vm, "This app isn't supported"), vm)?;
        result.set_attr("message", text::native(vm, &message), vm)?;
    }
    Ok(result)
}

/// An empty container that tells the user something.
fn notice(vm: &VirtualMachine, plugin: &Arc<Plugin>, header: &str, message: &str) -> PyResult {
    let Some(sandbox) = plugin.main_sandbox() else { return Ok(vm.ctx.none()) };
    let container = sandbox.globals.get_item("ObjectContainer", vm)?.call((), vm)?;
    container.set_attr("header", text::native(vm, header), vm)?;
    container.set_attr("message", text::native(vm, message), vm)?;
    Ok(container)
}
