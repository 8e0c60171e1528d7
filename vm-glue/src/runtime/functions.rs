//! Functions and methods: unbound methods, `im_*` and `func_*` attributes, Python 2's reprs and the texts of wrong calls.

use rustpython_vm::builtins::{PyBoundMethod, PyBytes, PyCode, PyDict, PyFunction, PyStr, PyTuple, PyType, PyTypeRef};
use rustpython_vm::bytecode::CodeFlags;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::{Either, FuncArgs, PyComparisonValue, PySetterValue};
use rustpython_vm::types::{Callable, Comparable, GetAttr, GetDescriptor, Hashable, PyComparisonOp, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::sync::OnceLock;

use super::{intrinsics, restricted, text};

/// `C.method`: a function that knows the class it was taken from and wants one of its instances.
#[pyclass(module = false, name = "instancemethod")]
#[derive(Debug, PyPayload)]
pub struct UnboundMethod {
    function: PyObjectRef,
    class: PyTypeRef,
}

impl UnboundMethod {
    /// `class.function`.
    pub fn of(function: PyObjectRef, class: &Py<PyType>, vm: &VirtualMachine) -> PyObjectRef {
        Self { function, class: class.to_owned() }.into_ref(&vm.ctx).into()
    }
}

#[pyclass(with(Callable, GetDescriptor, GetAttr, Representable, Comparable, Hashable))]
impl UnboundMethod {
    #[pygetset]
    fn im_func(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        restricted::refuse(restricted::ATTRIBUTE, vm)?;
        Ok(zelf.function.clone())
    }
    #[pygetset(name = "__func__")]
    fn dunder_func(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::im_func(zelf, vm)
    }
    #[pygetset]
    fn im_self(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        restricted::refuse(restricted::ATTRIBUTE, vm)?;
        Ok(vm.ctx.none())
    }
    #[pygetset(name = "__self__")]
    fn dunder_self(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Self::im_self(zelf, vm)
    }
    #[pygetset]
    fn im_class(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
        restricted::refuse(restricted::ATTRIBUTE, vm)?;
        Ok(zelf.class.clone())
    }
}

impl Callable for UnboundMethod {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        match args.args.first() {
            Some(first) if first.is_instance(zelf.class.as_object(), vm)? => zelf.function.call(args, vm),
            first => {
                let got = match first {
                    None => "nothing".to_owned(),
                    Some(first) => format!("{} instance", first.class().name()),
                };
                let function = function_name(&zelf.function, vm);
                let class = zelf.class.name();
                Err(vm.new_type_error(format!(
                    "unbound method {function}() must be called with {class} instance as first argument (got {got} instead)"
                )))
            }
        }
    }
}

impl GetDescriptor for UnboundMethod {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let Some(method) = zelf.downcast_ref::<Self>() else { return Ok(zelf.to_owned()) };
        let related = class
            .and_then(|class| class.downcast_ref::<PyType>())
            .is_none_or(|class| class.fast_issubclass(&method.class));
        match object.filter(|object| !vm.is_none(object)) {
            Some(object) if related => {
                Ok(PyBoundMethod::new(object.to_owned(), method.function.clone()).into_ref(&vm.ctx).into())
            }
            None if related => match class.and_then(|class| class.downcast_ref::<PyType>()) {
                Some(class) => Ok(Self::of(method.function.clone(), class, vm)),
                None => Ok(zelf.to_owned()),
            },
            _ => Ok(zelf.to_owned()),
        }
    }
}

impl GetAttr for UnboundMethod {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        let is_own = name.to_str().is_some_and(|name| {
            name.starts_with("im_") || matches!(name, "__func__" | "__self__" | "__class__" | "__call__")
        });
        if is_own && let Some(value) = zelf.as_object().generic_getattr_opt(name, None, vm)? {
            return Ok(value);
        }
        zelf.function.get_attr(name, vm)
    }
}

impl Representable for UnboundMethod {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("<unbound method {}.{}>", zelf.class.name(), function_name(&zelf.function, vm)))
    }
}

impl Comparable for UnboundMethod {
    fn cmp(zelf: &Py<Self>, other: &PyObject, op: PyComparisonOp, _vm: &VirtualMachine) -> PyResult<PyComparisonValue> {
        op.eq_only(|| {
            Ok(match other.downcast_ref::<Self>() {
                Some(other) => PyComparisonValue::Implemented(zelf.function.is(&other.function)),
                None => PyComparisonValue::NotImplemented,
            })
        })
    }
}

impl Hashable for UnboundMethod {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        zelf.function.hash(vm)
    }
}

/// `__name__` of something callable, for messages.
pub fn function_name(function: &PyObject, vm: &VirtualMachine) -> String {
    match function.get_attr("__name__", vm).and_then(|name| name.str(vm)) {
        Ok(name) => name.to_string(),
        Err(_) => "?".to_owned(),
    }
}

// ---- reprs ------------------------------------------------------------------------------------------------------

fn function_repr(function: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    Ok(vm.ctx.new_str(format!("<function {} at {:#x}>", function_name(function, vm), function.get_id())))
}

fn method_repr(method: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let function = restricted::read(method, "__func__", vm)?;
    let object = restricted::read(method, "__self__", vm)?;
    if super::attributes::is_listing(&function, vm) {
        // `d.keys` is the method itself in Python 2.
        return object.repr(vm);
    }
    let class = match object.downcast_ref::<PyType>() {
        // A class method: Python 2 shows the class of the class.
        Some(class) if super::classic::is_classic(class) => "classobj".to_owned(),
        _ => object.class().name().to_string(),
    };
    let mut text = format!("<bound method {class}.{} of ", function_name(&function, vm));
    text.push_str(&object.repr(vm)?.to_string_lossy());
    text.push('>');
    Ok(vm.ctx.new_str(text))
}

// ---- calls with wrong arguments ---------------------------------------------------------------------------------

type VectorCall = fn(&PyObject, Vec<PyObjectRef>, usize, Option<&[PyObjectRef]>, &VirtualMachine) -> PyResult;
type Call = fn(&PyObject, FuncArgs, &VirtualMachine) -> PyResult;

static VECTORCALL: OnceLock<VectorCall> = OnceLock::new();
static CALL: OnceLock<Call> = OnceLock::new();

/// Runs the machine's own call; an error of the arguments gets Python 2's text.
fn vectorcall(
    function: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    kwnames: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(original) = VECTORCALL.get() else { return Err(vm.new_system_error("functions are not installed")) };
    let keywords = kwnames.map_or(0, |names| names.len());
    original(function, args, nargs, kwnames, vm).inspect_err(|error| explain(function, nargs, keywords, error, vm))
}

fn call(function: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(original) = CALL.get() else { return Err(vm.new_system_error("functions are not installed")) };
    let (nargs, keywords) = (args.args.len(), args.kwargs.len());
    original(function, args, vm).inspect_err(|error| explain(function, nargs, keywords, error, vm))
}

static NATIVE_VECTORCALL: OnceLock<VectorCall> = OnceLock::new();
static LEN: OnceLock<PyObjectRef> = OnceLock::new();

/// The `len` of programs: the machine's own, as that has an instruction for calls of this very object.
pub fn len(vm: &VirtualMachine) -> PyResult {
    let len = vm.builtins.get_attr("len", vm)?;
    let calls = &vm.ctx.types.builtin_function_or_method_type.slots().vectorcall;
    if let Some(original) = calls.load()
        && LEN.set(len.clone()).is_ok()
        && NATIVE_VECTORCALL.set(original).is_ok()
    {
        calls.store(Some(native_vectorcall));
    }
    Ok(len)
}

/// Runs the machine's own call of a native function; `len` refuses keywords in Python 2's words.
fn native_vectorcall(
    function: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    kwnames: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(original) = NATIVE_VECTORCALL.get() else { return Err(vm.new_system_error("len is not installed")) };
    if kwnames.is_some_and(|names| !names.is_empty()) && LEN.get().is_some_and(|len| function.is(len)) {
        return Err(vm.new_type_error("len() takes no keyword arguments"));
    }
    original(function, args, nargs, kwnames, vm)
}

/// Replaces the text of an error that the machine raised before the function's frame began.
fn explain(
    function: &PyObject,
    nargs: usize,
    keywords: usize,
    error: &rustpython_vm::builtins::PyBaseExceptionRef,
    vm: &VirtualMachine,
) {
    if !error.class().is(vm.ctx.exceptions.type_error) || error.__traceback__().is_some() {
        return;
    }
    let Some(message) = error.get_arg(0).and_then(|message| message.downcast::<PyStr>().ok()) else { return };
    let message = message.to_string();
    let Some(function) = function.downcast_ref::<PyFunction>() else { return };
    let Some(text) = wrong_arguments(function, &message, nargs, keywords, vm) else { return };
    let args = vm.ctx.new_tuple(vec![vm.ctx.new_str(text).into()]);
    // The setter of `args` takes any iterable: it cannot fail for a tuple.
    let _ = super::exceptions::set_args(error.as_object(), args, vm);
}

fn wrong_arguments(
    function: &Py<PyFunction>,
    message: &str,
    nargs: usize,
    keywords: usize,
    vm: &VirtualMachine,
) -> Option<String> {
    let name = function_name(function.as_object(), vm);
    let (_, problem) = message.split_once("() ")?;
    let code = restricted::read(function.as_object(), "__code__", vm).ok()?.downcast::<PyCode>().ok()?;
    let count = code.arg_count as usize;
    let given = nargs + keywords;
    let takes_none = count == 0 && !code.flags.intersects(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS);
    if takes_none && problem.starts_with("got an unexpected keyword") {
        return Some(format!("{name}() takes no arguments ({given} given)"));
    }
    let overfull = nargs > count && !code.flags.contains(CodeFlags::VARARGS);
    if problem.starts_with("got ") && !overfull {
        let problem = problem.replace("got multiple values for argument", "got multiple values for keyword argument");
        return Some(format!("{name}() {problem}"));
    }
    // Too many are counted before keywords are looked at.
    let too_many = problem.starts_with("takes ") || overfull;
    if !(too_many || problem.starts_with("missing ")) {
        return None;
    }
    let defaults = restricted::read(function.as_object(), "__defaults__", vm)
        .ok()
        .and_then(|defaults| defaults.downcast::<PyTuple>().ok())
        .map_or(0, |defaults| defaults.as_slice().len());
    if count == 0 && too_many && !code.flags.contains(CodeFlags::VARKEYWORDS) {
        return Some(format!("{name}() takes no arguments ({given} given)"));
    }
    let (bound, shown) = match (too_many, defaults) {
        (true, 0) => ("exactly", count),
        (true, _) => ("at most", count),
        (false, 0) if !code.flags.contains(CodeFlags::VARARGS) => ("exactly", count),
        (false, _) => ("at least", count.saturating_sub(defaults)),
    };
    let plural = if shown == 1 { "" } else { "s" };
    Some(format!("{name}() takes {bound} {shown} argument{plural} ({given} given)"))
}

// ---- attributes -------------------------------------------------------------------------------------------------

/// A code object's flags as CPython 2.7 has them: fewer, those of features elsewhere, and one for code without cells.
fn flags_of_python_2(code: &PyCode) -> u32 {
    /// From `CO_OPTIMIZED` to `CO_GENERATOR`.
    const PLAIN: u32 = 0x3F;
    const NO_FREE: u32 = 0x40;
    /// From `division` to `unicode_literals`; four bits lower in CPython 2.7.
    const FEATURES: u32 = 0x3E_0000;
    let bits = code.flags.bits();
    let no_free = if code.cellvars.is_empty() && code.freevars.is_empty() { NO_FREE } else { 0 };
    bits & PLAIN | (bits & FEATURES) >> 4 | no_free
}

/// Python 2's other names of function attributes.
const FUNCTION_ALIASES: &[(&str, &str)] = &[
    ("func_name", "__name__"),
    ("func_code", "__code__"),
    ("func_defaults", "__defaults__"),
    ("func_globals", "__globals__"),
    ("func_dict", "__dict__"),
    ("func_doc", "__doc__"),
    ("func_closure", "__closure__"),
];

/// What an attribute of functions can be set to, and what is said of anything else.
type Fit = (&'static str, fn(&PyObject, &VirtualMachine) -> bool, &'static str);

const FITS: &[Fit] = &[
    ("__name__", |value, _| text::is_str(value), "__name__ must be set to a string object"),
    (
        "__defaults__",
        |value, vm| vm.is_none(value) || value.downcast_ref::<PyTuple>().is_some(),
        "__defaults__ must be set to a tuple object",
    ),
    ("__code__", |value, _| value.downcast_ref::<PyCode>().is_some(), "__code__ must be set to a code object"),
    ("__dict__", |value, _| value.downcast_ref::<PyDict>().is_some(), "setting function's dictionary to a non-dict"),
    ("__closure__", |_, _| false, "readonly attribute"),
    ("__globals__", |_, _| false, "readonly attribute"),
];

fn add_alias(class: &'static Py<PyType>, alias: &'static str, target: &'static str, vm: &VirtualMachine) {
    let getter = move |object: PyObjectRef, vm: &VirtualMachine| object.get_attr(target, vm);
    let fit = FITS.iter().find(|(name, ..)| *name == target);
    let setter = move |object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine| match value {
        PySetterValue::Assign(value) => match fit {
            Some((_, fits, message)) if !fits(&value, vm) => Err(vm.new_type_error(*message)),
            _ => object.set_attr(target, value, vm),
        },
        PySetterValue::Delete => match (target, fit) {
            ("__dict__", _) => Err(vm.new_type_error("function's dictionary may not be deleted")),
            ("__name__" | "__code__" | "__closure__" | "__globals__", Some((.., message))) => {
                Err(vm.new_type_error(*message))
            }
            _ => object.del_attr(target, vm),
        },
    };
    let descriptor = vm.ctx.new_static_getset(alias, class, getter, setter);
    class.set_attr(vm.ctx.intern_str(alias), descriptor.into());
}

/// `types.MethodType(function, instance[, class])`: without an instance it makes an unbound method.
fn new_method(class: PyTypeRef, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let given = args.args.len();
    if !(2..=3).contains(&given) {
        let (bound, count) = if given < 2 { ("at least", 2) } else { ("at most", 3) };
        return Err(vm.new_type_error(format!("instancemethod expected {bound} {count} arguments, got {given}")));
    }
    let function = args.args[0].clone();
    if !function.is_callable() {
        return Err(vm.new_type_error("first argument must be callable"));
    }
    if vm.is_none(&args.args[1]) {
        return match args.args.get(2).and_then(|class| class.downcast_ref::<PyType>()) {
            Some(class) => Ok(UnboundMethod::of(function, class, vm)),
            None => Err(vm.new_type_error("unbound methods must have non-NULL im_class")),
        };
    }
    args.args.truncate(2);
    let _ = class;
    Ok(PyBoundMethod::new(args.args[1].clone(), function).into_ref(&vm.ctx).into())
}

/// Two bound methods are equal if their functions are and their objects are.
fn method_compare(
    a: &PyObject,
    b: &PyObject,
    op: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    let (Some(a), Some(b)) = (a.downcast_ref::<PyBoundMethod>(), b.downcast_ref::<PyBoundMethod>()) else {
        return Ok(Either::B(PyComparisonValue::NotImplemented));
    };
    let parts = |method: &Py<PyBoundMethod>| -> PyResult<(PyObjectRef, PyObjectRef)> {
        let method = method.as_object();
        Ok((restricted::read(method, "__func__", vm)?, restricted::read(method, "__self__", vm)?))
    };
    let ((a_function, a_object), (b_function, b_object)) = (parts(a)?, parts(b)?);
    let equal = a_function.rich_compare_bool(&b_function, PyComparisonOp::Eq, vm)?
        && a_object.rich_compare_bool(&b_object, PyComparisonOp::Eq, vm)?;
    Ok(Either::B(match op {
        PyComparisonOp::Eq => PyComparisonValue::Implemented(equal),
        PyComparisonOp::Ne => PyComparisonValue::Implemented(!equal),
        _ => PyComparisonValue::NotImplemented,
    }))
}

fn method_hash(method: &PyObject, vm: &VirtualMachine) -> PyResult<PyHash> {
    let function = restricted::read(method, "__func__", vm)?.hash(vm)?;
    let object = restricted::read(method, "__self__", vm)?.hash(vm)?;
    Ok(function ^ object)
}

/// Adds what this file knows to the native types.
pub fn install(vm: &VirtualMachine) {
    let _: PyTypeRef = UnboundMethod::make_static_type();
    let function = vm.ctx.types.function_type;
    for (alias, target) in FUNCTION_ALIASES {
        add_alias(function, alias, target, vm);
    }
    let method = vm.ctx.types.bound_method_type;
    add_alias(method, "im_func", "__func__", vm);
    add_alias(method, "im_self", "__self__", vm);
    let im_class = vm.ctx.new_readonly_getset("im_class", method, |object: PyObjectRef, vm: &VirtualMachine| {
        restricted::read(&object, "__self__", vm).map(|owner| -> PyObjectRef { owner.class().to_owned().into() })
    });
    method.set_attr(vm.ctx.intern_str("im_class"), im_class.into());
    method.slots().new.store(Some(new_method));
    if VECTORCALL.get().is_some() {
        return;
    }
    if let (Some(vector), Some(plain)) = (function.slots().vectorcall.load(), function.slots().call.load()) {
        let _ = VECTORCALL.set(vector);
        let _ = CALL.set(plain);
        function.slots().vectorcall.store(Some(vectorcall));
        function.slots().call.store(Some(call));
    }
    // A number in Python 2.
    let generator = vm.ctx.types.generator_type;
    if let Some(old) = generator.get_attr(vm.ctx.intern_str("gi_running"))
        && let Some(get) = old.class().slots().descr_get.load()
    {
        let running = vm.ctx.new_readonly_getset(
            "gi_running",
            generator,
            move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult<i32> {
                let running = get(&old, Some(&object), Some(object.class().as_object()), vm)?;
                running.try_to_bool(vm).map(i32::from)
            },
        );
        generator.set_attr(vm.ctx.intern_str("gi_running"), running.into());
    }
    let code = vm.ctx.types.code_type;
    // Our lines are not in CPython's notation.
    let no_lines = vm.ctx.new_readonly_getset("co_lnotab", code, |_: PyObjectRef| "");
    code.set_attr(vm.ctx.intern_str("co_lnotab"), no_lines.into());
    let flags = vm.ctx.new_readonly_getset("co_flags", code, |object: PyObjectRef| {
        object.downcast_ref::<PyCode>().map_or(0, |code| flags_of_python_2(code))
    });
    code.set_attr(vm.ctx.intern_str("co_flags"), flags.into());
    // The first constant of a function is its docstring or None.
    if let Some(old) = code.get_attr(vm.ctx.intern_str("co_consts"))
        && let Some(get) = old.class().slots().descr_get.load()
    {
        let consts = vm.ctx.new_readonly_getset(
            "co_consts",
            code,
            move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
                let found = get(&old, Some(&object), Some(object.class().as_object()), vm)?;
                let flags = object.downcast_ref::<PyCode>().map_or(CodeFlags::empty(), |code| code.flags);
                match found.downcast_ref::<PyTuple>() {
                    Some(consts)
                        if flags.contains(CodeFlags::OPTIMIZED) && !flags.contains(CodeFlags::HAS_DOCSTRING) =>
                    {
                        let mut all = vec![vm.ctx.none()];
                        all.extend(consts.as_slice().iter().cloned());
                        Ok(vm.ctx.new_tuple(all).into())
                    }
                    _ => Ok(found),
                }
            },
        );
        code.set_attr(vm.ctx.intern_str("co_consts"), consts.into());
    }
    // Without our intrinsics, whose names no source can spell; the machine's own `dis` counts all of them.
    if let Some(old) = code.get_attr(vm.ctx.intern_str("co_names"))
        && let Some(get) = old.class().slots().descr_get.load()
    {
        let names =
            vm.ctx.new_readonly_getset("co_names", code, move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
                let found = get(&old, Some(&object), Some(object.class().as_object()), vm)?;
                let Some(names) = found.downcast_ref::<PyTuple>() else { return Ok(found) };
                if !vm.current_frame().is_some_and(|frame| restricted::has_mark(&frame, intrinsics::KEYWORDS, vm)) {
                    return Ok(found);
                }
                let is_intrinsic = |name: &PyObjectRef| {
                    name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes().starts_with(b"<"))
                };
                let own = names.as_slice().iter().filter(|name| !is_intrinsic(name)).cloned().collect();
                Ok(vm.ctx.new_tuple(own).into())
            });
        code.set_attr(vm.ctx.intern_str("co_names"), names.into());
    }
    if let Some(old) = code.get_attr(vm.ctx.intern_str("co_code"))
        && let Some(get) = old.class().slots().descr_get.load()
    {
        // A byte string for programs: what is in it is the machine's own code, not CPython 2's.
        let bytes =
            vm.ctx.new_readonly_getset("co_code", code, move |object: PyObjectRef, vm: &VirtualMachine| -> PyResult {
                let found = get(&old, Some(&object), Some(object.class().as_object()), vm)?;
                match found.downcast_ref::<PyBytes>() {
                    Some(bytes) if !super::methods::called_from_library(vm) => {
                        Ok(super::text::new_str(vm, bytes.as_bytes()))
                    }
                    _ => Ok(found),
                }
            });
        code.set_attr(vm.ctx.intern_str("co_code"), bytes.into());
    }
    // In Python 2 only the function inside a staticmethod can be called.
    let static_method = vm.ctx.types.staticmethod_type.slots();
    static_method.call.store(None);
    static_method.vectorcall.store(None);
    function.slots().repr.store(Some(function_repr));
    method.slots().repr.store(Some(method_repr));
    method.slots().richcompare.store(Some(method_compare));
    method.slots().hash.store(Some(method_hash));
}
