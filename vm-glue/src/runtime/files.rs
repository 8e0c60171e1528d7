//! The type `file` and `open`: byte strings in every mode, universal newlines, `softspace`.

use super::{arguments, dialect, exceptions, names, restricted, text};
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{Constructor, Initializer, IterNext, Iterable, Representable, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::gate::{self, Access};

/// Bytes read or written at once.
const BUFFER: usize = 64 * 1024;

/// Where the bytes come from or go to.
#[derive(Debug)]
pub enum Stream {
    File(std::fs::File),
    Stdin,
    Stdout,
    Stderr,
}

impl Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let result = match self {
                Self::File(file) => file.read(buffer),
                Self::Stdin => io::stdin().lock().read(buffer),
                Self::Stdout | Self::Stderr => Err(io::Error::from_raw_os_error(libc_ebadf())),
            };
            match result {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_all(bytes),
            Self::Stdout => {
                let mut stream = io::stdout().lock();
                stream.write_all(bytes)?;
                stream.flush()
            }
            Self::Stderr => io::stderr().lock().write_all(bytes),
            Self::Stdin => Err(io::Error::from_raw_os_error(libc_ebadf())),
        }
    }

    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            // ESPIPE: a stream has no position.
            _ => Err(io::Error::from_raw_os_error(29)),
        }
    }

    fn is_terminal(&self) -> bool {
        use std::io::IsTerminal;
        match self {
            Self::File(file) => file.is_terminal(),
            Self::Stdin => io::stdin().is_terminal(),
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
        }
    }

    #[cfg(unix)]
    fn number(&self) -> i64 {
        use std::os::fd::AsRawFd;
        match self {
            Self::File(file) => i64::from(file.as_raw_fd()),
            Self::Stdin => 0,
            Self::Stdout => 1,
            Self::Stderr => 2,
        }
    }

    #[cfg(not(unix))]
    fn number(&self) -> i64 {
        match self {
            Self::File(_) => -1,
            Self::Stdin => 0,
            Self::Stdout => 1,
            Self::Stderr => 2,
        }
    }
}

/// `EBADF`.
const fn libc_ebadf() -> i32 {
    9
}

/// What an open file is.
#[derive(Debug)]
struct State {
    stream: Stream,
    /// Bytes read ahead, and how many of them were handed out.
    ahead: Vec<u8>,
    taken: usize,
    /// Bytes not written yet.
    behind: Vec<u8>,
    /// The last byte handed out was a `\r` (universal newlines).
    after_cr: bool,
    /// Line ends met: 1 `\r`, 2 `\n`, 4 `\r\n`.
    newlines: u8,
}

impl State {
    fn new(stream: Stream) -> Self {
        Self { stream, ahead: Vec::new(), taken: 0, behind: Vec::new(), after_cr: false, newlines: 0 }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.behind.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.behind);
        self.stream.write_all(&bytes)
    }

    /// Forgets what was read ahead and puts the position where the program thinks it is.
    fn unread(&mut self) -> io::Result<()> {
        let left = self.ahead.len() - self.taken;
        self.ahead.clear();
        self.taken = 0;
        if left > 0 {
            self.stream.seek(SeekFrom::Current(-(left as i64)))?;
        }
        Ok(())
    }

    /// Makes sure that something was read ahead; false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        if self.taken < self.ahead.len() {
            return Ok(true);
        }
        self.flush()?;
        self.ahead.resize(BUFFER, 0);
        let count = match self.stream.read(&mut self.ahead) {
            Ok(count) => count,
            Err(error) => {
                self.ahead.clear();
                self.taken = 0;
                return Err(error);
            }
        };
        self.ahead.truncate(count);
        self.taken = 0;
        Ok(count > 0)
    }

    /// At most `limit` bytes, up to the first line end if `line`.
    fn take(&mut self, limit: Option<usize>, line: bool, universal: bool) -> io::Result<Vec<u8>> {
        let mut result = Vec::new();
        while limit.is_none_or(|limit| result.len() < limit) {
            if !self.fill()? {
                break;
            }
            let wanted = limit.map_or(usize::MAX, |limit| limit - result.len());
            if universal {
                if self.take_universal(&mut result, wanted, line) {
                    break;
                }
                continue;
            }
            let waiting = &self.ahead[self.taken..];
            let mut count = waiting.len().min(wanted);
            let end = if line { waiting[..count].iter().position(|byte| *byte == b'\n') } else { None };
            if let Some(end) = end {
                count = end + 1;
            }
            result.extend_from_slice(&waiting[..count]);
            self.taken += count;
            if end.is_some() {
                break;
            }
        }
        Ok(result)
    }

    /// The same with `\r` and `\r\n` turned into `\n`; true at the end of a line.
    fn take_universal(&mut self, result: &mut Vec<u8>, mut wanted: usize, line: bool) -> bool {
        while wanted > 0 && self.taken < self.ahead.len() {
            let byte = self.ahead[self.taken];
            self.taken += 1;
            if byte == b'\n' && std::mem::take(&mut self.after_cr) {
                self.newlines |= 4;
                continue;
            }
            if std::mem::replace(&mut self.after_cr, byte == b'\r') {
                self.newlines |= 1;
            }
            if byte == b'\n' {
                self.newlines |= 2;
            }
            let byte = if byte == b'\r' { b'\n' } else { byte };
            result.push(byte);
            wanted -= 1;
            if line && byte == b'\n' {
                return true;
            }
        }
        false
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // As when C closes a stream: nobody can be told about an error here.
        let _ = self.flush();
    }
}

/// `file`.
#[pyclass(module = false, name = "file")]
#[derive(Debug, PyPayload)]
pub struct File {
    state: Mutex<Option<State>>,
    name: Mutex<PyObjectRef>,
    mode: Mutex<String>,
    softspace: Mutex<i64>,
    /// What `print` encodes unicode with.
    encoding: Mutex<Option<String>>,
    /// 0 none, 1 by line, else by block.
    buffering: Mutex<i64>,
}

impl File {
    /// A file object over something already open.
    pub fn over(stream: Stream, name: PyObjectRef, mode: &str) -> Self {
        Self {
            state: Mutex::new(Some(State::new(stream))),
            name: Mutex::new(name),
            mode: Mutex::new(mode.to_owned()),
            softspace: Mutex::new(0),
            encoding: Mutex::new(None),
            buffering: Mutex::new(-1),
        }
    }

    /// A file object over an open descriptor, which it closes in the end: what `os.fdopen` gives.
    #[cfg(unix)]
    pub fn over_descriptor(
        descriptor: rustpython_vm::host_env::crt_fd::Owned,
        mode: &str,
        buffering: i64,
        vm: &VirtualMachine,
    ) -> Self {
        let file = std::fs::File::from(std::os::fd::OwnedFd::from(descriptor));
        let made = Self::over(Stream::File(file), vm.ctx.new_str("<fdopen>").into(), mode);
        *made.buffering.lock() = buffering;
        made
    }

    /// Lets `print` encode unicode, as for a standard stream whose encoding is known.
    pub fn with_encoding(self, encoding: Option<String>) -> Self {
        *self.encoding.lock() = encoding;
        self
    }

    /// Does the next value that `print` writes need a space before it?
    pub fn soft_space(&self) -> bool {
        *self.softspace.lock() != 0
    }

    /// Sets [`soft_space`](Self::soft_space).
    pub fn set_soft_space(&self, value: bool) {
        *self.softspace.lock() = i64::from(value);
    }

    fn flag(&self, flag: char) -> bool {
        self.mode.lock().contains(flag)
    }

    fn readable(&self) -> bool {
        let mode = self.mode.lock();
        mode.starts_with(['r', 'U']) || mode.contains('+')
    }

    fn writable(&self) -> bool {
        let mode = self.mode.lock();
        mode.starts_with(['w', 'a']) || mode.contains('+')
    }

    fn with<R>(&self, vm: &VirtualMachine, work: impl FnOnce(&mut State) -> io::Result<R>) -> PyResult<R> {
        let mut guard = self.state.lock();
        let Some(state) = guard.as_mut() else { return Err(vm.new_value_error("I/O operation on closed file")) };
        let result = work(state);
        drop(guard);
        result.map_err(|error| io_error(&error, None, vm))
    }

    /// At most so many bytes, or a line with its end.
    pub fn read_bytes(&self, limit: Option<usize>, line: bool, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let universal = self.flag('U');
        if self.state.lock().is_some() && !self.readable() {
            return Err(exceptions::new_io_error_text(vm, "File not open for reading"));
        }
        self.with(vm, |state| state.take(limit, line, universal))
    }

    /// Appends bytes, as `write` does.
    pub fn write_bytes(&self, bytes: &[u8], vm: &VirtualMachine) -> PyResult<()> {
        if self.state.lock().is_some() && !self.writable() {
            return Err(exceptions::new_io_error_text(vm, "File not open for writing"));
        }
        let buffering = *self.buffering.lock();
        self.with(vm, |state| {
            state.unread()?;
            state.behind.extend_from_slice(bytes);
            let now = match buffering {
                0 => true,
                1 => bytes.contains(&b'\n'),
                _ => state.behind.len() >= BUFFER || !matches!(state.stream, Stream::File(_)),
            };
            if now { state.flush() } else { Ok(()) }
        })
    }
}

/// An IOError from an error of the operating system.
pub fn io_error(error: &io::Error, filename: Option<PyObjectRef>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let shown = error.to_string();
    let message = shown.split(" (os error").next().unwrap_or(&shown);
    match error.raw_os_error() {
        Some(number) => exceptions::new_io_error(vm, number, message, filename),
        None => exceptions::new_io_error_text(vm, message),
    }
}

/// The count argument of `read` and the like; negative means all.
fn limit(args: FuncArgs, name: &str, vm: &VirtualMachine) -> PyResult<Option<usize>> {
    arguments::count(vm, name, &args, 0, 1)?;
    let args = args.args;
    let Some(value) = args.first().filter(|value| !vm.is_none(value)) else { return Ok(None) };
    if value.class().slots().as_number.index.load().is_none() {
        return Err(vm.new_type_error("an integer is required"));
    }
    Ok(usize::try_from(super::slices::saturated(value, vm)?).ok())
}

/// The bytes of something that `write` takes.
pub fn writable_bytes(value: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    if text::is_unicode(value) {
        return text::str_of(vm, value);
    }
    if let Some(bytes) = text::bytes_of(value) {
        return Ok(bytes);
    }
    match rustpython_vm::function::ArgBytesLike::try_from_borrowed_object(vm, value) {
        Ok(buffer) => Ok(buffer.borrow_buf().to_vec()),
        Err(_) => Err(vm.new_type_error("expected a character buffer object")),
    }
}

use rustpython_vm::TryFromBorrowedObject;

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Initializer, IterNext, Iterable, Representable))]
impl File {
    #[pymethod]
    fn read(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let limit = limit(args, "read", vm)?;
        Ok(text::new_str(vm, &zelf.read_bytes(limit, false, vm)?))
    }

    #[pymethod]
    fn readline(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let limit = limit(args, "readline", vm)?;
        Ok(text::new_str(vm, &zelf.read_bytes(limit, true, vm)?))
    }

    #[pymethod]
    fn readlines(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let hint = limit(args, "readlines", vm)?.filter(|hint| *hint > 0);
        let mut lines = Vec::new();
        let mut total = 0;
        loop {
            let line = zelf.read_bytes(None, true, vm)?;
            if line.is_empty() {
                break;
            }
            total += line.len();
            lines.push(text::new_str(vm, &line));
            if hint.is_some_and(|hint| total >= hint) {
                break;
            }
        }
        Ok(vm.ctx.new_list(lines).into())
    }

    /// Fills a buffer that can be written to.
    #[pymethod]
    fn readinto(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
        zelf.with(vm, |_| Ok(()))?;
        let target = arguments::only(vm, "readinto", args)?;
        if text::is_basestring(&target) {
            return Err(vm.new_type_error("must be read-write buffer, not str"));
        }
        let buffer = rustpython_vm::function::ArgMemoryBuffer::try_from_borrowed_object(vm, &target)?;
        let bytes = zelf.read_bytes(Some(buffer.len()), false, vm)?;
        if let Some(start) = buffer.borrow_buf_mut().get_mut(..bytes.len()) {
            start.copy_from_slice(&bytes);
        }
        Ok(bytes.len())
    }

    /// What `copy` and protocol 2 of `pickle` get is a closed file; the older protocols refuse.
    #[pymethod]
    fn __reduce_ex__(zelf: PyRef<Self>, protocol: i64, vm: &VirtualMachine) -> PyResult {
        if protocol < 2 {
            return Err(vm.new_type_error("can't pickle file objects"));
        }
        let function = crate::import::module(vm, "copy_reg")?.get_attr("__newobj__", vm)?;
        let class: PyObjectRef = zelf.class().to_owned().into();
        let none = vm.ctx.none();
        let args = vm.ctx.new_tuple(vec![class]).into();
        Ok(vm.ctx.new_tuple(vec![function, args, none.clone(), none.clone(), none]).into())
    }

    #[pymethod]
    fn xreadlines(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.with(vm, |_| Ok(()))?;
        Ok(zelf.into())
    }

    #[pymethod]
    fn next(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        match <Self as IterNext>::next(&zelf, vm)? {
            PyIterReturn::Return(line) => Ok(line),
            PyIterReturn::StopIteration(_) => Err(vm.new_stop_iteration(None)),
        }
    }

    #[pymethod]
    fn write(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.with(vm, |_| Ok(()))?;
        arguments::count(vm, "write", &args, 1, 1)?;
        let args = args.args;
        let encoding = zelf.encoding.lock().clone();
        let bytes = match (encoding, text::payload(&args[0])) {
            (Some(encoding), Some(string)) if text::is_unicode(&args[0]) => {
                super::codecs::encode(vm, string.as_wtf8(), &encoding, "strict")?
            }
            _ => writable_bytes(&args[0], vm)?,
        };
        *zelf.softspace.lock() = 0;
        zelf.write_bytes(&bytes, vm)
    }

    #[pymethod]
    fn writelines(zelf: PyRef<Self>, lines: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.with(vm, |_| Ok(()))?;
        let lines = vm
            .extract_elements_with(&lines, Ok)
            .map_err(|_| vm.new_type_error("writelines() requires an iterable argument"))?;
        for line in lines {
            let bytes = match text::is_basestring(&line) {
                true => writable_bytes(&line, vm)?,
                false => writable_bytes(&line, vm)
                    .map_err(|_| vm.new_type_error("writelines() argument must be a sequence of strings"))?,
            };
            zelf.write_bytes(&bytes, vm)?;
        }
        Ok(())
    }

    #[pymethod]
    fn seek(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.with(vm, |_| Ok(()))?;
        arguments::count(vm, "seek", &args, 1, 2)?;
        let args = args.args;
        let offset = super::slices::saturated(&args[0], vm)?;
        let whence = match args.get(1) {
            Some(whence) => super::slices::saturated(whence, vm)?,
            None => 0,
        };
        zelf.with(vm, |state| {
            state.flush()?;
            state.unread()?;
            state.after_cr = false;
            let invalid = || io::Error::from_raw_os_error(22);
            let to = match whence {
                0 => SeekFrom::Start(u64::try_from(offset).map_err(|_| invalid())?),
                1 => SeekFrom::Current(offset),
                2 => SeekFrom::End(offset),
                _ => return Err(invalid()),
            };
            state.stream.seek(to).map(drop)
        })
    }

    #[pymethod]
    fn tell(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<u64> {
        zelf.with(vm, |state| {
            state.flush()?;
            let position = state.stream.seek(SeekFrom::Current(0))?;
            Ok(position.saturating_sub((state.ahead.len() - state.taken) as u64))
        })
    }

    #[pymethod]
    fn truncate(zelf: PyRef<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        arguments::count(vm, "truncate", &args, 0, 1)?;
        let args = args.args;
        if zelf.state.lock().is_some() && !zelf.writable() {
            return Err(exceptions::new_io_error_text(vm, "File not open for writing"));
        }
        let size = match args.first() {
            Some(size) => Some(super::slices::saturated(size, vm)?),
            None => None,
        };
        zelf.with(vm, |state| {
            state.flush()?;
            state.unread()?;
            let size = match size {
                Some(size) => u64::try_from(size).map_err(|_| io::Error::from_raw_os_error(22))?,
                None => state.stream.seek(SeekFrom::Current(0))?,
            };
            match &state.stream {
                Stream::File(file) => file.set_len(size),
                _ => Err(io::Error::from_raw_os_error(22)),
            }
        })
    }

    #[pymethod]
    fn flush(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.with(vm, State::flush)
    }

    #[pymethod]
    fn close(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<()> {
        let state = zelf.state.lock().take();
        match state {
            Some(mut state) => state.flush().map_err(|error| io_error(&error, None, vm)),
            None => Ok(()),
        }
    }

    #[pymethod]
    fn fileno(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<i64> {
        zelf.with(vm, |state| {
            state.flush()?;
            Ok(state.stream.number())
        })
    }

    #[pymethod]
    fn isatty(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        zelf.with(vm, |state| Ok(state.stream.is_terminal()))
    }

    #[pymethod]
    fn __enter__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.with(vm, |_| Ok(()))?;
        Ok(zelf.into())
    }

    #[pymethod]
    fn __exit__(zelf: PyRef<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        // A class derived from it may close in its own way.
        vm.call_method(zelf.as_object(), "close", ()).map(drop)
    }

    #[pygetset]
    fn closed(zelf: &Py<Self>) -> bool {
        zelf.state.lock().is_none()
    }

    #[pygetset]
    fn name(zelf: &Py<Self>) -> PyObjectRef {
        zelf.name.lock().clone()
    }

    #[pygetset]
    fn mode(zelf: &Py<Self>) -> String {
        zelf.mode.lock().clone()
    }

    #[pygetset]
    fn encoding(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match &*zelf.encoding.lock() {
            Some(encoding) => vm.ctx.new_str(encoding.as_str()).into(),
            None => vm.ctx.none(),
        }
    }

    #[pygetset]
    fn errors(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }

    #[pygetset]
    fn newlines(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let seen = zelf.state.lock().as_ref().map_or(0, |state| state.newlines);
        let mut found: Vec<PyObjectRef> = Vec::new();
        for (bit, line_end) in [(1, "\r"), (2, "\n"), (4, "\r\n")] {
            if seen & bit != 0 {
                found.push(vm.ctx.new_str(line_end).into());
            }
        }
        match found.len() {
            0 => vm.ctx.none(),
            1 => found.swap_remove(0),
            _ => vm.ctx.new_tuple(found).into(),
        }
    }

    #[pygetset]
    fn softspace(zelf: &Py<Self>) -> i64 {
        *zelf.softspace.lock()
    }

    #[pygetset(setter)]
    fn set_softspace(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        match value {
            PySetterValue::Assign(value) if value.downcast_ref::<PyInt>().is_some() => {
                *zelf.softspace.lock() = super::slices::saturated(&value, vm)?;
                Ok(())
            }
            PySetterValue::Assign(_) => Err(vm.new_type_error("an integer is required")),
            PySetterValue::Delete => Err(vm.new_type_error("can't delete numeric/char attribute")),
        }
    }
}

impl SelfIter for File {}

impl IterNext for File {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let line = zelf.read_bytes(None, true, vm)?;
        if line.is_empty() {
            return Ok(PyIterReturn::StopIteration(None));
        }
        Ok(PyIterReturn::Return(text::new_str(vm, &line)))
    }
}

impl Representable for File {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let kind = if zelf.state.lock().is_some() { "open" } else { "closed" };
        let name = zelf.name.lock().clone();
        let shown = name.repr(vm)?;
        Ok(format!("<{kind} file {shown}, mode '{}' at {:#x}>", zelf.mode.lock(), zelf.get_id()))
    }
}

/// The name and mode of a file without one.
const UNINITIALIZED: &str = "<uninitialized file>";

impl Constructor for File {
    type Args = FuncArgs;

    /// A closed file; `__init__` opens it, so that derived classes may have other arguments.
    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self {
            state: Mutex::new(None),
            name: Mutex::new(vm.ctx.new_str(UNINITIALIZED).into()),
            mode: Mutex::new(UNINITIALIZED.to_owned()),
            softspace: Mutex::new(0),
            encoding: Mutex::new(None),
            buffering: Mutex::new(-1),
        })
    }
}

impl Initializer for File {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        if restricted::is_active(vm) {
            return Err(exceptions::new_io_error_text(vm, "file() constructor not accessible in restricted mode"));
        }
        let mut args = args;
        let given = args.args.len() + args.kwargs.len();
        let Some(name) = args.take_positional().or_else(|| args.take_keyword("name")) else {
            return Err(vm.new_type_error("Required argument 'name' (pos 1) not found"));
        };
        let mode = args.take_positional().or_else(|| args.take_keyword("mode"));
        let buffering = args.take_positional().or_else(|| args.take_keyword("buffering"));
        if !args.is_empty() {
            return Err(vm.new_type_error(format!("file() takes at most 3 arguments ({given} given)")));
        }
        let mode = match mode {
            Some(mode) => match text::bytes_of(&mode) {
                Some(mode) => String::from_utf8_lossy(&mode).into_owned(),
                None if text::is_unicode(&mode) => mode.str(vm)?.to_string(),
                None => {
                    let kind = names::type_name_of(&mode);
                    return Err(vm.new_type_error(format!("file() argument 2 must be string, not {kind}")));
                }
            },
            None => "r".to_owned(),
        };
        let buffering = match buffering {
            Some(buffering) => super::slices::saturated(&buffering, vm)?,
            None => -1,
        };
        // What was open before is closed, as far as that is possible.
        drop(zelf.state.lock().take());
        let opened = open(&name, &mode, vm);
        *zelf.name.lock() = name;
        *zelf.mode.lock() = mode;
        *zelf.state.lock() = Some(State::new(Stream::File(opened?)));
        *zelf.buffering.lock() = buffering;
        *zelf.softspace.lock() = 0;
        Ok(())
    }
}

/// The path that a file name means: the bytes of a `str`, the UTF-8 of a `unicode`.
pub fn path_of(name: &PyObject, vm: &VirtualMachine) -> PyResult<std::path::PathBuf> {
    if !text::is_basestring(name) {
        let kind = names::type_name_of(name);
        return Err(vm.new_type_error(format!("coercing to Unicode: need string or buffer, {kind} found")));
    }
    let bytes = match text::bytes_of(name) {
        Some(bytes) => bytes,
        None => name.downcast_ref::<PyStr>().map(|name| name.as_bytes().to_vec()).unwrap_or_default(),
    };
    if bytes.contains(&0) {
        return Err(vm.new_type_error("file() argument 1 must be encoded string without NULL bytes, not str"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        Ok(std::ffi::OsString::from_vec(bytes).into())
    }
    #[cfg(not(unix))]
    {
        Ok(String::from_utf8_lossy(&bytes).into_owned().into())
    }
}

/// Opens by a mode string of C.
fn open(name: &PyObjectRef, mode: &str, vm: &VirtualMachine) -> PyResult<std::fs::File> {
    let path = path_of(name, vm)?;
    let Some(first) = mode.chars().next() else { return Err(vm.new_value_error("empty mode string")) };
    let plus = mode.contains('+');
    if mode.contains('U') && matches!(first, 'w' | 'a') {
        return Err(vm.new_value_error("universal newline mode can only be used with modes starting with 'r'"));
    }
    let mut options = std::fs::OpenOptions::new();
    match first {
        'r' | 'U' => options.read(true).write(plus),
        'w' => options.write(true).read(plus).create(true).truncate(true),
        'a' => options.append(true).read(plus).create(true),
        _ => {
            return Err(
                vm.new_value_error(format!("mode string must begin with one of 'r', 'w', 'a' or 'U', not '{mode}'"))
            );
        }
    };
    let access = if plus || matches!(first, 'w' | 'a') { Access::Write } else { Access::Read };
    gate::check_path(vm, &path, access)?;
    let failed = |error: io::Error| io_error(&error, Some(name.clone()), vm);
    let file = options.open(&path).map_err(failed)?;
    if file.metadata().is_ok_and(|data| data.is_dir()) {
        return Err(failed(io::Error::from_raw_os_error(21)));
    }
    Ok(file)
}

fn raw_input(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "raw_input", args, 0, 1)?;
    if let Some(prompt) = args.first() {
        let stdout = vm.sys_module.get_attr("stdout", vm)?;
        let prompt = text::new_str(vm, &text::str_of(vm, prompt)?);
        vm.call_method(&stdout, "write", (prompt,))?;
        vm.call_method(&stdout, "flush", ())?;
    }
    let stdin = vm.sys_module.get_attr("stdin", vm)?;
    let line = vm.call_method(&stdin, "readline", ())?;
    let Some(bytes) = text::bytes_of(&line) else { return Ok(line) };
    if bytes.is_empty() {
        return Err(vm.new_exception_msg(vm.ctx.exceptions.eof_error.to_owned(), "EOF when reading a line".into()));
    }
    Ok(text::new_str(vm, bytes.strip_suffix(b"\n").unwrap_or(&bytes)))
}

/// Makes the type.
pub fn patch(_vm: &VirtualMachine) {
    let _: PyTypeRef = File::make_static_type();
}

/// Sets the builtins.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    dialect::set(vm, "file", File::make_static_type())?;
    dialect::set_function(vm, "open", |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        File::make_static_type().as_object().call(args, vm)
    })?;
    dialect::set_function(vm, "raw_input", raw_input)
}
