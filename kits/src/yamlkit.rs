//! `YAML` (`spec/kits.md` §6). In framework 2's original it never worked; here it does, as in framework 1: with the data
//! types of YAML 1.1 ([`yaml_scalars`]), its merged mappings included.

use std::sync::Arc;

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDict, PyList};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use crate::elements::encoding::decode_document;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::method;
use crate::objects::signature::Parameter;
use crate::parsekit::{Fetched, PARSE_FROM_URL, check_size, fetched};
use crate::sandbox::Sandbox;
use crate::yaml_scalars::{self, Plain};

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

/// Builds the objects of a document.
struct Reader<'vm> {
    vm: &'vm VirtualMachine,
    source: Vec<char>,
    /// Objects that may still be made.
    left: usize,
}

impl Reader<'_> {
    /// A word that stands in the source without quotes, as it stands there.
    fn plain(&self, node: &MarkedYaml<'_>) -> Option<String> {
        let range = node.span.start.index()..node.span.end.index();
        let word: String = self.source.get(range)?.iter().collect();
        let word = word.trim();
        let marked = word.starts_with(['\'', '"', '|', '>', '*', '&', '!', '[', '{']) || word.contains('\n');
        // The parser's own text is what counts where the place does not show it.
        let other = matches!(&node.data, YamlData::Value(Scalar::String(content)) if *content != word);
        (!marked && !other && !self.is_tagged(node.span.start.index())).then(|| word.to_owned())
    }

    /// Whether a tag (`!!str`) stands before a place.
    fn is_tagged(&self, place: usize) -> bool {
        let before = self.source.get(..place).unwrap_or_default();
        let blanks = before.iter().rev().take_while(|c| matches!(c, ' ' | '\n')).count();
        let before = before.get(..before.len() - blanks).unwrap_or_default();
        let token = before.iter().rev().take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '[' | '{')).last();
        blanks > 0 && token == Some(&'!')
    }

    /// The object of a plain word; None where it is a text.
    fn resolved(&self, word: &str) -> PyResult<Option<PyObjectRef>> {
        let vm = self.vm;
        let made = |class: &'static str, parts: &[i32]| -> PyResult {
            let parts: Vec<PyObjectRef> = parts.iter().map(|part| vm.ctx.new_int(*part).into()).collect();
            import::module(vm, "datetime")?.get_attr(class, vm)?.call(parts, vm)
        };
        Ok(Some(match yaml_scalars::resolve(word) {
            Plain::Text => return Ok(None),
            Plain::Null => vm.ctx.none(),
            Plain::Truth(truth) => vm.ctx.new_bool(truth).into(),
            Plain::Integer(number) => vm.ctx.new_bigint(&number).into(),
            Plain::Number(number) => vm.ctx.new_float(number).into(),
            Plain::Date(parts) => made("date", &parts)?,
            Plain::Time([year, month, day, hour, minute, second], fraction, zone) => {
                let moment = made("datetime", &[year, month, day, hour, minute, second, fraction])?;
                match zone {
                    // Times with a zone become those of UTC.
                    Some(ahead) if ahead != 0 => {
                        let ahead = made("timedelta", &[0, ahead])?;
                        vm._sub(&moment, &ahead)?
                    }
                    _ => moment,
                }
            }
        }))
    }

    fn is_merge(&self, key: &MarkedYaml<'_>) -> bool {
        self.plain(key).is_some_and(|word| word == "<<")
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
        if let YamlData::Value(_) | YamlData::Representation(..) = &node.data
            && !matches!(&node.data, YamlData::Value(Scalar::Null))
            && let Some(word) = self.plain(node)
        {
            return Ok(self.resolved(&word)?.unwrap_or_else(|| text::native(vm, &word)));
        }
        Ok(match &node.data {
            YamlData::Value(Scalar::Null) | YamlData::BadValue => vm.ctx.none(),
            YamlData::Value(Scalar::Boolean(truth)) => vm.ctx.new_bool(*truth).into(),
            YamlData::Value(Scalar::Integer(number)) => vm.ctx.new_int(*number).into(),
            YamlData::Value(Scalar::FloatingPoint(number)) => vm.ctx.new_float(number.into_inner()).into(),
            YamlData::Value(Scalar::String(content)) | YamlData::Representation(content, ..) => {
                text::native(vm, content)
            }
            YamlData::Sequence(items) => vm.ctx.new_list(self.objects(items, depth + 1)?).into(),
            YamlData::Mapping(entries) => {
                let dict = vm.ctx.new_dict();
                // What is merged in comes first: the mapping's own entries replace it.
                for (key, value) in entries {
                    if !self.is_merge(key) {
                        continue;
                    }
                    let merged = self.object(value, depth + 1)?;
                    // Of several, the first counts most.
                    let others = match merged.downcast_ref::<PyList>() {
                        Some(list) => list.borrow_vec().iter().rev().cloned().collect(),
                        None => vec![merged.clone()],
                    };
                    for other in others {
                        if other.downcast_ref::<PyDict>().is_none() {
                            let message = "expected a mapping or list of mappings for merging";
                            return Err(vm.new_value_error(message.to_owned()));
                        }
                        vm.call_method(dict.as_object(), "update", (other,))?;
                    }
                }
                for (key, value) in entries {
                    if self.is_merge(key) {
                        continue;
                    }
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
