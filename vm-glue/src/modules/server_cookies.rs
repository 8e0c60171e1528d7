//! The module `Cookie`: cookies as servers write and read them.

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Class, Function, Given, Home, function, publish, with_defaults};
use super::scope::{Scope, kind, lazily, patterns};
use crate::runtime::text;
use crate::{body, modules};

const ALL: &[&str] = &["CookieError", "BaseCookie", "SimpleCookie", "SerialCookie", "SmartCookie", "Cookie"];
/// Characters of names, and of values without quotes.
const LEGAL: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Attributes, and how they are written.
const RESERVED: &[(&str, &str)] = &[
    ("comment", "Comment"),
    ("domain", "Domain"),
    ("version", "Version"),
    ("secure", "secure"),
    ("path", "Path"),
    ("expires", "expires"),
    ("httponly", "httponly"),
    ("max-age", "Max-Age"),
];
const FLAGS: [&str; 2] = ["secure", "httponly"];

const KEY: &str = r"\w\d!#%&'~_`><@,:/\$\*\+\-\.\^\|\)\(\?\}\{\=";
const VALUE: &str = r"\w\d!#%&'~_`><@,:/\$\*\+\-\.\^\|\)\(\?\}\{\=\[\]";
/// A name, and perhaps a value: quoted, a date, or a word; then a space, a semicolon or the end.
const PATTERNS: &[(&str, &str, u32)] = &[(
    "_CookiePattern",
    concat!(
        r"\s*(?P<key>[\w\d!#%&'~_`><@,:/\$\*\+\-\.\^\|\)\(\?\}\{\=]+?)",
        r#"(\s*=\s*(?P<val>"(?:[^\\"]|\\.)*"|\w{3},\s[\s\w\d-]{9,11}\s[\d:]{8}\sGMT|"#,
        r"[\w\d!#%&'~_`><@,:/\$\*\+\-\.\^\|\)\(\?\}\{\=\[\]]*))?\s*(\s+|;|$)"
    ),
    0,
)];

const MODULES: &[(&str, &str)] = &[
    ("dumps", "cPickle:dumps"),
    ("loads", "cPickle:loads"),
    ("re", "re"),
    ("string", "string"),
    ("warnings", "warnings"),
];

const NONE: Given = Given::None;
const SELF: &[&str] = &["self"];
const VALUE_ONLY: &[&str] = &["self", "val"];

// ---- values -----------------------------------------------------------------------------------------------------

/// The text of a byte string: other strings cannot be translated with characters left out, in Python 2.
fn byte_text(x: Scope<'_>, object: &PyObject) -> PyResult<String> {
    if text::is_unicode(object) {
        return Err(x.vm.new_type_error("translate() takes exactly one argument (2 given)"));
    }
    match object.downcast_ref::<PyStr>() {
        Some(_) => Ok(x.peek(object)),
        None => Err(x.vm.new_attribute_error(format!("'{}' object has no attribute 'translate'", kind(object)))),
    }
}

/// A value as it is sent: in quotes if it has other characters than the legal ones.
fn quote(x: Scope<'_>, value: &PyObjectRef, legal: &str) -> PyResult {
    let shown = byte_text(x, value)?;
    if shown.chars().all(|c| legal.contains(c)) {
        return Ok(value.clone());
    }
    let mut quoted = String::from("\"");
    for c in shown.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            ',' | ';' | '\0'..='\x1f' | '\x7f'.. => quoted.push_str(&format!("\\{:03o}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(x.text(&quoted))
}

/// A value as it was meant.
fn unquote(x: Scope<'_>, value: &PyObjectRef) -> PyObjectRef {
    let shown = x.peek(value);
    let Some(inner) = shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.clone() };
    let mut plain = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        plain.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        let octal = after.get(..3).filter(|digits| {
            digits.starts_with(['0', '1', '2', '3']) && digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'))
        });
        match (octal.and_then(|digits| u32::from_str_radix(digits, 8).ok()), after.chars().next()) {
            (Some(code), _) => {
                plain.extend(char::from_u32(code));
                rest = after.get(3..).unwrap_or_default();
            }
            (None, Some(c)) if c != '\n' => {
                plain.push(c);
                rest = after.get(c.len_utf8()..).unwrap_or_default();
            }
            (None, _) => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    x.like(value, &plain)
}

/// The date in so many seconds.
fn date(x: Scope<'_>, future: &PyObject) -> PyResult {
    let time = x.import("time")?;
    let parts = x.each(&*x.call(&time, "gmtime", [x.add(&*x.ask(&time, "time")?, future)?])?)?;
    let part = |at: usize| parts.get(at).map_or(Ok(0), |part| x.number(part));
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at).ok().and_then(|at| names.get(at).copied()).unwrap_or_default()
    };
    let date = format!(
        "{}, {:02} {} {:4} {:02}:{:02}:{:02} GMT",
        name(&DAYS, part(6)?),
        part(2)?,
        name(&MONTHS, part(1)? - 1),
        part(0)?,
        part(3)?,
        part(4)?,
        part(5)?
    );
    Ok(x.text(&date))
}

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "_quote",
        &["str", "LegalChars", "idmap", "translate"],
        &[Given::Text(LEGAL), NONE, NONE],
        body!(|x, value, legal, _idmap, _translate| quote(x, value, &x.peek(legal))),
    ),
    function("_unquote", &["str"], body!(|x, value| Ok(unquote(x, value)))),
    with_defaults(
        "_getdate",
        &["future", "weekdayname", "monthname"],
        &[Given::Int(0), NONE, NONE],
        body!(|x, future, _days, _months| date(x, future)),
    ),
];

// ---- one cookie -------------------------------------------------------------------------------------------------

const SHOWN: &[&str] = &["self", "attrs", "header"];
const SHOWN_DEFAULTS: &[Given] = &[NONE, Given::Text("Set-Cookie:")];
const OUTPUT: super::python_function::Body = body!(|x, me, attributes, header| {
    x.format("%s %s", [header.clone(), x.call(me, "OutputString", [attributes.clone()])?])
});

static MORSEL: &[Function] = &[
    function(
        "__init__",
        SELF,
        body!(|x, me| do {
            x.fill(me, ["key", "value", "coded_value"].map(|name| (name, x.none())))?;
            for name in x.each(&*x.get(me, "_reserved")?)? {
                put(x, me, &name, x.text(""))?;
            }
            Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(())
        }),
    ),
    function(
        "__setitem__",
        &["self", "K", "V"],
        body!(|x, me, name, value| do {
            let name = x.ask(name, "lower")?;
            if !x.contains(&*x.get(me, "_reserved")?, &name)? {
                return Err(x.error("CookieError", [x.format("Invalid Attribute %s", [name])?]));
            }
            put(x, me, &name, value.clone())
        }),
    ),
    function(
        "isReservedKey",
        &["self", "K"],
        body!(|x, me, name| Ok(x.bool(x.contains(&*x.get(me, "_reserved")?, &*x.ask(name, "lower")?)?))),
    ),
    with_defaults(
        "set",
        &["self", "key", "val", "coded_val", "LegalChars", "idmap", "translate"],
        &[Given::Text(LEGAL), NONE, NONE],
        body!(|x, me, key, value, coded, legal, _idmap, _translate| do {
            if x.contains(&*x.get(me, "_reserved")?, &*x.ask(key, "lower")?)? {
                return Err(x.error("CookieError", [x.format("Attempt to set a reserved key: %s", [key.clone()])?]));
            }
            let legal = x.peek(legal);
            if !byte_text(x, key)?.chars().all(|c| legal.contains(c)) {
                return Err(x.error("CookieError", [x.format("Illegal key value: %s", [key.clone()])?]));
            }
            x.fill(me, [("key", key.clone()), ("value", value.clone()), ("coded_value", coded.clone())])
        }),
    ),
    with_defaults("output", SHOWN, SHOWN_DEFAULTS, OUTPUT),
    with_defaults("__str__", SHOWN, SHOWN_DEFAULTS, OUTPUT),
    function(
        "__repr__",
        SELF,
        body!(|x, me| {
            let class = x.get(&*x.get(me, "__class__")?, "__name__")?;
            x.format("<%s: %s=%s>", [class, x.get(me, "key")?, text::repr_object(x.vm, &*x.get(me, "value")?)?])
        }),
    ),
    with_defaults(
        "js_output",
        &["self", "attrs"],
        &[NONE],
        body!(|x, me, attributes| {
            let shown = x.call(me, "OutputString", [attributes.clone()])?;
            let shown = x.call(&shown, "replace", [x.text("\""), x.text("\\\"")])?;
            let script = concat!(
                "\n        <script type=\"text/javascript\">\n        <!-- begin hiding\n        document.cookie = \"%s\";\n",
                "        // end hiding -->\n        </script>\n        "
            );
            x.format(script, [shown])
        }),
    ),
    with_defaults("OutputString", &["self", "attrs"], &[NONE], body!(|x, me, attributes| shown(x, me, attributes))),
];

/// `dict.__setitem__(self, key, value)`
fn put(x: Scope<'_>, me: &PyObjectRef, key: &PyObject, value: PyObjectRef) -> PyResult<()> {
    x.inherited("dict", "__setitem__", [me.clone(), key.to_owned(), value]).map(drop)
}

/// The items of a mapping, sorted.
fn sorted_items(x: Scope<'_>, mapping: &PyObject) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    let items = x.list(x.each(&*x.ask(mapping, "items")?)?);
    x.each(&*x.made("sorted", [items])?)?.iter().map(|item| x.two(item)).collect()
}

fn shown(x: Scope<'_>, me: &PyObject, attributes: &PyObject) -> PyResult {
    let mut parts = vec![x.format("%s=%s", [x.get(me, "key")?, x.get(me, "coded_value")?])?];
    let reserved = x.get(me, "_reserved")?;
    let wanted = if x.is_none(attributes) { reserved.clone() } else { attributes.to_owned() };
    for (name, value) in sorted_items(x, me)? {
        if x.equal(&value, &x.text(""))? || !x.contains(&wanted, &name)? {
            continue;
        }
        let label = x.item(&reserved, &name)?;
        let is_int = value.class().is(x.vm.ctx.types.int_type) && kind(&value) == "int";
        parts.push(match x.peek(&name).as_str() {
            "expires" if is_int => x.format("%s=%s", [label, x.made("_getdate", [value])?])?,
            "max-age" if is_int => x.format("%s=%d", [label, value])?,
            "secure" | "httponly" => text::str_object(x.vm, &label)?,
            _ => x.format("%s=%s", [label, value])?,
        });
    }
    x.join("; ", parts)
}

// ---- several cookies --------------------------------------------------------------------------------------------

const PRINTED: &[&str] = &["self", "attrs", "header", "sep"];
const PRINTED_DEFAULTS: &[Given] = &[NONE, Given::Text("Set-Cookie:"), Given::Text("\r\n")];
const PRINT: super::python_function::Body = body!(|x, me, attributes, header, separator| {
    let mut lines = Vec::new();
    for (_, cookie) in sorted_items(x, me)? {
        lines.push(x.call(&cookie, "output", [attributes.clone(), header.clone()])?);
    }
    x.call(separator, "join", [x.list(lines)])
});

static BASE: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "input"],
        &[NONE],
        body!(|x, me, input| do {
            if x.yes(input)? {
                x.call(me, "load", [input.clone()])?;
            }
            Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(())
        }),
    ),
    function("value_decode", VALUE_ONLY, body!(|x, _me, value| Ok(x.tuple([value.clone(), value.clone()])))),
    function(
        "value_encode",
        VALUE_ONLY,
        body!(|x, _me, value| {
            let shown = text::str_object(x.vm, value)?;
            Ok(x.tuple([shown.clone(), shown]))
        }),
    ),
    function(
        "_BaseCookie__set",
        &["self", "key", "real_value", "coded_value"],
        body!(|x, me, key, value, coded| do {
            let cookie = x.call(me, "get", [key.clone(), x.made("Morsel", [])?])?;
            x.call(&cookie, "set", [key.clone(), value.clone(), coded.clone()])?;
            put(x, me, key, cookie)
        }),
    ),
    function(
        "__setitem__",
        &["self", "key", "value"],
        body!(|x, me, key, value| do {
            if x.is_a(value, "Morsel")? {
                return put(x, me, key, value.clone()).map(|()| x.none());
            }
            let (value, coded) = x.two(&*x.call(me, "value_encode", [value.clone()])?)?;
            x.call(me, "_BaseCookie__set", [key.clone(), value, coded])
        }),
    ),
    with_defaults("output", PRINTED, PRINTED_DEFAULTS, PRINT),
    with_defaults("__str__", PRINTED, PRINTED_DEFAULTS, PRINT),
    function(
        "__repr__",
        SELF,
        body!(|x, me| {
            let mut parts = Vec::new();
            for (name, cookie) in sorted_items(x, me)? {
                parts.push(x.format("%s=%s", [name, text::repr_object(x.vm, &*x.get(&cookie, "value")?)?])?);
            }
            let class = x.get(&*x.get(me, "__class__")?, "__name__")?;
            x.format("<%s: %s>", [class, x.join(" ", parts)?])
        }),
    ),
    with_defaults(
        "js_output",
        &["self", "attrs"],
        &[NONE],
        body!(|x, me, attributes| {
            let mut scripts = Vec::new();
            for (_, cookie) in sorted_items(x, me)? {
                scripts.push(x.call(&cookie, "js_output", [attributes.clone()])?);
            }
            x.join("", scripts)
        }),
    ),
    function(
        "load",
        &["self", "rawdata"],
        body!(|x, me, data| do {
            if text::is_str(data) && data.class().is(x.vm.ctx.types.str_type) {
                x.call(me, "_BaseCookie__ParseString", [data.clone()])?;
            } else {
                for (name, value) in x.pairs(data)? {
                    x.put(me, &name, value)?;
                }
            }
            Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(())
        }),
    ),
    with_defaults(
        "_BaseCookie__ParseString",
        &["self", "str", "patt"],
        &[NONE],
        body!(|x, me, text, pattern| do {
            parse(x, me, text, pattern)
        }),
    ),
];

fn parse(x: Scope<'_>, me: &PyObject, text: &PyObjectRef, pattern: &PyObjectRef) -> PyResult<()> {
    let pattern = if x.is_none(pattern) { x.global("_CookiePattern")? } else { pattern.clone() };
    let class = x.global("Morsel")?;
    let (reserved, flags) = (x.get(&class, "_reserved")?, x.get(&class, "_flags")?);
    let end = x.int(x.length(text)? as i64);
    let mut at = x.int(0);
    let mut cookie: Option<PyObjectRef> = None;
    while x.less(&at, &end)? {
        let found = x.call(&pattern, "match", [text.clone(), at])?;
        if x.is_none(&found) {
            break;
        }
        let [name, value] = [x.call(&found, "group", [x.text("key")])?, x.call(&found, "group", [x.text("val")])?];
        at = x.call(&found, "end", [x.int(0)])?;
        let lower = x.ask(&name, "lower")?;
        if let Some(attribute) = x.peek(&name).strip_prefix('$') {
            // About the cookie before it.
            if let Some(cookie) = &cookie {
                x.put(cookie, &x.text(attribute), value)?;
            }
        } else if x.contains(&reserved, &lower)? {
            if let Some(cookie) = &cookie {
                if !x.is_none(&value) {
                    x.put(cookie, &name, x.made("_unquote", [value])?)?;
                } else if x.contains(&flags, &lower)? {
                    x.put(cookie, &name, x.bool(true))?;
                }
            }
        } else if !x.is_none(&value) {
            let (real, coded) = x.two(&*x.call(me, "value_decode", [value])?)?;
            x.call(me, "_BaseCookie__set", [name.clone(), real, coded])?;
            cookie = Some(x.item(me, &name)?);
        }
    }
    Ok(())
}

static SIMPLE: &[Function] = &[
    function(
        "value_decode",
        VALUE_ONLY,
        body!(|x, _me, value| Ok(x.tuple([x.made("_unquote", [value.clone()])?, value.clone()]))),
    ),
    function(
        "value_encode",
        VALUE_ONLY,
        body!(|x, _me, value| {
            let shown = text::str_object(x.vm, value)?;
            Ok(x.tuple([shown.clone(), x.made("_quote", [shown])?]))
        }),
    ),
];

static SERIAL: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "input"],
        &[NONE],
        body!(|x, me, input| {
            warned(x, "SerialCookie")?;
            x.inherited("BaseCookie", "__init__", [me.clone(), input.clone()])
        }),
    ),
    function(
        "value_decode",
        VALUE_ONLY,
        body!(|x, _me, value| {
            Ok(x.tuple([x.made("loads", [x.made("_unquote", [value.clone()])?])?, value.clone()]))
        }),
    ),
    function(
        "value_encode",
        VALUE_ONLY,
        body!(|x, _me, value| Ok(x.tuple([value.clone(), x.made("_quote", [x.made("dumps", [value.clone()])?])?]))),
    ),
];

static SMART: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "input"],
        &[NONE],
        body!(|x, me, input| {
            warned(x, "Cookie/SmartCookie")?;
            x.inherited("BaseCookie", "__init__", [me.clone(), input.clone()])
        }),
    ),
    function(
        "value_decode",
        VALUE_ONLY,
        body!(|x, _me, value| {
            let plain = x.made("_unquote", [value.clone()])?;
            // Whatever is no pickle is a string.
            let plain = x.made("loads", [plain.clone()]).unwrap_or(plain);
            Ok(x.tuple([plain, value.clone()]))
        }),
    ),
    function(
        "value_encode",
        VALUE_ONLY,
        body!(|x, _me, value| {
            let is_plain = text::is_str(value) && value.class().is(x.vm.ctx.types.str_type);
            let coded = if is_plain { value.clone() } else { x.made("dumps", [value.clone()])? };
            Ok(x.tuple([value.clone(), x.made("_quote", [coded])?]))
        }),
    ),
];

fn warned(x: Scope<'_>, name: &str) -> PyResult<()> {
    let message = x.text(&format!("{name} class is insecure; do not use it"));
    x.of("warnings", "warn", [message, x.global("DeprecationWarning")?]).map(drop)
}

// ---- the module -------------------------------------------------------------------------------------------------

/// Classes of cookies: name, base, functions.
static JARS: &[(&str, &str, &[Function])] = &[
    ("BaseCookie", "dict", BASE),
    ("SimpleCookie", "BaseCookie", SIMPLE),
    ("SerialCookie", "BaseCookie", SERIAL),
    ("SmartCookie", "BaseCookie", SMART),
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let texts = ALL.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    modules::set(vm, module, "__all__", vm.ctx.new_list(texts));
    for (name, value) in [("_LegalChars", LEGAL), ("_LegalKeyChars", KEY), ("_LegalValueChars", VALUE)] {
        modules::set(vm, module, name, vm.ctx.new_str(value));
    }
    let reserved = vm.ctx.new_dict();
    for (name, shown) in RESERVED {
        reserved.set_item(*name, vm.ctx.new_str(*shown).into(), vm)?;
    }
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let x = Scope { home: &home, vm };
    let flags = x.made("set", [x.list(FLAGS.map(|flag| x.text(flag)))])?;
    let make = |name: &'static str, base: &str, functions, values| -> PyResult<()> {
        let bases = vec![x.global(base)?];
        let class = Class { name, module: "Cookie", bases, functions, values, doc: None };
        modules::set(vm, module, name, class.make(&home, true, vm)?);
        Ok(())
    };
    make("CookieError", "Exception", &[], Vec::new())?;
    make("Morsel", "dict", MORSEL, vec![("_reserved", reserved.into()), ("_flags", flags)])?;
    for &(name, base, functions) in JARS {
        make(name, base, functions, Vec::new())?;
    }
    modules::set(vm, module, "Cookie", x.global("SmartCookie")?);
    publish(vm, module, &home, FUNCTIONS, "Cookie");
    lazily(vm, module, MODULES);
    patterns(vm, module, PATTERNS);
    Ok(())
}

/// Makes the module `Cookie`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "Cookie");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
