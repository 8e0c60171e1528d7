//! Cookies and session of one user, which travel in the `Cookie` header and not in the plug-in's files
//! (`spec/protocol.md` §4.1).

use std::sync::Arc;

use parking_lot::Mutex;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDict, PyDictRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use crate::context;
use crate::functions;
use crate::http_cookies::{Cookie, CookieJar};
use crate::http_objects::CookieObject;
use crate::pack;
use crate::plugin::Plugin;
use crate::requestkit::request_header;

/// The class path of packed cookies.
const COOKIE: &str = "cookielib.Cookie";

/// Whether the state of the request's user is kept apart from the plug-in's.
fn is_apart(plugin: &Plugin) -> bool {
    request_header("X-Plex-Proxy-Cookies").is_some()
        || request_header("X-Plex-Token").is_some()
        || plugin.policy.always_session_cookies
        || plugin.is_daemon()
}

/// Reads the user's state at the start of a request and puts it into the request's context.
pub fn before(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<()> {
    if !is_apart(plugin) {
        return Ok(());
    }
    let _ = CookieObject::make_static_type();
    let mut jar = CookieJar::default();
    let mut session: Option<PyDictRef> = None;
    let cookies = request_header("Cookie").unwrap_or_default();
    for piece in cookies.split(',') {
        let Some((name, value)) = piece.split_once('=') else { continue };
        if name.trim() != plugin.bundle.identifier {
            continue;
        }
        let value = value.split(';').next().unwrap_or_default().trim();
        let Ok(unpacked) = pack::unpack(vm, value) else {
            tracing::error!("Unable to unpack the state of the session");
            continue;
        };
        let list = match unpacked.downcast_ref::<PyDict>() {
            Some(dict) => {
                let kept = dict.get_item_opt("session", vm)?;
                session = kept.and_then(|kept| kept.downcast::<PyDict>().ok()).or(session);
                dict.get_item_opt("cookies", vm)?
            }
            None => Some(unpacked.clone()),
        };
        let list = list.map(|list| vm.extract_elements_with(&list, Ok)).transpose()?.unwrap_or_default();
        for cookie in list {
            if let Some(cookie) = cookie.downcast_ref::<CookieObject>() {
                jar.set(cookie.cookie.clone());
            }
        }
    }
    let is_known = session.is_some();
    let internal = context::with(|context| {
        context.cookies = Some(Arc::new(Mutex::new(jar)));
        context.session = Some(session.unwrap_or_else(|| vm.ctx.new_dict()));
        context.uri.starts_with("/:/")
    });
    if is_known || internal { Ok(()) } else { begin_session(vm, plugin) }
}

/// Calls `BeginSession`, if the plug-in has it.
pub fn begin_session(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<()> {
    let Some(sandbox) = plugin.main_sandbox() else { return Ok(()) };
    if sandbox.globals.get_item_opt("BeginSession", vm)?.is_some() {
        functions::call_hook(vm, plugin, "BeginSession")?;
    }
    Ok(())
}

/// The packed state of the user for the `Set-Cookie` header; None where it is not kept apart.
pub fn header(vm: &VirtualMachine) -> PyResult<Option<String>> {
    let (jar, session) = context::with(|context| (context.cookies.clone(), context.session.clone()));
    let (Some(jar), Some(session)) = (jar, session) else { return Ok(None) };
    let cookies: Vec<Cookie> = jar.lock().iter().cloned().collect();
    let cookies = cookies.into_iter().map(|cookie| CookieObject { cookie }.into_pyobject(vm)).collect();
    let state = vm.ctx.new_dict();
    state.set_item("cookies", vm.ctx.new_list(cookies).into(), vm)?;
    state.set_item("session", session.into(), vm)?;
    pack::pack(vm, state.as_ref()).map(Some)
}

/// Class path and attributes of a cookie, for packing.
pub fn packed_cookie(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<(String, PyObjectRef)>> {
    let _ = CookieObject::make_static_type();
    let Some(object) = object.downcast_ref::<CookieObject>() else { return Ok(None) };
    let cookie = &object.cookie;
    let string = |text: &str| text::new_str(vm, text.as_bytes());
    let flag = |truth: bool| -> PyObjectRef { vm.ctx.new_bool(truth).into() };
    let none = || vm.ctx.none();
    let entries: Vec<(&'static str, PyObjectRef)> = vec![
        ("version", vm.ctx.new_int(0).into()),
        ("name", string(&cookie.name)),
        ("value", cookie.value.as_deref().map_or_else(none, string)),
        ("port", none()),
        ("port_specified", flag(false)),
        ("domain", string(&cookie.domain)),
        ("domain_specified", flag(cookie.domain_specified())),
        ("domain_initial_dot", flag(cookie.domain.starts_with('.'))),
        ("path", string(&cookie.path)),
        ("path_specified", flag(cookie.path_specified)),
        ("secure", flag(cookie.secure)),
        ("expires", cookie.expires.map_or_else(none, |seconds| vm.ctx.new_int(seconds).into())),
        ("discard", flag(cookie.expires.is_none())),
        ("comment", none()),
        ("comment_url", none()),
        ("rfc2109", flag(false)),
        ("_rest", vm.ctx.new_dict().into()),
    ];
    let state = vm.ctx.new_dict();
    for (name, value) in entries {
        state.set_item(name, value, vm)?;
    }
    Ok(Some((COOKIE.to_owned(), state.into())))
}

/// The cookie that a packed class path and attributes stand for; None for other class paths.
pub fn unpacked_cookie(vm: &VirtualMachine, path: &str, state: PyObjectRef) -> PyResult<Option<PyObjectRef>> {
    if path != COOKIE {
        return Ok(None);
    }
    let Ok(state) = state.downcast::<PyDict>() else {
        return Err(vm.new_value_error("a packed cookie has no attributes"));
    };
    let get = |name: &'static str| -> PyResult<Option<PyObjectRef>> {
        Ok(state.get_item_opt(name, vm)?.filter(|value| !vm.is_none(value)))
    };
    let text = |name| get(name)?.map(|value| text::unicode_of(vm, &value)).transpose();
    let truth = |name| get(name)?.map_or(Ok(false), |value| value.try_to_bool(vm));
    let _ = CookieObject::make_static_type();
    let cookie = Cookie {
        name: text("name")?.unwrap_or_default(),
        value: text("value")?,
        domain: text("domain")?.unwrap_or_default(),
        path: text("path")?.unwrap_or_else(|| "/".to_owned()),
        path_specified: truth("path_specified")?,
        secure: truth("secure")?,
        expires: get("expires")?.map(|seconds| seconds.try_into_value(vm)).transpose()?,
    };
    Ok(Some(CookieObject { cookie }.into_pyobject(vm)))
}
