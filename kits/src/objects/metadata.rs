//! Metadata objects: films, clips, episodes, albums … Values are converted when they are assigned, sets and records are
//! small containers of their own, and an object that names its page (`url`) takes keys and media from the URL service
//! (`spec/objects.md` §4).

use rustpython_vm::builtins::{PyDict, PyFloat, PyInt, PyList};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::class::modern;
use super::modern::ModernObject;
use super::quote::quote;
use super::sets::{ExtrasList, MetadataSet, RecordObject};
use super::tables::{Attribute, Special, Type};
use super::values;
use super::write::Writer;
use super::{errors, media, seams};
use crate::services::lookup::{self, Lookup, Media};
use reprise_vm_glue::runtime::text;

/// What an attribute that was never set holds, if it is more than None.
pub fn initial_content(attribute: &'static Attribute, vm: &VirtualMachine) -> Option<PyObjectRef> {
    match attribute.kind {
        Type::Tags(_) | Type::Records(..) => Some(MetadataSet::new(attribute).into_pyobject(vm)),
        Type::Extras => Some(ExtrasList::default().into_pyobject(vm)),
        Type::Map => Some(vm.ctx.new_dict().into()),
        _ => None,
    }
}

/// Assigns to an attribute with a type.
pub fn assign(object: &ModernObject, at: usize, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let attribute = object.class.layout.attributes[at];
    match attribute.kind {
        Type::Tags(_) | Type::Records(..) => {
            let Some(list) = value.downcast_ref::<PyList>() else {
                return Err(errors::not_assignable(vm));
            };
            let items = list.borrow_vec().to_vec();
            let content = object.at(at).unwrap_or_else(|| {
                let new = MetadataSet::new(attribute).into_pyobject(vm);
                object.put(at, new.clone());
                new
            });
            match content.downcast_ref::<MetadataSet>() {
                Some(set) => set.assign(items, vm),
                None => Ok(()),
            }
        }
        Type::Extras | Type::Map => Err(errors::not_assignable(vm)),
        _ => {
            object.put(at, convert(attribute, value, vm)?);
            Ok(())
        }
    }
}

/// A value as the attribute's type stores it.
pub fn convert(attribute: &Attribute, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if vm.is_none(&value) {
        return Ok(value);
    }
    let mismatch = |wanted| Err(errors::type_mismatch(vm, attribute.name, &value, wanted));
    match attribute.kind {
        Type::Text if text::is_unicode(&value) => Ok(value),
        Type::Text => Ok(text::new_unicode(vm, &text::unicode_of(vm, &value)?)),
        // The original takes no `long`.
        Type::Integer if value.downcast_ref::<PyInt>().is_none() || &*value.class().name() == "long" => mismatch("int"),
        Type::Float if value.downcast_ref::<PyFloat>().is_none() => mismatch("float"),
        Type::Date if &*value.class().name() == "date" => Ok(value),
        Type::Date if &*value.class().name() == "datetime" => vm.call_method(&value, "date", ()),
        Type::Date => {
            let module = vm.import("datetime", 0)?;
            let datetime = module.get_attr("datetime", vm)?;
            if value.is_instance(&datetime, vm)? {
                return vm.call_method(&value, "date", ());
            }
            let date = module.get_attr("date", vm)?;
            if value.is_instance(&date, vm)? { Ok(value) } else { mismatch("date") }
        }
        _ => Ok(value),
    }
}

/// Whether a text attribute is there and not empty.
fn filled(object: &Py<ModernObject>, name: &str, vm: &VirtualMachine) -> PyResult<bool> {
    match object.get(name, vm) {
        Some(value) => value.try_to_bool(vm),
        None => Ok(false),
    }
}

/// What the first part of the first media object says, where there is one.
fn first_part(object: &Py<ModernObject>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(first) = object.children(vm)?.into_iter().next() else { return Ok(None) };
    let Some(first) = modern(&first).filter(|first| first.class.layout.class.special == Special::Media) else {
        return Ok(None);
    };
    Ok(first.children(vm)?.into_iter().next())
}

/// The text that identifies a file as `ratingKey`.
fn file_key(vm: &VirtualMachine, file: &PyObject) -> PyResult<String> {
    Ok(format!("file://{}", quote(&super::quote::bytes_of(vm, file)?, b"/")))
}

/// What the object's `url` and `file` say about its keys and media.
#[derive(Default)]
struct Source {
    rating_key: Option<String>,
    lookup_key: Option<String>,
    url: Option<String>,
    /// Media that stand for those which the service finds later.
    deferred: bool,
    media: Vec<PyObjectRef>,
}

fn source(writer: &Writer, object: &Py<ModernObject>) -> PyResult<Source> {
    let vm = writer.vm;
    let layout = object.class.layout;
    let mut source = Source { media: object.children(vm)?, ..Source::default() };
    if let Some(file) = object.get("file", vm) {
        for name in ["url", "key", "rating_key"] {
            if filled(object, name, vm)? {
                return Err(conflict(vm, name));
            }
        }
        if !source.media.is_empty() {
            return Err(conflict(vm, "items"));
        }
        source.rating_key = Some(file_key(vm, &file)?);
        source.media = vec![media::of_file(vm, object, file)?];
    } else if let Some(part) = first_part(object, vm)?
        && let Some(part) = modern(&part)
        && let Some(file) = part.get("file", vm)
        && file.clone().try_to_bool(vm)?
    {
        source.rating_key = Some(file_key(vm, &file)?);
    }
    let has_url = filled(object, "url", vm)?;
    if layout.class.needs_key && !has_url && source.rating_key.is_none() {
        let keys = filled(object, "key", vm)? && filled(object, "rating_key", vm)?;
        if !keys && !writer.request.indirect && !writer.request.internal {
            return Err(errors::keys_missing(vm));
        }
    }
    if has_url && let Some(url) = object.get("url", vm) {
        let sandbox = object.class.sandbox().ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
        let plugin = &sandbox.plugin;
        let services = Lookup::new(vm, plugin);
        let Some(normal) = services.normalise(&url)? else {
            return Err(vm.new_type_error("None object cannot be quoted"));
        };
        let mut key = lookup::lookup_key(vm, &normal)?;
        if writer.request.syncable {
            key.push_str("&syncable=1");
        }
        source.lookup_key = Some(key);
        let takes_media = layout.class.children.is_some_and(|children| children.allowed != 0);
        if takes_media && source.media.is_empty() {
            let asked_to_wait = filled(object, "deferred", vm)?;
            let class: PyObjectRef = object.as_object().class().to_owned().into();
            match services.media_for_menu(&url, &normal, class, asked_to_wait)? {
                None => return Err(vm.new_attribute_error("'NoneType' object has no attribute 'service'")),
                Some(Media::Objects(objects)) => source.media = objects,
                Some(Media::Deferred) => source.deferred = true,
            }
        }
        source.url = Some(values::converted(vm, &url)?.into_owned());
    }
    Ok(source)
}

fn conflict(vm: &VirtualMachine, name: &str) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let arguments = vec![text::native(vm, "Conflict with 'file' attribute"), text::native(vm, name)];
    errors::with_arguments(vm, vm.ctx.exceptions.attribute_error, arguments)
}

/// Writes a metadata object.
pub fn write(writer: &mut Writer, object: &Py<ModernObject>) -> PyResult<()> {
    let vm = writer.vm;
    let layout = object.class.layout;
    let class = layout.class;
    let source = source(writer, object)?;
    writer.xml.start(class.element);
    writer.attributes(object)?;
    if class.needs_key
        && !writer.xml.has("sourceIcon")
        && object.get("source_icon", vm).is_none()
        && let Some(sandbox) = object.class.sandbox()
    {
        let icon = seams::hosted_image(vm, &sandbox, "image", "source")?;
        writer.set("sourceIcon", &icon)?;
    }
    if !writer.xml.has("key") {
        writer.set("key", "")?;
    }
    for (name, value) in class.fixed {
        writer.set(name, value)?;
    }
    let mut key = object.get("key", vm);
    let values = object.set_values();
    for (at, attribute) in layout.attributes.iter().enumerate().filter(|(_, attribute)| attribute.allows_null) {
        if object.at(at).is_none_or(|value| vm.is_none(&value)) {
            write_value(writer, attribute, layout.xml[at], None)?;
        }
    }
    for (at, value) in &values {
        let attribute = layout.attributes[*at];
        if let Type::Text | Type::Integer | Type::Float | Type::Date = attribute.kind
            && !vm.is_none(value)
        {
            write_value(writer, attribute, layout.xml[*at], Some(value))?;
        }
    }
    // An answer to an indirect request is the place itself.
    if key.is_none()
        && writer.request.indirect
        && let Some(part) = first_part(object, vm)?
        && let Some(part) = modern(&part)
        && let Some(part_key) = part.get("key", vm)
    {
        let text = values::converted(vm, &part_key)?;
        writer.set("key", &seams::resolvable(vm, &part_key, text))?;
        key = Some(part_key);
    }
    if let Some(url) = &source.url {
        if key.is_none()
            && let Some(lookup) = &source.lookup_key
        {
            writer.set("key", lookup)?;
        }
        if object.get("rating_key", vm).is_none() {
            writer.set("ratingKey", url)?;
        }
    }
    if let Some(rating_key) = &source.rating_key {
        writer.set("ratingKey", rating_key)?;
    }
    if source.deferred {
        writer.set("deferred", "1")?;
    }
    if class.children.is_some_and(|children| children.allowed == 0) {
        writer.http_headers(object)?;
        if let Some(key) = &key {
            writer.posted_key(key)?;
        }
    }
    writer.mark_root();
    if source.deferred
        && let Some(lookup) = &source.lookup_key
    {
        media::write_deferred(writer, lookup)?;
    }
    for child in &source.media {
        writer.object(child)?;
    }
    for (at, content) in values {
        if let Type::Tags(tag) | Type::Records(tag, _) = layout.attributes[at].kind
            && let Some(set) = content.downcast_ref::<MetadataSet>()
        {
            write_set(writer, tag, set)?;
        }
    }
    Ok(())
}

/// Writes a value with a type; what counts as false is left out.
fn write_value(
    writer: &mut Writer,
    attribute: &Attribute,
    xml: &'static str,
    value: Option<&PyObject>,
) -> PyResult<()> {
    let vm = writer.vm;
    let Some(value) = value else {
        return if attribute.allows_null { writer.set(xml, "None") } else { Ok(()) };
    };
    if !attribute.allows_null && !value.to_owned().try_to_bool(vm)? {
        return Ok(());
    }
    let text = values::converted(vm, value)?;
    let text = if xml == "key" { seams::resolvable(vm, value, text) } else { text };
    writer.set(xml, &text)
}

fn write_set(writer: &mut Writer, tag: &'static str, set: &MetadataSet) -> PyResult<()> {
    let vm = writer.vm;
    for item in set.items() {
        writer.xml.start(tag);
        match item.downcast_ref::<RecordObject>() {
            Some(record) => {
                for (at, attribute) in record.kind.attributes.iter().enumerate() {
                    let value = record.at(at).filter(|value| !vm.is_none(value));
                    let xml = attribute.xml.unwrap_or(attribute.name);
                    write_value(writer, attribute, xml, value.as_deref())?;
                }
            }
            None => {
                let text = values::converted(vm, &item)?;
                writer.set("tag", &text)?;
            }
        }
        writer.xml.end();
    }
    Ok(())
}

/// The dictionary that describes a record.
pub fn record_of(record: &RecordObject, description: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let Some(entries) = description.downcast_ref::<PyDict>() else {
        return Err(vm.new_type_error("string indices must be integers, not str"));
    };
    for (name, value) in entries.to_owned() {
        let name = text::text_of(vm, &name)?.unwrap_or_default();
        record.set(&name, value, vm)?;
    }
    Ok(())
}
