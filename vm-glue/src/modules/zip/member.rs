//! `ZipExtFile`: a member, as it is read.

use parking_lot::Mutex;
use rustpython_common::compression::zlib::Decompressor;
use rustpython_vm::builtins::PyList;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::cipher::Decrypter;
use super::{DEFLATED, STORED, bad, number, this};
use crate::modules::binascii::crc32;
use crate::modules::line_buffer::{LineBuffer, bytes_of, size_of};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::modules::zlib_module;
use crate::runtime::text;

/// Bytes that are read of the file at a time, at least.
const LEAST: usize = 4096;
/// Bytes that are uncompressed at a time, at most.
const PIECE: usize = 1 << 18;
/// Bytes that `peek` shows, at most.
const SHOWN: usize = 512;

/// Methods of compression by their numbers, for the message about those that there are not.
const NAMES: &[(u64, &str)] = &[
    (1, "shrink"),
    (2, "reduce"),
    (3, "reduce"),
    (4, "reduce"),
    (5, "reduce"),
    (6, "implode"),
    (7, "tokenize"),
    (9, "deflate64"),
    (10, "implode"),
    (12, "bzip2"),
    (14, "lzma"),
    (18, "terse"),
    (19, "lz77"),
    (97, "wavpack"),
    (98, "ppmd"),
];

const SELF: &[&str] = &["self"];
const COUNT: &[&str] = &["self", "n"];

pub static FUNCTIONS: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "fileobj", "mode", "zipinfo", "decrypter", "close_fileobj"],
        &[Given::None, Given::Bool(false)],
        Body::Run(init),
    ),
    with_defaults("read", COUNT, &[Given::Int(-1)], Body::Run(read)),
    function("read1", COUNT, Body::Run(read1)),
    with_defaults("peek", COUNT, &[Given::Int(1)], Body::Run(peek)),
    with_defaults("readline", &["self", "limit"], &[Given::Int(-1)], Body::Run(readline)),
    function("readable", SELF, Body::Run(|_, _, vm| Ok(vm.ctx.new_bool(true).into()))),
    function("writable", SELF, Body::Run(|_, _, vm| Ok(vm.ctx.new_bool(false).into()))),
    function("seekable", SELF, Body::Run(|_, _, vm| Ok(vm.ctx.new_bool(false).into()))),
    function("close", SELF, Body::Run(close)),
];

/// Where an instance keeps its [`Member`].
const KEPT_AS: &str = "_member";

#[derive(Default)]
struct State {
    ahead: LineBuffer,
    member: Option<Decompressor>,
    /// Compressed bytes that wait.
    waiting: Vec<u8>,
    /// Bytes of the member that are still in the file.
    left: u64,
    crc: u32,
    expected: Option<u32>,
    done: bool,
}

#[pyclass(module = "zipfile", name = "_member")]
#[derive(Default, PyPayload)]
struct Member {
    state: Mutex<State>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("zip member")
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Member {}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, file, mode, info, decrypter, close] = values else { return Ok(vm.ctx.none()) };
    this.set_attr("_fileobj", file.clone(), vm)?;
    this.set_attr("_decrypter", decrypter.clone(), vm)?;
    this.set_attr("_close_fileobj", close.clone(), vm)?;
    let kind = number(info, "compress_type", vm)?;
    let is = |known: i32| kind == u64::from(known.unsigned_abs());
    let mut state = State { left: number(info, "compress_size", vm)?, ..State::default() };
    if is(DEFLATED) {
        state.member = Some(zlib_module::raw_decompressor(vm)?);
    } else if !is(STORED) {
        let name = NAMES.iter().find(|(number, _)| *number == kind).map(|(_, name)| format!(" ({name})"));
        let message = format!("compression type {kind}{}", name.unwrap_or_default());
        return Err(vm.new_exception_msg(vm.ctx.exceptions.not_implemented_error.to_owned(), message.into()));
    }
    if !vm.is_none(decrypter) {
        // Twelve bytes before the data told whether the password is right.
        state.left = state.left.saturating_sub(12);
    }
    if let Some(crc) = vm.get_attribute_opt(info, "CRC")? {
        state.expected = crc.try_to_value::<u32>(vm).ok();
    }
    let _ = Member::make_static_type();
    this.set_attr(KEPT_AS, Member { state: Mutex::new(state) }.into_ref(&vm.ctx), vm)?;
    let universal = text::text_of(vm, mode)?.unwrap_or_default().contains('U');
    this.set_attr("_universal", vm.ctx.new_bool(universal), vm)?;
    this.set_attr("newlines", vm.ctx.none(), vm)?;
    this.set_attr("mode", mode.clone(), vm)?;
    this.set_attr("name", info.get_attr("filename", vm)?, vm)?;
    this.set_attr("closed", vm.ctx.new_bool(false), vm)?;
    Ok(vm.ctx.none())
}

/// Runs some work on what is being read. The lock is not held: other Python code runs.
fn reading<R>(this: &PyObject, vm: &VirtualMachine, work: impl FnOnce(&mut State) -> PyResult<R>) -> PyResult<R> {
    let member = this.get_attr(KEPT_AS, vm)?;
    let Some(member) = member.downcast_ref::<Member>() else {
        return Err(vm.new_attribute_error("'ZipExtFile' object has no attribute '_readbuffer'"));
    };
    let mut state = std::mem::take(&mut *member.state.lock());
    let result = work(&mut state);
    *member.state.lock() = state;
    result
}

/// Gets some more of the member, `wanted` bytes if it is easy; false at the end.
fn fill(home: &Home, this: &PyObject, state: &mut State, wanted: usize, vm: &VirtualMachine) -> PyResult<bool> {
    if state.done {
        return Ok(false);
    }
    let mut ended = false;
    if state.waiting.is_empty() && state.left > 0 {
        let count = u64::try_from(wanted.clamp(LEAST, PIECE)).unwrap_or_default().min(state.left);
        let file = this.get_attr("_fileobj", vm)?;
        let mut data = bytes_of(vm, &*vm.call_method(&file, "read", (count,))?)?;
        state.left = state.left.saturating_sub(data.len() as u64);
        ended = data.is_empty();
        let decrypter = this.get_attr("_decrypter", vm)?;
        match decrypter.downcast_ref::<Decrypter>() {
            Some(decrypter) => decrypter.decrypt(&mut data),
            None if vm.is_none(&decrypter) => {}
            None => {
                let mut plain = Vec::with_capacity(data.len());
                for byte in &data {
                    plain.extend(bytes_of(vm, &*decrypter.call((text::new_str(vm, &[*byte]),), vm)?)?);
                }
                data = plain;
            }
        }
        state.waiting = data;
    }
    let input = std::mem::take(&mut state.waiting);
    let plain = match &mut state.member {
        Some(member) => {
            let mut plain = zlib_module::uncompressed(vm, member, &input, PIECE)?;
            state.waiting = member.unconsumed_tail().to_vec();
            if state.left == 0 && state.waiting.is_empty() {
                plain.extend(zlib_module::uncompressed_rest(vm, member)?);
            }
            plain
        }
        None => input,
    };
    state.crc = crc32(&plain, state.crc);
    let whole = state.left == 0 && state.waiting.is_empty();
    state.done = whole || ended;
    if whole && state.expected.is_some_and(|expected| expected != state.crc) {
        let name = text::repr_of(vm, &*this.get_attr("name", vm)?)?;
        return Err(bad(home, [b"Bad CRC-32 for file ", name.as_slice()].concat(), vm));
    }
    state.ahead.add(&plain);
    Ok(true)
}

fn take(home: &Home, this: &PyObject, count: Option<usize>, vm: &VirtualMachine) -> PyResult {
    let data = reading(this, vm, |state| {
        loop {
            let missing = count.map_or(PIECE, |count| count.saturating_sub(state.ahead.len()));
            if missing == 0 || !fill(home, this, state, missing, vm)? {
                break;
            }
        }
        Ok(state.ahead.take(count.unwrap_or(usize::MAX)))
    })?;
    Ok(text::new_str(vm, &data))
}

fn read(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    take(home, this(values, vm)?, size_of(vm, values.get(1))?, vm)
}

fn read1(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let Some(count) = size_of(vm, values.get(1))? else { return take(home, this, None, vm) };
    let data = reading(this, vm, |state| {
        while count > 0 && state.ahead.len() == 0 && fill(home, this, state, count, vm)? {}
        Ok(state.ahead.take(count))
    })?;
    Ok(text::new_str(vm, &data))
}

fn peek(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let count = size_of(vm, values.get(1))?.unwrap_or(SHOWN);
    let data = reading(this, vm, |state| {
        while state.ahead.len() < count && fill(home, this, state, count, vm)? {}
        Ok(state.ahead.rest().iter().take(SHOWN).copied().collect::<Vec<u8>>())
    })?;
    Ok(text::new_str(vm, &data))
}

fn readline(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let limit = size_of(vm, values.get(1))?;
    if super::is_true(this, "_universal", vm)? {
        return universal_line(home, this, limit, vm);
    }
    let line = reading(this, vm, |state| {
        let mut ahead = std::mem::take(&mut state.ahead);
        let line = ahead.read_line(limit, |ahead| {
            let more = fill(home, this, state, LEAST, vm);
            ahead.add(&state.ahead.take(usize::MAX));
            more
        });
        state.ahead = ahead;
        line
    })?;
    Ok(text::new_str(vm, &line))
}

/// A line with any of the three ends, which is read as a newline.
fn universal_line(home: &Home, this: &PyObject, limit: Option<usize>, vm: &VirtualMachine) -> PyResult {
    let (line, end) = reading(this, vm, |state| {
        let mut line = Vec::new();
        loop {
            // Two bytes, so that both of an end are here.
            while state.ahead.len() < 2 && fill(home, this, state, LEAST, vm)? {}
            let room = limit.map_or(usize::MAX, |limit| limit - line.len());
            if room == 0 || state.ahead.len() == 0 {
                return Ok((line, None));
            }
            let rest = state.ahead.rest();
            match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(0) => {
                    let end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
                    line.push(b'\n');
                    return Ok((line, Some(state.ahead.take(end))));
                }
                found => {
                    let count = found.unwrap_or(rest.len()).min(room);
                    line.extend(state.ahead.take(count));
                }
            }
        }
    })?;
    if let Some(end) = end {
        let end = text::new_str(vm, &end);
        let mut known = this.get_attr("newlines", vm)?;
        if vm.is_none(&known) {
            known = vm.ctx.new_list(Vec::new()).into();
            this.set_attr("newlines", known.clone(), vm)?;
        }
        if !vm._contains(&known, &end)?
            && let Some(known) = known.downcast_ref::<PyList>()
        {
            known.borrow_vec_mut().push(end);
        }
    }
    Ok(text::new_str(vm, &line))
}

fn close(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let closes = match vm.get_attribute_opt(this, "_close_fileobj")? {
        Some(closes) => closes.try_to_bool(vm)?,
        None => false,
    };
    if closes {
        vm.call_method(&*this.get_attr("_fileobj", vm)?, "close", ())?;
    }
    this.set_attr("closed", vm.ctx.new_bool(true), vm)?;
    Ok(vm.ctx.none())
}
