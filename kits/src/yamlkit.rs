//! `YAML` (`spec/kits.md` §6). In framework 2's original it never worked; here it does, as in framework 1:
//! the data types of YAML 1.2, and the words for truth values of YAML 1.1.

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

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
    if source.trim_start_matches(['\n', '\r', ' ']).starts_with('\t') && !source.trim().is_empty() {
        return Err(vm.new_value_error("A YAML text cannot begin with a tab".to_owned()));
    }
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
    let documents = vm.allow_threads(|| MarkedYaml::load_from_str(&source));
    let documents = documents.map_err(|error| vm.new_value_error(error.to_string()))?;
    let mut reader = Reader { vm, source: source.chars().collect(), left: MOST_OBJECTS };
    documents.first().map_or_else(|| Ok(vm.ctx.none()), |document| reader.object(document, 0))
}

/// Words without quotes that stand for truth values in YAML 1.1, which the framework's library read.
const TRUTHS: [(&str, bool); 4] = [("yes", true), ("no", false), ("on", true), ("off", false)];

/// The truth value of a word: in small letters, in capitals, or with a first capital.
fn truth(word: &str) -> Option<bool> {
    let lower = word.to_ascii_lowercase();
    let (_, value) = TRUTHS.iter().find(|(known, _)| *known == lower)?;
    let rest_is_lower = word.get(1..)?.chars().all(|c| c.is_ascii_lowercase());
    let all_upper = word.chars().all(|c| c.is_ascii_uppercase());
    (rest_is_lower || all_upper).then_some(*value)
}

/// Builds the objects of a document.
struct Reader<'vm> {
    vm: &'vm VirtualMachine,
    source: Vec<char>,
    /// Objects that may still be made.
    left: usize,
}

impl Reader<'_> {
    /// Whether a text stands in the source without quotes.
    fn is_plain(&self, node: &MarkedYaml<'_>) -> bool {
        let first = self.source.get(node.span.start.index());
        !matches!(first, Some('\'' | '"' | '|' | '>' | '*') | None)
    }

    fn objects(&mut self, items: &[MarkedYaml<'_>], depth: usize) -> PyResult<Vec<PyObjectRef>> {
        items.iter().map(|item| self.object(item, depth)).collect()
    }

    fn object(&mut self, node: &MarkedYaml<'_>, depth: usize) -> PyResult {
        let vm = self.vm;
        if self.left == 0 || depth > DEEPEST {
            return Err(vm.new_value_error("The YAML text stands for too many objects".to_owned()));
        }
        self.left -= 1;
        Ok(match &node.data {
            YamlData::Value(Scalar::Null) | YamlData::BadValue => vm.ctx.none(),
            YamlData::Value(Scalar::Boolean(truth)) => vm.ctx.new_bool(*truth).into(),
            YamlData::Value(Scalar::Integer(number)) => vm.ctx.new_int(*number).into(),
            YamlData::Value(Scalar::FloatingPoint(number)) => vm.ctx.new_float(number.into_inner()).into(),
            YamlData::Value(Scalar::String(content)) | YamlData::Representation(content, ..) => {
                match truth(content).filter(|_| self.is_plain(node)) {
                    Some(truth) => vm.ctx.new_bool(truth).into(),
                    None => text::native(vm, content),
                }
            }
            YamlData::Sequence(items) => vm.ctx.new_list(self.objects(items, depth + 1)?).into(),
            YamlData::Mapping(entries) => {
                let dict = vm.ctx.new_dict();
                for (key, value) in entries {
                    let key = match &key.data {
                        // A list cannot be a key.
                        YamlData::Sequence(items) => vm.ctx.new_tuple(self.objects(items, depth + 1)?).into(),
                        _ => self.object(key, depth + 1)?,
                    };
                    dict.set_item(&*key, self.object(value, depth + 1)?, vm)?;
                }
                dict.into()
            }
            YamlData::Tagged(_, inner) => self.object(inner, depth + 1)?,
            YamlData::Alias(_) => vm.ctx.none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_truth() {
        assert_eq!(["yes", "No", "ON", "off"].map(truth), [Some(true), Some(false), Some(true), Some(false)]);
        assert_eq!(["yEs", "y", "one", ""].map(truth), [None; 4]);
    }
}
