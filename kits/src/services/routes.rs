//! What the framework answers about services over HTTP (`spec/messaging-services.md` §10, `spec/protocol.md` §3.3).

use std::sync::Arc;

use reprise_bundles::services::ServiceKind;
use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::{PyDict, PyList, PyTuple};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::lookup::{Lookup, Wanted, in_container};
use super::registry::{self, Registry};
use super::search as searching;
use super::service::{self, Deferral};
use crate::arguments::Arguments;
use crate::builtin::{Call, Outcome};
use crate::context;
use crate::dispatch::{self, Request, Response};
use crate::objects::class::{modern, new_object};
use crate::objects::modern::ModernObject;
use crate::objects::signature::{Parameter, Signature};
use crate::pack;
use crate::plugin::Plugin;
use rustpython_vm::Py;

/// `/services/reload`: gets the list anew.
pub fn reload(call: Call<'_>) -> PyResult<Outcome> {
    let plugin = call.plugin;
    call.vm.allow_threads(|| plugin.state::<Registry>().load(plugin));
    Ok(Outcome::Ready(Response::empty(200)))
}

/// `/:/events/systemBundleRestarted`: gets the list anew, without the caller waiting.
pub fn restarted(call: Call<'_>) -> PyResult<Outcome> {
    let plugin = Arc::clone(call.plugin);
    let load = move || plugin.state::<Registry>().load(&plugin);
    if let Err(error) = std::thread::Builder::new().name("all_services".to_owned()).spawn(load) {
        tracing::error!("Cannot start the thread 'all_services': {error}");
    }
    Ok(Outcome::Ready(Response::text("")))
}

/// The arguments of a request as the parameters of a function of the original's.
fn bind(call: &Call<'_>, name: &'static str, parameters: &[Parameter]) -> PyResult<Vec<PyObjectRef>> {
    let signature = Signature { name, hidden: 1, parameters, keywords: true };
    let named = call.arguments.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    Ok(signature.bind_pairs(call.vm, Vec::new(), named)?.into_values())
}

/// `/services/url/lookup`: the metadata of a page in a container.
pub fn lookup(call: Call<'_>) -> PyResult<Outcome> {
    let vm = call.vm;
    let bound = bind(&call, "lookup", &[Parameter::required("url"), Parameter::none("limit")])?;
    let [url, limit] = bound.as_slice() else { return Outcome::not_found() };
    let Some(found) = Lookup::new(vm, call.plugin).metadata(url, Wanted::default())? else {
        return Outcome::not_found();
    };
    if let Some(object) = modern(&found.object)
        && object.class.layout.class.element == "Directory"
        && let Some(key) = object.get("key", vm)
    {
        return Ok(Outcome::Ready(follow(vm, call.plugin, &call, &text::unicode_of(vm, &key)?)));
    }
    let container = in_container(vm, call.plugin, &found)?;
    if let (Some(object), Some(payload)) = (modern(&found.object), modern(&container)) {
        for name in ["user_agent", "http_cookies"] {
            hand_over(vm, object, payload, name);
        }
        if !vm.is_none(limit) {
            cut(vm, object, limit)?;
        }
    }
    Ok(Outcome::Value(container))
}

/// Takes an attribute from one object and gives it to another.
fn hand_over(vm: &VirtualMachine, from: &Py<ModernObject>, to: &Py<ModernObject>, name: &str) {
    let (Some(at), Some(target)) = (from.class.layout.find(name), to.class.layout.find(name)) else { return };
    if let Some(value) = from.get(name, vm) {
        to.put(target, value);
        from.put(at, vm.ctx.none());
    }
}

/// Leaves only the first media objects.
fn cut(vm: &VirtualMachine, object: &Py<ModernObject>, limit: &PyObjectRef) -> PyResult<()> {
    use rustpython_vm::AsObject;
    let limit = vm.ctx.types.int_type.as_object().call((limit.clone(),), vm)?;
    let limit: usize = limit.try_into_value::<i64>(vm)?.try_into().unwrap_or(0);
    let mut items = object.children(vm)?;
    if items.len() > limit {
        items.truncate(limit);
        object.replace_children(vm.ctx.new_list(items).into());
    }
    Ok(())
}

/// What the plug-in itself answers for the key of a directory.
fn follow(vm: &VirtualMachine, plugin: &Arc<Plugin>, call: &Call<'_>, key: &str) -> Response {
    let headers = context::with(|context| context.headers.clone());
    let request =
        Request { interface: call.interface, method: "GET".to_owned(), uri: key.to_owned(), headers, body: Vec::new() };
    let answer = dispatch::handle(plugin, vm, request);
    if answer.status != 200 {
        return Response::empty(500);
    }
    let mut response = Response::text(answer.body);
    let type_of_text = std::mem::take(&mut response.headers);
    response.headers = answer.headers;
    response.headers.extend(type_of_text);
    response
}

/// `/services/search`.
pub fn search(call: Call<'_>) -> PyResult<Outcome> {
    let parameters = [Parameter::required("query"), Parameter::required("identifier"), Parameter::none("name")];
    let bound = bind(&call, "search", &parameters)?;
    let [query, identifier, name] = bound.as_slice() else { return Outcome::not_found() };
    searching::search(call.vm, call.plugin, query, identifier, name).map(Outcome::Value)
}

/// `/services/searches`: an entry for each search service of an identifier.
pub fn searches(call: Call<'_>) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    let (Some(sandbox), Some(identifier)) = (plugin.main_sandbox(), call.text("identifier")) else {
        return Outcome::not_found();
    };
    let mut objects: Vec<PyObjectRef> = Vec::new();
    for name in searching::search_names(vm, plugin, &identifier) {
        let native = |value: &str| text::native(vm, value);
        let attributes = [("name", native(&name)), ("identifier", native(&identifier)), ("title", native(&name))];
        objects.push(new_object(vm, &sandbox, "SearchDirectoryObject", &attributes)?.into());
    }
    let objects: PyObjectRef = vm.ctx.new_list(objects).into();
    Ok(Outcome::Value(new_object(vm, &sandbox, "ObjectContainer", &[("objects", objects)])?.into()))
}

/// `/services/tests/urls`.
pub fn test_urls(call: Call<'_>) -> PyResult<Outcome> {
    tests(&call, ServiceKind::Url)
}

/// `/services/tests/queries`.
pub fn test_queries(call: Call<'_>) -> PyResult<Outcome> {
    tests(&call, ServiceKind::Search)
}

fn tests(call: &Call<'_>, kind: ServiceKind) -> PyResult<Outcome> {
    let given = |name: &str| call.arguments.get(name).filter(|value| !call.vm.is_none(value)).map(|value| &**value);
    searching::tests(call.vm, call.plugin, kind, given("identifier"), given("service_name")).map(Outcome::Value)
}

/// `/serviceFunction/TYPE/IDENTIFIER/NAME/FUNCTION`.
pub fn function(call: Call<'_>) -> PyResult<Outcome> {
    match call.text("service_type").as_deref().and_then(ServiceKind::by_word) {
        Some(kind) => call_service(call, kind),
        None => Outcome::not_found(),
    }
}

/// `/services/url/function/IDENTIFIER/NAME/FUNCTION`.
pub fn url_function(call: Call<'_>) -> PyResult<Outcome> {
    call_service(call, ServiceKind::Url)
}

/// `/services/search/function/IDENTIFIER/NAME/FUNCTION`.
pub fn search_function(call: Call<'_>) -> PyResult<Outcome> {
    call_service(call, ServiceKind::Search)
}

/// `/services/relatedContent/function/IDENTIFIER/NAME/FUNCTION`.
pub fn related_function(call: Call<'_>) -> PyResult<Outcome> {
    call_service(call, ServiceKind::RelatedContent)
}

fn call_service(mut call: Call<'_>, kind: ServiceKind) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    let mut take = |name: &str| {
        let value = call.arguments.text(vm, name);
        call.arguments.remove(name);
        value.unwrap_or_default()
    };
    take("service_type");
    let (identifier, name, function) = (take("service_identifier"), take("service_name"), take("f_name"));
    let function = before_extension(&function).to_owned();
    let set = registry::of(plugin);
    let Some(service) = set.find(vm, kind, &identifier, &name) else { return Outcome::not_found() };
    let Ok((positional, arguments)) = unpacked(vm, call.arguments) else { return Ok(nonsense()) };
    match service.call(vm, plugin, &function, positional, arguments, Deferral::Leave)? {
        Some(result) => Ok(Outcome::Value(result)),
        None => Outcome::not_found(),
    }
}

/// `/sharedServiceFunction/MODULE/FUNCTION`.
pub fn shared_function(mut call: Call<'_>) -> PyResult<Outcome> {
    let (vm, plugin) = (call.vm, call.plugin);
    let mut take = |name: &str| {
        let value = call.arguments.text(vm, name);
        call.arguments.remove(name);
        value.unwrap_or_default()
    };
    let (module, function) = (take("mod_name"), take("f_name"));
    let function = before_extension(&function).to_owned();
    let set = registry::of(plugin);
    let Some((sandbox, module)) = set.shared.module(vm, plugin, &module)? else { return Outcome::not_found() };
    let Some(function) = vm.get_attribute_opt(&module, vm.ctx.intern_str(function.as_str()))? else {
        tracing::error!(critical = true, "Function named '{function}' couldn't be found in the current environment");
        return Outcome::not_found();
    };
    let (function, deferred) = service::unwrap(function);
    if deferred {
        return Outcome::not_found();
    }
    let Ok((positional, arguments)) = unpacked(vm, call.arguments) else { return Ok(nonsense()) };
    service::call(vm, plugin, &sandbox, &function, positional, arguments).map(Outcome::Value)
}

fn before_extension(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// What the original answers where packed arguments cannot be read.
fn nonsense() -> Outcome {
    Outcome::Ready(Response::with_type(200, "Content-Type", "text/html; charset=UTF-8", ""))
}

/// The positional and named arguments of a call to a service: packed ones, and the query's others on top.
fn unpacked(vm: &VirtualMachine, mut query: Arguments) -> PyResult<(Vec<PyObjectRef>, Arguments)> {
    let mut packed = |name: &str| -> PyResult<Option<PyObjectRef>> {
        let text = query.text(vm, name);
        query.remove(name);
        text.map(|text| pack::unpack(vm, &text)).transpose()
    };
    let (positional, named) = (packed("args")?, packed("kwargs")?);
    let positional = match &positional {
        None => Vec::new(),
        Some(value) => match (value.downcast_ref::<PyTuple>(), value.downcast_ref::<PyList>()) {
            (Some(tuple), _) => tuple.as_slice().to_vec(),
            (None, Some(list)) => list.borrow_vec().to_vec(),
            (None, None) => return Err(vm.new_type_error("argument after * must be a sequence")),
        },
    };
    let mut arguments = Arguments::default();
    if let Some(named) = &named {
        let Some(named) = named.downcast_ref::<PyDict>() else {
            return Err(vm.new_type_error("argument after ** must be a mapping"));
        };
        for (name, value) in named.to_owned() {
            arguments.set(text::unicode_of(vm, &name)?, value);
        }
    }
    for (name, value) in query.iter() {
        arguments.set(name, value.clone());
    }
    Ok((positional, arguments))
}
