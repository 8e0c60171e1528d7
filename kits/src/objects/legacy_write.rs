//! Writes old objects: XML, redirects and plain data (`spec/objects.md` §6).

use rustpython_vm::builtins::{PyDict, PyList, PyStr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::class::modern;
use super::legacy::{LegacyObject, empty, legacy};
use super::legacy_tables::{Kind, legacy_class};
use super::quote::{bytes_of, quote};
use super::respond::Rendered;
use super::seams;
use super::values;
use super::xml::{XmlWriter, is_name};
use reprise_vm_glue::runtime::text;

/// Answers with an old object.
pub fn render(object: &Py<LegacyObject>, vm: &VirtualMachine) -> PyResult<Rendered> {
    let mut extra = Vec::new();
    let body = match page(object, vm)? {
        Some((page, start, total)) => {
            extra.push(("X-Plex-Container-Start".to_owned(), start.to_string()));
            extra.push(("X-Plex-Container-Total-Size".to_owned(), total.to_string()));
            content(&page, vm)?
        }
        None => content(object, vm)?,
    };
    let mut headers = headers(object, vm)?;
    headers.append(&mut extra);
    Ok(Rendered { status: status(object, vm)?, headers, body })
}

/// The part of a container that the request asks for, where it asks for one: the part, its start and the whole size.
fn page(
    object: &Py<LegacyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<(rustpython_vm::PyRef<LegacyObject>, usize, usize)>> {
    if object.class.kind != Kind::MediaContainer {
        return Ok(None);
    }
    let (Some(start), Some(size)) =
        (seams::request_header("X-Plex-Container-Start"), seams::request_header("X-Plex-Container-Size"))
    else {
        return Ok(None);
    };
    let (Ok(start), Ok(size)) = (start.trim().parse::<usize>(), size.trim().parse::<usize>()) else {
        seams::log_error("Invalid values for the container start and size headers");
        return Ok(None);
    };
    let all = object.items.read().clone();
    let total = all.len();
    let items: Vec<PyObjectRef> = all.into_iter().skip(start).take(size).collect();
    let page = object.copy_with(items, vm)?;
    let page = page.downcast::<LegacyObject>().map_err(|_| vm.new_type_error("a framework object is needed"))?;
    page.put("totalSize", vm.ctx.new_int(total).into(), vm)?;
    Ok(Some((page, start, total)))
}

/// The status of the answer.
pub fn status(object: &Py<LegacyObject>, vm: &VirtualMachine) -> PyResult<u16> {
    if object.class.kind != Kind::Redirect {
        return Ok(200);
    }
    // A page of another origin could not follow the redirection: it reads the header.
    if let (Some(origin), Some(host)) = (seams::request_header("Origin"), seams::request_host())
        && !origin.contains(&host)
    {
        return Ok(200);
    }
    let temporary = match object.content(1) {
        Some(temporary) => temporary.try_to_bool(vm)?,
        None => true,
    };
    Ok(if temporary { 302 } else { 301 })
}

/// The headers of the answer.
pub fn headers(object: &Py<LegacyObject>, vm: &VirtualMachine) -> PyResult<Vec<(String, String)>> {
    let mut headers = Vec::new();
    match object.class.kind {
        Kind::Redirect => {
            if let Some(url) = object.content(0) {
                let mut url = String::from_utf8_lossy(&bytes_of(vm, &url)?).into_owned();
                if url.starts_with('/')
                    && let Some(host) = seams::request_host()
                {
                    url = format!("http://{host}{url}");
                }
                headers.push(("Location".to_owned(), url));
            }
        }
        Kind::Data => {
            if let Some(kind) = object.content(1) {
                headers.push(("Content-Type".to_owned(), text::unicode_of(vm, &kind)?));
            }
        }
        _ => {
            headers.push(("Content-Type".to_owned(), "application/xml".to_owned()));
            if matches!(object.class.kind, Kind::MediaContainer | Kind::Message)
                && let Some(value) = object.get("noCache", vm)
                && value.try_to_bool(vm)?
            {
                headers.push(("Cache-Control".to_owned(), "no-cache".to_owned()));
            }
        }
    }
    for (name, value) in object.all_headers() {
        match headers.iter_mut().find(|(there, _)| there.eq_ignore_ascii_case(&name)) {
            Some((_, there)) => *there = value,
            None => headers.push((name, value)),
        }
    }
    Ok(headers)
}

/// The body of the answer.
pub fn content(object: &Py<LegacyObject>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    match object.class.kind {
        Kind::Redirect => Ok(Vec::new()),
        Kind::Data => match object.content(0) {
            Some(data) if data.downcast_ref::<PyStr>().is_some() => bytes_of(vm, &data),
            Some(data) if vm.is_none(&data) => Err(vm.new_type_error("the data object has no data")),
            Some(data) => text::str_of(vm, &data),
            None => Ok(Vec::new()),
        },
        _ => {
            let mut writer = LegacyWriter { vm, xml: XmlWriter::new(), container: None };
            writer.object(object)?;
            Ok(writer.xml.finish())
        }
    }
}

/// Attributes that are no part of the element.
const NOT_WRITTEN: &[&str] = &["tagName", "contextMenu", "contextKey", "contextArgs"];

/// What function items tell their function about the place they stand in.
struct Outer {
    title1: PyObjectRef,
    title2: PyObjectRef,
    art: PyObjectRef,
    /// The container's context menu.
    menu: Option<PyObjectRef>,
}

struct LegacyWriter<'a> {
    vm: &'a VirtualMachine,
    xml: XmlWriter,
    container: Option<Outer>,
}

impl LegacyWriter<'_> {
    /// Writes one object with its children.
    fn object(&mut self, object: &Py<LegacyObject>) -> PyResult<()> {
        let vm = self.vm;
        if object.is_function() {
            return self.function(object, None, None);
        }
        if object.class.kind == Kind::Record {
            return Err(vm.new_attribute_error("this object cannot be written"));
        }
        let key = match object.get("key", vm) {
            Some(key) => match legacy(&key).filter(|key| key.is_function()) {
                Some(function) => {
                    let sender = self.sender(object)?;
                    Some(function.function_url(sender, vm)?)
                }
                None => None,
            },
            None => None,
        };
        self.element(object, key)
    }

    /// An item inside a `Function`: its key is the function.
    fn function(
        &mut self,
        function: &Py<LegacyObject>,
        sender: Option<PyObjectRef>,
        key: Option<PyObjectRef>,
    ) -> PyResult<()> {
        let vm = self.vm;
        let target = function.content(0).unwrap_or_else(|| vm.ctx.none());
        let Some(item) = legacy(&target) else {
            return Err(vm.new_attribute_error("a function without an item cannot be written"));
        };
        let called = item.get("key", vm).unwrap_or_else(|| vm.ctx.none());
        if called.downcast_ref::<PyStr>().is_some() || !called.is_callable() {
            let name = called.class().name().to_string();
            return Err(vm.new_attribute_error(format!("'{name}' object has no attribute '__name__'")));
        }
        let sender = match sender {
            Some(sender) => Some(sender),
            None => self.sender(item)?,
        };
        let more = [("sender", sender), ("key", key)].into_iter().filter_map(|(name, value)| Some((name, value?)));
        let url = function.function_url_for(&called, more, vm)?;
        self.element(item, Some(url))
    }

    /// The context menu of an item that has a key for it: its own or its container's.
    fn menu(&mut self, item: &Py<LegacyObject>) -> PyResult<()> {
        let vm = self.vm;
        let Some(key) = item.get("contextKey", vm) else { return Ok(()) };
        let of_container = || self.container.as_ref().and_then(|outer| outer.menu.clone());
        let Some(menu) = item.get("contextMenu", vm).or_else(of_container) else { return Ok(()) };
        let Some(menu) = legacy(&menu) else { return Ok(()) };
        let sender = self.sender(item)?;
        let arguments = item.get("contextArgs", vm).and_then(|arguments| arguments.downcast::<PyDict>().ok());
        self.start(menu)?;
        self.attributes(menu, None)?;
        for entry in menu.items.read().clone() {
            let Some(entry) = legacy(&entry).filter(|entry| entry.is_function()) else { continue };
            // An entry keeps the arguments of one item for the next, as in the original.
            if let (Some(own), Some(more)) =
                (entry.content(2).and_then(|own| own.downcast::<PyDict>().ok()), &arguments)
            {
                for (name, value) in more {
                    own.set_item(&*name, value, vm)?;
                }
            }
            self.function(entry, sender.clone(), Some(key.clone()))?;
        }
        self.xml.end();
        Ok(())
    }

    /// The record that a function inside a container gets as `sender`.
    fn sender(&self, item: &Py<LegacyObject>) -> PyResult<Option<PyObjectRef>> {
        let vm = self.vm;
        let Some(outer) = &self.container else { return Ok(None) };
        let Some(class) = legacy_class("ItemInfoRecord") else { return Ok(None) };
        let record = empty(vm, &item.sandbox(vm)?, class)?;
        let plain = |value: Option<PyObjectRef>| -> PyResult {
            match value {
                // What is looked up when it is shown cannot be packed.
                Some(value) if seams::is_lazy_text(&value) => Ok(text::new_unicode(vm, &text::unicode_of(vm, &value)?)),
                Some(value) => Ok(value),
                None => Ok(vm.ctx.none()),
            }
        };
        record.put("itemTitle", plain(item.get("title", vm).or_else(|| item.get("name", vm)))?, vm)?;
        record.put("title1", outer.title1.clone(), vm)?;
        record.put("title2", outer.title2.clone(), vm)?;
        record.put("art", plain(item.get("art", vm).or_else(|| Some(outer.art.clone())))?, vm)?;
        record.put("thumb", plain(item.get("thumb", vm))?, vm)?;
        Ok(Some(record.into()))
    }

    /// Writes an element; `key` takes the place of the attribute of that name.
    fn element(&mut self, object: &Py<LegacyObject>, key: Option<String>) -> PyResult<()> {
        let vm = self.vm;
        self.start(object)?;
        self.attributes(object, key.as_deref())?;
        if object.class.kind == Kind::MediaContainer {
            self.container_attributes(object)?;
        }
        let outer = self.container.take();
        self.container = match object.class.kind {
            Kind::MediaContainer => {
                let title = |name: &str| -> PyResult {
                    let value = object.get(name, vm).unwrap_or_else(|| vm.ctx.none());
                    Ok(text::new_str(vm, &text::str_of(vm, &value)?))
                };
                Some(Outer {
                    title1: title("title1")?,
                    title2: title("title2")?,
                    art: title("art")?,
                    menu: object.get("contextMenu", vm),
                })
            }
            _ => outer.as_ref().map(|outer| Outer {
                title1: outer.title1.clone(),
                title2: outer.title2.clone(),
                art: outer.art.clone(),
                menu: outer.menu.clone(),
            }),
        };
        for item in object.items.read().clone() {
            if let Some(item) = legacy(&item) {
                self.object(item)?;
            } else if modern(&item).is_some() {
                let name = item.class().name().to_string();
                return Err(vm.new_attribute_error(format!("'{name}' object has no attribute 'ToElement'")));
            }
        }
        self.container = outer;
        if object.class.kind != Kind::MediaContainer {
            self.menu(object)?;
        }
        self.xml.end();
        Ok(())
    }

    /// Starts an object's element.
    fn start(&mut self, object: &Py<LegacyObject>) -> PyResult<()> {
        let vm = self.vm;
        let tag = match object.get("tagName", vm) {
            Some(tag) => text::unicode_of(vm, &tag)?,
            None => object.class.element.to_owned(),
        };
        if !is_name(&tag) {
            return Err(vm.new_value_error(format!("Invalid tag name {tag:?}")));
        }
        self.xml.start(tag);
        Ok(())
    }

    /// Writes an object's own attributes; `key` takes the place of the attribute of that name.
    fn attributes(&mut self, object: &Py<LegacyObject>, key: Option<&str>) -> PyResult<()> {
        if let Some(key) = key {
            self.set("key", key)?;
        }
        for (name, value) in object.attributes() {
            let name = text::unicode_of(self.vm, &name)?;
            if name.starts_with('_') || NOT_WRITTEN.contains(&name.as_str()) || (name == "key" && key.is_some()) {
                continue;
            }
            if let Some(value) = attribute_text(&name, &value, self.vm)? {
                self.set(&name, &value)?;
            }
        }
        Ok(())
    }

    /// What a `MediaContainer` writes besides its attributes.
    fn container_attributes(&mut self, object: &Py<LegacyObject>) -> PyResult<()> {
        let vm = self.vm;
        let sandbox = object.sandbox(vm)?;
        self.xml.set_number("size", object.items.read().len());
        if let Some(group) = object.get("viewGroup", vm)
            && let Some(name) = text::text_of(vm, &group)?
            && let Some(attributes) = seams::view_group(vm, &sandbox.plugin, &name)?
        {
            for (name, value) in attributes {
                self.set(name, &value)?;
            }
        }
        let identifier = seams::plugin_identifier(&sandbox.plugin);
        self.set("identifier", identifier)
    }

    fn set(&mut self, name: &str, value: &str) -> PyResult<()> {
        if !is_name(name) {
            return Err(self.vm.new_value_error(format!("Invalid attribute name {name:?}")));
        }
        self.xml.set(name.to_owned(), value).map_err(|error| self.vm.new_value_error(error.to_string()))
    }
}

/// The text of an attribute of an old object; None for what is not written.
fn attribute_text(name: &str, value: &PyObject, vm: &VirtualMachine) -> PyResult<Option<String>> {
    if vm.is_none(value) || value.downcast_ref::<PyList>().is_some() || value.downcast_ref::<PyDict>().is_some() {
        return Ok(None);
    }
    if let Some(string) = value.downcast_ref::<PyStr>() {
        if name == "ratingKey" {
            use base64::Engine;
            let bytes = bytes_of(vm, value)?;
            let key = format!("b64://{}", base64::engine::general_purpose::URL_SAFE.encode(bytes));
            return Ok(Some(quote(key.as_bytes(), b"/")));
        }
        return values::string_text(vm, string).map(|text| Some(text.into_owned()));
    }
    if let Some(object) = legacy(value) {
        return match object.class.kind {
            Kind::Function { .. } => object.function_url(None, vm).map(Some),
            // Menus and the like have no text.
            Kind::Container => Ok(None),
            _ => text::unicode_of(vm, value).map(Some),
        };
    }
    if value.is_callable() && !seams::is_lazy_text(value) {
        return Ok(None);
    }
    for (number, text) in [(1, "1"), (0, "0")] {
        if vm.bool_eq(value, vm.ctx.new_int(number).as_object())? {
            return Ok(Some(text.to_owned()));
        }
    }
    text::unicode_of(vm, value).map(Some)
}
