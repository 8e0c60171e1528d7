//! The module `zlib`.

use std::borrow::Cow;

use parking_lot::Mutex;
use rustpython_common::compression::zlib::{self as backend, Compressor, Decompressor, InitError};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::binascii::crc32;
use crate::import::machine_module;
use crate::modules;
use crate::runtime::{arguments, names, numbers, text};

/// The constants of the module.
const CONSTANTS: &[(&str, i32)] = &[
    ("DEFLATED", 8),
    ("DEF_BUF_SIZE", 16384),
    ("DEF_MEM_LEVEL", 8),
    ("MAX_WBITS", 15),
    ("Z_BEST_COMPRESSION", 9),
    ("Z_BEST_SPEED", 1),
    ("Z_DEFAULT_COMPRESSION", -1),
    ("Z_DEFAULT_STRATEGY", 0),
    ("Z_FILTERED", 1),
    ("Z_FINISH", 4),
    ("Z_FULL_FLUSH", 3),
    ("Z_HUFFMAN_ONLY", 2),
    ("Z_NO_FLUSH", 0),
    ("Z_SYNC_FLUSH", 2),
];
/// `Z_FINISH`
const FINISH: i32 = 4;
/// `Z_SYNC_FLUSH`
pub const SYNC_FLUSH: i32 = 2;
/// Bits of the window of raw streams, which have no header.
pub const RAW: i32 = -15;

/// `zlib.error`: the machine's own, which its library raises as well.
fn error_class(vm: &VirtualMachine) -> PyResult {
    machine_module(vm, "zlib")?.get_attr("error", vm)
}

/// A `zlib.error`.
pub fn error(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    match error_class(vm).map(|class| class.downcast::<PyType>()) {
        Ok(Ok(class)) => vm.new_exception(class, vec![vm.ctx.new_str(message).into()]),
        Ok(Err(_)) => vm.new_system_error(message.to_owned()),
        Err(failed) => failed,
    }
}

/// Options that there are not: a ValueError for objects, a `zlib.error` for the functions.
fn refused(vm: &VirtualMachine, why: InitError, doing: Option<&str>) -> PyBaseExceptionRef {
    match (why, doing) {
        (InitError::InvalidOption, Some(doing)) => error(vm, &format!("Error -2 {doing}: inconsistent stream state")),
        (InitError::InvalidOption, None) => vm.new_value_error("Invalid initialization option"),
        (InitError::Zlib(message), Some("while compressing data")) => error(vm, &message),
        (InitError::Zlib(message), _) => faulty(vm, &message, "while decompressing data"),
    }
}

/// The argument at a place as a number.
fn number(vm: &VirtualMachine, args: &[PyObjectRef], at: usize, default: i32) -> PyResult<i32> {
    let Some(value) = args.get(at) else { return Ok(default) };
    i32::try_from(arguments::c_long(vm, value)?)
        .map_err(|_| vm.new_overflow_error("signed integer is greater than maximum"))
}

/// The argument at a place as a size.
fn size(vm: &VirtualMachine, args: &[PyObjectRef], at: usize, default: isize) -> PyResult<isize> {
    args.get(at).map_or(Ok(default), |value| arguments::c_long(vm, value))
}

/// The argument of a check sum that it goes on from: any number will do.
fn start(vm: &VirtualMachine, args: &[PyObjectRef], default: u32) -> PyResult<u32> {
    let Some(value) = args.get(1) else { return Ok(default) };
    match numbers::integer(value) {
        Some(value) => Ok(value
            .iter_u32_digits()
            .next()
            .map_or(0, |low| if value.sign() == malachite_bigint::Sign::Minus { low.wrapping_neg() } else { low })),
        None => Err(vm.new_type_error("an integer is required")),
    }
}

/// Adler's sum.
fn adler32(data: &[u8], start: u32) -> u32 {
    const BASE: u32 = 65521;
    let (mut low, mut high) = (start & 0xffff, start >> 16);
    // So many bytes cannot overflow the sums.
    for piece in data.chunks(5552) {
        for byte in piece {
            low += u32::from(*byte);
            high += low;
        }
        low %= BASE;
        high %= BASE;
    }
    high << 16 | low
}

fn check_sum(name: &'static str, first: u32, sum: fn(&[u8], u32) -> u32, vm: &VirtualMachine) -> PyObjectRef {
    let function = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult<i32> {
        arguments::count(vm, name, &args, 1, 2)?;
        let from = start(vm, &args.args, first)?;
        let data = octets(vm, name, &args.args)?;
        Ok(sum(&data, from).cast_signed())
    };
    vm.new_function(name, function).into()
}

/// The bytes of the first argument.
fn octets<'a>(vm: &VirtualMachine, name: &str, args: &'a [PyObjectRef]) -> PyResult<Cow<'a, [u8]>> {
    let Some(data) = args.first() else { return Ok(Cow::Borrowed(&[])) };
    arguments::octets(vm, "", data).map_err(|error| match error.class().is(vm.ctx.exceptions.type_error) {
        true => {
            let kind = if vm.is_none(data) { "None".into() } else { names::type_name_of(data) };
            vm.new_type_error(format!("{name}() argument 1 must be string or read-only buffer, not {kind}"))
        }
        false => error,
    })
}

/// What the stream says about data, in zlib's words.
fn faulty(vm: &VirtualMachine, message: &str, doing: &str) -> PyBaseExceptionRef {
    match message.starts_with("Error") {
        true => error(vm, &message.replace("while decompressing data", doing)),
        false => error(vm, &format!("Error -3 {doing}: {message}")),
    }
}

fn compress(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "compress", &args, 1, 2)?;
    let level = number(vm, &args.args, 1, -1)?;
    let data = octets(vm, "compress", &args.args)?;
    let packed = backend::compress(&data, level, 15).map_err(|why| refused(vm, why, Some("while compressing data")))?;
    Ok(text::new_str(vm, &packed))
}

fn decompress(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "decompress", &args, 1, 3)?;
    let bits = number(vm, &args.args, 1, 15)?;
    let size = size(vm, &args.args, 2, 16384)?;
    let data = octets(vm, "decompress", &args.args)?;
    let size = usize::try_from(size).unwrap_or_default().clamp(1, 1 << 30);
    let plain = backend::decompress(&data, bits, size)
        .map_err(|why| refused(vm, why, Some("while preparing to decompress data")))?;
    Ok(text::new_str(vm, &plain))
}

/// A stream that compresses: `zlib.Compress`.
#[pyclass(module = "zlib", name = "Compress")]
#[derive(PyPayload)]
pub struct Compress {
    inner: Mutex<Compressor>,
}

impl std::fmt::Debug for Compress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("zlib.Compress")
    }
}

impl Compress {
    /// A stream without a header and a check sum.
    pub fn raw(vm: &VirtualMachine, level: i32) -> PyResult<PyRef<Self>> {
        let _ = Self::make_static_type();
        let inner = Compressor::new(level, 8, RAW, 8, 0, None).map_err(|why| refused(vm, why, None))?;
        Ok(Self { inner: Mutex::new(inner) }.into_ref(&vm.ctx))
    }

    pub fn add(&self, vm: &VirtualMachine, data: &[u8]) -> PyResult<Vec<u8>> {
        self.inner.lock().compress(data).map_err(|why| error(vm, &why))
    }

    /// The rest of the stream.
    pub fn finish(&self, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        self.end(vm, FINISH)
    }

    fn end(&self, vm: &VirtualMachine, mode: i32) -> PyResult<Vec<u8>> {
        self.inner.lock().flush(mode).map_err(|why| error(vm, &why))
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Compress {
    /// What more data gives.
    #[pymethod]
    fn compress(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        arguments::count(vm, "compress", &args, 1, 1)?;
        let data = octets(vm, "compress", &args.args)?;
        Ok(text::new_str(vm, &zelf.add(vm, &data)?))
    }

    /// What is left.
    #[pymethod]
    fn flush(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        arguments::count(vm, "flush", &args, 0, 1)?;
        let mode = number(vm, &args.args, 0, FINISH)?;
        Ok(text::new_str(vm, &zelf.end(vm, mode)?))
    }

    /// A stream that goes on from here by itself.
    #[pymethod]
    fn copy(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<Self>> {
        let inner = zelf.inner.lock().copy().map_err(|_| vm.new_value_error("Inconsistent stream state"))?;
        Ok(Self { inner: Mutex::new(inner) }.into_ref(&vm.ctx))
    }
}

/// A stream that uncompresses: `zlib.Decompress`.
#[pyclass(module = "zlib", name = "Decompress")]
#[derive(PyPayload)]
struct Decompress {
    inner: Mutex<Decompressor>,
}

impl std::fmt::Debug for Decompress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("zlib.Decompress")
    }
}

/// The words of errors of objects: without "data".
fn said(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    faulty(vm, message, "while decompressing")
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Decompress {
    /// What more data gives, at most so many bytes if a limit is given.
    #[pymethod]
    fn decompress(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        arguments::count(vm, "decompress", &args, 1, 2)?;
        let limit = usize::try_from(size(vm, &args.args, 1, 0)?)
            .map_err(|_| vm.new_value_error("max_length must be greater than zero"))?;
        let data = octets(vm, "decompress", &args.args)?;
        let mut inner = zelf.inner.lock();
        if inner.is_finished() {
            return Err(error(vm, "Error -2 while decompressing: inconsistent stream state"));
        }
        let plain = inner.decompress(&data, (limit > 0).then_some(limit)).map_err(|why| said(vm, &why))?;
        Ok(text::new_str(vm, &plain))
    }

    /// What is left.
    #[pymethod]
    fn flush(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        arguments::count(vm, "flush", &args, 0, 1)?;
        let size = usize::try_from(size(vm, &args.args, 0, 16384)?).unwrap_or_default().min(1 << 30);
        if size == 0 {
            return Err(vm.new_value_error("length must be greater than zero"));
        }
        let mut inner = zelf.inner.lock();
        if inner.is_finished() {
            return Ok(text::new_str(vm, b""));
        }
        let plain = inner.flush(size).map_err(|why| said(vm, &why))?;
        Ok(text::new_str(vm, &plain))
    }

    /// A stream that goes on from here by itself.
    #[pymethod]
    fn copy(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<Self>> {
        let inner = zelf.inner.lock().copy().map_err(|_| vm.new_value_error("Inconsistent stream state"))?;
        Ok(Self { inner: Mutex::new(inner) }.into_ref(&vm.ctx))
    }

    /// Data behind the end of the stream.
    #[pygetset]
    fn unused_data(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, zelf.inner.lock().unused_data())
    }

    /// Data that was not looked at because of a limit.
    #[pygetset]
    fn unconsumed_tail(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, zelf.inner.lock().unconsumed_tail())
    }
}

/// A stream without a header, to be uncompressed.
pub fn raw_decompressor(vm: &VirtualMachine) -> PyResult<Decompressor> {
    Decompressor::new(RAW, None).map_err(|why| refused(vm, why, None))
}

/// The next bytes of such a stream, at most so many; None asks for more.
pub fn uncompressed(vm: &VirtualMachine, from: &mut Decompressor, data: &[u8], limit: usize) -> PyResult<Vec<u8>> {
    from.decompress(data, Some(limit)).map_err(|why| said(vm, &why))
}

/// What is left of such a stream.
pub fn uncompressed_rest(vm: &VirtualMachine, from: &mut Decompressor) -> PyResult<Vec<u8>> {
    if from.is_finished() {
        return Ok(Vec::new());
    }
    from.flush(16384).map_err(|why| said(vm, &why))
}

const COMPRESSOBJ: &[&str] = &["level", "method", "wbits", "memLevel", "strategy"];

fn compressobj(args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Compress>> {
    let values = arguments::named(vm, "compressobj", args, COMPRESSOBJ, 0)?;
    let value = |at: usize, default: i32| match values.get(at).and_then(Option::as_ref) {
        Some(value) => number(vm, std::slice::from_ref(value), 0, default),
        None => Ok(default),
    };
    let inner = Compressor::new(value(0, -1)?, value(1, 8)?, value(2, 15)?, value(3, 8)?, value(4, 0)?, None)
        .map_err(|why| refused(vm, why, None))?;
    Ok(Compress { inner: Mutex::new(inner) }.into_ref(&vm.ctx))
}

fn decompressobj(args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Decompress>> {
    arguments::count(vm, "decompressobj", &args, 0, 1)?;
    let bits = number(vm, &args.args, 0, 15)?;
    let inner = Decompressor::new(bits, None).map_err(|why| refused(vm, why, None))?;
    Ok(Decompress { inner: Mutex::new(inner) }.into_ref(&vm.ctx))
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _ = (Compress::make_static_type(), Decompress::make_static_type());
    let module = modules::new(vm, "zlib");
    for &(name, value) in CONSTANTS {
        modules::set(vm, &module, name, vm.ctx.new_int(value));
    }
    for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] {
        modules::set(vm, &module, name, vm.ctx.new_str("1.2.11"));
    }
    modules::set(vm, &module, "__version__", vm.ctx.new_str("1.0"));
    if let Ok(class) = error_class(vm) {
        modules::set(vm, &module, "error", class);
    }
    let sums: [(&str, PyObjectRef); 2] =
        [("crc32", check_sum("crc32", 0, crc32, vm)), ("adler32", check_sum("adler32", 1, adler32, vm))];
    for (name, function) in sums {
        modules::set(vm, &module, name, function);
    }
    modules::set_function(vm, &module, "compress", compress);
    modules::set_function(vm, &module, "decompress", decompress);
    modules::set_function(vm, &module, "compressobj", compressobj);
    modules::set_function(vm, &module, "decompressobj", decompressobj);
    module
}

/// Is it a stream of this module?
pub fn compressor_of(object: &PyObject) -> Option<&Py<Compress>> {
    object.downcast_ref::<Compress>()
}

#[cfg(test)]
mod tests {
    use super::adler32;

    #[test]
    fn sums() {
        assert_eq!(adler32(b"Wikipedia", 1), 0x11e6_0398);
        assert_eq!(adler32(b"pedia", adler32(b"Wiki", 1)), 0x11e6_0398);
    }
}
