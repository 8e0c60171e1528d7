//! The module `gzip`: files compressed with gzip.
//!
//! The class is one of Python code with methods made in Rust; what was uncompressed and not taken yet stands in a
//! [`Reader`] among the instance's attributes. Compressed bytes are read and written through the file object's methods.

use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_common::compression::zlib::Decompressor;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::binascii::crc32;
use super::line_buffer::{self, LineBuffer, bytes_of, read_bytes, size_of};
use super::python_function::{Body, Class, Function, Given, Home, function, object_of, publish, with_defaults};
use super::zlib_module;
use crate::clock;
use crate::import;
use crate::modules;
use crate::runtime::{exceptions, numbers, text, warning};

const READ: i32 = 1;
const WRITE: i32 = 2;
/// Parts that a header may have.
const FLAGS: &[(&str, i32)] =
    &[("FTEXT", 1), ("FHCRC", 2), ("FEXTRA", 4), ("FNAME", 8), ("FCOMMENT", 16), ("READ", READ), ("WRITE", WRITE)];
const FHCRC: u8 = 2;
const FEXTRA: u8 = 4;
const FNAME: u8 = 8;
const FCOMMENT: u8 = 16;
/// Bytes that are uncompressed at a time, at most.
const PIECE: usize = 1 << 20;
/// Compressed bytes that lines ask the file for at a time.
const LINE_READ: usize = 8192;
/// `errno.EBADF`
const EBADF: i32 = 9;

/// Where an instance keeps its [`Reader`].
const KEPT_AS: &str = "_reader";

/// What is being read.
#[derive(Default)]
struct State {
    ahead: LineBuffer,
    /// The stream of the member; None before a member.
    member: Option<Decompressor>,
    /// Compressed bytes of the member that wait.
    waiting: Vec<u8>,
    crc: u32,
    size: u64,
}

#[pyclass(module = "gzip", name = "_reader")]
#[derive(Default, PyPayload)]
struct Reader {
    state: Mutex<State>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("gzip reader")
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Reader {}

/// An instance as the methods see it.
struct Gzip<'a> {
    this: &'a PyObjectRef,
    vm: &'a VirtualMachine,
}

fn io_error(vm: &VirtualMachine, text: &str) -> PyBaseExceptionRef {
    exceptions::new_io_error_text(vm, text)
}

impl<'a> Gzip<'a> {
    fn of(values: &'a [PyObjectRef], vm: &'a VirtualMachine) -> PyResult<Self> {
        let this = values.first().ok_or_else(|| vm.new_type_error("a GzipFile is needed"))?;
        Ok(Self { this, vm })
    }

    fn get(&self, name: &'static str) -> PyResult {
        self.this.get_attr(name, self.vm)
    }

    fn set(&self, name: &'static str, value: impl Into<PyObjectRef>) -> PyResult<()> {
        self.this.set_attr(name, value, self.vm)
    }

    fn number(&self, name: &'static str) -> PyResult<i64> {
        self.get(name)?.try_to_value(self.vm)
    }

    fn set_number(&self, name: &'static str, value: impl Into<malachite_bigint::BigInt>) -> PyResult<()> {
        self.set(name, numbers::new_int_or_long(self.vm, value))
    }

    fn mode(&self) -> PyResult<i32> {
        self.get("mode")?.try_to_value(self.vm)
    }

    fn check_open(&self) -> PyResult<()> {
        line_buffer::check_open(self.vm, self.this)
    }

    /// Runs some work on what is being read. The lock is not held: other Python code runs.
    fn reading<R>(&self, work: impl FnOnce(&mut State) -> PyResult<R>) -> PyResult<R> {
        let reader = self.get(KEPT_AS)?;
        let Some(reader) = reader.downcast_ref::<Reader>() else {
            return Err(self.vm.new_attribute_error("'GzipFile' object has no attribute 'extrasize'"));
        };
        let mut state = std::mem::take(&mut *reader.state.lock());
        let result = work(&mut state);
        *reader.state.lock() = state;
        result
    }

    fn file(&self) -> PyResult {
        self.get("fileobj")
    }

    fn write_file(&self, data: &[u8]) -> PyResult<()> {
        self.vm.call_method(&*self.file()?, "write", (text::new_str(self.vm, data),)).map(drop)
    }

    /// Bytes of a header or a trailer, all of them.
    fn exactly<const N: usize>(&self, file: &PyObject) -> PyResult<[u8; N]> {
        let vm = self.vm;
        let bytes = read_bytes(vm, file, N)?;
        <[u8; N]>::try_from(bytes).map_err(|bytes| match N {
            1 => vm.new_type_error(format!("ord() expected a character, but string of length {} found", bytes.len())),
            _ => super::struct_module::error(vm, format!("unpack requires a string argument of length {N}")),
        })
    }

    fn read_header(&self, file: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if read_bytes(vm, file, 2)? != b"\x1f\x8b" {
            return Err(io_error(vm, "Not a gzipped file"));
        }
        let [method] = self.exactly(file)?;
        if method != 8 {
            return Err(io_error(vm, "Unknown compression method"));
        }
        let [flags] = self.exactly(file)?;
        let time = u32::from_le_bytes(self.exactly(file)?);
        self.set_number("mtime", time)?;
        read_bytes(vm, file, 2)?;
        if flags & FEXTRA != 0 {
            let [low] = self.exactly(file)?;
            let [high] = self.exactly(file)?;
            read_bytes(vm, file, usize::from(u16::from_le_bytes([low, high])))?;
        }
        for text in [FNAME, FCOMMENT] {
            while flags & text != 0 && !matches!(read_bytes(vm, file, 1)?.as_slice(), [] | [0]) {}
        }
        if flags & FHCRC != 0 {
            read_bytes(vm, file, 2)?;
        }
        Ok(())
    }

    /// Compares the check sum and the length at the end of a member; zeros may follow.
    fn read_end(&self, file: &PyObject, state: &State) -> PyResult<()> {
        let vm = self.vm;
        vm.call_method(file, "seek", (-8, 1))?;
        let crc = u32::from_le_bytes(self.exactly(file)?);
        let size = u32::from_le_bytes(self.exactly(file)?);
        if crc != state.crc {
            return Err(io_error(vm, &format!("CRC check failed {crc:#x} != {:#x}L", state.crc)));
        }
        if u64::from(size) != state.size & 0xffff_ffff {
            return Err(io_error(vm, "Incorrect length of data produced"));
        }
        loop {
            match read_bytes(vm, file, 1)?.as_slice() {
                [0] => {}
                [] => return Ok(()),
                _ => return vm.call_method(file, "seek", (-1, 1)).map(drop),
            }
        }
    }

    /// Uncompresses some more; false at the end.
    fn fill(&self, state: &mut State, size: usize) -> PyResult<bool> {
        let vm = self.vm;
        let file = self.file()?;
        if vm.is_none(&file) {
            return Ok(false);
        }
        if state.member.is_none() {
            let place = vm.call_method(&file, "tell", ())?;
            vm.call_method(&file, "seek", (0, 2))?;
            let end = vm.call_method(&file, "tell", ())?;
            if vm.bool_eq(&place, &end)? {
                return Ok(false);
            }
            vm.call_method(&file, "seek", (place,))?;
            (state.crc, state.size) = (0, 0);
            self.read_header(&file)?;
            state.member = Some(zlib_module::raw_decompressor(vm)?);
            state.waiting.clear();
        }
        let Some(mut member) = state.member.take() else { return Ok(false) };
        let mut input = std::mem::take(&mut state.waiting);
        let mut ended = false;
        if input.is_empty() {
            input = read_bytes(vm, &file, size)?;
            ended = input.is_empty();
        }
        let plain = if ended {
            zlib_module::uncompressed_rest(vm, &mut member)?
        } else {
            zlib_module::uncompressed(vm, &mut member, &input, PIECE)?
        };
        state.crc = crc32(&plain, state.crc);
        state.size += plain.len() as u64;
        state.ahead.add(&plain);
        state.waiting = member.unconsumed_tail().to_vec();
        if ended {
            // Cut off: whatever the file ends with is taken for the check sum and the length.
            state.member = Some(member);
            self.read_end(&file, state)?;
            return Ok(false);
        }
        if member.eof() {
            // (A file that ends with the stream is read on, to its missing end.)
            let behind = i64::try_from(member.unused_data().len()).unwrap_or_default();
            if behind > 0 {
                vm.call_method(&file, "seek", (8 - behind, 1))?;
                self.read_end(&file, state)?;
                return Ok(true);
            }
        }
        state.member = Some(member);
        Ok(true)
    }

    fn moved(&self, by: usize) -> PyResult<()> {
        let offset = self.number("offset")?;
        self.set_number("offset", offset.saturating_add_unsigned(by as u64))
    }
}

const SELF: &[&str] = &["self"];

static GZIP_FILE: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "filename", "mode", "compresslevel", "fileobj", "mtime"],
        &[Given::None, Given::None, Given::Int(9), Given::None, Given::None],
        Body::Run(init),
    ),
    function("__repr__", SELF, Body::Run(repr)),
    function("write", &["self", "data"], Body::Run(write)),
    with_defaults("read", &["self", "size"], &[Given::Int(-1)], Body::Run(read)),
    with_defaults("readline", &["self", "size"], &[Given::Int(-1)], Body::Run(readline)),
    function("close", SELF, Body::Run(close)),
    with_defaults("flush", &["self", "zlib_mode"], &[Given::Int(zlib_module::SYNC_FLUSH)], Body::Run(flush)),
    function("fileno", SELF, Body::Run(|_, values, vm| vm.call_method(&*Gzip::of(values, vm)?.file()?, "fileno", ()))),
    function("rewind", SELF, Body::Run(rewind)),
    function(
        "readable",
        SELF,
        Body::Run(|_, values, vm| Ok(vm.ctx.new_bool(Gzip::of(values, vm)?.mode()? == READ).into())),
    ),
    function(
        "writable",
        SELF,
        Body::Run(|_, values, vm| Ok(vm.ctx.new_bool(Gzip::of(values, vm)?.mode()? == WRITE).into())),
    ),
    function("seekable", SELF, Body::Run(|_, _, vm| Ok(vm.ctx.new_bool(true).into()))),
    with_defaults("seek", &["self", "offset", "whence"], &[Given::Int(0)], Body::Run(seek)),
    function(
        "tell",
        SELF,
        Body::Run(|_, values, vm| {
            let gzip = Gzip::of(values, vm)?;
            gzip.check_open()?;
            gzip.get("offset")
        }),
    ),
    function(
        "_check_closed",
        SELF,
        Body::Run(|_, values, vm| {
            Gzip::of(values, vm)?.check_open()?;
            Ok(vm.ctx.none())
        }),
    ),
];

/// Getters of the class's properties.
static PROPERTIES: &[Function] = &[
    function(
        "closed",
        SELF,
        Body::Run(|_, values, vm| Ok(vm.ctx.new_bool(vm.is_none(&*Gzip::of(values, vm)?.file()?)).into())),
    ),
    function("filename", SELF, Body::Run(filename)),
];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "open",
        &["filename", "mode", "compresslevel"],
        &[Given::Text("rb"), Given::Int(9)],
        Body::Run(|home, values, vm| home.globals.get_item("GzipFile", vm)?.call(values.to_vec(), vm)),
    ),
    function("write32u", &["output", "value"], Body::Run(write32u)),
    function(
        "read32",
        &["input"],
        Body::Run(|_, values, vm| {
            let gzip = Gzip::of(values, vm)?;
            Ok(numbers::new_int_or_long(vm, u32::from_le_bytes(gzip.exactly(gzip.this)?)))
        }),
    ),
];

fn write32u(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [output, value] = values else { return Ok(vm.ctx.none()) };
    let value: u32 = value.clone().try_to_value(vm)?;
    vm.call_method(output, "write", (text::new_str(vm, &value.to_le_bytes()),))
}

/// The mode as it is opened with: binary, and no universal newlines.
fn plain_mode(vm: &VirtualMachine, mode: &PyObjectRef) -> PyResult<Option<String>> {
    if !mode.clone().try_to_bool(vm)? {
        return Ok(None);
    }
    let mut mode = text::text_of(vm, mode)?.unwrap_or_default().replace('U', "");
    if !mode.is_empty() && !mode.contains('b') {
        mode.push('b');
    }
    Ok(Some(mode))
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    let [_, filename, mode, level, fileobj, mtime] = values else { return Ok(vm.ctx.none()) };
    let asked = plain_mode(vm, mode)?;
    let mut fileobj = fileobj.clone();
    if vm.is_none(&fileobj) {
        let open = import::module(vm, "__builtin__")?.get_attr("open", vm)?;
        let mode = asked.as_deref().filter(|mode| !mode.is_empty()).unwrap_or("rb");
        fileobj = open.call((filename.clone(), vm.ctx.new_str(mode)), vm)?;
        gzip.set("myfileobj", fileobj.clone())?;
    }
    let mut name = filename.clone();
    if vm.is_none(&name) {
        // (os.fdopen gives its files a name that is none.)
        let known = vm.get_attribute_opt(&fileobj, "name")?.filter(|name| text::is_basestring(name));
        let known = known.filter(|name| text::bytes_of(name).is_none_or(|name| name != b"<fdopen>"));
        name = known.unwrap_or_else(|| vm.ctx.new_str("").into());
    }
    let mode = match asked {
        Some(mode) => mode,
        None => match vm.get_attribute_opt(&fileobj, "mode")? {
            Some(mode) => match mode.downcast_ref::<PyStr>() {
                Some(_) => text::text_of(vm, &mode)?.unwrap_or_default(),
                None => mode.get_item(&*vm.ctx.new_int(0).as_object().to_owned(), vm)?.str(vm)?.to_string(),
            },
            None => "rb".to_owned(),
        },
    };
    match mode.chars().next() {
        Some('r') => {
            gzip.set("mode", vm.ctx.new_int(READ))?;
            let _ = Reader::make_static_type();
            gzip.set(KEPT_AS, Reader::default().into_ref(&vm.ctx))?;
            gzip.set("name", name)?;
        }
        Some('w' | 'a') | None => {
            gzip.set("mode", vm.ctx.new_int(WRITE))?;
            gzip.set("name", name)?;
            gzip.set("crc", numbers::new_long(vm, 0))?;
            gzip.set("size", vm.ctx.new_int(0))?;
            let level = level.clone().try_to_value(vm)?;
            gzip.set("compress", zlib_module::Compress::raw(vm, level)?)?;
        }
        Some(_) => return Err(io_error(vm, &format!("Mode {mode} not supported"))),
    }
    gzip.set("fileobj", fileobj)?;
    gzip.set("offset", vm.ctx.new_int(0))?;
    gzip.set("mtime", mtime.clone())?;
    if gzip.mode()? == WRITE {
        write_header(&gzip)?;
    }
    Ok(vm.ctx.none())
}

fn write_header(gzip: &Gzip<'_>) -> PyResult<()> {
    let vm = gzip.vm;
    let name = gzip.get("name")?;
    // Names that are not Latin-1 are left out.
    let name = match (text::is_unicode(&name), name.downcast_ref::<PyStr>()) {
        (true, Some(unicode)) => {
            let letters = unicode.as_wtf8().code_points().map(|c| u8::try_from(c.to_u32()).ok());
            letters.collect::<Option<Vec<u8>>>().unwrap_or_default()
        }
        _ => text::bytes_of(&name).unwrap_or_default(),
    };
    let name = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name = name.strip_suffix(b".gz").unwrap_or(name);
    let mtime = gzip.get("mtime")?;
    let time = match vm.is_none(&mtime) {
        true => clock::seconds(),
        false => mtime.try_float(vm)?.to_f64(),
    };
    if !(0.0..4_294_967_296.0).contains(&time) {
        return Err(super::struct_module::error(vm, "integer out of range for 'L' format code"));
    }
    gzip.write_file(b"\x1f\x8b")?;
    gzip.write_file(&[8])?;
    gzip.write_file(&[if name.is_empty() { 0 } else { FNAME }])?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was compared above")]
    let seconds = time as u32;
    gzip.write_file(&seconds.to_le_bytes())?;
    gzip.write_file(&[2])?;
    gzip.write_file(&[255])?;
    if !name.is_empty() {
        gzip.write_file(&[name, &[0]].concat())?;
    }
    Ok(())
}

fn repr(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    let inner = text::repr_of(vm, &*gzip.file()?)?;
    let inner = inner.get(1..inner.len().saturating_sub(1)).unwrap_or_default();
    let end = format!(" {:#x}>", gzip.this.get_id());
    Ok(text::new_str(vm, &[b"<gzip ", inner, end.as_bytes()].concat()))
}

fn filename(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    warning::warn(vm, vm.ctx.exceptions.deprecation_warning, "use the name attribute")?;
    let name = gzip.get("name")?;
    if gzip.mode()? == WRITE && !text::text_of(vm, &name)?.unwrap_or_default().ends_with(".gz") {
        return vm._add(&name, vm.ctx.new_str(".gz").as_object());
    }
    Ok(name)
}

fn write(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    gzip.check_open()?;
    if gzip.mode()? != WRITE {
        return Err(exceptions::new_io_error(vm, EBADF, "write() on read-only GzipFile object", None));
    }
    let Some(data) = values.get(1) else { return Ok(vm.ctx.none()) };
    let length = data.length(vm)?;
    if length > 0 {
        let data = bytes_of(vm, data)?;
        let packer = gzip.get("compress")?;
        let packed = match zlib_module::compressor_of(&packer) {
            Some(packer) => packer.add(vm, &data)?,
            None => bytes_of(vm, &*vm.call_method(&packer, "compress", (text::new_str(vm, &data),))?)?,
        };
        gzip.write_file(&packed)?;
        gzip.set_number("size", gzip.number("size")?.saturating_add_unsigned(data.len() as u64))?;
        let crc: u32 = gzip.get("crc")?.try_to_value(vm)?;
        gzip.set("crc", numbers::new_long(vm, crc32(&data, crc)))?;
        gzip.moved(data.len())?;
    }
    Ok(vm.ctx.new_int(length).into())
}

fn read(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    gzip.check_open()?;
    if gzip.mode()? != READ {
        return Err(exceptions::new_io_error(vm, EBADF, "read() on write-only GzipFile object", None));
    }
    let count = size_of(vm, values.get(1))?;
    let most: usize = gzip.get("max_read_chunk")?.try_to_value(vm)?;
    let data = gzip.reading(|state| {
        let mut size = 1024;
        while count.is_none_or(|count| count > state.ahead.len()) && gzip.fill(state, size)? {
            size = (size * 2).min(most);
        }
        Ok(state.ahead.take(count.unwrap_or(usize::MAX)))
    })?;
    gzip.moved(data.len())?;
    Ok(text::new_str(vm, &data))
}

fn readline(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    let limit = size_of(vm, values.get(1))?;
    let line = gzip.reading(|state| {
        let mut ahead = std::mem::take(&mut state.ahead);
        let mut checked = false;
        let line = ahead.read_line(limit, |ahead| {
            if !checked {
                checked = true;
                gzip.check_open()?;
            }
            let more = gzip.fill(state, LINE_READ);
            ahead.add(&state.ahead.take(usize::MAX));
            more
        });
        state.ahead = ahead;
        line
    })?;
    gzip.moved(line.len())?;
    Ok(text::new_str(vm, &line))
}

fn close(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    let file = gzip.file()?;
    if vm.is_none(&file) {
        return Ok(vm.ctx.none());
    }
    gzip.set("fileobj", vm.ctx.none())?;
    let written = finish(&gzip, &file);
    let own = gzip.get("myfileobj")?;
    if !vm.is_none(&own) && own.clone().try_to_bool(vm)? {
        gzip.set("myfileobj", vm.ctx.none())?;
        vm.call_method(&own, "close", ())?;
    }
    written?;
    Ok(vm.ctx.none())
}

fn finish(gzip: &Gzip<'_>, file: &PyObject) -> PyResult<()> {
    let vm = gzip.vm;
    if gzip.mode()? != WRITE {
        return Ok(());
    }
    let packer = gzip.get("compress")?;
    let rest = match zlib_module::compressor_of(&packer) {
        Some(packer) => text::new_str(vm, &packer.finish(vm)?),
        None => vm.call_method(&packer, "flush", ())?,
    };
    vm.call_method(file, "write", (rest,))?;
    let crc: u32 = gzip.get("crc")?.try_to_value(vm)?;
    vm.call_method(file, "write", (text::new_str(vm, &crc.to_le_bytes()),))?;
    let [a, b, c, d, ..] = gzip.number("size")?.to_le_bytes();
    vm.call_method(file, "write", (text::new_str(vm, &[a, b, c, d]),))?;
    Ok(())
}

fn flush(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    gzip.check_open()?;
    if gzip.mode()? == WRITE {
        let mode = values.get(1).cloned().unwrap_or_else(|| vm.ctx.new_int(zlib_module::SYNC_FLUSH).into());
        let data = vm.call_method(&*gzip.get("compress")?, "flush", (mode,))?;
        let file = gzip.file()?;
        vm.call_method(&file, "write", (data,))?;
        vm.call_method(&file, "flush", ())?;
    }
    Ok(vm.ctx.none())
}

fn rewind(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let gzip = Gzip::of(values, vm)?;
    if gzip.mode()? != READ {
        return Err(io_error(vm, "Can't rewind in write mode"));
    }
    vm.call_method(&*gzip.file()?, "seek", (0,))?;
    gzip.reading(|state| {
        *state = State::default();
        Ok(())
    })?;
    gzip.set("offset", vm.ctx.new_int(0))?;
    Ok(vm.ctx.none())
}

fn seek(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    /// Bytes of one step, as `read` and `write` are asked for them.
    const STEP: i64 = 1024;
    let gzip = Gzip::of(values, vm)?;
    let [_, offset, whence] = values else { return Ok(vm.ctx.none()) };
    gzip.check_open()?;
    let mut offset: i64 = offset.clone().try_to_value(vm)?;
    match whence.clone().try_to_value::<i64>(vm)? {
        0 => {}
        1 => offset = offset.saturating_add(gzip.number("offset")?),
        _ => return Err(vm.new_value_error("Seek from end not supported")),
    }
    let here = gzip.number("offset")?;
    if gzip.mode()? == WRITE {
        if offset < here {
            return Err(io_error(vm, "Negative seek in write mode"));
        }
        let count = offset - here;
        let zeros = |count: i64| text::new_str(vm, &vec![0; usize::try_from(count).unwrap_or_default()]);
        let whole = zeros(STEP);
        for _ in 0..count / STEP {
            vm.call_method(gzip.this, "write", (whole.clone(),))?;
        }
        vm.call_method(gzip.this, "write", (zeros(count % STEP),))?;
    } else {
        if offset < here {
            vm.call_method(gzip.this, "rewind", ())?;
        }
        let mut left = offset - gzip.number("offset")?;
        while left > 0 {
            let step = left.min(STEP * 64);
            if vm.call_method(gzip.this, "read", (step,))?.length(vm)? == 0 {
                break;
            }
            left -= step;
        }
    }
    gzip.get("offset")
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    for &(name, value) in FLAGS {
        modules::set(vm, module, name, vm.ctx.new_int(value));
    }
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    publish(vm, module, &home, FUNCTIONS, "gzip");
    let mut values = line_buffer::shared_methods(vm, &home, "gzip");
    for getter in PROPERTIES {
        let getter_object = object_of(vm, getter, &home, "gzip");
        values.push((getter.name, vm.ctx.types.property_type.as_object().call((getter_object,), vm)?));
    }
    values.push(("myfileobj", vm.ctx.none()));
    values.push(("max_read_chunk", vm.ctx.new_int(10 * 1024 * 1024).into()));
    let class = Class {
        name: "GzipFile",
        module: "gzip",
        bases: vec![vm.ctx.types.object_type.to_owned().into()],
        functions: GZIP_FILE,
        values,
        doc: Some("A file over compressed bytes."),
    };
    let class = class.make(&home, true, vm)?;
    line_buffer::register_stream(vm, &class)?;
    modules::set(vm, module, "GzipFile", class);
    let names = ["GzipFile", "open"].map(|name| vm.ctx.new_str(name).into());
    modules::set(vm, module, "__all__", vm.ctx.new_list(names.to_vec()));
    for name in ["struct", "sys", "time", "os", "zlib", "__builtin__"] {
        modules::set(vm, module, name, import::module(vm, name)?);
    }
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "gzip");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
