//! The `print` statement and the `print` function: `softspace`, and what is written to which kind of file.

use rustpython_vm::builtins::{PyInt, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::files::File;
use super::{dialect, intrinsics, text};

/// The file that `print` writes to.
fn standard_output(vm: &VirtualMachine) -> PyResult {
    let sys = crate::import::sys(vm)?;
    match vm.get_attribute_opt(&sys, "stdout")? {
        Some(file) => Ok(file),
        None => Err(vm.new_runtime_error("lost sys.stdout")),
    }
}

fn soft_space(file: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    match vm.get_attribute_opt(file, "softspace") {
        Ok(Some(value)) => value.try_to_bool(vm),
        _ => Ok(false),
    }
}

fn set_soft_space(file: &PyObject, value: bool, vm: &VirtualMachine) {
    // Files without the attribute get one if they can hold it.
    let _ = file.set_attr("softspace", vm.ctx.new_int(i32::from(value)), vm);
}

/// Ends the line that a `print` with a comma at its end has begun.
pub fn end_line(file: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if soft_space(file, vm)? {
        set_soft_space(file, false, vm);
        write(file, text::new_str(vm, b"\n"), vm)?;
    }
    Ok(())
}

/// Writes a value as `print` does: `str(value)`, and unicode in the file's encoding if it has one.
fn write_value(file: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let text = if text::is_unicode(value) {
        let encoding = match vm.get_attribute_opt(file, "encoding") {
            Ok(Some(encoding)) if !vm.is_none(&encoding) => Some(encoding),
            _ => None,
        };
        match encoding {
            Some(encoding) => {
                let method = super::special_names::read_attribute(value, "encode", vm)?;
                let errors = match vm.get_attribute_opt(file, "errors") {
                    Ok(Some(errors)) if !vm.is_none(&errors) => errors,
                    _ => vm.ctx.new_str("strict").into(),
                };
                method.call((encoding, errors), vm)?
            }
            None => value.to_owned(),
        }
    } else {
        text::str_object(vm, value)?
    };
    write(file, text, vm)
}

/// Writes a string.
pub fn write(file: &PyObject, text: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    vm.call_method(file, "write", (text,)).map(drop)
}

fn ends_with_space(value: &PyObject) -> bool {
    let Some(text) = value.downcast_ref::<PyStr>() else { return false };
    match text.as_bytes().last() {
        Some(b' ') | None => false,
        Some(last) => last.is_ascii_whitespace() || *last == 0x0b,
    }
}

fn print_values(file: &PyObject, newline: bool, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    if let Some(own) = file.downcast_ref_if_exact::<File>(vm) {
        return print_to_file(own, newline, values, vm);
    }
    let mut soft = soft_space(file, vm)?;
    for value in values {
        if soft {
            write(file, vm.ctx.new_str(" ").into(), vm)?;
        }
        write_value(file, value, vm)?;
        soft = !ends_with_space(value);
        set_soft_space(file, soft, vm);
    }
    if newline {
        write(file, vm.ctx.new_str("\n").into(), vm)?;
        set_soft_space(file, false, vm);
    }
    Ok(())
}

/// The same for a file of our own, all at once as long as nothing but byte strings and numbers is printed.
fn print_to_file(file: &Py<File>, newline: bool, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut soft = file.soft_space();
    for value in values {
        if soft {
            bytes.push(b' ');
        }
        match value.downcast_ref_if_exact::<PyStr>(vm) {
            Some(text) => bytes.extend_from_slice(&text::narrow(text.as_wtf8())),
            None if value.downcast_ref_if_exact::<PyInt>(vm).is_some() => {
                bytes.extend_from_slice(value.str(vm)?.as_bytes());
            }
            None => {
                // It may print by itself, to this very file.
                file.write_bytes(&std::mem::take(&mut bytes), vm)?;
                file.set_soft_space(false);
                write_value(file.as_object(), value, vm)?;
            }
        }
        soft = !ends_with_space(value);
        if bytes.is_empty() {
            file.set_soft_space(soft);
        }
    }
    if newline {
        bytes.push(b'\n');
    }
    if !bytes.is_empty() {
        file.write_bytes(&bytes, vm)?;
    }
    file.set_soft_space(soft && !newline);
    Ok(())
}

/// `<print>(dest, newline, *values)`.
fn print_statement(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let dest = args.take_positional().unwrap_or_else(|| vm.ctx.none());
    let newline = match args.take_positional() {
        Some(newline) => newline.try_to_bool(vm)?,
        None => true,
    };
    let file = if vm.is_none(&dest) { standard_output(vm)? } else { dest.clone() };
    // `sys.stdout = None` would be an error of `print` too, but one about the attribute.
    print_values(&file, newline, &args.args, vm)?;
    Ok(dest)
}

/// The function of `from __future__ import print_function`.
fn print_function(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let mut keyword = |name: &str| args.kwargs.swap_remove(name).filter(|value| !vm.is_none(value));
    let (separator, end, file) = (keyword("sep"), keyword("end"), keyword("file"));
    if let Some(name) = args.kwargs.keys().next() {
        return Err(vm.new_type_error(format!("'{name}' is an invalid keyword argument for this function")));
    }
    for (what, value) in [("sep", &separator), ("end", &end)] {
        if let Some(value) = value
            && !text::is_basestring(value)
        {
            let class = value.class().name().to_string();
            return Err(vm.new_type_error(format!("{what} must be None, str or unicode, not {class}")));
        }
    }
    let file = match file {
        Some(file) => file,
        None => {
            let file = standard_output(vm)?;
            if vm.is_none(&file) {
                return Ok(());
            }
            file
        }
    };
    // What is not given is unicode if anything that is printed is.
    let unicode = args.args.iter().chain(&separator).chain(&end).any(|value| text::is_unicode(value));
    let default = |shown: &str| -> PyObjectRef {
        if unicode { text::new_unicode(vm, shown) } else { vm.ctx.new_str(shown).into() }
    };
    for (at, value) in args.args.iter().enumerate() {
        if at > 0 {
            match &separator {
                Some(separator) => write_value(&file, separator, vm)?,
                None => write(&file, default(" "), vm)?,
            }
        }
        write_value(&file, value, vm)?;
    }
    match &end {
        Some(end) => write_value(&file, end, vm),
        None => write(&file, default("\n"), vm),
    }
}

/// `print value`, with a comma at its end or not.
pub fn print(value: PyObjectRef, newline: bool, vm: &VirtualMachine) -> PyResult<()> {
    print_values(&*standard_output(vm)?, newline, &[value], vm)
}

/// Registers the intrinsics and the builtins.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    intrinsics::add(vm, intrinsics::PRINT, print_statement)?;
    intrinsics::add(vm, intrinsics::DISPLAY, |value: PyObjectRef, vm: &VirtualMachine| -> PyResult<()> {
        let sys = crate::import::sys(vm)?;
        sys.get_attr("displayhook", vm)?.call((value,), vm).map(drop)
    })?;
    intrinsics::add(vm, intrinsics::REPR, |value: PyObjectRef, vm: &VirtualMachine| -> PyResult {
        Ok(text::new_str(vm, &text::repr_of(vm, &value)?))
    })?;
    dialect::set_function(vm, "print", print_function)
}
