//! Simple values as the JSON that the original writes into URLs.

use std::fmt::Write;

use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::values::string_text;
use reprise_vm_glue::runtime::text;

/// The JSON of a value, ASCII only, with the separators `, ` and `: `.
pub fn text_of(value: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    let mut out = String::new();
    write(value, vm, &mut out)?;
    Ok(out)
}

fn write(value: &PyObject, vm: &VirtualMachine, out: &mut String) -> PyResult<()> {
    if vm.is_none(value) {
        out.push_str("null");
    } else if value.class().is(vm.ctx.types.bool_type) {
        out.push_str(if value.is(&vm.ctx.true_value) { "true" } else { "false" });
    } else if let Some(number) = value.downcast_ref::<PyInt>() {
        out.push_str(&number.as_bigint().to_string());
    } else if value.downcast_ref::<PyFloat>().is_some() {
        out.push_str(&String::from_utf8_lossy(&text::repr_of(vm, value)?));
    } else if let Some(string) = value.downcast_ref::<PyStr>() {
        write_string(&string_text(vm, string)?, out);
    } else if let Some(list) = value.downcast_ref::<PyList>() {
        // Writing runs code of the plug-in, which may change the list.
        let items = list.borrow_vec().to_vec();
        write_list(&items, vm, out)?;
    } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
        write_list(tuple.as_slice(), vm, out)?;
    } else if let Some(dict) = value.downcast_ref::<PyDict>() {
        out.push('{');
        for (at, (name, value)) in dict.to_owned().into_iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            write_string(&text::unicode_of(vm, &name)?, out);
            out.push_str(": ");
            vm.with_recursion("while writing JSON", || write(&value, vm, out))?;
        }
        out.push('}');
    } else {
        let shown = String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned();
        return Err(vm.new_type_error(format!("{shown} is not JSON serializable")));
    }
    Ok(())
}

fn write_list(items: &[PyObjectRef], vm: &VirtualMachine, out: &mut String) -> PyResult<()> {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        vm.with_recursion("while writing JSON", || write(item, vm, out))?;
    }
    out.push(']');
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    #[test]
    fn strings_are_ascii() {
        let mut out = String::new();
        super::write_string("a\"\\\n é\u{1f600}", &mut out);
        assert_eq!(out, r#""a\"\\\n \u00e9\ud83d\ude00""#);
    }
}
