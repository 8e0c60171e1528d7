//! From a request to its answer (`spec/protocol.md` §2, `spec/objects.md` §7.6).

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use crate::arguments::Arguments;
use crate::builtin::{self, Call, Outcome};
use crate::context::{self, Context, Posted};
pub use crate::message::{Interface, Request, Response};
use crate::pack;
use crate::plugin::Plugin;
use crate::prefix_call;
use crate::prefixes::Prefixes;
use crate::prefskit;
use crate::query::Target;
use crate::requestkit::{request_header, response_headers};
use crate::response;
use crate::router::{self, Kind, Router};
use crate::routes::Group;
use crate::startup::SYSTEM;
use crate::user_state;

/// Answers one request.
pub fn handle(plugin: &Arc<Plugin>, vm: &VirtualMachine, request: Request) -> Response {
    tracing::debug!("Handling request {} {}", request.method, request.uri);
    let target = Target::parse(&request.uri);
    let mut headers = request.headers;
    let mut query = target.query;
    query.retain(|(name, value)| {
        let token = name == b"auth_token" || name == b"X-Plex-Token";
        if token && let Some(value) = value {
            set(&mut headers, "X-Plex-Token", String::from_utf8_lossy(value).into_owned());
        }
        !token
    });
    let find = |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
    let context = Context {
        locale: find("X-Plex-Language"),
        transaction: find("X-Plex-Transaction-Id"),
        headers,
        method: request.method,
        uri: request.uri,
        body: request.body,
        over_http: matches!(request.interface, Interface::Socket { .. }),
        in_request: true,
        ..Context::default()
    };
    let (answer, _) = context::bind(context, || {
        let work = || answer(plugin, vm, request.interface, target.path.as_deref(), query);
        match plugin.main_sandbox() {
            Some(sandbox) => sandbox.enter(work),
            None => work(),
        }
    });
    answer
}

fn set(headers: &mut Vec<(String, String)>, name: &str, value: String) {
    match headers.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
        Some((_, slot)) => *slot = value,
        None => headers.push((name.to_owned(), value)),
    }
}

/// What decoding a path raises that is not UTF-8.
fn undecodable(vm: &VirtualMachine, uri: &str) -> PyBaseExceptionRef {
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(uri).collect();
    let (start, end) = match std::str::from_utf8(&bytes) {
        Ok(_) => (0, 0),
        Err(error) => (error.valid_up_to(), error.valid_up_to() + error.error_len().unwrap_or(1)),
    };
    let (encoding, reason) = (vm.ctx.new_str("utf8"), vm.ctx.new_str("invalid continuation byte"));
    vm.new_unicode_decode_error(encoding, vm.ctx.new_bytes(bytes), start, end, reason)
}

/// The statuses that can be answered; others become an empty 200 (`spec/protocol.md` §1.6).
const KNOWN_STATUSES: &[u16] = &[
    100, 101, 200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 305, 306, 307, 400, 401, 402, 403, 404, 405,
    406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 500, 501, 502, 503, 504, 505,
];

type Query = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// Everything inside the request's context.
fn answer(
    plugin: &Arc<Plugin>,
    vm: &VirtualMachine,
    interface: Interface,
    path: Option<&str>,
    query: Query,
) -> Response {
    if let Err(exception) = user_state::before(vm, plugin) {
        return response::from_exception(vm, &exception);
    }
    if let Err(exception) = prefskit::header_values(vm) {
        return response::from_exception(vm, &exception);
    }
    let Some(path) = path else {
        let uri = context::with(|context| context.uri.clone());
        return response::from_exception(vm, &undecodable(vm, &uri));
    };
    if path == "/" || path.is_empty() {
        return finish(plugin, vm, Response::text("OK\n"), "str");
    }
    if path == "/:" {
        return Response::empty(500);
    }
    let (kind, mut computed) = match call(plugin, vm, interface, path, query) {
        Ok(Answer::Value(result)) => {
            let kind = rustpython_vm::AsObject::class(&*result).name().to_string();
            (kind, response::from_result(vm, &result))
        }
        Ok(Answer::Ready(response)) => ("str".to_owned(), response),
        Err(exception) => ("Error".to_owned(), response::from_exception(vm, &exception)),
    };
    absolute_location(&mut computed, interface);
    finish(plugin, vm, computed, &kind)
}

enum Answer {
    Value(PyObjectRef),
    Ready(Response),
}

/// What a client has posted: an HTTP answer, headers and all. Where there is no end of headers, the
/// original cuts as if it had been found before the first byte.
fn posted(url: String, posted: &[u8]) -> Posted {
    let end = posted.windows(4).position(|window| window == b"\r\n\r\n");
    let body = posted.get(end.map_or(3, |end| end + 4)..).unwrap_or_default().to_vec();
    let lines = posted.get(..end.unwrap_or(0)).unwrap_or_default().windows(2).filter(|pair| pair == b"\r\n").count();
    Posted { url, body, is_bare: end.is_some() && lines == 0 }
}

/// Finds the route and calls what it leads to.
fn call(plugin: &Arc<Plugin>, vm: &VirtualMachine, interface: Interface, path: &str, query: Query) -> PyResult<Answer> {
    let (mut group, mut route_path) = group_of(path);
    // The media server's own plug-in answers look-ups for clients under paths of its own.
    if plugin.bundle.identifier == SYSTEM
        && let Some(rest) =
            path.strip_prefix("/system").filter(|rest| rest.starts_with("/services/") || rest.starts_with("/agents"))
    {
        (group, route_path) = (Group::Internal, rest);
    }
    if let Some(prefix) = plugin.state::<Prefixes>().of_path(path) {
        if let Some(rest) = path.strip_prefix(&prefix).and_then(|rest| rest.strip_prefix("/:"))
            && rest.starts_with('/')
        {
            group = Group::Internal;
            route_path = rest;
        }
        context::with(|context| context.prefix = Some(prefix));
    }
    let mut arguments = query_arguments(vm, query)?;
    if let Some(url) = arguments.remove("postURL") {
        let url = text::text_of(vm, &url)?.unwrap_or_default();
        context::with(|context| {
            context.method = "GET".to_owned();
            // A client that posts nothing has fetched nothing.
            context.posted = (!context.body.is_empty()).then(|| posted(url, &context.body));
        });
    }
    let method = context::with(|context| context.method.clone());
    let none = || Ok(Answer::Ready(Response::empty(404)));
    if group == Group::Public {
        let router = plugin.state::<Router>();
        let table = router.table.read();
        let found = table.find(group, &method, route_path).map(|(entry, values)| {
            let values: Vec<(String, String)> = values.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
            (entry.target.clone(), values)
        });
        drop(table);
        let Some((target, values)) = found else {
            tracing::error!("Could not find route matching {path}");
            return none();
        };
        return call_target(plugin, vm, &target, with_path(vm, values, arguments));
    }
    let Some((handler, values)) = builtin::find(group, &method, route_path) else {
        tracing::error!("Could not find route matching {path}");
        return none();
    };
    let mut arguments = with_path(vm, values, arguments);
    take_flags(vm, &mut arguments);
    Ok(match handler(Call { plugin, vm, arguments, interface })? {
        Outcome::Value(value) => Answer::Value(value),
        Outcome::Ready(response) => Answer::Ready(response),
    })
}

/// The group of a path, and the part of it that routes of the group match.
fn group_of(path: &str) -> (Group, &str) {
    if let Some(rest) = path.strip_prefix("/:/plugins/") {
        let rest = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
        return (Group::Internal, rest);
    }
    match path.strip_prefix("/:") {
        Some(rest) if rest.starts_with('/') => (Group::Management, rest),
        _ => (Group::Public, path),
    }
}

/// The arguments of a query; `function_args` is unpacked and the others come on top.
fn query_arguments(vm: &VirtualMachine, query: Query) -> PyResult<Arguments> {
    let mut arguments = Arguments::default();
    let packed = query.iter().find(|(name, _)| name == b"function_args").and_then(|(_, value)| value.as_deref());
    if let Some(packed) = packed {
        match pack::unpack(vm, &String::from_utf8_lossy(packed)) {
            Ok(unpacked) => {
                if let Some(dict) = unpacked.downcast_ref::<PyDict>() {
                    for (name, value) in dict.to_owned() {
                        arguments.set(text::unicode_of(vm, &name)?, value);
                    }
                }
            }
            Err(_) => tracing::error!("Unable to unpack the function arguments of the request"),
        }
    }
    for (name, value) in query {
        if name == b"function_args" {
            continue;
        }
        let value = value.map_or_else(|| vm.ctx.none(), |bytes| text::new_str(vm, &bytes));
        arguments.set(String::from_utf8_lossy(&name).into_owned(), value);
    }
    Ok(arguments)
}

/// Values of the path with the arguments of the query on top.
fn with_path(vm: &VirtualMachine, values: Vec<(String, String)>, query: Arguments) -> Arguments {
    let mut arguments = Arguments::default();
    for (name, value) in values {
        arguments.set(name, text::new_unicode(vm, &value));
    }
    for (name, value) in query.iter() {
        arguments.set(name, value.clone());
    }
    arguments
}

/// Takes the arguments that are meant for the framework out and puts them into the context.
fn take_flags(vm: &VirtualMachine, arguments: &mut Arguments) {
    let mut take = |name: &str| {
        let text = arguments.text(vm, name);
        arguments.remove(name);
        text
    };
    let media_info = take("mediaInfo").and_then(|json| serde_json::from_str(&json).ok());
    let (indirect, syncable) = (take("indirect"), take("syncable"));
    context::with(|context| {
        context.media_info = media_info;
        context.indirect |= indirect.as_deref() == Some("1");
        context.syncable |= syncable.as_deref() == Some("1");
    });
}

/// Calls a function of the plug-in.
fn call_target(
    plugin: &Arc<Plugin>,
    vm: &VirtualMachine,
    target: &router::Target,
    mut arguments: Arguments,
) -> PyResult<Answer> {
    if target.allow_sync {
        context::with(|context| context.syncable = true);
    }
    take_flags(vm, &mut arguments);
    let function = &target.function;
    let result = match &target.kind {
        Kind::Prefix(number) => {
            for_none(vm, &mut arguments);
            prefix_call::call(vm, plugin, *number, function, arguments)?
        }
        Kind::Route { types, defaults } => {
            for (name, value) in defaults {
                if arguments.get(name).is_none() {
                    arguments.set(name.clone(), text::native(vm, value));
                }
            }
            let converted = arguments
                .apply_declared_types(vm, types)
                .and_then(|()| arguments.apply_default_types(vm, plugin, function));
            if let Err(problem) = converted {
                tracing::error!(
                    "Could not convert the argument '{}': {}",
                    problem.argument,
                    crate::errors::message_of(vm, &problem.exception)
                );
                return Ok(Answer::Ready(Response::empty(404)));
            }
            function.call(arguments.into_call(), vm)?
        }
    };
    Ok(Answer::Value(result))
}

/// Turns `__NONE__` into None where nothing else is converted.
fn for_none(vm: &VirtualMachine, arguments: &mut Arguments) {
    // Without declared types nothing can fail.
    let _ = arguments.apply_declared_types(vm, &[]);
}

/// Merges the headers, applies `Response.Status`, and adds what comes after every request.
fn finish(plugin: &Arc<Plugin>, vm: &VirtualMachine, computed: Response, kind: &str) -> Response {
    let (status, cache_time) = context::with(|context| (context.response_status, context.cache_time));
    let own = match response_headers(vm) {
        Ok(headers) => headers,
        Err(exception) => {
            tracing::error!("Unusable response headers: {}", crate::errors::message_of(vm, &exception));
            Vec::new()
        }
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    let status = status.unwrap_or(computed.status);
    if status != 401 {
        headers.extend(own.iter().cloned());
        if let Some(seconds) = cache_time
            && !headers.iter().any(|(name, _)| name == "Cache-Control")
        {
            let value = if seconds == 0 { "no-cache".to_owned() } else { format!("max-age={seconds}") };
            headers.push(("Cache-Control".to_owned(), value));
        }
        match user_state::header(vm) {
            Ok(Some(state)) => {
                headers.push(("Set-Cookie".to_owned(), format!("{}={state}", plugin.bundle.identifier)));
            }
            Ok(None) => {}
            Err(exception) => tracing::error!(
                "Unable to pack the state of the session: {}",
                crate::errors::message_of(vm, &exception)
            ),
        }
    }
    if !KNOWN_STATUSES.contains(&status) {
        tracing::error!("{status} is no status that the media server knows: the answer is empty");
        return Response::with_type(200, "Content-Type", "text/html; charset=UTF-8", Vec::new());
    }
    let mut answer = Response { status, headers, body: computed.body };
    for (name, value) in computed.headers.into_iter().chain(own) {
        answer.set_header(&name, value);
    }
    tracing::debug!("Response: [{}] {kind}, {} bytes", answer.status, answer.body.len());
    answer
}

/// A redirect to a path of this plug-in or to a URL.
pub fn redirect(location: &str, status: u16) -> Response {
    Response { status, headers: vec![("Location".to_owned(), location.to_owned())], body: Vec::new() }
}

/// Makes the `Location` of a redirect absolute where the request came over HTTP, and turns redirects of other sites'
/// pages into 200 (`spec/protocol.md` §5.2).
fn absolute_location(response: &mut Response, interface: Interface) {
    if !matches!(response.status, 301 | 302) {
        return;
    }
    let Interface::Socket { .. } = interface else { return };
    let host = request_header("Host").unwrap_or_else(|| "127.0.0.1".to_owned());
    if let Some((_, location)) = response.headers.iter_mut().find(|(name, _)| name == "Location")
        && location.starts_with('/')
    {
        *location = format!("http://{host}{location}");
    }
    if request_header("Origin").is_some_and(|origin| !origin.contains(&host)) {
        response.status = 200;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_paths() {
        assert_eq!(group_of("/video/x"), (Group::Public, "/video/x"));
        assert_eq!(group_of("/:/prefixes"), (Group::Management, "/prefixes"));
        assert_eq!(group_of("/:/plugins/any.id/prefs/set"), (Group::Internal, "/prefs/set"));
        assert_eq!(group_of("/:/plugins/any.id"), (Group::Internal, "/"));
        assert_eq!(group_of("/:x"), (Group::Public, "/:x"));
    }
}
