//! From the address of a page to its URL service, and to what that finds (`spec/messaging-services.md` §6, §7).

use std::sync::Arc;

use reprise_bundles::services::ServiceKind;
use reprise_vm_glue::runtime::text;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::registry::{self, ServiceSet};
use super::service::{Deferral, Service};
use crate::arguments::Arguments;
use crate::errors;
use crate::objects::class::{modern, new_object};
use crate::objects::container;
use crate::objects::modern::ModernObject;
use crate::objects::quote::{quote, url_bytes};
use crate::plugin::Plugin;
use crate::resourcekit;
use crate::startup::ResourceHashes;
use rustpython_vm::Py;

/// What finds media objects.
const MEDIA: &str = "MediaObjectsForURL";
/// What finds a metadata object.
const METADATA: &str = "MetadataObjectForURL";
/// What makes one address of several for the same page.
const NORMALISE: &str = "NormalizeURL";

/// The services of a plug-in, for one look-up.
pub struct Lookup<'a> {
    vm: &'a VirtualMachine,
    plugin: &'a Arc<Plugin>,
    set: Arc<ServiceSet>,
}

/// How a metadata object is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// With its media objects.
    pub items: bool,
    /// Media that wait for playback are fetched now.
    pub deferral: Deferral,
    /// The address is brought into its normal form first.
    pub normalise: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { items: true, deferral: Deferral::Call, normalise: true }
    }
}

/// What a service found.
pub struct Found {
    pub object: PyObjectRef,
    pub service: Arc<Service>,
}

/// The media of a page.
pub enum Media {
    /// The service finds them when the user plays the page.
    Deferred,
    Objects(Vec<PyObjectRef>),
}

impl<'a> Lookup<'a> {
    /// Waits for the services.
    pub fn new(vm: &'a VirtualMachine, plugin: &'a Arc<Plugin>) -> Self {
        Self { vm, plugin, set: registry::of(plugin) }
    }

    /// The first service with a pattern that matches the start of the address.
    pub fn service(&self, url: &PyObject) -> PyResult<Option<Arc<Service>>> {
        for service in self.set.of_kind(self.vm, ServiceKind::Url) {
            if service.matches(self.vm, url)? {
                return Ok(Some(Arc::clone(service)));
            }
        }
        Ok(None)
    }

    /// The services to ask: the one that matches, then those that take what others do not know.
    fn candidates(&self, url: &PyObject) -> PyResult<Vec<Arc<Service>>> {
        let mut candidates: Vec<Arc<Service>> = self.service(url)?.into_iter().collect();
        let mut fallbacks: Vec<&Arc<Service>> =
            self.set.of_kind(self.vm, ServiceKind::Url).filter(|service| service.declaration.fallback).collect();
        fallbacks.sort_by_key(|service| service.declaration.priority);
        for fallback in fallbacks {
            if !candidates.iter().any(|known| Arc::ptr_eq(known, fallback)) {
                candidates.push(Arc::clone(fallback));
            }
        }
        Ok(candidates)
    }

    /// Every pattern of every service.
    pub fn patterns(&self) -> Vec<String> {
        let services = self.set.of_kind(self.vm, ServiceKind::Url);
        services.flat_map(|service| service.declaration.patterns.iter().cloned()).collect()
    }

    /// The normal form of an address; the address itself where no service has one; None where finding it raised
    /// (which is in the log).
    pub fn normalise(&self, url: &PyObject) -> PyResult<Option<PyObjectRef>> {
        for service in self.candidates(url)? {
            if !service.defines(self.vm, self.plugin, NORMALISE)? {
                continue;
            }
            let arguments = vec![url.to_owned()];
            match service.call(self.vm, self.plugin, NORMALISE, arguments, Arguments::default(), Deferral::Leave) {
                Ok(Some(normal)) if !self.vm.is_none(&normal) => return Ok(Some(normal)),
                Ok(_) => {}
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(url.to_owned()))
    }

    /// The path under which clients look an address up; TypeError where its normal form cannot be found.
    pub fn key(&self, url: &PyObject) -> PyResult<String> {
        match self.normalise(url)? {
            Some(normal) => lookup_key(self.vm, &normal),
            None => Err(self.vm.new_type_error("None object cannot be quoted")),
        }
    }

    /// The metadata object of a page.
    pub fn metadata(&self, url: &PyObject, wanted: Wanted) -> PyResult<Option<Found>> {
        let (vm, plugin) = (self.vm, self.plugin);
        let url = if wanted.normalise { self.normalise(url)? } else { Some(url.to_owned()) };
        let Some(url) = url else { return Ok(None) };
        for service in self.candidates(&url)? {
            let found = service.call(vm, plugin, METADATA, vec![url.clone()], Arguments::default(), Deferral::Leave)?;
            let Some(object) = found.filter(|object| !vm.is_none(object)) else { continue };
            self.complete(&service, &object, &url, wanted)?;
            return Ok(Some(Found { object, service }));
        }
        Ok(None)
    }

    /// Adds what the framework knows to what a service found.
    fn complete(&self, service: &Arc<Service>, object: &PyObject, url: &PyObjectRef, wanted: Wanted) -> PyResult<()> {
        let (vm, plugin) = (self.vm, self.plugin);
        object.set_attr("url", url.clone(), vm)?;
        let Some(payload) = modern(object) else { return Ok(()) };
        let knows = |name: &str| payload.class.layout.find(name).is_some();
        let deferred = knows("deferred") && service.is_deferred(vm, plugin, MEDIA)?;
        if deferred {
            object.set_attr("deferred", vm.ctx.new_bool(true), vm)?;
        }
        let takes_items = payload.class.layout.class.children.is_some_and(|children| children.allowed != 0);
        let may_call = !deferred || wanted.deferral == Deferral::Call;
        if wanted.items && takes_items && may_call && payload.children(vm)?.is_empty() {
            let class: PyObjectRef = object.class().to_owned().into();
            if let Some(media) = self.call_media(service, url, Some(class), wanted.deferral)? {
                container::extend(payload, &media, vm)?;
            }
        }
        if deferred && wanted.deferral == Deferral::Call {
            object.set_attr("deferred", vm.ctx.new_bool(false), vm)?;
        }
        set_source_title(vm, service, payload)?;
        self.set_art(service, payload)
    }

    /// The hosted art of the service's identifier, where the server knows one.
    pub fn set_art(&self, service: &Service, object: &Py<ModernObject>) -> PyResult<()> {
        let vm = self.vm;
        if object.class.layout.find("art").is_none() || object.get("art", vm).is_some() {
            return Ok(());
        }
        let identifier = &service.declaration.identifier;
        let hashes = self.plugin.state::<ResourceHashes>();
        if hashes.get("image", "art", &format!("{identifier}.jpg")).is_some() {
            let address = resourcekit::hosted_url(self.plugin, "image", "art", identifier, "jpg");
            object.as_object().set_attr("art", text::native(vm, &address), vm)?;
        }
        Ok(())
    }

    fn call_media(
        &self,
        service: &Arc<Service>,
        url: &PyObject,
        class: Option<PyObjectRef>,
        deferral: Deferral,
    ) -> PyResult<Option<PyObjectRef>> {
        let (vm, plugin) = (self.vm, self.plugin);
        let mut arguments = Arguments::default();
        if let Some(class) = class
            && service.takes(vm, plugin, MEDIA, "metadata_class")?
        {
            arguments.set("metadata_class", class);
        }
        let found = service.call(vm, plugin, MEDIA, vec![url.to_owned()], arguments, deferral)?;
        Ok(found.filter(|media| !vm.is_none(media)))
    }

    /// The list of media objects of a page, from the first service that has one.
    pub fn media(&self, url: &PyObject, deferral: Deferral, normalise: bool) -> PyResult<Option<PyObjectRef>> {
        let url = if normalise { self.normalise(url)? } else { Some(url.to_owned()) };
        let Some(url) = url else { return Ok(None) };
        for service in self.candidates(&url)? {
            if let Some(media) = self.call_media(&service, &url, None, deferral)? {
                return Ok(Some(media));
            }
        }
        Ok(None)
    }

    /// The media for an object of a menu whose page is `url`, with `normal` its normal form; None where no service
    /// knows it.
    pub fn media_for_menu(
        &self,
        url: &PyObject,
        normal: &PyObject,
        class: PyObjectRef,
        wait: bool,
    ) -> PyResult<Option<Media>> {
        let (vm, plugin) = (self.vm, self.plugin);
        let Some(matching) = self.service(url)? else { return Ok(None) };
        if wait || matching.is_deferred(vm, plugin, MEDIA)? {
            return Ok(Some(Media::Deferred));
        }
        let mut candidates = self.candidates(normal)?;
        if candidates.is_empty() {
            candidates.push(matching);
        }
        for service in candidates {
            if let Some(media) = self.call_media(&service, normal, Some(class.clone()), Deferral::Leave)? {
                return Ok(Some(Media::Objects(media.try_to_value(vm)?)));
            }
        }
        Ok(Some(Media::Objects(Vec::new())))
    }
}

/// The path under which clients look up an address in its normal form.
pub fn lookup_key(vm: &VirtualMachine, normal: &PyObject) -> PyResult<String> {
    Ok(format!("/system/services/url/lookup?url={}", quote(&url_bytes(vm, normal)?, b"")))
}

/// Gives an object the service's source title, unless it has one.
pub fn set_source_title(vm: &VirtualMachine, service: &Service, object: &Py<ModernObject>) -> PyResult<()> {
    let object = object.as_object();
    let there = object.get_attr("source_title", vm)?;
    if vm.is_none(&there) {
        object.set_attr("source_title", text::native(vm, service.source_title()), vm)?;
    }
    Ok(())
}

/// A container of the service's with one object.
pub fn in_container(vm: &VirtualMachine, plugin: &Arc<Plugin>, found: &Found) -> PyResult {
    let sandbox = found.service.sandbox(vm, plugin);
    let sandbox = sandbox.or_else(|| plugin.main_sandbox());
    let sandbox = sandbox.ok_or_else(|| errors::framework_exception(vm, "The service is gone."))?;
    let objects: PyObjectRef = vm.ctx.new_list(vec![found.object.clone()]).into();
    Ok(new_object(vm, &sandbox, "ObjectContainer", &[("objects", objects)])?.into())
}
