//! Python 2's `buffer`: a read-only view of the bytes of an object.

use super::operand;
use super::{arguments, dialect, names, text};
use rustpython_vm::builtins::{PyInt, PySlice, PyStr, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::{FuncArgs, PyComparisonValue};
use rustpython_vm::protocol::{BufferFlags, PyBuffer, PyMappingMethods, PyNumberMethods, PySequenceMethods};
use rustpython_vm::types::{
    AsBuffer, AsMapping, AsNumber, AsSequence, Comparable, Constructor, Hashable, PyComparisonOp, Representable,
};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};
use std::sync::LazyLock;

/// `buffer(object, offset, size)`.
#[pyclass(module = "__builtin__", name = "buffer")]
#[derive(Debug, PyPayload)]
pub struct Buffer {
    object: PyObjectRef,
    offset: usize,
    size: Option<usize>,
}

/// Sets the builtin.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    dialect::set(vm, "buffer", Buffer::make_static_type())
}

impl Buffer {
    /// The bytes as they are now.
    pub fn bytes(&self, vm: &VirtualMachine) -> Vec<u8> {
        let whole = exported(vm, &self.object).unwrap_or_default();
        let start = self.offset.min(whole.len());
        let end = self.size.map_or(whole.len(), |size| start.saturating_add(size).min(whole.len()));
        whole.get(start..end).unwrap_or_default().to_vec()
    }

    fn slice(&self, key: &PySlice, vm: &VirtualMachine) -> PyResult {
        let bytes = self.bytes(vm);
        let string = text::new_str(vm, &bytes);
        let key: PyObjectRef = PySlice { start: key.start.clone(), stop: key.stop.clone(), step: key.step.clone() }
            .into_ref(&vm.ctx)
            .into();
        string.get_item(&*key, vm)
    }

    fn item(&self, index: isize, vm: &VirtualMachine) -> PyResult {
        let bytes = self.bytes(vm);
        let length = isize::try_from(bytes.len()).unwrap_or(isize::MAX);
        let index = if index < 0 { index.saturating_add(length) } else { index };
        match usize::try_from(index).ok().and_then(|index| bytes.get(index)) {
            Some(byte) => Ok(text::new_str(vm, &[*byte])),
            None => Err(vm.new_index_error("buffer index out of range")),
        }
    }

    fn subscript(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        if let Some(slice) = key.downcast_ref::<PySlice>() {
            return self.slice(slice, vm);
        }
        match key.downcast_ref::<PyInt>().map(|int| int.to_owned()).or_else(|| key.try_index(vm).ok()) {
            Some(int) => self.item(isize::try_from(int.as_bigint()).unwrap_or(isize::MAX), vm),
            None => Err(vm.new_type_error("sequence index must be integer")),
        }
    }
}

/// The bytes that an object lets others see: those of a unicode are its chars as the machine of the original had them.
fn exported(vm: &VirtualMachine, object: &PyObject) -> Option<Vec<u8>> {
    if let Some(string) = object.downcast_ref::<PyStr>()
        && text::is_unicode(object)
    {
        return Some(string.as_wtf8().code_points().flat_map(|c| c.to_u32().to_le_bytes()).collect());
    }
    operand::char_buffer(vm, object)
}

#[pyclass(with(Constructor, AsBuffer, AsMapping, AsSequence, AsNumber, Comparable, Hashable, Representable))]
impl Buffer {
    #[pymethod]
    fn __str__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, &zelf.bytes(vm))
    }
}

impl Constructor for Buffer {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if !args.kwargs.is_empty() {
            return Err(vm.new_type_error("buffer() does not take keyword arguments"));
        }
        arguments::count(vm, "buffer", &args, 1, 3)?;
        let object = args.args[0].clone();
        let offset = args.args.get(1).map_or(Ok(0), |offset| arguments::integer(vm, offset))?;
        let size = args.args.get(2).map_or(Ok(-1), |size| arguments::integer(vm, size))?;
        if exported(vm, &object).is_none() {
            return Err(vm.new_type_error("buffer object expected"));
        }
        let Ok(offset) = usize::try_from(offset) else {
            return Err(vm.new_value_error("offset must be zero or positive"));
        };
        if size < -1 {
            return Err(vm.new_value_error("size must be zero or positive"));
        }
        let size = usize::try_from(size).ok();
        Ok(Self { object, offset, size }.into_ref_with_type(vm, class)?.into())
    }

    fn py_new(_class: &Py<rustpython_vm::builtins::PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("buffer object expected"))
    }
}

impl AsBuffer for Buffer {
    fn as_buffer(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyBuffer> {
        let bytes: PyObjectRef = vm.ctx.new_bytes(zelf.bytes(vm)).into();
        PyBuffer::from_object(vm, &bytes, BufferFlags::SIMPLE)
    }
}

impl AsMapping for Buffer {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: LazyLock<PyMappingMethods> = LazyLock::new(|| PyMappingMethods {
            length: Some(|mapping, vm| Ok(Buffer::mapping_downcast(mapping).bytes(vm).len())),
            subscript: Some(|mapping, key, vm| Buffer::mapping_downcast(mapping).subscript(key, vm)),
            ass_subscript: Some(|_, _, _, vm| Err(vm.new_type_error("buffer is read-only"))),
        });
        &METHODS
    }
}

impl AsSequence for Buffer {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            length: Some(|sequence, vm| Ok(Buffer::sequence_downcast(sequence).bytes(vm).len())),
            concat: Some(|sequence, other, vm| {
                let mut bytes = Buffer::sequence_downcast(sequence).bytes(vm);
                match exported(vm, other) {
                    Some(more) => bytes.extend(more),
                    None => return Err(vm.new_type_error("bad argument type for built-in operation")),
                }
                Ok(text::new_str(vm, &bytes))
            }),
            repeat: Some(|sequence, count, vm| {
                let bytes = Buffer::sequence_downcast(sequence).bytes(vm);
                let count = usize::try_from(count).unwrap_or(0);
                if bytes.len().checked_mul(count).is_none_or(|length| length > isize::MAX.unsigned_abs() / 4) {
                    return Err(vm.new_memory_error("result too large"));
                }
                Ok(text::new_str(vm, &bytes.repeat(count)))
            }),
            item: Some(|sequence, index, vm| Buffer::sequence_downcast(sequence).item(index, vm)),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl AsNumber for Buffer {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods::NOT_IMPLEMENTED;
        &METHODS
    }
}

impl Comparable for Buffer {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        Ok(match other.downcast_ref::<Self>() {
            Some(other) => PyComparisonValue::Implemented(op.eval_ord(zelf.bytes(vm).cmp(&other.bytes(vm)))),
            None => PyComparisonValue::NotImplemented,
        })
    }
}

impl Hashable for Buffer {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        text::new_str(vm, &zelf.bytes(vm)).hash(vm)
    }
}

impl Representable for Buffer {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let size = zelf.size.map_or("-1".to_owned(), |size| size.to_string());
        Ok(format!(
            "<read-only buffer for {:#x}, size {size}, offset {} at {:#x}>",
            zelf.object.get_id(),
            zelf.offset,
            zelf.as_object().get_id()
        ))
    }
}

/// The name of a type without the buffer interface, for messages.
pub fn lacks_buffer(vm: &VirtualMachine, object: &PyObject) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let found = names::type_name_of(object);
    vm.new_type_error(format!("'{found}' does not have the buffer interface"))
}
