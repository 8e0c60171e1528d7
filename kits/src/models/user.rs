//! Models of a plug-in's own: `Contents/Models/__init__.pym`, whose code is restricted by the Model policy
//! (`spec/models.md` §1, §2). The classes that templates are made of are in [`super::template_classes`].

use std::path::PathBuf;
use std::sync::Arc;

use rustpython_vm::{PyPayload, PyResult, VirtualMachine};

use super::classes::{self, ModelAccessPoint};
use super::owner::Access;
use super::template::{Namespace, Template};
use super::template_classes;
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;
use crate::sources;

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
        template_classes::defined(vm, &sandbox.globals)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::template::{Item, Kind, ProxyKind};

    const MODELS: &str = "class Part(Template.Record):\n  size = Template.Integer()\n\
                          class Base(Template.Model, Template.Abstract):\n  title = Template.String()\n\
                          class Thing(Base):\n  model_name = 'Box'\n  guid_args = ['lang']\n\
                          \x20 title = Template.String()\n  title.save_externally\n\
                          \x20 parts = Template.Map(Part())\n  parts.save_items_externally\n\
                          \x20 art = Template.ProxyContainer(Template.Proxy.Media, Template.Proxy.Remote)\n\
                          class Other(Template.Model):\n  things = Template.Set(Template.Link(Thing))\n";

    /// The templates of a file, or the error that it raises.
    fn templates(source: &str) -> Result<Vec<Template>, String> {
        let bundle = tempfile::tempdir().unwrap();
        let file = bundle.path().join("__init__.pym");
        std::fs::write(&file, source).unwrap();
        crate::plugin::testing::with_sandbox(move |vm, sandbox| {
            load(vm, &sandbox.plugin, file).map_err(|error| crate::errors::message_of(vm, &error))
        })
    }

    #[test]
    fn classes_become_templates() {
        let found = templates(MODELS).unwrap();
        let names: Vec<&str> = found.iter().map(|template| &*template.name).collect();
        assert_eq!(names, ["Part", "Thing", "Other"]);
        let thing = &found[1];
        assert_eq!((&*thing.model_name, thing.guid_args.len(), thing.is_model), ("Box", 1, true));
        assert!(thing.attributes[0].external && thing.attributes[1].items_external);
        assert!(matches!(&thing.attributes[1].kind, Kind::Map(Item::Record(part)) if part.find("size").is_some()));
        let Kind::Proxies(kinds) = &thing.attributes[2].kind else { panic!("{thing:?}") };
        assert_eq!(kinds, &[ProxyKind::Media, ProxyKind::Remote]);
        assert!(matches!(&found[2].attributes[0].kind, Kind::Set(Item::Link(name)) if name == "Thing"));
    }

    #[test]
    fn what_is_no_template_is_said() {
        let says = |body: &str, wanted: &str| {
            let error = templates(&format!("class Thing(Template.Model):\n  x = {body}\n")).unwrap_err();
            assert!(error.contains(wanted), "{body}: {error}");
        };
        says("Template.Link(int)", "link");
        says("Template.ProxyContainer(Template.String())", "proxies");
        says("Template.Set(3)", "items");
        says("Template.Map(Template.Set(Template.String()))", "values, records or links");
        let endless = "class P(Template.Record):\n  n = Template.String()\nP.more = Template.Set(P())\n";
        assert!(templates(endless).unwrap_err().contains("holds itself"));
    }
}
