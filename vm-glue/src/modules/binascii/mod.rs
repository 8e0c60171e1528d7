//! The module `binascii`: bytes as ASCII text and back.

mod base64;
mod hqx;
mod printable;
mod uu;

use std::borrow::Cow;

pub use self::base64::{decoded as from_base64, encoded as to_base64};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::{arguments, text};

/// Why text could not be made bytes; all are `binascii.Error` but the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A `TypeError`: of hexadecimal text.
    #[error("{0}")]
    Type(&'static str),
    #[error("{0}")]
    Error(&'static str),
    /// `binascii.Incomplete`.
    #[error("{0}")]
    Incomplete(&'static str),
}

fn class_named(vm: &VirtualMachine, name: &'static str) -> PyResult<PyTypeRef> {
    let class = crate::import::module(vm, "binascii")?.get_attr(name, vm)?;
    class.downcast().map_err(|_| vm.new_type_error("exceptions must be classes"))
}

/// The Python exception of a fault.
pub fn raised(vm: &VirtualMachine, fault: &Fault) -> PyBaseExceptionRef {
    let message = fault.to_string();
    let class = match fault {
        Fault::Type(_) => return vm.new_type_error(message),
        Fault::Error(_) => class_named(vm, "Error"),
        Fault::Incomplete(_) => class_named(vm, "Incomplete"),
    };
    match class {
        Ok(class) => vm.new_exception(class, vec![text::native(vm, &message)]),
        Err(error) => error,
    }
}

/// The two digits of a byte.
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> Vec<u8> {
    let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The reverse of [`hex`].
pub fn from_hex(digits: &[u8]) -> Result<Vec<u8>, Fault> {
    if !digits.len().is_multiple_of(2) {
        return Err(Fault::Type("Odd-length string"));
    }
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pairs = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => value(high).zip(value(low)).map(|(high, low)| high << 4 | low),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>().ok_or(Fault::Type("Non-hexadecimal digit found"))
}

/// The CRC-32 of zip and PNG, going on from an earlier one.
pub fn crc32(bytes: &[u8], start: u32) -> u32 {
    static TABLE: std::sync::LazyLock<[u32; 256]> = std::sync::LazyLock::new(|| {
        std::array::from_fn(|index| {
            (0..8).fold(index as u32, |value, _| if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 })
        })
    });
    let step = |crc: u32, byte: &u8| TABLE.get(((crc ^ u32::from(*byte)) & 0xff) as usize).unwrap_or(&0) ^ (crc >> 8);
    !bytes.iter().fold(!start, step)
}

/// The CRC of BinHex 4, going on from an earlier one.
fn crc_hqx(bytes: &[u8], start: u32) -> u32 {
    bytes.iter().fold(start & 0xffff, |crc, byte| {
        let shifted =
            (0..8).fold(
                crc ^ (u32::from(*byte) << 8),
                |crc, _| {
                    if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
                },
            );
        shifted & 0xffff
    })
}

/// What a function without further arguments makes of bytes.
type Convert = fn(&[u8]) -> Result<Vec<u8>, Fault>;

/// Functions of one string: name, the name in their messages, what they do.
const CONVERSIONS: &[(&str, &str, Convert)] = &[
    ("a2b_base64", "a2b_base64", base64::decoded),
    ("a2b_hex", "a2b_hex", from_hex),
    ("a2b_uu", "a2b_uu", uu::decoded),
    ("b2a_base64", "b2a_base64", |bytes| Ok(base64::line(bytes))),
    ("b2a_hex", "b2a_hex", |bytes| Ok(hex(bytes))),
    ("b2a_hqx", "b2a_hqx", |bytes| Ok(hqx::encoded(bytes))),
    ("b2a_uu", "b2a_uu", uu::encoded),
    ("hexlify", "b2a_hex", |bytes| Ok(hex(bytes))),
    ("rlecode_hqx", "rlecode_hqx", |bytes| Ok(hqx::shortened(bytes))),
    ("rledecode_hqx", "rledecode_hqx", hqx::lengthened),
    ("unhexlify", "a2b_hex", from_hex),
];

fn octets<'a>(vm: &VirtualMachine, function: &str, object: &'a PyObject) -> PyResult<Cow<'a, [u8]>> {
    arguments::octets(vm, &format!("{function}() argument 1 must be"), object)
}

/// A running CRC in an argument: any integer, of which the low bits count.
fn start_of(vm: &VirtualMachine, value: Option<&PyObjectRef>) -> PyResult<u32> {
    let Some(value) = value else { return Ok(0) };
    let number = value.try_int(vm)?;
    let mask = malachite_bigint::BigInt::from(u32::MAX);
    Ok(u32::try_from(number.as_bigint() & mask).unwrap_or_default())
}

fn a2b_hqx(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "a2b_hqx", &args, 1, 1)?;
    let first = args.args.first().cloned().unwrap_or_else(|| vm.ctx.none());
    let data = octets(vm, "a2b_hqx", &first)?;
    let (bytes, done) = hqx::decoded(&data).map_err(|fault| raised(vm, &fault))?;
    Ok(vm.ctx.new_tuple(vec![text::new_str(vm, &bytes), vm.ctx.new_int(i32::from(done)).into()]).into())
}

fn crc_function(
    name: &'static str,
    required: usize,
    run: fn(&[u8], u32) -> i64,
) -> impl Fn(FuncArgs, &VirtualMachine) -> PyResult {
    move |args, vm| {
        arguments::count(vm, name, &args, required, 2)?;
        let first = args.args.first().cloned().unwrap_or_else(|| vm.ctx.none());
        let data = octets(vm, name, &first)?;
        let start = start_of(vm, args.args.get(1))?;
        Ok(vm.ctx.new_int(run(&data, start)).into())
    }
}

fn b2a_qp(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = arguments::named(vm, "b2a_qp", args, &["data", "quotetabs", "istext", "header"], 1)?;
    let flag = |index: usize, default: bool| match values.get(index) {
        Some(Some(value)) => arguments::integer(vm, value).map(|value| value != 0),
        _ => Ok(default),
    };
    let Some(Some(data)) = values.first() else { return Ok(vm.ctx.none()) };
    let options = printable::Options { tabs: flag(1, false)?, is_text: flag(2, true)?, header: flag(3, false)? };
    Ok(text::new_str(vm, &printable::encoded(&octets(vm, "b2a_qp", data)?, options)))
}

fn a2b_qp(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = arguments::named(vm, "a2b_qp", args, &["data", "header"], 1)?;
    let header = match values.get(1) {
        Some(Some(header)) => arguments::integer(vm, header)? != 0,
        _ => false,
    };
    let Some(Some(data)) = values.first() else { return Ok(vm.ctx.none()) };
    Ok(text::new_str(vm, &printable::decoded(&octets(vm, "a2b_qp", data)?, header)))
}

/// Makes the module `binascii`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "binascii");
    modules::set(vm, &module, "__doc__", vm.ctx.new_str("Conversion between binary data and ASCII"));
    for name in ["Error", "Incomplete"] {
        let class = vm.ctx.new_exception_type("binascii", name, None);
        modules::set(vm, &module, name, class);
    }
    for (name, shown, convert) in CONVERSIONS {
        let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            arguments::count(vm, shown, &args, 1, 1)?;
            let first = args.args.first().cloned().unwrap_or_else(|| vm.ctx.none());
            let bytes = convert(&octets(vm, shown, &first)?).map_err(|fault| raised(vm, &fault))?;
            Ok(text::new_str(vm, &bytes))
        };
        modules::set_function(vm, &module, name, function);
    }
    // The number is a signed one in Python 2.
    let crc_32 = crc_function("crc32", 1, |data, start| i64::from(crc32(data, start).cast_signed()));
    let crc_binhex = crc_function("crc_hqx", 2, |data, start| i64::from(crc_hqx(data, start)));
    modules::set_function(vm, &module, "crc32", crc_32);
    modules::set_function(vm, &module, "crc_hqx", crc_binhex);
    modules::set_function(vm, &module, "a2b_hqx", a2b_hqx);
    modules::set_function(vm, &module, "b2a_qp", b2a_qp);
    modules::set_function(vm, &module, "a2b_qp", a2b_qp);
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal() {
        assert_eq!(hex(b"\x00\xff"), b"00ff");
        assert_eq!(from_hex(b"00fF"), Ok(b"\x00\xff".to_vec()));
        assert_eq!(from_hex(b"0"), Err(Fault::Type("Odd-length string")));
        assert_eq!(from_hex(b"0g"), Err(Fault::Type("Non-hexadecimal digit found")));
    }

    #[test]
    fn checksums() {
        assert_eq!(crc32(b"123456789", 0), 0xcbf4_3926);
        assert_eq!(crc32(b"6789", crc32(b"12345", 0)), 0xcbf4_3926);
        assert_eq!(crc_hqx(b"123456789", 0), 0x31c3);
    }
}
