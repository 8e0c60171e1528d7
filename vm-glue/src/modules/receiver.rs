//! The object that a native method works on: its attributes and methods, whoever wrote them.

use rustpython_vm::builtins::{PyDictRef, PyFunction, PyStrInterned};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::python_function::{Home, PythonFunction};
use crate::runtime::classic;

crate::interned_names! {
    getattribute = "__getattribute__",
    setattr = "__setattr__",
}

/// An object at work.
pub struct Receiver<'a> {
    pub vm: &'a VirtualMachine,
    pub home: &'a Home,
    pub object: &'a PyObject,
    /// The attributes of a classic instance: nothing of its class comes before them.
    dict: Option<PyDictRef>,
    /// Nobody watches assignments.
    unwatched: bool,
}

impl<'a> Receiver<'a> {
    /// The object that a method was called for.
    pub fn new(home: &'a Home, object: &'a PyObject, vm: &'a VirtualMachine) -> Self {
        let class = object.class();
        let is_classic = classic::is_classic(class);
        let unwatched = is_classic && classic::class_attribute(class, names(vm).setattr).is_none();
        Self { vm, home, object, dict: if is_classic { object.dict() } else { None }, unwatched }
    }

    /// An attribute.
    pub fn get(&self, name: &'static PyStrInterned) -> PyResult {
        if let Some(dict) = &self.dict
            && let Some(value) = dict.get_item_opt(name, self.vm)?
        {
            return Ok(value);
        }
        self.object.get_attr(name, self.vm)
    }

    /// An attribute that may be missing.
    pub fn find(&self, name: &'static PyStrInterned) -> PyResult<Option<PyObjectRef>> {
        self.vm.get_attribute_opt(self.object, name)
    }

    /// Sets an attribute.
    pub fn set(&self, name: &'static PyStrInterned, value: impl Into<PyObjectRef>) -> PyResult<()> {
        match &self.dict {
            Some(dict) if self.unwatched => dict.set_item(name, value.into(), self.vm),
            _ => self.object.set_attr(name, value.into(), self.vm),
        }
    }

    /// Whether an attribute is true.
    pub fn is_true(&self, name: &'static PyStrInterned) -> PyResult<bool> {
        self.get(name)?.try_to_bool(self.vm)
    }

    /// Calls a method as the object finds it.
    pub fn call(&self, name: &'static PyStrInterned, arguments: Vec<PyObjectRef>) -> PyResult {
        let function = match self.function(name)? {
            Ok(function) => function,
            Err(bound) => return bound.call(arguments, self.vm),
        };
        let mut all = Vec::with_capacity(arguments.len() + 1);
        all.push(self.object.to_owned());
        all.extend(arguments);
        let count = all.len();
        function.vectorcall(all, count, None, self.vm)
    }

    /// Calls a method with further arguments by name.
    pub fn call_with(&self, name: &'static PyStrInterned, arguments: FuncArgs) -> PyResult {
        self.get(name)?.call(arguments, self.vm)
    }

    /// The function of a method, not bound; or what the object has under that name.
    fn function(&self, name: &'static PyStrInterned) -> PyResult<Result<PyObjectRef, PyObjectRef>> {
        let vm = self.vm;
        let class = self.object.class();
        let plain = self.dict.is_some() || {
            let own = class.get_attr(names(vm).getattribute);
            let usual = vm.ctx.types.object_type.get_attr(names(vm).getattribute);
            own.zip(usual).is_some_and(|(own, usual)| own.is(&usual))
        };
        if plain {
            let own = match &self.dict {
                Some(dict) => dict.get_item_opt(name, vm)?,
                None => match self.object.dict() {
                    Some(dict) => dict.get_item_opt(name, vm)?,
                    None => None,
                },
            };
            if let Some(own) = own {
                return Ok(Err(own));
            }
            if let Some(found) = class.get_attr(name)
                && (found.downcast_ref_if_exact::<PyFunction>(vm).is_some()
                    || found.downcast_ref::<PythonFunction>().is_some())
            {
                return Ok(Ok(found));
            }
        }
        self.object.get_attr(name, vm).map(Err)
    }

    /// What the module has under a name now: programs replace some.
    pub fn global(&self, name: &'static str) -> PyResult {
        global(self.home, name, self.vm)
    }
}

/// What a module has under a name now.
pub fn global(home: &Home, name: &'static str, vm: &VirtualMachine) -> PyResult {
    match home.globals.get_item_opt(name, vm)? {
        Some(value) => Ok(value),
        None => Err(vm.new_name_error(format!("global name '{name}' is not defined"), vm.ctx.new_str(name))),
    }
}
