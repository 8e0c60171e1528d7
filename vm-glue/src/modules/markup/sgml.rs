//! `sgmllib`: SGML as far as HTML needs it. Tags are methods of the program: `start_a`, `do_br`, `end_a`.

use std::ops::Range;
use std::sync::Arc;

use rustpython_vm::builtins::{PyList, PyModule, PyStr};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::base::{first, reset_place};
use super::parser::{Method, Parser, Source};
use super::unescape::join;
use super::{scan, sgml_elements as elements};
use crate::import;
use crate::modules;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function};
use crate::runtime::text;

/// The expressions of the module: programs replace some.
const EXPRESSIONS: &[(&str, &str)] = &[
    ("interesting", "[&<]"),
    ("incomplete", "&([a-zA-Z][a-zA-Z0-9]*|#[0-9]*)?|<([a-zA-Z][^<>]*|/([a-zA-Z][^<>]*)?|![^<>]*)?"),
    ("entityref", "&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]"),
    ("charref", "&#([0-9]+)[^0-9]"),
    ("starttagopen", "<[>a-zA-Z]"),
    ("shorttagopen", "<[a-zA-Z][-.a-zA-Z0-9]*/"),
    ("shorttag", "<([a-zA-Z][-.a-zA-Z0-9]*)/([^/]*)/"),
    ("piclose", ">"),
    ("endbracket", "[<>]"),
    ("tagfind", "[a-zA-Z][-_.a-zA-Z0-9]*"),
    (
        "attrfind",
        r#"\s*([a-zA-Z_][-:.a-zA-Z_0-9]*)(\s*=\s*(\'[^\']*\'|"[^"]*"|[][\-a-zA-Z0-9./,:;+*%?!&$\(\)_#=~\'"@]*))?"#,
    ),
    // Not a name of the module: `SGMLParser.entity_or_charref`.
    ("", "&(?:([a-zA-Z][-.a-zA-Z0-9]*)|#([0-9]+))(;?)"),
];
const INTERESTING: usize = 0;
const INCOMPLETE: usize = 1;
const ENTITYREF: usize = 2;
const CHARREF: usize = 3;
const STARTTAGOPEN: usize = 4;
const SHORTTAGOPEN: usize = 5;
const SHORTTAG: usize = 6;
const PICLOSE: usize = 7;
const ENDBRACKET: usize = 8;
const TAGFIND: usize = 9;
const ATTRFIND: usize = 10;
const ENTITY_OR_CHARREF: usize = 11;

const SELF: &[&str] = &["self"];
const AT: &[&str] = &["self", "i"];
const DATA: &[&str] = &["self", "data"];
const NAME: &[&str] = &["self", "name"];
const REF: &[&str] = &["self", "ref"];

/// A method that works on its object and returns something.
macro_rules! run {
    ($work:expr) => {
        Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(&Parser<'_>, &[PyObjectRef]) -> PyResult = $work;
            work(&Parser::new(home, this, vm), values.get(1..).unwrap_or_default())
        })
    };
}

static SGML_PARSER: &[Function] = &[
    Function { name: "__init__", parameters: &["self", "verbose"], defaults: &[Given::Int(0)], body: run!(init) },
    function("reset", SELF, run!(|parser, _| reset(parser))),
    function("setnomoretags", SELF, run!(set_no_more_tags)),
    Function { name: "setliteral", parameters: &["self", "args"], defaults: &[Given::Int(0)], body: run!(set_literal) },
    function("feed", DATA, run!(feed)),
    function("close", SELF, run!(|parser, _| goahead(parser, true))),
    function("error", &["self", "message"], run!(error)),
    function(
        "goahead",
        &["self", "end"],
        run!(|parser, values| {
            let end = values.first().cloned().map_or(Ok(false), |end| end.try_to_bool(parser.vm))?;
            read_on(parser, end)?;
            Ok(parser.vm.ctx.none())
        }),
    ),
    function("parse_pi", AT, run!(parse_pi)),
    function("get_starttag_text", SELF, run!(|parser, _| parser.get(parser.names.sgml_starttag_text))),
    function("parse_starttag", AT, Body::Read(parse_starttag)),
    function("_convert_ref", &["self", "match"], run!(convert_match)),
    function("parse_endtag", AT, Body::Read(parse_endtag)),
    function("finish_shorttag", &["self", "tag", "data"], run!(elements::finish_shorttag)),
    function("finish_starttag", &["self", "tag", "attrs"], run!(elements::finish_starttag)),
    function("finish_endtag", &["self", "tag"], run!(elements::finish_endtag)),
    function("handle_starttag", &["self", "tag", "method", "attrs"], run!(elements::handle_starttag)),
    function("handle_endtag", &["self", "tag", "method"], run!(elements::handle_endtag)),
    function("report_unbalanced", &["self", "tag"], run!(elements::report_unbalanced)),
    function("convert_charref", NAME, run!(elements::convert_charref)),
    function("convert_codepoint", &["self", "codepoint"], run!(elements::convert_codepoint)),
    function("handle_charref", NAME, run!(elements::handle_charref)),
    function("convert_entityref", NAME, run!(elements::convert_entityref)),
    function("handle_entityref", NAME, run!(elements::handle_entityref)),
    function("handle_data", DATA, Body::Nothing),
    function("handle_comment", DATA, Body::Nothing),
    function("handle_decl", &["self", "decl"], Body::Nothing),
    function("handle_pi", DATA, Body::Nothing),
    function("unknown_starttag", &["self", "tag", "attrs"], Body::Nothing),
    function("unknown_endtag", &["self", "tag"], Body::Nothing),
    function("unknown_charref", REF, Body::Nothing),
    function("unknown_entityref", REF, Body::Nothing),
];

// ---- the object -------------------------------------------------------------------------------------------------

fn init(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    if let Some(verbose) = values.first() {
        parser.set(parser.names.verbose, verbose.clone())?;
    }
    parser.call(parser.names.reset, Vec::new())?;
    Ok(parser.vm.ctx.none())
}

fn reset(parser: &Parser<'_>) -> PyResult {
    let (vm, names) = (parser.vm, parser.names);
    parser.set(names.sgml_starttag_text, vm.ctx.none())?;
    parser.set(names.rawdata, vm.ctx.new_str(""))?;
    parser.set(names.stack, vm.ctx.new_list(Vec::new()))?;
    parser.set(names.lasttag, vm.ctx.new_str("???"))?;
    parser.set(names.nomoretags, vm.ctx.new_int(0))?;
    parser.set(names.literal, vm.ctx.new_int(0))?;
    reset_place(parser)?;
    Ok(vm.ctx.none())
}

fn set_no_more_tags(parser: &Parser<'_>, _values: &[PyObjectRef]) -> PyResult {
    parser.set(parser.names.nomoretags, parser.vm.ctx.new_int(1))?;
    parser.set(parser.names.literal, parser.vm.ctx.new_int(1))?;
    Ok(parser.vm.ctx.none())
}

fn set_literal(parser: &Parser<'_>, _values: &[PyObjectRef]) -> PyResult {
    parser.set(parser.names.literal, parser.vm.ctx.new_int(1))?;
    Ok(parser.vm.ctx.none())
}

/// `goahead` of the object, whoever wrote it.
fn goahead(parser: &Parser<'_>, end: bool) -> PyResult {
    parser.call(parser.names.goahead, vec![parser.vm.ctx.new_int(i32::from(end)).into()])?;
    Ok(parser.vm.ctx.none())
}

fn feed(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    if let Some(data) = values.first() {
        let joined = parser.vm._add(&*parser.get(parser.names.rawdata)?, data)?;
        parser.set(parser.names.rawdata, joined)?;
    }
    goahead(parser, false)
}

fn error(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = parser.vm;
    let Some(class) = parser.home.globals.get_item_opt("SGMLParseError", vm)? else { return Ok(vm.ctx.none()) };
    let error = class.call(values.to_vec(), vm)?;
    Err(rustpython_vm::TryFromObject::try_from_object(vm, error)?)
}

// ---- reading ----------------------------------------------------------------------------------------------------

/// The span of what an expression of the module finds at a position, or behind it.
fn found(
    parser: &Parser<'_>,
    (at, name): (usize, &str),
    source: &Source,
    position: usize,
    search: bool,
    own: impl FnOnce(&[u8]) -> Option<(usize, usize)>,
) -> PyResult<Option<(usize, usize)>> {
    match parser.replaced(at, name)? {
        None => Ok(own(source.data())),
        Some(pattern) => Ok(first(parser.spans(&pattern, source, position, search)?)),
    }
}

/// A reference of the module's: its name, and where it ends.
fn reference(
    parser: &Parser<'_>,
    (at, name): (usize, &str),
    source: &Source,
    position: usize,
) -> PyResult<Option<(Range<usize>, usize)>> {
    let data = source.data();
    let Some(pattern) = parser.replaced(at, name)? else {
        return Ok(match at {
            CHARREF => scan::character_reference(data, position, false),
            _ => scan::entity_reference(data, position),
        });
    };
    Ok(parser.spans(&pattern, source, position, false)?.and_then(|spans| {
        let (_, end) = spans.first().copied().flatten()?;
        let (start, close) = spans.get(1).copied().flatten()?;
        let last = end.saturating_sub(1);
        Some((start..close, if data.get(last) == Some(&b';') { end } else { last }))
    }))
}

/// What a step of [`read_on`] leads to.
enum Step {
    /// On at this place.
    On(usize),
    /// Only more text can tell.
    Wait,
    /// Nothing that is known.
    Unknown,
}

impl Step {
    fn of(end: Option<usize>) -> Self {
        end.map_or(Self::Wait, Self::On)
    }
}

/// `goahead`: hands on all that is complete; at the end the rest, too.
fn read_on(parser: &Parser<'_>, end: bool) -> PyResult<()> {
    let names = parser.names;
    let source = parser.source()?;
    let data = source.data();
    let length = data.len();
    let mut at = 0;
    while at < length {
        if parser.is_true(names.nomoretags)? {
            parser.hand(names.handle_data, &source, at, length)?;
            at = length;
            break;
        }
        let own = |data: &[u8]| scan::find_either(data, at, b'&', b'<').map(|at| (at, at + 1));
        let next = found(parser, (INTERESTING, "interesting"), &source, at, true, own)?;
        let next = next.map_or(length, |(start, _)| start);
        if at < next {
            parser.hand(names.handle_data, &source, at, next)?;
        }
        at = next;
        if at == length {
            break;
        }
        let step = match data.get(at) {
            Some(b'<') => markup(parser, &source, at)?,
            Some(b'&') => ampersand(parser, &source, at)?,
            _ => {
                parser.error("neither < nor & ??".to_owned())?;
                Step::Unknown
            }
        };
        match step {
            Step::On(next) => at = next,
            Step::Wait => break,
            Step::Unknown => {
                let own = |data: &[u8]| scan::sgml_incomplete(data, at).map(|end| (at, end));
                match found(parser, (INCOMPLETE, "incomplete"), &source, at, false, own)? {
                    Some((_, stop)) if stop == length => break,
                    Some((_, stop)) if stop > at => {
                        parser.hand(names.handle_data, &source, at, stop)?;
                        at = stop;
                    }
                    _ => {
                        let character = scan::character(data, at);
                        parser.hand(names.handle_data, &source, character.start, character.end)?;
                        at = character.end;
                    }
                }
            }
        }
    }
    if end && at < length {
        parser.hand(names.handle_data, &source, at, length)?;
        at = length;
    }
    parser.set(names.rawdata, source.piece(parser.vm, at, length))
}

/// What begins with `<`.
fn markup(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Step> {
    let (vm, names, data) = (parser.vm, parser.names, source.data());
    let opens = |data: &[u8]| {
        let next = data.get(at + 1)?;
        (next.is_ascii_alphabetic() || *next == b'>').then_some((at, at + 2))
    };
    if found(parser, (STARTTAGOPEN, "starttagopen"), source, at, false, opens)?.is_some() {
        if parser.is_true(names.literal)? {
            parser.hand(names.handle_data, source, at, at + 1)?;
            return Ok(Step::On(at + 1));
        }
        return parser.read(names.parse_starttag, source, at, true).map(Step::of);
    }
    if scan::starts(data, at, b"</") {
        let end = parser.read(names.parse_endtag, source, at, true)?;
        if end.is_some() {
            parser.set(names.literal, vm.ctx.new_int(0))?;
        }
        return Ok(Step::of(end));
    }
    if parser.is_true(names.literal)? {
        if data.len() <= at + 1 {
            return Ok(Step::Wait);
        }
        parser.hook(names.handle_data, || vm.ctx.new_str("<").into())?;
        return Ok(Step::On(at + 1));
    }
    if scan::starts(data, at, b"<!--") {
        return parser.read(names.parse_comment, source, at, true).map(Step::of);
    }
    if scan::starts(data, at, b"<?") {
        // This one returns how long it is.
        let start = source.count(at);
        let length = parser.call(names.parse_pi, vec![vm.ctx.new_int(start).into()])?;
        let length = crate::runtime::arguments::c_long(vm, &length)?;
        let end = usize::try_from(length).ok().map(|length| source.position(start + length));
        return Ok(Step::of(end));
    }
    if scan::starts(data, at, b"<!") {
        return parser.read(names.parse_declaration, source, at, true).map(Step::of);
    }
    Ok(Step::Unknown)
}

/// What begins with `&`.
fn ampersand(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Step> {
    let names = parser.names;
    if parser.is_true(names.literal)? {
        parser.hand(names.handle_data, source, at, at + 1)?;
        return Ok(Step::On(at + 1));
    }
    for (pattern, hook) in
        [((CHARREF, "charref"), names.handle_charref), ((ENTITYREF, "entityref"), names.handle_entityref)]
    {
        if let Some((name, stop)) = reference(parser, pattern, source, at)? {
            let name = source.piece(parser.vm, name.start, name.end);
            parser.call(hook, vec![name])?;
            return Ok(Step::On(stop));
        }
    }
    Ok(Step::Unknown)
}

fn parse_pi(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, source) = (parser.vm, parser.source()?);
    let at = match values.first() {
        Some(at) => parser.end_of(&source, at)?.unwrap_or(0),
        None => 0,
    };
    if !scan::starts(source.data(), at, b"<?") {
        parser.error("unexpected call to parse_pi()".to_owned())?;
    }
    let own = |data: &[u8]| scan::find(data, at + 2, b'>').map(|close| (close, close + 1));
    let Some((start, end)) = found(parser, (PICLOSE, "piclose"), &source, at + 2, true, own)? else {
        return Ok(vm.ctx.new_int(-1).into());
    };
    parser.hand(parser.names.handle_pi, &source, at + 2, start)?;
    Ok(vm.ctx.new_int(source.count(end) - source.count(at)).into())
}

/// A start tag, its end. `<b/text/` is one with its contents.
fn parse_starttag(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let (vm, names) = (parser.vm, parser.names);
    parser.set(names.sgml_starttag_text, vm.ctx.none())?;
    let source = parser.source()?;
    let data = source.data();
    let own = |data: &[u8]| scan::sgml_short_tag(data, at).map(|end| (at, end + 1));
    if found(parser, (SHORTTAGOPEN, "shorttagopen"), &source, at, false, own)?.is_some() {
        return short_tag(parser, &source, at);
    }
    let own = |data: &[u8]| scan::find_either(data, at + 1, b'<', b'>').map(|at| (at, at + 1));
    let Some((close, _)) = found(parser, (ENDBRACKET, "endbracket"), &source, at + 1, true, own)? else {
        return Ok(None);
    };
    let (tag, mut position) = if scan::starts(data, at, b"<>") {
        (parser.get(names.lasttag)?, close)
    } else {
        let own = |data: &[u8]| scan::sgml_name(data, at + 1).map(|end| (at + 1, end));
        let end = match found(parser, (TAGFIND, "tagfind"), &source, at + 1, false, own)? {
            Some((_, end)) => end,
            None => {
                parser.error("unexpected call to parse_starttag".to_owned())?;
                return Err(vm.new_attribute_error("'NoneType' object has no attribute 'end'"));
            }
        };
        let tag = source.lower(vm, at + 1, end);
        parser.set(names.lasttag, tag.clone())?;
        (tag, end)
    };
    let mut attributes: Vec<PyObjectRef> = Vec::new();
    while position < close {
        let Some(found) = attribute_at(parser, &source, position)? else { break };
        let value = match found.value {
            None => source.piece(vm, found.name.start, found.name.end),
            Some(value) => attribute_value(parser, &source, value)?,
        };
        let name = source.lower(vm, found.name.start, found.name.end);
        attributes.push(vm.ctx.new_tuple(vec![name, value]).into());
        position = found.end;
    }
    let stop = if data.get(close) == Some(&b'>') { close + 1 } else { close };
    parser.set(names.sgml_starttag_text, source.piece(vm, at, stop))?;
    let attributes: PyObjectRef = vm.ctx.new_list(attributes).into();
    match parser.method(names.finish_starttag)? {
        Method::Own(own) if own.function.name == "finish_starttag" => {
            elements::start(&parser.at_home(&own.home), &tag, attributes)?;
        }
        _ => drop(parser.call(names.finish_starttag, vec![tag, attributes])?),
    }
    Ok(Some(stop))
}

/// `<tag/data/`
fn short_tag(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Option<usize>> {
    let (vm, names) = (parser.vm, parser.names);
    let found = match parser.replaced(SHORTTAG, "shorttag")? {
        None => scan::sgml_short_tag(source.data(), at).and_then(|name| {
            let close = scan::find(source.data(), name + 1, b'/')?;
            Some((at + 1..name, name + 1..close, close + 1))
        }),
        Some(pattern) => parser.spans(&pattern, source, at, false)?.and_then(|spans| {
            let group = |at: usize| spans.get(at).copied().flatten();
            let (name, data, whole) = (group(1)?, group(2)?, group(0)?);
            Some((name.0..name.1, data.0..data.1, whole.1))
        }),
    };
    let Some((name, data, stop)) = found else { return Ok(None) };
    let tag = source.piece(vm, name.start, name.end);
    let opening = vm._add(vm.ctx.new_str("<").as_object(), &tag)?;
    parser.set(names.sgml_starttag_text, vm._add(&opening, vm.ctx.new_str("/").as_object())?)?;
    let tag = source.lower(vm, name.start, name.end);
    parser.call(names.finish_shorttag, vec![tag, source.piece(vm, data.start, data.end)])?;
    parser.set(names.sgml_starttag_text, source.piece(vm, at, name.end + 1))?;
    Ok(Some(stop))
}

fn attribute_at(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Option<scan::Attribute>> {
    match parser.replaced(ATTRFIND, "attrfind")? {
        None => Ok(scan::sgml_attribute(source.data(), at)),
        Some(pattern) => Ok(parser.spans(&pattern, source, at, false)?.and_then(|spans| {
            let group = |at: usize| spans.get(at).copied().flatten();
            let name = group(1)?;
            let value = group(2).filter(|(start, end)| start < end).and_then(|_| group(3));
            Some(scan::Attribute { name: name.0..name.1, value: value.map(|span| span.0..span.1), end: group(0)?.1 })
        })),
    }
}

/// The value of an attribute without its quotes and references.
fn attribute_value(parser: &Parser<'_>, source: &Source, span: Range<usize>) -> PyResult {
    let (vm, names) = (parser.vm, parser.names);
    let span = match source.data().get(span.clone()).unwrap_or_default() {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => span.start + 1..span.end - 1,
        [b'"' | b'\''] => span.end..span.end,
        _ => span,
    };
    let value = source.piece(vm, span.start, span.end);
    let pattern = parser.get(names.entity_or_charref)?;
    let own = match parser.method(names.convert_ref)? {
        Method::Own(own) => own.function.name == "_convert_ref",
        _ => false,
    };
    if !own || !parser.home.defaults.get(ENTITY_OR_CHARREF).is_some_and(|first| pattern.is(first)) {
        let convert = parser.this.get_attr(names.convert_ref, vm)?;
        return vm.call_method(&pattern, "sub", (convert, value));
    }
    let data = source.data().get(..span.end).unwrap_or_default();
    let mut pieces: Vec<PyObjectRef> = Vec::new();
    let mut last = span.start;
    while let Some(found) = scan::sgml_reference(data, last.max(span.start)) {
        if last < found.whole.start {
            pieces.push(source.piece(vm, last, found.whole.start));
        }
        pieces.push(converted(parser, source, &found)?);
        last = found.whole.end;
    }
    if last == span.start {
        return Ok(value);
    }
    if last < span.end {
        pieces.push(source.piece(vm, last, span.end));
    }
    join(vm, source, pieces)
}

/// What stands for a reference in an attribute's value.
fn converted(parser: &Parser<'_>, source: &Source, found: &scan::Reference) -> PyResult {
    let (vm, names) = (parser.vm, parser.names);
    let name = || source.piece(vm, found.name.start, found.name.end);
    if !found.is_number && !found.semicolon {
        return Ok(source.piece(vm, found.whole.start, found.whole.end));
    }
    let hook = if found.is_number { names.convert_charref } else { names.convert_entityref };
    let value = parser.call(hook, vec![name()])?;
    if value.clone().try_to_bool(vm)? {
        return Ok(value);
    }
    Ok(source.piece(vm, found.whole.start, found.whole.end))
}

/// `_convert_ref(self, match)`.
fn convert_match(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (parser.vm, parser.names);
    let Some(found) = values.first() else { return Ok(vm.ctx.none()) };
    let group = |at: i32| vm.call_method(found, "group", (at,));
    let (entity, number, end) = (group(1)?, group(2)?, group(3)?);
    let text = |before: &str, name: &PyObject, after: &PyObject| -> PyResult {
        let text = vm._add(vm.ctx.new_str(before).as_object(), name)?;
        vm._add(&text, after)
    };
    let (hook, before, name) = if number.clone().try_to_bool(vm)? {
        (names.convert_charref, "&#", number)
    } else if end.clone().try_to_bool(vm)? {
        (names.convert_entityref, "&", entity)
    } else {
        return vm._add(vm.ctx.new_str("&").as_object(), &entity);
    };
    let value = parser.call(hook, vec![name.clone()])?;
    if value.clone().try_to_bool(vm)? { Ok(value) } else { text(before, &name, &end) }
}

/// An end tag, its end.
fn parse_endtag(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let source = parser.source()?;
    let own = |data: &[u8]| scan::find_either(data, at + 1, b'<', b'>').map(|at| (at, at + 1));
    let Some((close, _)) = found(parser, (ENDBRACKET, "endbracket"), &source, at + 1, true, own)? else {
        return Ok(None);
    };
    let name = source.stripped(at + 2, close.max(at + 2)).to_owned();
    let lowered = if name.is_ascii() || !source.is_unicode() { name.to_ascii_lowercase() } else { name.to_lowercase() };
    let tag = source.like(parser.vm, lowered);
    let stop = if source.data().get(close) == Some(&b'>') { close + 1 } else { close };
    parser.call(parser.names.finish_endtag, vec![tag])?;
    Ok(Some(stop))
}

// ---- the module -------------------------------------------------------------------------------------------------

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let mut defaults = Vec::with_capacity(EXPRESSIONS.len());
    for (name, expression) in EXPRESSIONS {
        let pattern = modules::re::compile(vm, expression, 0)?;
        if !name.is_empty() {
            modules::set(vm, module, name, pattern.clone());
        }
        defaults.push(pattern);
    }
    let entities = vm.ctx.new_dict();
    for (name, text) in [("lt", "<"), ("gt", ">"), ("amp", "&"), ("quot", "\""), ("apos", "'")] {
        entities.set_item(name, vm.ctx.new_str(text).into(), vm)?;
    }
    let pattern = defaults.get(ENTITY_OR_CHARREF).cloned().unwrap_or_else(|| vm.ctx.none());
    let base = import::module(vm, "markupbase")?;
    let home = Arc::new(Home { globals: module.dict(), defaults });
    let class = Class {
        name: "SGMLParser",
        module: "sgmllib",
        bases: vec![base.get_attr("ParserBase", vm)?],
        functions: SGML_PARSER,
        values: vec![
            ("entity_or_charref", pattern),
            ("entitydefs", entities.into()),
            ("_decl_otherchars", vm.ctx.new_str("=").into()),
        ],
        doc: None,
    };
    let parser = class.make(&home, false, vm)?;
    modules::set(vm, module, "SGMLParser", parser.clone());
    let error = Class {
        name: "SGMLParseError",
        module: "sgmllib",
        bases: vec![vm.ctx.exceptions.runtime_error.to_owned().into()],
        functions: &[],
        values: Vec::new(),
        doc: Some("SGML that cannot be read."),
    };
    modules::set(vm, module, "SGMLParseError", error.make(&home, true, vm)?);
    let names = ["SGMLParser", "SGMLParseError"].map(|name| vm.ctx.new_str(name).into());
    modules::set(vm, module, "__all__", vm.ctx.new_list(names.to_vec()));
    modules::set(vm, module, "markupbase", base);
    modules::set(vm, module, "re", import::module(vm, "re")?);
    Ok(())
}

/// Makes the module `sgmllib`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "sgmllib");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}

/// The items of a parser's stack.
pub fn stack_of(parser: &Parser<'_>) -> PyResult<PyRef<PyList>> {
    let stack = parser.get(parser.names.stack)?;
    stack.downcast::<PyList>().map_err(|_| parser.vm.new_type_error("the stack of a parser is a list"))
}

/// Whether two tags are one.
pub fn same_tag(parser: &Parser<'_>, one: &PyObject, other: &PyObject) -> PyResult<bool> {
    match (one.downcast_ref::<PyStr>(), other.downcast_ref::<PyStr>()) {
        (Some(a), Some(b)) if a.isascii() && b.isascii() && text::is_unicode(one) == text::is_unicode(other) => {
            Ok(a.as_bytes() == b.as_bytes())
        }
        _ => parser.vm.bool_eq(one, other),
    }
}
