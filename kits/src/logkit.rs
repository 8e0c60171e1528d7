//! `Log` (`spec/core.md` §10): the plug-in's own lines in its log file.

use std::io::Write;
use std::sync::Arc;

use reprise_bundles::LogLevel;
use reprise_vm_glue::runtime::{handling, text, traceback};
use rustpython_vm::builtins::{PyDict, PyTuple};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Callable;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::context;
use crate::kit::{Entry, Kit, Status, Visibility};
use crate::sandbox::Sandbox;
use crate::thread_stacks;

/// The kit's published name.
pub static KIT: Kit = Kit {
    name: "Log",
    entries: &[Entry {
        name: "Log",
        visible: Visibility::All,
        doc: "Writes lines to the plug-in's log file.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            let _ = LogKit::make_static_type();
            Ok(LogKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

/// What lines give for the place they come from, which is this kit for all of them.
const MODULE: &str = "logkit";
const LINE: u32 = 22;

/// `Log`.
#[pyclass(module = false, name = "LogKit")]
#[derive(PyPayload)]
pub struct LogKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for LogKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LogKit")
    }
}

#[pyclass(with(Callable), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl LogKit {
    #[pymethod(name = "Debug")]
    fn debug(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.log(LogLevel::Debug, "Debug", &args, vm)
    }

    #[pymethod(name = "Info")]
    fn info(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.log(LogLevel::Info, "Info", &args, vm)
    }

    #[pymethod(name = "Warn")]
    fn warn(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.log(LogLevel::Warning, "Warn", &args, vm)
    }

    #[pymethod(name = "Error")]
    fn error(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.log(LogLevel::Error, "Error", &args, vm)
    }

    #[pymethod(name = "Critical")]
    fn critical(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.log(LogLevel::Critical, "Critical", &args, vm)
    }

    /// Formats always, even without arguments, and adds the traceback of the exception at hand.
    #[pymethod(name = "Exception")]
    fn exception(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let Some((format, rest)) = args.args.split_first() else {
            return Err(too_few("Exception", vm));
        };
        let message = vm._mod(format, vm.ctx.new_tuple(rest.to_vec()).as_object())?;
        let message = line_text(vm, &message)?;
        let trace = match handling::current(vm) {
            Some(exception) => {
                let text = traceback::format_exc(vm, &exception);
                text.strip_prefix("Traceback (most recent call last):\n").unwrap_or(&text).trim_end().to_owned()
            }
            None => "None".to_owned(),
        };
        let message = format!("{message} (most recent call last):\n{trace}");
        zelf.sandbox.plugin.log.write(LogLevel::Critical, MODULE, LINE, &message);
        Ok(())
    }

    /// Where the calling code is.
    #[pymethod(name = "Stack")]
    fn stack(zelf: &Py<Self>, vm: &VirtualMachine) {
        let text = format!("Current stack:\n{}", thread_stacks::current(vm));
        zelf.sandbox.plugin.log.write(LogLevel::Debug, MODULE, LINE, text.trim_end());
    }

    fn log(&self, level: LogLevel, function: &str, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let Some((format, rest)) = args.args.split_first() else {
            return Err(too_few(function, vm));
        };
        match format_line(vm, format, rest) {
            Ok(message) => {
                self.sandbox.plugin.log.write(level, MODULE, LINE, &message);
                Ok(())
            }
            // Inside a request the original's second copy of the line is made without protection.
            Err(error) if context::with(|context| context.in_request) => Err(error),
            Err(error) => {
                let text = traceback::format_exc(vm, &error);
                let _ = std::io::stderr().write_all(text.as_bytes());
                Ok(())
            }
        }
    }
}

impl Callable for LogKit {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.log(LogLevel::Info, "__call__", &args, vm)?.to_pyobject(vm))
    }
}

fn too_few(function: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_type_error(format!("{function}() takes at least 2 arguments (1 given)"))
}

/// The text of a line: the format applied only where there are arguments, as `logging` does.
pub fn format_line(vm: &VirtualMachine, format: &PyObject, args: &[PyObjectRef]) -> PyResult<String> {
    let message = if text::is_basestring(format) { format.to_owned() } else { text::str_object(vm, format)? };
    let message = match args {
        [] => message,
        [mapping] if mapping.downcast_ref::<PyDict>().is_some_and(|dict| dict.__len__() > 0) => {
            vm._mod(&message, mapping)?
        }
        args => {
            let args = PyTuple::new_ref(args.to_vec(), &vm.ctx);
            vm._mod(&message, args.as_object())?
        }
    };
    line_text(vm, &message)
}

/// A message as text; byte strings must be UTF-8.
fn line_text(vm: &VirtualMachine, message: &PyObject) -> PyResult<String> {
    match text::bytes_of(message) {
        Some(bytes) => String::from_utf8(bytes).map_err(|error| text::utf8_error(vm, error.as_bytes())),
        None => text::unicode_of(vm, message),
    }
}
