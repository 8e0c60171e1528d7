//! Messages between plug-ins (`spec/messaging-services.md` §2 and §4): functions that the server and other plug-ins call
//! by name, calls of other plug-ins' functions, and notifications.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use rustpython_vm::builtins::{PyDict, PyList, PyTuple};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;
use reprise_vm_glue::threads;

use crate::agents::system::{lookup, table};
use crate::builtin::{Call, Outcome};
use crate::cereal::{safe_decode, safe_encode};
use crate::context;
use crate::dispatch::Response;
use crate::media_server::{self, BASE};
use crate::objects::seams;
use crate::plugin::Plugin;
use crate::startup::SYSTEM;
use crate::{agents, pack, server_request};

/// A function of the framework that messages call.
pub struct InternalFunction {
    pub name: &'static str,
    /// Only the server's own plug-in has it.
    pub system: bool,
    pub call: fn(&VirtualMachine, &Arc<Plugin>, FuncArgs) -> PyResult,
}

/// Every function of the framework that messages call, one line each.
static INTERNAL: &[InternalFunction] = &[
    InternalFunction { name: "_AgentKit:Search", system: false, call: agents::search::answer },
    InternalFunction { name: "_AgentKit:UpdateMetadata", system: false, call: agents::update::answer },
    InternalFunction { name: "_AgentKit:EraseMetadata", system: false, call: agents::update::answer_erase },
    InternalFunction { name: "_AgentService:UpdateInfo", system: true, call: table::answer_update_info },
    InternalFunction { name: "_AgentService:Search", system: true, call: lookup::answer_service },
];

/// What a plug-in's code offers to others.
#[derive(Default)]
pub struct Messages {
    /// Functions by their message names (`MessageKit:NAME`).
    functions: RwLock<HashMap<String, PyObjectRef>>,
    /// Functions that notifications call, by the notifications' keys.
    responders: RwLock<HashMap<String, Vec<PyObjectRef>>>,
}

impl Messages {
    /// Makes a function callable under a message name.
    pub fn expose(&self, name: String, function: PyObjectRef) {
        self.functions.write().insert(name, function);
    }
}

/// The identifier that a short form stands for: `..x` is `com.plexapp.x`, `.x` a sister of the plug-in itself.
pub fn expand(plugin: &Plugin, target: &str) -> String {
    if let Some(name) = target.strip_prefix("..") {
        return format!("com.plexapp.{name}");
    }
    match (target.strip_prefix('.'), plugin.bundle.identifier.rsplit_once('.')) {
        (Some(name), Some((family, _))) => format!("{family}.{name}"),
        (Some(name), None) => name.to_owned(),
        (None, _) => target.to_owned(),
    }
}

// ---- answering -------------------------------------------------------------------------------------------------

/// Message arguments that cannot be read: the original answers with an empty page.
fn unreadable() -> Outcome {
    Outcome::Ready(Response::with_type(200, "Content-Type", "text/html", Vec::new()))
}

/// Name, positional arguments and keywords of a message.
struct Message {
    name: String,
    args: FuncArgs,
}

fn read(call: &Call<'_>) -> Option<Message> {
    let name = safe_decode(call.text("name")?.as_bytes()).ok()?;
    let args = unpacked_arguments(call.vm, &call.text("args")?, &call.text("kwargs")?)?;
    Some(Message { name: String::from_utf8_lossy(&name).into_owned(), args })
}

fn unpacked_arguments(vm: &VirtualMachine, args: &str, kwargs: &str) -> Option<FuncArgs> {
    let args = pack::unpack(vm, args).ok()?;
    let positional = if let Some(list) = args.downcast_ref::<PyList>() {
        list.borrow_vec().to_vec()
    } else {
        args.downcast_ref::<PyTuple>()?.as_slice().to_vec()
    };
    let kwargs = pack::unpack(vm, kwargs).ok()?;
    let keywords = keywords(vm, kwargs.downcast_ref::<PyDict>()?).ok()?;
    Some(FuncArgs::new(positional, keywords.into_iter().collect::<KwArgs>()))
}

/// A dictionary as the keywords of a call.
pub fn keywords(vm: &VirtualMachine, dict: &Py<PyDict>) -> PyResult<Vec<(String, PyObjectRef)>> {
    let mut named = Vec::new();
    for (name, value) in dict.to_owned() {
        let Some(name) = text::text_of(vm, &name)? else {
            return Err(vm.new_type_error("keywords must be strings"));
        };
        named.push((name, value));
    }
    Ok(named)
}

/// `/messaging/function/{name}/{args}/{kwargs}`.
pub fn answer_function(call: Call<'_>) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    let Some(message) = read(&call) else { return Ok(unreadable()) };
    let result = match find(plugin, &message.name) {
        Some(Target::Internal(function)) => function(vm, plugin, message.args),
        Some(Target::Exposed(function)) => function.call(message.args, vm),
        None => {
            tracing::error!("No function named '{}' is exposed", message.name);
            return Outcome::not_found();
        }
    };
    match result.and_then(|result| pack::pack(vm, &result)) {
        Ok(packed) => Ok(Outcome::Ready(Response::text(packed))),
        Err(exception) => {
            seams::log_exception(vm, "Exception in _process_function_call", &exception);
            Outcome::not_found()
        }
    }
}

enum Target {
    Internal(fn(&VirtualMachine, &Arc<Plugin>, FuncArgs) -> PyResult),
    Exposed(PyObjectRef),
}

fn find(plugin: &Plugin, name: &str) -> Option<Target> {
    let is_system = plugin.bundle.identifier == SYSTEM;
    if let Some(function) = INTERNAL.iter().find(|function| function.name == name && (is_system || !function.system)) {
        return Some(Target::Internal(function.call));
    }
    plugin.state::<Messages>().functions.read().get(name).cloned().map(Target::Exposed)
}

/// `/messaging/event/{name}/{args}/{kwargs}`: starts the functions that wait for the notification; always 404.
pub fn answer_event(call: Call<'_>) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    let Some(message) = read(&call) else { return Ok(unreadable()) };
    let responders = plugin.state::<Messages>().responders.read().get(&message.name).cloned().unwrap_or_default();
    let Some(sandbox) = plugin.main_sandbox() else { return Outcome::not_found() };
    for responder in responders {
        let args = match notified(vm, &responder, &message.args) {
            Ok(args) => args,
            Err(exception) => {
                seams::log_exception(vm, "Exception in event responder", &exception);
                continue;
            }
        };
        let (machine, sandbox) = (vm.new_thread(), Arc::clone(&sandbox));
        let run = move || {
            machine.run(move |vm| {
                context::bind(context::Context::default(), || {
                    if let Err(exception) = sandbox.enter(|| responder.call(args, vm)) {
                        seams::log_exception(vm, "Exception in event responder", &exception);
                    }
                });
            });
        };
        if let Err(error) = threads::spawn("event", run) {
            tracing::error!("Cannot start a thread for an event: {error}");
        }
    }
    Outcome::not_found()
}

/// The arguments for a responder. The original gave three keywords, and functions that are written for that exist; all
/// others get what was sent.
fn notified(vm: &VirtualMachine, responder: &PyObject, sent: &FuncArgs) -> PyResult<FuncArgs> {
    let takes_keywords = agents::signature::takes_any_keyword(vm, responder)
        || agents::signature::has_parameter(vm, responder, "important");
    if !takes_keywords {
        return Ok(sent.clone());
    }
    let kwargs = vm.ctx.new_dict();
    for (name, value) in &sent.kwargs {
        kwargs.set_item(&*text::native(vm, &name.to_string_lossy()), value.clone(), vm)?;
    }
    let named: Vec<(String, PyObjectRef)> = vec![
        ("args".to_owned(), vm.ctx.new_tuple(sent.args.clone()).into()),
        ("kwargs".to_owned(), kwargs.into()),
        ("important".to_owned(), vm.ctx.new_bool(true).into()),
    ];
    Ok(FuncArgs::new(Vec::new(), named.into_iter().collect::<KwArgs>()))
}

/// `/messaging/wait`: tells others that the plug-in runs.
pub fn answer_wait(call: Call<'_>) -> PyResult<Outcome> {
    let packed = pack::pack(call.vm, call.vm.ctx.true_value.as_ref())?;
    Ok(Outcome::Ready(Response::text(packed)))
}

// ---- sending ---------------------------------------------------------------------------------------------------

/// Calls a function of another plug-in and waits for its result, without a limit. The server's errors are HTTPError.
pub fn call(
    vm: &VirtualMachine,
    plugin: &Plugin,
    target: &str,
    name: &str,
    args: &PyObject,
    kwargs: &PyObject,
) -> PyResult {
    let url = call_url(vm, plugin, target, name, args, kwargs)?;
    let body = server_request::fetch(vm, plugin, url, None)?;
    pack::unpack(vm, &String::from_utf8_lossy(&body))
}

/// The address at which the media server passes a call on to another plug-in.
pub fn call_url(
    vm: &VirtualMachine,
    plugin: &Plugin,
    target: &str,
    name: &str,
    args: &PyObject,
    kwargs: &PyObject,
) -> PyResult<String> {
    Ok(format!(
        "{BASE}/:/plugins/{}/messaging/function/{}/{}/{}",
        expand(plugin, target),
        safe_encode(name.as_bytes()),
        pack::pack(vm, args)?,
        pack::pack(vm, kwargs)?
    ))
}

/// Whether a plug-in answers messages now.
pub fn is_running(vm: &VirtualMachine, plugin: &Plugin, target: &str, timeout: Option<std::time::Duration>) -> bool {
    let url = format!("{BASE}/:/plugins/{}/messaging/wait", expand(plugin, target));
    server_request::fetch(vm, plugin, url, timeout).is_ok()
}

/// Subscribes a function to a notification of another plug-in.
pub fn subscribe(plugin: &Plugin, source: &str, name: &str, function: PyObjectRef) {
    let key = event_key(&expand(plugin, source), name);
    let url = format!(
        "{BASE}/system/messaging/register_for_event/{}/{}",
        plugin.bundle.identifier,
        safe_encode(key.as_bytes())
    );
    plugin.state::<Messages>().responders.write().entry(key).or_default().push(function);
    send(url);
}

/// Sends a notification to all plug-ins that wait for it.
pub fn notify(vm: &VirtualMachine, plugin: &Plugin, name: &str, args: FuncArgs) -> PyResult<()> {
    let kwargs = vm.ctx.new_dict();
    for (keyword, value) in args.kwargs {
        kwargs.set_item(&*text::native(vm, &keyword.to_string_lossy()), value, vm)?;
    }
    let identifier = &plugin.bundle.identifier;
    let args: PyObjectRef = vm.ctx.new_tuple(args.args).into();
    send(format!(
        "{BASE}/system/messaging/broadcast_event/{identifier}/{}/{}/{}",
        safe_encode(event_key(identifier, name).as_bytes()),
        pack::pack(vm, &args)?,
        pack::pack(vm, kwargs.as_ref())?
    ));
    Ok(())
}

fn event_key(source: &str, name: &str) -> String {
    format!("Notification:{source}:{name}")
}

/// Sends a request whose result nobody waits for.
pub fn send(url: String) {
    let started = std::thread::Builder::new().name("message".to_owned()).spawn(move || {
        if let Err(error) = media_server::get(&url, None) {
            tracing::debug!("A message could not be sent: {error}");
        }
    });
    if let Err(error) = started {
        tracing::error!("Cannot start a thread for a message: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::testing;

    #[test]
    fn identifiers_are_expanded() {
        let (_folder, plugin) = testing::plugin("", "");
        assert_eq!(expand(&plugin, "..system"), "com.plexapp.system");
        assert_eq!(expand(&plugin, ".other"), "org.example.other");
        assert_eq!(expand(&plugin, "a.b"), "a.b");
    }
}
