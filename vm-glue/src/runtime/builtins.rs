//! Builtin functions on objects, classes and attributes, and on numbers.

use super::functions::UnboundMethod;
use super::{
    arguments, arithmetic, attributes, classes, classic, compare, dialect, functions, intrinsics, names, numbers, text,
};
use rustpython_vm::builtins::{PyBoundMethod, PyComplex, PyFloat, PyInt, PyStr, PyTuple, PyType};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

// ---- isinstance, issubclass -------------------------------------------------------------------------------------

/// How a class takes part in `isinstance` where Python 2's types and the machine's differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Special {
    No,
    Int,
    Long,
    Str,
    BaseString,
    Type,
    ClassObj,
    Method,
}

fn special_class(class: &Py<PyType>, vm: &VirtualMachine) -> Special {
    let types = &vm.ctx.types;
    if class.is(types.str_type) {
        Special::Str
    } else if class.is(types.int_type) {
        Special::Int
    } else if class.heaptype_ext().is_none() {
        if class.is(numbers::long_type(vm)) {
            Special::Long
        } else if class.is(types.bound_method_type) {
            Special::Method
        } else if *class.name() == *"basestring" {
            Special::BaseString
        } else {
            Special::No
        }
    } else if class.is(classes::dialect_type(vm)) {
        Special::Type
    } else if class.is(classes::classobj(vm)) {
        Special::ClassObj
    } else if *class.name() == *"basestring" && dialect::get(vm, "basestring").is_ok_and(|own| own.is(class)) {
        Special::BaseString
    } else {
        Special::No
    }
}

/// Python 2's `isinstance(object, class)`.
pub fn is_instance(object: &PyObject, class: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if let Some(tuple) = class.downcast_ref::<PyTuple>() {
        for class in tuple.as_slice() {
            if is_instance(object, class, vm)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let Some(wanted) = class.downcast_ref::<PyType>() else {
        return object.is_instance(class, vm).map_err(|error| not_a_class(error, "isinstance", vm));
    };
    match special_class(wanted, vm) {
        Special::No => object.is_instance(class, vm),
        Special::Str => Ok(text::is_str(object) || pretends(object, wanted, vm)?),
        Special::BaseString => Ok(text::is_basestring(object) || pretends(object, wanted, vm)?),
        Special::Int => {
            let is_int = object.downcast_ref::<PyInt>().is_some() && !numbers::is_long(object, vm);
            Ok(is_int || pretends(object, wanted, vm)?)
        }
        Special::Long => Ok(numbers::is_long(object, vm) || pretends(object, wanted, vm)?),
        Special::Type => Ok(object.downcast_ref::<PyType>().is_some_and(|class| !classic::is_classic(class))),
        Special::ClassObj => Ok(object.downcast_ref::<PyType>().is_some_and(classic::is_classic)),
        Special::Method => {
            Ok(object.downcast_ref::<super::functions::UnboundMethod>().is_some() || object.is_instance(class, vm)?)
        }
    }
}

/// Does the object give another class than its own as `__class__` (as proxies do), and is that one derived from a class?
fn pretends(object: &PyObject, wanted: &Py<PyType>, vm: &VirtualMachine) -> PyResult<bool> {
    let class = object.class();
    if class.heaptype_ext().is_none() || object.downcastable::<PyStr>() || object.downcastable::<PyInt>() {
        return Ok(false);
    }
    let name = vm.ctx.intern_str("__class__");
    let own = match (class.get_attr(name), vm.ctx.types.object_type.get_attr(name)) {
        (Some(own), Some(inherited)) => !own.is(&inherited),
        _ => false,
    };
    if !own {
        return Ok(false);
    }
    let shown = object.get_attr(name, vm)?;
    match shown.downcast_ref::<PyType>() {
        Some(shown) if !shown.is(class) => is_subclass(shown.as_object(), wanted.as_object(), vm),
        _ => Ok(false),
    }
}

/// Python 2's `issubclass(class, of)`.
pub fn is_subclass(class: &PyObject, of: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    if let Some(tuple) = of.downcast_ref::<PyTuple>() {
        for of in tuple.as_slice() {
            if is_subclass(class, of, vm)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let (Some(own), Some(wanted)) = (class.downcast_ref::<PyType>(), of.downcast_ref::<PyType>()) else {
        return class.is_subclass(of, vm).map_err(|error| not_a_class(error, "issubclass", vm));
    };
    let types = &vm.ctx.types;
    match special_class(wanted, vm) {
        Special::Str => Ok(own.fast_issubclass(types.str_type) && !own.fast_issubclass(text::unicode_type(vm))),
        Special::BaseString => Ok(own.fast_issubclass(types.str_type) || own.is(wanted)),
        Special::Int => Ok(own.fast_issubclass(types.int_type) && !own.fast_issubclass(numbers::long_type(vm))),
        Special::Type => Ok(own.fast_issubclass(types.type_type)),
        _ if wanted.is(types.object_type) && classic::is_classic(own) => Ok(false),
        _ => class.is_subclass(of, vm),
    }
}

fn not_a_class(
    error: rustpython_vm::builtins::PyBaseExceptionRef,
    function: &str,
    vm: &VirtualMachine,
) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let message = error.get_arg(0).and_then(|message| message.downcast::<PyStr>().ok());
    match message {
        Some(message) if message.to_string().starts_with(&format!("{function}() arg 2 ")) => {
            vm.new_type_error(if function == "isinstance" {
                "isinstance() arg 2 must be a class, type, or tuple of classes and types"
            } else {
                "issubclass() arg 2 must be a class or tuple of classes"
            })
        }
        _ => error,
    }
}

// ---- attributes -------------------------------------------------------------------------------------------------

/// An attribute name as the machine wants it.
fn attribute_name(name: &PyObject, function: &str, vm: &VirtualMachine) -> PyResult<rustpython_vm::PyRef<PyStr>> {
    let Some(text) = name.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error(match function {
            "setattr" | "delattr" => {
                format!("attribute name must be string, not '{}'", names::type_name_of(name))
            }
            _ => format!("{function}(): attribute name must be string"),
        }));
    };
    if text::is_unicode(name) {
        let bytes = text::str_of(vm, name)?;
        return text::new_str(vm, &bytes).downcast().map_err(|_| vm.new_type_error("a string is required"));
    }
    Ok(text.to_owned())
}

fn getattr(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "getattr", args, 2, 3)?;
    let name = attribute_name(&args[1], "getattr", vm)?;
    match args.get(2) {
        Some(default) => Ok(attributes::read_opt(&args[0], &name, vm)?.unwrap_or_else(|| default.clone())),
        None => attributes::read(&args[0], &name, vm),
    }
}

fn hasattr(args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
    let args = arguments::unpacked(vm, "hasattr", args, 2, 2)?;
    let name = attribute_name(&args[1], "hasattr", vm)?;
    match attributes::read_opt(&args[0], &name, vm) {
        Ok(found) => Ok(found.is_some()),
        // Every error means "no", except what must not be swallowed.
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.exception_type) => Ok(false),
        Err(error) => Err(error),
    }
}

fn delattr(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let args = arguments::unpacked(vm, "delattr", args, 2, 2)?;
    let name = attribute_name(&args[1], "delattr", vm)?;
    delete_attribute(&args[0], &name, vm)
}

/// `del object.name`; a missing attribute of an instance is named alone.
pub fn delete_attribute(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<()> {
    object.del_attr(name, vm).map_err(|error| {
        let plain = error.class().is(vm.ctx.exceptions.attribute_error)
            && super::messages::has_items(object)
            && object.downcast_ref::<PyType>().is_none()
            && !classic::is_instance(object)
            && error.get_arg(0).and_then(|message| message.downcast::<PyStr>().ok()).is_some_and(|message| {
                message.to_string() == format!("'{}' object has no attribute '{name}'", object.class().name())
            });
        if plain { vm.new_attribute_error(name.to_string()) } else { error }
    })
}

// ---- dir, vars --------------------------------------------------------------------------------------------------

fn dir(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "dir", args, 0, 1)?;
    let names = match args.first() {
        None => {
            let locals = vm.current_locals()?;
            {
                let keys = vm.call_method(locals.obj(), "keys", ())?;
                vm.extract_elements_with(&keys, Ok)?
            }
        }
        Some(object) => names_of(object, vm)?,
    };
    let list: PyObjectRef = vm.ctx.new_list(names).into();
    super::sequences::sort_list(&list, None, None, false, vm)?;
    Ok(list)
}

fn names_of(object: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let all = if classic::is_instance(object) {
        match classic::lookup(object, "__dir__", vm)? {
            Some(method) => {
                let names = method.call((), vm)?;
                vm.extract_elements_with(&names, Ok)?
            }
            None => classic::names_of(object, vm)?,
        }
    } else if let Some(class) = object.downcast_ref::<PyType>()
        && classic::is_classic(class)
    {
        classic::class_names(class, vm)
    } else {
        let list = vm.dir(Some(object.to_owned()))?;
        let names = list.borrow_vec().to_vec();
        let is_late = |name: &PyObject| {
            name.downcast_ref::<PyStr>().is_some_and(|name| {
                // Marks that no source can spell are nobody's attributes.
                name.as_bytes().starts_with(b"<")
                    || super::later_names::is_hidden(object, name.as_bytes(), vm)
                    || super::later_names::is_inherited_by_all(object, name.as_bytes(), vm)
            })
        };
        let mut shown: Vec<PyObjectRef> =
            names.into_iter().filter(|name| !is_machine_name(name) && !is_late(name)).collect();
        let native = object.class().heaptype_ext().is_none();
        if native && object.class().slots().iternext.load().is_some() {
            shown.push(vm.ctx.new_str("next").into());
        }
        if object.downcastable::<PyBoundMethod>() || object.downcastable::<UnboundMethod>() {
            shown.extend(["im_class", "im_func", "im_self"].map(|name| vm.ctx.new_str(name).into()));
        }
        shown
    };
    // Every name once.
    let seen = vm.ctx.new_dict();
    for name in all {
        seen.set_item(&*name, vm.ctx.none(), vm)?;
    }
    Ok(seen.keys_vec())
}

/// Names that only Python 3 has on every object and class.
fn is_machine_name(name: &PyObject) -> bool {
    const NAMES: &[&str] = &[
        "__dir__",
        "__buffer__",
        "__init_subclass__",
        "__getstate__",
        "__class_getitem__",
        "__firstlineno__",
        "__static_attributes__",
        "__annotations__",
        "__bool__",
        "__next__",
        "__qualname__",
        "__suppress_context__",
        "__cause__",
        "__context__",
        "__traceback__",
        "add_note",
        "with_traceback",
        "__type_params__",
        "__annotate__",
        "__kwdefaults__",
        "__matmul__",
        "__rmatmul__",
        "__imatmul__",
        "__loader__",
        "__spec__",
        "__cached__",
        "gi_suspended",
        "gi_yieldfrom",
    ];
    name.downcast_ref::<PyStr>().and_then(|name| name.to_str()).is_some_and(|name| NAMES.contains(&name))
}

fn vars(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "vars", args, 0, 1)?;
    match args.first() {
        None => Ok(vm.current_locals()?.obj().to_owned()),
        Some(object) => object
            .get_attr("__dict__", vm)
            .map_err(|_| vm.new_type_error("vars() argument must have __dict__ attribute")),
    }
}

// ---- small ones -------------------------------------------------------------------------------------------------

fn callable(args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
    let object = arguments::only(vm, "callable", args)?;
    if classic::is_instance(&object) {
        return Ok(classic::lookup(&object, "__call__", vm)?.is_some());
    }
    Ok(object.is_callable())
}

/// What `__len__` returned, as Python 2 reads it.
pub fn length_value(value: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    let negative = || vm.new_value_error("__len__() should return >= 0");
    if let Some(float) = value.downcast_ref::<PyFloat>() {
        let float = float.to_f64().trunc();
        return if float < 0.0 { Err(negative()) } else { Ok(float as usize) };
    }
    let Some(int) = numbers::integer(value) else { return Err(vm.new_type_error("an integer is required")) };
    if int.sign() == malachite_bigint::Sign::Minus {
        return Err(negative());
    }
    i64::try_from(int)
        .map(|length| length as usize)
        .map_err(|_| vm.new_overflow_error("long int too large to convert to int"))
}

fn apply(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "apply", args, 1, 3)?;
    let positional = match args.get(1) {
        Some(sequence) => vm.extract_elements_with(sequence, Ok).map_err(|_| {
            let name = names::type_name_of(sequence);
            vm.new_type_error(format!("apply() arg 2 expected sequence, found {name}"))
        })?,
        None => Vec::new(),
    };
    let mut call = FuncArgs::from(positional);
    if let Some(keywords) = args.get(2) {
        let Some(keywords) = keywords.downcast_ref::<rustpython_vm::builtins::PyDict>() else {
            let name = names::type_name_of(keywords);
            return Err(vm.new_type_error(format!("apply() arg 3 expected dictionary, found {name}")));
        };
        for (name, value) in keywords.items_vec() {
            let Some(name) = name.downcast_ref::<PyStr>() else {
                return Err(vm.new_type_error("keywords must be strings"));
            };
            call.kwargs.insert(name.as_wtf8().to_owned(), value);
        }
    }
    args[0].call(call, vm)
}

fn round(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<f64> {
    let number = args.take_positional().or_else(|| args.take_keyword("number"));
    let digits = args.take_positional().or_else(|| args.take_keyword("ndigits"));
    let Some(number) = number else { return Err(vm.new_type_error("Required argument 'number' (pos 1) not found")) };
    if !args.is_empty() {
        return Err(vm.new_type_error("round() takes at most 2 arguments"));
    }
    let value = match number.downcast_ref::<PyFloat>() {
        Some(value) => value.to_f64(),
        None if number.downcast_ref::<PyComplex>().is_some() => {
            return Err(vm.new_type_error("can't convert complex to float"));
        }
        None if number.class().slots().as_number.float.load().is_some() => number.try_float(vm)?.to_f64(),
        None => return Err(vm.new_type_error("a float is required")),
    };
    let digits = match digits {
        Some(digits) => {
            if digits.class().slots().as_number.index.load().is_none() {
                let name = names::type_name_of(&digits);
                return Err(vm.new_type_error(format!("'{name}' object cannot be interpreted as an index")));
            }
            super::slices::saturated(&digits, vm)?
        }
        None => 0,
    };
    let rounded = arithmetic::round(value, digits);
    if rounded.is_infinite() && value.is_finite() {
        return Err(vm.new_overflow_error("rounded value too large to represent"));
    }
    Ok(rounded)
}

fn id(args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
    Ok(arguments::only(vm, "id", args)?.get_id())
}

fn next(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "next", args, 1, 2)?;
    let Some(iternext) = args[0].class().slots().iternext.load() else {
        let name = names::type_name_of(&args[0]);
        return Err(vm.new_type_error(format!("{name} object is not an iterator")));
    };
    match iternext(&args[0], vm) {
        Ok(rustpython_vm::protocol::PyIterReturn::Return(value)) => Ok(value),
        Ok(rustpython_vm::protocol::PyIterReturn::StopIteration(value)) => match args.get(1) {
            Some(default) => Ok(default.clone()),
            None => Err(vm.new_stop_iteration(value)),
        },
        Err(error) if args.len() == 2 && error.fast_isinstance(vm.ctx.exceptions.stop_iteration) => Ok(args[1].clone()),
        Err(error) => Err(error),
    }
}

/// `help(x)`: the description of an object, if it has one.
fn help(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let Some(object) = args.args.first() else { return Ok(()) };
    let doc = object.get_attr("__doc__", vm)?;
    let shown = if vm.is_none(&doc) { object.repr(vm)?.into() } else { doc };
    let stdout = vm.sys_module.get_attr("stdout", vm)?;
    vm.call_method(&stdout, "write", (shown,))?;
    vm.call_method(&stdout, "write", (vm.ctx.new_str("\n"),)).map(drop)
}

/// Sets the builtins and the intrinsics of this file.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    dialect::set(vm, "type", classes::dialect_type(vm).to_owned())?;
    dialect::set_function(vm, "__build_class__", classes::build_class)?;
    dialect::set(vm, "bytes", vm.ctx.types.str_type.to_owned())?;
    dialect::set_function(vm, "help", help)?;
    dialect::set(vm, "long", numbers::long_type(vm).to_owned())?;
    let zoo = super::exceptions::zoo(vm)?;
    dialect::set(vm, "StandardError", zoo.standard_error.clone())?;
    dialect::set(vm, "EnvironmentError", zoo.environment_error.clone())?;
    dialect::set(vm, "IOError", zoo.io_error.clone())?;
    dialect::set(vm, "OSError", zoo.os_error.clone())?;
    dialect::set_function(vm, "isinstance", |args: FuncArgs, vm: &VirtualMachine| {
        let args = arguments::unpacked(vm, "isinstance", args, 2, 2)?;
        is_instance(&args[0], &args[1], vm)
    })?;
    dialect::set_function(vm, "issubclass", |args: FuncArgs, vm: &VirtualMachine| {
        let args = arguments::unpacked(vm, "issubclass", args, 2, 2)?;
        is_subclass(&args[0], &args[1], vm)
    })?;
    dialect::set_function(vm, "getattr", getattr)?;
    dialect::set_function(vm, "hasattr", hasattr)?;
    dialect::set_function(vm, "delattr", delattr)?;
    dialect::set_function(vm, "setattr", |args: FuncArgs, vm: &VirtualMachine| {
        let args = arguments::unpacked(vm, "setattr", args, 3, 3)?;
        let name = attribute_name(&args[1], "setattr", vm)?;
        args[0].set_attr(&*name, args[2].clone(), vm)
    })?;
    dialect::set_function(vm, "dir", dir)?;
    // A type in Python 2.
    let reverse_iterator = vm.ctx.types.reverse_iter_type;
    reverse_iterator.slots().new.store(Some(|_class, args, vm| vm.builtins.get_attr("reversed", vm)?.call(args, vm)));
    reverse_iterator.slots().init.store(Some(|_object, _args, _vm| Ok(())));
    dialect::set(vm, "reversed", reverse_iterator.to_owned())?;
    dialect::set_function(vm, "vars", vars)?;
    dialect::set_function(vm, "callable", callable)?;
    dialect::set(vm, "len", functions::len(vm)?)?;
    dialect::set_function(vm, "apply", apply)?;
    dialect::set_function(vm, "round", round)?;
    dialect::set_function(vm, "id", id)?;
    dialect::set_function(vm, "next", next)?;
    dialect::set_function(vm, "coerce", |args: FuncArgs, vm: &VirtualMachine| {
        let args = arguments::unpacked(vm, "coerce", args, 2, 2)?;
        arithmetic::coerce(&args[0], &args[1], vm).map(|(a, b)| vm.ctx.new_tuple(vec![a, b]))
    })?;
    dialect::set_function(vm, "hex", |args: FuncArgs, vm: &VirtualMachine| {
        arithmetic::radix_text(&*arguments::only(vm, "hex", args)?, 16, vm)
    })?;
    dialect::set_function(vm, "oct", |args: FuncArgs, vm: &VirtualMachine| {
        arithmetic::radix_text(&*arguments::only(vm, "oct", args)?, 8, vm)
    })?;
    dialect::set_function(vm, "bin", |args: FuncArgs, vm: &VirtualMachine| {
        let value = arguments::only(vm, "bin", args)?;
        if value.class().slots().as_number.index.load().is_none() {
            let kind = names::type_name_of(&value);
            return Err(vm.new_type_error(format!("'{kind}' object cannot be interpreted as an index")));
        }
        let value = value.try_index(vm)?;
        let sign = if value.as_bigint().sign() == malachite_bigint::Sign::Minus { "-" } else { "" };
        Ok(format!("{sign}0b{}", value.as_bigint().magnitude().to_str_radix(2)))
    })?;
    dialect::set_function(vm, "iter", |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let args = arguments::unpacked(vm, "iter", args, 1, 2)?;
        match args.as_slice() {
            [callable, sentinel] => {
                if !callable.is_callable() {
                    return Err(vm.new_type_error("iter(v, w): v must be callable"));
                }
                vm.builtins.get_attr("iter", vm)?.call((callable.clone(), sentinel.clone()), vm)
            }
            _ => args[0].get_iter(vm).map(PyObjectRef::from),
        }
    })?;
    intrinsics::add(
        vm,
        intrinsics::ATTRIBUTE,
        |object: PyObjectRef, name: rustpython_vm::PyRef<PyStr>, vm: &VirtualMachine| {
            attributes::read(&object, &name, vm)
        },
    )?;
    let _ = compare::three_way;
    Ok(())
}
