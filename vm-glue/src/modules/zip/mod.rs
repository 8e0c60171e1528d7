//! The module `zipfile`: classes of Python code whose methods are made in Rust.

mod archive;
mod cipher;
mod end;
mod info;
mod member;
mod writing;

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyType, PyTypeRef};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::line_buffer;
use super::os_calls::{open, os};
use super::python_function::{self, Class, Function, Home, object_of};
use crate::import;
use crate::modules;
use crate::runtime::{numbers, text};

const MODULE: &str = "zipfile";
/// Larger numbers need the fields of Zip64.
const ZIP64_LIMIT: u64 = (1 << 31) - 1;
const FILE_COUNT_LIMIT: usize = (1 << 16) - 1;
const MAX_COMMENT: usize = (1 << 16) - 1;
const STORED: i32 = 0;
const DEFLATED: i32 = 8;

/// Numbers of the module.
const NUMBERS: &[(&str, i64)] = &[
    ("ZIP64_LIMIT", (1 << 31) - 1),
    ("ZIP_DEFLATED", 8),
    ("ZIP_FILECOUNT_LIMIT", (1 << 16) - 1),
    ("ZIP_MAX_COMMENT", (1 << 16) - 1),
    ("ZIP_STORED", 0),
    ("sizeCentralDir", 46),
    ("sizeEndCentDir", 22),
    ("sizeEndCentDir64", 56),
    ("sizeEndCentDir64Locator", 20),
    ("sizeFileHeader", 30),
];
/// Formats of the records, for `struct`, and how they begin.
const TEXTS: &[(&str, &str)] = &[
    ("structEndArchive", "<4s4H2LH"),
    ("structCentralDir", CENTRAL),
    ("structFileHeader", LOCAL),
    ("structEndArchive64Locator", "<4sLQL"),
    ("structEndArchive64", "<4sQ2H2L4Q"),
    ("stringEndArchive", "PK\x05\x06"),
    ("stringCentralDir", "PK\x01\x02"),
    ("stringFileHeader", "PK\x03\x04"),
    ("stringEndArchive64Locator", "PK\x06\x07"),
    ("stringEndArchive64", "PK\x06\x06"),
];
const CENTRAL: &str = "<4s4B4HL2L5H2L";
const LOCAL: &str = "<4s2B4HL2L2H";

/// A name of the module, which programs may have replaced.
fn global(home: &Home, name: &str, vm: &VirtualMachine) -> PyResult {
    home.globals.get_item(name, vm)
}

/// One of the module's exceptions.
fn raised(home: &Home, class: &str, message: &[u8], vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class: Result<PyTypeRef, _> = match global(home, class, vm) {
        Ok(class) => class.downcast::<PyType>(),
        Err(failed) => return failed,
    };
    let message = text::new_str(vm, message);
    match class {
        Ok(class) => vm.new_exception(class, vec![message]),
        Err(_) => vm.new_type_error("exceptions must be classes"),
    }
}

fn bad(home: &Home, message: impl AsRef<[u8]>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    raised(home, "BadZipfile", message.as_ref(), vm)
}

/// `struct.pack`, with its errors.
fn pack(format: &str, mut values: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    values.insert(0, vm.ctx.new_str(format).into());
    let packed = import::module(vm, "struct")?.get_attr("pack", vm)?.call(values, vm)?;
    Ok(text::bytes_of(&packed).unwrap_or_default())
}

fn int(vm: &VirtualMachine, value: u64) -> PyObjectRef {
    numbers::new_int_or_long(vm, value)
}

/// An attribute as a number.
fn number(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> PyResult<u64> {
    let value = object.get_attr(name, vm)?;
    match numbers::integer(&value) {
        // (A negative number is small, whatever it is.)
        Some(value) if value.sign() == malachite_bigint::Sign::Minus => Ok(0),
        Some(value) => Ok(u64::try_from(value).unwrap_or(u64::MAX)),
        None => Err(vm.new_type_error("an integer is required")),
    }
}

fn is_true(object: &PyObject, name: &'static str, vm: &VirtualMachine) -> PyResult<bool> {
    object.get_attr(name, vm)?.try_to_bool(vm)
}

fn this<'a>(values: &'a [PyObjectRef], vm: &VirtualMachine) -> PyResult<&'a PyObjectRef> {
    values.first().ok_or_else(|| vm.new_type_error("an instance is needed"))
}

/// A part of a record as a number.
fn field<const N: usize>(record: &[u8], at: usize) -> u64 {
    let bytes = record.get(at..at + N).unwrap_or_default();
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// A class of this module.
fn class(
    name: &'static str,
    base: PyObjectRef,
    functions: &'static [Function],
    values: Vec<(&'static str, PyObjectRef)>,
    doc: &str,
    home: &Arc<Home>,
    vm: &VirtualMachine,
) -> PyResult {
    Class { name, module: MODULE, bases: vec![base], functions, values, doc: Some(doc) }.make(home, true, vm)
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    for &(name, value) in NUMBERS {
        modules::set(vm, module, name, vm.ctx.new_int(value));
    }
    for &(name, value) in TEXTS {
        modules::set(vm, module, name, vm.ctx.new_str(value));
    }
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    python_function::publish(vm, module, &home, end::FUNCTIONS, MODULE);
    let exception = || -> PyObjectRef { vm.ctx.exceptions.exception_type.to_owned().into() };
    let object = || -> PyObjectRef { vm.ctx.types.object_type.to_owned().into() };
    let bad = class("BadZipfile", exception(), &[], Vec::new(), "Not a zip archive, or a damaged one.", &home, vm)?;
    modules::set(vm, module, "error", bad.clone());
    modules::set(vm, module, "BadZipfile", bad);
    let large = class("LargeZipFile", exception(), &[], Vec::new(), "An archive that would need Zip64.", &home, vm)?;
    modules::set(vm, module, "LargeZipFile", large);
    let slots = info::SLOTS.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    let slots = ("__slots__", vm.ctx.new_tuple(slots).into());
    let made = class("ZipInfo", object(), info::FUNCTIONS, vec![slots], "What is known of a member.", &home, vm)?;
    modules::set(vm, module, "ZipInfo", made);
    let mut shared = line_buffer::shared_methods(vm, &home, MODULE);
    shared.push(("MIN_READ_SIZE", vm.ctx.new_int(4096).into()));
    let made = class("ZipExtFile", object(), member::FUNCTIONS, shared, "A member, as it is read.", &home, vm)?;
    line_buffer::register_stream(vm, &made)?;
    modules::set(vm, module, "ZipExtFile", made);
    let [getter, setter] = archive::COMMENT;
    let [getter, setter] = [getter, setter].map(|function| object_of(vm, function, &home, MODULE));
    let comment = vm.ctx.types.property_type.as_object().call((getter, setter), vm)?;
    let values = vec![("fp", vm.ctx.none()), ("comment", comment)];
    let made =
        class("ZipFile", object(), archive::FUNCTIONS, values, "An archive: read, written or added to.", &home, vm)?;
    modules::set(vm, module, "ZipFile", made.clone());
    let made = class("PyZipFile", made, writing::PY_FUNCTIONS, Vec::new(), "An archive of Python sources.", &home, vm)?;
    modules::set(vm, module, "PyZipFile", made);
    modules::set(vm, module, "_ZipDecrypter", cipher::class(vm));
    let names = [
        "BadZipfile",
        "error",
        "ZIP_STORED",
        "ZIP_DEFLATED",
        "is_zipfile",
        "ZipInfo",
        "ZipFile",
        "PyZipFile",
        "LargeZipFile",
    ];
    modules::set(vm, module, "__all__", vm.ctx.new_list(names.map(|name| vm.ctx.new_str(name).into()).to_vec()));
    for name in ["struct", "os", "time", "zlib", "binascii", "sys", "re", "cStringIO"] {
        modules::set(vm, module, name, import::module(vm, name)?);
    }
    modules::set(vm, module, "crc32", import::module(vm, "binascii")?.get_attr("crc32", vm)?);
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
