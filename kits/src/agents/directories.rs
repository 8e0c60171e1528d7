//! `thumbs` and `art` of a media part: a folder of pictures that can only be read (`spec/agents.md` §8.1).

use std::path::PathBuf;

use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence};
use rustpython_vm::{PyObject, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use super::registry::MODULE;
use crate::errors;
use crate::kit::native_class;

/// A folder whose files are read by name.
#[pyclass(module = false, name = "MediaContentsDirectory")]
#[derive(Debug, PyPayload)]
pub struct FileDirectory {
    folder: PathBuf,
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(AsMapping, AsSequence))]
impl FileDirectory {}

impl FileDirectory {
    /// The object for a folder, which is made on disk.
    pub fn open(vm: &VirtualMachine, folder: PathBuf) -> PyResult {
        std::fs::create_dir_all(&folder).map_err(|error| vm.new_os_error(error.to_string()))?;
        native_class::<FileDirectory>(vm, MODULE);
        Ok(FileDirectory { folder }.into_pyobject(vm))
    }
}

/// The file that a key names; None for names that leave the folder.
fn file(vm: &VirtualMachine, object: &PyObject, key: &PyObject) -> PyResult<Option<PathBuf>> {
    let Some(directory) = object.downcast_ref::<FileDirectory>() else { return Ok(None) };
    let name = text::unicode_of(vm, key)?;
    let leaves = name.is_empty() || name == "." || name == ".." || name.contains(['/', '\\', '\0']);
    Ok((!leaves).then(|| directory.folder.join(name)))
}

impl AsMapping for FileDirectory {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: None,
            subscript: Some(|mapping, key, vm| {
                let bytes = file(vm, mapping.obj, key)?.and_then(|file| std::fs::read(file).ok());
                match bytes {
                    Some(bytes) => Ok(text::new_str(vm, &bytes)),
                    None => {
                        let message = format!("The file named '{}' does not exist", text::unicode_of(vm, key)?);
                        Err(vm.new_key_error(text::native(vm, &message)))
                    }
                }
            }),
            ass_subscript: Some(|_mapping, _key, _value, vm| {
                Err(errors::framework_exception(vm, "The contents of this directory can't be modified."))
            }),
        };
        &METHODS
    }
}

impl AsSequence for FileDirectory {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, key: &PyObject, vm| {
                Ok(file(vm, sequence.obj, key)?.is_some_and(|file| file.is_file()))
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}
