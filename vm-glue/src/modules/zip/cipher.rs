//! The cipher of old zip archives: read only.

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, Constructor};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::modules::binascii::crc32;
use crate::modules::line_buffer::bytes_of;
use crate::runtime::{arguments, text};

/// The three keys as they stand.
#[derive(Clone, Copy, Debug)]
struct Keys(u32, u32, u32);

/// One step of the check sum, without the inversions at its ends.
fn step(crc: u32, byte: u8) -> u32 {
    !crc32(&[byte], !crc)
}

impl Keys {
    fn update(&mut self, byte: u8) {
        self.0 = step(self.0, byte);
        self.1 = self.1.wrapping_add(self.0 & 255).wrapping_mul(134_775_813).wrapping_add(1);
        let [.., high] = self.1.to_le_bytes();
        self.2 = step(self.2, high);
    }

    fn decrypt(&mut self, byte: u8) -> u8 {
        let key = self.2 | 2;
        let [_, mask, ..] = key.wrapping_mul(key ^ 1).to_le_bytes();
        let plain = byte ^ mask;
        self.update(plain);
        plain
    }
}

/// `_ZipDecrypter(password)`: called with a byte it gives the plain one.
#[pyclass(module = "zipfile", name = "_ZipDecrypter")]
#[derive(Debug, PyPayload)]
pub struct Decrypter {
    keys: Mutex<Keys>,
}

impl Decrypter {
    pub fn new(password: &[u8]) -> Self {
        let mut keys = Keys(305_419_896, 591_751_049, 878_082_192);
        for byte in password {
            keys.update(*byte);
        }
        Self { keys: Mutex::new(keys) }
    }

    pub fn decrypt(&self, data: &mut [u8]) {
        let mut keys = self.keys.lock();
        for byte in data {
            *byte = keys.decrypt(*byte);
        }
    }

    pub fn into_object(self, vm: &VirtualMachine) -> PyRef<Self> {
        self.into_ref(&vm.ctx)
    }
}

#[pyclass(with(Constructor, Callable))]
impl Decrypter {}

impl Constructor for Decrypter {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let password = arguments::only(vm, "__init__", args)?;
        Ok(Self::new(&bytes_of(vm, &password)?))
    }
}

impl Callable for Decrypter {
    type Args = (PyObjectRef,);

    fn call(zelf: &Py<Self>, (data,): Self::Args, vm: &VirtualMachine) -> PyResult {
        let mut data = bytes_of(vm, &data)?;
        zelf.decrypt(&mut data);
        Ok(text::new_str(vm, &data))
    }
}

/// The class.
pub fn class(_vm: &VirtualMachine) -> PyTypeRef {
    Decrypter::make_static_type()
}
