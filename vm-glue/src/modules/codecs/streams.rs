//! The streams of `codecs`: files that encode what is written and decode what is read.

use rustpython_vm::builtins::{PyBaseExceptionRef, PySlice, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::interface::{STRICT, from, nothing, own, result_of};
use crate::modules::objects::{call, get, set};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{attributes, text};

const SEEK: &[Given] = &[Given::Int(0)];

const GETATTR: Function = Function {
    name: "__getattr__",
    parameters: &["self", "name"],
    defaults: &[],
    body: Body::Run(|_, values, vm| match values {
        [this, name] => match name.downcast_ref::<PyStr>() {
            Some(text) => attributes::read(&*get(vm, this, "stream")?, text, vm),
            None => Err(vm.new_type_error("attribute name must be string")),
        },
        _ => Ok(vm.ctx.none()),
    }),
};
const ENTER: Function = function("__enter__", &["self"], Body::Run(itself));
const ITER: Function = function("__iter__", &["self"], Body::Run(itself));
const EXIT: Function = function(
    "__exit__",
    &["self", "type", "value", "tb"],
    Body::Run(|_, values, vm| {
        call(vm, &*own(values, "stream", vm)?, "close", ())?;
        Ok(vm.ctx.none())
    }),
);

/// `StreamWriter`.
pub const WRITER: &[Function] = &[
    with_defaults("__init__", &["self", "stream", "errors"], STRICT, Body::Run(init)),
    function("write", &["self", "object"], Body::Run(write)),
    function("writelines", &["self", "list"], Body::Run(|_, values, vm| write_lines(values, "write", vm))),
    nothing("reset"),
    with_defaults("seek", &["self", "offset", "whence"], SEEK, Body::Run(seek_writer)),
    GETATTR,
    ENTER,
    EXIT,
];

/// `StreamReader`.
pub const READER: &[Function] = &[
    with_defaults("__init__", &["self", "stream", "errors"], STRICT, Body::Run(init_reader)),
    with_defaults(
        "decode",
        &["self", "input", "errors"],
        STRICT,
        Body::Run(|_, _, vm| Err(super::interface::not_implemented(vm))),
    ),
    with_defaults(
        "read",
        &["self", "size", "chars", "firstline"],
        &[Given::Int(-1), Given::Int(-1), Given::Bool(false)],
        Body::Run(read),
    ),
    with_defaults("readline", &["self", "size", "keepends"], &[Given::None, Given::Bool(true)], Body::Run(read_line)),
    with_defaults(
        "readlines",
        &["self", "sizehint", "keepends"],
        &[Given::None, Given::Bool(true)],
        Body::Run(read_lines),
    ),
    function("reset", &["self"], Body::Run(reset_reader)),
    with_defaults(
        "seek",
        &["self", "offset", "whence"],
        SEEK,
        Body::Run(|_, values, vm| {
            if let [this, offset, whence] = values {
                call(vm, &*get(vm, this, "stream")?, "seek", (offset.clone(), whence.clone()))?;
                call(vm, this, "reset", ())?;
            }
            Ok(vm.ctx.none())
        }),
    ),
    function("next", &["self"], Body::Run(next_line)),
    ITER,
    GETATTR,
    ENTER,
    EXIT,
];

/// `StreamReaderWriter`.
pub const BOTH: &[Function] = &[
    with_defaults("__init__", &["self", "stream", "Reader", "Writer", "errors"], STRICT, Body::Run(init_both)),
    with_defaults(
        "read",
        &["self", "size"],
        &[Given::Int(-1)],
        Body::Run(|_, values, vm| pass(values, "reader", "read", vm)),
    ),
    with_defaults(
        "readline",
        &["self", "size"],
        &[Given::None],
        Body::Run(|_, values, vm| pass(values, "reader", "readline", vm)),
    ),
    with_defaults(
        "readlines",
        &["self", "sizehint"],
        &[Given::None],
        Body::Run(|_, values, vm| pass(values, "reader", "readlines", vm)),
    ),
    function("next", &["self"], Body::Run(|_, values, vm| pass(values, "reader", "next", vm))),
    ITER,
    function("write", &["self", "data"], Body::Run(|_, values, vm| pass(values, "writer", "write", vm))),
    function("writelines", &["self", "list"], Body::Run(|_, values, vm| pass(values, "writer", "writelines", vm))),
    function("reset", &["self"], Body::Run(reset_both)),
    with_defaults("seek", &["self", "offset", "whence"], SEEK, Body::Run(seek_both)),
    GETATTR,
    ENTER,
    EXIT,
];

/// `StreamRecoder`.
pub const RECODER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "stream", "encode", "decode", "Reader", "Writer", "errors"],
        STRICT,
        Body::Run(init_recoder),
    ),
    with_defaults(
        "read",
        &["self", "size"],
        &[Given::Int(-1)],
        Body::Run(|_, values, vm| {
            let data = pass(values, "reader", "read", vm)?;
            encoded(values, data, vm)
        }),
    ),
    with_defaults(
        "readline",
        &["self", "size"],
        &[Given::None],
        Body::Run(|_, values, vm| {
            let data = pass(values, "reader", "readline", vm)?;
            encoded(values, data, vm)
        }),
    ),
    with_defaults(
        "readlines",
        &["self", "sizehint"],
        &[Given::None],
        Body::Run(|_, values, vm| {
            let data = call(vm, &*own(values, "reader", vm)?, "read", ())?;
            let data = encoded(values, data, vm)?;
            vm.call_method(&data, "splitlines", (vm.ctx.new_int(1),))
        }),
    ),
    function(
        "next",
        &["self"],
        Body::Run(|_, values, vm| {
            let data = pass(values, "reader", "next", vm)?;
            encoded(values, data, vm)
        }),
    ),
    ITER,
    function("write", &["self", "data"], Body::Run(recode)),
    function("writelines", &["self", "list"], Body::Run(|_, values, vm| write_lines(values, "write", vm))),
    function("reset", &["self"], Body::Run(reset_both)),
    GETATTR,
    ENTER,
    EXIT,
];

fn itself(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    Ok(values.first().cloned().unwrap_or_else(|| vm.ctx.none()))
}

/// `object[start:end]`.
pub fn slice(vm: &VirtualMachine, object: &PyObject, start: Option<PyObjectRef>, end: Option<PyObjectRef>) -> PyResult {
    let slice = PySlice { start, stop: end.unwrap_or_else(|| vm.ctx.none()), step: None };
    object.get_item(slice.into_ref(&vm.ctx).as_object(), vm)
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let [this, stream, errors] = values {
        set(vm, this, "stream", stream.clone())?;
        set(vm, this, "errors", errors.clone())?;
    }
    Ok(vm.ctx.none())
}

fn write(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, object] = values else { return Ok(vm.ctx.none()) };
    let pair = encode_by(this, object.clone(), vm)?;
    let (data, _) = result_of(vm, &pair)?;
    call(vm, &*get(vm, this, "stream")?, "write", (data,))?;
    Ok(vm.ctx.none())
}

/// `self.encode(object, self.errors)`; `encode` of a string type is Python 2's.
fn encode_by(this: &PyObject, object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    get(vm, this, "encode")?.call((object, get(vm, this, "errors")?), vm)
}

fn write_lines(values: &[PyObjectRef], method: &'static str, vm: &VirtualMachine) -> PyResult {
    let [this, lines] = values else { return Ok(vm.ctx.none()) };
    let joined = vm.call_method(vm.ctx.new_str("").as_object(), "join", (lines.clone(),))?;
    call(vm, this, method, (joined,))
}

fn is_start(offset: &PyObject, whence: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let zero = vm.ctx.new_int(0);
    Ok(vm.bool_eq(whence, zero.as_object())? && vm.bool_eq(offset, zero.as_object())?)
}

fn seek_writer(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, offset, whence] = values else { return Ok(vm.ctx.none()) };
    call(vm, &*get(vm, this, "stream")?, "seek", (offset.clone(), whence.clone()))?;
    if is_start(offset, whence, vm)? {
        call(vm, this, "reset", ())?;
    }
    Ok(vm.ctx.none())
}

// ---- reading ----------------------------------------------------------------------------------------------------

fn init_reader(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    init(home, values, vm)?;
    if let Some(this) = values.first() {
        set(vm, this, "bytebuffer", vm.ctx.new_str(""))?;
        set(vm, this, "charbuffer", vm.ctx.new_str(""))?;
        set(vm, this, "linebuffer", vm.ctx.none())?;
    }
    Ok(vm.ctx.none())
}

fn reset_reader(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    if let Some(this) = values.first() {
        set(vm, this, "bytebuffer", vm.ctx.new_str(""))?;
        set(vm, this, "charbuffer", text::new_unicode(vm, ""))?;
        set(vm, this, "linebuffer", vm.ctx.none())?;
    }
    Ok(vm.ctx.none())
}

/// A size that may be None, which is none at all.
fn size_of(vm: &VirtualMachine, size: &PyObjectRef) -> PyResult<i64> {
    if vm.is_none(size) { Ok(-1) } else { size.try_to_value(vm) }
}

fn count(vm: &VirtualMachine, object: &PyObject) -> PyResult<i64> {
    Ok(i64::try_from(object.length(vm)?).unwrap_or(i64::MAX))
}

fn lines_of(vm: &VirtualMachine, text: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    vm.call_method(text, "splitlines", (vm.ctx.new_bool(true),))?.try_to_value(vm)
}

/// The line without its end.
fn bare(vm: &VirtualMachine, line: &PyObject) -> PyResult {
    vm.call_method(line, "splitlines", (vm.ctx.new_bool(false),))?.get_item(vm.ctx.new_int(0).as_object(), vm)
}

fn joined(vm: &VirtualMachine, parts: PyObjectRef) -> PyResult {
    vm.call_method(vm.ctx.new_str("").as_object(), "join", (parts,))
}

/// Decodes what stands before an error, if that is more than the first line.
fn first_lines(this: &PyObject, data: &PyObject, error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyResult {
    if !error.fast_isinstance(vm.ctx.exceptions.unicode_decode_error) {
        return Err(error);
    }
    let start = error.as_object().get_attr("start", vm)?;
    let good = slice(vm, data, None, Some(start))?;
    let pair = get(vm, this, "decode")?.call((good, get(vm, this, "errors")?), vm)?;
    let (chars, _) = result_of(vm, &pair)?;
    if lines_of(vm, &chars)?.len() <= 1 {
        return Err(error);
    }
    Ok(pair)
}

fn read(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, size, chars, first_line] = values else { return Ok(vm.ctx.none()) };
    let (size, chars) = (size_of(vm, size)?, size_of(vm, chars)?);
    let first_line = first_line.clone().try_to_bool(vm)?;
    let cached = get(vm, this, "linebuffer")?;
    if cached.clone().try_to_bool(vm)? {
        set(vm, this, "charbuffer", joined(vm, cached)?)?;
        set(vm, this, "linebuffer", vm.ctx.none())?;
    }
    let stream = get(vm, this, "stream")?;
    // As other files: a single number is the number of characters.
    let chars = if chars >= 0 { chars } else { size };
    let mut buffer = get(vm, this, "charbuffer")?;
    loop {
        if chars >= 0 && count(vm, &buffer)? >= chars {
            break;
        }
        let new =
            if size < 0 { call(vm, &stream, "read", ())? } else { call(vm, &stream, "read", (vm.ctx.new_int(size),))? };
        let data = vm._add(&*get(vm, this, "bytebuffer")?, &new)?;
        let pair = match get(vm, this, "decode")?.call((data.clone(), get(vm, this, "errors")?), vm) {
            Err(error) if first_line => first_lines(this, &data, error, vm)?,
            pair => pair?,
        };
        let (text, used) = result_of(vm, &pair)?;
        set(vm, this, "bytebuffer", from(vm, &data, used)?)?;
        buffer = vm._add(&buffer, &text)?;
        set(vm, this, "charbuffer", buffer.clone())?;
        if !new.try_to_bool(vm)? {
            break;
        }
    }
    if chars < 0 {
        set(vm, this, "charbuffer", vm.ctx.new_str(""))?;
        return Ok(buffer);
    }
    let at: PyObjectRef = vm.ctx.new_int(chars).into();
    set(vm, this, "charbuffer", from(vm, &buffer, at.clone())?)?;
    slice(vm, &buffer, None, Some(at))
}

/// A list of lines is kept for the next calls.
fn cached_line(this: &PyObject, cached: &PyObject, keep_ends: bool, vm: &VirtualMachine) -> PyResult {
    let mut lines: Vec<PyObjectRef> = cached.to_owned().try_to_value(vm)?;
    if lines.is_empty() {
        return Ok(vm.ctx.new_str("").into());
    }
    let line = lines.remove(0);
    if let [last] = lines.as_slice() {
        set(vm, this, "charbuffer", last.clone())?;
        set(vm, this, "linebuffer", vm.ctx.none())?;
    } else {
        cached.del_item(vm.ctx.new_int(0).as_object(), vm)?;
    }
    if keep_ends { Ok(line) } else { bare(vm, &line) }
}

fn read_line(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, size, keep_ends] = values else { return Ok(vm.ctx.none()) };
    let keep_ends = keep_ends.clone().try_to_bool(vm)?;
    let cached = get(vm, this, "linebuffer")?;
    if cached.clone().try_to_bool(vm)? {
        return cached_line(this, &cached, keep_ends, vm);
    }
    let mut size_read: i64 = if size.clone().try_to_bool(vm)? { size.try_to_value(vm)? } else { 72 };
    let mut line: PyObjectRef = vm.ctx.new_str("").into();
    loop {
        let mut args = FuncArgs::from(vec![vm.ctx.new_int(size_read).into()]);
        args.kwargs.insert("firstline".into(), vm.ctx.new_bool(true).into());
        let mut data = get(vm, this, "read")?.call(args, vm)?;
        let any = data.clone().try_to_bool(vm)?;
        if any {
            let ends = data.downcast_ref::<PyStr>().is_some_and(|text| text.as_bytes().ends_with(b"\r"));
            if ends {
                let mut args = FuncArgs::default();
                args.kwargs.insert("size".into(), vm.ctx.new_int(1).into());
                args.kwargs.insert("chars".into(), vm.ctx.new_int(1).into());
                data = vm._add(&data, &*get(vm, this, "read")?.call(args, vm)?)?;
            }
        }
        line = vm._add(&line, &data)?;
        let mut lines = lines_of(vm, &line)?;
        if lines.len() > 1 {
            let rest = get(vm, this, "charbuffer")?;
            line = lines.remove(0);
            if let Some(last) = lines.last_mut() {
                *last = vm._add(last, &rest)?;
            }
            match lines.as_slice() {
                [only] => set(vm, this, "charbuffer", only.clone())?,
                _ => {
                    set(vm, this, "linebuffer", vm.ctx.new_list(lines))?;
                    set(vm, this, "charbuffer", vm.ctx.none())?;
                }
            }
            return if keep_ends { Ok(line) } else { bare(vm, &line) };
        }
        if let [only] = lines.as_slice() {
            let without = bare(vm, only)?;
            if without.length(vm)? != only.length(vm)? {
                return Ok(if keep_ends { only.clone() } else { without });
            }
        }
        if !any || !vm.is_none(size) {
            if line.clone().try_to_bool(vm)? && !keep_ends {
                return bare(vm, &line);
            }
            return Ok(line);
        }
        if size_read < 8000 {
            size_read *= 2;
        }
    }
}

fn read_lines(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, _, keep_ends] = values else { return Ok(vm.ctx.none()) };
    let data = call(vm, this, "read", ())?;
    vm.call_method(&data, "splitlines", (keep_ends.clone(),))
}

fn next_line(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let line = call(vm, this, "readline", ())?;
    if line.clone().try_to_bool(vm)? { Ok(line) } else { Err(vm.new_stop_iteration(None)) }
}

// ---- both ways --------------------------------------------------------------------------------------------------

fn init_both(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, stream, reader, writer, errors] = values else { return Ok(vm.ctx.none()) };
    set(vm, this, "stream", stream.clone())?;
    set(vm, this, "reader", reader.call((stream.clone(), errors.clone()), vm)?)?;
    set(vm, this, "writer", writer.call((stream.clone(), errors.clone()), vm)?)?;
    set(vm, this, "errors", errors.clone())?;
    Ok(vm.ctx.none())
}

fn init_recoder(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, stream, encode, decode, reader, writer, errors] = values else { return Ok(vm.ctx.none()) };
    set(vm, this, "encode", encode.clone())?;
    set(vm, this, "decode", decode.clone())?;
    init_both(home, &[this.clone(), stream.clone(), reader.clone(), writer.clone(), errors.clone()], vm)
}

/// Calls a method of the reader or the writer with the same arguments.
fn pass(values: &[PyObjectRef], part: &'static str, method: &'static str, vm: &VirtualMachine) -> PyResult {
    let part = own(values, part, vm)?;
    call(vm, &part, method, values.get(1..).unwrap_or_default().to_vec())
}

fn reset_both(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    call(vm, &*own(values, "reader", vm)?, "reset", ())?;
    call(vm, &*own(values, "writer", vm)?, "reset", ())?;
    Ok(vm.ctx.none())
}

fn seek_both(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, offset, whence] = values else { return Ok(vm.ctx.none()) };
    call(vm, &*get(vm, this, "stream")?, "seek", (offset.clone(), whence.clone()))?;
    call(vm, &*get(vm, this, "reader")?, "reset", ())?;
    if is_start(offset, whence, vm)? {
        call(vm, &*get(vm, this, "writer")?, "reset", ())?;
    }
    Ok(vm.ctx.none())
}

fn encoded(values: &[PyObjectRef], data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let pair = encode_by(this, data, vm)?;
    Ok(result_of(vm, &pair)?.0)
}

fn recode(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, data] = values else { return Ok(vm.ctx.none()) };
    let pair = get(vm, this, "decode")?.call((data.clone(), get(vm, this, "errors")?), vm)?;
    let (text, _) = result_of(vm, &pair)?;
    call(vm, &*get(vm, this, "writer")?, "write", (text,))
}
