//! Jars that are kept in files: `FileCookieJar`, and the forms of libwww-perl and of Mozilla.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::{NONE, warn};
use crate::body;
use crate::modules::python_function::{Body, Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::runtime::text;

pub const MISSING_NAME: &str = "a filename was not supplied (nor was the CookieJar instance initialised with one)";

/// `MozillaCookieJar.magic_re`, kept behind the expressions of `CookieJar`.
pub const EXPRESSIONS: &[(&str, u32)] = &[("#( Netscape)? HTTP Cookie File", 0)];
const MAGIC: usize = super::jar::EXPRESSIONS.len();

const NAMED: &[&str] = &["self", "filename", "ignore_discard", "ignore_expires"];
const UNNAMED: &[Given] = &[NONE, Given::Bool(false), Given::Bool(false)];
const READ: &[&str] = &["self", "f", "filename", "ignore_discard", "ignore_expires"];

pub static CLASSES: &[Line] = &[Line {
    name: "FileCookieJar",
    bases: &["CookieJar"],
    functions: FILE_JAR,
    values: &[],
    doc: Some("A jar with a file."),
}];

pub static LWP: &[Line] = &[Line {
    name: "LWPCookieJar",
    bases: &["FileCookieJar"],
    functions: LWP_JAR,
    values: &[],
    doc: Some("A file in libwww-perl's form, which keeps all that there is to know about a cookie."),
}];

pub static MOZILLA: &[Line] = &[Line {
    name: "MozillaCookieJar",
    bases: &["FileCookieJar"],
    functions: MOZILLA_JAR,
    values: &[
        ("magic_re", Given::Kept(MAGIC)),
        (
            "header",
            Given::Text(
                "# Netscape HTTP Cookie File\n\
                 # http://curl.haxx.se/rfc/cookie_spec.html\n\
                 # This is a generated file!  Do not edit.\n\n",
            ),
        ),
    ],
    doc: Some("A `cookies.txt` of Netscape and Mozilla."),
}];

pub static FUNCTIONS: &[Function] = &[function("lwp_cookie_str", &["cookie"], body!(|x, cookie| lwp_words(x, cookie)))];

static FILE_JAR: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "filename", "delayload", "policy"],
        &[NONE, Given::Bool(false), NONE],
        body!(|x, me, name, delay, policy| do {
            x.inherited("CookieJar", "__init__", [me.clone(), policy.clone()])?;
            if !x.is_none(name) && x.add(name, &x.text("")).is_err() {
                return Err(x.vm.new_value_error("filename must be string-like"));
            }
            x.fill(me, [("filename", name.clone()), ("delayload", x.bool(x.yes(delay)?))])
        }),
    ),
    with_defaults(
        "save",
        NAMED,
        UNNAMED,
        body!(|x, _me, _name, _discard, _expires| Err(x.error("NotImplementedError", []))),
    ),
    with_defaults(
        "load",
        NAMED,
        UNNAMED,
        body!(|x, me, name, discard, expires| do {
            let name = file_name(x, me, name)?;
            let file = x.made("open", [name.clone()])?;
            closing(x, &file, || {
                x.call(me, "_really_load", [file.clone(), name, discard.clone(), expires.clone()]).map(drop)
            })
        }),
    ),
    with_defaults(
        "revert",
        NAMED,
        UNNAMED,
        body!(|x, me, name, discard, expires| do {
            let name = file_name(x, me, name)?;
            let lock = x.get(me, "_cookies_lock")?;
            x.ask(&lock, "acquire")?;
            let loaded = (|| -> PyResult<()> {
                // The cookies stay if that fails.
                let before = x.of("copy", "deepcopy", [x.get(me, "_cookies")?])?;
                x.set(me, "_cookies", x.dict())?;
                match x.call(me, "load", [name, discard.clone(), expires.clone()]) {
                    Err(error) if x.is_error(&error, "IOError") => {
                        x.set(me, "_cookies", before)?;
                        Err(error)
                    }
                    other => other.map(drop),
                }
            })();
            x.ask(&lock, "release")?;
            loaded
        }),
    ),
];

/// Closes a file, whatever happens.
fn closing(x: Scope<'_>, file: &PyObject, work: impl FnOnce() -> PyResult<()>) -> PyResult<()> {
    let done = work();
    x.ask(file, "close")?;
    done
}

/// The name that was given, or the jar's own.
fn file_name(x: Scope<'_>, me: &PyObject, name: &PyObjectRef) -> PyResult {
    if !x.is_none(name) {
        return Ok(name.clone());
    }
    let own = x.get(me, "filename")?;
    if x.is_none(&own) {
        return Err(x.error("ValueError", [x.global("MISSING_FILENAME_TEXT")?]));
    }
    Ok(own)
}

/// Whether a cookie goes into a file, or comes out of it.
fn is_kept(x: Scope<'_>, cookie: &PyObject, discard: bool, expires: bool, now: &PyObjectRef) -> PyResult<bool> {
    if !discard && x.flag(cookie, "discard")? {
        return Ok(false);
    }
    Ok(expires || !x.yes(&*x.call(cookie, "is_expired", [now.clone()])?)?)
}

/// Those cookies of a jar that go into a file.
fn kept(x: Scope<'_>, me: &PyObject, discard: &PyObject, expires: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    let now = x.ask(&*x.global("time")?, "time")?;
    let (discard, expires) = (x.yes(discard)?, x.yes(expires)?);
    let mut found = Vec::new();
    for cookie in x.each(me)? {
        if is_kept(x, &cookie, discard, expires, &now)? {
            found.push(cookie);
        }
    }
    Ok(found)
}

/// What reading needs to know about a file.
struct Reading<'a> {
    x: Scope<'a>,
    me: &'a PyObject,
    file: &'a PyObject,
    name: &'a PyObjectRef,
    discard: bool,
    expires: bool,
    now: PyObjectRef,
}

impl<'a> Reading<'a> {
    fn new(x: Scope<'a>, values: &'a [PyObjectRef]) -> PyResult<Option<Self>> {
        let [me, file, name, discard, expires] = values else { return Ok(None) };
        let now = x.ask(&*x.global("time")?, "time")?;
        Ok(Some(Self { x, me, file, name, discard: x.yes(discard)?, expires: x.yes(expires)?, now }))
    }

    fn line(&self) -> PyResult {
        self.x.ask(self.file, "readline")
    }

    fn refused(&self, pattern: &str, values: Vec<PyObjectRef>) -> PyBaseExceptionRef {
        match self.x.format(pattern, values) {
            Ok(message) => self.x.error("LoadError", [message]),
            Err(error) => error,
        }
    }

    /// Takes the cookies of all lines; a line that cannot be read is named in the error, without what marks it.
    fn lines(&self, kind: &str, first: PyObjectRef, take: fn(&Self, &mut PyObjectRef) -> PyResult<()>) -> PyResult<()> {
        let x = self.x;
        let mut line = first;
        let read = (|| -> PyResult<()> {
            loop {
                let next = self.line()?;
                if x.says(&next, "") {
                    return Ok(());
                }
                line = next;
                take(self, &mut line)?;
            }
        })();
        match read {
            Err(error) if !x.is_error(&error, "IOError") && x.is_error(&error, "Exception") => {
                warn(x, &error)?;
                let pattern = format!("invalid {kind} %r: %r");
                Err(self.refused(&pattern, vec![self.name.clone(), line]))
            }
            other => other,
        }
    }

    fn keep(&self, values: impl Into<Vec<PyObjectRef>>) -> PyResult<()> {
        let x = self.x;
        let cookie = x.made("Cookie", values)?;
        if is_kept(x, &cookie, self.discard, self.expires, &self.now)? {
            x.call(self.me, "set_cookie", [cookie])?;
        }
        Ok(())
    }
}

// ---- libwww-perl ------------------------------------------------------------------------------------------------

static LWP_JAR: &[Function] = &[
    with_defaults(
        "as_lwp_str",
        &["self", "ignore_discard", "ignore_expires"],
        &[Given::Bool(true), Given::Bool(true)],
        body!(|x, me, discard, expires| {
            let mut lines = Vec::new();
            for cookie in kept(x, me, discard, expires)? {
                lines.push(x.format("Set-Cookie3: %s", [x.made("lwp_cookie_str", [cookie])?])?);
            }
            lines.push(x.text(""));
            x.join("\n", lines)
        }),
    ),
    with_defaults(
        "save",
        NAMED,
        UNNAMED,
        body!(|x, me, name, discard, expires| do {
            let file = x.made("open", [file_name(x, me, name)?, x.text("w")])?;
            closing(x, &file, || {
                x.call(&file, "write", [x.text("#LWP-Cookies-2.0\n")])?;
                let lines = x.call(me, "as_lwp_str", [discard.clone(), expires.clone()])?;
                x.call(&file, "write", [lines]).map(drop)
            })
        }),
    ),
    function(
        "_really_load",
        READ,
        Body::Run(|home, values, vm| {
            let x = Scope { home, vm };
            let Some(reading) = Reading::new(x, values)? else { return Ok(x.none()) };
            let first = reading.line()?;
            let magic = x.get(reading.me, "magic_re")?;
            if !x.yes(&*x.of("re", "search", [magic, first.clone()])?)? {
                let pattern = "%r does not look like a Set-Cookie3 (LWP) format file";
                return Err(reading.refused(pattern, vec![reading.name.clone()]));
            }
            reading.lines("Set-Cookie3 format file", first, take_lwp)?;
            Ok(x.none())
        }),
    ),
];

/// A cookie as libwww-perl writes it.
fn lwp_words(x: Scope<'_>, cookie: &PyObject) -> PyResult {
    let mut words = Vec::new();
    let mut add = |name: &str, value: PyObjectRef| words.push(x.tuple([x.text(name), value]));
    for (name, attribute) in [("path", "path"), ("domain", "domain")] {
        add(name, x.get(cookie, attribute)?);
    }
    let port = x.get(cookie, "port")?;
    if !x.is_none(&port) {
        add("port", port);
    }
    let flags = [
        ("path_spec", "path_specified"),
        ("port_spec", "port_specified"),
        ("domain_dot", "domain_initial_dot"),
        ("secure", "secure"),
    ];
    for (name, attribute) in flags {
        if x.flag(cookie, attribute)? {
            add(name, x.none());
        }
    }
    let expires = x.get(cookie, "expires")?;
    if x.yes(&expires)? {
        add("expires", x.made("time2isoz", [x.made("float", [expires])?])?);
    }
    if x.flag(cookie, "discard")? {
        add("discard", x.none());
    }
    for (name, attribute) in [("comment", "comment"), ("commenturl", "comment_url")] {
        let value = x.get(cookie, attribute)?;
        if x.yes(&value)? {
            add(name, value);
        }
    }
    let rest = x.get(cookie, "_rest")?;
    let names = x.made("sorted", [x.list(x.each(&*x.ask(&rest, "keys")?)?)])?;
    for name in x.each(&names)? {
        let value = text::str_object(x.vm, &*x.item(&rest, &name)?)?;
        words.push(x.tuple([name, value]));
    }
    let version = text::str_object(x.vm, &*x.get(cookie, "version")?)?;
    words.push(x.tuple([x.text("version"), version]));
    words.insert(0, x.tuple([x.get(cookie, "name")?, x.get(cookie, "value")?]));
    x.made("join_header_words", [x.list([x.list(words)])])
}

const LWP_START: &str = "Set-Cookie3:";
const LWP_FLAGS: &[&str] = &["port_spec", "path_spec", "domain_dot", "secure", "discard"];
const LWP_VALUES: &[&str] = &["version", "port", "path", "domain", "expires", "comment", "commenturl"];

fn take_lwp(reading: &Reading<'_>, line: &mut PyObjectRef) -> PyResult<()> {
    let x = reading.x;
    let shown = x.peek(line);
    let Some(rest) = shown.strip_prefix(LWP_START) else { return Ok(()) };
    *line = x.like(line, rest.trim());
    let lists = x.made("split_header_words", [x.list([line.clone()])])?;
    for words in x.each(&lists)? {
        let words = x.each(&words)?;
        let Some((first, words)) = words.split_first() else { continue };
        let (name, value) = x.two(first)?;
        let (known, others) = (x.dict(), x.dict());
        for flag in LWP_FLAGS {
            x.put(&known, &x.text(flag), x.bool(false))?;
        }
        for pair in words {
            let (key, value) = x.two(pair)?;
            let lower = x.peek(&key).to_lowercase();
            if LWP_FLAGS.contains(&lower.as_str()) {
                let value = if x.is_none(&value) { x.bool(true) } else { value };
                x.put(&known, &x.text(&lower), value)?;
            } else if LWP_VALUES.contains(&lower.as_str()) {
                x.put(&known, &x.text(&lower), value)?;
            } else {
                x.put(&others, &key, value)?;
            }
        }
        let part = |name: &str| x.call(&known, "get", [x.text(name)]);
        let mut expires = part("expires")?;
        if !x.is_none(&expires) {
            expires = x.made("iso2time", [expires])?;
        }
        let discard = if x.is_none(&expires) { x.bool(true) } else { part("discard")? };
        let domain = part("domain")?;
        let has_dot = x.call(&domain, "startswith", [x.text(".")])?;
        reading.keep([
            part("version")?,
            name,
            value,
            part("port")?,
            part("port_spec")?,
            domain,
            has_dot,
            part("domain_dot")?,
            part("path")?,
            part("path_spec")?,
            part("secure")?,
            expires,
            discard,
            part("comment")?,
            part("commenturl")?,
            others,
        ])?;
    }
    Ok(())
}

// ---- Mozilla ----------------------------------------------------------------------------------------------------

static MOZILLA_JAR: &[Function] = &[
    function(
        "_really_load",
        READ,
        Body::Run(|home, values, vm| {
            let x = Scope { home, vm };
            let Some(reading) = Reading::new(x, values)? else { return Ok(x.none()) };
            let first = reading.line()?;
            if !x.yes(&*x.call(&*x.get(reading.me, "magic_re")?, "search", [first])?)? {
                x.ask(reading.file, "close")?;
                let pattern = "%r does not look like a Netscape format cookies file";
                return Err(reading.refused(pattern, vec![reading.name.clone()]));
            }
            reading.lines("Netscape format cookies file", x.text(""), take_mozilla)?;
            Ok(x.none())
        }),
    ),
    with_defaults(
        "save",
        NAMED,
        UNNAMED,
        body!(|x, me, name, discard, expires| do {
            let file = x.made("open", [file_name(x, me, name)?, x.text("w")])?;
            closing(x, &file, || {
                x.call(&file, "write", [x.get(me, "header")?])?;
                for cookie in kept(x, me, discard, expires)? {
                    let fields = mozilla_fields(x, &cookie)?;
                    x.call(&file, "write", [x.add(&*x.join("\t", fields)?, &x.text("\n"))?])?;
                }
                Ok(())
            })
        }),
    ),
];

/// `TRUE` or `FALSE`
fn word(x: Scope<'_>, flag: bool) -> PyObjectRef {
    x.text(if flag { "TRUE" } else { "FALSE" })
}

fn mozilla_fields(x: Scope<'_>, cookie: &PyObject) -> PyResult<[PyObjectRef; 7]> {
    let (mut name, mut value) = (x.get(cookie, "name")?, x.get(cookie, "value")?);
    if x.is_none(&value) {
        // A cookie without a value has its name in the place of the value.
        value = std::mem::replace(&mut name, x.text(""));
    }
    let domain = x.get(cookie, "domain")?;
    let has_dot = x.peek(&domain).starts_with('.');
    let expires = x.get(cookie, "expires")?;
    let expires = if x.is_none(&expires) { x.text("") } else { text::str_object(x.vm, &expires)? };
    let secure = word(x, x.flag(cookie, "secure")?);
    Ok([domain, word(x, has_dot), x.get(cookie, "path")?, secure, expires, name, value])
}

fn take_mozilla(reading: &Reading<'_>, line: &mut PyObjectRef) -> PyResult<()> {
    let x = reading.x;
    let shown = x.peek(line);
    let shown = shown.strip_suffix('\n').unwrap_or(&shown);
    *line = x.like(line, shown);
    let bare = shown.trim();
    if bare.is_empty() || bare.starts_with(['#', '$']) {
        return Ok(());
    }
    let fields = shown.split('\t').map(|field| x.like(line, field)).collect::<Vec<_>>();
    let [domain, specified, path, secure, expires, mut name, mut value] = x.unpack(&x.list(fields))?;
    let specified = x.says(&specified, "TRUE");
    if x.says(&name, "") {
        name = std::mem::replace(&mut value, x.none());
    }
    let has_dot = x.peek(&domain).starts_with('.');
    if specified != has_dot {
        return Err(x.assertion(None));
    }
    let session = x.says(&expires, "");
    let expires = if session { x.none() } else { expires };
    reading.keep([
        x.int(0),
        name,
        value,
        x.none(),
        x.bool(false),
        domain,
        x.bool(specified),
        x.bool(has_dot),
        path,
        x.bool(false),
        x.bool(x.says(&secure, "TRUE")),
        expires,
        x.bool(session),
        x.none(),
        x.none(),
        x.dict(),
    ])
}
