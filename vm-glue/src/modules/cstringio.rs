//! The module `cStringIO`: files in memory, of byte strings only. `StringIO()` can be read and written, `StringIO(text)`
//! can only be read.

use parking_lot::Mutex;
use rustpython_vm::builtins::{PyModule, PyStr, PyTypeRef};
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::function::{FuncArgs, OptionalArg, OptionalOption};
use rustpython_vm::protocol::{BufferFlags, PyBuffer, PyIterReturn};
use rustpython_vm::types::{IterNext, SelfIter};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

use crate::modules;
use crate::runtime::{names, text};

/// What both kinds of files hold.
#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    position: usize,
    closed: bool,
}

impl State {
    /// So many bytes, or all that are left.
    fn take(&mut self, count: Option<usize>) -> Vec<u8> {
        let start = self.position.min(self.bytes.len());
        let left = self.bytes.len() - start;
        let end = start + count.map_or(left, |count| count.min(left));
        self.position = self.position.max(end);
        self.bytes.get(start..end).unwrap_or_default().to_vec()
    }

    fn take_line(&mut self, limit: Option<usize>) -> Vec<u8> {
        let start = self.position.min(self.bytes.len());
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        self.take(Some(limit.map_or(length, |limit| length.min(limit))))
    }

    fn write(&mut self, bytes: &[u8]) {
        let end = self.position + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        if let Some(target) = self.bytes.get_mut(self.position..end) {
            target.copy_from_slice(bytes);
        }
        self.position = end;
    }
}

fn with<R>(state: &Mutex<State>, vm: &VirtualMachine, work: impl FnOnce(&mut State) -> R) -> PyResult<R> {
    let mut state = state.lock();
    if state.closed {
        return Err(vm.new_value_error("I/O operation on closed file"));
    }
    Ok(work(&mut state))
}

/// A count argument: negative or missing means all.
fn count_of(size: OptionalOption<isize>) -> Option<usize> {
    size.flatten().and_then(|size| usize::try_from(size).ok())
}

/// The bytes of a string or a buffer; unicode must be ASCII.
fn bytes_of(vm: &VirtualMachine, value: &PyObject, function: &str) -> PyResult<Vec<u8>> {
    if let Some(bytes) = text::bytes_of(value) {
        return Ok(bytes);
    }
    if let Some(unicode) = value.downcast_ref::<PyStr>() {
        let wide = |c: &rustpython_wtf8::CodePoint| c.to_u32() > 0x7f;
        let content = unicode.as_wtf8();
        return match content.code_points().position(|c| wide(&c)) {
            None => Ok(content.as_bytes().to_vec()),
            Some(start) => {
                let end = start + content.code_points().skip(start).take_while(wide).count();
                Err(text::encode_error(vm, "ascii", content, start, end, "ordinal not in range(128)"))
            }
        };
    }
    if let Ok(buffer) = PyBuffer::from_object(vm, value, BufferFlags::SIMPLE) {
        return Ok(buffer.contiguous_or_collect(<[u8]>::to_vec));
    }
    let kind = if vm.is_none(value) { "None".into() } else { names::type_name_of(value) };
    Err(vm.new_type_error(format!("{function} argument 1 must be string or buffer, not {kind}")))
}

/// The methods of a kind of file: those that both have, and its own.
macro_rules! file_methods {
    ($class:ident, $($flag:ident)|*, { $($own:tt)* }) => {
        #[pyclass(flags($($flag),*), with(IterNext))]
        impl $class {
            /// At most so many bytes.
            #[pymethod]
            fn read(zelf: &Py<Self>, size: OptionalOption<isize>, vm: &VirtualMachine) -> PyResult {
                let bytes = with(&zelf.state, vm, |state| state.take(count_of(size)))?;
                Ok(text::new_str(vm, &bytes))
            }

            /// A line with its end.
            #[pymethod]
            fn readline(zelf: &Py<Self>, size: OptionalOption<isize>, vm: &VirtualMachine) -> PyResult {
                let bytes = with(&zelf.state, vm, |state| state.take_line(count_of(size)))?;
                Ok(text::new_str(vm, &bytes))
            }

            /// The lines that are left, as far as the hint goes.
            #[pymethod]
            fn readlines(zelf: &Py<Self>, hint: OptionalOption<isize>, vm: &VirtualMachine) -> PyResult {
                let hint = count_of(hint).filter(|hint| *hint > 0);
                let mut lines = Vec::new();
                let mut total = 0;
                loop {
                    let line = with(&zelf.state, vm, |state| state.take_line(None))?;
                    if line.is_empty() {
                        break;
                    }
                    total += line.len();
                    lines.push(text::new_str(vm, &line));
                    if hint.is_some_and(|hint| total >= hint) {
                        break;
                    }
                }
                Ok(vm.ctx.new_list(lines).into())
            }

            /// Everything; with a true argument, up to the position.
            #[pymethod]
            fn getvalue(zelf: &Py<Self>, use_position: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
                let up_to = use_position.into_option().map_or(Ok(false), |value| value.try_to_bool(vm))?;
                let bytes = with(&zelf.state, vm, |state| {
                    let end = if up_to { state.position.min(state.bytes.len()) } else { state.bytes.len() };
                    state.bytes.get(..end).unwrap_or_default().to_vec()
                })?;
                Ok(text::new_str(vm, &bytes))
            }

            /// Goes to a position.
            #[pymethod]
            fn seek(zelf: &Py<Self>, offset: isize, whence: OptionalArg<i32>, vm: &VirtualMachine) -> PyResult<()> {
                with(&zelf.state, vm, |state| {
                    let base = match whence.unwrap_or(0) {
                        1 => state.position,
                        2 => state.bytes.len(),
                        _ => 0,
                    };
                    state.position = base.saturating_add_signed(offset);
                })
            }

            /// The position.
            #[pymethod]
            fn tell(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<usize> {
                with(&zelf.state, vm, |state| state.position)
            }

            /// Back to the start.
            #[pymethod]
            fn reset(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
                with(&zelf.state, vm, |state| state.position = 0)
            }

            /// Cuts the contents off.
            #[pymethod]
            fn truncate(zelf: &Py<Self>, size: OptionalOption<isize>, vm: &VirtualMachine) -> PyResult<()> {
                if size.flatten().is_some_and(|size| size < 0) {
                    return Err(crate::runtime::exceptions::new_io_error(vm, 22, "Negative size not allowed", None));
                }
                with(&zelf.state, vm, |state| {
                    let size = count_of(size).unwrap_or(state.position);
                    state.bytes.truncate(size);
                    state.position = size.min(state.bytes.len());
                })
            }

            /// Nothing to do.
            #[pymethod]
            fn flush(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
                with(&zelf.state, vm, |_| ())
            }

            /// It is no terminal.
            #[pymethod]
            fn isatty(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<bool> {
                with(&zelf.state, vm, |_| false)
            }

            /// Lets the contents go.
            #[pymethod]
            fn close(zelf: &Py<Self>) {
                *zelf.state.lock() = State { closed: true, ..State::default() };
            }

            #[pygetset]
            fn closed(zelf: &Py<Self>) -> bool {
                zelf.state.lock().closed
            }

            $($own)*
        }
    };
}

fn next_line(state: &Mutex<State>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    let line = with(state, vm, |state| state.take_line(None))?;
    Ok(if line.is_empty() { PyIterReturn::StopIteration(None) } else { PyIterReturn::Return(text::new_str(vm, &line)) })
}

/// A file to read from.
#[pyclass(module = "cStringIO", name = "StringI")]
#[derive(Debug, PyPayload)]
struct Input {
    state: Mutex<State>,
}

file_methods!(Input, DISALLOW_INSTANTIATION, {});

impl SelfIter for Input {}

impl IterNext for Input {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        next_line(&zelf.state, vm)
    }
}

/// A file to write to; `print` keeps its `softspace` among the attributes.
#[pyclass(module = "cStringIO", name = "StringO")]
#[derive(Debug, PyPayload)]
struct Output {
    state: Mutex<State>,
}

file_methods!(Output, DISALLOW_INSTANTIATION | HAS_DICT, {
    /// Writes a string at the position.
    #[pymethod]
    fn write(zelf: &Py<Self>, data: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let bytes = bytes_of(vm, &data, "write()")?;
        with(&zelf.state, vm, |state| state.write(&bytes))
    }

    /// Writes strings one after the other.
    #[pymethod]
    fn writelines(zelf: &Py<Self>, lines: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let lines = vm.extract_elements_with(&lines, |line| bytes_of(vm, &line, "write()"))?;
        with(&zelf.state, vm, |state| lines.iter().for_each(|line| state.write(line)))
    }
});

impl SelfIter for Output {}

impl IterNext for Output {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        next_line(&zelf.state, vm)
    }
}

/// `StringIO([text])`.
fn string_io(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match args.args.as_slice() {
        [] => Ok(Output { state: Mutex::default() }.into_ref(&vm.ctx).into()),
        [contents] => {
            let bytes = bytes_of(vm, contents, "StringIO()")?;
            Ok(Input { state: Mutex::new(State { bytes, ..State::default() }) }.into_ref(&vm.ctx).into())
        }
        more => {
            let given = more.len();
            Err(vm.new_type_error(format!("StringIO() takes at most 1 argument ({given} given)")))
        }
    }
}

/// Makes the module.
pub fn module(vm: &VirtualMachine) -> PyRef<PyModule> {
    let (input, output): (PyTypeRef, PyTypeRef) = (Input::make_static_type(), Output::make_static_type());
    let module = modules::new(vm, "cStringIO");
    modules::set(vm, &module, "InputType", input);
    modules::set(vm, &module, "OutputType", output);
    modules::set_function(vm, &module, "StringIO", string_io);
    module
}
