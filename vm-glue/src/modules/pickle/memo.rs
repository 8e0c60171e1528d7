//! The objects that a pickler has written, by identity.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rustpython_vm::{AsObject, PyObject, PyObjectRef};

/// Addresses of objects are hashes almost by themselves.
#[derive(Debug, Default)]
pub struct Address(u64);

impl Hasher for Address {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_usize(&mut self, value: usize) {
        let spread = (value as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ spread >> 32;
    }
}

/// Numbers by identity; each object is kept alive, so that its identity stays its own.
pub type Known = HashMap<usize, (usize, PyObjectRef), BuildHasherDefault<Address>>;

/// What was written so far.
#[derive(Debug, Default)]
pub struct Memo {
    known: Known,
    /// `pickle` keeps the temporary states of classic instances in one more entry, which takes a number.
    kept: Vec<PyObjectRef>,
    /// Other temporary objects whose identities must stay theirs.
    alive: Vec<PyObjectRef>,
}

impl Memo {
    /// The number of an object.
    pub fn get(&self, object: &PyObject) -> Option<usize> {
        if self.known.is_empty() {
            return None;
        }
        self.known.get(&object.get_id()).map(|(number, _)| *number)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.known.len() + usize::from(!self.kept.is_empty())
    }

    pub fn insert(&mut self, object: &PyObject, number: usize) {
        self.known.insert(object.get_id(), (number, object.to_owned()));
    }

    /// Keeps a temporary state alive, as `pickle` does.
    pub fn keep(&mut self, object: PyObjectRef) {
        self.kept.push(object);
    }

    /// The same for one that takes no number.
    pub fn keep_alive(&mut self, object: PyObjectRef) {
        self.alive.push(object);
    }

    pub fn clear(&mut self) {
        self.known.clear();
        self.alive.clear();
        self.kept.clear();
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = (usize, usize, &PyObjectRef)> {
        self.known.iter().map(|(id, (number, object))| (*id, *number, object))
    }
}
