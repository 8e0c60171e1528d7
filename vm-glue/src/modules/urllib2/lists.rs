//! Lists in the values of headers.

use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyObject, PyResult};
use rustpython_wtf8::Wtf8Buf;

use crate::modules::scope::{Scope, kind};
use crate::runtime::text;

/// `parse_keqv_list(['a=b', 'c="d"'])` as a dictionary.
pub fn parse_keqv_list(x: Scope<'_>, list: &PyObject) -> PyResult {
    let parsed = x.dict();
    for element in x.each(list)? {
        let (key, mut value) = x.two(&*x.call(&element, "split", [x.text("="), x.int(1)])?)?;
        let quoted = |at: i64| Ok::<_, rustpython_vm::builtins::PyBaseExceptionRef>(x.says(&*x.nth(&value, at)?, "\""));
        if quoted(0)? && quoted(-1)? {
            let inner = x.call(&value, "__getslice__", [x.int(1), x.int(x.length(&value)? as i64 - 1)])?;
            value = inner;
        }
        x.put(&parsed, &key, value)?;
    }
    Ok(parsed)
}

/// `parse_http_list(s)`: the elements of a comma-separated header; commas in quotes do not separate.
pub fn parse_http_list(x: Scope<'_>, list: &PyObject) -> PyResult {
    let Some(string) = list.downcast_ref::<PyStr>() else {
        return Err(x.vm.new_type_error(format!("'{}' object is not iterable", kind(list))));
    };
    let unicode = text::is_unicode(list);
    let mut parts = Vec::new();
    let mut part = Wtf8Buf::new();
    let (mut escape, mut quoted) = (false, false);
    for c in string.as_wtf8().code_points() {
        let is = |wanted: char| c == wanted;
        if escape {
            part.push(c);
            escape = false;
        } else if quoted && is('\\') {
            escape = true;
        } else if quoted {
            quoted = !is('"');
            part.push(c);
        } else if is(',') {
            parts.push(std::mem::take(&mut part));
        } else {
            quoted = is('"');
            part.push(c);
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    let stripped = parts.into_iter().map(|part| {
        let part = if unicode { text::new_unicode_buf(x.vm, part) } else { x.vm.ctx.new_str(part).into() };
        x.ask(&part, "strip")
    });
    Ok(x.list(stripped.collect::<PyResult<Vec<_>>>()?))
}
