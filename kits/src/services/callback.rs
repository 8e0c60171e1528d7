//! `Callback` in service code and in shared code (`spec/messaging-services.md` §9).

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::service::unwrap;
use crate::callback::{self, CallbackString, keywords_of};
use crate::pack;
use crate::sandbox::{Role, Sandbox};

/// What stays in a service's name.
const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'/');

/// The function published as `Callback` in the sandboxes of services.
pub fn make(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyObjectRef {
    let sandbox = Arc::downgrade(sandbox);
    let make = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let sandbox = sandbox.upgrade().ok_or_else(|| vm.new_runtime_error("the service is gone"))?;
        path(vm, &sandbox, args)
    };
    vm.new_function("Callback", make).into()
}

fn path(vm: &VirtualMachine, sandbox: &Sandbox, mut args: FuncArgs) -> PyResult {
    if args.args.is_empty() && !args.kwargs.contains_key("f") {
        return Err(vm.new_type_error("Callback() takes at least 1 argument (0 given)"));
    }
    let mut take = |name: &str| args.take_positional_keyword(name);
    let function = take("f").unwrap_or_else(|| vm.ctx.none());
    let extension = take("ext").filter(|ext| !vm.is_none(ext));
    let post_url = take("post_url").unwrap_or_else(|| vm.ctx.none());
    let post_headers = take("post_headers").unwrap_or_else(|| vm.ctx.new_dict().into());
    let positional = vm.ctx.new_tuple(std::mem::take(&mut args.args));
    let keywords = vm.ctx.new_dict();
    for (name, value) in keywords_of(args) {
        keywords.set_item(&*text::native(vm, &name), value, vm)?;
    }
    let indirect = callback::unwrap(&function).1;
    let (function, _) = unwrap(function);
    let name = text::unicode_of(vm, &*function.get_attr("__name__", vm)?)?;
    let plugin = &sandbox.plugin.bundle.identifier;
    let mut url = match &sandbox.role {
        Role::Service { kind, name: service } => format!(
            "/:/plugins/{plugin}/serviceFunction/{}/{}/{}/{name}",
            kind.word(),
            sandbox.identifier,
            utf8_percent_encode(service, QUOTED)
        ),
        _ => {
            let module = text::unicode_of(vm, &*function.get_attr("__module__", vm)?)?;
            format!("/:/plugins/{plugin}/sharedServiceFunction/{module}/{name}")
        }
    };
    if let Some(extension) = extension {
        let extension = text::unicode_of(vm, &extension)?;
        if !extension.is_empty() && !extension.starts_with('.') {
            url.push('.');
        }
        url.push_str(&extension);
    }
    url.push_str("?args=");
    url.push_str(&pack::pack(vm, positional.as_object())?);
    url.push_str("&kwargs=");
    url.push_str(&pack::pack(vm, keywords.as_object())?);
    if indirect {
        url.push_str("&indirect=1");
    }
    callback::callback_string(vm, &url, &CallbackString { indirect, post_url, post_headers })
}
