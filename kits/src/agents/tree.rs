//! Media trees: an item of the library with what is below it, down to the streams of its files, as the media server
//! knows them (`spec/agents.md` §4).

use std::path::{Path, PathBuf};

use roxmltree::{Document, Node};
use rustpython_vm::builtins::{PyDict, PyDictRef, PyList, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::{dialect, text};

use super::directories::FileDirectory;
use super::registry::MODULE;
use super::{stand_in, subtitles};
use crate::kit::native_class;
use crate::plugin::Plugin;
use crate::server_request;

/// Which tree is asked for.
#[derive(Clone, Debug, Default)]
pub struct TreeRequest {
    /// The item's number in the library.
    pub id: String,
    /// Names of the levels below the item.
    pub levels: Vec<String>,
    /// The attribute that keys each level; `index` where there is none.
    pub level_keys: Vec<String>,
    /// The media server's host.
    pub host: String,
    /// The item above: its tree is loaded, with only this item in its first level.
    pub parent: Option<String>,
}

/// The port of the media server.
const PORT: u16 = 32400;
/// Levels of items that are read; real ones have three.
const DEEPEST: usize = 32;

/// Loads a tree from the media server. HTTPError, ValueError for what is no XML, IndexError for an empty answer,
/// AttributeError for an item without a title.
pub fn load(vm: &VirtualMachine, plugin: &Plugin, request: &TreeRequest) -> PyResult {
    let number = request.parent.as_deref().unwrap_or(&request.id);
    let url = format!("http://{}:{PORT}/library/metadata/{number}/tree", request.host);
    let body = server_request::fetch(vm, plugin, url, None)?;
    let source = String::from_utf8_lossy(&body);
    let source = source.trim_start_matches('\u{feff}').trim_start();
    let malformed = |error: roxmltree::Error| vm.new_value_error(format!("the media tree cannot be read: {error}"));
    let document = Document::parse(source).map_err(malformed)?;
    let item = document.root_element().children().find(Node::is_element);
    let item = item.ok_or_else(|| vm.new_index_error("list index out of range"))?;
    let reader = Reader { vm, plugin, request };
    let tree = reader.item(item, 0)?;
    if item.attribute("title").is_none() {
        return Err(vm.new_attribute_error("'MediaTree' object has no attribute 'title'"));
    }
    Ok(tree)
}

// ---- objects ---------------------------------------------------------------------------------------------------

/// An item of the library: the attributes of its element, `items`, `settings`, `children`, and the items below under
/// the name of their level.
#[pyclass(module = false, name = "MediaTree")]
#[derive(Debug, PyPayload)]
pub struct MediaTree {
    /// Name of the level below.
    level: Option<String>,
}

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl MediaTree {
    /// All files of the item and of the items below it.
    #[pymethod]
    fn all_parts(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let mut parts = Vec::new();
        collect_parts(vm, &zelf, &mut parts, 0)?;
        Ok(vm.ctx.new_list(parts).into())
    }
}

fn list_of(vm: &VirtualMachine, object: &PyObject, name: &'static str) -> PyResult<Vec<PyObjectRef>> {
    object.get_attr(name, vm)?.try_to_value(vm)
}

fn collect_parts(vm: &VirtualMachine, object: &PyObject, parts: &mut Vec<PyObjectRef>, depth: usize) -> PyResult<()> {
    for item in list_of(vm, object, "items")? {
        parts.extend(list_of(vm, &item, "parts")?);
    }
    let level = object.downcast_ref::<MediaTree>().and_then(|tree| tree.level.clone());
    let Some(level) = level.filter(|_| depth < DEEPEST) else { return Ok(()) };
    let map = object.get_attr(vm.ctx.intern_str(level), vm)?;
    if let Some(map) = map.downcast_ref::<PyDict>() {
        for (_, child) in map.to_owned() {
            collect_parts(vm, &child, parts, depth + 1)?;
        }
    }
    Ok(())
}

/// One version of an item.
#[pyclass(module = false, name = "MediaItem")]
#[derive(Debug, PyPayload)]
pub struct MediaItem;

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl MediaItem {}

/// One file: the attributes of its element, `streams`, and the folders that belong to it.
#[pyclass(module = false, name = "MediaPart")]
#[derive(Debug, PyPayload)]
pub struct MediaPart;

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl MediaPart {}

/// A video, audio or subtitle stream.
#[pyclass(module = false, name = "MediaStream")]
#[derive(Debug, PyPayload)]
pub struct MediaStream;

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl MediaStream {}

/// The items of a level by their keys: a dictionary of texts that takes numbers, too.
#[pyclass(module = false, name = "LevelMap", base = PyDict)]
#[derive(Debug)]
#[repr(transparent)]
pub struct LevelMap(PyDict);

#[pyclass(with(AsMapping, AsSequence))]
impl LevelMap {}

/// The item with this key, which may be a number.
fn level_item(vm: &VirtualMachine, map: &PyObject, key: &PyObject) -> PyResult<Option<PyObjectRef>> {
    let (Some(contains), Some(subscript)) = (PyDict::as_sequence().contains, PyDict::as_mapping().subscript) else {
        return Ok(None);
    };
    let written = text::str_object(vm, key)?;
    for key in [&*written, key] {
        if contains(map.sequence_unchecked(), key, vm)? {
            return subscript(map.mapping_unchecked(), key, vm).map(Some);
        }
    }
    Ok(None)
}

impl AsMapping for LevelMap {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| match PyDict::as_mapping().length {
                Some(length) => length(mapping, vm),
                None => Ok(0),
            }),
            subscript: Some(|mapping, key, vm| match level_item(vm, mapping.obj, key)? {
                Some(found) => Ok(found),
                None => Err(vm.new_key_error(key.to_owned())),
            }),
            ass_subscript: Some(|mapping, key, value, vm| match PyDict::as_mapping().ass_subscript {
                Some(assign) => assign(mapping, key, value, vm),
                None => Ok(()),
            }),
        };
        &METHODS
    }
}

impl AsSequence for LevelMap {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, key, vm| Ok(level_item(vm, sequence.obj, key)?.is_some())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

// ---- reading ---------------------------------------------------------------------------------------------------

struct Reader<'a> {
    vm: &'a VirtualMachine,
    plugin: &'a Plugin,
    request: &'a TreeRequest,
}

/// Camel-case attributes that a tree has under their Python names as well.
const PYTHON_NAMES: &[(&str, &str)] =
    &[("originallyAvailableAt", "originally_available_at"), ("addedAt", "added_at"), ("refreshedAt", "refreshed_at")];

impl Reader<'_> {
    /// Attributes of an element as they are written: byte strings.
    fn attributes(&self, element: Node<'_, '_>) -> PyResult<PyDictRef> {
        let dict = self.vm.ctx.new_dict();
        for attribute in element.attributes() {
            let value = text::new_str(self.vm, attribute.value().as_bytes());
            dict.set_item(attribute.name(), value, self.vm)?;
        }
        Ok(dict)
    }

    fn list(&self, items: Vec<PyObjectRef>) -> PyObjectRef {
        PyList::from(items).into_ref(&self.vm.ctx).into()
    }

    fn item(&self, element: Node<'_, '_>, depth: usize) -> PyResult {
        let vm = self.vm;
        let dict = self.attributes(element)?;
        for (camel, python) in PYTHON_NAMES {
            if let Some(value) = dict.get_item_opt(*camel, vm)? {
                dict.set_item(*python, value, vm)?;
            }
        }
        let settings = vm.ctx.new_dict();
        let (mut items, mut children) = (Vec::new(), Vec::new());
        let level = self.request.levels.get(depth);
        let key = self.request.level_keys.get(depth).map_or("index", String::as_str);
        let map: PyRef<LevelMap> = LevelMap(PyDict::default()).into_ref(&vm.ctx);
        for child in element.children().filter(Node::is_element) {
            match child.tag_name().name() {
                "MetadataItem" if depth < DEEPEST => {
                    let is_other = child.attribute("id") != Some(self.request.id.as_str());
                    if depth == 0 && self.request.parent.is_some() && is_other {
                        continue;
                    }
                    let object = self.item(child, depth + 1)?;
                    if level.is_some()
                        && let Some(key) = child.attribute(key)
                        && let Some(assign) = PyDict::as_mapping().ass_subscript
                    {
                        let key = text::new_str(vm, key.as_bytes());
                        assign(map.as_object().mapping_unchecked(), &key, Some(object.clone()), vm)?;
                    }
                    children.push(object);
                }
                "MediaItem" => items.push(self.media_item(child)?),
                "Setting" => {
                    let value = |name| text::new_str(vm, child.attribute(name).unwrap_or_default().as_bytes());
                    settings.set_item(&*value("id"), value("value"), vm)?;
                }
                other => tracing::error!("Unknown element in a media tree: {other}"),
            }
        }
        dict.set_item("items", self.list(items), vm)?;
        dict.set_item("children", self.list(children), vm)?;
        dict.set_item("settings", settings.into(), vm)?;
        if let Some(level) = level {
            dict.set_item(level.as_str(), map.into(), vm)?;
        }
        Ok(PyRef::new_ref(MediaTree { level: level.cloned() }, MediaTree::make_static_type(), Some(dict)).into())
    }

    fn media_item(&self, element: Node<'_, '_>) -> PyResult {
        let vm = self.vm;
        let parts = element.children().filter(|child| child.has_tag_name("MediaPart"));
        let parts: PyResult<Vec<PyObjectRef>> = parts.map(|part| self.part(part)).collect();
        let dict = vm.ctx.new_dict();
        dict.set_item("parts", self.list(parts?), vm)?;
        Ok(PyRef::new_ref(MediaItem, MediaItem::make_static_type(), Some(dict)).into())
    }

    fn part(&self, element: Node<'_, '_>) -> PyResult {
        let vm = self.vm;
        let dict = self.attributes(element)?;
        if let Some(size) = element.attribute("size") {
            dict.set_item("size", self.long(size)?, vm)?;
        }
        let streams = element.children().filter(|child| child.has_tag_name("MediaStream"));
        let streams: PyResult<Vec<PyObjectRef>> = streams.map(|stream| self.stream(stream)).collect();
        dict.set_item("streams", self.list(streams?), vm)?;
        let (thumbs, art, subtitles) = self.directories(element)?;
        dict.set_item("thumbs", thumbs, vm)?;
        dict.set_item("art", art, vm)?;
        dict.set_item("subtitles", subtitles, vm)?;
        Ok(PyRef::new_ref(MediaPart, MediaPart::make_static_type(), Some(dict)).into())
    }

    /// `thumbs`, `art` and `subtitles` of a part: folders of the file's media bundle, stand-ins where it has none.
    fn directories(&self, element: Node<'_, '_>) -> PyResult<(PyObjectRef, PyObjectRef, PyObjectRef)> {
        let vm = self.vm;
        let folder = media_bundle(self.plugin, element.attribute("hash"));
        if folder.is_none() {
            tracing::error!("The media part {} has no usable hash", element.attribute("id").unwrap_or_default());
        }
        let is_track = element.attribute("metadataType") == Some("10");
        let Some(folder) = folder.filter(|_| !is_track) else {
            return Ok((stand_in::new(vm), stand_in::new(vm), stand_in::new(vm)));
        };
        let media = element.attribute("file").map(Path::new);
        let pictures = |name: &str| FileDirectory::open(vm, folder.join(name));
        Ok((pictures("Thumbnails")?, pictures("Art")?, subtitles::open(vm, self.plugin, &folder, media)?))
    }

    fn stream(&self, element: Node<'_, '_>) -> PyResult {
        let vm = self.vm;
        let dict = self.attributes(element)?;
        for name in ["index", "type", "id"] {
            if let Some(value) = element.attribute(name) {
                dict.set_item(name, self.long(value)?, vm)?;
            }
        }
        Ok(PyRef::new_ref(MediaStream, MediaStream::make_static_type(), Some(dict)).into())
    }

    fn long(&self, digits: &str) -> PyResult {
        dialect::get(self.vm, "long")?.call((text::new_str(self.vm, digits.as_bytes()),), self.vm)
    }
}

/// `Contents` of the media bundle of a file with this hash; None where the hash is missing or cannot name a folder.
pub fn media_bundle(plugin: &Plugin, hash: Option<&str>) -> Option<PathBuf> {
    let hash = hash.filter(|hash| hash.len() > 1 && hash.bytes().all(|c| c.is_ascii_alphanumeric()))?;
    let (first, rest) = hash.split_at_checked(1)?;
    let root = &plugin.folders.root;
    Some(root.join("Media/localhost").join(first).join(format!("{rest}.bundle")).join("Contents"))
}

/// The hashes of all files in a tree, without making its objects.
pub fn part_hashes(vm: &VirtualMachine, plugin: &Plugin, request: &TreeRequest) -> PyResult<Vec<String>> {
    let url = format!("http://{}:{PORT}/library/metadata/{}/tree", request.host, request.id);
    let body = server_request::fetch(vm, plugin, url, None)?;
    let source = String::from_utf8_lossy(&body);
    let malformed = |error: roxmltree::Error| vm.new_value_error(format!("the media tree cannot be read: {error}"));
    let document = Document::parse(source.trim_start_matches('\u{feff}').trim_start()).map_err(malformed)?;
    let parts = document.descendants().filter(|node| node.has_tag_name("MediaPart"));
    Ok(parts.filter_map(|part| part.attribute("hash")).map(str::to_owned).collect())
}

/// Makes the classes ready; call before the first tree is read.
pub fn prepare(vm: &VirtualMachine) {
    let _ = LevelMap::make_static_type();
    native_class::<MediaTree>(vm, MODULE);
    native_class::<MediaItem>(vm, MODULE);
    native_class::<MediaPart>(vm, MODULE);
    native_class::<MediaStream>(vm, MODULE);
}

/// The text of an attribute of a tree object that was set from XML.
pub fn attribute(vm: &VirtualMachine, object: &PyObject, name: &'static str) -> Option<String> {
    let value = object.get_attr(name, vm).ok()?;
    value.downcast_ref::<PyStr>()?;
    text::text_of(vm, &value).ok().flatten()
}
