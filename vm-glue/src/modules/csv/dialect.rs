//! Dialects: how the fields of a row are told apart, with the checks and texts of CPython 2.7's `_csv`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use rustpython_vm::builtins::{PyInt, PyTypeRef};
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::types::Constructor;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::modules::pickle::reduce::attribute;
use crate::runtime::{arguments, names, text};

/// `_csv.Error`
pub fn error_type(vm: &VirtualMachine) -> PyTypeRef {
    static ERROR: OnceLock<PyTypeRef> = OnceLock::new();
    ERROR.get_or_init(|| vm.ctx.new_exception_type("_csv", "Error", None)).clone()
}

/// An `_csv.Error`.
pub fn error(vm: &VirtualMachine, message: impl AsRef<str>) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_exception(error_type(vm), vec![text::native(vm, message.as_ref())])
}

/// What is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    Minimal,
    All,
    NonNumeric,
    None,
}

impl Quoting {
    /// By name and number, as the module has them.
    pub const ALL: [(&'static str, Self); 4] = [
        ("QUOTE_MINIMAL", Self::Minimal),
        ("QUOTE_ALL", Self::All),
        ("QUOTE_NONNUMERIC", Self::NonNumeric),
        ("QUOTE_NONE", Self::None),
    ];

    fn of(number: isize) -> Option<Self> {
        usize::try_from(number).ok().and_then(|number| Self::ALL.get(number)).map(|(_, quoting)| *quoting)
    }
}

/// The rules of one dialect.
#[derive(Clone, Debug)]
pub struct Rules {
    pub delimiter: u8,
    pub quote: Option<u8>,
    pub escape: Option<u8>,
    pub double_quote: bool,
    pub skip_initial_space: bool,
    pub line_end: Vec<u8>,
    pub quoting: Quoting,
    pub strict: bool,
}

/// `_csv.Dialect`
#[pyclass(module = "_csv", name = "Dialect")]
#[derive(Debug, PyPayload)]
pub struct Dialect {
    pub rules: Arc<Rules>,
}

fn letter(vm: &VirtualMachine, letter: Option<u8>) -> PyObjectRef {
    letter.map_or_else(|| vm.ctx.none(), |letter| text::new_str(vm, &[letter]))
}

#[pyclass(flags(BASETYPE), with(Constructor))]
impl Dialect {
    #[pygetset(setter)]
    fn set_delimiter(_zelf: &Py<Self>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_type_error("readonly attribute"))
    }

    #[pygetset]
    fn delimiter(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        letter(vm, Some(zelf.rules.delimiter))
    }

    #[pygetset]
    fn quotechar(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        letter(vm, zelf.rules.quote)
    }

    #[pygetset]
    fn escapechar(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        letter(vm, zelf.rules.escape)
    }

    #[pygetset]
    fn lineterminator(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::new_str(vm, &zelf.rules.line_end)
    }

    #[pygetset]
    fn quoting(zelf: &Py<Self>) -> usize {
        zelf.rules.quoting as usize
    }

    #[pygetset(setter)]
    fn set_doublequote(_zelf: &Py<Self>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_type_error("readonly attribute"))
    }

    #[pygetset]
    fn doublequote(zelf: &Py<Self>) -> usize {
        usize::from(zelf.rules.double_quote)
    }

    #[pygetset(setter)]
    fn set_skipinitialspace(_zelf: &Py<Self>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_type_error("readonly attribute"))
    }

    #[pygetset]
    fn skipinitialspace(zelf: &Py<Self>) -> usize {
        usize::from(zelf.rules.skip_initial_space)
    }

    #[pygetset(setter)]
    fn set_strict(_zelf: &Py<Self>, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_type_error("readonly attribute"))
    }

    #[pygetset]
    fn strict(zelf: &Py<Self>) -> usize {
        usize::from(zelf.rules.strict)
    }
}

impl Constructor for Dialect {
    type Args = FuncArgs;

    fn py_new(_class: &Py<rustpython_vm::builtins::PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        if args.args.len() > 1 {
            let message = format!("function takes at most 9 arguments ({} given)", args.args.len());
            return Err(vm.new_type_error(message));
        }
        let mut args = args;
        let base = dialect_argument(&mut args);
        Ok(Self { rules: Arc::new(rules_of(vm, base, args)?) })
    }
}

/// The names of a dialect's fields.
const FIELDS: [&str; 8] =
    ["delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"];

fn char_of(vm: &VirtualMachine, name: &str, value: Option<&PyObjectRef>, default: Option<u8>) -> PyResult<Option<u8>> {
    let Some(value) = value else { return Ok(default) };
    if vm.is_none(value) {
        return Ok(None);
    }
    if !text::is_str(value) {
        let kind = names::type_name_of(value);
        return Err(vm.new_type_error(format!("\"{name}\" must be string, not {kind}")));
    }
    match text::bytes_of(value).unwrap_or_default().as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only).filter(|only| *only != 0)),
        _ => Err(vm.new_type_error(format!("\"{name}\" must be an 1-character string"))),
    }
}

/// The rules of the keywords over those of a dialect: a registered name, a class or an object with attributes.
pub fn rules_of(vm: &VirtualMachine, base: Option<PyObjectRef>, args: FuncArgs) -> PyResult<Rules> {
    let base = match base {
        Some(base) if text::is_basestring(&base) => Some(registered(vm, &base)?),
        Some(base) if vm.is_none(&base) => None,
        base => base,
    };
    let mut values: [Option<PyObjectRef>; 8] = Default::default();
    for (name, value) in args.kwargs {
        let name = name.to_string();
        match FIELDS.iter().position(|known| *known == name).and_then(|at| values.get_mut(at)) {
            Some(slot) => *slot = Some(value),
            None => {
                let message = format!("'{name}' is an invalid keyword argument for this function");
                return Err(vm.new_type_error(message));
            }
        }
    }
    if let Some(base) = base {
        for (name, slot) in FIELDS.iter().zip(values.iter_mut()) {
            if slot.is_none() {
                *slot = attribute(vm, &base, name)?;
            }
        }
    }
    let [delimiter, double_quote, escape, line_end, quote, quoting, skip, strict] = values;
    let truth = |value: Option<PyObjectRef>, default: bool| value.map_or(Ok(default), |value| value.try_to_bool(vm));
    let delimiter = char_of(vm, "delimiter", delimiter.as_ref(), Some(b','))?;
    let double_quote = truth(double_quote, true)?;
    let escape = char_of(vm, "escapechar", escape.as_ref(), None)?;
    let line_end = match line_end {
        None => Some(b"\r\n".to_vec()),
        Some(value) if vm.is_none(&value) => None,
        Some(value) if text::is_str(&value) => text::bytes_of(&value),
        Some(value) if text::is_unicode(&value) => Some(text::str_of(vm, &value)?),
        Some(_) => return Err(vm.new_type_error("\"lineterminator\" must be a string")),
    };
    let quote_given = quote.is_some();
    let quote_none = quote.as_ref().is_some_and(|quote| vm.is_none(quote));
    let quote = char_of(vm, "quotechar", quote.as_ref(), Some(b'"'))?;
    let number = match &quoting {
        None => 0,
        Some(value) if value.downcastable::<PyInt>() => arguments::c_long(vm, value)?,
        Some(_) => return Err(vm.new_type_error("\"quoting\" must be an integer")),
    };
    let skip_initial_space = truth(skip, false)?;
    let strict = truth(strict, false)?;
    let Some(mut rule) = Quoting::of(number) else { return Err(vm.new_type_error("bad \"quoting\" value")) };
    let Some(delimiter) = delimiter else {
        return Err(vm.new_type_error("\"delimiter\" must be an 1-character string"));
    };
    if quote_given && quote_none && quoting.is_none() {
        rule = Quoting::None;
    }
    if rule != Quoting::None && quote.is_none() {
        return Err(vm.new_type_error("quotechar must be set if quoting enabled"));
    }
    let Some(line_end) = line_end else { return Err(vm.new_type_error("lineterminator must be set")) };
    Ok(Rules { delimiter, quote, escape, double_quote, skip_initial_space, line_end, quoting: rule, strict })
}

/// The dialect of a call, by position or by keyword.
pub fn dialect_argument(args: &mut FuncArgs) -> Option<PyObjectRef> {
    match args.take_positional() {
        Some(dialect) => Some(dialect),
        None => args.take_keyword("dialect"),
    }
}

/// The rules for a reader or writer.
pub fn shared_rules(vm: &VirtualMachine, base: Option<PyObjectRef>, args: FuncArgs) -> PyResult<Arc<Rules>> {
    if args.kwargs.is_empty() {
        let found = match &base {
            Some(base) if text::is_basestring(base) => Some(registered(vm, base)?),
            base => base.clone(),
        };
        if let Some(dialect) = found.as_ref().and_then(|found| found.downcast_ref::<Dialect>()) {
            return Ok(dialect.rules.clone());
        }
    }
    Ok(Arc::new(rules_of(vm, base, args)?))
}

// ---- the registry -------------------------------------------------------------------------------------------------

/// The dialects of each interpreter, by name.
static REGISTRY: Mutex<Option<HashMap<i64, Vec<(String, PyObjectRef)>>>> = Mutex::new(None);

fn with_registry<R>(vm: &VirtualMachine, work: impl FnOnce(&mut Vec<(String, PyObjectRef)>) -> R) -> R {
    let mut registry = REGISTRY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    work(registry.get_or_insert_default().entry(vm.state.interpreter_id).or_default())
}

fn name_of(vm: &VirtualMachine, name: &PyObject) -> PyResult<Option<String>> {
    if text::is_basestring(name) {
        Ok(Some(String::from_utf8_lossy(&text::repr_of(vm, name)?).into_owned()))
    } else {
        Ok(None)
    }
}

/// The key of a name: unicode and byte strings of the same text are one.
fn key_of(vm: &VirtualMachine, name: &PyObject) -> PyResult<Option<String>> {
    Ok(name_of(vm, name)?.map(|shown| shown.trim_start_matches('u').to_owned()))
}

pub fn registered(vm: &VirtualMachine, name: &PyObject) -> PyResult {
    let key = key_of(vm, name)?;
    let found = with_registry(vm, |known| {
        known.iter().find(|(known, _)| Some(known) == key.as_ref()).map(|(_, dialect)| dialect.clone())
    });
    let found =
        found.and_then(|entry| entry.try_to_value::<Vec<PyObjectRef>>(vm).ok()).and_then(|entry| entry.get(1).cloned());
    found.ok_or_else(|| error(vm, "unknown dialect"))
}

/// `register_dialect(name[, dialect][, **fields])`
pub fn register(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let given = args.args.len();
    let (Some(name), base, None) = (args.take_positional(), dialect_argument(&mut args), args.take_positional()) else {
        let (bound, wanted) = if given == 0 { ("at least", 1) } else { ("at most", 2) };
        let message = format!("register_dialect expected {bound} {wanted} arguments, got {given}");
        return Err(vm.new_type_error(message));
    };
    let Some(key) = key_of(vm, &name)? else {
        return Err(vm.new_type_error("dialect name must be a string or unicode"));
    };
    let rules = shared_rules(vm, base, args)?;
    let dialect: PyObjectRef = Dialect { rules }.into_ref(&vm.ctx).into();
    let entry: PyObjectRef = vm.ctx.new_tuple(vec![name, dialect]).into();
    with_registry(vm, |known| {
        known.retain(|(known, _)| *known != key);
        known.push((key, entry));
    });
    Ok(())
}

/// `unregister_dialect(name)`
pub fn unregister(name: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let key = key_of(vm, &name)?;
    let removed = with_registry(vm, |known| {
        let before = known.len();
        known.retain(|(known, _)| Some(known) != key.as_ref());
        known.len() < before
    });
    if removed { Ok(()) } else { Err(error(vm, "unknown dialect")) }
}

/// `list_dialects()`
pub fn list(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::none(vm, "list_dialects", &args)?;
    let entries: Vec<PyObjectRef> = with_registry(vm, |known| known.iter().map(|(_, entry)| entry.clone()).collect());
    let names = entries
        .into_iter()
        .filter_map(|entry| entry.try_to_value::<Vec<PyObjectRef>>(vm).ok()?.into_iter().next())
        .collect();
    Ok(vm.ctx.new_list(names).into())
}
