//! `BeautifulStoneSoup` and `BeautifulSoup`: tag soup, whatever it is, made into a tree. `sgmllib` reads; which open tags
//! a new one ends is decided by tables of the class, which programs extend.

use reprise_vm_glue::import;
use reprise_vm_glue::modules::python_function::{Body, Function, Home, function};
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyList, PyStr, PyStrInterned};
use rustpython_vm::common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::entities;
use super::objects::{Given, Scope};
use super::tag::{self, Making};

const SELF: &[&str] = &["self"];

macro_rules! run {
    ($work:expr) => {
        Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(&Soup<'_>, &[PyObjectRef]) -> PyResult = $work;
            work(&Soup { scope: Scope::new(home, vm), this }, values.get(1..).unwrap_or_default())
        })
    };
}

/// The class `BeautifulStoneSoup`.
pub static STONE_SOUP: &[Function] = &[
    function("__init__", &[], Body::Raw(init)),
    function("convert_charref", &["self", "name"], run!(convert_charref)),
    function("_feed", &[], Body::Raw(feed)),
    function("__getattr__", &["self", "methodName"], run!(get_attribute)),
    function(
        "isSelfClosingTag",
        &["self", "name"],
        run!(|soup, values| {
            let name = values.first().cloned().unwrap_or_else(|| soup.scope.none());
            soup.is_self_closing(&name).map(|closing| soup.scope.vm.ctx.new_bool(closing).into())
        }),
    ),
    function("reset", SELF, run!(|soup, _| soup.reset())),
    function("popTag", SELF, run!(|soup, _| soup.pop_tag())),
    function(
        "pushTag",
        &["self", "tag"],
        run!(|soup, values| match values.first() {
            Some(tag) => soup.push_tag(tag),
            None => Ok(soup.scope.none()),
        }),
    ),
    function("endData", &[], Body::Raw(end_data)),
    function("unknown_starttag", &[], Body::Raw(unknown_starttag)),
    function("unknown_endtag", &["self", "name"], run!(unknown_endtag)),
    function("handle_data", &["self", "data"], run!(handle_data)),
    function("handle_pi", &["self", "text"], run!(handle_pi)),
    function("handle_comment", &["self", "text"], run!(|soup, values| soup.special(values, "Comment"))),
    function("handle_decl", &["self", "data"], run!(|soup, values| soup.special(values, "Declaration"))),
    function("handle_charref", &["self", "ref"], run!(handle_charref)),
    function("handle_entityref", &["self", "ref"], run!(handle_entityref)),
    function("parse_declaration", &["self", "i"], run!(parse_declaration)),
];

/// The class `BeautifulSoup`.
pub static SOUP: &[Function] =
    &[function("__init__", &[], Body::Raw(html_init)), function("start_meta", &["self", "attrs"], run!(start_meta))];

/// The class `BeautifulSOAP`.
pub static SOAP: &[Function] = &[function("popTag", SELF, run!(soap_pop_tag))];

/// Ends a tag. One that holds nothing but a string becomes an attribute of the tag around it, too.
fn soap_pop_tag(soup: &Soup<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (scope, vm, names) = (&soup.scope, soup.scope.vm, soup.scope.names);
    if let [.., parent, tag] = soup.open_tags()?.as_slice() {
        attribute_map_of(scope, parent)?;
        let name = scope.get(tag, names.name)?;
        let children = scope.children(tag)?;
        let known = parent.get_attr("attrMap", vm)?;
        if let [only] = children.as_slice()
            && scope.is_string(only)?
            && !soup.has(&known, &name)?
        {
            parent.set_item(&*name, only.clone(), vm)?;
        }
    }
    soup.pop_tag()
}

fn attribute_map_of(scope: &Scope<'_>, tag: &PyObject) -> PyResult {
    scope.call(tag, "_getAttrMap", Vec::new())
}

/// A parser at work.
struct Soup<'a> {
    scope: Scope<'a>,
    this: &'a PyObject,
}

impl Soup<'_> {
    fn get(&self, name: &'static PyStrInterned) -> PyResult {
        self.scope.get(self.this, name)
    }

    fn set(&self, name: &'static PyStrInterned, value: impl Into<PyObjectRef>) -> PyResult<()> {
        self.scope.set(self.this, name, value)
    }

    fn is_true(&self, name: &'static PyStrInterned) -> PyResult<bool> {
        let value = self.get(name)?;
        self.scope.truth(&value)
    }

    fn list(&self, name: &'static PyStrInterned) -> PyResult<PyRef<PyList>> {
        let list = self.get(name)?;
        list.downcast::<PyList>().map_err(|_| self.scope.vm.new_type_error(format!("{name} is no list")))
    }

    fn open_tags(&self) -> PyResult<Vec<PyObjectRef>> {
        Ok(self.list(self.scope.names.tag_stack)?.borrow_vec().to_vec())
    }

    /// A method of another class for this object.
    fn base(&self, class: &PyObject, method: &str, mut args: Vec<PyObjectRef>) -> PyResult {
        args.insert(0, self.this.to_owned());
        class.get_attr(self.scope.vm.ctx.intern_str(method), self.scope.vm)?.call(FuncArgs::from(args), self.scope.vm)
    }

    fn sgml(&self) -> PyResult {
        import::module(self.scope.vm, "sgmllib")?.get_attr("SGMLParser", self.scope.vm)
    }

    fn has(&self, table: &PyObject, name: &PyObject) -> PyResult<bool> {
        self.scope.vm._contains(table, name)
    }

    fn is_self_closing(&self, name: &PyObject) -> PyResult<bool> {
        let names = self.scope.names;
        Ok(self.has(&*self.get(names.self_closing_tags)?, name)?
            || self.has(&*self.get(names.instance_self_closing)?, name)?)
    }

    fn reset(&self) -> PyResult {
        let (scope, names) = (&self.scope, self.scope.names);
        let root = self.get(names.root_tag_name)?;
        self.base(&*scope.global("Tag")?, "__init__", vec![self.this.to_owned(), root])?;
        self.set(names.hidden, scope.vm.ctx.new_int(1))?;
        self.base(&*self.sgml()?, "reset", Vec::new())?;
        self.set(names.current_data, scope.list(Vec::new()))?;
        self.set(names.current_tag, scope.none())?;
        self.set(names.tag_stack, scope.list(Vec::new()))?;
        self.set(names.quote_stack, scope.list(Vec::new()))?;
        self.push_tag(self.this)
    }

    fn push_tag(&self, tag: &PyObject) -> PyResult {
        let names = self.scope.names;
        let current = self.get(names.current_tag)?;
        if self.scope.truth(&current)? {
            self.scope.contents(&current)?.borrow_vec_mut().push(tag.to_owned());
        }
        self.list(names.tag_stack)?.borrow_vec_mut().push(tag.to_owned());
        self.set(names.current_tag, tag.to_owned())?;
        Ok(self.scope.none())
    }

    fn pop_tag(&self) -> PyResult {
        let names = self.scope.names;
        let stack = self.list(names.tag_stack)?;
        if stack.borrow_vec_mut().pop().is_none() {
            return Err(self.scope.vm.new_index_error("pop from empty list"));
        }
        let last = stack.borrow_vec().last().cloned();
        if let Some(last) = last {
            self.set(names.current_tag, last)?;
        }
        self.get(names.current_tag)
    }

    /// What is open from the inside out, the document left out: the place in the stack and the name.
    fn open_names(&self) -> PyResult<Vec<(usize, PyObjectRef, PyObjectRef)>> {
        let mut found = Vec::new();
        for (at, tag) in self.open_tags()?.into_iter().enumerate().skip(1).rev() {
            let name = self.scope.get(&tag, self.scope.names.name)?;
            found.push((at, name, tag));
        }
        Ok(found)
    }

    fn same(&self, one: &PyObject, other: &PyObject) -> PyResult<bool> {
        match (one.downcast_ref::<PyStr>(), other.downcast_ref::<PyStr>()) {
            (Some(a), Some(b)) if a.isascii() && b.isascii() => Ok(a.as_bytes() == b.as_bytes()),
            _ => self.scope.vm.bool_eq(one, other),
        }
    }

    /// Ends tags up to the last one of a name, that one too if it is to end.
    fn pop_to(&self, name: &PyObject, inclusive: bool) -> PyResult<()> {
        let root = self.get(self.scope.names.root_tag_name)?;
        if self.same(name, &root)? {
            return Ok(());
        }
        let open = self.open_tags()?.len();
        let mut count = 0;
        for (at, known, _) in self.open_names()? {
            if self.same(name, &known)? {
                count = open - at;
                break;
            }
        }
        for _ in 0..count.saturating_sub(usize::from(!inclusive)) {
            self.pop_tag()?;
        }
        Ok(())
    }

    /// Ends the tags that a new one cannot stand in.
    fn end_for(&self, name: &PyObject) -> PyResult<()> {
        let (scope, names) = (&self.scope, self.scope.names);
        let nestable = self.get(names.nestable_tags)?;
        let triggers = scope.call(&nestable, "get", vec![name.to_owned()])?;
        let resetting = self.get(names.reset_nesting_tags)?;
        let is_nestable = !scope.is_none(&triggers);
        let is_resetting = self.has(&resetting, name)?;
        for (_, known, _) in self.open_names()? {
            if !is_nestable && self.same(&known, name)? {
                return self.pop_to(name, true);
            }
            let stops = match is_nestable {
                true => self.has(&triggers, &known)?,
                false => is_resetting && self.has(&resetting, &known)?,
            };
            if stops {
                return self.pop_to(&known, false);
            }
        }
        Ok(())
    }

    /// Makes a string of the text so far.
    fn end_text(&self, class: Option<PyObjectRef>) -> PyResult<()> {
        let (scope, vm, names) = (&self.scope, self.scope.vm, self.scope.names);
        let pieces = self.list(names.current_data)?;
        if pieces.borrow_vec().is_empty() {
            return Ok(());
        }
        let mut text = Wtf8Buf::new();
        let sofar = pieces.borrow_vec().to_vec();
        for piece in sofar {
            match text::wtf8_of(vm, &piece)? {
                Some(piece) => text.push_wtf8(&piece),
                None => return Err(vm.new_type_error("sequence item 0: expected string or Unicode")),
            }
        }
        let blank = text.as_bytes().iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 12));
        if blank && !self.keeps_blanks()? {
            text = Wtf8Buf::from(if text.as_bytes().contains(&b'\n') { "\n" } else { " " });
        }
        self.set(names.current_data, scope.list(Vec::new()))?;
        let strainer = self.get(names.parse_only_these)?;
        if scope.truth(&strainer)? && self.open_tags()?.len() <= 1 {
            let wanted = scope.get(&strainer, names.text)?;
            let plain = text::new_unicode_buf(vm, text.clone());
            let found = scope.truth(&wanted)? && {
                let found = scope.call(&strainer, "search", vec![plain])?;
                scope.truth(&found)?
            };
            if !found {
                return Ok(());
            }
        }
        let class = match class {
            Some(class) => class,
            None => scope.global("NavigableString")?,
        };
        let element = match class.downcast::<rustpython_vm::builtins::PyType>() {
            Ok(class) => scope.make_string(class, text)?,
            Err(other) => other.call((text::new_unicode_buf(vm, text),), vm)?,
        };
        let (current, previous) = (self.get(names.current_tag)?, self.get(names.previous)?);
        super::element::place(scope, &element, &current, &previous)?;
        if scope.truth(&previous)? {
            scope.set(&previous, names.next, element.clone())?;
        }
        self.set(names.previous, element.clone())?;
        scope.contents(&current)?.borrow_vec_mut().push(element);
        Ok(())
    }

    /// Whether a tag is open in which blanks count.
    fn keeps_blanks(&self) -> PyResult<bool> {
        let tags = self.get(self.scope.names.preserve_whitespace_tags)?;
        if !self.scope.truth(&tags)? {
            return Ok(false);
        }
        for (_, name, _) in self.open_names()? {
            if self.has(&tags, &name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A comment or the like: a string of its own.
    fn special(&self, values: &[PyObjectRef], class: &str) -> PyResult {
        self.end_text(None)?;
        if let Some(text) = values.first() {
            self.data(text.clone())?;
        }
        self.end_text(Some(self.scope.global(class)?))?;
        Ok(self.scope.none())
    }

    fn data(&self, text: PyObjectRef) -> PyResult<()> {
        self.list(self.scope.names.current_data)?.borrow_vec_mut().push(text);
        Ok(())
    }

    /// A start tag: the tag that was made of it, or None.
    fn start(&self, name: PyObjectRef, attrs: PyObjectRef, closing: bool) -> PyResult {
        let (scope, vm, names) = (&self.scope, self.scope.vm, self.scope.names);
        if !self.list(names.quote_stack)?.borrow_vec().is_empty() {
            let mut text = vm._add(scope.str("<").as_object(), &name)?;
            for pair in vm.extract_elements_with(&attrs, Ok)? {
                for (before, at) in [(" ", 0_usize), ("=\"", 1)] {
                    text = vm._add(&text, scope.str(before).as_object())?;
                    text = vm._add(&text, &*pair.get_item(&at, vm)?)?;
                }
                text = vm._add(&text, scope.str("\"").as_object())?;
            }
            text = vm._add(&text, scope.str(">").as_object())?;
            scope.call(self.this, "handle_data", vec![text])?;
            return Ok(scope.none());
        }
        self.end_text(None)?;
        let no_end = closing || self.closes_itself(&name)?;
        if !no_end {
            self.end_for(&name)?;
        }
        let strainer = self.get(names.parse_only_these)?;
        if scope.truth(&strainer)? && self.open_tags()?.len() <= 1 {
            let wanted = scope.get(&strainer, names.text)?;
            if scope.truth(&wanted)? {
                return Ok(scope.none());
            }
            let found = scope.call(&strainer, "searchTag", vec![name.clone(), attrs.clone()])?;
            if !scope.truth(&found)? {
                return Ok(scope.none());
            }
        }
        let (current, previous) = (self.get(names.current_tag)?, self.get(names.previous)?);
        let tag = scope.make(scope.class("Tag")?);
        let own_end = vm.ctx.new_bool(self.closes_itself(&name)?).into();
        let making = Making { parser: self.this, name: name.clone(), attrs, closing: own_end };
        tag::fill(scope, &tag, &making, &current, &previous)?;
        if scope.truth(&previous)? {
            scope.set(&previous, names.next, tag.clone())?;
        }
        self.set(names.previous, tag.clone())?;
        self.push_tag(&tag)?;
        if no_end {
            self.pop_tag()?;
        }
        if self.has(&*self.get(names.quote_tags)?, &name)? {
            self.list(names.quote_stack)?.borrow_vec_mut().push(name);
            self.set(names.literal, vm.ctx.new_int(1))?;
        }
        Ok(tag)
    }

    /// `isSelfClosingTag`, whoever wrote it.
    fn closes_itself(&self, name: &PyObject) -> PyResult<bool> {
        let names = self.scope.names;
        let own = self.scope.class("BeautifulStoneSoup")?.get_attr(names.is_self_closing_tag);
        match (self.this.class().get_attr(names.is_self_closing_tag), own) {
            (Some(found), Some(own)) if found.is(&own) => self.is_self_closing(name),
            _ => {
                let closing = self.scope.call(self.this, "isSelfClosingTag", vec![name.to_owned()])?;
                self.scope.truth(&closing)
            }
        }
    }
}

// ---- making -----------------------------------------------------------------------------------------------------

const PARAMETERS: &[&str] = &[
    "self",
    "markup",
    "parseOnlyThese",
    "fromEncoding",
    "markupMassage",
    "smartQuotesTo",
    "convertEntities",
    "selfClosingTags",
    "isHTML",
];

fn init(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let names = scope.names;
    let mut given = Given::of(vm, "__init__", PARAMETERS, args)?;
    if let Some((key, _)) = given.others.first() {
        return Err(vm.new_type_error(format!("__init__() got an unexpected keyword argument '{key}'")));
    }
    let this = given.this(vm)?;
    let soup = Soup { scope, this: &this };
    let or_none = |value: Option<PyObjectRef>| value.unwrap_or_else(|| scope.none());
    let markup = given.take(1).unwrap_or_else(|| scope.str(""));
    soup.set(names.parse_only_these, or_none(given.take(2)))?;
    soup.set(names.from_encoding, or_none(given.take(3)))?;
    let massage = given.take(4).unwrap_or_else(|| vm.ctx.true_value.clone().into());
    soup.set(names.smart_quotes_to, given.take(5).unwrap_or_else(|| scope.str("xml")))?;
    let convert = or_none(given.take(6));
    soup.set(names.convert_entities, convert.clone())?;
    let rules = match scope.truth(&convert)? {
        false => entities::Rules::default(),
        true => {
            soup.set(names.smart_quotes_to, scope.none())?;
            match text::text_of(vm, &convert)?.as_deref() {
                Some("html") => entities::Rules { html: true, xml: false, escape: true },
                Some("xhtml") => entities::Rules { html: true, xml: true, escape: false },
                Some("xml") => entities::Rules { html: false, xml: true, escape: false },
                _ => entities::Rules::default(),
            }
        }
    };
    for (name, rule) in
        [(names.convert_html, rules.html), (names.convert_xml, rules.xml), (names.escape_unrecognized, rules.escape)]
    {
        soup.set(name, vm.ctx.new_bool(rule))?;
    }
    let closing = vm.ctx.new_dict();
    if let Some(tags) = given.take(7)
        && scope.truth(&tags)?
    {
        if text::is_basestring(&tags) {
            closing.set_item(&*tags, scope.none(), vm)?;
        } else {
            for tag in vm.extract_elements_with(&tags, Ok)? {
                closing.set_item(&*tag, scope.none(), vm)?;
            }
        }
    }
    soup.set(names.instance_self_closing, closing)?;
    soup.base(&*soup.sgml()?, "__init__", Vec::new())?;
    let markup = match vm.get_attribute_opt(&markup, "read")? {
        Some(read) => read.call((), vm)?,
        None => markup,
    };
    soup.set(names.markup, markup)?;
    soup.set(names.markup_massage, massage)?;
    let is_html = given.take(8).unwrap_or_else(|| vm.ctx.false_value.clone().into());
    let mut args = FuncArgs::default();
    args.kwargs.insert("isHTML".into(), is_html);
    let fed = this.get_attr("_feed", vm)?.call(args, vm);
    if let Err(error) = fed {
        let stop = scope.class("StopParsing")?;
        if !error.fast_isinstance(&stop) {
            return Err(error);
        }
    }
    soup.set(names.markup, scope.none())?;
    Ok(vm.ctx.none())
}

fn html_init(home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    if !args.kwargs.contains_key("smartQuotesTo") {
        args.kwargs.insert("smartQuotesTo".into(), scope.str("html"));
    }
    args.kwargs.insert("isHTML".into(), vm.ctx.true_value.clone().into());
    init(home, args, vm)
}

fn feed(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let names = scope.names;
    let mut given = Given::of(vm, "_feed", &["self", "inDocumentEncoding", "isHTML"], args)?;
    let this = given.this(vm)?;
    let soup = Soup { scope, this: &this };
    let mut markup = soup.get(names.markup)?;
    if text::is_unicode(&markup) {
        let known = this.dict().map_or(Ok(None), |dict| dict.get_item_opt(names.original_encoding, vm))?;
        if known.is_none() {
            soup.set(names.original_encoding, scope.none())?;
        }
    } else {
        let inner = given.take(1).unwrap_or_else(|| scope.none());
        let overrides = scope.list(vec![soup.get(names.from_encoding)?, inner]);
        let mut args = FuncArgs::from(vec![markup, overrides]);
        args.kwargs.insert("smartQuotesTo".into(), soup.get(names.smart_quotes_to)?);
        args.kwargs.insert("isHTML".into(), given.take(2).unwrap_or_else(|| vm.ctx.false_value.clone().into()));
        let dammit = scope.global("UnicodeDammit")?.call(args, vm)?;
        markup = dammit.get_attr("unicode", vm)?;
        soup.set(names.original_encoding, dammit.get_attr("originalEncoding", vm)?)?;
        soup.set(names.declared_html_encoding, dammit.get_attr("declaredHTMLEncoding", vm)?)?;
    }
    if scope.truth(&markup)? {
        let massage = match this.dict() {
            Some(dict) => dict.get_item_opt(names.markup_massage, vm)?,
            None => None,
        };
        if let Some(massage) = massage
            && scope.truth(&massage)?
        {
            markup = massaged(&scope, &this, massage, markup)?;
            let _ = this.del_attr(names.markup_massage, vm);
        }
    }
    scope.call(&this, "reset", Vec::new())?;
    soup.base(&*soup.sgml()?, "feed", vec![markup])?;
    scope.call(&this, "endData", Vec::new())?;
    let root = soup.get(names.root_tag_name)?;
    loop {
        let current = soup.get(names.current_tag)?;
        if soup.same(&*scope.get(&current, names.name)?, &root)? {
            return Ok(vm.ctx.none());
        }
        scope.call(&this, "popTag", Vec::new())?;
    }
}

/// The page with what readers stumble over set right: `<br/>` and `<! DOCTYPE`; or as the program's list says.
fn massaged(scope: &Scope<'_>, this: &PyObject, massage: PyObjectRef, markup: PyObjectRef) -> PyResult {
    let vm = scope.vm;
    let fixes = match vm.get_attribute_opt(&massage, "__iter__")? {
        Some(_) => massage,
        None => this.get_attr("MARKUP_MASSAGE", vm)?,
    };
    let own = scope.home.globals.get_item_opt("_massage", vm)?;
    if own.is_some_and(|own| own.is(&fixes))
        && let Some(string) = markup.downcast_ref::<PyStr>()
    {
        let text = string.as_wtf8();
        return Ok(match declarations_massaged(&slashes_massaged(text)) {
            clean if *clean == *text => markup.clone(),
            clean => text::new_unicode_buf(vm, clean),
        });
    }
    let mut markup = markup;
    for fix in vm.extract_elements_with(&fixes, Ok)? {
        let (pattern, replacement) = (fix.get_item(&0_usize, vm)?, fix.get_item(&1_usize, vm)?);
        markup = scope.call(&pattern, "sub", vec![replacement, markup])?;
    }
    Ok(markup)
}

fn part(text: &Wtf8, from: usize, to: usize) -> &Wtf8 {
    text.get(from..to).unwrap_or_else(|| Wtf8::new(""))
}

/// `(<[^<>]*)/>` becomes `\1 />`.
pub(super) fn slashes_massaged(text: &Wtf8) -> Wtf8Buf {
    let bytes = text.as_bytes();
    let mut out = Wtf8Buf::with_capacity(bytes.len() + 64);
    let (mut last, mut open) = (0, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'<' => open = true,
            b'>' => {
                let before = at.checked_sub(1);
                if let Some(slash) = before.filter(|slash| open && bytes.get(*slash) == Some(&b'/')) {
                    out.push_wtf8(part(text, last, slash));
                    out.push_str(" /");
                    last = at;
                }
                open = false;
            }
            _ => {}
        }
    }
    out.push_wtf8(part(text, last, bytes.len()));
    out
}

/// `<!\s+([^<>]*)>` becomes `<!\1>`.
pub(super) fn declarations_massaged(text: &Wtf8) -> Wtf8Buf {
    let bytes = text.as_bytes();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12);
    let mut out = Wtf8Buf::with_capacity(bytes.len());
    let (mut last, mut at) = (0, 0);
    while let Some(start) = bytes.get(at..).and_then(|rest| rest.windows(2).position(|two| two == b"<!")) {
        let start = at + start + 2;
        let blanks = bytes.get(start..).unwrap_or_default().iter().take_while(|byte| is_blank(byte)).count();
        let close = bytes.get(start + blanks..).unwrap_or_default().iter().position(|byte| matches!(byte, b'<' | b'>'));
        at = start;
        if blanks > 0
            && let Some(close) = close.map(|close| start + blanks + close)
            && bytes.get(close) == Some(&b'>')
        {
            out.push_wtf8(part(text, last, start));
            last = start + blanks;
            at = close;
        }
    }
    out.push_wtf8(part(text, last, bytes.len()));
    out
}

// ---- what is read -----------------------------------------------------------------------------------------------

fn end_data(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut given = Given::of(vm, "endData", &["self", "containerClass"], args)?;
    let this = given.this(vm)?;
    Soup { scope: Scope::new(home, vm), this: &this }.end_text(given.take(1))?;
    Ok(vm.ctx.none())
}

fn unknown_starttag(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "unknown_starttag", &["self", "name", "attrs", "selfClosing"], args)?;
    let this = given.this(vm)?;
    let closing = given.take(3).map_or(Ok(false), |closing| scope.truth(&closing))?;
    let (name, attrs) = (given.take(1), given.take(2));
    let (Some(name), Some(attrs)) = (name, attrs) else {
        return Err(vm.new_type_error("unknown_starttag() takes at least 3 arguments"));
    };
    Soup { scope, this: &this }.start(name, attrs, closing)
}

fn unknown_endtag(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let Some(name) = values.first() else { return Ok(soup.scope.none()) };
    let (scope, vm, names) = (&soup.scope, soup.scope.vm, soup.scope.names);
    let quotes = soup.list(names.quote_stack)?;
    let quoted = quotes.borrow_vec().last().cloned();
    let ends = match &quoted {
        Some(last) => soup.same(last, name)?,
        None => false,
    };
    if quoted.is_some() && !ends {
        let text = vm._add(scope.str("</").as_object(), name)?;
        let text = vm._add(&text, scope.str(">").as_object())?;
        scope.call(soup.this, "handle_data", vec![text])?;
        return Ok(scope.none());
    }
    soup.end_text(None)?;
    soup.pop_to(name, true)?;
    if ends {
        quotes.borrow_vec_mut().pop();
        let still = !quotes.borrow_vec().is_empty();
        soup.set(names.literal, vm.ctx.new_bool(still))?;
    }
    Ok(scope.none())
}

fn handle_data(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    if let Some(data) = values.first() {
        soup.data(data.clone())?;
    }
    Ok(soup.scope.none())
}

fn handle_pi(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let is_xml = values
        .first()
        .and_then(|text| text.downcast_ref::<PyStr>())
        .is_some_and(|text| text.as_bytes().starts_with(b"xml"));
    if is_xml {
        let text = soup.scope.unicode("xml version='1.0' encoding='%SOUP-ENCODING%'");
        return soup.special(&[text], "ProcessingInstruction");
    }
    soup.special(values, "ProcessingInstruction")
}

fn convert_charref(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = soup.scope.vm;
    let Some(name) = values.first() else { return Ok(soup.scope.none()) };
    let number = text::text_of(vm, name)?.and_then(|digits| digits.trim().parse::<i64>().ok());
    match number {
        Some(number @ 0..=127) => soup.scope.call(soup.this, "convert_codepoint", vec![vm.ctx.new_int(number).into()]),
        _ => Ok(soup.scope.none()),
    }
}

fn handle_charref(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let (scope, vm) = (&soup.scope, soup.scope.vm);
    let Some(number) = values.first() else { return Ok(scope.none()) };
    let digits = text::text_of(vm, number)?.unwrap_or_default();
    let data = if soup.is_true(scope.names.convert_entities)? {
        entities::character(scope, &digits)?
    } else {
        scope.str(&format!("&#{digits};"))
    };
    scope.call(soup.this, "handle_data", vec![data])
}

fn handle_entityref(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let (scope, vm, names) = (&soup.scope, soup.scope.vm, soup.scope.names);
    let Some(name) = values.first() else { return Ok(scope.none()) };
    let name = text::text_of(vm, name)?.unwrap_or_default();
    let html = soup.is_true(names.convert_html)?;
    let data = if html && let Some(c) = entities::of_html(&name) {
        scope.unicode(c.encode_utf8(&mut [0; 4]))
    } else if soup.is_true(names.convert_xml)?
        && let Some(c) = entities::of_xml(&name)
    {
        scope.str(c.encode_utf8(&mut [0; 4]))
    } else if html && entities::of_xml(&name).is_none() {
        text::native(vm, &format!("&amp;{name}"))
    } else {
        text::native(vm, &format!("&{name};"))
    };
    scope.call(soup.this, "handle_data", vec![data])
}

fn parse_declaration(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let (scope, vm) = (&soup.scope, soup.scope.vm);
    let Some(at) = values.first() else { return Ok(scope.none()) };
    let rawdata = soup.get(scope.names.rawdata)?;
    let Some(string) = rawdata.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error("expected string or buffer"));
    };
    let count: usize = at.try_to_value(vm)?;
    let start = string.char_index_to_byte(count);
    let text = string.as_wtf8();
    let rest = part(text, start, text.len());
    let piece = |content: &Wtf8| match text::is_unicode(&rawdata) {
        true => text::new_unicode_wtf8(vm, content),
        false => vm.ctx.new_str(content).into(),
    };
    if rest.as_bytes().starts_with(b"<![CDATA[") {
        let close = rest.find(Wtf8::new("]]>")).unwrap_or(rest.len());
        let end = string.byte_to_char_index((start + close).min(text.len()));
        soup.special(&[piece(part(rest, 9, close.max(9)))], "CData")?;
        return Ok(vm.ctx.new_int(end + 3).into());
    }
    let declared = soup.base(&*soup.sgml()?, "parse_declaration", vec![at.clone()]);
    match declared {
        Err(error) => {
            let class = import::module(vm, "sgmllib")?.get_attr("SGMLParseError", vm)?;
            if !error.as_object().is_instance(&class, vm)? {
                return Err(error);
            }
            scope.call(soup.this, "handle_data", vec![piece(rest)])?;
            Ok(vm.ctx.new_int(string.char_len()).into())
        }
        end => end,
    }
}

/// A name that the parser does not have is that of a tag in it.
fn get_attribute(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let (scope, vm) = (&soup.scope, soup.scope.vm);
    let Some(name) = values.first() else { return Ok(scope.none()) };
    let text = text::text_of(vm, name)?.unwrap_or_default();
    if ["start_", "end_", "do_"].iter().any(|before| text.starts_with(before)) {
        return Err(vm.new_attribute_error("class SGMLParser has no attribute '__getattr__'"));
    }
    if text.starts_with("__") {
        return Err(vm.new_exception_empty(vm.ctx.exceptions.attribute_error.to_owned()));
    }
    tag::by_name(scope, soup.this, name)
}

/// A `meta` that names the page's encoding. The page is read again if that was not known before.
fn start_meta(soup: &Soup<'_>, values: &[PyObjectRef]) -> PyResult {
    let (scope, vm, names) = (&soup.scope, soup.scope.vm, soup.scope.names);
    let Some(attrs) = values.first() else { return Ok(scope.none()) };
    let (mut equivalent, mut content) = (scope.none(), None);
    for (at, pair) in vm.extract_elements_with(attrs, Ok)?.into_iter().enumerate() {
        let (key, value) = (pair.get_item(&0_usize, vm)?, pair.get_item(&1_usize, vm)?);
        match text::text_of(vm, &key)?.unwrap_or_default().to_lowercase().as_str() {
            "http-equiv" => equivalent = value,
            "content" => content = Some((at, key, value)),
            _ => {}
        }
    }
    let mut substitutes = false;
    if let Some((at, key, value)) = content
        && scope.truth(&equivalent)?
        && scope.truth(&value)?
    {
        let pattern = soup.this.get_attr("CHARSET_RE", vm)?;
        let found = scope.call(&pattern, "search", vec![value.clone()])?;
        if scope.truth(&found)? {
            let declared = soup.get(names.declared_html_encoding)?;
            let original = soup.get(names.original_encoding)?;
            if !scope.is_none(&declared) || vm.bool_eq(&original, &*soup.get(names.from_encoding)?)? {
                let rewritten = scope.call(&pattern, "sub", vec![scope.str(r"\1%SOUP-ENCODING%"), value])?;
                attrs.set_item(&at, vm.ctx.new_tuple(vec![key, rewritten]).into(), vm)?;
                substitutes = true;
            } else {
                let charset = scope.call(&found, "group", vec![vm.ctx.new_int(3).into()])?;
                if scope.truth(&charset)? && !vm.bool_eq(&charset, &original)? {
                    soup.set(names.declared_html_encoding, charset.clone())?;
                    scope.call(soup.this, "_feed", vec![charset])?;
                    let stop = scope.class("StopParsing")?;
                    return Err(vm.new_exception_empty(stop));
                }
            }
        }
    }
    let tag = scope.call(soup.this, "unknown_starttag", vec![scope.str("meta"), attrs.clone()])?;
    if substitutes && scope.truth(&tag)? {
        scope.set(&tag, names.contains_substitutions, vm.ctx.new_bool(true))?;
    }
    Ok(scope.none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_massaged() {
        let shown =
            |text: &str| declarations_massaged(&slashes_massaged(Wtf8::new(text))).to_string_lossy().into_owned();
        assert_eq!(shown("<br/>a/> <a /><! DOCTYPE x><! - <b/>"), "<br />a/> <a  /><!DOCTYPE x><! - <b />");
    }
}
