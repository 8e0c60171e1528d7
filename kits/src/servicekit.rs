//! The kit of services: `URLService`, `SearchService`, `RelatedContentService`, `SharedCodeService`
//! (`spec/messaging-services.md` §8). What they do is in [`crate::services`].

use std::sync::Arc;

use reprise_vm_glue::runtime::text;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::GetAttr;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::objects::signature::{Bound, Default, Parameter, Signature};
use crate::sandbox::Sandbox;
use crate::services::lookup::{Lookup, Wanted, in_container};
use crate::services::service::Deferral;
use crate::services::{registry, search, shared};

/// Module path of the classes here, as `repr` shows it.
const MODULE: &str = "Framework.api.servicekit";

/// The kit's published names.
pub static KIT: Kit = Kit {
    name: "Service",
    entries: &[
        entry("URLService", "Metadata and media of web pages, from the URL services.", |vm, sandbox| {
            native_class::<UrlServiceKit>(vm, MODULE);
            Ok(UrlServiceKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        }),
        entry("SearchService", "Searches web sites with the search services.", |vm, sandbox| {
            native_class::<SearchServiceKit>(vm, MODULE);
            Ok(SearchServiceKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
        }),
        entry(
            "RelatedContentService",
            "What belongs to an object, from the related-content services.",
            |vm, sandbox| {
                native_class::<RelatedContentServiceKit>(vm, MODULE);
                Ok(RelatedContentServiceKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
            },
        ),
        entry(
            "SharedCodeService",
            "The modules in the Shared Code folder of the plug-in's services.",
            |vm, sandbox| {
                native_class::<SharedCodeServiceKit>(vm, MODULE);
                Ok(SharedCodeServiceKit { sandbox: Arc::clone(sandbox) }.into_pyobject(vm))
            },
        ),
    ],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::Code, doc, status: Status::Implemented, make }
}

const fn method(name: &'static str, parameters: &'static [Parameter]) -> Signature<'static> {
    Signature { name, hidden: 1, parameters, keywords: false }
}

const fn flag(name: &'static str, default: Default) -> Parameter {
    Parameter { name, default }
}

const METADATA: Signature<'static> = method(
    "MetadataObjectForURL",
    &[
        Parameter::required("url"),
        flag("add_items_automatically", Default::True),
        flag("allow_deferred", Default::True),
        flag("in_container", Default::False),
        flag("do_normalization", Default::True),
    ],
);

const MEDIA: Signature<'static> = method(
    "MediaObjectsForURL",
    &[Parameter::required("url"), flag("allow_deferred", Default::True), flag("do_normalization", Default::True)],
);

const LOOKUP_URL: Signature<'static> = method("LookupURLForMediaURL", &[Parameter::required("url")]);
const NORMALIZE: Signature<'static> = method("NormalizeURL", &[Parameter::required("url")]);
const IDENTIFIER: Signature<'static> = method("ServiceIdentifierForURL", &[Parameter::required("url")]);

const QUERY: Signature<'static> =
    method("Query", &[Parameter::required("query"), Parameter::required("identifier"), Parameter::required("name")]);
const LIST: Signature<'static> = method("List", &[Parameter::required("identifier")]);

const RELATED: Signature<'static> = method(
    "RelatedContentForMetadata",
    &[Parameter::required("metadata"), Parameter::required("identifier"), Parameter::required("name")],
);

/// The truth of a bound argument.
fn truth(vm: &VirtualMachine, bound: &Bound, at: usize) -> PyResult<bool> {
    bound.get(at).to_owned().try_to_bool(vm)
}

fn deferral(call: bool) -> Deferral {
    if call { Deferral::Call } else { Deferral::Leave }
}

macro_rules! debug_as {
    ($class:ident, $name:literal) => {
        impl std::fmt::Debug for $class {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($name)
            }
        }
    };
}

/// `URLService`.
#[pyclass(module = false, name = "URLServiceKit")]
#[derive(PyPayload)]
pub struct UrlServiceKit {
    sandbox: Arc<Sandbox>,
}

debug_as!(UrlServiceKit, "URLService");

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl UrlServiceKit {
    fn lookup<'a>(&'a self, vm: &'a VirtualMachine) -> Lookup<'a> {
        Lookup::new(vm, &self.sandbox.plugin)
    }

    #[pymethod(name = "MetadataObjectForURL")]
    fn metadata_object_for_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = METADATA.bind(vm, args)?;
        let wanted = Wanted {
            items: truth(vm, &bound, 1)?,
            deferral: deferral(truth(vm, &bound, 2)?),
            normalise: truth(vm, &bound, 4)?,
        };
        match zelf.lookup(vm).metadata(bound.get(0), wanted)? {
            None => Ok(vm.ctx.none()),
            Some(found) if truth(vm, &bound, 3)? => in_container(vm, &zelf.sandbox.plugin, &found),
            Some(found) => Ok(found.object),
        }
    }

    #[pymethod(name = "MediaObjectsForURL")]
    fn media_objects_for_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = MEDIA.bind(vm, args)?;
        let (deferral, normalise) = (deferral(truth(vm, &bound, 1)?), truth(vm, &bound, 2)?);
        let media = zelf.lookup(vm).media(bound.get(0), deferral, normalise)?;
        Ok(media.unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod(name = "LookupURLForMediaURL")]
    fn lookup_url_for_media_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = LOOKUP_URL.bind(vm, args)?;
        Ok(text::native(vm, &zelf.lookup(vm).key(bound.get(0))?))
    }

    #[pymethod(name = "NormalizeURL")]
    fn normalize_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = NORMALIZE.bind(vm, args)?;
        Ok(zelf.lookup(vm).normalise(bound.get(0))?.unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod(name = "ServiceIdentifierForURL")]
    fn service_identifier_for_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = IDENTIFIER.bind(vm, args)?;
        match zelf.lookup(vm).service(bound.get(0))? {
            Some(service) => Ok(text::native(vm, &service.declaration.identifier)),
            None => {
                tracing::debug!("No service found for URL '{}'", text::unicode_of(vm, bound.get(0))?);
                Ok(vm.ctx.none())
            }
        }
    }

    #[pygetset(name = "AllPatterns")]
    fn all_patterns(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let patterns = zelf.lookup(vm).patterns();
        vm.ctx.new_list(patterns.iter().map(|pattern| text::native(vm, pattern)).collect()).into()
    }
}

/// `SearchService`.
#[pyclass(module = false, name = "SearchServiceKit")]
#[derive(PyPayload)]
pub struct SearchServiceKit {
    sandbox: Arc<Sandbox>,
}

debug_as!(SearchServiceKit, "SearchService");

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl SearchServiceKit {
    #[pymethod(name = "Query")]
    fn query(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = QUERY.bind(vm, args)?;
        search::search(vm, &zelf.sandbox.plugin, bound.get(0), bound.get(1), bound.get(2))
    }

    #[pymethod(name = "List")]
    fn list(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = LIST.bind(vm, args)?;
        let identifier = text::text_of(vm, bound.get(0))?.unwrap_or_default();
        let names = search::search_names(vm, &zelf.sandbox.plugin, &identifier);
        Ok(vm.ctx.new_list(names.iter().map(|name| text::native(vm, name)).collect()).into())
    }
}

/// `RelatedContentService`.
#[pyclass(module = false, name = "RelatedContentServiceKit")]
#[derive(PyPayload)]
pub struct RelatedContentServiceKit {
    sandbox: Arc<Sandbox>,
}

debug_as!(RelatedContentServiceKit, "RelatedContentService");

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl RelatedContentServiceKit {
    #[pymethod(name = "RelatedContentForMetadata")]
    fn related_content_for_metadata(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = RELATED.bind(vm, args)?;
        search::related(vm, &zelf.sandbox.plugin, bound.get(0), bound.get(1), bound.get(2))
    }
}

/// `SharedCodeService`: its attributes are the modules.
#[pyclass(module = false, name = "SharedCodeServiceKit")]
#[derive(PyPayload)]
pub struct SharedCodeServiceKit {
    sandbox: Arc<Sandbox>,
}

debug_as!(SharedCodeServiceKit, "SharedCodeService");

#[pyclass(with(GetAttr), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl SharedCodeServiceKit {}

impl GetAttr for SharedCodeServiceKit {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        let plugin = &zelf.sandbox.plugin;
        let name = name.to_string_lossy();
        match registry::of(plugin).shared.module(vm, plugin, &name)? {
            Some((_, module)) => Ok(module),
            None => Err(shared::missing(vm, &name)),
        }
    }
}
