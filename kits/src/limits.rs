//! What the strict level keeps from all code of a plug-in, whatever it imports: files outside the plug-in's own folders,
//! other programs, raw sockets (`policies/src/level.rs`). At the compatible level nothing here costs anything.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Weak};

use reprise_policies::level::Level;
pub use reprise_vm_glue::gate::Access;
use reprise_vm_glue::gate::{self, Guard};
use reprise_vm_glue::runtime::{exceptions, text};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyResult, VirtualMachine};

use crate::errors;
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;
use crate::strict_format;

/// Whether the limits apply to the code of a sandbox.
pub fn apply(sandbox: &Sandbox) -> bool {
    sandbox.plugin.level == Level::Strict
}

/// Puts the limits before everything that Python code of the process does, if they apply.
pub fn install(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<()> {
    match plugin.level {
        Level::Compatible => Ok(()),
        Level::Strict => gate::install(vm, Arc::new(Limits { plugin: Arc::downgrade(plugin) })),
    }
}

struct Limits {
    plugin: Weak<Plugin>,
}

impl Guard for Limits {
    fn path(&self, vm: &VirtualMachine, path: &Path, access: Access) -> PyResult<()> {
        match self.plugin.upgrade() {
            Some(plugin) => check(vm, &plugin, path, access),
            None => Err(refused_path(vm, path, access)),
        }
    }

    fn process(&self, vm: &VirtualMachine) -> PyResult<()> {
        Err(errors::framework_exception(vm, NO_PROCESS))
    }

    fn module(&self, vm: &VirtualMachine, name: &str) -> PyResult<()> {
        let text = format!("The module '{name}' is not allowed at the strict policy level: it leads around its limits");
        Err(vm.new_import_error(text, vm.ctx.new_str(name)))
    }
}

const NO_PROCESS: &str = "Starting programs is not allowed at the strict policy level";

/// Closes what the libraries on the whitelist would do for code that cannot do it itself.
pub fn close_libraries(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    if apply(sandbox) { strict_format::install(vm) } else { Ok(()) }
}

/// Refuses a path that the plug-in may not use, with an IOError that names the rule.
pub fn check_path(vm: &VirtualMachine, sandbox: &Sandbox, path: &Path, access: Access) -> PyResult<()> {
    if apply(sandbox) { check(vm, &sandbox.plugin, path, access) } else { Ok(()) }
}

fn check(vm: &VirtualMachine, plugin: &Plugin, path: &Path, access: Access) -> PyResult<()> {
    if is_allowed(plugin, path, access) { Ok(()) } else { Err(refused_path(vm, path, access)) }
}

fn refused_path(vm: &VirtualMachine, path: &Path, access: Access) -> PyBaseExceptionRef {
    let what = match access {
        Access::Read => "Reading outside the plug-in's own folders is not allowed at the strict policy level",
        Access::Write => "Writing outside the plug-in's own folders is not allowed at the strict policy level",
    };
    let path = text::new_str(vm, path.as_os_str().as_encoded_bytes());
    exceptions::new_io_error(vm, PERMISSION_DENIED, what, Some(path))
}

/// `EACCES`.
const PERMISSION_DENIED: i32 = 13;

/// Refuses to start a program, with an error that names the rule.
pub fn check_process(vm: &VirtualMachine, sandbox: &Sandbox) -> PyResult<()> {
    if !apply(sandbox) {
        return Ok(());
    }
    Err(errors::framework_exception(vm, NO_PROCESS))
}

/// What everybody may read: it says nothing about the user, and libraries look at it.
const COMMON: &[&str] = &[
    "/dev/null",
    "/dev/urandom",
    "/dev/random",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/timezone",
    "/usr/share/zoneinfo",
];

/// Whether a plug-in may use a path: its bundle for reading; its data, caches and preferences for both.
pub fn is_allowed(plugin: &Plugin, path: &Path, access: Access) -> bool {
    if COMMON.iter().any(|common| path == Path::new(common)) {
        return access == Access::Read || path == Path::new("/dev/null");
    }
    let Some(path) = resolved(path) else { return false };
    if access == Access::Read && path.starts_with("/usr/share/zoneinfo") {
        return true;
    }
    let folders = &plugin.folders;
    let identifier = &plugin.bundle.identifier;
    let own = [&folders.data, &folders.caches, &folders.preferences_file(identifier)];
    let is_in = |folder: &Path| resolved(folder).is_some_and(|folder| path.starts_with(folder));
    own.into_iter().any(|folder| is_in(folder)) || (access == Access::Read && is_in(&plugin.bundle.path))
}

/// A path without links and `..`, as far as it exists. None where that cannot be told.
fn resolved(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let mut existing = absolute.as_path();
    let mut rest = Vec::new();
    loop {
        // A link that leads nowhere is a way out once somebody makes what it leads to.
        if let Ok(found) = existing.canonicalize() {
            return Some(rest.iter().rev().fold(found, |path, part| path.join(part)));
        }
        if existing.symlink_metadata().is_ok() {
            return None;
        }
        match existing.components().next_back()? {
            Component::Normal(name) => rest.push(name.to_owned()),
            _ => return None,
        }
        existing = existing.parent()?;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::plugin::testing::plugin_at_level;

    #[test]
    fn own_folders_only() {
        let (folder, plugin) = plugin_at_level("", "", "strict");
        let data = plugin.folders.data.clone();
        assert!(is_allowed(&plugin, &data.join("DataItems/new"), Access::Write));
        assert!(is_allowed(&plugin, &plugin.bundle.path.join("Contents/Info.plist"), Access::Read));
        assert!(!is_allowed(&plugin, &plugin.bundle.path.join("Contents/Info.plist"), Access::Write));
        assert!(!is_allowed(&plugin, &data.join("../other/Dict"), Access::Read));
        assert!(!is_allowed(&plugin, Path::new("/etc/passwd"), Access::Read));
        std::os::unix::fs::symlink("/etc", data.join("way-out")).expect("a link");
        std::os::unix::fs::symlink(folder.path().join("nothing"), data.join("nowhere")).expect("a link");
        assert!(!is_allowed(&plugin, &data.join("way-out/passwd"), Access::Read));
        assert!(!is_allowed(&plugin, &data.join("nowhere"), Access::Write));
    }
}
