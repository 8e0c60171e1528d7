//! Turns what a handler returned into an answer, where it is a framework object (`spec/objects.md` §9).

use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::class::modern;
use super::container::is_uncached;
use super::legacy::legacy;
use super::tables::Special;
use super::write::Writer;
use super::{legacy_write, seams};
use reprise_vm_glue::runtime::text;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Rendered {
    fn failed() -> Self {
        Rendered { status: 500, headers: Vec::new(), body: Vec::new() }
    }
}

/// Renders a framework object; None for anything else. An object that cannot be written is logged and answers with an
/// empty error.
pub fn render(vm: &VirtualMachine, object: &PyObjectRef) -> PyResult<Option<Rendered>> {
    let result = if let Some(legacy) = legacy(object) {
        apply_media_info(vm, object).and_then(|()| legacy_write::render(legacy, vm))
    } else if modern(object).is_some() {
        apply_media_info(vm, object).and_then(|()| render_modern(object, vm))
    } else {
        return Ok(None);
    };
    Ok(Some(result.unwrap_or_else(|error| {
        seams::log_exception(vm, "Exception when constructing media object", &error);
        Rendered::failed()
    })))
}

fn render_modern(object: &PyObject, vm: &VirtualMachine) -> PyResult<Rendered> {
    let Some(payload) = modern(object) else { return Ok(Rendered::failed()) };
    let mut writer = Writer::new(vm);
    writer.object(object)?;
    let body = writer.xml.finish();
    let mut headers = Vec::new();
    match payload.own_headers() {
        Some(own) => {
            for (name, value) in own {
                headers.push((text::unicode_of(vm, &name)?, text::unicode_of(vm, &value)?));
            }
        }
        None => headers.push(("Content-Type".to_owned(), "application/xml".to_owned())),
    }
    if payload.class.layout.class.special == Special::Container && is_uncached(payload, vm)? {
        headers.push(("Cache-Control".to_owned(), "no-cache".to_owned()));
    }
    Ok(Rendered { status: 200, headers, body })
}

/// The XML of a modern object by itself, for the parts of the framework that send objects on.
pub fn to_xml(vm: &VirtualMachine, object: &PyObject) -> PyResult<Vec<u8>> {
    let mut writer = Writer::new(vm);
    writer.object(object)?;
    Ok(writer.xml.finish())
}

/// An indirect request brings what the first answer said about the media; it is set on all media of the result.
pub fn apply_media_info(vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
    let info = crate::context::with(|context| if context.indirect { context.media_info.clone() } else { None });
    let Some(serde_json::Value::Object(info)) =
        info.filter(|info| info.as_object().is_some_and(|info| !info.is_empty()))
    else {
        return Ok(());
    };
    let objects = object.get_attr("objects", vm)?.try_to_value::<Vec<PyObjectRef>>(vm)?;
    for object in objects {
        let items = object.get_attr("items", vm)?.try_to_value::<Vec<PyObjectRef>>(vm)?;
        for item in items {
            for (name, value) in &info {
                item.set_attr(vm.ctx.intern_str(name.as_str()), python_value(vm, value), vm)?;
            }
        }
    }
    Ok(())
}

fn python_value(vm: &VirtualMachine, value: &serde_json::Value) -> PyObjectRef {
    use serde_json::Value;
    match value {
        Value::Null => vm.ctx.none(),
        Value::Bool(value) => vm.ctx.new_bool(*value).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => vm.ctx.new_int(number).into(),
            (None, Some(number)) => vm.ctx.new_float(number).into(),
            (None, None) => vm.ctx.none(),
        },
        Value::String(text) => text::new_unicode(vm, text),
        Value::Array(items) => {
            let items = items.iter().map(|item| python_value(vm, item)).collect();
            vm.ctx.new_list(items).into()
        }
        Value::Object(entries) => {
            let dict = vm.ctx.new_dict();
            for (name, value) in entries {
                // A new dictionary takes any string as key.
                let _ = dict.set_item(vm.ctx.intern_str(name.as_str()), python_value(vm, value), vm);
            }
            dict.into()
        }
    }
}
