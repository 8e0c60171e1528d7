//! Members and the directory, as they are written; `PyZipFile`.

use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::archive::{add, infos};
use super::{
    CENTRAL, DEFLATED, FILE_COUNT_LIMIT, STORED, ZIP64_LIMIT, field, global, info, int, is_true, number, open, os,
    pack, raised, this,
};
use crate::clock;
use crate::import;
use crate::modules::binascii::crc32;
use crate::modules::line_buffer::{bytes_of, read_bytes};
use crate::modules::python_function::{Body, Function, Given, Home, with_defaults};
use crate::modules::zlib_module::Compress;
use crate::runtime::{text, warning};

/// Bytes of a file that are compressed at a time.
const PIECE: usize = 8 * 1024;

pub static PY_FUNCTIONS: &[Function] =
    &[with_defaults("writepy", &["self", "pathname", "basename"], &[Given::Text("")], Body::Run(write_python))];

fn put(file: &PyObject, data: &[u8], vm: &VirtualMachine) -> PyResult<()> {
    vm.call_method(file, "write", (text::new_str(vm, data),)).map(drop)
}

fn is_deflated(info: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    Ok(info.get_attr("compress_type", vm)?.try_to_value::<i32>(vm).is_ok_and(|kind| kind == DEFLATED))
}

pub fn check_write(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, info] = values else { return Ok(vm.ctx.none()) };
    let name = info.get_attr("filename", vm)?;
    if vm._contains(&*this.get_attr("NameToInfo", vm)?, &name)? {
        let message = [b"Duplicate name: ", text::repr_of(vm, &name)?.as_slice()].concat();
        warning::warn(vm, vm.ctx.exceptions.user_warning, &String::from_utf8_lossy(&message))?;
    }
    let mode = text::text_of(vm, &*this.get_attr("mode", vm)?)?.unwrap_or_default();
    if !matches!(mode.as_str(), "w" | "a") {
        return Err(vm.new_runtime_error("write() requires mode \"w\" or \"a\""));
    }
    if !is_true(this, "fp", vm)? {
        return Err(vm.new_runtime_error("Attempt to write ZIP archive that was already closed"));
    }
    let kind: i32 = info.get_attr("compress_type", vm)?.try_to_value(vm).unwrap_or(-1);
    if !matches!(kind, STORED | DEFLATED) {
        return Err(vm.new_runtime_error("That compression method is not supported"));
    }
    if !is_true(this, "_allowZip64", vm)? {
        let what = if this.get_attr("filelist", vm)?.length(vm)? >= limit(home, "ZIP_FILECOUNT_LIMIT", vm)? {
            "Files count"
        } else if number(info, "file_size", vm)? > zip64_limit(home, vm)? {
            "Filesize"
        } else if number(info, "header_offset", vm)? > zip64_limit(home, vm)? {
            "Zipfile size"
        } else {
            return Ok(vm.ctx.none());
        };
        return Err(large(home, what, vm));
    }
    Ok(vm.ctx.none())
}

/// A limit as the module has it now: programs change them.
fn limit(home: &Home, name: &str, vm: &VirtualMachine) -> PyResult<usize> {
    Ok(global(home, name, vm)?.try_to_value(vm).unwrap_or(FILE_COUNT_LIMIT))
}

fn zip64_limit(home: &Home, vm: &VirtualMachine) -> PyResult<u64> {
    Ok(global(home, "ZIP64_LIMIT", vm)?.try_to_value(vm).unwrap_or(ZIP64_LIMIT))
}

fn large(home: &Home, what: &str, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    raised(home, "LargeZipFile", format!("{what} would require ZIP64 extensions").as_bytes(), vm)
}

fn closed(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_runtime_error("Attempt to write to ZIP archive that was already closed")
}

/// The first six numbers of a local time.
fn date_of(seconds: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let time = import::module(vm, "time")?.get_attr("localtime", vm)?.call((seconds,), vm)?;
    let parts: Vec<PyObjectRef> = vm.extract_elements_with(&time, Ok)?;
    Ok(vm.ctx.new_tuple(parts.into_iter().take(6).collect()).into())
}

pub fn write(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, filename, arcname, kind] = values else { return Ok(vm.ctx.none()) };
    let file = this.get_attr("fp", vm)?;
    if !file.clone().try_to_bool(vm)? {
        return Err(closed(vm));
    }
    let stat = os(vm, "stat", vec![filename.clone()])?;
    let mode = number(&stat, "st_mode", vm)?;
    let folder = mode & 0o170_000 == 0o040_000;
    let arcname = if vm.is_none(arcname) { filename } else { arcname };
    let mut name = os(vm, "path.normpath", vec![arcname.clone()])?;
    name = vm.call_method(&name, "lstrip", (vm.ctx.new_str("/"),))?;
    if name.length(vm)? == 0 {
        return Err(vm.new_index_error("string index out of range"));
    }
    if folder {
        name = vm._add(&name, vm.ctx.new_str("/").as_ref())?;
    }
    let date = date_of(stat.get_attr("st_mtime", vm)?, vm)?;
    let info = global(home, "ZipInfo", vm)?.call((name, date), vm)?;
    let attributes = (mode & 0xffff) << 16 | if folder { 0x10 } else { 0 };
    info.set_attr("external_attr", crate::runtime::numbers::new_long(vm, attributes), vm)?;
    let kind = match (folder, vm.is_none(kind)) {
        (true, _) => vm.ctx.new_int(STORED).into(),
        (false, true) => this.get_attr("compression", vm)?,
        (false, false) => kind.clone(),
    };
    info.set_attr("compress_type", kind, vm)?;
    let size = number(&stat, "st_size", vm)?;
    info.set_attr("file_size", int(vm, size), vm)?;
    info.set_attr("header_offset", vm.call_method(&file, "tell", ())?, vm)?;
    vm.call_method(this, "_writecheck", (info.clone(),))?;
    this.set_attr("_didModify", vm.ctx.new_bool(true), vm)?;
    let set_sizes = |crc: u32, packed: u64, size: u64| -> PyResult<()> {
        info.set_attr("CRC", int(vm, crc.into()), vm)?;
        info.set_attr("compress_size", int(vm, packed), vm)?;
        info.set_attr("file_size", int(vm, size), vm)
    };
    if folder {
        set_sizes(0, 0, 0)?;
        add(this, &info, vm)?;
        let header = vm.call_method(&info, "FileHeader", (vm.ctx.new_bool(false),))?;
        vm.call_method(&file, "write", (header,))?;
        return Ok(vm.ctx.none());
    }
    let source = open(vm, filename.clone(), "rb")?;
    // Compressed it can be larger than it is.
    let allowed = is_true(this, "_allowZip64", vm)?;
    let zip64 = allowed && size.saturating_add(size / 20) > zip64_limit(home, vm)?;
    set_sizes(0, 0, size)?;
    let header = || vm.call_method(&info, "FileHeader", (vm.ctx.new_bool(zip64),));
    vm.call_method(&file, "write", (header()?,))?;
    let packer = if is_deflated(&info, vm)? { Some(Compress::raw(vm, -1)?) } else { None };
    let (mut crc, mut size, mut packed) = (0, 0_u64, 0_u64);
    loop {
        let data = read_bytes(vm, &source, PIECE)?;
        if data.is_empty() {
            break;
        }
        size += data.len() as u64;
        crc = crc32(&data, crc);
        let out = match &packer {
            Some(packer) => packer.add(vm, &data)?,
            None => data,
        };
        packed += out.len() as u64;
        put(&file, &out, vm)?;
    }
    vm.call_method(&source, "close", ())?;
    if let Some(packer) = &packer {
        let out = packer.finish(vm)?;
        packed += out.len() as u64;
        put(&file, &out, vm)?;
    }
    set_sizes(crc, packed, size)?;
    if !zip64 && allowed {
        if size > zip64_limit(home, vm)? {
            return Err(vm.new_runtime_error("File size has increased during compressing"));
        }
        if packed > zip64_limit(home, vm)? {
            return Err(vm.new_runtime_error("Compressed size larger than uncompressed size"));
        }
    }
    // The header again, with the right numbers.
    let place = vm.call_method(&file, "tell", ())?;
    vm.call_method(&file, "seek", (info.get_attr("header_offset", vm)?, 0))?;
    vm.call_method(&file, "write", (header()?,))?;
    vm.call_method(&file, "seek", (place, 0))?;
    add(this, &info, vm)?;
    Ok(vm.ctx.none())
}

pub fn write_string(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, name, data, kind] = values else { return Ok(vm.ctx.none()) };
    let make = global(home, "ZipInfo", vm)?;
    let info = if name.is_instance(&make, vm)? {
        name.clone()
    } else {
        let info = make.call((name.clone(), date_of(vm.ctx.new_float(clock::seconds()).into(), vm)?), vm)?;
        info.set_attr("compress_type", this.get_attr("compression", vm)?, vm)?;
        let folder = vm.call_method(&*info.get_attr("filename", vm)?, "endswith", (vm.ctx.new_str("/"),))?;
        let attributes: u64 = if folder.try_to_bool(vm)? { 0o40_775 << 16 | 0x10 } else { 0o600 << 16 };
        info.set_attr("external_attr", int(vm, attributes), vm)?;
        info
    };
    let file = this.get_attr("fp", vm)?;
    if !file.clone().try_to_bool(vm)? {
        return Err(closed(vm));
    }
    if !vm.is_none(kind) {
        info.set_attr("compress_type", kind.clone(), vm)?;
    }
    info.set_attr("file_size", vm.ctx.new_int(data.length(vm)?), vm)?;
    info.set_attr("header_offset", vm.call_method(&file, "tell", ())?, vm)?;
    vm.call_method(this, "_writecheck", (info.clone(),))?;
    this.set_attr("_didModify", vm.ctx.new_bool(true), vm)?;
    let mut data = bytes_of(vm, data)?;
    info.set_attr("CRC", int(vm, crc32(&data, 0).into()), vm)?;
    let size = number(&info, "file_size", vm)?;
    if is_deflated(&info, vm)? {
        let packer = Compress::raw(vm, -1)?;
        data = packer.add(vm, &data)?;
        data.extend(packer.finish(vm)?);
        info.set_attr("compress_size", int(vm, data.len() as u64), vm)?;
    } else {
        info.set_attr("compress_size", int(vm, size), vm)?;
    }
    let zip64 = size.max(data.len() as u64) > zip64_limit(home, vm)?;
    if zip64 && !is_true(this, "_allowZip64", vm)? {
        return Err(large(home, "Filesize", vm));
    }
    let header = vm.call_method(&info, "FileHeader", (vm.ctx.new_bool(zip64),))?;
    vm.call_method(&file, "write", (header,))?;
    put(&file, &data, vm)?;
    if number(&info, "flag_bits", vm)? & 8 != 0 {
        let format = if zip64 { "<LQQ" } else { "<LLL" };
        let numbers = ["CRC", "compress_size", "file_size"];
        let numbers = numbers.map(|name| info.get_attr(name, vm)).into_iter().collect::<PyResult<Vec<_>>>()?;
        put(&file, &pack(format, numbers, vm)?, vm)?;
    }
    vm.call_method(&file, "flush", ())?;
    add(this, &info, vm)?;
    Ok(vm.ctx.none())
}

/// Extra fields without those of Zip64.
fn without_large(extra: &[u8]) -> Vec<u8> {
    let (mut rest, mut kept) = (extra, Vec::new());
    while rest.len() >= 4 {
        let length = usize::try_from(field::<2>(rest, 2)).unwrap_or_default();
        let (one, more) = rest.split_at((4 + length).min(rest.len()));
        if field::<2>(one, 0) != 1 {
            kept.extend_from_slice(one);
        }
        rest = more;
    }
    kept.extend_from_slice(rest);
    kept
}

/// Writes the directory, if anything was written.
pub fn finish(home: &Home, this: &PyObject, file: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let mode = text::text_of(vm, &*this.get_attr("mode", vm)?)?.unwrap_or_default();
    if !matches!(mode.as_str(), "w" | "a") || !is_true(this, "_didModify", vm)? {
        return Ok(());
    }
    let limit = zip64_limit(home, vm)?;
    let tell = || -> PyResult<u64> { vm.call_method(file, "tell", ())?.try_to_value(vm) };
    let start = tell()?;
    let before = number(this, "_start_disk", vm)?;
    let infos = infos(this, vm)?;
    for info in &infos {
        let (date, time) = info::dos_time(info, vm)?;
        let (mut size, mut packed) = (number(info, "file_size", vm)?, number(info, "compress_size", vm)?);
        let mut large = Vec::new();
        if size.max(packed) > limit {
            large.extend([size, packed]);
            (size, packed) = (0xffff_ffff, 0xffff_ffff);
        }
        let mut offset = number(info, "header_offset", vm)?.saturating_sub(before);
        if offset > limit {
            large.push(offset);
            offset = 0xffff_ffff;
        }
        let mut extra = text::bytes_of(&*info.get_attr("extra", vm)?).unwrap_or_default();
        let version = |name: &'static str| match large.is_empty() {
            true => info.get_attr(name, vm),
            false => info::at_least_45(info, name, vm),
        };
        let (created, needed) = (version("create_version")?, version("extract_version")?);
        if !large.is_empty() {
            let mut field = [1_u16.to_le_bytes(), (8 * large.len() as u16).to_le_bytes()].concat();
            field.extend(large.iter().flat_map(|value| value.to_le_bytes()));
            field.extend(without_large(&extra));
            extra = field;
        }
        let (name, flags) = info::name_and_flags(info, vm)?;
        let comment = bytes_of(vm, &*info.get_attr("comment", vm)?)?;
        let fields = vec![
            text::new_str(vm, b"PK\x01\x02"),
            created,
            info.get_attr("create_system", vm)?,
            needed,
            info.get_attr("reserved", vm)?,
            int(vm, flags),
            info.get_attr("compress_type", vm)?,
            time,
            date,
            info.get_attr("CRC", vm)?,
            int(vm, packed),
            int(vm, size),
            int(vm, name.len() as u64),
            int(vm, extra.len() as u64),
            int(vm, comment.len() as u64),
            int(vm, 0),
            info.get_attr("internal_attr", vm)?,
            info.get_attr("external_attr", vm)?,
            int(vm, offset),
        ];
        put(file, &[pack(CENTRAL, fields, vm)?, name, extra, comment].concat(), vm)?;
    }
    let end = tell()?;
    let (mut count, mut size, mut offset) = (infos.len() as u64, end - start, start.saturating_sub(before));
    let what = if infos.len() > self::limit(home, "ZIP_FILECOUNT_LIMIT", vm)? {
        Some("Files count")
    } else if offset > limit {
        Some("Central directory offset")
    } else if size > limit {
        Some("Central directory size")
    } else {
        None
    };
    if let Some(what) = what {
        if !is_true(this, "_allowZip64", vm)? {
            return Err(large(home, what, vm));
        }
        let numbers = [44, 45, 45, 0, 0, count, count, size, offset];
        let mut fields = vec![text::new_str(vm, b"PK\x06\x06")];
        fields.extend(numbers.map(|value| int(vm, value)));
        put(file, &pack("<4sQ2H2L4Q", fields, vm)?, vm)?;
        let fields = vec![text::new_str(vm, b"PK\x06\x07"), int(vm, 0), int(vm, end), int(vm, 1)];
        put(file, &pack("<4sLQL", fields, vm)?, vm)?;
        (count, size, offset) = (count.min(0xffff), size.min(0xffff_ffff), offset.min(0xffff_ffff));
    }
    let comment = bytes_of(vm, &*this.get_attr("_comment", vm)?)?;
    let mut fields = vec![text::new_str(vm, b"PK\x05\x06")];
    fields.extend([0, 0, count, count, size, offset, comment.len() as u64].map(|value| int(vm, value)));
    put(file, &pack("<4s4H2LH", fields, vm)?, vm)?;
    put(file, &comment, vm)?;
    vm.call_method(file, "flush", ()).map(drop)
}

/// Adds the sources of a package, of a folder of modules, or one module. (They are not compiled: the code objects of
/// CPython would be of no use here.)
fn write_python(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [_, path, base] = values else { return Ok(vm.ctx.none()) };
    let this = this(values, vm)?;
    let join = |first: &PyObjectRef, second: &PyObjectRef| os(vm, "path.join", vec![first.clone(), second.clone()]);
    let python = vm.ctx.new_str(".py");
    let is_python =
        |name: &PyObjectRef| -> PyResult<bool> { vm.call_method(name, "endswith", (python.clone(),))?.try_to_bool(vm) };
    let name = os(vm, "path.basename", vec![path.clone()])?;
    if !os(vm, "path.isdir", vec![path.clone()])?.try_to_bool(vm)? {
        if !is_python(path)? {
            return Err(vm.new_runtime_error("Files added with writepy() must end with \".py\""));
        }
        return vm.call_method(this, "write", (path.clone(), join(base, &name)?));
    }
    let init: PyObjectRef = vm.ctx.new_str("__init__.py").into();
    let package = os(vm, "path.isfile", vec![join(path, &init)?])?.try_to_bool(vm)?;
    let base = if package { join(base, &name)? } else { base.clone() };
    let mut names: Vec<PyObjectRef> = vm.extract_elements_with(&*os(vm, "listdir", vec![path.clone()])?, Ok)?;
    names.sort_by_cached_key(|name| text::bytes_of(name));
    for name in names {
        let full = join(path, &name)?;
        let folder = os(vm, "path.isdir", vec![full.clone()])?.try_to_bool(vm)?;
        if package && folder && os(vm, "path.isfile", vec![join(&full, &init)?])?.try_to_bool(vm)? {
            vm.call_method(this, "writepy", (full, base.clone()))?;
        } else if !folder && is_python(&name)? {
            vm.call_method(this, "write", (full, join(&base, &name)?))?;
        }
    }
    Ok(vm.ctx.none())
}
