//! Exceptions: Python 2's hierarchy, texts, `message`, indexing, and the old forms of `raise`.
//!
//! The machine's exceptions stay what they are; `StandardError` goes into their order of bases, and
//! `EnvironmentError`, `IOError` and `OSError` are classes of their own below the machine's `OSError`, which also
//! match what the machine itself raises.

use super::{classes, messages, names};
use rustpython_vm::builtins::{
    PyBaseException, PyBaseExceptionRef, PyOSError, PyStr, PyTraceback, PyTuple, PyTupleRef, PyType, PyTypeRef,
};
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::{PyMapping, PySequence};
use rustpython_vm::types::Constructor;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, TryFromObject, VirtualMachine};
use std::sync::OnceLock;

/// Python 2's exceptions that the machine does not have.
pub struct Zoo {
    pub standard_error: PyTypeRef,
    pub environment_error: PyTypeRef,
    pub io_error: PyTypeRef,
    pub os_error: PyTypeRef,
}

static ZOO: OnceLock<Zoo> = OnceLock::new();

/// Python 2's own exception classes.
pub fn zoo(vm: &VirtualMachine) -> PyResult<&'static Zoo> {
    ZOO.get().ok_or_else(|| vm.new_system_error("the exceptions are not installed"))
}

/// Is this one of the classes made here (which Python 2 shows as built-in)?
pub fn is_builtin(class: &Py<PyType>) -> bool {
    ZOO.get().is_some_and(|zoo| {
        [&zoo.standard_error, &zoo.environment_error, &zoo.io_error, &zoo.os_error].into_iter().any(|own| own.is(class))
    })
}

/// An IOError with errno, text and (optionally) the file's name.
pub fn new_io_error(vm: &VirtualMachine, errno: i32, text: &str, filename: Option<PyObjectRef>) -> PyBaseExceptionRef {
    let mut args: Vec<PyObjectRef> = vec![vm.ctx.new_int(errno).into(), vm.ctx.new_str(text).into()];
    args.extend(filename);
    make(vm, |zoo| &zoo.io_error, args)
}

/// An IOError with a text only.
pub fn new_io_error_text(vm: &VirtualMachine, text: &str) -> PyBaseExceptionRef {
    make(vm, |zoo| &zoo.io_error, vec![vm.ctx.new_str(text).into()])
}

/// An OSError with a text only.
pub fn new_os_error_text(vm: &VirtualMachine, text: &str) -> PyBaseExceptionRef {
    make(vm, |zoo| &zoo.os_error, vec![vm.ctx.new_str(text).into()])
}

fn make(vm: &VirtualMachine, class: fn(&Zoo) -> &PyTypeRef, args: Vec<PyObjectRef>) -> PyBaseExceptionRef {
    let made = zoo(vm).and_then(|zoo| {
        let made = class(zoo).as_object().call(FuncArgs::from(args), vm)?;
        PyBaseExceptionRef::try_from_object(vm, made)
    });
    made.unwrap_or_else(|error| error)
}

// ---- hierarchy --------------------------------------------------------------------------------------------------

fn install_hierarchy(vm: &VirtualMachine) -> PyResult<()> {
    let zoo = &vm.ctx.exceptions;
    let standard = vm.ctx.new_exception_type("exceptions", "StandardError", None);
    let under_standard: &[&'static Py<PyType>] = &[
        zoo.arithmetic_error,
        zoo.assertion_error,
        zoo.attribute_error,
        zoo.buffer_error,
        zoo.eof_error,
        zoo.import_error,
        zoo.lookup_error,
        zoo.memory_error,
        zoo.name_error,
        zoo.os_error,
        zoo.reference_error,
        zoo.runtime_error,
        zoo.syntax_error,
        zoo.system_error,
        zoo.type_error,
        zoo.value_error,
    ];
    for class in under_standard {
        insert_before(class, zoo.exception_type, &standard);
        *class.bases.write() = PyTuple::new_ref_typed(vec![standard.clone()], &vm.ctx);
    }
    let environment = error_class("EnvironmentError", zoo.os_error, vm)?;
    let io = error_class("IOError", &environment, vm)?;
    let os = error_class("OSError", &environment, vm)?;
    // What the machine raises by itself is caught under its Python 2 names.
    for class in [
        zoo.file_not_found_error,
        zoo.file_exists_error,
        zoo.permission_error,
        zoo.not_a_directory_error,
        zoo.is_a_directory_error,
        zoo.process_lookup_error,
        zoo.child_process_error,
        zoo.interrupted_error,
    ] {
        insert_before(class, zoo.os_error, &environment);
        insert_before(class, &environment, &os);
    }
    for class in [zoo.blocking_io_error, zoo.connection_error, zoo.timeout_error] {
        insert_before(class, zoo.os_error, &environment);
        insert_before(class, &environment, &io);
    }
    let _ = ZOO.set(Zoo { standard_error: standard, environment_error: environment, io_error: io, os_error: os });
    Ok(())
}

/// Puts a class into the order of bases of another one and of everything derived from it.
fn insert_before(class: &Py<PyType>, before: &Py<PyType>, new: &PyTypeRef) {
    {
        let mut order = class.mro.write();
        if order.iter().any(|base| base.is(new)) {
            return;
        }
        if let Some(position) = order.iter().position(|base| base.is(before)) {
            order.insert(position, new.clone());
        }
    }
    class.modified();
    let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|weak| weak.upgrade()).collect();
    for subclass in subclasses {
        if let Some(subclass) = subclass.downcast_ref::<PyType>() {
            insert_before(subclass, before, new);
        }
    }
}

/// A class whose `isinstance` and `issubclass` also know the machine's plain OSError.
fn error_class(name: &str, base: &Py<PyType>, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    let metaclass = classes::error_metaclass(instance_check, subclass_check, vm)?;
    let dict = vm.ctx.new_dict();
    dict.set_item("__module__", vm.ctx.new_str("exceptions").into(), vm)?;
    let bases = vm.ctx.new_tuple(vec![base.to_owned().into()]);
    let class = classes::machine_new(metaclass, vm.ctx.new_str(name), bases, &dict, vm)?;
    class.slots().new.store(Some(environment_new));
    Ok(class)
}

fn instance_check(class: PyObjectRef, object: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    if object.is_instance_of_mro(&class) {
        return Ok(true);
    }
    Ok(object.class().is(vm.ctx.exceptions.os_error) && class.downcast_ref::<PyType>().is_some_and(is_builtin))
}

fn subclass_check(class: PyObjectRef, derived: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let own = class.downcast_ref::<PyType>().is_some_and(is_builtin);
    Ok(own && derived.is(vm.ctx.exceptions.os_error) || derived.real_is_subclass(&class, vm)?)
}

trait InstanceOfMro {
    fn is_instance_of_mro(&self, class: &PyObject) -> bool;
}

impl InstanceOfMro for PyObject {
    fn is_instance_of_mro(&self, class: &PyObject) -> bool {
        class.downcast_ref::<PyType>().is_some_and(|class| self.class().fast_issubclass(class))
    }
}

/// `__new__` of the three: no machine subclass is chosen by errno, and four arguments mean nothing special.
fn environment_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut args = args;
    if !args.kwargs.is_empty() && is_builtin(&class) {
        return Err(vm.new_type_error(format!("{} does not take keyword arguments", class.name())));
    }
    args.kwargs.clear();
    let shown = args.args.clone();
    let own_init = class.get_attr(vm.ctx.intern_str("__init__"));
    let inherited = ZOO.get().and_then(|zoo| zoo.environment_error.get_attr(vm.ctx.intern_str("__init__")));
    let overridden = match (&own_init, &inherited) {
        (Some(own), Some(inherited)) => !own.is(inherited),
        (Some(_), None) => true,
        _ => false,
    };
    if overridden || !(2..=3).contains(&args.args.len()) {
        args.args.clear();
    }
    let payload = <PyOSError as Constructor>::py_new(&class, args, vm)?;
    let object = payload.into_ref_with_type(vm, class)?;
    if !overridden && !(2..=3).contains(&shown.len()) {
        set_args(object.as_object(), vm.ctx.new_tuple(shown), vm)?;
    }
    Ok(object.into())
}

/// `__new__` of exception classes with an `__init__` written in Python: `args` stays empty until the base's `__init__`
/// is called, as in Python 2.
fn new_without_args(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let native = class
        .mro_collect()
        .into_iter()
        .filter(|base| base.heaptype_ext().is_none() || is_builtin(base))
        .find_map(|base| base.slots().new.load());
    let Some(native) = native else { return Err(vm.new_system_error("an exception class without a native base")) };
    let mut positional = args;
    positional.kwargs.clear();
    let made = native(class, positional, vm)?;
    set_args(&made, vm.ctx.empty_tuple.clone(), vm)?;
    Ok(made)
}

/// Gives a new exception class made by Python 2 code the constructor that it needs.
pub fn adopt(class: &Py<PyType>, vm: &VirtualMachine) {
    if !class.fast_issubclass(vm.ctx.exceptions.base_exception_type) {
        return;
    }
    let python_defined = |name: &str| {
        class.get_attr(vm.ctx.intern_str(name)).is_some_and(|found| {
            found.downcast_ref::<rustpython_vm::builtins::PyFunction>().is_some()
                || found.downcast_ref::<rustpython_vm::builtins::PyStaticMethod>().is_some()
        })
    };
    if python_defined("__init__") && !python_defined("__new__") {
        class.slots().new.store(Some(new_without_args));
    }
}

/// `__init__` of the three. The machine's own does nothing in classes that also have a `__new__`.
fn environment_init(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    if !args.kwargs.is_empty() {
        return Err(vm.new_type_error(format!("{} does not take keyword arguments", object.class().name())));
    }
    let mut shown = args.args;
    let count = shown.len();
    if (2..=3).contains(&count) {
        object.set_attr("errno", shown[0].clone(), vm)?;
        object.set_attr("strerror", shown[1].clone(), vm)?;
        if count == 3 {
            object.set_attr("filename", shown[2].clone(), vm)?;
            if vm.is_none(&shown[2]) {
                object.set_attr("filename2", vm.ctx.not_implemented(), vm)?;
            }
            shown.truncate(2);
        }
    }
    set_args(object, vm.ctx.new_tuple(shown), vm)
}

// ---- texts ------------------------------------------------------------------------------------------------------

fn exception(object: &PyObject) -> Option<&Py<PyBaseException>> {
    object.downcast_ref::<PyBaseException>()
}

/// The arguments, with the machine's own messages in Python 2's words.
pub fn args_of(error: &Py<PyBaseException>, vm: &VirtualMachine) -> PyTupleRef {
    messages::localize(error, vm);
    error.args()
}

fn str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(error) = exception(object) else { return object.repr(vm) };
    let args = args_of(error, vm);
    match args.as_slice() {
        [] => Ok(vm.ctx.new_str("")),
        [only] => super::text::str_object(vm, only)?
            .downcast::<PyStr>()
            .map_err(|_| vm.new_type_error("__str__ returned non-string")),
        _ => args.as_object().repr(vm),
    }
}

fn key_error_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    if let Some(error) = exception(object)
        && let [only] = args_of(error, vm).as_slice()
    {
        return only.repr(vm);
    }
    str(object, vm)
}

fn environment_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let field = |name: &'static str| object.get_attr(name, vm).ok();
    let shown = |name: &'static str| match field(name) {
        Some(value) => value.str(vm).map(|text| text.to_string()),
        None => Ok(String::new()),
    };
    let filename = field("filename").filter(|filename| !vm.is_none(filename) || explicit_filename(object, vm));
    if let Some(filename) = filename {
        let filename = filename.repr(vm)?;
        return Ok(vm.ctx.new_str(format!("[Errno {}] {}: {filename}", shown("errno")?, shown("strerror")?)));
    }
    if exception(object).is_some_and(|error| args_of(error, vm).as_slice().len() == 2) {
        return Ok(vm.ctx.new_str(format!("[Errno {}] {}", shown("errno")?, shown("strerror")?)));
    }
    str(object, vm)
}

/// Was None given as the name of the file? The machine's field for a second name, unknown to Python 2, remembers it.
fn explicit_filename(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.get_attr("filename2", vm).is_ok_and(|mark| mark.is(&vm.ctx.not_implemented))
}

/// An error of the machine about two files (`os.rename`): Python 2 names neither.
fn has_two_names(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.get_attr("filename2", vm).is_ok_and(|second| !vm.is_none(&second) && !second.is(&vm.ctx.not_implemented))
}

type Init = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult<()>;
static SYNTAX_ERROR_INIT: OnceLock<Init> = OnceLock::new();

/// `SyntaxError(message, (file, line, offset, text))`: exactly four.
fn syntax_error_init(object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    if let [_, place] = args.args.as_slice()
        && vm.extract_elements_with(place, Ok)?.len() != 4
    {
        return Err(vm.new_index_error("tuple index out of range"));
    }
    match SYNTAX_ERROR_INIT.get() {
        Some(original) => original(object, args, vm),
        None => Err(vm.new_system_error("the exceptions are not installed")),
    }
}

fn repr(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(error) = exception(object) else {
        return Err(vm.new_type_error("an exception is required"));
    };
    let args = args_of(error, vm);
    let name = names::shown_name(error.class());
    if args.as_slice().is_empty() {
        return Ok(vm.ctx.new_str(format!("{name}()")));
    }
    let shown = args.as_object().repr(vm)?;
    Ok(vm.ctx.new_str(format!("{name}{shown}")))
}

// ---- attributes and indexing ------------------------------------------------------------------------------------

/// Where `message` is kept once it differs from what `args` say: in the instance's dict, under a name that no source can
/// spell.
const KEPT_MESSAGE: &str = "<message>";

type SetArgs = fn(&PyObject, PyObjectRef, PySetterValue, &VirtualMachine) -> PyResult<()>;
/// The machine's own attribute `args`.
static SET_ARGS: OnceLock<(PyObjectRef, SetArgs)> = OnceLock::new();

fn machine_set_args(object: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    match (SET_ARGS.get(), value) {
        (Some((descriptor, set)), value) => set(descriptor, object.to_owned(), value, vm),
        (None, PySetterValue::Assign(value)) => object.set_attr("args", value, vm),
        (None, PySetterValue::Delete) => object.del_attr("args", vm),
    }
}

/// Gives an exception other arguments, as its constructor would.
pub fn set_args(object: &PyObject, args: PyTupleRef, vm: &VirtualMachine) -> PyResult<()> {
    machine_set_args(object, PySetterValue::Assign(args.into()), vm)
}

fn get_message(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if let Some(dict) = object.dict() {
        for name in ["message", KEPT_MESSAGE] {
            if let Some(message) = dict.get_item_opt(name, vm)? {
                return Ok(message);
            }
        }
    }
    match exception(&object).map(|error| args_of(error, vm)) {
        Some(args) if args.as_slice().len() == 1 => Ok(args.as_slice()[0].clone()),
        _ => Ok(vm.ctx.new_str("").into()),
    }
}

fn set_message(object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let dict = rustpython_vm::builtins::object_get_dict(object, vm)?;
    match value {
        PySetterValue::Assign(value) => {
            dict.pop_item(KEPT_MESSAGE, vm)?;
            dict.set_item("message", value, vm)
        }
        PySetterValue::Delete => dict.pop_item("message", vm).map(drop),
    }
}

fn get_args(object: PyObjectRef, vm: &VirtualMachine) -> PyTupleRef {
    match exception(&object) {
        Some(error) => args_of(error, vm),
        None => vm.ctx.empty_tuple.clone(),
    }
}

fn args_tuple(object: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
    match exception(object) {
        Some(error) => args_of(error, vm).into(),
        None => vm.ctx.empty_tuple.clone().into(),
    }
}

fn subscript(mapping: PyMapping<'_>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
    args_tuple(mapping.obj, vm).get_item(key, vm)
}

fn item(sequence: PySequence<'_>, index: isize, vm: &VirtualMachine) -> PyResult {
    args_tuple(sequence.obj, vm).get_item(vm.ctx.new_int(index).as_object(), vm)
}

fn iter(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    Ok(super::iterators::ItemIterator::of(object, vm))
}

type Stringify = fn(&PyObject, &VirtualMachine) -> PyResult<PyRef<PyStr>>;

/// Replaces a slot of a class and of all existing classes derived from it that share the old function.
fn replace_stringify(
    class: &Py<PyType>,
    cell: fn(&Py<PyType>) -> Option<Stringify>,
    store: fn(&Py<PyType>, Stringify),
    new: Stringify,
) {
    let Some(old) = cell(class) else {
        store(class, new);
        return;
    };
    walk(class, &mut |class| {
        if cell(class).is_some_and(|own| std::ptr::fn_addr_eq(own, old)) {
            store(class, new);
        }
    });
}

/// Visits a class and everything derived from it.
pub fn walk(class: &Py<PyType>, visit: &mut dyn FnMut(&Py<PyType>)) {
    visit(class);
    let subclasses: Vec<_> = class.subclasses.read().iter().filter_map(|weak| weak.upgrade()).collect();
    for subclass in subclasses {
        if let Some(subclass) = subclass.downcast_ref::<PyType>() {
            walk(subclass, visit);
        }
    }
}

fn get_str(class: &Py<PyType>) -> Option<Stringify> {
    class.slots().str.load()
}

fn set_str(class: &Py<PyType>, function: Stringify) {
    class.slots().str.store(Some(function));
}

fn get_repr(class: &Py<PyType>) -> Option<Stringify> {
    class.slots().repr.load()
}

fn set_repr(class: &Py<PyType>, function: Stringify) {
    class.slots().repr.store(Some(function));
}

type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;
/// The machine's constructors of its exceptions, by class.
static CONSTRUCTORS: OnceLock<Vec<(usize, New)>> = OnceLock::new();
static ENCODE_STR: OnceLock<Stringify> = OnceLock::new();

/// Native exceptions take no keywords.
fn base_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if !args.kwargs.is_empty() && class.heaptype_ext().is_none() {
        let name = names::shown_name(&class);
        return Err(vm.new_type_error(format!("exceptions.{name} does not take keyword arguments")));
    }
    let own = class.mro_collect().into_iter().find_map(|base| {
        let id = base.get_id();
        CONSTRUCTORS.get()?.iter().find(|(class, _)| *class == id).map(|(_, original)| *original)
    });
    match own {
        Some(original) => original(class, args, vm),
        None => Err(vm.new_system_error("the exceptions are not installed")),
    }
}

/// The character of an encoding error is a unicode string.
fn encode_error_str(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let Some(original) = ENCODE_STR.get() else { return str(object, vm) };
    let text = original(object, vm)?;
    let shown = text.to_string();
    Ok(match shown.split_once(" can't encode character '") {
        Some((codec, rest)) => vm.ctx.new_str(format!("{codec} can't encode character u'{rest}")),
        None => text,
    })
}

/// `object` of a decoding error: the machine keeps its own byte strings there, programs see `str`.
fn bytes_object(class: &'static Py<PyType>, vm: &VirtualMachine) {
    let name = vm.ctx.intern_str("object");
    let Some(old) = class.attributes().get(name) else { return };
    let (get, set) = (old.class().slots().descr_get.load(), old.class().slots().descr_set.load());
    let kept = old.clone();
    let getter = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let Some(get) = get else { return Ok(vm.ctx.none()) };
        let value = get(&kept, Some(&object), Some(object.class().as_object()), vm)?;
        match value.downcast_ref::<rustpython_vm::builtins::PyBytes>() {
            Some(bytes) => Ok(super::text::new_str(vm, bytes.as_bytes())),
            None => Ok(value),
        }
    };
    let setter = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| match set {
        Some(set) => set(&old, object, value, vm),
        None => Ok(()),
    };
    class.set_attr(name, vm.ctx.new_static_getset("object", class, getter, setter).into());
}

type ClassOf = fn(&VirtualMachine) -> &'static Py<PyType>;

/// Descriptions that programs print; the machine is built without any.
const DOCS: &[(ClassOf, &str)] = &[
    (|vm| vm.ctx.exceptions.base_exception_type, "Common base class for all exceptions"),
    (|vm| vm.ctx.exceptions.exception_type, "Common base class for all non-exit exceptions."),
];

/// Adds what this file knows to the native exceptions.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    if ZOO.get().is_some() {
        return Ok(());
    }
    let zoo = &vm.ctx.exceptions;
    let base = zoo.base_exception_type;
    replace_stringify(zoo.os_error, get_str, set_str, environment_str);
    replace_stringify(zoo.key_error, get_str, set_str, key_error_str);
    replace_stringify(base, get_str, set_str, str);
    replace_stringify(base, get_repr, set_repr, repr);
    walk(base, &mut |class| {
        class.slots().as_mapping.subscript.store(Some(subscript));
        class.slots().as_sequence.item.store(Some(item));
        class.slots().iter.store(Some(iter));
    });
    let message = vm.ctx.new_static_getset("message", base, get_message, set_message);
    base.set_attr(vm.ctx.intern_str("message"), message.into());
    if let Some(old) = base.get_attr(vm.ctx.intern_str("args")) {
        if let Some(set) = old.class().slots().descr_set.load() {
            let _ = SET_ARGS.set((old, set));
        }
        let args = vm.ctx.new_static_getset(
            "args",
            base,
            get_args,
            |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| {
                // `message` is an attribute of its own in Python 2, and stays what it was.
                let before = get_message(object.clone(), vm)?;
                machine_set_args(&object, value, vm)?;
                if !get_message(object.clone(), vm)?.is(&before) {
                    rustpython_vm::builtins::object_get_dict(object, vm)?.set_item(KEPT_MESSAGE, before, vm)?;
                }
                Ok(())
            },
        );
        base.set_attr(vm.ctx.intern_str("args"), args.into());
    }
    let get_item = vm.new_method("__getitem__", base, |object: PyObjectRef, key: PyObjectRef, vm: &VirtualMachine| {
        args_tuple(&object, vm).get_item(&*key, vm)
    });
    base.set_attr(vm.ctx.intern_str("__getitem__"), get_item.into());
    for (class, function) in [
        (base, str as Stringify),
        (zoo.key_error, key_error_str),
        (zoo.os_error, environment_str),
        (zoo.import_error, str),
    ] {
        names::replace_str(class, function, vm);
    }
    names::rewrap(base, &["__repr__"], vm);
    let mut constructors = Vec::new();
    walk(base, &mut |class| {
        // These take keywords in the machine's own library.
        let named = matches!(&*class.name(), "ImportError" | "ModuleNotFoundError" | "AttributeError" | "NameError");
        if class.heaptype_ext().is_none()
            && !named
            && let Some(original) = class.slots().new.load()
        {
            constructors.push((class.get_id(), original));
            class.slots().new.store(Some(base_new));
        }
    });
    let _ = CONSTRUCTORS.set(constructors);
    if let Some(original) = zoo.unicode_encode_error.slots().str.load() {
        let _ = ENCODE_STR.set(original);
        names::replace_str(zoo.unicode_encode_error, encode_error_str, vm);
    }
    bytes_object(zoo.unicode_decode_error, vm);
    for (class, text) in DOCS {
        let class: &'static Py<PyType> = class(vm);
        class.set_attr(vm.ctx.intern_str("__doc__"), vm.ctx.new_str(*text).into());
    }
    for (class, init) in [(zoo.syntax_error, syntax_error_init as Init)] {
        if let Some(original) = class.slots().init.load()
            && SYNTAX_ERROR_INIT.set(original).is_ok()
        {
            walk(class, &mut |class| class.slots().init.store(Some(init)));
        }
    }
    if let Some(old) = zoo.os_error.get_attr(vm.ctx.intern_str("filename")) {
        let (get, set) = (old.class().slots().descr_get.load(), old.class().slots().descr_set.load());
        let kept = old.clone();
        let getter = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
            match get {
                Some(get) if !has_two_names(&object, vm) => {
                    get(&kept, Some(&object), Some(object.class().as_object()), vm)
                }
                _ => Ok(vm.ctx.none()),
            }
        };
        let setter = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| match set {
            Some(set) => set(&old, object, value, vm),
            None => Ok(()),
        };
        let filename = vm.ctx.new_static_getset("filename", zoo.os_error, getter, setter);
        zoo.os_error.set_attr(vm.ctx.intern_str("filename"), filename.into());
    }
    // Attributes that Python 2's exceptions do not have, and for which code looks.
    zoo.import_error.attributes().remove(vm.ctx.intern_str("msg"));
    zoo.os_error.attributes().remove(vm.ctx.intern_str("characters_written"));
    install_hierarchy(vm)?;
    if let Some(zoo) = ZOO.get() {
        for class in [&zoo.environment_error, &zoo.io_error, &zoo.os_error] {
            class.slots().init.store(Some(environment_init));
        }
        names::rewrap(&zoo.environment_error, &["__init__"], vm);
    }
    Ok(())
}

// ---- raise ------------------------------------------------------------------------------------------------------

/// What `raise type, value, traceback` raises. Any of the three may be None where it was left out.
pub fn to_raise(
    kind: PyObjectRef,
    value: Option<PyObjectRef>,
    traceback: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let value = value.filter(|value| !vm.is_none(value));
    let mut kind = kind;
    // A tuple stands for its first item, at any depth.
    while let Some(first) = kind.downcast_ref::<PyTuple>().and_then(|tuple| tuple.as_slice().first().cloned()) {
        kind = first;
    }
    let traceback = match traceback.filter(|traceback| !vm.is_none(traceback)) {
        Some(traceback) => Some(
            traceback
                .downcast::<PyTraceback>()
                .map_err(|_| vm.new_type_error("raise: arg 3 must be a traceback or None"))?,
        ),
        None => None,
    };
    let error = normalize(kind, value, vm)?;
    // An exception that is raised again without a traceback starts anew.
    error.set_traceback(traceback);
    Ok(error)
}

fn normalize(kind: PyObjectRef, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    if let Some(class) = kind.downcast_ref::<PyType>() {
        let is_exception = class.fast_issubclass(vm.ctx.exceptions.base_exception_type);
        if is_exception || super::classic::is_classic(class) {
            let made = match value {
                Some(value) if value.class().fast_issubclass(class) => value,
                Some(value) => match value.downcast_ref::<PyTuple>() {
                    Some(args) => kind.call(FuncArgs::from(args.as_slice().to_vec()), vm)?,
                    None => kind.call((value,), vm)?,
                },
                None => kind.call((), vm)?,
            };
            return as_exception(made, vm);
        }
    } else if exception(&kind).is_some() || super::classic::is_instance(&kind) {
        if value.is_some() {
            return Err(vm.new_type_error("instance exception may not have a separate value"));
        }
        return as_exception(kind, vm);
    }
    let name = names::type_name_of(&kind);
    Err(vm.new_type_error(format!("exceptions must be old-style classes or derived from BaseException, not {name}")))
}

/// The object as something the machine can raise: classic instances travel in a carrier.
fn as_exception(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    if super::classic::is_instance(&object) {
        return carry(object, vm);
    }
    object.downcast::<PyBaseException>().map_err(|other| {
        let name = names::type_name_of(&other);
        vm.new_type_error(format!("calling the exception class returned {name}, which is no exception"))
    })
}

static CARRIER: OnceLock<PyTypeRef> = OnceLock::new();

/// The machine's exception class in which classic instances are raised.
pub fn carrier_type(vm: &VirtualMachine) -> &'static PyTypeRef {
    CARRIER.get_or_init(|| {
        vm.ctx.new_exception_type(
            "exceptions",
            "instance",
            Some(vec![vm.ctx.exceptions.base_exception_type.to_owned()]),
        )
    })
}

fn carry(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    Ok(vm.new_exception(carrier_type(vm).clone(), vec![object]))
}

/// What `except` code sees of a raised exception: the classic instance itself, or the exception.
pub fn value_of(error: &Py<PyBaseException>, vm: &VirtualMachine) -> PyObjectRef {
    if error.class().is(carrier_type(vm))
        && let Some(object) = error.get_arg(0)
    {
        return object;
    }
    error.to_owned().into()
}

/// Does a raised exception match the expression of an `except` clause (a class, or a tuple of them)?
pub fn matches(error: &Py<PyBaseException>, wanted: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if let Some(tuple) = wanted.downcast_ref::<PyTuple>() {
        for wanted in tuple.as_slice() {
            if matches(error, wanted, vm)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let Some(class) = wanted.downcast_ref::<PyType>() else {
        // Anything that is no class matches nothing.
        return Ok(false);
    };
    let value = value_of(error, vm);
    if value.class().fast_issubclass(class) {
        return Ok(true);
    }
    if value.class().is(vm.ctx.exceptions.os_error) && is_builtin(class) {
        return Ok(true);
    }
    Ok(false)
}
