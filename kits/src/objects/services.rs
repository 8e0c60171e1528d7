//! What URL and search services add to objects. The service kit puts itself in here when it has loaded the services;
//! without it no service matches anything.

use std::sync::Arc;

use parking_lot::RwLock;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::plugin::Plugin;
use crate::sandbox::Sandbox;

/// The media of an object that names its page.
pub enum ServiceMedia {
    /// The service finds them when the user plays the object.
    Deferred,
    Objects(Vec<PyObjectRef>),
}

/// What the service kit answers for objects.
pub trait Services: Send + Sync {
    /// The normalised form of a page's address; None when no service knows it.
    fn normalise(&self, vm: &VirtualMachine, sandbox: &Arc<Sandbox>, url: &str) -> PyResult<Option<String>>;

    /// The media objects of a page; None when no service knows it.
    fn media(&self, vm: &VirtualMachine, sandbox: &Arc<Sandbox>, url: &str) -> PyResult<Option<ServiceMedia>>;

    /// The names of the search services with an identifier.
    fn search_names(&self, identifier: &str) -> Vec<String>;

    /// Whether a service with this identifier brings preferences.
    fn has_prefs(&self, identifier: &str) -> bool;
}

/// Where the service kit puts itself.
#[derive(Default)]
pub struct Registry(RwLock<Option<Arc<dyn Services>>>);

impl Registry {
    pub fn set(&self, services: Arc<dyn Services>) {
        *self.0.write() = Some(services);
    }
}

/// The services of a plug-in, once they are loaded.
pub fn of(plugin: &Plugin) -> Option<Arc<dyn Services>> {
    plugin.state::<Registry>().0.read().clone()
}

pub fn search_names(plugin: &Plugin, identifier: &str) -> Vec<String> {
    of(plugin).map(|services| services.search_names(identifier)).unwrap_or_default()
}

pub fn has_prefs(plugin: &Plugin, identifier: &str) -> bool {
    of(plugin).is_some_and(|services| services.has_prefs(identifier))
}
