//! The shared code of a plug-in's own services (`spec/messaging-services.md` §5.3): modules in `Shared Code` folders, in
//! one sandbox, which main code reaches as `SharedCodeService.<module>`.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use reprise_vm_glue::runtime::text;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::service::{Service, Stamp, shared_files};
use crate::errors;
use crate::importer;
use crate::plugin::Plugin;
use crate::sandbox::{Role, Sandbox};

/// The folders of shared code, and the sandbox once it is made.
#[derive(Default)]
pub struct Shared {
    /// Where the folders `Shared Code` and `Resources` of own services are.
    roots: Vec<PathBuf>,
    loaded: Mutex<Option<(Stamp, Arc<Sandbox>)>>,
}

impl Shared {
    /// The shared code of the services that belong to the plug-in itself.
    pub fn of(plugin: &Plugin, services: &[Arc<Service>]) -> Self {
        let mut roots: Vec<PathBuf> = Vec::new();
        for service in services.iter().filter(|service| service.declaration.identifier == plugin.bundle.identifier) {
            let root = service.root();
            if !roots.contains(&root) && root.join("Shared Code").is_dir() {
                roots.push(root);
            }
        }
        Self { roots, loaded: Mutex::default() }
    }

    fn folders(&self) -> Vec<PathBuf> {
        self.roots.iter().map(|root| root.join("Shared Code")).collect()
    }

    /// The sandbox with all modules, loaded when it is first asked for and anew after changes on disk.
    pub fn sandbox(&self, vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<Arc<Sandbox>> {
        let folders = self.folders();
        let mut stamp = Stamp::default();
        for folder in &folders {
            stamp.add_shared(folder);
        }
        if let Some((known, sandbox)) = self.loaded.lock().as_ref()
            && *known == stamp
        {
            return Ok(Arc::clone(sandbox));
        }
        if folders.is_empty() {
            tracing::debug!("No shared code to load");
        }
        let resources = self.roots.iter().map(|root| root.join("Resources")).collect();
        let identifier = &plugin.bundle.identifier;
        let sandbox = Sandbox::of_service(vm, plugin, identifier, Role::SharedCode, resources, folders.clone())?;
        for file in folders.iter().flat_map(|folder| shared_files(folder)) {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if let Err(error) = sandbox.enter(|| importer::bundle_module(vm, &sandbox, &name, &file)) {
                let trace = errors::traceback_of(vm, &error);
                let rest = trace.strip_prefix("Traceback (most recent call last):").unwrap_or(&trace);
                tracing::error!(critical = true, "Error loading shared code (most recent call last):{rest}");
            }
        }
        let mut loaded = self.loaded.lock();
        match loaded.as_ref() {
            Some((known, there)) if *known == stamp => Ok(Arc::clone(there)),
            _ => {
                *loaded = Some((stamp, Arc::clone(&sandbox)));
                Ok(sandbox)
            }
        }
    }

    /// A module of the shared code, and the sandbox that it is in.
    pub fn module(
        &self,
        vm: &VirtualMachine,
        plugin: &Arc<Plugin>,
        name: &str,
    ) -> PyResult<Option<(Arc<Sandbox>, PyObjectRef)>> {
        let sandbox = self.sandbox(vm, plugin)?;
        let module = sandbox.modules.lock().get(name).cloned();
        Ok(module.map(|module| (sandbox, module)))
    }
}

/// `SharedCodeService.<module>` for a module that does not exist.
pub fn missing(vm: &VirtualMachine, name: &str) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let arguments = vec![text::native(vm, "No shared code object named \"%s\" was found."), text::native(vm, name)];
    vm.new_exception(errors::class_object(vm, "FrameworkException"), arguments)
}
