//! `Archive`: zip archives and gzip (`spec/kits.md` §12).

use std::sync::{Arc, LazyLock, OnceLock};

use parking_lot::Mutex;
use reprise_vm_glue::runtime::{dialect, text};
use reprise_vm_glue::{clock, import};
use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr, PyStrRef, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, Iterable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func, pyclass};

use crate::archive::gzip::{self, GzipError};
use crate::archive::zip::{Item, Zip, ZipError};
use crate::elements::iterators::NodeIterator;
use crate::elements::values::class_name;
use crate::http_options::{Options, fetch_bytes};
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::kit_call::{buffer_argument, method, optional};
use crate::libraries;
use crate::objects::signature::{Default, Parameter};
use crate::sandbox::Sandbox;

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Util",
    entries: &[Entry {
        name: "Archive",
        visible: Visibility::All,
        doc: "Zip archives and gzip.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            native_class::<ArchiveKit>(vm, "Framework.api.utilkit");
            Ok(ArchiveKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        },
    }],
};

const DATA: &[Parameter] = &[Parameter::required("data")];
const FROM_URL: &[Parameter] = &[
    Parameter::required("url"),
    Parameter::none("values"),
    optional("headers", Default::Dict),
    Parameter::none("cacheTime"),
    Parameter::none("encoding"),
    Parameter::none("errors"),
    optional("sleep", Default::Zero),
];

/// An exception of a class that is named in Python.
fn raise(vm: &VirtualMachine, class: PyResult, message: &str) -> PyBaseExceptionRef {
    let made = class.and_then(|class| class.call((text::native(vm, message),), vm));
    let fallback = || vm.new_value_error(message.to_owned());
    made.map_or_else(|error| error, |made| made.downcast().unwrap_or_else(|_| fallback()))
}

/// `zipfile.BadZipfile`, by its name in Python 2.
fn bad_zip_class(vm: &VirtualMachine) -> PyTypeRef {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    CLASS
        .get_or_init(|| {
            let base = import::module(vm, "zipfile").and_then(|module| module.get_attr("BadZipfile", vm));
            let base = base.ok().and_then(|class| class.downcast().ok());
            let base = base.unwrap_or_else(|| vm.ctx.exceptions.exception_type.to_owned());
            vm.ctx.new_exception_type("zipfile", "BadZipfile", Some(vec![base]))
        })
        .clone()
}

fn zip_error(vm: &VirtualMachine, error: &ZipError) -> PyBaseExceptionRef {
    let message = error.to_string();
    match error {
        ZipError::Bad(_) => raise(vm, Ok(bad_zip_class(vm).into()), &message),
        ZipError::Method(_) => vm.new_not_implemented_error(message),
        _ => vm.new_runtime_error(message),
    }
}

/// The exception of Python's `gzip` for data that are not what they claim.
pub fn gzip_error(vm: &VirtualMachine, error: &GzipError) -> PyBaseExceptionRef {
    let class = match error {
        GzipError::Corrupt(_) => import::module(vm, "zlib").and_then(|module| module.get_attr("error", vm)),
        GzipError::Trailer => libraries::module(vm, "struct").and_then(|module| module.get_attr("error", vm)),
        GzipError::Header => dialect::get(vm, "TypeError"),
        _ => dialect::get(vm, "IOError"),
    };
    raise(vm, class, &error.to_string())
}

/// `Archive`.
#[pyclass(module = false, name = "ArchiveKit")]
#[derive(PyPayload)]
pub struct ArchiveKit {
    sandbox: Arc<Sandbox>,
}

impl std::fmt::Debug for ArchiveKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ArchiveKit")
    }
}

fn open(vm: &VirtualMachine, data: Vec<u8>) -> PyObjectRef {
    let _ = ZipArchive::make_static_type();
    ZipArchive { zip: Mutex::new(Zip::open(data)) }.into_pyobject(vm)
}

#[pyclass(flags(HAS_DICT))]
impl ArchiveKit {
    /// Opens a zip archive in memory, or makes an empty one.
    #[pymethod(name = "Zip")]
    fn zip(_zelf: &Py<Self>, data: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let data = match data.into_option().filter(|data| !vm.is_none(data)) {
            Some(data) => buffer_argument(vm, "StringIO", &data)?,
            None => Vec::new(),
        };
        Ok(open(vm, data))
    }

    /// Fetches a zip archive.
    #[pymethod(name = "ZipFromURL")]
    fn zip_from_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = method("ZipFromURL", FROM_URL).bind(vm, args)?.into_values();
        let names: Vec<&str> = FROM_URL.iter().map(|parameter| parameter.name).collect();
        let values: Vec<Option<PyObjectRef>> = values.into_iter().map(Some).collect();
        let body = fetch_bytes(vm, &zelf.sandbox, &Options::from_values(&names, &values))?;
        Ok(open(vm, body))
    }

    /// Data compressed by gzip.
    #[pymethod(name = "GzipCompress")]
    fn gzip_compress(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("GzipCompress", DATA).bind(vm, args)?;
        let data = bound.get(0);
        data.length(vm)?;
        let data = buffer_argument(vm, "crc32", data)?;
        Ok(text::new_str(vm, &gzip::compress(&data, clock::seconds() as u32)))
    }

    /// The data of a gzip file; IOError where it is none.
    #[pymethod(name = "GzipDecompress")]
    fn gzip_decompress(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = method("GzipDecompress", DATA).bind(vm, args)?;
        let data = buffer_argument(vm, "StringIO", bound.get(0))?;
        match vm.allow_threads(|| gzip::decompress(&data)) {
            Ok(data) => Ok(text::new_str(vm, &data)),
            Err(error) => Err(gzip_error(vm, &error)),
        }
    }
}

/// A zip archive in memory: names to iterate over, items by name.
#[pyclass(module = false, name = "ZipArchive")]
#[derive(Debug, PyPayload)]
pub struct ZipArchive {
    zip: Mutex<Zip>,
}

fn name_object(vm: &VirtualMachine, item: &Item) -> PyObjectRef {
    match item.text() {
        Some(name) => text::native(vm, &name),
        None => text::new_str(vm, &item.raw_name),
    }
}

fn shown(vm: &VirtualMachine, name: &PyObject) -> PyResult<String> {
    Ok(String::from_utf8_lossy(&text::repr_of(vm, name)?).into_owned())
}

#[pyclass(with(AsMapping, Iterable), flags(DISALLOW_INSTANTIATION))]
impl ZipArchive {
    fn name_list(&self, vm: &VirtualMachine) -> Vec<PyObjectRef> {
        self.zip.lock().items().iter().map(|item| name_object(vm, item)).collect()
    }

    fn item(&self, name: &PyObject, vm: &VirtualMachine) -> PyResult {
        let wanted = text::is_basestring(name).then(|| text::str_of(vm, name)).transpose()?;
        // Of items with one name, the last one counts.
        let found = wanted.and_then(|wanted| self.zip.lock().items().iter().rposition(|i| i.raw_name == wanted));
        let shown = shown(vm, name)?;
        match found {
            Some(at) => {
                let content = vm.allow_threads(|| self.zip.lock().read(at, &shown));
                content.map(|content| text::new_str(vm, &content)).map_err(|error| zip_error(vm, &error))
            }
            None => {
                let message = format!("There is no item named {shown} in the archive");
                Err(vm.new_key_error(text::native(vm, &message)))
            }
        }
    }

    fn set_item(&self, name: &PyObject, content: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let Some(content) = content else {
            return Err(vm.new_attribute_error("ZipArchive instance has no attribute '__delitem__'"));
        };
        content.length(vm)?;
        let content = buffer_argument(vm, "crc32", &content)?;
        if !text::is_basestring(name) {
            let class = class_name(vm, name);
            return Err(vm.new_attribute_error(format!("'{class}' object has no attribute 'find'")));
        }
        let raw_name = text::str_of(vm, name)?;
        let is_unicode = text::is_unicode(name) && !raw_name.is_ascii();
        let written = self.zip.lock().write(raw_name, is_unicode, &content, dos_time());
        written.map_err(|error| zip_error(vm, &error))
    }

    /// The names of the items.
    #[pymethod(name = "Names")]
    fn names(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(zelf.name_list(vm)).into()
    }

    /// The name of the first damaged item, or None.
    #[pymethod(name = "Test")]
    fn test(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let count = zelf.zip.lock().items().len();
        for at in 0..count {
            match vm.allow_threads(|| zelf.zip.lock().read(at, "")) {
                Ok(_) => {}
                Err(ZipError::Bad(_)) => {
                    return Ok(zelf.zip.lock().items().get(at).map_or_else(|| vm.ctx.none(), |i| name_object(vm, i)));
                }
                Err(error) => return Err(zip_error(vm, &error)),
            }
        }
        Ok(vm.ctx.none())
    }

    /// Completes the archive; nothing can be read from it afterwards but `Data`.
    #[pymethod(name = "Close")]
    fn close(zelf: &Py<Self>) {
        zelf.zip.lock().close();
    }

    /// The bytes of the archive; complete once it is closed.
    #[pygetset(name = "Data")]
    fn data(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, zelf.zip.lock().data())
    }

    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        let Some(archive) = zelf.downcast_ref::<ZipArchive>() else { return zelf.repr(vm) };
        Self::data(archive, vm).downcast::<PyStr>().map_err(|_| vm.new_type_error("__str__ returned non-string"))
    }
}

/// The present time as zip archives have it: two seconds, minutes, hours; days, months, years from 1980.
fn dos_time() -> [u8; 4] {
    let seconds = clock::seconds() as i64;
    let now = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(clock::zone().clone());
    let time = (i32::from(now.hour()) << 11) | (i32::from(now.minute()) << 5) | (i32::from(now.second()) / 2);
    let date =
        ((i32::from(now.year()) - 1980).clamp(0, 127) << 9) | (i32::from(now.month()) << 5) | i32::from(now.day());
    let [a, b, ..] = time.to_le_bytes();
    let [c, d, ..] = date.to_le_bytes();
    [a, b, c, d]
}

impl AsMapping for ZipArchive {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            subscript: atomic_func!(|mapping, name, vm| ZipArchive::mapping_downcast(mapping).item(name, vm)),
            ass_subscript: atomic_func!(|mapping, name, value, vm| {
                ZipArchive::mapping_downcast(mapping).set_item(name, value, vm)
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl Iterable for ZipArchive {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let _ = NodeIterator::make_static_type();
        Ok(NodeIterator::over_objects(zelf.name_list(vm)).into_pyobject(vm))
    }
}
