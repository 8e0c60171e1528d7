//! One running plug-in: its bundle, folders, policy, and the state that each kit keeps for it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use reprise_bundles::resources::Resources;
use reprise_bundles::stored_values::StoredValues;
use reprise_bundles::strings::Strings;
use reprise_bundles::{Bundle, Config, Folders, LogLevel};
use reprise_policies::Policy;
use reprise_policies::level::{self, Level};
use reprise_vm_glue::web;
use rustpython_vm::VirtualMachine;
use rustpython_vm::builtins::PyBaseExceptionRef;

use crate::logging::{self, Logger};
use crate::sandbox::{self, Sandbox};
use crate::{errors, sources};

/// The framework version that plug-ins are told.
pub const FRAMEWORK_VERSION: &str = "2.6.3";

/// What is chosen for a plug-in from outside its bundle.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub config: Config,
    /// `--log-file`.
    pub log_file: Option<PathBuf>,
    /// `--server-version`.
    pub server_version: Option<String>,
}

/// One running plug-in. Shared by all threads; everything in it is `Sync`.
pub struct Plugin {
    pub bundle: Bundle,
    pub config: Config,
    pub folders: Folders,
    pub policy: &'static Policy,
    /// How much of the policy is enforced.
    pub level: Level,
    pub log: Arc<Logger>,
    pub strings: Strings,
    pub stored_values: StoredValues,
    /// The framework version that ran the plug-in before.
    pub last_version: String,
    /// `--server-version`.
    pub server_version: Option<String>,
    sandbox: RwLock<Option<Arc<Sandbox>>>,
    kit_state: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    /// What is done before the process ends.
    farewells: Mutex<Vec<Box<dyn FnOnce(&VirtualMachine) + Send>>>,
}

/// Why a plug-in did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot make the folder {}: {source}", folder.display())]
    Folders { folder: PathBuf, source: std::io::Error },
    /// The code file cannot be read or compiled; the text is the traceback.
    #[error("{0}")]
    Load(String),
    /// The code of the main file raised; the text is the traceback.
    #[error("{0}")]
    Start(String),
}

impl StartError {
    /// The exit status of the process (`spec/protocol.md` §1.2).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Folders { .. } => 1,
            Self::Load(_) => 2,
            Self::Start(_) => 3,
        }
    }

    /// The line on standard error.
    pub fn stderr_line(&self, bundle: &Bundle) -> String {
        match self {
            Self::Folders { .. } => format!("{self}."),
            Self::Load(_) => "Error loading bundle code.".to_owned(),
            Self::Start(_) => format!("Error starting framework core for {}.", bundle.path.display()),
        }
    }
}

impl Plugin {
    /// Makes the folders, opens the log and reads what belongs to the plug-in. No Python yet.
    pub fn open(bundle: Bundle, options: Options) -> Result<Arc<Self>, StartError> {
        let Options { mut config, log_file, server_version } = options;
        let folders = Folders::locate(&bundle.identifier, &config, log_file.as_deref());
        config.name_folders();
        folders.create().map_err(|source| StartError::Folders { folder: folders.data.clone(), source })?;
        if config.flag("do_chdir")
            && let Err(error) = std::env::set_current_dir(&folders.data)
        {
            return Err(StartError::Folders { folder: folders.data.clone(), source: error });
        }
        let level = bundle.info.log_level.unwrap_or_else(|| LogLevel::by_name(config.text("log_level").unwrap_or("")));
        let console = bundle.info.console_logging || config.flag("console_logging");
        let log = Arc::new(Logger::open(&folders.log_file, &bundle.identifier, level, console));
        logging::install(&log);
        let policy = Policy::by_name(&bundle.info.code_policy);
        reprise_vm_glue::code_cache::set_folder(Some(folders.compiled_code()));
        let stored_values = StoredValues::open(folders.stored_values_file());
        let last_version = last_version(&stored_values);
        let version = env!("CARGO_PKG_VERSION");
        tracing::info!("Starting framework core - Version: {FRAMEWORK_VERSION}, Build: reprise-{version}");
        tracing::debug!("Using the {} policy", policy.name);
        let strings = Strings::new(bundle.strings(), config.text("default_locale").unwrap_or("en-us"));
        let plugin = Arc::new(Self {
            bundle,
            level: Level::by_name(config.text("policy_level").unwrap_or_default()),
            config,
            folders,
            policy,
            log,
            strings,
            stored_values,
            last_version,
            server_version,
            sandbox: RwLock::default(),
            kit_state: Mutex::default(),
            farewells: Mutex::default(),
        });
        let cache_version = || plugin.stored_values.get("HTTP.system.CacheVersion").is_none();
        let stored = plugin.stored_values.set("LastVersion", FRAMEWORK_VERSION).and_then(|()| match cache_version() {
            true => plugin.stored_values.set("HTTP.system.CacheVersion", 1),
            false => Ok(()),
        });
        if let Err(error) = stored {
            tracing::error!("Cannot write {}: {error}", plugin.folders.stored_values_file().display());
        }
        Ok(plugin)
    }

    /// A plug-in for one of the older frameworks: only what the kits underneath need. Makes no folders and writes nothing.
    pub fn older(bundle: Bundle, config: Config, folders: Folders, log: Arc<Logger>) -> Arc<Self> {
        logging::install(&log);
        let stored_values = StoredValues::open(folders.stored_values_file());
        let strings = Strings::new(bundle.strings(), config.text("default_locale").unwrap_or("en-us"));
        Arc::new(Self {
            bundle,
            level: Level::Compatible,
            config,
            folders,
            policy: Policy::by_name("Elevated"),
            log,
            strings,
            last_version: last_version(&stored_values),
            stored_values,
            server_version: None,
            sandbox: RwLock::default(),
            kit_state: Mutex::default(),
            farewells: Mutex::default(),
        })
    }

    /// Makes the main sandbox and compiles the main file.
    pub fn load(self: &Arc<Self>, vm: &VirtualMachine) -> Result<Loaded, StartError> {
        let failed = |exception: PyBaseExceptionRef| {
            let text = errors::traceback_of(vm, &exception);
            tracing::error!(critical = true, "Exception while loading code (most recent call last):\n{text}");
            StartError::Load(text)
        };
        let sandbox = Sandbox::main(vm, self).map_err(failed)?;
        *self.sandbox.write() = Some(Arc::clone(&sandbox));
        if self.policy.synthesizes_defaults {
            crate::runtimekit::add_main_prefix(vm, self).map_err(failed)?;
        }
        tracing::debug!("Finished starting framework core");
        tracing::debug!("Loading plug-in code");
        let file = self.bundle.main_file();
        let code = if file.is_file() {
            Some(sandbox.enter(|| sources::compile(vm, &sandbox, &file, false)).map_err(failed)?)
        } else {
            None
        };
        tracing::debug!("Finished loading plug-in code");
        Ok(Loaded { code })
    }

    /// Runs the main file and its `Start` function.
    pub fn start(self: &Arc<Self>, vm: &VirtualMachine, loaded: Loaded) -> Result<(), StartError> {
        let Some(sandbox) = self.main_sandbox() else { return Ok(()) };
        let Some(code) = loaded.code else { return Ok(()) };
        sandbox.enter(|| {
            if let Err(exception) = sources::execute(vm, code, &sandbox.globals) {
                let text = errors::traceback_of(vm, &exception);
                tracing::error!(critical = true, "Exception starting plug-in (most recent call last):\n{text}");
                return Err(StartError::Start(text));
            }
            sandbox::call_start(vm, &sandbox);
            tracing::info!("Started plug-in");
            Ok(())
        })
    }

    /// What has to be done before the process ends: saves what is not on disk yet.
    pub fn stop(&self, vm: &VirtualMachine) {
        tracing::info!("Stopping plug-in");
        for farewell in std::mem::take(&mut *self.farewells.lock()) {
            farewell(vm);
        }
        crate::datakit::flush(self, vm);
    }

    /// Has something done before the process ends.
    pub fn on_stop(&self, farewell: impl FnOnce(&VirtualMachine) + Send + 'static) {
        self.farewells.lock().push(Box::new(farewell));
    }

    /// The sandbox of the plug-in's own code, from [`load`](Self::load) on.
    pub fn main_sandbox(&self) -> Option<Arc<Sandbox>> {
        self.sandbox.read().clone()
    }

    /// The resource folders of the plug-in's own code.
    pub(crate) fn main_resources(&self) -> Resources {
        Resources::new(vec![self.bundle.resources()])
    }

    /// The prefix where no handler gives one.
    pub fn channel_prefix(&self) -> String {
        match &self.bundle.info.legacy_prefix {
            Some(prefix) if !self.is_daemon() => prefix.clone(),
            _ => format!("/plugins/{}", self.bundle.identifier),
        }
    }

    /// Whether the process runs in the background, for many users (`spec/protocol.md` §1.9).
    pub fn is_daemon(&self) -> bool {
        self.config.flag("daemonized")
    }

    /// The program's HTTP client.
    pub fn web(&self) -> &'static web::Client {
        web::Client::shared()
    }

    /// The modules that the policy's code is meant to import.
    pub fn module_whitelist(&self) -> Vec<String> {
        level::whitelist(self.config.list("module_whitelist"), self.policy, &self.bundle.info.module_whitelist)
    }

    /// True if a flag of `PlexFrameworkFlags` is set.
    pub fn has_flag(&self, flag: &str) -> bool {
        self.bundle.info.has_flag(&self.config.list("flags"), flag)
    }

    /// The state that one kit keeps for this plug-in, created empty on first use. Each kit declares its own type in
    /// its own file, so that this struct need not know it.
    pub fn state<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut map = self.kit_state.lock();
        let entry = map.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(entry).downcast::<T>().unwrap_or_default()
    }
}

fn last_version(values: &StoredValues) -> String {
    let last = values.get("LastVersion").and_then(|value| value.as_str().map(str::to_owned));
    last.unwrap_or_else(|| FRAMEWORK_VERSION.to_owned())
}

/// The compiled main file, if the bundle has one.
pub struct Loaded {
    code: Option<rustpython_vm::PyRef<rustpython_vm::builtins::PyCode>>,
}

/// Plug-ins for tests.
#[cfg(test)]
pub mod testing {
    use super::*;

    /// A plug-in `org.example.test` whose bundle and folders are in a temporary folder, with the given `Info.plist`
    /// entries and main file.
    pub fn plugin(info: &str, code: &str) -> (tempfile::TempDir, Arc<Plugin>) {
        plugin_at_level(info, code, "compatible")
    }

    /// The same with a level of the policy.
    pub fn plugin_at_level(info: &str, code: &str, level: &str) -> (tempfile::TempDir, Arc<Plugin>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("Test.bundle");
        std::fs::create_dir_all(path.join("Contents/Code")).expect("a folder");
        let info = format!(
            "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.test</string>{info}\
             </dict></plist>"
        );
        std::fs::write(path.join("Contents/Info.plist"), info).expect("a file");
        std::fs::write(path.join("Contents/Code/__init__.py"), code).expect("a file");
        let mut config = Config::default();
        config.set("root_path", folder.path().join("root").to_string_lossy().into_owned());
        config.set("do_chdir", false);
        config.set("policy_level", level.to_owned());
        let bundle = Bundle::open(&path).expect("a bundle");
        let plugin = Plugin::open(bundle, Options { config, ..Options::default() }).expect("a plug-in");
        (folder, plugin)
    }

    /// Starts a plug-in with the given code; the traceback where it fails, else what its global `result` says.
    pub fn result_of(info: &str, code: &str, level: &str) -> Result<String, String> {
        use reprise_vm_glue::interpreter::{Codec, Interpreter, Settings};
        let run = move || {
            let interpreter = Interpreter::new(Settings { default_codec: Codec::Utf8, ..Settings::default() });
            interpreter.enter(|vm| {
                let (_folder, plugin) = plugin_at_level(info, code, level);
                let loaded = plugin.load(vm).map_err(|error| error.to_string())?;
                plugin.start(vm, loaded).map_err(|error| error.to_string())?;
                let sandbox = plugin.main_sandbox().ok_or("no sandbox")?;
                let result =
                    sandbox.globals.get_item("result", vm).map_err(|error| errors::traceback_of(vm, &error))?;
                Ok(errors::text_or_bytes(vm, &result))
            })
        };
        reprise_vm_glue::threads::on_big_stack("test", run).expect("a thread")
    }

    /// Runs `work` with a machine and a sandbox that has all published names.
    pub fn with_sandbox<R: Send + 'static>(
        work: impl FnOnce(&VirtualMachine, &Arc<Sandbox>) -> R + Send + 'static,
    ) -> R {
        use reprise_vm_glue::interpreter::{Codec, Interpreter, Settings};
        let run = move || {
            let settings = Settings { default_codec: Codec::Utf8, ..Settings::default() };
            let interpreter = Interpreter::new(settings);
            interpreter.enter(|vm| {
                let (_folder, plugin) = plugin("", "");
                let sandbox = Sandbox::main(vm, &plugin).map_err(|e| errors::traceback_of(vm, &e)).expect("a sandbox");
                *plugin.sandbox.write() = Some(Arc::clone(&sandbox));
                sandbox.enter(|| work(vm, &sandbox))
            })
        };
        reprise_vm_glue::threads::on_big_stack("test", run).expect("a thread")
    }
}
