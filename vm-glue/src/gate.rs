//! A gate before files and programs: an embedder may refuse paths, programs and raw sockets to all Python code of one
//! machine, whatever module the code reaches them through. Native code of the embedder is not asked. Where no gate is
//! installed nothing changes and nothing costs anything.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::RwLock;
use rustpython_vm::builtins::{PyStr, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::vm::PyGlobalState;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::import;
use crate::runtime::text;

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Decides. An error is what the code sees.
pub trait Guard: Send + Sync {
    fn path(&self, vm: &VirtualMachine, path: &Path, access: Access) -> PyResult<()>;
    /// A program is to be started, or a process signalled.
    fn process(&self, vm: &VirtualMachine) -> PyResult<()>;
    /// A native module that leads around the gate is to be used.
    fn module(&self, vm: &VirtualMachine, name: &str) -> PyResult<()>;
}

/// The guards of the machines that have one.
static GUARDS: RwLock<Vec<(Weak<PyGlobalState>, Arc<dyn Guard>)>> = RwLock::new(Vec::new());
/// True once there was one.
static USED: AtomicBool = AtomicBool::new(false);

fn guard(vm: &VirtualMachine) -> Option<Arc<dyn Guard>> {
    if !USED.load(Ordering::Relaxed) {
        return None;
    }
    let guards = GUARDS.read();
    let found = guards.iter().find(|(state, _)| state.upgrade().is_some_and(|state| Arc::ptr_eq(&state, &vm.state)));
    found.map(|(_, guard)| Arc::clone(guard))
}

/// Asks the guard, if there is one, about a path.
pub fn check_path(vm: &VirtualMachine, path: &Path, access: Access) -> PyResult<()> {
    match guard(vm) {
        Some(guard) => guard.path(vm, path, access),
        None => Ok(()),
    }
}

/// What a native function does with its arguments.
#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
    /// Two paths, of which the first is only read.
    Copy,
    /// Two paths, both changed.
    Move,
    /// A path and flags of the system.
    Open,
    Process,
}

/// The machine's functions that lead to files and programs. (Whether a file exists, and how large it is, is no secret.)
static FUNCTIONS: &[(&str, Kind)] = &[
    ("chdir", Kind::Read),
    ("listdir", Kind::Read),
    ("scandir", Kind::Read),
    ("readlink", Kind::Read),
    ("chflags", Kind::Write),
    ("chmod", Kind::Write),
    ("chown", Kind::Write),
    ("chroot", Kind::Write),
    ("lchmod", Kind::Write),
    ("lchown", Kind::Write),
    ("mkdir", Kind::Write),
    ("mkdirs", Kind::Write),
    ("mkfifo", Kind::Write),
    ("mknod", Kind::Write),
    ("remove", Kind::Write),
    ("removexattr", Kind::Write),
    ("rmdir", Kind::Write),
    ("setxattr", Kind::Write),
    ("truncate", Kind::Write),
    ("unlink", Kind::Write),
    ("utime", Kind::Write),
    ("link", Kind::Copy),
    ("symlink", Kind::Copy),
    ("rename", Kind::Move),
    ("replace", Kind::Move),
    ("open", Kind::Open),
    ("execv", Kind::Process),
    ("execve", Kind::Process),
    ("fork", Kind::Process),
    ("forkpty", Kind::Process),
    ("fork_exec", Kind::Process),
    ("kill", Kind::Process),
    ("killpg", Kind::Process),
    ("pidfd_open", Kind::Process),
    ("posix_spawn", Kind::Process),
    ("posix_spawnp", Kind::Process),
    ("spawnv", Kind::Process),
    ("spawnve", Kind::Process),
    ("startfile", Kind::Process),
    ("system", Kind::Process),
];

/// The modules where they are.
static MODULES: &[&str] = &["posix", "nt", "os", "_posixsubprocess"];

/// Native modules that reach files or memory by ways of their own.
static BYPASSES: &[&str] = &["_ctypes", "_sqlite3", "_winapi", "mmap", "syslog", "_testcapi", "_dbm", "_gdbm"];

/// Puts a guard before everything that the code of this machine does from now on.
pub fn install(vm: &VirtualMachine, guard: Arc<dyn Guard>) -> PyResult<()> {
    {
        let mut guards = GUARDS.write();
        guards.retain(|(state, _)| state.strong_count() > 0);
        guards.push((Arc::downgrade(&vm.state), guard));
    }
    USED.store(true, Ordering::Relaxed);
    for module in MODULES {
        // Not every system has each of them.
        let Ok(module) = import::machine_module(vm, module) else { continue };
        for (name, kind) in FUNCTIONS {
            if let Some(open) = vm.get_attribute_opt(&module, *name)? {
                module.set_attr(*name, guarded(vm, name, *kind, open), vm)?;
            }
        }
    }
    guard_files(vm)?;
    guard_modules(vm)
}

/// A function with the guard before it.
fn guarded(vm: &VirtualMachine, name: &'static str, kind: Kind, open: PyObjectRef) -> PyObjectRef {
    let call = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        check_call(vm, kind, &args)?;
        open.call(args, vm)
    };
    vm.new_function(name, call).into()
}

fn check_call(vm: &VirtualMachine, kind: Kind, args: &FuncArgs) -> PyResult<()> {
    let Some(guard) = guard(vm) else { return Ok(()) };
    let argument = |at: usize, names: &[&str]| {
        args.args.get(at).or_else(|| names.iter().find_map(|name| args.kwargs.get(name))).cloned()
    };
    let path = |at: usize, names: &[&str], access: Access| -> PyResult<()> {
        // Names relative to an open folder could mean anything.
        if ["dir_fd", "src_dir_fd", "dst_dir_fd"]
            .iter()
            .any(|name| args.kwargs.get(name).is_some_and(|fd| !vm.is_none(fd)))
        {
            return guard.path(vm, Path::new("/"), Access::Write);
        }
        match argument(at, names) {
            Some(given) => match path_of(vm, &given)? {
                Some(path) => guard.path(vm, &path, access),
                None => Ok(()),
            },
            // The function says itself what it misses; without a path it means the current folder.
            None => guard.path(vm, Path::new("."), access),
        }
    };
    const PATH: &[&str] = &["path", "file", "filename"];
    match kind {
        Kind::Read => path(0, PATH, Access::Read),
        Kind::Write => path(0, PATH, Access::Write),
        Kind::Copy => {
            path(0, &["src"], Access::Read)?;
            path(1, &["dst"], Access::Write)
        }
        Kind::Move => {
            path(0, &["src"], Access::Write)?;
            path(1, &["dst"], Access::Write)
        }
        Kind::Open => {
            let flags = argument(1, &["flags"]).map(|flags| flags.try_into_value::<i64>(vm)).transpose()?;
            // The lowest two bits say how a file is opened; all others can create or empty it.
            let reads = flags.is_some_and(|flags| flags & 3 == 0 && flags & CREATING == 0);
            path(0, PATH, if reads { Access::Read } else { Access::Write })
        }
        Kind::Process => guard.process(vm),
    }
}

/// `O_CREAT | O_TRUNC | O_APPEND` and their like, of every system.
const CREATING: i64 = 0o1000 | 0o100 | 0o2000 | 0x8 | 0x200 | 0x400;

/// A path as code gives it; None for the number of an open file.
fn path_of(vm: &VirtualMachine, given: &PyObject) -> PyResult<Option<PathBuf>> {
    if given.downcastable::<rustpython_vm::builtins::PyInt>() {
        return Ok(None);
    }
    let given = match given.class().get_attr(vm.ctx.intern_str("__fspath__")) {
        Some(method) => method.call((given.to_owned(),), vm)?,
        None => given.to_owned(),
    };
    let bytes = match text::bytes_of(&given) {
        Some(bytes) => bytes,
        None => text::str_of(vm, &given)?,
    };
    #[cfg(unix)]
    let path = PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes));
    #[cfg(not(unix))]
    let path = PathBuf::from(String::from_utf8_lossy(&bytes).into_owned());
    Ok(Some(path))
}

type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;

/// What makes a `FileIO` from a path, the one way by which the machine's library opens files.
static OPEN_FILE: OnceLock<Init> = OnceLock::new();

fn guard_files(vm: &VirtualMachine) -> PyResult<()> {
    let class = import::machine_module(vm, "_io")?.get_attr("FileIO", vm)?;
    let Some(class) = class.downcast_ref::<PyType>() else { return Ok(()) };
    if OPEN_FILE.get().is_none()
        && let Some(init) = class.slots.init.load()
    {
        let _ = OPEN_FILE.set(init);
        class.slots.init.store(Some(open_file));
        let init = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> {
            let mut args = args;
            let zelf = args.args.drain(..1.min(args.args.len())).next();
            let zelf = zelf.ok_or_else(|| vm.new_type_error("descriptor '__init__' of 'FileIO' needs an argument"))?;
            open_file(&zelf, args, vm)
        };
        class.set_attr(vm.ctx.intern_str("__init__"), vm.new_function("__init__", init).into());
    }
    Ok(())
}

fn open_file(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(guard) = guard(vm) {
        let name = args.args.first().or_else(|| args.kwargs.get("file"));
        let mode = args.args.get(1).or_else(|| args.kwargs.get("mode"));
        let mode = mode.and_then(|mode| mode.downcast_ref::<PyStr>()).and_then(|mode| mode.to_str()).unwrap_or("r");
        let access = if mode.contains(['w', 'a', 'x', '+']) { Access::Write } else { Access::Read };
        if let Some(name) = name
            && let Some(path) = path_of(vm, name)?
        {
            guard.path(vm, &path, access)?;
        }
    }
    match OPEN_FILE.get() {
        Some(open) => open(zelf, args, vm),
        None => Err(vm.new_runtime_error("files cannot be opened".to_owned())),
    }
}

/// Native modules are made once, with their functions guarded; those that lead around the gate are not made.
fn guard_modules(vm: &VirtualMachine) -> PyResult<()> {
    let maker = import::machine_module(vm, "_imp")?;
    let open = maker.get_attr("create_builtin", vm)?;
    let make = move |spec: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let name = text::text_of(vm, &*spec.get_attr("name", vm)?)?.unwrap_or_default();
        if let Some(guard) = guard(vm)
            && (BYPASSES.contains(&name.as_str()) || is_made(&name))
        {
            guard.module(vm, &name)?;
        }
        open.call((spec,), vm)
    };
    maker.set_attr("create_builtin", vm.new_function("create_builtin", make), vm)
}

/// A second copy of these would be without the guard.
fn is_made(name: &str) -> bool {
    MODULES.contains(&name) || matches!(name, "_io" | "_imp")
}
