//! The functions of `codecs`: looking codecs up, opening files, encoding and decoding what comes in pieces.

use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseException, PyModule};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::{builtin, charmap, natives};
use crate::import;
use crate::modules;
use crate::modules::objects::{get, global, set};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{arguments, codecs, dialect, text};

use super::interface::STRICT;

/// The functions that look as if written in Python.
pub const FUNCTIONS: &[Function] = &[
    function("getencoder", &["encoding"], Body::Run(|home, values, vm| part(home, values, "encode", false, vm))),
    function("getdecoder", &["encoding"], Body::Run(|home, values, vm| part(home, values, "decode", false, vm))),
    function(
        "getincrementalencoder",
        &["encoding"],
        Body::Run(|home, values, vm| part(home, values, "incrementalencoder", true, vm)),
    ),
    function(
        "getincrementaldecoder",
        &["encoding"],
        Body::Run(|home, values, vm| part(home, values, "incrementaldecoder", true, vm)),
    ),
    function("getreader", &["encoding"], Body::Run(|home, values, vm| part(home, values, "streamreader", false, vm))),
    function("getwriter", &["encoding"], Body::Run(|home, values, vm| part(home, values, "streamwriter", false, vm))),
    with_defaults(
        "open",
        &["filename", "mode", "encoding", "errors", "buffering"],
        &[Given::Text("rb"), Given::None, Given::Text("strict"), Given::Int(1)],
        Body::Run(open),
    ),
    with_defaults(
        "EncodedFile",
        &["file", "data_encoding", "file_encoding", "errors"],
        &[Given::None, Given::Text("strict")],
        Body::Run(encoded_file),
    ),
    Function {
        name: "iterencode",
        parameters: &["iterator", "encoding", "errors"],
        defaults: STRICT,
        body: Body::Raw(|home, args, vm| in_pieces(home, args, true, vm)),
    },
    Function {
        name: "iterdecode",
        parameters: &["iterator", "encoding", "errors"],
        defaults: STRICT,
        body: Body::Raw(|home, args, vm| in_pieces(home, args, false, vm)),
    },
];

/// `lookup(encoding)`.
pub fn lookup(home: &Arc<Home>, vm: &VirtualMachine, encoding: &PyObject) -> PyResult {
    let name = arguments::name(vm, "lookup", 1, encoding)?;
    let found = codecs::find_registered(vm, &name)?;
    if !text::is_str(&found) {
        return Ok(found);
    }
    // Names of hosts have a module of their own.
    if arguments::plain(&found) == Some("idna") {
        let last = vm.ctx.new_tuple(vec![vm.ctx.new_str("getregentry").into()]);
        let module = import::import_level(vm, "encodings.idna", None, Some(last.into()), 0)?;
        return module.get_attr("getregentry", vm)?.call((), vm);
    }
    builtin::info(home, vm, &found)
}

/// `lookup`, as the module has it at the time.
fn looked_up(home: &Home, vm: &VirtualMachine, encoding: &PyObjectRef) -> PyResult {
    global(vm, home, "lookup")?.call((encoding.clone(),), vm)
}

fn part(home: &Home, values: &[PyObjectRef], name: &'static str, needed: bool, vm: &VirtualMachine) -> PyResult {
    let Some(encoding) = values.first() else { return Ok(vm.ctx.none()) };
    let part = get(vm, &*looked_up(home, vm, encoding)?, name)?;
    if needed && vm.is_none(&part) {
        return Err(vm.new_exception(vm.ctx.exceptions.lookup_error.to_owned(), vec![encoding.clone()]));
    }
    Ok(part)
}

/// The mode of a file that a codec reads and writes: it is binary for the system.
fn binary(mode: &str) -> String {
    let mut mode = mode.replace('U', "");
    if !mode.starts_with(['r', 'w', 'a']) {
        mode.insert(0, 'r');
    }
    if !mode.contains('b') {
        mode.push('b');
    }
    mode
}

fn open(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [name, mode, encoding, errors, buffering] = values else { return Ok(vm.ctx.none()) };
    let plain = vm.is_none(encoding);
    let mode = match text::text_of(vm, mode)? {
        Some(text) if !plain => vm.ctx.new_str(binary(&text)).into(),
        _ => mode.clone(),
    };
    let builtin = dialect::get(vm, "open")?;
    let file = builtin.call((name.clone(), mode, buffering.clone()), vm)?;
    if plain {
        return Ok(file);
    }
    let info = looked_up(home, vm, encoding)?;
    let args = (file, get(vm, &info, "streamreader")?, get(vm, &info, "streamwriter")?, errors.clone());
    let stream = global(vm, home, "StreamReaderWriter")?.call(args, vm)?;
    set(vm, &stream, "encoding", encoding.clone())?;
    Ok(stream)
}

fn encoded_file(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [file, data, inner, errors] = values else { return Ok(vm.ctx.none()) };
    let inner = if vm.is_none(inner) { data } else { inner };
    let (outside, inside) = (looked_up(home, vm, data)?, looked_up(home, vm, inner)?);
    let args: Vec<PyObjectRef> = vec![
        file.clone(),
        get(vm, &outside, "encode")?,
        get(vm, &outside, "decode")?,
        get(vm, &inside, "streamreader")?,
        get(vm, &inside, "streamwriter")?,
        errors.clone(),
    ];
    let stream = global(vm, home, "StreamRecoder")?.call(args, vm)?;
    set(vm, &stream, "data_encoding", data.clone())?;
    set(vm, &stream, "file_encoding", inner.clone())?;
    Ok(stream)
}

// ---- in pieces --------------------------------------------------------------------------------------------------

/// What `iterencode` and `iterdecode` give.
#[pyclass(module = false, name = "generator")]
#[derive(Debug, PyPayload)]
struct Pieces {
    source: PyObjectRef,
    /// The method that takes a piece; none when the end was reached.
    take: Mutex<Option<PyObjectRef>>,
}

#[pyclass(with(IterNext), flags(DISALLOW_INSTANTIATION))]
impl Pieces {
    #[pymethod]
    fn close(zelf: &Py<Self>) {
        *zelf.take.lock() = None;
    }
}

impl SelfIter for Pieces {}

impl IterNext for Pieces {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        loop {
            let Some(take) = zelf.take.lock().clone() else { return Ok(PyIterReturn::StopIteration(None)) };
            let output = match PyIter::new(zelf.source.clone()).next(vm)? {
                PyIterReturn::Return(input) => take.call((input,), vm)?,
                PyIterReturn::StopIteration(_) => {
                    *zelf.take.lock() = None;
                    take.call((vm.ctx.new_str(""), vm.ctx.new_bool(true)), vm)?
                }
            };
            if output.clone().try_to_bool(vm)? {
                return Ok(PyIterReturn::Return(output));
            }
        }
    }
}

fn in_pieces(home: &Home, mut args: FuncArgs, encode: bool, vm: &VirtualMachine) -> PyResult {
    let (name, class, method) = match encode {
        true => ("iterencode", "getincrementalencoder", "encode"),
        false => ("iterdecode", "getincrementaldecoder", "decode"),
    };
    // Further keywords go to the encoder or decoder.
    let mut given = FuncArgs::from(std::mem::take(&mut args.args));
    for known in ["iterator", "encoding", "errors"] {
        if let Some(value) = args.kwargs.swap_remove(known) {
            given.kwargs.insert(known.into(), value);
        }
    }
    let values = arguments::of_python(vm, name, given, &["iterator", "encoding", "errors"], 2)?;
    let [Some(source), Some(encoding), errors] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let class = global(vm, home, class)?.call((encoding.clone(),), vm)?;
    let errors = errors.clone().unwrap_or_else(|| vm.ctx.new_str("strict").into());
    let mut making = FuncArgs::from(vec![errors]);
    making.kwargs = args.kwargs;
    let coder = class.call(making, vm)?;
    let take = Mutex::new(Some(get(vm, &coder, method)?));
    let source = source.get_iter(vm)?.into();
    let _ = Pieces::make_static_type();
    Ok(Pieces { source, take }.into_ref(&vm.ctx).into())
}

// ---- codecs as functions ----------------------------------------------------------------------------------------

/// Codecs with functions of their own: the names, and whether `decode` takes what is complete only.
const NAMED: &[(&str, &str, &str, bool)] = &[
    ("utf_8", "utf_8_encode", "utf_8_decode", true),
    ("utf_7", "utf_7_encode", "utf_7_decode", true),
    ("utf_16", "utf_16_encode", "utf_16_decode", true),
    ("utf_16_le", "utf_16_le_encode", "utf_16_le_decode", true),
    ("utf_16_be", "utf_16_be_encode", "utf_16_be_decode", true),
    ("utf_32", "utf_32_encode", "utf_32_decode", true),
    ("utf_32_le", "utf_32_le_encode", "utf_32_le_decode", true),
    ("utf_32_be", "utf_32_be_encode", "utf_32_be_decode", true),
    ("latin_1", "latin_1_encode", "latin_1_decode", false),
    ("ascii", "ascii_encode", "ascii_decode", false),
    ("unicode_escape", "unicode_escape_encode", "unicode_escape_decode", false),
    ("raw_unicode_escape", "raw_unicode_escape_encode", "raw_unicode_escape_decode", false),
    ("unicode_internal", "unicode_internal_encode", "unicode_internal_decode", false),
    ("string_escape", "escape_encode", "escape_decode", false),
];

/// `utf_16_ex_decode(data, errors='strict', byteorder=0, final=False)`: -1, 0 or 1 say which order is given and which
/// one was found.
fn with_order(args: FuncArgs, name: &'static str, vm: &VirtualMachine) -> PyResult {
    let values = arguments::named(vm, name, args, &["data", "errors", "byteorder", "final"], 1)?;
    let [Some(data), errors, order, last] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let last = last.as_ref().map_or(Ok(false), |last| last.clone().try_to_bool(vm))?;
    let mut order: i32 = order.as_ref().map_or(Ok(0), |order| order.try_to_value(vm))?;
    let (width, names): (usize, [&str; 2]) = match name {
        "utf_16_ex_decode" => (2, ["utf_16_le", "utf_16_be"]),
        _ => (4, ["utf_32_le", "utf_32_be"]),
    };
    let bytes = natives::bytes(data, vm)?;
    let mut start = 0;
    if order == 0 {
        order = match (width, bytes.get(..width)) {
            (2, Some([0xff, 0xfe])) | (4, Some([0xff, 0xfe, 0, 0])) => -1,
            (2, Some([0xfe, 0xff])) | (4, Some([0, 0, 0xfe, 0xff])) => 1,
            _ => 0,
        };
        start = if order == 0 { 0 } else { width };
    }
    let rest = text::new_str(vm, bytes.get(start..).unwrap_or_default());
    let codec = if order > 0 { names[1] } else { names[0] };
    let result = builtin::decode(vm, &rest, codec, errors.as_ref(), last)?;
    let (text, used) = super::interface::result_of(vm, &result)?;
    let used: usize = used.try_to_value(vm)?;
    Ok(vm.ctx.new_tuple(vec![text, vm.ctx.new_int(used + start).into(), vm.ctx.new_int(order).into()]).into())
}

/// `encode(obj, encoding=default, errors='strict')` and `decode`.
fn convert(args: FuncArgs, encode: bool, vm: &VirtualMachine) -> PyResult {
    let name = if encode { "encode" } else { "decode" };
    let values = arguments::named(vm, name, args, &["obj", "encoding", "errors"], 1)?;
    let [Some(object), rest @ ..] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let mut args = vec![object.clone()];
    match rest {
        [Some(encoding), Some(errors)] => args.extend([encoding.clone(), errors.clone()]),
        [Some(encoding), None] => args.push(encoding.clone()),
        [None, Some(errors)] => {
            args.extend([vm.ctx.new_str(text::default_codec(vm).name()).into(), errors.clone()]);
        }
        _ => {}
    }
    if encode { natives::encode(args.into(), vm) } else { natives::decode(args.into(), vm) }
}

/// The handler `backslashreplace`: for what cannot be encoded only.
pub fn backslash_replace(original: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let error = arguments::one(vm, "backslashreplace_errors", &args)?;
    if error.fast_isinstance(vm.ctx.exceptions.unicode_encode_error) {
        return original.call(args, vm);
    }
    if error.downcastable::<PyBaseException>() {
        let kind = crate::runtime::names::type_name_of(error);
        return Err(vm.new_type_error(format!("don't know how to handle {kind} in error callback")));
    }
    Err(vm.new_type_error("codec must pass exception instance"))
}

/// Puts the functions into the module.
pub fn fill(vm: &VirtualMachine, module: &Py<PyModule>, home: &Arc<Home>) {
    for (codec, encode, decode, partly) in NAMED {
        modules::set(vm, module, encode, builtin::encoder(vm, encode, codec));
        modules::set(vm, module, decode, builtin::decoder(vm, decode, codec, *partly));
    }
    let finder = home.clone();
    modules::set_function(vm, module, "lookup", move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        lookup(&finder, vm, arguments::one(vm, "lookup", &args)?)
    });
    modules::set_function(vm, module, "encode", |args: FuncArgs, vm: &VirtualMachine| convert(args, true, vm));
    modules::set_function(vm, module, "decode", |args: FuncArgs, vm: &VirtualMachine| convert(args, false, vm));
    modules::set_function(vm, module, "utf_16_ex_decode", |args: FuncArgs, vm: &VirtualMachine| {
        with_order(args, "utf_16_ex_decode", vm)
    });
    modules::set_function(vm, module, "utf_32_ex_decode", |args: FuncArgs, vm: &VirtualMachine| {
        with_order(args, "utf_32_ex_decode", vm)
    });
    modules::set_function(vm, module, "charmap_decode", charmap::decode);
    modules::set_function(vm, module, "charmap_encode", charmap::encode);
    modules::set_function(vm, module, "charmap_build", charmap::build);
    modules::set_function(vm, module, "make_identity_dict", charmap::identity);
    modules::set_function(vm, module, "make_encoding_map", charmap::inverted);
    modules::set_function(vm, module, "readbuffer_encode", |args: FuncArgs, vm: &VirtualMachine| {
        charmap::buffer(args, true, vm)
    });
    modules::set_function(vm, module, "charbuffer_encode", |args: FuncArgs, vm: &VirtualMachine| {
        charmap::buffer(args, false, vm)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        assert_eq!(binary("r"), "rb");
        assert_eq!(binary("rU"), "rb");
        assert_eq!(binary("U"), "rb");
        assert_eq!(binary("w+b"), "w+b");
        assert_eq!(binary("a"), "ab");
    }
}
