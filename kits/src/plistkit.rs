//! `Plist`: XML property lists in the shapes of Python 2.7's plistlib (`spec/kits.md` §7).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use malachite_bigint::BigInt;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyFloat, PyInt, PyList, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::method;
use crate::libraries;
use crate::objects::signature::Parameter;
use crate::parsekit::{Fetched, PARSE_FROM_URL, check_size, fetched};
use crate::sandbox::Sandbox;
use crate::sax::{self, Handler, Name, SaxError};
use crate::string_transforms::base64_decode;

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
        let mut writer = Writer { vm, out: HEADER.to_owned() };
        writer.value(bound.get(0), 0)?;
        writer.out.push_str("</plist>\n");
        Ok(text::new_str(vm, writer.out.as_bytes()))
    }
}

// ---- reading ---------------------------------------------------------------------------------------------------------

/// Why a property list is not read.
enum Refused {
    Xml(SaxError),
    Raised(PyBaseExceptionRef),
}

impl From<SaxError> for Refused {
    fn from(error: SaxError) -> Refused {
        Refused::Xml(error)
    }
}

impl From<PyBaseExceptionRef> for Refused {
    fn from(error: PyBaseExceptionRef) -> Refused {
        Refused::Raised(error)
    }
}

/// An expat error.
pub fn expat_error(vm: &VirtualMachine, error: &SaxError) -> PyBaseExceptionRef {
    let raise = || -> PyResult<PyBaseExceptionRef> {
        let class = libraries::module(vm, "xml.parsers.expat")?.get_attr("ExpatError", vm)?;
        let made = class.call((text::native(vm, &error.to_string()),), vm)?;
        made.set_attr("lineno", vm.ctx.new_int(error.line), vm)?;
        made.set_attr("offset", vm.ctx.new_int(error.column), vm)?;
        made.downcast().map_err(|_| vm.new_value_error(error.to_string()))
    };
    raise().unwrap_or_else(|error| error)
}

/// The text of XML data, for the readers that complain as expat does.
pub fn document(vm: &VirtualMachine, data: &PyObject) -> PyResult<String> {
    if text::is_unicode(data) {
        return Ok(text::text_of(vm, data)?.unwrap_or_default());
    }
    sax::decoded(&text::str_of(vm, data)?).map_err(|error| expat_error(vm, &error))
}

fn read(vm: &VirtualMachine, data: &PyObject, limit: Option<&PyObject>) -> PyResult {
    check_size(vm, data, limit)?;
    let source = document(vm, data)?;
    let mut reader = Reader { vm, root: None, open: Vec::new(), key: None, text: String::new(), dict: None };
    match sax::parse(&source, false, &mut reader) {
        Ok(()) => Ok(reader.root.unwrap_or_else(|| vm.ctx.none())),
        Err(Refused::Xml(error)) => Err(expat_error(vm, &error)),
        Err(Refused::Raised(error)) => Err(error),
    }
}

/// A class of `plistlib`, as which the values come.
fn plistlib(vm: &VirtualMachine, class: &'static str) -> PyResult {
    libraries::module(vm, "plistlib")?.get_attr(class, vm)
}

/// A container that is being filled.
enum Container {
    Dict(PyObjectRef),
    Array(PyObjectRef),
}

struct Reader<'a> {
    vm: &'a VirtualMachine,
    root: Option<PyObjectRef>,
    open: Vec<Container>,
    key: Option<PyObjectRef>,
    text: String,
    /// The class of dictionaries, once there was one.
    dict: Option<PyObjectRef>,
}

impl Reader<'_> {
    fn add(&mut self, value: PyObjectRef) -> PyResult<()> {
        let vm = self.vm;
        match (self.open.last(), self.key.take()) {
            (Some(Container::Dict(dict)), Some(key)) => dict.set_item(&*key, value, vm),
            // A dictionary whose value has no key: the original takes it for a list.
            (Some(Container::Dict(_)), None) => Err(vm.new_attribute_error("append")),
            (Some(Container::Array(list)), _) => vm.call_method(list, "append", (value,)).map(drop),
            (None, _) => {
                self.root = Some(value);
                Ok(())
            }
        }
    }

    fn date(&self, source: &str) -> PyResult {
        let vm = self.vm;
        let numbers: Vec<&str> = source.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let shaped =
            source.ends_with('Z') && source.get(..4).is_some_and(|year| year.bytes().all(|c| c.is_ascii_digit()));
        if !shaped || numbers.len() > 6 {
            return Err(vm.new_attribute_error("'NoneType' object has no attribute 'groupdict'"));
        }
        let mut parts: Vec<PyObjectRef> =
            numbers.iter().map(|part| vm.ctx.new_int(part.parse::<i64>().unwrap_or(0)).into()).collect();
        while parts.len() < 3 {
            parts.push(vm.ctx.new_int(1).into());
        }
        import::module(vm, "datetime")?.get_attr("datetime", vm)?.call(parts, vm)
    }

    fn finished(&mut self, name: &str) -> PyResult<()> {
        let vm = self.vm;
        let content = std::mem::take(&mut self.text);
        let value = match name {
            "key" => {
                self.key = Some(text::native(vm, &content));
                return Ok(());
            }
            "dict" | "array" => {
                self.open.pop();
                return Ok(());
            }
            "string" => text::native(vm, &content),
            "true" => vm.ctx.new_bool(true).into(),
            "false" => vm.ctx.new_bool(false).into(),
            "integer" => match content.trim().parse::<BigInt>() {
                Ok(number) => vm.ctx.new_bigint(&number).into(),
                Err(_) => {
                    let message = format!("invalid literal for int() with base 10: '{content}'");
                    return Err(vm.new_value_error(message));
                }
            },
            "real" => match content.trim().parse::<f64>() {
                Ok(number) => vm.ctx.new_float(number).into(),
                Err(_) => return Err(vm.new_value_error(format!("could not convert string to float: {content}"))),
            },
            "data" => {
                let bytes = base64_decode(content.as_bytes()).unwrap_or_default();
                plistlib(vm, "Data")?.call((text::new_str(vm, &bytes),), vm)?
            }
            "date" => self.date(&content)?,
            _ => return Ok(()),
        };
        self.add(value)
    }
}

impl Handler for Reader<'_> {
    type Error = Refused;

    fn start(&mut self, name: &Name, _attributes: Vec<(Name, String)>) -> Result<(), Refused> {
        self.text.clear();
        let vm = self.vm;
        match name.local.as_str() {
            "dict" => {
                let class = match &self.dict {
                    Some(class) => class.clone(),
                    None => self.dict.insert(plistlib(vm, "_InternalDict")?).clone(),
                };
                let made = class.call((), vm)?;
                self.add(made.clone())?;
                self.open.push(Container::Dict(made));
            }
            "array" => {
                let made: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
                self.add(made.clone())?;
                self.open.push(Container::Array(made));
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &Name) -> Result<(), Refused> {
        Ok(self.finished(&name.local)?)
    }

    fn text(&mut self, text: &str) -> Result<(), Refused> {
        self.text.push_str(text);
        Ok(())
    }
}

// ---- writing ---------------------------------------------------------------------------------------------------------

const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
                      \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n";
/// Deepest nesting that is written.
const DEEPEST: usize = 500;

struct Writer<'a> {
    vm: &'a VirtualMachine,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, level: usize, line: &str) {
        self.out.extend(std::iter::repeat_n('\t', level));
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn element(&mut self, level: usize, name: &str, content: &str) -> PyResult<()> {
        let content = content.replace("\r\n", "\n").replace('\r', "\n");
        if content.chars().any(|c| (c as u32) < 32 && !matches!(c, '\t' | '\n')) {
            let message = "strings can't contains control characters; use plistlib.Data instead";
            return Err(self.vm.new_value_error(message.to_owned()));
        }
        let content = content.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.line(level, &format!("<{name}>{content}</{name}>"));
        Ok(())
    }

    fn value(&mut self, value: &PyObject, level: usize) -> PyResult<()> {
        let vm = self.vm;
        if level > DEEPEST {
            return Err(vm.new_recursion_error("maximum recursion depth exceeded".to_owned()));
        }
        if text::is_basestring(value) {
            let content = text::text_of(vm, value)?.unwrap_or_default();
            return self.element(level, "string", &content);
        }
        if value.is(&vm.ctx.true_value) || value.is(&vm.ctx.false_value) {
            let name = if value.is(&vm.ctx.true_value) { "<true/>" } else { "<false/>" };
            self.line(level, name);
            return Ok(());
        }
        if let Some(number) = value.downcast_ref::<PyInt>() {
            return self.element(level, "integer", &number.as_bigint().to_string());
        }
        if value.downcast_ref::<PyFloat>().is_some() {
            let shown = String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned();
            return self.element(level, "real", &shown);
        }
        if let Some(dict) = value.downcast_ref::<PyDict>() {
            return self.dict(dict, level);
        }
        let items = match (value.downcast_ref::<PyList>(), value.downcast_ref::<PyTuple>()) {
            (Some(list), _) => Some(list.borrow_vec().to_vec()),
            (None, Some(tuple)) => Some(tuple.as_slice().to_vec()),
            (None, None) => None,
        };
        if let Some(items) = items {
            self.line(level, "<array>");
            for item in items {
                self.value(&item, level + 1)?;
            }
            self.line(level, "</array>");
            return Ok(());
        }
        if value.is_instance(&*plistlib(vm, "Data")?, vm)? {
            let bytes = text::str_of(vm, &*value.get_attr("data", vm)?)?;
            let encoded = STANDARD.encode(bytes);
            self.line(level, "<data>");
            // As many as fit beside the indentation, which counts as eight columns a level.
            let width = 76_usize.saturating_sub(level * 8).max(16) / 4 * 4;
            for line in encoded.as_bytes().chunks(width) {
                self.line(level, &String::from_utf8_lossy(line));
            }
            self.line(level, "</data>");
            return Ok(());
        }
        let datetime = import::module(vm, "datetime")?.get_attr("datetime", vm)?;
        if value.is_instance(&datetime, vm)? {
            let format = text::native(vm, "%Y-%m-%dT%H:%M:%SZ");
            let shown = text::unicode_of(vm, &*vm.call_method(value, "strftime", (format,))?)?;
            return self.element(level, "date", &shown);
        }
        let class: PyObjectRef = value.class().to_owned().into();
        let shown = String::from_utf8_lossy(&text::repr_of(vm, &class)?).into_owned();
        Err(vm.new_type_error(format!("unsuported type: {shown}")))
    }

    fn dict(&mut self, dict: &Py<PyDict>, level: usize) -> PyResult<()> {
        let vm = self.vm;
        let mut items = Vec::new();
        for (key, value) in dict {
            if !text::is_basestring(&key) {
                return Err(vm.new_type_error("keys must be strings"));
            }
            items.push((text::text_of(vm, &key)?.unwrap_or_default(), value));
        }
        items.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.line(level, "<dict>");
        for (key, value) in items {
            self.element(level + 1, "key", &key)?;
            self.value(&value, level + 1)?;
        }
        self.line(level, "</dict>");
        Ok(())
    }
}
