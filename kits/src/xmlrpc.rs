//! XML-RPC as it goes over the wire (`spec/kits.md` §1.6): calls are written, answers are read, in the words of Python 2's
//! `xmlrpclib`.

use reprise_vm_glue::runtime::{numbers, text};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt};
use rustpython_vm::function::{ArgIterable, FuncArgs, IntoFuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use crate::libraries;
use crate::sax::{self, Handler, Name, SaxError};

/// Deepest nesting of values.
const DEEPEST: usize = 200;
/// How times are written.
const TIME: &str = "%Y%m%dT%H:%M:%S";

/// A call as XML; `encoding` is that of unicode strings, UTF-8 if none.
pub fn call(
    vm: &VirtualMachine,
    encoding: Option<&PyObjectRef>,
    name: &[u8],
    params: &[PyObjectRef],
) -> PyResult<Vec<u8>> {
    let encoding = match encoding {
        Some(given) if given.clone().try_to_bool(vm)? => given.clone(),
        _ => text::native(vm, "utf-8"),
    };
    let written = text::str_of(vm, &encoding)?;
    let mut writer = Writer { vm, encoding, out: Vec::new(), around: Vec::new() };
    writer.put("<?xml version='1.0'");
    if written != b"utf-8" {
        writer.put(" encoding='");
        writer.out.extend_from_slice(&written);
        writer.put("'");
    }
    writer.put("?>\n<methodCall>\n<methodName>");
    writer.out.extend_from_slice(name);
    writer.put("</methodName>\n<params>\n");
    for param in params {
        writer.put("<param>\n");
        writer.value(param)?;
        writer.put("</param>\n");
    }
    writer.put("</params>\n</methodCall>\n");
    Ok(writer.out)
}

struct Writer<'a> {
    vm: &'a VirtualMachine,
    encoding: PyObjectRef,
    out: Vec<u8>,
    /// The containers around what is being written, by address.
    around: Vec<usize>,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn escaped(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'&' => self.put("&amp;"),
                b'<' => self.put("&lt;"),
                b'>' => self.put("&gt;"),
                byte => self.out.push(*byte),
            }
        }
    }

    /// A string: a str as it is; a unicode in the encoding, with references to the characters that it lacks.
    fn text(&mut self, value: &PyObject) -> PyResult<()> {
        if !text::is_unicode(value) {
            self.escaped(&text::bytes_of(value).unwrap_or_default());
            return Ok(());
        }
        // The references' own ampersands must stay.
        let content = text::text_of(self.vm, value)?.unwrap_or_default();
        let content = content.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let parts = (self.encoding.clone(), text::native(self.vm, "xmlcharrefreplace"));
        let encoded = self.vm.call_method(&text::new_unicode(self.vm, &content), "encode", parts)?;
        self.out.extend(text::str_of(self.vm, &encoded)?);
        Ok(())
    }

    /// Writes a value. What is written goes by its exact type; instances of other classes are their attributes.
    fn value(&mut self, value: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        let types = &vm.ctx.types;
        let class = value.class();
        if vm.is_none(value) {
            return Err(vm.new_type_error("cannot marshal None unless allow_none is enabled"));
        }
        if class.is(types.bool_type) {
            let digit = u8::from(value.to_owned().try_to_bool(vm)?);
            self.put(&format!("<value><boolean>{digit}</boolean></value>\n"));
        } else if class.is(types.int_type) || class.is(numbers::long_type(vm)) {
            let number = value.downcast_ref::<PyInt>().map(|number| i32::try_from(number.as_bigint()));
            let Some(Ok(number)) = number else {
                let kind = if numbers::is_long(value, vm) { "long int" } else { "int" };
                return Err(vm.new_overflow_error(format!("{kind} exceeds XML-RPC limits")));
            };
            self.put(&format!("<value><int>{number}</int></value>\n"));
        } else if class.is(types.float_type) {
            self.put("<value><double>");
            self.out.extend(text::repr_of(vm, value)?);
            self.put("</double></value>\n");
        } else if class.is(types.str_type) || class.is(text::unicode_type(vm)) {
            self.put("<value><string>");
            self.text(value)?;
            self.put("</string></value>\n");
        } else if class.is(types.list_type) || class.is(types.tuple_type) {
            self.inside(value, "sequences", |writer| {
                writer.put("<value><array><data>\n");
                for item in Vec::<PyObjectRef>::try_from_object(vm, value.to_owned())? {
                    writer.value(&item)?;
                }
                writer.put("</data></array></value>\n");
                Ok(())
            })?;
        } else if class.is(types.dict_type) {
            self.members(value)?;
        } else {
            self.object(value)?;
        }
        Ok(())
    }

    /// Writes a container, unless it is within itself.
    fn inside(&mut self, value: &PyObject, kind: &str, write: impl FnOnce(&mut Self) -> PyResult<()>) -> PyResult<()> {
        let address = std::ptr::from_ref(value).addr();
        if self.around.contains(&address) {
            return Err(self.vm.new_type_error(format!("cannot marshal recursive {kind}")));
        }
        if self.around.len() >= DEEPEST {
            return Err(self.vm.new_recursion_error("maximum recursion depth exceeded".to_owned()));
        }
        self.around.push(address);
        let written = write(self);
        self.around.pop();
        written
    }

    /// A dictionary, or what else has `items`.
    fn members(&mut self, value: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        self.inside(value, "dictionaries", |writer| {
            writer.put("<value><struct>\n");
            let items = vm.call_method(value, "items", ())?;
            for item in items.try_into_value::<ArgIterable>(vm)?.iter(vm)? {
                let (name, value) = pair(vm, item?)?;
                if !name.class().is(vm.ctx.types.str_type) && !text::is_unicode(&name) {
                    return Err(vm.new_type_error("dictionary key must be string"));
                }
                writer.put("<member>\n<name>");
                writer.text(&name)?;
                writer.put("</name>\n");
                writer.value(&value)?;
                writer.put("</member>\n");
            }
            writer.put("</struct></value>\n");
            Ok(())
        })
    }

    /// A time, binary data, or the attributes of an object.
    fn object(&mut self, value: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        let class = value.class().as_object();
        if class.is(&libraries::module(vm, "datetime")?.get_attr("datetime", vm)?) {
            // As it is in years before 1900, too, which `strftime` refuses.
            let part = |name: &'static str| value.get_attr(name, vm)?.try_into_value::<u32>(vm);
            let (year, month, day) = (part("year")?, part("month")?, part("day")?);
            let (hour, minute, second) = (part("hour")?, part("minute")?, part("second")?);
            self.put(&format!(
                "<value><dateTime.iso8601>{year:04}{month:02}{day:02}T{hour:02}:{minute:02}:{second:02}\
                 </dateTime.iso8601></value>\n"
            ));
            return Ok(());
        }
        let calls = libraries::module(vm, "xmlrpclib")?;
        if class.is(&calls.get_attr("DateTime", vm)?) {
            let written = text::str_of(vm, &*value.get_attr("value", vm)?)?;
            self.put("<value><dateTime.iso8601>");
            self.out.extend(written);
            self.put("</dateTime.iso8601></value>\n");
            return Ok(());
        }
        if class.is(&calls.get_attr("Binary", vm)?) {
            let data = value.get_attr("data", vm)?;
            let encoded = libraries::module(vm, "base64")?.get_attr("encodestring", vm)?.call((data,), vm)?;
            self.put("<value><base64>\n");
            self.out.extend(text::str_of(vm, &encoded)?);
            self.put("</base64></value>\n");
            return Ok(());
        }
        let refused = || {
            let class = text::repr_of(vm, class)?;
            Err(vm.new_type_error(format!("cannot marshal {} objects", String::from_utf8_lossy(&class))))
        };
        // Not by the attribute, which restricted code cannot read. Whatever keeps it from being read, there is none.
        let own = value.dict().map(PyObjectRef::from);
        let Some(attributes) = own.or_else(|| value.get_attr("__dict__", vm).ok()) else { return refused() };
        let types = &vm.ctx.types;
        let basic =
            [types.int_type, types.float_type, types.str_type, types.list_type, types.tuple_type, types.dict_type];
        if basic.iter().any(|basic| value.fast_isinstance(basic)) {
            return refused();
        }
        self.members(&attributes)
    }
}

/// Why an answer is not read.
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

/// What the elements of an answer are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Scalar,
    Value,
    Array,
    Struct,
    Params,
    Fault,
    MethodName,
}

static ELEMENTS: &[(&str, Element)] = &[
    ("nil", Element::Scalar),
    ("boolean", Element::Scalar),
    ("i4", Element::Scalar),
    ("i8", Element::Scalar),
    ("int", Element::Scalar),
    ("double", Element::Scalar),
    ("string", Element::Scalar),
    ("name", Element::Scalar),
    ("base64", Element::Scalar),
    ("dateTime.iso8601", Element::Scalar),
    ("value", Element::Value),
    ("array", Element::Array),
    ("struct", Element::Struct),
    ("params", Element::Params),
    ("fault", Element::Fault),
    ("methodName", Element::MethodName),
];

fn element(name: &str) -> Option<Element> {
    ELEMENTS.iter().find(|(known, _)| *known == name).map(|(_, element)| *element)
}

/// Reads an answer: values pile up, and an `array` or a `struct` takes those that came since it began.
struct Reader<'a> {
    vm: &'a VirtualMachine,
    pile: Vec<PyObjectRef>,
    begun: Vec<usize>,
    text: String,
    /// The start tag that came last is a `value`'s.
    in_value: bool,
    /// What the answer is, as its last such element says.
    kind: Option<Element>,
}

impl Reader<'_> {
    fn take(&mut self) -> PyResult<Vec<PyObjectRef>> {
        let from = self.begun.pop().ok_or_else(|| self.vm.new_index_error("pop from empty list"))?;
        Ok(self.pile.split_off(from.min(self.pile.len())))
    }

    fn finished(&mut self, name: &str) -> PyResult<()> {
        let vm = self.vm;
        let Some(element) = element(name) else { return Ok(()) };
        let content = self.text.clone();
        let made = match element {
            Element::Scalar => scalar(vm, name, &content)?,
            Element::Value if !self.in_value => return Ok(()),
            Element::Value => text::native(vm, &content),
            Element::Array => vm.ctx.new_list(self.take()?).into(),
            Element::Struct => {
                let dict = vm.ctx.new_dict();
                for pair in self.take()?.chunks(2) {
                    let [name, value] = pair else { return Err(vm.new_index_error("list index out of range")) };
                    dict.set_item(&**name, value.clone(), vm)?;
                }
                dict.into()
            }
            Element::Params | Element::Fault | Element::MethodName => {
                self.kind = Some(element);
                return Ok(());
            }
        };
        self.in_value = false;
        self.pile.push(made);
        Ok(())
    }
}

impl Handler for Reader<'_> {
    type Error = Refused;

    fn start(&mut self, name: &Name, _attributes: Vec<(Name, String)>) -> Result<(), Refused> {
        let name = name.written();
        let element = element(&name);
        if matches!(element, Some(Element::Array | Element::Struct)) {
            self.begun.push(self.pile.len());
        }
        self.text.clear();
        if self.in_value && element.is_none() {
            let shown = text::repr_of(self.vm, &text::new_unicode(self.vm, &name))?;
            let message = format!("unknown tag {}", String::from_utf8_lossy(&shown));
            return Err(raised(self.vm, "ResponseError", vec![text::native(self.vm, &message)]).into());
        }
        self.in_value = element == Some(Element::Value);
        Ok(())
    }

    fn end(&mut self, name: &Name) -> Result<(), Refused> {
        Ok(self.finished(&name.written())?)
    }

    fn text(&mut self, text: &str) -> Result<(), Refused> {
        self.text.push_str(text);
        Ok(())
    }
}

/// An exception of `xmlrpclib`.
pub fn raised(vm: &VirtualMachine, class: &'static str, arguments: impl IntoFuncArgs) -> PyBaseExceptionRef {
    let make = || -> PyResult<PyBaseExceptionRef> {
        let made = libraries::module(vm, "xmlrpclib")?.get_attr(class, vm)?.call(arguments, vm)?;
        made.downcast().map_err(|_| vm.new_type_error(format!("xmlrpclib.{class} is no exception")))
    };
    make().unwrap_or_else(|error| error)
}

/// The value that an answer gives; several ones are a tuple. A fault raises.
pub fn response(vm: &VirtualMachine, data: &PyObject) -> PyResult {
    let source = document(vm, data)?;
    let mut reader =
        Reader { vm, pile: Vec::new(), begun: Vec::new(), text: String::new(), in_value: false, kind: None };
    sax::parse(&source, false, &mut reader).map_err(|refused| match refused {
        Refused::Xml(error) => expat_error(vm, &error),
        Refused::Raised(error) => error,
    })?;
    let Reader { mut pile, begun, kind, .. } = reader;
    if kind.is_none() || !begun.is_empty() {
        return Err(raised(vm, "ResponseError", ()));
    }
    if kind == Some(Element::Fault) {
        let Some(fault) = pile.first() else { return Err(vm.new_index_error("list index out of range")) };
        let members = vm.call_method(fault, "items", ())?;
        let mut keywords = KwArgs::default();
        for member in Vec::<PyObjectRef>::try_from_object(vm, members)? {
            let (name, value) = pair(vm, member)?;
            keywords.insert(text::unicode_of(vm, &name)?.into(), value);
        }
        return Err(raised(vm, "Fault", FuncArgs::new(Vec::<PyObjectRef>::new(), keywords)));
    }
    match pile.len() {
        1 => Ok(pile.remove(0)),
        _ => Ok(vm.ctx.new_tuple(pile).into()),
    }
}

/// The two parts of a tuple.
fn pair(vm: &VirtualMachine, pair: PyObjectRef) -> PyResult<(PyObjectRef, PyObjectRef)> {
    match <[PyObjectRef; 2]>::try_from(Vec::<PyObjectRef>::try_from_object(vm, pair)?) {
        Ok([first, second]) => Ok((first, second)),
        Err(_) => Err(vm.new_value_error("two values were expected")),
    }
}

fn builtin(vm: &VirtualMachine, name: &'static str, value: PyObjectRef) -> PyResult {
    libraries::module(vm, "__builtin__")?.get_attr(name, vm)?.call((value,), vm)
}

/// A value without parts.
fn scalar(vm: &VirtualMachine, kind: &str, content: &str) -> PyResult {
    // The reader of XML gives unicode, and that is what is shown where a number cannot be read.
    let written = || text::new_unicode(vm, content);
    Ok(match kind {
        "int" | "i4" | "i8" => builtin(vm, "int", written())?,
        "double" => builtin(vm, "float", written())?,
        "boolean" => match content {
            "0" | "1" => vm.ctx.new_bool(content == "1").into(),
            _ => return Err(vm.new_type_error("bad boolean value")),
        },
        "base64" => {
            let data = libraries::module(vm, "base64")?.get_attr("decodestring", vm)?.call((written(),), vm)?;
            let made = libraries::module(vm, "xmlrpclib")?.get_attr("Binary", vm)?.call((), vm)?;
            made.set_attr("data", data, vm)?;
            made
        }
        "dateTime.iso8601" => {
            let datetime = libraries::module(vm, "datetime")?.get_attr("datetime", vm)?;
            vm.call_method(&datetime, "strptime", (written(), text::native(vm, TIME)))?
        }
        "nil" => vm.ctx.none(),
        _ => text::native(vm, content),
    })
}

/// An expat error.
fn expat_error(vm: &VirtualMachine, error: &SaxError) -> PyBaseExceptionRef {
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
fn document(vm: &VirtualMachine, data: &PyObject) -> PyResult<String> {
    if text::is_unicode(data) {
        return Ok(text::text_of(vm, data)?.unwrap_or_default());
    }
    sax::decoded(&text::str_of(vm, data)?).map_err(|error| expat_error(vm, &error))
}
