//! Searches and related content (`spec/messaging-services.md` §7, §8).

use std::sync::Arc;

use reprise_bundles::services::ServiceKind;
use reprise_vm_glue::runtime::text;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::lookup::{Lookup, set_source_title};
use super::registry;
use super::service::{Deferral, Service};
use crate::arguments::Arguments;
use crate::objects::class::modern;
use crate::plugin::Plugin;

/// A service of an identifier by name, or its first one; KeyError where there is none.
fn named(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    kind: ServiceKind,
    identifier: &PyObject,
    name: &PyObject,
) -> PyResult<Arc<Service>> {
    let set = registry::of(plugin);
    let wanted = text::text_of(vm, identifier)?;
    let of_identifier =
        || set.of_kind(vm, kind).filter(|service| Some(&service.declaration.identifier) == wanted.as_ref());
    let Some(first) = of_identifier().next() else {
        return Err(vm.new_key_error(identifier.to_owned()));
    };
    if vm.is_none(name) {
        return Ok(Arc::clone(first));
    }
    let wanted_name = text::text_of(vm, name)?;
    let found = of_identifier().find(|service| Some(&service.declaration.name) == wanted_name.as_ref());
    found.cloned().ok_or_else(|| vm.new_key_error(name.to_owned()))
}

/// The names of the search services with an identifier.
pub fn search_names(vm: &VirtualMachine, plugin: &Plugin, identifier: &str) -> Vec<String> {
    let set = registry::of(plugin);
    let services = set.of_kind(vm, ServiceKind::Search);
    let services = services.filter(|service| service.declaration.identifier == identifier);
    services.map(|service| service.declaration.name.clone()).collect()
}

/// What a search service finds.
pub fn search(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    query: &PyObject,
    identifier: &PyObject,
    name: &PyObject,
) -> PyResult {
    let service = named(vm, plugin, ServiceKind::Search, identifier, name)?;
    let mut arguments = Arguments::default();
    arguments.set("query", query.to_owned());
    let found = service.call(vm, plugin, "Search", Vec::new(), arguments, Deferral::Leave)?;
    let Some(container) = found.filter(|found| !vm.is_none(found)) else { return Ok(vm.ctx.none()) };
    container.set_attr("identifier", text::native(vm, &service.declaration.identifier), vm)?;
    if let Some(payload) = modern(&container) {
        Lookup::new(vm, plugin).set_art(&service, payload)?;
        for object in payload.children(vm)? {
            if let Some(object) = modern(&object) {
                set_source_title(vm, &service, object)?;
            }
        }
    }
    Ok(container)
}

/// What a related-content service finds.
pub fn related(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    metadata: &PyObject,
    identifier: &PyObject,
    name: &PyObject,
) -> PyResult {
    let service = named(vm, plugin, ServiceKind::RelatedContent, identifier, name)?;
    let function = "RelatedContentForMetadata";
    let found = service.call(vm, plugin, function, vec![metadata.to_owned()], Arguments::default(), Deferral::Leave)?;
    let Some(container) = found.filter(|found| !vm.is_none(found)) else { return Ok(vm.ctx.none()) };
    if let Some(payload) = modern(&container) {
        for object in payload.children(vm)? {
            // Menus among the results have no source.
            if let Some(object) = modern(&object).filter(|o| o.class.layout.find("source_title").is_some()) {
                set_source_title(vm, &service, object)?;
            }
        }
    }
    Ok(container)
}

/// The tests of a service: those of its declaration, then those of its function.
fn tests_of(vm: &VirtualMachine, plugin: &Arc<Plugin>, service: &Service, function: &str) -> PyObjectRef {
    let mut tests: Vec<PyObjectRef> = service.declaration.tests.iter().map(|test| text::native(vm, test)).collect();
    if service.defines(vm, plugin, function).unwrap_or_default()
        && let Ok(Some(more)) = service.call(vm, plugin, function, Vec::new(), Arguments::default(), Deferral::Leave)
        && let Some(list) = more.downcast_ref::<rustpython_vm::builtins::PyList>()
    {
        tests.extend(list.borrow_vec().iter().cloned());
    }
    vm.ctx.new_list(tests).into()
}

/// `{identifier: {name: [tests]}}`, of all services of a kind, or of one identifier or service; KeyError where there is
/// no such one.
pub fn tests(
    vm: &VirtualMachine,
    plugin: &Arc<Plugin>,
    kind: ServiceKind,
    identifier: Option<&PyObject>,
    name: Option<&PyObject>,
) -> PyResult {
    let function = if kind == ServiceKind::Url { "TestURLs" } else { "TestQueries" };
    let set = registry::of(plugin);
    let services: Vec<Arc<Service>> = match (identifier, name) {
        (None, _) => set.of_kind(vm, kind).cloned().collect(),
        (Some(identifier), Some(name)) => vec![named(vm, plugin, kind, identifier, name)?],
        (Some(identifier), None) => {
            let first = named(vm, plugin, kind, identifier, &vm.ctx.none())?;
            let same = |service: &&Arc<Service>| service.declaration.identifier == first.declaration.identifier;
            set.of_kind(vm, kind).filter(same).cloned().collect()
        }
    };
    let all = vm.ctx.new_dict();
    for service in services {
        let identifier = text::native(vm, &service.declaration.identifier);
        let group = match all.get_item_opt(&*identifier, vm)? {
            Some(group) => group,
            None => {
                let group: PyObjectRef = vm.ctx.new_dict().into();
                all.set_item(&*identifier, group.clone(), vm)?;
                group
            }
        };
        let tests = tests_of(vm, plugin, &service, function);
        group.as_object().set_item(&*text::native(vm, &service.declaration.name), tests, vm)?;
    }
    Ok(all.into())
}
