//! The message kit: `expose`, `External`, `Notify`, `event`, `source`, `trigger`, and `Core.messaging`
//! (`spec/messaging-services.md` §3). The messages themselves are `messaging`'s.

use std::sync::Arc;
use std::time::Duration;

use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, Callable, GetAttr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility, native_class};
use crate::messaging::{self, Messages};
use crate::objects::signature::{Default as Preset, Parameter, Signature};
use crate::plugin::Plugin;
use crate::sandbox::Sandbox;
use crate::{media_server, server_request};

/// Module path of the classes here, as `repr` shows it.
const MODULE: &str = "Framework.api.messagekit";

pub static KIT: Kit = Kit {
    name: "Message",
    entries: &[
        entry("expose", "Decorator: other plug-ins may call the function by its name.", |vm, sandbox| {
            let plugin = Arc::clone(&sandbox.plugin);
            let expose = move |function: PyObjectRef, vm: &VirtualMachine| -> PyResult {
                let name = text::unicode_of(vm, &*function.get_attr("__name__", vm)?)?;
                plugin.state::<Messages>().expose(exposed_name(&name), function.clone());
                Ok(function)
            };
            Ok(vm.new_function("expose", expose).into())
        }),
        entry(
            "External",
            "External[identifier].Function(…) calls a function that another plug-in exposes.",
            |vm, s| {
                native_class::<External>(vm, MODULE);
                Ok(External { plugin: Arc::clone(&s.plugin) }.into_pyobject(vm))
            },
        ),
        entry("Notify", "Notify.Name(…) sends a notification to other plug-ins.", |vm, sandbox| {
            named(vm, sandbox, |vm, sandbox, name| sender(vm, &sandbox.plugin, name))
        }),
        entry("event", "Decorator @event.Name below @source(identifier): names the notification.", |vm, sandbox| {
            named(vm, sandbox, |vm, _, name| {
                let mark = move |function: PyObjectRef, vm: &VirtualMachine| -> PyObjectRef {
                    native_class::<EventFunction>(vm, MODULE);
                    EventFunction { name: name.clone(), function }.into_pyobject(vm)
                };
                Ok(vm.new_function("event", mark).into())
            })
        }),
        entry("source", "Decorator @source(identifier): the function is called for its notifications.", make_source),
        entry("trigger", "Decorators that send a notification when the function is called.", make_trigger),
    ],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible: Visibility::BundleNotModern, doc, status: Status::Implemented, make }
}

/// The message name of a plug-in's function.
fn exposed_name(name: &str) -> String {
    format!("MessageKit:{name}")
}

// ---- objects whose attributes are names of functions or notifications ---------------------------------------------

type OfName = fn(&VirtualMachine, &Arc<Sandbox>, String) -> PyResult;

/// An object of which every attribute is made from its name.
#[pyclass(module = false, name = "MessageNames")]
#[derive(PyPayload)]
struct Names {
    sandbox: Arc<Sandbox>,
    make: OfName,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MessageNames")
    }
}

#[pyclass(with(GetAttr), flags(DISALLOW_INSTANTIATION))]
impl Names {}

impl GetAttr for Names {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"_") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        (zelf.make)(vm, &zelf.sandbox, name.to_string_lossy().into_owned())
    }
}

fn named(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, make: OfName) -> PyResult {
    native_class::<Names>(vm, MODULE);
    Ok(Names { sandbox: Arc::clone(sandbox), make }.into_pyobject(vm))
}

/// A function that sends a notification.
fn sender(vm: &VirtualMachine, plugin: &Arc<Plugin>, name: String) -> PyResult {
    let plugin = Arc::clone(plugin);
    let send = move |args: FuncArgs, vm: &VirtualMachine| messaging::notify(vm, &plugin, &name, args);
    Ok(vm.new_function("notify", send).into())
}

// ---- External ------------------------------------------------------------------------------------------------------

/// `External`.
#[pyclass(module = false, name = "ExternalKit")]
#[derive(PyPayload)]
struct External {
    plugin: Arc<Plugin>,
}

impl std::fmt::Debug for External {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExternalKit")
    }
}

const WAIT: Signature = Signature {
    name: "Wait",
    hidden: 1,
    parameters: &[Parameter::required("identifier"), Parameter::none("timeout")],
    keywords: false,
};

#[pyclass(with(AsMapping), flags(DISALLOW_INSTANTIATION))]
impl External {
    /// True once the plug-in answers, False if it does not (within the time).
    #[pymethod(name = "Wait")]
    fn wait(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let bound = WAIT.bind(vm, args)?;
        let identifier = text::unicode_of(vm, bound.get(0))?;
        if identifier.contains(':') {
            return Err(errors::framework_exception(vm, "Identifiers can't contain colons."));
        }
        let timeout = bound.get(1);
        let timeout = if vm.is_none(timeout) {
            None
        } else {
            let seconds: f64 = timeout.to_owned().try_into_value(vm)?;
            Some(Duration::try_from_secs_f64(seconds).unwrap_or_default())
        };
        Ok(messaging::is_running(vm, &zelf.plugin, &identifier, timeout))
    }
}

impl AsMapping for External {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: None,
            subscript: Some(|mapping, key, vm| {
                let Some(kit) = mapping.obj.downcast_ref::<External>() else { return Ok(vm.ctx.none()) };
                native_class::<ExternalPlugin>(vm, MODULE);
                let identifier = text::unicode_of(vm, key)?;
                Ok(ExternalPlugin { plugin: Arc::clone(&kit.plugin), identifier }.into_pyobject(vm))
            }),
            ass_subscript: None,
        };
        &METHODS
    }
}

/// Another plug-in: its attributes are the functions that it exposes.
#[pyclass(module = false, name = "ExternalPlugin")]
#[derive(PyPayload)]
struct ExternalPlugin {
    plugin: Arc<Plugin>,
    identifier: String,
}

impl std::fmt::Debug for ExternalPlugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.identifier)
    }
}

#[pyclass(with(GetAttr), flags(DISALLOW_INSTANTIATION))]
impl ExternalPlugin {}

impl GetAttr for ExternalPlugin {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"_") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        let (plugin, identifier) = (Arc::clone(&zelf.plugin), zelf.identifier.clone());
        let function = exposed_name(&name.to_string_lossy());
        let call = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let (args, kwargs) = packable(vm, args)?;
            messaging::call(vm, &plugin, &identifier, &function, &args, &kwargs)
        };
        Ok(vm.new_function("external", call).into())
    }
}

/// Arguments as a tuple and a dictionary.
fn packable(vm: &VirtualMachine, args: FuncArgs) -> PyResult<(PyObjectRef, PyObjectRef)> {
    let kwargs = vm.ctx.new_dict();
    for (name, value) in args.kwargs {
        kwargs.set_item(&*text::native(vm, &name.to_string_lossy()), value, vm)?;
    }
    Ok((vm.ctx.new_tuple(args.args).into(), kwargs.into()))
}

// ---- notifications -------------------------------------------------------------------------------------------------

/// What `@event.Name` makes of a function, for `@source` above it.
#[pyclass(module = false, name = "EventFunction")]
#[derive(Debug, PyPayload)]
struct EventFunction {
    name: String,
    function: PyObjectRef,
}

#[pyclass(with(Callable))]
impl EventFunction {}

impl Callable for EventFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.function.call(args, vm)
    }
}

fn make_source(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<PyObjectRef> {
    let plugin = Arc::clone(&sandbox.plugin);
    let source = move |identifier: PyObjectRef, vm: &VirtualMachine| -> PyResult<PyObjectRef> {
        let (plugin, identifier) = (Arc::clone(&plugin), text::unicode_of(vm, &identifier)?);
        let subscribe = move |marked: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            let Some(event) = marked.downcast_ref::<EventFunction>() else {
                return Err(errors::framework_exception(vm, "@source must stand above @event.Name"));
            };
            messaging::subscribe(&plugin, &identifier, &event.name, event.function.clone());
            Ok(event.function.clone())
        };
        Ok(vm.new_function("decorator", subscribe).into())
    };
    Ok(vm.new_function("source", source).into())
}

/// When a `@trigger` sends its notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Call,
    Complete,
    Response,
    Success,
    Failure,
}

static TRIGGERS: &[(&str, When)] = &[
    ("onCall", When::Call),
    ("onComplete", When::Complete),
    ("onResponse", When::Response),
    ("onSuccess", When::Success),
    ("onFailure", When::Failure),
];

impl When {
    /// Whether a call that ended with this result sends the notification.
    fn fits(self, vm: &VirtualMachine, result: &PyObject) -> PyResult<bool> {
        Ok(match self {
            When::Call => false,
            When::Complete => true,
            When::Response => !vm.is_none(result),
            When::Success => vm.bool_eq(result, vm.ctx.true_value.as_object())?,
            When::Failure => vm.is_none(result) || vm.bool_eq(result, vm.ctx.false_value.as_object())?,
        })
    }
}

fn make_trigger(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<PyObjectRef> {
    named(vm, sandbox, |vm, sandbox, when| {
        let Some((_, when)) = TRIGGERS.iter().find(|(name, _)| *name == when) else {
            return Err(vm.new_attribute_error(format!("'trigger' object has no attribute '{when}'")));
        };
        native_class::<Trigger>(vm, MODULE);
        Ok(Trigger { plugin: Arc::clone(&sandbox.plugin), when: *when }.into_pyobject(vm))
    })
}

/// `trigger.onCall` and its like: attributes are notifications.
#[pyclass(module = false, name = "Trigger")]
#[derive(PyPayload)]
struct Trigger {
    plugin: Arc<Plugin>,
    when: When,
}

impl std::fmt::Debug for Trigger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.when)
    }
}

#[pyclass(with(GetAttr), flags(DISALLOW_INSTANTIATION))]
impl Trigger {}

impl GetAttr for Trigger {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"_") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        let (plugin, when, name) = (Arc::clone(&zelf.plugin), zelf.when, name.to_string_lossy().into_owned());
        let with_arguments = move |sent: FuncArgs, vm: &VirtualMachine| -> PyObjectRef {
            let (plugin, name) = (Arc::clone(&plugin), name.clone());
            let decorate = move |function: PyObjectRef, vm: &VirtualMachine| -> PyObjectRef {
                let (plugin, name, sent) = (Arc::clone(&plugin), name.clone(), sent.clone());
                let run = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
                    if when == When::Call {
                        messaging::notify(vm, &plugin, &name, sent.clone())?;
                    }
                    let result = function.call(args, vm)?;
                    if when.fits(vm, &result)? {
                        messaging::notify(vm, &plugin, &name, sent.clone())?;
                    }
                    Ok(result)
                };
                vm.new_function("triggering", run).into()
            };
            vm.new_function("decorator", decorate).into()
        };
        Ok(vm.new_function("trigger", with_arguments).into())
    }
}

// ---- Core.messaging ------------------------------------------------------------------------------------------------

/// `Core.messaging`, for Elevated code.
#[pyclass(module = false, name = "Messaging")]
#[derive(PyPayload)]
pub struct CoreMessaging {
    plugin: Arc<Plugin>,
}

impl std::fmt::Debug for CoreMessaging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Messaging")
    }
}

const CALL: Signature = Signature {
    name: "call_external_function",
    hidden: 1,
    parameters: &[
        Parameter::required("identifier"),
        Parameter::required("function_name"),
        Parameter { name: "args", default: Preset::List },
        Parameter { name: "kwargs", default: Preset::Dict },
    ],
    keywords: false,
};

const SEND_EVENT: Signature = Signature {
    name: "send_event",
    hidden: 1,
    parameters: &[
        Parameter::required("event_name"),
        Parameter { name: "args", default: Preset::List },
        Parameter { name: "kwargs", default: Preset::Dict },
    ],
    keywords: false,
};

const REGISTER: Signature = Signature {
    name: "register_for_event",
    hidden: 1,
    parameters: &[Parameter::required("identifier"), Parameter::required("event_name"), Parameter::required("f")],
    keywords: false,
};

#[pyclass(flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl CoreMessaging {
    /// Calls a function of another plug-in by its message name.
    #[pymethod]
    fn call_external_function(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = CALL.bind(vm, args)?;
        let (target, name) = (text::unicode_of(vm, bound.get(0))?, text::unicode_of(vm, bound.get(1))?);
        messaging::call(vm, &zelf.plugin, &target, &name, bound.get(2), bound.get(3))
    }

    /// Sends a notification to the plug-ins that registered for it.
    #[pymethod]
    fn send_event(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let bound = SEND_EVENT.bind(vm, args)?;
        let positional: Vec<PyObjectRef> = vm.extract_elements_with(bound.get(1), Ok)?;
        let keywords = match bound.get(2).downcast_ref::<PyDict>() {
            Some(dict) => messaging::keywords(vm, dict)?,
            None => return Err(vm.new_type_error("kwargs must be a dictionary")),
        };
        let sent = FuncArgs::new(positional, keywords.into_iter().collect::<KwArgs>());
        messaging::notify(vm, &zelf.plugin, &text::unicode_of(vm, bound.get(0))?, sent)
    }

    /// Has a function called for the notifications of a plug-in.
    #[pymethod]
    fn register_for_event(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let bound = REGISTER.bind(vm, args)?;
        let (source, name) = (text::unicode_of(vm, bound.get(0))?, text::unicode_of(vm, bound.get(1))?);
        messaging::subscribe(&zelf.plugin, &source, &name, bound.get(2).to_owned());
        Ok(())
    }

    /// The identifiers of the plug-ins that the media server knows.
    #[pymethod]
    fn plugin_list(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let url = format!("{}/:/plugins", media_server::BASE);
        let body = server_request::fetch(vm, &zelf.plugin, url, None)?;
        let text = String::from_utf8_lossy(&body).into_owned();
        let document = roxmltree::Document::parse(&text).map_err(|error| vm.new_value_error(error.to_string()))?;
        let identifiers = document.root_element().children().filter_map(|node| node.attribute("identifier"));
        Ok(vm.ctx.new_list(identifiers.map(|identifier| text::native(vm, identifier)).collect()).into())
    }

    /// The address that calls a function of another plug-in.
    #[pymethod]
    fn generate_messaging_url(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let bound = CALL.bind(vm, args)?;
        let (target, name) = (text::unicode_of(vm, bound.get(0))?, text::unicode_of(vm, bound.get(1))?);
        let url = messaging::call_url(vm, &zelf.plugin, &target, &name, bound.get(2), bound.get(3))?;
        Ok(text::native(vm, &url))
    }

    /// Lets other plug-ins call a function by a message name.
    #[pymethod]
    fn expose_function(zelf: &Py<Self>, function: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let name = text::unicode_of(vm, &name)?;
        zelf.plugin.state::<Messages>().expose(name, function);
        Ok(())
    }
}

/// The object for `Core.messaging`.
pub fn core_messaging(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyObjectRef {
    native_class::<CoreMessaging>(vm, MODULE);
    CoreMessaging { plugin: Arc::clone(plugin) }.into_pyobject(vm)
}
