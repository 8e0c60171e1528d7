//! The module `_codecs`: the functions on which the codecs stand.

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::runtime::{arguments, codecs, operand, text};

/// Makes the module.
pub fn make(vm: &VirtualMachine) -> PyRef<PyModule> {
    let dict = vm.ctx.new_dict();
    let module = vm.new_module("_codecs", dict.clone(), None);
    let functions: Vec<(&str, PyObjectRef)> = vec![
        ("encode", vm.new_function("encode", encode).into()),
        ("decode", vm.new_function("decode", decode).into()),
        ("decode_partly", vm.new_function("decode_partly", decode_partly).into()),
        ("find", vm.new_function("find", find).into()),
        ("register", vm.new_function("register", register).into()),
        ("register_error", vm.new_function("register_error", register_error).into()),
        ("lookup_error", vm.new_function("lookup_error", lookup_error).into()),
    ];
    for (name, function) in functions {
        // A fresh dict of plain names cannot refuse them.
        let _ = dict.set_item(name, function, vm);
    }
    module
}

/// Encoding and error handler of a call.
struct Names {
    encoding: Option<String>,
    errors: Option<String>,
}

fn names(function: &str, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Names> {
    Ok(Names {
        encoding: codecs::name_argument(vm, function, 2, args.args.get(1).map(|value| &**value))?,
        errors: codecs::name_argument(vm, function, 3, args.args.get(2).map(|value| &**value))?,
    })
}

/// `encode(object, encoding, errors)`.
pub fn encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "encode", &args, 1, 3)?;
    let Names { encoding, errors } = names("encode", &args, vm)?;
    codecs::encode_any(vm, &args.args[0], encoding.as_deref(), errors.as_deref())
}

/// `decode(object, encoding, errors)`.
pub fn decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "decode", &args, 1, 3)?;
    let Names { encoding, errors } = names("decode", &args, vm)?;
    let bytes = bytes(&args.args[0], vm)?;
    codecs::decode_object(vm, &bytes, encoding.as_deref(), errors.as_deref())
}

/// `decode_partly(object, encoding, errors)`: the text and the number of bytes that it took; an incomplete end is left.
fn decode_partly(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "decode_partly", &args, 2, 3)?;
    let Names { encoding, errors } = names("decode_partly", &args, vm)?;
    let bytes = bytes(&args.args[0], vm)?;
    let (result, used) = codecs::decode_partly(
        vm,
        &bytes,
        encoding.as_deref().unwrap_or("ascii"),
        errors.as_deref().unwrap_or("strict"),
    )?;
    Ok(vm.ctx.new_tuple(vec![result, vm.ctx.new_int(used).into()]).into())
}

/// The bytes of a string or a buffer.
pub fn bytes(object: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    if let Some(string) = text::payload(object).filter(|_| text::is_unicode(object)) {
        return text::encode_default(vm, string.as_wtf8()).map(|bytes| bytes.into_owned());
    }
    operand::char_buffer(vm, object).ok_or_else(|| {
        let found = crate::runtime::names::type_name_of(object);
        vm.new_type_error(format!("must be string or buffer, not {found}"))
    })
}

/// `find(name)`: the name if it is a native codec, else the tuple that a search function gave.
fn find(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "lookup", &args, 1, 1)?;
    let name = arguments::name(vm, "lookup", 1, &args.args[0])?;
    codecs::find_registered(vm, &name)
}

/// `register(search_function)`.
pub fn register(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let function = arguments::one(vm, "register", &args)?;
    if !function.is_callable() {
        return Err(vm.new_type_error("argument must be callable"));
    }
    vm.state.codec_registry.register(function.to_owned(), vm)
}

/// `register_error(name, handler)`.
pub fn register_error(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    arguments::count(vm, "register_error", &args, 2, 2)?;
    let name = arguments::name(vm, "register_error", 1, &args.args[0])?;
    if !args.args[1].is_callable() {
        return Err(vm.new_type_error("handler must be callable"));
    }
    vm.state.codec_registry.register_error(name, args.args[1].clone());
    Ok(())
}

/// `lookup_error(name)`.
pub fn lookup_error(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "lookup_error", &args, 1, 1)?;
    match args.args[0].downcast_ref::<PyStr>() {
        Some(_) => vm.state.codec_registry.lookup_error(&arguments::name(vm, "lookup_error", 1, &args.args[0])?, vm),
        None => {
            let found = crate::runtime::names::type_name_of(args.args[0].as_object());
            Err(vm.new_type_error(format!("lookup_error() argument 1 must be string, not {found}")))
        }
    }
}
