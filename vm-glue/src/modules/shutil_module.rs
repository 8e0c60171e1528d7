//! The module `shutil`: copying, moving and deleting of files and folders, and archives of them.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseException, PyBaseExceptionRef, PyDict, PyModule, PyStr};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::os_calls::{self, closing, function as os_function, is, is_environment_error, is_os_error, join, open, os};
use super::python_function::{Body, Class, Function, Given, Home, function, publish, with_defaults};
use crate::import;
use crate::modules;
use crate::runtime::{exceptions, text};

const MODULE: &str = "shutil";
/// The bits of a mode that `chmod` sets.
const MODE: u32 = 0o7777;
/// The bits of a mode that say what it is.
const KIND: u32 = 0o170_000;
const FIFO: u32 = 0o010_000;
const FOLDER: u32 = 0o040_000;

const PAIR: &[&str] = &["src", "dst"];
const NONE: Given = Given::None;

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "copyfileobj",
        &["fsrc", "fdst", "length"],
        &[Given::Int(16 * 1024)],
        Body::Run(|_, values, vm| {
            if let [source, target, length] = values {
                os_calls::copy(vm, source, target, length.clone())?;
            }
            Ok(vm.ctx.none())
        }),
    ),
    function("_samefile", PAIR, Body::Run(|_, values, vm| Ok(vm.ctx.new_bool(is_same(values, vm)?).into()))),
    function("copyfile", PAIR, Body::Run(copy_file)),
    function(
        "copymode",
        PAIR,
        Body::Run(|_, values, vm| {
            if let [source, target] = values {
                let mode = vm.ctx.new_int(mode_of("stat", source, vm)? & MODE).into();
                os(vm, "chmod", vec![target.clone(), mode])?;
            }
            Ok(vm.ctx.none())
        }),
    ),
    function("copystat", PAIR, Body::Run(copy_stat)),
    function("copy", PAIR, Body::Run(|home, values, vm| copy_with(home, values, "copymode", vm))),
    function("copy2", PAIR, Body::Run(|home, values, vm| copy_with(home, values, "copystat", vm))),
    function("ignore_patterns", &[], Body::Raw(ignore_patterns)),
    with_defaults("copytree", &["src", "dst", "symlinks", "ignore"], &[Given::Bool(false), NONE], Body::Run(copy_tree)),
    with_defaults("rmtree", &["path", "ignore_errors", "onerror"], &[Given::Bool(false), NONE], Body::Run(remove_tree)),
    function(
        "_basename",
        &["path"],
        Body::Run(|_, values, vm| match values.first() {
            Some(path) => base_name(path, vm),
            None => Ok(vm.ctx.none()),
        }),
    ),
    function("move", PAIR, Body::Run(move_path)),
    function(
        "_destinsrc",
        PAIR,
        Body::Run(|_, values, vm| match values {
            [source, target] => Ok(vm.ctx.new_bool(is_inside(source, target, vm)?).into()),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function("_make_tarball", &[], Body::Raw(|_, args, vm| archives(vm, "make_tarball")?.call(args, vm))),
    function("_make_zipfile", &[], Body::Raw(|_, args, vm| archives(vm, "make_zipfile")?.call(args, vm))),
    function("get_archive_formats", &[], Body::Run(archive_formats)),
    with_defaults(
        "register_archive_format",
        &["name", "function", "extra_args", "description"],
        &[NONE, Given::Text("")],
        Body::Run(register_format),
    ),
    function(
        "unregister_archive_format",
        &["name"],
        Body::Run(|home, values, vm| {
            if let Some(name) = values.first() {
                home.globals.get_item("_ARCHIVE_FORMATS", vm)?.del_item(&**name, vm)?;
            }
            Ok(vm.ctx.none())
        }),
    ),
    with_defaults(
        "make_archive",
        &["base_name", "format", "root_dir", "base_dir", "verbose", "dry_run", "owner", "group", "logger"],
        &[NONE, NONE, Given::Int(0), Given::Int(0), NONE, NONE, NONE],
        Body::Run(make_archive),
    ),
];

/// The functions that write archives.
fn archives(vm: &VirtualMachine, name: &'static str) -> PyResult {
    import::module(vm, "_archives")?.get_attr(name, vm)
}

/// A function of the module, which programs may have replaced.
fn call(home: &Home, name: &str, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    home.globals.get_item(name, vm)?.call(args, vm)
}

/// `pattern % values`, for messages.
fn formatted(vm: &VirtualMachine, pattern: &str, values: &[&PyObjectRef]) -> PyResult {
    let values = vm.ctx.new_tuple(values.iter().map(|value| (*value).clone()).collect());
    vm._mod(vm.ctx.new_str(pattern).as_object(), values.as_object())
}

/// An exception of a class of the module.
fn raised(home: &Home, class: &str, argument: PyObjectRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let made = call(home, class, vec![argument], vm).map(|made| made.downcast::<PyBaseException>());
    match made {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_type_error("exceptions must be classes"),
        Err(failed) => failed,
    }
}

/// The same with a message of strings.
fn complained(
    home: &Home,
    class: &str,
    pattern: &str,
    values: &[&PyObjectRef],
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    match formatted(vm, pattern, values) {
        Ok(message) => raised(home, class, message, vm),
        Err(failed) => failed,
    }
}

fn mode_of(how: &'static str, path: &PyObjectRef, vm: &VirtualMachine) -> PyResult<u32> {
    os(vm, how, vec![path.clone()])?.get_attr("st_mode", vm)?.try_to_value(vm)
}

fn is_same(values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<bool> {
    match os(vm, "path.samefile", values.to_vec()) {
        Ok(same) => same.try_to_bool(vm),
        Err(error) if is_os_error(vm, &error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn copy_file(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [source, target] = values else { return Ok(vm.ctx.none()) };
    if call(home, "_samefile", values.to_vec(), vm)?.try_to_bool(vm)? {
        return Err(complained(home, "Error", "`%s` and `%s` are the same file", &[source, target], vm));
    }
    for path in values {
        match mode_of("stat", path, vm) {
            Ok(mode) if mode & KIND == FIFO => {
                return Err(complained(home, "SpecialFileError", "`%s` is a named pipe", &[path], vm));
            }
            Err(error) if !is_os_error(vm, &error) => return Err(error),
            _ => {}
        }
    }
    // Programs put their own `open` into the module.
    let opened = |path: &PyObjectRef, mode: &str| match home.globals.get_item_opt("open", vm)? {
        Some(open) => open.call((path.clone(), vm.ctx.new_str(mode)), vm),
        None => open(vm, path.clone(), mode),
    };
    within(&opened(source, "rb")?, vm, |from| {
        within(&opened(target, "wb")?, vm, |to| call(home, "copyfileobj", vec![from.clone(), to.clone()], vm).map(drop))
    })?;
    Ok(vm.ctx.none())
}

/// Some work with a file as in a `with` statement.
fn within(file: &PyObjectRef, vm: &VirtualMachine, work: impl FnOnce(&PyObjectRef) -> PyResult<()>) -> PyResult<()> {
    if vm.get_attribute_opt(file, "__exit__")?.is_none() {
        return closing(vm, file, work(file));
    }
    let entered = vm.call_method(file, "__enter__", ())?;
    let none = || vm.ctx.none();
    match work(&entered) {
        Ok(()) => vm.call_method(file, "__exit__", (none(), none(), none())).map(drop),
        Err(error) => {
            let (class, value) = (error.class().to_owned(), error.clone());
            let handled = handling(vm, &error, || vm.call_method(file, "__exit__", (class, value, none())))?;
            if handled.try_to_bool(vm)? { Ok(()) } else { Err(error) }
        }
    }
}

/// Some work during which an exception is the one that is being handled.
fn handling<R>(vm: &VirtualMachine, error: &PyBaseExceptionRef, work: impl FnOnce() -> R) -> R {
    let before = vm.current_exception();
    vm.set_exception(Some(error.clone()));
    let result = work();
    vm.set_exception(before);
    result
}

fn copy_stat(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [source, target] = values else { return Ok(vm.ctx.none()) };
    let stat = os(vm, "stat", vec![source.clone()])?;
    let times = vm.ctx.new_tuple(vec![stat.get_attr("st_atime", vm)?, stat.get_attr("st_mtime", vm)?]);
    os(vm, "utime", vec![target.clone(), times.into()])?;
    let mode: u32 = stat.get_attr("st_mode", vm)?.try_to_value(vm)?;
    os(vm, "chmod", vec![target.clone(), vm.ctx.new_int(mode & MODE).into()])?;
    Ok(vm.ctx.none())
}

fn copy_with(home: &Home, values: &[PyObjectRef], then: &str, vm: &VirtualMachine) -> PyResult {
    let [source, target] = values else { return Ok(vm.ctx.none()) };
    let mut target = target.clone();
    if is(vm, "path.isdir", &target)? {
        target = join(vm, &target, &os(vm, "path.basename", vec![source.clone()])?)?;
    }
    call(home, "copyfile", vec![source.clone(), target.clone()], vm)?;
    call(home, then, vec![source.clone(), target], vm)?;
    Ok(vm.ctx.none())
}

/// A function that says which of a folder's names match one of the patterns.
fn ignore_patterns(_home: &Home, patterns: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let patterns = patterns.args;
    let ignored = move |_path: PyObjectRef, names: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let filter = import::module(vm, "fnmatch")?.get_attr("filter", vm)?;
        let mut found = Vec::new();
        for pattern in &patterns {
            let matching = filter.call((names.clone(), pattern.clone()), vm)?;
            found.extend(vm.extract_elements_with(&matching, Ok)?);
        }
        vm.ctx.types.set_type.as_object().call((vm.ctx.new_list(found),), vm)
    };
    Ok(vm.new_function("_ignore_patterns", ignored).into())
}

fn is_own_error(home: &Home, error: &PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult<bool> {
    error.as_object().is_instance(&*home.globals.get_item("Error", vm)?, vm)
}

fn copy_tree(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [source, target, links, ignore] = values else { return Ok(vm.ctx.none()) };
    let names = os(vm, "listdir", vec![source.clone()])?;
    let ignored = match vm.is_none(ignore) {
        true => vm.ctx.new_tuple(Vec::new()).into(),
        false => ignore.call((source.clone(), names.clone()), vm)?,
    };
    os(vm, "makedirs", vec![target.clone()])?;
    let keep_links = links.clone().try_to_bool(vm)?;
    let mut errors: Vec<PyObjectRef> = Vec::new();
    let note = |from: &PyObjectRef, to: &PyObjectRef, error: &PyBaseExceptionRef| -> PyResult {
        let why = text::str_object(vm, error.as_object())?;
        Ok(vm.ctx.new_tuple(vec![from.clone(), to.clone(), why]).into())
    };
    let names: Vec<PyObjectRef> = vm.extract_elements_with(&names, Ok)?;
    for name in names {
        if vm._contains(&ignored, &name)? {
            continue;
        }
        let (from, to) = (join(vm, source, &name)?, join(vm, target, &name)?);
        let copied = (|| {
            if keep_links && is(vm, "path.islink", &from)? {
                os(vm, "symlink", vec![os(vm, "readlink", vec![from.clone()])?, to.clone()])
            } else if is(vm, "path.isdir", &from)? {
                call(home, "copytree", vec![from.clone(), to.clone(), links.clone(), ignore.clone()], vm)
            } else {
                call(home, "copy2", vec![from.clone(), to.clone()], vm)
            }
        })();
        match copied {
            Ok(_) => {}
            Err(error) if is_own_error(home, &error, vm)? => {
                let more =
                    error.as_object().get_attr("args", vm)?.get_item(&*PyObjectRef::from(vm.ctx.new_int(0)), vm)?;
                errors.extend(vm.extract_elements_with::<PyObjectRef, _>(&more, Ok)?);
            }
            Err(error) if is_environment_error(vm, &error) || is_os_error(vm, &error) => {
                errors.push(note(&from, &to, &error)?);
            }
            Err(error) => return Err(error),
        }
    }
    match call(home, "copystat", vec![source.clone(), target.clone()], vm) {
        Err(error) if is_os_error(vm, &error) => errors.push(note(source, target, &error)?),
        other => drop(other?),
    }
    if errors.is_empty() { Ok(vm.ctx.none()) } else { Err(raised(home, "Error", vm.ctx.new_list(errors).into(), vm)) }
}

/// What is to be done about an error of a deletion.
enum OnError<'a> {
    Ignore,
    Raise,
    Call(&'a PyObjectRef),
}

impl OnError<'_> {
    fn tell(
        &self,
        name: &'static str,
        path: &PyObjectRef,
        error: PyBaseExceptionRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match self {
            Self::Ignore => Ok(()),
            Self::Raise => Err(error),
            Self::Call(function) => {
                let traceback = error.as_object().get_attr("__traceback__", vm).unwrap_or_else(|_| vm.ctx.none());
                let info = vec![error.class().to_owned().into(), error.clone().into(), traceback];
                let args = vec![os_function(vm, name)?, path.clone(), vm.ctx.new_tuple(info).into()];
                handling(vm, &error, || function.call(args, vm)).map(drop)
            }
        }
    }

    /// Passes a result on; an error of `os` is told.
    fn watch<R>(
        &self,
        name: &'static str,
        path: &PyObjectRef,
        result: PyResult<R>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<R>> {
        match result {
            Ok(result) => Ok(Some(result)),
            Err(error) if is_os_error(vm, &error) => self.tell(name, path, error, vm).map(|()| None),
            Err(error) => Err(error),
        }
    }
}

fn remove_tree(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [path, ignore, handler] = values else { return Ok(vm.ctx.none()) };
    let on_error = match (ignore.clone().try_to_bool(vm)?, vm.is_none(handler)) {
        (true, _) => OnError::Ignore,
        (false, true) => OnError::Raise,
        (false, false) => OnError::Call(handler),
    };
    let link = match is(vm, "path.islink", path) {
        Ok(true) => Err(exceptions::new_os_error_text(vm, "Cannot call rmtree on a symbolic link")),
        other => other,
    };
    if on_error.watch("path.islink", path, link, vm)?.is_none() {
        return Ok(vm.ctx.none());
    }
    let names = on_error.watch("listdir", path, os(vm, "listdir", vec![path.clone()]), vm)?;
    let names: Vec<PyObjectRef> = match &names {
        Some(names) => vm.extract_elements_with(names, Ok)?,
        None => Vec::new(),
    };
    for name in names {
        let full = join(vm, path, &name)?;
        let mode = match mode_of("lstat", &full, vm) {
            Err(error) if is_os_error(vm, &error) => 0,
            mode => mode?,
        };
        if mode & KIND == FOLDER {
            call(home, "rmtree", vec![full, ignore.clone(), handler.clone()], vm)?;
        } else {
            on_error.watch("remove", &full, os(vm, "remove", vec![full.clone()]), vm)?;
        }
    }
    on_error.watch("rmdir", path, os(vm, "rmdir", vec![path.clone()]), vm)?;
    Ok(vm.ctx.none())
}

fn base_name(path: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let path = vm.call_method(path, "rstrip", (vm.ctx.new_str("/"),))?;
    os(vm, "path.basename", vec![path])
}

fn is_inside(source: &PyObjectRef, target: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let whole = |path: &PyObjectRef| -> PyResult {
        let path = os(vm, "path.abspath", vec![path.clone()])?;
        let slash = vm.ctx.new_str("/");
        match vm.call_method(&path, "endswith", (slash.clone(),))?.try_to_bool(vm)? {
            true => Ok(path),
            false => vm._add(&path, slash.as_object()),
        }
    };
    vm.call_method(&*whole(target)?, "startswith", (whole(source)?,))?.try_to_bool(vm)
}

fn move_path(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [source, target] = values else { return Ok(vm.ctx.none()) };
    let mut real = target.clone();
    if is(vm, "path.isdir", target)? {
        if call(home, "_samefile", values.to_vec(), vm)?.try_to_bool(vm)? {
            os(vm, "rename", values.to_vec())?;
            return Ok(vm.ctx.none());
        }
        real = join(vm, target, &call(home, "_basename", vec![source.clone()], vm)?)?;
        if is(vm, "path.exists", &real)? {
            return Err(complained(home, "Error", "Destination path '%s' already exists", &[&real], vm));
        }
    }
    match os(vm, "rename", vec![source.clone(), real.clone()]) {
        Ok(_) => return Ok(vm.ctx.none()),
        Err(error) if is_os_error(vm, &error) => {}
        Err(error) => return Err(error),
    }
    // On another file system, perhaps.
    if is(vm, "path.isdir", source)? {
        if call(home, "_destinsrc", values.to_vec(), vm)?.try_to_bool(vm)? {
            let message = "Cannot move a directory '%s' into itself '%s'.";
            return Err(complained(home, "Error", message, &[source, target], vm));
        }
        call(home, "copytree", vec![source.clone(), real, vm.ctx.new_bool(true).into()], vm)?;
        call(home, "rmtree", vec![source.clone()], vm)?;
    } else {
        call(home, "copy2", vec![source.clone(), real], vm)?;
        os(vm, "unlink", vec![source.clone()])?;
    }
    Ok(vm.ctx.none())
}

// ---- archives ---------------------------------------------------------------------------------------------------

/// Name, function, its argument `compress`, and description of the formats at first.
const FORMATS: &[(&str, &str, Option<Option<&str>>, &str)] = &[
    ("bztar", "_make_tarball", Some(Some("bzip2")), "bzip2'ed tar-file"),
    ("gztar", "_make_tarball", Some(Some("gzip")), "gzip'ed tar-file"),
    ("tar", "_make_tarball", Some(None), "uncompressed tar file"),
    ("zip", "_make_zipfile", None, "ZIP file"),
];

fn archive_formats(home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let formats = home.globals.get_item("_ARCHIVE_FORMATS", vm)?;
    let formats = formats.downcast_ref::<PyDict>().ok_or_else(|| vm.new_type_error("the formats must be a dict"))?;
    let mut found = Vec::new();
    for (name, format) in formats.items_vec() {
        let description = format.get_item(&*PyObjectRef::from(vm.ctx.new_int(2)), vm)?;
        found.push(vm.ctx.new_tuple(vec![name, description]).into());
    }
    let found: PyObjectRef = vm.ctx.new_list(found).into();
    vm.call_method(&found, "sort", ())?;
    Ok(found)
}

/// The elements of a tuple or a list.
fn sequence(value: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Vec<PyObjectRef>>> {
    let known = value.fast_isinstance(vm.ctx.types.tuple_type) || value.fast_isinstance(vm.ctx.types.list_type);
    if known { vm.extract_elements_with(value, Ok).map(Some) } else { Ok(None) }
}

fn register_format(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [name, writer, extra, description] = values else { return Ok(vm.ctx.none()) };
    let extra = if vm.is_none(extra) { vm.ctx.new_list(Vec::new()).into() } else { extra.clone() };
    if !writer.is_callable() {
        let message = formatted(vm, "The %s object is not callable", &[writer])?;
        return Err(vm.new_exception(vm.ctx.exceptions.type_error.to_owned(), vec![message]));
    }
    let Some(elements) = sequence(&extra, vm)? else {
        return Err(vm.new_type_error("extra_args needs to be a sequence"));
    };
    for element in elements {
        if sequence(&element, vm)?.is_none_or(|parts| parts.len() != 2) {
            return Err(vm.new_type_error("extra_args elements are : (arg_name, value)"));
        }
    }
    let format = vm.ctx.new_tuple(vec![writer.clone(), extra, description.clone()]);
    home.globals.get_item("_ARCHIVE_FORMATS", vm)?.set_item(&**name, format.into(), vm)?;
    Ok(vm.ctx.none())
}

fn make_archive(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [base, format, root, folder, _, dry, owner, group, logger] = values else { return Ok(vm.ctx.none()) };
    let before = os(vm, "getcwd", Vec::new())?;
    let tell = |message: &str, path: &PyObjectRef| match vm.is_none(logger) {
        true => Ok(()),
        false => vm.call_method(logger, "debug", (vm.ctx.new_str(message), path.clone())).map(drop),
    };
    let mut base = base.clone();
    if !vm.is_none(root) {
        tell("changing into '%s'", root)?;
        base = os(vm, "path.abspath", vec![base])?;
        if !dry.clone().try_to_bool(vm)? {
            os(vm, "chdir", vec![root.clone()])?;
        }
    }
    let folder = if vm.is_none(folder) { vm.ctx.new_str(".").into() } else { folder.clone() };
    let formats = home.globals.get_item("_ARCHIVE_FORMATS", vm)?;
    let known = vm.call_method(&formats, "get", (format.clone(),))?;
    let Some(known) = sequence(&known, vm)? else {
        let message = formatted(vm, "unknown archive format '%s'", &[format])?;
        return Err(vm.new_exception(vm.ctx.exceptions.value_error.to_owned(), vec![message]));
    };
    let [writer, extra, ..] = known.as_slice() else { return Err(vm.new_index_error("tuple index out of range")) };
    let mut keywords = vec![("dry_run".to_owned(), dry.clone()), ("logger".to_owned(), logger.clone())];
    for pair in sequence(extra, vm)?.unwrap_or_default() {
        if let Some([name, value]) = sequence(&pair, vm)?.as_deref() {
            keywords.push((text::text_of(vm, name)?.unwrap_or_default(), value.clone()));
        }
    }
    if format.downcast_ref::<PyStr>().is_none_or(|format| format.as_bytes() != b"zip") {
        keywords.push(("owner".to_owned(), owner.clone()));
        keywords.push(("group".to_owned(), group.clone()));
    }
    let args = FuncArgs::new(vec![base, folder], KwArgs::from_iter(keywords));
    let made = writer.call(args, vm);
    if !vm.is_none(root) {
        tell("changing back to '%s'", &before)?;
        os(vm, "chdir", vec![before])?;
    }
    made
}

// ---- the module -------------------------------------------------------------------------------------------------

/// Exceptions of the module.
const ERRORS: &[(&str, &str)] = &[
    ("Error", "Something could not be copied or moved."),
    ("SpecialFileError", "A file of a kind that cannot be copied."),
    ("ExecError", "A command could not be run."),
];
const EXPORTED: &[&str] = &[
    "copyfileobj",
    "copyfile",
    "copymode",
    "copystat",
    "copy",
    "copy2",
    "copytree",
    "move",
    "rmtree",
    "Error",
    "SpecialFileError",
    "ExecError",
    "make_archive",
    "get_archive_formats",
    "register_archive_format",
    "unregister_archive_format",
    "ignore_patterns",
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    publish(vm, module, &home, FUNCTIONS, MODULE);
    let base = import::module(vm, "exceptions")?.get_attr("EnvironmentError", vm)?;
    for &(name, doc) in ERRORS {
        let bases = vec![base.clone()];
        let class = Class { name, module: MODULE, bases, functions: &[], values: Vec::new(), doc: Some(doc) };
        modules::set(vm, module, name, class.make(&home, true, vm)?);
    }
    modules::set(vm, module, "WindowsError", vm.ctx.none());
    for name in ["os", "sys", "stat", "fnmatch", "errno"] {
        modules::set(vm, module, name, import::module(vm, name)?);
    }
    modules::set(vm, module, "abspath", os_function(vm, "path.abspath")?);
    let formats = vm.ctx.new_dict();
    for &(name, writer, compress, description) in FORMATS {
        let extra = match compress {
            Some(kind) => {
                let kind = kind.map_or_else(|| vm.ctx.none(), |kind| vm.ctx.new_str(kind).into());
                vec![vm.ctx.new_tuple(vec![vm.ctx.new_str("compress").into(), kind]).into()]
            }
            None => Vec::new(),
        };
        let writer = home.globals.get_item(writer, vm)?;
        let parts = vec![writer, vm.ctx.new_list(extra).into(), vm.ctx.new_str(description).into()];
        formats.set_item(name, vm.ctx.new_tuple(parts).into(), vm)?;
    }
    modules::set(vm, module, "_ARCHIVE_FORMATS", formats);
    let names = EXPORTED.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    modules::set(vm, module, "__all__", vm.ctx.new_list(names));
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, MODULE);
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
