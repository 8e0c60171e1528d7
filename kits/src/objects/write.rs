//! Writes modern objects as XML (`spec/objects.md` §2, §5): the parts that all classes share.

use rustpython_vm::builtins::PyDict;
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine};

use super::class::{camel_case, modern};
use super::modern::ModernObject;
use super::quote::quote;
use super::tables::{Special, Type};
use super::values::{self, Written};
use super::xml::XmlWriter;
use crate::platform::version_at_least;

use super::{container, media, metadata, seams};
use reprise_bundles::dict_order::iteration_order;
use reprise_vm_glue::runtime::text;

/// What of the request changes the answer.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub indirect: bool,
    pub syncable: bool,
    /// The request addresses the plug-in itself, not its pages.
    pub internal: bool,
}

impl Request {
    pub fn current() -> Self {
        crate::context::with(|context| Request {
            indirect: context.indirect,
            syncable: context.syncable,
            internal: context.uri.starts_with("/:/plugins/"),
        })
    }
}

/// An answer being written.
pub struct Writer<'a> {
    pub vm: &'a VirtualMachine,
    pub xml: XmlWriter,
    pub request: Request,
    depth: usize,
}

impl<'a> Writer<'a> {
    pub fn new(vm: &'a VirtualMachine) -> Self {
        Writer { vm, xml: XmlWriter::new(), request: Request::current(), depth: 0 }
    }

    /// Writes one object with everything in it.
    pub fn object(&mut self, object: &PyObject) -> PyResult<()> {
        let Some(object) = modern(object) else {
            let name = object.class().name().to_string();
            return Err(self.vm.new_attribute_error(format!("'{name}' object has no attribute 'to_xml'")));
        };
        let class = object.class.layout.class;
        self.depth += 1;
        match class.special {
            Special::Metadata => metadata::write(self, object)?,
            Special::Media => media::write(self, object)?,
            _ => {
                self.xml.start(class.element);
                self.attributes(object)?;
                match class.special {
                    Special::Container => container::write_attributes(self, object)?,
                    Special::Directory => {
                        self.http_headers(object)?;
                        self.posted(object)?;
                    }
                    Special::Prefs => container::write_prefs_key(self, object),
                    Special::Part => self.posted(object)?,
                    _ => {}
                }
                for (name, value) in class.fixed {
                    self.set(name, value)?;
                }
                self.mark_root();
                for child in object.children(self.vm)? {
                    self.object(&child)?;
                }
            }
        }
        self.xml.end();
        self.depth -= 1;
        Ok(())
    }

    /// Sets an attribute whose text must be good.
    pub fn set(&mut self, name: &'static str, value: &str) -> PyResult<()> {
        self.xml.set(name, value).map_err(|error| self.vm.new_value_error(error.to_string()))
    }

    /// The mark of answers that may be synchronised, on the outermost element.
    pub fn mark_root(&mut self) {
        if self.depth == 1 && self.request.syncable {
            let _ = self.xml.set("allowSync", "1");
        }
    }

    /// Defaults of the class, then the object's own plain attributes.
    pub fn attributes(&mut self, object: &Py<ModernObject>) -> PyResult<()> {
        let layout = object.class.layout;
        if let Some((at, picture)) = object.class.hosted_picture(self.vm) {
            self.plain(layout.xml[at], &picture)?;
        }
        let mut outcome = Ok(());
        object.class.each_default(|at, value| {
            if outcome.is_ok() && !matches!(layout.attributes[at].kind, Type::Hidden) {
                // Defaults of metadata classes are written under their Python name.
                let result = if layout.is_metadata() {
                    self.plain(camel_case(layout.attributes[at].name), value)
                } else {
                    self.plain(layout.xml[at], value)
                };
                outcome = result;
            }
        });
        outcome?;
        for (at, value) in object.values_in_order() {
            if let Type::Plain = layout.attributes[at].kind {
                self.plain(layout.xml[at], &value)?;
            }
        }
        Ok(())
    }

    /// Writes one plain attribute; what cannot be written is left out and logged.
    pub fn plain(&mut self, name: impl Into<std::borrow::Cow<'static, str>>, value: &PyObject) -> PyResult<()> {
        let name = name.into();
        let refused = match values::plain(self.vm, value)? {
            Written::Omitted => false,
            Written::Text(text) if name == "key" => {
                let address = seams::resolvable(self.vm, value, text);
                self.xml.set(name.clone(), &address).is_err()
            }
            Written::Text(text) => self.xml.set(name.clone(), &text).is_err(),
            Written::Refused => true,
        };
        if refused {
            seams::log_error(&format!("Exception setting attribute '{name}'"));
        }
        Ok(())
    }

    /// `httpHeaders`, and what of the headers has an attribute of its own.
    pub fn http_headers(&mut self, object: &Py<ModernObject>) -> PyResult<()> {
        let vm = self.vm;
        let mut headers: Vec<(String, String)> = Vec::new();
        if let Some(given) = object.get("http_headers", vm) {
            headers = header_pairs(vm, &given)?;
            for (name, attribute) in [("User-Agent", "userAgent"), ("Cookie", "httpCookies")] {
                if let Some((_, value)) = headers.iter().find(|(there, _)| there == name) {
                    self.set(attribute, value)?;
                }
            }
        }
        for (attribute, name) in [("user_agent", "User-Agent"), ("http_cookies", "Cookie")] {
            if let Some(value) = object.get(attribute, vm)
                && let value = values::converted(vm, &value)?
                && !value.is_empty()
            {
                match headers.iter_mut().find(|(there, _)| there == name) {
                    Some((_, there)) => *there = value.into_owned(),
                    None => headers.push((name.to_owned(), value.into_owned())),
                }
            }
        }
        if headers.is_empty() { Ok(()) } else { self.set("httpHeaders", &encode_headers(&headers)) }
    }

    /// `postURL` and `postHeaders` of a callback as key.
    pub fn posted(&mut self, object: &Py<ModernObject>) -> PyResult<()> {
        match object.get("key", self.vm) {
            Some(key) => self.posted_key(&key),
            None => Ok(()),
        }
    }

    pub fn posted_key(&mut self, key: &PyObject) -> PyResult<()> {
        let Some(callback) = seams::callback(self.vm, key) else { return Ok(()) };
        let Some(url) = callback.post_url.filter(|url| !self.vm.is_none(url)) else { return Ok(()) };
        let url = values::converted(self.vm, &url)?.into_owned();
        self.set("postURL", &url)?;
        if let Some(headers) = callback.post_headers.filter(|headers| !self.vm.is_none(headers)) {
            let headers = header_pairs(self.vm, &headers)?;
            if !headers.is_empty() {
                self.set("postHeaders", &encode_headers(&headers))?;
            }
        }
        if reads_keys_only() {
            let key = values::converted(self.vm, key)?;
            let joint = if key.contains('?') { '&' } else { '?' };
            let key = format!("{key}{joint}postURL={}", quote(url.as_bytes(), b""));
            self.set("key", &key)?;
        }
        Ok(())
    }
}

/// Whether the client is one of the first for iOS, which look for `postURL` in the key.
fn reads_keys_only() -> bool {
    let is = |name: &str, wanted: &str| seams::request_header(name).is_some_and(|value| value == wanted);
    is("X-Plex-Platform", "iOS")
        && is("X-Plex-Product", "Plex/iOS")
        && seams::request_header("X-Plex-Version").is_some_and(|version| !version_at_least(&version, &[2, 5]))
}

/// The entries of a dictionary of headers.
pub fn header_pairs(vm: &VirtualMachine, headers: &PyObject) -> PyResult<Vec<(String, String)>> {
    let Some(headers) = headers.downcast_ref::<PyDict>() else {
        let name = headers.class().name().to_string();
        return Err(vm.new_attribute_error(format!("'{name}' object has no attribute 'items'")));
    };
    let mut pairs = Vec::new();
    for (name, value) in headers.to_owned() {
        pairs.push((values::converted(vm, &name)?.into_owned(), text::unicode_of(vm, &value)?));
    }
    Ok(pairs)
}

/// `Name=value` pairs in the order of a Python 2 dictionary, values percent-encoded.
pub fn encode_headers(headers: &[(String, String)]) -> String {
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let mut out = String::new();
    for (name, value) in iteration_order(&names).into_iter().filter_map(|at| headers.get(at)) {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(&quote(value.as_bytes(), b"/"));
    }
    out
}
