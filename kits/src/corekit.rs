//! `Core`, `Framework`, `Factory` and `FactoryClass` (`spec/core.md` §11, `spec/environment.md` §9): what Elevated plug-ins
//! see of the framework itself. The parts of `Core` are in [`crate::core_parts`].

use std::path::Path;
use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use serde_json::Value;

use crate::core_parts::component::{Member, Table, component, function, open, path_text, value};
use crate::core_parts::{context, data, factories, log, networking, package, parts, policies, runtime, storage};
use crate::kit::{Entry, Kit, Status, Visibility};
use crate::objects::signature::{Default, Parameter};
use crate::plugin::FRAMEWORK_VERSION;
use crate::sandbox::Sandbox;
use crate::{json_text, messagekit, platform, prefskit};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Core",
    entries: &[
        entry("Core", "The framework's core: storage, paths, log, threads, networking.", |vm, sandbox| {
            Ok(component(vm, sandbox, &CORE))
        }),
        entry("Framework", "The framework's package: exceptions, objects, constants, kits.", |vm, sandbox| {
            package::object(vm, sandbox)
        }),
        entry("Factory", "A factory for an old object class.", |vm, sandbox| {
            let sandbox = Arc::clone(sandbox);
            let make = move |class: PyObjectRef, vm: &VirtualMachine| factories::factory(vm, &sandbox, class);
            Ok(vm.new_function("Factory", make).into())
        }),
        entry("FactoryClass", "The class behind a factory.", |vm, _| {
            let class_of = |factory: PyObjectRef, vm: &VirtualMachine| factories::class_of(vm, &factory);
            Ok(vm.new_function("FactoryClass", class_of).into())
        }),
    ],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::Elevated, doc, status: Status::Implemented, make }
}

static CORE: Table = Table { path: "Framework.core.FrameworkCore", members: MEMBERS };

const MESSAGE: &[Parameter] = &[Parameter { name: "msg", default: Default::Text("Traceback") }];
const NAME_DEFAULT: &[Parameter] = &[Parameter::required("name"), Parameter::none("default")];
const KEY_DEFAULT: &[Parameter] = &[Parameter::required("key"), Parameter::none("default")];
const KEY_VALUE: &[Parameter] = &[Parameter::required("key"), Parameter::required("value")];
const NAME_IDENTIFIER: &[Parameter] = &[Parameter::required("name"), Parameter::required("identifier")];
const IDENTIFIER: &[Parameter] = &[Parameter::required("identifier"), Parameter::none("services")];

static MEMBERS: &[Member] = &[
    // What the bundle says.
    value("identifier", |vm, sandbox| Ok(text::native(vm, &sandbox.plugin.bundle.identifier))),
    value("title", |vm, sandbox| {
        let title = sandbox.plugin.bundle.info.title.as_deref();
        Ok(title.map_or_else(|| vm.ctx.none(), |title| text::native(vm, title)))
    }),
    value("plugin_class", |vm, sandbox| Ok(text::native(vm, &sandbox.plugin.bundle.info.plugin_class))),
    value("policy", |vm, sandbox| policies::class(vm, sandbox.plugin.policy)),
    value("policy_name", |vm, sandbox| Ok(text::native(vm, sandbox.plugin.policy.name))),
    value("whitelist", |vm, sandbox| Ok(context::texts(vm, &sandbox.plugin.module_whitelist()))),
    value("flags", |vm, sandbox| Ok(context::flags(vm, sandbox))),
    value("api_exclusions", |vm, sandbox| Ok(context::texts(vm, &sandbox.plugin.bundle.info.api_exclusions))),
    value("channel_prefix", |vm, sandbox| Ok(text::native(vm, &sandbox.plugin.channel_prefix()))),
    // Paths.
    value("bundle_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.bundle.path))),
    value("code_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.bundle.code()))),
    value("init_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.bundle.main_file()))),
    value("plist_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.bundle.info_file()))),
    value("app_support_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.folders.root))),
    value("plugin_support_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.folders.support))),
    value("bundled_plugins_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.folders.bundles))),
    value("framework_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.folders.bundles.join("Framework.bundle")))),
    // The framework.
    value("version", |vm, _| Ok(text::native(vm, FRAMEWORK_VERSION))),
    value("build_info", |vm, _| Ok(text::native(vm, concat!("reprise-", env!("CARGO_PKG_VERSION"))))),
    value("compatible_version", |vm, _| Ok(text::native(vm, "2.0a1"))),
    value("last_version", |vm, sandbox| Ok(text::native(vm, &sandbox.plugin.last_version))),
    value("debug", |vm, sandbox| Ok(vm.ctx.new_bool(sandbox.plugin.has_flag("EnableDebugging")).into())),
    value("attributes", attributes),
    value("config", config),
    // Parts.
    value("log", log::object),
    value("sandbox", context::object),
    value("host", context::object),
    value("loader", parts::loader),
    value("storage", storage::object),
    value("runtime", runtime::object),
    value("caching", parts::caching),
    value("data", data::object),
    value("networking", networking::object),
    value("localization", parts::localization),
    value("messaging", |vm, sandbox| Ok(messagekit::core_messaging(vm, &sandbox.plugin))),
    value("debugging", parts::debugging),
    value("services", parts::services),
    value("myplex", parts::myplex),
    value("notifications", parts::notifications),
    // Functions.
    open("log_exception", log::log_exception),
    open("log_except", log::log_except),
    function("log_stack", &[], log::log_stack),
    function("traceback", MESSAGE, log::core_traceback),
    function("get_server_attribute", NAME_DEFAULT, |vm, sandbox, bound| {
        let name = text::unicode_of(vm, bound.get(0))?;
        let found = platform::server_attribute(vm, &sandbox.plugin, &name);
        Ok(found.map_or_else(|| bound.get(1).to_owned(), |value| text::native(vm, &value)))
    }),
    open("server_version_at_least", |vm, sandbox, args| {
        let numbers: Vec<i64> =
            args.args.into_iter().map(|number| number.try_into_value(vm)).collect::<PyResult<_>>()?;
        let wanted: Vec<u64> = numbers.into_iter().map(|number| u64::try_from(number).unwrap_or(0)).collect();
        let version = sandbox.plugin.server_version.clone();
        let version = version.or_else(|| platform::server_attribute(vm, &sandbox.plugin, "version"));
        let reached = version.is_some_and(|version| platform::version_at_least(&version, &wanted));
        Ok(vm.ctx.new_bool(reached).into())
    }),
    function("get_value", KEY_DEFAULT, |vm, sandbox, bound| {
        match sandbox.plugin.stored_values.get(&text::unicode_of(vm, bound.get(0))?) {
            Some(value) => json_text::from_value(vm, &value),
            None => Ok(bound.get(1).to_owned()),
        }
    }),
    function("set_value", KEY_VALUE, |vm, sandbox, bound| {
        let value = stored(vm, bound.get(1))?;
        let saved = sandbox.plugin.stored_values.set(&text::unicode_of(vm, bound.get(0))?, value);
        saved.map_err(|error| vm.new_os_error(error.to_string()))?;
        Ok(vm.ctx.none())
    }),
    function("path_for_bundle", NAME_IDENTIFIER, |vm, sandbox, bound| {
        let folder = &sandbox.plugin.folders.bundles;
        let name = text::unicode_of(vm, bound.get(0))?;
        let identifier = text::unicode_of(vm, bound.get(1))?;
        let candidates = [format!("{name}.bundle"), identifier].map(|name| folder.join(name));
        let found: Option<&std::path::PathBuf> = candidates.iter().find(|path| is_folder(path));
        Ok(found.map_or_else(|| vm.ctx.none(), |path| path_text(vm, path)))
    }),
    function("prefs_available", IDENTIFIER, |vm, sandbox, bound| {
        let exist = prefskit::exist_for(&sandbox.plugin, &text::unicode_of(vm, bound.get(0))?);
        Ok(vm.ctx.new_bool(exist).into())
    }),
];

fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// The attributes of the media server's root as far as they are known.
fn attributes(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    let dict = vm.ctx.new_dict();
    for (name, value) in platform::known_server_attributes(&sandbox.plugin) {
        dict.set_item(&*text::native(vm, &name), text::native(vm, &value), vm)?;
    }
    Ok(dict.into())
}

/// The configuration as a module.
fn config(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    let module: PyRef<PyModule> = vm.new_module("config", vm.ctx.new_dict(), None);
    let config = &sandbox.plugin.config;
    for name in config.names() {
        let value = json_text::from_value(vm, config.get(name))?;
        module.dict().set_item(vm.ctx.intern_str(name), value, vm)?;
    }
    Ok(module.into())
}

/// A simple value as JSON.
fn stored(vm: &VirtualMachine, value: &PyObject) -> PyResult<Value> {
    let text = json_text::dumps(vm, value)?;
    serde_json::from_str(&text).map_err(|_| vm.new_type_error("the value cannot be stored"))
}

#[cfg(test)]
mod tests {
    use crate::plugin::testing::result_of;

    const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

    #[track_caller]
    fn gives(code: &'static str, wanted: &str) {
        assert_eq!(result_of(ELEVATED, code, "compatible").unwrap(), wanted);
    }

    #[test]
    fn files_come_and_go() {
        gives(
            "\
s = Core.storage
folder = s.join_path(s.data_path, 'a', 'b')
s.ensure_dirs(folder)
path = s.join_path(folder, 'x')
s.save(path, 'one', mtime_key='k')
steps = [s.load(path), s.has_changed(path, 'k'), s.file_exists(path), s.dir_exists(folder), s.file_size(path)]
s.copy(path, s.join_path(folder, 'y'))
s.copy_tree(folder, s.join_path(s.data_path, 'copy'))
s.rename(s.join_path(folder, 'y'), s.join_path(folder, 'z'))
steps += [sorted(s.list_dir(folder)), sorted(s.list_dir(s.join_path(s.data_path, 'copy'))), s.load(folder)]
s.remove_tree(s.join_path(s.data_path, 'a'))
result = repr(steps + [s.dir_exists(folder)])
",
            "['one', False, True, True, 3, ['x', 'z'], ['x', 'y'], None, False]",
        );
    }

    #[test]
    fn failures_are_those_of_python() {
        gives(
            "\
try:
    Core.storage.save('/nowhere/x', 'y')
except IOError, e:
    first = (e.errno, e.strerror)
try:
    Core.storage.list_dir('/nowhere')
except OSError, e:
    result = repr([first, e.errno])
",
            "[(2, 'No such file or directory'), 2]",
        );
    }

    #[test]
    fn parts_work() {
        gives(
            "\
done = []
pool = Core.runtime.create_taskpool(2)
for n in [1, 2, 3]:
    pool.add_task(done.append, [n])
pool.wait()
pool.shutdown()
root = Core.data.xml.from_string('<a> <b> </b> </a>', remove_blank_text=True)
Core.set_value('mine', {'x': [1, None]})
result = repr([sorted(done), Core.data.hashing.md5(''), Core.data.pickle.load(Core.data.pickle.dump([1])), root.text,
    Core.get_value('mine'), Core.get_value('none', 5), str(Core.policy), Core.config.http_cache_max_items,
    Core.sandbox.context.request, Core.runtime.lock('x') is Thread.Lock('x'), Core.log.handlers[0].baseFilename[-4:]])
",
            "[[1, 2, 3], 'd41d8cd98f00b204e9800998ecf8427e', [1], None, {'x': [1, None]}, 5, \
             \"<class 'Framework.policies.ElevatedPolicy'>\", 1024, None, True, '.log']",
        );
    }

    #[test]
    fn the_package_holds_what_the_kits_publish() {
        gives(
            "\
import Framework
from Framework.exceptions import FrameworkException as one
from Framework.modelling.objects import VideoClipObject as clip
item = FactoryClass(DirectoryItem)
again = Factory(item)
result = repr([one is FrameworkException, clip.__name__ == VideoClipObject.__name__, item.__name__,
    again.is_instance(again('k', 't')), Framework.api.agentkit.Agent.Movies is Agent.Movies])
"
            .replace(".__name__", "")
            .leak(),
            "[True, True, <class 'Framework.objects.DirectoryItem'>, True, True]",
        );
    }
}
