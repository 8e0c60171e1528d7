//! The list operations of old containers: `Append`, `Sort`, slices … (`spec/objects.md` §6.1).

use rustpython_vm::builtins::{PyInt, PyList, PySlice};
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Iterable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine, pyclass};

use super::legacy::{LegacyObject, legacy};
use super::legacy_tables::Kind;
use super::signature::{Default, Parameter, Signature};

/// An old object that holds children.
#[pyclass(module = "Framework.objects", name = "Container", base = LegacyObject)]
#[derive(Debug)]
#[repr(transparent)]
pub struct LegacyContainer(LegacyObject);

fn container<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<LegacyObject>> {
    legacy(object).ok_or_else(|| vm.new_type_error("a framework object is needed"))
}

/// Does something with the children as a Python list, and takes the list's items as the new children.
fn as_list<R>(object: &PyObject, vm: &VirtualMachine, f: impl FnOnce(&PyObjectRef) -> PyResult<R>) -> PyResult<R> {
    let container = container(object, vm)?;
    let list: PyObjectRef = vm.ctx.new_list(container.items.read().clone()).into();
    let result = f(&list)?;
    if let Some(list) = list.downcast_ref::<PyList>() {
        let new = list.borrow_vec().to_vec();
        let old = std::mem::replace(&mut *container.items.write(), new);
        drop(old);
    }
    Ok(result)
}

#[pyclass(flags(BASETYPE, HAS_DICT), with(AsSequence, AsMapping, Iterable))]
impl LegacyContainer {
    #[pymethod(name = "Append")]
    fn append(zelf: PyObjectRef, item: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        if !vm.is_none(&item) {
            container(&zelf, vm)?.items.write().push(item);
        }
        Ok(())
    }

    #[pymethod(name = "Count")]
    fn count(zelf: PyObjectRef, item: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        as_list(&zelf, vm, |list| vm.call_method(list, "count", (item,)))
    }

    #[pymethod(name = "Index")]
    fn index(zelf: PyObjectRef, item: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        as_list(&zelf, vm, |list| vm.call_method(list, "index", (item,)))
    }

    #[pymethod(name = "Extend")]
    fn extend(zelf: PyObjectRef, items: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        as_list(&zelf, vm, |list| vm.call_method(list, "extend", (items,)).map(|_| ()))
    }

    #[pymethod(name = "Insert")]
    fn insert(zelf: PyObjectRef, at: PyObjectRef, item: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        as_list(&zelf, vm, |list| vm.call_method(list, "insert", (at, item)).map(|_| ()))
    }

    #[pymethod(name = "Pop")]
    fn pop(zelf: PyObjectRef, at: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        as_list(&zelf, vm, |list| match at {
            OptionalArg::Present(at) => vm.call_method(list, "pop", (at,)),
            OptionalArg::Missing => vm.call_method(list, "pop", ()),
        })
    }

    #[pymethod(name = "Remove")]
    fn remove(zelf: PyObjectRef, item: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        as_list(&zelf, vm, |list| vm.call_method(list, "remove", (item,)).map(|_| ()))
    }

    #[pymethod(name = "Reverse")]
    fn reverse(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        as_list(&zelf, vm, |list| vm.call_method(list, "reverse", ()).map(|_| ()))
    }

    #[pymethod(name = "Sort")]
    fn sort(zelf: PyObjectRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        const PARAMETERS: &[Parameter] =
            &[Parameter::required("attr"), Parameter { name: "descending", default: Default::False }];
        let signature = Signature { name: "Sort", hidden: 1, parameters: PARAMETERS, keywords: false };
        let bound = signature.bind(vm, args)?;
        let getter = vm.import("_operator", 0)?.get_attr("attrgetter", vm)?.call((bound.get(0).to_owned(),), vm)?;
        let descending = bound.get(1).to_owned().try_to_bool(vm)?;
        as_list(&zelf, vm, |list| {
            let mut args = FuncArgs::default();
            args.kwargs.insert("key".into(), getter);
            vm.call_method(list, "sort", args)?;
            // Sorted upwards and then turned round: equal items change their order, too.
            if descending { vm.call_method(list, "reverse", ()).map(|_| ()) } else { Ok(()) }
        })
    }

    #[pymethod(name = "Clear")]
    fn clear(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        as_list(&zelf, vm, |list| vm.call_method(list, "clear", ()).map(|_| ()))
    }
}

impl AsSequence for LegacyContainer {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, vm| Ok(container(sequence.obj, vm)?.items.read().len())),
            contains: Some(|sequence, item, vm| {
                let item = item.to_owned();
                let found = as_list(sequence.obj, vm, |list| vm.call_method(list, "__contains__", (item,)))?;
                found.try_to_bool(vm)
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl AsMapping for LegacyContainer {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| Ok(container(mapping.obj, vm)?.items.read().len())),
            subscript: Some(|mapping, index, vm| {
                let object = container(mapping.obj, vm)?;
                let found = as_list(mapping.obj, vm, |list| list.get_item(index, vm))?;
                // A slice of a MediaContainer is a MediaContainer.
                match found.downcast_ref::<PyList>() {
                    Some(list)
                        if index.downcast_ref::<PySlice>().is_some() && object.class.kind == Kind::MediaContainer =>
                    {
                        object.copy_with(list.borrow_vec().to_vec(), vm)
                    }
                    _ => Ok(found),
                }
            }),
            ass_subscript: Some(|mapping, index, value, vm| {
                let index: PyObjectRef = match index.downcast_ref::<PyInt>() {
                    Some(index) => index.to_owned().into(),
                    None => index.to_owned(),
                };
                as_list(mapping.obj, vm, |list| match value {
                    Some(value) => list.set_item(&*index, value, vm),
                    None => list.del_item(&*index, vm),
                })
            }),
        };
        &METHODS
    }
}

impl Iterable for LegacyContainer {
    fn slot_iter(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let list: PyObjectRef = vm.ctx.new_list(container(&zelf, vm)?.items.read().clone()).into();
        Ok(list.get_iter(vm)?.into())
    }

    fn iter(_zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_type_error("a container is needed"))
    }
}
