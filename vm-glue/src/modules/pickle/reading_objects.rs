//! Reading containers and objects: what the operations do with the top of the stack.

use rustpython_vm::builtins::{PyDict, PyList, PyStr, PyTuple, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::errors::Flavour;
use super::reading::Reader;
use super::reduce::{attribute, attribute_text, copy_reg};
use crate::runtime::{classic, names, text};

impl Reader {
    /// POP.
    pub fn drop_top(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        if self.is_c() {
            // On top of the stack is a mark or an object.
            if self.marks.last().is_some_and(|mark| *mark == self.stack.len()) {
                self.marks.pop();
                return Ok(());
            }
            if self.stack.pop().is_none() {
                return Err(self.flavour.unpickling(vm, "unpickling stack underflow"));
            }
            return Ok(());
        }
        match self.stack.pop() {
            Some(_) => Ok(()),
            None => Err(vm.new_index_error("list assignment index out of range")),
        }
    }

    /// The last objects, for operations that take a number of them.
    fn last(&mut self, vm: &VirtualMachine, count: usize) -> PyResult<Vec<PyObjectRef>> {
        match self.stack.len().checked_sub(count) {
            Some(start) => Ok(self.stack.split_off(start)),
            None => Err(match self.is_c() {
                true => self.flavour.unpickling(vm, "unpickling stack underflow"),
                false => vm.new_index_error("list index out of range"),
            }),
        }
    }

    pub fn short_tuple(&mut self, vm: &VirtualMachine, count: usize) -> PyResult<()> {
        let items = self.last(vm, count)?;
        self.push(vm.ctx.new_tuple(items));
        Ok(())
    }

    pub fn dict(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let items = self.since_mark(vm)?;
        let dict = vm.ctx.new_dict();
        if !self.is_c() && items.len() % 2 == 1 {
            return Err(vm.new_index_error("list index out of range"));
        }
        for pair in items.chunks_exact(2) {
            if let [key, value] = pair {
                dict.set_item(&**key, value.clone(), vm)?;
            }
        }
        self.push(dict);
        Ok(())
    }

    pub fn append_one(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        if self.is_c() {
            if self.stack.len() < 2 {
                return Err(self.flavour.unpickling(vm, "unpickling stack underflow"));
            }
            let item = self.pop(vm)?;
            return self.append(vm, vec![item]);
        }
        let item = self.pop(vm)?;
        let target = self.top(vm)?;
        match target.downcast_ref_if_exact::<PyList>(vm) {
            Some(list) => list.borrow_vec_mut().push(item),
            None => {
                let method = target.get_attr("append", vm)?;
                method.call((item,), vm)?;
            }
        }
        Ok(())
    }

    pub fn append_many(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let (start, end) = self.find_mark(vm)?;
        if let Some(list) = end.checked_sub(1).and_then(|below| self.stack.get(below)).cloned()
            && let Some(list) = list.downcast_ref::<PyList>()
        {
            list.borrow_vec_mut().extend(self.stack.drain(start..));
            self.stack.truncate(end);
            return Ok(());
        }
        let items = self.stack.split_off(start);
        self.stack.truncate(end);
        if end == 0 {
            return Err(match self.is_c() {
                true => self.flavour.unpickling(vm, "unpickling stack underflow"),
                // The object before the first is the last one: there is nothing but the mark.
                false => vm.new_attribute_error("'object' object has no attribute 'extend'"),
            });
        }
        self.append(vm, items)
    }

    fn append(&mut self, vm: &VirtualMachine, items: Vec<PyObjectRef>) -> PyResult<()> {
        let target = self.top(vm)?;
        if let Some(list) = target.downcast_ref::<PyList>() {
            list.borrow_vec_mut().extend(items);
            return Ok(());
        }
        let method = match self.is_c() {
            true => target.get_attr("append", vm)?,
            false => match attribute(vm, &target, "append")? {
                Some(method) => method,
                None => {
                    let items = vm.ctx.new_list(items);
                    return target.get_attr("extend", vm)?.call((items,), vm).map(drop);
                }
            },
        };
        for item in items {
            method.call((item,), vm)?;
        }
        Ok(())
    }

    pub fn set_one(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        if self.is_c() && self.stack.len() < 3 {
            return Err(self.flavour.unpickling(vm, "unpickling stack underflow"));
        }
        let value = self.pop(vm)?;
        let key = self.pop(vm)?;
        let target = self.top(vm)?;
        assign(vm, &target, &key, value)
    }

    pub fn set_many(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let (start, end) = self.find_mark(vm)?;
        if let Some(dict) = end.checked_sub(1).and_then(|below| self.stack.get(below)).cloned()
            && let Some(dict) = dict.downcast_ref_if_exact::<PyDict>(vm)
            && (self.stack.len() - start).is_multiple_of(2)
        {
            // Keys may run code of their own, so the stack is left before.
            let mut items = self.stack.split_off(start).into_iter();
            self.stack.truncate(end);
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                dict.inner_setitem(&*key, value, vm)?;
            }
            return Ok(());
        }
        let items = self.stack.split_off(start);
        self.stack.truncate(end);
        let target = match self.stack.last() {
            Some(target) => target.clone(),
            None if self.is_c() => return Err(self.flavour.unpickling(vm, "unpickling stack underflow")),
            None => match self.mark.clone() {
                Some(mark) => mark,
                None => return Err(vm.new_index_error("list index out of range")),
            },
        };
        for pair in items.chunks(2) {
            match pair {
                [key, value] => assign(vm, &target, key, value.clone())?,
                _ if self.is_c() => {}
                _ => return Err(vm.new_index_error("list index out of range")),
            }
        }
        Ok(())
    }

    // ---- classes and functions ----

    pub fn find_class(&mut self, vm: &VirtualMachine, module: &[u8], name: &[u8]) -> PyResult {
        let find = self.find.clone();
        find(vm, &text::widen(module), &text::widen(name))
    }

    pub fn global(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let module = self.line(vm)?;
        let name = self.line(vm)?;
        if self.skip {
            self.push(vm.ctx.none());
            return Ok(());
        }
        let found = self.find_class(vm, &module, &name)?;
        self.push(found);
        Ok(())
    }

    pub fn extension(&mut self, vm: &VirtualMachine, code: i64) -> PyResult<()> {
        let number = vm.ctx.new_int(code);
        if let Ok(cache) = copy_reg(vm, "_extension_cache")?.downcast::<PyDict>()
            && let Some(known) = cache.get_item_opt(number.as_object(), vm)?
        {
            self.push(known);
            return Ok(());
        }
        let registry = copy_reg(vm, "_inverted_registry")?;
        let key = match registry.downcast_ref::<PyDict>() {
            Some(registry) => registry.to_owned().get_item_opt(number.as_object(), vm)?,
            None => None,
        };
        let Some(key) = key else {
            return Err(vm.new_value_error(format!("unregistered extension code {code}")));
        };
        let parts = key.downcast_ref::<PyTuple>().map(|key| key.as_slice().to_vec()).unwrap_or_default();
        let [module, name] = parts.as_slice() else {
            return Err(vm.new_value_error(format!("_inverted_registry[{code}] isn't a 2-tuple of strings")));
        };
        let (module, name) = (text::str_of(vm, module)?, text::str_of(vm, name)?);
        let found = self.find_class(vm, &module, &name)?;
        if let Ok(cache) = copy_reg(vm, "_extension_cache")?.downcast::<PyDict>() {
            cache.set_item(number.as_object(), found.clone(), vm)?;
        }
        self.push(found);
        Ok(())
    }

    // ---- objects ----

    /// The arguments of a call as Python's `f(*args)` takes them.
    fn call(&self, vm: &VirtualMachine, function: &PyObject, args: &PyObject) -> PyResult {
        let values = match args.downcast_ref::<PyTuple>() {
            Some(tuple) => tuple.as_slice().to_vec(),
            None if vm.is_none(args) && self.is_c() => return vm.call_method(function, "__basicnew__", ()),
            None if self.is_c() => {
                return Err(vm.new_type_error("argument list must be a tuple"));
            }
            None => {
                let listed = vm.extract_elements_with(args, Ok);
                listed.map_err(|error| match error.fast_isinstance(vm.ctx.exceptions.type_error) {
                    true => {
                        let types = &vm.ctx.types;
                        let named = function.class().is(types.function_type)
                            || function.class().is(types.builtin_function_or_method_type);
                        let shown = match named {
                            true => format!("{}()", crate::runtime::functions::function_name(function, vm)),
                            false => {
                                let class = crate::runtime::classes::type_of(function, vm);
                                let class = class.downcast_ref::<PyType>().map(names::shown_name);
                                format!("{} object", class.unwrap_or_default())
                            }
                        };
                        let kind = names::type_name_of(args);
                        vm.new_type_error(format!("{shown} argument after * must be an iterable, not {kind}"))
                    }
                    false => error,
                })?
            }
        };
        function.call(FuncArgs::from(values), vm)
    }

    pub fn reduce(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let args = self.pop(vm)?;
        let function = match self.is_c() {
            true => self.pop(vm)?,
            false => {
                let top = self.top(vm)?;
                self.stack.pop();
                top
            }
        };
        if self.skip {
            self.push(vm.ctx.none());
            return Ok(());
        }
        let made = self.call(vm, &function, &args)?;
        self.push(made);
        Ok(())
    }

    pub fn new_object(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let args = self.pop(vm)?;
        let class = match self.is_c() {
            true => self.pop(vm)?,
            false => {
                let top = self.top(vm)?;
                self.stack.pop();
                top
            }
        };
        if self.skip {
            self.push(vm.ctx.none());
            return Ok(());
        }
        if self.is_c() {
            let message = if !args.downcastable::<PyTuple>() {
                Some("NEWOBJ expected an arg tuple.")
            } else if class.downcast_ref::<PyType>().is_none_or(classic::is_classic) {
                Some("NEWOBJ class argument isn't a type object")
            } else {
                None
            };
            if let Some(message) = message {
                return Err(self.flavour.unpickling(vm, message));
            }
        }
        let new = class.get_attr("__new__", vm)?;
        let mut values = vec![class];
        match args.downcast_ref::<PyTuple>() {
            Some(tuple) => values.extend(tuple.as_slice().iter().cloned()),
            None => values.extend(vm.extract_elements_with(&args, Ok)?),
        }
        let made = new.call(FuncArgs::from(values), vm)?;
        self.push(made);
        Ok(())
    }

    /// INST: module, name, and the arguments above the mark.
    pub fn inst(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        // `cPickle` looks for the mark before it reads, `pickle` after it has found the class.
        let early = if self.is_c() || self.skip { Some(self.since_mark(vm)?) } else { None };
        let module = self.line(vm)?;
        let name = self.line(vm)?;
        if self.skip {
            self.push(vm.ctx.none());
            return Ok(());
        }
        let class = self.find_class(vm, &module, &name)?;
        let args = match early {
            Some(args) => args,
            None => self.since_mark(vm)?,
        };
        self.instantiate(vm, &class, args)
    }

    /// OBJ: the class and the arguments above the mark.
    pub fn obj(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        let items = self.since_mark(vm)?;
        let mut items = items.into_iter();
        let Some(class) = items.next() else {
            return Err(match self.is_c() {
                true => self.flavour.unpickling(vm, "unpickling stack underflow"),
                false => vm.new_index_error("pop index out of range"),
            });
        };
        if self.skip {
            self.push(vm.ctx.none());
            return Ok(());
        }
        self.instantiate(vm, &class, items.collect())
    }

    fn instantiate(&mut self, vm: &VirtualMachine, class: &PyObject, args: Vec<PyObjectRef>) -> PyResult<()> {
        let is_classic = class.downcast_ref::<PyType>().is_some_and(classic::is_classic);
        let made = if is_classic && args.is_empty() && attribute(vm, class, "__getinitargs__")?.is_none() {
            classic::make_instance(&[class.to_owned()], vm)?
        } else {
            let made = class.call(FuncArgs::from(args), vm);
            match made {
                Err(error) if !self.is_c() && error.fast_isinstance(vm.ctx.exceptions.type_error) => {
                    let name = attribute_text(vm, class, "__name__")?.unwrap_or_default();
                    let said = text::str_of(vm, error.as_object())?;
                    let said = String::from_utf8_lossy(&said).into_owned();
                    let message = format!("in constructor for {name}: {said}");
                    return Err(vm.new_type_error(message));
                }
                made => made?,
            }
        };
        self.push(made);
        Ok(())
    }

    pub fn build(&mut self, vm: &VirtualMachine) -> PyResult<()> {
        if self.is_c() && self.stack.len() < 2 {
            return Err(self.flavour.unpickling(vm, "unpickling stack underflow"));
        }
        let state = self.pop(vm)?;
        let target = self.top(vm)?;
        if self.skip {
            return Ok(());
        }
        build(vm, self.flavour, &target, state)
    }

    pub fn persist(&mut self, vm: &VirtualMachine, pid: PyObjectRef) -> PyResult<()> {
        let object = match self.persistent.clone() {
            Some(load) => load(vm, pid)?,
            None => {
                return Err(match self.is_c() {
                    true => self.flavour.unpickling(
                        vm,
                        "A load persistent id instruction was encountered,\nbut no persistent_load function was specified.",
                    ),
                    false => vm.new_attribute_error("Unpickler instance has no attribute 'persistent_load'"),
                });
            }
        };
        self.push(object);
        Ok(())
    }
}

fn assign(vm: &VirtualMachine, target: &PyObject, key: &PyObject, value: PyObjectRef) -> PyResult<()> {
    match target.downcast_ref_if_exact::<PyDict>(vm) {
        Some(dict) => dict.to_owned().set_item(key, value, vm),
        None => target.set_item(key, value, vm),
    }
}

/// Gives an object its state.
fn build(vm: &VirtualMachine, flavour: Flavour, target: &PyObject, state: PyObjectRef) -> PyResult<()> {
    if let Some(method) = attribute(vm, target, "__setstate__")? {
        method.call((state,), vm)?;
        return Ok(());
    }
    let is_c = flavour == Flavour::C;
    let (state, slots) = match state.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) {
        Some([state, slots]) => (state.clone(), Some(slots.clone())),
        _ => (state, None),
    };
    let wanted = if is_c { !vm.is_none(&state) } else { state.clone().try_to_bool(vm)? };
    if wanted {
        let contents = || -> PyResult {
            match target.dict() {
                Some(contents) => Ok(contents.into()),
                None => target.get_attr("__dict__", vm),
            }
        };
        let Some(state) = state.downcast_ref::<PyDict>() else {
            if !is_c {
                contents()?;
            }
            if is_c {
                return Err(flavour.unpickling(vm, "state is not a dictionary"));
            }
            // What has no items says so in its own words.
            state.get_attr("iteritems", vm)?.call((), vm)?;
            return Ok(());
        };
        let contents = contents()?;
        for (name, value) in state.items_vec() {
            // One of each name is kept, as for those in the program.
            match name.downcast_ref_if_exact::<PyStr>(vm) {
                Some(name) => contents.set_item(vm.ctx.intern_str(name.as_wtf8()).as_object(), value, vm)?,
                None => contents.set_item(&*name, value, vm)?,
            }
        }
    }
    if let Some(slots) = slots.filter(|slots| !vm.is_none(slots)) {
        let Some(slots) = slots.downcast_ref::<PyDict>() else {
            return match is_c {
                true => Err(flavour.unpickling(vm, "slot state is not a dictionary")),
                false if !slots.clone().try_to_bool(vm)? => Ok(()),
                false => slots.get_attr("items", vm)?.call((), vm).map(drop),
            };
        };
        for (name, value) in slots.items_vec() {
            let Some(name) = text::text_of(vm, &name)? else {
                return Err(vm.new_type_error("attribute name must be string"));
            };
            target.set_attr(vm.ctx.intern_str(name), value, vm)?;
        }
    }
    Ok(())
}
