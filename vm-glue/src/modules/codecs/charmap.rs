//! `charmap_decode`, `charmap_encode` and the tables that they take.

use rustpython_vm::builtins::{PyDict, PyInt, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use super::builtin;
use super::natives::bytes;
use crate::runtime::codecs::errors::{self, Fault};
use crate::runtime::{arguments, codecs, text};

const UNDEFINED: &str = "character maps to <undefined>";

/// What a table says about a byte.
fn char_of(vm: &VirtualMachine, mapping: &PyObject, byte: u8) -> PyResult<Option<Wtf8Buf>> {
    let value = match mapping.get_item(vm.ctx.new_int(byte).as_object(), vm) {
        Ok(value) => value,
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.lookup_error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let one = |code: u32| {
        let mut text = Wtf8Buf::new();
        CodePoint::from_u32(code).map(|c| {
            text.push(c);
            text
        })
    };
    if let Some(int) = value.downcast_ref::<PyInt>() {
        let code = u32::try_from(int.as_bigint()).ok();
        return match code.and_then(|code| one(code).map(|text| (code, text))) {
            Some((0xfffe, _)) => Ok(None),
            Some((_, text)) => Ok(Some(text)),
            None => Err(vm.new_type_error("character mapping must be in range(0x110000)")),
        };
    }
    if vm.is_none(&value) {
        return Ok(None);
    }
    match value.downcast_ref::<PyStr>().filter(|_| text::is_unicode(&value)) {
        Some(text) if text.as_bytes() == "\u{fffe}".as_bytes() => Ok(None),
        Some(text) => Ok(Some(text.as_wtf8().to_owned())),
        None => Err(vm.new_type_error("character mapping must return integer, None or unicode")),
    }
}

/// `charmap_decode(input, errors='strict', mapping=None)`.
pub fn decode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = arguments::named(vm, "charmap_decode", args, &["input", "errors", "mapping"], 1)?;
    let [Some(input), wanted, mapping] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let Some(mapping) = mapping.as_ref().filter(|mapping| !vm.is_none(mapping)) else {
        return builtin::decode(vm, input, "latin_1", wanted.as_ref(), true);
    };
    let name = wanted.as_ref().map(|name| arguments::name(vm, "charmap_decode", 2, name)).transpose()?;
    let name = name.as_deref().unwrap_or("strict");
    let data = bytes(input, vm)?;
    let table: Option<Vec<CodePoint>> =
        mapping.downcast_ref::<PyStr>().map(|table| table.as_wtf8().code_points().collect());
    let mut out = Wtf8Buf::with_capacity(data.len());
    let mut handler = None;
    let mut at = 0;
    while let Some(byte) = data.get(at) {
        let found = match &table {
            Some(table) => match table.get(usize::from(*byte)).filter(|c| c.to_u32() != 0xfffe) {
                Some(c) => {
                    out.push(*c);
                    at += 1;
                    continue;
                }
                None => None,
            },
            None => char_of(vm, mapping, *byte)?,
        };
        if let Some(text) = found {
            out.push_wtf8(&text);
            at += 1;
            continue;
        }
        let handler = match &mut handler {
            Some(handler) => handler,
            none => none.insert(errors::handler(vm, name)?),
        };
        let (text, next) = errors::on_decode(vm, handler, "charmap", &data, &Fault::new(at, at + 1, UNDEFINED))?;
        out.push_wtf8(&text);
        at = next;
    }
    let used = vm.ctx.new_int(data.len()).into();
    Ok(vm.ctx.new_tuple(vec![text::new_unicode_buf(vm, out), used]).into())
}

/// What a table says about a character: nothing if it has none.
fn bytes_for(vm: &VirtualMachine, mapping: &PyObject, c: CodePoint) -> PyResult<Option<Vec<u8>>> {
    let value = match mapping.get_item(vm.ctx.new_int(c.to_u32()).as_object(), vm) {
        Ok(value) => value,
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.lookup_error) => return Ok(None),
        Err(error) => return Err(error),
    };
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return match u8::try_from(int.as_bigint()) {
            Ok(byte) => Ok(Some(vec![byte])),
            Err(_) => Err(vm.new_type_error("character mapping must be in range(256)")),
        };
    }
    if vm.is_none(&value) {
        return Ok(None);
    }
    match text::bytes_of(&value) {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(vm.new_type_error("character mapping must return integer, None or str")),
    }
}

/// `charmap_encode(input, errors='strict', mapping=None)`.
pub fn encode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = arguments::named(vm, "charmap_encode", args, &["input", "errors", "mapping"], 1)?;
    let [Some(input), wanted, mapping] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let Some(mapping) = mapping.as_ref().filter(|mapping| !vm.is_none(mapping)) else {
        return builtin::encode(vm, input, "latin_1", wanted.as_ref());
    };
    let name = wanted.as_ref().map(|name| arguments::name(vm, "charmap_encode", 2, name)).transpose()?;
    let name = name.as_deref().unwrap_or("strict");
    let object = text::unicode_object(vm, input)?;
    let Some(string) = object.downcast_ref::<PyStr>() else { return Err(vm.new_type_error("a string is needed")) };
    let string = string.as_wtf8();
    let chars: Vec<CodePoint> = string.code_points().collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut handler = None;
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if let Some(bytes) = bytes_for(vm, mapping, *c)? {
            out.extend(bytes);
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while let Some(c) = chars.get(end) {
            if bytes_for(vm, mapping, *c)?.is_some() {
                break;
            }
            end += 1;
        }
        let handler = match &mut handler {
            Some(handler) => handler,
            none => none.insert(errors::handler(vm, name)?),
        };
        let fault = Fault::new(at, end, UNDEFINED);
        let (replacement, next) = errors::on_encode(vm, handler, "charmap", string, chars.len(), &fault)?;
        for c in replacement.code_points() {
            match bytes_for(vm, mapping, c)? {
                Some(bytes) => out.extend(bytes),
                None => return Err(text::encode_error(vm, "charmap", string, at, end, UNDEFINED)),
            }
        }
        at = next;
    }
    let used = vm.ctx.new_int(chars.len()).into();
    Ok(vm.ctx.new_tuple(vec![text::new_str(vm, &out), used]).into())
}

/// `charmap_build(table)`: what `charmap_encode` takes for a table that says which character each byte is.
pub fn build(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let table = arguments::one(vm, "charmap_build", &args)?;
    let Some(table) = table.downcast_ref::<PyStr>().filter(|_| text::is_unicode(table)) else {
        return Err(vm.new_type_error("charmap_build() argument 1 must be unicode"));
    };
    let map = vm.ctx.new_dict();
    for (byte, c) in table.as_wtf8().code_points().enumerate() {
        if c.to_u32() != 0xfffe {
            map.set_item(vm.ctx.new_int(c.to_u32()).as_object(), vm.ctx.new_int(byte).into(), vm)?;
        }
    }
    Ok(map.into())
}

/// `make_identity_dict(rng)`.
pub fn identity(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let map = vm.ctx.new_dict();
    for number in vm.extract_elements_with(arguments::one(vm, "make_identity_dict", &args)?, Ok)? {
        map.set_item(&*number, number.clone(), vm)?;
    }
    Ok(map.into())
}

/// `make_encoding_map(decoding_map)`: what several bytes mean is mapped to None.
pub fn inverted(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = arguments::one(vm, "make_encoding_map", &args)?;
    let map = vm.ctx.new_dict();
    let pairs = match given.downcast_ref::<PyDict>() {
        Some(dict) => dict.items_vec(),
        None => crate::modules::objects::items(vm, given)?,
    };
    for (key, value) in pairs {
        let known = map.get_item_opt(&*value, vm)?.is_some();
        map.set_item(&*value, if known { vm.ctx.none() } else { key }, vm)?;
    }
    Ok(map.into())
}

/// `readbuffer_encode` and `charbuffer_encode`: the bytes of a buffer.
pub fn buffer(args: FuncArgs, any: bool, vm: &VirtualMachine) -> PyResult {
    let name = if any { "readbuffer_encode" } else { "charbuffer_encode" };
    let values = arguments::named(vm, name, args, &["data", "errors"], 1)?;
    let [Some(data), ..] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let found = match data.downcast_ref::<PyStr>().filter(|_| text::is_unicode(data)) {
        // The machine's own memory of unicode, as CPython built with four bytes has it.
        Some(string) if any => codecs::encode(vm, string.as_wtf8(), "unicode_internal", "strict").ok(),
        _ => bytes(data, vm).ok(),
    };
    let Some(found) = found else {
        let kind = crate::runtime::names::type_name_of(data);
        let wanted = if any { "string or read-only buffer" } else { "string or read-only character buffer" };
        return Err(vm.new_type_error(format!("{name}() argument 1 must be {wanted}, not {kind}")));
    };
    let length = vm.ctx.new_int(found.len()).into();
    Ok(vm.ctx.new_tuple(vec![text::new_str(vm, &found), length]).into())
}
