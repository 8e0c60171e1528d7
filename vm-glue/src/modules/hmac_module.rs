//! The module `hmac`: keyed hashes.

use std::sync::Arc;

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::line_buffer::bytes_of;
use super::python_function::{Body, Class, Function, Given, Home, function, publish, with_defaults};
use crate::import;
use crate::modules;
use crate::runtime::{names, text, warning};

const SELF: &[&str] = &["self"];
const MESSAGE: &[&str] = &["self", "msg"];
/// The size of a block where the hash does not say.
const BLOCK: usize = 64;
/// Smaller blocks are not believed.
const LEAST: usize = 16;

static HMAC: &[Function] = &[
    with_defaults("__init__", &["self", "key", "msg", "digestmod"], &[Given::None, Given::None], Body::Run(init)),
    function(
        "update",
        MESSAGE,
        Body::Run(|_, values, vm| match values {
            [this, message] => {
                vm.call_method(&*this.get_attr("inner", vm)?, "update", (message.clone(),))?;
                Ok(vm.ctx.none())
            }
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function("copy", SELF, Body::Run(copy)),
    function("_current", SELF, Body::Run(|_, values, vm| current(this(values, vm)?, vm))),
    function(
        "digest",
        SELF,
        Body::Run(|_, values, vm| vm.call_method(&*vm.call_method(this(values, vm)?, "_current", ())?, "digest", ())),
    ),
    function(
        "hexdigest",
        SELF,
        Body::Run(|_, values, vm| {
            vm.call_method(&*vm.call_method(this(values, vm)?, "_current", ())?, "hexdigest", ())
        }),
    ),
];

static FUNCTIONS: &[Function] = &[with_defaults(
    "new",
    &["key", "msg", "digestmod"],
    &[Given::None, Given::None],
    Body::Run(|home, values, vm| home.globals.get_item("HMAC", vm)?.call(values.to_vec(), vm)),
)];

fn this<'a>(values: &'a [PyObjectRef], vm: &VirtualMachine) -> PyResult<&'a PyObjectRef> {
    values.first().ok_or_else(|| vm.new_type_error("an HMAC is needed"))
}

/// What starts a hash: a function, or the `new` of a module.
fn start_of(vm: &VirtualMachine, kind: &PyObjectRef) -> PyResult {
    if vm.is_none(kind) {
        return import::module(vm, "hashlib")?.get_attr("md5", vm);
    }
    if kind.is_callable() {
        return Ok(kind.clone());
    }
    let kind = kind.clone();
    let start = move |args: rustpython_vm::function::FuncArgs, vm: &VirtualMachine| -> PyResult {
        vm.call_method(&kind, "new", args)
    };
    Ok(vm.new_function("<lambda>", start).into())
}

fn block_size(this: &PyObject, hash: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    let default: usize = this.get_attr("blocksize", vm)?.try_to_value(vm).unwrap_or(BLOCK);
    let message = match vm.get_attribute_opt(hash, "block_size")? {
        Some(size) => match size.try_to_value::<usize>(vm)? {
            size @ LEAST.. => return Ok(size),
            size => format!("block_size of {size} seems too small; using our default of {default}."),
        },
        None => format!("No block_size attribute on given digest object; Assuming {default}."),
    };
    warning::warn(vm, vm.ctx.exceptions.runtime_warning, &message)?;
    Ok(default)
}

fn init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, key, message, kind] = values else { return Ok(vm.ctx.none()) };
    if key.is(&home.globals.get_item("_secret_backdoor_key", vm)?) {
        return Ok(vm.ctx.none());
    }
    let start = start_of(vm, kind)?;
    this.set_attr("digest_cons", start.clone(), vm)?;
    let (outer, inner) = (start.call((), vm)?, start.call((), vm)?);
    this.set_attr("outer", outer.clone(), vm)?;
    this.set_attr("inner", inner.clone(), vm)?;
    this.set_attr("digest_size", inner.get_attr("digest_size", vm)?, vm)?;
    let size = block_size(this, &inner, vm)?;
    let mut key = key.clone();
    if key.length(vm)? > size {
        key = vm.call_method(&*start.call((key,), vm)?, "digest", ())?;
    }
    if text::is_unicode(&key) && key.length(vm)? > 0 {
        // (So `unicode.translate` complains about a table of bytes.)
        return Err(vm.new_type_error("character mapping must return integer, None or unicode"));
    }
    if key.downcast_ref::<PyStr>().is_none() && text::bytes_of(&key).is_none() {
        let (kind, str) = (names::type_name_of(&key), "str");
        return Err(vm.new_type_error(format!("unsupported operand type(s) for +: '{kind}' and '{str}'")));
    }
    let mut block = bytes_of(vm, &key)?;
    block.resize(size.max(block.len()), 0);
    for (hash, mask) in [(outer, 0x5c), (inner, 0x36)] {
        let masked: Vec<u8> = block.iter().map(|byte| byte ^ mask).collect();
        vm.call_method(&hash, "update", (text::new_str(vm, &masked),))?;
    }
    if !vm.is_none(message) {
        vm.call_method(this, "update", (message.clone(),))?;
    }
    Ok(vm.ctx.none())
}

fn copy(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = this(values, vm)?;
    let class = this.get_attr("__class__", vm)?;
    let other = class.call((home.globals.get_item("_secret_backdoor_key", vm)?,), vm)?;
    for name in ["digest_cons", "digest_size"] {
        other.set_attr(name, this.get_attr(name, vm)?, vm)?;
    }
    for name in ["inner", "outer"] {
        other.set_attr(name, vm.call_method(&*this.get_attr(name, vm)?, "copy", ())?, vm)?;
    }
    Ok(other)
}

/// The hash so far.
fn current(this: &PyObject, vm: &VirtualMachine) -> PyResult {
    let hash = vm.call_method(&*this.get_attr("outer", vm)?, "copy", ())?;
    let inner = vm.call_method(&*this.get_attr("inner", vm)?, "digest", ())?;
    vm.call_method(&hash, "update", (inner,))?;
    Ok(hash)
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    publish(vm, module, &home, FUNCTIONS, "hmac");
    modules::set(vm, module, "digest_size", vm.ctx.none());
    modules::set(vm, module, "_secret_backdoor_key", vm.ctx.new_list(Vec::new()));
    for (name, mask) in [("trans_5C", 0x5c), ("trans_36", 0x36)] {
        let table: Vec<u8> = (0..=255).map(|byte: u8| byte ^ mask).collect();
        modules::set(vm, module, name, text::new_str(vm, &table));
    }
    let class = Class {
        name: "HMAC",
        module: "hmac",
        bases: Vec::new(),
        functions: HMAC,
        values: vec![("blocksize", vm.ctx.new_int(BLOCK).into())],
        doc: Some("A keyed hash of a message."),
    };
    modules::set(vm, module, "HMAC", class.make(&home, false, vm)?);
    let compare = import::module(vm, "operator")?.get_attr("_compare_digest", vm)?;
    modules::set(vm, module, "compare_digest", compare);
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "hmac");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
