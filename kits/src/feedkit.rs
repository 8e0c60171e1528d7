//! `RSS`, and the module `feedparser` (`spec/kits.md` §5).

use std::sync::Arc;

use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::elements::encoding::decode_document;
use crate::feed::{self, Dict, Key, Value};
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::method;
use crate::libraries;
use crate::objects::signature::Parameter;
use crate::parsekit::{Fetched, PARSE_FROM_URL, check_size, fetched};
use crate::sandbox::Sandbox;
use crate::sax::declared_encoding;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Parse",
    entries: &[Entry {
        name: "RSS",
        visible: Visibility::Code,
        doc: "Feeds in the formats RSS and Atom.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<RssKit>(vm, "Framework.api.parsekit");
            Ok(RssKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

const FROM_STRING: &[Parameter] = &[Parameter::required("string"), Parameter::none("max_size")];

/// `RSS`.
#[pyclass(module = false, name = "RSSKit")]
#[derive(PyPayload)]
pub struct RssKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for RssKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RSSKit")
    }
}

#[pyclass]
impl RssKit {
    /// The feed of a text; a broken one gives what can be made out, with `bozo` set.
    #[pymethod(name = "FeedFromString")]
    fn feed_from_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("FeedFromString", FROM_STRING).bind(vm, args)?;
        check_size(vm, bound.get(0), Some(bound.get(1)))?;
        parse(vm, bound.get(0))
    }

    /// Fetches a feed.
    #[pymethod(name = "FeedFromURL")]
    fn feed_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Fetched { data, limit, .. } = fetched(vm, &zelf.sandbox, "FeedFromURL", PARSE_FROM_URL, args, None)?;
        check_size(vm, &data, limit.as_deref())?;
        parse(vm, &data)
    }
}

/// The encoding of bytes that are in no other.
const OVERRIDE: &str = "windows-1252";

/// The feed of a text.
fn parse(vm: &VirtualMachine, data: &PyObject) -> PyResult {
    let bytes = match text::is_unicode(data) {
        true => text::unicode_of(vm, data)?.into_bytes(),
        false => text::str_of(vm, data)?,
    };
    let declared = declared_encoding(&bytes).map(|name| name.to_lowercase());
    // What is not in the encoding that it ought to be in is taken for this one.
    let is_utf8 = declared.as_deref().is_none_or(|name| matches!(name, "utf-8" | "utf8"));
    let is_overridden = is_utf8 && std::str::from_utf8(&bytes).is_err();
    let source = decode_document(&bytes, false);
    let parsed = vm.allow_threads(|| feed::parse(&source));
    let module = libraries::module(vm, "feedparser")?;
    let shapes = Shapes { vm, dict: module.get_attr("FeedParserDict", vm)? };
    let made = shapes.empty()?;
    let set = |name: &'static str, value: PyObjectRef| made.set_item(name, value, vm);
    set("feed", shapes.dict(&parsed.feed)?)?;
    let entries: PyResult<Vec<PyObjectRef>> = parsed.entries.iter().map(|entry| shapes.dict(entry)).collect();
    set("entries", vm.ctx.new_list(entries?).into())?;
    set("bozo", vm.ctx.new_int(i32::from(parsed.error.is_some() || is_overridden)).into())?;
    if is_overridden && parsed.error.is_none() {
        let declared = declared.as_deref().unwrap_or("utf-8");
        let message = format!("document declared as {declared}, but parsed as {OVERRIDE}");
        let class = module.get_attr("CharacterEncodingOverride", vm)?;
        set("bozo_exception", class.call((text::native(vm, &message),), vm)?)?;
    }
    if let Some(error) = parsed.error {
        let arguments: Vec<PyObjectRef> = vec![
            text::native(vm, error.message),
            vm.ctx.new_int(error.line).into(),
            vm.ctx.new_int(error.column).into(),
        ];
        set("bozo_exception", module.get_attr("SAXParseException", vm)?.call(arguments, vm)?)?;
    }
    // A name that the document gives is unicode.
    set(
        "encoding",
        match declared {
            _ if is_overridden => text::native(vm, OVERRIDE),
            Some(name) => text::new_unicode(vm, &name),
            None => text::native(vm, "utf-8"),
        },
    )?;
    set("version", text::native(vm, parsed.version))?;
    let namespaces = vm.ctx.new_dict();
    for (prefix, uri) in &parsed.namespaces {
        namespaces.set_item(&*text::native(vm, prefix), text::new_unicode(vm, uri), vm)?;
    }
    set("namespaces", namespaces.into())?;
    Ok(made)
}

/// Makes Python values.
struct Shapes<'a> {
    vm: &'a VirtualMachine,
    /// `FeedParserDict`.
    dict: PyObjectRef,
}

impl Shapes<'_> {
    fn empty(&self) -> PyResult {
        self.dict.call((), self.vm)
    }

    fn key(&self, key: &Key) -> PyObjectRef {
        if key.foreign { text::new_unicode(self.vm, &key.name) } else { text::native(self.vm, &key.name) }
    }

    fn dict(&self, dict: &Dict) -> PyResult {
        let plain = self.vm.ctx.new_dict();
        for (key, value) in &dict.items {
            plain.set_item(&*self.key(key), self.value(value)?, self.vm)?;
        }
        self.dict.call((plain,), self.vm)
    }

    fn value(&self, value: &Value) -> PyResult {
        let vm = self.vm;
        Ok(match value {
            Value::None => vm.ctx.none(),
            Value::Bool(truth) => vm.ctx.new_bool(*truth).into(),
            Value::Number(number) => vm.ctx.new_int(*number).into(),
            Value::Text(content) => text::new_unicode(vm, content),
            Value::Word(word) => text::native(vm, word),
            Value::Time(parts) => {
                let parts = parts.iter().map(|part| vm.ctx.new_int(*part).into()).collect();
                let tuple = vm.ctx.new_tuple(parts);
                import::module(vm, "time")?.get_attr("struct_time", vm)?.call((tuple,), vm)?
            }
            Value::List(items) => {
                let items: PyResult<Vec<PyObjectRef>> = items.iter().map(|item| self.value(item)).collect();
                vm.ctx.new_list(items?).into()
            }
            Value::Dict(dict) => self.dict(dict)?,
            Value::Attributes(attributes) => {
                let dict = vm.ctx.new_dict();
                for (name, value) in attributes {
                    dict.set_item(&*text::native(vm, name), self.value(value)?, vm)?;
                }
                dict.into()
            }
        })
    }
}

/// The native part of the module `feedparser`.
pub fn natives(vm: &VirtualMachine) -> PyRef<PyModule> {
    let parse = |data: PyObjectRef, vm: &VirtualMachine| parse(vm, &data);
    libraries::make_module(vm, "_feedparser", vec![("parse", vm.new_function("parse", parse).into())])
}
