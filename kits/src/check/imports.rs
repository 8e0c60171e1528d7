//! Where an import leads, without running it (`spec/sandbox.md` §5).

use std::path::{Path, PathBuf};

use reprise_policies::Policy;
use reprise_policies::imports::{self, Importer, last_part};
use reprise_vm_glue::modules::available;

use super::names::Import;
use crate::libraries::is_name_only;

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file of the bundle.
    File(PathBuf),
    /// A module that this program brings along.
    Host,
    /// Nothing; why.
    Missing(Reason),
}

/// Why an import finds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// CPython 2.7 had it.
    NotHere,
    /// The framework had it; here it can be imported but not used.
    NameOnly,
    /// Only a compiled extension of CPython 2.7.
    Extension(PathBuf),
    /// In the bundle, but not where this code searches.
    Elsewhere(PathBuf),
    /// In the bundle's libraries, which this policy cannot use.
    Libraries,
    Unknown,
}

/// The folders of a bundle where modules are.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `Contents/Code`, or None for services.
    pub code: Option<PathBuf>,
    /// `Shared Code` of a service.
    pub more: Vec<PathBuf>,
    /// `Contents/Libraries/Shared` and the platform's folder.
    pub libraries: Vec<PathBuf>,
    /// The plug-in's policy can use them; then all code in its process can.
    pub libraries_usable: bool,
}

/// A module file in a folder: source first, then a package.
fn in_folder(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(format!("{name}.py")), folder.join(name).join("__init__.py")].into_iter().find(|file| file.is_file())
}

/// A compiled extension in a folder.
fn extension(folder: &Path, name: &str) -> Option<PathBuf> {
    ["so", "pyd", "dll", "dylib"].iter().map(|ending| folder.join(format!("{name}.{ending}"))).find(|f| f.is_file())
}

impl Places {
    /// An import of restricted code. `main`: the file is the sandbox's main file.
    pub fn restricted(&self, policy: &Policy, file: &Path, main: bool, import: &Import) -> Target {
        let own = file.parent().map(Path::to_owned);
        let folder = if main || import.in_function { self.code.clone() } else { own.clone() };
        let name = if import.name.is_empty() { "" } else { import.name.as_str() };
        if import.level > 0 {
            // `from .sibling import x` works by the last part of the name; `from . import x` finds no module.
            let folder = own.clone();
            let importer = Importer { folder, more: self.more.clone() };
            return match imports::find(policy, &importer, name) {
                Some(found) => Target::File(found),
                None => Target::Missing(Reason::Unknown),
            };
        }
        let importer = Importer { folder, more: self.more.clone() };
        if let Some(found) = imports::find(policy, &importer, name) {
            return Target::File(found);
        }
        if self.libraries_usable
            && let Some(found) = self.library(name)
        {
            return found;
        }
        if is_name_only(name) {
            return Target::Missing(Reason::NameOnly);
        }
        if available::is_available(name) || available::is_available(&format!("_{name}")) {
            return Target::Host;
        }
        // Where else it could be meant to be.
        let everywhere = [self.code.clone(), own].into_iter().flatten();
        for folder in everywhere {
            let importer = Importer { folder: Some(folder), more: Vec::new() };
            if let Some(found) = imports::find(policy, &importer, name) {
                return Target::Missing(Reason::Elsewhere(found));
            }
        }
        if !self.libraries_usable && self.library(name).is_some() {
            return Target::Missing(Reason::Libraries);
        }
        self.missing(name)
    }

    /// An import of a library, or of code of frameworks 0 and 1.
    pub fn ordinary(&self, file: &Path, import: &Import) -> Target {
        let name = import.name.as_str();
        if let Some(found) = self.library_from(file, import) {
            return found;
        }
        if import.level > 0 {
            return Target::Missing(Reason::Unknown);
        }
        if is_name_only(name) {
            return Target::Missing(Reason::NameOnly);
        }
        if available::is_available(name) { Target::Host } else { self.missing(name) }
    }

    fn missing(&self, name: &str) -> Target {
        Target::Missing(if available::in_python_27(name) { Reason::NotHere } else { Reason::Unknown })
    }

    /// A module of the libraries' folders.
    fn library(&self, name: &str) -> Option<Target> {
        self.libraries.iter().find_map(|folder| dotted(folder, name))
    }

    /// A module beside the file or in the folders.
    fn library_from(&self, file: &Path, import: &Import) -> Option<Target> {
        let mut base = file.parent()?.to_owned();
        for _ in 1..import.level {
            base.pop();
        }
        if import.name.is_empty() {
            // `from . import x`: the package itself is there; whether it has x is not known.
            return base.join("__init__.py").is_file().then(|| Target::File(base.join("__init__.py")));
        }
        let inside_package = import.level > 0 || base.join("__init__.py").is_file();
        let beside = if inside_package { dotted(&base, &import.name) } else { None };
        if beside.is_some() || import.level > 0 {
            return beside;
        }
        let code = self.code.iter().find_map(|folder| {
            dotted(folder, &import.name).or_else(|| in_folder(folder, last_part(&import.name)).map(Target::File))
        });
        code.or_else(|| self.library(&import.name))
    }
}

/// A dotted module below a folder.
fn dotted(folder: &Path, name: &str) -> Option<Target> {
    let mut folder = folder.to_owned();
    let (packages, last) = name.rsplit_once('.').map_or((None, name), |(packages, last)| (Some(packages), last));
    for package in packages.into_iter().flat_map(|packages| packages.split('.')) {
        folder.push(package);
        if !folder.join("__init__.py").is_file() {
            // A module that makes its own submodules, as six does.
            let module = folder.with_extension("py");
            return module.is_file().then_some(Target::File(module));
        }
    }
    match (in_folder(&folder, last), extension(&folder, last)) {
        (Some(found), _) => Some(Target::File(found)),
        (None, Some(found)) => Some(Target::Missing(Reason::Extension(found))),
        (None, None) => None,
    }
}

impl Reason {
    /// Why, and what can be done.
    pub fn explain(&self, bundle: &Path) -> (String, Option<String>) {
        let below = |path: &Path| path.strip_prefix(bundle).unwrap_or(path).display().to_string();
        match self {
            Self::NameOnly => ("this library of the framework can be imported here, but not used".to_owned(), None),
            Self::NotHere => ("Python 2.7 has this module, but it is not here".to_owned(), None),
            Self::Extension(path) => (
                format!("{} is compiled for CPython 2.7 and cannot be loaded", below(path)),
                Some("a version of the library in pure Python would work".to_owned()),
            ),
            Self::Elsewhere(path) => (
                format!("{} is not where this import searches", below(path)),
                Some(
                    "the top level of a module finds only modules in its own folder; imports inside functions search \
                     Contents/Code"
                        .to_owned(),
                ),
            ),
            Self::Libraries => (
                "it is in Contents/Libraries, which only the Elevated policy can use".to_owned(),
                Some("set PlexPluginCodePolicy to Elevated in Info.plist".to_owned()),
            ),
            Self::Unknown => ("neither the bundle nor Python 2.7 has this module".to_owned(), None),
        }
    }
}
