//! `YAML` (`spec/kits.md` §6). In framework 2's original it never worked; here it does, as in framework 1: with the data
//! types of YAML 1.1 ([`yaml_reader`]), its merged mappings included.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::elements::encoding::decode_document;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::method;
use crate::objects::signature::Parameter;
use crate::parsekit::{Fetched, PARSE_FROM_URL, check_size, fetched};
use crate::sandbox::Sandbox;
use crate::yaml_reader;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Parse",
    entries: &[Entry {
        name: "YAML",
        visible: Visibility::Code,
        doc: "YAML texts as objects.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<YamlKit>(vm, "Framework.api.parsekit");
            Ok(YamlKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

const FROM_STRING: &[Parameter] = &[Parameter::required("string"), Parameter::none("max_size")];

/// `YAML`.
#[pyclass(module = false, name = "YAMLKit")]
#[derive(PyPayload)]
pub struct YamlKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for YamlKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("YAMLKit")
    }
}

#[pyclass]
impl YamlKit {
    /// The object of a YAML text; None for an empty one. Of several documents, the first.
    #[pymethod(name = "ObjectFromString")]
    fn object_from_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("ObjectFromString", FROM_STRING).bind(vm, args)?;
        read(vm, bound.get(0), Some(bound.get(1)))
    }

    /// Fetches YAML.
    #[pymethod(name = "ObjectFromURL")]
    fn object_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Fetched { data, limit, .. } = fetched(vm, &zelf.sandbox, "ObjectFromURL", PARSE_FROM_URL, args, None)?;
        read(vm, &data, limit.as_deref())
    }
}

fn read(vm: &VirtualMachine, data: &PyObject, limit: Option<&PyObject>) -> PyResult {
    check_size(vm, data, limit)?;
    let source = if text::is_unicode(data) {
        text::text_of(vm, data)?.unwrap_or_default()
    } else {
        decode_document(&text::str_of(vm, data)?, false)
    };
    if source.trim_start_matches(['\n', '\r', ' ']).starts_with('\t') && !source.trim().is_empty() {
        return Err(vm.new_value_error("A YAML text cannot begin with a tab".to_owned()));
    }
    yaml_reader::read(vm, &source)
}
