//! `RawConfigParser`: sections of options whose values are taken as they are.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

use crate::modules::objects::{self, call, contains, error, format, get, global, item_opt, items, set};
use crate::modules::python_function::{Body, Function, Given, Home, function, with_defaults};
use crate::runtime::{arguments, dialect, text};

/// The section of the defaults.
pub const DEFAULT: &str = "DEFAULT";

/// The methods of `RawConfigParser`.
pub const RAW: &[Function] = &[
    with_defaults(
        "__init__",
        &["self", "defaults", "dict_type", "allow_no_value"],
        // The dictionary type is collections.OrderedDict.
        &[Given::None, Given::None, Given::Bool(false)],
        Body::Run(init),
    ),
    function("defaults", &["self"], Body::Run(|_, values, vm| own(values, "_defaults", vm))),
    function("sections", &["self"], Body::Run(|_, values, vm| call(vm, &*own(values, "_sections", vm)?, "keys", ()))),
    function("add_section", &["self", "section"], Body::Run(add_section)),
    function("has_section", &["self", "section"], Body::Run(has_section)),
    function("options", &["self", "section"], Body::Run(options)),
    function("read", &["self", "filenames"], Body::Run(read)),
    with_defaults("readfp", &["self", "fp", "filename"], &[Given::None], Body::Run(readfp)),
    function("get", &["self", "section", "option"], Body::Run(get_raw)),
    function("items", &["self", "section"], Body::Run(items_raw)),
    function("_get", &["self", "section", "conv", "option"], Body::Run(converted)),
    function("getint", &["self", "section", "option"], Body::Run(getint)),
    function("getfloat", &["self", "section", "option"], Body::Run(getfloat)),
    function("getboolean", &["self", "section", "option"], Body::Run(getboolean)),
    function("optionxform", &["self", "optionstr"], Body::Run(optionxform)),
    function("has_option", &["self", "section", "option"], Body::Run(has_option)),
    with_defaults("set", &["self", "section", "option", "value"], &[Given::None], Body::Run(set_raw)),
    function("write", &["self", "fp"], Body::Run(write)),
    function("remove_option", &["self", "section", "option"], Body::Run(remove_option)),
    function("remove_section", &["self", "section"], Body::Run(remove_section)),
    function("_read", &["self", "fp", "fpname"], Body::Run(super::reader::read)),
];

/// An attribute of `self`.
fn own(values: &[PyObjectRef], name: &'static str, vm: &VirtualMachine) -> PyResult {
    match values.first() {
        Some(this) => get(vm, this, name),
        None => Ok(vm.ctx.none()),
    }
}

/// Whether a section is the one of the defaults.
pub fn is_default(home: &Home, section: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    vm.bool_eq(section, &*global(vm, home, "DEFAULTSECT")?)
}

/// The name of an option as the parser keeps it.
pub fn option_name(vm: &VirtualMachine, this: &PyObject, option: &PyObjectRef) -> PyResult {
    call(vm, this, "optionxform", (option.clone(),))
}

/// NoSectionError.
pub fn no_section(vm: &VirtualMachine, home: &Home, section: &PyObjectRef) -> PyBaseExceptionRef {
    error(vm, home, "NoSectionError", vec![section.clone()])
}

/// NoOptionError.
pub fn no_option(vm: &VirtualMachine, home: &Home, option: &PyObjectRef, section: &PyObjectRef) -> PyBaseExceptionRef {
    error(vm, home, "NoOptionError", vec![option.clone(), section.clone()])
}

/// The defaults and what is in the section, without `__name__`, as a dictionary of the parser's type.
pub fn merged(home: &Home, this: &PyObject, section: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let found = item_opt(vm, &*get(vm, this, "_sections")?, section)?;
    let defaults = get(vm, this, "_defaults")?;
    if found.is_none() && !is_default(home, section, vm)? {
        return Err(no_section(vm, home, section));
    }
    let all = call(vm, &defaults, "copy", ())?;
    if let Some(found) = found {
        call(vm, &all, "update", (found,))?;
    }
    Ok(all)
}

/// Removes `__name__`.
fn without_name(vm: &VirtualMachine, options: &PyObject) -> PyResult<()> {
    let name = vm.ctx.new_str("__name__");
    if contains(vm, options, name.as_object())? {
        options.del_item(name.as_object(), vm)?;
    }
    Ok(())
}

fn init(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, defaults, dict_type, no_value] = values else { return Ok(vm.ctx.none()) };
    let dict_type = if vm.is_none(dict_type) { global(vm, home, "_default_dict")? } else { dict_type.clone() };
    set(vm, this, "_dict", dict_type.clone())?;
    set(vm, this, "_sections", dict_type.call((), vm)?)?;
    let own_defaults = dict_type.call((), vm)?;
    set(vm, this, "_defaults", own_defaults.clone())?;
    let pattern = if no_value.clone().try_to_bool(vm)? { "OPTCRE_NV" } else { "OPTCRE" };
    set(vm, this, "_optcre", get(vm, this, pattern)?)?;
    if defaults.clone().try_to_bool(vm)? {
        for (key, value) in items(vm, defaults)? {
            own_defaults.set_item(&*option_name(vm, this, &key)?, value, vm)?;
        }
    }
    Ok(vm.ctx.none())
}

fn add_section(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section] = values else { return Ok(vm.ctx.none()) };
    let lower = call(vm, section, "lower", ())?;
    if vm.bool_eq(&lower, vm.ctx.new_str("default").as_object())? {
        return Err(value_error(vm, "Invalid section name: %s", section)?);
    }
    let sections = get(vm, this, "_sections")?;
    if contains(vm, &sections, section)? {
        return Err(error(vm, home, "DuplicateSectionError", vec![section.clone()]));
    }
    let made = call(vm, this, "_dict", ())?;
    sections.set_item(&**section, made, vm)?;
    Ok(vm.ctx.none())
}

/// ValueError with a value in its text.
pub fn value_error(vm: &VirtualMachine, words: &str, value: &PyObjectRef) -> PyResult<PyBaseExceptionRef> {
    let message = format(vm, words, vec![value.clone()])?;
    Ok(vm.new_exception(vm.ctx.exceptions.value_error.to_owned(), vec![message]))
}

fn has_section(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section] = values else { return Ok(vm.ctx.none()) };
    Ok(vm.ctx.new_bool(contains(vm, &*get(vm, this, "_sections")?, section)?).into())
}

fn options(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section] = values else { return Ok(vm.ctx.none()) };
    let Some(found) = item_opt(vm, &*get(vm, this, "_sections")?, section)? else {
        return Err(no_section(vm, home, section));
    };
    let found = call(vm, &found, "copy", ())?;
    call(vm, &found, "update", (get(vm, this, "_defaults")?,))?;
    without_name(vm, &found)?;
    call(vm, &found, "keys", ())
}

fn read(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, names] = values else { return Ok(vm.ctx.none()) };
    let names = match text::is_basestring(names) {
        true => vec![names.clone()],
        false => vm.extract_elements_with(names, Ok)?,
    };
    let (open, missing) = (dialect::get(vm, "open")?, dialect::get(vm, "IOError")?);
    let mut done = Vec::new();
    for name in names {
        let file = match open.call((name.clone(),), vm) {
            Ok(file) => file,
            Err(error) if error.as_object().is_instance(&missing, vm)? => continue,
            Err(error) => return Err(error),
        };
        call(vm, this, "_read", (file.clone(), name.clone()))?;
        call(vm, &file, "close", ())?;
        done.push(name);
    }
    Ok(vm.ctx.new_list(done).into())
}

fn readfp(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, file, name] = values else { return Ok(vm.ctx.none()) };
    let name = match vm.is_none(name) {
        true => vm.get_attribute_opt(file, "name")?.unwrap_or_else(|| vm.ctx.new_str("<???>").into()),
        false => name.clone(),
    };
    call(vm, this, "_read", (file.clone(), name))?;
    Ok(vm.ctx.none())
}

fn get_raw(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option] = values else { return Ok(vm.ctx.none()) };
    let name = option_name(vm, this, option)?;
    let sections = get(vm, this, "_sections")?;
    if contains(vm, &sections, section)? {
        let options = sections.get_item(&**section, vm)?;
        if contains(vm, &options, &name)? {
            return options.get_item(&*name, vm);
        }
    } else if !is_default(home, section, vm)? {
        return Err(no_section(vm, home, section));
    }
    let defaults = get(vm, this, "_defaults")?;
    if contains(vm, &defaults, &name)? {
        return defaults.get_item(&*name, vm);
    }
    Err(no_option(vm, home, option, section))
}

fn items_raw(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section] = values else { return Ok(vm.ctx.none()) };
    let all = merged(home, this, section, vm)?;
    without_name(vm, &all)?;
    call(vm, &all, "items", ())
}

fn converted(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, convert, option] = values else { return Ok(vm.ctx.none()) };
    convert.call((call(vm, this, "get", (section.clone(), option.clone()))?,), vm)
}

fn through(values: &[PyObjectRef], class: &'static str, vm: &VirtualMachine) -> PyResult {
    let [this, section, option] = values else { return Ok(vm.ctx.none()) };
    let class = dialect::get(vm, class)?;
    call(vm, this, "_get", (section.clone(), class, option.clone()))
}

fn getint(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    through(values, "int", vm)
}

fn getfloat(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    through(values, "float", vm)
}

fn getboolean(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option] = values else { return Ok(vm.ctx.none()) };
    let value = call(vm, this, "get", (section.clone(), option.clone()))?;
    let states = get(vm, this, "_boolean_states")?;
    let lower = call(vm, &value, "lower", ())?;
    if !contains(vm, &states, &lower)? {
        return Err(value_error(vm, "Not a boolean: %s", &value)?);
    }
    states.get_item(&*lower, vm)
}

fn optionxform(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    match values {
        [_, option] => call(vm, option, "lower", ()),
        _ => Ok(vm.ctx.none()),
    }
}

fn has_option(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option] = values else { return Ok(vm.ctx.none()) };
    let defaults = get(vm, this, "_defaults")?;
    if !section.clone().try_to_bool(vm)? || is_default(home, section, vm)? {
        let name = option_name(vm, this, option)?;
        return Ok(vm.ctx.new_bool(contains(vm, &defaults, &name)?).into());
    }
    let sections = get(vm, this, "_sections")?;
    if !contains(vm, &sections, section)? {
        return Ok(vm.ctx.new_bool(false).into());
    }
    let name = option_name(vm, this, option)?;
    let found = contains(vm, &*sections.get_item(&**section, vm)?, &name)? || contains(vm, &defaults, &name)?;
    Ok(vm.ctx.new_bool(found).into())
}

/// The options of a section that may be the defaults.
fn target(home: &Home, this: &PyObject, section: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    if !section.clone().try_to_bool(vm)? || is_default(home, section, vm)? {
        return get(vm, this, "_defaults");
    }
    item_opt(vm, &*get(vm, this, "_sections")?, section)?.ok_or_else(|| no_section(vm, home, section))
}

/// `set(self, section, option, value=None)`.
pub fn set_raw(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option, value] = values else { return Ok(vm.ctx.none()) };
    let target = target(home, this, section, vm)?;
    target.set_item(&*option_name(vm, this, option)?, value.clone(), vm)?;
    Ok(vm.ctx.none())
}

/// `name = value`, with further lines indented.
fn line(vm: &VirtualMachine, key: &PyObjectRef, value: &PyObjectRef) -> PyResult {
    let value = text::str_object(vm, value)?;
    let value = call(vm, &value, "replace", (vm.ctx.new_str("\n"), vm.ctx.new_str("\n\t")))?;
    let parts = vm.ctx.new_list(vec![key.clone(), value]);
    vm.call_method(vm.ctx.new_str(" = ").as_object(), "join", (parts,))
}

fn write(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, file] = values else { return Ok(vm.ctx.none()) };
    let put = |words: &str, value: PyObjectRef| -> PyResult<()> {
        call(vm, file, "write", (format(vm, words, vec![value])?,)).map(drop)
    };
    let defaults = get(vm, this, "_defaults")?;
    if defaults.clone().try_to_bool(vm)? {
        put("[%s]\n", global(vm, home, "DEFAULTSECT")?)?;
        for (key, value) in items(vm, &defaults)? {
            let value = text::str_object(vm, &value)?;
            let value = call(vm, &value, "replace", (vm.ctx.new_str("\n"), vm.ctx.new_str("\n\t")))?;
            call(vm, file, "write", (format(vm, "%s = %s\n", vec![key, value])?,))?;
        }
        call(vm, file, "write", (vm.ctx.new_str("\n"),))?;
    }
    let sections = get(vm, this, "_sections")?;
    let valueless = !get(vm, this, "_optcre")?.is(&get(vm, this, "OPTCRE")?);
    for section in vm.extract_elements_with(&sections, Ok)? {
        put("[%s]\n", section.clone())?;
        for (key, value) in items(vm, &*sections.get_item(&*section, vm)?)? {
            if arguments::plain(&key) == Some("__name__") {
                continue;
            }
            let shown = if vm.is_none(&value) && valueless { key } else { line(vm, &key, &value)? };
            put("%s\n", shown)?;
        }
        call(vm, file, "write", (vm.ctx.new_str("\n"),))?;
    }
    Ok(vm.ctx.none())
}

fn remove_option(home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section, option] = values else { return Ok(vm.ctx.none()) };
    let target = target(home, this, section, vm)?;
    let name = option_name(vm, this, option)?;
    let existed = contains(vm, &target, &name)?;
    if existed {
        target.del_item(&*name, vm)?;
    }
    Ok(vm.ctx.new_bool(existed).into())
}

fn remove_section(_home: &Home, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult {
    let [this, section] = values else { return Ok(vm.ctx.none()) };
    let sections = objects::get(vm, this, "_sections")?;
    let existed = contains(vm, &sections, section)?;
    if existed {
        sections.del_item(&**section, vm)?;
    }
    Ok(vm.ctx.new_bool(existed).into())
}
