//! The module `_weakdicts`: the dictionaries of `weakref`, whose entries go with the objects that they stand
//! for.
//!
//! Each has its plain container in the attribute `data`, as Python 2.7's have: references that forget themselves there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustpython_vm::builtins::{PyDict, PyDictRef, PyModule};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyIterReturn;
use rustpython_vm::types::{IterNext, Iterable, SelfIter};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::python_function::{Body, Class, Function, Given, Home, function, with_defaults};
use super::receiver::Receiver;
use super::threading::alone;
use crate::import::{self, machine_module};
use crate::modules;

crate::interned_names! {
    data = "data",
    remove = "_remove",
    update = "update",
}

const SELF: &[&str] = &["self"];
const KEY: &[&str] = &["self", "key"];
const KEY_DEFAULT: &[&str] = &["self", "key", "default"];

/// A method that works on its object.
macro_rules! run {
    ($work:expr) => {
        Body::Run(|home, values, vm| {
            let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
            let work: fn(&Receiver<'_>, &[PyObjectRef]) -> PyResult = $work;
            work(&Receiver::new(home, this, vm), values.get(1..).unwrap_or_default())
        })
    };
}

/// The methods of both kinds of dictionaries. `$weak` says which side of an entry is a reference.
macro_rules! dictionary {
    ($weak:expr, $($own:expr),* $(,)?) => {
        &[
            function("__init__", &["self", "*args", "**kwargs"], Body::Raw(|home, args, vm| init($weak, home, args, vm))),
            function("update", &["self", "*args", "**kwargs"], Body::Raw(|_, args, vm| update($weak, args, vm))),
            function("__getitem__", KEY, run!(|this, values| {
                let key = first(this, values);
                match look_up(this, &key, $weak)? {
                    Some(value) => Ok(value),
                    None => Err(this.vm.new_key_error(key)),
                }
            })),
            function("__setitem__", &["self", "key", "value"], run!(|this, values| {
                let [key, value] = values else { return Ok(this.vm.ctx.none()) };
                store(this, key, value, $weak)
            })),
            function("__contains__", KEY, run!(|this, values| contains(this, values, $weak))),
            function("has_key", KEY, run!(|this, values| contains(this, values, $weak))),
            function("__repr__", SELF, run!(|this, _| {
                let (kind, at) = ($weak.name(), this.object.get_id());
                Ok(this.vm.ctx.new_str(format!("<{kind} at {at}>")).into())
            })),
            function("copy", SELF, run!(|this, _| copy(this, $weak))),
            function("__copy__", SELF, run!(|this, _| copy(this, $weak))),
            function("__deepcopy__", &["self", "memo"], run!(|this, values| deep_copy(this, values, $weak))),
            with_defaults("get", KEY_DEFAULT, &[Given::None], run!(|this, values| {
                let [key, default] = values else { return Ok(this.vm.ctx.none()) };
                Ok(look_up(this, key, $weak)?.unwrap_or_else(|| default.clone()))
            })),
            function("pop", &["self", "key", "*args"], Body::Raw(|home, args, vm| pop($weak, home, args, vm))),
            function("popitem", SELF, run!(|this, _| pop_item(this, $weak))),
            with_defaults("setdefault", KEY_DEFAULT, &[Given::None], run!(|this, values| {
                let [key, default] = values else { return Ok(this.vm.ctx.none()) };
                if let Some(value) = look_up(this, key, $weak)? {
                    return Ok(value);
                }
                store(this, key, default, $weak)?;
                Ok(default.clone())
            })),
            function("items", SELF, run!(|this, _| listed(this, $weak, Shown::Items))),
            function("keys", SELF, run!(|this, _| listed(this, $weak, Shown::Keys))),
            function("values", SELF, run!(|this, _| listed(this, $weak, Shown::Values))),
            function("iteritems", SELF, run!(|this, _| iterator(this, $weak, Shown::Items))),
            function("iterkeys", SELF, run!(|this, _| iterator(this, $weak, Shown::Keys))),
            function("itervalues", SELF, run!(|this, _| iterator(this, $weak, Shown::Values))),
            function("__iter__", SELF, run!(|this, _| iterator(this, $weak, Shown::Keys))),
            $($own,)*
        ]
    };
}

static VALUES: &[Function] = dictionary!(
    Weak::Values,
    function(
        "clear",
        SELF,
        run!(|this, _| {
            data(this)?.clear();
            Ok(this.vm.ctx.none())
        })
    ),
    function("valuerefs", SELF, run!(|this, _| Ok(this.vm.ctx.new_list(data(this)?.values_vec()).into()))),
    function(
        "itervaluerefs",
        SELF,
        run!(|this, _| {
            let list: PyObjectRef = this.vm.ctx.new_list(data(this)?.values_vec()).into();
            Ok(list.get_iter(this.vm)?.into())
        })
    ),
);

static KEYS: &[Function] = dictionary!(
    Weak::Keys,
    function(
        "__delitem__",
        KEY,
        run!(|this, values| {
            let reference = reference_to(this.vm, &first(this, values), None)?;
            data(this)?.del_item(&*reference, this.vm)?;
            Ok(this.vm.ctx.none())
        })
    ),
    function("keyrefs", SELF, run!(|this, _| Ok(this.vm.ctx.new_list(data(this)?.keys_vec()).into()))),
    function(
        "iterkeyrefs",
        SELF,
        run!(|this, _| {
            let list: PyObjectRef = this.vm.ctx.new_list(data(this)?.keys_vec()).into();
            Ok(list.get_iter(this.vm)?.into())
        })
    ),
);

/// Which side of an entry is a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weak {
    Keys,
    Values,
}

impl Weak {
    const fn name(self) -> &'static str {
        match self {
            Self::Keys => "WeakKeyDictionary",
            Self::Values => "WeakValueDictionary",
        }
    }
}

/// What an iterator gives.
#[derive(Clone, Copy, Debug)]
enum Shown {
    Keys,
    Values,
    Items,
}

// ---- helpers -------------------------------------------------------------------------------------------------------

fn first(this: &Receiver<'_>, values: &[PyObjectRef]) -> PyObjectRef {
    values.first().cloned().unwrap_or_else(|| this.vm.ctx.none())
}

/// The plain dictionary.
fn data(this: &Receiver<'_>) -> PyResult<PyDictRef> {
    this.get(names(this.vm).data)?.downcast().map_err(|_| this.vm.new_type_error("data must be a dict"))
}

/// A reference to an object, with a callback.
fn reference_to(vm: &VirtualMachine, object: &PyObjectRef, callback: Option<PyObjectRef>) -> PyResult {
    let class = machine_module(vm, "_weakref")?.get_attr("ref", vm)?;
    match callback {
        Some(callback) => class.call((object.clone(), callback), vm),
        None => class.call((object.clone(),), vm),
    }
}

/// What a reference refers to, if it is still there.
fn target(reference: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let object = reference.call((), vm)?;
    Ok(if vm.is_none(&object) { None } else { Some(object) })
}

/// The living parts of an entry.
fn living(
    weak: Weak,
    (key, value): (PyObjectRef, PyObjectRef),
    vm: &VirtualMachine,
) -> PyResult<Option<[PyObjectRef; 2]>> {
    Ok(match weak {
        Weak::Keys => target(&key, vm)?.map(|key| [key, value]),
        Weak::Values => target(&value, vm)?.map(|value| [key, value]),
    })
}

fn shown(how: Shown, [key, value]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyObjectRef {
    match how {
        Shown::Keys => key,
        Shown::Values => value,
        Shown::Items => vm.ctx.new_tuple(vec![key, value]).into(),
    }
}

fn entries(dict: &Py<PyDict>) -> Vec<(PyObjectRef, PyObjectRef)> {
    dict.items_vec()
}

// ---- entries -------------------------------------------------------------------------------------------------------

fn look_up(this: &Receiver<'_>, key: &PyObjectRef, weak: Weak) -> PyResult<Option<PyObjectRef>> {
    let vm = this.vm;
    match weak {
        Weak::Keys => data(this)?.get_item_opt(&*reference_to(vm, key, None)?, vm),
        Weak::Values => match data(this)?.get_item_opt(&**key, vm)? {
            Some(reference) => target(&reference, vm),
            None => Ok(None),
        },
    }
}

fn contains(this: &Receiver<'_>, values: &[PyObjectRef], weak: Weak) -> PyResult {
    let vm = this.vm;
    let found = match look_up(this, &first(this, values), weak) {
        // What cannot be referred to is no key.
        Err(error) if weak == Weak::Keys && error.fast_isinstance(vm.ctx.exceptions.type_error) => None,
        other => other?,
    };
    Ok(vm.ctx.new_bool(found.is_some()).into())
}

fn store(this: &Receiver<'_>, key: &PyObjectRef, value: &PyObjectRef, weak: Weak) -> PyResult {
    let vm = this.vm;
    let forget = this.get(names(vm).remove)?;
    match weak {
        Weak::Keys => data(this)?.set_item(&*reference_to(vm, key, Some(forget))?, value.clone(), vm)?,
        Weak::Values => {
            let class = import::module(vm, "weakref")?.get_attr("KeyedRef", vm)?;
            let reference = class.call((value.clone(), forget, key.clone()), vm)?;
            let dict = data(this)?;
            alone(vm, || dict.set_item(&**key, reference, vm))?;
        }
    }
    Ok(vm.ctx.none())
}

/// What references do when their object goes: they take themselves out, if the dictionary is still there.
fn forgetting(this: &PyObjectRef, weak: Weak, vm: &VirtualMachine) -> PyResult {
    let own = reference_to(vm, this, None)?;
    let forget = move |reference: PyObjectRef, vm: &VirtualMachine| -> PyResult<()> {
        let Some(this) = target(&own, vm)? else { return Ok(()) };
        let Ok(dict) = this.get_attr(names(vm).data, vm)?.downcast::<PyDict>() else { return Ok(()) };
        match weak {
            Weak::Keys => dict.pop_item(&*reference, vm).map(drop),
            Weak::Values => {
                let key = reference.get_attr("key", vm)?;
                // A new entry may come under the key just now.
                alone(vm, || match dict.get_item_opt(&*key, vm)? {
                    Some(known) if known.is(&reference) => dict.del_item(&*key, vm),
                    _ => Ok(()),
                })
            }
        }
    };
    Ok(vm.new_function("remove", forget).into())
}

fn init(weak: Weak, home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(this) = args.take_positional() else {
        let name = weak.name();
        return Err(vm.new_type_error(format!("descriptor '__init__' of '{name}' object needs an argument")));
    };
    if args.args.len() > 1 {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("expected at most 1 arguments, got {given}")));
    }
    let own = Receiver::new(home, &this, vm);
    own.set(names(vm).data, vm.ctx.new_dict())?;
    own.set(names(vm).remove, forgetting(&this, weak, vm)?)?;
    if weak == Weak::Keys
        && let Some(source) = args.take_keyword("dict")
    {
        args.args.push(source);
    }
    args.args.retain(|source| !vm.is_none(source));
    if !args.args.is_empty() || !args.kwargs.is_empty() {
        own.call_with(names(vm).update, args)?;
    }
    Ok(vm.ctx.none())
}

fn update(weak: Weak, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(this) = args.take_positional() else {
        let name = weak.name();
        return Err(vm.new_type_error(format!("descriptor 'update' of '{name}' object needs an argument")));
    };
    if args.args.len() > 1 {
        let given = args.args.len();
        return Err(vm.new_type_error(format!("expected at most 1 arguments, got {given}")));
    }
    if let Some(source) = args.args.first().filter(|source| !vm.is_none(source)) {
        let source = match vm.get_attribute_opt(source, "items")? {
            Some(_) => source.clone(),
            None => vm.ctx.types.dict_type.as_object().call((source.clone(),), vm)?,
        };
        for item in vm.extract_elements_with(&*vm.call_method(&source, "items", ())?, Ok)? {
            let Ok([key, value]) = <[PyObjectRef; 2]>::try_from(vm.extract_elements_with(&item, Ok)?) else {
                return Err(vm.new_value_error("too many values to unpack"));
            };
            this.set_item(&*key, value, vm)?;
        }
    }
    for (name, value) in args.kwargs {
        this.set_item(&*vm.ctx.new_str(name), value, vm)?;
    }
    Ok(vm.ctx.none())
}

fn pop(weak: Weak, home: &Home, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len();
    let (Some(this), Some(key)) = (args.take_positional(), args.take_positional()) else {
        return Err(vm.new_type_error(format!("pop() takes at least 2 arguments ({given} given)")));
    };
    let own = Receiver::new(home, &this, vm);
    let found = match weak {
        Weak::Keys => data(&own)?.pop_item(&*reference_to(vm, &key, None)?, vm)?,
        Weak::Values => match data(&own)?.pop_item(&*key, vm)? {
            Some(reference) => target(&reference, vm)?,
            None => None,
        },
    };
    match found.or_else(|| args.take_positional()) {
        Some(value) => Ok(value),
        None => Err(vm.new_key_error(key)),
    }
}

fn pop_item(this: &Receiver<'_>, weak: Weak) -> PyResult {
    let dict = data(this)?;
    loop {
        let item = this.vm.call_method(dict.as_object(), "popitem", ())?;
        let Ok([key, value]) = <[PyObjectRef; 2]>::try_from(this.vm.extract_elements_with(&item, Ok)?) else {
            return Err(this.vm.new_value_error("popitem() returns two values"));
        };
        if let Some(entry) = living(weak, (key, value), this.vm)? {
            return Ok(this.vm.ctx.new_tuple(entry.to_vec()).into());
        }
    }
}

fn copy(this: &Receiver<'_>, weak: Weak) -> PyResult {
    let class = import::module(this.vm, "weakref")?.get_attr(weak.name(), this.vm)?;
    let made = class.call((), this.vm)?;
    for entry in entries(&*data(this)?) {
        if let Some([key, value]) = living(weak, entry, this.vm)? {
            made.set_item(&*key, value, this.vm)?;
        }
    }
    Ok(made)
}

fn deep_copy(this: &Receiver<'_>, values: &[PyObjectRef], weak: Weak) -> PyResult {
    let vm = this.vm;
    let memo = first(this, values);
    let made = this.object.get_attr("__class__", vm)?.call((), vm)?;
    let copies = import::module(vm, "copy")?;
    let deep = |object: PyObjectRef| vm.call_method(&copies, "deepcopy", (object, memo.clone()));
    for entry in entries(&*data(this)?) {
        if let Some([key, value]) = living(weak, entry, vm)? {
            // The side that is only referred to stays the object that it is.
            let (key, value) = match weak {
                Weak::Keys => (key, deep(value)?),
                Weak::Values => (deep(key)?, value),
            };
            made.set_item(&*key, value, vm)?;
        }
    }
    Ok(made)
}

// ---- iteration -----------------------------------------------------------------------------------------------------

fn listed(this: &Receiver<'_>, weak: Weak, how: Shown) -> PyResult {
    let mut list = Vec::new();
    for entry in entries(&*data(this)?) {
        if let Some(entry) = living(weak, entry, this.vm)? {
            list.push(shown(how, entry, this.vm));
        }
    }
    Ok(this.vm.ctx.new_list(list).into())
}

/// The entries that were there, as long as they live.
#[pyclass(module = false, name = "generator")]
#[derive(Debug, PyPayload)]
struct Entries {
    entries: Vec<(PyObjectRef, PyObjectRef)>,
    at: AtomicUsize,
    weak: Weak,
    how: Shown,
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext, Iterable))]
impl Entries {
    #[pymethod]
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        match Self::next_entry(zelf, vm)? {
            Some(entry) => Ok(entry),
            None => Err(vm.new_stop_iteration(None)),
        }
    }

    fn next_entry(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        while let Some(entry) = zelf.entries.get(zelf.at.fetch_add(1, Ordering::Relaxed)) {
            if let Some(entry) = living(zelf.weak, entry.clone(), vm)? {
                return Ok(Some(shown(zelf.how, entry, vm)));
            }
        }
        Ok(None)
    }
}

impl SelfIter for Entries {}

impl IterNext for Entries {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        Ok(match Self::next_entry(zelf, vm)? {
            Some(entry) => PyIterReturn::Return(entry),
            None => PyIterReturn::StopIteration(None),
        })
    }
}

fn iterator(this: &Receiver<'_>, weak: Weak, how: Shown) -> PyResult {
    let entries = entries(&*data(this)?);
    Ok(Entries { entries, at: AtomicUsize::new(0), weak, how }.into_ref(&this.vm.ctx).into())
}

// ---- the module ----------------------------------------------------------------------------------------------------

fn fill(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    let _ = Entries::make_static_type();
    let home = Arc::new(Home { globals: module.dict(), defaults: Vec::new() });
    let base = import::module(vm, "UserDict")?.get_attr("UserDict", vm)?;
    let classes: [(Weak, &'static [Function], _); 2] = [
        (Weak::Values, VALUES, "A dictionary whose entries go when nobody else has their values any more."),
        (Weak::Keys, KEYS, "A dictionary whose entries go when nobody else has their keys any more."),
    ];
    for (weak, functions, doc) in classes {
        let bases = vec![base.clone()];
        let class =
            Class { name: weak.name(), module: "weakref", bases, functions, values: Vec::new(), doc: Some(doc) };
        modules::set(vm, module, weak.name(), class.make(&home, false, vm)?);
    }
    Ok(())
}

/// Makes the module `_weakdicts`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_weakdicts");
    if let Err(error) = fill(&module, vm) {
        vm.print_exception(&error);
    }
    module
}
