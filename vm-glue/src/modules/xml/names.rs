//! Names of elements and attributes as objects: each is made once a document.

use std::collections::HashMap;

use rustpython_vm::{PyObjectRef, VirtualMachine};

use crate::runtime::text;

/// A document with more names than this makes them anew.
const MOST: usize = 10_000;

#[derive(Debug)]
pub struct Names {
    known: HashMap<String, PyObjectRef>,
    /// Byte strings instead of unicode.
    plain: bool,
}

impl Names {
    pub fn new(plain: bool) -> Self {
        Names { known: HashMap::new(), plain }
    }

    pub fn set_plain(&mut self, plain: bool) {
        if self.plain != plain {
            self.plain = plain;
            self.known.clear();
        }
    }

    pub fn get(&mut self, vm: &VirtualMachine, name: &str) -> PyObjectRef {
        let plain = self.plain;
        self.get_or(name, || if plain { text::new_str(vm, name.as_bytes()) } else { text::new_unicode(vm, name) })
    }

    /// The object of a name, made by the function when it is met first.
    pub fn get_or(&mut self, name: &str, make: impl FnOnce() -> PyObjectRef) -> PyObjectRef {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let made = make();
        if self.known.len() < MOST {
            self.known.insert(name.to_owned(), made.clone());
        }
        made
    }
}
