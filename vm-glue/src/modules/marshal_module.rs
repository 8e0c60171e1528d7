//! The module `marshal`: values of the basic types as bytes in Python 2.7's internal format. Code objects are those of
//! another interpreter there: they are neither written nor read.

use std::collections::HashMap;

use malachite_bigint::{BigInt, Sign};
use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyByteArray, PyComplex, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyModule, PySet, PyStr,
    PyTuple,
};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{BufferFlags, PyBuffer};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::{arguments, codecs, files, names, numbers, text};

const VERSION: isize = 2;
/// Deeper values are refused.
const MAX_DEPTH: usize = 2000;

// ---- writing ------------------------------------------------------------------------------------------------------

struct Writer {
    out: Vec<u8>,
    version: isize,
    /// Strings that look like names, which the interpreter keeps one of each, by their numbers.
    known: HashMap<Vec<u8>, u32>,
}

impl Writer {
    fn sized(&mut self, code: u8, count: usize) {
        self.out.push(code);
        self.out.extend_from_slice(&(count as u32).to_le_bytes());
    }

    fn bytes(&mut self, code: u8, bytes: &[u8]) {
        self.sized(code, bytes.len());
        self.out.extend_from_slice(bytes);
    }

    fn string(&mut self, bytes: &[u8]) {
        let is_name = bytes.len() == 1 || bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if self.version < 1 || !is_name {
            return self.bytes(b's', bytes);
        }
        match self.known.get(bytes) {
            Some(number) => {
                let number = *number;
                self.sized(b'R', number as usize);
            }
            None => {
                let number = self.known.len() as u32;
                self.known.insert(bytes.to_vec(), number);
                self.bytes(b't', bytes);
            }
        }
    }

    /// A float: its bytes, before version 2 its `%.17g`, in which whole numbers have no point.
    fn real(&mut self, value: f64) {
        if self.version > 1 {
            self.out.extend_from_slice(&value.to_le_bytes());
            return;
        }
        let text = crate::runtime::floats::shown(value, 17);
        let text = text.strip_suffix(".0").unwrap_or(&text);
        self.out.push(text.len() as u8);
        self.out.extend_from_slice(text.as_bytes());
    }

    fn integer(&mut self, value: &BigInt, is_long: bool) {
        if !is_long && let Ok(value) = i64::try_from(value) {
            match i32::try_from(value) {
                Ok(word) => {
                    self.out.push(b'i');
                    self.out.extend_from_slice(&word.to_le_bytes());
                }
                Err(_) => {
                    self.out.push(b'I');
                    self.out.extend_from_slice(&value.to_le_bytes());
                }
            }
            return;
        }
        // Digits of fifteen bits.
        let (sign, bytes) = value.to_bytes_le();
        let mut digits: Vec<u16> = Vec::with_capacity(bytes.len() * 8 / 15 + 1);
        let (mut held, mut bits) = (0u32, 0);
        for byte in bytes {
            held |= u32::from(byte) << bits;
            bits += 8;
            if bits >= 15 {
                digits.push((held & 0x7fff) as u16);
                held >>= 15;
                bits -= 15;
            }
        }
        digits.push(held as u16);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let count = digits.len() as i32;
        self.out.push(b'l');
        self.out.extend_from_slice(&(if sign == Sign::Minus { -count } else { count }).to_le_bytes());
        for digit in digits {
            self.out.extend_from_slice(&digit.to_le_bytes());
        }
    }

    fn items(&mut self, code: u8, items: &[PyObjectRef], depth: usize, vm: &VirtualMachine) -> PyResult<()> {
        self.sized(code, items.len());
        items.iter().try_for_each(|item| self.write(item, depth + 1, vm))
    }

    fn write(&mut self, value: &PyObject, depth: usize, vm: &VirtualMachine) -> PyResult<()> {
        if depth >= MAX_DEPTH {
            return Err(vm.new_value_error("object too deeply nested to marshal"));
        }
        let class = value.class();
        let types = &vm.ctx.types;
        if class.is(types.str_type) {
            let bytes = text::bytes_of(value).unwrap_or_default();
            self.string(&bytes);
        } else if let Some(string) = value.downcast_ref::<PyStr>().filter(|_| class.is(text::unicode_type(vm))) {
            self.bytes(b'u', string.as_wtf8().as_bytes());
        } else if class.is(types.bool_type) {
            self.out.push(if value.is(&vm.ctx.true_value) { b'T' } else { b'F' });
        } else if class.is(types.int_type) || class.is(numbers::long_type(vm)) {
            if let Some(number) = numbers::integer(value) {
                self.integer(number, numbers::is_long(value, vm));
            }
        } else if let Some(float) = value.downcast_ref::<PyFloat>().filter(|_| class.is(types.float_type)) {
            self.out.push(if self.version > 1 { b'g' } else { b'f' });
            self.real(float.to_f64());
        } else if let Some(complex) = value.downcast_ref::<PyComplex>().filter(|_| class.is(types.complex_type)) {
            self.out.push(if self.version > 1 { b'y' } else { b'x' });
            let complex = complex.to_complex();
            self.real(complex.re);
            self.real(complex.im);
        } else if vm.is_none(value) {
            self.out.push(b'N');
        } else if value.is(&vm.ctx.ellipsis) {
            self.out.push(b'.');
        } else if value.is(vm.ctx.exceptions.stop_iteration) {
            self.out.push(b'S');
        } else if let Some(tuple) = value.downcast_ref_if_exact::<PyTuple>(vm) {
            self.items(b'(', tuple.as_slice(), depth, vm)?;
        } else if let Some(list) = value.downcast_ref_if_exact::<PyList>(vm) {
            let items = list.borrow_vec().to_vec();
            self.items(b'[', &items, depth, vm)?;
        } else if let Some(dict) = value.downcast_ref_if_exact::<PyDict>(vm) {
            self.out.push(b'{');
            for (key, item) in dict.items_vec() {
                self.write(&key, depth + 1, vm)?;
                self.write(&item, depth + 1, vm)?;
            }
            self.out.push(b'0');
        } else if value.downcast_ref_if_exact::<PySet>(vm).is_some() {
            self.items(b'<', &vm.extract_elements_with(value, Ok)?, depth, vm)?;
        } else if value.downcast_ref_if_exact::<PyFrozenSet>(vm).is_some() {
            self.items(b'>', &vm.extract_elements_with(value, Ok)?, depth, vm)?;
        } else if let Some(array) = value.downcast_ref::<PyByteArray>() {
            let bytes = array.borrow_buf().to_vec();
            self.bytes(b's', &bytes);
        } else if !value.downcastable::<PyStr>()
            && !value.downcastable::<PyInt>()
            && let Ok(buffer) = PyBuffer::from_object(vm, value, BufferFlags::SIMPLE)
        {
            let bytes = buffer.contiguous_or_collect(<[u8]>::to_vec);
            self.bytes(b's', &bytes);
        } else if let Some(bytes) = text::bytes_of(value).filter(|_| text::is_str(value)) {
            // A class derived from str is a buffer, too.
            self.bytes(b's', &bytes);
        } else {
            return Err(vm.new_value_error("unmarshallable object"));
        }
        Ok(())
    }
}

fn written(vm: &VirtualMachine, value: &PyObject, version: Option<&PyObjectRef>) -> PyResult<Vec<u8>> {
    let version = version.map_or(Ok(VERSION), |version| arguments::c_long(vm, version))?;
    let mut writer = Writer { out: Vec::new(), version, known: HashMap::new() };
    writer.write(value, 0, vm)?;
    Ok(writer.out)
}

// ---- reading ------------------------------------------------------------------------------------------------------

enum Source<'a> {
    Bytes(&'a [u8]),
    File(PyRef<files::File>),
}

struct Reader<'a> {
    source: Source<'a>,
    known: Vec<PyObjectRef>,
}

impl Reader<'_> {
    fn end(vm: &VirtualMachine) -> PyBaseExceptionRef {
        let class = vm.ctx.exceptions.eof_error.to_owned();
        vm.new_exception_msg(class, "EOF read where object expected".into())
    }

    fn bad(vm: &VirtualMachine, what: &str) -> PyBaseExceptionRef {
        vm.new_value_error(format!("bad marshal data ({what})"))
    }

    fn take(&mut self, count: usize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        match &mut self.source {
            Source::Bytes(bytes) => match bytes.split_at_checked(count) {
                Some((taken, rest)) => {
                    *bytes = rest;
                    Ok(taken.to_vec())
                }
                None => Err(Self::end(vm)),
            },
            Source::File(file) => {
                let bytes = file.read_bytes(Some(count), false, vm)?;
                if bytes.len() < count { Err(Self::end(vm)) } else { Ok(bytes) }
            }
        }
    }

    fn array<const N: usize>(&mut self, vm: &VirtualMachine) -> PyResult<[u8; N]> {
        self.take(N, vm)?.try_into().map_err(|_| Self::end(vm))
    }

    fn word(&mut self, vm: &VirtualMachine) -> PyResult<i32> {
        Ok(i32::from_le_bytes(self.array(vm)?))
    }

    fn count(&mut self, what: &str, vm: &VirtualMachine) -> PyResult<usize> {
        usize::try_from(self.word(vm)?).map_err(|_| Self::bad(vm, &format!("{what} size out of range")))
    }

    fn real(&mut self, binary: bool, vm: &VirtualMachine) -> PyResult<f64> {
        if binary {
            return Ok(f64::from_le_bytes(self.array(vm)?));
        }
        let [length] = self.array(vm)?;
        let text = self.take(usize::from(length), vm)?;
        let value = vm.ctx.types.float_type.as_object().call((text::new_str(vm, &text),), vm)?;
        Ok(value.try_float(vm)?.to_f64())
    }

    fn long(&mut self, vm: &VirtualMachine) -> PyResult<BigInt> {
        let count = self.word(vm)?;
        let mut value = BigInt::from(0);
        let digits = self.take(count.unsigned_abs() as usize * 2, vm)?;
        for pair in digits.rchunks_exact(2) {
            let digit = match pair {
                [low, high] => u16::from_le_bytes([*low, *high]),
                _ => 0,
            };
            if digit > 0x7fff {
                return Err(Self::bad(vm, "digit out of range in long"));
            }
            value = (value << 15) + BigInt::from(digit);
        }
        if let [.., low, high] = digits.as_slice()
            && (*low, *high) == (0, 0)
        {
            return Err(Self::bad(vm, "unnormalized long data"));
        }
        Ok(if count < 0 { -value } else { value })
    }

    fn items(&mut self, what: &str, depth: usize, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let count = self.count(what, vm)?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.item(what, depth, vm)?);
        }
        Ok(items)
    }

    fn item(&mut self, what: &str, depth: usize, vm: &VirtualMachine) -> PyResult {
        let value = self.value(depth + 1, vm)?;
        value.ok_or_else(|| vm.new_type_error(format!("NULL object in marshal data for {what}")))
    }

    /// A value; None for the mark at the end of a dictionary.
    fn value(&mut self, depth: usize, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if depth >= MAX_DEPTH {
            return Err(vm.new_value_error("recursion limit exceeded"));
        }
        let [code] = self.array(vm)?;
        Ok(Some(match code {
            b'0' => return Ok(None),
            b'N' => vm.ctx.none(),
            b'.' => vm.ctx.ellipsis.clone().into(),
            b'S' => vm.ctx.exceptions.stop_iteration.to_owned().into(),
            b'T' => vm.ctx.new_bool(true).into(),
            b'F' => vm.ctx.new_bool(false).into(),
            b'i' => vm.ctx.new_int(self.word(vm)?).into(),
            b'I' => vm.ctx.new_int(i64::from_le_bytes(self.array(vm)?)).into(),
            b'l' => numbers::new_long(vm, self.long(vm)?),
            b'f' | b'g' => vm.ctx.new_float(self.real(code == b'g', vm)?).into(),
            b'x' | b'y' => {
                let re = self.real(code == b'y', vm)?;
                let im = self.real(code == b'y', vm)?;
                vm.ctx.types.complex_type.as_object().call((vm.ctx.new_float(re), vm.ctx.new_float(im)), vm)?
            }
            b's' | b't' => {
                let count = self.count("string", vm)?;
                let string = text::new_str(vm, &self.take(count, vm)?);
                if code == b't' {
                    self.known.push(string.clone());
                }
                string
            }
            b'R' => {
                let at = self.word(vm)?;
                let known = usize::try_from(at).ok().and_then(|at| self.known.get(at)).cloned();
                known.ok_or_else(|| Self::bad(vm, "string ref out of range"))?
            }
            b'u' => {
                let count = self.count("unicode", vm)?;
                let bytes = self.take(count, vm)?;
                codecs::decode_object(vm, &bytes, Some("utf-8"), None)?
            }
            b'(' => vm.ctx.new_tuple(self.items("tuple", depth, vm)?).into(),
            b'[' => vm.ctx.new_list(self.items("list", depth, vm)?).into(),
            b'<' | b'>' => {
                let (what, class) = match code {
                    b'<' => ("set", vm.ctx.types.set_type),
                    _ => ("frozenset", vm.ctx.types.frozenset_type),
                };
                let items = vm.ctx.new_list(self.items(what, depth, vm)?);
                class.as_object().call((items,), vm)?
            }
            b'{' => {
                let dict = vm.ctx.new_dict();
                while let Some(key) = self.value(depth + 1, vm)? {
                    let item = self.item("dict", depth, vm)?;
                    dict.set_item(&*key, item, vm)?;
                }
                dict.into()
            }
            b'c' => return Err(vm.new_value_error("code objects of another interpreter cannot be read")),
            _ => return Err(Self::bad(vm, "unknown type code")),
        }))
    }

    fn whole(&mut self, vm: &VirtualMachine) -> PyResult {
        self.value(0, vm)?.ok_or_else(|| vm.new_type_error("NULL object in marshal data for object"))
    }
}

// ---- the module ---------------------------------------------------------------------------------------------------

fn dumps(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "dumps", &args, 1, 2)?;
    let value = args.args.first().cloned().unwrap_or_else(|| vm.ctx.none());
    Ok(text::new_str(vm, &written(vm, &value, args.args.get(1))?))
}

fn dump(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    arguments::count(vm, "dump", &args, 2, 3)?;
    let [value, file, ..] = args.args.as_slice() else { return Ok(()) };
    let Some(file) = file.downcast_ref::<files::File>() else {
        return Err(vm.new_type_error("marshal.dump() 2nd arg must be file"));
    };
    let bytes = written(vm, value, args.args.get(2))?;
    file.write_bytes(&bytes, vm)
}

fn load(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let file = arguments::only(vm, "load", args)?;
    match file.downcast::<files::File>() {
        Ok(file) => Reader { source: Source::File(file), known: Vec::new() }.whole(vm),
        Err(_) => Err(vm.new_type_error("marshal.load() arg must be file")),
    }
}

fn loads(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "loads", &args, 1, 1)?;
    let given = args.args.first().cloned().unwrap_or_else(|| vm.ctx.none());
    let bytes = match text::bytes_of(&given) {
        Some(bytes) => bytes,
        None if text::is_unicode(&given) => text::str_of(vm, &given)?,
        None => match PyBuffer::from_object(vm, &given, BufferFlags::SIMPLE) {
            Ok(buffer) if !given.downcastable::<PyInt>() => buffer.contiguous_or_collect(<[u8]>::to_vec),
            _ => {
                let kind = if vm.is_none(&given) { "None".into() } else { names::type_name_of(&given) };
                let message = format!("loads() argument 1 must be string or read-only buffer, not {kind}");
                return Err(vm.new_type_error(message));
            }
        },
    };
    Reader { source: Source::Bytes(&bytes), known: Vec::new() }.whole(vm)
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "marshal");
    modules::set(vm, &module, "version", vm.ctx.new_int(VERSION));
    modules::set_function(vm, &module, "dump", dump);
    modules::set_function(vm, &module, "dumps", dumps);
    modules::set_function(vm, &module, "load", load);
    modules::set_function(vm, &module, "loads", loads);
    module
}
