//! Functions made in Rust that behave as functions written in Python: in a class they become methods (bound and
//! unbound ones with Python's reprs), they take their arguments by position or name, and complain in Python's words.
//!
//! The classes of CPython 2.7's library that programs derive from are classic classes with such functions.

use std::sync::Arc;

use rustpython_vm::builtins::{PyBoundMethod, PyDictRef, PyModule, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{Callable, GetDescriptor, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::runtime::{arguments, classes, dialect, functions, restricted};

use super::markup::Parser;

/// Attributes and methods by their names as the machine keeps names: a structure of them, and the function that gives
/// it.
#[macro_export]
macro_rules! interned_names {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// The names that are used here, as the machine keeps names.
        pub struct Names {
            $(pub $name: &'static rustpython_vm::builtins::PyStrInterned,)*
        }

        /// All of [`Names`].
        pub fn names(vm: &rustpython_vm::VirtualMachine) -> &'static Names {
            static NAMES: std::sync::OnceLock<Names> = std::sync::OnceLock::new();
            NAMES.get_or_init(|| Names { $($name: vm.ctx.intern_str($text),)* })
        }
    };
}

/// What all functions of a module know.
#[derive(Debug)]
pub struct Home {
    /// The names of the module: programs replace some of them.
    pub globals: PyDictRef,
    /// What the module put under some names at first, in the order of its own table.
    pub defaults: Vec<PyObjectRef>,
}

/// What a function does.
#[derive(Clone, Copy)]
pub enum Body {
    /// Nothing: it is there to be overridden.
    Nothing,
    Run(fn(&Home, &[PyObjectRef], &VirtualMachine) -> PyResult),
    /// Takes its arguments as they come: for parameters such as `*args` and `**kwargs`.
    Raw(fn(&Home, FuncArgs, &VirtualMachine) -> PyResult),
    /// A method of a parser that reads what stands at a position and returns where that ends; the flag is the
    /// parameter `report`.
    Read(fn(&Parser<'_>, usize, bool) -> PyResult<Option<usize>>),
    /// `updatepos`, which parsers call for each piece.
    Advance,
}

/// One function: a line of a class's table.
pub struct Function {
    pub name: &'static str,
    /// All parameters, `self` first.
    pub parameters: &'static [&'static str],
    /// Values of the last parameters, where they are left out.
    pub defaults: &'static [Given],
    pub body: Body,
}

impl Function {
    /// Code with these parameters, for programs that look at them (`inspect.getargspec`). It does nothing.
    fn code(&self, vm: &VirtualMachine) -> PyResult {
        let source = format!("lambda {}: None", self.parameters.join(", "));
        let eval = dialect::builtins(vm)?.get_item("eval", vm)?;
        let made = eval.call((vm.ctx.new_str(source), vm.ctx.new_dict()), vm)?;
        let mut changes = FuncArgs::default();
        changes.kwargs.insert("co_name".into(), vm.ctx.new_str(self.name).into());
        made.get_attr("__code__", vm)?.get_attr("replace", vm)?.call(changes, vm)
    }
}

/// The value of a parameter that is left out.
#[derive(Clone, Copy, Debug)]
pub enum Given {
    None,
    Bool(bool),
    Int(i32),
    Text(&'static str),
    /// What the module keeps at a place of [`Home::defaults`].
    Kept(usize),
    /// An empty dictionary.
    Dict,
}

impl Given {
    /// The object itself.
    pub fn object(self, home: &Home, vm: &VirtualMachine) -> PyObjectRef {
        match self {
            Self::Kept(at) => home.defaults.get(at).cloned().unwrap_or_else(|| vm.ctx.none()),
            Self::None => vm.ctx.none(),
            Self::Bool(value) => vm.ctx.new_bool(value).into(),
            Self::Int(value) => vm.ctx.new_int(value).into(),
            Self::Text(value) => vm.ctx.new_str(value).into(),
            Self::Dict => vm.ctx.new_dict().into(),
        }
    }
}

/// A function none of whose parameters may be left out.
pub const fn function(name: &'static str, parameters: &'static [&'static str], body: Body) -> Function {
    Function { name, parameters, defaults: &[], body }
}

/// A function whose last parameters may be left out.
pub const fn with_defaults(
    name: &'static str,
    parameters: &'static [&'static str],
    defaults: &'static [Given],
    body: Body,
) -> Function {
    Function { name, parameters, defaults, body }
}

/// The function object.
#[pyclass(module = false, name = "function")]
#[derive(PyPayload)]
pub struct PythonFunction {
    pub function: &'static Function,
    pub home: Arc<Home>,
    module: &'static str,
}

impl std::fmt::Debug for PythonFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<function {}>", self.function.name)
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION, METHOD_DESCRIPTOR), with(Callable, GetDescriptor, Representable))]
impl PythonFunction {
    #[pygetset]
    fn __name__(zelf: &Py<Self>) -> &'static str {
        zelf.function.name
    }
    #[pygetset]
    fn func_name(zelf: &Py<Self>) -> &'static str {
        zelf.function.name
    }
    #[pygetset]
    fn __module__(zelf: &Py<Self>) -> &'static str {
        zelf.module
    }
    #[pygetset]
    fn func_doc(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.none()
    }
    #[pygetset]
    fn func_code(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.code(vm)
    }
    #[pygetset]
    fn __code__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.function.code(vm)
    }
    #[pygetset]
    fn func_globals(zelf: &Py<Self>) -> PyObjectRef {
        zelf.home.globals.clone().into()
    }
    #[pygetset]
    fn func_defaults(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        if zelf.function.defaults.is_empty() {
            return vm.ctx.none();
        }
        vm.ctx.new_tuple(zelf.function.defaults.iter().map(|value| value.object(&zelf.home, vm)).collect()).into()
    }
}

impl PythonFunction {
    /// All arguments in the order of the parameters.
    fn arguments(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let Function { name, parameters, defaults, .. } = self.function;
        let least = parameters.len() - defaults.len();
        let fits = args.kwargs.is_empty() && (least..=parameters.len()).contains(&args.args.len());
        let mut values = if fits {
            args.args
        } else {
            let found = arguments::of_python(vm, name, args, parameters, least)?;
            let default = |at: usize| {
                let value = at.checked_sub(least).and_then(|at| defaults.get(at));
                value.map_or_else(|| vm.ctx.none(), |value| value.object(&self.home, vm))
            };
            found.into_iter().enumerate().map(|(at, value)| value.unwrap_or_else(|| default(at))).collect()
        };
        let missing = defaults.get(values.len().saturating_sub(least)..).unwrap_or_default();
        values.extend(missing.iter().map(|value| value.object(&self.home, vm)));
        Ok(values)
    }

    /// Runs it with all its arguments.
    pub fn run(&self, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
        match self.function.body {
            Body::Nothing => Ok(vm.ctx.none()),
            Body::Run(run) => run(&self.home, values, vm),
            Body::Raw(run) => run(&self.home, FuncArgs::from(values.to_vec()), vm),
            Body::Read(read) => super::markup::read_for_python(&self.home, read, values, vm),
            Body::Advance => super::markup::advance_for_python(&self.home, values, vm),
        }
    }
}

/// A function object on its own: to be put into a module, or made a property of.
pub fn object_of(
    vm: &VirtualMachine,
    function: &'static Function,
    home: &Arc<Home>,
    module: &'static str,
) -> PyObjectRef {
    let _ = PythonFunction::make_static_type();
    PythonFunction { function, home: home.clone(), module }.into_ref(&vm.ctx).into()
}

/// Puts functions into a module.
pub fn publish(
    vm: &VirtualMachine,
    module: &Py<PyModule>,
    home: &Arc<Home>,
    functions: &'static [Function],
    name: &'static str,
) {
    for function in functions {
        super::set(vm, module, function.name, object_of(vm, function, home, name));
    }
}

impl Callable for PythonFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        restricted::as_library(|| {
            if let Body::Raw(run) = zelf.function.body {
                return run(&zelf.home, args, vm);
            }
            let values = zelf.arguments(args, vm)?;
            zelf.run(&values, vm)
        })
    }
}

impl GetDescriptor for PythonFunction {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        match object.filter(|object| !vm.is_none(object)) {
            Some(object) => Ok(PyBoundMethod::new(object.to_owned(), zelf.to_owned()).into_ref(&vm.ctx).into()),
            None => match class.and_then(|class| class.downcast_ref::<PyType>()) {
                Some(class) => Ok(functions::UnboundMethod::of(zelf.to_owned(), class, vm)),
                None => Ok(zelf.to_owned()),
            },
        }
    }
}

impl Representable for PythonFunction {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<function {} at {:#x}>", zelf.function.name, zelf.as_object().get_id()))
    }
}

/// What a class of a module is made of.
pub struct Class<'a> {
    pub name: &'static str,
    pub module: &'static str,
    pub bases: Vec<PyObjectRef>,
    pub functions: &'static [Function],
    /// Further names.
    pub values: Vec<(&'static str, PyObjectRef)>,
    pub doc: Option<&'a str>,
}

impl Class<'_> {
    /// Makes the class: a classic one, or one of the kind of its bases if that is not classic.
    pub fn make(self, home: &Arc<Home>, new_style: bool, vm: &VirtualMachine) -> PyResult {
        let namespace = vm.ctx.new_dict();
        namespace.set_item("__module__", vm.ctx.new_str(self.module).into(), vm)?;
        let doc = self.doc.map_or_else(|| vm.ctx.none(), |doc| vm.ctx.new_str(doc).into());
        namespace.set_item("__doc__", doc, vm)?;
        for function in self.functions {
            namespace.set_item(function.name, object_of(vm, function, home, self.module), vm)?;
        }
        for (name, value) in self.values {
            namespace.set_item(name, value, vm)?;
        }
        let metaclass = if new_style { classes::dialect_type(vm) } else { classes::classobj(vm) };
        let bases = vm.ctx.new_tuple(self.bases);
        metaclass.as_object().call((vm.ctx.new_str(self.name), bases, namespace), vm)
    }
}
