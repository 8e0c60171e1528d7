//! `Cookie`, one cookie, and the small classes of the module.

use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult};

use super::NONE;
use crate::body;
use crate::modules::python_function::{Body, Function, Given, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::runtime::text;

pub static CLASSES: &[Line] = &[
    Line { name: "Cookie", bases: &[], functions: FUNCTIONS, values: &[], doc: Some("One cookie.") },
    Line { name: "Absent", bases: &[], functions: &[], values: &[], doc: None },
    Line { name: "LoadError", bases: &["IOError"], functions: &[], values: &[], doc: None },
];

/// The arguments of a cookie, which are its attributes; `rest` is kept as `_rest`.
const ATTRIBUTES: [&str; 15] = [
    "version",
    "name",
    "value",
    "port",
    "port_specified",
    "domain",
    "domain_specified",
    "domain_initial_dot",
    "path",
    "path_specified",
    "secure",
    "expires",
    "discard",
    "comment",
    "comment_url",
];

const ALL: &[&str] = &[
    "self",
    "version",
    "name",
    "value",
    "port",
    "port_specified",
    "domain",
    "domain_specified",
    "domain_initial_dot",
    "path",
    "path_specified",
    "secure",
    "expires",
    "discard",
    "comment",
    "comment_url",
    "rest",
    "rfc2109",
];

static FUNCTIONS: &[Function] = &[
    with_defaults(
        "__init__",
        ALL,
        &[Given::Bool(false)],
        Body::Run(|home, values, vm| {
            let x = Scope { home, vm };
            init(x, values)?;
            Ok(x.none())
        }),
    ),
    function(
        "has_nonstandard_attr",
        &["self", "name"],
        body!(|x, me, name| Ok(x.bool(x.contains(&*x.get(me, "_rest")?, name)?))),
    ),
    with_defaults(
        "get_nonstandard_attr",
        &["self", "name", "default"],
        &[NONE],
        body!(|x, me, name, default| x.call(&*x.get(me, "_rest")?, "get", [name.clone(), default.clone()])),
    ),
    function(
        "set_nonstandard_attr",
        &["self", "name", "value"],
        body!(|x, me, name, value| do {
            x.put(&*x.get(me, "_rest")?, name, value.clone())
        }),
    ),
    with_defaults(
        "is_expired",
        &["self", "now"],
        &[NONE],
        body!(|x, me, now| {
            let now = if x.is_none(now) { x.ask(&*x.global("time")?, "time")? } else { now.clone() };
            let expires = x.get(me, "expires")?;
            Ok(x.bool(!x.is_none(&expires) && !x.less(&now, &expires)?))
        }),
    ),
    function(
        "__str__",
        &["self"],
        body!(|x, me| {
            let port = x.get(me, "port")?;
            let port = if x.is_none(&port) { x.text("") } else { x.add(&x.text(":"), &port)? };
            let limit = x.sum(&[&*x.get(me, "domain")?, &port, &*x.get(me, "path")?])?;
            x.format("<Cookie %s for %s>", [shown(x, me)?, limit])
        }),
    ),
    function(
        "__repr__",
        &["self"],
        body!(|x, me| {
            let mut parts = Vec::new();
            for name in ATTRIBUTES {
                let value = text::repr_object(x.vm, &*x.get(me, name)?)?;
                parts.push(x.add(&x.text(&format!("{name}=")), &value)?);
            }
            for (name, attribute) in [("rest", "_rest"), ("rfc2109", "rfc2109")] {
                let value = text::repr_object(x.vm, &*x.get(me, attribute)?)?;
                parts.push(x.add(&x.text(&format!("{name}=")), &value)?);
            }
            x.format("Cookie(%s)", [x.join(", ", parts)?])
        }),
    ),
];

fn init(x: Scope<'_>, values: &[PyObjectRef]) -> PyResult<()> {
    let [me, values @ .., rest, rfc2109] = values else { return Ok(()) };
    for (name, value) in ATTRIBUTES.into_iter().zip(values) {
        let value = match name {
            "version" | "expires" if !x.is_none(value) => x.made("int", [value.clone()])?,
            "domain" => x.ask(value, "lower")?,
            "port" => {
                let specified = values.get(4).is_some_and(|specified| specified.is(&x.vm.ctx.true_value));
                if x.is_none(value) && specified {
                    return Err(x.vm.new_value_error("if port is None, port_specified must be false"));
                }
                value.clone()
            }
            _ => value.clone(),
        };
        x.set(me, name, value)?;
    }
    x.set(me, "rfc2109", rfc2109.clone())?;
    x.set(me, "_rest", x.made("dict", [rest.clone()])?)
}

/// `name=value`, or the name alone.
fn shown(x: Scope<'_>, me: &PyObject) -> PyResult {
    let (name, value) = (x.get(me, "name")?, x.get(me, "value")?);
    if x.is_none(&value) { Ok(name) } else { x.format("%s=%s", [name, value]) }
}
