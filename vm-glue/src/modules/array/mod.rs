//! The module `array` of Python 2.7: lists of numbers or characters of one kind, kept together.

mod items;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyList, PyModule, PySlice, PyStr, PyTuple, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::lock::{
    PyMappedRwLockReadGuard, PyMappedRwLockWriteGuard, PyRwLock, PyRwLockReadGuard, PyRwLockWriteGuard,
};
use rustpython_vm::function::{FuncArgs, PyComparisonValue};
use rustpython_vm::protocol::{
    BufferDescriptor, BufferFlags, BufferMethods, PyBuffer, PyIterReturn, PyMappingMethods, PySequenceMethods,
};
use rustpython_vm::sliceable::SaturatedSlice;
use rustpython_vm::types::{
    AsBuffer, AsMapping, AsSequence, Comparable, Constructor, Initializer, IterNext, Iterable, PyComparisonOp,
    Representable, SelfIter,
};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::modules;
use crate::runtime::files::File;
use crate::runtime::{arguments, names, text};
use items::Kind;

/// array(typecode [, initializer]) -> array
#[pyclass(module = "array", name = "array", unhashable = true)]
#[derive(Debug, PyPayload)]
pub struct Array {
    kind: Kind,
    bytes: PyRwLock<Vec<u8>>,
}

impl Array {
    fn new(kind: Kind, bytes: Vec<u8>) -> Self {
        Self { kind, bytes: PyRwLock::new(bytes) }
    }

    fn len(&self) -> usize {
        self.bytes.read().len() / self.kind.size()
    }

    fn get(&self, at: usize, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let size = self.kind.size();
        let start = at.checked_mul(size)?;
        let bytes = self.bytes.read();
        bytes.get(start..start + size).map(|bytes| self.kind.object(bytes, vm))
    }

    fn items(&self, vm: &VirtualMachine) -> Vec<PyObjectRef> {
        self.bytes.read().chunks_exact(self.kind.size()).map(|bytes| self.kind.object(bytes, vm)).collect()
    }

    fn push(&self, item: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let bytes = self.kind.bytes(item, vm)?;
        self.bytes.write().extend(bytes.iter().take(self.kind.size()));
        Ok(())
    }

    /// The place that an index means.
    fn place(&self, index: isize) -> Option<usize> {
        let length = self.len();
        let index = if index < 0 { index.checked_add(isize::try_from(length).ok()?)? } else { index };
        usize::try_from(index).ok().filter(|at| *at < length)
    }

    /// Puts the bytes in the place of so many items.
    fn splice(&self, start: usize, end: usize, with: &[u8]) {
        let size = self.kind.size();
        let mut bytes = self.bytes.write();
        let length = bytes.len();
        let (start, end) = ((start * size).min(length), (end * size).min(length));
        bytes.splice(start..end.max(start), with.iter().copied());
    }

    fn append_all(&self, items: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        if let Some(list) = items.downcast_ref_if_exact::<PyList>(vm) {
            let items = list.borrow_vec().to_vec();
            return items.iter().try_for_each(|item| self.push(item, vm));
        }
        if let Some(tuple) = items.downcast_ref_if_exact::<PyTuple>(vm) {
            return tuple.iter().try_for_each(|item| self.push(item, vm));
        }
        let items = items.get_iter(vm)?;
        while let PyIterReturn::Return(item) = items.next(vm)? {
            self.push(&item, vm)?;
        }
        Ok(())
    }

    fn append_bytes(&self, bytes: &[u8], vm: &VirtualMachine) -> PyResult<()> {
        if !bytes.len().is_multiple_of(self.kind.size()) {
            return Err(vm.new_value_error("string length not a multiple of item size"));
        }
        self.bytes.write().extend_from_slice(bytes);
        Ok(())
    }

    /// The other array of the same kind.
    fn same<'a>(&self, other: &'a PyObject, problem: &str, vm: &VirtualMachine) -> PyResult<&'a Py<Self>> {
        let Some(array) = other.downcast_ref::<Self>() else {
            let kind = names::type_name_of(other);
            return Err(vm.new_type_error(problem.replace("{}", &kind)));
        };
        if array.kind != self.kind {
            return Err(vm.new_type_error("bad argument type for built-in operation"));
        }
        Ok(array)
    }

    fn repeated(&self, count: isize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let bytes = self.bytes.read();
        let count = usize::try_from(count).unwrap_or(0);
        if bytes.len().checked_mul(count).is_none_or(|length| length > isize::MAX.unsigned_abs() / 4) {
            return Err(vm.no_memory_error());
        }
        Ok(bytes.repeat(count))
    }

    /// The places of a slice: start, step and number, and the range for a step of 1.
    fn places(&self, slice: &Py<PySlice>, vm: &VirtualMachine) -> PyResult<(Vec<usize>, usize, usize, bool)> {
        let saturated = SaturatedSlice::with_slice(slice, vm)?;
        let (range, step, count) = saturated.adjust_indices(self.len());
        let mut places = Vec::with_capacity(count);
        let mut at = if step < 0 { range.end.saturating_sub(1) } else { range.start };
        for _ in 0..count {
            places.push(at);
            at = at.wrapping_add_signed(step);
        }
        Ok((places, range.start, range.end.max(range.start), step == 1))
    }

    fn subscript(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        if let Some(slice) = key.downcast_ref::<PySlice>() {
            let (places, ..) = self.places(slice, vm)?;
            let size = self.kind.size();
            let bytes = self.bytes.read();
            let picked =
                places.iter().filter_map(|at| bytes.get(at * size..(at + 1) * size)).flatten().copied().collect();
            return Ok(Self::new(self.kind, picked).into_pyobject(vm));
        }
        let index = index_of(key, vm)?;
        let item = self.place(index).and_then(|at| self.get(at, vm));
        item.ok_or_else(|| vm.new_index_error("array index out of range"))
    }

    fn assign(&self, key: &PyObject, value: Option<&PyObject>, vm: &VirtualMachine) -> PyResult<()> {
        let size = self.kind.size();
        if let Some(slice) = key.downcast_ref::<PySlice>() {
            let with = match value {
                Some(value) => {
                    let other = self.same(value, "can only assign array (not \"{}\") to array slice", vm)?;
                    other.bytes.read().clone()
                }
                None => Vec::new(),
            };
            let (places, start, end, simple) = self.places(slice, vm)?;
            if simple {
                self.splice(start, end, &with);
                return Ok(());
            }
            if value.is_none() {
                let mut places = places;
                places.sort_unstable();
                places.iter().rev().for_each(|at| self.splice(*at, at + 1, &[]));
                return Ok(());
            }
            if with.len() / size != places.len() {
                let (given, wanted) = (with.len() / size, places.len());
                return Err(vm.new_value_error(format!(
                    "attempt to assign array of size {given} to extended slice of size {wanted}"
                )));
            }
            for (at, item) in places.iter().zip(with.chunks_exact(size)) {
                self.splice(*at, at + 1, item);
            }
            return Ok(());
        }
        let index = index_of(key, vm)?;
        let place = self.place(index).ok_or_else(|| vm.new_index_error("array assignment index out of range"))?;
        match value {
            Some(value) => {
                let bytes = self.kind.bytes(value, vm)?;
                self.splice(place, place + 1, bytes.get(..size).unwrap_or_default());
            }
            None => self.splice(place, place + 1, &[]),
        }
        Ok(())
    }

    /// Where an item is.
    fn find(&self, item: &PyObject, vm: &VirtualMachine) -> PyResult<Option<usize>> {
        for (at, own) in self.items(vm).iter().enumerate() {
            if vm.bool_eq(own, item)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn text(&self, vm: &VirtualMachine) -> PyResult {
        if self.kind.0 != b'u' {
            return Err(vm.new_value_error("tounicode() may only be called on type 'u' arrays"));
        }
        let joined = vm.ctx.new_list(self.items(vm));
        vm.call_method(&text::new_unicode(vm, ""), "join", (joined,))
    }
}

fn index_of(key: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    match key.try_index_opt(vm) {
        Some(index) => index?.try_to_primitive::<isize>(vm),
        None => Err(vm.new_type_error("array indices must be integers")),
    }
}

#[pyclass(
    flags(BASETYPE, HAS_WEAKREF),
    with(AsBuffer, AsMapping, AsSequence, Comparable, Constructor, Initializer, Iterable, Representable)
)]
impl Array {
    /// the typecode character used to create the array
    #[pygetset]
    fn typecode(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, &[zelf.kind.0])
    }

    /// the size, in bytes, of one array item
    #[pygetset]
    fn itemsize(zelf: &Py<Self>) -> usize {
        zelf.kind.size()
    }

    /// Append new value x to the end of the array.
    #[pymethod]
    fn append(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.push(arguments::one(vm, "append", &args)?, vm)
    }

    /// Append items to the end of the array.
    #[pymethod]
    fn extend(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let items = arguments::one(vm, "extend", &args)?;
        if let Some(other) = items.downcast_ref::<Self>() {
            if other.kind != zelf.kind {
                return Err(vm.new_type_error("can only extend with array of same kind"));
            }
            let bytes = other.bytes.read().clone();
            zelf.bytes.write().extend(bytes);
            return Ok(());
        }
        zelf.append_all(items, vm)
    }

    /// Append items to array from list.
    #[pymethod]
    fn fromlist(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let items = arguments::one(vm, "fromlist", &args)?;
        if !items.downcastable::<PyList>() {
            return Err(vm.new_type_error("arg must be list"));
        }
        let before = zelf.bytes.read().len();
        zelf.append_all(items, vm).inspect_err(|_| zelf.bytes.write().truncate(before))
    }

    /// Appends items from the string, interpreting it as an array of machine values.
    #[pymethod]
    fn fromstring(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        arguments::count(vm, "fromstring", &args, 1, 1)?;
        let Some(source) = args.args.first() else { return Ok(()) };
        if source.is(zelf.as_object()) {
            return Err(vm.new_value_error("array.fromstring(x): x cannot be self"));
        }
        zelf.append_bytes(&bytes_of(source, "fromstring", vm)?, vm)
    }

    /// Extends this array with data from the unicode string ustr.
    #[pymethod]
    fn fromunicode(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        arguments::count(vm, "fromunicode", &args, 1, 1)?;
        if zelf.kind.0 != b'u' {
            return Err(vm.new_value_error("fromunicode() may only be called on type 'u' arrays"));
        }
        args.args.first().map_or(Ok(()), |source| append_text(zelf, source, vm))
    }

    /// Convert array to an array of machine values and return the string representation.
    #[pymethod]
    fn tostring(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, &zelf.bytes.read())
    }

    /// Convert the array to a unicode string.
    #[pymethod]
    fn tounicode(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.text(vm)
    }

    /// Convert array to an ordinary list with the same items.
    #[pymethod]
    fn tolist(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(zelf.items(vm)).into()
    }

    /// Read n objects from the file object f and append them to the end of the array.
    #[pymethod]
    #[pymethod(name = "read")]
    fn fromfile(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        arguments::count(vm, "fromfile", &args, 2, 2)?;
        let [file, count] = args.args.as_slice() else { return Ok(()) };
        if !file.downcastable::<File>() {
            return Err(vm.new_type_error("arg1 must be open file"));
        }
        let count = usize::try_from(arguments::integer(vm, count)?).unwrap_or(0);
        let wanted = count.saturating_mul(zelf.kind.size());
        let read = vm.call_method(file, "read", (wanted,))?;
        let read = text::bytes_of(&read).unwrap_or_default();
        let whole = read.len() - read.len() % zelf.kind.size();
        zelf.append_bytes(read.get(..whole).unwrap_or_default(), vm)?;
        if read.len() < wanted { Err(vm.new_eof_error("not enough items in file")) } else { Ok(()) }
    }

    /// Write all items (as machine values) to the file object f.
    #[pymethod]
    #[pymethod(name = "write")]
    fn tofile(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let file = arguments::one(vm, "tofile", &args)?;
        if !file.downcastable::<File>() {
            return Err(vm.new_type_error("arg must be open file"));
        }
        vm.call_method(file, "write", (Self::tostring(zelf, vm),)).map(drop)
    }

    /// Return the i-th element and delete it from the array. i defaults to -1.
    #[pymethod]
    fn pop(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        arguments::count(vm, "pop", &args, 0, 1)?;
        let index = args.args.first().map_or(Ok(-1), |index| arguments::integer(vm, index))?;
        if zelf.len() == 0 {
            return Err(vm.new_index_error("pop from empty array"));
        }
        let place = zelf.place(index).ok_or_else(|| vm.new_index_error("pop index out of range"))?;
        let item = zelf.get(place, vm).unwrap_or_else(|| vm.ctx.none());
        zelf.splice(place, place + 1, &[]);
        Ok(item)
    }

    /// Insert a new item x into the array before position i.
    #[pymethod]
    fn insert(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        arguments::count(vm, "insert", &args, 2, 2)?;
        let [index, item] = args.args.as_slice() else { return Ok(()) };
        let (index, length) = (arguments::integer(vm, index)?, zelf.len());
        let bytes = zelf.kind.bytes(item, vm)?;
        let at = if index < 0 { length.saturating_sub(index.unsigned_abs()) } else { index.unsigned_abs().min(length) };
        zelf.splice(at, at, bytes.get(..zelf.kind.size()).unwrap_or_default());
        Ok(())
    }

    /// Remove the first occurrence of x in the array.
    #[pymethod]
    fn remove(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let item = arguments::one(vm, "remove", &args)?;
        let found = zelf.find(item, vm)?;
        let at = found.ok_or_else(|| vm.new_value_error("array.remove(x): x not in list"))?;
        zelf.splice(at, at + 1, &[]);
        Ok(())
    }

    /// Return index of first occurrence of x in the array.
    #[pymethod]
    fn index(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
        let found = zelf.find(arguments::one(vm, "index", &args)?, vm)?;
        found.ok_or_else(|| vm.new_value_error("array.index(x): x not in list"))
    }

    /// Return number of occurrences of x in the array.
    #[pymethod]
    fn count(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
        let item = arguments::one(vm, "count", &args)?;
        zelf.items(vm).iter().try_fold(0, |count, own| Ok(count + usize::from(vm.bool_eq(own, item)?)))
    }

    /// Reverse the order of the items in the array.
    #[pymethod]
    fn reverse(zelf: &Py<Self>) {
        let size = zelf.kind.size();
        let mut bytes = zelf.bytes.write();
        let reversed: Vec<u8> = bytes.chunks_exact(size).rev().flatten().copied().collect();
        *bytes = reversed;
    }

    /// Byteswap all items of the array.
    #[pymethod]
    fn byteswap(zelf: &Py<Self>) {
        zelf.bytes.write().chunks_exact_mut(zelf.kind.size()).for_each(<[u8]>::reverse);
    }

    /// Return a tuple (address, length) giving the current memory address and the length in items.
    #[pymethod]
    fn buffer_info(zelf: &Py<Self>) -> (usize, usize) {
        (zelf.bytes.read().as_ptr() as usize, zelf.len())
    }

    #[pymethod]
    fn __copy__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::new(zelf.kind, zelf.bytes.read().clone()).into_pyobject(vm)
    }

    #[pymethod]
    fn __deepcopy__(zelf: &Py<Self>, _memo: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
        Self::__copy__(zelf, vm)
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let args = vm.ctx.new_tuple(vec![Self::typecode(zelf, vm), Self::tolist(zelf, vm)]);
        let attributes = zelf.as_object().dict().map_or_else(|| vm.ctx.none(), Into::into);
        let class: PyObjectRef = zelf.class().to_owned().into();
        vm.ctx.new_tuple(vec![class, args.into(), attributes]).into()
    }

    #[pymethod]
    fn __getslice__(zelf: &Py<Self>, start: isize, stop: isize, vm: &VirtualMachine) -> PyResult {
        zelf.subscript(&slice(start, stop, vm), vm)
    }

    #[pymethod]
    fn __setslice__(
        zelf: &Py<Self>,
        start: isize,
        stop: isize,
        value: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        zelf.assign(&slice(start, stop, vm), Some(&value), vm)
    }

    #[pymethod]
    fn __delslice__(zelf: &Py<Self>, start: isize, stop: isize, vm: &VirtualMachine) -> PyResult<()> {
        zelf.assign(&slice(start, stop, vm), None, vm)
    }
}

/// The slice of the old methods' bounds, which are counted from the start.
fn slice(start: isize, stop: isize, vm: &VirtualMachine) -> PyObjectRef {
    let start = vm.ctx.new_int(start.max(0)).into();
    PySlice { start: Some(start), stop: vm.ctx.new_int(stop.max(0)).into(), step: None }.into_ref(&vm.ctx).into()
}

/// The bytes of a string or a buffer.
fn bytes_of(source: &PyObject, function: &str, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    if let Some(bytes) = text::bytes_of(source) {
        return Ok(bytes);
    }
    if text::is_unicode(source) {
        return text::str_of(vm, source);
    }
    let buffer = PyBuffer::from_object(vm, source, BufferFlags::SIMPLE).map_err(|_| {
        let kind = if vm.is_none(source) { "None".into() } else { names::type_name_of(source) };
        vm.new_type_error(format!("{function}() argument 1 must be string or read-only buffer, not {kind}"))
    })?;
    Ok(buffer.contiguous_or_collect(<[u8]>::to_vec))
}

/// Appends the characters of a unicode string.
fn append_text(array: &Array, source: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(string) = source.downcast_ref::<PyStr>() else {
        let kind = names::type_name_of(source);
        return Err(vm.new_type_error(format!("fromunicode() argument 1 must be unicode, not {kind}")));
    };
    let mut bytes = array.bytes.write();
    for c in string.as_wtf8().code_points() {
        bytes.extend(c.to_u32().to_ne_bytes());
    }
    Ok(())
}

impl Constructor for Array {
    type Args = FuncArgs;

    fn slot_new(class: rustpython_vm::builtins::PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if class.heaptype_ext().is_none() && !args.kwargs.is_empty() {
            return Err(vm.new_type_error("array.array() does not take keyword arguments"));
        }
        let given = args.args.len();
        if !(1..=2).contains(&given) {
            let (bound, wanted, plural) = if given < 1 { ("at least", 1, "") } else { ("at most", 2, "s") };
            return Err(vm.new_type_error(format!("array() takes {bound} {wanted} argument{plural} ({given} given)")));
        }
        let letter = args.args.first().and_then(|letter| {
            let string = letter.downcast_ref::<PyStr>()?;
            let mut points = string.as_wtf8().code_points();
            let letter = points.next().and_then(|c| u8::try_from(c.to_u32()).ok())?;
            points.next().is_none().then_some(letter)
        });
        let Some(letter) = letter else {
            let kind = args.args.first().map_or_else(|| "NoneType".into(), |letter| names::type_name_of(letter));
            return Err(vm.new_type_error(format!(
                "array() argument 1 or typecode must be char (string or ascii-unicode with length 1), not {kind}"
            )));
        };
        let Some(kind) = Kind::of(letter) else {
            return Err(vm.new_value_error("bad typecode (must be c, b, B, u, h, H, i, I, l, L, f or d)"));
        };
        let array = Self::new(kind, Vec::new());
        if let Some(source) = args.args.get(1) {
            if text::is_str(source) {
                array.append_bytes(&text::bytes_of(source).unwrap_or_default(), vm)?;
            } else if text::is_unicode(source) && kind.0 == b'u' {
                append_text(&array, source, vm)?;
            } else if let Some(other) = source.downcast_ref::<Self>().filter(|other| other.kind == kind) {
                let bytes = other.bytes.read().clone();
                array.append_bytes(&bytes, vm)?;
            } else {
                array.append_all(source, vm)?;
            }
        }
        array.into_ref_with_type(vm, class).map(Into::into)
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_system_error("arrays are made by slot_new"))
    }
}

impl Initializer for Array {
    type Args = FuncArgs;

    /// Nothing: derived classes call it with arguments of their own.
    fn init(_zelf: &Py<Self>, _args: FuncArgs, _vm: &VirtualMachine) -> PyResult<()> {
        Ok(())
    }
}

static BUFFER: BufferMethods = BufferMethods {
    obj_bytes: |buffer| {
        let bytes: PyMappedRwLockReadGuard<'_, [u8]> =
            PyRwLockReadGuard::map(buffer.obj_as::<Array>().bytes.read(), Vec::as_slice);
        bytes.into()
    },
    obj_bytes_mut: |buffer| {
        let bytes: PyMappedRwLockWriteGuard<'_, [u8]> =
            PyRwLockWriteGuard::map(buffer.obj_as::<Array>().bytes.write(), Vec::as_mut_slice);
        bytes.into()
    },
    release: |_| {},
    retain: |_| {},
};

impl AsBuffer for Array {
    fn as_buffer(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyBuffer> {
        let length = zelf.bytes.read().len();
        Ok(PyBuffer::new(zelf.to_owned().into(), BufferDescriptor::simple(length, false), &BUFFER))
    }
}

impl AsMapping for Array {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _| Ok(Array::mapping_downcast(mapping).len())),
            subscript: Some(|mapping, key, vm| Array::mapping_downcast(mapping).subscript(key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| {
                Array::mapping_downcast(mapping).assign(key, value.as_deref(), vm)
            }),
        };
        &METHODS
    }
}

impl AsSequence for Array {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, _| Ok(Array::sequence_downcast(sequence).len())),
            concat: Some(|sequence, other, vm| {
                let array = Array::sequence_downcast(sequence);
                let other = array.same(other, "can only append array (not \"{}\") to array", vm)?;
                let mut bytes = array.bytes.read().clone();
                bytes.extend_from_slice(&other.bytes.read());
                Ok(Array::new(array.kind, bytes).into_pyobject(vm))
            }),
            repeat: Some(|sequence, count, vm| {
                let array = Array::sequence_downcast(sequence);
                Ok(Array::new(array.kind, array.repeated(count, vm)?).into_pyobject(vm))
            }),
            item: Some(|sequence, index, vm| {
                let array = Array::sequence_downcast(sequence);
                let item = array.place(index).and_then(|at| array.get(at, vm));
                item.ok_or_else(|| vm.new_index_error("array index out of range"))
            }),
            ass_item: Some(|sequence, index, value, vm| {
                let key: PyObjectRef = vm.ctx.new_int(index).into();
                Array::sequence_downcast(sequence).assign(&key, value.as_deref(), vm)
            }),
            contains: Some(|sequence, item, vm| Ok(Array::sequence_downcast(sequence).find(item, vm)?.is_some())),
            inplace_concat: Some(|sequence, other, vm| {
                let array = Array::sequence_downcast(sequence);
                let other = array.same(other, "can only extend array with array (not \"{}\")", vm)?;
                let bytes = other.bytes.read().clone();
                array.bytes.write().extend(bytes);
                Ok(array.to_owned().into())
            }),
            inplace_repeat: Some(|sequence, count, vm| {
                let array = Array::sequence_downcast(sequence);
                let bytes = array.repeated(count, vm)?;
                *array.bytes.write() = bytes;
                Ok(array.to_owned().into())
            }),
        };
        &METHODS
    }
}

impl Comparable for Array {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        let Some(other) = other.downcast_ref::<Self>() else { return Ok(PyComparisonValue::NotImplemented) };
        // As lists of the items compare.
        let (own, theirs): (PyObjectRef, PyObjectRef) = (Self::tolist(zelf, vm), Self::tolist(other, vm));
        Ok(PyComparisonValue::Implemented(own.rich_compare_bool(&theirs, op, vm)?))
    }
}

impl Iterable for Array {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(ArrayIter { array: Mutex::new(Some((zelf, 0))) }.into_pyobject(vm))
    }
}

impl Representable for Array {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let letter = char::from(zelf.kind.0);
        if zelf.len() == 0 {
            return Ok(format!("array('{letter}')"));
        }
        let items = match zelf.kind.0 {
            b'c' => Self::tostring(zelf, vm),
            b'u' => zelf.text(vm)?,
            _ => Self::tolist(zelf, vm),
        };
        let items = text::repr_of(vm, &items)?;
        Ok(format!("array('{letter}', {})", text::widen(&items)))
    }
}

/// An iterator over an array.
#[pyclass(module = false, name = "arrayiterator")]
#[derive(Debug, PyPayload)]
struct ArrayIter {
    array: Mutex<Option<(PyRef<Array>, usize)>>,
}

#[pyclass(with(IterNext), flags(DISALLOW_INSTANTIATION))]
impl ArrayIter {}

impl SelfIter for ArrayIter {}

impl IterNext for ArrayIter {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let mut kept = zelf.array.lock();
        let item = kept.as_mut().and_then(|(array, at)| {
            let item = array.get(*at, vm);
            *at += 1;
            item
        });
        if item.is_none() {
            *kept = None;
        }
        Ok(item.map_or(PyIterReturn::StopIteration(None), PyIterReturn::Return))
    }
}

/// Makes the module `array`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "array");
    let _ = ArrayIter::make_static_type();
    modules::set(vm, &module, "array", Array::make_static_type());
    modules::set(vm, &module, "ArrayType", Array::make_static_type());
    module
}
