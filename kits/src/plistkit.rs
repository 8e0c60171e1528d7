//! `Plist`: XML property lists by the module plistlib (`spec/kits.md` §7).

use std::sync::Arc;

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::method;
use crate::objects::signature::Parameter;
use crate::parsekit::{Fetched, PARSE_FROM_URL, check_size, fetched};
use crate::sandbox::Sandbox;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Parse",
    entries: &[Entry {
        name: "Plist",
        visible: Visibility::Code,
        doc: "XML property lists and objects.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<PlistKit>(vm, "Framework.api.parsekit");
            Ok(PlistKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

const FROM_STRING: &[Parameter] = &[Parameter::required("string"), Parameter::none("max_size")];
const OBJECT: &[Parameter] = &[Parameter::required("obj")];

/// `Plist`.
#[pyclass(module = false, name = "PlistKit")]
#[derive(PyPayload)]
pub struct PlistKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for PlistKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlistKit")
    }
}

#[pyclass]
impl PlistKit {
    /// The object of a property list.
    #[pymethod(name = "ObjectFromString")]
    fn object_from_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("ObjectFromString", FROM_STRING).bind(vm, args)?;
        read(vm, bound.get(0), Some(bound.get(1)))
    }

    /// Fetches a property list.
    #[pymethod(name = "ObjectFromURL")]
    fn object_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Fetched { data, limit, .. } = fetched(vm, &zelf.sandbox, "ObjectFromURL", PARSE_FROM_URL, args, None)?;
        read(vm, &data, limit.as_deref())
    }

    /// The property list of an object.
    #[pymethod(name = "StringFromObject")]
    fn string_from_object(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("StringFromObject", OBJECT).bind(vm, args)?;
        let object = bound.get(0).to_owned();
        vm.call_method(&*import::module(vm, "plistlib")?, "writePlistToString", (object,))
    }
}

fn read(vm: &VirtualMachine, data: &PyObject, limit: Option<&PyObject>) -> PyResult {
    check_size(vm, data, limit)?;
    let source = if text::is_unicode(data) {
        vm.call_method(data, "encode", (text::native(vm, "utf-8"),))?
    } else {
        text::new_str(vm, &text::str_of(vm, data)?)
    };
    vm.call_method(&*import::module(vm, "plistlib")?, "readPlistFromString", (source,))
}
