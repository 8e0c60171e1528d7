//! The classes of `codecs` that programs derive from: `Codec`, the incremental encoders and decoders, `CodecInfo`.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::modules::objects::{call, format, get, set};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};

/// The value of `errors` that is left out.
pub const STRICT: &[Given] = &[Given::Text("strict")];
const FINAL: &[Given] = &[Given::Bool(false)];

/// A method that does nothing.
pub const fn nothing(name: &'static str) -> Function {
    function(name, &["self"], Body::Nothing)
}

/// `Codec`.
pub const CODEC: &[Function] = &[
    with_defaults("encode", &["self", "input", "errors"], STRICT, Body::Run(missing)),
    with_defaults("decode", &["self", "input", "errors"], STRICT, Body::Run(missing)),
];

/// `IncrementalEncoder`.
pub const ENCODER: &[Function] = &[
    with_defaults("__init__", &["self", "errors"], STRICT, Body::Run(init_buffered)),
    with_defaults("encode", &["self", "input", "final"], FINAL, Body::Run(missing)),
    nothing("reset"),
    function("getstate", &["self"], Body::Run(|_, _, vm| Ok(vm.ctx.new_int(0).into()))),
    function("setstate", &["self", "state"], Body::Nothing),
];

/// `BufferedIncrementalEncoder`: keeps what could not be encoded yet.
pub const BUFFERED_ENCODER: &[Function] = &[
    with_defaults("__init__", &["self", "errors"], STRICT, Body::Run(init_buffered)),
    function("_buffer_encode", &["self", "input", "errors", "final"], Body::Run(missing)),
    with_defaults(
        "encode",
        &["self", "input", "final"],
        FINAL,
        Body::Run(|_, values, vm| buffered(values, "_buffer_encode", vm)),
    ),
    function("reset", &["self"], Body::Run(clear)),
    function(
        "getstate",
        &["self"],
        Body::Run(|_, values, vm| {
            let buffer = own(values, "buffer", vm)?;
            Ok(if buffer.clone().try_to_bool(vm)? { buffer } else { vm.ctx.new_int(0).into() })
        }),
    ),
    function(
        "setstate",
        &["self", "state"],
        Body::Run(|_, values, vm| {
            if let [this, state] = values {
                let kept = state.clone().try_to_bool(vm)?;
                set(vm, this, "buffer", if kept { state.clone() } else { vm.ctx.new_str("").into() })?;
            }
            Ok(vm.ctx.none())
        }),
    ),
];

/// `IncrementalDecoder`.
pub const DECODER: &[Function] = &[
    with_defaults("__init__", &["self", "errors"], STRICT, Body::Run(init)),
    with_defaults("decode", &["self", "input", "final"], FINAL, Body::Run(missing)),
    nothing("reset"),
    function("getstate", &["self"], Body::Run(|_, _, vm| Ok(state(vm, vm.ctx.new_str("").into())))),
    function("setstate", &["self", "state"], Body::Nothing),
];

/// `BufferedIncrementalDecoder`: keeps incomplete bytes for the next piece.
pub const BUFFERED_DECODER: &[Function] = &[
    with_defaults("__init__", &["self", "errors"], STRICT, Body::Run(init_buffered)),
    function("_buffer_decode", &["self", "input", "errors", "final"], Body::Run(missing)),
    with_defaults(
        "decode",
        &["self", "input", "final"],
        FINAL,
        Body::Run(|_, values, vm| buffered(values, "_buffer_decode", vm)),
    ),
    function("reset", &["self"], Body::Run(clear)),
    function("getstate", &["self"], Body::Run(|_, values, vm| Ok(state(vm, own(values, "buffer", vm)?)))),
    function(
        "setstate",
        &["self", "state"],
        Body::Run(|_, values, vm| {
            if let [this, state] = values {
                set(vm, this, "buffer", state.get_item(vm.ctx.new_int(0).as_object(), vm)?)?;
            }
            Ok(vm.ctx.none())
        }),
    ),
];

/// `CodecInfo`; `__new__` is made a static method.
pub const INFO: &[Function] = &[function(
    "__repr__",
    &["self"],
    Body::Run(|_, values, vm| {
        let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
        let class = get(vm, this, "__class__")?;
        let parts = vec![
            get(vm, &class, "__module__")?,
            get(vm, &class, "__name__")?,
            get(vm, this, "name")?,
            vm.ctx.new_int(this.get_id()).into(),
        ];
        format(vm, "<%s.%s object for encoding %s at 0x%x>", parts)
    }),
)];

/// `CodecInfo.__new__`.
pub static NEW_INFO: Function = with_defaults(
    "__new__",
    &["cls", "encode", "decode", "streamreader", "streamwriter", "incrementalencoder", "incrementaldecoder", "name"],
    &[Given::None, Given::None, Given::None, Given::None, Given::None],
    Body::Run(new_info),
);

fn new_info(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [class, encode, decode, reader, writer, encoder, decoder, name] = values else { return Ok(vm.ctx.none()) };
    let parts = vm.ctx.new_tuple(vec![encode.clone(), decode.clone(), reader.clone(), writer.clone()]);
    let new = vm.ctx.types.tuple_type.as_object().get_attr("__new__", vm)?;
    let made = new.call((class.clone(), parts), vm)?;
    for (name, value) in [
        ("name", name),
        ("encode", encode),
        ("decode", decode),
        ("incrementalencoder", encoder),
        ("incrementaldecoder", decoder),
        ("streamwriter", writer),
        ("streamreader", reader),
    ] {
        set(vm, &made, name, value.clone())?;
    }
    Ok(made)
}

/// An attribute of `self`.
pub fn own(values: &[PyObjectRef], name: &'static str, vm: &VirtualMachine) -> PyResult {
    match values.first() {
        Some(this) => get(vm, this, name),
        None => Ok(vm.ctx.none()),
    }
}

fn state(vm: &VirtualMachine, buffer: PyObjectRef) -> PyObjectRef {
    vm.ctx.new_tuple(vec![buffer, vm.ctx.new_int(0).into()]).into()
}

/// NotImplementedError.
pub fn not_implemented(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_exception_empty(vm.ctx.exceptions.not_implemented_error.to_owned())
}

fn missing(_home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    Err(not_implemented(vm))
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, errors] = values {
        set(vm, this, "errors", errors.clone())?;
    }
    Ok(vm.ctx.none())
}

fn init_buffered(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, errors] = values {
        set(vm, this, "errors", errors.clone())?;
        set(vm, this, "buffer", vm.ctx.new_str(""))?;
    }
    Ok(vm.ctx.none())
}

/// `reset` of what has a buffer.
pub fn clear(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let Some(this) = values.first() {
        set(vm, this, "buffer", vm.ctx.new_str(""))?;
    }
    Ok(vm.ctx.none())
}

/// The two parts of what an encoder or a decoder gives: the result and how much of the input it took.
pub fn result_of(vm: &VirtualMachine, pair: &PyObject) -> PyResult<(PyObjectRef, PyObjectRef)> {
    match pair.try_to_value::<Vec<PyObjectRef>>(vm)?.as_slice() {
        [result, used] => Ok((result.clone(), used.clone())),
        parts if parts.len() > 2 => Err(vm.new_value_error("too many values to unpack")),
        parts => {
            let plural = if parts.len() == 1 { "" } else { "s" };
            Err(vm.new_value_error(format!("need more than {} value{plural} to unpack", parts.len())))
        }
    }
}

/// `object[start:]`.
pub fn from(vm: &VirtualMachine, object: &PyObject, start: PyObjectRef) -> PyResult {
    super::streams::slice(vm, object, Some(start), None)
}

fn buffered(values: &[PyObjectRef], method: &'static str, vm: &VirtualMachine) -> PyResult {
    let [this, input, last] = values else { return Ok(vm.ctx.none()) };
    let data = vm._add(&*get(vm, this, "buffer")?, input)?;
    let pair = call(vm, this, method, (data.clone(), get(vm, this, "errors")?, last.clone()))?;
    let (result, used) = result_of(vm, &pair)?;
    set(vm, this, "buffer", from(vm, &data, used)?)?;
    Ok(result)
}
