//! `URLopener`: opens URLs by the method `open_KIND`.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult};

use super::{NONE, ftp, transfers};
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::runtime::{exceptions, text};
use crate::{body, raw_body};

pub static CLASSES: &[Line] = &[Line {
    name: "URLopener",
    bases: &[],
    functions: FUNCTIONS,
    values: &[("version", Given::Text("Python-urllib/1.17")), ("_URLopener__tempfiles", NONE)],
    doc: Some("Opens URLs, with headers and a version of its own."),
}];

const SELF: &[&str] = &["self"];
const URL: &[&str] = &["self", "url"];
const URL_DATA: &[&str] = &["self", "url", "data"];
const ANSWER: &[&str] = &["self", "url", "fp", "errcode", "errmsg", "headers"];

static FUNCTIONS: &[Function] = &[
    function("__init__", &["self", "proxies", "context", "**x509"], raw_body!(|x, args| init(x, args))),
    function("__del__", SELF, body!(|x, me| x.ask(me, "close"))),
    function("close", SELF, body!(|x, me| do x.ask(me, "cleanup"))),
    function("cleanup", SELF, body!(|x, me| do transfers::cleanup(x, me))),
    function(
        "addheader",
        &["self", "*args"],
        raw_body!(|x, args| {
            let mut args = args.args;
            if args.is_empty() {
                return Err(x.vm.new_type_error("addheader() takes at least 1 argument (0 given)"));
            }
            let me = args.remove(0);
            x.call(&*x.get(&me, "addheaders")?, "append", [x.tuple(args)])
        }),
    ),
    with_defaults("open", &["self", "fullurl", "data"], &[NONE], body!(|x, me, url, data| open(x, me, url, data))),
    with_defaults(
        "open_unknown",
        &["self", "fullurl", "data"],
        &[NONE],
        body!(|x, _me, url, _data| {
            let kind = x.nth(&*x.made("splittype", [url.clone()])?, 0)?;
            Err(io_error(x, [x.text("url error"), x.text("unknown url type"), kind]))
        }),
    ),
    with_defaults(
        "open_unknown_proxy",
        &["self", "proxy", "fullurl", "data"],
        &[NONE],
        body!(|x, _me, proxy, url, _data| {
            let kind = x.nth(&*x.made("splittype", [url.clone()])?, 0)?;
            let message = x.format("invalid proxy for %s", [kind])?;
            Err(io_error(x, [x.text("url error"), message, proxy.clone()]))
        }),
    ),
    with_defaults(
        "retrieve",
        &["self", "url", "filename", "reporthook", "data"],
        &[NONE, NONE, NONE],
        body!(|x, me, url, file, hook, data| transfers::retrieve(x, me, url, [file, hook, data])),
    ),
    with_defaults("open_http", URL_DATA, &[NONE], body!(|x, me, url, data| open_web(x, me, url, data, false))),
    with_defaults("open_https", URL_DATA, &[NONE], body!(|x, me, url, data| open_web(x, me, url, data, true))),
    with_defaults(
        "http_error",
        &["self", "url", "fp", "errcode", "errmsg", "headers", "data"],
        &[NONE],
        body!(|x, me, url, fp, code, message, headers, data| http_error(
            x,
            me,
            [url, fp, code, message, headers],
            data
        )),
    ),
    function(
        "http_error_default",
        ANSWER,
        body!(|x, _me, _url, fp, code, message, headers| {
            x.ask(fp, "close")?;
            Err(io_error(x, [x.text("http error"), code.clone(), message.clone(), headers.clone()]))
        }),
    ),
    function("open_file", URL, body!(|x, me, url| open_file(x, me, url))),
    function("open_local_file", URL, body!(|x, _me, url| open_local(x, url))),
    function("open_ftp", URL, body!(|x, me, url| ftp::open(x, me, url))),
    with_defaults("open_data", URL_DATA, &[NONE], body!(|x, _me, url, _data| open_data(x, url))),
];

/// An IOError with any arguments.
pub fn io_error(x: Scope<'_>, args: impl Into<Vec<PyObjectRef>>) -> PyBaseExceptionRef {
    x.error("IOError", args)
}

/// A URL that came by way of a proxy is no string: that is only for the web.
pub fn plain_only(x: Scope<'_>, url: &PyObject, what: &str) -> PyResult<()> {
    if text::is_str(url) {
        return Ok(());
    }
    let message = format!("proxy support for {what} protocol currently not implemented");
    Err(io_error(x, [x.text(&format!("{what} error")), x.text(&message)]))
}

fn init(x: Scope<'_>, mut args: FuncArgs) -> PyResult {
    if args.args.len() > 3 {
        let given = args.args.len();
        return Err(x.vm.new_type_error(format!("__init__() takes at most 3 arguments ({given} given)")));
    }
    let mut take = |name: &str| args.take_positional().or_else(|| args.take_keyword(name));
    let Some(me) = take("self") else {
        return Err(x.vm.new_type_error("__init__() takes at least 1 argument (0 given)"));
    };
    let (proxies, context) = (take("proxies"), take("context"));
    let proxies = match proxies.filter(|proxies| !x.is_none(proxies)) {
        Some(proxies) => proxies,
        None => x.made("getproxies", [])?,
    };
    if !x.has(&proxies, "has_key")? {
        return Err(x.assertion(Some("proxies must be a mapping")));
    }
    let mut certificate = |name: &str| args.take_keyword(name).unwrap_or_else(|| x.none());
    x.fill(
        &me,
        [("proxies", proxies), ("key_file", certificate("key_file")), ("cert_file", certificate("cert_file"))],
    )?;
    let agent = x.tuple([x.text("User-Agent"), x.get(&me, "version")?]);
    let accepted = x.tuple([x.text("Accept"), x.text("*/*")]);
    x.fill(
        &me,
        [
            ("context", context.unwrap_or_else(|| x.none())),
            ("addheaders", x.list([agent, accepted])),
            ("_URLopener__tempfiles", x.list([])),
            // Kept here: the opener may be closed when the module is gone.
            ("_URLopener__unlink", x.get(&*x.global("os")?, "unlink")?),
            ("tempcache", x.none()),
            ("ftpcache", x.global("ftpcache")?),
        ],
    )?;
    Ok(x.none())
}

fn open(x: Scope<'_>, me: &PyObject, url: &PyObjectRef, data: &PyObjectRef) -> PyResult {
    let url = x.made("unwrap", [x.made("toBytes", [url.clone()])?])?;
    let url = x.run_with(&*x.global("quote")?, [url], [("safe", x.text("%/:=&?~#+!$,;'@()*[]|"))])?;
    let kept = x.get(me, "tempcache")?;
    if x.yes(&kept)? && x.contains(&kept, &url)? {
        let (name, headers) = x.two(&*x.item(&kept, &url)?)?;
        let file = x.made("open", [name, x.text("rb")])?;
        return x.made("addinfourl", [file, headers, url]);
    }
    let (mut kind, mut rest) = x.two(&*x.made("splittype", [url.clone()])?)?;
    if !x.yes(&kind)? {
        kind = x.text("file");
    }
    let proxies = x.get(me, "proxies")?;
    let mut proxy = x.none();
    if x.contains(&proxies, &kind)? {
        proxy = x.item(&proxies, &kind)?;
        let (proxy_kind, proxy_rest) = x.two(&*x.made("splittype", [proxy.clone()])?)?;
        kind = proxy_kind;
        rest = x.tuple([x.nth(&*x.made("splithost", [proxy_rest])?, 0)?, url.clone()]);
    }
    x.set(me, "type", kind.clone())?;
    let name = x.peek(&*x.add(&x.text("open_"), &kind)?).replace('-', "_");
    let method = match x.vm.get_attribute_opt(me, x.vm.ctx.intern_str(name))? {
        // `local_file:` is no kind of URL.
        Some(method) if !x.equal(&method, &*x.get(me, "open_local_file")?)? => method,
        _ if x.yes(&proxy)? => return x.call(me, "open_unknown_proxy", [proxy, url, data.clone()]),
        _ => return x.call(me, "open_unknown", [url, data.clone()]),
    };
    let mut args = vec![rest];
    args.extend((!x.is_none(data)).then(|| data.clone()));
    x.run(&method, args).map_err(|error| {
        let is_network = x.import("_netbase").and_then(|network| x.get(&network, "error"));
        match is_network.and_then(|class| x.catches(&error, &class)) {
            Ok(true) => io_error(x, [x.text("socket error"), exceptions::value_of(&error, x.vm)]),
            _ => error,
        }
    })
}

/// `user:password` for a header.
fn credentials(x: Scope<'_>, login: PyObjectRef) -> PyResult<Option<PyObjectRef>> {
    if !x.yes(&login)? {
        return Ok(None);
    }
    let login = x.of("base64", "b64encode", [x.made("unquote", [login])?])?;
    x.format("Basic %s", [login]).map(Some)
}

/// `open_http` and `open_https`: a URL without its scheme, or a proxy and a whole URL.
fn open_web(x: Scope<'_>, me: &PyObject, url: &PyObjectRef, data: &PyObjectRef, secure: bool) -> PyResult {
    let scheme = if secure { "https" } else { "http" };
    let (mut host, mut selector, mut real);
    let (mut login, mut proxy_login) = (x.none(), x.none());
    let mut shown = url.clone();
    if text::is_basestring(url) {
        (host, selector) = x.two(&*x.made("splithost", [url.clone()])?)?;
        if x.yes(&host)? {
            (login, host) = x.two(&*x.made("splituser", [host])?)?;
            host = x.made("unquote", [host])?;
        }
        real = host.clone();
    } else {
        real = x.none();
        (host, selector) = x.two(url)?;
        (proxy_login, host) = x.two(&*x.made("splituser", [host])?)?;
        let (kind, rest) = x.two(&*x.made("splittype", [selector.clone()])?)?;
        shown = rest.clone();
        if x.peek(&*x.ask(&kind, "lower")?) == scheme {
            let (own, path) = x.two(&*x.made("splithost", [rest])?)?;
            real = own;
            if x.yes(&real)? {
                (login, real) = x.two(&*x.made("splituser", [real])?)?;
            }
            if x.yes(&login)? {
                selector = x.format("%s://%s%s", [kind, real.clone(), path])?;
            }
            if !secure && x.yes(&*x.made("proxy_bypass", [real.clone()])?)? {
                host = real.clone();
            }
        }
    }
    if !x.yes(&host)? {
        return Err(io_error(x, [x.text(&format!("{scheme} error")), x.text("no host given")]));
    }
    let (login, proxy_login) = (credentials(x, login)?, credentials(x, proxy_login)?);
    let httplib = x.import("httplib")?;
    let connection = if secure {
        let named = [
            ("key_file", x.get(me, "key_file")?),
            ("cert_file", x.get(me, "cert_file")?),
            ("context", x.get(me, "context")?),
        ];
        x.run_with(&*x.get(&httplib, "HTTPS")?, [host, x.int(0)], named)?
    } else {
        x.call(&httplib, "HTTP", [host])?
    };
    let header = |name: &str, value: PyObjectRef| x.call(&connection, "putheader", [x.text(name), value]);
    if x.is_none(data) {
        x.call(&connection, "putrequest", [x.text("GET"), selector])?;
    } else {
        x.call(&connection, "putrequest", [x.text("POST"), selector])?;
        header("Content-Type", x.text("application/x-www-form-urlencoded"))?;
        header("Content-Length", x.text(&x.length(data)?.to_string()))?;
    }
    for (name, value) in [("Proxy-Authorization", proxy_login), ("Authorization", login)] {
        if let Some(value) = value {
            header(name, value)?;
        }
    }
    if x.yes(&real)? {
        header("Host", real)?;
    }
    for own in x.each(&*x.get(me, "addheaders")?)? {
        x.call(&connection, "putheader", x.each(&own)?)?;
    }
    x.call(&connection, "endheaders", [data.clone()])?;
    let [code, message, headers] = x.unpack(&*x.ask(&connection, "getreply")?)?;
    let fp = x.ask(&connection, "getfile")?;
    let status = x.number(&code).unwrap_or_default();
    if status == -1 {
        if x.yes(&fp)? {
            x.ask(&fp, "close")?;
        }
        let said = x.text("got a bad status line");
        return Err(io_error(x, [x.text("http protocol error"), x.int(0), said, x.none()]));
    }
    if (200..300).contains(&status) {
        let whole = x.add(&x.text(&format!("{scheme}:")), &shown)?;
        return x.made("addinfourl", [fp, headers, whole, code]);
    }
    let mut args = vec![shown, fp, code, message, headers];
    args.extend((!x.is_none(data)).then(|| data.clone()));
    x.call(me, "http_error", args)
}

fn http_error(x: Scope<'_>, me: &PyObject, answer: [&PyObjectRef; 5], data: &PyObjectRef) -> PyResult {
    let [_, _, code, _, _] = answer;
    let mut args = answer.map(Clone::clone).to_vec();
    let name = x.peek(&*x.format("http_error_%d", [code.clone()])?);
    if let Some(method) = x.vm.get_attribute_opt(me, x.vm.ctx.intern_str(name))? {
        let mut args = args.clone();
        args.extend((!x.is_none(data)).then(|| data.clone()));
        let result = x.run(&method, args)?;
        if x.yes(&result)? {
            return Ok(result);
        }
    }
    args.truncate(5);
    x.call(me, "http_error_default", args)
}

// ---- files ------------------------------------------------------------------------------------------------------

fn open_file(x: Scope<'_>, me: &PyObject, url: &PyObjectRef) -> PyResult {
    plain_only(x, url, "file")?;
    let shown = x.peek(url);
    let is_here = !shown.starts_with("//")
        || shown.starts_with("///")
        || shown.get(2..12).is_some_and(|host| host.eq_ignore_ascii_case("localhost/"));
    x.call(me, if is_here { "open_local_file" } else { "open_ftp" }, [url.clone()])
}

/// The headers of lines of text.
pub fn headers_of(x: Scope<'_>, lines: PyObjectRef) -> PyResult {
    x.of("mimetools", "Message", [x.of("cStringIO", "StringIO", [lines])?])
}

fn open_local(x: Scope<'_>, url: &PyObjectRef) -> PyResult {
    let (host, file) = x.two(&*x.made("splithost", [url.clone()])?)?;
    let path = x.made("url2pathname", [file.clone()])?;
    let stats = x.call(&*x.global("os")?, "stat", [path.clone()]).map_err(|error| {
        if !x.is_error(&error, "OSError") {
            return error;
        }
        let part = |name| x.get(error.as_object(), name).unwrap_or_else(|_| x.none());
        io_error(x, [part("errno"), part("strerror"), part("filename")])
    })?;
    let format = x.get(&*x.import("email.utils")?, "formatdate")?;
    let changed = x.run_with(&format, [x.get(&stats, "st_mtime")?], [("usegmt", x.bool(true))])?;
    let kind = x.nth(&*x.of("mimetypes", "guess_type", [url.clone()])?, 0)?;
    let kind = if x.yes(&kind)? { kind } else { x.text("text/plain") };
    let lines = "Content-Type: %s\nContent-Length: %d\nLast-modified: %s\n";
    let headers = headers_of(x, x.format(lines, [kind, x.get(&stats, "st_size")?, changed])?)?;
    let shown = x.peek(&file);
    if x.yes(&host)? {
        let (host, port) = x.two(&*x.made("splitport", [host])?)?;
        let is_here = !x.yes(&port)? && {
            let address = x.call(&*x.global("socket")?, "gethostbyname", [host])?;
            x.equal(&address, &*x.made("localhost", [])?)? || x.equal(&address, &*x.made("thishost", [])?)?
        };
        if !is_here {
            return Err(io_error(x, [x.text("local file error"), x.text("not on local host")]));
        }
    } else if shown.starts_with("./") {
        let message = "local file url may start with / or file:. Unknown url of type: %s";
        return Err(x.error("ValueError", [x.format(message, [url.clone()])?]));
    }
    let whole = if shown.starts_with('/') { x.add(&x.text("file://"), &file)? } else { file };
    let opened = x.made("open", [path, x.text("rb")])?;
    x.made("addinfourl", [opened, headers, whole])
}

/// The contents that a `data:` address itself holds (RFC 2397).
fn open_data(x: Scope<'_>, url: &PyObjectRef) -> PyResult {
    plain_only(x, url, "data")?;
    let parts = x.each(&*x.call(url, "split", [x.text(","), x.int(1)])?)?;
    let [kind, data] = parts.as_slice() else {
        return Err(io_error(x, [x.text("data error"), x.text("bad data URL")]));
    };
    let bytes = text::bytes_of(kind).unwrap_or_default();
    let mut kind: &[u8] = if bytes.is_empty() { b"text/plain;charset=US-ASCII" } else { &bytes };
    let mut encoding: &[u8] = b"";
    if let Some(at) = kind.iter().rposition(|byte| *byte == b';') {
        let (before, after) = kind.split_at(at);
        if !after.contains(&b'=') {
            (kind, encoding) = (before, after.get(1..).unwrap_or_default());
        }
    }
    let data = if encoding == b"base64" {
        x.of("base64", "decodestring", [data.clone()])?
    } else {
        x.made("unquote", [data.clone()])?
    };
    let time = x.global("time")?;
    let now = x.call(&time, "gmtime", [x.ask(&time, "time")?])?;
    let now = x.call(&time, "strftime", [x.text("%a, %d %b %Y %H:%M:%S GMT"), now])?;
    let length = x.int(x.length(&data)? as i64);
    let lines = "Date: %s\nContent-type: %s\nContent-Length: %d\n\n%s";
    let message = x.format(lines, [now, text::new_str(x.vm, kind), length, data])?;
    let file = x.of("cStringIO", "StringIO", [message])?;
    let headers = x.of("mimetools", "Message", [file.clone(), x.int(0)])?;
    x.made("addinfourl", [file, headers, url.clone()])
}
