//! The module `_plist`, on which `plistlib` stands: property lists as XML, read and written.

use base64::Engine;
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList, PyModule, PyStr, PyTuple, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::import;
use crate::modules;
use crate::runtime::{numbers, text};

// ---- writing ------------------------------------------------------------------------------------------------------

struct Writer<'a> {
    vm: &'a VirtualMachine,
    out: Vec<u8>,
    level: usize,
    indent: Vec<u8>,
    /// The class `Data`.
    data: PyObjectRef,
}

impl Writer<'_> {
    fn line(&mut self, text: &[u8]) {
        self.out.extend(self.indent.repeat(self.level));
        self.out.extend_from_slice(text);
        self.out.push(b'\n');
    }

    fn element(&mut self, name: &str, text: &[u8]) -> PyResult<()> {
        let escaped = self.escaped(text)?;
        self.line(&[b"<", name.as_bytes(), b">", &escaped, b"</", name.as_bytes(), b">"].concat());
        Ok(())
    }

    fn escaped(&self, text: &[u8]) -> PyResult<Vec<u8>> {
        let mut out = Vec::with_capacity(text.len());
        let mut bytes = text.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\r' => {
                    bytes.next_if_eq(&b'\n');
                    out.push(b'\n');
                }
                b'&' => out.extend_from_slice(b"&amp;"),
                b'<' => out.extend_from_slice(b"&lt;"),
                b'>' => out.extend_from_slice(b"&gt;"),
                b'\t' | b'\n' | b' '.. => out.push(byte),
                _ => {
                    let message = "strings can't contains control characters; use plistlib.Data instead";
                    return Err(self.vm.new_value_error(message));
                }
            }
        }
        Ok(out)
    }

    fn begin(&mut self, name: &str) {
        self.line(format!("<{name}>").as_bytes());
        self.level += 1;
    }

    fn end(&mut self, name: &str) {
        self.level = self.level.saturating_sub(1);
        self.line(format!("</{name}>").as_bytes());
    }

    fn value(&mut self, value: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if let Some(string) = value.downcast_ref::<PyStr>() {
            if text::is_unicode(value) {
                return self.element("string", string.as_wtf8().as_bytes());
            }
            let bytes = text::bytes_of(value).unwrap_or_default();
            // A byte string must be text as well.
            text::decode_default(vm, &bytes)?;
            return self.element("string", &bytes);
        }
        if value.class().is(vm.ctx.types.bool_type) {
            let name: &[u8] = if value.is(&vm.ctx.true_value) { b"<true/>" } else { b"<false/>" };
            self.line(name);
            return Ok(());
        }
        if let Some(number) = value.downcast_ref::<PyInt>() {
            return self.element("integer", number.as_bigint().to_string().as_bytes());
        }
        if value.downcastable::<PyFloat>() {
            return self.element("real", &text::repr_of(vm, value)?);
        }
        if value.downcastable::<PyDict>() {
            return vm.with_recursion("", || self.dict(value));
        }
        if let Some(class) = self.data.downcast_ref::<PyType>()
            && value.class().fast_issubclass(class)
        {
            let bytes = text::str_of(vm, &*value.get_attr("data", vm)?)?;
            self.data_lines(&bytes);
            return Ok(());
        }
        let date = import::module(vm, "datetime")?.get_attr("datetime", vm)?;
        if date.downcast_ref::<PyType>().is_some_and(|date| value.class().fast_issubclass(date)) {
            let part = |name: &'static str| value.get_attr(name, vm)?.try_to_value::<i64>(vm);
            let shown = format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                part("year")?,
                part("month")?,
                part("day")?,
                part("hour")?,
                part("minute")?,
                part("second")?
            );
            return self.element("date", shown.as_bytes());
        }
        if value.downcastable::<PyTuple>() || value.downcastable::<PyList>() {
            return vm.with_recursion("", || self.array(value));
        }
        let kind = text::str_of(vm, &crate::runtime::classes::type_of(value, vm))?;
        Err(vm.new_type_error(format!("unsuported type: {}", String::from_utf8_lossy(&kind))))
    }

    fn dict(&mut self, value: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        self.begin("dict");
        let items: PyObjectRef = match value.downcast_ref_if_exact::<PyDict>(vm) {
            Some(plain) => {
                let pairs = plain.items_vec().into_iter();
                let pairs = pairs.map(|(key, value)| vm.ctx.new_tuple(vec![key, value]).into()).collect();
                vm.ctx.new_list(pairs).into()
            }
            None => {
                let items = vm.call_method(value, "items", ())?;
                vm.ctx.new_list(vm.extract_elements_with(&items, Ok)?).into()
            }
        };
        vm.call_method(&items, "sort", ())?;
        for pair in items.try_to_value::<Vec<PyObjectRef>>(vm)? {
            let Some([key, value]) = pair.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) else { continue };
            match key.downcast_ref::<PyStr>() {
                Some(string) if text::is_unicode(key) => self.element("key", string.as_wtf8().as_bytes())?,
                Some(_) => self.element("key", &text::bytes_of(key).unwrap_or_default())?,
                None => return Err(vm.new_type_error("keys must be strings")),
            }
            self.value(value)?;
        }
        self.end("dict");
        Ok(())
    }

    fn array(&mut self, value: &PyObject) -> PyResult<()> {
        self.begin("array");
        for item in self.vm.extract_elements_with(value, Ok)? {
            self.value(&item)?;
        }
        self.end("array");
        Ok(())
    }

    fn data_lines(&mut self, bytes: &[u8]) {
        self.begin("data");
        self.level = self.level.saturating_sub(1);
        let tab = self.indent.iter().map(|byte| if *byte == b'\t' { 8 } else { 1 }).sum::<usize>() * self.level;
        let width = 76usize.saturating_sub(tab).max(16);
        for chunk in bytes.chunks((width / 4 * 3).max(1)) {
            let line = base64::engine::general_purpose::STANDARD.encode(chunk);
            self.line(line.as_bytes());
        }
        self.level += 1;
        self.end("data");
    }
}

/// `dumps(value, level, indent, Data)`: a value as lines.
fn dumps(value: PyObjectRef, level: usize, indent: PyObjectRef, data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let indent = text::str_of(vm, &indent)?;
    let mut writer = Writer { vm, out: Vec::new(), level, indent, data };
    writer.value(&value)?;
    Ok(text::new_str(vm, &writer.out))
}

// ---- reading ------------------------------------------------------------------------------------------------------

#[derive(Debug, Default)]
struct State {
    stack: Vec<PyObjectRef>,
    key: Option<PyObjectRef>,
    root: Option<PyObjectRef>,
    text: rustpython_wtf8::Wtf8Buf,
}

/// Takes the events of an XML parser.
#[pyclass(module = "plistlib", name = "_Reader")]
#[derive(Debug, PyPayload)]
struct Reader {
    state: Mutex<State>,
    make_dict: PyObjectRef,
    data: PyObjectRef,
}

impl Reader {
    fn add(&self, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let (key, top) = {
            let mut state = self.state.lock();
            (state.key.take(), state.stack.last().cloned())
        };
        match (key, top) {
            (Some(key), Some(top)) => top.set_item(&*key, value, vm),
            (Some(_), None) => Err(vm.new_index_error("list index out of range")),
            (None, None) => {
                self.state.lock().root = Some(value);
                Ok(())
            }
            (None, Some(top)) => match top.downcast_ref::<PyList>() {
                Some(list) => {
                    list.borrow_vec_mut().push(value);
                    Ok(())
                }
                None => top.get_attr("append", vm)?.call((value,), vm).map(drop),
            },
        }
    }

    /// The text of the element: `str` if it is ASCII.
    fn text(&self, vm: &VirtualMachine) -> PyObjectRef {
        let content = std::mem::take(&mut self.state.lock().text);
        if content.is_ascii() {
            return vm.ctx.new_str(content).into();
        }
        text::new_unicode_buf(vm, content)
    }
}

/// The parts of a date, as many as there are; None if it is none.
fn date_parts(text: &str) -> Option<Vec<u32>> {
    let mut rest = text;
    let mut parts = Vec::new();
    for (separator, width) in [("", 4), ("-", 2), ("-", 2), ("T", 2), (":", 2), (":", 2)] {
        if rest.starts_with('Z') && !parts.is_empty() {
            break;
        }
        let after = rest.strip_prefix(separator)?;
        let digits = after.get(..width).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        parts.push(digits.parse().ok()?);
        rest = after.get(width..)?;
    }
    rest.starts_with('Z').then_some(parts)
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Reader {
    #[pymethod]
    fn start(zelf: &Py<Self>, name: PyObjectRef, _attributes: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.state.lock().text = rustpython_wtf8::Wtf8Buf::new();
        let name = text::text_of(vm, &name)?.unwrap_or_default();
        let made = match name.as_str() {
            "dict" => zelf.make_dict.call((), vm)?,
            "array" => vm.ctx.new_list(Vec::new()).into(),
            _ => return Ok(()),
        };
        zelf.add(made.clone(), vm)?;
        zelf.state.lock().stack.push(made);
        Ok(())
    }

    #[pymethod]
    fn data(zelf: &Py<Self>, data: PyObjectRef) {
        if let Some(string) = data.downcast_ref::<PyStr>() {
            zelf.state.lock().text.push_wtf8(string.as_wtf8());
        }
    }

    #[pymethod]
    fn end(zelf: &Py<Self>, name: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let name = text::text_of(vm, &name)?.unwrap_or_default();
        let value: PyObjectRef = match name.as_str() {
            "dict" | "array" => {
                return match zelf.state.lock().stack.pop() {
                    Some(_) => Ok(()),
                    None => Err(vm.new_index_error("pop from empty list")),
                };
            }
            "key" => {
                let key = zelf.text(vm);
                zelf.state.lock().key = Some(key);
                return Ok(());
            }
            "true" => vm.ctx.new_bool(true).into(),
            "false" => vm.ctx.new_bool(false).into(),
            "string" => zelf.text(vm),
            "integer" => {
                let number = vm.ctx.types.int_type.as_object().call((zelf.text(vm),), vm)?;
                match numbers::integer(&number) {
                    Some(value) => numbers::new_int_or_long(vm, value.clone()),
                    None => number,
                }
            }
            "real" => vm.ctx.types.float_type.as_object().call((zelf.text(vm),), vm)?,
            "data" => zelf.data.get_attr("fromBase64", vm)?.call((zelf.text(vm),), vm)?,
            "date" => {
                let shown = text::text_of(vm, &zelf.text(vm))?.unwrap_or_default();
                let Some(parts) = date_parts(&shown) else {
                    return Err(vm.new_attribute_error("'NoneType' object has no attribute 'groupdict'"));
                };
                let parts: Vec<PyObjectRef> = parts.into_iter().map(|part| vm.ctx.new_int(part).into()).collect();
                import::module(vm, "datetime")?.get_attr("datetime", vm)?.call(FuncArgs::from(parts), vm)?
            }
            _ => return Ok(()),
        };
        zelf.add(value, vm)
    }
}

/// `read(file, make_dict, Data)`: the root of a property list.
fn read(file: PyObjectRef, make_dict: PyObjectRef, data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let wanted = vm.ctx.new_tuple(vec![vm.ctx.new_str("ParserCreate").into()]);
    let expat = import::import_level(vm, "xml.parsers.expat", None, Some(wanted.into()), 0)?;
    let parser = expat.get_attr("ParserCreate", vm)?.call((), vm)?;
    let reader = Reader { state: Mutex::default(), make_dict, data }.into_ref(&vm.ctx);
    for (handler, method) in
        [("StartElementHandler", "start"), ("EndElementHandler", "end"), ("CharacterDataHandler", "data")]
    {
        parser.set_attr(handler, reader.as_object().get_attr(method, vm)?, vm)?;
    }
    vm.call_method(&parser, "ParseFile", (file,))?;
    let root = reader.state.lock().root.take();
    Ok(root.unwrap_or_else(|| vm.ctx.none()))
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _: PyTypeRef = Reader::make_static_type();
    let module = modules::new(vm, "_plist");
    modules::set_function(vm, &module, "read", read);
    modules::set_function(vm, &module, "dumps", dumps);
    module
}

#[cfg(test)]
mod tests {
    use super::date_parts;

    #[test]
    fn dates() {
        assert_eq!(date_parts("2011-03-08T10:11:12Z"), Some(vec![2011, 3, 8, 10, 11, 12]));
        assert_eq!(date_parts("2011-03Z"), Some(vec![2011, 3]));
        assert_eq!(date_parts("2011-03"), None);
        assert_eq!(date_parts("x"), None);
    }
}
