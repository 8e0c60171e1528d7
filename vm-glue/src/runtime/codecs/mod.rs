//! `encode` and `decode`: the codecs of Python 2.7 by name.

mod differences;
pub mod errors;
mod octets;
mod tables;
mod transform;
mod utf7;

use super::operand::{self, Kind};
use super::{arguments, methods, names, text};
use errors::{Fault, Handler};
use octets::Octets;
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyBytes, PyStr, PyTuple, PyType};
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::sync::Arc;
use transform::Order;

/// A codec that was found by its name.
enum Codec {
    Utf8,
    Utf7,
    Utf8Sig,
    Ascii,
    Latin1,
    Utf16(Option<Order>),
    Utf32(Option<Order>),
    UnicodeEscape,
    RawUnicodeEscape,
    Charmap(Arc<tables::Charmap>),
    Multibyte(tables::Multibyte),
    /// Bytes to bytes.
    Octets(Octets),
    Rot13,
    /// A codec of the machine's library or one that the program registered.
    Registered {
        encoder: PyObjectRef,
        decoder: PyObjectRef,
        library: bool,
    },
}

/// Spellings of a name, and the codec.
type Named = (&'static [&'static str], fn() -> Codec);

/// Names of the native codecs, normalized.
const NAMES: &[Named] = &[
    (&["utf_8", "utf8", "u8", "utf", "utf8_ucs2", "utf8_ucs4", "cp65001"], || Codec::Utf8),
    (&["utf_8_sig"], || Codec::Utf8Sig),
    (&["utf_7", "u7", "utf7", "unicode_1_1_utf_7"], || Codec::Utf7),
    (
        &[
            "ascii",
            "646",
            "us_ascii",
            "us",
            "ansi_x3.4_1968",
            "ansi_x3_4_1968",
            "iso646_us",
            "iso_646.irv_1991",
            "cp367",
            "csascii",
            "ibm367",
        ],
        || Codec::Ascii,
    ),
    (
        &[
            "latin_1",
            "latin1",
            "iso_8859_1",
            "iso8859_1",
            "8859",
            "iso8859",
            "cp819",
            "l1",
            "latin",
            "csisolatin1",
            "ibm819",
            "iso_ir_100",
            "iso_8859_1_1987",
        ],
        || Codec::Latin1,
    ),
    // Without a table it is the identity.
    (&["charmap"], || Codec::Latin1),
    (&["utf_16", "u16", "utf16"], || Codec::Utf16(None)),
    (&["utf_16_le", "utf_16le", "unicodelittleunmarked"], || Codec::Utf16(Some(Order::Little))),
    (&["utf_16_be", "utf_16be", "unicodebigunmarked"], || Codec::Utf16(Some(Order::Big))),
    (&["utf_32", "u32", "utf32"], || Codec::Utf32(None)),
    (&["utf_32_le", "utf_32le"], || Codec::Utf32(Some(Order::Little))),
    (&["utf_32_be", "utf_32be"], || Codec::Utf32(Some(Order::Big))),
    (&["unicode_internal"], || Codec::Utf32(Some(Order::Little))),
    (&["unicode_escape"], || Codec::UnicodeEscape),
    (&["raw_unicode_escape"], || Codec::RawUnicodeEscape),
    (&["string_escape"], || Codec::Octets(Octets::StringEscape)),
    (&["hex", "hex_codec"], || Codec::Octets(Octets::Hex)),
    (&["base64", "base_64", "base64_codec"], || Codec::Octets(Octets::Base64)),
    (&["zlib", "zip", "zlib_codec"], || Codec::Octets(Octets::Zlib)),
    (&["quopri", "quoted_printable", "quotedprintable", "quopri_codec"], || Codec::Octets(Octets::QuotedPrintable)),
    (&["bz2", "bz2_codec"], || Codec::Octets(Octets::Bz2)),
    (&["uu", "uu_codec"], || Codec::Octets(Octets::Uu)),
    (&["rot13", "rot_13"], || Codec::Rot13),
];

/// A codec's name as the tables have it.
pub fn normalized(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '_' }).collect()
}

fn find(vm: &VirtualMachine, name: &str) -> PyResult<Codec> {
    let key = normalized(name);
    if let Some((_, make)) = NAMES.iter().find(|(names, _)| names.contains(&key.as_str())) {
        return Ok(make());
    }
    if let Some(multibyte) = tables::multibyte(&key) {
        return Ok(Codec::Multibyte(multibyte));
    }
    if let Some(charmap) = tables::charmap(vm, &key) {
        return Ok(Codec::Charmap(charmap));
    }
    let library = tables::library_module(vm, &key).is_some();
    let found = vm.state.codec_registry.lookup(name, vm).map_err(|error| {
        if error.fast_isinstance(vm.ctx.exceptions.lookup_error) {
            vm.new_lookup_error(format!("unknown encoding: {name}"))
        } else {
            error
        }
    })?;
    Ok(Codec::Registered {
        encoder: found.get_encode_func().to_owned(),
        decoder: found.get_decode_func().to_owned(),
        library,
    })
}

fn default_name(vm: &VirtualMachine) -> &'static str {
    text::default_codec(vm).name()
}

/// The name of a codec or error handler as an argument.
pub fn name_argument(
    vm: &VirtualMachine,
    function: &str,
    position: usize,
    object: Option<&PyObject>,
) -> PyResult<Option<String>> {
    object.map(|object| arguments::name(vm, function, position, object)).transpose()
}

// ---- decoding ---------------------------------------------------------------------------------------------------

/// Decodes bytes; the result is unicode except for codecs from bytes to bytes.
pub fn decode_object(vm: &VirtualMachine, bytes: &[u8], encoding: Option<&str>, errors: Option<&str>) -> PyResult {
    let errors = errors.unwrap_or("strict");
    let codec = find(vm, encoding.unwrap_or(default_name(vm)))?;
    let unicode = |text: Wtf8Buf| text::new_unicode_buf(vm, text);
    match codec {
        Codec::Utf8 => decode_with(vm, "utf8", bytes, 0, errors, &transform::decode_utf8).map(unicode),
        Codec::Utf8Sig => {
            let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let rest = bytes.get(start..).unwrap_or_default();
            decode_with(vm, "utf8", rest, 0, errors, &transform::decode_utf8).map(unicode)
        }
        Codec::Utf7 => decode_with(vm, "utf7", bytes, 0, errors, &utf7::decode).map(unicode),
        Codec::Ascii => decode_with(vm, "ascii", bytes, 0, errors, &transform::decode_ascii).map(unicode),
        Codec::Latin1 => decode_with(vm, "latin-1", bytes, 0, errors, &transform::decode_latin1).map(unicode),
        Codec::Utf16(order) => {
            let (order, start) = match (order, bytes.get(..2)) {
                (Some(order), _) => (order, 0),
                (None, Some([0xfe, 0xff])) => (Order::Big, 2),
                (None, Some([0xff, 0xfe])) => (Order::Little, 2),
                (None, _) => (Order::Little, 0),
            };
            let decode = |bytes: &[u8], from, out: &mut Wtf8Buf| transform::decode_utf16(bytes, from, out, order);
            decode_with(vm, "utf16", bytes, start, errors, &decode).map(unicode)
        }
        Codec::Utf32(order) => {
            let (order, start) = match (order, bytes.get(..4)) {
                (Some(order), _) => (order, 0),
                (None, Some([0, 0, 0xfe, 0xff])) => (Order::Big, 4),
                (None, Some([0xff, 0xfe, 0, 0])) => (Order::Little, 4),
                (None, _) => (Order::Little, 0),
            };
            let decode = |bytes: &[u8], from, out: &mut Wtf8Buf| transform::decode_utf32(bytes, from, out, order);
            decode_with(vm, "utf32", bytes, start, errors, &decode).map(unicode)
        }
        Codec::UnicodeEscape => {
            decode_with(vm, "unicodeescape", bytes, 0, errors, &transform::decode_escape).map(unicode)
        }
        Codec::RawUnicodeEscape => {
            decode_with(vm, "rawunicodeescape", bytes, 0, errors, &transform::decode_raw_escape).map(unicode)
        }
        Codec::Charmap(table) => {
            let decode = |bytes: &[u8], from, out: &mut Wtf8Buf| table.decode(bytes, from, out);
            decode_with(vm, "charmap", bytes, 0, errors, &decode).map(unicode)
        }
        Codec::Multibyte(table) => {
            let decode = |bytes: &[u8], from, out: &mut Wtf8Buf| table.decode(bytes, from, out);
            decode_with(vm, table.name, bytes, 0, errors, &decode).map(unicode)
        }
        Codec::Octets(octets) => {
            check_octets(vm, octets, errors)?;
            Ok(text::new_str(vm, &octets::decode(vm, octets, bytes)?))
        }
        Codec::Rot13 => {
            let rotated: Vec<u8> = bytes.iter().map(|byte| octets::rot13(*byte)).collect();
            Ok(unicode(Wtf8Buf::from(&*text::widen(&rotated))))
        }
        Codec::Registered { decoder, library, .. } => {
            // The machine's own library has its own kind of bytes.
            let input: PyObjectRef =
                if library { vm.ctx.new_bytes(bytes.to_vec()).into() } else { text::new_str(vm, bytes) };
            let result = call_codec(vm, &decoder, input, errors, "decoder")?;
            Ok(if library { from_library(vm, result) } else { result })
        }
    }
}

type Decode<'a> = &'a dyn Fn(&[u8], usize, &mut Wtf8Buf) -> Result<(), Fault>;

fn decode_with(
    vm: &VirtualMachine,
    encoding: &str,
    bytes: &[u8],
    start: usize,
    errors: &str,
    decode: Decode<'_>,
) -> PyResult<Wtf8Buf> {
    let mut out = Wtf8Buf::with_capacity(bytes.len());
    let mut at = start;
    let mut handler: Option<Handler> = None;
    while let Err(fault) = decode(bytes, at, &mut out) {
        let handler = match &mut handler {
            Some(handler) => handler,
            none => none.insert(errors::handler(vm, errors)?),
        };
        let (replacement, next) = errors::on_decode(vm, handler, encoding, bytes, &fault)?;
        out.push_wtf8(&replacement);
        at = next;
        if at >= bytes.len() {
            break;
        }
    }
    Ok(out)
}

/// The codecs from bytes to bytes know no handlers of errors; Python 2 asserts that none is asked for.
fn check_octets(vm: &VirtualMachine, octets: Octets, errors: &str) -> PyResult<()> {
    if errors == "strict" || matches!(octets, Octets::StringEscape) {
        return Ok(());
    }
    Err(vm.new_exception_empty(vm.ctx.exceptions.assertion_error.to_owned()))
}

/// Calls a registered encoder or decoder: it returns a tuple of the result and a length.
fn call_codec(vm: &VirtualMachine, function: &PyObject, input: PyObjectRef, errors: &str, what: &str) -> PyResult {
    let result = function.call((input, vm.ctx.new_str(errors)), vm)?;
    match result.downcast_ref::<PyTuple>().map(|tuple| tuple.as_slice()) {
        Some([result, _]) => Ok(result.clone()),
        _ => Err(vm.new_type_error(format!("{what} must return a tuple (object,integer)"))),
    }
}

/// What the machine's library made, in Python 2's types.
fn from_library(vm: &VirtualMachine, object: PyObjectRef) -> PyObjectRef {
    if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        return text::new_str(vm, bytes.as_bytes());
    }
    match object.downcast_ref_if_exact::<PyStr>(vm) {
        Some(string) => text::new_unicode_wtf8(vm, string.as_wtf8()),
        None => object,
    }
}

// ---- encoding ---------------------------------------------------------------------------------------------------

/// Encodes unicode; the result is a byte string except for what the program registered.
pub fn encode_object(vm: &VirtualMachine, string: &Wtf8, encoding: Option<&str>, errors: Option<&str>) -> PyResult {
    let codec = find(vm, encoding.unwrap_or(default_name(vm)))?;
    encode_by(vm, &codec, string, errors.unwrap_or("strict"))
}

/// Encodes a byte string or unicode, as `codecs.encode` does.
pub fn encode_any(vm: &VirtualMachine, object: &PyObject, encoding: Option<&str>, errors: Option<&str>) -> PyResult {
    let codec = find(vm, encoding.unwrap_or(default_name(vm)))?;
    let errors = errors.unwrap_or("strict");
    let is_bytes = !text::is_unicode(object);
    match &codec {
        // Bytes to bytes: nothing is decoded.
        Codec::Octets(octets) if is_bytes => {
            let Some(bytes) = operand::char_buffer(vm, object) else { return Err(operand::no_string(vm, object)) };
            Ok(text::new_str(vm, &octets::encode(vm, *octets, &bytes)?))
        }
        Codec::Registered { encoder, library: false, .. } => {
            call_codec(vm, encoder, object.to_owned(), errors, "encoder")
        }
        _ => {
            let (string, _) = operand::argument(vm, Kind::Unicode, object)?;
            encode_by(vm, &codec, string.as_wtf8(), errors)
        }
    }
}

/// Decodes what is complete: the text and the number of bytes that it took.
pub fn decode_partly(
    vm: &VirtualMachine,
    bytes: &[u8],
    encoding: &str,
    errors: &str,
) -> PyResult<(PyObjectRef, usize)> {
    let codec = find(vm, encoding)?;
    if matches!(codec, Codec::Utf7) {
        let used = utf7::complete(bytes);
        let part = bytes.get(..used).unwrap_or_default();
        return Ok((decode_object(vm, part, Some(encoding), Some(errors))?, used));
    }
    let mut out = Wtf8Buf::new();
    let fault = match &codec {
        Codec::Utf8 | Codec::Utf8Sig => transform::decode_utf8(bytes, 0, &mut out),
        Codec::Utf16(order) => transform::decode_utf16(bytes, 0, &mut out, order.unwrap_or(Order::Little)),
        Codec::Utf32(order) => transform::decode_utf32(bytes, 0, &mut out, order.unwrap_or(Order::Little)),
        Codec::Multibyte(table) => table.decode(bytes, 0, &mut out),
        _ => Ok(()),
    };
    let used = match fault {
        Err(fault)
            if fault.end == bytes.len()
                && matches!(
                    fault.reason,
                    "unexpected end of data" | "truncated data" | "incomplete multibyte sequence"
                ) =>
        {
            fault.start
        }
        _ => bytes.len(),
    };
    let part = bytes.get(..used).unwrap_or_default();
    Ok((decode_object(vm, part, Some(encoding), Some(errors))?, used))
}

/// The name of a native codec as `codecs.lookup` needs it, or what a search function of the program gave.
pub fn find_registered(vm: &VirtualMachine, name: &str) -> PyResult {
    match find(vm, name)? {
        Codec::Registered { library: false, .. } => {
            let found = vm.state.codec_registry.lookup(name, vm)?;
            Ok(found.into_tuple().into())
        }
        _ => {
            let key = normalized(name);
            let known = NAMES.iter().find(|(names, _)| names.contains(&key.as_str()));
            let real = match known {
                Some((names, _)) => names.first().map(|name| (*name).to_owned()),
                None => tables::multibyte(&key).map(|table| table.name.to_owned()),
            };
            Ok(vm.ctx.new_str(real.unwrap_or_else(|| tables::real_name(vm, &key))).into())
        }
    }
}

/// Encodes to bytes, for native code.
pub fn encode(vm: &VirtualMachine, string: &Wtf8, encoding: &str, errors: &str) -> PyResult<Vec<u8>> {
    let object = encode_object(vm, string, Some(encoding), Some(errors))?;
    text::bytes_of(&object).ok_or_else(|| vm.new_type_error("encoder did not return a string object"))
}

/// The UTF-8 of text: the two surrogates of a pair are one character.
fn utf8_bytes(string: &Wtf8) -> std::borrow::Cow<'_, [u8]> {
    if string.as_str().is_ok() {
        return string.as_bytes().into();
    }
    let mut joined = Wtf8Buf::new();
    let mut chars = string.code_points().peekable();
    while let Some(c) = chars.next() {
        let low = chars.peek().map(|next| next.to_u32()).filter(|next| (0xdc00..0xe000).contains(next));
        let pair = match (c.to_u32(), low) {
            (high @ 0xd800..0xdc00, Some(low)) => CodePoint::from_u32(0x10000 + ((high - 0xd800) << 10) + low - 0xdc00),
            _ => None,
        };
        if pair.is_some() {
            chars.next();
        }
        joined.push(pair.unwrap_or(c));
    }
    joined.as_bytes().to_vec().into()
}

fn encode_by(vm: &VirtualMachine, codec: &Codec, string: &Wtf8, errors: &str) -> PyResult {
    let all = |encode: &dyn Fn(CodePoint, &mut Vec<u8>)| {
        let mut out = Vec::with_capacity(string.len());
        string.code_points().for_each(|c| encode(c, &mut out));
        Ok(text::new_str(vm, &out))
    };
    match codec {
        Codec::Utf8 => Ok(text::new_str(vm, &utf8_bytes(string))),
        Codec::Utf7 => Ok(text::new_str(vm, &utf7::encode(string))),
        Codec::Utf8Sig => {
            let mut out = b"\xef\xbb\xbf".to_vec();
            out.extend(string.as_bytes());
            Ok(text::new_str(vm, &out))
        }
        Codec::Ascii | Codec::Latin1 if string.is_ascii() => Ok(vm.ctx.new_str(string).into()),
        Codec::Ascii => {
            encode_with(vm, "ascii", string, errors, &transform::encode_below(0x80), "ordinal not in range(128)", true)
        }
        Codec::Latin1 => encode_with(
            vm,
            "latin-1",
            string,
            errors,
            &transform::encode_below(0x100),
            "ordinal not in range(256)",
            true,
        ),
        Codec::Utf16(order) => {
            let mut out = Vec::with_capacity(string.len() * 2 + 2);
            if order.is_none() {
                out.extend([0xff, 0xfe]);
            }
            let order = order.unwrap_or(Order::Little);
            string.code_points().for_each(|c| transform::encode_utf16(c, &mut out, order));
            Ok(text::new_str(vm, &out))
        }
        Codec::Utf32(order) => {
            let mut out = Vec::with_capacity(string.len() * 4 + 4);
            if order.is_none() {
                out.extend([0xff, 0xfe, 0, 0]);
            }
            let order = order.unwrap_or(Order::Little);
            string.code_points().for_each(|c| transform::encode_utf32(c, &mut out, order));
            Ok(text::new_str(vm, &out))
        }
        Codec::UnicodeEscape => all(&transform::encode_escape),
        Codec::RawUnicodeEscape => all(&transform::encode_raw_escape),
        Codec::Charmap(table) => {
            encode_with(vm, "charmap", string, errors, &|c, out| table.encode(c, out), tables::UNDEFINED, true)
        }
        Codec::Multibyte(table) => {
            // Encodings with states want the whole text at once.
            if let Some(bytes) = table.encode_all(string) {
                return Ok(text::new_str(vm, &bytes));
            }
            encode_with(vm, table.name, string, errors, &|c, out| table.encode(c, out), tables::ILLEGAL, false)
        }
        Codec::Octets(Octets::StringEscape) => {
            Err(vm.new_type_error("escape_encode() argument 1 must be string, not unicode"))
        }
        Codec::Octets(octets) => {
            check_octets(vm, *octets, errors)?;
            let bytes = text::encode_default(vm, string)?;
            Ok(text::new_str(vm, &octets::encode(vm, *octets, &bytes)?))
        }
        Codec::Rot13 => encode_with(
            vm,
            "charmap",
            string,
            errors,
            &|c, out| {
                let byte = u8::try_from(c.to_u32()).map(octets::rot13);
                out.extend(byte);
                byte.is_ok()
            },
            tables::UNDEFINED,
            true,
        ),
        Codec::Registered { encoder, library, .. } => {
            let result = call_codec(vm, encoder, text::new_unicode_wtf8(vm, string), errors, "encoder")?;
            Ok(if *library { from_library(vm, result) } else { result })
        }
    }
}

fn encode_with(
    vm: &VirtualMachine,
    encoding: &str,
    string: &Wtf8,
    errors: &str,
    encode: transform::EncodeChar<'_>,
    reason: &'static str,
    runs: bool,
) -> PyResult {
    let chars: Vec<CodePoint> = string.code_points().collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    let mut handler: Option<Handler> = None;
    while let Err(fault) = transform::encode_chars(&chars, at, &mut out, encode, reason, runs) {
        let handler = match &mut handler {
            Some(handler) => handler,
            none => none.insert(errors::handler(vm, errors)?),
        };
        let (replacement, next) = errors::on_encode(vm, handler, encoding, string, chars.len(), &fault)?;
        for c in replacement.code_points() {
            if !encode(c, &mut out) {
                return Err(text::encode_error(vm, encoding, string, fault.start, fault.end, reason));
            }
        }
        at = next;
    }
    Ok(text::new_str(vm, &out))
}

// ---- methods ----------------------------------------------------------------------------------------------------

/// The name under which the types keep Python 2's `encode`: the machine's library needs its own.
pub const ENCODE: &str = "<encode>";

/// Adds `decode` and Python 2's `encode` to both types.
pub fn patch(vm: &VirtualMachine) {
    for class in [vm.ctx.types.str_type, text::unicode_type(vm)] {
        methods::add(vm, class, "decode", PyMethodFlags::FASTCALL | PyMethodFlags::KEYWORDS, decode_method);
        methods::add(vm, class, ENCODE, PyMethodFlags::FASTCALL | PyMethodFlags::KEYWORDS, encode_method);
    }
}

/// Reads `encode` or `decode` of an object: strings and the string types have Python 2's methods, and the machine's own
/// `bytes` are byte strings.
pub fn read_method(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        return read_method(&text::new_str(vm, bytes.as_bytes()), name, vm);
    }
    if name.as_bytes() == b"encode" {
        let class = match object.downcast_ref::<PyType>() {
            Some(class) => class,
            None => object.class(),
        };
        if class.fast_issubclass(vm.ctx.types.str_type)
            && let Some(own) = class.get_attr(vm.ctx.intern_str("encode"))
            && vm.ctx.types.str_type.get_attr(vm.ctx.intern_str("encode")).is_some_and(|native| native.is(&own))
        {
            return object.get_attr(vm.ctx.intern_str(ENCODE), vm);
        }
    }
    object.get_attr(name, vm)
}

fn codec_arguments(name: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult<(Option<String>, Option<String>)> {
    let values = arguments::named(vm, name, args, &["encoding", "errors"], 0)?;
    let encoding = name_argument(vm, name, 1, values.first().and_then(|value| value.as_deref()))?;
    let errors = name_argument(vm, name, 2, values.get(1).and_then(|value| value.as_deref()))?;
    Ok((encoding, errors))
}

fn decode_method(zelf: methods::Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (encoding, errors) = codec_arguments("decode", args, vm)?;
    let bytes = match Kind::of(zelf.as_object()) {
        Kind::Bytes => text::narrow(zelf.as_wtf8()),
        Kind::Unicode => text::encode_default(vm, zelf.as_wtf8())?,
    };
    checked(vm, decode_object(vm, &bytes, encoding.as_deref(), errors.as_deref())?, "decoder")
}

fn encode_method(zelf: methods::Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (encoding, errors) = codec_arguments("encode", args, vm)?;
    let codec = find(vm, encoding.as_deref().unwrap_or(default_name(vm)))?;
    let errors = errors.as_deref().unwrap_or("strict");
    let is_bytes = Kind::of(zelf.as_object()) == Kind::Bytes;
    let result = match &codec {
        // Bytes to bytes: nothing is decoded.
        Codec::Octets(octets) if is_bytes => {
            text::new_str(vm, &octets::encode(vm, *octets, &text::narrow(zelf.as_wtf8()))?)
        }
        Codec::Registered { encoder, library: false, .. } if is_bytes => {
            call_codec(vm, encoder, zelf.clone().into(), errors, "encoder")?
        }
        _ => {
            let string = operand::receiver(vm, &zelf, Kind::Unicode)?;
            encode_by(vm, &codec, string.as_wtf8(), errors)?
        }
    };
    checked(vm, result, "encoder")
}

/// Codecs give strings.
fn checked(vm: &VirtualMachine, result: PyObjectRef, what: &str) -> PyResult {
    if text::is_basestring(&result) {
        return Ok(result);
    }
    let found = names::type_name_of(&result);
    Err(vm.new_type_error(format!("{what} did not return a string/unicode object (type={found})")))
}
