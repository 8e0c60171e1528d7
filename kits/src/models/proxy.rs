//! `Proxy.Preview`, `Proxy.Media`, `Proxy.LocalFile` and `Proxy.Remote`: data with what is known about them, on their way
//! into a container of pictures, themes, lyrics or subtitles (`spec/models.md` §6.6).

use std::fmt;

use reprise_vm_glue::runtime::text;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::AsMapping;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::template::ProxyKind;
use crate::kit::native_class;
use crate::objects::signature::{Parameter, Signature};

/// The parameters, in the order of [`ProxyObject::values`].
const PARAMETERS: &[Parameter] = &[
    Parameter::required("data"),
    Parameter::none("sort_order"),
    Parameter::none("ext"),
    Parameter::none("index"),
    Parameter::none("codec"),
    Parameter::none("format"),
    Parameter::none("default"),
    Parameter::none("forced"),
];
/// How many of them may be given without their names.
const UNNAMED: usize = 4;

/// Data on their way into a container.
#[pyclass(module = false, name = "ProxyObject")]
#[derive(PyPayload)]
pub struct ProxyObject {
    pub kind: ProxyKind,
    values: Vec<PyObjectRef>,
    /// Further keywords: `proxy['sub']`.
    pub extras: Vec<(String, PyObjectRef)>,
}

impl fmt::Debug for ProxyObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyObject").field("kind", &self.kind).finish()
    }
}

impl ProxyObject {
    /// Makes one from the arguments of a call.
    pub fn make(kind: ProxyKind, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let too_many = args.args.len().saturating_sub(UNNAMED);
        if too_many > 0 {
            let given = 1 + args.args.len() + args.kwargs.len();
            return Err(vm.new_type_error(format!("__init__() takes at most 5 arguments ({given} given)")));
        }
        let signature = Signature { name: "ProxyFunction", hidden: 0, parameters: PARAMETERS, keywords: true };
        let named = args.kwargs.drain(..).map(|(name, value)| (name.to_string_lossy().into_owned(), value)).collect();
        let mut bound = signature.bind_pairs(vm, args.args, named)?;
        let extras = std::mem::take(&mut bound.keywords);
        Ok(Self { kind, values: bound.into_values(), extras })
    }

    /// The argument with this name, if it was given and is not None.
    pub fn value(&self, name: &str, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let at = PARAMETERS.iter().position(|parameter| parameter.name == name)?;
        self.values.get(at).filter(|value| !vm.is_none(value)).cloned()
    }

    /// `str(data)`: requests are made now.
    pub fn data(&self, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        match self.values.first() {
            Some(data) => text::str_of(vm, data),
            None => Ok(Vec::new()),
        }
    }

    fn extra(&self, name: &PyObject, vm: &VirtualMachine) -> PyResult {
        let wanted = text::text_of(vm, name)?;
        let found = self.extras.iter().find(|(there, _)| Some(there) == wanted.as_ref());
        found.map(|(_, value)| value.clone()).ok_or_else(|| vm.new_key_error(name.to_owned()))
    }
}

#[pyclass(with(AsMapping), flags(DISALLOW_INSTANTIATION))]
impl ProxyObject {}

impl AsMapping for ProxyObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            subscript: Some(|mapping, name, vm| ProxyObject::mapping_downcast(mapping).extra(name, vm)),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// The object that is published as `Proxy`.
#[pyclass(module = false, name = "ProxyKit")]
#[derive(Debug, PyPayload)]
pub struct ProxyKit;

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl ProxyKit {
    /// A small version of what is at the key's address, which is fetched when somebody wants to see it in full.
    #[pymethod(name = "Preview")]
    fn preview(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<ProxyObject> {
        ProxyObject::make(ProxyKind::Preview, args, vm)
    }

    /// The data themselves.
    #[pymethod(name = "Media")]
    fn media(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<ProxyObject> {
        ProxyObject::make(ProxyKind::Media, args, vm)
    }

    /// A file on this machine.
    #[pymethod(name = "LocalFile")]
    fn local_file(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<ProxyObject> {
        ProxyObject::make(ProxyKind::LocalFile, args, vm)
    }

    /// An address that clients fetch themselves.
    #[pymethod(name = "Remote")]
    fn remote(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<ProxyObject> {
        ProxyObject::make(ProxyKind::Remote, args, vm)
    }
}

/// The object to publish as `Proxy`.
pub fn kit(vm: &VirtualMachine) -> PyObjectRef {
    let _ = ProxyKit::make_static_type();
    native_class::<ProxyObject>(vm, "Framework.modelling.attributes");
    ProxyKit.into_pyobject(vm)
}
