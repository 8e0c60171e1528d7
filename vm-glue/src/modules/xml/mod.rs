//! The module `_expat`: reading XML as the library expat does. `parse(data, names_as_str, namespaces)` gives the list of
//! events, and what went wrong at the end. `xml.parsers.expat` and `xml.etree.ElementTree` (embedded Python 2) stand on
//! it.

mod events;
mod reader;

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use self::events::{Event, Kind};
use self::reader::Reader;
use crate::modules;
use crate::runtime::text;

/// A string for Python 2 code: always unicode, or `str` where it is ASCII.
fn string(vm: &VirtualMachine, value: &str, ascii_as_str: bool) -> PyObjectRef {
    if ascii_as_str { text::native(vm, value) } else { text::new_unicode(vm, value) }
}

fn optional(vm: &VirtualMachine, value: Option<&String>, ascii_as_str: bool) -> PyObjectRef {
    value.map_or_else(|| vm.ctx.none(), |value| string(vm, value, ascii_as_str))
}

/// An event as a tuple: kind, line, column, then what belongs to the kind.
fn event_tuple(vm: &VirtualMachine, event: &Event, ascii_as_str: bool) -> PyResult {
    let make = |value: &str| string(vm, value, ascii_as_str);
    let int = |value: usize| -> PyObjectRef { vm.ctx.new_int(value).into() };
    let mut items = vec![int(event.kind.number()), int(event.position.line), int(event.position.column)];
    match &event.kind {
        Kind::Start { name, attributes } => {
            let mut pairs = Vec::with_capacity(attributes.len() * 2);
            for (name, value) in attributes {
                pairs.push(make(name));
                pairs.push(make(value));
            }
            items.push(make(name));
            items.push(vm.ctx.new_list(pairs).into());
        }
        Kind::End { name } => items.push(make(name)),
        Kind::Text(value) | Kind::Comment(value) => items.push(make(value)),
        Kind::Instruction { target, data } => items.extend([make(target), make(data)]),
        Kind::StartCdata | Kind::EndCdata | Kind::EndDoctype => {}
        Kind::Doctype { name, system, public, internal } => items.extend([
            make(name),
            optional(vm, system.as_ref(), ascii_as_str),
            optional(vm, public.as_ref(), ascii_as_str),
            int(usize::from(*internal)),
        ]),
        Kind::Declaration { version, encoding, standalone } => items.extend([
            make(version),
            optional(vm, encoding.as_ref(), ascii_as_str),
            vm.ctx.new_int(*standalone).into(),
        ]),
        Kind::StartNamespace { prefix, uri } => {
            items.extend([optional(vm, prefix.as_ref(), ascii_as_str), optional(vm, uri.as_ref(), ascii_as_str)]);
        }
        Kind::EndNamespace { prefix } => items.push(optional(vm, prefix.as_ref(), ascii_as_str)),
        Kind::Undefined { name } => items.push(make(name)),
    }
    Ok(vm.ctx.new_tuple(items).into())
}

/// `parse(data, ascii_as_str, separator, keep_prefixes)`: `(events, error)`. `data` is UTF-8; `separator` goes between a namespace and a
/// name, None leaves names with their prefixes; `keep_prefixes` adds the prefix behind the name. The error is `(code, text, line, column)` or None.
fn parse(
    data: PyObjectRef,
    ascii_as_str: bool,
    separator: PyObjectRef,
    keep_prefixes: bool,
    vm: &VirtualMachine,
) -> PyResult {
    let bytes = match text::bytes_of(&data) {
        Some(bytes) => bytes,
        None => match data.downcast_ref::<PyStr>() {
            Some(unicode) => unicode.to_string_lossy().into_owned().into_bytes(),
            None => return Err(vm.new_type_error("must be string or read-only buffer")),
        },
    };
    let separator = if vm.is_none(&separator) { None } else { text::text_of(vm, &separator)? };
    let (events, failure) = vm.allow_threads(|| Reader::read(&bytes, separator.as_deref(), keep_prefixes));
    let events = events.iter().map(|event| event_tuple(vm, event, ascii_as_str)).collect::<PyResult<Vec<_>>>()?;
    let error = match failure {
        Some((failure, position)) => vm
            .ctx
            .new_tuple(vec![
                vm.ctx.new_int(failure.code()).into(),
                vm.ctx.new_str(failure.text()).into(),
                vm.ctx.new_int(position.line).into(),
                vm.ctx.new_int(position.column).into(),
            ])
            .into(),
        None => vm.ctx.none(),
    };
    Ok(vm.ctx.new_tuple(vec![vm.ctx.new_list(events).into(), error]).into())
}

/// Makes the module `_expat`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_expat");
    modules::set_function(vm, &module, "parse", parse);
    module
}
