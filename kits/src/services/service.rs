//! One service: its sandbox, made at first use and anew when its code changes on disk, and calls into it
//! (`spec/messaging-services.md` §5.2, §7).

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use parking_lot::Mutex;
use reprise_bundles::services::Declaration;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyTuple;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::arguments::Arguments;
use crate::callback::{DeferredFunction, IndirectFunction};
use crate::plugin::Plugin;
use crate::sandbox::{Role, Sandbox};
use crate::{context, errors, sources};

/// A service.
pub struct Service {
    pub declaration: Declaration,
    bundle: PathBuf,
    patterns: OnceLock<Vec<PyObjectRef>>,
    code: Mutex<Option<Loaded>>,
}

/// Code that was loaded from the files with this stamp. No sandbox: the code failed.
struct Loaded {
    stamp: Stamp,
    sandbox: Option<Arc<Sandbox>>,
}

/// When files were changed last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, Option<SystemTime>, u64)>);

impl Stamp {
    /// That of one file.
    fn add(&mut self, file: &Path) {
        let metadata = std::fs::metadata(file).ok();
        let modified = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
        self.0.push((file.to_owned(), modified, metadata.map_or(0, |metadata| metadata.len())));
    }

    /// That of all shared code in a folder.
    pub fn add_shared(&mut self, folder: &Path) {
        for file in shared_files(folder) {
            self.add(&file);
        }
    }
}

/// The files of a folder of shared code, by name.
pub fn shared_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "pys") && file.is_file());
    files.sort();
    files
}

/// Whether a service may answer that it finds something out later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferral {
    /// Functions marked `@deferred` are called all the same.
    Call,
    /// They are left alone.
    Leave,
}

impl Service {
    pub fn new(declaration: Declaration, bundle: &Path) -> Self {
        Self { declaration, bundle: bundle.to_owned(), patterns: OnceLock::new(), code: Mutex::default() }
    }

    /// The service's folder.
    pub fn folder(&self) -> PathBuf {
        self.declaration.folder(&self.bundle)
    }

    /// The folder with `Shared Code` and `Resources`.
    pub fn root(&self) -> PathBuf {
        self.declaration.root(&self.bundle)
    }

    /// What `source_title` is where the service does not say.
    pub fn source_title(&self) -> &str {
        self.declaration.source_title.as_deref().unwrap_or(&self.declaration.name)
    }

    /// `Name (kind)`, for the log.
    fn label(&self) -> String {
        format!("{} ({})", self.declaration.name, self.declaration.kind.key())
    }

    /// Compiles the patterns; false, and a line in the log, where one is no regular expression.
    pub fn compile_patterns(&self, vm: &VirtualMachine) -> bool {
        let compile = || -> PyResult<Vec<PyObjectRef>> {
            if self.declaration.patterns.is_empty() {
                return Ok(Vec::new());
            }
            let re = import::module(vm, "re")?;
            let (compile, flags) = (re.get_attr("compile", vm)?, re.get_attr("IGNORECASE", vm)?);
            let patterns = self.declaration.patterns.iter();
            patterns.map(|pattern| compile.call((text::native(vm, pattern), flags.clone()), vm)).collect()
        };
        match compile() {
            Ok(patterns) => {
                self.patterns.get_or_init(|| patterns);
                true
            }
            Err(error) => {
                let message = errors::message_of(vm, &error);
                tracing::error!("Error loading {} of {}: {message}", self.label(), self.declaration.identifier);
                false
            }
        }
    }

    /// Whether a pattern matches the start of an address.
    pub fn matches(&self, vm: &VirtualMachine, url: &PyObject) -> PyResult<bool> {
        for pattern in self.patterns.get().map(Vec::as_slice).unwrap_or_default() {
            let found = vm.call_method(pattern, "match", (url.to_owned(),))?;
            if !vm.is_none(&found) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The sandbox with the service's code; None where the code cannot be loaded, which is in the log.
    pub fn sandbox(&self, vm: &VirtualMachine, plugin: &Arc<Plugin>) -> Option<Arc<Sandbox>> {
        let file = self.folder().join("ServiceCode.pys");
        let shared = self.root().join("Shared Code");
        let mut stamp = Stamp::default();
        stamp.add(&file);
        stamp.add_shared(&shared);
        {
            let code = self.code.lock();
            match code.as_ref() {
                Some(loaded) if loaded.stamp == stamp => return loaded.sandbox.clone(),
                Some(_) => tracing::debug!("Reloading service code for {}", self.label()),
                None => tracing::debug!("Loading service code for {}", self.label()),
            }
        }
        // Not under the lock: the code may look things up in services, this one too. Of two threads that load it at
        // the same time the first one's sandbox stays.
        let loaded = self.load(vm, plugin, &file, shared);
        let sandbox = match loaded {
            Ok(sandbox) => Some(sandbox),
            Err(error) => {
                let trace = errors::traceback_of(vm, &error);
                let rest = trace.strip_prefix("Traceback (most recent call last):").unwrap_or(&trace);
                tracing::error!(
                    critical = true,
                    "Exception loading the code of {} (most recent call last):{rest}",
                    self.label()
                );
                None
            }
        };
        let mut code = self.code.lock();
        match code.as_ref() {
            Some(there) if there.stamp == stamp => there.sandbox.clone(),
            _ => {
                *code = Some(Loaded { stamp, sandbox: sandbox.clone() });
                sandbox
            }
        }
    }

    fn load(&self, vm: &VirtualMachine, plugin: &Arc<Plugin>, file: &Path, shared: PathBuf) -> PyResult<Arc<Sandbox>> {
        let Declaration { kind, identifier, name, .. } = &self.declaration;
        let role = Role::Service { kind: *kind, name: name.clone() };
        let resources = vec![self.root().join("Resources")];
        let sandbox = Sandbox::of_service(vm, plugin, identifier, role, resources, vec![shared])?;
        sandbox.enter(|| {
            let code = sources::compile(vm, &sandbox, file, false)?;
            sources::execute(vm, code, &sandbox.globals)
        })?;
        Ok(sandbox)
    }

    /// A global of the service that can be called.
    fn function(
        &self,
        vm: &VirtualMachine,
        plugin: &Arc<Plugin>,
        name: &str,
    ) -> PyResult<Option<(Arc<Sandbox>, PyObjectRef)>> {
        let Some(sandbox) = self.sandbox(vm, plugin) else { return Ok(None) };
        let function = sandbox.globals.get_item_opt(name, vm)?.filter(|function| function.is_callable());
        Ok(function.map(|function| (sandbox, function)))
    }

    /// Whether the service has a function of this name.
    pub fn defines(&self, vm: &VirtualMachine, plugin: &Arc<Plugin>, name: &str) -> PyResult<bool> {
        Ok(self.function(vm, plugin, name)?.is_some())
    }

    /// Whether a function of the service is marked `@deferred`.
    pub fn is_deferred(&self, vm: &VirtualMachine, plugin: &Arc<Plugin>, name: &str) -> PyResult<bool> {
        Ok(self.function(vm, plugin, name)?.is_some_and(|(_, function)| unwrap(function).1))
    }

    /// Whether a function of the service names a parameter.
    pub fn takes(&self, vm: &VirtualMachine, plugin: &Arc<Plugin>, name: &str, parameter: &str) -> PyResult<bool> {
        let Some((_, function)) = self.function(vm, plugin, name)? else { return Ok(false) };
        let Ok(code) = unwrap(function).0.get_attr("__code__", vm) else { return Ok(false) };
        let count: usize = code.get_attr("co_argcount", vm)?.try_into_value(vm)?;
        let names = code.get_attr("co_varnames", vm)?;
        let Some(names) = names.downcast_ref::<PyTuple>() else { return Ok(false) };
        for name in names.as_slice().iter().take(count) {
            if text::text_of(vm, name)?.as_deref() == Some(parameter) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Calls a function of the service. None where there is no such function or it must wait; an exception is logged
    /// and goes on to the caller.
    pub fn call(
        &self,
        vm: &VirtualMachine,
        plugin: &Arc<Plugin>,
        name: &str,
        positional: Vec<PyObjectRef>,
        arguments: Arguments,
        deferral: Deferral,
    ) -> PyResult<Option<PyObjectRef>> {
        let Some((sandbox, function)) = self.function(vm, plugin, name)? else {
            tracing::error!(critical = true, "Function named '{name}' couldn't be found in the current environment");
            return Ok(None);
        };
        let (function, deferred) = unwrap(function);
        if deferred && deferral == Deferral::Leave {
            return Ok(None);
        }
        let result = call(vm, plugin, &sandbox, &function, positional, arguments);
        if let Err(error) = &result {
            let trace = errors::traceback_of(vm, error);
            let rest = trace.strip_prefix("Traceback (most recent call last):").unwrap_or(&trace);
            let Declaration { kind, identifier, name, .. } = &self.declaration;
            tracing::error!(
                critical = true,
                "Exception calling function in {} service \"{name}\" ({identifier}) (most recent call last):{rest}",
                kind.key()
            );
        }
        result.map(Some)
    }
}

/// The function behind `@indirect` and `@deferred`, and whether it is deferred.
pub fn unwrap(mut function: PyObjectRef) -> (PyObjectRef, bool) {
    let mut deferred = false;
    loop {
        let inner = if let Some(indirect) = function.downcast_ref::<IndirectFunction>() {
            indirect.function.clone()
        } else if let Some(wrapper) = function.downcast_ref::<DeferredFunction>() {
            deferred = true;
            wrapper.function.clone()
        } else {
            return (function, deferred);
        };
        function = inner;
    }
}

/// Calls a function in a sandbox of services. It sees the request of its caller, but what it does to it (cache times
/// above all) does not come back.
pub fn call(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    sandbox: &Arc<Sandbox>,
    function: &PyObject,
    positional: Vec<PyObjectRef>,
    mut arguments: Arguments,
) -> PyResult {
    if let Err(problem) = arguments.apply_default_types(vm, plugin, function) {
        return Err(problem.exception);
    }
    let mut call = arguments.into_call();
    call.args = positional;
    let mut inner = context::with(|context| context.clone());
    inner.response_dict = None;
    let (result, _) = context::bind(inner, || sandbox.enter(|| function.call(call, vm)));
    result
}
