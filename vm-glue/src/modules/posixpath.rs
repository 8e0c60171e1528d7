//! The module `posixpath`, which is `os.path`. Paths are byte strings or unicode; `/` and `.` are the same byte in
//! both, so that everything here works on bytes and only the result's type differs.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use rustpython_vm::builtins::{PyBaseExceptionRef, PyList, PyModule, PyStr, PyTuple};
use rustpython_vm::function::{FuncArgs, OptionalArg, PosArgs};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use rustpython_wtf8::Wtf8;

use crate::modules;
use crate::runtime::{exceptions, names, text};

/// Symbolic links that lead to links, at most.
const MAX_LINKS: usize = 1000;

const CONSTANTS: &[(&str, &str)] = &[
    ("curdir", "."),
    ("pardir", ".."),
    ("extsep", "."),
    ("sep", "/"),
    ("pathsep", ":"),
    ("defpath", ":/bin:/usr/bin"),
    ("devnull", "/dev/null"),
];

/// A path and which of the two string types it came as.
#[derive(Clone)]
struct Text {
    bytes: Vec<u8>,
    unicode: bool,
}

impl Text {
    /// The bytes of a string; `method` is what Python 2 would have called on it, for the error of other types.
    fn of(vm: &VirtualMachine, value: &PyObject, method: &str) -> PyResult<Self> {
        let Some(string) = value.downcast_ref::<PyStr>() else {
            let kind = names::type_name_of(value);
            return Err(vm.new_attribute_error(format!("'{kind}' object has no attribute '{method}'")));
        };
        match text::bytes_of(value) {
            Some(bytes) => Ok(Self { bytes, unicode: false }),
            None => Ok(Self { bytes: string.as_bytes().to_vec(), unicode: true }),
        }
    }

    fn object(&self, vm: &VirtualMachine) -> PyObjectRef {
        self.part(vm, &self.bytes)
    }

    /// A part of this path, of the same type.
    fn part(&self, vm: &VirtualMachine, bytes: &[u8]) -> PyObjectRef {
        if self.unicode {
            match Wtf8::from_bytes(bytes) {
                Some(part) => text::new_unicode_wtf8(vm, part),
                None => text::new_unicode(vm, &String::from_utf8_lossy(bytes)),
            }
        } else {
            text::new_str(vm, bytes)
        }
    }

    /// Makes both of one type, as `+` does.
    fn meet(&mut self, other: &mut Self, vm: &VirtualMachine) -> PyResult<()> {
        match (self.unicode, other.unicode) {
            (false, true) => self.decode(vm),
            (true, false) => other.decode(vm),
            _ => Ok(()),
        }
    }

    fn decode(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        self.bytes = text::decode_default(vm, &self.bytes)?.as_bytes().to_vec();
        self.unicode = true;
        Ok(())
    }

    fn path(&self) -> PathBuf {
        path_of(&self.bytes)
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

fn bytes_of(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

// ---- on the text -------------------------------------------------------------------------------------------------

/// Where the last component starts.
fn name_start(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)
}

/// Head and tail; slashes at the head's end are dropped unless it is all slashes.
fn split_bytes(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (head, tail) = bytes.split_at(name_start(bytes));
    let kept = head.iter().rposition(|byte| *byte != b'/').map_or(head.len(), |at| at + 1);
    (head.get(..kept).unwrap_or(head), tail)
}

/// Where the extension starts; dots at the name's start belong to the name.
fn extension_start(bytes: &[u8]) -> usize {
    let start = name_start(bytes);
    let name = bytes.get(start..).unwrap_or_default();
    match name.iter().rposition(|byte| *byte == b'.') {
        Some(dot) if name.iter().take(dot).any(|byte| *byte != b'.') => start + dot,
        _ => bytes.len(),
    }
}

fn join_bytes(mut path: Vec<u8>, part: &[u8]) -> Vec<u8> {
    if part.starts_with(b"/") {
        return part.to_vec();
    }
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(part);
    path
}

fn normalized(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return b".".to_vec();
    }
    // POSIX lets two slashes at the start, and only two, mean something of their own.
    let slashes = match bytes.iter().take_while(|byte| **byte == b'/').count() {
        2 => 2,
        0 => 0,
        _ => 1,
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in bytes.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if slashes > 0 && parts.is_empty() => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let mut out = vec![b'/'; slashes];
    out.extend(parts.join(&b'/'));
    if out.is_empty() { b".".to_vec() } else { out }
}

fn current_folder(vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    std::env::current_dir().map(|path| bytes_of(&path)).map_err(|error| os_error(vm, &error, None))
}

fn absolute(vm: &VirtualMachine, path: &Text) -> PyResult<Text> {
    let bytes = if path.bytes.starts_with(b"/") {
        normalized(&path.bytes)
    } else {
        normalized(&join_bytes(current_folder(vm)?, &path.bytes))
    };
    Ok(Text { bytes, unicode: path.unicode })
}

/// What became of the links that were met: None while one is being followed.
type Links = std::collections::HashMap<Vec<u8>, Option<Vec<u8>>>;

/// The path with symbolic links followed, as far as it exists; false if one of them leads to itself.
fn real(mut path: Vec<u8>, rest: &[u8], links: &mut Links, depth: usize) -> (Vec<u8>, bool) {
    let mut rest = rest;
    if let Some(more) = rest.strip_prefix(b"/") {
        (path, rest) = (b"/".to_vec(), more);
    }
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'/');
        let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        match part {
            b"" | b"." => continue,
            b".." => {
                path = split_bytes(&path).0.to_vec();
                continue;
            }
            _ => {}
        }
        let next = join_bytes(path.clone(), part);
        let Ok(target) = std::fs::read_link(path_of(&next)) else {
            path = next;
            continue;
        };
        match links.get(&next) {
            Some(Some(known)) => {
                path.clone_from(known);
                continue;
            }
            None if depth < MAX_LINKS => {}
            // It leads to itself: the rest stays as it is.
            _ => return (join_bytes(next, rest), false),
        }
        links.insert(next.clone(), None);
        let (found, whole) = real(path, &bytes_of(&target), links, depth + 1);
        if !whole {
            return (join_bytes(found, rest), false);
        }
        links.insert(next, Some(found.clone()));
        path = found;
    }
    (path, true)
}

fn join(first: PyObjectRef, parts: PosArgs, vm: &VirtualMachine) -> PyResult {
    let mut path = Text::of(vm, &first, "endswith")?;
    for part in parts.iter() {
        let mut part = Text::of(vm, part, "startswith")?;
        path.meet(&mut part, vm)?;
        path.bytes = join_bytes(std::mem::take(&mut path.bytes), &part.bytes);
    }
    Ok(path.object(vm))
}

fn pair(vm: &VirtualMachine, path: &Text, first: &[u8], second: &[u8]) -> PyObjectRef {
    vm.ctx.new_tuple(vec![path.part(vm, first), path.part(vm, second)]).into()
}

fn expanded_user(path: &Text) -> Vec<u8> {
    if !path.bytes.starts_with(b"~") {
        return path.bytes.clone();
    }
    let end = path.bytes.iter().position(|byte| *byte == b'/').unwrap_or(path.bytes.len());
    let (user, rest) = path.bytes.split_at(end);
    let home = if user.len() == 1 {
        std::env::var_os("HOME").or_else(own_home)
    } else {
        home_of(user.get(1..).unwrap_or_default())
    };
    let Some(home) = home else { return path.bytes.clone() };
    let mut out = home.as_encoded_bytes().to_vec();
    while out.ends_with(b"/") {
        out.pop();
    }
    out.extend_from_slice(rest);
    if out.is_empty() { b"/".to_vec() } else { out }
}

/// The home folder of the user of this process by the system's list.
#[cfg(unix)]
fn own_home() -> Option<std::ffi::OsString> {
    use std::os::unix::fs::MetadataExt;
    let own = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let list = std::fs::read("/etc/passwd").ok()?;
    let line = list
        .split(|byte| *byte == b'\n')
        .find(|line| line.split(|byte| *byte == b':').nth(2) == Some(own.as_bytes()))?;
    line.split(|byte| *byte == b':').nth(5).map(|home| path_of(home).into_os_string())
}

#[cfg(not(unix))]
fn own_home() -> Option<std::ffi::OsString> {
    None
}

/// The home folder of a user by the system's list.
fn home_of(user: &[u8]) -> Option<std::ffi::OsString> {
    let list = std::fs::read("/etc/passwd").ok()?;
    let line = list.split(|byte| *byte == b'\n').find(|line| line.split(|byte| *byte == b':').next() == Some(user))?;
    line.split(|byte| *byte == b':').nth(5).map(|home| path_of(home).into_os_string())
}

/// `$name` and `${name}` replaced by what `os.environ` holds.
fn expanded_variables(path: &Text, environment: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = path.bytes.as_slice();
    while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let after = from.get(1..).unwrap_or_default();
        let (name, length) = if after.starts_with(b"{") {
            match after.iter().position(|byte| *byte == b'}') {
                Some(end) => (after.get(1..end).unwrap_or_default(), end + 1),
                None => (&after[..0], 0),
            }
        } else {
            let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
            let length = after.iter().take_while(is_name).count();
            (after.get(..length).unwrap_or_default(), length)
        };
        let value = match name {
            [] => None,
            name => vm.call_method(environment, "get", (text::new_str(vm, name),)).map(Some)?,
        };
        match value.and_then(|value| text::bytes_of(&value)) {
            Some(value) => out.extend_from_slice(&value),
            None => {
                out.push(b'$');
                out.extend_from_slice(after.get(..length).unwrap_or_default());
            }
        }
        rest = after.get(length..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Ok(out)
}

fn relative(vm: &VirtualMachine, path: &Text, start: &Text) -> PyResult<Vec<u8>> {
    if path.bytes.is_empty() {
        return Err(vm.new_value_error("no path specified"));
    }
    let (path, start) = (absolute(vm, path)?.bytes, absolute(vm, start)?.bytes);
    let parts = |bytes: &[u8]| -> Vec<Vec<u8>> {
        bytes.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
    };
    let (path, start) = (parts(&path), parts(&start));
    let common = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let mut out: Vec<Vec<u8>> = vec![b"..".to_vec(); start.len() - common];
    out.extend(path.into_iter().skip(common));
    Ok(if out.is_empty() { b".".to_vec() } else { out.join(&b'/') })
}

/// The longest common start of some strings or lists.
fn common_prefix(values: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let values = vm.extract_elements_with(&values, Ok)?;
    let Some(first) = values.first() else { return Ok(text::new_str(vm, b"")) };
    if values.iter().all(|value| text::is_basestring(value)) {
        let mut texts = values.iter().map(|value| Text::of(vm, value, "startswith")).collect::<PyResult<Vec<_>>>()?;
        if texts.iter().any(|text| text.unicode) {
            texts.iter_mut().filter(|text| !text.unicode).try_for_each(|text| text.decode(vm))?;
        }
        let Some((first, others)) = texts.split_first() else { return Ok(text::new_str(vm, b"")) };
        let mut length = first.bytes.len();
        for other in others {
            let same = first.bytes.iter().zip(&other.bytes).take_while(|(a, b)| a == b).count();
            length = length.min(same);
        }
        if first.unicode {
            // Not inside a char.
            while length > 0 && first.bytes.get(length).is_some_and(|byte| byte & 0xc0 == 0x80) {
                length -= 1;
            }
        }
        return Ok(first.part(vm, first.bytes.get(..length).unwrap_or_default()));
    }
    let lists = values.iter().map(|value| vm.extract_elements_with(value, Ok)).collect::<PyResult<Vec<_>>>()?;
    let mut length = lists.first().map_or(0, Vec::len);
    for list in lists.iter().skip(1) {
        let mut same = 0;
        for (a, b) in lists.first().into_iter().flatten().zip(list) {
            if !vm.bool_eq(a, b)? {
                break;
            }
            same += 1;
        }
        length = length.min(same);
    }
    let items: Vec<PyObjectRef> = lists.into_iter().next().unwrap_or_default().into_iter().take(length).collect();
    let is_tuple = first.downcast_ref::<PyTuple>().is_some();
    Ok(if is_tuple { vm.ctx.new_tuple(items).into() } else { vm.ctx.new_list(items).into() })
}

// ---- on the disk -------------------------------------------------------------------------------------------------

/// An OSError of the operating system.
fn os_error(vm: &VirtualMachine, error: &std::io::Error, path: Option<&Text>) -> PyBaseExceptionRef {
    let number = error.raw_os_error().unwrap_or(5);
    let shown = error.to_string();
    let shown = shown.split(" (os error").next().unwrap_or_default();
    let mut args: Vec<PyObjectRef> = vec![vm.ctx.new_int(number).into(), vm.ctx.new_str(shown).into()];
    args.extend(path.map(|path| path.object(vm)));
    let made = exceptions::zoo(vm).and_then(|zoo| {
        let made = zoo.os_error.as_object().call(FuncArgs::from(args), vm)?;
        made.downcast().map_err(|_| vm.new_system_error("OSError makes no exception"))
    });
    made.unwrap_or_else(|error| error)
}

/// The path that a function of the file system was given.
fn on_disk(vm: &VirtualMachine, value: &PyObject) -> PyResult<Text> {
    if !text::is_basestring(value) {
        let kind = names::type_name_of(value);
        let message = format!("coercing to Unicode: need string or buffer, {kind} found");
        return Err(vm.new_type_error(message));
    }
    let path = Text::of(vm, value, "encode")?;
    if path.bytes.contains(&0) {
        return Err(vm.new_type_error("must be encoded string without NULL bytes, not str"));
    }
    Ok(path)
}

/// Looks at a file and answers a question about it; a file that is not there gives false.
fn test(value: PyObjectRef, links: bool, vm: &VirtualMachine, question: fn(&Metadata) -> bool) -> PyResult<bool> {
    let path = on_disk(vm, &value)?.path();
    let data = if links { std::fs::symlink_metadata(path) } else { std::fs::metadata(path) };
    Ok(data.is_ok_and(|data| question(&data)))
}

fn metadata(value: &PyObject, vm: &VirtualMachine) -> PyResult<Metadata> {
    let path = on_disk(vm, value)?;
    std::fs::metadata(path.path()).map_err(|error| os_error(vm, &error, Some(&path)))
}

fn seconds(time: std::io::Result<std::time::SystemTime>) -> f64 {
    match time.map(|time| time.duration_since(std::time::UNIX_EPOCH)) {
        Ok(Ok(since)) => since.as_secs_f64(),
        Ok(Err(before)) => -before.duration().as_secs_f64(),
        Err(_) => 0.0,
    }
}

#[cfg(unix)]
fn changed(data: &Metadata) -> f64 {
    use std::os::unix::fs::MetadataExt;
    data.ctime() as f64 + data.ctime_nsec() as f64 * 1e-9
}

#[cfg(not(unix))]
fn changed(data: &Metadata) -> f64 {
    seconds(data.created())
}

#[cfg(unix)]
fn identity(data: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (data.dev(), data.ino())
}

#[cfg(not(unix))]
fn identity(data: &Metadata) -> (u64, u64) {
    (data.len(), seconds(data.modified()) as u64)
}

/// Whether something is mounted there: another device than its parent's, or the root.
fn is_mount(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let path = on_disk(vm, &value)?.path();
    let Ok(own) = std::fs::symlink_metadata(&path) else { return Ok(false) };
    if own.is_symlink() {
        return Ok(false);
    }
    let Ok(parent) = std::fs::symlink_metadata(path.join("..")) else { return Ok(false) };
    let (own, parent) = (identity(&own), identity(&parent));
    Ok(own.0 != parent.0 || own.1 == parent.1)
}

/// Calls `function(argument, folder, names)` for a folder and those in it; it may change the names to go on with.
fn walk(top: PyObjectRef, function: PyObjectRef, argument: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let os = crate::import::module(vm, "os")?;
    let Ok(names) = vm.call_method(&os, "listdir", (top.clone(),)) else { return Ok(()) };
    function.call((argument.clone(), top.clone(), names.clone()), vm)?;
    let Some(list) = names.downcast_ref::<PyList>() else { return Ok(()) };
    let names = list.borrow_vec().to_vec();
    for name in names {
        let path = join(top.clone(), PosArgs::from(vec![name]), vm)?;
        let place = on_disk(vm, &path)?.path();
        if std::fs::symlink_metadata(place).is_ok_and(|data| data.is_dir()) {
            vm.with_recursion("", || walk(path, function.clone(), argument.clone(), vm))?;
        }
    }
    Ok(())
}

// ---- the module --------------------------------------------------------------------------------------------------

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "posixpath");
    for (name, value) in CONSTANTS {
        modules::set(vm, &module, name, text::new_str(vm, value.as_bytes()));
    }
    modules::set(vm, &module, "altsep", vm.ctx.none());
    modules::set(vm, &module, "supports_unicode_filenames", vm.ctx.new_bool(cfg!(target_os = "macos")));
    add_text_functions(vm, &module);
    add_disk_functions(vm, &module);
    module
}

fn add_text_functions(vm: &VirtualMachine, module: &PyRef<PyModule>) {
    modules::set_function(vm, module, "join", join);
    modules::set_function(vm, module, "commonprefix", common_prefix);
    modules::set_function(vm, module, "basename", |p: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &p, "rfind")?;
        Ok(path.part(vm, path.bytes.get(name_start(&path.bytes)..).unwrap_or_default()))
    });
    modules::set_function(vm, module, "dirname", |p: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &p, "rfind")?;
        Ok(path.part(vm, split_bytes(&path.bytes).0))
    });
    modules::set_function(vm, module, "split", |p: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &p, "rfind")?;
        let (head, tail) = split_bytes(&path.bytes);
        Ok(pair(vm, &path, head, tail))
    });
    modules::set_function(vm, module, "splitext", |p: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &p, "rfind")?;
        let (root, extension) = path.bytes.split_at(extension_start(&path.bytes));
        Ok(pair(vm, &path, root, extension))
    });
    modules::set_function(vm, module, "splitdrive", |p: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let empty = text::new_str(vm, b"");
        Ok(vm.ctx.new_tuple(vec![empty, p]).into())
    });
    modules::set_function(vm, module, "normcase", |s: PyObjectRef| s);
    modules::set_function(vm, module, "isabs", |s: PyObjectRef, vm: &VirtualMachine| -> PyResult<bool> {
        Ok(Text::of(vm, &s, "startswith")?.bytes.starts_with(b"/"))
    });
    modules::set_function(vm, module, "normpath", |path: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &path, "startswith")?;
        Ok(path.part(vm, &normalized(&path.bytes)))
    });
    modules::set_function(vm, module, "abspath", |path: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        Ok(absolute(vm, &Text::of(vm, &path, "startswith")?)?.object(vm))
    });
    modules::set_function(vm, module, "expanduser", |path: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &path, "startswith")?;
        Ok(path.part(vm, &expanded_user(&path)))
    });
    modules::set_function(vm, module, "expandvars", |path: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &path, "find")?;
        let environment = crate::import::module(vm, "os")?.get_attr("environ", vm)?;
        Ok(path.part(vm, &expanded_variables(&path, &environment, vm)?))
    });
    modules::set_function(
        vm,
        module,
        "relpath",
        |path: PyObjectRef, start: OptionalArg<PyObjectRef>, vm: &VirtualMachine| -> PyResult {
            let path = Text::of(vm, &path, "startswith")?;
            let start = match start.into_option() {
                Some(start) => Text::of(vm, &start, "startswith")?,
                None => Text { bytes: b".".to_vec(), unicode: false },
            };
            Ok(path.part(vm, &relative(vm, &path, &start)?))
        },
    );
}

fn add_disk_functions(vm: &VirtualMachine, module: &PyRef<PyModule>) {
    modules::set_function(vm, module, "exists", |path: PyObjectRef, vm: &VirtualMachine| {
        test(path, false, vm, |_| true)
    });
    modules::set_function(vm, module, "lexists", |path: PyObjectRef, vm: &VirtualMachine| {
        test(path, true, vm, |_| true)
    });
    modules::set_function(vm, module, "isfile", |path: PyObjectRef, vm: &VirtualMachine| {
        test(path, false, vm, Metadata::is_file)
    });
    modules::set_function(vm, module, "isdir", |s: PyObjectRef, vm: &VirtualMachine| {
        test(s, false, vm, Metadata::is_dir)
    });
    modules::set_function(vm, module, "islink", |path: PyObjectRef, vm: &VirtualMachine| {
        test(path, true, vm, Metadata::is_symlink)
    });
    modules::set_function(vm, module, "ismount", is_mount);
    modules::set_function(vm, module, "getsize", |filename: PyObjectRef, vm: &VirtualMachine| -> PyResult<u64> {
        Ok(metadata(&filename, vm)?.len())
    });
    modules::set_function(vm, module, "getmtime", |filename: PyObjectRef, vm: &VirtualMachine| -> PyResult<f64> {
        Ok(seconds(metadata(&filename, vm)?.modified()))
    });
    modules::set_function(vm, module, "getatime", |filename: PyObjectRef, vm: &VirtualMachine| -> PyResult<f64> {
        Ok(seconds(metadata(&filename, vm)?.accessed()))
    });
    modules::set_function(vm, module, "getctime", |filename: PyObjectRef, vm: &VirtualMachine| -> PyResult<f64> {
        Ok(changed(&metadata(&filename, vm)?))
    });
    modules::set_function(
        vm,
        module,
        "samefile",
        |f1: PyObjectRef, f2: PyObjectRef, vm: &VirtualMachine| -> PyResult<bool> {
            Ok(identity(&metadata(&f1, vm)?) == identity(&metadata(&f2, vm)?))
        },
    );
    modules::set_function(
        vm,
        module,
        "samestat",
        |s1: PyObjectRef, s2: PyObjectRef, vm: &VirtualMachine| -> PyResult<bool> {
            for name in ["st_ino", "st_dev"] {
                if !vm.bool_eq(&*s1.get_attr(name, vm)?, &*s2.get_attr(name, vm)?)? {
                    return Ok(false);
                }
            }
            Ok(true)
        },
    );
    modules::set_function(vm, module, "realpath", |filename: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let path = Text::of(vm, &filename, "startswith")?;
        let start = if path.bytes.starts_with(b"/") { Vec::new() } else { current_folder(vm)? };
        let (bytes, _) = real(start, &path.bytes, &mut Links::new(), 0);
        Ok(path.part(vm, &normalized(&bytes)))
    });
    modules::set_function(
        vm,
        module,
        "sameopenfile",
        |fp1: PyObjectRef, fp2: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let os = crate::import::module(vm, "os")?;
            let (first, second) = (vm.call_method(&os, "fstat", (fp1,))?, vm.call_method(&os, "fstat", (fp2,))?);
            vm.call_method(&*os.get_attr("path", vm)?, "samestat", (first, second))
        },
    );
    modules::set_function(vm, module, "walk", walk);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        assert_eq!(split_bytes(b"/a/b//c"), (&b"/a/b"[..], &b"c"[..]));
        assert_eq!(split_bytes(b"//x"), (&b"//"[..], &b"x"[..]));
        assert_eq!(extension_start(b"/a.b/.c"), 7);
        assert_eq!(extension_start(b"x.tar.gz"), 5);
        assert_eq!(extension_start(b"..x.y"), 3);
    }

    #[test]
    fn paths_are_normalized() {
        for (path, wanted) in [
            ("", "."),
            ("a//b/../c/.", "a/c"),
            ("/../a", "/a"),
            ("//a", "//a"),
            ("///a", "/a"),
            ("../..", "../.."),
            ("a/..", "."),
        ] {
            assert_eq!(normalized(path.as_bytes()), wanted.as_bytes(), "{path}");
        }
    }
}
