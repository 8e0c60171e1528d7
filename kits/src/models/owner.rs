//! To whom data belong: the access point (plug-in, identifier, read-only or not) and the item
//! (`spec/models.md` §6.2, §6.11).

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rustpython_vm::{PyResult, VirtualMachine};

use super::paths;
use super::template::{Namespace, Template};
use crate::errors::framework_exception;
use crate::plugin::Plugin;

/// One way to a group of models: those of an agent, for reading or for writing.
#[derive(Clone)]
pub struct Access {
    pub plugin: Arc<Plugin>,
    pub namespace: Arc<Namespace>,
    /// The agent whose data these are.
    pub identifier: String,
    pub read_only: bool,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("identifier", &self.identifier).field("read_only", &self.read_only).finish()
    }
}

impl Access {
    /// The plug-in's own data of the framework's models.
    pub fn own(plugin: &Arc<Plugin>) -> Arc<Self> {
        Arc::new(Self {
            plugin: Arc::clone(plugin),
            namespace: Arc::clone(super::standard::namespace()),
            identifier: plugin.bundle.identifier.clone(),
            read_only: false,
        })
    }

    /// The same models, with the data of another agent, which cannot be changed.
    pub fn of_other(&self, identifier: &str) -> Arc<Self> {
        Arc::new(Self { identifier: identifier.to_owned(), read_only: true, ..self.clone() })
    }

    /// `Contents` of an item's bundle.
    pub fn contents(&self, template: &Template, guid: &str) -> PathBuf {
        paths::contents(&paths::root(&self.plugin.folders, &self.namespace), template, guid)
    }
}

/// One instance, as everything in it knows it.
#[derive(Debug)]
pub struct Owner {
    pub access: Arc<Access>,
    /// The model's template.
    pub model: Arc<Template>,
    pub guid: Option<String>,
}

impl Owner {
    /// An error where the data are another agent's.
    pub fn check_writable(&self, vm: &VirtualMachine) -> PyResult<()> {
        if !self.access.read_only {
            return Ok(());
        }
        let (model, guid) = (&self.model.name, self.guid.as_deref().unwrap_or("None"));
        let identifier = &self.access.identifier;
        let message = format!("Data for {model} instance {guid} provided by {identifier} can't be modified");
        Err(framework_exception(vm, &message))
    }

    /// The folder of this agent's data; None for an instance without a guid.
    pub fn folder(&self) -> Option<PathBuf> {
        let guid = self.guid.as_deref().filter(|guid| !guid.is_empty())?;
        Some(self.access.contents(&self.model, guid).join(&self.access.identifier))
    }
}
