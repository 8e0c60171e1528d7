//! JSON as the lenient encoder writes it, tried where the strict one refuses a value: without blanks, with sets and
//! everything else that can be iterated as lists, and text as it is (`spec/kits.md` §3).

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyComplex, PyDict, PyFloat, PyInt};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::json_lenient::{Undefined, classes};

/// Deepest nesting that is written.
const DEEPEST: usize = 500;

/// Writes a value: unicode where text is in it, else `str`.
pub fn written(vm: &VirtualMachine, value: &PyObject) -> PyResult {
    let mut writer = Writer { vm, has_text: false };
    let mut out = String::new();
    writer.value(value, &mut out, 0)?;
    Ok(if writer.has_text { text::new_unicode(vm, &out) } else { text::new_str(vm, out.as_bytes()) })
}

struct Writer<'vm> {
    vm: &'vm VirtualMachine,
    has_text: bool,
}

impl Writer<'_> {
    fn fail<T>(&self, message: &str, value: &PyObject) -> PyResult<T> {
        let arguments = vec![text::native(self.vm, message), value.to_owned()];
        Err(self.vm.invoke_exception(&classes(self.vm).encode, arguments).unwrap_or_else(|error| error))
    }

    /// A number; None for other values.
    fn number(&self, value: &PyObject) -> PyResult<Option<String>> {
        if let Some(int) = value.downcast_ref::<PyInt>() {
            return Ok(Some(int.as_bigint().to_string()));
        }
        if let Some(float) = value.downcast_ref::<PyFloat>() {
            return self.float(float.to_f64()).map(Some);
        }
        if let Some(complex) = value.downcast_ref::<PyComplex>() {
            let complex = complex.to_complex();
            if complex.im != 0.0 {
                return self.fail("Can not encode a complex number that has a non-zero imaginary part", value);
            }
            return self.float(complex.re).map(Some);
        }
        Ok(None)
    }

    fn float(&self, number: f64) -> PyResult<String> {
        if number.is_nan() {
            return Ok("NaN".to_owned());
        }
        if number.is_infinite() {
            return Ok(if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned());
        }
        let float: PyObjectRef = self.vm.ctx.new_float(number).into();
        Ok(String::from_utf8_lossy(&text::repr_of(self.vm, &float)?).into_owned())
    }

    fn string(&mut self, value: &PyObject, out: &mut String) -> PyResult<()> {
        let content = text::unicode_of(self.vm, value)?;
        self.has_text |= !content.is_empty();
        out.push('"');
        for c in content.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => out.push(c),
            }
        }
        out.push('"');
        Ok(())
    }

    fn value(&mut self, value: &PyObject, out: &mut String, depth: usize) -> PyResult<()> {
        let vm = self.vm;
        if depth > DEEPEST {
            return self.fail("trying to encode an infinite sequence", value);
        }
        if vm.is_none(value) {
            out.push_str("null");
        } else if value.downcast_ref::<Undefined>().is_some() {
            out.push_str("undefined");
        } else if value.class().is(vm.ctx.types.bool_type) {
            out.push_str(if value.is(&vm.ctx.true_value) { "true" } else { "false" });
        } else if let Some(number) = self.number(value)? {
            out.push_str(&number);
        } else if text::is_basestring(value) {
            self.string(value, out)?;
        } else if let Some(dict) = value.downcast_ref::<PyDict>() {
            let mut entries = Vec::with_capacity(dict.__len__());
            for (key, value) in dict.to_owned() {
                let mut written = String::new();
                if text::is_basestring(&key) {
                    self.string(&key, &mut written)?;
                } else {
                    let number = if key.class().is(vm.ctx.types.bool_type) { None } else { self.number(&key)? };
                    let Some(number) = number else {
                        let message =
                            "object properties (dictionary keys) can only be strings or numbers in ECMAScript";
                        return self.fail(message, &key);
                    };
                    written = number;
                }
                entries.push((written, value));
            }
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&key);
                out.push(':');
                self.value(&value, out, depth + 1)?;
            }
            out.push('}');
        } else if &*value.class().name() == "Decimal" {
            out.push_str(&String::from_utf8_lossy(&text::str_of(vm, value)?));
        } else if let Ok(method) = value.get_attr("json_equivalent", vm) {
            let equivalent = method.call((), vm)?;
            self.value(&equivalent, out, depth + 1)?;
        } else {
            let Ok(items) =
                value.to_owned().get_iter(vm).and_then(|found| vm.extract_elements_with(found.as_ref(), Ok))
            else {
                return self.fail("can not encode object into a JSON representation", value);
            };
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                self.value(item, out, depth + 1)?;
            }
            out.push(']');
        }
        Ok(())
    }
}
