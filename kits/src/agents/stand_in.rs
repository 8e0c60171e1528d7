//! The object that takes the place of media that are not there: an empty text of which everything can be asked
//! (`spec/agents.md` §4.3).

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyStr, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::{PyMappingMethods, PyNumberMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsNumber, AsSequence, Callable, GetAttr, Iterable, SetAttr};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text::{self, Unicode};

/// See the file's comment. Names that texts have (`title`, `index` …) are their methods, as in the original.
#[pyclass(module = "Framework.api.agentkit", name = "FakeMediaObject", base = Unicode)]
#[derive(Debug)]
#[repr(transparent)]
pub struct StandIn(Unicode);

/// A new stand-in.
pub fn new(vm: &VirtualMachine) -> PyObjectRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    CLASS.get_or_init(|| {
        text::unicode_type(vm);
        StandIn::make_static_type()
    });
    StandIn(Unicode::from("")).into_ref(&vm.ctx).into()
}

#[pyclass(with(GetAttr, SetAttr, Callable, AsMapping, AsSequence, AsNumber, Iterable))]
impl StandIn {
    #[pymethod]
    fn keys(_zelf: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(Vec::new()).into()
    }

    #[pymethod]
    fn all_parts(_zelf: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(Vec::new()).into()
    }

    #[pymethod]
    fn validate_keys(_zelf: PyObjectRef, _keys: PyObjectRef) {}
}

impl GetAttr for StandIn {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match zelf.as_object().generic_getattr_opt(name, None, vm)? {
            Some(value) => Ok(value),
            None => Ok(zelf.to_owned().into()),
        }
    }
}

impl SetAttr for StandIn {
    fn setattro(_zelf: &Py<Self>, _name: &Py<PyStr>, _value: PySetterValue, _vm: &VirtualMachine) -> PyResult<()> {
        Ok(())
    }
}

impl Callable for StandIn {
    type Args = FuncArgs;

    fn call(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Ok(vm.ctx.none())
    }
}

impl AsMapping for StandIn {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|_, _| Ok(0)),
            subscript: Some(|mapping, _index, _vm| Ok(mapping.obj.to_owned())),
            ass_subscript: Some(|_, _, _, _| Ok(())),
        };
        &METHODS
    }
}

impl AsSequence for StandIn {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods =
            PySequenceMethods { contains: Some(|_, _, _| Ok(false)), ..PySequenceMethods::NOT_IMPLEMENTED };
        &METHODS
    }
}

impl AsNumber for StandIn {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            // The original finds itself under the name of the method, and calls it.
            int: Some(|_, vm| Err(vm.new_type_error("__int__ returned non-int (type NoneType)"))),
            float: Some(|_, vm| Err(vm.new_type_error("__float__ returned non-float (type NoneType)"))),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for StandIn {
    fn slot_iter(_zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let nothing: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
        Ok(nothing.get_iter(vm)?.into())
    }

    fn iter(_zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(vm.ctx.none())
    }
}
