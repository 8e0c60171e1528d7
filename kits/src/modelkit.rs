//! The model kit: `Metadata`, `Proxy`, `Template`, `Model` (`spec/models.md` §6, `spec/agents.md` §6.5). What they do is in
//! [`crate::models`].

use rustpython_vm::PyPayload;

use crate::kit::{Entry, Kit, Status, Visibility};
use crate::models::classes::{ModelAccessPoint, prepare};
use crate::models::owner::Access;
use crate::models::{proxy, template_classes};

pub static KIT: Kit = Kit {
    name: "Model",
    entries: &[Entry {
        name: "Proxy",
        visible: Visibility::BundleNotModern,
        doc: "Data for pictures, themes, lyrics and subtitles: `Proxy.Preview(data, sort_order=1)`, `Proxy.Media`, \
              `Proxy.LocalFile`, `Proxy.Remote`.",
        status: Status::Implemented,
        make: |vm, _| Ok(proxy::kit(vm)),
    }],
};

/// What comes with agents: a plug-in that excludes the kit `Agent` does not have it.
pub static METADATA_KIT: Kit = Kit {
    name: "Agent",
    entries: &[Entry {
        name: "Metadata",
        visible: Visibility::BundleNotCloud,
        doc: "The stored metadata: `Metadata.Movie[guid]`, `Metadata.Movie(id, lang)`; of another agent, for reading: \
              `Metadata['org.example.other'].Movie[guid]`.",
        status: Status::Implemented,
        make: |vm, sandbox| {
            prepare(vm);
            Ok(ModelAccessPoint { access: Access::own(&sandbox.plugin) }.into_pyobject(vm))
        },
    }],
};

/// What the templates of a plug-in's own models are made of. `Model` itself is published by
/// [`crate::models::user::publish`] where a bundle has such models.
pub static TEMPLATE_KIT: Kit = Kit {
    name: "Template",
    entries: &[Entry {
        name: "Template",
        visible: Visibility::Model,
        doc: "Bases and attributes of model templates: `class Thing(Template.Model): title = Template.String()`.",
        status: Status::Implemented,
        make: |vm, _| Ok(template_classes::kit(vm)),
    }],
};
