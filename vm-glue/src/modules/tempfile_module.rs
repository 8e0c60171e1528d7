//! The module `tempfile`: temporary files and folders.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::os_calls::{closing, is_environment_error, number_of};
use super::python_function::{Body, Class, Function, Given, Home, function, object_of, publish, with_defaults};
use crate::import;
use crate::modules;
use crate::runtime::{exceptions, text};

const MODULE: &str = "tempfile";
/// Names that are tried, at most.
const ATTEMPTS: i32 = 10_000;
/// Names that are tried in a folder, to find out whether it can be used.
const FOLDER_ATTEMPTS: usize = 100;
const CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
/// Random characters of a name.
const LENGTH: usize = 6;
/// `errno.ENOENT`
const ENOENT: i32 = 2;
/// `errno.EEXIST`
const EEXIST: i32 = 17;
const FOLDERS: &[&str] = &["/tmp", "/var/tmp", "/usr/tmp"];

const SELF: &[&str] = &["self"];
const NAMED: &[&str] = &["suffix", "prefix", "dir"];
const NAMED_DEFAULTS: &[Given] = &[Given::Text(""), Given::Text("tmp"), Given::None];

static FUNCTIONS: &[Function] = &[
    function("_candidate_tempdir_list", &[], Body::Run(candidate_folders)),
    function("_get_default_tempdir", &[], Body::Run(default_folder)),
    function("_get_candidate_names", &[], Body::Run(candidate_names)),
    function("_mkstemp_inner", &["dir", "pre", "suf", "flags"], Body::Run(make_file)),
    function(
        "_exists",
        &["fn"],
        Body::Run(|home, values, vm| {
            let found = call_os(home, "path.lexists", values.to_vec(), vm)?;
            Ok(found)
        }),
    ),
    function("gettempprefix", &[], Body::Run(|home, _, vm| home.globals.get_item("template", vm))),
    function("gettempdir", &[], Body::Run(|home, _, vm| folder_for_all(home, vm))),
    with_defaults(
        "mkstemp",
        &["suffix", "prefix", "dir", "text"],
        &[Given::Text(""), Given::Text("tmp"), Given::None, Given::Bool(false)],
        Body::Run(mkstemp),
    ),
    with_defaults("mkdtemp", NAMED, NAMED_DEFAULTS, Body::Run(mkdtemp)),
    with_defaults("mktemp", NAMED, NAMED_DEFAULTS, Body::Run(mktemp)),
    with_defaults(
        "NamedTemporaryFile",
        &["mode", "bufsize", "suffix", "prefix", "dir", "delete"],
        &[Given::Text("w+b"), Given::Int(-1), Given::Text(""), Given::Text("tmp"), Given::None, Given::Bool(true)],
        Body::Run(named_file),
    ),
    with_defaults(
        "TemporaryFile",
        &["mode", "bufsize", "suffix", "prefix", "dir"],
        &[Given::Text("w+b"), Given::Int(-1), Given::Text(""), Given::Text("tmp"), Given::None],
        Body::Run(unnamed_file),
    ),
];

/// The next value of an iterator of Python code or of the machine.
fn next_of(vm: &VirtualMachine, iterator: &PyObject) -> PyResult {
    if let Some(next) = vm.get_attribute_opt(iterator, "next")? {
        return next.call((), vm);
    }
    match PyIter::new(iterator).next(vm)? {
        PyIterReturn::Return(value) => Ok(value),
        PyIterReturn::StopIteration(_) => Err(vm.new_stop_iteration(None)),
    }
}

/// A function of the module, which programs may have replaced.
fn call(home: &Home, name: &str, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    home.globals.get_item(name, vm)?.call(args, vm)
}

/// A function of what the module has as `_os`.
fn call_os(home: &Home, name: &'static str, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let os = home.globals.get_item("_os", vm)?;
    match name.strip_prefix("path.") {
        Some(name) => os.get_attr("path", vm)?.get_attr(vm.ctx.intern_str(name), vm)?.call(args, vm),
        None => os.get_attr(name, vm)?.call(args, vm),
    }
}

fn io_error(vm: &VirtualMachine, number: i32, message: &str) -> PyBaseExceptionRef {
    exceptions::new_io_error(vm, number, message, None)
}

fn plain(vm: &VirtualMachine, text: &str) -> PyObjectRef {
    vm.ctx.new_str(text).into()
}

fn candidate_folders(home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let mut folders = Vec::new();
    for name in ["TMPDIR", "TEMP", "TMP"] {
        let folder = call_os(home, "getenv", vec![plain(vm, name)], vm)?;
        if folder.clone().try_to_bool(vm)? {
            folders.push(folder);
        }
    }
    folders.extend(FOLDERS.iter().map(|folder| plain(vm, folder)));
    folders.push(match call_os(home, "getcwd", Vec::new(), vm) {
        Err(error) if is_environment_error(vm, &error) => plain(vm, "."),
        folder => folder?,
    });
    Ok(vm.ctx.new_list(folders).into())
}

fn default_folder(home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let names = call(home, "_RandomNameSequence", Vec::new(), vm)?;
    let list = call(home, "_candidate_tempdir_list", Vec::new(), vm)?;
    let flags = home.globals.get_item("_text_openflags", vm)?;
    let folders: Vec<PyObjectRef> = vm.extract_elements_with(&list, Ok)?;
    for mut folder in folders {
        if text::bytes_of(&folder).is_none_or(|folder| folder != b".") {
            let absolute = call_os(home, "path.abspath", vec![folder], vm)?;
            folder = call_os(home, "path.normcase", vec![absolute], vm)?;
        }
        for _ in 0..FOLDER_ATTEMPTS {
            let name = next_of(vm, &names)?;
            let path = call_os(home, "path.join", vec![folder.clone(), name], vm)?;
            match try_folder(home, &path, &flags, vm) {
                Ok(()) => return Ok(folder),
                Err(error) if !is_environment_error(vm, &error) => return Err(error),
                Err(error) if number_of(vm, &error) == Some(EEXIST) => {}
                Err(_) => break,
            }
        }
    }
    let shown = text::repr_of(vm, &list)?;
    Err(io_error(vm, ENOENT, &format!("No usable temporary directory found in {}", String::from_utf8_lossy(&shown))))
}

/// Writes a file and deletes it.
fn try_folder(home: &Home, path: &PyObjectRef, flags: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let mode = vm.ctx.new_int(0o600).into();
    let descriptor = call_os(home, "open", vec![path.clone(), flags.clone(), mode], vm)?;
    let written = write_to(home, &descriptor, vm);
    let closed = call_os(home, "close", vec![descriptor], vm);
    call_os(home, "unlink", vec![path.clone()], vm)?;
    closed?;
    written
}

/// Writes something, by `io` if that is loaded (loading it would be the most of the work).
fn write_to(home: &Home, descriptor: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let data = plain(vm, "blat");
    let Some(io) = import::modules(vm)?.get_item_opt("io", vm)? else {
        return call_os(home, "write", vec![descriptor.clone(), data], vm).map(drop);
    };
    let mut args = FuncArgs::from(vec![descriptor.clone(), plain(vm, "wb")]);
    args.kwargs.insert("closefd".into(), vm.ctx.new_bool(false).into());
    let file = io.get_attr("open", vm)?.call(args, vm)?;
    closing(vm, &file, vm.call_method(&file, "write", (data,)).map(drop))
}

fn candidate_names(home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let names = home.globals.get_item("_name_sequence", vm)?;
    if !vm.is_none(&names) {
        return Ok(names);
    }
    let names = call(home, "_RandomNameSequence", Vec::new(), vm)?;
    home.globals.set_item("_name_sequence", names.clone(), vm)?;
    Ok(names)
}

/// Tries names until one can be had.
fn attempt(
    home: &Home,
    parts: [&PyObjectRef; 3],
    fault: &str,
    vm: &VirtualMachine,
    mut make: impl FnMut(&PyObjectRef) -> PyResult<Option<PyObjectRef>>,
) -> PyResult {
    let [folder, prefix, suffix] = parts;
    let names = call(home, "_get_candidate_names", Vec::new(), vm)?;
    let attempts: i32 = home.globals.get_item("TMP_MAX", vm)?.try_to_value(vm).unwrap_or(ATTEMPTS);
    for _ in 0..attempts {
        let name = next_of(vm, &names)?;
        let name = vm._add(&*vm._add(prefix, &name)?, suffix)?;
        let path = call_os(home, "path.join", vec![folder.clone(), name], vm)?;
        match make(&path) {
            Ok(Some(made)) => return Ok(made),
            Ok(None) => {}
            Err(error) if is_environment_error(vm, &error) && number_of(vm, &error) == Some(EEXIST) => {}
            Err(error) => return Err(error),
        }
    }
    Err(io_error(vm, EEXIST, fault))
}

fn make_file(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [folder, prefix, suffix, flags] = values else { return Ok(vm.ctx.none()) };
    attempt(home, [folder, prefix, suffix], "No usable temporary file name found", vm, |path| {
        let mode = vm.ctx.new_int(0o600).into();
        let descriptor = call_os(home, "open", vec![path.clone(), flags.clone(), mode], vm)?;
        let path = call_os(home, "path.abspath", vec![path.clone()], vm)?;
        Ok(Some(vm.ctx.new_tuple(vec![descriptor, path]).into()))
    })
}

/// The folder for temporary files, found out once.
fn folder_for_all(home: &Home, vm: &VirtualMachine) -> PyResult {
    let known = home.globals.get_item("tempdir", vm)?;
    if !vm.is_none(&known) {
        return Ok(known);
    }
    let folder = call(home, "_get_default_tempdir", Vec::new(), vm)?;
    home.globals.set_item("tempdir", folder.clone(), vm)?;
    Ok(folder)
}

fn folder_of(home: &Home, folder: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if vm.is_none(folder) { call(home, "gettempdir", Vec::new(), vm) } else { Ok(folder.clone()) }
}

fn flags_of(home: &Home, textual: bool, vm: &VirtualMachine) -> PyResult {
    home.globals.get_item(if textual { "_text_openflags" } else { "_bin_openflags" }, vm)
}

fn mkstemp(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [suffix, prefix, folder, textual] = values else { return Ok(vm.ctx.none()) };
    let flags = flags_of(home, textual.clone().try_to_bool(vm)?, vm)?;
    let folder = folder_of(home, folder, vm)?;
    call(home, "_mkstemp_inner", vec![folder, prefix.clone(), suffix.clone(), flags], vm)
}

fn mkdtemp(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [suffix, prefix, folder] = values else { return Ok(vm.ctx.none()) };
    let folder = folder_of(home, folder, vm)?;
    attempt(home, [&folder, prefix, suffix], "No usable temporary directory name found", vm, |path| {
        call_os(home, "mkdir", vec![path.clone(), vm.ctx.new_int(0o700).into()], vm)?;
        Ok(Some(path.clone()))
    })
}

fn mktemp(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [suffix, prefix, folder] = values else { return Ok(vm.ctx.none()) };
    let folder = folder_of(home, folder, vm)?;
    attempt(home, [&folder, prefix, suffix], "No usable temporary filename found", vm, |path| {
        let there = call(home, "_exists", vec![path.clone()], vm)?.try_to_bool(vm)?;
        Ok((!there).then(|| path.clone()))
    })
}

/// Makes a file with a name of its own: descriptor and path.
fn fresh(
    home: &Home,
    mode: &PyObjectRef,
    parts: [&PyObjectRef; 3],
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let [suffix, prefix, folder] = parts;
    let folder = folder_of(home, folder, vm)?;
    let binary = vm._contains(mode, &plain(vm, "b"))?;
    let flags = flags_of(home, !binary, vm)?;
    let made = call(home, "_mkstemp_inner", vec![folder, prefix.clone(), suffix.clone(), flags], vm)?;
    let made: Vec<PyObjectRef> = vm.extract_elements_with(&made, Ok)?;
    match <[PyObjectRef; 2]>::try_from(made) {
        Ok([descriptor, path]) => Ok((descriptor, path)),
        Err(_) => Err(vm.new_value_error("need a descriptor and a path")),
    }
}

fn named_file(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [mode, size, suffix, prefix, folder, delete] = values else { return Ok(vm.ctx.none()) };
    let (descriptor, path) = fresh(home, mode, [suffix, prefix, folder], vm)?;
    let made = call_os(home, "fdopen", vec![descriptor.clone(), mode.clone(), size.clone()], vm)
        .and_then(|file| call(home, "_TemporaryFileWrapper", vec![file, path.clone(), delete.clone()], vm));
    if made.is_err() {
        let _ = call_os(home, "unlink", vec![path], vm);
        let _ = call_os(home, "close", vec![descriptor], vm);
    }
    made
}

fn unnamed_file(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [mode, size, suffix, prefix, folder] = values else { return Ok(vm.ctx.none()) };
    let (descriptor, path) = fresh(home, mode, [suffix, prefix, folder], vm)?;
    let made = call_os(home, "unlink", vec![path], vm)
        .and_then(|_| call_os(home, "fdopen", vec![descriptor.clone(), mode.clone(), size.clone()], vm));
    if made.is_err() {
        let _ = call_os(home, "close", vec![descriptor], vm);
    }
    made
}

// ---- names ------------------------------------------------------------------------------------------------------

static NAMES: &[Function] = &[
    function("__iter__", SELF, Body::Run(|_, values, vm| instance(values, vm).cloned())),
    function("next", SELF, Body::Run(next_name)),
];

fn instance<'a>(values: &'a [PyObjectRef], vm: &VirtualMachine) -> PyResult<&'a PyObjectRef> {
    values.first().ok_or_else(|| vm.new_type_error("an instance is needed"))
}

static GENERATOR: Function = function("rng", SELF, Body::Run(generator));

/// The random numbers of this process: a child must not go on with its parent's.
fn generator(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = instance(values, vm)?;
    let process = call_os(home, "getpid", Vec::new(), vm)?;
    if let Some(known) = vm.get_attribute_opt(this, "_rng_pid")?
        && vm.bool_eq(&known, &process)?
    {
        return this.get_attr("_rng", vm);
    }
    let made = import::module(vm, "random")?.get_attr("Random", vm)?.call((), vm)?;
    this.set_attr("_rng", made.clone(), vm)?;
    this.set_attr("_rng_pid", process, vm)?;
    Ok(made)
}

fn next_name(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = instance(values, vm)?;
    let characters = this.get_attr("characters", vm)?;
    let choice = this.get_attr("rng", vm)?.get_attr("choice", vm)?;
    let mut letters = Vec::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        letters.push(choice.call((characters.clone(),), vm)?);
    }
    let letters = vm.ctx.new_list(letters);
    let name = vm.call_method(&plain(vm, ""), "join", (letters,))?;
    call_os(home, "path.normcase", vec![name], vm)
}

// ---- the wrapper of files with names ------------------------------------------------------------------------------

static WRAPPER: &[Function] = &[
    with_defaults("__init__", &["self", "file", "name", "delete"], &[Given::Bool(true)], Body::Run(wrap)),
    function("__getattr__", &["self", "name"], Body::Run(wrapped_attribute)),
    function(
        "__enter__",
        SELF,
        Body::Run(|_, values, vm| {
            let this = instance(values, vm)?;
            vm.call_method(&*this.get_attr("file", vm)?, "__enter__", ())?;
            Ok(this.clone())
        }),
    ),
    function("close", SELF, Body::Run(close_wrapper)),
    function("__del__", SELF, Body::Run(|_, values, vm| vm.call_method(instance(values, vm)?, "close", ()))),
    function(
        "__exit__",
        &["self", "exc", "value", "tb"],
        Body::Run(|_, values, vm| {
            let this = instance(values, vm)?;
            let args = values.get(1..).unwrap_or_default().to_vec();
            let result = vm.call_method(&*this.get_attr("file", vm)?, "__exit__", FuncArgs::from(args))?;
            vm.call_method(this, "close", ())?;
            Ok(result)
        }),
    ),
];

fn wrap(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, file, name, delete] = values else { return Ok(vm.ctx.none()) };
    this.set_attr("file", file.clone(), vm)?;
    this.set_attr("name", name.clone(), vm)?;
    this.set_attr("close_called", vm.ctx.new_bool(false), vm)?;
    this.set_attr("delete", delete.clone(), vm)?;
    Ok(vm.ctx.none())
}

/// An entry of an instance's own attributes.
fn own(this: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult {
    let found = match this.dict() {
        Some(dict) => dict.get_item_opt(name, vm)?,
        None => None,
    };
    found.ok_or_else(|| vm.new_key_error(plain(vm, name)))
}

/// Everything else is the file's; methods are remembered.
fn wrapped_attribute(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, name] = values else { return Ok(vm.ctx.none()) };
    let file = own(this, "file", vm)?;
    let name = vm.ctx.intern_str(text::text_of(vm, name)?.unwrap_or_default());
    let value = file.get_attr(name, vm)?;
    if !value.class().fast_issubclass(vm.ctx.types.int_type) {
        this.set_attr(name, value.clone(), vm)?;
    }
    Ok(value)
}

fn close_wrapper(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = instance(values, vm)?;
    if this.get_attr("close_called", vm)?.try_to_bool(vm)? {
        return Ok(vm.ctx.none());
    }
    this.set_attr("close_called", vm.ctx.new_bool(true), vm)?;
    let closed = vm.call_method(&*this.get_attr("file", vm)?, "close", ());
    if this.get_attr("delete", vm)?.try_to_bool(vm)? {
        vm.call_method(this, "unlink", (this.get_attr("name", vm)?,))?;
    }
    closed?;
    Ok(vm.ctx.none())
}

// ---- files in memory ------------------------------------------------------------------------------------------------

/// A method that is the file's, with all its arguments.
macro_rules! passed_on {
    ($name:literal) => {
        function(
            $name,
            &[],
            Body::Raw(|_, args, vm| {
                let (this, args) = split(args, vm)?;
                vm.call_method(&*this.get_attr("_file", vm)?, $name, args)
            }),
        )
    };
}

fn split(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<(PyObjectRef, FuncArgs)> {
    if args.args.is_empty() {
        return Err(vm.new_type_error("an instance is needed"));
    }
    Ok((args.args.remove(0), args))
}

static SPOOLED: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "max_size", "mode", "bufsize", "suffix", "prefix", "dir"],
        &[Given::Int(0), Given::Text("w+b"), Given::Int(-1), Given::Text(""), Given::Text("tmp"), Given::None],
        Body::Run(spool),
    ),
    function("_check", &["self", "file"], Body::Run(check_size)),
    function("rollover", SELF, Body::Run(roll_over)),
    function(
        "__enter__",
        SELF,
        Body::Run(|_, values, vm| {
            let this = instance(values, vm)?;
            if this.get_attr("_file", vm)?.get_attr("closed", vm)?.try_to_bool(vm)? {
                return Err(vm.new_value_error("Cannot enter context with closed file"));
            }
            Ok(this.clone())
        }),
    ),
    function(
        "__exit__",
        &["self", "exc", "value", "tb"],
        Body::Run(|_, values, vm| {
            vm.call_method(&*instance(values, vm)?.get_attr("_file", vm)?, "close", ())?;
            Ok(vm.ctx.none())
        }),
    ),
    passed_on!("__iter__"),
    passed_on!("close"),
    function(
        "fileno",
        SELF,
        Body::Run(|_, values, vm| {
            let this = instance(values, vm)?;
            vm.call_method(this, "rollover", ())?;
            vm.call_method(&*this.get_attr("_file", vm)?, "fileno", ())
        }),
    ),
    passed_on!("flush"),
    passed_on!("isatty"),
    function(
        "next",
        SELF,
        Body::Run(|_, values, vm| vm.call_method(&*instance(values, vm)?.get_attr("_file", vm)?, "next", ())),
    ),
    passed_on!("read"),
    passed_on!("readline"),
    passed_on!("readlines"),
    passed_on!("seek"),
    passed_on!("tell"),
    passed_on!("truncate"),
    function("write", &["self", "s"], Body::Run(|_, values, vm| put(values, "write", vm))),
    function("writelines", &["self", "iterable"], Body::Run(|_, values, vm| put(values, "writelines", vm))),
    function(
        "xreadlines",
        &[],
        Body::Raw(|_, args, vm| {
            let (this, args) = split(args, vm)?;
            let file = this.get_attr("_file", vm)?;
            match vm.get_attribute_opt(&file, "xreadlines")? {
                Some(method) => method.call(args, vm),
                None => Ok(vm.call_method(&file, "readlines", args)?.get_iter(vm)?.into()),
            }
        }),
    ),
];

/// Getters of properties.
static SPOOLED_PROPERTIES: &[Function] = &[
    function(
        "closed",
        SELF,
        Body::Run(|_, values, vm| instance(values, vm)?.get_attr("_file", vm)?.get_attr("closed", vm)),
    ),
    function(
        "mode",
        SELF,
        Body::Run(|_, values, vm| {
            let this = instance(values, vm)?;
            match vm.get_attribute_opt(&*this.get_attr("_file", vm)?, "mode")? {
                Some(mode) => Ok(mode),
                None => this.get_attr("_TemporaryFileArgs", vm)?.get_item(&*PyObjectRef::from(vm.ctx.new_int(0)), vm),
            }
        }),
    ),
    function(
        "name",
        SELF,
        Body::Run(|_, values, vm| {
            let file = instance(values, vm)?.get_attr("_file", vm)?;
            Ok(vm.get_attribute_opt(&file, "name")?.unwrap_or_else(|| vm.ctx.none()))
        }),
    ),
    function(
        "softspace",
        SELF,
        Body::Run(|_, values, vm| instance(values, vm)?.get_attr("_file", vm)?.get_attr("softspace", vm)),
    ),
];

fn spool(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = instance(values, vm)?;
    let file = home.globals.get_item("_StringIO", vm)?.call((), vm)?;
    this.set_attr("_file", file, vm)?;
    this.set_attr("_max_size", values.get(1).cloned().unwrap_or_else(|| vm.ctx.none()), vm)?;
    this.set_attr("_rolled", vm.ctx.new_bool(false), vm)?;
    let args = vm.ctx.new_tuple(values.get(2..).unwrap_or_default().to_vec());
    this.set_attr("_TemporaryFileArgs", args, vm)?;
    Ok(vm.ctx.none())
}

fn check_size(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, file] = values else { return Ok(vm.ctx.none()) };
    if this.get_attr("_rolled", vm)?.try_to_bool(vm)? {
        return Ok(vm.ctx.none());
    }
    let most: i64 = this.get_attr("_max_size", vm)?.try_to_value(vm).unwrap_or(0);
    if most != 0 && vm.call_method(file, "tell", ())?.try_to_value::<i64>(vm)? > most {
        vm.call_method(this, "rollover", ())?;
    }
    Ok(vm.ctx.none())
}

fn roll_over(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = instance(values, vm)?;
    if this.get_attr("_rolled", vm)?.try_to_bool(vm)? {
        return Ok(vm.ctx.none());
    }
    let file = this.get_attr("_file", vm)?;
    let args: Vec<PyObjectRef> = vm.extract_elements_with(&*this.get_attr("_TemporaryFileArgs", vm)?, Ok)?;
    let made = call(home, "TemporaryFile", args, vm)?;
    this.set_attr("_file", made.clone(), vm)?;
    this.del_attr("_TemporaryFileArgs", vm)?;
    vm.call_method(&made, "write", (vm.call_method(&file, "getvalue", ())?,))?;
    vm.call_method(&made, "seek", (vm.call_method(&file, "tell", ())?, 0))?;
    this.set_attr("_rolled", vm.ctx.new_bool(true), vm)?;
    Ok(vm.ctx.none())
}

fn put(values: &[PyObjectRef], method: &'static str, vm: &VirtualMachine) -> PyResult {
    let [this, data] = values else { return Ok(vm.ctx.none()) };
    let file = this.get_attr("_file", vm)?;
    let result = vm.call_method(&file, method, (data.clone(),))?;
    vm.call_method(this, "_check", (file,))?;
    Ok(result)
}

// ---- the module -------------------------------------------------------------------------------------------------

const EXPORTED: &[&str] = &[
    "NamedTemporaryFile",
    "TemporaryFile",
    "SpooledTemporaryFile",
    "mkstemp",
    "mkdtemp",
    "mktemp",
    "TMP_MAX",
    "gettempprefix",
    "tempdir",
    "gettempdir",
];
/// Modules that programs find under these names.
const PARTS: &[(&str, &str)] = &[("_os", "os"), ("_errno", "errno")];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    publish(vm, module, &home, FUNCTIONS, MODULE);
    for (name, part) in PARTS {
        modules::set(vm, module, name, import::module(vm, part)?);
    }
    let os = import::module(vm, "os")?;
    let flags = ["O_RDWR", "O_CREAT", "O_EXCL", "O_NOFOLLOW"].iter().try_fold(0, |flags, name| {
        let flag = os.get_attr(vm.ctx.intern_str(*name), vm)?;
        Ok::<i32, PyBaseExceptionRef>(flags | flag.try_to_value::<i32>(vm)?)
    })?;
    for name in ["_text_openflags", "_bin_openflags"] {
        modules::set(vm, module, name, vm.ctx.new_int(flags));
    }
    modules::set(vm, module, "TMP_MAX", os.get_attr("TMP_MAX", vm)?);
    modules::set(vm, module, "template", vm.ctx.new_str("tmp"));
    modules::set(vm, module, "tempdir", vm.ctx.none());
    modules::set(vm, module, "_name_sequence", vm.ctx.none());
    modules::set(vm, module, "_StringIO", import::module(vm, "cStringIO")?.get_attr("StringIO", vm)?);
    let property = |getter: &'static Function| {
        let getter = object_of(vm, getter, &home, MODULE);
        vm.ctx.types.property_type.as_object().call((getter,), vm)
    };
    let names = Class {
        name: "_RandomNameSequence",
        module: MODULE,
        bases: vec![vm.ctx.types.object_type.to_owned().into()],
        functions: NAMES,
        values: vec![("characters", plain(vm, CHARACTERS)), ("rng", property(&GENERATOR)?)],
        doc: Some("Random names, without end."),
    };
    modules::set(vm, module, "_RandomNameSequence", names.make(&home, true, vm)?);
    let unlink = vm.ctx.types.staticmethod_type.as_object().call((os.get_attr("unlink", vm)?,), vm)?;
    let wrapper = Class {
        name: "_TemporaryFileWrapper",
        module: MODULE,
        bases: Vec::new(),
        functions: WRAPPER,
        values: vec![("unlink", unlink)],
        doc: Some("A file with a name that is deleted when it is closed."),
    };
    modules::set(vm, module, "_TemporaryFileWrapper", wrapper.make(&home, false, vm)?);
    let mut values = vec![("_rolled", vm.ctx.new_bool(false).into())];
    for getter in SPOOLED_PROPERTIES {
        values.push((getter.name, property(getter)?));
    }
    let spooled = Class {
        name: "SpooledTemporaryFile",
        module: MODULE,
        bases: Vec::new(),
        functions: SPOOLED,
        values,
        doc: Some("A file in memory that moves to the disk when it gets large."),
    };
    modules::set(vm, module, "SpooledTemporaryFile", spooled.make(&home, false, vm)?);
    let names = EXPORTED.iter().map(|name| plain(vm, name)).collect();
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
