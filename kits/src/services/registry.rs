//! Which services there are (`spec/messaging-services.md` §5): the list comes from the system plug-in while the plug-in
//! starts, or from the plug-in's own bundle where nobody answers. Whoever needs a service waits for the list.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use parking_lot::{Condvar, Mutex};
use reprise_bundles::dict_order::iteration_order;
use reprise_bundles::services::{self as declared, Declaration, ServiceKind};
use reprise_bundles::{Bundle, FrameworkVersion};
use rustpython_vm::VirtualMachine;
use rustpython_vm::vm::thread;
use serde_json::Value;

use super::exchange;
use super::service::Service;
use super::shared::Shared;
use crate::cereal::{self, Graph, Node, Ref};
use crate::media_server::{self, BASE};
use crate::plugin::Plugin;
use crate::startup::SYSTEM;

/// The services of a plug-in's process.
#[derive(Default)]
pub struct Registry {
    state: Mutex<State>,
    loaded: Condvar,
}

#[derive(Default)]
struct State {
    /// True while a thread gets the list.
    loading: bool,
    set: Option<Arc<ServiceSet>>,
}

/// One loaded list.
#[derive(Default)]
pub struct ServiceSet {
    all: Vec<Arc<Service>>,
    /// Those whose patterns compile.
    usable: OnceLock<Vec<Arc<Service>>>,
    /// The shared code of the plug-in's own services.
    pub shared: Shared,
}

impl Registry {
    /// Says that a thread is about to load the list: from now on everybody waits for it.
    pub fn announce(&self) {
        self.state.lock().loading = true;
    }

    /// Loads the list, the first or a new one. A new one starts with fresh sandboxes.
    pub fn load(&self, plugin: &Plugin) {
        self.announce();
        let set = Arc::new(ServiceSet::new(plugin, &entries(plugin)));
        let mut state = self.state.lock();
        state.set = Some(set);
        state.loading = false;
        self.loaded.notify_all();
        drop(state);
        tracing::debug!("Loaded services");
    }

    /// The list; waits for the first one.
    pub fn get(&self, plugin: &Plugin) -> Arc<ServiceSet> {
        let state = self.state.lock();
        if let Some(set) = &state.set {
            return Arc::clone(set);
        }
        if !state.loading {
            // Nobody loads it in the background: a plug-in that was not started (tests).
            drop(state);
            let (entry, problems) = declared::entry(&plugin.bundle);
            log(&problems);
            let set = Arc::new(ServiceSet::new(plugin, &[(plugin.bundle.identifier.clone(), entry)]));
            return Arc::clone(self.state.lock().set.get_or_insert(set));
        }
        drop(state);
        let wait = || {
            let mut state = self.state.lock();
            loop {
                match &state.set {
                    Some(set) => return Arc::clone(set),
                    None if !state.loading => return Arc::default(),
                    None => self.loaded.wait(&mut state),
                }
            }
        };
        // Others may need this thread to come to a stop meanwhile.
        let mut waiting = Some(wait);
        let inside = thread::try_with_current_vm(|vm| waiting.take().map(|wait| vm.allow_threads(wait))).flatten();
        inside.or_else(|| waiting.map(|wait| wait())).unwrap_or_default()
    }
}

/// The list of a plug-in; waits for the first one.
pub fn of(plugin: &Plugin) -> Arc<ServiceSet> {
    plugin.state::<Registry>().get(plugin)
}

fn log(problems: &[String]) {
    for problem in problems {
        tracing::error!("{problem}");
    }
}

type Entries = Vec<(String, Value)>;

/// The entries of the exchange dictionary, those of the plug-in's own bundle first.
fn entries(plugin: &Plugin) -> Entries {
    let own = &plugin.bundle.identifier;
    let configured = match plugin.config.text("services_bundle_path") {
        Some(path) => Some(PathBuf::from(path)),
        None if plugin.config.flag("daemonized") => {
            let identifier = plugin.config.text("services_bundle_identifier").unwrap_or("com.plexapp.system.services");
            Some(plugin.folders.root.join("bundle").join(identifier))
        }
        None => None,
    };
    let mut entries = Vec::new();
    let mut from_disk = |bundle: &Bundle| {
        let (entry, problems) = declared::entry(bundle);
        log(&problems);
        entries.push((bundle.identifier.clone(), entry));
    };
    if let Some(path) = configured {
        from_disk(&plugin.bundle);
        match Bundle::open(&path) {
            Ok(bundle) => from_disk(&bundle),
            Err(error) => tracing::error!("Error loading services: {error}"),
        }
        return entries;
    }
    match from_system() {
        Ok(Value::Object(mut all)) => {
            match all.remove(own) {
                Some(entry) => entries.push((own.clone(), entry)),
                None => from_disk(&plugin.bundle),
            }
            entries.extend(all);
        }
        Ok(_) | Err(_) => {
            tracing::error!("Unable to load services from system. Loading from the current bundle only.");
            from_disk(&plugin.bundle);
        }
    }
    entries
}

#[derive(Debug, thiserror::Error)]
enum SystemError {
    #[error("{0}")]
    Server(#[from] media_server::MediaServerError),
    #[error("{0}")]
    Packed(#[from] cereal::CerealError),
}

/// Asks the system plug-in for all services.
fn from_system() -> Result<Value, SystemError> {
    let packed = |node| cereal::pack(&Graph { nodes: vec![node], root: Ref::Node(0) });
    let answer = media_server::get(
        &format!(
            "{BASE}/:/plugins/{SYSTEM}/messaging/function/{}/{}/{}",
            cereal::safe_encode(b"_BundleService:AllServices"),
            packed(Node::List(Vec::new())),
            packed(Node::Dict(Vec::new()))
        ),
        None,
    )?;
    Ok(exchange::read(&answer)?)
}

impl ServiceSet {
    fn new(plugin: &Plugin, entries: &[(String, Value)]) -> Self {
        // A later service of the same kind, identifier and name takes the place of an earlier one.
        let mut all: Vec<Arc<Service>> = Vec::new();
        for (identifier, entry) in entries {
            let (found, problems) = declared::declarations(identifier, entry);
            if !problems.is_empty() {
                tracing::error!("Error loading services from '{identifier}'");
                log(&problems);
            }
            let path = match entry.get("Path").and_then(Value::as_str) {
                Some(path) => PathBuf::from(path),
                None => plugin.bundle.path.clone(),
            };
            for declaration in found {
                let same = |service: &Arc<Service>| {
                    let there = &service.declaration;
                    (there.kind, &there.identifier, &there.name)
                        == (declaration.kind, &declaration.identifier, &declaration.name)
                };
                match all.iter().position(same) {
                    Some(at) => {
                        if let Some(slot) = all.get_mut(at) {
                            *slot = Arc::new(Service::new(declaration, &path));
                        }
                    }
                    None => all.push(Arc::new(Service::new(declaration, &path))),
                }
            }
        }
        let all = in_order(&all);
        let shared = Shared::of(plugin, &all);
        Self { all, usable: OnceLock::new(), shared }
    }

    /// Every declared service.
    pub fn declared(&self) -> &[Arc<Service>] {
        &self.all
    }

    /// The services whose patterns are regular expressions; the others are logged when this is asked first.
    pub fn services(&self, vm: &VirtualMachine) -> &[Arc<Service>] {
        self.usable.get_or_init(|| self.all.iter().filter(|service| service.compile_patterns(vm)).cloned().collect())
    }

    /// The services of a kind.
    pub fn of_kind<'a>(&'a self, vm: &VirtualMachine, kind: ServiceKind) -> impl Iterator<Item = &'a Arc<Service>> {
        self.services(vm).iter().filter(move |service| service.declaration.kind == kind)
    }

    /// One service by its names.
    pub fn find(&self, vm: &VirtualMachine, kind: ServiceKind, identifier: &str, name: &str) -> Option<&Arc<Service>> {
        self.of_kind(vm, kind).find(|service| {
            let Declaration { identifier: there, name: its_name, .. } = &service.declaration;
            there == identifier && its_name == name
        })
    }

    /// The folders with pictures and files of an identifier's services.
    pub fn resource_folders(&self, identifier: &str) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for service in self.all.iter().filter(|service| service.declaration.identifier == identifier) {
            let folder = service.root().join("Resources");
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders
    }

    /// The files that define preferences of an identifier's services, in the order in which they are merged.
    pub fn prefs_files(&self, identifier: &str) -> Vec<PathBuf> {
        let of_kind = |kind| self.all.iter().filter(move |service| service.declaration.kind == kind);
        ServiceKind::ALL
            .into_iter()
            .flat_map(of_kind)
            .filter(|service| service.declaration.identifier == identifier)
            .map(|service| service.folder().join("ServicePrefs.json"))
            .filter(|file| file.is_file())
            .collect()
    }
}

/// Identifiers in the order of loading; each one's names in the order of a Python 2 dictionary.
fn in_order(all: &[Arc<Service>]) -> Vec<Arc<Service>> {
    let mut identifiers: Vec<&str> = Vec::new();
    for service in all {
        if !identifiers.contains(&service.declaration.identifier.as_str()) {
            identifiers.push(&service.declaration.identifier);
        }
    }
    let mut ordered = Vec::with_capacity(all.len());
    for identifier in identifiers {
        for kind in ServiceKind::ALL {
            let group: Vec<&Arc<Service>> = all
                .iter()
                .filter(|service| service.declaration.identifier == identifier && service.declaration.kind == kind)
                .collect();
            let names: Vec<&str> = group.iter().map(|service| service.declaration.name.as_str()).collect();
            ordered.extend(
                iteration_order(&names).into_iter().filter_map(|at| group.get(at).map(|service| Arc::clone(service))),
            );
        }
    }
    ordered
}

/// The bundles in a folder, as the system plug-in finds them: `*.bundle` of framework 2, by name.
pub fn bundles_in(folder: &std::path::Path) -> Vec<Bundle> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "bundle") && path.is_dir());
    paths.sort();
    let mut bundles = Vec::new();
    for path in paths {
        match Bundle::open(&path) {
            Ok(bundle) if bundle.framework == FrameworkVersion::V2 => bundles.push(bundle),
            Ok(_) => {}
            Err(error) => tracing::warn!("{error}"),
        }
    }
    bundles
}
