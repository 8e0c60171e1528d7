//! The work of functions made in Rust that stand for Python code ([`super::python_function`]): attributes, calls and
//! names of their module, in few words. Everything goes through the objects themselves, so that what a program
//! overrides, replaces or sets counts.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule, PyStr, PyTuple, PyType};
use rustpython_vm::function::{FuncArgs, IntoPyNativeFn};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::python_function::{Class, Function, Given, Home, object_of};
use crate::import;
use crate::runtime::{classic, dialect, exceptions, names, text};

/// The body of a function with named parameters: `body!(|x, me, value| …)`, or `body!(|x, me| do …)` for one that
/// returns nothing.
#[macro_export]
macro_rules! body {
    (|$x:ident $(, $arg:ident)*| do $work:expr) => {
        $crate::modules::python_function::Body::Run(|home, values, vm| {
            let $x = $crate::modules::scope::Scope { home, vm };
            let [$($arg),*] = values else { return Ok(vm.ctx.none()) };
            $work?;
            Ok(vm.ctx.none())
        })
    };
    (|$x:ident $(, $arg:ident)*| $work:expr) => {
        $crate::modules::python_function::Body::Run(|home, values, vm| {
            let $x = $crate::modules::scope::Scope { home, vm };
            let [$($arg),*] = values else { return Ok(vm.ctx.none()) };
            $work
        })
    };
}

/// The body of a function that takes any arguments: `raw_body!(|x, args| …)`.
#[macro_export]
macro_rules! raw_body {
    (|$x:ident, $args:ident| $work:expr) => {
        $crate::modules::python_function::Body::Raw(|home, $args, vm| {
            let $x = $crate::modules::scope::Scope { home, vm };
            $work
        })
    };
}

/// Where a function runs: its module and the machine.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub home: &'a Home,
    pub vm: &'a VirtualMachine,
}

impl<'a> Scope<'a> {
    // ---- values

    pub fn none(self) -> PyObjectRef {
        self.vm.ctx.none()
    }

    /// A plain ASCII `str`.
    pub fn text(self, content: &str) -> PyObjectRef {
        self.vm.ctx.new_str(content).into()
    }

    pub fn int(self, value: impl Into<i64>) -> PyObjectRef {
        self.vm.ctx.new_int(value.into()).into()
    }

    pub fn bool(self, value: bool) -> PyObjectRef {
        self.vm.ctx.new_bool(value).into()
    }

    pub fn float(self, value: f64) -> PyObjectRef {
        self.vm.ctx.new_float(value).into()
    }

    pub fn tuple(self, items: impl Into<Vec<PyObjectRef>>) -> PyObjectRef {
        self.vm.ctx.new_tuple(items.into()).into()
    }

    pub fn list(self, items: impl Into<Vec<PyObjectRef>>) -> PyObjectRef {
        self.vm.ctx.new_list(items.into()).into()
    }

    pub fn dict(self) -> PyObjectRef {
        self.vm.ctx.new_dict().into()
    }

    /// A function that is no method: a `lambda`.
    pub fn lambda<F, Kind>(self, work: F) -> PyObjectRef
    where
        F: IntoPyNativeFn<Kind>,
    {
        self.vm.new_function("<lambda>", work).into()
    }

    // ---- questions

    pub fn is_none(self, object: &PyObject) -> bool {
        self.vm.is_none(object)
    }

    /// Whether an object is true.
    pub fn yes(self, object: &PyObject) -> PyResult<bool> {
        object.to_owned().try_to_bool(self.vm)
    }

    pub fn equal(self, first: &PyObject, second: &PyObject) -> PyResult<bool> {
        self.vm.bool_eq(first, second)
    }

    /// Whether two objects compare in a way.
    pub fn compare(self, first: &PyObject, how: PyComparisonOp, second: &PyObject) -> PyResult<bool> {
        first.rich_compare_bool(second, how, self.vm)
    }

    pub fn less(self, first: &PyObject, second: &PyObject) -> PyResult<bool> {
        self.compare(first, PyComparisonOp::Lt, second)
    }

    pub fn is_text(self, object: &PyObject) -> bool {
        text::is_basestring(object)
    }

    /// Whether an object is one of a class of this module or of the builtins.
    pub fn is_a(self, object: &PyObject, class: &'static str) -> PyResult<bool> {
        object.is_instance(&*self.global(class)?, self.vm)
    }

    /// The string's bytes as one character each, for comparisons; empty for what is no string.
    pub fn peek(self, object: &PyObject) -> String {
        object
            .downcast_ref::<PyStr>()
            .map_or_else(String::new, |string| string.as_wtf8().to_string_lossy().into_owned())
    }

    /// A string of the same type as another one.
    pub fn like(self, object: &PyObject, content: &str) -> PyObjectRef {
        if text::is_unicode(object) { text::new_unicode(self.vm, content) } else { self.text(content) }
    }

    /// Whether it is this ASCII string.
    pub fn says(self, object: &PyObject, content: &str) -> bool {
        object.downcast_ref::<PyStr>().is_some_and(|string| string.as_wtf8().as_bytes() == content.as_bytes())
    }

    // ---- attributes and calls

    pub fn get(self, object: &PyObject, name: &'static str) -> PyResult {
        object.get_attr(name, self.vm)
    }

    /// An attribute, where there is one.
    pub fn find(self, object: &PyObject, name: &'static str) -> PyResult<Option<PyObjectRef>> {
        match object.get_attr(name, self.vm) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.fast_isinstance(self.vm.ctx.exceptions.attribute_error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn has(self, object: &PyObject, name: &'static str) -> PyResult<bool> {
        Ok(self.find(object, name)?.is_some())
    }

    pub fn set(self, object: &PyObject, name: &'static str, value: impl Into<PyObjectRef>) -> PyResult<()> {
        object.set_attr(name, value, self.vm)
    }

    /// Sets several attributes.
    pub fn fill<const N: usize>(self, object: &PyObject, values: [(&'static str, PyObjectRef); N]) -> PyResult<()> {
        values.into_iter().try_for_each(|(name, value)| self.set(object, name, value))
    }

    /// Whether an attribute is true.
    pub fn flag(self, object: &PyObject, name: &'static str) -> PyResult<bool> {
        self.yes(&*self.get(object, name)?)
    }

    pub fn call(self, object: &PyObject, method: &str, args: impl Into<Vec<PyObjectRef>>) -> PyResult {
        self.vm.call_method(object, method, FuncArgs::from(args.into()))
    }

    /// Calls a method without arguments.
    pub fn ask(self, object: &PyObject, method: &str) -> PyResult {
        self.vm.call_method(object, method, ())
    }

    pub fn run(self, function: &PyObject, args: impl Into<Vec<PyObjectRef>>) -> PyResult {
        function.call(FuncArgs::from(args.into()), self.vm)
    }

    /// Calls with arguments by name, too.
    pub fn run_with<const N: usize>(
        self,
        function: &PyObject,
        args: impl Into<Vec<PyObjectRef>>,
        named: [(&str, PyObjectRef); N],
    ) -> PyResult {
        let mut all = FuncArgs::from(args.into());
        all.kwargs.extend(named.into_iter().map(|(name, value)| (name.into(), value)));
        function.call(all, self.vm)
    }

    pub fn call_with<const N: usize>(
        self,
        object: &PyObject,
        method: &'static str,
        args: impl Into<Vec<PyObjectRef>>,
        named: [(&str, PyObjectRef); N],
    ) -> PyResult {
        self.run_with(&*self.get(object, method)?, args, named)
    }

    // ---- names

    /// A name of the module, or of the builtins.
    pub fn global(self, name: &str) -> PyResult {
        if let Some(found) = self.home.globals.get_item_opt(name, self.vm)? {
            return Ok(found);
        }
        if let Some(found) = dialect::builtins(self.vm)?.get_item_opt(name, self.vm)? {
            return Ok(found);
        }
        if let Some(more) = self.home.globals.get_item_opt("__getattr__", self.vm)?
            && let Ok(found) = more.call((self.text(name),), self.vm)
        {
            return Ok(found);
        }
        Err(self.vm.new_name_error(format!("global name '{name}' is not defined"), self.vm.ctx.new_str(name)))
    }

    pub fn set_global(self, name: &str, value: PyObjectRef) -> PyResult<()> {
        self.home.globals.set_item(name, value, self.vm)
    }

    /// Calls what the module has under a name.
    pub fn made(self, name: &str, args: impl Into<Vec<PyObjectRef>>) -> PyResult {
        self.run(&*self.global(name)?, args)
    }

    /// Calls a function of a class of the module, as `Base.__init__(self, …)` does.
    pub fn inherited(self, class: &'static str, method: &'static str, args: impl Into<Vec<PyObjectRef>>) -> PyResult {
        self.run(&*self.get(&*self.global(class)?, method)?, args)
    }

    /// Another module.
    pub fn import(self, name: &str) -> PyResult {
        let mut module = import::module(self.vm, name)?;
        for part in name.split('.').skip(1) {
            module = module.get_attr(self.vm.ctx.intern_str(part), self.vm)?;
        }
        Ok(module)
    }

    /// Calls a function of another module.
    pub fn of(self, module: &str, function: &'static str, args: impl Into<Vec<PyObjectRef>>) -> PyResult {
        self.call(&*self.import(module)?, function, args)
    }

    // ---- containers and operators

    pub fn item(self, container: &PyObject, key: &PyObject) -> PyResult {
        container.get_item(key, self.vm)
    }

    /// An item by a number.
    pub fn nth(self, container: &PyObject, at: i64) -> PyResult {
        container.get_item(&*self.int(at), self.vm)
    }

    /// An item by a name.
    pub fn named(self, container: &PyObject, key: &str) -> PyResult {
        container.get_item(&*self.text(key), self.vm)
    }

    /// What `mapping.get(key)` gives, None if it is not there.
    pub fn look(self, mapping: &PyObject, key: &PyObject) -> PyResult<Option<PyObjectRef>> {
        let found = self.call(mapping, "get", [key.to_owned()])?;
        Ok((!self.is_none(&found)).then_some(found))
    }

    pub fn put(self, container: &PyObject, key: &PyObject, value: PyObjectRef) -> PyResult<()> {
        container.set_item(key, value, self.vm)
    }

    pub fn delete(self, container: &PyObject, key: &PyObject) -> PyResult<()> {
        container.del_item(key, self.vm)
    }

    pub fn contains(self, container: &PyObject, key: &PyObject) -> PyResult<bool> {
        self.vm._contains(container, key)
    }

    pub fn holds(self, container: &PyObject, key: &str) -> PyResult<bool> {
        self.contains(container, &self.text(key))
    }

    /// All that iterating gives.
    pub fn each(self, object: &PyObject) -> PyResult<Vec<PyObjectRef>> {
        self.vm.extract_elements_with(object, Ok)
    }

    /// All pairs of a mapping.
    pub fn pairs(self, mapping: &PyObject) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
        let items = self.each(&*self.ask(mapping, "items")?)?;
        items.into_iter().map(|item| self.two(&item)).collect()
    }

    /// The parts of something that must have as many.
    pub fn unpack<const N: usize>(self, object: &PyObject) -> PyResult<[PyObjectRef; N]> {
        let parts = match object.downcast_ref::<PyTuple>() {
            Some(tuple) => tuple.as_slice().to_vec(),
            None => self.each(object)?,
        };
        let count = parts.len();
        <[PyObjectRef; N]>::try_from(parts).map_err(|_| {
            let plural = if count == 1 { "" } else { "s" };
            self.vm.new_value_error(match count < N {
                true => format!("need more than {count} value{plural} to unpack"),
                false => "too many values to unpack".to_owned(),
            })
        })
    }

    pub fn two(self, object: &PyObject) -> PyResult<(PyObjectRef, PyObjectRef)> {
        let [first, second] = self.unpack(object)?;
        Ok((first, second))
    }

    pub fn add(self, first: &PyObject, second: &PyObject) -> PyResult {
        self.vm._add(first, second)
    }

    /// Joins pieces as `+` does.
    pub fn sum(self, parts: &[&PyObject]) -> PyResult {
        let Some((first, rest)) = parts.split_first() else { return Ok(self.text("")) };
        rest.iter().try_fold((*first).to_owned(), |whole, part| self.add(&whole, part))
    }

    /// `pattern % values`
    pub fn format(self, pattern: &str, values: impl Into<Vec<PyObjectRef>>) -> PyResult {
        self.vm._mod(&self.text(pattern), &self.tuple(values))
    }

    /// Whether a number (or whatever compares to one) is greater than another one.
    pub fn above(self, object: &PyObject, limit: i64) -> PyResult<bool> {
        self.compare(object, PyComparisonOp::Gt, &self.int(limit))
    }

    /// `separator.join(parts)`
    pub fn join(self, separator: &str, parts: impl Into<Vec<PyObjectRef>>) -> PyResult {
        self.call(&self.text(separator), "join", [self.list(parts)])
    }

    pub fn length(self, object: &PyObject) -> PyResult<usize> {
        object.length(self.vm)
    }

    pub fn number(self, object: &PyObject) -> PyResult<i64> {
        object.to_owned().try_to_value(self.vm)
    }

    /// A compiled expression.
    pub fn pattern(self, expression: &str, flags: u32) -> PyResult {
        super::re::compile(self.vm, expression, flags)
    }

    // ---- exceptions

    /// An exception of a class, ready to be raised.
    pub fn exception(self, class: &PyObject, args: impl Into<Vec<PyObjectRef>>) -> PyBaseExceptionRef {
        match self.run(class, args) {
            Ok(made) => {
                made.downcast().unwrap_or_else(|_| self.vm.new_type_error("exceptions must derive from BaseException"))
            }
            Err(error) => error,
        }
    }

    /// An exception of a class that goes by a name in the module.
    pub fn error(self, class: &str, args: impl Into<Vec<PyObjectRef>>) -> PyBaseExceptionRef {
        match self.global(class) {
            Ok(class) => self.exception(&class, args),
            Err(error) => error,
        }
    }

    pub fn assertion(self, message: Option<&str>) -> PyBaseExceptionRef {
        let args = message.map(|message| self.text(message)).into_iter().collect();
        self.vm.new_exception(self.vm.ctx.exceptions.assertion_error.to_owned(), args)
    }

    /// Whether `except class` catches an exception.
    pub fn catches(self, error: &PyBaseExceptionRef, class: &PyObject) -> PyResult<bool> {
        exceptions::matches(error, class, self.vm)
    }

    /// The same with a class that goes by a name in the module or the builtins.
    pub fn is_error(self, error: &PyBaseExceptionRef, class: &str) -> bool {
        self.global(class).and_then(|class| self.catches(error, &class)).unwrap_or(false)
    }
}

/// One class of a module that is written in Rust.
pub struct Line {
    pub name: &'static str,
    /// Classes of the module, or builtins. With none, or with classic ones only, the class is a classic one.
    pub bases: &'static [&'static str],
    pub functions: &'static [Function],
    pub values: &'static [(&'static str, Given)],
    pub doc: Option<&'static str>,
}

/// Makes classes in their order and puts them into the module.
pub fn classes(
    vm: &VirtualMachine,
    module: &PyRef<PyModule>,
    home: &Arc<Home>,
    name: &'static str,
    lines: &[Line],
) -> PyResult<()> {
    let x = Scope { home, vm };
    for line in lines {
        let bases = line.bases.iter().map(|base| x.global(base)).collect::<PyResult<Vec<_>>>()?;
        let classic = bases.iter().all(|base| base.downcast_ref::<PyType>().is_some_and(classic::is_classic));
        let values = line.values.iter().map(|(name, value)| (*name, value.object(home, vm))).collect();
        let class = Class { name: line.name, module: name, bases, functions: line.functions, values, doc: line.doc };
        super::set(vm, module, line.name, class.make(home, !classic, vm)?);
    }
    Ok(())
}

/// A property of a class that reads itself by a function.
pub fn property(x: Scope<'_>, home: &Arc<Home>, function: &'static Function, module: &'static str) -> PyResult {
    x.vm.ctx.types.property_type.to_owned().as_object().call((object_of(x.vm, function, home, module),), x.vm)
}

/// Lets a module have attributes that are other modules, each imported when it is used first.
pub fn lazily(vm: &VirtualMachine, module: &PyRef<PyModule>, modules: &'static [(&'static str, &'static str)]) {
    let globals = module.dict();
    // Those that are there already cost nothing.
    if let Ok(loaded) = import::modules(vm) {
        for (attribute, source) in modules {
            if let Ok(Some(found)) = loaded.get_item_opt(*source, vm) {
                super::set(vm, module, attribute, found);
            }
        }
    }
    let load = move |name: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let wanted = text::text_of(vm, &name)?.unwrap_or_default();
        let Some((attribute, source)) = modules.iter().find(|(attribute, _)| *attribute == wanted) else {
            return Err(vm.new_attribute_error(format!("'module' object has no attribute '{wanted}'")));
        };
        let mut found = import::module(vm, source.split(':').next().unwrap_or_default())?;
        if let Some((_, inner)) = source.split_once(':') {
            found = found.get_attr(vm.ctx.intern_str(inner), vm)?;
        }
        globals.set_item(*attribute, found.clone(), vm)?;
        Ok(found)
    };
    super::set(vm, module, "__getattr__", vm.new_function("__getattr__", load));
}

/// Gives a module compiled expressions that are compiled when they are used first.
pub fn patterns(vm: &VirtualMachine, module: &PyRef<PyModule>, table: &'static [(&'static str, &'static str, u32)]) {
    let globals = module.dict();
    let next = globals.get_item_opt("__getattr__", vm).ok().flatten();
    let load = move |name: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        let wanted = text::text_of(vm, &name)?.unwrap_or_default();
        match table.iter().find(|(known, _, _)| *known == wanted) {
            Some((known, expression, flags)) => {
                let made = super::re::compile(vm, expression, *flags)?;
                globals.set_item(*known, made.clone(), vm)?;
                Ok(made)
            }
            None => match &next {
                Some(next) => next.call((name,), vm),
                None => Err(vm.new_attribute_error(format!("'module' object has no attribute '{wanted}'"))),
            },
        }
    };
    super::set(vm, module, "__getattr__", vm.new_function("__getattr__", load));
}

/// The name of an object's type, as messages have it.
pub fn kind(object: &PyObject) -> String {
    names::type_name_of(object).to_string()
}
