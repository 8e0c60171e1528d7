//! The modules `hashlib`, `md5` and `sha` of Python 2.

use md5::Digest;
use parking_lot::Mutex;
use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::protocol::{BufferFlags, PyBuffer};
use rustpython_vm::{
    AsObject, FromArgs, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};

use crate::modules::{self, set};
use crate::runtime::{names, text};

/// One running hash.
#[derive(Clone)]
enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
}

/// Runs the same expression on whichever hash it is.
macro_rules! with_state {
    ($state:expr, $hash:ident => $body:expr) => {
        match $state {
            State::Md5($hash) => $body,
            State::Sha1($hash) => $body,
            State::Sha224($hash) => $body,
            State::Sha256($hash) => $body,
            State::Sha384($hash) => $body,
            State::Sha512($hash) => $body,
        }
    };
}

/// Name, size of a block in bytes, and how it begins.
type Known = (&'static str, usize, fn() -> State);

/// The hashes that there are.
const HASHES: [Known; 6] = [
    ("md5", 64, || State::Md5(md5::Md5::new())),
    ("sha1", 64, || State::Sha1(sha1::Sha1::new())),
    ("sha224", 64, || State::Sha224(sha2::Sha224::new())),
    ("sha256", 64, || State::Sha256(sha2::Sha256::new())),
    ("sha384", 128, || State::Sha384(sha2::Sha384::new())),
    ("sha512", 128, || State::Sha512(sha2::Sha512::new())),
];

impl State {
    fn update(&mut self, data: &[u8]) {
        with_state!(self, hash => hash.update(data));
    }

    fn digest(&self) -> Vec<u8> {
        with_state!(self, hash => hash.clone().finalize().to_vec())
    }
}

/// A hash object: `_hashlib.HASH`.
#[pyclass(module = "_hashlib", name = "HASH")]
#[derive(PyPayload)]
pub struct Hash {
    name: &'static str,
    block_size: usize,
    state: Mutex<State>,
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} hash", self.name)
    }
}

/// The bytes to hash: of a `str`, of unicode by the default codec, of a buffer.
fn bytes(vm: &VirtualMachine, value: &PyObject, method: &str) -> PyResult<Vec<u8>> {
    if let Some(bytes) = text::bytes_of(value) {
        return Ok(bytes);
    }
    if let Some(unicode) = value.downcast_ref::<PyStr>() {
        return Ok(text::encode_default(vm, unicode.as_wtf8())?.into_owned());
    }
    let name = if vm.is_none(value) { "None".into() } else { names::type_name_of(value) };
    PyBuffer::from_object(vm, value, BufferFlags::SIMPLE)
        .map(|buffer| buffer.contiguous_or_collect(<[u8]>::to_vec))
        .map_err(|_| vm.new_type_error(format!("{method}() argument 1 must be string or buffer, not {name}")))
}

fn create(vm: &VirtualMachine, name: &str, data: Option<PyObjectRef>) -> PyResult<PyRef<Hash>> {
    let known = HASHES.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(name));
    let Some((name, block_size, start)) = known else {
        return Err(vm.new_value_error(format!("unsupported hash type {name}")));
    };
    let mut state = start();
    if let Some(data) = data {
        state.update(&bytes(vm, &data, "new")?);
    }
    Ok(Hash { name, block_size: *block_size, state: Mutex::new(state) }.into_ref(&vm.ctx))
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Hash {
    /// Goes on with more data.
    #[pymethod]
    fn update(zelf: &Py<Self>, data: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let data = bytes(vm, &data, "update")?;
        zelf.state.lock().update(&data);
        Ok(())
    }

    /// The hash so far, as bytes.
    #[pymethod]
    fn digest(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, &zelf.state.lock().digest())
    }

    /// The hash so far, in hexadecimal digits.
    #[pymethod]
    fn hexdigest(zelf: &Py<Self>) -> String {
        zelf.state.lock().digest().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A hash that goes on from here by itself.
    #[pymethod]
    fn copy(zelf: &Py<Self>, vm: &VirtualMachine) -> PyRef<Self> {
        let state = zelf.state.lock().clone();
        Self { name: zelf.name, block_size: zelf.block_size, state: Mutex::new(state) }.into_ref(&vm.ctx)
    }

    /// In capitals, as OpenSSL calls it.
    #[pygetset]
    fn name(zelf: &Py<Self>) -> String {
        zelf.name.to_ascii_uppercase()
    }

    #[pygetset]
    fn digest_size(zelf: &Py<Self>) -> usize {
        zelf.state.lock().digest().len()
    }

    #[pygetset]
    fn digestsize(zelf: &Py<Self>) -> usize {
        zelf.state.lock().digest().len()
    }

    #[pygetset]
    fn block_size(zelf: &Py<Self>) -> usize {
        zelf.block_size
    }
}

/// `HMAC(key, message)`, its key already in the two states that it begins with.
struct Keyed {
    inner: State,
    outer: State,
}

impl Keyed {
    fn new(start: fn() -> State, block_size: usize, key: &[u8]) -> Self {
        let mut block = if key.len() > block_size {
            let mut state = start();
            state.update(key);
            state.digest()
        } else {
            key.to_vec()
        };
        block.resize(block_size, 0);
        let with = |mask: u8| {
            let mut state = start();
            state.update(&block.iter().map(|byte| byte ^ mask).collect::<Vec<_>>());
            state
        };
        Self { inner: with(0x36), outer: with(0x5c) }
    }

    fn digest(&self, message: &[&[u8]]) -> Vec<u8> {
        let (mut inner, mut outer) = (self.inner.clone(), self.outer.clone());
        for part in message {
            inner.update(part);
        }
        outer.update(&inner.digest());
        outer.digest()
    }
}

/// `pbkdf2_hmac(hash_name, password, salt, rounds, dklen=None)` (RFC 2898 §5.2).
fn pbkdf2_hmac(args: Pbkdf2Args, vm: &VirtualMachine) -> PyResult {
    let name = text::text_of(vm, &args.hash_name)?.ok_or_else(|| vm.new_type_error("name must be a string"))?;
    let Some((_, block_size, start)) = HASHES.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(&name)) else {
        return Err(vm.new_value_error(format!("unsupported hash type {name}")));
    };
    let (password, salt) = (bytes(vm, &args.password, "pbkdf2_hmac")?, bytes(vm, &args.salt, "pbkdf2_hmac")?);
    let size = start().digest().len();
    let wanted = match args.dklen.flatten() {
        Some(wanted) => wanted,
        None => i64::try_from(size).unwrap_or_default(),
    };
    for number in [args.rounds, wanted] {
        if number < 1 {
            return Err(vm.new_value_error(number.to_string()));
        }
    }
    let wanted = usize::try_from(wanted).map_err(|_| vm.new_overflow_error("key length is too great."))?;
    let keyed = Keyed::new(*start, *block_size, &password);
    let key = vm.allow_threads(|| {
        let mut key = Vec::with_capacity(wanted.div_ceil(size).min(1 << 16) * size);
        let mut number = 0_u32;
        while key.len() < wanted {
            number += 1;
            let mut last = keyed.digest(&[&salt, &number.to_be_bytes()]);
            let mut block = last.clone();
            for _ in 1..args.rounds {
                last = keyed.digest(&[&last]);
                block.iter_mut().zip(&last).for_each(|(byte, other)| *byte ^= other);
            }
            key.extend(block);
        }
        key.truncate(wanted);
        key
    });
    Ok(text::new_str(vm, &key))
}

/// The arguments of [`pbkdf2_hmac`].
#[derive(FromArgs)]
struct Pbkdf2Args {
    #[pyarg(any)]
    hash_name: PyObjectRef,
    #[pyarg(any)]
    password: PyObjectRef,
    #[pyarg(any)]
    salt: PyObjectRef,
    #[pyarg(any, name = "iterations")]
    rounds: i64,
    #[pyarg(any, optional)]
    dklen: OptionalArg<Option<i64>>,
}

fn constructor(vm: &VirtualMachine, function: &'static str, hash: &'static str) -> PyObjectRef {
    let make = move |data: OptionalArg<PyObjectRef>, vm: &VirtualMachine| create(vm, hash, data.into_option());
    vm.new_function(function, make).into()
}

/// Makes the module `hashlib`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _type = Hash::make_static_type();
    let module = modules::new(vm, "hashlib");
    let new = |name: PyObjectRef, data: OptionalArg<PyObjectRef>, vm: &VirtualMachine| {
        let name = text::text_of(vm, &name)?.ok_or_else(|| vm.new_type_error("name must be a string"))?;
        create(vm, &name, data.into_option())
    };
    set(vm, &module, "new", vm.new_function("new", new));
    let names = || HASHES.iter().map(|(name, _, _)| vm.ctx.new_str(*name).into()).collect();
    set(vm, &module, "algorithms", vm.ctx.new_tuple(names()));
    for name in ["algorithms_guaranteed", "algorithms_available"] {
        let names = vm.ctx.new_tuple(names());
        if let Ok(names) = vm.ctx.types.set_type.as_object().call((names,), vm) {
            set(vm, &module, name, names);
        }
    }
    for (name, _, _) in HASHES {
        set(vm, &module, name, constructor(vm, name, name));
    }
    modules::set_function(vm, &module, "pbkdf2_hmac", pbkdf2_hmac);
    module
}

/// A module of before `hashlib`: `new`, a function of its own name, and sizes.
fn old_module(vm: &VirtualMachine, name: &'static str, hash: &'static str, size: i32) -> PyRef<PyModule> {
    let _type = Hash::make_static_type();
    let module = modules::new(vm, name);
    set(vm, &module, "new", constructor(vm, "new", hash));
    set(vm, &module, name, constructor(vm, name, hash));
    set(vm, &module, "digest_size", vm.ctx.new_int(size));
    set(vm, &module, "blocksize", vm.ctx.new_int(1));
    module
}

/// Makes the module `md5`.
pub fn md5_module(vm: &VirtualMachine) -> PyRef<PyModule> {
    old_module(vm, "md5", "md5", 16)
}

/// Makes the module `sha`.
pub fn sha_module(vm: &VirtualMachine) -> PyRef<PyModule> {
    old_module(vm, "sha", "sha1", 20)
}
