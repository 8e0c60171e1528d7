//! The libraries that came with the framework, importable under their own names over the same native code
//! (`spec/sandbox.md` §5): lxml, dateutil and others.

use reprise_vm_glue::embedded::{self, Embedded};
use reprise_vm_glue::import::import_level;
use reprise_vm_glue::modules::{self, Entry, native, package, python};
use rustpython_vm::builtins::PyModule;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::core_parts::package as package_parts;
use crate::{amf, beautifulsoup, cerealizer, cryptokit, datetimekit, feedkit, lxml, parsekit, zone_files};

static EMBEDDED: Embedded = reprise_vm_glue::embedded_code!();

/// Every module; a new one is one line here.
static MODULES: &[Entry] = &[
    package("Framework", include_str!("python/framework.py")),
    native("_framework_parts", package_parts::natives),
    package("OpenSSL", include_str!("python/name_only.py")),
    python("config", include_str!("python/name_only.py")),
    package("pyamf", include_str!("python/pyamf/__init__.py")),
    native("_pyamf", amf::natives::module),
    python("pyamf.amf0", include_str!("python/pyamf/amf0.py")),
    python("pyamf.amf3", include_str!("python/pyamf/amf3.py")),
    python("pyamf.flex", include_str!("python/pyamf/flex.py")),
    package("pyamf.remoting", include_str!("python/pyamf/remoting/__init__.py")),
    python("pyamf.remoting.client", include_str!("python/pyamf/remoting/client.py")),
    python("pyamf.sol", include_str!("python/pyamf/sol.py")),
    python("pyamf.util", include_str!("python/pyamf/util.py")),
    package("tornado", include_str!("python/name_only.py")),
    native("BeautifulSoup", beautifulsoup::module),
    native("_dateutil", dateutil_natives),
    native("_feedparser", feedkit::natives),
    native("_lxml", lxml::module),
    package("dateutil", include_str!("python/dateutil/__init__.py")),
    native("_demjson", parsekit::lenient_natives),
    native("cerealizer", cerealizer::module),
    python("demjson", include_str!("python/demjson.py")),
    python("dateutil.easter", include_str!("python/dateutil/easter.py")),
    python("dateutil.parser", include_str!("python/dateutil/parser.py")),
    python("dateutil.relativedelta", include_str!("python/dateutil/relativedelta.py")),
    python("dateutil.tz", include_str!("python/dateutil/tz.py")),
    native("fcrypt", cryptokit::natives),
    python("feedparser", include_str!("python/feedparser.py")),
    package("lxml", include_str!("python/lxml/__init__.py")),
    python("lxml._reading", include_str!("python/lxml/_reading.py")),
    python("lxml._xpath", include_str!("python/lxml/_xpath.py")),
    python("lxml.builder", include_str!("python/lxml/builder.py")),
    python("lxml.cssselect", include_str!("python/lxml/cssselect.py")),
    python("lxml.etree", include_str!("python/lxml/etree.py")),
    package("lxml.html", include_str!("python/lxml/html.py")),
    python("lxml.html._forms", include_str!("python/lxml/html_forms.py")),
    python("lxml.html.builder", include_str!("python/lxml/html_builder.py")),
    python("lxml.html.clean", include_str!("python/lxml/html_clean.py")),
    python("lxml.html.defs", include_str!("python/lxml/html_defs.py")),
    python("lxml.html.soupparser", include_str!("python/lxml/html_soupparser.py")),
    python("lxml.objectify", include_str!("python/lxml/objectify.py")),
    python("simplejson", include_str!("python/simplejson.py")),
];

/// Libraries of the framework that plug-ins can import but not use: what they did is done natively here. Using one
/// raises an error that names what is missing.
pub static NAME_ONLY: &[&str] = &["OpenSSL", "config", "tornado"];

/// Whether the module is one of [`NAME_ONLY`] or below it.
pub fn is_name_only(name: &str) -> bool {
    name.split('.').next().is_some_and(|top| NAME_ONLY.contains(&top))
}

/// Makes the modules importable; a second call does nothing.
pub fn register() {
    embedded::add(&EMBEDDED);
    modules::register(MODULES);
}

/// A module by its dotted name.
pub fn module(vm: &VirtualMachine, name: &str) -> PyResult {
    // With names wanted from it, the last part of the dotted name is what an import gives.
    let wanted = vm.ctx.new_tuple(vec![vm.ctx.new_str("__name__").into()]);
    import_level(vm, name, None, Some(wanted.into()), 0)
}

/// A native module of functions and classes.
pub fn make_module(vm: &VirtualMachine, name: &str, parts: Vec<(&'static str, PyObjectRef)>) -> PyRef<PyModule> {
    let module = vm.new_module(name, vm.ctx.new_dict(), None);
    for (name, value) in parts {
        // A fresh module's dictionary accepts every name.
        let _ = module.as_object().set_attr(vm.ctx.intern_str(name), value, vm);
    }
    module
}

fn dateutil_natives(vm: &VirtualMachine) -> PyRef<PyModule> {
    let parts: Vec<(&'static str, PyObjectRef)> = vec![
        ("parse", vm.new_function("parse", datetimekit::parse_text).into()),
        ("zone_file", vm.new_function("zone_file", zone_files::zone_file).into()),
        ("zone_kind", vm.new_function("zone_kind", zone_files::zone_kind).into()),
        ("zone_text", vm.new_function("zone_text", zone_files::zone_text).into()),
    ];
    make_module(vm, "_dateutil", parts)
}
