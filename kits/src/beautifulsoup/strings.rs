//! Strings in the tree: `NavigableString` and its kinds, and how text is written.

use std::borrow::Cow;

use reprise_vm_glue::modules::python_function::{Body, Function, Home, function};
use reprise_vm_glue::runtime::{codecs, text};
use rustpython_vm::builtins::{PyStr, PyType};
use rustpython_vm::common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::element::{encoded, substituted};
use super::objects::{DEFAULT_OUTPUT_ENCODING, Given, Scope};

/// The class `NavigableString`.
pub static NAVIGABLE_STRING: &[Function] = &[
    function("__getnewargs__", &["self"], Body::Run(new_arguments)),
    function("__getattr__", &["self", "attr"], Body::Run(get_attribute)),
    function("__unicode__", &["self"], Body::Run(as_unicode)),
    function("__str__", &[], Body::Raw(|home, args, vm| written_for_python(home, args, vm, "", ""))),
];

/// A kind of string that is written between two marks.
macro_rules! kind {
    ($before:literal, $after:literal) => {
        &[function("__str__", &[], Body::Raw(|home, args, vm| written_for_python(home, args, vm, $before, $after)))]
    };
}

pub static CDATA: &[Function] = kind!("<![CDATA[", "]]>");
pub static COMMENT: &[Function] = kind!("<!--", "-->");
pub static DECLARATION: &[Function] = kind!("<!", ">");
pub static PROCESSING_INSTRUCTION: &[Function] = &[function("__str__", &[], Body::Raw(instruction_for_python))];

/// `NavigableString.__new__(cls, value)`: a byte string is UTF-8.
pub fn new(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "__new__", &["cls", "value"], args)?;
    let class = given.take(0).and_then(|class| class.downcast::<PyType>().ok());
    let (Some(class), Some(value)) = (class, given.take(1)) else {
        return Err(vm.new_type_error("__new__() takes exactly 2 arguments"));
    };
    let text = if text::is_unicode(&value) {
        value
    } else if text::is_basestring(&value) {
        codecs::decode_object(vm, &text::bytes_of(&value).unwrap_or_default(), Some(DEFAULT_OUTPUT_ENCODING), None)?
    } else {
        let name = reprise_vm_glue::runtime::names::type_name_of(&value).into_owned();
        return Err(vm.new_type_error(format!("coercing to Unicode: need string or buffer, {name} found")));
    };
    let content = text.downcast_ref::<PyStr>().map(|text| text.as_wtf8().to_owned()).unwrap_or_default();
    scope.make_string(class, content)
}

fn content(this: &PyObject) -> &Wtf8 {
    this.downcast_ref::<PyStr>().map_or_else(|| Wtf8::new(""), |text| text.as_wtf8())
}

fn new_arguments(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let scope = Scope::new(home, vm);
    let text = plain(&scope, this, Some(scope.str(DEFAULT_OUTPUT_ENCODING).as_object()))?;
    Ok(vm.ctx.new_tuple(vec![text]).into())
}

fn get_attribute(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, name] = values else { return Ok(vm.ctx.none()) };
    let name = text::text_of(vm, name)?.unwrap_or_default();
    if name == "string" {
        return Ok(this.clone());
    }
    Err(Scope::new(home, vm).attribute_error(&this.class().name(), &name))
}

fn as_unicode(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let bytes = text::str_of(vm, this)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text::new_unicode(vm, text)),
        Err(_) => Err(text::utf8_error(vm, &bytes)),
    }
}

/// Whether `&` begins a reference: `&#1;`, `&#x1;`, `&name;`.
fn is_reference(rest: &[u8]) -> bool {
    let word = |from: usize, fits: fn(u8) -> bool| {
        let body = rest.get(from..).unwrap_or_default();
        let length = body.iter().take_while(|byte| fits(**byte)).count();
        length > 0 && body.get(length) == Some(&b';')
    };
    match rest.get(1) {
        Some(b'#') if rest.get(2) == Some(&b'x') => word(3, |byte| byte.is_ascii_hexdigit()),
        Some(b'#') => word(2, |byte| byte.is_ascii_digit()),
        _ => word(1, |byte| byte.is_ascii_alphanumeric() || byte == b'_'),
    }
}

/// The text with its brackets and bare ampersands as entities.
pub fn escaped(text: &Wtf8) -> Cow<'_, Wtf8> {
    let bytes = text.as_bytes();
    let special = |at: usize, byte: u8| match byte {
        b'<' | b'>' => true,
        b'&' => !is_reference(bytes.get(at..).unwrap_or_default()),
        _ => false,
    };
    if !bytes.iter().enumerate().any(|(at, byte)| special(at, *byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = Wtf8Buf::with_capacity(bytes.len() + 16);
    let mut last = 0;
    for (at, byte) in bytes.iter().enumerate().filter(|(at, byte)| special(*at, **byte)) {
        out.push_wtf8(text.get(last..at).unwrap_or_else(|| Wtf8::new("")));
        out.push_str(match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&amp;",
        });
        last = at + 1;
    }
    out.push_wtf8(text.get(last..).unwrap_or_else(|| Wtf8::new("")));
    Cow::Owned(out)
}

/// `NavigableString.__str__(self, encoding)`.
fn plain(scope: &Scope<'_>, this: &PyObject, encoding: Option<&PyObject>) -> PyResult {
    let text = text::new_unicode_buf(scope.vm, escaped(content(this)).into_owned());
    encoded(scope, text, encoding)
}

/// What a string writes with its marks, in an encoding or as unicode.
pub fn written(scope: &Scope<'_>, this: &PyObject, encoding: Option<&PyObject>) -> PyResult {
    let vm = scope.vm;
    let marks = [("Comment", "<!--", "-->"), ("CData", "<![CDATA[", "]]>"), ("Declaration", "<!", ">")];
    let class = this.class();
    if class.is(&scope.class("NavigableString")?) {
        return plain(scope, this, encoding);
    }
    for (name, before, after) in marks {
        if class.is(&scope.class(name)?) {
            return between(scope, plain(scope, this, encoding)?, before, after);
        }
    }
    if class.is(&scope.class("ProcessingInstruction")?) {
        return instruction(scope, this, encoding);
    }
    let encoding = encoding.map_or_else(|| scope.none(), PyObject::to_owned);
    vm.call_method(this, "__str__", (encoding,))
}

fn between(scope: &Scope<'_>, text: PyObjectRef, before: &str, after: &str) -> PyResult {
    let text = scope.vm._add(scope.str(before).as_object(), &text)?;
    scope.vm._add(&text, scope.str(after).as_object())
}

/// The parameter `encoding` of `__str__`.
pub fn encoding_of(scope: &Scope<'_>, given: Option<PyObjectRef>) -> Option<PyObjectRef> {
    match given {
        None => Some(scope.str(DEFAULT_OUTPUT_ENCODING)),
        Some(encoding) if scope.is_none(&encoding) => None,
        Some(encoding) => Some(encoding),
    }
}

fn written_for_python(home: &Home, args: FuncArgs, vm: &VirtualMachine, before: &str, after: &str) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "__str__", &["self", "encoding"], args)?;
    let this = given.this(vm)?;
    let encoding = encoding_of(&scope, given.take(1));
    let text = plain(&scope, &this, encoding.as_deref())?;
    if before.is_empty() { Ok(text) } else { between(&scope, text, before, after) }
}

fn instruction(scope: &Scope<'_>, this: &PyObject, encoding: Option<&PyObject>) -> PyResult {
    let text = text::new_unicode_buf(scope.vm, content(this).to_owned());
    let text = if content(this).contains(Wtf8::new("%SOUP-ENCODING%")) {
        substituted(scope, &text, encoding)?
    } else if encoding.is_none() {
        // As in the original, where the string is put into the marks by way of `unicode(self)`, which has them.
        between(scope, text, "<?", "?>")?
    } else {
        text
    };
    between(scope, encoded(scope, text, encoding)?, "<?", "?>")
}

fn instruction_for_python(home: &Home, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let scope = Scope::new(home, vm);
    let mut given = Given::of(vm, "__str__", &["self", "encoding"], args)?;
    let this = given.this(vm)?;
    let encoding = encoding_of(&scope, given.take(1));
    instruction(&scope, &this, encoding.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_left_alone() {
        let shown = |text: &str| escaped(Wtf8::new(text)).to_string_lossy().into_owned();
        assert_eq!(shown("a & b <c> &amp; &#1; &#x1f; &x &#;"), "a &amp; b &lt;c&gt; &amp; &#1; &#x1f; &amp;x &amp;#;");
    }
}
