//! A parser object at work: its text, its attributes, and calls of its methods, whoever wrote them.

use rustpython_vm::builtins::{PyDictRef, PyFunction, PyStr, PyStrInterned, PyType};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

use super::scan;
use crate::modules::python_function::{Body, Home, PythonFunction};
use crate::modules::re::Pattern;
use crate::runtime::{arguments, classic, text};

crate::interned_names! {
    getattribute = "__getattribute__",
    setattr = "__setattr__",
    rawdata = "rawdata",
    lineno = "lineno",
    offset = "offset",
    lasttag = "lasttag",
    interesting = "interesting",
    cdata_elem = "cdata_elem",
    cdata_elements = "CDATA_CONTENT_ELEMENTS",
    entitydefs = "entitydefs",
    html_starttag_text = "_HTMLParser__starttag_text",
    sgml_starttag_text = "_SGMLParser__starttag_text",
    decl_otherchars = "_decl_otherchars",
    verbose = "verbose",
    stack = "stack",
    nomoretags = "nomoretags",
    literal = "literal",
    entity_or_charref = "entity_or_charref",
    convert_ref = "_convert_ref",
    convert_charref = "convert_charref",
    convert_codepoint = "convert_codepoint",
    convert_entityref = "convert_entityref",
    error = "error",
    reset = "reset",
    getpos = "getpos",
    goahead = "goahead",
    updatepos = "updatepos",
    scan_name = "_scan_name",
    parse_starttag = "parse_starttag",
    parse_endtag = "parse_endtag",
    parse_comment = "parse_comment",
    parse_pi = "parse_pi",
    parse_declaration = "parse_declaration",
    parse_html_declaration = "parse_html_declaration",
    parse_bogus_comment = "parse_bogus_comment",
    parse_marked_section = "parse_marked_section",
    parse_doctype_subset = "_parse_doctype_subset",
    parse_doctype_attlist = "_parse_doctype_attlist",
    parse_doctype_element = "_parse_doctype_element",
    parse_doctype_entity = "_parse_doctype_entity",
    parse_doctype_notation = "_parse_doctype_notation",
    check_for_whole_start_tag = "check_for_whole_start_tag",
    set_cdata_mode = "set_cdata_mode",
    clear_cdata_mode = "clear_cdata_mode",
    unescape = "unescape",
    finish_shorttag = "finish_shorttag",
    finish_starttag = "finish_starttag",
    finish_endtag = "finish_endtag",
    report_unbalanced = "report_unbalanced",
    handle_starttag = "handle_starttag",
    handle_startendtag = "handle_startendtag",
    handle_endtag = "handle_endtag",
    handle_data = "handle_data",
    handle_charref = "handle_charref",
    handle_entityref = "handle_entityref",
    handle_comment = "handle_comment",
    handle_decl = "handle_decl",
    handle_pi = "handle_pi",
    unknown_decl = "unknown_decl",
    unknown_starttag = "unknown_starttag",
    unknown_endtag = "unknown_endtag",
    unknown_charref = "unknown_charref",
    unknown_entityref = "unknown_entityref",
}

/// A text that is read: positions are byte positions in what the machine keeps.
#[derive(Clone)]
pub struct Source {
    text: PyRef<PyStr>,
    unicode: bool,
}

impl Source {
    /// A string of either type; None for all else.
    pub fn of(object: PyObjectRef) -> Option<Self> {
        let unicode = text::is_unicode(&object);
        object.downcast::<PyStr>().ok().map(|text| Self { text, unicode })
    }

    pub fn is_unicode(&self) -> bool {
        self.unicode
    }

    pub fn data(&self) -> &[u8] {
        self.text.as_bytes()
    }

    pub fn object(&self) -> PyObjectRef {
        self.text.clone().into()
    }

    /// The character at a byte position, counted.
    pub fn count(&self, position: usize) -> usize {
        let position = position.min(self.data().len());
        if self.text.isascii() { position } else { self.text.byte_to_char_index(position) }
    }

    /// The byte position of a character.
    pub fn position(&self, count: usize) -> usize {
        if self.text.isascii() { count.min(self.data().len()) } else { self.text.char_index_to_byte(count) }
    }

    /// A part, as the machine keeps it.
    pub fn part(&self, from: usize, to: usize) -> &Wtf8 {
        let end = to.min(self.data().len());
        self.text.as_wtf8().get(from.min(end)..end).unwrap_or_else(|| Wtf8::new(""))
    }

    /// A part as a string of the text's type.
    pub fn piece(&self, vm: &VirtualMachine, from: usize, to: usize) -> PyObjectRef {
        self.like(vm, self.part(from, to).to_owned())
    }

    /// A string of the text's type.
    pub fn like(&self, vm: &VirtualMachine, content: Wtf8Buf) -> PyObjectRef {
        if self.unicode { text::new_unicode_buf(vm, content) } else { vm.ctx.new_str(content).into() }
    }

    /// A part in lower case.
    pub fn lower(&self, vm: &VirtualMachine, from: usize, to: usize) -> PyObjectRef {
        let part = self.part(from, to);
        let lowered = if self.unicode && !part.is_ascii() { part.to_lowercase() } else { part.to_ascii_lowercase() };
        self.like(vm, lowered)
    }

    /// A part without the blanks around it.
    pub fn stripped(&self, from: usize, to: usize) -> &Wtf8 {
        let part = self.part(from, to);
        let blank = |byte: u8| scan::is_blank(byte) || self.unicode && matches!(byte, 0x1c..=0x1f);
        part.trim_matches(|c| {
            u8::try_from(c.to_u32()).is_ok_and(|byte| byte.is_ascii() && blank(byte)) || self.wide_blank(c)
        })
    }

    fn wide_blank(&self, c: rustpython_wtf8::CodePoint) -> bool {
        self.unicode && c.to_char().is_some_and(|c| !c.is_ascii() && c.is_whitespace())
    }
}

/// A method of the parser object.
pub enum Method {
    /// One of those made here.
    Own(PyRef<PythonFunction>),
    /// A function in Python, not bound yet.
    Function(PyObjectRef),
    /// Anything else, bound.
    Bound(PyObjectRef),
}

/// A parser object at work.
pub struct Parser<'a> {
    pub vm: &'a VirtualMachine,
    pub this: &'a PyObject,
    pub home: &'a Home,
    pub names: &'static Names,
    /// The attributes of a classic instance that nobody watches.
    dict: Option<PyDictRef>,
    /// Whether methods are found in the usual order.
    plain: bool,
}

impl<'a> Parser<'a> {
    /// The object that the methods of a module work on.
    pub fn new(home: &'a Home, this: &'a PyObject, vm: &'a VirtualMachine) -> Self {
        let names = names(vm);
        let class = this.class();
        let is_classic = classic::is_classic(class);
        let watched = !is_classic || classic::class_attribute(class, names.setattr).is_some();
        let plain = is_classic || Self::looks_up_plainly(class, names, vm);
        Self { vm, this, home, names, dict: if watched { None } else { this.dict() }, plain }
    }

    /// The same object for a function of another module.
    pub fn at_home<'b>(&'b self, home: &'b Home) -> Parser<'b> {
        let Self { vm, this, names, plain, .. } = *self;
        Parser { vm, this, home, names, dict: self.dict.clone(), plain }
    }

    /// Whether a class finds attributes as `object` does.
    fn looks_up_plainly(class: &Py<PyType>, names: &Names, vm: &VirtualMachine) -> bool {
        match (class.get_attr(names.getattribute), vm.ctx.types.object_type.get_attr(names.getattribute)) {
            (Some(own), Some(inherited)) => own.is(&inherited),
            _ => false,
        }
    }

    // ---- attributes

    /// An attribute.
    pub fn get(&self, name: &'static PyStrInterned) -> PyResult {
        if let Some(dict) = &self.dict
            && let Some(value) = dict.get_item_opt(name, self.vm)?
        {
            return Ok(value);
        }
        self.this.get_attr(name, self.vm)
    }

    /// Sets an attribute.
    pub fn set(&self, name: &'static PyStrInterned, value: impl Into<PyObjectRef>) -> PyResult<()> {
        match &self.dict {
            Some(dict) => dict.set_item(name, value.into(), self.vm),
            None => self.this.set_attr(name, value.into(), self.vm),
        }
    }

    /// Whether an attribute is true.
    pub fn is_true(&self, name: &'static PyStrInterned) -> PyResult<bool> {
        self.get(name)?.try_to_bool(self.vm)
    }

    /// The text that is being read.
    pub fn source(&self) -> PyResult<Source> {
        let object = self.get(self.names.rawdata)?;
        Source::of(object).ok_or_else(|| self.vm.new_type_error("expected string or buffer"))
    }

    /// What the module has under a name, if the program put it there; None where it is what was there at first.
    pub fn replaced(&self, at: usize, name: &str) -> PyResult<Option<PyObjectRef>> {
        let found = self.home.globals.get_item_opt(name, self.vm)?;
        match (found, self.home.defaults.get(at)) {
            (Some(found), Some(first)) if found.is(first) => Ok(None),
            (Some(found), _) => Ok(Some(found)),
            (None, _) => {
                Err(self.vm.new_name_error(format!("global name '{name}' is not defined"), self.vm.ctx.new_str(name)))
            }
        }
    }

    // ---- methods

    /// A method as the object finds it.
    pub fn method(&self, name: &'static PyStrInterned) -> PyResult<Method> {
        if self.plain {
            let in_object = match &self.dict {
                Some(dict) => dict.get_item_opt(name, self.vm)?,
                None => match self.this.dict() {
                    Some(dict) => dict.get_item_opt(name, self.vm)?,
                    None => None,
                },
            };
            if let Some(own) = in_object {
                return Ok(Method::Bound(own));
            }
            if let Some(found) = self.this.class().get_attr(name) {
                if found.downcast_ref_if_exact::<PyFunction>(self.vm).is_some() {
                    return Ok(Method::Function(found));
                }
                match found.downcast::<PythonFunction>() {
                    Ok(own) => return Ok(Method::Own(own)),
                    Err(_) => return self.this.get_attr(name, self.vm).map(Method::Bound),
                }
            }
        }
        self.this.get_attr(name, self.vm).map(Method::Bound)
    }

    fn run(&self, method: Method, arguments: Vec<PyObjectRef>) -> PyResult {
        let bound = |function: PyObjectRef, arguments: Vec<PyObjectRef>| {
            let mut all = Vec::with_capacity(arguments.len() + 1);
            all.push(self.this.to_owned());
            all.extend(arguments);
            let count = all.len();
            function.vectorcall(all, count, None, self.vm)
        };
        match method {
            Method::Own(own) => bound(own.into(), arguments),
            Method::Function(function) => bound(function, arguments),
            Method::Bound(method) => method.call(arguments, self.vm),
        }
    }

    /// Calls a method.
    pub fn call(&self, name: &'static PyStrInterned, arguments: Vec<PyObjectRef>) -> PyResult {
        self.run(self.method(name)?, arguments)
    }

    /// Calls a handler with one argument, which is not even made for a handler that does nothing.
    pub fn hook(&self, name: &'static PyStrInterned, argument: impl FnOnce() -> PyObjectRef) -> PyResult<()> {
        match self.method(name)? {
            Method::Own(own) if matches!(own.function.body, Body::Nothing) => Ok(()),
            method => self.run(method, vec![argument()]).map(drop),
        }
    }

    /// Calls a handler with a part of the text.
    pub fn hand(&self, name: &'static PyStrInterned, source: &Source, from: usize, to: usize) -> PyResult<()> {
        self.hook(name, || source.piece(self.vm, from, to))
    }

    /// Calls `error`. It need not raise.
    pub fn error(&self, message: String) -> PyResult<()> {
        // A message may show bytes of the text.
        self.call(self.names.error, vec![self.vm.ctx.new_str(message).into()]).map(drop)
    }

    /// Calls a method that reads what stands at a position: where that ends, or None if it is not complete.
    pub fn read(
        &self,
        name: &'static PyStrInterned,
        source: &Source,
        position: usize,
        report: bool,
    ) -> PyResult<Option<usize>> {
        let method = match self.method(name)? {
            Method::Own(own) => match own.function.body {
                Body::Read(read) => return read(&self.at_home(&own.home), position, report),
                _ => Method::Own(own),
            },
            method => method,
        };
        let mut arguments: Vec<PyObjectRef> = vec![self.vm.ctx.new_int(source.count(position)).into()];
        if !report {
            arguments.push(self.vm.ctx.new_int(0).into());
        }
        let end = self.run(method, arguments)?;
        self.end_of(source, &end)
    }

    /// The byte position that a method in Python returned; None for a negative one.
    pub fn end_of(&self, source: &Source, end: &PyObject) -> PyResult<Option<usize>> {
        if self.vm.is_none(end) {
            // Less than every number.
            return Ok(None);
        }
        let end = arguments::c_long(self.vm, end)?;
        Ok(usize::try_from(end).ok().map(|count| source.position(count)))
    }

    /// `updatepos`: counts the lines of a part; where the part ends.
    pub fn advance(&self, source: &Source, from: usize, to: usize) -> PyResult<usize> {
        match self.method(self.names.updatepos)? {
            Method::Own(own) if matches!(own.function.body, Body::Advance) => self.count_lines(source, from, to),
            method => {
                let places = [from, to].map(|position| self.vm.ctx.new_int(source.count(position)).into());
                let end = self.run(method, places.to_vec())?;
                Ok(self.end_of(source, &end)?.unwrap_or(to))
            }
        }
    }

    fn count_lines(&self, source: &Source, from: usize, to: usize) -> PyResult<usize> {
        if from >= to {
            return Ok(to);
        }
        let vm = self.vm;
        let part = source.data().get(from..to).unwrap_or_default();
        let characters = |part: &[u8]| part.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        match part.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                let lines = part.iter().filter(|byte| **byte == b'\n').count();
                let lineno = vm._add(&*self.get(self.names.lineno)?, vm.ctx.new_int(lines).as_object())?;
                self.set(self.names.lineno, lineno)?;
                let offset = characters(part.get(last + 1..).unwrap_or_default());
                self.set(self.names.offset, vm.ctx.new_int(offset))?;
            }
            None => {
                let length = vm.ctx.new_int(characters(part));
                let offset = vm._add(&*self.get(self.names.offset)?, length.as_object())?;
                self.set(self.names.offset, offset)?;
            }
        }
        Ok(to)
    }

    // ---- expressions

    /// Where an expression of the program's matches, at a position or behind it: the spans of its groups.
    pub fn spans(
        &self,
        pattern: &PyObject,
        source: &Source,
        position: usize,
        search: bool,
    ) -> PyResult<Option<Vec<Option<(usize, usize)>>>> {
        let vm = self.vm;
        if let Some(pattern) = pattern.downcast_ref::<Pattern>() {
            let found = pattern.spans_from(vm, source.object(), source.count(position), search)?;
            let to_bytes = |span: (usize, usize)| (source.position(span.0), source.position(span.1));
            return Ok(found.map(|spans| spans.into_iter().map(|span| span.map(to_bytes)).collect()));
        }
        let name = if search { "search" } else { "match" };
        let place = vm.ctx.new_int(source.count(position));
        let found = vm.call_method(pattern, name, (source.object(), place))?;
        self.spans_of(source, &found)
    }

    /// The spans of a match object, of whatever class; only those groups that it tells about.
    pub fn spans_of(&self, source: &Source, found: &PyObject) -> PyResult<Option<Vec<Option<(usize, usize)>>>> {
        let vm = self.vm;
        if vm.is_none(found) || !found.to_owned().try_to_bool(vm)? {
            return Ok(None);
        }
        let mut spans = Vec::new();
        for group in 0..4 {
            let ends = ["start", "end"].map(|name| -> PyResult<Option<usize>> {
                let end = vm.call_method(found, name, (group,))?;
                self.end_of(source, &end)
            });
            match ends {
                [Ok(start), Ok(end)] => spans.push(start.zip(end)),
                [Err(error), _] | [_, Err(error)] if group == 0 => return Err(error),
                _ => break,
            }
        }
        Ok(Some(spans))
    }
}

/// The byte position of an argument, which counts characters and may be negative.
fn place(vm: &VirtualMachine, source: &Source, argument: Option<&PyObjectRef>) -> PyResult<usize> {
    let Some(argument) = argument else { return Ok(0) };
    let count = arguments::c_long(vm, argument)?;
    let length = isize::try_from(source.count(source.data().len())).unwrap_or(isize::MAX);
    let count = if count < 0 { count.saturating_add(length).max(0) } else { count };
    Ok(source.position(count.unsigned_abs()))
}

/// Runs a method that reads at a position, called with `(self, i)` or `(self, i, report)`.
pub fn read_for_python(
    home: &Home,
    read: fn(&Parser<'_>, usize, bool) -> PyResult<Option<usize>>,
    values: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let parser = Parser::new(home, this, vm);
    let source = parser.source()?;
    let position = place(vm, &source, values.get(1))?;
    let report = match values.get(2) {
        Some(report) => report.clone().try_to_bool(vm)?,
        None => true,
    };
    let end = read(&parser, position, report)?;
    Ok(match end {
        Some(end) => vm.ctx.new_int(source.count(end)).into(),
        None => vm.ctx.new_int(-1).into(),
    })
}

/// Runs `updatepos(self, i, j)`.
pub fn advance_for_python(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, from, to] = values else { return Ok(vm.ctx.none()) };
    let parser = Parser::new(home, this, vm);
    let source = parser.source()?;
    let places = (place(vm, &source, Some(from))?, place(vm, &source, Some(to))?);
    parser.count_lines(&source, places.0, places.1)?;
    Ok(to.clone())
}
