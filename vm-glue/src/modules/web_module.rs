//! The module `_web`: the program's HTTP client as `httplib` and `urllib2` use it.
//!
//! `_web.send(method, url, headers, body, timeout, trust=True)` gives `(status, reason, headers, stream)`; `stream.read(n)` the
//! bytes. What goes wrong is a `_web.Error(kind, message, …)`, which `httplib` turns into the exceptions of Python 2.

use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyStr, PyTuple, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, TryFromObject, VirtualMachine, pyclass};

use crate::modules;
use crate::runtime::text;
use crate::web::{Client, Request, Response, Roots, WebError};

/// A body larger than this is refused, so that a hostile server cannot fill the memory.
const LARGEST_BODY: u64 = 1 << 30;

fn error_type(vm: &VirtualMachine) -> PyTypeRef {
    static ERROR: OnceLock<PyTypeRef> = OnceLock::new();
    ERROR.get_or_init(|| vm.ctx.new_exception_type("_web", "Error", None)).clone()
}

/// A `_web.Error`: the kind, the message, and what belongs to the kind.
fn error(vm: &VirtualMachine, failure: &WebError) -> PyBaseExceptionRef {
    let message = match failure {
        // As the system says it: "Connection refused (os error 111)" without the number, which stands apart.
        WebError::Connect { source, .. } => {
            let said = source.to_string();
            said.split(" (os error").next().unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    };
    let message: PyObjectRef = text::native(vm, &message);
    let none = || vm.ctx.none();
    let (kind, first, second) = match failure {
        WebError::Timeout(_) => ("timeout", none(), none()),
        WebError::UnknownHost(_) => ("unknown-host", none(), none()),
        WebError::Connect { source, .. } => {
            let number = source.raw_os_error().map_or_else(none, |number| vm.ctx.new_int(number).into());
            ("connect", number, none())
        }
        WebError::Tls(_) => ("tls", none(), none()),
        WebError::NoAnswer => ("no-answer", none(), none()),
        WebError::Incomplete { received, expected } => {
            let missing = expected.map(|expected| expected.saturating_sub(received.len() as u64));
            let missing = missing.map_or_else(none, |missing| vm.ctx.new_int(missing).into());
            ("incomplete", text::new_str(vm, received), missing)
        }
        WebError::InvalidUrl { .. } | WebError::InvalidRequest(_) => ("url", none(), none()),
        WebError::StatusLine(line) => ("status-line", text::native(vm, line), none()),
        WebError::Version(version) => ("version", text::native(vm, version), none()),
        WebError::LongLine => ("long-line", none(), none()),
        WebError::ManyHeaders => ("headers", none(), none()),
        WebError::Protocol(_) => ("protocol", none(), none()),
        WebError::TooLarge { .. } | WebError::Io(_) | WebError::Replay(_) => ("io", none(), none()),
    };
    let arguments = vec![text::native(vm, kind), message, first, second];
    vm.new_exception(error_type(vm), arguments)
}

/// The body of an answer, as it arrives.
#[pyclass(module = "_web", name = "Stream")]
#[derive(Debug, PyPayload)]
struct Stream {
    response: Mutex<Option<Response>>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Stream {
    /// At most `amount` bytes; all that is left if it is negative.
    #[pymethod]
    fn read(zelf: &Py<Self>, amount: isize, vm: &VirtualMachine) -> PyResult {
        let mut response = zelf.response.lock();
        let Some(open) = response.as_mut() else { return Ok(text::new_str(vm, b"")) };
        let bytes = match usize::try_from(amount) {
            Err(_) => open.read_all(LARGEST_BODY).map_err(|failure| error(vm, &failure))?,
            Ok(amount) => {
                let mut bytes = Vec::new();
                if let Err(failure) = (&mut *open).take(amount as u64).read_to_end(&mut bytes) {
                    let promised = open.promised_length();
                    let failure = match WebError::while_reading(failure, bytes, promised) {
                        // A body that is shorter than promised simply ends, for those who read it piece by piece.
                        WebError::Incomplete { received, expected: Some(_) } => {
                            return Ok(text::new_str(vm, &received));
                        }
                        failure => failure,
                    };
                    return Err(error(vm, &failure));
                }
                bytes
            }
        };
        Ok(text::new_str(vm, &bytes))
    }

    /// The version of HTTP that the answer came in: 9, 10 or 11.
    #[pymethod]
    fn version(zelf: &Py<Self>) -> u8 {
        zelf.response.lock().as_ref().map_or(11, |open| open.version)
    }

    /// Lets the connection go.
    #[pymethod]
    fn close(zelf: &Py<Self>) {
        *zelf.response.lock() = None;
    }
}

/// The bytes of a string: `str` as it is, unicode as UTF-8.
fn bytes(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    if let Some(bytes) = text::bytes_of(value) {
        return Ok(bytes);
    }
    if let Some(content) = value.downcast_ref::<PyStr>() {
        return Ok(content.to_string_lossy().into_owned().into_bytes());
    }
    text::str_of(vm, value)
}

fn string(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    Ok(String::from_utf8_lossy(&bytes(vm, value)?).into_owned())
}

fn send(
    method: PyObjectRef,
    url: PyObjectRef,
    headers: Vec<PyObjectRef>,
    body: PyObjectRef,
    timeout: PyObjectRef,
    trust: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<PyObjectRef> {
    let mut request = Request::new(string(vm, &method)?, string(vm, &url)?);
    match trust.into_option() {
        Some(pair) if pair.downcastable::<PyTuple>() => {
            let parts = Vec::<PyObjectRef>::try_from_object(vm, pair)?;
            let [pem, and_system] = parts.as_slice() else { return Err(vm.new_type_error("roots are a pair")) };
            let roots = Roots { pem: bytes(vm, pem)?, and_system: and_system.clone().try_to_bool(vm)? };
            request = request.roots(Some(roots));
        }
        Some(verify) => request = request.verify(verify.try_to_bool(vm)?),
        None => {}
    }
    for pair in headers {
        let pair = Vec::<PyObjectRef>::try_from_object(vm, pair)?;
        let [name, value] = pair.as_slice() else { return Err(vm.new_type_error("a header is a pair")) };
        request = request.header(string(vm, name)?, bytes(vm, value)?);
    }
    if !vm.is_none(&body) {
        request = request.body(bytes(vm, &body)?);
    }
    if !vm.is_none(&timeout) {
        let seconds = f64::try_from_object(vm, timeout)?;
        request = request.timeout(Duration::try_from_secs_f64(seconds).ok());
    }
    let response = vm.allow_threads(|| Client::shared().send(request)).map_err(|failure| error(vm, &failure))?;
    let pairs = response
        .headers
        .iter()
        .map(|(name, value)| vm.ctx.new_tuple(vec![text::native(vm, name), text::new_str(vm, value)]).into())
        .collect();
    let answer = vec![
        vm.ctx.new_int(response.status).into(),
        text::native(vm, &response.reason),
        vm.ctx.new_list(pairs).into(),
        Stream { response: Mutex::new(Some(response)) }.into_ref(&vm.ctx).into(),
    ];
    Ok(vm.ctx.new_tuple(answer).into())
}

/// Makes the module `_web`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _type = Stream::make_static_type();
    let module = modules::new(vm, "_web");
    let parts: [(&str, PyObjectRef); 2] =
        [("send", vm.new_function("send", send).into()), ("Error", error_type(vm).into())];
    for (name, value) in parts {
        modules::set(vm, &module, name, value);
    }
    module
}
