//! `ftp:` addresses: `URLopener.open_ftp`, and the connections that it keeps.

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult};

use super::TIMEOUT;
use super::opener::{headers_of, io_error, plain_only};
use crate::body;
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};

pub static CLASSES: &[Line] = &[Line {
    name: "ftpwrapper",
    bases: &[],
    functions: FUNCTIONS,
    values: &[],
    doc: Some("A connection to an FTP server that serves one file or listing after the other."),
}];

const SELF: &[&str] = &["self"];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "user", "passwd", "host", "port", "dirs", "timeout", "persistent"],
        &[Given::Kept(TIMEOUT), Given::Bool(true)],
        body!(|x, me, user, password, host, port, folders, timeout, persistent| do {
            x.fill(me, [("user", user.clone()), ("passwd", password.clone()), ("host", host.clone())])?;
            x.fill(me, [("port", port.clone()), ("dirs", folders.clone()), ("timeout", timeout.clone())])?;
            x.fill(me, [("refcount", x.int(0)), ("keepalive", persistent.clone())])?;
            x.ask(me, "init")
        }),
    ),
    function("init", SELF, body!(|x, me| do init(x, me))),
    function("retrfile", &["self", "file", "type"], body!(|x, me, file, kind| fetch(x, me, file, kind))),
    function("endtransfer", SELF, body!(|x, me| do end_transfer(x, me))),
    function(
        "close",
        SELF,
        body!(|x, me| do {
            x.set(me, "keepalive", x.bool(false))?;
            close_unused(x, me)
        }),
    ),
    function(
        "file_close",
        SELF,
        body!(|x, me| do {
            x.ask(me, "endtransfer")?;
            let count = x.number(&*x.get(me, "refcount")?)? - 1;
            x.set(me, "refcount", x.int(count))?;
            if x.flag(me, "keepalive")? { Ok(()) } else { close_unused(x, me) }
        }),
    ),
    function(
        "real_close",
        SELF,
        body!(|x, me| do {
            x.ask(me, "endtransfer")?;
            forgiving(x, x.ask(&*x.get(me, "ftp")?, "close"))
        }),
    ),
];

/// Closes a connection whose last file is closed.
fn close_unused(x: Scope<'_>, me: &PyObject) -> PyResult<()> {
    if x.number(&*x.get(me, "refcount")?)? <= 0 {
        x.ask(me, "real_close")?;
    }
    Ok(())
}

/// What an FTP server does wrong at the end does not matter.
fn forgiving(x: Scope<'_>, result: PyResult) -> PyResult<()> {
    match result {
        Err(error) if x.catches(&error, &*x.made("ftperrors", [])?)? => Ok(()),
        other => other.map(drop),
    }
}

fn end_transfer(x: Scope<'_>, me: &PyObject) -> PyResult<()> {
    if !x.flag(me, "busy")? {
        return Ok(());
    }
    x.set(me, "busy", x.int(0))?;
    forgiving(x, x.ask(&*x.get(me, "ftp")?, "voidresp"))
}

fn init(x: Scope<'_>, me: &PyObject) -> PyResult<()> {
    x.set(me, "busy", x.int(0))?;
    let ftp = x.of("ftplib", "FTP", [])?;
    x.set(me, "ftp", ftp.clone())?;
    let mut address = vec![x.get(me, "host")?, x.get(me, "port")?];
    let timeout = x.get(me, "timeout")?;
    // The standard library's FTP has its own notion of no limit.
    let usual = x.home.defaults.get(TIMEOUT).is_some_and(|usual| usual.is(&timeout));
    address.extend((!usual && !x.is_none(&timeout)).then_some(timeout));
    x.call(&ftp, "connect", address)?;
    x.call(&ftp, "login", [x.get(me, "user")?, x.get(me, "passwd")?])?;
    let folders = x.get(me, "dirs")?;
    let folder = x.call(&x.text("/"), "join", [folders])?;
    x.call(&ftp, "cwd", [folder]).map(drop)
}

fn fetch(x: Scope<'_>, me: &PyObject, file: &PyObjectRef, kind: &PyObjectRef) -> PyResult {
    let ftplib = x.import("ftplib")?;
    x.ask(me, "endtransfer")?;
    let listing = x.says(kind, "d") || x.says(kind, "D");
    let command = if listing { x.text("TYPE A") } else { x.add(&x.text("TYPE "), kind)? };
    match x.call(&*x.get(me, "ftp")?, "voidcmd", [command.clone()]) {
        Err(error) if x.catches(&error, &*x.get(&ftplib, "all_errors")?)? => {
            // The server has closed the connection meanwhile.
            x.ask(me, "init")?;
            x.call(&*x.get(me, "ftp")?, "voidcmd", [command])?;
        }
        other => drop(other?),
    }
    let ftp = x.get(me, "ftp")?;
    let refused = x.get(&ftplib, "error_perm")?;
    let named = x.yes(file)?;
    let mut opened = None;
    if named && !listing {
        match x.call(&ftp, "ntransfercmd", [x.add(&x.text("RETR "), file)?]) {
            Ok(found) => opened = Some(found),
            Err(error) if x.catches(&error, &refused)? => {
                let said = error.as_object().str(x.vm)?.to_string();
                if !said.starts_with("550") {
                    return Err(io_error(x, [x.text("ftp error"), error.into()]));
                }
            }
            Err(error) => return Err(error),
        }
    }
    let opened = match opened {
        Some(opened) => opened,
        None => {
            x.call(&ftp, "voidcmd", [x.text("TYPE A")])?;
            let mut command = x.text("LIST");
            if named {
                // Whether it is a folder at all.
                let before = x.ask(&ftp, "pwd")?;
                let tried = x.call(&ftp, "cwd", [file.clone()]);
                x.call(&ftp, "cwd", [before])?;
                match tried {
                    Err(error) if x.catches(&error, &refused)? => {
                        return Err(io_error(x, [x.text("ftp error"), error.into()]));
                    }
                    other => drop(other?),
                }
                command = x.add(&x.text("LIST "), file)?;
            }
            x.call(&ftp, "ntransfercmd", [command])?
        }
    };
    let (connection, length) = x.two(&opened)?;
    x.set(me, "busy", x.int(1))?;
    let stream = x.call(&connection, "makefile", [x.text("rb")])?;
    let answer = x.made("addclosehook", [stream, x.get(me, "file_close")?])?;
    x.set(me, "refcount", x.add(&*x.get(me, "refcount")?, &x.int(1))?)?;
    x.ask(&connection, "close")?;
    Ok(x.tuple([answer, length]))
}

/// How a file is fetched: as `;type=a` says, else binary, or as a listing where there is no name.
pub fn transfer_type(x: Scope<'_>, file: &PyObject, attributes: &PyObject) -> PyResult {
    let mut kind = x.text(if x.yes(file)? { "I" } else { "D" });
    for attribute in x.each(attributes)? {
        let (name, value) = x.two(&*x.made("splitvalue", [attribute])?)?;
        let known = ["a", "A", "i", "I", "d", "D"].iter().any(|known| x.says(&value, known));
        if known && x.peek(&*x.ask(&name, "lower")?) == "type" {
            kind = x.ask(&value, "upper")?;
        }
    }
    Ok(kind)
}

/// `URLopener.open_ftp`
pub fn open(x: Scope<'_>, me: &PyObject, url: &PyObjectRef) -> PyResult {
    plain_only(x, url, "ftp")?;
    let (host, path) = x.two(&*x.made("splithost", [url.clone()])?)?;
    if !x.yes(&host)? {
        return Err(io_error(x, [x.text("ftp error"), x.text("no host given")]));
    }
    let (host, port) = x.two(&*x.made("splitport", [host])?)?;
    let (mut user, host) = x.two(&*x.made("splituser", [host])?)?;
    let mut password = x.none();
    if x.yes(&user)? {
        (user, password) = x.two(&*x.made("splitpasswd", [user])?)?;
    }
    let or_empty = |value: PyObjectRef| -> PyResult { Ok(if x.yes(&value)? { value } else { x.text("") }) };
    let (user, password) = (or_empty(user)?, or_empty(password)?);
    let host = x.call(&*x.global("socket")?, "gethostbyname", [x.made("unquote", [host])?])?;
    let port = if x.yes(&port)? { x.made("int", [port])? } else { x.get(&*x.import("ftplib")?, "FTP_PORT")? };
    let (path, attributes) = x.two(&*x.made("splitattr", [path])?)?;
    let path = x.made("unquote", [path])?;
    let mut folders = x.each(&*x.call(&path, "split", [x.text("/")])?)?;
    let file = folders.pop().unwrap_or_else(|| x.text(""));
    let empty_first = |folders: &[PyObjectRef]| folders.first().is_some_and(|first| x.says(first, ""));
    if empty_first(&folders) {
        folders.remove(0);
    }
    if empty_first(&folders)
        && let Some(first) = folders.first_mut()
    {
        *first = x.text("/");
    }
    let joined = x.call(&x.text("/"), "join", [x.list(folders.as_slice())])?;
    let key = x.tuple([user.clone(), host.clone(), port.clone(), joined]);
    let cache = x.get(me, "ftpcache")?;
    if x.less(&*x.global("MAXFTPCACHE")?, &x.int(x.length(&cache)? as i64))? {
        for (other, connection) in x.pairs(&cache)? {
            if !x.equal(&other, &key)? {
                x.delete(&cache, &other)?;
                x.ask(&connection, "close")?;
            }
        }
    }
    let opened = (|| -> PyResult {
        if !x.contains(&cache, &key)? {
            x.put(&cache, &key, x.made("ftpwrapper", [user, password, host, port, x.list(folders)])?)?;
        }
        let kind = transfer_type(x, &file, &attributes)?;
        let (fp, length) = x.two(&*x.call(&*x.item(&cache, &key)?, "retrfile", [file, kind])?)?;
        let whole = x.add(&x.text("ftp:"), url)?;
        let kind = x.nth(&*x.of("mimetypes", "guess_type", [whole.clone()])?, 0)?;
        let mut lines = x.text("");
        if x.yes(&kind)? {
            lines = x.add(&lines, &*x.format("Content-Type: %s\n", [kind])?)?;
        }
        if !x.is_none(&length) && !x.less(&length, &x.int(0))? {
            lines = x.add(&lines, &*x.format("Content-Length: %d\n", [length])?)?;
        }
        x.made("addinfourl", [fp, headers_of(x, lines)?, whole])
    })();
    match opened {
        Err(error) if x.catches(&error, &*x.made("ftperrors", [])?)? => {
            Err(io_error(x, [x.text("ftp error"), error.into()]))
        }
        other => other,
    }
}
