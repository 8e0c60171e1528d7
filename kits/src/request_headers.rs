//! `Request.Headers` of a request that came over HTTP: a dictionary whose names count in any case and are kept as
//! `Each-Part-Capitalised` (`spec/environment.md` §5.1, Request).

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDict;
use rustpython_vm::function::OptionalArg;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::kit::native_class;
use crate::kit_call::no_attribute;

/// The headers.
#[pyclass(module = "tornado.httputil", name = "HTTPHeaders", base = PyDict)]
#[derive(Debug)]
#[repr(transparent)]
pub struct HttpHeaders(PyDict);

/// The headers of the given names and values; of equal names the last one counts.
pub fn headers(vm: &VirtualMachine, pairs: Vec<(PyObjectRef, PyObjectRef)>) -> PyResult {
    native_class::<HttpHeaders>(vm, "tornado.httputil");
    let made: PyRef<HttpHeaders> = HttpHeaders(PyDict::default()).into_ref(&vm.ctx);
    for (name, value) in pairs {
        made.as_object().set_item(&*name, value, vm)?;
    }
    Ok(made.into())
}

/// A name as it is kept.
fn normalised(vm: &VirtualMachine, name: &PyObject) -> PyResult {
    let capitalised = |part: &[u8]| -> Vec<u8> {
        let mut part = part.to_ascii_lowercase();
        if let Some(first) = part.first_mut() {
            first.make_ascii_uppercase();
        }
        part
    };
    if !text::is_basestring(name) {
        return Err(no_attribute(vm, name, "split"));
    }
    // Bytes above ASCII have no cases, in UTF-8 neither.
    let bytes = text::str_of(vm, name)?;
    let parts: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'-').map(capitalised).collect();
    let joined = parts.join(&b'-');
    if text::is_unicode(name) {
        return Ok(text::new_unicode(vm, &String::from_utf8_lossy(&joined)));
    }
    Ok(text::new_str(vm, &joined))
}

fn found(vm: &VirtualMachine, headers: &PyObject, name: &PyObject) -> PyResult<Option<PyObjectRef>> {
    let name = normalised(vm, name)?;
    // The dictionary's own functions: by the object they would come back to these.
    let (Some(contains), Some(subscript)) = (PyDict::as_sequence().contains, PyDict::as_mapping().subscript) else {
        return Ok(None);
    };
    if !contains(headers.sequence_unchecked(), &name, vm)? {
        return Ok(None);
    }
    subscript(headers.mapping_unchecked(), &name, vm).map(Some)
}

#[pyclass(with(AsMapping, AsSequence))]
impl HttpHeaders {
    #[pymethod]
    fn get(zelf: &Py<Self>, name: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let found = found(vm, zelf.as_object(), &name)?;
        Ok(found.or(default.into_option()).unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod]
    fn has_key(zelf: &Py<Self>, name: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(found(vm, zelf.as_object(), &name)?.is_some())
    }
}

impl AsMapping for HttpHeaders {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| match PyDict::as_mapping().length {
                Some(length) => length(mapping, vm),
                None => Ok(0),
            }),
            subscript: Some(|mapping, name, vm| match found(vm, mapping.obj, name)? {
                Some(value) => Ok(value),
                None => Err(vm.new_key_error(normalised(vm, name)?)),
            }),
            ass_subscript: Some(|mapping, name, value, vm| match PyDict::as_mapping().ass_subscript {
                Some(assign) => assign(mapping, &*normalised(vm, name)?, value, vm),
                None => Ok(()),
            }),
        };
        &METHODS
    }
}

impl AsSequence for HttpHeaders {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, name, vm| Ok(found(vm, sequence.obj, name)?.is_some())),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}
