//! Writing objects that are no plain data: instances, what `__reduce__` gave, classes and functions by name.

use rustpython_vm::builtins::{PyDict, PyTuple, PyType};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::opcodes as op;
use super::reduce::{self, attribute, attribute_text, copy_reg};
use super::writing::Writer;
use crate::import;
use crate::runtime::{names, text};

/// Modules of the machine's own library by the names that they have in Python 2.
const OTHER_MODULES: &[(&str, &str)] =
    &[("_collections", "collections"), ("_datetime", "datetime"), ("builtins", "__builtin__"), ("copyreg", "copy_reg")];

/// The module that says it has a function or class, or one that has it under the name.
pub fn which_module(vm: &VirtualMachine, object: &PyObject, name: &str) -> PyResult<String> {
    if let Some(module) = attribute_text(vm, object, "__module__")? {
        let renamed = OTHER_MODULES.iter().find(|(other, _)| *other == module);
        return Ok(renamed.map_or(module, |(_, name)| (*name).to_owned()));
    }
    for (module_name, module) in import::modules(vm)?.items_vec() {
        let Some(module_name) = text::text_of(vm, &module_name)? else { continue };
        if vm.is_none(&module) || module_name == "__main__" {
            continue;
        }
        let found = vm.get_attribute_opt(&module, vm.ctx.intern_str(name)).ok().flatten();
        if found.is_some_and(|found| found.is(object)) {
            return Ok(module_name);
        }
    }
    Ok("__main__".to_owned())
}

/// A class or function by module and name, as `__import__` and `getattr` find it.
pub fn named(vm: &VirtualMachine, module: &str, name: &str) -> PyResult {
    let modules = import::modules(vm)?;
    let loaded = match modules.get_item_opt(module, vm)? {
        Some(loaded) if !vm.is_none(&loaded) => loaded,
        _ => {
            import::import_level(vm, module, None, None, 0)?;
            modules.get_item(module, vm)?
        }
    };
    loaded.get_attr(vm.ctx.intern_str(name), vm)
}

impl Writer {
    /// Objects of all other types: as `copy_reg` or their class says.
    pub fn save_other(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if let Some(function) = self.hooks.inst_persistent.clone() {
            let pid = function.call((object.to_owned(),), vm)?;
            if !vm.is_none(&pid) {
                return self.save_pers(vm, &pid);
            }
        }
        if let Some(admit) = self.hooks.admit.clone() {
            admit(vm, object)?;
        }
        let table = copy_reg(vm, "dispatch_table")?;
        let registered = match table.downcast_ref::<PyDict>() {
            Some(table) if !table.is_empty() => {
                table.to_owned().get_item_opt(&*crate::runtime::classes::type_of(object, vm), vm)?
            }
            _ => None,
        };
        let value = match &registered {
            Some(function) => function.call((object.to_owned(),), vm)?,
            None if object.downcastable::<PyType>() => return self.save_named(vm, object),
            None => match reduce::reduced(vm, object, self.protocol)? {
                Some(value) => value,
                None if self.is_c() => {
                    let class = self.flavour.errors(vm).unpickleable.clone();
                    let class = class.unwrap_or_else(|| self.flavour.errors(vm).pickling_error.clone());
                    return Err(vm.new_exception(class, vec![object.to_owned()]));
                }
                None => {
                    let kind = names::shown_name(object.class()).into_owned();
                    let shown = text::repr_of(vm, object)?;
                    let shown = String::from_utf8_lossy(&shown).into_owned();
                    return Err(self.flavour.pickling(vm, format!("Can't pickle '{kind}' object: {shown}")));
                }
            },
        };
        if text::is_str(&value) {
            let name = text::text_of(vm, &value)?.unwrap_or_default();
            return self.save_global(vm, object, Some(name));
        }
        let source = || -> PyResult<String> {
            let function = match registered.clone() {
                Some(function) => function,
                None => attribute(vm, object, "__reduce_ex__")?.unwrap_or_else(|| vm.ctx.none()),
            };
            Ok(String::from_utf8_lossy(&text::str_of(vm, &function)?).into_owned())
        };
        let Some(parts) = value.downcast_ref::<PyTuple>() else {
            let source = source()?;
            let message = match self.is_c() {
                true => format!("Value returned by {source} must be string or tuple"),
                false => format!("{source} must return string or tuple"),
            };
            return Err(self.flavour.pickling(vm, message));
        };
        if !(2..=5).contains(&parts.len()) {
            let source = source()?;
            let message = match self.is_c() {
                true => format!("tuple returned by {source} must contain 2 through 5 elements"),
                false => format!("Tuple returned by {source} must have two to five elements"),
            };
            return Err(self.flavour.pickling(vm, message));
        }
        if self.hooks.overrides_reduce() {
            let owner = self.hooks.owner.as_deref().cloned();
            let Some(owner) = owner else { return Ok(()) };
            let mut args = rustpython_vm::function::FuncArgs::from(parts.as_slice().to_vec());
            args.kwargs.insert("obj".into(), object.to_owned());
            return self.call_with(vm, &owner, "save_reduce", args);
        }
        if self.is_c() {
            self.check_parts(vm, parts.as_slice(), &source)?;
        }
        let own: Vec<&PyObjectRef> = parts.as_slice().iter().collect();
        self.guarded_reduce(vm, &own, object)
    }

    /// What `cPickle` wants of the parts.
    fn check_parts(
        &self,
        vm: &VirtualMachine,
        parts: &[PyObjectRef],
        source: &dyn Fn() -> PyResult<String>,
    ) -> PyResult<()> {
        let Some(args) = parts.get(1) else { return Ok(()) };
        if !args.downcastable::<PyTuple>() {
            let message = format!("Second element of tuple returned by {} must be a tuple", source()?);
            return Err(self.flavour.pickling(vm, message));
        }
        for (at, place) in [(3, "Fourth"), (4, "Fifth")] {
            let Some(items) = parts.get(at).filter(|items| !vm.is_none(items)) else { continue };
            if items.class().slots().iternext.load().is_none() {
                let kind = names::type_name_of(items);
                let message =
                    format!("{place} element of tuple returned by {} must be an iterator, not {kind}", source()?);
                return Err(self.flavour.pickling(vm, message));
            }
        }
        Ok(())
    }

    fn guarded_reduce(&mut self, vm: &VirtualMachine, parts: &[&PyObjectRef], object: &PyObject) -> PyResult<()> {
        let part = |at: usize| parts.get(at).copied();
        let (Some(function), Some(args)) = (part(0), part(1)) else { return Ok(()) };
        self.save_reduce(vm, function, args, [part(2), part(3), part(4)], Some(object))
    }

    /// A call that makes the object anew; `rest` are its state, items and pairs.
    pub fn save_reduce(
        &mut self,
        vm: &VirtualMachine,
        function: &PyObject,
        args: &PyObject,
        rest: [Option<&PyObjectRef>; 3],
        object: Option<&PyObject>,
    ) -> PyResult<()> {
        let flavour = self.flavour;
        let Some(tuple) = args.downcast_ref::<PyTuple>() else {
            return Err(flavour.pickling(vm, "args from reduce() should be a tuple"));
        };
        if !self.is_c() && attribute(vm, function, "__call__")?.is_none() && !function.is_callable() {
            return Err(flavour.pickling(vm, "func from reduce should be callable"));
        }
        let by_new = self.protocol >= 2 && attribute_text(vm, function, "__name__")?.as_deref() == Some("__newobj__");
        if by_new {
            let Some((class, others)) = tuple.as_slice().split_first() else {
                return Err(match self.is_c() {
                    true => flavour.pickling(vm, "__newobj__ arglist is empty"),
                    false => vm.new_index_error("tuple index out of range"),
                });
            };
            if attribute(vm, class, "__new__")?.is_none() {
                return Err(flavour.pickling(vm, "args[0] from __newobj__ args has no __new__"));
            }
            if let Some(object) = object
                && !object.get_attr("__class__", vm)?.is(class)
            {
                return Err(flavour.pickling(vm, "args[0] from __newobj__ args has the wrong class"));
            }
            self.save(vm, class)?;
            let others = vm.ctx.new_tuple(others.to_vec());
            self.save(vm, others.as_object())?;
            if !self.is_c() {
                // Its identity stays known.
                self.memo.keep_alive(others.into());
            }
            self.code(op::NEWOBJ);
        } else {
            self.save(vm, function)?;
            self.save(vm, args)?;
            self.code(op::REDUCE);
        }
        let [state, items, pairs] = rest.map(|part| part.filter(|part| !vm.is_none(part)));
        if let Some(object) = object {
            if let Some(number) = self.memo.get(object) {
                // It contains itself: take the one that is there.
                self.code(op::POP);
                self.fetch(vm, number)?;
            } else {
                // The method that reduced it holds it: `cPickle` always takes note, too.
                self.memoize(vm, object)?;
            }
        }
        if let Some(items) = items {
            self.append_all(vm, items)?;
        }
        if let Some(pairs) = pairs {
            self.set_all(vm, pairs)?;
        }
        if let Some(state) = state {
            self.save(vm, state)?;
            self.code(op::BUILD);
        }
        Ok(())
    }

    /// An instance of a classic class.
    pub fn save_inst(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        if let Some(admit) = self.hooks.admit.clone() {
            admit(vm, object)?;
        }
        let class = object.get_attr("__class__", vm)?;
        let mut args = Vec::new();
        // A bound method holds the object.
        let initial = attribute(vm, object, "__getinitargs__")?;
        let given = match &initial {
            Some(method) => {
                let given = method.call((), vm)?;
                given.length(vm)?;
                args = vm.extract_elements_with(&given, Ok)?;
                if !self.is_c() {
                    self.memo.keep(given.clone());
                }
                Some(given)
            }
            None => None,
        };
        self.code(op::MARK);
        if self.binary() {
            self.save(vm, &class)?;
        }
        for arg in &args {
            self.save(vm, arg)?;
        }
        drop((args, given));
        if self.binary() {
            self.code(op::OBJ);
        } else {
            let name = attribute_text(vm, &class, "__name__")?.unwrap_or_default();
            let module = match self.is_c() {
                true => which_module(vm, &class, &name)?,
                false => attribute_text(vm, &class, "__module__")?.unwrap_or_default(),
            };
            self.line(op::INST, module.as_bytes());
            self.out.extend_from_slice(name.as_bytes());
            self.code(b'\n');
        }
        let state = |vm: &VirtualMachine| -> PyResult<(PyObjectRef, bool)> {
            match attribute(vm, object, "__getstate__")? {
                Some(method) => Ok((method.call((), vm)?, true)),
                None => match object.dict() {
                    Some(contents) => Ok((contents.into(), false)),
                    None => Ok((object.get_attr("__dict__", vm)?, false)),
                },
            }
        };
        if self.is_c() {
            let (state, by_method) = state(vm)?;
            if by_method || initial.is_some() || !state.downcastable::<PyDict>() || object.strong_count() > 1 {
                self.memoize(vm, object)?;
            }
            self.save(vm, &state)?;
        } else {
            self.memoize(vm, object)?;
            let (state, temporary) = state(vm)?;
            if temporary {
                self.memo.keep(state.clone());
            }
            self.save(vm, &state)?;
        }
        self.code(op::BUILD);
        Ok(())
    }

    /// A class or function: functions that have no name of their own are for `__reduce__`, in `cPickle`.
    pub fn save_named(&mut self, vm: &VirtualMachine, object: &PyObject) -> PyResult<()> {
        let before = self.out.len();
        let result = self.save_global(vm, object, None);
        match result {
            Err(error)
                if self.is_c()
                    && object.class().is(vm.ctx.types.function_type)
                    && error.fast_isinstance(&self.flavour.errors(vm).pickle_error) =>
            {
                self.out.truncate(before);
                if self.protocol < 2 {
                    return Err(reduce::cannot(vm, object.class()));
                }
                let message = "Can't pickle <type 'function'>: attribute lookup __builtin__.function failed";
                Err(self.flavour.pickling(vm, message))
            }
            result => result,
        }
    }

    pub fn save_global(&mut self, vm: &VirtualMachine, object: &PyObject, name: Option<String>) -> PyResult<()> {
        if self.hooks.overrides_global() {
            let mut args = vec![object.to_owned()];
            if let Some(name) = &name {
                args.push(vm.ctx.new_str(name.as_str()).into());
            }
            return self.call_hook(vm, "save_global", args).map(drop);
        }
        self.save_global_here(vm, object, name)
    }

    pub fn save_global_here(&mut self, vm: &VirtualMachine, object: &PyObject, name: Option<String>) -> PyResult<()> {
        if let Some(admit) = self.hooks.admit.clone() {
            admit(vm, object)?;
        }
        let name = match name {
            Some(name) => name,
            None => {
                let name = attributes_name(vm, object)?;
                text::text_of(vm, &name)?.unwrap_or_default()
            }
        };
        let module = which_module(vm, object, &name)?;
        if let Some(message) = self.missing(vm, object, &module, &name)? {
            return Err(self.flavour.pickling(vm, message));
        }
        if self.protocol >= 2
            && let Some(code) = extension(vm, &module, &name)?
        {
            match (u8::try_from(code), u16::try_from(code)) {
                (Ok(code), _) => self.out.extend_from_slice(&[op::EXT1, code]),
                (_, Ok(code)) => {
                    self.code(op::EXT2);
                    self.out.extend_from_slice(&code.to_le_bytes());
                }
                _ => {
                    self.code(op::EXT4);
                    self.out.extend_from_slice(&code.to_le_bytes());
                }
            }
            return Ok(());
        }
        self.line(op::GLOBAL, module.as_bytes());
        self.out.extend_from_slice(name.as_bytes());
        self.code(b'\n');
        self.memoize(vm, object)
    }

    /// Why the name does not lead to the object; None if it does.
    fn missing(&self, vm: &VirtualMachine, object: &PyObject, module: &str, name: &str) -> PyResult<Option<String>> {
        let found = named(vm, module, name);
        let shown = || -> PyResult<String> {
            let text = match self.is_c() {
                true => text::str_of(vm, object)?,
                false => text::repr_of(vm, object)?,
            };
            Ok(String::from_utf8_lossy(&text).into_owned())
        };
        match found {
            Ok(found) if found.is(object) => Ok(None),
            // The machine has some functions twice.
            Ok(_) if module == "copy_reg" || module == "__builtin__" && name == "type" => Ok(None),
            Ok(_) => Ok(Some(format!("Can't pickle {}: it's not the same object as {module}.{name}", shown()?))),
            Err(error)
                if error.fast_isinstance(vm.ctx.exceptions.import_error)
                    || error.fast_isinstance(vm.ctx.exceptions.key_error)
                    || error.fast_isinstance(vm.ctx.exceptions.attribute_error)
                    || error.fast_isinstance(vm.ctx.exceptions.value_error) =>
            {
                if !self.is_c() {
                    return Ok(Some(format!("Can't pickle {}: it's not found as {module}.{name}", shown()?)));
                }
                let imported = !error.fast_isinstance(vm.ctx.exceptions.import_error);
                Ok(Some(match imported {
                    true => format!("Can't pickle {}: attribute lookup {module}.{name} failed", shown()?),
                    false => format!("Can't pickle {}: import of module {module} failed", shown()?),
                }))
            }
            Err(error) => Err(error),
        }
    }
}

fn attributes_name(vm: &VirtualMachine, object: &PyObject) -> PyResult {
    crate::runtime::attributes::read(object, vm.ctx.intern_str("__name__"), vm)
}

/// The number that the name has in the extension registry.
fn extension(vm: &VirtualMachine, module: &str, name: &str) -> PyResult<Option<u32>> {
    let registry = copy_reg(vm, "_extension_registry")?;
    let Some(registry) = registry.downcast_ref::<PyDict>().filter(|registry| !registry.is_empty()) else {
        return Ok(None);
    };
    let key = vm.ctx.new_tuple(vec![vm.ctx.new_str(module).into(), vm.ctx.new_str(name).into()]);
    match registry.to_owned().get_item_opt(key.as_object(), vm)? {
        Some(code) => code.try_to_value::<u32>(vm).map(Some),
        None => Ok(None),
    }
}
