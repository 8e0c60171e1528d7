//! JSON to and from Python values, as the `json` module of the original reads and writes it.

use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use serde_json::Value;

use reprise_vm_glue::runtime::text;

/// Reads JSON; ValueError where it is none. Strings are `str` if ASCII, else `unicode`.
pub fn loads(vm: &VirtualMachine, source: &str) -> PyResult {
    match serde_json::from_str(source) {
        Ok(value) => from_value(vm, &value),
        Err(error) => Err(vm.new_value_error(format!("No JSON object could be decoded: {error}"))),
    }
}

/// A parsed value as a Python value.
pub fn from_value(vm: &VirtualMachine, value: &Value) -> PyResult {
    Ok(match value {
        Value::Null => vm.ctx.none(),
        Value::Bool(truth) => vm.ctx.new_bool(*truth).into(),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(integer), _, _) => vm.ctx.new_int(integer).into(),
            (_, Some(integer), _) => vm.ctx.new_int(integer).into(),
            (_, _, float) => vm.ctx.new_float(float.unwrap_or(f64::NAN)).into(),
        },
        Value::String(string) => text::native(vm, string),
        Value::Array(items) => {
            let items: PyResult<Vec<PyObjectRef>> = items.iter().map(|item| from_value(vm, item)).collect();
            vm.ctx.new_list(items?).into()
        }
        Value::Object(entries) => {
            let dict = vm.ctx.new_dict();
            for (key, value) in entries {
                dict.set_item(&*text::native(vm, key), from_value(vm, value)?, vm)?;
            }
            dict.into()
        }
    })
}

/// How JSON is laid out.
#[derive(Clone, Copy)]
struct Style {
    item: &'static str,
    key: &'static str,
    /// Sets and other iterables are written as lists.
    lenient: bool,
}

const STANDARD: Style = Style { item: ", ", key: ": ", lenient: false };
const COMPACT: Style = Style { item: ",", key: ":", lenient: true };

/// Deepest nesting that is written.
const DEPTH: usize = 500;

/// Writes JSON as `json.dumps`; TypeError for values that have no JSON form.
pub fn dumps(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    let mut out = String::new();
    write(vm, &mut out, value, STANDARD, 0)?;
    Ok(out)
}

/// Writes JSON as answers need it: what [`dumps`] refuses is tried once more, without blanks and with sets as lists.
pub fn dumps_lenient(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    dumps(vm, value).or_else(|_| {
        let mut out = String::new();
        write(vm, &mut out, value, COMPACT, 0)?;
        Ok(out)
    })
}

fn write(vm: &VirtualMachine, out: &mut String, value: &PyObject, style: Style, depth: usize) -> PyResult<()> {
    if depth > DEPTH {
        return Err(vm.new_value_error("Circular reference detected"));
    }
    if let Some(scalar) = scalar(vm, value)? {
        out.push_str(&scalar);
        return Ok(());
    }
    if let Some(dict) = value.downcast_ref::<PyDict>() {
        out.push('{');
        for (index, (key, value)) in dict.to_owned().into_iter().enumerate() {
            if index > 0 {
                out.push_str(style.item);
            }
            match scalar(vm, &key)? {
                Some(key) if key.starts_with('"') => out.push_str(&key),
                Some(key) => out.push_str(&format!("\"{key}\"")),
                None => return Err(vm.new_type_error("keys must be a string")),
            }
            out.push_str(style.key);
            write(vm, out, &value, style, depth + 1)?;
        }
        out.push('}');
        return Ok(());
    }
    let items: Vec<PyObjectRef> = if let Some(list) = value.downcast_ref::<PyList>() {
        list.borrow_vec().to_vec()
    } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
        tuple.as_slice().to_vec()
    } else if style.lenient && value.fast_isinstance(vm.ctx.types.set_type) {
        vm.extract_elements_with(value, Ok)?
    } else {
        let repr = String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned();
        return Err(vm.new_type_error(format!("{repr} is not JSON serializable")));
    };
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(style.item);
        }
        write(vm, out, item, style, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

/// The JSON of a value that is no container; None for others.
fn scalar(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<String>> {
    if vm.is_none(value) {
        return Ok(Some("null".to_owned()));
    }
    if value.class().is(vm.ctx.types.bool_type) {
        return Ok(Some(if value.is(&vm.ctx.true_value) { "true" } else { "false" }.to_owned()));
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return Ok(Some(int.as_bigint().to_string()));
    }
    if let Some(float) = value.downcast_ref::<PyFloat>() {
        let number = float.to_f64();
        return Ok(Some(match (number.is_nan(), number.is_infinite()) {
            (true, _) => "NaN".to_owned(),
            (_, true) => if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
            _ => String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned(),
        }));
    }
    if !text::is_basestring(value) {
        return Ok(None);
    }
    let text = text::text_of(vm, value)?.unwrap_or_default();
    Ok(Some(quote(&text)))
}

/// A JSON string in ASCII.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
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
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_ascii() {
        assert_eq!(quote("a\"\\\né\u{1F600}\u{7f}"), "\"a\\\"\\\\\\n\\u00e9\\ud83d\\ude00\\u007f\"");
    }
}
