//! `sys.stdin`, `sys.stdout` and `sys.stderr` as the machine's own library sees them: whatever Python 2 code has put into
//! its own `sys` under these names. So a help text that `optparse` prints goes where `print` goes.

use rustpython_vm::builtins::{PyStr, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::types::{GetAttr, Iterable};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::text;

/// The streams that are replaced.
const NAMES: [&str; 3] = ["stdin", "stdout", "stderr"];

/// One of the streams, by its name in `sys`.
#[pyclass(module = false, name = "stream")]
#[derive(Debug, PyPayload)]
struct MachineStream {
    name: &'static str,
}

impl MachineStream {
    fn target(&self, vm: &VirtualMachine) -> PyResult {
        crate::import::sys(vm)?.get_attr(self.name, vm)
    }
}

#[pyclass(with(GetAttr, Iterable))]
impl MachineStream {
    /// Text of the machine that is no byte string of Python 2 goes out as UTF-8.
    #[pymethod]
    fn write(zelf: &Py<Self>, text: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let text = match text::bytes_of(&text) {
            Some(bytes) => text::new_str(vm, &bytes),
            None => text,
        };
        let target = zelf.target(vm)?;
        vm.call_method(&target, "write", (text,))
    }
}

impl GetAttr for MachineStream {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let text = name.to_str().unwrap_or_default();
        if (text == "write" || text.starts_with("__"))
            && let Some(value) = zelf.as_object().generic_getattr_opt(name, None, vm)?
        {
            return Ok(value);
        }
        let target = zelf.target(vm)?;
        let value = vm.get_attribute_opt(&target, name)?;
        match (text, value) {
            // Python 3's streams always know these.
            ("encoding", None) => Ok(vm.ctx.new_str("utf-8").into()),
            ("encoding", Some(value)) if vm.is_none(&value) => Ok(vm.ctx.new_str("utf-8").into()),
            ("errors", None) => Ok(vm.ctx.new_str("strict").into()),
            ("flush", None) => Ok(vm.new_function("flush", || {}).into()),
            ("isatty", None) => Ok(vm.new_function("isatty", || false).into()),
            (_, Some(value)) => Ok(value),
            (_, None) => Err(vm.new_attribute_error(format!("'{}' has no attribute '{text}'", zelf.name))),
        }
    }
}

impl Iterable for MachineStream {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.target(vm)?.get_iter(vm).map(Into::into)
    }
}

/// Replaces the streams. They are asked for when they are used: Python 2 code may replace its own at any time.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let _: PyTypeRef = MachineStream::make_static_type();
    for name in NAMES {
        let stream = MachineStream { name }.into_ref(&vm.ctx);
        vm.sys_module.set_attr(name, stream, vm)?;
    }
    Ok(())
}
