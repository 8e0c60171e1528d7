//! The machine's messages in Python 2's words.
//!
//! The machine raises its errors with Python 3's texts. They are put into Python 2's words when somebody looks at them
//! (`str(e)`, `e.args`, `repr(e)` …), so that raising costs nothing. The rules only know texts that Python 3 alone uses.

use super::{classic, names};
use rustpython_vm::builtins::{PyBaseException, PyCode, PyStr, PyTraceback};
use rustpython_vm::bytecode::{CodeFlags, Instruction};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyRef, VirtualMachine};

/// Rewrites the exception's message in place, if it is one of the machine's.
pub fn localize(error: &Py<PyBaseException>, vm: &VirtualMachine) {
    let args = error.args();
    let Some(first) = args.as_slice().first() else { return };
    if let [number, text, rest @ ..] = args.as_slice()
        && rest.len() == 3
        && rest.iter().all(|part| vm.is_none(part))
        && error.class().fast_issubclass(vm.ctx.exceptions.os_error)
    {
        // The machine's errors of the system carry places for two names of files; in Python 2 they have two arguments.
        let _ =
            super::exceptions::set_args(error.as_object(), vm.ctx.new_tuple(vec![number.clone(), text.clone()]), vm);
        return;
    }
    // Only the machine's own strings: exact `str`.
    let Some(message) = first.downcast_ref_if_exact::<PyStr>(vm) else { return };
    let Some(text) = message.to_str() else { return };
    let Some(new) = translate(error, text, vm) else { return };
    let mut new_args: Vec<PyObjectRef> = args.as_slice().to_vec();
    new_args[0] = vm.ctx.new_str(new).into();
    // The setter takes any iterable: a tuple cannot fail.
    let _ = super::exceptions::set_args(error.as_object(), vm.ctx.new_tuple(new_args), vm);
}

fn translate(error: &Py<PyBaseException>, text: &str, vm: &VirtualMachine) -> Option<String> {
    let zoo = &vm.ctx.exceptions;
    let class = error.class();
    if text == "cannot fit 'int' into an index-sized integer" {
        return Some("cannot fit 'long' into an index-sized integer".to_owned());
    }
    if class.is(zoo.type_error) {
        return type_error(text).or_else(|| missing_self(text, vm));
    }
    if class.fast_issubclass(zoo.attribute_error) {
        return attribute_error(error, text, vm);
    }
    if class.fast_issubclass(zoo.name_error) {
        return name_error(error, text, vm);
    }
    if class.fast_issubclass(zoo.import_error) {
        return import_error(text);
    }
    if class.is(zoo.value_error) {
        return value_error(text);
    }
    if class.is(zoo.overflow_error) || class.is(zoo.index_error) {
        if text.starts_with("Python int too large to convert to Rust ") {
            return Some("Python int too large to convert to C long".to_owned());
        }
        return match text {
            "int too large to convert to float" => Some("long int too large to convert to float".to_owned()),
            "cannot fit 'int' into an index-sized integer" => {
                Some("cannot fit 'long' into an index-sized integer".to_owned())
            }
            _ => None,
        };
    }
    if class.is(zoo.zero_division_error) {
        return match text {
            "zero to a negative power" | "0.0 cannot be raised to a negative power" => {
                Some("0.0 cannot be raised to a negative power".to_owned())
            }
            _ => None,
        };
    }
    if class.is(zoo.syntax_error) {
        return None;
    }
    if class.is(zoo.recursion_error) {
        return recursion_error(text);
    }
    None
}

/// CPython 2.7 says where it was for its own recursive functions only.
fn recursion_error(text: &str) -> Option<String> {
    let place = text.strip_prefix("maximum recursion depth exceeded")?;
    let shown = match place.trim() {
        "" | "while getting the repr of an object" | "while getting the str of an object" => "",
        "in comparison" => " in cmp",
        "in __instancecheck__" => " in __instancecheck__",
        "in __subclasscheck__" => " in __subclasscheck__",
        _ => return None,
    };
    Some(format!("maximum recursion depth exceeded{shown}")).filter(|shown| shown != text)
}

/// `prefix` + something quoted + `suffix`: the quoted part.
fn between<'a>(text: &'a str, prefix: &str, suffix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.strip_suffix(suffix)
}

fn type_name(name: &str) -> &str {
    names::renamed(name).unwrap_or(name)
}

/// Types without any sequence protocol in Python 2: indexing them is a missing `__getitem__`.
const NO_SEQUENCE: &[&str] = &[
    "int",
    "long",
    "float",
    "complex",
    "bool",
    "NoneType",
    "function",
    "builtin_function_or_method",
    "method",
    "type",
    "module",
    "generator",
    "file",
    "instancemethod",
    "method_descriptor",
    "slice",
    "ellipsis",
    "code",
    "frame",
    "traceback",
    "property",
    "classmethod",
    "staticmethod",
    "listiterator",
    "list_iterator",
    "tuple_iterator",
    "dict_keyiterator",
    "dict_itemiterator",
    "dict_valueiterator",
    "enumerate",
    "super",
    "object",
];

fn type_error(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix("unsupported operand type(s) for @") {
        // How the lowering writes `/`.
        return Some(format!("unsupported operand type(s) for /{rest}"));
    }
    if text.contains("'__builtin__.") {
        let plain = text.replace("'__builtin__.", "'");
        return Some(type_error(&plain).unwrap_or(plain));
    }
    if let Some((name, problem)) = text.split_once("() got multiple values for keyword argument ")
        && let Some((_, function)) = name.rsplit_once('.')
    {
        return Some(format!("{function}() got multiple values for keyword argument {problem}"));
    }
    if let Some(got) = between(text, "Expected type 'type' but '", "' found.") {
        return Some(format!("object.__new__(X): X is not a type object ({})", type_name(got)));
    }
    if text == "multiple bases have instance layout conflict" {
        return Some("multiple bases have instance lay-out conflict".to_owned());
    }
    if let Some((name, problem)) = text.split_once("() argument after *")
        && let Some((_, function)) = name.rsplit_once('.')
    {
        return Some(format!("{function}() argument after *{problem}"));
    }
    if let Some(rest) = text.strip_prefix("Cannot add ")
        && let Some((left, right)) = rest.split_once(" and ")
    {
        return Some(format!("can only concatenate {left} (not \"{right}\") to {left}"));
    }
    if let Some(name) = between(text, "'", "' object is not subscriptable") {
        let shown = type_name(name);
        return Some(if NO_SEQUENCE.contains(&name) {
            format!("'{shown}' object has no attribute '__getitem__'")
        } else {
            format!("'{shown}' object does not support indexing")
        });
    }
    for (kind, shown) in [("list", "list"), ("tuple", "tuple"), ("bytearray", "bytearray")] {
        if let Some(got) = text.strip_prefix(&format!("{kind} indices must be integers or slices, not ")) {
            let got = got.trim_matches('\'').trim_start_matches("__builtin__.");
            return Some(format!("{shown} indices must be integers, not {}", type_name(got)));
        }
    }
    if let Some(got) = text.strip_prefix("string indices must be integers, not ") {
        return Some(format!("string indices must be integers, not {}", type_name(got.trim_matches('\''))));
    }
    if let Some(got) = between(text, "can only concatenate str (not \"", "\") to str") {
        return Some(format!("cannot concatenate 'str' and '{}' objects", type_name(got)));
    }
    if let Some(name) = between(text, "cannot unpack non-iterable ", " object") {
        return Some(format!("'{}' object is not iterable", type_name(name)));
    }
    if let Some(name) = between(text, "'", "' object is not an iterator") {
        return Some(format!("{} object is not an iterator", type_name(name)));
    }
    if let Some(name) = between(text, "argument of type '", "' is not a container or iterable") {
        return Some(format!("argument of type '{}' is not iterable", type_name(name)));
    }
    if let Some(name) = between(text, "'", "' object is not iterable")
        && let Some(shown) = names::renamed(name)
    {
        return Some(format!("'{shown}' object is not iterable"));
    }
    for what in ["deletion", "assignment"] {
        if let Some(name) = between(text, "'", &format!("' object does not support item {what}"))
            && let Some(shown) = names::renamed(name)
        {
            return Some(format!("'{shown}' object does not support item {what}"));
        }
    }
    if let Some(name) = between(text, "cannot pickle '", "' object") {
        return Some(format!("can't pickle {} objects", type_name(name)));
    }
    if let Some((_, rest)) = text.split_once(".__float__ returned non-float ") {
        return Some(format!("__float__ returned non-float {rest}"));
    }
    if let Some(rest) = text.strip_prefix("int() argument must be a string, a bytes-like object or a real number, not ")
    {
        return Some(format!("int() argument must be a string or a number, not {rest}"));
    }
    if text.starts_with("float() argument must be a string or a real number, not ") {
        return Some("float() argument must be a string or a number".to_owned());
    }
    if text.starts_with("complex() ") && text.contains("must be a string or a number") {
        return Some("complex() argument must be a string or a number".to_owned());
    }
    if text.starts_with("must be real number, not ") {
        return Some("a float is required".to_owned());
    }
    if let Some(got) = text.strip_prefix("exceptions must be classes or instances deriving from BaseException, not ") {
        return Some(format!("exceptions must be classes, or instances, not {}", type_name(got)));
    }
    if text == "exceptions must derive from BaseException" {
        return Some("exceptions must be old-style classes or derived from BaseException, not type".to_owned());
    }
    if text.starts_with("isinstance() arg 2 must be ") {
        return Some("isinstance() arg 2 must be a class, type, or tuple of classes and types".to_owned());
    }
    if text.starts_with("issubclass() arg 2 must be ") {
        return Some("issubclass() arg 2 must be a class or tuple of classes".to_owned());
    }
    if let Some(rest) = between(text, "unbound method ", "() needs an argument")
        && let Some((class, method)) = rest.rsplit_once('.')
    {
        return Some(format!("descriptor '{method}' of '{}' object needs an argument", type_name(class)));
    }
    if let Some(rest) = text.strip_prefix("descriptor '")
        && let Some((method, rest)) = rest.split_once("' for '")
        && let Some((class, rest)) = rest.split_once("' objects doesn't apply to a")
    {
        let got = rest.trim_start_matches('n').trim().trim_end_matches(" object").trim_matches('\'');
        return Some(format!(
            "descriptor '{method}' requires a '{}' object but received a '{}'",
            type_name(class),
            type_name(got)
        ));
    }
    if let Some(rest) = text.strip_prefix("cannot set '")
        && let Some((_, name)) = rest.split_once("' attribute of immutable type '")
    {
        return Some(format!("can't set attributes of built-in/extension type '{}", type_name_in(name)));
    }
    if let Some(name) = between(text, "object of type '", "' has no len()")
        && (name.ends_with("Error") || matches!(name, "Exception" | "BaseException"))
        && !name.contains('.')
    {
        return Some(format!("object of type 'exceptions.{name}' has no len()"));
    }
    if text.starts_with("cannot use '")
        && let Some((_, inner)) = text.split_once(" (unhashable type: ")
    {
        return Some(format!("unhashable type: {}", inner.trim_end_matches(')')));
    }
    for kind in ["set", "frozenset"] {
        if text.starts_with(&format!("{kind}() got an unexpected keyword argument")) {
            return Some(format!("{kind}() does not take keyword arguments"));
        }
    }
    if let Some(rest) = text.strip_prefix("can only concatenate ")
        && let Some((left, right)) = rest.split_once(" (not '").or_else(|| rest.split_once(" (not \""))
        && let Some((got, end)) = right.split_once(['\'', '"'])
    {
        let shown = format!("can only concatenate {left} (not \"{}\"{end}", type_name(got));
        return Some(shown).filter(|shown| shown != text);
    }
    if let Some(rest) = text.strip_prefix("unsupported operand type(s) for ")
        && let Some((operator, types)) = rest.split_once(": '")
        && let Some((left, right)) = types.trim_end_matches('\'').split_once("' and '")
        && (names::renamed(left).is_some() || names::renamed(right).is_some())
    {
        let (left, right) = (type_name(left), type_name(right));
        return Some(format!("unsupported operand type(s) for {operator}: '{left}' and '{right}'"));
    }
    if let Some(name) = between(text, "'", "' object is not callable")
        && let Some(shown) = names::renamed(name)
    {
        return Some(format!("'{shown}' object is not callable"));
    }
    if text == "maxlen must be non-negative." {
        return Some("maxlen must be non-negative".to_owned());
    }
    if text == "object is not iterable" {
        return Some("cannot convert dictionary update sequence element #0 to a sequence".to_owned());
    }
    if let Some(rest) = text.strip_prefix("__index__ returned non-int ") {
        return Some(format!("__index__ returned non-(int,long) {rest}"));
    }
    if let Some(name) = between(text, "'", "' object is not reversible") {
        let _ = name;
        return Some("argument to reversed() must be a sequence".to_owned());
    }
    if text == "__hash__ method should return an integer" || text.starts_with("an integer is required (got") {
        return Some("an integer is required".to_owned());
    }
    if let Some(name) = text.strip_suffix("() takes no arguments")
        && !name.contains(' ')
    {
        return Some("object() takes no parameters".to_owned());
    }
    if text.starts_with("object.__init__() takes exactly one argument")
        || text.starts_with("object.__new__() takes exactly one argument")
        || text.ends_with(".__init__() takes exactly one argument (the instance to initialize)")
    {
        return Some("object() takes no parameters".to_owned());
    }
    if let Some(name) = text.strip_suffix("() takes no keyword arguments")
        && (name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning"))
    {
        return Some(format!("{name} does not take keyword arguments"));
    }
    if let Some(rest) = text.strip_prefix("'")
        && let Some((operator, rest)) = rest.split_once("' not supported between instances of '")
        && let Some((left, right)) = rest.split_once("' and '")
    {
        let _ = operator;
        let right = right.trim_end_matches('\'');
        let is_date = |name: &str| matches!(name.rsplit('.').next(), Some("date" | "datetime" | "time" | "timedelta"));
        // Python 2 asks the date, wherever it stands.
        let asked = is_date(right) && !is_date(left) || (left.ends_with("date") && right.ends_with("datetime"));
        let (date, other) = if asked { (right, left) } else { (left, right) };
        return Some(format!("can't compare {} to {}", date_name(date), date_name(other)));
    }
    if let Some(rest) = text.strip_prefix("can't compare '")
        && let Some((left, right)) = rest.split_once("' to '")
    {
        if left.ends_with("date") && right.trim_end_matches('\'').ends_with("datetime") {
            // The derived class is asked first.
            return Some("can't compare datetime.datetime to datetime.date".to_owned());
        }
        return Some(format!("can't compare {} to {}", date_name(left), date_name(right.trim_end_matches('\''))));
    }
    if let Some(name) = between(text, "'", "' object cannot be interpreted as an integer") {
        let _ = name;
        return Some("an integer is required".to_owned());
    }
    if text.starts_with("super(type, obj): obj ") {
        return Some("super(type, obj): obj must be an instance or subtype of type".to_owned());
    }
    if let Some((name, methods)) = text
        .strip_prefix("Can't instantiate abstract class ")
        .or_else(|| text.strip_prefix("class "))
        .and_then(|rest| rest.split_once(" without an implementation for abstract method"))
    {
        let methods = methods.trim_start_matches('s').trim().replace('\'', "");
        return Some(format!("Can't instantiate abstract class {name} with abstract methods {methods}"));
    }
    if let Some(names) = text.strip_prefix("Cannot create a consistent method resolution order (MRO) for bases ") {
        return Some(format!("Cannot create a consistent method resolution\norder (MRO) for bases {names}"));
    }
    arity(text)
}

fn type_name_in(quoted: &str) -> String {
    let name = quoted.trim_end_matches('\'');
    format!("{}'", type_name(name))
}

fn date_name(name: &str) -> String {
    match name {
        "date" | "datetime" | "time" | "timedelta" => format!("datetime.{name}"),
        other => type_name(other).to_owned(),
    }
}

/// Native methods that count by the other function of CPython 2.7, with its texts.
const PARSED: &[&str] = &[
    "tuple",
    "property",
    "list",
    "float",
    "int",
    "bool",
    "str",
    "complex",
    "insert",
    "index",
    "find",
    "rfind",
    "rindex",
    "startswith",
    "endswith",
    "encode",
    "decode",
    "expandtabs",
];

/// `set.union()`: the machine counts arguments where Python 2 misses the object.
fn missing_self(text: &str, vm: &VirtualMachine) -> Option<String> {
    let name = text.strip_suffix(" expected 0 arguments, got 0")?;
    let types = &vm.ctx.types;
    let owner = [types.list_type, types.dict_type, types.set_type, types.str_type, types.tuple_type]
        .into_iter()
        .find(|class| class.get_direct_attr(vm.ctx.intern_str(name)).is_some())?;
    Some(format!("descriptor '{name}' of '{}' object needs an argument", owner.name()))
}

/// Special methods that are wrappers of slots in CPython 2.7: they count their arguments without saying whose they are.
const SLOTS: &[&str] = &[
    "__hex__",
    "__oct__",
    "__iter__",
    "__long__",
    "__int__",
    "__float__",
    "__nonzero__",
    "__repr__",
    "__str__",
    "__hash__",
    "__neg__",
    "__pos__",
    "__abs__",
    "__invert__",
    "__index__",
    "__len__",
    "__cmp__",
    "__coerce__",
    "__div__",
    "__rdiv__",
    "__getitem__",
];

/// Counts of arguments of native functions.
fn arity(text: &str) -> Option<String> {
    if let Some((head, got)) = text.split_once(", got ")
        && let Some((name, bound)) = head.split_once(" expected ")
        && let name = name.rsplit('.').next().unwrap_or(name).trim_end_matches("()")
        && PARSED.contains(&name)
    {
        let bound = if bound.starts_with("at ") { bound.to_owned() } else { format!("exactly {bound}") };
        let bound = bound.replace(" 1 arguments", " 1 argument");
        return Some(format!("{name}() takes {bound} ({got} given)"));
    }
    // Wrappers of slots do not know their names.
    if text == "expected 1 argument, got 0" {
        return Some("object.__new__(): not enough arguments".to_owned());
    }
    if let Some(given) = text.strip_prefix("expected 1 argument, got ") {
        return Some(format!("expected 1 arguments, got {given}"));
    }
    if text.starts_with("NoneType") && text.contains(" expected 0 arguments, got ") {
        return Some("cannot create 'NoneType' instances".to_owned());
    }
    if let Some((name, got)) = text.split_once(" expected 0 arguments, got ")
        && got != "0"
    {
        let name = name.rsplit('.').next().unwrap_or(name).trim_end_matches("()");
        if SLOTS.contains(&name) {
            return Some(format!("expected 0 arguments, got {got}"));
        }
        return Some(format!("{name}() takes no arguments ({got} given)"));
    }
    if let Some((name, got)) = text.split_once(" expected 1 argument, got ") {
        let name = name.rsplit('.').next().unwrap_or(name).trim_end_matches("()");
        if name == "__format__" {
            return Some(format!("__format__() takes exactly 1 argument ({got} given)"));
        }
        if SLOTS.contains(&name) {
            return Some(format!("expected 1 arguments, got {got}"));
        }
        return Some(format!("{name}() takes exactly one argument ({got} given)"));
    }
    for bound in [" expected at least 1 argument, got ", " expected at most 1 argument, got "] {
        if let Some((name, got)) = text.split_once(bound) {
            let name = name.rsplit('.').next().unwrap_or(name).trim_end_matches("()");
            return Some(format!("{name}{}{got}", bound.replace("argument,", "arguments,")));
        }
    }
    if let Some((name, rest)) = text.split_once(" expected ")
        && rest.contains(", got ")
        && (name.contains('.') || name.ends_with("()"))
        && !name.contains(' ')
    {
        let name = name.rsplit('.').next().unwrap_or(name).trim_end_matches("()");
        return Some(format!("{name} expected {rest}"));
    }
    // `list.append() takes exactly one argument (0 given)` loses its class.
    let (name, rest) = text.split_once("() takes ")?;
    let (_, method) = name.rsplit_once('.').filter(|(owner, _)| *owner != "time")?;
    if name.contains(' ') {
        return None;
    }
    Some(format!("{method}() takes {rest}"))
}

fn attribute_error(error: &Py<PyBaseException>, text: &str, vm: &VirtualMachine) -> Option<String> {
    if text.contains("'__builtin__.") {
        return Some(text.replace("'__builtin__.", "'"));
    }
    if let Some((head, _)) = text.split_once(" and no __dict__ for setting new attributes") {
        return Some(head.to_owned());
    }
    if text == "'method' object attribute '__doc__' is read-only"
        || text == "'instancemethod' object attribute '__doc__' is read-only"
    {
        return Some("attribute '__doc__' of 'instancemethod' objects is not writable".to_owned());
    }
    if text.starts_with("property ") {
        if text.ends_with("has no setter") {
            return Some("can't set attribute".to_owned());
        }
        if text.ends_with("has no deleter") {
            return Some("can't delete attribute".to_owned());
        }
        if text.ends_with("has no getter") {
            return Some("unreadable attribute".to_owned());
        }
    }
    if let Some(rest) = text.strip_prefix("module '")
        && let Some((_, name)) = rest.split_once("' has no attribute '")
    {
        return Some(format!("'module' object has no attribute '{name}"));
    }
    if let Some(rest) = text.strip_prefix('\'')
        && let Some((class, name)) = rest.split_once("' object has no attribute '")
    {
        let object = error.as_object().get_attr("obj", vm).ok();
        let alone = match &object {
            Some(object) => names_alone(object, name.trim_end_matches('\''), error, vm),
            None => deletes(error, vm),
        };
        if alone {
            return Some(name.trim_end_matches('\'').to_owned());
        }
        if object.as_ref().is_some_and(|object| classic::is_instance(object)) {
            return Some(format!("{class} instance has no attribute '{name}"));
        }
        if let Some(shown) = names::renamed(class) {
            return Some(format!("'{shown}' object has no attribute '{name}"));
        }
    }
    None
}

fn name_error(error: &Py<PyBaseException>, text: &str, vm: &VirtualMachine) -> Option<String> {
    if let Some(name) = between(text, "cannot access local variable '", "' where it is not associated with a value") {
        return Some(format!("local variable '{name}' referenced before assignment"));
    }
    if let Some(name) =
        between(text, "cannot access free variable '", "' where it is not associated with a value in enclosing scope")
    {
        return Some(format!("free variable '{name}' referenced before assignment in enclosing scope"));
    }
    // In functions Python 2 looks global names up with an instruction of its own.
    if text.starts_with("name '")
        && text.ends_with("' is not defined")
        && let Some(code) = innermost_code(error, vm)
        && code.flags.contains(CodeFlags::OPTIMIZED)
    {
        return Some(format!("global {text}"));
    }
    None
}

/// Does the error name the attribute alone? That of an empty slot does, and that of a deletion from a dict with others.
fn names_alone(object: &PyObject, name: &str, error: &Py<PyBaseException>, vm: &VirtualMachine) -> bool {
    let slot = object.class().get_attr(vm.ctx.intern_str(name));
    if slot.is_some_and(|slot| slot.class().is(vm.ctx.types.member_descriptor_type)) {
        return true;
    }
    // A class that watches deletions has mostly seen attributes before: its dict is there, if empty again.
    (has_items(object) || in_delattr(error, vm)) && deletes(error, vm)
}

/// Has the object attributes of its own? Python 2 makes the dict with the first one.
pub fn has_items(object: &PyObject) -> bool {
    object.dict().is_some_and(|dict| dict.__len__() > 0)
}

/// Was an attribute being deleted: by `del x.y`, or in a `__delattr__`?
fn deletes(error: &Py<PyBaseException>, vm: &VirtualMachine) -> bool {
    let Some(code) = innermost_code(error, vm) else { return false };
    if in_delattr(error, vm) {
        return true;
    }
    let at = innermost(error).and_then(|traceback| usize::try_from(traceback.lasti / 2).ok());
    at.and_then(|at| code.instructions.get(at))
        .is_some_and(|unit| matches!(unit.op.to_base().unwrap_or(unit.op), Instruction::DeleteAttr { .. }))
}

fn in_delattr(error: &Py<PyBaseException>, vm: &VirtualMachine) -> bool {
    innermost_code(error, vm).is_some_and(|code| code.obj_name.as_str() == "__delattr__")
}

/// The traceback entry of the frame in which the exception was raised.
fn innermost(error: &Py<PyBaseException>) -> Option<PyRef<PyTraceback>> {
    let mut traceback: PyRef<PyTraceback> = error.__traceback__()?;
    loop {
        let next = traceback.next.lock().clone();
        match next {
            Some(next) => traceback = next,
            None => return Some(traceback),
        }
    }
}

/// The code in which the exception was raised.
fn innermost_code(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<PyRef<PyCode>> {
    let traceback = innermost(error)?;
    let frame = traceback.as_object().get_attr("tb_frame", vm).ok()?;
    frame.get_attr("f_code", vm).ok()?.downcast::<PyCode>().ok()
}

fn import_error(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix("No module named '") {
        let name = rest.split('\'').next().unwrap_or(rest);
        // Python 2 names the part of a dotted name that it did not find.
        let last = name.rsplit('.').next().unwrap_or(name);
        return Some(format!("No module named {last}"));
    }
    if let Some(rest) = text.strip_prefix("cannot import name '") {
        let name = rest.split('\'').next().unwrap_or(rest);
        return Some(format!("cannot import name {name}"));
    }
    None
}

fn value_error(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix("not enough values to unpack (expected ")
        && let Some((_, got)) = rest.trim_end_matches(')').split_once(", got ")
    {
        let plural = if got == "1" { "" } else { "s" };
        return Some(format!("need more than {got} value{plural} to unpack"));
    }
    if text.starts_with("too many values to unpack (expected ") {
        return Some("too many values to unpack".to_owned());
    }
    if let Some(shown) = between(text, "could not convert string to float: '", "'") {
        return Some(format!("could not convert string to float: {shown}"));
    }
    None
}
