//! The module `_struct`: values packed into bytes and back, with Python 2.7's ranges and texts of errors. `struct`
//! (embedded Python 2) adds the class `Struct`.

use std::sync::OnceLock;

use malachite_bigint::BigInt;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyFloat, PyInt, PyModule, PyStr, PyTypeRef, try_bigint_to_f64};
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::protocol::{BufferFlags, PyBuffer};
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::{names, numbers, text};

/// Larger formats are refused: `'9999999999s'`.
const LARGEST: usize = 1 << 31;

pub(super) fn error_type(vm: &VirtualMachine) -> PyTypeRef {
    static ERROR: OnceLock<PyTypeRef> = OnceLock::new();
    ERROR.get_or_init(|| vm.ctx.new_exception_type("struct", "error", None)).clone()
}

pub(super) fn error(vm: &VirtualMachine, message: impl Into<String>) -> PyBaseExceptionRef {
    vm.new_exception_msg(error_type(vm), message.into().into())
}

/// What a format packs one after the other.
struct Format {
    /// The machine's own sizes and alignment.
    native: bool,
    big_endian: bool,
    items: Vec<Item>,
    size: usize,
}

struct Item {
    code: u8,
    /// Values, or for `s`, `p` and `x` bytes.
    count: usize,
    /// Where its first byte is.
    offset: usize,
    /// Bytes of one value.
    width: usize,
}

impl Item {
    /// How many arguments it takes.
    fn arguments(&self) -> usize {
        match self.code {
            b'x' => 0,
            b's' | b'p' => 1,
            _ => self.count,
        }
    }
}

impl Format {
    fn parse(vm: &VirtualMachine, format: &PyObject) -> PyResult<Self> {
        let Some(string) = format.downcast_ref::<PyStr>() else {
            let kind = names::type_name_of(format);
            return Err(vm.new_type_error(format!("Struct() argument 1 must be string, not {kind}")));
        };
        let bytes = text::narrow(string.as_wtf8());
        let (first, rest) = match bytes.split_first() {
            Some((first, rest)) if b"@=<>!".contains(first) => (*first, rest),
            _ => (b'@', &*bytes),
        };
        let native = first == b'@';
        let big_endian = matches!(first, b'>' | b'!') || (native || first == b'=') && cfg!(target_endian = "big");
        let mut made = Self { native, big_endian, items: Vec::new(), size: 0 };
        let mut count: Option<usize> = None;
        for &code in rest {
            match code {
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' => continue,
                b'0'..=b'9' => {
                    let digit = usize::from(code - b'0');
                    let larger = count.unwrap_or(0).checked_mul(10).and_then(|count| count.checked_add(digit));
                    count = Some(
                        larger.filter(|count| *count <= LARGEST).ok_or_else(|| error(vm, "overflow in item count"))?,
                    );
                    continue;
                }
                _ => {}
            }
            let width = match code {
                b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
                b'h' | b'H' => 2,
                b'i' | b'I' | b'f' => 4,
                b'l' | b'L' if !native => 4,
                b'l' | b'L' => size_of::<std::ffi::c_long>(),
                b'q' | b'Q' | b'd' => 8,
                b'P' if native => size_of::<usize>(),
                _ => return Err(error(vm, "bad char in struct format")),
            };
            let count = count.take().unwrap_or(1);
            let offset = if native { made.size.next_multiple_of(width) } else { made.size };
            let length = count.checked_mul(width).and_then(|length| length.checked_add(offset));
            made.size =
                length.filter(|size| *size <= LARGEST).ok_or_else(|| error(vm, "total struct size too long"))?;
            made.items.push(Item { code, count, offset, width });
        }
        Ok(made)
    }

    fn arguments(&self) -> usize {
        self.items.iter().map(Item::arguments).sum()
    }
}

// ---- packing -----------------------------------------------------------------------------------------------------

/// The integer that an argument means.
fn integer(vm: &VirtualMachine, value: &PyObject) -> PyResult<BigInt> {
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return Ok(int.as_bigint().clone());
    }
    for name in ["__index__", "__int__"] {
        if let Some(method) = names::special(value, vm.ctx.intern_str(name), vm)?
            && let Some(int) = method.call((), vm)?.downcast_ref::<PyInt>()
        {
            return Ok(int.as_bigint().clone());
        }
    }
    Err(error(vm, "cannot convert argument to integer"))
}

/// The bits of an integer, checked against the range of its code.
fn integer_bits(vm: &VirtualMachine, format: &Format, item: &Item, value: &PyObject) -> PyResult<u64> {
    let value = integer(vm, value)?;
    let code = char::from(item.code);
    let beyond = || error(vm, format!("integer out of range for '{code}' format code"));
    let bits = item.width as u32 * 8;
    let signed = item.code.is_ascii_lowercase();
    // Native bytes and shorts are read as C's long first, so that their own texts come out.
    let small_native = format.native && matches!(item.code, b'b' | b'B' | b'h' | b'H');
    if signed || small_native {
        let number = i64::try_from(&value).map_err(|_| beyond())?;
        let (least, most) = match (signed, bits) {
            (_, 64) => (i64::MIN, i64::MAX),
            (true, _) => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            (false, _) => (0, (1 << bits) - 1),
        };
        if number < least || number > most {
            return Err(error(
                vm,
                match (small_native, item.code) {
                    (true, b'b') => "byte format requires -128 <= number <= 127".to_owned(),
                    (true, b'B') => "ubyte format requires 0 <= number <= 255".to_owned(),
                    (true, b'h') => "short format requires SHRT_MIN <= number <= SHRT_MAX".to_owned(),
                    (true, b'H') => "ushort format requires 0 <= number <= USHRT_MAX".to_owned(),
                    _ => format!("'{code}' format requires {least} <= number <= {most}"),
                },
            ));
        }
        return Ok(number as u64);
    }
    let number = u64::try_from(&value).map_err(|_| beyond())?;
    if bits < 64 && number >> bits != 0 {
        let most = (1u64 << bits) - 1;
        return Err(error(vm, format!("'{code}' format requires 0 <= number <= {most}")));
    }
    Ok(number)
}

fn float(vm: &VirtualMachine, value: &PyObject) -> PyResult<f64> {
    if let Some(float) = value.downcast_ref::<PyFloat>() {
        return Ok(float.to_f64());
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return try_bigint_to_f64(int.as_bigint(), vm).map_err(|_| error(vm, "required argument is not a float"));
    }
    if text::is_basestring(value) {
        return Err(error(vm, "required argument is not a float"));
    }
    match names::special(value, vm.ctx.intern_str("__float__"), vm)? {
        Some(method) => match method.call((), vm)?.downcast_ref::<PyFloat>() {
            Some(float) => Ok(float.to_f64()),
            None => Err(error(vm, "required argument is not a float")),
        },
        None => Err(error(vm, "required argument is not a float")),
    }
}

fn put(out: &mut [u8], bits: u64, big_endian: bool) {
    let width = out.len();
    for (at, byte) in out.iter_mut().enumerate() {
        let shift = 8 * if big_endian { width - 1 - at } else { at };
        *byte = (bits >> shift) as u8;
    }
}

/// Packs the values that belong to one item into its bytes.
fn pack_item(
    vm: &VirtualMachine,
    format: &Format,
    item: &Item,
    values: &[PyObjectRef],
    out: &mut [u8],
) -> PyResult<()> {
    match item.code {
        b's' | b'p' => {
            let code = char::from(item.code);
            let bytes = values.first().filter(|value| text::is_str(value)).and_then(|value| text::bytes_of(value));
            let bytes = bytes.ok_or_else(|| error(vm, format!("argument for '{code}' must be a string")))?;
            let (length, target) = match (item.code, out.split_first_mut()) {
                (b'p', Some((length, target))) => (Some(length), target),
                (b'p', None) => return Ok(()),
                _ => (None, out),
            };
            let kept = bytes.len().min(target.len());
            for (target, byte) in target.iter_mut().zip(bytes.iter().take(kept)) {
                *target = *byte;
            }
            if let Some(length) = length {
                // More than the byte can say is there all the same.
                *length = u8::try_from(kept).unwrap_or(u8::MAX);
            }
            return Ok(());
        }
        _ => {}
    }
    for (value, out) in values.iter().zip(out.chunks_exact_mut(item.width)) {
        let bits = match item.code {
            b'c' => match text::bytes_of(value).filter(|_| text::is_str(value)).as_deref() {
                Some([byte]) => u64::from(*byte),
                _ => return Err(error(vm, "char format require string of length 1")),
            },
            b'?' => u64::from(value.clone().try_to_bool(vm)?),
            b'f' => {
                let double = float(vm, value)?;
                let single = double as f32;
                if single.is_infinite() && double.is_finite() && !format.native {
                    return Err(vm.new_overflow_error("float too large to pack with f format"));
                }
                u64::from(single.to_bits())
            }
            b'd' => float(vm, value)?.to_bits(),
            _ => integer_bits(vm, format, item, value)?,
        };
        put(out, bits, format.big_endian);
    }
    Ok(())
}

fn packed(vm: &VirtualMachine, name: &str, format: &Format, values: &[PyObjectRef]) -> PyResult<Vec<u8>> {
    let wanted = format.arguments();
    if values.len() != wanted {
        let given = values.len();
        return Err(error(vm, format!("{name} expected {wanted} items for packing (got {given})")));
    }
    let mut out = vec![0; format.size];
    let mut rest = values;
    for item in &format.items {
        let (own, others) = rest.split_at(item.arguments().min(rest.len()));
        rest = others;
        let end = item.offset + item.count * item.width;
        if let Some(target) = out.get_mut(item.offset..end) {
            pack_item(vm, format, item, own, target)?;
        }
    }
    Ok(out)
}

fn pack(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some((format, values)) = args.args.split_first() else {
        return Err(vm.new_type_error("struct.pack missing format argument"));
    };
    let format = Format::parse(vm, format)?;
    Ok(text::new_str(vm, &packed(vm, "pack", &format, values)?))
}

fn pack_into(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [format, target, offset, values @ ..] = args.args.as_slice() else {
        return Err(vm.new_type_error("struct.pack_into missing format argument"));
    };
    let format = Format::parse(vm, format)?;
    let bytes = packed(vm, "pack_into", &format, values)?;
    let buffer = PyBuffer::from_object(vm, target, BufferFlags::WRITABLE)
        .map_err(|_| vm.new_type_error("must be read-write buffer"))?;
    let mut offset: isize = offset.try_to_value(vm)?;
    let length = buffer.desc.len;
    if offset < 0 {
        offset += length as isize;
    }
    let start = usize::try_from(offset).ok();
    let range =
        start.and_then(|start| Some(start..start.checked_add(bytes.len())?)).filter(|range| range.end <= length);
    let Some(range) = range else {
        return Err(error(vm, format!("pack_into requires a buffer of at least {} bytes", format.size)));
    };
    let Some(mut contents) = buffer.as_contiguous_mut() else {
        return Err(vm.new_type_error("must be read-write buffer"));
    };
    if let Some(target) = contents.get_mut(range) {
        target.copy_from_slice(&bytes);
    }
    Ok(())
}

// ---- unpacking ---------------------------------------------------------------------------------------------------

fn bits_of(bytes: &[u8], big_endian: bool) -> u64 {
    let add = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
    if big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) }
}

fn value_of(vm: &VirtualMachine, code: u8, bytes: &[u8], big_endian: bool) -> PyObjectRef {
    let bits = bits_of(bytes, big_endian);
    match code {
        b'c' => text::new_str(vm, bytes),
        b'?' => vm.ctx.new_bool(bits != 0).into(),
        b'f' => vm.ctx.new_float(f64::from(f32::from_bits(bits as u32))).into(),
        b'd' => vm.ctx.new_float(f64::from_bits(bits)).into(),
        code if code.is_ascii_lowercase() => {
            let unused = 64 - 8 * bytes.len() as u32;
            vm.ctx.new_int(((bits << unused) as i64) >> unused).into()
        }
        _ => match i64::try_from(bits) {
            Ok(small) => vm.ctx.new_int(small).into(),
            Err(_) => numbers::new_long(vm, bits),
        },
    }
}

fn unpacked(vm: &VirtualMachine, format: &Format, bytes: &[u8]) -> PyObjectRef {
    let mut values = Vec::with_capacity(format.arguments());
    for item in &format.items {
        let end = item.offset + item.count * item.width;
        let own = bytes.get(item.offset..end).unwrap_or_default();
        match item.code {
            b'x' => {}
            b's' => values.push(text::new_str(vm, own)),
            b'p' => {
                let length = own.first().map_or(0, |length| usize::from(*length)).min(own.len().saturating_sub(1));
                values.push(text::new_str(vm, own.get(1..=length).unwrap_or_default()));
            }
            code => {
                values.extend(own.chunks_exact(item.width).map(|bytes| value_of(vm, code, bytes, format.big_endian)));
            }
        }
    }
    vm.ctx.new_tuple(values).into()
}

/// The bytes of a string or a buffer.
fn data_of(vm: &VirtualMachine, data: &PyObject) -> PyResult<Option<Vec<u8>>> {
    if let Some(bytes) = text::bytes_of(data) {
        return Ok(Some(bytes));
    }
    if let Some(unicode) = data.downcast_ref::<PyStr>() {
        return Ok(Some(text::encode_default(vm, unicode.as_wtf8())?.into_owned()));
    }
    let buffer = PyBuffer::from_object(vm, data, BufferFlags::SIMPLE).ok();
    Ok(buffer.map(|buffer| buffer.contiguous_or_collect(<[u8]>::to_vec)))
}

fn unpack(format: PyObjectRef, data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let format = Format::parse(vm, &format)?;
    match data_of(vm, &data)?.filter(|bytes| bytes.len() == format.size) {
        Some(bytes) => Ok(unpacked(vm, &format, &bytes)),
        None => Err(error(vm, format!("unpack requires a string argument of length {}", format.size))),
    }
}

fn unpack_from(format: PyObjectRef, buffer: PyObjectRef, offset: OptionalArg<isize>, vm: &VirtualMachine) -> PyResult {
    let format = Format::parse(vm, &format)?;
    let Some(bytes) = data_of(vm, &buffer)? else {
        let kind = names::type_name_of(&buffer);
        return Err(
            vm.new_type_error(format!("unpack_from() argument 1 must be string or read-only buffer, not {kind}"))
        );
    };
    let mut offset = offset.unwrap_or(0);
    if offset < 0 {
        offset += bytes.len() as isize;
    }
    let start = usize::try_from(offset).ok();
    let own = start.and_then(|start| bytes.get(start..start.checked_add(format.size)?));
    match own {
        Some(own) => Ok(unpacked(vm, &format, own)),
        None => Err(error(vm, format!("unpack_from requires a buffer of at least {} bytes", format.size))),
    }
}

/// Makes the module `_struct`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_struct");
    modules::set(vm, &module, "error", error_type(vm));
    modules::set_function(vm, &module, "pack", pack);
    modules::set_function(vm, &module, "pack_into", pack_into);
    modules::set_function(vm, &module, "unpack", unpack);
    modules::set_function(vm, &module, "unpack_from", unpack_from);
    modules::set_function(vm, &module, "calcsize", |format: PyObjectRef, vm: &VirtualMachine| -> PyResult<usize> {
        Ok(Format::parse(vm, &format)?.size)
    });
    module
}
