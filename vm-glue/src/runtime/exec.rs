//! Code that makes code: `exec`, `eval`, `compile`, `execfile`, `input`.

use rustpython_vm::builtins::{PyCode, PyDict, PyDictRef, PyStr, PyTupleRef};
use rustpython_vm::frame::FrameObjectRef;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::scope::Scope;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use super::namespaces::Namespace;
use super::{dialect, frames, intrinsics, names, source, text};
use crate::code;
use crate::modules::syntax_tree;
use crate::syntax::{FutureFlags, Mode, SourceRules, SourceText};

/// CPython 2.7's compiler flags, as `compile()` takes them.
const CO_FUTURE_DIVISION: i64 = 0x2000;
const CO_FUTURE_ABSOLUTE_IMPORT: i64 = 0x4000;
const CO_FUTURE_PRINT_FUNCTION: i64 = 0x10000;
const CO_FUTURE_UNICODE_LITERALS: i64 = 0x20000;
const PYCF_DONT_IMPLY_DEDENT: i64 = 0x200;
const PYCF_ONLY_AST: i64 = 0x400;
const KNOWN_FLAGS: i64 = 0x1 | 0x2 | 0x10 // accepted without effect: nested scopes and generators
    | 0x1000 | 0x8000 | CO_FUTURE_DIVISION | CO_FUTURE_ABSOLUTE_IMPORT | CO_FUTURE_PRINT_FUNCTION
    | CO_FUTURE_UNICODE_LITERALS | PYCF_DONT_IMPLY_DEDENT | PYCF_ONLY_AST;

/// The source of a string object. None if it is no string.
fn source_of(object: &PyObject, name: &str, vm: &VirtualMachine) -> PyResult<Option<SourceText>> {
    let decoded = if let Some(bytes) = text::bytes_of(object) {
        SourceText::decode(name, &bytes, SourceRules::CPythonString)
    } else if text::is_unicode(object) {
        match object.downcast_ref::<PyStr>() {
            Some(value) => SourceText::from_unicode(name, &value.to_string_lossy(), SourceRules::CPythonString),
            None => return Ok(None),
        }
    } else {
        return Ok(None);
    };
    decoded.map(Some).map_err(|error| source::exception(vm, &error))
}

fn is_mapping(object: &PyObject) -> bool {
    object.mapping_unchecked().check()
}

/// The globals that code runs with, with builtins.
fn prepare_globals(globals: &PyDictRef, frame: &FrameObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    if globals.get_item_opt("__builtins__", vm)?.is_none() {
        globals.set_item("__builtins__", frames::builtins_of(frame, vm)?.into(), vm)?;
    }
    Ok(())
}

/// Runs a code object with the given namespaces.
pub fn run(code: PyRef<PyCode>, globals: PyDictRef, locals: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let locals = Namespace::around(locals, vm);
    let scope = Scope::new(Some(frames::mapping(locals)), globals);
    let Some(parts) = code::parts_of(&code) else { return vm.run_code_obj(code, scope) };
    for part in parts {
        vm.run_code_obj(part, scope.clone())?;
    }
    Ok(vm.ctx.none())
}

/// The parts of a large module where something else than [`run`] runs its code.
fn run_parts(parts: PyTupleRef, vm: &VirtualMachine) -> PyResult<()> {
    let frame = frames::current(vm)?;
    let (globals, locals) = (frame.f_globals(), frames::namespace(&frame, vm)?);
    for part in &*parts {
        if let Ok(part) = part.clone().downcast::<PyCode>() {
            run(part, globals.clone(), locals.clone(), vm)?;
        }
    }
    Ok(())
}

/// Both namespaces: as given, else the frame's own: its variables as `exec` changes them, or as `eval` sees them.
fn namespaces(
    globals: Option<PyObjectRef>,
    locals: Option<PyObjectRef>,
    frame: &FrameObjectRef,
    vm: &VirtualMachine,
    of_frame: impl Fn(&FrameObjectRef, &VirtualMachine) -> PyResult,
    errors: (&str, &str),
) -> PyResult<(PyDictRef, PyObjectRef)> {
    let globals = globals.filter(|value| !vm.is_none(value));
    let locals = locals.filter(|value| !vm.is_none(value));
    if let Some(locals) = &locals
        && !is_mapping(locals)
    {
        return Err(vm.new_type_error(errors.1.to_owned()));
    }
    let (globals, locals) = match globals {
        None => {
            let locals = match locals {
                Some(locals) => locals,
                None => of_frame(frame, vm)?,
            };
            (frame.f_globals(), locals)
        }
        Some(globals) => {
            let Ok(globals) = globals.downcast::<PyDict>() else {
                return Err(vm.new_type_error(errors.0.to_owned()));
            };
            let locals = locals.unwrap_or_else(|| globals.clone().into());
            (globals, locals)
        }
    };
    prepare_globals(&globals, frame, vm)?;
    Ok((globals, locals))
}

/// The statement `exec`.
fn exec(
    code: PyObjectRef,
    globals: OptionalArg<PyObjectRef>,
    locals: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let (mut code, mut globals, mut locals) = (code, globals.into_option(), locals.into_option());
    if globals.is_none()
        && let Some(tuple) = code.downcast_ref::<rustpython_vm::builtins::PyTuple>()
        && let items = tuple.as_slice()
        && let [first, second, rest @ ..] = items
        && rest.len() <= 1
    {
        globals = Some(second.clone());
        locals = rest.first().cloned();
        let first = first.clone();
        code = first;
    }
    let frame = frames::current(vm)?;
    let errors = ("exec: arg 2 must be a dictionary or None", "exec: arg 3 must be a mapping or None");
    let given = [&globals, &locals].into_iter().flatten().any(|value| !vm.is_none(value));
    let in_function = !given && frames::is_function(&frame);
    // `exec code in locals()` in a function.
    let variables = globals.take_if(|globals| frames::is_function(&frame) && frames::is_namespace(globals));
    if let Some(variables) = &variables {
        let copy = vm.ctx.new_dict();
        copy_items(variables, &copy, vm)?;
        globals = Some(copy.into());
    }
    let (globals, locals) = namespaces(globals, locals, &frame, vm, frames::namespace, errors)?;
    let code = match code.downcast::<PyCode>() {
        Ok(code) => {
            if !code.freevars.is_empty() {
                return Err(vm.new_type_error("code object passed to exec may not contain free variables"));
            }
            code
        }
        Err(other) => {
            let flags = source::features_of(&frame.f_code());
            let source = match source_of(&other, "<string>", vm)? {
                Some(source) => source,
                None => file_source(&other, vm)?
                    .ok_or_else(|| vm.new_type_error("exec: arg 1 must be a string, file, or code object"))?,
            };
            source::compile_source(vm, &source, Mode::Exec, flags)?
        }
    };
    if in_function {
        return run_in_function(code, globals, locals, vm);
    }
    if let Some(variables) = variables {
        let before = globals.copy().into_ref(&vm.ctx);
        let outcome = run(code, globals.clone(), locals, vm);
        globals.del_item("__builtins__", vm)?;
        write_back(&globals, &before, &variables, vm)?;
        return outcome.map(drop);
    }
    run(code, globals, locals, vm).map(drop)
}

/// Runs code with a copy of a function's variables and writes them back. What the code deletes stays.
fn run_in_function(
    code: PyRef<PyCode>,
    globals: PyDictRef,
    variables: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let copy = vm.ctx.new_dict();
    copy_items(&variables, &copy, vm)?;
    let before = copy.copy().into_ref(&vm.ctx);
    let outcome = run(code, globals, copy.clone().into(), vm);
    write_back(&copy, &before, &variables, vm)?;
    outcome.map(drop)
}

fn copy_items(variables: &PyObject, copy: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    let keys = vm.call_method(variables, "keys", ())?;
    for name in vm.extract_elements_with(&keys, Ok)? {
        let value = variables.get_item(&*name, vm)?;
        copy.set_item(&*name, value, vm)?;
    }
    Ok(())
}

/// Writes what has changed in a copy of variables back to them.
fn write_back(copy: &Py<PyDict>, before: &Py<PyDict>, variables: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    for (name, value) in copy.items_vec() {
        let unchanged = before.get_item_opt(&*name, vm)?.is_some_and(|old| old.is(&value));
        if !unchanged {
            variables.set_item(&*name, value, vm)?;
        }
    }
    Ok(())
}

/// The source that an open file holds from where it stands.
fn file_source(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<SourceText>> {
    if names::type_name_of(object) != "file" {
        return Ok(None);
    }
    let name = object.get_attr("name", vm)?.str(vm)?.to_string();
    let content = vm.call_method(object, "read", ())?;
    source_of(&content, &name, vm)
}

fn eval(
    code: PyObjectRef,
    globals: OptionalArg<PyObjectRef>,
    locals: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    let frame = frames::current(vm)?;
    let (globals, locals) = (globals.into_option(), locals.into_option());
    if let Some(given) = globals.as_ref().filter(|given| !vm.is_none(given))
        && given.downcast_ref::<PyDict>().is_none()
        && is_mapping(given)
    {
        return Err(vm.new_type_error("globals must be a real dict; try eval(code, {}, mapping)"));
    }
    let errors = ("globals must be a dict", "locals must be a mapping");
    let (globals, locals) = namespaces(globals, locals, &frame, vm, frames::locals, errors)?;
    let code = match code.downcast::<PyCode>() {
        Ok(code) => {
            if !code.freevars.is_empty() {
                return Err(vm.new_type_error("code object passed to eval() may not contain free variables"));
            }
            code
        }
        Err(other) => {
            let flags = source::features_of(&frame.f_code());
            let mut source = source_of(&other, "<string>", vm)?
                .ok_or_else(|| vm.new_type_error("eval() arg 1 must be a string or code object"))?;
            let start = source.text.len() - source.text.trim_start_matches([' ', '\t']).len();
            if start > 0 {
                source.text.drain(..start);
            }
            source::compile_source(vm, &source, Mode::Eval, flags)?
        }
    };
    run(code, globals, locals, vm)
}

fn compile(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    const NAMES: [&str; 5] = ["source", "filename", "mode", "flags", "dont_inherit"];
    let mut values: [Option<PyObjectRef>; 5] = Default::default();
    if args.args.len() > NAMES.len() {
        let message = format!("compile() takes at most 5 arguments ({} given)", args.args.len());
        return Err(vm.new_type_error(message));
    }
    for (slot, value) in values.iter_mut().zip(args.args) {
        *slot = Some(value);
    }
    for (name, value) in args.kwargs {
        match NAMES.iter().position(|known| name.as_bytes() == known.as_bytes()) {
            Some(at) => values[at] = Some(value),
            None => {
                let message = format!("'{name}' is an invalid keyword argument for this function");
                return Err(vm.new_type_error(message));
            }
        }
    }
    let missing = values.iter().take(3).position(Option::is_none).unwrap_or_default();
    let [Some(code), Some(filename), Some(mode), flags, dont_inherit] = values else {
        let message = format!("Required argument '{}' (pos {}) not found", NAMES[missing], missing + 1);
        return Err(vm.new_type_error(message));
    };
    let filename = text::str_of(vm, &filename)?;
    let filename: String = filename.iter().map(|byte| char::from(*byte)).collect();
    let mode_name = text::str_of(vm, &mode)?;
    let mode = match mode_name.as_slice() {
        b"exec" => Mode::Exec,
        b"eval" => Mode::Eval,
        b"single" => Mode::Single,
        _ => return Err(vm.new_value_error("compile() arg 3 must be 'exec', 'eval' or 'single'")),
    };
    let number = |value: Option<PyObjectRef>| -> PyResult<i64> {
        match value {
            None => Ok(0),
            Some(value) => Ok(i64::try_from(value.try_index(vm)?.as_bigint()).unwrap_or(-1)),
        }
    };
    let flags = number(flags)?;
    if flags & !KNOWN_FLAGS != 0 {
        return Err(vm.new_value_error("compile(): unrecognised flags"));
    }
    let mut features = FutureFlags::default();
    if number(dont_inherit)? == 0 {
        features = source::features_of(&frames::current(vm)?.f_code());
    }
    features.division |= flags & CO_FUTURE_DIVISION != 0;
    features.absolute_import |= flags & CO_FUTURE_ABSOLUTE_IMPORT != 0;
    features.print_function |= flags & CO_FUTURE_PRINT_FUNCTION != 0;
    features.unicode_literals |= flags & CO_FUTURE_UNICODE_LITERALS != 0;
    let only_tree = flags & PYCF_ONLY_AST != 0;
    if syntax_tree::is_node(vm, &code)? {
        return match only_tree {
            true => Ok(code),
            false => syntax_tree::compile(vm, &code, &filename, mode, features).map(Into::into),
        };
    }
    let Some(source) = source_of(&code, &filename, vm)? else {
        return Err(vm.new_type_error("expected a readable buffer object"));
    };
    if only_tree {
        let module = source::parse(vm, &source, mode, features)?;
        return syntax_tree::to_objects(vm, &source, &module);
    }
    Ok(source::compile_source(vm, &source, mode, features)?.into())
}

fn execfile(
    file: PyObjectRef,
    globals: OptionalArg<PyObjectRef>,
    locals: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let frame = frames::current(vm)?;
    let errors = ("execfile() arg 2 must be dict", "execfile() arg 3 must be a mapping");
    let (globals, locals) =
        namespaces(globals.into_option(), locals.into_option(), &frame, vm, frames::locals, errors)?;
    let name = text::text_of(vm, &file)?.ok_or_else(|| vm.new_type_error("coercing to Unicode: need string"))?;
    crate::gate::check_path(vm, name.as_ref(), crate::gate::Access::Read)?;
    let bytes = std::fs::read(&name).map_err(|error| {
        let code = error.raw_os_error().unwrap_or(5);
        let message = std::io::Error::from_raw_os_error(code).to_string();
        let message = message.split(" (os error").next().unwrap_or_default().to_owned();
        super::exceptions::new_io_error(vm, code, &message, Some(file.clone()))
    })?;
    let text =
        SourceText::decode(&name, &bytes, SourceRules::CPython).map_err(|error| source::exception(vm, &error))?;
    let code = source::compile_source(vm, &text, Mode::Exec, source::features_of(&frame.f_code()))?;
    run(code, globals, locals, vm).map(drop)
}

fn raw_input(prompt: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let sys = crate::import::sys(vm)?;
    let output = sys.get_attr("stdout", vm)?;
    if let OptionalArg::Present(prompt) = prompt {
        let prompt = text::str_object(vm, &prompt)?;
        super::print::write(&output, prompt, vm)?;
    }
    if let Some(flush) = vm.get_attribute_opt(&output, "flush")? {
        flush.call((), vm)?;
    }
    let line = vm.call_method(&*sys.get_attr("stdin", vm)?, "readline", ())?;
    let bytes = text::str_of(vm, &line)?;
    if bytes.is_empty() {
        return Err(vm.new_exception_msg(vm.ctx.exceptions.eof_error.to_owned(), "EOF when reading a line".into()));
    }
    Ok(text::new_str(vm, bytes.strip_suffix(b"\n").unwrap_or(&bytes)))
}

fn input(prompt: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
    let line = raw_input(prompt, vm)?;
    eval(line, OptionalArg::Missing, OptionalArg::Missing, vm)
}

/// Registers the intrinsics and the builtins.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(vm, intrinsics::EXEC, exec)?;
    intrinsics::add(vm, intrinsics::PARTS, run_parts)?;
    dialect::set_function(vm, "eval", eval)?;
    dialect::set_function(vm, "compile", compile)?;
    dialect::set_function(vm, "execfile", execfile)?;
    dialect::set_function(vm, "raw_input", raw_input)?;
    dialect::set_function(vm, "input", input)
}
