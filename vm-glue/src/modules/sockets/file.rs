//! `socket._fileobject`: a file over anything that has `recv` and `sendall`.

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyType};
use rustpython_vm::function::{FuncArgs, OptionalOption};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{Constructor, Initializer, IterNext, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::Socket;
use crate::runtime::{arguments, text};

/// The size of the buffer where none is asked for.
pub const DEFAULT_SIZE: usize = 8192;
/// Of a call that a signal interrupted.
const EINTR: i32 = 4;

#[derive(Debug, Default)]
struct State {
    sock: Option<PyObjectRef>,
    mode: Option<PyObjectRef>,
    bufsize: isize,
    /// Whether closing the file closes the socket.
    closes: bool,
    softspace: bool,
    /// Read from the socket and not taken yet; from `start` on.
    ahead: Vec<u8>,
    start: usize,
    behind: Vec<u8>,
}

impl State {
    fn ahead(&self) -> &[u8] {
        self.ahead.get(self.start..).unwrap_or_default()
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let taken = self.ahead().get(..count).unwrap_or_default().to_vec();
        self.start += taken.len();
        if self.start == self.ahead.len() {
            self.ahead.clear();
            self.start = 0;
        }
        taken
    }

    /// Bytes that one call asks the socket for.
    fn piece(&self) -> usize {
        match self.bufsize {
            ..0 => DEFAULT_SIZE,
            0 => 1,
            size => size.unsigned_abs(),
        }
    }

    /// Where the next line ends, its end included.
    fn line_end(&self, searched: usize) -> Option<usize> {
        let rest = self.ahead().get(searched..)?;
        rest.iter().position(|byte| *byte == b'\n').map(|at| searched + at + 1)
    }
}

/// The file. Its name in Python is `_fileobject`.
#[pyclass(module = "socket", name = "_fileobject")]
#[derive(Debug, Default, PyPayload)]
pub struct File {
    state: Mutex<State>,
}

fn was_interrupted(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> bool {
    let first = error.args().as_slice().first().cloned();
    first.is_some_and(|first| first.try_to_value::<i32>(vm).is_ok_and(|number| number == EINTR))
}

fn size_of(vm: &VirtualMachine, size: OptionalOption<PyObjectRef>) -> PyResult<Option<usize>> {
    match size.flatten() {
        Some(size) => Ok(usize::try_from(arguments::c_long(vm, &size)?).ok()),
        None => Ok(None),
    }
}

impl File {
    fn sock(&self, vm: &VirtualMachine) -> PyResult {
        let sock = self.state.lock().sock.clone();
        sock.ok_or_else(|| vm.new_attribute_error("'NoneType' object has no attribute 'recv'"))
    }

    /// Asks the socket for more bytes; their number, 0 at the end. The lock is not held: other Python code runs.
    fn fill(&self, sock: &PyObject, amount: usize, vm: &VirtualMachine) -> PyResult<usize> {
        let received = loop {
            match vm.call_method(sock, "recv", (amount,)) {
                Err(error) if was_interrupted(vm, &error) => {}
                other => break other?,
            }
        };
        let bytes = match text::bytes_of(&received) {
            Some(bytes) => bytes,
            None => arguments::octets(vm, "recv() gives", &received)?.into_owned(),
        };
        let mut state = self.state.lock();
        if state.start > 0 {
            let start = std::mem::take(&mut state.start);
            state.ahead.drain(..start);
        }
        state.ahead.extend_from_slice(&bytes);
        Ok(bytes.len())
    }

    fn read_bytes(&self, size: Option<usize>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let piece = self.state.lock().piece().max(if size.is_none() { DEFAULT_SIZE } else { 1 });
        if size.is_some_and(|size| self.state.lock().ahead().len() >= size) {
            return Ok(self.state.lock().take(size.unwrap_or_default()));
        }
        let sock = self.sock(vm)?;
        loop {
            let have = self.state.lock().ahead().len();
            let wanted = match size {
                Some(size) if have >= size => break,
                Some(size) => size - have,
                None => piece,
            };
            if self.fill(&sock, wanted, vm)? == 0 {
                break;
            }
        }
        let mut state = self.state.lock();
        let count = size.unwrap_or(usize::MAX).min(state.ahead().len());
        Ok(state.take(count))
    }

    fn line(&self, limit: Option<usize>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let mut searched = 0;
        let mut sock = None;
        loop {
            let amount = {
                let mut state = self.state.lock();
                let have = state.ahead().len();
                let end = state.line_end(searched).or_else(|| limit.filter(|limit| have >= *limit));
                if let Some(end) = end {
                    return Ok(state.take(limit.map_or(end, |limit| end.min(limit))));
                }
                searched = have;
                state.piece()
            };
            let sock = match &sock {
                Some(sock) => sock,
                None => sock.insert(self.sock(vm)?),
            };
            if self.fill(sock, amount, vm)? == 0 {
                let mut state = self.state.lock();
                let count = state.ahead().len();
                return Ok(state.take(count));
            }
        }
    }

    /// Sends what was written. What could not be sent stays.
    fn send(&self, vm: &VirtualMachine) -> PyResult<()> {
        let (data, piece) = {
            let mut state = self.state.lock();
            (std::mem::take(&mut state.behind), state.piece().max(DEFAULT_SIZE))
        };
        if data.is_empty() {
            return Ok(());
        }
        let sock = self.sock(vm)?;
        let mut sent = 0;
        for part in data.chunks(piece) {
            if let Err(error) = vm.call_method(&sock, "sendall", (text::new_str(vm, part),)) {
                let mut state = self.state.lock();
                let mut rest = data.get(sent..).unwrap_or_default().to_vec();
                rest.append(&mut state.behind);
                state.behind = rest;
                return Err(error);
            }
            sent += part.len();
        }
        Ok(())
    }

    fn put(&self, data: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let bytes = text::str_of(vm, data)?;
        let full = {
            let mut state = self.state.lock();
            state.behind.extend_from_slice(&bytes);
            match state.bufsize {
                0 => true,
                1 => bytes.contains(&b'\n'),
                _ => state.behind.len() >= state.piece(),
            }
        };
        if full && !bytes.is_empty() { self.send(vm) } else { Ok(()) }
    }
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Constructor, Initializer, IterNext))]
impl File {
    #[pygetset]
    fn _sock(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.state.lock().sock.clone()
    }

    #[pygetset(setter)]
    fn set__sock(zelf: &Py<Self>, sock: Option<PyObjectRef>) {
        zelf.state.lock().sock = sock;
    }

    #[pygetset]
    fn mode(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        zelf.state.lock().mode.clone().unwrap_or_else(|| vm.ctx.none())
    }

    #[pygetset]
    fn bufsize(zelf: &Py<Self>) -> isize {
        match zelf.state.lock().bufsize {
            ..0 => DEFAULT_SIZE.cast_signed(),
            size => size,
        }
    }

    #[pygetset]
    fn _close(zelf: &Py<Self>) -> bool {
        zelf.state.lock().closes
    }

    #[pygetset]
    fn softspace(zelf: &Py<Self>) -> bool {
        zelf.state.lock().softspace
    }

    #[pygetset(setter)]
    fn set_softspace(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let value = value.try_to_bool(vm)?;
        zelf.state.lock().softspace = value;
        Ok(())
    }

    /// True if the file is closed.
    #[pygetset]
    fn closed(zelf: &Py<Self>) -> bool {
        zelf.state.lock().sock.is_none()
    }

    /// Sends what was written and lets the socket go.
    #[pymethod]
    fn close(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.state.lock().sock.is_none() {
            return Ok(());
        }
        let flushed = zelf.send(vm);
        let (sock, closes) = {
            let mut state = zelf.state.lock();
            (state.sock.take(), state.closes)
        };
        if let Some(sock) = sock {
            if closes {
                vm.call_method(&sock, "close", ())?;
            }
            if let Some(shared) = sock.downcast_ref::<Socket>() {
                shared.release(vm)?;
            }
        }
        flushed
    }

    /// Sends what was written.
    #[pymethod]
    fn flush(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.send(vm)
    }

    /// The socket's descriptor.
    #[pymethod]
    fn fileno(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&*zelf.sock(vm)?, "fileno", ())
    }

    /// Writes a string.
    #[pymethod]
    fn write(zelf: &Py<Self>, data: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put(&data, vm)
    }

    /// Writes several strings.
    #[pymethod]
    fn writelines(zelf: &Py<Self>, list: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        for data in vm.extract_elements_with(&list, Ok)? {
            if data.clone().try_to_bool(vm)? {
                zelf.put(&data, vm)?;
            }
        }
        Ok(())
    }

    /// So many bytes, or all up to the end.
    #[pymethod]
    fn read(zelf: &Py<Self>, size: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let size = size_of(vm, size)?;
        Ok(text::new_str(vm, &zelf.read_bytes(size, vm)?))
    }

    /// A line with its end.
    #[pymethod]
    fn readline(zelf: &Py<Self>, size: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let size = size_of(vm, size)?;
        Ok(text::new_str(vm, &zelf.line(size, vm)?))
    }

    /// All lines, or as many as have so many bytes together.
    #[pymethod]
    fn readlines(zelf: &Py<Self>, sizehint: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let hint = size_of(vm, sizehint)?.filter(|hint| *hint > 0);
        let mut lines = Vec::new();
        let mut total = 0;
        loop {
            let line = vm.call_method(zelf.as_object(), "readline", ())?;
            let length = text::bytes_of(&line).map_or(0, |line| line.len());
            if length == 0 {
                break;
            }
            lines.push(line);
            total += length;
            if hint.is_some_and(|hint| total >= hint) {
                break;
            }
        }
        Ok(vm.ctx.new_list(lines).into())
    }
}

impl Constructor for File {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self::default())
    }
}

impl Initializer for File {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let values = arguments::of_python(vm, "__init__", args, &["sock", "mode", "bufsize", "close"], 1)?;
        let mut values = values.into_iter();
        let mut next = || values.next().flatten();
        let (sock, mode, bufsize, close) = (next(), next(), next(), next());
        let bufsize = bufsize.map_or(Ok(-1), |size| arguments::c_long(vm, &size))?;
        let closes = close.map_or(Ok(false), |close| close.try_to_bool(vm))?;
        if let Some(shared) = sock.as_ref().and_then(|sock| sock.downcast_ref::<Socket>()) {
            shared.hold();
        }
        let mode = mode.unwrap_or_else(|| vm.ctx.new_str("rb").into());
        *zelf.state.lock() = State { sock, mode: Some(mode), bufsize, closes, ..State::default() };
        Ok(())
    }
}

impl SelfIter for File {}

impl IterNext for File {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let line = vm.call_method(zelf.as_object(), "readline", ())?;
        Ok(match text::bytes_of(&line) {
            Some(bytes) if bytes.is_empty() => PyIterReturn::StopIteration(None),
            _ => PyIterReturn::Return(line),
        })
    }
}
