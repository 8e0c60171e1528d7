//! The module `copy`: shallow and deep copies.

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyBytes, PyDict, PyDictRef, PyList, PyModule, PyTuple, PyType, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::pickle::reduce::{self, attribute, copy_reg};
use crate::modules;
use crate::runtime::{arguments, classes, classic, numbers, text};

static ERROR: OnceLock<PyTypeRef> = OnceLock::new();

fn error_type(vm: &VirtualMachine) -> PyTypeRef {
    ERROR.get_or_init(|| vm.ctx.new_exception_type("copy", "Error", None)).clone()
}

/// Tables of functions by type, in which a program may put its own (`copy._deepcopy_dispatch`).
#[derive(Clone)]
struct Tables {
    shallow: PyDictRef,
    deep: PyDictRef,
}

/// Are its objects copies of themselves, because they cannot change?
fn is_atomic(vm: &VirtualMachine, object: &PyObject) -> bool {
    let class = object.class();
    let types = &vm.ctx.types;
    [
        types.str_type,
        types.int_type,
        text::unicode_type(vm),
        types.none_type,
        types.bool_type,
        types.float_type,
        numbers::long_type(vm),
        types.function_type,
        types.builtin_function_or_method_type,
        types.complex_type,
        types.ellipsis_type,
        types.code_type,
        types.not_implemented_type,
    ]
    .iter()
    .any(|known| class.is(*known))
        || object.downcastable::<PyType>()
        || object.downcast_ref_if_exact::<PyBytes>(vm).is_some()
        || class.heaptype_ext().is_none() && matches!(&*class.name(), "xrange" | "weakref" | "ReferenceType")
}

/// The objects that were copied, by identity: the dict that `__deepcopy__` is given.
struct Memo {
    dict: PyDictRef,
    /// Keeps the originals alive as long as their identities are known.
    kept: Option<PyRef<PyList>>,
}

impl Memo {
    fn get(&self, vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<PyObjectRef>> {
        if self.dict.is_empty() {
            return Ok(None);
        }
        self.dict.get_item_opt(vm.ctx.new_int(object.get_id()).as_object(), vm)
    }

    fn put(&self, vm: &VirtualMachine, object: &PyObject, copy: PyObjectRef) -> PyResult<()> {
        self.dict.set_item(vm.ctx.new_int(object.get_id()).as_object(), copy, vm)
    }

    fn keep(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let list = match &self.kept {
            Some(list) => list,
            None => {
                let key = vm.ctx.new_int(self.dict.get_id());
                let known = self.dict.get_item_opt(key.as_object(), vm)?;
                let list = match known.and_then(|known| known.downcast::<PyList>().ok()) {
                    Some(list) => list,
                    None => {
                        let list = vm.ctx.new_list(Vec::new());
                        self.dict.set_item(key.as_object(), list.clone().into(), vm)?;
                        list
                    }
                };
                self.kept.insert(list)
            }
        };
        list.borrow_vec_mut().push(object.to_owned());
        Ok(())
    }
}

/// A function of the tables that a program has put there.
fn added(vm: &VirtualMachine, table: &Py<PyDict>, object: &PyObject) -> PyResult<Option<PyObjectRef>> {
    if table.is_empty() {
        return Ok(None);
    }
    table.to_owned().get_item_opt(&*classes::type_of(object, vm), vm)
}

fn shallow(tables: &Tables, object: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let class = object.class();
    let types = &vm.ctx.types;
    if let Some(function) = added(vm, &tables.shallow, object)? {
        return function.call((object.clone(),), vm);
    }
    if is_atomic(vm, object) || class.is(types.tuple_type) || class.is(types.frozenset_type) {
        return Ok(object.clone());
    }
    if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
        return Ok(vm.ctx.new_list(list.borrow_vec().to_vec()).into());
    }
    if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm) {
        return Ok(PyRef::new_ref(dict.copy(), types.dict_type.to_owned(), None).into());
    }
    if class.is(types.set_type) {
        return vm.call_method(object, "copy", ());
    }
    if classic::is_classic(class) {
        return copy_instance(tables, object, None, vm);
    }
    if let Some(method) = attribute(vm, class.as_object(), "__copy__")? {
        return method.call((object.clone(),), vm);
    }
    let info = reduced(vm, object, "shallow")?;
    rebuild(tables, object, &info, None, vm)
}

fn reduced(vm: &VirtualMachine, object: &PyObject, how: &str) -> PyResult {
    if let Ok(table) = copy_reg(vm, "dispatch_table")?.downcast::<PyDict>()
        && let Some(function) = added(vm, &table, object)?
    {
        return function.call((object.to_owned(),), vm);
    }
    match reduce::reduced(vm, object, 2)? {
        Some(value) => Ok(value),
        None => {
            let kind = text::str_of(vm, &classes::type_of(object, vm))?;
            let message = format!("un({how})copyable object of type {}", String::from_utf8_lossy(&kind));
            Err(vm.new_exception(error_type(vm), vec![text::native(vm, &message)]))
        }
    }
}

fn deep(tables: &Tables, object: &PyObjectRef, memo: &mut Memo, vm: &VirtualMachine) -> PyResult {
    let function = added(vm, &tables.deep, object)?;
    if function.is_none() && is_atomic(vm, object) {
        return Ok(object.clone());
    }
    if let Some(known) = memo.get(vm, object)? {
        return Ok(known);
    }
    let made = vm.with_recursion("while copying an object", || match function {
        Some(function) => function.call((object.clone(), memo.dict.clone()), vm),
        None => deep_here(tables, object, memo, vm),
    })?;
    memo.put(vm, object, made.clone())?;
    memo.keep(vm, object)?;
    Ok(made)
}

fn deep_here(tables: &Tables, object: &PyObjectRef, memo: &mut Memo, vm: &VirtualMachine) -> PyResult {
    if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
        let made = vm.ctx.new_list(Vec::with_capacity(list.borrow_vec().len()));
        memo.put(vm, object, made.clone().into())?;
        let mut at = 0;
        loop {
            let Some(item) = list.borrow_vec().get(at).cloned() else { break };
            let item = deep(tables, &item, memo, vm)?;
            made.borrow_vec_mut().push(item);
            at += 1;
        }
        return Ok(made.into());
    }
    if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm) {
        let made = vm.ctx.new_dict();
        memo.put(vm, object, made.clone().into())?;
        let length = dict.__len__();
        let mut position = 0;
        while let Some((next, key, value)) = dict.next_entry(position) {
            let key = deep(tables, &key, memo, vm)?;
            made.set_item(&*key, deep(tables, &value, memo, vm)?, vm)?;
            position = next;
            if dict.__len__() != length {
                return Err(vm.new_runtime_error("dictionary changed size during iteration"));
            }
        }
        return Ok(made.into());
    }
    if let Some(tuple) = object.downcast_ref_if_exact::<PyTuple>(vm) {
        let items = tuple.as_slice().iter().map(|item| deep(tables, item, memo, vm)).collect::<PyResult<Vec<_>>>()?;
        if let Some(known) = memo.get(vm, object)? {
            return Ok(known);
        }
        let same = tuple.as_slice().iter().zip(&items).all(|(old, new)| old.is(new));
        return Ok(if same { object.clone() } else { vm.ctx.new_tuple(items).into() });
    }
    if object.class().is(vm.ctx.types.bound_method_type) {
        let function = object.get_attr("__func__", vm)?;
        let owner = deep(tables, &object.get_attr("__self__", vm)?, memo, vm)?;
        return object.class().as_object().call((function, owner), vm);
    }
    if classic::is_instance(object) {
        return copy_instance(tables, object, Some(memo), vm);
    }
    if let Some(method) = attribute(vm, object, "__deepcopy__")? {
        return method.call((memo.dict.clone(),), vm);
    }
    let info = reduced(vm, object, "deep")?;
    rebuild(tables, object, &info, Some(memo), vm)
}

/// An instance of a classic class.
fn copy_instance(tables: &Tables, object: &PyObjectRef, mut memo: Option<&mut Memo>, vm: &VirtualMachine) -> PyResult {
    let own = if memo.is_some() { "__deepcopy__" } else { "__copy__" };
    if let Some(method) = attribute(vm, object, own)? {
        return match memo {
            Some(memo) => method.call((memo.dict.clone(),), vm),
            None => method.call((), vm),
        };
    }
    let class: PyObjectRef = object.get_attr("__class__", vm)?;
    let made = match attribute(vm, object, "__getinitargs__")? {
        Some(method) => {
            let mut args = method.call((), vm)?;
            if let Some(memo) = memo.as_deref_mut() {
                args = deep(tables, &args, memo, vm)?;
            }
            class.call(FuncArgs::from(vm.extract_elements_with(&args, Ok)?), vm)?
        }
        None => classic::make_instance(&[class], vm)?,
    };
    if let Some(memo) = memo.as_deref_mut() {
        memo.put(vm, object, made.clone())?;
    }
    let mut state: PyObjectRef = match attribute(vm, object, "__getstate__")? {
        Some(method) => method.call((), vm)?,
        None => match object.dict() {
            Some(contents) => contents.into(),
            None => vm.ctx.new_dict().into(),
        },
    };
    if let Some(memo) = memo {
        state = deep(tables, &state, memo, vm)?;
    }
    match attribute(vm, &made, "__setstate__")? {
        Some(method) => drop(method.call((state,), vm)?),
        None => update(vm, &made, state)?,
    }
    Ok(made)
}

/// `object.__dict__.update(state)`
fn update(vm: &VirtualMachine, object: &PyObject, state: PyObjectRef) -> PyResult<()> {
    match (object.dict(), state.downcast_ref::<PyDict>()) {
        (Some(contents), Some(_)) => contents.merge_object(state, vm),
        (Some(contents), None) => vm.call_method(contents.as_object(), "update", (state,)).map(drop),
        (None, _) => {
            let contents = object.get_attr("__dict__", vm)?;
            vm.call_method(&contents, "update", (state,)).map(drop)
        }
    }
}

/// Makes an object anew from what `__reduce_ex__` gave.
fn rebuild(
    tables: &Tables,
    object: &PyObjectRef,
    info: &PyObject,
    mut memo: Option<&mut Memo>,
    vm: &VirtualMachine,
) -> PyResult {
    if text::is_str(info) {
        return Ok(object.clone());
    }
    let parts = match info.downcast_ref::<PyTuple>() {
        Some(parts) if (2..=5).contains(&parts.len()) => parts.as_slice(),
        _ => return Err(vm.new_exception_empty(vm.ctx.exceptions.assertion_error.to_owned())),
    };
    let part = |at: usize| parts.get(at).filter(|part| !vm.is_none(part)).cloned();
    let (Some(function), Some(args)) = (parts.first(), parts.get(1)) else { return Ok(object.clone()) };
    let mut args = args.clone();
    if let Some(memo) = memo.as_deref_mut() {
        args = deep(tables, &args, memo, vm)?;
    }
    let made = function.call(FuncArgs::from(vm.extract_elements_with(&args, Ok)?), vm)?;
    if let Some(memo) = memo.as_deref_mut() {
        memo.put(vm, object, made.clone())?;
    }
    if let Some(mut state) = part(2) {
        if let Some(memo) = memo.as_deref_mut() {
            state = deep(tables, &state, memo, vm)?;
        }
        set_state(vm, &made, state)?;
    }
    if let Some(items) = part(3) {
        let items = items.get_iter(vm)?;
        while let PyIterReturn::Return(mut item) = items.next(vm)? {
            if let Some(memo) = memo.as_deref_mut() {
                item = deep(tables, &item, memo, vm)?;
            }
            match made.downcast_ref_if_exact::<PyList>(vm) {
                Some(list) => list.borrow_vec_mut().push(item),
                None => drop(vm.call_method(&made, "append", (item,))?),
            }
        }
    }
    if let Some(pairs) = part(4) {
        let pairs = pairs.get_iter(vm)?;
        while let PyIterReturn::Return(pair) = pairs.next(vm)? {
            let pair = vm.extract_elements_with(&pair, Ok)?;
            let [key, value] = pair.as_slice() else {
                let given = pair.len();
                return Err(vm.new_value_error(match given {
                    0..2 => format!("need more than {given} value{} to unpack", if given == 1 { "" } else { "s" }),
                    _ => "too many values to unpack".to_owned(),
                }));
            };
            let (mut key, mut value) = (key.clone(), value.clone());
            if let Some(memo) = memo.as_deref_mut() {
                key = deep(tables, &key, memo, vm)?;
                value = deep(tables, &value, memo, vm)?;
            }
            made.set_item(&*key, value, vm)?;
        }
    }
    Ok(made)
}

fn set_state(vm: &VirtualMachine, made: &PyObject, state: PyObjectRef) -> PyResult<()> {
    if let Some(method) = attribute(vm, made, "__setstate__")? {
        return method.call((state,), vm).map(drop);
    }
    let (state, slots) = match state.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) {
        Some([state, slots]) => (state.clone(), Some(slots.clone())),
        _ => (state, None),
    };
    if !vm.is_none(&state) {
        update(vm, made, state)?;
    }
    if let Some(slots) = slots.filter(|slots| !vm.is_none(slots)) {
        let Some(slots) = slots.downcast_ref::<PyDict>() else {
            return slots.get_attr("iteritems", vm).map(drop);
        };
        for (name, value) in slots.items_vec() {
            if let Some(name) = text::text_of(vm, &name)? {
                made.set_attr(vm.ctx.intern_str(name), value, vm)?;
            }
        }
    }
    Ok(())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "copy");
    let doc = "Generic (shallow and deep) copying operations.";
    modules::set(vm, &module, "__doc__", vm.ctx.new_str(doc));
    modules::set(vm, &module, "Error", error_type(vm));
    modules::set(vm, &module, "error", error_type(vm));
    let all = ["Error", "copy", "deepcopy"].map(|name| -> PyObjectRef { vm.ctx.new_str(name).into() });
    modules::set(vm, &module, "__all__", vm.ctx.new_list(all.to_vec()));
    let tables = Tables { shallow: vm.ctx.new_dict(), deep: vm.ctx.new_dict() };
    modules::set(vm, &module, "_copy_dispatch", tables.shallow.clone());
    modules::set(vm, &module, "_deepcopy_dispatch", tables.deep.clone());
    let shared = tables.clone();
    modules::set_function(vm, &module, "copy", move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        match arguments::of_python(vm, "copy", args, &["x"], 1)?.as_slice() {
            [Some(object)] => shallow(&shared, object, vm),
            _ => Ok(vm.ctx.none()),
        }
    });
    modules::set_function(vm, &module, "deepcopy", move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let values = arguments::of_python(vm, "deepcopy", args, &["x", "memo", "_nil"], 1)?;
        let [Some(object), given, ..] = values.as_slice() else { return Ok(vm.ctx.none()) };
        let dict = match given.as_ref().filter(|given| !vm.is_none(given)) {
            None => vm.ctx.new_dict(),
            Some(given) => match given.clone().downcast::<PyDict>() {
                Ok(dict) => dict,
                Err(_) => return Err(vm.new_type_error("deepcopy() argument 2 must be a dict")),
            },
        };
        let mut memo = Memo { dict, kept: None };
        let made = deep(&tables, object, &mut memo, vm)?;
        if given.is_some() && made.is(object) && is_atomic(vm, object) {
            // Whoever gave a memo finds everything in it.
            memo.put(vm, object, made.clone())?;
            memo.keep(vm, object)?;
        }
        Ok(made)
    });
    module
}
