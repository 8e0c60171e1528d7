//! At the strict policy level the formatters of the module `string` read no attribute that code cannot spell itself
//! (`spec/sandbox.md` §3.1, §4).

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBoundMethod, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, GetDescriptor};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::libraries;

/// What the names of attributes begin with that lead out of the sandbox.
const CLOSED: &[&str] = &["_", "func_", "im_", "gi_", "tb_", "f_"];

/// Puts the check before `string.Formatter.get_field`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let class = libraries::module(vm, "string")?.get_attr("Formatter", vm)?;
    let inner = class.get_attr("get_field", vm)?;
    if inner.downcastable::<GetField>() {
        return Ok(());
    }
    let _ = GetField::make_static_type();
    let checked: PyObjectRef = GetField { inner }.into_pyobject(vm);
    match class.downcast_ref::<PyType>() {
        // Whatever kind of class it is: native ones refuse to be changed from Python.
        Some(class) => class.set_attr(vm.ctx.intern_str("get_field"), checked),
        None => class.set_attr("get_field", checked, vm)?,
    }
    Ok(())
}

/// The method with its check.
#[pyclass(module = false, name = "function")]
#[derive(Debug, PyPayload)]
struct GetField {
    inner: PyObjectRef,
}

#[pyclass(with(Callable, GetDescriptor), flags(DISALLOW_INSTANTIATION))]
impl GetField {}

impl Callable for GetField {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let named = args.args.get(1).or_else(|| args.kwargs.get("field_name"));
        let name = named.map(|name| text::unicode_of(vm, name)).transpose()?.unwrap_or_default();
        // The first part is no attribute; what stands in brackets may be one for all that is known here.
        for part in name.split(['.', '[']).skip(1) {
            if CLOSED.iter().any(|closed| part.starts_with(closed)) {
                let message = format!("'{part}' is not accessible at the strict policy level");
                return Err(vm.new_attribute_error(message));
            }
        }
        zelf.inner.call(args, vm)
    }
}

impl GetDescriptor for GetField {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        _class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        match object.filter(|object| !vm.is_none(object)) {
            Some(object) => Ok(PyBoundMethod::new(object.to_owned(), zelf.to_owned()).into_ref(&vm.ctx).into()),
            None => Ok(zelf.to_owned()),
        }
    }
}
