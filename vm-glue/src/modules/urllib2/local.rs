//! Handlers of `file:` and `ftp:`.

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult};

use crate::body;
use crate::modules::python_function::{Function, Given, function};
use crate::modules::scope::{Line, Scope};
use crate::modules::urllib::transfer_type;

pub static CLASSES: &[Line] = &[
    Line {
        name: "FileHandler",
        bases: &["BaseHandler"],
        functions: FILE,
        values: &[("names", Given::None)],
        doc: None,
    },
    Line { name: "FTPHandler", bases: &["BaseHandler"], functions: FTP, values: &[], doc: None },
    Line { name: "CacheFTPHandler", bases: &["FTPHandler"], functions: CACHE_FTP, values: &[], doc: None },
];

const SELF: &[&str] = &["self"];
const REQUEST: &[&str] = &["self", "req"];
const CONNECT: &[&str] = &["self", "user", "passwd", "host", "port", "dirs", "timeout"];

// ---- files ------------------------------------------------------------------------------------------------------

static FILE: &[Function] = &[
    function("file_open", REQUEST, body!(|x, me, req| file_open(x, me, req))),
    function("get_names", SELF, body!(|x, _me| names(x))),
    function("open_local_file", REQUEST, body!(|x, me, req| open_file(x, me, req))),
];

fn file_open(x: Scope<'_>, me: &PyObject, req: &PyObjectRef) -> PyResult {
    let url = x.peek(&*x.ask(req, "get_selector")?);
    let host = x.get(req, "host")?;
    let elsewhere = x.yes(&host)? && !x.says(&host, "localhost");
    if url.starts_with("//") && !url.starts_with("///") && elsewhere {
        x.set(req, "type", x.text("ftp"))?;
        return x.call(&*x.get(me, "parent")?, "open", [req.clone()]);
    }
    x.call(me, "open_local_file", [req.clone()])
}

/// The addresses of this machine, kept in the class.
fn names(x: Scope<'_>) -> PyResult {
    let class = x.global("FileHandler")?;
    if x.is_none(&*x.get(&class, "names")?) {
        let socket = x.global("socket")?;
        let of = |name: PyObjectRef| -> PyResult { x.nth(&*x.call(&socket, "gethostbyname_ex", [name])?, 2) };
        let found = of(x.text("localhost")).and_then(|local| x.add(&local, &*of(x.ask(&socket, "gethostname")?)?));
        let found = match found {
            Ok(found) => x.tuple(x.each(&found)?),
            Err(error) if x.catches(&error, &*x.get(&socket, "gaierror")?)? => {
                x.tuple([x.call(&socket, "gethostbyname", [x.text("localhost")])?])
            }
            Err(error) => return Err(error),
        };
        x.set(&class, "names", found)?;
    }
    x.get(&class, "names")
}

/// `_safe_gethostbyname(host)`: None where nobody knows the host.
pub fn safe_address(x: Scope<'_>, host: &PyObjectRef) -> PyResult {
    let socket = x.global("socket")?;
    match x.call(&socket, "gethostbyname", [host.clone()]) {
        Err(error) if x.catches(&error, &*x.get(&socket, "gaierror")?)? => Ok(x.none()),
        other => other,
    }
}

fn open_file(x: Scope<'_>, me: &PyObject, req: &PyObjectRef) -> PyResult {
    let host = x.ask(req, "get_host")?;
    let name = x.ask(req, "get_selector")?;
    let opened = (|| -> PyResult<Option<PyObjectRef>> {
        let path = x.made("url2pathname", [name.clone()])?;
        let stats = x.of("os", "stat", [path.clone()])?;
        let changed = x.get(&stats, "st_mtime")?;
        let format = x.get(&*x.import("email.utils")?, "formatdate")?;
        let changed = x.run_with(&format, [changed], [("usegmt", x.bool(true))])?;
        let kind = x.nth(&*x.of("mimetypes", "guess_type", [name.clone()])?, 0)?;
        let kind = if x.yes(&kind)? { kind } else { x.text("text/plain") };
        let lines = "Content-type: %s\nContent-length: %d\nLast-modified: %s\n";
        let headers = headers(x, x.format(lines, [kind, x.get(&stats, "st_size")?, changed])?)?;
        let (mut bare, mut port) = (host.clone(), x.none());
        if x.yes(&host)? {
            (bare, port) = x.two(&*x.made("splitport", [host.clone()])?)?;
        }
        let is_here = !x.yes(&bare)?
            || !x.yes(&port)? && {
                let address = x.made("_safe_gethostbyname", [bare.clone()])?;
                x.contains(&*x.ask(me, "get_names")?, &address)?
            };
        if !is_here {
            return Ok(None);
        }
        let shown = if x.yes(&bare)? { bare } else { x.text("") };
        let url = x.sum(&[x.text("file://").as_object(), &shown, &name])?;
        let file = x.made("open", [path, x.text("rb")])?;
        x.made("addinfourl", [file, headers, url]).map(Some)
    })();
    match opened {
        Ok(Some(opened)) => Ok(opened),
        Ok(None) => Err(x.error("URLError", [x.text("file not on local host")])),
        Err(error) if x.is_error(&error, "OSError") => Err(x.error("URLError", [error.into()])),
        Err(error) => Err(error),
    }
}

fn headers(x: Scope<'_>, lines: PyObjectRef) -> PyResult {
    x.of("mimetools", "Message", [x.made("StringIO", [lines])?])
}

// ---- FTP --------------------------------------------------------------------------------------------------------

static FTP: &[Function] = &[
    function("ftp_open", REQUEST, body!(|x, me, req| ftp_open(x, me, req))),
    function(
        "connect_ftp",
        CONNECT,
        body!(|x, _me, user, password, host, port, folders, timeout| {
            let args = [user, password, host, port, folders, timeout].map(Clone::clone);
            x.run_with(&*x.global("ftpwrapper")?, args, [("persistent", x.bool(false))])
        }),
    ),
];

fn ftp_open(x: Scope<'_>, me: &PyObject, req: &PyObjectRef) -> PyResult {
    let ftplib = x.import("ftplib")?;
    let host = x.ask(req, "get_host")?;
    if !x.yes(&host)? {
        return Err(x.error("URLError", [x.text("ftp error: no host given")]));
    }
    let (host, port) = x.two(&*x.made("splitport", [host])?)?;
    let port = if x.is_none(&port) { x.get(&ftplib, "FTP_PORT")? } else { x.made("int", [port])? };
    let (mut user, host) = x.two(&*x.made("splituser", [host])?)?;
    let mut password = x.none();
    if x.yes(&user)? {
        (user, password) = x.two(&*x.made("splitpasswd", [user])?)?;
    }
    let or_empty = |value: PyObjectRef| -> PyResult { Ok(if x.yes(&value)? { value } else { x.text("") }) };
    let socket = x.global("socket")?;
    let host = match x.call(&socket, "gethostbyname", [x.made("unquote", [host])?]) {
        Err(error) if x.catches(&error, &*x.get(&socket, "error")?)? => {
            return Err(x.error("URLError", [error.into()]));
        }
        other => other?,
    };
    let (path, attributes) = x.two(&*x.made("splitattr", [x.ask(req, "get_selector")?])?)?;
    let mut folders = Vec::new();
    for part in x.each(&*x.call(&path, "split", [x.text("/")])?)? {
        folders.push(x.made("unquote", [part])?);
    }
    let file = folders.pop().unwrap_or_else(|| x.text(""));
    if let Some(first) = folders.first()
        && !x.yes(first)?
    {
        folders.remove(0);
    }
    let opened = (|| -> PyResult {
        let (user, password) = (or_empty(user)?, or_empty(password)?);
        let args = [user, password, host, port, x.list(folders), x.get(req, "timeout")?];
        let connection = x.call(me, "connect_ftp", args)?;
        let kind = transfer_type(x, &file, &attributes)?;
        let (fp, length) = x.two(&*x.call(&connection, "retrfile", [file, kind])?)?;
        let mut lines = x.text("");
        let kind = x.nth(&*x.of("mimetypes", "guess_type", [x.ask(req, "get_full_url")?])?, 0)?;
        if x.yes(&kind)? {
            lines = x.add(&lines, &*x.format("Content-type: %s\n", [kind])?)?;
        }
        if !x.is_none(&length) && !x.less(&length, &x.int(0))? {
            lines = x.add(&lines, &*x.format("Content-length: %d\n", [length])?)?;
        }
        x.made("addinfourl", [fp, headers(x, lines)?, x.ask(req, "get_full_url")?])
    })();
    match opened {
        Err(error) if x.catches(&error, &*x.get(&ftplib, "all_errors")?)? => {
            let reason = x.format("ftp error: %s", [error.into()])?;
            Err(x.error("URLError", [reason]))
        }
        other => other,
    }
}

static CACHE_FTP: &[Function] = &[
    function(
        "__init__",
        SELF,
        body!(|x, me| do x.fill(me, [
            ("cache", x.dict()),
            ("timeout", x.dict()),
            ("soonest", x.int(0)),
            ("delay", x.int(60)),
            ("max_conns", x.int(16)),
        ])),
    ),
    function("setTimeout", &["self", "t"], body!(|x, me, delay| do x.set(me, "delay", delay.clone()))),
    function("setMaxConns", &["self", "m"], body!(|x, me, most| do x.set(me, "max_conns", most.clone()))),
    function(
        "connect_ftp",
        CONNECT,
        body!(|x, me, user, password, host, port, folders, timeout| {
            let cache = x.get(me, "cache")?;
            let joined = x.call(&x.text("/"), "join", [folders.clone()])?;
            let key = x.tuple([user.clone(), host.clone(), port.clone(), joined, timeout.clone()]);
            if !x.contains(&cache, &key)? {
                let args = [user, password, host, port, folders, timeout].map(Clone::clone);
                x.put(&cache, &key, x.made("ftpwrapper", args)?)?;
            }
            let until = x.add(&*x.of("time", "time", [])?, &*x.get(me, "delay")?)?;
            x.put(&*x.get(me, "timeout")?, &key, until)?;
            x.ask(me, "check_cache")?;
            x.item(&*x.get(me, "cache")?, &key)
        }),
    ),
    function("check_cache", SELF, body!(|x, me| do check_cache(x, me))),
    function(
        "clear_cache",
        SELF,
        body!(|x, me| do {
            let cache = x.get(me, "cache")?;
            for (_, connection) in x.pairs(&cache)? {
                x.ask(&connection, "close")?;
            }
            x.ask(&cache, "clear")?;
            x.ask(&*x.get(me, "timeout")?, "clear").map(drop)
        }),
    ),
];

fn check_cache(x: Scope<'_>, me: &PyObject) -> PyResult<()> {
    let now = x.of("time", "time", [])?;
    let (cache, timeout) = (x.get(me, "cache")?, x.get(me, "timeout")?);
    let next = || x.set(me, "soonest", x.made("min", [x.list(x.each(&*x.ask(&timeout, "values")?)?)])?);
    if !x.less(&now, &*x.get(me, "soonest")?)? {
        for (key, until) in x.pairs(&timeout)? {
            if x.less(&until, &now)? {
                x.ask(&*x.item(&cache, &key)?, "close")?;
                x.delete(&cache, &key)?;
                x.delete(&timeout, &key)?;
            }
        }
    }
    next()?;
    // The oldest one goes when there are too many.
    if x.equal(&x.int(x.length(&cache)? as i64), &*x.get(me, "max_conns")?)? {
        for (key, until) in x.pairs(&timeout)? {
            if x.equal(&until, &*x.get(me, "soonest")?)? {
                x.delete(&cache, &key)?;
                x.delete(&timeout, &key)?;
                break;
            }
        }
        next()?;
    }
    Ok(())
}
