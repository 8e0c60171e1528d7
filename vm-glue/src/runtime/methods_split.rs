//! Methods of both string types that take strings apart and put them together.

use super::methods::{Zelf, unchanged};
use super::operand::{self, Kind, Operand};
use super::{arguments, names, unicode_data};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::builtins::{PyList, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine};

/// White space of a kind of string.
pub fn is_space(kind: Kind, c: CodePoint) -> bool {
    match kind {
        Kind::Bytes => matches!(c.to_u32(), 0x20 | 0x09..=0x0d),
        Kind::Unicode => unicode_data::is_space(c),
    }
}

fn list(vm: &VirtualMachine, kind: Kind, parts: impl Iterator<Item = impl AsRef<Wtf8>>) -> PyResult {
    let parts = parts.map(|part| kind.make_ref(vm, part.as_ref())).collect();
    Ok(vm.ctx.new_list(parts).into())
}

// ---- split, rsplit ----------------------------------------------------------------------------------------------

/// The separator and the limit of `split` and `rsplit`.
fn split_arguments<'a>(
    name: &str,
    zelf: &'a Zelf,
    args: &'a FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<(Operand<'a>, Option<Operand<'a>>, usize, Kind)> {
    // The machine's own library names them.
    let given = |position: usize, keyword: &str| args.args.get(position).or_else(|| args.kwargs.get(keyword));
    if args.kwargs.keys().any(|keyword| !matches!(keyword.as_str(), Ok("sep" | "maxsplit"))) || args.args.len() > 2 {
        arguments::count(vm, name, args, 0, 2)?;
    }
    let limit = match given(1, "maxsplit") {
        Some(limit) => usize::try_from(arguments::integer(vm, limit)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let own = Kind::of(zelf.as_object());
    let Some(separator) = given(0, "sep").filter(|object| !vm.is_none(object)) else {
        return Ok((operand::receiver(vm, zelf, own)?, None, limit, own));
    };
    let (text, separator, kind) = operand::pair(vm, zelf, separator)?;
    if separator.is_empty() {
        return Err(vm.new_value_error("empty separator"));
    }
    Ok((text, Some(separator), limit, kind))
}

/// Splits at white space from the left.
fn split_space(text: &Wtf8, kind: Kind, limit: usize) -> Vec<&Wtf8> {
    let space = |c: CodePoint| is_space(kind, c);
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(space);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let end = rest.code_point_indices().find(|(_, c)| space(*c)).map_or(rest.len(), |(at, _)| at);
        parts.extend(rest.get(..end));
        rest = rest.get(end..).unwrap_or(Wtf8::new("")).trim_start_matches(space);
    }
    parts
}

/// Splits at white space from the right; the parts come last first.
fn rsplit_space(text: &Wtf8, kind: Kind, limit: usize) -> Vec<&Wtf8> {
    let space = |c: CodePoint| is_space(kind, c);
    let mut parts = Vec::new();
    let mut rest = text.trim_end_matches(space);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let start = rest.code_point_indices().rev().find(|(_, c)| space(*c)).map_or(0, |(at, c)| at + c.len_wtf8());
        parts.extend(rest.get(start..));
        rest = rest.get(..start).unwrap_or(Wtf8::new("")).trim_end_matches(space);
    }
    parts
}

/// `split`.
pub fn split(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (text, separator, limit, kind) = split_arguments("split", &zelf, &args, vm)?;
    match separator {
        Some(separator) => list(vm, kind, text.as_wtf8().splitn(limit.saturating_add(1), separator.as_wtf8())),
        None => list(vm, kind, split_space(text.as_wtf8(), kind, limit).into_iter()),
    }
}

/// `rsplit`.
pub fn rsplit(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (text, separator, limit, kind) = split_arguments("rsplit", &zelf, &args, vm)?;
    let mut parts: Vec<&Wtf8> = match &separator {
        Some(separator) => text.as_wtf8().rsplitn(limit.saturating_add(1), separator.as_wtf8()).collect(),
        None => rsplit_space(text.as_wtf8(), kind, limit),
    };
    parts.reverse();
    list(vm, kind, parts.into_iter())
}

// ---- splitlines -------------------------------------------------------------------------------------------------

fn is_line_end(kind: Kind, c: CodePoint) -> bool {
    match kind {
        Kind::Bytes => matches!(c.to_u32(), 0x0a | 0x0d),
        Kind::Unicode => matches!(c.to_u32(), 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029),
    }
}

/// `splitlines`.
pub fn splitlines(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let keyword = args.kwargs.get("keepends");
    if keyword.is_none() {
        arguments::count(vm, "splitlines", &args, 0, 1)?;
    }
    let keep = match args.args.first().or(keyword) {
        Some(keep) => arguments::integer(vm, keep)? != 0,
        None => false,
    };
    let kind = Kind::of(zelf.as_object());
    let text = zelf.as_wtf8();
    let mut lines = Vec::new();
    let mut start = 0;
    let mut points = text.code_point_indices().peekable();
    while let Some((at, c)) = points.next() {
        if !is_line_end(kind, c) {
            continue;
        }
        let mut end = at + c.len_wtf8();
        if c.to_u32() == 0x0d && points.next_if(|(_, next)| next.to_u32() == 0x0a).is_some() {
            end += 1;
        }
        lines.extend(text.get(start..if keep { end } else { at }));
        start = end;
    }
    if start < text.len() {
        lines.extend(text.get(start..));
    }
    list(vm, kind, lines.into_iter())
}

// ---- partition, rpartition --------------------------------------------------------------------------------------

fn partition_at(name: &str, last: bool, zelf: &Zelf, args: &FuncArgs, vm: &VirtualMachine) -> PyResult {
    let separator = arguments::one(vm, name, args)?;
    let (text, sep, kind) = operand::pair(vm, zelf, separator)?;
    if sep.is_empty() {
        return Err(vm.new_value_error("empty separator"));
    }
    let whole = text.as_wtf8();
    let found = if last { whole.rfind(sep.as_wtf8()) } else { whole.find(sep.as_wtf8()) };
    let empty = || kind.make_ref(vm, Wtf8::new(""));
    let parts = match found {
        Some(at) => {
            let middle =
                if Kind::of(separator) == kind { separator.to_owned() } else { kind.make_ref(vm, sep.as_wtf8()) };
            let part = |range: Option<&Wtf8>| kind.make_ref(vm, range.unwrap_or(Wtf8::new("")));
            vec![part(whole.get(..at)), middle, part(whole.get(at + sep.byte_len()..))]
        }
        None if last => vec![empty(), empty(), unchanged(zelf, &text, kind, vm)],
        None => vec![unchanged(zelf, &text, kind, vm), empty(), empty()],
    };
    Ok(vm.ctx.new_tuple(parts).into())
}

/// `partition`.
pub fn partition(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    partition_at("partition", false, &zelf, &args, vm)
}

/// `rpartition`.
pub fn rpartition(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    partition_at("rpartition", true, &zelf, &args, vm)
}

// ---- join -------------------------------------------------------------------------------------------------------

/// `join`.
pub fn join(zelf: Zelf, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let items = arguments::one(vm, "join", &args)?;
    if let Some(list) = items.downcast_ref_if_exact::<PyList>(vm) {
        // A copy: decoding an item can run code that changes the list.
        let items = list.borrow_vec().to_vec();
        return join_items(&zelf, &items, vm);
    }
    if let Some(tuple) = items.downcast_ref_if_exact::<PyTuple>(vm) {
        return join_items(&zelf, tuple.as_slice(), vm);
    }
    let iterator = items.to_owned().get_iter(vm).map_err(|error| {
        if error.fast_isinstance(vm.ctx.exceptions.type_error) {
            vm.new_type_error("can only join an iterable")
        } else {
            error
        }
    })?;
    let items = iterator.iter::<PyObjectRef>(vm)?.collect::<PyResult<Vec<_>>>()?;
    join_items(&zelf, &items, vm)
}

fn join_items(zelf: &Py<PyStr>, items: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let mut kind = Kind::of(zelf.as_object());
    let expected = |kind| if kind == Kind::Bytes { "string" } else { "string or Unicode" };
    if let [only] = items
        && (only.class().is(super::text::unicode_type(vm))
            || kind == Kind::Bytes && only.class().is(vm.ctx.types.str_type))
    {
        return Ok(only.clone());
    }
    if items.is_empty() {
        return Ok(kind.make(vm, Wtf8Buf::new()));
    }
    let mut length = zelf.byte_len().saturating_mul(items.len());
    for (index, item) in items.iter().enumerate() {
        match item.downcast_ref::<PyStr>() {
            Some(text) => {
                length = length.saturating_add(text.byte_len());
                if Kind::of(item) == Kind::Unicode {
                    kind = Kind::Unicode;
                }
            }
            None if kind == Kind::Unicode && item.downcastable::<rustpython_vm::builtins::PyBytes>() => {}
            None => {
                let found = names::type_name_of(item);
                let expected = expected(kind);
                return Err(vm.new_type_error(format!("sequence item {index}: expected {expected}, {found} found")));
            }
        }
    }
    let separator = operand::receiver(vm, zelf, kind)?;
    let mut joined = Wtf8Buf::with_capacity(length);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            joined.push_wtf8(separator.as_wtf8());
        }
        let (item, _) = operand::argument(vm, kind, item)?;
        joined.push_wtf8(item.as_wtf8());
    }
    Ok(kind.make(vm, joined))
}
