//! `operator.itemgetter`, `attrgetter` and `methodcaller`: functions that get what they were made for from an object.

use rustpython_vm::builtins::{PyStr, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, Constructor};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine, pyclass};

use crate::runtime::{arguments, attributes, text};

/// The object that a getter is called with.
fn object_of<'a>(name: &str, args: &'a FuncArgs, vm: &VirtualMachine) -> PyResult<&'a PyObject> {
    arguments::unpack(vm, name, args, 1, 1)?;
    args.args.first().map(|object| &**object).ok_or_else(|| vm.new_type_error("no object"))
}

/// At least one argument, no keywords: what both getters are made from.
fn wanted(name: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    if !args.kwargs.is_empty() {
        return Err(vm.new_type_error(format!("{name}() does not take keyword arguments")));
    }
    if args.args.is_empty() {
        return Err(vm.new_type_error(format!("{name} expected 1 arguments, got 0")));
    }
    Ok(args.args)
}

/// One thing is given as it is, more as a tuple.
fn gathered<T>(wanted: &[T], get: impl Fn(&T) -> PyResult, vm: &VirtualMachine) -> PyResult {
    match wanted {
        [only] => get(only),
        all => Ok(vm.ctx.new_tuple(all.iter().map(get).collect::<PyResult<_>>()?).into()),
    }
}

/// `itemgetter(item, ...)`.
#[pyclass(module = "operator", name = "itemgetter", traverse)]
#[derive(Debug, PyPayload)]
pub struct ItemGetter {
    items: Vec<PyObjectRef>,
}

#[pyclass(with(Callable, Constructor))]
impl ItemGetter {}

impl Constructor for ItemGetter {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { items: wanted("itemgetter", args, vm)? })
    }
}

impl Callable for ItemGetter {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let object = object_of("itemgetter", &args, vm)?;
        gathered(&zelf.items, |item| object.get_item(&**item, vm), vm)
    }
}

/// What an [`AttrGetter`] reads: a path of attributes, or something that is no name.
#[derive(Debug)]
enum Attribute {
    Path(Vec<PyRef<PyStr>>),
    NoName,
}

/// `attrgetter(name, ...)`; a name may have dots.
#[pyclass(module = "operator", name = "attrgetter")]
#[derive(Debug, PyPayload)]
pub struct AttrGetter {
    attributes: Vec<Attribute>,
}

#[pyclass(with(Callable, Constructor))]
impl AttrGetter {}

impl Constructor for AttrGetter {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let path = |name: &PyObjectRef| match text::payload(name) {
            Some(name) => {
                let parts = name.to_string_lossy();
                Attribute::Path(parts.split('.').map(|part| vm.ctx.intern_str(part).to_owned()).collect())
            }
            None => Attribute::NoName,
        };
        Ok(Self { attributes: wanted("attrgetter", args, vm)?.iter().map(path).collect() })
    }
}

impl Callable for AttrGetter {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let object = object_of("attrgetter", &args, vm)?;
        let get = |attribute: &Attribute| match attribute {
            Attribute::NoName => Err(vm.new_type_error("attribute name must be a string")),
            Attribute::Path(parts) => {
                parts.iter().try_fold(object.to_owned(), |object, name| attributes::read(&object, name, vm))
            }
        };
        gathered(&zelf.attributes, get, vm)
    }
}

/// `methodcaller(name, ...)`.
#[pyclass(module = "operator", name = "methodcaller")]
#[derive(Debug, PyPayload)]
pub struct MethodCaller {
    name: PyObjectRef,
    args: FuncArgs,
}

#[pyclass(with(Callable, Constructor))]
impl MethodCaller {}

impl Constructor for MethodCaller {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let Some(name) = args.take_positional() else {
            return Err(vm.new_type_error("methodcaller needs at least one argument, the method name"));
        };
        Ok(Self { name, args })
    }
}

impl Callable for MethodCaller {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let object = object_of("methodcaller", &args, vm)?;
        let Some(name) = text::payload(&zelf.name) else {
            let kind = crate::runtime::names::type_name_of(&zelf.name);
            return Err(vm.new_type_error(format!("attribute name must be string, not '{kind}'")));
        };
        attributes::read(object, name, vm)?.call(zelf.args.clone(), vm)
    }
}
