//! What a pickler's owner does otherwise: persistent ids, and methods that a subclass of `pickle.Pickler` overrides.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use super::writing::{Kind, Writer};
use crate::runtime::{classes, text};

/// Refuses objects that must not be written.
pub type Admit = Arc<dyn Fn(&VirtualMachine, &PyObject) -> PyResult<()> + Send + Sync>;

/// What a pickler asks besides the object.
#[derive(Default)]
pub struct Hooks {
    /// `persistent_id`
    pub persistent: Option<PyObjectRef>,
    /// `inst_persistent_id` of `cPickle`: asked for objects that are no plain data.
    pub inst_persistent: Option<PyObjectRef>,
    /// The `Pickler` of `pickle` that has its own methods.
    pub owner: Option<Box<Owner>>,
    /// Asked about every class and every object that is no plain data.
    pub admit: Option<Admit>,
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

/// An instance of (a subclass of) `pickle.Pickler`, and what it overrides.
#[derive(Debug, Clone)]
pub struct Owner {
    pub object: PyObjectRef,
    pub state: PyRef<PicklerState>,
    /// Names of the methods that are not the class's own, of [`OVERRIDABLE`].
    pub overridden: Vec<&'static str>,
    /// The table of functions by type, if it was changed.
    pub dispatch: Option<PyDictRef>,
    /// The native functions of the table, by identity.
    pub natives: Arc<[(usize, Kind)]>,
}

/// Methods of a `Pickler` that are called by the others.
pub const OVERRIDABLE: &[&str] =
    &["save", "save_pers", "save_reduce", "save_global", "memoize", "get", "put", "persistent_id"];

/// What an instance of `pickle.Pickler` keeps.
#[pyclass(module = "pickle", name = "_PicklerState")]
#[derive(Debug, PyPayload)]
pub struct PicklerState {
    pub writer: Mutex<Writer>,
    /// `write` of the file.
    pub write: PyObjectRef,
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(AsMapping, AsSequence))]
impl PicklerState {
    /// The memo as the dict that it is in Python: number and object by identity.
    #[pymethod]
    pub fn copy(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let dict = vm.ctx.new_dict();
        for (id, number, object) in zelf.writer.lock().memo.entries() {
            let entry = vm.ctx.new_tuple(vec![vm.ctx.new_int(number).into(), object.clone()]);
            dict.set_item(vm.ctx.new_int(id).as_object(), entry.into(), vm)?;
        }
        Ok(dict)
    }

    #[pymethod]
    fn get(zelf: &Py<Self>, id: PyObjectRef, default: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let found = Self::copy(zelf, vm)?.get_item_opt(&*id, vm)?;
        Ok(found.or_else(|| default.into_option()).unwrap_or_else(|| vm.ctx.none()))
    }

    #[pymethod]
    fn has_key(zelf: &Py<Self>, id: PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(Self::copy(zelf, vm)?.get_item_opt(&*id, vm)?.is_some())
    }

    #[pymethod]
    fn clear(zelf: &Py<Self>) {
        zelf.writer.lock().memo.clear();
    }
}

impl AsSequence for PicklerState {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: OnceLock<PySequenceMethods> = OnceLock::new();
        METHODS.get_or_init(|| PySequenceMethods {
            contains: Some(|sequence, id, vm| {
                PicklerState::has_key(PicklerState::sequence_downcast(sequence), id.to_owned(), vm)
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        })
    }
}

impl AsMapping for PicklerState {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: OnceLock<PyMappingMethods> = OnceLock::new();
        METHODS.get_or_init(|| PyMappingMethods {
            length: Some(|mapping, _vm| Ok(PicklerState::mapping_downcast(mapping).writer.lock().memo.len())),
            subscript: Some(|mapping, key, vm| {
                PicklerState::copy(PicklerState::mapping_downcast(mapping), vm)?.as_object().get_item(key, vm)
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let state = PicklerState::mapping_downcast(mapping);
                let Some(value) = value else { return Err(vm.new_type_error("entries of the memo stay")) };
                match value.try_to_value::<Vec<PyObjectRef>>(vm)?.as_slice() {
                    [number, object, ..]
                        if vm.ctx.new_int(object.get_id()).as_object().rich_compare_bool(
                            key,
                            rustpython_vm::types::PyComparisonOp::Eq,
                            vm,
                        )? =>
                    {
                        let number = number.try_to_value::<usize>(vm)?;
                        state.writer.lock().memo.insert(object, number);
                        Ok(())
                    }
                    _ => Err(vm.new_value_error("an entry of the memo is the number and the object of its identity")),
                }
            }),
        })
    }
}

impl Hooks {
    fn overrides(&self, name: &str) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.overridden.contains(&name))
    }

    pub fn overrides_save(&self) -> bool {
        self.overrides("save")
    }

    pub fn overrides_reduce(&self) -> bool {
        self.overrides("save_reduce")
    }

    pub fn overrides_global(&self) -> bool {
        self.overrides("save_global")
    }

    pub fn overrides_memoize(&self) -> bool {
        self.overrides("memoize")
    }

    pub fn overrides_numbers(&self) -> bool {
        self.overrides("get") || self.overrides("put")
    }

    pub fn overrides_pers(&self) -> bool {
        self.overrides("save_pers")
    }

    pub fn has_persistent(&self) -> bool {
        self.persistent.is_some() || self.overrides("persistent_id")
    }

    pub fn dispatch(&self) -> Option<&PyDictRef> {
        self.owner.as_ref().and_then(|owner| owner.dispatch.as_ref())
    }
}

impl Writer {
    /// Calls a method of the owner, which may use the pickler meanwhile.
    pub fn call_hook(&mut self, vm: &VirtualMachine, name: &'static str, args: Vec<PyObjectRef>) -> PyResult {
        let Some(owner) = self.hooks.owner.as_deref().cloned() else {
            return Err(vm.new_attribute_error(name));
        };
        self.lent(&owner.state, || vm.call_method(&owner.object, name, args))
    }

    /// The same with keywords.
    pub fn call_with(
        &mut self,
        vm: &VirtualMachine,
        owner: &Owner,
        name: &'static str,
        args: FuncArgs,
    ) -> PyResult<()> {
        self.lent(&owner.state, || owner.object.get_attr(name, vm)?.call(args, vm)).map(drop)
    }

    /// Lets the owner's object have the state while something of Python's runs.
    fn lent<R>(&mut self, state: &Py<PicklerState>, work: impl FnOnce() -> R) -> R {
        std::mem::swap(self, &mut *state.writer.lock());
        let result = work();
        std::mem::swap(self, &mut *state.writer.lock());
        result
    }

    /// The persistent id of an object, if the owner gives it one.
    pub fn persistent_id(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<Option<PyObjectRef>> {
        let pid = match self.hooks.persistent.clone() {
            Some(function) => function.call((object.to_owned(),), vm)?,
            None => self.call_hook(vm, "persistent_id", vec![object.to_owned()])?,
        };
        Ok(Some(pid).filter(|pid| !vm.is_none(pid)))
    }

    /// By the owner's changed table of functions.
    pub fn save_dispatched(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if let Some(number) = self.memo.get(object) {
            return self.fetch(vm, number);
        }
        let Some(owner) = self.hooks.owner.as_deref().cloned() else { return Ok(()) };
        let function = match &owner.dispatch {
            Some(dispatch) => dispatch.get_item_opt(&*classes::type_of(object, vm), vm)?,
            None => None,
        };
        match function {
            None => self.save_kind(vm, object, Kind::Other),
            Some(function) => match owner.natives.iter().find(|(id, _)| *id == function.get_id()) {
                Some((_, kind)) => self.save_kind(vm, object, *kind),
                None => vm.with_recursion("while pickling an object", || {
                    let args = (owner.object.clone(), object.to_owned());
                    self.lent(&owner.state, || function.call(args, vm)).map(drop)
                }),
            },
        }
    }

    /// Writes a persistent id.
    pub fn save_pers(&mut self, vm: &VirtualMachine, pid: &PyObject) -> PyResult<()> {
        if self.hooks.overrides_pers() {
            return self.call_hook(vm, "save_pers", vec![pid.to_owned()]).map(drop);
        }
        self.save_pers_here(vm, pid)
    }

    pub fn save_pers_here(&mut self, vm: &VirtualMachine, pid: &PyObject) -> PyResult<()> {
        use super::opcodes as op;
        if !self.binary() {
            if self.is_c() && !text::is_str(pid) {
                return Err(self.flavour.pickling(vm, "persistent id must be string"));
            }
            let text = text::str_of(vm, pid)?;
            self.line(op::PERSID, &text);
            return Ok(());
        }
        if self.is_c() {
            // The id itself is not asked for an id of its own.
            let hooks = (self.hooks.persistent.take(), self.hooks.inst_persistent.take());
            let result = self.save(vm, pid);
            (self.hooks.persistent, self.hooks.inst_persistent) = hooks;
            result?;
        } else {
            self.save(vm, pid)?;
        }
        self.code(op::BINPERSID);
        Ok(())
    }
}
