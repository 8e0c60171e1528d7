//! The opener of `urllib2`, the base of its handlers, and the functions that put one together and use it.

use rustpython_vm::builtins::PyType;
use rustpython_vm::{PyObject, PyObjectRef, PyResult};

use super::{NONE, TIMEOUT, VERSION};
use crate::modules::python_function::{Body, Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::{body, raw_body};

const SELF: &[&str] = &["self"];

pub static CLASSES: &[Line] = &[
    Line {
        name: "OpenerDirector",
        bases: &[],
        functions: DIRECTOR,
        values: &[],
        doc: Some("Passes requests through its handlers."),
    },
    Line {
        name: "BaseHandler",
        bases: &[],
        functions: BASE_HANDLER,
        values: &[("handler_order", Given::Int(500))],
        doc: None,
    },
];

static BASE_HANDLER: &[Function] = &[
    function("add_parent", &["self", "parent"], body!(|x, me, parent| do x.set(me, "parent", parent.clone()))),
    function("close", SELF, Body::Nothing),
    function(
        "__lt__",
        &["self", "other"],
        body!(|x, me, other| {
            match x.find(other, "handler_order")? {
                None => Ok(x.bool(true)),
                Some(order) => Ok(x.bool(x.less(&*x.get(me, "handler_order")?, &order)?)),
            }
        }),
    ),
];

static DIRECTOR: &[Function] = &[
    function("__init__", SELF, body!(|x, me| do init(x, me))),
    function("add_handler", &["self", "handler"], body!(|x, me, handler| do add_handler(x, me, handler))),
    function("close", SELF, Body::Nothing),
    function(
        "_call_chain",
        &["self", "chain", "kind", "meth_name", "*args"],
        raw_body!(|x, args| {
            let [_, chain, kind, method, rest @ ..] = args.args.as_slice() else {
                let given = args.args.len();
                let message = format!("_call_chain() takes at least 4 arguments ({given} given)");
                return Err(x.vm.new_type_error(message));
            };
            call_chain(x, chain, kind, method, rest)
        }),
    ),
    with_defaults(
        "open",
        &["self", "fullurl", "data", "timeout"],
        &[NONE, Given::Kept(TIMEOUT)],
        body!(|x, me, url, data, timeout| open(x, me, url, data, timeout)),
    ),
    with_defaults("_open", &["self", "req", "data"], &[NONE], body!(|x, me, request, _data| open_one(x, me, request))),
    function(
        "error",
        &["self", "proto", "*args"],
        raw_body!(|x, args| {
            let [me, protocol, rest @ ..] = args.args.as_slice() else {
                let given = args.args.len();
                return Err(x.vm.new_type_error(format!("error() takes at least 2 arguments ({given} given)")));
            };
            error(x, me, protocol, rest)
        }),
    ),
];

fn init(x: Scope<'_>, me: &PyObject) -> PyResult<()> {
    let agent = x.tuple([x.text("User-agent"), x.text(&format!("Python-urllib/{VERSION}"))]);
    x.fill(me, [("addheaders", x.list([agent])), ("handlers", x.list([]))])?;
    x.fill(me, ["handle_open", "handle_error", "process_response", "process_request"].map(|name| (name, x.dict())))
}

/// Puts a handler behind those whose order is not greater.
fn insert(x: Scope<'_>, handlers: &PyObject, handler: &PyObjectRef) -> PyResult<()> {
    let known = x.each(handlers)?;
    let (mut low, mut high) = (0, known.len());
    while low < high {
        let middle = (low + high) / 2;
        match known.get(middle) {
            Some(other) if !x.less(handler, other)? => low = middle + 1,
            _ => high = middle,
        }
    }
    x.call(handlers, "insert", [x.int(low as i64), handler.clone()]).map(drop)
}

/// The list under a key, which is made if there is none.
fn list_of(x: Scope<'_>, lookup: &PyObject, key: &PyObject) -> PyResult {
    x.call(lookup, "setdefault", [key.to_owned(), x.list([])])
}

fn add_handler(x: Scope<'_>, me: &PyObjectRef, handler: &PyObjectRef) -> PyResult<()> {
    if !x.has(handler, "add_parent")? {
        let kind = x.made("type", [handler.clone()])?;
        return Err(x.error("TypeError", [x.format("expected BaseHandler instance, got %r", [kind])?]));
    }
    let mut added = false;
    for name in x.each(&*x.made("dir", [handler.clone()])?)? {
        let name = x.peek(&name);
        if matches!(name.as_str(), "redirect_request" | "do_open" | "proxy_open") {
            continue;
        }
        // A name without an underscore has no protocol that matters.
        let Some((protocol, condition)) = name.split_once('_') else { continue };
        let key = x.text(protocol);
        let (lookup, kind) = if condition.starts_with("error") {
            let kind = condition.split_once('_').map_or(name.as_str(), |(_, kind)| kind);
            let kind = kind.parse::<i64>().map_or_else(|_| x.text(kind), |code| x.int(code));
            let all = x.get(me, "handle_error")?;
            let lookup = x.call(&all, "get", [key.clone(), x.dict()])?;
            x.put(&all, &key, lookup.clone())?;
            (lookup, kind)
        } else {
            let chains = match condition {
                "open" => "handle_open",
                "response" => "process_response",
                "request" => "process_request",
                _ => continue,
            };
            (x.get(me, chains)?, key)
        };
        insert(x, &*list_of(x, &lookup, &kind)?, handler)?;
        added = true;
    }
    if added {
        insert(x, &*x.get(me, "handlers")?, handler)?;
        x.call(handler, "add_parent", [me.clone()])?;
    }
    Ok(())
}

fn call_chain(x: Scope<'_>, chain: &PyObject, kind: &PyObject, method: &PyObject, args: &[PyObjectRef]) -> PyResult {
    let method = x.peek(method);
    for handler in x.each(&*x.call(chain, "get", [kind.to_owned(), x.tuple([])])?)? {
        let result = x.call(&handler, &method, args)?;
        if !x.is_none(&result) {
            return Ok(result);
        }
    }
    Ok(x.none())
}

/// Calls `self._call_chain`.
fn chained(
    x: Scope<'_>,
    me: &PyObject,
    chain: PyObjectRef,
    kind: PyObjectRef,
    method: PyObjectRef,
    args: &[PyObjectRef],
) -> PyResult {
    let mut all = vec![chain, kind, method];
    all.extend_from_slice(args);
    x.call(me, "_call_chain", all)
}

/// Processors of one kind for a protocol.
fn processors(x: Scope<'_>, me: &PyObject, chains: &'static str, protocol: &PyObjectRef) -> PyResult<Vec<PyObjectRef>> {
    x.each(&*x.call(&*x.get(me, chains)?, "get", [protocol.clone(), x.list([])])?)
}

fn open(x: Scope<'_>, me: &PyObject, url: &PyObjectRef, data: &PyObjectRef, timeout: &PyObjectRef) -> PyResult {
    let mut request = if x.is_text(url) {
        x.made("Request", [url.clone(), data.clone()])?
    } else {
        if !x.is_none(data) {
            x.call(url, "add_data", [data.clone()])?;
        }
        url.clone()
    };
    x.set(&request, "timeout", timeout.clone())?;
    let protocol = x.ask(&request, "get_type")?;
    let name = x.peek(&*x.add(&protocol, &x.text("_request"))?);
    for processor in processors(x, me, "process_request", &protocol)? {
        request = x.call(&processor, &name, [request])?;
    }
    let mut response = x.call(me, "_open", [request.clone(), data.clone()])?;
    let name = x.peek(&*x.add(&protocol, &x.text("_response"))?);
    for processor in processors(x, me, "process_response", &protocol)? {
        response = x.call(&processor, &name, [request.clone(), response])?;
    }
    Ok(response)
}

fn open_one(x: Scope<'_>, me: &PyObject, request: &PyObjectRef) -> PyResult {
    let chains = || x.get(me, "handle_open");
    let args = std::slice::from_ref(request);
    let result = chained(x, me, chains()?, x.text("default"), x.text("default_open"), args)?;
    if x.yes(&result)? {
        return Ok(result);
    }
    let protocol = x.ask(request, "get_type")?;
    let method = x.add(&protocol, &x.text("_open"))?;
    let result = chained(x, me, chains()?, protocol, method, args)?;
    if x.yes(&result)? {
        return Ok(result);
    }
    chained(x, me, chains()?, x.text("unknown"), x.text("unknown_open"), args)
}

fn error(x: Scope<'_>, me: &PyObject, protocol: &PyObjectRef, args: &[PyObjectRef]) -> PyResult {
    let handlers = x.get(me, "handle_error")?;
    if !matches!(x.peek(protocol).as_str(), "http" | "https") {
        let method = x.add(protocol, &x.text("_error"))?;
        let result = chained(x, me, handlers, protocol.clone(), method, args)?;
        return Ok(if x.yes(&result)? { result } else { x.none() });
    }
    // There are no handlers for the errors of https alone.
    let handlers = x.named(&handlers, "http")?;
    let Some(code) = args.get(2) else { return Err(x.vm.new_index_error("tuple index out of range")) };
    let method = x.format("http_error_%s", [code.clone()])?;
    let result = chained(x, me, handlers.clone(), code.clone(), method, args)?;
    if x.yes(&result)? {
        return Ok(result);
    }
    chained(x, me, handlers, x.text("default"), x.text("http_error_default"), args)
}

// ---- functions --------------------------------------------------------------------------------------------------

/// The handlers of every opener.
const USUAL: &[&str] = &[
    "ProxyHandler",
    "UnknownHandler",
    "HTTPHandler",
    "HTTPDefaultErrorHandler",
    "HTTPRedirectHandler",
    "FTPHandler",
    "FileHandler",
    "HTTPErrorProcessor",
];

/// `build_opener(*handlers)`: an opener with the usual handlers; those given take the place of their base classes.
pub fn build_opener(x: Scope<'_>, handlers: Vec<PyObjectRef>) -> PyResult {
    let opener = x.made("OpenerDirector", [])?;
    let mut usual = USUAL.iter().map(|name| x.global(name)).collect::<PyResult<Vec<_>>>()?;
    if x.has(&*x.global("httplib")?, "HTTPS")? {
        usual.push(x.global("HTTPSHandler")?);
    }
    let is_class = |object: &PyObject| object.downcast_ref::<PyType>().is_some();
    'classes: for class in usual {
        for given in &handlers {
            let replaces =
                if is_class(given) { given.is_subclass(&class, x.vm)? } else { given.is_instance(&class, x.vm)? };
            if replaces {
                continue 'classes;
            }
        }
        x.call(&opener, "add_handler", [x.run(&class, [])?])?;
    }
    for handler in handlers {
        let handler = if is_class(&handler) { x.run(&handler, [])? } else { handler };
        x.call(&opener, "add_handler", [handler])?;
    }
    Ok(opener)
}

/// `urlopen(…)`
pub fn urlopen(
    x: Scope<'_>,
    [url, data, timeout]: [&PyObjectRef; 3],
    [cafile, capath, default]: [&PyObjectRef; 3],
    context: &PyObjectRef,
) -> PyResult {
    let own = |context: PyObjectRef| -> PyResult {
        let handler = x.run_with(&*x.global("HTTPSHandler")?, [], [("context", context)])?;
        x.made("build_opener", [handler])
    };
    let opener = if x.yes(cafile)? || x.yes(capath)? || x.yes(default)? {
        if !x.is_none(context) {
            let message = "You can't pass both context and any of cafile, capath, and cadefault";
            return Err(x.vm.new_value_error(message));
        }
        let ssl = x.global("ssl")?;
        let purpose = x.get(&*x.get(&ssl, "Purpose")?, "SERVER_AUTH")?;
        let named = [("purpose", purpose), ("cafile", cafile.clone()), ("capath", capath.clone())];
        own(x.call_with(&ssl, "create_default_context", [], named)?)?
    } else if x.yes(context)? {
        own(context.clone())?
    } else {
        let installed = x.global("_opener")?;
        if x.is_none(&installed) {
            let made = x.made("build_opener", [])?;
            x.set_global("_opener", made.clone())?;
            made
        } else {
            installed
        }
    };
    x.call(&opener, "open", [url.clone(), data.clone(), timeout.clone()])
}
