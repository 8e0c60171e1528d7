//! Reading: the stack machine that makes objects from operations. Bad data ends in the error that the module in question
//! raises, never worse: every length is checked against what is there.

use malachite_bigint::BigInt;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};
use std::collections::HashMap;
use std::sync::Arc;

use super::errors::Flavour;
use super::opcodes as op;
use super::source::Source;
use crate::runtime::{codecs, number_texts, numbers, text};

/// Finds a class or function by module and name.
pub type Find = Arc<dyn Fn(&VirtualMachine, &str, &str) -> PyResult + Send + Sync>;

/// Asked about persistent ids, `None` for no answer.
pub type Persistent = Arc<dyn Fn(&VirtualMachine, PyObjectRef) -> PyResult + Send + Sync>;

/// One unpickler's state.
pub struct Reader {
    pub flavour: Flavour,
    pub source: Source,
    pub stack: Vec<PyObjectRef>,
    /// `cPickle`: heights of the stack at open marks.
    pub marks: Vec<usize>,
    /// `pickle`: the object that stands for a mark.
    pub mark: Option<PyObjectRef>,
    /// By the text of the number.
    pub memo: ReadMemo,
    pub find: Find,
    pub persistent: Option<Persistent>,
    /// Only pass over the operations, as `cPickle`'s `noload` does.
    pub skip: bool,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("flavour", &self.flavour).finish_non_exhaustive()
    }
}

/// Objects by their numbers; keys in text that are no plain numbers are possible.
#[derive(Debug, Default)]
pub struct ReadMemo {
    dense: Vec<Option<PyObjectRef>>,
    other: HashMap<Vec<u8>, PyObjectRef>,
}

/// Numbers up to this, and not far beyond the ones known, are kept in a list.
const DENSE: usize = 1 << 24;

impl ReadMemo {
    fn index(&self, number: i64) -> Option<usize> {
        usize::try_from(number).ok().filter(|index| *index < DENSE && *index <= self.dense.len() * 2 + 64)
    }

    pub fn put(&mut self, number: i64, object: PyObjectRef) {
        match self.index(number) {
            Some(index) => {
                if self.dense.len() <= index {
                    self.dense.resize(index + 1, None);
                }
                if let Some(slot) = self.dense.get_mut(index) {
                    *slot = Some(object);
                }
            }
            None => {
                self.other.insert(number.to_string().into_bytes(), object);
            }
        }
    }

    pub fn get(&self, number: i64) -> Option<PyObjectRef> {
        let dense = usize::try_from(number).ok().and_then(|index| self.dense.get(index)).cloned().flatten();
        dense.or_else(|| self.other.get(number.to_string().as_bytes()).cloned())
    }

    /// The number that a text is the usual text of.
    fn number(key: &[u8]) -> Option<i64> {
        let number: i64 = std::str::from_utf8(key).ok()?.parse().ok()?;
        (number.to_string().as_bytes() == key).then_some(number)
    }

    pub fn put_text(&mut self, key: &[u8], object: PyObjectRef) {
        match Self::number(key) {
            Some(number) => self.put(number, object),
            None => {
                self.other.insert(key.to_vec(), object);
            }
        }
    }

    pub fn get_text(&self, key: &[u8]) -> Option<PyObjectRef> {
        match Self::number(key) {
            Some(number) => self.get(number),
            None => self.other.get(key).cloned(),
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All entries.
    pub fn entries(&self) -> Vec<(Vec<u8>, PyObjectRef)> {
        let dense = self.dense.iter().enumerate();
        let dense = dense.filter_map(|(at, object)| object.clone().map(|object| (at.to_string().into_bytes(), object)));
        dense.chain(self.other.iter().map(|(key, object)| (key.clone(), object.clone()))).collect()
    }
}

impl Reader {
    pub fn new(flavour: Flavour, source: Source) -> Self {
        Self {
            flavour,
            source,
            stack: Vec::new(),
            marks: Vec::new(),
            mark: None,
            memo: ReadMemo::default(),
            find: Arc::new(super::writing_objects::named),
            persistent: None,
            skip: false,
        }
    }

    pub fn is_c(&self) -> bool {
        self.flavour == Flavour::C
    }

    pub fn end(vm: &VirtualMachine) -> PyBaseExceptionRef {
        vm.new_exception_empty(vm.ctx.exceptions.eof_error.to_owned())
    }

    // ---- the source ----

    /// So many bytes; `pickle` takes what is there.
    fn bytes(&mut self, vm: &VirtualMachine, count: usize) -> PyResult<Vec<u8>> {
        let bytes = self.source.take(vm, count)?;
        if self.is_c() && bytes.len() < count {
            return Err(Self::end(vm));
        }
        Ok(bytes)
    }

    /// The text of a line, without its end.
    pub fn line(&mut self, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let mut line = self.whole_line(2, vm)?;
        line.pop();
        Ok(line)
    }

    /// A line with its end, as far as it goes; `cPickle` wants so many bytes of it.
    fn whole_line(&mut self, least: usize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let line = self.source.line(vm)?;
        if self.is_c() && line.len() < least {
            return Err(self.flavour.unpickling(vm, "pickle data was truncated"));
        }
        Ok(line)
    }

    fn one(&mut self, vm: &VirtualMachine) -> PyResult<u8> {
        match self.source.byte(vm)? {
            Some(byte) => Ok(byte),
            None if self.is_c() => Err(Self::end(vm)),
            None => Err(vm.new_type_error("ord() expected a character, but string of length 0 found")),
        }
    }

    fn two(&mut self, vm: &VirtualMachine) -> PyResult<i64> {
        if let Some(&[low, high]) = self.source.borrow(2) {
            return Ok(i64::from(u16::from_le_bytes([low, high])));
        }
        let bytes = self.bytes(vm, 2)?;
        // `pickle` reads the bytes with two zeros behind them; what is missing at the end counts as bytes of ones.
        let mut word = bytes;
        word.extend_from_slice(&[0, 0]);
        word.resize(4, 0xff);
        Ok(i64::from(word_of(&word)))
    }

    fn four(&mut self, vm: &VirtualMachine) -> PyResult<i32> {
        if let Some(bytes) = self.source.borrow(4) {
            return Ok(word_of(bytes));
        }
        let mut bytes = self.bytes(vm, 4)?;
        bytes.resize(4, 0xff);
        Ok(word_of(&bytes))
    }

    /// A length of four bytes, and so many bytes.
    fn sized(&mut self, name: &str, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let count = self.four(vm)?;
        self.counted(count, name, vm)
    }

    fn counted(&mut self, count: i32, name: &str, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        match usize::try_from(count) {
            Ok(count) => self.bytes(vm, count),
            Err(_) if self.is_c() => Err(self.flavour.unpickling(vm, format!("{name} pickle has negative byte count"))),
            // Python's files read all that is left.
            Err(_) => self.source.take(vm, usize::MAX >> 1),
        }
    }

    // ---- the stack ----

    pub fn push(&mut self, object: impl Into<PyObjectRef>) {
        self.stack.push(object.into());
    }

    fn underflow(&self, vm: &VirtualMachine) -> PyBaseExceptionRef {
        match self.is_c() {
            true => self.flavour.unpickling(vm, "unpickling stack underflow"),
            false => vm.new_index_error("list index out of range"),
        }
    }

    pub fn pop(&mut self, vm: &VirtualMachine) -> PyResult {
        let floor = self.floor();
        if self.stack.len() > floor
            && let Some(object) = self.stack.pop()
        {
            return Ok(object);
        }
        Err(match self.is_c() {
            true => self.flavour.unpickling(vm, "bad pickle data"),
            false => vm.new_index_error("pop from empty list"),
        })
    }

    /// `cPickle` has no objects beneath the last mark.
    fn floor(&self) -> usize {
        if self.is_c() { self.marks.last().copied().unwrap_or(0).min(self.stack.len()) } else { 0 }
    }

    pub fn top(&self, vm: &VirtualMachine) -> PyResult {
        let has = !self.stack.is_empty();
        self.stack.last().filter(|_| has).cloned().ok_or_else(|| self.underflow(vm))
    }

    fn set_mark(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        if self.is_c() {
            self.marks.push(self.stack.len());
            return Ok(());
        }
        let mark = match &self.mark {
            Some(mark) => mark.clone(),
            None => {
                let made = vm.ctx.types.object_type.as_object().call((), vm)?;
                self.mark.insert(made).clone()
            }
        };
        self.stack.push(mark);
        Ok(())
    }

    /// Where the objects above the last mark begin, and where the stack ends without them and the mark.
    pub fn find_mark(&mut self, vm: &VirtualMachine) -> PyResult<(usize, usize)> {
        if self.is_c() {
            let Some(at) = self.marks.pop() else {
                return Err(self.flavour.unpickling(vm, "could not find MARK"));
            };
            let at = at.min(self.stack.len());
            return Ok((at, at));
        }
        let mark = self.mark.as_ref();
        let at = mark.and_then(|mark| self.stack.iter().rposition(|object| object.is(mark)));
        at.map(|at| (at + 1, at)).ok_or_else(|| vm.new_index_error("list index out of range"))
    }

    /// The objects above the last mark.
    pub fn since_mark(&mut self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let (start, end) = self.find_mark(vm)?;
        let items = self.stack.split_off(start);
        self.stack.truncate(end);
        Ok(items)
    }

    // ---- running ----

    /// Reads one object.
    pub fn load(&mut self, vm: &VirtualMachine) -> PyResult {
        self.stack.clear();
        self.marks.clear();
        self.mark = None;
        loop {
            let Some(operation) = self.source.byte(vm)? else { return Err(Self::end(vm)) };
            if operation == op::STOP {
                return match self.stack.len() > self.floor() {
                    true => self.pop(vm),
                    false if self.is_c() => Err(self.flavour.unpickling(vm, "bad pickle data")),
                    false => Err(vm.new_index_error("pop from empty list")),
                };
            }
            self.step(vm, operation)?;
        }
    }

    /// Does one operation, whose code was read.
    pub fn step(&mut self, vm: &VirtualMachine, operation: u8) -> PyResult<()> {
        match operation {
            op::MARK => self.set_mark(vm)?,
            op::POP => self.drop_top(vm)?,
            op::POP_MARK => drop(self.since_mark(vm)?),
            op::DUP => {
                let top = self.top(vm)?;
                self.push(top);
            }
            op::NONE => self.push(vm.ctx.none()),
            op::NEWTRUE => self.push(vm.ctx.new_bool(true)),
            op::NEWFALSE => self.push(vm.ctx.new_bool(false)),
            op::PROTO => {
                let protocol = self.one(vm)?;
                if i64::from(protocol) > op::HIGHEST_PROTOCOL {
                    return Err(vm.new_value_error(format!("unsupported pickle protocol: {protocol}")));
                }
            }
            op::INT => self.integer(vm)?,
            op::LONG => self.long(vm)?,
            op::FLOAT => self.float(vm)?,
            op::BININT => {
                let value = self.four(vm)?;
                self.push(vm.ctx.new_int(value));
            }
            op::BININT1 => {
                let value = self.one(vm)?;
                self.push(vm.ctx.new_int(value));
            }
            op::BININT2 => {
                let value = self.two(vm)?;
                self.push(vm.ctx.new_int(value));
            }
            op::LONG1 => {
                let count = self.one(vm)?;
                let bytes = self.bytes(vm, usize::from(count))?;
                self.push(numbers::new_long(vm, decode_long(&bytes)));
            }
            op::LONG4 => self.long4(vm)?,
            op::BINFLOAT => {
                if let Some(bytes) = self.source.borrow(8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok()) {
                    self.push(vm.ctx.new_float(f64::from_be_bytes(bytes)));
                    return Ok(());
                }
                let bytes = self.bytes(vm, 8)?;
                let Ok(bytes) = <[u8; 8]>::try_from(bytes) else {
                    let class = crate::modules::struct_module::error_type(vm);
                    let message = text::native(vm, "unpack requires a string argument of length 8");
                    return Err(vm.new_exception(class, vec![message]));
                };
                self.push(vm.ctx.new_float(f64::from_be_bytes(bytes)));
            }
            op::STRING => self.string(vm)?,
            op::BINSTRING => {
                let bytes = self.sized("BINSTRING", vm)?;
                self.push(text::new_str(vm, &bytes));
            }
            op::SHORT_BINSTRING => {
                let count = usize::from(self.one(vm)?);
                let made = match self.source.borrow(count) {
                    Some(bytes) => text::new_str(vm, bytes),
                    None => text::new_str(vm, &self.bytes(vm, count)?),
                };
                self.push(made);
            }
            op::UNICODE => {
                let mut line = self.whole_line(1, vm)?;
                line.pop();
                let decoded = codecs::decode_object(vm, &line, Some("raw-unicode-escape"), None)?;
                self.push(decoded);
            }
            op::BINUNICODE => {
                let count = self.four(vm)?;
                let at_hand = usize::try_from(count).ok().and_then(|count| self.source.borrow(count));
                let valid = at_hand.and_then(|bytes| std::str::from_utf8(bytes).ok());
                if let Some(valid) = valid {
                    let made = text::new_unicode(vm, valid);
                    self.push(made);
                    return Ok(());
                }
                let bytes = match at_hand {
                    Some(bytes) => bytes.to_vec(),
                    None => self.counted(count, "BINUNICODE", vm)?,
                };
                match std::str::from_utf8(&bytes) {
                    Ok(valid) => self.push(text::new_unicode(vm, valid)),
                    Err(_) => self.push(codecs::decode_object(vm, &bytes, Some("utf-8"), None)?),
                }
            }
            op::EMPTY_TUPLE => self.push(vm.ctx.empty_tuple.clone()),
            op::EMPTY_LIST => self.push(vm.ctx.new_list(Vec::new())),
            op::EMPTY_DICT => self.push(vm.ctx.new_dict()),
            op::TUPLE => {
                let items = self.since_mark(vm)?;
                self.push(vm.ctx.new_tuple(items));
            }
            op::TUPLE1 => self.short_tuple(vm, 1)?,
            op::TUPLE2 => self.short_tuple(vm, 2)?,
            op::TUPLE3 => self.short_tuple(vm, 3)?,
            op::LIST => {
                let items = self.since_mark(vm)?;
                self.push(vm.ctx.new_list(items));
            }
            op::DICT => self.dict(vm)?,
            op::GET => {
                let key = self.line(vm)?;
                let found = self.memo.get_text(&key);
                self.recall(vm, found, || text::new_str(vm, &key))?;
            }
            op::BINGET => {
                let number = i64::from(self.one(vm)?);
                self.recall_number(vm, number, number)?;
            }
            op::LONG_BINGET => {
                let number = self.four(vm)?;
                self.recall_number(vm, i64::from(number), i64::from(number as u32))?;
            }
            op::PUT => {
                let key = self.line(vm)?;
                let top = self.top(vm)?;
                self.memo.put_text(&key, top);
            }
            op::BINPUT => {
                let number = self.one(vm)?;
                let top = self.top(vm)?;
                self.memo.put(i64::from(number), top);
            }
            op::LONG_BINPUT => {
                let number = self.four(vm)?;
                let top = self.top(vm)?;
                self.memo.put(i64::from(number), top);
            }
            op::APPEND => self.append_one(vm)?,
            op::APPENDS => self.append_many(vm)?,
            op::SETITEM => self.set_one(vm)?,
            op::SETITEMS => self.set_many(vm)?,
            op::GLOBAL => self.global(vm)?,
            op::EXT1 => {
                let code = i64::from(self.one(vm)?);
                self.extension(vm, code)?;
            }
            op::EXT2 => {
                let code = self.two(vm)?;
                self.extension(vm, code)?;
            }
            op::EXT4 => {
                let code = i64::from(self.four(vm)?);
                self.extension(vm, code)?;
            }
            op::REDUCE => self.reduce(vm)?,
            op::NEWOBJ => self.new_object(vm)?,
            op::BUILD => self.build(vm)?,
            op::INST => self.inst(vm)?,
            op::OBJ => self.obj(vm)?,
            op::PERSID => {
                let pid = self.line(vm)?;
                self.persist(vm, text::new_str(vm, &pid))?;
            }
            op::BINPERSID => {
                // Without a function for them, `cPickle` does not look at the stack.
                let pid = if self.is_c() && self.persistent.is_none() { vm.ctx.none() } else { self.pop(vm)? };
                self.persist(vm, pid)?;
            }
            // A NUL is the end of the data to `cPickle`.
            0 if self.is_c() => return Err(Self::end(vm)),
            other => return Err(self.unknown(vm, other)),
        }
        Ok(())
    }

    fn unknown(&self, vm: &VirtualMachine, operation: u8) -> PyBaseExceptionRef {
        if !self.is_c() {
            return vm.new_key_error(text::new_str(vm, &[operation]));
        }
        let message = [b"invalid load key, '", &[operation][..], b"'."].concat();
        let class = self.flavour.errors(vm).unpickling_error.clone();
        vm.new_exception(class, vec![text::new_str(vm, &message)])
    }

    // ---- simple values ----

    fn integer(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let line = self.whole_line(2, vm)?;
        let text = String::from_utf8_lossy(&line).into_owned();
        let value: PyObjectRef = match line.as_slice() {
            b"00\n" => vm.ctx.new_bool(false).into(),
            b"01\n" => vm.ctx.new_bool(true).into(),
            _ if self.is_c() => {
                // The base is told by the digits, as in C.
                let number = number_texts::parse_integer(text.trim(), 0, true);
                let number = number.ok_or_else(|| vm.new_value_error("could not convert string to int"))?;
                let plain = text.ends_with('\n') && !text.trim().ends_with(['L', 'l']);
                if plain { numbers::new_int_or_long(vm, number) } else { numbers::new_long(vm, number) }
            }
            _ => match number_texts::parse_integer(text.trim(), 10, false) {
                Some(number) => numbers::new_int_or_long(vm, number),
                None => {
                    let line = text::new_str(vm, &line);
                    numbers::long_type(vm).as_object().call((line,), vm)?
                }
            },
        };
        self.push(value);
        Ok(())
    }

    fn long(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let line = self.whole_line(2, vm)?;
        let shown = match line.as_slice() {
            [text @ .., b'\n'] => text,
            // In Python's words the last character is the line's end, whatever it is.
            [text @ .., _] if !self.is_c() => text,
            text => text,
        };
        let text = String::from_utf8_lossy(shown).into_owned();
        let digits = if self.is_c() { text.strip_suffix('L').unwrap_or(&text) } else { &text };
        let base = if self.is_c() { 0 } else { 10 };
        let Some(value) = number_texts::parse_integer(digits.trim(), base, !self.is_c()) else {
            let shown = if self.is_c() { &line } else { shown };
            let shown = text::repr_of(vm, &text::new_str(vm, shown))?;
            let shown = String::from_utf8_lossy(&shown).into_owned();
            return Err(vm.new_value_error(format!("invalid literal for long() with base 10: {shown}")));
        };
        self.push(numbers::new_long(vm, value));
        Ok(())
    }

    fn long4(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let count = self.four(vm)?;
        let bytes = match usize::try_from(count) {
            Ok(count) => self.bytes(vm, count)?,
            Err(_) if self.is_c() => {
                return Err(self.flavour.unpickling(vm, "LONG pickle has negative byte count"));
            }
            Err(_) => self.source.take(vm, usize::MAX >> 1)?,
        };
        self.push(numbers::new_long(vm, decode_long(&bytes)));
        Ok(())
    }

    fn float(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let line = self.whole_line(2, vm)?;
        let text = line.strip_suffix(b"\n").unwrap_or(if self.is_c() {
            &line
        } else {
            line.split_last().map_or(&[], |(_, text)| text)
        });
        let value = vm.ctx.types.float_type.as_object().call((text::new_str(vm, text),), vm);
        let value = value.map_err(|error| {
            // C reads as much as is a number.
            let starts = text.trim_ascii_start().iter().copied().find(|byte| !matches!(byte, b'+' | b'-' | b'.'));
            match self.is_c() && starts.is_some_and(|byte| byte.is_ascii_digit()) {
                true => vm.new_value_error("could not convert string to float"),
                false => error,
            }
        })?;
        self.push(value);
        Ok(())
    }

    fn string(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let line = self.line(vm)?;
        let mut line = line.as_slice();
        if self.is_c() {
            while let [rest @ .., last] = line
                && *last <= b' '
            {
                line = rest;
            }
        }
        let inner = match line {
            [first @ (b'\'' | b'"'), inner @ .., last] if first == last => inner,
            _ => return Err(vm.new_value_error("insecure string pickle")),
        };
        if inner.contains(&b'\\') {
            let decoded = codecs::decode_object(vm, inner, Some("string-escape"), None)?;
            self.push(decoded);
        } else {
            self.push(text::new_str(vm, inner));
        }
        Ok(())
    }

    // ---- the memo ----

    fn recall(
        &mut self,
        vm: &VirtualMachine,
        found: Option<PyObjectRef>,
        shown: impl FnOnce() -> PyObjectRef,
    ) -> PyResult<()> {
        match found {
            Some(object) => {
                self.push(object);
                Ok(())
            }
            None => Err(match &self.flavour.errors(vm).bad_get {
                Some(class) => vm.new_exception(class.clone(), vec![shown()]),
                None => vm.new_key_error(shown()),
            }),
        }
    }

    fn recall_number(&mut self, vm: &VirtualMachine, number: i64, shown: i64) -> PyResult<()> {
        let found = self.memo.get(number);
        let is_c = self.is_c();
        self.recall(vm, found, || match is_c {
            true => vm.ctx.new_int(shown).into(),
            false => text::native(vm, &number.to_string()),
        })
    }
}

fn word_of(bytes: &[u8]) -> i32 {
    let mut word = [0; 4];
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = *from;
    }
    i32::from_le_bytes(word)
}

/// A long from its bytes.
pub fn decode_long(bytes: &[u8]) -> BigInt {
    BigInt::from_signed_bytes_le(bytes)
}
