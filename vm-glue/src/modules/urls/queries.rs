//! Query strings: `urlencode`, `parse_qs`, `parse_qsl`.

use rustpython_vm::builtins::PyTuple;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use rustpython_wtf8::Wtf8Buf;

use super::quoting::{quote_plus_of, unquoted_piece};
use super::{Text, parameters, plain};
use crate::modules::python_function::{Body, Function, Given, with_defaults};
use crate::runtime::{arguments, text};

/// The two parts of a pair, in the words of Python 2's unpacking.
fn pair_of(vm: &VirtualMachine, pair: &PyObject) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let items: Vec<PyObjectRef> = match pair.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vm.extract_elements_with(pair, Ok)?,
    };
    let count = items.len();
    match <[PyObjectRef; 2]>::try_from(items) {
        Ok([first, second]) => Ok((first, second)),
        Err(_) if count > 2 => Err(vm.new_value_error("too many values to unpack")),
        Err(_) => {
            let plural = if count == 1 { "" } else { "s" };
            Err(vm.new_value_error(format!("need more than {count} value{plural} to unpack")))
        }
    }
}

/// The pairs of a mapping or a sequence.
fn pairs_of(vm: &VirtualMachine, query: &PyObjectRef) -> PyResult<Vec<PyObjectRef>> {
    if let Some(items) = vm.get_attribute_opt(query, "items")? {
        let items = items.call((), vm)?;
        return vm.extract_elements_with(&items, Ok);
    }
    let refused = || vm.new_type_error("not a valid non-string sequence or mapping object");
    let is_type_error =
        |error: &rustpython_vm::builtins::PyBaseExceptionRef| error.fast_isinstance(vm.ctx.exceptions.type_error);
    let length = query.length(vm).map_err(|error| if is_type_error(&error) { refused() } else { error })?;
    if length > 0 {
        let first = query.get_item(vm.ctx.new_int(0).as_object(), vm);
        let first = first.map_err(|error| if is_type_error(&error) { refused() } else { error })?;
        if !first.downcastable::<PyTuple>() {
            return Err(refused());
        }
    }
    vm.extract_elements_with(query, Ok)
}

/// `urlencode(query, doseq=0)`.
fn urlencode(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [query, doseq] = parameters(vm, "urlencode", args, ["query", "doseq"], 1)?;
    let query = query.unwrap_or_else(|| vm.ctx.none());
    let doseq = doseq.map_or(Ok(false), |doseq| doseq.try_to_bool(vm))?;
    let mut out = Wtf8Buf::new();
    let mut push = |name: &PyObject, value: &PyObject| {
        if !out.is_empty() {
            out.push_char('&');
        }
        for (text, end) in [(name, "="), (value, "")] {
            if let Some(text) = text::payload(text) {
                out.push_wtf8(text.as_wtf8());
            }
            out.push_str(end);
        }
    };
    let quoted_str = |value: &PyObject| {
        let value = text::str_object(vm, value)?;
        quote_plus_of(vm, &value)
    };
    for pair in pairs_of(vm, &query)? {
        let (name, value) = pair_of(vm, &pair)?;
        let name = quoted_str(&name)?;
        let one = if !doseq {
            quoted_str(&value)?
        } else if text::is_str(&value) {
            quote_plus_of(vm, &value)?
        } else if let Some(unicode) = text::payload(&value) {
            let ascii = |code: u32| u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(b'?');
            let bytes: Vec<u8> = unicode.as_wtf8().code_points().map(|c| ascii(c.to_u32())).collect();
            let value = text::new_str(vm, &bytes);
            quote_plus_of(vm, &value)?
        } else {
            match value.length(vm) {
                Ok(_) => {
                    for element in vm.extract_elements_with(&value, Ok)? {
                        let element = quoted_str(&element)?;
                        push(&name, &element);
                    }
                    continue;
                }
                Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => quoted_str(&value)?,
                Err(error) => return Err(error),
            }
        };
        push(&name, &one);
    }
    Ok(vm.ctx.new_str(out).into())
}

const PARSE: [&str; 4] = ["qs", "keep_blank_values", "strict_parsing", "max_num_fields"];

/// The pairs of a query.
fn parsed(vm: &VirtualMachine, function: &str, args: FuncArgs) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
    let [query, blanks, strict, limit] = parameters(vm, function, args, PARSE, 1)?;
    let query = query.unwrap_or_else(|| vm.ctx.none());
    let text = Text::of(vm, &query, "split")?;
    let flag = |value: Option<PyObjectRef>| value.map_or(Ok(false), |value| value.try_to_bool(vm));
    let (blanks, strict) = (flag(blanks)?, flag(strict)?);
    let bytes = text.bytes();
    let is_end = |byte: &u8| matches!(byte, b'&' | b';');
    if let Some(limit) = limit.filter(|limit| !vm.is_none(limit)) {
        let fields = 1 + bytes.iter().filter(|byte| is_end(byte)).count();
        if arguments::integer(vm, &limit)? < fields as isize {
            return Err(vm.new_value_error("Max number of fields exceeded"));
        }
    }
    let mut found = Vec::new();
    let mut start = 0;
    while start <= bytes.len() {
        let rest = bytes.get(start..).unwrap_or_default();
        let end = rest.iter().position(is_end).map_or(bytes.len(), |at| start + at);
        let field = bytes.get(start..end).unwrap_or_default();
        let middle = field.iter().position(|byte| *byte == b'=').map(|at| start + at);
        match middle {
            _ if field.is_empty() && !strict => {}
            None if strict => {
                let shown = text::repr_of(vm, &text.piece(vm, start, end))?;
                let shown = String::from_utf8_lossy(&shown).into_owned();
                return Err(vm.new_value_error(format!("bad query field: {shown}")));
            }
            None if blanks => found.push((unquoted_piece(vm, text, start, end), plain(vm, ""))),
            None => {}
            Some(middle) if middle + 1 < end || blanks => {
                found.push((unquoted_piece(vm, text, start, middle), unquoted_piece(vm, text, middle + 1, end)));
            }
            Some(_) => {}
        }
        start = end + 1;
    }
    Ok(found)
}

fn parse_qsl(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let pairs = parsed(vm, "parse_qsl", args)?;
    let pairs = pairs.into_iter().map(|(name, value)| vm.ctx.new_tuple(vec![name, value]).into()).collect();
    Ok(vm.ctx.new_list(pairs).into())
}

fn parse_qs(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let found = vm.ctx.new_dict();
    for (name, value) in parsed(vm, "parse_qs", args)? {
        match found.get_item_opt(&*name, vm)? {
            Some(values) => {
                vm.call_method(&values, "append", (value,))?;
            }
            None => found.set_item(&*name, vm.ctx.new_list(vec![value]).into(), vm)?,
        }
    }
    Ok(found.into())
}

/// A function of the module `urllib`.
pub static URLENCODE: &[Function] =
    &[with_defaults("urlencode", &["query", "doseq"], &[Given::Int(0)], Body::Raw(|_, args, vm| urlencode(args, vm)))];

const QUERY: &[&str] = &["qs", "keep_blank_values", "strict_parsing", "max_num_fields"];
const QUERY_DEFAULTS: &[Given] = &[Given::Int(0), Given::Int(0), Given::None];

/// Functions of the module `urlparse`.
pub static PARSING: &[Function] = &[
    with_defaults("parse_qs", QUERY, QUERY_DEFAULTS, Body::Raw(|_, args, vm| parse_qs(args, vm))),
    with_defaults("parse_qsl", QUERY, QUERY_DEFAULTS, Body::Raw(|_, args, vm| parse_qsl(args, vm))),
];
