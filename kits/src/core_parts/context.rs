//! `Core.sandbox`, also called `Core.host`: the environment of the plug-in's code, and the request that its thread serves.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::component::{Member, Table, component, kit, of_kit, open, value};
use super::{policies, storage};
use crate::context;
use crate::message::header_bytes;
use crate::sandbox::Sandbox;

/// `Core.sandbox`.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &SANDBOX))
}

static SANDBOX: Table = Table {
    path: "Framework.code.sandbox.Sandbox",
    members: &[
        value("environment", |_, sandbox| Ok(sandbox.globals.clone().into())),
        value("context", |vm, sandbox| Ok(component(vm, sandbox, &CONTEXT))),
        value("preferences", |vm, sandbox| kit(vm, sandbox, "Prefs")),
        value("policy", |vm, sandbox| policies::class(vm, sandbox.policy)),
        value("policies", |vm, _| policies::module(vm)),
        value("whitelist", |vm, sandbox| Ok(texts(vm, &sandbox.plugin.module_whitelist()))),
        value("custom_headers", |vm, sandbox| of_kit(vm, sandbox, "HTTP", "Headers")),
        value("resource_paths", |vm, sandbox| Ok(storage::resource_paths(vm, sandbox))),
        value("identifier", |vm, sandbox| Ok(text::native(vm, &sandbox.identifier))),
        value("flags", |vm, sandbox| Ok(flags(vm, sandbox))),
        open("call_named_function", call_named_function),
    ],
};

/// Texts as a list.
pub fn texts(vm: &VirtualMachine, texts: &[String]) -> PyObjectRef {
    vm.ctx.new_list(texts.iter().map(|t| text::native(vm, t)).collect()).into()
}

/// The flags that are set, those of the configuration included.
pub fn flags(vm: &VirtualMachine, sandbox: &Sandbox) -> PyObjectRef {
    let plugin = &sandbox.plugin;
    let mut all = plugin.config.list("flags");
    all.extend(plugin.bundle.info.flags.iter().filter(|flag| !flag.starts_with('-')).cloned());
    all.retain(|flag| plugin.has_flag(flag));
    all.dedup();
    texts(vm, &all)
}

/// Calls a function of the plug-in by its name, with the arguments that follow; None where it fails, which is logged.
fn call_named_function(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, mut args: FuncArgs) -> PyResult {
    let Some(name) = args.take_positional_keyword("name") else {
        return Err(vm.new_type_error("call_named_function() takes at least 2 arguments (1 given)"));
    };
    let name = text::unicode_of(vm, &name)?;
    let Some(found) = sandbox.globals.get_item_opt(name.as_str(), vm)?.filter(|found| found.is_callable()) else {
        tracing::error!(critical = true, "Function named '{name}' couldn't be found in the current environment");
        return Ok(vm.ctx.none());
    };
    match sandbox.enter(|| found.call(args, vm)) {
        Ok(result) => Ok(result),
        Err(exception) if crate::errors::is_instance(vm, &exception, "UnauthorizedException") => Err(exception),
        Err(exception) => {
            crate::threadkit::log_exception(vm, &format!("Exception when calling function '{name}'"), &exception);
            Ok(vm.ctx.none())
        }
    }
}

static CONTEXT: Table = Table { path: "Framework.code.context.ExecutionContext", members: CONTEXT_MEMBERS };

static CONTEXT_MEMBERS: &[Member] = &[
    value("request", |vm, sandbox| {
        let inside = context::with(|context| context.in_request);
        Ok(if inside { component(vm, sandbox, &REQUEST) } else { vm.ctx.none() })
    }),
    value("prefix", |vm, _| Ok(optional(vm, context::with(|context| context.prefix.clone())))),
    value("locale", |vm, _| Ok(optional(vm, context::with(|context| context.locale.clone())))),
    value("txn_id", |vm, _| Ok(optional(vm, context::with(|context| context.transaction.clone())))),
    value("cache_time", |vm, _| {
        let seconds = context::with(|context| context.cache_time);
        Ok(seconds.map_or_else(|| vm.ctx.none(), |seconds| vm.ctx.new_int(seconds).into()))
    }),
    value("response_headers", |vm, sandbox| of_kit(vm, sandbox, "Response", "Headers")),
    value("response_status", |vm, sandbox| of_kit(vm, sandbox, "Response", "Status")),
    value("session", |vm, _| {
        let session = context::with(|context| context.session.clone());
        Ok(session.map_or_else(|| vm.ctx.none(), Into::into))
    }),
    value("flags", |vm, sandbox| Ok(flags(vm, sandbox))),
];

static REQUEST: Table = Table {
    path: "Framework.interfaces.Request",
    members: &[
        value("headers", |vm, sandbox| of_kit(vm, sandbox, "Request", "Headers")),
        value("body", |vm, sandbox| of_kit(vm, sandbox, "Request", "Body")),
        value("method", |vm, sandbox| of_kit(vm, sandbox, "Request", "Method")),
        value("uri", |vm, _| {
            let uri = context::with(|context| context.uri.clone());
            Ok(text::new_str(vm, &header_bytes(&uri)))
        }),
    ],
};

fn optional(vm: &VirtualMachine, value: Option<String>) -> PyObjectRef {
    value.map_or_else(|| vm.ctx.none(), |value| text::new_str(vm, &header_bytes(&value)))
}
