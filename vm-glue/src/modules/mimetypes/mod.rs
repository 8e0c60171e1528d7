//! The module `mimetypes`: types of files by the ends of their names. [`table`] has those that are known without any
//! file.

mod table;

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Body, Function, Given, Home, function, publish, with_defaults};
use super::scope::{Line, Scope, classes, lazily};
use crate::{body, modules};

const ALL: &[&str] = &["guess_type", "guess_extension", "guess_all_extensions", "add_type", "read_mime_types", "init"];
/// Files of servers that list types: those that are there are read.
const KNOWN_FILES: &[&str] = &[
    "/etc/mime.types",
    "/etc/httpd/mime.types",
    "/etc/httpd/conf/mime.types",
    "/etc/apache/mime.types",
    "/etc/apache2/mime.types",
    "/usr/local/etc/httpd/conf/mime.types",
    "/usr/local/lib/netscape/mime.types",
    "/usr/local/etc/httpd/conf/mime.types",
    "/usr/local/etc/mime.types",
];
const ENCODINGS: &[(&str, &str)] = &[(".bz2", "bzip2"), (".Z", "compress"), (".gz", "gzip"), (".xz", "xz")];
const SUFFIXES: &[(&str, &str)] = &[
    (".tbz2", ".tar.bz2"),
    (".tz", ".tar.gz"),
    (".tgz", ".tar.gz"),
    (".taz", ".tar.gz"),
    (".txz", ".tar.xz"),
    (".svgz", ".svg.gz"),
];
/// The tables under their names in the module.
const TABLES: &[(&str, &[(&str, &str)])] = &[
    ("suffix_map", SUFFIXES),
    ("encodings_map", ENCODINGS),
    ("types_map", table::TYPES),
    ("common_types", table::COMMON),
];

const STRICT: &[Given] = &[Given::Bool(true)];
/// Place in `Home::defaults` of the empty tuple.
const EMPTY: usize = 0;

static CLASSES: &[Line] = &[Line {
    name: "MimeTypes",
    bases: &[],
    functions: METHODS,
    values: &[],
    doc: Some("Tables of types, to which files add."),
}];

static METHODS: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "filenames", "strict"],
        &[Given::Kept(EMPTY), Given::Bool(true)],
        body!(
            |x, me, names, strict| do init_object(x, me, names, strict)
        ),
    ),
    with_defaults(
        "add_type",
        &["self", "type", "ext", "strict"],
        STRICT,
        body!(|x, me, kind, end, strict| do {
            let strict = x.bool(x.yes(strict)?);
            x.put(&*x.item(&*x.get(me, "types_map")?, &strict)?, end, kind.clone())?;
            let inverse = x.item(&*x.get(me, "types_map_inv")?, &strict)?;
            let ends = x.call(&inverse, "setdefault", [kind.clone(), x.list([])])?;
            if !x.contains(&ends, end)? {
                x.call(&ends, "append", [end.clone()])?;
            }
            Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(())
        }),
    ),
    with_defaults(
        "guess_type",
        &["self", "url", "strict"],
        STRICT,
        body!(|x, me, url, strict| guess(x, me, url, strict)),
    ),
    with_defaults(
        "guess_all_extensions",
        &["self", "type", "strict"],
        STRICT,
        body!(|x, me, kind, strict| {
            let kind = x.ask(kind, "lower")?;
            let inverse = x.get(me, "types_map_inv")?;
            let of = |strict: bool| x.call(&*x.item(&inverse, &x.bool(strict))?, "get", [kind.clone(), x.list([])]);
            let ends = of(true)?;
            if !x.yes(strict)? {
                for end in x.each(&*of(false)?)? {
                    if !x.contains(&ends, &end)? {
                        x.call(&ends, "append", [end])?;
                    }
                }
            }
            Ok(ends)
        }),
    ),
    with_defaults(
        "guess_extension",
        &["self", "type", "strict"],
        STRICT,
        body!(|x, me, kind, strict| {
            let ends = x.call(me, "guess_all_extensions", [kind.clone(), strict.clone()])?;
            if x.yes(&ends)? { x.nth(&ends, 0) } else { Ok(x.none()) }
        }),
    ),
    with_defaults(
        "read",
        &["self", "filename", "strict"],
        STRICT,
        body!(|x, me, name, strict| do {
            let file = x.made("open", [name.clone()])?;
            let read = x.call(me, "readfp", [file.clone(), strict.clone()]);
            x.ask(&file, "close")?;
            read
        }),
    ),
    with_defaults("readfp", &["self", "fp", "strict"], STRICT, body!(|x, me, fp, strict| do read(x, me, fp, strict))),
    // There is a registry on Windows only.
    with_defaults("read_windows_registry", &["self", "strict"], STRICT, Body::Nothing),
];

fn init_object(x: Scope<'_>, me: &PyObject, names: &PyObject, strict: &PyObjectRef) -> PyResult<()> {
    if !x.yes(&*x.global("inited")?)? {
        x.made("init", [])?;
    }
    for name in ["encodings_map", "suffix_map"] {
        x.set(me, name, x.ask(&*x.global(name)?, "copy")?)?;
    }
    for name in ["types_map", "types_map_inv"] {
        x.set(me, name, x.tuple([x.dict(), x.dict()]))?;
    }
    for (name, strict) in [("types_map", true), ("common_types", false)] {
        for (end, kind) in x.pairs(&*x.global(name)?)? {
            x.call(me, "add_type", [kind, end, x.bool(strict)])?;
        }
    }
    for name in x.each(names)? {
        x.call(me, "read", [name, strict.clone()])?;
    }
    Ok(())
}

/// Reads the lines of a file such as `mime.types`: a type, then the ends of names.
fn read(x: Scope<'_>, me: &PyObject, fp: &PyObject, strict: &PyObjectRef) -> PyResult<()> {
    loop {
        let line = x.ask(fp, "readline")?;
        if !x.yes(&line)? {
            return Ok(());
        }
        let words = x.each(&*x.ask(&line, "split")?)?;
        let mut words = words.into_iter().take_while(|word| !x.peek(word).starts_with('#'));
        let Some(kind) = words.next() else { continue };
        for end in words {
            x.call(me, "add_type", [kind.clone(), x.add(&x.text("."), &end)?, strict.clone()])?;
        }
    }
}

/// A path without its end, and the end.
fn cut(x: Scope<'_>, path: PyObjectRef) -> PyResult<(PyObjectRef, PyObjectRef)> {
    x.two(&*x.of("posixpath", "splitext", [path])?)
}

fn guess(x: Scope<'_>, me: &PyObject, url: &PyObjectRef, strict: &PyObject) -> PyResult {
    let (scheme, url) = x.two(&*x.of("urllib", "splittype", [url.clone()])?)?;
    if x.says(&scheme, "data") {
        return Ok(data_type(x, &url));
    }
    let (mut base, mut end) = cut(x, url)?;
    let (suffixes, encodings) = (x.get(me, "suffix_map")?, x.get(me, "encodings_map")?);
    while x.contains(&suffixes, &end)? {
        (base, end) = cut(x, x.add(&base, &*x.item(&suffixes, &end)?)?)?;
    }
    let mut encoding = x.none();
    if x.contains(&encodings, &end)? {
        encoding = x.item(&encodings, &end)?;
        end = cut(x, base)?.1;
    }
    let lower = x.ask(&end, "lower")?;
    let types = x.get(me, "types_map")?;
    let kinds: &[bool] = if x.yes(strict)? { &[true] } else { &[true, false] };
    for &kind in kinds {
        let types = x.item(&types, &x.bool(kind))?;
        for end in [&end, &lower] {
            if x.contains(&types, end)? {
                return Ok(x.tuple([x.item(&types, end)?, encoding]));
            }
        }
    }
    Ok(x.tuple([x.none(), encoding]))
}

/// The type that a `data:` address names.
fn data_type(x: Scope<'_>, url: &PyObject) -> PyObjectRef {
    let shown = x.peek(url);
    let Some((head, _)) = shown.split_once(',') else { return x.tuple([x.none(), x.none()]) };
    let kind = head.split(';').next().unwrap_or_default();
    let kind = if kind.contains('=') || !kind.contains('/') { x.text("text/plain") } else { x.like(url, kind) };
    x.tuple([kind, x.none()])
}

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "guess_type",
        &["url", "strict"],
        STRICT,
        body!(|x, url, strict| x.call(&*known(x)?, "guess_type", [url.clone(), strict.clone()])),
    ),
    with_defaults(
        "guess_all_extensions",
        &["type", "strict"],
        STRICT,
        body!(|x, kind, strict| x.call(&*known(x)?, "guess_all_extensions", [kind.clone(), strict.clone()])),
    ),
    with_defaults(
        "guess_extension",
        &["type", "strict"],
        STRICT,
        body!(|x, kind, strict| x.call(&*known(x)?, "guess_extension", [kind.clone(), strict.clone()])),
    ),
    with_defaults(
        "add_type",
        &["type", "ext", "strict"],
        STRICT,
        body!(|x, kind, end, strict| x.call(&*known(x)?, "add_type", [kind.clone(), end.clone(), strict.clone()])),
    ),
    with_defaults("init", &["files"], &[Given::None], body!(|x, files| do init(x, files))),
    function(
        "read_mime_types",
        &["file"],
        body!(|x, name| {
            let file = match x.made("open", [name.clone()]) {
                Err(error) if x.is_error(&error, "IOError") => return Ok(x.none()),
                other => other?,
            };
            let types = x.made("MimeTypes", [])?;
            let read = x.call(&types, "readfp", [file.clone(), x.bool(true)]);
            x.ask(&file, "close")?;
            read?;
            x.item(&*x.get(&types, "types_map")?, &x.bool(true))
        }),
    ),
    function("_default_mime_types", &[], body!(|x| do reset(x))),
];

/// The tables that the functions use.
fn known(x: Scope<'_>) -> PyResult {
    if x.is_none(&*x.global("_db")?) {
        x.made("init", [])?;
    }
    x.global("_db")
}

fn init(x: Scope<'_>, files: &PyObjectRef) -> PyResult<()> {
    // Making the tables must not come back here.
    x.set_global("inited", x.bool(true))?;
    let types = x.made("MimeTypes", [])?;
    let files = if x.is_none(files) { x.global("knownfiles")? } else { files.clone() };
    for name in x.each(&files)? {
        if x.yes(&*x.of("posixpath", "isfile", [name.clone()])?)? {
            x.call(&types, "read", [name])?;
        }
    }
    for name in ["encodings_map", "suffix_map"] {
        x.set_global(name, x.get(&types, name)?)?;
    }
    let maps = x.get(&types, "types_map")?;
    x.set_global("types_map", x.item(&maps, &x.bool(true))?)?;
    x.set_global("common_types", x.item(&maps, &x.bool(false))?)?;
    x.set_global("_db", types)
}

/// The tables as they are without any file.
fn reset(x: Scope<'_>) -> PyResult<()> {
    for &(name, pairs) in TABLES {
        let table = x.dict();
        for (key, value) in pairs {
            x.put(&table, x.text(key).as_object(), x.text(value))?;
        }
        x.set_global(name, table)?;
    }
    Ok(())
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    for (name, texts) in [("__all__", ALL), ("knownfiles", KNOWN_FILES)] {
        let texts = texts.iter().map(|text| vm.ctx.new_str(*text).into()).collect();
        modules::set(vm, module, name, vm.ctx.new_list(texts));
    }
    modules::set(vm, module, "inited", vm.ctx.new_bool(false));
    modules::set(vm, module, "_db", vm.ctx.none());
    modules::set(vm, module, "_winreg", vm.ctx.none());
    let home = Arc::new(Home { globals: module.dict(), defaults: vec![vm.ctx.empty_tuple.clone().into()] });
    reset(Scope { home: &home, vm })?;
    classes(vm, module, &home, "mimetypes", CLASSES)?;
    publish(vm, module, &home, FUNCTIONS, "mimetypes");
    lazily(vm, module, &[("os", "os"), ("posixpath", "posixpath"), ("sys", "sys"), ("urllib", "urllib")]);
    Ok(())
}

/// Makes the module `mimetypes`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "mimetypes");
    modules::set(vm, &module, "__doc__", vm.ctx.new_str("Types of files by the ends of their names."));
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
