//! `ZipInfo`: what an archive says of a member.

use malachite_bigint::BigInt;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{LOCAL, STORED, ZIP64_LIMIT, field, int, number, pack, raised, this};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::text;

pub static SLOTS: &[&str] = &[
    "orig_filename",
    "filename",
    "date_time",
    "compress_type",
    "comment",
    "extra",
    "create_system",
    "create_version",
    "extract_version",
    "reserved",
    "flag_bits",
    "volume",
    "internal_attr",
    "external_attr",
    "header_offset",
    "CRC",
    "compress_size",
    "file_size",
    "_raw_time",
];

/// The numbers of a new one.
const NUMBERS: &[(&str, i32)] = &[
    ("compress_type", STORED),
    ("create_system", 3),
    ("create_version", 20),
    ("extract_version", 20),
    ("reserved", 0),
    ("flag_bits", 0),
    ("volume", 0),
    ("internal_attr", 0),
    ("external_attr", 0),
];

const SELF: &[&str] = &["self"];

pub static FUNCTIONS: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "filename", "date_time"],
        &[Given::Text("NoName"), Given::None],
        Body::Run(init),
    ),
    with_defaults("FileHeader", &["self", "zip64"], &[Given::None], Body::Run(file_header)),
    function(
        "_encodeFilenameFlags",
        SELF,
        Body::Run(|_, values, vm| {
            let (name, flags) = name_and_flags(this(values, vm)?, vm)?;
            Ok(vm.ctx.new_tuple(vec![text::new_str(vm, &name), int(vm, flags)]).into())
        }),
    ),
    function("_decodeFilename", SELF, Body::Run(decode_name)),
    function(
        "_decodeExtra",
        SELF,
        Body::Run(|home, values, vm| {
            decode_extra(home, this(values, vm)?, vm)?;
            Ok(vm.ctx.none())
        }),
    ),
];

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, filename, date] = values else { return Ok(vm.ctx.none()) };
    this.set_attr("orig_filename", filename.clone(), vm)?;
    let Some(name) = filename.downcast_ref::<PyStr>() else {
        let class = crate::runtime::names::type_name_of(filename);
        return Err(vm.new_attribute_error(format!("'{class}' object has no attribute 'find'")));
    };
    // What stands behind a zero is somebody's trick.
    let cut = name.as_wtf8().code_points().position(|c| c.to_u32() == 0);
    let filename = match cut {
        Some(end) => {
            let kept = name.as_wtf8().code_points().take(end).collect::<rustpython_wtf8::Wtf8Buf>();
            if text::is_unicode(filename) { text::new_unicode_buf(vm, kept) } else { vm.ctx.new_str(kept).into() }
        }
        None => filename.clone(),
    };
    this.set_attr("filename", filename, vm)?;
    let date = match vm.is_none(date) {
        true => vm.ctx.new_tuple([1980, 1, 1, 0, 0, 0].map(|part| vm.ctx.new_int(part).into()).to_vec()).into(),
        false => date.clone(),
    };
    let year = date.get_item(&*PyObjectRef::from(vm.ctx.new_int(0)), vm)?;
    if year.try_to_value::<i64>(vm)? < 1980 {
        return Err(vm.new_value_error("ZIP does not support timestamps before 1980"));
    }
    this.set_attr("date_time", date, vm)?;
    for name in ["comment", "extra"] {
        this.set_attr(name, vm.ctx.new_str(""), vm)?;
    }
    for (name, value) in NUMBERS {
        this.set_attr(*name, vm.ctx.new_int(*value), vm)?;
    }
    Ok(vm.ctx.none())
}

/// The date and the time as archives have them.
pub fn dos_time(info: &PyObject, vm: &VirtualMachine) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let date = info.get_attr("date_time", vm)?;
    let parts: Vec<i64> = vm.extract_elements_with(&date, |part| part.try_to_value(vm))?;
    let part = |at: usize| parts.get(at).copied().ok_or_else(|| vm.new_index_error("tuple index out of range"));
    let date = (part(0)? - 1980) << 9 | part(1)? << 5 | part(2)?;
    let time = part(3)? << 11 | part(4)? << 5 | part(5)?.div_euclid(2);
    Ok((vm.ctx.new_int(date).into(), vm.ctx.new_int(time).into()))
}

/// The name as archives have it, and the flags, which say how it is encoded.
pub fn name_and_flags(info: &PyObject, vm: &VirtualMachine) -> PyResult<(Vec<u8>, u64)> {
    let name = info.get_attr("filename", vm)?;
    let flags = number(info, "flag_bits", vm)?;
    if let (true, Some(unicode)) = (text::is_unicode(&name), name.downcast_ref::<PyStr>()) {
        let flags = if unicode.as_wtf8().is_ascii() { flags } else { flags | 0x800 };
        return Ok((unicode.as_wtf8().as_bytes().to_vec(), flags));
    }
    Ok((text::bytes_of(&name).unwrap_or_default(), flags))
}

/// Numbers from 45 on are of archives with Zip64.
pub fn at_least_45(info: &PyObject, name: &'static str, vm: &VirtualMachine) -> PyResult {
    Ok(int(vm, number(info, name, vm)?.max(45)))
}

pub fn file_header(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let info = this(values, vm)?;
    let (date, time) = dos_time(info, vm)?;
    let later = number(info, "flag_bits", vm)? & 8 != 0;
    let zero = || -> PyObjectRef { vm.ctx.new_int(0).into() };
    let part = |name: &'static str| if later { Ok(zero()) } else { info.get_attr(name, vm) };
    let (crc, mut packed, mut size) = (part("CRC")?, part("compress_size")?, part("file_size")?);
    let large = !later && (number(info, "file_size", vm)?.max(number(info, "compress_size", vm)?) > ZIP64_LIMIT);
    let zip64 = match values.get(1).filter(|zip64| !vm.is_none(zip64)) {
        Some(zip64) => zip64.clone().try_to_bool(vm)?,
        None => large,
    };
    let mut extra = text::bytes_of(&*info.get_attr("extra", vm)?).unwrap_or_default();
    if zip64 {
        extra.extend(pack("<HHQQ", vec![int(vm, 1), int(vm, 16), size.clone(), packed.clone()], vm)?);
    }
    if large {
        if !zip64 {
            return Err(raised(home, "LargeZipFile", b"Filesize would require ZIP64 extensions", vm));
        }
        size = int(vm, 0xffff_ffff);
        packed = size.clone();
        let version = at_least_45(info, "extract_version", vm)?;
        info.set_attr("extract_version", version.clone(), vm)?;
        info.set_attr("create_version", version, vm)?;
    }
    let (name, flags) = name_and_flags(info, vm)?;
    let mut header = pack(
        LOCAL,
        vec![
            text::new_str(vm, b"PK\x03\x04"),
            info.get_attr("extract_version", vm)?,
            info.get_attr("reserved", vm)?,
            int(vm, flags),
            info.get_attr("compress_type", vm)?,
            time,
            date,
            crc,
            packed,
            size,
            int(vm, name.len() as u64),
            int(vm, extra.len() as u64),
        ],
        vm,
    )?;
    header.extend(name);
    header.extend(extra);
    Ok(text::new_str(vm, &header))
}

fn decode_name(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let info = this(values, vm)?;
    let name = info.get_attr("filename", vm)?;
    match number(info, "flag_bits", vm)? & 0x800 {
        0 => Ok(name),
        _ => vm.call_method(&name, "decode", (vm.ctx.new_str("utf-8"),)),
    }
}

/// Large numbers stand among the extra fields.
pub fn decode_extra(home: &Home, info: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let extra = text::bytes_of(&*info.get_attr("extra", vm)?).unwrap_or_default();
    let mut rest = extra.as_slice();
    let _ = home;
    while rest.len() >= 4 {
        let length = usize::try_from(field::<2>(rest, 2)).unwrap_or_default();
        if field::<2>(rest, 0) == 1 {
            let wanted = match length {
                24.. => 3,
                16 => 2,
                8 => 1,
                0 => 0,
                _ => return Err(vm.new_runtime_error(format!("Corrupt extra field {length}"))),
            };
            let Some(values) = rest.get(4..4 + 8 * wanted) else {
                let message = format!("unpack requires a string argument of length {}", 8 * wanted);
                return Err(crate::modules::struct_module::error(vm, message));
            };
            let mut values = values.chunks_exact(8).map(|value| field::<8>(value, 0));
            for (name, longest) in [("file_size", true), ("compress_size", false), ("header_offset", false)] {
                let known = number(info, name, vm)?;
                if known == 0xffff_ffff || longest && known == u64::MAX {
                    let value = values.next().ok_or_else(|| vm.new_index_error("tuple index out of range"))?;
                    info.set_attr(name, crate::runtime::numbers::new_int_or_long(vm, BigInt::from(value)), vm)?;
                }
            }
        }
        rest = rest.get(4 + length..).unwrap_or_default();
    }
    Ok(())
}
