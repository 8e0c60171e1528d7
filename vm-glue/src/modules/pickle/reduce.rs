//! What `__reduce_ex__` gives: how an object says that it is made anew. `pickle`, `cPickle` and `copy` ask here.

use rustpython_vm::builtins::{
    PyBaseException, PyByteArray, PyDict, PyList, PyStr, PyTuple, PyTupleRef, PyType, PyTypeRef,
};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::import;
use crate::modules::bridge;
use crate::runtime::{attributes, numbers, text};

/// An attribute as Python 2 code reads it; None where that raises AttributeError.
pub fn attribute(vm: &VirtualMachine, object: &PyObject, name: &'static str) -> PyResult<Option<PyObjectRef>> {
    match attributes::read(object, vm.ctx.intern_str(name), vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `__dict__` of an object.
fn contents(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<PyObjectRef>> {
    match object.dict() {
        Some(contents) => Ok(Some(contents.into())),
        None => attribute(vm, object, "__dict__"),
    }
}

/// The method `__getstate__` that a class has of its own: the machine gives every object one.
fn state_method(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<PyObjectRef>> {
    let class = object.class();
    let inherited = !overrides(vm, class, "__getstate__");
    if inherited && object.dict().is_none_or(|own| !own.contains_key("__getstate__", vm)) {
        // What a class answers for names that it does not have.
        let Some(hook) = class.get_attr(vm.ctx.intern_str("__getattr__")) else { return Ok(None) };
        return match hook.call((object.to_owned(), vm.ctx.new_str("__getstate__")), vm) {
            Ok(method) => Ok(Some(method)),
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => Ok(None),
            Err(error) => Err(error),
        };
    }
    attribute(vm, object, "__getstate__")
}

/// The text of an attribute such as `__name__`.
pub fn attribute_text(vm: &VirtualMachine, object: &PyObject, name: &'static str) -> PyResult<Option<String>> {
    match attribute(vm, object, name)? {
        Some(value) if text::is_str(&value) => text::text_of(vm, &value),
        _ => Ok(None),
    }
}

/// Something of the module `copy_reg`.
pub fn copy_reg(vm: &VirtualMachine, name: &'static str) -> PyResult {
    import::module(vm, "copy_reg")?.get_attr(name, vm)
}

/// The TypeError about a type whose objects do not say how they are made.
pub fn cannot(vm: &VirtualMachine, class: &Py<PyType>) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let name = crate::runtime::names::shown_name(class);
    vm.new_type_error(format!("can't pickle {name} objects"))
}

/// Native types that Python 2 does not make anew, though the machine would.
const UNKNOWN: &[&str] = &[
    "NoneType",
    "NotImplementedType",
    "async_generator",
    "builtin_function_or_method",
    "cell",
    "code",
    "coroutine",
    "ellipsis",
    "enumerate",
    "filter",
    "frame",
    "function",
    "generator",
    "map",
    "method",
    "method-wrapper",
    "method_descriptor",
    "module",
    "reversed",
    "super",
    "traceback",
    "wrapper_descriptor",
    "zip",
];

fn is_native(class: &Py<PyType>) -> bool {
    class.heaptype_ext().is_none()
}

fn is_unknown(class: &Py<PyType>) -> bool {
    is_native(class) && {
        let name = class.name();
        UNKNOWN.binary_search(&&*name).is_ok() || name.ends_with("iterator")
    }
}

/// Does the class have its own method under a name that `object` has too?
fn overrides(vm: &VirtualMachine, class: &Py<PyType>, name: &'static str) -> bool {
    let name = vm.ctx.intern_str(name);
    match (class.get_attr(name), vm.ctx.types.object_type.get_attr(name)) {
        (Some(own), Some(inherited)) => !own.is(&inherited),
        (own, _) => own.is_some(),
    }
}

/// The value of `object.__reduce_ex__(protocol)`, or of `__reduce__()` where there is no other; None where the object says
/// that it has neither.
pub fn reduced(vm: &VirtualMachine, object: &PyObject, protocol: i64) -> PyResult<Option<PyObjectRef>> {
    let class = object.class();
    if overrides(vm, class, "__getattribute__") {
        // It may hide the methods, or those of another object may be found.
        let (method, args) = match attribute(vm, object, "__reduce_ex__")? {
            Some(method) => (method, vec![vm.ctx.new_int(protocol).into()]),
            None => match attribute(vm, object, "__reduce__")? {
                Some(method) => (method, Vec::new()),
                None => return Ok(None),
            },
        };
        return method.call(FuncArgs::from(args), vm).map(Some);
    }
    reduced_by_class(vm, object, protocol).map(Some)
}

fn reduced_by_class(vm: &VirtualMachine, object: &PyObject, protocol: i64) -> PyResult {
    let class = object.class();
    if is_unknown(class) {
        return Err(cannot(vm, class));
    }
    if overrides(vm, class, "__reduce_ex__") {
        if let Some(value) = known(vm, object)? {
            return Ok(value);
        }
        let method = attributes::read(object, vm.ctx.intern_str("__reduce_ex__"), vm)?;
        return adapted(vm, object, method.call((vm.ctx.new_int(protocol),), vm)?);
    }
    object_reduce_ex(vm, object, protocol)
}

/// `object.__reduce_ex__`: `__reduce__` of the class if it has one, else the way of the protocol.
fn object_reduce_ex(vm: &VirtualMachine, object: &PyObject, protocol: i64) -> PyResult {
    let class = object.class();
    if overrides(vm, class, "__reduce__") {
        if let Some(value) = known(vm, object)? {
            return Ok(value);
        }
        let method = object.get_attr("__reduce__", vm)?;
        return adapted(vm, object, method.call((), vm)?);
    }
    common(vm, object, protocol)
}

/// Of the types whose way differs between the versions.
fn known(vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<PyObjectRef>> {
    let class = object.class();
    let types = &vm.ctx.types;
    let owner = |root: &Py<PyType>, class: &Py<PyType>| {
        class.fast_issubclass(root)
            && ["__reduce__", "__reduce_ex__"].iter().all(|name| {
                let name = vm.ctx.intern_str(*name);
                matches!((class.get_attr(name), root.get_attr(name)), (Some(a), Some(b)) if a.is(&b))
            })
    };
    let state = || contents(vm, object).map(|state| state.unwrap_or_else(|| vm.ctx.none()));
    let args: PyTupleRef = if owner(types.set_type, class) || owner(types.frozenset_type, class) {
        let items = vm.extract_elements_with(object, Ok)?;
        vm.ctx.new_tuple(vec![vm.ctx.new_list(items).into()])
    } else if let Some(array) = object.downcast_ref::<PyByteArray>().filter(|_| owner(types.bytearray_type, class)) {
        let content: String = array.borrow_buf().iter().copied().map(char::from).collect();
        vm.ctx.new_tuple(vec![text::new_unicode(vm, &content), vm.ctx.new_str("latin-1").into()])
    } else if &*base_name(class) == "deque" {
        let items = vm.ctx.new_list(vm.extract_elements_with(object, Ok)?);
        let mut args: Vec<PyObjectRef> = vec![items.into()];
        let limit = object.get_attr("maxlen", vm)?;
        if !vm.is_none(&limit) {
            args.push(limit);
        }
        let parts: Vec<PyObjectRef> = match state()? {
            state if vm.is_none(&state) => vec![class.to_owned().into(), vm.ctx.new_tuple(args).into()],
            state => {
                if args.len() == 1 {
                    args.push(vm.ctx.none());
                }
                vec![class.to_owned().into(), vm.ctx.new_tuple(args).into(), state]
            }
        };
        return Ok(Some(vm.ctx.new_tuple(parts).into()));
    } else {
        return Ok(None);
    };
    Ok(Some(vm.ctx.new_tuple(vec![class.to_owned().into(), args.into(), state()?]).into()))
}

/// The name of the native class beneath a class.
fn base_name(class: &Py<PyType>) -> String {
    native_base(class).name().to_string()
}

/// What a native method gave, in Python 2's types: the machine keeps bytes in kinds of its own.
fn adapted(vm: &VirtualMachine, object: &PyObject, value: PyObjectRef) -> PyResult {
    let Some(parts) = value.downcast_ref::<PyTuple>() else { return Ok(value) };
    if let Some(error) = object.downcast_ref::<PyBaseException>() {
        // Without attributes there is no state.
        let _ = error;
        if let [made, args, state] = parts.as_slice()
            && (vm.is_none(state) || state.downcast_ref::<PyDict>().is_some_and(|state| state.is_empty()))
        {
            return Ok(vm.ctx.new_tuple(vec![made.clone(), args.clone()]).into());
        }
        return Ok(value);
    }
    let [made, args, ..] = parts.as_slice() else { return Ok(value) };
    let foreign = args
        .downcast_ref::<PyTuple>()
        .is_some_and(|args| args.as_slice().iter().any(|arg| arg.downcastable::<rustpython_vm::builtins::PyBytes>()));
    if !foreign {
        return Ok(value);
    }
    let mut all = vec![made.clone(), bridge::native(vm, args.clone(), 0)?];
    all.extend(parts.as_slice().iter().skip(2).cloned());
    Ok(vm.ctx.new_tuple(all).into())
}

/// The first class in the order that no class statement made.
fn native_base(class: &Py<PyType>) -> PyTypeRef {
    if is_native(class) {
        return class.to_owned();
    }
    class.mro_collect().into_iter().find(|base| is_native(base)).unwrap_or_else(|| class.to_owned())
}

/// Objects of classes that say nothing.
fn common(vm: &VirtualMachine, object: &PyObject, protocol: i64) -> PyResult {
    if protocol >= 2 { with_new(vm, object) } else { with_reconstructor(vm, object) }
}

/// Protocols 0 and 1: `copy_reg._reconstructor`.
fn with_reconstructor(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    let class = object.class();
    let base = native_base(class);
    let is_object = base.is(vm.ctx.types.object_type);
    let state = if is_object {
        vm.ctx.none()
    } else {
        if base.is(class) {
            return Err(cannot(vm, &base));
        }
        base_call(vm, &base, object)?
    };
    let kind = object.get_attr("__class__", vm)?;
    let args = vm.ctx.new_tuple(vec![kind, base.into(), state]);
    let kept = match state_method(vm, object)? {
        Some(method) => Some(method.call((), vm)?),
        None => {
            if let Some(slots) = attribute(vm, object, "__slots__")?
                && slots.try_to_bool(vm)?
            {
                return Err(
                    vm.new_type_error("a class that defines __slots__ without defining __getstate__ cannot be pickled")
                );
            }
            contents(vm, object)?
        }
    };
    let mut parts = vec![copy_reg(vm, "_reconstructor")?, args.into()];
    if let Some(kept) = kept
        && kept.clone().try_to_bool(vm)?
    {
        parts.push(kept);
    }
    Ok(vm.ctx.new_tuple(parts).into())
}

/// `base(object)`, of the type that Python 2 has: a big int is a long.
fn base_call(vm: &VirtualMachine, base: &Py<PyType>, object: &PyObject) -> PyResult {
    if base.is(numbers::long_type(vm))
        && let Some(value) = numbers::integer(object)
    {
        return Ok(numbers::new_long(vm, value.clone()));
    }
    if let Some(string) = object.downcast_ref::<PyStr>() {
        // An exact string of the same text; `str(x)` would ask `__str__`.
        if text::is_unicode(object) {
            return Ok(text::new_unicode_wtf8(vm, string.as_wtf8()));
        }
        return Ok(vm.ctx.new_str(string.as_wtf8().to_owned()).into());
    }
    base.as_object().call((object.to_owned(),), vm)
}

/// Protocol 2: `copy_reg.__newobj__`.
fn with_new(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    let class = object.class();
    if class.slots().new.load().is_none() {
        return Err(cannot(vm, class));
    }
    let kind: PyObjectRef = object.get_attr("__class__", vm)?;
    let mut args = vec![kind];
    if let Some(method) = attribute(vm, object, "__getnewargs__")? {
        let given = method.call((), vm)?;
        let Some(given) = given.downcast_ref::<PyTuple>() else {
            let got = crate::runtime::names::type_name_of(&given);
            return Err(vm.new_type_error(format!("__getnewargs__ should return a tuple, not '{got}'")));
        };
        for arg in given.as_slice() {
            // The value itself, not the object of the subclass.
            args.push(if arg.is(object) { base_call(vm, &native_base(class), object)? } else { arg.clone() });
        }
    } else if let base = native_base(class)
        && !base.is(vm.ctx.types.object_type)
        && (object.downcastable::<PyStr>() || object.downcastable::<rustpython_vm::builtins::PyInt>())
    {
        args.push(base_call(vm, &base, object)?);
    }
    let state = match state_method(vm, object)? {
        Some(method) => method.call((), vm)?,
        None => kept_attributes(vm, object)?,
    };
    let items: PyObjectRef = match object.downcast_ref::<PyList>() {
        Some(_) => object.get_iter(vm)?.into(),
        None => vm.ctx.none(),
    };
    let pairs = match object.downcast_ref::<PyDict>() {
        Some(_) => vm.call_method(object, "iteritems", ())?,
        None => vm.ctx.none(),
    };
    let parts = vec![copy_reg(vm, "__newobj__")?, vm.ctx.new_tuple(args).into(), state, items, pairs];
    Ok(vm.ctx.new_tuple(parts).into())
}

/// `__dict__` and the values of `__slots__`.
fn kept_attributes(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    let state = contents(vm, object)?.unwrap_or_else(|| vm.ctx.none());
    let class = object.class();
    if is_native(class) {
        return Ok(state);
    }
    let names = slot_names(vm, class)?;
    if names.is_empty() {
        return Ok(state);
    }
    let slots = vm.ctx.new_dict();
    for name in names {
        let interned = vm.ctx.intern_str(name);
        match object.get_attr(interned, vm) {
            Ok(value) => slots.set_item(interned, value, vm)?,
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(if slots.is_empty() { state } else { vm.ctx.new_tuple(vec![state, slots.into()]).into() })
}

/// The names in the `__slots__` of a class and its bases, as attributes; `copy_reg._slotnames`.
pub fn slot_names(vm: &VirtualMachine, class: &Py<PyType>) -> PyResult<Vec<String>> {
    let mut names = Vec::new();
    let slots_name = vm.ctx.intern_str("__slots__");
    // The machine's own library has classes with slots as well, such as tarfile.TarInfo.
    for base in class.mro_collect() {
        let Some(slots) = base.attributes().get(slots_name) else { continue };
        let listed = match text::text_of(vm, &slots)? {
            Some(single) => vec![single],
            None => vm.extract_elements_with(&slots, |name| text::text_of(vm, &name))?.into_iter().flatten().collect(),
        };
        for name in listed {
            if name == "__dict__" || name == "__weakref__" {
                continue;
            }
            if name.starts_with("__") && !name.ends_with("__") {
                let owner = base.name().to_string();
                let owner = owner.trim_start_matches('_');
                names.push(if owner.is_empty() { name } else { format!("_{owner}{name}") });
            } else {
                names.push(name);
            }
        }
    }
    Ok(names)
}

/// `copy_reg._reconstructor(cls, base, state)`.
pub fn reconstruct(vm: &VirtualMachine, class: &PyObject, base: &PyObject, state: PyObjectRef) -> PyResult {
    let object_type = vm.ctx.types.object_type;
    if base.is(object_type) {
        return object_type.as_object().get_attr("__new__", vm)?.call((class.to_owned(),), vm);
    }
    let made = base.get_attr("__new__", vm)?.call((class.to_owned(), state.clone()), vm)?;
    if let Some(base) = base.downcast_ref::<PyType>()
        && overrides(vm, base, "__init__")
    {
        base.as_object().get_attr("__init__", vm)?.call((made.clone(), state), vm)?;
    }
    Ok(made)
}

/// `object.__reduce__` and `object.__reduce_ex__` of Python 2.
pub fn patch(vm: &VirtualMachine) {
    let class = vm.ctx.types.object_type;
    let plain = vm.new_method("__reduce__", class, |object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
        let protocol = match args.args.first() {
            Some(protocol) => protocol.try_to_value::<i64>(vm)?,
            None => 0,
        };
        common(vm, &object, protocol)
    });
    let extended = vm.new_method("__reduce_ex__", class, |object: PyObjectRef, args: FuncArgs, vm: &VirtualMachine| {
        let protocol = match args.args.first() {
            Some(protocol) => protocol.try_to_value::<i64>(vm)?,
            None => 0,
        };
        if is_unknown(object.class()) {
            return Err(cannot(vm, object.class()));
        }
        object_reduce_ex(vm, &object, protocol)
    });
    class.set_attr(vm.ctx.intern_str("__reduce__"), plain.into());
    class.set_attr(vm.ctx.intern_str("__reduce_ex__"), extended.into());
    class.modified();
}
