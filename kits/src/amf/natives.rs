//! The native module `_pyamf`: what the modules of `pyamf` are built on.
//!
//! * `encode(values, version)` → str; `decode(data, version)` → list of values
//! * `encode_envelope(version, headers, bodies)` → str; headers are `(name, required, value)`, bodies
//!   `(target, response, value)`, where a tuple as value is the list of a call's arguments;
//!   `decode_envelope(data)` → `(version, headers, bodies)`
//! * `encode_shared_object(name, version, pairs)` → str; `decode_shared_object(data)` → `(name, version, pairs)`

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyTuple};
use rustpython_vm::{PyObject, PyObjectRef, PyRef, PyResult, TryFromObject, VirtualMachine};

use super::envelope::{self, Body, Envelope, Header};
use super::input::{Input, Trouble};
use super::shapes::Shapes;
use super::shared_object::{self, SharedObject};
use super::{amf0, amf3};
use crate::libraries::{self, make_module};

/// The exception of `pyamf` for what is wrong with data.
fn raised(vm: &VirtualMachine, trouble: Trouble) -> PyBaseExceptionRef {
    let (class, message) = match trouble {
        Trouble::Raised(error) => return error,
        Trouble::Short => ("EOStream", "the data end within a value".to_owned()),
        Trouble::Reference(number) => ("ReferenceError", format!("Unknown reference {number}")),
        Trouble::TooDeep => ("DecodeError", "values are nested too deep".to_owned()),
        Trouble::Bad(message) => ("DecodeError", message),
    };
    let made = libraries::module(vm, "pyamf")
        .and_then(|module| module.get_attr(vm.ctx.intern_str(class), vm))
        .and_then(|class| class.call((text::native(vm, &message),), vm));
    match made {
        Ok(made) => made.downcast().unwrap_or_else(|_| vm.new_value_error(message)),
        Err(error) => error,
    }
}

fn data_of(vm: &VirtualMachine, data: &PyObject) -> PyResult<Vec<u8>> {
    match text::bytes_of(data) {
        Some(bytes) => Ok(bytes),
        None => text::str_of(vm, data),
    }
}

fn string(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    text::unicode_of(vm, value)
}

/// The parts of a tuple.
fn triple(vm: &VirtualMachine, value: PyObjectRef) -> PyResult<[PyObjectRef; 3]> {
    let parts = Vec::<PyObjectRef>::try_from_object(vm, value)?;
    parts.try_into().map_err(|_| vm.new_type_error("three parts were expected"))
}

fn encode(values: Vec<PyObjectRef>, version: u32, vm: &VirtualMachine) -> PyResult {
    let shapes = Shapes::new(vm)?;
    let out = if version == 3 {
        let mut writer = amf3::Writer::new(&shapes);
        values.iter().try_for_each(|value| writer.value(value)).map(|()| writer.out)
    } else {
        let mut writer = amf0::Writer::new(&shapes, false);
        values.iter().try_for_each(|value| writer.value(value)).map(|()| writer.out)
    };
    out.map(|out| text::new_str(vm, &out)).map_err(|trouble| raised(vm, trouble))
}

fn decode(data: PyObjectRef, version: u32, vm: &VirtualMachine) -> PyResult {
    let shapes = Shapes::new(vm)?;
    let data = data_of(vm, &data)?;
    let mut input = Input::new(&data);
    let (mut old, mut new) = (amf0::Reader::new(&shapes), amf3::Reader::new(&shapes));
    let mut values = Vec::new();
    while !input.is_empty() {
        let value = if version == 3 { new.value(&mut input) } else { old.value(&mut input) };
        values.push(value.map_err(|trouble| raised(vm, trouble))?);
    }
    Ok(vm.ctx.new_list(values).into())
}

fn encode_envelope(version: u16, headers: Vec<PyObjectRef>, bodies: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let shapes = Shapes::new(vm)?;
    let mut envelope = Envelope { version, headers: Vec::new(), bodies: Vec::new() };
    for header in headers {
        let [name, required, value] = triple(vm, header)?;
        let required = required.try_to_bool(vm)?;
        envelope.headers.push(Header { name: string(vm, &name)?, required, value });
    }
    for body in bodies {
        let [target, response, value] = triple(vm, body)?;
        envelope.bodies.push(Body { target: string(vm, &target)?, response: string(vm, &response)?, value });
    }
    let arguments = |value: &PyObjectRef| value.downcast_ref::<PyTuple>().map(|tuple| tuple.as_slice().to_vec());
    let out = envelope::write(&shapes, &envelope, arguments).map_err(|trouble| raised(vm, trouble))?;
    Ok(text::new_str(vm, &out))
}

fn decode_envelope(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let shapes = Shapes::new(vm)?;
    let data = data_of(vm, &data)?;
    let envelope = envelope::read(&shapes, &data).map_err(|trouble| raised(vm, trouble))?;
    let tuple = |parts: Vec<PyObjectRef>| -> PyObjectRef { vm.ctx.new_tuple(parts).into() };
    let headers = envelope.headers.into_iter().map(|header| {
        tuple(vec![text::native(vm, &header.name), vm.ctx.new_bool(header.required).into(), header.value])
    });
    let headers = vm.ctx.new_list(headers.collect()).into();
    let bodies = envelope
        .bodies
        .into_iter()
        .map(|body| tuple(vec![text::native(vm, &body.target), text::native(vm, &body.response), body.value]));
    let bodies = vm.ctx.new_list(bodies.collect()).into();
    Ok(tuple(vec![vm.ctx.new_int(envelope.version).into(), headers, bodies]))
}

fn encode_shared_object(name: PyObjectRef, version: u32, pairs: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let shapes = Shapes::new(vm)?;
    let mut values = Vec::new();
    for pair in pairs {
        match Vec::<PyObjectRef>::try_from_object(vm, pair)?.as_slice() {
            [name, value] => values.push((string(vm, name)?, value.clone())),
            _ => return Err(vm.new_type_error("pairs were expected")),
        }
    }
    let object = SharedObject { name: string(vm, &name)?, version, values };
    let out = shared_object::write(&shapes, &object).map_err(|trouble| raised(vm, trouble))?;
    Ok(text::new_str(vm, &out))
}

fn decode_shared_object(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let shapes = Shapes::new(vm)?;
    let data = data_of(vm, &data)?;
    let object = shared_object::read(&shapes, &data).map_err(|trouble| raised(vm, trouble))?;
    let pairs = object
        .values
        .into_iter()
        .map(|(name, value)| vm.ctx.new_tuple(vec![text::native(vm, &name), value]).into())
        .collect();
    let parts =
        vec![text::native(vm, &object.name), vm.ctx.new_int(object.version).into(), vm.ctx.new_list(pairs).into()];
    Ok(vm.ctx.new_tuple(parts).into())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let parts: Vec<(&'static str, PyObjectRef)> = vec![
        ("encode", vm.new_function("encode", encode).into()),
        ("decode", vm.new_function("decode", decode).into()),
        ("encode_envelope", vm.new_function("encode_envelope", encode_envelope).into()),
        ("decode_envelope", vm.new_function("decode_envelope", decode_envelope).into()),
        ("encode_shared_object", vm.new_function("encode_shared_object", encode_shared_object).into()),
        ("decode_shared_object", vm.new_function("decode_shared_object", decode_shared_object).into()),
    ];
    make_module(vm, "_pyamf", parts)
}
