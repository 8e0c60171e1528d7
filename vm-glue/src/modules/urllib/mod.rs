//! The module `urllib`: quoting, taking URLs apart, and the openers of before `urllib2`.
//!
//! [`splitting`] cuts URLs, [`files`] are the file objects of answers, [`proxies`] what the environment says, [`opener`],
//! [`transfers`] and [`fancy`] the two openers, [`ftp`] connections to FTP servers. Quoting is in [`super::urls`].

mod fancy;
mod files;
mod ftp;
mod opener;
mod proxies;
mod splitting;
mod transfers;

pub use ftp::transfer_type;

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Function, Given, Home, function, publish, with_defaults};
use super::scope::{Line, Scope, classes, lazily};
use super::urls::{queries, quoting};
use crate::import;
use crate::{body, modules};

/// The version of the module.
const VERSION: &str = "1.17";
/// Characters that are never quoted.
const ALWAYS_SAFE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
/// Place in `Home::defaults` of `socket._GLOBAL_DEFAULT_TIMEOUT`.
const TIMEOUT: usize = 0;
const NONE: Given = Given::None;

const ALL: &[&str] = &[
    "urlopen",
    "URLopener",
    "FancyURLopener",
    "urlretrieve",
    "urlcleanup",
    "quote",
    "quote_plus",
    "unquote",
    "unquote_plus",
    "urlencode",
    "url2pathname",
    "pathname2url",
    "splittag",
    "localhost",
    "thishost",
    "ftperrors",
    "basejoin",
    "unwrap",
    "splittype",
    "splithost",
    "splituser",
    "splitpasswd",
    "splitport",
    "splitnport",
    "splitquery",
    "splitattr",
    "splitvalue",
    "getproxies",
];

const MODULES: &[(&str, &str)] = &[
    ("base64", "base64"),
    ("os", "os"),
    ("re", "re"),
    ("socket", "socket"),
    ("ssl", "ssl"),
    ("string", "string"),
    ("time", "time"),
];

static ERRORS: &[Line] = &[Line {
    name: "ContentTooShortError",
    bases: &["IOError"],
    functions: &[function(
        "__init__",
        &["self", "message", "content"],
        body!(|x, me, message, content| do {
            x.inherited("IOError", "__init__", [me.clone(), message.clone()])?;
            // IOError takes its arguments where it is made: here that were two.
            x.fill(me, [("args", x.tuple([message.clone()])), ("content", content.clone())])
        }),
    )],
    values: &[],
    doc: Some("The download was shorter than announced."),
}];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "urlopen",
        &["url", "data", "proxies", "context"],
        &[NONE, NONE, NONE],
        body!(|x, url, data, proxies, context| {
            let opener = opener_for(x, proxies, context)?;
            let mut args = vec![url.clone()];
            args.extend((!x.is_none(data)).then(|| data.clone()));
            x.call(&opener, "open", args)
        }),
    ),
    with_defaults(
        "urlretrieve",
        &["url", "filename", "reporthook", "data", "context"],
        &[NONE, NONE, NONE, NONE],
        body!(|x, url, filename, hook, data, context| {
            let opener = opener_for(x, &x.none(), context)?;
            x.call(&opener, "retrieve", [url, filename, hook, data].map(Clone::clone))
        }),
    ),
    function(
        "urlcleanup",
        &[],
        body!(|x| do {
            let opener = x.global("_urlopener")?;
            if x.yes(&opener)? {
                x.ask(&opener, "cleanup")?;
            }
            for cache in ["_safe_quoters", "ftpcache"] {
                x.ask(&*x.global(cache)?, "clear")?;
            }
            Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(())
        }),
    ),
    function("ftperrors", &[], body!(|x| kept(x, "_ftperrors", |x| x.get(&*x.import("ftplib")?, "all_errors")))),
    function(
        "noheaders",
        &[],
        body!(|x| kept(x, "_noheaders", |x| {
            let headers = x.of("mimetools", "Message", [x.of("StringIO", "StringIO", [x.text("")])?, x.int(0)])?;
            x.ask(&*x.get(&headers, "fp")?, "close")?;
            Ok(headers)
        })),
    ),
    function(
        "localhost",
        &[],
        body!(|x| kept(x, "_localhost", |x| { x.call(&*x.global("socket")?, "gethostbyname", [x.text("localhost")]) })),
    ),
    function(
        "thishost",
        &[],
        body!(|x| kept(x, "_thishost", |x| {
            let socket = x.global("socket")?;
            let found = x.ask(&socket, "gethostname").and_then(|name| x.call(&socket, "gethostbyname", [name]));
            match found {
                Err(error) if x.catches(&error, &*x.get(&socket, "gaierror")?)? => {
                    x.call(&socket, "gethostbyname", [x.text("localhost")])
                }
                other => other,
            }
        })),
    ),
    function(
        "reporthook",
        &["blocknum", "blocksize", "totalsize"],
        body!(|x, number, size, total| do {
            let line = "Block number: %d, Block size: %d, Total size: %d\n";
            let line = x.format(line, [number, size, total].map(Clone::clone))?;
            x.call(&*x.get(&*x.import("sys")?, "stdout")?, "write", [line])
        }),
    ),
];

/// A value that is found once and kept in the module.
fn kept(x: Scope<'_>, name: &str, find: fn(Scope<'_>) -> PyResult) -> PyResult {
    let known = x.global(name)?;
    if !x.is_none(&known) {
        return Ok(known);
    }
    let found = find(x)?;
    x.set_global(name, found.clone())?;
    Ok(found)
}

/// The opener that all calls share, or one of its own for proxies or a context.
fn opener_for(x: Scope<'_>, proxies: &PyObjectRef, context: &PyObjectRef) -> PyResult {
    if !x.is_none(proxies) || !x.is_none(context) {
        let named = [("proxies", proxies.clone()), ("context", context.clone())];
        return x.run_with(&*x.global("FancyURLopener")?, [], named);
    }
    let shared = x.global("_urlopener")?;
    if x.yes(&shared)? {
        return Ok(shared);
    }
    let made = x.made("FancyURLopener", [])?;
    x.set_global("_urlopener", made.clone())?;
    Ok(made)
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    modules::set(vm, module, "basejoin", import::module(vm, "urlparse")?.get_attr("urljoin", vm)?);
    modules::set(vm, module, "sys", import::module(vm, "sys")?);
    let all = ALL.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    modules::set(vm, module, "__all__", vm.ctx.new_list(all));
    modules::set(vm, module, "__version__", vm.ctx.new_str(VERSION));
    modules::set(vm, module, "always_safe", vm.ctx.new_str(ALWAYS_SAFE));
    modules::set(vm, module, "MAXFTPCACHE", vm.ctx.new_int(10));
    modules::set(vm, module, "_have_ssl", vm.ctx.new_bool(true));
    for name in ["ftpcache", "_safe_quoters"] {
        modules::set(vm, module, name, vm.ctx.new_dict());
    }
    // What is kept between calls.
    for name in ["_urlopener", "_ftperrors", "_noheaders", "_localhost", "_thishost"] {
        modules::set(vm, module, name, vm.ctx.none());
    }
    let timeout = import::module(vm, "_netbase")?.get_attr("_GLOBAL_DEFAULT_TIMEOUT", vm)?;
    let home = Arc::new(Home { globals: module.dict(), defaults: vec![timeout] });
    for lines in [ERRORS, files::CLASSES, opener::CLASSES, fancy::CLASSES, ftp::CLASSES] {
        classes(vm, module, &home, "urllib", lines)?;
    }
    for functions in [FUNCTIONS, splitting::FUNCTIONS, proxies::FUNCTIONS, quoting::FUNCTIONS, queries::URLENCODE] {
        publish(vm, module, &home, functions, "urllib");
    }
    let x = Scope { home: &home, vm };
    modules::set(vm, module, "getproxies", x.global("getproxies_environment")?);
    modules::set(vm, module, "proxy_bypass", x.global("proxy_bypass_environment")?);
    lazily(vm, module, MODULES);
    Ok(())
}

/// Makes the module `urllib`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "urllib");
    modules::set(vm, &module, "__doc__", vm.ctx.new_str("Quoting, query strings and opening of URLs."));
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
