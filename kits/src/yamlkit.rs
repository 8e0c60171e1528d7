//! `YAML` (`spec/kits.md` §6). In the original it never worked; here it does, for the data types of YAML 1.2.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use saphyr::{LoadableYamlNode, Scalar, Yaml};

use crate::elements::encoding::decode_document;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::method;
use crate::objects::signature::Parameter;
use crate::parsekit::{Fetched, PARSE_FROM_URL, check_size, fetched};
use crate::sandbox::Sandbox;

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
/// Most objects that are made of one text: aliases can stand for many.
const MOST_OBJECTS: usize = 1_000_000;
/// Deepest nesting.
const DEEPEST: usize = 200;

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
    // Flow collections are read by recursion: refuse what is nested too deep before that.
    let depth = source.bytes().fold((0_usize, 0_usize), |(now, most), byte| {
        let now = match byte {
            b'[' | b'{' => now + 1,
            b']' | b'}' => now.saturating_sub(1),
            _ => now,
        };
        (now, most.max(now))
    });
    if depth.1 > DEEPEST {
        return Err(vm.new_value_error("The YAML text is nested too deep".to_owned()));
    }
    let documents = vm.allow_threads(|| Yaml::load_from_str(&source));
    let documents = documents.map_err(|error| vm.new_value_error(error.to_string()))?;
    let mut left = MOST_OBJECTS;
    documents.first().map_or_else(|| Ok(vm.ctx.none()), |document| object(vm, document, &mut left, 0))
}

fn object(vm: &VirtualMachine, node: &Yaml<'_>, left: &mut usize, depth: usize) -> PyResult {
    if *left == 0 || depth > DEEPEST {
        return Err(vm.new_value_error("The YAML text stands for too many objects".to_owned()));
    }
    *left -= 1;
    Ok(match node {
        Yaml::Value(Scalar::Null) | Yaml::BadValue => vm.ctx.none(),
        Yaml::Value(Scalar::Boolean(truth)) => vm.ctx.new_bool(*truth).into(),
        Yaml::Value(Scalar::Integer(number)) => vm.ctx.new_int(*number).into(),
        Yaml::Value(Scalar::FloatingPoint(number)) => vm.ctx.new_float(number.into_inner()).into(),
        Yaml::Value(Scalar::String(content)) => text::native(vm, content),
        Yaml::Representation(content, ..) => text::native(vm, content),
        Yaml::Sequence(items) => {
            let items: PyResult<Vec<PyObjectRef>> =
                items.iter().map(|item| object(vm, item, left, depth + 1)).collect();
            vm.ctx.new_list(items?).into()
        }
        Yaml::Mapping(entries) => {
            let dict = vm.ctx.new_dict();
            for (key, value) in entries {
                let key = match key {
                    // A list cannot be a key.
                    Yaml::Sequence(items) => {
                        let items: PyResult<Vec<PyObjectRef>> =
                            items.iter().map(|item| object(vm, item, left, depth + 1)).collect();
                        vm.ctx.new_tuple(items?).into()
                    }
                    key => object(vm, key, left, depth + 1)?,
                };
                dict.set_item(&*key, object(vm, value, left, depth + 1)?, vm)?;
            }
            dict.into()
        }
        Yaml::Tagged(_, inner) => object(vm, inner, left, depth + 1)?,
        Yaml::Alias(_) => vm.ctx.none(),
    })
}
