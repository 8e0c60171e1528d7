//! Handlers of `logging`: `Handler`, `StreamHandler`, `FileHandler`, `NullHandler`.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::{locked, names, run};
use crate::import::{self, machine_module};
use crate::modules::python_function::{Body, Class, Function, Given, Home, function, object_of, with_defaults};
use crate::modules::receiver::{Receiver, global};
use crate::runtime::{dialect, handling, text};

const SELF: &[&str] = &["self"];
const WITH_RECORD: &[&str] = &["self", "record"];

static HANDLER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "level"],
        &[Given::Int(0)],
        run!(|this, values| {
            let level = values.first().cloned().unwrap_or_else(|| this.vm.ctx.new_int(0).into());
            init(this, level)?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("get_name", SELF, run!(|this, _| this.get(names(this.vm).own_name))),
    function("set_name", &["self", "name"], run!(set_name)),
    function(
        "createLock",
        SELF,
        run!(|this, _| {
            let lock = this.vm.call_method(&*this.global("threading")?, "RLock", ())?;
            this.set(names(this.vm).lock, lock)?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("acquire", SELF, run!(|this, _| on_lock(this, "acquire"))),
    function("release", SELF, run!(|this, _| on_lock(this, "release"))),
    function("setLevel", &["self", "level"], run!(super::loggers::set_level)),
    function("format", WITH_RECORD, run!(format)),
    function(
        "emit",
        WITH_RECORD,
        run!(|this, _| { Err(this.vm.new_not_implemented_error("emit must be implemented by Handler subclasses")) }),
    ),
    function("handle", WITH_RECORD, run!(handle)),
    function(
        "setFormatter",
        &["self", "fmt"],
        run!(|this, values| {
            this.set(names(this.vm).formatter, values.first().cloned().unwrap_or_else(|| this.vm.ctx.none()))?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("flush", SELF, Body::Nothing),
    function("close", SELF, run!(|this, _| close(this))),
    function("handleError", WITH_RECORD, run!(handle_error)),
];

static STREAM_HANDLER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "stream"],
        &[Given::None],
        run!(|this, values| {
            let stream = match values.first().filter(|stream| !this.vm.is_none(stream)) {
                Some(stream) => stream.clone(),
                None => import::sys(this.vm)?.get_attr("stderr", this.vm)?,
            };
            init(this, this.vm.ctx.new_int(0).into())?;
            this.set(names(this.vm).stream, stream)?;
            Ok(this.vm.ctx.none())
        }),
    ),
    function("flush", SELF, run!(flush)),
    function("emit", WITH_RECORD, run!(emit)),
];

static FILE_HANDLER: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "filename", "mode", "encoding", "delay"],
        &[Given::Text("a"), Given::None, Given::Int(0)],
        run!(init_file),
    ),
    function("close", SELF, run!(close_file)),
    function("_open", SELF, run!(open)),
    function(
        "emit",
        WITH_RECORD,
        run!(|this, values| {
            let stream = this.get(names(this.vm).stream)?;
            if this.vm.is_none(&stream) {
                this.set(names(this.vm).stream, this.call(names(this.vm).open, Vec::new())?)?;
            }
            emit(this, values)
        }),
    ),
];

static NULL_HANDLER: &[Function] = &[
    function("handle", WITH_RECORD, Body::Nothing),
    function("emit", WITH_RECORD, Body::Nothing),
    function(
        "createLock",
        SELF,
        run!(|this, _| {
            this.set(names(this.vm).lock, this.vm.ctx.none())?;
            Ok(this.vm.ctx.none())
        }),
    ),
];

// ---- all handlers --------------------------------------------------------------------------------------------------

fn init(this: &Receiver<'_>, level: PyObjectRef) -> PyResult<()> {
    let (vm, names) = (this.vm, names(this.vm));
    this.set(names.filters, vm.ctx.new_list(Vec::new()))?;
    this.set(names.own_name, vm.ctx.none())?;
    this.set(names.level, this.global("_checkLevel")?.call((level,), vm)?)?;
    this.set(names.formatter, vm.ctx.none())?;
    this.global("_addHandlerRef")?.call((this.object.to_owned(),), vm)?;
    this.call(names.create_lock, Vec::new()).map(drop)
}

/// `_addHandlerRef(handler)`: shutdown must find it.
pub fn add_reference(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(handler) = values.first() else { return Ok(vm.ctx.none()) };
    let forget = global(home, "_removeHandlerRef", vm)?;
    locked(home, vm, || {
        let reference = machine_module(vm, "_weakref")?.get_attr("ref", vm)?.call((handler.clone(), forget), vm)?;
        vm.call_method(&*global(home, "_handlerList", vm)?, "append", (reference,))
    })
}

/// `_removeHandlerRef(reference)`.
pub fn remove_reference(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(reference) = values.first() else { return Ok(vm.ctx.none()) };
    locked(home, vm, || {
        let list = global(home, "_handlerList", vm)?;
        if let Some(list) = list.downcast_ref::<rustpython_vm::builtins::PyList>() {
            list.borrow_vec_mut().retain(|known| !known.is(reference));
        }
        Ok(vm.ctx.none())
    })
}

fn set_name(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let name = values.first().cloned().unwrap_or_else(|| vm.ctx.none());
    locked(this.home, vm, || {
        forget_name(this)?;
        this.set(names.own_name, name.clone())?;
        if name.clone().try_to_bool(vm)? {
            this.global("_handlers")?.set_item(&*name, this.object.to_owned(), vm)?;
        }
        Ok(vm.ctx.none())
    })
}

/// Takes the handler's name out of the table of names.
fn forget_name(this: &Receiver<'_>) -> PyResult<()> {
    let name = this.get(names(this.vm).own_name)?;
    let handlers = this.global("_handlers")?;
    let known = vm_contains(&handlers, &name, this.vm)?;
    if known { handlers.del_item(&*name, this.vm) } else { Ok(()) }
}

fn vm_contains(container: &PyObject, item: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    vm.call_method(container, "__contains__", (item.to_owned(),))?.try_to_bool(vm)
}

fn on_lock(this: &Receiver<'_>, method: &str) -> PyResult {
    let lock = this.get(names(this.vm).lock)?;
    if lock.clone().try_to_bool(this.vm)? {
        this.vm.call_method(&lock, method, ())?;
    }
    Ok(this.vm.ctx.none())
}

/// Works while the handler's lock is held.
fn holding(this: &Receiver<'_>, work: impl FnOnce() -> PyResult<()>) -> PyResult<()> {
    let names = names(this.vm);
    this.call(names.acquire, Vec::new())?;
    let result = work();
    let released = this.call(names.release, Vec::new());
    result?;
    released.map(drop)
}

fn format(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    let formatter = this.get(names(vm).formatter)?;
    let formatter = if formatter.clone().try_to_bool(vm)? { formatter } else { this.global("_defaultFormatter")? };
    Receiver::new(this.home, &formatter, vm).call(names(vm).format, values.to_vec())
}

fn handle(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let names = names(this.vm);
    let passed = this.call(names.filter, values.to_vec())?;
    if passed.clone().try_to_bool(this.vm)? {
        holding(this, || this.call(names.emit, values.to_vec()).map(drop))?;
    }
    Ok(passed)
}

fn close(this: &Receiver<'_>) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    locked(this.home, vm, || {
        if this.is_true(names.own_name)? {
            forget_name(this)?;
        }
        Ok(vm.ctx.none())
    })
}

fn handle_error(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    let Some(record) = values.first() else { return Ok(vm.ctx.none()) };
    let stderr = import::sys(vm)?.get_attr("stderr", vm)?;
    if !this.global("raiseExceptions")?.try_to_bool(vm)? || !stderr.clone().try_to_bool(vm)? {
        return Ok(vm.ctx.none());
    }
    let (class, value, trace) = handling::exc_info(vm);
    let told = (|| {
        let traceback = this.global("traceback")?;
        vm.call_method(&traceback, "print_exception", (class, value, trace, vm.ctx.none(), stderr.clone()))?;
        let place = ["filename", "lineno"].map(|name| record.get_attr(name, vm));
        let place = place.into_iter().collect::<PyResult<Vec<_>>>()?;
        let line = super::records::percent(vm, "Logged from file %s, line %s\n", place)?;
        vm.call_method(&stderr, "write", (line,))
    })();
    match told {
        // There is nowhere left to complain.
        Err(error) if super::is_io_error(&error, vm) => Ok(vm.ctx.none()),
        other => other.map(|_| vm.ctx.none()),
    }
}

// ---- streams and files ---------------------------------------------------------------------------------------------

fn flush(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let vm = this.vm;
    holding(this, || {
        let stream = this.get(names(vm).stream)?;
        if stream.clone().try_to_bool(vm)?
            && let Some(flush) = vm.get_attribute_opt(&stream, "flush")?
        {
            flush.call((), vm)?;
        }
        Ok(())
    })?;
    Ok(vm.ctx.none())
}

fn is_unicode_error(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> bool {
    error.fast_isinstance(vm.ctx.exceptions.unicode_error)
}

/// Writes a text as a line, the way the stream takes either kind of string.
fn write(stream: &PyObject, message: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let put = |line: PyObjectRef| vm.call_method(stream, "write", (line,)).map(|_| ());
    if !text::is_unicode(message) {
        let mut line = text::str_of(vm, message)?;
        line.push(b'\n');
        return put(text::new_str(vm, &line));
    }
    let Some(content) = message.downcast_ref::<PyStr>() else { return Ok(()) };
    let mut line = content.as_wtf8().to_owned();
    line.push_str("\n");
    let utf8 = line.as_bytes().to_vec();
    let line = text::new_unicode_buf(vm, line);
    let encoding = vm.get_attribute_opt(stream, "encoding")?.filter(|encoding| !vm.is_none(encoding));
    let written = match encoding {
        Some(encoding) => match put(line.clone()) {
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.unicode_encode_error) => {
                vm.call_method(&line, "encode", (encoding,)).and_then(put)
            }
            other => other,
        },
        None => put(line),
    };
    match written {
        Err(error) if is_unicode_error(&error, vm) => put(text::new_str(vm, &utf8)),
        other => other,
    }
}

fn emit(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let written = (|| {
        let message = this.call(names.format, values.to_vec())?;
        write(&*this.get(names.stream)?, &message, vm)?;
        this.call(names.flush, Vec::new())
    })();
    if let Err(error) = written {
        let zoo = &vm.ctx.exceptions;
        if error.fast_isinstance(zoo.keyboard_interrupt) || error.fast_isinstance(zoo.system_exit) {
            return Err(error);
        }
        handling::during(&error, vm, || this.call(names.handle_error, values.to_vec()))?;
    }
    Ok(vm.ctx.none())
}

fn init_file(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let [file, mode, encoding, delay] = values else { return Ok(vm.ctx.none()) };
    let path = vm.call_method(&*import::module(vm, "posixpath")?, "abspath", (file.clone(),))?;
    this.set(names.base_filename, path)?;
    this.set(names.mode, mode.clone())?;
    this.set(names.encoding, encoding.clone())?;
    this.set(names.delay, delay.clone())?;
    let zero = vm.ctx.new_int(0).into();
    if delay.clone().try_to_bool(vm)? {
        init(this, zero)?;
        this.set(names.stream, vm.ctx.none())?;
    } else {
        let stream = this.call(names.open, Vec::new())?;
        init(this, zero)?;
        this.set(names.stream, stream)?;
    }
    Ok(vm.ctx.none())
}

fn open(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    let (file, mode, encoding) = (this.get(names.base_filename)?, this.get(names.mode)?, this.get(names.encoding)?);
    if vm.is_none(&encoding) {
        return dialect::builtins(vm)?.get_item("open", vm)?.call((file, mode), vm);
    }
    vm.call_method(&*import::module(vm, "codecs")?, "open", (file, mode, encoding))
}

fn close_file(this: &Receiver<'_>, _values: &[PyObjectRef]) -> PyResult {
    let (vm, names) = (this.vm, names(this.vm));
    holding(this, || {
        let closed = (|| {
            if !this.is_true(names.stream)? {
                return Ok(());
            }
            let flushed = this.call(names.flush, Vec::new());
            let stream = this.get(names.stream)?;
            this.set(names.stream, vm.ctx.none())?;
            if let Some(close) = vm.get_attribute_opt(&stream, "close")? {
                close.call((), vm)?;
            }
            flushed.map(drop)
        })();
        close(this)?;
        closed
    })?;
    Ok(vm.ctx.none())
}

// ---- the classes ---------------------------------------------------------------------------------------------------

/// The functions of the property `name`.
static NAME: [Function; 2] = [
    function("get_name", SELF, run!(|this, _| this.get(names(this.vm).own_name))),
    function("set_name", &["self", "name"], run!(set_name)),
];

/// Makes the classes and hands each over with its name.
pub fn classes(home: &Arc<Home>, vm: &VirtualMachine, put: impl Fn(&'static str, PyObjectRef)) -> PyResult<()> {
    let [reader, writer] = &NAME;
    let accessors = (object_of(vm, reader, home, "logging"), object_of(vm, writer, home, "logging"));
    let name = vm.ctx.types.property_type.as_object().call(accessors, vm)?;
    let classes: [(_, _, &'static [Function], _, _); 4] = [
        ("Handler", "Filterer", HANDLER, vec![("name", name)], "Sends records somewhere."),
        ("StreamHandler", "Handler", STREAM_HANDLER, Vec::new(), "Writes records to a stream."),
        ("FileHandler", "StreamHandler", FILE_HANDLER, Vec::new(), "Writes records to a file."),
        (
            "NullHandler",
            "Handler",
            NULL_HANDLER,
            Vec::new(),
            "Does nothing: for libraries, so that their users are not told about missing handlers.",
        ),
    ];
    for (name, base, functions, values, doc) in classes {
        let bases = vec![global(home, base, vm)?];
        put(name, Class { name, module: "logging", bases, functions, values, doc: Some(doc) }.make(home, true, vm)?);
    }
    Ok(())
}
