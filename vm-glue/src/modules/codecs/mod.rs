//! The module `codecs`: the registry of codecs, their classes, and files that encode and decode.

mod builtin;
mod charmap;
mod functions;
mod interface;
pub mod natives;
mod streams;

use std::sync::Arc;

use rustpython_vm::builtins::PyModule;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Class, Function, Home, object_of, publish};
use crate::modules::{self, objects};
use crate::runtime::text;

const ALL: &[&str] = &[
    "register",
    "lookup",
    "open",
    "EncodedFile",
    "BOM",
    "BOM_BE",
    "BOM_LE",
    "BOM32_BE",
    "BOM32_LE",
    "BOM64_BE",
    "BOM64_LE",
    "BOM_UTF8",
    "BOM_UTF16",
    "BOM_UTF16_LE",
    "BOM_UTF16_BE",
    "BOM_UTF32",
    "BOM_UTF32_LE",
    "BOM_UTF32_BE",
    "CodecInfo",
    "Codec",
    "IncrementalEncoder",
    "IncrementalDecoder",
    "StreamReader",
    "StreamWriter",
    "StreamReaderWriter",
    "StreamRecoder",
    "getencoder",
    "getdecoder",
    "getincrementalencoder",
    "getincrementaldecoder",
    "getreader",
    "getwriter",
    "encode",
    "decode",
    "iterencode",
    "iterdecode",
    "strict_errors",
    "ignore_errors",
    "replace_errors",
    "xmlcharrefreplace_errors",
    "backslashreplace_errors",
    "register_error",
    "lookup_error",
];

/// Marks at the beginning of files, under all their names.
const MARKS: &[(&[u8], &[&str])] = &[
    (b"\xef\xbb\xbf", &["BOM_UTF8"]),
    (b"\xff\xfe", &["BOM", "BOM_LE", "BOM_UTF16", "BOM_UTF16_LE", "BOM32_LE"]),
    (b"\xfe\xff", &["BOM_BE", "BOM_UTF16_BE", "BOM32_BE"]),
    (b"\xff\xfe\0\0", &["BOM_UTF32", "BOM_UTF32_LE", "BOM64_LE"]),
    (b"\0\0\xfe\xff", &["BOM_UTF32_BE", "BOM64_BE"]),
];

/// Names of error handlers, and of their functions.
const HANDLERS: &[(&str, &str)] = &[
    ("strict", "strict_errors"),
    ("ignore", "ignore_errors"),
    ("replace", "replace_errors"),
    ("xmlcharrefreplace", "xmlcharrefreplace_errors"),
    ("backslashreplace", "backslashreplace_errors"),
];

/// Classes: name, base (empty for a classic class without one, `object` for a new one), methods, description.
const CLASSES: &[(&str, &str, &[Function], &str)] = &[
    ("Codec", "", interface::CODEC, "The interface of codecs without a state."),
    ("IncrementalEncoder", "object", interface::ENCODER, "Encodes a text that comes in pieces."),
    (
        "BufferedIncrementalEncoder",
        "IncrementalEncoder",
        interface::BUFFERED_ENCODER,
        "An encoder that keeps what it could not encode yet.",
    ),
    ("IncrementalDecoder", "object", interface::DECODER, "Decodes bytes that come in pieces."),
    (
        "BufferedIncrementalDecoder",
        "IncrementalDecoder",
        interface::BUFFERED_DECODER,
        "A decoder that keeps incomplete bytes for the next piece.",
    ),
    ("StreamWriter", "Codec", streams::WRITER, "Encodes what is written and passes it on to a stream."),
    ("StreamReader", "Codec", streams::READER, "Decodes what it reads from a stream."),
    ("StreamReaderWriter", "", streams::BOTH, "A stream that is read and written through a reader and a writer."),
    ("StreamRecoder", "", streams::RECODER, "A stream of bytes in one encoding over a stream in another."),
    ("CodecInfo", "tuple", interface::INFO, "What lookup() returns."),
];

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let put = |name: &'static str, value: PyObjectRef| modules::set(vm, module, name, value);
    put("__all__", vm.ctx.new_list(ALL.iter().map(|name| vm.ctx.new_str(*name).into()).collect()).into());
    for (mark, names) in MARKS {
        for name in *names {
            put(name, text::new_str(vm, mark));
        }
    }
    modules::set_function(vm, module, "register", natives::register);
    modules::set_function(vm, module, "register_error", natives::register_error);
    modules::set_function(vm, module, "lookup_error", natives::lookup_error);
    let handler = objects::global(vm, &home, "lookup_error")?;
    // The machine's handler decodes too, which Python 2's does not.
    let original = handler.call((vm.ctx.new_str("backslashreplace"),), vm)?;
    let ours: PyObjectRef = vm
        .new_function("backslashreplace_errors", move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            functions::backslash_replace(original.clone(), args, vm)
        })
        .into();
    vm.state.codec_registry.register_error("backslashreplace".to_owned(), ours.clone());
    for (handler_name, name) in HANDLERS {
        put(name, handler.call((vm.ctx.new_str(*handler_name),), vm)?);
    }
    put("backslashreplace_errors", ours);
    put("_known", vm.ctx.new_dict().into());
    for (name, base, functions, doc) in CLASSES {
        let bases = match *base {
            "" => Vec::new(),
            "object" => vec![vm.ctx.types.object_type.as_object().to_owned()],
            "tuple" => vec![vm.ctx.types.tuple_type.as_object().to_owned()],
            base => vec![objects::global(vm, &home, base)?],
        };
        let values = match *name {
            "CodecInfo" => {
                let new = object_of(vm, &interface::NEW_INFO, &home, "codecs");
                vec![("__new__", vm.ctx.types.staticmethod_type.as_object().call((new,), vm)?)]
            }
            "StreamReaderWriter" => vec![("encoding", vm.ctx.new_str("unknown").into())],
            "StreamRecoder" => vec![
                ("data_encoding", vm.ctx.new_str("unknown").into()),
                ("file_encoding", vm.ctx.new_str("unknown").into()),
            ],
            _ => Vec::new(),
        };
        let new_style = name.contains("Incremental") || *name == "CodecInfo";
        let class = Class { name, module: "codecs", bases, functions, values, doc: Some(doc) };
        put(name, class.make(&home, new_style, vm)?);
    }
    publish(vm, module, &home, functions::FUNCTIONS, "codecs");
    functions::fill(vm, module, &home);
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "codecs");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
