//! `Cipher`: crypt(3), Rijndael and chaining of blocks (`spec/kits.md` §11).

use std::sync::OnceLock;

use parking_lot::Mutex;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyTypeRef};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Constructor;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use sha1::{Digest, Sha1};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::{buffer_argument, method, optional};
use crate::libraries;
use crate::objects::signature::{Default, Parameter};
use crate::rijndael::{Rijndael, SIZES};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Crypto",
    entries: &[Entry {
        name: "Cipher",
        visible: Visibility::Code,
        doc: "Block ciphers, and the old password hash of Unix.",
        status: Status::Implemented,
        make: |vm, _| {
            native_class::<CipherKit>(vm, "Framework.api.cryptokit");
            Ok(CipherKit.into_pyobject(vm))
        },
    }],
};

const CRYPT: &[Parameter] = &[Parameter::required("password"), Parameter::required("salt")];
const RIJNDAEL: &[Parameter] = &[
    Parameter::none("key"),
    Parameter::none("padding"),
    optional("keySize", Default::None),
    optional("blockSize", Default::None),
];
const CHAIN: &[Parameter] = &[Parameter::required("cipher"), Parameter::none("padding")];
const DATA: &[Parameter] = &[Parameter::required("data"), Parameter::none("more")];
const CHAINED: &[Parameter] = &[Parameter::required("data"), Parameter::none("iv"), Parameter::none("more")];

/// The exception for encrypted data that is not whole blocks.
fn not_aligned(vm: &VirtualMachine) -> PyBaseExceptionRef {
    static CLASS: OnceLock<&'static PyTypeRef> = OnceLock::new();
    let class = CLASS.get_or_init(|| {
        let exception = vm.ctx.exceptions.exception_type.to_owned();
        let base = vm.ctx.new_exception_type("crypto.errors", "CryptoError", Some(vec![exception]));
        let class = vm.ctx.new_exception_type("crypto.cipher.base", "DecryptNotBlockAlignedError", Some(vec![base]));
        // Classes of the program live as long as it does.
        let class: &'static PyTypeRef = Box::leak(Box::new(class));
        // It has a text without having arguments.
        let shown = |_zelf: PyObjectRef, vm: &VirtualMachine| text::native(vm, "Data not block aligned on decrypt");
        let method: PyObjectRef = vm.new_method("__str__", class, shown).into();
        // Setting an attribute of a fresh class cannot fail.
        let _ = class.as_object().set_attr("__str__", method, vm);
        class
    });
    vm.invoke_exception(class, Vec::new()).unwrap_or_else(|error| error)
}

/// `Cipher`.
#[pyclass(module = false, name = "CipherKit")]
#[derive(Debug, PyPayload)]
pub struct CipherKit;

#[pyclass]
impl CipherKit {
    /// The traditional password hash of Unix.
    #[pymethod(name = "Crypt")]
    fn crypt(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("Crypt", CRYPT).bind(vm, args)?;
        crypt(vm, bound.get(0), bound.get(1))
    }

    #[pygetset(name = "Rijndael")]
    fn rijndael(_zelf: &Py<Self>) -> PyTypeRef {
        let _ = RijndaelObject::make_static_type();
        RijndaelObject::static_type().to_owned()
    }

    #[pygetset(name = "CBC")]
    fn cbc(_zelf: &Py<Self>) -> PyTypeRef {
        let _ = ChainObject::make_static_type();
        ChainObject::static_type().to_owned()
    }

    #[pygetset(name = "PadWithPadLen")]
    fn pad_with_pad_len(_zelf: &Py<Self>) -> PyTypeRef {
        let _ = PaddingObject::make_static_type();
        PaddingObject::static_type().to_owned()
    }
}

/// `crypt(password, salt)`: also the function of the module `fcrypt`.
pub fn crypt(vm: &VirtualMachine, password: &PyObject, salt: &PyObject) -> PyResult {
    let (password, salt) = (buffer_argument(vm, "crypt", password)?, buffer_argument(vm, "crypt", salt)?);
    let salt = String::from_utf8_lossy(&salt).chars().chain("..".chars()).take(2).collect::<String>();
    // Only eight characters up to a zero byte count.
    let password: Vec<u8> = password.into_iter().take_while(|byte| *byte != 0).take(8).collect();
    #[expect(deprecated, reason = "it is there for old data")]
    let hash = pwhash::unix_crypt::hash_with(&salt, password);
    match hash {
        Ok(hash) => Ok(text::native(vm, &hash)),
        Err(error) => Err(vm.new_value_error(format!("crypt: {error}"))),
    }
}

/// The native part of the module `fcrypt`.
pub fn natives(vm: &VirtualMachine) -> PyRef<PyModule> {
    let crypt = |password: PyObjectRef, salt: PyObjectRef, vm: &VirtualMachine| crypt(vm, &password, &salt);
    libraries::make_module(vm, "fcrypt", vec![("crypt", vm.new_function("crypt", crypt).into())])
}

/// HMAC with SHA-1.
fn keyed_hash(key: &[u8], data: &[&[u8]]) -> [u8; 20] {
    let mut block = [0; 64];
    let hashed;
    let key = if key.len() > block.len() {
        hashed = Sha1::digest(key);
        hashed.as_slice()
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(byte, key)| *byte = *key);
    let mut inner = Sha1::new_with_prefix(block.map(|byte| byte ^ 0x36));
    data.iter().for_each(|part| inner.update(part));
    Sha1::new_with_prefix(block.map(|byte| byte ^ 0x5c)).chain_update(inner.finalize()).finalize().into()
}

/// PBKDF2 with HMAC and SHA-1.
fn derive_key(passphrase: &[u8], salt: &[u8], rounds: u32, key: &mut [u8]) {
    for (chunk, number) in key.chunks_mut(20).zip(1_u32..) {
        let mut last = keyed_hash(passphrase, &[salt, &number.to_be_bytes()]);
        let mut sum = last;
        for _ in 1..rounds {
            last = keyed_hash(passphrase, &[&last]);
            exclusive_or(&mut sum, &last);
        }
        chunk.copy_from_slice(sum.get(..chunk.len()).unwrap_or_default());
    }
}

/// Bytes of padding whose number each of them says.
fn pad(data: &mut Vec<u8>, block: usize) {
    let count = block - data.len() % block;
    data.resize(data.len() + count, count as u8);
}

fn unpad(data: &mut Vec<u8>, block: usize) {
    let count = data.last().copied().map_or(0, usize::from);
    // A number that cannot be one takes everything, or nothing: whatever slicing by it gives in the original.
    let keep = if count == 0 { 0 } else { data.len().saturating_sub(count) };
    let keep = if count <= block || count <= data.len() { keep } else { 0 };
    data.truncate(keep);
}

/// `PadWithPadLen`.
#[pyclass(module = "crypto.cipher.base", name = "padWithPadLen")]
#[derive(Debug, PyPayload)]
pub struct PaddingObject;

impl Constructor for PaddingObject {
    type Args = FuncArgs;

    fn py_new(_class: &Py<rustpython_vm::builtins::PyType>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<Self> {
        Ok(PaddingObject)
    }
}

#[pyclass(with(Constructor))]
impl PaddingObject {
    /// Data filled up to whole blocks.
    #[pymethod(name = "addPad")]
    fn add_pad(_zelf: &Py<Self>, data: PyObjectRef, block: usize, vm: &VirtualMachine) -> PyResult {
        let mut data = buffer_argument(vm, "addPad", &data)?;
        if !(1..=255).contains(&block) {
            return Err(vm.new_value_error("the block size must be between 1 and 255".to_owned()));
        }
        pad(&mut data, block);
        Ok(text::new_str(vm, &data))
    }

    /// Data without what `addPad` added.
    #[pymethod(name = "removePad")]
    fn remove_pad(_zelf: &Py<Self>, data: PyObjectRef, block: usize, vm: &VirtualMachine) -> PyResult {
        let mut data = buffer_argument(vm, "removePad", &data)?;
        unpad(&mut data, block);
        Ok(text::new_str(vm, &data))
    }
}

/// `Rijndael`: each block for itself.
#[pyclass(module = "crypto.cipher.rijndael", name = "Rijndael")]
#[derive(Debug, PyPayload)]
pub struct RijndaelObject {
    key_size: usize,
    block_size: usize,
    padded: bool,
    cipher: Mutex<Option<Rijndael>>,
}

impl Constructor for RijndaelObject {
    type Args = FuncArgs;

    fn py_new(_class: &Py<rustpython_vm::builtins::PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let bound = method("__init__", RIJNDAEL).bind(vm, args)?;
        let size = |at: usize| match bound.get(at) {
            none if vm.is_none(none) => Ok(16),
            given => given.to_owned().try_into_value::<usize>(vm),
        };
        let (key_size, block_size) = (size(2)?, size(3)?);
        if !SIZES.contains(&key_size) {
            return Err(assertion(vm, "key size must be 16,20,24,28 or 32 bytes"));
        }
        if !SIZES.contains(&block_size) {
            return Err(assertion(vm, "block size must be 16,20,24,28 or 32 bytes"));
        }
        let padded = !bound.given.get(1).is_some_and(|given| *given && vm.is_none(bound.get(1)));
        let zelf = RijndaelObject { key_size, block_size, padded, cipher: Mutex::default() };
        if !vm.is_none(bound.get(0)) {
            zelf.use_key(&buffer_argument(vm, "setKey", bound.get(0))?, vm)?;
        }
        Ok(zelf)
    }
}

fn assertion(vm: &VirtualMachine, message: &str) -> PyBaseExceptionRef {
    vm.new_exception_msg(vm.ctx.exceptions.assertion_error.to_owned(), message.to_owned().into())
}

#[pyclass(with(Constructor))]
impl RijndaelObject {
    fn use_key(&self, key: &[u8], vm: &VirtualMachine) -> PyResult<()> {
        if key.len() != self.key_size {
            return Err(assertion(vm, "Key length must be same as keySize parameter"));
        }
        *self.cipher.lock() = Some(Rijndael::new(key, self.block_size));
        Ok(())
    }

    fn keyed(&self, vm: &VirtualMachine) -> PyResult<Rijndael> {
        self.cipher.lock().clone().ok_or_else(|| assertion(vm, "The key is not set"))
    }

    #[pygetset(name = "keySize")]
    fn key_size(zelf: &Py<Self>) -> usize {
        zelf.key_size
    }

    #[pygetset(name = "blockSize")]
    fn block_size(zelf: &Py<Self>) -> usize {
        zelf.block_size
    }

    /// Sets the key; it must have the size that was announced.
    #[pymethod(name = "setKey")]
    fn set_key(zelf: &Py<Self>, key: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.use_key(&buffer_argument(vm, "setKey", &key)?, vm)
    }

    /// Makes the key of a passphrase by PBKDF2.
    #[pymethod(name = "setPassphrase")]
    fn set_passphrase(zelf: &Py<Self>, passphrase: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let passphrase = buffer_argument(vm, "setPassphrase", &passphrase)?;
        let mut key = vec![0; zelf.key_size];
        derive_key(&passphrase, &[], 4096, &mut key);
        zelf.use_key(&key, vm)
    }

    /// Data as encrypted blocks.
    #[pymethod]
    fn encrypt(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("encrypt", DATA).bind(vm, args)?;
        let mut data = buffer_argument(vm, "encrypt", bound.get(0))?;
        let cipher = zelf.keyed(vm)?;
        if zelf.padded {
            pad(&mut data, zelf.block_size);
        }
        data.chunks_exact_mut(zelf.block_size).for_each(|block| cipher.encrypt(block));
        Ok(text::new_str(vm, &data))
    }

    /// The data of encrypted blocks.
    #[pymethod]
    fn decrypt(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("decrypt", DATA).bind(vm, args)?;
        let mut data = buffer_argument(vm, "decrypt", bound.get(0))?;
        let cipher = zelf.keyed(vm)?;
        if !data.len().is_multiple_of(zelf.block_size) {
            return Err(not_aligned(vm));
        }
        data.chunks_exact_mut(zelf.block_size).for_each(|block| cipher.decrypt(block));
        if zelf.padded {
            unpad(&mut data, zelf.block_size);
        }
        Ok(text::new_str(vm, &data))
    }
}

/// `CBC`: each block depends on the one before it.
#[pyclass(module = "crypto.cipher.cbc", name = "CBC")]
#[derive(Debug, PyPayload)]
pub struct ChainObject {
    base: PyRef<RijndaelObject>,
    padded: bool,
}

impl Constructor for ChainObject {
    type Args = FuncArgs;

    fn py_new(_class: &Py<rustpython_vm::builtins::PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let bound = method("__init__", CHAIN).bind(vm, args)?;
        let padded = !bound.given.get(1).is_some_and(|given| *given && vm.is_none(bound.get(1)));
        match bound.get(0).to_owned().downcast::<RijndaelObject>() {
            Ok(base) => Ok(ChainObject { base, padded }),
            Err(other) => {
                let class = crate::elements::values::class_name(vm, &other);
                Err(vm.new_type_error(format!("CBC() argument 1 must be a block cipher, not {class}")))
            }
        }
    }
}

fn exclusive_or(block: &mut [u8], other: &[u8]) {
    block.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
}

#[pyclass(with(Constructor))]
impl ChainObject {
    fn given_iv(&self, vm: &VirtualMachine, iv: &PyObject) -> PyResult<Option<Vec<u8>>> {
        if vm.is_none(iv) {
            return Ok(None);
        }
        let iv = buffer_argument(vm, "encrypt", iv)?;
        if iv.len() != self.base.block_size {
            return Err(assertion(vm, "IV must be same length as block"));
        }
        Ok(Some(iv))
    }

    /// Data as chained blocks. Without a first block one is made and stands before the rest.
    #[pymethod]
    fn encrypt(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("encrypt", CHAINED).bind(vm, args)?;
        let mut data = buffer_argument(vm, "encrypt", bound.get(0))?;
        let cipher = zelf.base.keyed(vm)?;
        let size = zelf.base.block_size;
        if zelf.padded {
            pad(&mut data, size);
        }
        let (mut last, mut out) = match zelf.given_iv(vm, bound.get(1))? {
            Some(iv) => (iv, Vec::with_capacity(data.len())),
            None => {
                let random = import::module(vm, "os")?.get_attr("urandom", vm)?.call((vm.ctx.new_int(size),), vm)?;
                let iv = text::bytes_of(&random).unwrap_or_default();
                (iv.clone(), iv)
            }
        };
        for block in data.chunks_exact_mut(size) {
            exclusive_or(block, &last);
            cipher.encrypt(block);
            last = block.to_vec();
            out.extend_from_slice(block);
        }
        Ok(text::new_str(vm, &out))
    }

    /// The data of chained blocks, the first of which starts the chain unless it is given apart.
    #[pymethod]
    fn decrypt(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("decrypt", CHAINED).bind(vm, args)?;
        let data = buffer_argument(vm, "decrypt", bound.get(0))?;
        let cipher = zelf.base.keyed(vm)?;
        let size = zelf.base.block_size;
        if !data.len().is_multiple_of(size) {
            return Err(not_aligned(vm));
        }
        let mut blocks = data.chunks_exact(size);
        let mut last = match zelf.given_iv(vm, bound.get(1))? {
            Some(iv) => iv,
            None => blocks.next().unwrap_or_default().to_vec(),
        };
        let mut out = Vec::with_capacity(data.len());
        for block in blocks {
            let mut plain = block.to_vec();
            cipher.decrypt(&mut plain);
            exclusive_or(&mut plain, &last);
            last = block.to_vec();
            out.extend_from_slice(&plain);
        }
        if zelf.padded {
            unpad(&mut out, size);
        }
        Ok(text::new_str(vm, &out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys() {
        // RFC 6070.
        let mut key = [0; 20];
        derive_key(b"password", b"salt", 2, &mut key);
        assert_eq!(key[..6], [0xea, 0x6c, 0x01, 0x4d, 0xc7, 0x2d]);
    }
}
