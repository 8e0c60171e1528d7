//! Reading rows: the machine of states that takes a line byte by byte.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use super::dialect::{Dialect, Quoting, Rules, dialect_argument, error, shared_rules};
use crate::runtime::{names, numbers, text};

/// The longest field.
pub static FIELD_LIMIT: AtomicI64 = AtomicI64::new(128 * 1024);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuotes,
    EscapedInQuotes,
    QuoteInQuotes,
    EatLineEnd,
}

/// A row that is being read.
#[derive(Debug)]
struct Row {
    state: State,
    field: Vec<u8>,
    numeric: bool,
    fields: Vec<PyObjectRef>,
}

impl Row {
    fn save(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let field = text::new_str(vm, &self.field);
        self.field.clear();
        if std::mem::take(&mut self.numeric) {
            let number = vm.ctx.types.float_type.as_object().call((field,), vm)?;
            self.fields.push(number);
        } else {
            self.fields.push(field);
        }
        Ok(())
    }

    fn add(&mut self, byte: u8, vm: &VirtualMachine) -> PyResult<()> {
        let limit = FIELD_LIMIT.load(Ordering::Relaxed);
        if self.field.len() as i64 >= limit {
            return Err(error(vm, format!("field larger than field limit ({limit})")));
        }
        self.field.push(byte);
        Ok(())
    }

    /// Takes a line: what stands between two bytes that mean something is taken at once.
    fn take_line(&mut self, bytes: &[u8], rules: &Rules, special: &[bool; 256], vm: &VirtualMachine) -> PyResult<()> {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if byte == 0 {
                return Err(error(vm, "line contains NUL"));
            }
            let plain = match self.state {
                State::StartRecord | State::StartField | State::InField | State::InQuotes => {
                    let means = |byte: &u8| special.get(usize::from(*byte)).copied().unwrap_or_default();
                    rest.iter().position(means).unwrap_or(rest.len())
                }
                _ => 0,
            };
            if plain == 0 {
                self.take(Some(byte), rules, vm)?;
                rest = after;
                continue;
            }
            if matches!(self.state, State::StartRecord | State::StartField) {
                self.numeric = rules.quoting == Quoting::NonNumeric;
                self.state = State::InField;
            }
            let limit = FIELD_LIMIT.load(Ordering::Relaxed);
            if (self.field.len() + plain) as i64 > limit {
                return Err(error(vm, format!("field larger than field limit ({limit})")));
            }
            let (run, after) = rest.split_at(plain);
            self.field.extend_from_slice(run);
            rest = after;
        }
        self.take(None, rules, vm)
    }

    /// Takes one byte; None at the end of a line.
    fn take(&mut self, byte: Option<u8>, rules: &Rules, vm: &VirtualMachine) -> PyResult<()> {
        let ends = matches!(byte, None | Some(b'\n' | b'\r'));
        let after = if byte.is_none() { State::StartRecord } else { State::EatLineEnd };
        match self.state {
            State::StartRecord | State::StartField => {
                if self.state == State::StartRecord {
                    if byte.is_none() {
                        return Ok(());
                    }
                    if ends {
                        self.state = State::EatLineEnd;
                        return Ok(());
                    }
                }
                self.state = State::StartField;
                match byte {
                    _ if ends => {
                        self.save(vm)?;
                        self.state = after;
                    }
                    byte if byte == rules.quote && rules.quoting != Quoting::None => self.state = State::InQuotes,
                    byte if byte == rules.escape => self.state = State::Escaped,
                    Some(b' ') if rules.skip_initial_space => {}
                    Some(byte) if byte == rules.delimiter => self.save(vm)?,
                    Some(byte) => {
                        self.numeric = rules.quoting == Quoting::NonNumeric;
                        self.add(byte, vm)?;
                        self.state = State::InField;
                    }
                    None => {}
                }
            }
            State::Escaped => {
                self.add(byte.unwrap_or(b'\n'), vm)?;
                self.state = State::InField;
            }
            State::InField => match byte {
                _ if ends => {
                    self.save(vm)?;
                    self.state = after;
                }
                byte if byte == rules.escape => self.state = State::Escaped,
                Some(byte) if byte == rules.delimiter => {
                    self.save(vm)?;
                    self.state = State::StartField;
                }
                Some(byte) => self.add(byte, vm)?,
                None => {}
            },
            State::InQuotes => match byte {
                None => {}
                byte if byte == rules.escape => self.state = State::EscapedInQuotes,
                byte if byte == rules.quote && rules.quoting != Quoting::None => {
                    self.state = if rules.double_quote { State::QuoteInQuotes } else { State::InField };
                }
                Some(byte) => self.add(byte, vm)?,
            },
            State::EscapedInQuotes => {
                self.add(byte.unwrap_or(b'\n'), vm)?;
                self.state = State::InQuotes;
            }
            State::QuoteInQuotes => match byte {
                Some(byte) if rules.quoting != Quoting::None && rules.quote == Some(byte) => {
                    self.add(byte, vm)?;
                    self.state = State::InQuotes;
                }
                Some(byte) if byte == rules.delimiter => {
                    self.save(vm)?;
                    self.state = State::StartField;
                }
                _ if ends => {
                    self.save(vm)?;
                    self.state = after;
                }
                Some(byte) if !rules.strict => {
                    self.add(byte, vm)?;
                    self.state = State::InField;
                }
                _ => {
                    let (delimiter, quote) = (char::from(rules.delimiter), char::from(rules.quote.unwrap_or(b'"')));
                    return Err(error(vm, format!("'{delimiter}' expected after '{quote}'")));
                }
            },
            State::EatLineEnd => match byte {
                Some(b'\n' | b'\r') => {}
                None => self.state = State::StartRecord,
                Some(_) => {
                    return Err(error(
                        vm,
                        "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?",
                    ));
                }
            },
        }
        Ok(())
    }
}

/// `_csv.reader`
#[pyclass(module = "_csv", name = "reader")]
#[derive(Debug, PyPayload)]
pub struct Reader {
    lines: PyObjectRef,
    rules: Arc<Rules>,
    count: Mutex<u64>,
    /// Bytes that may mean something.
    special: [bool; 256],
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext))]
impl Reader {
    #[pygetset]
    fn dialect(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Dialect { rules: zelf.rules.clone() }.into_ref(&vm.ctx).into()
    }

    /// How many lines were read.
    #[pygetset]
    fn line_num(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        numbers::new_long(vm, *zelf.count.lock())
    }
}

impl SelfIter for Reader {}

impl IterNext for Reader {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let rules = zelf.rules.clone();
        let mut row = Row { state: State::StartRecord, field: Vec::new(), numeric: false, fields: Vec::new() };
        let lines = PyIter::new(zelf.lines.clone());
        loop {
            let line = match lines.next(vm)? {
                PyIterReturn::Return(line) => line,
                PyIterReturn::StopIteration(value) => {
                    if row.field.is_empty() && row.state != State::InQuotes {
                        return Ok(PyIterReturn::StopIteration(value));
                    }
                    if rules.strict {
                        return Err(error(vm, "unexpected end of data"));
                    }
                    row.save(vm)?;
                    break;
                }
            };
            *zelf.count.lock() += 1;
            let bytes = match text::payload(&line) {
                Some(string) if !text::is_unicode(&line) => text::narrow(string.as_wtf8()),
                Some(_) => Cow::Owned(text::str_of(vm, &line)?),
                None => {
                    let kind = names::type_name_of(&line);
                    return Err(vm.new_type_error(format!("expected string or Unicode object, {kind} found")));
                }
            };
            row.take_line(&bytes, &rules, &zelf.special, vm)?;
            if row.state == State::StartRecord {
                break;
            }
        }
        Ok(PyIterReturn::Return(vm.ctx.new_list(row.fields).into()))
    }
}

/// `reader(iterable[, dialect][, **fields])`
pub fn reader(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len();
    let (Some(lines), base, None) = (args.take_positional(), dialect_argument(&mut args), args.take_positional())
    else {
        let (bound, wanted) = if given == 0 { ("at least", 1) } else { ("at most", 2) };
        return Err(vm.new_type_error(format!(" expected {bound} {wanted} arguments, got {given}")));
    };
    let lines = match lines.clone().get_iter(vm) {
        Ok(lines) => lines.into(),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => {
            return Err(vm.new_type_error("argument 1 must be an iterator"));
        }
        Err(error) => return Err(error),
    };
    let rules = shared_rules(vm, base, args)?;
    let mut special = [false; 256];
    let own = [rules.quote, rules.escape].into_iter().flatten();
    for byte in
        [0, b'\n', b'\r', rules.delimiter].into_iter().chain(own).chain(rules.skip_initial_space.then_some(b' '))
    {
        if let Some(means) = special.get_mut(usize::from(byte)) {
            *means = true;
        }
    }
    Ok(Reader { lines, rules, count: Mutex::new(0), special }.into_ref(&vm.ctx).into())
}
