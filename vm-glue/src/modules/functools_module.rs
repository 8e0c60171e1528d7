//! The module `functools` of Python 2.7.

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyBoundMethod, PyDict, PyDictRef, PyModule, PyTuple, PyTupleRef, PyType};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, PyComparisonValue};
use rustpython_vm::types::{Callable, Comparable, Constructor, GetDescriptor, Hashable, PyComparisonOp};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::modules;
use crate::runtime::{arguments, dialect, names};

// ---- partial -----------------------------------------------------------------------------------------------------

/// What a `partial` calls.
#[derive(Debug)]
struct Call {
    function: PyObjectRef,
    args: PyTupleRef,
    keywords: PyDictRef,
}

/// partial(func, *args, **keywords) - new function with partial application of the given arguments and keywords.
#[pyclass(module = "functools", name = "partial")]
#[derive(Debug, PyPayload)]
pub struct Partial {
    call: Mutex<Call>,
}

#[pyclass(flags(BASETYPE, HAS_DICT, HAS_WEAKREF), with(Callable, Constructor))]
impl Partial {
    /// The function that is called.
    #[pygetset]
    fn func(zelf: &Py<Self>) -> PyObjectRef {
        zelf.call.lock().function.clone()
    }

    /// The arguments that come first.
    #[pygetset]
    fn args(zelf: &Py<Self>) -> PyTupleRef {
        zelf.call.lock().args.clone()
    }

    /// The keyword arguments.
    #[pygetset]
    fn keywords(zelf: &Py<Self>) -> PyDictRef {
        zelf.call.lock().keywords.clone()
    }

    #[pygetset(setter)]
    fn set_func(_zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_type_error("readonly attribute"))
    }

    #[pygetset(setter)]
    fn set_args(_zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_type_error("readonly attribute"))
    }

    #[pygetset(setter)]
    fn set_keywords(_zelf: &Py<Self>, _value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_type_error("readonly attribute"))
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let call = zelf.call.lock();
        let attributes = zelf.as_object().dict().filter(|dict| !dict.is_empty());
        let attributes = attributes.map_or_else(|| vm.ctx.none(), Into::into);
        let class: PyObjectRef = zelf.class().to_owned().into();
        let first = vm.ctx.new_tuple(vec![call.function.clone()]);
        let state = vm.ctx.new_tuple(vec![
            call.function.clone(),
            call.args.clone().into(),
            call.keywords.clone().into(),
            attributes,
        ]);
        vm.ctx.new_tuple(vec![class, first.into(), state.into()]).into()
    }

    #[pymethod]
    fn __setstate__(zelf: &Py<Self>, state: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let invalid = || vm.new_type_error("invalid partial state");
        let state = state.downcast::<PyTuple>().map_err(|_| invalid())?;
        let [function, args, keywords, attributes] = state.as_slice() else { return Err(invalid()) };
        if !function.is_callable() {
            return Err(invalid());
        }
        let args = args.clone().downcast::<PyTuple>().map_err(|_| invalid())?;
        let keywords = match vm.is_none(keywords) {
            true => vm.ctx.new_dict(),
            false => keywords.clone().downcast::<PyDict>().map_err(|_| invalid())?,
        };
        if let Some(own) = zelf.as_object().dict() {
            own.clear();
            if !vm.is_none(attributes) {
                let attributes = attributes.clone().downcast::<PyDict>().map_err(|_| invalid())?;
                for (name, value) in attributes {
                    own.set_item(&*name, value, vm)?;
                }
            }
        }
        *zelf.call.lock() = Call { function: function.clone(), args, keywords };
        Ok(())
    }
}

impl Constructor for Partial {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let Some(function) = args.take_positional() else {
            return Err(vm.new_type_error("type 'partial' takes at least one argument"));
        };
        if !function.is_callable() {
            return Err(vm.new_type_error("the first argument must be callable"));
        }
        let keywords = vm.ctx.new_dict();
        for (name, value) in args.kwargs {
            keywords.set_item(&name, value, vm)?;
        }
        let args = vm.ctx.new_tuple(args.args);
        Ok(Self { call: Mutex::new(Call { function, args, keywords }) })
    }
}

impl Callable for Partial {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let (function, first, keywords) = {
            let call = zelf.call.lock();
            (call.function.clone(), call.args.clone(), call.keywords.clone())
        };
        let mut passed = FuncArgs::default();
        passed.args.extend(first.iter().cloned());
        passed.args.append(&mut args.args);
        for (name, value) in keywords {
            let Some(name) = name.downcast_ref::<rustpython_vm::builtins::PyStr>() else {
                let kind = names::type_name_of(&function);
                return Err(vm.new_type_error(format!("{kind}() keywords must be strings")));
            };
            passed.kwargs.insert(name.as_wtf8().to_owned(), value);
        }
        for (name, value) in args.kwargs {
            passed.kwargs.insert(name, value);
        }
        function.call(passed, vm)
    }
}

// ---- cmp_to_key --------------------------------------------------------------------------------------------------

/// What `cmp_to_key` gives: makes the keys.
#[pyclass(module = "functools", name = "K")]
#[derive(Debug, PyPayload)]
struct KeyMaker {
    function: PyObjectRef,
}

#[pyclass(with(Callable), flags(DISALLOW_INSTANTIATION))]
impl KeyMaker {}

impl Callable for KeyMaker {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Some(object) = args.take_positional().or_else(|| args.take_keyword("obj")) else {
            return Err(vm.new_type_error("__init__() takes at least 2 arguments (1 given)"));
        };
        Ok(Key { object, function: zelf.function.clone() }.into_pyobject(vm))
    }
}

/// A value that is compared by a function like `cmp`.
#[pyclass(module = "functools", name = "K")]
#[derive(Debug, PyPayload)]
struct Key {
    object: PyObjectRef,
    function: PyObjectRef,
}

#[pyclass(with(Comparable, Hashable), flags(DISALLOW_INSTANTIATION))]
impl Key {
    /// The value.
    #[pygetset]
    fn obj(zelf: &Py<Self>) -> PyObjectRef {
        zelf.object.clone()
    }
}

impl Comparable for Key {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        let object = match other.downcast_ref::<Self>() {
            Some(other) => other.object.clone(),
            None => other.get_attr("obj", vm)?,
        };
        let order = zelf.function.call((zelf.object.clone(), object), vm)?;
        let zero = vm.ctx.new_int(0);
        order.rich_compare_bool(zero.as_object(), op, vm).map(PyComparisonValue::Implemented)
    }
}

impl Hashable for Key {
    fn hash(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<rustpython_vm::common::hash::PyHash> {
        Err(vm.new_type_error("hash not implemented"))
    }
}

fn cmp_to_key(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let function = argument("cmp_to_key", ["mycmp"], args, vm)?;
    Ok(KeyMaker { function }.into_pyobject(vm))
}

/// The one argument of a function.
fn argument(name: &str, parameters: [&str; 1], mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len() + args.kwargs.len();
    let value = args.take_positional().or_else(|| args.take_keyword(parameters[0]));
    match value {
        Some(value) if given == 1 => Ok(value),
        _ => Err(vm.new_type_error(format!("{name}() takes exactly 1 argument ({given} given)"))),
    }
}

// ---- wrappers ----------------------------------------------------------------------------------------------------

/// `WRAPPER_ASSIGNMENTS`.
const ASSIGNED: [&str; 3] = ["__module__", "__name__", "__doc__"];
/// `WRAPPER_UPDATES`.
const UPDATED: [&str; 1] = ["__dict__"];

fn names_tuple(names: &[&str], vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_tuple(names.iter().map(|name| vm.ctx.intern_str(*name).to_owned().into()).collect()).into()
}

/// The attribute names in an argument; the usual ones where there is none.
fn attribute_names(given: Option<PyObjectRef>, usual: &[&str], vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    match given {
        Some(given) => vm.extract_elements_with(&given, Ok),
        None => Ok(usual.iter().map(|name| vm.ctx.intern_str(*name).to_owned().into()).collect()),
    }
}

fn update_wrapper(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let [wrapper, wrapped, assigned, updated] =
        bind_function(vm, "update_wrapper", ["wrapper", "wrapped", "assigned", "updated"], 2, args)?;
    let (Some(wrapper), Some(wrapped)) = (wrapper, wrapped) else { return Ok(vm.ctx.none()) };
    let getattr = dialect::get(vm, "getattr")?;
    for name in attribute_names(assigned, &ASSIGNED, vm)? {
        let value = getattr.call((wrapped.clone(), name.clone()), vm)?;
        let Some(name) = name.downcast_ref::<rustpython_vm::builtins::PyStr>() else {
            return Err(vm.new_type_error("attribute name must be string"));
        };
        wrapper.set_attr(name, value, vm)?;
    }
    for name in attribute_names(updated, &UPDATED, vm)? {
        let target = getattr.call((wrapper.clone(), name.clone()), vm)?;
        let source = getattr.call((wrapped.clone(), name, vm.ctx.new_dict()), vm)?;
        vm.call_method(&target, "update", (source,))?;
    }
    Ok(wrapper)
}

/// [`arguments::bind`] for a function: there is no `self` to count.
pub fn bind_function<const N: usize>(
    vm: &VirtualMachine,
    name: &str,
    parameters: [&str; N],
    required: usize,
    args: FuncArgs,
) -> PyResult<[Option<PyObjectRef>; N]> {
    let given = args.args.len() + args.kwargs.len();
    if given < required || args.args.len() > N {
        let (bound, wanted) = if given < required { ("at least", required) } else { ("at most", N) };
        return Err(vm.new_type_error(format!("{name}() takes {bound} {wanted} arguments ({given} given)")));
    }
    arguments::bind(vm, name, parameters, required, args)
}

fn wraps(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len() + args.kwargs.len();
    if given == 0 {
        return Err(vm.new_type_error("wraps() takes at least 1 argument (0 given)"));
    }
    let [wrapped, assigned, updated] = bind_function(vm, "wraps", ["wrapped", "assigned", "updated"], 1, args)?;
    let keywords = vm.ctx.new_dict();
    keywords.set_item("wrapped", wrapped.unwrap_or_else(|| vm.ctx.none()), vm)?;
    keywords.set_item("assigned", assigned.unwrap_or_else(|| names_tuple(&ASSIGNED, vm)), vm)?;
    keywords.set_item("updated", updated.unwrap_or_else(|| names_tuple(&UPDATED, vm)), vm)?;
    let function = crate::import::module(vm, "functools")?.get_attr("update_wrapper", vm)?;
    let call = Call { function, args: vm.ctx.empty_tuple.clone(), keywords };
    Ok(Partial { call: Mutex::new(call) }.into_pyobject(vm))
}

// ---- total_ordering ----------------------------------------------------------------------------------------------

/// How an ordering follows from the root operation and equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// `not (a OP b or a == b)`.
    NeitherNorEqual,
    /// `a OP b or a == b`.
    OrEqual,
    /// `not a OP b`.
    Not,
    /// `not a OP b or a == b`.
    NotOrEqual,
    /// `a OP b and not a == b`.
    ButNotEqual,
    /// `not a == b`, whatever the root says.
    NotEqual,
}

/// What follows from all of them.
const UNEQUAL: (&str, Rule) = ("__ne__", Rule::NotEqual);

/// The roots in the order of preference, and what follows from each.
const ORDERINGS: [(&str, PyComparisonOp, [(&str, Rule); 4]); 4] = [
    (
        "__lt__",
        PyComparisonOp::Lt,
        [("__gt__", Rule::NeitherNorEqual), ("__le__", Rule::OrEqual), ("__ge__", Rule::Not), UNEQUAL],
    ),
    (
        "__le__",
        PyComparisonOp::Le,
        [("__ge__", Rule::NotOrEqual), ("__lt__", Rule::ButNotEqual), ("__gt__", Rule::Not), UNEQUAL],
    ),
    (
        "__gt__",
        PyComparisonOp::Gt,
        [("__lt__", Rule::NeitherNorEqual), ("__ge__", Rule::OrEqual), ("__le__", Rule::Not), UNEQUAL],
    ),
    (
        "__ge__",
        PyComparisonOp::Ge,
        [("__le__", Rule::NotOrEqual), ("__gt__", Rule::ButNotEqual), ("__lt__", Rule::Not), UNEQUAL],
    ),
];

/// A method that `total_ordering` adds.
#[pyclass(module = false, name = "function")]
#[derive(Debug, PyPayload)]
struct Ordering {
    name: &'static str,
    root: PyComparisonOp,
    rule: Rule,
}

#[pyclass(with(Callable, GetDescriptor), flags(DISALLOW_INSTANTIATION))]
impl Ordering {
    #[pygetset]
    fn __name__(zelf: &Py<Self>) -> &'static str {
        zelf.name
    }

    #[pygetset]
    fn __doc__(zelf: &Py<Self>) -> String {
        let sign = match zelf.name {
            "__lt__" => "<",
            "__le__" => "<=",
            "__gt__" => ">",
            "__ge__" => ">=",
            _ => "!=",
        };
        format!("x.{}(y) <==> x{sign}y", zelf.name)
    }
}

impl GetDescriptor for Ordering {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        _class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        match object.filter(|object| !vm.is_none(object)) {
            Some(object) => Ok(PyBoundMethod::new(object.to_owned(), zelf.to_owned()).into_ref(&vm.ctx).into()),
            None => Ok(zelf.to_owned()),
        }
    }
}

impl Callable for Ordering {
    type Args = (PyObjectRef, PyObjectRef);

    fn call(zelf: &Py<Self>, (a, b): Self::Args, vm: &VirtualMachine) -> PyResult {
        if zelf.rule == Rule::NotEqual {
            let equal = (*a).rich_compare(&b, PyComparisonOp::Eq, vm)?;
            return Ok(vm.ctx.new_bool(!equal.try_to_bool(vm)?).into());
        }
        let root = (*a).rich_compare(&b, zelf.root, vm)?;
        let holds = root.clone().try_to_bool(vm)?;
        let equal = || (*a).rich_compare(&b, PyComparisonOp::Eq, vm);
        let not = |value: PyObjectRef| Ok(vm.ctx.new_bool(!value.try_to_bool(vm)?).into());
        match zelf.rule {
            Rule::NeitherNorEqual if holds => Ok(vm.ctx.new_bool(false).into()),
            Rule::NeitherNorEqual => not(equal()?),
            Rule::OrEqual if holds => Ok(root),
            Rule::OrEqual => equal(),
            Rule::Not => Ok(vm.ctx.new_bool(!holds).into()),
            Rule::NotOrEqual if holds => equal(),
            Rule::NotOrEqual => Ok(vm.ctx.new_bool(true).into()),
            Rule::ButNotEqual if holds => not(equal()?),
            Rule::NotEqual => not(equal()?),
            Rule::ButNotEqual => Ok(root),
        }
    }
}

fn total_ordering(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let class = argument("total_ordering", ["cls"], args, vm)?;
    let root_class = vm.ctx.types.object_type;
    let defines = |name: &str| -> PyResult<bool> {
        let name = vm.ctx.intern_str(name);
        Ok(match class.downcast_ref::<PyType>() {
            Some(class) => {
                class.mro.read().iter().any(|base| !base.is(root_class) && base.get_direct_attr(name).is_some())
            }
            None => class.has_attr(name, vm)?,
        })
    };
    let mut root = None;
    for ordering in &ORDERINGS {
        if root.is_none() && defines(ordering.0)? {
            root = Some(ordering);
        }
    }
    let Some((_, operation, others)) = root else {
        return Err(vm.new_value_error("must define at least one ordering operation: < > <= >="));
    };
    for (name, rule) in others {
        if !defines(name)? {
            let method = Ordering { name, root: *operation, rule: *rule }.into_pyobject(vm);
            class.set_attr(vm.ctx.intern_str(*name), method, vm)?;
        }
    }
    Ok(class)
}

/// Makes the module `functools`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "functools");
    let _ = (KeyMaker::make_static_type(), Key::make_static_type(), Ordering::make_static_type());
    modules::set(vm, &module, "partial", Partial::make_static_type());
    modules::set(vm, &module, "WRAPPER_ASSIGNMENTS", names_tuple(&ASSIGNED, vm));
    modules::set(vm, &module, "WRAPPER_UPDATES", names_tuple(&UPDATED, vm));
    modules::set_function(vm, &module, "cmp_to_key", cmp_to_key);
    modules::set_function(vm, &module, "update_wrapper", update_wrapper);
    modules::set_function(vm, &module, "wraps", wraps);
    modules::set_function(vm, &module, "total_ordering", total_ordering);
    if let Ok(reduce) = dialect::get(vm, "reduce") {
        modules::set(vm, &module, "reduce", reduce);
    }
    module
}
