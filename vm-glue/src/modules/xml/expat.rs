//! The module `pyexpat`: parsers that call handlers with what they find in a document.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyModule, PyStr, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::lock::PyRwLock;
use rustpython_vm::function::{FuncArgs, OptionalArg, PySetterValue};
use rustpython_vm::types::{GetAttr, SetAttr};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass,
};

use super::decoder::Charset;
use super::failures::{FAILURES, Failure, text_of};
use super::names::Names;
use super::scanner::{Kind, Model, Position, Scanner};
use crate::modules;
use crate::runtime::{arguments, names, text};

/// The handlers of a parser, by what they hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    StartElement,
    EndElement,
    CharacterData,
    Comment,
    Instruction,
    StartCdata,
    EndCdata,
    StartNamespace,
    EndNamespace,
    Declaration,
    StartDoctype,
    EndDoctype,
    Skipped,
    External,
    NotStandalone,
    Element,
    Attlist,
    Entity,
    Unparsed,
    Notation,
    Default,
    DefaultExpand,
}

/// Their attributes, in the order of [`Handler`].
const HANDLERS: &[&str] = &[
    "StartElementHandler",
    "EndElementHandler",
    "CharacterDataHandler",
    "CommentHandler",
    "ProcessingInstructionHandler",
    "StartCdataSectionHandler",
    "EndCdataSectionHandler",
    "StartNamespaceDeclHandler",
    "EndNamespaceDeclHandler",
    "XmlDeclHandler",
    "StartDoctypeDeclHandler",
    "EndDoctypeDeclHandler",
    "SkippedEntityHandler",
    "ExternalEntityRefHandler",
    "NotStandaloneHandler",
    "ElementDeclHandler",
    "AttlistDeclHandler",
    "EntityDeclHandler",
    "UnparsedEntityDeclHandler",
    "NotationDeclHandler",
    "DefaultHandler",
    "DefaultHandlerExpand",
];

/// Attributes that are numbers, for [`Parser::numbers`].
const NUMBERS: &[&str] =
    &["ordered_attributes", "specified_attributes", "returns_unicode", "buffer_text", "namespace_prefixes"];
/// Attributes that can only be read.
const READ_ONLY: &[&str] = &[
    "CurrentLineNumber",
    "CurrentColumnNumber",
    "CurrentByteIndex",
    "ErrorLineNumber",
    "ErrorColumnNumber",
    "ErrorByteIndex",
    "ErrorCode",
    "buffer_used",
    "intern",
];
const BUFFER_SIZE: usize = 8192;
/// So much of a file is read at a time.
const PIECE: usize = 65536;

/// What hears of everything that has no handler: a builder of trees.
pub trait Sink: Send + Sync + std::fmt::Debug {
    /// Told with the scanner at hand. Only makes objects: no code of the program is run.
    fn found(&self, kind: &Kind, scanner: &mut Scanner, vm: &VirtualMachine) -> PyResult<()>;
}

/// What belongs to the reading itself.
#[derive(Debug)]
struct State {
    scanner: Scanner,
    names: Names,
    /// Text that waits for more.
    buffer: String,
    buffer_size: usize,
    finished: bool,
    started: bool,
    error: i64,
    separator: Option<String>,
    /// How many handlers are being called.
    depth: usize,
}

/// `xmlparser`
#[pyclass(module = "pyexpat", name = "xmlparser", traverse)]
#[derive(Debug, PyPayload)]
pub struct Parser {
    #[pytraverse(skip)]
    state: Mutex<State>,
    handlers: PyRwLock<Vec<Option<PyObjectRef>>>,
    #[pytraverse(skip)]
    numbers: Mutex<[bool; 5]>,
    intern: PyObjectRef,
    /// The encoding that the program named, if it is not known without asking.
    #[pytraverse(skip)]
    encoding: Mutex<Option<String>>,
    #[pytraverse(skip)]
    sink: OnceLock<Arc<dyn Sink>>,
}

/// The exception class `xml.parsers.expat.ExpatError`.
pub fn error_type(vm: &VirtualMachine) -> PyTypeRef {
    static ERROR: OnceLock<PyTypeRef> = OnceLock::new();
    ERROR.get_or_init(|| vm.ctx.new_exception_type("xml.parsers.expat", "ExpatError", None)).clone()
}

/// An error of the document.
fn error(vm: &VirtualMachine, code: i64, position: Position) -> PyBaseExceptionRef {
    let said = text_of(code).unwrap_or("unknown error");
    let message = format!("{said}: line {}, column {}", position.line, position.column);
    error_of(vm, code, position.line, position.column, message)
}

/// An error of the document, with its text.
pub fn error_of(vm: &VirtualMachine, code: i64, line: usize, column: usize, message: String) -> PyBaseExceptionRef {
    let error = match vm.invoke_exception(&error_type(vm), vec![vm.ctx.new_str(message).into()]) {
        Ok(error) | Err(error) => error,
    };
    for (name, value) in
        [("code", vm.ctx.new_int(code)), ("offset", vm.ctx.new_int(column)), ("lineno", vm.ctx.new_int(line))]
    {
        // A fresh exception takes every attribute.
        let _ = error.as_object().set_attr(name, value, vm);
    }
    error
}

/// The table of an encoding that only the machine's codecs know.
fn charset_of(vm: &VirtualMachine, name: &str) -> PyResult<Charset> {
    let all: Vec<u8> = (0..=255).collect();
    let decoded = crate::runtime::codecs::decode_object(vm, &all, Some(name), Some("replace"))?;
    let wide = decoded.downcast_ref::<PyStr>().map(|decoded| decoded.to_string_lossy().into_owned());
    let table: Vec<Option<char>> =
        wide.unwrap_or_default().chars().map(|c| Some(c).filter(|c| *c != '\u{fffd}')).collect();
    if table.len() != 256 {
        return Err(vm.new_value_error("multi-byte encodings are not supported"));
    }
    Ok(Charset::Table(table.into()))
}

/// A string of Python 2 from an argument that may be None.
fn optional_text(vm: &VirtualMachine, value: Option<PyObjectRef>, place: usize) -> PyResult<Option<String>> {
    let Some(value) = value.filter(|value| !vm.is_none(value)) else { return Ok(None) };
    match text::text_of(vm, &value)? {
        Some(text) => Ok(Some(text)),
        None => {
            let kind = names::type_name_of(&value);
            Err(vm.new_type_error(format!("ParserCreate() argument {place} must be string or None, not {kind}")))
        }
    }
}

impl Parser {
    /// A parser. The encoding is what somebody outside the document says of it.
    pub fn create(
        vm: &VirtualMachine,
        encoding: Option<String>,
        separator: Option<String>,
        intern: Option<PyObjectRef>,
    ) -> PyRef<Self> {
        let charset = encoding.as_deref().and_then(Charset::by_name);
        let asked = encoding.filter(|_| charset.is_none());
        let scanner = Scanner::new(separator.clone(), charset);
        Self::around(vm, scanner, separator, asked, intern)
    }

    fn around(
        vm: &VirtualMachine,
        scanner: Scanner,
        separator: Option<String>,
        asked: Option<String>,
        intern: Option<PyObjectRef>,
    ) -> PyRef<Self> {
        let _: PyTypeRef = Self::make_static_type();
        let state = State {
            scanner,
            names: Names::new(false),
            buffer: String::new(),
            buffer_size: BUFFER_SIZE,
            finished: false,
            started: false,
            error: 0,
            separator,
            depth: 0,
        };
        Parser {
            state: Mutex::new(state),
            handlers: PyRwLock::new(vec![None; HANDLERS.len()]),
            numbers: Mutex::new([false, false, true, false, false]),
            intern: intern.unwrap_or_else(|| vm.ctx.new_dict().into()),
            encoding: Mutex::new(asked),
            sink: OnceLock::new(),
        }
        .into_ref(&vm.ctx)
    }

    /// Sends what has no handler there. A parser has one sink at most.
    pub fn set_sink(&self, sink: Arc<dyn Sink>) {
        let _ = self.sink.set(sink);
    }

    /// What the scanner's options are, now.
    pub fn with_scanner<R>(&self, work: impl FnOnce(&mut Scanner) -> R) -> R {
        work(&mut self.state.lock().scanner)
    }

    fn handler(&self, handler: Handler) -> Option<PyObjectRef> {
        self.handlers.read().get(handler as usize).cloned().flatten()
    }

    fn has(&self, handler: Handler) -> bool {
        self.handlers.read().get(handler as usize).is_some_and(Option::is_some)
    }

    fn number(&self, name: &str) -> bool {
        let index = NUMBERS.iter().position(|known| *known == name);
        index.is_some_and(|index| self.numbers.lock().get(index).copied().unwrap_or_default())
    }

    /// Tells the scanner which handlers there are.
    fn update(&self) {
        let mut state = self.state.lock();
        let options = &mut state.scanner.options;
        options.expand = !self.has(Handler::Default) || self.has(Handler::DefaultExpand);
        options.starts = self.has(Handler::StartElement) || self.sink.get().is_some();
        options.external = self.has(Handler::External);
        options.triplets = self.number("namespace_prefixes");
    }

    /// Reads a piece of the document. Its handlers are called.
    pub fn parse(&self, data: &[u8], last: bool, vm: &VirtualMachine) -> PyResult<()> {
        self.begin(vm)?;
        {
            let mut state = self.state.lock();
            if state.finished {
                let position = state.scanner.position();
                state.error = i64::from(Failure::FINISHED.0);
                return Err(error(vm, state.error, position));
            }
            state.scanner.feed(data, last);
            state.finished = last;
        }
        self.update();
        loop {
            let found = {
                let mut state = self.state.lock();
                let state = &mut *state;
                match state.scanner.next() {
                    Ok(Kind::Wait) => break,
                    Ok(kind) => self.quick(kind, state, vm)?,
                    Err(failure) => {
                        state.error = i64::from(failure.0);
                        let position = state.scanner.position();
                        state.finished = false;
                        let error = error(vm, state.error, position);
                        return Err(error);
                    }
                }
            };
            if let Some(kind) = found
                && let Err(error) = self.tell(kind, vm)
            {
                // Nothing more is heard of a document whose reading failed.
                self.handlers.write().iter_mut().for_each(|handler| *handler = None);
                return Err(error);
            }
        }
        self.flush(vm)?;
        self.state.lock().scanner.settle_position();
        Ok(())
    }

    /// Finds the encoding that the program named.
    fn begin(&self, vm: &VirtualMachine) -> PyResult<()> {
        let asked = self.encoding.lock().take();
        if let Some(name) = asked {
            let charset = charset_of(vm, &name).inspect_err(|_| {
                self.state.lock().error = i64::from(Failure::UNKNOWN_ENCODING.0);
            })?;
            let mut state = self.state.lock();
            let separator = state.separator.clone();
            let options = state.scanner.options.clone();
            state.scanner = Scanner::new(separator, Some(charset));
            state.scanner.options = options;
        }
        self.state.lock().started = true;
        Ok(())
    }

    /// What needs no code of the program: text that is only buffered, and what the sink hears.
    fn quick(&self, kind: Kind, state: &mut State, vm: &VirtualMachine) -> PyResult<Option<Kind>> {
        if let Some(sink) = self.sink.get() {
            let handler = handler_of(&kind);
            if handler.is_none_or(|handler| !self.has(handler)) && !matches!(kind, Kind::UnknownEncoding { .. }) {
                sink.found(&kind, &mut state.scanner, vm)?;
                return Ok(None);
            }
            return Ok(Some(kind));
        }
        if kind == Kind::Text && self.number("buffer_text") && self.has(Handler::CharacterData) {
            let length = state.scanner.found.text.len();
            if state.buffer.len() + length <= state.buffer_size {
                state.buffer.push_str(&state.scanner.found.text);
                return Ok(None);
            }
        }
        Ok(Some(kind))
    }

    /// A string for a handler.
    fn string(&self, vm: &VirtualMachine, value: &str) -> PyObjectRef {
        if self.number("returns_unicode") { text::new_unicode(vm, value) } else { text::new_str(vm, value.as_bytes()) }
    }

    fn optional(&self, vm: &VirtualMachine, value: Option<&String>) -> PyObjectRef {
        value.map_or_else(|| vm.ctx.none(), |value| self.string(vm, value))
    }

    /// Sends the text that waits.
    fn flush(&self, vm: &VirtualMachine) -> PyResult<()> {
        let waiting = std::mem::take(&mut self.state.lock().buffer);
        if waiting.is_empty() {
            return Ok(());
        }
        let Some(handler) = self.handler(Handler::CharacterData) else { return Ok(()) };
        self.call(&handler, vec![self.string(vm, &waiting)], vm).map(drop)
    }

    fn call(&self, handler: &PyObject, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        self.state.lock().depth += 1;
        let result = handler.call(FuncArgs::from(args), vm);
        self.state.lock().depth -= 1;
        result
    }

    /// Calls the handler of a kind.
    fn tell(&self, kind: Kind, vm: &VirtualMachine) -> PyResult<()> {
        if let Kind::UnknownEncoding { name, at } = kind {
            return self.find_encoding(&name, at, vm);
        }
        let mut handler = handler_of(&kind).and_then(|handler| self.handler(handler));
        if let Kind::Entity(declared) = &kind
            && declared.notation.is_some()
            && let Some(unparsed) = self.handler(Handler::Unparsed)
        {
            handler = Some(unparsed);
        }
        let Some(handler) = handler else { return self.tell_default(&kind, vm) };
        if kind == Kind::Text && self.number("buffer_text") {
            // It did not fit.
            self.flush(vm)?;
            let mut state = self.state.lock();
            let State { buffer, buffer_size, scanner, .. } = &mut *state;
            if scanner.found.text.len() <= *buffer_size {
                buffer.push_str(&scanner.found.text);
                return Ok(());
            }
        } else {
            self.flush(vm)?;
        }
        let args = self.arguments(&kind, vm)?;
        let result = self.call(&handler, args, vm)?;
        match kind {
            Kind::External { .. } | Kind::NotStandalone => {
                let number = arguments::c_long(vm, &result)?;
                if number == 0 {
                    let failure =
                        if kind == Kind::NotStandalone { Failure::NOT_STANDALONE } else { Failure::EXTERNAL_HANDLING };
                    self.state.lock().scanner.fail(failure);
                }
            }
            _ => {}
        }
        self.update();
        Ok(())
    }

    /// What has no handler of its own goes to the default handler as it is written.
    fn tell_default(&self, kind: &Kind, vm: &VirtualMachine) -> PyResult<()> {
        let Some(handler) = self.handler(Handler::DefaultExpand).or_else(|| self.handler(Handler::Default)) else {
            return Ok(());
        };
        let silent = matches!(kind, Kind::StartNamespace { .. } | Kind::EndNamespace { .. } | Kind::NotStandalone)
            || matches!(kind, Kind::Other) && self.in_handled_doctype();
        if silent {
            return Ok(());
        }
        let raw = self.state.lock().scanner.raw().to_owned();
        if raw.is_empty() {
            return Ok(());
        }
        self.flush(vm)?;
        let raw = self.string(vm, &raw);
        self.call(&handler, vec![raw], vm)?;
        self.update();
        Ok(())
    }

    /// The tokens of a document type are not told apart where its start has a handler.
    fn in_handled_doctype(&self) -> bool {
        self.has(Handler::StartDoctype) && self.state.lock().scanner.in_doctype_head()
    }

    fn find_encoding(&self, name: &str, at: usize, vm: &VirtualMachine) -> PyResult<()> {
        let found = charset_of(vm, name);
        let mut state = self.state.lock();
        match found {
            Ok(charset) => {
                state.scanner.set_charset(charset);
                Ok(())
            }
            Err(error) => {
                state.scanner.fault_at(false, at, Failure::UNKNOWN_ENCODING);
                state.scanner.fail(Failure::UNKNOWN_ENCODING);
                state.error = i64::from(Failure::UNKNOWN_ENCODING.0);
                Err(error)
            }
        }
    }

    fn arguments(&self, kind: &Kind, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let some = |value: &str| self.string(vm, value);
        let maybe = |value: &Option<String>| self.optional(vm, value.as_ref());
        let int = |value: i32| -> PyObjectRef { vm.ctx.new_int(value).into() };
        Ok(match kind {
            Kind::Start => {
                let ordered = self.number("ordered_attributes");
                let only = self.number("specified_attributes");
                let plain = !self.number("returns_unicode");
                let mut state = self.state.lock();
                let State { scanner, names, .. } = &mut *state;
                names.set_plain(plain);
                let found = &scanner.found;
                let count = if only { found.specified } else { found.count };
                let attributes = found.attributes().iter().take(count);
                let attributes: PyObjectRef = if ordered {
                    let mut list = Vec::with_capacity(count * 2);
                    for (name, value) in attributes {
                        list.push(names.get(vm, name));
                        list.push(if plain {
                            text::new_str(vm, value.as_bytes())
                        } else {
                            text::new_unicode(vm, value)
                        });
                    }
                    vm.ctx.new_list(list).into()
                } else {
                    let dict = vm.ctx.new_dict();
                    for (name, value) in attributes {
                        let value =
                            if plain { text::new_str(vm, value.as_bytes()) } else { text::new_unicode(vm, value) };
                        dict.set_item(&*names.get(vm, name), value, vm)?;
                    }
                    dict.into()
                };
                vec![names.get(vm, &found.name), attributes]
            }
            Kind::End => {
                let plain = !self.number("returns_unicode");
                let mut state = self.state.lock();
                let State { scanner, names, .. } = &mut *state;
                names.set_plain(plain);
                vec![names.get(vm, &scanner.found.name)]
            }
            Kind::Text | Kind::Comment => {
                let said = self.state.lock().scanner.found.text.clone();
                vec![some(&said)]
            }
            Kind::Instruction => {
                let state = self.state.lock();
                let found = &state.scanner.found;
                vec![some(&found.name), some(&found.text)]
            }
            Kind::StartNamespace { prefix, uri } => vec![maybe(prefix), maybe(uri)],
            Kind::EndNamespace { prefix } => vec![maybe(prefix)],
            Kind::Declaration { version, encoding, standalone } => {
                vec![maybe(version), maybe(encoding), int(*standalone)]
            }
            Kind::StartDoctype { name, system, public, internal } => {
                vec![some(name), maybe(system), maybe(public), int(i32::from(*internal))]
            }
            Kind::Skipped { name, parameter } => vec![some(name), int(i32::from(*parameter))],
            Kind::External { context, system, public, base } => {
                vec![maybe(context), maybe(base), maybe(system), maybe(public)]
            }
            Kind::Element { name, model } => vec![some(name), self.model(model, vm)],
            Kind::Attlist { element, name, kind, default, required } => {
                vec![some(element), some(name), some(kind), maybe(default), int(i32::from(*required))]
            }
            Kind::Entity(declared) if declared.notation.is_some() && self.has(Handler::Unparsed) => vec![
                some(&declared.name),
                maybe(&declared.base),
                maybe(&declared.system),
                maybe(&declared.public),
                maybe(&declared.notation),
            ],
            Kind::Entity(declared) => vec![
                some(&declared.name),
                int(i32::from(declared.parameter)),
                maybe(&declared.value),
                maybe(&declared.base),
                maybe(&declared.system),
                maybe(&declared.public),
                maybe(&declared.notation),
            ],
            Kind::Notation { name, base, system, public } => {
                vec![some(name), maybe(base), maybe(system), maybe(public)]
            }
            _ => Vec::new(),
        })
    }

    /// A content model as a tuple of tuples.
    fn model(&self, model: &Model, vm: &VirtualMachine) -> PyObjectRef {
        let children = model.children.iter().map(|child| self.model(child, vm)).collect();
        vm.ctx
            .new_tuple(vec![
                vm.ctx.new_int(model.kind).into(),
                vm.ctx.new_int(model.quantifier).into(),
                self.optional(vm, model.name.as_ref()),
                vm.ctx.new_tuple(children).into(),
            ])
            .into()
    }

    fn refuse_started(&self, vm: &VirtualMachine) -> PyResult<()> {
        let mut state = self.state.lock();
        if state.started {
            let position = state.scanner.position();
            return Err(error(vm, i64::from(Failure::STARTED.0), position));
        }
        Ok(())
    }

    /// Reads a file to its end.
    pub fn parse_file(&self, file: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let Ok(read) = file.get_attr("read", vm) else {
            return Err(vm.new_type_error("argument must have 'read' attribute"));
        };
        loop {
            let piece = read.call((vm.ctx.new_int(PIECE),), vm)?;
            let Some(bytes) = text::bytes_of(&piece) else {
                let kind = names::type_name_of(&piece);
                return Err(vm.new_type_error(format!("read() did not return a string object (type={kind})")));
            };
            self.parse(&bytes, bytes.is_empty(), vm)?;
            if bytes.is_empty() {
                return Ok(());
            }
        }
    }
}

/// The bytes that a method of a parser is given.
pub fn parse_argument<'a>(
    data: &'a PyObject,
    method: &str,
    vm: &VirtualMachine,
) -> PyResult<std::borrow::Cow<'a, [u8]>> {
    let place = format!("{method}() argument 1 must be");
    if data.downcastable::<PyStr>() {
        return arguments::octets(vm, &place, data);
    }
    arguments::octets(vm, &place, data).map_err(|_| {
        let kind = if vm.is_none(data) { "None".into() } else { names::type_name_of(data) };
        vm.new_type_error(format!("{place} string or read-only buffer, not {kind}"))
    })
}

/// The handler that hears of a kind.
fn handler_of(kind: &Kind) -> Option<Handler> {
    Some(match kind {
        Kind::Start => Handler::StartElement,
        Kind::End => Handler::EndElement,
        Kind::Text => Handler::CharacterData,
        Kind::Comment => Handler::Comment,
        Kind::Instruction => Handler::Instruction,
        Kind::StartCdata => Handler::StartCdata,
        Kind::EndCdata => Handler::EndCdata,
        Kind::StartNamespace { .. } => Handler::StartNamespace,
        Kind::EndNamespace { .. } => Handler::EndNamespace,
        Kind::Declaration { .. } => Handler::Declaration,
        Kind::StartDoctype { .. } => Handler::StartDoctype,
        Kind::EndDoctype => Handler::EndDoctype,
        Kind::Skipped { .. } => Handler::Skipped,
        Kind::External { .. } => Handler::External,
        Kind::NotStandalone => Handler::NotStandalone,
        Kind::Element { .. } => Handler::Element,
        Kind::Attlist { .. } => Handler::Attlist,
        Kind::Entity(_) => Handler::Entity,
        Kind::Notation { .. } => Handler::Notation,
        Kind::Wait | Kind::Other | Kind::UnknownEncoding { .. } => return None,
    })
}

#[pyclass(flags(DISALLOW_INSTANTIATION, HAS_WEAKREF), with(GetAttr, SetAttr))]
impl Parser {
    /// Parse(data[, isfinal])
    /// Parse XML data.  `isfinal' should be true at end of input.
    #[pymethod(name = "Parse")]
    fn parse_data(
        zelf: &Py<Self>,
        data: PyObjectRef,
        last: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<i32> {
        let bytes = parse_argument(&data, "Parse", vm)?;
        let last = match last.into_option() {
            Some(last) => arguments::c_long(vm, &last)? != 0,
            None => false,
        };
        zelf.parse(&bytes, last, vm)?;
        Ok(1)
    }

    /// ParseFile(file)
    /// Parse XML data from file-like object.
    #[pymethod(name = "ParseFile")]
    fn parse_from(zelf: &Py<Self>, file: PyObjectRef, vm: &VirtualMachine) -> PyResult<i32> {
        Parser::parse_file(zelf, &file, vm)?;
        Ok(1)
    }

    /// SetBase(base_url)
    /// Set the base URL for the parser.
    #[pymethod(name = "SetBase")]
    fn set_base(zelf: &Py<Self>, base: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let base = match text::bytes_of(&base) {
            Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            None => arguments::name(vm, "SetBase", 1, &base)?,
        };
        zelf.state.lock().scanner.options.base = Some(base);
        Ok(())
    }

    /// GetBase() -> url
    /// Return base URL string for the parser.
    #[pymethod(name = "GetBase")]
    fn get_base(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let base = zelf.state.lock().scanner.options.base.clone();
        base.map_or_else(|| vm.ctx.none(), |base| text::new_str(vm, base.as_bytes()))
    }

    /// GetInputContext() -> string
    /// Return the untranslated text of the input that caused the current event.
    #[pymethod(name = "GetInputContext")]
    fn input_context(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let state = zelf.state.lock();
        if state.depth == 0 {
            return vm.ctx.none();
        }
        text::new_str(vm, state.scanner.context().as_bytes())
    }

    /// UseForeignDTD([flag])
    /// Allows the application to provide an artificial external subset if one is not specified.
    #[pymethod(name = "UseForeignDTD")]
    fn use_foreign_dtd(zelf: &Py<Self>, flag: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let flag = flag.into_option().map_or(Ok(true), |flag| flag.try_to_bool(vm))?;
        zelf.refuse_started(vm)?;
        zelf.state.lock().scanner.options.foreign_doctype = flag;
        Ok(())
    }

    /// SetParamEntityParsing(flag) -> success
    /// Controls parsing of parameter entities (including the external DTD subset).
    #[pymethod(name = "SetParamEntityParsing")]
    fn set_param_entity_parsing(zelf: &Py<Self>, flag: i32) -> i32 {
        let mut state = zelf.state.lock();
        if state.started {
            return 0;
        }
        state.scanner.options.parameter_entities = u8::try_from(flag).unwrap_or(0);
        1
    }

    /// ExternalEntityParserCreate(context[, encoding])
    /// Create a parser for parsing an external entity based on the information passed to the ExternalEntityRefHandler.
    #[pymethod(name = "ExternalEntityParserCreate")]
    fn external_entity_parser_create(
        zelf: &Py<Self>,
        context: PyObjectRef,
        encoding: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<Self>> {
        let encoding = optional_text(vm, encoding.into_option(), 2)?;
        let charset = encoding.as_deref().and_then(Charset::by_name);
        let asked = encoding.filter(|_| charset.is_none());
        let (scanner, separator, size) = {
            let state = zelf.state.lock();
            let scanner = state.scanner.external(!vm.is_none(&context), charset);
            (scanner, state.separator.clone(), state.buffer_size)
        };
        let made = Self::around(vm, scanner, separator, asked, Some(zelf.intern.clone()));
        *made.handlers.write() = zelf.handlers.read().clone();
        *made.numbers.lock() = *zelf.numbers.lock();
        made.state.lock().buffer_size = size;
        Ok(made)
    }

    #[pymethod]
    fn __dir__(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        const METHODS: &[&str] = &[
            "ExternalEntityParserCreate",
            "GetBase",
            "GetInputContext",
            "Parse",
            "ParseFile",
            "SetBase",
            "SetParamEntityParsing",
            "UseForeignDTD",
            "buffer_size",
        ];
        let all = [METHODS, HANDLERS, NUMBERS, READ_ONLY].concat();
        vm.ctx.new_list(all.iter().map(|name| vm.ctx.new_str(*name).into()).collect()).into()
    }
}

impl GetAttr for Parser {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let Some(attribute) = name.to_str() else { return zelf.as_object().generic_getattr(name, vm) };
        if let Some(index) = HANDLERS.iter().position(|known| *known == attribute) {
            let handler = zelf.handlers.read().get(index).cloned().flatten();
            return Ok(handler.unwrap_or_else(|| vm.ctx.none()));
        }
        if NUMBERS.contains(&attribute) {
            let value = zelf.number(attribute);
            return Ok(vm.ctx.new_bool(value).into());
        }
        if attribute == "intern" {
            return Ok(zelf.intern.clone());
        }
        let mut state = zelf.state.lock();
        let number = match attribute {
            "CurrentLineNumber" | "ErrorLineNumber" => state.scanner.position().line,
            "CurrentColumnNumber" | "ErrorColumnNumber" => state.scanner.position().column,
            "CurrentByteIndex" | "ErrorByteIndex" => {
                if state.scanner.is_untouched() {
                    return Ok(vm.ctx.new_int(-1).into());
                }
                state.scanner.position().byte
            }
            "ErrorCode" => return Ok(vm.ctx.new_int(state.error).into()),
            "buffer_size" => state.buffer_size,
            "buffer_used" => state.buffer.len(),
            _ => {
                drop(state);
                return match zelf.as_object().generic_getattr(name, vm) {
                    Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => {
                        Err(vm.new_attribute_error(attribute.to_owned()))
                    }
                    found => found,
                };
            }
        };
        Ok(vm.ctx.new_int(number).into())
    }
}

impl SetAttr for Parser {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let PySetterValue::Assign(value) = value else {
            return Err(
                vm.new_exception_msg(vm.ctx.exceptions.runtime_error.to_owned(), "Cannot delete attribute".into())
            );
        };
        let attribute = name.to_string_lossy();
        if let Some(index) = HANDLERS.iter().position(|known| *known == attribute) {
            if attribute == "CharacterDataHandler" {
                zelf.flush(vm)?;
            }
            if let Some(handler) = zelf.handlers.write().get_mut(index) {
                *handler = Some(value).filter(|value| !vm.is_none(value));
            }
            if zelf.state.lock().depth == 0 {
                zelf.update();
            }
            return Ok(());
        }
        if let Some(index) = NUMBERS.iter().position(|known| *known == attribute) {
            let on = value.try_to_bool(vm)?;
            if attribute == "buffer_text" && !on {
                zelf.flush(vm)?;
            }
            if let Some(number) = zelf.numbers.lock().get_mut(index) {
                *number = on;
            }
            return Ok(());
        }
        if attribute == "buffer_size" {
            let Ok(size) = value.clone().downcast::<rustpython_vm::builtins::PyInt>() else {
                return Err(vm.new_type_error("buffer_size must be an integer"));
            };
            let size = arguments::c_long(vm, size.as_object())
                .map_err(|_| vm.new_type_error("buffer_size must be an integer"))?;
            let Ok(size @ 1..) = usize::try_from(size) else {
                return Err(vm.new_value_error("buffer_size must be greater than zero"));
            };
            zelf.flush(vm)?;
            zelf.state.lock().buffer_size = size;
            return Ok(());
        }
        Err(vm.new_attribute_error(attribute.into_owned()))
    }
}

/// `ParserCreate([encoding[, namespace_separator[, intern]]])`
fn parser_create(args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Parser>> {
    let mut values =
        arguments::named(vm, "ParserCreate", args, &["encoding", "namespace_separator", "intern"], 0)?.into_iter();
    let encoding = optional_text(vm, values.next().flatten(), 1)?;
    let separator = optional_text(vm, values.next().flatten(), 2)?;
    if separator.as_ref().is_some_and(|separator| separator.len() > 1) {
        return Err(vm.new_value_error("namespace_separator must be at most one character, omitted, or None"));
    }
    let intern = values.next().flatten();
    let none = intern.as_ref().is_some_and(|intern| vm.is_none(intern));
    if !none && intern.as_ref().is_some_and(|intern| !intern.downcastable::<PyDict>()) {
        return Err(vm.new_type_error("intern must be a dictionary"));
    }
    Ok(Parser::create(vm, encoding, separator, intern))
}

/// Content types and quantifiers of declarations of elements.
const MODEL: &[(&str, i32)] = &[
    ("XML_CTYPE_EMPTY", 1),
    ("XML_CTYPE_ANY", 2),
    ("XML_CTYPE_MIXED", 3),
    ("XML_CTYPE_NAME", 4),
    ("XML_CTYPE_CHOICE", 5),
    ("XML_CTYPE_SEQ", 6),
    ("XML_CQUANT_NONE", 0),
    ("XML_CQUANT_OPT", 1),
    ("XML_CQUANT_REP", 2),
    ("XML_CQUANT_PLUS", 3),
];
const FEATURES: &[(&str, i32)] =
    &[("sizeof(XML_Char)", 1), ("sizeof(XML_LChar)", 1), ("XML_DTD", 0), ("XML_CONTEXT_BYTES", 1024), ("XML_NS", 0)];

/// Makes the module `pyexpat`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let class = Parser::make_static_type();
    let module = modules::new(vm, "pyexpat");
    let string = |value: &str| -> PyObjectRef { vm.ctx.new_str(value).into() };
    let int = |value: i32| -> PyObjectRef { vm.ctx.new_int(value).into() };
    modules::set(vm, &module, "__doc__", string("Python wrapper for Expat parser."));
    modules::set(vm, &module, "__version__", string("2.7.18"));
    modules::set(vm, &module, "EXPAT_VERSION", string("expat_2.2.8"));
    modules::set(vm, &module, "version_info", vm.ctx.new_tuple(vec![int(2), int(2), int(8)]));
    modules::set(vm, &module, "native_encoding", string("UTF-8"));
    let features =
        FEATURES.iter().map(|(name, value)| vm.ctx.new_tuple(vec![string(name), int(*value)]).into()).collect();
    modules::set(vm, &module, "features", vm.ctx.new_list(features));
    modules::set(vm, &module, "XML_PARAM_ENTITY_PARSING_NEVER", int(0));
    modules::set(vm, &module, "XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE", int(1));
    modules::set(vm, &module, "XML_PARAM_ENTITY_PARSING_ALWAYS", int(2));
    modules::set(vm, &module, "XMLParserType", class);
    modules::set(vm, &module, "ExpatError", error_type(vm));
    modules::set(vm, &module, "error", error_type(vm));
    modules::set_function(vm, &module, "ParserCreate", parser_create);
    modules::set_function(vm, &module, "ErrorString", |code: i64, vm: &VirtualMachine| {
        text_of(code).filter(|_| code < 42).map(|said| vm.ctx.new_str(said))
    });
    let errors = modules::new(vm, "pyexpat.errors");
    modules::set(vm, &errors, "__doc__", string("Constants used to describe error conditions."));
    for (_, name, said) in FAILURES.iter().filter(|(_, name, _)| !name.is_empty()) {
        modules::set(vm, &errors, name, string(said));
    }
    let model = modules::new(vm, "pyexpat.model");
    modules::set(vm, &model, "__doc__", string("Constants used to interpret content model information."));
    for (name, value) in MODEL {
        modules::set(vm, &model, name, int(*value));
    }
    modules::set(vm, &module, "errors", errors);
    modules::set(vm, &module, "model", model);
    module
}
