//! UnicodeDecodeError and its kin: arguments and texts of Python 2.7.

use super::{names, text};
use rustpython_common::wtf8::CodePoint;
use rustpython_vm::builtins::{PyBytes, PyInt, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::sync::OnceLock;

type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;

/// The machine's own functions.
static DECODE_INIT: OnceLock<Init> = OnceLock::new();
static ENCODE_INIT: OnceLock<Init> = OnceLock::new();
static TRANSLATE_INIT: OnceLock<Init> = OnceLock::new();

/// Replaces the slots.
pub fn patch(vm: &VirtualMachine) {
    let zoo = &vm.ctx.exceptions;
    let decode = zoo.unicode_decode_error.slots();
    if let Some(init) = decode.init.load() {
        let _ = DECODE_INIT.set(init);
    }
    decode.init.store(Some(decode_init));
    decode.str.store(Some(decode_str));
    let encode = zoo.unicode_encode_error.slots();
    if let Some(init) = encode.init.load() {
        let _ = ENCODE_INIT.set(init);
    }
    encode.init.store(Some(encode_init));
    encode.str.store(Some(encode_str));
    let translate = zoo.unicode_translate_error.slots();
    if let Some(init) = translate.init.load() {
        let _ = TRANSLATE_INIT.set(init);
    }
    translate.init.store(Some(translate_init));
    translate.str.store(Some(translate_str));
    for class in [zoo.unicode_decode_error, zoo.unicode_encode_error, zoo.unicode_translate_error] {
        for name in ["__init__", "__str__"] {
            class.attributes().remove(vm.ctx.intern_str(name));
        }
        rustpython_vm::class::add_operators(class, &vm.ctx, <PyStr as rustpython_vm::class::PyClassDef>::ATTR_DOCS);
        class.modified();
    }
}

/// What an argument has to be.
#[derive(Clone, Copy)]
enum Wanted {
    Str,
    Unicode,
    /// A byte string of either version.
    Bytes,
    Integer,
}

fn check(args: &FuncArgs, wanted: &[Wanted], vm: &VirtualMachine) -> PyResult<()> {
    let given = args.args.len();
    if given != wanted.len() {
        return Err(vm.new_type_error(format!("function takes exactly {} arguments ({given} given)", wanted.len())));
    }
    for (index, (argument, wanted)) in args.args.iter().zip(wanted).enumerate() {
        let (good, name) = match wanted {
            // The machine's library passes its own strings, which are byte strings to Python 2.
            Wanted::Str => (text::is_str(argument), "str"),
            Wanted::Unicode => (text::is_basestring(argument), "unicode"),
            Wanted::Bytes => (
                text::is_str(argument)
                    || argument.class().slots().as_buffer.load().is_some() && !text::is_unicode(argument),
                "str",
            ),
            Wanted::Integer => {
                if argument.downcastable::<PyInt>() {
                    continue;
                }
                return Err(vm.new_type_error("an integer is required"));
            }
        };
        if !good {
            let found = names::type_name_of(argument);
            return Err(vm.new_type_error(format!("argument {} must be {name}, not {found}", index + 1)));
        }
    }
    Ok(())
}

fn original(init: &OnceLock<Init>, zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    match init.get() {
        Some(init) => init(zelf, args, vm),
        None => Err(vm.new_system_error("the string types are not installed")),
    }
}

fn decode_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    check(&args, &[Wanted::Str, Wanted::Bytes, Wanted::Integer, Wanted::Integer, Wanted::Str], vm)?;
    let object = args.args.get(1).cloned();
    original(&DECODE_INIT, zelf, args, vm)?;
    match object {
        Some(object) if !object.downcastable::<PyBytes>() => zelf.set_attr("object", object, vm),
        _ => Ok(()),
    }
}

fn encode_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    check(&args, &[Wanted::Str, Wanted::Unicode, Wanted::Integer, Wanted::Integer, Wanted::Str], vm)?;
    original(&ENCODE_INIT, zelf, args, vm)
}

fn translate_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    check(&args, &[Wanted::Unicode, Wanted::Integer, Wanted::Integer, Wanted::Str], vm)?;
    original(&TRANSLATE_INIT, zelf, args, vm)
}

/// The attributes that the texts are made of.
struct Parts {
    encoding: String,
    object: PyObjectRef,
    start: isize,
    end: isize,
    reason: String,
}

fn parts(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Parts>> {
    let object = zelf.get_attr("object", vm)?;
    if vm.is_none(&object) {
        return Ok(None);
    }
    let string = |name: &'static str| -> PyResult<String> {
        let value = zelf.get_attr(name, vm)?;
        Ok(value.downcast_ref::<PyStr>().map(|text| text.to_string()).unwrap_or_default())
    };
    let integer = |name: &'static str| -> PyResult<isize> {
        let value = zelf.get_attr(name, vm)?;
        Ok(value.downcast_ref::<PyInt>().and_then(|int| isize::try_from(int.as_bigint()).ok()).unwrap_or(0))
    };
    Ok(Some(Parts {
        encoding: string("encoding")?,
        object,
        start: integer("start")?,
        end: integer("end")?,
        reason: string("reason")?,
    }))
}

fn decode_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(Parts { encoding, object, start, end, reason }) = parts(zelf, vm)? else {
        return Ok(vm.ctx.new_str(""));
    };
    let bytes = text::bytes_of(&object).unwrap_or_default();
    let single = usize::try_from(start).ok().and_then(|start| bytes.get(start)).filter(|_| end == start + 1);
    Ok(vm.ctx.new_str(match single {
        Some(byte) => format!("'{encoding}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"),
        None => format!("'{encoding}' codec can't decode bytes in position {start}-{}: {reason}", end - 1),
    }))
}

fn escaped(c: CodePoint) -> String {
    match c.to_u32() {
        code @ 0..=0xff => format!("\\x{code:02x}"),
        code @ 0x100..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

fn single_char(parts: &Parts) -> Option<CodePoint> {
    let text = parts.object.downcast_ref::<PyStr>()?;
    let start = usize::try_from(parts.start).ok().filter(|_| parts.end == parts.start + 1)?;
    text.as_wtf8().code_points().nth(start)
}

fn encode_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(parts) = parts(zelf, vm)? else { return Ok(vm.ctx.new_str("")) };
    let Parts { encoding, start, end, reason, .. } = &parts;
    Ok(vm.ctx.new_str(match single_char(&parts) {
        Some(c) => {
            format!("'{encoding}' codec can't encode character u'{}' in position {start}: {reason}", escaped(c))
        }
        None => format!("'{encoding}' codec can't encode characters in position {start}-{}: {reason}", end - 1),
    }))
}

fn translate_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(parts) = parts(zelf, vm)? else { return Ok(vm.ctx.new_str("")) };
    let Parts { start, end, reason, .. } = &parts;
    Ok(vm.ctx.new_str(match single_char(&parts) {
        Some(c) => format!("can't translate character u'{}' in position {start}: {reason}", escaped(c)),
        None => format!("can't translate characters in position {start}-{}: {reason}", end - 1),
    }))
}
