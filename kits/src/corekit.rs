//! `Core` and `Framework` (`spec/core.md` §11, `spec/storage.md` §8): what Elevated plug-ins see of the framework itself.
//!
//! Its behaviour is written in Python 2 (`python/corekit.py`), loaded when it is used for the first time.

use std::sync::Arc;

use reprise_bundles::LogLevel;
use reprise_vm_glue::runtime::{handling, text, traceback};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};
use serde_json::Value;

use crate::kit::{Entry, Kit, Status, Visibility};
use crate::lazy_kit::{self, Part};
use crate::plugin::{FRAMEWORK_VERSION, Plugin};
use crate::sandbox::Sandbox;
use crate::{errors, json_text};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Core",
    entries: &[
        Entry {
            name: "Core",
            visible: Visibility::Elevated,
            doc: "The framework's core: storage, paths, log.",
            status: Status::Partial("runtime, caching, services and the like are missing"),
            make: |vm, sandbox| lazy_kit::object(vm, sandbox, &PART, "CoreKit"),
        },
        Entry {
            name: "Framework",
            visible: Visibility::Elevated,
            doc: "The framework's package: its exceptions.",
            status: Status::Partial("only exceptions"),
            make: |vm, _| {
                let module = vm.new_module("Framework", vm.ctx.new_dict(), None);
                module.dict().set_item("exceptions", errors::module(vm), vm)?;
                Ok(module.into())
            },
        },
    ],
};

static PART: Part = Part { name: "corekit", source: include_str!("python/corekit.py"), prepare };

/// Puts `native` into the namespace of the Python part.
fn prepare(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, globals: &PyDictRef) -> PyResult<()> {
    let plugin = &sandbox.plugin;
    let native = vm.ctx.new_dict();
    let path = |path: &std::path::Path| text::new_str(vm, path.as_os_str().as_encoded_bytes());
    native.set_item("data_path", path(&plugin.folders.data), vm)?;
    native.set_item("data_items_path", path(&plugin.folders.data_items), vm)?;
    native.set_item("environment", sandbox.globals.clone().into(), vm)?;
    let version = plugin.server_version.as_deref().map_or_else(|| vm.ctx.none(), |v| text::native(vm, v));
    native.set_item("server_version", version, vm)?;
    native.set_item("values", values(vm, plugin)?.into(), vm)?;
    let config = vm.ctx.new_dict();
    for name in plugin.config.names() {
        config.set_item(vm.ctx.intern_str(name), json_text::loads(vm, &plugin.config.get(name).to_string())?, vm)?;
    }
    native.set_item("config", config.into(), vm)?;
    // The other kits, under names of their own: the plug-in may have hidden or replaced them.
    let kits: &[(&'static str, &'static str)] = &[
        ("resource", "Resource"),
        ("data", "Data"),
        ("json", "JSON"),
        ("xml", "XML"),
        ("html", "HTML"),
        ("http", "HTTP"),
    ];
    for (name, published) in kits {
        if let Some(kit) = sandbox.published(vm, published)? {
            native.set_item(*name, kit, vm)?;
        }
    }
    native.set_item("messaging", crate::messagekit::core_messaging(vm, plugin), vm)?;
    let log = Arc::clone(&plugin.log);
    let write = move |level: PyObjectRef, message: PyObjectRef, vm: &VirtualMachine| -> PyResult<()> {
        let level = LogLevel::by_name(&text::unicode_of(vm, &level)?);
        log.write(level, "core", 0, &text::unicode_of(vm, &message)?);
        Ok(())
    };
    native.set_item("log", vm.new_function("log", write).into(), vm)?;
    native.set_item("traceback", vm.new_function("traceback", current_traceback).into(), vm)?;
    let values_of = Arc::clone(plugin);
    let get = move |key: PyObjectRef, default: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        match values_of.stored_values.get(&text::unicode_of(vm, &key)?) {
            Some(value) => json_text::loads(vm, &value.to_string()),
            None => Ok(default),
        }
    };
    native.set_item("get_value", vm.new_function("get_value", get).into(), vm)?;
    let values_of = Arc::clone(plugin);
    let set = move |key: PyObjectRef, value: PyObjectRef, vm: &VirtualMachine| -> PyResult<()> {
        let value = stored(vm, &value)?;
        let saved = values_of.stored_values.set(&text::unicode_of(vm, &key)?, value);
        saved.map_err(|error| vm.new_os_error(error.to_string()))
    };
    native.set_item("set_value", vm.new_function("set_value", set).into(), vm)?;
    globals.set_item("native", native.into(), vm)?;
    globals.set_item("FrameworkException", errors::class_object(vm, "FrameworkException").into(), vm)
}

/// A simple value as JSON.
fn stored(vm: &VirtualMachine, value: &PyObjectRef) -> PyResult<Value> {
    if vm.is_none(value) {
        return Ok(Value::Null);
    }
    if value.is(&vm.ctx.true_value) || value.is(&vm.ctx.false_value) {
        return Ok(Value::Bool(value.is(&vm.ctx.true_value)));
    }
    if let Some(text) = text::text_of(vm, value)? {
        return Ok(Value::String(text));
    }
    let shown = String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned();
    serde_json::from_str(shown.trim_end_matches('L'))
        .map_err(|_| vm.new_type_error(format!("{shown} cannot be stored")))
}

fn current_traceback(message: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let trace = match handling::current(vm) {
        Some(exception) => {
            let text = traceback::format_exc(vm, &exception);
            text.strip_prefix("Traceback (most recent call last):\n").unwrap_or(&text).trim_end().to_owned()
        }
        None => "None".to_owned(),
    };
    let message = text::unicode_of(vm, &message)?;
    Ok(text::native(vm, &format!("{message} (most recent call last):\n{trace}")))
}

/// The plain attributes.
fn values(vm: &VirtualMachine, plugin: &Plugin) -> PyResult<PyDictRef> {
    let path = |path: &std::path::Path| text::new_str(vm, path.as_os_str().as_encoded_bytes());
    let bundle = &plugin.bundle;
    let list = |texts: &[String]| vm.ctx.new_list(texts.iter().map(|t| text::native(vm, t)).collect()).into();
    let dict = vm.ctx.new_dict();
    let entries: Vec<(&'static str, PyObjectRef)> = vec![
        ("identifier", text::native(vm, &bundle.identifier)),
        ("title", bundle.info.title.as_deref().map_or_else(|| vm.ctx.none(), |title| text::native(vm, title))),
        ("bundle_path", path(&bundle.path)),
        ("code_path", path(&bundle.code())),
        ("init_path", path(&bundle.main_file())),
        ("plist_path", path(&bundle.info_file())),
        ("app_support_path", path(&plugin.folders.root)),
        ("plugin_support_path", path(&plugin.folders.support)),
        ("bundled_plugins_path", path(&plugin.folders.bundles)),
        ("framework_path", path(&plugin.folders.bundles.join("Framework.bundle"))),
        ("version", text::native(vm, FRAMEWORK_VERSION)),
        ("build_info", text::native(vm, concat!("reprise-", env!("CARGO_PKG_VERSION")))),
        ("compatible_version", text::native(vm, "2.0a1")),
        ("last_version", text::native(vm, FRAMEWORK_VERSION)),
        ("plugin_class", text::native(vm, &bundle.info.plugin_class)),
        ("policy_name", text::native(vm, plugin.policy.name)),
        ("whitelist", list(&plugin.config.list("module_whitelist"))),
        ("flags", list(&bundle.info.flags)),
        ("api_exclusions", list(&bundle.info.api_exclusions)),
        ("channel_prefix", text::native(vm, &plugin.channel_prefix())),
        ("debug", vm.ctx.new_bool(false).into()),
        ("attributes", vm.ctx.new_dict().into()),
    ];
    for (name, value) in entries {
        dict.set_item(name, value, vm)?;
    }
    Ok(dict)
}
