//! The exceptions of network code: `urllib2`'s, `httplib`'s and `socket`'s, made from what went wrong.

use std::sync::OnceLock;

use reprise_vm_glue::runtime::text;
use reprise_vm_glue::web::{Stage, WebError};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyTypeRef};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use crate::archivekit::gzip_error;
use crate::errors;
use crate::http_body::Body;
use crate::http_cache::Headers;
use crate::http_request::Failure;

/// The class that `Ex` publishes under a name; an own one where the module with it cannot be loaded.
fn class(vm: &VirtualMachine, name: &'static str) -> PyTypeRef {
    let found = errors::reexported(vm, name).and_then(Result::ok).and_then(|class| class.downcast().ok());
    found.unwrap_or_else(|| {
        static OWN: OnceLock<PyTypeRef> = OnceLock::new();
        OWN.get_or_init(|| {
            let base = vm.ctx.exceptions.os_error.to_owned();
            vm.ctx.new_exception_type("urllib2", "URLError", Some(vec![base]))
        })
        .clone()
    })
}

fn library_class(vm: &VirtualMachine, module: &'static str, name: &'static str, other: &PyTypeRef) -> PyTypeRef {
    let found = reprise_vm_glue::import::module(vm, module).and_then(|module| module.get_attr(name, vm));
    found.ok().and_then(|class| class.downcast().ok()).unwrap_or_else(|| other.clone())
}

fn make(vm: &VirtualMachine, class: PyTypeRef, arguments: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    vm.invoke_exception(&class, arguments).unwrap_or_else(|error| error)
}

/// Headers as a dictionary, names in lower case.
pub fn header_dict(vm: &VirtualMachine, headers: &Headers) -> PyResult<PyObjectRef> {
    let dict = vm.ctx.new_dict();
    for (name, value) in headers {
        dict.set_item(&*text::native(vm, name), text::new_str(vm, value.as_bytes()), vm)?;
    }
    Ok(dict.into())
}

/// `URLError(reason)`.
pub fn url_error(vm: &VirtualMachine, reason: PyObjectRef) -> PyBaseExceptionRef {
    make(vm, class(vm, "URLError"), vec![reason])
}

/// `httplib.InvalidURL(message)`.
pub fn invalid_url(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    let other = vm.ctx.exceptions.value_error.to_owned();
    let class = library_class(vm, "httplib", "InvalidURL", &other);
    make(vm, class, vec![text::native(vm, message)])
}

/// `HTTPError`, with `code`, `msg`, `hdrs`, `headers` and `content`.
fn http_error(
    vm: &VirtualMachine,
    url: &str,
    code: u16,
    message: &str,
    headers: &Headers,
    body: &Body,
) -> PyResult<PyBaseExceptionRef> {
    let headers = header_dict(vm, headers)?;
    let (url, code): (PyObjectRef, PyObjectRef) = (text::native(vm, url), vm.ctx.new_int(code).into());
    let message = text::native(vm, message);
    let arguments = vec![url.clone(), code.clone(), message.clone(), headers.clone(), vm.ctx.none()];
    let error = make(vm, class(vm, "HTTPError"), arguments);
    let object = error.as_object();
    for (name, value) in [
        ("args", vm.ctx.empty_tuple.clone().into()),
        ("filename", url),
        ("code", code),
        ("msg", message),
        ("hdrs", headers.clone()),
        ("headers", headers),
        ("content", body.to_str(vm)?),
    ] {
        object.set_attr(name, value, vm)?;
    }
    Ok(error)
}

fn socket_error(vm: &VirtualMachine, source: &std::io::Error) -> PyBaseExceptionRef {
    let mut arguments = Vec::new();
    let message = match source.raw_os_error() {
        Some(number) => {
            arguments.push(vm.ctx.new_int(number).into());
            // "Connection refused (os error 111)": the number stands apart.
            let text = source.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_owned()
        }
        None => source.to_string(),
    };
    arguments.push(text::native(vm, &message));
    make(vm, class(vm, "SocketError"), arguments)
}

/// The exception for a failed request.
pub fn exception(vm: &VirtualMachine, failure: &Failure) -> PyBaseExceptionRef {
    match failure {
        Failure::Status { url, code, message, fetched } => {
            http_error(vm, url, *code, message, &fetched.headers, &fetched.body).unwrap_or_else(|error| error)
        }
        Failure::Redirect { code, headers } => match header_dict(vm, headers) {
            Ok(headers) => make(
                vm,
                errors::class_named(vm, "RedirectError").to_owned(),
                vec![vm.ctx.new_int(*code).into(), headers],
            ),
            Err(error) => error,
        },
        Failure::NoLocation => vm.new_key_error(text::native(vm, "location")),
        Failure::Gzip(error) => gzip_error(vm, error),
        Failure::Web(error) => web_exception(vm, error),
    }
}

fn web_exception(vm: &VirtualMachine, error: &WebError) -> PyBaseExceptionRef {
    match error {
        WebError::InvalidUrl { why, .. } => match why.strip_prefix("nonnumeric port") {
            Some(_) => invalid_url(vm, why),
            None => url_error(vm, text::native(vm, why)),
        },
        WebError::UnknownHost(_) => {
            let other = class(vm, "SocketError");
            let gai = library_class(vm, "socket", "gaierror", &other);
            let reason = make(vm, gai, vec![vm.ctx.new_int(-2).into(), text::native(vm, "Name or service not known")]);
            url_error(vm, reason.into())
        }
        WebError::Connect { source, .. } => {
            let reason = socket_error(vm, source);
            url_error(vm, reason.into())
        }
        WebError::Timeout(stage) => {
            let timeout = make(vm, class(vm, "SocketTimeout"), vec![text::native(vm, "timed out")]);
            match stage {
                Stage::Connect | Stage::Send => url_error(vm, timeout.into()),
                Stage::Answer | Stage::Body => timeout,
            }
        }
        WebError::Tls(message) => url_error(vm, text::native(vm, message)),
        WebError::NoAnswer => {
            let other = class(vm, "SocketError");
            let message = "No status line received - the server has closed the connection";
            make(vm, library_class(vm, "httplib", "BadStatusLine", &other), vec![text::native(vm, message)])
        }
        WebError::StatusLine(line) => {
            let other = class(vm, "SocketError");
            make(vm, library_class(vm, "httplib", "BadStatusLine", &other), vec![text::native(vm, line)])
        }
        WebError::Version(version) => {
            let other = class(vm, "SocketError");
            make(vm, library_class(vm, "httplib", "UnknownProtocol", &other), vec![text::native(vm, version)])
        }
        WebError::LongLine => {
            let other = class(vm, "SocketError");
            make(vm, library_class(vm, "httplib", "LineTooLong", &other), vec![text::native(vm, "header line")])
        }
        WebError::ManyHeaders => {
            let other = class(vm, "SocketError");
            make(vm, library_class(vm, "httplib", "HTTPException", &other), vec![text::native(vm, &error.to_string())])
        }
        WebError::Incomplete { received, expected } => {
            let missing = expected.map(|e| e.saturating_sub(received.len() as u64));
            let missing = missing.map_or_else(|| vm.ctx.none(), |m| vm.ctx.new_int(m).into());
            make(vm, class(vm, "IncompleteRead"), vec![text::new_str(vm, received), missing])
        }
        WebError::Io(source) => socket_error(vm, source),
        WebError::Protocol(_) | WebError::InvalidRequest(_) | WebError::TooLarge { .. } | WebError::Replay(_) => {
            url_error(vm, text::native(vm, &error.to_string()))
        }
    }
}
