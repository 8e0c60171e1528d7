//! Importing by Python 2's rules: implicit relative imports, source files and packages on `sys.path`, the registry of
//! modules under Python 2 names, and the machine's own library for the rest.
//!
//! Python 2 code has its own `sys` and its own `sys.modules`: names like `urllib` and `string` mean other modules to the
//! machine's own library.

use std::path::{Path, PathBuf};

use parking_lot::ReentrantMutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyDictRef, PyList, PyModule, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::embedded;
use crate::gate;
use crate::interpreter::Settings;
use crate::modules::{self, Source};
use crate::runtime::{dialect, exec, frames, intrinsics, restricted, source, text};
use crate::syntax::SourceRules;

/// Where the dialect's `sys` is kept in the machine's.
const SYS_KEPT_AS: &str = "<dialect sys>";

/// One thread imports at a time, as with CPython 2's import lock.
static IMPORT_LOCK: ReentrantMutex<()> = ReentrantMutex::new(());

/// Runs the work while no other thread imports.
fn locked<R>(vm: &VirtualMachine, work: impl FnOnce() -> R) -> R {
    let guard = loop {
        match IMPORT_LOCK.try_lock() {
            Some(guard) => break guard,
            // The holder may wait for this thread to come to a stop: let it.
            None => vm.allow_threads(|| std::thread::sleep(std::time::Duration::from_millis(1))),
        }
    };
    let result = work();
    drop(guard);
    result
}

/// The `sys` of Python 2 code.
pub fn sys(vm: &VirtualMachine) -> PyResult {
    vm.sys_module.get_attr(SYS_KEPT_AS, vm)
}

/// `sys.modules` of Python 2 code.
pub fn modules(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let modules = sys(vm)?.get_attr("modules", vm)?;
    modules.downcast().map_err(|_| vm.new_runtime_error("sys.modules is no dict"))
}

/// Makes `sys`, `sys.modules` and the import functions.
pub fn install(vm: &VirtualMachine, settings: &Settings) -> PyResult<()> {
    let modules = vm.ctx.new_dict();
    let sys = modules::sys::make(vm, settings)?;
    sys.set_attr("modules", modules.clone(), vm)?;
    vm.sys_module.set_attr(SYS_KEPT_AS, sys.clone(), vm)?;
    modules.set_item("sys", sys.into(), vm)?;
    modules.set_item("__builtin__", dialect::module(vm)?.into(), vm)?;
    dialect::set_function(vm, "__import__", import_function)?;
    dialect::set_function(vm, "reload", reload)?;
    intrinsics::add(vm, intrinsics::IMPORT, import_statement)?;
    intrinsics::add(vm, intrinsics::IMPORT_FROM, import_from)?;
    intrinsics::add(vm, intrinsics::IMPORT_STAR, import_star)
}

fn import_error(vm: &VirtualMachine, message: String) -> PyBaseExceptionRef {
    vm.new_exception_msg(vm.ctx.exceptions.import_error.to_owned(), message.into())
}

// ---- the statements ---------------------------------------------------------------------------------------------

/// Calls the `__import__` of the running code's builtins.
fn call_import(name: PyObjectRef, fromlist: PyObjectRef, level: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let frame = frames::current(vm)?;
    let builtins = frames::builtins_of(&frame, vm)?;
    let Some(function) = builtins.get_item_opt("__import__", vm)? else {
        return Err(import_error(vm, "__import__ not found".to_owned()));
    };
    let globals = frame.f_globals();
    if function.is(&dialect::get(vm, "__import__")?) {
        let Some(name) = text::text_of(vm, &name)? else {
            return Err(vm.new_type_error("__import__() argument 1 must be string"));
        };
        return import_level(vm, &name, Some(&globals), Some(fromlist), level.try_to_value(vm)?);
    }
    let locals = if frames::is_function(&frame) { vm.ctx.none() } else { frames::namespace(&frame, vm)? };
    let mut args = FuncArgs::from(vec![name, globals.into(), locals, fromlist]);
    // Left out for an implicit relative import, as CPython does. By keyword: see `from_machine`.
    if level.try_to_value::<i64>(vm)? != -1 {
        args.kwargs.insert("level".into(), level);
    }
    function.call(args, vm)
}

/// Native code of the machine imports through the `__import__` of whichever code runs, with five positional arguments
/// and level 0. It means the machine's own library. Every function that stands in for `__import__` asks here first.
pub fn from_machine(args: &FuncArgs, vm: &VirtualMachine) -> Option<PyResult> {
    let [_, _, _, fromlist, level] = args.args.as_slice() else { return None };
    let absolute = level.try_to_value::<i64>(vm).ok()? == 0;
    let plain = vm.is_none(fromlist) || fromlist.downcast_ref::<PyTuple>().is_some();
    (absolute && plain && args.kwargs.is_empty()).then(|| vm.import_func.call(args.clone(), vm))
}

fn import_statement(name: PyObjectRef, fromlist: PyObjectRef, level: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    call_import(name, fromlist, level, vm)
}

fn import_from(name: PyObjectRef, names: PyObjectRef, level: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let module = call_import(name, names.clone(), level, vm)?;
    let Some(names) = names.downcast_ref::<PyTuple>() else { return Ok(vm.ctx.empty_tuple.clone().into()) };
    let mut values = Vec::with_capacity(names.len());
    for name in names {
        let Some(wanted) = name.downcast_ref::<PyStr>() else { continue };
        match vm.get_attribute_opt(&module, wanted)? {
            Some(value) => values.push(value),
            None => return Err(import_error(vm, format!("cannot import name {wanted}"))),
        }
    }
    Ok(vm.ctx.new_tuple(values).into())
}

fn import_star(name: PyObjectRef, level: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let star = vm.ctx.new_tuple(vec![vm.ctx.new_str("*").into()]);
    let module = call_import(name, star.into(), level, vm)?;
    let namespace = frames::namespace(&frames::current(vm)?, vm)?;
    let all = vm.get_attribute_opt(&module, "__all__")?;
    let skip_private = all.is_none();
    let names = match all {
        Some(all) => vm.extract_elements_with(&all, Ok)?,
        None => {
            // A class made natively may show no `__dict__`; its instances have one all the same.
            let dict = match module.dict() {
                Some(dict) => dict.into(),
                None => module.get_attr("__dict__", vm)?,
            };
            let Some(dict) = dict.downcast_ref::<PyDict>() else {
                return Err(import_error(vm, "from-import-* object has no __dict__ and no __all__".to_owned()));
            };
            dict.keys_vec()
        }
    };
    for name in names {
        let Some(text) = name.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error("attribute name must be string"));
        };
        if skip_private && text.as_bytes().starts_with(b"_") {
            continue;
        }
        let value = module.get_attr(text, vm)?;
        namespace.set_item(&*name, value, vm)?;
    }
    Ok(())
}

// ---- __import__ -------------------------------------------------------------------------------------------------

/// `__import__(name, globals=None, locals=None, fromlist=(), level=-1)`.
fn import_function(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if let Some(imported) = from_machine(&args, vm) {
        return imported;
    }
    const NAMES: [&str; 5] = ["name", "globals", "locals", "fromlist", "level"];
    let mut values: [Option<PyObjectRef>; 5] = Default::default();
    for (slot, value) in values.iter_mut().zip(args.args) {
        *slot = Some(value);
    }
    for (name, value) in args.kwargs {
        match NAMES.iter().position(|known| name.as_bytes() == known.as_bytes()) {
            Some(at) => values[at] = Some(value),
            None => {
                return Err(vm.new_type_error(format!("'{name}' is an invalid keyword argument for this function")));
            }
        }
    }
    let [Some(name), globals, _, fromlist, level] = values else {
        return Err(vm.new_type_error("Required argument 'name' (pos 1) not found"));
    };
    if text::is_unicode(&name) {
        // The name is a byte string: the default codec has to have its characters.
        text::str_of(vm, &name)?;
    }
    let Some(name) = text::text_of(vm, &name)? else {
        return Err(vm.new_type_error("__import__() argument 1 must be string"));
    };
    let level = match level {
        Some(level) => level.try_to_value::<i64>(vm)?,
        None => -1,
    };
    let globals = globals.and_then(|globals| globals.downcast::<PyDict>().ok());
    import_level(vm, &name, globals.as_ref(), fromlist, level)
}

/// A module of Python 2 code, for native code that needs one: `urllib2`, `Queue`. The name has no dots.
pub fn module(vm: &VirtualMachine, name: &str) -> PyResult {
    import_level(vm, name, None, None, 0)
}

/// Imports as `__import__` does: the first package of a dotted name, or its last part if names are wanted from it.
pub fn import_level(
    vm: &VirtualMachine,
    name: &str,
    globals: Option<&PyDictRef>,
    fromlist: Option<PyObjectRef>,
    level: i64,
) -> PyResult {
    locked(vm, || import_level_locked(vm, name, globals, fromlist, level))
}

fn import_level_locked(
    vm: &VirtualMachine,
    name: &str,
    globals: Option<&PyDictRef>,
    fromlist: Option<PyObjectRef>,
    level: i64,
) -> PyResult {
    if name.contains('/') {
        return Err(import_error(vm, "Import by filename is not supported.".to_owned()));
    }
    let parent = match globals {
        Some(globals) => parent_package(vm, globals, level)?,
        None => None,
    };
    if name.is_empty() && (level <= 0 || parent.is_none()) {
        return Err(vm.new_value_error("Empty module name"));
    }
    let mut parts = if name.is_empty() { Vec::new() } else { name.split('.').collect::<Vec<_>>() };
    if parts.iter().any(|part| part.is_empty()) {
        return Err(vm.new_value_error("Empty module name"));
    }
    parts.reverse();
    let (head, mut full, mut tail);
    match parts.pop() {
        None => {
            // `from . import x`
            let package = parent.unwrap_or_default();
            head = loaded(vm, &package)?.ok_or_else(|| import_error(vm, format!("No module named {package}")))?;
            full = package;
            tail = head.clone();
        }
        Some(first) => {
            let relative = match &parent {
                Some(package) => {
                    let full = format!("{package}.{first}");
                    find_or_load(vm, &full, first, Some(package))?.map(|module| (module, full))
                }
                None => None,
            };
            let found = match relative {
                Some(found) => Some(found),
                None if level > 0 => None,
                None => find_or_load(vm, first, first, None)?.map(|module| {
                    if let (Some(package), Ok(modules)) = (&parent, modules(vm)) {
                        // Remembered: the next import in the package need not look for the file again.
                        let _ = modules.set_item(&*format!("{package}.{first}"), vm.ctx.none(), vm);
                    }
                    (module, first.to_owned())
                }),
            };
            let Some((module, name)) = found else {
                return Err(import_error(vm, format!("No module named {name}")));
            };
            head = module.clone();
            tail = module;
            full = name;
        }
    }
    while let Some(part) = parts.pop() {
        let package = full.clone();
        full = format!("{full}.{part}");
        match find_or_load(vm, &full, part, Some(&package))? {
            Some(module) => tail = module,
            None => {
                // CPython names what follows the package that was found.
                let mut missing = part.to_owned();
                if let Some((_, rest)) = name.split_once('.')
                    && !rest.contains('.')
                {
                    missing = rest.to_owned();
                }
                return Err(import_error(vm, format!("No module named {missing}")));
            }
        }
    }
    let Some(fromlist) = fromlist.filter(|list| !vm.is_none(list)) else { return Ok(head) };
    let names = vm.extract_elements_with(&fromlist, Ok)?;
    if names.is_empty() {
        return Ok(head);
    }
    ensure_names(vm, &tail, &full, names)?;
    Ok(tail)
}

/// Imports the submodules among the names wanted from a package.
fn ensure_names(vm: &VirtualMachine, module: &PyObjectRef, full: &str, names: Vec<PyObjectRef>) -> PyResult<()> {
    if vm.get_attribute_opt(module, "__path__").ok().flatten().is_none() {
        return Ok(());
    }
    for name in names {
        let Some(text) = text::text_of(vm, &name)? else {
            return Err(vm.new_type_error("Item in ``from list'' must be str"));
        };
        if text == "*" {
            if let Some(all) = vm.get_attribute_opt(module, "__all__")? {
                let all = vm.extract_elements_with(&all, Ok)?;
                ensure_names(vm, module, full, all)?;
            }
            continue;
        }
        if vm.get_attribute_opt(module, &vm.ctx.new_str(text.as_str()))?.is_none() {
            find_or_load(vm, &format!("{full}.{text}"), &text, Some(full))?;
        }
    }
    Ok(())
}

/// The package that relative names of a module are looked up in.
fn parent_package(vm: &VirtualMachine, globals: &PyDictRef, level: i64) -> PyResult<Option<String>> {
    if level == 0 {
        return Ok(None);
    }
    let string = |name: &'static str| -> PyResult<Option<String>> {
        match globals.get_item_opt(name, vm)? {
            Some(value) if !vm.is_none(&value) => text::text_of(vm, &value),
            _ => Ok(None),
        }
    };
    let package = match string("__package__")? {
        Some(package) => package,
        None => {
            let Some(name) = string("__name__")? else { return Ok(None) };
            let package = if globals.get_item_opt("__path__", vm)?.is_some() {
                name
            } else {
                match name.rsplit_once('.') {
                    Some((package, _)) => package.to_owned(),
                    None => String::new(),
                }
            };
            if !package.is_empty() {
                globals.set_item("__package__", vm.ctx.new_str(package.as_str()).into(), vm)?;
            }
            package
        }
    };
    if package.is_empty() {
        if level > 0 {
            return Err(vm.new_value_error("Attempted relative import in non-package"));
        }
        return Ok(None);
    }
    let mut package = package.as_str();
    for _ in 1..level {
        package = match package.rsplit_once('.') {
            Some((outer, _)) => outer,
            None => return Err(vm.new_value_error("Attempted relative import beyond toplevel package")),
        };
    }
    if loaded(vm, package)?.is_none() {
        if level < 1 {
            return Ok(None);
        }
        let message = format!("Parent module '{package}' not loaded, cannot perform relative import");
        return Err(vm.new_system_error(message));
    }
    Ok(Some(package.to_owned()))
}

/// A module from `sys.modules`; None also where an entry says that there is no such relative module.
fn loaded(vm: &VirtualMachine, full: &str) -> PyResult<Option<PyObjectRef>> {
    Ok(modules(vm)?.get_item_opt(full, vm)?.filter(|module| !vm.is_none(module)))
}

/// A module, loaded if it is not yet. `package` is the loaded package that it is looked up in.
fn find_or_load(vm: &VirtualMachine, full: &str, name: &str, package: Option<&str>) -> PyResult<Option<PyObjectRef>> {
    let modules = modules(vm)?;
    if let Some(module) = modules.get_item_opt(full, vm)? {
        return Ok((!vm.is_none(&module)).then_some(module));
    }
    let outer = match package {
        Some(package) => loaded(vm, package)?,
        None => None,
    };
    let path = match (&outer, package) {
        // A module of the machine's library that is no package there can still have submodules in the registry.
        (Some(outer), _) => vm.get_attribute_opt(outer, "__path__")?,
        (None, Some(_)) => return Ok(None),
        (None, None) => Some(sys(vm)?.get_attr("path", vm)?),
    };
    if let Some(module) = load_by_finder(vm, full, path.as_ref())? {
        if let Some(outer) = outer {
            outer.set_attr(vm.ctx.intern_str(name), module.clone(), vm)?;
        }
        return Ok(Some(module));
    }
    let found = match find_source(vm, full, name, path.as_ref())? {
        Some(Place::Archive(loader)) => Some(vm.call_method(&loader, "load_module", (vm.ctx.new_str(full),))?),
        Some(Place::File(found)) if KEPT.get().is_some_and(|kept| kept.contains(&full)) => {
            match load_other(vm, full, package)? {
                Some(module) => Some(module),
                None => Some(load_file(vm, full, &found)?),
            }
        }
        Some(Place::File(found)) if !is_always_native(full) => Some(load_file(vm, full, &found)?),
        _ => load_other(vm, full, package)?,
    };
    let Some(module) = found else { return Ok(None) };
    // A module may replace itself in `sys.modules`.
    let module = modules.get_item_opt(full, vm)?.unwrap_or(module);
    if let Some(outer) = outer {
        outer.set_attr(vm.ctx.intern_str(name), module.clone(), vm)?;
    }
    attach_submodules(vm, full, &module)?;
    Ok(Some(module))
}

/// Packages with those of their submodules that an embedder's program would have loaded before anything else.
static ATTACHED: std::sync::OnceLock<&'static [(&'static str, &'static [&'static str])]> = std::sync::OnceLock::new();

/// Shows submodules as attributes of their packages though nobody has imported them; they are loaded when they are
/// used. The first table counts.
pub fn attach(table: &'static [(&'static str, &'static [&'static str])]) {
    let _ = ATTACHED.set(table);
}

/// Gives a package of [`attach`]'s table the function that loads its submodules.
fn attach_submodules(vm: &VirtualMachine, full: &str, module: &PyObjectRef) -> PyResult<()> {
    let Some((package, names)) = ATTACHED.get().and_then(|table| table.iter().find(|(package, _)| *package == full))
    else {
        return Ok(());
    };
    let Some(dict) = module.downcast_ref::<PyModule>().map(|module| module.dict()) else { return Ok(()) };
    if dict.get_item_opt("__getattr__", vm)?.is_some() {
        return Ok(());
    }
    let load = move |name: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let name = text::text_of(vm, &name)?.unwrap_or_default();
        if names.contains(&name.as_str())
            && let Some(found) = locked(vm, || find_or_load(vm, &format!("{package}.{name}"), &name, Some(package)))?
        {
            return Ok(found);
        }
        Err(vm.new_attribute_error(format!("'module' object has no attribute '{name}'")))
    };
    dict.set_item("__getattr__", vm.new_function("__getattr__", load).into(), vm)
}

/// Modules whose place no file takes, besides those of [`is_always_native`]: those that an embedder's program would have
/// loaded before anything else.
static KEPT: std::sync::OnceLock<&'static [&'static str]> = std::sync::OnceLock::new();

/// Keeps modules of the machine from being replaced by files on the search path. The first list counts.
pub fn keep(names: &'static [&'static str]) {
    let _ = KEPT.set(names);
}

/// A module from the program's own finders in `sys.meta_path`, which are asked before anything else (PEP 302).
fn load_by_finder(vm: &VirtualMachine, full: &str, path: Option<&PyObjectRef>) -> PyResult<Option<PyObjectRef>> {
    let finders = sys(vm)?.get_attr("meta_path", vm)?;
    let finders = match finders.downcast_ref::<PyList>() {
        Some(finders) => finders.borrow_vec().to_vec(),
        None => return Ok(None),
    };
    for finder in finders {
        let path = match path {
            Some(path) if full.contains('.') => path.clone(),
            _ => vm.ctx.none(),
        };
        let loader = vm.call_method(&finder, "find_module", (vm.ctx.new_str(full), path))?;
        if !vm.is_none(&loader) {
            return vm.call_method(&loader, "load_module", (vm.ctx.new_str(full),)).map(Some);
        }
    }
    Ok(None)
}

/// Modules that CPython 2 has built in: no file can take their place.
fn is_always_native(full: &str) -> bool {
    matches!(full, "sys" | "__builtin__" | "exceptions" | "imp" | "marshal" | "gc" | "posix" | "time" | "thread")
}

// ---- source files -----------------------------------------------------------------------------------------------

/// A module's file; for a package its `__init__.py`.
struct Found {
    file: PathBuf,
    package: Option<PathBuf>,
}

/// Where a module was found.
enum Place {
    File(Found),
    /// In a ZIP archive; the object loads it (PEP 302).
    Archive(PyObjectRef),
}

/// Whether a name on the search path is that of an archive or of something in one.
fn is_in_archive(folder: &str) -> bool {
    [".egg", ".zip"].iter().any(|ending| {
        folder
            .match_indices(ending)
            .any(|(at, _)| matches!(folder.as_bytes().get(at + ending.len()), None | Some(b'/')))
    })
}

/// The loader of a module that is in an archive on the search path.
fn find_in_archive(vm: &VirtualMachine, full: &str, folder: &str) -> PyResult<Option<PyObjectRef>> {
    if full == "zipfile" || Path::new(folder).is_dir() {
        return Ok(None);
    }
    let importer = module(vm, "zipimport")?;
    let importer = vm.call_method(&importer, "_importer", (text::new_str(vm, folder.as_bytes()),))?;
    if vm.is_none(&importer) {
        return Ok(None);
    }
    let loader = vm.call_method(&importer, "find_module", (vm.ctx.new_str(full),))?;
    Ok((!vm.is_none(&loader)).then_some(loader))
}

fn find_source(vm: &VirtualMachine, full: &str, name: &str, path: Option<&PyObjectRef>) -> PyResult<Option<Place>> {
    let Some(path) = path else { return Ok(None) };
    let Some(path) = path.downcast_ref::<PyList>() else { return Ok(None) };
    let entries = path.borrow_vec().to_vec();
    for entry in entries {
        let Some(folder) = text::text_of(vm, &entry).ok().flatten() else { continue };
        if is_in_archive(&folder)
            && let Some(loader) = find_in_archive(vm, full, &folder)?
        {
            return Ok(Some(Place::Archive(loader)));
        }
        let folder = if folder.is_empty() { PathBuf::from(".") } else { PathBuf::from(folder) };
        let package = folder.join(name);
        let init = package.join("__init__.py");
        if init.is_file() {
            return Ok(Some(Place::File(Found { file: init, package: Some(package) })));
        }
        let file = folder.join(format!("{name}.py"));
        if file.is_file() {
            // `./x.py` is shown as `x.py`.
            let file = file.strip_prefix("./").map_or_else(|_| file.clone(), Path::to_path_buf);
            return Ok(Some(Place::File(Found { file, package: None })));
        }
    }
    Ok(None)
}

/// The source file that a module of `sys.path` would be run from as a program (`-m NAME`): its own, or the `__main__` of
/// a package.
pub fn program_of(vm: &VirtualMachine, full: &str) -> PyResult<Option<PathBuf>> {
    let (package, name) = match full.rsplit_once('.') {
        Some((package, name)) => (Some(package), name),
        None => (None, full),
    };
    let path = match package {
        Some(package) => {
            let fromlist = vm.ctx.new_list(vec![vm.ctx.new_str("__path__").into()]);
            let module = import_level(vm, package, None, Some(fromlist.into()), 0)?;
            vm.get_attribute_opt(&module, "__path__")?
        }
        None => Some(sys(vm)?.get_attr("path", vm)?),
    };
    match find_source(vm, full, name, path.as_ref())? {
        Some(Place::File(Found { package: Some(_), .. })) => program_of(vm, &format!("{full}.__main__")),
        Some(Place::File(found)) => Ok(Some(found.file)),
        // Programs in archives have no file to run.
        Some(Place::Archive(_)) | None => Ok(None),
    }
}

fn path_object(vm: &VirtualMachine, path: &Path) -> PyObjectRef {
    text::new_str(vm, path.as_os_str().as_encoded_bytes())
}

/// Makes an empty module of Python 2 code and enters it into `sys.modules`.
pub fn new_module(vm: &VirtualMachine, full: &str, builtins: PyObjectRef) -> PyResult<PyRef<PyModule>> {
    let dict = vm.ctx.new_dict();
    let module = vm.new_module(full, dict.clone(), None);
    for name in ["__spec__", "__loader__"] {
        if dict.get_item_opt(name, vm)?.is_some() {
            dict.del_item(name, vm)?;
        }
    }
    dict.set_item("__name__", vm.ctx.new_str(full).into(), vm)?;
    dict.set_item("__doc__", vm.ctx.none(), vm)?;
    dict.set_item("__package__", vm.ctx.none(), vm)?;
    dict.set_item("__builtins__", builtins, vm)?;
    modules(vm)?.set_item(full, module.clone().into(), vm)?;
    Ok(module)
}

/// Runs a module's code; a module that fails is taken out of `sys.modules` again.
pub fn run_module(
    vm: &VirtualMachine,
    full: &str,
    module: &PyRef<PyModule>,
    code: PyRef<rustpython_vm::builtins::PyCode>,
) -> PyResult<()> {
    let dict = module.dict();
    match exec::run(code, dict.clone(), dict.into(), vm) {
        Ok(_) => Ok(()),
        Err(error) => {
            let modules = modules(vm)?;
            if modules.get_item_opt(full, vm)?.is_some() {
                modules.del_item(full, vm)?;
            }
            Err(error)
        }
    }
}

fn load_file(vm: &VirtualMachine, full: &str, found: &Found) -> PyResult {
    gate::check_path(vm, &found.file, gate::Access::Read)?;
    let bytes = std::fs::read(&found.file).map_err(|error| vm.new_os_error(error.to_string()))?;
    let name = found.file.to_string_lossy().into_owned();
    // Loaded again by hand, a module stays the same object.
    let known = loaded(vm, full)?.and_then(|module| module.downcast::<PyModule>().ok());
    let module = match known {
        Some(module) => module,
        None => new_module(vm, full, dialect::builtins(vm)?.into())?,
    };
    let dict = module.dict();
    dict.set_item("__file__", path_object(vm, &found.file), vm)?;
    if let Some(package) = &found.package {
        let path = vm.ctx.new_list(vec![path_object(vm, package)]);
        dict.set_item("__path__", path.into(), vm)?;
    }
    let code = match source::compile_file(vm, &name, &bytes, SourceRules::CPython) {
        Ok(code) => code,
        Err(error) => {
            modules(vm)?.del_item(full, vm)?;
            return Err(error);
        }
    };
    run_module(vm, full, &module, code)?;
    Ok(module.into())
}

// ---- other modules ----------------------------------------------------------------------------------------------

/// A module of the registry, or of the machine's own library.
fn load_other(vm: &VirtualMachine, full: &str, package: Option<&str>) -> PyResult<Option<PyObjectRef>> {
    match modules::find(vm, full).map(|entry| entry.source) {
        Some(Source::Native(make)) => {
            // Restricted code may be the first to import it, but does not make it.
            let module: PyObjectRef = restricted::as_library(|| make(vm)).into();
            modules(vm)?.set_item(full, module.clone(), vm)?;
            Ok(Some(module))
        }
        Some(Source::Python { source: text, package }) => load_embedded(vm, full, text, package).map(Some),
        Some(Source::Over { library, source }) => load_over(vm, full, library, source).map(Some),
        None => {
            // Libraries probe for later modules to tell which Python they run on.
            let hidden = !modules::available::is_python_27(full) || modules::is_missing(full);
            // Below a package of ours there is nothing of the machine's; below one of the machine's there is.
            let ours = |entry: &modules::Entry| matches!(entry.source, Source::Native(_) | Source::Python { .. });
            let inside = package.is_some_and(|package| modules::find(vm, package).is_some_and(ours));
            if hidden || inside { Ok(None) } else { load_library(vm, full, full) }
        }
    }
}

fn load_embedded(vm: &VirtualMachine, full: &str, text: &'static str, package: bool) -> PyResult {
    let module = new_module(vm, full, dialect::builtins(vm)?.into())?;
    if package {
        module.dict().set_item("__path__", vm.ctx.new_list(Vec::new()).into(), vm)?;
    }
    run_embedded(vm, full, &module, text)?;
    Ok(module.into())
}

fn run_embedded(vm: &VirtualMachine, full: &str, module: &PyRef<PyModule>, text: &'static str) -> PyResult<()> {
    let file = format!("<{full}>");
    module.dict().set_item("__file__", vm.ctx.new_str(file.as_str()).into(), vm)?;
    let code = embedded::code_of(vm, text, &file)?;
    run_module(vm, full, module, code)
}

/// A module of the machine's own library with what Python 2 has different.
fn load_over(vm: &VirtualMachine, full: &str, name: &str, text: &'static str) -> PyResult {
    let library = machine_module(vm, name)?;
    let module = new_module(vm, full, dialect::builtins(vm)?.into())?;
    copy_names(vm, full, &library, &module.dict())?;
    run_embedded(vm, full, &module, text)?;
    Ok(module.into())
}

/// A module of the machine's own library, by its name there.
fn load_library(vm: &VirtualMachine, full: &str, name: &str) -> PyResult<Option<PyObjectRef>> {
    let library = match machine_module(vm, name) {
        Ok(library) => library,
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.import_error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let module = new_module(vm, full, dialect::builtins(vm)?.into())?;
    module.dict().del_item("__builtins__", vm)?;
    copy_names(vm, full, &library, &module.dict())?;
    Ok(Some(module.into()))
}

/// A module as the machine's own library sees it.
pub fn machine_module(vm: &VirtualMachine, name: &str) -> PyResult {
    vm.import_func.call((vm.ctx.new_str(name),), vm)?;
    vm.sys_module.get_attr("modules", vm)?.get_item(name, vm)
}

/// Fills a module of Python 2 code with what the machine's module has under names that Python 2 knows. Modules among
/// the values are left out: they are the machine's.
fn copy_names(vm: &VirtualMachine, full: &str, library: &PyObjectRef, dict: &PyDictRef) -> PyResult<()> {
    let known = modules::names::of(full);
    let Some(own) = library.dict() else { return Ok(()) };
    let machine_name = match library.get_attr("__name__", vm) {
        Ok(name) => text::text_of(vm, &name)?.unwrap_or_default(),
        Err(_) => String::new(),
    };
    for (key, value) in own {
        let Some(name) = key.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else { continue };
        let wanted = match name {
            "__path__" => {
                dict.set_item("__path__", vm.ctx.new_list(Vec::new()).into(), vm)?;
                continue;
            }
            "__doc__" | "__version__" | "__author__" => true,
            name if name.starts_with("__") => false,
            name if name.starts_with('_') => true,
            name => known.as_ref().is_none_or(|known| known.contains(name)),
        };
        if value.downcast_ref::<PyModule>().is_none() {
            if wanted {
                dict.set_item(&*key, value, vm)?;
            }
            continue;
        }
        // A submodule that the package has imported itself.
        let its_name = value.get_attr("__name__", vm).ok().and_then(|name| text::text_of(vm, &name).ok().flatten());
        if its_name.is_some_and(|its_name| its_name == format!("{machine_name}.{name}")) && !name.starts_with('_') {
            find_or_load(vm, &format!("{full}.{name}"), name, Some(full))?;
        }
    }
    Ok(())
}

// ---- reload -----------------------------------------------------------------------------------------------------

/// Modules of CPython 2 that are not made from source files.
const BUILT_IN: &[&str] = &[
    "__builtin__",
    "__main__",
    "binascii",
    "cPickle",
    "cStringIO",
    "datetime",
    "errno",
    "exceptions",
    "gc",
    "imp",
    "itertools",
    "marshal",
    "math",
    "operator",
    "posix",
    "pwd",
    "select",
    "signal",
    "strop",
    "struct",
    "sys",
    "thread",
    "time",
    "unicodedata",
    "zipimport",
    "zlib",
];

fn reload(module: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(own) = module.downcast_ref::<PyModule>().map(ToOwned::to_owned) else {
        return Err(vm.new_type_error("reload() argument must be module"));
    };
    let name = text::text_of(vm, &*module.get_attr("__name__", vm)?)?.unwrap_or_default();
    if !BUILT_IN.contains(&name.as_str()) {
        restricted::refuse("cannot unmarshal code objects in restricted execution mode", vm)?;
    }
    if loaded(vm, &name)?.is_none_or(|found| !found.is(&module)) {
        return Err(import_error(vm, format!("reload(): module {name} not in sys.modules")));
    }
    if name == "sys" {
        modules::sys::reloaded(vm, &own);
    }
    let Some(file) = vm.get_attribute_opt(&module, "__file__")? else { return Ok(module) };
    let file = text::text_of(vm, &file)?.unwrap_or_default();
    gate::check_path(vm, file.as_ref(), gate::Access::Read)?;
    let Ok(bytes) = std::fs::read(&file) else { return Ok(module) };
    let code = source::compile_file(vm, &file, &bytes, SourceRules::CPython)?;
    let dict = own.dict();
    exec::run(code, dict.clone(), dict.into(), vm)?;
    Ok(module)
}

/// `imp.load_source(name, pathname)` and the like: runs a file as a module of that name.
pub fn load_source(vm: &VirtualMachine, full: &str, file: &Path) -> PyResult {
    load_file(vm, full, &Found { file: file.to_path_buf(), package: None })
}

/// `imp.load_package(name, pathname)`: runs the `__init__.py` of a folder as a package of that name.
pub fn load_package(vm: &VirtualMachine, full: &str, folder: &Path) -> PyResult {
    load_file(vm, full, &Found { file: folder.join("__init__.py"), package: Some(folder.to_path_buf()) })
}
