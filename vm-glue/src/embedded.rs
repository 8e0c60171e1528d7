//! The Python 2 sources that are part of the program, as the code that the build scripts of their crates made of them
//! ([`reprise_python2::embed`]): importing one compiles nothing.

use parking_lot::RwLock;
use reprise_python2::embed::hash_of;
use rustpython_vm::builtins::PyCode;
use rustpython_vm::{PyRef, PyResult, VirtualMachine};

use crate::code;
use crate::runtime::source;
use crate::syntax::SourceRules;

/// The code of one crate's sources.
#[derive(Debug)]
pub struct Embedded {
    /// Hash of the source, and where its code stands; sorted by hash.
    pub table: &'static [(u64, usize, usize)],
    pub code: &'static [u8],
}

/// The code of the crate's own embedded sources.
#[macro_export]
macro_rules! embedded_code {
    () => {
        $crate::embedded::Embedded {
            table: include!(concat!(env!("OUT_DIR"), "/embedded.rs")),
            code: include_bytes!(concat!(env!("OUT_DIR"), "/embedded.bin")),
        }
    };
}

static OWN: Embedded = embedded_code!();

/// Those of other crates.
static ADDED: RwLock<Vec<&'static Embedded>> = RwLock::new(Vec::new());

/// Adds the code of a crate's sources.
pub fn add(embedded: &'static Embedded) {
    let mut added = ADDED.write();
    if !added.iter().any(|known| std::ptr::eq(*known, embedded)) {
        added.push(embedded);
    }
}

impl Embedded {
    fn find(&self, hash: u64) -> Option<&'static [u8]> {
        let at = self.table.binary_search_by_key(&hash, |row| row.0).ok()?;
        let (_, start, end) = *self.table.get(at)?;
        self.code.get(start..end)
    }
}

/// The code of an embedded source, shown to come from `file`. A source that was not compiled beforehand (a line in a
/// table of modules) is compiled now.
pub fn code_of(vm: &VirtualMachine, text: &'static str, file: &str) -> PyResult<PyRef<PyCode>> {
    let hash = hash_of(text);
    let found = OWN.find(hash).or_else(|| ADDED.read().iter().find_map(|embedded| embedded.find(hash)));
    match found {
        Some(bytes) => Ok(code::load_embedded(vm, bytes, file)),
        None => source::compile_file(vm, file, text.as_bytes(), SourceRules::CPython),
    }
}
