//! Classes: the dialect's `type`, `__build_class__` with `__metaclass__`, and what Python 2's special methods become.
//!
//! Every class that Python 2 code makes has the metaclass made here, which is what the name `type` means to that code;
//! the machine's own `type` stays as it is for the machine's own library.

use super::class_attributes::{getattro, setattro};
use super::class_methods::{adapt_metaclass, finish, keep_hash};
use super::class_names::{repr, str};
use super::{classic, functions, restricted};
use rustpython_vm::builtins::{PyDict, PyDictRef, PyFunction, PyStr, PyTuple, PyTupleRef, PyType, PyTypeRef};
use rustpython_vm::function::{ArgMapping, FuncArgs, PySetterValue};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, TryFromObject, VirtualMachine};
use std::sync::{Mutex, OnceLock};

static TYPE: OnceLock<PyTypeRef> = OnceLock::new();
static CLASSOBJ: OnceLock<PyTypeRef> = OnceLock::new();

/// Metaclasses made from a foreign one and the dialect's: `(foreign, combined)`.
static COMBINED: Mutex<Vec<(PyTypeRef, PyTypeRef)>> = Mutex::new(Vec::new());

/// What the name `type` means to Python 2 code.
pub fn dialect_type(vm: &VirtualMachine) -> &Py<PyType> {
    match TYPE.get() {
        Some(class) => class,
        None => vm.ctx.types.type_type,
    }
}

/// `types.ClassType`: the type of classic classes.
pub fn classobj(vm: &VirtualMachine) -> &Py<PyType> {
    match CLASSOBJ.get() {
        Some(class) => class,
        None => vm.ctx.types.type_type,
    }
}

/// Is this one of the types that the dialect makes itself, which people take for built in?
pub(super) fn is_own(class: &Py<PyType>) -> bool {
    [TYPE.get(), CLASSOBJ.get(), classic::instance_type()].into_iter().flatten().any(|own| own.is(class))
}

/// Was this class made by Python 2 code?
pub fn is_dialect(class: &Py<PyType>) -> bool {
    TYPE.get().is_some_and(|own| class.class().fast_issubclass(own))
}

/// Python 2's `type(x)`.
pub fn type_of(object: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
    if let Some(class) = object.downcast_ref::<PyType>() {
        if classic::is_classic(class) {
            return classobj(vm).to_owned().into();
        }
        if class.class().is(vm.ctx.types.type_type) {
            return dialect_type(vm).to_owned().into();
        }
        if ERROR_METACLASS.get().is_some_and(|own| own.is(class.class())) {
            return dialect_type(vm).to_owned().into();
        }
        return class.class().to_owned().into();
    }
    let class = object.class();
    if classic::is_classic(class)
        && let Some(instance) = classic::instance_type()
    {
        return instance.clone().into();
    }
    if super::numbers::is_big_int(object, vm) {
        return super::numbers::long_type(vm).to_owned().into();
    }
    if object.downcast_ref::<functions::UnboundMethod>().is_some() {
        return vm.ctx.types.bound_method_type.to_owned().into();
    }
    class.to_owned().into()
}

// ---- making classes ---------------------------------------------------------------------------------------------

/// Names that the compiler writes into a class namespace for Python 3.
const COMPILER_NAMES: &[&str] = &["__qualname__", "__firstlineno__", "__static_attributes__", "__classdictcell__"];

/// The dialect's `__build_class__(function, name, *bases)`.
pub fn build_class(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let (Some(function), Some(name)) = (args.take_positional(), args.take_positional()) else {
        return Err(vm.new_type_error("__build_class__: not enough arguments"));
    };
    let function: PyRef<PyFunction> =
        function.downcast().map_err(|_| vm.new_type_error("__build_class__: func must be a function"))?;
    let bases = vm.ctx.new_tuple(args.args);
    let namespace = vm.ctx.new_dict();
    let locals = ArgMapping::try_from_object(vm, namespace.clone().into())?;
    let cell = function.invoke_with_locals(FuncArgs::default(), Some(locals), vm)?;
    for hidden in COMPILER_NAMES {
        namespace.pop_item(*hidden, vm)?;
    }
    let metaclass = find_metaclass(&namespace, &bases, &function, vm)?;
    let class = call_metaclass(&metaclass, name, bases, namespace, vm)?;
    // Methods that say `super()` or `__class__` hold a cell; Python 2 code cannot, but lowered code may.
    let _ = cell;
    Ok(class)
}

/// Python 2's order: the class body, the first base, the module.
fn find_metaclass(
    namespace: &Py<PyDict>,
    bases: &Py<PyTuple>,
    function: &Py<PyFunction>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(metaclass) = namespace.get_item_opt("__metaclass__", vm)? {
        return Ok(metaclass);
    }
    if let Some(first) = bases.as_slice().first() {
        if first.downcast_ref::<PyType>().is_some() {
            return Ok(type_of(first, vm));
        }
        return first.get_attr("__class__", vm);
    }
    let globals = restricted::read(function.as_object(), "__globals__", vm)?;
    if let Some(globals) = globals.downcast_ref::<PyDict>()
        && let Some(metaclass) = globals.get_item_opt("__metaclass__", vm)?
    {
        return Ok(metaclass);
    }
    Ok(classobj(vm).to_owned().into())
}

fn call_metaclass(
    metaclass: &PyObject,
    name: PyObjectRef,
    bases: PyTupleRef,
    namespace: PyDictRef,
    vm: &VirtualMachine,
) -> PyResult {
    metaclass.call((name, bases, namespace), vm).inspect_err(|error| {
        super::messages::localize(error, vm);
        // Python 2 says where an error of the bases comes from.
        if error.class().is(vm.ctx.exceptions.type_error)
            && error.__traceback__().is_none_or(|traceback| traceback.next.lock().is_none())
            && let Some(message) = error.get_arg(0).and_then(|message| message.downcast::<PyStr>().ok())
        {
            let text = format!("Error when calling the metaclass bases\n    {message}");
            let _ =
                super::exceptions::set_args(error.as_object(), vm.ctx.new_tuple(vec![vm.ctx.new_str(text).into()]), vm);
        }
    })
}

/// The `new` slot of the dialect's `type`: `type(x)` and `type(name, bases, dict)`.
pub(super) fn type_new(metaclass: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let exact = TYPE.get().is_some_and(|own| own.is(&metaclass));
    if exact && args.args.len() == 1 && args.kwargs.is_empty() {
        return Ok(type_of(&args.args[0], vm));
    }
    let [name, bases, namespace] = args.args.as_slice() else {
        return Err(vm.new_type_error("type() takes 1 or 3 arguments"));
    };
    let (name, bases, namespace) = checked(name, bases, namespace, "type()", vm)?;
    make_class(metaclass, name, bases, namespace, vm)
}

/// Checks the three arguments of a metaclass with Python 2's texts.
fn checked(
    name: &PyObject,
    bases: &PyObject,
    namespace: &PyObject,
    what: &str,
    vm: &VirtualMachine,
) -> PyResult<(PyRef<PyStr>, PyTupleRef, PyDictRef)> {
    let wrong = |position: usize, wanted: &str, got: &PyObject| {
        let got = super::names::type_name_of(got);
        vm.new_type_error(format!("{what} argument {position} must be {wanted}, not {got}"))
    };
    if super::text::is_unicode(name) {
        return Err(wrong(1, "string", name));
    }
    let name = name.to_owned().downcast::<PyStr>().map_err(|other| wrong(1, "string", &other))?;
    let bases = bases.to_owned().downcast::<PyTuple>().map_err(|other| wrong(2, "tuple", &other))?;
    let namespace = namespace.to_owned().downcast::<PyDict>().map_err(|other| wrong(3, "dict", &other))?;
    Ok((name, bases, namespace))
}

/// Makes a new-style class (classic bases may be among its bases).
fn make_class(
    metaclass: PyTypeRef,
    name: PyRef<PyStr>,
    bases: PyTupleRef,
    namespace: PyDictRef,
    vm: &VirtualMachine,
) -> PyResult {
    let mut winner = metaclass.clone();
    let mut new_style = bases.as_slice().is_empty();
    for base in bases.as_slice() {
        let Some(base) = base.downcast_ref::<PyType>() else {
            return Err(vm.new_type_error("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"));
        };
        if classic::is_classic(base) {
            continue;
        }
        new_style = true;
        let own = base.class();
        if winner.fast_issubclass(own) {
            continue;
        }
        if own.fast_issubclass(&winner) {
            winner = own.to_owned();
        } else if TYPE.get().is_some_and(|dialect| dialect.is(&winner)) {
            winner = combined(own, vm)?;
        } else {
            return Err(vm.new_type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
            ));
        }
    }
    if !new_style {
        return Err(vm.new_type_error("a new-style class can't have only classic bases"));
    }
    if !winner.is(&metaclass)
        && let Some(new) = winner.slots().new.load()
        && !std::ptr::fn_addr_eq(new, type_new as fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult)
    {
        return new(winner, FuncArgs::from(vec![name.into(), bases.into(), namespace.into()]), vm);
    }
    let bases = object_last(bases, vm);
    let class = machine_new(winner, name, bases, &namespace, vm)?;
    finish(&class, &namespace, vm)?;
    Ok(class.into())
}

/// In Python 2 classic classes do not derive from `object`, so it may stand before them; here it has to come last.
fn object_last(bases: PyTupleRef, vm: &VirtualMachine) -> PyTupleRef {
    let is_object = |base: &PyObjectRef| base.is(vm.ctx.types.object_type);
    let Some(at) = bases.as_slice().iter().position(is_object) else { return bases };
    if at + 1 == bases.as_slice().len() {
        return bases;
    }
    let mut moved = bases.as_slice().to_vec();
    let object = moved.remove(at);
    moved.push(object);
    vm.ctx.new_tuple(moved)
}

/// The machine's `type.__new__`.
pub fn machine_new(
    metaclass: PyTypeRef,
    name: PyRef<PyStr>,
    bases: PyTupleRef,
    namespace: &Py<PyDict>,
    vm: &VirtualMachine,
) -> PyResult<PyTypeRef> {
    let own = vm.ctx.new_dict();
    for (key, value) in namespace.items_vec() {
        own.set_item(&*key, value, vm)?;
    }
    for hidden in COMPILER_NAMES {
        own.pop_item(*hidden, vm)?;
    }
    let Some(new) = vm.ctx.types.type_type.slots().new.load() else {
        return Err(vm.new_system_error("the machine's type makes no types"));
    };
    let declared = allowed_slots(&own, &bases, vm)?;
    let made = new(metaclass, FuncArgs::from(vec![name.into(), bases.into(), own.into()]), vm)?;
    let class = made.downcast::<PyType>().map_err(|_| vm.new_type_error("type.__new__ returned no type"))?;
    if let Some(declared) = declared {
        class.set_attr(vm.ctx.intern_str("__slots__"), declared);
    }
    Ok(class)
}

/// Takes those `__slots__` out of a namespace that the machine refuses and Python 2 does not: names that the class
/// also defines (the class variable wins), and slots of classes derived from int (which get a dict instead). Returns
/// what the namespace declared, if that was changed.
fn allowed_slots(own: &Py<PyDict>, bases: &Py<PyTuple>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(declared) = own.get_item_opt("__slots__", vm)? else { return Ok(None) };
    let types = &vm.ctx.types;
    let of_int = bases
        .as_slice()
        .iter()
        .filter_map(|base| base.downcast_ref::<PyType>())
        .any(|base| base.fast_issubclass(types.int_type) && !base.fast_issubclass(super::numbers::long_type(vm)));
    if of_int {
        own.pop_item("__slots__", vm)?;
        return Ok(Some(declared));
    }
    if let Some(name) = declared.downcast_ref::<PyStr>() {
        if super::text::is_unicode(&declared) {
            own.set_item("__slots__", vm.ctx.new_str(name.as_wtf8()).into(), vm)?;
            return Ok(Some(declared));
        }
        return Ok(None);
    }
    let names = vm.extract_elements_with(&declared, Ok)?;
    let mut kept = Vec::with_capacity(names.len());
    let mut changed = false;
    for name in &names {
        match name.downcast_ref::<PyStr>() {
            Some(_) if own.get_item_opt(&**name, vm)?.is_some() => changed = true,
            Some(text) if super::text::is_unicode(name) => {
                kept.push(vm.ctx.new_str(text.as_wtf8()).into());
                changed = true;
            }
            _ => kept.push(name.clone()),
        }
    }
    if !changed {
        return Ok(None);
    }
    own.set_item("__slots__", vm.ctx.new_tuple(kept).into(), vm)?;
    Ok(Some(declared))
}

/// A metaclass with the behaviour of both a foreign one (ABCMeta …) and the dialect's.
fn combined(foreign: &Py<PyType>, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    if let Ok(known) = COMBINED.lock()
        && let Some((_, made)) = known.iter().find(|(own, _)| own.is(foreign))
    {
        return Ok(made.clone());
    }
    let bases = vm.ctx.new_tuple(vec![foreign.to_owned().into(), dialect_type(vm).to_owned().into()]);
    let name = vm.ctx.new_str(foreign.name().to_string());
    let made = machine_new(vm.ctx.types.type_type.to_owned(), name, bases, &vm.ctx.new_dict(), vm)?;
    store_slots(&made);
    if let Ok(mut known) = COMBINED.lock() {
        known.push((foreign.to_owned(), made.clone()));
    }
    Ok(made)
}

static ERROR_METACLASS: OnceLock<PyTypeRef> = OnceLock::new();

/// `__instancecheck__` or `__subclasscheck__`: the class, and what may belong to it.
pub type ClassCheck = fn(PyObjectRef, PyObjectRef, &VirtualMachine) -> PyResult<bool>;

/// A metaclass that Python code takes for `type`, with an `__instancecheck__` and a `__subclasscheck__` of its own.
pub fn error_metaclass(instances: ClassCheck, subclasses: ClassCheck, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    if let Some(made) = ERROR_METACLASS.get() {
        return Ok(made.clone());
    }
    let bases = vm.ctx.new_tuple(vec![dialect_type(vm).to_owned().into()]);
    let dict = vm.ctx.new_dict();
    dict.set_item("__module__", vm.ctx.new_str("__builtin__").into(), vm)?;
    let made = machine_new(vm.ctx.types.type_type.to_owned(), vm.ctx.new_str("type"), bases, &dict, vm)?;
    let made: &'static PyTypeRef = ERROR_METACLASS.get_or_init(|| made);
    for (name, check) in [("__instancecheck__", instances), ("__subclasscheck__", subclasses)] {
        made.set_attr(vm.ctx.intern_str(name), vm.new_method(name, made, check).into());
    }
    adapt_metaclass(made, vm);
    Ok(made.clone())
}

/// `classobj(name, bases, dict)`: what the first base's kind says.
fn classobj_new(_metaclass: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [name, bases, namespace] = args.args.as_slice() else {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("classobj() takes exactly 3 arguments ({given} given)")));
    };
    let (name, bases, namespace) = checked(name, bases, namespace, "classobj()", vm)?;
    for base in bases.as_slice() {
        match base.downcast_ref::<PyType>() {
            Some(class) if classic::is_classic(class) => {}
            // Another kind of base decides.
            Some(_) => return type_of(base, vm).call((name, bases, namespace), vm),
            None => {
                let kind: PyObjectRef = base.class().to_owned().into();
                return kind.call((name, bases, namespace), vm);
            }
        }
    }
    let bases = if bases.as_slice().is_empty() { root_bases(vm)? } else { distinct(&bases, vm) };
    if namespace.get_item_opt("__module__", vm)?.is_none()
        && let Some(module) = super::names::running_global("__name__", vm)?
    {
        namespace.set_item("__module__", module, vm)?;
    }
    let made = machine_new(dialect_type(vm).to_owned(), name.clone(), bases.clone(), &namespace, vm);
    let class = match made {
        // The machine's order of bases does not exist for every order of classic bases.
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => {
            let class = machine_new(dialect_type(vm).to_owned(), name, root_bases(vm)?, &namespace, vm)?;
            classic::set_bases(&class, &bases, vm);
            class
        }
        other => other?,
    };
    classic::order_bases(&class);
    keep_hash(&class, &namespace, vm)?;
    classic::adopt(&class);
    Ok(class.into())
}

/// A classic class may name a base twice.
fn distinct(bases: &Py<PyTuple>, vm: &VirtualMachine) -> PyTupleRef {
    let mut kept: Vec<PyObjectRef> = Vec::with_capacity(bases.as_slice().len());
    for base in bases.as_slice() {
        if !kept.iter().any(|known| known.is(base)) {
            kept.push(base.clone());
        }
    }
    vm.ctx.new_tuple(kept)
}

pub(super) fn root_bases(vm: &VirtualMachine) -> PyResult<PyTupleRef> {
    match classic::instance_type() {
        Some(root) => Ok(vm.ctx.new_tuple(vec![root.clone().into()])),
        None => Err(vm.new_system_error("classic classes are not installed")),
    }
}

pub(super) fn init(_object: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    match args.args.len() {
        1 | 3 => Ok(()),
        _ => Err(vm.new_type_error("type.__init__() takes 1 or 3 arguments")),
    }
}

pub(super) fn store_slots(class: &Py<PyType>) {
    let slots = class.slots();
    slots.getattro.store(Some(getattro));
    slots.setattro.store(Some(setattro));
    slots.repr.store(Some(repr));
    slots.str.store(Some(str));
    slots.init.store(Some(init));
}

/// Lets a function answer reads of an attribute of classes before the machine does.
fn read_first(
    metaclass: &'static Py<PyType>,
    name: &'static str,
    vm: &VirtualMachine,
    answer: fn(&Py<PyType>, &VirtualMachine) -> Option<PyObjectRef>,
) {
    let Some(old) = metaclass.get_attr(vm.ctx.intern_str(name)) else { return };
    let set = old.class().slots().descr_set.load();
    let get = old.class().slots().descr_get.load();
    let kept = old.clone();
    let getter = move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        if let Some(class) = object.downcast_ref::<PyType>()
            && let Some(value) = answer(class, vm)
        {
            return Ok(value);
        }
        match get {
            Some(get) => get(&kept, Some(&object), Some(object.class().as_object()), vm),
            None => Ok(vm.ctx.none()),
        }
    };
    let setter = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| match set {
        Some(set) => set(&old, object, value, vm),
        None => Ok(()),
    };
    metaclass.set_attr(vm.ctx.intern_str(name), vm.ctx.new_static_getset(name, metaclass, getter, setter).into());
}

/// Makes `type` and `classobj`.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    if TYPE.get().is_some() {
        return Ok(());
    }
    let module = |dict: &Py<PyDict>| dict.set_item("__module__", vm.ctx.new_str("__builtin__").into(), vm);
    let machine_type = vm.ctx.types.type_type;

    let dict = vm.ctx.new_dict();
    module(&dict)?;
    let bases = vm.ctx.new_tuple(vec![machine_type.to_owned().into()]);
    let class = machine_new(machine_type.to_owned(), vm.ctx.new_str("type"), bases, &dict, vm)?;
    let class: &'static PyTypeRef = TYPE.get_or_init(|| class);
    // Attributes for explicit calls (`type.__new__(…)`, `type.__init__(…)`), slots for the machine.
    let new = vm.new_function("__new__", |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let metaclass = match args.take_positional().map(|first| first.downcast::<PyType>()) {
            Some(Ok(metaclass)) => metaclass,
            Some(Err(other)) => {
                let name = super::names::type_name_of(&other).into_owned();
                return Err(vm.new_type_error(format!("type.__new__(X): X is not a type object ({name})")));
            }
            None => return Err(vm.new_type_error("type.__new__(): not enough arguments")),
        };
        type_new(metaclass, args, vm)
    });
    class.set_attr(vm.ctx.intern_str("__new__"), new.into());
    let init_method = vm.new_method("__init__", class, |object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
        init(&object, args, vm)
    });
    class.set_attr(vm.ctx.intern_str("__init__"), init_method.into());
    let get =
        vm.new_method("__getattribute__", class, |object: PyObjectRef, name: PyRef<PyStr>, vm: &VirtualMachine| {
            getattro(&object, &name, vm)
        });
    class.set_attr(vm.ctx.intern_str("__getattribute__"), get.into());
    let set = vm.new_method(
        "__setattr__",
        class,
        |object: PyObjectRef, name: PyRef<PyStr>, value: PyObjectRef, vm: &VirtualMachine| {
            setattro(&object, &name, PySetterValue::Assign(value), vm)
        },
    );
    class.set_attr(vm.ctx.intern_str("__setattr__"), set.into());
    let del = vm.new_method("__delattr__", class, |object: PyObjectRef, name: PyRef<PyStr>, vm: &VirtualMachine| {
        setattro(&object, &name, PySetterValue::Delete, vm)
    });
    class.set_attr(vm.ctx.intern_str("__delattr__"), del.into());
    super::names::replace_str(class, str, vm);
    store_slots(class);
    class.slots().new.store(Some(type_new));

    let dict = vm.ctx.new_dict();
    module(&dict)?;
    let bases = vm.ctx.new_tuple(vec![vm.ctx.types.object_type.to_owned().into()]);
    let made = machine_new(machine_type.to_owned(), vm.ctx.new_str("classobj"), bases, &dict, vm)?;
    let made = CLASSOBJ.get_or_init(|| made);
    made.slots().new.store(Some(classobj_new));
    made.slots().init.store(None);

    // Names of the machine's own classes, as Python 2 has them.
    read_first(machine_type, "__name__", vm, |class, vm| {
        let renamed = super::names::renamed(&class.name()).filter(|_| class.heaptype_ext().is_none())?;
        Some(vm.ctx.new_str(renamed).into())
    });
    read_first(machine_type, "__doc__", vm, |class, vm| {
        let own = class.is(vm.ctx.types.object_type);
        own.then(|| vm.ctx.new_str("The most base type").into())
    });

    // Reprs of the machine's own classes.
    machine_type.slots().repr.store(Some(repr));
    Ok(())
}

/// Is this a Python function of the machine's own library (not of Python 2 code)?
pub fn is_library_function(function: &PyObject, vm: &VirtualMachine) -> bool {
    if function.downcast_ref::<PyFunction>().is_none() {
        return false;
    }
    match (function.get_attr("__builtins__", vm), vm.builtins.get_attr("__dict__", vm)) {
        (Ok(own), Ok(machine)) => own.is(&machine) || own.is(&vm.builtins),
        _ => false,
    }
}
