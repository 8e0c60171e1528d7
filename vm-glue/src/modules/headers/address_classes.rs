//! `rfc822.AddrlistClass` and `rfc822.AddressList`: [`Reader`] under Python's names.

use rustpython_vm::builtins::{PyList, PyTuple};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::addresses::{self, Address, Reader};
use super::lines::{self, This};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::text;

const SELF: &[&str] = &["self"];
const OTHER: &[&str] = &["self", "other"];

/// A method that reads on.
macro_rules! reads {
    ($name:literal, $run:expr) => {
        function($name, SELF, Body::Run(|_, values, vm| with_reader(values, vm, $run)))
    };
}

pub static ADDRLIST_CLASS: &[Function] = &[
    function("__init__", &["self", "field"], Body::Run(init)),
    reads!("gotonext", |reader, vm| {
        reader.go_on();
        vm.ctx.none()
    }),
    reads!("getaddrlist", |reader, vm| pairs(reader.all(), vm)),
    reads!("getaddress", |reader, vm| pairs(reader.address(), vm)),
    reads!("getrouteaddr", |reader, vm| {
        if reader.field.get(reader.at) == Some(&b'<') { text::new_str(vm, &reader.route()) } else { vm.ctx.none() }
    }),
    reads!("getaddrspec", |reader, vm| text::new_str(vm, &reader.spec())),
    reads!("getdomain", |reader, vm| text::new_str(vm, &reader.domain())),
    with_defaults(
        "getdelimited",
        &["self", "beginchar", "endchars", "allowcomments"],
        &[Given::Int(1)],
        Body::Run(getdelimited),
    ),
    reads!("getquote", |reader, vm| text::new_str(vm, &reader.quoted())),
    reads!("getcomment", |reader, vm| text::new_str(vm, &reader.comment())),
    reads!("getdomainliteral", |reader, vm| text::new_str(vm, &reader.domain_literal())),
    with_defaults("getatom", &["self", "atomends"], &[Given::None], Body::Run(getatom)),
    reads!("getphraselist", |reader, vm| {
        lines::list(vm, reader.phrase().into_iter().map(|word| text::new_str(vm, &word)))
    }),
];

pub static ADDRESS_LIST: &[Function] = &[
    function("__init__", &["self", "field"], Body::Run(list_init)),
    function(
        "__len__",
        SELF,
        Body::Run(|_, values, vm| Ok(vm.ctx.new_int(This::of(values, vm)?.get("addresslist")?.length(vm)?).into())),
    ),
    function("__str__", SELF, Body::Run(list_text)),
    function("__add__", OTHER, Body::Run(|home, values, vm| combined(home, values, vm, true))),
    function("__sub__", OTHER, Body::Run(|home, values, vm| combined(home, values, vm, false))),
    function("__iadd__", OTHER, Body::Run(|_, values, vm| changed(values, vm, true))),
    function("__isub__", OTHER, Body::Run(|_, values, vm| changed(values, vm, false))),
    function(
        "__getitem__",
        &["self", "index"],
        Body::Run(|_, values, vm| match values {
            [this, index] => This { object: this, vm }.get("addresslist")?.get_item(&**index, vm),
            _ => Ok(vm.ctx.none()),
        }),
    ),
];

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let (atom, phrase) = addresses::ends();
    this.set_text("specials", "()<>@,:;.\"[]")?;
    this.set_int("pos", 0)?;
    this.set_text("LWS", " \t")?;
    this.set_text("CR", "\r\n")?;
    this.set("atomends", text::new_str(vm, &atom))?;
    this.set("phraseends", text::new_str(vm, &phrase))?;
    this.set("field", values.get(1).cloned().unwrap_or_else(|| vm.ctx.none()))?;
    this.set("commentlist", vm.ctx.new_list(Vec::new()))?;
    Ok(vm.ctx.none())
}

/// Reads from where the object stands, and leaves it where the reader has come to.
fn with_reader(
    values: &[PyObjectRef],
    vm: &VirtualMachine,
    read: impl FnOnce(&mut Reader, &VirtualMachine) -> PyObjectRef,
) -> PyResult {
    let this = This::of(values, vm)?;
    let comments = vm.extract_elements_with(&*this.get("commentlist")?, |comment| lines::bytes(vm, &comment))?;
    let at: usize = this.get("pos")?.try_to_value(vm)?;
    let mut reader = Reader { field: lines::bytes(vm, &*this.get("field")?)?, at, comments };
    let result = read(&mut reader, vm);
    this.set_int("pos", i64::try_from(reader.at).unwrap_or(i64::MAX))?;
    this.set("commentlist", lines::list(vm, reader.comments.iter().map(|comment| text::new_str(vm, comment))))?;
    Ok(result)
}

fn getdelimited(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [_, begin, ends, comments] = values else { return Ok(vm.ctx.none()) };
    let (begin, ends) = (lines::bytes(vm, begin)?, lines::bytes(vm, ends)?);
    let comments = comments.clone().try_to_bool(vm)?;
    with_reader(values, vm, |reader, vm| {
        let begin = begin.first().copied().unwrap_or_default();
        text::new_str(vm, &reader.delimited(begin, &ends, comments))
    })
}

fn getatom(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let ends = match values.get(1).filter(|ends| !vm.is_none(ends)) {
        Some(ends) => lines::bytes(vm, ends)?,
        None => addresses::ends().0,
    };
    with_reader(values, vm, |reader, vm| text::new_str(vm, &reader.atom(|byte| ends.contains(&byte))))
}

/// Pairs of names and addresses.
pub fn pairs(found: Vec<Address>, vm: &VirtualMachine) -> PyObjectRef {
    let pair = |(name, address): Address| -> PyObjectRef {
        vm.ctx.new_tuple(vec![text::new_str(vm, &name), text::new_str(vm, &address)]).into()
    };
    lines::list(vm, found.into_iter().map(pair))
}

fn list_init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    init(home, values, vm)?;
    let this = This::of(values, vm)?;
    let found = match values.get(1) {
        Some(field) if field.clone().try_to_bool(vm)? => this.call("getaddrlist", ())?,
        _ => vm.ctx.new_list(Vec::new()).into(),
    };
    this.set("addresslist", found)?;
    Ok(vm.ctx.none())
}

/// `"name" <address>`
pub fn dumped(pair: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let part = |at: usize| match pair.downcast_ref::<PyTuple>().and_then(|pair| pair.as_slice().get(at).cloned()) {
        Some(part) => Ok(part),
        None => pair.get_item(vm.ctx.new_int(at).as_object(), vm),
    };
    let (name, address) = (part(0)?, lines::bytes(vm, &*part(1)?)?);
    if !name.clone().try_to_bool(vm)? {
        return Ok(address);
    }
    Ok([b"\"", lines::bytes(vm, &name)?.as_slice(), b"\" <", &address, b">"].concat())
}

fn list_text(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let list = This::of(values, vm)?.get("addresslist")?;
    let parts = vm.extract_elements_with(&list, |pair| dumped(&pair, vm))?;
    Ok(text::new_str(vm, &parts.join(&b", "[..])))
}

fn list_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    vm.extract_elements_with(&*This { object, vm }.get("addresslist")?, Ok)
}

/// The addresses of the first list with those of the second, or without them.
fn merged(first: &PyObject, second: &PyObject, vm: &VirtualMachine, with: bool) -> PyResult<Vec<PyObjectRef>> {
    let (own, other) = (list_of(first, vm)?, list_of(second, vm)?);
    let is_in = |list: &[PyObjectRef], wanted: &PyObjectRef| -> PyResult<bool> {
        for known in list {
            if vm.bool_eq(known, wanted)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let mut result = Vec::new();
    for pair in &own {
        if with || !is_in(&other, pair)? {
            result.push(pair.clone());
        }
    }
    if with {
        for pair in other {
            if !is_in(&own, &pair)? {
                result.push(pair);
            }
        }
    }
    Ok(result)
}

fn combined(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine, with: bool) -> PyResult {
    let [this, other] = values else { return Ok(vm.ctx.none()) };
    let Some(class) = home.globals.get_item_opt("AddressList", vm)? else { return Ok(vm.ctx.none()) };
    let made = class.call((vm.ctx.none(),), vm)?;
    let list = vm.ctx.new_list(merged(this, other, vm, with)?);
    made.set_attr("addresslist", list, vm)?;
    Ok(made)
}

fn changed(values: &[PyObjectRef], vm: &VirtualMachine, with: bool) -> PyResult {
    let [this, other] = values else { return Ok(vm.ctx.none()) };
    let result = merged(this, other, vm, with)?;
    let list = This { object: this, vm }.get("addresslist")?;
    match list.downcast_ref::<PyList>() {
        Some(list) => *list.borrow_vec_mut() = result,
        None => This { object: this, vm }.set("addresslist", vm.ctx.new_list(result))?,
    }
    Ok(this.as_object().to_owned())
}
