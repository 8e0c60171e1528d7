//! Reading what is stored (`spec/models.md` §6.12).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::directory::DirectoryObject;
use super::fields::{Fields, from_text};
use super::instance::ModelObject;
use super::map::MapObject;
use super::node::Node;
use super::proxies::{Data, ProxyContainer, ProxyItem};
use super::record::StoredRecord;
use super::set::SetObject;
use super::template::{Attribute, Item, Kind, ProxyKind, Template, ValueType};
use super::{commit, paths};
use crate::errors;

/// Reads an instance. What was read before an error stays; the error is logged.
pub fn read(model: &Py<ModelObject>, vm: &VirtualMachine) {
    let Some(folder) = model.fields.owner.folder() else { return };
    commit::recover(&folder);
    let file = folder.join("Info.xml");
    let root = match load(&file) {
        Ok(Some(root)) => root,
        Ok(None) => {
            tracing::error!("Cannot read model from {}", folder.display());
            return;
        }
        Err(message) => {
            tracing::error!(critical = true, "Exception reading model from {}: {message}", file.display());
            return;
        }
    };
    let template = &model.fields.template;
    if root.tag != *template.model_name && root.tag != *template.name {
        tracing::error!(critical = true, "{} holds a {} and no {}", file.display(), root.tag, template.model_name);
        return;
    }
    if let Some(id) = root.get("id") {
        model.set_id(Some(text::native(vm, id)));
    }
    let reader = Reader { vm, hashed: template.hashed_paths };
    if let Err(error) = reader.fields(&model.fields, &root, &folder) {
        let trace = errors::traceback_of(vm, &error);
        tracing::error!(critical = true, "Exception reading model from {}\n{trace}", file.display());
    }
}

/// A document; None where there is no file.
pub fn load(file: &Path) -> Result<Option<Node>, String> {
    match std::fs::read(file) {
        Ok(bytes) => Node::parse(&bytes).map(Some).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

struct Reader<'a> {
    vm: &'a VirtualMachine,
    hashed: bool,
}

impl Reader<'_> {
    /// Fills the attributes that an element has children for. `folder` is where files of these attributes are.
    fn fields(&self, fields: &Fields, node: &Node, folder: &Path) -> PyResult<()> {
        for child in &node.children {
            if let Some(at) = fields.template.find(&child.tag)
                && let Some(attribute) = fields.template.attributes.get(at)
            {
                self.attribute(fields, at, attribute, child, folder)?;
            }
        }
        Ok(())
    }

    fn attribute(&self, fields: &Fields, at: usize, attribute: &Attribute, node: &Node, folder: &Path) -> PyResult<()> {
        let vm = self.vm;
        let name = &*attribute.name;
        match &attribute.kind {
            Kind::Value(kind) => {
                let value = match node.get("external") {
                    Some(_) => self.external_value(*kind, &folder.join(name))?,
                    None => from_text(*kind, node.text.as_deref().unwrap_or_default(), vm)?,
                };
                fields.put(at, value);
            }
            Kind::Link(_) => {
                fields.put(at, from_text(ValueType::String, node.text.as_deref().unwrap_or_default(), vm)?)
            }
            Kind::Record(_) => {
                if let Some(record) = fields.content(at, vm)?.downcast_ref::<StoredRecord>() {
                    self.fields(&record.fields, node, &folder.join(name))?;
                }
            }
            Kind::Set(_) => {
                if let Some(set) = fields.content(at, vm)?.downcast_ref::<SetObject>() {
                    self.set(set, &*self.whole(node, folder)?, &folder.join(name))?;
                }
            }
            Kind::Map(_) => {
                if let Some(map) = fields.content(at, vm)?.downcast_ref::<MapObject>() {
                    self.map(map, &*self.whole(node, folder)?, &folder.join(name))?;
                }
            }
            Kind::Proxies(_) => {
                if let Some(container) = fields.content(at, vm)?.downcast_ref::<ProxyContainer>() {
                    self.proxies(container, node, &folder.join(name))?;
                }
            }
            Kind::Directory => {
                if let Some(directory) = fields.content(at, vm)?.downcast_ref::<DirectoryObject>() {
                    self.directory(directory, &folder.join(name))?;
                }
            }
            // Extras start empty at each update.
            Kind::Extras(_) => {}
        }
        Ok(())
    }

    fn failed(&self, message: String) -> rustpython_vm::builtins::PyBaseExceptionRef {
        self.vm.new_value_error(message)
    }

    fn document(&self, file: &Path) -> PyResult<Option<Node>> {
        load(file).map_err(|message| self.failed(format!("{}: {message}", file.display())))
    }

    /// The element itself, or the document of an attribute that is stored on its own.
    fn whole<'n>(&self, node: &'n Node, folder: &Path) -> PyResult<std::borrow::Cow<'n, Node>> {
        if node.get("external").is_none() {
            return Ok(std::borrow::Cow::Borrowed(node));
        }
        let file = folder.join(format!("{}.xml", node.tag));
        Ok(std::borrow::Cow::Owned(self.document(&file)?.unwrap_or_default()))
    }

    fn external_value(&self, kind: ValueType, file: &Path) -> PyResult {
        let mut file = file.as_os_str().to_owned();
        if let Some(extension) = kind.extension() {
            file.push(".");
            file.push(extension);
        }
        match std::fs::read(PathBuf::from(&file)) {
            Ok(bytes) if kind == ValueType::Data => Ok(text::new_str(self.vm, &bytes)),
            Ok(bytes) => {
                let text = String::from_utf8(bytes).map_err(|error| self.failed(error.to_string()))?;
                from_text(kind, &text, self.vm)
            }
            Err(error) => {
                tracing::error!("Cannot read {}: {error}", file.to_string_lossy());
                Ok(self.vm.ctx.none())
            }
        }
    }

    fn set(&self, set: &SetObject, node: &Node, folder: &Path) -> PyResult<()> {
        for item in &node.children {
            if item.tag != "item" {
                return Err(self.failed(format!("<{}> is no item of a set", item.tag)));
            }
            let external = item.get("external").is_some();
            let value = match set.place.item() {
                Some(Item::Record(template)) => {
                    let index = item.get("index").unwrap_or_default();
                    self.record(set, template, item, external, folder, index)?
                }
                Some(Item::Value(kind)) if external => {
                    let Some(part) = item.get("index").and_then(|index| paths::key_part(index, false)) else {
                        continue;
                    };
                    self.external_value(*kind, &folder.join(part))?
                }
                Some(Item::Value(kind)) => from_text(*kind, item.text.as_deref().unwrap_or_default(), self.vm)?,
                Some(Item::Link(_)) | None => {
                    from_text(ValueType::String, item.text.as_deref().unwrap_or_default(), self.vm)?
                }
            };
            set.push(value);
        }
        Ok(())
    }

    fn record(
        &self,
        set: &SetObject,
        template: &Arc<Template>,
        item: &Node,
        external: bool,
        folder: &Path,
        index: &str,
    ) -> PyResult {
        let record = StoredRecord::new(Arc::clone(&set.place.owner), Arc::clone(template));
        if let Some(part) = paths::key_part(index, false) {
            self.fill(&record, item, external, folder, &part)?;
        }
        Ok(record.into_pyobject(self.vm))
    }

    /// Fills a record from its item, or from the file of its own.
    fn fill(&self, record: &StoredRecord, item: &Node, external: bool, folder: &Path, part: &str) -> PyResult<()> {
        let below = folder.join(part);
        if !external {
            return self.fields(&record.fields, item, &below);
        }
        let file = folder.join(format!("{part}.xml"));
        match self.document(&file)? {
            Some(document) => self.fields(&record.fields, &document, &below),
            None => {
                tracing::error!("Cannot read {}", file.display());
                Ok(())
            }
        }
    }

    fn map(&self, map: &MapObject, node: &Node, folder: &Path) -> PyResult<()> {
        let vm = self.vm;
        for item in &node.children {
            if item.tag != "item" {
                return Err(self.failed(format!("<{}> is no item of a map", item.tag)));
            }
            // Where a record has a number, that is the key, and the key is the guid.
            let Some(key) = item.get("guid").or_else(|| item.get("key")) else {
                return Err(self.failed("an item of a map has no key".to_owned()));
            };
            let Some(part) = paths::key_part(key, self.hashed) else {
                tracing::error!("'{key}' cannot be a key");
                continue;
            };
            let external = item.get("external").is_some();
            let value: PyObjectRef = match map.place.item() {
                Some(Item::Record(template)) => {
                    let record = StoredRecord::new(Arc::clone(&map.place.owner), Arc::clone(template));
                    self.fill(&record, item, external, folder, &part)?;
                    record.into_pyobject(vm)
                }
                Some(Item::Value(kind)) if external => self.external_value(*kind, &folder.join(&part))?,
                Some(Item::Value(kind)) => from_text(*kind, item.text.as_deref().unwrap_or_default(), vm)?,
                Some(Item::Link(_)) | None => {
                    from_text(ValueType::String, item.text.as_deref().unwrap_or_default(), vm)?
                }
            };
            map.items.insert(&text::native(vm, key), value, vm)?;
        }
        Ok(())
    }

    fn proxies(&self, container: &ProxyContainer, node: &Node, folder: &Path) -> PyResult<()> {
        let vm = self.vm;
        for item in &node.children {
            let Some(url) = item.get("url") else {
                return Err(self.failed("a stored picture has no address".to_owned()));
            };
            let kind = item.attributes.iter().find(|(name, _)| name != "url" && name != "external");
            let Some(kind) = kind.and_then(|(name, _)| ProxyKind::by_word(name)) else {
                return Err(self.failed(format!("the stored data of {url} are of no known kind")));
            };
            let order = match item.get("sort_order") {
                Some(order) => Some(from_text(ValueType::Integer, order, vm)?),
                None => None,
            };
            let file = folder.join(paths::sha1_of(url));
            // Without its data an item is left out, so that the agent fetches them again.
            if file.is_file() {
                let stored = ProxyItem::new(kind, order, None, Data::File(file)).into_pyobject(vm);
                container.items.insert(&text::native(vm, url), stored, vm)?;
            } else {
                tracing::error!("The data of {url} are missing");
            }
        }
        Ok(())
    }

    fn directory(&self, directory: &DirectoryObject, folder: &Path) -> PyResult<()> {
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
        for entry in entries.flatten() {
            if let (Ok(name), Ok(bytes)) = (entry.file_name().into_string(), std::fs::read(entry.path())) {
                let bytes = text::new_str(self.vm, &bytes);
                directory.items.insert(&text::native(self.vm, &name), bytes, self.vm)?;
            }
        }
        Ok(())
    }
}
