//! Methods of both string types: the table of them all, and searching and replacing.
//!
//! One function serves both types: a byte string is a string of chars up to U+00FF, so everything that does not look at
//! what a char means is the same code. [`Kind`] tells which type the result has.

use super::operand::{self, Kind, Operand};
use super::{arguments, methods_case, methods_split, names};
use rustpython_common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyDict, PyStr, PyTuple, PyType};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::{FuncArgs, ItemDoc, PyMethodFlags};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

/// The string that a method is called on.
pub type Zelf = PyRef<PyStr>;
type Method = fn(Zelf, FuncArgs, &VirtualMachine) -> PyResult;

/// Methods without arguments, which the machine calls in a faster way.
const PLAIN: PyMethodFlags = PyMethodFlags::NOARGS;
/// Methods with exactly one.
const ONE: PyMethodFlags = PyMethodFlags::O;
/// Methods with several.
const MANY: PyMethodFlags = PyMethodFlags::FASTCALL;

/// The methods of both types.
static METHODS: &[(&str, PyMethodFlags, Method)] = &[
    ("capitalize", PLAIN, methods_case::capitalize),
    ("center", MANY, methods_case::center),
    ("count", MANY, count),
    ("endswith", MANY, endswith),
    ("expandtabs", MANY, methods_case::expandtabs),
    ("find", MANY, find),
    ("index", MANY, index),
    ("isalnum", PLAIN, methods_case::isalnum),
    ("isalpha", PLAIN, methods_case::isalpha),
    ("isdigit", PLAIN, methods_case::isdigit),
    ("islower", PLAIN, methods_case::islower),
    ("isspace", PLAIN, methods_case::isspace),
    ("istitle", PLAIN, methods_case::istitle),
    ("isupper", PLAIN, methods_case::isupper),
    ("join", ONE, methods_split::join),
    ("ljust", MANY, methods_case::ljust),
    ("lower", PLAIN, methods_case::lower),
    ("lstrip", MANY, methods_case::lstrip),
    ("partition", ONE, methods_split::partition),
    ("replace", MANY, replace),
    ("rfind", MANY, rfind),
    ("rindex", MANY, rindex),
    ("rjust", MANY, methods_case::rjust),
    ("rpartition", ONE, methods_split::rpartition),
    ("rsplit", MANY, methods_split::rsplit),
    ("rstrip", MANY, methods_case::rstrip),
    ("split", MANY, methods_split::split),
    ("splitlines", MANY, methods_split::splitlines),
    ("startswith", MANY, startswith),
    ("strip", MANY, methods_case::strip),
    ("swapcase", PLAIN, methods_case::swapcase),
    ("title", PLAIN, methods_case::title),
    ("upper", PLAIN, methods_case::upper),
    ("zfill", MANY, methods_case::zfill),
];

/// Puts a method into a native type.
pub fn add(vm: &VirtualMachine, class: &'static Py<PyType>, name: &'static str, flags: PyMethodFlags, method: Method) {
    let definition = vm.ctx.new_method_def(name, method, PyMethodFlags::METHOD | flags, ItemDoc::NONE);
    class.set_attr(vm.ctx.intern_str(name), definition.build_method(class, vm).into());
}

/// Puts the methods into one of the types.
pub fn install(vm: &VirtualMachine, class: &'static Py<PyType>) {
    for (name, flags, method) in METHODS {
        add(vm, class, name, *flags, *method);
    }
}

// ---- find, rfind, index, rindex, count --------------------------------------------------------------------------

#[derive(Clone, Copy)]
enum From {
    Left,
    Right,
}

fn search(name: &str, from: From, zelf: &Zelf, args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<usize>> {
    arguments::count(vm, name, args, 1, 3)?;
    let start = arguments::bound(vm, args.args.get(1), 0)?;
    let end = arguments::bound(vm, args.args.get(2), isize::MAX)?;
    let (own, sub, _) = operand::pair(vm, zelf, &args.args[0])?;
    let (start, end) = arguments::adjust(start, end, own.char_len());
    if start > end {
        return Ok(None);
    }
    let hay = own.between(start, end);
    let found = match from {
        From::Left => hay.find(sub.as_wtf8()),
        From::Right => hay.rfind(sub.as_wtf8()),
    };
    Ok(found.map(|at| own.byte_to_char_index(own.char_index_to_byte(start) + at)))
}

fn position(found: Option<usize>, vm: &VirtualMachine) -> PyResult {
    Ok(match found {
        Some(at) => at.to_pyobject(vm),
        None => vm.ctx.new_int(-1).into(),
    })
}

fn existing(found: Option<usize>, vm: &VirtualMachine) -> PyResult {
    match found {
        Some(at) => Ok(at.to_pyobject(vm)),
        None => Err(vm.new_value_error("substring not found")),
    }
}

fn find(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    position(search("find", From::Left, &zelf, &args, vm)?, vm)
}

fn rfind(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    position(search("rfind", From::Right, &zelf, &args, vm)?, vm)
}

fn index(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    existing(search("index", From::Left, &zelf, &args, vm)?, vm)
}

fn rindex(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    existing(search("rindex", From::Right, &zelf, &args, vm)?, vm)
}

fn count(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "count", &args, 1, 3)?;
    let start = arguments::bound(vm, args.args.get(1), 0)?;
    let end = arguments::bound(vm, args.args.get(2), isize::MAX)?;
    let (own, sub, _) = operand::pair(vm, &zelf, &args.args[0])?;
    let (start, end) = arguments::adjust(start, end, own.char_len());
    let count = if start > end {
        0
    } else if sub.is_empty() {
        end - start + 1
    } else {
        own.between(start, end).find_iter(sub.as_wtf8()).count()
    };
    Ok(count.to_pyobject(vm))
}

// ---- startswith, endswith ---------------------------------------------------------------------------------------

fn affix(name: &str, at_start: bool, zelf: &Zelf, args: &FuncArgs, vm: &VirtualMachine) -> PyResult {
    // The usual call: two byte strings and nothing else.
    if let [affix] = args.args.as_slice()
        && args.kwargs.is_empty()
        && zelf.class().is(vm.ctx.types.str_type)
        && let Some(affix) = affix.downcast_ref_if_exact::<PyStr>(vm)
    {
        let (own, affix) = (zelf.as_wtf8(), affix.as_wtf8());
        let found = if at_start { own.starts_with(affix) } else { own.ends_with(affix) };
        return Ok(vm.ctx.new_bool(found).into());
    }
    arguments::count(vm, name, args, 1, 3)?;
    let start = arguments::bound(vm, args.args.get(1), 0)?;
    let end = arguments::bound(vm, args.args.get(2), isize::MAX)?;
    let first = &args.args[0];
    let check = |object: &PyObject| -> PyResult<bool> {
        let (own, sub, kind) = operand::pair(vm, zelf, object)?;
        Ok(matches_affix(&own, &sub, kind, start, end, at_start))
    };
    if let Some(tuple) = first.downcast_ref::<PyTuple>() {
        for object in tuple.as_slice() {
            if check(object)? {
                return Ok(vm.ctx.new_bool(true).into());
            }
        }
        return Ok(vm.ctx.new_bool(false).into());
    }
    if operand::char_buffer(vm, first).is_none() && !first.downcastable::<PyStr>() {
        let got = names::type_name_of(first);
        return Err(vm.new_type_error(format!("{name} first arg must be str, unicode, or tuple, not {got}")));
    }
    Ok(vm.ctx.new_bool(check(first)?).into())
}

fn matches_affix(own: &Operand<'_>, sub: &PyStr, kind: Kind, start: isize, end: isize, at_start: bool) -> bool {
    if kind == Kind::Unicode && sub.is_empty() {
        return true;
    }
    let length = own.char_len();
    let (start, end) = arguments::adjust(start, end, length);
    if start > length || start > end {
        return false;
    }
    let part = own.between(start, end);
    if at_start { part.starts_with(sub.as_wtf8()) } else { part.ends_with(sub.as_wtf8()) }
}

fn startswith(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    affix("startswith", true, &zelf, &args, vm)
}

fn endswith(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    affix("endswith", false, &zelf, &args, vm)
}

// ---- translate of byte strings ----------------------------------------------------------------------------------

/// Whether the running Python code is the machine's own library.
pub fn called_from_library(vm: &VirtualMachine) -> bool {
    let builtins = super::names::running_global("__builtins__", vm);
    builtins.ok().flatten().is_some_and(|builtins| builtins.is(&vm.builtins) || builtins.is(&vm.builtins.dict()))
}

/// `str.translate(table, deletechars)`.
pub fn translate(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    // The machine's library passes mappings: they are what Python 3's strings take.
    if let [table] = args.args.as_slice()
        && table.downcastable::<PyDict>()
        && called_from_library(vm)
    {
        return super::unicode::translate_library(vm, zelf.as_wtf8(), table);
    }
    arguments::unpack(vm, "translate", &args, 1, 2)?;
    let wrong_delete = || vm.new_type_error("deletions are implemented differently for unicode");
    let table = &args.args[0];
    let delete = args.args.get(1);
    if super::text::is_unicode(table) {
        if delete.is_some() {
            return Err(wrong_delete());
        }
        let text = operand::receiver(vm, &zelf, Kind::Unicode)?;
        return super::unicode::translate_text(vm, text.as_wtf8(), table);
    }
    let bytes = |object: &PyObject| {
        operand::char_buffer(vm, object)
            .ok_or_else(|| vm.new_type_error("expected a string or other character buffer object"))
    };
    let table = if vm.is_none(table) { None } else { Some(bytes(table)?) };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(vm.new_value_error("translation table must be 256 characters long"));
    }
    let delete = match delete {
        Some(delete) if super::text::is_unicode(delete) => return Err(wrong_delete()),
        Some(delete) => bytes(delete)?,
        None => Vec::new(),
    };
    let map = |byte: u8| table.as_ref().and_then(|table| table.get(usize::from(byte)).copied()).unwrap_or(byte);
    let own = super::text::narrow(zelf.as_wtf8());
    let result: Vec<u8> = own.iter().filter(|byte| !delete.contains(byte)).map(|byte| map(*byte)).collect();
    Ok(super::text::new_str(vm, &result))
}

// ---- replace ----------------------------------------------------------------------------------------------------

fn replace(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "replace", &args, 2, 3)?;
    let limit = match args.args.get(2) {
        Some(limit) => usize::try_from(arguments::integer(vm, limit)?).ok(),
        None => None,
    };
    // The first argument that is unicode (or nothing at all) decides, in the order of the arguments.
    let mut kind = Kind::of(zelf.as_object());
    for object in args.args.iter().take(2) {
        if kind == Kind::Bytes {
            kind = operand::argument(vm, kind, object)?.1;
        }
    }
    let text = operand::receiver(vm, &zelf, kind)?;
    let (old, _) = operand::argument(vm, kind, &args.args[0])?;
    let (new, _) = operand::argument(vm, kind, &args.args[1])?;
    // With a limit, nothing is put into an empty string.
    let result = match limit {
        Some(_) if text.is_empty() => None,
        limit => replaced(text.as_wtf8(), old.as_wtf8(), new.as_wtf8(), limit.unwrap_or(usize::MAX)),
    };
    match result {
        Some(result) => Ok(kind.make(vm, result)),
        None => Ok(unchanged(&zelf, &text, kind, vm)),
    }
}

fn replaced(text: &Wtf8, old: &Wtf8, new: &Wtf8, limit: usize) -> Option<Wtf8Buf> {
    if limit == 0 || old == new {
        return None;
    }
    if old.is_empty() {
        let mut result = Wtf8Buf::with_capacity(text.len() + new.len());
        let mut done = 0;
        for c in text.code_points() {
            if done < limit {
                result.push_wtf8(new);
                done += 1;
            }
            result.push(c);
        }
        if done < limit {
            result.push_wtf8(new);
        }
        return Some(result);
    }
    text.find(old)?;
    Some(text.replacen(old, new, limit))
}

/// A result that equals the string: the string itself, if it is exact and of that kind.
pub fn unchanged(zelf: &Zelf, text: &PyStr, kind: Kind, vm: &VirtualMachine) -> PyObjectRef {
    let exact = match kind {
        Kind::Bytes => zelf.class().is(vm.ctx.types.str_type),
        Kind::Unicode => zelf.class().is(super::text::unicode_type(vm)),
    };
    if exact { zelf.clone().into() } else { kind.make_ref(vm, text.as_wtf8()) }
}
