//! What `sgmllib` does with the tags and references that it has read: it looks for the methods `start_TAG`, `do_TAG` and
//! `end_TAG`, keeps the stack of open tags, and calls the handlers.

use rustpython_vm::builtins::{PyStr, PyStrInterned};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::parser::Parser;
use super::sgml::{same_tag, stack_of};
use crate::import;
use crate::runtime::text;

fn none(vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.none())
}

/// `getattr(self, before + tag)`; None where there is none.
fn tag_method(parser: &Parser<'_>, before: &str, tag: &PyObject) -> PyResult<Option<PyObjectRef>> {
    let vm = parser.vm;
    let Some(name) = tag.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error("cannot concatenate 'str' and other objects"));
    };
    let mut wanted = rustpython_wtf8::Wtf8Buf::from(before);
    wanted.push_wtf8(name.as_wtf8());
    if text::is_unicode(tag) {
        // Names of attributes are byte strings.
        text::encode_default(vm, &wanted)?;
    }
    let wanted = vm.ctx.new_str(wanted);
    match parser.this.get_attr(&wanted, vm) {
        Ok(method) => Ok(Some(method)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `finish_starttag`: 1 for a tag with an end, 0 for one without, -1 for an unknown one.
pub fn start(parser: &Parser<'_>, tag: &PyObject, attributes: PyObjectRef) -> PyResult<i32> {
    let names = parser.names;
    if let Some(method) = tag_method(parser, "start_", tag)? {
        let stack = parser.get(names.stack)?;
        parser.vm.call_method(&stack, "append", (tag.to_owned(),))?;
        parser.call(names.handle_starttag, vec![tag.to_owned(), method, attributes])?;
        return Ok(1);
    }
    if let Some(method) = tag_method(parser, "do_", tag)? {
        parser.call(names.handle_starttag, vec![tag.to_owned(), method, attributes])?;
        return Ok(0);
    }
    parser.call(names.unknown_starttag, vec![tag.to_owned(), attributes])?;
    Ok(-1)
}

pub fn finish_starttag(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let [tag, attributes] = values else { return none(parser.vm) };
    start(parser, tag, attributes.clone()).map(|kind| parser.vm.ctx.new_int(kind).into())
}

pub fn finish_shorttag(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let [tag, data] = values else { return none(parser.vm) };
    let attributes = parser.vm.ctx.new_list(Vec::new()).into();
    parser.call(parser.names.finish_starttag, vec![tag.clone(), attributes])?;
    parser.call(parser.names.handle_data, vec![data.clone()])?;
    parser.call(parser.names.finish_endtag, vec![tag.clone()])?;
    none(parser.vm)
}

/// Ends a tag, and those inside it that did not end.
pub fn finish_endtag(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (parser.vm, parser.names);
    let Some(tag) = values.first() else { return none(vm) };
    let stack = stack_of(parser)?;
    let open = stack.borrow_vec().to_vec();
    let found = if tag.clone().try_to_bool(vm)? {
        let mut found = None;
        for (at, known) in open.iter().enumerate() {
            if same_tag(parser, known, tag)? {
                found = Some(at);
            }
        }
        found
    } else {
        open.len().checked_sub(1)
    };
    let Some(found) = found else {
        let unbalanced = tag.clone().try_to_bool(vm)? && tag_method(parser, "end_", tag)?.is_some();
        let hook = if unbalanced { names.report_unbalanced } else { names.unknown_endtag };
        parser.call(hook, vec![tag.clone()])?;
        return none(vm);
    };
    loop {
        let stack = stack_of(parser)?;
        let last = {
            let open = stack.borrow_vec();
            if open.len() <= found { None } else { open.last().cloned() }
        };
        let Some(tag) = last else { return none(vm) };
        match tag_method(parser, "end_", &tag)? {
            Some(method) if method.clone().try_to_bool(vm)? => {
                parser.call(names.handle_endtag, vec![tag, method])?;
            }
            _ => {
                parser.call(names.unknown_endtag, vec![tag])?;
            }
        }
        stack_of(parser)?.borrow_vec_mut().pop();
    }
}

pub fn handle_starttag(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let [_, method, attributes] = values else { return none(parser.vm) };
    method.call((attributes.clone(),), parser.vm)?;
    none(parser.vm)
}

pub fn handle_endtag(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let [_, method] = values else { return none(parser.vm) };
    method.call((), parser.vm)?;
    none(parser.vm)
}

/// Says so, if the parser was made to talk.
pub fn report_unbalanced(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = parser.vm;
    let Some(tag) = values.first() else { return none(vm) };
    if parser.is_true(parser.names.verbose)? {
        let stack = parser.get(parser.names.stack)?;
        let text = format!("*** Unbalanced </{}>\n*** Stack: {}\n", tag.str(vm)?, stack.repr(vm)?);
        let out = import::sys(vm)?.get_attr("stdout", vm)?;
        vm.call_method(&out, "write", (vm.ctx.new_str(text),))?;
    }
    none(vm)
}

// ---- references -------------------------------------------------------------------------------------------------

/// The character with an ASCII number.
pub fn convert_charref(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = parser.vm;
    let Some(name) = values.first() else { return none(vm) };
    let number = match name.downcast_ref::<PyStr>() {
        Some(text) => text.to_string_lossy().trim().parse::<i64>().ok(),
        None => Some(name.try_to_value::<i64>(vm)?),
    };
    match number {
        Some(number @ 0..=127) => parser.call(parser.names.convert_codepoint, vec![vm.ctx.new_int(number).into()]),
        _ => none(vm),
    }
}

pub fn convert_codepoint(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = parser.vm;
    let Some(point) = values.first() else { return none(vm) };
    match u8::try_from(point.try_to_value::<i64>(vm)?) {
        Ok(byte) => Ok(text::new_str(vm, &[byte])),
        Err(_) => Err(vm.new_value_error("chr() arg not in range(256)")),
    }
}

pub fn convert_entityref(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = parser.vm;
    let Some(name) = values.first() else { return none(vm) };
    let table = parser.get(parser.names.entitydefs)?;
    if vm._contains(&table, name)? { table.get_item(&**name, vm) } else { none(vm) }
}

fn handle(
    parser: &Parser<'_>,
    values: &[PyObjectRef],
    convert: &'static PyStrInterned,
    unknown: &'static PyStrInterned,
) -> PyResult {
    let Some(name) = values.first() else { return none(parser.vm) };
    let replacement = parser.call(convert, vec![name.clone()])?;
    match parser.vm.is_none(&replacement) {
        true => parser.call(unknown, vec![name.clone()])?,
        false => parser.call(parser.names.handle_data, vec![replacement])?,
    };
    none(parser.vm)
}

pub fn handle_charref(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    handle(parser, values, parser.names.convert_charref, parser.names.unknown_charref)
}

pub fn handle_entityref(parser: &Parser<'_>, values: &[PyObjectRef]) -> PyResult {
    handle(parser, values, parser.names.convert_entityref, parser.names.unknown_entityref)
}
