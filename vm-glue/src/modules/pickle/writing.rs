//! Writing: one object after the other as operations. What differs between `pickle` and `cPickle` goes by [`Flavour`].

use rustpython_vm::builtins::{PyDict, PyInt, PyList, PyStr, PyTuple, PyType};
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::errors::Flavour;
use super::hooks::Hooks;
use super::memo::Memo;
use super::opcodes as op;
use crate::runtime::{classes, classic, numbers, text};

/// How an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    None,
    Bool,
    Int,
    Long,
    Float,
    Str,
    Unicode,
    Tuple,
    List,
    Dict,
    /// An instance of a classic class.
    Instance,
    /// A class or a function: by its name.
    Global,
    /// As its class says.
    Other,
}

/// The kind of an object by its type.
pub fn kind_of(vm: &VirtualMachine, object: &PyObject) -> Kind {
    let class = object.class();
    let types = &vm.ctx.types;
    if class.is(types.str_type) {
        Kind::Str
    } else if class.is(types.int_type) {
        if numbers::is_big_int(object, vm) { Kind::Long } else { Kind::Int }
    } else if class.is(text::unicode_type(vm)) {
        Kind::Unicode
    } else if class.is(types.none_type) {
        Kind::None
    } else if class.is(types.bool_type) {
        Kind::Bool
    } else if class.is(types.float_type) {
        Kind::Float
    } else if class.is(types.tuple_type) {
        Kind::Tuple
    } else if class.is(types.list_type) {
        Kind::List
    } else if class.is(types.dict_type) {
        Kind::Dict
    } else if class.is(numbers::long_type(vm)) {
        Kind::Long
    } else if classic::is_classic(class) {
        Kind::Instance
    } else if class.is(types.type_type)
        || class.is(classes::dialect_type(vm))
        || class.is(types.function_type)
        || class.is(types.builtin_function_or_method_type)
        || object.downcast_ref::<PyType>().is_some_and(classic::is_classic)
    {
        Kind::Global
    } else {
        Kind::Other
    }
}

/// One pickler's state.
#[derive(Debug)]
pub struct Writer {
    pub flavour: Flavour,
    pub protocol: i64,
    /// No memo.
    pub fast: bool,
    pub out: Vec<u8>,
    pub memo: Memo,
    pub hooks: Hooks,
    /// Containers that are being written, in the fast mode.
    pub open: Vec<usize>,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new(Flavour::Plain, 0)
    }
}

/// The items of a list, or of any iterator.
enum Items {
    List(PyRef<PyList>, usize),
    Any(PyIter),
}

impl Items {
    fn next(&mut self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        match self {
            Self::List(list, at) => {
                let item = list.borrow_vec().get(*at).cloned();
                *at += 1;
                Ok(item)
            }
            Self::Any(iter) => Ok(match iter.next(vm)? {
                PyIterReturn::Return(item) => Some(item),
                PyIterReturn::StopIteration(_) => None,
            }),
        }
    }
}

/// The pairs of a dict, or of any iterator.
enum Pairs {
    Dict { dict: PyRef<PyDict>, position: usize, length: usize },
    Any(PyIter),
}

impl Pairs {
    fn next(&mut self, vm: &VirtualMachine) -> PyResult<Option<(PyObjectRef, PyObjectRef)>> {
        match self {
            Self::Dict { dict, position, length } => {
                if dict.__len__() != *length {
                    return Err(vm.new_runtime_error("dictionary changed size during iteration"));
                }
                Ok(dict.next_entry(*position).map(|(next, key, value)| {
                    *position = next;
                    (key, value)
                }))
            }
            Self::Any(iter) => match iter.next(vm)? {
                PyIterReturn::Return(pair) => match pair.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) {
                    Some([key, value]) => Ok(Some((key.clone(), value.clone()))),
                    _ => Err(vm.new_type_error("dict items iterator must return 2-tuples")),
                },
                PyIterReturn::StopIteration(_) => Ok(None),
            },
        }
    }
}

impl Writer {
    pub fn new(flavour: Flavour, protocol: i64) -> Self {
        Self {
            flavour,
            protocol,
            fast: false,
            out: Vec::new(),
            memo: Memo::default(),
            hooks: Hooks::default(),
            open: Vec::new(),
        }
    }

    pub fn is_c(&self) -> bool {
        self.flavour == Flavour::C
    }

    pub fn binary(&self) -> bool {
        self.protocol >= 1
    }

    pub fn code(&mut self, operation: u8) {
        self.out.push(operation);
    }

    pub fn line(&mut self, operation: u8, text: &[u8]) {
        self.out.push(operation);
        self.out.extend_from_slice(text);
        self.out.push(b'\n');
    }

    /// A whole pickle.
    pub fn dump(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if self.protocol >= 2 {
            self.code(op::PROTO);
            self.code(self.protocol as u8);
        }
        self.save(vm, object)?;
        self.code(op::STOP);
        Ok(())
    }

    // ---- memo ----

    /// Remembers an object, and says so.
    pub fn memoize(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if self.hooks.overrides_memoize() {
            return self.call_hook(vm, "memoize", vec![object.to_owned()]).map(drop);
        }
        self.memoize_here(vm, object)
    }

    pub fn memoize_here(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if self.fast {
            return Ok(());
        }
        let number = self.memo.len() + usize::from(self.is_c());
        self.memo.insert(object, number);
        self.numbered(vm, "put", [op::PUT, op::BINPUT, op::LONG_BINPUT], number)
    }

    /// What `cPickle` does: an object that nobody else holds cannot come again.
    fn memoize_shared(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if self.is_c() && object.strong_count() < 2 {
            return Ok(());
        }
        self.memoize(vm, object)
    }

    pub fn fetch(&mut self, vm: &VirtualMachine, number: usize) -> PyResult<()> {
        self.numbered(vm, "get", [op::GET, op::BINGET, op::LONG_BINGET], number)
    }

    fn numbered(&mut self, vm: &VirtualMachine, name: &'static str, codes: [u8; 3], number: usize) -> PyResult<()> {
        if self.hooks.overrides_numbers() {
            let text = self.call_hook(vm, name, vec![vm.ctx.new_int(number).into()])?;
            let text = text::str_of(vm, &text)?;
            self.out.extend_from_slice(&text);
            return Ok(());
        }
        self.out.extend_from_slice(&numbered(self.binary(), codes, number));
        Ok(())
    }

    // ---- any object ----

    /// Writes an object, by the pickler's own `save` if it has one.
    pub fn save(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if self.hooks.overrides_save() {
            return self.call_hook(vm, "save", vec![object.to_owned()]).map(drop);
        }
        self.save_here(vm, object)
    }

    pub fn save_here(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if self.hooks.has_persistent()
            && let Some(pid) = self.persistent_id(vm, object)?
        {
            return self.save_pers(vm, &pid);
        }
        if self.hooks.dispatch().is_some() {
            return self.save_dispatched(vm, object);
        }
        let kind = kind_of(vm, object);
        if matches!(kind, Kind::None | Kind::Bool | Kind::Int | Kind::Float) {
            return self.save_kind(vm, object, kind);
        }
        let looked_up = !self.is_c()
            || object.strong_count() > 1
                && match kind {
                    Kind::Str | Kind::Unicode => !is_short(object),
                    Kind::Tuple => object.downcast_ref::<PyTuple>().is_some_and(|tuple| !tuple.is_empty()),
                    _ => kind != Kind::Long,
                };
        if looked_up && let Some(number) = self.memo.get(object) {
            return self.fetch(vm, number);
        }
        self.save_kind(vm, object, kind)
    }

    /// Writes an object in the way of a kind.
    pub fn save_kind(&mut self, vm: &VirtualMachine, object: &PyObject, kind: Kind) -> PyResult<()> {
        match kind {
            Kind::None => self.code(op::NONE),
            Kind::Bool => self.save_bool(vm, object)?,
            Kind::Int => self.save_int(vm, object)?,
            Kind::Long => self.save_long(vm, object)?,
            Kind::Float => self.save_float(vm, object)?,
            Kind::Str => self.save_string(vm, object)?,
            Kind::Unicode => self.save_unicode(vm, object)?,
            Kind::Tuple | Kind::List | Kind::Dict | Kind::Instance | Kind::Other => {
                return vm.with_recursion("while pickling an object", || match kind {
                    Kind::Tuple => self.save_tuple(vm, object),
                    Kind::List => self.guarded(vm, object, Self::save_list),
                    Kind::Dict => self.guarded(vm, object, Self::save_dict),
                    Kind::Instance => self.guarded(vm, object, Self::save_inst),
                    _ => self.save_other(vm, object),
                });
            }
            Kind::Global => return self.save_named(vm, object),
        }
        Ok(())
    }

    /// Without a memo, an object that contains itself would never end.
    pub fn guarded(
        &mut self,
        vm: &VirtualMachine,
        object: &PyObject,
        work: fn(&mut Self, &VirtualMachine, &PyObject) -> PyResult<()>,
    ) -> PyResult<()> {
        if !self.fast || !self.is_c() {
            return work(self, vm, object);
        }
        const LIMIT: usize = 50;
        let id = object.get_id();
        if self.open.len() >= LIMIT && self.open.contains(&id) {
            let name = crate::runtime::names::type_name_of(object);
            let message = format!("fast mode: can't pickle cyclic objects including object type {name} at {id:#x}");
            self.open.clear();
            return Err(vm.new_value_error(message));
        }
        self.open.push(id);
        let result = work(self, vm, object);
        self.open.pop();
        result
    }

    // ---- simple values ----

    fn save_bool(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        match (object.to_owned().try_to_bool(vm)?, self.protocol >= 2) {
            (true, true) => self.code(op::NEWTRUE),
            (false, true) => self.code(op::NEWFALSE),
            (true, false) => self.line(op::INT, b"01"),
            (false, false) => self.line(op::INT, b"00"),
        }
        Ok(())
    }

    fn save_int(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let Some(value) = object.downcast_ref::<PyInt>().and_then(|int| i64::try_from(int.as_bigint()).ok()) else {
            return Err(vm.new_type_error("an integer is required"));
        };
        if self.binary() {
            if let Ok(byte) = u8::try_from(value) {
                self.out.extend_from_slice(&[op::BININT1, byte]);
                return Ok(());
            }
            if let Ok(short) = u16::try_from(value) {
                self.code(op::BININT2);
                self.out.extend_from_slice(&short.to_le_bytes());
                return Ok(());
            }
            if let Ok(word) = i32::try_from(value) {
                self.code(op::BININT);
                self.out.extend_from_slice(&word.to_le_bytes());
                return Ok(());
            }
        }
        self.line(op::INT, value.to_string().as_bytes());
        Ok(())
    }

    fn save_long(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let Some(value) = numbers::integer(object) else { return Err(vm.new_type_error("an integer is required")) };
        if self.protocol < 2 {
            self.line(op::LONG, format!("{value}L").as_bytes());
            return Ok(());
        }
        let bytes = encode_long(value);
        match u8::try_from(bytes.len()) {
            Ok(length) => self.out.extend_from_slice(&[op::LONG1, length]),
            Err(_) => self.sized(op::LONG4, bytes.len()),
        }
        self.out.extend_from_slice(&bytes);
        Ok(())
    }

    fn save_float(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if self.binary() {
            let value = object.try_float(vm)?.to_f64();
            self.code(op::BINFLOAT);
            self.out.extend_from_slice(&value.to_be_bytes());
            return Ok(());
        }
        let text = match self.is_c() {
            true => text::str_of(vm, &*vm._mod(vm.ctx.new_str("%.17g").as_object(), object)?)?,
            false => text::repr_of(vm, object)?,
        };
        self.line(op::FLOAT, &text);
        Ok(())
    }

    /// An operation with a length of four bytes.
    pub fn sized(&mut self, operation: u8, length: usize) {
        self.code(operation);
        self.out.extend_from_slice(&(length as u32).to_le_bytes());
    }

    fn save_string(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let Some(string) = object.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error("a string is required"));
        };
        if self.binary() {
            let bytes = text::narrow(string.as_wtf8());
            match u8::try_from(bytes.len()) {
                Ok(length) => self.out.extend_from_slice(&[op::SHORT_BINSTRING, length]),
                Err(_) => self.sized(op::BINSTRING, bytes.len()),
            }
            self.out.extend_from_slice(&bytes);
        } else {
            let text = crate::runtime::quote::quoted(string.as_wtf8(), false);
            self.line(op::STRING, text.as_bytes());
        }
        if self.is_c() && is_short(object) {
            return Ok(());
        }
        self.memoize_shared(vm, object)
    }

    fn save_unicode(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let Some(string) = object.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error("a string is required"));
        };
        if self.binary() {
            let bytes = string.as_wtf8().as_bytes();
            self.sized(op::BINUNICODE, bytes.len());
            self.out.extend_from_slice(bytes);
        } else {
            self.code(op::UNICODE);
            for c in string.as_wtf8().code_points() {
                match c.to_u32() {
                    // They would end the line, or begin an escape.
                    special @ (0x0a | 0x5c) => self.out.extend_from_slice(format!("\\u{special:04x}").as_bytes()),
                    code @ 0..=0xff => self.out.push(code as u8),
                    code @ 0x100..=0xffff => self.out.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
                    code => self.out.extend_from_slice(format!("\\U{code:08x}").as_bytes()),
                }
            }
            self.code(b'\n');
        }
        if self.is_c() && is_short(object) {
            return Ok(());
        }
        self.memoize_shared(vm, object)
    }

    // ---- containers ----

    fn save_tuple(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let Some(tuple) = object.downcast_ref::<PyTuple>() else {
            return Err(vm.new_type_error("a tuple is required"));
        };
        let items = tuple.as_slice();
        let count = items.len();
        if count == 0 {
            if self.binary() {
                self.code(op::EMPTY_TUPLE);
            } else {
                self.out.extend_from_slice(&[op::MARK, op::TUPLE]);
            }
            return Ok(());
        }
        let short = self.protocol >= 2 && count <= 3;
        if !short {
            self.code(op::MARK);
        }
        // The elements of a constant are constants as well: the program holds them.
        let constant = self.is_c() && object.strong_count() > 1;
        for item in items {
            if constant && text::is_unicode(item) {
                let held = item.clone();
                self.save(vm, &held)?;
            } else {
                self.save(vm, item)?;
            }
        }
        if let Some(number) = self.memo.get(object) {
            // It contains itself: drop what was written, take the one that is there.
            if self.binary() && !short {
                self.code(op::POP_MARK);
            } else {
                let pops = count + usize::from(!short);
                self.out.extend(std::iter::repeat_n(op::POP, pops));
            }
            return self.fetch(vm, number);
        }
        self.code(match (short, count) {
            (true, 1) => op::TUPLE1,
            (true, 2) => op::TUPLE2,
            (true, _) => op::TUPLE3,
            (false, _) => op::TUPLE,
        });
        self.memoize_shared(vm, object)
    }

    fn save_list(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let Some(list) = object.downcast_ref::<PyList>() else { return Err(vm.new_type_error("a list is required")) };
        if self.binary() {
            self.code(op::EMPTY_LIST);
        } else {
            self.out.extend_from_slice(&[op::MARK, op::LIST]);
        }
        let empty = list.borrow_vec().is_empty();
        if empty {
            self.memoize_shared(vm, object)?;
        } else {
            self.memoize(vm, object)?;
        }
        self.appends(vm, Items::List(list.to_owned(), 0))
    }

    /// Items for `append`, from the fourth part of a reduced value.
    pub fn append_all(&mut self, vm: &VirtualMachine, items: &PyObject) -> PyResult<()> {
        self.appends(vm, Items::Any(items.to_owned().get_iter(vm)?))
    }

    fn appends(&mut self, vm: &VirtualMachine, mut items: Items) -> PyResult<()> {
        if !self.binary() {
            while let Some(item) = items.next(vm)? {
                self.save(vm, &item)?;
                self.code(op::APPEND);
            }
            return Ok(());
        }
        while let Some(first) = items.next(vm)? {
            let Some(mut item) = items.next(vm)? else {
                self.save(vm, &first)?;
                self.code(op::APPEND);
                return Ok(());
            };
            self.code(op::MARK);
            self.save(vm, &first)?;
            drop(first);
            let mut count = 2;
            loop {
                self.save(vm, &item)?;
                if count == op::BATCH {
                    break;
                }
                match items.next(vm)? {
                    Some(next) => item = next,
                    None => break,
                }
                count += 1;
            }
            self.code(op::APPENDS);
            if count < op::BATCH {
                return Ok(());
            }
        }
        Ok(())
    }

    fn save_dict(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let Some(dict) = object.downcast_ref::<PyDict>() else { return Err(vm.new_type_error("a dict is required")) };
        if self.binary() {
            self.code(op::EMPTY_DICT);
        } else {
            self.out.extend_from_slice(&[op::MARK, op::DICT]);
        }
        if dict.is_empty() {
            self.memoize_shared(vm, object)?;
        } else {
            self.memoize(vm, object)?;
        }
        let length = dict.__len__();
        // Where a batch is full, `cPickle` starts the next one before it looks whether there is more.
        let eager = self.is_c() && length > 1;
        let pairs = Pairs::Dict { dict: dict.to_owned(), position: 0, length };
        self.set_items(vm, pairs, eager)
    }

    /// Pairs for assignments, from the fifth part of a reduced value.
    pub fn set_all(&mut self, vm: &VirtualMachine, pairs: &PyObject) -> PyResult<()> {
        self.set_items(vm, Pairs::Any(pairs.to_owned().get_iter(vm)?), false)
    }

    fn set_items(&mut self, vm: &VirtualMachine, mut pairs: Pairs, eager: bool) -> PyResult<()> {
        if !self.binary() {
            while let Some((key, value)) = pairs.next(vm)? {
                self.save(vm, &key)?;
                self.save(vm, &value)?;
                self.code(op::SETITEM);
            }
            return Ok(());
        }
        let mut again = false;
        loop {
            let first = pairs.next(vm)?;
            let Some((key, value)) = first else {
                if eager && again {
                    self.out.extend_from_slice(&[op::MARK, op::SETITEMS]);
                }
                return Ok(());
            };
            let mut next = pairs.next(vm)?;
            let single = next.is_none() && !eager;
            if !single {
                self.code(op::MARK);
            }
            self.save(vm, &key)?;
            self.save(vm, &value)?;
            drop((key, value));
            if single {
                self.code(op::SETITEM);
                return Ok(());
            }
            let mut count = 1;
            while let Some((key, value)) = next {
                self.save(vm, &key)?;
                self.save(vm, &value)?;
                count += 1;
                if count == op::BATCH {
                    break;
                }
                next = pairs.next(vm)?;
            }
            self.code(op::SETITEMS);
            if count < op::BATCH {
                return Ok(());
            }
            again = true;
        }
    }
}

/// PUT or GET with its number.
pub fn numbered(binary: bool, codes: [u8; 3], number: usize) -> Vec<u8> {
    let [text, short, long] = codes;
    if !binary {
        return [&[text], number.to_string().as_bytes(), b"\n"].concat();
    }
    match u8::try_from(number) {
        Ok(byte) => vec![short, byte],
        Err(_) => [&[long][..], &(number as u32).to_le_bytes()].concat(),
    }
}

/// A string of at most one character.
fn is_short(object: &PyObject) -> bool {
    object.downcast_ref::<PyStr>().is_some_and(|string| string.char_len() < 2)
}

/// The bytes of a long, least significant first, with its sign; none for zero.
pub fn encode_long(value: &malachite_bigint::BigInt) -> Vec<u8> {
    if value.sign() == malachite_bigint::Sign::NoSign {
        return Vec::new();
    }
    value.to_signed_bytes_le()
}
