//! The registered prefixes of a plug-in, and the prefix that is current (`spec/protocol.md` §6.1, `spec/core.md` §11).

use std::sync::Arc;

use parking_lot::RwLock;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use reprise_vm_glue::runtime::text;

use crate::builtin::{Call, Outcome};
use crate::context;
use crate::dispatch::{Interface, Response};
use crate::errors::text_or_bytes;
use crate::objects::seams;
use crate::objects::xml::XmlWriter;
use crate::plugin::Plugin;
use crate::startup;

/// One registered prefix handler.
#[derive(Clone, Debug)]
pub struct PrefixHandler {
    pub prefix: String,
    pub function: PyObjectRef,
    pub name: PyObjectRef,
    /// The name is a key of the string tables (`@handler`), not a text (`AddPrefixHandler`).
    pub localise: bool,
    pub thumb: Option<String>,
    pub art: Option<String>,
    pub title_bar: Option<String>,
}

/// The prefix handlers in the order of registration.
#[derive(Debug, Default)]
pub struct Prefixes {
    pub handlers: RwLock<Vec<PrefixHandler>>,
}

impl Prefixes {
    /// The first registered prefix that a path starts with, as plain text.
    pub fn of_path(&self, path: &str) -> Option<String> {
        self.handlers.read().iter().map(|handler| &handler.prefix).find(|prefix| path.starts_with(*prefix)).cloned()
    }
}

/// The prefix of the request that the thread serves, else the first registered one, else the one made from the identifier.
pub fn current(plugin: &Plugin) -> String {
    if let Some(prefix) = context::with(|context| context.prefix.clone()) {
        return prefix;
    }
    match plugin.state::<Prefixes>().handlers.read().first() {
        Some(handler) => handler.prefix.clone(),
        None => plugin.channel_prefix(),
    }
}

/// `/:/prefixes`.
pub fn answer(call: Call<'_>) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    if let Some((name, _)) = call.arguments.iter().next() {
        let message = format!("get_prefixes() got an unexpected keyword argument '{name}'");
        return Err(vm.new_type_error(message));
    }
    let handlers = plugin.state::<Prefixes>().handlers.read().clone();
    let identifier = &plugin.bundle.identifier;
    let has_prefs = if seams::prefs_exist(plugin) { "1" } else { "0" };
    let mut xml = XmlWriter::new();
    xml.start("MediaContainer");
    set(&mut xml, "noHistory", "0");
    set(&mut xml, "replaceParent", "0");
    if let Interface::Pipe { port: Some(port) } | Interface::Socket { port } = call.interface {
        set(&mut xml, "port", &port.to_string());
    }
    set(&mut xml, "size", &handlers.len().to_string());
    set(&mut xml, "identifier", identifier);
    for handler in &handlers {
        xml.start("Prefix");
        set(&mut xml, "key", &handler.prefix);
        set(&mut xml, "name", &name_of(vm, plugin, handler)?);
        let info = &plugin.bundle.info;
        let names = [(&handler.thumb, &info.icon), (&handler.art, &info.art), (&handler.title_bar, &info.title_bar)];
        for (picture, (own, general)) in PICTURES.iter().zip(names) {
            if let Some(url) = picture.url(vm, plugin, own.as_deref(), general)? {
                set(&mut xml, picture.attribute, &url);
            }
        }
        set(&mut xml, "hasPrefs", has_prefs);
        set(&mut xml, "identifier", identifier);
        xml.end();
    }
    xml.end();
    Ok(Outcome::Ready(Response::xml(200, xml.finish())))
}

/// Sets an attribute; text that XML cannot hold is left out.
fn set(xml: &mut XmlWriter, name: &'static str, value: &str) {
    if xml.set(name, value).is_err() {
        tracing::warn!("The {name} of a prefix holds characters that XML cannot hold");
    }
}

/// The display name of a prefix, in the language of the request.
pub fn name_of(vm: &VirtualMachine, plugin: &Arc<Plugin>, handler: &PrefixHandler) -> PyResult<String> {
    let name = text_or_bytes(vm, &handler.name);
    if handler.localise && text::is_basestring(&handler.name) { localise(vm, plugin, &name) } else { Ok(name) }
}

/// Where a kind of picture comes from: the attribute, default files of which the later wins, and the group of hosted
/// pictures for prefixes that name none.
struct Picture {
    attribute: &'static str,
    defaults: &'static [&'static str],
    hosted: Option<&'static str>,
}

static PICTURES: [Picture; 3] = [
    Picture { attribute: "thumb", defaults: &["icon-default.png", "icon-default.jpg"], hosted: Some("source") },
    Picture { attribute: "art", defaults: &["art-default.jpg"], hosted: Some("art") },
    Picture { attribute: "titleBar", defaults: &["titlebar-default.png", "titlebar-default.jpg"], hosted: None },
];

impl Picture {
    /// The picture's URL: the file that the prefix names, or a default one where it names none; failing that, the one
    /// that Info.plist names.
    fn url(
        &self,
        vm: &VirtualMachine,
        plugin: &Arc<Plugin>,
        own: Option<&str>,
        general: &str,
    ) -> PyResult<Option<String>> {
        let Some(sandbox) = plugin.main_sandbox() else { return Ok(None) };
        let mut found = None;
        match own {
            Some(name) => found = seams::resource_path(vm, &sandbox, name)?,
            None => {
                for name in self.defaults.iter().rev() {
                    if found.is_none() {
                        found = seams::resource_path(vm, &sandbox, name)?;
                    }
                }
                if let (None, Some(group), true) = (&found, self.hosted, plugin.bundle.identifier != startup::SYSTEM) {
                    found = Some(seams::hosted_image(vm, &sandbox, "image", group)?);
                }
            }
        }
        if found.is_none() {
            found = seams::resource_path(vm, &sandbox, general)?;
        }
        Ok(found)
    }
}

/// A text of the string tables in the language of the request; the key itself where there is none.
pub fn localise(vm: &VirtualMachine, plugin: &Arc<Plugin>, key: &str) -> PyResult<String> {
    let Some(sandbox) = plugin.main_sandbox() else { return Ok(key.to_owned()) };
    match sandbox.globals.get_item_opt("L", vm)? {
        Some(lookup) => {
            let found = lookup.call((text::native(vm, key),), vm)?;
            Ok(text_or_bytes(vm, &found))
        }
        None => Ok(key.to_owned()),
    }
}
