//! `httplib.HTTPResponse` and `LineAndFileWrapper`: an answer read from the file of a socket.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::errors::{error, error_saying};
use super::{MAX_LINE, limit, say, say_continued};
use crate::import;
use crate::modules::headers::lines::{This, bytes, strip};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{arguments, text};

const SELF: &[&str] = &["self"];
const AMOUNT: &[&str] = &["self", "amt"];
/// As much as is asked of a file at once.
pub const MAX_AMOUNT: i64 = 1 << 20;

pub static HTTP_RESPONSE: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "sock", "debuglevel", "strict", "method", "buffering"],
        &[Given::Int(0), Given::Int(0), Given::None, Given::Bool(false)],
        Body::Run(init),
    ),
    function("_read_status", SELF, Body::Run(read_status)),
    function("begin", SELF, Body::Run(begin)),
    function("_check_close", SELF, Body::Run(check_close)),
    function("close", SELF, Body::Run(close)),
    function(
        "isclosed",
        SELF,
        Body::Run(|_, values, vm| Ok(vm.ctx.new_bool(This::of(values, vm)?.is_none("fp")?).into())),
    ),
    with_defaults("read", AMOUNT, &[Given::None], Body::Run(read)),
    function("_read_chunked", AMOUNT, Body::Run(read_chunked)),
    function("_safe_read", AMOUNT, Body::Run(safe_read)),
    function(
        "fileno",
        SELF,
        Body::Run(|_, values, vm| vm.call_method(&*This::of(values, vm)?.get("fp")?, "fileno", ())),
    ),
    with_defaults("getheader", &["self", "name", "default"], &[Given::None], Body::Run(getheader)),
    function("getheaders", SELF, Body::Run(getheaders)),
];

pub static LINE_AND_FILE_WRAPPER: &[Function] = &[
    function("__init__", &["self", "line", "file"], Body::Run(wrapper_init)),
    function("__getattr__", &["self", "attr"], Body::Run(wrapper_attribute)),
    function("_done", SELF, Body::Run(wrapper_done)),
    with_defaults("read", AMOUNT, &[Given::None], Body::Run(wrapper_read)),
    function("readline", SELF, Body::Run(|_, values, vm| wrapper_readline(This::of(values, vm)?))),
    with_defaults("readlines", &["self", "size"], &[Given::None], Body::Run(wrapper_readlines)),
];

fn init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, sock, debuglevel, strict, method, buffering] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let file = if buffering.clone().try_to_bool(vm)? {
        vm.call_method(sock, "makefile", ("rb",))?
    } else {
        vm.call_method(sock, "makefile", ("rb", 0))?
    };
    this.set("fp", file)?;
    this.set("debuglevel", debuglevel.clone())?;
    this.set("strict", strict.clone())?;
    this.set("_method", method.clone())?;
    this.set_none("msg")?;
    for name in ["version", "status", "reason", "chunked", "chunk_left", "length", "will_close"] {
        this.set_text(name, "UNKNOWN")?;
    }
    Ok(vm.ctx.none())
}

/// A line of the answer; `kind` says in the error of one that is too long what it was.
pub fn line_of(home: &Home, file: &PyObject, kind: &str, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let longest = limit(home, "_MAXLINE", MAX_LINE, vm)?;
    let line = vm.call_method(file, "readline", (longest + 1,))?;
    let line = bytes(vm, &line)?;
    if line.len() > longest {
        return Err(error_saying(home, "LineTooLong", kind, vm));
    }
    Ok(line)
}

pub fn is_chatty(this: This<'_>) -> PyResult<bool> {
    let level = this.get("debuglevel")?;
    let zero: PyObjectRef = this.vm.ctx.new_int(0).into();
    level.rich_compare_bool(&zero, rustpython_vm::types::PyComparisonOp::Gt, this.vm)
}

fn bad_status_line(home: &Home, line: &[u8], vm: &VirtualMachine) -> PyBaseExceptionRef {
    error(home, "BadStatusLine", vec![text::new_str(vm, line)], vm)
}

/// The number that Python reads in a text: blanks around it and a sign are allowed.
fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(strip(digits)).ok()?.parse().ok()
}

fn read_status(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let file = this.get("fp")?;
    let line = line_of(home, &file, "header line", vm)?;
    if is_chatty(this)? {
        say(vm, &[b"reply: ", text::repr_of(vm, &text::new_str(vm, &line))?.as_slice()].concat())?;
    }
    if line.is_empty() {
        let said = b"No status line received - the server has closed the connection";
        return Err(bad_status_line(home, said, vm));
    }
    let mut words = strip(&line).splitn(3, |byte| crate::modules::headers::lines::is_blank(*byte));
    let version = words.next().unwrap_or_default();
    let rest = words.collect::<Vec<_>>().join(&b' ');
    let rest = strip(&rest);
    let is_http = !rest.is_empty() && version.starts_with(b"HTTP/");
    if !is_http {
        if this.is_true("strict")? {
            this.call("close", ())?;
            return Err(bad_status_line(home, &line, vm));
        }
        // An answer of before HTTP/1.0: all of it is the body.
        let class = home.globals.get_item("LineAndFileWrapper", vm)?;
        this.set("fp", class.call((text::new_str(vm, &line), file), vm)?)?;
        return Ok(vm
            .ctx
            .new_tuple(vec![vm.ctx.new_str("HTTP/0.9").into(), vm.ctx.new_int(200).into(), vm.ctx.new_str("").into()])
            .into());
    }
    let end = rest.iter().position(|byte| crate::modules::headers::lines::is_blank(*byte)).unwrap_or(rest.len());
    let (status, _) = rest.split_at_checked(end).unwrap_or_default();
    let Some(status) = number(status).filter(|status| (100..=999).contains(status)) else {
        return Err(bad_status_line(home, &line, vm));
    };
    // The phrase keeps the end of the line, as it was split.
    let reason = phrase(&line);
    Ok(vm
        .ctx
        .new_tuple(vec![text::new_str(vm, version), vm.ctx.new_int(status).into(), text::new_str(vm, reason)])
        .into())
}

/// What stands behind the second word, with the blanks at its end.
fn phrase(line: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| crate::modules::headers::lines::is_blank(*byte);
    let mut rest = line;
    for _ in 0..2 {
        let start = rest.iter().position(|byte| !is_blank(byte)).unwrap_or(rest.len());
        rest = rest.get(start..).unwrap_or_default();
        let end = rest.iter().position(is_blank).unwrap_or(rest.len());
        rest = rest.get(end..).unwrap_or_default();
    }
    let start = rest.iter().position(|byte| !is_blank(byte)).unwrap_or(rest.len());
    rest.get(start..).unwrap_or_default()
}

fn begin(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    if !this.is_none("msg")? {
        return Ok(vm.ctx.none());
    }
    let (version, status, reason) = loop {
        let found = vm.extract_elements_with(&*this.call("_read_status", ())?, Ok)?;
        let [version, status, reason] = <[PyObjectRef; 3]>::try_from(found)
            .map_err(|_| vm.new_value_error("_read_status() gives a version, a status and a reason"))?;
        let status: i64 = status.try_to_value(vm)?;
        if status != 100 {
            break (bytes(vm, &version)?, status, reason);
        }
        loop {
            let skipped = line_of(home, &*this.get("fp")?, "header line", vm)?;
            let skipped = strip(&skipped);
            if skipped.is_empty() {
                break;
            }
            if is_chatty(this)? {
                say(vm, &[b"header: ", skipped].concat())?;
            }
        }
    };
    this.set_int("status", status)?;
    this.set("reason", vm.call_method(&reason, "strip", ())?)?;
    let number: i64 = match version.as_slice() {
        b"HTTP/1.0" => 10,
        b"HTTP/0.9" => 9,
        other if other.starts_with(b"HTTP/1.") => 11,
        other => return Err(error(home, "UnknownProtocol", vec![text::new_str(vm, other)], vm)),
    };
    this.set_int("version", number)?;
    let class = home.globals.get_item("HTTPMessage", vm)?;
    if number == 9 {
        this.set_none("length")?;
        this.set_int("chunked", 0)?;
        this.set_int("will_close", 1)?;
        let nothing = import::module(vm, "cStringIO")?.get_attr("StringIO", vm)?.call((), vm)?;
        this.set("msg", class.call((nothing,), vm)?)?;
        return Ok(vm.ctx.none());
    }
    let message = class.call((this.get("fp")?, 0), vm)?;
    this.set("msg", message.clone())?;
    if is_chatty(this)? {
        for line in vm.extract_elements_with(&*message.get_attr("headers", vm)?, |line| bytes(vm, &line))? {
            say_continued(vm, &[b"header: ", line.as_slice()].concat())?;
        }
    }
    message.set_attr("fp", vm.ctx.none(), vm)?;
    let chunked =
        header(&message, "transfer-encoding", vm)?.is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"));
    this.set_int("chunked", i64::from(chunked))?;
    if chunked {
        this.set_none("chunk_left")?;
    }
    let closes = this.call("_check_close", ())?;
    let will_close = closes.clone().try_to_bool(vm)?;
    this.set("will_close", closes)?;
    let mut length = None;
    if !chunked {
        length =
            header(&message, "content-length", vm)?.and_then(|text| self::number(&text)).filter(|length| *length >= 0);
    }
    let is_head = bytes(vm, &*this.get("_method")?)? == b"HEAD";
    if matches!(status, 204 | 304 | 100..=199) || is_head {
        length = Some(0);
    }
    match length {
        Some(length) => this.set_int("length", length)?,
        None => this.set_none("length")?,
    }
    if !will_close && !chunked && length.is_none() {
        this.set_int("will_close", 1)?;
    }
    Ok(vm.ctx.none())
}

/// A header that is there and not empty.
fn header(message: &PyObject, name: &'static str, vm: &VirtualMachine) -> PyResult<Option<Vec<u8>>> {
    let value = vm.call_method(message, "getheader", (name,))?;
    if !value.clone().try_to_bool(vm)? {
        return Ok(None);
    }
    bytes(vm, &value).map(Some)
}

fn check_close(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let message = this.get("msg")?;
    let says = |name: &'static str, wanted: &[u8]| -> PyResult<bool> {
        let value = header(&message, name, vm)?.unwrap_or_default().to_ascii_lowercase();
        Ok(value.windows(wanted.len()).any(|part| part == wanted))
    };
    let version: i64 = this.get("version")?.try_to_value(vm)?;
    let closes = if version == 11 {
        says("connection", b"close")?
    } else {
        header(&message, "keep-alive", vm)?.is_none()
            && !says("connection", b"keep-alive")?
            && !says("proxy-connection", b"keep-alive")?
    };
    Ok(vm.ctx.new_bool(closes).into())
}

fn close(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    let file = this.get("fp")?;
    if !vm.is_none(&file) {
        this.set_none("fp")?;
        vm.call_method(&file, "close", ())?;
    }
    Ok(vm.ctx.none())
}

// ---- the body ---------------------------------------------------------------------------------------------------

fn read(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, amount] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let nothing = || Ok(text::new_str(vm, b""));
    let file = this.get("fp")?;
    if vm.is_none(&file) {
        return nothing();
    }
    let method = this.get("_method")?;
    if text::is_basestring(&method) && bytes(vm, &method)? == b"HEAD" {
        this.call("close", ())?;
        return nothing();
    }
    if this.is_true("chunked")? {
        return this.call("_read_chunked", (amount.clone(),));
    }
    let length = this.get("length")?;
    if vm.is_none(amount) {
        let data = if vm.is_none(&length) {
            vm.call_method(&file, "read", ())?
        } else {
            let data = match this.call("_safe_read", (length,)) {
                Err(failed)
                    if failed.as_object().is_instance(&*home.globals.get_item("IncompleteRead", vm)?, vm)? =>
                {
                    this.call("close", ())?;
                    return Err(failed);
                }
                other => other?,
            };
            this.set_int("length", 0)?;
            data
        };
        this.call("close", ())?;
        return Ok(data);
    }
    let left = if vm.is_none(&length) { None } else { Some(arguments::c_long(vm, &length)?) };
    let mut wanted = arguments::c_long(vm, amount)?;
    if let Some(left) = left {
        wanted = wanted.min(left);
    }
    let data = vm.call_method(&file, "read", (wanted,))?;
    let count = data.length(vm)?.cast_signed();
    if count == 0 && wanted != 0 {
        this.call("close", ())?;
    }
    if let Some(left) = left {
        this.set_int("length", (left - count) as i64)?;
        if left == count {
            this.call("close", ())?;
        }
    }
    Ok(data)
}

/// Reads so many bytes, and no fewer, into `found`.
fn read_exactly(home: &Home, file: &PyObject, amount: i64, found: &mut Vec<u8>, vm: &VirtualMachine) -> PyResult<()> {
    let (start, mut left) = (found.len(), amount);
    while left > 0 {
        let data = bytes(vm, &*vm.call_method(file, "read", (left.min(MAX_AMOUNT),))?)?;
        if data.is_empty() {
            let partial = text::new_str(vm, found.get(start..).unwrap_or_default());
            return Err(error(home, "IncompleteRead", vec![partial, vm.ctx.new_int(left).into()], vm));
        }
        found.extend_from_slice(&data);
        left -= i64::try_from(data.len()).unwrap_or(i64::MAX);
    }
    Ok(())
}

fn safe_read(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, amount] = values else { return Ok(vm.ctx.none()) };
    let mut found = Vec::new();
    let amount = i64::try_from(arguments::c_long(vm, amount)?).unwrap_or(i64::MAX);
    read_exactly(home, &*This { object, vm }.get("fp")?, amount, &mut found, vm)?;
    Ok(text::new_str(vm, &found))
}

fn read_chunked(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, amount] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let file = this.get("fp")?;
    let mut left: Option<i64> = match this.get("chunk_left")? {
        left if vm.is_none(&left) => None,
        left => Some(left.try_to_value(vm)?),
    };
    let mut amount: Option<i64> = if vm.is_none(amount) { None } else { Some(amount.clone().try_to_value(vm)?) };
    let mut found = Vec::new();
    loop {
        let size = match left {
            Some(size) => size,
            None => {
                let line = line_of(home, &file, "chunk size", vm)?;
                let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
                let Some(size) = hexadecimal(size) else {
                    this.call("close", ())?;
                    return Err(error(home, "IncompleteRead", vec![text::new_str(vm, &found)], vm));
                };
                if size == 0 {
                    break;
                }
                size
            }
        };
        match amount {
            Some(amount) if amount < size => {
                read_exactly(home, &file, amount, &mut found, vm)?;
                this.set_int("chunk_left", size - amount)?;
                return Ok(text::new_str(vm, &found));
            }
            _ => read_exactly(home, &file, size, &mut found, vm)?,
        }
        read_exactly(home, &file, 2, &mut Vec::new(), vm)?;
        left = None;
        if let Some(wanted) = &mut amount {
            *wanted -= size;
            if *wanted == 0 {
                this.set_none("chunk_left")?;
                return Ok(text::new_str(vm, &found));
            }
        }
    }
    loop {
        let line = line_of(home, &file, "trailer line", vm)?;
        if line.is_empty() || line == b"\r\n" {
            break;
        }
    }
    this.call("close", ())?;
    Ok(text::new_str(vm, &found))
}

/// `int(text, 16)`
fn hexadecimal(digits: &[u8]) -> Option<i64> {
    let digits = std::str::from_utf8(strip(digits)).ok()?;
    let (sign, digits) = match digits.as_bytes() {
        [b'-', ..] => (-1, digits.get(1..)?),
        [b'+', ..] => (1, digits.get(1..)?),
        _ => (1, digits),
    };
    let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits);
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, 16).ok().map(|size| sign * size)
}

fn message_of(home: &Home, this: This<'_>) -> PyResult {
    let message = this.get("msg")?;
    if this.vm.is_none(&message) {
        return Err(error(home, "ResponseNotReady", Vec::new(), this.vm));
    }
    Ok(message)
}

fn getheader(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name, default] = values else { return Ok(vm.ctx.none()) };
    let message = message_of(home, This { object, vm })?;
    vm.call_method(&message, "getheader", (name.clone(), default.clone()))
}

fn getheaders(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let message = message_of(home, This::of(values, vm)?)?;
    vm.call_method(&message, "items", ())
}

// ---- a line that was read already -------------------------------------------------------------------------------

fn wrapper_init(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, line, file] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    this.set("_line", line.clone())?;
    this.set("_file", file.clone())?;
    this.set_int("_line_consumed", 0)?;
    this.set_int("_line_offset", 0)?;
    this.set("_line_left", vm.ctx.new_int(line.length(vm)?))?;
    Ok(vm.ctx.none())
}

fn wrapper_attribute(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, name] = values else { return Ok(vm.ctx.none()) };
    let Some(name) = text::text_of(vm, name)? else { return Err(vm.new_type_error("attribute name must be string")) };
    This { object, vm }.get("_file")?.get_attr(vm.ctx.intern_str(name.as_str()), vm)
}

/// From here on the file itself is read.
fn wrapper_done(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let this = This::of(values, vm)?;
    this.set_int("_line_consumed", 1)?;
    let file = this.get("_file")?;
    for name in ["read", "readline", "readlines"] {
        this.set(name, file.get_attr(name, vm)?)?;
    }
    Ok(vm.ctx.none())
}

/// The rest of the line.
fn wrapper_rest(this: This<'_>) -> PyResult {
    let offset: usize = this.get("_line_offset")?.try_to_value(this.vm)?;
    let line = bytes(this.vm, &*this.get("_line")?)?;
    this.call("_done", ())?;
    Ok(text::new_str(this.vm, line.get(offset..).unwrap_or_default()))
}

fn wrapper_readline(this: This<'_>) -> PyResult {
    // Whoever took this method before the line was read goes on with it.
    if this.is_true("_line_consumed")? {
        return this.vm.call_method(&*this.get("_file")?, "readline", ());
    }
    wrapper_rest(this)
}

fn wrapper_read(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, amount] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let file = this.get("_file")?;
    if this.is_true("_line_consumed")? {
        return vm.call_method(&file, "read", (amount.clone(),));
    }
    let left: i64 = this.get("_line_left")?.try_to_value(vm)?;
    let wanted: Option<i64> = if vm.is_none(amount) { None } else { Some(amount.clone().try_to_value(vm)?) };
    match wanted {
        Some(wanted) if wanted <= left => {
            let start: i64 = this.get("_line_offset")?.try_to_value(vm)?;
            let line = bytes(vm, &*this.get("_line")?)?;
            let place = |at: i64| usize::try_from(at).unwrap_or_default();
            let part = line.get(place(start)..place(start + wanted)).unwrap_or_default();
            this.set_int("_line_offset", start + wanted)?;
            this.set_int("_line_left", left - wanted)?;
            if left == wanted {
                this.call("_done", ())?;
            }
            Ok(text::new_str(vm, part))
        }
        _ => {
            let start = wrapper_rest(this)?;
            let more = match wanted {
                None => vm.call_method(&file, "read", ())?,
                Some(wanted) => vm.call_method(&file, "read", (wanted - left,))?,
            };
            vm._add(&start, &more)
        }
    }
}

fn wrapper_readlines(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [object, size] = values else { return Ok(vm.ctx.none()) };
    let this = This { object, vm };
    let file = this.get("_file")?;
    if this.is_true("_line_consumed")? {
        return match vm.is_none(size) {
            true => vm.call_method(&file, "readlines", ()),
            false => vm.call_method(&file, "readlines", (size.clone(),)),
        };
    }
    let first = vm.ctx.new_list(vec![wrapper_rest(this)?]);
    let rest = if vm.is_none(size) {
        vm.call_method(&file, "readlines", ())?
    } else {
        vm.call_method(&file, "readlines", (size.clone(),))?
    };
    vm._add(first.as_object(), &rest)
}
