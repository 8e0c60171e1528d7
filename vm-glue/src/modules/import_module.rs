//! The module `_import`: what `imp` (embedded Python 2) needs of the importer.

use std::path::PathBuf;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::runtime::{files, text};
use crate::{import, modules};

fn name_of(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<String> {
    text::text_of(vm, value)?.ok_or_else(|| vm.new_type_error("a module's name must be a string"))
}

/// `load_source(name, file)`: runs a file as a module of that name.
fn load_source(name: PyObjectRef, file: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    import::load_source(vm, &name_of(&name, vm)?, &files::path_of(&file, vm)?)
}

/// `load_package(name, folder)`: runs a folder's `__init__.py` as a package of that name.
fn load_package(name: PyObjectRef, folder: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let folder: PathBuf = files::path_of(&folder, vm)?;
    import::load_package(vm, &name_of(&name, vm)?, &folder)
}

/// `new_module(name)`: an empty module that is not in `sys.modules`.
fn new_module(name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = name_of(&name, vm)?;
    let module = modules::new(vm, &name);
    module.dict().set_item("__name__", vm.ctx.new_str(name).into(), vm)?;
    module.dict().set_item("__doc__", vm.ctx.none(), vm)?;
    module.dict().set_item("__package__", vm.ctx.none(), vm)?;
    Ok(module.into())
}

/// `is_available(name)`: whether the program brings the module along.
fn is_available(name: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    Ok(modules::available::is_available(&name_of(&name, vm)?))
}

/// Makes the module `_import`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_import");
    modules::set_function(vm, &module, "is_available", is_available);
    modules::set_function(vm, &module, "load_source", load_source);
    modules::set_function(vm, &module, "load_package", load_package);
    modules::set_function(vm, &module, "new_module", new_module);
    module
}
