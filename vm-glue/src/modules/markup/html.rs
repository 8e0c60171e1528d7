//! `HTMLParser`: HTML as it comes, piece by piece.

use std::sync::Arc;

use rustpython_vm::builtins::{PyInt, PyModule, PyStr};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::base::{assertion, first, reset_place};
use super::parser::{Method, Parser, Source};
use super::{scan, unescape};
use crate::import;
use crate::modules;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function};

/// `re.VERBOSE`
const VERBOSE: u32 = 64;

/// The expressions of the module: name, expression, flags. Programs replace some.
const EXPRESSIONS: &[(&str, &str, u32)] = &[
    ("interesting_normal", "[&<]", 0),
    ("incomplete", "&[a-zA-Z#]", 0),
    ("entityref", "&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]", 0),
    ("charref", "&#(?:[0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F]", 0),
    ("starttagopen", "<[a-zA-Z]", 0),
    ("piclose", ">", 0),
    ("commentclose", r"--\s*>", 0),
    ("tagfind", "([a-zA-Z][^\t\n\r\x0c />\0]*)(?:\\s|/(?!>))*", 0),
    ("tagfind_tolerant", "[a-zA-Z][^\t\n\r\x0c />\0]*", 0),
    ("attrfind", r#"((?<=[\'"\s/])[^\s/>][^\s/=>]*)(\s*=+\s*(\'[^\']*\'|"[^"]*"|(?![\'"])[^>\s]*))?(?:\s|/(?!>))*"#, 0),
    (
        "locatestarttagend",
        r#"<[a-zA-Z][^\t\n\r\f />\x00]*(?:[\s/]*(?:(?<=['"\s/])[^\s/>][^\s/=>]*(?:\s*=+\s*(?:'[^']*'|"[^"]*"|(?!['"])[^>\s]*))?(?:\s|/(?!>))*)*)?\s*"#,
        VERBOSE,
    ),
    ("endendtag", ">", 0),
    ("endtagfind", r"</\s*([a-zA-Z][-.a-zA-Z0-9:_]*)\s*>", 0),
];
const INTERESTING: usize = 0;
const INCOMPLETE: usize = 1;
const ENTITYREF: usize = 2;
const CHARREF: usize = 3;
const STARTTAGOPEN: usize = 4;
const PICLOSE: usize = 5;
const TAGFIND: usize = 7;
const ATTRFIND: usize = 9;
const LOCATESTARTTAGEND: usize = 10;
const ENDENDTAG: usize = 11;
const ENDTAGFIND: usize = 12;
/// The place of the tuple `CDATA_CONTENT_ELEMENTS` among the defaults: behind the expressions.
const CDATA_ELEMENTS: usize = 13;

const SELF: &[&str] = &["self"];
const AT: &[&str] = &["self", "i"];
const DATA: &[&str] = &["self", "data"];
const TAG_ATTRS: &[&str] = &["self", "tag", "attrs"];

/// A method that gets its object and one argument more at most.
macro_rules! run {
    ($work:expr) => {
        Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(&Parser<'_>, &[PyObjectRef]) -> PyResult<()> = $work;
            work(&Parser::new(home, this, vm), values.get(1..).unwrap_or_default())?;
            Ok(vm.ctx.none())
        })
    };
}

static HTML_PARSER: &[Function] = &[
    function("__init__", SELF, run!(|parser, _| parser.call(parser.names.reset, Vec::new()).map(drop))),
    function("reset", SELF, run!(|parser, _| reset(parser))),
    function("feed", DATA, run!(feed)),
    function("close", SELF, run!(|parser, _| parse(parser, true))),
    function("error", &["self", "message"], run!(error)),
    function("get_starttag_text", SELF, Body::Run(get_starttag_text)),
    function("set_cdata_mode", &["self", "elem"], run!(set_cdata_mode)),
    function("clear_cdata_mode", SELF, run!(|parser, _| clear_cdata_mode(parser))),
    function(
        "goahead",
        &["self", "end"],
        run!(|parser, values| {
            let end = values.first().cloned().map_or(Ok(false), |end| end.try_to_bool(parser.vm))?;
            goahead(parser, end)
        }),
    ),
    function("parse_html_declaration", AT, Body::Read(parse_html_declaration)),
    Function {
        name: "parse_bogus_comment",
        parameters: &["self", "i", "report"],
        defaults: &[Given::Int(1)],
        body: Body::Read(parse_bogus_comment),
    },
    function("parse_pi", AT, Body::Read(parse_pi)),
    function("parse_starttag", AT, Body::Read(parse_starttag)),
    function("check_for_whole_start_tag", AT, Body::Read(check_for_whole_start_tag)),
    function("parse_endtag", AT, Body::Read(parse_endtag)),
    function("handle_startendtag", TAG_ATTRS, run!(handle_startendtag)),
    function("handle_starttag", TAG_ATTRS, Body::Nothing),
    function("handle_endtag", &["self", "tag"], Body::Nothing),
    function("handle_charref", &["self", "name"], Body::Nothing),
    function("handle_entityref", &["self", "name"], Body::Nothing),
    function("handle_data", DATA, Body::Nothing),
    function("handle_comment", DATA, Body::Nothing),
    function("handle_decl", &["self", "decl"], Body::Nothing),
    function("handle_pi", DATA, Body::Nothing),
    function("unknown_decl", DATA, Body::Nothing),
    function("unescape", &["self", "s"], Body::Run(unescape_for_python)),
];

static HTML_PARSE_ERROR: &[Function] = &[
    Function {
        name: "__init__",
        parameters: &["self", "msg", "position"],
        defaults: &[Given::Int(0)],
        body: Body::Run(error_init),
    },
    function("__str__", SELF, Body::Run(error_text)),
];

// ---- the object -------------------------------------------------------------------------------------------------

fn reset(parser: &Parser<'_>) -> PyResult<()> {
    let (vm, names) = (parser.vm, parser.names);
    parser.set(names.rawdata, vm.ctx.new_str(""))?;
    parser.set(names.lasttag, vm.ctx.new_str("???"))?;
    clear_cdata_mode(parser)?;
    reset_place(parser)
}

fn clear_cdata_mode(parser: &Parser<'_>) -> PyResult<()> {
    let normal = match parser.replaced(INTERESTING, "interesting_normal")? {
        Some(replaced) => replaced,
        None => parser.home.defaults.get(INTERESTING).cloned().unwrap_or_else(|| parser.vm.ctx.none()),
    };
    parser.set(parser.names.interesting, normal)?;
    parser.set(parser.names.cdata_elem, parser.vm.ctx.none())
}

fn set_cdata_mode(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult<()> {
    let Some(element) = values.first() else { return Ok(()) };
    let vm = parser.vm;
    let lowered = vm.call_method(element, "lower", ())?;
    parser.set(parser.names.cdata_elem, lowered.clone())?;
    let name = lowered.downcast_ref::<PyStr>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    /// `re.IGNORECASE`
    const IGNORECASE: u32 = 2;
    let pattern = modules::re::compile(vm, &format!(r"</\s*{name}\s*>"), IGNORECASE)?;
    parser.set(parser.names.interesting, pattern)
}

/// `goahead` of the object, whoever wrote it.
fn parse(parser: &Parser<'_>, end: bool) -> PyResult<()> {
    parser.call(parser.names.goahead, vec![parser.vm.ctx.new_int(i32::from(end)).into()]).map(drop)
}

fn feed(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult<()> {
    let Some(data) = values.first() else { return Ok(()) };
    let joined = parser.vm._add(&*parser.get(parser.names.rawdata)?, data)?;
    parser.set(parser.names.rawdata, joined)?;
    parse(parser, false)
}

fn error(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult<()> {
    let vm = parser.vm;
    let Some(class) = parser.home.globals.get_item_opt("HTMLParseError", vm)? else { return Ok(()) };
    let mut arguments = values.to_vec();
    arguments.push(parser.call(parser.names.getpos, Vec::new())?);
    let error = class.call(arguments, vm)?;
    Err(rustpython_vm::TryFromObject::try_from_object(vm, error)?)
}

fn get_starttag_text(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let parser = Parser::new(home, this, vm);
    parser.get(parser.names.html_starttag_text)
}

fn handle_startendtag(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult<()> {
    let [tag, attributes] = values else { return Ok(()) };
    parser.call(parser.names.handle_starttag, vec![tag.clone(), attributes.clone()])?;
    parser.call(parser.names.handle_endtag, vec![tag.clone()]).map(drop)
}

// ---- reading ----------------------------------------------------------------------------------------------------

/// Where the next thing that is no plain text begins.
fn interesting(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Option<usize>> {
    let pattern = parser.get(parser.names.interesting)?;
    if parser.home.defaults.get(INTERESTING).is_some_and(|normal| pattern.is(normal)) {
        return Ok(scan::find_either(source.data(), at, b'&', b'<'));
    }
    Ok(first(parser.spans(&pattern, source, at, true)?).map(|(start, _)| start))
}

/// Whether an expression of the module matches, which is one that was there at first if `own` says so.
fn matches(
    parser: &Parser<'_>,
    (at, name): (usize, &str),
    source: &Source,
    position: usize,
    own: impl FnOnce(&[u8]) -> bool,
) -> PyResult<bool> {
    match parser.replaced(at, name)? {
        None => Ok(own(source.data())),
        Some(pattern) => Ok(parser.spans(&pattern, source, position, false)?.is_some()),
    }
}

/// Hands on all that is complete; at the end the rest, too.
fn goahead(parser: &Parser<'_>, end: bool) -> PyResult<()> {
    let names = parser.names;
    let source = parser.source()?;
    let data = source.data();
    let length = data.len();
    let mut at = 0;
    while at < length {
        let next = match interesting(parser, &source, at)? {
            Some(next) => next,
            None if parser.is_true(names.cdata_elem)? => break,
            None => length,
        };
        if at < next {
            parser.hand(names.handle_data, &source, at, next)?;
        }
        at = parser.advance(&source, at, next)?;
        if at == length {
            break;
        }
        match data.get(at) {
            Some(b'<') => {
                let Some(found) = markup(parser, &source, at)? else { break };
                let stop = match found {
                    Some(stop) => stop,
                    None if !end => break,
                    None => {
                        let stop = match scan::find(data, at + 1, b'>') {
                            Some(close) => close + 1,
                            None => scan::find(data, at + 1, b'<').unwrap_or(at + 1),
                        };
                        parser.hand(names.handle_data, &source, at, stop)?;
                        stop
                    }
                };
                at = parser.advance(&source, at, stop)?;
            }
            Some(b'&') => {
                let (stop, goes_on) = reference(parser, &source, at, end)?;
                at = parser.advance(&source, at, stop)?;
                if !goes_on {
                    break;
                }
            }
            _ => return Err(assertion(parser.vm, "interesting.search() lied")),
        }
    }
    if end && at < length && !parser.is_true(names.cdata_elem)? {
        parser.hand(names.handle_data, &source, at, length)?;
        at = parser.advance(&source, at, length)?;
    }
    parser.set(names.rawdata, source.piece(parser.vm, at, length))
}

/// What begins with `<`: None if only more text can tell, else where it ends, or None where it is not complete.
fn markup(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Option<Option<usize>>> {
    let (names, data) = (parser.names, source.data());
    let opens = matches(parser, (STARTTAGOPEN, "starttagopen"), source, at, |data| scan::is_letter(data, at + 1))?;
    let method = if opens {
        names.parse_starttag
    } else if scan::starts(data, at, b"</") {
        names.parse_endtag
    } else if scan::starts(data, at, b"<!--") {
        names.parse_comment
    } else if scan::starts(data, at, b"<?") {
        names.parse_pi
    } else if scan::starts(data, at, b"<!") {
        names.parse_html_declaration
    } else if at + 1 < data.len() {
        parser.hook(names.handle_data, || parser.vm.ctx.new_str("<").into())?;
        return Ok(Some(Some(at + 1)));
    } else {
        return Ok(None);
    };
    parser.read(method, source, at, true).map(Some)
}

/// What begins with `&`: where it ends, and whether reading goes on there. It does not where only more text can tell.
fn reference(parser: &Parser<'_>, source: &Source, at: usize, end: bool) -> PyResult<(usize, bool)> {
    let (names, data) = (parser.names, source.data());
    if scan::starts(data, at, b"&#") {
        let found = match parser.replaced(CHARREF, "charref")? {
            None => scan::character_reference(data, at, true),
            Some(pattern) => first(parser.spans(&pattern, source, at, false)?).map(|(_, end)| {
                let last = end.saturating_sub(1);
                (at + 2..last, if data.get(last) == Some(&b';') { end } else { last })
            }),
        };
        if let Some((name, stop)) = found {
            parser.hand(names.handle_charref, source, name.start, name.end)?;
            return Ok((stop, true));
        }
        if scan::find(data, at, b';').is_some() {
            // What follows is read with the next piece.
            parser.hand(names.handle_data, source, at, at + 2)?;
            return Ok((at + 2, false));
        }
        return Ok((at, false));
    }
    let found = match parser.replaced(ENTITYREF, "entityref")? {
        None => scan::entity_reference(data, at),
        Some(pattern) => parser.spans(&pattern, source, at, false)?.and_then(|spans| {
            let (_, end) = spans.first().copied().flatten()?;
            let (start, close) = spans.get(1).copied().flatten()?;
            let last = end.saturating_sub(1);
            Some((start..close, if data.get(last) == Some(&b';') { end } else { last }))
        }),
    };
    if let Some((name, stop)) = found {
        parser.hand(names.handle_entityref, source, name.start, name.end)?;
        return Ok((stop, true));
    }
    let begins = |data: &[u8]| data.get(at + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'#');
    if matches(parser, (INCOMPLETE, "incomplete"), source, at, begins)? {
        // The expression finds two characters.
        if end && at + 2 == data.len() {
            parser.error("EOF in middle of entity or char ref".to_owned())?;
        }
        return Ok((at, false));
    }
    if at + 1 < data.len() {
        parser.hook(names.handle_data, || parser.vm.ctx.new_str("&").into())?;
        return Ok((at + 1, true));
    }
    Ok((at, false))
}

fn parse_html_declaration(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let source = parser.source()?;
    let data = source.data();
    if !scan::starts(data, at, b"<!") {
        parser.error("unexpected call to parse_html_declaration()".to_owned())?;
    }
    if scan::starts(data, at, b"<!--") {
        return parser.read(parser.names.parse_comment, &source, at, true);
    }
    if scan::starts(data, at, b"<![") {
        return parser.read(parser.names.parse_marked_section, &source, at, true);
    }
    if data.get(at..at + 9).is_some_and(|start| start.eq_ignore_ascii_case(b"<!doctype")) {
        let Some(close) = scan::find(data, at + 9, b'>') else { return Ok(None) };
        parser.hand(parser.names.handle_decl, &source, at + 2, close)?;
        return Ok(Some(close + 1));
    }
    parser.read(parser.names.parse_bogus_comment, &source, at, true)
}

fn parse_bogus_comment(parser: &Parser<'_>, at: usize, report: bool) -> PyResult<Option<usize>> {
    let source = parser.source()?;
    let data = source.data();
    if !scan::starts(data, at, b"<!") && !scan::starts(data, at, b"</") {
        parser.error("unexpected call to parse_comment()".to_owned())?;
    }
    let Some(close) = scan::find(data, at + 2, b'>') else { return Ok(None) };
    if report {
        parser.hand(parser.names.handle_comment, &source, at + 2, close)?;
    }
    Ok(Some(close + 1))
}

fn parse_pi(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let source = parser.source()?;
    if !scan::starts(source.data(), at, b"<?") {
        return Err(assertion(parser.vm, "unexpected call to parse_pi()"));
    }
    let found = match parser.replaced(PICLOSE, "piclose")? {
        None => scan::find(source.data(), at + 2, b'>').map(|close| (close, close + 1)),
        Some(pattern) => first(parser.spans(&pattern, &source, at + 2, true)?),
    };
    let Some((start, end)) = found else { return Ok(None) };
    parser.hand(parser.names.handle_pi, &source, at + 2, start)?;
    Ok(Some(end))
}

/// The name of a tag: its end, and where its attributes begin.
fn tag_at(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Option<(usize, usize, usize)>> {
    match parser.replaced(TAGFIND, "tagfind")? {
        None => Ok(scan::html_tag(source.data(), at).map(|(name, end)| (at, name, end))),
        Some(pattern) => Ok(parser.spans(&pattern, source, at, false)?.and_then(|spans| {
            let (start, name) = spans.get(1).copied().flatten()?;
            let (_, end) = spans.first().copied().flatten()?;
            Some((start, name, end))
        })),
    }
}

/// The attribute at a position: name, value with its quotes, and where the next one begins.
fn attribute_at(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Option<scan::Attribute>> {
    match parser.replaced(ATTRFIND, "attrfind")? {
        None => Ok(scan::html_attribute(source.data(), at)),
        Some(pattern) => Ok(parser.spans(&pattern, source, at, false)?.and_then(|spans| {
            let group = |at: usize| spans.get(at).copied().flatten();
            let name = group(1)?;
            let value = group(2).filter(|(start, end)| start < end).and_then(|_| group(3));
            Some(scan::Attribute { name: name.0..name.1, value: value.map(|span| span.0..span.1), end: group(0)?.1 })
        })),
    }
}

fn parse_starttag(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let (vm, names) = (parser.vm, parser.names);
    parser.set(names.html_starttag_text, vm.ctx.none())?;
    let source = parser.source()?;
    let Some(stop) = parser.read(names.check_for_whole_start_tag, &source, at, true)? else { return Ok(None) };
    parser.set(names.html_starttag_text, source.piece(vm, at, stop))?;
    let Some((start, name, mut position)) = tag_at(parser, &source, at + 1)? else {
        return Err(assertion(vm, "unexpected call to parse_starttag()"));
    };
    let tag = source.lower(vm, start, name);
    parser.set(names.lasttag, tag.clone())?;
    let mut attributes: Vec<PyObjectRef> = Vec::new();
    while position < stop {
        let Some(found) = attribute_at(parser, &source, position)? else { break };
        let value = match found.value {
            None => vm.ctx.none(),
            Some(value) => attribute_value(parser, &source, value)?,
        };
        let name = source.lower(vm, found.name.start, found.name.end);
        attributes.push(vm.ctx.new_tuple(vec![name, value]).into());
        position = found.end;
    }
    let rest = source.stripped(position, stop.max(position));
    let closes = rest.as_bytes() == b"/>";
    if !closes && rest.as_bytes() != b">" {
        parser.hand(names.handle_data, &source, at, stop)?;
        return Ok(Some(stop));
    }
    let attributes: PyObjectRef = vm.ctx.new_list(attributes).into();
    if closes {
        parser.call(names.handle_startendtag, vec![tag, attributes])?;
        return Ok(Some(stop));
    }
    match parser.method(names.handle_starttag)? {
        Method::Own(own) if matches!(own.function.body, Body::Nothing) => {}
        _ => {
            parser.call(names.handle_starttag, vec![tag.clone(), attributes])?;
        }
    }
    if holds_text_only(parser, &tag)? {
        parser.call(names.set_cdata_mode, vec![tag])?;
    }
    Ok(Some(stop))
}

/// Whether the tag is one of `CDATA_CONTENT_ELEMENTS`.
fn holds_text_only(parser: &Parser<'_>, tag: &PyObject) -> PyResult<bool> {
    let elements = parser.get(parser.names.cdata_elements)?;
    if parser.home.defaults.get(CDATA_ELEMENTS).is_some_and(|own| elements.is(own)) {
        return Ok(tag.downcast_ref::<PyStr>().is_some_and(|tag| matches!(tag.as_bytes(), b"script" | b"style")));
    }
    parser.vm._contains(&elements, tag)
}

/// The value of an attribute without its quotes and references.
fn attribute_value(parser: &Parser<'_>, source: &Source, span: std::ops::Range<usize>) -> PyResult {
    let data = source.data().get(span.clone()).unwrap_or_default();
    let quoted = match data {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => true,
        [b'"' | b'\''] => return Ok(source.piece(parser.vm, span.end, span.end)),
        _ => false,
    };
    let span = if quoted { span.start + 1..span.end - 1 } else { span };
    let value = source.piece(parser.vm, span.start, span.end);
    if span.is_empty() {
        return Ok(value);
    }
    match parser.method(parser.names.unescape)? {
        Method::Own(own) if own.function.name == "unescape" => unescape::unescape(parser, value),
        _ => parser.call(parser.names.unescape, vec![value]),
    }
}

fn unescape_for_python(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, value] = values else { return Ok(vm.ctx.none()) };
    unescape::unescape(&Parser::new(home, this, vm), value.clone())
}

/// Where a start tag ends; None if it does not yet.
fn check_for_whole_start_tag(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let source = parser.source()?;
    let data = source.data();
    let found = match parser.replaced(LOCATESTARTTAGEND, "locatestarttagend")? {
        None => scan::html_start_tag(data, at),
        Some(pattern) => first(parser.spans(&pattern, &source, at, false)?).map(|(_, end)| end),
    };
    let Some(stop) = found else { return Err(assertion(parser.vm, "we should not get here!")) };
    Ok(match data.get(stop) {
        Some(b'>') => Some(stop + 1),
        Some(b'/') if data.get(stop + 1) == Some(&b'>') => Some(stop + 2),
        None | Some(b'/' | b'=') => None,
        Some(byte) if byte.is_ascii_alphabetic() => None,
        Some(_) if stop > at => Some(stop),
        Some(_) => Some(at + 1),
    })
}

fn parse_endtag(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let (vm, names) = (parser.vm, parser.names);
    let source = parser.source()?;
    let data = source.data();
    if !scan::starts(data, at, b"</") {
        return Err(assertion(vm, "unexpected call to parse_endtag"));
    }
    let close = match parser.replaced(ENDENDTAG, "endendtag")? {
        None => scan::find(data, at + 1, b'>').map(|close| close + 1),
        Some(pattern) => first(parser.spans(&pattern, &source, at + 1, true)?).map(|(_, end)| end),
    };
    let Some(close) = close else { return Ok(None) };
    let found = match parser.replaced(ENDTAGFIND, "endtagfind")? {
        None => scan::html_end_tag(data, at).map(|(name, _)| name),
        Some(pattern) => parser
            .spans(&pattern, &source, at, false)?
            .and_then(|spans| spans.get(1).copied().flatten())
            .map(|(start, end)| start..end),
    };
    let cdata = parser.get(names.cdata_elem)?;
    let Some(name) = found else {
        if !vm.is_none(&cdata) {
            parser.hand(names.handle_data, &source, at, close)?;
            return Ok(Some(close));
        }
        let Some((start, name, end)) = tag_at(parser, &source, at + 2)? else {
            if scan::starts(data, at, b"</>") {
                return Ok(Some(at + 3));
            }
            return parser.read(names.parse_bogus_comment, &source, at, true);
        };
        let stop = scan::find(data, end, b'>').map_or(0, |stop| stop + 1);
        parser.hook(names.handle_endtag, || source.lower(vm, start, name))?;
        return Ok(Some(stop));
    };
    let tag = source.lower(vm, name.start, name.end);
    if !vm.is_none(&cdata) && !vm.bool_eq(&tag, &cdata)? {
        parser.hand(names.handle_data, &source, at, close)?;
        return Ok(Some(close));
    }
    parser.hook(names.handle_endtag, || tag)?;
    match parser.method(names.clear_cdata_mode)? {
        Method::Own(own) if own.function.name == "clear_cdata_mode" => clear_cdata_mode(&parser.at_home(&own.home))?,
        _ => parser.call(names.clear_cdata_mode, Vec::new()).map(drop)?,
    }
    Ok(Some(close))
}

// ---- the error --------------------------------------------------------------------------------------------------

/// `HTMLParseError(msg, position=(None, None))`: `msg`, `lineno` and `offset`.
fn error_init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, message, position] = values else { return Ok(vm.ctx.none()) };
    if !message.clone().try_to_bool(vm)? {
        return Err(vm.new_exception_empty(vm.ctx.exceptions.assertion_error.to_owned()));
    }
    this.set_attr("msg", message.clone(), vm)?;
    // A number stands for the position that was left out.
    let position = match position.downcast_ref::<PyInt>() {
        Some(_) => vec![vm.ctx.none(), vm.ctx.none()],
        None => vm.extract_elements_with(position, Ok)?,
    };
    let [line, offset] = <[PyObjectRef; 2]>::try_from(position)
        .map_err(|parts| vm.new_value_error(format!("need more than {} values to unpack", parts.len())))?;
    this.set_attr("lineno", line, vm)?;
    this.set_attr("offset", offset, vm)?;
    Ok(vm.ctx.none())
}

fn error_text(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let mut text = this.get_attr("msg", vm)?;
    for (name, before, more) in [("lineno", ", at line ", 0), ("offset", ", column ", 1)] {
        let value = this.get_attr(name, vm)?;
        if !vm.is_none(&value) {
            let number = vm._add(&value, vm.ctx.new_int(more).as_object())?;
            let number = number.str(vm)?;
            text = vm._add(&text, vm.ctx.new_str(format!("{before}{number}")).as_object())?;
        }
    }
    Ok(text)
}

// ---- the module -------------------------------------------------------------------------------------------------

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let mut defaults = Vec::with_capacity(EXPRESSIONS.len() + 1);
    for (name, expression, flags) in EXPRESSIONS {
        let pattern = modules::re::compile(vm, expression, *flags)?;
        modules::set(vm, module, name, pattern.clone());
        defaults.push(pattern);
    }
    let cdata: PyObjectRef =
        vm.ctx.new_tuple(["script", "style"].map(|name| vm.ctx.new_str(name).into()).to_vec()).into();
    defaults.push(cdata.clone());
    let base = import::module(vm, "markupbase")?;
    let home = Arc::new(Home { globals: module.dict(), defaults });
    let class = Class {
        name: "HTMLParser",
        module: "HTMLParser",
        bases: vec![base.get_attr("ParserBase", vm)?],
        functions: HTML_PARSER,
        values: vec![
            ("CDATA_CONTENT_ELEMENTS", cdata),
            ("entitydefs", vm.ctx.none()),
            ("_HTMLParser__starttag_text", vm.ctx.none()),
        ],
        doc: Some("Reads HTML and calls the handlers: handle_starttag, handle_data and so on."),
    };
    modules::set(vm, module, "HTMLParser", class.make(&home, false, vm)?);
    let error = Class {
        name: "HTMLParseError",
        module: "HTMLParser",
        bases: vec![vm.ctx.exceptions.exception_type.to_owned().into()],
        functions: HTML_PARSE_ERROR,
        values: Vec::new(),
        doc: Some("HTML that cannot be read."),
    };
    modules::set(vm, module, "HTMLParseError", error.make(&home, true, vm)?);
    modules::set(vm, module, "markupbase", base);
    modules::set(vm, module, "re", import::module(vm, "re")?);
    Ok(())
}

/// Makes the module `HTMLParser`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "HTMLParser");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
