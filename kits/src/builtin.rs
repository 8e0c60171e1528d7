//! The routes that the framework itself answers: management and internal (`spec/protocol.md` §3.2 and §3.3).
//! A kit that answers one adds a line to [`ROUTES`].

use std::sync::{Arc, LazyLock};

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::agents;
use crate::arguments::Arguments;
use crate::dispatch::{self, Interface, Response};
use crate::functions;
use crate::messaging;
use crate::plugin::Plugin;
use crate::prefixes::{self, Prefixes};
use crate::prefskit;
use crate::resourcekit;
use crate::routes::{Entry, Group, Pattern, RouteTable};
use crate::services::routes as services;
use crate::thread_stacks;

/// What a built-in route works with.
pub struct Call<'a> {
    pub plugin: &'a Arc<Plugin>,
    pub vm: &'a VirtualMachine,
    pub arguments: Arguments,
    pub interface: Interface,
}

impl Call<'_> {
    /// An argument as text; None where it is missing or empty.
    pub fn text(&self, name: &str) -> Option<String> {
        self.arguments.text(self.vm, name)
    }
}

/// What a built-in route answers.
pub enum Outcome {
    /// A Python value, converted as what a plug-in's function returns.
    Value(PyObjectRef),
    Ready(Response),
}

impl Outcome {
    pub fn not_found() -> PyResult<Self> {
        Ok(Self::Ready(Response::empty(404)))
    }
}

/// One built-in route.
pub struct BuiltinRoute {
    pub group: Group,
    pub path: &'static str,
    /// GET includes HEAD.
    pub methods: &'static [&'static str],
    pub answer: fn(Call<'_>) -> PyResult<Outcome>,
}

const fn management(path: &'static str, answer: fn(Call<'_>) -> PyResult<Outcome>) -> BuiltinRoute {
    BuiltinRoute { group: Group::Management, path, methods: &["GET"], answer }
}

const fn internal(path: &'static str, answer: fn(Call<'_>) -> PyResult<Outcome>) -> BuiltinRoute {
    BuiltinRoute { group: Group::Internal, path, methods: &["GET"], answer }
}

const fn changeable(path: &'static str, answer: fn(Call<'_>) -> PyResult<Outcome>) -> BuiltinRoute {
    BuiltinRoute { group: Group::Internal, path, methods: &["GET", "PUT"], answer }
}

/// Every built-in route; the first that matches wins.
pub static ROUTES: &[BuiltinRoute] = &[
    management("/prefixes", prefixes::answer),
    management("/prefs", prefskit::answer_list),
    management("/prefs/set", prefskit::answer_set),
    management("/events/systemBundleRestarted", services::restarted),
    internal("/prefs", prefskit::answer_list),
    internal("/prefs/list", prefskit::answer_list),
    internal("/prefs/set", prefskit::answer_set),
    internal("/resources/contentWithFallback", resourcekit::answer_with_fallback),
    internal("/resources/{itemname}", resourcekit::answer),
    internal("/resourceHashes", resourcekit::answer_hashes),
    internal("/services/reload", services::reload),
    internal("/reloadServices", services::reload),
    internal("/services/url/lookup", services::lookup),
    internal("/url/lookup", services::lookup),
    internal("/services/search", services::search),
    internal("/serviceSearch", services::search),
    internal("/services/searches", services::searches),
    internal("/services/tests/urls", services::test_urls),
    internal("/serviceTestURLs", services::test_urls),
    internal("/serviceTestURLs/{identifier}", services::test_urls),
    internal("/serviceTestURLs/{identifier}/{service_name}", services::test_urls),
    internal("/services/tests/queries", services::test_queries),
    internal("/serviceTestQueries", services::test_queries),
    internal("/serviceTestQueries/{identifier}", services::test_queries),
    internal("/serviceTestQueries/{identifier}/{service_name}", services::test_queries),
    internal("/serviceFunction/{service_type}/{service_identifier}/{service_name}/{f_name}", services::function),
    internal("/services/url/function/{service_identifier}/{service_name}/{f_name}", services::url_function),
    internal("/services/search/function/{service_identifier}/{service_name}/{f_name}", services::search_function),
    internal(
        "/services/relatedContent/function/{service_identifier}/{service_name}/{f_name}",
        services::related_function,
    ),
    internal("/sharedServiceFunction/{mod_name}/{f_name}", services::shared_function),
    internal("/services/shared/function/{mod_name}/{f_name}", services::shared_function),
    internal("/debugging/thread_stacks", thread_stacks::answer),
    internal("/messaging/function/{name}/{args}/{kwargs}", messaging::answer_function),
    internal("/messaging/event/{name}/{args}/{kwargs}", messaging::answer_event),
    internal("/agents", agents::system::lists::answer),
    internal("/agents/attribution", agents::system::attribution::answer),
    internal("/agents/attribution/image", agents::system::attribution::answer_image),
    changeable("/agents/{identifier}/config/{media_type}", agents::system::lists::answer_config),
    internal("/agents/contributors", agents::system::lists::answer_contributors),
    internal("/agents/media/get", agents::system::media::answer),
    internal("/agents/search", agents::system::lookup::answer),
    internal("/agents/update", agents::system::update::answer),
    internal("/messaging/wait", messaging::answer_wait),
    internal("/root", root),
    internal("/plist", plist),
    internal("/function/{function_name}", functions::answer),
    internal("/function/{function_name}/{query}", functions::answer),
];

type Table = RouteTable<fn(Call<'_>) -> PyResult<Outcome>>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for route in ROUTES {
        // Each path of the list is tested to compile.
        if let Ok(pattern) = Pattern::new(route.path) {
            let methods = route.methods.iter().map(|method| (*method).to_owned()).collect();
            table.connect(Entry { group: route.group, methods, pattern, target: route.answer });
        }
    }
    table
});

/// A built-in route and the values of its path.
pub type Found = (fn(Call<'_>) -> PyResult<Outcome>, Vec<(String, String)>);

/// The built-in route for a path.
pub fn find(group: Group, method: &str, path: &str) -> Option<Found> {
    let (entry, values) = TABLE.find(group, method, path)?;
    Some((entry.target, values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

/// `/root`: to the prefix that a person would call the plug-in's start.
fn root(call: Call<'_>) -> PyResult<Outcome> {
    let prefixes: Vec<String> =
        call.plugin.state::<Prefixes>().handlers.read().iter().map(|handler| handler.prefix.clone()).collect();
    let preferred = ["/plugins", "/video", "/music"]
        .iter()
        .find_map(|start| prefixes.iter().find(|prefix| prefix.starts_with(start)))
        .or_else(|| prefixes.first());
    Ok(Outcome::Ready(match preferred {
        Some(prefix) => dispatch::redirect(prefix, 302),
        None => Response::empty(500),
    }))
}

fn plist(call: Call<'_>) -> PyResult<Outcome> {
    match std::fs::read(call.plugin.bundle.info_file()) {
        Ok(bytes) => Ok(Outcome::Ready(Response::text(bytes))),
        Err(error) => Err(call.vm.new_os_error(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_compiles() {
        for route in ROUTES {
            assert!(Pattern::new(route.path).is_ok(), "{}", route.path);
        }
        assert_eq!(TABLE.entries().len(), ROUTES.len());
    }
}
