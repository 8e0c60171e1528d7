//! `ZipFile`: opening an archive, its members, and taking them out. Writing is in [`super::writing`].

use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::cipher::Decrypter;
use super::writing::{self, finish};
use super::{DEFLATED, MAX_COMMENT, STORED, bad, end, field, global, info, int, is_true, number, open, os, this};
use crate::import;
use crate::modules::line_buffer::{bytes_of, read_bytes};
use crate::modules::os_calls::{self, closing};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{text, warning};

const SELF: &[&str] = &["self"];
const NONE: Given = Given::None;
/// Bytes that a member is copied by.
const COPIED: usize = 16 * 1024;
/// Bytes that `testzip` reads at a time.
const TESTED: usize = 1 << 20;

pub static FUNCTIONS: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "file", "mode", "compression", "allowZip64"],
        &[Given::Text("r"), Given::Int(STORED), Given::Bool(false)],
        Body::Run(init),
    ),
    function("__enter__", SELF, Body::Run(|_, values, vm| this(values, vm).cloned())),
    function(
        "__exit__",
        &["self", "type", "value", "traceback"],
        Body::Run(|_, values, vm| {
            vm.call_method(this(values, vm)?, "close", ())?;
            Ok(vm.ctx.none())
        }),
    ),
    function("__del__", SELF, Body::Run(|_, values, vm| vm.call_method(this(values, vm)?, "close", ()))),
    function("_RealGetContents", SELF, Body::Run(read_contents)),
    function(
        "namelist",
        SELF,
        Body::Run(|_, values, vm| {
            let names: Vec<PyObjectRef> = infos(this(values, vm)?, vm)?
                .iter()
                .map(|info| info.get_attr("filename", vm))
                .collect::<PyResult<_>>()?;
            Ok(vm.ctx.new_list(names).into())
        }),
    ),
    function("infolist", SELF, Body::Run(|_, values, vm| this(values, vm)?.get_attr("filelist", vm))),
    function("printdir", SELF, Body::Run(print_folder)),
    function("testzip", SELF, Body::Run(test)),
    function("getinfo", &["self", "name"], Body::Run(get_info)),
    function(
        "setpassword",
        &["self", "pwd"],
        Body::Run(|_, values, vm| {
            let [this, password] = values else { return Ok(vm.ctx.none()) };
            this.set_attr("pwd", password.clone(), vm)?;
            Ok(vm.ctx.none())
        }),
    ),
    with_defaults("read", &["self", "name", "pwd"], &[NONE], Body::Run(read)),
    with_defaults("open", &["self", "name", "mode", "pwd"], &[Given::Text("r"), NONE], Body::Run(open_member)),
    with_defaults("extract", &["self", "member", "path", "pwd"], &[NONE, NONE], Body::Run(extract)),
    with_defaults("extractall", &["self", "path", "members", "pwd"], &[NONE, NONE, NONE], Body::Run(extract_all)),
    function("_extract_member", &["self", "member", "targetpath", "pwd"], Body::Run(extract_member)),
    function("_writecheck", &["self", "zinfo"], Body::Run(writing::check_write)),
    with_defaults("write", &["self", "filename", "arcname", "compress_type"], &[NONE, NONE], Body::Run(writing::write)),
    with_defaults(
        "writestr",
        &["self", "zinfo_or_arcname", "bytes", "compress_type"],
        &[NONE],
        Body::Run(writing::write_string),
    ),
    function("close", SELF, Body::Run(close)),
];

/// The getter and the setter of `comment`.
pub static COMMENT: [&Function; 2] = [
    &function("comment", SELF, Body::Run(|_, values, vm| this(values, vm)?.get_attr("_comment", vm))),
    &function("comment", &["self", "comment"], Body::Run(set_comment)),
];

fn set_comment(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, comment] = values else { return Ok(vm.ctx.none()) };
    let mut comment = comment.clone();
    if comment.length(vm)? > MAX_COMMENT {
        let message = format!("Archive comment is too long; truncating to {MAX_COMMENT} bytes");
        warning::warn(vm, vm.ctx.exceptions.user_warning, &message)?;
        let end = vm.ctx.new_int(MAX_COMMENT).into();
        let slice = rustpython_vm::builtins::PySlice { start: None, stop: end, step: None };
        comment = comment.get_item(slice.into_pyobject(vm).as_object(), vm)?;
    }
    this.set_attr("_comment", comment, vm)?;
    this.set_attr("_didModify", vm.ctx.new_bool(true), vm)?;
    Ok(vm.ctx.none())
}

/// All that is known of the members.
pub fn infos(this: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    vm.extract_elements_with(&*this.get_attr("filelist", vm)?, Ok)
}

/// Adds a member to the lists.
pub fn add(this: &PyObject, info: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    vm.call_method(&*this.get_attr("filelist", vm)?, "append", (info.clone(),))?;
    this.get_attr("NameToInfo", vm)?.set_item(&*info.get_attr("filename", vm)?, info.clone(), vm)
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, file, mode, compression, zip64] = values else { return Ok(vm.ctx.none()) };
    let asked = text::text_of(vm, mode)?.unwrap_or_default();
    let (how, key) = match asked.as_str() {
        "r" => ("rb", 'r'),
        "w" => ("wb", 'w'),
        "a" => ("r+b", 'a'),
        _ => return Err(vm.new_runtime_error("ZipFile() requires mode \"r\", \"w\", or \"a\"")),
    };
    let kind: i32 = compression.clone().try_to_value(vm).unwrap_or(-1);
    if !matches!(kind, STORED | DEFLATED) {
        return Err(vm.new_runtime_error("That compression method is not supported"));
    }
    let yes = |value: bool| vm.ctx.new_bool(value);
    this.set_attr("_allowZip64", zip64.clone(), vm)?;
    this.set_attr("_didModify", yes(false), vm)?;
    this.set_attr("debug", vm.ctx.new_int(0), vm)?;
    this.set_attr("NameToInfo", vm.ctx.new_dict(), vm)?;
    this.set_attr("filelist", vm.ctx.new_list(Vec::new()), vm)?;
    this.set_attr("compression", compression.clone(), vm)?;
    this.set_attr("mode", mode.clone(), vm)?;
    this.set_attr("pwd", vm.ctx.none(), vm)?;
    this.set_attr("_comment", vm.ctx.new_str(""), vm)?;
    let mut key = key;
    let passed = !text::is_basestring(file);
    this.set_attr("_filePassed", vm.ctx.new_int(i32::from(passed)), vm)?;
    if passed {
        this.set_attr("fp", file.clone(), vm)?;
        let name = vm.get_attribute_opt(file, "name")?.unwrap_or_else(|| vm.ctx.none());
        this.set_attr("filename", name, vm)?;
    } else {
        this.set_attr("filename", file.clone(), vm)?;
        let opened = match open(vm, file.clone(), how) {
            Err(error) if key == 'a' && os_calls::is_io_error(vm, &error) => {
                key = 'w';
                open(vm, file.clone(), "wb")?
            }
            opened => opened?,
        };
        this.set_attr("fp", opened, vm)?;
    }
    if let Err(error) = start(this, key, vm) {
        let file = this.get_attr("fp", vm)?;
        this.set_attr("fp", vm.ctx.none(), vm)?;
        if !passed {
            vm.call_method(&file, "close", ())?;
        }
        return Err(error);
    }
    Ok(vm.ctx.none())
}

/// Reads the directory, or makes ready to write.
fn start(this: &PyObject, key: char, vm: &VirtualMachine) -> PyResult<()> {
    let file = this.get_attr("fp", vm)?;
    let fresh = || -> PyResult<()> {
        this.set_attr("_didModify", vm.ctx.new_bool(true), vm)?;
        this.set_attr("_start_disk", vm.call_method(&file, "tell", ())?, vm)
    };
    match key {
        'r' => vm.call_method(this, "_RealGetContents", ()).map(drop),
        'w' => fresh(),
        _ => match vm.call_method(this, "_RealGetContents", ()) {
            Ok(_) => vm.call_method(&file, "seek", (this.get_attr("start_dir", vm)?, 0)).map(drop),
            // It is no archive: one is added at the end.
            Err(error) if is_bad(&error, vm) => {
                vm.call_method(&file, "seek", (0, 2))?;
                fresh()
            }
            Err(error) => Err(error),
        },
    }
}

fn is_bad(error: &rustpython_vm::builtins::PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    let class = import::module(vm, "zipfile").and_then(|module| module.get_attr("BadZipfile", vm));
    class.is_ok_and(|class| error.as_object().is_instance(&class, vm).unwrap_or(false))
}

fn read_contents(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    const SIZE: usize = 46;
    let this = this(values, vm)?;
    let file = this.get_attr("fp", vm)?;
    let found = match end::find(home, &file, vm) {
        Err(error) if os_calls::is_io_error(vm, &error) => None,
        found => found?,
    };
    let Some(record) = found else { return Err(bad(home, "File is not a zip file", vm)) };
    this.set_attr("_comment", end::comment(&record, vm), vm)?;
    // Bytes may stand before the archive.
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let mut before = signed(record.place).saturating_sub(signed(record.size)).saturating_sub(signed(record.offset));
    if record.zip64 {
        before = before.saturating_sub(56 + 20);
    }
    let start = signed(record.offset).saturating_add(before);
    this.set_attr("_start_disk", vm.ctx.new_int(before), vm)?;
    this.set_attr("start_dir", vm.ctx.new_int(start), vm)?;
    vm.call_method(&file, "seek", (start, 0))?;
    let data = bytes_of(vm, &*vm.call_method(&file, "read", (int(vm, record.size),))?)?;
    let make = global(home, "ZipInfo", vm)?;
    let mut rest = data.as_slice();
    let mut total = 0;
    while total < record.size {
        let Some((header, more)) = rest.split_at_checked(SIZE) else {
            return Err(bad(home, "Truncated central directory", vm));
        };
        if !header.starts_with(b"PK\x01\x02") {
            return Err(bad(home, "Bad magic number for central directory", vm));
        }
        rest = more;
        let mut text = |at: usize| {
            let length = usize::try_from(field::<2>(header, at)).unwrap_or_default().min(rest.len());
            let (taken, more) = rest.split_at(length);
            rest = more;
            text::new_str(vm, taken)
        };
        let (name, extra, comment) = (text(28), text(30), text(32));
        total += SIZE as u64 + field::<2>(header, 28) + field::<2>(header, 30) + field::<2>(header, 32);
        let info = make.call((name,), vm)?;
        info.set_attr("extra", extra, vm)?;
        info.set_attr("comment", comment, vm)?;
        let (time, date) = (field::<2>(header, 12), field::<2>(header, 14));
        let numbers: [(&'static str, u64); 15] = [
            ("create_version", field::<1>(header, 4)),
            ("create_system", field::<1>(header, 5)),
            ("extract_version", field::<1>(header, 6)),
            ("reserved", field::<1>(header, 7)),
            ("flag_bits", field::<2>(header, 8)),
            ("compress_type", field::<2>(header, 10)),
            ("CRC", field::<4>(header, 16)),
            ("compress_size", field::<4>(header, 20)),
            ("file_size", field::<4>(header, 24)),
            ("volume", field::<2>(header, 34)),
            ("internal_attr", field::<2>(header, 36)),
            ("external_attr", field::<4>(header, 38)),
            ("header_offset", field::<4>(header, 42)),
            ("_raw_time", time),
            ("file_size", field::<4>(header, 24)),
        ];
        for (name, value) in numbers {
            info.set_attr(name, int(vm, value), vm)?;
        }
        let date = [(date >> 9) + 1980, (date >> 5) & 15, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2];
        info.set_attr("date_time", vm.ctx.new_tuple(date.map(|part| int(vm, part)).to_vec()), vm)?;
        info::decode_extra(home, &info, vm)?;
        let offset = signed(number(&info, "header_offset", vm)?).saturating_add(before);
        info.set_attr("header_offset", vm.ctx.new_int(offset), vm)?;
        info.set_attr("filename", vm.call_method(&info, "_decodeFilename", ())?, vm)?;
        add(this, &info, vm)?;
    }
    Ok(vm.ctx.none())
}

/// `a % b` of strings.
fn formatted(vm: &VirtualMachine, pattern: &str, value: PyObjectRef) -> PyResult {
    vm._mod(vm.ctx.new_str(pattern).as_object(), &value)
}

/// Prints a string.
fn print_line(line: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let line = vm._add(line, vm.ctx.new_str("\n").as_object())?;
    let out = import::sys(vm)?.get_attr("stdout", vm)?;
    vm.call_method(&out, "write", (line,)).map(drop)
}

fn print_folder(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let heads = ["File Name", "Modified    ", "Size"].map(|head| vm.ctx.new_str(head).into());
    let line = formatted(vm, "%-46s %19s %12s", vm.ctx.new_tuple(heads.to_vec()).into())?;
    print_line(&line, vm)?;
    for info in infos(this(values, vm)?, vm)? {
        let date: Vec<PyObjectRef> = vm.extract_elements_with(&*info.get_attr("date_time", vm)?, Ok)?;
        let date = vm.ctx.new_tuple(date.into_iter().take(6).collect()).into();
        let date = formatted(vm, "%d-%02d-%02d %02d:%02d:%02d", date)?;
        let parts = vec![info.get_attr("filename", vm)?, date, info.get_attr("file_size", vm)?];
        let line = formatted(vm, "%-46s %s %12d", vm.ctx.new_tuple(parts).into())?;
        print_line(&line, vm)?;
    }
    Ok(vm.ctx.none())
}

fn test(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    for info in infos(this, vm)? {
        let name = info.get_attr("filename", vm)?;
        let read = || -> PyResult<()> {
            let member = vm.call_method(this, "open", (name.clone(), vm.ctx.new_str("r")))?;
            let mut result = Ok(1);
            while matches!(result, Ok(1..)) {
                result = vm.call_method(&member, "read", (TESTED,)).and_then(|data| data.length(vm));
            }
            vm.call_method(&member, "close", ())?;
            result.map(drop)
        };
        match read() {
            Ok(()) => {}
            Err(error) if is_bad(&error, vm) => return Ok(name),
            Err(error) => return Err(error),
        }
    }
    Ok(vm.ctx.none())
}

fn get_info(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, name] = values else { return Ok(vm.ctx.none()) };
    let found = vm.call_method(&*this.get_attr("NameToInfo", vm)?, "get", (name.clone(),))?;
    if vm.is_none(&found) {
        let name = text::repr_of(vm, name)?;
        let message = [b"There is no item named ", name.as_slice(), b" in the archive"].concat();
        return Err(vm.new_key_error(text::new_str(vm, &message)));
    }
    Ok(found)
}

fn read(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, name, password] = values else { return Ok(vm.ctx.none()) };
    let member = vm.call_method(this, "open", (name.clone(), vm.ctx.new_str("r"), password.clone()))?;
    let data = vm.call_method(&member, "read", ());
    vm.call_method(&member, "close", ())?;
    data
}

fn open_member(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, name, mode, password] = values else { return Ok(vm.ctx.none()) };
    let asked = text::text_of(vm, mode)?.unwrap_or_default();
    if !matches!(asked.as_str(), "r" | "U" | "rU") {
        return Err(vm.new_runtime_error("open() requires mode \"r\", \"U\", or \"rU\""));
    }
    if !is_true(this, "fp", vm)? {
        return Err(vm.new_runtime_error("Attempt to read ZIP archive that was already closed"));
    }
    let passed = is_true(this, "_filePassed", vm)?;
    // A file of its own: several members can be read at the same time.
    let file = match passed {
        true => this.get_attr("fp", vm)?,
        false => open(vm, this.get_attr("filename", vm)?, "rb")?,
    };
    let made = member_of(home, this, name, mode, password, &file, vm).and_then(|(info, decrypter)| {
        let class = global(home, "ZipExtFile", vm)?;
        let closes = vm.ctx.new_bool(!passed).into();
        class.call(vec![file.clone(), mode.clone(), info, decrypter, closes], vm)
    });
    if made.is_err() && !passed {
        vm.call_method(&file, "close", ())?;
    }
    made
}

/// Goes to a member's data: what is known of it, and the decrypter if it needs one.
fn member_of(
    home: &Home,
    this: &PyObject,
    name: &PyObjectRef,
    _mode: &PyObjectRef,
    password: &PyObjectRef,
    file: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let info = match name.is_instance(&*global(home, "ZipInfo", vm)?, vm)? {
        true => name.clone(),
        false => vm.call_method(this, "getinfo", (name.clone(),))?,
    };
    vm.call_method(file, "seek", (info.get_attr("header_offset", vm)?, 0))?;
    let header = read_bytes(vm, file, 30)?;
    if header.len() != 30 {
        return Err(bad(home, "Truncated file header", vm));
    }
    if !header.starts_with(b"PK\x03\x04") {
        return Err(bad(home, "Bad magic number for file header", vm));
    }
    let stored = read_bytes(vm, file, usize::try_from(field::<2>(&header, 26)).unwrap_or_default())?;
    let extra = usize::try_from(field::<2>(&header, 28)).unwrap_or_default();
    if extra > 0 {
        read_bytes(vm, file, extra)?;
    }
    let known = bytes_of(vm, &*info.get_attr("orig_filename", vm)?)?;
    if stored != known {
        let message = [b"File name in directory \"", known.as_slice(), b"\" and header \"", &stored, b"\" differ."];
        return Err(bad(home, message.concat(), vm));
    }
    if number(&info, "flag_bits", vm)? & 1 == 0 {
        return Ok((info, vm.ctx.none()));
    }
    let mut password = password.clone();
    if !password.clone().try_to_bool(vm)? {
        password = this.get_attr("pwd", vm)?;
    }
    if !password.clone().try_to_bool(vm)? {
        let message = formatted(vm, "File %s is encrypted, password required for extraction", tuple_of(name, vm))?;
        return Err(vm.new_exception(vm.ctx.exceptions.runtime_error.to_owned(), vec![message]));
    }
    let decrypter = Decrypter::new(&bytes_of(vm, &password)?);
    let mut head = read_bytes(vm, file, 12)?;
    decrypter.decrypt(&mut head);
    let expected = match number(&info, "flag_bits", vm)? & 8 {
        0 => number(&info, "CRC", vm)? >> 24,
        _ => number(&info, "_raw_time", vm)? >> 8,
    };
    let Some(last) = head.get(11) else { return Err(vm.new_index_error("list index out of range")) };
    if u64::from(*last) != expected & 255 {
        let said = vec![vm.ctx.new_str("Bad password for file").into(), name.clone()];
        return Err(vm.new_exception(vm.ctx.exceptions.runtime_error.to_owned(), said));
    }
    Ok((info, decrypter.into_object(vm).into()))
}

fn tuple_of(value: &PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_tuple(vec![value.clone()]).into()
}

fn extract(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, member, path, password] = values else { return Ok(vm.ctx.none()) };
    let member = match member.is_instance(&*global(home, "ZipInfo", vm)?, vm)? {
        true => member.clone(),
        false => vm.call_method(this, "getinfo", (member.clone(),))?,
    };
    let path = if vm.is_none(path) { os(vm, "getcwd", Vec::new())? } else { path.clone() };
    vm.call_method(this, "_extract_member", (member, path, password.clone()))
}

fn extract_all(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, path, members, password] = values else { return Ok(vm.ctx.none()) };
    let members = if vm.is_none(members) { vm.call_method(this, "namelist", ())? } else { members.clone() };
    let members = members.get_iter(vm)?;
    while let PyIterReturn::Return(member) = members.next(vm)? {
        vm.call_method(this, "extract", (member, path.clone(), password.clone()))?;
    }
    Ok(vm.ctx.none())
}

/// A member's name without what would lead out of the folder.
fn inner_path(name: &[u8]) -> Vec<u8> {
    let parts = name.split(|byte| *byte == b'/');
    parts.filter(|part| !matches!(*part, b"" | b"." | b"..")).collect::<Vec<_>>().join(&b'/')
}

fn extract_member(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, member, folder, password] = values else { return Ok(vm.ctx.none()) };
    let name = member.get_attr("filename", vm)?;
    let inner = match name.downcast_ref::<rustpython_vm::builtins::PyStr>() {
        Some(unicode) if text::is_unicode(&name) => {
            let inner = inner_path(unicode.as_wtf8().as_bytes());
            text::new_unicode(vm, &String::from_utf8_lossy(&inner))
        }
        _ => text::new_str(vm, &inner_path(&bytes_of(vm, &name)?)),
    };
    let target = os(vm, "path.normpath", vec![os(vm, "path.join", vec![folder.clone(), inner])?])?;
    let above = os(vm, "path.dirname", vec![target.clone()])?;
    if above.clone().try_to_bool(vm)? && !os(vm, "path.exists", vec![above.clone()])?.try_to_bool(vm)? {
        os(vm, "makedirs", vec![above])?;
    }
    let is_folder = vm.call_method(&name, "endswith", (vm.ctx.new_str("/"),))?.try_to_bool(vm)?;
    if is_folder {
        if !os(vm, "path.isdir", vec![target.clone()])?.try_to_bool(vm)? {
            os(vm, "mkdir", vec![target.clone()])?;
        }
        return Ok(target);
    }
    let source = vm.call_method(this, "open", (member.clone(), vm.ctx.new_str("r"), password.clone()))?;
    let copied = open(vm, target.clone(), "wb")
        .and_then(|file| closing(vm, &file, os_calls::copy(vm, &source, &file, vm.ctx.new_int(COPIED).into())));
    closing(vm, &source, copied)?;
    Ok(target)
}

fn close(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let file = this.get_attr("fp", vm)?;
    if vm.is_none(&file) {
        return Ok(vm.ctx.none());
    }
    let written = finish(home, this, &file, vm);
    this.set_attr("fp", vm.ctx.none(), vm)?;
    if !is_true(this, "_filePassed", vm)? {
        vm.call_method(&file, "close", ())?;
    }
    written?;
    Ok(vm.ctx.none())
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_stay_in_the_folder() {
        assert_eq!(super::inner_path(b"/a/../../b/./c"), b"a/b/c");
        assert_eq!(super::inner_path(b"folder/"), b"folder");
    }
}
