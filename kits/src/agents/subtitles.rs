//! `subtitles` of a media part: what an agent found for a file, by language and name (`spec/agents.md` §8.2, §8.3).
//!
//! The entries stand in one XML file beside a folder with the stored data; each change writes that file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use reprise_bundles::atomic;
use reprise_bundles::dict_order::iteration_order;
use roxmltree::{Document, Node};
use rustpython_vm::builtins::PyList;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use sha1::{Digest, Sha1};

use reprise_policies::level::Level;
use reprise_vm_glue::runtime::text;

use super::registry::{MODULE, is_language};
use crate::errors::framework_exception;
use crate::kit::native_class;
use crate::models::proxy::ProxyObject;
use crate::models::template::ProxyKind;
use crate::objects::xml::XmlWriter;
use crate::plugin::Plugin;

/// The folder of all agents' subtitles in a media bundle.
pub const FOLDER: &str = "Subtitle Contributions";

/// Where the data of an entry are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A file in the folder of the language.
    Media(String),
    /// A file of the user's.
    Local(String),
}

/// A value of an attribute of the XML.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Text(String),
    /// Something else than a text: it makes the writing fail, as in the original.
    Other(String),
}

/// One subtitle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subtitle {
    pub source: Source,
    /// `sort_order`, `index` … as far as they are set.
    pub attributes: Vec<(String, Value)>,
}

/// Everything under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub name: String,
    pub subtitles: Vec<Subtitle>,
    /// The agent gave a list.
    pub many: bool,
}

/// The subtitles of one file that one agent found.
#[derive(Debug, Default)]
struct Store {
    /// Folder of the languages.
    folder: PathBuf,
    /// The XML file.
    file: PathBuf,
    /// The folders of which the agent may read local files; None for all.
    readable: Option<Vec<PathBuf>>,
    languages: Mutex<Vec<(String, Vec<Entry>)>>,
}

/// Why the XML was not written.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("Argument must be bytes or unicode, got '{0}'")]
    NotText(String),
    #[error("All strings must be XML compatible: Unicode or ASCII, no NULL bytes or control characters")]
    NotXml,
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl StoreError {
    fn raise(self, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
        match self {
            Self::NotText(_) => vm.new_type_error(self.to_string()),
            Self::NotXml => vm.new_value_error(self.to_string()),
            Self::Io(error) => vm.new_os_error(error.to_string()),
        }
    }
}

impl Store {
    /// Reads what is stored; a file that cannot be read counts as empty.
    fn open(contents: &Path, identifier: &str, readable: Option<Vec<PathBuf>>) -> std::io::Result<Self> {
        let folder = contents.join(FOLDER).join(identifier);
        std::fs::create_dir_all(&folder)?;
        let file = contents.join(FOLDER).join(format!("{identifier}.xml"));
        let languages = match std::fs::read_to_string(&file) {
            Ok(source) => read(&source).unwrap_or_else(|error| {
                tracing::error!("Cannot read {}: {error}", file.display());
                Vec::new()
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Store { folder, file, readable, languages: Mutex::new(languages) })
    }

    fn with<R>(&self, language: &str, work: impl FnOnce(&mut Vec<Entry>) -> R) -> R {
        let mut languages = self.languages.lock();
        let at = languages.iter().position(|(there, _)| there == language).unwrap_or_else(|| {
            languages.push((language.to_owned(), Vec::new()));
            languages.len() - 1
        });
        match languages.get_mut(at) {
            Some((_, entries)) => work(entries),
            None => work(&mut Vec::new()),
        }
    }

    /// Whether the agent may read a local file: what links lead to counts.
    fn may_read(&self, path: &str) -> bool {
        let Some(folders) = &self.readable else { return true };
        let Ok(real) = Path::new(path).canonicalize() else { return false };
        folders.iter().filter_map(|folder| folder.canonicalize().ok()).any(|folder| real.starts_with(folder))
    }

    fn save(&self) -> Result<(), StoreError> {
        let xml = write(&self.languages.lock())?;
        Ok(atomic::write(&self.file, &xml)?)
    }

    fn data_file(&self, language: &str, name: &str) -> PathBuf {
        self.folder.join(language).join(name)
    }
}

/// Whether a text is a plain file name.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

/// The languages and entries of the XML file.
fn read(source: &str) -> Result<Vec<(String, Vec<Entry>)>, roxmltree::Error> {
    let document = Document::parse(source)?;
    let mut languages = Vec::new();
    for language in document.root_element().children().filter(Node::is_element) {
        let mut entries: Vec<Entry> = Vec::new();
        for element in language.children().filter(Node::is_element) {
            let Some(name) = element.attribute("name") else { continue };
            let source = match (element.attribute("file"), element.attribute("media")) {
                (Some(file), _) => Source::Local(file.to_owned()),
                (None, Some(media)) if is_file_name(media) => Source::Media(media.to_owned()),
                _ => continue,
            };
            let attributes = element.attributes();
            let attributes = attributes.filter(|attribute| !matches!(attribute.name(), "name" | "file" | "media"));
            let attributes = attributes.map(|a| (a.name().to_owned(), Value::Text(a.value().to_owned()))).collect();
            let subtitle = Subtitle { source, attributes };
            match entries.iter_mut().find(|entry| entry.name == name) {
                Some(entry) => {
                    entry.subtitles.push(subtitle);
                    entry.many = true;
                }
                None => entries.push(Entry { name: name.to_owned(), subtitles: vec![subtitle], many: false }),
            }
        }
        languages.push((language.attribute("code").unwrap_or_default().to_owned(), entries));
    }
    Ok(languages)
}

/// The XML file, its elements in the order of a Python 2 dictionary.
fn write(languages: &[(String, Vec<Entry>)]) -> Result<Vec<u8>, StoreError> {
    let in_order = |names: Vec<&str>| iteration_order(&names);
    let mut xml = XmlWriter::new();
    xml.start("Subtitles");
    let set = |xml: &mut XmlWriter, name: String, value: &str| xml.set(name, value).map_err(|_| StoreError::NotXml);
    for at in in_order(languages.iter().map(|(code, _)| code.as_str()).collect()) {
        let Some((code, entries)) = languages.get(at) else { continue };
        xml.start("Language");
        set(&mut xml, "code".to_owned(), code)?;
        for at in in_order(entries.iter().map(|entry| entry.name.as_str()).collect()) {
            let Some(entry) = entries.get(at) else { continue };
            for subtitle in &entry.subtitles {
                xml.start("Subtitle");
                set(&mut xml, "name".to_owned(), &entry.name)?;
                let (attribute, place) = match &subtitle.source {
                    Source::Media(file) => ("media", file),
                    Source::Local(path) => ("file", path),
                };
                set(&mut xml, attribute.to_owned(), place)?;
                for (name, value) in &subtitle.attributes {
                    match value {
                        Value::Text(text) => set(&mut xml, name.clone(), text)?,
                        Value::Other(class) => return Err(StoreError::NotText(class.clone())),
                    }
                }
                xml.end();
            }
        }
        xml.end();
    }
    xml.end();
    Ok(xml.finish())
}

// ---- languages -------------------------------------------------------------------------------------------------

/// `part.subtitles`: a folder for each language.
#[pyclass(module = false, name = "SubtitlesDirectory")]
#[derive(Debug, PyPayload)]
pub struct Languages {
    store: Arc<Store>,
}

/// The object for the media bundle whose `Contents` these are, of a media file; its folder is made on disk. Where policies
/// are enforced strictly, the contents of local files can be read beside the media file and in the plug-in's own folders
/// only.
pub fn open(vm: &VirtualMachine, plugin: &Plugin, contents: &Path, media: Option<&Path>) -> PyResult {
    native_class::<Languages>(vm, MODULE);
    native_class::<Names>(vm, MODULE);
    let readable = (plugin.level == Level::Strict).then(|| {
        let folders = &plugin.folders;
        let own = [plugin.bundle.path.as_path(), &folders.data, &folders.caches, contents];
        own.into_iter().chain(media.and_then(Path::parent)).map(Path::to_owned).collect()
    });
    let store = Store::open(contents, &plugin.bundle.identifier, readable);
    let store = store.map_err(|error| vm.new_os_error(error.to_string()))?;
    Ok(Languages { store: Arc::new(store) }.into_pyobject(vm))
}

impl Languages {
    fn codes(&self, vm: &VirtualMachine) -> PyObjectRef {
        let codes: Vec<PyObjectRef> =
            self.store.languages.lock().iter().map(|(code, _)| text::native(vm, code)).collect();
        PyList::from(codes).into_ref(&vm.ctx).into()
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(AsMapping, AsSequence, Iterable))]
impl Languages {
    #[pymethod]
    fn keys(zelf: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        zelf.downcast_ref::<Languages>().map_or_else(|| vm.ctx.none(), |zelf| zelf.codes(vm))
    }
}

impl AsMapping for Languages {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _vm| {
                Ok(mapping.obj.downcast_ref::<Languages>().map_or(0, |zelf| zelf.store.languages.lock().len()))
            }),
            subscript: Some(|mapping, key, vm| {
                let code = text::text_of(vm, key)?.filter(|code| is_language(code));
                let (Some(zelf), Some(code)) = (mapping.obj.downcast_ref::<Languages>(), code) else {
                    // The original never puts the code in.
                    return Err(vm.new_key_error(vm.ctx.new_str("The language code '%s' is invalid").into()));
                };
                zelf.store.with(&code, |_| ());
                let folder = zelf.store.folder.join(&code);
                std::fs::create_dir_all(folder).map_err(|error| vm.new_os_error(error.to_string()))?;
                Ok(Names { store: Arc::clone(&zelf.store), language: code }.into_pyobject(vm))
            }),
            ass_subscript: None,
        };
        &METHODS
    }
}

impl AsSequence for Languages {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, key: &PyObject, vm| {
                let code = text::text_of(vm, key)?;
                Ok(sequence.obj.downcast_ref::<Languages>().is_some_and(|zelf| {
                    zelf.store.languages.lock().iter().any(|(there, _)| Some(there) == code.as_ref())
                }))
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for Languages {
    fn slot_iter(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let codes = zelf.downcast_ref::<Languages>().map_or_else(|| vm.ctx.none(), |zelf| zelf.codes(vm));
        Ok(codes.get_iter(vm)?.into())
    }

    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.codes(vm).get_iter(vm)?.into())
    }
}

// ---- names -----------------------------------------------------------------------------------------------------

/// The subtitles of one language, by name.
#[pyclass(module = false, name = "MediaProxyContentsDirectory")]
#[derive(Debug, PyPayload)]
pub struct Names {
    store: Arc<Store>,
    language: String,
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(AsMapping, AsSequence, Iterable))]
impl Names {
    /// Drops all names but these.
    #[pymethod]
    fn validate_keys(zelf: PyObjectRef, valid: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(zelf) = zelf.downcast_ref::<Names>() else { return Ok(()) };
        for name in zelf.names() {
            let key = text::native(vm, &name);
            if !vm.call_method(&valid, "__contains__", (key,))?.try_to_bool(vm)? {
                zelf.remove(&name);
            }
        }
        zelf.store.save().map_err(|error| error.raise(vm))
    }
}

impl Names {
    fn names(&self) -> Vec<String> {
        self.store.with(&self.language, |entries| entries.iter().map(|entry| entry.name.clone()).collect())
    }

    fn entry(&self, name: &str) -> Option<Entry> {
        self.store.with(&self.language, |entries| entries.iter().find(|entry| entry.name == name).cloned())
    }

    /// Takes an entry away with its data; false if there is none.
    fn remove(&self, name: &str) -> bool {
        let removed = self.store.with(&self.language, |entries| {
            let at = entries.iter().position(|entry| entry.name == name)?;
            Some(entries.remove(at))
        });
        for subtitle in removed.iter().flat_map(|entry| &entry.subtitles) {
            if let Source::Media(file) = &subtitle.source {
                // Entries of one name share a file: it may be gone.
                let _ = std::fs::remove_file(self.store.data_file(&self.language, file));
            }
        }
        removed.is_some()
    }

    /// The bytes of a subtitle; None where the file is gone.
    fn data(&self, vm: &VirtualMachine, subtitle: &Subtitle) -> PyResult {
        let bytes = match &subtitle.source {
            Source::Media(file) => std::fs::read(self.store.data_file(&self.language, file)),
            Source::Local(path) if self.store.may_read(path) => std::fs::read(path),
            Source::Local(path) => {
                let message = format!("The file '{path}' can't be read under the strict policy level.");
                return Err(framework_exception(vm, &message));
            }
        };
        Ok(bytes.map_or_else(|_| vm.ctx.none(), |bytes| text::new_str(vm, &bytes)))
    }

    /// Stores the data of a proxy and makes its entry.
    fn take(&self, vm: &VirtualMachine, name: &str, proxy: &ProxyObject) -> PyResult<Subtitle> {
        let given = |argument: &str| -> PyResult<Option<Value>> {
            let Some(value) = proxy.value(argument, vm) else { return Ok(None) };
            if !value.clone().try_to_bool(vm)? {
                return Ok(None);
            }
            Ok(Some(match text::text_of(vm, &value)? {
                Some(text) => Value::Text(text),
                None => Value::Other(value.class().name().to_string()),
            }))
        };
        let ext = match given("ext")? {
            Some(Value::Text(ext)) => Some(ext),
            Some(Value::Other(class)) => {
                return Err(vm.new_type_error(format!("cannot concatenate 'str' and '{class}' objects")));
            }
            None => None,
        };
        let hash = hex(&Sha1::digest(name.as_bytes()));
        let source = match proxy.kind {
            ProxyKind::LocalFile => Source::Local(String::from_utf8_lossy(&proxy.data(vm)?).into_owned()),
            _ => {
                let file = self.write(vm, &hash, ext.as_deref(), &proxy.data(vm)?)?;
                for (extra, data) in &proxy.extras {
                    self.write(vm, &hash, Some(extra), &text::str_of(vm, data)?)?;
                }
                Source::Media(file)
            }
        };
        let codec = match given("codec")? {
            Some(codec) => Some(codec),
            None => ext.or_else(|| name.rsplit_once('.').map(|(_, codec)| codec.to_owned())).map(Value::Text),
        };
        let mut attributes = Vec::new();
        for attribute in ["sort_order", "index", "codec", "format", "default", "forced"] {
            let value = if attribute == "codec" { codec.clone() } else { given(attribute)? };
            attributes.extend(value.map(|value| (attribute.to_owned(), value)));
        }
        Ok(Subtitle { source, attributes })
    }

    /// Writes data into the folder of the language; the name of the file.
    fn write(&self, vm: &VirtualMachine, hash: &str, ext: Option<&str>, data: &[u8]) -> PyResult<String> {
        let file = match ext {
            Some(ext) => format!("{hash}.{ext}"),
            None => hash.to_owned(),
        };
        if !is_file_name(&file) {
            return Err(vm.new_value_error(format!("'{}' cannot end the name of a file", ext.unwrap_or_default())));
        }
        let path = self.store.data_file(&self.language, &file);
        atomic::write(&path, data).map_err(|error| vm.new_os_error(error.to_string()))?;
        Ok(file)
    }

    fn assign(&self, vm: &VirtualMachine, key: &PyObject, value: &PyObject) -> PyResult<()> {
        let name = text::unicode_of(vm, key)?;
        let mut entry = Entry { name: name.clone(), ..Entry::default() };
        if let Some(list) = value.downcast_ref::<PyList>() {
            entry.many = true;
            for item in list.borrow_vec().to_vec() {
                if let Some(proxy) = item.downcast_ref::<ProxyObject>() {
                    entry.subtitles.push(self.take(vm, &name, usable(vm, proxy)?)?);
                }
            }
        } else {
            let Some(proxy) = value.downcast_ref::<ProxyObject>() else {
                let class = String::from_utf8_lossy(&text::repr_of(vm, value.class().as_object())?).into_owned();
                return Err(vm.new_value_error(format!("Invalid type '{class}'")));
            };
            entry.subtitles.push(self.take(vm, &name, usable(vm, proxy)?)?);
        }
        self.store.with(&self.language, |entries| match entries.iter_mut().find(|there| there.name == name) {
            Some(there) => *there = entry,
            None => entries.push(entry),
        });
        self.store.save().map_err(|error| error.raise(vm))
    }
}

/// A proxy of a kind that subtitles take.
fn usable<'a>(vm: &VirtualMachine, proxy: &'a ProxyObject) -> PyResult<&'a ProxyObject> {
    match proxy.kind {
        ProxyKind::Media | ProxyKind::LocalFile => Ok(proxy),
        _ => Err(vm.new_value_error(format!("Invalid proxy type '{}'", proxy.kind.name()))),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn missing(vm: &VirtualMachine, key: &PyObject) -> PyResult {
    let message = format!("No item found with name '{}'", text::unicode_of(vm, key)?);
    Err(vm.new_key_error(text::native(vm, &message)))
}

impl AsMapping for Names {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: None,
            subscript: Some(|mapping, key, vm| {
                let Some(zelf) = mapping.obj.downcast_ref::<Names>() else { return missing(vm, key) };
                match zelf.entry(&text::unicode_of(vm, key)?) {
                    None => missing(vm, key),
                    Some(entry) if entry.many => {
                        let data: PyResult<Vec<PyObjectRef>> =
                            entry.subtitles.iter().map(|subtitle| zelf.data(vm, subtitle)).collect();
                        Ok(vm.ctx.new_list(data?).into())
                    }
                    Some(entry) => {
                        entry.subtitles.first().map_or_else(|| Ok(vm.ctx.none()), |first| zelf.data(vm, first))
                    }
                }
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let Some(zelf) = mapping.obj.downcast_ref::<Names>() else { return Ok(()) };
                match value {
                    Some(value) => zelf.assign(vm, key, &value),
                    None if zelf.remove(&text::unicode_of(vm, key)?) => {
                        zelf.store.save().map_err(|error| error.raise(vm))
                    }
                    None => missing(vm, key).map(|_| ()),
                }
            }),
        };
        &METHODS
    }
}

impl AsSequence for Names {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, key: &PyObject, vm| {
                let Some(zelf) = sequence.obj.downcast_ref::<Names>() else { return Ok(false) };
                Ok(zelf.entry(&text::unicode_of(vm, key)?).is_some())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for Names {
    fn slot_iter(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let names = zelf.downcast_ref::<Names>().map(|zelf| zelf.names()).unwrap_or_default();
        let names: PyObjectRef = vm.ctx.new_list(names.iter().map(|name| text::native(vm, name)).collect()).into();
        Ok(names.get_iter(vm)?.into())
    }

    fn iter(_zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_type_error("a directory of subtitles is needed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_policies_keep_local_files_to_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        for name in ["media/a.srt", "elsewhere/b.srt"] {
            std::fs::create_dir_all(place(name).parent().unwrap()).unwrap();
            std::fs::write(place(name), "text").unwrap();
        }
        let may = |readable: Option<Vec<PathBuf>>, path: &str| {
            let store = Store::open(&place("contents"), "org.example.a", readable).unwrap();
            store.may_read(&place(path).to_string_lossy())
        };
        assert!(may(None, "elsewhere/b.srt"));
        assert!(may(Some(vec![place("media")]), "media/a.srt"));
        for path in ["elsewhere/b.srt", "media/../elsewhere/b.srt", "media/none.srt"] {
            assert!(!may(Some(vec![place("media")]), path), "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(place("elsewhere/b.srt"), place("media/link.srt")).unwrap();
            assert!(!may(Some(vec![place("media")]), "media/link.srt"));
        }
    }

    #[test]
    fn the_file_is_read_as_it_is_written() {
        let subtitle = |source: Source, codec: &str| Subtitle {
            source,
            attributes: vec![("codec".to_owned(), Value::Text(codec.to_owned()))],
        };
        let entries = vec![
            Entry { name: "b".into(), subtitles: vec![subtitle(Source::Media("1.srt".into()), "srt")], many: false },
            Entry {
                name: "l".into(),
                subtitles: vec![
                    subtitle(Source::Local("/m/é.idx".into()), "vobsub"),
                    subtitle(Source::Media("2.srt".into()), "srt"),
                ],
                many: true,
            },
        ];
        let languages = vec![("en".to_owned(), entries), ("de".to_owned(), Vec::new())];
        let xml = String::from_utf8(write(&languages).unwrap()).unwrap();
        let mut back = read(&xml).unwrap();
        back.sort();
        let mut sorted = languages.clone();
        sorted.sort();
        assert_eq!(back, sorted);
    }

    #[test]
    fn files_outside_the_folder_are_not_read() {
        let xml = "<Subtitles><Language code='en'><Subtitle name='a' media='../../x'/></Language></Subtitles>";
        assert_eq!(read(xml).unwrap(), vec![("en".to_owned(), Vec::new())]);
    }

    #[test]
    fn values_that_are_no_text_are_not_written() {
        let subtitle = Subtitle {
            source: Source::Media("1".into()),
            attributes: vec![("forced".to_owned(), Value::Other("bool".to_owned()))],
        };
        let entry = Entry { name: "a".into(), subtitles: vec![subtitle], many: false };
        assert!(matches!(write(&[("en".to_owned(), vec![entry])]), Err(StoreError::NotText(_))));
    }
}
