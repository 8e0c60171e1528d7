//! The module `_stringio`, on which `StringIO` stands: a file in memory that takes byte strings and unicode strings alike.
//!
//! `StringIO.StringIO` is a classic class; its methods are native ones that work on a [`StringIo`] among its attributes.
//!
//! What is written stays in the pieces that it came in until somebody reads: only then byte strings and unicode strings
//! meet, and only then they may fail to.

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyModule, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, OptionalArg, OptionalOption};
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

use crate::modules;
use crate::runtime::{arguments, exceptions, names, text};

/// The joined part of the contents.
#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Wide(Vec<CodePoint>),
}

impl Default for Content {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

fn wide(text: &Wtf8) -> Vec<CodePoint> {
    text.code_points().collect()
}

fn narrow(text: &[CodePoint]) -> Wtf8Buf {
    let mut buffer = Wtf8Buf::with_capacity(text.len());
    for c in text {
        buffer.push(*c);
    }
    buffer
}

impl Content {
    /// The contents of a string of either type.
    fn of(string: &Py<PyStr>) -> Self {
        if text::is_unicode(string.as_object()) {
            Self::Wide(wide(string.as_wtf8()))
        } else {
            Self::Bytes(text::narrow(string.as_wtf8()).into_owned())
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Wide(text) => text.len(),
        }
    }

    fn object(&self, vm: &VirtualMachine, start: usize, end: usize) -> PyObjectRef {
        match self {
            Self::Bytes(bytes) => text::new_str(vm, bytes.get(start..end).unwrap_or_default()),
            Self::Wide(wide) => text::new_unicode_buf(vm, narrow(wide.get(start..end).unwrap_or_default())),
        }
    }

    /// Where the line from a position ends, its end included.
    fn line_end(&self, start: usize) -> usize {
        let found = match self {
            Self::Bytes(bytes) => bytes.get(start..).unwrap_or_default().iter().position(|byte| *byte == b'\n'),
            Self::Wide(text) => text.get(start..).unwrap_or_default().iter().position(|c| c.to_u32() == 10),
        };
        found.map_or(self.len(), |at| start + at + 1)
    }

    /// As unicode: bytes are decoded by the default codec.
    fn widened(&self, vm: &VirtualMachine) -> PyResult<Vec<CodePoint>> {
        match self {
            Self::Bytes(bytes) => Ok(wide(&text::decode_default(vm, bytes)?)),
            Self::Wide(text) => Ok(text.clone()),
        }
    }

    fn is_bytes(&self) -> bool {
        matches!(self, Self::Bytes(_))
    }
}

#[derive(Debug, Default)]
struct State {
    content: Content,
    /// What was written at the end and is not joined yet.
    pending: Vec<Content>,
    pending_len: usize,
    position: usize,
    closed: bool,
}

impl State {
    fn len(&self) -> usize {
        self.content.len() + self.pending_len
    }

    /// Joins the pieces.
    fn join(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if self.content.is_bytes() && self.pending.iter().all(Content::is_bytes) {
            if let Content::Bytes(bytes) = &mut self.content {
                for piece in self.pending.drain(..) {
                    if let Content::Bytes(more) = piece {
                        bytes.extend(more);
                    }
                }
            }
        } else {
            let mut joined = self.content.widened(vm)?;
            for piece in &self.pending {
                joined.extend(piece.widened(vm)?);
            }
            self.content = Content::Wide(joined);
            self.pending.clear();
        }
        self.pending_len = 0;
        Ok(())
    }

    /// Adds to the end.
    fn append(&mut self, piece: Content) {
        let length = piece.len();
        match (&mut self.content, piece) {
            (Content::Bytes(bytes), Content::Bytes(more)) if self.pending.is_empty() => bytes.extend(more),
            (Content::Wide(text), Content::Wide(more)) if self.pending.is_empty() => text.extend(more),
            (_, piece) => {
                self.pending_len += length;
                self.pending.push(piece);
            }
        }
        self.position += length;
    }

    /// Writes in the middle, or behind the end.
    fn overwrite(&mut self, vm: &VirtualMachine, piece: &Content) -> PyResult<()> {
        self.join(vm)?;
        if let (false, Content::Bytes(_)) = (piece.is_bytes(), &self.content) {
            self.content = Content::Wide(self.content.widened(vm)?);
        }
        let (start, end) = (self.position, self.position + piece.len());
        match (&mut self.content, piece) {
            (Content::Bytes(bytes), Content::Bytes(more)) => put(bytes, start, more, 0),
            (Content::Wide(text), piece) => put(text, start, &piece.widened(vm)?, CodePoint::from_char('\0')),
            (Content::Bytes(_), Content::Wide(_)) => {}
        }
        self.position = end;
        Ok(())
    }
}

/// Puts values over those from a position on; a gap before it is filled.
fn put<Value: Copy>(values: &mut Vec<Value>, start: usize, more: &[Value], filler: Value) {
    let end = start + more.len();
    if values.len() < end {
        values.resize(end, filler);
    }
    if let Some(target) = values.get_mut(start..end) {
        target.copy_from_slice(more);
    }
}

/// What a `StringIO.StringIO` holds.
#[pyclass(module = "_stringio", name = "File")]
#[derive(Debug, Default, PyPayload)]
struct StringIo {
    state: Mutex<State>,
}

/// A count of characters: negative or None means all.
fn count_of(vm: &VirtualMachine, size: OptionalOption<PyObjectRef>) -> PyResult<Option<usize>> {
    match size.flatten() {
        Some(size) => Ok(usize::try_from(arguments::c_long(vm, &size)?).ok()),
        None => Ok(None),
    }
}

impl StringIo {
    fn with<Kind>(&self, vm: &VirtualMachine, work: impl FnOnce(&mut State) -> PyResult<Kind>) -> PyResult<Kind> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(vm.new_value_error("I/O operation on closed file"));
        }
        work(&mut state)
    }

    fn line(&self, vm: &VirtualMachine, limit: Option<usize>) -> PyResult {
        self.with(vm, |state| {
            state.join(vm)?;
            let start = state.position.min(state.content.len());
            let end = state.content.line_end(start);
            let end = limit.map_or(end, |limit| end.min(start.saturating_add(limit)));
            state.position = state.position.max(end);
            Ok(state.content.object(vm, start, end))
        })
    }

    /// What a closed file has no more.
    fn gone(&self, vm: &VirtualMachine, name: &str) -> PyResult<()> {
        if self.state.lock().closed {
            return Err(vm.new_attribute_error(format!("StringIO instance has no attribute '{name}'")));
        }
        Ok(())
    }

    fn put_in(&self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let converted;
        let string = match object.downcast_ref::<PyStr>() {
            Some(string) => string,
            None => {
                if !object.to_owned().try_to_bool(vm)? {
                    return self.with(vm, |_| Ok(()));
                }
                converted = text::str_object(vm, object)?;
                let Some(string) = text::payload(&converted) else { return Ok(()) };
                string
            }
        };
        self.with(vm, |state| {
            if string.as_wtf8().is_empty() {
                return Ok(());
            }
            let piece = Content::of(string);
            if state.position == state.len() {
                state.append(piece);
                return Ok(());
            }
            state.overwrite(vm, &piece)
        })
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl StringIo {
    /// At most so many characters.
    #[pymethod]
    fn read(zelf: &Py<Self>, n: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let count = count_of(vm, n)?;
        zelf.with(vm, |state| {
            state.join(vm)?;
            let length = state.content.len();
            let start = state.position.min(length);
            let end = count.map_or(length, |count| start.saturating_add(count).min(length));
            state.position = state.position.max(end);
            Ok(state.content.object(vm, start, end))
        })
    }

    /// A line with its end.
    #[pymethod]
    fn readline(zelf: &Py<Self>, length: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let limit = count_of(vm, length)?;
        zelf.line(vm, limit)
    }

    /// Writes a string at the position.
    #[pymethod]
    fn write(zelf: &Py<Self>, s: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put_in(vm, &s)
    }

    /// Everything.
    #[pymethod]
    fn getvalue(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.with(vm, |state| {
            state.join(vm)?;
            Ok(state.content.object(vm, 0, state.content.len()))
        })
    }

    /// Goes to a position.
    #[pymethod]
    fn seek(zelf: &Py<Self>, pos: PyObjectRef, mode: OptionalArg<i32>, vm: &VirtualMachine) -> PyResult<()> {
        let offset = arguments::c_long(vm, &pos)?;
        zelf.with(vm, |state| {
            state.join(vm)?;
            let base = match mode.unwrap_or(0) {
                1 => state.position,
                2 => state.content.len(),
                _ => 0,
            };
            state.position = base.saturating_add_signed(offset);
            Ok(())
        })
    }

    /// The position.
    #[pymethod]
    fn tell(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<usize> {
        zelf.with(vm, |state| Ok(state.position))
    }

    /// Cuts the contents off.
    #[pymethod]
    fn truncate(zelf: &Py<Self>, size: OptionalOption<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let size = size.flatten().map(|size| arguments::c_long(vm, &size)).transpose()?;
        zelf.with(vm, |state| {
            let size = match size.map(usize::try_from) {
                Some(Err(_)) => return Err(exceptions::new_io_error(vm, 22, "Negative size not allowed", None)),
                Some(Ok(size)) => size,
                None => state.position,
            };
            state.position = state.position.min(size);
            state.join(vm)?;
            match &mut state.content {
                Content::Bytes(bytes) => bytes.truncate(size),
                Content::Wide(text) => text.truncate(size),
            }
            Ok(())
        })
    }

    /// Nothing to do.
    #[pymethod]
    fn flush(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        zelf.with(vm, |_| Ok(()))
    }

    /// It is no terminal.
    #[pymethod]
    fn isatty(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
        zelf.with(vm, |_| Ok(false))
    }

    /// Lets the contents go.
    #[pymethod]
    fn close(zelf: &Py<Self>) {
        *zelf.state.lock() = State { closed: true, ..State::default() };
    }

    #[pygetset]
    fn closed(zelf: &Py<Self>) -> bool {
        zelf.state.lock().closed
    }

    /// How much there is.
    #[pygetset(name = "len")]
    fn length(zelf: &Py<Self>) -> usize {
        zelf.state.lock().len()
    }

    #[pygetset]
    fn pos(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<usize> {
        zelf.gone(vm, "pos")?;
        Ok(zelf.state.lock().position)
    }

    #[pygetset(setter)]
    fn set_pos(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let position = arguments::c_long(vm, &value)?;
        zelf.with(vm, |state| {
            state.position = usize::try_from(position).unwrap_or(0);
            Ok(())
        })
    }

    /// The joined contents.
    #[pygetset]
    fn buf(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.gone(vm, "buf")?;
        Self::getvalue(zelf, vm)
    }

    #[pygetset(setter)]
    fn set_buf(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(string) = value.downcast_ref::<PyStr>() else {
            let kind = names::type_name_of(&value);
            return Err(vm.new_type_error(format!("buf must be a string, not {kind}")));
        };
        zelf.with(vm, |state| {
            state.content = Content::of(string);
            state.pending.clear();
            state.pending_len = 0;
            Ok(())
        })
    }

    /// What is not joined yet; everything is, when somebody looks.
    #[pygetset]
    fn buflist(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.new_list(Vec::new()).into()
    }
}

// ---- the classic class -------------------------------------------------------------------------------------------

/// Where an instance keeps its [`StringIo`].
const KEPT_AS: &str = "_file";
/// Attributes that are those of the [`StringIo`].
const SHOWN: &[&str] = &["closed", "len", "pos", "buf", "buflist"];
/// Methods that are those of the [`StringIo`].
const METHODS: &[&str] =
    &["read", "readline", "write", "getvalue", "seek", "tell", "truncate", "flush", "isatty", "close"];

fn file_of(vm: &VirtualMachine, instance: &PyObject) -> PyResult<PyRef<StringIo>> {
    let kept = match instance.dict() {
        Some(dict) => dict.get_item_opt(KEPT_AS, vm)?,
        None => None,
    };
    match kept.map(PyObjectRef::downcast::<StringIo>) {
        Some(Ok(file)) => Ok(file),
        _ => {
            let class = instance.class().name().to_string();
            Err(vm.new_attribute_error(format!("{class} instance has no attribute 'closed'")))
        }
    }
}

/// The instance, which comes first among the arguments.
fn instance_of(vm: &VirtualMachine, args: &mut FuncArgs) -> PyResult {
    match args.args.is_empty() {
        true => Err(vm.new_type_error("unbound method must be called with StringIO instance as first argument")),
        false => Ok(args.args.remove(0)),
    }
}

/// Refuses more arguments than a Python function of this many parameters, the instance counted, would take.
fn refuse_more(vm: &VirtualMachine, name: &str, args: &FuncArgs, most: usize) -> PyResult<()> {
    let given = args.args.len() + args.kwargs.len() + 1;
    if given <= most {
        return Ok(());
    }
    let (bound, plural) = (if most == 1 { "exactly" } else { "at most" }, if most == 1 { "" } else { "s" });
    Err(vm.new_type_error(format!("{name}() takes {bound} {most} argument{plural} ({given} given)")))
}

fn init(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let instance = instance_of(vm, &mut args)?;
    refuse_more(vm, "__init__", &args, 2)?;
    let values = arguments::of_python(vm, "__init__", args, &["buf"], 0)?;
    let mut state = State::default();
    if let Some(Some(contents)) = values.first() {
        let string = match contents.downcast_ref::<PyStr>() {
            Some(_) => contents.clone(),
            None => text::str_object(vm, contents)?,
        };
        if let Some(string) = text::payload(&string) {
            state.content = Content::of(string);
        }
    }
    let file = StringIo { state: Mutex::new(state) }.into_ref(&vm.ctx);
    match instance.dict() {
        Some(dict) => dict.set_item(KEPT_AS, file.into(), vm),
        None => Err(vm.new_type_error("__init__() must be called with StringIO instance as first argument")),
    }
}

/// The next line, by the instance's own `readline`: a subclass may have another.
fn next_line(vm: &VirtualMachine, instance: &PyObject) -> PyResult {
    vm.call_method(instance, "readline", ())
}

fn next(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let instance = instance_of(vm, &mut args)?;
    file_of(vm, &instance)?.with(vm, |_| Ok(()))?;
    let line = next_line(vm, &instance)?;
    if line.length(vm)? == 0 { Err(vm.new_stop_iteration(None)) } else { Ok(line) }
}

fn readlines(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let instance = instance_of(vm, &mut args)?;
    refuse_more(vm, "readlines", &args, 2)?;
    let values = arguments::of_python(vm, "readlines", args, &["sizehint"], 0)?;
    let hint = match values.into_iter().next().flatten() {
        Some(hint) => Some(arguments::c_long(vm, &hint)?).filter(|hint| *hint > 0).map(isize::unsigned_abs),
        None => None,
    };
    let (mut lines, mut total) = (Vec::new(), 0);
    loop {
        let line = next_line(vm, &instance)?;
        let length = line.length(vm)?;
        if length == 0 {
            break;
        }
        total += length;
        lines.push(line);
        if hint.is_some_and(|hint| total >= hint) {
            break;
        }
    }
    Ok(vm.ctx.new_list(lines).into())
}

fn writelines(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let instance = instance_of(vm, &mut args)?;
    refuse_more(vm, "writelines", &args, 2)?;
    let iterable = args.args.into_iter().next().unwrap_or_else(|| vm.ctx.none());
    let lines = iterable.get_iter(vm)?;
    while let PyIterReturn::Return(line) = lines.next(vm)? {
        vm.call_method(&instance, "write", (line,))?;
    }
    Ok(())
}

fn get_attribute(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let instance = instance_of(vm, &mut args)?;
    let name = args.args.into_iter().next().unwrap_or_else(|| vm.ctx.none());
    let name = text::text_of(vm, &name)?.unwrap_or_default();
    if SHOWN.contains(&name.as_str())
        && let Ok(file) = file_of(vm, &instance)
    {
        return file.as_object().get_attr(vm.ctx.intern_str(name), vm);
    }
    let class = instance.class().name().to_string();
    Err(vm.new_attribute_error(format!("{class} instance has no attribute '{name}'")))
}

fn set_attribute(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let instance = instance_of(vm, &mut args)?;
    let [name, value] = <[PyObjectRef; 2]>::try_from(args.args)
        .map_err(|_| vm.new_type_error("__setattr__() takes exactly 3 arguments"))?;
    let plain = text::text_of(vm, &name)?.unwrap_or_default();
    if matches!(plain.as_str(), "pos" | "buf")
        && let Ok(file) = file_of(vm, &instance)
    {
        return file.as_object().set_attr(vm.ctx.intern_str(plain), value, vm);
    }
    match instance.dict() {
        Some(dict) => dict.set_item(&*name, value, vm),
        None => Err(vm.new_attribute_error(plain)),
    }
}

/// `install(class)`: gives the classic class its methods.
fn install(class: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let class: PyTypeRef = class.downcast::<PyType>().map_err(|_| vm.new_type_error("a class is needed"))?;
    // Descriptors of native methods hold their class as long as the program runs.
    let class: &'static Py<PyType> = Box::leak(Box::new(class));
    let set = |name: &'static str, method: PyObjectRef| class.set_attr(vm.ctx.intern_str(name), method);
    for name in METHODS {
        let delegate = move |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let instance = instance_of(vm, &mut args)?;
            let file = file_of(vm, &instance)?;
            vm.call_method(file.as_object(), name, args)
        };
        set(name, vm.new_method(name, class, delegate).into());
    }
    set("__init__", vm.new_method("__init__", class, init).into());
    set("__iter__", vm.new_method("__iter__", class, |instance: PyObjectRef| instance).into());
    set("next", vm.new_method("next", class, next).into());
    set("readlines", vm.new_method("readlines", class, readlines).into());
    set("writelines", vm.new_method("writelines", class, writelines).into());
    set("__getattr__", vm.new_method("__getattr__", class, get_attribute).into());
    set("__setattr__", vm.new_method("__setattr__", class, set_attribute).into());
    set("softspace", vm.ctx.new_int(0).into());
    class.modified();
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _: PyTypeRef = StringIo::make_static_type();
    let module = modules::new(vm, "_stringio");
    modules::set_function(vm, &module, "install", install);
    module
}
