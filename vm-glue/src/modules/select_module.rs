//! `select`: waiting for files, with byte strings' manners and an error of the module's own.

use rustpython_vm::builtins::{PyBaseExceptionRef, PyInt, PyList, PyModule, PyStr, PyType, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::Constructor;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::sync::OnceLock;

use crate::import::machine_module;
use crate::modules::{self, names};
use crate::runtime::arguments;

/// Descriptors above this do not fit into the system's sets.
const HIGHEST: i64 = 1024;
/// The largest mask of events.
const LARGEST_MASK: i64 = 0xFFFF;

fn error_type(vm: &VirtualMachine) -> PyTypeRef {
    static ERROR: OnceLock<PyTypeRef> = OnceLock::new();
    ERROR.get_or_init(|| vm.ctx.new_exception_type("select", "error", None)).clone()
}

/// Number and reason of an error of the system; None for another error.
fn of_the_system(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<Vec<PyObjectRef>> {
    if !error.fast_isinstance(vm.ctx.exceptions.os_error) {
        return None;
    }
    let part = |name: &'static str| error.as_object().get_attr(name, vm).unwrap_or_else(|_| vm.ctx.none());
    Some(vec![part("errno"), part("strerror")])
}

/// The machine's error as the module's own.
fn translated(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    match of_the_system(&error, vm) {
        Some(args) => vm.new_exception(error_type(vm), args),
        None => error,
    }
}

/// The machine's error as an `IOError`.
fn as_io_error(error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let Some(args) = of_the_system(&error, vm) else { return error };
    let made = crate::runtime::dialect::get(vm, "IOError").and_then(|class| class.call(FuncArgs::from(args), vm));
    match made {
        Ok(made) => made.downcast().unwrap_or(error),
        Err(failed) => failed,
    }
}

/// The descriptor of a file, or of what has a fileno().
fn number(file: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    let found = if file.downcast_ref::<PyInt>().is_some() {
        file.to_owned()
    } else {
        let Some(method) = vm.get_attribute_opt(file, vm.ctx.intern_str("fileno"))? else {
            return Err(vm.new_type_error("argument must be an int, or have a fileno() method"));
        };
        let found = method.call((), vm)?;
        if found.downcast_ref::<PyInt>().is_none() {
            return Err(vm.new_type_error("fileno() returned a non-integer"));
        }
        found
    };
    let number = arguments::c_long(vm, &found)? as i64;
    if number < 0 {
        return Err(vm.new_value_error(format!("file descriptor cannot be a negative integer ({number})")));
    }
    Ok(number)
}

/// Files with their descriptors. A list that changes meanwhile counts as it is then.
fn files(given: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<(PyObjectRef, i64)>> {
    let mut found = Vec::new();
    let mut add = |file: PyObjectRef| -> PyResult<()> {
        let number = number(&file, vm)?;
        if number >= HIGHEST {
            return Err(vm.new_value_error("filedescriptor out of range in select()"));
        }
        found.push((file, number));
        Ok(())
    };
    if let Some(list) = given.downcast_ref::<PyList>() {
        let mut at = 0;
        loop {
            let next = list.borrow_vec().get(at).cloned();
            let Some(file) = next else { break };
            add(file)?;
            at += 1;
        }
        return Ok(found);
    }
    let items = vm.extract_elements_with(given, Ok).map_err(|failed| {
        if failed.fast_isinstance(vm.ctx.exceptions.type_error) {
            vm.new_type_error("arguments 1-3 must be sequences")
        } else {
            failed
        }
    })?;
    for file in items {
        add(file)?;
    }
    Ok(found)
}

/// `select(rlist, wlist, xlist[, timeout])`
fn select(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let args = arguments::unpacked(vm, "select", args, 3, 4)?;
    let timeout = args.get(3).cloned().unwrap_or_else(|| vm.ctx.none());
    if !vm.is_none(&timeout) && timeout.try_float(vm).is_err() {
        return Err(vm.new_type_error("timeout must be a float or None"));
    }
    let mut lists = Vec::new();
    let mut asked = Vec::new();
    for given in args.iter().take(3) {
        let list = files(given, vm)?;
        let numbers = list.iter().map(|(_, number)| vm.ctx.new_int(*number).into()).collect();
        asked.push(vm.ctx.new_list(numbers).into());
        lists.push(list);
    }
    asked.push(timeout);
    let function = machine_module(vm, "select")?.get_attr("select", vm)?;
    let ready = function.call(FuncArgs::from(asked), vm).map_err(|failed| translated(failed, vm))?;
    let ready = vm.extract_elements_with(&ready, |numbers| {
        vm.extract_elements_with(&numbers, |number| number.try_to_value::<i64>(vm))
    })?;
    let result = lists.into_iter().zip(ready).map(|(list, ready)| {
        let list = list.into_iter().filter(|(_, number)| ready.contains(number)).map(|(file, _)| file);
        vm.ctx.new_list(list.collect()).into()
    });
    Ok(vm.ctx.new_tuple(result.collect()).into())
}

/// Pairs of descriptors and events as tuples.
fn pairs(found: &PyObject, vm: &VirtualMachine) -> PyResult {
    let pairs =
        vm.extract_elements_with(found, |pair| Ok(vm.ctx.new_tuple(vm.extract_elements_with(&pair, Ok)?).into()))?;
    Ok(vm.ctx.new_list(pairs).into())
}

/// A mask of events, which has to fit.
fn mask(given: &PyObject, vm: &VirtualMachine) -> PyResult {
    let mask = arguments::c_long(vm, given)? as i64;
    let refuse = |message: &str| Err(vm.new_overflow_error(message.to_owned()));
    match mask {
        ..0 => refuse("unsigned short integer is less than minimum"),
        mask if mask > LARGEST_MASK => refuse("unsigned short integer is greater than maximum"),
        mask => Ok(vm.ctx.new_int(mask).into()),
    }
}

/// Waits for events of files.
#[pyclass(module = "select", name = "poll")]
#[derive(Debug, PyPayload)]
struct Poll {
    machine: PyObjectRef,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Poll {
    /// Adds a file, or changes its events.
    #[pymethod]
    fn register(zelf: &Py<Self>, file: PyObjectRef, events: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let mut args = vec![vm.ctx.new_int(number(&file, vm)?).into()];
        if let OptionalArg::Present(events) = events {
            args.push(mask(&events, vm)?);
        }
        vm.call_method(&zelf.machine, "register", args)
    }

    /// Changes the events of a file that was added.
    #[pymethod]
    fn modify(zelf: &Py<Self>, file: PyObjectRef, events: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let number = number(&file, vm)?;
        vm.call_method(&zelf.machine, "modify", (number, mask(&events, vm)?)).map_err(|failed| as_io_error(failed, vm))
    }

    /// Forgets a file.
    #[pymethod]
    fn unregister(zelf: &Py<Self>, file: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&zelf.machine, "unregister", (number(&file, vm)?,))
    }

    /// Waits so many milliseconds, or for ever.
    #[pymethod]
    fn poll(zelf: &Py<Self>, timeout: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let args: Vec<PyObjectRef> = match timeout {
            OptionalArg::Present(timeout) if !vm.is_none(&timeout) => {
                if timeout.try_float(vm).is_err() {
                    return Err(vm.new_type_error("timeout must be an integer or None"));
                }
                let limit = timeout
                    .try_int(vm)
                    .or_else(|_| timeout.try_float(vm).map(|limit| vm.ctx.new_int(limit.to_f64() as i64)))?;
                if limit.as_bigint() > &i32::MAX.into() || limit.as_bigint() < &i32::MIN.into() {
                    return Err(vm.new_overflow_error("Python int too large to convert to C int".to_owned()));
                }
                vec![limit.into()]
            }
            _ => Vec::new(),
        };
        let found = vm.call_method(&zelf.machine, "poll", args).map_err(|failed| translated(failed, vm))?;
        pairs(&found, vm)
    }
}

/// Waits for events of many files, kept in the kernel.
#[pyclass(module = "select", name = "epoll")]
#[derive(Debug, PyPayload)]
struct Epoll {
    machine: PyObjectRef,
}

impl Epoll {
    fn ask(&self, method: &'static str, args: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        vm.call_method(&self.machine, method, args).map_err(|failed| as_io_error(failed, vm))
    }
}

impl Constructor for Epoll {
    type Args = FuncArgs;

    /// `epoll(sizehint=-1, flags=0)`
    fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        arguments::named(vm, "epoll", args, &["sizehint", "flags"], 0)?;
        let class = machine_module(vm, "select")?.get_attr("epoll", vm)?;
        Ok(Self { machine: class.call((), vm).map_err(|failed| as_io_error(failed, vm))? })
    }
}

#[pyclass(with(Constructor))]
impl Epoll {
    /// Adds a file.
    #[pymethod]
    fn register(zelf: &Py<Self>, file: PyObjectRef, events: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let mut args = vec![vm.ctx.new_int(number(&file, vm)?).into()];
        args.extend(events.into_option());
        zelf.ask("register", args, vm)
    }

    /// Changes the events of a file.
    #[pymethod]
    fn modify(zelf: &Py<Self>, file: PyObjectRef, events: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        zelf.ask("modify", vec![vm.ctx.new_int(number(&file, vm)?).into(), events], vm)
    }

    /// Forgets a file.
    #[pymethod]
    fn unregister(zelf: &Py<Self>, file: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        zelf.ask("unregister", vec![vm.ctx.new_int(number(&file, vm)?).into()], vm)
    }

    /// Waits so many seconds, for so many events at most.
    #[pymethod]
    fn poll(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let values = arguments::named(vm, "poll", args, &["timeout", "maxevents"], 0)?;
        let given = values.into_iter().map(|value| value.unwrap_or_else(|| vm.ctx.new_int(-1).into()));
        pairs(&*zelf.ask("poll", given.collect(), vm)?, vm)
    }

    #[pymethod]
    fn close(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.ask("close", Vec::new(), vm)
    }

    #[pymethod]
    fn fileno(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.ask("fileno", Vec::new(), vm)
    }

    #[pygetset]
    fn closed(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.machine.get_attr("closed", vm)
    }
}

fn fill(vm: &VirtualMachine, module: &PyRef<PyModule>) -> PyResult<()> {
    let known = names::of("select").unwrap_or_default();
    let machine = machine_module(vm, "select")?;
    if let Some(own) = machine.dict() {
        for (key, value) in own {
            let is_number = value.class().is(vm.ctx.types.int_type);
            let name = key.downcast_ref::<PyStr>().and_then(|name| name.to_str());
            if is_number && name.is_some_and(|name| known.contains(name)) {
                module.dict().set_item(&*key, value, vm)?;
            }
        }
    }
    modules::set(vm, module, "error", error_type(vm));
    modules::set_function(vm, module, "select", select);
    let _poll = Poll::make_static_type();
    modules::set_function(vm, module, "poll", |vm: &VirtualMachine| -> PyResult<PyRef<Poll>> {
        let machine = machine_module(vm, "select")?.get_attr("poll", vm)?.call((), vm)?;
        Ok(Poll { machine }.into_ref(&vm.ctx))
    });
    if machine.has_attr("epoll", vm)? {
        modules::set(vm, module, "epoll", Epoll::make_static_type());
    }
    Ok(())
}

/// Makes the module `select`.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let module = modules::new(vm, "select");
    if let Err(error) = fill(vm, &module) {
        vm.print_exception(&error);
    }
    module
}
