//! `Core.storage` (`spec/storage.md` §8): files, folders, resources and data items.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use parking_lot::Mutex;
use reprise_bundles::atomic;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::{dialect, exceptions, text};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::component::{Member, Table, call_kit, component, function, open, path_text, value};
use crate::limits::{self, Access};
use crate::objects::signature::{Bound, Default, Parameter};
use crate::resourcekit;
use crate::sandbox::Sandbox;

/// `Core.storage`.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult {
    Ok(component(vm, sandbox, &TABLE))
}

static TABLE: Table = Table { path: "Framework.components.storage.Storage", members: MEMBERS };

const PATH: &[Parameter] = &[Parameter::required("path")];
const FROM_TO: &[Parameter] = &[Parameter::required("src"), Parameter::required("dst")];
const TREES: &[Parameter] = &[
    Parameter::required("src"),
    Parameter::required("target"),
    Parameter { name: "symlinks", default: Default::False },
];
const LOAD: &[Parameter] = &[
    Parameter::required("filename"),
    Parameter { name: "binary", default: Default::True },
    Parameter::none("mtime_key"),
];
const SAVE: &[Parameter] = &[
    Parameter::required("filename"),
    Parameter::required("data"),
    Parameter { name: "binary", default: Default::True },
    Parameter::none("mtime_key"),
];
const CHANGED: &[Parameter] = &[Parameter::required("path"), Parameter::required("mtime_key")];
const RESOURCE: &[Parameter] = &[
    Parameter::required("itemname"),
    Parameter { name: "binary", default: Default::True },
    Parameter::none("sandbox"),
];
const RESOURCE_NAME: &[Parameter] = &[Parameter::required("itemname"), Parameter::none("sandbox")];
const OF_SANDBOX: &[Parameter] = &[Parameter::none("sandbox")];
const ITEM: &[Parameter] = &[Parameter::required("itemname")];
const LOAD_ITEM: &[Parameter] =
    &[Parameter::required("itemname"), Parameter { name: "is_object", default: Default::False }];
const SAVE_ITEM: &[Parameter] = &[
    Parameter::required("itemname"),
    Parameter::required("data"),
    Parameter { name: "is_object", default: Default::False },
];

static MEMBERS: &[Member] = &[
    value("data_path", |vm, sandbox| Ok(path_text(vm, &sandbox.plugin.folders.data))),
    value("path_sep", |vm, _| Ok(text::native(vm, std::path::MAIN_SEPARATOR_STR))),
    function("load", LOAD, load),
    function("save", SAVE, save),
    function("has_changed", CHANGED, has_changed),
    open("join_path", |vm, _, args| on_path(vm, "join", args)),
    open("dir_name", |vm, _, args| on_path(vm, "dirname", args)),
    open("base_name", |vm, _, args| on_path(vm, "basename", args)),
    open("abs_path", |vm, _, args| on_path(vm, "abspath", args)),
    function("file_exists", PATH, |vm, sandbox, bound| tests(vm, sandbox, bound, "isfile")),
    function("dir_exists", PATH, |vm, sandbox, bound| tests(vm, sandbox, bound, "isdir")),
    function("link_exists", PATH, |vm, sandbox, bound| tests(vm, sandbox, bound, "islink")),
    function("last_accessed", PATH, |vm, sandbox, bound| tests(vm, sandbox, bound, "getatime")),
    function("last_modified", PATH, |vm, sandbox, bound| tests(vm, sandbox, bound, "getmtime")),
    function("file_size", PATH, |vm, sandbox, bound| tests(vm, sandbox, bound, "getsize")),
    open("list_dir", |vm, sandbox, args| on_os(vm, sandbox, "listdir", Access::Read, args)),
    open("walk", |vm, sandbox, args| on_os(vm, sandbox, "walk", Access::Read, args)),
    open("utime", |vm, sandbox, args| on_os(vm, sandbox, "utime", Access::Write, args)),
    open("remove", |vm, sandbox, args| on_os(vm, sandbox, "remove", Access::Write, args)),
    open("change_dir", |vm, sandbox, args| on_os(vm, sandbox, "chdir", Access::Read, args)),
    open("current_dir", |vm, sandbox, args| on_os(vm, sandbox, "getcwd", Access::Read, args)),
    function("rename", FROM_TO, rename),
    function("copy", FROM_TO, copy),
    function("symlink", FROM_TO, symlink),
    function("copy_tree", TREES, copy_tree),
    function("remove_tree", PATH, remove_tree),
    function("make_dirs", PATH, make_dirs),
    function("ensure_dirs", PATH, make_dirs),
    function("make_temp_dir", &[], make_temp_dir),
    function("load_resource", RESOURCE, |vm, sandbox, bound| {
        call_kit(vm, sandbox, "Resource", "Load", vec![bound.get(0).to_owned()])
    }),
    function("resource_exists", RESOURCE_NAME, |vm, sandbox, bound| {
        let found = resourcekit::find(sandbox, &text::unicode_of(vm, bound.get(0))?);
        Ok(vm.ctx.new_bool(found.is_some()).into())
    }),
    function("resource_mtime", RESOURCE_NAME, |vm, sandbox, bound| {
        let found = resourcekit::find(sandbox, &text::unicode_of(vm, bound.get(0))?);
        Ok(vm.ctx.new_int(found.map_or(0, |resource| resource.modified())).into())
    }),
    function("path_for_resource_in_sandbox", RESOURCE_NAME, |vm, sandbox, bound| {
        let found = resourcekit::find(sandbox, &text::unicode_of(vm, bound.get(0))?);
        let path = found.and_then(|resource| resource.path().map(Path::to_owned));
        Ok(path.map_or_else(|| vm.ctx.none(), |path| path_text(vm, &path)))
    }),
    function("resource_paths_for_sandbox", OF_SANDBOX, |vm, sandbox, _| Ok(resource_paths(vm, sandbox))),
    function("data_item_path", ITEM, |vm, sandbox, bound| {
        let name = text::str_of(vm, bound.get(0))?;
        let name = String::from_utf8_lossy(&name).into_owned();
        Ok(path_text(vm, &sandbox.plugin.folders.data_items.join(name)))
    }),
    function("data_item_exists", ITEM, |vm, sandbox, bound| {
        call_kit(vm, sandbox, "Data", "Exists", vec![bound.get(0).to_owned()])
    }),
    function("load_data_item", LOAD_ITEM, |vm, sandbox, bound| {
        let is_object = bound.get(1).to_owned().try_to_bool(vm)?;
        let method = if is_object { "LoadObject" } else { "Load" };
        call_kit(vm, sandbox, "Data", method, vec![bound.get(0).to_owned()])
    }),
    function("save_data_item", SAVE_ITEM, |vm, sandbox, bound| {
        let is_object = bound.get(2).to_owned().try_to_bool(vm)?;
        let method = if is_object { "SaveObject" } else { "Save" };
        call_kit(vm, sandbox, "Data", method, vec![bound.get(0).to_owned(), bound.get(1).to_owned()])
    }),
    function("remove_data_item", ITEM, |vm, sandbox, bound| {
        call_kit(vm, sandbox, "Data", "Remove", vec![bound.get(0).to_owned()])
    }),
];

/// The folders where the code of a sandbox finds resources.
pub fn resource_paths(vm: &VirtualMachine, sandbox: &Sandbox) -> PyObjectRef {
    let folders = sandbox.resources.folders();
    vm.ctx.new_list(folders.iter().map(|folder| path_text(vm, folder)).collect()).into()
}

/// When files were last read or written, by the keys that the code gave.
#[derive(std::default::Default)]
struct Times {
    by_key: Mutex<HashMap<String, f64>>,
}

fn path_of(vm: &VirtualMachine, path: &PyObject) -> PyResult<PathBuf> {
    let bytes = text::str_of(vm, path)?;
    #[cfg(unix)]
    let path = PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes));
    #[cfg(not(unix))]
    let path = PathBuf::from(String::from_utf8_lossy(&bytes).into_owned());
    Ok(path)
}

/// A path that the code may use in this way; its limits are those of the strict level.
fn allowed(vm: &VirtualMachine, sandbox: &Sandbox, path: &PyObject, access: Access) -> PyResult<PathBuf> {
    let path = path_of(vm, path)?;
    limits::check_path(vm, sandbox, &path, access)?;
    Ok(path)
}

/// A failed operation as Python 2 raises it.
pub fn failure(vm: &VirtualMachine, class: &'static str, error: &std::io::Error, path: &Path) -> PyBaseExceptionRef {
    let shown = error.to_string();
    let shown = shown.split(" (os error").next().unwrap_or_default();
    let number = error.raw_os_error().unwrap_or(0);
    let made = dialect::get(vm, class)
        .and_then(|class| class.call((vm.ctx.new_int(number), text::native(vm, shown), path_text(vm, path)), vm));
    let fallback = || exceptions::new_io_error(vm, number, shown, None);
    made.ok().and_then(|made| made.downcast().ok()).unwrap_or_else(fallback)
}

fn os(vm: &VirtualMachine) -> PyResult {
    import::module(vm, "os")
}

/// One of the functions of `os.path` that look at nothing but the text.
fn on_path(vm: &VirtualMachine, name: &'static str, args: FuncArgs) -> PyResult {
    os(vm)?.get_attr("path", vm)?.get_attr(name, vm)?.call(args, vm)
}

/// One of the functions of `os.path` that ask the system.
fn tests(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound, name: &'static str) -> PyResult {
    allowed(vm, sandbox, bound.get(0), Access::Read)?;
    on_path(vm, name, FuncArgs::from(vec![bound.get(0).to_owned()]))
}

/// A function of `os` whose first argument is a path.
fn on_os(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &'static str, access: Access, args: FuncArgs) -> PyResult {
    if let Some(path) = args.args.first() {
        allowed(vm, sandbox, path, access)?;
    }
    os(vm)?.get_attr(name, vm)?.call(args, vm)
}

fn remember(vm: &VirtualMachine, sandbox: &Sandbox, key: &PyObject, path: &Path) -> PyResult<()> {
    if !vm.is_none(key)
        && let Some(time) = modified(path)
    {
        let key = String::from_utf8_lossy(&text::repr_of(vm, key)?).into_owned();
        sandbox.plugin.state::<Times>().by_key.lock().insert(key, time);
    }
    Ok(())
}

fn modified(path: &Path) -> Option<f64> {
    let time = std::fs::metadata(path).ok()?.modified().ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs_f64())
}

/// The bytes of a file; None where it cannot be read, which is logged.
fn load(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let path = allowed(vm, sandbox, bound.get(0), Access::Read)?;
    match vm.allow_threads(|| std::fs::read(&path)) {
        Ok(bytes) => {
            remember(vm, sandbox, bound.get(2), &path)?;
            Ok(text::new_str(vm, &bytes))
        }
        Err(error) => {
            tracing::error!(critical = true, "Exception reading file {}: {error}", path.display());
            Ok(vm.ctx.none())
        }
    }
}

/// Writes a file through a temporary one beside it.
fn save(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let path = allowed(vm, sandbox, bound.get(0), Access::Write)?;
    if vm.is_none(bound.get(1)) {
        tracing::error!("Cannot write None to {}", path.display());
        return Ok(vm.ctx.none());
    }
    let bytes = text::str_of(vm, bound.get(1))?;
    // Folders on the way are not made.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = match folder.map(std::fs::metadata) {
        Some(Err(error)) => Err(error),
        _ => vm.allow_threads(|| atomic::write(&path, &bytes)),
    };
    if let Err(error) = written {
        tracing::error!(critical = true, "Exception writing to {}: {error}", path.display());
        return Err(failure(vm, "IOError", &error, &path));
    }
    remember(vm, sandbox, bound.get(3), &path)?;
    Ok(vm.ctx.none())
}

fn has_changed(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let path = allowed(vm, sandbox, bound.get(0), Access::Read)?;
    let key = String::from_utf8_lossy(&text::repr_of(vm, bound.get(1))?).into_owned();
    let known = sandbox.plugin.state::<Times>().by_key.lock().get(&key).copied();
    let now = modified(&path);
    Ok(vm.ctx.new_bool(now.is_some() && now != known).into())
}

fn both(vm: &VirtualMachine, sandbox: &Sandbox, bound: &Bound, source: Access) -> PyResult<(PathBuf, PathBuf)> {
    Ok((allowed(vm, sandbox, bound.get(0), source)?, allowed(vm, sandbox, bound.get(1), Access::Write)?))
}

/// Moves a file or a folder, to another file system too.
fn rename(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let (source, mut target) = both(vm, sandbox, bound, Access::Write)?;
    if target.is_dir()
        && let Some(name) = source.file_name()
    {
        target.push(name);
    }
    let moved = match std::fs::rename(&source, &target) {
        Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => move_by_copy(&source, &target),
        other => other,
    };
    moved.map_err(|error| failure(vm, "OSError", &error, &source))?;
    Ok(vm.ctx.none())
}

fn move_by_copy(source: &Path, target: &Path) -> std::io::Result<()> {
    if source.is_dir() {
        copy_folder(source, target, true)?;
        return std::fs::remove_dir_all(source);
    }
    std::fs::copy(source, target)?;
    std::fs::remove_file(source)
}

fn copy(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let (source, mut target) = both(vm, sandbox, bound, Access::Read)?;
    if target.is_dir()
        && let Some(name) = source.file_name()
    {
        target.push(name);
    }
    let copied = vm.allow_threads(|| std::fs::copy(&source, &target));
    copied.map_err(|error| failure(vm, "IOError", &error, if source.is_file() { &target } else { &source }))?;
    Ok(vm.ctx.none())
}

/// Links a file, in place of what the link's name had.
fn symlink(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    if std::env::var_os("DISABLESYMLINKS").is_some_and(|value| !value.is_empty()) {
        return Ok(vm.ctx.none());
    }
    let (source, target) = both(vm, sandbox, bound, Access::Read)?;
    if std::fs::symlink_metadata(&target).is_ok() {
        std::fs::remove_file(&target).map_err(|error| failure(vm, "OSError", &error, &target))?;
    }
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(&source, &target);
    #[cfg(not(unix))]
    let linked = std::fs::hard_link(&source, &target);
    linked.map_err(|error| failure(vm, "OSError", &error, &target))?;
    Ok(vm.ctx.none())
}

/// Copies a folder, in place of what the target's name had.
fn copy_tree(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let (source, target) = both(vm, sandbox, bound, Access::Read)?;
    let keep_links = bound.get(2).to_owned().try_to_bool(vm)?;
    let copied = vm.allow_threads(|| {
        std::fs::read_dir(&source)?;
        match std::fs::symlink_metadata(&target) {
            Ok(found) if found.is_dir() => std::fs::remove_dir_all(&target)?,
            Ok(_) => std::fs::remove_file(&target)?,
            Err(_) => {}
        }
        copy_folder(&source, &target, keep_links)
    });
    copied.map_err(|error| failure(vm, "OSError", &error, &source))?;
    Ok(vm.ctx.none())
}

fn copy_folder(source: &Path, target: &Path, keep_links: bool) -> std::io::Result<()> {
    std::fs::create_dir_all(target)?;
    for entry in std::fs::read_dir(source)? {
        let entry = entry?;
        let (from, to) = (entry.path(), target.join(entry.file_name()));
        #[cfg(unix)]
        if keep_links && entry.file_type()?.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(&from)?, &to)?;
            continue;
        }
        if from.is_dir() {
            copy_folder(&from, &to, keep_links)?;
        } else {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

fn remove_tree(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let path = allowed(vm, sandbox, bound.get(0), Access::Write)?;
    let removed = match std::fs::symlink_metadata(&path) {
        Ok(found) if found.is_symlink() => {
            return Err(vm.new_os_error("Cannot call rmtree on a symbolic link".to_owned()));
        }
        _ => vm.allow_threads(|| std::fs::remove_dir_all(&path)),
    };
    removed.map_err(|error| failure(vm, "OSError", &error, &path))?;
    Ok(vm.ctx.none())
}

fn make_dirs(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bound: &Bound) -> PyResult {
    let path = allowed(vm, sandbox, bound.get(0), Access::Write)?;
    if !path.exists() {
        std::fs::create_dir_all(&path).map_err(|error| failure(vm, "OSError", &error, &path))?;
    }
    Ok(vm.ctx.none())
}

fn make_temp_dir(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, _bound: &Bound) -> PyResult {
    // At the strict level the plug-in's own folder is the only one where it may write.
    let folder = if limits::apply(sandbox) { sandbox.plugin.folders.data.clone() } else { std::env::temp_dir() };
    let made = tempfile::Builder::new().prefix("tmp").tempdir_in(&folder);
    let made = made.map_err(|error| failure(vm, "OSError", &error, &folder))?;
    Ok(path_text(vm, &made.keep()))
}
