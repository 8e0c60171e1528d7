//! The record at an archive's end, and `is_zipfile`.

use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{bad, field, global, open};
use crate::modules::line_buffer::bytes_of;
use crate::modules::os_calls::is_io_error;
use crate::modules::python_function::{Body, Function, Home, function};
use crate::runtime::text;

const END_SIZE: i64 = 22;
const LOCATOR_SIZE: i64 = 20;
const END64_SIZE: i64 = 56;

pub static FUNCTIONS: &[Function] = &[
    function("is_zipfile", &["filename"], Body::Run(is_zipfile)),
    function(
        "_check_zipfile",
        &["fp"],
        Body::Run(|home, values, vm| Ok(vm.ctx.new_bool(check(home, super::this(values, vm)?, vm)?).into())),
    ),
];

/// What the record says.
pub struct End {
    /// Bytes of the directory.
    pub size: u64,
    pub offset: u64,
    pub comment: Vec<u8>,
    /// Where the record stands.
    pub place: u64,
    pub zip64: bool,
}

fn seek(file: &PyObject, offset: i64, whence: i32, vm: &VirtualMachine) -> PyResult<()> {
    vm.call_method(file, "seek", (offset, whence)).map(drop)
}

fn read(file: &PyObject, count: Option<i64>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let data = match count {
        Some(count) => vm.call_method(file, "read", (count,)),
        None => vm.call_method(file, "read", ()),
    }?;
    bytes_of(vm, &data)
}

/// Finds the record. `place` is the file's size less what stands before it.
pub fn find(home: &Home, file: &PyObject, vm: &VirtualMachine) -> PyResult<Option<End>> {
    seek(file, 0, 2, vm)?;
    let size: i64 = vm.call_method(file, "tell", ())?.try_to_value(vm)?;
    if let Err(error) = seek(file, -END_SIZE, 2, vm) {
        return if is_io_error(vm, &error) { Ok(None) } else { Err(error) };
    }
    let data = read(file, None, vm)?;
    if data.len() == 22 && data.starts_with(b"PK\x05\x06") && data.ends_with(&[0, 0]) {
        let end = record(&data, Vec::new(), size - END_SIZE);
        return large(home, file, -END_SIZE, end, vm).map(Some);
    }
    // There is a comment, or it is no archive.
    let from = (size - (1 << 16) - END_SIZE).max(0);
    seek(file, from, 0, vm)?;
    let data = read(file, None, vm)?;
    let Some(start) = data.windows(4).rposition(|four| four == b"PK\x05\x06") else { return Ok(None) };
    let Some(found) = data.get(start..start + 22) else { return Ok(None) };
    let length = usize::try_from(field::<2>(found, 20)).unwrap_or_default();
    let comment: Vec<u8> = data.iter().skip(start + 22).take(length).copied().collect();
    let place = from + i64::try_from(start).unwrap_or_default();
    large(home, file, place - size, record(found, comment, place), vm).map(Some)
}

fn record(data: &[u8], comment: Vec<u8>, place: i64) -> End {
    let place = u64::try_from(place).unwrap_or_default();
    End { size: field::<4>(data, 12), offset: field::<4>(data, 16), comment, place, zip64: false }
}

/// What the record of Zip64 before it says, if there is one.
fn large(home: &Home, file: &PyObject, offset: i64, mut end: End, vm: &VirtualMachine) -> PyResult<End> {
    if let Err(error) = seek(file, offset - LOCATOR_SIZE, 2, vm) {
        return if is_io_error(vm, &error) { Ok(end) } else { Err(error) };
    }
    let locator = read(file, Some(LOCATOR_SIZE), vm)?;
    if locator.len() != 20 || !locator.starts_with(b"PK\x06\x07") {
        return Ok(end);
    }
    if field::<4>(&locator, 4) != 0 || field::<4>(&locator, 16) != 1 {
        return Err(bad(home, "zipfiles that span multiple disks are not supported", vm));
    }
    seek(file, offset - LOCATOR_SIZE - END64_SIZE, 2, vm)?;
    let data = read(file, Some(END64_SIZE), vm)?;
    if data.len() == 56 && data.starts_with(b"PK\x06\x06") {
        (end.size, end.offset, end.zip64) = (field::<8>(&data, 40), field::<8>(&data, 48), true);
    }
    Ok(end)
}

/// Whether there is such a record; what cannot be read is none.
fn check(home: &Home, file: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    match find(home, file, vm) {
        Ok(found) => Ok(found.is_some()),
        Err(error) if is_io_error(vm, &error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_zipfile(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let file = super::this(values, vm)?;
    let check = global(home, "_check_zipfile", vm)?;
    if vm.get_attribute_opt(file, "read")?.is_some() {
        return check.call((file.clone(),), vm);
    }
    let opened = match open(vm, file.clone(), "rb") {
        Ok(opened) => opened,
        Err(error) if is_io_error(vm, &error) => return Ok(vm.ctx.new_bool(false).into()),
        Err(error) => return Err(error),
    };
    let found = check.call((opened.clone(),), vm);
    vm.call_method(&opened, "close", ())?;
    found
}

/// The comment as an object.
pub fn comment(end: &End, vm: &VirtualMachine) -> PyObjectRef {
    text::new_str(vm, &end.comment)
}
