//! Tracebacks in Python 2's words.

use rustpython_vm::builtins::{PyBaseException, PyTraceback};
use rustpython_vm::{AsObject, Py, PyObject, PyRef, VirtualMachine};

use super::{exceptions, names, source, text};

/// One line of a traceback: where, and the source there.
pub struct Entry {
    pub file: String,
    pub line: usize,
    pub function: String,
    /// Without indentation and line end.
    pub source: Option<String>,
}

fn source_text(file: &str, line: usize) -> Option<String> {
    let bytes = source::source_line(file, line)?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// The entries of a traceback, outermost first.
pub fn entries(traceback: Option<PyRef<PyTraceback>>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut next = traceback;
    while let Some(this) = next {
        let code = this.frame.f_code();
        let file = code.source_path().to_string();
        let line = this.lineno.get();
        let source = source_text(&file, line);
        entries.push(Entry { source, file, line, function: code.obj_name.to_string() });
        next = this.next.lock().clone();
    }
    entries
}

/// The entries as `traceback.format_tb` writes them.
pub fn format_entries(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        text.push_str(&format!("  File \"{}\", line {}, in {}\n", entry.file, entry.line, entry.function));
        if let Some(source) = &entry.source {
            text.push_str(&format!("    {source}\n"));
        }
    }
    text
}

/// `str(value)`, or what Python 2 shows where that fails.
fn value_text(value: &PyObject, vm: &VirtualMachine) -> String {
    if text::is_unicode(value)
        && let Ok(text) = text::unicode_of(vm, value)
    {
        return text
            .chars()
            .flat_map(|char| if char.is_ascii() { vec![char] } else { char.escape_default().collect() })
            .collect();
    }
    match text::str_of(vm, value) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => match text::unicode_of(vm, value) {
            Ok(text) => text
                .chars()
                .map(|char| match u32::from(char) {
                    0..0x80 => char.to_string(),
                    code @ 0x80..0x100 => format!("\\x{code:02x}"),
                    code @ 0x100..0x10000 => format!("\\u{code:04x}"),
                    code => format!("\\U{code:08x}"),
                })
                .collect(),
            Err(_) => format!("<unprintable {} object>", names::type_name_of(value)),
        },
    }
}

/// The last lines: `Type: message`, for syntax errors with the place before.
pub fn format_exception_only(error: &Py<PyBaseException>, vm: &VirtualMachine) -> String {
    let value = exceptions::value_of(error, vm);
    let class = value.class();
    let mut name = names::shown_name(class).into_owned();
    if let Ok(module) = class.as_object().get_attr("__module__", vm)
        && let Ok(module) = module.str(vm)
    {
        let module = module.to_string();
        if !matches!(module.as_str(), "exceptions" | "builtins" | "__builtin__" | "__main__")
            && class.heaptype_ext().is_some()
        {
            name = format!("{module}.{name}");
        }
    }
    let mut out = String::new();
    let mut message = None;
    if error.fast_isinstance(vm.ctx.exceptions.syntax_error) {
        let field = |name: &'static str| value.get_attr(name, vm).ok().filter(|value| !vm.is_none(value));
        let text_field = |name| field(name).and_then(|value| value.str(vm).ok()).map(|value| value.to_string());
        if let Some(line) = text_field("lineno") {
            let file = text_field("filename").unwrap_or_else(|| "<string>".to_owned());
            out.push_str(&format!("  File \"{file}\", line {line}\n"));
            if let Some(source) = text_field("text") {
                out.push_str(&format!("    {}\n", source.trim()));
                let offset = field("offset").and_then(|offset| offset.try_to_value::<usize>(vm).ok());
                if let Some(offset) = offset {
                    let line = source.trim_end_matches('\n');
                    let column = offset.min(line.chars().count()).saturating_sub(1);
                    let before: String = line.chars().take(column).collect();
                    let blank: String =
                        before.trim_start().chars().map(|char| if char.is_whitespace() { char } else { ' ' }).collect();
                    out.push_str(&format!("    {blank}^\n"));
                }
            }
            message = Some(text_field("msg").unwrap_or_else(|| "<no detail available>".to_owned()));
        }
    }
    let message = message.unwrap_or_else(|| value_text(&value, vm));
    if message.is_empty() {
        out.push_str(&format!("{name}\n"));
    } else {
        out.push_str(&format!("{name}: {message}\n"));
    }
    out
}

/// The whole traceback, as `traceback.format_exc()` writes it.
pub fn format_exc(vm: &VirtualMachine, error: &Py<PyBaseException>) -> String {
    let mut text = String::new();
    super::handling::drop_repeated_entries(error);
    let entries = entries(error.__traceback__());
    if !entries.is_empty() {
        text.push_str("Traceback (most recent call last):\n");
        text.push_str(&format_entries(&entries));
    }
    text.push_str(&format_exception_only(error, vm));
    text
}
