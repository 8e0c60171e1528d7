//! The module `_bridge`, for embedded Python 2 modules that stand on the machine's own (Python 3) library.
//!
//! `library(name)` imports a module of that library. `wrap(function)` makes a function that passes strings on as
//! Python 3 `bytes` and gives bytes in the result back as `str`; `native(value)` does the latter to any value.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyBytes, PyDict, PyDictRef, PyList, PyModule, PyStr, PyTuple};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

use crate::modules::{self, bridge_types};
use crate::runtime::text;

/// Deeper results are passed on as they are.
const MAX_DEPTH: usize = 20;

/// A module of the machine's own library.
fn library(name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = text::text_of(vm, &name)?.unwrap_or_default();
    let module = vm.import_func.call((vm.ctx.new_str(name.as_str()),), vm)?;
    // `import a.b` gives a; the rest is found along the dots.
    name.split('.').skip(1).try_fold(module, |module, part| module.get_attr(vm.ctx.intern_str(part), vm))
}

/// An argument as Python 3 code expects it: strings as bytes.
fn foreign(vm: &VirtualMachine, value: PyObjectRef) -> PyObjectRef {
    match text::bytes_of(&value) {
        Some(bytes) => vm.ctx.new_bytes(bytes).into(),
        None => match value.downcast_ref::<PyStr>() {
            Some(unicode) => vm.ctx.new_bytes(unicode.as_wtf8().as_bytes().to_vec()).into(),
            None => value,
        },
    }
}

/// A result as Python 2 code expects it: bytes as `str`, text that is not ASCII as unicode; containers inside out.
pub fn native(vm: &VirtualMachine, value: PyObjectRef, depth: usize) -> PyResult {
    if let Some(bytes) = value.downcast_ref::<PyBytes>() {
        return Ok(text::new_str(vm, bytes.as_bytes()));
    }
    if let Some(string) = value.downcast_ref::<PyStr>() {
        if text::is_unicode(&value) || string.kind().is_ascii() {
            return Ok(value);
        }
        return Ok(text::new_unicode_wtf8(vm, string.as_wtf8()));
    }
    if depth > MAX_DEPTH {
        return Ok(value);
    }
    if let Some(tuple) = value.downcast_ref::<PyTuple>().filter(|_| value.class().is(vm.ctx.types.tuple_type)) {
        let items = tuple.as_slice().iter().map(|item| native(vm, item.clone(), depth + 1));
        return Ok(vm.ctx.new_tuple(items.collect::<PyResult<_>>()?).into());
    }
    if let Some(list) = value.downcast_ref::<PyList>() {
        let items = list.borrow_vec().to_vec();
        let items = items.into_iter().map(|item| native(vm, item, depth + 1)).collect::<PyResult<Vec<_>>>()?;
        return Ok(vm.ctx.new_list(items).into());
    }
    if let Some(dict) = value.downcast_ref::<PyDict>().filter(|_| value.class().is(vm.ctx.types.dict_type)) {
        let converted = vm.ctx.new_dict();
        let entries: PyDictRef = dict.to_owned();
        for (key, item) in entries {
            converted.set_item(&*native(vm, key, depth + 1)?, native(vm, item, depth + 1)?, vm)?;
        }
        return Ok(converted.into());
    }
    Ok(value)
}

/// A function that converts what goes in and what comes out.
fn wrap(function: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let converted = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let positional: Vec<PyObjectRef> = args.args.into_iter().map(|value| foreign(vm, value)).collect();
        let mut passed = FuncArgs::from(positional);
        for (name, value) in args.kwargs {
            passed.kwargs.insert(name, foreign(vm, value));
        }
        native(vm, function.call(passed, vm)?, 0)
    };
    vm.new_function("wrapped", converted).into()
}

/// A function of the machine's `os` whose arguments are paths: byte strings go in as bytes, so that the names on disk
/// are met byte for byte, and bytes come back as `str`. A unicode argument makes unicode results.
fn paths(function: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = function.get_attr("__name__", vm)?.str(vm)?.to_string();
    let shown: &'static str = vm.ctx.intern_str(name).as_str();
    let converted = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
        let mut unicode = false;
        let mut passed = FuncArgs::default();
        for value in args.args {
            unicode |= text::is_unicode(&value);
            passed.args.push(if text::is_str(&value) { foreign(vm, value) } else { value });
        }
        for (name, value) in args.kwargs {
            passed.kwargs.insert(name, if text::is_str(&value) { foreign(vm, value) } else { value });
        }
        for (at, value) in passed.args.iter().enumerate() {
            refuse_null(vm, &function, at, value)?;
        }
        if passed.args.first().is_some_and(|first| vm.is_none(first)) {
            return Err(vm.new_type_error("coercing to Unicode: need string or buffer, NoneType found"));
        }
        match function.call(passed, vm) {
            Ok(result) if unicode => Ok(unicode_paths(vm, result)),
            Ok(result) => native(vm, result, 0),
            Err(error) => {
                native_filenames(vm, &error)?;
                Err(error)
            }
        }
    };
    Ok(vm.new_function(shown, converted).into())
}

/// `builtin(name, function)`: a function of Python code as one made in C, which does not become a method in a class.
fn builtin(name: PyObjectRef, function: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let shown: &'static str = vm.ctx.intern_str(text::text_of(vm, &name)?.unwrap_or_default()).as_str();
    Ok(vm.new_function(shown, move |args: FuncArgs, vm: &VirtualMachine| function.call(args, vm)).into())
}

/// Refuses a path that a NUL would end.
fn refuse_null(vm: &VirtualMachine, function: &PyObject, at: usize, value: &PyObject) -> PyResult<()> {
    let kind = match (value.downcast_ref::<PyBytes>(), value.downcast_ref::<PyStr>()) {
        (Some(bytes), _) if bytes.as_bytes().contains(&0) => "str",
        (None, Some(text)) if text.as_wtf8().as_bytes().contains(&0) => "unicode",
        _ => return Ok(()),
    };
    let name = function.get_attr("__name__", vm)?.str(vm)?.to_string();
    let name = if name == "unlink" { "remove".to_owned() } else { name };
    let encoded = if matches!(name.as_str(), "putenv" | "unsetenv") { "" } else { "encoded " };
    let message = format!("{name}() argument {} must be {encoded}string without null bytes, not {kind}", at + 1);
    Err(vm.new_type_error(message))
}

/// A path or a list of paths as unicode.
fn unicode_paths(vm: &VirtualMachine, result: PyObjectRef) -> PyObjectRef {
    if let Some(list) = result.downcast_ref::<PyList>() {
        let items = list.borrow_vec().iter().map(|item| unicode_paths(vm, item.clone())).collect();
        return vm.ctx.new_list(items).into();
    }
    match result.downcast_ref::<PyStr>() {
        Some(path) if !text::is_unicode(&result) => text::new_unicode_wtf8(vm, path.as_wtf8()),
        _ => result,
    }
}

/// Text of the machine's library as unicode; all else as it is.
fn text_as_unicode(value: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    unicode_paths(vm, value)
}

/// The file names that an error holds, as `str`.
fn native_filenames(vm: &VirtualMachine, error: &PyBaseExceptionRef) -> PyResult<()> {
    for name in ["filename", "filename2"] {
        let Some(value) = vm.get_attribute_opt(error.as_object(), name)? else { continue };
        if let Some(bytes) = value.downcast_ref::<PyBytes>() {
            error.as_object().set_attr(name, text::new_str(vm, bytes.as_bytes()), vm)?;
        }
    }
    Ok(())
}

/// The environment of the process.
fn environment(vm: &VirtualMachine) -> PyResult {
    let dict = vm.ctx.new_dict();
    for (name, value) in std::env::vars_os() {
        let name = text::new_str(vm, name.as_encoded_bytes());
        dict.set_item(&*name, text::new_str(vm, value.as_encoded_bytes()), vm)?;
    }
    Ok(dict.into())
}

/// Makes the module `_bridge`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_bridge");
    let parts: [(&str, PyObjectRef); 7] = [
        ("text", vm.new_function("text", text_as_unicode).into()),
        ("foreign", vm.new_function("foreign", |value: PyObjectRef, vm: &VirtualMachine| foreign(vm, value)).into()),
        ("environment", vm.new_function("environment", environment).into()),
        ("paths", vm.new_function("paths", paths).into()),
        ("library", vm.new_function("library", library).into()),
        ("wrap", vm.new_function("wrap", wrap).into()),
        ("native", vm.new_function("native", |value: PyObjectRef, vm: &VirtualMachine| native(vm, value, 0)).into()),
    ];
    modules::set_function(vm, &module, "builtin", builtin);
    modules::set_function(vm, &module, "adopt", bridge_types::adopt);
    modules::set_function(vm, &module, "struct_time", bridge_types::struct_time);
    for (name, value) in parts {
        modules::set(vm, &module, name, value);
    }
    module
}
