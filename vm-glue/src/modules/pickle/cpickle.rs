//! The module `cPickle`: functions that make picklers, which are no classes that could be derived from.

use std::sync::Arc;

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyDict, PyList, PyModule, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, OptionalArg, PySetterValue};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::errors::Flavour;
use super::opcodes as op;
use super::reading::Reader;
use super::source::Source;
use super::writing::Writer;
use super::writing_objects::named;
use crate::modules;
use crate::runtime::{arguments, names, text};

fn protocol_of(vm: &VirtualMachine, protocol: Option<&PyObjectRef>) -> PyResult<i64> {
    let Some(protocol) = protocol else { return Ok(0) };
    let number = arguments::c_long(vm, protocol)? as i64;
    match number {
        ..0 => Ok(op::HIGHEST_PROTOCOL),
        0..=op::HIGHEST_PROTOCOL => Ok(number),
        _ => Err(vm.new_value_error(format!(
            "pickle protocol {number} asked for; the highest available protocol is {}",
            op::HIGHEST_PROTOCOL
        ))),
    }
}

fn set_hook(slot: &mut Option<PyObjectRef>, value: PySetterValue) {
    *slot = match value {
        PySetterValue::Assign(function) => Some(function),
        PySetterValue::Delete => None,
    };
}

/// A pickler.
#[pyclass(module = "cPickle", name = "Pickler")]
#[derive(Debug, PyPayload)]
struct Pickler {
    writer: Mutex<Writer>,
    /// `write` of the file; None for one that keeps what it writes.
    write: Option<PyObjectRef>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Pickler {
    /// Writes an object; with a second true argument gives what was written so far.
    #[pymethod]
    fn dump(zelf: PyRef<Self>, object: PyObjectRef, get: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let get = get.into_option().map_or(Ok(false), |get| get.try_to_bool(vm))?;
        let mut writer = std::mem::take(&mut *zelf.writer.lock());
        let start = writer.out.len();
        let result = writer.dump(vm, &object);
        if result.is_err() {
            writer.out.truncate(start);
        }
        let written = match &zelf.write {
            Some(_) => std::mem::take(&mut writer.out),
            None => Vec::new(),
        };
        *zelf.writer.lock() = writer;
        result?;
        if let Some(write) = &zelf.write {
            write.call((text::new_str(vm, &written),), vm)?;
        }
        if get { Self::getvalue(zelf, OptionalArg::Missing, vm) } else { Ok(zelf.into()) }
    }

    /// Forgets what was written.
    #[pymethod]
    fn clear_memo(zelf: &Py<Self>) {
        let mut writer = zelf.writer.lock();
        writer.memo.clear();
        if zelf.write.is_none() {
            writer.out.clear();
        }
    }

    /// What a pickler without a file has written.
    #[pymethod]
    fn getvalue(zelf: PyRef<Self>, _clear: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        if zelf.write.is_some() {
            return Err(Flavour::C.pickling(vm, "Attempt to getvalue() a non-list-based pickler"));
        }
        let mut writer = zelf.writer.lock();
        let value = text::new_str(vm, &writer.out);
        writer.memo.clear();
        Ok(value)
    }

    #[pygetset]
    fn bin(zelf: &Py<Self>) -> i64 {
        i64::from(zelf.writer.lock().binary())
    }

    #[pygetset(setter)]
    fn set_bin(zelf: &Py<Self>, value: i64) {
        let mut writer = zelf.writer.lock();
        writer.protocol = if value == 0 { 0 } else { writer.protocol.max(1) };
    }

    #[pygetset]
    fn fast(zelf: &Py<Self>) -> i64 {
        i64::from(zelf.writer.lock().fast)
    }

    #[pygetset(setter)]
    fn set_fast(zelf: &Py<Self>, value: i64) {
        zelf.writer.lock().fast = value != 0;
    }

    #[pygetset]
    fn memo(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let dict = vm.ctx.new_dict();
        for (id, number, object) in zelf.writer.lock().memo.entries() {
            let entry = vm.ctx.new_tuple(vec![vm.ctx.new_int(number).into(), object.clone()]);
            dict.set_item(vm.ctx.new_int(id).as_object(), entry.into(), vm)?;
        }
        Ok(dict.into())
    }

    #[pygetset(setter)]
    fn set_memo(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(dict) = value.downcast_ref::<PyDict>() else {
            return Err(vm.new_type_error("memo must be a dictionary"));
        };
        let mut writer = zelf.writer.lock();
        writer.memo.clear();
        for (_, entry) in dict.items_vec() {
            if let [number, object] = entry.try_to_value::<Vec<PyObjectRef>>(vm)?.as_slice() {
                let number = number.try_to_value::<usize>(vm)?;
                writer.memo.insert(object, number);
            }
        }
        Ok(())
    }

    #[pygetset]
    fn persistent_id(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.writer.lock().hooks.persistent.clone().ok_or_else(|| vm.new_attribute_error("persistent_id"))
    }

    #[pygetset(setter)]
    fn set_persistent_id(zelf: &Py<Self>, value: PySetterValue) {
        set_hook(&mut zelf.writer.lock().hooks.persistent, value);
    }

    #[pygetset]
    fn inst_persistent_id(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.writer.lock().hooks.inst_persistent.clone().ok_or_else(|| vm.new_attribute_error("inst_persistent_id"))
    }

    #[pygetset(setter)]
    fn set_inst_persistent_id(zelf: &Py<Self>, value: PySetterValue) {
        set_hook(&mut zelf.writer.lock().hooks.inst_persistent, value);
    }

    #[pygetset(name = "PicklingError")]
    fn pickling_error(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyTypeRef {
        Flavour::C.errors(vm).pickling_error.clone()
    }
}

/// An unpickler.
#[pyclass(module = "cPickle", name = "Unpickler")]
#[derive(Debug, PyPayload)]
struct Unpickler {
    reader: Mutex<Reader>,
    persistent_load: Mutex<Option<PyObjectRef>>,
    find_global: Mutex<Option<PyObjectRef>>,
}

impl Unpickler {
    fn run(&self, skip: bool, vm: &VirtualMachine) -> PyResult {
        let mut reader = std::mem::take(&mut *self.reader.lock());
        reader.flavour = Flavour::C;
        reader.skip = skip;
        if let Some(find) = self.find_global.lock().clone() {
            reader.find = Arc::new(move |vm: &VirtualMachine, module: &str, name: &str| {
                if vm.is_none(&find) {
                    let message = "Global and instance pickles are not supported.";
                    return Err(Flavour::C.unpickling(vm, message));
                }
                find.call((vm.ctx.new_str(module), vm.ctx.new_str(name)), vm)
            });
        }
        if let Some(load) = self.persistent_load.lock().clone() {
            reader.persistent = Some(Arc::new(move |vm: &VirtualMachine, pid: PyObjectRef| {
                match load.downcast_ref::<PyList>() {
                    // The ids are collected, and stand for the objects.
                    Some(list) => {
                        list.borrow_vec_mut().push(pid.clone());
                        Ok(pid)
                    }
                    None => load.call((pid,), vm),
                }
            }));
        }
        let result = reader.load(vm);
        reader.find = Arc::new(named);
        reader.persistent = None;
        *self.reader.lock() = reader;
        result
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Unpickler {
    /// Reads an object.
    #[pymethod]
    fn load(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.run(false, vm)
    }

    /// Passes over an object, without making instances or finding classes.
    #[pymethod]
    fn noload(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.run(true, vm)
    }

    #[pygetset]
    fn memo(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let dict = vm.ctx.new_dict();
        for (key, object) in zelf.reader.lock().memo.entries() {
            dict.set_item(&*text::new_str(vm, &key), object, vm)?;
        }
        Ok(dict.into())
    }

    #[pygetset(setter)]
    fn set_memo(zelf: &Py<Self>, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(dict) = value.downcast_ref::<PyDict>() else {
            return Err(vm.new_type_error("memo must be a dictionary"));
        };
        let mut reader = zelf.reader.lock();
        reader.memo.clear();
        for (key, object) in dict.items_vec() {
            reader.memo.put_text(&text::str_of(vm, &key)?, object);
        }
        Ok(())
    }

    #[pygetset]
    fn persistent_load(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.persistent_load.lock().clone().ok_or_else(|| vm.new_attribute_error("persistent_load"))
    }

    #[pygetset(setter)]
    fn set_persistent_load(zelf: &Py<Self>, value: PySetterValue) {
        set_hook(&mut zelf.persistent_load.lock(), value);
    }

    #[pygetset]
    fn find_global(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.find_global.lock().clone().ok_or_else(|| vm.new_attribute_error("find_global"))
    }

    #[pygetset(setter)]
    fn set_find_global(zelf: &Py<Self>, value: PySetterValue) {
        set_hook(&mut zelf.find_global.lock(), value);
    }

    #[pygetset(name = "UnpicklingError")]
    fn unpickling_error(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyTypeRef {
        Flavour::C.errors(vm).unpickling_error.clone()
    }
}

/// The arguments of a function, by position or keyword, as `PyArg_ParseTupleAndKeywords` takes them.
fn parsed(
    vm: &VirtualMachine,
    name: &str,
    args: FuncArgs,
    parameters: &[&str],
    required: usize,
) -> PyResult<Vec<Option<PyObjectRef>>> {
    let given = args.args.len() + args.kwargs.len();
    if given > parameters.len() {
        let most = parameters.len();
        let bound = if required == most { "exactly" } else { "at most" };
        let plural = if most == 1 { "" } else { "s" };
        return Err(vm.new_type_error(format!("{name}() takes {bound} {most} argument{plural} ({given} given)")));
    }
    let mut values: Vec<Option<PyObjectRef>> = args.args.into_iter().map(Some).collect();
    values.resize(parameters.len(), None);
    for (key, value) in args.kwargs {
        let key = key.to_string();
        match parameters.iter().position(|known| *known == key).and_then(|at| values.get_mut(at)) {
            Some(slot) if slot.is_none() => *slot = Some(value),
            Some(_) => {
                return Err(vm.new_type_error(format!("Argument given by name ('{key}') and position")));
            }
            None => {
                let message = format!("'{key}' is an invalid keyword argument for this function");
                return Err(vm.new_type_error(message));
            }
        }
    }
    for (at, parameter) in parameters.iter().enumerate().take(required) {
        if values.get(at).is_none_or(Option::is_none) {
            let place = at + 1;
            return Err(vm.new_type_error(format!("Required argument '{parameter}' (pos {place}) not found")));
        }
    }
    Ok(values)
}

fn write_of(vm: &VirtualMachine, file: &PyObjectRef) -> PyResult {
    file.get_attr("write", vm).map_err(|_| vm.new_type_error("argument must have 'write' attribute"))
}

fn source_of(vm: &VirtualMachine, file: PyObjectRef) -> PyResult<Source> {
    Source::of(vm, file).map_err(|_| vm.new_type_error("argument must have 'readline' and 'read' attributes"))
}

fn make_pickler(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let by_number = args
        .args
        .first()
        .is_none_or(|first| args.args.len() == 1 && first.downcastable::<rustpython_vm::builtins::PyInt>())
        && args.kwargs.keys().all(|key| key.to_string() == "protocol");
    let (file, protocol) = if by_number {
        let values = parsed(vm, "Pickler", args, &["protocol"], 0)?;
        (None, values.into_iter().next().flatten())
    } else {
        let mut values = parsed(vm, "Pickler", args, &["file", "protocol"], 1)?.into_iter();
        (values.next().flatten(), values.next().flatten())
    };
    let protocol = protocol_of(vm, protocol.as_ref())?;
    let write = match file {
        Some(file) => Some(write_of(vm, &file)?),
        None => None,
    };
    Ok(Pickler { writer: Mutex::new(Writer::new(Flavour::C, protocol)), write }.into_ref(&vm.ctx).into())
}

fn make_unpickler(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let file = arguments::only(vm, "Unpickler", args)?;
    let reader = Mutex::new(Reader::new(Flavour::C, source_of(vm, file)?));
    let unpickler = Unpickler { reader, persistent_load: Mutex::default(), find_global: Mutex::default() };
    Ok(unpickler.into_ref(&vm.ctx).into())
}

fn dumps(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = parsed(vm, "dumps", args, &["obj", "protocol"], 1)?;
    let [Some(object), protocol] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let mut writer = Writer::new(Flavour::C, protocol_of(vm, protocol.as_ref())?);
    writer.dump(vm, object)?;
    Ok(text::new_str(vm, &writer.out))
}

fn dump(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let values = parsed(vm, "dump", args, &["obj", "file", "protocol"], 2)?;
    let [Some(object), Some(file), protocol] = values.as_slice() else { return Ok(vm.ctx.none()) };
    let mut writer = Writer::new(Flavour::C, protocol_of(vm, protocol.as_ref())?);
    let write = write_of(vm, file)?;
    writer.dump(vm, object)?;
    write.call((text::new_str(vm, &writer.out),), vm)?;
    Ok(vm.ctx.none())
}

fn load(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let file = arguments::only(vm, "load", args)?;
    Reader::new(Flavour::C, source_of(vm, file)?).load(vm)
}

fn loads(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    arguments::count(vm, "loads", &args, 1, 1)?;
    let given = args.args.into_iter().next().unwrap_or_else(|| vm.ctx.none());
    if !text::is_str(&given) {
        let kind = if vm.is_none(&given) { "None".into() } else { names::type_name_of(&given) };
        return Err(vm.new_type_error(format!("loads() argument 1 must be string, not {kind}")));
    }
    let data = text::bytes_of(&given).unwrap_or_default();
    Reader::new(Flavour::C, Source::Bytes { data, at: 0 }).load(vm)
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let _: (PyTypeRef, PyTypeRef) = (Pickler::make_static_type(), Unpickler::make_static_type());
    let module = modules::new(vm, "cPickle");
    modules::set(
        vm,
        &module,
        "__doc__",
        vm.ctx.new_str("C implementation and optimization of the Python pickle module."),
    );
    modules::set(vm, &module, "__version__", vm.ctx.new_str("1.71"));
    modules::set(vm, &module, "format_version", vm.ctx.new_str(op::FORMAT_VERSION));
    let formats = op::COMPATIBLE_FORMATS.iter().map(|version| vm.ctx.new_str(*version).into()).collect();
    modules::set(vm, &module, "compatible_formats", vm.ctx.new_list(formats));
    modules::set(vm, &module, "HIGHEST_PROTOCOL", vm.ctx.new_int(op::HIGHEST_PROTOCOL));
    let errors = Flavour::C.errors(vm);
    modules::set(vm, &module, "PickleError", errors.pickle_error.clone());
    modules::set(vm, &module, "PicklingError", errors.pickling_error.clone());
    modules::set(vm, &module, "UnpicklingError", errors.unpickling_error.clone());
    for (name, class) in [("UnpickleableError", &errors.unpickleable), ("BadPickleGet", &errors.bad_get)] {
        if let Some(class) = class {
            modules::set(vm, &module, name, class.clone());
        }
    }
    modules::set_function(vm, &module, "Pickler", make_pickler);
    modules::set_function(vm, &module, "Unpickler", make_unpickler);
    modules::set_function(vm, &module, "dump", dump);
    modules::set_function(vm, &module, "dumps", dumps);
    modules::set_function(vm, &module, "load", load);
    modules::set_function(vm, &module, "loads", loads);
    module
}
