//! `AMF`: Flash Remoting and Flash's shared objects (`spec/kits.md` §8). The format itself is in [`crate::amf`], the client
//! and the classes in the module `pyamf`.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::libraries;
use crate::sandbox::Sandbox;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[Entry {
        name: "AMF",
        visible: Visibility::All,
        doc: "Flash Remoting and Flash's shared objects.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<AmfKit>(vm, "Framework.api.utilkit");
            Ok(AmfKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

/// Where the Flash Player keeps shared objects, below the user's home folder.
const FLASH_FOLDERS: [&str; 3] = [
    "Library/Preferences/Macromedia/Flash Player/#SharedObjects",
    ".macromedia/Flash_Player/#SharedObjects",
    "AppData/Roaming/Macromedia/Flash Player/#SharedObjects",
];

/// `AMF`.
#[pyclass(module = false, name = "AMFKit")]
#[derive(PyPayload)]
pub struct AmfKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for AmfKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AMFKit")
    }
}

#[pyclass(flags(HAS_DICT))]
impl AmfKit {
    /// The client of a Flash Remoting gateway.
    #[pymethod(name = "RemotingService")]
    fn remoting_service(_zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if let Some(version) = args.kwargs.shift_remove("client_type") {
            tracing::warn!(
                "The 'client_type' argument of AMF.RemotingService is deprecated. Use 'amf_version' instead."
            );
            args.kwargs.entry("amf_version".to_owned().into()).or_insert(version);
        }
        if args.args.len() < 2 && !args.kwargs.contains_key("amf_version") {
            tracing::warn!("AMF.RemotingService was given no 'amf_version'. Using AMF3.");
            args.kwargs.insert("amf_version".to_owned().into(), vm.ctx.new_int(3).into());
        }
        libraries::module(vm, "pyamf.remoting.client")?.get_attr("RemotingService", vm)?.call(args, vm)
    }

    /// Makes the objects of a class travel under a name.
    #[pygetset(name = "RegisterClass")]
    fn register_class(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        libraries::module(vm, "pyamf")?.get_attr("register_class", vm)
    }

    /// A shared object of Flash, by the parts of its path: site, folders, name.
    #[pymethod(name = "SOL")]
    fn sol(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if args.args.len() < 2 {
            return Err(errors::framework_exception(vm, "AMF.SOL needs at least two arguments"));
        }
        let parts = args.args.iter().map(|part| text::unicode_of(vm, part)).collect::<PyResult<Vec<_>>>()?;
        let Some(inside) = inside(&parts) else {
            return Err(errors::framework_exception(vm, "AMF.SOL was given a path that leaves its folder"));
        };
        let own = zelf.sandbox.plugin.folders.data.join("SharedObjects");
        let path = stored(&inside).unwrap_or_else(|| own.join(&inside));
        let path: PyObjectRef = text::native(vm, &path.to_string_lossy());
        libraries::module(vm, "pyamf.sol")?.get_attr("File", vm)?.call((path,), vm)
    }
}

/// The path of a shared object below the folder of all. None for one that leads elsewhere.
fn inside(parts: &[String]) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in parts {
        let plain = Path::new(part).components().all(|component| matches!(component, Component::Normal(_)));
        if !plain || part.is_empty() || part.contains('\\') {
            return None;
        }
        path.push(part);
    }
    if path.extension().is_none_or(|extension| extension != "sol") {
        let name = format!("{}.sol", path.file_name()?.to_string_lossy());
        path.set_file_name(name);
    }
    Some(path)
}

/// The file that the Flash Player has, if it is installed and has one. Its folder holds one of a random name.
fn stored(inside: &Path) -> Option<PathBuf> {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from)?;
    FLASH_FOLDERS
        .iter()
        .filter_map(|folder| std::fs::read_dir(home.join(folder)).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join(inside)))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_shared_objects() {
        let of = |parts: &[&str]| inside(&parts.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["www.example.com", "player"]), Some(PathBuf::from("www.example.com/player.sol")));
        assert_eq!(of(&["a", "b/c.swf", "d.sol"]), Some(PathBuf::from("a/b/c.swf/d.sol")));
        for bad in [&["..", "x"][..], &["a", "../x"], &["/etc", "x"], &["a", ""], &["a", "..\\x"]] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }
}
