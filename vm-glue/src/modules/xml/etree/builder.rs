//! `TreeBuilder` and `XMLParser`: from documents to trees. A parser whose target is a plain builder makes its tree
//! without a call of Python code; any other target is called.

use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyModule, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::{Constructor, Initializer};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass,
};

use super::super::expat::{self, Parser, Sink};
use super::super::names::Names;
use super::super::scanner::{Kind, Scanner};
use super::element::Element;
use crate::modules;
use crate::runtime::{arguments, text};

/// What `iterparse` wants to hear of.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    start: bool,
    end: bool,
    start_namespace: bool,
    end_namespace: bool,
}

/// A tree that is being built.
#[derive(Debug, Default)]
struct Building {
    open: Vec<PyObjectRef>,
    last: Option<PyObjectRef>,
    /// The text belongs behind the last element.
    tail: bool,
    text: String,
    /// Text that a program gave, and not as a string.
    pieces: Vec<PyObjectRef>,
    wanted: Wanted,
    events: Vec<PyObjectRef>,
}

/// What a builder and its parser share.
#[derive(Debug)]
struct Site {
    building: Mutex<Building>,
    names: Mutex<Names>,
    /// The class of the elements; without one those of cElementTree.
    class: Option<PyTypeRef>,
    entities: Mutex<Option<PyObjectRef>>,
}

/// The name of an element or attribute: `{uri}local`.
fn fixed(names: &mut Names, name: &str, vm: &VirtualMachine) -> PyObjectRef {
    names.get_or(
        name,
        || {
            if name.contains('}') { text::native(vm, &format!("{{{name}")) } else { text::native(vm, name) }
        },
    )
}

/// The attributes of the element that the scanner found.
fn attributes_of(scanner: &Scanner, names: &mut Names, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let attributes = scanner.found.attributes();
    if attributes.is_empty() {
        return Ok(None);
    }
    let dict = vm.ctx.new_dict();
    for (name, value) in attributes {
        dict.set_item(&*fixed(names, name, vm), text::native(vm, value), vm)?;
    }
    Ok(Some(dict.into()))
}

fn append(parent: &PyObject, child: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    match parent.downcast_ref::<Element>() {
        Some(parent) => {
            parent.push(child);
            Ok(())
        }
        None => vm.call_method(parent, "append", (child,)).map(drop),
    }
}

impl Building {
    fn flush(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        if self.text.is_empty() && self.pieces.is_empty() {
            return Ok(());
        }
        let said = if self.pieces.is_empty() {
            let said = text::native(vm, &self.text);
            self.text.clear();
            said
        } else {
            let pieces = std::mem::take(&mut self.pieces);
            vm.call_method(vm.ctx.new_str("").as_object(), "join", (vm.ctx.new_list(pieces),))?
        };
        let Some(last) = &self.last else { return Ok(()) };
        match last.downcast_ref::<Element>() {
            Some(element) if self.tail => element.set_tail(said),
            Some(element) => element.set_text(said),
            None => last.set_attr(if self.tail { "tail" } else { "text" }, said, vm)?,
        }
        Ok(())
    }

    fn started(&mut self, element: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        if let Some(parent) = self.open.last() {
            append(parent, element.clone(), vm)?;
        }
        self.open.push(element.clone());
        if self.wanted.start {
            self.event("start", element.clone(), vm);
        }
        self.last = Some(element);
        self.tail = false;
        Ok(())
    }

    fn ended(&mut self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        self.flush(vm)?;
        let Some(ended) = self.open.pop() else { return Err(vm.new_index_error("pop from empty list")) };
        if self.wanted.end {
            self.event("end", ended.clone(), vm);
        }
        self.last = Some(ended.clone());
        self.tail = true;
        Ok(ended)
    }

    fn event(&mut self, name: &str, value: PyObjectRef, vm: &VirtualMachine) {
        let pair = vm.ctx.new_tuple(vec![vm.ctx.new_str(name).into(), value]);
        self.events.push(pair.into());
    }
}

impl Site {
    fn new(class: Option<PyTypeRef>) -> Arc<Self> {
        Arc::new(Site {
            building: Mutex::default(),
            names: Mutex::new(Names::new(true)),
            class,
            entities: Mutex::default(),
        })
    }

    fn element(&self, tag: PyObjectRef, attributes: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        match &self.class {
            Some(class) => Element::make(vm, class, tag, attributes),
            None => Ok(Element::new(tag, attributes).into_ref(&vm.ctx).into()),
        }
    }

    /// What an entity stands for that the document does not define.
    fn entity(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let Some(entities) = self.entities.lock().clone() else { return Ok(None) };
        match entities.downcast_ref::<PyDict>() {
            Some(dict) => dict.get_item_opt(name, vm),
            None => Ok(entities.get_item(name, vm).ok()),
        }
    }

    fn namespaces(&self, kind: &Kind, vm: &VirtualMachine) {
        let mut building = self.building.lock();
        match kind {
            Kind::StartNamespace { prefix, uri } if building.wanted.start_namespace => {
                let unicode = self.class.is_some();
                let prefix: PyObjectRef = match prefix {
                    Some(prefix) if unicode => text::new_unicode(vm, prefix),
                    Some(prefix) => text::native(vm, prefix),
                    None => vm.ctx.new_str("").into(),
                };
                let uri = text::native(vm, uri.as_deref().unwrap_or_default());
                let pair = vm.ctx.new_tuple(vec![prefix, uri]).into();
                building.event("start-ns", pair, vm);
            }
            Kind::EndNamespace { .. } if building.wanted.end_namespace => {
                building.event("end-ns", vm.ctx.none(), vm);
            }
            _ => {}
        }
    }
}

fn undefined(name: &str, scanner_position: (usize, usize, usize), vm: &VirtualMachine) -> PyBaseExceptionRef {
    let (line, column, _) = scanner_position;
    let message = format!("undefined entity &{name};: line {line}, column {column}");
    expat::error_of(vm, 11, line, column, message)
}

impl Sink for Site {
    fn found(&self, kind: &Kind, scanner: &mut Scanner, vm: &VirtualMachine) -> PyResult<()> {
        match kind {
            Kind::Start => {
                let mut names = self.names.lock();
                let tag = fixed(&mut names, &scanner.found.name, vm);
                let attributes = attributes_of(scanner, &mut names, vm)?;
                drop(names);
                let mut building = self.building.lock();
                building.flush(vm)?;
                let element = self.element(tag, attributes, vm)?;
                building.started(element, vm)
            }
            Kind::End => self.building.lock().ended(vm).map(drop),
            Kind::Text => {
                self.building.lock().text.push_str(&scanner.found.text);
                Ok(())
            }
            Kind::Skipped { name, parameter: false } => match self.entity(name, vm)? {
                Some(value) => {
                    let said = text::text_of(vm, &value)?.unwrap_or_default();
                    self.building.lock().text.push_str(&said);
                    Ok(())
                }
                None => {
                    let place = scanner.position();
                    Err(undefined(name, (place.line, place.column, place.byte), vm))
                }
            },
            Kind::StartNamespace { .. } | Kind::EndNamespace { .. } => {
                self.namespaces(kind, vm);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// `TreeBuilder([element_factory])`
#[pyclass(module = false, name = "TreeBuilder")]
#[derive(Debug, PyPayload)]
pub struct TreeBuilder {
    site: PyRwLock<Arc<Site>>,
    factory: PyRwLock<Option<PyObjectRef>>,
}

/// The class of elements that a class of builders makes.
fn element_class(class: &Py<PyType>, vm: &VirtualMachine) -> Option<PyTypeRef> {
    let found = class.as_object().get_attr("_element_class", vm).ok()?;
    found.downcast::<PyType>().ok()
}

impl Constructor for TreeBuilder {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let site = Site::new(element_class(&class, vm));
        Ok(TreeBuilder { site: PyRwLock::new(site), factory: PyRwLock::new(None) }
            .into_ref_with_type(vm, class)?
            .into())
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(TreeBuilder { site: PyRwLock::new(Site::new(None)), factory: PyRwLock::new(None) })
    }
}

impl Initializer for TreeBuilder {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let factory = arguments::of_python(vm, "__init__", args, &["element_factory"], 0)?.into_iter().next().flatten();
        *zelf.factory.write() = factory.filter(|factory| !vm.is_none(factory));
        *zelf.site.write() = Site::new(element_class(zelf.class(), vm));
        Ok(())
    }
}

#[pyclass(flags(BASETYPE, HAS_WEAKREF), with(Constructor, Initializer))]
impl TreeBuilder {
    fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read())
    }

    /// Flushes the builder's buffers, and returns the toplevel document element.
    #[pymethod]
    fn close(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let site = zelf.site();
        let building = site.building.lock();
        let message = match (&building.last, building.open.is_empty()) {
            (_, false) => "missing end tags",
            (Some(root), true) => return Ok(root.clone()),
            (None, true) if site.class.is_none() => return Ok(vm.ctx.none()),
            (None, true) => "missing toplevel element",
        };
        Err(vm.new_exception_msg(vm.ctx.exceptions.assertion_error.to_owned(), message.into()))
    }

    /// Adds text to the current element.
    #[pymethod]
    fn data(zelf: &Py<Self>, data: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let site = zelf.site();
        let mut building = site.building.lock();
        match data.downcast_ref::<PyStr>() {
            Some(said) if building.pieces.is_empty() && (said.isascii() || text::is_unicode(&data)) => {
                building.text.push_str(&said.to_string_lossy());
            }
            _ => {
                if !building.text.is_empty() {
                    let before = text::native(vm, &std::mem::take(&mut building.text));
                    building.pieces.push(before);
                }
                building.pieces.push(data);
            }
        }
        Ok(())
    }

    /// Opens a new element.
    #[pymethod]
    fn start(zelf: &Py<Self>, tag: PyObjectRef, attrs: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let site = zelf.site();
        site.building.lock().flush(vm)?;
        let factory = zelf.factory.read().clone();
        let element = match factory {
            Some(factory) => factory.call((tag, attrs), vm)?,
            None => {
                let attributes = match attrs.downcast_ref::<PyDict>() {
                    Some(dict) => Some(dict.copy().into_ref(&vm.ctx).into()),
                    None if vm.is_none(&attrs) => None,
                    None => Some(attrs),
                };
                site.element(tag, attributes, vm)?
            }
        };
        site.building.lock().started(element.clone(), vm)?;
        Ok(element)
    }

    /// Closes the current element.
    #[pymethod]
    fn end(zelf: &Py<Self>, _tag: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        zelf.site().building.lock().ended(vm)
    }

    #[pygetset(name = "_last")]
    fn last(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let last = zelf.site().building.lock().last.clone();
        last.unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset(name = "_elem")]
    fn open(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(zelf.site().building.lock().open.clone()).into()
    }
}

/// `XMLParser([html[, target[, encoding]]])`
#[pyclass(module = false, name = "XMLParser", traverse)]
#[derive(Debug, PyPayload)]
pub struct XmlParser {
    /// The expat parser and the target.
    parts: PyRwLock<Option<(PyObjectRef, PyObjectRef)>>,
    #[pytraverse(skip)]
    site: PyRwLock<Arc<Site>>,
}

impl Constructor for XmlParser {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let made = XmlParser { parts: PyRwLock::new(None), site: PyRwLock::new(Site::new(None)) };
        Ok(made.into_ref_with_type(vm, class)?.into())
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(XmlParser { parts: PyRwLock::new(None), site: PyRwLock::new(Site::new(None)) })
    }
}

impl Initializer for XmlParser {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let class = element_class(zelf.class(), vm);
        let parameters = ["html", "target", "encoding"];
        let mut values = match &class {
            Some(_) => arguments::of_python(vm, "__init__", args, &parameters, 0)?.into_iter().skip(1),
            None => {
                let values = arguments::named(vm, "XMLParser", args, &["target", "encoding"], 0);
                let mut values = values?;
                values.insert(0, None);
                values.into_iter().skip(1)
            }
        };
        let given = values.next().flatten().filter(|target| !vm.is_none(target));
        let encoding = values.next().flatten().filter(|encoding| !vm.is_none(encoding));
        let encoding = encoding.map(|encoding| text::text_of(vm, &encoding)).transpose()?.flatten();
        let target = match given {
            Some(target) => target,
            None => match zelf.class().as_object().get_attr("_builder_class", vm) {
                Ok(builder) => builder.call((), vm)?,
                Err(_) => TreeBuilder { site: PyRwLock::new(Site::new(None)), factory: PyRwLock::new(None) }
                    .into_ref(&vm.ctx)
                    .into(),
            },
        };
        let parser = Parser::create(vm, encoding, Some("}".to_owned()), None);
        let site = match plain_builder(&target, vm) {
            Some(site) => {
                parser.set_sink(Arc::clone(&site) as Arc<dyn Sink>);
                site
            }
            None => {
                let site = Site::new(class);
                connect(&parser, &target, &site, vm)?;
                site
            }
        };
        let entity = vm.ctx.new_dict().into();
        *site.entities.lock() = Some(entity);
        doctype_handler(zelf, &parser, &target, vm)?;
        *zelf.site.write() = site;
        *zelf.parts.write() = Some((parser.into(), target));
        Ok(())
    }
}

/// A builder that is nothing more: what it builds, the parser can build itself.
fn plain_builder(target: &PyObject, vm: &VirtualMachine) -> Option<Arc<Site>> {
    let builder = target.downcast_ref::<TreeBuilder>()?;
    if builder.factory.read().is_some() {
        return None;
    }
    let class = target.class();
    let own = class.is(TreeBuilder::static_type())
        || class
            .as_object()
            .get_attr("__module__", vm)
            .is_ok_and(|module| arguments::plain(&module) == Some("xml.etree.ElementTree"))
            && class.name().to_string() == "TreeBuilder"
            && target.dict().is_none_or(|dict| dict.is_empty());
    own.then(|| builder.site())
}

/// Makes the parser call the methods of a target.
fn connect(parser: &Py<Parser>, target: &PyObject, site: &Arc<Site>, vm: &VirtualMachine) -> PyResult<()> {
    let set = |name: &str, function: PyObjectRef| parser.as_object().set_attr(vm.ctx.intern_str(name), function, vm);
    parser.as_object().set_attr("buffer_text", vm.ctx.new_bool(true), vm)?;
    parser.as_object().set_attr("ordered_attributes", vm.ctx.new_bool(true), vm)?;
    let method = |name: &str| vm.get_attribute_opt(target, vm.ctx.intern_str(name));
    if let Some(start) = method("start")? {
        let site = Arc::clone(site);
        let call = move |tag: PyObjectRef, pairs: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let tag = again(&site, &tag, vm)?;
            let pairs = pairs.try_to_value::<Vec<PyObjectRef>>(vm)?;
            let dict = vm.ctx.new_dict();
            for pair in pairs.chunks_exact(2) {
                if let [name, value] = pair {
                    dict.set_item(&*again(&site, name, vm)?, as_native(value, vm), vm)?;
                }
            }
            let result = start.call((tag, dict), vm)?;
            let mut building = site.building.lock();
            if building.wanted.start {
                building.event("start", result.clone(), vm);
            }
            Ok(result)
        };
        set("StartElementHandler", vm.new_function("start", call).into())?;
    }
    if let Some(end) = method("end")? {
        let site = Arc::clone(site);
        let call = move |tag: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let result = end.call((again(&site, &tag, vm)?,), vm)?;
            let mut building = site.building.lock();
            if building.wanted.end {
                building.event("end", result.clone(), vm);
            }
            Ok(result)
        };
        set("EndElementHandler", vm.new_function("end", call).into())?;
    }
    let data = method("data")?;
    if let Some(data) = data.clone() {
        let call = move |said: PyObjectRef, vm: &VirtualMachine| data.call((as_native(&said, vm),), vm);
        set("CharacterDataHandler", vm.new_function("data", call).into())?;
    }
    if let Some(comment) = method("comment")? {
        let call = move |said: PyObjectRef, vm: &VirtualMachine| comment.call((as_native(&said, vm),), vm);
        set("CommentHandler", vm.new_function("comment", call).into())?;
    }
    if let Some(pi) = method("pi")? {
        let call = move |name: PyObjectRef, said: PyObjectRef, vm: &VirtualMachine| {
            pi.call((as_native(&name, vm), as_native(&said, vm)), vm)
        };
        set("ProcessingInstructionHandler", vm.new_function("pi", call).into())?;
    }
    let site = Arc::clone(site);
    let weak = parser.as_object().downgrade(None, vm).ok();
    let call = move |name: PyObjectRef, _parameter: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let name = text::text_of(vm, &name)?.unwrap_or_default();
        match (site.entity(&name, vm)?, &data) {
            (Some(value), Some(data)) => data.call((value,), vm),
            (Some(_), None) => Ok(vm.ctx.none()),
            (None, _) => {
                let parser = weak.as_ref().and_then(|weak| weak.upgrade());
                let place = match parser.as_deref().and_then(|parser| parser.downcast_ref::<Parser>()) {
                    Some(parser) => parser.with_scanner(Scanner::position),
                    None => Default::default(),
                };
                Err(undefined(&name, (place.line, place.column, place.byte), vm))
            }
        }
    };
    set("SkippedEntityHandler", vm.new_function("_default", call).into())
}

/// The name of an element or attribute that came as unicode.
fn again(site: &Site, name: &PyObject, vm: &VirtualMachine) -> PyResult {
    let name = text::text_of(vm, name)?.unwrap_or_default();
    Ok(fixed(&mut site.names.lock(), &name, vm))
}

/// Text as `str` if it is ASCII.
fn as_native(said: &PyObject, _vm: &VirtualMachine) -> PyObjectRef {
    match said.downcast_ref::<PyStr>() {
        Some(string) if string.isascii() && text::is_unicode(said) => text::native(_vm, &string.to_string_lossy()),
        _ => said.to_owned(),
    }
}

/// Who wants to hear of the document type: a method of the target, or one of a class derived from the parser's.
fn doctype_handler(zelf: &Py<XmlParser>, parser: &Py<Parser>, target: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let listener = match vm.get_attribute_opt(target, "doctype")? {
        Some(method) => Some(method),
        None => {
            let own = zelf.class().as_object().get_attr("doctype", vm).ok();
            let usual = zelf.class().as_object().get_attr("_doctype_unheard", vm).ok();
            match (own, usual) {
                (Some(own), Some(usual)) if !own.is(&usual) && !vm.bool_eq(&own, &usual)? => {
                    zelf.as_object().get_attr("doctype", vm).ok()
                }
                _ => None,
            }
        }
    };
    let Some(listener) = listener else { return Ok(()) };
    let call = move |name: PyObjectRef,
                     system: PyObjectRef,
                     public: PyObjectRef,
                     _internal: PyObjectRef,
                     vm: &VirtualMachine| {
        listener.call((as_native(&name, vm), as_native(&public, vm), as_native(&system, vm)), vm)
    };
    parser.as_object().set_attr("StartDoctypeDeclHandler", vm.new_function("doctype", call), vm)
}

/// An error of expat's as the `ParseError` of the module of the parser's class.
fn parse_error(zelf: &Py<XmlParser>, error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    if !error.class().is(&expat::error_type(vm)) {
        return error;
    }
    let native = element_class(zelf.class(), vm).is_none();
    let made = (|| -> PyResult<PyBaseExceptionRef> {
        let name = if native { "xml.etree.cElementTree" } else { "xml.etree.ElementTree" };
        let module = crate::import::modules(vm)?.get_item(name, vm)?;
        let place = |name: &'static str| error.as_object().get_attr(name, vm);
        let position = vm.ctx.new_tuple(vec![place("lineno")?, place("offset")?]);
        let code = place("code")?;
        let message = text::str_object(vm, error.as_object())?;
        let class = module.get_attr("ParseError", vm)?;
        let undefined = message.downcast_ref::<PyStr>().is_some_and(|said| said.to_string_lossy().contains(" &"));
        let said = if native || undefined { message } else { error.clone().into() };
        let made = class.call((said,), vm)?;
        if !native {
            made.set_attr("code", code, vm)?;
        }
        made.set_attr("position", position, vm)?;
        made.downcast().map_err(|_| vm.new_type_error("exceptions must derive from BaseException"))
    })();
    match made {
        Ok(error) | Err(error) => error,
    }
}

#[pyclass(flags(BASETYPE, HAS_WEAKREF), with(Constructor, Initializer))]
impl XmlParser {
    fn expat(&self, vm: &VirtualMachine) -> PyResult<PyRef<Parser>> {
        let parser = self.parts.read().as_ref().map(|(parser, _)| parser.clone());
        match parser.map(PyObjectRef::downcast::<Parser>) {
            Some(Ok(parser)) => Ok(parser),
            _ => Err(vm.new_attribute_error("'XMLParser' object has no attribute '_parser'")),
        }
    }

    #[pygetset]
    fn parser(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<Parser>> {
        zelf.expat(vm)
    }

    #[pygetset(name = "_parser")]
    fn own_parser(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<Parser>> {
        zelf.expat(vm)
    }

    #[pygetset]
    fn target(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let target = zelf.parts.read().as_ref().map(|(_, target)| target.clone());
        target.unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset(name = "_target")]
    fn own_target(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::target(zelf, vm)
    }

    #[pygetset]
    fn entity(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let entities = zelf.site.read().entities.lock().clone();
        entities.unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset(setter)]
    fn set_entity(zelf: &Py<Self>, value: PyObjectRef) {
        *zelf.site.read().entities.lock() = Some(value);
    }

    #[pygetset]
    fn version(_zelf: &Py<Self>) -> &'static str {
        "Expat 2.2.8"
    }

    /// Feeds data to the parser.
    #[pymethod]
    fn feed(zelf: &Py<Self>, data: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let parser = zelf.expat(vm)?;
        let function = if element_class(zelf.class(), vm).is_some() { "Parse" } else { "feed" };
        let bytes = expat::parse_argument(&data, function, vm)?;
        parser.parse(&bytes, false, vm).map_err(|error| parse_error(zelf, error, vm))
    }

    /// Finishes feeding data, and returns the element structure.
    #[pymethod]
    fn close(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let parser = zelf.expat(vm)?;
        parser.parse(b"", true, vm).map_err(|error| parse_error(zelf, error, vm))?;
        let target = Self::target(zelf, vm);
        match vm.get_attribute_opt(&target, "close")? {
            Some(close) => close.call((), vm),
            None => Ok(vm.ctx.none()),
        }
    }

    /// Reads a file to its end.
    #[pymethod(name = "_parse")]
    fn parse_file(zelf: &Py<Self>, file: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let read = file.get_attr("read", vm)?;
        loop {
            let piece = read.call((vm.ctx.new_int(65536),), vm)?;
            if !piece.clone().try_to_bool(vm)? {
                return Self::close(zelf, vm);
            }
            Self::feed(zelf, piece, vm)?;
        }
    }

    /// Says what `_events` is to give; the names are those of `iterparse`.
    #[pymethod(name = "_want")]
    fn want(zelf: &Py<Self>, events: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let mut wanted = Wanted::default();
        match events.into_option().filter(|events| !vm.is_none(events)) {
            None => wanted.end = true,
            Some(events) => {
                for name in events.try_to_value::<Vec<PyObjectRef>>(vm)? {
                    let place = match text::text_of(vm, &name)?.unwrap_or_default().as_str() {
                        "start" => &mut wanted.start,
                        "end" => &mut wanted.end,
                        "start-ns" => &mut wanted.start_namespace,
                        "end-ns" => &mut wanted.end_namespace,
                        other => return Err(vm.new_value_error(format!("unknown event '{other}'"))),
                    };
                    *place = true;
                }
            }
        }
        zelf.site.read().building.lock().wanted = wanted;
        Ok(())
    }

    /// The events since the last call.
    #[pymethod(name = "_events")]
    fn events(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let events = std::mem::take(&mut zelf.site.read().building.lock().events);
        vm.ctx.new_list(events).into()
    }
}

/// Puts the types and the functions into a module.
pub fn install(vm: &VirtualMachine, module: &Py<PyModule>) {
    let (builder, parser) = (TreeBuilder::make_static_type(), XmlParser::make_static_type());
    modules::set(vm, module, "TreeBuilderType", builder.clone());
    modules::set(vm, module, "XMLParserType", parser.clone());
    let make = move |args: FuncArgs, vm: &VirtualMachine| builder.as_object().call(args, vm);
    modules::set_function(vm, module, "TreeBuilder", make);
    let make = move |args: FuncArgs, vm: &VirtualMachine| parser.as_object().call(args, vm);
    modules::set_function(vm, module, "XMLParser", make);
}
