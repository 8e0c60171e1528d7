//! Models of a plug-in's own: `Contents/Models/__init__.pym`, whose code is restricted by the Model policy
//! (`spec/models.md` §1, §2). The classes that templates are made of are in `python/templatekit.py`.

use std::path::PathBuf;
use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{PyPayload, PyResult, VirtualMachine};
use serde_json::Value;

use super::classes::{self, ModelAccessPoint};
use super::owner::Access;
use super::template::{Attribute, Item, Kind, Name, Namespace, ProxyKind, Template, ValueType};
use crate::lazy_kit::{self, Part};
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;
use crate::sources;

/// The Python part.
pub static PART: Part = Part { name: "templatekit", source: include_str!("../python/templatekit.py"), prepare };

fn prepare(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, globals: &PyDictRef) -> PyResult<()> {
    if let Some(exception) = sandbox.published(vm, "FrameworkException")? {
        globals.set_item("FrameworkException", exception, vm)?;
    }
    Ok(())
}

/// The file of a bundle's own templates, if it has one.
fn file(plugin: &Plugin) -> Option<PathBuf> {
    let file = plugin.bundle.contents().join("Models/__init__.pym");
    file.is_file().then_some(file)
}

/// Publishes `Model` in a sandbox of a bundle that has models of its own.
pub fn publish(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    let plugin = &sandbox.plugin;
    let excluded = plugin.bundle.info.api_exclusions.iter().any(|name| name == "Model");
    let Some(file) = file(plugin).filter(|_| !excluded && sandbox.policy.is_bundle && !sandbox.policy.is_modern) else {
        return Ok(());
    };
    let namespace = Arc::new(Namespace::new(Some(plugin.folders.data.join("ModelData"))));
    for template in load(vm, plugin, file)? {
        namespace.add(Arc::new(template));
    }
    classes::prepare(vm);
    let access = Access { namespace, ..Access::clone(&Access::own(plugin)) };
    sandbox.globals.set_item("Model", ModelAccessPoint { access: Arc::new(access) }.into_pyobject(vm), vm)
}

/// Runs the file of templates; the templates that it defines.
fn load(vm: &VirtualMachine, plugin: &Arc<Plugin>, file: PathBuf) -> PyResult<Vec<Template>> {
    let sandbox = Sandbox::of_models(vm, plugin, file.parent().map(PathBuf::from))?;
    sandbox.enter(|| {
        let code = sources::compile(vm, &sandbox, &file, false)?;
        sources::execute(vm, code, &sandbox.globals)?;
        let names = sandbox.globals.clone();
        let described = lazy_kit::namespace(vm, &sandbox, &PART)?.get_item("describe", vm)?.call((names,), vm)?;
        let json = text::text_of(vm, &described)?.unwrap_or_default();
        let templates: Vec<Value> =
            serde_json::from_str(&json).map_err(|error| vm.new_value_error(error.to_string()))?;
        templates
            .iter()
            .map(|template| made_of(template).ok_or_else(|| vm.new_value_error("a template cannot be read")))
            .collect()
    })
}

fn word(value: &Value, name: &str) -> Option<Name> {
    value.get(name)?.as_str().map(|text| Name::Owned(text.to_owned()))
}

fn words(value: &Value, name: &str) -> Vec<Name> {
    let list = value.get(name).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|word| word.as_str().map(|word| Name::Owned(word.to_owned()))).collect()
}

fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// A template from its description.
fn made_of(value: &Value) -> Option<Template> {
    let attributes = value.get("attributes")?.as_array()?.iter().map(attribute).collect::<Option<Vec<_>>>()?;
    let mut template = Template::new(word(value, "name")?, flag(value, "is_model"), attributes);
    template.model_name = word(value, "model_name")?;
    template.hashed_paths = flag(value, "hashed_paths");
    template.guid_args = words(value, "guid_args");
    Some(template)
}

fn attribute(value: &Value) -> Option<Attribute> {
    let mut attribute = Attribute::new(word(value, "name")?, kind(value)?);
    attribute.external = flag(value, "external");
    attribute.items_external = flag(value, "items_external");
    attribute.synthetic = flag(value, "synthetic");
    attribute.allows_null = flag(value, "allows_null");
    Some(attribute)
}

fn value_type(name: &str) -> Option<ValueType> {
    Some(match name {
        "String" => ValueType::String,
        "Integer" => ValueType::Integer,
        "Float" => ValueType::Float,
        "Boolean" => ValueType::Boolean,
        "Date" => ValueType::Date,
        "Time" => ValueType::Time,
        "Datetime" => ValueType::Datetime,
        "Data" => ValueType::Data,
        _ => return None,
    })
}

fn kind(value: &Value) -> Option<Kind> {
    let name = value.get("kind")?.as_str()?;
    Some(match name {
        "Set" => Kind::Set(item(value.get("item")?)?),
        "Map" => Kind::Map(item(value.get("item")?)?),
        "Record" => Kind::Record(Arc::new(made_of(value.get("record")?)?)),
        "Link" => Kind::Link(word(value, "model")?),
        "Directory" => Kind::Directory,
        "ProxyContainer" => {
            Kind::Proxies(words(value, "words").iter().filter_map(|word| ProxyKind::by_word(word)).collect())
        }
        "ObjectContainer" => Kind::Extras(words(value, "names")),
        other => Kind::Value(value_type(other)?),
    })
}

fn item(value: &Value) -> Option<Item> {
    Some(match kind(value)? {
        Kind::Value(kind) => Item::Value(kind),
        Kind::Record(template) => Item::Record(template),
        Kind::Link(name) => Item::Link(name),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_becomes_a_template() {
        let json = r#"{"name": "Thing", "model_name": "Box", "is_model": true, "hashed_paths": false,
            "guid_args": ["lang"], "attributes": [
                {"name": "title", "kind": "String", "external": true},
                {"name": "parts", "kind": "Map", "items_external": true, "item": {"kind": "Record", "record":
                    {"name": "Part", "model_name": "Part", "is_model": false, "hashed_paths": false,
                     "guid_args": [], "attributes": [{"name": "size", "kind": "Integer"}]}}},
                {"name": "art", "kind": "ProxyContainer", "words": ["media", "remote"]}]}"#;
        let template = made_of(&serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!((&*template.name, &*template.model_name), ("Thing", "Box"));
        assert!(template.attributes[0].external);
        assert!(matches!(&template.attributes[1].kind, Kind::Map(Item::Record(part)) if part.find("size").is_some()));
        assert!(made_of(&serde_json::json!({"name": "X"})).is_none());
    }
}
