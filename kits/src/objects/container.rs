//! Containers: adding children with the checks of the table, and what an `ObjectContainer` writes besides its own
//! attributes (`spec/objects.md` §1.2, §5.1, §5.2).

use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::class::modern;
use super::errors;
use super::modern::ModernObject;
use super::quote::quote;
use super::seams;
use super::values;
use super::write::{Writer, encode_headers, header_pairs};
use crate::services::search::search_names;
use reprise_vm_glue::runtime::text;

/// Adds one object, if the container takes it.
pub fn add(container: &Py<ModernObject>, object: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let allowed = container.class.layout.class.children.map_or(0, |children| children.allowed);
    let Some(child) = modern(&object).filter(|child| child.class.layout.class.counts_as & allowed != 0) else {
        return Err(errors::cannot_be_added(vm, &object));
    };
    let class = child.class.layout.class;
    if class.unique {
        let same = |other: &PyObjectRef| modern(other).is_some_and(|other| other.class.layout.class.name == class.name);
        if container.children(vm)?.iter().any(same) {
            return Err(errors::only_one(vm, class.python_name));
        }
    }
    let list = container.child_list(vm);
    match list.downcast_ref::<rustpython_vm::builtins::PyList>() {
        Some(list) => {
            list.borrow_vec_mut().push(object);
            Ok(())
        }
        // Plug-in code replaced the list by something else.
        None => vm.call_method(&list, "append", (object,)).map(|_| ()),
    }
}

/// Adds the objects of a list or of another container.
pub fn extend(container: &Py<ModernObject>, objects: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let objects: Vec<PyObjectRef> = match modern(objects) {
        Some(other) if other.class.layout.class.children.is_some() => other.children(vm)?,
        _ => objects.to_owned().try_to_value(vm)?,
    };
    for object in objects {
        add(container, object, vm)?;
    }
    Ok(())
}

/// Takes the two arguments of a `SearchDirectoryObject` and makes its key.
pub fn prepare_search<N: AsRef<str>>(
    object: &Py<ModernObject>,
    unnamed: Vec<PyObjectRef>,
    named: &mut Vec<(N, PyObjectRef)>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if named.iter().any(|(name, _)| name.as_ref() == "key") {
        return Err(crate::errors::framework_exception(
            vm,
            "The 'key' attribute for SearchDirectoryObject instances is generated automatically.",
        ));
    }
    if unnamed.len() > 2 {
        let given = 1 + unnamed.len() + named.len();
        return Err(vm.new_type_error(format!("__init__() takes at most 3 arguments ({given} given)")));
    }
    let mut unnamed = unnamed.into_iter();
    let mut argument = |name: &str, given: Option<PyObjectRef>| -> Option<PyObjectRef> {
        let keyword = named.iter().position(|(there, _)| there.as_ref() == name).map(|at| named.remove(at).1);
        given.or(keyword).filter(|value| !vm.is_none(value))
    };
    let name = argument("name", unnamed.next());
    let identifier = argument("identifier", unnamed.next());
    let sandbox = object.class.sandbox().ok_or_else(|| vm.new_runtime_error("no plug-in is running"))?;
    let identifier = match identifier {
        Some(identifier) => values::converted(vm, &identifier)?.into_owned(),
        None => sandbox.identifier.clone(),
    };
    let services = search_names(vm, &sandbox.plugin, &identifier);
    let Some(first) = services.first() else {
        return Err(seams::framework_exception_with(
            vm,
            vec![
                text::native(vm, "No search services are available for the identifier '%s'"),
                text::native(vm, &identifier),
            ],
        ));
    };
    let name = match name {
        Some(name) => values::converted(vm, &name)?.into_owned(),
        None => first.clone(),
    };
    let key = format!(
        "/:/plugins/{}/serviceSearch?identifier={identifier}&name={}",
        seams::plugin_identifier(&sandbox.plugin),
        quote(name.as_bytes(), b"/")
    );
    if let Some(at) = object.class.layout.find("key") {
        object.put(at, text::native(vm, &key));
    }
    Ok(())
}

/// The key of the plug-in's preferences.
pub fn write_prefs_key(writer: &mut Writer, object: &Py<ModernObject>) {
    if let Some(sandbox) = object.class.sandbox() {
        let _ = writer.xml.set("key", &format!("/:/plugins/{}/prefs", seams::plugin_identifier(&sandbox.plugin)));
    }
    let _ = writer.xml.set("settings", "1");
}

/// What a container writes after its own attributes.
pub fn write_attributes(writer: &mut Writer, object: &Py<ModernObject>) -> PyResult<()> {
    let vm = writer.vm;
    let Some(sandbox) = object.class.sandbox() else {
        return Err(vm.new_runtime_error("no plug-in is running"));
    };
    let plugin = &sandbox.plugin;
    let identifier = seams::plugin_identifier(plugin);
    let place = object.class.layout.find("view_group");
    // None that was given is no group either.
    let mut group = place.and_then(|place| object.at(place));
    if group.is_none() {
        object.class.each_default(|at, value| {
            if Some(at) == place && !vm.is_none(value) {
                group = Some(value.to_owned());
            }
        });
    }
    if let Some(group) = group {
        let name = text::text_of(vm, &group)?.unwrap_or_default();
        let Some(attributes) = seams::view_group(vm, plugin, &name)? else {
            return Err(vm.new_key_error(group));
        };
        for (name, value) in attributes {
            writer.set(name, &value)?;
        }
    }
    if let Some(title) = &plugin.bundle.info.title
        && plugin.policy.synthesizes_defaults
        && !writer.xml.has("title1")
    {
        writer.set("title1", title)?;
    }
    writer.xml.set_number("size", object.children(vm)?.len());
    if !writer.xml.has("identifier") {
        writer.set("identifier", identifier)?;
    }
    if !writer.xml.has("sourceTitle")
        && identifier != "com.plexapp.system"
        && let Some(title) = seams::first_handler_name(vm, plugin)?
    {
        writer.set("sourceTitle", &title)?;
    }
    writer.set("mediaTagPrefix", "/system/bundle/media/flags/")?;
    if let Some(version) = seams::media_tag_version(plugin) {
        writer.set("mediaTagVersion", &version.to_string())?;
    }
    writer.http_headers(object)?;
    if let Some(headers) = object.get("post_headers", vm) {
        let headers = header_pairs(vm, &headers)?;
        if !headers.is_empty() {
            writer.set("postHeaders", &encode_headers(&headers))?;
        }
    }
    // Only code that speaks for the plug-in points at its preferences and searches.
    if sandbox.identifier == identifier {
        if seams::prefs_exist(plugin) {
            writer.set("prefsKey", &format!("/:/plugins/{identifier}/prefs"))?;
        }
        if !search_names(vm, plugin, identifier).is_empty() {
            writer.set("searchesKey", &format!("/system/services/searches?identifier={identifier}"))?;
        }
    }
    Ok(())
}

/// Whether a container asks clients not to keep the answer.
pub fn is_uncached(object: &Py<ModernObject>, vm: &VirtualMachine) -> PyResult<bool> {
    match object.get("no_cache", vm) {
        Some(value) => vm.bool_eq(&value, vm.ctx.true_value.as_object()),
        None => Ok(false),
    }
}
