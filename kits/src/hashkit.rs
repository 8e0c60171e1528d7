//! `Hash`, and the globals `hexlify` and `unhexlify` (`spec/kits.md` §10).

use md5::Md5;
use reprise_vm_glue::runtime::text;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::{buffer_argument, method, optional};
use crate::objects::signature::{Default, Parameter};

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[Entry {
        name: "Hash",
        visible: Visibility::All,
        doc: "Digests and checksums.",
        status: Status::Implemented,
        make: |vm, _| {
            native_class::<HashKit>(vm, "Framework.api.utilkit");
            Ok(HashKit.into_pyobject(vm))
        },
    }],
};

const PARAMETERS: &[Parameter] = &[Parameter::required("data"), optional("digest", Default::False)];

/// `Hash`.
#[pyclass(module = false, name = "HashKit")]
#[derive(Debug, PyPayload)]
pub struct HashKit;

fn hashed<D: Digest>(vm: &VirtualMachine, name: &'static str, args: FuncArgs) -> PyResult {
    let bound = method(name, PARAMETERS).bind(vm, args)?;
    let digest = D::digest(buffer_argument(vm, "update", bound.get(0))?);
    Ok(if bound.get(1).to_owned().try_to_bool(vm)? {
        text::new_str(vm, &digest)
    } else {
        text::native(vm, &hex(&digest))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|d| char::from_digit(u32::from(d), 16)).collect()
}

#[pyclass(flags(HAS_DICT))]
impl HashKit {
    /// The MD5 digest of data: hexadecimal, or with `digest` its bytes.
    #[pymethod(name = "MD5")]
    fn md5(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        hashed::<Md5>(vm, "MD5", args)
    }

    /// The SHA-1 digest of data.
    #[pymethod(name = "SHA1")]
    fn sha1(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        hashed::<Sha1>(vm, "SHA1", args)
    }

    /// The SHA-224 digest of data.
    #[pymethod(name = "SHA224")]
    fn sha224(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        hashed::<Sha224>(vm, "SHA224", args)
    }

    /// The SHA-256 digest of data.
    #[pymethod(name = "SHA256")]
    fn sha256(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        hashed::<Sha256>(vm, "SHA256", args)
    }

    /// The SHA-384 digest of data.
    #[pymethod(name = "SHA384")]
    fn sha384(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        hashed::<Sha384>(vm, "SHA384", args)
    }

    /// The SHA-512 digest of data.
    #[pymethod(name = "SHA512")]
    fn sha512(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        hashed::<Sha512>(vm, "SHA512", args)
    }

    /// The CRC-32 of data: eight hexadecimal digits in capitals.
    #[pymethod(name = "CRC32")]
    fn crc32(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("CRC32", &PARAMETERS[..1]).bind(vm, args)?;
        let sum = crc32fast::hash(&buffer_argument(vm, "crc32", bound.get(0))?);
        Ok(text::native(vm, &format!("{sum:08X}")))
    }
}

/// `hexlify`: bytes as hexadecimal digits.
pub fn hexlify(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    Ok(text::native(vm, &hex(&buffer_argument(vm, "b2a_hex", &data)?)))
}

/// `unhexlify`: the bytes of hexadecimal digits.
pub fn unhexlify(digits: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let digits = buffer_argument(vm, "a2b_hex", &digits)?;
    if !digits.len().is_multiple_of(2) {
        return Err(vm.new_type_error("Odd-length string"));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some((digit(*high)? * 16 + digit(*low)?) as u8),
        _ => None,
    });
    match bytes.collect::<Option<Vec<u8>>>() {
        Some(bytes) => Ok(text::new_str(vm, &bytes)),
        None => Err(vm.new_type_error("Non-hexadecimal digit found")),
    }
}
