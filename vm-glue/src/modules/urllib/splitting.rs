//! Functions that cut the parts off URLs. The pieces have the type of string that they are cut from.

use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyObject, PyObjectRef, PyResult};
use rustpython_wtf8::Wtf8;

use crate::body;
use crate::modules::python_function::{Function, Given, function, with_defaults};
use crate::modules::scope::{Scope, kind};
use crate::runtime::text;

const URL: &[&str] = &["url"];

pub static FUNCTIONS: &[Function] = &[
    function("unwrap", URL, body!(|x, url| unwrap(x, url))),
    function("toBytes", URL, body!(|x, url| to_bytes(x, url))),
    function("_is_unicode", &["x"], body!(|x, object| Ok(x.bool(text::is_unicode(object))))),
    function("splittype", URL, body!(|x, url| splittype(x, url))),
    function("splithost", URL, body!(|x, url| splithost(x, url))),
    function(
        "splituser",
        &["host"],
        body!(|x, host| {
            let url = Url::of(x, host)?;
            Ok(url.last(b'@').map_or_else(|| url.pair(None, host), |at| url.halves(at)))
        }),
    ),
    function(
        "splitpasswd",
        &["user"],
        body!(|x, user| {
            let url = Url::of(x, user)?;
            Ok(url.first(b':').map_or_else(|| url.uncut(), |at| url.halves(at)))
        }),
    ),
    function("splitport", &["host"], body!(|x, host| splitport(x, host))),
    with_defaults(
        "splitnport",
        &["host", "defport"],
        &[Given::Int(-1)],
        body!(|x, host, default| splitnport(x, host, default)),
    ),
    function("splitquery", URL, body!(|x, url| cut_last(x, url, b'?'))),
    function("splittag", URL, body!(|x, url| cut_last(x, url, b'#'))),
    function(
        "splitattr",
        URL,
        body!(|x, url| {
            let url = Url::of(x, url)?;
            let mut words = url.bytes().split(|byte| *byte == b';').scan(0, |from, word| {
                let start = *from;
                *from += word.len() + 1;
                Some(url.piece(start, start + word.len()))
            });
            let first = words.next().unwrap_or_else(|| x.none());
            let rest = words.collect::<Vec<_>>();
            Ok(x.tuple([first, x.list(rest)]))
        }),
    ),
    function(
        "splitvalue",
        &["attr"],
        body!(|x, attr| {
            let url = Url::of(x, attr)?;
            Ok(url.first(b'=').map_or_else(|| url.uncut(), |at| url.halves(at)))
        }),
    ),
    function("pathname2url", &["pathname"], body!(|x, path| x.made("quote", [path.clone()]))),
    function("url2pathname", &["pathname"], body!(|x, path| x.made("unquote", [path.clone()]))),
];

/// A string that is cut at ASCII characters.
struct Url<'a> {
    x: Scope<'a>,
    object: &'a PyObject,
    content: &'a Wtf8,
}

impl<'a> Url<'a> {
    fn of(x: Scope<'a>, object: &'a PyObject) -> PyResult<Self> {
        match object.downcast_ref::<PyStr>() {
            Some(string) => Ok(Self { x, object, content: string.as_wtf8() }),
            None => Err(x.vm.new_type_error(match kind(object).as_str() {
                "NoneType" | "int" | "long" | "float" | "tuple" | "list" | "dict" => {
                    "expected string or buffer".to_owned()
                }
                other => format!("expected string or buffer, not {other}"),
            })),
        }
    }

    fn bytes(&self) -> &'a [u8] {
        self.content.as_bytes()
    }

    fn first(&self, byte: u8) -> Option<usize> {
        self.bytes().iter().position(|other| *other == byte)
    }

    fn last(&self, byte: u8) -> Option<usize> {
        self.bytes().iter().rposition(|other| *other == byte)
    }

    fn piece(&self, from: usize, to: usize) -> PyObjectRef {
        if (from, to) == (0, self.content.len()) {
            return self.object.to_owned();
        }
        self.like(self.content.get(from..to).unwrap_or_default())
    }

    fn like(&self, content: &Wtf8) -> PyObjectRef {
        if text::is_unicode(self.object) {
            text::new_unicode_wtf8(self.x.vm, content)
        } else {
            self.x.vm.ctx.new_str(content).into()
        }
    }

    /// What stands before and behind a delimiter.
    fn halves(&self, at: usize) -> PyObjectRef {
        self.x.tuple([self.piece(0, at), self.piece(at + 1, self.content.len())])
    }

    /// All of it, and nothing behind a delimiter.
    fn uncut(&self) -> PyObjectRef {
        self.x.tuple([self.object.to_owned(), self.x.none()])
    }

    fn pair(&self, first: Option<PyObjectRef>, second: &PyObject) -> PyObjectRef {
        self.x.tuple([first.unwrap_or_else(|| self.x.none()), second.to_owned()])
    }
}

/// `'<URL:type://host/path>'` as `'type://host/path'`
fn unwrap(x: Scope<'_>, url: &PyObject) -> PyResult {
    let mut url = x.ask(url, "strip")?;
    let cut = |url: &PyObjectRef, from: usize, less: usize| -> PyResult {
        let cut = Url::of(x, url)?;
        x.ask(&cut.piece(from, cut.content.len() - less), "strip")
    };
    let bytes = Url::of(x, &url)?.bytes();
    if bytes.len() > 1 && bytes.first() == Some(&b'<') && bytes.last() == Some(&b'>') {
        url = cut(&url, 1, 1)?;
    }
    if Url::of(x, &url)?.bytes().starts_with(b"URL:") {
        url = cut(&url, 4, 0)?;
    }
    Ok(url)
}

/// A unicode URL must be ASCII.
fn to_bytes(x: Scope<'_>, url: &PyObjectRef) -> PyResult {
    let Some(string) = url.downcast_ref::<PyStr>().filter(|_| text::is_unicode(url)) else { return Ok(url.clone()) };
    if string.as_wtf8().is_ascii() {
        return Ok(text::new_str(x.vm, string.as_bytes()));
    }
    let message = x.format("URL %s contains non-ASCII characters", [text::repr_object(x.vm, url)?])?;
    Err(x.error("UnicodeError", [message]))
}

fn splittype(x: Scope<'_>, url: &PyObject) -> PyResult {
    let url = Url::of(x, url)?;
    let at = url.first(b':').filter(|at| *at > 0);
    match at.filter(|at| url.first(b'/').is_none_or(|slash| *at < slash)) {
        Some(at) => {
            let kind = x.ask(&url.piece(0, at), "lower")?;
            Ok(x.tuple([kind, url.piece(at + 1, url.content.len())]))
        }
        None => Ok(url.pair(None, url.object)),
    }
}

fn splithost(x: Scope<'_>, url: &PyObject) -> PyResult {
    let url = Url::of(x, url)?;
    let Some(rest) = url.bytes().strip_prefix(b"//") else { return Ok(url.pair(None, url.object)) };
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len()) + 2;
    let mut path = url.piece(end, url.content.len());
    if matches!(url.bytes().get(end), Some(b'?' | b'#')) {
        path = x.add(&x.text("/"), &path)?;
    }
    Ok(x.tuple([url.piece(2, end), path]))
}

/// The digits behind the last colon, if there is nothing else.
fn splitport(x: Scope<'_>, host: &PyObject) -> PyResult {
    let url = Url::of(x, host)?;
    let at = url.last(b':').filter(|at| {
        let port = url.bytes().get(at + 1..).unwrap_or_default();
        port.iter().all(u8::is_ascii_digit)
    });
    Ok(match at {
        Some(at) if at + 1 == url.content.len() => x.tuple([url.piece(0, at), x.none()]),
        Some(at) => url.halves(at),
        None => url.uncut(),
    })
}

/// The same with the port as a number: the default without one, None for one that is no number.
fn splitnport(x: Scope<'_>, host: &PyObject, default: &PyObjectRef) -> PyResult {
    let url = Url::of(x, host)?;
    let Some(at) = url.last(b':') else { return Ok(x.tuple([host.to_owned(), default.clone()])) };
    let head = url.piece(0, at);
    if at + 1 == url.content.len() {
        return Ok(x.tuple([head, default.clone()]));
    }
    let port = match x.made("int", [url.piece(at + 1, url.content.len())]) {
        Err(error) if x.is_error(&error, "ValueError") => x.none(),
        other => other?,
    };
    Ok(x.tuple([head, port]))
}

fn cut_last(x: Scope<'_>, url: &PyObject, delimiter: u8) -> PyResult {
    let url = Url::of(x, url)?;
    Ok(url.last(delimiter).map_or_else(|| url.uncut(), |at| url.halves(at)))
}
