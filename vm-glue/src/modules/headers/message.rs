//! `rfc822`: the class `Message` and the functions of the module.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::address_classes::{self, ADDRESS_LIST, ADDRLIST_CLASS};
use super::addresses::{self, Reader};
use super::dates;
use super::lines::{self, This, begins_with, bytes, is_blank, lowered, strip};
use crate::modules;
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, with_defaults};
use crate::runtime::{dialect, text};

const SELF: &[&str] = &["self"];
const NAME: &[&str] = &["self", "name"];
const LINE: &[&str] = &["self", "line"];
const NAME_DEFAULT: &[&str] = &["self", "name", "default"];

static MESSAGE: &[Function] = &[
    with_defaults("__init__", &["self", "fp", "seekable"], &[Given::Int(1)], Body::Run(init)),
    function("rewindbody", SELF, Body::Run(rewindbody)),
    function("readheaders", SELF, Body::Run(readheaders)),
    function("isheader", LINE, Body::Run(isheader)),
    function("islast", LINE, Body::Run(islast)),
    function("iscomment", LINE, Body::Run(|_, _, vm| Ok(vm.ctx.new_bool(false).into()))),
    function("getallmatchingheaders", NAME, Body::Run(getallmatchingheaders)),
    function("getfirstmatchingheader", NAME, Body::Run(getfirstmatchingheader)),
    function("getrawheader", NAME, Body::Run(getrawheader)),
    with_defaults("getheader", NAME_DEFAULT, &[Given::None], Body::Run(getheader)),
    with_defaults("get", NAME_DEFAULT, &[Given::None], Body::Run(getheader)),
    function("getheaders", NAME, Body::Run(getheaders)),
    function("getaddr", NAME, Body::Run(getaddr)),
    function("getaddrlist", NAME, Body::Run(getaddrlist)),
    function("getdate", NAME, Body::Run(|home, values, vm| date(home, values, vm, "parsedate"))),
    function("getdate_tz", NAME, Body::Run(|home, values, vm| date(home, values, vm, "parsedate_tz"))),
    function(
        "__len__",
        SELF,
        Body::Run(|_, values, vm| Ok(vm.ctx.new_int(This::of(values, vm)?.dict()?.__len__()).into())),
    ),
    function("__getitem__", NAME, Body::Run(get_item)),
    function("__setitem__", &["self", "name", "value"], Body::Run(set_item)),
    function("__delitem__", NAME, Body::Run(delete_item)),
    with_defaults("setdefault", NAME_DEFAULT, &[Given::Text("")], Body::Run(setdefault)),
    function("has_key", NAME, Body::Run(contains)),
    function("__contains__", NAME, Body::Run(contains)),
    function(
        "__iter__",
        SELF,
        Body::Run(|_, values, vm| This::of(values, vm)?.get("dict")?.get_iter(vm).map(Into::into)),
    ),
    function("keys", SELF, Body::Run(|_, values, vm| all(values, vm, |key, _, _| key))),
    function("values", SELF, Body::Run(|_, values, vm| all(values, vm, |_, value, _| value))),
    function(
        "items",
        SELF,
        Body::Run(|_, values, vm| all(values, vm, |key, value, vm| vm.ctx.new_tuple(vec![key, value]).into())),
    ),
    function(
        "__str__",
        SELF,
        Body::Run(|_, values, vm| {
            let list = This::of(values, vm)?.header_list()?;
            let parts: Vec<Vec<u8>> = lines::contents(vm, &list)?.into_iter().map(|(_, line)| line).collect();
            Ok(text::new_str(vm, &parts.concat()))
        }),
    ),
];

/// Whether an error says that a file cannot tell or seek.
fn is_unseekable(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> bool {
    error.fast_isinstance(vm.ctx.exceptions.attribute_error) || error.fast_isinstance(vm.ctx.exceptions.os_error)
}

/// An `IOError` that says so.
fn io_error(vm: &VirtualMachine, message: &'static str) -> PyBaseExceptionRef {
    match dialect::get(vm, "IOError").and_then(|class| class.call((message,), vm)) {
        Ok(made) => made.downcast().unwrap_or_else(|_| vm.new_os_error(message.to_owned())),
        Err(failed) => failed,
    }
}

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, file, seekable] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let mut seekable = seekable.clone();
    let unseekable = || -> PyObjectRef { vm.ctx.new_int(0).into() };
    let tell = |seekable: &mut PyObjectRef| match vm.call_method(file, "tell", ()) {
        Ok(place) => Ok(place),
        Err(error) if is_unseekable(vm, &error) => {
            *seekable = unseekable();
            Ok(vm.ctx.none())
        }
        Err(error) => Err(error),
    };
    let mut start = vm.ctx.none();
    if seekable.clone().try_to_bool(vm)? {
        start = tell(&mut seekable)?;
    }
    this.set("fp", file.clone())?;
    this.set("seekable", seekable)?;
    this.set("startofheaders", start)?;
    this.set_none("startofbody")?;
    this.call("readheaders", ())?;
    let mut seekable = this.get("seekable")?;
    if seekable.clone().try_to_bool(vm)? {
        let place = tell(&mut seekable)?;
        this.set("startofbody", place)?;
        this.set("seekable", seekable)?;
    }
    Ok(vm.ctx.none())
}

fn rewindbody(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    if !this.is_true("seekable")? {
        return Err(io_error(vm, "unseekable file"));
    }
    vm.call_method(&*this.get("fp")?, "seek", (this.get("startofbody")?,))
}

/// What differs between the readers of headers of `rfc822` and `httplib`.
pub trait Rules {
    /// Asks the file for a line; with so many lines of headers read before.
    fn line(&self, file: &PyObject, before: usize, vm: &VirtualMachine) -> PyResult;
    /// A header's value.
    fn add(&self, this: This<'_>, name: PyObjectRef, value: &[u8]) -> PyResult<()>;
    /// Whether the headers go on behind a line that is none.
    const SKIPS_JUNK: bool;
    /// More of the value of the last header.
    fn go_on(&self, this: This<'_>, name: PyObjectRef, more: &[u8]) -> PyResult<()>;
}

/// Reads the headers up to the empty line.
pub fn read<R: Rules>(this: This<'_>, rules: &R) -> PyResult<()> {
    let vm = this.vm;
    this.set("dict", vm.ctx.new_dict())?;
    this.set_text("unixfrom", "")?;
    let headers = vm.ctx.new_list(Vec::new());
    this.set("headers", headers.clone())?;
    this.set_text("status", "")?;
    let file = this.get("fp")?;
    let unread = vm.get_attribute_opt(&file, vm.ctx.intern_str("unread"))?;
    let mut tell = match unread {
        None if this.is_true("seekable")? => Some(file.get_attr("tell", vm)?),
        _ => None,
    };
    let mut start = None;
    let mut name: Option<PyObjectRef> = None;
    let mut first = true;
    loop {
        if let Some(function) = &tell {
            match function.call((), vm) {
                Ok(place) => start = Some(place),
                Err(error) if error.fast_isinstance(vm.ctx.exceptions.os_error) => {
                    tell = None;
                    this.set_int("seekable", 0)?;
                }
                Err(error) => return Err(error),
            }
        }
        let before = headers.borrow_vec().len();
        let line = rules.line(&file, before, vm)?;
        let content = bytes(vm, &line)?;
        if content.is_empty() {
            return this.set_text("status", "EOF in headers");
        }
        if first && content.starts_with(b"From ") {
            let before = this.get("unixfrom")?;
            this.set("unixfrom", vm._add(&before, &line)?)?;
            continue;
        }
        first = false;
        if let Some(name) = &name
            && matches!(content.first(), Some(b' ' | b'\t'))
        {
            headers.borrow_vec_mut().push(line);
            rules.go_on(this, name.clone(), strip(&content))?;
            continue;
        }
        if this.call("iscomment", (line.clone(),))?.try_to_bool(vm)? {
            continue;
        }
        if this.call("islast", (line.clone(),))?.try_to_bool(vm)? {
            return Ok(());
        }
        let found = this.call("isheader", (line.clone(),))?;
        if vm.is_none(&found) && R::SKIPS_JUNK {
            this.set_text("status", "Non-header line where header expected")?;
            name = None;
            continue;
        }
        if vm.is_none(&found) {
            let mut status =
                if this.dict()?.is_empty() { "No headers" } else { "Non-header line where header expected" };
            let joined = format!("{status}; bad seek");
            match (unread, tell) {
                (Some(unread), _) => drop(unread.call((line,), vm)?),
                (None, Some(_)) => drop(vm.call_method(&file, "seek", (start,))?),
                (None, None) => status = &joined,
            }
            return this.set_text("status", status);
        }
        if !found.clone().try_to_bool(vm)? {
            name = None;
            continue;
        }
        headers.borrow_vec_mut().push(line);
        let value = content.get(found.length(vm)? + 1..).unwrap_or_default();
        rules.add(this, found.clone(), strip(value))?;
        name = Some(found);
    }
}

struct Mail;

impl Rules for Mail {
    const SKIPS_JUNK: bool = false;

    fn line(&self, file: &PyObject, _before: usize, vm: &VirtualMachine) -> PyResult {
        vm.call_method(file, "readline", ())
    }

    fn add(&self, this: This<'_>, name: PyObjectRef, value: &[u8]) -> PyResult<()> {
        this.dict()?.set_item(&*name, text::new_str(this.vm, value), this.vm)
    }

    fn go_on(&self, this: This<'_>, name: PyObjectRef, more: &[u8]) -> PyResult<()> {
        let dict = this.dict()?;
        let before = bytes(this.vm, &*dict.get_item(&*name, this.vm)?)?;
        let value = [before.as_slice(), b"\n ", more].concat();
        dict.set_item(&*name, text::new_str(this.vm, strip(&value)), this.vm)
    }
}

fn readheaders(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    read(This::of(values, vm)?, &Mail)?;
    Ok(vm.ctx.none())
}

fn isheader(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [_, line] = values else { return Ok(vm.ctx.none()) };
    let content = bytes(vm, line)?;
    let Some(at) = content.iter().position(|byte| *byte == b':') else { return Ok(vm.ctx.none()) };
    Ok(text::new_str(vm, &content.get(..at).unwrap_or_default().to_ascii_lowercase()))
}

fn islast(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [_, line] = values else { return Ok(vm.ctx.none()) };
    let content = bytes(vm, line)?;
    Ok(vm.ctx.new_bool(matches!(content.as_slice(), b"\r\n" | b"\n")).into())
}

// ---- the lines --------------------------------------------------------------------------------------------------

/// `name.lower() + ':'`
fn key(name: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let mut key = bytes(vm, &*lowered(vm, name)?)?;
    key.push(b':');
    Ok(key)
}

fn goes_on(line: &[u8]) -> bool {
    line.first().is_some_and(|byte| is_blank(*byte))
}

type Lines = Vec<(PyObjectRef, Vec<u8>)>;

/// The lines of all headers of a name, with those that continue them.
fn matching(this: This<'_>, name: &PyObject) -> PyResult<Lines> {
    let key = key(name, this.vm)?;
    let mut hit = false;
    let mut found = lines::contents(this.vm, &this.header_list()?)?;
    found.retain(|(_, line)| {
        hit = begins_with(line, &key) || hit && goes_on(line);
        hit
    });
    Ok(found)
}

fn objects(lines: Lines) -> Vec<PyObjectRef> {
    lines.into_iter().map(|(line, _)| line).collect()
}

fn getallmatchingheaders(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    Ok(vm.ctx.new_list(objects(matching(This { object, vm }, name)?)).into())
}

fn first_matching(this: This<'_>, name: &PyObject) -> PyResult<Lines> {
    let key = key(name, this.vm)?;
    let all = lines::contents(this.vm, &this.header_list()?)?;
    let mut rest = all.into_iter().skip_while(|(_, line)| !begins_with(line, &key));
    let mut found: Lines = rest.next().into_iter().collect();
    if !found.is_empty() {
        found.extend(rest.take_while(|(_, line)| goes_on(line)));
    }
    Ok(found)
}

fn getfirstmatchingheader(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    Ok(vm.ctx.new_list(objects(first_matching(This { object, vm }, name)?)).into())
}

fn getrawheader(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let found =
        vm.extract_elements_with(&*this.call("getfirstmatchingheader", (name.clone(),))?, |line| bytes(vm, &line))?;
    if found.is_empty() {
        return Ok(vm.ctx.none());
    }
    let whole = found.concat();
    Ok(text::new_str(vm, whole.get(name.length(vm)? + 1..).unwrap_or_default()))
}

fn getheaders(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let lines =
        vm.extract_elements_with(&*this.call("getallmatchingheaders", (name.clone(),))?, |line| bytes(vm, &line))?;
    let mut found: Vec<Vec<u8>> = Vec::new();
    for line in lines {
        match found.last_mut().filter(|_| goes_on(&line)) {
            Some(last) if last.is_empty() => *last = strip(&line).to_vec(),
            Some(last) => {
                last.extend_from_slice(b"\n ");
                last.extend_from_slice(strip(&line));
            }
            None => {
                let colon = line.iter().position(|byte| *byte == b':').map_or(0, |at| at + 1);
                found.push(strip(line.get(colon..).unwrap_or_default()).to_vec());
            }
        }
    }
    Ok(lines::list(vm, found.into_iter().map(|value| text::new_str(vm, &value))))
}

// ---- values -----------------------------------------------------------------------------------------------------

fn getheader(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name, default] = values else { return Ok(vm.ctx.none()) };
    let found = This { object, vm }.dict()?.get_item_opt(&*lowered(vm, name)?, vm)?;
    Ok(found.unwrap_or_else(|| default.clone()))
}

fn getaddr(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let found = vm.extract_elements_with(&*This { object, vm }.call("getaddrlist", (name.clone(),))?, Ok)?;
    let nobody = || vm.ctx.new_tuple(vec![vm.ctx.none(), vm.ctx.none()]).into();
    Ok(found.into_iter().next().unwrap_or_else(nobody))
}

fn getaddrlist(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let mut raw: Vec<u8> = Vec::new();
    for (_, line) in matching(This { object, vm }, name)? {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            raw.extend(line);
            continue;
        }
        if !raw.is_empty() {
            raw.extend(b", ");
        }
        let colon = line.iter().position(|byte| *byte == b':').map_or(0, |at| at + 1);
        raw.extend(line.get(colon..).unwrap_or_default());
    }
    Ok(address_classes::pairs(Reader::new(raw).all(), vm))
}

/// A header's date; `function` of the module reads it.
fn date(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine, function: &'static str) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let value = This { object, vm }.dict()?.get_item_opt(&*lowered(vm, name)?, vm)?;
    match (value, home.globals.get_item_opt(function, vm)?) {
        (Some(value), Some(function)) => function.call((value,), vm),
        _ => Ok(vm.ctx.none()),
    }
}

/// A list of something of each header.
fn all(
    values: &[PyObjectRef],
    vm: &VirtualMachine,
    of: fn(PyObjectRef, PyObjectRef, &VirtualMachine) -> PyObjectRef,
) -> PyResult {
    let items = This::of(values, vm)?.dict()?.items_vec();
    Ok(vm.ctx.new_list(items.into_iter().map(|(key, value)| of(key, value, vm)).collect()).into())
}

fn get_item(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    This { object, vm }.dict()?.get_item(&*lowered(vm, name)?, vm)
}

/// Puts a header's lines at the end.
fn add_lines(this: This<'_>, name: &PyObject, value: &PyObject) -> PyResult<()> {
    let vm = this.vm;
    let joined = vm._add(&*vm._add(name, vm.ctx.new_str(": ").as_object())?, value)?;
    let headers = this.header_list()?;
    for line in bytes(vm, &joined)?.split(|byte| *byte == b'\n') {
        headers.borrow_vec_mut().push(text::new_str(vm, &[line, b"\n"].concat()));
    }
    Ok(())
}

fn set_item(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name, value] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    this.call("__delitem__", (name.clone(),))?;
    this.dict()?.set_item(&*lowered(vm, name)?, value.clone(), vm)?;
    add_lines(this, name, value)?;
    Ok(vm.ctx.none())
}

fn delete_item(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let (dict, lower) = (this.dict()?, lowered(vm, name)?);
    if dict.get_item_opt(&*lower, vm)?.is_none() {
        return Ok(vm.ctx.none());
    }
    dict.del_item(&*lower, vm)?;
    let key = key(&lower, vm)?;
    let headers = this.header_list()?;
    let mut hit = false;
    let mut kept = lines::contents(vm, &headers)?;
    kept.retain(|(_, line)| {
        hit = begins_with(line, &key) || hit && goes_on(line);
        !hit
    });
    *headers.borrow_vec_mut() = objects(kept);
    Ok(vm.ctx.none())
}

fn setdefault(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name, default] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let (dict, lower) = (this.dict()?, lowered(vm, name)?);
    if let Some(value) = dict.get_item_opt(&*lower, vm)? {
        return Ok(value);
    }
    add_lines(this, name, default)?;
    dict.set_item(&*lower, default.clone(), vm)?;
    Ok(default.clone())
}

fn contains(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let found = This { object, vm }.dict()?.get_item_opt(&*lowered(vm, name)?, vm)?;
    Ok(vm.ctx.new_bool(found.is_some()).into())
}

// ---- the module -------------------------------------------------------------------------------------------------

static FUNCTIONS: &[Function] = &[
    function("quote", &["s"], Body::Run(|_, values, vm| changed(values, vm, addresses::quote))),
    function("unquote", &["s"], Body::Run(|_, values, vm| changed(values, vm, addresses::unquote))),
    function("parseaddr", &["address"], Body::Run(parseaddr)),
    function(
        "dump_address_pair",
        &["pair"],
        Body::Run(|_, values, vm| match values {
            [pair] => Ok(text::new_str(vm, &address_classes::dumped(pair, vm)?)),
            _ => Ok(vm.ctx.none()),
        }),
    ),
    function("parsedate", &["data"], Body::Run(|_, values, vm| date_of(values, vm, dates::parsedate))),
    function("parsedate_tz", &["data"], Body::Run(|_, values, vm| date_of(values, vm, dates::parsedate_tz))),
    function("mktime_tz", &["data"], Body::Run(|_, values, vm| date_of(values, vm, dates::mktime_tz))),
    with_defaults(
        "formatdate",
        &["timeval"],
        &[Given::None],
        Body::Run(|_, values, vm| {
            dates::formatdate(values.first().cloned().filter(|time| !vm.is_none(time)).map(Some).into(), vm)
        }),
    ),
];

fn date_of(
    values: &[PyObjectRef],
    vm: &VirtualMachine,
    read: fn(PyObjectRef, &VirtualMachine) -> PyResult,
) -> PyResult {
    match values {
        [value] => read(value.clone(), vm),
        _ => Ok(vm.ctx.none()),
    }
}

fn changed(values: &[PyObjectRef], vm: &VirtualMachine, change: fn(&[u8]) -> Vec<u8>) -> PyResult {
    let [value] = values else { return Ok(vm.ctx.none()) };
    if text::is_unicode(value) {
        let content = text::unicode_of(vm, value)?;
        return Ok(text::new_unicode(vm, &String::from_utf8_lossy(&change(content.as_bytes()))));
    }
    Ok(text::new_str(vm, &change(&bytes(vm, value)?)))
}

fn parseaddr(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [address] = values else { return Ok(vm.ctx.none()) };
    let found = address_classes::pairs(Reader::new(bytes(vm, address)?).all(), vm);
    let first = vm.extract_elements_with(&found, Ok)?.into_iter().next();
    Ok(first.unwrap_or_else(|| vm.ctx.new_tuple(vec![vm.ctx.none(), vm.ctx.none()]).into()))
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let text = |text: &str| -> PyObjectRef { vm.ctx.new_str(text).into() };
    let names = ["Message", "AddressList", "parsedate", "parsedate_tz", "mktime_tz"];
    modules::set(vm, module, "__all__", lines::list(vm, names.map(text)));
    modules::set(vm, module, "_blanklines", vm.ctx.new_tuple(vec![text("\r\n"), text("\n")]));
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    crate::modules::python_function::publish(vm, module, &home, FUNCTIONS, "rfc822");
    let class = |name: &'static str, bases: Vec<PyObjectRef>, functions: &'static [Function], doc: &str| {
        let class = Class { name, module: "rfc822", bases, functions, values: Vec::new(), doc: Some(doc) };
        let made = class.make(&home, false, vm)?;
        modules::set(vm, module, name, made.clone());
        Ok(made)
    };
    class("Message", Vec::new(), MESSAGE, "The headers of a file; the body is what is left in the file.")?;
    let base = class("AddrlistClass", Vec::new(), ADDRLIST_CLASS, "Reads addresses.")?;
    class("AddressList", vec![base], ADDRESS_LIST, "The addresses of a header.")?;
    Ok(())
}

/// Makes the module `rfc822`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "rfc822");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
