//! Templates: which attributes a model or a record has, of which types, and where their data lie
//! (`spec/models.md` §2).

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;

/// A name of the tables, or of a plug-in's own template.
pub type Name = Cow<'static, str>;

/// What a value attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    String,
    Integer,
    Float,
    Boolean,
    Date,
    Time,
    Datetime,
    /// Bytes, always in a file of their own.
    Data,
}

impl ValueType {
    /// The Python type that an attribute takes, as its error names it.
    pub fn python_name(self) -> &'static str {
        match self {
            Self::String => "unicode",
            Self::Integer => "int",
            Self::Float => "float",
            Self::Boolean => "bool",
            Self::Date => "date",
            Self::Time => "time",
            Self::Datetime => "datetime",
            Self::Data => "str",
        }
    }

    /// The extension of the file of a value that is stored on its own.
    pub fn extension(self) -> Option<&'static str> {
        Some(match self {
            Self::String => "txt",
            Self::Integer => "int",
            Self::Float => "float",
            Self::Boolean => "bool",
            Self::Date => "date",
            Self::Time => "time",
            Self::Datetime => "datetime",
            Self::Data => return None,
        })
    }
}

/// How the data of a proxied item are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyKind {
    /// A small version; the full one is fetched from the key when somebody wants it.
    Preview,
    /// The data themselves.
    Media,
    /// The path of a local file.
    LocalFile,
    /// An address.
    Remote,
}

impl ProxyKind {
    pub const ALL: [ProxyKind; 4] = [Self::Preview, Self::Media, Self::LocalFile, Self::Remote];

    /// The name under which plug-ins make one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preview => "Preview",
            Self::Media => "Media",
            Self::LocalFile => "LocalFile",
            Self::Remote => "Remote",
        }
    }

    /// The attribute of the stored item.
    pub fn word(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Media => "media",
            Self::LocalFile => "localfile",
            Self::Remote => "remote",
        }
    }

    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What the items of a set or map are.
#[derive(Clone, Debug)]
pub enum Item {
    Value(ValueType),
    Record(Arc<Template>),
    /// Another model, by the name of its class.
    Link(Name),
}

/// The type of an attribute.
#[derive(Clone, Debug)]
pub enum Kind {
    Value(ValueType),
    Set(Item),
    Map(Item),
    Proxies(Vec<ProxyKind>),
    Record(Arc<Template>),
    Link(Name),
    /// Files by name.
    Directory,
    /// Extras, with the names of the model classes that it takes.
    Extras(Vec<Name>),
}

/// One attribute of a template.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Name,
    pub kind: Kind,
    /// The value is in a file of its own.
    pub external: bool,
    /// Each item is in a file of its own.
    pub items_external: bool,
    /// Models do not have it, records keep it, and it is never combined.
    pub synthetic: bool,
    /// None is stored as the text `None`.
    pub allows_null: bool,
}

impl Attribute {
    pub fn new(name: impl Into<Name>, kind: Kind) -> Self {
        let items_external = false;
        Self { name: name.into(), kind, external: false, items_external, synthetic: false, allows_null: false }
    }
}

/// A model or a record.
#[derive(Debug, Default)]
pub struct Template {
    /// The class's name.
    pub name: Name,
    /// Names the folder and the root element of stored data.
    pub model_name: Name,
    /// A model has a guid and a folder of its own; a record is part of a model.
    pub is_model: bool,
    /// Items of maps are stored under the SHA-1 of their keys.
    pub hashed_paths: bool,
    /// The keywords of `make_guid`.
    pub guid_args: Vec<Name>,
    pub attributes: Vec<Attribute>,
    index: HashMap<Name, usize>,
}

impl Template {
    /// A template with these attributes; of two with one name the last wins.
    pub fn new(name: impl Into<Name>, is_model: bool, attributes: Vec<Attribute>) -> Self {
        let name = name.into();
        let mut kept: Vec<Attribute> = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            match kept.iter_mut().find(|there| there.name == attribute.name) {
                Some(there) => *there = attribute,
                None => kept.push(attribute),
            }
        }
        // Models do not have what only interface objects have.
        kept.retain(|attribute| !(is_model && attribute.synthetic));
        let index = kept.iter().enumerate().map(|(at, attribute)| (attribute.name.clone(), at)).collect();
        Self {
            model_name: name.clone(),
            name,
            is_model,
            hashed_paths: false,
            guid_args: Vec::new(),
            attributes: kept,
            index,
        }
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
}

/// A group of templates that are stored below one folder: those of the framework, or those of one plug-in.
#[derive(Debug, Default)]
pub struct Namespace {
    templates: RwLock<HashMap<String, Arc<Template>>>,
    /// Where the data are, if it is not the metadata folder.
    pub root: Option<PathBuf>,
}

impl Namespace {
    pub fn new(root: Option<PathBuf>) -> Self {
        Self { templates: RwLock::default(), root }
    }

    pub fn add(&self, template: Arc<Template>) {
        self.templates.write().insert(template.name.to_string(), template);
    }

    /// The model class with this name.
    pub fn model(&self, name: &str) -> Option<Arc<Template>> {
        self.templates.read().get(name).filter(|template| template.is_model).cloned()
    }

    /// The names of all model classes, sorted.
    pub fn names(&self) -> Vec<String> {
        let templates = self.templates.read();
        let mut names: Vec<String> =
            templates.values().filter(|template| template.is_model).map(|template| template.name.to_string()).collect();
        names.sort();
        names
    }
}
