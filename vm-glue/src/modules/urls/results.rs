//! The module `urlparse`: its lists of schemes, and the classes of its results.

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PyTuple};
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::{parts, queries, quoting};
use crate::modules::python_function::{Body, Class, Function, Home, function, publish};
use crate::modules::scope::{Scope, lazily, property};
use crate::{body, import, modules};

const ALL: &str = "urlparse urlunparse urljoin urldefrag urlsplit urlunsplit parse_qs parse_qsl";

/// Lists of schemes; `-` stands for a URL without one. Programs add to them.
const LISTS: &[(&str, &str)] = &[
    ("__all__", ALL),
    ("uses_relative", "ftp http gopher nntp imap wais file https shttp mms prospero rtsp rtspu - sftp svn svn+ssh"),
    (
        "uses_netloc",
        "ftp http gopher nntp telnet imap wais file mms https shttp snews prospero rtsp rtspu rsync - svn svn+ssh sftp nfs \
         git git+ssh",
    ),
    ("uses_params", "ftp hdl prospero http imap https shttp rtsp rtspu sip sips mms - sftp tel"),
    ("non_hierarchical", "gopher hdl mailto news telnet wais imap snews sip sips"),
    ("uses_query", "http wais imap https shttp mms gopher rtsp rtspu sip sips -"),
    ("uses_fragment", "ftp hdl http gopher news nntp wais https shttp snews file prospero -"),
];
const SCHEME_CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";

const SELF: &[&str] = &["self"];

/// What can be read off the network location of a result.
static PROPERTIES: &[Function] = &[
    function(
        "username",
        SELF,
        body!(|x, me| {
            let login = Location::of(x, me)?.login();
            Ok(login.map_or_else(|| x.none(), |(user, _)| user))
        }),
    ),
    function(
        "password",
        SELF,
        body!(|x, me| {
            let login = Location::of(x, me)?.login();
            Ok(login.and_then(|(_, password)| password).unwrap_or_else(|| x.none()))
        }),
    ),
    function(
        "hostname",
        SELF,
        body!(|x, me| {
            let location = Location::of(x, me)?;
            match location.host() {
                Some(host) => x.ask(&host, "lower"),
                None => Ok(x.none()),
            }
        }),
    ),
    function(
        "port",
        SELF,
        body!(|x, me| {
            let Some(port) = Location::of(x, me)?.port() else { return Ok(x.none()) };
            let number = x.made("int", [port, x.int(10)])?;
            let valid = !x.less(&number, &x.int(0))? && !x.above(&number, 65535)?;
            Ok(if valid { number } else { x.none() })
        }),
    ),
];

/// A network location: `user:password@host:port`.
struct Location<'a> {
    x: Scope<'a>,
    netloc: PyObjectRef,
    text: String,
}

impl<'a> Location<'a> {
    fn of(x: Scope<'a>, result: &PyObject) -> PyResult<Self> {
        let netloc = x.get(result, "netloc")?;
        let text = x.peek(&netloc);
        Ok(Self { x, netloc, text })
    }

    fn piece(&self, text: &str) -> PyObjectRef {
        self.x.like(&self.netloc, text)
    }

    fn login(&self) -> Option<(PyObjectRef, Option<PyObjectRef>)> {
        let (login, _) = self.text.rsplit_once('@')?;
        Some(match login.split_once(':') {
            Some((user, password)) => (self.piece(user), Some(self.piece(password))),
            None => (self.piece(login), None),
        })
    }

    /// What follows the login.
    fn place(&self) -> &str {
        self.text.rsplit('@').next().unwrap_or_default()
    }

    fn host(&self) -> Option<PyObjectRef> {
        let place = self.place();
        if place.contains('[') && place.contains(']') {
            let inner = place.split(']').next().unwrap_or_default();
            return Some(self.piece(inner.get(1..).unwrap_or_default()));
        }
        let host = place.split(':').next().unwrap_or_default();
        (!place.is_empty() && (place.contains(':') || !host.is_empty())).then(|| self.piece(host))
    }

    fn port(&self) -> Option<PyObjectRef> {
        let place = self.place().rsplit(']').next().unwrap_or_default();
        let port = place.split(':').nth(1)?;
        (!port.is_empty()).then(|| self.piece(port))
    }
}

static SPLIT: &[Function] = &[function("geturl", SELF, body!(|x, me| x.made("urlunsplit", [me.clone()])))];
static PARSED: &[Function] = &[function("geturl", SELF, body!(|x, me| x.made("urlunparse", [me.clone()])))];

/// Classes of results: name, fields, functions.
static RESULTS: &[(&str, &str, &[Function])] = &[
    ("SplitResult", "scheme netloc path query fragment", SPLIT),
    ("ParseResult", "scheme netloc path params query fragment", PARSED),
];

static FUNCTIONS: &[Function] = &[
    // Nothing is kept between calls; programs call it.
    function("clear_cache", &[], Body::Nothing),
    quoting::UNQUOTE,
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    for &(name, schemes) in LISTS {
        let schemes = schemes.split_ascii_whitespace().map(|scheme| if scheme == "-" { "" } else { scheme });
        let schemes = schemes.map(|scheme| vm.ctx.new_str(scheme).into()).collect();
        modules::set(vm, module, name, vm.ctx.new_list(schemes));
    }
    modules::set(vm, module, "scheme_chars", vm.ctx.new_str(SCHEME_CHARACTERS));
    modules::set(vm, module, "MAX_CACHE_SIZE", vm.ctx.new_int(20));
    modules::set(vm, module, "_parse_cache", vm.ctx.new_dict());
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let x = Scope { home: &home, vm };
    let mut properties = Vec::new();
    for function in PROPERTIES {
        properties.push((function.name, property(x, &home, function, "urlparse")?));
    }
    let mixin = Class {
        name: "ResultMixin",
        module: "urlparse",
        bases: vec![vm.ctx.types.object_type.to_owned().into()],
        functions: &[],
        values: properties,
        doc: Some("What can be read off the network location of a result."),
    };
    let mixin = mixin.make(&home, true, vm)?;
    modules::set(vm, module, "ResultMixin", mixin.clone());
    let named = import::module(vm, "_collections")?.get_attr("namedtuple", vm)?;
    for &(name, fields, functions) in RESULTS {
        let base = x.run(&named, [x.text(name), x.text(fields)])?;
        x.set(&base, "__module__", x.text("urlparse"))?;
        let slots: PyObjectRef = PyTuple::new_ref(Vec::new(), &vm.ctx).into();
        let class = Class {
            name,
            module: "urlparse",
            bases: vec![base, mixin.clone()],
            functions,
            values: vec![("__slots__", slots)],
            doc: None,
        };
        modules::set(vm, module, name, class.make(&home, true, vm)?);
    }
    for functions in [FUNCTIONS, parts::FUNCTIONS, queries::PARSING] {
        publish(vm, module, &home, functions, "urlparse");
    }
    lazily(vm, module, &[("re", "re"), ("namedtuple", "collections:namedtuple")]);
    Ok(())
}

/// Makes the module `urlparse`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "urlparse");
    modules::set(vm, &module, "__doc__", vm.ctx.new_str("Taking URLs apart and putting them together."));
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
