//! `String`, `Hash`, `Datetime`, `Util`, `Archive`, `Regex`, `E` and `D` (`spec/kits.md` §9 to §15).
//!
//! Their behaviour is written in Python 2 (`python/utilkit.py`), loaded when one of them is used for the first time.

use std::sync::{Arc, OnceLock};

use reprise_vm_glue::runtime::{dialect, exec, source, text};
use reprise_vm_glue::syntax::SourceRules;
use rustpython_vm::builtins::{PyDictRef, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, GetAttr};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit::{Entry, Kit, Status, Visibility};
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

const SOURCE: &str = include_str!("python/utilkit.py");

/// The loaded Python part, one a plug-in.
#[derive(Default)]
struct Loaded {
    globals: OnceLock<PyDictRef>,
}

fn loaded(vm: &VirtualMachine, sandbox: &Sandbox) -> PyResult<PyDictRef> {
    let state = sandbox.plugin.state::<Loaded>();
    if let Some(globals) = state.globals.get() {
        return Ok(globals.clone());
    }
    let globals = vm.ctx.new_dict();
    globals.set_item("__builtins__", dialect::builtins(vm)?.into(), vm)?;
    globals.set_item("__name__", vm.ctx.new_str("Framework.api.utilkit").into(), vm)?;
    for name in ["FrameworkException", "HTTP"] {
        if let Some(value) = sandbox.globals.get_item_opt(name, vm)? {
            globals.set_item(name, value, vm)?;
        }
    }
    let code = source::compile_file(vm, "<utilkit>", SOURCE.as_bytes(), SourceRules::Framework)?;
    let locals: PyObjectRef = globals.clone().into();
    exec::run(code, globals.clone(), locals, vm)?;
    Ok(state.globals.get_or_init(|| globals).clone())
}

fn part(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, class: &'static str) -> PyResult {
    let _ = LazyKit::make_static_type();
    Ok(LazyKit { class, sandbox: Arc::clone(sandbox), object: OnceLock::new() }.into_pyobject(vm))
}

fn function(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, name: &'static str, shown: &'static str) -> PyResult {
    let sandbox = Arc::clone(sandbox);
    let call = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        loaded(vm, &sandbox)?.get_item(name, vm)?.call(args, vm)
    };
    Ok(vm.new_function(shown, call).into())
}

/// A kit whose object is made when it is used for the first time.
#[pyclass(module = false, name = "LazyKit")]
#[derive(PyPayload)]
pub struct LazyKit {
    class: &'static str,
    sandbox: Arc<Sandbox>,
    object: OnceLock<PyObjectRef>,
}

impl std::fmt::Debug for LazyKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.class)
    }
}

impl LazyKit {
    fn object(&self, vm: &VirtualMachine) -> PyResult {
        if let Some(object) = self.object.get() {
            return Ok(object.clone());
        }
        let made = loaded(vm, &self.sandbox)?.get_item(self.class, vm)?.call((), vm)?;
        Ok(self.object.get_or_init(|| made).clone())
    }
}

#[pyclass(with(GetAttr), flags(DISALLOW_INSTANTIATION))]
impl LazyKit {}

impl GetAttr for LazyKit {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        zelf.object(vm)?.get_attr(name, vm)
    }
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
