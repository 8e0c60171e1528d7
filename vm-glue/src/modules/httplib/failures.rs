//! What goes wrong with a request, as the exceptions that programs catch.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::import;
use crate::runtime::text;
use crate::web::WebError;

/// Name or service not known.
const EAI_NONAME: i32 = -2;
/// Connection refused.
const ECONNREFUSED: i32 = 111;

fn made(vm: &VirtualMachine, module: &str, class: &'static str, args: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    let made = || -> PyResult { import::module(vm, module)?.get_attr(class, vm)?.call(FuncArgs::from(args), vm) };
    match made() {
        Ok(made) => made.downcast().unwrap_or_else(|_| vm.new_type_error("exceptions must derive from BaseException")),
        Err(failed) => failed,
    }
}

/// One of `socket`'s exceptions.
pub fn socket_error(vm: &VirtualMachine, class: &'static str, args: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    made(vm, "_netbase", class, args)
}

/// The exception for a request that failed.
pub fn exception(vm: &VirtualMachine, failure: &WebError) -> PyBaseExceptionRef {
    let said = |text: &str| vec![text::native(vm, text)];
    let web = |class: &'static str, args: Vec<PyObjectRef>| made(vm, "httplib", class, args);
    match failure {
        WebError::Timeout(_) => socket_error(vm, "timeout", said("timed out")),
        WebError::UnknownHost(_) => {
            let number = vm.ctx.new_int(EAI_NONAME).into();
            socket_error(vm, "gaierror", vec![number, text::native(vm, "Name or service not known")])
        }
        WebError::Connect { source, .. } => {
            let number = source.raw_os_error().unwrap_or(ECONNREFUSED);
            let reason = std::io::Error::from_raw_os_error(number).to_string();
            let reason = reason.split(" (os error").next().unwrap_or_default();
            socket_error(vm, "error", vec![vm.ctx.new_int(number).into(), text::native(vm, reason)])
        }
        WebError::Tls(message) if message.contains(" not valid for name ") => {
            made(vm, "ssl", "CertificateError", vec![text::native(vm, &other_host(message))])
        }
        WebError::Tls(message) => {
            let message = if message.contains("certificate") {
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:727)"
            } else {
                message
            };
            made(vm, "ssl", "SSLError", vec![vm.ctx.new_int(1).into(), text::native(vm, message)])
        }
        WebError::NoAnswer => {
            web("BadStatusLine", said("No status line received - the server has closed the connection"))
        }
        WebError::StatusLine(line) => web("BadStatusLine", said(line)),
        WebError::Version(version) => web("UnknownProtocol", said(version)),
        WebError::LongLine => web("LineTooLong", said("header line")),
        WebError::ManyHeaders => web("HTTPException", said(&failure.to_string())),
        WebError::Incomplete { received, expected } => {
            let missing = expected.map(|expected| expected.saturating_sub(received.len() as u64));
            let missing = missing.map_or_else(|| vm.ctx.none(), |missing| vm.ctx.new_int(missing).into());
            web("IncompleteRead", vec![text::new_str(vm, received), missing])
        }
        WebError::InvalidUrl { .. } | WebError::InvalidRequest(_) => web("InvalidURL", said(&failure.to_string())),
        WebError::Protocol(_) => web("BadStatusLine", said(&failure.to_string())),
        WebError::TooLarge { .. } | WebError::Io(_) | WebError::Replay(_) => {
            socket_error(vm, "error", said(&failure.to_string()))
        }
    }
}

/// What Python says about a certificate of another host: the message names the host, then whom it is valid for.
fn other_host(message: &str) -> String {
    let quoted: Vec<&str> = message.split('"').skip(1).step_by(2).collect();
    let repr = |name: &&str| format!("'{name}'");
    match quoted.split_first() {
        Some((host, [only])) => format!("hostname '{host}' doesn't match '{only}'"),
        Some((host, names)) if !names.is_empty() => {
            let names: Vec<String> = names.iter().map(repr).collect();
            format!("hostname '{host}' doesn't match either of {}", names.join(", "))
        }
        _ => "no appropriate commonName or subjectAltName fields were found".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_of_other_hosts() {
        let message =
            |names: &str| format!("certificate not valid for name \"a.test\"; certificate is only valid for {names}");
        assert_eq!(other_host(&message("DnsName(\"b.test\")")), "hostname 'a.test' doesn't match 'b.test'");
        assert_eq!(
            other_host(&message("DnsName(\"b.test\") or DnsName(\"c.test\")")),
            "hostname 'a.test' doesn't match either of 'b.test', 'c.test'"
        );
    }
}
