//! Entities in attributes' values and in the text of a page.

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::{PyObjectRef, PyResult};

use super::objects::Scope;
use crate::elements::html_entities;

/// What becomes of entities.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// HTML's become characters.
    pub html: bool,
    /// XML's become characters.
    pub xml: bool,
    /// Unknown ones get their ampersand escaped.
    pub escape: bool,
}

/// The character of one of XML's five entities.
pub fn of_xml(name: &str) -> Option<char> {
    Some(match name {
        "apos" => '\'',
        "quot" => '"',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        _ => return None,
    })
}

/// The character of one of HTML's entities.
pub fn of_html(name: &str) -> Option<char> {
    if name == "apos" { None } else { html_entities::lookup(name) }
}

/// A reference in a value: the text between `&` and `;`.
fn reference(rest: &[u8]) -> Option<usize> {
    let run = |from: usize, fits: fn(&u8) -> bool| {
        let length = rest.get(from..)?.iter().take_while(|byte| fits(byte)).count();
        (length > 0 && rest.get(from + length) == Some(&b';')).then_some(from + length)
    };
    match (rest.get(1)?, rest.get(2)) {
        (b'#', Some(b'x')) => run(3, u8::is_ascii_hexdigit),
        (b'#', _) => run(2, u8::is_ascii_digit),
        _ => run(1, |byte| byte.is_ascii_alphanumeric() || *byte == b'_'),
    }
}

fn numbered(scope: &Scope<'_>, digits: &str, radix: u32) -> PyResult<Wtf8Buf> {
    let wrong = || scope.vm.new_value_error("unichr() arg not in range(0x110000) (wide Python build)");
    let number = u64::from_str_radix(digits, radix)
        .map_err(|_| scope.vm.new_overflow_error("Python int too large to convert to C long"))?;
    let point =
        u32::try_from(number).ok().and_then(rustpython_vm::common::wtf8::CodePoint::from_u32).ok_or_else(wrong)?;
    let mut text = Wtf8Buf::new();
    text.push(point);
    Ok(text)
}

/// The character of a decimal number: `unichr(int(digits))`.
pub fn character(scope: &Scope<'_>, digits: &str) -> PyResult {
    numbered(scope, digits, 10).map(|text| text::new_unicode_buf(scope.vm, text))
}

/// What a reference in a value becomes.
fn converted(scope: &Scope<'_>, name: &str, rules: Rules) -> PyResult<Wtf8Buf> {
    let character = |c: char| Wtf8Buf::from(c.to_string());
    if rules.html
        && let Some(c) = of_html(name)
    {
        return Ok(character(c));
    }
    if let Some(c) = of_xml(name) {
        return Ok(if rules.xml { character(c) } else { Wtf8Buf::from(format!("&{name};")) });
    }
    if let Some(number) = name.strip_prefix('#') {
        return match number.strip_prefix('x') {
            Some(digits) => numbered(scope, digits, 16),
            None => numbered(scope, number, 10),
        };
    }
    Ok(Wtf8Buf::from(if rules.escape { format!("&amp;{name};") } else { format!("&{name};") }))
}

/// An attribute's value with its references as the rules want them. Where there are any it becomes unicode.
pub fn in_value(scope: &Scope<'_>, value: PyObjectRef, rules: Rules) -> PyResult {
    let vm = scope.vm;
    let Some(string) = value.downcast_ref::<PyStr>() else {
        // What `re.sub` says.
        return Err(vm.new_type_error("expected string or buffer"));
    };
    let bytes = string.as_bytes();
    let next = |from: usize| {
        let places = bytes.iter().enumerate().skip(from).filter(|(_, byte)| **byte == b'&');
        places.map(|(at, _)| at).find_map(|at| Some((at, at + reference(bytes.get(at..)?)?)))
    };
    if next(0).is_none() {
        return Ok(value);
    }
    let decoded = match text::is_unicode(&value) || string.isascii() {
        true => string.as_wtf8().to_owned(),
        false => text::wtf8_of(vm, &value)?.unwrap_or_default().into_owned(),
    };
    if decoded.len() != bytes.len() {
        return in_value(scope, text::new_unicode_buf(vm, decoded), rules);
    }
    let part = |from: usize, to: usize| decoded.get(from..to).unwrap_or_else(|| Wtf8::new(""));
    let mut out = Wtf8Buf::new();
    let mut last = 0;
    while let Some((start, end)) = next(last) {
        out.push_wtf8(part(last, start));
        let name = part(start + 1, end).to_string_lossy().into_owned();
        out.push_wtf8(&converted(scope, &name, rules)?);
        last = end + 1;
    }
    out.push_wtf8(part(last, decoded.len()));
    Ok(text::new_unicode_buf(vm, out))
}
