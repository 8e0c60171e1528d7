//! Attribute reads whose meaning differs between the versions: `getattr`, and the intrinsic for a few names.

use super::{classes, classic, dialect, intrinsics, later_names, restricted};
use rustpython_vm::builtins::{PyBoundMethod, PyDict, PyFunction, PyStr, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// The names that [`read`] treats otherwise than the machine.
pub const NAMES: &[&str] = &["keys", "values", "items", "next", "__module__"];

/// Reads an attribute as Python 2 code means it.
pub fn read(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    match name.as_bytes() {
        b"keys" | b"values" | b"items" => view_method(object, name, vm),
        b"next" => next_method(object, name, vm),
        b"__module__" => module(object, name, vm),
        b"__hash__" => hash_method(object, name, vm),
        b"__mro__" => match string_order(object, vm)? {
            Some(order) => Ok(order),
            None => object.get_attr(name, vm),
        },
        b"encode" | b"decode" => super::codecs::read_method(object, name, vm),
        name_bytes if later_names::is_hidden(object, name_bytes, vm) => missing(object, name, vm),
        _ => object.get_attr(name, vm),
    }
}

/// The same, and None where there is no such attribute: without an exception as far as that is possible.
pub fn read_opt(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let name_bytes = name.as_bytes();
    let is_special = NAMES.iter().any(|special| special.as_bytes() == name_bytes)
        || matches!(name_bytes, b"__hash__" | b"__mro__" | b"encode" | b"decode")
        || later_names::is_hidden(object, name_bytes, vm);
    if !is_special {
        return vm.get_attribute_opt(object, name);
    }
    match read(object, name, vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.attribute_error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What reading an attribute gives that only the machine has: what the class's own `__getattr__` says, or the error.
fn missing(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    if let Some(class) = object.downcast_ref::<PyType>() {
        let class = super::names::shown_name(class);
        return Err(vm.new_attribute_error(format!("type object '{class}' has no attribute '{name}'")));
    }
    if object.class().heaptype_ext().is_some()
        && let Some(own) = object.class().get_attr(vm.ctx.intern_str("__getattr__"))
    {
        return own.call((object.to_owned(), name.to_owned()), vm);
    }
    let class = super::names::type_name_of(object);
    Err(vm.new_attribute_error(format!("'{class}' object has no attribute '{name}'")))
}

/// `str.__mro__` and `unicode.__mro__`, in which Python 2 has `basestring`; None for anything else.
fn string_order(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let is_string = object.is(vm.ctx.types.str_type) || dialect::get(vm, "unicode").is_ok_and(|own| own.is(object));
    if !is_string {
        return Ok(None);
    }
    let root: PyObjectRef = vm.ctx.types.object_type.to_owned().into();
    let order = vec![object.to_owned(), dialect::get(vm, "basestring")?, root];
    Ok(Some(vm.ctx.new_tuple(order).into()))
}

/// `d.keys` and the like: a method that returns a list.
fn view_method(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    let found = object.get_attr(name, vm)?;
    // Methods written in Python 2 (and anything that is no method) stay as they are; the machine's natives and its
    // library return views.
    let function = match found.downcast_ref::<PyBoundMethod>() {
        Some(_) => restricted::read(&found, "__func__", vm)?,
        None => found.clone(),
    };
    if object.downcast_ref::<PyType>().is_some() {
        return Ok(match function.downcast_ref::<PyFunction>() {
            None if found.is_callable() && !classic::is_instance(&found) => listing(found, vm),
            _ => found,
        });
    }
    let is_dict = object.downcast_ref::<PyDict>().is_some();
    if is_dict && function.downcast_ref::<PyFunction>().is_none()
        || classes::is_library_function(&function, vm)
        || function.class().is(vm.ctx.types.builtin_function_or_method_type)
        || function.class().is(vm.ctx.types.method_descriptor_type)
    {
        return Ok(listing(found, vm));
    }
    Ok(found)
}

/// The method, with views among its results made into lists.
fn listing(method: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    PyBoundMethod::new(method, listing_function(vm)).into_ref(&vm.ctx).into()
}

fn listing_function(vm: &VirtualMachine) -> PyObjectRef {
    super::dialect::get(vm, LISTING).unwrap_or_else(|_| vm.ctx.none())
}

/// Is this the function behind `d.keys`, which makes a list of what the method gives?
pub fn is_listing(function: &PyObject, vm: &VirtualMachine) -> bool {
    listing_function(vm).is(function)
}

const LISTING: &str = "<listing>";

/// A view of a dict (or of a mapping of the machine's library) as the list that Python 2 has instead.
pub fn view_to_list(value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let class = value.class();
    let name = class.name();
    let is_view =
        matches!(&*name, "dict_keys" | "dict_values" | "dict_items" | "odict_keys" | "odict_values" | "odict_items")
            || class.mro_collect().iter().any(|base| matches!(&*base.name(), "KeysView" | "ValuesView" | "ItemsView"));
    drop(name);
    if !is_view {
        return Ok(value);
    }
    let items = vm.extract_elements_with(&value, Ok)?;
    Ok(vm.ctx.new_list(items).into())
}

/// `x.next` of iterators that only have `__next__`.
fn next_method(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    if let Some(found) = vm.get_attribute_opt(object, name)? {
        return Ok(found);
    }
    if !classic::is_instance(object) && object.class().slots().iternext.load().is_some() {
        return object.get_attr("__next__", vm).map(|method| super::names::renamed_method(method, vm));
    }
    object.get_attr(name, vm)
}

/// `x.__hash__` of the types whose hashes are Python 2's.
fn hash_method(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    let found = object.get_attr(name, vm)?;
    if object.downcast_ref::<PyType>().is_some()
        || found.downcast_ref::<PyBoundMethod>().is_some()
        || vm.is_none(&found)
        || !super::hashes::is_own(vm, object)
    {
        return Ok(found);
    }
    let function = super::dialect::get(vm, super::hashes::METHOD)?;
    Ok(PyBoundMethod::new(object.to_owned(), function).into_ref(&vm.ctx).into())
}

/// `C.__module__` in Python 2's terms.
fn module(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    let found = object.get_attr(name, vm)?;
    if let Some(text) = found.downcast_ref::<PyStr>()
        && text.as_bytes() == b"builtins"
    {
        if let Some(class) = object.downcast_ref::<PyType>()
            && let Some(shown) = super::class_names::module_name(class, vm)
        {
            return Ok(vm.ctx.new_str(shown).into());
        }
        if let Some(shown) = super::class_names::module_name(object.class(), vm)
            && object.downcast_ref::<PyFunction>().is_none()
            && !object.class().is(vm.ctx.types.builtin_function_or_method_type)
        {
            return Ok(vm.ctx.new_str(shown).into());
        }
        return Ok(vm.ctx.new_str("__builtin__").into());
    }
    Ok(found)
}

/// Registers the intrinsic.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(vm, LISTING, |mut args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let method = args.take_positional().ok_or_else(|| vm.new_type_error("no method"))?;
        view_to_list(method.call(args, vm)?, vm)
    })
}
