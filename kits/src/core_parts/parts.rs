//! The smaller parts of `Core`: caches, texts, services, the vendor's account server, notifications, the code loader, help
//! for debugging.

use std::path::PathBuf;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reprise_bundles::Bundle;
use reprise_bundles::services::{self as declared, ServiceKind};
use reprise_vm_glue::runtime::text;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::component::{Table, call_kit, component, function, kit, of_kit, open, path_text, setting, value};
use crate::limits::{self, Access};
use crate::objects::signature::{Bound, Default, Parameter, Signature};
use crate::requestkit::request_header;
use crate::sandbox::Sandbox;
use crate::services::registry::{self, Registry};
use crate::{errors, json_text, messaging, sources, thread_stacks};

const NAME: &[Parameter] = &[Parameter::required("name")];

// ---- caching ---------------------------------------------------------------------------------------------------------

/// `Core.caching`.
pub fn caching(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &CACHING))
}

static CACHING: Table = Table {
    path: "Framework.components.caching.Caching",
    members: &[
        function("get_cache_manager", NAME, |vm, sandbox, bound| kit(vm, sandbox, "Cache")?.get_item(bound.get(0), vm)),
        function("clear_http_cache", &[], |vm, sandbox, _| call_kit(vm, sandbox, "HTTP", "ClearCache", ())),
        value("path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.folders.caches))),
    ],
};

// ---- localization ----------------------------------------------------------------------------------------------------

/// `Core.localization`.
pub fn localization(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &LOCALIZATION))
}

static LOCALIZATION: Table = Table {
    path: "Framework.components.localization.Localization",
    members: &[
        setting(
            "default_locale",
            |vm, sandbox| of_kit(vm, sandbox, "Locale", "DefaultLocale"),
            |vm, sandbox, value| kit(vm, sandbox, "Locale")?.set_attr("DefaultLocale", value, vm),
        ),
        value("current_locale", |vm, sandbox| of_kit(vm, sandbox, "Locale", "CurrentLocale")),
        value("geolocation", |vm, sandbox| of_kit(vm, sandbox, "Locale", "Geolocation")),
        open("localized_string", |vm, sandbox, args| call_kit(vm, sandbox, "Locale", "LocalString", args)),
        open("localized_string_with_format", |vm, sandbox, args| {
            call_kit(vm, sandbox, "Locale", "LocalStringWithFormat", args)
        }),
    ],
};

// ---- debugging -------------------------------------------------------------------------------------------------------

/// `Core.debugging`.
pub fn debugging(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &DEBUGGING))
}

static DEBUGGING: Table = Table {
    path: "Framework.components.debugging.Debugging",
    members: &[
        function("thread_stacks", &[], |vm, _, _| Ok(text::native(vm, &thread_stacks::text(vm)?))),
        value("enabled", |vm, sandbox| Ok(vm.ctx.new_bool(sandbox.plugin.has_flag("EnableDebugging")).into())),
    ],
};

// ---- services --------------------------------------------------------------------------------------------------------

/// `Core.services`.
pub fn services(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &SERVICES))
}

static SERVICES: Table = Table {
    path: "Framework.components.services.Services",
    members: &[
        function("load", &[], |vm, sandbox, _| {
            let plugin = Arc::clone(&sandbox.plugin);
            vm.allow_threads(|| plugin.state::<Registry>().load(&plugin));
            Ok(vm.ctx.none())
        }),
        function("get_services_from_bundle", BUNDLE, services_of_bundle),
        value("url_services", |vm, sandbox| declared_services(vm, sandbox, ServiceKind::Url)),
        value("search_services", |vm, sandbox| declared_services(vm, sandbox, ServiceKind::Search)),
        value("related_content_services", |vm, sandbox| declared_services(vm, sandbox, ServiceKind::RelatedContent)),
    ],
};

const BUNDLE: &[Parameter] = &[Parameter::required("bundle"), Parameter::none("plist")];

/// What a bundle, given by its folder or its identifier, declares: the entry that plug-ins exchange.
fn services_of_bundle(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let given = text::unicode_of(vm, bound.get(0))?;
    let folder = PathBuf::from(&given);
    let bundle = if folder.is_dir() {
        limits::check_path(vm, sandbox, &folder, Access::Read)?;
        Bundle::open(&folder).ok()
    } else {
        let bundles = registry::bundles_in(&sandbox.plugin.folders.bundles);
        bundles.into_iter().find(|bundle| bundle.identifier == given)
    };
    let Some(bundle) = bundle else {
        return Err(errors::framework_exception(vm, &format!("There is no bundle '{given}'")));
    };
    let (entry, problems) = declared::entry(&bundle);
    for problem in problems {
        tracing::error!("{problem}");
    }
    json_text::from_value(vm, &entry)
}

/// The services of a kind: identifier → name → folder.
fn declared_services(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, kind: ServiceKind) -> PyResult {
    let all = vm.ctx.new_dict();
    for service in registry::of(&sandbox.plugin).declared().iter().filter(|found| found.declaration.kind == kind) {
        let identifier = text::native(vm, &service.declaration.identifier);
        let names = match all.get_item_opt(&*identifier, vm)? {
            Some(names) => names,
            None => {
                let names: PyObjectRef = vm.ctx.new_dict().into();
                all.set_item(&*identifier, names.clone(), vm)?;
                names
            }
        };
        let name = text::native(vm, &service.declaration.name);
        names.set_item(&*name, path_text(vm, &service.folder()), vm)?;
    }
    Ok(all.into())
}

// ---- the account server ------------------------------------------------------------------------------------------------

/// `Core.myplex`.
pub fn myplex(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &MYPLEX))
}

static MYPLEX: Table =
    Table { path: "Framework.components.myplex.MyPlex", members: &[open("request", account_request)] };

const ACCOUNT_REQUEST: Signature = Signature {
    name: "request",
    hidden: 1,
    parameters: &[
        Parameter::required("path"),
        Parameter { name: "values", default: Default::Dict },
        Parameter { name: "headers", default: Default::Dict },
        Parameter::none("timeout"),
        Parameter::none("context"),
        Parameter { name: "method", default: Default::Text("GET") },
    ],
    keywords: true,
};

/// As Python's `quote`.
const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-');

/// Asks the account server with the token of the user of the request; further keywords make the query.
fn account_request(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    let bound = ACCOUNT_REQUEST.bind(vm, args)?;
    let mut query = Vec::new();
    for (name, value) in &bound.keywords {
        let value = text::unicode_of(vm, value)?;
        query.push(format!("{}={}", utf8_percent_encode(name, QUOTED), utf8_percent_encode(&value, QUOTED)));
    }
    if let Some(token) = request_header("X-Plex-Token") {
        query.push(format!("auth_token={}", utf8_percent_encode(&token, QUOTED)));
    }
    let mut url = format!("https://my.plexapp.com:443{}", text::unicode_of(vm, bound.get(0))?);
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query.join("&"));
    }
    let mut named = vec![
        ("values".to_owned(), bound.get(1).to_owned()),
        ("headers".to_owned(), bound.get(2).to_owned()),
        ("cacheTime".to_owned(), vm.ctx.new_int(0).into()),
        ("immediate".to_owned(), vm.ctx.new_bool(true).into()),
        ("method".to_owned(), bound.get(5).to_owned()),
    ];
    if !vm.is_none(bound.get(3)) {
        named.push(("timeout".to_owned(), bound.get(3).to_owned()));
    }
    let args = FuncArgs::new(vec![text::native(vm, &url)], named.into_iter().collect::<KwArgs>());
    call_kit(vm, sandbox, "HTTP", "Request", args)
}

// ---- notifications -----------------------------------------------------------------------------------------------------

/// `Core.notifications`.
pub fn notifications(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &NOTIFICATIONS))
}

static NOTIFICATIONS: Table = Table {
    path: "Framework.components.notifications.Notifications",
    members: &[open("notify", |vm, sandbox, mut args| {
        let Some(name) = args.take_positional_keyword("name") else {
            return Err(vm.new_type_error("notify() takes at least 2 arguments (1 given)"));
        };
        messaging::notify(vm, &sandbox.plugin, &text::unicode_of(vm, &name)?, args)?;
        Ok(vm.ctx.none())
    })],
};

// ---- the loader --------------------------------------------------------------------------------------------------------

/// `Core.loader`.
pub fn loader(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &LOADER))
}

const LOAD: &[Parameter] = &[Parameter::required("path"), Parameter { name: "elevated", default: Default::False }];

static LOADER: Table = Table {
    path: "Framework.code.loader.CodeLoader",
    members: &[function("load", LOAD, |vm, sandbox, bound| {
        // A code object of the policy's language; it runs nothing yet.
        let path = PathBuf::from(text::unicode_of(vm, bound.get(0))?);
        limits::check_path(vm, sandbox, &path, Access::Read)?;
        let is_module = bound.get(1).to_owned().try_to_bool(vm)?;
        Ok(sources::compile(vm, sandbox, &path, is_module)?.into())
    })],
};
