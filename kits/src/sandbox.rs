//! One environment for restricted code (`spec/sandbox.md`): published names, builtins, guards, calls by name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use reprise_bundles::resources::Resources;
use reprise_bundles::services::ServiceKind;
use reprise_policies::level::Level;
use reprise_policies::{Policy, builtins, imports};
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::{dialect, text};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use crate::kit::Visibility;
use crate::plugin::Plugin;
use crate::{KITS, errors, guards, importer, libraries, limits, missing, models};

/// What the code of a sandbox is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The plug-in's own.
    Main,
    /// One service's.
    Service { kind: ServiceKind, name: String },
    /// The modules that a plug-in's services share.
    SharedCode,
    /// The templates of a plug-in's own models.
    Models,
}

/// One sandbox: the main code of a plug-in, a service, or the shared code.
pub struct Sandbox {
    pub plugin: Arc<Plugin>,
    /// Identifier of the code in it: the plug-in's, or a service's.
    pub identifier: String,
    pub policy: &'static Policy,
    pub role: Role,
    /// Globals of the code: the published names and what the code defines.
    pub globals: PyDictRef,
    /// What the code has for `__builtins__`.
    pub builtins: PyDictRef,
    pub resources: Resources,
    /// Where imports of the main file are searched.
    pub code_path: Option<PathBuf>,
    /// Where all imports are searched besides.
    pub more_paths: Vec<PathBuf>,
    /// Modules of the bundle, by the last part of their names.
    pub(crate) modules: Mutex<HashMap<String, PyObjectRef>>,
}

thread_local! {
    static CURRENT: RefCell<Vec<Arc<Sandbox>>> = const { RefCell::new(Vec::new()) };
}

/// The sandbox whose code the current thread runs, if any.
pub fn current() -> Option<Arc<Sandbox>> {
    CURRENT.try_with(|stack| stack.borrow().last().cloned()).ok().flatten()
}

/// Runs `Start`. Its exceptions are logged; the plug-in keeps running.
pub fn call_start(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) {
    match sandbox.globals.get_item_opt("Start", vm) {
        Ok(Some(start)) => {
            if let Err(exception) = start.call((), vm) {
                let text = errors::traceback_of(vm, &exception);
                tracing::error!(
                    critical = true,
                    "Exception when calling function 'Start' (most recent call last):\n{text}"
                );
            }
        }
        _ => {
            tracing::error!(critical = true, "Function named 'Start' couldn't be found in the current environment");
        }
    }
}

/// Whether code under a policy sees a name.
pub fn sees(policy: &Policy, visible: Visibility) -> bool {
    let cloud = policy.is_cloud();
    match visible {
        Visibility::All => true,
        Visibility::Code => policy.is_code,
        Visibility::CodeNotModern => policy.is_code && !policy.is_modern,
        Visibility::CodeNotCloud => policy.is_code && !cloud,
        Visibility::Bundle => policy.is_bundle,
        Visibility::BundleNotModern => policy.is_bundle && !policy.is_modern,
        Visibility::BundleNotCloud => policy.is_bundle && !cloud,
        Visibility::BundleOrServiceNotCloud => (policy.is_bundle || policy.is_service()) && !cloud,
        Visibility::Elevated => policy.elevated,
        Visibility::Cloud => cloud,
        Visibility::CloudOrElevated => cloud || policy.elevated,
        Visibility::Model => policy.name == reprise_policies::MODEL.name,
    }
}

impl Sandbox {
    /// The sandbox of a plug-in's own code.
    pub fn main(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<Arc<Self>> {
        limits::install(vm, plugin)?;
        if plugin.policy.bundled_libraries {
            add_library_folders(vm, plugin)?;
        }
        let set_default_encoding = vm.new_function("setdefaultencoding", set_default_encoding);
        import::sys(vm)?.set_attr("setdefaultencoding", set_default_encoding, vm)?;
        let sandbox = Arc::new(Self {
            identifier: plugin.bundle.identifier.clone(),
            policy: plugin.policy,
            role: Role::Main,
            globals: vm.ctx.new_dict(),
            builtins: vm.ctx.new_dict(),
            resources: plugin.main_resources(),
            code_path: Some(plugin.bundle.code()),
            more_paths: Vec::new(),
            modules: Mutex::default(),
            plugin: Arc::clone(plugin),
        });
        sandbox.fill(vm)?;
        limits::close_libraries(vm, &sandbox)?;
        models::user::publish(vm, &sandbox)?;
        Ok(sandbox)
    }

    /// A sandbox for code of services. `shared` are the folders with modules that the code can import.
    pub fn of_service(
        vm: &VirtualMachine,
        plugin: &Arc<Plugin>,
        identifier: &str,
        role: Role,
        resources: Vec<PathBuf>,
        shared: Vec<PathBuf>,
    ) -> PyResult<Arc<Self>> {
        let sandbox = Arc::new(Self {
            identifier: identifier.to_owned(),
            policy: &reprise_policies::SERVICE,
            role,
            globals: vm.ctx.new_dict(),
            builtins: vm.ctx.new_dict(),
            resources: Resources::new(resources),
            code_path: None,
            more_paths: shared,
            modules: Mutex::default(),
            plugin: Arc::clone(plugin),
        });
        sandbox.fill(vm)?;
        Ok(sandbox)
    }

    /// A sandbox for the templates of a plug-in's own models, which import from their own folder.
    pub fn of_models(vm: &VirtualMachine, plugin: &Arc<Plugin>, folder: Option<PathBuf>) -> PyResult<Arc<Self>> {
        let sandbox = Arc::new(Self {
            identifier: plugin.bundle.identifier.clone(),
            policy: &reprise_policies::MODEL,
            role: Role::Models,
            globals: vm.ctx.new_dict(),
            builtins: vm.ctx.new_dict(),
            resources: plugin.main_resources(),
            code_path: folder,
            more_paths: Vec::new(),
            modules: Mutex::default(),
            plugin: Arc::clone(plugin),
        });
        sandbox.fill(vm)?;
        Ok(sandbox)
    }

    /// A sandbox without names: for code that uses single kits ([`Self::published`]) and runs outside of it, as that of
    /// plug-ins for the older frameworks does, and for tests of single kits.
    pub fn bare(vm: &VirtualMachine, plugin: &Arc<Plugin>, globals: PyDictRef) -> Arc<Self> {
        Arc::new(Self {
            identifier: plugin.bundle.identifier.clone(),
            policy: plugin.policy,
            role: Role::Main,
            globals,
            builtins: vm.ctx.new_dict(),
            resources: plugin.main_resources(),
            code_path: None,
            more_paths: Vec::new(),
            modules: Mutex::default(),
            plugin: Arc::clone(plugin),
        })
    }

    /// Puts in the names of Python and those of the kits.
    fn fill(self: &Arc<Self>, vm: &VirtualMachine) -> PyResult<()> {
        libraries::register();
        import::attach(imports::PRELOADED_SUBMODULES);
        self.fill_builtins(vm)?;
        let globals = &self.globals;
        globals.set_item("__builtins__", self.builtins.clone().into(), vm)?;
        globals.set_item("__name__", vm.ctx.new_str(self.policy.module_name).into(), vm)?;
        for name in builtins::globals(self.policy) {
            if let Some(value) = dialect::builtins(vm)?.get_item_opt(name, vm)? {
                globals.set_item(name, value, vm)?;
            }
        }
        guards::publish(vm, self)?;
        let excluded = &self.plugin.bundle.info.api_exclusions;
        let is_excluded = |kit: &str, name: &str| {
            // Where a kit here is made of several of the original's, or the other way round, the original's counts.
            let original = missing::kit_of(name).unwrap_or(kit);
            excluded.iter().any(|excluded| excluded == kit || excluded == original || excluded == name)
        };
        for kit in KITS {
            for entry in kit.entries {
                if sees(self.policy, entry.visible) && !is_excluded(kit.name, entry.name) {
                    globals.set_item(entry.name, (entry.make)(vm, self)?, vm)?;
                }
            }
        }
        missing::publish(vm, self)
    }

    fn fill_builtins(self: &Arc<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let all = dialect::builtins(vm)?;
        for (name, value) in &all {
            let Some(spelled) = name.downcast_ref::<rustpython_vm::builtins::PyStr>() else { continue };
            // The operations that lowered code calls have names that no source can spell.
            let is_operation = spelled.as_bytes().first() == Some(&b'<') || spelled.as_bytes() == b"__build_class__";
            let is_open = std::str::from_utf8(spelled.as_bytes())
                .is_ok_and(|name| builtins::BUILTINS.contains(&name) || builtins::EXCEPTIONS.contains(&name));
            if is_operation || is_open {
                self.builtins.set_item(name.as_object(), value, vm)?;
            }
        }
        self.builtins.set_item("__import__", importer::function(vm, self), vm)?;
        guards::publish_writers(vm, self)
    }

    /// The object that the sandbox publishes under a name, whatever the code has made of that name since; None if it
    /// does not publish it. (Kits are made anew: they keep their state elsewhere.)
    pub fn published(self: &Arc<Self>, vm: &VirtualMachine, name: &str) -> PyResult<Option<PyObjectRef>> {
        if name == "FrameworkException" {
            return Ok(Some(errors::class_object(vm, name).into()));
        }
        let entry = KITS.iter().flat_map(|kit| kit.entries).find(|entry| entry.name == name);
        entry.map(|entry| (entry.make)(vm, self)).transpose()
    }

    /// Runs `f` with this sandbox as the current one of the thread.
    pub fn enter<R>(self: &Arc<Self>, f: impl FnOnce() -> R) -> R {
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                CURRENT.with_borrow_mut(|stack| stack.pop());
            }
        }
        CURRENT.with_borrow_mut(|stack| stack.push(Arc::clone(self)));
        let _leave = Leave;
        f()
    }
}

/// `sys.setdefaultencoding`, which plug-ins find as the original's process had it: the default is UTF-8 and stays so.
fn set_default_encoding(encoding: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let name = text::unicode_of(vm, &encoding)?;
    if !matches!(name.to_ascii_lowercase().replace(['-', '_'], "").as_str(), "utf8") {
        tracing::warn!("sys.setdefaultencoding('{name}') has no effect: the default encoding is UTF-8");
    }
    Ok(())
}

/// Puts `Contents/Libraries` at the front of the module search path.
fn add_library_folders(vm: &VirtualMachine, plugin: &Plugin) -> PyResult<()> {
    import::keep(imports::PRELOADED);
    let path = import::sys(vm)?.get_attr("path", vm)?;
    for (index, folder) in library_folders(plugin).iter().enumerate() {
        let text = text::new_str(vm, folder.as_os_str().as_encoded_bytes());
        vm.call_method(&path, "insert", (index, text))?;
    }
    if plugin.level != Level::Strict {
        // The module of the program that the media server started: its `__builtins__` are a dictionary.
        import::new_module(vm, "__main__", dialect::builtins(vm)?.into())?;
    }
    Ok(())
}

/// The folders of `Contents/Libraries`, in the order of the search.
pub fn library_folders(plugin: &Plugin) -> [PathBuf; 2] {
    let libraries = plugin.bundle.libraries();
    [libraries.join("Shared"), libraries.join(platform_os()).join(platform_cpu())]
}

/// `Platform.OS`, as folders of libraries are named.
pub fn platform_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "MacOSX",
        "windows" => "Windows",
        "freebsd" => "FreeBSD",
        "solaris" | "illumos" => "SunOS",
        _ => "Linux",
    }
}

/// `Platform.CPU`, as folders of libraries are named.
pub fn platform_cpu() -> &'static str {
    match std::env::consts::ARCH {
        "x86" | "x86_64" => "i386",
        "mips" => "MIPS",
        "arm" => "armv5tel",
        "powerpc" => "ppc",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reprise_policies::{CLOUD, ELEVATED, MODEL, SERVICE, STANDARD};

    #[test]
    fn visibility() {
        let seen =
            |visible| [&STANDARD, &ELEVATED, &CLOUD, &SERVICE, &MODEL].map(|policy| u8::from(sees(policy, visible)));
        assert_eq!(seen(Visibility::All), [1, 1, 1, 1, 1]);
        assert_eq!(seen(Visibility::Code), [1, 1, 1, 1, 0]);
        assert_eq!(seen(Visibility::CodeNotModern), [1, 1, 0, 0, 0]);
        assert_eq!(seen(Visibility::CodeNotCloud), [1, 1, 0, 1, 0]);
        assert_eq!(seen(Visibility::Bundle), [1, 1, 1, 0, 0]);
        assert_eq!(seen(Visibility::BundleNotModern), [1, 1, 0, 0, 0]);
        assert_eq!(seen(Visibility::BundleNotCloud), [1, 1, 0, 0, 0]);
        assert_eq!(seen(Visibility::BundleOrServiceNotCloud), [1, 1, 0, 1, 0]);
        assert_eq!(seen(Visibility::Elevated), [0, 1, 0, 0, 0]);
        assert_eq!(seen(Visibility::Cloud), [0, 0, 1, 0, 0]);
        assert_eq!(seen(Visibility::CloudOrElevated), [0, 1, 1, 0, 0]);
        assert_eq!(seen(Visibility::Model), [0, 0, 0, 0, 1]);
    }
}
