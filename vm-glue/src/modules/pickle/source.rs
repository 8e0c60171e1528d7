//! Where a pickle is read from: bytes at hand, or any object with `read` and `readline`.

use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::runtime::{files, names, text};

/// The source of an unpickler.
#[derive(Debug)]
pub enum Source {
    Bytes {
        data: Vec<u8>,
        at: usize,
    },
    /// A file of the system.
    File(PyRef<files::File>),
    /// Its methods `read` and `readline`.
    Methods {
        read: PyObjectRef,
        readline: PyObjectRef,
    },
}

impl Default for Source {
    fn default() -> Self {
        Self::Bytes { data: Vec::new(), at: 0 }
    }
}

impl Source {
    /// Of the object that was given to `Unpickler`.
    pub fn of(vm: &VirtualMachine, file: PyObjectRef) -> PyResult<Self> {
        match file.downcast::<files::File>() {
            Ok(file) => Ok(Self::File(file)),
            Err(other) => {
                Ok(Self::Methods { readline: other.get_attr("readline", vm)?, read: other.get_attr("read", vm)? })
            }
        }
    }

    /// At most so many bytes.
    pub fn take(&mut self, vm: &VirtualMachine, count: usize) -> PyResult<Vec<u8>> {
        match self {
            Self::Bytes { data, at } => {
                let end = at.saturating_add(count).min(data.len());
                let bytes = data.get(*at..end).unwrap_or_default().to_vec();
                *at = end.max(*at);
                Ok(bytes)
            }
            Self::File(file) => file.read_bytes(Some(count), false, vm),
            Self::Methods { read, .. } => bytes_of(vm, &read.call((vm.ctx.new_int(count),), vm)?),
        }
    }

    /// So many bytes where they are, if they are at hand.
    pub fn borrow(&mut self, count: usize) -> Option<&[u8]> {
        let Self::Bytes { data, at } = self else { return None };
        let bytes = data.get(*at..at.checked_add(count)?)?;
        *at += count;
        Some(bytes)
    }

    /// A single byte, if there is one.
    pub fn byte(&mut self, vm: &VirtualMachine) -> PyResult<Option<u8>> {
        if let Self::Bytes { data, at } = self {
            let byte = data.get(*at).copied();
            *at += usize::from(byte.is_some());
            return Ok(byte);
        }
        Ok(self.take(vm, 1)?.first().copied())
    }

    /// A line with its end, if it has one.
    pub fn line(&mut self, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        match self {
            Self::Bytes { data, at } => {
                let rest = data.get(*at..).unwrap_or_default();
                let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
                *at += length;
                Ok(rest.get(..length).unwrap_or_default().to_vec())
            }
            Self::File(file) => file.read_bytes(None, true, vm),
            Self::Methods { readline, .. } => bytes_of(vm, &readline.call((), vm)?),
        }
    }
}

fn bytes_of(vm: &VirtualMachine, value: &PyObjectRef) -> PyResult<Vec<u8>> {
    match text::bytes_of(value) {
        Some(bytes) => Ok(bytes),
        None if text::is_unicode(value) => text::str_of(vm, value),
        None => {
            let kind = names::type_name_of(value);
            Err(vm.new_type_error(format!("expected string or Unicode object, {kind} found")))
        }
    }
}
