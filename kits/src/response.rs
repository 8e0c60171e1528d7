//! From what a function returned, or raised, to an answer (`spec/protocol.md` §5).

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyList};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::{restricted, text};

use crate::callback::plain_text;
use crate::dispatch::Response;
use crate::elements::element::Element;
use crate::errors;
use crate::json_text;
use crate::objects::respond::{Rendered, render};
use crate::objects::xml::XmlWriter;
use crate::parsekit;

/// The answer for what a function returned. What cannot be converted is logged and becomes an empty 500.
pub fn from_result(vm: &VirtualMachine, result: &PyObjectRef) -> Response {
    match convert(vm, result) {
        Ok(response) => response,
        Err(exception) => {
            tracing::error!(
                "Exception when constructing response (most recent call last):\n{}",
                errors::traceback_of(vm, &exception)
            );
            Response::empty(500)
        }
    }
}

fn convert(vm: &VirtualMachine, result: &PyObjectRef) -> PyResult<Response> {
    if vm.is_none(result) {
        return Ok(Response::empty(404));
    }
    if let Some(Rendered { status, headers, body }) = render(vm, result)? {
        return Ok(Response { status, headers, body });
    }
    if text::is_basestring(result) {
        return Ok(Response::text(plain_text(vm, result)?));
    }
    if result.downcastable::<PyList>() || result.downcastable::<PyDict>() {
        let json = text::unicode_of(vm, &*json_text::dumps_lenient(vm, result)?)?;
        return Ok(Response::with_type(200, "Content-type", "application/json", json));
    }
    if let Some(document) = element(vm, result)? {
        return Ok(Response::with_type(200, "Content-type", "application/xml", document));
    }
    if result.class().is(vm.ctx.types.bool_type) {
        return Ok(Response::empty(if result.is(&vm.ctx.true_value) { 200 } else { 404 }));
    }
    Ok(Response::empty(500))
}

/// An element of a parsed document as text; None for other objects.
fn element(vm: &VirtualMachine, result: &PyObject) -> PyResult<Option<Vec<u8>>> {
    if Element::of(result).is_none() {
        return Ok(None);
    }
    let document = parsekit::string_from_xml(vm, result, Some(text::native(vm, "utf-8")))?;
    plain_text(vm, &document).map(Some)
}

/// The answer for an exception that a function let out, logged where it is the function's fault.
pub fn from_exception(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> Response {
    let exception = &restricted::shown(exception.clone(), vm);
    if errors::is_instance(vm, exception, "UnauthorizedException") {
        return Response::empty(401);
    }
    if errors::is_instance(vm, exception, "BadRequestException") {
        return Response::empty(400);
    }
    if is_timeout(vm, exception) {
        return Response::empty(504);
    }
    let trace = errors::traceback_of(vm, exception);
    let (code, status, trace) = match errors::code_and_status(vm, exception) {
        Some((code, status, carried)) => {
            log(&trace);
            (code, status, carried)
        }
        None => {
            log(&trace);
            let status = format!("{}: {}", exception.class().name(), errors::message_of(vm, exception));
            ("2000".to_owned(), status, Some(trace))
        }
    };
    Response::xml(500, error_document(&code, &status, trace.as_deref()))
}

fn log(trace: &str) {
    let rest = trace.strip_prefix("Traceback (most recent call last):").unwrap_or(trace);
    tracing::error!(critical = true, "Exception (most recent call last):{rest}");
}

fn error_document(code: &str, status: &str, trace: Option<&str>) -> Vec<u8> {
    // Characters that XML cannot hold must not lose the message.
    let clean = |text: &str| text.chars().map(|c| if is_xml(c) { c } else { '\u{fffd}' }).collect::<String>();
    let mut xml = XmlWriter::new();
    xml.start("Response");
    // Cleaned text always can be written.
    let _ = xml.set("code", &clean(code));
    let _ = xml.set("status", &clean(status));
    let Some(trace) = trace else {
        xml.end();
        return xml.finish();
    };
    // The writer writes no text content: the one element with text is put together here.
    xml.start("Traceback");
    xml.end();
    xml.end();
    let document = String::from_utf8_lossy(&xml.finish()).into_owned();
    let text = clean(trace).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    document.replace("<Traceback/>", &format!("<Traceback>{text}</Traceback>")).into_bytes()
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Whether an exception is a URL error that a timeout caused.
fn is_timeout(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> bool {
    let is_named = |object: &PyObject, name: &str| {
        object.class().mro_map_collect(|class| class.name().to_string()).iter().any(|n| n == name)
    };
    if !is_named(exception.as_object(), "URLError") {
        return false;
    }
    exception
        .as_object()
        .get_attr("reason", vm)
        .is_ok_and(|reason| is_named(&reason, "timeout") || is_named(&reason, "TimeoutError"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_documents() {
        let plain = error_document("2001", "gone", None);
        assert_eq!(
            String::from_utf8_lossy(&plain),
            "<?xml version='1.0' encoding='utf-8'?>\n<Response code=\"2001\" status=\"gone\"/>\n"
        );
        let traced = error_document("2000", "E: a\u{1}<", Some("T & <x>"));
        assert_eq!(
            String::from_utf8_lossy(&traced),
            "<?xml version='1.0' encoding='utf-8'?>\n<Response code=\"2000\" status=\"E: a\u{fffd}&lt;\">\n  \
             <Traceback>T &amp; &lt;x&gt;</Traceback>\n</Response>\n"
        );
    }
}
