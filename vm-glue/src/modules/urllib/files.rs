//! The file objects of answers: `addbase` and the classes derived from it.

use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use super::NONE;
use crate::modules::python_function::{Function, function, with_defaults};
use crate::modules::scope::{Line, Scope};
use crate::{body, raw_body};

pub static CLASSES: &[Line] = &[
    Line {
        name: "addbase",
        bases: &[],
        functions: BASE,
        values: &[],
        doc: Some("A file object that passes reading on."),
    },
    Line {
        name: "addclosehook",
        bases: &["addbase"],
        functions: HOOK,
        values: &[],
        doc: Some("A file object that calls a function once when it is closed."),
    },
    Line {
        name: "addinfo",
        bases: &["addbase"],
        functions: INFO,
        values: &[],
        doc: Some("A file object with headers."),
    },
    Line {
        name: "addinfourl",
        bases: &["addbase"],
        functions: INFO_URL,
        values: &[],
        doc: Some("A file object with headers, the URL and a status."),
    },
];

const SELF: &[&str] = &["self"];

/// Methods of the file that become the object's own, where the file has them.
const PASSED_ON: &[&str] = &["readlines", "fileno", "__iter__", "next"];

static BASE: &[Function] = &[
    function("__init__", &["self", "fp"], body!(|x, me, fp| do init(x, me, fp))),
    function(
        "__repr__",
        SELF,
        body!(|x, me| {
            let class = x.get(&*x.get(me, "__class__")?, "__name__")?;
            x.format("<%s at %r whose fp = %r>", [class, x.made("id", [me.clone()])?, x.get(me, "fp")?])
        }),
    ),
    function(
        "close",
        SELF,
        body!(|x, me| do {
            for name in ["read", "readline", "readlines", "fileno"] {
                x.set(me, name, x.none())?;
            }
            let fp = x.get(me, "fp")?;
            if x.yes(&fp)? {
                x.ask(&fp, "close")?;
            }
            x.set(me, "fp", x.none())
        }),
    ),
];

fn init(x: Scope<'_>, me: &PyObjectRef, fp: &PyObjectRef) -> PyResult<()> {
    x.fill(me, [("fp", fp.clone()), ("read", x.get(fp, "read")?), ("readline", x.get(fp, "readline")?)])?;
    for &name in PASSED_ON {
        let found = match (x.find(fp, name)?, name) {
            // Iterators of the machine have it under the name of Python 3.
            (None, "next") => x.find(fp, "__next__")?,
            (found, _) => found,
        };
        match found {
            Some(method) => x.set(me, name, method)?,
            None if name == "fileno" => x.set(me, name, x.lambda(|vm: &VirtualMachine| vm.ctx.none()))?,
            None => {}
        }
    }
    Ok(())
}

static HOOK: &[Function] = &[
    function("__init__", &["self", "fp", "closehook", "*hookargs"], raw_body!(|x, args| init_hook(x, args))),
    function(
        "close",
        SELF,
        body!(|x, me| do {
            let called = (|| -> PyResult<()> {
                let (hook, args) = (x.get(me, "closehook")?, x.get(me, "hookargs")?);
                if x.yes(&hook)? {
                    x.fill(me, [("closehook", x.none()), ("hookargs", x.none())])?;
                    x.run(&hook, x.each(&args)?)?;
                }
                Ok(())
            })();
            x.inherited("addbase", "close", [me.clone()])?;
            called
        }),
    ),
];

fn init_hook(x: Scope<'_>, args: FuncArgs) -> PyResult {
    let [me, fp, hook, rest @ ..] = args.args.as_slice() else {
        let given = args.args.len();
        return Err(x.vm.new_type_error(format!("__init__() takes at least 3 arguments ({given} given)")));
    };
    x.inherited("addbase", "__init__", [me.clone(), fp.clone()])?;
    x.fill(me, [("closehook", hook.clone()), ("hookargs", x.tuple(rest))])?;
    Ok(x.none())
}

static INFO: &[Function] = &[
    function(
        "__init__",
        &["self", "fp", "headers"],
        body!(|x, me, fp, headers| do {
            x.inherited("addbase", "__init__", [me.clone(), fp.clone()])?;
            x.set(me, "headers", headers.clone())
        }),
    ),
    function("info", SELF, body!(|x, me| x.get(me, "headers"))),
];

static INFO_URL: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "fp", "headers", "url", "code"],
        &[NONE],
        body!(|x, me, fp, headers, url, code| do {
            x.inherited("addbase", "__init__", [me.clone(), fp.clone()])?;
            x.fill(me, [("headers", headers.clone()), ("url", url.clone()), ("code", code.clone())])
        }),
    ),
    function("info", SELF, body!(|x, me| x.get(me, "headers"))),
    function("getcode", SELF, body!(|x, me| x.get(me, "code"))),
    function("geturl", SELF, body!(|x, me| x.get(me, "url"))),
];
