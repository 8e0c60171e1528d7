//! Trees as text: XML, HTML and plain text, with the prefixes that ElementTree 1.3 chooses.

use std::collections::HashMap;

use rustpython_vm::builtins::{PyDict, PyDictRef, PyStr};
use rustpython_vm::{AsObject, FromArgs, PyObject, PyObjectRef, PyResult, VirtualMachine};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

use super::element::{Descent, Element, MAX_RECURSION, collect_texts, too_deep};
use crate::runtime::{codecs, names, text};

/// Elements of HTML that have no end.
const EMPTY: &[&str] =
    &["area", "base", "basefont", "br", "col", "frame", "hr", "img", "input", "isindex", "link", "meta", "param"];

#[derive(FromArgs)]
pub struct WriteArgs {
    #[pyarg(positional)]
    root: PyObjectRef,
    #[pyarg(positional)]
    encoding: PyObjectRef,
    /// `xml`, `html` or `text`.
    #[pyarg(positional)]
    method: PyObjectRef,
    #[pyarg(positional)]
    default_namespace: PyObjectRef,
    /// The prefixes that programs registered, by namespace.
    #[pyarg(positional)]
    prefixes: PyDictRef,
    /// The functions that are the tags of comments and processing instructions, and the class of names.
    #[pyarg(positional)]
    comment: PyObjectRef,
    #[pyarg(positional)]
    instruction: PyObjectRef,
    #[pyarg(positional)]
    qname: PyObjectRef,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Charset {
    Ascii,
    Utf8,
    Latin1,
    Other,
}

struct Writer<'a> {
    args: &'a WriteArgs,
    vm: &'a VirtualMachine,
    encoding: String,
    charset: Charset,
    html: bool,
    /// Names as they are written.
    names: HashMap<Wtf8Buf, Vec<u8>>,
    output: Vec<u8>,
    /// Where each piece ends.
    pieces: Vec<usize>,
}

/// `serialize(root, encoding, method, default_namespace, prefixes, Comment, PI, QName)`: the pieces of the text.
pub fn serialize(args: WriteArgs, vm: &VirtualMachine) -> PyResult {
    let encoding = text::text_of(vm, &args.encoding)?.unwrap_or_default();
    let charset = match encoding.to_ascii_lowercase().replace('_', "-").as_str() {
        "us-ascii" | "ascii" => Charset::Ascii,
        "utf-8" | "utf8" => Charset::Utf8,
        "iso-8859-1" | "latin-1" | "latin1" => Charset::Latin1,
        _ => Charset::Other,
    };
    let method = text::text_of(vm, &args.method)?.unwrap_or_default();
    let mut writer = Writer {
        args: &args,
        vm,
        encoding,
        charset,
        html: method == "html",
        names: HashMap::new(),
        output: Vec::new(),
        pieces: Vec::new(),
    };
    if method == "text" {
        writer.texts()?;
    } else {
        let declared = writer.collect_names()?;
        let root = args.root.clone();
        writer.element(&root, Some(&declared), 0)?;
    }
    let mut start = 0;
    let mut pieces = Vec::with_capacity(writer.pieces.len());
    for end in &writer.pieces {
        pieces.push(text::new_str(vm, writer.output.get(start..*end).unwrap_or_default()));
        start = *end;
    }
    Ok(vm.ctx.new_list(pieces).into())
}

/// The same in one string.
pub fn serialize_joined(args: WriteArgs, vm: &VirtualMachine) -> PyResult {
    let pieces = serialize(args, vm)?;
    vm.call_method(vm.ctx.new_str("").as_object(), "join", (pieces,))
}

impl Writer<'_> {
    fn piece(&mut self) {
        self.pieces.push(self.output.len());
    }

    fn attribute(&self, element: &PyObject, name: &'static str) -> PyResult {
        let vm = self.vm;
        match element.downcast_ref::<Element>() {
            Some(element) => Ok(match name {
                "tag" => element.tag(),
                "text" => element.text().unwrap_or_else(|| vm.ctx.none()),
                _ => element.tail().unwrap_or_else(|| vm.ctx.none()),
            }),
            None => element.get_attr(name, vm),
        }
    }

    fn items(&self, element: &PyObject) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
        let vm = self.vm;
        if let Some(element) = element.downcast_ref::<Element>() {
            let Some(attributes) = element.known_attributes() else { return Ok(Vec::new()) };
            if let Some(dict) = attributes.downcast_ref::<PyDict>() {
                return Ok(dict.to_owned().into_iter().collect());
            }
        }
        let pairs = vm.call_method(element, "items", ())?.try_to_value::<Vec<PyObjectRef>>(vm)?;
        pairs
            .into_iter()
            .map(|pair| {
                let pair = pair.try_to_value::<Vec<PyObjectRef>>(vm)?;
                let mut pair = pair.into_iter();
                match (pair.next(), pair.next()) {
                    (Some(key), Some(value)) => Ok((key, value)),
                    _ => Err(vm.new_value_error("need more than 1 value to unpack")),
                }
            })
            .collect()
    }

    fn is_qname(&self, value: &PyObject) -> PyResult<bool> {
        if value.downcastable::<PyStr>() { Ok(false) } else { value.is_instance(&self.args.qname, self.vm) }
    }

    /// The text of a name object, or the object itself.
    fn plain(&self, value: PyObjectRef) -> PyResult {
        if self.is_qname(&value)? { value.get_attr("text", self.vm) } else { Ok(value) }
    }

    fn refuse<T>(&self, value: &PyObject) -> PyResult<T> {
        let shown = text::repr_of(self.vm, value)?;
        let kind = names::type_name_of(value);
        let kind = kind.rsplit('.').next().unwrap_or_default().to_owned();
        Err(self.vm.new_type_error(format!("cannot serialize {} (type {kind})", text::widen(&shown))))
    }

    fn text_of(&self, value: &PyObject) -> PyResult<Wtf8Buf> {
        match text::wtf8_of(self.vm, value)? {
            Some(said) => Ok(said.into_owned()),
            None => self.refuse(value),
        }
    }

    /// Adds text in the encoding of the document. What it does not have becomes a reference, or is an error.
    fn encode(&mut self, said: &Wtf8, strict: bool) -> PyResult<()> {
        if said.is_ascii() && self.charset != Charset::Other {
            self.output.extend_from_slice(said.as_bytes());
            return Ok(());
        }
        if let (Ok(said), false) = (said.as_str(), strict) {
            match self.charset {
                Charset::Utf8 => {
                    self.output.extend_from_slice(said.as_bytes());
                    return Ok(());
                }
                Charset::Ascii | Charset::Latin1 => {
                    let last = if self.charset == Charset::Ascii { 0x7f } else { 0xff };
                    for c in said.chars() {
                        match u8::try_from(u32::from(c)) {
                            Ok(byte) if byte <= last => self.output.push(byte),
                            _ => self.output.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes()),
                        }
                    }
                    return Ok(());
                }
                Charset::Other => {}
            }
        }
        let errors = if strict { "strict" } else { "xmlcharrefreplace" };
        let bytes = codecs::encode(self.vm, said, &self.encoding, errors)?;
        self.output.extend_from_slice(&bytes);
        Ok(())
    }

    /// The names as they are written; the namespaces to declare, with their prefixes.
    fn collect_names(&mut self) -> PyResult<Vec<(String, String)>> {
        let vm = self.vm;
        let mut declared: Vec<(String, String)> = Vec::new();
        let default = self.args.default_namespace.clone();
        if !vm.is_none(&default) && default.clone().try_to_bool(vm)? {
            declared.push((text::text_of(vm, &default)?.unwrap_or_default(), String::new()));
        }
        let unqualified = declared.is_empty();
        if !self.args.root.downcastable::<Element>() {
            // What is no element at all is refused as the library's own function does it.
            self.args.root.get_attr("getiterator", vm)?;
        }
        let all = Descent::of(self.args.root.clone(), None, vm);
        while let Some(element) = all.next_element(vm)? {
            let tag = self.attribute(&element, "tag")?;
            if self.is_qname(&tag)? || tag.downcastable::<PyStr>() {
                let tag = self.plain(tag)?;
                self.add_name(&tag, &mut declared, unqualified)?;
            } else if !vm.is_none(&tag) && !tag.is(&self.args.comment) && !tag.is(&self.args.instruction) {
                return self.refuse(&tag);
            }
            for (key, value) in self.items(&element)? {
                let key = self.plain(key)?;
                self.add_name(&key, &mut declared, unqualified)?;
                if self.is_qname(&value)? {
                    let value = self.plain(value)?;
                    self.add_name(&value, &mut declared, unqualified)?;
                }
            }
            let said = self.attribute(&element, "text")?;
            if !vm.is_none(&said) && self.is_qname(&said)? {
                let said = self.plain(said)?;
                self.add_name(&said, &mut declared, unqualified)?;
            }
        }
        Ok(declared)
    }

    fn add_name(&mut self, name: &PyObject, declared: &mut Vec<(String, String)>, unqualified: bool) -> PyResult<()> {
        let vm = self.vm;
        let key = self.text_of(name)?;
        if self.names.contains_key(&key) {
            return Ok(());
        }
        let written = key.to_string_lossy().into_owned();
        let written = match written.strip_prefix('{') {
            Some(rest) => {
                let Some((uri, local)) = rest.rsplit_once('}') else {
                    return Err(vm.new_value_error("need more than 1 value to unpack"));
                };
                let known = declared.iter().find(|(known, _)| known == uri).map(|(_, prefix)| prefix.clone());
                let prefix = match known {
                    Some(prefix) => prefix,
                    None => {
                        let registered = match self.args.prefixes.get_item_opt(uri, vm)? {
                            Some(prefix) => text::text_of(vm, &prefix)?,
                            None => None,
                        };
                        let prefix = registered.unwrap_or_else(|| format!("ns{}", declared.len()));
                        if prefix != "xml" {
                            declared.push((uri.to_owned(), prefix.clone()));
                        }
                        prefix
                    }
                };
                if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
            }
            None if !unqualified => {
                return Err(vm.new_value_error("cannot use non-qualified names with default_namespace option"));
            }
            None => written,
        };
        let start = self.output.len();
        let made = self.encode(Wtf8::new(written.as_str()), true);
        let encoded = self.output.split_off(start);
        made?;
        self.names.insert(key, encoded);
        Ok(())
    }

    fn name(&self, name: &PyObject) -> PyResult<Vec<u8>> {
        let key = self.text_of(name)?;
        match self.names.get(&key) {
            Some(written) => Ok(written.clone()),
            None => Err(self.vm.new_key_error(name.to_owned())),
        }
    }

    /// Text with its special characters as entities.
    fn escaped(&mut self, value: &PyObject, signs: &[(char, &str)]) -> PyResult<()> {
        let said = match value.downcast_ref::<PyStr>() {
            Some(_) => self.text_of(value)?,
            None => return self.refuse(value),
        };
        let bytes = said.as_bytes();
        if !bytes.iter().any(|byte| signs.iter().any(|(sign, _)| *sign as u32 == u32::from(*byte))) {
            return self.encode(&said, false);
        }
        let mut made = Wtf8Buf::with_capacity(said.len() + 16);
        for c in said.code_points() {
            match signs.iter().find(|(sign, _)| c.to_u32() == u32::from(*sign)) {
                Some((_, entity)) => made.push_str(entity),
                None => made.push(c),
            }
        }
        self.encode(&made, false)
    }

    fn data(&mut self, value: &PyObject) -> PyResult<()> {
        self.escaped(value, &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;")])
    }

    fn attribute_value(&mut self, value: &PyObject) -> PyResult<()> {
        if self.html {
            return self.escaped(value, &[('&', "&amp;"), ('>', "&gt;"), ('"', "&quot;")]);
        }
        self.escaped(value, &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\n', "&#10;")])
    }

    /// A comment or a processing instruction.
    fn enclosed(&mut self, open: &[u8], said: &PyObject, close: &[u8]) -> PyResult<()> {
        self.output.extend_from_slice(open);
        if self.html {
            self.data(said)?;
        } else {
            match said.downcast_ref::<PyStr>() {
                Some(_) => {
                    let said = self.text_of(said)?;
                    self.encode(&said, false)?;
                }
                None => return self.refuse(said),
            }
        }
        self.output.extend_from_slice(close);
        self.piece();
        Ok(())
    }

    fn children(&mut self, element: &PyObject, depth: usize) -> PyResult<usize> {
        let mut index = 0;
        if let Some(element) = element.downcast_ref::<Element>() {
            while let Some(child) = element.child(index) {
                index += 1;
                self.element(&child, None, depth + 1)?;
            }
            return Ok(index);
        }
        for child in element.to_owned().try_to_value::<Vec<PyObjectRef>>(self.vm)? {
            index += 1;
            self.element(&child, None, depth + 1)?;
        }
        Ok(index)
    }

    fn element(&mut self, element: &PyObject, declared: Option<&[(String, String)]>, depth: usize) -> PyResult<()> {
        let vm = self.vm;
        if depth > MAX_RECURSION {
            return Err(too_deep(vm));
        }
        let tag = self.attribute(element, "tag")?;
        let said = self.attribute(element, "text")?;
        if tag.is(&self.args.comment) {
            self.enclosed(b"<!--", &said, b"-->")?;
        } else if tag.is(&self.args.instruction) {
            self.enclosed(b"<?", &said, b"?>")?;
        } else if vm.is_none(&tag) {
            if said.clone().try_to_bool(vm)? {
                self.data(&said)?;
                self.piece();
            }
            self.children(element, depth)?;
        } else {
            let tag = self.plain(tag)?;
            let name = self.name(&tag)?;
            self.start(element, &name, declared)?;
            self.body(element, &name, said, depth)?;
        }
        let tail = self.attribute(element, "tail")?;
        if !vm.is_none(&tail) && tail.clone().try_to_bool(vm)? {
            self.data(&tail)?;
            self.piece();
        }
        Ok(())
    }

    fn start(&mut self, element: &PyObject, name: &[u8], declared: Option<&[(String, String)]>) -> PyResult<()> {
        self.output.push(b'<');
        self.output.extend_from_slice(name);
        self.piece();
        if let Some(declared) = declared {
            let mut declared = declared.to_vec();
            declared.sort_by(|one, other| one.1.cmp(&other.1));
            for (uri, prefix) in declared {
                self.output.extend_from_slice(b" xmlns");
                if !prefix.is_empty() {
                    self.encode(Wtf8::new(format!(":{prefix}").as_str()), true)?;
                }
                self.output.extend_from_slice(b"=\"");
                let uri = text::new_unicode(self.vm, &uri);
                self.attribute_value(&uri)?;
                self.output.push(b'"');
                self.piece();
            }
        }
        let mut items = Vec::new();
        for (key, value) in self.items(element)? {
            let key = self.plain(key)?;
            items.push((self.text_of(&key)?, key, value));
        }
        items.sort_by(|one, other| one.0.code_points().cmp(other.0.code_points()));
        for (_, key, value) in items {
            let name = self.name(&key)?;
            self.output.push(b' ');
            self.output.extend_from_slice(&name);
            self.output.extend_from_slice(b"=\"");
            if self.is_qname(&value)? {
                let value = self.plain(value)?;
                let value = self.name(&value)?;
                self.output.extend_from_slice(&value);
            } else {
                self.attribute_value(&value)?;
            }
            self.output.push(b'"');
            self.piece();
        }
        Ok(())
    }

    fn body(&mut self, element: &PyObject, name: &[u8], said: PyObjectRef, depth: usize) -> PyResult<()> {
        let vm = self.vm;
        let has_text = !vm.is_none(&said) && said.clone().try_to_bool(vm)?;
        let lower = if self.html { String::from_utf8_lossy(name).to_ascii_lowercase() } else { String::new() };
        if !self.html && !has_text && element.length(vm)? == 0 {
            self.output.extend_from_slice(b" />");
            self.piece();
            return Ok(());
        }
        self.output.push(b'>');
        self.piece();
        if has_text {
            if self.html && (lower == "script" || lower == "style") {
                let said = self.text_of(&said)?;
                self.encode(&said, false)?;
            } else {
                self.data(&said)?;
            }
            self.piece();
        }
        self.children(element, depth)?;
        if !EMPTY.contains(&lower.as_str()) {
            self.output.extend_from_slice(b"</");
            self.output.extend_from_slice(name);
            self.output.push(b'>');
            self.piece();
        }
        Ok(())
    }

    /// Texts alone.
    fn texts(&mut self) -> PyResult<()> {
        let mut texts = Vec::new();
        collect_texts(&self.args.root, &mut texts, 0, self.vm)?;
        let tail = self.attribute(&self.args.root, "tail")?;
        if !self.vm.is_none(&tail) && tail.clone().try_to_bool(self.vm)? {
            texts.push(tail);
        }
        for said in texts {
            let said = self.text_of(&said)?;
            self.encode(&said, true)?;
            self.piece();
        }
        Ok(())
    }
}
