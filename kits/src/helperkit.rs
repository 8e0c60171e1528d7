//! `Helper` and `Stream` (`spec/kits.md` §17, `spec/environment.md` §5.11): programs that come with an Elevated plug-in,
//! and files that the media server hands out for it. A process with pipes is in `helper_process.rs`.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;
use reprise_bundles::LogLevel;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::{dialect, exceptions, text};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr, PyStrRef, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::core_parts::storage;
use crate::helper_process::HelperProcess;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::method;
use crate::objects::signature::{Parameter, Signature};
use crate::sandbox::{self, Sandbox};
use crate::{errors, limits, messaging};

/// Module path of the classes here, as `repr` shows it.
const MODULE: &str = "Framework.api.helperkit";

/// Programs of the bundle.
pub static HELPER: Kit = Kit {
    name: "Helper",
    entries: &[entry(
        "Helper",
        "Runs programs of Contents/Helpers: Run waits for the output, Process gives pipes.",
        |vm, sandbox| {
            native_class::<HelperKit>(vm, MODULE);
            native_class::<HelperProcess>(vm, MODULE);
            Ok(HelperKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    )],
};

/// Files for clients.
pub static STREAM: Kit = Kit {
    name: "Stream",
    entries: &[entry(
        "Stream",
        "LocalFile: the address at which clients get a file of this machine.",
        |vm, sandbox| {
            native_class::<StreamKit>(vm, MODULE);
            native_class::<LocalFileStream>(vm, MODULE);
            Ok(StreamKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    )],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::Elevated, doc, status: Status::Implemented, make }
}

// ---- Helper ----------------------------------------------------------------------------------------------------------

/// `Helper`.
#[pyclass(module = false, name = "HelperKit")]
#[derive(PyPayload)]
struct HelperKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for HelperKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HelperKit")
    }
}

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl HelperKit {
    /// Runs a program to its end: what it printed, without white space around it; None if there is no such program.
    #[pymethod(name = "Run")]
    fn run(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let call = HelperCall::bind(vm, "Run", &[], args)?;
        limits::check_process(vm, &zelf.sandbox)?;
        let Some(command) = call.command(vm, &zelf.sandbox)? else { return Ok(vm.ctx.none()) };
        let printed = vm.allow_threads(|| printed(command)).map_err(|error| os_error(vm, &error))?;
        Ok(text::new_str(vm, stripped(&printed)))
    }

    /// Starts a program with pipes; None if there is no such program.
    #[pymethod(name = "Process")]
    fn process(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let mut call = HelperCall::bind(vm, "Process", &["stderr"], args)?;
        let separate = call.options.pop().map(|(_, value)| value);
        limits::check_process(vm, &zelf.sandbox)?;
        let Some(command) = call.command(vm, &zelf.sandbox)? else { return Ok(vm.ctx.none()) };
        let separate = separate.map_or(Ok(false), |value| value.try_to_bool(vm))?;
        let command = command.iter().map(|part| text::new_str(vm, part.as_encoded_bytes())).collect();
        Ok(HelperProcess::start(vm, command, separate)?.into_pyobject(vm))
    }
}

/// What `Run` and `Process` are called with.
struct HelperCall {
    helper: PyObjectRef,
    args: Vec<PyObjectRef>,
    options: Vec<(String, PyObjectRef)>,
}

impl HelperCall {
    /// Binds `(self, helper, *args)`, and `**kwargs` where there are options at all.
    fn bind(vm: &VirtualMachine, function: &str, options: &[&str], args: FuncArgs) -> PyResult<Self> {
        let given = 1 + args.args.len() + args.kwargs.len();
        let mut unnamed = args.args.into_iter();
        let mut helper = unnamed.next();
        let mut named = Vec::new();
        for (name, value) in args.kwargs {
            let name = name.to_string_lossy().into_owned();
            let problem = match (name.as_str(), &helper) {
                ("helper", None) => {
                    helper = Some(value);
                    continue;
                }
                ("helper", Some(_)) => "got multiple values for keyword argument",
                _ if options.is_empty() => "got an unexpected keyword argument",
                _ => {
                    named.push((name, value));
                    continue;
                }
            };
            return Err(vm.new_type_error(format!("{function}() {problem} '{name}'")));
        }
        let Some(helper) = helper else {
            let message = format!("{function}() takes at least 2 arguments ({given} given)");
            return Err(vm.new_type_error(message));
        };
        if let Some(name) = named.iter().map(|(name, _)| name).filter(|name| !options.contains(&name.as_str())).min() {
            return Err(errors::framework_exception(vm, &format!("Unknown argument '{name}'")));
        }
        Ok(Self { helper, args: unnamed.collect(), options: named })
    }

    /// The program and its arguments; None if there is no such program, which is logged.
    fn command(&self, vm: &VirtualMachine, sandbox: &Sandbox) -> PyResult<Option<Vec<OsString>>> {
        let helper = file_name(vm, &self.helper)?;
        let Some(path) = find(&sandbox.plugin.bundle.contents().join("Helpers"), Path::new(&helper)) else {
            let mut message = b"Couldn't find a helper named '".to_vec();
            message.extend_from_slice(helper.as_encoded_bytes());
            message.push(b'\'');
            let message = text::unicode_of(vm, &text::new_str(vm, &message))?;
            sandbox.plugin.log.write(LogLevel::by_name("Error"), "helperkit", 0, &message);
            return Ok(None);
        };
        make_executable(&path).map_err(|error| storage::failure(vm, "OSError", &error, &path))?;
        let mut command: Vec<OsString> = match sandbox::platform_os() {
            "Windows" => Vec::new(),
            _ => ["nice", "-n", "20"].map(OsString::from).into(),
        };
        command.push(path.into_os_string());
        for arg in &self.args {
            let arg = text::str_of(vm, arg)?;
            if arg.contains(&0) {
                return Err(vm.new_value_error("embedded null character in path"));
            }
            command.push(os_string(arg));
        }
        Ok(Some(command))
    }
}

/// The name of a program as the file system has it.
fn file_name(vm: &VirtualMachine, helper: &PyObject) -> PyResult<OsString> {
    if !text::is_basestring(helper) {
        // A path is joined with it in Python, which fails in these words.
        helper.get_attr("startswith", vm)?;
    }
    let name = text::str_of(vm, helper)?;
    if name.contains(&0) {
        let class = if text::is_unicode(helper) { "unicode" } else { "str" };
        return Err(vm.new_type_error(format!("must be encoded string without NULL bytes, not {class}")));
    }
    Ok(os_string(name))
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// A program in the folder of helpers. What leads out of that folder, by `..` or by links, is not found.
fn find(helpers: &Path, helper: &Path) -> Option<PathBuf> {
    let (os, cpu) = (sandbox::platform_os(), sandbox::platform_cpu());
    let path = helpers.join(os).join(cpu).join(helper);
    let mut candidates = Vec::new();
    if os == "Windows" {
        let mut name = path.clone().into_os_string();
        name.push(".exe");
        candidates.push(name.into());
    }
    if (os, cpu) == ("MacOSX", "i386") {
        candidates.push(helpers.join(helper));
    }
    candidates.insert(0, path);
    let root = helpers.canonicalize().ok()?;
    let is_inside = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(&root));
    candidates.into_iter().find(|path| path.is_file() && is_inside(path))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// What a program prints until its end.
fn printed(command: Vec<OsString>) -> io::Result<Vec<u8>> {
    let mut parts = command.into_iter();
    let program = parts.next().ok_or(io::ErrorKind::InvalidInput)?;
    let child = Command::new(program).args(parts).stdout(Stdio::piped()).spawn()?;
    Ok(child.wait_with_output()?.stdout)
}

/// `str.strip()`.
fn stripped(bytes: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t'..=b'\r');
    match (bytes.iter().position(is_text), bytes.iter().rposition(is_text)) {
        (Some(first), Some(last)) => bytes.get(first..=last).unwrap_or_default(),
        _ => &[],
    }
}

fn os_error(vm: &VirtualMachine, error: &io::Error) -> PyBaseExceptionRef {
    let shown = error.to_string();
    let shown = shown.split(" (os error").next().unwrap_or_default();
    let number = error.raw_os_error().unwrap_or(0);
    let made =
        dialect::get(vm, "OSError").and_then(|class| class.call((vm.ctx.new_int(number), text::native(vm, shown)), vm));
    let fallback = || exceptions::new_io_error(vm, number, shown, None);
    made.ok().and_then(|made| made.downcast().ok()).unwrap_or_else(fallback)
}

// ---- Stream ----------------------------------------------------------------------------------------------------------

const LOCAL_FILE: Signature = method("LocalFile", &[Parameter::required("path"), Parameter::none("size")]);

/// `Stream`.
#[pyclass(module = false, name = "StreamKit")]
#[derive(PyPayload)]
struct StreamKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for StreamKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamKit")
    }
}

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl StreamKit {
    /// A file that the media server hands out.
    #[pymethod(name = "LocalFile")]
    fn local_file(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = LOCAL_FILE.bind(vm, args)?;
        let (path, size) = (bound.get(0).to_owned(), bound.get(1).to_owned());
        let sandbox = Arc::clone(&zelf.sandbox);
        Ok(LocalFileStream { sandbox, path, size, uuid: Mutex::default() }.into_pyobject(vm))
    }
}

/// A file that the media server hands out; it is registered again when the server has forgotten it.
#[pyclass(module = "Framework.api.helperkit", name = "LocalFileStream")]
#[derive(PyPayload)]
struct LocalFileStream {
    sandbox: Arc<Sandbox>,
    path: PyObjectRef,
    size: PyObjectRef,
    uuid: Mutex<Option<PyObjectRef>>,
}

impl std::fmt::Debug for LocalFileStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LocalFileStream")
    }
}

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl LocalFileStream {
    /// Calls a function of the system's plug-in.
    fn call(&self, vm: &VirtualMachine, name: &str, arguments: &[(&str, &PyObjectRef)]) -> PyResult {
        let keywords = vm.ctx.new_dict();
        for (name, value) in arguments {
            keywords.set_item(*name, (*value).clone(), vm)?;
        }
        let (args, keywords): (PyObjectRef, PyObjectRef) = (vm.ctx.new_list(Vec::new()).into(), keywords.into());
        messaging::call(vm, &self.sandbox.plugin, "..system", name, &args, &keywords)
    }

    /// The name under which the media server knows the file now.
    fn registered(&self, vm: &VirtualMachine) -> PyResult {
        let known = self.uuid.lock().clone();
        if let Some(uuid) = known
            && self.call(vm, "_StreamService:IsStreamValid", &[("uuid", &uuid)])?.try_to_bool(vm)?
        {
            return Ok(uuid);
        }
        let file = [("path", &self.path), ("size", &self.size)];
        let uuid = self.call(vm, "_StreamService:RegisterLocalFile", &file)?;
        *self.uuid.lock() = Some(uuid.clone()).filter(|uuid| !vm.is_none(uuid));
        Ok(uuid)
    }

    fn address(&self, vm: &VirtualMachine) -> PyResult {
        let uuid = self.registered(vm)?;
        let Some(network) = self.sandbox.published(vm, "Network")? else {
            return Err(vm.new_key_error(text::native(vm, "network")));
        };
        let host = network.get_attr("Address", vm)?;
        let paths = import::module(vm, "os")?.get_attr("path", vm)?;
        let split = vm.call_method(&paths, "splitext", (self.path.clone(),))?;
        let extension = split.downcast_ref::<PyTuple>().and_then(|parts| parts.as_slice().get(1).cloned());
        let extension = extension.ok_or_else(|| vm.new_type_error("splitext returned no pair"))?;
        let parts = [
            text::native(vm, "http://"),
            text::stringified(vm, &host)?,
            text::native(vm, ":32400/:/stream/"),
            text::stringified(vm, &uuid)?,
            text::stringified(vm, &extension)?,
        ];
        if !parts.iter().any(|part| text::is_unicode(part)) {
            return Ok(text::new_str(
                vm,
                &parts.iter().filter_map(|part| text::bytes_of(part)).collect::<Vec<_>>().concat(),
            ));
        }
        let mut whole = String::new();
        for part in &parts {
            whole.push_str(&text::unicode_of(vm, part)?);
        }
        Ok(text::new_unicode(vm, &whole))
    }

    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let Some(stream) = zelf.downcast_ref::<LocalFileStream>() else { return zelf.repr(vm) };
        stream.address(vm)?.downcast::<PyStr>().map_err(|_| vm.new_type_error("__str__ returned non-string"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use crate::plugin::testing::result_of;

    const ELEVATED: &str = "<key>PlexPluginCodePolicy</key><string>Elevated</string>";

    #[test]
    fn programs_of_the_bundle_run() {
        let code = "\
import os
folder = Core.storage.join_path(Core.bundle_path, 'Contents', 'Helpers', Platform.OS, Platform.CPU)
os.makedirs(folder)
Core.storage.save(Core.storage.join_path(folder, 'greet'), '#!/bin/sh\\necho \"hello $1\"\\n')
Core.storage.save(Core.storage.join_path(folder, 'echo'), '#!/bin/sh\\nread line\\necho \"got $line\"\\n')
process = Helper.Process('echo')
process.send('x y\\n')
process.wait()
result = '%s|%s|%s' % (Helper.Run('greet', 'you & me'), Helper.Run('../greet'), process.recv_wait())
";
        assert_eq!(result_of(ELEVATED, code, "compatible").unwrap(), "hello you & me|None|got x y\n");
    }
}
