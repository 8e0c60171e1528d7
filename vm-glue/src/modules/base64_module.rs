//! The module `base64`: Base16, Base32 and Base64.

use std::borrow::Cow;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules::{self, binascii};
use crate::runtime::{arguments, text};

/// Characters of a line of `encodestring`, and the bytes that they stand for.
const MAX_LINE: usize = 76;
const MAX_BYTES: usize = MAX_LINE / 4 * 3;

const ALPHABET32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The names for `from base64 import *`.
const NAMES: &[&str] = &[
    "encode",
    "decode",
    "encodestring",
    "decodestring",
    "b64encode",
    "b64decode",
    "b32encode",
    "b32decode",
    "b16encode",
    "b16decode",
    "standard_b64encode",
    "standard_b64decode",
    "urlsafe_b64encode",
    "urlsafe_b64decode",
];

fn octets<'a>(vm: &VirtualMachine, function: &str, object: &'a PyObject) -> PyResult<Cow<'a, [u8]>> {
    arguments::octets(vm, &format!("{function}() argument 1 must be"), object)
}

/// The two other characters of an argument.
fn other_characters(vm: &VirtualMachine, object: &PyObject) -> PyResult<[u8; 2]> {
    if !text::is_basestring(object) {
        let kind = crate::runtime::names::type_name_of(object);
        return Err(vm.new_type_error(format!("maketrans() argument 1 must be string or read-only buffer, not {kind}")));
    }
    let bytes = octets(vm, "maketrans", object)?;
    match bytes.get(..2) {
        Some([first, second]) => Ok([*first, *second]),
        _ => Err(vm.new_value_error("maketrans arguments must have same length")),
    }
}

fn swapped(mut bytes: Vec<u8>, from: [u8; 2], to: [u8; 2]) -> Vec<u8> {
    let [from_first, from_second] = from;
    let [to_first, to_second] = to;
    for byte in &mut bytes {
        // The later entry of a table for `translate` counts.
        if *byte == from_second {
            *byte = to_second;
        } else if *byte == from_first {
            *byte = to_first;
        }
    }
    bytes
}

fn encode64(vm: &VirtualMachine, s: &PyObject, others: Option<[u8; 2]>) -> PyResult {
    let encoded = binascii::to_base64(&octets(vm, "b2a_base64", s)?);
    let encoded = match others {
        Some(others) => swapped(encoded, *b"+/", others),
        None => encoded,
    };
    Ok(text::new_str(vm, &encoded))
}

fn decode64(vm: &VirtualMachine, s: &PyObject, others: Option<[u8; 2]>) -> PyResult {
    let encoded = match others {
        Some(_) if text::is_unicode(s) && s.length(vm)? > 0 => {
            // `unicode.translate` does not take a table of byte strings.
            return Err(vm.new_type_error("character mapping must return integer, None or unicode"));
        }
        Some(others) => Cow::Owned(swapped(octets(vm, "a2b_base64", s)?.into_owned(), others, *b"+/")),
        None => octets(vm, "a2b_base64", s)?,
    };
    match binascii::from_base64(&encoded) {
        Ok(bytes) => Ok(text::new_str(vm, &bytes)),
        Err(fault) => Err(vm.new_type_error(fault.to_string())),
    }
}

/// The bytes in base 32, padded.
fn encoded32(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(5) * 8);
    for piece in bytes.chunks(5) {
        let bits = (0..5).fold(0u64, |bits, at| bits << 8 | u64::from(piece.get(at).copied().unwrap_or_default()));
        let used = (piece.len() * 8).div_ceil(5);
        for index in 0..8 {
            let five = (bits >> (35 - 5 * index) & 31) as usize;
            out.push(if index < used { ALPHABET32.get(five).copied().unwrap_or_default() } else { b'=' });
        }
    }
    out
}

/// The bytes of text in base 32.
fn decoded32(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    if !text.len().is_multiple_of(8) {
        return Err("Incorrect padding");
    }
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    let (digits, padding) = text.split_at(end);
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    for piece in digits.chunks(8) {
        let mut bits = 0u64;
        for at in 0..8 {
            let five = match piece.get(at) {
                Some(byte) => ALPHABET32.iter().position(|known| known == byte).ok_or("Non-base32 digit found")?,
                None => 0,
            };
            bits = bits << 5 | five as u64;
        }
        out.extend_from_slice(bits.to_be_bytes().get(3..).unwrap_or_default());
    }
    let lost = match padding.len() {
        0 => 0,
        1 => 1,
        3 => 2,
        4 => 3,
        6 => 4,
        _ => return Err("Incorrect padding"),
    };
    out.truncate(out.len().saturating_sub(lost));
    Ok(out)
}

/// The arguments of one of the functions below.
struct Given(Vec<Option<PyObjectRef>>);

impl Given {
    fn of(
        vm: &VirtualMachine,
        name: &str,
        args: FuncArgs,
        parameters: &[&'static str],
        required: usize,
    ) -> PyResult<Self> {
        arguments::of_python(vm, name, args, parameters, required).map(Self)
    }

    fn first(&self, vm: &VirtualMachine) -> PyObjectRef {
        self.get(0).cloned().unwrap_or_else(|| vm.ctx.none())
    }

    fn get(&self, index: usize) -> Option<&PyObjectRef> {
        self.0.get(index).and_then(Option::as_ref)
    }

    /// An argument that is not None.
    fn some(&self, vm: &VirtualMachine, index: usize) -> Option<&PyObjectRef> {
        self.get(index).filter(|value| !vm.is_none(value))
    }

    fn flag(&self, vm: &VirtualMachine, index: usize) -> PyResult<bool> {
        self.get(index).map_or(Ok(false), |value| value.clone().try_to_bool(vm))
    }
}

fn b64encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "b64encode", args, &["s", "altchars"], 1)?;
    let others = given.some(vm, 1).map(|others| other_characters(vm, others)).transpose()?;
    encode64(vm, &given.first(vm), others)
}

fn b64decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "b64decode", args, &["s", "altchars"], 1)?;
    let others = given.some(vm, 1).map(|others| other_characters(vm, others)).transpose()?;
    decode64(vm, &given.first(vm), others)
}

fn standard_b64encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    encode64(vm, &Given::of(vm, "standard_b64encode", args, &["s"], 1)?.first(vm), None)
}

fn standard_b64decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    decode64(vm, &Given::of(vm, "standard_b64decode", args, &["s"], 1)?.first(vm), None)
}

fn urlsafe_b64encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    encode64(vm, &Given::of(vm, "urlsafe_b64encode", args, &["s"], 1)?.first(vm), Some(*b"-_"))
}

fn urlsafe_b64decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    decode64(vm, &Given::of(vm, "urlsafe_b64decode", args, &["s"], 1)?.first(vm), Some(*b"-_"))
}

fn b32encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "b32encode", args, &["s"], 1)?;
    Ok(text::new_str(vm, &encoded32(&octets(vm, "b32encode", &given.first(vm))?)))
}

fn b32decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "b32decode", args, &["s", "casefold", "map01"], 1)?;
    let first = given.first(vm);
    if !text::is_basestring(&first) {
        // What is not made of strings of one character is not found among the digits.
        return Err(match first.length(vm)? % 8 {
            0 => vm.new_type_error("Non-base32 digit found"),
            _ => vm.new_type_error("Incorrect padding"),
        });
    }
    let mut digits = octets(vm, "b32decode", &first)?.into_owned();
    if let Some(one) = given.some(vm, 2) {
        let one = octets(vm, "maketrans", one)?;
        let [one] = *one else { return Err(vm.new_value_error("maketrans arguments must have same length")) };
        digits = swapped(digits, *b"01", [b'O', one]);
    }
    if given.flag(vm, 1)? {
        digits.make_ascii_uppercase();
    }
    let bytes = decoded32(&digits).map_err(|message| vm.new_type_error(message))?;
    Ok(text::new_str(vm, &bytes))
}

fn b16encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "b16encode", args, &["s"], 1)?;
    let mut digits = binascii::hex(&octets(vm, "b2a_hex", &given.first(vm))?);
    digits.make_ascii_uppercase();
    Ok(text::new_str(vm, &digits))
}

fn b16decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "b16decode", args, &["s", "casefold"], 1)?;
    let first = given.first(vm);
    let mut digits = arguments::octets(vm, "expected", &first)
        .map_err(|_| vm.new_type_error("expected string or buffer"))?
        .into_owned();
    if given.flag(vm, 1)? {
        digits.make_ascii_uppercase();
    }
    if !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F')) {
        return Err(vm.new_type_error("Non-base16 digit found"));
    }
    let bytes = binascii::from_hex(&digits).map_err(|fault| binascii::raised(vm, &fault))?;
    Ok(text::new_str(vm, &bytes))
}

/// The lines of `encodestring`.
fn in_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 3 * 4 + bytes.len() / MAX_BYTES + 6);
    for piece in bytes.chunks(MAX_BYTES) {
        out.extend(binascii::to_base64(piece));
        out.push(b'\n');
    }
    out
}

fn encodestring(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "encodestring", args, &["s"], 1)?;
    let first = given.first(vm);
    // Its length is asked for first.
    first.length(vm)?;
    Ok(text::new_str(vm, &in_lines(&octets(vm, "b2a_base64", &first)?)))
}

fn decodestring(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = Given::of(vm, "decodestring", args, &["s"], 1)?;
    let bytes = binascii::from_base64(&octets(vm, "a2b_base64", &given.first(vm))?);
    Ok(text::new_str(vm, &bytes.map_err(|fault| binascii::raised(vm, &fault))?))
}

/// `encode(input, output)`: from one file to another.
fn encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let given = Given::of(vm, "encode", args, &["input", "output"], 2)?;
    let (input, output) = (given.first(vm), given.get(1).cloned().unwrap_or_else(|| vm.ctx.none()));
    loop {
        let mut bytes: Vec<u8> = Vec::with_capacity(MAX_BYTES);
        while bytes.len() < MAX_BYTES {
            let more = vm.call_method(&input, "read", (MAX_BYTES - bytes.len(),))?;
            let more = octets(vm, "b2a_base64", &more)?;
            if more.is_empty() {
                break;
            }
            bytes.extend_from_slice(&more);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        vm.call_method(&output, "write", (text::new_str(vm, &in_lines(&bytes)),))?;
    }
}

/// `decode(input, output)`: from one file to another, line by line.
fn decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let given = Given::of(vm, "decode", args, &["input", "output"], 2)?;
    let (input, output) = (given.first(vm), given.get(1).cloned().unwrap_or_else(|| vm.ctx.none()));
    loop {
        let line = vm.call_method(&input, "readline", ())?;
        let line = octets(vm, "a2b_base64", &line)?;
        if line.is_empty() {
            return Ok(());
        }
        let bytes = binascii::from_base64(&line).map_err(|fault| binascii::raised(vm, &fault))?;
        vm.call_method(&output, "write", (text::new_str(vm, &bytes),))?;
    }
}

/// Makes the module `base64`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "base64");
    let doc = "RFC 3548: Base16, Base32, Base64 Data Encodings";
    modules::set(vm, &module, "__doc__", vm.ctx.new_str(doc));
    modules::set(vm, &module, "MAXLINESIZE", vm.ctx.new_int(MAX_LINE));
    modules::set(vm, &module, "MAXBINSIZE", vm.ctx.new_int(MAX_BYTES));
    modules::set(vm, &module, "EMPTYSTRING", vm.ctx.new_str(""));
    let names = NAMES.iter().map(|name| vm.ctx.new_str(*name).into()).collect();
    modules::set(vm, &module, "__all__", vm.ctx.new_list(names));
    modules::set_function(vm, &module, "b64encode", b64encode);
    modules::set_function(vm, &module, "b64decode", b64decode);
    modules::set_function(vm, &module, "standard_b64encode", standard_b64encode);
    modules::set_function(vm, &module, "standard_b64decode", standard_b64decode);
    modules::set_function(vm, &module, "urlsafe_b64encode", urlsafe_b64encode);
    modules::set_function(vm, &module, "urlsafe_b64decode", urlsafe_b64decode);
    modules::set_function(vm, &module, "b32encode", b32encode);
    modules::set_function(vm, &module, "b32decode", b32decode);
    modules::set_function(vm, &module, "b16encode", b16encode);
    modules::set_function(vm, &module, "b16decode", b16decode);
    modules::set_function(vm, &module, "encodestring", encodestring);
    modules::set_function(vm, &module, "decodestring", decodestring);
    modules::set_function(vm, &module, "encode", encode);
    modules::set_function(vm, &module, "decode", decode);
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32() {
        for (bytes, digits) in [("", ""), ("a", "ME======"), ("abcd", "MFRGGZA="), ("abcde", "MFRGGZDF")] {
            assert_eq!(encoded32(bytes.as_bytes()), digits.as_bytes());
            assert_eq!(decoded32(digits.as_bytes()), Ok(bytes.as_bytes().to_vec()));
        }
        assert_eq!(decoded32(b"ME==="), Err("Incorrect padding"));
        assert_eq!(decoded32(b"m0======"), Err("Non-base32 digit found"));
    }
}
