//! `mimetools`: messages with MIME's headers, and the simple encodings of bodies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustpython_vm::builtins::PyModule;
use rustpython_vm::{PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::addresses;
use super::lines::{self, This, bytes, strip};
use crate::modules::python_function::{self, Body, Class, Function, Given, Home, function, with_defaults};
use crate::runtime::text;
use crate::{clock, import, modules};

const SELF: &[&str] = &["self"];
const COPY: &[&str] = &["input", "output"];
const CODE: &[&str] = &["input", "output", "encoding"];

static MESSAGE: &[Function] = &[
    with_defaults("__init__", &["self", "fp", "seekable"], &[Given::Int(1)], Body::Run(init)),
    function("parsetype", SELF, Body::Run(parsetype)),
    function("parseplist", SELF, Body::Run(parseplist)),
    function("getplist", SELF, Body::Run(|_, values, vm| This::of(values, vm)?.get("plist"))),
    function("getparam", &["self", "name"], Body::Run(getparam)),
    function("getparamnames", SELF, Body::Run(getparamnames)),
    function("getencoding", SELF, Body::Run(getencoding)),
    function("gettype", SELF, Body::Run(|_, values, vm| This::of(values, vm)?.get("type"))),
    function("getmaintype", SELF, Body::Run(|_, values, vm| This::of(values, vm)?.get("maintype"))),
    function("getsubtype", SELF, Body::Run(|_, values, vm| This::of(values, vm)?.get("subtype"))),
];

fn init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, file, seekable] = values else { return Ok(vm.ctx.none()) };
    if let Some(base) = home.defaults.first() {
        base.get_attr("__init__", vm)?.call((object.clone(), file.clone(), seekable.clone()), vm)?;
    }
    let this = This { object, vm };
    for (name, header) in [("encodingheader", "content-transfer-encoding"), ("typeheader", "content-type")] {
        let value = this.dict()?.get_item_opt(header, vm)?;
        this.set(name, value.unwrap_or_else(|| vm.ctx.none()))?;
    }
    this.call("parsetype", ())?;
    this.call("parseplist", ())?;
    Ok(vm.ctx.none())
}

fn parsetype(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let header = this.get("typeheader")?;
    let whole = if vm.is_none(&header) { b"text/plain".to_vec() } else { bytes(vm, &header)? };
    let end = whole.iter().position(|byte| *byte == b';').unwrap_or(whole.len());
    let (kind, parameters) = whole.split_at_checked(end).unwrap_or_default();
    this.set("plisttext", text::new_str(vm, parameters))?;
    let fields: Vec<Vec<u8>> =
        kind.split(|byte| *byte == b'/').map(|field| strip(field).to_ascii_lowercase()).collect();
    this.set("type", text::new_str(vm, &fields.join(&b'/')))?;
    let (main, sub) = fields.split_first().map_or((&[][..], &[][..]), |(main, sub)| (main.as_slice(), sub));
    this.set("maintype", text::new_str(vm, main))?;
    this.set("subtype", text::new_str(vm, &sub.join(&b'/')))?;
    Ok(vm.ctx.none())
}

fn parseplist(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let whole = bytes(vm, &*this.get("plisttext")?)?;
    let fields = whole.split(|byte| *byte == b';').skip(1).map(|field| {
        let field = match field.iter().position(|byte| *byte == b'=') {
            Some(at) => {
                let (name, value) = (field.get(..at).unwrap_or_default(), field.get(at + 1..).unwrap_or_default());
                [&strip(name).to_ascii_lowercase(), &b"="[..], strip(value)].concat()
            }
            None => field.to_vec(),
        };
        text::new_str(vm, strip(&field))
    });
    this.set("plist", lines::list(vm, fields))?;
    Ok(vm.ctx.none())
}

fn parameters(this: This<'_>) -> PyResult<Vec<Vec<u8>>> {
    this.vm.extract_elements_with(&*this.get("plist")?, |parameter| bytes(this.vm, &parameter))
}

fn getparam(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let mut name = bytes(vm, &*lines::lowered(vm, name)?)?;
    name.push(b'=');
    let found = parameters(This { object, vm })?;
    let value = found.iter().find_map(|parameter| parameter.strip_prefix(name.as_slice()));
    Ok(value.map_or_else(|| vm.ctx.none(), |value| text::new_str(vm, &addresses::unquote(value))))
}

fn getparamnames(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let found = parameters(This::of(values, vm)?)?;
    let names = found.iter().filter_map(|parameter| {
        let at = parameter.iter().position(|byte| *byte == b'=')?;
        Some(text::new_str(vm, &parameter.get(..at)?.to_ascii_lowercase()))
    });
    Ok(lines::list(vm, names))
}

fn getencoding(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let header = This::of(values, vm)?.get("encodingheader")?;
    if vm.is_none(&header) {
        return Ok(vm.ctx.new_str("7bit").into());
    }
    lines::lowered(vm, &header)
}

// ---- bodies -----------------------------------------------------------------------------------------------------

static FUNCTIONS: &[Function] = &[
    function("choose_boundary", &[], Body::Run(choose_boundary)),
    function("decode", CODE, Body::Run(|home, values, vm| code(home, values, vm, "decode"))),
    function("encode", CODE, Body::Run(|home, values, vm| code(home, values, vm, "encode"))),
    function("copyliteral", COPY, Body::Run(copyliteral)),
    function("copybinary", COPY, Body::Run(copybinary)),
];

/// A boundary that no other message has: address, user, process, time and a number.
fn choose_boundary(_home: &Home, _values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let socket = import::module(vm, "socket")?;
    let own = || {
        let name = socket.get_attr("gethostname", vm)?.call((), vm)?;
        socket.get_attr("gethostbyname", vm)?.call((name,), vm)
    };
    let address = match own() {
        Ok(address) => address.str(vm)?.to_string(),
        Err(_) => "127.0.0.1".to_owned(),
    };
    let os = import::module(vm, "os")?;
    let number = |name: &'static str| os.get_attr(name, vm)?.call((), vm)?.str(vm).map(|number| number.to_string());
    let (user, process) = (number("getuid")?, number("getpid")?);
    let count = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    Ok(vm.ctx.new_str(format!("{address}.{user}.{process}.{:.3}.{count}", clock::seconds())).into())
}

/// `decode(input, output, encoding)` and `encode`.
fn code(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine, way: &'static str) -> PyResult {
    let [input, output, encoding] = values else { return Ok(vm.ctx.none()) };
    let name = bytes(vm, encoding)?;
    let module = match name.as_slice() {
        b"base64" => "base64",
        b"quoted-printable" => "quopri",
        b"uuencode" | b"x-uuencode" | b"uue" | b"x-uue" => "uu",
        b"7bit" | b"8bit" => return vm.call_method(output, "write", (vm.call_method(input, "read", ())?,)),
        _ => {
            let name = String::from_utf8_lossy(&name).into_owned();
            return Err(vm.new_value_error(format!("unknown Content-Transfer-Encoding: {name}")));
        }
    };
    let _ = home;
    let function = import::module(vm, module)?.get_attr(vm.ctx.intern_str(way), vm)?;
    if module == "quopri" && way == "encode" {
        return function.call((input.clone(), output.clone(), false), vm);
    }
    function.call((input.clone(), output.clone()), vm)
}

fn copyliteral(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [input, output] = values else { return Ok(vm.ctx.none()) };
    loop {
        let line = vm.call_method(input, "readline", ())?;
        if !line.clone().try_to_bool(vm)? {
            return Ok(vm.ctx.none());
        }
        vm.call_method(output, "write", (line,))?;
    }
}

fn copybinary(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    /// What CPython asks for at once.
    const PIECE: usize = 8192;
    let [input, output] = values else { return Ok(vm.ctx.none()) };
    loop {
        let data = vm.call_method(input, "read", (PIECE,))?;
        if !data.clone().try_to_bool(vm)? {
            return Ok(vm.ctx.none());
        }
        vm.call_method(output, "write", (data,))?;
    }
}

// ---- the module -------------------------------------------------------------------------------------------------

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let names = ["Message", "choose_boundary", "encode", "decode", "copyliteral", "copybinary"];
    modules::set(vm, module, "__all__", lines::list(vm, names.map(|name| vm.ctx.new_str(name).into())));
    let rfc822 = import::module(vm, "rfc822")?;
    let base = rfc822.get_attr("Message", vm)?;
    modules::set(vm, module, "rfc822", rfc822);
    let home = Arc::new(Home { globals: module.dict(), defaults: vec![base.clone()] });
    python_function::publish(vm, module, &home, FUNCTIONS, "mimetools");
    let class = Class {
        name: "Message",
        module: "mimetools",
        bases: vec![base],
        functions: MESSAGE,
        values: Vec::new(),
        doc: Some("A message whose headers say what its body is."),
    };
    modules::set(vm, module, "Message", class.make(&home, false, vm)?);
    Ok(())
}

/// Makes the module `mimetools`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "mimetools");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
