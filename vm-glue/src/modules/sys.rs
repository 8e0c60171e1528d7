//! `sys` of Python 2 code. The machine's own library keeps the machine's `sys`.

use rustpython_vm::builtins::{PyModule, PyTuple};
use rustpython_vm::function::OptionalArg;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use super::sys_info;
use crate::interpreter::{Codec, Settings};
use crate::runtime::files::{File, Stream};
use crate::runtime::{dialect, handling, print, text, traceback};

/// Names that mean the same in the machine's `sys`.
const SHARED: &str = "_getframe byteorder call_tracing executable exec_prefix float_info getprofile \
    getrecursionlimit getrefcount getsizeof gettrace maxsize maxunicode prefix setprofile setrecursionlimit \
    settrace _current_frames";

/// In the form that `platform` takes apart.
const VERSION: &str = "2.7.18 (default, Apr 20 2020, 00:00:00) \n[Reprise]";
const COPYRIGHT: &str = "Copyright (c) 2001-2020 Python Software Foundation.\nAll Rights Reserved.";

/// Makes the module.
pub fn make(vm: &VirtualMachine, settings: &Settings) -> PyResult<PyRef<PyModule>> {
    let dict = vm.ctx.new_dict();
    let module = vm.new_module("sys", dict.clone(), None);
    for name in SHARED.split_whitespace() {
        if let Ok(value) = vm.sys_module.get_attr(name, vm) {
            dict.set_item(name, value, vm)?;
        }
    }
    let text = |value: &str| -> PyObjectRef { text::new_str(vm, value.as_bytes()) };
    let argv = settings.argv.iter().map(|argument| text(argument)).collect();
    let path = settings.path.iter().map(|folder| text::new_str(vm, folder.as_os_str().as_encoded_bytes())).collect();
    let builtin_names = ["__builtin__", "__main__", "exceptions", "gc", "imp", "marshal", "sys", "thread", "time"];
    let tuple = |values: Vec<PyObjectRef>| -> PyObjectRef { vm.ctx.new_tuple(values).into() };
    let int = |value: i64| -> PyObjectRef { vm.ctx.new_int(value).into() };
    // `ENCODING[:ERRORS]`
    let encoding = std::env::var("PYTHONIOENCODING").ok();
    let encoding =
        encoding.and_then(|value| value.split(':').next().map(str::to_owned)).filter(|name| !name.is_empty());
    let stream = |stream: Stream, name: &str, mode: &str| -> PyObjectRef {
        File::over(stream, text(name), mode).with_encoding(encoding.clone()).into_ref(&vm.ctx).into()
    };
    let (stdin, stdout, stderr) = (
        stream(Stream::Stdin, "<stdin>", "r"),
        stream(Stream::Stdout, "<stdout>", "w"),
        stream(Stream::Stderr, "<stderr>", "w"),
    );
    let values: Vec<(&str, PyObjectRef)> = vec![
        ("__doc__", vm.ctx.none()),
        ("__package__", vm.ctx.none()),
        ("argv", vm.ctx.new_list(argv).into()),
        ("path", vm.ctx.new_list(path).into()),
        ("path_hooks", vm.ctx.new_list(Vec::new()).into()),
        ("path_importer_cache", vm.ctx.new_dict().into()),
        ("meta_path", vm.ctx.new_list(Vec::new()).into()),
        ("warnoptions", vm.ctx.new_list(Vec::new()).into()),
        ("builtin_module_names", tuple(builtin_names.iter().map(|name| text(name)).collect())),
        ("maxint", int(i64::MAX)),
        ("version", text(VERSION)),
        ("version_info", version_info(vm, vec![int(2), int(7), int(18), text("final"), int(0)])),
        ("hexversion", int(0x0207_12f0)),
        ("api_version", int(1013)),
        ("copyright", text(COPYRIGHT)),
        ("subversion", tuple(vec![text("CPython"), text(""), text("")])),
        ("py3kwarning", vm.ctx.new_bool(false).into()),
        ("flags", sys_info::flags(vm)),
        ("long_info", sys_info::long_info(vm)),
        ("platform", text(platform())),
        ("dont_write_bytecode", vm.ctx.new_bool(true).into()),
        ("float_repr_style", text("short")),
        ("stdin", stdin.clone()),
        ("stdout", stdout.clone()),
        ("stderr", stderr.clone()),
        ("__stdin__", stdin),
        ("__stdout__", stdout),
        ("__stderr__", stderr),
    ];
    for (name, value) in values {
        dict.set_item(name, value, vm)?;
    }
    let functions: Vec<(&str, PyObjectRef)> = vec![
        ("exit", vm.new_function("exit", exit).into()),
        ("exc_info", vm.new_function("exc_info", |vm: &VirtualMachine| handling::exc_info(vm)).into()),
        ("exc_clear", vm.new_function("exc_clear", |vm: &VirtualMachine| handling::clear(vm)).into()),
        (
            "getdefaultencoding",
            vm.new_function("getdefaultencoding", |vm: &VirtualMachine| text::default_codec(vm).name()).into(),
        ),
        ("getfilesystemencoding", vm.new_function("getfilesystemencoding", || "UTF-8").into()),
        ("getcheckinterval", vm.new_function("getcheckinterval", || 100).into()),
        ("setcheckinterval", vm.new_function("setcheckinterval", |_interval: PyObjectRef| {}).into()),
        ("_clear_type_cache", vm.new_function("_clear_type_cache", || {}).into()),
        ("displayhook", vm.new_function("displayhook", display_hook).into()),
        ("excepthook", vm.new_function("excepthook", except_hook).into()),
    ];
    dict.set_item("__getattr__", vm.new_function("__getattr__", missing_attribute).into(), vm)?;
    for (name, value) in functions {
        dict.set_item(name, value.clone(), vm)?;
        if matches!(name, "displayhook" | "excepthook") {
            dict.set_item(&*format!("__{name}__"), value, vm)?;
        }
    }
    Ok(module)
}

/// `sys.platform` as Python 2 names the systems.
const fn platform() -> &'static str {
    match std::env::consts::OS.as_bytes() {
        b"linux" => "linux2",
        b"macos" => "darwin",
        b"windows" => "win32",
        b"freebsd" => "freebsd10",
        _ => std::env::consts::OS,
    }
}

/// `sys.version_info`: the machine's type of it, with Python 2's values.
fn version_info(vm: &VirtualMachine, values: Vec<PyObjectRef>) -> PyObjectRef {
    let class = vm.sys_module.get_attr("version_info", vm).map(|info| info.class().to_owned());
    let made = class.and_then(|class| PyTuple::new_unchecked(values.clone().into()).into_ref_with_type(vm, class));
    made.map_or_else(|_| vm.ctx.new_tuple(values).into(), Into::into)
}

/// `sys.exit([status])`.
fn exit(status: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
    // None is the same as nothing; a tuple holds the arguments.
    let args = match status.into_option().filter(|status| !vm.is_none(status)) {
        Some(status) => match status.downcast_ref::<PyTuple>() {
            Some(tuple) => tuple.as_slice().to_vec(),
            None => vec![status],
        },
        None => Vec::new(),
    };
    let class = vm.ctx.exceptions.system_exit.to_owned();
    Err(vm.invoke_exception(&class, args).unwrap_or_else(|error| error))
}

/// `sys.exc_type` and the like: the exception that is being handled.
fn missing_attribute(name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = text::text_of(vm, &name)?.unwrap_or_default();
    let (kind, value, traceback) = handling::exc_info(vm);
    match name.as_str() {
        "exc_type" => Ok(kind),
        "exc_value" => Ok(value),
        "exc_traceback" => Ok(traceback),
        _ => Err(vm.new_attribute_error(format!("'module' object has no attribute '{name}'"))),
    }
}

/// `sys.setdefaultencoding`, which Python 2 takes away at start and `reload(sys)` brings back.
fn set_default_encoding(name: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let Some(name) = text::text_of(vm, &name)? else {
        return Err(vm.new_type_error("setdefaultencoding() argument 1 must be string"));
    };
    let codec = match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "ascii" | "us-ascii" | "646" => Codec::Ascii,
        "utf-8" | "utf8" | "u8" | "utf" => Codec::Utf8,
        _ => {
            let codecs = crate::import::module(vm, "codecs")?;
            vm.call_method(&codecs, "lookup", (vm.ctx.new_str(name.as_str()),))?;
            return Err(vm.new_value_error(format!(
                "the default encoding can be ascii or utf-8 in this interpreter, not {name}"
            )));
        }
    };
    text::set_default_codec(vm, codec);
    Ok(())
}

/// What `reload(sys)` does.
pub fn reloaded(vm: &VirtualMachine, sys: &PyRef<PyModule>) {
    super::set_function(vm, sys, "setdefaultencoding", set_default_encoding);
}

fn display_hook(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let builtins = dialect::builtins(vm)?;
    if vm.is_none(&value) {
        return Ok(());
    }
    builtins.set_item("_", vm.ctx.none(), vm)?;
    let output = crate::import::sys(vm)?.get_attr("stdout", vm)?;
    let mut shown = text::repr_of(vm, &value)?;
    print::end_line(&output, vm)?;
    shown.push(b'\n');
    vm.call_method(&output, "write", (text::new_str(vm, &shown),))?;
    builtins.set_item("_", value, vm)
}

fn except_hook(
    _kind: PyObjectRef,
    value: PyObjectRef,
    _traceback: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Ok(error) = value.downcast::<rustpython_vm::builtins::PyBaseException>() else { return Ok(()) };
    let output = crate::import::sys(vm)?.get_attr("stderr", vm)?;
    let shown = traceback::format_exc(vm, &error);
    vm.call_method(&output, "write", (text::new_str(vm, shown.as_bytes()),)).map(drop)
}
