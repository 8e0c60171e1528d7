//! One running plug-in of framework 0 or 1: start, answers, end (`spec/legacy-v1.md` §1, `spec/legacy-v0.md` §1).

use std::path::PathBuf;
use std::sync::Arc;

use reprise_bundles::{Bundle, Config, Folders, FrameworkVersion, LogLevel};
use reprise_kits::http_request::{Network, Settings as NetworkSettings};
use reprise_kits::logging::{Logger, Style};
use reprise_kits::plugin::{Plugin, StartError};
use reprise_kits::sandbox::Sandbox;
use reprise_kits::{errors, libraries};
use reprise_vm_glue::interpreter::{Codec, Interpreter, Settings};
use reprise_vm_glue::runtime::{codecs, text};
use reprise_vm_glue::{code_cache, import};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::pipe::Request;
use crate::{module_check, natives, packages};

/// How long a connection may take where the environment does not say.
const TIMEOUT: f64 = 20.0;
const TIMEOUT_VARIABLE: &str = "PLEX_MEDIA_SERVER_PLUGIN_TIMEOUT";
/// The answer where even the dispatch fails.
const FAILED: &[u8] = b"500 Internal Server Error\r\n\r\n";

/// A plug-in of framework 0 or 1.
pub struct OlderPlugin {
    pub plugin: Arc<Plugin>,
    pub framework: FrameworkVersion,
    /// `PlexPluginDebug` is `1`.
    pub debug: bool,
}

impl OlderPlugin {
    /// Makes the folders and opens the log, whose lines go to standard error too with `console`. No Python yet.
    pub fn open(bundle: Bundle, config: Config, console: bool) -> Result<Arc<Self>, StartError> {
        let framework = bundle.framework;
        let folders = Folders::locate(&bundle.identifier, &config, None);
        // Both frameworks work in the folder that their files go to.
        let here = match framework {
            FrameworkVersion::V0 => folders.data.clone(),
            _ => folders.data_items.clone(),
        };
        let failed = |folder: &PathBuf, source| StartError::Folders { folder: folder.clone(), source };
        for folder in [&here, &folders.preferences] {
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        }
        std::env::set_current_dir(&here).map_err(|error| failed(&here, error))?;
        let debug = natives::plist_text(&bundle, "PlexPluginDebug").is_some_and(|value| value == "1");
        let level = if debug { LogLevel::Debug } else { LogLevel::Info };
        let style = Style::Older { width: if framework == FrameworkVersion::V0 { 32 } else { 40 } };
        let log = Arc::new(Logger::open_as(&folders.log_file, &bundle.identifier, level, console, style));
        code_cache::set_folder(Some(folders.compiled_code()));
        let plugin = Plugin::older(bundle, config, folders, log);
        let network = plugin.state::<Network>();
        let cookies = match framework {
            FrameworkVersion::V0 => plugin.folders.data.join("CookieJar"),
            _ => plugin.folders.cookies_file(),
        };
        let agent = plugin.bundle.info.plugin_class == "Agent";
        network.open(NetworkSettings {
            cookies: Some(cookies),
            lwp_cookies: framework == FrameworkVersion::V0,
            cache: None,
            is_agent: agent,
            elevated: true,
        });
        let timeout = std::env::var(TIMEOUT_VARIABLE).ok().and_then(|value| value.trim().parse().ok());
        *network.timeout.lock() = Some(timeout.unwrap_or(TIMEOUT));
        Ok(Arc::new(Self { plugin, framework, debug }))
    }

    /// The interpreter for the plug-in's code.
    pub fn interpreter(&self) -> Interpreter {
        let codec = match (self.framework, natives::plist_text(&self.plugin.bundle, "PlexPluginEncoding")) {
            (FrameworkVersion::V0, _) => Codec::Ascii,
            (_, Some(name)) => Codec::by_name(&name),
            (_, None) => Codec::Utf8,
        };
        libraries::register();
        let modules = packages::of(self.framework);
        Interpreter::new(Settings { default_codec: codec, modules, ..Settings::default() })
    }

    /// Imports the plug-in's code and runs it up to the end of `Start()`.
    pub fn start(self: &Arc<Self>, vm: &VirtualMachine) -> Result<(), StartError> {
        let begin = || -> PyResult<()> {
            let codec = text::default_codec(vm).name();
            codecs::decode_object(vm, b"", Some(codec), None)?;
            let sandbox = Sandbox::bare(vm, &self.plugin, vm.ctx.new_dict());
            natives::install(vm, self, &sandbox)?;
            let path = import::sys(vm)?.get_attr("path", vm)?;
            for folder in [self.plugin.bundle.contents(), self.plugin.bundle.contents().join("Libraries")] {
                if folder.is_dir() {
                    vm.call_method(&path, "append", (text::new_str(vm, folder.as_os_str().as_encoded_bytes()),))?;
                }
            }
            if self.framework == FrameworkVersion::V1 {
                module_check::begin(&self.plugin);
            }
            let dispatch = dispatch(vm)?;
            let begun = vm.call_method(&dispatch, "start", ()).map(drop);
            self.plugin.on_stop(move |vm| {
                if let Err(exception) = vm.call_method(&dispatch, "stop", ()) {
                    tracing::error!("{}", errors::traceback_of(vm, &exception));
                }
            });
            begun
        };
        begin().map_err(|exception| {
            let trace = errors::traceback_of(vm, &exception);
            tracing::error!("The plug-in's code cannot be imported:\n{trace}");
            StartError::Load(trace)
        })
    }

    /// Answers a request: the bytes for the pipe.
    pub fn answer(&self, vm: &VirtualMachine, request: &Request) -> Vec<u8> {
        let call = || -> PyResult<Vec<u8>> {
            let string = |bytes: &[u8]| text::new_str(vm, bytes);
            let pairs = request.headers.iter();
            let pairs = pairs.map(|(name, value)| vm.ctx.new_tuple(vec![string(name), string(value)]).into());
            let headers: PyObjectRef = vm.ctx.new_list(pairs.collect()).into();
            let answer = vm.call_method(&*dispatch(vm)?, "answer", (string(&request.path), headers))?;
            text::bytes_of(&answer).ok_or_else(|| vm.new_type_error("an answer is text"))
        };
        call().unwrap_or_else(|exception| {
            tracing::error!("Exception when constructing response:\n{}", errors::traceback_of(vm, &exception));
            FAILED.to_vec()
        })
    }
}

/// The module that turns requests into calls.
fn dispatch(vm: &VirtualMachine) -> PyResult {
    let names = vm.ctx.new_tuple(vec![vm.ctx.new_str("answer").into()]);
    import::import_level(vm, "PMS._Dispatch", None, Some(names.into()), 0)
}
