//! The module `__builtin__`: the builtins that Python 2 code sees, apart from the machine's own `builtins`, which its own
//! (Python 3) library keeps.

use rustpython_vm::builtins::{PyDictRef, PyModule};
use rustpython_vm::function::IntoPyNativeFn;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::interpreter::Settings;

/// Where the module is kept: an attribute of the machine's `sys` that no source can spell.
const KEPT_AS: &str = "<dialect>";
/// Where the default codec is kept.
const CODEC_KEPT_AS: &str = "<default codec>";

/// Names that mean the same in both versions and are taken over from the machine's builtins as they are. A part that has
/// its own version sets it afterwards.
const SHARED: &str = "ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning DeprecationWarning \
    EOFError Ellipsis Exception False FloatingPointError FutureWarning GeneratorExit ImportError ImportWarning \
    IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError None NotImplemented \
    NotImplementedError OSError OverflowError PendingDeprecationWarning ReferenceError RuntimeError RuntimeWarning \
    StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError True TypeError UnboundLocalError \
    UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError \
    Warning ZeroDivisionError __debug__ abs all any bin bool bytearray callable chr classmethod complex delattr \
    dict divmod enumerate float frozenset getattr hasattr hash hex id int isinstance issubclass iter len list max \
    memoryview min next object oct ord pow print property repr reversed round set setattr slice sorted \
    staticmethod str sum super tuple type zip __build_class__";

/// Makes the module with the names of [`SHARED`].
pub fn create(vm: &VirtualMachine, settings: &Settings) -> PyResult<()> {
    let dict = vm.ctx.new_dict();
    let module = vm.new_module("__builtin__", dict.clone(), None);
    for name in SHARED.split_whitespace() {
        if let Ok(value) = vm.builtins.get_attr(name, vm) {
            dict.set_item(name, value, vm)?;
        }
    }
    vm.sys_module.set_attr(KEPT_AS, module.clone(), vm)?;
    let codec = settings.default_codec.name();
    vm.sys_module.set_attr(CODEC_KEPT_AS, vm.ctx.new_str(codec), vm)?;
    let modules = vm.sys_module.get_attr("modules", vm)?;
    modules.set_item("__builtin__", module.into(), vm)
}

/// Nothing beyond [`create`]; the parts of other files do the rest.
pub fn install(_vm: &VirtualMachine) -> PyResult<()> {
    Ok(())
}

/// The module `__builtin__`.
pub fn module(vm: &VirtualMachine) -> PyResult<PyRef<PyModule>> {
    let module = vm.sys_module.get_attr(KEPT_AS, vm)?;
    module.downcast().map_err(|_| vm.new_system_error("the dialect's builtins were replaced"))
}

/// The namespace of `__builtin__`.
pub fn builtins(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    Ok(module(vm)?.dict())
}

/// Sets a builtin.
pub fn set(vm: &VirtualMachine, name: &'static str, value: impl Into<PyObjectRef>) -> PyResult<()> {
    builtins(vm)?.set_item(name, value.into(), vm)
}

/// Sets a builtin function written in Rust.
pub fn set_function<F, Kind>(vm: &VirtualMachine, name: &'static str, function: F) -> PyResult<()>
where
    F: IntoPyNativeFn<Kind>,
{
    set(vm, name, vm.new_function(name, function))
}

/// A builtin as it was set last, for native code that must behave as plug-in code would.
pub fn get(vm: &VirtualMachine, name: &'static str) -> PyResult {
    builtins(vm)?.as_object().get_item(name, vm)
}
