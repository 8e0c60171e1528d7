//! The module `robotparser`: what robots may read on a server, as its file robots.txt says.

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Function, Given, Home, function, with_defaults};
use super::scope::{Line, Scope, classes};
use crate::runtime::text;
use crate::{body, import, modules, raw_body};

const SELF: &[&str] = &["self"];

static CLASSES: &[Line] = &[
    Line {
        name: "RobotFileParser",
        bases: &[],
        functions: PARSER,
        values: &[],
        doc: Some("Reads robots.txt and answers what may be read."),
    },
    Line {
        name: "RuleLine",
        bases: &[],
        functions: RULE,
        values: &[],
        doc: Some("A line that allows or forbids what begins with a path."),
    },
    Line {
        name: "Entry",
        bases: &[],
        functions: ENTRY,
        values: &[],
        doc: Some("Agents, and the lines that hold for them."),
    },
    Line { name: "URLopener", bases: &["FancyURLopener"], functions: OPENER, values: &[], doc: None },
];

// ---- the file ---------------------------------------------------------------------------------------------------

static PARSER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "url"],
        &[Given::Text("")],
        body!(|x, me, url| do {
            x.fill(me, [("entries", x.list([])), ("default_entry", x.none())])?;
            x.fill(me, [("disallow_all", x.bool(false)), ("allow_all", x.bool(false))])?;
            x.call(me, "set_url", [url.clone()])?;
            x.set(me, "last_checked", x.int(0))
        }),
    ),
    function("mtime", SELF, body!(|x, me| x.get(me, "last_checked"))),
    function("modified", SELF, body!(|x, me| do x.set(me, "last_checked", x.of("time", "time", [])?))),
    function(
        "set_url",
        &["self", "url"],
        body!(|x, me, url| do {
            let parts = x.call(&*x.global("urlparse")?, "urlparse", [url.clone()])?;
            x.fill(me, [("url", url.clone()), ("host", x.nth(&parts, 1)?), ("path", x.nth(&parts, 2)?)])
        }),
    ),
    function("read", SELF, body!(|x, me| do read(x, me))),
    function(
        "_add_entry",
        &["self", "entry"],
        body!(|x, me, entry| do {
            if !x.holds(&*x.get(entry, "useragents")?, "*")? {
                x.call(&*x.get(me, "entries")?, "append", [entry.clone()])?;
            } else if x.is_none(&*x.get(me, "default_entry")?) {
                // The first one counts.
                x.set(me, "default_entry", entry.clone())?;
            }
            Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(())
        }),
    ),
    function("parse", &["self", "lines"], body!(|x, me, lines| do parse(x, me, lines))),
    function("can_fetch", &["self", "useragent", "url"], body!(|x, me, agent, url| can_fetch(x, me, agent, url))),
    function(
        "__str__",
        SELF,
        body!(|x, me| {
            let mut entries = x.each(&*x.get(me, "entries")?)?;
            let default = x.get(me, "default_entry")?;
            entries.extend((!x.is_none(&default)).then_some(default));
            lines_of(x, &entries)
        }),
    ),
];

/// Each as a line.
fn lines_of(x: Scope<'_>, entries: &[PyObjectRef]) -> PyResult {
    let shown = entries.iter().map(|entry| text::str_object(x.vm, entry)).collect::<PyResult<Vec<_>>>()?;
    x.add(&*x.join("\n", shown)?, &x.text("\n"))
}

fn read(x: Scope<'_>, me: &PyObject) -> PyResult<()> {
    let opener = x.made("URLopener", [])?;
    let file = x.call(&opener, "open", [x.get(me, "url")?])?;
    let mut lines = Vec::new();
    for line in x.each(&file)? {
        lines.push(x.ask(&line, "strip")?);
    }
    x.ask(&file, "close")?;
    let code = x.get(&opener, "errcode")?;
    x.set(me, "errcode", code.clone())?;
    match x.number(&code).unwrap_or_default() {
        401 | 403 => x.set(me, "disallow_all", x.bool(true)),
        400..=499 => x.set(me, "allow_all", x.bool(true)),
        200 if !lines.is_empty() => x.call(me, "parse", [x.list(lines)]).map(drop),
        _ => Ok(()),
    }
}

/// How far an entry has been read.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Before,
    Agents,
    Rules,
}

fn parse(x: Scope<'_>, me: &PyObject, lines: &PyObject) -> PyResult<()> {
    let mut state = State::Before;
    let mut entry = x.made("Entry", [])?;
    x.ask(me, "modified")?;
    for line in x.each(lines)? {
        let shown = x.peek(&line);
        if shown.is_empty() && state != State::Before {
            if state == State::Rules {
                x.call(me, "_add_entry", [entry])?;
            }
            entry = x.made("Entry", [])?;
            state = State::Before;
        }
        let shown = shown.split('#').next().unwrap_or_default().trim();
        let Some((name, value)) = shown.split_once(':') else { continue };
        let value = x.call(&*x.global("urllib")?, "unquote", [x.like(&line, value.trim())])?;
        match name.trim().to_lowercase().as_str() {
            "user-agent" => {
                if state == State::Rules {
                    x.call(me, "_add_entry", [entry])?;
                    entry = x.made("Entry", [])?;
                }
                x.call(&*x.get(&entry, "useragents")?, "append", [value])?;
                state = State::Agents;
            }
            rule @ ("disallow" | "allow") if state != State::Before => {
                let rule = x.made("RuleLine", [value, x.bool(rule == "allow")])?;
                x.call(&*x.get(&entry, "rulelines")?, "append", [rule])?;
                state = State::Rules;
            }
            _ => {}
        }
    }
    if state == State::Rules {
        x.call(me, "_add_entry", [entry])?;
    }
    Ok(())
}

fn can_fetch(x: Scope<'_>, me: &PyObject, agent: &PyObjectRef, url: &PyObjectRef) -> PyResult {
    if x.flag(me, "disallow_all")? {
        return Ok(x.bool(false));
    }
    if x.flag(me, "allow_all")? {
        return Ok(x.bool(true));
    }
    if !x.flag(me, "last_checked")? {
        // Nothing has been read yet.
        return Ok(x.bool(false));
    }
    let (urllib, urlparse) = (x.global("urllib")?, x.global("urlparse")?);
    let parts = x.call(&urlparse, "urlparse", [x.call(&urllib, "unquote", [url.clone()])?])?;
    let mut parts = x.each(&parts)?;
    // Only what follows the host counts.
    for part in parts.iter_mut().take(2) {
        *part = x.text("");
    }
    let path = x.call(&urlparse, "urlunparse", [x.tuple(parts)])?;
    let mut path = x.call(&urllib, "quote", [path])?;
    if !x.yes(&path)? {
        path = x.text("/");
    }
    for entry in x.each(&*x.get(me, "entries")?)? {
        if x.yes(&*x.call(&entry, "applies_to", [agent.clone()])?)? {
            return x.call(&entry, "allowance", [path]);
        }
    }
    let default = x.get(me, "default_entry")?;
    if x.yes(&default)? { x.call(&default, "allowance", [path]) } else { Ok(x.bool(true)) }
}

// ---- its lines --------------------------------------------------------------------------------------------------

static RULE: &[Function] = &[
    function(
        "__init__",
        &["self", "path", "allowance"],
        body!(|x, me, path, allowance| do {
            // Forbidding nothing is allowing everything.
            let allowance = if x.says(path, "") && !x.yes(allowance)? { x.bool(true) } else { allowance.clone() };
            let urlparse = x.global("urlparse")?;
            let parts = x.call(&urlparse, "urlparse", [path.clone()])?;
            let path = x.call(&urlparse, "urlunparse", [parts])?;
            x.fill(me, [("path", x.call(&*x.global("urllib")?, "quote", [path])?), ("allowance", allowance)])
        }),
    ),
    function(
        "applies_to",
        &["self", "filename"],
        body!(|x, me, name| {
            let path = x.get(me, "path")?;
            if x.says(&path, "*") { Ok(x.bool(true)) } else { x.call(name, "startswith", [path]) }
        }),
    ),
    function(
        "__str__",
        SELF,
        body!(|x, me| {
            let word = if x.flag(me, "allowance")? { "Allow: " } else { "Disallow: " };
            x.add(&x.text(word), &*x.get(me, "path")?)
        }),
    ),
];

static ENTRY: &[Function] = &[
    function("__init__", SELF, body!(|x, me| do x.fill(me, [("useragents", x.list([])), ("rulelines", x.list([]))]))),
    function(
        "__str__",
        SELF,
        body!(|x, me| {
            let mut lines = Vec::new();
            for agent in x.each(&*x.get(me, "useragents")?)? {
                lines.push(x.format("User-agent: %s\n", [agent])?);
            }
            for rule in x.each(&*x.get(me, "rulelines")?)? {
                lines.push(x.format("%s\n", [rule])?);
            }
            x.join("", lines)
        }),
    ),
    function(
        "applies_to",
        &["self", "useragent"],
        body!(|x, me, agent| {
            let agent = x.peek(&*x.ask(agent, "lower")?);
            let agent = agent.split('/').next().unwrap_or_default();
            for known in x.each(&*x.get(me, "useragents")?)? {
                let known = x.peek(&*x.ask(&known, "lower")?);
                if known == "*" || agent.contains(&known) {
                    return Ok(x.bool(true));
                }
            }
            Ok(x.bool(false))
        }),
    ),
    function(
        "allowance",
        &["self", "filename"],
        body!(|x, me, name| {
            for rule in x.each(&*x.get(me, "rulelines")?)? {
                if x.yes(&*x.call(&rule, "applies_to", [name.clone()])?)? {
                    return x.get(&rule, "allowance");
                }
            }
            Ok(x.bool(true))
        }),
    ),
];

// ---- fetching it ------------------------------------------------------------------------------------------------

static OPENER: &[Function] = &[
    function(
        "__init__",
        &["self", "*args"],
        raw_body!(|x, args| {
            let Some(me) = args.args.first().cloned() else {
                return Err(x.vm.new_type_error("__init__() takes at least 1 argument (0 given)"));
            };
            x.inherited("FancyURLopener", "__init__", args.args)?;
            x.set(&me, "errcode", x.int(200))?;
            Ok(x.none())
        }),
    ),
    // A file with a password is no file.
    function(
        "prompt_user_passwd",
        &["self", "host", "realm"],
        body!(|x, _me, _host, _realm| Ok(x.tuple([x.none(), x.none()]))),
    ),
    function(
        "http_error_default",
        &["self", "url", "fp", "errcode", "errmsg", "headers"],
        body!(|x, me, url, fp, code, message, headers| {
            x.set(me, "errcode", code.clone())?;
            let args = [me, url, fp, code, message, headers].map(Clone::clone);
            x.inherited("FancyURLopener", "http_error_default", args)
        }),
    ),
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    modules::set(vm, module, "__all__", vm.ctx.new_list(vec![vm.ctx.new_str("RobotFileParser").into()]));
    let urllib = import::module(vm, "urllib")?;
    // The base of a class here.
    let opener = urllib.get_attr("FancyURLopener", vm)?;
    modules::set(vm, module, "urllib", urllib);
    modules::set(vm, module, "urlparse", import::module(vm, "urlparse")?);
    modules::set(vm, module, "FancyURLopener", opener);
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    classes(vm, module, &home, "robotparser", CLASSES)
}

/// Makes the module `robotparser`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "robotparser");
    modules::set(vm, &module, "__doc__", vm.ctx.new_str("What robots may read on a server."));
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
