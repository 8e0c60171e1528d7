//! URLs that call the plug-in's functions: `Callback`, `Route(…)`, `@indirect`, `@deferred`
//! (`spec/protocol.md` §3.4, `spec/objects.md` §7.1).

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyDict, PyList, PyTuple, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{AtomicPyTypeFlags, Callable, PyTypeFlags, PyTypeSlots};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use reprise_vm_glue::runtime::text;

use crate::arguments::NONE;
use crate::errors;
use crate::json_text;
use crate::kit::native_class;
use crate::pack;
use crate::plugin::Plugin;
use crate::prefixes;
use crate::router::{Kind, Router};
use crate::routes::{Group, quote_query};

/// Module path of the classes here, as `repr` shows it.
const MODULE: &str = "Framework.components.runtime";

// ---- the strings -----------------------------------------------------------------------------------------------

/// The two classes of callback strings, subclasses of `unicode`; all plug-ins of the process share them.
fn classes(vm: &VirtualMachine) -> &'static [PyTypeRef; 2] {
    static CLASSES: OnceLock<[PyTypeRef; 2]> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let plain = string_class(vm, "callback_string", text::unicode_type(vm).to_owned());
        let indirect = string_class(vm, "indirect_callback_string", plain.clone());
        [plain, indirect]
    })
}

fn string_class(vm: &VirtualMachine, name: &'static str, base: PyTypeRef) -> PyTypeRef {
    let mut slots = PyTypeSlots::heap_default();
    slots.flags = AtomicPyTypeFlags::from_plain(PyTypeFlags::HEAP_TYPE_WITH_DICT);
    vm.ctx.new_class(Some(MODULE), name, base, slots)
}

/// What a callback string carries besides its text.
#[derive(Clone, Debug)]
pub struct CallbackString {
    pub indirect: bool,
    pub post_url: PyObjectRef,
    pub post_headers: PyObjectRef,
}

/// Makes a callback string.
pub fn callback_string(vm: &VirtualMachine, url: &str, what: &CallbackString) -> PyResult {
    let [plain, indirect] = classes(vm);
    let class = if what.indirect { indirect } else { plain };
    let string = text::new_unicode_of(vm, class.clone(), url.into())?;
    string.set_attr("post_url", what.post_url.clone(), vm)?;
    string.set_attr("post_headers", what.post_headers.clone(), vm)?;
    Ok(string)
}

/// What a callback string carries; None for other objects.
pub fn callback_of(vm: &VirtualMachine, object: &PyObject) -> Option<CallbackString> {
    let [plain, indirect] = classes(vm);
    if !object.fast_isinstance(plain) {
        return None;
    }
    let read = |name: &'static str| object.get_attr(name, vm).unwrap_or_else(|_| vm.ctx.none());
    Some(CallbackString {
        indirect: object.fast_isinstance(indirect),
        post_url: read("post_url"),
        post_headers: read("post_headers"),
    })
}

// ---- the decorators --------------------------------------------------------------------------------------------

/// `@indirect`: a function whose answer must be fetched right before playback. Stays callable.
#[pyclass(module = false, name = "IndirectFunction")]
#[derive(Debug, PyPayload)]
pub struct IndirectFunction {
    pub function: PyObjectRef,
}

#[pyclass(with(Callable))]
impl IndirectFunction {}

impl Callable for IndirectFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.function.call(args, vm)
    }
}

/// `@deferred`: a function of a service that must not be called eagerly. Stays callable.
#[pyclass(module = false, name = "DeferredFunction")]
#[derive(Debug, PyPayload)]
pub struct DeferredFunction {
    pub function: PyObjectRef,
}

#[pyclass(with(Callable))]
impl DeferredFunction {}

impl Callable for DeferredFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.function.call(args, vm)
    }
}

/// The decorator published as `indirect`.
pub fn indirect_decorator(vm: &VirtualMachine) -> PyObjectRef {
    native_class::<IndirectFunction>(vm, MODULE);
    vm.new_function("indirect", |function: PyObjectRef, vm: &VirtualMachine| -> PyObjectRef {
        IndirectFunction { function }.into_pyobject(vm)
    })
    .into()
}

/// The decorator published as `deferred`.
pub fn deferred_decorator(vm: &VirtualMachine) -> PyObjectRef {
    native_class::<DeferredFunction>(vm, MODULE);
    vm.new_function("deferred", |function: PyObjectRef, vm: &VirtualMachine| -> PyObjectRef {
        DeferredFunction { function }.into_pyobject(vm)
    })
    .into()
}

/// The function behind `@indirect`, and whether there was one.
pub fn unwrap(function: &PyObjectRef) -> (PyObjectRef, bool) {
    match function.downcast_ref::<IndirectFunction>() {
        Some(indirect) => (unwrap(&indirect.function).0, true),
        None => (function.clone(), false),
    }
}

// ---- generation ------------------------------------------------------------------------------------------------

/// Keyword arguments for a URL, in order.
pub type Keywords = Vec<(String, PyObjectRef)>;

/// The keyword arguments of a native call, as text and value.
pub fn keywords_of(args: FuncArgs) -> Keywords {
    args.kwargs.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

/// The function published as `Callback` in plug-in code.
pub fn generate_callback_path(vm: &VirtualMachine, plugin: &Plugin, mut args: FuncArgs) -> PyResult {
    let given = args.args.len();
    if given == 0 {
        return Err(vm.new_type_error("generate_callback_path() takes at least 2 arguments (1 given)"));
    }
    if given > 4 {
        let message = format!("generate_callback_path() takes at most 5 arguments ({} given)", given + 1);
        return Err(vm.new_type_error(message));
    }
    let mut take = |name: &str| args.take_positional_keyword(name);
    let function = take("f").unwrap_or_else(|| vm.ctx.none());
    let extension = take("ext").filter(|ext| !vm.is_none(ext));
    let post_url = take("post_url").unwrap_or_else(|| vm.ctx.none());
    let post_headers = take("post_headers").unwrap_or_else(|| vm.ctx.new_dict().into());
    let keywords = keywords_of(args);
    let (function, indirect) = unwrap(&function);
    let mut url = match route_path(vm, plugin, &function, "GET", &keywords)? {
        Some(path) => path,
        None => {
            let extension = extension.map(|ext| text::unicode_of(vm, &ext)).transpose()?;
            function_path(vm, plugin, &function, extension.as_deref(), keywords)?
        }
    };
    if indirect {
        // Also where there is no `?` yet, as the original does: clients and servers know these URLs.
        url.push_str("&indirect=1");
    }
    callback_string(vm, &url, &CallbackString { indirect, post_url, post_headers })
}

/// The URL of a function by its name, with packed arguments.
pub fn function_path(
    vm: &VirtualMachine,
    plugin: &Plugin,
    function: &PyObject,
    extension: Option<&str>,
    keywords: Keywords,
) -> PyResult<String> {
    let name = function.get_attr("__name__", vm)?;
    let name = text::unicode_of(vm, &name)?;
    if !plugin.policy.function_routes {
        let problem = format!("The function '{name}' has no route, and the policy {} needs one", plugin.policy.name);
        return Err(errors::framework_exception(vm, &problem));
    }
    tracing::warn!("Generating a callback path for a function with no route: {name}");
    let arguments = vm.ctx.new_dict();
    for (name, value) in keywords {
        arguments.set_item(&*text::native(vm, &name), value, vm)?;
    }
    let extension = match extension {
        Some(ext) if !ext.is_empty() && !ext.starts_with('.') => format!(".{ext}"),
        _ => String::new(),
    };
    let prefix = prefixes::current(plugin);
    let arguments = pack::pack(vm, arguments.as_object())?;
    Ok(format!("{prefix}/:/function/{name}{extension}?function_args={arguments}"))
}

/// Argument names that the original's route generator keeps for itself.
const SWALLOWED: &[&str] = &["action", "controller", "method", "anchor", "qualified"];
const REFUSED: &[&str] = &["host", "protocol"];

/// The path of a routed function with these arguments; None where it has no route that takes them.
pub fn route_path(
    vm: &VirtualMachine,
    plugin: &Plugin,
    function: &PyObject,
    method: &str,
    keywords: &Keywords,
) -> PyResult<Option<String>> {
    if keywords.iter().any(|(name, _)| REFUSED.contains(&name.as_str())) {
        return Ok(None);
    }
    let router = plugin.state::<Router>();
    let table = router.table.read();
    let mut best: Option<(usize, String)> = None;
    for entry in table.entries() {
        let Kind::Route { types, defaults } = &entry.target.kind else { continue };
        if entry.group != Group::Public
            || !same_function(vm, &entry.target.function, function)
            || !entry.methods.iter().any(|m| m == method)
        {
            continue;
        }
        let count = entry.pattern.variables().count();
        if best.as_ref().is_some_and(|(known, _)| *known >= count) {
            continue;
        }
        let Some(texts) = url_texts(vm, keywords, types)? else { continue };
        let text_of = |name: &str| texts.iter().find(|(n, _)| *n == name).map(|(_, text)| text);
        let is_variable = |name: &str| entry.pattern.variables().any(|variable| variable == name);
        let fixed = |name: &str| defaults.iter().any(|(n, _)| n == name) && !is_variable(name);
        let as_declared = defaults.iter().filter(|(name, _)| !is_variable(name)).all(
            |(name, wanted)| matches!(text_of(name).map(Vec::as_slice), Some([given]) if given == wanted.as_bytes()),
        );
        if !as_declared {
            continue;
        }
        let decoded: Vec<(&str, String)> = texts
            .iter()
            .map(|(name, texts)| {
                let text = texts.first().map(|text| String::from_utf8_lossy(text).into_owned());
                (*name, text.unwrap_or_default())
            })
            .collect();
        let value_of = |name: &str| decoded.iter().find(|(n, _)| *n == name).map(|(_, text)| text.as_str());
        let Some(mut path) = entry.pattern.generate(value_of) else { continue };
        let mut separator = '?';
        for (name, texts) in &texts {
            if is_variable(name) || fixed(name) || SWALLOWED.contains(name) {
                continue;
            }
            for text in texts {
                path.push(separator);
                separator = '&';
                path.push_str(&quote_query(name.as_bytes()));
                path.push('=');
                path.push_str(&quote_query(text));
            }
        }
        best = Some((count, path));
    }
    Ok(best.map(|(_, path)| path))
}

/// Whether two objects are the same function; methods are made anew each time they are read.
pub fn same_function(vm: &VirtualMachine, one: &PyObject, other: &PyObject) -> bool {
    if one.is(other) {
        return true;
    }
    let method = vm.ctx.types.bound_method_type;
    one.class().is(method) && other.class().is(method) && vm.bool_eq(one, other).unwrap_or(false)
}

/// Arguments as the text of a URL (several for a list); None where one is not of its declared type.
fn url_texts<'k>(
    vm: &VirtualMachine,
    keywords: &'k Keywords,
    types: &[(String, PyObjectRef)],
) -> PyResult<Option<Vec<(&'k str, Vec<Vec<u8>>)>>> {
    let mut texts = Vec::new();
    for (name, value) in keywords {
        let declared = types.iter().find(|(n, _)| n == name).map(|(_, declared)| declared);
        let text = match declared {
            _ if vm.is_none(value) => vec![NONE.as_bytes().to_vec()],
            Some(declared) => {
                if !is_of_type(vm, value, declared)? {
                    return Ok(None);
                }
                vec![typed_text(vm, value, declared)?]
            }
            None => untyped_texts(vm, value)?,
        };
        texts.push((name.as_str(), text));
    }
    Ok(Some(texts))
}

/// Python 2's `isinstance`, in which `unicode` is not `str`.
fn is_of_type(vm: &VirtualMachine, value: &PyObject, declared: &PyObject) -> PyResult<bool> {
    if declared.is(vm.ctx.types.str_type) {
        return Ok(text::is_str(value));
    }
    if declared.is(text::unicode_type(vm)) {
        return Ok(text::is_unicode(value));
    }
    value.is_instance(declared, vm)
}

fn typed_text(vm: &VirtualMachine, value: &PyObject, declared: &PyObject) -> PyResult<Vec<u8>> {
    let types = &vm.ctx.types;
    if [types.list_type, types.tuple_type, types.dict_type].iter().any(|t| declared.is(*t)) {
        return Ok(json_text::dumps(vm, value)?.into_bytes());
    }
    if declared.is(types.bool_type) {
        return Ok(if value.is(&vm.ctx.true_value) { b"1".to_vec() } else { b"0".to_vec() });
    }
    plain_text(vm, value)
}

fn untyped_texts(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<Vec<u8>>> {
    let items = if let Some(list) = value.downcast_ref::<PyList>() {
        list.borrow_vec().to_vec()
    } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
        tuple.as_slice().to_vec()
    } else {
        return Ok(vec![plain_text(vm, value)?]);
    };
    items.iter().map(|item| plain_text(vm, item)).collect()
}

/// Strings as their bytes in UTF-8, other values as `str()` writes them.
pub fn plain_text(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    if let Some(bytes) = text::bytes_of(value) {
        return Ok(bytes);
    }
    if text::is_unicode(value) {
        return Ok(text::unicode_of(vm, value)?.into_bytes());
    }
    text::str_of(vm, value)
}

/// The function published as `Route` when it is called: the path of a routed function, or an exception.
pub fn generate_route_path(vm: &VirtualMachine, plugin: &Plugin, mut args: FuncArgs) -> PyResult {
    let Some(function) = args.take_positional_keyword("f") else {
        return Err(vm.new_type_error("generate_route() takes at least 2 arguments (1 given)"));
    };
    let method = match args.take_positional_keyword("method") {
        Some(method) => text::unicode_of(vm, &method)?,
        None => "GET".to_owned(),
    };
    let keywords = keywords_of(args);
    let (function, _) = unwrap(&function);
    match route_path(vm, plugin, &function, &method, &keywords)? {
        Some(path) => Ok(text::native(vm, &path)),
        None => Err(generation_exception(vm, &function, keywords)?),
    }
}

/// What the original's route library raises where no route fits.
fn generation_exception(
    vm: &VirtualMachine,
    function: &PyObject,
    keywords: Keywords,
) -> PyResult<rustpython_vm::builtins::PyBaseExceptionRef> {
    static CLASS: OnceLock<PyTypeRef> = OnceLock::new();
    let class = CLASS.get_or_init(|| vm.ctx.new_exception_type("routes.util", "GenerationException", None));
    let repr = |value: &PyObject| text::repr_of(vm, value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut shown = vec![
        ("'action'".to_owned(), format!("'{NONE}'")),
        ("'controller'".to_owned(), format!("'{}'", repr(function)?)),
    ];
    for (name, value) in keywords {
        shown.push((format!("'{name}'"), repr(&value)?));
    }
    let shown: Vec<String> = shown.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let message = format!("Could not generate URL. Called with args: () {{{}}}", shown.join(", "));
    vm.invoke_exception(class, vec![text::native(vm, &message)])
}

/// A dict's entries as keyword arguments.
pub fn keywords_from_dict(vm: &VirtualMachine, dict: &Py<PyDict>) -> PyResult<Keywords> {
    dict.to_owned().into_iter().map(|(name, value)| Ok((text::unicode_of(vm, &name)?, value))).collect()
}
