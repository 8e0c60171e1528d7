//! The module `_pms`: what the modules of the package `PMS` stand on. It is the seam to the kits of framework 2, whose
//! machinery does the work; plug-ins have no business with it.

use std::sync::Arc;
use std::time::Duration;

use reprise_bundles::{Bundle, atomic, dict_order, resources};
use reprise_kits::elements::element::{new_element, prepare_types};
use reprise_kits::elements::tree::Flavour;
use reprise_kits::elements::writer::Method;
use reprise_kits::http_options::body_bytes;
use reprise_kits::http_request::{Network, Plan};
use reprise_kits::runtimekit::VIEW_MODES;
use reprise_kits::sandbox::{self, Sandbox};
use reprise_kits::{json_lenient, json_text, network_errors, pack, parsekit, pickle};
use reprise_vm_glue::runtime::text;
use reprise_vm_glue::web::Location;
use reprise_vm_glue::{clock, import};
use rustpython_vm::builtins::{PyList, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::{OlderPlugin, objects, query};

/// Documents of the older frameworks may have any size.
const NO_LIMIT: usize = usize::MAX;

/// Told the country that a request came from (`spec/environment.md`, `Locale.Geolocation`); it is gone.
const COUNTRY_SERVICE: &str = "http://geo.plexapp.com/geolocate.php";

/// What the functions work with.
#[derive(Clone)]
struct Shared {
    older: Arc<OlderPlugin>,
    sandbox: Arc<Sandbox>,
}

/// A function of the module: its name, what it does, and the function.
struct Native {
    name: &'static str,
    /// For whoever maintains the Python modules.
    doc: &'static str,
    call: fn(&VirtualMachine, &Shared, &[PyObjectRef]) -> PyResult,
}

/// Every function.
static NATIVES: &[Native] = &[
    Native { name: "log", doc: "log(text): a line in the log", call: log },
    Native { name: "kit", doc: "kit(name): an object that framework 2 publishes under that name", call: kit },
    Native { name: "dict_order", doc: "dict_order(names): in the order of a Python 2 dictionary", call: order },
    Native { name: "clock", doc: "clock(): seconds since the epoch", call: seconds },
    Native {
        name: "write_file",
        doc: "write_file(path, text): replaces a file at once or not at all",
        call: write_file,
    },
    Native {
        name: "shared_picture",
        doc: "shared_picture(name): a picture of the framework's own; an IOError if there is none",
        call: shared_picture,
    },
    Native { name: "run", doc: "run(program, arguments): its output; None if it cannot be started", call: run },
    Native { name: "unquote", doc: "unquote(text): without its escapes", call: unquote },
    Native {
        name: "query",
        doc: "query(text): its arguments; the first of a name, none that are empty",
        call: arguments,
    },
    Native { name: "pack", doc: "pack(value): the text of `function_args`", call: packed },
    Native { name: "unpack", doc: "unpack(text): the value", call: unpacked },
    Native { name: "dumps", doc: "dumps(value): a pickle of protocol 2", call: dumps },
    Native { name: "loads", doc: "loads(pickle): the value", call: loads },
    Native { name: "json", doc: "json(text): strict, then lenient", call: json },
    Native { name: "json_lenient", doc: "json_lenient(unicode): as JavaScript would", call: json_as_script },
    Native { name: "json_text", doc: "json_text(value): as text", call: json_written },
    Native { name: "xml", doc: "xml(text): the top element", call: xml },
    Native { name: "html", doc: "html(text): the top element", call: html },
    Native {
        name: "defaults",
        doc: "defaults(object): attributes of its own class become its own",
        call: |vm, _, args| objects::take_defaults(vm, &given(vm, args, 0)).map(|()| vm.ctx.none()),
    },
    Native {
        name: "assign",
        doc: "assign(object, values): None does not take the place of a default",
        call: |vm, _, args| objects::assign(vm, &given(vm, args, 0), &given(vm, args, 1)).map(|()| vm.ctx.none()),
    },
    Native {
        name: "copy_public",
        doc: "copy_public(source, target): attributes whose names do not start with an underscore",
        call: |vm, _, args| objects::copy_public(vm, &given(vm, args, 0), &given(vm, args, 1)).map(|()| vm.ctx.none()),
    },
    Native {
        name: "write_attributes",
        doc: "write_attributes(object, element, first, text): `first` before the others, `text` where a value is no text",
        call: |vm, _, args| {
            let [object, element, first, to_text] = [0, 1, 2, 3].map(|at| given(vm, args, at));
            objects::write_attributes(vm, &object, &element, &first, &to_text).map(|()| vm.ctx.none())
        },
    },
    Native { name: "element", doc: "element(name): a new element", call: element },
    Native {
        name: "element_text",
        doc: "element_text(element, pretty, encoding, method): without a declaration",
        call: element_text,
    },
    Native {
        name: "fetch",
        doc: "fetch(method, url, headers, body): (body, headers); raises urllib2's errors",
        call: fetch,
    },
    Native { name: "set_timeout", doc: "set_timeout(seconds): of all connections from now on", call: set_timeout },
    Native { name: "set_password", doc: "set_password(url, user, password, realm)", call: set_password },
    Native {
        name: "cookies",
        doc: "cookies(url): the value of the Cookie header; None without cookies",
        call: cookies,
    },
    #[cfg(feature = "sqlite")]
    Native {
        name: "database",
        doc: "database(path): a connection",
        call: |vm, _, args| crate::database::open(vm, &string(vm, args, 0)?),
    },
];

/// A key of `Info.plist` as text.
pub fn plist_text(bundle: &Bundle, key: &str) -> Option<String> {
    let value = bundle.info.values.get(key)?;
    value.as_string().map(|text| text.trim().to_owned()).or_else(|| value.as_signed_integer().map(|n| n.to_string()))
}

/// Makes the module and enters it into `sys.modules`.
pub fn install(vm: &VirtualMachine, older: &Arc<OlderPlugin>, sandbox: &Arc<Sandbox>) -> PyResult<()> {
    prepare_types(vm);
    let module: PyRef<PyModule> = vm.new_module("_pms", vm.ctx.new_dict(), None);
    let object = module.as_object();
    let plugin = &older.plugin;
    let path = |path: std::path::PathBuf| text::new_str(vm, path.as_os_str().as_encoded_bytes());
    let values: Vec<(&str, PyObjectRef)> = vec![
        ("identifier", text::native(vm, &plugin.bundle.identifier)),
        ("framework", vm.ctx.new_int(older.framework.number()).into()),
        ("debug", vm.ctx.new_bool(older.debug).into()),
        ("bundle", path(plugin.bundle.path.clone())),
        ("contents", path(plugin.bundle.contents())),
        ("resources", path(plugin.bundle.resources())),
        ("data", path(plugin.folders.data.clone())),
        ("data_items", path(plugin.folders.data_items.clone())),
        ("preferences", path(plugin.folders.preferences_file(&plugin.bundle.identifier))),
        (
            "database_file",
            path(plugin.folders.support.join("Databases").join(format!("{}.db", plugin.bundle.identifier))),
        ),
        (
            "broken_mark",
            path(plugin.folders.root.join("Framework Support").join(format!("{}.broken", plugin.bundle.identifier))),
        ),
        ("view_modes", view_modes(vm)?),
        ("country_service", text::native(vm, COUNTRY_SERVICE)),
        ("os", text::native(vm, sandbox::platform_os())),
        ("cpu", text::native(vm, sandbox::platform_cpu())),
    ];
    for (name, value) in values {
        object.set_attr(vm.ctx.intern_str(name), value, vm)?;
    }
    let shared = Shared { older: Arc::clone(older), sandbox: Arc::clone(sandbox) };
    for native in NATIVES {
        let shared = shared.clone();
        let function = vm.new_function(native.name, move |args: FuncArgs, vm: &VirtualMachine| {
            (native.call)(vm, &shared, &args.args)
        });
        let function: PyObjectRef = function.into();
        // Some functions have no place for a text; nothing depends on it.
        let _ = function.set_attr("__doc__", vm.ctx.new_str(native.doc), vm);
        object.set_attr(vm.ctx.intern_str(native.name), function, vm)?;
    }
    import::modules(vm)?.set_item("_pms", module.into(), vm)
}

/// The numbers of the view modes by name: the same ones as in framework 2.
fn view_modes(vm: &VirtualMachine) -> PyResult {
    let modes = vm.ctx.new_dict();
    for (name, number) in VIEW_MODES {
        modes.set_item(*name, vm.ctx.new_int(*number).into(), vm)?;
    }
    Ok(modes.into())
}

// ---- arguments -----------------------------------------------------------------------------------------------------

fn given(vm: &VirtualMachine, args: &[PyObjectRef], at: usize) -> PyObjectRef {
    args.get(at).cloned().unwrap_or_else(|| vm.ctx.none())
}

/// A string argument as its bytes; unicode as UTF-8, other objects as `str()` gives them.
fn bytes(vm: &VirtualMachine, args: &[PyObjectRef], at: usize) -> PyResult<Vec<u8>> {
    body_bytes(vm, &given(vm, args, at))
}

fn string(vm: &VirtualMachine, args: &[PyObjectRef], at: usize) -> PyResult<String> {
    Ok(String::from_utf8_lossy(&bytes(vm, args, at)?).into_owned())
}

fn optional(vm: &VirtualMachine, args: &[PyObjectRef], at: usize) -> PyResult<Option<String>> {
    if vm.is_none(&given(vm, args, at)) { Ok(None) } else { string(vm, args, at).map(Some) }
}

fn items(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<PyObjectRef>> {
    match value.downcast_ref::<PyList>() {
        Some(list) => Ok(list.borrow_vec().to_vec()),
        None => vm.extract_elements_with(value, Ok),
    }
}

fn none(vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.none())
}

// ---- the plug-in ---------------------------------------------------------------------------------------------------

fn log(vm: &VirtualMachine, shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let line = string(vm, args, 0)?;
    shared.older.plugin.log.write(reprise_bundles::LogLevel::Critical, "", 0, &line);
    none(vm)
}

fn kit(vm: &VirtualMachine, shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let name = string(vm, args, 0)?;
    let found = shared.sandbox.published(vm, &name)?;
    found.ok_or_else(|| vm.new_not_implemented_error(format!("{name} is not implemented yet")))
}

fn order(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let names = items(vm, &given(vm, args, 0))?;
    let keys = (0..names.len()).map(|at| string(vm, &names, at)).collect::<PyResult<Vec<_>>>()?;
    let ordered = dict_order::iteration_order(&keys).into_iter().filter_map(|at| names.get(at).cloned());
    Ok(vm.ctx.new_list(ordered.collect()).into())
}

fn seconds(vm: &VirtualMachine, _shared: &Shared, _args: &[PyObjectRef]) -> PyResult {
    Ok(vm.ctx.new_float(clock::seconds()).into())
}

fn write_file(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let path = string(vm, args, 0)?;
    let content = bytes(vm, args, 1)?;
    atomic::write(std::path::Path::new(&path), &content).map_err(|error| vm.new_os_error(error.to_string()))?;
    none(vm)
}

fn shared_picture(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let name = string(vm, args, 0)?;
    let found = resources::built_in(&name).ok_or_else(|| vm.new_os_error(format!("there is no picture {name}")))?;
    let content = found.load().map_err(|error| vm.new_os_error(error.to_string()))?;
    Ok(text::new_str(vm, &content))
}

fn run(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let program = string(vm, args, 0)?;
    let list = items(vm, &given(vm, args, 1))?;
    let arguments = (0..list.len()).map(|at| string(vm, &list, at)).collect::<PyResult<Vec<_>>>()?;
    let output = vm.allow_threads(|| {
        std::process::Command::new(&program).args(arguments).stdin(std::process::Stdio::null()).output()
    });
    match output {
        Ok(output) => Ok(text::new_str(vm, &output.stdout)),
        Err(error) => {
            tracing::error!("Cannot run {program}: {error}");
            none(vm)
        }
    }
}

// ---- requests ------------------------------------------------------------------------------------------------------

fn unquote(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    Ok(text::new_str(vm, &query::unquote(&bytes(vm, args, 0)?, false)))
}

fn arguments(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let found = vm.ctx.new_dict();
    for (name, value) in query::arguments(&bytes(vm, args, 0)?) {
        found.set_item(&*text::new_str(vm, &name), text::new_str(vm, &value), vm)?;
    }
    Ok(found.into())
}

// ---- values as text ------------------------------------------------------------------------------------------------

fn packed(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    Ok(text::native(vm, &pack::pack(vm, &given(vm, args, 0))?))
}

fn unpacked(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    pack::unpack(vm, &string(vm, args, 0)?)
}

fn dumps(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    // As the originals wrote their files: with the plain module `pickle`, protocol 2.
    let pickle = import::module(vm, "pickle")?;
    vm.call_method(&pickle, "dumps", (given(vm, args, 0), vm.ctx.new_int(2)))
}

fn loads(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    pickle::load_any(vm, &bytes(vm, args, 0)?)
}

fn json(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let encoding = args.get(1).cloned();
    parsekit::json_object(vm, &given(vm, args, 0), encoding, Some(vm.ctx.new_int(NO_LIMIT).into()))
}

fn json_as_script(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    json_lenient::read(vm, &string(vm, args, 0)?, false)
}

fn json_written(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    json_text::dumps_lenient(vm, &given(vm, args, 0))
}

// ---- element trees -------------------------------------------------------------------------------------------------

fn xml(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    parsekit::xml_element(vm, &given(vm, args, 0), None, Some(vm.ctx.new_int(NO_LIMIT).into()))
}

fn html(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    parsekit::html_element(vm, &given(vm, args, 0), Some(vm.ctx.new_int(NO_LIMIT).into()))
}

fn element(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let name =
        text::text_of(vm, &given(vm, args, 0))?.ok_or_else(|| vm.new_type_error("the name of an element is text"))?;
    let place = new_element(vm, Flavour::Xml, &name)?;
    Ok(place.document.object(vm, place.node))
}

fn element_text(vm: &VirtualMachine, _shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let pretty = given(vm, args, 1).try_to_bool(vm)?;
    let method = match optional(vm, args, 3)?.as_deref() {
        None => None,
        Some("xml") => Some(Method::Xml),
        Some("html") => Some(Method::Html),
        Some("text") => Some(Method::Text),
        Some(other) => return Err(vm.new_value_error(format!("unknown output method '{other}'"))),
    };
    parsekit::string_without_declaration(vm, &given(vm, args, 0), method, pretty, &string(vm, args, 2)?)
}

// ---- the web -------------------------------------------------------------------------------------------------------

fn fetch(vm: &VirtualMachine, shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let network = shared.older.plugin.state::<Network>();
    let mut headers = Vec::new();
    for pair in items(vm, &given(vm, args, 2))? {
        let pair = items(vm, &pair)?;
        headers.push((string(vm, &pair, 0)?, bytes(vm, &pair, 1)?));
    }
    let body = if vm.is_none(&given(vm, args, 3)) { None } else { Some(bytes(vm, args, 3)?) };
    let timeout = network.timeout.lock().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let plan = Plan {
        method: string(vm, args, 0)?,
        url: string(vm, args, 1)?,
        headers,
        body,
        timeout,
        follow_redirects: true,
        cache_time: None,
        sleep: 0.0,
    };
    let fetched =
        vm.allow_threads(|| network.fetch(&plan)).map_err(|failure| network_errors::exception(vm, &failure))?;
    let headers = network_errors::header_dict(vm, &fetched.headers)?;
    Ok(vm.ctx.new_tuple(vec![fetched.body.to_str(vm)?, headers]).into())
}

fn set_timeout(vm: &VirtualMachine, shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let value = given(vm, args, 0);
    let seconds = if vm.is_none(&value) { None } else { Some(value.try_float(vm)?.to_f64()) };
    *shared.older.plugin.state::<Network>().timeout.lock() = seconds;
    none(vm)
}

fn set_password(vm: &VirtualMachine, shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let network = shared.older.plugin.state::<Network>();
    network.set_password(&string(vm, args, 0)?, &bytes(vm, args, 1)?, &bytes(vm, args, 2)?, optional(vm, args, 3)?);
    none(vm)
}

fn cookies(vm: &VirtualMachine, shared: &Shared, args: &[PyObjectRef]) -> PyResult {
    let url = string(vm, args, 0)?;
    let location = Location::parse(&url).map_err(|why| vm.new_value_error(why))?;
    let network = shared.older.plugin.state::<Network>();
    let header = network.jar.lock().header_for(&location, clock::seconds() as i64);
    Ok(header.map_or_else(|| vm.ctx.none(), |header| text::new_str(vm, header.as_bytes())))
}
