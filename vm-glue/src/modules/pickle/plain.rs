//! The module `pickle`. Its `Pickler` and `Unpickler` are classic classes with native methods, which subclasses may
//! override one by one; without overriding nothing of Python's runs.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyDict, PyDictRef, PyModule, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::errors::Flavour;
use super::hooks::{OVERRIDABLE, Owner, PicklerState};
use super::opcodes as op;
use super::reading::{self, Reader};
use super::source::Source;
use super::writing::{self, Kind, Writer};
use super::writing_objects::{named, which_module};
use crate::modules;
use crate::runtime::{arguments, classes, classic, names, numbers, text};

/// Under which name an instance keeps its native state.
const KEPT_AS: &str = "_state_of_pickler";

/// A method of one of the classes.
type Method = fn(&Kit, &[Option<PyObjectRef>], &VirtualMachine) -> PyResult;

/// The classes of one interpreter and what they were made with.
#[derive(Debug)]
struct Kit {
    pickler: PyTypeRef,
    unpickler: PyTypeRef,
    /// The methods that may be overridden, as they were.
    methods: Vec<(&'static str, PyObjectRef)>,
    /// Types and functions of `Pickler.dispatch`, in order.
    writers: Vec<(PyObjectRef, PyObjectRef)>,
    natives: Arc<[(usize, Kind)]>,
    /// Functions of `Unpickler.dispatch` by operation, in order.
    readers: Vec<(u8, PyObjectRef)>,
}

type SharedKit = Arc<OnceLock<Kit>>;

/// What an instance of `Unpickler` keeps.
#[pyclass(module = "pickle", name = "_UnpicklerState")]
#[derive(Debug, PyPayload)]
struct UnpicklerState {
    reader: Mutex<Reader>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl UnpicklerState {
    /// Forgets what was read.
    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        zelf.reader.lock().memo.clear();
    }
}

fn value(values: &[Option<PyObjectRef>], at: usize) -> Option<&PyObjectRef> {
    values.get(at).and_then(Option::as_ref)
}

fn needed(values: &[Option<PyObjectRef>], at: usize, vm: &VirtualMachine) -> PyResult {
    value(values, at).cloned().ok_or_else(|| vm.new_type_error("an argument is missing"))
}

fn kept<T: PyPayload>(instance: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<T>> {
    let found = match instance.dict() {
        Some(dict) => dict.get_item_opt(KEPT_AS, vm)?,
        None => None,
    };
    found.and_then(|state| state.downcast::<T>().ok()).ok_or_else(|| {
        let class = instance.class().name().to_string();
        vm.new_attribute_error(format!("{class} instance has no attribute 'write'"))
    })
}

/// The number of a protocol argument.
pub fn protocol_of(vm: &VirtualMachine, protocol: Option<&PyObjectRef>) -> PyResult<i64> {
    let Some(protocol) = protocol.filter(|protocol| !vm.is_none(protocol)) else { return Ok(0) };
    let number = arguments::c_long(vm, protocol)? as i64;
    match number {
        ..0 => Ok(op::HIGHEST_PROTOCOL),
        0..=op::HIGHEST_PROTOCOL => Ok(number),
        _ => Err(vm.new_value_error(format!("pickle protocol must be <= {}", op::HIGHEST_PROTOCOL))),
    }
}

// ---- Pickler ------------------------------------------------------------------------------------------------------

impl Kit {
    /// Was the table of functions by type changed? Then it is given back.
    fn changed_dispatch(&self, vm: &VirtualMachine, instance: Option<&PyObject>) -> PyResult<Option<PyDictRef>> {
        let table = match instance {
            Some(instance) => instance.get_attr("dispatch", vm)?,
            None => self.pickler.as_object().get_attr("dispatch", vm)?,
        };
        let Ok(table) = table.downcast::<PyDict>() else { return Ok(None) };
        let same = table.__len__() == self.writers.len() && {
            let mut position = 0;
            self.writers.iter().all(|(class, function)| match table.next_entry(position) {
                Some((next, key, known)) => {
                    position = next;
                    key.is(class) && known.is(function)
                }
                None => false,
            })
        };
        Ok((!same).then_some(table))
    }

    /// What an instance does otherwise; None if nothing.
    fn owner(&self, vm: &VirtualMachine, instance: &PyObject, state: &PyRef<PicklerState>) -> PyResult<Option<Owner>> {
        let dispatch = self.changed_dispatch(vm, Some(instance))?;
        let mut overridden = Vec::new();
        let own = instance.dict();
        let subclass = !instance.class().is(&self.pickler);
        for (name, method) in self.methods.iter().filter(|(name, _)| OVERRIDABLE.contains(name)) {
            let interned = vm.ctx.intern_str(*name);
            let by_class = subclass && instance.class().get_attr(interned).is_some_and(|found| !found.is(method));
            let by_instance = match &own {
                Some(own) => own.get_item_opt(interned, vm)?.is_some(),
                None => false,
            };
            if by_class || by_instance {
                overridden.push(*name);
            }
        }
        if overridden.is_empty() && dispatch.is_none() {
            return Ok(None);
        }
        let natives = self.natives.clone();
        Ok(Some(Owner { object: instance.to_owned(), state: state.clone(), overridden, dispatch, natives }))
    }

    /// Works with the state of an instance.
    fn with_writer<R>(
        &self,
        vm: &VirtualMachine,
        instance: &PyObject,
        work: impl FnOnce(&mut Writer) -> PyResult<R>,
    ) -> PyResult<R> {
        let state: PyRef<PicklerState> = kept(instance, vm)?;
        let mut writer = std::mem::take(&mut *state.writer.lock());
        let outermost = writer.hooks.owner.is_none();
        if outermost {
            writer.hooks.owner = self.owner(vm, instance, &state)?.map(Box::new);
        }
        let own = instance.dict();
        if let Some(own) = &own
            && let Some(fast) = own.get_item_opt("fast", vm)?
        {
            writer.fast = fast.try_to_bool(vm)?;
        }
        let result = work(&mut writer);
        if outermost {
            writer.hooks.owner = None;
        }
        *state.writer.lock() = writer;
        result
    }
}

fn pickler_init(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let instance = needed(values, 0, vm)?;
    let protocol = protocol_of(vm, value(values, 2))?;
    let write = needed(values, 1, vm)?.get_attr("write", vm)?;
    let writer = Mutex::new(Writer::new(Flavour::Plain, protocol));
    let state = PicklerState { writer, write }.into_ref(&vm.ctx);
    if let Some(dict) = instance.dict() {
        dict.set_item("proto", vm.ctx.new_int(protocol).into(), vm)?;
        dict.set_item("bin", vm.ctx.new_bool(protocol >= 1).into(), vm)?;
        dict.set_item("fast", vm.ctx.new_int(0).into(), vm)?;
        dict.set_item("memo", state.clone().into(), vm)?;
        dict.set_item(KEPT_AS, state.into(), vm)?;
    }
    Ok(vm.ctx.none())
}

fn pickler_dump(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let instance = needed(values, 0, vm)?;
    let object = needed(values, 1, vm)?;
    let state: PyRef<PicklerState> = kept(&instance, vm)?;
    if let Some(own) = instance.dict()
        && let Some(memo) = own.get_item_opt("memo", vm)?
        && !memo.is(&state)
    {
        let memo = match memo.downcast_ref::<PicklerState>() {
            Some(other) => PicklerState::copy(other, vm)?,
            None => memo.downcast::<PyDict>().map_err(|_| vm.new_type_error("memo must be a dictionary"))?,
        };
        // The owner put a dict of its own there: from now on that counts.
        own.set_item("memo", state.clone().into(), vm)?;
        set_memo(&state, &memo, vm)?;
    }
    let result = kit.with_writer(vm, &instance, |writer| writer.dump(vm, &object));
    let written = std::mem::take(&mut state.writer.lock().out);
    // What was written before an error is in the file.
    if !written.is_empty() {
        state.write.call((text::new_str(vm, &written),), vm)?;
    }
    result.map(|()| vm.ctx.none())
}

fn set_memo(state: &PicklerState, memo: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    let mut writer = state.writer.lock();
    writer.memo.clear();
    for (_, entry) in memo.items_vec() {
        let pair = entry.try_to_value::<Vec<PyObjectRef>>(vm).unwrap_or_default();
        if let [number, object] = pair.as_slice() {
            let number = number.try_to_value::<usize>(vm)?;
            writer.memo.insert(object, number);
        }
    }
    Ok(())
}

fn pickler_clear(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let state: PyRef<PicklerState> = kept(&*needed(values, 0, vm)?, vm)?;
    state.writer.lock().memo.clear();
    Ok(vm.ctx.none())
}

fn pickler_write(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let state: PyRef<PicklerState> = kept(&*needed(values, 0, vm)?, vm)?;
    let bytes = text::str_of(vm, &*needed(values, 1, vm)?)?;
    state.writer.lock().out.extend_from_slice(&bytes);
    Ok(vm.ctx.none())
}

/// A method that works on the writer with one object.
macro_rules! with_object {
    ($name:ident, $method:ident) => {
        fn $name(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
            let (instance, object) = (needed(values, 0, vm)?, needed(values, 1, vm)?);
            kit.with_writer(vm, &instance, |writer| writer.$method(vm, &object))?;
            Ok(vm.ctx.none())
        }
    };
}

with_object!(pickler_save, save_here);
with_object!(pickler_memoize, memoize_here);
with_object!(pickler_save_pers, save_pers_here);
with_object!(pickler_appends, append_all);
with_object!(pickler_set_items, set_all);

fn pickler_persistent_id(_: &Kit, _: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.none())
}

fn number_text(values: &[Option<PyObjectRef>], codes: [u8; 3], vm: &VirtualMachine) -> PyResult {
    let state: PyRef<PicklerState> = kept(&*needed(values, 0, vm)?, vm)?;
    let number = needed(values, 1, vm)?.try_to_value::<usize>(vm)?;
    let binary = state.writer.lock().binary();
    Ok(text::new_str(vm, &writing::numbered(binary, codes, number)))
}

fn pickler_put(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    number_text(values, [op::PUT, op::BINPUT, op::LONG_BINPUT], vm)
}

fn pickler_get(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    number_text(values, [op::GET, op::BINGET, op::LONG_BINGET], vm)
}

fn pickler_save_global(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let (instance, object) = (needed(values, 0, vm)?, needed(values, 1, vm)?);
    let name = match value(values, 2).filter(|name| !vm.is_none(name)) {
        Some(name) => text::text_of(vm, name)?,
        None => None,
    };
    kit.with_writer(vm, &instance, |writer| writer.save_global_here(vm, &object, name))?;
    Ok(vm.ctx.none())
}

fn pickler_save_reduce(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let (instance, function, args) = (needed(values, 0, vm)?, needed(values, 1, vm)?, needed(values, 2, vm)?);
    let rest = [value(values, 3), value(values, 4), value(values, 5)];
    let object = value(values, 6).filter(|object| !vm.is_none(object)).map(|object| &**object);
    kit.with_writer(vm, &instance, |writer| writer.save_reduce(vm, &function, &args, rest, object))?;
    Ok(vm.ctx.none())
}

/// Method, its parameters, how many of them are needed, and the function.
const PICKLER_METHODS: &[(&str, &[&str], usize, Method)] = &[
    ("__init__", &["self", "file", "protocol"], 2, pickler_init),
    ("dump", &["self", "obj"], 2, pickler_dump),
    ("clear_memo", &["self"], 1, pickler_clear),
    ("write", &["self", "data"], 2, pickler_write),
    ("save", &["self", "obj"], 2, pickler_save),
    ("memoize", &["self", "obj"], 2, pickler_memoize),
    ("put", &["self", "i", "pack"], 2, pickler_put),
    ("get", &["self", "i", "pack"], 2, pickler_get),
    ("persistent_id", &["self", "obj"], 2, pickler_persistent_id),
    ("save_pers", &["self", "pid"], 2, pickler_save_pers),
    ("save_reduce", &["self", "func", "args", "state", "listitems", "dictitems", "obj"], 3, pickler_save_reduce),
    ("save_global", &["self", "obj", "name", "pack"], 2, pickler_save_global),
    ("_batch_appends", &["self", "items"], 2, pickler_appends),
    ("_batch_setitems", &["self", "items"], 2, pickler_set_items),
];

/// The methods that write one kind of objects.
const KINDS: &[(&str, Kind)] = &[
    ("save_none", Kind::None),
    ("save_bool", Kind::Bool),
    ("save_int", Kind::Int),
    ("save_long", Kind::Long),
    ("save_float", Kind::Float),
    ("save_string", Kind::Str),
    ("save_unicode", Kind::Unicode),
    ("save_tuple", Kind::Tuple),
    ("save_list", Kind::List),
    ("save_dict", Kind::Dict),
    ("save_inst", Kind::Instance),
];

/// The types of `Pickler.dispatch` with their methods.
fn dispatched(vm: &VirtualMachine) -> Vec<(PyObjectRef, &'static str)> {
    let types = &vm.ctx.types;
    let object = |class: &Py<PyType>| -> PyObjectRef { class.to_owned().into() };
    let mut table = vec![
        (object(types.none_type), "save_none"),
        (object(types.bool_type), "save_bool"),
        (object(types.int_type), "save_int"),
        (object(numbers::long_type(vm)), "save_long"),
        (object(types.float_type), "save_float"),
        (object(types.str_type), "save_string"),
        (object(text::unicode_type(vm)), "save_unicode"),
        (object(types.tuple_type), "save_tuple"),
        (object(types.list_type), "save_list"),
        (object(types.dict_type), "save_dict"),
    ];
    if let Some(instance) = classic::instance_type() {
        table.push((instance.clone().into(), "save_inst"));
    }
    for class in
        [classes::classobj(vm), types.function_type, types.builtin_function_or_method_type, classes::dialect_type(vm)]
    {
        table.push((object(class), "save_global"));
    }
    table
}

// ---- Unpickler ----------------------------------------------------------------------------------------------------

impl Default for Reader {
    fn default() -> Self {
        Self::new(Flavour::Plain, Source::default())
    }
}

fn unpickler_init(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let (instance, file) = (needed(values, 0, vm)?, needed(values, 1, vm)?);
    let (readline, read) = (file.get_attr("readline", vm)?, file.get_attr("read", vm)?);
    let source = Source::of(vm, file)?;
    let state = UnpicklerState { reader: Mutex::new(Reader::new(Flavour::Plain, source)) }.into_ref(&vm.ctx);
    if let Some(dict) = instance.dict() {
        dict.set_item("readline", readline, vm)?;
        dict.set_item("read", read, vm)?;
        dict.set_item("memo", state.clone().into(), vm)?;
        dict.set_item(KEPT_AS, state.into(), vm)?;
    }
    Ok(vm.ctx.none())
}

impl Kit {
    /// The method of an instance, if it is not the class's own.
    fn overridden(&self, vm: &VirtualMachine, instance: &PyObject, name: &'static str) -> PyResult<bool> {
        let interned = vm.ctx.intern_str(name);
        if let Some(own) = instance.dict()
            && own.get_item_opt(interned, vm)?.is_some()
        {
            return Ok(true);
        }
        let own = instance.class().get_attr(interned);
        let first = self.unpickler.get_attr(interned);
        Ok(match (own, first) {
            (Some(own), Some(first)) => !own.is(&first),
            (own, _) => own.is_some(),
        })
    }

    /// The table of functions by operation, if it was changed.
    fn changed_readers(&self, vm: &VirtualMachine, instance: &PyObject) -> PyResult<Option<PyDictRef>> {
        let Ok(table) = instance.get_attr("dispatch", vm)?.downcast::<PyDict>() else { return Ok(None) };
        let same = table.__len__() == self.readers.len() && {
            let mut position = 0;
            self.readers.iter().all(|(_, function)| match table.next_entry(position) {
                Some((next, _, known)) => {
                    position = next;
                    known.is(function)
                }
                None => false,
            })
        };
        Ok((!same).then_some(table))
    }
}

fn unpickler_load(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let instance = needed(values, 0, vm)?;
    let state: PyRef<UnpicklerState> = kept(&instance, vm)?;
    let mut reader = std::mem::take(&mut *state.reader.lock());
    if let Some(own) = instance.dict()
        && let Some(memo) = own.get_item_opt("memo", vm)?
        && !memo.is(&state)
    {
        // The owner put another memo there.
        let entries: Vec<(Vec<u8>, PyObjectRef)> = match memo.downcast_ref::<UnpicklerState>() {
            Some(other) => other.reader.lock().memo.entries(),
            None => match memo.downcast_ref::<PyDict>() {
                Some(memo) => memo
                    .items_vec()
                    .into_iter()
                    .map(|(key, object)| Ok((text::str_of(vm, &key)?, object)))
                    .collect::<PyResult<_>>()?,
                None => Vec::new(),
            },
        };
        reader.memo.clear();
        for (key, object) in entries {
            reader.memo.put_text(&key, object);
        }
        own.set_item("memo", state.clone().into(), vm)?;
    }
    if kit.overridden(vm, &instance, "find_class")? {
        let owner = instance.clone();
        reader.find = Arc::new(move |vm: &VirtualMachine, module: &str, name: &str| {
            vm.call_method(&owner, "find_class", (vm.ctx.new_str(module), vm.ctx.new_str(name)))
        });
    }
    let owner = instance.clone();
    reader.persistent =
        Some(Arc::new(move |vm: &VirtualMachine, pid| vm.call_method(&owner, "persistent_load", (pid,))));
    let result = match kit.changed_readers(vm, &instance)? {
        None => reader.load(vm),
        Some(table) => load_by(kit, vm, &instance, &state, &mut reader, &table),
    };
    // They hold the instance, which holds the reader.
    reader.find = Arc::new(named);
    reader.persistent = None;
    *state.reader.lock() = reader;
    result
}

/// Reads by a changed table: its functions find the stack among the attributes of the instance.
fn load_by(
    kit: &Kit,
    vm: &VirtualMachine,
    instance: &PyObject,
    state: &Py<UnpicklerState>,
    reader: &mut Reader,
    table: &Py<PyDict>,
) -> PyResult {
    reader.stack.clear();
    reader.mark = Some(vm.ctx.types.object_type.as_object().call((), vm)?);
    loop {
        let Some(operation) = reader.source.byte(vm)? else { return Err(Reader::end(vm)) };
        let key = text::new_str(vm, &[operation]);
        let function = table.to_owned().get_item_opt(&*key, vm)?;
        let Some(function) = function else { return Err(vm.new_key_error(key)) };
        let native = kit.readers.iter().any(|(code, known)| *code == operation && known.is(&function));
        if native && operation == op::STOP {
            return reader.pop(vm);
        }
        if native {
            reader.step(vm, operation)?;
            continue;
        }
        let stack = show_stack(vm, instance, reader)?;
        std::mem::swap(reader, &mut *state.reader.lock());
        let result = function.call((instance.to_owned(),), vm);
        std::mem::swap(reader, &mut *state.reader.lock());
        reader.stack = stack.try_to_value::<Vec<PyObjectRef>>(vm)?;
        result?;
    }
}

/// Puts the stack among the attributes of the instance.
fn show_stack(vm: &VirtualMachine, instance: &PyObject, reader: &mut Reader) -> PyResult {
    let stack: PyObjectRef = vm.ctx.new_list(std::mem::take(&mut reader.stack)).into();
    instance.set_attr("stack", stack.clone(), vm)?;
    instance.set_attr("append", stack.get_attr("append", vm)?, vm)?;
    instance.set_attr("mark", reader.mark.clone().unwrap_or_else(|| vm.ctx.none()), vm)?;
    Ok(stack)
}

/// One of the methods `load_…`: its operation on the stack among the attributes.
fn unpickler_step(instance: &PyObject, operation: u8, vm: &VirtualMachine) -> PyResult {
    let state: PyRef<UnpicklerState> = kept(instance, vm)?;
    let stack = instance.get_attr("stack", vm)?;
    let mut reader = std::mem::take(&mut *state.reader.lock());
    reader.stack = stack.try_to_value::<Vec<PyObjectRef>>(vm)?;
    let result = reader.step(vm, operation);
    let items = std::mem::take(&mut reader.stack);
    *state.reader.lock() = reader;
    if let Some(list) = stack.downcast_ref::<rustpython_vm::builtins::PyList>() {
        *list.borrow_vec_mut() = items;
    }
    result.map(|()| vm.ctx.none())
}

fn unpickler_marker(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let instance = needed(values, 0, vm)?;
    let mark = instance.get_attr("mark", vm)?;
    let stack = instance.get_attr("stack", vm)?.try_to_value::<Vec<PyObjectRef>>(vm)?;
    match stack.iter().rposition(|object| object.is(&mark)) {
        Some(at) => Ok(vm.ctx.new_int(at).into()),
        None => Err(vm.new_index_error("list index out of range")),
    }
}

fn unpickler_find_class(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let (module, name) = (needed(values, 1, vm)?, needed(values, 2, vm)?);
    let module = text::text_of(vm, &module)?.unwrap_or_default();
    named(vm, &module, &text::text_of(vm, &name)?.unwrap_or_default())
}

fn unpickler_get_extension(_: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let (instance, code) = (needed(values, 0, vm)?, needed(values, 1, vm)?);
    let state: PyRef<UnpicklerState> = kept(&instance, vm)?;
    let mut reader = std::mem::take(&mut *state.reader.lock());
    let result = reader.extension(vm, code.try_to_value::<i64>(vm)?);
    let found = reader.stack.pop();
    *state.reader.lock() = reader;
    result?;
    if let Some(found) = found {
        let stack = instance.get_attr("stack", vm)?;
        vm.call_method(&stack, "append", (found,))?;
    }
    Ok(vm.ctx.none())
}

const UNPICKLER_METHODS: &[(&str, &[&str], usize, Method)] = &[
    ("__init__", &["self", "file"], 2, unpickler_init),
    ("load", &["self"], 1, unpickler_load),
    ("marker", &["self"], 1, unpickler_marker),
    ("find_class", &["self", "module", "name"], 3, unpickler_find_class),
    ("get_extension", &["self", "code"], 2, unpickler_get_extension),
];

/// The methods of `Unpickler.dispatch` by operation.
const LOADERS: &[(&str, u8)] = &[
    ("load_eof", b'\0'),
    ("load_proto", op::PROTO),
    ("load_persid", op::PERSID),
    ("load_binpersid", op::BINPERSID),
    ("load_none", op::NONE),
    ("load_false", op::NEWFALSE),
    ("load_true", op::NEWTRUE),
    ("load_int", op::INT),
    ("load_binint", op::BININT),
    ("load_binint1", op::BININT1),
    ("load_binint2", op::BININT2),
    ("load_long", op::LONG),
    ("load_long1", op::LONG1),
    ("load_long4", op::LONG4),
    ("load_float", op::FLOAT),
    ("load_binfloat", op::BINFLOAT),
    ("load_string", op::STRING),
    ("load_binstring", op::BINSTRING),
    ("load_unicode", op::UNICODE),
    ("load_binunicode", op::BINUNICODE),
    ("load_short_binstring", op::SHORT_BINSTRING),
    ("load_tuple", op::TUPLE),
    ("load_empty_tuple", op::EMPTY_TUPLE),
    ("load_tuple1", op::TUPLE1),
    ("load_tuple2", op::TUPLE2),
    ("load_tuple3", op::TUPLE3),
    ("load_empty_list", op::EMPTY_LIST),
    ("load_empty_dictionary", op::EMPTY_DICT),
    ("load_list", op::LIST),
    ("load_dict", op::DICT),
    ("load_inst", op::INST),
    ("load_obj", op::OBJ),
    ("load_newobj", op::NEWOBJ),
    ("load_global", op::GLOBAL),
    ("load_ext1", op::EXT1),
    ("load_ext2", op::EXT2),
    ("load_ext4", op::EXT4),
    ("load_reduce", op::REDUCE),
    ("load_pop", op::POP),
    ("load_pop_mark", op::POP_MARK),
    ("load_dup", op::DUP),
    ("load_get", op::GET),
    ("load_binget", op::BINGET),
    ("load_long_binget", op::LONG_BINGET),
    ("load_put", op::PUT),
    ("load_binput", op::BINPUT),
    ("load_long_binput", op::LONG_BINPUT),
    ("load_append", op::APPEND),
    ("load_appends", op::APPENDS),
    ("load_setitem", op::SETITEM),
    ("load_setitems", op::SETITEMS),
    ("load_build", op::BUILD),
    ("load_mark", op::MARK),
    ("load_stop", op::STOP),
];

// ---- the module ---------------------------------------------------------------------------------------------------

fn dumps_of(kit: &Kit, object: &PyObject, protocol: i64, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    if kit.changed_dispatch(vm, None)?.is_some() {
        let list = vm.ctx.new_list(Vec::new());
        let write = list.as_object().get_attr("append", vm)?;
        let instance = classic::make_instance(&[kit.pickler.clone().into()], vm)?;
        let writer = Mutex::new(Writer::new(Flavour::Plain, protocol));
        let state = PicklerState { writer, write }.into_ref(&vm.ctx);
        if let Some(dict) = instance.dict() {
            dict.set_item("proto", vm.ctx.new_int(protocol).into(), vm)?;
            dict.set_item("bin", vm.ctx.new_bool(protocol >= 1).into(), vm)?;
            dict.set_item("memo", state.clone().into(), vm)?;
            dict.set_item(KEPT_AS, state.clone().into(), vm)?;
        }
        kit.with_writer(vm, &instance, |writer| writer.dump(vm, object))?;
        let written = std::mem::take(&mut state.writer.lock().out);
        return Ok(written);
    }
    let mut writer = Writer::new(Flavour::Plain, protocol);
    writer.dump(vm, object)?;
    Ok(writer.out)
}

fn dumps(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let protocol = protocol_of(vm, value(values, 1))?;
    Ok(text::new_str(vm, &dumps_of(kit, &*needed(values, 0, vm)?, protocol, vm)?))
}

fn dump(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let protocol = protocol_of(vm, value(values, 2))?;
    let write = needed(values, 1, vm)?.get_attr("write", vm)?;
    let bytes = dumps_of(kit, &*needed(values, 0, vm)?, protocol, vm)?;
    write.call((text::new_str(vm, &bytes),), vm)?;
    Ok(vm.ctx.none())
}

/// Reads with the class's own functions, or by its changed table.
fn load_from(kit: &Kit, source: Source, vm: &VirtualMachine) -> PyResult {
    let mut reader = Reader::new(Flavour::Plain, source);
    let instance = kit.unpickler.as_object();
    if kit.changed_readers(vm, instance)?.is_some() {
        let instance = classic::make_instance(&[kit.unpickler.clone().into()], vm)?;
        let state = UnpicklerState { reader: Mutex::new(reader) }.into_ref(&vm.ctx);
        if let Some(dict) = instance.dict() {
            dict.set_item(KEPT_AS, state.into(), vm)?;
        }
        return unpickler_load(kit, &[Some(instance)], vm);
    }
    reader.load(vm)
}

fn load(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let source = Source::of(vm, needed(values, 0, vm)?)?;
    load_from(kit, source, vm)
}

fn loads(kit: &Kit, values: &[Option<PyObjectRef>], vm: &VirtualMachine) -> PyResult {
    let given = needed(values, 0, vm)?;
    let data = match text::bytes_of(&given) {
        Some(data) => data,
        None if text::is_unicode(&given) => text::str_of(vm, &given)?,
        None => arguments::octets(vm, "StringIO() argument 1 must be string or buffer, not", &given)
            .map_err(|_| {
                let kind = names::type_name_of(&given);
                vm.new_type_error(format!("StringIO() argument 1 must be string or buffer, not {kind}"))
            })?
            .into_owned(),
    };
    load_from(kit, Source::Bytes { data, at: 0 }, vm)
}

const FUNCTIONS: &[(&str, &[&str], usize, Method)] = &[
    ("dump", &["obj", "file", "protocol"], 2, dump),
    ("dumps", &["obj", "protocol"], 1, dumps),
    ("load", &["file"], 1, load),
    ("loads", &["str"], 1, loads),
];

/// A native function that parses its arguments and works with the kit.
fn delegate(
    kit: &SharedKit,
    (name, parameters, required, method): (&'static str, &'static [&'static str], usize, Method),
) -> impl Fn(FuncArgs, &VirtualMachine) -> PyResult + Send + Sync + 'static + use<> {
    let kit = kit.clone();
    move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let values = arguments::of_python(vm, name, args, parameters, required)?;
        match kit.get() {
            Some(kit) => method(kit, &values, vm),
            None => Err(vm.new_system_error("pickle is not installed")),
        }
    }
}

fn classic_class(vm: &VirtualMachine, name: &str) -> PyResult<&'static Py<PyType>> {
    let dict = vm.ctx.new_dict();
    dict.set_item("__module__", vm.ctx.new_str("pickle").into(), vm)?;
    let args = (vm.ctx.new_str(name), vm.ctx.new_tuple(Vec::new()), dict);
    let made = classes::classobj(vm).as_object().call(args, vm)?;
    let class: PyTypeRef = made.downcast().map_err(|_| vm.new_type_error("a class is needed"))?;
    // Descriptors of native methods hold their class as long as the program runs.
    Ok(Box::leak(Box::new(class)))
}

fn build(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let _: (PyTypeRef, PyTypeRef) = (PicklerState::make_static_type(), UnpicklerState::make_static_type());
    let kit: SharedKit = Arc::new(OnceLock::new());
    let (pickler, unpickler) = (classic_class(vm, "Pickler")?, classic_class(vm, "Unpickler")?);
    let mut methods: Vec<(&'static str, PyObjectRef)> = Vec::new();
    for entry in PICKLER_METHODS {
        let method: PyObjectRef = vm.new_method(entry.0, pickler, delegate(&kit, *entry)).into();
        pickler.set_attr(vm.ctx.intern_str(entry.0), method.clone());
        methods.push((entry.0, method));
    }
    for (name, kind) in KINDS {
        let (shared, kind) = (kit.clone(), *kind);
        let work = move |instance: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| -> PyResult<()> {
            let Some(object) = args.args.first() else { return Err(vm.new_type_error("an argument is missing")) };
            match shared.get() {
                Some(kit) => kit.with_writer(vm, &instance, |writer| writer.save_kind(vm, object, kind)),
                None => Ok(()),
            }
        };
        let method: PyObjectRef = vm.new_method(name, pickler, work).into();
        pickler.set_attr(vm.ctx.intern_str(*name), method.clone());
        methods.push((name, method));
    }
    let of = |name: &str| methods.iter().find(|(known, _)| *known == name).map(|(_, method)| method.clone());
    let table = vm.ctx.new_dict();
    let mut writers = Vec::new();
    let mut natives = Vec::new();
    for (class, name) in dispatched(vm) {
        let Some(method) = of(name) else { continue };
        let kind = KINDS.iter().find(|(known, _)| *known == name).map_or(Kind::Global, |(_, kind)| *kind);
        natives.push((method.get_id(), kind));
        table.set_item(&*class, method.clone(), vm)?;
        writers.push((class, method));
    }
    pickler.set_attr(vm.ctx.intern_str("dispatch"), table.into());
    pickler.modified();

    for entry in UNPICKLER_METHODS {
        let method = vm.new_method(entry.0, unpickler, delegate(&kit, *entry));
        unpickler.set_attr(vm.ctx.intern_str(entry.0), method.into());
    }
    let table = vm.ctx.new_dict();
    let mut readers = Vec::new();
    for (name, operation) in LOADERS {
        let operation = *operation;
        let work = move |instance: PyObjectRef, vm: &VirtualMachine| unpickler_step(&instance, operation, vm);
        let method: PyObjectRef = vm.new_method(name, unpickler, work).into();
        unpickler.set_attr(vm.ctx.intern_str(*name), method.clone());
        if operation != b'\0' {
            table.set_item(&*text::new_str(vm, &[operation]), method.clone(), vm)?;
            readers.push((operation, method));
        }
    }
    unpickler.set_attr(vm.ctx.intern_str("dispatch"), table.into());
    unpickler.modified();
    for entry in FUNCTIONS {
        modules::set_function(vm, module, entry.0, delegate(&kit, *entry));
    }
    let (pickler, unpickler) = (pickler.to_owned(), unpickler.to_owned());
    modules::set(vm, module, "Pickler", pickler.clone());
    modules::set(vm, module, "Unpickler", unpickler.clone());
    let _ = kit.set(Kit { pickler, unpickler, methods, writers, natives: natives.into(), readers });
    Ok(())
}

fn function_module(function: PyObjectRef, name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = text::text_of(vm, &name)?.unwrap_or_default();
    Ok(text::native(vm, &which_module(vm, &function, &name)?))
}

fn encode_long(number: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    match numbers::integer(&number) {
        Some(number) => Ok(text::new_str(vm, &writing::encode_long(number))),
        None => Err(vm.new_type_error("an integer is required")),
    }
}

fn decode_long(data: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    Ok(numbers::new_long(vm, reading::decode_long(&text::str_of(vm, &data)?)))
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "pickle");
    let mut all: Vec<PyObjectRef> =
        ["PickleError", "PicklingError", "UnpicklingError", "Pickler", "Unpickler", "dump", "dumps", "load", "loads"]
            .iter()
            .map(|name| vm.ctx.new_str(*name).into())
            .collect();
    for (name, code) in op::OPERATIONS {
        modules::set(vm, &module, name, text::new_str(vm, &[*code]));
    }
    modules::set(vm, &module, "TRUE", vm.ctx.new_str("I01\n"));
    modules::set(vm, &module, "FALSE", vm.ctx.new_str("I00\n"));
    modules::set(vm, &module, "HIGHEST_PROTOCOL", vm.ctx.new_int(op::HIGHEST_PROTOCOL));
    let mut shown: Vec<&str> = op::OPERATIONS.iter().map(|(name, _)| *name).collect();
    shown.extend(["TRUE", "FALSE", "HIGHEST_PROTOCOL"]);
    shown.sort_unstable();
    all.extend(shown.into_iter().map(|name| -> PyObjectRef { vm.ctx.new_str(name).into() }));
    modules::set(vm, &module, "__all__", vm.ctx.new_list(all));
    modules::set(vm, &module, "__version__", vm.ctx.new_str("$Revision: 72223 $"));
    modules::set(vm, &module, "format_version", vm.ctx.new_str(op::FORMAT_VERSION));
    let formats = op::COMPATIBLE_FORMATS.iter().map(|version| vm.ctx.new_str(*version).into()).collect();
    modules::set(vm, &module, "compatible_formats", vm.ctx.new_list(formats));
    let errors = Flavour::Plain.errors(vm);
    modules::set(vm, &module, "PickleError", errors.pickle_error.clone());
    modules::set(vm, &module, "PicklingError", errors.pickling_error.clone());
    modules::set(vm, &module, "UnpicklingError", errors.unpickling_error.clone());
    modules::set(vm, &module, "classmap", vm.ctx.new_dict());
    modules::set_function(vm, &module, "whichmodule", function_module);
    modules::set_function(vm, &module, "encode_long", encode_long);
    modules::set_function(vm, &module, "decode_long", decode_long);
    if let Ok(table) = super::reduce::copy_reg(vm, "dispatch_table") {
        modules::set(vm, &module, "dispatch_table", table);
    }
    if let Err(error) = build(vm, &module) {
        // Without its classes the module is of no use: whoever imports from it is told what is missing.
        vm.run_unraisable(error, Some("pickle".to_owned()), vm.ctx.none());
    }
    module
}
