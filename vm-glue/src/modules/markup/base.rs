//! `markupbase`: what `HTMLParser` and `sgmllib` share, the place in the text and SGML's declarations.

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PyStr, PyTuple};
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::parser::{Method, Parser, Source};
use super::scan;
use crate::modules;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function};

/// The expressions of the module, which programs replace: name, expression, and whether the name is that of its method
/// `match`.
const EXPRESSIONS: &[(&str, &str, bool)] = &[
    ("_declname_match", r"[a-zA-Z][-_.a-zA-Z0-9]*\s*", true),
    ("_declstringlit_match", r#"('[^']*'|"[^"]*")\s*"#, true),
    ("_commentclose", r"--\s*>", false),
    ("_markedsectionclose", r"]\s*]\s*>", false),
    ("_msmarkedsectionclose", r"]\s*>", false),
];
const NAME: usize = 0;
const STRING: usize = 1;
const COMMENT_CLOSE: usize = 2;
const SECTION_CLOSE: usize = 3;
const MICROSOFT_SECTION_CLOSE: usize = 4;

const SELF: &[&str] = &["self"];
const AT: &[&str] = &["self", "i"];
const AT_REPORT: &[&str] = &["self", "i", "report"];
const IN_DECLARATION: &[&str] = &["self", "i", "declstartpos"];

static PARSER_BASE: &[Function] = &[
    function("__init__", SELF, Body::Run(init)),
    function("error", &["self", "message"], Body::Run(error)),
    function("reset", SELF, Body::Run(reset)),
    function("getpos", SELF, Body::Run(getpos)),
    function("updatepos", &["self", "i", "j"], Body::Advance),
    function("parse_declaration", AT, Body::Read(parse_declaration)),
    Function {
        name: "parse_marked_section",
        parameters: AT_REPORT,
        defaults: &[Given::Int(1)],
        body: Body::Read(parse_marked_section),
    },
    Function {
        name: "parse_comment",
        parameters: AT_REPORT,
        defaults: &[Given::Int(1)],
        body: Body::Read(parse_comment),
    },
    function("_parse_doctype_subset", IN_DECLARATION, Body::Run(|home, values, vm| inner(home, values, vm, subset))),
    function("_parse_doctype_element", IN_DECLARATION, Body::Run(|home, values, vm| inner(home, values, vm, element))),
    function("_parse_doctype_attlist", IN_DECLARATION, Body::Run(|home, values, vm| inner(home, values, vm, attlist))),
    function(
        "_parse_doctype_notation",
        IN_DECLARATION,
        Body::Run(|home, values, vm| inner(home, values, vm, notation)),
    ),
    function("_parse_doctype_entity", IN_DECLARATION, Body::Run(|home, values, vm| inner(home, values, vm, entity))),
    function("_scan_name", IN_DECLARATION, Body::Run(scan_name)),
    function("unknown_decl", &["self", "data"], Body::Nothing),
];

fn init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let class = home.globals.get_item_opt("ParserBase", vm)?;
    if let (Some(class), Some(this)) = (class, values.first())
        && this.class().as_object().is(&class)
    {
        return Err(vm.new_runtime_error("markupbase.ParserBase must be subclassed"));
    }
    Ok(vm.ctx.none())
}

fn error(_home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    Err(vm.new_not_implemented_error("subclasses of ParserBase must override error()"))
}

fn reset(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this] = values else { return Ok(vm.ctx.none()) };
    reset_place(&Parser::new(home, this, vm))?;
    Ok(vm.ctx.none())
}

/// `ParserBase.reset`.
pub fn reset_place(parser: &Parser<'_>) -> PyResult<()> {
    parser.set(parser.names.lineno, parser.vm.ctx.new_int(1))?;
    parser.set(parser.names.offset, parser.vm.ctx.new_int(0))
}

fn getpos(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this] = values else { return Ok(vm.ctx.none()) };
    let parser = Parser::new(home, this, vm);
    Ok(vm.ctx.new_tuple(vec![parser.get(parser.names.lineno)?, parser.get(parser.names.offset)?]).into())
}

/// The error of an `assert` that failed.
pub fn assertion(vm: &VirtualMachine, text: &str) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_exception_msg(vm.ctx.exceptions.assertion_error.to_owned(), text.to_owned().into())
}

/// `%r` of a piece of the text.
fn shown(vm: &VirtualMachine, piece: PyObjectRef) -> PyResult<String> {
    Ok(piece.repr(vm)?.to_string_lossy().into_owned())
}

// ---- comments and marked sections -------------------------------------------------------------------------------

/// The end of `<!-- … -->`.
fn parse_comment(parser: &Parser<'_>, at: usize, report: bool) -> PyResult<Option<usize>> {
    let source = parser.source()?;
    if !scan::starts(source.data(), at, b"<!--") {
        parser.error("unexpected call to parse_comment()".to_owned())?;
    }
    let found = match parser.replaced(COMMENT_CLOSE, "_commentclose")? {
        None => scan::comment_close(source.data(), at + 4).map(|found| (found.start, found.end)),
        Some(pattern) => first(parser.spans(&pattern, &source, at + 4, true)?),
    };
    let Some((start, end)) = found else { return Ok(None) };
    if report {
        parser.hand(parser.names.handle_comment, &source, at + 4, start)?;
    }
    Ok(Some(end))
}

/// The span of the whole match.
pub fn first(spans: Option<Vec<Option<(usize, usize)>>>) -> Option<(usize, usize)> {
    spans.and_then(|spans| spans.first().copied().flatten())
}

/// The end of `<![NAME[ … ]]>`.
fn parse_marked_section(parser: &Parser<'_>, at: usize, report: bool) -> PyResult<Option<usize>> {
    let (vm, source) = (parser.vm, parser.source()?);
    if !scan::starts(source.data(), at, b"<![") {
        return Err(assertion(vm, "unexpected call to parse_marked_section()"));
    }
    let Some((name, end)) = name_at(parser, &source, at + 3, at)? else { return Ok(None) };
    let (index, global, marks): (usize, &str, &[u8]) = match name.as_str() {
        "temp" | "cdata" | "ignore" | "include" | "rcdata" => (SECTION_CLOSE, "_markedsectionclose", b"]]>"),
        "if" | "else" | "endif" => (MICROSOFT_SECTION_CLOSE, "_msmarkedsectionclose", b"]>"),
        _ => {
            let text = shown(vm, source.piece(vm, at + 3, end))?;
            parser.error(format!("unknown status keyword {text} in marked section"))?;
            return Err(unbound(vm, "match"));
        }
    };
    let found = match parser.replaced(index, global)? {
        None => scan::closing(source.data(), at + 3, marks).map(|found| (found.start, found.end)),
        Some(pattern) => first(parser.spans(&pattern, &source, at + 3, true)?),
    };
    let Some((start, end)) = found else { return Ok(None) };
    if report {
        parser.hand(parser.names.unknown_decl, &source, at + 3, start)?;
    }
    Ok(Some(end))
}

/// What Python raises where a function goes on after an error that was not raised.
fn unbound(vm: &VirtualMachine, name: &str) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_exception_msg(
        vm.ctx.exceptions.unbound_local_error.to_owned(),
        format!("local variable '{name}' referenced before assignment").into(),
    )
}

// ---- names ------------------------------------------------------------------------------------------------------

/// A name in a declaration, in lower case, and the end of the blanks behind it; None where the text ends.
fn name_at(parser: &Parser<'_>, source: &Source, at: usize, declaration: usize) -> PyResult<Option<(String, usize)>> {
    let vm = parser.vm;
    let found = match parser.method(parser.names.scan_name)? {
        Method::Own(own) => return own_name_at(&parser.at_home(&own.home), source, at, declaration),
        Method::Function(_) | Method::Bound(_) => {
            let places = [at, declaration].map(|place| vm.ctx.new_int(source.count(place)).into());
            parser.call(parser.names.scan_name, places.to_vec())?
        }
    };
    let Some([name, end]) = found.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) else {
        return Err(not_iterable(vm));
    };
    let Some(end) = parser.end_of(source, end)? else { return Ok(None) };
    let name = name.downcast_ref::<PyStr>().map(|name| name.to_string_lossy().into_owned());
    Ok(Some((name.unwrap_or_default(), end)))
}

fn not_iterable(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_type_error("'NoneType' object is not iterable")
}

fn own_name_at(
    parser: &Parser<'_>,
    source: &Source,
    at: usize,
    declaration: usize,
) -> PyResult<Option<(String, usize)>> {
    let data = source.data();
    if at == data.len() {
        return Ok(None);
    }
    let found = match parser.replaced(NAME, "_declname_match")? {
        None => scan::declared_name(data, at).map(|(_, end)| end),
        Some(matcher) => {
            let vm = parser.vm;
            let found = matcher.call((source.object(), vm.ctx.new_int(source.count(at))), vm)?;
            first(parser.spans_of(source, &found)?).map(|(_, end)| end)
        }
    };
    match found {
        Some(end) if end == data.len() => Ok(None),
        Some(end) => {
            let name = source.stripped(at, end).to_string_lossy().to_ascii_lowercase();
            Ok(Some((name, end)))
        }
        None => {
            parser.advance(source, declaration, at)?;
            let start = source.count(declaration);
            let text = source.piece(parser.vm, declaration, source.position(start + 20));
            let text = shown(parser.vm, text)?;
            parser.error(format!("expected name token at {text}"))?;
            Err(not_iterable(parser.vm))
        }
    }
}

/// `_scan_name(self, i, declstartpos)`.
fn scan_name(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, at, declaration] = values else { return Ok(vm.ctx.none()) };
    let parser = Parser::new(home, this, vm);
    let source = parser.source()?;
    let (at, declaration) = (parser.end_of(&source, at)?, parser.end_of(&source, declaration)?);
    let found = own_name_at(&parser, &source, at.unwrap_or(0), declaration.unwrap_or(0))?;
    Ok(match found {
        Some((name, end)) => {
            let name = source.like(vm, name.into());
            vm.ctx.new_tuple(vec![name, vm.ctx.new_int(source.count(end)).into()]).into()
        }
        None => vm.ctx.new_tuple(vec![vm.ctx.none(), vm.ctx.new_int(-1).into()]).into(),
    })
}

fn string_at(parser: &Parser<'_>, source: &Source, at: usize) -> PyResult<Option<usize>> {
    match parser.replaced(STRING, "_declstringlit_match")? {
        None => Ok(scan::declared_string(source.data(), at)),
        Some(matcher) => {
            let vm = parser.vm;
            let found = matcher.call((source.object(), vm.ctx.new_int(source.count(at))), vm)?;
            Ok(first(parser.spans_of(source, &found)?).map(|(_, end)| end))
        }
    }
}

// ---- declarations -----------------------------------------------------------------------------------------------

/// The end of `<! … >`.
fn parse_declaration(parser: &Parser<'_>, at: usize, _report: bool) -> PyResult<Option<usize>> {
    let (vm, source) = (parser.vm, parser.source()?);
    let data = source.data();
    if !scan::starts(data, at, b"<!") {
        return Err(assertion(vm, "unexpected call to parse_declaration"));
    }
    let mut position = at + 2;
    match data.get(position) {
        Some(b'>') => return Ok(Some(position + 1)),
        // Perhaps the start of a comment.
        Some(b'-') | None => return Ok(None),
        Some(b'[') => return parser.read(parser.names.parse_marked_section, &source, at, true),
        Some(_) => {}
    }
    let Some((kind, end)) = name_at(parser, &source, position, at)? else { return Ok(None) };
    position = end;
    if kind == "doctype" {
        parser.set(parser.names.decl_otherchars, vm.ctx.new_str(""))?;
    }
    while let Some(&byte) = data.get(position) {
        let next = match byte {
            b'>' => {
                let hook = if kind == "doctype" { parser.names.handle_decl } else { parser.names.unknown_decl };
                parser.hand(hook, &source, at + 2, position)?;
                return Ok(Some(position + 1));
            }
            b'"' | b'\'' => string_at(parser, &source, position)?,
            byte if byte.is_ascii_alphabetic() => name_at(parser, &source, position, at)?.map(|(_, end)| end),
            byte => {
                let character = scan::character(data, position);
                let piece = source.piece(vm, character.start, character.end);
                let others = parser.get(parser.names.decl_otherchars)?;
                if vm._contains(&others, &piece)? {
                    Some(character.end)
                } else if byte != b'[' {
                    let text = shown(vm, piece)?;
                    parser.error(format!("unexpected {text} char in declaration"))?;
                    Some(position)
                } else if kind == "doctype" {
                    call_inner(parser, &source, "_parse_doctype_subset", position + 1, at)?
                } else {
                    let text = match kind.as_str() {
                        "attlist" | "linktype" | "link" | "element" => {
                            format!("unsupported '[' char in {kind} declaration")
                        }
                        _ => "unexpected '[' char in declaration".to_owned(),
                    };
                    parser.error(text)?;
                    Some(position)
                }
            }
        };
        match next {
            // An error that was not raised: Python would stand here for ever.
            Some(next) if next == position => return Ok(None),
            Some(next) => position = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}

type Inner = fn(&Parser<'_>, &Source, usize, usize) -> PyResult<Option<usize>>;

/// Runs one of the methods `_parse_doctype_…(self, i, declstartpos)`.
fn inner(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine, read: Inner) -> PyResult {
    let [this, at, declaration] = values else { return Ok(vm.ctx.none()) };
    let parser = Parser::new(home, this, vm);
    let source = parser.source()?;
    let (at, declaration) = (parser.end_of(&source, at)?, parser.end_of(&source, declaration)?);
    let end = read(&parser, &source, at.unwrap_or(0), declaration.unwrap_or(0))?;
    Ok(match end {
        Some(end) => vm.ctx.new_int(source.count(end)).into(),
        None => vm.ctx.new_int(-1).into(),
    })
}

/// Calls one of the methods `_parse_doctype_…`.
fn call_inner(
    parser: &Parser<'_>,
    source: &Source,
    name: &str,
    at: usize,
    declaration: usize,
) -> PyResult<Option<usize>> {
    let vm = parser.vm;
    let places = [at, declaration].map(|place| vm.ctx.new_int(source.count(place)).into());
    let end = parser.call(vm.ctx.intern_str(name), places.to_vec())?;
    parser.end_of(source, &end)
}

/// What stands between the brackets of a document type.
fn subset(parser: &Parser<'_>, source: &Source, at: usize, declaration: usize) -> PyResult<Option<usize>> {
    let (vm, data) = (parser.vm, source.data());
    let mut position = at;
    while let Some(&byte) = data.get(position) {
        match byte {
            b'<' => {
                match data.get(position + 1) {
                    None => return Ok(None),
                    Some(b'!') => {}
                    Some(_) => {
                        let character = scan::character(data, position + 1);
                        parser.advance(source, declaration, position + 1)?;
                        let text = shown(vm, source.piece(vm, position, character.end))?;
                        parser.error(format!("unexpected char in internal subset (in {text})"))?;
                    }
                }
                if position + 4 > data.len() {
                    return Ok(None);
                }
                if scan::starts(data, position, b"<!--") {
                    match parser.read(parser.names.parse_comment, source, position, false)? {
                        Some(end) => position = end,
                        None => return Ok(None),
                    }
                    continue;
                }
                let Some((name, end)) = name_at(parser, source, position + 2, declaration)? else { return Ok(None) };
                if !matches!(name.as_str(), "attlist" | "element" | "entity" | "notation") {
                    parser.advance(source, declaration, end + 2)?;
                    let text = shown(vm, source.like(vm, name.as_str().into()))?;
                    parser.error(format!("unknown declaration {text} in internal subset"))?;
                }
                match call_inner(parser, source, &format!("_parse_doctype_{name}"), end, declaration)? {
                    Some(end) => position = end,
                    None => return Ok(None),
                }
            }
            b'%' => {
                if position + 1 == data.len() {
                    return Ok(None);
                }
                let Some((_, end)) = name_at(parser, source, position + 1, declaration)? else { return Ok(None) };
                position = if data.get(end) == Some(&b';') { end + 1 } else { end };
            }
            b']' => {
                position = scan::run(data, position + 1, scan::is_blank);
                return match data.get(position) {
                    None => Ok(None),
                    Some(b'>') => Ok(Some(position)),
                    Some(_) => {
                        parser.advance(source, declaration, position)?;
                        parser.error("unexpected char after internal subset".to_owned())?;
                        Ok(None)
                    }
                };
            }
            byte if scan::is_blank(byte) => position += 1,
            _ => {
                parser.advance(source, declaration, position)?;
                let character = scan::character(data, position);
                let text = shown(vm, source.piece(vm, character.start, character.end))?;
                parser.error(format!("unexpected char {text} in internal subset"))?;
                return Ok(None);
            }
        }
    }
    Ok(None)
}

/// `<!ELEMENT … >` in a document type.
fn element(parser: &Parser<'_>, source: &Source, at: usize, declaration: usize) -> PyResult<Option<usize>> {
    let Some((_, end)) = name_at(parser, source, at, declaration)? else { return Ok(None) };
    Ok(scan::find(source.data(), end, b'>').map(|close| close + 1))
}

/// `<!ATTLIST … >` in a document type.
fn attlist(parser: &Parser<'_>, source: &Source, at: usize, declaration: usize) -> PyResult<Option<usize>> {
    let data = source.data();
    let Some((_, mut position)) = name_at(parser, source, at, declaration)? else { return Ok(None) };
    match data.get(position) {
        None => return Ok(None),
        Some(b'>') => return Ok(Some(position + 1)),
        Some(_) => {}
    }
    loop {
        let Some((_, end)) = name_at(parser, source, position, declaration)? else { return Ok(None) };
        position = end;
        match data.get(position) {
            None => return Ok(None),
            Some(b'(') => {
                let Some(close) = scan::find(data, position, b')') else { return Ok(None) };
                position = scan::run(data, close + 1, scan::is_blank);
            }
            Some(_) => match name_at(parser, source, position, declaration)? {
                Some((_, end)) => position = end,
                None => return Ok(None),
            },
        }
        if matches!(data.get(position), Some(b'\'' | b'"')) {
            match string_at(parser, source, position)? {
                Some(end) => position = end,
                None => return Ok(None),
            }
        }
        if data.get(position) == Some(&b'#') {
            if position + 1 == data.len() {
                return Ok(None);
            }
            let Some((_, end)) = name_at(parser, source, position + 1, declaration)? else { return Ok(None) };
            position = end;
        }
        match data.get(position) {
            None => return Ok(None),
            Some(b'>') => return Ok(Some(position + 1)),
            Some(_) => {}
        }
    }
}

/// The rest of a declaration that is names and strings only.
fn words(parser: &Parser<'_>, source: &Source, at: usize, declaration: usize) -> PyResult<Option<usize>> {
    let mut position = at;
    loop {
        let next = match source.data().get(position) {
            None => return Ok(None),
            Some(b'>') => return Ok(Some(position + 1)),
            Some(b'\'' | b'"') => string_at(parser, source, position)?,
            Some(_) => name_at(parser, source, position, declaration)?.map(|(_, end)| end),
        };
        match next {
            Some(next) => position = next,
            None => return Ok(None),
        }
    }
}

/// `<!NOTATION … >` in a document type.
fn notation(parser: &Parser<'_>, source: &Source, at: usize, declaration: usize) -> PyResult<Option<usize>> {
    match name_at(parser, source, at, declaration)? {
        Some((_, end)) => words(parser, source, end, declaration),
        None => Ok(None),
    }
}

/// `<!ENTITY … >` in a document type.
fn entity(parser: &Parser<'_>, source: &Source, at: usize, declaration: usize) -> PyResult<Option<usize>> {
    let data = source.data();
    let start = match data.get(at) {
        Some(b'%') => match scan::run(data, at + 1, scan::is_blank) {
            start if start == data.len() => return Ok(None),
            start => start,
        },
        _ => at,
    };
    notation(parser, source, start, declaration)
}

// ---- the module -------------------------------------------------------------------------------------------------

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let mut defaults = Vec::new();
    for (name, expression, is_match) in EXPRESSIONS {
        let pattern = modules::re::compile(vm, expression, 0)?;
        let value = if *is_match { pattern.get_attr("match", vm)? } else { pattern };
        modules::set(vm, module, name, value.clone());
        defaults.push(value);
    }
    let home = Arc::new(Home { globals: module.dict(), defaults });
    let class = Class {
        name: "ParserBase",
        module: "markupbase",
        bases: Vec::new(),
        functions: PARSER_BASE,
        values: vec![("_decl_otherchars", vm.ctx.new_str("").into())],
        doc: Some("Keeps the place in the text."),
    };
    modules::set(vm, module, "ParserBase", class.make(&home, false, vm)?);
    modules::set(vm, module, "re", crate::import::module(vm, "re")?);
    Ok(())
}

/// Makes the module `markupbase`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "markupbase");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
