//! `ConfigParser` and `SafeConfigParser`: values in which `%(name)s` stands for another option.

use rustpython_vm::builtins::PyList;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::options::{is_default, merged, no_option, no_section, option_name};
use crate::modules::objects::{call, contains, error, format, get, global, item_opt, items, set};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{arguments, text};

/// The methods of `ConfigParser`.
pub const PLAIN: &[Function] = &[
    with_defaults(
        "get",
        &["self", "section", "option", "raw", "vars"],
        &[Given::Bool(false), Given::None],
        Body::Run(get_value),
    ),
    with_defaults(
        "items",
        &["self", "section", "raw", "vars"],
        &[Given::Bool(false), Given::None],
        Body::Run(all_items),
    ),
    function("_interpolate", &["self", "section", "option", "rawval", "vars"], Body::Run(interpolate)),
    function("_interpolation_replace", &["self", "match"], Body::Run(replace)),
];

/// The methods of `SafeConfigParser`.
pub const SAFE: &[Function] = &[
    function("_interpolate", &["self", "section", "option", "rawval", "vars"], Body::Run(interpolate_safely)),
    function(
        "_interpolate_some",
        &["self", "option", "accum", "rest", "section", "map", "depth"],
        Body::Run(interpolate_some),
    ),
    with_defaults("set", &["self", "section", "option", "value"], &[Given::None], Body::Run(set_safely)),
];

/// The methods of `_Chainmap`, which looks a name up in one mapping after the other.
pub const CHAIN: &[Function] = &[
    Function {
        name: "__init__",
        parameters: &["self"],
        defaults: &[],
        body: Body::Raw(|_, args, vm| {
            if let Some((this, maps)) = args.args.split_first() {
                set(vm, this, "_maps", vm.ctx.new_tuple(maps.to_vec()))?;
            }
            Ok(vm.ctx.none())
        }),
    },
    function("__getitem__", &["self", "key"], Body::Run(chain_item)),
    function("keys", &["self"], Body::Run(chain_keys)),
];

fn maps(this: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    get(vm, this, "_maps")?.try_to_value(vm)
}

fn chain_item(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, key] = values else { return Ok(vm.ctx.none()) };
    for mapping in maps(this, vm)? {
        if let Some(value) = item_opt(vm, &mapping, key)? {
            return Ok(value);
        }
    }
    Err(vm.new_key_error(key.clone()))
}

fn chain_keys(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let Some(this) = values.first() else { return Ok(vm.ctx.none()) };
    let (seen, mut keys) = (vm.ctx.new_dict(), Vec::new());
    for mapping in maps(this, vm)? {
        for key in vm.extract_elements_with(&mapping, Ok)? {
            if !contains(vm, seen.as_object(), &key)? {
                seen.set_item(&*key, vm.ctx.none(), vm)?;
                keys.push(key);
            }
        }
    }
    Ok(vm.ctx.new_list(keys).into())
}

fn get_value(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option, raw, vars] = values else { return Ok(vm.ctx.none()) };
    let found = item_opt(vm, &*get(vm, this, "_sections")?, section)?;
    if found.is_none() && !is_default(home, section, vm)? {
        return Err(no_section(vm, home, section));
    }
    let found = found.unwrap_or_else(|| vm.ctx.new_dict().into());
    let given = vm.ctx.new_dict();
    if vars.clone().try_to_bool(vm)? {
        for (key, value) in items(vm, vars)? {
            given.set_item(&*option_name(vm, this, &key)?, value, vm)?;
        }
    }
    let defaults = get(vm, this, "_defaults")?;
    let name = option_name(vm, this, option)?;
    let places: [PyObjectRef; 3] = [given.into(), found, defaults];
    let mut value = None;
    for place in &places {
        value = item_opt(vm, place, &name)?;
        if value.is_some() {
            break;
        }
    }
    // CPython names the option as it is kept, not as it was asked for.
    let Some(value) = value else { return Err(no_option(vm, home, &name, section)) };
    if vm.is_none(&value) || raw.clone().try_to_bool(vm)? {
        return Ok(value);
    }
    let chain = global(vm, home, "_Chainmap")?.call(places.to_vec(), vm)?;
    call(vm, this, "_interpolate", (section.clone(), name, value, chain))
}

fn all_items(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, raw, vars] = values else { return Ok(vm.ctx.none()) };
    let all = merged(home, this, section, vm)?;
    if vars.clone().try_to_bool(vm)? {
        for (key, value) in items(vm, vars)? {
            all.set_item(&*option_name(vm, this, &key)?, value, vm)?;
        }
    }
    let raw = raw.clone().try_to_bool(vm)?;
    let names = call(vm, &all, "keys", ())?;
    let mut pairs = Vec::new();
    for name in vm.extract_elements_with(&names, Ok)? {
        if arguments::plain(&name) == Some("__name__") {
            continue;
        }
        let mut value = all.get_item(&*name, vm)?;
        if !raw {
            value = call(vm, this, "_interpolate", (section.clone(), name.clone(), value, all.clone()))?;
        }
        pairs.push(vm.ctx.new_tuple(vec![name, value]).into());
    }
    Ok(vm.ctx.new_list(pairs).into())
}

fn refers(vm: &VirtualMachine, value: &PyObjectRef) -> PyResult<bool> {
    Ok(value.clone().try_to_bool(vm)? && contains(vm, value, vm.ctx.new_str("%(").as_object())?)
}

fn deepest(home: &Home, vm: &VirtualMachine) -> PyResult<i64> {
    global(vm, home, "MAX_INTERPOLATION_DEPTH")?.try_to_value(vm)
}

fn interpolate(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option, raw, vars] = values else { return Ok(vm.ctx.none()) };
    let mut value = raw.clone();
    for _ in 0..deepest(home, vm)? {
        if !refers(vm, &value)? {
            break;
        }
        let pattern = get(vm, this, "_KEYCRE")?;
        value = call(vm, &pattern, "sub", (get(vm, this, "_interpolation_replace")?, value))?;
        value = match vm._mod(&value, vars) {
            Ok(value) => value,
            Err(missing) if missing.fast_isinstance(vm.ctx.exceptions.key_error) => {
                let name = missing.args().first().cloned().unwrap_or_else(|| vm.ctx.none());
                let args = vec![option.clone(), section.clone(), raw.clone(), name];
                return Err(error(vm, home, "InterpolationMissingOptionError", args));
            }
            Err(other) => return Err(other),
        };
    }
    if refers(vm, &value)? {
        let args = vec![option.clone(), section.clone(), raw.clone()];
        return Err(error(vm, home, "InterpolationDepthError", args));
    }
    Ok(value)
}

fn replace(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, found] = values else { return Ok(vm.ctx.none()) };
    let name = call(vm, found, "group", (vm.ctx.new_int(1),))?;
    if vm.is_none(&name) {
        return call(vm, found, "group", ());
    }
    format(vm, "%%(%s)s", vec![option_name(vm, this, &name)?])
}

fn interpolate_safely(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option, raw, vars] = values else { return Ok(vm.ctx.none()) };
    let parts: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
    let one = vm.ctx.new_int(1);
    call(
        vm,
        this,
        "_interpolate_some",
        (option.clone(), parts.clone(), raw.clone(), section.clone(), vars.clone(), one),
    )?;
    vm.call_method(vm.ctx.new_str("").as_object(), "join", (parts,))
}

fn interpolate_some(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, option, parts, rest, section, vars, depth] = values else { return Ok(vm.ctx.none()) };
    let depth: i64 = depth.try_to_value(vm)?;
    if depth > deepest(home, vm)? {
        let args = vec![option.clone(), section.clone(), rest.clone()];
        return Err(error(vm, home, "InterpolationDepthError", args));
    }
    let push = |part: PyObjectRef| -> PyResult<()> {
        match parts.downcast_ref::<PyList>() {
            Some(list) => list.borrow_vec_mut().push(part),
            None => drop(call(vm, parts, "append", (part,))?),
        }
        Ok(())
    };
    let from = |text: &PyObject, start: usize, end: Option<usize>| -> PyResult {
        let end: Option<PyObjectRef> = end.map(|end| vm.ctx.new_int(end).into());
        let slice = rustpython_vm::builtins::PySlice {
            start: Some(vm.ctx.new_int(start).into()),
            stop: end.unwrap_or_else(|| vm.ctx.none()),
            step: None,
        };
        text.get_item(slice.into_ref(&vm.ctx).as_object(), vm)
    };
    let syntax = |words: &str, value: PyObjectRef| -> PyResult<PyObjectRef> {
        let message = format(vm, words, vec![value])?;
        Err(error(vm, home, "InterpolationSyntaxError", vec![option.clone(), section.clone(), message]))
    };
    let mut rest = rest.clone();
    while rest.clone().try_to_bool(vm)? {
        let at: i64 = call(vm, &rest, "find", (vm.ctx.new_str("%"),))?.try_to_value(vm)?;
        let Ok(at) = usize::try_from(at) else { return push(rest).map(|()| vm.ctx.none()) };
        if at > 0 {
            push(from(&rest, 0, Some(at))?)?;
            rest = from(&rest, at, None)?;
        }
        let sign = from(&rest, 1, Some(2))?;
        if arguments::plain(&sign) == Some("%") {
            push(vm.ctx.new_str("%").into())?;
            rest = from(&rest, 2, None)?;
        } else if arguments::plain(&sign) == Some("(") {
            let found = call(vm, &*get(vm, this, "_interpvar_re")?, "match", (rest.clone(),))?;
            if vm.is_none(&found) {
                return syntax("bad interpolation variable reference %r", rest);
            }
            let name = call(vm, &found, "group", (vm.ctx.new_int(1),))?;
            let name = option_name(vm, this, &name)?;
            let end: usize = call(vm, &found, "end", ())?.try_to_value(vm)?;
            rest = from(&rest, end, None)?;
            let Some(value) = item_opt(vm, vars, &name)? else {
                let args = vec![option.clone(), section.clone(), rest, name];
                return Err(error(vm, home, "InterpolationMissingOptionError", args));
            };
            if contains(vm, &value, vm.ctx.new_str("%").as_object())? {
                let next = vm.ctx.new_int(depth + 1);
                let args = (option.clone(), parts.clone(), value, section.clone(), vars.clone(), next);
                call(vm, this, "_interpolate_some", args)?;
            } else {
                push(value)?;
            }
        } else {
            return syntax("'%%' must be followed by '%%' or '(', found: %r", rest);
        }
    }
    Ok(vm.ctx.none())
}

fn set_safely(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, _, _, value] = values else { return Ok(vm.ctx.none()) };
    let needed = get(vm, this, "_optcre")?.is(&get(vm, this, "OPTCRE")?);
    if (needed || value.clone().try_to_bool(vm)?) && !text::is_basestring(value) {
        return Err(vm.new_type_error("option values must be strings"));
    }
    if !vm.is_none(value) {
        let plain = call(vm, value, "replace", (vm.ctx.new_str("%%"), vm.ctx.new_str("")))?;
        let plain = call(vm, &*get(vm, this, "_interpvar_re")?, "sub", (vm.ctx.new_str(""), plain))?;
        let at = call(vm, &plain, "find", (vm.ctx.new_str("%"),))?;
        if at.try_to_value::<i64>(vm)? >= 0 {
            let words = "invalid interpolation syntax in %r at position %d";
            let message = format(vm, words, vec![value.clone(), at])?;
            return Err(vm.new_exception(vm.ctx.exceptions.value_error.to_owned(), vec![message]));
        }
    }
    super::options::set_raw(home, values, vm)
}
