//! The module `urllib2`: requests, openers and their handlers, as classes that programs derive from, replace and put
//! together anew.
//!
//! [`request`] is `Request`, [`director`] the opener and what makes one, [`handlers`] the small handlers, [`redirects`],
//! [`authorization`] and [`connections`] what their names say, [`local`] files and FTP.

mod authorization;
mod connections;
mod director;
mod handlers;
mod lists;
mod local;
mod redirects;
mod request;

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyRef, PyResult, VirtualMachine};

use super::python_function::{Function, Given, Home, function, publish, with_defaults};
use super::scope::{Line, Scope, classes, lazily, property};
use crate::import;
use crate::{body, modules};

/// The version of Python that the module belongs to.
const VERSION: &str = "2.7";
/// What `Home::defaults` holds: `socket._GLOBAL_DEFAULT_TIMEOUT`, the headers that a request has if none are given, and
/// the expression of `AbstractBasicAuthHandler`.
const TIMEOUT: usize = 0;
const HEADERS: usize = 1;
const BASIC: usize = 2;

const NONE: Given = Given::None;

/// Functions that come from `urllib`.
const FROM_URLLIB: &[&str] = &[
    "unwrap",
    "unquote",
    "splittype",
    "splithost",
    "quote",
    "addinfourl",
    "splitport",
    "splittag",
    "toBytes",
    "splitattr",
    "ftpwrapper",
    "splituser",
    "splitpasswd",
    "splitvalue",
    "localhost",
    "url2pathname",
    "getproxies",
    "proxy_bypass",
];

/// Other modules that programs find here, imported when they are used.
const MODULES: &[(&str, &str)] = &[
    ("base64", "base64"),
    ("bisect", "bisect"),
    ("hashlib", "hashlib"),
    ("httplib", "httplib"),
    ("mimetools", "mimetools"),
    ("os", "os"),
    ("posixpath", "posixpath"),
    ("random", "random"),
    ("re", "re"),
    ("socket", "socket"),
    ("ssl", "ssl"),
    ("time", "time"),
    ("urlparse", "urlparse"),
    ("warnings", "warnings"),
    ("StringIO", "cStringIO:StringIO"),
];

static ERRORS: &[Line] = &[
    Line {
        name: "URLError",
        bases: &["IOError"],
        functions: request::URL_ERROR,
        values: &[],
        doc: Some("No answer: `reason` says why."),
    },
    Line {
        name: "HTTPError",
        bases: &["URLError", "addinfourl"],
        functions: request::HTTP_ERROR,
        values: &[],
        doc: Some("An answer with an error status; it can be read like any other answer."),
    },
];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "urlopen",
        &["url", "data", "timeout", "cafile", "capath", "cadefault", "context"],
        &[NONE, Given::Kept(TIMEOUT), NONE, NONE, Given::Bool(false), NONE],
        body!(|x, url, data, timeout, cafile, capath, cadefault, context| director::urlopen(
            x,
            [url, data, timeout],
            [cafile, capath, cadefault],
            context
        )),
    ),
    function("install_opener", &["opener"], body!(|x, opener| do x.set_global("_opener", opener.clone()))),
    function("build_opener", &["*handlers"], crate::raw_body!(|x, args| director::build_opener(x, args.args))),
    function("request_host", &["request"], body!(|x, request| request::request_host(x, request))),
    function("parse_keqv_list", &["l"], body!(|x, list| lists::parse_keqv_list(x, list))),
    function("parse_http_list", &["s"], body!(|x, text| lists::parse_http_list(x, text))),
    function("randombytes", &["n"], body!(|x, count| x.of("os", "urandom", [count.clone()]))),
    function("_parse_proxy", &["proxy"], body!(|x, proxy| connections::parse_proxy(x, proxy))),
    function("_safe_gethostbyname", &["host"], body!(|x, host| local::safe_address(x, host))),
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let urllib = import::module(vm, "urllib")?;
    for &name in FROM_URLLIB {
        modules::set(vm, module, name, urllib.get_attr(name, vm)?);
    }
    modules::set(vm, module, "sys", import::module(vm, "sys")?);
    modules::set(vm, module, "__version__", vm.ctx.new_str(VERSION));
    modules::set(vm, module, "_opener", vm.ctx.none());
    modules::set(vm, module, "_have_ssl", vm.ctx.new_bool(true));
    modules::set(vm, module, "_cut_port_re", modules::re::compile(vm, r":\d+$", 0)?);
    let timeout = import::module(vm, "_netbase")?.get_attr("_GLOBAL_DEFAULT_TIMEOUT", vm)?;
    let basic = modules::re::compile(vm, authorization::CHALLENGE, authorization::IGNORE_CASE)?;
    let home = Arc::new(Home { globals: module.dict(), defaults: vec![timeout, vm.ctx.new_dict().into(), basic] });
    for lines in [ERRORS, director::CLASSES, handlers::CLASSES, redirects::CLASSES, authorization::CLASSES] {
        classes(vm, module, &home, "urllib2", lines)?;
    }
    for lines in [connections::CLASSES, local::CLASSES] {
        classes(vm, module, &home, "urllib2", lines)?;
    }
    classes(vm, module, &home, "urllib2", request::CLASSES)?;
    let x = Scope { home: &home, vm };
    let error = x.global("HTTPError")?;
    x.set(&error, "reason", property(x, &home, &request::REASON, "urllib2")?)?;
    publish(vm, module, &home, FUNCTIONS, "urllib2");
    lazily(vm, module, MODULES);
    Ok(())
}

/// Makes the module `urllib2`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "urllib2");
    let doc = "Opening URLs with handlers for redirects, cookies, errors and authentication.";
    modules::set(vm, &module, "__doc__", vm.ctx.new_str(doc));
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
