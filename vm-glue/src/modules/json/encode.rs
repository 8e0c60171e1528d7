//! Writing JSON as Python 2.7's `json.encoder` does, byte for byte.

use std::collections::HashSet;

use rustpython_vm::builtins::{PyDict, PyDictRef, PyFloat, PyInt, PyList, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

use crate::runtime::text;

const MAX_DEPTH: usize = 990;

/// How to write. All texts are what the caller's separators and indentation were.
pub struct Options {
    pub skipkeys: bool,
    pub ensure_ascii: bool,
    pub allow_nan: bool,
    pub sort_keys: bool,
    /// The text of one level of indentation; None for everything in one line.
    pub indent: Option<String>,
    pub item_separator: String,
    pub key_separator: String,
    pub encoding: String,
    /// Called for what cannot be written.
    pub default: PyObjectRef,
}

/// Writes one value.
pub struct Writer<'a> {
    vm: &'a VirtualMachine,
    options: &'a Options,
    out: Wtf8Buf,
    /// Whether a unicode string came in: then the result is unicode, too (only without `ensure_ascii`).
    unicode: bool,
    containers: HashSet<usize>,
}

impl<'a> Writer<'a> {
    pub fn new(vm: &'a VirtualMachine, options: &'a Options) -> Self {
        Self { vm, options, out: Wtf8Buf::new(), unicode: false, containers: HashSet::new() }
    }

    /// The text as `str`, or unicode where a unicode string came in unescaped.
    pub fn finish(self) -> PyResult {
        Ok(if self.unicode { text::new_unicode_buf(self.vm, self.out) } else { self.vm.ctx.new_str(self.out).into() })
    }

    fn line(&mut self, level: usize) {
        if let Some(indent) = &self.options.indent {
            self.out.push_char('\n');
            for _ in 0..level {
                self.out.push_str(indent);
            }
        }
    }

    pub fn value(&mut self, value: &PyObject, level: usize) -> PyResult<()> {
        let vm = self.vm;
        if level > MAX_DEPTH {
            return Err(vm.new_runtime_error("maximum recursion depth exceeded while encoding a JSON object"));
        }
        if vm.is_none(value) {
            self.out.push_str("null");
        } else if value.is(&vm.ctx.true_value) {
            self.out.push_str("true");
        } else if value.is(&vm.ctx.false_value) {
            self.out.push_str("false");
        } else if text::is_basestring(value) {
            self.string(value)?;
        } else if value.downcast_ref::<PyInt>().is_some() {
            let number = text::str_of(vm, value)?;
            self.out.push_str(&text::widen(&number));
        } else if let Some(float) = value.downcast_ref::<PyFloat>() {
            let number = self.float(float.to_f64())?;
            self.out.push_str(&number);
        } else if let Some(list) = value.downcast_ref::<PyList>() {
            let items = list.borrow_vec().to_vec();
            self.array(value, &items, level)?;
        } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
            self.array(value, tuple.as_slice(), level)?;
        } else if let Some(dict) = value.downcast_ref::<PyDict>() {
            let entries: PyDictRef = dict.to_owned();
            let pairs = entries.into_iter().collect();
            self.object(value, pairs, level)?;
        } else {
            self.enter(value)?;
            let other = self.options.default.call((value.to_owned(),), vm)?;
            self.value(&other, level)?;
            self.leave(value);
        }
        Ok(())
    }

    fn enter(&mut self, value: &PyObject) -> PyResult<()> {
        if self.containers.insert(value.get_id()) {
            Ok(())
        } else {
            Err(self.vm.new_value_error("Circular reference detected"))
        }
    }

    fn leave(&mut self, value: &PyObject) {
        self.containers.remove(&value.get_id());
    }

    fn float(&self, number: f64) -> PyResult<String> {
        if number.is_finite() {
            let shown = text::repr_of(self.vm, self.vm.ctx.new_float(number).as_object())?;
            return Ok(text::widen(&shown).into_owned());
        }
        if !self.options.allow_nan {
            return Err(self.vm.new_value_error("Out of range float values are not JSON compliant"));
        }
        let name = if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        Ok(name.to_owned())
    }

    fn array(&mut self, value: &PyObject, items: &[PyObjectRef], level: usize) -> PyResult<()> {
        if items.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        self.enter(value)?;
        self.out.push_char('[');
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.out.push_str(&self.options.item_separator);
            }
            self.line(level + 1);
            self.value(item, level + 1)?;
        }
        self.line(level);
        self.out.push_char(']');
        self.leave(value);
        Ok(())
    }

    fn object(&mut self, value: &PyObject, pairs: Vec<(PyObjectRef, PyObjectRef)>, level: usize) -> PyResult<()> {
        if pairs.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        self.enter(value)?;
        let pairs = if self.options.sort_keys { self.sorted(pairs)? } else { pairs };
        self.out.push_char('{');
        let mut first = true;
        for (key, item) in pairs {
            let Some(key) = self.key(&key)? else { continue };
            if !first {
                self.out.push_str(&self.options.item_separator);
            }
            first = false;
            self.line(level + 1);
            self.string(&key)?;
            self.out.push_str(&self.options.key_separator);
            self.value(&item, level + 1)?;
        }
        self.line(level);
        self.out.push_char('}');
        self.leave(value);
        Ok(())
    }

    fn sorted(&self, pairs: Vec<(PyObjectRef, PyObjectRef)>) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
        let vm = self.vm;
        let tuples = pairs.into_iter().map(|(key, item)| vm.ctx.new_tuple(vec![key, item]).into()).collect();
        let list = vm.ctx.new_list(tuples);
        vm.call_method(list.as_object(), "sort", ())?;
        let sorted = list.borrow_vec().to_vec();
        Ok(sorted
            .iter()
            .filter_map(|pair| match pair.downcast_ref::<PyTuple>()?.as_slice() {
                [key, item] => Some((key.clone(), item.clone())),
                _ => None,
            })
            .collect())
    }

    /// A key as a string; None to leave the entry out.
    fn key(&self, key: &PyObject) -> PyResult<Option<PyObjectRef>> {
        let vm = self.vm;
        if text::is_basestring(key) {
            return Ok(Some(key.to_owned()));
        }
        let name = if vm.is_none(key) {
            "null".to_owned()
        } else if key.is(&vm.ctx.true_value) {
            // CPython writes str(True) here: its check for numbers comes first.
            "True".to_owned()
        } else if key.is(&vm.ctx.false_value) {
            "False".to_owned()
        } else if let Some(float) = key.downcast_ref::<PyFloat>() {
            self.float(float.to_f64())?
        } else if key.downcast_ref::<PyInt>().is_some() {
            text::widen(&text::str_of(vm, key)?).into_owned()
        } else if self.options.skipkeys {
            return Ok(None);
        } else {
            return Err(vm.new_type_error("keys must be a string"));
        };
        Ok(Some(text::native(vm, &name)))
    }

    fn string(&mut self, value: &PyObject) -> PyResult<()> {
        let Some(payload) = text::payload(value) else { return Ok(()) };
        if text::is_unicode(value) {
            if !self.options.ensure_ascii && !self.unicode {
                // What was written so far is bytes: from here on it is text.
                self.become_unicode()?;
            }
            self.quoted(payload.as_wtf8());
            return Ok(());
        }
        let bytes = text::narrow(payload.as_wtf8());
        if bytes.is_ascii() {
            self.quoted(payload.as_wtf8());
            return Ok(());
        }
        if self.options.ensure_ascii || self.options.encoding != "utf-8" {
            let decoded = self.decoded(&bytes)?;
            if !self.options.ensure_ascii {
                self.become_unicode()?;
            }
            self.quoted(&decoded);
            return Ok(());
        }
        if self.unicode {
            // In its quotation marks, as it is joined to the rest: errors count them.
            let quoted = [b"\"", &*bytes, b"\""].concat();
            text::decode_default(self.vm, &quoted)?;
            let decoded = text::decode_default(self.vm, &bytes)?;
            self.quoted(&decoded);
        } else {
            self.quoted(payload.as_wtf8());
        }
        Ok(())
    }

    fn become_unicode(&mut self) -> PyResult<()> {
        if !self.unicode {
            self.unicode = true;
            let bytes = text::narrow(&self.out).into_owned();
            if !bytes.is_ascii() {
                self.out = text::decode_default(self.vm, &bytes)?;
            }
        }
        Ok(())
    }

    fn decoded(&self, bytes: &[u8]) -> PyResult<Wtf8Buf> {
        if self.options.encoding == "utf-8" {
            return match std::str::from_utf8(bytes) {
                Ok(decoded) => Ok(Wtf8Buf::from(decoded)),
                Err(_) => Err(text::utf8_error(self.vm, bytes)),
            };
        }
        let encoding = text::native(self.vm, &self.options.encoding);
        let decoded = self.vm.call_method(&text::new_str(self.vm, bytes), "decode", (encoding,))?;
        Ok(text::wtf8_of(self.vm, &decoded)?.map(std::borrow::Cow::into_owned).unwrap_or_default())
    }

    fn quoted(&mut self, content: &Wtf8) {
        self.out.push_char('"');
        if let Some(plain) = content
            .as_str()
            .ok()
            .filter(|text| text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\'))
        {
            self.out.push_str(plain);
        } else {
            for c in content.code_points() {
                self.character(c);
            }
        }
        self.out.push_char('"');
    }

    fn character(&mut self, c: CodePoint) {
        let code = c.to_u32();
        let short = match code {
            0x22 => "\\\"",
            0x5c => "\\\\",
            0x08 => "\\b",
            0x0c => "\\f",
            0x0a => "\\n",
            0x0d => "\\r",
            0x09 => "\\t",
            _ => "",
        };
        if !short.is_empty() {
            self.out.push_str(short);
        } else if code < 0x20 || (self.options.ensure_ascii && code > 0x7e) {
            if code > 0xffff {
                let above = code - 0x10000;
                self.out.push_str(&format!("\\u{:04x}\\u{:04x}", 0xd800 + (above >> 10), 0xdc00 + (above & 0x3ff)));
            } else {
                self.out.push_str(&format!("\\u{code:04x}"));
            }
        } else {
            self.out.push(c);
        }
    }
}
