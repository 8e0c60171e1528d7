//! JSON to and from Python values, as the `json` module of the original reads and writes it.

use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use serde_json::Value;

use reprise_vm_glue::runtime::text;

use crate::json_script;

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

/// Deepest nesting that is written.
const DEPTH: usize = 500;

/// Writes JSON as `json.dumps`; TypeError for values that have no JSON form.
pub fn dumps(vm: &VirtualMachine, value: &PyObject) -> PyResult<String> {
    let mut out = String::new();
    write(vm, &mut out, value, 0)?;
    Ok(out)
}

/// Writes JSON as answers need it: what [`dumps`] refuses is given to the lenient encoder.
pub fn dumps_lenient(vm: &VirtualMachine, value: &PyObject) -> PyResult {
    match dumps(vm, value) {
        Ok(json) => Ok(text::new_str(vm, json.as_bytes())),
        Err(_) => json_script::written(vm, value),
    }
}

fn write(vm: &VirtualMachine, out: &mut String, value: &PyObject, depth: usize) -> PyResult<()> {
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
                out.push_str(", ");
            }
            match scalar(vm, &key)? {
                Some(key) if key.starts_with('"') => out.push_str(&key),
                Some(key) => out.push_str(&format!("\"{key}\"")),
                None => return Err(vm.new_type_error("keys must be a string")),
            }
            out.push_str(": ");
            write(vm, out, &value, depth + 1)?;
        }
        out.push('}');
        return Ok(());
    }
    let items: Vec<PyObjectRef> = if let Some(list) = value.downcast_ref::<PyList>() {
        list.borrow_vec().to_vec()
    } else if let Some(fields) = fields(vm, value)? {
        return write(vm, out, &fields, depth + 1);
    } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
        tuple.as_slice().to_vec()
    } else {
        let repr = String::from_utf8_lossy(&text::repr_of(vm, value)?).into_owned();
        return Err(vm.new_type_error(format!("{repr} is not JSON serializable")));
    };
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(vm, out, item, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

/// The dictionary of an object with named fields (`namedtuple`).
fn fields(vm: &VirtualMachine, value: &PyObject) -> PyResult<Option<PyObjectRef>> {
    if value.class().is(vm.ctx.types.tuple_type) {
        return Ok(None);
    }
    match value.get_attr("_asdict", vm) {
        Ok(method) => method.call((), vm).map(Some),
        Err(_) => Ok(None),
    }
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
            _ => {
                // As floats are written, whatever a class of the plug-in's says.
                let plain: PyObjectRef = vm.ctx.new_float(number).into();
                String::from_utf8_lossy(&text::repr_of(vm, &plain)?).into_owned()
            }
        }));
    }
    if !text::is_basestring(value) {
        let is_decimal = &*value.class().name() == "Decimal";
        return match is_decimal {
            true => Ok(Some(String::from_utf8_lossy(&text::str_of(vm, value)?).into_owned())),
            false => Ok(None),
        };
    }
    let text = text::wtf8_of(vm, value)?.unwrap_or_default();
    Ok(Some(quote(text.code_points().map(|c| c.to_u32()))))
}

/// A JSON string in ASCII, of code points.
fn quote(points: impl Iterator<Item = u32>) -> String {
    let mut out = String::from("\"");
    for point in points {
        match char::from_u32(point) {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(c @ ' '..='~') => out.push(c),
            Some(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            // Half a pair stands for itself.
            None => out.push_str(&format!("\\u{point:04x}")),
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
        let text = "a\"\\\né\u{1F600}\u{7f}";
        assert_eq!(quote(text.chars().map(u32::from)), "\"a\\\"\\\\\\n\\u00e9\\ud83d\\ude00\\u007f\"");
    }
}
