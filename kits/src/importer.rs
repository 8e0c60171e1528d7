//! `__import__` of restricted code (`spec/sandbox.md` §5): modules of the bundle first, compiled in the same sandbox with
//! a copy of its globals, then the machine's own.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use reprise_policies::imports::{self, Importer};
use reprise_policies::level::{self, Level};
use reprise_vm_glue::import;
use reprise_vm_glue::modules::available::is_internal;
use reprise_vm_glue::runtime::{dialect, text};
use rustpython_vm::builtins::{PyDict, PyDictRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use crate::sandbox::{Sandbox, library_folders};
use crate::{base, sources};

/// The folder of an imported module, in its globals.
const CODE_PATH: &str = "_current_code_path";

thread_local! {
    /// The globals of the modules whose top level the thread is running, innermost last.
    static RUNNING: RefCell<Vec<PyDictRef>> = const { RefCell::new(Vec::new()) };
}

/// The `__import__` of a sandbox.
pub fn function(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyObjectRef {
    let sandbox: Weak<Sandbox> = Arc::downgrade(sandbox);
    let import_function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        match sandbox.upgrade() {
            Some(sandbox) => import_name(vm, &sandbox, args),
            None => Err(vm.new_runtime_error("the sandbox is gone".to_owned())),
        }
    };
    vm.new_function("__import__", import_function).into()
}

fn import_name(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, args: FuncArgs) -> PyResult {
    if let Some(imported) = import::from_machine(&args, vm) {
        return imported;
    }
    let Some(name) = args.args.first().map(|name| text::text_of(vm, name)).transpose()?.flatten() else {
        return Err(vm.new_type_error("__import__() argument 1 must be string"));
    };
    if name.is_empty() {
        // `from . import x`: there is no package around the modules of a bundle.
        let wanted = args.args.get(3).map(|names| vm.extract_elements_with(names, Ok)).transpose()?.unwrap_or_default();
        let wanted = wanted.first().map(|name| text::unicode_of(vm, name)).transpose()?.unwrap_or_default();
        return Err(vm.new_import_error(format!("cannot import name {wanted}"), vm.ctx.new_str(wanted)));
    }
    let globals = args.args.get(1).and_then(|globals| globals.downcast_ref::<PyDict>());
    let importer =
        Importer { folder: folder_of(vm, sandbox, globals.map(AsObject::as_object)), more: sandbox.more_paths.clone() };
    let last = imports::last_part(&name).to_owned();
    if let Some(file) = imports::find(sandbox.policy, &importer, &name) {
        return bundle_module(vm, sandbox, &last, &file);
    }
    check_whitelist(vm, sandbox, &name)?;
    library_module(vm, sandbox, &name, &args)
}

/// The names of modules whose import was logged because the strict level would refuse it.
#[derive(Default)]
struct Unlisted {
    names: Mutex<HashSet<String>>,
}

/// Refuses a module that is not on the whitelist, or says once that the strict level would refuse it.
fn check_whitelist(vm: &VirtualMachine, sandbox: &Sandbox, name: &str) -> PyResult<()> {
    let plugin = &sandbox.plugin;
    if level::is_listed(&plugin.module_whitelist(), name) || is_own_library(sandbox, name) {
        return Ok(());
    }
    let refused = |text: String| Err(vm.new_import_error(text, vm.ctx.new_str(name)));
    if plugin.level == Level::Strict {
        return refused(imports::refused(name, sandbox.policy));
    }
    if sandbox.policy.blocks_imports {
        return refused(imports::blocked(name));
    }
    if plugin.state::<Unlisted>().names.lock().insert(name.to_owned()) {
        tracing::debug!("The module '{name}' is not on the whitelist: the strict policy level would refuse it");
    }
    Ok(())
}

/// Whether the module is one of the bundle's own libraries.
fn is_own_library(sandbox: &Sandbox, name: &str) -> bool {
    let Some(top) = name.split('.').next().filter(|top| !top.is_empty()) else { return false };
    sandbox.policy.bundled_libraries
        && !imports::PRELOADED.contains(&top)
        && library_folders(&sandbox.plugin)
            .iter()
            .any(|folder| folder.join(format!("{top}.py")).is_file() || folder.join(top).join("__init__.py").is_file())
}

/// Where the importing code's own modules are: the folder of its file where a module's top level is running, else the
/// sandbox's code folder.
fn folder_of(vm: &VirtualMachine, sandbox: &Sandbox, globals: Option<&rustpython_vm::PyObject>) -> Option<PathBuf> {
    let on_top_level = RUNNING.with_borrow(|running| {
        running.last().is_some_and(|top| globals.is_some_and(|globals| globals.is(top.as_object())))
    });
    if on_top_level {
        let folder = globals.and_then(|globals| globals.get_item(CODE_PATH, vm).ok());
        if let Some(folder) = folder.and_then(|folder| text::text_of(vm, &folder).ok().flatten()) {
            return Some(PathBuf::from(folder));
        }
    }
    sandbox.code_path.clone()
}

/// A module of the bundle, from the sandbox's cache or its file. One that failed stays in the cache as it is: a package
/// as None, a module with what it had defined.
pub(crate) fn bundle_module(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &str, file: &Path) -> PyResult {
    if let Some(module) = sandbox.modules.lock().get(name) {
        return Ok(module.clone());
    }
    let is_package = imports::is_package(file);
    let globals = sandbox.globals.copy().into_ref(&vm.ctx);
    let folder = file.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    globals.set_item("__name__", text::new_str(vm, stem.as_bytes()), vm)?;
    globals.set_item("__path__", text::new_str(vm, folder.as_bytes()), vm)?;
    globals.set_item(CODE_PATH, text::new_str(vm, folder.as_bytes()), vm)?;
    let module = vm.ctx.new_base_object(base::module_class(vm), Some(globals.clone()));
    let partial = if is_package { vm.ctx.none() } else { module.clone() };
    sandbox.modules.lock().insert(name.to_owned(), partial);
    let code = sources::compile(vm, sandbox, file, true)?;
    RUNNING.with_borrow_mut(|running| running.push(globals.clone()));
    let result = sources::execute(vm, code, &globals);
    RUNNING.with_borrow_mut(|running| running.pop());
    result?;
    sandbox.modules.lock().insert(name.to_owned(), module.clone());
    Ok(module)
}

/// `import a.b` gives a module `a.b` that is loaded itself, not the package `a`. (For the machine's own modules that
/// was a trap that no plug-in can have relied on: `import os.path` binds `os` here.)
fn loaded_library_module(
    vm: &VirtualMachine,
    sandbox: &Sandbox,
    name: &str,
    args: &FuncArgs,
) -> PyResult<Option<PyObjectRef>> {
    let wants_names =
        args.args.get(3).is_some_and(|list| !vm.is_none(list) && list.clone().is_true(vm).unwrap_or(false));
    if !name.contains('.') || wants_names || !sandbox.policy.bundled_libraries {
        return Ok(None);
    }
    let modules = import::sys(vm)?.get_attr("modules", vm)?;
    let Ok(module) = modules.get_item(name, vm) else { return Ok(None) };
    let file = vm.get_attribute_opt(&module, "__file__")?;
    let file = file.map(|file| text::text_of(vm, &file)).transpose()?.flatten().unwrap_or_default();
    Ok(Path::new(&file).starts_with(sandbox.plugin.bundle.libraries()).then_some(module))
}

/// A module of the machine, else the one with an underscore before its name.
fn library_module(vm: &VirtualMachine, sandbox: &Sandbox, name: &str, args: &FuncArgs) -> PyResult {
    if let Some(module) = loaded_library_module(vm, sandbox, name, args)? {
        return Ok(module);
    }
    if is_internal(name) {
        return Err(vm.new_import_error(format!("No module named {name}"), vm.ctx.new_str(name)));
    }
    let machine_import = dialect::get(vm, "__import__")?;
    let first = match machine_import.call(args.clone(), vm) {
        Ok(module) => return Ok(module),
        Err(error) => error,
    };
    let private = format!("_{name}");
    if !first.fast_isinstance(vm.ctx.exceptions.import_error) || is_internal(&private) {
        return Err(first);
    }
    let mut again = args.clone();
    if let Some(slot) = again.args.first_mut() {
        *slot = text::new_str(vm, private.as_bytes());
    }
    machine_import.call(again, vm).map_err(|_| first)
}
