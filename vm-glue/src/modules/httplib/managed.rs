//! The socket of a connection that the program's HTTP client makes, and the file that its answer is read from.
//!
//! What is written to the socket is a request as it would go over the wire; once it is complete the client sends it, so
//! that its proxies, certificates and recordings apply. The answer comes back as it would come from the wire, so that
//! everything that reads answers (of libraries, too) works as with a socket.

use std::io::Read as _;
use std::time::Duration;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyWeak};
use rustpython_vm::function::{FuncArgs, OptionalOption};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::failures::{exception, socket_error};
use super::outgoing::{self, Outgoing};
use super::{opening, trust};
use crate::import;
use crate::modules::headers::lines::{This, bytes};
use crate::runtime::{arguments, text};
use crate::web::{Client, Request, Response, WebError};

/// What one read asks the client for, at least.
const PIECE: usize = 8192;
/// And at most.
const LARGEST_PIECE: usize = 1 << 16;

/// The file of an answer: its head, then its body as it arrives.
#[pyclass(module = "httplib", name = "_Answer")]
#[derive(Debug, PyPayload)]
pub struct Answer {
    state: Mutex<Reading>,
}

#[derive(Debug)]
struct Reading {
    /// Arrived and not taken yet, from `start` on.
    ahead: Vec<u8>,
    start: usize,
    /// What is left of the answer; None at its end.
    response: Option<Response>,
    /// Whether the body goes out in chunks, as its head says.
    chunked: bool,
}

impl Reading {
    fn of(response: Response, old: bool) -> Self {
        let is_coding = |name: &str| name.eq_ignore_ascii_case("transfer-encoding");
        let mut chunked = false;
        let mut ahead = Vec::new();
        if response.version > 9 {
            let minor = response.version.saturating_sub(10);
            ahead = format!("HTTP/1.{minor} {} {}\r\n", response.status, response.reason).into_bytes();
            for (name, value) in &response.headers {
                // To a request of HTTP/1.0 nothing is answered in chunks.
                if is_coding(name) && value.eq_ignore_ascii_case(b"chunked") {
                    chunked = !old;
                    if old {
                        continue;
                    }
                }
                ahead.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
            }
            ahead.extend(b"\r\n");
        }
        Self { ahead, start: 0, response: Some(response), chunked }
    }

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

    /// Waits for more, about as much as is wanted; false at the end.
    fn fill(&mut self, wanted: usize) -> Result<bool, WebError> {
        let Some(response) = &mut self.response else { return Ok(false) };
        let mut piece = vec![0; wanted.clamp(PIECE, LARGEST_PIECE)];
        let count = match response.read(&mut piece) {
            Ok(count) => count,
            Err(error) => {
                self.response = None;
                return match WebError::while_reading(error, Vec::new(), None) {
                    // A body that ends too early ends: those who read it see that something is missing.
                    WebError::Incomplete { .. } => Ok(false),
                    failure => Err(failure),
                };
            }
        };
        let data = piece.get(..count).unwrap_or_default();
        if self.chunked {
            self.ahead.extend(format!("{count:x}\r\n").into_bytes());
            self.ahead.extend_from_slice(data);
            self.ahead.extend(b"\r\n");
        } else {
            self.ahead.extend_from_slice(data);
        }
        if count == 0 {
            self.response = None;
        }
        Ok(count > 0 || self.chunked)
    }
}

impl Answer {
    fn new(response: Response, old: bool) -> Self {
        Self { state: Mutex::new(Reading::of(response, old)) }
    }

    fn read_bytes(&self, size: Option<usize>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        vm.allow_threads(|| {
            let mut state = self.state.lock();
            loop {
                let have = state.ahead().len();
                let wanted = size.map_or(LARGEST_PIECE, |size| size.saturating_sub(have));
                if size.is_some_and(|size| have >= size) || !state.fill(wanted)? {
                    let count = size.unwrap_or(usize::MAX).min(state.ahead().len());
                    return Ok(state.take(count));
                }
            }
        })
        .map_err(|failure: WebError| exception(vm, &failure))
    }

    fn line(&self, limit: Option<usize>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        vm.allow_threads(|| {
            let mut state = self.state.lock();
            let mut searched = 0;
            loop {
                let have = state.ahead().len();
                let end = state.ahead().get(searched..).unwrap_or_default().iter().position(|byte| *byte == b'\n');
                let end = end.map(|at| searched + at + 1).or_else(|| limit.filter(|limit| have >= *limit));
                if let Some(end) = end {
                    return Ok(state.take(limit.map_or(end, |limit| end.min(limit))));
                }
                searched = have;
                if !state.fill(PIECE)? {
                    let count = state.ahead().len();
                    return Ok(state.take(count));
                }
            }
        })
        .map_err(|failure: WebError| exception(vm, &failure))
    }
}

fn size_of(vm: &VirtualMachine, size: OptionalOption<PyObjectRef>) -> PyResult<Option<usize>> {
    match size.flatten() {
        Some(size) => Ok(usize::try_from(arguments::c_long(vm, &size)?).ok()),
        None => Ok(None),
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION, HAS_DICT), with(IterNext))]
impl Answer {
    /// So many bytes, or all up to the end.
    #[pymethod]
    fn read(zelf: &Py<Self>, size: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        Ok(text::new_str(vm, &zelf.read_bytes(size_of(vm, size)?, vm)?))
    }

    /// A line with its end.
    #[pymethod]
    fn readline(zelf: &Py<Self>, size: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        Ok(text::new_str(vm, &zelf.line(size_of(vm, size)?, vm)?))
    }

    /// All lines.
    #[pymethod]
    fn readlines(zelf: &Py<Self>, _size: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let rest = zelf.read_bytes(None, vm)?;
        Ok(vm
            .ctx
            .new_list(rest.split_inclusive(|byte| *byte == b'\n').map(|line| text::new_str(vm, line)).collect())
            .into())
    }

    /// Lets the connection go.
    #[pymethod]
    fn close(zelf: &Py<Self>) {
        let mut state = zelf.state.lock();
        (state.response, state.start, state.ahead) = (None, 0, Vec::new());
    }

    #[pymethod]
    fn flush(_zelf: &Py<Self>) {}

    #[pymethod]
    fn fileno(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        Err(socket_error(vm, "error", vec![text::native(vm, "an HTTP answer has no file descriptor here")]))
    }

    #[pygetset]
    fn closed(zelf: &Py<Self>) -> bool {
        let state = zelf.state.lock();
        state.response.is_none() && state.ahead().is_empty()
    }
}

impl SelfIter for Answer {}

impl IterNext for Answer {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let line = zelf.line(None, vm)?;
        if line.is_empty() {
            return Ok(PyIterReturn::StopIteration(None));
        }
        Ok(PyIterReturn::Return(text::new_str(vm, &line)))
    }
}

/// The socket.
#[pyclass(module = "httplib", name = "_ManagedSocket")]
#[derive(Debug, PyPayload)]
pub struct Managed {
    connection: PyRef<PyWeak>,
    /// Whether it is there before anyone connects, for a library that would otherwise make a connection itself.
    pub stands_in: bool,
    state: Mutex<Exchange>,
}

#[derive(Debug, Default)]
struct Exchange {
    written: Vec<u8>,
    /// The answer to a request that has been sent.
    answer: Option<Result<(Response, bool), WebError>>,
}

impl Managed {
    pub fn object(connection: &PyObject, stands_in: bool, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let connection = connection.downgrade(None, vm)?;
        Ok(Self { connection, stands_in, state: Mutex::default() }.into_ref(&vm.ctx).into())
    }

    fn connection(&self, vm: &VirtualMachine) -> PyResult {
        self.connection.upgrade().ok_or_else(|| bad_descriptor(vm))
    }

    /// Sends the request with all that belongs to it.
    fn exchange(&self, request: Outgoing, vm: &VirtualMachine) -> PyResult<()> {
        let connection = self.connection(vm)?;
        let this = This { object: &connection, vm };
        let (url, proxy) = opening::target(this, &request.target)?;
        let old = request.old;
        let mut outgoing = Request::new(request.method, url);
        outgoing.headers = request.headers;
        outgoing.body = request.body;
        outgoing.proxy = proxy;
        let trust = trust::of(this)?;
        outgoing.verify = trust.verify;
        outgoing = outgoing.roots(trust.roots).timeout(timeout(this)?);
        let answer = vm.allow_threads(|| Client::shared().send(outgoing));
        self.state.lock().answer = Some(answer.map(|answer| (answer, old)));
        Ok(())
    }
}

/// The time limit of a connection.
fn timeout(this: This<'_>) -> PyResult<Option<Duration>> {
    let vm = this.vm;
    let netbase = import::module(vm, "_netbase")?;
    let mut limit = this.get("timeout")?;
    if limit.is(&netbase.get_attr("_GLOBAL_DEFAULT_TIMEOUT", vm)?) {
        limit = netbase.get_attr("getdefaulttimeout", vm)?.call((), vm)?;
    }
    if vm.is_none(&limit) {
        return Ok(None);
    }
    let seconds = limit.try_float(vm)?.to_f64();
    Ok(Duration::try_from_secs_f64(seconds).ok())
}

fn bad_descriptor(vm: &VirtualMachine) -> PyBaseExceptionRef {
    /// Bad file descriptor.
    const EBADF: i32 = 9;
    let said = "the connection is made by the HTTP client: it has no socket of its own";
    socket_error(vm, "error", vec![vm.ctx.new_int(EBADF).into(), text::native(vm, said)])
}

/// Whether a failure shows when a program connects; the others show when it waits for the answer.
fn is_of_connecting(failure: &WebError) -> bool {
    use crate::web::Stage;
    matches!(
        failure,
        WebError::UnknownHost(_)
            | WebError::Connect { .. }
            | WebError::Tls(_)
            | WebError::Timeout(Stage::Connect)
            | WebError::InvalidUrl { .. }
            | WebError::InvalidRequest(_)
    )
}

#[pyclass(flags(DISALLOW_INSTANTIATION, HAS_DICT))]
impl Managed {
    /// Writes a part of a request.
    #[pymethod]
    fn sendall(
        zelf: &Py<Self>,
        data: PyObjectRef,
        _flags: OptionalOption<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let data = match text::bytes_of(&data) {
            Some(data) => data,
            None if text::is_basestring(&data) => bytes(vm, &data)?,
            None => arguments::octets(vm, "sendall()", &data)?.into_owned(),
        };
        let complete = {
            let mut state = zelf.state.lock();
            state.written.extend(data);
            // Libraries set the time limit of the answer after they have sent the request.
            if zelf.stands_in { None } else { outgoing::complete(&mut state.written) }
        };
        let Some(request) = complete else { return Ok(()) };
        zelf.exchange(request, vm)?;
        let mut state = zelf.state.lock();
        match state.answer.take() {
            Some(Err(failure)) if is_of_connecting(&failure) => Err(exception(vm, &failure)),
            other => {
                state.answer = other;
                Ok(())
            }
        }
    }

    /// The same; all is taken at once.
    #[pymethod]
    fn send(
        zelf: &Py<Self>,
        data: PyObjectRef,
        flags: OptionalOption<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        let length = data.length(vm)?;
        Self::sendall(zelf, data, flags, vm)?;
        Ok(length)
    }

    /// The file of the answer to what was written.
    #[pymethod]
    fn makefile(zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Answer>> {
        let mut answer = zelf.state.lock().answer.take();
        if answer.is_none() {
            let written = std::mem::take(&mut zelf.state.lock().written);
            let Some(request) = outgoing::whole(written) else { return Err(bad_descriptor(vm)) };
            zelf.exchange(request, vm)?;
            answer = zelf.state.lock().answer.take();
        }
        match answer {
            Some(Ok((response, old))) => Ok(Answer::new(response, old).into_ref(&vm.ctx)),
            Some(Err(failure)) => Err(exception(vm, &failure)),
            None => Err(bad_descriptor(vm)),
        }
    }

    #[pymethod]
    fn settimeout(zelf: &Py<Self>, timeout: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.connection(vm)?.set_attr("timeout", timeout, vm)
    }

    #[pymethod]
    fn gettimeout(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let limit = timeout(This { object: &*zelf.connection(vm)?, vm })?;
        Ok(limit.map_or_else(|| vm.ctx.none(), |limit| vm.ctx.new_float(limit.as_secs_f64()).into()))
    }

    /// Something to wait for that never comes: the connection is idle.
    #[pymethod]
    fn fileno(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<i32> {
        use std::os::fd::AsRawFd as _;
        static IDLE: std::sync::OnceLock<Option<(std::io::PipeReader, std::io::PipeWriter)>> =
            std::sync::OnceLock::new();
        match IDLE.get_or_init(|| std::io::pipe().ok()) {
            Some((reader, _)) => Ok(reader.as_raw_fd()),
            None => Err(bad_descriptor(vm)),
        }
    }

    #[pymethod]
    fn setsockopt(_zelf: &Py<Self>, _args: FuncArgs) {}

    #[pymethod]
    fn setblocking(_zelf: &Py<Self>, _args: FuncArgs) {}

    #[pymethod]
    fn shutdown(_zelf: &Py<Self>, _args: FuncArgs) {}

    #[pymethod]
    fn close(_zelf: &Py<Self>) {}

    #[pymethod]
    fn getpeername(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        Err(bad_descriptor(vm))
    }

    #[pymethod]
    fn getsockname(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        Err(bad_descriptor(vm))
    }

    #[pymethod]
    fn recv(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(bad_descriptor(vm))
    }
}

/// The managed socket in an object, if it is one.
pub fn of(object: &PyObject) -> Option<&Py<Managed>> {
    object.downcast_ref::<Managed>()
}
