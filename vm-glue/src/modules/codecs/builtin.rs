//! The codecs that are built in, as `codecs.lookup` gives them: their functions, incremental classes and streams.

use std::sync::Arc;

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::interface::{STRICT, clear};
use super::natives::bytes;
use crate::import;
use crate::modules::objects::{call, get, global, set};
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, with_defaults};
use crate::runtime::{arguments, codecs, text};

/// A codec whose bytes begin with a mark.
struct Marked {
    name: &'static str,
    width: usize,
    /// Marks, and the codec of what follows.
    marks: &'static [(&'static [u8], &'static str)],
    /// The codec for later pieces that are encoded, and for bytes without a mark where that is no error.
    later: &'static str,
    /// What is said about bytes without a mark in a stream.
    fault: Option<&'static str>,
}

const MARKED: &[Marked] = &[
    Marked {
        name: "utf_16",
        width: 2,
        marks: &[(b"\xff\xfe", "utf_16_le"), (b"\xfe\xff", "utf_16_be")],
        later: "utf_16_le",
        fault: Some("UTF-16 stream does not start with BOM"),
    },
    Marked {
        name: "utf_32",
        width: 4,
        marks: &[(b"\xff\xfe\0\0", "utf_32_le"), (b"\0\0\xfe\xff", "utf_32_be")],
        later: "utf_32_le",
        fault: Some("UTF-32 stream does not start with BOM"),
    },
    Marked { name: "utf_8_sig", width: 3, marks: &[(b"\xef\xbb\xbf", "utf_8")], later: "utf_8", fault: None },
];

fn marked(name: &str) -> Option<&'static Marked> {
    MARKED.iter().find(|marked| marked.name == name)
}

/// The name of a codec as CPython says it.
fn shown(name: &str) -> String {
    match name {
        "latin_1" => "iso8859-1".to_owned(),
        "rot13" => "rot-13".to_owned(),
        name if ["euc_", "iso2022_", "shift_"].iter().any(|start| name.starts_with(start)) => name.to_owned(),
        name => name.replace('_', "-"),
    }
}

fn pair(vm: &VirtualMachine, result: PyObjectRef, used: usize) -> PyObjectRef {
    vm.ctx.new_tuple(vec![result, vm.ctx.new_int(used).into()]).into()
}

fn errors_of(vm: &VirtualMachine, function: &str, errors: Option<&PyObjectRef>) -> PyResult<Option<String>> {
    let errors = errors.filter(|errors| !vm.is_none(errors));
    codecs::name_argument(vm, function, 2, errors.map(|errors| &**errors))
}

/// Encodes: the result and the length of what was encoded.
pub fn encode(vm: &VirtualMachine, input: &PyObject, name: &str, errors: Option<&PyObjectRef>) -> PyResult {
    let errors = errors_of(vm, "encode", errors)?;
    let result = codecs::encode_any(vm, input, Some(name), errors.as_deref())?;
    let length = input.length(vm).or_else(|_| result.length(vm))?;
    Ok(pair(vm, result, length))
}

/// Decodes: the text and how many bytes it took, which are not all where more may follow.
pub fn decode(vm: &VirtualMachine, input: &PyObject, name: &str, errors: Option<&PyObjectRef>, last: bool) -> PyResult {
    if name == "unicode_internal" && text::is_unicode(input) {
        return Ok(pair(vm, input.to_owned(), input.length(vm)?));
    }
    let errors = errors_of(vm, "decode", errors)?;
    let data = bytes(input, vm)?;
    if last {
        let result = codecs::decode_object(vm, &data, Some(name), errors.as_deref())?;
        return Ok(pair(vm, result, data.len()));
    }
    let (result, used) = codecs::decode_partly(vm, &data, name, errors.as_deref().unwrap_or("strict"))?;
    Ok(pair(vm, result, used))
}

/// Arguments `input, errors='strict'` and, for some, `final`.
fn taken(vm: &VirtualMachine, name: &str, args: FuncArgs, most: usize) -> PyResult<Vec<Option<PyObjectRef>>> {
    let names = ["input", "errors", "final"];
    arguments::named(vm, name, args, names.get(..most).unwrap_or(&names), 1)
}

/// `encode(input, errors='strict')` of a codec.
pub fn encoder(vm: &VirtualMachine, label: &'static str, name: &'static str) -> PyObjectRef {
    vm.new_function(label, move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let values = taken(vm, label, args, 2)?;
        match values.as_slice() {
            [Some(input), errors] => encode(vm, input, name, errors.as_ref()),
            _ => Ok(vm.ctx.none()),
        }
    })
    .into()
}

/// `decode(input, errors='strict')` of a codec; with `partly`, it has the third argument `final=False`.
pub fn decoder(vm: &VirtualMachine, label: &'static str, name: &'static str, partly: bool) -> PyObjectRef {
    vm.new_function(label, move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let values = taken(vm, label, args, if partly { 3 } else { 2 })?;
        let last = match values.get(2) {
            Some(Some(last)) => last.clone().try_to_bool(vm)?,
            _ => !partly,
        };
        match values.as_slice() {
            [Some(input), errors, ..] => decode(vm, input, name, errors.as_ref(), last),
            _ => Ok(vm.ctx.none()),
        }
    })
    .into()
}

// ---- the classes of one codec -----------------------------------------------------------------------------------

const INPUT: &[&str] = &["self", "input", "errors"];

const ENCODER: &[Function] = &[
    with_defaults(
        "encode",
        &["self", "input", "final"],
        &[Given::Bool(false)],
        Body::Run(|_, values, vm| {
            let [this, input, last] = values else { return Ok(vm.ctx.none()) };
            if let Some(packer) = packer_of(this, vm)? {
                return pack(this, packer, input, last.clone().try_to_bool(vm)?, vm);
            }
            let errors = get(vm, this, "errors")?;
            once(this, input, &errors, vm)?.get_item(vm.ctx.new_int(0).as_object(), vm)
        }),
    ),
    function("reset", &["self"], Body::Run(start_again)),
];
const DECODER: &[Function] = &[
    function(
        "_buffer_decode",
        &["self", "input", "errors", "final"],
        Body::Run(|_, values, vm| match values {
            [this, input, errors, last] => piece(this, input, errors, last.clone().try_to_bool(vm)?, vm),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "reset",
        &["self"],
        Body::Run(|home, values, vm| {
            clear(home, values, vm)?;
            start_again(home, values, vm)
        }),
    ),
];
const WRITER: &[Function] = &[
    with_defaults(
        "encode",
        INPUT,
        STRICT,
        Body::Run(|_, values, vm| match values {
            [this, input, errors] => once(this, input, errors, vm),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function("reset", &["self"], Body::Run(start_again)),
];
const READER: &[Function] = &[
    with_defaults(
        "decode",
        INPUT,
        STRICT,
        Body::Run(|_, values, vm| match values {
            [this, input, errors] => piece(this, input, errors, false, vm),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function(
        "reset",
        &["self"],
        Body::Run(|_, values, vm| {
            if let Some(this) = values.first() {
                set(vm, this, "bytebuffer", vm.ctx.new_str(""))?;
                set(vm, this, "charbuffer", text::new_unicode(vm, ""))?;
                set(vm, this, "linebuffer", vm.ctx.none())?;
                set(vm, this, "_codec", get(vm, this, "_whole")?)?;
            }
            Ok(vm.ctx.none())
        }),
    ),
];

/// `_codec` is the codec for the next piece, `_whole` the one for the first.
fn start_again(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let Some(this) = values.first() {
        set(vm, this, "_codec", get(vm, this, "_whole")?)?;
        if packer_of(this, vm)?.is_some() {
            set(vm, this, "_worker", vm.ctx.none())?;
        }
    }
    Ok(vm.ctx.none())
}

fn codec_of(this: &PyObject, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    get(vm, this, "_codec")
}

/// A codec that packs bytes: its module, and what makes an object that packs or unpacks piece by piece.
struct Packer {
    name: &'static str,
    module: &'static str,
    pack: &'static str,
    unpack: &'static str,
}

const PACKERS: &[Packer] = &[
    Packer { name: "zlib", module: "zlib", pack: "compressobj", unpack: "decompressobj" },
    Packer { name: "bz2", module: "bz2", pack: "BZ2Compressor", unpack: "BZ2Decompressor" },
];

fn packer_of(this: &PyObject, vm: &VirtualMachine) -> PyResult<Option<&'static Packer>> {
    let codec = codec_of(this, vm)?;
    let name = arguments::plain(&codec).unwrap_or_default();
    // Only the incremental classes: streams pack what they write at once.
    let own = vm.get_attribute_opt(this, "stream")?.is_none();
    Ok(PACKERS.iter().find(|packer| own && packer.name == name))
}

/// The object that packs or unpacks for `this`, made at first.
fn worker(this: &PyObject, packer: &Packer, make: &'static str, vm: &VirtualMachine) -> PyResult {
    if let Some(known) = vm.get_attribute_opt(this, "_worker")?.filter(|known| !vm.is_none(known)) {
        return Ok(known);
    }
    let made = import::module(vm, packer.module)?.get_attr(vm.ctx.intern_str(make), vm)?.call((), vm)?;
    set(vm, this, "_worker", made.clone())?;
    Ok(made)
}

fn pack(this: &PyObject, packer: &Packer, input: &PyObjectRef, last: bool, vm: &VirtualMachine) -> PyResult {
    let worker = worker(this, packer, packer.pack, vm)?;
    let packed = call(vm, &worker, "compress", (input.clone(),))?;
    if !last {
        return Ok(packed);
    }
    set(vm, this, "_worker", vm.ctx.none())?;
    vm._add(&packed, &*call(vm, &worker, "flush", ())?)
}

fn unpack(this: &PyObject, packer: &Packer, input: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if input.length(vm)? == 0 {
        return Ok(pair(vm, vm.ctx.new_str("").into(), 0));
    }
    let worker = worker(this, packer, packer.unpack, vm)?;
    let text = call(vm, &worker, "decompress", (input.clone(),))?;
    Ok(pair(vm, text, input.length(vm)?))
}

/// Encodes with the mark in front of the first piece only.
fn once(this: &PyObject, input: &PyObjectRef, errors: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let codec = codec_of(this, vm)?;
    let name = arguments::plain(&codec).unwrap_or_default();
    let result = encode(vm, input, name, Some(errors))?;
    if let Some(marked) = marked(name) {
        set(vm, this, "_codec", vm.ctx.new_str(marked.later))?;
    }
    Ok(result)
}

/// Decodes a piece; the first one says by its mark what the codec is.
fn piece(this: &PyObject, input: &PyObjectRef, errors: &PyObjectRef, last: bool, vm: &VirtualMachine) -> PyResult {
    let codec = codec_of(this, vm)?;
    let name = arguments::plain(&codec).unwrap_or_default();
    if let Some(packer) = packer_of(this, vm)? {
        return unpack(this, packer, input, vm);
    }
    let Some(marked) = marked(name) else { return decode(vm, input, name, Some(errors), last) };
    let data = bytes(input, vm)?;
    if data.len() < marked.width && !last {
        let incomplete = marked.fault.is_some() || marked.marks.iter().any(|(mark, _)| mark.starts_with(&data));
        if incomplete {
            return Ok(pair(vm, text::new_unicode(vm, ""), 0));
        }
    }
    let found = marked.marks.iter().find(|(mark, _)| data.starts_with(mark));
    let (start, next) = match (found, marked.fault) {
        (Some((mark, next)), _) => (mark.len(), *next),
        (None, Some(fault)) if data.len() >= marked.width => {
            let class = vm.ctx.exceptions.unicode_error.to_owned();
            return Err(vm.new_exception(class, vec![vm.ctx.new_str(fault).into()]));
        }
        (None, _) => (0, marked.later),
    };
    let rest = text::new_str(vm, data.get(start..).unwrap_or_default());
    let result = decode(vm, &rest, next, Some(errors), last)?;
    set(vm, this, "_codec", vm.ctx.new_str(next))?;
    let (text, used) = super::interface::result_of(vm, &result)?;
    let used: usize = used.try_to_value(vm)?;
    Ok(pair(vm, text, used + start))
}

/// The `CodecInfo` of a codec, made when it is asked for first.
pub fn info(home: &Arc<Home>, vm: &VirtualMachine, name: &PyObjectRef) -> PyResult {
    let known = global(vm, home, "_known")?;
    if let Some(found) = crate::modules::objects::item_opt(vm, &known, name)? {
        return Ok(found);
    }
    let Some(text) = arguments::plain(name) else { return Err(vm.new_type_error("a name is needed")) };
    // As long as the program: there are as many as there are codecs.
    let text: &'static str = vm.ctx.intern_str(text).to_str().unwrap_or("ascii");
    let class = |label: &'static str, base: &str, functions: &'static [Function]| -> PyResult {
        let bases = vec![global(vm, home, base)?];
        let values = vec![("_codec", name.clone()), ("_whole", name.clone())];
        Class { name: label, module: "codecs", bases, functions, values, doc: None }.make(
            home,
            label.starts_with("Incremental"),
            vm,
        )
    };
    let args: Vec<PyObjectRef> = vec![
        encoder(vm, "encode", text),
        decoder(vm, "decode", text, false),
        class("StreamReader", "StreamReader", READER)?,
        class("StreamWriter", "StreamWriter", WRITER)?,
        class("IncrementalEncoder", "IncrementalEncoder", ENCODER)?,
        class("IncrementalDecoder", "BufferedIncrementalDecoder", DECODER)?,
        vm.ctx.new_str(shown(text)).into(),
    ];
    let made = global(vm, home, "CodecInfo")?.call(args, vm)?;
    known.set_item(&**name, made.clone(), vm)?;
    Ok(made)
}
