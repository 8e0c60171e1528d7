//! Where a module of the bundle is searched (`spec/sandbox.md` §5).

use std::path::{Path, PathBuf};

use crate::policy::Policy;

/// Where an import statement is.
#[derive(Clone, Debug, Default)]
pub struct Importer {
    /// The folder to search first: that of the importing file where the import is on the top level of a module, else
    /// the sandbox's code folder.
    pub folder: Option<PathBuf>,
    /// Further folders: the services' `Shared Code`.
    pub more: Vec<PathBuf>,
}

/// The part of a dotted name that is searched.
pub fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The source file for the import of `name`, if the bundle has one: `<folder>/<last>.<ext>`, then
/// `<folder>/<last>/__init__.<ext>`. Only the last part of a dotted name counts.
pub fn find(policy: &Policy, importer: &Importer, name: &str) -> Option<PathBuf> {
    let last = last_part(name);
    if last.is_empty() || last.contains(['/', '\\', '\0']) {
        return None;
    }
    let candidates = |folder: &Path| {
        [
            folder.join(format!("{last}.{}", policy.extension)),
            folder.join(last).join(format!("__init__.{}", policy.extension)),
        ]
    };
    importer.folder.iter().chain(&importer.more).flat_map(|folder| candidates(folder)).find(|file| file.is_file())
}

/// Standard modules that the original's process had loaded before any plug-in: files in `Contents/Libraries` cannot take
/// their place.
pub static PRELOADED: &[&str] = &[
    "StringIO",
    "Queue",
    "__builtin__",
    "__future__",
    "base64",
    "binascii",
    "bisect",
    "cPickle",
    "cStringIO",
    "calendar",
    "cgi",
    "codecs",
    "collections",
    "cookielib",
    "copy",
    "copy_reg",
    "datetime",
    "email",
    "encodings",
    "errno",
    "exceptions",
    "functools",
    "gzip",
    "hashlib",
    "heapq",
    "htmlentitydefs",
    "httplib",
    "inspect",
    "io",
    "itertools",
    "json",
    "locale",
    "logging",
    "math",
    "mimetypes",
    "operator",
    "os",
    "pickle",
    "plistlib",
    "random",
    "re",
    "select",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "stat",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "textwrap",
    "thread",
    "threading",
    "time",
    "traceback",
    "types",
    "unicodedata",
    "urllib",
    "urllib2",
    "urlparse",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "xmlrpclib",
    "zipfile",
    "zlib",
];

/// Submodules that the original's process had loaded before any plug-in: attributes of their packages without an import.
pub static PRELOADED_SUBMODULES: &[(&str, &[&str])] =
    &[("logging", &["handlers"]), ("lxml", &["etree", "html"]), ("xml", &["parsers"]), ("xml.parsers", &["expat"])];

/// Whether a file that was found is a package's `__init__`.
pub fn is_package(file: &Path) -> bool {
    file.file_stem().is_some_and(|stem| stem == "__init__")
}

/// The text of the ImportError where the policy blocks imports.
pub fn blocked(name: &str) -> String {
    format!("Importing '{name}' is disallowed under the current code policy.")
}

/// The text of the ImportError where the strict level refuses a module.
pub fn refused(name: &str, policy: &Policy) -> String {
    let remedy = if policy.extends_whitelist { "; PlexPluginModuleWhitelist in Info.plist can allow it" } else { "" };
    format!("Importing '{name}' is not allowed at the strict policy level: it is not on the module whitelist{remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::STANDARD;

    #[test]
    fn only_the_last_part_counts() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("package")).unwrap();
        std::fs::write(folder.path().join("package/__init__.py"), "").unwrap();
        std::fs::write(folder.path().join("inner.py"), "").unwrap();
        let importer = Importer { folder: Some(folder.path().to_owned()), more: Vec::new() };
        let found = find(&STANDARD, &importer, "package").unwrap();
        assert!(is_package(&found));
        assert_eq!(find(&STANDARD, &importer, "anything.inner"), Some(folder.path().join("inner.py")));
        assert_eq!(find(&STANDARD, &importer, "absent"), None);
        assert_eq!(find(&STANDARD, &importer, ""), None);
    }
}
