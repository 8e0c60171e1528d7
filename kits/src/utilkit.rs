//! `String`, `Hash`, `Datetime`, `Util`, `Archive`, `Regex`, `E` and `D` (`spec/kits.md` §9 to §15).
//!
//! Their behaviour is written in Python 2 (`python/utilkit.py`), loaded when one of them is used for the first time.

use std::sync::Arc;

use reprise_vm_glue::runtime::{dialect, text};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Callable;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit::{Entry, Kit, Status, Visibility};
use crate::lazy_kit::{self, Part};
use crate::sandbox::Sandbox;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[
        lazy("Util", "Rounding, sorting, random choices.", |vm, s| part(vm, s, "UtilKit")),
        lazy("Hash", "Digests and checksums.", |vm, s| part(vm, s, "HashKit")),
        lazy("String", "Encoding, quoting and comparing of texts.", |vm, s| part(vm, s, "StringKit")),
        lazy("Datetime", "Dates and times.", |vm, s| part(vm, s, "DatetimeKit")),
        lazy("Archive", "Zip archives and gzip.", |vm, s| part(vm, s, "ArchiveKit")),
        lazy("Regex", "Compiles a regular expression.", |vm, _| {
            let _ = RegexKit::make_static_type();
            Ok(RegexKit.into_pyobject(vm))
        }),
        lazy("E", "Short for String.Encode.", |vm, s| function(vm, s, "safe_encode", "Encode")),
        lazy("D", "Short for String.Decode.", |vm, s| function(vm, s, "safe_decode", "Decode")),
    ],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn lazy(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::All, doc, status: Status::Implemented, make }
}

static PART: Part = Part { name: "utilkit", source: include_str!("python/utilkit.py"), prepare };

/// What the Python part takes from the sandbox.
fn prepare(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, globals: &PyDictRef) -> PyResult<()> {
    for name in ["FrameworkException", "HTTP"] {
        if let Some(value) = sandbox.published(vm, name)? {
            globals.set_item(name, value, vm)?;
        }
    }
    Ok(())
}

fn part(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, class: &'static str) -> PyResult {
    lazy_kit::object(vm, sandbox, &PART, class)
}

fn function(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &'static str, shown: &'static str) -> PyResult {
    lazy_kit::function(vm, sandbox, &PART, name, shown)
}

/// `Regex`.
#[pyclass(module = false, name = "RegexKit")]
#[derive(Debug, PyPayload)]
pub struct RegexKit;

#[pyclass(with(Callable), flags(DISALLOW_INSTANTIATION))]
impl RegexKit {
    #[pygetset(name = "IGNORECASE")]
    fn ignore_case(_zelf: &Py<Self>) -> i32 {
        2
    }

    #[pygetset(name = "MULTILINE")]
    fn multi_line(_zelf: &Py<Self>) -> i32 {
        8
    }

    #[pygetset(name = "DOTALL")]
    fn dot_all(_zelf: &Py<Self>) -> i32 {
        16
    }
}

impl Callable for RegexKit {
    type Args = FuncArgs;

    fn call(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let module = dialect::get(vm, "__import__")?.call((text::native(vm, "re"),), vm)?;
        module.get_attr("compile", vm)?.call(args, vm)
    }
}
