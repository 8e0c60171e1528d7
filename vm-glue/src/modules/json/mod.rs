//! The module `_json2`: what `json` (embedded Python 2) does in Rust. `scan` reads a value, `encode` writes one.

mod decode;
mod encode;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{FromArgs, PyObjectRef, PyRef, PyResult, VirtualMachine};

use self::decode::{Failure, Reader};
use crate::modules;
use crate::runtime::text;

#[derive(FromArgs)]
struct ScanArgs {
    #[pyarg(any)]
    document: PyObjectRef,
    #[pyarg(any)]
    start: usize,
    #[pyarg(any)]
    encoding: PyObjectRef,
    #[pyarg(any)]
    strict: bool,
    #[pyarg(any)]
    object_hook: PyObjectRef,
    #[pyarg(any)]
    object_pairs_hook: PyObjectRef,
    #[pyarg(any)]
    parse_float: PyObjectRef,
    #[pyarg(any)]
    parse_int: PyObjectRef,
    #[pyarg(any)]
    parse_constant: PyObjectRef,
}

/// The usual spelling of the encoding names that need no codec look-up.
fn encoding_name(vm: &VirtualMachine, encoding: &PyObjectRef) -> PyResult<String> {
    if vm.is_none(encoding) {
        return Ok("utf-8".to_owned());
    }
    let name = text::text_of(vm, encoding)?.unwrap_or_default().to_lowercase();
    Ok(if matches!(name.as_str(), "utf8" | "utf_8" | "u8") { "utf-8".to_owned() } else { name })
}

/// `scan(document, start, …)` → `(value, end)`, `None` if there is no value, or `(message, position)` as a list.
fn scan(args: ScanArgs, vm: &VirtualMachine) -> PyResult {
    let Some((data, unicode)) = decode::document(&args.document) else {
        return Err(vm.new_type_error("expected string or buffer"));
    };
    let hook = |hook: PyObjectRef| Some(hook).filter(|hook| !vm.is_none(hook));
    let options = decode::Options {
        strict: args.strict,
        encoding: encoding_name(vm, &args.encoding)?,
        object_hook: hook(args.object_hook),
        object_pairs_hook: hook(args.object_pairs_hook),
        parse_float: hook(args.parse_float),
        parse_int: hook(args.parse_int),
        parse_constant: hook(args.parse_constant),
    };
    let reader = Reader { vm, data: &data, unicode, options: &options };
    // A start in characters of a document with others than ASCII: find its byte.
    let start = if unicode && args.start > 0 {
        let mut starts = data.iter().enumerate().filter(|(_, byte)| **byte & 0xc0 != 0x80).map(|(at, _)| at);
        starts.nth(args.start).unwrap_or(data.len())
    } else {
        args.start
    };
    let pair = |first: PyObjectRef, at: usize| vec![first, vm.ctx.new_int(reader.position(at)).into()];
    match reader.value(start, 0) {
        Ok((value, end)) => Ok(vm.ctx.new_tuple(pair(value, end)).into()),
        Err(Failure::NoValue) => Ok(vm.ctx.none()),
        Err(Failure::At(message, at)) => Ok(vm.ctx.new_list(pair(text::native(vm, message), at)).into()),
        Err(Failure::Raised(raised)) => Err(raised),
    }
}

#[derive(FromArgs)]
struct EncodeArgs {
    #[pyarg(any)]
    value: PyObjectRef,
    #[pyarg(any)]
    default: PyObjectRef,
    #[pyarg(any)]
    skipkeys: bool,
    #[pyarg(any)]
    ensure_ascii: bool,
    #[pyarg(any)]
    allow_nan: bool,
    #[pyarg(any)]
    sort_keys: bool,
    #[pyarg(any)]
    indent: PyObjectRef,
    #[pyarg(any)]
    item_separator: PyObjectRef,
    #[pyarg(any)]
    key_separator: PyObjectRef,
    #[pyarg(any)]
    encoding: PyObjectRef,
}

/// `encode(value, …)` → the JSON text.
fn encode(args: EncodeArgs, vm: &VirtualMachine) -> PyResult {
    let string = |value: &PyObjectRef| PyResult::Ok(text::text_of(vm, value)?.unwrap_or_default());
    let indent = if vm.is_none(&args.indent) {
        None
    } else {
        match usize::try_from(args.indent.try_int(vm)?.as_bigint()) {
            Ok(width) => Some(" ".repeat(width.min(1000))),
            Err(_) => Some(String::new()),
        }
    };
    let options = encode::Options {
        skipkeys: args.skipkeys,
        ensure_ascii: args.ensure_ascii,
        allow_nan: args.allow_nan,
        sort_keys: args.sort_keys,
        indent,
        item_separator: string(&args.item_separator)?,
        key_separator: string(&args.key_separator)?,
        encoding: encoding_name(vm, &args.encoding)?,
        default: args.default,
    };
    let mut writer = encode::Writer::new(vm, &options);
    writer.value(&args.value, 0)?;
    writer.finish()
}

/// Makes the module `_json2`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_json2");
    let parts: [(&str, PyObjectRef); 2] =
        [("scan", vm.new_function("scan", scan).into()), ("encode", vm.new_function("encode", encode).into())];
    for (name, value) in parts {
        modules::set(vm, &module, name, value);
    }
    module
}
