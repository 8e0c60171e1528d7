//! The parse kit: `JSON`, `XML` and `HTML` (`spec/kits.md` §2 to §4).

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyModule;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::call_arguments::Parameters;
use crate::elements::document::Document;
use crate::elements::element::{Element, Place, new_element, prepare_types};
use crate::elements::encoding::{decode_document, encode_with_references};
use crate::elements::html_element::{is_html, parse_fragment};
use crate::elements::tree::{Flavour, ROOT};
use crate::elements::values::{class_name, type_error, value_error, xml_text};
use crate::elements::writer::{Method, Options as WriteOptions, write};
use crate::elements::xml_parser::{XmlError, XmlOptions, parse_xml};
use crate::errors;
use crate::http_options::{Options, fetch};
use crate::json_reader::{self, Refused};
use crate::kit::{Entry, Kit, Status, Visibility};
use crate::kit_call::library_type_error;
use crate::libraries;
use crate::lxml::errors::syntax_error;
use crate::sandbox::Sandbox;
use crate::{json_lenient, json_script, json_text};

/// Largest document unless the plug-in says otherwise.
const MAX_SIZE: usize = 5_242_880;

pub static KIT: Kit = Kit {
    name: "Parse",
    entries: &[
        Entry {
            name: "JSON",
            visible: Visibility::Code,
            doc: "JSON texts and objects.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                let _ = JsonKit::make_static_type();
                Ok(JsonKit { sandbox: SandboxRef(Arc::clone(sandbox)) }.into_pyobject(vm))
            },
        },
        Entry {
            name: "XML",
            visible: Visibility::Code,
            doc: "XML texts and elements.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                prepare_types(vm);
                let _ = XmlKit::make_static_type();
                Ok(XmlKit { sandbox: SandboxRef(Arc::clone(sandbox)) }.into_pyobject(vm))
            },
        },
        Entry {
            name: "HTML",
            visible: Visibility::Code,
            doc: "HTML texts and elements.",
            status: Status::Implemented,
            make: |vm, sandbox| {
                prepare_types(vm);
                let _ = HtmlKit::make_static_type();
                Ok(HtmlKit { sandbox: SandboxRef(Arc::clone(sandbox)) }.into_pyobject(vm))
            },
        },
    ],
};

/// The sandbox that a kit object was made for.
pub struct SandboxRef(pub Arc<Sandbox>);

impl std::fmt::Debug for SandboxRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sandbox")
    }
}

/// The parameters of the `…FromURL` functions.
pub const PARSE_FROM_URL: &[&str] = &[
    "url",
    "values",
    "headers",
    "cacheTime",
    "encoding",
    "errors",
    "timeout",
    "sleep",
    "follow_redirects",
    "method",
    "max_size",
];
const JSON_FROM_STRING: Parameters =
    Parameters { function: "ObjectFromString", names: &["string", "encoding", "max_size"], required: 1 };
const JSON_FROM_OBJECT: Parameters = Parameters { function: "StringFromObject", names: &["obj"], required: 1 };
const XML_FROM_STRING: Parameters =
    Parameters { function: "ElementFromString", names: &["string", "encoding", "max_size"], required: 1 };
const HTML_FROM_STRING: Parameters =
    Parameters { function: "ElementFromString", names: &["string", "max_size"], required: 1 };
const OBJECT_FROM_STRING: Parameters =
    Parameters { function: "ObjectFromString", names: &["string", "max_size"], required: 1 };
/// As the others, but for redirects and the method.
const OBJECT_FROM_URL: &[&str] =
    &["url", "values", "headers", "cacheTime", "encoding", "errors", "timeout", "sleep", "max_size"];
const STRING_FROM_OBJECT: Parameters =
    Parameters { function: "StringFromObject", names: &["obj", "encoding"], required: 1 };
const STRING_FROM_ELEMENT: Parameters =
    Parameters { function: "StringFromElement", names: &["el", "encoding"], required: 1 };

/// Refuses data that is too large; like `len`, it raises a TypeError for data without a length.
pub fn check_size(vm: &VirtualMachine, data: &PyObject, limit: Option<&PyObject>) -> PyResult<()> {
    let Ok(length) = data.length(vm) else {
        let class = class_name(vm, data);
        return Err(vm.new_type_error(format!("object of type '{class}' has no len()")));
    };
    check_length(vm, length as u64, limit)
}

fn check_length(vm: &VirtualMachine, length: u64, limit: Option<&PyObject>) -> PyResult<()> {
    let limit = match limit.filter(|limit| !vm.is_none(limit)) {
        Some(limit) => limit.to_owned(),
        None => vm.ctx.new_int(MAX_SIZE).into(),
    };
    let length: PyObjectRef = vm.ctx.new_int(length).into();
    // Whatever the limit is, it is compared.
    if !length.rich_compare_bool(&limit, PyComparisonOp::Gt, vm)? {
        return Ok(());
    }
    let shown = |value: &PyObject| text::str_of(vm, value).map(|text| String::from_utf8_lossy(&text).into_owned());
    let message = format!("Data of size {} is greater than the maximum size {}", shown(&length)?, shown(&limit)?);
    Err(errors::new(vm, "APIException", &message))
}

fn argument(values: &[Option<PyObjectRef>], at: usize) -> Option<PyObjectRef> {
    values.get(at).cloned().flatten()
}

/// What a `…FromURL` function fetched.
pub struct Fetched {
    pub data: PyObjectRef,
    /// `max_size`.
    pub limit: Option<PyObjectRef>,
    pub encoding: Option<PyObjectRef>,
}

/// Fetches what the arguments of a `…FromURL` function name.
pub fn fetched(
    vm: &VirtualMachine,
    sandbox: &Arc<Sandbox>,
    function: &'static str,
    names: &'static [&'static str],
    args: FuncArgs,
    accept: Option<&str>,
) -> PyResult<Fetched> {
    let values = Parameters { function, names, required: 1 }.bind(vm, args)?;
    let mut options = Options::from_values(names, &values);
    if let Some(accept) = accept {
        options.headers = Some(with_accept(vm, options.headers, accept)?);
    }
    let encoding = options.encoding.clone();
    let limit = names.iter().position(|n| *n == "max_size").and_then(|at| argument(&values, at));
    let data = fetch(vm, sandbox, &options, |size| check_length(vm, size, limit.as_deref()))?;
    Ok(Fetched { data, limit, encoding })
}

/// Headers with an `Accept` unless there is one.
fn with_accept(vm: &VirtualMachine, headers: Option<PyObjectRef>, accept: &str) -> PyResult {
    let dict = vm.ctx.new_dict();
    if let Some(headers) = headers.filter(|h| !vm.is_none(h)) {
        vm.call_method(dict.as_object(), "update", (headers,))?;
    }
    for (name, _) in &dict {
        if text::text_of(vm, &name)?.is_some_and(|n| n.eq_ignore_ascii_case("accept")) {
            return Ok(dict.into());
        }
    }
    dict.set_item("Accept", text::native(vm, accept), vm)?;
    Ok(dict.into())
}

// ---- JSON ------------------------------------------------------------------------------------------------------------

/// `JSON`.
#[pyclass(module = false, name = "JSONKit")]
#[derive(Debug, PyPayload)]
pub struct JsonKit {
    sandbox: SandboxRef,
}

#[pyclass(flags(HAS_DICT))]
impl JsonKit {
    #[pymethod(name = "ObjectFromString")]
    fn object_from_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = JSON_FROM_STRING.bind(vm, args)?;
        let data = argument(&values, 0).unwrap_or_else(|| vm.ctx.none());
        json_object(vm, &data, argument(&values, 1), argument(&values, 2))
    }

    #[pymethod(name = "ObjectFromURL")]
    fn object_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let accept = Some("text/*, application/json");
        let Fetched { data, limit, encoding } =
            fetched(vm, &zelf.sandbox.0, "ObjectFromURL", PARSE_FROM_URL, args, accept)?;
        json_object(vm, &data, encoding, limit)
    }

    #[pymethod(name = "StringFromObject")]
    fn string_from_object(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = JSON_FROM_OBJECT.bind(vm, args)?;
        json_text::dumps_lenient(vm, &argument(&values, 0).unwrap_or_else(|| vm.ctx.none()))
    }
}

/// Reads JSON, strictly and then leniently.
pub fn json_object(
    vm: &VirtualMachine,
    data: &PyObject,
    encoding: Option<PyObjectRef>,
    limit: Option<PyObjectRef>,
) -> PyResult {
    check_size(vm, data, limit.as_deref())?;
    let is_unicode = text::is_unicode(data);
    let bytes = if is_unicode {
        text::wtf8_of(vm, data)?.map(|text| text.as_bytes().to_vec()).unwrap_or_default()
    } else {
        match text::bytes_of(data) {
            Some(bytes) => bytes,
            None if data.downcast_ref::<rustpython_vm::builtins::PyDict>().is_some() => {
                return Err(vm.new_key_error(vm.ctx.new_int(0).into()));
            }
            None if data.downcast_ref::<rustpython_vm::builtins::PyList>().is_some() => {
                return Err(vm.new_type_error("expected string or buffer"));
            }
            None => {
                let class = class_name(vm, data);
                let message = format!("'{class}' object does not support indexing");
                return Err(library_type_error(vm, message));
            }
        }
    };
    let encoding = encoding.filter(|e| !vm.is_none(e));
    match json_reader::read(vm, &bytes, is_unicode, encoding.as_deref()) {
        Ok(value) => return Ok(value),
        Err(Refused::Raised(error)) => return Err(error),
        Err(Refused::Syntax) => {}
    }
    tracing::warn!(target: "data", "Error decoding with simplejson, using demjson instead (this will cause a performance hit)");
    let source = match bytes.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'[' | b'{', 0, ..] => decode_document(&bytes, false),
        _ if is_unicode => String::from_utf8_lossy(&bytes).into_owned(),
        _ => match std::str::from_utf8(&bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(text::utf8_error(vm, &bytes)),
        },
    };
    json_lenient::read(vm, &source, !is_unicode)
}

// ---- XML -------------------------------------------------------------------------------------------------------------

/// Document data as text: unicode is decoded already, bytes are looked at.
fn document_text(vm: &VirtualMachine, data: &PyObject, html: bool) -> PyResult<String> {
    if text::is_unicode(data) {
        return Ok(text::text_of(vm, data)?.unwrap_or_default());
    }
    match text::bytes_of(data) {
        Some(bytes) => Ok(decode_document(&bytes, html)),
        None => Ok(decode_document(&text::str_of(vm, data)?, html)),
    }
}

/// Document data *encoded* by a named encoding, and then read as the UTF-8 that it has to be.
fn encoded_text(vm: &VirtualMachine, data: &PyObject, encoding: PyObjectRef) -> PyResult<String> {
    let unicode = text::unicode_object(vm, data)?;
    let name = text::unicode_of(vm, &encoding)?;
    let bytes = vm.call_method(&unicode, "encode", (encoding,)).map_err(|error| {
        // In the spelling of the caller.
        let unknown = error.fast_isinstance(vm.ctx.exceptions.lookup_error);
        if unknown { vm.new_lookup_error(format!("unknown encoding: {name}")) } else { error }
    })?;
    let bytes = text::bytes_of(&bytes).unwrap_or_default();
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let before = bytes.get(..at).unwrap_or(bytes);
        let near: Vec<String> = bytes.iter().skip(at).take(4).map(|b| format!("0x{b:02X}")).collect();
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let error = XmlError {
            message: format!("Input is not proper UTF-8, indicate encoding !\nBytes: {}", near.join(" ")),
            line: before.iter().filter(|b| **b == b'\n').count() as u32 + 1,
            column: (at - line_start) as u32 + 1,
        };
        syntax_error(vm, &error)
    })
}

/// Parses XML data into its top element.
pub fn xml_element(
    vm: &VirtualMachine,
    data: &PyObject,
    encoding: Option<PyObjectRef>,
    limit: Option<PyObjectRef>,
) -> PyResult {
    check_size(vm, data, limit.as_deref())?;
    let source = match encoding.filter(|encoding| !vm.is_none(encoding)) {
        Some(encoding) => encoded_text(vm, data, encoding)?,
        None => document_text(vm, data, false)?,
    };
    let tree =
        vm.allow_threads(|| parse_xml(&source, XmlOptions::default())).map_err(|error| syntax_error(vm, &error))?;
    let top = tree.top_element(ROOT).ok_or_else(|| value_error(vm, "Document is empty"))?;
    Ok(Document::new(tree).object(vm, top))
}

/// Parses XML data into objects.
fn xml_object(vm: &VirtualMachine, data: &PyObject, limit: Option<PyObjectRef>) -> PyResult {
    let top = xml_element(vm, data, None, limit)?;
    libraries::module(vm, "lxml.objectify")?.get_attr("_wrap", vm)?.call((top,), vm)
}

/// Makes an element with text and attributes.
fn make_element(vm: &VirtualMachine, flavour: Flavour, args: FuncArgs) -> PyResult {
    let FuncArgs { args: positional, mut kwargs } = args;
    let name = positional.first().cloned().or_else(|| kwargs.swap_remove("name"));
    let content = positional.get(1).cloned().or_else(|| kwargs.swap_remove("text"));
    let Some(name) = name else {
        return Err(vm.new_type_error("Element() takes at least 2 arguments (1 given)"));
    };
    let place = new_element(vm, flavour, &xml_text(vm, &name)?)?;
    let object = place.document.object(vm, place.node);
    if let Some(element) = object.downcast_ref::<Element>() {
        for (key, value) in kwargs {
            Element::set(element, text::native(vm, &key.to_string()), value, vm)?;
        }
    }
    if let Some(content) = content
        && content.clone().try_to_bool(vm)?
    {
        let content = xml_text(vm, &content)?;
        place.document.write(|tree| tree.set_leading_text(place.node, Some(&content)));
    }
    Ok(object)
}

/// The place of an element that is to be written.
fn serializable(vm: &VirtualMachine, value: &PyObject) -> PyResult<Place> {
    match Element::of(value) {
        Some(element) => Ok(element.place()),
        None => {
            let class = class_name(vm, value);
            Err(type_error(vm, &format!("Type '{class}' cannot be serialized.")))
        }
    }
}

fn encoded(vm: &VirtualMachine, content: &str, encoding: &str) -> PyResult {
    match encode_with_references(content, encoding) {
        Some(bytes) => Ok(text::new_str(vm, &bytes)),
        None => {
            let class = vm.ctx.exceptions.lookup_error.to_owned();
            let message = text::new_unicode(vm, &format!("unknown encoding: '{encoding}'"));
            Err(vm.invoke_exception(&class, vec![message]).unwrap_or_else(|error| error))
        }
    }
}

fn encoding_name(vm: &VirtualMachine, value: Option<PyObjectRef>, default: &str, none: &str) -> PyResult<String> {
    match value {
        None => Ok(default.to_owned()),
        Some(value) if vm.is_none(&value) => Ok(none.to_owned()),
        Some(value) => Ok(text::text_of(vm, &value)?.unwrap_or_default()),
    }
}

/// An element as XML with its declaration, or, from an HTML document, as HTML.
pub fn string_from_xml(vm: &VirtualMachine, element: &PyObject, encoding: Option<PyObjectRef>) -> PyResult {
    let place = serializable(vm, element)?;
    if Element::of(element).is_some_and(is_html) {
        return string_from_html(vm, element, encoding);
    }
    let encoding = encoding_name(vm, encoding, "utf8", "ASCII")?;
    if encoding == "unicode" {
        return Err(value_error(vm, "Serialisation to unicode must not request an XML declaration"));
    }
    let options = WriteOptions { method: Method::Xml, pretty: true, tail: true };
    let body = place.document.read(|tree| write(tree, place.node, options));
    encoded(vm, &format!("<?xml version='1.0' encoding='{encoding}'?>\n{body}"), &encoding)
}

/// An element as HTML.
pub fn string_from_html(vm: &VirtualMachine, element: &PyObject, encoding: Option<PyObjectRef>) -> PyResult {
    let place = serializable(vm, element)?;
    let encoding = encoding_name(vm, encoding, "utf8", "ASCII")?;
    let options = WriteOptions { method: Method::Html, pretty: false, tail: true };
    let body = place.document.read(|tree| write(tree, place.node, options));
    if encoding == "unicode" { Ok(text::new_unicode(vm, &body)) } else { encoded(vm, &body, &encoding) }
}

/// An element without a declaration, as the older frameworks write elements: HTML as HTML, never indented.
pub fn string_without_declaration(
    vm: &VirtualMachine,
    element: &PyObject,
    method: Option<Method>,
    pretty: bool,
    encoding: &str,
) -> PyResult {
    let place = serializable(vm, element)?;
    let html = Element::of(element).is_some_and(is_html);
    let method = method.unwrap_or(if html { Method::Html } else { Method::Xml });
    let options = WriteOptions { method, pretty: pretty && !html, tail: true };
    let body = place.document.read(|tree| write(tree, place.node, options));
    encoded(vm, &body, encoding)
}

/// `XML`.
#[pyclass(module = false, name = "XMLKit")]
#[derive(Debug, PyPayload)]
pub struct XmlKit {
    sandbox: SandboxRef,
}

#[pyclass(flags(HAS_DICT))]
impl XmlKit {
    #[pymethod(name = "Element")]
    fn element(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        make_element(vm, Flavour::Xml, args)
    }

    #[pymethod(name = "StringFromElement")]
    fn string_from_element(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = STRING_FROM_ELEMENT.bind(vm, args)?;
        let element = argument(&values, 0).unwrap_or_else(|| vm.ctx.none());
        string_from_xml(vm, &element, argument(&values, 1))
    }

    #[pymethod(name = "ElementFromString")]
    fn element_from_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = XML_FROM_STRING.bind(vm, args)?;
        let data = argument(&values, 0).unwrap_or_else(|| vm.ctx.none());
        xml_element(vm, &data, argument(&values, 1), argument(&values, 2))
    }

    #[pymethod(name = "ElementFromURL")]
    fn element_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Fetched { data, limit, .. } = fetched(vm, &zelf.sandbox.0, "ElementFromURL", PARSE_FROM_URL, args, None)?;
        xml_element(vm, &data, None, limit)
    }

    /// XML as objects: children are attributes, leaves have values.
    #[pymethod(name = "ObjectFromString")]
    fn object_from_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = OBJECT_FROM_STRING.bind(vm, args)?;
        let data = argument(&values, 0).unwrap_or_else(|| vm.ctx.none());
        xml_object(vm, &data, argument(&values, 1))
    }

    /// Fetches XML as objects.
    #[pymethod(name = "ObjectFromURL")]
    fn object_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Fetched { data, limit, .. } = fetched(vm, &zelf.sandbox.0, "ObjectFromURL", OBJECT_FROM_URL, args, None)?;
        xml_object(vm, &data, limit)
    }

    /// Objects as XML.
    #[pymethod(name = "StringFromObject")]
    fn string_from_object(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = STRING_FROM_OBJECT.bind(vm, args)?;
        let object = argument(&values, 0).unwrap_or_else(|| vm.ctx.none());
        let encoding = argument(&values, 1).unwrap_or_else(|| text::native(vm, "utf-8"));
        libraries::module(vm, "lxml.objectify")?.get_attr("_pretty", vm)?.call((object, encoding), vm)
    }
}

// ---- HTML ------------------------------------------------------------------------------------------------------------

/// Parses HTML data: a whole document, or a fragment.
pub fn html_element(vm: &VirtualMachine, data: &PyObject, limit: Option<PyObjectRef>) -> PyResult {
    check_size(vm, data, limit.as_deref())?;
    let source = document_text(vm, data, true)?;
    let (tree, node) = vm.allow_threads(|| parse_fragment(&source));
    Ok(Document::new(tree).object(vm, node))
}

/// `HTML`.
#[pyclass(module = false, name = "HTMLKit")]
#[derive(Debug, PyPayload)]
pub struct HtmlKit {
    sandbox: SandboxRef,
}

#[pyclass(flags(HAS_DICT))]
impl HtmlKit {
    #[pymethod(name = "Element")]
    fn element(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        make_element(vm, Flavour::Html, args)
    }

    #[pymethod(name = "StringFromElement")]
    fn string_from_element(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = STRING_FROM_ELEMENT.bind(vm, args)?;
        let element = argument(&values, 0).unwrap_or_else(|| vm.ctx.none());
        string_from_html(vm, &element, argument(&values, 1))
    }

    #[pymethod(name = "ElementFromString")]
    fn element_from_string(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = HTML_FROM_STRING.bind(vm, args)?;
        let data = argument(&values, 0).unwrap_or_else(|| vm.ctx.none());
        html_element(vm, &data, argument(&values, 1))
    }

    #[pymethod(name = "ElementFromURL")]
    fn element_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Fetched { data, limit, .. } = fetched(vm, &zelf.sandbox.0, "ElementFromURL", PARSE_FROM_URL, args, None)?;
        html_element(vm, &data, limit)
    }
}

/// The native part of the module `demjson`.
pub fn lenient_natives(vm: &VirtualMachine) -> PyRef<PyModule> {
    let decode = |source: PyObjectRef, strict: bool, vm: &VirtualMachine| -> PyResult {
        let decoded = !text::is_unicode(&source);
        let source = text::unicode_of(vm, &source)?;
        if strict { json_text::loads(vm, &source) } else { json_lenient::read(vm, &source, decoded) }
    };
    let encode = |object: PyObjectRef, vm: &VirtualMachine| -> PyResult { json_script::written(vm, &object) };
    // The strict reader, for `simplejson`: None where the text is not JSON.
    let strict = |source: PyObjectRef, encoding: OptionalArg<PyObjectRef>, vm: &VirtualMachine| -> PyResult {
        let encoding = encoding.into_option().filter(|encoding| !vm.is_none(encoding));
        let is_unicode = text::is_unicode(&source);
        let bytes = if is_unicode { text::unicode_of(vm, &source)?.into_bytes() } else { text::str_of(vm, &source)? };
        match json_reader::read(vm, &bytes, is_unicode, encoding.as_deref()) {
            Ok(value) => Ok(vm.ctx.new_tuple(vec![value]).into()),
            Err(Refused::Raised(error)) => Err(error),
            Err(Refused::Syntax) => Ok(vm.ctx.none()),
        }
    };
    let classes = json_lenient::classes(vm);
    let parts = vec![
        ("JSONError", classes.json.clone().into()),
        ("JSONDecodeError", classes.decode.clone().into()),
        ("JSONEncodeError", classes.encode.clone().into()),
        ("undefined", json_lenient::undefined(vm)),
        ("strict", vm.new_function("strict", strict).into()),
        ("decode", vm.new_function("decode", decode).into()),
        ("encode", vm.new_function("encode", encode).into()),
    ];
    libraries::make_module(vm, "_demjson", parts)
}
