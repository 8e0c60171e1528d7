//! The module `_os`: what `os` has in other ways than the machine's own module.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyModule};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine};

use crate::modules;
use crate::runtime::{arguments, files};

/// An error of the system as an OSError.
fn os_error(vm: &VirtualMachine, number: i32) -> PyBaseExceptionRef {
    let said = std::io::Error::from_raw_os_error(number).to_string();
    let said = said.split(" (os error").next().unwrap_or_default().to_owned();
    let args = vec![vm.ctx.new_int(number).into(), vm.ctx.new_str(said).into()];
    match vm.ctx.exceptions.os_error.as_object().call(FuncArgs::from(args), vm) {
        Ok(made) => made.downcast().unwrap_or_else(|_| vm.new_os_error("unknown")),
        Err(failed) => failed,
    }
}

/// `access(path, mode)`: may this process do that with a file?
#[cfg(unix)]
fn access(args: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
    arguments::count(vm, "access", &args, 2, 2)?;
    let [path, mode] = args.args.as_slice() else { return Ok(false) };
    let mode = u32::try_from(arguments::c_long(vm, mode)?).unwrap_or(u32::MAX);
    let path = files::path_of(path, vm)?;
    Ok(rustix::fs::access(&path, rustix::fs::Access::from_bits_retain(mode)).is_ok())
}

/// `fdopen(fd, mode, bufsize)`: a file object for an open descriptor.
#[cfg(unix)]
fn fdopen(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat};
    use rustpython_vm::host_env::crt_fd;

    const BAD: i32 = 9;
    const INVALID: i32 = 22;
    arguments::count(vm, "fdopen", &args, 1, 3)?;
    let Some(descriptor) = args.args.first() else { return Ok(vm.ctx.none()) };
    let number = arguments::c_long(vm, descriptor)?;
    let mode = match args.args.get(1) {
        Some(mode) => arguments::name(vm, "fdopen", 2, mode)?,
        None => "r".to_owned(),
    };
    let size = args.args.get(2).map_or(Ok(-1), |size| arguments::c_long(vm, size))?;
    let Some(first) = mode.chars().next() else { return Err(vm.new_value_error("empty mode string")) };
    if !matches!(first, 'r' | 'w' | 'a' | 'U') {
        let message = format!("mode string must begin with one of 'r', 'w', 'a' or 'U', not '{mode}'");
        return Err(vm.new_value_error(message));
    }
    // The machine's own numbers only: no other object stands for a descriptor here.
    let object: PyObjectRef = vm.ctx.new_int(number).into();
    {
        let borrowed: crt_fd::Borrowed<'_> = object.clone().try_into_value(vm).map_err(|_| os_error(vm, BAD))?;
        let kind = fstat(borrowed).map_err(|error| os_error(vm, error.raw_os_error()))?;
        if FileType::from_raw_mode(kind.st_mode) == FileType::Directory {
            let name = vm.ctx.new_str("<fdopen>").into();
            return Err(files::io_error(&std::io::Error::from_raw_os_error(21), Some(name), vm));
        }
        let flags = fcntl_getfl(borrowed).map_err(|error| os_error(vm, error.raw_os_error()))?;
        let (reads, writes) = (matches!(first, 'r' | 'U'), matches!(first, 'w' | 'a'));
        let both = mode.contains('+');
        let only = flags & OFlags::ACCMODE;
        if (reads || both) && only == OFlags::WRONLY || (writes || both) && only == OFlags::RDONLY {
            return Err(os_error(vm, INVALID));
        }
    }
    let owned: crt_fd::Owned = object.try_into_value(vm).map_err(|_| os_error(vm, BAD))?;
    let file = files::File::over_descriptor(owned, &mode, i64::try_from(size).unwrap_or(-1), vm);
    Ok(file.into_ref(&vm.ctx).into())
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "_os");
    #[cfg(unix)]
    {
        modules::set_function(vm, &module, "access", access);
        modules::set_function(vm, &module, "fdopen", fdopen);
    }
    module
}
