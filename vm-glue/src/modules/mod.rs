//! Standard modules under their Python 2 names.
//!
//! [`REGISTRY`] says where each comes from: written natively, written in Python 2 and embedded, or a module of the
//! machine's own library that goes by another name. A name that is not listed and exists alike in Python 3 (`os`,
//! `math`, …) is imported from the machine's library as it is; see [`NOT_IN_PYTHON_2`] for those that must not be.

mod bridge;
mod codecs_module;
mod exceptions_module;
mod hashlib;
mod json;
mod re;
pub mod sys;
pub mod time_module;
mod unicodedata;
mod web_module;

use parking_lot::RwLock;
use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyRef, VirtualMachine};

/// Where a module comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// Made in Rust.
    Native(fn(&VirtualMachine) -> PyRef<PyModule>),
    /// Our own Python 2 source, embedded; `package` for one that has submodules.
    Python { source: &'static str, package: bool },
    /// A module of the machine's own (Python 3) library under its Python 3 name.
    Library(&'static str),
}

/// One importable module.
#[derive(Debug)]
pub struct Entry {
    /// Dotted Python 2 name.
    pub name: &'static str,
    pub source: Source,
}

/// A module written in Python 2 and embedded.
pub const fn python(name: &'static str, source: &'static str) -> Entry {
    Entry { name, source: Source::Python { source, package: false } }
}

/// A package written in Python 2 and embedded.
pub const fn package(name: &'static str, source: &'static str) -> Entry {
    Entry { name, source: Source::Python { source, package: true } }
}

/// A module made in Rust.
pub const fn native(name: &'static str, make: fn(&VirtualMachine) -> PyRef<PyModule>) -> Entry {
    Entry { name, source: Source::Native(make) }
}

const fn library(name: &'static str, python3: &'static str) -> Entry {
    Entry { name, source: Source::Library(python3) }
}

/// All modules that need more than the machine's library of the same name, sorted by name.
pub static REGISTRY: &[Entry] = &[
    library("ConfigParser", "configparser"),
    library("Cookie", "http.cookies"),
    library("HTMLParser", "html.parser"),
    library("Queue", "queue"),
    library("SocketServer", "socketserver"),
    python("StringIO", include_str!("python/StringIO.py")),
    python("UserDict", include_str!("python/UserDict.py")),
    python("UserList", include_str!("python/UserList.py")),
    python("__future__", include_str!("python/__future__.py")),
    native("_bridge", bridge::module),
    native("_codecs", codecs_module::make),
    native("_json2", json::module),
    native("_web", web_module::module),
    python("base64", include_str!("python/base64.py")),
    python("binascii", include_str!("python/binascii.py")),
    python("cStringIO", include_str!("python/cStringIO.py")),
    python("cgi", include_str!("python/cgi.py")),
    python("codecs", include_str!("python/codecs.py")),
    library("cookielib", "http.cookiejar"),
    python("copy", include_str!("python/copy.py")),
    python("copy_reg", include_str!("python/copy_reg.py")),
    library("dummy_thread", "_thread"),
    native("exceptions", exceptions_module::module),
    native("hashlib", hashlib::module),
    python("hmac", include_str!("python/hmac.py")),
    library("htmlentitydefs", "html.entities"),
    python("httplib", include_str!("python/httplib.py")),
    package("json", include_str!("python/json/__init__.py")),
    python("json.decoder", include_str!("python/json/decoder.py")),
    python("json.encoder", include_str!("python/json/encoder.py")),
    python("linecache", include_str!("python/linecache.py")),
    native("md5", hashlib::md5_module),
    python("new", include_str!("python/new.py")),
    native("re", re::module),
    python("sets", include_str!("python/sets.py")),
    native("sha", hashlib::sha_module),
    python("string", include_str!("python/string.py")),
    python("struct", include_str!("python/struct.py")),
    library("thread", "_thread"),
    python("traceback", include_str!("python/traceback.py")),
    python("types", include_str!("python/types.py")),
    native("unicodedata", unicodedata::make),
    python("urllib", include_str!("python/urllib.py")),
    python("urllib2", include_str!("python/urllib2.py")),
    python("urlparse", include_str!("python/urlparse.py")),
    library("xmlrpclib", "xmlrpc.client"),
    python("zlib", include_str!("python/zlib.py")),
];

/// Modules of the machine's library that Python 2 did not have, or had under another name: importing them must raise
/// ImportError, because plug-ins' libraries probe for them to tell Python 3.
pub static NOT_IN_PYTHON_2: &[&str] = &[
    "_thread",
    "asyncio",
    "builtins",
    "concurrent",
    "configparser",
    "copyreg",
    "dataclasses",
    "enum",
    "html",
    "http",
    "ipaddress",
    "pathlib",
    "queue",
    "reprlib",
    "socketserver",
    "statistics",
    "typing",
    "urllib.error",
    "urllib.parse",
    "urllib.request",
    "winreg",
    "xmlrpc",
];

/// Tables of modules that an embedding program adds for every interpreter.
static ADDED: RwLock<Vec<&'static [Entry]>> = RwLock::new(Vec::new());
/// Tables that it adds for one interpreter, by its number.
static ADDED_TO: RwLock<Vec<(i64, &'static [Entry])>> = RwLock::new(Vec::new());

/// Makes further modules importable. The names of this table come first.
pub fn register(entries: &'static [Entry]) {
    let mut added = ADDED.write();
    if !added.iter().any(|known| std::ptr::eq(*known, entries)) {
        added.push(entries);
    }
}

/// Makes further modules importable in one interpreter.
pub fn register_in(interpreter: i64, entries: &'static [Entry]) {
    if !entries.is_empty() {
        ADDED_TO.write().push((interpreter, entries));
    }
}

/// The entry of a module, by its dotted Python 2 name.
pub fn find(vm: &VirtualMachine, name: &str) -> Option<&'static Entry> {
    if let Ok(at) = REGISTRY.binary_search_by(|entry| entry.name.cmp(name)) {
        return REGISTRY.get(at);
    }
    let interpreter = vm.state.interpreter_id;
    let (all, own) = (ADDED.read(), ADDED_TO.read());
    let own = own.iter().filter(|(id, _)| *id == interpreter).map(|(_, entries)| *entries);
    own.chain(all.iter().copied()).flatten().find(|entry| entry.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sorted() {
        assert!(REGISTRY.is_sorted_by_key(|entry| entry.name), "find() searches by halving");
    }
}
