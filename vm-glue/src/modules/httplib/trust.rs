//! Whom a connection trusts: what `ssl` contexts and the connections of libraries say, as the program's HTTP client
//! has it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use parking_lot::Mutex;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::import;
use crate::modules::headers::lines::{This, bytes};
use crate::runtime::text;
use crate::web::Roots;

/// Whether the server's certificate has to be valid, and by whose word instead of the system's.
#[derive(Debug)]
pub struct Trust {
    pub verify: bool,
    pub roots: Option<Roots>,
}

const SYSTEM: Trust = Trust { verify: true, roots: None };
const ANYONE: Trust = Trust { verify: false, roots: None };

/// Files of certificates as they were read last.
type Read = Mutex<HashMap<PathBuf, (SystemTime, Vec<u8>)>>;

fn contents(path: &Path) -> Vec<u8> {
    static READ: OnceLock<Read> = OnceLock::new();
    let Ok(changed) = std::fs::metadata(path).and_then(|data| data.modified()) else { return Vec::new() };
    let mut read = READ.get_or_init(Mutex::default).lock();
    if let Some((time, contents)) = read.get(path)
        && *time == changed
    {
        return contents.clone();
    }
    let Ok(contents) = std::fs::read(path) else { return Vec::new() };
    read.insert(path.to_owned(), (changed, contents.clone()));
    contents
}

fn path_of(value: &PyObject, vm: &VirtualMachine) -> PyResult<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    Ok(std::ffi::OsString::from_vec(bytes(vm, value)?).into())
}

/// Files, folders and texts of certificates.
#[derive(Default)]
struct Places {
    parts: Vec<Vec<u8>>,
    and_system: bool,
}

impl Places {
    fn add_file(&mut self, file: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if vm.is_none(file) {
            return Ok(());
        }
        let path = path_of(file, vm)?;
        // Copies of the public list (certifi's) are as old as the plug-in that brings them: the system's goes with it.
        self.and_system |= path.file_name().is_some_and(|name| name == "cacert.pem");
        self.parts.push(contents(&path));
        Ok(())
    }

    fn add_folder(&mut self, folder: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if vm.is_none(folder) {
            return Ok(());
        }
        let Ok(entries) = std::fs::read_dir(path_of(folder, vm)?) else { return Ok(()) };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        self.parts.extend(paths.iter().map(|path| contents(path)));
        Ok(())
    }

    fn add_data(&mut self, data: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if vm.is_none(data) {
            return Ok(());
        }
        let mut pem = bytes(vm, data)?;
        if text::is_str(data) && !pem.trim_ascii_start().starts_with(b"-----") {
            let made = import::module(vm, "ssl")?.get_attr("DER_cert_to_PEM_cert", vm)?.call((data.to_owned(),), vm)?;
            pem = bytes(vm, &made)?;
        }
        self.parts.push(pem);
        Ok(())
    }

    fn trust(self) -> Trust {
        Trust { verify: true, roots: Some(Roots { pem: self.parts.join(&b'\n'), and_system: self.and_system }) }
    }
}

/// An attribute that is there and not None.
fn given(this: This<'_>, name: &'static str) -> PyResult<Option<PyObjectRef>> {
    Ok(this.find(name)?.filter(|value| !this.vm.is_none(value)))
}

/// What `CERT_NONE` is to `ssl` and to libraries.
fn is_nobody(mode: &PyObject, vm: &VirtualMachine) -> bool {
    match mode.downcast_ref::<PyStr>() {
        Some(name) => matches!(name.to_str(), Some("CERT_NONE" | "NONE")),
        None => mode.to_owned().try_to_value::<i64>(vm).is_ok_and(|mode| mode == 0),
    }
}

/// Whom a connection trusts.
pub fn of(connection: This<'_>) -> PyResult<Trust> {
    let vm = connection.vm;
    if given(connection, "cert_reqs")?.is_some_and(|mode| is_nobody(&mode, vm)) {
        return Ok(ANYONE);
    }
    let (file, folder) = (given(connection, "ca_certs")?, given(connection, "ca_cert_dir")?);
    if file.is_some() || folder.is_some() {
        let mut places = Places::default();
        places.add_file(&file.unwrap_or_else(|| vm.ctx.none()), vm)?;
        places.add_folder(&folder.unwrap_or_else(|| vm.ctx.none()), vm)?;
        return Ok(places.trust());
    }
    let context = match given(connection, "_context")? {
        Some(context) => context,
        None => match default_context(vm)? {
            Some(context) => context,
            None => return Ok(SYSTEM),
        },
    };
    let context = This { object: &context, vm };
    if given(context, "verify_mode")?.is_some_and(|mode| is_nobody(&mode, vm)) {
        return Ok(ANYONE);
    }
    let locations = match given(context, "_locations")? {
        Some(list) => vm.extract_elements_with(&list, Ok)?,
        None => Vec::new(),
    };
    let defaults = match given(context, "_defaults")? {
        Some(defaults) => defaults.try_to_bool(vm)?,
        None => locations.is_empty(),
    };
    if locations.is_empty() && defaults {
        return Ok(SYSTEM);
    }
    let mut places = Places { and_system: defaults, ..Places::default() };
    for location in locations {
        let parts = vm.extract_elements_with(&location, Ok)?;
        if let [file, folder, data] = parts.as_slice() {
            places.add_file(file, vm)?;
            places.add_folder(folder, vm)?;
            places.add_data(data, vm)?;
        }
    }
    Ok(places.trust())
}

/// What `ssl._create_default_https_context` makes, where a program has put something else there.
fn default_context(vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(ssl) = import::modules(vm)?.get_item_opt("ssl", vm)? else { return Ok(None) };
    let make = ssl.get_attr("_create_default_https_context", vm)?;
    if make.is(&ssl.get_attr("create_default_context", vm)?) {
        return Ok(None);
    }
    make.call((), vm).map(Some)
}

/// Whether a connection asks for what the client does not do: it has a certificate of its own to show, or wants one of
/// the server's that is valid for any host.
pub fn needs_a_socket(connection: This<'_>) -> PyResult<bool> {
    for name in ["cert_file", "key_file"] {
        if given(connection, name)?.is_some() {
            return Ok(true);
        }
    }
    match given(connection, "_context")? {
        Some(context) => {
            let (context, vm) = (This { object: &context, vm: connection.vm }, connection.vm);
            let any_host = match (given(context, "check_hostname")?, given(context, "verify_mode")?) {
                (Some(check), Some(mode)) => !check.try_to_bool(vm)? && !is_nobody(&mode, vm),
                _ => false,
            };
            Ok(any_host || given(context, "_chain")?.is_some())
        }
        None => Ok(false),
    }
}
