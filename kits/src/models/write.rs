//! Writing an instance: its XML files and data (`spec/models.md` §7.2, §7.3).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::commit::{self, Content, Files};
use super::directory::DirectoryObject;
use super::fields::Fields;
use super::instance::ModelObject;
use super::keyed::key_text;
use super::map::MapObject;
use super::node::Node;
use super::paths;
use super::proxies::{Data, ProxyContainer, ProxyItem};
use super::record::StoredRecord;
use super::set::SetObject;
use super::template::{Attribute, Item, Kind, Name, ValueType};
use crate::errors::framework_exception;
use crate::objects;

/// Writes an instance: everything, or nothing.
pub fn write(model: &ModelObject, vm: &VirtualMachine) -> PyResult<()> {
    let owner = &model.fields.owner;
    owner.check_writable(vm)?;
    let Some(folder) = owner.folder() else {
        tracing::error!("Can't serialize a model without a guid");
        return Ok(());
    };
    let Some(id) = model.id() else {
        return Err(vm.new_type_error(format!("the {} has no id", owner.model.name)));
    };
    let template = &model.fields.template;
    let mut writer = Writer { vm, hashed: template.hashed_paths, files: Files::default() };
    let mut root = Node::new(template.model_name.clone()).with("id", text::unicode_of(vm, &id)?);
    writer.fields(&model.fields, &mut root, Path::new(""))?;
    writer.document("Info.xml".into(), &root)?;
    let files = writer.files;
    let written = vm.allow_threads(|| commit::replace(&folder, &files));
    written.map_err(|error| vm.new_os_error(format!("{}: {error}", folder.display())))
}

struct Writer<'a> {
    vm: &'a VirtualMachine,
    hashed: bool,
    files: Files,
}

impl Writer<'_> {
    /// Adds the attributes as children of an element. `folder` is where files of these attributes go.
    fn fields(&mut self, fields: &Fields, node: &mut Node, folder: &Path) -> PyResult<()> {
        for (at, attribute) in fields.template.attributes.iter().enumerate() {
            // A container that nobody touched is empty: it need not be made to be written.
            let stored = fields.stored(at);
            if let Some(child) = self.attribute(attribute, stored.as_deref(), folder)? {
                node.children.push(child);
            }
        }
        Ok(())
    }

    /// The element of an attribute, if it has one.
    fn attribute(&mut self, attribute: &Attribute, stored: Option<&PyObject>, folder: &Path) -> PyResult<Option<Node>> {
        let vm = self.vm;
        let name = attribute.name.clone();
        let below = folder.join(&*name);
        let mut node = Node::new(name.clone());
        match &attribute.kind {
            Kind::Value(kind) => {
                let value = stored.filter(|value| !vm.is_none(value));
                if attribute.external || *kind == ValueType::Data {
                    return self.external_value(node, *kind, value, &below).map(Some);
                }
                node.text = match value {
                    Some(value) => Some(text::unicode_of(vm, value)?),
                    None if attribute.allows_null => Some("None".to_owned()),
                    None => None,
                };
            }
            Kind::Link(_) => {
                let guid = stored.filter(|guid| !vm.is_none(guid));
                node.text = guid.map(|guid| text::unicode_of(vm, guid)).transpose()?;
            }
            Kind::Record(_) => {
                if let Some(record) = stored.and_then(|record| record.downcast_ref::<StoredRecord>()) {
                    self.fields(&record.fields, &mut node, &below)?;
                }
            }
            Kind::Set(item) => {
                let items = stored.and_then(|set| set.downcast_ref::<SetObject>()).map(|set| set.items());
                let items = items.unwrap_or_default();
                // A set of links that is not empty has no element (recorded: model-artist-links).
                if matches!(item, Item::Link(_)) && !items.is_empty() {
                    return Ok(None);
                }
                self.set(attribute, item, &items, &mut node, &below)?;
            }
            Kind::Map(item) => {
                if let Some(map) = stored.and_then(|map| map.downcast_ref::<MapObject>()) {
                    self.map(attribute, item, map, &mut node, &below)?;
                }
            }
            Kind::Proxies(_) => {
                if let Some(container) = stored.and_then(|container| container.downcast_ref::<ProxyContainer>()) {
                    self.proxies(container, &mut node, &below)?;
                }
            }
            Kind::Directory => {
                if let Some(directory) = stored.and_then(|directory| directory.downcast_ref::<DirectoryObject>()) {
                    for (key, bytes) in directory.items.entries() {
                        let part = self.part(&key_text(&key, vm)?, false)?;
                        let bytes = text::bytes_of(&bytes).unwrap_or_default();
                        self.files.add(below.join(part), Content::Bytes(bytes));
                    }
                }
            }
            Kind::Extras(allowed) => return self.extras(stored, allowed, node, folder),
        }
        if attribute.external {
            self.document(below.with_extension("xml"), &node)?;
            return Ok(Some(Node::new(name).with("external", "True").with("extension", "xml")));
        }
        Ok(Some(node))
    }

    fn document(&mut self, path: PathBuf, node: &Node) -> PyResult<()> {
        let bytes = node.document().map_err(|error| self.vm.new_value_error(error.to_string()))?;
        self.files.add(path, Content::Bytes(bytes));
        Ok(())
    }

    /// A key as part of a path.
    fn part(&self, key: &str, hashed: bool) -> PyResult<String> {
        paths::key_part(key, hashed).ok_or_else(|| self.unusable(key))
    }

    fn unusable(&self, key: &str) -> PyBaseExceptionRef {
        self.vm.new_value_error(format!("the key '{key}' cannot name a file"))
    }

    /// A value in a file of its own.
    fn external_value(
        &mut self,
        mut node: Node,
        kind: ValueType,
        value: Option<&PyObject>,
        path: &Path,
    ) -> PyResult<Node> {
        let Some(value) = value else { return Ok(node) };
        let bytes = match text::bytes_of(value) {
            Some(bytes) if kind == ValueType::Data => bytes,
            _ => text::unicode_of(self.vm, value)?.into_bytes(),
        };
        let mut file = path.as_os_str().to_owned();
        node.set("external", "True");
        if let Some(extension) = kind.extension() {
            node.set("extension", extension);
            file.push(".");
            file.push(extension);
        }
        self.files.add(PathBuf::from(file), Content::Bytes(bytes));
        Ok(node)
    }

    fn set(
        &mut self,
        attribute: &Attribute,
        item: &Item,
        items: &[PyObjectRef],
        node: &mut Node,
        below: &Path,
    ) -> PyResult<()> {
        for (index, value) in items.iter().enumerate() {
            let index = index.to_string();
            let mut child = Node::new("item").with("index", &*index);
            match (item, value.downcast_ref::<StoredRecord>()) {
                (Item::Record(template), Some(record)) if attribute.items_external => {
                    let mut document = Node::new(template.name.clone());
                    self.fields(&record.fields, &mut document, &below.join(&index))?;
                    self.document(below.join(format!("{index}.xml")), &document)?;
                    child = Node::new("item").with("external", "True").with("extension", "xml").with("index", &*index);
                }
                (_, Some(record)) => self.fields(&record.fields, &mut child, &below.join(&index))?,
                (Item::Value(kind), None) if attribute.items_external => {
                    let value = Some(&**value).filter(|value| !self.vm.is_none(value));
                    child = self.external_value(child, *kind, value, &below.join(&index))?;
                }
                (_, None) if self.vm.is_none(value) => {}
                (_, None) => child.text = Some(text::unicode_of(self.vm, value)?),
            }
            node.children.push(child);
        }
        Ok(())
    }

    fn map(
        &mut self,
        attribute: &Attribute,
        item: &Item,
        map: &MapObject,
        node: &mut Node,
        below: &Path,
    ) -> PyResult<()> {
        let vm = self.vm;
        for (key, value) in map.items.entries() {
            let key = key_text(&key, vm)?;
            let part = self.part(&key, self.hashed)?;
            let mut child = Node::new("item");
            match (item, value.downcast_ref::<StoredRecord>()) {
                (Item::Record(template), Some(record)) if attribute.items_external => {
                    let mut document = Node::new(template.name.clone());
                    self.fields(&record.fields, &mut document, &below.join(&part))?;
                    self.document(below.join(format!("{part}.xml")), &document)?;
                    child = child.with("external", "True").with("extension", "xml");
                }
                (_, Some(record)) => {
                    self.fields(&record.fields, &mut child, &below.join(&part))?;
                    // A record with a number is known by it; the key is its guid then.
                    if let Some(number) = child.child_text("index").map(str::to_owned) {
                        child.children.retain(|child| child.tag != "index");
                        node.children.push(child.with("key", number).with("guid", key));
                        continue;
                    }
                }
                (Item::Value(kind), None) if attribute.items_external => {
                    let value = Some(&*value).filter(|value| !vm.is_none(value));
                    child = self.external_value(child, *kind, value, &below.join(&part))?;
                }
                (_, None) if vm.is_none(&value) => {}
                (_, None) => child.text = Some(text::unicode_of(vm, &value)?),
            }
            node.children.push(child.with("key", key));
        }
        Ok(())
    }

    fn proxies(&mut self, container: &ProxyContainer, node: &mut Node, below: &Path) -> PyResult<()> {
        let vm = self.vm;
        let mut items: Vec<(f64, Node)> = Vec::new();
        for (url, item) in container.items.entries() {
            let Some(item) = item.downcast_ref::<ProxyItem>() else { continue };
            let url = key_text(&url, vm)?;
            let hash = paths::sha1_of(&url);
            let content = match &item.data {
                Data::Bytes(bytes) => Content::Shared(Arc::clone(bytes)),
                Data::File(file) if file.is_file() => Content::Same(file.clone()),
                // The file went away since it was read.
                Data::File(_) => continue,
            };
            let mut child = Node::new("item").with("external", "True").with("url", url).with(item.kind.word(), &*hash);
            self.files.add(below.join(hash), content);
            let filled = |value: Option<PyObjectRef>| -> PyResult<Option<String>> {
                match value {
                    Some(value) if value.clone().try_to_bool(vm)? => Ok(Some(text::unicode_of(vm, &value)?)),
                    _ => Ok(None),
                }
            };
            if let Some(format) = filled(item.format.clone())? {
                child.set("format", format);
            }
            let mut place = f64::INFINITY;
            if let Some(order) = filled(item.sort_order())? {
                let number = order.trim().parse();
                place = number.map_err(|_| vm.new_value_error(format!("'{order}' is no sort order")))?;
                child.set("sort_order", order);
            }
            items.push((place, child));
        }
        items.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        node.children.extend(items.into_iter().map(|(_, child)| child));
        Ok(())
    }

    /// The extras' own file; no element where there are none.
    fn extras(
        &mut self,
        stored: Option<&PyObject>,
        allowed: &[Name],
        node: Node,
        folder: &Path,
    ) -> PyResult<Option<Node>> {
        let vm = self.vm;
        let Some(container) = stored else { return Ok(None) };
        let Some(content) = objects::class::modern(container) else { return Ok(None) };
        let extras = content.children(vm)?;
        if extras.is_empty() {
            return Ok(None);
        }
        for extra in &extras {
            let class = objects::class::modern(extra).map(|extra| extra.class.layout.class.name);
            let model = class.and_then(|class| class.strip_suffix("Object"));
            if !model.is_some_and(|model| allowed.iter().any(|allowed| allowed == model)) {
                let class = class.map_or_else(|| extra.class().name().to_string(), str::to_owned);
                let message = format!("{class} is not an accepted object type for this attribute");
                return Err(framework_exception(vm, &message));
            }
        }
        let mut writer = objects::write::Writer::new(vm);
        writer.request = objects::write::Request::default();
        writer.object(container)?;
        self.files.add(folder.join(format!("{}.xml", node.tag)), Content::Bytes(writer.xml.finish()));
        Ok(Some(node.with("external", "True").with("extension", "xml")))
    }
}
