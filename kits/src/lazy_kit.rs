//! Kits whose behaviour is written in Python 2 and loaded when one of them is used for the first time.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use reprise_vm_glue::runtime::{dialect, exec, source, text};
use reprise_vm_glue::syntax::SourceRules;
use rustpython_vm::builtins::{PyDictRef, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::types::{GetAttr, SetAttr};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::sandbox::Sandbox;

/// One embedded source file.
pub struct Part {
    pub name: &'static str,
    pub source: &'static str,
    /// Puts into the namespace what the source expects there.
    pub prepare: fn(&VirtualMachine, &Arc<Sandbox>, &PyDictRef) -> PyResult<()>,
}

/// The namespaces of the parts that were loaded, by name and the sandbox's address.
#[derive(Default)]
struct Loaded {
    parts: Mutex<HashMap<(&'static str, usize), PyDictRef>>,
}

/// The namespace of a part, loaded now if it was not.
pub fn namespace(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, part: &'static Part) -> PyResult<PyDictRef> {
    let state = sandbox.plugin.state::<Loaded>();
    let key = (part.name, Arc::as_ptr(sandbox) as usize);
    if let Some(known) = state.parts.lock().get(&key) {
        return Ok(known.clone());
    }
    let globals = vm.ctx.new_dict();
    globals.set_item("__builtins__", dialect::builtins(vm)?.into(), vm)?;
    globals.set_item("__name__", text::native(vm, &format!("Framework.api.{}", part.name)), vm)?;
    (part.prepare)(vm, sandbox, &globals)?;
    let name = format!("<{}>", part.name);
    let code = source::compile_file(vm, &name, part.source.as_bytes(), SourceRules::Framework)?;
    let locals: PyObjectRef = globals.clone().into();
    exec::run(code, globals.clone(), locals, vm)?;
    // Two threads may have loaded it: the first one's stays.
    Ok(state.parts.lock().entry(key).or_insert(globals).clone())
}

/// The one object of a class in a part, made when it is used.
pub fn object(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, part: &'static Part, class: &'static str) -> PyResult {
    let _ = LazyKit::make_static_type();
    Ok(LazyKit { class, part, sandbox: Arc::clone(sandbox), object: OnceLock::new() }.into_pyobject(vm))
}

/// A function of a part, under the name `shown`.
pub fn function(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    part: &'static Part,
    name: &'static str,
    shown: &'static str,
) -> PyResult {
    let sandbox = Arc::clone(sandbox);
    let call = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        namespace(vm, &sandbox, part)?.get_item(name, vm)?.call(args, vm)
    };
    Ok(vm.new_function(shown, call).into())
}

/// Stands for a kit's object until it is used, and passes everything on to it then.
#[pyclass(module = false, name = "LazyKit")]
#[derive(PyPayload)]
pub struct LazyKit {
    class: &'static str,
    part: &'static Part,
    sandbox: Arc<Sandbox>,
    object: OnceLock<PyObjectRef>,
}

impl std::fmt::Debug for LazyKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.class)
    }
}

impl LazyKit {
    /// The object itself, for those who look at it without using it.
    pub fn inner(&self, vm: &VirtualMachine) -> PyResult {
        self.object(vm)
    }

    fn object(&self, vm: &VirtualMachine) -> PyResult {
        if let Some(object) = self.object.get() {
            return Ok(object.clone());
        }
        let made = namespace(vm, &self.sandbox, self.part)?.get_item(self.class, vm)?.call((), vm)?;
        Ok(self.object.get_or_init(|| made).clone())
    }
}

#[pyclass(with(GetAttr, SetAttr), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl LazyKit {}

impl GetAttr for LazyKit {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        zelf.object(vm)?.get_attr(name, vm)
    }
}

impl SetAttr for LazyKit {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let object = zelf.object(vm)?;
        match value {
            PySetterValue::Assign(value) => object.set_attr(name, value, vm),
            PySetterValue::Delete => object.del_attr(name, vm),
        }
    }
}
