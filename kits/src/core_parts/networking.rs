//! `Core.networking`: requests, and the settings that they share.

use std::sync::Arc;

use base64::Engine;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDict;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::component::{Member, Table, call_kit, component, function, kit, of_kit, put_on, setting, value};
use crate::networkkit;
use crate::objects::signature::{Bound, Default, Parameter};
use crate::sandbox::Sandbox;

/// `Core.networking`.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &TABLE))
}

/// The function that a plug-in has put in the place of `http_request`: `HTTP.Request` goes through it, as in the original.
pub fn replaced_request(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<Option<PyObjectRef>> {
    put_on(vm, sandbox, &TABLE, "http_request")
}

static TABLE: Table = Table { path: "Framework.components.networking.Networking", members: MEMBERS };

const REQUEST: &[Parameter] = &[
    Parameter::required("url"),
    Parameter::none("values"),
    Parameter { name: "headers", default: Default::Dict },
    Parameter::none("cacheTime"),
    Parameter::none("encoding"),
    Parameter::none("errors"),
    Parameter::none("timeout"),
    Parameter { name: "immediate", default: Default::False },
    Parameter { name: "sleep", default: Default::Zero },
    Parameter::none("data"),
    Parameter::none("opener"),
    Parameter::none("sandbox"),
    Parameter { name: "follow_redirects", default: Default::True },
    Parameter::none("basic_auth"),
    Parameter::none("method"),
];

static MEMBERS: &[Member] = &[
    function("http_request", REQUEST, http_request),
    function("generate_basic_auth_header", CREDENTIALS, |vm, _, bound| {
        let (user, password) = (text::str_of(vm, bound.get(0))?, text::str_of(vm, bound.get(1))?);
        Ok(text::native(vm, &basic_credentials(&user, &password)))
    }),
    value("_core", |vm, sandbox| kit(vm, sandbox, "Core")),
    // What takes the place of `http_request` keeps its own cache, if it wants one.
    value("_http_caching_enabled", |vm, _| Ok(vm.ctx.new_bool(false).into())),
    setting(
        "cache_time",
        |vm, sandbox| of_kit(vm, sandbox, "HTTP", "CacheTime"),
        |vm, sandbox, value| kit(vm, sandbox, "HTTP")?.set_attr("CacheTime", value, vm),
    ),
    setting(
        "default_timeout",
        |vm, sandbox| of_kit(vm, sandbox, "Network", "Timeout"),
        |vm, sandbox, value| kit(vm, sandbox, "Network")?.set_attr("Timeout", value, vm),
    ),
    value("default_headers", |vm, sandbox| of_kit(vm, sandbox, "HTTP", "Headers")),
    value("address", |vm, sandbox| of_kit(vm, sandbox, "Network", "Address")),
    value("hostname", |vm, sandbox| of_kit(vm, sandbox, "Network", "Hostname")),
    function("socket", &[], |vm, sandbox, _| call_kit(vm, sandbox, "Network", "Socket", ())),
    function("resolve_hostname_if_required", &[Parameter::required("hostname")], resolve),
];

/// `HTTP.Request` with the credentials of `basic_auth`, a pair of name and password, among the headers. (Openers and other
/// sandboxes are the original's own affair: every request here goes the same way.)
fn http_request(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let mut named: Vec<(String, PyObjectRef)> = Vec::new();
    for (at, parameter) in REQUEST.iter().enumerate() {
        if bound.given.get(at) == Some(&true) && !matches!(parameter.name, "opener" | "sandbox" | "basic_auth") {
            named.push((parameter.name.to_owned(), bound.get(at).to_owned()));
        }
    }
    let credentials = bound.get(13);
    if !vm.is_none(credentials) {
        let pair: Vec<PyObjectRef> = vm.extract_elements_with(credentials, Ok)?;
        let [user, password] = pair.as_slice() else {
            return Err(vm.new_value_error("basic_auth must be a pair of name and password".to_owned()));
        };
        let credentials = basic_credentials(&text::str_of(vm, user)?, &text::str_of(vm, password)?);
        let headers = match bound.get(2).downcast_ref::<PyDict>() {
            Some(given) => given.copy().into_ref(&vm.ctx),
            None => vm.ctx.new_dict(),
        };
        headers.set_item("Authorization", text::native(vm, &credentials), vm)?;
        named.retain(|(name, _)| name != "headers");
        named.push(("headers".to_owned(), headers.into()));
    }
    let args = FuncArgs::new(Vec::new(), named.into_iter().collect::<KwArgs>());
    networkkit::request(vm, sandbox, args)
}

const CREDENTIALS: &[Parameter] = &[Parameter::required("username"), Parameter::required("password")];

/// The value of an `Authorization` header.
fn basic_credentials(user: &[u8], password: &[u8]) -> String {
    let plain = [user, b":", password].concat();
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(plain))
}

/// The address of a host, which is what was given where that is an address already.
fn resolve(vm: &VirtualMachine, _sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let name = text::unicode_of(vm, bound.get(0))?;
    if name.parse::<std::net::IpAddr>().is_ok() {
        return Ok(bound.get(0).to_owned());
    }
    import::module(vm, "socket")?.get_attr("gethostbyname", vm)?.call((bound.get(0).to_owned(),), vm)
}

#[cfg(test)]
mod tests {
    use crate::plugin::testing::result_of;

    #[test]
    fn a_replaced_function_makes_all_requests() {
        let code = "\
before = Core.networking.http_request
Core.networking.http_request = lambda url, method=None: '%s %s' % (url, method)
result = HTTP.Request('http://x/', method='PUT') + ' %s' % (before is not Core.networking.http_request)
";
        let info = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";
        assert_eq!(result_of(info, code, "compatible").unwrap(), "http://x/ PUT True");
    }
}
