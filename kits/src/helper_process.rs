//! A program of `Helper.Process` with its pipes (`spec/kits.md` §17): a `Popen` of the module subprocess, whose output
//! threads collect, so that no side waits for the other.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use reprise_vm_glue::runtime::text;
use reprise_vm_glue::{import, threads};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::types::GetAttr;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

use crate::kit_call::{method, optional};
use crate::objects::signature::{Default as Preset, Parameter, Signature};
use crate::thread_objects::Signal;

/// Largest text that is handed over at once.
const MOST: isize = 64 * 1024 * 1024;
/// What `recv` hands over if it is not told.
const USUAL: isize = 1024;
/// How long `recv_wait` waits for the end.
const SOON: Duration = Duration::from_secs(1);
/// How much is read at once.
const CHUNK: usize = 65536;

const SEND: Signature = method("send", &[Parameter::required("input")]);
const RECV: Signature = method("recv", &[Parameter::none("maxsize")]);
const RECV_ERR: Signature = method("recv_err", &[Parameter::none("maxsize")]);
const RECV_WAIT: Signature = method("recv_wait", &[]);
const RECV_WAIT_ERR: Signature = method("recv_wait_err", &[]);
const SEND_RECV: Signature = method("send_recv", &[optional("input", Preset::Text("")), Parameter::none("maxsize")]);
const COMMUNICATE: Signature = method("communicate", &[Parameter::none("input")]);

/// What has come out of a pipe and was not handed over yet.
#[derive(Debug, Default)]
struct Output {
    data: Mutex<Vec<u8>>,
    ended: Signal,
}

impl Output {
    /// As much of it as `most` says (None: 1024), which counts as the end of a slice does; None at the end.
    fn take(&self, vm: &VirtualMachine, most: &PyObject) -> PyResult {
        let ended = self.ended.is_set();
        if ended && self.data.lock().is_empty() {
            return Ok(vm.ctx.none());
        }
        let most = if most.to_owned().try_to_bool(vm)? { slice_end(vm, most)? } else { USUAL };
        Ok(self.hand_over(vm, most))
    }

    fn take_all(&self, vm: &VirtualMachine) -> PyObjectRef {
        let ended = self.ended.is_set();
        if ended && self.data.lock().is_empty() { vm.ctx.none() } else { self.hand_over(vm, MOST) }
    }

    fn hand_over(&self, vm: &VirtualMachine, most: isize) -> PyObjectRef {
        let mut data = self.data.lock();
        let end = match usize::try_from(most) {
            Ok(most) => most.min(data.len()),
            Err(_) => data.len().saturating_sub(most.unsigned_abs()),
        };
        let rest = data.split_off(end);
        text::new_str(vm, &std::mem::replace(&mut *data, rest))
    }
}

fn slice_end(vm: &VirtualMachine, value: &PyObject) -> PyResult<isize> {
    let Some(index) = value.try_index_opt(vm) else {
        return Err(vm.new_type_error("slice indices must be integers or None or have an __index__ method"));
    };
    let index = index?;
    let limit = if index.as_bigint().sign() == malachite_bigint::Sign::Minus { isize::MIN } else { isize::MAX };
    Ok(isize::try_from(index.as_bigint()).unwrap_or(limit))
}

/// A running program.
#[pyclass(module = "Framework.api.helperkit", name = "HelperProcess")]
#[derive(Debug, PyPayload)]
pub struct HelperProcess {
    process: PyObjectRef,
    output: Arc<Output>,
    /// None where errors go to the output.
    errors: Option<Arc<Output>>,
    /// Set when nobody can ask for the process's end any more.
    abandoned: Arc<Signal>,
}

impl Drop for HelperProcess {
    fn drop(&mut self) {
        self.abandoned.set();
    }
}

impl HelperProcess {
    /// Starts a program; its errors come apart from its output if `separate`.
    pub fn start(vm: &VirtualMachine, command: Vec<PyObjectRef>, separate: bool) -> PyResult<Self> {
        let subprocess = import::module(vm, "subprocess")?;
        let pipe = subprocess.get_attr("PIPE", vm)?;
        let errors = if separate { pipe.clone() } else { subprocess.get_attr("STDOUT", vm)? };
        let options = [("stdin", pipe.clone()), ("stdout", pipe), ("stderr", errors)];
        let options: KwArgs = options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let args = FuncArgs::new(vec![vm.ctx.new_list(command).into()], options);
        let process = subprocess.get_attr("Popen", vm)?.call(args, vm)?;
        let abandoned = Arc::new(Signal::default());
        let errors = if separate { Some(collect(vm, &process, "stderr", None)?) } else { None };
        let output = collect(vm, &process, "stdout", Some(Arc::clone(&abandoned)))?;
        Ok(Self { process, output, errors, abandoned })
    }
}

/// Starts the thread that reads a pipe. The one with the signal sees to it that the system can forget the process: it
/// asks for its end when nobody else will.
fn collect(
    vm: &VirtualMachine,
    process: &PyObjectRef,
    name: &'static str,
    abandoned: Option<Arc<Signal>>,
) -> PyResult<Arc<Output>> {
    let output = Arc::new(Output::default());
    let stream = process.get_attr(name, vm)?;
    let read = import::module(vm, "os")?.get_attr("read", vm)?;
    let (machine, process, its) = (vm.new_thread(), process.clone(), Arc::clone(&output));
    let work = move || {
        machine.run(move |vm| {
            // A stream that the plug-in has closed ends like one that the program has closed.
            while let Ok(data) = read_some(vm, &stream, &read)
                && !data.is_empty()
            {
                its.data.lock().extend_from_slice(&data);
            }
            drop((stream, read));
            its.ended.set();
            if let Some(abandoned) = abandoned {
                vm.allow_threads(|| abandoned.wait(None));
                if let Err(error) = vm.call_method(&process, "wait", ()) {
                    tracing::debug!("Cannot wait for a helper: {}", crate::errors::message_of(vm, &error));
                }
            }
            drop(process);
        });
    };
    threads::spawn("helper", work).map_err(|error| vm.new_runtime_error(format!("can't start new thread: {error}")))?;
    Ok(output)
}

fn read_some(vm: &VirtualMachine, stream: &PyObject, read: &PyObject) -> PyResult<Vec<u8>> {
    let number = vm.call_method(stream, "fileno", ())?;
    let data = read.call((number, CHUNK), vm)?;
    Ok(text::bytes_of(&data).unwrap_or_default())
}

#[pyclass(with(GetAttr), flags(HAS_DICT, DISALLOW_INSTANTIATION))]
impl HelperProcess {
    fn write(&self, vm: &VirtualMachine, input: &PyObject) -> PyResult {
        let stdin = self.process.get_attr("stdin", vm)?;
        if stdin.get_attr("closed", vm)?.try_to_bool(vm)? {
            return Ok(vm.ctx.none());
        }
        vm.call_method(&stdin, "write", (input.to_owned(),))?;
        vm.call_method(&stdin, "flush", ())?;
        Ok(vm.ctx.new_int(input.length(vm)?).into())
    }

    fn read_errors(&self, vm: &VirtualMachine, most: &PyObject) -> PyResult {
        self.errors.as_ref().map_or_else(|| Ok(vm.ctx.none()), |errors| errors.take(vm, most))
    }

    /// Writes to the program: how much, None if its input is closed.
    #[pymethod]
    fn send(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = SEND.bind(vm, args)?;
        zelf.write(vm, bound.get(0))
    }

    /// What the program has printed, without waiting.
    #[pymethod]
    fn recv(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = RECV.bind(vm, args)?;
        zelf.output.take(vm, bound.get(0))
    }

    /// The same of its errors.
    #[pymethod]
    fn recv_err(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = RECV_ERR.bind(vm, args)?;
        zelf.read_errors(vm, bound.get(0))
    }

    /// What the program prints within a second.
    #[pymethod]
    fn recv_wait(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        RECV_WAIT.bind(vm, args)?;
        vm.allow_threads(|| zelf.output.ended.wait(Some(SOON)));
        Ok(zelf.output.take_all(vm))
    }

    /// The same of its errors.
    #[pymethod]
    fn recv_wait_err(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        RECV_WAIT_ERR.bind(vm, args)?;
        let Some(errors) = &zelf.errors else { return Ok(vm.ctx.none()) };
        vm.allow_threads(|| errors.ended.wait(Some(SOON)));
        Ok(errors.take_all(vm))
    }

    /// `send`, `recv` and `recv_err` at once.
    #[pymethod]
    fn send_recv(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = SEND_RECV.bind(vm, args)?;
        let sent = zelf.write(vm, bound.get(0))?;
        let printed = zelf.output.take(vm, bound.get(1))?;
        let errors = zelf.read_errors(vm, bound.get(1))?;
        Ok(vm.ctx.new_tuple(vec![sent, printed, errors]).into())
    }

    /// Closes the program's input and waits for its end.
    #[pymethod]
    fn communicate(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let bound = COMMUNICATE.bind(vm, args)?;
        if bound.get(0).to_owned().try_to_bool(vm)? {
            zelf.write(vm, bound.get(0))?;
        }
        let stdin = zelf.process.get_attr("stdin", vm)?;
        vm.call_method(&stdin, "close", ())?;
        vm.call_method(&zelf.process, "wait", ())?;
        vm.allow_threads(|| {
            for output in [Some(&zelf.output), zelf.errors.as_ref()].into_iter().flatten() {
                output.ended.wait(None);
            }
        });
        let printed = zelf.output.take_all(vm);
        let printed = if vm.is_none(&printed) { text::new_str(vm, b"") } else { printed };
        let errors = zelf.errors.as_ref().map_or_else(|| vm.ctx.none(), |errors| errors.take_all(vm));
        Ok(vm.ctx.new_tuple(vec![printed, errors]).into())
    }
}

impl GetAttr for HelperProcess {
    /// What is not here is the `Popen`'s.
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if let Some(own) = zelf.as_object().generic_getattr_opt(name, None, vm)? {
            return Ok(own);
        }
        if name.as_bytes().starts_with(b"_") {
            return Err(vm.new_attribute_error(name.to_string_lossy().into_owned()));
        }
        zelf.process.get_attr(name, vm)
    }
}
