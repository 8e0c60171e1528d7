//! Cookies and session of one user, which travel in the `Cookie` header and not in the plug-in's files
//! (`spec/protocol.md` §4.1).

use rustpython_vm::builtins::PyDict;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use crate::context;
use crate::functions;
use crate::pack;
use crate::plugin::Plugin;
use crate::runtimekit::request_header;
use std::sync::Arc;

/// The state of the user for whom a request is made.
pub struct UserState {
    /// Cookie objects, as they came.
    cookies: PyObjectRef,
    session: PyObjectRef,
}

impl UserState {
    /// The packed state for the `Set-Cookie` header.
    pub fn header(&self, vm: &VirtualMachine) -> PyResult<String> {
        let state = vm.ctx.new_dict();
        state.set_item(&*text::native(vm, "cookies"), self.cookies.clone(), vm)?;
        state.set_item(&*text::native(vm, "session"), self.session.clone(), vm)?;
        pack::pack(vm, state.as_ref())
    }
}

/// Reads the user's state at the start of a request; None where the request is not made for one user.
pub fn before(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<Option<UserState>> {
    let wanted = request_header("X-Plex-Proxy-Cookies").is_some()
        || request_header("X-Plex-Token").is_some()
        || plugin.policy.name == "Cloud";
    if !wanted {
        return Ok(None);
    }
    let mut state = UserState { cookies: vm.ctx.new_list(Vec::new()).into(), session: vm.ctx.new_dict().into() };
    let mut known = false;
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
        match unpacked.downcast_ref::<PyDict>() {
            Some(dict) => {
                if let Some(cookies) = dict.get_item_opt("cookies", vm)? {
                    state.cookies = cookies;
                }
                if let Some(session) = dict.get_item_opt("session", vm)? {
                    state.session = session;
                    known = true;
                }
            }
            None => state.cookies = unpacked,
        }
    }
    let internal = context::with(|context| context.uri.starts_with("/:/"));
    let begins = || {
        let sandbox = plugin.main_sandbox()?;
        sandbox.globals.get_item_opt("BeginSession", vm).ok().flatten()
    };
    if !known && !internal && begins().is_some() {
        functions::call_hook(vm, plugin, "BeginSession")?;
    }
    Ok(Some(state))
}
