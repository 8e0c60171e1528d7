//! Which members the framework's objects have: a sandbox is made for each kind of code, and asked.

use std::collections::HashSet;
use std::sync::Arc;

use reprise_bundles::{Bundle, Config};
use reprise_policies::{MODEL, Policy};
use reprise_vm_glue::interpreter::{Codec, Interpreter, Settings};
use reprise_vm_glue::threads;
use rustpython_vm::{AsObject, PyObject, VirtualMachine};

use super::members::{MEMBERS, Member};
use crate::core_parts::component::Component;
use crate::plugin::{Options, Plugin};
use crate::sandbox::Sandbox;
use crate::{KITS, missing, playerkit};

/// The members that exist.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    found: HashSet<(&'static str, &'static str)>,
}

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Bundle(#[from] reprise_bundles::BundleError),
    #[error("{0}")]
    Start(#[from] crate::plugin::StartError),
    #[error("{0}")]
    Python(String),
}

impl Measured {
    pub fn has(&self, name: &str, member: &str) -> bool {
        self.found.iter().any(|(known, there)| *known == name && *there == member)
    }

    /// Makes sandboxes in a temporary folder and looks at what they publish. Nothing is fetched and no plug-in runs.
    pub fn now() -> Result<Self, MeasureError> {
        let folder = tempfile::tempdir()?;
        let contents = folder.path().join("Reference.bundle/Contents");
        std::fs::create_dir_all(&contents)?;
        let info = "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>org.example.reference</string>\
                    <key>PlexFrameworkVersion</key><string>2</string><key>PlexPluginCodePolicy</key>\
                    <string>Elevated</string></dict></plist>";
        std::fs::write(contents.join("Info.plist"), info)?;
        let bundle = Bundle::open(&folder.path().join("Reference.bundle"))?;
        let mut config = Config::default();
        config.set("root_path", folder.path().join("root").to_string_lossy().into_owned());
        config.set("do_chdir", false);
        let plugin = Plugin::open(bundle, Options { config, ..Options::default() })?;
        let work = move || {
            let interpreter = Interpreter::new(Settings { default_codec: Codec::Utf8, ..Settings::default() });
            interpreter.enter(|vm| measure(vm, &plugin))
        };
        threads::on_big_stack("reference", work)?
    }
}

fn measure(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> Result<Measured, MeasureError> {
    let failed = |error| MeasureError::Python(crate::errors::traceback_of(vm, &error));
    let sandbox = Sandbox::main(vm, plugin).map_err(failed)?;
    let mut measured = Measured::default();
    let missing: Vec<&str> = missing::missing().map(|(_, name)| name).collect();
    for (name, members) in MEMBERS.iter().filter(|(name, _)| !missing.contains(name)) {
        let object = if is_for(&MODEL, name) && !is_for(sandbox.policy, name) {
            sandbox.published(vm, name).map_err(failed)?
        } else {
            sandbox.globals.get_item_opt(*name, vm).map_err(failed)?
        };
        let Some(object) = object else { continue };
        for member in members.iter().filter(|member| has(vm, &object, member)) {
            measured.found.insert((name, member.name));
        }
    }
    Ok(measured)
}

/// Whether code under a policy sees a name.
fn is_for(policy: &Policy, name: &str) -> bool {
    let mut entries = KITS.iter().flat_map(|kit| kit.entries).filter(|entry| entry.name == name);
    entries.any(|entry| crate::sandbox::sees(policy, entry.visible))
}

/// Whether an object has a member. Values are not read where the class says that they are there: some ask the web.
fn has(vm: &VirtualMachine, object: &PyObject, member: &Member) -> bool {
    let name = vm.ctx.intern_str(member.name);
    if let Some(component) = object.downcast_ref::<Component>() {
        return component.has(member.name);
    }
    if playerkit::is_group_of(object, member.name) {
        return true;
    }
    let class = object.class();
    if class.get_attr(name).is_some() || class.as_object().get_attr(name, vm).is_ok() {
        return true;
    }
    object.get_attr(name, vm).is_ok()
}
