//! The module `_strings`, on which `string` stands: its functions, and the placeholders of `string.Template`.

use rustpython_vm::builtins::{PyModule, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use super::functools_module::bind_function;
use crate::modules;
use crate::runtime::{attributes, dialect, text};

/// Functions that call the method of the same name with all their arguments: name, parameters after the string,
/// how many of them must be given, the defaults of the others.
const METHODS: &[(&str, &str, &[&str], usize)] = &[
    ("lower", "lower", &["s"], 1),
    ("upper", "upper", &["s"], 1),
    ("swapcase", "swapcase", &["s"], 1),
    ("capitalize", "capitalize", &["s"], 1),
    ("strip", "strip", &["s", "chars"], 1),
    ("lstrip", "lstrip", &["s", "chars"], 1),
    ("rstrip", "rstrip", &["s", "chars"], 1),
    ("split", "split", &["s", "sep", "maxsplit"], 1),
    ("splitfields", "split", &["s", "sep", "maxsplit"], 1),
    ("rsplit", "rsplit", &["s", "sep", "maxsplit"], 1),
    ("expandtabs", "expandtabs", &["s", "tabsize"], 1),
    ("replace", "replace", &["s", "old", "new", "maxreplace"], 3),
];

/// Functions that hand on whatever they get.
const ANY: &[(&str, usize)] =
    &[("index", 1), ("rindex", 1), ("count", 1), ("find", 1), ("rfind", 1), ("ljust", 2), ("rjust", 2), ("center", 2)];

fn method(string: &PyObjectRef, name: &'static str, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    attributes::read(string, vm.ctx.intern_str(name), vm)?.call(args, vm)
}

/// The arguments of a function that takes between `required` and all of the parameters, None where none is given.
fn bound(
    name: &str,
    parameters: &[&str],
    required: usize,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<Vec<Option<PyObjectRef>>> {
    let mut names = [""; 4];
    for (slot, parameter) in names.iter_mut().zip(parameters) {
        *slot = parameter;
    }
    let given = args.args.len() + args.kwargs.len();
    if args.args.len() > parameters.len() || given < required {
        let most = parameters.len();
        let bound = if required == most {
            "exactly"
        } else if given < required {
            "at least"
        } else {
            "at most"
        };
        let wanted = if given < required { required } else { most };
        let plural = if wanted == 1 { "" } else { "s" };
        return Err(vm.new_type_error(format!("{name}() takes {bound} {wanted} argument{plural} ({given} given)")));
    }
    Ok(bind_function(vm, name, names, required, args)?.into_iter().take(parameters.len()).collect())
}

fn join(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut parts = bound("join", &["words", "sep"], 1, args, vm)?.into_iter();
    let words = parts.next().flatten().unwrap_or_else(|| vm.ctx.none());
    let separator = parts.next().flatten().unwrap_or_else(|| vm.ctx.new_str(" ").into());
    method(&separator, "join", vec![words], vm)
}

/// `atoi`, `atol`, `atof`: the type called with the string.
fn number(name: &'static str, class: &'static str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let parameters: &[&str] = if class == "float" { &["s"] } else { &["s", "base"] };
    let mut parts: Vec<PyObjectRef> = bound(name, parameters, 1, args, vm)?.into_iter().flatten().collect();
    if class != "float" && parts.len() == 1 {
        parts.push(vm.ctx.new_int(10).into());
    }
    dialect::get(vm, class)?.call(parts, vm)
}

fn zfill(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut parts = bound("zfill", &["x", "width"], 2, args, vm)?.into_iter().flatten();
    let (Some(value), Some(width)) = (parts.next(), parts.next()) else { return Ok(vm.ctx.none()) };
    let value = if text::is_basestring(&value) { value } else { text::repr_object(vm, &value)? };
    method(&value, "zfill", vec![width], vm)
}

fn translate(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut parts = bound("translate", &["s", "table", "deletions"], 2, args, vm)?.into_iter();
    let string = parts.next().flatten().unwrap_or_else(|| vm.ctx.none());
    let table = parts.next().flatten().unwrap_or_else(|| vm.ctx.none());
    match parts.next().flatten() {
        Some(deletions) if deletions.clone().try_to_bool(vm)? => {
            method(&string, "translate", vec![table, deletions], vm)
        }
        deletions if vm.is_none(&table) => {
            let deletions = deletions.unwrap_or_else(|| vm.ctx.new_str("").into());
            method(&string, "translate", vec![table, deletions], vm)
        }
        // A unicode string makes the table unicode.
        _ if text::is_unicode(&string) => {
            let table = vm._add(&table, &text::new_unicode(vm, ""))?;
            method(&string, "translate", vec![table], vm)
        }
        _ => method(&string, "translate", vec![table], vm),
    }
}

fn capwords(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut parts = bound("capwords", &["s", "sep"], 1, args, vm)?.into_iter();
    let string = parts.next().flatten().unwrap_or_else(|| vm.ctx.none());
    let separator = parts.next().flatten().filter(|separator| !vm.is_none(separator));
    let words = method(&string, "split", vec![separator.clone().unwrap_or_else(|| vm.ctx.none())], vm)?;
    let words = vm.extract_elements_with(&words, |word| method(&word, "capitalize", Vec::new(), vm))?;
    let separator = match separator {
        Some(separator) if separator.clone().try_to_bool(vm)? => separator,
        _ => vm.ctx.new_str(" ").into(),
    };
    method(&separator, "join", vec![vm.ctx.new_list(words).into()], vm)
}

/// `maketrans(from, to)`.
fn maketrans(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    crate::runtime::arguments::count(vm, "maketrans", &args, 2, 2)?;
    let mut bytes = Vec::with_capacity(2);
    for (at, argument) in args.args.iter().enumerate() {
        if !text::is_basestring(argument) {
            let kind = crate::runtime::names::type_name_of(argument);
            let kind = if vm.is_none(argument) { "None".into() } else { kind };
            return Err(vm.new_type_error(format!(
                "maketrans() argument {} must be string or read-only character buffer, not {kind}",
                at + 1
            )));
        }
        bytes.push(text::str_of(vm, argument)?);
    }
    let [from, to] = bytes.as_slice() else { return Ok(vm.ctx.none()) };
    if from.len() != to.len() {
        return Err(vm.new_value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=u8::MAX).collect();
    for (from, to) in from.iter().zip(to) {
        if let Some(slot) = table.get_mut(usize::from(*from)) {
            *slot = *to;
        }
    }
    Ok(text::new_str(vm, &table))
}

// ---- templates -----------------------------------------------------------------------------------------------------

/// A part of a template with the delimiter `$` and the usual names.
enum Part<'a> {
    Text(&'a str),
    Dollar,
    /// The name, and the placeholder as it is written.
    Name(&'a str, &'a str),
    /// A `$` that starts nothing, at this place.
    Invalid(usize),
}

fn name_length(rest: &str) -> usize {
    let starts = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts { rest.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count() } else { 0 }
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        let whole = rest.get(before.len()..).unwrap_or_default();
        let length = name_length(after);
        let braced = after.strip_prefix('{').map_or(0, name_length);
        let (part, taken) = if after.starts_with('$') {
            (Part::Dollar, 1)
        } else if length > 0 {
            (Part::Name(after.get(..length).unwrap_or_default(), whole.get(..=length).unwrap_or_default()), length)
        } else if braced > 0 && after.get(braced + 1..).is_some_and(|end| end.starts_with('}')) {
            let name = after.get(1..=braced).unwrap_or_default();
            (Part::Name(name, whole.get(..braced + 3).unwrap_or_default()), braced + 2)
        } else {
            (Part::Invalid(template.len() - whole.len()), 0)
        };
        parts.push(part);
        rest = after.get(taken..).unwrap_or_default();
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// The error for a `$` at this place.
fn invalid(template: &str, at: usize, vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    let before = template.get(..=at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let (line, column) = (
        before.matches('\n').count() + 1,
        before.chars().count() - before.get(..line_start).unwrap_or_default().chars().count(),
    );
    vm.new_value_error(format!("Invalid placeholder in string: line {line}, col {column}"))
}

/// `substituted(template, mapping, lenient)`: a template of the usual form with its values; lenient ones leave what they
/// do not know.
fn substituted(template: PyObjectRef, mapping: PyObjectRef, lenient: bool, vm: &VirtualMachine) -> PyResult {
    let Some(source) = template.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error("expected string or buffer"));
    };
    let wide = text::is_unicode(&template);
    let native = |part: &str| if wide { text::new_unicode(vm, part) } else { vm.ctx.new_str(part).into() };
    let source = source.to_string_lossy();
    let mut pieces: Vec<PyObjectRef> = Vec::new();
    for part in parts(&source) {
        pieces.push(match part {
            Part::Text(part) => native(part),
            Part::Dollar => native("$"),
            Part::Name(name, written) => match mapping.get_item(&*native(name), vm) {
                Ok(value) if text::is_unicode(&value) => value,
                Ok(value) => text::str_object(vm, &value)?,
                Err(error) if lenient && error.fast_isinstance(vm.ctx.exceptions.key_error) => native(written),
                Err(error) => return Err(error),
            },
            Part::Invalid(_) if lenient => native("$"),
            Part::Invalid(at) => return Err(invalid(&source, at, vm)),
        });
    }
    method(&native(""), "join", vec![vm.ctx.new_list(pieces).into()], vm)
}

/// Makes the module `_strings`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_strings");
    for (name, called, parameters, required) in METHODS {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            let mut parts = bound(name, parameters, *required, args, vm)?.into_iter();
            let string = parts.next().flatten().unwrap_or_else(|| vm.ctx.none());
            let mut given: Vec<Option<PyObjectRef>> = parts.collect();
            while given.last().is_some_and(Option::is_none) {
                given.pop();
            }
            let given = given.into_iter().map(|part| part.unwrap_or_else(|| vm.ctx.none())).collect();
            method(&string, called, given, vm)
        });
    }
    for (name, required) in ANY {
        modules::set_function(vm, &module, name, move |mut args: FuncArgs, vm: &VirtualMachine| {
            let given = args.args.len();
            if given < *required {
                let plural = if *required == 1 { "" } else { "s" };
                return Err(
                    vm.new_type_error(format!("{name}() takes at least {required} argument{plural} ({given} given)"))
                );
            }
            let string = args.take_positional().unwrap_or_else(|| vm.ctx.none());
            method(&string, name, args.args, vm)
        });
    }
    for (name, class) in [("atoi", "int"), ("atol", "long"), ("atof", "float")] {
        modules::set_function(vm, &module, name, move |args: FuncArgs, vm: &VirtualMachine| {
            number(name, class, args, vm)
        });
    }
    modules::set_function(vm, &module, "join", join);
    modules::set_function(vm, &module, "joinfields", join);
    modules::set_function(vm, &module, "zfill", zfill);
    modules::set_function(vm, &module, "translate", translate);
    modules::set_function(vm, &module, "capwords", capwords);
    modules::set_function(vm, &module, "maketrans", maketrans);
    modules::set_function(vm, &module, "_substituted", substituted);
    module
}
