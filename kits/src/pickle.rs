//! Pickles of the plug-in's stored values (`spec/storage.md` §3.1): protocol 0 is written, 0 to 2 are read. Only data
//! types and classes of the plug-in itself can be stored; a pickle that names anything else is refused.

use std::collections::HashMap;
use std::sync::Arc;

use malachite_bigint::BigInt;
use reprise_vm_glue::import;
use reprise_vm_glue::runtime::{dialect, text};
use rustpython_vm::builtins::{PyDict, PyInt, PyList, PyListRef, PyTuple, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::sandbox::Sandbox;

/// Classes by module and name that a pickle may hold, besides those of the plug-in.
static CLASSES: &[(&str, &[&str])] = &[
    (
        "__builtin__",
        &[
            "set",
            "frozenset",
            "complex",
            "object",
            "str",
            "unicode",
            "int",
            "long",
            "float",
            "bool",
            "list",
            "dict",
            "tuple",
            "bytearray",
            "xrange",
        ],
    ),
    ("copy_reg", &["_reconstructor"]),
    ("datetime", &["datetime", "date", "time", "timedelta"]),
    ("collections", &["OrderedDict", "defaultdict", "deque"]),
    ("decimal", &["Decimal"]),
];

// ---- writing -----------------------------------------------------------------------------------------------------

/// A value as a pickle of protocol 0.
pub fn dump(vm: &VirtualMachine, value: &PyObject) -> PyResult<Vec<u8>> {
    let mut writer = Writer { out: Vec::new(), memo: HashMap::new(), kept: Vec::new() };
    writer.save(vm, value)?;
    writer.out.push(b'.');
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    /// Numbers of the objects written so far, by identity.
    memo: HashMap<usize, usize>,
    /// Keeps temporary objects alive, so that their identities stay theirs.
    kept: Vec<PyObjectRef>,
}

fn refused(vm: &VirtualMachine, message: String) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let class = dialect::get(vm, "__import__")
        .and_then(|import| import.call((vm.ctx.new_str("pickle"),), vm))
        .and_then(|module| module.get_attr("PicklingError", vm))
        .ok()
        .and_then(|class| class.downcast::<PyType>().ok());
    match class {
        Some(class) => vm.new_exception(class, vec![text::native(vm, &message)]),
        None => vm.new_type_error(message),
    }
}

impl Writer {
    fn memoize(&mut self, object: &PyObject) {
        let number = self.memo.len();
        self.memo.insert(object.get_id(), number);
        self.kept.push(object.to_owned());
        self.out.extend_from_slice(format!("p{number}\n").as_bytes());
    }

    fn line(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'\n');
    }

    fn global(&mut self, module: &str, name: &str, class: &PyObject) {
        if let Some(number) = self.memo.get(&class.get_id()) {
            let line = format!("g{number}");
            return self.line(&line);
        }
        self.line(&format!("c{module}\n{name}"));
        self.memoize(class);
    }

    fn save(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if vm.is_none(object) {
            self.out.push(b'N');
            return Ok(());
        }
        if let Some(number) = self.memo.get(&object.get_id()) {
            let line = format!("g{number}");
            self.line(&line);
            return Ok(());
        }
        vm.with_recursion("while pickling an object", || self.save_new(vm, object))
    }

    fn save_new(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let types = &vm.ctx.types;
        let class = object.class();
        if class.is(types.bool_type) {
            self.line(if object.is(&vm.ctx.true_value) { "I01" } else { "I00" });
        } else if let Some(bytes) = text::bytes_of(object).filter(|_| class.is(types.str_type)) {
            self.out.push(b'S');
            let repr = text::repr_of(vm, &text::new_str(vm, &bytes))?;
            self.out.extend_from_slice(&repr);
            self.out.push(b'\n');
            self.memoize(object);
        } else if class.is(text::unicode_type(vm)) {
            self.out.push(b'V');
            let value = text::unicode_of(vm, object)?;
            self.out.extend_from_slice(&raw_unicode_escape(&value));
            self.out.push(b'\n');
            self.memoize(object);
        } else if let Some(number) = object.downcast_ref::<PyInt>().filter(|_| is_number(vm, object)) {
            let digits = number.as_bigint().to_string();
            let is_long = &*class.name() == "long" || digits.parse::<i64>().is_err();
            self.line(&if is_long { format!("L{digits}L") } else { format!("I{digits}") });
        } else if class.is(types.float_type) {
            let repr = text::repr_of(vm, object)?;
            self.line(&format!("F{}", String::from_utf8_lossy(&repr)));
        } else if let Some(tuple) = object.downcast_ref::<PyTuple>().filter(|_| class.is(types.tuple_type)) {
            self.out.push(b'(');
            for item in tuple.as_slice() {
                self.save(vm, item)?;
            }
            self.out.push(b't');
            if !tuple.as_slice().is_empty() {
                self.memoize(object);
            }
        } else if let Some(list) = object.downcast_ref::<PyList>().filter(|_| class.is(types.list_type)) {
            self.out.extend_from_slice(b"(l");
            self.memoize(object);
            let items = list.borrow_vec().to_vec();
            for item in &items {
                self.save(vm, item)?;
                self.out.push(b'a');
            }
        } else if let Some(dict) = object.downcast_ref::<PyDict>().filter(|_| class.is(types.dict_type)) {
            self.out.extend_from_slice(b"(d");
            self.memoize(object);
            let entries: Vec<(PyObjectRef, PyObjectRef)> = dict.to_owned().into_iter().collect();
            for (key, value) in &entries {
                self.save(vm, key)?;
                self.save(vm, value)?;
                self.out.push(b's');
            }
        } else if class.is(types.set_type) || class.is(types.frozenset_type) {
            let name = if class.is(types.set_type) { "set" } else { "frozenset" };
            self.global("__builtin__", name, class.as_object());
            let items = vm.ctx.new_list(object.try_to_value::<Vec<PyObjectRef>>(vm)?);
            self.reduce(vm, object, &[items.into()])?;
        } else {
            self.save_known(vm, object)?;
        }
        Ok(())
    }

    /// Arguments and the call; the class has been written.
    fn reduce(&mut self, vm: &VirtualMachine, object: &PyObject, args: &[PyObjectRef]) -> PyResult<()> {
        let args = vm.ctx.new_tuple(args.to_vec());
        self.save(vm, args.as_object())?;
        self.out.push(b'R');
        self.memoize(object);
        Ok(())
    }

    /// Objects of the other classes in [`CLASSES`]; everything else is refused.
    fn save_known(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let class = object.class();
        let name = class.name().to_string();
        let module = class
            .as_object()
            .get_attr("__module__", vm)
            .ok()
            .and_then(|module| text::text_of(vm, &module).ok().flatten())
            .unwrap_or_default();
        let short = module.trim_start_matches('_');
        let module = if module == "builtins" { "__builtin__" } else { short };
        let known = CLASSES.iter().any(|(m, names)| *m == module && names.contains(&name.as_str()));
        if !known || name == "object" {
            return Err(self.refusal(vm, object));
        }
        if name == "complex" {
            self.global(module, &name, class.as_object());
            let parts = [object.get_attr("real", vm)?, object.get_attr("imag", vm)?];
            return self.reduce(vm, object, &parts);
        }
        if name == "OrderedDict" {
            let items = vm.call_method(object, "items", ())?;
            let pairs: Vec<PyObjectRef> = items.try_to_value::<Vec<PyObjectRef>>(vm)?;
            let lists = pairs
                .into_iter()
                .map(|pair| Ok(vm.ctx.new_list(pair.try_to_value::<Vec<PyObjectRef>>(vm)?).into()))
                .collect::<PyResult<Vec<PyObjectRef>>>()?;
            self.global(module, &name, class.as_object());
            return self.reduce(vm, object, &[vm.ctx.new_list(lists).into()]);
        }
        let reduced = vm.call_method(object, "__reduce__", ())?;
        let Some(parts) = reduced.downcast_ref::<PyTuple>() else { return Err(self.refusal(vm, object)) };
        let args = parts.as_slice().get(1).cloned().unwrap_or_else(|| vm.ctx.new_tuple(Vec::new()).into());
        let args: Vec<PyObjectRef> = args.try_to_value(vm)?;
        // The machine's own library gives its state as its own kind of bytes.
        let args: Vec<PyObjectRef> = args
            .into_iter()
            .map(|arg| match text::bytes_of(&arg) {
                Some(bytes) => text::new_str(vm, &bytes),
                None => arg,
            })
            .collect();
        self.global(module, &name, class.as_object());
        self.reduce(vm, object, &args)
    }

    fn refusal(&self, vm: &VirtualMachine, object: &PyObject) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let (shown, owner) = match object.get_attr("__name__", vm) {
            Ok(_) => (object.to_owned(), object.to_owned()),
            Err(_) => (object.class().to_owned().into(), object.class().to_owned().into()),
        };
        let read = |name: &'static str| {
            let value = owner.get_attr(name, vm).ok();
            value.and_then(|value| text::text_of(vm, &value).ok().flatten()).unwrap_or_default()
        };
        let repr = text::repr_of(vm, &shown).unwrap_or_default();
        let name = format!("{}.{}", read("__module__"), read("__name__"));
        refused(vm, format!("Can't pickle {}: it's not found as {name}", String::from_utf8_lossy(&repr)))
    }
}

/// Whether it is exactly a number of Python's own, not of a subclass.
fn is_number(vm: &VirtualMachine, object: &PyObject) -> bool {
    object.class().is(vm.ctx.types.int_type) || &*object.class().name() == "long"
}

fn raw_unicode_escape(value: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for c in value.chars() {
        match u32::from(c) {
            0x5c => out.extend_from_slice(b"\\u005c"),
            0x0a => out.extend_from_slice(b"\\u000a"),
            code @ 0..=0xff => out.push(code as u8),
            code @ 0x100..=0xffff => out.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
            code => out.extend_from_slice(format!("\\U{code:08x}").as_bytes()),
        }
    }
    out
}

// ---- reading -----------------------------------------------------------------------------------------------------

/// The value of a pickle. Classes of the plug-in are looked up in the sandbox's globals.
pub fn load(vm: &VirtualMachine, sandbox: &Arc<Sandbox>, bytes: &[u8]) -> PyResult {
    let (stack, marks, memo) = (Vec::new(), Vec::new(), HashMap::new());
    Reader { vm, sandbox: Some(sandbox), bytes, at: 0, stack, marks, memo }.run()
}

/// As [`load`], with everything that can be imported: for files of plug-ins that are not confined.
pub fn load_any(vm: &VirtualMachine, bytes: &[u8]) -> PyResult {
    let (stack, marks, memo) = (Vec::new(), Vec::new(), HashMap::new());
    Reader { vm, sandbox: None, bytes, at: 0, stack, marks, memo }.run()
}

struct Reader<'a> {
    vm: &'a VirtualMachine,
    /// Where classes are looked up; None for all that can be imported.
    sandbox: Option<&'a Arc<Sandbox>>,
    bytes: &'a [u8],
    at: usize,
    stack: Vec<PyObjectRef>,
    /// Heights of the stack at open marks.
    marks: Vec<usize>,
    memo: HashMap<u64, PyObjectRef>,
}

impl<'a> Reader<'a> {
    fn end(&self) -> rustpython_vm::builtins::PyBaseExceptionRef {
        self.vm.new_exception_empty(self.vm.ctx.exceptions.eof_error.to_owned())
    }

    fn take(&mut self, count: usize) -> PyResult<&'a [u8]> {
        let slice = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end));
        let slice = slice.ok_or_else(|| self.end())?;
        self.at += count;
        Ok(slice)
    }

    /// An argument that ends with the line.
    fn line(&mut self) -> PyResult<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| self.end())?;
        self.at += length + 1;
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn text_line(&mut self) -> PyResult<String> {
        Ok(String::from_utf8_lossy(self.line()?).into_owned())
    }

    fn number(&mut self, bytes: usize) -> PyResult<u64> {
        let slice = self.take(bytes)?;
        Ok(slice.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn length(&mut self, bytes: usize) -> PyResult<usize> {
        usize::try_from(self.number(bytes)?).map_err(|_| self.end())
    }

    fn pop(&mut self) -> PyResult {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(self.vm.new_index_error("pop from empty list"));
        }
        self.stack.pop().ok_or_else(|| self.vm.new_index_error("pop from empty list"))
    }

    fn top(&self) -> PyResult {
        self.stack.last().cloned().ok_or_else(|| self.vm.new_index_error("list index out of range"))
    }

    fn since_mark(&mut self) -> PyResult<Vec<PyObjectRef>> {
        let mark = self.marks.pop().ok_or_else(|| self.vm.new_index_error("list index out of range"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn push(&mut self, object: impl Into<PyObjectRef>) {
        self.stack.push(object.into());
    }

    fn run(&mut self) -> PyResult {
        let vm = self.vm;
        loop {
            let Some(&operation) = self.bytes.get(self.at) else { return Err(self.end()) };
            self.at += 1;
            match operation {
                b'.' => return self.pop(),
                b'(' => self.marks.push(self.stack.len()),
                b'0' => drop(self.pop()?),
                b'1' => drop(self.since_mark()?),
                b'2' => {
                    let top = self.top()?;
                    self.push(top);
                }
                b'N' => self.push(vm.ctx.none()),
                b'\x80' => {
                    let protocol = self.number(1)?;
                    if protocol > 2 {
                        return Err(vm.new_value_error(format!("unsupported pickle protocol: {protocol}")));
                    }
                }
                b'\x88' => self.push(vm.ctx.new_bool(true)),
                b'\x89' => self.push(vm.ctx.new_bool(false)),
                b'I' => self.integer_line()?,
                b'L' => {
                    let digits = self.text_line()?;
                    let number = digits.trim().trim_end_matches('L').parse::<BigInt>();
                    let number = number.map_err(|_| self.bad_number(&digits))?;
                    self.long(number)?;
                }
                b'J' => {
                    let number = self.number(4)? as u32 as i32;
                    self.push(vm.ctx.new_int(number));
                }
                b'K' => {
                    let number = self.number(1)?;
                    self.push(vm.ctx.new_int(number));
                }
                b'M' => {
                    let number = self.number(2)?;
                    self.push(vm.ctx.new_int(number));
                }
                b'\x8a' => {
                    let length = self.length(1)?;
                    let number = BigInt::from_signed_bytes_le(self.take(length)?);
                    self.long(number)?;
                }
                b'\x8b' => {
                    let length = self.length(4)?;
                    let number = BigInt::from_signed_bytes_le(self.take(length)?);
                    self.long(number)?;
                }
                b'F' => {
                    let line = self.text_line()?;
                    let number = line.trim().parse::<f64>();
                    let number =
                        number.map_err(|_| vm.new_value_error(format!("could not convert string to float: {line}")))?;
                    self.push(vm.ctx.new_float(number));
                }
                b'G' => {
                    let bytes = self.take(8)?;
                    let number = bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
                    self.push(vm.ctx.new_float(f64::from_bits(number)));
                }
                b'S' => {
                    let line = self.line()?;
                    let bytes = unquoted(line).ok_or_else(|| vm.new_value_error("insecure string pickle"))?;
                    self.push(text::new_str(vm, &bytes));
                }
                b'T' => {
                    let length = self.length(4)?;
                    let bytes = self.take(length)?;
                    self.push(text::new_str(vm, bytes));
                }
                b'U' => {
                    let length = self.length(1)?;
                    let bytes = self.take(length)?;
                    self.push(text::new_str(vm, bytes));
                }
                b'V' => {
                    let line = self.line()?;
                    self.push(text::new_unicode(vm, &from_raw_unicode_escape(line)));
                }
                b'X' => {
                    let length = self.length(4)?;
                    let value = String::from_utf8_lossy(self.take(length)?).into_owned();
                    self.push(text::new_unicode(vm, &value));
                }
                b')' => self.push(vm.ctx.new_tuple(Vec::new())),
                b't' => {
                    let items = self.since_mark()?;
                    self.push(vm.ctx.new_tuple(items));
                }
                b'\x85'..=b'\x87' => {
                    let count = usize::from(operation - b'\x84');
                    let mut items = Vec::with_capacity(count);
                    for _ in 0..count {
                        items.push(self.pop()?);
                    }
                    items.reverse();
                    self.push(vm.ctx.new_tuple(items));
                }
                b']' => self.push(vm.ctx.new_list(Vec::new())),
                b'l' => {
                    let items = self.since_mark()?;
                    self.push(vm.ctx.new_list(items));
                }
                b'}' => self.push(vm.ctx.new_dict()),
                b'd' => {
                    let items = self.since_mark()?;
                    let dict: PyObjectRef = vm.ctx.new_dict().into();
                    self.set_pairs(&dict, &items)?;
                    self.push(dict);
                }
                b'a' => {
                    let item = self.pop()?;
                    self.append(vec![item])?;
                }
                b'e' => {
                    let items = self.since_mark()?;
                    self.append(items)?;
                }
                b's' => {
                    let value = self.pop()?;
                    let key = self.pop()?;
                    let target = self.top()?;
                    self.set_pairs(&target, &[key, value])?;
                }
                b'u' => {
                    let items = self.since_mark()?;
                    let target = self.top()?;
                    self.set_pairs(&target, &items)?;
                }
                b'p' => {
                    let number = self.memo_line()?;
                    self.remember(number)?;
                }
                b'q' => {
                    let number = self.number(1)?;
                    self.remember(number)?;
                }
                b'r' => {
                    let number = self.number(4)?;
                    self.remember(number)?;
                }
                b'g' => {
                    let number = self.memo_line()?;
                    self.recall(number)?;
                }
                b'h' => {
                    let number = self.number(1)?;
                    self.recall(number)?;
                }
                b'j' => {
                    let number = self.number(4)?;
                    self.recall(number)?;
                }
                b'c' => {
                    let module = self.text_line()?;
                    let name = self.text_line()?;
                    let class = self.class(&module, &name)?;
                    self.push(class);
                }
                b'R' => {
                    let args = self.pop()?;
                    let function = self.pop()?;
                    let args: Vec<PyObjectRef> = args.try_to_value(vm)?;
                    let result = self.call(&function, args)?;
                    self.push(result);
                }
                b'\x81' => {
                    let args = self.pop()?;
                    let class = self.pop()?;
                    let mut args: Vec<PyObjectRef> = args.try_to_value(vm)?;
                    args.insert(0, class.clone());
                    let result = vm.call_method(&class, "__new__", FuncArgs::from(args))?;
                    self.push(result);
                }
                b'i' => {
                    let module = self.text_line()?;
                    let name = self.text_line()?;
                    let args = self.since_mark()?;
                    let class = self.class(&module, &name)?;
                    let instance = self.instance(&class, args)?;
                    self.push(instance);
                }
                b'o' => {
                    let mut args = self.since_mark()?;
                    if args.is_empty() {
                        return Err(vm.new_index_error("pop from empty list"));
                    }
                    let class = args.remove(0);
                    let instance = self.instance(&class, args)?;
                    self.push(instance);
                }
                b'b' => {
                    let state = self.pop()?;
                    let target = self.top()?;
                    self.build(&target, state)?;
                }
                other => {
                    let key = text::new_str(vm, &[other]);
                    return Err(vm.new_key_error(key));
                }
            }
        }
    }

    fn integer_line(&mut self) -> PyResult<()> {
        let line = self.text_line()?;
        match line.as_str() {
            "00" => self.push(self.vm.ctx.new_bool(false)),
            "01" => self.push(self.vm.ctx.new_bool(true)),
            digits => {
                let number = digits.trim().parse::<BigInt>().map_err(|_| self.bad_number(&line))?;
                self.push(self.vm.ctx.new_bigint(&number));
            }
        }
        Ok(())
    }

    fn bad_number(&self, line: &str) -> rustpython_vm::builtins::PyBaseExceptionRef {
        self.vm.new_value_error(format!("invalid literal for long() with base 10: '{line}\\n'"))
    }

    fn long(&mut self, number: BigInt) -> PyResult<()> {
        let number: PyObjectRef = self.vm.ctx.new_bigint(&number).into();
        let number = dialect::get(self.vm, "long")?.call((number,), self.vm)?;
        self.push(number);
        Ok(())
    }

    fn memo_line(&mut self) -> PyResult<u64> {
        let line = self.text_line()?;
        line.trim().parse().map_err(|_| self.bad_number(&line))
    }

    fn remember(&mut self, number: u64) -> PyResult<()> {
        let top = self.top()?;
        self.memo.insert(number, top);
        Ok(())
    }

    fn recall(&mut self, number: u64) -> PyResult<()> {
        let known = self.memo.get(&number).cloned();
        let key = text::new_str(self.vm, number.to_string().as_bytes());
        let object = known.ok_or_else(|| self.vm.new_key_error(key))?;
        self.push(object);
        Ok(())
    }

    fn append(&mut self, items: Vec<PyObjectRef>) -> PyResult<()> {
        let target = self.top()?;
        if let Ok(list) = target.clone().downcast::<PyList>() {
            let list: PyListRef = list;
            list.borrow_vec_mut().extend(items);
            return Ok(());
        }
        for item in items {
            self.vm.call_method(&target, "append", (item,))?;
        }
        Ok(())
    }

    fn set_pairs(&self, target: &PyObject, items: &[PyObjectRef]) -> PyResult<()> {
        for pair in items.chunks(2) {
            let [key, value] = pair else { return Err(self.vm.new_index_error("list index out of range")) };
            target.set_item(&**key, value.clone(), self.vm)?;
        }
        Ok(())
    }

    /// A class that may be named: data types, and the plug-in's own.
    fn class(&self, module: &str, name: &str) -> PyResult {
        let vm = self.vm;
        let Some(sandbox) = self.sandbox else {
            let names = vm.ctx.new_tuple(vec![vm.ctx.new_str(name).into()]);
            let module = import::import_level(vm, module, None, Some(names.into()), 0)?;
            return module.get_attr(&*vm.ctx.new_str(name), vm);
        };
        if let Some((_, names)) = CLASSES.iter().find(|(known, _)| *known == module) {
            let names: &[&str] = names;
            if module == "__builtin__" {
                return match names.contains(&name) {
                    true => dialect::builtins(vm)?.get_item(name, vm),
                    false => Err(vm.new_attribute_error(format!("'module' object has no attribute '{name}'"))),
                };
            }
            if names.contains(&name) {
                let import = dialect::get(vm, "__import__")?;
                return import.call((vm.ctx.new_str(module),), vm)?.get_attr(&*vm.ctx.new_str(name), vm);
            }
        }
        if module == sandbox.policy.module_name
            && let Some(class) = sandbox.globals.get_item_opt(name, vm)?
            && class.downcastable::<PyType>()
        {
            return Ok(class);
        }
        let message = format!("No module named {module}");
        Err(vm.new_import_error(message, vm.ctx.new_str(module)))
    }

    fn call(&self, function: &PyObject, args: Vec<PyObjectRef>) -> PyResult {
        let vm = self.vm;
        // The machine's own dates want their state as its own kind of bytes.
        let name = function.get_attr("__name__", vm).ok().and_then(|n| text::text_of(vm, &n).ok().flatten());
        let is_date = matches!(name.as_deref(), Some("datetime" | "date" | "time"));
        let mut args = args;
        if is_date
            && let Some(first) = args.first_mut()
            && let Some(bytes) = text::bytes_of(first)
        {
            *first = vm.ctx.new_bytes(bytes).into();
        }
        function.call(FuncArgs::from(args), vm)
    }

    /// An instance of a classic class: without arguments its `__init__` does not run.
    fn instance(&self, class: &PyObject, args: Vec<PyObjectRef>) -> PyResult {
        if args.is_empty() && class.get_attr("__getinitargs__", self.vm).is_err() {
            return self.vm.call_method(class, "__new__", (class.to_owned(),));
        }
        class.call(FuncArgs::from(args), self.vm)
    }

    fn build(&self, target: &PyObject, state: PyObjectRef) -> PyResult<()> {
        let vm = self.vm;
        if let Ok(set_state) = target.get_attr("__setstate__", vm) {
            set_state.call((state,), vm)?;
            return Ok(());
        }
        if let Some(state) = state.downcast_ref::<PyDict>() {
            for (name, value) in state.to_owned() {
                if let Some(name) = text::text_of(vm, &name)? {
                    target.set_attr(vm.ctx.intern_str(name), value, vm)?;
                }
            }
        }
        Ok(())
    }
}

/// The bytes of a quoted string as `repr` writes it; None if the quotes do not match.
fn unquoted(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.trim_ascii_end();
    let quote = *line.first().filter(|byte| matches!(byte, b'\'' | b'"'))?;
    if line.len() < 2 || line.last() != Some(&quote) {
        return None;
    }
    let inner = line.get(1..line.len() - 1)?;
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next()? {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'x' => {
                let digits = [bytes.next()?, bytes.next()?];
                let digits = std::str::from_utf8(&digits).ok()?;
                out.push(u8::from_str_radix(digits, 16).ok()?);
            }
            first @ b'0'..=b'7' => {
                let mut value = u32::from(first - b'0');
                let mut ahead = bytes.clone();
                for _ in 0..2 {
                    match ahead.next() {
                        Some(digit @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(digit - b'0');
                            bytes = ahead.clone();
                        }
                        _ => break,
                    }
                }
                out.push(value as u8);
            }
            other @ (b'\\' | b'\'' | b'"') => out.push(other),
            other => out.extend_from_slice(&[b'\\', other]),
        }
    }
    Some(out)
}

fn from_raw_unicode_escape(line: &[u8]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        let digits = match line.get(at + 1) {
            Some(b'u') if byte == b'\\' => 4,
            Some(b'U') if byte == b'\\' => 8,
            _ => 0,
        };
        let code = (digits > 0)
            .then(|| line.get(at + 2..at + 2 + digits))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => {
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                at += 2 + digits;
            }
            None => {
                out.push(char::from(byte));
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        assert_eq!(unquoted(b"'caf\\xc3\\xa9\\n\\'\\0'"), Some(b"caf\xc3\xa9\n'\0".to_vec()));
        assert_eq!(unquoted(b"'unclosed"), None);
        assert_eq!(from_raw_unicode_escape(b"line\\u000aback\\u005c\xe9\\u4e2d"), "line\nback\\é中");
        assert_eq!(raw_unicode_escape("a\\\né中"), b"a\\u005c\\u000a\xe9\\u4e2d");
    }
}
