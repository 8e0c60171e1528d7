//! The kit of what a plug-in knows about itself and the running request: `Plugin`, `handler`, `Route`, `route`,
//! `Callback`, `Client`, `Platform`, `Request`, `Response`, `indirect`, `deferred`, `Ex` (`spec/core.md` §11).

use std::sync::Arc;

use parking_lot::RwLock;
use reprise_bundles::services::ServiceKind;
use rustpython_vm::builtins::{PyDictRef, PyList, PyTuple, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::Callable;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use crate::callback;
use crate::errors;
use crate::kit::{Entry, Kit, Status, Visibility, native_class, permit};
use crate::objects::class;
use crate::objects::signature::{Default, Parameter, Signature};
use crate::plugin::Plugin;
use crate::prefixes::{self, PrefixHandler, Prefixes};
use crate::requestkit::{ClientKit, PlatformKit, RequestKit, ResponseKit};
use crate::router::{Kind, Router, Target};
use crate::routes::{self, Group, Pattern};
use crate::sandbox::Sandbox;
use crate::services;

/// Module path of the classes here, as `repr` shows it.
const MODULE: &str = "Framework.api.runtimekit";

pub static KIT: Kit = Kit {
    name: "Runtime",
    entries: &[
        entry(
            "indirect",
            Visibility::Code,
            "Marks a function whose answer is fetched right before playback.",
            |vm, _| Ok(callback::indirect_decorator(vm)),
        ),
        entry("deferred", Visibility::CodeNotCloud, "Marks a service function that is not called eagerly.", |vm, _| {
            Ok(callback::deferred_decorator(vm))
        }),
        entry("Ex", Visibility::Code, "The framework's exceptions.", |vm, _| Ok(errors::module(vm))),
        entry("Callback", Visibility::Code, "A URL that calls a function of the plug-in.", make_callback),
        entry("Plugin", Visibility::Bundle, "The plug-in: identifier, prefixes, view groups.", |vm, sandbox| {
            native_class::<PluginKit>(vm, MODULE);
            Ok(PluginKit { plugin: Arc::clone(&sandbox.plugin) }.into_pyobject(vm))
        }),
        entry("handler", Visibility::BundleNotModern, "Decorator: the function answers a prefix.", make_handler),
        entry("Client", Visibility::Code, "The client that made the request.", |vm, _| {
            native_class::<ClientKit>(vm, MODULE);
            Ok(ClientKit.into_pyobject(vm))
        }),
        entry(
            "Platform",
            Visibility::BundleOrServiceNotCloud,
            "The machine that the plug-in runs on.",
            |vm, sandbox| {
                native_class::<PlatformKit>(vm, MODULE);
                Ok(PlatformKit { plugin: Arc::clone(&sandbox.plugin) }.into_pyobject(vm))
            },
        ),
        entry(
            "Route",
            Visibility::Bundle,
            "Connects paths to functions, and gives the path of a function.",
            |vm, sandbox| {
                native_class::<RouteKit>(vm, MODULE);
                Ok(RouteKit { plugin: Arc::clone(&sandbox.plugin) }.into_pyobject(vm))
            },
        ),
        entry("route", Visibility::Bundle, "Decorator: the function answers a path.", make_route),
        entry("Request", Visibility::BundleNotCloud, "Headers, method and body of the request.", |vm, _| {
            native_class::<RequestKit>(vm, MODULE);
            Ok(RequestKit.into_pyobject(vm))
        }),
        entry("Response", Visibility::BundleNotCloud, "Headers and status of the answer.", |vm, _| {
            native_class::<ResponseKit>(vm, MODULE);
            Ok(ResponseKit.into_pyobject(vm))
        }),
    ],
};

type Make = fn(&VirtualMachine, &Arc<Sandbox>) -> PyResult<PyObjectRef>;

const fn entry(name: &'static str, visible: Visibility, doc: &'static str, make: Make) -> Entry {
    Entry { name, visible, doc, status: Status::Implemented, make }
}

fn make_callback(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<PyObjectRef> {
    if sandbox.policy.is_service() {
        return Ok(crate::services::callback::make(vm, sandbox));
    }
    let plugin = Arc::clone(&sandbox.plugin);
    let make = move |args: FuncArgs, vm: &VirtualMachine| callback::generate_callback_path(vm, &plugin, args);
    Ok(vm.new_function("generate_callback_path", make).into())
}

// ---- prefixes --------------------------------------------------------------------------------------------------

const HANDLER: Signature = Signature {
    name: "handler",
    hidden: 0,
    parameters: &[
        Parameter::required("prefix"),
        Parameter::required("name"),
        Parameter::none("thumb"),
        Parameter::none("art"),
        Parameter::none("titleBar"),
        Parameter { name: "share", default: Default::False },
        Parameter { name: "allow_sync", default: Default::False },
    ],
    keywords: false,
};

const ADD_PREFIX_HANDLER: Signature = Signature {
    name: "AddPrefixHandler",
    hidden: 1,
    parameters: &[
        Parameter::required("prefix"),
        Parameter::required("handler"),
        Parameter::required("name"),
        Parameter::none("thumb"),
        Parameter::none("art"),
        Parameter::none("titleBar"),
        Parameter { name: "share", default: Default::False },
    ],
    keywords: false,
};

fn make_handler(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<PyObjectRef> {
    let plugin = Arc::clone(&sandbox.plugin);
    let handler = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let bound = HANDLER.bind(vm, args)?;
        let allow_sync = bound.get(6).to_owned().try_to_bool(vm)?;
        let new = NewPrefix {
            prefix: text::unicode_of(vm, bound.get(0))?,
            name: bound.get(1).to_owned(),
            localise: true,
            pictures: [bound.get(2).to_owned(), bound.get(3).to_owned(), bound.get(4).to_owned()],
            allow_sync,
        };
        let plugin = Arc::clone(&plugin);
        let decorate = move |function: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            add_prefix(vm, &plugin, &function, new.clone())?;
            Ok(function)
        };
        Ok(vm.new_function("decorator", decorate).into())
    };
    Ok(vm.new_function("handler", handler).into())
}

#[derive(Clone)]
struct NewPrefix {
    prefix: String,
    name: PyObjectRef,
    localise: bool,
    /// Thumb, art and title bar: names of resources, or None.
    pictures: [PyObjectRef; 3],
    allow_sync: bool,
}

/// Registers a prefix handler and connects its route.
fn add_prefix(vm: &VirtualMachine, plugin: &Plugin, function: &PyObjectRef, new: NewPrefix) -> PyResult<()> {
    let picture = |value: &PyObjectRef| {
        if vm.is_none(value) { Ok(None) } else { text::unicode_of(vm, value).map(Some) }
    };
    let [thumb, art, title_bar] = &new.pictures;
    let (function, _) = callback::unwrap(function);
    let handler = PrefixHandler {
        prefix: new.prefix.clone(),
        function: function.clone(),
        name: new.name,
        localise: new.localise,
        thumb: picture(thumb)?,
        art: picture(art)?,
        title_bar: picture(title_bar)?,
    };
    let prefixes = plugin.state::<Prefixes>();
    let mut handlers = prefixes.handlers.write();
    let number = handlers.len();
    handlers.push(handler);
    drop(handlers);
    plugin.state::<Router>().table.write().connect(routes::Entry {
        group: Group::Public,
        methods: vec!["GET".to_owned()],
        pattern: Pattern::literal(&new.prefix),
        target: Target { function, allow_sync: new.allow_sync, kind: Kind::Prefix(number) },
    });
    Ok(())
}

/// Registers the prefix that plug-ins under the Cloud policy need not register themselves; `Main` answers it.
pub fn add_main_prefix(vm: &VirtualMachine, plugin: &Arc<Plugin>) -> PyResult<()> {
    let weak = Arc::downgrade(plugin);
    let main = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let plugin = weak.upgrade().and_then(|plugin| plugin.main_sandbox());
        match plugin.map(|sandbox| sandbox.globals.get_item_opt("Main", vm)).transpose()?.flatten() {
            Some(main) => {
                let result = main.call(args, vm)?;
                match weak.upgrade() {
                    Some(plugin) => with_searches(vm, &plugin, result),
                    None => Ok(result),
                }
            }
            None => {
                tracing::error!(critical = true, "Function named 'Main' couldn't be found in the current environment");
                Ok(vm.ctx.none())
            }
        }
    };
    let title = plugin.bundle.info.title.as_deref().unwrap_or(&plugin.bundle.identifier);
    let new = NewPrefix {
        prefix: plugin.channel_prefix(),
        name: text::native(vm, title),
        localise: false,
        pictures: std::array::from_fn(|_| vm.ctx.none()),
        allow_sync: false,
    };
    add_prefix(vm, plugin, &vm.new_function("Main", main).into(), new)
}

/// Adds an entry for each search service of the plug-in to its main menu.
fn with_searches(vm: &VirtualMachine, plugin: &Arc<Plugin>, menu: PyObjectRef) -> PyResult {
    let Some(sandbox) = plugin.main_sandbox() else { return Ok(menu) };
    let container = class::modern(&menu).filter(|menu| menu.class.layout.class.name == "ObjectContainer");
    if container.is_none() {
        return Ok(menu);
    }
    let identifier = &plugin.bundle.identifier;
    let services = services::registry::of(plugin);
    let own = services.of_kind(vm, ServiceKind::Search).filter(|s| s.declaration.identifier == *identifier);
    let names: Vec<String> = own.map(|service| service.declaration.name.clone()).collect();
    for name in &names {
        let title = match names.len() {
            1 => prefixes::localise(vm, plugin, "Search...")?,
            _ => prefixes::localise(vm, plugin, "Search %s...")?.replacen("%s", name, 1),
        };
        let prompt = prefixes::localise(vm, plugin, "Search %s")?.replacen("%s", name, 1);
        let attributes = [
            ("identifier", text::native(vm, identifier)),
            ("name", text::native(vm, name)),
            ("title", text::native(vm, &title)),
            ("prompt", text::native(vm, &prompt)),
        ];
        let entry = class::new_object(vm, &sandbox, "SearchDirectoryObject", &attributes)?;
        vm.call_method(&menu, "add", (PyObjectRef::from(entry),))?;
    }
    Ok(menu)
}

/// View modes by name (`spec/core.md` §11).
pub static VIEW_MODES: &[(&str, i64)] = &[
    ("List", 65586),
    ("InfoList", 65592),
    ("MediaPreview", 458_803),
    ("Showcase", 458_810),
    ("Coverflow", 65591),
    ("PanelStream", 131_124),
    ("WallStream", 131_125),
    ("Songs", 65593),
    ("Seasons", 65593),
    ("Albums", 131_123),
    ("Episodes", 65590),
    ("ImageStream", 458_809),
    ("Pictures", 131_123),
];

const ADD_VIEW_GROUP: Signature = Signature {
    name: "AddViewGroup",
    hidden: 1,
    parameters: &[
        Parameter::required("name"),
        Parameter { name: "viewMode", default: Default::Text("List") },
        Parameter { name: "mediaType", default: Default::Text("items") },
        Parameter::none("type"),
        Parameter::none("menu"),
        Parameter::none("cols"),
        Parameter::none("rows"),
        Parameter::none("thumb"),
        Parameter::none("summary"),
    ],
    keywords: false,
};

/// Names of a view group's members, in the order of [`ADD_VIEW_GROUP`] from `viewMode` on, and the XML attribute of each.
static VIEW_GROUP_MEMBERS: &[(&str, &str)] = &[
    ("viewMode", "viewmode"),
    ("mediaType", "contenttype"),
    ("viewType", "viewType"),
    ("viewMenu", "viewMenu"),
    ("viewCols", "viewCols"),
    ("viewRows", "viewRows"),
    ("viewThumb", "viewThumb"),
    ("viewSummary", "viewSummary"),
];

/// The registered view groups, in order.
#[derive(Debug, Default)]
pub struct ViewGroups {
    groups: RwLock<Vec<(String, PyObjectRef)>>,
}

impl ViewGroups {
    /// The XML attributes of a group; None if there is no such group.
    pub fn attributes(&self, vm: &VirtualMachine, name: &str) -> PyResult<Option<Vec<(&'static str, String)>>> {
        let group = self.groups.read().iter().find(|(n, _)| n == name).map(|(_, group)| group.clone());
        let Some(group) = group else { return Ok(None) };
        let mut attributes = Vec::new();
        for (member, attribute) in VIEW_GROUP_MEMBERS {
            let value = group.get_attr(&*vm.ctx.new_str(*member), vm)?;
            if vm.is_none(&value) {
                continue;
            }
            let truth = value.class().is(vm.ctx.types.bool_type);
            let text = if truth {
                if value.is(&vm.ctx.true_value) { "1" } else { "0" }.to_owned()
            } else {
                text::unicode_of(vm, &value)?
            };
            attributes.push((*attribute, text));
        }
        Ok(Some(attributes))
    }
}

#[pyclass(module = false, name = "PluginKit")]
#[derive(PyPayload)]
struct PluginKit {
    plugin: Arc<Plugin>,
}

impl std::fmt::Debug for PluginKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PluginKit")
    }
}

#[pyclass(flags(HAS_DICT))]
impl PluginKit {
    #[pygetset(name = "Identifier")]
    fn identifier(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text::native(vm, &zelf.plugin.bundle.identifier)
    }

    #[pygetset(name = "Prefixes")]
    fn prefixes(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        zelf.not_cloud(vm)?;
        let prefixes = zelf.plugin.state::<Prefixes>();
        let handlers = prefixes.handlers.read();
        Ok(vm.ctx.new_list(handlers.iter().map(|handler| text::native(vm, &handler.prefix)).collect()).into())
    }

    #[pygetset(name = "ViewGroups")]
    fn view_groups(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        zelf.not_cloud(vm)?;
        let dict = vm.ctx.new_dict();
        for (name, group) in zelf.plugin.state::<ViewGroups>().groups.read().iter() {
            dict.set_item(&*text::native(vm, name), group.clone(), vm)?;
        }
        Ok(dict)
    }

    #[pygetset(name = "Title")]
    fn title(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.cloud_only(vm, |plugin| plugin.bundle.info.title.clone())
    }

    #[pygetset(name = "IconResourceName")]
    fn icon(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.cloud_only(vm, |plugin| Some(plugin.bundle.info.icon.clone()))
    }

    #[pygetset(name = "ArtResourceName")]
    fn art(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.cloud_only(vm, |plugin| Some(plugin.bundle.info.art.clone()))
    }

    #[pygetset(name = "TitleBarResourceName")]
    fn title_bar(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.cloud_only(vm, |plugin| Some(plugin.bundle.info.title_bar.clone()))
    }

    fn not_cloud(&self, vm: &VirtualMachine) -> PyResult<()> {
        permit(vm, self.plugin.policy, Visibility::BundleNotModern, "PluginKit")
    }

    fn cloud_only(&self, vm: &VirtualMachine, read: fn(&Plugin) -> Option<String>) -> PyResult {
        if self.plugin.policy.name != "Cloud" {
            return Err(errors::not_permitted(vm, "PluginKit"));
        }
        Ok(read(&self.plugin).map_or_else(|| vm.ctx.none(), |value| text::native(vm, &value)))
    }

    #[pymethod(name = "AddPrefixHandler")]
    fn add_prefix_handler(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.not_cloud(vm)?;
        let bound = ADD_PREFIX_HANDLER.bind(vm, args)?;
        let new = NewPrefix {
            prefix: text::unicode_of(vm, bound.get(0))?,
            name: bound.get(2).to_owned(),
            localise: false,
            pictures: [bound.get(3).to_owned(), bound.get(4).to_owned(), bound.get(5).to_owned()],
            allow_sync: false,
        };
        add_prefix(vm, &zelf.plugin, &bound.get(1).to_owned(), new)
    }

    #[pymethod(name = "AddViewGroup")]
    fn add_view_group(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        zelf.not_cloud(vm)?;
        let bound = ADD_VIEW_GROUP.bind(vm, args)?;
        let name = text::unicode_of(vm, bound.get(0))?;
        let mut values = bound.into_values().into_iter().skip(1);
        let mode = values.next().unwrap_or_else(|| vm.ctx.none());
        let mode = if vm.is_none(&mode) {
            mode
        } else {
            let wanted = text::unicode_of(vm, &mode)?;
            match VIEW_MODES.iter().find(|(mode, _)| *mode == wanted) {
                Some((_, number)) => vm.ctx.new_int(*number).into(),
                None => return Err(errors::framework_exception(vm, &format!("{wanted} is not a valid view mode."))),
            }
        };
        let [media, kind, menu, columns, rows, thumb, summary] =
            std::array::from_fn(|_| values.next().unwrap_or_else(|| vm.ctx.none()));
        // The order of the members is not quite that of the parameters.
        let group = vm.ctx.new_dict();
        let members = [mode, media, kind, menu, columns, rows, thumb, summary];
        for ((member, _), value) in VIEW_GROUP_MEMBERS.iter().zip(members) {
            group.set_item(*member, value, vm)?;
        }
        let group: PyObjectRef = vm.ctx.new_base_object(view_group_class(vm), Some(group));
        let groups = zelf.plugin.state::<ViewGroups>();
        let mut groups = groups.groups.write();
        match groups.iter_mut().find(|(n, _)| *n == name) {
            Some((_, slot)) => *slot = group,
            None => groups.push((name, group)),
        }
        Ok(())
    }

    #[pymethod(name = "Traceback")]
    fn traceback(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        const TRACEBACK: Signature = Signature {
            name: "Traceback",
            hidden: 1,
            parameters: &[Parameter { name: "msg", default: Default::Text("Traceback") }],
            keywords: false,
        };
        let bound = TRACEBACK.bind(vm, args)?;
        let message = text::unicode_of(vm, bound.get(0))?;
        let trace = match vm.current_exception() {
            Some(exception) => errors::traceback_of(vm, &exception),
            None => "Traceback (most recent call last):\nNone\n".to_owned(),
        };
        let rest = trace.strip_prefix("Traceback (most recent call last):\n").unwrap_or(&trace);
        Ok(text::native(vm, &format!("{message} (most recent call last):\n{rest}")))
    }

    /// Lowers the priority of the process by so much; it cannot be raised. Does nothing on Windows.
    #[pymethod(name = "Nice")]
    fn nice(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.not_cloud(vm)?;
        let value: i32 = value.try_into_value(vm)?;
        if cfg!(unix) {
            vm.import("os", 0)?.get_attr("nice", vm)?.call((value.max(0),), vm)?;
        }
        Ok(())
    }
}

/// The class of view group records.
fn view_group_class(vm: &VirtualMachine) -> rustpython_vm::builtins::PyTypeRef {
    use rustpython_vm::types::{AtomicPyTypeFlags, PyTypeFlags, PyTypeSlots};
    static CLASS: std::sync::OnceLock<rustpython_vm::builtins::PyTypeRef> = std::sync::OnceLock::new();
    CLASS
        .get_or_init(|| {
            let mut slots = PyTypeSlots::heap_default();
            slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
            let object: &Py<PyType> = vm.ctx.types.object_type;
            vm.ctx.new_class(Some("Framework.components.runtime"), "ViewGroupRecord", object.to_owned(), slots)
        })
        .clone()
}

// ---- routes ----------------------------------------------------------------------------------------------------

const ROUTE: Signature = Signature {
    name: "route",
    hidden: 0,
    parameters: &[
        Parameter::required("path"),
        Parameter { name: "method", default: Default::Text("GET") },
        Parameter { name: "allow_sync", default: Default::False },
    ],
    keywords: true,
};

const CONNECT: Signature = Signature {
    name: "Connect",
    hidden: 1,
    parameters: &[
        Parameter::required("path"),
        Parameter::required("f"),
        Parameter { name: "method", default: Default::Text("GET") },
        Parameter { name: "allow_sync", default: Default::False },
    ],
    keywords: true,
};

fn make_route(vm: &VirtualMachine, sandbox: &Arc<Sandbox>) -> PyResult<PyObjectRef> {
    let plugin = Arc::clone(&sandbox.plugin);
    let route = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let bound = ROUTE.bind(vm, args)?;
        let new = NewRoute {
            path: bound.get(0).to_owned(),
            method: bound.get(1).to_owned(),
            allow_sync: bound.get(2).to_owned().try_to_bool(vm)?,
            keywords: bound.keywords,
        };
        let plugin = Arc::clone(&plugin);
        let decorate = move |function: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            connect(vm, &plugin, &function, &new)?;
            Ok(function)
        };
        Ok(vm.new_function("decorator", decorate).into())
    };
    Ok(vm.new_function("route", route).into())
}

struct NewRoute {
    path: PyObjectRef,
    method: PyObjectRef,
    allow_sync: bool,
    keywords: Vec<(String, PyObjectRef)>,
}

/// Connects a path to a function.
fn connect(vm: &VirtualMachine, plugin: &Plugin, function: &PyObjectRef, new: &NewRoute) -> PyResult<()> {
    let mut path = text::unicode_of(vm, &new.path)?;
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
    if plugin.policy.synthesizes_defaults {
        path.insert_str(0, &plugin.channel_prefix());
    }
    let pattern = Pattern::new(&path).map_err(|error| errors::framework_exception(vm, &error.to_string()))?;
    let (mut types, mut defaults) = (Vec::new(), Vec::new());
    for (name, value) in &new.keywords {
        if value.downcastable::<PyType>() {
            types.push((name.clone(), value.clone()));
        } else {
            defaults.push((name.clone(), String::from_utf8_lossy(&callback::plain_text(vm, value)?).into_owned()));
        }
    }
    let (function, _) = callback::unwrap(function);
    plugin.state::<Router>().table.write().connect(routes::Entry {
        group: Group::Public,
        methods: method_names(vm, &new.method)?,
        pattern,
        target: Target { function, allow_sync: new.allow_sync, kind: Kind::Route { types, defaults } },
    });
    Ok(())
}

/// `'GET'`, or a list of such names.
fn method_names(vm: &VirtualMachine, method: &PyObject) -> PyResult<Vec<String>> {
    let items = if let Some(list) = method.downcast_ref::<PyList>() {
        list.borrow_vec().to_vec()
    } else if let Some(tuple) = method.downcast_ref::<PyTuple>() {
        tuple.as_slice().to_vec()
    } else {
        vec![method.to_owned()]
    };
    items.iter().map(|name| text::unicode_of(vm, name)).collect()
}

#[pyclass(module = false, name = "RouteKit")]
#[derive(PyPayload)]
struct RouteKit {
    plugin: Arc<Plugin>,
}

impl std::fmt::Debug for RouteKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RouteKit")
    }
}

#[pyclass(with(Callable), flags(HAS_DICT))]
impl RouteKit {
    #[pymethod(name = "Connect")]
    fn connect(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let bound = CONNECT.bind(vm, args)?;
        let new = NewRoute {
            path: bound.get(0).to_owned(),
            method: bound.get(2).to_owned(),
            allow_sync: bound.get(3).to_owned().try_to_bool(vm)?,
            keywords: bound.keywords.clone(),
        };
        connect(vm, &zelf.plugin, &bound.get(1).to_owned(), &new)
    }
}

impl Callable for RouteKit {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        callback::generate_route_path(vm, &zelf.plugin, args)
    }
}
