//! What containers with keys share: maps, containers of proxied data, directories (`spec/models.md` §6.5).

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Items by key. Keys that were read are what the file gave, keys that code made are unicode; both find each other.
#[derive(Clone, Debug)]
pub struct Keyed(PyDictRef);

impl Keyed {
    pub fn new(vm: &VirtualMachine) -> Self {
        Self(vm.ctx.new_dict())
    }

    pub fn get(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        self.0.get_item_opt(key, vm)
    }

    pub fn insert(&self, key: &PyObject, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        self.0.set_item(key, value, vm)
    }

    pub fn remove(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if self.get(key, vm)?.is_some() { self.0.del_item(key, vm) } else { Ok(()) }
    }

    pub fn keys(&self) -> Vec<PyObjectRef> {
        self.0.keys_vec()
    }

    pub fn entries(&self) -> Vec<(PyObjectRef, PyObjectRef)> {
        self.0.clone().into_iter().collect()
    }

    pub fn len(&self) -> usize {
        self.0.__len__()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes every key that is not in `valid`.
    pub fn validate(&self, valid: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        for key in self.keys() {
            if !vm._contains(valid, &key)? {
                self.remove(&key, vm)?;
            }
        }
        Ok(())
    }

    pub fn iter(&self, vm: &VirtualMachine) -> PyResult {
        let list: PyObjectRef = vm.ctx.new_list(self.keys()).into();
        Ok(list.get_iter(vm)?.into())
    }
}

/// Gives a container the protocol of a mapping. It has a field `items: Keyed` and the methods `item(key)` and
/// `assign(key, value)`.
macro_rules! keyed_protocol {
    ($class:ident) => {
        impl rustpython_vm::types::AsSequence for $class {
            fn as_sequence() -> &'static rustpython_vm::protocol::PySequenceMethods {
                use rustpython_vm::protocol::PySequenceMethods;
                static METHODS: PySequenceMethods = PySequenceMethods {
                    length: Some(|sequence, _| Ok($class::sequence_downcast(sequence).items.len())),
                    contains: Some(|sequence, key, vm| {
                        Ok($class::sequence_downcast(sequence).items.get(key, vm)?.is_some())
                    }),
                    ..PySequenceMethods::NOT_IMPLEMENTED
                };
                &METHODS
            }
        }

        impl rustpython_vm::types::AsMapping for $class {
            fn as_mapping() -> &'static rustpython_vm::protocol::PyMappingMethods {
                use rustpython_vm::protocol::PyMappingMethods;
                static METHODS: PyMappingMethods = PyMappingMethods {
                    length: Some(|mapping, _| Ok($class::mapping_downcast(mapping).items.len())),
                    subscript: Some(|mapping, key, vm| $class::mapping_downcast(mapping).item(key, vm)),
                    ass_subscript: Some(|mapping, key, value, vm| {
                        let container = $class::mapping_downcast(mapping);
                        match value {
                            Some(value) => container.assign(key, value, vm),
                            // Deleting converts no key and minds none that is missing.
                            None => container.items.remove(key, vm),
                        }
                    }),
                };
                &METHODS
            }
        }

        impl rustpython_vm::types::Iterable for $class {
            fn iter(zelf: rustpython_vm::PyRef<Self>, vm: &VirtualMachine) -> PyResult {
                zelf.items.iter(vm)
            }
        }
    };
}

pub(super) use keyed_protocol;

/// The text of a key.
pub fn key_text(key: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    text::unicode_of(vm, key.as_object())
}
