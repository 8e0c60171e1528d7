//! The module `cookielib`: cookies of web clients, the policy of what goes into a jar and out of it, and the files of
//! jars.
//!
//! [`dates`] and [`words`] read headers, [`hosts`] compares hosts and paths, [`cookie`] is one cookie, [`jar`] the jar,
//! [`taking`] how it reads answers, [`policy`] the rules, [`files`] the two file formats.

mod cookie;
mod dates;
mod files;
mod hosts;
mod jar;
mod policy;
mod taking;
mod words;

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule};
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Function, Given, Home, function, publish};
use super::scope::{Scope, classes, lazily, patterns};
use crate::{body, import, modules, raw_body};

const NONE: Given = Given::None;

/// `re.IGNORECASE`
const IGNORE_CASE: u32 = 2;

const ALL: &[&str] = &[
    "Cookie",
    "CookieJar",
    "CookiePolicy",
    "DefaultCookiePolicy",
    "FileCookieJar",
    "LWPCookieJar",
    "lwp_cookie_str",
    "LoadError",
    "MozillaCookieJar",
];

const MODULES: &[(&str, &str)] = &[
    ("_threading", "threading"),
    ("copy", "copy"),
    ("httplib", "httplib"),
    ("re", "re"),
    ("time", "time"),
    ("timegm", "calendar:timegm"),
    ("urllib", "urllib"),
    ("urlparse", "urlparse"),
];

/// Expressions under the names of the module: most are there for programs that use them.
const PATTERNS: &[(&str, &str, u32)] = &[
    ("ESCAPED_CHAR_RE", "%([0-9a-fA-F][0-9a-fA-F])", 0),
    ("HEADER_ESCAPE_RE", r"\\(.)", 0),
    ("HEADER_JOIN_ESCAPE_RE", r#"([\"\\])"#, 0),
    ("HEADER_QUOTED_VALUE_RE", r#"^\s*=\s*\"([^\"\\]*(?:\\.[^\"\\]*)*)\""#, 0),
    ("HEADER_TOKEN_RE", r"^\s*([^=\s;,]+)", 0),
    ("HEADER_VALUE_RE", r"^\s*=\s*([^\s;,]*)", 0),
    ("IPV4_RE", r"\.\d+$", 0),
    ("ISO_DATE_RE", dates::ISO, 0),
    ("LOOSE_HTTP_DATE_RE", dates::LOOSE, 0),
    ("STRICT_DATE_RE", dates::STRICT, 0),
    ("TIMEZONE_RE", r"^([-+])?(\d\d?):?(\d\d)?$", 0),
    ("WEEKDAY_RE", r"^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)[a-z]*,?\s*", IGNORE_CASE),
    ("cut_port_re", r":\d+$", 0),
];

static FUNCTIONS: &[Function] = &[
    function(
        "_debug",
        &["*args"],
        raw_body!(|x, args| {
            if !x.yes(&*x.global("debug")?)? {
                return Ok(x.none());
            }
            let mut logger = x.global("logger")?;
            if !x.yes(&logger)? {
                logger = x.of("logging", "getLogger", [x.text("cookielib")])?;
                x.set_global("logger", logger.clone())?;
            }
            x.get(&logger, "debug")?.call(args, x.vm)
        }),
    ),
    function(
        "_warn_unhandled_exception",
        &[],
        body!(|x| do {
            let trace = x.of("traceback", "format_exc", [])?;
            x.of("warnings", "warn", [x.format("cookielib bug!\n%s", [trace])?])
        }),
    ),
];

/// Tells the log of the module, if a program wants to know.
fn debug(x: Scope<'_>, message: &str, values: impl FnOnce() -> PyResult<Vec<PyObjectRef>>) -> PyResult<()> {
    if x.yes(&*x.global("debug")?)? {
        let mut args = vec![x.text(message)];
        args.extend(values()?);
        x.made("_debug", args)?;
    }
    Ok(())
}

/// What must not happen, and does not matter to the program.
fn warn(x: Scope<'_>, error: &PyBaseExceptionRef) -> PyResult<()> {
    let trace = error.__traceback__().map_or_else(|| x.none(), Into::into);
    let kind: PyObjectRef = error.class().to_owned().into();
    let lines = x.of("traceback", "format_exception", [kind, error.clone().into(), trace])?;
    let message = x.add(&x.text("cookielib bug!\n"), &*x.join("", x.each(&lines)?)?)?;
    x.of("warnings", "warn", [message]).map(drop)
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let text = |name: &'static str, value: &str| modules::set(vm, module, name, vm.ctx.new_str(value));
    let list = |name: &'static str, values: Vec<String>| {
        let values = values.into_iter().map(|value| vm.ctx.new_str(value).into()).collect();
        modules::set(vm, module, name, vm.ctx.new_list(values));
    };
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    list("__all__", owned(ALL));
    list("DAYS", owned(&dates::DAYS));
    list("MONTHS", owned(&dates::MONTHS));
    list("MONTHS_LOWER", dates::MONTHS.iter().map(|month| month.to_lowercase()).collect());
    text("DEFAULT_HTTP_PORT", hosts::DEFAULT_PORT);
    text("MISSING_FILENAME_TEXT", files::MISSING_NAME);
    text("HTTP_PATH_SAFE", hosts::PATH_SAFE);
    let zones = vm.ctx.new_dict();
    for zone in dates::UTC_ZONES {
        zones.set_item(zone, vm.ctx.none(), vm)?;
    }
    modules::set(vm, module, "UTC_ZONES", zones);
    modules::set(vm, module, "EPOCH_YEAR", vm.ctx.new_int(dates::EPOCH_YEAR));
    modules::set(vm, module, "debug", vm.ctx.new_bool(false));
    modules::set(vm, module, "logger", vm.ctx.none());
    lazily(vm, module, MODULES);
    patterns(vm, module, PATTERNS);
    let mut defaults = Vec::new();
    for (expression, flags) in jar::EXPRESSIONS.iter().chain(files::EXPRESSIONS) {
        defaults.push(modules::re::compile(vm, expression, *flags)?);
    }
    let home = Arc::new(Home { globals: module.dict(), defaults });
    for lines in [cookie::CLASSES, policy::CLASSES, jar::CLASSES, files::CLASSES] {
        classes(vm, module, &home, "cookielib", lines)?;
    }
    classes(vm, module, &home, "_LWPCookieJar", files::LWP)?;
    classes(vm, module, &home, "_MozillaCookieJar", files::MOZILLA)?;
    for functions in [FUNCTIONS, dates::FUNCTIONS, words::FUNCTIONS, hosts::FUNCTIONS, jar::FUNCTIONS] {
        publish(vm, module, &home, functions, "cookielib");
    }
    publish(vm, module, &home, files::FUNCTIONS, "_LWPCookieJar");
    Ok(())
}

/// Makes the module `cookielib`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "cookielib");
    modules::set(vm, &module, "__doc__", vm.ctx.new_str("Cookies of web clients, and files with them."));
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}

/// A module that has names of `cookielib`.
fn part(vm: &VirtualMachine, name: &'static str, names: &[&'static str]) -> PyRef<PyModule> {
    let module = modules::new(vm, name);
    for &name in names {
        let found = import::module(vm, "cookielib").and_then(|whole| whole.get_attr(name, vm));
        if let Ok(found) = found {
            modules::set(vm, &module, name, found);
        }
    }
    module
}

/// Makes the module `_LWPCookieJar`, to which the class belongs in pickles.
pub fn lwp_module(vm: &VirtualMachine) -> PyRef<PyModule> {
    part(vm, "_LWPCookieJar", &["LWPCookieJar", "lwp_cookie_str"])
}

/// Makes the module `_MozillaCookieJar`.
pub fn mozilla_module(vm: &VirtualMachine) -> PyRef<PyModule> {
    part(vm, "_MozillaCookieJar", &["MozillaCookieJar"])
}
